"""Advancing shadows: which part of a confirmed write both sites now agree on.

Owns: what the store may remember after a write. Sees: merge's notions of sameness. A member the step wrote is
agreed as it stands on each side; an equal member is agreed; any other keeps its old shadow, so that an edit the
other side made meanwhile is still seen as an edit next time.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, file_key, guid_keys, same
from bcfsync.changes import Entity, Files, Related
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows
from bcfsync.model import Comment, DocumentReference, Topic

_SCALARS: dict[type, tuple[str, ...]] = {
    Topic: TOPIC_SCALARS,
    Comment: ("comment",),
    DocumentReference: ("url", "description"),
}


def advanced(old: Shadows, source: Entity, target: Entity, written: Iterable[str] | None) -> Shadows | None:
    """The shadows after a write, or None where nothing can be said to be agreed yet.

    Args:
        old: the shadows so far.
        source: what the source holds.
        target: what the target answered.
        written: the members the step wrote; None for all of them (a create, an adoption).
    """
    if isinstance(source, Files) and isinstance(target, Files):
        return _agreed_files(old, source, target)
    if written is None:
        return Shadows(source, target)
    new_source, new_target = {}, {}
    for name in _SCALARS.get(type(source), ()):
        if name in set(written) or same(getattr(source, name), getattr(target, name)):
            continue
        if old.source is None or old.target is None:
            return None
        new_source[name], new_target[name] = getattr(old.source, name), getattr(old.target, name)
    for name in TOPIC_SETS if isinstance(source, Topic) else ():
        agreed = _agreed(getattr(source, name), getattr(target, name), getattr(old.source, name, ()))
        new_source[name] = new_target[name] = agreed
    changed_source: dict[str, Any] = new_source
    changed_target: dict[str, Any] = new_target
    return Shadows(replace(source, **changed_source), replace(target, **changed_target))


def agreed_relations(old: Shadows, source: Related, target: Related, across: Callable[[str], str]) -> Shadows:
    """The same for relations, whose ids differ between sides; ``across`` gives the key of a source's id there."""
    before_source, before_target = (guid_keys(getattr(item, "guids", ())) for item in (old.source, old.target))
    theirs, ours = guid_keys(target.guids), {across(guid) for guid in source.guids}
    return Shadows(
        Related(tuple(item for item in source.guids if across(item) in theirs or guid_key(item) in before_source)),
        Related(tuple(item for item in target.guids if guid_key(item) in ours or guid_key(item) in before_target)),
    )


def _agreed(source: tuple[str, ...], target: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
    """Members both hold, and members both held once of which one side has let go since."""
    both, either = set(source) & set(target), set(source) ^ set(target)
    return tuple(item for item in dict.fromkeys((*source, *target)) if item in both or (item in either and item in old))


def _agreed_files(old: Shadows, source: Files, target: Files) -> Shadows:
    before = {file_key(item) for item in getattr(old.source, "files", ())}
    ours, theirs = {file_key(item) for item in source.files}, {file_key(item) for item in target.files}
    keep = (ours & theirs) | ((ours ^ theirs) & before)
    return Shadows(
        Files(tuple(item for item in source.files if file_key(item) in keep)),
        Files(tuple(item for item in target.files if file_key(item) in keep)),
    )
