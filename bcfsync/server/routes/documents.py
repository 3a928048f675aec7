"""Documents of a project and document references of a topic.

Owns: ``/projects/{p}/documents`` and ``/projects/{p}/topics/{t}/document_references``. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Documents and Document References; Foundation API 1.0, "Binary Files".
"""

import re

from flask import Response, request
from werkzeug.http import parse_options_header

from bcfsync.server.http.conditional import binary_answer, json_answer, require_match, untagged_answer
from bcfsync.server.refusals import Malformed
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import bodies

_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*[^;]+", re.IGNORECASE)


def list_documents(call: Call, project_id: str) -> Response:
    """The documents of a project."""
    return json_answer(call.window().cut(call.store.documents.listing(project_id)))


def post_document(call: Call, project_id: str) -> Response:
    """Upload a document; its name stands in Content-Disposition."""
    filename, guid = _uploaded_name(), call.wished_guid_in_query()
    document = call.store.documents.create(project_id, filename, request.get_data(), guid)
    return untagged_answer(document, 201, document["guid"])


def get_document(call: Call, project_id: str, document: str) -> Response:
    """Download a document."""
    stored = call.store.documents.get(project_id, document)
    return binary_answer(stored.data, "application/octet-stream", stored.filename)


def list_references(call: Call, project_id: str, topic: str) -> Response:
    """The document references of a topic."""
    return json_answer(call.window().cut(call.store.document_references.listing(project_id, topic)))


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


def _uploaded_name() -> str:
    header = request.headers.get("Content-Disposition", "")
    # RFC 6266: the extended form wins wherever it stands; Werkzeug lets the last one win
    extended = _EXTENDED_NAME.search(header)
    options = parse_options_header(f"attachment; {extended[0]}" if extended else header)[1]
    name = options.get("filename", "")
    if not name.strip() or not name.isprintable():
        raise Malformed("Content-Disposition: must carry the document's filename")
    return name


_REFERENCES = "/projects/<project_id>/topics/<topic>/document_references"

ROUTES = (
    Route("GET", "/projects/<project_id>/documents", list_documents),
    Route("POST", "/projects/<project_id>/documents", post_document),
    Route("GET", "/projects/<project_id>/documents/<document>", get_document),
    Route("GET", _REFERENCES, list_references),
    Route("POST", _REFERENCES, post_reference),
    Route("PUT", f"{_REFERENCES}/<reference>", put_reference),
)
