"""A difference as JSON, in a shape that stays: docs/diff.md.

Owns: its members and their order: things by guid, names or places, members as docs/diff.md lists them.
Sees: diff's values. Decides nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from bcfsync.diff import Changed, ComponentsChange, Difference, FieldChange, ListChange, Parts, Swap
from bcfsync.diff.values import Camera, CameraChange, TopicChange, ViewpointChange
from bcfsync.diff.views import component_key
from bcfsync.guids import guid_key
from bcfsync.model import (
    Bitmap,
    Blob,
    ClippingPlane,
    Comment,
    Document,
    DocumentReference,
    Extra,
    HeaderFile,
    Line,
    PerspectiveCamera,
    Point,
    Topic,
    Viewpoint,
)

T = TypeVar("T")
C = TypeVar("C")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Digests:
    """How the bytes of A and of B get their SHA-256; asked for those that changed only."""

    a: Callable[[Blob], str]
    b: Callable[[Blob], str]


def difference_json(found: Difference, digests: Digests) -> Json:
    """The members of a difference below its head."""
    return {
        "summary": {name: _counts(getattr(found, name)) for name in ("topics", "documents", "extras")},
        "project": _fields(found.project),
        "extensions": _lists(found.extensions),
        "documents": _parts(found.documents, _document, lambda item: _changed(item, _document(item.after), digests)),
        "extras": _parts(found.extras, _extra, lambda item: _changed(item, _extra(item.after), digests)),
        "topics": _parts(found.topics, _topic, lambda item: _topic_change(item, digests)),
    }


def _counts(parts: Parts[Any, Any]) -> dict[str, int]:
    return {"removed": len(parts.removed), "added": len(parts.added), "changed": len(parts.changed)}


def _parts(parts: Parts[T, C], thing: Callable[[T], Json], change: Callable[[C], Json]) -> Json:
    return {
        "removed": _sorted(map(thing, parts.removed)),
        "added": _sorted(map(thing, parts.added)),
        "changed": _sorted(map(change, parts.changed)),
    }


def _sorted(things: Iterable[Json]) -> list[Json]:
    """By what names a thing, which stands first; those without a guid in the order of their names."""

    def place(thing: Json) -> tuple[str, ...]:
        return tuple(guid_key(str(value)) for value in list(thing.values())[:3])

    return sorted(things, key=place)


def _fields(changes: Iterable[FieldChange]) -> list[Json]:
    return [{"name": item.name, "before": item.before, "after": item.after} for item in changes]


def _lists(changes: Iterable[ListChange]) -> list[Json]:
    return [{"name": item.name, "removed": list(item.removed), "added": list(item.added)} for item in changes]


def _changed(change: Changed[Any], named: Json, digests: Digests) -> Json:
    return {**named, "fields": _fields(change.fields), "content": _content(change, digests)}


def _content(change: Changed[Any], digests: Digests) -> Json | None:
    if not change.content:
        return None
    before, after = (getattr(item, "blob", None) for item in (change.before, change.after))
    return _bytes(before, after, digests)


def _bytes(before: Blob | None, after: Blob | None, digests: Digests) -> Json:
    return {
        "before": {"size": before.size, "sha256": digests.a(before)} if before else None,
        "after": {"size": after.size, "sha256": digests.b(after)} if after else None,
    }


# -- the archive -----------------------------------------------------------------------------------------------


def _document(item: Document) -> Json:
    return {"guid": item.guid, "filename": item.filename, "size": item.blob.size if item.blob else None}


def _extra(item: Extra) -> Json:
    return {"path": item.path, "size": item.blob.size}


# -- topics ----------------------------------------------------------------------------------------------------


def _topic(item: Topic) -> Json:
    counts = {"comments": len(item.comments), "viewpoints": len(item.viewpoints)}
    return {"guid": item.guid, "title": item.title, **counts}


def _topic_change(change: TopicChange, digests: Digests) -> Json:
    snippet = change.bim_snippet
    return {
        "guid": change.after.guid,
        "title": change.after.title,
        "fields": _fields(change.fields),
        "lists": _lists(change.lists),
        "bim_snippet": _changed(snippet, {}, digests) if snippet else None,
        "files": _parts(change.files, _file, lambda item: _changed(item, _file(item.after), digests)),
        "document_references": _parts(
            change.document_references,
            _reference,
            lambda item: {**_reference(item.after), "fields": _fields(item.fields)},
        ),
        "comments": _parts(
            change.comments, _comment, lambda item: {"guid": item.after.guid, "fields": _fields(item.fields)}
        ),
        "viewpoints": _parts(change.viewpoints, _viewpoint, lambda item: _viewpoint_change(item, digests)),
    }


def _file(item: HeaderFile) -> Json:
    return {"filename": item.filename, "ifc_project": item.ifc_project, "reference": item.reference}


def _reference(item: DocumentReference) -> Json:
    target = {"document_guid": item.document_guid, "url": item.url}
    return {"guid": item.guid, **target, "description": item.description}


def _comment(item: Comment) -> Json:
    said = {"author": item.author, "date": item.date.text if item.date else None, "comment": item.comment}
    return {"guid": item.guid, **said, "viewpoint_guid": item.viewpoint_guid}


# -- viewpoints ------------------------------------------------------------------------------------------------


def _viewpoint(item: Viewpoint) -> Json:
    blob = item.snapshot.blob if item.snapshot else None
    return {"guid": item.guid, "snapshot_size": blob.size if blob else None}


def _viewpoint_change(change: ViewpointChange, digests: Digests) -> Json:
    before, after = (view.snapshot.blob if view.snapshot else None for view in (change.before, change.after))
    return {
        "guid": change.after.guid,
        "cameras": [_camera_change(item) for item in change.cameras],
        "components": _components(change.components) if change.components else None,
        "lines": _swap(change.lines, _line),
        "clipping_planes": _swap(change.clipping_planes, _plane),
        "bitmaps": _swap(change.bitmaps, _bitmap),
        "snapshot": _bytes(before, after, digests) if change.snapshot else None,
    }


def _camera_change(change: CameraChange) -> Json:
    return {
        "before": _camera(change.before),
        "after": _camera(change.after),
        "moved_metres": change.moved,
        "turned_degrees": change.turned,
        "tilted_degrees": change.tilted,
        "field_of_view": _pair(change.field_of_view),
        "view_to_world_scale": _pair(change.view_to_world_scale),
        "aspect_ratio": _pair(change.aspect_ratio),
    }


def _camera(camera: Camera | None) -> Json | None:
    if camera is None:
        return None
    perspective = isinstance(camera, PerspectiveCamera)
    measure: Json = (
        {"field_of_view": camera.field_of_view}
        if isinstance(camera, PerspectiveCamera)
        else {"view_to_world_scale": camera.view_to_world_scale}
    )
    return {
        "type": "perspective" if perspective else "orthogonal",
        "camera_view_point": _point(camera.camera_view_point),
        "camera_direction": _point(camera.camera_direction),
        "camera_up_vector": _point(camera.camera_up_vector),
        **measure,
        "aspect_ratio": camera.aspect_ratio,
    }


def _pair(values: tuple[float, float] | None) -> Json | None:
    return {"before": values[0], "after": values[1]} if values else None


def _components(change: ComponentsChange) -> Json:
    return {
        "fields": _fields(change.fields),
        "selection": {name: [component_key(item) for item in side] for name, side in _sides(change.selection)},
        "exceptions": {name: [component_key(item) for item in side] for name, side in _sides(change.exceptions)},
        "coloring": [
            {"component": component_key(item.component), "before": item.before, "after": item.after}
            for item in change.coloring
        ],
    }


def _sides(swap: Swap[T]) -> tuple[tuple[str, tuple[T, ...]], tuple[str, tuple[T, ...]]]:
    return ("removed", swap.removed), ("added", swap.added)


def _swap(swap: Swap[T], shown: Callable[[T], Json]) -> dict[str, list[Json]]:
    return {name: sorted(map(shown, side), key=repr) for name, side in _sides(swap)}


def _line(item: Line) -> Json:
    return {"start_point": _point(item.start_point), "end_point": _point(item.end_point)}


def _plane(item: ClippingPlane) -> Json:
    return {"location": _point(item.location), "direction": _point(item.direction)}


def _bitmap(item: Bitmap) -> Json:
    return {
        "bitmap_type": item.bitmap_type,
        "location": _point(item.location),
        "normal": _point(item.normal),
        "up": _point(item.up),
        "height": item.height,
        "size": item.blob.size if item.blob else None,
    }


def _point(point: Point) -> dict[str, float]:
    return {"x": point.x, "y": point.y, "z": point.z}
