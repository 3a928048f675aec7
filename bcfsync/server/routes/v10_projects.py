"""Projects and extensions of 1.0, which can be made and changed there.

Owns: ``/projects…`` down to the extensions, and the documents of a project, in both texts. Sees: the store, the shapes.
Governed by: BCF-API 1.0, Projects, Extensions, Documents.
"""

from functools import partial

from flask import Response

from bcfsync.server import rights
from bcfsync.server.http.conditional import json_answer, require_match
from bcfsync.server.http.transfers import upload, uploaded_name
from bcfsync.server.routes.documents import get_document, list_documents
from bcfsync.server.routes.projects import get_project, list_projects
from bcfsync.server.routes.v10_writing import written
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import bodies, v10
from bcfsync.server.shapes.members import Members
from bcfsync.server.versions import BOTH_10, LATE_10


def post_project(call: Call) -> Response:
    """Add an empty project."""
    name = bodies.project_name(call.body())
    project_id = call.store.new_guid()
    call.store.create_project(project_id, name)
    return written(call.store.projects.get(project_id), 201, below=project_id)


def put_project(call: Call, project_id: str) -> Response:
    """Rename a project."""
    return _renamed(call, project_id, bodies.project_name(call.body()))


def patch_project(call: Call, project_id: str) -> Response:
    """Rename a project, if the body says so."""
    members = Members(call.body())
    return _renamed(call, project_id, members.needed_text("name") if members.is_said("name") else None)


def get_extensions(call: Call, project_id: str) -> Response:
    """The values a project offers for types, statuses, users and the like."""
    return json_answer(v10.shown_extensions(call.store.projects.extensions(project_id)))


def write_extensions(call: Call, project_id: str, *, status: int = 200, whole: bool = True) -> Response:
    """Offer other values; the stages, of which 1.0 knows nothing, stay."""
    body = call.body()
    with call.store.writing():
        old = call.store.projects.extensions(project_id)
        require_match(v10.shown_extensions(old))
        call.store.set_extensions(project_id, v10.extensions(body, old, whole=whole))
        return written(v10.shown_extensions(call.store.projects.extensions(project_id)), status)


def post_document(call: Call, project_id: str) -> Response:
    """Upload a document; its name stands in Content-Disposition."""
    filename = uploaded_name()
    call.store.projects.get(project_id)
    with upload() as data, call.store.blobs.staged(data) as staged:
        document = call.store.documents.create(project_id, filename, staged)
    return written(document, 201, below=document["guid"])


def _renamed(call: Call, project_id: str, name: str | None) -> Response:
    with call.store.writing():
        require_match(call.store.projects.get(project_id))
        if name is not None:
            call.store.projects.rename(project_id, name)
        return written(call.store.projects.get(project_id))


_PROJECT = "/projects/<project_id>"
_EXTENSIONS = f"{_PROJECT}/extensions"
_patch_extensions = partial(write_extensions, whole=False)
_post_extensions = partial(write_extensions, status=201)

ROUTES = (
    Route("GET", "/projects", list_projects, versions=BOTH_10),
    Route("POST", "/projects", post_project, needs=rights.CREATE_PROJECT, versions=BOTH_10),
    Route("GET", _PROJECT, get_project, versions=BOTH_10),
    Route("PUT", _PROJECT, put_project, needs=rights.UPDATE_PROJECT, versions=BOTH_10),
    Route("PATCH", _PROJECT, patch_project, needs=rights.UPDATE_PROJECT, versions=(LATE_10,)),
    Route("GET", _EXTENSIONS, get_extensions, versions=BOTH_10),
    Route("POST", _EXTENSIONS, _post_extensions, needs=rights.UPDATE_EXTENSIONS, versions=BOTH_10),
    Route("PUT", _EXTENSIONS, write_extensions, needs=rights.UPDATE_EXTENSIONS, versions=BOTH_10),
    Route("PATCH", _EXTENSIONS, _patch_extensions, needs=rights.UPDATE_EXTENSIONS, versions=(LATE_10,)),
    Route("GET", f"{_PROJECT}/documents", list_documents, versions=BOTH_10),
    Route("POST", f"{_PROJECT}/documents", post_document, needs=rights.CREATE_DOCUMENT, versions=BOTH_10),
    Route("GET", f"{_PROJECT}/documents/<document>", get_document, versions=BOTH_10),
)
