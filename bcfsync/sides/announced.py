"""Pictures a server announces and does not have.

Owns: looking whether they are there. Sees: changes. Where the answer to a new viewpoint was lost, nobody has read back
yet what became of its pictures; the answers of linear-bcf-connector name a snapshot all the same.
"""

from dataclasses import replace

from bcfsync.changes import Side
from bcfsync.model import Blob, Viewpoint
from bcfsync.net import Refused


def without_missing(view: Viewpoint, shown: Viewpoint, side: Side) -> Viewpoint:
    """A viewpoint without those of its pictures that the side does not show, or does not give; asked for once.

    Args:
        view: as it is believed to be there.
        shown: the same, as the side showed it.
        side: gives the bytes.

    Raises:
        ServerTrouble, LoginNeeded: (subclasses) nobody knows.
    """
    snapshot = view.snapshot if shown.snapshot and _is_there(shown.snapshot.blob, side) else None
    as_many = len(shown.bitmaps) == len(view.bitmaps)
    bitmaps = view.bitmaps if as_many and all(_is_there(item.blob, side) for item in shown.bitmaps) else ()
    return replace(view, snapshot=snapshot, bitmaps=bitmaps)


def _is_there(blob: Blob | None, side: Side) -> bool:
    if blob is None:
        return False
    try:
        with side.open(blob) as stream:
            return bool(stream.read(1))
    except Refused:
        return False
