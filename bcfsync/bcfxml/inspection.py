"""What validation sees while the reader reads: each document once, as the tree the reader has parsed anyway.

Owns: the schemas' verdict about documents on their way, and what a topic's checks may ask of its markup.
Sees: schema, lines, model. Nothing is kept but findings and names, so memory does not grow with the archive.
"""

from collections.abc import Iterable
from typing import Protocol

from lxml import etree

from bcfsync.bcfxml import schema
from bcfsync.bcfxml.lines import Lines
from bcfsync.findings import Finding
from bcfsync.model import Extensions, Topic, Viewpoint

_EXPLAINED_BYTES = 300_000
_OF_TOPICS = {"markup", "visinfo"}


class Checks(Protocol):
    """Cross checks that are told of an archive as it is read."""

    def begins(self, version: str, extensions: Extensions | None) -> None:
        """The version and the value lists are known; topics follow."""
        ...

    def document(self, entry: str, lines: Lines) -> Iterable[Finding]:
        """A document that is neither a markup nor a viewpoint has been read."""
        ...

    def view(self, view: Viewpoint, entry: str, lines: Lines) -> Iterable[Finding]:
        """A viewpoint file has been read."""
        ...

    def topic(self, topic: Topic, entry: str, lines: Lines) -> Iterable[Finding]:
        """A topic has been read from this entry."""
        ...


class Inspection:
    """One pass over one archive: ``findings`` of schemas and checks, ``seen`` the entries that were judged.

    ``topics`` are the lines of the Topic elements by entry.
    """

    def __init__(self, checks: Checks) -> None:
        self.findings: list[Finding] = []
        self.seen: set[str] = set()
        self.topics: dict[str, int] = {}
        self._checks = checks
        self._explained = 0
        self._version: str | None = None
        # what is looked at to find out the version has to wait for its verdict
        self._waiting: list[tuple[str, etree._Element, bytes]] = []

    def document(self, entry: str, root: etree._Element, data: bytes) -> None:
        """A document has been parsed from these bytes."""
        if self._version is None:
            self._waiting.append((entry, root, data))
            return
        self.seen.add(entry)
        # explanations take seconds by the hundred; a thousandth document is wrong in the same way as the first
        found = schema.verdict(root, entry, self._version, data, explained=self._explained < _EXPLAINED_BYTES)
        self._explained += len(data) if found else 0
        self.findings.extend(found)
        if schema.schema_name(entry) not in _OF_TOPICS:
            self.findings.extend(self._checks.document(entry, Lines(root)))

    def begins(self, version: str, extensions: Extensions | None) -> None:
        """The version and the value lists are known."""
        self._version = version
        self._checks.begins(version, extensions)
        for entry, root, data in self._waiting:
            self.document(entry, root, data)
        self._waiting.clear()

    def view(self, view: Viewpoint, entry: str, root: etree._Element) -> None:
        """A viewpoint file has been read."""
        self.findings.extend(self._checks.view(view, entry, Lines(root)))

    def topic(self, topic: Topic, entry: str, lines: Lines) -> None:
        """A topic has been read."""
        self.topics[entry] = lines.first("Topic")
        self.findings.extend(self._checks.topic(topic, entry, lines))
