"""The stale save: a program saved the copy it had loaded before we wrote to its file.

Owns: what such a save had seen, and what the record is put back to. Sees: changes, canonical, plain. Source: design
of the engine, 2.7; docs/sync-rules.md, "Programs that save an older copy".

A program that opened an archive, waited while we wrote into it, and then saves, takes our writes back without anybody
having wanted that. Every write to an archive is a generation. The latest generation of which a saved file shows
anything is what the program had loaded. What is newer was never seen by it: the record of those atoms is put back to
what the program had loaded, and the ordinary rules then write them again, find a conflict, or keep an edited topic.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from bcfsync import plain
from bcfsync.advance import said
from bcfsync.canonical import OWN_WORDS, canonical, same, same_set
from bcfsync.changes import ENTITIES, Entity, Files, Key, Kind, Related, Verb, key_of
from bcfsync.marks import UNKNOWN, marked
from bcfsync.model import Comment, Topic
from bcfsync.plan.measuring import own_part

MOST_TRIES = 2
"""So many times an atom is written again; who takes it away once more means it, or fights with another program."""

AGAIN = "again"
"""Among the members on record of a write: what was written had been on record before."""

_SETS = frozenset({"labels", "reference_links"})
_UNSEEN = frozenset({Kind.PROJECT, Kind.DOCUMENT})
"""What lies beside the topics; a program that drops a document drops the references to it, too."""

_DATED = ("modified_date", "modified_author")


@dataclass(frozen=True, slots=True)
class Write:
    """An atom we gave to an archive and no program has shown to have read.

    Attributes:
        key: its local key.
        verb: what was done.
        fields: for updates of a topic, comment or reference, the members that were written.
        new: what was written; None for a deletion.
        ours: the archive's shadow before; None where there was none.
        seen: what the server held when the two agreed before.
        generation: which write of the archive it was part of.
        tries: how often it was written again since.
        again: what was written had been on record before, so that an older file may hold it, too.
    """

    key: Key
    verb: Verb
    fields: tuple[str, ...]
    new: Entity | None
    ours: Entity | None
    seen: Entity | None
    generation: int
    tries: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What a saved archive tells of our writes to it.

    Attributes:
        loaded: the last generation the program had loaded; it and all before are acknowledged.
        shadows: for atoms it had not seen, the archive's shadow and the server's with it, as they are to be put back.
        lost: the writes it took back without having seen them.
        fought: atoms that were taken away too often; nobody may decide about them but a person.
    """

    loaded: int = 0
    shadows: Mapping[Key, tuple[Entity | None, Entity | None]] = field(default_factory=dict)
    lost: tuple[Write, ...] = ()
    fought: frozenset[Key] = frozenset()


def judged(
    writes: Sequence[Write],
    held: Mapping[Key, Entity],
    local: Mapping[Key, Entity],
    seen: Mapping[Key, Entity],
) -> Judged:
    """What an archive that an application saved had loaded, and what to put back.

    Args:
        writes: ours, oldest first.
        held: the atoms of the archive as saved.
        local: the archive's shadows.
        seen: what the server held when it last agreed with the archive.
    """
    writes = [item for item in writes if item.key.kind not in _UNSEEN]
    loaded, doubtful = _loaded(writes, held)
    newer = [item for item in writes if item.generation > loaded and _is_lost(item, held)]
    tries: dict[Key, int] = {}
    for item in writes:
        tries[item.key] = max(tries.get(item.key, 0), item.tries)
    back: dict[Key, tuple[Entity | None, Entity | None]] = {}
    fought: set[Key] = set()
    for item in reversed(newer):  # the latest first: what was loaded before all of them counts in the end
        now = back.get(item.key, (local.get(item.key), seen.get(item.key)))
        if tries[item.key] < MOST_TRIES and not (item.verb is Verb.UPDATE and item.generation in doubtful):
            back[item.key] = _before(item, now, held.get(item.key))
        elif item.verb is Verb.UPDATE:
            # both moved, from nobody knows where: a person decides, and no preference
            back[item.key] = _unknown(item, now, held.get(item.key))
        else:
            fought.add(item.key)
    return Judged(loaded, back, tuple(newer), frozenset(fought))


def atoms(topics: Iterable[Topic]) -> dict[Key, Entity]:
    """The atoms of whole topics by their key."""
    found: dict[Key, Entity] = {}
    for topic in topics:
        found[key_of(Kind.TOPIC, "", topic.guid)] = own_part(topic)
        found[key_of(Kind.FILES, topic.guid, topic.guid)] = Files(topic.files)
        found[key_of(Kind.RELATED, topic.guid, topic.guid)] = Related(topic.related_topics)
        if topic.bim_snippet is not None:
            found[key_of(Kind.SNIPPET, topic.guid, topic.guid)] = topic.bim_snippet
        found |= {key_of(Kind.COMMENT, topic.guid, item.guid): item for item in topic.comments}
        found |= {key_of(Kind.VIEWPOINT, topic.guid, item.guid): item for item in topic.viewpoints}
        found |= {key_of(Kind.REFERENCE, topic.guid, item.guid): item for item in topic.document_references}
    return found


def read(kind: Kind, text: str | None) -> Entity | None:
    """A value out of the record's text."""
    return None if text is None else plain.loads(ENTITIES[kind], text)


def forgotten(item: Write, shadow: Entity | None) -> Entity | None:
    """Another pair's shadow of an archive without a write that the archive has lost again."""
    if shadow is None or item.new is None or item.verb is Verb.DELETE:
        return shadow
    if item.verb is Verb.CREATE:
        return None
    if not item.fields:
        return item.ours if said(shadow) == said(item.new) else shadow
    if item.ours is None:
        return shadow
    names = [name for name in item.fields if _alike(name, shadow, item.new)]
    return _with(shadow, item.ours, names)


def _loaded(writes: Sequence[Write], held: Mapping[Key, Entity]) -> tuple[int, frozenset[int]]:
    """The last generation of which a saved file shows something that it cannot have but from us.

    A value that anybody might have put there (a status, a set, nothing at all) is a hint only: it proves a generation
    where more of it stands as we wrote it than as it was before. Generations newer than the proven one that have
    hints all the same are doubtful: a person decides about what stands there as it was before.
    """
    found, hinted = 0, set()
    groups: dict[int, list[Write]] = {}
    for item in writes:
        groups.setdefault(item.generation, []).append(item)
    older: set[tuple[Key, str]] = set()
    unseen = False
    for generation in sorted(groups):
        # what was written again was in an older generation, too, and proves no more than that one
        own = [item for item in groups[generation] if (item.key, _named(item)) not in older]
        older |= {(item.key, _named(item)) for item in groups[generation]}
        signs = Counter(sign for item in own for sign in _signs(item, held))
        if signs[_Sign.PROOF]:
            found, unseen = generation, False
        elif signs[_Sign.HINT] > signs[_Sign.BEFORE] and not (unseen or signs[_Sign.LACKING]):
            found = generation
        elif signs[_Sign.HINT]:
            hinted.add(generation)
        # who had not loaded an older generation has not loaded a newer one
        lacks = signs[_Sign.LACKING] and not signs[_Sign.PROOF]
        unseen = unseen or bool(lacks) or signs[_Sign.BEFORE] > signs[_Sign.HINT] + signs[_Sign.PROOF]
    return found, frozenset(generation for generation in hinted if generation > found)


def _named(item: Write) -> str:
    """What a write says, as a name."""
    return "" if item.new is None else said(item.new)


class _Sign(Enum):
    PROOF = "a value only we can have given"
    HINT = "a value of ours that anybody might have given"
    BEFORE = "the value as it was before"
    LACKING = "nothing, where we had made what was nowhere before: an older file has all else of it"


def _signs(item: Write, held: Mapping[Key, Entity]) -> Iterator[_Sign]:
    """What a saved file shows of a write."""
    now = held.get(item.key)
    if item.verb is Verb.DELETE or item.new is None:
        return  # what is not there may never have been loaded, or have been dropped
    if item.verb is Verb.CREATE:
        if now is None:
            yield _Sign.BEFORE if item.again else _Sign.LACKING
        elif not item.again:
            yield _Sign.PROOF
        else:
            # an older file may hold it, too, as it was then
            yield _Sign.HINT if said(now) == said(item.new) else _Sign.BEFORE
    elif now is not None and not item.fields:
        if item.ours is None or said(item.ours) != said(item.new):
            is_new = said(now) == said(item.new) and not _is_empty(item.new)
            yield from _signs_of(is_new, item.ours is not None and said(now) == said(item.ours))
    elif now is not None and item.ours is not None:
        for name in item.fields:
            if not _alike(name, item.ours, item.new):
                is_new = _alike(name, now, item.new) and not _is_empty(getattr(item.new, name))
                sign = is_new, _alike(name, now, item.ours)
                yield from _signs_of(*sign, unique=_is_ours_alone(item, name))


def _is_empty(value: object) -> bool:
    """Whether a value says nothing: programs drop what they do not know, and so show that, too."""
    match value:
        case Files(files):
            return not files
        case Related(guids):
            return not guids
        case _:
            return not canonical(value)


def _is_ours_alone(item: Write, name: str) -> bool:
    """Whether a file can have a member's value from this write only."""
    return name in OWN_WORDS and not item.again and getattr(item.new, name) is not None


def _signs_of(is_new: bool, is_old: bool, *, unique: bool = False) -> Iterator[_Sign]:  # noqa: FBT001 - two answers
    if is_new:
        yield _Sign.PROOF if unique else _Sign.HINT
    elif is_old:
        yield _Sign.BEFORE


def _is_lost(item: Write, held: Mapping[Key, Entity]) -> bool:
    """Whether a write that was not seen is not there: another write of the same may have been seen."""
    now = held.get(item.key)
    if item.verb is Verb.DELETE:
        return now is not None
    if now is None or item.new is None:
        return True
    if item.verb is Verb.CREATE:
        return item.again and said(now) != said(item.new)
    return bool(_members_lost(item, now)) if item.fields else said(now) != said(item.new)


def _members_lost(item: Write, now: Entity) -> list[str]:
    return [name for name in item.fields if not _alike(name, now, item.new)]


def _before(
    item: Write, shadows: tuple[Entity | None, Entity | None], now: Entity | None
) -> tuple[Entity | None, Entity | None]:
    """The two shadows without what a file has lost of a write."""
    ours, seen = shadows
    if item.verb in {Verb.CREATE, Verb.DELETE} or not item.fields or ours is None or seen is None:
        return item.ours, item.seen
    if item.ours is None or item.seen is None:
        return ours, seen
    names = item.fields if now is None else _members_lost(item, now)
    dated = _DATED if isinstance(ours, Topic | Comment) else ()
    return _with(ours, item.ours, (*names, *dated)), _with(seen, item.seen, names)


def _unknown(
    item: Write, shadows: tuple[Entity | None, Entity | None], now: Entity | None
) -> tuple[Entity | None, Entity | None]:
    """The two shadows with a mark in place of every member a file has lost: whatever is there, it is a conflict."""
    ours, seen = shadows
    if ours is None or seen is None or not item.fields or not isinstance(ours, Topic | Comment):
        return ours, _before(item, shadows, now)[1]
    names = item.fields if now is None else _members_lost(item, now)
    marks = {name: marked(ours, name, UNKNOWN) for name in names if name not in _SETS}
    # sets know no conflict: what was taken from one unseen is put back each time
    sets = [name for name in names if name in _SETS]
    if item.ours is not None and item.seen is not None:
        ours, seen = _with(ours, item.ours, sets), _with(seen, item.seen, sets)
    dated = {name: getattr(item.ours, name) for name in _DATED} if isinstance(item.ours, Topic | Comment) else {}
    return replace(ours, **marks, **dated), replace(seen, **marks)


def _with(value: Entity, other: Entity, names: Iterable[str]) -> Entity:
    members: dict[str, Any] = {name: getattr(other, name) for name in names}
    return replace(value, **members)


def _alike(name: str, one: object, other: object) -> bool:
    mine, theirs = getattr(one, name), getattr(other, name)
    return same_set(mine, theirs) if name in _SETS else same(mine, theirs)
