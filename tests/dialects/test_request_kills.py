"""A small share of ``make request-kills``: the program killed once in either direction."""

from pathlib import Path

import pytest
from field_rows import FAULT_ROWS
from request_kills import trials

pytestmark = pytest.mark.slow

ROWS = {row.name: row for row in FAULT_ROWS}
KILLS = {"openproject": 11}
"""Kinds of server, and the request the program is killed at: here a topic was made, and its guid is the server's."""


@pytest.mark.parametrize("name", KILLS)
def test_a_program_that_is_killed_and_run_again_leaves_what_an_undisturbed_one_does(tmp_path: Path, name: str):
    made = list(trials(ROWS[name], tmp_path, first=KILLS[name], every=1, most=1))
    assert [(direction, wrong) for direction, _, wrong in made] == [("import", []), ("export", [])]
