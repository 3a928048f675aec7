"""JSON Schemas of viewpoints and their parts.

Owns: those schemas. Sees: the stones. Governed by: BCF-API 1.0, 2.1 and 3.0, "Viewpoint services".
"""

from schema_words import (
    BOOLEAN,
    COLOR,
    INTEGER,
    NAME,
    NUMBER,
    STRING,
    VIEWPOINT_ACTIONS,
    Schema,
    array_of,
    guid,
    members,
    null_or,
    one_of,
    some_of,
)
from texts import LATE, TAG, V30, Text


def _vector() -> Schema:
    return members({"x": NUMBER, "y": NUMBER, "z": NUMBER})


def _camera(text: Text, measure: str) -> Schema:
    vectors = {name: _vector() for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
    ratio = {"aspect_ratio": NUMBER} if text is V30 else {}
    return members({**vectors, measure: NUMBER, **ratio})


def _bitmap(text: Text) -> Schema:
    place = {name: _vector() for name in ("location", "normal", "up")}
    if text is TAG:
        kind = {"type": "integer", "enum": [0, 1, 2]}
        return members({"bitmap": kind, **place, "height": INTEGER}, {"reference": null_or(STRING)})
    if text is LATE:
        return members(
            {"guid": NAME, "bitmap_type": {"type": "integer", "enum": [0, 1, 2]}, **place, "height": INTEGER}
        )
    return members({"guid": guid(text), "bitmap_type": one_of(("png", "jpg")), **place, "height": NUMBER})


def viewpoint(text: Text) -> Schema:
    line = members({"start_point": _vector(), "end_point": _vector()})
    plane = members({"location": _vector(), "direction": _vector()})
    orthogonal, perspective = _camera(text, "view_to_world_scale"), _camera(text, "field_of_view")
    if text.is_1_0:
        lines = members({}, {"line": array_of(line)})
        planes = members({}, {"clipping_plane": array_of(plane)})
        optional: dict[str, Schema] = {
            "orthogonal_camera": null_or(orthogonal),
            "perspective_camera": null_or(perspective),
            "lines": null_or(lines),
            "clipping_planes": null_or(planes),
        }
        if text is TAG:
            optional["bitmap"] = null_or(_bitmap(text))
        else:
            one_or_more = {"anyOf": [_bitmap(text), array_of(_bitmap(text))]}
            optional["bitmaps"] = null_or(members({}, {"bitmap": one_or_more}))
            optional["snapshot_available"] = BOOLEAN
        return members({"guid": NAME}, optional)
    optional = {
        "index": null_or(INTEGER),
        "orthogonal_camera": orthogonal,
        "perspective_camera": perspective,
        "lines": null_or(array_of(line)),
        "clipping_planes": null_or(array_of(plane)),
        "bitmaps": array_of(_bitmap(text)),
        "snapshot": null_or(members({"snapshot_type": one_of(("png", "jpg"))})),
    }
    if text is V30:
        optional["authorization"] = members({}, {"viewpoint_actions": some_of(VIEWPOINT_ACTIONS)})
    one_camera = {"not": {"required": ["orthogonal_camera", "perspective_camera"]}} if text is V30 else {}
    return {**members({"guid": guid(text)}, optional), **one_camera}


def component(text: Text) -> Schema:
    names = {name: null_or(STRING) for name in ("ifc_guid", "originating_system", "authoring_tool_id")}
    if text.is_1_0:
        return members({}, {**names, "selected": BOOLEAN, "visible": BOOLEAN, "color": null_or(COLOR)})
    return members({}, names)


def selection(text: Text) -> Schema:
    return members({"selection": array_of(component(text))})


def coloring(text: Text) -> Schema:
    return members({"coloring": array_of(members({"color": COLOR, "components": array_of(component(text))}))})


def visibility(text: Text) -> Schema:
    hints = members({}, {f"{what}_visible": BOOLEAN for what in ("spaces", "space_boundaries", "openings")})
    optional = {"exceptions": array_of(component(text)), "view_setup_hints": hints}
    # "always write the value explicitly": a default that slips in hides the whole model
    return members({"visibility": members({"default_visibility": BOOLEAN}, optional)})
