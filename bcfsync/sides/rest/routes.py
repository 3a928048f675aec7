"""The addresses of one project on a BCF server: the only place that knows URLs.

Owns: paths. Sees: guids. Source: BCF-API 2.1 and 3.0, section 4.
"""

from dataclasses import dataclass
from urllib.parse import quote

from bcfsync.guids import is_guid


@dataclass(frozen=True, slots=True)
class Routes:
    """Paths below a versioned base such as ``https://host/bcf/3.0`` for one project."""

    base: str
    project_id: str
    small: bool = False
    """Whether guids in paths have to be in small letters (OpenProject)."""

    @property
    def projects(self) -> str:
        """All projects."""
        return f"{self.base}/projects"

    @property
    def project(self) -> str:
        """The project."""
        return f"{self.projects}/{_id(self.project_id)}"

    @property
    def extensions(self) -> str:
        """Its value lists."""
        return f"{self.project}/extensions"

    @property
    def topics(self) -> str:
        """Its topics."""
        return f"{self.project}/topics"

    @property
    def documents(self) -> str:
        """Its documents."""
        return f"{self.project}/documents"

    def document(self, guid: str) -> str:
        """The bytes of a document."""
        return f"{self.documents}/{self._guid(guid)}"

    def topic(self, guid: str) -> str:
        """One topic."""
        return f"{self.topics}/{self._guid(guid)}"

    def part(self, topic: str, name: str) -> str:
        """A sub-resource of a topic: comments, viewpoints, files, related_topics, document_references, snippet."""
        return f"{self.topic(topic)}/{name}"

    def child(self, topic: str, name: str, guid: str) -> str:
        """One comment, viewpoint or document reference of a topic."""
        return f"{self.part(topic, name)}/{self._guid(guid)}"

    def view_part(self, topic: str, viewpoint: str, name: str) -> str:
        """A sub-resource of a viewpoint: snapshot, selection, coloring, visibility."""
        return f"{self.child(topic, 'viewpoints', viewpoint)}/{name}"

    def bitmap(self, topic: str, viewpoint: str, guid: str) -> str:
        """The bytes of a bitmap."""
        return f"{self.child(topic, 'viewpoints', viewpoint)}/bitmaps/{self._guid(guid)}"

    def _guid(self, text: str) -> str:
        return _id(text.lower() if self.small and is_guid(text) else text)


def _id(text: str) -> str:
    """An id as one path segment, whatever it holds: ids are opaque."""
    return quote(text, safe="")
