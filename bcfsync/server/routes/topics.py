"""Topics and their single-valued parts: snippet, files, related topics.

Owns: ``/projects/{p}/topics`` and these parts. Sees: the store, the shapes.
Governed by: BCF-API 2.1 and 3.0, Topics, Files, Related Topics.
"""

from flask import Response

from bcfsync.server import dates
from bcfsync.server.http.conditional import (
    empty_answer,
    json_answer,
    require_match,
    require_tag,
    stored_answer,
    streamed_answer,
    unchanged_answer,
)
from bcfsync.server.http.transfers import download, upload
from bcfsync.server.refusals import Missing
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes import answers, bodies
from bcfsync.server.store.database import JsonObject

_SORTABLE = {
    "2.1": ("creation_date", "modified_date", "index"),
    "3.0": ("creation_date", "modified_date", "index", "server_assigned_id"),
}


def list_topics(call: Call, project_id: str) -> Response:
    """The topics of a project; the tag of any part of the list moves when anything below any topic does."""
    window = call.window(_SORTABLE[call.version])
    changes = call.store.projects.changes(project_id)
    held = unchanged_answer(call.tag(changes), changes.at)
    if held is not None:
        return held
    moment = call.store.moment()  # the list and its tag are of one moment
    try:
        changes = call.store.projects.changes(project_id, moment)
        listing = call.store.topics.listing(project_id, window, moment)
        shown = (answers.topic(call.version, topic) for topic in listing)
        return streamed_answer(shown, call.tag(changes), changes.at, done=moment.close)
    except BaseException:
        moment.close()
        raise


def post_topic(call: Call, project_id: str) -> Response:
    """Add a topic."""
    body = call.body()
    topic = call.store.topics.create(project_id, bodies.topic(body), call.author, call.wished_guid(body))
    return json_answer(answers.topic(call.version, topic), 201, location=topic["guid"])


def get_topic(call: Call, project_id: str, topic: str) -> Response:
    """One topic."""
    shown = _topic(call, project_id, topic)
    return json_answer(shown, modified=dates.instant(shown.get("modified_date") or shown["creation_date"]))


def put_topic(call: Call, project_id: str, topic: str) -> Response:
    """Replace the content of a topic."""
    body = bodies.topic(call.body())
    with call.store.writing():
        require_match(_topic(call, project_id, topic))
        return json_answer(answers.topic(call.version, call.store.topics.replace(project_id, topic, body, call.author)))


def delete_topic(call: Call, project_id: str, topic: str) -> Response:
    """Remove a topic with everything below it."""
    with call.store.writing():
        require_match(_topic(call, project_id, topic))
        call.store.topics.delete(project_id, topic)
    return empty_answer()


def get_snippet(call: Call, project_id: str, topic: str) -> Response:
    """The bytes of an internal BIM snippet."""
    blob = call.store.topics.snippet(project_id, topic)
    if blob is None:
        raise Missing(f"topic {topic} has no snippet bytes")
    return download(call.store.blobs, blob, "application/octet-stream")


def put_snippet(call: Call, project_id: str, topic: str) -> Response:
    """Store the bytes of an internal BIM snippet."""
    call.store.topics.get(project_id, topic)
    with upload() as data, call.store.writing():
        held = call.store.topics.snippet(project_id, topic)
        require_tag(None if held is None else held.digest[:32])
        stored = call.store.topics.set_snippet(project_id, topic, data)
    return stored_answer(stored.digest)


def get_files(call: Call, project_id: str, topic: str) -> Response:
    """The header files of a topic."""
    return json_answer(call.window().cut(_files(call, project_id, topic)))


def put_files(call: Call, project_id: str, topic: str) -> Response:
    """Replace the header files of a topic."""
    files = bodies.files(call.body(), call.version)
    with call.store.writing():
        require_match(_files(call, project_id, topic))
        call.store.topics.set_files(project_id, topic, files)
        return json_answer(_files(call, project_id, topic))


def get_related_topics(call: Call, project_id: str, topic: str) -> Response:
    """The related topics of a topic."""
    return json_answer(call.window().cut(call.store.topics.related(project_id, topic)))


def put_related_topics(call: Call, project_id: str, topic: str) -> Response:
    """Replace the related topics of a topic."""
    related = bodies.related_topics(call.body())
    with call.store.writing():
        require_match(call.store.topics.related(project_id, topic))
        call.store.topics.set_related(project_id, topic, related)
        return json_answer(related)


def refuse_events(call: Call, project_id: str) -> Response:  # noqa: ARG001 - the signature of a route function
    """Keep the literal word from being taken for a topic's guid."""
    raise Missing("this server keeps no events")


def _topic(call: Call, project_id: str, topic: str) -> JsonObject:
    return answers.topic(call.version, call.store.topics.get(project_id, topic))


def _files(call: Call, project_id: str, topic: str) -> list[JsonObject]:
    return [answers.file(call.version, file) for file in call.store.topics.files(project_id, topic)]


_TOPICS = "/projects/<project_id>/topics"
_TOPIC = f"{_TOPICS}/<topic>"

ROUTES = (
    Route("GET", f"{_TOPICS}/events", refuse_events),
    Route("GET", f"{_TOPICS}/comments/events", refuse_events),
    Route("GET", _TOPICS, list_topics),
    Route("POST", _TOPICS, post_topic),
    Route("GET", _TOPIC, get_topic),
    Route("PUT", _TOPIC, put_topic),
    Route("DELETE", _TOPIC, delete_topic),
    Route("GET", f"{_TOPIC}/snippet", get_snippet),
    Route("PUT", f"{_TOPIC}/snippet", put_snippet),
    Route("GET", f"{_TOPIC}/files", get_files),
    Route("PUT", f"{_TOPIC}/files", put_files),
    Route("GET", f"{_TOPIC}/related_topics", get_related_topics),
    Route("PUT", f"{_TOPIC}/related_topics", put_related_topics),
)
