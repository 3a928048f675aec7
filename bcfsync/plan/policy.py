"""What a pass may do: values that a configuration or a command line says, and nothing the planner finds out.

Owns: policies. Sees: changes, model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bcfsync.changes import Key
from bcfsync.model import Topic
from bcfsync.plan.wording import Wording

SETTLE = timedelta(seconds=60)
"""How long a create whose answer never came may still arrive at a server."""


class Deletes(StrEnum):
    """Whether what was deleted on one side is deleted on the other. ASK: only as many as somebody named."""

    NEVER = "never"
    ASK = "ask"
    MIRROR = "mirror"


class Unknown(StrEnum):
    """What becomes of values the server's lists do not have: they are held, or sent all the same."""

    HOLD = "hold"
    SEND = "send"


class Attribution(StrEnum):
    """Where a comment says who said it, on a server that takes no author: nowhere, or in its text."""

    NONE = "none"
    TEXT = "text"


class Prefer(StrEnum):
    """Whose value wins where both sides changed a member differently. MANUAL: nobody's, until a person decides."""

    MANUAL = "manual"
    SERVER = "server"
    FILES = "files"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one conflict: a side's value, or one of their own.

    It holds for the two values they saw (``local`` and ``remote``, as the conflict showed them); where one of them
    has changed since, the conflict is a new one.

    Attributes:
        prefer: SERVER, FILES or NEWEST; None for ``value``.
        value: the text both sides shall have; None empties the member.
    """

    local: str | None
    remote: str | None
    prefer: Prefer | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A rule where new topics of the server go: those that have all the named values go to ``archive``."""

    archive: str
    label: str | None = None
    assigned_to: str | None = None
    topic_type: str | None = None
    topic_status: str | None = None

    def takes(self, topic: Topic) -> bool:
        """Whether a topic belongs there."""
        wanted = (
            (self.assigned_to, topic.assigned_to),
            (self.topic_type, topic.topic_type),
            (self.topic_status, topic.topic_status),
        )
        plain = all(name is None or name == value for name, value in wanted)
        return plain and (self.label is None or self.label in topic.labels)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where topics go that no archive of the folder holds yet.

    Attributes:
        archive: the one that takes part in this pass.
        inbox: the one for what no rule names.
        rules: the first that takes a topic counts.
        elsewhere: keys of the topics that other archives of the folder hold now, and held last where nobody can look.
        present: the archives of the folder.
    """

    archive: str
    inbox: str
    rules: tuple[Place, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()

    def takes(self, topic: Topic) -> bool:
        """Whether a new topic belongs into the archive of this pass."""
        place = next((rule.archive for rule in self.rules if rule.takes(topic)), self.inbox)
        return place == self.archive


@dataclass(frozen=True, slots=True)
class Policy:
    """What a pass may do.

    Attributes:
        settle: how long an unanswered create may still arrive.
        deletes: whether deletions travel.
        prefer: whose value wins, by a member's name; "*" for every other member.
        decisions: what people decided, by local key and member.
        placing: None where the archive takes every topic (``export``).
        quarantined: atoms (by local key) that failed and whose next try is not due, with the reason.
        fought: atoms (by local key) that were lost from an archive again and again after they were written.
        unknown: what becomes of values the server's lists do not have.
        wording: which words of the files stand for which values of the server.
        attribution: where a comment says who said it, on a server that takes no author.
        attributed_by: other accounts whose comments may say so: another machine, or a colleague, runs bcfsync as them.
    """

    settle: timedelta = SETTLE
    deletes: Deletes = Deletes.NEVER
    prefer: Mapping[str, Prefer] = field(default_factory=dict)
    decisions: Mapping[tuple[Key, str], Decision] = field(default_factory=dict)
    placing: Placing | None = None
    quarantined: Mapping[Key, str] = field(default_factory=dict)
    fought: frozenset[Key] = frozenset()
    unknown: Unknown = Unknown.HOLD
    wording: Wording = field(default_factory=Wording)
    attribution: Attribution = Attribution.NONE
    attributed_by: frozenset[str] = frozenset()

    def preferred(self, member: str) -> Prefer:
        """Whose value of a member wins."""
        return self.prefer.get(member) or self.prefer.get("*") or Prefer.MANUAL
