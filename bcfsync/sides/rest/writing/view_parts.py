"""What a server keeps of a new viewpoint beyond what its answer shows: components and the bytes of pictures.

Owns: reading a part back, once for a server, and what it then is known to keep. Sees: the reader, net, facts. Source:
BCF-API 2.1 and 3.0: answers to POST hold neither. A part that came back as it was sent is believed to from then on; one
that did not is looked at with every viewpoint that has it, since the server may have learned it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bcfsync.changes import Unkept
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Components, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.reading.project import TopicReading
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.comparing_views import PARTS, counted, says, unkept_part
from bcfsync.sides.rest.writing.pictures import Picture

_MANY = 1000
"""A list that came back whole with fewer says nothing of one with more."""

_PICTURES = ("snapshot", "bitmaps")


@dataclass(frozen=True, slots=True)
class Posted:
    """A viewpoint that was made.

    Attributes:
        topic: its guid on the server.
        sent: what was sent.
        held: what the server answered.
        pictures: the snapshot's and the bitmaps', in order, as they were sent.
    """

    topic: str
    sent: Viewpoint
    held: Viewpoint
    snapshot: Picture | None
    bitmaps: tuple[Picture, ...]


class ViewParts:
    """Reads parts of viewpoints of one project back."""

    def __init__(self, ways: Ways, reading: TopicReading | None) -> None:
        self.ways = ways
        self.learned = ways.learned
        self.reading = reading

    def unkept(self, posted: Posted) -> tuple[Unkept, ...]:
        """What of the parts that no answer shows the server did not keep."""
        wanted = [name for name in self._said(posted.sent.components) if self._is_unproven(name, posted)]
        pictures = [name for name in _PICTURES if _sent(posted, name) and self._is_unproven(name, posted)]
        if self.reading is None or not (wanted or pictures):
            return ()
        try:
            view = self._read(posted)
        except (Refused, ServerTrouble):
            return tuple(_unread(posted, wanted, pictures))  # and the next one is looked at
        return (*self._components(posted, view, wanted), *self._pictures(posted, view, pictures))

    def _said(self, components: Components | None) -> Iterator[str]:
        return (name for name in PARTS if says(name, components))

    def _is_unproven(self, name: str, posted: Posted) -> bool:
        return _fact(name, posted.sent) not in facts.names(self.learned, facts.KEPT)

    def _read(self, posted: Posted) -> Viewpoint:
        assert self.reading is not None  # noqa: S101 - the caller has looked
        topic = Topic(posted.topic, viewpoints=(posted.held,))
        (view,) = self.reading.detailed(topic, {guid_key(posted.held.guid)}).viewpoints
        return view

    def _components(self, posted: Posted, view: Viewpoint, names: list[str]) -> Iterator[Unkept]:
        sent = posted.sent.components or Components()
        for name in names:
            lost = unkept_part(name, sent, view.components or Components())
            if lost is not None:
                yield lost
            self._note(name, posted.sent, lost)

    def _pictures(self, posted: Posted, view: Viewpoint, names: list[str]) -> Iterator[Unkept]:
        for name in names:
            sent = _sent(posted, name)
            blobs = _blobs(view, name)
            if len(blobs) != len(sent) != len(_blobs(posted.held, name)):
                continue  # the answer shows that
            # what is announced and not there reads as nothing (linear-bcf-connector)
            there = blobs if len(blobs) == len(sent) else [None for _ in sent]
            try:
                kept = [self._bytes(blob) for blob in there]
            except ServerTrouble:
                yield from _unread(posted, (), [name])
                continue
            lost = None
            if kept != [picture.data for picture in sent]:
                lost = Unkept(name, ", ".join(item.said for item in sent), _said_of(kept))
                yield lost
            self._note(name, posted.sent, lost)

    def _bytes(self, blob: Blob | None) -> bytes | None:
        if blob is None:
            return None
        try:
            with self.ways.http.open(blob.locator) as stream:
                return stream.read()
        except Refused:
            return None

    def _note(self, name: str, sent: Viewpoint, lost: Unkept | None) -> None:
        if lost is None:
            facts.add(self.learned, facts.KEPT, _fact(name, sent))
        elif lost.kept is None:
            facts.add(self.learned, facts.DROPPED, f"viewpoint.{lost.field}")


def _unread(posted: Posted, parts: Iterable[str], pictures: Iterable[str]) -> Iterator[Unkept]:
    """What could not be looked at."""
    found = (unkept_part(name, posted.sent.components or Components(), Components()) for name in parts)
    yield from (replace(item, kept=Unkept.UNREAD) for item in found if item)
    for name in pictures:
        yield Unkept(name, ", ".join(item.said for item in _sent(posted, name)), Unkept.UNREAD)


def _fact(name: str, view: Viewpoint) -> str:
    size = says(name, view.components) if name in PARTS else 0
    return f"viewpoint.{name}" + (f">{_MANY}" if size > _MANY else "")


def _sent(posted: Posted, name: str) -> tuple[Picture, ...]:
    if name == "bitmaps":
        return posted.bitmaps
    return () if posted.snapshot is None else (posted.snapshot,)


def _blobs(view: Viewpoint, name: str) -> list[Blob | None]:
    if name == "bitmaps":
        return [item.blob for item in view.bitmaps]
    return [view.snapshot.blob] if view.snapshot else []


def _said_of(kept: list[bytes | None]) -> str | None:
    """What the server has in place of pictures; None where it has none."""
    if not any(kept):
        return None
    size = sum(len(data or b"") for data in kept)
    return f"made anew, {counted(size, 'byte')}"
