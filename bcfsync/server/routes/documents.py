"""Documents of a project and document references of a topic.

Owns: ``/projects/{p}/documents`` and ``/projects/{p}/topics/{t}/document_references``. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Documents and Document References; Foundation API 1.0, "Binary Files".
"""

from flask import Response

from bcfsync.server import rights
from bcfsync.server.http.conditional import json_answer, require_match, untagged_answer
from bcfsync.server.http.transfers import download, upload, uploaded_name
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import bodies


def list_documents(call: Call, project_id: str) -> Response:
    """The documents of a project."""
    return call.page(call.store.documents.listing(project_id), dict)


def post_document(call: Call, project_id: str) -> Response:
    """Upload a document; its name stands in Content-Disposition."""
    filename, guid = uploaded_name(), call.wished_guid_in_query()
    call.store.projects.get(project_id)
    with upload() as data, call.store.blobs.staged(data) as staged:
        document = call.store.documents.create(project_id, filename, staged, guid)
    return untagged_answer(document, 201, document["guid"])


def get_document(call: Call, project_id: str, document: str) -> Response:
    """Download a document."""
    stored = call.store.documents.get(project_id, document)
    return download(call.store.blobs, stored.blob, "application/octet-stream", stored.filename)


def list_references(call: Call, project_id: str, topic: str) -> Response:
    """The document references of a topic."""
    return call.page(call.store.document_references.listing(project_id, topic), dict)


def post_reference(call: Call, project_id: str, topic: str) -> Response:
    """Add a document reference."""
    body = call.body()
    content, guid = bodies.document_reference(body), call.wished_guid(body)
    return json_answer(call.store.document_references.create(project_id, topic, content, guid), 201)


def put_reference(call: Call, project_id: str, topic: str, reference: str) -> Response:
    """Replace the content of a document reference; 2.1 repeats the guid in the body."""
    body = call.body()
    content = bodies.document_reference(body)
    if call.version == "2.1":
        bodies.same_guid(body, reference)
    with call.store.writing():
        require_match(call.store.document_references.get(project_id, topic, reference))
        return json_answer(call.store.document_references.replace(project_id, topic, reference, content))


_REFERENCES = "/projects/<project_id>/topics/<topic>/document_references"

ROUTES = (
    Route("GET", "/projects/<project_id>/documents", list_documents),
    Route("POST", "/projects/<project_id>/documents", post_document, needs=rights.CREATE_DOCUMENT),
    Route("GET", "/projects/<project_id>/documents/<document>", get_document),
    Route("GET", _REFERENCES, list_references),
    Route("POST", _REFERENCES, post_reference, needs=rights.UPDATE_DOCUMENT_REFERENCES),
    Route("PUT", f"{_REFERENCES}/<reference>", put_reference, needs=rights.UPDATE_DOCUMENT_REFERENCES),
)
