"""A process that ends just before or just after any of its durable steps, for every step of every scenario.

The world comes to rest as if nothing had happened: the same on both sides, nothing twice, nothing missing.
"""

import os
from contextlib import closing
from dataclasses import replace

import pytest
from crash_scenarios import ALL, CrashScenario
from folders import settle
from journal import AFTER, BEFORE, Crash, copied, end_of, world
from real_oracle import converged
from real_people import (
    People,
    add_comment,
    add_topic,
    add_view,
    delete_comment,
    set_member,
    web_add_comment,
    web_add_topic,
    web_add_view,
    web_delete_topic,
    web_set_member,
)
from real_seams import COMMIT, REPLACE, WRITE, Fault
from real_seams import Crash as RealCrash
from real_stack import Stack

from bcfsync.plan.policy import Deletes, Policy

pytestmark = pytest.mark.slow
RESUMED: dict[str, int] = {}
EVERY = int(os.environ.get("BCFSYNC_CRASHES_EVERY", "3"))
"""On the real stack, where a resume takes half a second, every third step; each of the two tests takes others."""

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


def busy(api: str) -> People:
    """A project in which everything there is has happened since the last turn, on both sides."""
    people = People(Stack(api, Policy(deletes=Deletes.MIRROR)))
    folder = people.stack.folder
    people.begin("week.bcf", [people.first_topic() for _ in range(3)])
    people.begin("mep.bcf", [people.first_topic() for _ in range(2)])
    people.stack.settle()
    for edit, which in ((add_view, 0), (add_comment, 0), (add_topic, 0), (delete_comment, 1), (set_member, 2)):
        assert people.edit_file(folder / "week.bcf", edit, which)
    assert people.edit_file(folder / "mep.bcf", set_member, 0, 1)
    for change, which in (
        (web_set_member, 1), (web_add_view, 0), (web_add_comment, 0), (web_add_topic, 0), (web_delete_topic, 3)
    ):  # fmt: skip
        assert people.edit_server(change, which, 2)
    return people


def moments(people: People) -> list[tuple[str, int]]:
    """Every durable step of the turns it takes, by its kind and number; only the first turn's."""
    stack = people.stack.copied()
    with closing(stack):
        stack.turn()
        return [(kind, number) for kind in (COMMIT, REPLACE, WRITE) for number in range(1, stack.passed[kind] + 1)]


@pytest.mark.parametrize(("api", "when"), [("3.0", AFTER), ("2.1", BEFORE)])
def test_the_same_holds_for_real_archives_sqlite_and_http(api, when):
    people = busy(api)
    with closing(people.stack):
        found = moments(people)
        for kind, number in found[int(api[0]) % EVERY :: EVERY]:
            stack = people.stack.copied()
            with closing(stack):
                told = stack.turn(Fault(kind, number, when))
                assert isinstance(told.ended, RealCrash), (kind, number)
                converged(replace(people, stack=stack))
        RESUMED[f"real stack {api}"] = len(found) // EVERY


def test_the_count_is_told(capsys):
    """How many processes ended, and how many scenarios that was."""
    with capsys.disabled():
        print(f"\n{sum(RESUMED.values())} resumes in {len(RESUMED)} scenarios")  # noqa: T201
