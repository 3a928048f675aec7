"""Topics with what hangs on them as a single value: files, related topics, the snippet's bytes.

Owns: the table ``topic`` and the topic counter of a project. Sees: the database, projects.
Governed by: BCF-API 3.0, Topics (guid, server_assigned_id and the rule for modified_date).
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from bcfsync.server import dates
from bcfsync.server.query.sql import Clause, Column, member
from bcfsync.server.query.window import Part, Window
from bcfsync.server.refusals import Malformed, Missing, Taken
from bcfsync.server.store.blobs import Blob, Blobs, Data
from bcfsync.server.store.database import Database, JsonObject, Moment, guid_key
from bcfsync.server.store.events import Events
from bcfsync.server.store.listings import listed
from bcfsync.server.store.projects import Projects

TOPIC_MEMBERS = (
    "topic_type",
    "topic_status",
    "reference_links",
    "title",
    "priority",
    "index",
    "labels",
    "assigned_to",
    "stage",
    "due_date",
    "description",
    "bim_snippet",
)
_STAMPS = ("creation_date", "creation_author", "modified_date", "modified_author")
_COLUMNS = {
    "creation_date": Column("created", "TRUE"),
    # a topic that was never modified is sorted by its creation, but has no date to compare with
    "modified_date": Column("modified", "json_extract(body, '$.modified_date') IS NOT NULL"),
    "index": Column("sort_index"),
    "server_assigned_id": Column("serial"),
    "guid": Column("guid_key"),
    "labels": (_LABELS := Column("json_extract(body, '$.labels[0]')", items="json_each(body, '$.labels') AS item")),
    "label": _LABELS,
    "reference_link": Column("json_extract(body, '$.reference_links[0]')"),
    **{
        name: member(name)
        for name in (
            "creation_author",
            "modified_author",
            "assigned_to",
            "stage",
            "topic_status",
            "topic_type",
            "priority",
            "title",
            "description",
            "bim_snippet.snippet_type",
            "bim_snippet.reference",
            "bim_snippet.reference_schema",
        )
    },
}


class Topics:
    """The topics of all projects, as objects in the member names of BCF-API 3.0."""

    def __init__(
        self,
        database: Database,
        projects: Projects,
        blobs: Blobs,
        events: Events,
        *,
        clock: Callable[[], datetime],
        new_guid: Callable[[], str],
    ) -> None:
        self._database = database
        self._projects = projects
        self._blobs = blobs
        self._events = events
        self._clock = clock
        self._new_guid = new_guid

    def listing(self, project_id: str, window: Window, moment: Moment | None = None) -> Part[JsonObject]:
        """The topics of a project, by creation date unless the window says otherwise.

        With a moment they are read as they are asked for, however many there are.
        """
        self._projects.get(project_id)
        where = window.where(_COLUMNS)
        chosen = Clause(f"FROM topic WHERE project_id = ?{where.sql}", (project_id, *where.values))
        order = window.order_by(_COLUMNS, "created")
        part = listed(moment or self._database, window, "body", chosen, order)
        return Part((json.loads(row["body"]) for row in part), part.more)

    def get(self, project_id: str, guid: str) -> JsonObject:
        """One topic."""
        topic: JsonObject = json.loads(self._row(project_id, guid, "body")["body"])
        return topic

    def row_id(self, project_id: str, guid: str) -> int:
        """The row to which the topic's comments, viewpoints and references belong.

        Raises:
            Missing: No such project, or no such topic in it.
        """
        row_id: int = self._row(project_id, guid, "id")["id"]
        return row_id

    def projects_with(self, guid: str) -> list[str]:
        """The projects that have a topic of this guid."""
        # the index begins with the project
        sql = "SELECT project_id FROM topic WHERE guid_key = ? AND project_id IN (SELECT project_id FROM project)"
        return [row["project_id"] for row in self._database.rows(sql, guid_key(guid))]

    def places_of(self, table: Literal["comment", "viewpoint"], guid: str) -> list[tuple[str, str]]:
        """The project and the topic of each thing of this guid."""
        sql = (
            f"SELECT topic.project_id, topic.guid_key FROM {table} JOIN topic ON topic.id = {table}.topic_id"  # noqa: S608
            f" WHERE {table}.guid_key = ? AND {table}.project_id IN (SELECT project_id FROM project)"
        )
        return [(row["project_id"], row["guid_key"]) for row in self._database.rows(sql, guid_key(guid))]

    def create(self, project_id: str, body: JsonObject, author: str, guid: str | None = None) -> JsonObject:
        """Add a topic, stamped with the clock and the author.

        Raises:
            Taken: The wanted guid is in use in this project.
        """
        stamps = {"creation_date": dates.stamp(self._clock()), "creation_author": author}
        return self._insert(project_id, guid or self._new_guid(), None, {**stamps, **body})

    def seed(self, project_id: str, topic: JsonObject, files: Sequence[JsonObject], related: Sequence[str]) -> None:
        """Add a topic that has its own guid, authors and dates; only a ``server_assigned_id`` in use is exchanged."""
        kept = {name: topic[name] for name in (*TOPIC_MEMBERS, *_STAMPS) if topic.get(name) is not None}
        kept = {"creation_date": dates.stamp(self._clock()), "creation_author": "", **kept}
        with self._database.writing():
            self._insert(project_id, topic["guid"], topic.get("server_assigned_id"), kept)
            self.set_files(project_id, topic["guid"], list(files))
            self.set_related(project_id, topic["guid"], [{"related_topic_guid": guid} for guid in related])

    def replace(self, project_id: str, guid: str, body: JsonObject, author: str) -> JsonObject:
        """Put new content into a topic; what ``body`` leaves out is cleared, what the server owns stays."""
        with self._database.writing():
            old = self.get(project_id, guid)
            kept = {name: old[name] for name in ("guid", "server_assigned_id", "creation_date", "creation_author")}
            new = {**kept, "modified_date": dates.stamp(self._clock()), "modified_author": author, **body}
            row_id = self.row_id(project_id, guid)
            self._write(row_id, new)
            if new.get("bim_snippet", {}).get("is_external", True):
                self._database.run("UPDATE topic SET snippet_blob = NULL WHERE id = ?", row_id)
            return new

    def touch(self, project_id: str, guid: str, author: str, date: str | None = None) -> None:
        """Note that a comment or a viewpoint changed the topic: with the date that this has itself, if it has one."""
        with self._database.writing():
            topic = self.get(project_id, guid)
            topic.update({"modified_date": date or dates.stamp(self._clock()), "modified_author": author})
            self._write(self.row_id(project_id, guid), topic)

    def stamp(self, project_id: str, guid: str, stamps: JsonObject) -> None:
        """Put dates and authors over those of a topic, or take them away; for servers that let clients choose them."""
        with self._database.writing():
            topic = {**self.get(project_id, guid), **stamps}
            present = {name: value for name, value in topic.items() if value is not None}
            self._write(self.row_id(project_id, guid), present)

    def delete(self, project_id: str, guid: str) -> None:
        """Remove a topic and everything below it."""
        with self._database.writing():
            self._database.run("DELETE FROM topic WHERE id = ?", self.row_id(project_id, guid))

    def files(self, project_id: str, guid: str) -> list[JsonObject]:
        """The header files of a topic."""
        files: list[JsonObject] = json.loads(self._row(project_id, guid, "files")["files"])
        return files

    def set_files(self, project_id: str, guid: str, files: Sequence[JsonObject]) -> None:
        """Replace the header files of a topic."""
        self._set(project_id, guid, "files", json.dumps(files))

    def related(self, project_id: str, guid: str) -> list[JsonObject]:
        """The related topics of a topic."""
        related: list[JsonObject] = json.loads(self._row(project_id, guid, "related_topics")["related_topics"])
        return related

    def set_related(self, project_id: str, guid: str, related: Sequence[JsonObject]) -> None:
        """Replace the related topics; a target need not exist, archives point outside."""
        self._set(project_id, guid, "related_topics", json.dumps(related))

    def snippet(self, project_id: str, guid: str) -> Blob | None:
        """The bytes of the topic's BIM snippet, or None when there are none."""
        blob_id: int | None = self._row(project_id, guid, "snippet_blob")["snippet_blob"]
        return None if blob_id is None else self._blobs.get(blob_id)

    def set_snippet(self, project_id: str, guid: str, data: Data) -> Blob:
        """Store the bytes of an internal snippet.

        Raises:
            Malformed: The topic has no snippet, or an external one.
        """
        with self._database.writing():
            if self.get(project_id, guid).get("bim_snippet", {}).get("is_external", True):
                raise Malformed("bim_snippet: the topic must have one with is_external false")
            blob_id = self._blobs.add(data)
            self._set(project_id, guid, "snippet_blob", blob_id)
            return self._blobs.get(blob_id)

    def _row(self, project_id: str, guid: str, column: str) -> sqlite3.Row:
        # the column is one of this module's own words
        sql = f"SELECT {column} FROM topic WHERE project_id = ? AND guid_key = ?"  # noqa: S608
        row = self._database.row(sql, project_id, guid_key(guid))
        if row is None:
            self._projects.get(project_id)
            raise Missing(f"there is no topic {guid} in project '{project_id}'")
        return row

    def _set(self, project_id: str, guid: str, column: str, value: object) -> None:
        with self._database.writing():
            row_id = self.row_id(project_id, guid)
            self._database.run(f"UPDATE topic SET {column} = ? WHERE id = ?", value, row_id)  # noqa: S608 - as above

    def _write(self, row_id: int, topic: JsonObject) -> None:
        row = self._database.row("SELECT project_id, body FROM topic WHERE id = ?", row_id)
        if row:
            self._events.topic_written(row["project_id"], json.loads(row["body"]) if row["body"] else None, topic)
        self._database.run(
            "UPDATE topic SET created = ?, modified = ?, sort_index = ?, body = ? WHERE id = ?",
            dates.instant(topic["creation_date"]),
            dates.instant(topic.get("modified_date") or topic["creation_date"]),
            topic.get("index"),
            json.dumps(topic),
            row_id,
        )

    def _insert(self, project_id: str, guid: str, wanted_id: str | None, body: JsonObject) -> JsonObject:
        with self._database.writing():
            self._projects.get(project_id)
            sql = "SELECT 1 FROM topic WHERE project_id = ? AND guid_key = ?"
            if self._database.row(sql, project_id, guid_key(guid)):
                raise Taken(f"guid: the project has a topic {guid} already")
            assigned = self._assigned_id(project_id, wanted_id)
            topic = {"guid": guid, "server_assigned_id": assigned, **body}
            row_id = self._database.run(
                "INSERT INTO topic (project_id, guid_key, server_assigned_id, serial, created, modified, body, files,"
                " related_topics) VALUES (?, ?, ?, ?, 0, 0, '', '[]', '[]')",
                project_id,
                guid_key(guid),
                assigned,
                int(assigned) if _is_number(assigned) else None,
            )
            self._write(row_id, topic)
            return topic

    def _assigned_id(self, project_id: str, wanted: str | None) -> str:
        if wanted and not self._is_assigned(project_id, wanted):
            return wanted
        while True:
            self._database.run("UPDATE project SET topic_counter = topic_counter + 1 WHERE project_id = ?", project_id)
            row = self._database.row("SELECT topic_counter FROM project WHERE project_id = ?", project_id)
            if row and not self._is_assigned(project_id, str(row[0])):
                return str(row[0])

    def _is_assigned(self, project_id: str, assigned: str) -> bool:
        sql = "SELECT 1 FROM topic WHERE project_id = ? AND server_assigned_id = ?"
        return self._database.row(sql, project_id, assigned) is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
