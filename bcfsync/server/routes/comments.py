"""Comments.

Owns: ``/projects/{p}/topics/{t}/comments``. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Comments.
"""

from collections.abc import Mapping

from flask import Response

from bcfsync.server import dates, rights
from bcfsync.server.http.conditional import empty_answer, json_answer, require_match
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies
from bcfsync.server.store.comments import STATUSES
from bcfsync.server.store.database import JsonObject
from bcfsync.server.versions import Version

_UNSPOKEN: Mapping[Version, tuple[str, ...]] = {"2.1": STATUSES, "3.0": (*STATUSES, "reply_to_comment_guid")}
"""What a version has no word for, and what therefore stays."""


def list_comments(call: Call, project_id: str, topic: str) -> Response:
    """The comments of a topic."""
    window = call.window("comments")
    listing = call.store.comments.listing(project_id, topic, window)
    shown = [_shown(call, comment) for comment in listing]
    # whether there is a next page stands in Link, so it belongs to what the tag is of
    answer = json_answer(shown, below=listing.more or None)
    return call.linked(answer, window, more=listing.more)


def post_comment(call: Call, project_id: str, topic: str) -> Response:
    """Add a comment."""
    body = call.body()
    content, guid = bodies.comment(body, call.version), call.wished_guid(body)
    comment = call.store.comments.create(project_id, topic, content, call.author, guid=guid)
    return json_answer(_shown(call, comment), 201, location=comment["guid"])


def get_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """One comment."""
    stored = call.store.comments.get(project_id, topic, comment)
    modified = call.modified(dates.instant(stored.get("modified_date") or stored["date"]))
    return json_answer(_shown(call, stored), modified=modified)


def put_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Replace the content of a comment."""
    body = bodies.comment(call.body(), call.version)
    with call.store.writing():
        require_match(*_forms(call, project_id, topic, comment))
        replaced = call.store.comments.replace(
            project_id, topic, comment, body, author=call.author, keep=_UNSPOKEN[call.version]
        )
        return json_answer(_shown(call, replaced))


def delete_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Remove a comment."""
    with call.store.writing():
        require_match(*_forms(call, project_id, topic, comment))
        call.store.comments.delete(project_id, topic, comment)
    return empty_answer()


def _shown(call: Call, stored: JsonObject) -> JsonObject:
    shown = answers.comment(call.version, stored)
    return call.with_rights(shown, lambda: rights.comment_block(call.user, stored))


def _forms(call: Call, project_id: str, topic: str, comment: str) -> tuple[JsonObject, JsonObject]:
    """A comment without and with what the user may do to it."""
    stored = call.store.comments.get(project_id, topic, comment)
    shown = answers.comment(call.version, stored)
    return shown, {**shown, "authorization": rights.comment_block(call.user, stored)}


_COMMENTS = "/projects/<project_id>/topics/<topic>/comments"

ROUTES = (
    Route("GET", _COMMENTS, list_comments),
    Route("POST", _COMMENTS, post_comment, needs=rights.CREATE_COMMENT),
    Route("GET", f"{_COMMENTS}/<comment>", get_comment),
    Route("PUT", f"{_COMMENTS}/<comment>", put_comment, needs=rights.UPDATE_COMMENT),
    Route("DELETE", f"{_COMMENTS}/<comment>", delete_comment, needs=rights.DELETE_COMMENT),
)
