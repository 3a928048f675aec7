"""Triage: from two listings and the base to the topics whose bodies are needed. Tags and digests only.

Owns: which topics a pass has to look at. Sees: changes, pairing.
"""

from dataclasses import dataclass

from bcfsync.changes import Base, Capabilities, Kind, Listed, Listing, Site
from bcfsync.guids import guid_key
from bcfsync.plan.pairing import Candidate, Pair, Scope, pair


@dataclass(frozen=True, slots=True)
class Triage:
    """Paired topics and the keys of the bodies to load on each site."""

    source: Site
    pairs: tuple[Pair, ...]
    source_keys: frozenset[str]
    target_keys: frozenset[str]


def triage(
    base: Base,
    source: Site,
    sources: Listing,
    targets: Listing,
    target: Capabilities,
    *,
    remote: Capabilities | None = None,
) -> Triage:
    """Pair the topics of the site ``source`` with those across; ``remote`` is the server where the target is none."""
    scope = Scope(Kind.TOPIC, source, base, target=target, remote=remote)
    pairs = pair(
        scope,
        [_candidate(item) for item in sources.topics.values()],
        [_candidate(item) for item in targets.topics.values()],
    )
    return Triage(
        source,
        tuple(pairs),
        frozenset(guid_key(item.source.guid) for item in pairs),
        frozenset(guid_key(item.target.guid) for item in pairs if item.target),
    )


def _candidate(item: Listed) -> Candidate:
    return Candidate(item.guid, item.content, item.author, item.date, item.title)
