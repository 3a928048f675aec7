"""Projects and their extensions.

Owns: the table ``project``. Sees: the database. Governed by: BCF-API 3.0, Projects.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bcfsync.server.refusals import Missing, Taken
from bcfsync.server.store.database import Database, JsonObject, Moment

EXTENSION_MEMBERS = ("topic_type", "topic_status", "topic_label", "snippet_type", "priority", "users", "stage")

DEMO_EXTENSIONS: Mapping[str, Sequence[str]] = {
    "topic_type": ("Issue", "Request", "Remark", "Clash", "Error"),
    "topic_status": ("Open", "In Progress", "Resolved", "Closed"),
    "topic_label": ("Architecture", "Structure", "MEP", "Coordination"),
    "snippet_type": (".ifc", ".csv", ".json"),
    "priority": ("Low", "Normal", "High", "Critical"),
    "users": ("architect@example.com", "engineer@example.com", "coordinator@example.com"),
    "stage": ("Concept", "Design", "Tender", "Construction"),
}


@dataclass(frozen=True, slots=True)
class Changes:
    """How often something has changed, which only grows, and when last, in milliseconds since 1970."""

    count: int
    at: int


class Projects:
    """The projects of the server. Their extensions are offered, not enforced: the specification leaves that open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listing(self) -> list[JsonObject]:
        """All projects in the order they were made."""
        return [dict(row) for row in self._database.rows("SELECT project_id, name FROM project ORDER BY rowid")]

    def get(self, project_id: str) -> JsonObject:
        """One project.

        Raises:
            Missing: There is none with that id.
        """
        row = self._database.row("SELECT project_id, name FROM project WHERE project_id = ?", project_id)
        if row is None:
            raise Missing(f"there is no project '{project_id}'")
        return dict(row)

    def create(self, project_id: str, name: str) -> None:
        """Add a project with empty extensions.

        Raises:
            Taken: The id is in use.
        """
        with self._database.writing():
            if self._database.row("SELECT 1 FROM project WHERE project_id = ?", project_id):
                raise Taken(f"there is a project '{project_id}' already")
            self._database.run(
                "INSERT INTO project (project_id, name, extensions, topic_counter) VALUES (?, ?, ?, 0)",
                project_id,
                name,
                json.dumps({}),
            )

    def changes(self, project_id: str, moment: Moment | None = None) -> Changes:
        """How often and when anything below a project has changed: topics, their parts, documents.

        Raises:
            Missing: There is none with that id.
        """
        row = (moment or self._database).row("SELECT changes, changed FROM project WHERE project_id = ?", project_id)
        if row is None:
            raise Missing(f"there is no project '{project_id}'")
        return Changes(row["changes"], row["changed"])

    def all_changes(self) -> Changes:
        """The same of all projects."""
        row = self._database.row("SELECT sum(changes) + count(*), max(changed) FROM project")
        return Changes(row[0] or 0, row[1] or 0) if row else Changes(0, 0)

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name."""
        with self._database.writing():
            self.get(project_id)
            self._database.run("UPDATE project SET name = ? WHERE project_id = ?", name, project_id)

    def extensions(self, project_id: str) -> JsonObject:
        """The lists of a project under their BCF-API 3.0 names; a list nobody set is empty."""
        self.get(project_id)
        row = self._database.row("SELECT extensions FROM project WHERE project_id = ?", project_id)
        stored: JsonObject = json.loads(row["extensions"]) if row else {}
        return {member: stored.get(member) or [] for member in EXTENSION_MEMBERS}

    def set_extensions(self, project_id: str, extensions: Mapping[str, Sequence[str]]) -> None:
        """Replace the lists of a project."""
        kept = {member: list(extensions.get(member) or ()) for member in EXTENSION_MEMBERS}
        with self._database.writing():
            self.get(project_id)
            self._database.run("UPDATE project SET extensions = ? WHERE project_id = ?", json.dumps(kept), project_id)
