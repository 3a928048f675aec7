"""Viewpoints and components: the rules of each version."""

import math
from dataclasses import replace

import pytest

from bcfsync.bcfapi import v21, v30
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.model import (
    Bitmap,
    Blob,
    ClippingPlane,
    Coloring,
    Component,
    Components,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Snapshot,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

BOTH = pytest.mark.parametrize("codec", [v21, v30], ids=["2.1", "3.0"])
ORIGIN, X, Z = Point(0, 0, 0), Point(1, 0, 0), Point(0, 0, 1)
BAD = Point(math.nan, 0, 0)
PERSPECTIVE = PerspectiveCamera(ORIGIN, X, Z, 60.0, 1.5)
ORTHOGONAL = OrthogonalCamera(ORIGIN, X, Z, 10.0)
BITMAP = Bitmap("jpg", ORIGIN, X, Z, 2.0, guid="B", reference="b.jpg", blob=Blob("b"))
VIEW = Viewpoint(
    "V",
    index=0,
    perspective_camera=PERSPECTIVE,
    orthogonal_camera=ORTHOGONAL,
    lines=(Line(ORIGIN, X),),
    clipping_planes=(ClippingPlane(ORIGIN, X),),
    bitmaps=(BITMAP,),
    snapshot=Snapshot("jpg", "s.jpg", Blob("s")),
    components=Components(selection=(Component("wall"),)),
)
WALL = Component("wall")
HIDDEN = {
    "default_visibility": False,
    "exceptions": [],
    "view_setup_hints": {"spaces_visible": False, "space_boundaries_visible": False, "openings_visible": False},
}


def body(codec, view: Viewpoint, *, guid: bool = True) -> dict:
    return codec.viewpoint_body(view, lambda blob: blob.locator.upper(), guid=guid)


def visible(codec, visibility: Visibility | None) -> dict:
    return codec.encode_components(Components(visibility=visibility))["visibility"]


def test_21_writes_both_cameras_and_never_an_aspect_ratio():
    for data in (v21.encode_viewpoint(VIEW), body(v21, VIEW)):
        assert {"perspective_camera", "orthogonal_camera"} <= set(data)
        assert "aspect_ratio" not in data["perspective_camera"]
    camera = {**v30.encode_viewpoint(VIEW)["perspective_camera"]}
    assert v21.decode_viewpoint({"guid": "V", "perspective_camera": camera}).perspective_camera.aspect_ratio is None


def test_30_writes_the_perspective_camera_of_two():
    data = body(v30, VIEW)
    assert "orthogonal_camera" not in data
    assert data["perspective_camera"]["aspect_ratio"] == 1.5


def test_30_falls_back_to_the_camera_json_can_hold():
    data = body(v30, replace(VIEW, perspective_camera=replace(PERSPECTIVE, field_of_view=math.inf)))
    assert "perspective_camera" not in data
    assert data["orthogonal_camera"]["view_to_world_scale"] == 10.0


@pytest.mark.parametrize("ratio", [None, 0.0, -1.0, math.nan])
def test_30_writes_an_aspect_ratio_of_one_where_there_is_none(ratio):
    view = Viewpoint("V", orthogonal_camera=replace(ORTHOGONAL, aspect_ratio=ratio))
    assert v30.encode_viewpoint(view)["orthogonal_camera"]["aspect_ratio"] == 1.0


@pytest.mark.parametrize("ratio", [None, 0, -1, "1.5"])
def test_30_reads_a_senseless_aspect_ratio_as_absent(ratio):
    camera = v30.encode_viewpoint(VIEW)["perspective_camera"] | {"aspect_ratio": ratio}
    assert v30.decode_viewpoint({"guid": "V", "perspective_camera": camera}).perspective_camera == replace(
        PERSPECTIVE, aspect_ratio=None
    )


def test_a_posted_viewpoint_has_the_order_of_the_schema():
    order = ["guid", "index", "orthogonal_camera", "perspective_camera", "lines", "clipping_planes", "bitmaps"]
    assert list(body(v21, VIEW)) == [*order[1:], "snapshot", "components"]
    assert list(body(v30, VIEW)) == [name for name in [*order, "snapshot", "components"] if name[:10] != "orthogonal"]


def test_only_30_may_wish_for_the_guid_of_a_viewpoint():
    assert body(v30, VIEW)["guid"] == "V"
    assert "guid" not in body(v30, VIEW, guid=False)
    assert "guid" not in body(v21, VIEW)


@BOTH
def test_pictures_are_posted_as_base64(codec):
    data = body(codec, VIEW)
    assert data["snapshot"] == {"snapshot_type": "jpg", "snapshot_data": "S"}
    assert list(data["bitmaps"][0]) == ["bitmap_type", "bitmap_data", "location", "normal", "up", "height"]
    assert data["bitmaps"][0]["bitmap_data"] == "B"


@BOTH
def test_pictures_without_bytes_are_not_posted(codec):
    view = replace(VIEW, snapshot=Snapshot("png"), bitmaps=(replace(BITMAP, blob=None),))
    assert not {"snapshot", "bitmaps"} & set(body(codec, view))


@BOTH
def test_a_viewpoint_with_nothing_is_posted_as_nothing(codec):
    assert body(codec, Viewpoint("V"), guid=False) == {}
    assert codec.encode_viewpoint(Viewpoint("V")) == {"guid": "V"}


@BOTH
def test_numbers_that_json_cannot_hold_take_their_item_along(codec):
    view = Viewpoint(
        "V",
        perspective_camera=replace(PERSPECTIVE, camera_up_vector=BAD),
        orthogonal_camera=replace(ORTHOGONAL, view_to_world_scale=math.inf),
        lines=(Line(ORIGIN, BAD), Line(ORIGIN, X)),
        clipping_planes=(ClippingPlane(BAD, X),),
        bitmaps=(replace(BITMAP, height=math.nan),),
    )
    assert set(codec.encode_viewpoint(view)) == {"guid", "lines"}
    assert body(codec, view, guid=False) == {
        "lines": codec.encode_viewpoint(Viewpoint("V", lines=(Line(ORIGIN, X),)))["lines"]
    }


@BOTH
def test_incomplete_geometry_reads_as_absent(codec):
    point = {"x": 0, "y": 0, "z": 0}
    place = {"camera_view_point": point, "camera_direction": point, "camera_up_vector": point}
    data = {
        "guid": "V",
        "perspective_camera": place,
        "orthogonal_camera": {**place, "camera_direction": {"x": 0, "y": "0"}, "view_to_world_scale": 1},
        "lines": [{"start_point": point}],
        "clipping_planes": [{"location": point, "direction": None}],
        "bitmaps": [{"location": point, "normal": point, "up": point}],
        "snapshot": {"snapshot_type": None},
    }
    assert codec.decode_viewpoint(data) == Viewpoint("V")


@BOTH
@pytest.mark.parametrize(("written", "read"), [("png", "png"), ("jpg", "jpg"), ("JPEG", "jpg"), ("bmp", "png")])
def test_a_picture_is_png_or_jpg(codec, written, read):
    assert codec.decode_viewpoint({"guid": "V", "snapshot": {"snapshot_type": written}}).snapshot == Snapshot(read)


@BOTH
def test_a_bitmap_keeps_the_guid_of_the_server(codec):
    read = codec.decode_viewpoint(codec.encode_viewpoint(VIEW)).bitmaps
    assert read == (replace(BITMAP, reference=None, blob=None),)
    nameless = codec.encode_viewpoint(Viewpoint("V", bitmaps=(replace(BITMAP, guid=None),)))
    assert "guid" not in nameless["bitmaps"][0]


@BOTH
def test_components_inside_a_viewpoint_are_read(codec):
    inline = codec.encode_components(Components(selection=(WALL,)))
    read = codec.decode_viewpoint({"guid": "V", "components": inline}).components
    assert read == Components((WALL,), (), Visibility(True, (), ViewSetupHints(False, False, False)))  # noqa: FBT003
    assert codec.decode_viewpoint({"guid": "V", "components": [inline]}).components is None


@BOTH
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"selection": [{"ifc_guid": "wall", "authoring_tool_id": None}]}, (WALL,)),
        ([{"ifc_guid": "wall"}, {}, None], (WALL,)),
        ({"selection": None}, ()),
        ({}, ()),
        (None, ()),
    ],
)
def test_a_selection_is_read_wrapped_bare_or_missing(codec, data, expected):
    assert codec.decode_selection(data) == expected


@BOTH
@pytest.mark.parametrize(
    ("color", "expected"), [("#ff0000", "FF0000"), ("26ffffff", "26FFFFFF"), ("", None), (5, None)]
)
def test_colours_are_read_upper_case_without_hash(codec, color, expected):
    groups = [{"color": color, "components": [{"ifc_guid": "wall"}]}]
    assert codec.decode_coloring(groups) == (Coloring(expected, (WALL,)),)
    assert codec.decode_coloring({"coloring": groups}) == (Coloring(expected, (WALL,)),)


@BOTH
def test_colours_are_written_upper_case_without_hash(codec):
    groups = (Coloring("#ff00aa", (WALL, Component())), Coloring(None, (WALL,)))
    written = codec.encode_components(Components(coloring=groups))["coloring"]
    assert written == [{"color": "FF00AA", "components": [{"ifc_guid": "wall"}]}]


@BOTH
def test_a_colour_group_of_nothing_is_dropped(codec):
    assert codec.decode_coloring([{"color": None, "components": []}, {}]) == ()


@BOTH
@pytest.mark.parametrize("data", [None, {}, {"visibility": None}, {"visibility": {}}, {"selection": []}])
def test_a_visibility_that_says_nothing_is_none(codec, data):
    assert codec.decode_visibility(data) is None


@BOTH
@pytest.mark.parametrize("name", ["default_visibility", "default_visbility"])
def test_a_visibility_is_read_wrapped_or_bare(codec, name):
    data = {name: True, "exceptions": [{"ifc_guid": "wall"}], "view_setup_hints": {"spaces_visible": True}}
    expected = Visibility(True, (WALL,), ViewSetupHints(spaces_visible=True))  # noqa: FBT003
    assert codec.decode_visibility(data) == codec.decode_visibility({"visibility": data}) == expected


@BOTH
@pytest.mark.parametrize("name", ["decode_selection", "decode_coloring", "decode_visibility"])
@pytest.mark.parametrize("data", [5, "x", True])
def test_parts_that_are_neither_list_nor_object_are_not_understood(codec, name, data):
    with pytest.raises(AnswerNotUnderstood):
        getattr(codec, name)(data)


@BOTH
@pytest.mark.parametrize(
    ("visibility", "default"),
    [
        (None, True),
        (Visibility(), True),
        (Visibility(exceptions=(WALL,)), False),
        (Visibility(default_visibility=False), False),
        (Visibility(default_visibility=True, exceptions=(WALL,)), True),
    ],
)
def test_visibility_is_always_written(codec, visibility, default):
    written = visible(codec, visibility)
    assert written["default_visibility"] is default
    assert written["view_setup_hints"] == HIDDEN["view_setup_hints"]


@BOTH
def test_hints_not_said_are_false(codec):
    written = visible(codec, Visibility(view_setup_hints=ViewSetupHints(openings_visible=True)))
    assert written["view_setup_hints"] == {**HIDDEN["view_setup_hints"], "openings_visible": True}


@BOTH
def test_a_server_without_components_answers_all_hidden_which_is_read_as_no_components(codec):
    assert codec.assembled((), (), codec.decode_visibility({"visibility": HIDDEN})) is None
    assert codec.assembled((), (), None) is None


@BOTH
@pytest.mark.parametrize(
    "components",
    [
        Components(selection=(WALL,), visibility=Visibility(default_visibility=False)),
        Components(coloring=(Coloring("FF0000", (WALL,)),)),
        Components(visibility=Visibility(default_visibility=True)),
        Components(visibility=Visibility(exceptions=(WALL,))),
        Components(visibility=Visibility(view_setup_hints=ViewSetupHints(spaces_visible=True))),
    ],
)
def test_components_that_say_something_stay(codec, components):
    assert codec.assembled(components.selection, components.coloring, components.visibility) == components
