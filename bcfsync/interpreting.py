"""The two ends of a pass, the server told in the words of the archive that takes part.

Owns: what is known of an archive's words: what it holds, and what is on record. Sees: sides, base, store. Rules:
docs/values.md.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from bcfsync.base import read_base
from bcfsync.changes import Base, Entity, Key, Kind, Side
from bcfsync.execute import Ends
from bcfsync.model import Comment, Topic
from bcfsync.plan.policy import Policy
from bcfsync.sides.worded import Worded
from bcfsync.store import Store

_WORDED = "worded"
"""The note of a state that was once kept with a table of words."""


def ends_of(local: Side, remote: Side, store: Store, replica: str, policy: Policy) -> Ends:
    """The ends of a pass over one archive."""
    if policy.wording.rows and store.noted(_WORDED) != "yes":
        store.note(_WORDED, "yes")
    return Ends(local, Worded(remote, policy, Acquainted(local, store, replica)), replica)


def told(remote: Side, store: Store, policy: Policy) -> Side:
    """The server in the words that are on record, where no archive takes part."""
    return Worded(remote, policy, Acquainted(None, store, ""))


class Acquainted:
    """An archive, and what is on record of it."""

    def __init__(self, local: Side | None, store: Store, replica: str) -> None:
        """Look at nothing yet.

        Args:
            local: the archive; None where only the record counts.
            store: the record.
            replica: the archive's name there.
        """
        self._local = local
        self._store = store
        self._replica = replica

    def anew(self) -> None:
        """Look again next time."""
        for name in ("_base", "_held"):
            self.__dict__.pop(name, None)

    @cached_property
    def _base(self) -> Base:
        return read_base(self._store, self._replica)

    @cached_property
    def _held(self) -> dict[str, Topic]:
        if self._local is None:
            return {}
        return dict(self._local.load(self._local.listing().topics).topics)

    @cached_property
    def is_worded(self) -> bool:
        """Whether there may be words on record that stand for others: a table was used once."""
        return self._store.noted(_WORDED) == "yes"

    def held(self) -> Iterable[Topic]:
        """All topics of the archive."""
        return self._held.values()

    def topics(self, key: str) -> Sequence[Topic]:
        """A topic as the archive holds it now, and as both held it when they agreed; the server's key."""
        there = Key(Kind.TOPIC, "", key)
        local = self._base.to_local.get(there, there)
        recorded: tuple[Entity | None, ...] = (
            self._held.get(local.guid), self._base.seen.get(local), self._base.remote.get(local),
        )  # fmt: skip
        return [item for item in recorded if isinstance(item, Topic)]

    def comment(self, topic: str, key: str) -> Comment | None:
        """A comment as the archive held it when both agreed; the server's keys."""
        there = Key(Kind.COMMENT, topic, key)
        found: Any = self._base.local.get(self._base.to_local.get(there, there))
        return found if isinstance(found, Comment) else None
