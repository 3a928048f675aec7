"""JSON of BCF-API 1.0 as its tag ``v1.0`` has it ↔ model.

Owns: the viewpoint of that text. Sees: v10, shapes, model. Rules: BCF-API, tag v1.0.
A viewpoint has one picture, ``bitmap``: placed in the model it is a bitmap, without any place it is the snapshot,
for which this text has no member of its own. All bitmaps but the first, and the snapshot beside one, have no form.
"""

from collections.abc import Callable
from dataclasses import replace

from bcfsync.bcfapi import shapes, v10
from bcfsync.bcfapi.reading import Json, JsonObject, Odd
from bcfsync.bcfapi.v10_pictures import encode_placed, kind_number, picture_kind
from bcfsync.model import Bitmap, Blob, Snapshot, Viewpoint

# the same in the late text
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

_PLACE = ("location", "normal", "up")


def decode_viewpoint(data: object, odd: Odd = None) -> Viewpoint:
    """A viewpoint (BCF-API 1.0, tag, Viewpoint) without bytes and components.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    view = JsonObject(data, "viewpoint", odd)
    node = view.child("bitmap")
    bitmap, snapshot = _decode_picture(node) if node else (None, None)
    return replace(v10.decode_geometry(view), bitmaps=(bitmap,) if bitmap else (), snapshot=snapshot)


def _decode_picture(node: JsonObject) -> tuple[Bitmap | None, Snapshot | None]:
    kind, reference = picture_kind(node, "bitmap"), node.text("reference")
    if any(node.value(name) is not None for name in _PLACE):
        # the address of the bytes is no name of a file
        return shapes.decode_placed(node, kind), None
    return None, Snapshot(kind) if reference or node.value("bitmap") is not None else None


def encode_viewpoint(viewpoint: Viewpoint) -> Json:
    """A viewpoint as servers answer it: without components and bytes, absent members left out, both cameras."""
    return {"guid": viewpoint.guid, **v10.encode_geometry(viewpoint), **encode_bitmaps(viewpoint)}


def viewpoint_body(viewpoint: Viewpoint, data: Callable[[Blob], str], *, guid: bool = True) -> Json:  # noqa: ARG001
    """What creates or replaces the viewpoint; bytes and components are requests of their own, ``data`` is not asked.

    The address of a picture's bytes is the server's and not sent. A body has no form of a snapshot: ``bitmap`` needs a
    place in the model, and the snapshot is there as soon as its bytes are.
    """
    unnamed = tuple(replace(bitmap, reference=None) for bitmap in viewpoint.bitmaps)
    return {**v10.encode_geometry(viewpoint), **encode_bitmaps(replace(viewpoint, bitmaps=unnamed, snapshot=None))}


def encode_bitmaps(viewpoint: Viewpoint, measure: Callable[[Blob | None], Json] = shapes.without_bytes) -> Json:
    """The member ``bitmap``: the first placed picture, else the snapshot; left out where there is neither."""
    pairs = ((encode_placed(bitmap), bitmap) for bitmap in viewpoint.bitmaps)
    placed, bitmap = next(((node, bitmap) for node, bitmap in pairs if node), (None, None))
    if placed and bitmap:
        kind: Json = {"bitmap": kind_number(bitmap.bitmap_type)}
        return {"bitmap": kind | _reference(bitmap.reference) | placed | measure(bitmap.blob)}
    shot = viewpoint.snapshot
    if shot is None:
        return {}
    kind = {"bitmap": kind_number(shot.snapshot_type)}
    return {"bitmap": kind | _reference(shot.reference) | measure(shot.blob)}


def _reference(reference: str | None) -> Json:
    return shapes.present({"reference": reference})
