"""JSON of BCF-API 2.1 (branch ``release_2_1``) ↔ model; the twin of ``v30``.

Owns: every resource of 2.1. Sees: reading, shapes, components, model. Rules: BCF-API 2.1, README and JSON schemas.
Here guids belong to the server, ``user_id_type`` lists the users, comments may answer comments, cameras have no
aspect ratio. Authors and dates are read, never sent.
"""

from collections.abc import Callable, Iterable

from bcfsync.bcfapi import components, shapes
from bcfsync.bcfapi.reading import Json, JsonObject
from bcfsync.bcfapi.shapes import finite, present
from bcfsync.guids import is_guid
from bcfsync.model import (
    Blob,
    Comment,
    DocumentReference,
    Extensions,
    HeaderFile,
    OrthogonalCamera,
    PerspectiveCamera,
    Topic,
    Viewpoint,
)

# the same in 3.0
decode_project = shapes.decode_project
encode_project = shapes.encode_project
encode_components = components.encode_components
decode_selection = components.decode_selection
decode_coloring = components.decode_coloring
decode_visibility = components.decode_visibility
assembled = components.assembled
encode_bitmaps = shapes.encode_bitmaps
decode_related = shapes.decode_related
encode_related = shapes.encode_related
decode_files = shapes.decode_files
decode_document = shapes.decode_document


def decode_extensions(data: object) -> Extensions:
    """The value lists (BCF-API 2.1, Extensions) without nulls; a missing list is no statement, an empty one is.

    Raises:
        AnswerNotUnderstood: no object.
    """
    lists = JsonObject(data, "extensions")
    return Extensions(
        topic_type=lists.texts("topic_type"),
        topic_status=lists.texts("topic_status"),
        priority=lists.texts("priority"),
        topic_label=lists.texts("topic_label"),
        users=lists.texts("user_id_type"),
        snippet_type=lists.texts("snippet_type"),
        stage=lists.texts("stage"),
    )


def encode_extensions(extensions: Extensions) -> Json:
    """The value lists as servers answer them; every key is required, null means no statement."""
    lists = {
        "topic_type": extensions.topic_type,
        "topic_status": extensions.topic_status,
        "topic_label": extensions.topic_label,
        "snippet_type": extensions.snippet_type,
        "priority": extensions.priority,
        "user_id_type": extensions.users,
        "stage": extensions.stage,
    }
    return {name: None if values is None else list(values) for name, values in lists.items()}


def decode_topic(data: object) -> Topic:
    """A topic (BCF-API 2.1, Topic) without anything that has its own resource: comments, viewpoints, files, links.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    topic = JsonObject(data, "topic")
    return Topic(
        guid=topic.needed_key("guid"),
        title=topic.exact("title"),
        topic_type=topic.text("topic_type"),
        topic_status=topic.text("topic_status"),
        priority=topic.text("priority"),
        index=topic.integer("index"),
        labels=topic.texts("labels") or (),
        reference_links=topic.texts("reference_links") or (),
        creation_date=topic.date("creation_date"),
        creation_author=topic.text("creation_author"),
        modified_date=topic.date("modified_date"),
        modified_author=topic.text("modified_author"),
        due_date=topic.date("due_date"),
        assigned_to=topic.text("assigned_to"),
        stage=topic.text("stage"),
        description=topic.text("description"),
        bim_snippet=shapes.decode_snippet(topic),
    )


def encode_topic(topic: Topic) -> Json:
    """A topic as servers answer it: all members, ``modified_*`` only where known."""
    made: Json = {
        "creation_date": topic.creation_date.xml() if topic.creation_date else None,
        "creation_author": topic.creation_author,
    }
    return {"guid": topic.guid, **topic_fields(topic), **made, **shapes.encode_modified(topic)}


def topic_body(topic: Topic, *, guid: bool) -> Json:  # noqa: ARG001 - counts in the twin
    """What creates the topic (``topic_POST``): members with a value; 2.1 has no place for a guid."""
    return present(topic_fields(topic))


def topic_fields(topic: Topic) -> Json:
    """Everything a client may write (``topic_PUT``); null or [] clears, because a PUT replaces the whole."""
    return {
        "topic_type": topic.topic_type,
        "topic_status": topic.topic_status,
        "reference_links": list(topic.reference_links),
        "title": topic.title,
        "priority": topic.priority,
        "index": topic.index,
        "labels": list(topic.labels),
        "assigned_to": topic.assigned_to,
        "stage": topic.stage,
        "description": topic.description,
        "bim_snippet": shapes.encode_snippet(topic.bim_snippet) if topic.bim_snippet else None,
        "due_date": topic.due_date.xml() if topic.due_date else None,
    }


def decode_comment(data: object) -> Comment:
    """A comment (BCF-API 2.1, Comment); a missing text is "".

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    comment = JsonObject(data, "comment")
    return Comment(
        guid=comment.needed_key("guid"),
        comment=comment.exact("comment"),
        date=comment.date("date"),
        author=comment.text("author"),
        viewpoint_guid=comment.key("viewpoint_guid"),
        modified_date=comment.date("modified_date"),
        modified_author=comment.text("modified_author"),
        reply_to_comment_guid=comment.key("reply_to_comment_guid"),
    )


def encode_comment(comment: Comment, topic_guid: str) -> Json:
    """A comment as servers answer it; ``modified_*`` only where known."""
    made: Json = {
        "guid": comment.guid,
        "date": comment.date.xml() if comment.date else None,
        "author": comment.author,
        "comment": comment.comment,
        "topic_guid": topic_guid,
        "viewpoint_guid": comment.viewpoint_guid,
        "reply_to_comment_guid": comment.reply_to_comment_guid,
    }
    return made | shapes.encode_modified(comment)


def comment_body(comment: Comment, *, guid: bool) -> Json:  # noqa: ARG001 - counts in the twin
    """What creates or replaces the comment (``comment_POST``, ``comment_PUT``): text, also "", and both links."""
    return {
        "comment": comment.comment,
        "viewpoint_guid": comment.viewpoint_guid,
        "reply_to_comment_guid": comment.reply_to_comment_guid,
    }


def decode_viewpoint(data: object) -> Viewpoint:
    """A viewpoint (BCF-API 2.1, Viewpoint) without bytes; with components only where the server has them inline.

    An incomplete camera, line, plane or bitmap reads as absent. Metres and degrees.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    view = JsonObject(data, "viewpoint")
    return Viewpoint(
        guid=view.needed_key("guid"),
        index=view.integer("index"),
        perspective_camera=_decode_perspective(view.child("perspective_camera")),
        orthogonal_camera=_decode_orthogonal(view.child("orthogonal_camera")),
        lines=shapes.decode_lines(view),
        clipping_planes=shapes.decode_clipping_planes(view),
        bitmaps=shapes.decode_bitmaps(view),
        snapshot=shapes.decode_snapshot(view),
        components=components.decode_inline(view),
    )


def encode_viewpoint(viewpoint: Viewpoint) -> Json:
    """A viewpoint as servers answer it: without components and bytes, absent members left out, both cameras."""
    return {"guid": viewpoint.guid, **_geometry(viewpoint), **shapes.encode_pictures(viewpoint)}


def viewpoint_body(
    viewpoint: Viewpoint,
    data: Callable[[Blob], str],
    *,
    guid: bool = True,  # noqa: ARG001 - counts in the twin
) -> Json:
    """What creates the viewpoint (``viewpoint_POST``), in the schema's order, which OpenProject insists on.

    ``data`` fetches bytes as base64 text. Pictures without bytes, absent members and empty lists are left out;
    2.1 has no place for a guid.
    """
    shown = encode_components(viewpoint.components) if viewpoint.components else None
    return _geometry(viewpoint) | shapes.picture_bodies(viewpoint, data) | present({"components": shown})


def _geometry(viewpoint: Viewpoint) -> Json:
    perspective, orthogonal = viewpoint.perspective_camera, viewpoint.orthogonal_camera
    return present(
        {
            "index": viewpoint.index,
            "orthogonal_camera": _encode_orthogonal(orthogonal) if orthogonal else None,
            "perspective_camera": _encode_perspective(perspective) if perspective else None,
            "lines": shapes.encode_lines(viewpoint.lines),
            "clipping_planes": shapes.encode_clipping_planes(viewpoint.clipping_planes),
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


def decode_reference(data: object) -> DocumentReference:
    """A document reference (BCF-API 2.1, Document references); a ``document_guid`` beats a ``url``.

    Tag v2.1 has ``referenced_document`` for both: a guid is a document of the server, anything else an address.

    Raises:
        AnswerNotUnderstood: no object, or no guid.
    """
    reference = JsonObject(data, "document reference")
    named = reference.text("referenced_document")
    document = reference.key("document_guid") or (named if named and is_guid(named) else None)
    url = None if document else reference.text("url", "referenced_document")
    return DocumentReference(
        reference.needed_key("guid"), document_guid=document, url=url, description=reference.text("description")
    )


def encode_reference(reference: DocumentReference) -> Json:
    """A document reference as servers answer it: of ``document_guid`` and ``url`` one is null."""
    empty: Json = {"guid": reference.guid, "document_guid": None, "url": None, "description": reference.description}
    return empty | shapes.reference_target(reference)


def reference_body(reference: DocumentReference, *, guid: bool) -> Json:  # noqa: ARG001 - counts in the twin
    """What creates the reference (``document_reference_POST``); 2.1 has no place for a guid."""
    return shapes.reference_target(reference) | present({"description": reference.description})


def reference_put(reference: DocumentReference) -> Json:
    """What replaces the reference (``document_reference_PUT``): every member, in 2.1 with its guid."""
    return encode_reference(reference)
