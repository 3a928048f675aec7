"""OpenProject's route for whole archives.

Owns: ``/bcf_xml_api/v1/projects/{p}/bcf_xml``; below ``/api``, where the dialect has everything. Sees: the store, the
archives. Governed by: OpenProject's ``bcf_xml_api.rb``, ``importer.rb`` and ``issue_reader.rb`` as they read in 2024;
their authors call the route unstable.

What an import does there and here: it keeps the guids of topics, viewpoints and comments, the dates, and the authors
who are members of the project; others become the system's user. A topic that is there is changed only if the file's is
newer than it, and then in type, title, description, due date, assignee, status and priority alone, with a comment that
says so; else it is reported and left alone with its comments. Known viewpoints stay as they are, a known comment
changes if it was changed later than it was written, and nothing is ever deleted. Unlike there, an import is all or
nothing, and what cannot be read at all is 400 where OpenProject says 500.
"""

import json
from collections.abc import Mapping

from flask import Response, request

from bcfsync.server import dates, rights
from bcfsync.server.http.conditional import encoded
from bcfsync.server.query.window import Window
from bcfsync.server.refusals import Malformed, Refusal
from bcfsync.server.routes import foundation
from bcfsync.server.routing import Call, Route
from bcfsync.server.shapes.members import present
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.store.topics import TOPIC_MEMBERS
from bcfsync.server.vendors.archive21 import reading
from bcfsync.server.vendors.archive21.gathering import archive_answer, topic_parts
from bcfsync.server.vendors.archive21.parts import TopicParts
from bcfsync.server.vendors.archive21.reading import AnotherVersion
from bcfsync.server.vendors.archive21.uploads import uploaded
from bcfsync.server.vendors.vendor import Vendor

SYSTEM = "system"
NOTICE = "Updated by a BCF import"

_UPDATED = ("topic_type", "title", "description", "due_date", "assigned_to", "topic_status", "priority")
_DEFAULTED = ("topic_type", "topic_status", "priority")
_FIELD = "bcf_xml_file"
_CLOSED = "closed"
_ALL = Window()


class WrongVersion(Refusal, ValueError):
    """The upload is no archive, or one of a version that is too old."""

    status = 415


def get_archive(call: Call, project_id: str) -> Response:
    """An archive of the open topics; with ``filters`` on the status, of all (``*``) or the closed ones (``c``)."""
    wanted = _wanted()
    moment = call.store.moment()
    try:
        listing = call.store.topics.listing(project_id, _ALL, moment)
        shown = [topic for topic in listing if wanted == "*" or _is_closed(topic) == (wanted == "c")]
        title = call.store.projects.get(project_id)["name"]
        parts = (topic_parts(moment, project_id, topic) for topic in shown)
        return archive_answer(project_id, title, parts, "application/octet-stream")
    finally:
        moment.close()


def post_archive(call: Call, project_id: str) -> Response:
    """Take what is new or newer in an archive; tells of every topic, and why it was left alone if it was."""
    call.store.projects.get(project_id)
    file = uploaded(_FIELD)
    try:
        topics = reading.read(file)
    except AnotherVersion as error:
        raise WrongVersion("the BCF version is not supported: use at least 2.1") from error
    with call.store.writing():
        upsert = _Import(call, project_id)
        found = [{"uuid": parts.topic["guid"], "errors": upsert.take(parts)} for parts in topics]
    return Response(encoded(found), 201, content_type="application/json")


class _Import:
    """An import into one project, inside a transaction."""

    def __init__(self, call: Call, project_id: str) -> None:
        self._call = call
        self._store = call.store
        self._project_id = project_id
        self._extensions = call.store.projects.extensions(project_id)
        self._members = {user.casefold(): user for user in self._extensions["users"] if user}

    def take(self, parts: TopicParts) -> list[str]:
        """Add or change one topic; what keeps it from being changed."""
        guid = parts.topic["guid"]
        held = self._held(guid)
        if held is None:
            self._add(parts.topic)
        elif not _is_newer(parts.topic.get("modified_date"), held.get("modified_date") or held["creation_date"]):
            return [f"the work package of {guid} has newer changes"]
        else:
            self._change(held, parts.topic)
        self._take_viewpoints(parts)
        for comment in parts.comments:
            self._take_comment(guid, comment)
        if held is not None:
            self._comment(guid, {"comment": NOTICE}, self._call.author, None)
        self._touch(guid)
        return []

    def _held(self, guid: str) -> JsonObject | None:
        sql = "SELECT body FROM topic WHERE project_id = ? AND guid_key = ?"
        row = self._store.database.row(sql, self._project_id, guid_key(guid))
        held: JsonObject | None = None if row is None else json.loads(row["body"])
        return held

    def _add(self, topic: JsonObject) -> None:
        body = {name: topic[name] for name in (*TOPIC_MEMBERS, "creation_date") if name in topic}
        body |= {**self._offered(topic), "creation_author": self._member(topic.get("creation_author"))}
        self._store.topics.create(self._project_id, present(body), self._call.author, topic["guid"])

    def _change(self, held: JsonObject, topic: JsonObject) -> None:
        self._call.require(rights.UPDATE_TOPIC, project_id=self._project_id, topic=held["guid"])
        kept = {name: held[name] for name in TOPIC_MEMBERS if name in held}
        given = {name: topic[name] for name in _UPDATED if name in topic}
        body = present({**kept, **given, **self._offered(given)})
        self._store.topics.replace(self._project_id, held["guid"], body, self._call.author)

    def _offered(self, topic: Mapping[str, object]) -> JsonObject:
        """Values the project does not know become its first ones, people it does not know nobody."""
        offered: JsonObject = {}
        for name in _DEFAULTED:
            known = self._extensions[name]
            if topic.get(name) and known and topic[name] not in known:
                offered[name] = known[0]
        assignee = topic.get("assigned_to")
        if assignee:
            offered["assigned_to"] = self._members.get(str(assignee).casefold())
        return offered

    def _take_viewpoints(self, parts: TopicParts) -> None:
        guid = parts.topic["guid"]
        known = {guid_key(item["guid"]) for item in self._store.viewpoints.listing(self._project_id, guid)}
        for viewpoint in parts.viewpoints:
            if guid_key(viewpoint.guid) not in known:
                author = self._call.author
                self._store.viewpoints.create(self._project_id, guid, viewpoint.content, author, guid=viewpoint.guid)

    def _take_comment(self, topic: str, comment: JsonObject) -> None:
        listing = self._store.comments.listing(self._project_id, topic, _ALL)
        held = next((item for item in listing if guid_key(item["guid"]) == guid_key(comment["guid"])), None)
        linked = present({"comment": comment.get("comment"), "viewpoint_guid": comment.get("viewpoint_guid")})
        if held is None:
            author = self._member(comment.get("author"))
            self._comment(topic, {**linked, "date": comment["date"]}, author, comment["guid"])
        elif comment.get("modified_date"):
            self._call.require(rights.UPDATE_COMMENT, project_id=self._project_id, topic=topic, comment=held["guid"])
            body = {name: value for name, value in held.items() if not name.startswith("modified_")} | linked
            if not _is_newer(comment["modified_date"], held["date"]):
                body["comment"] = held.get("comment")
            else:
                body["date"] = comment["modified_date"]
            if "viewpoint_guid" not in linked:
                body.pop("viewpoint_guid", None)
            self._store.comments.replace(
                self._project_id, topic, held["guid"], present(body), author=self._call.author, keep=()
            )

    def _comment(self, topic: str, body: JsonObject, author: str, guid: str | None) -> None:
        self._store.comments.create(self._project_id, topic, body, author, guid=guid)

    def _member(self, author: object) -> str:
        known: str = self._members.get(str(author or "").casefold(), SYSTEM)
        return known

    def _touch(self, guid: str) -> None:
        """An imported topic was changed now, whatever the file says: by whom, is not told."""
        self._store.topics.stamp(
            self._project_id,
            guid,
            {"modified_date": dates.stamp(self._store.clock()), "modified_author": self._call.author},
        )


def _is_newer(modified: object, held: str) -> bool:
    return isinstance(modified, str) and dates.instant(modified) > dates.instant(held)


def _is_closed(topic: JsonObject) -> bool:
    return (topic.get("topic_status") or "").casefold() == _CLOSED


def _wanted() -> str:
    """Which topics ``filters`` asks for: ``o``, ``c`` or ``*``.

    Raises:
        Malformed: It is something else than a filter on the status alone.
    """
    text = request.args.get("filters")
    if text is None:
        return "o"
    try:
        filters = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"filters: not JSON ({error})") from error
    if filters == []:
        return "*"
    try:
        ((name, status),) = filters[0].items()
        operator = status["operator"]
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise Malformed('filters: must be such as [{"status": {"operator": "o", "values": []}}]') from error
    if len(filters) != 1 or name != "status" or operator not in {"o", "c", "*"}:
        raise Malformed("filters: only the status is known here, with the operators o, c and *")
    return str(operator)


_PATH = "/bcf_xml_api/v1/projects/<project_id>/bcf_xml"

VENDOR = Vendor(
    root_routes=(
        *foundation.ROOT_ROUTES,
        Route("GET", _PATH, get_archive),
        Route("POST", _PATH, post_archive, needs=rights.CREATE_TOPIC),
    )
)
"""The standard routes, and this one."""
