"""JSON of BCF-API 1.0 as its later text of 2015 has it ↔ model; the twin of ``v10_tag``.

Owns: the viewpoint of that text. Sees: v10, shapes, model. Rules: BCF-API, the state of November 2015, which one
product offers to this day under other names.
A viewpoint has ``bitmaps.bitmap``, each under the server's guid, and says with ``snapshot_available`` whether there
is a snapshot, whose type only its bytes tell.
"""

from collections.abc import Callable
from dataclasses import replace

from bcfsync.bcfapi import shapes, v10
from bcfsync.bcfapi.reading import Json, JsonObject, Odd
from bcfsync.bcfapi.v10_pictures import encode_placed, kind_number, picture_kind
from bcfsync.model import Blob, Snapshot, Viewpoint

# the same in the tag
decode_project = v10.decode_project
encode_project = v10.encode_project
decode_extensions = v10.decode_extensions
encode_extensions = v10.encode_extensions
decode_topic = v10.decode_topic
encode_topic = v10.encode_topic
topic_body = v10.topic_body
topic_fields = v10.topic_fields
decode_comment = v10.decode_comment
encode_comment = v10.encode_comment
comment_body = v10.comment_body
decode_components = v10.decode_components
encode_components = v10.encode_components
decode_selection = v10.decode_selection
decode_coloring = v10.decode_coloring
decode_visibility = v10.decode_visibility
assembled = v10.assembled
decode_files = v10.decode_files
encode_files = v10.encode_files
decode_related = v10.decode_related
encode_related = v10.encode_related
decode_references = v10.decode_references
decode_reference = v10.decode_reference
encode_reference = v10.encode_reference
reference_body = v10.reference_body
reference_put = v10.reference_put
decode_document = v10.decode_document


def decode_viewpoint(data: object, odd: Odd = None) -> Viewpoint:
    """A viewpoint (BCF-API 1.0, late text, Viewpoint) without bytes and components.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    view = JsonObject(data, "viewpoint", odd)
    outer = v10.wrapped(view, "bitmaps")
    nodes = _bitmap_nodes(outer) if outer else view.children("bitmaps")
    placed = (shapes.decode_placed(node, picture_kind(node, "bitmap_type")) for node in nodes)
    return replace(
        v10.decode_geometry(view),
        bitmaps=tuple(bitmap for bitmap in placed if bitmap),
        snapshot=Snapshot("png") if view.flag("snapshot_available") else None,
    )


def _bitmap_nodes(outer: JsonObject) -> list[JsonObject]:
    """The list inside ``bitmaps``; a single object counts as a list of one."""
    single = outer.child("bitmap") if isinstance(outer.value("bitmap"), dict) else None
    return [single] if single else outer.children("bitmap")


def encode_viewpoint(viewpoint: Viewpoint) -> Json:
    """A viewpoint as servers answer it: without components and bytes, absent members left out, both cameras."""
    available: Json = {"snapshot_available": viewpoint.snapshot is not None}
    return {"guid": viewpoint.guid, **v10.encode_geometry(viewpoint), **encode_bitmaps(viewpoint), **available}


def viewpoint_body(viewpoint: Viewpoint, data: Callable[[Blob], str], *, guid: bool = True) -> Json:  # noqa: ARG001
    """What creates or replaces the viewpoint; bytes and components are requests of their own, ``data`` is not asked.

    Guids of bitmaps are the server's and not sent.
    """
    return {**v10.encode_geometry(viewpoint), **_bitmaps(viewpoint, shapes.without_bytes, guid=False)}


def encode_bitmaps(viewpoint: Viewpoint, measure: Callable[[Blob | None], Json] = shapes.without_bytes) -> Json:
    """The member ``bitmaps``; left out where there are none."""
    return _bitmaps(viewpoint, measure, guid=True)


def _bitmaps(viewpoint: Viewpoint, measure: Callable[[Blob | None], Json], *, guid: bool) -> Json:
    found = [
        shapes.present({"guid": bitmap.guid if guid else None})
        | {"bitmap_type": kind_number(bitmap.bitmap_type)}
        | placed
        | measure(bitmap.blob)
        for bitmap in viewpoint.bitmaps
        if (placed := encode_placed(bitmap))
    ]
    return {"bitmaps": {"bitmap": found}} if found else {}
