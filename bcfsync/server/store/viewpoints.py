"""Viewpoints of a topic: immutable once made, but for 1.0, and for one vendor.

Owns: the tables ``viewpoint`` and ``bitmap``. Sees: the database, topics. Governed by: BCF-API 3.0, Viewpoints; BCF-API
1.0, where pictures and components come after the viewpoint. A bitmap whose bytes are not there yet is ``pending``.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from bcfsync.server import pictures
from bcfsync.server.refusals import Missing, StillReferenced, Taken
from bcfsync.server.store.blobs import Blob, Blobs, Data
from bcfsync.server.store.database import Database, JsonObject, guid_key
from bcfsync.server.store.topics import Topics

CAMERAS = ("orthogonal_camera", "perspective_camera")


_SUPPOSED = 1.0
"""The aspect ratio of a camera of which nobody said it: a square's."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes to be stored, and what they are: ``png``, ``jpg`` or, for bitmaps alone, ``bmp``."""

    kind: str
    data: Data
    aspect_ratio: float | None


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A picture in the model: its members without the data, and the data, or None if that comes later."""

    members: JsonObject
    data: bytes | None


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

    def changes(self, project_id: str, topic_guid: str) -> list[tuple[int, int]]:
        """Which rows the viewpoints of a topic are, and how often each has changed with what belongs to it.

        One that is deleted and made again under its guid is another row.
        """
        topic_id = self._topics.row_id(project_id, topic_guid)
        rows = self._database.rows("SELECT id, changes FROM viewpoint WHERE topic_id = ? ORDER BY id", topic_id)
        return [(row["id"], row["changes"]) for row in rows]

    def get(self, project_id: str, topic_guid: str, guid: str) -> JsonObject:
        """One viewpoint, without components and picture data."""
        viewpoint: JsonObject = json.loads(self._row(project_id, topic_guid, guid, "body")["body"])
        return viewpoint

    def maker(self, project_id: str, topic_guid: str, guid: str) -> str:
        """Who made a viewpoint; nobody, when it came with an archive."""
        made_by: str = self._row(project_id, topic_guid, guid, "made_by")["made_by"]
        return made_by

    def makers(self, project_id: str, topic_guid: str) -> list[str]:
        """The same of all viewpoints of a topic, in the order of the listing."""
        topic_id = self._topics.row_id(project_id, topic_guid)
        rows = self._database.rows("SELECT made_by FROM viewpoint WHERE topic_id = ? ORDER BY id", topic_id)
        return [row["made_by"] for row in rows]

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
            viewpoint = self._insert(project_id, topic_guid, guid or self._new_guid(), content, author)
            self._topics.touch(project_id, topic_guid, author)
            return viewpoint

    def seed(self, project_id: str, topic_guid: str, guid: str, content: ViewpointContent) -> None:
        """Add a viewpoint that has its own guid; the topic's dates stay."""
        self._insert(project_id, topic_guid, guid, content, "")

    def replace(
        self, project_id: str, topic_guid: str, guid: str, content: ViewpointContent, author: str
    ) -> JsonObject:
        """Put new content into a viewpoint where a server lets clients do that, and note it in the topic.

        The guid and the bitmaps stay.
        """
        with self._database.writing():
            old = self.get(project_id, topic_guid, guid)
            kept: JsonObject = {name: old[name] for name in ("guid", "bitmaps") if name in old}
            viewpoint = {**_with_aspect_ratio(content), **kept}
            self._database.run(
                "UPDATE viewpoint SET body = ?, components = ?, snapshot_blob = ? WHERE id = ?",
                json.dumps(viewpoint),
                None if content.components is None else json.dumps(content.components),
                None if content.snapshot is None else self._blobs.add(content.snapshot),
                self._row(project_id, topic_guid, guid, "id")["id"],
            )
            self._topics.touch(project_id, topic_guid, author)
            return viewpoint

    def places(self, guid: str) -> list[tuple[str, str]]:
        """In which projects and topics there is a viewpoint of this guid."""
        return self._topics.places_of("viewpoint", guid)

    def revise(self, project_id: str, topic_guid: str, guid: str, members: JsonObject, author: str) -> JsonObject:
        """Put new members into a viewpoint, and note it in the topic; snapshot and components stay.

        Args:
            project_id: Where it is.
            topic_guid: Where it is.
            guid: Which one it is.
            members: All of them but the guid. A bitmap without a guid is a new one, pending; the bytes of those that
                are left out go.
            author: Who does it.
        """
        with self._database.writing():
            old = self.get(project_id, topic_guid, guid)
            row_id: int = self._row(project_id, topic_guid, guid, "id")["id"]
            viewpoint: JsonObject = {"guid": old["guid"], **_with_aspect_ratio(ViewpointContent(members))}
            if "bitmaps" in members:
                viewpoint["bitmaps"] = [
                    bitmap if "guid" in bitmap else _named(self._new_guid(), Bitmap(bitmap, None))
                    for bitmap in members["bitmaps"]
                ]
            self._database.run("UPDATE viewpoint SET body = ? WHERE id = ?", json.dumps(viewpoint), row_id)
            for gone in _guids(old) - _guids(viewpoint):
                self._database.run("DELETE FROM bitmap WHERE viewpoint_id = ? AND guid_key = ?", row_id, gone)
            self._topics.touch(project_id, topic_guid, author)
            return viewpoint

    def set_snapshot(self, project_id: str, topic_guid: str, guid: str, picture: Picture, author: str) -> Blob:
        """Put another snapshot into a viewpoint, and note it in the topic.

        Cameras for which nobody said an aspect ratio take the first snapshot's.
        """
        with self._database.writing():
            viewpoint, row = self.get(project_id, topic_guid, guid), self._row(project_id, topic_guid, guid, "id")
            for camera in CAMERAS:
                if "snapshot" not in viewpoint and viewpoint.get(camera, {}).get("aspect_ratio") == _SUPPOSED:
                    viewpoint[camera]["aspect_ratio"] = picture.aspect_ratio or _SUPPOSED
            viewpoint["snapshot"] = {"snapshot_type": picture.kind}
            blob_id, sql = (
                self._blobs.add(picture.data),
                "UPDATE viewpoint SET body = ?, snapshot_blob = ? WHERE id = ?",
            )
            self._database.run(sql, json.dumps(viewpoint), blob_id, row["id"])
            self._topics.touch(project_id, topic_guid, author)
            return self._blobs.get(blob_id)

    def set_bitmap(
        self, project_id: str, topic_guid: str, guid: str, bitmap_guid: str, *, picture: Picture, author: str
    ) -> Blob:
        """Put the bytes of a bitmap into a viewpoint, and note it in the topic.

        Raises:
            Missing: There is no such bitmap in it.
        """
        with self._database.writing():
            viewpoint, row = self.get(project_id, topic_guid, guid), self._row(project_id, topic_guid, guid, "id")
            bitmaps = viewpoint.get("bitmaps") or ()
            found = next((one for one in bitmaps if guid_key(one["guid"]) == guid_key(bitmap_guid)), None)
            if found is None:
                raise Missing(f"viewpoint {guid} has no bitmap {bitmap_guid}")
            found.pop("pending", None)
            found["bitmap_type"] = picture.kind
            self._database.run("UPDATE viewpoint SET body = ? WHERE id = ?", json.dumps(viewpoint), row["id"])
            self._set_bitmap(row["id"], bitmap_guid, picture.data)
            self._topics.touch(project_id, topic_guid, author)
            return self.bitmap(project_id, topic_guid, guid, bitmap_guid)

    def set_components(
        self, project_id: str, topic_guid: str, guid: str, components: JsonObject | None, author: str
    ) -> None:
        """Put other components into a viewpoint, and note it in the topic."""
        with self._database.writing():
            self._database.run(
                "UPDATE viewpoint SET components = ? WHERE id = ?",
                None if components is None else json.dumps(components),
                self._row(project_id, topic_guid, guid, "id")["id"],
            )
            self._topics.touch(project_id, topic_guid, author)

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

    def _set_bitmap(self, viewpoint_id: int, guid: str, data: Data) -> None:
        # no REPLACE: it would not pull the trigger that takes the old bytes away
        sql = (
            "INSERT INTO bitmap (viewpoint_id, guid_key, data_blob) VALUES (?, ?, ?)"
            " ON CONFLICT (viewpoint_id, guid_key) DO UPDATE SET data_blob = excluded.data_blob"
        )
        self._database.run(sql, viewpoint_id, guid_key(guid), self._blobs.add(data))

    def _row(self, project_id: str, topic_guid: str, guid: str, column: str) -> sqlite3.Row:
        topic_id = self._topics.row_id(project_id, topic_guid)
        # the column is one of this module's own words
        sql = f"SELECT {column} FROM viewpoint WHERE topic_id = ? AND guid_key = ?"  # noqa: S608
        row = self._database.row(sql, topic_id, guid_key(guid))
        if row is None:
            raise Missing(f"there is no viewpoint {guid} in topic {topic_guid}")
        return row

    def _insert(
        self, project_id: str, topic_guid: str, guid: str, content: ViewpointContent, author: str
    ) -> JsonObject:
        with self._database.writing():
            topic_id = self._topics.row_id(project_id, topic_guid)
            sql = "SELECT 1 FROM viewpoint WHERE project_id = ? AND guid_key = ?"
            if self._database.row(sql, project_id, guid_key(guid)):
                raise Taken(f"guid: the project has a viewpoint {guid} already")
            bitmaps = [(self._new_guid(), bitmap) for bitmap in content.bitmaps or ()]
            viewpoint = {"guid": guid, **_with_aspect_ratio(content)}
            if content.bitmaps is not None:
                viewpoint["bitmaps"] = [_named(minted, bitmap) for minted, bitmap in bitmaps]
            viewpoint_id = self._database.run(
                "INSERT INTO viewpoint (project_id, topic_id, guid_key, body, components, snapshot_blob,"
                " made_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                project_id,
                topic_id,
                guid_key(guid),
                json.dumps(viewpoint),
                None if content.components is None else json.dumps(content.components),
                None if content.snapshot is None else self._blobs.add(content.snapshot),
                author,
            )
            for minted, bitmap in bitmaps:
                if bitmap.data is not None:
                    self._set_bitmap(viewpoint_id, minted, bitmap.data)
            return viewpoint


def _with_aspect_ratio(content: ViewpointContent) -> JsonObject:
    # BCF-API 3.0 promises an aspect ratio, 2.1 has none: take the snapshot's, else a square
    ratio = pictures.aspect_ratio(content.snapshot or b"") or _SUPPOSED
    members = dict(content.members)
    for camera in CAMERAS:
        if members.get(camera):
            members[camera] = {"aspect_ratio": ratio, **members[camera]}
    return members


def _named(guid: str, bitmap: Bitmap) -> JsonObject:
    return {"guid": guid, **bitmap.members, **({"pending": True} if bitmap.data is None else {})}


def _guids(viewpoint: JsonObject) -> set[str]:
    return {guid_key(bitmap["guid"]) for bitmap in viewpoint.get("bitmaps") or ()}
