"""The canonical form: what two spellings of one thing have in common."""

from dataclasses import replace

import pytest
from worlds import T1, V1, V2, blob, comment, link, model_file, paper, topic, view

from bcfsync.canonical import (
    canonical,
    comment_content,
    digest,
    document_content,
    file_key,
    guid_keys,
    reference_content,
    same,
    same_set,
    topic_content,
    viewpoint_content,
)
from bcfsync.dates import read_timestamp
from bcfsync.model import (
    BimSnippet,
    Bitmap,
    Component,
    Components,
    DocumentReference,
    OrthogonalCamera,
    Point,
    ViewSetupHints,
    Visibility,
)

ORIGIN = Point(0.0, 0.0, 0.0)
WALL = Component("0123456789ABCDEFGHIJK$")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a  ", "a"),
        ("", None),
        (" \n", None),
        (read_timestamp("2025-01-01T10:00:00+02:00"), read_timestamp("2025-01-01T08:00:00.0000001Z")),
        (read_timestamp("2025-01-01"), read_timestamp("2025-01-01T00:00:00")),
        (blob("a"), replace(blob("a"), locator="b", size=None)),
        (topic(folder="A"), topic(folder=None)),
        (topic(synthetic=frozenset({"Title"})), topic()),
    ],
)
def test_these_are_the_same(one, other):
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "A"),
        (" a", "a"),
        (None, 0),
        (read_timestamp("2025-01-01T10:00:00.001Z"), read_timestamp("2025-01-01T10:00:00Z")),
        (1.0, 1.0000001),
        (topic(index=0), topic(index=None)),
    ],
)
def test_these_are_different(one, other):
    assert digest(one) != digest(other)


def test_the_bytes_of_a_snippet_are_not_what_it_says():
    snippet = BimSnippet("JSON", is_external=False, reference="a", reference_schema="", blob=blob("a"))
    assert same(snippet, replace(snippet, blob=blob("b")))


def test_a_stranger_has_no_canonical_form():
    with pytest.raises(TypeError, match="object"):
        canonical(object())


def test_a_digest_has_a_name_for_any_text():
    """A server may send half of a surrogate pair; the state and the digests have to live with it."""
    assert digest("\ud800") != digest("\ud801")


def test_order_does_not_matter_in_a_set():
    assert same_set(("a", "b"), ("b", "a "))
    assert not same_set(("a",), ("a", "b"))


def test_a_topic_says_what_its_members_say_and_not_whose_it_is():
    known = topic(labels=("a", "b"), priority="x")
    assert topic_content(known) == topic_content(topic(labels=("b", "a"), priority="x", creation_author=None))
    assert topic_content(known) == topic_content(replace(known, comments=(comment(),), modified_date=None))
    assert topic_content(known) != topic_content(replace(known, labels=("a",)))
    assert topic_content(known) != topic_content(replace(known, priority=None))


def test_a_comment_says_its_text():
    assert comment_content(comment()) == comment_content(comment(V1, author="x", viewpoint_guid=V1))
    assert comment_content(comment()) != comment_content(comment(text="ok"))


def test_a_viewpoint_shows_the_same_under_any_guid_and_file_name():
    assert viewpoint_content(view(V1)) == viewpoint_content(replace(view(V2), reference="other.bcfv", index=3))


def test_a_viewpoint_that_looks_elsewhere_shows_something_else():
    assert viewpoint_content(view(x=1.0)) != viewpoint_content(view(x=1.5))


def test_the_aspect_ratio_is_left_out_since_api_2_1_has_none():
    known = view()
    camera = replace(known.perspective_camera, aspect_ratio=1.5)
    assert viewpoint_content(replace(known, perspective_camera=camera)) == viewpoint_content(known)


def test_of_two_cameras_the_perspective_one_counts():
    both = replace(view(), orthogonal_camera=OrthogonalCamera(ORIGIN, ORIGIN, ORIGIN, 10.0))
    assert viewpoint_content(both) == viewpoint_content(view())


def test_whether_there_is_a_picture_counts_and_which_one_does_not():
    assert viewpoint_content(view(picture=blob("a"))) == viewpoint_content(view(picture=blob("b")))
    assert viewpoint_content(view(picture=blob("a"))) != viewpoint_content(view())


def test_bitmaps_count_without_their_names():
    placed = Bitmap("png", ORIGIN, ORIGIN, ORIGIN, 1.0, guid="a", reference="a.png")
    renamed = replace(placed, guid=None, reference="b.png", blob=blob())
    assert viewpoint_content(replace(view(), bitmaps=(placed,))) == viewpoint_content(
        replace(view(), bitmaps=(renamed,))
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (None, Components(visibility=Visibility(default_visibility=False)), True),
        (Components(), Components(visibility=Visibility(default_visibility=True)), True),
        (Components(), Components(selection=(WALL,)), False),
        (Components(visibility=Visibility(exceptions=(WALL,))), Components(), False),
        (
            Components(visibility=Visibility(None, (WALL,))),
            Components(visibility=Visibility(default_visibility=False, exceptions=(WALL,))),
            True,
        ),
        (
            Components(visibility=Visibility(True, (), ViewSetupHints(False, None, False))),  # noqa: FBT003
            Components(visibility=Visibility(True)),  # noqa: FBT003
            True,
        ),
    ],
)
def test_what_components_show(one, other, alike):
    shown = [viewpoint_content(replace(view(), components=item)) for item in (one, other)]
    assert (shown[0] == shown[1]) is alike


def test_a_reference_says_its_address_and_its_description():
    assert reference_content(link(url="a")) == reference_content(DocumentReference(T1, path="a"))
    assert reference_content(link()) != reference_content(link(description="x"))


def test_a_document_is_called_by_its_name():
    assert document_content(paper()) == document_content(paper(T1))


def test_a_model_file_is_what_a_server_can_hold_of_it():
    assert file_key(model_file("a")) == file_key(replace(model_file("a"), is_external=False, blob=blob()))
    assert file_key(model_file("a")) != file_key(model_file("b"))


def test_guids_are_compared_without_case():
    assert guid_keys([T1.upper(), f"{{{T1}}}"]) == {T1}
