"""The words of a project in its files and on its server: which value of one stands for which of the other.

Owns: the table of words, both ways. Sees: model, marks. Rules: docs/values.md. Several words of the files may stand for
one value of the server; on the way back a topic keeps its own word as long as that word says what the server says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bcfsync.changes import ProjectInfo
from bcfsync.marks import is_mark
from bcfsync.model import Extensions, Topic

ANY = "*"
"""Stands in a table for every word that has no row of its own and that the server does not offer."""

LISTS: Mapping[str, str] = {
    "topic_type": "topic_type",
    "topic_status": "topic_status",
    "priority": "priority",
    "stage": "stage",
    "assigned_to": "users",
    "labels": "topic_label",
    "bim_snippet": "snippet_type",
}
"""Members of a topic that a server has lists for, and the list of each."""

NAMES: Mapping[str, str] = {
    "topic_type": "type",
    "topic_status": "status",
    "priority": "priority",
    "stage": "stage",
    "assigned_to": "user",
    "labels": "label",
    "bim_snippet": "snippet",
}
"""What people call these members, and the tables of the configuration are called."""


def offered(lists: Extensions | None, member: str) -> tuple[str, ...]:
    """The values a server offers for a member; none where it says nothing, and then it takes whatever comes.

    The standard makes a difference between no list and an empty one. Servers make none: whoever never set lists up
    sends empty ones, and checks values only against lists that hold any.
    """
    found: tuple[str, ...] | None = getattr(lists, LISTS[member]) if lists is not None else None
    return found or ()


def said_in(topic: Topic, member: str) -> tuple[str, ...]:
    """The words a topic has in a member; blank ones are none."""
    if member == "bim_snippet":
        found = (topic.bim_snippet.snippet_type,) if topic.bim_snippet else ()
    else:
        value = getattr(topic, member)
        found = value if isinstance(value, tuple) else (value,)
    return tuple(word for word in found if word and word.strip() and not is_mark(word))


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of the files are on the server: ``rows`` by member, the file's word first, the server's second."""

    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def sent(self, member: str, word: str, names: Collection[str] = ()) -> str:
        """What a word of the files is on the server that offers these values."""
        rows = self.rows.get(member, {})
        if word != ANY and (row := rows.get(word) or rows.get(word.strip())):
            return row
        if not names or word in names:
            return word
        alike = next((name for name in names if name.strip() == word.strip()), None)
        return alike or rows.get(ANY, word)

    def read(self, member: str, value: str, names: Collection[str] = (), known: Iterable[str] = ()) -> str:
        """What a value of the server is in the files: a known word that stands for it, else the table's first one."""
        for word in known:
            if self.sent(member, word, names) == value:
                return word
        return self._first(member, value)

    def _first(self, member: str, value: str) -> str:
        rows = self.rows.get(member, {}).items()
        return next((word for word, row in rows if row == value and word != ANY), value)

    # -- whole topics ------------------------------------------------------------------------------------------

    def topic_sent(self, topic: Topic, lists: Extensions | None) -> Topic:
        """A topic of the files as the server with these lists is told of it."""
        new: dict[str, Any] = {}
        for member in LISTS:
            words = said_in(topic, member)
            values = [self.sent(member, word, offered(lists, member)) for word in words]
            if list(words) != values:
                new[member] = _written(topic, member, values)
        return replace(topic, **new) if new else topic

    def topic_read(self, topic: Topic, lists: Extensions | None, known: Sequence[Topic] = ()) -> Topic:
        """A topic of the server in the words of the files; it remembers which word stands for what.

        So a word stays on record for what it stood for when both agreed, whatever the table says later.

        Args:
            topic: as the server tells it.
            lists: what the server offers.
            known: what the files hold of it now, and held when they agreed; the first that fits counts.
        """
        new: dict[str, Any] = {}
        notes: set[str] = set()
        for member in LISTS:
            read = [self._read_one(member, value, lists, known) for value in said_in(topic, member)]
            words = [word for found in read for word in found]
            if words != list(said_in(topic, member)):
                new[member] = _written(topic, member, words)
                pairs = zip(said_in(topic, member), read, strict=True)
                notes |= {_note(member, word, value) for value, found in pairs for word in found if word != value}
        return replace(topic, **new, spelling=topic.spelling | notes) if new else topic

    def _read_one(
        self, member: str, value: str, lists: Extensions | None, known: Sequence[Topic]
    ) -> tuple[str, ...]:  # fmt: skip
        """The words for a value; several labels of a file may be one there, and all of them are kept.

        A word that stood for the value when both agreed fits, whichever of the known topics says it: the archive itself
        has no such notes, and holds words whose rows are no longer in the table.
        """
        names = offered(lists, member)
        noted = frozenset(note for item in known for note in item.spelling)
        for item in known:
            fitting = tuple(word for word in said_in(item, member) if self._stands(member, word, value, names, noted))
            if fitting:
                return fitting if member == "labels" else fitting[:1]
        return (self._first(member, value),)

    def _stands(self, member: str, word: str, value: str, names: Collection[str], noted: Collection[str]) -> bool:
        return self.sent(member, word, names) == value or _note(member, word, value) in noted

    # -- lists -------------------------------------------------------------------------------------------------

    def lists_read(self, info: ProjectInfo) -> ProjectInfo:
        """What a server says of its project, with its lists in the words of the files."""
        lists = info.extensions
        if lists is None or not any(self.rows.values()):
            return info
        new: dict[str, Any] = {}
        for member, rows in self.rows.items():
            names = offered(lists, member)
            if names and rows:
                new[LISTS[member]] = tuple(dict.fromkeys(word for name in names for word in self._words(member, name)))
        return replace(info, extensions=replace(lists, **new))

    def _words(self, member: str, value: str) -> list[str]:
        """Every word that stands for a value."""
        rows = self.rows[member]
        words = [word for word, row in rows.items() if row == value and word != ANY]
        return words if value in rows else [*words, value]


def _note(member: str, word: str, value: str) -> str:
    return f"{NAMES[member]} {word} = {value}"


def notes_of(value: object) -> frozenset[str]:
    """What the words of a topic that was read stood for, where they are not the server's own."""
    return frozenset(item for item in value.spelling if " = " in item) if isinstance(value, Topic) else frozenset()


def _written(topic: Topic, member: str, words: Sequence[str]) -> Any:  # noqa: ANN401 - of the member's type
    """The member with other words."""
    if member == "labels":
        return tuple(dict.fromkeys(words))
    if member == "bim_snippet" and topic.bim_snippet is not None:
        return replace(topic.bim_snippet, snippet_type=words[0])
    return words[0]
