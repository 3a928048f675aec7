"""Every switch of the catalogue does what its row says, and the server without it is by the book."""

import pytest
from misbehaving import misbehaving
from mischief_cases import CASES, Box

from bcfsync.server.mischief.catalogue import CATALOGUE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_a_switch_changes_what_it_says_and_nothing_else_does(case, tmp_path):
    assert case.by_book != case.on
    with misbehaving(tmp_path / "book") as client:
        assert case.probe(Box(client, case.version)) == case.by_book
    with misbehaving(tmp_path / "on", case.fault) as client:
        assert case.probe(Box(client, case.version)) == case.on


def test_every_switch_of_the_catalogue_has_a_case():
    assert {switch.name for switch in CATALOGUE} == {case.name for case in CASES}
    names = [switch.name for switch in CATALOGUE]
    assert len(names) == len(set(names))
