"""Viewpoints of a topic: immutable once made.

Owns: the tables ``viewpoint`` and ``bitmap``. Sees: the database, topics. Governed by: BCF-API 3.0, Viewpoints.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from bcfsync.server import pictures
from bcfsync.server.refusals import Missing, StillReferenced, Taken
from bcfsync.server.store.blobs import Blob, Blobs
from bcfsync.server.store.database import Database, JsonObject, guid_key
from bcfsync.server.store.topics import Topics

CAMERAS = ("orthogonal_camera", "perspective_camera")


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A picture in the model: its members without the data, and the data."""

    members: JsonObject
    data: bytes


@dataclass(frozen=True, slots=True)
class ViewpointContent:
    """What a viewpoint is made of, with pictures as bytes.

    ``members`` holds everything that a viewpoint's GET shows except ``guid`` and ``bitmaps``; ``bitmaps`` and
    ``components`` are None when nothing was said about them.
    """

    members: JsonObject
    components: JsonObject | None = None
    snapshot: bytes | None = None
    bitmaps: tuple[Bitmap, ...] | None = None


class Viewpoints:
    """The viewpoints of all topics."""

    def __init__(self, database: Database, topics: Topics, blobs: Blobs, new_guid: Callable[[], str]) -> None:
        self._database = database
        self._topics = topics
        self._blobs = blobs
        self._new_guid = new_guid

    def listing(self, project_id: str, topic_guid: str) -> list[JsonObject]:
        """The viewpoints of a topic in the order they were made."""
        topic_id = self._topics.row_id(project_id, topic_guid)
        rows = self._database.rows("SELECT body FROM viewpoint WHERE topic_id = ? ORDER BY id", topic_id)
        return [json.loads(row["body"]) for row in rows]

    def changes(self, project_id: str, topic_guid: str) -> int:
        """How often the viewpoints of a topic and what belongs to them have changed; it grows with every change."""
        topic_id = self._topics.row_id(project_id, topic_guid)
        row = self._database.row("SELECT sum(changes) FROM viewpoint WHERE topic_id = ?", topic_id)
        return (row[0] or 0) if row else 0

    def get(self, project_id: str, topic_guid: str, guid: str) -> JsonObject:
        """One viewpoint, without components and picture data."""
        viewpoint: JsonObject = json.loads(self._row(project_id, topic_guid, guid, "body")["body"])
        return viewpoint

    def components(self, project_id: str, topic_guid: str, guid: str) -> JsonObject | None:
        """The components of a viewpoint, or None when it was made without."""
        stored = self._row(project_id, topic_guid, guid, "components")["components"]
        components: JsonObject | None = None if stored is None else json.loads(stored)
        return components

    def snapshot(self, project_id: str, topic_guid: str, guid: str) -> Blob:
        """The bytes of the snapshot.

        Raises:
            Missing: There is no such viewpoint, or it has no snapshot.
        """
        blob_id: int | None = self._row(project_id, topic_guid, guid, "snapshot_blob")["snapshot_blob"]
        if blob_id is None:
            raise Missing(f"viewpoint {guid} has no snapshot")
        return self._blobs.get(blob_id)

    def bitmap(self, project_id: str, topic_guid: str, guid: str, bitmap_guid: str) -> Blob:
        """The bytes of one bitmap.

        Raises:
            Missing: There is no such viewpoint, or no such bitmap in it.
        """
        viewpoint_id = self._row(project_id, topic_guid, guid, "id")["id"]
        sql = "SELECT data_blob FROM bitmap WHERE viewpoint_id = ? AND guid_key = ?"
        row = self._database.row(sql, viewpoint_id, guid_key(bitmap_guid))
        if row is None:
            raise Missing(f"viewpoint {guid} has no bitmap {bitmap_guid}")
        return self._blobs.get(row["data_blob"])

    def create(
        self, project_id: str, topic_guid: str, content: ViewpointContent, author: str, *, guid: str | None = None
    ) -> JsonObject:
        """Add a viewpoint and note it in the topic.

        Raises:
            Taken: The wanted guid is in use in this project.
        """
        with self._database.writing():
            viewpoint = self._insert(project_id, topic_guid, guid or self._new_guid(), content)
            self._topics.touch(project_id, topic_guid, author)
            return viewpoint

    def seed(self, project_id: str, topic_guid: str, guid: str, content: ViewpointContent) -> None:
        """Add a viewpoint that has its own guid; the topic's dates stay."""
        self._insert(project_id, topic_guid, guid, content)

    def delete(self, project_id: str, topic_guid: str, guid: str) -> None:
        """Remove a viewpoint.

        Raises:
            StillReferenced: A comment points to it.
        """
        with self._database.writing():
            viewpoint_id = self._row(project_id, topic_guid, guid, "id")["id"]
            topic_id = self._topics.row_id(project_id, topic_guid)
            sql = "SELECT 1 FROM comment WHERE topic_id = ? AND viewpoint_key = ?"
            if self._database.row(sql, topic_id, guid_key(guid)):
                raise StillReferenced(f"a comment refers to viewpoint {guid}")
            self._database.run("DELETE FROM viewpoint WHERE id = ?", viewpoint_id)

    def _row(self, project_id: str, topic_guid: str, guid: str, column: str) -> sqlite3.Row:
        topic_id = self._topics.row_id(project_id, topic_guid)
        # the column is one of this module's own words
        sql = f"SELECT {column} FROM viewpoint WHERE topic_id = ? AND guid_key = ?"  # noqa: S608
        row = self._database.row(sql, topic_id, guid_key(guid))
        if row is None:
            raise Missing(f"there is no viewpoint {guid} in topic {topic_guid}")
        return row

    def _insert(self, project_id: str, topic_guid: str, guid: str, content: ViewpointContent) -> JsonObject:
        with self._database.writing():
            topic_id = self._topics.row_id(project_id, topic_guid)
            sql = "SELECT 1 FROM viewpoint WHERE project_id = ? AND guid_key = ?"
            if self._database.row(sql, project_id, guid_key(guid)):
                raise Taken(f"guid: the project has a viewpoint {guid} already")
            bitmaps = [(self._new_guid(), bitmap) for bitmap in content.bitmaps or ()]
            viewpoint = {"guid": guid, **_with_aspect_ratio(content)}
            if content.bitmaps is not None:
                viewpoint["bitmaps"] = [{"guid": minted, **bitmap.members} for minted, bitmap in bitmaps]
            viewpoint_id = self._database.run(
                "INSERT INTO viewpoint (project_id, topic_id, guid_key, body, components, snapshot_blob)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                project_id,
                topic_id,
                guid_key(guid),
                json.dumps(viewpoint),
                None if content.components is None else json.dumps(content.components),
                None if content.snapshot is None else self._blobs.add(content.snapshot),
            )
            for minted, bitmap in bitmaps:
                sql = "INSERT INTO bitmap VALUES (?, ?, ?)"
                self._database.run(sql, viewpoint_id, guid_key(minted), self._blobs.add(bitmap.data))
            return viewpoint


def _with_aspect_ratio(content: ViewpointContent) -> JsonObject:
    # BCF-API 3.0 promises an aspect ratio, 2.1 has none: take the snapshot's, else a square
    ratio = pictures.aspect_ratio(content.snapshot or b"") or 1.0
    members = dict(content.members)
    for camera in CAMERAS:
        if members.get(camera):
            members[camera] = {"aspect_ratio": ratio, **members[camera]}
    return members
