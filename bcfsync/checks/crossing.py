"""All cross checks of one archive, told of it piece by piece while it is read.

Owns: the order of the checks, and what takes more than one topic to see. Sees: the checks beside it, model, findings.
What is remembered of a topic are keys and lines, never the topic: memory grows by a few hundred bytes a topic.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from bcfsync import findings as f
from bcfsync.bcfxml.lines import Lines
from bcfsync.checks.lists import Lists
from bcfsync.checks.topics import topic_checks
from bcfsync.checks.views import topic_view_checks, view_checks
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Extensions, Topic, Viewpoint


@dataclass(frozen=True, slots=True)
class _Link:
    """A guid that has to be looked for when everything has been read, and where it was written."""

    guid: str
    entry: str
    line: int


class CrossChecks:
    """The checks of one archive; ``ends`` tells what could not be known before."""

    def __init__(self) -> None:
        self._version = ""
        self._lists: Lists | None = None
        self._topics: set[str] = set()
        self._owners: dict[str, str] = {}
        self._indexes: dict[int, str] = {}
        self._server_ids: dict[str, str] = {}
        self._related: list[_Link] = []
        self._documents: list[_Link] = []

    def begins(self, version: str, extensions: Extensions | None) -> None:
        """The version and the value lists are known; documents and topics follow."""
        self._version = version
        self._lists = Lists(extensions) if extensions else None

    def document(self, entry: str, lines: Lines) -> Iterator[Finding]:
        """A document at the root has been read."""
        name = posixpath.basename(entry).lower()
        if self._lists and (name in {"extensions.xml", "bcf.extensions"} or name.endswith(".xsd")):
            yield from self._lists.repeats(entry, lines)

    def view(self, view: Viewpoint, entry: str, lines: Lines) -> Iterator[Finding]:
        """A viewpoint file has been read."""
        return view_checks(view, entry, lines)

    def topic(self, topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
        """A topic has been read."""
        yield from topic_checks(topic, self._version, entry, lines)
        yield from topic_view_checks(topic, self._version, entry, lines)
        if self._lists:
            yield from self._lists.checks(topic, entry, lines)
        yield from self._beside_others(topic, entry, lines)
        yield from _indexes_of_views(topic, entry)
        yield from self._links(topic, entry, lines)

    def ends(self, bcf: Bcf) -> Iterator[Finding]:
        """Everything has been read."""
        for link in self._related:
            if guid_key(link.guid) not in self._topics:
                yield Finding(f.RELATED_MISSING, link.entry, link.guid, link.line)
        listed = {guid_key(document.guid) for document in bcf.documents}
        for link in self._documents:
            if guid_key(link.guid) not in listed:
                yield Finding(f.DOCUMENT_UNLISTED, link.entry, link.guid, link.line)

    def _beside_others(self, topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
        named: list[tuple[str, tuple[str, ...]]] = [(comment.guid, ("Comment",)) for comment in topic.comments]
        named += [(view.guid, ("Viewpoints", "ViewPoint")) for view in topic.viewpoints]
        for guid, elements in named:
            other = self._owners.setdefault(guid_key(guid), entry)
            if other != entry:
                yield Finding(f.GUID_ELSEWHERE, entry, f"{guid}, also in {other}", lines.of(guid, *elements))
        if topic.index is not None and (other := self._indexes.setdefault(topic.index, entry)) != entry:
            line = lines.of(str(topic.index), "Index")
            yield Finding(f.INDEX_TWICE, entry, f"topic index {topic.index}, also in {other}", line)
        number = topic.server_assigned_id
        if number and (other := self._server_ids.setdefault(number, entry)) != entry:
            yield Finding(f.SERVER_ID_TWICE, entry, f"{number}, also in {other}", lines.of(number, "Topic"))

    def _links(self, topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
        key = guid_key(topic.guid)
        self._topics.add(key)
        for guid in topic.related_topics:
            line = lines.of(guid, "RelatedTopic", "RelatedTopics")
            if guid_key(guid) == key:
                yield Finding(f.SELF_RELATED, entry, guid, line)
            self._related.append(_Link(guid, entry, line))
        for reference in topic.document_references:
            if reference.document_guid and not reference.path:
                line = lines.of(reference.document_guid, "DocumentGuid")
                self._documents.append(_Link(reference.document_guid, entry, line))


def _indexes_of_views(topic: Topic, entry: str) -> Iterator[Finding]:
    seen: set[int] = set()
    for view in topic.viewpoints:
        if view.index is not None and view.index in seen:
            yield Finding(f.INDEX_TWICE, entry, f"viewpoint index {view.index}")
        elif view.index is not None:
            seen.add(view.index)
