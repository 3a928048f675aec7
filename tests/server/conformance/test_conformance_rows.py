"""Every row of the table of routes, in every text that has it, and in those that do not."""

import pytest
from rows import cases

CASES = tuple(cases())


@pytest.mark.parametrize(("row", "text"), CASES, ids=[f"{row.name} [{text.name}]" for row, text in CASES])
def test_the_row_is_as_the_text_has_it(place, row, text):
    row.run(text, place.furniture(text))
