"""The table in the documentation is the one the server earns today."""

import pytest
import table
from rows import ROWS
from texts import TEXTS


@pytest.mark.slow
def test_the_table_in_the_documentation_is_of_today(fresh_place):
    document = table.DOCUMENT.read_text(encoding="utf-8")
    found = table.results(fresh_place)
    assert table.written(document, table.markdown(found)) == document, "make conformance WRITE=1 writes it anew"


def test_no_row_stands_there_twice():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


def test_every_row_is_exercised_in_some_text():
    assert all(any(row.exercise(text) for text in TEXTS) for row in ROWS)
