"""What a union had to decide, told to people and programs.

Owns: the record. Sees: model, canonical.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bcfsync.canonical import canonical
from bcfsync.dates import Timestamp
from bcfsync.model import Topic


@dataclass(frozen=True, slots=True)
class Loser:
    """A value that did not make it into the union, whole, and the files that held it."""

    value: object
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A field that files hold differently, decided by rule: a person should look.

    ``kind`` and ``guid`` name the thing the field belongs to; ``topic`` and ``title`` are blank outside of topics.
    """

    topic: str
    title: str
    kind: str
    guid: str
    field: str
    winner: object
    files: tuple[str, ...]
    losers: tuple[Loser, ...]


class Fate(StrEnum):
    """What else can become of a thing; only ``KEPT`` asks for a person."""

    KEPT = "kept: removed in one file, edited in another"
    WOVEN = "text united line by line"
    REMOVED = "removed: gone from one file, unchanged in the others"
    SECOND_VIEWPOINT = "kept beside another viewpoint of the same guid"
    SECOND_DOCUMENT = "kept beside another document of the same guid"
    SECOND_NAME = "kept under a new name beside another file of the same name"
    LOOK_ALIKE = "says the same as a topic of another guid; not joined"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to one thing; ``detail`` is its new guid or name, its field, or its look-alike's guid."""

    fate: Fate
    topic: str
    title: str
    kind: str
    name: str
    detail: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A value as one input holds it; ``date`` is when its holder was last modified, as far as it says."""

    value: object
    source: int
    date: Timestamp | None = None


@dataclass(slots=True)
class Record:
    """Collects decisions and notes; ``files`` are the names of each input, by its number."""

    files: Sequence[tuple[str, ...]]
    decisions: list[Decision] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def names(self, sources: Iterable[int]) -> tuple[str, ...]:
        """The files behind some inputs, in a fixed order."""
        return tuple(sorted({name for source in sources for name in self.files[source]}))

    def decided(self, place: "Place", name: str, winner: list[Held], losers: list[list[Held]]) -> None:
        """A field's value was chosen among several."""
        told = tuple(
            Loser(group[0].value, self.names(held.source for held in group))
            for group in sorted(losers, key=lambda group: str(canonical(group[0].value)))
        )
        files = self.names(held.source for held in winner)
        self.decisions.append(
            Decision(place.topic, place.title, place.kind, place.guid, name, winner[0].value, files, told)
        )

    def noted(self, fate: Fate, place: "Place", detail: str, sources: Iterable[int]) -> None:
        """Something happened to a thing of some inputs."""
        files = self.names(sources)
        self.notes.append(Note(fate, place.topic, place.title, place.kind, place.guid, detail, files))


@dataclass(frozen=True, slots=True)
class Place:
    """The thing a decision is about."""

    kind: str
    guid: str = ""
    topic: str = ""
    title: str = ""


def place_in(topic: Topic, kind: str, guid: str) -> Place:
    """A thing of a topic."""
    return Place(kind, guid, topic.guid, topic.title)
