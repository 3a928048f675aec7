"""What an archive new to the pair is measured by: old news, edits, and what nobody can tell."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bcfsync.dates import timestamp
from bcfsync.marks import is_unknown
from bcfsync.merge import Shadows, merge_scalars, merge_sets
from bcfsync.model import BimSnippet, Blob, Comment, DocumentReference, Topic
from bcfsync.plan.measuring import is_earlier, is_put_back, measured, moment

MONDAY, TUESDAY, WEDNESDAY = (timestamp(datetime(2025, 3, day, tzinfo=UTC)) for day in (3, 4, 5))


def topic(date=MONDAY, **members):
    members = {"title": "Beam", "topic_status": "Open", **members}
    return Topic("00000001-0000-4000-8000-000000000000", modified_date=date, **members)


FIRST = topic()
FIRST_ON_RECORD = [(FIRST, FIRST)]


def imported(value, held, copies):
    """(members sent, members in conflict) of an import."""
    shadows = Shadows(*measured(value, held, copies))
    merged = merge_scalars(("title", "topic_status", "priority", "description"), shadows, value, held)
    return set(merged.updates), set(merged.conflicts)


def exported(value, held, copies):
    """(members brought, members in conflict) of an export."""
    ours, theirs = measured(value, held, copies)
    merged = merge_scalars(("title", "topic_status", "priority", "description"), Shadows(theirs, ours), held, value)
    return set(merged.updates), set(merged.conflicts)


def test_a_later_revision_sends_what_is_new_in_it():
    value = topic(TUESDAY, topic_status="Closed", priority="High")
    assert imported(value, FIRST, FIRST_ON_RECORD) == ({"topic_status", "priority"}, set())


def test_two_branches_of_one_file_never_put_back_what_the_other_changed():
    architect = topic(TUESDAY, title="Beam B-12")
    structure = topic(WEDNESDAY, topic_status="Closed")
    on_record = [(architect, architect), (FIRST, FIRST)]
    assert imported(structure, architect, on_record) == ({"topic_status"}, {"title"})


def test_an_older_branch_keeps_its_own_words_and_they_are_a_conflict():
    server = topic(TUESDAY, title="Beam B-12")
    early = topic(MONDAY, description="650 mm, please")
    on_record = [(server, server), (FIRST, FIRST)]
    assert imported(early, server, on_record) == (set(), {"description"})
    assert exported(early, server, on_record) == ({"title"}, {"description"})


def test_an_older_copy_says_nothing_new_and_is_brought_up_to_date():
    server = topic(TUESDAY, title="Beam B-12", priority="High")
    on_record = [(server, server), (FIRST, None)]
    assert imported(FIRST, server, on_record) == (set(), set())
    assert exported(FIRST, server, on_record) == ({"title", "priority"}, set())


def test_what_a_later_archive_does_not_name_was_dropped_and_not_cleared():
    full = topic(description="650 mm", priority="High")
    assert imported(topic(TUESDAY), full, [(full, full)]) == (set(), set())


@pytest.mark.parametrize("date", [MONDAY, None])
def test_a_new_value_under_no_later_date_is_a_conflict(date):
    assert imported(topic(date, topic_status="Closed"), FIRST, FIRST_ON_RECORD) == (set(), {"topic_status"})


def test_labels_of_a_new_archive_only_grow_and_what_was_taken_away_stays_away():
    before, server = topic(labels=("MEP", "Fire")), topic(labels=("MEP", "Site"))
    value = topic(TUESDAY, labels=("Fire", "Stair"))
    shadows = Shadows(*measured(value, server, [(before, before)]))
    assert merge_sets(("labels",), shadows, value, server).updates == {"labels": ("MEP", "Site", "Stair")}


def test_a_comment_is_measured_by_the_same_rule():
    first = Comment("c", "Please check", date=MONDAY)
    answer = Comment("c", "650 mm", date=MONDAY, modified_date=TUESDAY)
    ours, theirs = measured(answer, first, [(first, first)])
    assert merge_scalars(("comment",), Shadows(ours, theirs), answer, first).updates == {"comment": "650 mm"}
    on_record = [(answer, answer), (first, first)]
    other = Comment("c", "600 mm", date=MONDAY, modified_date=WEDNESDAY)
    assert merge_scalars(("comment",), Shadows(*measured(other, answer, on_record)), other, answer).conflicts


def test_without_anything_on_record_there_is_no_measure():
    assert measured(FIRST, FIRST, []) == (None, None)


def test_a_backup_put_back_under_its_old_name_is_known_by_its_date():
    assert is_earlier(FIRST, topic(TUESDAY))
    assert not is_earlier(FIRST, FIRST)
    assert not is_earlier(topic(None), FIRST)


def test_where_the_server_holds_nothing_any_more_only_new_labels_are_edits():
    before = topic(labels=("a",))
    ours, theirs = measured(topic(TUESDAY, title="Wall", labels=("a", "b")), None, [(before, before)])
    assert (ours.title, ours.labels, theirs.title, theirs.labels) == ("Wall", ("a",), "Wall", ())
    said = Comment("c", "600 mm", date=MONDAY, modified_date=TUESDAY)
    first = Comment("c", "650 mm", date=MONDAY)
    assert [item.comment for item in measured(said, None, [(first, first)])] == ["600 mm", "600 mm"]


OTHERWISE = topic(title="Wall", priority="Low", labels=("a",))
"""An archive without a record of its own; its priority and label are on record."""


@pytest.mark.parametrize(
    ("theirs", "cleared"),
    [(topic(), False), (topic(priority="Low", labels=("a",)), True)],
    ids=["the server never kept them", "the server held them once"],
)
def test_only_what_the_server_once_held_can_have_been_cleared_there(theirs, cleared):
    on_record = [(topic(priority="Low", labels=("a",)), theirs)]
    updates, _ = exported(OTHERWISE, topic(), on_record)
    assert ("priority" in updates) is cleared
    ours, seen = measured(OTHERWISE, topic(), on_record)
    assert merge_sets(("labels",), Shadows(seen, ours), topic(), OTHERWISE).updates == (
        {"labels": ()} if cleared else {}
    )


def test_a_value_that_was_on_record_and_comes_in_a_later_revision_is_a_conflict():
    server = topic(TUESDAY, title="Beam B-12")
    assert imported(topic(WEDNESDAY), server, [(server, server), (FIRST, FIRST)]) == (set(), {"title"})


@pytest.mark.parametrize("other", [topic(WEDNESDAY), topic(None)], ids=["an earlier one", "one without a date"])
def test_a_revision_is_later_only_than_all_that_are_on_record(other):
    value = topic(TUESDAY, topic_status="Closed")
    for on_record in ([(FIRST, FIRST), (other, other)], [(other, other), (FIRST, FIRST)]):
        assert imported(value, FIRST, on_record) == (set(), {"topic_status"})


def test_the_server_may_have_spelled_what_an_archive_held():
    spelled = topic(title="BEAM")
    assert measured(FIRST, spelled, [(FIRST, spelled)]) == (FIRST, spelled)
    ours, _ = measured(spelled, spelled, [(FIRST, spelled)])
    assert ours is not FIRST


def test_the_bytes_of_a_snippet_are_measured_elsewhere():
    bare = BimSnippet("JSON", is_external=False, reference="a.json", reference_schema="")
    before = topic(bim_snippet=bare)
    value = topic(title="Wall", bim_snippet=replace(bare, blob=Blob("a", 1, "0" * 64)))
    ours, _ = measured(value, topic(), [(before, before)])
    assert not is_unknown(ours.bim_snippet)


def test_only_topics_and_comments_are_measured_member_by_member():
    one, other = DocumentReference("r", url="https://a.org"), DocumentReference("r", url="https://b.org")
    assert measured(one, one, [(other, other)]) == (None, None)
    assert moment(one) is None


def test_what_an_archive_held_before_is_known_whatever_other_archives_held():
    latest = topic(WEDNESDAY, title="Wall")
    for on_record in ([(FIRST, FIRST), (latest, latest)], [(latest, latest), (FIRST, FIRST)]):
        assert is_put_back(FIRST, latest, on_record)
    assert not is_put_back(FIRST, latest, [(latest, latest)])
    assert not is_put_back(latest, latest, [(latest, latest)])


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (Topic("t", creation_date=MONDAY), MONDAY),
        (Topic("t", creation_date=MONDAY, modified_date=TUESDAY), TUESDAY),
        (Comment("c", date=MONDAY), MONDAY),
        (Comment("c", date=MONDAY, modified_date=TUESDAY), TUESDAY),
        (Comment("c"), None),
    ],
)
def test_a_thing_was_last_worked_on_when_it_says_so(value, date):
    assert moment(value) == (date and date.instant)
