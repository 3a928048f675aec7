"""Viewpoints a server has, of which nobody has seen yet what it kept.

Owns: looking at them. Sees: changes, comparing. Where the answer to a new viewpoint was lost, nobody has read back what
became of its pictures; the answers of linear-bcf-connector name a snapshot all the same. Where the answer came and the
look after it broke, nobody has seen its components, either.
"""

from collections.abc import Iterator
from dataclasses import replace

from bcfsync.changes import Side, Unkept
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest.writing.comparing import unkept, unkept_components
from bcfsync.sides.rest.writing.comparing_views import counted


def looked_for(view: Viewpoint, shown: Viewpoint, side: Side) -> tuple[Viewpoint, tuple[Unkept, ...]]:
    """A viewpoint without those of its pictures that the side does not show, or does not give; and what nobody knows.

    Args:
        view: as it is believed to be there.
        shown: the same, as the side showed it.
        side: gives the bytes.

    Raises:
        LoginNeeded: (subclasses) nobody may look.
    """
    try:
        return _without_missing(view, shown, side), ()
    except ServerTrouble:
        return view, tuple(_unread(view))


def missing(sent: Viewpoint, topic: str, shown: Viewpoint, side: Side) -> tuple[Unkept, ...]:
    """What of a viewpoint that was sent is not there, now that it is looked at whole.

    Args:
        sent: what was sent.
        topic: its topic's guid on the side.
        shown: how the side shows it, perhaps without details.
        side: gives these, and the bytes.

    Raises:
        ServerTrouble, Refused, LoginNeeded: (subclasses) it cannot be looked at.
    """
    (view,) = side.detailed(Topic(topic, viewpoints=(shown,)), {guid_key(shown.guid)}).viewpoints
    there = _without_missing(view, view, side)
    return unkept(sent, there) + unkept_components(sent.components, there.components)


def _without_missing(view: Viewpoint, shown: Viewpoint, side: Side) -> Viewpoint:
    snapshot = view.snapshot if shown.snapshot and _is_there(shown.snapshot.blob, side) else None
    as_many = len(shown.bitmaps) == len(view.bitmaps)
    bitmaps = view.bitmaps if as_many and all(_is_there(item.blob, side) for item in shown.bitmaps) else ()
    return replace(view, snapshot=snapshot, bitmaps=bitmaps)


def _unread(view: Viewpoint) -> Iterator[Unkept]:
    if view.snapshot:
        yield Unkept("snapshot", view.snapshot.snapshot_type, Unkept.UNREAD)
    if view.bitmaps:
        yield Unkept("bitmaps", counted(len(view.bitmaps), "bitmap"), Unkept.UNREAD)


def _is_there(blob: Blob | None, side: Side) -> bool:
    if blob is None:
        return False
    try:
        with side.open(blob) as stream:
            return bool(stream.read(1))
    except Refused:
        return False
