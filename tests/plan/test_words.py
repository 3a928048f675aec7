"""Names of things, the order of comments, what returns as it was, and what a stray archive is measured by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import ANNA, BEN, C1, C2, C3, MORNING, START, SYNC, blob, comment, link, paper, topic, view

from bcfsync.changes import Kind
from bcfsync.dates import timestamp
from bcfsync.model import DocumentReference
from bcfsync.plan.labels import (
    comment_label,
    document_label,
    part_label,
    reference_label,
    shortened,
    topic_label,
    viewpoint_label,
)
from bcfsync.plan.ordering import parents_first
from bcfsync.plan.returning import returned

NOON, EVENING = timestamp(START.replace(hour=12)), timestamp(START.replace(hour=20))

# -- labels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (topic_label(topic()), "0000 “Duct clashes with beam”"),
        (topic_label(topic(title=" ")), "0000 “untitled”"),
        (comment_label(comment(), topic()), "comment “OK” by anna@example.com on 0000 “Duct clashes with beam”"),
        (comment_label(comment(text="", author=None), topic()), "comment “(no text)” on 0000 “Duct clashes with beam”"),
        (viewpoint_label(view(), topic()), "viewpoint 00000007 of 0000 “Duct clashes with beam”"),
        (viewpoint_label(view(picture=blob()), topic())[:32], "viewpoint 00000007 with snapshot"),
        (reference_label(link(), topic())[:46], "document reference “https://example.com/plan” "),
        (reference_label(link(description="Plan"), topic())[:26], "document reference “Plan” "),
        (reference_label(DocumentReference("12345678-9"), topic())[:29], "document reference “12345678”"),
        (document_label(paper()), "document plan.pdf"),
        (part_label(Kind.FILES, topic()), "model files of 0000 “Duct clashes with beam”"),
        (part_label(Kind.RELATED, topic())[:14], "related topics"),
        (part_label(Kind.SNIPPET, topic())[:7], "snippet"),
    ],
)
def test_things_are_called_so_that_people_find_them(label, words):
    assert label == words


@given(st.text())
def test_a_shortened_text_is_one_short_line(text):
    line = shortened(text)
    assert len(line) <= 48
    assert len(line.splitlines()) <= 1


# -- parents first ---------------------------------------------------------------------------------------------


def reply(guid, to):
    return comment(guid, reply_to_comment_guid=to)


def order(*comments):
    return [item.guid for item in parents_first(comments)]


def test_comments_keep_their_order():
    assert order(comment(C2), comment(C1), comment(C3)) == [C2, C1, C3]


def test_an_answered_comment_comes_before_its_answer():
    assert order(reply(C1, C2), reply(C2, C3), comment(C3)) == [C3, C2, C1]


def test_an_answer_to_nothing_stays_where_it_is():
    assert order(reply(C1, "nobody"), comment(C2)) == [C1, C2]


def test_links_are_followed_in_whatever_spelling():
    assert order(reply(C1, f"{{{C2.upper()}}}"), comment(C2)) == [C2, C1]


def test_a_circle_is_cut_where_it_is_entered():
    assert sorted(order(reply(C1, C2), reply(C2, C1))) == [C1, C2]


def test_a_comment_that_answers_itself_is_there_once():
    assert order(reply(C1, C1)) == [C1]


@given(st.lists(st.integers(0, 6), min_size=7, max_size=7))
def test_no_comment_is_lost_or_doubled_and_parents_come_first_outside_circles(parents):
    names = [f"c{at}" for at in range(7)]
    found = order(*(reply(name, names[to]) for name, to in zip(names, parents, strict=True)))
    assert sorted(found) == names
    for at, to in enumerate(parents):
        if not in_circle(parents, at) and at != to:
            assert found.index(names[to]) < found.index(names[at])


def in_circle(parents, at):
    here = parents[at]
    for _ in parents:
        if here == at:
            return True
        here = parents[here]
    return False


# -- what returns ----------------------------------------------------------------------------------------------

OURS = topic(priority="High", labels=("a",), modified_date=NOON, modified_author=ANNA)
THEIRS = replace(OURS, guid="r1", creation_author=SYNC, creation_date=NOON, modified_date=EVENING, modified_author=SYNC)


def test_what_did_not_move_on_the_server_returns_as_the_file_had_it():
    found = returned(THEIRS, THEIRS, OURS)
    assert (found.creation_author, found.creation_date, found.modified_author) == (ANNA, MORNING, ANNA)
    assert found.guid == "r1"


def test_what_moved_on_the_server_is_what_the_server_holds():
    found = returned(replace(THEIRS, priority="Low", modified_author=BEN), THEIRS, OURS)
    assert (found.priority, found.modified_author, found.creation_author) == ("Low", BEN, ANNA)


def test_a_date_that_moved_with_a_comment_is_no_edit_of_the_topic():
    assert returned(replace(THEIRS, modified_date=timestamp(START)), THEIRS, OURS).modified_date == NOON


def test_a_topic_its_file_does_not_call_modified_is_not_when_its_comments_moved_the_servers_date():
    silent = replace(OURS, modified_date=None, modified_author=None)
    confirmed = replace(THEIRS, modified_date=timestamp(START), modified_author=SYNC)
    found = returned(confirmed, confirmed, silent)
    assert (found.modified_date, found.modified_author) == (None, None)


def test_a_file_that_did_not_say_who_learns_it_from_the_server():
    silent = replace(OURS, creation_author=None, creation_date=None)
    found = returned(THEIRS, THEIRS, silent)
    assert (found.creation_author, found.creation_date) == (SYNC, NOON)


def test_without_a_past_the_servers_value_is_taken_as_it_is():
    assert returned(THEIRS, None, OURS) is THEIRS
    assert returned(THEIRS, THEIRS, None) is THEIRS


def test_a_comment_that_was_edited_says_who_edited_it():
    ours, theirs = comment(), comment("r2", author=SYNC, date=NOON)
    same = returned(theirs, theirs, ours)
    assert (same.author, same.date, same.guid) == (ANNA, MORNING, "r2")
    edited = returned(replace(theirs, comment="No", modified_author=BEN, modified_date=EVENING), theirs, ours)
    assert (edited.comment, edited.author, edited.modified_author) == ("No", ANNA, BEN)


def test_a_comment_nobody_edited_since_is_dated_as_the_file_had_it_or_else_as_the_server_has_it():
    ours, theirs = comment(modified_date=NOON), comment("r2", modified_date=EVENING)
    assert returned(theirs, theirs, ours).modified_date == NOON
    assert returned(theirs, theirs, replace(ours, modified_date=None)).modified_date == EVENING


def test_a_comment_that_was_edited_and_edited_back_says_when():
    ours, theirs = comment(modified_date=NOON), comment("r2", modified_date=NOON)
    assert returned(replace(theirs, modified_date=EVENING), theirs, ours).modified_date == EVENING


def test_a_comment_that_says_something_else_under_the_same_date_keeps_the_servers_date():
    ours, theirs = comment(), comment("r2", modified_date=NOON)
    assert returned(replace(theirs, comment="No", modified_date=EVENING), theirs, ours).modified_date == EVENING
