"""The state of one pair: identities, shadows per replica, begun creates. SQLite on a local disk.

Owns: the database. Sees: keys and text, no BCF. Every confirmation is one durable transaction: it records who is
who, what both sides hold, and that the create is no longer open, all or nothing.
"""

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bcfsync.changes import Intent, Key, Kind
from bcfsync.errors import Locked, UsageError

SCHEMA_VERSION = 1
REMOTE = "remote"
"""The name of the server's replica; an archive's is its path."""
_SEEN = "remote:"


UNSETTLED = "null"
"""Stands for the shadow of an atom that an archive and the server hold, and have not agreed on yet."""


_PAST = "past:"
"""Under such a name stands what some archive held once."""


def seen_by(replica: str) -> str:
    """The name under which stands what the server held when it last agreed with an archive."""
    return _SEEN + replica


def seen_of(name: str) -> str | None:
    """The archive such a name belongs to; None for every other name."""
    return name.removeprefix(_SEEN) if name.startswith(_SEEN) else None


_SCHEMA = """
CREATE TABLE link (
    kind TEXT NOT NULL, local_topic TEXT NOT NULL, local_guid TEXT NOT NULL,
    remote_topic TEXT NOT NULL, remote_guid TEXT NOT NULL,
    PRIMARY KEY (kind, local_topic, local_guid), UNIQUE (kind, remote_topic, remote_guid)
);
CREATE TABLE shadow (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, replica TEXT NOT NULL, value TEXT NOT NULL,
    confirmed TEXT NOT NULL,
    PRIMARY KEY (kind, topic, guid, replica)
);
CREATE TABLE intent (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, begun TEXT NOT NULL, known INTEGER,
    PRIMARY KEY (kind, topic, guid)
);
CREATE TABLE known (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, topic TEXT NOT NULL, guids TEXT NOT NULL);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StateUnusable(UsageError, ValueError):
    """The state cannot be opened: another version's, another pair's, damaged, or its folder is not writable."""

    hint = "check the folder; a state that is beyond help may be deleted: it is rebuilt from both sides"


class StateLocked(Locked, OSError):
    """Another bcfsync process works on the same pair."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What one confirmed atom teaches: its ids on both sides and, per replica, what is held there."""

    local: Key
    remote: Key
    shadows: Mapping[str, str]


class Store:
    """The state of one pair, held by this process alone until it is closed."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open or make the state.

        Raises:
            StateLocked: another process has it open.
            StateUnusable: it is of another version, or cannot be opened at all.
        """
        self.path = path
        self._clock = clock
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0.2)
        except (OSError, sqlite3.Error) as error:
            raise StateUnusable(f"{path}: the state cannot be opened: {error}") from error
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        try:
            # exclusive: the first write locks every other process out until this one ends, however it ends
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            with self._transaction():
                found = self._db.execute("PRAGMA user_version").fetchone()[0]
                if found == 0:
                    for statement in _SCHEMA.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                elif found != SCHEMA_VERSION:
                    raise StateUnusable(
                        f"{self.path}: the state is of version {found}, this bcfsync knows {SCHEMA_VERSION}"
                    )
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StateLocked(f"{self.path}: another bcfsync works on this project") from error
            raise StateUnusable(f"{self.path}: the state cannot be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StateUnusable(f"{self.path}: the state is damaged: {error}") from error

    # -- reading -----------------------------------------------------------------------------------------------

    def links(self) -> Iterator[tuple[Key, Key]]:
        """All identities: local key, remote key."""
        for kind, *ids in self._db.execute("SELECT kind, local_topic, local_guid, remote_topic, remote_guid FROM link"):
            yield Key(Kind(kind), ids[0], ids[1]), Key(Kind(kind), ids[2], ids[3])

    def shadows(self) -> Iterator[tuple[Key, str, str]]:
        """All shadows, the latest first: local key, replica, value."""
        rows = self._db.execute("SELECT kind, topic, guid, replica, value FROM shadow ORDER BY confirmed DESC")
        for kind, topic, guid, replica, value in rows:
            yield Key(Kind(kind), topic, guid), replica, value

    def intents(self) -> Iterator[Intent]:
        """Creates that were begun and never confirmed."""
        rows = self._db.execute(
            "SELECT intent.kind, intent.topic, intent.guid, begun, guids FROM intent "
            "LEFT JOIN known ON known.id = intent.known"
        )
        for kind, topic, guid, begun, guids in rows:
            known = frozenset(json.loads(guids)) if guids else frozenset[str]()
            yield Intent(Key(Kind(kind), topic, guid), datetime.fromisoformat(begun), known)

    # -- writing -----------------------------------------------------------------------------------------------

    def remember_known(self, kind: Kind, topic: str, guids: frozenset[str]) -> None:
        """Record which ids the target held before the first create of a kind in a topic.

        Creates that were begun before, and are open still, keep what was known when they were begun.
        """
        with self._writing():
            self._db.execute(
                "DELETE FROM known WHERE kind = ? AND topic = ? "
                "AND id NOT IN (SELECT known FROM intent WHERE known IS NOT NULL)",
                (kind, topic),
            )
            values = (kind, topic, json.dumps(sorted(guids)))
            self._db.execute("INSERT INTO known (kind, topic, guids) VALUES (?, ?, ?)", values)

    def begin(self, key: Key) -> None:
        """Record that a create is about to be sent; its time is that of the latest try, which may still arrive."""
        with self._writing():
            self._db.execute(
                "INSERT OR REPLACE INTO intent "
                "VALUES (?, ?, ?, ?, (SELECT max(id) FROM known WHERE kind = ? AND topic = ?))",
                (*key, self._clock().isoformat(), key.kind, key.topic),
            )

    def abandon(self, key: Key) -> None:
        """Record that a begun create was refused: nothing was made."""
        with self._writing():
            self._db.execute("DELETE FROM intent WHERE kind = ? AND topic = ? AND guid = ?", key)

    def confirm(self, confirmation: Confirmation) -> None:
        """Record one atom that both sides hold, and close its create."""
        local, remote = confirmation.local, confirmation.remote
        now = self._clock().isoformat()
        with self._writing():
            self._db.execute(
                "DELETE FROM link WHERE kind = ? AND remote_topic = ? AND remote_guid = ?", (local.kind, *remote[1:])
            )
            self._db.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?)", (*local, *remote[1:]))
            for replica, value in confirmation.shadows.items():
                if replica != REMOTE and seen_of(replica) is None:
                    self._keep_past(local, replica, value, now)
                self._db.execute(
                    "INSERT OR REPLACE INTO shadow VALUES (?, ?, ?, ?, ?, ?)", (*local, replica, value, now)
                )
            self._db.execute("DELETE FROM intent WHERE kind = ? AND topic = ? AND guid = ?", local)

    def note(self, name: str, value: str) -> None:
        """Remember a fact about the pair."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> str | None:
        """A fact about the pair."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def _keep_past(self, key: Key, replica: str, value: str, now: str) -> None:
        """Keep what an archive held before: a copy of that state may still come back, and is old news then."""
        query = "SELECT value FROM shadow WHERE kind = ? AND topic = ? AND guid = ? AND replica = ?"
        row = self._db.execute(query, (*key, replica)).fetchone()
        if row is not None and row[0] != value:
            name = _PAST + hashlib.sha256(str(row[0]).encode()).hexdigest()[:16]
            self._db.execute("INSERT OR IGNORE INTO shadow VALUES (?, ?, ?, ?, ?, ?)", (*key, name, row[0], now))

    def forget(self) -> None:
        """Forget everything about the pair."""
        with self._writing():
            for table in ("link", "shadow", "intent", "known", "meta"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def forget_replica(self, replica: str) -> None:
        """Forget what an archive held, because it is no longer there; identities stay."""
        with self._writing():
            self._db.execute("DELETE FROM shadow WHERE replica IN (?, ?)", (replica, seen_by(replica)))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._transaction():
                yield
        except sqlite3.Error as error:
            # the disk is full, or the folder went away: what was confirmed before is safe
            raise StateUnusable(f"{self.path}: the state cannot be written: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the state."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
