"""Viewpoints with their pictures and components.

Owns: ``/projects/{p}/topics/{t}/viewpoints``. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Viewpoints (no PUT in either, DELETE in 3.0 only).
"""

from flask import Response

from bcfsync.server import pictures, rights
from bcfsync.server.http.conditional import empty_answer, json_answer, require_match
from bcfsync.server.http.transfers import download
from bcfsync.server.refusals import Missing
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, viewpoint_bodies
from bcfsync.server.store.blobs import Blob
from bcfsync.server.store.database import JsonObject


def list_viewpoints(call: Call, project_id: str, topic: str) -> Response:
    """The viewpoints of a topic."""
    with call.store.still():
        stored = call.store.viewpoints.listing(project_id, topic)
        makers = call.store.viewpoints.makers(project_id, topic) if _tells_rights(call) else [""] * len(stored)
        below = call.store.viewpoints.changes(project_id, topic)
    made = list(zip(stored, makers, strict=True))
    return call.page(made, lambda item: _shown(call, *item), below=below)


def post_viewpoint(call: Call, project_id: str, topic: str) -> Response:
    """Add a viewpoint with its pictures and components."""
    body = call.body()
    content, guid = viewpoint_bodies.viewpoint(body, call.version), call.wished_guid(body)
    viewpoint = call.store.viewpoints.create(project_id, topic, content, call.author, guid=guid)
    return json_answer(_shown(call, viewpoint, call.author), 201, location=viewpoint["guid"])


def get_viewpoint(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """One viewpoint, without components and picture data."""
    stored = call.store.viewpoints.get(project_id, topic, viewpoint)
    return json_answer(_shown(call, stored, call.store.viewpoints.maker(project_id, topic, viewpoint)))


def delete_viewpoint(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """Remove a viewpoint that no comment refers to."""
    with call.store.writing():
        require_match(*_forms(call, project_id, topic, viewpoint))
        call.store.viewpoints.delete(project_id, topic, viewpoint)
    return empty_answer()


def get_snapshot(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """The snapshot's bytes."""
    with call.store.still():
        return _picture(call, call.store.viewpoints.snapshot(project_id, topic, viewpoint))


def get_bitmap(call: Call, project_id: str, topic: str, viewpoint: str, bitmap: str) -> Response:
    """A bitmap's bytes."""
    with call.store.still():
        return _picture(call, call.store.viewpoints.bitmap(project_id, topic, viewpoint, bitmap))


def get_selection(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """The selected components."""
    components = call.store.viewpoints.components(project_id, topic, viewpoint) or {}
    return json_answer({"selection": components.get("selection") or []})


def get_coloring(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """The coloured components."""
    components = call.store.viewpoints.components(project_id, topic, viewpoint) or {}
    return json_answer({"coloring": components.get("coloring") or []})


def get_visibility(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """What is visible; a viewpoint without components says nothing about it, so there is no such resource."""
    components = call.store.viewpoints.components(project_id, topic, viewpoint) or {}
    if components.get("visibility") is None:
        raise Missing(f"viewpoint {viewpoint} was made without components")
    return json_answer({"visibility": components["visibility"]})


def _picture(call: Call, blob: Blob) -> Response:
    return download(call.store.blobs, blob, pictures.content_type(call.store.blobs.head(blob)))


def _tells_rights(call: Call) -> bool:
    return call.version == "3.0" and call.tells_rights  # 2.1 has no such member here


def _shown(call: Call, stored: JsonObject, maker: str) -> JsonObject:
    shown = answers.viewpoint(call.version, stored)
    if _tells_rights(call):
        shown["authorization"] = rights.viewpoint_block(call.user, maker)
    return shown


def _forms(call: Call, project_id: str, topic: str, viewpoint: str) -> tuple[JsonObject, JsonObject]:
    """A viewpoint without and with what the user may do to it."""
    shown = answers.viewpoint(call.version, call.store.viewpoints.get(project_id, topic, viewpoint))
    maker = call.store.viewpoints.maker(project_id, topic, viewpoint)
    return shown, {**shown, "authorization": rights.viewpoint_block(call.user, maker)}


_VIEWPOINTS = "/projects/<project_id>/topics/<topic>/viewpoints"
_VIEWPOINT = f"{_VIEWPOINTS}/<viewpoint>"

ROUTES = (
    Route("GET", _VIEWPOINTS, list_viewpoints),
    Route("POST", _VIEWPOINTS, post_viewpoint, needs=rights.CREATE_VIEWPOINT),
    Route("GET", _VIEWPOINT, get_viewpoint),
    Route("DELETE", _VIEWPOINT, delete_viewpoint, needs=rights.DELETE_VIEWPOINT, versions=("3.0",)),
    Route("GET", f"{_VIEWPOINT}/snapshot", get_snapshot),
    Route("GET", f"{_VIEWPOINT}/bitmaps/<bitmap>", get_bitmap),
    Route("GET", f"{_VIEWPOINT}/selection", get_selection),
    Route("GET", f"{_VIEWPOINT}/coloring", get_coloring),
    Route("GET", f"{_VIEWPOINT}/visibility", get_visibility),
)
