"""Writes to the server whose answer was lost: what the two sides agree on all the same, by what the server holds now.

Owns: the past of an atom that was sent. Sees: changes, advance. Rules: docs/sync-rules.md, "Lost answers". What an
archive held when it was sent, and the server holds now, both have held: whatever else the archive says since is an
edit of it, and no conflict.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bcfsync.advance import advanced, said
from bcfsync.canonical import OWN_WORDS, TOPIC_SCALARS, TOPIC_SETS, canonical, same
from bcfsync.changes import LINKS, Base, Entity, Key, Kind, Sent, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, spelled
from bcfsync.model import Comment, DocumentReference, Topic

Past = tuple[Any, Any]
"""What the archive held when the two last agreed, and what the server did; None where they never have."""


def past(base: Base, local: Key, held: object) -> Past:
    """What an archive and the server have agreed on.

    Args:
        base: what is on record.
        local: the atom's local key.
        held: what the server holds now.
    """
    recorded = base.local.get(local), base.seen.get(local)
    sent = base.sent.get(local)
    if sent is None:
        return recorded
    kind = LINKS.get(local.kind, local.kind)

    def across(guid: str) -> str:
        known = base.to_remote.get(key_of(kind, "" if kind is Kind.DOCUMENT else local.topic, guid))
        return known.guid if known else guid_key(guid)

    return answered(recorded, sent, held, across)


def answered(recorded: Past, sent: Sent, held: object, across: Callable[[str], str] = guid_key) -> Past:
    """What two sides are measured by, where one of them was sent a write and nobody knows whether it came.

    What the server lacks of it is no edit: it may not keep such a thing.

    Args:
        recorded: what is on record, which knows nothing of that write.
        sent: the write.
        held: what the server holds now, None where it holds nothing.
        across: the key on the server of an id of the archive.
    """
    if held is None:
        return recorded
    if sent.verb is Verb.CREATE:
        return _created(recorded, sent, held)
    if None in recorded:
        return recorded
    if not isinstance(held, Topic | Comment | DocumentReference):
        return (sent.local, sent.seen) if said(held) == said(sent.value) else recorded
    # a member that is there as it was sent may be somebody else's, too; the archive held it all the same
    found = advanced(Shadows(*recorded), sent.local, held, (), across)
    agreed = _taken_over(recorded, found.both, sent.fields)
    if not _has_come(recorded[1], sent, held):
        return agreed
    came = [name for name in sent.fields if name not in TOPIC_SETS and canonical(getattr(held, name)) is not None]
    return _taken_over(agreed, (sent.local, sent.seen), came)


def _created(recorded: Past, sent: Sent, held: object) -> Past:
    """What was sent, where somebody has edited it there since; else the server may just keep it in a way of its own."""
    if not isinstance(held, Topic | Comment) or not _is_edited(held):
        return recorded
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for name in TOPIC_SCALARS if isinstance(held, Topic) else ("viewpoint_guid",):
        if canonical(getattr(held, name)) is None:
            ours[name] = theirs[name] = None
    for name in TOPIC_SETS if isinstance(held, Topic) else ():
        there = {spelled(item) for item in getattr(held, name)}
        for members, value in ((ours, sent.local), (theirs, sent.seen)):
            members[name] = tuple(item for item in getattr(value, name) if spelled(item) in there)
    return replace(sent.local, **ours), replace(sent.seen, **theirs)


def _is_edited(held: Topic | Comment) -> bool:
    """Whether the server says that something was changed after it was made."""
    made, author = (held.creation_date, held.creation_author) if isinstance(held, Topic) else (held.date, held.author)
    if held.modified_author and author and held.modified_author != author:
        return True
    return bool(made and held.modified_date and held.modified_date.instant > made.instant)


def _has_come(before: Entity, sent: Sent, held: Entity) -> bool:
    """Whether the server shows a value of the write that hardly anybody else can have given."""
    own = (name for name in sent.fields if name in OWN_WORDS and getattr(sent.value, name) is not None)
    return any(_alike(name, held, sent.value) and not _alike(name, before, sent.value) for name in own)


def _alike(name: str, one: object, other: object) -> bool:
    return same(getattr(one, name), getattr(other, name))


def _taken_over(past: Past, other: Past, names: Iterable[str]) -> Past:
    names = tuple(names)
    pairs = zip(past, other, strict=True)
    ours, theirs = (replace(value, **{name: getattr(new, name) for name in names}) for value, new in pairs)
    return ours, theirs
