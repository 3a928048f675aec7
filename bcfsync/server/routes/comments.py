"""Comments.

Owns: ``/projects/{p}/topics/{t}/comments``. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Comments.
"""

from flask import Response

from bcfsync.server import dates
from bcfsync.server.http.conditional import empty_answer, json_answer, require_match
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies
from bcfsync.server.store.database import JsonObject


def list_comments(call: Call, project_id: str, topic: str) -> Response:
    """The comments of a topic."""
    listing = call.store.comments.listing(project_id, topic, call.window(("date",)))
    return json_answer([answers.comment(call.version, comment) for comment in listing])


def post_comment(call: Call, project_id: str, topic: str) -> Response:
    """Add a comment."""
    body = call.body()
    content, guid = bodies.comment(body, call.version), call.wished_guid(body)
    comment = call.store.comments.create(project_id, topic, content, call.author, guid=guid)
    return json_answer(answers.comment(call.version, comment), 201, location=comment["guid"])


def get_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """One comment."""
    shown = _comment(call, project_id, topic, comment)
    return json_answer(shown, modified=dates.instant(shown.get("modified_date") or shown["date"]))


def put_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Replace the content of a comment."""
    body = bodies.comment(call.body(), call.version)
    with call.store.writing():
        require_match(_comment(call, project_id, topic, comment))
        replaced = call.store.comments.replace(
            project_id, topic, comment, body, author=call.author, keep_reply=call.version == "3.0"
        )
        return json_answer(answers.comment(call.version, replaced))


def delete_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Remove a comment."""
    with call.store.writing():
        require_match(_comment(call, project_id, topic, comment))
        call.store.comments.delete(project_id, topic, comment)
    return empty_answer()


def _comment(call: Call, project_id: str, topic: str, comment: str) -> JsonObject:
    return answers.comment(call.version, call.store.comments.get(project_id, topic, comment))


_COMMENTS = "/projects/<project_id>/topics/<topic>/comments"

ROUTES = (
    Route("GET", _COMMENTS, list_comments),
    Route("POST", _COMMENTS, post_comment),
    Route("GET", f"{_COMMENTS}/<comment>", get_comment),
    Route("PUT", f"{_COMMENTS}/<comment>", put_comment),
    Route("DELETE", f"{_COMMENTS}/<comment>", delete_comment),
)
