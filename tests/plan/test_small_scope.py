"""Everything that can happen to one topic on both sides at once, in a scope small enough to try all of it."""

import itertools
from dataclasses import replace

import pytest
from worlds import LOCAL, REMOTE, comment, edit, go, minted, only, synced, topic, world

from bcfsync.base import read_base
from bcfsync.changes import Kind
from bcfsync.plan.decide import decide
from bcfsync.plan.policy import Policy
from bcfsync.plan.triage import triage

VALUES = (None, "High", "Low")
SETS = ((), ("a",), ("b",), ("a", "b"))
BOTH_ORDERS = ((LOCAL, REMOTE), (REMOTE, LOCAL))
STATES = ("absent", "as it was", "edited")
PAST = [(before, *now) for before in ("absent", "as it was") for now in itertools.product(STATES, STATES)]

orders = pytest.mark.parametrize("order", BOTH_ORDERS, ids=["import first", "export first"])
servers = pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])


def made(mint, **members):
    return synced(mint=mint() if mint else None, local=[topic(**members)])


def settle(found, order):
    """Both passes until nothing is written any more; the conflicts of the last two, by what they are about."""
    before = [topics_and_children(found, site) for site in order]
    for _ in range(2):
        for source in order:
            go(found, source)
    quiet = [go(found, source) for source in order]
    assert all(not told.plans[0].writes for told in quiet)
    assert all(not told.ended for told in quiet), "what is agreed is on record"
    for site, held in zip(order, before, strict=True):
        assert held <= topics_and_children(found, site), "nothing is ever deleted"
    return {(item.kind, item.field) for told in quiet for item in told.conflicts}


def topics_and_children(found, site):
    return {
        (item.guid, child.guid) for item in found.side(site).bcf.topics for child in (*item.comments, *item.viewpoints)
    } | {(item.guid, "") for item in found.side(site).bcf.topics}


@orders
@servers
@pytest.mark.parametrize(("base", "local", "remote"), list(itertools.product(VALUES, repeat=3)))
def test_a_scalar_follows_the_side_that_moved_and_a_conflict_changes_nothing(base, local, remote, mint, order):
    found = made(mint, priority=base)
    edit(found.local, priority=local)
    edit(found.remote, only(found.remote).guid, priority=remote)
    conflicts = settle(found, order)
    after = (only(found.local).priority, only(found.remote).priority)
    if local != remote and base not in {local, remote}:
        assert (after, conflicts) == ((local, remote), {(Kind.TOPIC, "priority")})
    else:
        moved = remote if local == base else local
        assert (after, conflicts) == ((moved, moved), set())


@orders
@pytest.mark.parametrize(("local", "remote"), list(itertools.product(VALUES, repeat=2)))
def test_without_a_common_past_equal_scalars_agree_and_others_are_conflicts(local, remote, order):
    found = world(local=[topic(priority=local)], remote=[topic(priority=remote)])
    conflicts = settle(found, order)
    assert (only(found.local).priority, only(found.remote).priority) == (local, remote)
    assert conflicts == ({(Kind.TOPIC, "priority")} if local != remote else set())


@orders
@pytest.mark.parametrize(("base", "local", "remote"), list(itertools.product(SETS, repeat=3)))
def test_labels_take_every_addition_and_every_removal(base, local, remote, order):
    found = made(None, labels=base)
    edit(found.local, labels=local)
    edit(found.remote, labels=remote)
    assert settle(found, order) == set()
    b, mine, theirs = set(base), set(local), set(remote)
    wanted = (b & mine & theirs) | (mine - b) | (theirs - b)
    assert set(only(found.local).labels) == set(only(found.remote).labels) == wanted


@orders
@pytest.mark.parametrize(("local", "remote"), list(itertools.product(SETS, repeat=2)))
def test_without_a_common_past_labels_only_grow(local, remote, order):
    found = world(local=[topic(labels=local)], remote=[topic(labels=remote)])
    assert settle(found, order) == set()
    assert set(only(found.local).labels) == set(only(found.remote).labels) == {*local, *remote}


def with_comments(found, site, states, bases):
    """The site's topic with comments in these states: absent, as they were, or edited (new where there was none)."""
    side = found.side(site)
    held = {item.comment: item for item in only(side).comments}
    kept = []
    for number, (state, base) in enumerate(zip(states, bases, strict=True)):
        name = f"comment {number}"
        if state == "absent":
            continue
        if base == "absent":
            guid = f"{number:07d}{'a' if site is LOCAL else 'b'}-1234-4000-8000-000000000000"
            kept.append(comment(guid, f"{name} new in {state} on {site}"))
        else:
            kept.append(held[name] if state == "as it was" else replace(held[name], comment=f"{name} by {site}"))
    edit(side, only(side).guid, comments=tuple(kept))


def expected_comments(past):
    """The texts on both sides in the end, and how many conflicts."""
    local, remote, conflicts = set(), set(), 0
    for number, (base, mine, theirs) in enumerate(past):
        name = f"comment {number}"
        if base == "absent":
            added = {
                f"{name} new in {state} on {site}"
                for site, state in ((LOCAL, mine), (REMOTE, theirs))
                if state != "absent"
            }
            local |= added
            remote |= added
            continue
        text = {"as it was": name, "absent": None}
        ours, yours = text.get(mine, f"{name} by {LOCAL}"), text.get(theirs, f"{name} by {REMOTE}")
        if mine == theirs == "edited":
            conflicts += 1
        elif "edited" in {mine, theirs}:
            ours = yours = ours if mine == "edited" else yours
        local |= {ours} - {None}
        remote |= {yours} - {None}
    return local, remote, conflicts


@orders
@servers
@pytest.mark.parametrize("past", PAST, ids="-".join)
def test_a_comment_that_is_new_edited_or_deleted_on_either_side_is_never_lost_or_doubled(past, mint, order):
    check_comments([past], mint, order)


@pytest.mark.slow
@pytest.mark.parametrize(("mint", "order"), [(None, BOTH_ORDERS[0]), (minted, BOTH_ORDERS[1])], ids=["kept", "minted"])
def test_two_comments_do_not_disturb_each_other(mint, order):
    for first, second in itertools.product(PAST, repeat=2):
        check_comments([first, second], mint, order)


def check_comments(past, mint, order):
    bases, local, remote = zip(*past, strict=True)
    before = tuple(
        comment(f"{number:08d}-5555-4000-8000-000000000000", f"comment {number}")
        for number, base in enumerate(bases)
        if base != "absent"
    )
    found = made(mint, comments=before)
    with_comments(found, LOCAL, local, bases)
    with_comments(found, REMOTE, remote, bases)
    conflicts = settle(found, order)
    ours, theirs, count = expected_comments(past)
    for site, wanted in ((LOCAL, ours), (REMOTE, theirs)):
        said = [item.comment for item in only(found.side(site)).comments]
        assert sorted(said) == sorted(wanted)
    assert len(conflicts) == min(count, 1)


@orders
def test_deciding_twice_on_the_same_input_gives_equal_plans(order):
    found = made(minted, priority="High", labels=("a",), comments=(comment(), comment(gid_of(2), "other")))
    edit(found.local, priority="Low", labels=("b",))
    source = order[0]
    base = read_base(found.store, found.replica)
    origin, goal = found.side(source), found.side(source.other)
    paired = triage(base, source, origin.listing(), goal.listing(), goal.capabilities)
    bodies, counterparts = origin.load(paired.source_keys), goal.load(paired.target_keys)
    plans = [decide(paired, base, bodies, counterparts, Policy()) for _ in range(2)]
    assert plans[0] == plans[1]


def gid_of(number):
    return f"{number:08d}-7777-4000-8000-000000000000"
