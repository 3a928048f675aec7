"""Who is who: which atom of one site is which atom of the other.

Owns: pairing. Sees: changes. Rules, in this order: a recorded identity; the same guid; where the target mints its
own guids, equal content by the same author (an answer that was lost, a state that was wiped); after an unanswered
create, the only newcomer of ours.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bcfsync.changes import Base, Capabilities, Key, Kind, Site, key_of

_SKEW = timedelta(minutes=5)
"""How wrong a server's clock may be when newcomers are dated."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An atom to be paired: its guid as spelled, what it says, whose it is."""

    guid: str
    content: str
    author: str | None = None
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """An atom of the source and its counterpart.

    ``target`` is None where there is none; ``gone`` where there was one once; ``fresh`` where the pair is new.
    """

    source: Candidate
    target: Candidate | None
    gone: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Where atoms are paired: their kind, the topic they belong to on each site, and what is known of both."""

    kind: Kind
    site: Site
    base: Base
    source_topic: str = ""
    target_topic: str = ""
    target: Capabilities = field(default_factory=lambda: Capabilities("", client_guid=True))

    def source_key(self, guid: str) -> Key:
        """Key of an atom on the source's site."""
        return key_of(self.kind, self.source_topic, guid)

    def target_key(self, guid: str) -> Key:
        """Key of an atom on the target's site."""
        return key_of(self.kind, self.target_topic, guid)


def pair(scope: Scope, sources: Sequence[Candidate], targets: Sequence[Candidate]) -> list[Pair]:
    """Each source atom with its counterpart among the targets; no target is given twice.

    ``scope.site`` is the site the sources come from.
    """
    found: dict[int, Pair] = {}
    free = {scope.target_key(item.guid): item for item in targets}
    linked = {key for key in free if scope.base.across(scope.site.other, key) is not None}
    for at, source in enumerate(sources):
        counterpart = scope.base.across(scope.site, scope.source_key(source.guid))
        if counterpart is not None:
            target = free.pop(counterpart, None)
            found[at] = Pair(source, target, gone=target is None and _was_there(scope, source))
    free = {key: item for key, item in free.items() if key not in linked}
    for at, source in enumerate(sources):
        same_guid = scope.target_key(source.guid)
        if at not in found and same_guid in free:
            found[at] = Pair(source, free.pop(same_guid), fresh=True)
    if not scope.target.client_guid or scope.site is Site.REMOTE:
        _pair_by_content(scope, sources, free, found)
        _pair_newcomers(scope, sources, free, found)
    return [found.get(at) or Pair(source, None) for at, source in enumerate(sources)]


def _was_there(scope: Scope, source: Candidate) -> bool:
    """Whether the target itself once held the atom: another archive of the same project may be the one that did."""
    key = scope.base.local_key(scope.site, scope.source_key(source.guid))
    held = scope.base.remote if scope.site is Site.LOCAL else scope.base.local
    return key in held


def _pair_by_content(
    scope: Scope, sources: Sequence[Candidate], free: dict[Key, Candidate], found: dict[int, Pair]
) -> None:
    alike: dict[str, list[Key]] = defaultdict(list)
    for key, target in free.items():
        alike[target.content].append(key)
    for at, source in enumerate(sources):
        if at in found:
            continue
        keys = [key for key in alike[source.content] if key in free and _may_be(scope, source, free[key])]
        if keys:
            found[at] = Pair(source, free.pop(keys[0]), fresh=True)


def _may_be(scope: Scope, source: Candidate, target: Candidate) -> bool:
    """Whether a target of equal content may be this source: ours or the same author's, and not older than the try."""
    intent = scope.base.intents.get(scope.source_key(source.guid)) if scope.site is Site.LOCAL else None
    if intent is not None:
        return scope.target_key(target.guid).guid not in intent.known
    if scope.kind is Kind.DOCUMENT:
        return False  # equal file names are no equal documents; a reference that is paired says more
    if scope.kind in {Kind.VIEWPOINT, Kind.REFERENCE}:
        return True
    return target.author is not None and target.author in {source.author, scope.target.user}


def _pair_newcomers(
    scope: Scope, sources: Sequence[Candidate], free: dict[Key, Candidate], found: dict[int, Pair]
) -> None:
    """One unanswered create and one newcomer of ours: that is it, even if somebody edited it meanwhile."""
    unanswered = [at for at, source in enumerate(sources) if at not in found and _intent(scope, source)]
    if len(unanswered) != 1 or scope.site is not Site.LOCAL:
        return
    source = sources[unanswered[0]]
    intent = scope.base.intents[scope.source_key(source.guid)]
    ours = [
        key
        for key, target in free.items()
        if key.guid not in intent.known
        and (target.author is None or target.author == scope.target.user)
        and (target.date is None or target.date >= intent.begun - _SKEW)
    ]
    if len(ours) == 1:
        found[unanswered[0]] = Pair(source, free.pop(ours[0]), fresh=True)


def _intent(scope: Scope, source: Candidate) -> bool:
    return scope.source_key(source.guid) in scope.base.intents
