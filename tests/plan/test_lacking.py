"""Members a server never keeps: what both sides are measured by, so that a lack is neither an edit nor a conflict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from scenarios import LATEST
from worlds import comment, topic

from bcfsync.changes import Kind, Plan, Sent, Site, Step, Verb, key_of
from bcfsync.dates import Timestamp
from bcfsync.marks import NEVER, is_mark, marked
from bcfsync.merge import Shadows, merge_scalars, merge_sets
from bcfsync.model import DocumentReference, Extensions
from bcfsync.plan.answering import answered, filled
from bcfsync.plan.lacking import lacking, past_without, shortened, unagreed, without_placeless

OURS = topic(stage="Shell", priority="High", labels=("a", "b"), index=3)
THEIRS = replace(OURS, stage=None, labels=())
NEVER_KEPT = {"topic.stage", "topic.labels", "comment.viewpoint_guid"}
NOTHING = (None, None)


def merged(past, local=OURS, remote=THEIRS):
    """What an import does by this past: members sent, and members in conflict."""
    scalars = merge_scalars(("stage", "priority", "index"), Shadows(*past), local, remote)
    sets = merge_sets(("labels",), Shadows(*past), local, remote)
    return {**scalars.updates, **sets.updates}, scalars.conflicts


def test_what_the_server_never_keeps_is_neither_sent_nor_a_conflict():
    assert merged(NOTHING) == ({"labels": ("a", "b")}, ("stage",))
    assert merged(past_without(NOTHING, OURS, THEIRS, NEVER_KEPT)) == ({}, ())


def test_the_way_back_takes_nothing_away_either():
    ours, theirs = past_without(NOTHING, OURS, THEIRS, NEVER_KEPT)
    assert merged((theirs, ours), THEIRS, OURS) == ({}, ())


@pytest.mark.parametrize(
    ("members", "conflicts"),
    [({"priority": "Low"}, ("priority",)), ({"stage": "Roof"}, ("stage",)), ({"index": 4}, ("index",))],
)
def test_another_value_is_a_conflict_as_ever(members, conflicts):
    theirs = replace(THEIRS, **members)
    assert merged(past_without(NOTHING, OURS, theirs, NEVER_KEPT), OURS, theirs)[1] == conflicts


DUE = Timestamp(datetime(2025, 3, 21, 17, tzinfo=UTC), "2025-03-21T17:00:00Z")


@pytest.mark.parametrize(
    ("theirs", "conflict"),
    [
        (datetime(2025, 3, 21, tzinfo=UTC), False),
        (datetime(2025, 3, 22, tzinfo=UTC), True),  # another day
        (datetime(2025, 3, 21, 8, tzinfo=UTC), True),  # a time somebody chose
        (datetime(2025, 3, 21, tzinfo=timezone(timedelta(hours=2))), False),
    ],
)
def test_the_day_of_a_due_date_whose_answer_was_lost_is_no_edit_of_it(theirs, conflict):
    ours, held = replace(OURS, due_date=DUE), replace(OURS, due_date=Timestamp(theirs, theirs.isoformat()))
    found = merge_scalars(("due_date",), Shadows(*past_without(NOTHING, ours, held, ())), ours, held)
    assert (found.updates, bool(found.conflicts)) == ({}, conflict)
    night = Timestamp(datetime(2025, 3, 20, 23, tzinfo=UTC), "2025-03-21T01:00:00+02:00")
    assert bool(shortened(replace(OURS, due_date=night), held)) is not conflict
    back = merge_scalars(("due_date",), Shadows(*reversed(past_without(NOTHING, ours, held, ()))), held, ours)
    assert (back.updates, bool(back.conflicts)) == ({}, conflict)


def test_a_number_that_one_side_lacks_is_sent_as_ever():
    theirs = replace(THEIRS, index=None)
    assert merged(past_without(NOTHING, OURS, theirs, NEVER_KEPT), OURS, theirs) == ({"index": 3}, ())


def test_what_was_once_agreed_counts_for_more():
    """Somebody emptied a member that had been kept: that is an edit."""
    assert past_without((OURS, OURS), OURS, THEIRS, NEVER_KEPT) == (OURS, OURS)


def test_a_member_on_record_as_never_agreed_is_settled():
    past = tuple(replace(item, stage=marked(item, "stage", NEVER)) for item in (OURS, THEIRS))
    ours, theirs = past_without(past, OURS, THEIRS, NEVER_KEPT)
    assert (ours.stage, theirs.stage) == ("Shell", None)


def test_a_link_of_a_comment_that_has_no_place_is_no_conflict():
    ours = comment("c1", viewpoint_guid="v1")
    theirs = replace(ours, viewpoint_guid=None)
    past = past_without(NOTHING, ours, theirs, NEVER_KEPT)
    assert merge_scalars(("comment", "viewpoint_guid"), Shadows(*past), ours, theirs).updates == {}
    assert merge_scalars(("comment", "viewpoint_guid"), Shadows(*past), ours, theirs).conflicts == ()


def test_only_one_side_on_record_is_left_as_it_is():
    assert past_without((OURS, None), OURS, THEIRS, NEVER_KEPT) == (OURS, None)


def test_names_are_told_apart_by_their_kind():
    assert lacking(Kind.TOPIC, NEVER_KEPT) == {"stage", "labels"}


def test_a_past_that_is_none_marks_every_member():
    ours, theirs = unagreed(OURS, THEIRS)
    assert all(is_mark(getattr(item, name)) for item in (ours, theirs) for name in ("title", "stage", "description"))


def test_what_is_known_to_be_dropped_is_not_sent_once_more():
    """U12 is for members nobody knows of."""
    sent = Sent(Verb.CREATE, (), OURS, OURS, OURS)
    assert merged(answered(NOTHING, sent, THEIRS))[0].get("stage") == "Shell"
    past = past_without(answered(NOTHING, sent, THEIRS, lacks=NEVER_KEPT), OURS, THEIRS, NEVER_KEPT)
    assert "stage" not in merged(past)[0]
    assert merged(past)[1] == ()


def test_who_says_that_somebody_edited_the_topic_is_believed():
    sent = Sent(Verb.CREATE, (), OURS, OURS, OURS)
    theirs = replace(THEIRS, modified_date=LATEST)
    assert merged(answered(NOTHING, sent, theirs), OURS, theirs)[1] == ()


# -- values a server puts in by itself -----------------------------------------------------------------------------

BARE = topic(title="Door", priority=None)
SENT = Sent(Verb.UPDATE, ("title",), replace(BARE, title="Gate"), replace(BARE, title="Gate"), BARE)
LISTS = Extensions(priority=("Low", "High"))


@pytest.mark.parametrize(
    ("title", "priority", "lists", "known"),
    [
        ("Gate", "Low", LISTS, "Low"),
        ("Gate", "High", LISTS, None),  # the first one only
        ("Door", "Low", LISTS, None),  # nothing shows that the change came
        ("Gate", "Low", None, None),  # no list tells
    ],
)
def test_the_first_value_after_a_change_that_came_is_the_servers_own(title, priority, lists, known):
    held = replace(BARE, title=title, priority=priority)
    ours, theirs = filled((BARE, BARE), BARE, SENT, held, lists)
    assert (ours.priority, theirs.priority) == (None, known)


def test_a_priority_that_was_changed_is_nobody_elses():
    sent = replace(SENT, fields=("title", "priority"))
    held = replace(BARE, title="Gate", priority="Low")
    assert filled((BARE, BARE), BARE, sent, held, LISTS)[1].priority is None


# -- what it has no place for at all -----------------------------------------------------------------------------

LIST, DOCUMENT = "files.*", "document.*"


def step(number, kind, guid, value=None, *, of="", site=Site.REMOTE, verb=Verb.CREATE):
    return Step(number, site, verb, kind, guid, value, value, guid, topic=of)


def left(steps, lacks, *unkept):
    plan = without_placeless(Plan(tuple(steps)), lacks, set(unkept))
    assert [item.number for item in plan.steps] == list(range(len(plan.steps)))
    return [item.guid for item in plan.steps]


FILES = step(0, Kind.FILES, "t1", of="t1", verb=Verb.UPDATE)
PAPER = step(1, Kind.DOCUMENT, "d1")
TO_PAPER = step(2, Kind.REFERENCE, "r1", DocumentReference("r1", document_guid="d1"), of="t1")
TO_URL = step(3, Kind.REFERENCE, "r2", DocumentReference("r2", url="https://example.com"), of="t1")
STEPS = (FILES, PAPER, TO_PAPER, TO_URL)
F, D, R1, R2 = (key_of(item.kind, item.topic, item.guid) for item in STEPS)


@pytest.mark.parametrize(
    ("lacks", "unkept", "planned"),
    [
        ({LIST}, (), ["t1", "d1", "r1", "r2"]),  # nobody has learned of it yet
        ({LIST}, (F,), ["d1", "r1", "r2"]),
        (set(), (F, D, R1), ["t1", "d1", "r1", "r2"]),  # the server has learned it since
        ({DOCUMENT}, (D, R1), ["t1", "r2"]),
        ({DOCUMENT}, (D,), ["t1", "d1", "r1", "r2"]),  # a new reference waits for its document
        ({LIST, DOCUMENT}, (F, D, R1, R2), ["r2"]),  # a link is no document
    ],
)
def test_what_is_on_record_to_have_no_place_is_planned_no_more(lacks, unkept, planned):
    assert left(STEPS, lacks, *unkept) == planned


def test_what_goes_into_a_file_or_is_deleted_is_planned_as_ever():
    home = replace(FILES, site=Site.LOCAL)
    gone = replace(PAPER, verb=Verb.DELETE, number=1)
    assert left((home, gone), {LIST, DOCUMENT}, F, D) == ["t1", "d1"]
