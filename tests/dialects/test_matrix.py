"""Archives through every server of the field: nothing lost but what is on record, nothing doubled or sent twice."""

from pathlib import Path

import pytest
from matrix import ROWS, objections, travelled

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ROWS)
def test_what_travels_through_a_server_comes_back_but_for_what_is_on_record(tmp_path: Path, name: str):
    row = ROWS[name]
    with travelled(tmp_path, row) as (made, _):
        assert objections(row, made) == []
