"""The files a client may choose from for a topic's header.

Owns: ``/projects/{p}/files_information``. Sees: the store, the shapes. Governed by: BCF-API 3.0, "Files Information".
"""

from flask import Response

from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers


def list_files_information(call: Call, project_id: str) -> Response:
    """What the project's topics name, each file once, with what to show of it to people.

    A project of this server knows no other models than those.
    """
    known = [answers.file_information(file) for file in call.store.files.known(project_id)]
    return call.page([entry for entry in known if entry["file"]], dict)


ROUTES = (Route("GET", "/projects/<project_id>/files_information", list_files_information, versions=("3.0",)),)
