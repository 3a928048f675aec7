"""The union of archives: docs/merge.md, row by row, and what holds for every union."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import (
    ANNA,
    BEN,
    C1,
    C2,
    D1,
    MORNING,
    START,
    T1,
    T2,
    T3,
    V1,
    V2,
    blob,
    comment,
    gid,
    link,
    model_file,
    paper,
    topic,
    view,
)

from bcfsync.bcfxml import v30
from bcfsync.dates import timestamp
from bcfsync.guids import guid_key
from bcfsync.model import (
    Bcf,
    BimSnippet,
    Document,
    DocumentReference,
    Extensions,
    Extra,
    OrthogonalCamera,
    Project,
    Snapshot,
    Topic,
)
from bcfsync.plain import dumps
from bcfsync.union import Fate, Input, unite
from bcfsync.versions import fitted

EARLY, LATE = timestamp(START), timestamp(START + timedelta(hours=1))


def bcf(*topics, version="3.0", **members):
    return Bcf(version, topics=topics, **members)


def union(*models, base=None):
    """The union of models named a, b, c …"""
    names = itertools.chain("abcdefgh")
    return unite([Input(name, model) for name, model in zip(names, models, strict=False)], base)


def inner_snippet(held):
    return BimSnippet(".ifc", is_external=False, reference="part.ifc", reference_schema="ifc4", blob=held)


def only(united):
    """The only topic of a union."""
    (found,) = united.bcf.topics
    return found


def fates(united):
    return [note.fate for note in united.notes]


def lost(united):
    return [(item.field, item.winner, [loser.value for loser in item.losers]) for item in united.decisions]


# --- fields -----------------------------------------------------------------------------------------------------------

A, B, C = "Open", "Active", "Closed"


@pytest.mark.parametrize(
    ("base", "early", "late", "winner", "losers"),
    [
        (A, A, B, B, []),
        (A, B, A, B, []),
        (A, B, B, B, []),
        (A, B, C, C, [B]),
        (A, C, B, B, [C]),
        (A, None, A, None, []),
        (A, None, B, B, [None]),
        (None, None, B, B, []),
        ("nothing", A, A, A, []),
        ("nothing", A, B, B, [A]),
        ("nothing", B, A, A, [B]),
        ("nothing", None, A, A, []),
        ("nothing", A, None, A, []),
        ("nothing", None, None, None, []),
    ],
)
def test_a_field_takes_the_value_that_changed_and_else_the_last_one(base, early, late, winner, losers):
    past = None if base == "nothing" else bcf(topic(topic_status=base))
    one, other = topic(topic_status=early, modified_date=EARLY), topic(topic_status=late, modified_date=LATE)
    united = union(bcf(one), bcf(other), base=past)
    assert only(united).topic_status == winner
    assert [loser.value for item in united.decisions for loser in item.losers] == losers
    assert united.needs_a_look == bool(losers)


def test_of_three_values_the_last_wins_and_both_others_are_told_with_their_files():
    at = (EARLY, LATE, timestamp(START + timedelta(hours=2)))
    models = [bcf(topic(priority=word, modified_date=date)) for word, date in zip("xyz", at, strict=True)]
    (decision,) = union(*models).decisions
    assert (decision.winner, decision.files) == ("z", ("c",))
    assert [(loser.value, loser.files) for loser in decision.losers] == [("x", ("a",)), ("y", ("b",))]
    assert (decision.topic, decision.kind, decision.field) == (T1, "topic", "priority")


def test_of_values_of_one_date_the_same_one_wins_in_every_order():
    one, other = bcf(topic(priority="High")), bcf(topic(priority="Low"))
    assert only(union(one, other)).priority == only(union(other, one)).priority == "Low"


def test_another_way_to_write_line_ends_is_no_other_value():
    united = union(bcf(topic(description="a\r\nb ")), bcf(topic(description="a\nb", modified_date=LATE)))
    assert not united.decisions


def test_who_touched_a_topic_last_is_no_conflict():
    one = topic(modified_date=EARLY, modified_author=ANNA)
    other = topic(modified_date=LATE, modified_author=BEN)
    united = union(bcf(one), bcf(other))
    assert (only(united).modified_date, only(united).modified_author) == (LATE, BEN)
    assert not united.decisions


def test_what_a_version_has_no_place_for_is_not_emptied_by_it():
    past = bcf(topic(due_date=LATE, stage="Design"))
    old = bcf(topic(title="Other"), version="2.0")
    found = only(union(old, past, base=past))
    assert (found.title, found.due_date, found.stage) == ("Other", LATE, "Design")


def test_a_losing_description_is_told_whole():
    text = "long\n" * 200
    united = union(bcf(topic(description=text)), bcf(topic(description="short", modified_date=LATE)))
    assert lost(united) == [("description", "short", [text])]


def test_the_bytes_of_a_losing_snippet_are_kept_beside_the_winner():
    def snippet(name):
        return inner_snippet(blob(name))

    united = union(bcf(topic(bim_snippet=snippet("one"))), bcf(topic(bim_snippet=snippet("two"), modified_date=LATE)))
    assert only(united).bim_snippet.blob.locator == "two"
    assert [extra.blob.locator for extra in united.bcf.extras] == ["one"]
    assert union(united.bcf, bcf(topic(bim_snippet=snippet("one")))).bcf.extras == united.bcf.extras


def test_texts_changed_in_different_lines_are_united_with_a_base():
    past = bcf(topic(description="one\ntwo\nthree"))
    models = [bcf(topic(description=text)) for text in ("ONE\ntwo\nthree", "one\ntwo\nTHREE")]
    united = union(*models, base=past)
    assert only(united).description == "ONE\ntwo\nTHREE"
    assert (fates(united), united.needs_a_look) == ([Fate.WOVEN], False)
    assert union(*models).needs_a_look


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "one", "other", "found"),
    [
        ("ab", "ab", "abc", "abc"),
        ("ab", "a", "abc", "ac"),
        ("ab", "abx", "aby", "abxy"),
        ("ab", "", "", ""),
        (None, "ab", "bc", "abc"),
        (None, "", "ab", "ab"),
    ],
)
@pytest.mark.parametrize("name", ["labels", "reference_links", "related_topics"])
def test_a_list_gains_what_was_added_and_loses_what_was_taken_away(name, base, one, other, found):
    past = None if base is None else bcf(topic(**{name: tuple(base)}))
    united = union(bcf(topic(**{name: tuple(one)})), bcf(topic(**{name: tuple(other)})), base=past)
    assert set(getattr(only(united), name)) == set(found)
    assert not united.decisions


def test_the_only_link_of_a_2_0_file_takes_no_other_link_away():
    past = bcf(topic(reference_links=("a", "b")))
    old = bcf(topic(title="Other", reference_links=("a",)), version="2.0")
    assert only(union(old, past, base=past)).reference_links == ("a", "b")


def test_related_topics_are_one_in_any_letter_case():
    guid = "5019d939-62a4-45d9-b205-fab602c98fe8"
    united = union(bcf(topic(related_topics=(guid,))), bcf(topic(related_topics=(guid.upper(),), modified_date=LATE)))
    assert len(only(united).related_topics) == 1


def test_model_files_are_one_by_what_is_said_of_them():
    one, other = model_file("a.ifc"), model_file("b.ifc")
    united = union(bcf(topic(files=(one,))), bcf(topic(files=(one, other))))
    assert {file.filename for file in only(united).files} == {"a.ifc", "b.ifc"}
    assert len(only(united).files) == 2


def test_model_files_of_other_bytes_are_both_kept_under_names_of_their_own():
    def inner(name):
        return replace(model_file("a.ifc"), is_external=False, reference="a.ifc", blob=blob(name))

    united = union(bcf(topic(files=(inner("one"),))), bcf(topic(files=(inner("two"),))))
    assert {file.blob.locator for file in only(united).files} == {"one", "two"}
    assert len({file.reference for file in only(united).files}) == 2
    assert fates(united) == [Fate.SECOND_NAME]


def test_value_lists_are_united():
    one = bcf(topic(), extensions=Extensions(topic_type=("Error",), users=(ANNA,)))
    other = bcf(topic(), extensions=Extensions(topic_type=("Clash", "Error")))
    found = union(one, other).bcf.extensions
    assert (set(found.topic_type), found.users, found.stage) == ({"Error", "Clash"}, (ANNA,), None)


def test_a_file_without_value_lists_takes_none_away():
    past = bcf(topic(), extensions=Extensions(topic_type=("Error",)))
    assert union(bcf(topic(title="x")), past, base=past).bcf.extensions == past.extensions


def test_another_projects_id_is_told():
    united = union(bcf(topic(), project=Project("one", "A")), bcf(topic(T2), project=Project("two", "A")))
    assert [item.field for item in united.decisions] == ["project_id"]


# --- comments ---------------------------------------------------------------------------------------------------------


def talk(*comments, **members):
    return bcf(topic(comments=comments, **members))


def test_comments_are_united_in_the_order_of_their_dates():
    one = talk(comment(C1, "first", date=EARLY), comment(gid(90), "third", date=LATE))
    other = talk(comment(C2, "second", date=timestamp(START + timedelta(minutes=5))))
    assert [item.comment for item in only(union(one, other)).comments] == ["first", "second", "third"]


def test_a_losing_comments_text_is_told_whole():
    one, other = talk(comment(text="mine")), talk(comment(text="yours", modified_date=LATE))
    united = union(one, other)
    assert [item.comment for item in only(united).comments] == ["yours"]
    assert lost(united) == [("comment", "yours", ["mine"])]
    assert united.decisions[0].guid == C1


@pytest.mark.parametrize(
    ("with_base", "text", "kept", "fate"),
    [(True, "OK", 0, [Fate.REMOVED]), (True, "edited", 1, [Fate.KEPT]), (False, "OK", 1, []), (False, "edited", 1, [])],
)
def test_a_comment_is_removed_only_with_a_base_and_if_nobody_edited_it(with_base, text, kept, fate):
    past = talk(comment())
    united = union(talk(), talk(comment(text=text)), base=past if with_base else None)
    assert len(only(united).comments) == kept
    assert fates(united) == fate
    assert united.needs_a_look == (Fate.KEPT in fate)


# --- viewpoints -------------------------------------------------------------------------------------------------------


def seen(*views, **members):
    return bcf(topic(viewpoints=views, **members))


def test_one_viewpoint_with_one_picture_is_not_doubled():
    united = union(
        seen(view(picture=blob("x"))), seen(view(picture=replace(blob("x"), locator="elsewhere")), title="B")
    )
    assert len(only(united).viewpoints) == 1
    assert not united.notes


@pytest.mark.parametrize(
    "other",
    [view(x=9.0), view(picture=blob("other"))],
)
def test_a_viewpoint_of_other_content_is_kept_under_a_derived_guid(other):
    united = union(seen(view(picture=blob("x"))), seen(other if other.snapshot else replace(other, snapshot=None)))
    guids = [item.guid for item in only(united).viewpoints]
    assert len(set(guids)) == 2
    assert V1 in guids
    assert fates(united) == [Fate.SECOND_VIEWPOINT]
    assert not united.needs_a_look


def test_a_viewpoint_that_the_base_has_keeps_its_guid():
    past, changed = seen(view()), seen(view(x=9.0), modified_date=LATE)
    for models in ((past, changed), (changed, past)):
        found = {item.guid: item for item in only(union(*models, base=past)).viewpoints}
        assert found[V1].perspective_camera.camera_view_point.x == 1.0
        assert len(found) == 2


def test_a_comment_means_the_viewpoint_it_meant_in_its_own_file():
    one = seen(view(), comments=(comment(C1, viewpoint_guid=V1),))
    other = seen(view(x=9.0), comments=(comment(C2, viewpoint_guid=V1.upper()),))
    found = only(union(one, other))
    places = {guid_key(item.guid): item.perspective_camera.camera_view_point.x for item in found.viewpoints}
    assert {item.guid: places[guid_key(item.viewpoint_guid)] for item in found.comments} == {C1: 1.0, C2: 9.0}


def test_what_only_one_version_can_say_of_a_camera_is_kept():
    whole = replace(view(), perspective_camera=replace(view().perspective_camera, aspect_ratio=1.5))
    camera = view().perspective_camera
    both = replace(
        view(),
        orthogonal_camera=OrthogonalCamera(
            camera.camera_view_point, camera.camera_direction, camera.camera_up_vector, 5.0
        ),
        snapshot=Snapshot("png", "x.png", blob("x")),
    )
    (found,) = only(union(seen(whole), seen(both, title="other", modified_date=LATE))).viewpoints
    assert found.perspective_camera.aspect_ratio == 1.5
    assert found.orthogonal_camera.view_to_world_scale == 5.0
    assert found.snapshot.blob.locator == "x"


@pytest.mark.parametrize(("commented", "kept"), [(False, 0), (True, 1)])
def test_a_viewpoint_is_removed_with_a_base_unless_a_comment_means_it(commented, kept):
    past = seen(view())
    thread = (comment(viewpoint_guid=V1),) if commented else ()
    united = union(seen(title="other"), seen(view(), comments=thread), base=past)
    assert len(only(united).viewpoints) == kept
    assert fates(united) == [Fate.KEPT if commented else Fate.REMOVED]


# --- documents and foreign files --------------------------------------------------------------------------------------


def papers(*documents, references=(), **members):
    return bcf(topic(document_references=references), documents=documents, **members)


def test_a_document_of_two_files_is_one():
    united = union(papers(paper()), papers(replace(paper(), blob=replace(paper().blob, locator="b"))))
    assert len(united.bcf.documents) == 1


def test_documents_of_other_bytes_are_both_kept_and_referred_to():
    def referring(number, name):
        return papers(replace(paper(), blob=blob(name)), references=(DocumentReference(gid(number), document_guid=D1),))

    united = union(referring(60, "one"), referring(61, "two"))
    held = {guid_key(item.guid): item.blob.locator for item in united.bcf.documents}
    meant = {item.guid: held[guid_key(item.document_guid)] for item in only(united).document_references}
    assert meant == {gid(60): "one", gid(61): "two"}
    assert fates(united) == [Fate.SECOND_DOCUMENT]


def test_documents_of_one_path_do_not_overwrite_each_other():
    one = Document(gid(60), "plan.pdf", path="plan.pdf", blob=blob("one"))
    other = Document(gid(61), "plan.pdf", path="Plan.pdf", blob=blob("two"))
    united = union(papers(one, version="2.1"), papers(other, version="2.1"))
    assert len({item.path for item in united.bcf.documents}) == 2
    assert {item.blob.locator for item in united.bcf.documents} == {"one", "two"}


def test_references_without_a_guid_are_one_by_what_they_say():
    def said(url):
        return link(gid(70), url, synthetic=frozenset({"Guid"}))

    united = union(
        papers(references=(said("x"), link(gid(71)))), papers(references=(said("y"),)), papers(references=(said("x"),))
    )
    found = only(united).document_references
    assert sorted(item.url for item in found) == ["https://example.com/plan", "x", "y"]
    assert len({item.guid for item in found}) == 3


def test_foreign_files_of_one_name_are_one_or_both_kept():
    def foreign(name):
        return bcf(topic(), extras=(Extra("notes.txt", blob(name)),))

    assert len(union(foreign("one"), replace(foreign("one"), project=Project("x"))).bcf.extras) == 1
    united = union(foreign("one"), foreign("two"))
    assert {extra.blob.locator for extra in united.bcf.extras} == {"one", "two"}
    assert len({extra.path for extra in united.bcf.extras}) == 2


def test_a_foreign_file_in_a_topics_folder_follows_the_topic():
    one = bcf(topic(folder="OLD NAME"), extras=(Extra("OLD NAME/x.xml", blob("x")),))
    united = union(one, bcf(topic(title="B", folder="other")))
    assert [extra.path for extra in united.bcf.extras] == [f"{T1}/x.xml"]


def test_a_foreign_file_under_a_name_that_a_writer_needs_gets_another():
    united = union(bcf(topic()), bcf(topic(T2), extras=(Extra(f"{T1}/markup.bcf", blob("broken")),)))
    written = dict(v30.entries(fitted(united.bcf, "3.0")))
    assert blob("broken") in written.values()
    assert isinstance(written[f"{T1}/markup.bcf"], bytes)


# --- whole topics -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edited", "kept", "fate"),
    [
        (topic(T2), False, Fate.REMOVED),
        (topic(T2, modified_date=LATE, modified_author=BEN), False, Fate.REMOVED),
        (topic(T2, title="edited"), True, Fate.KEPT),
        (topic(T2, comments=(comment(),)), True, Fate.KEPT),
        (topic(T2, viewpoints=(view(),)), True, Fate.KEPT),
    ],
)
def test_an_edit_anywhere_in_a_topic_beats_its_removal(edited, kept, fate):
    past = bcf(topic(), topic(T2))
    united = union(bcf(topic(), edited), bcf(topic()), base=past)
    assert (len(united.bcf.topics) == 2) is kept
    assert fates(united) == [fate]


def test_without_a_base_no_topic_is_removed():
    assert len(union(bcf(topic(), topic(T2)), bcf(topic())).bcf.topics) == 2


def test_a_topic_that_could_not_be_read_is_not_removed():
    past = bcf(topic(), topic(T2))
    damaged = bcf(topic(), extras=(Extra(f"{T2}/markup.bcf", blob("broken")),))
    assert len(union(past, damaged, base=past).bcf.topics) == 2


def test_a_topic_all_have_removed_is_told():
    united = union(bcf(topic()), bcf(topic(title="x")), base=bcf(topic(), topic(T3)))
    assert fates(united) == [Fate.REMOVED]


def test_topics_that_say_the_same_are_told_and_not_joined():
    united = union(bcf(topic()), bcf(topic(T2)))
    assert len(united.bcf.topics) == 2
    assert fates(united) == [Fate.LOOK_ALIKE]
    assert not united.needs_a_look


def test_the_newest_version_is_taken():
    assert union(bcf(topic(), version="2.0"), bcf(topic(T2), version="2.1")).bcf.version == "2.1"


def test_two_things_of_one_guid_in_one_file_are_both_kept():
    twice = topic(
        comments=(comment(C1, "one"), comment(C1, "two")), document_references=(link(url="one"), link(url="two"))
    )
    found = only(union(bcf(twice), bcf(topic(comments=(comment(C1, "one"),), title="B"))))
    assert sorted(item.comment for item in found.comments) == ["one", "two"]
    assert sorted(item.url for item in found.document_references) == ["one", "two"]


# --- what holds for every union ---------------------------------------------------------------------------------------

WORDS = st.sampled_from([None, "a", "b", "c"])
DATES = st.sampled_from([None, MORNING, EARLY, LATE])
LABELS = st.lists(st.sampled_from("abcd"), unique=True, max_size=3).map(tuple)


@st.composite
def topics(draw, guid):
    comments = tuple(
        comment(
            key,
            draw(st.sampled_from(["OK", "no", "yes"])),
            date=draw(DATES),
            modified_date=draw(DATES),
            viewpoint_guid=draw(st.sampled_from([None, V1, V2])),
        )
        for key in draw(st.lists(st.sampled_from([C1, C2]), unique=True))
    )
    views = tuple(
        view(key, x=draw(st.sampled_from([1.0, 2.0])), picture=draw(st.sampled_from([None, blob("p"), blob("q")])))
        for key in draw(st.lists(st.sampled_from([V1, V2]), unique=True))
    )
    snippet = draw(st.sampled_from([None, "s", "t"]))
    return topic(
        guid,
        title=draw(st.sampled_from(["", "A", "B"])),
        description=draw(WORDS),
        modified_date=draw(DATES),
        labels=draw(LABELS),
        comments=comments,
        viewpoints=views,
        bim_snippet=inner_snippet(blob(snippet)) if snippet else None,
        document_references=tuple(
            link(gid(80 + at), draw(st.sampled_from(["x", "y"]))) for at in draw(st.sets(st.integers(0, 1)))
        ),
        files=tuple(
            replace(model_file(name), is_external=False, reference=name, blob=blob(draw(st.sampled_from(["m", "n"]))))
            for name in draw(st.lists(st.sampled_from(["1.ifc", "2.ifc"]), unique=True))
        ),
    )


@st.composite
def archives(draw):
    return Bcf(
        draw(st.sampled_from(["2.1", "3.0"])),
        project=draw(st.sampled_from([None, Project("p", "x"), Project("q")])),
        extensions=draw(st.sampled_from([None, Extensions(users=("a",)), Extensions(users=("b",), stage=("s",))])),
        documents=tuple(
            replace(paper(key), blob=blob(draw(st.sampled_from(["d", "e"]))))
            for key in draw(st.lists(st.sampled_from([D1]), unique=True))
        ),
        topics=tuple(draw(topics(key)) for key in draw(st.lists(st.sampled_from([T1, T2]), unique=True))),
        extras=tuple(
            Extra(name, blob(draw(st.sampled_from(["f", "g"]))))
            for name in draw(st.lists(st.sampled_from(["x.txt", f"{T1}/y.txt"]), unique=True))
        ),
    )


def told(united):
    """A union without the names of its files."""
    decisions = sorted(
        str((item.guid, item.field, item.winner, [one.value for one in item.losers])) for item in united.decisions
    )
    return dumps(united.bcf), decisions, sorted(str((note.fate, note.name, note.detail)) for note in united.notes)


@given(st.lists(archives(), min_size=1, max_size=3), st.none() | archives(), st.randoms())
@settings(deadline=None, max_examples=50)
def test_the_order_of_the_inputs_makes_no_difference(models, base, chance):
    shuffled = list(models)
    chance.shuffle(shuffled)
    assert told(union(*models, base=base)) == told(union(*shuffled, base=base))


@given(archives())
@settings(deadline=None, max_examples=40)
def test_an_archive_united_with_itself_or_with_nothing_is_itself(model):
    assert union(model, model).bcf == model
    assert union(model, Bcf("2.0")).bcf == model
    assert not union(model, model, Bcf("2.0")).needs_a_look


@given(st.lists(archives(), min_size=2, max_size=3), st.none() | archives())
@settings(deadline=None, max_examples=50)
def test_an_archive_named_twice_makes_no_difference(models, base):
    assert told(union(*models, base=base)) == told(union(*models, models[0], base=base))


@given(st.lists(archives(), min_size=1, max_size=3))
@settings(deadline=None, max_examples=60)
def test_everything_any_input_holds_is_in_the_union_or_among_the_losers(models):
    united = union(*models)
    losers = {(item.topic, item.guid, item.field, loser.value) for item in united.decisions for loser in item.losers}
    kept = {guid_key(item.guid): item for item in united.bcf.topics}
    for model in models:
        for item in model.topics:
            check_topic(item, kept[guid_key(item.guid)], losers)
    digests = set(blobs(united.bcf))
    assert set(itertools.chain.from_iterable(map(blobs, models))) <= digests


def check_topic(item: Topic, found: Topic, losers):
    assert set(item.labels) <= set(found.labels)
    for name in ("title", "description"):
        value = getattr(item, name)
        assert not value or value == getattr(found, name) or (item.guid, item.guid, name, value) in losers
    comments = {one.guid: one for one in found.comments}
    for one in item.comments:
        assert one.comment == comments[one.guid].comment or (item.guid, one.guid, "comment", one.comment) in losers
    for one in item.viewpoints:
        assert any(one.perspective_camera == other.perspective_camera for other in found.viewpoints)
    for one in item.document_references:
        urls = {other.url for other in found.document_references if other.guid == one.guid}
        assert one.url in urls or (item.guid, one.guid, "url", one.url) in losers


def blobs(model):
    """The digests of the bytes a writer would put into the archive."""
    for _, payload in v30.entries(fitted(model, "3.0")):
        if not isinstance(payload, bytes):
            yield payload.sha256


@given(archives(), archives())
@settings(deadline=None, max_examples=50)
def test_what_is_united_already_brings_nothing_new(one, other):
    united = union(one, other).bcf
    again = union(united, one).bcf
    assert {guid_key(item.guid) for item in again.topics} == {guid_key(item.guid) for item in united.topics}
    for before, after in zip(united.topics, again.topics, strict=True):
        assert len(before.viewpoints) == len(after.viewpoints)
        assert len(before.comments) == len(after.comments)
        assert len(before.files) == len(after.files)
    assert set(blobs(again)) == set(blobs(united))
    assert len(again.documents) == len(united.documents)


@given(archives(), archives())
@settings(deadline=None, max_examples=50)
def test_a_side_that_changed_nothing_yields(base, edited):
    """Except where an edit cannot remove: viewpoints in use, documents referred to, what versions have no room for."""
    edited = replace(edited, version=base.version)
    found = {guid_key(item.guid): item for item in union(base, edited, base=base).bcf.topics}
    for item in edited.topics:
        result = found[guid_key(item.guid)]
        for name in ("title", "description", "labels", "bim_snippet"):
            held, wanted = getattr(result, name), getattr(item, name)
            if name == "labels":
                assert set(held) == set(wanted)
            elif guid_key(item.guid) in {guid_key(one.guid) for one in base.topics}:
                assert held == wanted
        assert {one.guid: one.comment for one in result.comments} == {one.guid: one.comment for one in item.comments}
