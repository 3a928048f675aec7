"""Writes to the server whose answer was lost: what the two sides agree on all the same, by what the server holds now.

Owns: the past of an atom that was sent. Sees: changes, advance. Rules: docs/sync-rules.md, "Lost answers". What an
archive held when it was sent, and the server holds now, both have held: whatever else the archive says since is an
edit of it, and no conflict.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from bcfsync.advance import advanced, said
from bcfsync.canonical import OWN_WORDS, RESET, TOPIC_SCALARS, TOPIC_SETS, canonical, same
from bcfsync.changes import LINKS, Base, Entity, Key, Kind, Sent, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, spelled
from bcfsync.model import Comment, DocumentReference, Extensions, Topic
from bcfsync.plan.lacking import lacking, unagreed

Past = tuple[Any, Any]
"""What the archive held when the two last agreed, and what the server did; None where they never have."""


def past(base: Base, local: Key, held: object, lacks: Collection[str] = ()) -> Past:
    """What an archive and the server have agreed on.

    Args:
        base: what is on record.
        local: the atom's local key.
        held: what the server holds now.
        lacks: members it is known never to keep, as ``topic.stage``.
    """
    recorded = base.local.get(local), base.seen.get(local)
    sent = base.sent.get(local)
    if sent is None:
        return recorded
    kind = LINKS.get(local.kind, local.kind)

    def across(guid: str) -> str:
        known = base.to_remote.get(key_of(kind, "" if kind is Kind.DOCUMENT else local.topic, guid))
        return known.guid if known else guid_key(guid)

    return answered(recorded, sent, held, across, lacks)


def answered(
    recorded: Past, sent: Sent, held: object, across: Callable[[str], str] = guid_key, lacks: Collection[str] = ()
) -> Past:
    """What two sides are measured by, where one of them was sent a write and nobody knows whether it came.

    What the server lacks of it is no edit: it may not keep such a thing.

    Args:
        recorded: what is on record, which knows nothing of that write.
        sent: the write.
        held: what the server holds now, None where it holds nothing.
        across: the key on the server of an id of the archive.
        lacks: members the server is known never to keep.
    """
    if held is None:
        return recorded
    if sent.verb is Verb.CREATE:
        return _created(recorded, sent, held, lacks)
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


def filled(known: Past, before: object, sent: Sent, held: object, lists: Extensions | None) -> Past:
    """What two sides are measured by, where the server puts the project's first value in when a topic is changed.

    Where such a change was sent, and what the server shows says that it came, such a value in place of none is the
    server's own doing.

    Args:
        known: what they are measured by otherwise.
        before: what the server is on record to have held before that change.
        sent: the change, without an answer.
        held: what the server holds now.
        lists: the values the project offers.
    """
    topics = isinstance(held, Topic) and isinstance(before, Topic) and isinstance(known[1], Topic)
    if sent.verb is not Verb.UPDATE or not topics:
        return known
    if not any(_alike(name, held, sent.value) and not _alike(name, before, sent.value) for name in sent.fields):
        return known
    mine = (name for name in RESET if name not in sent.fields and _is_empty(known[1], name))
    names = [name for name in mine if not _is_empty(held, name) and getattr(held, name) == _first(lists, name)]
    members: dict[str, Any] = {name: getattr(held, name) for name in names}
    return known[0], replace(known[1], **members)


def _first(lists: Extensions | None, name: str) -> str | None:
    return next(iter(getattr(lists, name, None) or ()), None)


def _created(recorded: Past, sent: Sent, held: object, lacks: Collection[str]) -> Past:
    """What was sent, where somebody has edited it there since; else the server may just keep it in a way of its own."""
    if not isinstance(held, Topic | Comment):
        return recorded
    never = lacking(Kind.TOPIC if isinstance(held, Topic) else Kind.COMMENT, lacks)
    if not _is_edited(held):
        return _missing(recorded, sent, held, never)
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for name in TOPIC_SCALARS if isinstance(held, Topic) else ("viewpoint_guid",):
        if canonical(getattr(held, name)) is None:
            theirs[name] = None
            ours[name] = getattr(sent.local, name) if name in never else None
    for name in TOPIC_SETS if isinstance(held, Topic) else ():
        there = {spelled(item) for item in getattr(held, name)}
        for members, value in ((ours, sent.local), (theirs, sent.seen)):
            members[name] = tuple(item for item in getattr(value, name) if spelled(item) in there)
    return replace(sent.local, **ours), replace(sent.seen, **theirs)


def _missing(recorded: Past, sent: Sent, held: Topic | Comment, never: Collection[str]) -> Past:
    """What was sent without members that are not there, though the server says that nobody has edited it since.

    They go once more, and the answer shows whether the server keeps them; not so where that is known.
    """
    if recorded != (None, None) or not isinstance(held, Topic) or held.creation_date is None:
        return recorded
    gone = (name for name in TOPIC_SCALARS if _is_empty(held, name) and not _is_empty(sent.value, name))
    names = [name for name in gone if name not in never]
    if not names:
        return recorded
    members: dict[str, Any] = dict.fromkeys(names)
    ours, theirs = unagreed(sent.local, held)
    return replace(ours, **members), replace(theirs, **members)


def _is_empty(value: object, name: str) -> bool:
    return canonical(getattr(value, name)) is None


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
