"""Comments.

Owns: ``/projects/{p}/topics/{t}/comments`` of BIMData. Sees: the store, the shapes. Governed by: BIMData's BCF
interface: author and date come from the client if it sends them; deleting a comment deletes its viewpoint, too
(BCF-API issue 237).
"""

from contextlib import suppress

from flask import Response

from bcfsync.server import rights
from bcfsync.server.http.conditional import empty_answer, json_answer
from bcfsync.server.query.window import Part
from bcfsync.server.refusals import Forbidden, Malformed
from bcfsync.server.routes.streaming import project_list
from bcfsync.server.routing import Call
from bcfsync.server.store.comments import STATUSES
from bcfsync.server.store.database import JsonObject, Moment, guid_key
from bcfsync.server.vendors.bimdata import answers, bodies
from bcfsync.server.vendors.bimdata.dialect import Bimdata
from bcfsync.server.vendors.bimdata.reading import asked
from bcfsync.server.vendors.bimdata.viewpoints import drop_viewpoint


def list_comments(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """The comments of a topic."""
    listing = call.store.comments.listing(project_id, topic, asked("comments"))
    return json_answer([answers.comment(comment) for comment in listing])


def post_comment(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Add a comment."""
    body = bodies.comment(call.body())
    if body.viewpoint_temp_id is not None:
        raise Malformed("viewpoint_temp_id: is for full topics only")
    comment = add_comment(call, project_id, topic, body)
    bimdata.tell(project_id, "bcf.comment.creation", lambda: answers.comment(comment))
    return json_answer(answers.comment(comment), 201, location=comment["guid"])


def get_comment(_bimdata: Bimdata, call: Call, project_id: str, topic: str, comment: str) -> Response:
    """One comment."""
    return json_answer(answers.comment(call.store.comments.get(project_id, topic, comment)))


def put_comment(bimdata: Bimdata, call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Replace a comment."""
    return _changed(bimdata, call, project_id, topic, comment, is_patch=False)


def patch_comment(bimdata: Bimdata, call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Change what the body names."""
    return _changed(bimdata, call, project_id, topic, comment, is_patch=True)


def delete_comment(bimdata: Bimdata, call: Call, project_id: str, topic: str, comment: str) -> Response:
    """Remove a comment, and its viewpoint."""
    with call.store.writing():
        stored = call.store.comments.get(project_id, topic, comment)
        remove_comment(call, project_id, topic, stored)
    bimdata.tell(project_id, "bcf.comment.deletion", lambda: answers.comment(stored))
    return empty_answer(204)


def list_events(_bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The events of all comments; what happened stands in ``events``."""
    window = asked("comment events")

    def read(moment: Moment) -> Part[JsonObject]:
        return Part(answers.event(event) for event in call.store.events.of_comments(project_id, window, "2.1", moment))

    return project_list(call, project_id, window, read)


def add_comment(call: Call, project_id: str, topic: str, body: bodies.CommentBody) -> JsonObject:
    """Add a comment as a body describes it."""
    return call.store.comments.create(project_id, topic, body.members, call.author, guid=body.guid)


def change_comment(
    call: Call, project_id: str, topic: str, guid: str, body: JsonObject, *, is_patch: bool, where: str = ""
) -> JsonObject:
    """Change a comment as a body describes it, inside a transaction; its guid stays, whatever the body says."""
    old = call.store.comments.get(project_id, topic, guid)
    given = {**(_writable(old) if is_patch else {}), **body, "guid": None}
    members = bodies.comment(given, where).members
    return call.store.comments.replace(project_id, topic, old["guid"], members, author=call.author, keep=STATUSES)


def remove_comment(call: Call, project_id: str, topic: str, stored: JsonObject) -> None:
    """Remove a comment and its viewpoint, inside a transaction; one that the user may not delete stays."""
    call.store.comments.delete(project_id, topic, stored["guid"])
    seen = stored.get("viewpoint_guid")
    kept = {guid_key(viewpoint["guid"]) for viewpoint in call.store.viewpoints.listing(project_id, topic)}
    if seen and guid_key(seen) in kept:
        with suppress(Forbidden):
            call.require(rights.DELETE_VIEWPOINT, project_id=project_id, topic=topic, viewpoint=seen)
            drop_viewpoint(call, project_id, topic, seen)


def _changed(bimdata: Bimdata, call: Call, project_id: str, topic: str, comment: str, *, is_patch: bool) -> Response:
    body = bodies.as_object(call.body())
    with call.store.writing():
        stored = change_comment(call, project_id, topic, comment, body, is_patch=is_patch)
    bimdata.tell(project_id, "bcf.comment.update", lambda: answers.comment(stored))
    return json_answer(answers.comment(stored))


def _writable(stored: JsonObject) -> JsonObject:
    """What a PATCH does not name stays; who changed a comment is said anew each time."""
    owned = {"modified_date", "modified_author"}
    return {name: value for name, value in answers.comment(stored).items() if name not in owned and value != ""}
