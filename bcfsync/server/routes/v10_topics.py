"""Topics of 1.0 and what hangs on them as one value: snippet, files, related topics, document references.

Owns: ``/projects/{p}/topics`` and these parts, in both texts. Sees: the store, the shapes.
Governed by: BCF-API 1.0, Topics, BIM Snippet, Files, Related Topics, Document References. The headings say PUT where
the URL lines say POST for whole lists, so both do the same. Such a list is one value: it is not paged.
"""

import re
from functools import partial
from urllib.parse import quote, unquote

from flask import Response, request

from bcfsync.server import dates, rights
from bcfsync.server.http.conditional import json_answer, require_match
from bcfsync.server.query.window import Part
from bcfsync.server.routes import topics
from bcfsync.server.routes.streaming import project_list
from bcfsync.server.routes.v10_writing import written
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies, v10
from bcfsync.server.shapes.members import present
from bcfsync.server.store.database import JsonObject, Moment, guid_key
from bcfsync.server.versions import BOTH_10, LATE_10

_DOCUMENT = re.compile(r"(?:.*/projects/([^/?#]+)/documents/)?([^/?#]+)", re.DOTALL)


def list_topics(call: Call, project_id: str) -> Response:
    """The topics of a project; the tag of any part of the list moves when anything below any topic does."""
    window = call.window("topics")

    def read(moment: Moment) -> Part[JsonObject]:
        listing = call.store.topics.listing(project_id, window, moment)
        return Part(map(v10.shown_topic, listing), listing.more)

    return project_list(call, project_id, window, read)


def post_topic(call: Call, project_id: str) -> Response:
    """Add a topic."""
    content = v10.topic(call.body(), {}, whole=True)
    topic = call.store.topics.create(project_id, content, call.author)
    return written(v10.shown_topic(topic), 201, below=topic["guid"])


def get_topic(call: Call, project_id: str, topic: str) -> Response:
    """One topic."""
    stored = call.store.topics.get(project_id, topic)
    modified = dates.instant(stored.get("modified_date") or stored["creation_date"])
    return json_answer(v10.shown_topic(stored), modified=modified)


def write_topic(call: Call, project_id: str, topic: str, *, whole: bool = True) -> Response:
    """Replace the content of a topic, or change parts of it."""
    body = call.body()
    with call.store.writing():
        old = call.store.topics.get(project_id, topic)
        require_match(v10.shown_topic(old))
        replaced = call.store.topics.replace(project_id, topic, v10.topic(body, old, whole=whole), call.author)
        return written(v10.shown_topic(replaced))


def get_files(call: Call, project_id: str, topic: str) -> Response:
    """The header files of a topic."""
    return json_answer(_files(call, project_id, topic))


def put_files(call: Call, project_id: str, topic: str) -> Response:
    """Replace the header files of a topic."""
    files = bodies.files(call.body(), call.version)
    with call.store.writing():
        require_match(_files(call, project_id, topic))
        call.store.topics.set_files(project_id, topic, files)
        return written(_files(call, project_id, topic))


def get_related_topics(call: Call, project_id: str, topic: str) -> Response:
    """The related topics of a topic."""
    return json_answer(call.store.topics.related(project_id, topic))


def put_related_topics(call: Call, project_id: str, topic: str) -> Response:
    """Replace the related topics of a topic."""
    related = bodies.related_topics(call.body())
    with call.store.writing():
        require_match(call.store.topics.related(project_id, topic))
        call.store.topics.set_related(project_id, topic, related)
        return written(related)


def get_references(call: Call, project_id: str, topic: str) -> Response:
    """The document references of a topic."""
    return json_answer(_references(call, project_id, topic))


def put_references(call: Call, project_id: str, topic: str) -> Response:
    """Replace the document references of a topic; those sent with the guid of one that is there keep it."""
    given = v10.document_references(call.body())
    with call.store.writing():
        require_match(_references(call, project_id, topic))
        listing = call.store.document_references.listing(project_id, topic)
        old = {guid_key(reference["guid"]): reference for reference in listing}
        new = [_content(call, project_id, one, old.get(guid_key(one.get("guid", "")))) for one in given]
        call.store.document_references.replace_all(project_id, topic, new)
        return written(_references(call, project_id, topic))


def _files(call: Call, project_id: str, topic: str) -> list[JsonObject]:
    return [answers.file(call.version, file) for file in call.store.topics.files(project_id, topic)]


def _references(call: Call, project_id: str, topic: str) -> list[JsonObject]:
    listing = call.store.document_references.listing(project_id, topic)
    return [_shown_reference(project_id, reference) for reference in listing]


def _shown_reference(project_id: str, stored: JsonObject) -> JsonObject:
    """A document of the project is referred to by its URL, as everything is in 1.0."""
    target = stored.get("url")
    if stored.get("document_guid") is not None:
        base = request.root_url.rstrip("/") + "/".join(request.path.split("/")[:3])
        target = f"{base}/projects/{quote(project_id, safe='')}/documents/{quote(stored['document_guid'], safe='')}"
    shown = {"guid": stored["guid"], "referenced_document": target, "description": stored.get("description")}
    return present(shown)


def _content(call: Call, project_id: str, given: JsonObject, old: JsonObject | None) -> JsonObject:
    """What a reference holds afterwards; an old target that is sent as it was shown stays what it was."""
    guid = {"guid": old["guid"]} if old else {}
    description = {name: given[name] for name in ("description",) if name in given}
    target = given.get("referenced_document")
    if target is None:
        named = given.get("guid") if old is None else None
        exists = named is not None and call.store.documents.exists(project_id, named)
        return {**guid, **({"document_guid": named} if exists else {}), **description}
    if old and target == _shown_reference(project_id, old).get("referenced_document"):
        return {**guid, **{name: old[name] for name in ("document_guid", "url") if name in old}, **description}
    document = _document_at(call, project_id, target)
    return {**guid, **({"url": target} if document is None else {"document_guid": document}), **description}


def _document_at(call: Call, project_id: str, target: str) -> str | None:
    """The guid of the document that is meant by its URL or by its bare guid, if this project has it."""
    found = _DOCUMENT.fullmatch(target)
    if found is None or (found[1] is not None and unquote(found[1]) != project_id):
        return None
    guid = unquote(found[2])
    return call.store.documents.get(project_id, guid).guid if call.store.documents.exists(project_id, guid) else None


TOPICS = "/projects/<project_id>/topics"
TOPIC = f"{TOPICS}/<topic>"
_patch_topic = partial(write_topic, whole=False)

ROUTES = (
    Route("GET", TOPICS, list_topics, versions=BOTH_10),
    Route("POST", TOPICS, post_topic, needs=rights.CREATE_TOPIC, versions=BOTH_10),
    Route("GET", TOPIC, get_topic, versions=BOTH_10),
    Route("PUT", TOPIC, write_topic, needs=rights.UPDATE_TOPIC, versions=BOTH_10),
    Route("PATCH", TOPIC, _patch_topic, needs=rights.UPDATE_TOPIC, versions=(LATE_10,)),
    Route("GET", f"{TOPIC}/snippet", topics.get_snippet, versions=BOTH_10),
    Route("PUT", f"{TOPIC}/snippet", topics.put_snippet, needs=rights.UPDATE_SNIPPET, versions=BOTH_10),
    Route("GET", f"{TOPIC}/files", get_files, versions=BOTH_10),
    Route("PUT", f"{TOPIC}/files", put_files, needs=rights.UPDATE_FILES, versions=BOTH_10),
    Route("GET", f"{TOPIC}/related_topics", get_related_topics, versions=BOTH_10),
    *(
        Route(
            method, f"{TOPIC}/related_topics", put_related_topics, needs=rights.UPDATE_RELATED_TOPICS, versions=BOTH_10
        )
        for method in ("PUT", "POST")
    ),
    Route("GET", f"{TOPIC}/document_references", get_references, versions=BOTH_10),
    *(
        Route(
            method,
            f"{TOPIC}/document_references",
            put_references,
            needs=rights.UPDATE_DOCUMENT_REFERENCES,
            versions=BOTH_10,
        )
        for method in ("PUT", "POST")
    ),
)
