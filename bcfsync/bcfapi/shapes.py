"""What is literally the same in several versions of BCF-API: small resources, points, lines, planes and pictures.

Owns: these shapes ↔ model. Sees: reading, model. Rules: BCF-API 2.1 and 3.0, the resources named at each function;
1.0 shares the points, and what v10 takes from here.
JSON has no INF and no NaN: what holds one is left out when written. Units: metres.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from bcfsync.bcfapi.reading import Json, JsonObject, Odd, members
from bcfsync.model import (
    BimSnippet,
    Bitmap,
    Blob,
    ClippingPlane,
    Comment,
    Document,
    DocumentReference,
    HeaderFile,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Project,
    Snapshot,
    Topic,
    Viewpoint,
)

_AXES = ("x", "y", "z")


def present(data: Json) -> Json:
    """The object without the members that say nothing: None and empty lists."""
    return {name: value for name, value in data.items() if value is not None and value != []}


def decode_project(data: object, odd: Odd = None) -> Project:
    """A project (BCF-API 2.1 and 3.0, Project); its id is any text.

    Raises:
        AnswerNotUnderstood: no object, or no id.
    """
    project = JsonObject(data, "project", odd)
    return Project(project.needed_key("project_id"), project.text("name"))


def encode_project(project: Project) -> Json:
    """A project as servers answer it; null where the model knows nothing."""
    return {"project_id": project.project_id, "name": project.name}


def decode_document(data: object, odd: Odd = None) -> Document:
    """A document (BCF-API 2.1 and 3.0, Documents) without bytes; a nameless one is called by its guid.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    document = JsonObject(data, "document", odd)
    guid = document.needed_key("guid")
    return Document(guid, document.text("filename") or guid)


def decode_files(data: object, odd: Odd = None) -> tuple[HeaderFile, ...]:
    """The model files of a topic (BCF-API 2.1 and 3.0, Files); null is none.

    2.1 calls the name ``file_name``, 3.0 ``filename``, an example of 3.0 ``file_name`` again: either counts.

    Raises:
        AnswerNotUnderstood: no list.
    """
    found = (
        HeaderFile(
            ifc_project=item.text("ifc_project"),
            ifc_spatial_structure_element=item.text("ifc_spatial_structure_element"),
            filename=item.text("file_name", "filename"),
            date=item.date("date"),
            reference=item.text("reference"),
        )
        for item in members(data, "files", odd)
    )
    return tuple(file for file in found if file != HeaderFile())


def encode_files(files: Iterable[HeaderFile], name: str) -> list[Json]:
    """The whole list, as servers answer it and as a PUT replaces it; a file without members is left out.

    ``name`` is the member that holds the file's name.
    """
    encoded = (
        present(
            {
                "ifc_project": file.ifc_project,
                "ifc_spatial_structure_element": file.ifc_spatial_structure_element,
                name: file.filename,
                "date": file.date.xml() if file.date else None,
                "reference": file.reference,
            }
        )
        for file in files
    )
    return [item for item in encoded if item]


def decode_related(data: object, odd: Odd = None) -> tuple[str, ...]:
    """The guids of related topics (BCF-API 2.1 and 3.0, Related topics); null is none.

    Raises:
        AnswerNotUnderstood: no list.
    """
    found = (item.key("related_topic_guid") for item in members(data, "related topics", odd))
    return tuple(guid for guid in found if guid)


def encode_related(guids: Iterable[str]) -> list[Json]:
    """The whole list, as servers answer it and as a PUT replaces it."""
    return [{"related_topic_guid": guid} for guid in guids]


def reference_target(reference: DocumentReference) -> Json:
    """``document_guid`` or ``url``, never both; a path whose file the archive lacks goes as url. Else empty."""
    if reference.document_guid:
        return {"document_guid": reference.document_guid}
    return present({"url": reference.url or reference.path})


def encode_modified(value: Topic | Comment) -> Json:
    """When and by whom it was last changed; a member that is not known is left out, never null."""
    date = value.modified_date.xml() if value.modified_date else None
    return present({"modified_date": date, "modified_author": value.modified_author})


def decode_snippet(topic: JsonObject) -> BimSnippet | None:
    """The member ``bim_snippet`` without bytes; None where all its texts are blank."""
    node = topic.child("bim_snippet")
    if node is None or not node.text("snippet_type", "reference", "reference_schema"):
        return None
    return BimSnippet(
        snippet_type=node.exact("snippet_type"),
        is_external=node.flag("is_external") or False,
        reference=node.exact("reference"),
        reference_schema=node.exact("reference_schema"),
    )


def encode_snippet(snippet: BimSnippet) -> Json:
    """The value of ``bim_snippet``: all four members are required."""
    return {
        "snippet_type": snippet.snippet_type,
        "is_external": snippet.is_external,
        "reference": snippet.reference,
        "reference_schema": snippet.reference_schema,
    }


def finite(*values: Point | float) -> bool:
    """Whether JSON can hold all of these numbers."""
    return all(
        finite(value.x, value.y, value.z) if isinstance(value, Point) else math.isfinite(value) for value in values
    )


def decode_point(parent: JsonObject, name: str) -> Point | None:
    """A place or direction with all three coordinates, else None."""
    node = parent.child(name)
    if node is None:
        return None
    x, y, z = (node.number(axis) for axis in _AXES)
    return None if x is None or y is None or z is None else Point(x, y, z)


def encode_point(point: Point) -> Json:
    """A place or direction as ``{x, y, z}``."""
    return {"x": point.x, "y": point.y, "z": point.z}


def decode_camera_place(camera: JsonObject) -> tuple[Point, Point, Point] | None:
    """View point, direction and up vector of a camera, or None where one is missing."""
    place = decode_point(camera, "camera_view_point")
    direction, up = decode_point(camera, "camera_direction"), decode_point(camera, "camera_up_vector")
    return None if place is None or direction is None or up is None else (place, direction, up)


def encode_camera_place(camera: PerspectiveCamera | OrthogonalCamera) -> Json | None:
    """What all cameras share, or None where JSON cannot hold its numbers."""
    place = (camera.camera_view_point, camera.camera_direction, camera.camera_up_vector)
    if not finite(*place):
        return None
    names = ("camera_view_point", "camera_direction", "camera_up_vector")
    return {name: encode_point(point) for name, point in zip(names, place, strict=True)}


def decode_lines(parent: JsonObject, name: str = "lines") -> tuple[Line, ...]:
    """The list of lines that is the member ``name``, without incomplete ones."""
    pairs = [(decode_point(line, "start_point"), decode_point(line, "end_point")) for line in parent.children(name)]
    return tuple(Line(start, end) for start, end in pairs if start and end)


def encode_lines(lines: Iterable[Line]) -> list[Json]:
    """The value of ``lines``."""
    return [
        {"start_point": encode_point(line.start_point), "end_point": encode_point(line.end_point)}
        for line in lines
        if finite(line.start_point, line.end_point)
    ]


def decode_clipping_planes(parent: JsonObject, name: str = "clipping_planes") -> tuple[ClippingPlane, ...]:
    """The list of planes that is the member ``name``, without incomplete ones; directions stay as they are."""
    planes = parent.children(name)
    pairs = [(decode_point(plane, "location"), decode_point(plane, "direction")) for plane in planes]
    return tuple(ClippingPlane(location, direction) for location, direction in pairs if location and direction)


def encode_clipping_planes(planes: Iterable[ClippingPlane]) -> list[Json]:
    """The value of ``clipping_planes``."""
    return [
        {"location": encode_point(plane.location), "direction": encode_point(plane.direction)}
        for plane in planes
        if finite(plane.location, plane.direction)
    ]


def decode_bitmaps(parent: JsonObject) -> tuple[Bitmap, ...]:
    """The member ``bitmaps`` with the server's guids, without bytes and without those that have no complete place."""
    found = (_bitmap(node) for node in parent.children("bitmaps"))
    return tuple(bitmap for bitmap in found if bitmap)


def _bitmap(node: JsonObject) -> Bitmap | None:
    return decode_placed(node, _picture_type(node.exact("bitmap_type")))


def decode_placed(node: JsonObject, bitmap_type: str) -> Bitmap | None:
    """A bitmap of a type that is known already: its place, height and the server's guid; None without full place."""
    location, normal, up = (decode_point(node, name) for name in ("location", "normal", "up"))
    height = node.number("height")
    if location is None or normal is None or up is None or height is None:
        return None
    return Bitmap(bitmap_type, location, normal, up, height, guid=node.key("guid"))


def encode_bitmap(bitmap: Bitmap) -> Json | None:
    """One item of ``bitmaps`` as servers answer it, or None where JSON cannot hold its numbers."""
    if not finite(bitmap.location, bitmap.normal, bitmap.up, bitmap.height):
        return None
    guid: Json = {} if bitmap.guid is None else {"guid": bitmap.guid}
    return guid | {
        "bitmap_type": _picture_type(bitmap.bitmap_type),
        "location": encode_point(bitmap.location),
        "normal": encode_point(bitmap.normal),
        "up": encode_point(bitmap.up),
        "height": bitmap.height,
    }


def decode_snapshot(parent: JsonObject) -> Snapshot | None:
    """The member ``snapshot``: that there is a picture and of which type; None where it names no type."""
    node = parent.child("snapshot")
    found = node.text("snapshot_type") if node else None
    return Snapshot(_picture_type(found)) if found else None


def encode_snapshot(snapshot: Snapshot) -> Json:
    """The value of ``snapshot`` as servers answer it."""
    return {"snapshot_type": _picture_type(snapshot.snapshot_type)}


def without_bytes(blob: Blob | None) -> Json:  # noqa: ARG001 - one of two ways to tell of bytes
    """What a server's answer says about the bytes of a picture: nothing."""
    return {}


def encode_bitmaps(viewpoint: Viewpoint, measure: Callable[[Blob | None], Json] = without_bytes) -> Json:
    """The member ``bitmaps`` as servers answer it, left out where there are none; ``measure`` adds to each item."""
    pairs = ((encode_bitmap(bitmap), bitmap.blob) for bitmap in viewpoint.bitmaps)
    return present({"bitmaps": [encoded | measure(blob) for encoded, blob in pairs if encoded]})


def encode_pictures(viewpoint: Viewpoint) -> Json:
    """Bitmaps and snapshot as servers answer them, without bytes; left out where there are none."""
    snapshot = encode_snapshot(viewpoint.snapshot) if viewpoint.snapshot else None
    return encode_bitmaps(viewpoint) | present({"snapshot": snapshot})


def picture_bodies(viewpoint: Viewpoint, data: Callable[[Blob], str]) -> Json:
    """Bitmaps and snapshot to be posted, each with its bytes as base64; left out where there are none.

    No version lets a client choose the guid of a bitmap.
    """
    bitmaps = [
        {"bitmap_type": encoded["bitmap_type"], "bitmap_data": data(bitmap.blob), **_without(encoded, "bitmap_type")}
        for bitmap in viewpoint.bitmaps
        if bitmap.blob and (encoded := encode_bitmap(replace(bitmap, guid=None)))
    ]
    shot = viewpoint.snapshot
    posted = encode_snapshot(shot) | {"snapshot_data": data(shot.blob)} if shot and shot.blob else None
    return present({"bitmaps": bitmaps, "snapshot": posted})


def _without(data: Json, name: str) -> Json:
    return {key: value for key, value in data.items() if key != name}


def _picture_type(text: str) -> str:
    """Png or jpg; anything else counts as png, because the bytes tell and a lost picture would be worse."""
    return "jpg" if text.strip().lower() in {"jpg", "jpeg"} else "png"
