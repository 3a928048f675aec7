"""Seeds against servers that keep guids or mint them, and honour If-Match or not."""

import pytest
from sim_server import PROFILES
from simulate import SHARE, played

CHUNK = 250


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SHARE, CHUNK))
@pytest.mark.parametrize("profile", PROFILES[:4], ids=lambda item: item.name)
def test_nothing_is_lost_doubled_or_deleted(profile, first):
    assert played(profile, range(first, first + CHUNK)).failing == []
