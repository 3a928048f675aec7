"""Which writes go to a server beside each other.

Owns: how many, and what goes alone. Sees: changes. Rules: as many as ``net`` lets go at once by the server's answers;
what is the first of its kind goes alone, since its answer teaches what the next ones need; so does what is watched for
what else it moves. What is large does not pile up in our memory. A server that broke over a request gets one at a time
from then on: some lock their whole database for each write.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

from bcfsync.changes import Change, Entity, Kind, Outcome, Status, Verb
from bcfsync.model import BimSnippet, Blob, Document, Viewpoint

_BYTES = 8 * 1024 * 1024
"""As much of pictures and components goes at once, or one change that has more."""
_COMPONENT = 100
"""Bytes of a component in JSON."""


class Beside:
    """What may be under way together in one run of writes."""

    def __init__(self, most: Callable[[], int], watched: Callable[[Change], bool]) -> None:
        """Nothing is under way.

        Args:
            most: how many requests may go at once now.
            watched: whether a change is one around which the server is looked at.
        """
        self._most = most
        self._watched = watched
        self._careful = False
        self._met: set[tuple[Verb, Kind]] = set()
        self._alone: set[int] = set()

    def room(self, under_way: Collection[Change]) -> bool:
        """Whether one more may be asked for."""
        most = 1 if self._careful else self._most()
        return len(under_way) < most and not any(change.step in self._alone for change in under_way)

    def beside(self, change: Change, under_way: Collection[Change]) -> bool:
        """Whether a change may begin beside those under way."""
        if self._watched(change) or (change.verb, change.kind) not in self._met:
            self._alone.add(change.step)
            return not under_way
        return not under_way or sum(map(_weight, (change, *under_way))) <= _BYTES

    def went(self, change: Change, outcome: Outcome) -> None:
        """Learn from an outcome."""
        if outcome.status is Status.DONE:
            self._met.add((change.verb, change.kind))

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
