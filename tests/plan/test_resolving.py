"""Decisions about members both sides changed: which values they can have, and for how long they count."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from scenarios import LATER, remote_edit, remote_reword, snippet
from worlds import (
    C1,
    LOCAL,
    R1,
    REMOTE,
    T1,
    bring,
    comment,
    edit,
    fetch,
    link,
    only,
    plan,
    reword,
    synced,
    texts,
    topic,
    world,
)

from bcfsync.changes import Kind, key_of
from bcfsync.dates import timestamp
from bcfsync.plan.policy import Decision, Place, Placing, Policy, Prefer
from bcfsync.plan.resolving import takes

SOON = timestamp(datetime(2026, 5, 1, tzinfo=UTC))


def decided(found, member, decision, key=None):
    found.policy = Policy(decisions={(key or key_of(Kind.TOPIC, "", T1), member): decision})


def clash(member, mine, theirs, value, **members):
    """What becomes of a topic's member with a value of somebody's own."""
    found = synced(local=[topic(**members)])
    edit(found.local, **{member: mine})
    remote_edit(found, **{member: theirs})
    (shown,) = bring(found).conflicts
    decided(found, member, Decision(shown.local, shown.remote, value=value))
    left = bring(found).conflicts
    fetch(found)
    assert len(left) in {0, 1}
    held = getattr(only(found.local), member), getattr(only(found.remote), member)
    return held[0] if not left and held[0] == held[1] else "conflict"


@pytest.mark.parametrize(
    ("member", "mine", "theirs", "value", "becomes"),
    [
        ("title", "A", "B", "C", "C"),
        ("title", "A", "B", "A", "A"),
        ("title", "A", "B", "B", "B"),
        ("title", "A", "B", None, "conflict"),
        ("title", "A", "B", "  ", "conflict"),
        ("priority", "A", "B", None, None),
        ("priority", "A", "B", " ", None),
        ("topic_type", "A", "B", "C", "C"),
        ("topic_status", "A", "B", "C", "C"),
        ("assigned_to", "A", "B", "C", "C"),
        ("stage", "A", "B", "C", "C"),
        ("index", 1, 2, "3", 3),
        ("index", 1, 2, " -3 ", -3),
        ("index", 1, 2, "1", 1),
        ("index", 1, 2, "three", "conflict"),
        ("index", 1, 2, "²", "conflict"),
        ("index", 1, 2, None, None),
        ("due_date", LATER, timestamp(datetime(2026, 4, 1, tzinfo=UTC)), "2026-05-01T00:00:00Z", SOON),
        ("due_date", LATER, timestamp(datetime(2026, 4, 1, tzinfo=UTC)), "soon", "conflict"),
        ("due_date", LATER, timestamp(datetime(2026, 4, 1, tzinfo=UTC)), None, None),
    ],
)
def test_a_value_of_ones_own_is_read_as_its_member_demands(member, mine, theirs, value, becomes):
    assert clash(member, mine, theirs, value) == becomes


def test_a_snippet_can_be_decided_for_a_side_only():
    mine, theirs = (replace(snippet(), reference_schema=name) for name in ("mine", "theirs"))
    assert clash("bim_snippet", mine, theirs, "x", bim_snippet=snippet()) == "conflict"


def test_a_comment_gets_a_value_of_ones_own_and_is_never_emptied():
    for value, becomes in (("Maybe", ["Maybe"]), (None, None), ("", None)):
        found = synced(local=[topic(comments=(comment(),))])
        reword(found.local, T1, "OK", comment="Yes")
        remote_reword(found, "OK", comment="No")
        decided(found, "comment", Decision("Yes", "No", value=value), key_of(Kind.COMMENT, T1, C1))
        for one_way in (bring, fetch):
            assert bool(one_way(found).conflicts) == (becomes is None)
        assert texts(only(found.local)) == (becomes or ["Yes"])
        assert texts(only(found.remote)) == (becomes or ["No"])


def test_an_address_gets_a_value_of_ones_own_in_whatever_place_a_file_writes_it():
    found = synced(local=[topic(document_references=(link(),))])
    for side, address in ((found.local, "https://mine"), (found.remote, "https://theirs")):
        held = only(side)
        edit(
            side, held.guid, document_references=tuple(replace(item, url=address) for item in held.document_references)
        )
    decided(
        found, "url", Decision("https://mine", "https://theirs", value="https://ours"), key_of(Kind.REFERENCE, T1, R1)
    )
    bring(found)
    fetch(found)
    assert [item.url for side in (found.local, found.remote) for item in only(side).document_references] == [
        "https://ours"
    ] * 2


@pytest.mark.parametrize("order", [(bring, fetch), (fetch, bring)], ids=["import first", "export first"])
def test_a_first_meeting_can_be_decided_too(order):
    for decision, becomes in (
        (Decision("A", "B", Prefer.FILES), "A"),
        (Decision("A", "B", Prefer.SERVER), "B"),
        (Decision("A", "B", value="C"), "C"),
    ):
        found = world(local=[topic(title="A", stage="x")], remote=[topic(title="B", stage="y")])
        decided(found, "title", decision)
        for one_way in order:
            assert [item.field for item in one_way(found).conflicts] == ["stage"]
        assert (only(found.local).title, only(found.remote).title) == (becomes, becomes)
        for one_way in order:
            assert not one_way(found).writes


def test_a_decision_counts_while_only_one_side_has_it_yet():
    found = synced(local=[topic(priority="old")])
    edit(found.local, priority="mine")
    remote_edit(found, priority="theirs")
    decided(found, "priority", Decision("mine", "theirs", value="ours"))
    found.remote.fault = lambda _: "refused"
    bring(found)
    found.remote.fault = lambda _: ""
    remote_edit(found, priority="ours")
    assert [step.fields for step in plan(found, REMOTE).steps] == [("priority",)]
    fetch(found)
    assert only(found.local).priority == "ours"


def test_a_decision_about_one_topic_says_nothing_about_another():
    found = synced(local=[topic(priority="old")])
    edit(found.local, priority="mine")
    remote_edit(found, priority="theirs")
    decided(found, "priority", Decision("mine", "theirs", Prefer.FILES), key_of(Kind.TOPIC, "", C1))
    assert len(bring(found).conflicts) == 1
    decided(found, "stage", Decision("mine", "theirs", Prefer.FILES))
    assert len(bring(found).conflicts) == 1


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("one\ntwo\nthree", None, "ONE\ntwo\nthree"),
        ("one\ntwo\nthree", "ONE\ntwo\nthree", None),
        (None, "one", "two"),
        ("one\ntwo\nthree", " ", "ONE\ntwo\nthree"),
    ],
)
def test_a_text_that_was_empty_or_is_now_has_no_lines_to_merge(base, mine, theirs):
    found = synced(local=[topic(description=base)])
    edit(found.local, description=mine)
    remote_edit(found, description=theirs)
    assert [item.field for item in bring(found).conflicts] == ["description"]


def test_a_text_that_a_server_spells_its_own_way_is_not_merged():
    """Its lines may be other lines."""
    found = synced(local=[topic(description="one\ntwo\nthree")])
    remote_edit(found, description="one two three")
    fetch(found)
    edit(found.local, description="one\ntwo\nthree")
    assert plan(found, REMOTE).conflicts == ()


def test_only_texts_are_merged_by_lines():
    found = synced(local=[topic(title="one\ntwo\nthree")])
    edit(found.local, title="ONE\ntwo\nthree")
    remote_edit(found, title="one\ntwo\nTHREE")
    assert [item.field for item in bring(found).conflicts] == ["title"]


def test_a_preference_for_one_member_beats_that_for_all():
    policy = Policy(prefer={"*": Prefer.SERVER, "title": Prefer.FILES, "stage": Prefer.MANUAL})
    assert [policy.preferred(name) for name in ("title", "stage", "priority")] == [
        Prefer.FILES,
        Prefer.MANUAL,
        Prefer.SERVER,
    ]
    assert Policy().preferred("title") is Prefer.MANUAL


@pytest.mark.parametrize(
    ("place", "takes"),
    [
        (Place("x"), True),
        (Place("x", label="Site"), True),
        (Place("x", label="Office"), False),
        (Place("x", assigned_to="ben"), True),
        (Place("x", assigned_to="anna"), False),
        (Place("x", topic_type="Clash", topic_status="Open"), True),
        (Place("x", topic_type="Clash", topic_status="Closed"), False),
        (Place("x", label="Site", topic_type="Remark"), False),
    ],
)
def test_a_place_takes_what_has_all_its_values(place, takes):
    found = topic(labels=("Site",), assigned_to="ben", topic_type="Clash", topic_status="Open")
    assert place.takes(found) is takes


def test_the_first_rule_that_takes_a_topic_counts_and_the_inbox_takes_the_rest():
    rules = (Place("a", label="A"), Place("b"))
    placed = {name: Placing(name, "inbox", rules[:1]) for name in ("a", "inbox")}
    assert [name for name, item in placed.items() if item.takes(topic(labels=("A",)))] == ["a"]
    assert [name for name, item in placed.items() if item.takes(topic())] == ["inbox"]
    assert Placing("b", "inbox", rules).takes(topic())
    assert not Placing("b", "inbox", rules).takes(topic(labels=("A",)))


@pytest.mark.parametrize(
    ("dates", "becomes"), [((LATER, SOON), "theirs"), ((SOON, LATER), "mine"), ((SOON, SOON), None)]
)
def test_the_newest_can_be_decided_for_once(dates, becomes):
    found = synced(local=[topic(priority="old")])
    edit(found.local, priority="mine", modified_date=dates[0])
    remote_edit(found, priority="theirs", modified_date=dates[1])
    decided(found, "priority", Decision("mine", "theirs", Prefer.NEWEST))
    assert bool(bring(found).conflicts) == (becomes is None)
    fetch(found)
    held = only(found.local).priority, only(found.remote).priority
    assert held == ((becomes, becomes) if becomes else ("mine", "theirs"))


def test_the_newest_is_not_decided_for_where_a_value_changed_since():
    found = synced(local=[topic(priority="old")])
    edit(found.local, priority="mine", modified_date=LATER)
    remote_edit(found, priority="theirs again", modified_date=SOON)
    decided(found, "priority", Decision("mine", "theirs", Prefer.NEWEST))
    assert len(bring(found).conflicts) == 1


SIDES = [(bring, fetch), (fetch, bring)]


@pytest.mark.parametrize("order", SIDES, ids=["import first", "export first"])
@pytest.mark.parametrize("prefer", [Prefer.SERVER, Prefer.FILES, Prefer.NEWEST])
@pytest.mark.parametrize("mine", ["In the file", None])
def test_at_a_first_meeting_the_only_value_counts_whatever_side_is_preferred(mine, prefer, order):
    theirs = None if mine else "On the server"
    found = world(local=[topic(description=mine)], remote=[topic(description=theirs)])
    found.policy = Policy(prefer={"*": prefer})
    for one_way in order:
        assert not one_way(found).conflicts
    assert only(found.local).description == only(found.remote).description == (mine or theirs)


@pytest.mark.parametrize(("prefer", "becomes"), [(Prefer.SERVER, "B"), (Prefer.FILES, "A")])
def test_of_two_values_at_a_first_meeting_the_preferred_one_counts(prefer, becomes):
    found = world(local=[topic(stage="A")], remote=[topic(stage="B")])
    found.policy = Policy(prefer={"*": prefer})
    for one_way in SIDES[0]:
        assert not one_way(found).conflicts
    assert (only(found.local).stage, only(found.remote).stage) == (becomes, becomes)


def test_without_a_preference_the_only_value_at_a_first_meeting_is_a_conflict():
    found = world(local=[topic(stage="A")], remote=[topic()])
    assert [item.field for item in bring(found).conflicts] == ["stage"]


@pytest.mark.parametrize("emptied", ["local", "remote"])
def test_what_was_emptied_since_the_two_agreed_is_no_value_that_is_not_named(emptied):
    found = synced(local=[topic(stage="old")])
    found.policy = Policy(prefer={"*": Prefer.SERVER})
    edit(found.local, stage=None if emptied == "local" else "A")
    remote_edit(found, stage=None if emptied == "remote" else "B")
    bring(found)
    fetch(found)
    becomes = None if emptied == "remote" else "B"
    assert (only(found.local).stage, only(found.remote).stage) == (becomes, becomes)


def test_a_conflict_shows_both_values_as_they_are_written():
    found = synced(local=[topic(title="Old")])
    edit(found.local, title="MINE")
    remote_edit(found, title="THEIRS")
    for one_way in (bring, fetch):
        assert [(item.base, item.local, item.remote) for item in one_way(found).conflicts] == [
            ("Old", "MINE", "THEIRS")
        ]


@pytest.mark.parametrize(
    ("decision", "merged"),
    [
        (Decision("A", "B", Prefer.FILES), ()),
        (Decision("A", "B", value="A"), ()),
        (Decision("A", "B", value="C"), ("title",)),
    ],
)
def test_only_a_value_neither_side_held_is_a_third_one(decision, merged):
    found = synced(local=[topic(title="Old")])
    edit(found.local, title="A")
    remote_edit(found, title="B")
    decided(found, "title", decision)
    assert [step.merged for step in plan(found, LOCAL).writes] == [merged]


@pytest.mark.parametrize(
    ("member", "text", "possible"),
    [
        ("title", "Wall", True),
        ("title", "", False),
        ("priority", None, True),
        ("index", "three", False),
        ("index", "3", True),
        ("bim_snippet", "a.json", False),
    ],
)
def test_a_person_can_decide_only_for_what_a_member_can_be(member, text, possible):
    assert takes(member, text) is possible


def test_a_text_of_blank_lines_has_no_lines_to_merge():
    found = synced(local=[topic(description="\n\n\n\n")])
    edit(found.local, description="a\n\n\n\n")
    remote_edit(found, description="\n\n\n\nb")
    assert [item.field for item in bring(found).conflicts] == ["description"]
