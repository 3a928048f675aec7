"""Full topics: a topic with its comments and viewpoints in one request.

Owns: ``/projects/{p}/full-topic``. Sees: the store, the shapes. Governed by: BIMData's ``FullTopicRequest``.
What is not documented, and so: a child with a guid the topic has is changed, one without or with a new one is added;
children the body leaves out stay or go by the switch ``full_topic_put``, and only if the body has their list at all.
A new full topic is as its body says: its children do not count as a change of it. Snippet and document references are
no part of it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from flask import Response

from bcfsync.server import rights
from bcfsync.server.http.conditional import json_answer, streamed_answer, tag_of, unchanged_answer
from bcfsync.server.query.window import Window
from bcfsync.server.refusals import Malformed, Taken
from bcfsync.server.rights import Needs
from bcfsync.server.routing import Call
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.store.projects import Changes
from bcfsync.server.vendors.bimdata import answers, bodies
from bcfsync.server.vendors.bimdata.comments import add_comment, change_comment
from bcfsync.server.vendors.bimdata.dialect import Bimdata
from bcfsync.server.vendors.bimdata.reading import asked, expiry, full_topic, gives_links, shown
from bcfsync.server.vendors.bimdata.topics import add_topic, change_topic, tell_topic
from bcfsync.server.vendors.bimdata.viewpoints import add_viewpoint, change_viewpoint, drop_viewpoint

_ALL = Window()


def list_full_topics(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """The full topics of one format, ``standard`` unless the query says otherwise; they are sent as they are read."""
    window, is_shown, links = asked("topics"), shown(), gives_links()
    ends = 0 if links is None else expiry(bimdata)
    changes = call.store.projects.changes(project_id)
    held = unchanged_answer(_tag(call, changes, ends), changes.at if links is None else None)
    if held is not None:
        return held
    moment = call.store.moment()
    try:
        changes = call.store.projects.changes(project_id, moment)
        listing = call.store.topics.listing(project_id, window, moment)
        items = (full_topic(bimdata, moment, project_id, topic, links=links) for topic in listing if is_shown(topic))
        modified = changes.at if links is None else None
        return streamed_answer(items, _tag(call, changes, ends), modified, done=moment.close)
    except BaseException:
        moment.close()
        raise


def get_full_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """One full topic."""
    return json_answer(_shown(bimdata, call, project_id, topic))


def post_full_topic(bimdata: Bimdata, call: Call, project_id: str) -> Response:
    """Add a topic with its comments and viewpoints."""
    body = bodies.as_object(call.body())
    links = gives_links()
    with call.store.writing():
        topic = add_topic(call, project_id, body)
        new = _Children(call, project_id, topic["guid"], is_patch=False)
        new.write(body)
        call.store.topics.stamp(
            project_id, topic["guid"], {"modified_date": None, "modified_author": topic.get("modified_author")}
        )
        shown_topic = full_topic(
            bimdata, call.store.database, project_id, call.store.topics.get(project_id, topic["guid"]), links=links
        )
    tell_topic(bimdata, project_id, topic, "creation")
    _tell_comments(bimdata, project_id, new)
    return json_answer(shown_topic, 201, location=topic["guid"])


def put_full_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Replace a topic, and the comments and viewpoints the body brings."""
    return _changed(bimdata, call, project_id, topic, is_patch=False)


def patch_full_topic(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> Response:
    """Change what the body names, in the topic and in the comments and viewpoints it brings."""
    return _changed(bimdata, call, project_id, topic, is_patch=True)


class _Children:
    """The comments and viewpoints of a topic, about to be written from one body inside a transaction."""

    def __init__(self, call: Call, project_id: str, topic: str, *, is_patch: bool, drops_missing: bool = False) -> None:
        self._call = call
        self._place = (project_id, topic)
        self._is_patch = is_patch
        self._drops_missing = drops_missing
        self._guids: dict[int, str] = {}
        self.added: list[JsonObject] = []
        self.changed: list[JsonObject] = []
        self.removed: list[JsonObject] = []

    def write(self, body: Mapping[str, object]) -> None:
        """Viewpoints first: comments point to them; and what goes, goes when nothing new points to it."""
        store = self._call.store
        viewpoints = {guid_key(item["guid"]): item for item in store.viewpoints.listing(*self._place)}
        comments = {guid_key(item["guid"]): item for item in self._comments()}
        met_viewpoints = {
            self._viewpoint(item, f"viewpoints[{at}]", viewpoints)
            for at, item in enumerate(_objects(body, "viewpoints"))
        }
        met_comments = {
            self._comment(item, f"comments[{at}]", comments) for at, item in enumerate(_objects(body, "comments"))
        }
        if self._drops_missing and body.get("comments") is not None:
            for gone in [comment for key, comment in comments.items() if key not in met_comments]:
                self._require(rights.DELETE_COMMENT, comment=gone["guid"])
                self.removed.append(gone)
                store.comments.delete(*self._place, gone["guid"])
        if self._drops_missing and body.get("viewpoints") is not None:
            for gone in [viewpoint for key, viewpoint in viewpoints.items() if key not in met_viewpoints]:
                self._require(rights.DELETE_VIEWPOINT, viewpoint=gone["guid"])
                drop_viewpoint(self._call, *self._place, gone["guid"])

    def _viewpoint(self, item: JsonObject, where: str, held: Mapping[str, JsonObject]) -> str:
        with _in(where):
            return self._written_viewpoint(item, where, held)

    def _comment(self, item: JsonObject, where: str, held: Mapping[str, JsonObject]) -> str:
        with _in(where):
            return self._written_comment(item, where, held)

    def _written_viewpoint(self, item: JsonObject, where: str, held: Mapping[str, JsonObject]) -> str:
        body = bodies.viewpoint(item, where)
        key = guid_key(body.guid or "")
        if key in held:
            self._require(rights.UPDATE_VIEWPOINT, viewpoint=held[key]["guid"])
            stored = change_viewpoint(self._call, *self._place, held[key]["guid"], item, where=where)
        else:
            self._require(rights.CREATE_VIEWPOINT)
            stored = add_viewpoint(self._call, *self._place, body)
        if body.temp_id is not None:
            if body.temp_id in self._guids:
                raise Malformed(f"{where}.temp_id: two viewpoints have {body.temp_id}")
            self._guids[body.temp_id] = stored["guid"]
        return guid_key(stored["guid"])

    def _written_comment(self, item: JsonObject, where: str, held: Mapping[str, JsonObject]) -> str:
        item = self._linked(item, where)
        key = guid_key(bodies.guid(item, where) or "")
        if key in held:
            guid = held[key]["guid"]
            self._require(rights.UPDATE_COMMENT, comment=guid)
            stored = change_comment(self._call, *self._place, guid, item, is_patch=self._is_patch, where=where)
            self.changed.append(stored)
        else:
            self._require(rights.CREATE_COMMENT)
            stored = add_comment(self._call, *self._place, bodies.comment(item, where))
            self.added.append(stored)
        return guid_key(stored["guid"])

    def _linked(self, item: JsonObject, where: str) -> JsonObject:
        """The body of a comment with the guid of the viewpoint that it names by its number."""
        number = item.get("viewpoint_temp_id")
        if number is None:
            return item
        if type(number) is not int or number not in self._guids:
            raise Malformed(f"{where}.viewpoint_temp_id: no viewpoint of this body has this temp_id")
        return {**item, "viewpoint_temp_id": None, "viewpoint_guid": self._guids[number]}

    def _require(self, needs: Needs, **names: str) -> None:
        project_id, topic = self._place
        self._call.require(needs, project_id=project_id, topic=topic, **names)

    def _comments(self) -> list[JsonObject]:
        return [*self._call.store.comments.listing(*self._place, _ALL)]


def _changed(bimdata: Bimdata, call: Call, project_id: str, topic: str, *, is_patch: bool) -> Response:
    body = bodies.as_object(call.body())
    links = gives_links()
    with call.store.writing():
        stored = change_topic(call, project_id, topic, body, is_patch=is_patch)
        drops = bimdata.switches.full_topic_put == "delete"
        children = _Children(call, project_id, stored["guid"], is_patch=is_patch, drops_missing=drops)
        children.write(body)
        call.store.topics.stamp(
            project_id, topic, {name: stored.get(name) for name in ("modified_date", "modified_author")}
        )
        shown_topic = full_topic(bimdata, call.store.database, project_id, stored, links=links)
    tell_topic(bimdata, project_id, stored, "update")
    _tell_comments(bimdata, project_id, children)
    return json_answer(shown_topic)


def _shown(bimdata: Bimdata, call: Call, project_id: str, topic: str) -> JsonObject:
    links = gives_links()
    moment = call.store.moment()
    try:
        stored = call.store.topics.get(project_id, topic)
        return full_topic(bimdata, moment, project_id, stored, links=links)
    finally:
        moment.close()


def _tell_comments(bimdata: Bimdata, project_id: str, children: _Children) -> None:
    for what, comments in (
        ("creation", children.added),
        ("update", children.changed),
        ("deletion", children.removed),
    ):
        for comment in comments:
            bimdata.tell(project_id, f"bcf.comment.{what}", partial(answers.comment, comment))


@contextmanager
def _in(where: str) -> Iterator[None]:
    """Refusals of the store, which knows nothing of the body, are given their place in it."""
    try:
        yield
    except (Malformed, Taken) as refusal:
        if str(refusal).startswith(where):
            raise
        raise type(refusal)(f"{where}.{refusal}") from refusal


def _objects(body: Mapping[str, object], name: str) -> list[JsonObject]:
    listed = body.get(name)
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise Malformed(f"{name}: must be an array")
    for at, item in enumerate(listed):
        if not isinstance(item, dict):
            raise Malformed(f"{name}[{at}]: must be a JSON object")
    return listed


def _tag(call: Call, changes: Changes, ends: int) -> str:
    """The tag of the list; with links in it, it moves when they do."""
    return tag_of(f"{call.tag(changes)} {ends}".encode())
