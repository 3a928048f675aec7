"""A process that ends just before or just after any of its durable steps, for every step of every scenario.

The world comes to rest as if nothing had happened: the same on both sides, nothing twice, nothing missing.
"""

import os
from contextlib import closing
from dataclasses import replace

import pytest
from crash_scenarios import ALL, MIRROR, CrashScenario, archive, on_server, saying, talked
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
from worlds import C3, comment, gid

from bcfsync.plan.policy import Deletes, Policy

pytestmark = pytest.mark.slow
RESUMED: dict[str, int] = {}
EVERY = int(os.environ.get("BCFSYNC_CRASHES_EVERY", "4"))
"""On the real stack, where a resume takes half a second, every fourth step; each of the two tests takes others."""

MINE = comment(gid(70), "mine")
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
    ends = ends_of(steps)
    for number, when in ends:
        ended = copied(start, fatal=(number, when))
        with pytest.raises(Crash):
            settle(ended, 6)
        found = end_of(copied(ended))
        assert found == expected, f"ended {when} step {number} of {len(steps)}: {steps}"
    RESUMED[f"{case.name} {mint}"] = len(ends)


def ends_of(steps):
    """Before and after each step; after a look at the server nothing is otherwise than before it."""
    return [
        (number, when) for number, name in enumerate(steps, 1) for when in (BEFORE, AFTER)
        if (name, when) != ("list", AFTER)
    ]  # fmt: skip


@servers
def test_an_older_copy_that_is_saved_after_the_end_of_a_process_takes_nothing_back(mint):
    """The program had loaded the archive before our write; whether that still happened, only the disk knows."""
    start = world(mint=mint, policy=MIRROR)
    talked(start)
    loaded = archive(start).bcf.topics
    on_server(start, lambda it: replace(it, priority="High", comments=(*it.comments, comment(C3, "news"))))
    on_server(start, saying(title="Two, as it is now"), title="Two")
    on_server(start, saying(stage="Plan"), title="Three")

    def after(found):
        found.folder.put(
            "a.bcf", replace(loaded[0], assigned_to="me", comments=(*loaded[0].comments, MINE)), *loaded[1:]
        )
        return end_of(found)

    whole = copied(start)
    settle(whole)
    steps = list(whole.journal.steps)
    expected = after(copied(whole))
    assert not expected["conflicts"]
    assert not expected["holds"]
    ends = ends_of(steps)
    for number, when in ends:
        ended = copied(start, fatal=(number, when))
        with pytest.raises(Crash):
            settle(ended)
        assert after(copied(ended)) == expected, f"ended {when} step {number}: {steps}"
    RESUMED[f"older copy {mint}"] = len(ends)


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
