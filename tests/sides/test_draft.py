"""A project in memory takes deletions."""

from dataclasses import replace

import pytest
from worlds import C1, C2, R1, T1, T2, V1, comment, link, model_file, topic, view

from bcfsync.advance import said_whole
from bcfsync.changes import Change, Files, Kind, Status, Verb
from bcfsync.model import Bcf
from bcfsync.sides.draft import Draft
from bcfsync.sides.memory import MemorySide

WHOLE = topic(
    comments=(comment(C1), comment(C2, "Two")),
    viewpoints=(view(),),
    document_references=(link(),),
    files=(model_file("a"),),
)


def delete(kind, value, topic_guid=T1, **more):
    return Change(0, Verb.DELETE, kind, getattr(value, "guid", topic_guid), topic_guid, value, **more)


@pytest.mark.parametrize(
    ("kind", "value", "left"),
    [
        (Kind.COMMENT, comment(C1.upper()), {"comments": WHOLE.comments[1:]}),
        (Kind.VIEWPOINT, view(), {"viewpoints": ()}),
        (Kind.REFERENCE, link(), {"document_references": ()}),
    ],
)
def test_a_part_is_taken_out_and_its_topic_is_touched(kind, value, left):
    draft = Draft(Bcf("3.0", topics=(WHOLE, topic(T2))))
    assert draft.take(delete(kind, value)) is value
    assert draft.bcf().topics == (replace(WHOLE, **left), topic(T2))
    assert (list(draft.touched), list(draft.deleted)) == ([T1], [])


def test_a_topic_is_taken_out_with_all_that_hangs_on_it():
    draft = Draft(Bcf("3.0", topics=(WHOLE, topic(T2))))
    draft.take(delete(Kind.COMMENT, comment()))
    draft.take(delete(Kind.TOPIC, WHOLE, ""))
    assert draft.bcf().topics == (topic(T2),)
    assert (list(draft.touched), list(draft.deleted)) == ([], [T1])
    draft.take(Change(0, Verb.CREATE, Kind.TOPIC, T1, "", topic()))
    assert (list(draft.touched), list(draft.deleted)) == ([T1], [])


@pytest.mark.parametrize(
    "change",
    [
        delete(Kind.TOPIC, topic(T2), ""),
        delete(Kind.COMMENT, comment("nobody")),
        delete(Kind.COMMENT, comment(), T2),
        delete(Kind.VIEWPOINT, view("nobody")),
        delete(Kind.REFERENCE, link("nobody")),
    ],
)
def test_what_is_gone_is_deleted(change):
    draft = Draft(Bcf("3.0", topics=(WHOLE,)))
    draft.take(change)
    assert (draft.bcf().topics, list(draft.touched), list(draft.deleted)) == ((WHOLE,), [], [])


def test_parts_that_a_topic_has_once_are_not_deleted_but_emptied():
    with pytest.raises(TypeError):
        Draft(Bcf("3.0", topics=(WHOLE,))).take(delete(Kind.FILES, Files()))


def ended(change, *topics):
    side = MemorySide(bcf=Bcf("3.0", topics=topics))
    (outcome,) = side.apply([change], MemorySide())
    return outcome.status, side.bcf.topics


EDITS = [
    {"priority": "High"},
    {"comments": WHOLE.comments[:1]},
    {"comments": (comment(C1, "Edited"), WHOLE.comments[1])},
    {"viewpoints": ()},
    {"document_references": (link(description="x"),)},
    {"files": ()},
    {"related_topics": (T2,)},
]


@pytest.mark.parametrize("members", EDITS, ids=lambda item: next(iter(item)))
def test_a_topic_that_moved_in_anything_since_the_plan_is_not_deleted(members):
    edited = replace(WHOLE, **members)
    assert said_whole(edited) != said_whole(WHOLE)
    change = delete(Kind.TOPIC, WHOLE, "", expected=WHOLE)
    assert ended(change, edited) == (Status.STALE, (edited,))
    assert ended(change, replace(WHOLE, modified_author="x")) == (Status.DONE, ())


def test_a_comment_that_moved_since_the_plan_is_not_deleted():
    change = delete(Kind.COMMENT, comment(), expected=comment())
    edited = replace(WHOLE, comments=(comment(C1, "Edited"),))
    assert ended(change, edited) == (Status.STALE, (edited,))
    assert ended(change, replace(WHOLE, comments=())) == (Status.DONE, (replace(WHOLE, comments=()),))
    assert ended(change) == (Status.DONE, ())


def test_what_is_hidden_is_neither_shown_nor_denied():
    side = MemorySide(bcf=Bcf("3.0", topics=(WHOLE, topic(T2))), hidden=frozenset({T1}))
    assert list(side.listing().topics) == [T2]
    assert list(side.load([T1, T2]).topics) == [T2]
    assert side.gone([T1, T2, V1, R1]) == {V1, R1}
