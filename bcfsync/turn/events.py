"""What a turn tells while it goes on, beside the events of its passes.

Owns: values for people and programs. Sees: run's events.
"""

from dataclasses import dataclass

from bcfsync.changes import Site
from bcfsync.run import Event


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass begins: from ``source``, over the archive ``replica``."""

    source: Site
    replica: str


@dataclass(frozen=True, slots=True)
class InSync:
    """Nothing has changed on either side since the last turn, which left nothing to do."""

    archives: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An archive that cannot be read now; nothing is concluded from what it does not show."""

    replica: str
    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """An archive on record that is not there just now; nothing is concluded from that for a minute."""

    replica: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An archive on record that is no longer in the folder; its topics stay where they are."""

    replica: str


@dataclass(frozen=True, slots=True)
class Braked:
    """Deletions that were not made because they are too many at once."""

    site: Site
    replica: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A pass that ended before everything was done, because the other side kept changing."""

    replica: str
    reason: str


@dataclass(frozen=True, slots=True)
class StaleSave:
    """A program saved an older copy over writes of ours; ``lost`` of them are made again."""

    replica: str
    lost: int


TurnEvent = Event | Pass | InSync | Absent | Unreadable | Missing | Braked | Unsettled | StaleSave
