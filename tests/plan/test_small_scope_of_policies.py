"""All of a small scope again where deletions travel and sides are preferred, and with two archives on one server."""

import itertools
from dataclasses import replace

import pytest
from situations_folders import INBOX, SITE, Folder
from worlds import LOCAL, REMOTE, T2, MemorySide, comment, edit, gid, go, minted, synced, topic

from bcfsync.model import Bcf
from bcfsync.plan.policy import Deletes, Policy, Prefer

VALUES = (None, "High", "Low")
STATES = ("absent", "as it was", "edited")
PAST = [(before, *now) for before in ("absent", "as it was") for now in itertools.product(STATES, STATES)]
ORDERS = ((LOCAL, REMOTE), (REMOTE, LOCAL))
DELETES = (Deletes.NEVER, Deletes.MIRROR)
PREFERS = (Prefer.MANUAL, Prefer.SERVER, Prefer.FILES)
ACROSS = {Prefer.SERVER: Prefer.FILES, Prefer.FILES: Prefer.SERVER, Prefer.MANUAL: Prefer.MANUAL}


class Start:
    """A topic both sides agree on beside another one, from which every case begins anew; nobody has a name."""

    def __init__(self, mint=None, **members):
        self.found = synced(mint=mint, local=[topic(**members), topic(T2, title="Another")])
        self.local, self.remote = self.found.local.bcf, self.found.remote.bcf

    def again(self, policy):
        found = replace(
            self.found,
            store=self.found.store.copy(),
            local=MemorySide(user=None, bcf=self.local),
            remote=MemorySide(user=None, bcf=self.remote, mint=self.found.remote.mint),
        )
        found.policy = policy
        return found


def the_one(side):
    return next((item for item in side.bcf.topics if item.title != "Another"), None)


def settle(found, order, most=3):
    """Turns until one does nothing; then what both sides hold, and what is in conflict."""
    for _ in range(most):
        for source in order:
            go(found, source)
    quiet = [go(found, source) for source in order]
    assert not any(told.ended for told in quiet)
    conflicts = {(item.key.kind, item.field, item.local, item.remote) for told in quiet for item in told.conflicts}
    assert conflicts == {(item.key.kind, item.field, item.local, item.remote) for item in quiet[0].conflicts}
    return said(found.local), said(found.remote), frozenset(conflicts)


def said(side):
    held = the_one(side)
    if held is None:
        return None
    return held.priority, frozenset(held.labels), tuple(sorted(item.comment for item in held.comments))


def swapped(outcome):
    local, remote, conflicts = outcome
    return remote, local, frozenset((kind, name, theirs, ours) for kind, name, ours, theirs in conflicts)


def check_all(start, cases, policies, act):
    """Every case under every policy: the same in either order, and mirrored where the sides are swapped."""
    found = {}
    for case, policy in itertools.product(cases, policies):
        outcomes = []
        for order in ORDERS:
            here = start.again(Policy(deletes=policy[0], prefer={"*": policy[1]}))
            act(here, case)
            outcomes.append(settle(here, order))
        assert outcomes[0] == outcomes[1], (case, policy)
        found[case, policy] = outcomes[0]
    for (case, policy), outcome in found.items():
        mirror = found[(case[1], case[0]), (policy[0], ACROSS[policy[1]])]
        assert swapped(mirror) == outcome, (case, policy)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("base", VALUES)
def test_a_preference_settles_every_conflict_of_a_scalar_and_nothing_else(base):
    def act(found, case):
        for side, value in zip((found.local, found.remote), case, strict=True):
            edit(side, the_one(side).guid, priority=value)

    policies = [(Deletes.NEVER, prefer) for prefer in PREFERS]
    found = check_all(Start(priority=base), list(itertools.product(VALUES, repeat=2)), policies, act)
    for ((local, remote), (_, prefer)), (ours, theirs, conflicts) in found.items():
        if local == remote or base in {local, remote}:
            wanted = remote if local == base else local
            assert (ours[0], theirs[0], conflicts) == (wanted, wanted, frozenset())
        elif prefer is Prefer.MANUAL:
            assert (ours[0], theirs[0], len(conflicts)) == (local, remote, 1)
        else:
            wanted = remote if prefer is Prefer.SERVER else local
            assert (ours[0], theirs[0], conflicts) == (wanted, wanted, frozenset())


def with_comments(side, name, states, bases):
    """The topic of a side with comments in these states; new ones have guids of their own on either side."""
    held = {item.comment: item for item in the_one(side).comments}
    kept = []
    for number, (state, base) in enumerate(zip(states, bases, strict=True)):
        text = f"comment {number}"
        if state == "absent":
            continue
        if base == "absent":
            kept.append(comment(gid(500 + number + 10 * (name == "local")), f"{text} new on {name}"))
        else:
            kept.append(held[text] if state == "as it was" else replace(held[text], comment=f"{text} by {name}"))
    edit(side, the_one(side).guid, comments=tuple(kept))


def comments_of(bases):
    kept = [(number, base) for number, base in enumerate(bases) if base != "absent"]
    return tuple(comment(gid(600 + number), f"comment {number}") for number, _ in kept)


def expected(base, local, remote, policy, number=0):
    """The texts of one comment on both sides in the end; None where it is gone."""
    deletes, prefer = policy
    text = f"comment {number}"
    ours = {"absent": None, "as it was": text}.get(local, f"{text} by local")
    theirs = {"absent": None, "as it was": text}.get(remote, f"{text} by remote")
    if local == remote == "edited":
        winner = {Prefer.SERVER: theirs, Prefer.FILES: ours}.get(prefer)
        return (winner, winner) if winner else (ours, theirs)
    if "edited" in {local, remote}:
        return (ours, ours) if local == "edited" else (theirs, theirs)
    if "absent" in {local, remote} and deletes is Deletes.MIRROR:
        return None, None
    return ours, theirs


@pytest.mark.slow
@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
@pytest.mark.parametrize("base", ["absent", "as it was"])
def test_a_comment_that_is_deleted_goes_everywhere_unless_somebody_edited_it(base, mint):
    def act(found, case):
        with_comments(found.local, "local", [case[0]], [base])
        with_comments(found.remote, "remote", [case[1]], [base])

    start = Start(mint() if mint else None, comments=comments_of([base]))
    policies = list(itertools.product(DELETES, PREFERS))
    for order, (case, policy) in itertools.product(
        ORDERS, itertools.product(itertools.product(STATES, repeat=2), policies)
    ):
        found = start.again(Policy(deletes=policy[0], prefer={"*": policy[1]}))
        act(found, case)
        ours, theirs, conflicts = settle(found, order)
        if base == "absent":
            new = {
                f"comment 0 new on {name}"
                for name, state in zip(("local", "remote"), case, strict=True)
                if state != "absent"
            }
            wanted = tuple(sorted(new))
            assert (ours[2], theirs[2], conflicts) == (wanted, wanted, frozenset()), (case, policy)
        else:
            wanted = expected(base, *case, policy)
            assert ((*ours[2], None)[0], (*theirs[2], None)[0]) == wanted, (case, policy, order)
            assert len(conflicts) == (case == ("edited", "edited") and policy[1] is Prefer.MANUAL)


@pytest.mark.slow
@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_two_comments_do_not_disturb_each_other_where_deletions_travel(mint):
    policy = (Deletes.MIRROR, Prefer.MANUAL)
    known = [item for item in PAST if item[0] != "absent"]
    start = Start(mint() if mint else None, comments=comments_of(["as it was"] * 2))
    for at, (first, second) in enumerate(itertools.product(known, repeat=2)):
        found = start.again(Policy(deletes=policy[0]))
        bases, local, remote = zip(first, second, strict=True)
        with_comments(found.local, "local", local, bases)
        with_comments(found.remote, "remote", remote, bases)
        ours, theirs, conflicts = settle(found, ORDERS[at % 2])
        pairs = [expected(*item, policy, number) for number, item in enumerate((first, second))]
        for held, side in ((ours, 0), (theirs, 1)):
            assert held[2] == tuple(sorted(pair[side] for pair in pairs if pair[side])), (first, second)
        assert len(conflicts) == sum(item[1:] == ("edited", "edited") for item in (first, second))


EDITS = {
    "as it was": lambda held: held,
    "deleted": lambda _: None,
    "priority": lambda held: replace(held, priority="High"),
    "label": lambda held: replace(held, labels=(*held.labels, "b")),
    "other label": lambda held: replace(held, labels=()),
    "comment": lambda held: replace(held, comments=(*held.comments, comment(gid(701), "new"))),
    "comment edited": lambda held: replace(
        held, comments=tuple(replace(item, comment="edited") for item in held.comments)
    ),
    "comment deleted": lambda held: replace(held, comments=()),
}


def revise(side, name):
    held = the_one(side)
    made = EDITS[name](held)
    topics = (made if item is held else item for item in side.bcf.topics)
    side.bcf = replace(side.bcf, topics=tuple(item for item in topics if item is not None))


@pytest.mark.slow
def test_an_edit_of_anything_beats_the_deletion_of_its_topic_and_nothing_else_does():
    def act(found, case):
        revise(found.local, case[0])
        revise(found.remote, case[1])

    start = Start(priority="Low", labels=("a",), comments=(comment(gid(700), "OK"),))
    policies = [(deletes, Prefer.MANUAL) for deletes in DELETES]
    found = check_all(start, list(itertools.product(EDITS, repeat=2)), policies, act)
    for ((local, remote), (deletes, _)), (ours, theirs, conflicts) in found.items():
        case = local, remote, deletes
        assert not conflicts, case
        if local == remote == "deleted":
            assert (ours, theirs) == (None, None)
        elif "deleted" in {local, remote}:
            other = remote if local == "deleted" else local
            kept = theirs if local == "deleted" else ours
            lost = ours if local == "deleted" else theirs
            if other in {"as it was", "comment deleted"}:
                # that a comment was deleted is no reason to keep its topic
                assert lost is None, case
                assert (kept is None) == (deletes is Deletes.MIRROR), case
            else:
                assert lost == kept is not None, case
        elif deletes is Deletes.MIRROR or "comment deleted" not in {local, remote}:
            assert ours == theirs, case


# -- two archives ------------------------------------------------------------------------------------------------------


class Pair:
    """Two archives that hold one topic, and a server; every case begins anew."""

    def __init__(self, **members):
        self.found = Folder(None, inbox=[topic(**members)], site=[topic(**members)])
        self.found.turn()
        self.found.turn()
        self.bcfs = {name: self.found.local(name).bcf for name in (INBOX, SITE)}
        self.remote = self.found.remote.bcf

    def again(self, deletes):
        found = Folder(None, deletes=deletes)
        store = self.found.archives[INBOX].store.copy()
        remote = MemorySide(bcf=self.remote)
        found.archives = {
            name: replace(each, store=store, remote=remote, local=MemorySide(user=None, bcf=self.bcfs[name]))
            for name, each in self.found.archives.items()
        }
        return found


def sides(found):
    return {"inbox": found.local(INBOX), "site": found.local(SITE), "server": found.remote}


def turns(found, order):
    """Turns until one does nothing; what is in conflict then."""
    for _ in range(4):
        steps, _ = found.turn(order)
        if not steps:
            break
    assert not steps
    return frozenset(item.key for name in order for item in found.go(fetch_conflicts, name))


def fetch_conflicts(found):
    return go(found, REMOTE).conflicts


ARCHIVES = ((INBOX, SITE), (SITE, INBOX))


@pytest.mark.slow
def test_of_three_copies_of_a_scalar_no_edit_is_lost():
    start = Pair(priority="Low")
    for values, order in itertools.product(itertools.product(("Low", "High", None), repeat=3), ARCHIVES):
        found = start.again(Deletes.NEVER)
        for side, value in zip(sides(found).values(), values, strict=True):
            edit(side, side.bcf.topics[0].guid, priority=value)
        conflicts = turns(found, order)
        after = {side.bcf.topics[0].priority for side in sides(found).values()}
        edits = set(values) - {"Low"}
        assert after >= edits, (values, order)
        assert after == (edits or {"Low"}), (values, order)
        assert bool(conflicts) == (len(edits) == 2), (values, order)


COMMENT = {
    "as it was": lambda held, _: held,
    "deleted": lambda _held, _name: (),
    "edited": lambda held, name: tuple(replace(item, comment=f"by {name}") for item in held),
}


@pytest.mark.slow
@pytest.mark.parametrize("deletes", DELETES)
def test_of_three_copies_of_a_comment_no_edit_is_lost_and_only_what_somebody_deleted_goes(deletes):
    start = Pair(comments=(comment(gid(700), "OK"),))
    for states, order in itertools.product(itertools.product(COMMENT, repeat=3), ARCHIVES):
        found = start.again(deletes)
        for (name, side), state in zip(sides(found).items(), states, strict=True):
            held = side.bcf.topics[0]
            edit(side, held.guid, comments=COMMENT[state](held.comments, name))
        conflicts = turns(found, order)
        after = [[item.comment for item in side.bcf.topics[0].comments] for side in sides(found).values()]
        case = (dict(zip(sides(found), states, strict=True)), order, after)
        present = {text for texts in after for text in texts}
        edits = {f"by {name}" for name, state in zip(sides(found), states, strict=True) if state == "edited"}
        assert present >= edits, case
        assert all(len(texts) <= 1 for texts in after), case
        assert bool(conflicts) == (len(edits) > 1), case
        if edits:
            assert all(texts for texts in after), case
        elif "deleted" in states and deletes is Deletes.MIRROR:
            assert after == [[], [], []], case
        elif "deleted" in states:
            assert after == [[] if state == "deleted" else ["OK"] for state in states], case
        else:
            assert after == [["OK"]] * 3, case


@pytest.mark.slow
def test_of_three_copies_new_comments_and_edits_go_everywhere():
    start = Pair(priority="Low", comments=(comment(gid(700), "OK"),))
    for new, states in itertools.product(
        itertools.product((False, True), repeat=3), itertools.product(COMMENT, repeat=3)
    ):
        if sum(state == "edited" for state in states) > 1:
            continue
        found = start.again(Deletes.MIRROR)
        for at, ((name, side), state) in enumerate(zip(sides(found).items(), states, strict=True)):
            held = side.bcf.topics[0]
            more = (comment(gid(710 + at), f"new from {name}"),) if new[at] else ()
            edit(side, held.guid, comments=(*COMMENT[state](held.comments, name), *more))
        turns(found, ARCHIVES[sum(new) % 2])
        wanted = {f"new from {name}" for at, name in enumerate(sides(found)) if new[at]}
        wanted |= {f"by {name}" for name, state in zip(sides(found), states, strict=True) if state == "edited"}
        wanted |= {"OK"} if set(states) == {"as it was"} else set()
        for side in sides(found).values():
            assert sorted(item.comment for item in side.bcf.topics[0].comments) == sorted(wanted), (new, states)


@pytest.mark.slow
@pytest.mark.parametrize("deletes", DELETES)
def test_a_topic_of_two_archives_goes_only_when_both_let_it_go(deletes):
    start = Pair(priority="Low")
    for states, order in itertools.product(itertools.product(("as it was", "deleted", "edited"), repeat=3), ARCHIVES):
        found = start.again(deletes)
        for (name, side), state in zip(sides(found).items(), states, strict=True):
            if state == "edited":
                edit(side, side.bcf.topics[0].guid, labels=(name,))
            elif state == "deleted":
                side.bcf = replace(side.bcf, topics=())
        if states[2] == "deleted":
            other = Bcf("3.0", topics=(topic(T2, title="Another"),))
            found.remote.bcf = other  # an empty project is another matter
        turns(found, order)
        held = {
            name: [item for item in side.bcf.topics if item.title != "Another"] for name, side in sides(found).items()
        }
        case = (states, order, {name: bool(items) for name, items in held.items()})
        assert all(len(items) <= 1 for items in held.values()), case
        labels = {label for items in held.values() for item in items for label in item.labels}
        edits = {name for name, state in zip(sides(found), states, strict=True) if state == "edited"}
        assert labels == edits, case
        if "edited" in states:
            assert held["server"], case
            assert held["inbox"] or held["site"], case
        elif states[2] == "deleted" and deletes is Deletes.MIRROR:
            assert not any(held.values()), case
        elif states[:2] == ("deleted", "deleted"):
            assert bool(held["server"]) == (deletes is Deletes.NEVER and states[2] != "deleted"), case
        elif states[2] != "deleted":
            assert held["server"], case
            assert [bool(held[name]) for name in ("inbox", "site")] == [state != "deleted" for state in states[:2]], (
                case
            )
