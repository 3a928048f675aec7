"""Projects and extensions.

Owns: ``/projects…`` down to the extensions. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Projects.
"""

from flask import Response

from bcfsync.server.http.conditional import json_answer, require_match
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies


def list_projects(call: Call) -> Response:
    """All projects."""
    changes = call.store.projects.all_changes()
    return json_answer(call.window().cut(call.store.projects.listing()), below=changes.count, modified=changes.at)


def get_project(call: Call, project_id: str) -> Response:
    """One project."""
    return json_answer(call.store.projects.get(project_id))


def put_project(call: Call, project_id: str) -> Response:
    """Rename a project."""
    name = bodies.project_name(call.body())
    with call.store.writing():
        require_match(call.store.projects.get(project_id))
        call.store.projects.rename(project_id, name)
        return json_answer(call.store.projects.get(project_id))


def get_extensions(call: Call, project_id: str) -> Response:
    """The values a project offers for types, statuses, users and the like."""
    return json_answer(answers.extensions(call.version, call.store.projects.extensions(project_id)))


ROUTES = (
    Route("GET", "/projects", list_projects),
    Route("GET", "/projects/<project_id>", get_project),
    Route("PUT", "/projects/<project_id>", put_project),
    Route("GET", "/projects/<project_id>/extensions", get_extensions),
)
