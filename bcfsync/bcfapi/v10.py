"""JSON of BCF-API 1.0 ↔ model: all that its two texts share; the older twin of ``v21``.

Owns: every resource of 1.0 but pictures. Sees: reading, shapes, flat, model. Rules: BCF-API, tag ``v1.0`` and the
text that followed it in the same year. ``v10_tag`` and ``v10_late`` add a viewpoint's pictures, where the two differ.

What 1.0 has no member for: of a topic ``stage``, ``due_date``, ``server_assigned_id`` and all reference links but
the first; of a viewpoint ``index``, aspect ratio, the default of visibility and its hints; ``is_external`` of files.
Authors and dates are read, never sent.
"""

from collections.abc import Iterable

from bcfsync.bcfapi import components, flat, shapes
from bcfsync.bcfapi.reading import Json, JsonObject, Odd, members
from bcfsync.bcfapi.shapes import finite, present
from bcfsync.guids import is_guid
from bcfsync.model import (
    Comment,
    DocumentReference,
    Extensions,
    HeaderFile,
    OrthogonalCamera,
    PerspectiveCamera,
    Topic,
    Viewpoint,
)

# the same in 2.1
decode_project = shapes.decode_project
encode_project = shapes.encode_project
decode_related = shapes.decode_related
encode_related = shapes.encode_related
decode_files = shapes.decode_files
decode_document = shapes.decode_document
decode_components = flat.decode_components
encode_components = flat.encode_components
decode_selection = flat.decode_selection
decode_coloring = flat.decode_coloring
decode_visibility = flat.decode_visibility
assembled = components.assembled

UNKNOWN = "Unknown"
"""The status of a comment that has none: required here, and what BCF-XML 2.0 takes an empty one for."""


def decode_extensions(data: object, odd: Odd = None) -> Extensions:
    """The value lists (BCF-API 1.0, Extensions) without nulls; a missing list is no statement, an empty one is.

    Raises:
        AnswerNotUnderstood: no object.
    """
    lists = JsonObject(data, "extensions", odd)
    return Extensions(
        topic_type=lists.texts("topic_type"),
        topic_status=lists.texts("topic_status"),
        priority=lists.texts("priority"),
        topic_label=lists.texts("topic_label"),
        users=lists.texts("user_id_type"),
        snippet_type=lists.texts("snippet_type"),
    )


def encode_extensions(extensions: Extensions) -> Json:
    """The value lists as servers answer them and as a PUT replaces them; null means no statement; no stages."""
    lists = {
        "topic_type": extensions.topic_type,
        "topic_status": extensions.topic_status,
        "topic_label": extensions.topic_label,
        "snippet_type": extensions.snippet_type,
        "priority": extensions.priority,
        "user_id_type": extensions.users,
    }
    return {name: None if values is None else list(values) for name, values in lists.items()}


def decode_topic(data: object, odd: Odd = None) -> Topic:
    """A topic (BCF-API 1.0, Topic) without anything that has its own resource: comments, viewpoints, files, links.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    topic = JsonObject(data, "topic", odd)
    link = topic.text("reference_link")
    return Topic(
        guid=topic.needed_key("guid"),
        title=topic.exact("title"),
        topic_type=topic.text("topic_type"),
        topic_status=topic.text("topic_status"),
        priority=topic.text("priority"),
        index=topic.integer("index"),
        labels=topic.texts("labels") or (),
        reference_links=(link,) if link else (),
        creation_date=topic.date("creation_date"),
        creation_author=topic.text("creation_author"),
        modified_date=topic.date("modified_date"),
        modified_author=topic.text("modified_author"),
        assigned_to=topic.text("assigned_to"),
        description=topic.text("description"),
        bim_snippet=shapes.decode_snippet(topic),
    )


def encode_topic(topic: Topic) -> Json:
    """A topic as servers answer it: all members, ``index`` and ``modified_*`` only where known."""
    made: Json = {
        "creation_date": topic.creation_date.xml() if topic.creation_date else None,
        "creation_author": topic.creation_author,
    }
    return {"guid": topic.guid, **topic_fields(topic), **made, **shapes.encode_modified(topic)}


def topic_body(topic: Topic, *, guid: bool) -> Json:  # noqa: ARG001 - counts in the twins
    """What creates the topic (``topic_POST``): members with a value; 1.0 has no place for a guid."""
    return present(topic_fields(topic))


def topic_fields(topic: Topic) -> Json:
    """Everything a client may write (``topic_PUT``); null or [] clears, because a PUT replaces the whole.

    1.0 knows no null index: leaving it out clears it.
    """
    index: Json = {} if topic.index is None else {"index": topic.index}
    return {
        "topic_type": topic.topic_type,
        "topic_status": topic.topic_status,
        "reference_link": topic.reference_links[0] if topic.reference_links else None,
        "title": topic.title,
        "priority": topic.priority,
        **index,
        "labels": list(topic.labels),
        "assigned_to": topic.assigned_to,
        "description": topic.description,
        "bim_snippet": shapes.encode_snippet(topic.bim_snippet) if topic.bim_snippet else None,
    }


def decode_comment(data: object, odd: Odd = None) -> Comment:
    """A comment (BCF-API 1.0, Comment); a missing text is "", the status Unknown is none.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    comment = JsonObject(data, "comment", odd)
    status = comment.text("status")
    return Comment(
        guid=comment.needed_key("guid"),
        comment=comment.exact("comment"),
        date=comment.date("date"),
        author=comment.text("author"),
        viewpoint_guid=comment.key("viewpoint_guid"),
        modified_date=comment.date("modified_date"),
        modified_author=comment.text("modified_author"),
        reply_to_comment_guid=comment.key("reply_to_comment_guid"),
        status=None if status == UNKNOWN else status,
        verbal_status=comment.text("verbal_status"),
    )


def encode_comment(comment: Comment, topic_guid: str) -> Json:
    """A comment as servers answer it; ``modified_*`` only where known."""
    made: Json = {
        "guid": comment.guid,
        "date": comment.date.xml() if comment.date else None,
        "author": comment.author,
        "topic_guid": topic_guid,
    }
    return made | comment_body(comment, guid=False) | shapes.encode_modified(comment)


def comment_body(comment: Comment, *, guid: bool) -> Json:  # noqa: ARG001 - counts in the twins
    """What creates or replaces the comment (``comment_POST``, ``comment_PUT``): both statuses, text, both links."""
    return {
        "verbal_status": comment.verbal_status,
        "status": comment.status or UNKNOWN,
        "comment": comment.comment,
        "viewpoint_guid": comment.viewpoint_guid,
        "reply_to_comment_guid": comment.reply_to_comment_guid,
    }


def decode_geometry(view: JsonObject) -> Viewpoint:
    """Guid, cameras, lines and planes of a viewpoint (BCF-API 1.0, Viewpoint); metres and degrees.

    An incomplete camera, line or plane reads as absent. Lists also count without the object around them, as 2.1 has
    them.

    Raises:
        AnswerNotUnderstood: no guid.
    """
    lines, planes = wrapped(view, "lines"), wrapped(view, "clipping_planes")
    return Viewpoint(
        guid=view.needed_key("guid"),
        perspective_camera=_decode_perspective(view.child("perspective_camera")),
        orthogonal_camera=_decode_orthogonal(view.child("orthogonal_camera")),
        lines=shapes.decode_lines(lines, "line") if lines else shapes.decode_lines(view),
        clipping_planes=(
            shapes.decode_clipping_planes(planes, "clipping_plane") if planes else shapes.decode_clipping_planes(view)
        ),
    )


def wrapped(view: JsonObject, name: str) -> JsonObject | None:
    """The object that 1.0 puts around a list."""
    return view.child(name) if isinstance(view.value(name), dict) else None


def encode_geometry(viewpoint: Viewpoint) -> Json:
    """Cameras, lines and planes, absent ones left out; 1.0 takes both cameras, as 2.0 files have them."""
    perspective, orthogonal = viewpoint.perspective_camera, viewpoint.orthogonal_camera
    lines = shapes.encode_lines(viewpoint.lines)
    planes = shapes.encode_clipping_planes(viewpoint.clipping_planes)
    return present(
        {
            "orthogonal_camera": _encode_orthogonal(orthogonal) if orthogonal else None,
            "perspective_camera": _encode_perspective(perspective) if perspective else None,
            "lines": {"line": lines} if lines else None,
            "clipping_planes": {"clipping_plane": planes} if planes else None,
        }
    )


def _decode_perspective(camera: JsonObject | None) -> PerspectiveCamera | None:
    if camera is None:
        return None
    place, angle = shapes.decode_camera_place(camera), camera.number("field_of_view")
    return None if place is None or angle is None else PerspectiveCamera(*place, field_of_view=angle)


def _decode_orthogonal(camera: JsonObject | None) -> OrthogonalCamera | None:
    if camera is None:
        return None
    place, scale = shapes.decode_camera_place(camera), camera.number("view_to_world_scale")
    return None if place is None or scale is None else OrthogonalCamera(*place, view_to_world_scale=scale)


def _encode_perspective(camera: PerspectiveCamera) -> Json | None:
    place = shapes.encode_camera_place(camera)
    return place | {"field_of_view": camera.field_of_view} if place and finite(camera.field_of_view) else None


def _encode_orthogonal(camera: OrthogonalCamera) -> Json | None:
    place, scale = shapes.encode_camera_place(camera), camera.view_to_world_scale
    return place | {"view_to_world_scale": scale} if place and finite(scale) else None


def encode_files(files: Iterable[HeaderFile]) -> list[Json]:
    """The whole list, as servers answer it and as a PUT replaces it; here a file's name is ``file_name``."""
    return shapes.encode_files(files, "file_name")


def decode_references(data: object, odd: Odd = None) -> tuple[DocumentReference, ...]:
    """The document references of a topic; null is none.

    Raises:
        AnswerNotUnderstood: no list, or one without guid.
    """
    return tuple(_reference(node) for node in members(data, "document references", odd))


def decode_reference(data: object, odd: Odd = None) -> DocumentReference:
    """A document reference (BCF-API 1.0, Document references).

    ``referenced_document`` is a document of the server where it is a guid, else an address. Where a reference does
    not even have that member its own guid names the document; where it is null the reference leads nowhere.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    return _reference(JsonObject(data, "document reference", odd))


def _reference(reference: JsonObject) -> DocumentReference:
    guid, named = reference.needed_key("guid"), reference.text("referenced_document")
    document = named if named and is_guid(named) else None
    if not reference.has("referenced_document"):
        document = guid
    url = None if document else named
    return DocumentReference(guid, document_guid=document, url=url, description=reference.text("description"))


def encode_reference(reference: DocumentReference) -> Json:
    """A document reference as servers answer it; a document is named by its guid."""
    target = reference.document_guid or reference.url or reference.path
    return {"guid": reference.guid, "referenced_document": target, **_described(reference)}


def reference_put(reference: DocumentReference) -> Json:
    """One item of the list that a PUT replaces: a document is named by the item's guid alone, an address by itself."""
    if reference.document_guid:
        return {"guid": reference.document_guid, **_described(reference)}
    return encode_reference(reference)


def reference_body(reference: DocumentReference, *, guid: bool) -> Json:  # noqa: ARG001 - counts in the twins
    """The same: 1.0 has no request that creates one reference, only the list."""
    return reference_put(reference)


def _described(reference: DocumentReference) -> Json:
    return {"description": reference.description}
