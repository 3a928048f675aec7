"""What counts as a difference: tolerances, members, and those a user does not want to hear of.

Owns: the names of the members that are compared, and what two spellings of one value have in common.
Sees: canonical, dates, guids. Rules: docs/diff.md; product facts: text trimmed with CRLF = LF, instants truncated to
seconds, empty = absent, guids without case, sets without order, else every re-save is a change.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from bcfsync.canonical import canonical
from bcfsync.dates import Timestamp
from bcfsync.diff.values import FieldChange, ListChange
from bcfsync.guids import guid_key

METRES, DEGREES = 0.001, 0.01
"""A millimetre and a hundredth of a degree: more than rounding does, less than a hand."""

TOPIC = (
    "title", "topic_type", "topic_status", "priority", "assigned_to", "due_date", "stage", "description",
    "server_assigned_id", "creation_date", "creation_author", "modified_date", "modified_author",
)  # fmt: skip
TOPIC_LISTS = ("labels", "reference_links", "related_topics")
COMMENT = (
    "comment", "author", "date", "modified_author", "modified_date", "viewpoint_guid", "reply_to_comment_guid",
    "status", "verbal_status",
)  # fmt: skip
FILE = ("filename", "date", "ifc_project", "ifc_spatial_structure_element", "reference", "is_external")
DOCUMENT_REFERENCE = ("document", "url", "description")
DOCUMENT = ("filename", "description")
BIM_SNIPPET = ("snippet_type", "reference", "reference_schema", "is_external")
PROJECT = ("name", "project_id")
EXTENSIONS = ("topic_type", "topic_status", "priority", "topic_label", "users", "snippet_type", "stage")
VIEWPOINT = ("camera", "selection", "coloring", "visibility", "lines", "clipping_planes", "bitmaps", "snapshot")
_PARTS = ("bim_snippet", "files", "document_references", "comments", "viewpoints")
_OF_KIND = {
    "archive": ("project", "extensions", "topics", "documents", "extras"),
    "project": PROJECT,
    "extensions": EXTENSIONS,
    "topic": (*TOPIC, *TOPIC_LISTS, *_PARTS),
    "bim_snippet": (*BIM_SNIPPET, "content"),
    "file": (*FILE, "content"),
    "document_reference": DOCUMENT_REFERENCE,
    "document": (*DOCUMENT, "content"),
    "comment": COMMENT,
    "viewpoint": VIEWPOINT,
}
IGNORABLE = frozenset(name for names in _OF_KIND.values() for name in names) | frozenset(
    f"{kind}.{name}" for kind, names in _OF_KIND.items() for name in names
)
"""Names of members that may be ignored: ``modified_date`` everywhere, ``comment.modified_date`` of comments only."""

_GUIDS = frozenset({"viewpoint_guid", "reply_to_comment_guid", "related_topics", "project_id"})
_WRITTEN = {
    "title": "Title",
    "topic_type": "TopicType",
    "topic_status": "TopicStatus",
    "creation_author": "CreationAuthor",
    "creation_date": "CreationDate",
    "author": "Author",
    "date": "Date",
    "snippet_type": "SnippetType",
    "reference_schema": "ReferenceSchema",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """How exact to be, and what to leave out.

    Attributes:
        metres: how far apart two places, and how different two view heights, may be.
        degrees: how far apart two directions, and how different two fields of view, may be.
        ignored: names of ``IGNORABLE``.
    """

    metres: float = METRES
    degrees: float = DEGREES
    ignored: frozenset[str] = frozenset()

    def skips(self, kind: str, name: str) -> bool:
        """Whether this member is not to be compared."""
        return name in self.ignored or f"{kind}.{name}" in self.ignored

    def field_changes(
        self, kind: str, names: Iterable[str], one: object, other: object, *, synthetic: Iterable[frozenset[str]] = ()
    ) -> tuple[FieldChange, ...]:
        """The members that say something else; either thing may be None, and then says nothing.

        Args:
            kind: what they are, as in ``IGNORABLE``.
            names: members to compare.
            one: that of A.
            other: that of B.
            synthetic: the invented members of each, where their holder knows them better.
        """
        invented = tuple(synthetic) or (_synthetic(one), _synthetic(other))
        found = []
        for name in names:
            if self.skips(kind, name):
                continue
            before, after = _member(one, name, invented[0]), _member(other, name, invented[1])
            if before != after and said(name, before) != said(name, after):
                found.append(FieldChange(name, written(before), written(after)))
        return tuple(found)

    def list_change(self, kind: str, name: str, one: Iterable[str], other: Iterable[str]) -> tuple[ListChange, ...]:
        """The words only one side has, sorted; nothing where both have the same."""
        if self.skips(kind, name):
            return ()
        a, b = _words(name, one), _words(name, other)
        if a.keys() == b.keys():
            return ()
        return (ListChange(name, _without(a, b), _without(b, a)),)


def said(name: str, value: object) -> str:
    """What a member says, as comparable text: the same for two spellings of one value, "" for nothing."""
    if isinstance(value, Timestamp):
        return value.instant.astimezone(UTC).replace(microsecond=0).isoformat()
    if isinstance(value, str):
        text = canonical(value.strip()) or ""
        return guid_key(str(text)) if name in _GUIDS else str(text)
    plain = canonical(value)
    return "" if plain is None else json.dumps(plain, sort_keys=True)


def written(value: object) -> str | None:
    """A member as its archive wrote it, for people: a due date keeps its zone; blank is None."""
    if value is None:
        return None
    if isinstance(value, Timestamp):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    return text or None


def _member(thing: object, name: str, invented: frozenset[str]) -> object:
    return None if _WRITTEN.get(name) in invented else getattr(thing, name, None)


def _synthetic(thing: object) -> frozenset[str]:
    found = getattr(thing, "synthetic", None)
    return found if isinstance(found, frozenset) else frozenset()


def _words(name: str, words: Iterable[str]) -> dict[str, str]:
    found = ((said(name, word), word.strip()) for word in words)
    return {key: word for key, word in found if key}


def _without(some: dict[str, str], others: dict[str, str]) -> tuple[str, ...]:
    return tuple(some[key] for key in sorted(some.keys() - others.keys()))
