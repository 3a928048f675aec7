"""Documents of a project and the topics' references to documents and web addresses.

Owns: the tables ``document`` and ``document_reference``. Sees: the database, projects, topics.
Governed by: BCF-API 3.0, Documents and Document References (neither can be deleted).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bcfsync.server.refusals import Malformed, Missing, Taken
from bcfsync.server.store.blobs import Blob, Blobs, Data
from bcfsync.server.store.database import Database, JsonObject, guid_key
from bcfsync.server.store.projects import Projects
from bcfsync.server.store.topics import Topics

_REFERENCE_MEMBERS = ("document_guid", "url", "description")


@dataclass(frozen=True, slots=True)
class Document:
    """A document; its bytes are a blob."""

    guid: str
    filename: str
    blob: Blob


class Documents:
    """The documents of all projects."""

    def __init__(self, database: Database, projects: Projects, blobs: Blobs, new_guid: Callable[[], str]) -> None:
        self._database = database
        self._projects = projects
        self._blobs = blobs
        self._new_guid = new_guid

    def listing(self, project_id: str) -> list[JsonObject]:
        """Guid and filename of each document of a project."""
        self._projects.get(project_id)
        sql = "SELECT guid, filename FROM document WHERE project_id = ? ORDER BY id"
        return [dict(row) for row in self._database.rows(sql, project_id)]

    def get(self, project_id: str, guid: str) -> Document:
        """One document.

        Raises:
            Missing: The project has no such document.
        """
        self._projects.get(project_id)
        sql = "SELECT guid, filename, data_blob FROM document WHERE project_id = ? AND guid_key = ?"
        row = self._database.row(sql, project_id, guid_key(guid))
        if row is None:
            raise Missing(f"there is no document {guid} in project '{project_id}'")
        return Document(row["guid"], row["filename"], self._blobs.get(row["data_blob"]))

    def projects_with(self, guid: str) -> list[str]:
        """The projects that have a document of this guid."""
        # the index begins with the project
        sql = "SELECT project_id FROM document WHERE guid_key = ? AND project_id IN (SELECT project_id FROM project)"
        return [row["project_id"] for row in self._database.rows(sql, guid_key(guid))]

    def exists(self, project_id: str, guid: str) -> bool:
        """Whether the project has this document."""
        sql = "SELECT 1 FROM document WHERE project_id = ? AND guid_key = ?"
        return self._database.row(sql, project_id, guid_key(guid)) is not None

    def create(self, project_id: str, filename: str, data: Data, guid: str | None = None) -> JsonObject:
        """Add a document.

        Raises:
            Taken: The wanted guid is in use in this project.
        """
        with self._database.writing():
            self._projects.get(project_id)
            guid = guid or self._new_guid()
            if self.exists(project_id, guid):
                raise Taken(f"guid: the project has a document {guid} already")
            self._database.run(
                "INSERT INTO document (project_id, guid_key, guid, filename, data_blob) VALUES (?, ?, ?, ?, ?)",
                project_id,
                guid_key(guid),
                guid,
                filename,
                self._blobs.add(data),
            )
            return {"guid": guid, "filename": filename}


class DocumentReferences:
    """The document references of all topics."""

    def __init__(self, database: Database, topics: Topics, documents: Documents, new_guid: Callable[[], str]) -> None:
        self._database = database
        self._topics = topics
        self._documents = documents
        self._new_guid = new_guid

    def listing(self, project_id: str, topic_guid: str) -> list[JsonObject]:
        """The references of a topic in the order they were made."""
        topic_id = self._topics.row_id(project_id, topic_guid)
        rows = self._database.rows("SELECT body FROM document_reference WHERE topic_id = ? ORDER BY id", topic_id)
        return [json.loads(row["body"]) for row in rows]

    def get(self, project_id: str, topic_guid: str, guid: str) -> JsonObject:
        """One reference.

        Raises:
            Missing: The topic has no such reference.
        """
        topic_id = self._topics.row_id(project_id, topic_guid)
        sql = "SELECT body FROM document_reference WHERE topic_id = ? AND guid_key = ?"
        row = self._database.row(sql, topic_id, guid_key(guid))
        if row is None:
            raise Missing(f"there is no document reference {guid} in topic {topic_guid}")
        reference: JsonObject = json.loads(row["body"])
        return reference

    def create(self, project_id: str, topic_guid: str, body: JsonObject, guid: str | None = None) -> JsonObject:
        """Add a reference.

        Raises:
            Malformed: The document does not exist in this project.
            Taken: The wanted guid is in use in this project.
        """
        with self._database.writing():
            self._topics.row_id(project_id, topic_guid)
            self._need_document(project_id, body.get("document_guid"))
            return self._insert(project_id, topic_guid, guid or self._new_guid(), body)

    def seed(self, project_id: str, topic_guid: str, reference: JsonObject) -> None:
        """Add a reference that may have its own guid; its document need not exist."""
        kept = {name: reference[name] for name in _REFERENCE_MEMBERS if reference.get(name) is not None}
        self._insert(project_id, topic_guid, reference.get("guid") or self._new_guid(), kept)

    def replace(self, project_id: str, topic_guid: str, guid: str, body: JsonObject) -> JsonObject:
        """Put new content into a reference.

        Raises:
            Malformed: The document does not exist in this project. One that was gone before may stay.
        """
        with self._database.writing():
            old = self.get(project_id, topic_guid, guid)
            if body.get("document_guid") != old.get("document_guid"):
                self._need_document(project_id, body.get("document_guid"))
            reference = {"guid": old["guid"], **body}
            sql = "UPDATE document_reference SET body = ? WHERE project_id = ? AND guid_key = ?"
            self._database.run(sql, json.dumps(reference), project_id, guid_key(guid))
            return reference

    def replace_all(self, project_id: str, topic_guid: str, references: Sequence[JsonObject]) -> list[JsonObject]:
        """Put a whole list in place of the topic's references; one without a guid gets a fresh one."""
        with self._database.writing():
            topic_id = self._topics.row_id(project_id, topic_guid)
            self._database.run("DELETE FROM document_reference WHERE topic_id = ?", topic_id)
            for reference in references:
                content = {name: value for name, value in reference.items() if name != "guid"}
                self._insert(project_id, topic_guid, reference.get("guid") or self._new_guid(), content)
            return self.listing(project_id, topic_guid)

    def _need_document(self, project_id: str, document_guid: str | None) -> None:
        if document_guid is not None and not self._documents.exists(project_id, document_guid):
            raise Malformed(f"document_guid: there is no document {document_guid} in this project")

    def _insert(self, project_id: str, topic_guid: str, guid: str, body: JsonObject) -> JsonObject:
        with self._database.writing():
            topic_id = self._topics.row_id(project_id, topic_guid)
            sql = "SELECT 1 FROM document_reference WHERE project_id = ? AND guid_key = ?"
            if self._database.row(sql, project_id, guid_key(guid)):
                raise Taken(f"guid: the project has a document reference {guid} already")
            reference = {"guid": guid, **body}
            self._database.run(
                "INSERT INTO document_reference (project_id, topic_id, guid_key, body) VALUES (?, ?, ?, ?)",
                project_id,
                topic_id,
                guid_key(guid),
                json.dumps(reference),
            )
            return reference
