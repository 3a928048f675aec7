"""What may be remembered after a write: what both sides agree on, and no more."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import C1, D1, D2, R1, T1, T2, T3, V1, V2, comment, link, model_file, topic, view

from bcfsync.advance import advanced, agreed_relations, said
from bcfsync.canonical import TOPIC_SCALARS
from bcfsync.changes import Files, Related
from bcfsync.dates import timestamp
from bcfsync.guids import guid_key
from bcfsync.marks import NEVER, shown
from bcfsync.merge import Merged, Shadows, merge_scalars, merged_set
from bcfsync.model import BimSnippet, DocumentReference

NOTHING = Shadows(None, None)
UNLIKE = {
    **dict.fromkeys(TOPIC_SCALARS, ("a", "b")),
    "index": (1, 2),
    "due_date": (timestamp(datetime(2026, 1, 1, tzinfo=UTC)), None),
    "bim_snippet": (BimSnippet("JSON", is_external=True, reference="a", reference_schema="s"), None),
}
"""Two values of each member of a topic."""
SETS = st.lists(st.sampled_from("abc"), unique=True).map(tuple)


def past(**members):
    return Shadows(topic(**members), topic(**members))


def test_a_create_is_remembered_as_it_stands_on_either_side():
    ours, theirs = topic(title="A"), topic(title="a")
    assert advanced(NOTHING, ours, theirs, None) == Shadows(ours, theirs)


def test_a_member_that_was_written_is_remembered():
    new = advanced(past(priority="a"), topic(priority="b"), topic(priority="B"), ("priority",))
    assert (new.source.priority, new.target.priority) == ("b", "B")


def test_a_member_the_target_edited_meanwhile_keeps_its_old_memory():
    new = advanced(past(stage="old"), topic(priority="b", stage="old"), topic(priority="b", stage="new"), ("priority",))
    assert (new.source.stage, new.target.stage) == ("old", "old")


def test_a_member_both_hold_alike_is_remembered_though_nobody_wrote_it():
    new = advanced(past(priority="a"), topic(priority="b"), topic(priority="b"), ())
    assert (new.source.priority, new.target.priority) == ("b", "b")


def test_members_that_differ_without_a_past_are_remembered_as_never_agreed_on():
    new = advanced(NOTHING, topic(priority="a", stage="s"), topic(priority="b", stage="s"), ())
    assert (new.source.priority, new.target.priority) == (NEVER, NEVER)
    assert (new.source.stage, new.target.stage) == ("s", "s")


@pytest.mark.parametrize("name", TOPIC_SCALARS)
def test_a_member_never_agreed_on_is_a_conflict_as_long_as_it_differs(name):
    ours, theirs = (topic(**{name: value}) for value in UNLIKE[name])
    new = advanced(NOTHING, ours, theirs, ())
    assert merge_scalars(TOPIC_SCALARS, new, ours, theirs).conflicts == (name,)
    assert merge_scalars(TOPIC_SCALARS, new, ours, ours) == Merged({})
    assert all(shown(getattr(side, name)) is None for side in (new.source, new.target))


def test_a_label_only_one_side_ever_had_is_not_agreed():
    new = advanced(NOTHING, topic(labels=("a",)), topic(labels=("a", "b")), ())
    assert (new.source.labels, new.target.labels) == (("a",), ("a",))


def test_a_label_one_side_let_go_is_remembered_on_both():
    new = advanced(past(labels=("a", "b")), topic(labels=("a", "b", "c")), topic(labels=("b", "c")), ("labels",))
    assert (set(new.source.labels), set(new.target.labels)) == ({"a", "b", "c"}, {"a", "b", "c"})


def test_a_label_both_let_go_is_forgotten():
    new = advanced(past(labels=("a",)), topic(), topic(), ())
    assert (new.source.labels, new.target.labels) == ((), ())


@given(SETS, SETS, SETS)
def test_after_a_set_went_one_way_the_way_back_brings_the_rest(base, one, other):
    """However both sides moved: one pass there and one back, and both hold the same."""
    there = merged_set(base, one, other, str)
    new = advanced(past(labels=base), topic(labels=one), topic(labels=there), ("labels",))
    back = merged_set(new.target.labels, there, one, str)
    assert set(back) == set(there)


def test_files_follow_the_rule_of_sets():
    kept, gone, new = map(model_file, "abc")
    old = Shadows(Files((kept, gone)), Files((kept, gone)))
    found = advanced(old, Files((kept, gone, new)), Files((kept, new)), None)
    assert set(found.source.files) == set(found.target.files) == {kept, gone, new}


def test_a_viewpoint_link_is_compared_by_what_it_means_on_the_other_side():
    old = Shadows(comment(viewpoint_guid=V1), comment(viewpoint_guid="there-1"))
    across = {V1: "there-1", V2: "there-2"}.get
    same = advanced(old, comment(viewpoint_guid=V2), comment(viewpoint_guid="there-2"), (), across)
    assert (same.source.viewpoint_guid, same.target.viewpoint_guid) == (V2, "there-2")
    moved = advanced(old, comment(viewpoint_guid=V1), comment(viewpoint_guid="there-2"), ("comment",), across)
    assert (moved.source.viewpoint_guid, moved.target.viewpoint_guid) == (V1, "there-1")


def test_the_path_of_a_reference_is_its_address_unless_it_means_a_document():
    ours, theirs = DocumentReference(R1, path="../x.pdf"), link(url="../x.pdf")
    assert advanced(NOTHING, ours, theirs, ()) == Shadows(ours, theirs)
    ours, theirs = DocumentReference(R1, path="../x.pdf", document_guid=D1), DocumentReference(R1, document_guid=D1)
    assert advanced(NOTHING, ours, theirs, ()) == Shadows(ours, theirs)


def test_references_to_different_documents_are_not_agreed():
    new = advanced(NOTHING, DocumentReference(R1, document_guid=D1), DocumentReference(R1, document_guid=D2), ())
    assert (new.source.document_guid, new.target.document_guid) == (NEVER, NEVER)


def test_a_viewpoint_is_agreed_as_a_whole():
    assert advanced(NOTHING, view(), view(), ()) == Shadows(view(), view())


def test_relations_are_agreed_by_what_they_mean_on_the_other_side():
    across = {T1: "r1", T2: "r2", T3: "r3"}.__getitem__
    old = Shadows(Related((T1, T2)), Related(("r1", "r2")))
    new = agreed_relations(old, Related((T1, T3)), Related(("r2", "r3")), across)
    assert new == Shadows(Related((T1, T2, T3)), Related(("r1", "r2", "r3")))


def test_a_relation_only_one_side_has_is_not_agreed():
    new = agreed_relations(NOTHING, Related((T1,)), Related((T2,)), guid_key)
    assert new == Shadows(Related(), Related())


def test_author_and_date_are_nothing_to_agree_on():
    assert said(topic()) == said(replace(topic(), creation_author="x", modified_date=None))
    assert said(comment()) == said(comment(author="somebody else"))


def test_text_and_links_are_something_to_agree_on():
    known = [comment(), comment(text="No"), comment(viewpoint_guid=V1), comment(C1, "OK", viewpoint_guid=V2)]
    assert len({said(item) for item in known}) == len(known)
    assert said(link()) != said(link(description="x")) != said(DocumentReference(R1, document_guid=D1))
    assert said(Files((model_file("a"), model_file("b")))) == said(Files((model_file("b"), model_file("a"))))
    assert said(Related((T1, T2.upper()))) == said(Related((T2, T1)))
    assert said(view()) != said(view(x=2.0))
