"""The JSON bodies BIMData takes, checked and turned into what the store keeps.

Owns: the members beyond BCF-API 2.1 and the rules for empty texts. Sees: decoded JSON. Governed by: BIMData's
``TopicRequest``, ``FullTopicRequest``, ``CommentRequest``, ``ViewpointRequest``, ``DocumentReferenceRequest``.
A PATCH is the old body with the new members over it; so the functions here know whole bodies only.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes import viewpoint_bodies
from bcfsync.server.shapes.members import Members, guid_text, present
from bcfsync.server.store.database import JsonObject
from bcfsync.server.store.viewpoints import CAMERAS, ViewpointContent

STANDARD = "standard"

_LONGEST_AUTHOR = 254
_LONGEST_FORMAT = 64
_DEEPEST = 32
_NEVER_EMPTY = ("topic_type", "topic_status", "priority", "stage")
_LINK = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class ViewpointBody:
    """A viewpoint as a request describes it.

    Args:
        guid: Its own, if the client chose one.
        temp_id: By which comments of the same request name it.
        content: What it is made of.
        keeps_snapshot: The snapshot is a link or left out: the one that is there stays.
    """

    guid: str | None
    temp_id: int | None
    content: ViewpointContent
    keeps_snapshot: bool


@dataclass(frozen=True, slots=True)
class CommentBody:
    """A comment as a request describes it, with the number of the viewpoint it wants to be linked to."""

    guid: str | None
    viewpoint_temp_id: int | None
    members: JsonObject


def as_object(body: object) -> JsonObject:
    """The body itself, known to be an object.

    Raises:
        Malformed: It is something else.
    """
    if not isinstance(body, dict):
        raise Malformed("body: must be a JSON object")
    return body


def guid(body: object, where: str = "") -> str | None:
    """The guid a body carries.

    Raises:
        Malformed: It is no UUID.
    """
    members = Members(body, where)
    wish = members.text("guid")
    return None if wish is None else guid_text(wish, members.place("guid"))


def topic(body: object) -> JsonObject:
    """``TopicRequest``, and the topic of ``FullTopicRequest``."""
    members = Members(body)
    for name in _NEVER_EMPTY:
        if members.text(name) == "":
            members.wrong(name, "may not be blank; null clears it")
    if not members.needed_text("title"):
        members.wrong("title", "may not be blank")
    return present(
        {
            "topic_type": members.text("topic_type"),
            "topic_status": members.text("topic_status"),
            "reference_links": members.texts("reference_links") or None,
            "title": members.needed_text("title"),
            "priority": members.text("priority"),
            "index": members.integer("index"),
            "labels": members.texts("labels") or None,
            "assigned_to": members.text("assigned_to"),
            "stage": members.text("stage"),
            "due_date": members.date("due_date"),
            "description": members.text("description"),
            "creation_date": members.date("creation_date"),
            "creation_author": _author(members, "creation_author"),
            "modified_author": _author(members, "modified_author"),
            "models": _integers(members, "models") or None,
            "ifcs": _integers(members, "ifcs") or None,
            "groups": _integers(members, "groups") or None,
            "bimdata_viewer_layout": _free(members, "bimdata_viewer_layout"),
            "format": _format(members),
        }
    )


def comment(body: object, where: str = "") -> CommentBody:
    """``CommentRequest``; a viewpoint may stand in for the text."""
    members = Members(body, where)
    viewpoint_guid, temp_id = members.text("viewpoint_guid"), members.integer("viewpoint_temp_id")
    text = members.text("comment", required=viewpoint_guid is None and temp_id is None)
    return CommentBody(
        guid(body, where),
        temp_id,
        present(
            {
                "comment": text or None,
                "viewpoint_guid": viewpoint_guid,
                "reply_to_comment_guid": members.text("reply_to_comment_guid"),
                "date": members.date("date"),
                "author": _author(members, "author"),
                "modified_author": _author(members, "modified_author"),
            }
        ),
    )


def viewpoint(body: object, where: str = "") -> ViewpointBody:
    """``ViewpointRequest``; bitmaps are not known here, and a link to a snapshot means the one that is there."""
    members = Members(body, where)
    plain = {name: value for name, value in as_object(body).items() if name != "bitmaps"}
    keeps = "snapshot" not in plain or _is_link(plain["snapshot"])
    if keeps:
        plain.pop("snapshot", None)
    try:
        content = viewpoint_bodies.viewpoint(plain, "2.1")
    except Malformed as error:
        raise Malformed(f"{where}.{error}" if where else str(error)) from error
    extras = present(
        {
            "originating_system": members.text("originating_system"),
            "authoring_tool_id": members.text("authoring_tool_id"),
            "pins": _free(members, "pins") if members.array("pins") else None,
            "models": _integers(members, "models") or None,
        }
    )
    cameras = {name: _camera(members, name, content.members[name]) for name in CAMERAS if name in content.members}
    content = replace(content, members={**content.members, **cameras, **extras})
    return ViewpointBody(guid(body, where), members.integer("temp_id"), content, keeps)


def document_references(body: object) -> list[tuple[int, str | None]]:
    """``DocumentReferenceRequest``, one or a list of them: numbers of documents and what is said of them."""
    listed = body if isinstance(body, list) else [body]
    found = []
    for at, item in enumerate(listed):
        members = Members(item, f"[{at}]" if isinstance(body, list) else "")
        number = members.integer("guid")
        if number is None:
            members.wrong("guid", "is required: the number of a document")
        found.append((number, members.text("description")))
    return found


def _author(members: Members, name: str) -> str | None:
    author = members.text(name)
    if author is not None and len(author) > _LONGEST_AUTHOR:
        members.wrong(name, f"must not have more than {_LONGEST_AUTHOR} characters")
    return author


def _free(members: Members, name: str) -> object:
    """A value nobody describes: kept as it is, if it can be sent again."""
    value = members.needed(name) if members.has(name) else None
    if not _is_plain(value, _DEEPEST):
        members.wrong(name, f"must be plain JSON, not deeper than {_DEEPEST} levels")
    return value


def _is_plain(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return depth > 0 and all(_is_plain(part, depth - 1) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(item, depth - 1) for item in value)
    return True


def _format(members: Members) -> str | None:
    name = members.text("format")
    if name is not None and not 0 < len(name) <= _LONGEST_FORMAT:
        members.wrong("format", f"must have 1 to {_LONGEST_FORMAT} characters")
    return None if name == STANDARD else name


def _integers(members: Members, name: str) -> list[object] | None:
    numbers = members.array(name)
    if numbers is not None and not all(_is_number(number) for number in numbers):
        members.wrong(name, "must be an array of integers")
    return numbers


def _is_number(value: object, among: Collection[int] = range(-(2**63), 2**63)) -> bool:
    return type(value) is int and value in among


def _is_link(snapshot: object) -> bool:
    data = snapshot.get("snapshot_data") if isinstance(snapshot, dict) else None
    return isinstance(data, str) and data.startswith(_LINK)


def _camera(members: Members, name: str, camera: JsonObject) -> JsonObject:
    given = members.child(name)
    direction = given.child("bimdata_camera_direction") if given else None
    if direction is None:
        return camera
    vector = {axis: direction.number(axis, required=True) for axis in ("x", "y", "z")}
    return {**camera, "bimdata_camera_direction": vector}
