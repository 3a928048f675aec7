"""What a server did not keep, as lines for people and as JSON.

Owns: wording. Sees: changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bcfsync.changes import Kind, Step, Unkept

_MOST_TITLES = 3
_BARE = {Kind.TOPIC}

Lacks = Sequence[tuple[Step, Unkept]]


def unkept_facts(found: Lacks) -> list[dict[str, Any]]:
    """Each member that was not kept; ``topic`` is the guid of its topic in the file, "" for a document."""
    return [
        {
            "topic": step.guid if step.kind is Kind.TOPIC else step.topic,
            "kind": step.kind,
            "field": item.field,
            "sent": item.sent,
            "kept": item.kept,
        }
        for step, item in found
    ]


def unkept_lines(found: Lacks, *, whole: bool) -> Iterator[str]:
    """The same by field, with some of what it is about, or all of it where the ``whole`` is asked for."""
    unread = [(step, item) for step, item in found if item.kept == Unkept.UNREAD]
    lacking = [(step, item) for step, item in found if item.kept != Unkept.UNREAD]
    if lacking:
        yield f"  not kept by the server ({len(lacking)}), and not sent again:"
        yield from _by_field(lacking, whole=whole)
    if unread:
        yield f"  not read back, since the server was in trouble ({len(unread)}); the next run looks once more:"
        yield from _by_field(unread, whole=whole)


def _by_field(found: Lacks, *, whole: bool) -> Iterator[str]:
    by_field: dict[str, list[tuple[Step, Unkept]]] = defaultdict(list)
    for step, item in found:
        by_field[_named(step.kind, item.field)].append((step, item))
    for name in sorted(by_field):
        yield f"    {name}: {len(by_field[name])}{_changed(by_field[name])}"
        yield from (f"      {line}" for line in _about(by_field[name], whole=whole))
    if not whole and any(len(each) > _MOST_TITLES for each in by_field.values()):
        yield "    -v lists all of them"


def _named(kind: Kind, field: str) -> str:
    words = str(kind).replace("_", " ")
    if field == Unkept.WHOLE:
        return words
    return field if kind in _BARE else f"{words} {field}"


def _changed(found: Lacks) -> str:
    """How many of them are there with another value."""
    count = sum(item.kept not in {None, Unkept.UNREAD} for _, item in found)
    return f" ({count} with another value)" if count else ""


def _about(found: Lacks, *, whole: bool) -> Iterable[str]:
    shown = found if whole else found[:_MOST_TITLES]
    for step, item in shown:
        became = (
            f": {item.sent or 'nothing'} → {item.kept or 'nothing'}" if whole and item.field != Unkept.WHOLE else ""
        )
        yield f"{step.label}{became}"
    if len(shown) < len(found):
        yield f"… and {len(found) - len(shown)} more"
