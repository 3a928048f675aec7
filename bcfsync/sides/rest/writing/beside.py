"""Which writes go to a server beside each other.

Owns: how many, and what goes alone. Sees: changes. Rules: as many as ``net`` lets go at once by the server's answers;
what is the first of its kind goes alone, since its answer teaches what the next ones need; so does what is watched for
what else it moves. What is large does not pile up in our memory. A server that broke over a request, or says that a
thing is no longer what was read, gets one at a time from then on: some lock their whole database for each write, and
some have one tag for all there is, which each write of ours moves under the others.
"""

from collections.abc import Callable, Iterable, Iterator

from bcfsync.changes import Change, Entity, Kind, Outcome, Status, Verb
from bcfsync.model import BimSnippet, Blob, Document, Viewpoint

_LARGE = 1024 * 1024
"""What has more bytes of pictures and components goes alone."""
_COMPONENT = 100
"""Bytes of a component in JSON."""


class Beside:
    """What may be under way together in one run of writes.

    Attributes:
        crossed: something was no longer what had been read; the next run begins with one at a time.
    """

    def __init__(self, most: Callable[[], int], watched: Callable[[Change], bool], *, careful: bool = False) -> None:
        """Nothing is under way.

        Args:
            most: how many requests may go at once now.
            watched: whether a change is one around which the server is looked at.
            careful: whether they go one at a time.
        """
        self._most = most
        self._watched = watched
        self._careful = careful
        self.crossed = False
        self._met: set[tuple[Verb, Kind]] = set()

    def room(self, under_way: int) -> bool:
        """Whether one more may be asked for beside so many."""
        return under_way < self._most()

    def alone(self, change: Change) -> bool:
        """Whether a change must have nothing beside it."""
        teaches = (change.verb, change.kind) not in self._met or self._watched(change)
        return teaches or self._careful or self._most() == 1 or _weight(change) > _LARGE

    def went(self, change: Change, outcome: Outcome) -> None:
        """Learn from an outcome."""
        if outcome.status is Status.DONE:
            self._met.add((change.verb, change.kind))
        self.crossed = self.crossed or outcome.status is Status.STALE
        self._careful = self._careful or self.crossed

    def stumbled(self) -> None:
        """The server broke over one of them."""
        self._careful = True


def _weight(change: Change) -> int:
    """About how many bytes a change has that may be many: of pictures and components."""
    entities = (change.value, *change.below)
    pictures = sum(blob.size or 0 for entity in entities for blob in _blobs(entity))
    return pictures + _COMPONENT * sum(_components(item) for item in entities if isinstance(item, Viewpoint))


def _components(view: Viewpoint) -> int:
    if view.components is None:
        return 0
    seen = view.components.visibility.exceptions if view.components.visibility else ()
    coloured = sum(len(item.components) for item in view.components.coloring)
    return len(view.components.selection) + coloured + len(seen)


def _blobs(entity: Entity) -> Iterator[Blob]:
    match entity:
        case Viewpoint(snapshot=snapshot, bitmaps=bitmaps):
            pictures: Iterable[Blob | None] = (item.blob for item in (snapshot, *bitmaps) if item)
            yield from filter(None, pictures)
        case BimSnippet(blob=Blob() as blob) | Document(blob=Blob() as blob):
            yield blob
        case _:
            return
