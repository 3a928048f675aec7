"""Triage: from two listings and the base to the topics whose bodies are needed. Tags and digests only.

Owns: which topics a pass has to look at. Sees: changes, pairing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bcfsync.changes import Base, Capabilities, Key, Kind, Listed, Listing, Site
from bcfsync.guids import guid_key
from bcfsync.plan.pairing import Candidate, Pair, Scope, pair
from bcfsync.plan.policy import Deletes, Placing, Policy


@dataclass(frozen=True, slots=True)
class Triage:
    """Paired topics and the keys of the bodies to load on each site.

    Attributes:
        source: the site edits come from.
        pairs: its topics with their counterparts.
        source_keys: topics to load there.
        target_keys: topics to load across.
        absent: topics of the target that this archive and the server once agreed on, and the source lists no more.
        nowhere: local keys of topics that both once agreed on, and neither lists any more.
        vanished: keys of topics the server lists no more, where it matters whether they are really not there.
        source_complete: whether the source listed all it has.
        target_complete: whether the target did.
    """

    source: Site
    pairs: tuple[Pair, ...]
    source_keys: frozenset[str]
    target_keys: frozenset[str]
    absent: tuple[Listed, ...] = ()
    nowhere: tuple[Key, ...] = ()
    vanished: frozenset[str] = frozenset()
    source_complete: bool = True
    target_complete: bool = True


def triage(
    base: Base,
    source: Site,
    sources: Listing,
    targets: Listing,
    target: Capabilities,
    *,
    remote: Capabilities | None = None,
    policy: Policy | None = None,
) -> Triage:
    """Pair the topics of the site ``source`` with those across; ``remote`` is the server where the target is none."""
    policy = policy or Policy()
    scope = Scope(Kind.TOPIC, source, base, target=target, remote=remote)
    pairs = pair(
        scope,
        [_candidate(item) for item in sources.topics.values()],
        [_candidate(item) for item in targets.topics.values()],
    )
    if source is Site.REMOTE and policy.placing is not None:
        pairs = [item for item in pairs if not _is_elsewhere(base, policy.placing, item)]
    paired = frozenset(guid_key(item.target.guid) for item in pairs if item.target)
    absent = tuple(_absent(base, source, sources, targets, paired))
    wanted = () if policy.deletes is Deletes.NEVER else absent
    local, remote_topics = (sources, targets) if source is Site.LOCAL else (targets, sources)
    nowhere = tuple(_nowhere(base, local, remote_topics))
    vanished = _across(base, wanted) if source is Site.REMOTE else _gone(base, pairs)
    vanished |= {base.to_remote[key].guid for key in nowhere}
    return Triage(
        source,
        tuple(pairs),
        frozenset(guid_key(item.source.guid) for item in pairs),
        paired | {guid_key(item.guid) for item in wanted},
        absent,
        nowhere,
        vanished if remote_topics.complete and scope.server.trusted else frozenset(),
        sources.complete,
        targets.complete,
    )


def _is_elsewhere(base: Base, placing: Placing, item: Pair) -> bool:
    """Whether a topic is no business of this archive: it never held it, and another one of the folder does."""
    if item.target is not None or item.gone:
        return False
    key = guid_key(item.source.guid)
    local = base.to_local.get(Key(Kind.TOPIC, "", key))
    return bool({key, local.guid if local else key} & placing.elsewhere)


def _absent(base: Base, source: Site, sources: Listing, targets: Listing, paired: frozenset[str]) -> Iterator[Listed]:
    """Topics of the target that this archive and the server agreed on, and the source lacks."""
    for name, item in targets.topics.items():
        there = Key(Kind.TOPIC, "", name)
        here, local = base.across(source.other, there), base.local_key(source.other, there)
        if name in paired or here is None or local is None or here.guid in sources.topics:
            continue
        if local in base.local and local in base.seen and local not in base.intents:
            yield item


def _nowhere(base: Base, local: Listing, remote: Listing) -> Iterator[Key]:
    """Topics that this archive and the server agreed on, and neither lists."""
    for ours, theirs in base.to_remote.items():
        agreed = ours.kind is Kind.TOPIC and ours in base.local and ours in base.seen
        if agreed and ours.guid not in local.topics and theirs.guid not in remote.topics:
            yield ours


def _across(base: Base, absent: Iterable[Listed]) -> frozenset[str]:
    """The server's keys of the archive's topics."""
    keys = (base.to_remote[Key(Kind.TOPIC, "", guid_key(item.guid))] for item in absent)
    return frozenset(key.guid for key in keys)


def _gone(base: Base, pairs: Iterable[Pair]) -> frozenset[str]:
    """The server's keys of topics it held once and lists no more."""
    keys = (base.to_remote.get(Key(Kind.TOPIC, "", guid_key(item.source.guid))) for item in pairs if item.gone)
    return frozenset(key.guid for key in keys if key is not None)


def _candidate(item: Listed) -> Candidate:
    return Candidate(item.guid, item.content, item.author, item.date, item.title, item.worded)
