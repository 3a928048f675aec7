"""Fields of one thing that several archives hold: which value the union takes.

Owns: the rule of a field. Sees: canonical, merge, the record. Rules: docs/merge.md. A value equal to the base's
yields. Without a base an absent value yields. Of values that still differ, the one modified last wins, then the one
whose canonical text sorts last; all others are put on record.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bcfsync.canonical import canonical
from bcfsync.dates import Timestamp
from bcfsync.guids import guid_key
from bcfsync.merge import merged_set, merged_text
from bcfsync.union.record import Fate, Held, Place, Record

V = TypeVar("V")
_NEVER = datetime.min.replace(tzinfo=UTC)
_NOTHING = "null"
_TEXTS = frozenset({"description", "comment"})
_NO_ROOM = {
    "2.0": {"due_date", "stage", "server_assigned_id"},
    "2.1": {"server_assigned_id", "reply_to_comment_guid", "status", "verbal_status"},
    "3.0": {"reply_to_comment_guid", "status", "verbal_status"},
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A thing as one input holds it: the thing, the input's number and version, and when it was last modified."""

    thing: object
    source: int
    version: str
    date: Timestamp | None


def value_key(name: str, value: object) -> str:
    """What the spellings of a field's value have in common, as text."""
    if name.endswith("_guid") and isinstance(value, str):
        return guid_key(value)
    return json.dumps(canonical(value), sort_keys=True, ensure_ascii=False)


def moment(date: Timestamp | None) -> datetime:
    """A date as something to sort by: no date is older than any."""
    return date.instant if date else _NEVER


def united_fields(
    names: Iterable[str], past: object | None, holders: Sequence[Holder], place: Place, record: Record
) -> dict[str, object]:
    """The union's values of some fields of one thing.

    Args:
        names: the fields.
        past: the thing in the base; None where there is no base, or it does not hold the thing.
        holders: the thing in the inputs, in their order.
        place: what to call it.
        record: where the losers go.
    """
    return {name: _united(name, past, holders, place, record) for name in names}


def _united(name: str, past: object | None, holders: Sequence[Holder], place: Place, record: Record) -> object:
    groups: dict[str, list[Held]] = {}
    for holder in holders:
        value = getattr(holder.thing, name)
        if value is None and name in _NO_ROOM.get(holder.version, ()):
            continue  # the file had no place to say it: that is no removal
        groups.setdefault(value_key(name, value), []).append(Held(value, holder.source, holder.date))
    if past is not None and len(groups) > 1:
        groups.pop(value_key(name, getattr(past, name)), None)
    elif len(groups) > 1:
        groups.pop(_NOTHING, None)
    if not groups:
        return None
    if past is not None and name in _TEXTS and len(groups) > 1:
        woven = merged_text(getattr(past, name) or "", [str(group[0].value or "") for group in groups.values()])
        if woven is not None:
            record.noted(Fate.WOVEN, place, name, [held.source for group in groups.values() for held in group])
            return woven
    winner = max(groups, key=lambda key: (max(moment(held.date) for held in groups[key]), key))
    losers = [group for key, group in groups.items() if key != winner]
    if losers:
        record.decided(place, name, groups[winner], losers)
    return groups[winner][0].value


def united_set(
    past: Iterable[V], lists: Sequence[Iterable[V]], key: Callable[[V], str], *, only_adds: Sequence[bool] = ()
) -> tuple[V, ...]:
    """The union of sets, without what one of them has taken away from the past's; the first one's order stays.

    Args:
        past: the base's set; empty where there is none.
        lists: the inputs' sets.
        key: what makes two members the same.
        only_adds: for each set, whether its gaps mean nothing.
    """
    once = tuple(past)
    removals = [
        {key(item) for item in once} - {key(item) for item in items}
        for at, items in enumerate(lists)
        if not (only_adds and only_adds[at])
    ]
    gone = set().union(*removals) if removals else set()
    found: tuple[V, ...] = ()
    for items in lists:
        found = merged_set((), (item for item in items if key(item) not in gone), found, key)
    return found


def numbered(items: Iterable[V], key: Callable[[V], str]) -> dict[str, V]:
    """Things of one input by their keys; the second of one key gets a number, so that it is not lost."""
    found: dict[str, V] = {}
    for item in items:
        name, count = key(item), 1
        while name in found and found[name] != item:
            count += 1
            name = f"{key(item)} {count}"
        found[name] = item
    return found


def latest(names: tuple[str, str], holders: Sequence[Holder]) -> dict[str, object]:
    """A date and its author, together, of the holder where the date is the latest: who touched the thing last."""
    date, author = names
    pairs = [(getattr(holder.thing, date), getattr(holder.thing, author)) for holder in holders]
    found = max(pairs, key=lambda pair: (moment(pair[0]), pair[1] or ""))
    return {date: found[0], author: found[1]}
