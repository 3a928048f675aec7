"""Lenient reading: what counts as absent, and the one error."""

import math
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bcfsync.bcfapi.codec import UnknownApiVersion, for_version
from bcfsync.bcfapi.reading import AnswerNotUnderstood, JsonObject, members
from bcfsync.dates import read_timestamp
from bcfsync.errors import ServerTrouble, UsageError
from bcfsync.model import (
    BimSnippet,
    Bitmap,
    ClippingPlane,
    Coloring,
    Comment,
    Component,
    Components,
    DocumentReference,
    Line,
    PerspectiveCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)

VERSIONS = ("2.1", "3.0")
DECODERS = (
    "decode_project",
    "decode_extensions",
    "decode_topic",
    "decode_comment",
    "decode_viewpoint",
    "decode_selection",
    "decode_coloring",
    "decode_visibility",
    "decode_files",
    "decode_related",
    "decode_reference",
    "decode_document",
)
NAMES = [
    "guid",
    "project_id",
    "name",
    "title",
    "topic_type",
    "index",
    "labels",
    "reference_links",
    "creation_date",
    "due_date",
    "bim_snippet",
    "snippet_type",
    "is_external",
    "reference",
    "comment",
    "viewpoint_guid",
    "perspective_camera",
    "orthogonal_camera",
    "camera_view_point",
    "camera_direction",
    "camera_up_vector",
    "x",
    "y",
    "z",
    "field_of_view",
    "view_to_world_scale",
    "aspect_ratio",
    "lines",
    "start_point",
    "end_point",
    "clipping_planes",
    "location",
    "direction",
    "bitmaps",
    "bitmap_type",
    "normal",
    "up",
    "height",
    "snapshot",
    "snapshot_type",
    "components",
    "selection",
    "coloring",
    "color",
    "visibility",
    "default_visibility",
    "exceptions",
    "view_setup_hints",
    "spaces_visible",
    "ifc_guid",
    "users",
    "user_id_type",
    "filename",
    "file_name",
    "related_topic_guid",
    "document_guid",
    "url",
    "referenced_document",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2026-99-99", "2026-01-01T00:00:00+99:99", "true", "#ff0000", "\ud800"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)

ODD = (None, True, 5, -1.5, 10**400, math.inf, "", "odd", [], [None, 3, "x", [], {}], {}, {"odd": {}})
ORIGIN, DAY = Point(0.0, 0.0, 1.0), read_timestamp("2026-06-12")
PARTS = (Component("wall", "system", "7"),)
COMPONENTS = Components(PARTS, (Coloring("FF0000", PARTS),), Visibility(exceptions=PARTS))
COMMENT = Comment("C", "text", DAY, "me", "V", DAY, "you", "B")
WHOLE = {
    "topic": Topic(
        "T",
        title="Title",
        index=1,
        labels=("a",),
        due_date=DAY,
        bim_snippet=BimSnippet("t", is_external=True, reference="r", reference_schema="s"),
    ),
    "viewpoint": Viewpoint(
        "V",
        perspective_camera=PerspectiveCamera(ORIGIN, ORIGIN, ORIGIN, 60.0),
        lines=(Line(ORIGIN, ORIGIN),),
        clipping_planes=(ClippingPlane(ORIGIN, ORIGIN),),
        bitmaps=(Bitmap("png", ORIGIN, ORIGIN, ORIGIN, 1.0, "B"),),
        snapshot=Snapshot("png"),
    ),
    "reference": DocumentReference("R", url="u", description="d"),
}


def one(value: object) -> JsonObject:
    return JsonObject({"member": value}, "thing")


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
@given(data=JSON)
def test_malformed_json_raises_nothing_but_answer_not_understood(version, data):
    for name in DECODERS:
        with suppress(AnswerNotUnderstood):
            getattr(for_version(version), name)(data)


def broken(data: object) -> Iterator[object]:
    """The document with each of its members, at any depth, replaced by each odd value."""
    yield from ODD
    if isinstance(data, dict):
        yield from ({**data, name: bad} for name, value in data.items() for bad in broken(value))
    if isinstance(data, list):
        yield from (
            [*data[:place], bad, *data[place + 1 :]] for place, value in enumerate(data) for bad in broken(value)
        )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["topic", "comment", "viewpoint", "reference"])
def test_one_bad_member_never_costs_the_whole_unless_it_is_the_guid(version, name):
    codec = for_version(version)
    encode = {"topic": codec.encode_topic, "viewpoint": codec.encode_viewpoint, "reference": codec.encode_reference}
    good = codec.encode_comment(COMMENT, "T") if name == "comment" else encode[name](WHOLE[name])
    good.pop("guid")
    if name == "viewpoint":
        good["components"] = codec.encode_components(COMPONENTS)
    for bad in broken(good):
        if isinstance(bad, dict):
            assert getattr(codec, f"decode_{name}")({**bad, "guid": "G"}).guid == "G"


@pytest.mark.parametrize(
    ("getter", "value", "expected"),
    [
        ("text", None, None),
        ("text", "", None),
        ("text", " \n", None),
        ("text", 7, None),
        ("text", " 007\n", " 007\n"),
        ("exact", " ", " "),
        ("exact", ["a"], ""),
        ("key", 12, "12"),
        ("key", True, None),
        ("key", "A-1", "A-1"),
        ("integer", 3, 3),
        ("integer", 3.0, 3),
        ("integer", 3.5, None),
        ("integer", "3", None),
        ("integer", True, None),
        ("integer", math.inf, None),
        ("number", 3, 3.0),
        ("number", False, None),
        ("number", math.nan, None),
        ("number", 10**400, None),
        ("number", "1.5", None),
        ("flag", True, True),
        ("flag", "false", False),
        ("flag", "TRUE ", True),
        ("flag", 1, None),
        ("flag", "maybe", None),
        ("date", "yesterday", None),
        ("date", 5, None),
        ("date", "0001-01-01T00:00:00", None),
        ("texts", "a", None),
        ("texts", [], ()),
        ("texts", ["a", None, "", 5, "b"], ("a", "b")),
        ("child", [], None),
        ("children", {}, []),
        ("children", [None, "a", 1], []),
    ],
)
def test_a_member_that_makes_no_sense_reads_as_absent(getter, value, expected):
    assert getattr(one(value), getter)("member") == expected


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2026-06-12T10:00:00.1234567+02:00", "2026-06-12T10:00:00.1234567+02:00"),
        ("2026-06-12T10:00:00+0200", "2026-06-12T08:00:00Z"),
        ("2026-06-12T10:00:00", "2026-06-12T10:00:00Z"),
        ("2026-06-12", "2026-06-12T00:00:00Z"),
    ],
)
def test_a_date_keeps_its_text_or_becomes_utc(text, printed):
    assert one(text).date("member").xml() == printed


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (None, "nothing"),
        (True, "a boolean"),
        (1, "a number"),
        ("x", "a text"),
        (" ", "a blank text"),
        ([], "a list"),
    ],
)
def test_what_is_no_object_is_named_in_the_error(data, word):
    with pytest.raises(AnswerNotUnderstood, match=f"^topic: expected an object, got {word}$"):
        JsonObject(data, "topic")


def test_a_missing_guid_is_named_in_the_error():
    with pytest.raises(AnswerNotUnderstood, match=r"^topic: the member 'guid' is nothing, expected an id$"):
        for_version("3.0").decode_topic({"title": "t"})


def test_what_is_no_list_is_named_in_the_error():
    with pytest.raises(AnswerNotUnderstood, match=r"^files: expected a list, got an object$"):
        members({}, "files")


def test_the_error_counts_as_server_trouble():
    assert issubclass(AnswerNotUnderstood, ServerTrouble)
    assert issubclass(AnswerNotUnderstood, ValueError)


def test_other_versions_have_no_codec():
    with pytest.raises(UnknownApiVersion, match=r"1\.1") as caught:
        for_version("1.1")
    assert isinstance(caught.value, UsageError)
