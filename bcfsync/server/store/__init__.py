"""The server's data: one store behind every version of the API.

Owns: the data folder, and the interface through which archives are seeded. Sees: the tables of each resource.
Governed by: BCF-API 3.0, whose member names the stored objects have.
"""

import base64
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bcfsync.server.store.blobs import Blobs
from bcfsync.server.store.comments import Comments
from bcfsync.server.store.credentials import Credentials
from bcfsync.server.store.database import Database, JsonObject, Moment
from bcfsync.server.store.documents import DocumentReferences, Documents
from bcfsync.server.store.events import Events
from bcfsync.server.store.files import Files
from bcfsync.server.store.projects import DEMO_EXTENSIONS, Projects
from bcfsync.server.store.topics import Topics
from bcfsync.server.store.viewpoints import CAMERAS, Bitmap, ViewpointContent, Viewpoints

DEMO_PROJECT = "demo"

_VIEWPOINT_MEMBERS = ("index", *CAMERAS, "lines", "clipping_planes")


def utc_now() -> datetime:
    """The time, for servers that run in earnest."""
    return datetime.now(UTC)


def random_guid() -> str:
    """A fresh guid, for servers that run in earnest."""
    return str(uuid.uuid4())


class ServerStore:
    """Everything the server knows, kept in ``data_dir/bcf.db``.

    A fresh folder holds one empty project, ``demo``. Its extensions are an offer: the specification leaves open whether
    a server enforces them, this one does not. All methods may be called from any thread.

    Args:
        data_dir: The folder; it is made when missing.
        clock: Where the server's dates come from; must know its time zone.
        new_guid: Where the server's guids come from.
        wall: What time it is, for Last-Modified; the clock may be a wrong one on purpose.

    Raises:
        DataFolderUnusable: The folder cannot be opened or holds data of another schema version.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        new_guid: Callable[[], str] = random_guid,
        wall: Callable[[], datetime] = utc_now,
    ) -> None:
        self.clock, self.wall, self.new_guid = clock, wall, new_guid
        self._database = Database(Path(data_dir), wall)
        self.blobs = Blobs(self._database)
        self.projects = Projects(self._database)
        self.events = Events(self._database)
        self.topics = Topics(self._database, self.projects, self.blobs, self.events, clock=clock, new_guid=new_guid)
        self.files = Files(self._database, self.projects)
        self.comments = Comments(self._database, self.topics, self.events, clock, new_guid)
        self.viewpoints = Viewpoints(self._database, self.topics, self.blobs, new_guid)
        self.documents = Documents(self._database, self.projects, self.blobs, new_guid)
        self.document_references = DocumentReferences(self._database, self.topics, self.documents, new_guid)
        self.credentials = Credentials(self._database, wall)
        self.instance = self._kept("instance", random_guid)
        with self.writing():
            if not self.projects.listing():
                self.create_project(DEMO_PROJECT, "Demo project")
                self.set_extensions(DEMO_PROJECT, DEMO_EXTENSIONS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the data folder."""
        self._database.close()

    @property
    def database(self) -> Database:
        """The tables, for what only one vendor's dialect keeps."""
        return self._database

    def moment(self) -> Moment:
        """The data as it is now, to be read at leisure while others write; close it."""
        return self._database.moment()

    def _kept(self, name: str, fresh: Callable[[], str]) -> str:
        with self.writing():
            row = self._database.row("SELECT value FROM kept WHERE name = ?", name)
            if row is None:
                self._database.run("INSERT INTO kept VALUES (?, ?)", name, fresh())
                return self._kept(name, fresh)
            value: str = row["value"]
            return value

    def writing(self) -> AbstractContextManager[None]:
        """One transaction over several calls, closed to other threads: all of it is kept, or none."""
        return self._database.writing()

    def still(self) -> AbstractContextManager[None]:
        """Nobody writes meanwhile: for a few reads that must fit each other."""
        return self._database.still()

    def create_project(self, project_id: str, name: str) -> None:
        """Add an empty project.

        Raises:
            Taken: The id is in use.
        """
        self.projects.create(project_id, name)

    def set_extensions(self, project_id: str, extensions: Mapping[str, Sequence[str]]) -> None:
        """Replace the extensions of a project, given under their BCF-API 3.0 names."""
        self.projects.set_extensions(project_id, extensions)

    def seed_topic(
        self, project_id: str, topic_json: JsonObject, files: Sequence[JsonObject], related_topics: Sequence[str]
    ) -> None:
        """Add a topic as an archive holds it: guid, authors and dates stay as they are.

        A ``server_assigned_id`` is kept unless the project has given it to another topic.

        Raises:
            Taken: The project has a topic with this guid.
        """
        self.topics.seed(project_id, topic_json, files, related_topics)

    def seed_comment(self, project_id: str, topic_guid: str, comment_json: JsonObject) -> None:
        """Add a comment as an archive holds it, ``reply_to_comment_guid`` included.

        Raises:
            Taken: The project has a comment with this guid.
        """
        self.comments.seed(project_id, topic_guid, comment_json)

    def seed_viewpoint(self, project_id: str, topic_guid: str, viewpoint_json: JsonObject) -> None:
        """Add a viewpoint in the shape of a POST body, with its guid and with pictures as base64.

        Raises:
            Taken: The project has a viewpoint with this guid.
        """
        self.viewpoints.seed(project_id, topic_guid, viewpoint_json["guid"], _seeded_content(viewpoint_json))

    def seed_document(self, project_id: str, guid: str, filename: str, data: bytes) -> None:
        """Add a document under its own guid.

        Raises:
            Taken: The project has a document with this guid.
        """
        self.documents.create(project_id, filename, data, guid)

    def seed_document_reference(self, project_id: str, topic_guid: str, reference_json: JsonObject) -> None:
        """Add a document reference; without a guid it gets one.

        Raises:
            Taken: The project has a document reference with this guid.
        """
        self.document_references.seed(project_id, topic_guid, reference_json)

    def seed_snippet(self, project_id: str, topic_guid: str, data: bytes) -> None:
        """Add the bytes of a topic's internal snippet.

        Raises:
            Malformed: The topic has no internal snippet.
        """
        self.topics.set_snippet(project_id, topic_guid, data)


def _seeded_content(viewpoint: JsonObject) -> ViewpointContent:
    members = {name: viewpoint[name] for name in _VIEWPOINT_MEMBERS if viewpoint.get(name) is not None}
    snapshot, bitmaps = viewpoint.get("snapshot"), viewpoint.get("bitmaps")
    if snapshot is not None:
        members["snapshot"] = {"snapshot_type": snapshot["snapshot_type"]}
    return ViewpointContent(
        members=members,
        components=viewpoint.get("components"),
        snapshot=None if snapshot is None else base64.b64decode(snapshot["snapshot_data"]),
        bitmaps=None if bitmaps is None else tuple(_seeded_bitmap(bitmap) for bitmap in bitmaps),
    )


def _seeded_bitmap(bitmap: JsonObject) -> Bitmap:
    members = {name: value for name, value in bitmap.items() if name not in {"guid", "bitmap_data"}}
    return Bitmap(members, base64.b64decode(bitmap["bitmap_data"]))
