"""Seeds of two computers, each with a folder and a state of its own, on one server."""

import pytest
from sim_server import PROFILES
from simulate import SHARE, played

CHUNK = 250
SEVERAL = [profile for profile in PROFILES if profile.machines > 1]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SHARE, CHUNK))
@pytest.mark.parametrize("profile", SEVERAL, ids=lambda item: item.name)
def test_nothing_is_lost_doubled_or_deleted(profile, first):
    assert played(profile, range(first, first + CHUNK)).failing == []


def test_a_computer_turns_also_in_the_middle_of_another_ones_turn():
    assert played(SEVERAL[0], range(40)).counts["turns within a turn"] > 5
