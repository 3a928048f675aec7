"""The field map: what is measured for every row of the schemas, and that every gap has a reason."""

from pathlib import Path

import pytest
from field_map import CARRIED, REASONS, all_rows, measured, page, reason
from schema_walk import VERSIONS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "field-map.md"
ROWS = [row for version in VERSIONS for row in all_rows(version)]


@pytest.mark.slow
def test_the_page_tells_what_is_measured(golden):
    golden(PAGE, page())


@pytest.mark.slow
def test_nothing_is_lost_without_a_reason():
    unexplained = [
        f"{row.name}: {symbol} in {column}"
        for row in ROWS
        for column, symbol in measured(row).items()
        if symbol != CARRIED and reason(row, column, symbol) is None
    ]
    assert unexplained == []


@pytest.mark.slow
def test_no_reason_explains_what_is_carried():
    used = {
        reason(row, column, symbol) for row in ROWS for column, symbol in measured(row).items() if symbol != CARRIED
    }
    assert used >= set(range(1, len(REASONS) + 1))


@pytest.mark.slow
def test_everything_but_back_references_is_read_and_written():
    gaps = {(row.path, column) for row in ROWS for column in ("read", "write") if measured(row)[column] != CARRIED}
    assert gaps == {
        ("Markup/Comment/Topic", "read"),
        ("Markup/Comment/Topic/@Guid", "read"),
        ("Markup/Comment/Topic/@Guid", "write"),
    }


def test_the_schemas_have_as_many_rows_as_the_page_says():
    assert [len(all_rows(version)) for version in VERSIONS] == [142, 157, 181]
