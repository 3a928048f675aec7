"""Projects and extensions.

Owns: ``/projects…`` down to the extensions. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Projects.
"""

from flask import Response

from bcfsync.server import rights
from bcfsync.server.http.conditional import json_answer, require_match
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies
from bcfsync.server.store.database import JsonObject


def list_projects(call: Call) -> Response:
    """The projects the user may see."""
    changes = call.store.projects.all_changes()
    seen = [_shown(call, project) for project in call.store.projects.listing() if _is_seen(call, project)]
    modified = call.modified(changes.at) if call.user.projects is None else None
    return call.page(seen, dict, below=changes.count, modified=modified)


def get_project(call: Call, project_id: str) -> Response:
    """One project."""
    return json_answer(_shown(call, call.store.projects.get(project_id)))


def put_project(call: Call, project_id: str) -> Response:
    """Rename a project."""
    name = bodies.project_name(call.body())
    with call.store.writing():
        project = call.store.projects.get(project_id)
        require_match(project, {**project, "authorization": rights.project_block(call.user)})
        call.store.projects.rename(project_id, name)
        return json_answer(_shown(call, call.store.projects.get(project_id)))


def get_extensions(call: Call, project_id: str) -> Response:
    """The values a project offers for types, statuses, users and the like, and what the user may do in it."""
    offered = answers.extensions(call.version, call.store.projects.extensions(project_id))
    told = rights.defaults(call.user) if call.version in {"2.1", "3.0"} else {}
    return json_answer({**offered, **told})


def _is_seen(call: Call, project: JsonObject) -> bool:
    return rights.may_see(call.user, project["project_id"])


def _shown(call: Call, project: JsonObject) -> JsonObject:
    return call.with_rights(project, lambda: rights.project_block(call.user))


ROUTES = (
    Route("GET", "/projects", list_projects),
    Route("GET", "/projects/<project_id>", get_project),
    Route("PUT", "/projects/<project_id>", put_project, needs=rights.UPDATE_PROJECT),
    Route("GET", "/projects/<project_id>/extensions", get_extensions),
)
