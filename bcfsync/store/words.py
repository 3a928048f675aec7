"""What the state of a pair says, as values; and why it may not be usable.

Owns: the names of replicas, the rows as callers see them, the errors. Sees: changes, errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bcfsync.changes import Key, Kind, Unkept
from bcfsync.errors import Locked, UsageError

REMOTE = "remote"
"""The name of the server's replica; an archive's is its path."""
_SEEN = "remote:"

UNSETTLED = "null"
"""Stands for the shadow of an atom that an archive and the server hold, and have not agreed on yet."""

PUT_BACK = "put back"
"""The note of a state that came from a backup, until a turn has found nothing left to do."""

PAST = "past:"
"""Under such a name stands what some archive held once."""


def seen_by(replica: str) -> str:
    """The name under which stands what the server held when it last agreed with an archive."""
    return _SEEN + replica


def seen_of(name: str) -> str | None:
    """The archive such a name belongs to; None for every other name."""
    return name.removeprefix(_SEEN) if name.startswith(_SEEN) else None


class StateUnusable(UsageError, ValueError):
    """The state cannot be used: of another version, damaged, or its disk or folder takes nothing."""

    hint = "check the folder; a state that is beyond help may be deleted: it is rebuilt from both sides"


class StateLocked(Locked, OSError):
    """Another bcfsync process works on the same pair, or on the same folder."""


class NoSuchRun(UsageError, LookupError):
    """The log has no run of this number, or its images are no longer kept."""

    hint = "`bcfsync log` lists the runs there are"


# -- what is confirmed -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deed:
    """One write, as the log tells it.

    Attributes:
        site: where it was done.
        verb: what was done.
        key: the atom's local key.
        label: how to call it before people.
        fields: for updates, the members that were written.
        replica: the archive that took part.
        guid: the atom's id on the site it was done at.
        topic: its topic's id there.
        before: what that site held before, as ``plain.dumps`` says it; None for a create.
        after: what it holds since; None for a deletion.
        cause: why it was done, where that is not plain from the verb.
    """

    site: str
    verb: str
    key: Key
    label: str
    fields: tuple[str, ...] = ()
    replica: str = ""
    guid: str = ""
    topic: str = ""
    before: str | None = None
    after: str | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """An atom that an archive was given, and that no application has shown to have read yet.

    Attributes:
        key: its local key.
        verb: what was done.
        fields: for updates, the members that were written.
        new: what was written, as ``plain.dumps`` says it; None for a deletion.
        old_local: the archive's shadow before; None where there was none.
        old_seen: the server's with it.
        generation: which write of the archive it was part of.
        tries: how often it was lost and made again since.
    """

    key: Key
    verb: str
    fields: tuple[str, ...]
    new: str | None
    old_local: str | None
    old_seen: str | None
    generation: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What one confirmed atom teaches: its ids on both sides and, per replica, what is held there.

    Attributes:
        local: its local key.
        remote: its key on the server.
        shadows: what each replica holds, by the replica's name.
        deed: the write that was confirmed; None where nothing was written.
        written: for a write to an archive, what to remember until an application has shown to have read it.
        gone: neither side holds it any more: identity, shadows of all replicas and begun create go; those of what is
            in it, too, where it is a topic.
        unbound: an archive that holds it no longer: that archive's shadows go, the identity stays; those of what is
            in it, too, where it is a topic.
        unkept: what the server did not keep of the members that were written; None where it was not written to.
    """

    local: Key
    remote: Key
    shadows: Mapping[str, str]
    deed: Deed | None = None
    written: Unacknowledged | None = None
    gone: bool = False
    unbound: str | None = None
    unkept: tuple[Unkept, ...] | None = None


@dataclass(frozen=True, slots=True)
class SentWrite:
    """A write to the server, as it was sent; its answer may be lost.

    Attributes:
        key: its local key.
        replica: the archive it came from.
        verb: what was to be done.
        fields: for updates, the members that were written.
        value: what was sent, as ``plain.dumps`` says it.
        local: the archive's shadow, had the server answered just that.
        seen: the server's with it.
    """

    key: Key
    replica: str
    verb: str
    fields: tuple[str, ...]
    value: str
    local: str
    seen: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A replacement of an archive whose end is not on record: what is confirmed if the file has this stamp."""

    replica: str
    number: int
    stamp: str
    pending: tuple[Confirmation, ...]


# -- the log ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a command.

    Attributes:
        number: counted from 1.
        command: as ``begin_run`` called it.
        begun, ended: when; ``ended`` is None while it runs, and for ever where it was killed.
        status: as ``end_run`` said it; "running", or "interrupted" where nobody said it.
        summary: as ``end_run`` said it.
        deeds: how many writes it confirmed.
        put_back: when the record was put back to before it, if ever.
    """

    number: int
    command: str
    begun: datetime
    ended: datetime | None = None
    status: str = ""
    summary: Mapping[str, object] = field(default_factory=dict)
    deeds: int = 0
    put_back: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDeed(Deed):
    """A write as it stands in the log: when it was done, and in which run, 0 where it was none."""

    run: int
    at: datetime


# -- archives --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """An archive as last seen: its stamp, and whether nothing was left to do for it."""

    replica: str
    stamp: str
    sha256: str | None
    settled: bool
    looked: datetime


# -- what a person has to see ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredConflict:
    """A member that both sides changed, differently.

    Attributes:
        replica: the archive.
        key: the atom's local key.
        field: the member.
        base, local, remote: its values in the last agreed state and on both sides.
        label: how to call the atom before people.
        since: when it was first found with these two values.
        decision: which side a person prefers, or which value; None as long as nobody decided.
        decided: when that was.
    """

    replica: str
    key: Key
    field: str
    base: str | None
    local: str | None
    remote: str | None
    label: str
    since: datetime
    decision: tuple[str | None, str | None] | None = None
    decided: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredHold:
    """Something that is not done, why, and since when."""

    replica: str
    kind: Kind
    topic: str
    guid: str
    reason: str
    label: str
    cause: str
    since: datetime


@dataclass(frozen=True, slots=True)
class StoredUnkept:
    """A member of an atom (by its local key) that the server did not keep: what was sent, and what it has instead."""

    key: Key
    field: str
    sent: str
    kept: str | None
    label: str
    since: datetime

    @property
    def is_unseen(self) -> bool:
        """Whether nobody knows what the server has."""
        return self.kept in {Unkept.UNREAD, Unkept.UNREADABLE}


@dataclass(frozen=True, slots=True)
class Failure:
    """An atom that could not be written: why, how often it was tried, and when its next try is due."""

    message: str
    tries: int
    until: datetime
