"""API 1.0: its two texts, its flat components, and what wrong types cost, which is themselves and no more."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bcfapi_reading import COMMENT, JSON, WHOLE, broken
from test_bcfapi_round_trip import all_components, comments, through_json, topics, viewpoints

from bcfsync.bcfapi import SHOWN, flat, v10_late, v10_tag
from bcfsync.bcfapi.codec import UnknownApiVersion, resources
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.bcfapi.show import show_topic
from bcfsync.bcfxml import components as xml_components
from bcfsync.model import (
    Bitmap,
    Blob,
    Coloring,
    Comment,
    Component,
    Components,
    DocumentReference,
    FlatComponent,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)
from bcfsync.versions.flat import flattened

BOTH = pytest.mark.parametrize("codec", [v10_tag, v10_late], ids=["1.0-tag", "1.0-late"])
GUID = "12345678-1234-4234-8234-123456789abc"
ORIGIN = Point(0.0, 0.0, 0.0)
PLACE = {key: {"x": 0.0, "y": 0.0, "z": 0.0} for key in ("location", "normal", "up")}
BITMAP = Bitmap("jpg", ORIGIN, ORIGIN, ORIGIN, 2.0)
DECODERS = ("project", "extensions", "topic", "comment", "viewpoint", "components", "files", "related", "references")
ids = st.sampled_from([Component("w"), Component("d"), Component(None, "Revit", "17")])
three = st.none() | st.booleans()
flat_lists = st.lists(
    st.builds(FlatComponent, ids, three, three, st.none() | st.sampled_from(["FF0000", "80FF0000"])), max_size=4
).map(tuple)


def test_10_is_its_late_text_until_somebody_says_otherwise():
    assert resources("1.0") is resources("1.0-late") is v10_late
    assert resources("1.0-tag") is v10_tag
    assert all(resources(version) for version in SHOWN)
    with pytest.raises(UnknownApiVersion):
        resources("1.1")


# -- round trips -------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.slow
@given(topic=topics)
def test_a_topic_comes_back_without_what_10_has_no_member_for(codec, topic):
    links = topic.reference_links[:1]
    expected = replace(topic, reference_links=links, stage=None, due_date=None, server_assigned_id=None)
    assert codec.decode_topic(through_json(codec.encode_topic(topic))) == expected
    posted = codec.decode_topic({**through_json(codec.topic_body(topic, guid=True)), "guid": "x"})
    assert posted == codec.decode_topic({**through_json(codec.topic_fields(topic)), "guid": "x"})


@BOTH
@pytest.mark.slow
@given(comment=comments, status=st.none() | st.sampled_from(["Error", "Unknown"]))
def test_a_comment_comes_back_whole(codec, comment, status):
    said = replace(comment, status=status, verbal_status=status)
    expected = replace(said, status=None if status == "Unknown" else status)
    assert codec.decode_comment(through_json(codec.encode_comment(said, "T"))) == expected


@pytest.mark.slow
@given(view=viewpoints)
def test_a_viewpoint_comes_back_from_the_late_text_with_all_its_bitmaps(view):
    found = v10_late.decode_viewpoint(through_json(v10_late.encode_viewpoint(view)))
    assert found == replace(
        _plain(view),
        bitmaps=tuple(replace(bitmap, height=float(round(bitmap.height)), reference=None) for bitmap in view.bitmaps),
        snapshot=Snapshot("png") if view.snapshot else None,
    )


@pytest.mark.slow
@given(view=viewpoints)
def test_a_viewpoint_comes_back_from_the_tag_with_one_picture(view):
    found = v10_tag.decode_viewpoint(through_json(v10_tag.encode_viewpoint(view)))
    first = tuple(replace(bitmap, height=float(round(bitmap.height)), guid=None) for bitmap in view.bitmaps[:1])
    assert found == replace(_plain(view), bitmaps=first, snapshot=None if first else view.snapshot)


def _plain(view):
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    return replace(
        view,
        index=None,
        perspective_camera=perspective and replace(perspective, aspect_ratio=None),
        orthogonal_camera=orthogonal and replace(orthogonal, aspect_ratio=None),
    )


# -- components ----------------------------------------------------------------------------------------------------


@given(items=flat_lists)
def test_a_flat_list_means_the_same_in_json_and_in_a_file(items):
    data = [
        {"ifc_guid": item.component.ifc_guid, "originating_system": item.component.originating_system}
        | {"authoring_tool_id": item.component.authoring_tool_id, "selected": item.selected}
        | {"visible": item.visible, "color": item.color}
        for item in items
    ]
    found = flat.decode_components(data)
    assert found == (xml_components.structured(items) if items else None)


@given(items=flat_lists)
def test_a_list_nobody_touched_goes_back_as_it_came(items):
    components = xml_components.structured(items)
    written = through_json(flat.encode_components(components))
    found = flat.decode_components(written)
    assert (found.flat if found else ()) == items


@pytest.mark.slow
@given(components=all_components)
def test_structured_components_are_flattened_as_for_a_file(components):
    written = flat.encode_components(components)
    listed = [item for item in flattened(components) if item.component != Component()]
    assert [
        (item.get("ifc_guid"), item.get("selected"), item.get("visible"), item.get("color")) for item in written
    ] == [(item.component.ifc_guid, item.selected, item.visible, item.color) for item in listed]


def test_a_list_whose_meaning_was_edited_is_made_anew():
    read = flat.decode_components([{"ifc_guid": "w", "selected": True, "visible": False}])
    edited = replace(read, selection=(Component("d"),))
    assert flat.encode_components(edited) == [{"ifc_guid": "d", "selected": True}]


def test_of_two_colours_of_one_component_the_first_stays():
    twice = Components(coloring=(Coloring("FF0000", (Component("w"),)), Coloring("00FF00", (Component("w"),))))
    assert flat.encode_components(twice) == [{"ifc_guid": "w", "color": "FF0000"}]


def test_only_this_wall_stays_only_this_wall():
    only = Components(visibility=Visibility(default_visibility=False, exceptions=(Component("w"),)))
    data = flat.encode_components(only)
    assert data == [{"ifc_guid": "w", "visible": True}]
    assert flat.decode_components(data).visibility == only.visibility


def test_components_may_come_wrapped_bare_or_not_at_all():
    wall = [{"ifc_guid": "w", "selected": True}]
    assert flat.decode_components({"components": wall}) == flat.decode_components(wall)
    assert flat.decode_components(None) is flat.decode_components([]) is None
    with pytest.raises(AnswerNotUnderstood, match="expected a list, got a text"):
        flat.decode_components("w")


# -- pictures ------------------------------------------------------------------------------------------------------


def test_the_tags_picture_is_a_bitmap_where_it_has_a_place_and_else_the_snapshot():
    placed = v10_tag.decode_viewpoint({"guid": "V", "bitmap": {"bitmap": 1, "height": 2, **PLACE}})
    assert (placed.bitmaps, placed.snapshot) == ((BITMAP,), None)
    picture = v10_tag.decode_viewpoint({"guid": "V", "bitmap": {"bitmap": 1, "reference": "http://a/b"}})
    assert (picture.bitmaps, picture.snapshot) == ((), Snapshot("jpg"))
    half = v10_tag.decode_viewpoint({"guid": "V", "bitmap": {"bitmap": 1, "location": PLACE["location"]}})
    assert (half.bitmaps, half.snapshot) == ((), None)
    assert v10_tag.decode_viewpoint({"guid": "V", "bitmap": {}}).snapshot is None


def test_beside_a_bitmap_the_tag_has_no_room_for_the_snapshot():
    view = Viewpoint("V", bitmaps=(BITMAP, BITMAP), snapshot=Snapshot("png"))
    assert v10_tag.encode_viewpoint(view) == {"guid": "V", "bitmap": {"bitmap": 1, **PLACE, "height": 2}}


def test_the_late_text_takes_a_single_bitmap_or_a_bare_list_too():
    node = {"guid": "B", "bitmap_type": 1, "height": 2, **PLACE}
    wanted = (replace(BITMAP, guid="B"),)
    for bitmaps in ({"bitmap": [node]}, {"bitmap": node}, [node], [{**node, "bitmap_type": "jpeg"}]):
        assert v10_late.decode_viewpoint({"guid": "V", "bitmaps": bitmaps}).bitmaps == wanted


@pytest.mark.parametrize(
    ("said", "kind", "told"), [(0, "png", 0), (1, "jpg", 0), (2, "png", 1), (7, "png", 1), ("x", "png", 1)]
)
def test_a_bmp_counts_as_png_and_is_told(said, kind, told):
    odd = []
    found = v10_late.decode_viewpoint({"guid": "V", "bitmaps": [{"bitmap_type": said, "height": 1, **PLACE}]}, odd)
    assert found.bitmaps[0].bitmap_type == kind
    assert len(odd) == told


def test_a_body_names_no_file_and_no_guid():
    view = Viewpoint("V", bitmaps=(replace(BITMAP, guid="B", reference="b.jpg"),), snapshot=Snapshot("png", "s.png"))
    for codec in (v10_tag, v10_late):
        body = json.dumps(codec.viewpoint_body(view, str))
        assert not any(name in body for name in ('"V"', '"B"', "b.jpg", "s.png"))
    # the bytes of a snapshot go by themselves, and "bitmap" without a place is no bitmap
    assert v10_tag.viewpoint_body(replace(view, bitmaps=()), str) == {}


@BOTH
def test_lines_and_planes_may_come_without_their_wrapper(codec):
    line = {"start_point": PLACE["up"], "end_point": PLACE["up"]}
    plane = {"location": PLACE["up"], "direction": PLACE["up"]}
    bare = codec.decode_viewpoint({"guid": "V", "lines": [line], "clipping_planes": [plane]})
    assert bare == codec.decode_viewpoint(
        {"guid": "V", "lines": {"line": [line]}, "clipping_planes": {"clipping_plane": [plane]}}
    )
    assert (len(bare.lines), len(bare.clipping_planes)) == (1, 1)


# -- comments and references -----------------------------------------------------------------------------------------


@BOTH
def test_a_comment_always_has_a_status(codec):
    assert codec.comment_body(Comment("C"), guid=True) == {
        "verbal_status": None,
        "status": "Unknown",
        "comment": "",
        "viewpoint_guid": None,
        "reply_to_comment_guid": None,
    }
    assert codec.decode_comment({"guid": "C", "status": ""}).status is None


@BOTH
def test_a_document_of_the_server_is_named_by_a_guid_alone_in_a_put(codec):
    to_document = DocumentReference("R", document_guid=GUID, description="plan")
    assert codec.reference_put(to_document) == {"guid": GUID, "description": "plan"}
    assert codec.reference_body(to_document, guid=True) == codec.reference_put(to_document)
    back = codec.decode_reference(codec.reference_put(to_document))
    assert (back.document_guid, back.url) == (GUID, None)


@BOTH
def test_a_reference_to_nothing_leads_nowhere(codec):
    nowhere = DocumentReference("R", description="lost")
    assert codec.decode_references([codec.encode_reference(nowhere)]) == (nowhere,)
    broken_path = DocumentReference("R", path="../plan.pdf")
    assert codec.decode_reference(codec.encode_reference(broken_path)).url == "../plan.pdf"


@BOTH
def test_an_index_is_left_out_instead_of_null(codec):
    assert "index" not in codec.topic_fields(Topic("T"))
    assert codec.topic_fields(Topic("T", index=0))["index"] == 0


# -- wrong types -----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("name", ["topic", "comment", "viewpoint", "reference"])
def test_one_bad_member_never_costs_the_whole_unless_it_is_the_guid(codec, name):
    encode = {"topic": codec.encode_topic, "viewpoint": codec.encode_viewpoint, "reference": codec.encode_reference}
    good = codec.encode_comment(COMMENT, "T") if name == "comment" else encode[name](WHOLE[name])
    good.pop("guid")
    for bad in broken(good):
        if isinstance(bad, dict):
            assert getattr(codec, f"decode_{name}")({**bad, "guid": "G"}, []).guid == "G"


@BOTH
@pytest.mark.slow
@pytest.mark.parametrize("name", DECODERS)
@given(data=JSON)
def test_malformed_json_raises_nothing_but_answer_not_understood(codec, name, data):
    with suppress(AnswerNotUnderstood):
        getattr(codec, f"decode_{name}")(data, [])


def test_every_wrong_type_is_told_with_its_place():
    odd = []
    topic = v10_late.decode_topic(
        {
            "guid": "T",
            "title": 7,
            "labels": ["a", 3, None],
            "index": "first",
            "creation_date": "yesterday",
            "description": None,
            "bim_snippet": {"snippet_type": "a", "is_external": "maybe", "reference": [], "reference_schema": "b"},
        },
        odd,
    )
    assert odd == [
        "topic.title: expected a text, got a number",
        "topic.index: expected an integer, got a text",
        "topic.labels[1]: expected a text, got a number",
        "topic.creation_date: expected a date-time, got a text",
        "topic.bim_snippet.is_external: expected a boolean, got a text",
        "topic.bim_snippet.reference: expected a text, got a list",
    ]
    assert (topic.title, topic.labels, topic.bim_snippet.snippet_type) == ("", ("a",), "a")


def test_wrong_types_are_told_in_lists_and_points_too():
    odd = []
    v10_late.decode_viewpoint(
        {"guid": "V", "perspective_camera": [], "lines": {"line": [3, {"start_point": {"x": "1", "y": 0, "z": 0}}]}},
        odd,
    )
    v10_late.decode_files([None, {"file_name": True}], odd)
    v10_late.decode_components([{"ifc_guid": 3, "visible": "no"}], odd)
    assert odd == [
        "viewpoint.perspective_camera: expected an object, got a list",
        "viewpoint.lines.line[0]: expected an object, got a number",
        "viewpoint.lines.line.start_point.x: expected a finite number, got a text",
        "files[0]: expected an object, got nothing",
        "files.file_name: expected a text, got a boolean",
        "components.ifc_guid: expected a text, got a number",
        "components.visible: expected a boolean, got a text",
    ]


# -- show ------------------------------------------------------------------------------------------------------------


@BOTH
def test_a_shown_viewpoint_measures_its_pictures_where_the_text_has_them(codec):
    view = Viewpoint(
        "V",
        bitmaps=(replace(BITMAP, blob=Blob("b", 3, "bb")),),
        snapshot=Snapshot("png", blob=Blob("s", 4, "ss")),
        components=Components((Component("w"),)),
    )
    (shown,) = show_topic(Topic("T", viewpoints=(view,)), codec)["viewpoints"]
    bitmap = shown["bitmap"] if codec is v10_tag else shown["bitmaps"]["bitmap"][0]
    assert (bitmap["size"], bitmap["sha256"]) == (3, "bb")
    assert shown["snapshot"] == {"snapshot_type": "png", "size": 4, "sha256": "ss"}
    assert shown["components"] == [{"ifc_guid": "w", "selected": True}]
