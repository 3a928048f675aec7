"""The server a folder is kept equal with, and how.

Owns: what a turn is told. Sees: changes, policies, the store.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bcfsync.changes import Bodies, Side, Site
from bcfsync.plan.policy import Place, Policy
from bcfsync.sides.earlier import Earlier
from bcfsync.store import BlobShelf, Store


class Way(StrEnum):
    """Which edits travel: both sides', the server's, or the files'."""

    BOTH = "two-way"
    PULL = "pull"
    PUSH = "push"


@dataclass(frozen=True, slots=True)
class Partner:
    """The server a folder is kept equal with, and how.

    Attributes:
        side: the server.
        store: the pair's state.
        inbox: the replica for topics that no archive holds and no rule names.
        policy: what may be done; ``decisions``, ``placing``, ``quarantined`` and ``fought`` are filled in by the turn.
        rules: where new topics go; their archives are replicas.
        way: which edits travel.
        allowed: how many deletions somebody named; they are made under ASK, too, and release the brake.
        patient: whether what failed waits for its next try.
        neighbours: the states of other pairs over the same folder.
        spare: keeps a topic (by its key there), and the documents beside it, before something of it is deleted on a
            side.
        shelf: where pictures of the server are kept.
        earlier: what earlier turns read of the server.
    """

    side: Side
    store: Store
    inbox: str
    policy: Policy = field(default_factory=Policy)
    rules: tuple[Place, ...] = ()
    way: Way = Way.BOTH
    allowed: int | None = None
    patient: bool = False
    neighbours: tuple[Store, ...] = ()
    spare: Callable[[Site, str, Bodies], None] = lambda _site, _topic, _bodies: None
    shelf: BlobShelf | None = None
    earlier: Earlier | None = None


def as_spelled(partner: Partner, found: Mapping[str, str]) -> Partner:
    """The partner with the archives for new topics as the folder spells them: some file systems know no case."""
    known = {_folded(replica): replica for replica in found}

    def spelled(replica: str) -> str:
        return replica if replica in found else known.get(_folded(replica), replica)

    rules = tuple(replace(rule, archive=spelled(rule.archive)) for rule in partner.rules)
    return replace(partner, inbox=spelled(partner.inbox), rules=rules)


def _folded(replica: str) -> str:
    return unicodedata.normalize("NFC", replica).casefold()
