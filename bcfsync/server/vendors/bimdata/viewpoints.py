"""Viewpoints.

Owns: ``/projects/{p}/topics/{t}/viewpoints`` of BIMData. Sees: the store, the shapes. Governed by: BIMData's BCF
interface: PATCH and DELETE, no PUT, no bitmaps; deleting a viewpoint takes it out of the comments that show it.
"""

import hmac
from dataclasses import replace

from flask import Response, request

from bcfsync.server import pictures
from bcfsync.server.http.conditional import empty_answer, json_answer
from bcfsync.server.http.transfers import download
from bcfsync.server.refusals import Malformed, Missing
from bcfsync.server.routing import Call
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.store.viewpoints import ViewpointContent
from bcfsync.server.vendors.bimdata import answers, bodies
from bcfsync.server.vendors.bimdata.dialect import Bimdata

_UNCHANGEABLE = ("guid", "pins")


def list_viewpoints(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """The viewpoints of a topic."""
    listing = call.store.viewpoints.listing(project_id, topic)
    below = call.store.viewpoints.changes(project_id, topic)
    return json_answer([answers.viewpoint(viewpoint) for viewpoint in listing], below=below)


def list_topic_viewpoints(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Those that no comment shows."""
    rows = call.store.database.rows(
        "SELECT guid_key FROM viewpoint WHERE topic_id = ?1 AND guid_key NOT IN"
        " (SELECT viewpoint_key FROM comment WHERE topic_id = ?1 AND viewpoint_key IS NOT NULL)",
        call.store.topics.row_id(project_id, topic),
    )
    free = {row["guid_key"] for row in rows}
    listing = call.store.viewpoints.listing(project_id, topic)
    return json_answer([answers.viewpoint(item) for item in listing if guid_key(item["guid"]) in free])


def post_viewpoint(_bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Add a viewpoint."""
    viewpoint = add_viewpoint(call, project_id, topic, bodies.viewpoint(call.body()))
    return json_answer(answers.viewpoint(viewpoint), 201, location=viewpoint["guid"])


def get_viewpoint(_bimdata: Bimdata, call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """One viewpoint, without components and picture data."""
    return json_answer(answers.viewpoint(call.store.viewpoints.get(project_id, topic, viewpoint)))


def patch_viewpoint(_bimdata: Bimdata, call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """Change what the body names; guid and pins stay as they are."""
    body = bodies.as_object(call.body())
    with call.store.writing():
        return json_answer(answers.viewpoint(change_viewpoint(call, project_id, topic, viewpoint, body)))


def delete_viewpoint(_bimdata: Bimdata, call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """Remove a viewpoint; comments that showed it show none."""
    with call.store.writing():
        drop_viewpoint(call, project_id, topic, viewpoint)
    return empty_answer(204)


def get_linked_snapshot(bimdata: Bimdata, call: Call, project: str, topic: str, viewpoint: str) -> Response:
    """A snapshot by a link of ours, which is its own key.

    Raises:
        Missing: The link is none of ours, or has come to its end.
    """
    expires, given = request.args.get("expires", ""), request.args.get("signature", "")
    wanted = bimdata.signature(project, topic, viewpoint, expires)
    if not hmac.compare_digest(wanted.encode(), given.encode(errors="surrogateescape")):
        raise Missing("this link is not known")
    if not expires.isdigit() or int(expires) < call.store.wall().timestamp():
        raise Missing("this link has come to its end")
    with call.store.still():
        blob = call.store.viewpoints.snapshot(bimdata.project(project), topic, viewpoint)
        return download(call.store.blobs, blob, pictures.content_type(call.store.blobs.head(blob)))


def add_viewpoint(call: Call, project_id: str, topic: str, body: bodies.ViewpointBody) -> JsonObject:
    """Add a viewpoint as a body describes it."""
    return call.store.viewpoints.create(project_id, topic, body.content, call.author, guid=body.guid)


def change_viewpoint(
    call: Call, project_id: str, topic: str, guid: str, body: JsonObject, *, where: str = ""
) -> JsonObject:
    """Put what a body names over a viewpoint, inside a transaction.

    Raises:
        Malformed: The body carries another guid.
    """
    store = call.store.viewpoints
    old = store.get(project_id, topic, guid)
    wish = bodies.guid(body, where)
    if wish is not None and guid_key(wish) != guid_key(old["guid"]):
        raise Malformed(f"{where}.guid: cannot be changed" if where else "guid: cannot be changed")
    shown = {**answers.viewpoint(old), "components": store.components(project_id, topic, guid)}
    del shown["snapshot"]
    new = bodies.viewpoint({**shown, **body, **{name: shown[name] for name in _UNCHANGEABLE}}, where)
    content = new.content
    if new.keeps_snapshot and old.get("snapshot"):
        content = _with_old_snapshot(call, content, old, (project_id, topic, guid))
    return store.replace(project_id, topic, guid, content, call.author)


def drop_viewpoint(call: Call, project_id: str, topic: str, guid: str) -> None:
    """Remove a viewpoint and take it out of the comments that show it, inside a transaction."""
    call.store.viewpoints.get(project_id, topic, guid)
    call.store.database.run(
        "UPDATE comment SET viewpoint_key = NULL, body = json_remove(body, '$.viewpoint_guid')"
        " WHERE topic_id = ? AND viewpoint_key = ?",
        call.store.topics.row_id(project_id, topic),
        guid_key(guid),
    )
    call.store.viewpoints.delete(project_id, topic, guid)


def _with_old_snapshot(
    call: Call, content: ViewpointContent, old: JsonObject, place: tuple[str, str, str]
) -> ViewpointContent:
    data = call.store.blobs.read(call.store.viewpoints.snapshot(*place))
    return replace(content, members={**content.members, "snapshot": old["snapshot"]}, snapshot=data)
