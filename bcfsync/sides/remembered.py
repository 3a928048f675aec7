"""A side that is asked for nothing twice within one turn, and for what never changes once for ever.

Owns: what was read of the side in this turn, and what a write makes doubtful. Sees: changes, earlier. One turn runs
over many archives; each pass wants the same topics of the same server. What others write there meanwhile, the next turn
sees: the listing's tag is older than all that was read, so a turn that remembers it for later remembers no more than it
saw.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Protocol, runtime_checkable

from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Key,
    Kind,
    Listed,
    Listing,
    Outcome,
    Prepared,
    ProjectInfo,
    Side,
    key_of,
)
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Document, Extensions, Topic, Viewpoint
from bcfsync.sides.earlier import Earlier


class Shelf(Protocol):
    """Where bytes are kept by where they came from."""

    def known(self, locator: str) -> str | None:
        """The SHA-256 of what came from there, if it is kept."""

    def keep(self, stream: IO[bytes], locator: str | None = None) -> str:
        """Keep the bytes of a stream; their SHA-256."""

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes; the caller closes them."""


@runtime_checkable
class InParts(Protocol):
    """A side whose ``load`` can be had in parts, each by requests of its own."""

    @property
    def lasting_views(self) -> bool:
        """Whether a viewpoint never changes under its guid."""

    @property
    def telling_dates(self) -> bool:
        """Whether a topic that the list shows as before is as before, with everything below it."""

    def bodies(
        self, keys: Iterable[str], known: Collection[Key] = (), kept: Mapping[str, Topic] | None = None
    ) -> Mapping[str, Topic]:
        """Whole topics, by their key; of those ``kept`` from an earlier look, only thread and views are read."""

    @property
    def unread(self) -> Mapping[str, str]:
        """Topics it left out, since they could not be read, and why."""

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """A topic with the details of viewpoints that came without."""

    def documents(self) -> tuple[Document, ...]:
        """The documents."""

    def project_info(self) -> ProjectInfo:
        """What the project says of itself."""


@runtime_checkable
class Offering(Protocol):
    """A side whose lists of values can be had by themselves."""

    def lists(self) -> Extensions | None:
        """The values it offers; None where it says nothing."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A topic as it was read, how the listing showed it then, and which viewpoints came without details."""

    topic: Topic
    listed: Listed | None
    brief: frozenset[str]


class Remembered:
    """A side for one turn; make another one for the next."""

    def __init__(self, side: Side, shelf: Shelf | None = None, earlier: Earlier | None = None) -> None:
        """Remember nothing yet.

        Args:
            side: the one that is asked.
            shelf: where pictures are kept, which never change; without it they are fetched each time.
            earlier: what earlier turns read; without it everything is read anew.
        """
        self._side = side
        self._parts = side if isinstance(side, InParts) else None
        self._shelf = shelf
        self._earlier = earlier if self._parts is not None else None
        self._doubtful: set[str] = set()
        self._pictures: set[str] = set()
        self._listing: Listing | None = None
        self._topics: dict[str, _Kept] = {}
        self._unread: dict[str, tuple[str, Listed | None]] = {}
        self._documents: tuple[Document, ...] | None = None
        self._project: ProjectInfo | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Those of the side."""
        return self._side.capabilities

    def listing(self) -> Listing:
        """All topics, as they were when they were asked for first, or first after a write of ours."""
        if self._listing is None:
            self._listing = self._side.listing()
        return self._listing

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:
        """Whole topics; each is read once, and once more after a write of ours."""
        listing = self.listing()
        wanted = list(keys)
        self._read([key for key in wanted if not self._is_fresh(key, listing)], known)
        found = {key: self._with_details(key, known) for key in wanted if key in self._topics}
        unread = {key: self._unread[key][0] for key in wanted if key in self._unread}
        return Bodies(found, self._all_documents(), self._all_project(), self.capabilities, unread=unread)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """The bytes; those of pictures from the shelf, if they ever were fetched."""
        if self._shelf is None or blob.locator not in self._pictures:
            with self._side.open(blob) as stream:
                yield stream
            return
        digest = self._shelf.known(blob.locator)
        if digest is None:
            with self._side.open(blob) as stream:
                digest = self._shelf.keep(stream, blob.locator)
        with closing(self._shelf.open(digest)) as kept:
            yield kept

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """What the side shows."""
        return self._side.detailed(topic, views)

    def moved(self, tag: str | None) -> bool:
        """Whether the side may have moved since the listing with this tag."""
        return self._side.moved(tag)

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """Which topics the side proves not to be there."""
        return self._side.gone(keys)

    def lacks(self, key: Key) -> bool:
        """Whether the side proves something below a topic not to be there."""
        return self._side.lacks(key)

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome | Prepared]:
        """Pass changes on; what they touch is forgotten, whatever becomes of them."""
        yield from self._side.apply((change and self._forgotten(change) for change in changes), source)

    def lists(self) -> Extensions | None:
        """The values the project offers, for as few requests as can be."""
        return self._side.lists() if isinstance(self._side, Offering) else self._all_project().extensions

    def forget(self) -> None:
        """Ask for everything again: time has passed, in which others may have written."""
        self._listing = self._documents = self._project = None
        self._topics.clear()
        self._unread.clear()

    # -- what is remembered ------------------------------------------------------------------------------------

    def _forgotten(self, change: Change) -> Change:
        self._listing = None
        self._doubtful.add(guid_key(change.topic or change.guid))
        if self._earlier is not None:
            self._earlier.forget(guid_key(change.topic or change.guid))
        self._topics.pop(guid_key(change.topic or change.guid), None)
        self._unread.pop(guid_key(change.topic or change.guid), None)
        if change.kind is Kind.DOCUMENT:
            self._documents = None
        if change.kind is Kind.PROJECT:
            self._project = None
        return change

    def _is_fresh(self, key: str, listing: Listing) -> bool:
        """Whether a topic was asked for, and the listing still shows it as it did then.

        One that could not be read is not asked for again: all passes of a turn are to see the same.
        """
        if key in self._unread:
            return self._unread[key][1] == listing.topics.get(key)
        kept = self._topics.get(key)
        return kept is not None and kept.listed == listing.topics.get(key)

    def _read(self, keys: list[str], known: Collection[Key]) -> None:
        for key in keys:
            self._topics.pop(key, None)
            self._unread.pop(key, None)
        if not keys:
            return
        if self._parts is not None:
            found, unread = self._read_parts(self._parts, keys, known)
        else:
            bodies = self._side.load(keys, known)
            found = bodies.topics
            unread = bodies.unread
            self._documents, self._project = bodies.documents, bodies.project
        self._unread |= {key: (reason, self.listing().topics.get(key)) for key, reason in unread.items()}
        for key, topic in found.items():
            self._topics[key] = _Kept(topic, self.listing().topics.get(key), self._lacking(topic, known))
            self._pictures |= _pictures(topic)

    def _read_parts(
        self, parts: InParts, keys: list[str], known: Collection[Key]
    ) -> tuple[Mapping[str, Topic], Mapping[str, str]]:
        """Topics as far as earlier turns do not know them."""
        if self._earlier is None:
            return parts.bodies(keys, known), parts.unread
        listing = self.listing()
        wanted = {key: listing.topics[key] for key in keys if key in listing.topics}
        kept = self._earlier.kept({key: item for key, item in wanted.items() if key not in self._doubtful})
        same = kept if parts.telling_dates else {}
        held = self._earlier.views(wanted) if parts.lasting_views else frozenset[Key]()
        brief = held | frozenset(known) if held else known
        read = parts.bodies([key for key in keys if key not in same], brief, kept)
        if parts.lasting_views:
            self._earlier.keep_views(dict(_with_all(read.values(), brief)))
            read = {key: self._earlier.completed(topic) for key, topic in read.items()}
        self._earlier.keep({key: (topic, wanted[key]) for key, topic in read.items() if key not in kept})
        return {**same, **read}, parts.unread

    def _with_details(self, key: str, known: Collection[Key]) -> Topic:
        """A topic with the details of all viewpoints but the known ones."""
        kept = self._topics[key]
        lacking = kept.brief - _brief(kept.topic, known)
        if not lacking:
            return kept.topic
        if self._parts is not None:
            topic = self._parts.detailed(kept.topic, lacking)
            self._topics[key] = _Kept(topic, kept.listed, kept.brief - lacking)
        else:
            self._read([key], known)
        return self._topics[key].topic

    def _lacking(self, topic: Topic, known: Collection[Key]) -> frozenset[str]:
        """The viewpoints that came without details: those that were known, and of which no earlier turn has them."""
        brief = _brief(topic, known)
        return brief - self._earlier.detailed(topic) if self._earlier is not None else brief

    def _all_documents(self) -> tuple[Document, ...]:
        if self._documents is None:
            parts = self._parts
            self._documents = self._side.load(()).documents if parts is None else parts.documents()
        return self._documents

    def _all_project(self) -> ProjectInfo:
        if self._project is None:
            parts = self._parts
            self._project = self._side.load(()).project if parts is None else parts.project_info()
        return self._project


@runtime_checkable
class Forgetful(Protocol):
    """A side that remembers what it was asked, or stands before one that does."""

    def forget(self) -> None:
        """Ask for everything again."""


def afresh(side: Side) -> None:
    """Have a side forget what it remembers of this turn."""
    if isinstance(side, Forgetful):
        side.forget()


def _brief(topic: Topic, known: Collection[Key]) -> frozenset[str]:
    """The viewpoints of a topic that may come without details."""
    return frozenset(
        guid_key(view.guid) for view in topic.viewpoints if key_of(Kind.VIEWPOINT, topic.guid, view.guid) in known
    )


def _with_all(topics: Iterable[Topic], brief: Collection[Key]) -> Iterator[tuple[Key, Viewpoint]]:
    """The viewpoints that came with all their details."""
    for topic in topics:
        for view in topic.viewpoints:
            key = key_of(Kind.VIEWPOINT, topic.guid, view.guid)
            if key not in brief:
                yield key, view


def _pictures(topic: Topic) -> frozenset[str]:
    """Where the bytes of a topic's snapshots and bitmaps are: viewpoints never change, and theirs do not either."""
    blobs = [view.snapshot.blob for view in topic.viewpoints if view.snapshot]
    blobs += [item.blob for view in topic.viewpoints for item in view.bitmaps]
    return frozenset(blob.locator for blob in blobs if blob)
