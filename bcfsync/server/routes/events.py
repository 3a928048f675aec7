"""Events of topics and of comments.

Owns: the four paths that end in ``events``. Sees: the store. Governed by: BCF-API 2.1 and 3.0, Events. Their schemas
call the list in an event ``actions``, and so does this server; the examples beside them call it ``events``.
"""

from flask import Response

from bcfsync.server.http.conditional import json_answer
from bcfsync.server.query.window import Part, Window
from bcfsync.server.routes.streaming import project_list
from bcfsync.server.routing import Call, Route
from bcfsync.server.store.database import JsonObject, Moment
from bcfsync.server.store.events import Shown
from bcfsync.server.versions import Version

_VERSIONS: tuple[Version, ...] = ("2.1", "3.0")


def list_topics_events(call: Call, project_id: str) -> Response:
    """The events of all topics of a project, deleted ones too."""
    window, shown = call.window("topic events"), _shown(call)

    def read(moment: Moment) -> Part[JsonObject]:
        return call.store.events.of_topics(project_id, window, shown, moment)

    return project_list(call, project_id, window, read)


def list_comments_events(call: Call, project_id: str) -> Response:
    """The events of all comments of a project, deleted ones too."""
    window, shown = call.window("comment events"), _shown(call)

    def read(moment: Moment) -> Part[JsonObject]:
        return call.store.events.of_comments(project_id, window, shown, moment)

    return project_list(call, project_id, window, read)


def list_topic_events(call: Call, project_id: str, topic: str) -> Response:
    """The events of one topic."""
    call.store.topics.row_id(project_id, topic)
    window = call.window("topic events")
    return _answer(call, window, call.store.events.of_topic(project_id, topic, window, _shown(call)))


def list_comment_events(call: Call, project_id: str, topic: str, comment: str) -> Response:
    """The events of one comment."""
    call.store.comments.get(project_id, topic, comment)
    window = call.window("comment events")
    return _answer(call, window, call.store.events.of_comment(project_id, topic, comment, window, _shown(call)))


def _answer(call: Call, window: Window, found: Part[JsonObject]) -> Response:
    # whether there is a next page stands in Link, so it belongs to what the tag is of
    return call.linked(json_answer([*found], below=found.more or None), window, more=found.more)


def _shown(call: Call) -> Shown:
    return "2.1" if call.version == "2.1" else "3.0"


_TOPICS = "/projects/<project_id>/topics"

ROUTES = (
    Route("GET", f"{_TOPICS}/events", list_topics_events, versions=_VERSIONS),
    Route("GET", f"{_TOPICS}/comments/events", list_comments_events, versions=_VERSIONS),
    Route("GET", f"{_TOPICS}/<topic>/events", list_topic_events, versions=_VERSIONS),
    Route("GET", f"{_TOPICS}/<topic>/comments/<comment>/events", list_comment_events, versions=_VERSIONS),
)
"""A literal word wins over a guid: Werkzeug weighs rules by their static parts."""
