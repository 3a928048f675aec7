"""Topics and their single-valued parts: snippet, files, related topics.

Owns: ``/projects/{p}/topics`` and these parts. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Topics, Files, Related Topics.
"""

from flask import Response

from bcfsync.server import dates, rights
from bcfsync.server.http.conditional import (
    empty_answer,
    json_answer,
    require_match,
    require_tag,
    stored_answer,
)
from bcfsync.server.http.transfers import download, upload
from bcfsync.server.query.window import Part
from bcfsync.server.refusals import Missing
from bcfsync.server.routes.streaming import project_list
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies
from bcfsync.server.store.database import JsonObject, Moment


def list_topics(call: Call, project_id: str) -> Response:
    """The topics of a project; the tag of any part of the list moves when anything below any topic does."""
    window = call.window("topics")

    def read(moment: Moment) -> Part[JsonObject]:
        listing = call.store.topics.listing(project_id, window, moment)
        statuses = _statuses(call, project_id)
        return Part((_shown(call, topic, statuses) for topic in listing), listing.more)

    return project_list(call, project_id, window, read)


def post_topic(call: Call, project_id: str) -> Response:
    """Add a topic."""
    body = call.body()
    topic = call.store.topics.create(project_id, bodies.topic(body), call.author, call.wished_guid(body))
    return json_answer(_shown(call, topic, _statuses(call, project_id)), 201, location=topic["guid"])


def get_topic(call: Call, project_id: str, topic: str) -> Response:
    """One topic."""
    stored = call.store.topics.get(project_id, topic)
    modified = call.modified(dates.instant(stored.get("modified_date") or stored["creation_date"]))
    return json_answer(_shown(call, stored, _statuses(call, project_id)), modified=modified)


def put_topic(call: Call, project_id: str, topic: str) -> Response:
    """Replace the content of a topic."""
    body = bodies.topic(call.body())
    with call.store.writing():
        require_match(*_forms(call, project_id, topic))
        replaced = call.store.topics.replace(project_id, topic, body, call.author)
        return json_answer(_shown(call, replaced, _statuses(call, project_id)))


def delete_topic(call: Call, project_id: str, topic: str) -> Response:
    """Remove a topic with everything below it."""
    with call.store.writing():
        require_match(*_forms(call, project_id, topic))
        call.store.topics.delete(project_id, topic)
    return empty_answer()


def get_snippet(call: Call, project_id: str, topic: str) -> Response:
    """The bytes of an internal BIM snippet."""
    with call.store.still():
        blob = call.store.topics.snippet(project_id, topic)
        if blob is None:
            raise Missing(f"topic {topic} has no snippet bytes")
        return download(call.store.blobs, blob, "application/octet-stream")


def put_snippet(call: Call, project_id: str, topic: str) -> Response:
    """Store the bytes of an internal BIM snippet."""
    call.store.topics.get(project_id, topic)
    with upload() as data, call.store.blobs.staged(data) as staged, call.store.writing():
        held = call.store.topics.snippet(project_id, topic)
        require_tag(None if held is None else held.digest[:32])
        stored = call.store.topics.set_snippet(project_id, topic, staged)
    return stored_answer(stored.digest)


def get_files(call: Call, project_id: str, topic: str) -> Response:
    """The header files of a topic."""
    return call.page(_files(call, project_id, topic), dict)


def put_files(call: Call, project_id: str, topic: str) -> Response:
    """Replace the header files of a topic."""
    files = bodies.files(call.body(), call.version)
    with call.store.writing():
        require_match(_files(call, project_id, topic))
        call.store.topics.set_files(project_id, topic, files)
        return json_answer(_files(call, project_id, topic))


def get_related_topics(call: Call, project_id: str, topic: str) -> Response:
    """The related topics of a topic."""
    return call.page(call.store.topics.related(project_id, topic), dict)


def put_related_topics(call: Call, project_id: str, topic: str) -> Response:
    """Replace the related topics of a topic."""
    related = bodies.related_topics(call.body())
    with call.store.writing():
        require_match(call.store.topics.related(project_id, topic))
        call.store.topics.set_related(project_id, topic, related)
        return json_answer(related)


def _shown(call: Call, stored: JsonObject, statuses: list[str] | None) -> JsonObject:
    shown = answers.topic(call.version, stored)
    if statuses is not None:
        shown["authorization"] = rights.topic_block(call.user, stored, statuses)
    return shown


def _forms(call: Call, project_id: str, topic: str) -> tuple[JsonObject, JsonObject]:
    """A topic without and with what the user may do to it."""
    stored = call.store.topics.get(project_id, topic)
    shown, statuses = answers.topic(call.version, stored), _offered_statuses(call, project_id)
    return shown, {**shown, "authorization": rights.topic_block(call.user, stored, statuses)}


def _statuses(call: Call, project_id: str) -> list[str] | None:
    """The statuses there are, where the query asks who may set which; asked before the answer is streamed."""
    return _offered_statuses(call, project_id) if call.tells_rights else None


def _offered_statuses(call: Call, project_id: str) -> list[str]:
    statuses: list[str] = call.store.projects.extensions(project_id)["topic_status"]
    return statuses


def _files(call: Call, project_id: str, topic: str) -> list[JsonObject]:
    return [answers.file(call.version, file) for file in call.store.topics.files(project_id, topic)]


_TOPICS = "/projects/<project_id>/topics"
_TOPIC = f"{_TOPICS}/<topic>"

ROUTES = (
    Route("GET", _TOPICS, list_topics),
    Route("POST", _TOPICS, post_topic, needs=rights.CREATE_TOPIC),
    Route("GET", _TOPIC, get_topic),
    Route("PUT", _TOPIC, put_topic, needs=rights.UPDATE_TOPIC),
    Route("DELETE", _TOPIC, delete_topic, needs=rights.DELETE_TOPIC),
    Route("GET", f"{_TOPIC}/snippet", get_snippet),
    Route("PUT", f"{_TOPIC}/snippet", put_snippet, needs=rights.UPDATE_SNIPPET),
    Route("GET", f"{_TOPIC}/files", get_files),
    Route("PUT", f"{_TOPIC}/files", put_files, needs=rights.UPDATE_FILES),
    Route("GET", f"{_TOPIC}/related_topics", get_related_topics),
    Route("PUT", f"{_TOPIC}/related_topics", put_related_topics, needs=rights.UPDATE_RELATED_TOPICS),
)
