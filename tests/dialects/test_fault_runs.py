"""A small share of ``make fault-runs``: a seed for each kind of server."""

from pathlib import Path

import pytest
from fault_runs import failures
from field_rows import FAULT_ROWS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(len(FAULT_ROWS)), ids=lambda seed: FAULT_ROWS[seed].name)
def test_over_a_line_that_loses_answers_everything_arrives_once(tmp_path: Path, seed: int):
    assert failures(tmp_path, seed) == []


@pytest.mark.parametrize(("name", "seed"), [("openconstructionerp", 76), ("openconstructionerp", 100)])
def test_what_once_went_wrong_is_right(tmp_path: Path, name: str, seed: int):
    """A comment whose viewpoint had no place came without an answer: its missing link was taken for an edit."""
    assert failures(tmp_path, seed, [row for row in FAULT_ROWS if row.name == name]) == []


@pytest.mark.parametrize("name", ["3.0", "own guids", "bimdata", "1.0 late"])
def test_with_many_topics_on_their_way_at_once_everything_arrives_once(tmp_path: Path, name: str):
    rows = [row for row in FAULT_ROWS if row.name == name]
    assert failures(tmp_path, 1, rows, jitter=0.004, topics=12) == []
