"""Imaginary sides: they show what is there, take every change, and write nothing.

Owns: ``plan``'s world. Sees: draft. A turn over rehearsed sides and a copy of the state is the plan of a turn: the
same code decides, so the plan cannot promise anything else than what will be done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from typing import IO

from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Key,
    Listing,
    Outcome,
    Prepared,
    Side,
    Status,
    Verb,
    key_of,
)
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import Bcf, Blob, Topic
from bcfsync.sides.archives import Folder
from bcfsync.sides.draft import Draft, listed


class RehearsedSide:
    """A side as it would be after the changes it was given; the real one is only read."""

    def __init__(self, side: Side, name: str) -> None:
        """Imagine a side.

        Args:
            side: the real one.
            name: what tells its imaginary ids and states from those of others.
        """
        self._side = side
        self._name = name
        self._draft = Draft(Bcf("3.0"))
        self._known: set[str] = set()
        self._deleted: set[str] = set()
        self._parts_deleted: set[Key] = set()
        self._numbers = count(1)
        self._changes = 0

    @property
    def capabilities(self) -> Capabilities:
        """Those of the real side."""
        return self._side.capabilities

    def listing(self) -> Listing:
        """The real listing with what was imagined."""
        real = self._side.listing()
        topics = {key: item for key, item in real.topics.items() if key not in self._deleted}
        touched = (self._draft.topics[key] for key in self._draft.touched if key in self._draft.topics)
        topics |= {guid_key(topic.guid): listed(topic) for topic in touched}
        return replace(real, topics=topics, tag=f"{real.tag}+{self._changes}" if self._changes else real.tag)

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:
        """Real topics with what was imagined."""
        wanted = set(keys) - self._deleted
        bodies = self._side.load(wanted - self._known, known)
        self._take_in(bodies)
        topics = {key: self._draft.topics[key] for key in wanted if key in self._draft.topics}
        documents = tuple(self._draft.documents.values())
        project = self._draft.project if self._draft.project.project else bodies.project
        return replace(bodies, topics=topics, documents=documents, project=project)

    def _take_in(self, bodies: Bodies) -> None:
        for key, topic in bodies.topics.items():
            if key not in self._known:
                self._known.add(key)
                self._draft.topics[key] = topic
        for document in bodies.documents:
            self._draft.documents.setdefault(guid_key(document.guid), document)

    def open(self, blob: Blob) -> AbstractContextManager[IO[bytes]]:
        """The bytes are the real ones."""
        return self._side.open(blob)

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """What the real side shows."""
        return self._side.detailed(topic, views)

    def moved(self, tag: str | None) -> bool:
        """Whether the real side moved, or anything was imagined."""
        return bool(self._changes) or self._side.moved(tag)

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """What the real side proves not to be there, and what was deleted in imagination."""
        asked = frozenset(keys)
        return (asked & self._deleted) | self._side.gone(asked - self._deleted - set(self._draft.topics))

    def lacks(self, key: Key) -> bool:
        """What was deleted in imagination, and what the real side proves not to be there."""
        return key in self._parts_deleted or self._side.lacks(key)

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome | Prepared]:  # noqa: ARG002 - no bytes move
        """Every change succeeds."""
        for change in filter(None, changes):
            yield self._taken(change)

    def _taken(self, change: Change) -> Outcome:
        self._changes += 1
        minted = change.verb is Verb.CREATE and not self.capabilities.client_guid
        guid = derived_guid("rehearsed", self._name, str(next(self._numbers))) if minted else change.guid
        try:
            held = self._draft.take(replace(change, guid=guid))
        except LookupError as error:
            return Outcome(change.step, Status.FAILED, guid, message=str(error))
        key = guid_key(guid)
        if change.verb is Verb.DELETE and change.topic:
            self._parts_deleted.add(key_of(change.kind, change.topic, guid))
        elif change.verb is Verb.DELETE:
            self._deleted.add(key)
        elif not change.topic:
            self._known.add(key)
        return Outcome(change.step, Status.DONE, guid, held)


class RehearsedFolder:
    """A folder whose archives are imaginary."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._sides: dict[str, RehearsedSide] = {}

    def scan(self) -> Mapping[str, str]:
        """The real archives."""
        return self._folder.scan()

    def open(self, replica: str) -> Side:
        """An archive, to be read."""
        if replica not in self._sides:
            self._sides[replica] = RehearsedSide(self._folder.open(replica), replica)
        return self._sides[replica]

    def close(self, replica: str) -> None:
        """Let go of the real archive."""
        self._folder.close(replica)

    def doubtful(self, replica: str) -> str | None:
        """What the real folder says."""
        return self._folder.doubtful(replica)
