"""A small share of ``make fault-runs``: a seed for each kind of server."""

from pathlib import Path

import pytest
from fault_runs import failures
from field_rows import FAULT_ROWS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(len(FAULT_ROWS)), ids=lambda seed: FAULT_ROWS[seed].name)
def test_over_a_line_that_loses_answers_everything_arrives_once(tmp_path: Path, seed: int):
    assert failures(tmp_path, seed) == []
