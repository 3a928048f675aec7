"""What became of what was sent: the answer of the server, whole, and what it did not keep.

Owns: when an answer is believed, and what is learned of members that vanish. Sees: comparing, facts. An answer may show
a part of the thing only (seen at linear-bcf-connector), so a member that seems to be lost is looked for once more
before it is said to be.
"""

from collections.abc import Callable
from typing import Any

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Change, Unkept
from bcfsync.errors import ServerTrouble
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.facts import Facts
from bcfsync.sides.rest.writing.comparing import unkept

Decode = Callable[[object], Any]

_VALUES = frozenset({"topic_type", "topic_status", "priority", "labels", "assigned_to", "stage"})
"""Members whose values a project may list: where one is lost, the member may still be kept."""


def understood(data: object, decode: Decode) -> Any:  # noqa: ANN401 - an entity
    """What an answer says; None where it says nothing that could be used."""
    if data is None:
        return None
    try:
        return decode(data)
    except AnswerNotUnderstood:
        return None


def looked_again(again: Callable[[], object | None], decode: Decode) -> tuple[object | None, Any]:
    """What is there now, as JSON and as read; None and None where the server does not tell."""
    try:
        data = again()
    except (Refused, ServerTrouble):
        return None, None
    return data, understood(data, decode)


def compared(
    change: Change, data: object, decode: Decode, again: Callable[[], object | None], learned: Facts
) -> tuple[Any, tuple[Unkept, ...]]:
    """What the server holds of a new thing, and what it did not keep of it.

    Args:
        change: with what was sent.
        data: the answer.
        decode: reads it.
        again: looks at the thing once more.
        learned: facts, read and written.
    """
    held = decode(data)
    lost = unkept(change.value, held, change.fields)
    if any(_is_doubtful(change, item, data, learned) for item in lost):
        more, seen = looked_again(again, decode)
        if seen is not None:
            data, held = more, seen
            lost = unkept(change.value, held, change.fields)
    note_dropped(change, lost, data, learned)
    return held, lost


def note_dropped(change: Change, lost: tuple[Unkept, ...], data: object, learned: Facts) -> None:
    """Learn members that a server takes and does not keep."""
    for item in lost:
        root = item.field.partition(".")[0]
        unknown = isinstance(data, dict) and root not in data
        if item.sent and item.kept is None and item.field != Unkept.WHOLE and (unknown or root not in _VALUES):
            facts.add(learned, facts.DROPPED, f"{change.kind}.{item.field}")


def _is_doubtful(change: Change, item: Unkept, data: object, learned: Facts) -> bool:
    """Whether an answer only leaves a member out that the server may have kept."""
    if f"{change.kind}.{item.field}" in facts.names(learned, facts.DROPPED) or not isinstance(data, dict):
        return False
    return item.field.partition(".")[0] not in data
