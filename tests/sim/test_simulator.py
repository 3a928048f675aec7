"""The simulator's share of the suite: seeds on every profile, and proof that the oracle can fail."""

import pytest
from sim_oracle import judge
from sim_scenario import drawn
from sim_server import PROFILES
from simulate import played

SEEDS, CHUNK = 2000, 250


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
@pytest.mark.parametrize("profile", PROFILES, ids=lambda item: item.name)
def test_nothing_is_lost_doubled_or_deleted(profile, first):
    assert played(profile, range(first, first + CHUNK)).failing == []


@pytest.mark.parametrize("profile", PROFILES, ids=lambda item: item.name)
def test_a_seed_gives_the_same_scenario_and_the_same_end_every_time(profile):
    for seed in range(5):
        one, other = (judge(drawn(profile, seed), telling=True) for _ in range(2))
        assert (one.story, one.trace, one.findings) == (other.story, other.trace, other.findings)
