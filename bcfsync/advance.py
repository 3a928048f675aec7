"""Advancing shadows: which part of a confirmed write both sites now agree on.

Owns: what the store may remember after a write. Sees: merge's notions of sameness. A member the step wrote is
agreed as it stands on each side; an equal member is agreed; any other keeps its old shadow, so that an edit the
other side made meanwhile is still seen as an edit next time.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from bcfsync.canonical import (
    TOPIC_SCALARS,
    TOPIC_SETS,
    canonical,
    comment_content,
    digest,
    file_key,
    guid_keys,
    reference_content,
    remembered,
    same,
    topic_content,
)
from bcfsync.changes import Entity, Files, Related
from bcfsync.guids import guid_key
from bcfsync.marks import NEVER, marked
from bcfsync.merge import Shadows, spelled
from bcfsync.model import Comment, DocumentReference, HeaderFile, Topic

V = TypeVar("V")

_SCALARS: dict[type, tuple[str, ...]] = {
    Topic: TOPIC_SCALARS,
    Comment: ("comment", "viewpoint_guid"),
    DocumentReference: ("url", "description", "document_guid"),
}


def advanced(
    old: Shadows,
    source: Entity,
    target: Entity,
    written: Iterable[str] | None,
    across: Callable[[str], str] = guid_key,
    *,
    expected: Entity | None = None,
    held: Collection[tuple[str, str]] = (),
) -> Shadows:
    """The shadows after a write; a mark stands for what the two have never agreed on.

    Args:
        old: the shadows so far.
        source: what the source holds.
        target: what the target answered.
        written: the members the step wrote; None for all of them (a create).
        across: the key on the target of an id of the source.
        expected: what the target held before a write; None where nothing was written.
        held: members of the source that were not sent, each with the value that was in the way.
    """
    if isinstance(source, Files) and isinstance(target, Files):
        return _agreed_files(old, source, target, expected)
    if written is None and isinstance(source, Topic) and isinstance(target, Topic) and held:
        return _sent_in_part(source, target, held)
    if written is None:
        return Shadows(source, target)
    names = set(written)
    new_source, new_target = {}, {}
    for name in _SCALARS.get(type(source), ()):
        if name in names or _agree(name, source, target, across):
            continue
        # what the two have never agreed on is on record as just that, and all else is agreed
        new_source[name] = marked(source, name, NEVER) if old.source is None else getattr(old.source, name)
        new_target[name] = marked(target, name, NEVER) if old.target is None else getattr(old.target, name)
    for name in TOPIC_SETS if isinstance(source, Topic) else ():
        before = (getattr(old.source, name, ()), getattr(old.target, name, ()))
        sent = _keys(expected, name, spelled) if name in names else None
        lacking = {spelled(value) for member, value in held if member == name}
        ours = tuple(item for item in getattr(source, name) if spelled(item) not in lacking)
        new_source[name], new_target[name] = _agreed(ours, getattr(target, name), before, (spelled, spelled), sent)
    changed_source: dict[str, Any] = new_source
    changed_target: dict[str, Any] = new_target
    return Shadows(replace(source, **changed_source), replace(target, **changed_target))


def _sent_in_part(source: Topic, target: Topic, held: Collection[tuple[str, str]]) -> Shadows:
    """The shadows of a new topic that was sent without some of its members.

    These wait to be sent: nothing is on record of them for the source. What the target holds in their place it chose by
    itself, and as long as that stays so, nobody has edited it there.
    """
    members: dict[str, Any] = {name: marked(source, name, NEVER) for name, _ in held if name not in TOPIC_SETS}
    for name in TOPIC_SETS:
        lacking = {spelled(value) for member, value in held if member == name}
        members[name] = tuple(item for item in getattr(source, name) if spelled(item) not in lacking)
    return Shadows(replace(source, **members), target)


def unmerged(new: Shadows, names: Iterable[str]) -> Shadows:
    """The shadows after a write that gave members a value neither side held.

    The new value has in it what the source holds, which is what they have in common now. So it is an edit of the
    target, which goes to the source by the ordinary rules, whatever becomes of this run. What the target held before
    is on record no more: the two never agreed on it.

    Args:
        new: the shadows by ``advanced``.
        names: these members.
    """
    members: dict[str, Any] = {name: getattr(new.source, name) for name in names}
    return Shadows(new.source, replace(new.target, **members))  # type: ignore[type-var]


def filled_in(new: Shadows, held: Entity, names: Iterable[str]) -> Shadows:
    """The shadows after a write to which the target added values of its own, where it was on record to have none.

    Nobody has edited it there, so the source keeps what it has.

    Args:
        new: the shadows by ``advanced``.
        held: what the target holds.
        names: members it gave a value by itself.
    """
    members: dict[str, Any] = {
        name: getattr(held, name) for name in names if canonical(getattr(new.target, name)) is None
    }
    return Shadows(new.source, replace(new.target, **members)) if members else new  # type: ignore[type-var]


@remembered
def said(value: object) -> str:
    """What of an atom can change and be agreed on."""
    match value:
        case Comment(viewpoint_guid=guid):
            return digest([comment_content(value), guid_key(guid) if guid else None])
        case DocumentReference(document_guid=guid):
            return digest([reference_content(value), guid_key(guid) if guid else None])
        case Files(files):
            return digest(sorted(map(file_key, files)))
        case Related(guids):
            return digest(sorted(guid_keys(guids)))
        case _:
            return topic_content(value) if isinstance(value, Topic) else digest(value)


def said_whole(topic: Topic) -> str:
    """What a topic says with its thread and everything that hangs on it: what must be as it was to be deleted."""
    parts: tuple[Entity, ...] = (*topic.comments, *topic.document_references, Files(topic.files))
    known = sorted([*map(said, parts), said(Related(topic.related_topics))])
    # viewpoints never change, and those that are known may come without details
    return digest([topic_content(topic), known, sorted(guid_key(item.guid) for item in topic.viewpoints)])


def agreed_relations(
    old: Shadows, source: Related, target: Related, across: Callable[[str], str], expected: Entity | None = None
) -> Shadows:
    """The same for relations, whose ids differ between sides; ``across`` gives the key of a source's id there."""
    before = tuple(getattr(item, "guids", ()) for item in (old.source, old.target))
    sent = _keys(expected, "guids", guid_key)
    ours, theirs = _agreed(source.guids, target.guids, (before[0], before[1]), (across, guid_key), sent)
    return Shadows(Related(ours), Related(theirs))


def _agree(name: str, source: Entity, target: Entity, across: Callable[[str], str]) -> bool:
    """Whether both hold the same in a member."""
    ours, theirs = getattr(source, name), getattr(target, name)
    if name in {"viewpoint_guid", "document_guid"}:
        return (across(ours) if ours else None) == (guid_key(theirs) if theirs else None)
    if name == "url" and isinstance(source, DocumentReference) and isinstance(target, DocumentReference):
        return _place(source) == _place(target)
    return same(ours, theirs)


def _place(reference: DocumentReference) -> str | None:
    """The address of a reference; the path of one to a document is its place in an archive, and no address."""
    return None if reference.document_guid else reference.url or reference.path


def _keys(expected: Entity | None, name: str, key: Callable[[Any], str]) -> frozenset[str] | None:
    """The keys of what a target held before a write; None where nothing was written."""
    return None if expected is None else frozenset(key(item) for item in getattr(expected, name))


def _agreed(
    source: tuple[V, ...],
    target: tuple[V, ...],
    before: tuple[tuple[V, ...], tuple[V, ...]],
    keys: tuple[Callable[[V], str], Callable[[V], str]],
    sent: frozenset[str] | None,
) -> tuple[tuple[V, ...], tuple[V, ...]]:
    """Each side's part of what is known of a set: what both hold, and what each is on record with, as it spells it.

    What only one side holds stays as it is on record of either: an addition or removal still to travel, or a member
    the other side would not take. A server that does not keep what it was just sent has shown that it would not, and
    what its answer holds that nobody sent is its own spelling.

    Args:
        source: the set of the source.
        target: that of the target.
        before: what is on record of both.
        keys: what makes a member of either the same.
        sent: after a write, the keys of what the target held before it.
    """
    key, there = keys
    ours, theirs = {key(item) for item in source}, {there(item) for item in target}
    mine = {key(item): item for item in (*before[0], *source)}
    yours = {there(item): item for item in (*before[1], *target)}
    known = {key(item) for item in before[0]}, {there(item) for item in before[1]}
    both, single = ours & theirs, ours ^ theirs
    keep, keep_there = both | (single & known[0]), both | (single & known[1])
    if sent is not None:
        keep |= ours - theirs
        keep_there |= theirs - ours - sent
    return (
        tuple(item for name, item in mine.items() if name in keep),
        tuple(item for name, item in yours.items() if name in keep_there),
    )


def _agreed_files(old: Shadows, source: Files, target: Files, expected: Entity | None) -> Shadows:
    before: list[tuple[HeaderFile, ...]] = [getattr(item, "files", ()) for item in (old.source, old.target)]
    sent = _keys(expected, "files", file_key)
    ours, theirs = _agreed(source.files, target.files, (before[0], before[1]), (file_key, file_key), sent)
    return Shadows(Files(ours), Files(theirs))
