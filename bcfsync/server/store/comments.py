"""Comments of a topic.

Owns: the table ``comment``. Sees: the database, topics. Governed by: BCF-API 3.0, Comments; BCF-API 2.1 for
``reply_to_comment_guid``, which 3.0 no longer has and which therefore outlives a write through 3.0, as the
statuses of BCF-API 1.0 outlive one through either.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from bcfsync.server import dates
from bcfsync.server.query.sql import Clause, Column, member
from bcfsync.server.query.window import Part, Window
from bcfsync.server.refusals import Malformed, Missing, Taken
from bcfsync.server.store.database import Database, JsonObject, guid_key
from bcfsync.server.store.events import Events
from bcfsync.server.store.listings import listed
from bcfsync.server.store.topics import Topics

STATUSES = ("status", "verbal_status")
"""What comments have in 1.0 alone."""

_SEEDED = (
    "comment",
    *STATUSES,
    "viewpoint_guid",
    "reply_to_comment_guid",
    "date",
    "author",
    "modified_date",
    "modified_author",
)

_COLUMNS = {
    "date": Column("created", "TRUE"),
    "modified_date": Column("instant(json_extract(body, '$.modified_date'))"),
    "guid": Column("guid_key"),
    **{
        name: member(name)
        for name in (
            "author",
            "status",
            "verbal_status",
            "comment",
            "topic_guid",
            "viewpoint_guid",
            "reply_to_comment_guid",
            "modified_author",
        )
    },
}


class Comments:
    """The comments of all topics."""

    def __init__(
        self,
        database: Database,
        topics: Topics,
        events: Events,
        clock: Callable[[], datetime],
        new_guid: Callable[[], str],
    ) -> None:
        self._database = database
        self._topics = topics
        self._events = events
        self._clock = clock
        self._new_guid = new_guid

    def listing(self, project_id: str, topic_guid: str, window: Window) -> Part[JsonObject]:
        """The comments of a topic, by date unless the window says otherwise."""
        where = window.where(_COLUMNS)
        topic_id = self._topics.row_id(project_id, topic_guid)
        chosen = Clause(f"FROM comment WHERE topic_id = ?{where.sql}", (topic_id, *where.values))
        part = listed(self._database, window, "body", chosen, window.order_by(_COLUMNS, "created"))
        return Part([json.loads(row["body"]) for row in part], part.more)

    def get(self, project_id: str, topic_guid: str, guid: str) -> JsonObject:
        """One comment.

        Raises:
            Missing: The topic has no such comment.
        """
        topic_id = self._topics.row_id(project_id, topic_guid)
        sql = "SELECT body FROM comment WHERE topic_id = ? AND guid_key = ?"
        row = self._database.row(sql, topic_id, guid_key(guid))
        if row is None:
            raise Missing(f"there is no comment {guid} in topic {topic_guid}")
        comment: JsonObject = json.loads(row["body"])
        return comment

    def places(self, guid: str) -> list[tuple[str, str]]:
        """In which projects and topics there is a comment of this guid."""
        return self._topics.places_of("comment", guid)

    def create(
        self, project_id: str, topic_guid: str, body: JsonObject, author: str, *, guid: str | None = None
    ) -> JsonObject:
        """Add a comment, stamped with the clock and the author.

        Raises:
            Malformed: The viewpoint does not exist in this topic.
            Taken: The wanted guid is in use in this project.
        """
        with self._database.writing():
            self._need_viewpoint(project_id, topic_guid, body.get("viewpoint_guid"))
            stamps = {"date": dates.stamp(self._clock()), "author": author}
            comment = self._insert(project_id, topic_guid, guid or self._new_guid(), {**stamps, **body})
            self._topics.touch(project_id, topic_guid, author, stamps["date"])
            return comment

    def seed(self, project_id: str, topic_guid: str, comment: JsonObject) -> None:
        """Add a comment that has its own guid, author and dates; its viewpoint need not exist."""
        kept = {name: comment[name] for name in _SEEDED if comment.get(name) is not None}
        if not kept.get("comment"):
            kept.pop("comment", None)  # as for one that is made here: which version shows an empty text is not for here
        stamps = {"date": dates.stamp(self._clock()), "author": ""}
        self._insert(project_id, topic_guid, comment["guid"], {**stamps, **kept})

    def replace(
        self, project_id: str, topic_guid: str, guid: str, body: JsonObject, *, author: str, keep: Sequence[str]
    ) -> JsonObject:
        """Put new content into a comment; what the writer's version cannot speak of, it is to ``keep``.

        Raises:
            Malformed: The viewpoint does not exist in this topic. One that was gone before may stay.
        """
        with self._database.writing():
            old = self.get(project_id, topic_guid, guid)
            if body.get("viewpoint_guid") != old.get("viewpoint_guid"):
                self._need_viewpoint(project_id, topic_guid, body.get("viewpoint_guid"))
            owned = ("guid", "topic_guid", "date", "author")
            kept = {name: old[name] for name in (*owned, *keep) if name in old}
            stamps = {"modified_date": dates.stamp(self._clock()), "modified_author": author}
            comment = {**kept, **stamps, **body}
            self._database.run(
                "UPDATE comment SET viewpoint_key = ?, body = ? WHERE project_id = ? AND guid_key = ?",
                _viewpoint_key(comment),
                json.dumps(comment),
                project_id,
                guid_key(guid),
            )
            self._events.comment_written(project_id, old, comment)
            self._topics.touch(project_id, topic_guid, author, stamps["modified_date"])
            return comment

    def delete(self, project_id: str, topic_guid: str, guid: str) -> None:
        """Remove a comment; replies to it keep their pointer."""
        with self._database.writing():
            self.get(project_id, topic_guid, guid)
            sql = "DELETE FROM comment WHERE project_id = ? AND guid_key = ?"
            self._database.run(sql, project_id, guid_key(guid))

    def _need_viewpoint(self, project_id: str, topic_guid: str, viewpoint_guid: str | None) -> None:
        if viewpoint_guid is None:
            return
        topic_id = self._topics.row_id(project_id, topic_guid)
        sql = "SELECT 1 FROM viewpoint WHERE topic_id = ? AND guid_key = ?"
        if not self._database.row(sql, topic_id, guid_key(viewpoint_guid)):
            raise Malformed(f"viewpoint_guid: there is no viewpoint {viewpoint_guid} in this topic")

    def _insert(self, project_id: str, topic_guid: str, guid: str, body: JsonObject) -> JsonObject:
        with self._database.writing():
            topic_id = self._topics.row_id(project_id, topic_guid)
            sql = "SELECT 1 FROM comment WHERE project_id = ? AND guid_key = ?"
            if self._database.row(sql, project_id, guid_key(guid)):
                raise Taken(f"guid: the project has a comment {guid} already")
            topic_guid = self._topics.get(project_id, topic_guid)["guid"]
            comment = {"guid": guid, "topic_guid": topic_guid, **body}
            self._database.run(
                "INSERT INTO comment (project_id, topic_id, guid_key, created, viewpoint_key, body)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                project_id,
                topic_id,
                guid_key(guid),
                dates.instant(comment["date"]),
                _viewpoint_key(comment),
                json.dumps(comment),
            )
            self._events.comment_written(project_id, None, comment)
            return comment


def _viewpoint_key(comment: JsonObject) -> str | None:
    viewpoint_guid = comment.get("viewpoint_guid")
    return guid_key(viewpoint_guid) if viewpoint_guid else None
