"""The JSON body of a new viewpoint, checked and turned into what the store keeps.

Owns: the members of cameras, lines, planes, pictures and components. Sees: decoded JSON.
Governed by: BCF-API 2.1 and 3.0, ``viewpoint_POST`` and the prose beside it.
"""

from bcfsync.server.shapes.members import Members, present
from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.viewpoints import CAMERAS, Bitmap, ViewpointContent
from bcfsync.server.versions import Version

_PICTURE_TYPES = ("png", "jpg")
_NEEDING_CAMERA = ("lines", "clipping_planes", "bitmaps", "components")
_HINTS = ("spaces_visible", "space_boundaries_visible", "openings_visible")


def viewpoint(body: object, version: Version) -> ViewpointContent:
    """``viewpoint_POST``."""
    members = Members(body)
    if version == "3.0":
        _check_combination(members)
    snapshot, components = members.child("snapshot"), members.child("components")
    bitmaps = members.children("bitmaps")
    return ViewpointContent(
        members=present(
            {
                "index": members.integer("index"),
                "orthogonal_camera": _camera(members, "orthogonal_camera", "view_to_world_scale", version),
                "perspective_camera": _camera(members, "perspective_camera", "field_of_view", version),
                "lines": _vectors(members, "lines", ("start_point", "end_point")),
                "clipping_planes": _vectors(members, "clipping_planes", ("location", "direction")),
                "snapshot": snapshot and {"snapshot_type": snapshot.choice("snapshot_type", _PICTURE_TYPES)},
            }
        ),
        components=None if components is None else _components(components, version),
        snapshot=None if snapshot is None else snapshot.data("snapshot_data"),
        bitmaps=None if bitmaps is None else tuple(_bitmap(bitmap) for bitmap in bitmaps),
    )


def _check_combination(members: Members) -> None:
    """The rules that 3.0 added: something to see, at most one camera, and nothing in space without one."""
    cameras = [camera for camera in CAMERAS if members.has(camera)]
    if len(cameras) > 1:
        members.wrong("perspective_camera", "a viewpoint has one camera, not both")
    if not cameras and not members.has("snapshot"):
        members.wrong("snapshot", "a viewpoint has a camera, a snapshot or both")
    for name in _NEEDING_CAMERA:
        if not cameras and members.has(name) and members.needed(name) != []:
            members.wrong(name, "needs a camera")


def _camera(members: Members, name: str, lens: str, version: Version) -> JsonObject | None:
    camera = members.child(name)
    if camera is None:
        return None
    return present(
        {
            "camera_view_point": _vector(camera, "camera_view_point"),
            "camera_direction": _vector(camera, "camera_direction"),
            "camera_up_vector": _vector(camera, "camera_up_vector"),
            lens: camera.number(lens, required=True),
            "aspect_ratio": camera.number("aspect_ratio", required=True) if version == "3.0" else None,
        }
    )


def _vector(members: Members, name: str) -> JsonObject:
    vector = Members(members.needed(name), members.place(name))
    return {axis: vector.number(axis, required=True) for axis in ("x", "y", "z")}


def _vectors(members: Members, name: str, parts: tuple[str, str]) -> list[JsonObject] | None:
    items = members.children(name)
    return None if items is None else [{part: _vector(item, part) for part in parts} for item in items]


def _bitmap(members: Members) -> Bitmap:
    return Bitmap(
        members={
            "bitmap_type": members.choice("bitmap_type", _PICTURE_TYPES),
            "location": _vector(members, "location"),
            "normal": _vector(members, "normal"),
            "up": _vector(members, "up"),
            "height": members.number("height", required=True),
        },
        data=members.data("bitmap_data"),
    )


def _components(members: Members, version: Version) -> JsonObject:
    visibility = Members(members.needed("visibility"), members.place("visibility"))
    hints = visibility.child("view_setup_hints")
    return {
        "selection": _component_list(members, "selection", version),
        "coloring": [
            {"color": coloring.needed_text("color"), "components": _component_list(coloring, "components", version)}
            for coloring in members.children("coloring") or ()
        ],
        "visibility": present(
            {
                # the specification's default for every boolean here
                "default_visibility": visibility.flag("default_visibility") or False,
                "exceptions": _component_list(visibility, "exceptions", version),
                "view_setup_hints": hints and {name: hints.flag(name) or False for name in _HINTS},
            }
        ),
    }


def _component_list(members: Members, name: str, version: Version) -> list[JsonObject]:
    return [_component(component, version) for component in members.children(name) or ()]


def _component(members: Members, version: Version) -> JsonObject:
    if version == "3.0" and not (members.has("ifc_guid") or members.has("authoring_tool_id")):
        members.wrong("ifc_guid", "a component has an ifc_guid or an authoring_tool_id")
    names = ("ifc_guid", "originating_system", "authoring_tool_id")
    return present({name: members.text(name) for name in names})
