"""Stale saves of archives: found, and the record put back, before anything is decided about them.

Owns: which archives an application saved, and what the states of all pairs over the folder learn of it. Sees: store,
plan.stale. Whoever comes first sees the save, so it judges for every pair.
"""

import json
from collections.abc import Mapping, Sequence

from bcfsync import plain
from bcfsync.advance import said
from bcfsync.base import read_base
from bcfsync.canonical import digest
from bcfsync.changes import Entity, Key, Side, Verb
from bcfsync.plan.stale import AGAIN, Judged, Write, atoms, forgotten, judged, read
from bcfsync.store import UNSETTLED, Store, Unacknowledged

_JUDGED = "judged:"
_CONTENT = "content:"
FOUGHT = "fought"
"""The note of atoms that programs take away again and again."""


def heal(side: Side, replica: str, tag: str | None, stores: Sequence[Store]) -> int | None:
    """Judge an archive, where an application saved it since we wrote to it and nobody has judged that state yet.

    Args:
        side: the archive, as it was just listed.
        replica: its name.
        tag: of that listing.
        stores: the states of all pairs over the folder, the one whose turn it is first.

    Returns:
        None where there was nothing to judge; else how many of our writes the save took back, which the record
        knows now.
    """
    if tag is None or any(tag in store.own_stamps(replica) for store in stores):
        return None
    if stores[0].noted(_JUDGED + replica) == tag:
        return None
    waiting = [(store, rows) for store in stores if (rows := store.unacknowledged(replica))]
    if not waiting:
        return None
    listing = side.listing()
    if listing.tag != tag:
        return 0  # it was saved again this very moment: whoever asks looks again
    held = atoms(side.load(listing.topics).topics.values())
    # what was noted of an earlier write than the last one is what a program had loaded before that
    _, last = max(store.last_written(replica) for store in stores)
    if stores[0].noted(_CONTENT + replica) == _noted(last, held):
        # moved, touched, fetched anew: nobody has changed anything, and nobody has shown to have read anything
        for store in stores:
            store.note(_JUDGED + replica, tag)
        return None
    lost = sum(_judge(store, replica, rows, held, stores) for store, rows in waiting)
    for store in stores:
        store.note(_JUDGED + replica, tag)
    return lost


def note_content(side: Side, replica: str, stores: Sequence[Store]) -> None:
    """Remember what an archive says that we have just written: under another stamp it is still ours."""
    listing = side.listing()
    if listing.tag not in stores[0].own_stamps(replica):
        return  # somebody has saved it since
    held = atoms(side.load(listing.topics).topics.values())
    for store in stores:
        store.note(_CONTENT + replica, _noted(listing.tag or "", held))


def _noted(stamp: str, held: Mapping[Key, Entity]) -> str:
    """What an archive says, and under which stamp we wrote it."""
    return f"{stamp} {digest(sorted([*key, said(value)] for key, value in held.items()))}"


def _judge(
    store: Store, replica: str, rows: Sequence[Unacknowledged], held: Mapping[Key, Entity], stores: Sequence[Store]
) -> int:
    writes = [_write(row) for row in rows]
    base = read_base(store, replica)
    verdict = judged(writes, held, base.local, base.seen)
    for item in store.begun():
        if item.replica == replica and item.number <= verdict.loaded:
            # the program has read it, so it was there
            store.confirm_all(item.pending, replica=replica, generation=item.number)
            base = read_base(store, replica)
            verdict = judged(writes, held, base.local, base.seen)
    _note_fought(store, verdict, held)
    lost = {(item.key, item.generation) for item in verdict.lost}
    texts = {key: (_shadow(ours), _text(seen)) for key, (ours, seen) in verdict.shadows.items()}
    if lost:
        store.roll_back(replica, texts, [row for row in rows if (row.key, row.generation) in lost])
        for other in stores:
            if other is not store:
                _tell(other, replica, verdict.lost)
    store.acknowledge(replica, verdict.loaded)
    return len({item.key for item in verdict.lost})


def _tell(other: Store, replica: str, lost: Sequence[Write]) -> None:
    """Another pair over the folder takes what the archive has lost for something it never held."""
    base = read_base(other, replica)
    back: dict[Key, tuple[str | None, str | None]] = {}
    for item in reversed(lost):
        before = base.local.get(item.key)
        after = forgotten(item, before)
        if after is not before:
            back[item.key] = (_shadow(after), _text(base.seen.get(item.key)))
    if back:
        other.roll_back(replica, back, ())


def _note_fought(store: Store, verdict: Judged, held: Mapping[Key, Entity]) -> None:
    before = {Key(*item) for item in json.loads(store.noted(FOUGHT) or "[]")}
    after = {key for key in before | verdict.fought if key not in held}
    if after != before:
        store.note(FOUGHT, json.dumps(sorted(after)))


def _write(row: Unacknowledged) -> Write:
    new, ours, seen = (read(row.key.kind, text) for text in (row.new, row.old_local, row.old_seen))
    fields, again = tuple(name for name in row.fields if name != AGAIN), AGAIN in row.fields
    return Write(row.key, Verb(row.verb), fields, new, ours, seen, row.generation, row.tries, again)


def _shadow(value: Entity | None) -> str:
    """An archive's shadow as it is put back: what the archive never held in its users' eyes, it is still to get."""
    return UNSETTLED if value is None else plain.dumps(value)


def _text(value: Entity | None) -> str | None:
    return None if value is None else plain.dumps(value)
