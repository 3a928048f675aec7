"""Who is who: which atom of one site is which atom of the other.

Owns: pairing. Sees: changes. Rules, in this order: a recorded identity; the same guid; where the server mints its
own guids, equal content, but only after an answer or the record was lost; after an unanswered create, the only
newcomer of ours. Two things that merely look alike are two things.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bcfsync.changes import Base, Capabilities, Intent, Key, Kind, Site, key_of
from bcfsync.guids import guid_key, written_guid

_SKEW = timedelta(hours=25)
"""How wrong our clock or a server's may be when newcomers are dated: a day, where a time zone is."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An atom to be paired: its guid as spelled, what it says, whose it is, and a topic's title.

    ``worded``: it says it in words that two people hardly ever choose alike. ``outline``: what of it is there first,
    where it is made in parts.
    """

    guid: str
    content: str
    author: str | None = None
    date: datetime | None = None
    title: str = ""
    worded: bool = False
    outline: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """An atom of the source and its counterpart.

    ``target`` is None where there is none; ``gone`` where there was one once; ``doubtful`` where a server's atom may be
    what some archive sent without an answer; ``unclear`` says why one without counterpart must not be made all the
    same.
    """

    source: Candidate
    target: Candidate | None
    gone: bool = False
    doubtful: bool = False
    unclear: str = ""


_ANOTHER_NAME = "is on the server for a topic that another archive holds under another guid; use that archive"
_SAID_THERE = (
    "says what a topic says that is on the server already, from another archive; not sent again: if it is another one, "
    "say so in its title or description"
)
_ANOTHER_ID = "is on the server already, where it belongs to another one of the topic; not sent again"
_AMBIGUOUS = "cannot be told from others that say the same; give it a title of its own"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where atoms are paired: their kind, the topic they belong to on each site, and what is known of both.

    ``remote`` is what the server can do, where that is not the target.
    """

    kind: Kind
    site: Site
    base: Base
    source_topic: str = ""
    target_topic: str = ""
    target: Capabilities = field(default_factory=lambda: Capabilities("", client_guid=True))
    remote: Capabilities | None = None

    @property
    def server(self) -> Capabilities:
        """What the server can do, and who we are there."""
        return self.remote or self.target

    @property
    def unrecorded(self) -> bool:
        """Whether nothing is on record here yet, so that content may have to say who is who."""
        topic = key_of(Kind.TOPIC, "", self.source_topic)
        return self.base.put_back or self.kind is Kind.TOPIC or self.base.across(self.site, topic) is None

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
    if not sources:
        return []
    free = {scope.target_key(item.guid): item for item in targets}
    linked = {key for key in free if _is_settled(scope, scope.site.other, key)}
    found, lost = _pair_on_record(scope, sources, free)
    free = {key: item for key, item in free.items() if key not in linked}
    for at, source in enumerate(sources):
        # an id that is no guid stands in archives as the guid derived from it
        keys = map(scope.target_key, (source.guid, written_guid(source.guid)))
        same_guid = next((key for key in keys if key in free), None)
        if at not in found and same_guid is not None:
            found[at] = Pair(source, free.pop(same_guid))
    unclear = _known_by_another_name(scope, sources, linked, found)
    if not scope.server.client_guid:
        unclear |= _pair_by_content(scope, sources, free, found)
        _pair_begun(scope, sources, free, found)
        unclear |= _pair_newcomers(scope, sources, free, found)
    taken = {scope.target_key(item.target.guid) for item in found.values() if item.target}
    if not scope.server.client_guid:
        others = [item for item in targets if scope.target_key(item.guid) in linked - taken]
        unclear = _said_by_another(scope, sources, others) | unclear
    return [
        found.get(at)
        or lost.get(at)
        or Pair(source, None, doubtful=_doubtful(scope, source, taken), unclear=unclear.get(at, ""))
        for at, source in enumerate(sources)
    ]


def _known_by_another_name(
    scope: Scope, sources: Sequence[Candidate], linked: Collection[Key], found: Collection[int]
) -> dict[int, str]:
    """What stands in an archive under a server's own guid, and is on record under the guid it came from.

    Another machine's bcfsync, or another program, brought it there.
    """
    if scope.site is not Site.LOCAL:
        return {}
    reason = _ANOTHER_NAME if scope.kind is Kind.TOPIC else _ANOTHER_ID
    left = ((at, source) for at, source in enumerate(sources) if at not in found)
    return {at: reason for at, source in left if scope.target_key(source.guid) in linked}


def _said_by_another(scope: Scope, sources: Sequence[Candidate], others: Sequence[Candidate]) -> dict[int, str]:
    """Topics of an archive that say what one says that another archive has on the server, as far as content tells.

    It has another guid in that archive: an export of the same topic, where the server gives guids of its own.
    """
    if scope.kind is not Kind.TOPIC or scope.site is not Site.LOCAL:
        return {}
    there: dict[str, list[Candidate]] = defaultdict(list)
    for target in others:
        there[target.content].append(target)
    same = ((at, source, there[source.content]) for at, source in enumerate(sources) if source.content in there)
    return {at: _SAID_THERE for at, source, found in same if any(_may_be(scope, source, target) for target in found)}


def _pair_on_record(
    scope: Scope, sources: Sequence[Candidate], free: dict[Key, Candidate]
) -> tuple[dict[int, Pair], dict[int, Pair]]:
    """Pairs by recorded identity; apart from them those whose target is gone and that were begun anew since."""
    found: dict[int, Pair] = {}
    lost: dict[int, Pair] = {}
    for at, source in enumerate(sources):
        key = scope.source_key(source.guid)
        counterpart = scope.base.across(scope.site, key)
        if counterpart is None:
            continue
        target = free.pop(counterpart, None)
        item = Pair(source, target, gone=target is None and _was_there(scope, source))
        (found if target or _is_settled(scope, scope.site, key) else lost)[at] = item
    return found, lost


def _is_settled(scope: Scope, site: Site, key: Key) -> bool:
    """Whether an atom has its identity on record, and nothing was begun since that might give it another."""
    begun = site is Site.LOCAL and key in scope.base.intents
    return scope.base.across(site, key) is not None and not begun


def _doubtful(scope: Scope, source: Candidate, taken: Collection[Key]) -> bool:
    """Whether an atom of the server may be an unanswered create: of another archive, or of one that changed since."""
    if scope.site is Site.LOCAL or scope.server.client_guid:
        return False
    return any(_may_have_arrived(scope, source, intent) for intent in _begun(scope) if intent.key not in taken)


def _was_there(scope: Scope, source: Candidate) -> bool:
    """Whether the target itself once held the atom: another archive of the same project may be the one that did."""
    key = scope.base.local_key(scope.site, scope.source_key(source.guid))
    held = scope.base.remote if scope.site is Site.LOCAL else scope.base.local
    return key in held


def _pair_by_content(
    scope: Scope, sources: Sequence[Candidate], free: dict[Key, Candidate], found: dict[int, Pair]
) -> dict[int, str]:
    """Pair what says the same; topics that several may be are left, with the reason."""
    alike: dict[str, list[Key]] = defaultdict(list)
    for key, target in free.items():
        alike[target.content].append(key)
    left = [(at, source) for at, source in enumerate(sources) if at not in found]
    wanted = Counter(source.content for _, source in left)
    unclear: dict[int, str] = {}
    for at, source in left:
        keys = [key for key in alike[source.content] if key in free and _may_be(scope, source, free[key])]
        begun = any(_intent(scope, source, free[key]) for key in keys)
        if keys and scope.kind is Kind.TOPIC and not begun and max(len(keys), wanted[source.content]) > 1:
            unclear[at] = _AMBIGUOUS
        elif keys:
            found[at] = Pair(source, free.pop(keys[0]))
    return unclear


def _pair_begun(scope: Scope, sources: Sequence[Candidate], free: dict[Key, Candidate], found: dict[int, Pair]) -> None:
    """Pair what was to be made in parts, without an answer, with a newcomer that has the first of them."""
    for at, source in enumerate(sources):
        if at in found or not source.outline:
            continue
        for key, target in free.items():
            intent = _intent(scope, source, target)
            if intent and target.outline == source.outline and _may_be(scope, source, target):
                found[at] = Pair(source, free.pop(key))
                break


def _may_be(scope: Scope, source: Candidate, target: Candidate) -> bool:
    """Whether a target of equal content may be this source: ours or the same author's, and not older than the try."""
    intent = _intent(scope, source, target)
    if intent is not None:
        return _arrived(scope, source, target).guid not in intent.known
    if scope.kind is Kind.DOCUMENT or not scope.unrecorded:
        return False  # equal file names are no equal documents; a reference that is paired says more
    if scope.kind in {Kind.VIEWPOINT, Kind.REFERENCE}:
        return True
    if source.worded:
        return True  # whoever brought it there
    here, there = (source, target) if scope.site is Site.LOCAL else (target, source)
    return there.author is not None and there.author in {here.author, scope.server.user}


def _pair_newcomers(
    scope: Scope, sources: Sequence[Candidate], free: dict[Key, Candidate], found: dict[int, Pair]
) -> dict[int, str]:
    """One unanswered create and one newcomer of ours: that is it, even if somebody edited it meanwhile.

    A topic of another title may be it or not; it is left, with the reason.
    """
    left = [(at, source) for at, source in enumerate(sources) if at not in found]
    begun = [
        (at, source, key)
        for at, source in left
        for key, target in free.items()
        if (intent := _intent(scope, source, target)) and _is_newcomer(scope, source, target, intent)
    ]
    settled = {_local_key(scope, item.source, item.target) for item in found.values() if item.target}
    # those of other archives count: what arrived may be theirs
    unanswered = sum(1 for intent in _begun(scope) if intent.key not in settled)
    if scope.kind is Kind.TOPIC and unanswered == len({at for at, _, _ in begun}) > 1:
        _pair_by_title(begun, free, found)
        return {}
    if not unanswered == len(begun) == 1:
        return {}
    at, source, key = begun[0]
    if _title(source) != _title(free[key]):
        return {at: f"may be “{free[key].title}”, which came when an answer was lost; if so, make their titles equal"}
    found[at] = Pair(source, free.pop(key))
    return {}


def _pair_by_title(
    begun: Sequence[tuple[int, Candidate, Key]], free: dict[Key, Candidate], found: dict[int, Pair]
) -> None:
    """Of several topics without an answer those whose title no other one of them, and no other newcomer, has."""
    same = [(at, source, key) for at, source, key in begun if _title(source) == _title(free[key])]
    sources, targets = Counter(at for at, _, _ in same), Counter(key for _, _, key in same)
    for at, source, key in same:
        if sources[at] == targets[key] == 1:
            found[at] = Pair(source, free.pop(key))


def _title(candidate: Candidate) -> str:
    return " ".join(candidate.title.split())


def _is_newcomer(scope: Scope, source: Candidate, target: Candidate, intent: Intent) -> bool:
    return _may_have_arrived(scope, target if scope.site is Site.LOCAL else source, intent)


def _may_have_arrived(scope: Scope, there: Candidate, intent: Intent) -> bool:
    return (
        guid_key(there.guid) not in intent.known
        and (there.author is None or there.author == scope.server.user or _is_anybody(scope))
        and (there.date is None or there.date >= intent.begun - _SKEW)
    )


def _is_anybody(scope: Scope) -> bool:
    """Whether the server cannot say who we are, as in API 1.0: of a topic its title has to tell then."""
    return scope.server.user is None and scope.kind is Kind.TOPIC


def _intent(scope: Scope, source: Candidate, target: Candidate) -> Intent | None:
    """The begun create of the archive's atom of a possible pair."""
    return scope.base.intents.get(_local_key(scope, source, target))


def _begun(scope: Scope) -> Iterator[Intent]:
    """All creates begun in a scope and open still, of whichever archive."""
    topic = (scope.source_key("") if scope.site is Site.LOCAL else scope.target_key("")).topic
    return (item for key, item in scope.base.intents.items() if (key.kind, key.topic) == (scope.kind, topic))


def _local_key(scope: Scope, source: Candidate, target: Candidate) -> Key:
    """The key of the archive's atom of a possible pair."""
    return scope.source_key(source.guid) if scope.site is Site.LOCAL else scope.target_key(target.guid)


def _arrived(scope: Scope, source: Candidate, target: Candidate) -> Key:
    """The key of the server's atom of a possible pair."""
    return scope.target_key(target.guid) if scope.site is Site.LOCAL else scope.source_key(source.guid)
