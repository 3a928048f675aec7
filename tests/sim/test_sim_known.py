"""What is known to be wrong is still wrong; once it is right, it leaves the list."""

import pytest
from known import KNOWN
from sim_oracle import judge
from sim_scenario import drawn
from sim_server import PROFILES

BY_NAME = {profile.name: profile for profile in PROFILES}


@pytest.mark.parametrize(("profile", "seed"), sorted(KNOWN))
def test_what_is_known_to_be_wrong_is_still_wrong(profile, seed):
    assert judge(drawn(BY_NAME[profile], seed)).findings, "it is right now: take it off the list"
