"""Comments of 1.0, which have statuses and are replied to.

Owns: ``/projects/{p}/topics/{t}/comments`` in both texts. Sees: the store, the shapes.
Governed by: BCF-API 1.0, Comments.
"""

from functools import partial

from flask import Response

from bcfsync.server import dates, rights
from bcfsync.server.http.conditional import json_answer, require_match
from bcfsync.server.routes.v10_writing import written
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import v10
from bcfsync.server.versions import BOTH_10, LATE_10


def list_comments(call: Call, project_id: str, topic: str) -> Response:
    """The comments of a topic."""
    window = call.window("comments")
    listing = call.store.comments.listing(project_id, topic, window)
    # whether there is a next page stands in Link, so it belongs to what the tag is of
    answer = json_answer([v10.shown_comment(comment) for comment in listing], below=listing.more or None)
    return call.linked(answer, window, more=listing.more)


def post_comment(call: Call, project_id: str, topic: str) -> Response:
    """Add a comment."""
    content = v10.comment(call.body(), {}, whole=True)
    comment = call.store.comments.create(project_id, topic, content, call.author)
    return written(v10.shown_comment(comment), 201, below=comment["guid"])


def get_comment(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """One comment."""
    stored = call.store.comments.get(project_id, topic, comment)
    modified = dates.instant(stored.get("modified_date") or stored["date"])
    return json_answer(v10.shown_comment(stored), modified=modified)


def write_comment(call: Call, project_id: str, topic: str, comment: str, *, whole: bool = True) -> Response:
    """Replace the content of a comment, or change parts of it; 1.0 has a word for everything in it."""
    body = call.body()
    with call.store.writing():
        old = call.store.comments.get(project_id, topic, comment)
        require_match(v10.shown_comment(old))
        content = v10.comment(body, old, whole=whole)
        replaced = call.store.comments.replace(project_id, topic, comment, content, author=call.author, keep=())
        return written(v10.shown_comment(replaced))


COMMENTS = "/projects/<project_id>/topics/<topic>/comments"
COMMENT = f"{COMMENTS}/<comment>"
_patch_comment = partial(write_comment, whole=False)

ROUTES = (
    Route("GET", COMMENTS, list_comments, versions=BOTH_10),
    Route("POST", COMMENTS, post_comment, needs=rights.CREATE_COMMENT, versions=BOTH_10),
    Route("GET", COMMENT, get_comment, versions=BOTH_10),
    Route("PUT", COMMENT, write_comment, needs=rights.UPDATE_COMMENT, versions=BOTH_10),
    Route("PATCH", COMMENT, _patch_comment, needs=rights.UPDATE_COMMENT, versions=(LATE_10,)),
)
