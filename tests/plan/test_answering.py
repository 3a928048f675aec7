"""What two sides agree on where a write was sent and no answer came: one row a rule."""

from dataclasses import replace

import pytest
from scenarios import LATER, LATEST
from worlds import C1, D1, R1, T1, T2, V1, V2, comment, link, topic

from bcfsync.changes import Base, Files, Kind, Sent, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import HeaderFile
from bcfsync.plan.answering import answered, past

AGREED = topic(priority="Low", topic_status="Open", description="As planned", labels=("a",))
RECORDED = (AGREED, AGREED)
NO_FILES, FILES = Files(), Files((HeaderFile("a.ifc"),))


def edited(**members):
    """An edit of the topic that was sent."""
    value = replace(AGREED, **members)
    return Sent(Verb.UPDATE, tuple(members), value, value, value)


def created(value):
    """A new atom that was sent."""
    return Sent(Verb.CREATE, (), value, value, value)


def members(found, *names):
    ours, theirs = found
    return [getattr(ours, name) for name in names], [getattr(theirs, name) for name in names]


def changed(value=AGREED, **more):
    return replace(value, **more)


BUILT = {"description": "As built"}
HIGH = {"priority": "High"}

UPDATES = {
    # sent, what the server holds, members, what both have agreed on
    "a value that is there as it was sent was agreed": (HIGH, HIGH, ["High"]),
    "a value that is not there was never agreed": (HIGH, {}, ["Low"]),
    "a third value shows nothing of a status": (HIGH, {"priority": "Middle"}, ["Low"]),
    "words of our own prove that the whole write came": (
        HIGH | BUILT, BUILT | {"priority": "Middle"}, ["High", "As built"]),
    "words that are not there prove nothing": (
        HIGH | BUILT, {"priority": "Middle"}, ["Low", "As planned"]),
    "words somebody else has changed since prove nothing": (
        HIGH | BUILT, {"priority": "Middle", "description": "As sold"}, ["Low", "As planned"]),
    "a status of ours proves nothing of another member": (
        HIGH | {"topic_status": "Closed"}, {"priority": "Middle", "topic_status": "Closed"}, ["Low", "Closed"]),
    "words that stood there before prove nothing": (
        HIGH | {"description": "As planned"}, {"priority": "Middle"}, ["Low", "As planned"]),
    "an emptied description proves nothing": (
        HIGH | {"description": None}, {"priority": "Middle", "description": None}, ["Low", None]),
    "a member the server lacks of a write that came may be one it does not keep": (
        HIGH | BUILT, BUILT | {"priority": None}, ["Low", "As built"]),
    "what was not sent and is not there stays as it is on record": (HIGH, BUILT | HIGH, ["High"]),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "held", "agreed"), UPDATES.values(), ids=UPDATES)
def test_what_is_agreed_after_an_edit_without_an_answer(sent, held, agreed):
    ours, theirs = members(answered(RECORDED, edited(**sent), changed(**held)), *sent)
    assert ours == theirs == agreed


def test_each_side_is_measured_by_what_it_would_have_held():
    sent = replace(edited(**BUILT, **HIGH), seen=replace(AGREED, description="As built", priority="HIGH"))
    held = changed(**BUILT, priority="Middle")
    assert members(answered(RECORDED, sent, held), "priority") == (["High"], ["HIGH"])


def test_a_member_that_was_not_sent_stays_as_it_is_on_record_whatever_the_server_holds():
    found = answered(RECORDED, edited(**BUILT), changed(**BUILT, priority="High"))
    assert members(found, "priority", "description") == (["Low", "As built"],) * 2


def test_a_label_that_was_sent_and_is_there_was_agreed():
    ours, theirs = answered(RECORDED, edited(labels=("a", "b")), changed(labels=("a", "b")))
    assert set(ours.labels) == set(theirs.labels) == {"a", "b"}


def test_labels_are_agreed_one_by_one_even_where_words_prove_that_the_write_came():
    sent = edited(**BUILT, labels=("a", "b"))
    ours, _ = answered(RECORDED, sent, changed(**BUILT, labels=("a",)))
    assert ours.labels == ("a",)


@pytest.mark.parametrize("recorded", [(None, None), (AGREED, None), (None, AGREED)])
def test_an_edit_of_what_is_on_no_record_agrees_nothing(recorded):
    assert answered(recorded, edited(**HIGH), changed(**HIGH)) == recorded


def test_where_the_server_holds_nothing_the_record_counts():
    assert answered(RECORDED, edited(**HIGH), None) == RECORDED
    assert answered((None, None), created(AGREED), None) == (None, None)


def test_a_list_that_is_there_as_it_was_sent_was_agreed_and_any_other_was_not():
    sent = Sent(Verb.UPDATE, (), FILES, FILES, FILES)
    assert answered((NO_FILES, NO_FILES), sent, FILES) == (FILES, FILES)
    assert answered((NO_FILES, NO_FILES), sent, NO_FILES) == (NO_FILES, NO_FILES)


def test_a_reference_is_agreed_member_by_member_like_a_topic():
    before = link(R1, "https://example.com/a", description="Plan")
    value = replace(before, description="Plan 2")
    sent = Sent(Verb.UPDATE, ("description",), value, value, value)
    held = replace(value, url="https://example.com/b")
    ours, _ = answered((before, before), sent, held)
    assert (ours.description, ours.url) == ("Plan 2", "https://example.com/a")


# -- what was created ------------------------------------------------------------------------------------------------

MADE = topic(creation_date=LATER, priority="High", stage="Shell", labels=("a", "b"))


def test_a_topic_somebody_edited_on_the_server_was_there_as_it_was_sent():
    held = changed(MADE, priority="Low", modified_date=LATEST)
    assert members(answered((None, None), created(MADE), held), "priority", "stage") == (["High", "Shell"],) * 2


@pytest.mark.parametrize(
    "dates", [{"modified_date": None}, {"modified_date": LATER}, {"creation_date": None, "modified_date": LATEST}]
)
def test_a_topic_nobody_edited_may_be_the_servers_own_spelling(dates):
    assert answered((None, None), created(MADE), changed(MADE, priority="Low", **dates)) == (None, None)


def test_what_the_server_does_not_hold_of_a_new_topic_it_may_not_keep():
    held = changed(MADE, stage=None, labels=("A ", "a"), modified_date=LATEST)
    ours, theirs = answered((None, None), created(MADE), held)
    assert (ours.stage, theirs.stage, ours.priority, theirs.priority) == (None, None, "High", "High")
    assert ours.labels == theirs.labels == ("a",)


@pytest.mark.parametrize(("view", "agreed"), [(None, None), (V2, V1)])
def test_a_new_comment_somebody_edited_on_the_server_was_there_as_it_was_sent(view, agreed):
    value = comment(C1, "OK", viewpoint_guid=V1)
    held = replace(value, comment="Fine", viewpoint_guid=view, modified_date=LATEST)
    found = answered((None, None), created(value), held)
    assert members(found, "comment", "viewpoint_guid") == (["OK", agreed],) * 2


def test_a_new_list_agrees_nothing():
    assert answered((None, None), created(FILES), FILES) == (None, None)


# -- by what is on record --------------------------------------------------------------------------------------------


def test_without_a_write_on_record_the_record_counts():
    key = key_of(Kind.TOPIC, "", T1)
    assert past(Base(local={key: AGREED}, seen={key: AGREED}), key, changed(**HIGH)) == RECORDED


def test_with_a_write_on_record_what_the_server_holds_counts_too():
    key = key_of(Kind.TOPIC, "", T1)
    base = Base(local={key: AGREED}, seen={key: AGREED}, sent={key: edited(**HIGH)})
    assert members(past(base, key, changed(**HIGH)), "priority") == (["High"], ["High"])


@pytest.mark.parametrize(("known", "there"), [(True, V2), (False, V1)])
def test_a_comment_is_on_the_viewpoint_the_server_calls_otherwise(known, there):
    key = key_of(Kind.COMMENT, T1, C1)
    before = comment(C1, "OK")
    value = replace(before, viewpoint_guid=V1)
    sent = Sent(Verb.UPDATE, ("viewpoint_guid",), value, value, replace(value, viewpoint_guid=there))
    links = {key_of(Kind.VIEWPOINT, T1, V1): key_of(Kind.VIEWPOINT, T2, V2)} if known else {}
    base = Base(to_remote=links, local={key: before}, seen={key: before}, sent={key: sent})
    ours, theirs = past(base, key, replace(before, viewpoint_guid=there))
    assert (ours.viewpoint_guid, guid_key(theirs.viewpoint_guid or "")) == (V1, there)


def test_a_reference_is_to_the_document_the_server_calls_otherwise():
    key = key_of(Kind.REFERENCE, T1, R1)
    before = link(R1, "https://example.com/a")
    value = replace(before, url=None, document_guid=D1)
    sent = Sent(Verb.UPDATE, ("url", "document_guid"), value, value, replace(value, document_guid=V2))
    links = {key_of(Kind.DOCUMENT, "", D1): key_of(Kind.DOCUMENT, "", V2)}
    base = Base(to_remote=links, local={key: before}, seen={key: before}, sent={key: sent})
    ours, theirs = past(base, key, replace(value, document_guid=V2))
    assert (ours.document_guid, theirs.document_guid) == (D1, V2)


def test_a_comment_that_went_without_its_link_keeps_it_where_somebody_edits_it_there():
    sent = replace(created(comment(C1, viewpoint_guid=V1)), seen=comment(C1))
    held = comment(C1, "Sealed", modified_date=LATEST)
    ours, theirs = answered((None, None), sent, held, lacks={"comment.viewpoint_guid"})
    assert (ours.viewpoint_guid, theirs.viewpoint_guid) == (V1, None)
    ours, theirs = answered((None, None), sent, held)
    assert (ours.viewpoint_guid, theirs.viewpoint_guid) == (None, None)
