"""Viewpoints of 1.0: pictures and components come after them, and all of it can be changed.

Owns: ``/projects/{p}/topics/{t}/viewpoints`` in both texts. Sees: the store, the shapes.
Governed by: BCF-API 1.0, Viewpoints, Components. The viewpoint's image is at ``bitmap`` in the first text and at
``snapshot`` in the later one, which has its bitmaps at ``bitmaps/{guid}``; in the first one those have no bytes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import IO

from flask import Response, request

from bcfsync.server import pictures, rights
from bcfsync.server.http.conditional import json_answer, require_match, require_tag, stored_answer
from bcfsync.server.http.transfers import upload
from bcfsync.server.refusals import Malformed, Missing
from bcfsync.server.routes import viewpoints
from bcfsync.server.routes.v10_writing import written
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import v10_components, v10_viewpoints
from bcfsync.server.store.blobs import Blob
from bcfsync.server.store.viewpoints import Bitmap, Picture, ViewpointContent
from bcfsync.server.versions import BOTH_10, LATE_10, TAG_10

_SNAPSHOTS = ("png", "jpg")
_LOOKED_AT = 256 * 1024
"""So much of a picture is read to find out how wide and high it is."""


def list_viewpoints(call: Call, project_id: str, topic: str) -> Response:
    """The viewpoints of a topic."""
    with call.store.still():
        listing = call.store.viewpoints.listing(project_id, topic)
        below = call.store.viewpoints.changes(project_id, topic)
    return call.page(listing, partial(v10_viewpoints.shown_viewpoint, call.version), below=below)


def post_viewpoint(call: Call, project_id: str, topic: str) -> Response:
    """Add a viewpoint; its pictures and components come later."""
    members = v10_viewpoints.viewpoint(call.body(), {}, call.version, whole=True)
    bitmaps = members.pop("bitmaps", None)
    content = ViewpointContent(members, bitmaps=bitmaps and tuple(Bitmap(bitmap, None) for bitmap in bitmaps))
    viewpoint = call.store.viewpoints.create(project_id, topic, content, call.author)
    return written(v10_viewpoints.shown_viewpoint(call.version, viewpoint), 201, below=viewpoint["guid"])


def get_viewpoint(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """One viewpoint, without components and picture data."""
    stored = call.store.viewpoints.get(project_id, topic, viewpoint)
    return json_answer(v10_viewpoints.shown_viewpoint(call.version, stored))


def write_viewpoint(call: Call, project_id: str, topic: str, viewpoint: str, *, whole: bool = True) -> Response:
    """Replace the content of a viewpoint, or change parts of it; its image and components have URLs of their own."""
    body = call.body()
    with call.store.writing():
        old = call.store.viewpoints.get(project_id, topic, viewpoint)
        require_match(v10_viewpoints.shown_viewpoint(call.version, old))
        members = v10_viewpoints.viewpoint(body, old, call.version, whole=whole)
        revised = call.store.viewpoints.revise(project_id, topic, viewpoint, members, call.author)
        return written(v10_viewpoints.shown_viewpoint(call.version, revised))


def put_snapshot(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """Store the bytes of the viewpoint's image."""
    where = (project_id, topic, viewpoint)

    def store(picture: Picture) -> Blob:
        return call.store.viewpoints.set_snapshot(*where, picture, call.author)

    call.store.viewpoints.get(*where)
    return _stored(call, lambda: call.store.viewpoints.snapshot(*where), _SNAPSHOTS, store)


def put_bitmap(call: Call, project_id: str, topic: str, viewpoint: str, bitmap: str) -> Response:
    """Store the bytes of a bitmap that the viewpoint has already."""
    where = (project_id, topic, viewpoint, bitmap)

    def store(picture: Picture) -> Blob:
        return call.store.viewpoints.set_bitmap(*where, picture=picture, author=call.author)

    call.store.viewpoints.get(project_id, topic, viewpoint)
    return _stored(call, lambda: call.store.viewpoints.bitmap(*where), v10_viewpoints.BITMAP_TYPES, store)


def get_components(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """The components of a viewpoint, all in one list."""
    return json_answer(v10_components.flat(call.store.viewpoints.components(project_id, topic, viewpoint)))


def put_components(call: Call, project_id: str, topic: str, viewpoint: str) -> Response:
    """Replace the components of a viewpoint."""
    body = call.body()
    with call.store.writing():
        old = call.store.viewpoints.components(project_id, topic, viewpoint)
        require_match(v10_components.flat(old))
        new = v10_components.components(body, old)
        call.store.viewpoints.set_components(project_id, topic, viewpoint, new, call.author)
        return written(v10_components.flat(new))


def _stored(call: Call, held: Callable[[], Blob], kinds: tuple[str, ...], store: Callable[[Picture], Blob]) -> Response:
    """The answer to a picture: 201 and nothing else."""
    with upload() as data:
        looked_at = _picture(data, kinds)
        with call.store.blobs.staged(data) as staged, call.store.writing():
            picture = replace(looked_at, data=staged)
            tag = None
            with suppress(Missing):
                tag = held().digest[:32]
            require_tag(tag)
            blob = store(picture)
    response = stored_answer(blob.digest, 201)
    response.headers["Location"] = request.base_url
    return response


def _picture(data: IO[bytes], kinds: tuple[str, ...]) -> Picture:
    start = data.read(_LOOKED_AT)
    data.seek(0)
    kind = pictures.kind(start)
    if kind not in kinds:
        raise Malformed(f"body: must be a picture ({', '.join(kinds)})")
    return Picture(kind, data, pictures.aspect_ratio(start))


_VIEWPOINTS = "/projects/<project_id>/topics/<topic>/viewpoints"
VIEWPOINT = f"{_VIEWPOINTS}/<viewpoint>"
_BITMAP = f"{VIEWPOINT}/bitmaps/<bitmap>"
_patch_viewpoint = partial(write_viewpoint, whole=False)

ROUTES = (
    Route("GET", _VIEWPOINTS, list_viewpoints, versions=BOTH_10),
    Route("POST", _VIEWPOINTS, post_viewpoint, needs=rights.CREATE_VIEWPOINT, versions=BOTH_10),
    Route("GET", VIEWPOINT, get_viewpoint, versions=BOTH_10),
    Route("PUT", VIEWPOINT, write_viewpoint, needs=rights.UPDATE_VIEWPOINT, versions=BOTH_10),
    Route("PATCH", VIEWPOINT, _patch_viewpoint, needs=rights.UPDATE_VIEWPOINT, versions=(LATE_10,)),
    Route("GET", f"{VIEWPOINT}/bitmap", viewpoints.get_snapshot, versions=(TAG_10,)),
    Route("PUT", f"{VIEWPOINT}/bitmap", put_snapshot, needs=rights.UPDATE_VIEWPOINT, versions=(TAG_10,)),
    Route("GET", f"{VIEWPOINT}/snapshot", viewpoints.get_snapshot, versions=(LATE_10,)),
    Route("PUT", f"{VIEWPOINT}/snapshot", put_snapshot, needs=rights.UPDATE_VIEWPOINT, versions=(LATE_10,)),
    Route("GET", _BITMAP, viewpoints.get_bitmap, versions=(LATE_10,)),
    Route("PUT", _BITMAP, put_bitmap, needs=rights.UPDATE_VIEWPOINT, versions=(LATE_10,)),
    Route("GET", f"{VIEWPOINT}/components", get_components, versions=BOTH_10),
    *(
        Route(method, f"{VIEWPOINT}/components", put_components, needs=rights.UPDATE_VIEWPOINT, versions=BOTH_10)
        for method in ("PUT", "POST")
    ),
)
