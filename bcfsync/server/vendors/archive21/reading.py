"""A BCF 2.1 archive to topics.

Owns: which elements are taken. Sees: the entries and elements of an archive, the store's values.
Governed by: BCF-XML 2.1, ``version.xsd``, ``markup.xsd`` and ``visinfo.xsd``. It is strict where the client is lenient:
what does not fit refuses the archive.
"""

from collections.abc import Sequence
from typing import IO

from bcfsync.server import pictures
from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes.members import present
from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.viewpoints import ViewpointContent
from bcfsync.server.vendors.archive21.elements import Element, parse
from bcfsync.server.vendors.archive21.entries import LARGEST_PICTURE, LARGEST_XML, Entries
from bcfsync.server.vendors.archive21.parts import TopicParts, ViewpointParts

_SNAPSHOT_TYPES = {"image/png": "png", "image/jpeg": "jpg"}
_VECTORS = (
    ("CameraViewPoint", "camera_view_point"),
    ("CameraDirection", "camera_direction"),
    ("CameraUpVector", "camera_up_vector"),
)
_HINTS = (
    ("SpacesVisible", "spaces_visible"),
    ("SpaceBoundariesVisible", "space_boundaries_visible"),
    ("OpeningsVisible", "openings_visible"),
)


class AnotherVersion(Malformed):
    """The file is no archive at all, or one of another version."""


def read(file: IO[bytes]) -> list[TopicParts]:
    """The topics of an archive, in its order.

    Raises:
        AnotherVersion: It is no BCF 2.1.
        Malformed: It is none that is let in.
    """
    try:
        entries = Entries(file)
        version = parse(entries.read("bcf.version", LARGEST_XML), "bcf.version", "Version").attribute("VersionId")
    except Malformed as error:
        raise AnotherVersion(str(error)) from error
    if version != "2.1":
        raise AnotherVersion(f"file: must be BCF 2.1, not {version or 'without a version'}")
    markups = [name for name in entries.names() if name.count("/") == 1 and name.endswith("/markup.bcf")]
    return [_topic_parts(entries, name.removesuffix("/markup.bcf")) for name in markups]


def _topic_parts(entries: Entries, folder: str) -> TopicParts:
    markup = parse(entries.read(f"{folder}/markup.bcf", LARGEST_XML), f"{folder}/markup.bcf", "Markup")
    return TopicParts(
        topic=_topic(markup.needed("Topic")),
        comments=tuple(_comment(comment) for comment in markup.children("Comment")),
        viewpoints=tuple(_viewpoint(entries, folder, item) for item in markup.children("Viewpoints")),
    )


def _topic(topic: Element) -> JsonObject:
    return present(
        {
            "guid": topic.guid(),
            "topic_type": topic.attribute("TopicType"),
            "topic_status": topic.attribute("TopicStatus"),
            "reference_links": [link.content() for link in topic.children("ReferenceLink")] or None,
            "title": topic.text("Title") or topic.wrong("Title must not be empty"),
            "priority": topic.text("Priority"),
            "index": topic.integer("Index"),
            "labels": [label.content() for label in topic.children("Labels")] or None,
            "creation_date": topic.date("CreationDate") or topic.wrong("has no CreationDate"),
            "creation_author": topic.text("CreationAuthor") or "",
            "modified_date": topic.date("ModifiedDate"),
            "modified_author": topic.text("ModifiedAuthor"),
            "due_date": topic.date("DueDate"),
            "assigned_to": topic.text("AssignedTo"),
            "stage": topic.text("Stage"),
            "description": topic.text("Description"),
        }
    )


def _comment(comment: Element) -> JsonObject:
    viewpoint = comment.child("Viewpoint")
    return present(
        {
            "guid": comment.guid(),
            "date": comment.date("Date") or comment.wrong("has no Date"),
            "author": comment.text("Author") or "",
            "comment": comment.text("Comment"),
            "viewpoint_guid": viewpoint.guid() if viewpoint else None,
            "modified_date": comment.date("ModifiedDate"),
            "modified_author": comment.text("ModifiedAuthor"),
        }
    )


def _viewpoint(entries: Entries, folder: str, item: Element) -> ViewpointParts:
    name, picture = item.text("Viewpoint"), item.text("Snapshot")
    place = "" if name is None else _beside(folder, name, item)
    info = parse(entries.read(place, LARGEST_XML), place, "VisualizationInfo") if place else None
    snapshot = entries.read(_beside(folder, picture, item), LARGEST_PICTURE) if picture else None
    components = info.child("Components") if info else None
    return ViewpointParts(
        guid=item.guid(),
        content=ViewpointContent(
            members=present(
                {
                    "index": item.integer("Index"),
                    **(_seen(info) if info else {}),
                    "snapshot": None if snapshot is None else {"snapshot_type": _snapshot_type(snapshot, item)},
                }
            ),
            components=_components(components) if components else None,
            snapshot=snapshot,
        ),
    )


def _beside(folder: str, name: str, item: Element) -> str:
    """The entry a markup names: in its own folder only."""
    if "/" in name or "\\" in name:
        item.wrong("must name a file of its own folder")
    return f"{folder}/{name}"


def _snapshot_type(data: bytes, item: Element) -> str:
    return _SNAPSHOT_TYPES.get(pictures.content_type(data)) or item.wrong("the snapshot is neither PNG nor JPEG")


def _seen(info: Element) -> JsonObject:
    return {
        "orthogonal_camera": _camera(info.child("OrthogonalCamera"), "ViewToWorldScale", "view_to_world_scale"),
        "perspective_camera": _camera(info.child("PerspectiveCamera"), "FieldOfView", "field_of_view"),
        "lines": _pairs(info, "Lines/Line", (("StartPoint", "start_point"), ("EndPoint", "end_point"))),
        "clipping_planes": _pairs(
            info, "ClippingPlanes/ClippingPlane", (("Location", "location"), ("Direction", "direction"))
        ),
    }


def _camera(camera: Element | None, lens: str, member: str) -> JsonObject | None:
    if camera is None:
        return None
    return {**{vector: _vector(camera.needed(name)) for name, vector in _VECTORS}, member: camera.number(lens)}


def _pairs(info: Element, path: str, parts: Sequence[tuple[str, str]]) -> list[JsonObject] | None:
    items = [{member: _vector(item.needed(name)) for name, member in parts} for item in info.children(path)]
    return items or None


def _vector(element: Element) -> JsonObject:
    return {axis: element.number(axis.upper()) for axis in ("x", "y", "z")}


def _components(components: Element) -> JsonObject:
    visibility, hints = components.needed("Visibility"), components.child("ViewSetupHints")
    default, exceptions = visibility.flag("DefaultVisibility"), _list(visibility, "Exceptions/Component")
    return {
        "selection": _list(components, "Selection/Component"),
        "coloring": [
            {"color": color.attribute("Color"), "components": _list(color, "Component")}
            for color in components.children("Coloring/Color")
            if color.attribute("Color")
        ],
        "visibility": present(
            {
                # the schema is silent: nobody means to hide everything
                "default_visibility": not exceptions if default is None else default,
                "exceptions": exceptions,
                "view_setup_hints": {member: bool(hints.flag(name)) for name, member in _HINTS} if hints else None,
            }
        ),
    }


def _list(parent: Element, path: str) -> list[JsonObject]:
    return [
        present(
            {
                "ifc_guid": component.attribute("IfcGuid"),
                "originating_system": component.text("OriginatingSystem"),
                "authoring_tool_id": component.text("AuthoringToolId"),
            }
        )
        for component in parent.children(path)
    ]
