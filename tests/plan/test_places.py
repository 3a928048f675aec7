"""Which archive of a folder a topic of the server belongs to, one doubt at a time."""

from dataclasses import replace

import pytest
from worlds import C1, LOCAL, REMOTE, T1, T2, T3, V1, V2, comment, fetch, minted, plan, synced, topic, view

from bcfsync.base import read_base
from bcfsync.changes import Base, Bodies, Capabilities, Cause, Kind, Verb, key_of
from bcfsync.model import Bcf
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.pairing import Candidate, Pair
from bcfsync.plan.places import belongs_here
from bcfsync.plan.policy import Place, Placing, Policy
from bcfsync.plan.triage import triage

OURS, THEIRS = key_of(Kind.TOPIC, "", T1), key_of(Kind.TOPIC, "", T2)
SAID, SEEN = key_of(Kind.COMMENT, T1, C1), key_of(Kind.COMMENT, T2, C1)
VIEW, SHOWN = key_of(Kind.VIEWPOINT, T1, V1), key_of(Kind.VIEWPOINT, T2, V2)
HELD = topic(T2, comments=(comment(C1),), viewpoints=(view(V2),))
LINKED = {"to_remote": {OURS: THEIRS, SAID: SEEN, VIEW: SHOWN}, "to_local": {THEIRS: OURS, SEEN: SAID, SHOWN: VIEW}}
CONFIRMED = {OURS: HELD, SAID: comment(C1)}
HERE, INBOX, OTHER = "week", "inbox", "site"


def belongs(value=HELD, *, here=INBOX, gone=False, elsewhere=(), rules=(), present=(INBOX, OTHER), **base):
    """Whether a topic belongs to an archive that lacks it, and what is noted about it."""
    placing = Placing(here, INBOX, tuple(rules), frozenset(elsewhere), frozenset(present))
    sides = Bodies({T2: value}, capabilities=Capabilities("server", client_guid=False)), Bodies({})
    drawing = Drawing(REMOTE, Base(**base), *sides, Policy(placing=placing))
    found = belongs_here(drawing, Atom(Kind.TOPIC, "", T2, "Duct"), value, Pair(Candidate(T2, ""), None, gone))
    verbs = [step.verb for group in drawing.groups.values() for step in group]
    return found, verbs, [item.cause for item in drawing.holds]


def test_a_new_topic_goes_to_the_inbox_and_to_no_other_archive():
    assert belongs() == (True, [], [])
    assert belongs(here=HERE) == (False, [], [])


def test_a_new_topic_a_rule_takes_goes_there_and_not_to_the_inbox():
    rules = [Place(OTHER, label="Site")]
    labelled = replace(HELD, labels=("Site",))
    assert belongs(labelled, here=OTHER, rules=rules) == (True, [], [])
    assert belongs(labelled, rules=rules) == (False, [], [])


def test_a_topic_another_archive_holds_under_the_same_guid_does_not_belong_here():
    assert belongs(elsewhere=[T2]) == (False, [], [])


def test_a_topic_this_archive_lost_and_another_holds_now_is_unbound():
    assert belongs(gone=True, elsewhere=[T1], **LINKED) == (False, [Verb.UNBIND], [])


def test_a_topic_this_archive_lost_and_none_holds_is_its_own_business():
    assert belongs(gone=True, here=HERE, **LINKED) == (True, [], [])


def test_a_topic_no_archive_holds_any_more_is_held_as_long_as_nobody_edits_it():
    assert belongs(remote=CONFIRMED, **LINKED) == (False, [], [Cause.MISSING])


def test_a_topic_an_archive_of_the_folder_is_on_record_for_is_that_archives_business():
    assert belongs(remote=CONFIRMED, holders={OURS: (OTHER,)}, **LINKED) == (False, [], [])
    assert belongs(remote=CONFIRMED, holders={OURS: ("removed",)}, **LINKED) == (False, [], [Cause.MISSING])


def test_a_topic_that_a_program_saved_its_file_without_and_had_never_seen_comes_back():
    assert belongs(remote=CONFIRMED, open=frozenset({OURS}), **LINKED) == (True, [], [])


@pytest.mark.parametrize(
    "value",
    [
        replace(HELD, priority="High"),
        replace(HELD, comments=(comment(C1, "Edited"),)),
        replace(HELD, comments=(comment(C1), comment(T3, "New"))),
        replace(HELD, viewpoints=(view(V2), view(T3))),
    ],
    ids=["a member", "a comment", "a new comment", "a new viewpoint"],
)
def test_a_topic_no_archive_holds_any_more_comes_back_once_somebody_edits_it(value):
    assert belongs(value, remote=CONFIRMED, **LINKED) == (True, [], [])


def test_a_topic_nobody_ever_confirmed_comes_back():
    assert belongs(**LINKED) == (True, [], [])


# -- in a pass -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_what_another_archive_of_the_folder_holds_is_not_even_loaded(mint):
    found = synced(mint=mint and mint(), local=[topic(), topic(T2, title="Another")])
    other = replace(found, replica="/files/other.bcf", local=replace(found.local, bcf=Bcf("3.0")))
    policy = Policy(placing=Placing("other", "other", elsewhere=frozenset({T1})))
    base = read_base(found.store, other.replica)
    listings = other.remote.listing(), other.local.listing()
    for placing, count in ((policy, 1), (Policy(), 2)):
        drawn = triage(
            base, REMOTE, *listings, other.local.capabilities, remote=other.remote.capabilities, policy=placing
        )
        assert len(drawn.source_keys) == count
    drawn = triage(base, LOCAL, *listings[::-1], other.remote.capabilities, policy=policy)
    assert drawn.pairs == ()


def test_what_this_archive_holds_itself_is_its_business_whatever_another_holds():
    found = synced(local=[topic()])
    found.policy = Policy(placing=Placing("week", "inbox", elsewhere=frozenset({T1})))
    found.remote.bcf = replace(found.remote.bcf, topics=(replace(found.remote.bcf.topics[0], priority="High"),))
    assert [(step.verb, step.kind) for step in plan(found, REMOTE).writes] == [(Verb.UPDATE, Kind.TOPIC)]


def test_the_pass_from_the_server_unbinds_what_moved_to_another_archive_too():
    found = synced(local=[topic(), topic(T2, title="Another")])
    found.local.bcf = replace(found.local.bcf, topics=found.local.bcf.topics[1:])
    found.policy = Policy(placing=Placing("week", "inbox", elsewhere=frozenset({T1})))
    assert [(step.verb, step.guid) for step, _ in fetch(found).ended] == [(Verb.UNBIND, T1)]
    assert plan(found, REMOTE).steps == ()
