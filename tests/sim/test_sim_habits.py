"""Seeds against servers with habits: they normalise, cut their list, show it late, hide topics, drop members."""

import pytest
from sim_server import PROFILES
from simulate import SHARE, played

CHUNK = 250
HABITUAL = [profile for profile in PROFILES[4:] if profile.machines == 1]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SHARE, CHUNK))
@pytest.mark.parametrize("profile", HABITUAL, ids=lambda item: item.name)
def test_nothing_is_lost_doubled_or_deleted(profile, first):
    assert played(profile, range(first, first + CHUNK)).failing == []
