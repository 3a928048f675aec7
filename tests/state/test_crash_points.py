"""A process that ends just before or just after any of its durable steps, for every step of every scenario.

The world comes to rest as if nothing had happened: the same on both sides, nothing twice, nothing missing.
"""

import pytest
from crash_scenarios import ALL, CrashScenario
from folders import settle
from journal import AFTER, BEFORE, Crash, copied, end_of, world

from bcfsync.net import Unanswered

pytestmark = pytest.mark.slow
RESUMED: dict[str, int] = {}

servers = pytest.mark.parametrize("mint", [False, True], ids=["keeps guids", "mints guids"])


@servers
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_process_that_ends_at_any_step_leaves_a_world_that_comes_to_the_same_rest(case: CrashScenario, mint):
    start = world(mint=mint, **case.options)
    case.begin(start)
    case.act(start)
    whole = copied(start)
    expected = end_of(whole)
    steps = whole.journal.steps
    assert len(steps) > 2, "the scenario is one in which something happens"
    for number, name in enumerate(steps, 1):
        for when in (BEFORE, AFTER):
            ended = copied(start, fatal=(number, when))
            with pytest.raises(Crash):
                settle(ended, 6)
            found = end_of(copied(ended))
            assert found == expected, f"ended {when} step {number} of {len(steps)}, {name}: {steps}"
    RESUMED[f"{case.name} {mint}"] = 2 * len(steps)
