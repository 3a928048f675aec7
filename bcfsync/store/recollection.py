"""What was read of a server's project, kept from one run to the next, so that it need not be read again.

Owns: a database of its own beside a state. Sees: words; knows no BCF. Nothing in it is truth: it may be deleted at any
time, and a damaged one is thrown away; then everything is read anew.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

_VERSION = 1
_TABLES = """
CREATE TABLE topic (
    guid TEXT PRIMARY KEY, listed TEXT NOT NULL, body TEXT NOT NULL, looked TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE view (
    topic TEXT NOT NULL, guid TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (topic, guid)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Recollected:
    """A topic as it was read.

    Attributes:
        listed: how the list showed it then.
        body: the whole of it; viewpoints may lack their details.
        looked: when all of it was read last.
    """

    listed: str
    body: str
    looked: datetime


class Recollection:
    """Topics and viewpoints of one project, by their keys on the server, as text."""

    def __init__(self, path: Path) -> None:
        """Open or make the database; one that cannot be used is made anew, or kept in memory for this run."""
        self._db = _opened(path)

    def topic(self, guid: str) -> Recollected | None:
        """What is remembered of a topic."""
        for listed, body, looked in self._rows("SELECT listed, body, looked FROM topic WHERE guid = ?", (guid,)):
            return Recollected(listed, body, datetime.fromisoformat(looked))
        return None

    def keep(self, topics: Iterable[tuple[str, Recollected]]) -> None:
        """Remember topics by their keys."""
        rows = [(guid, item.listed, item.body, item.looked.astimezone(UTC).isoformat()) for guid, item in topics]
        self._write("INSERT OR REPLACE INTO topic (guid, listed, body, looked) VALUES (?, ?, ?, ?)", rows)

    def view(self, topic: str, guid: str) -> str | None:
        """What is remembered of a viewpoint, with all its details."""
        return next(
            (body for (body,) in self._rows("SELECT body FROM view WHERE topic = ? AND guid = ?", (topic, guid))), None
        )

    def views(self, topic: str) -> frozenset[str]:
        """Which viewpoints of a topic are remembered."""
        return frozenset(guid for (guid,) in self._rows("SELECT guid FROM view WHERE topic = ?", (topic,)))

    def keep_views(self, views: Iterable[tuple[str, str, str]]) -> None:
        """Remember viewpoints by the keys of their topics and their own."""
        self._write("INSERT OR REPLACE INTO view (topic, guid, body) VALUES (?, ?, ?)", list(views))

    def forget_topic(self, guid: str) -> None:
        """Forget a topic, but for the details of its viewpoints."""
        self._write("DELETE FROM topic WHERE guid = ?", [(guid,)])

    def forget(self, topics: Iterable[str]) -> None:
        """Forget topics with their viewpoints."""
        for table, column in (("topic", "guid"), ("view", "topic")):
            self._write(f"DELETE FROM {table} WHERE {column} = ?", [(guid,) for guid in topics])

    def forget_others(self, topics: frozenset[str]) -> None:
        """Forget all topics but these."""
        known = {guid for (guid,) in self._rows("SELECT guid FROM topic UNION SELECT DISTINCT topic FROM view", ())}
        self.forget(known - topics)

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # what cannot be read is not remembered, and what cannot be written is read again next time

    def _rows(self, sql: str, values: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        try:
            yield from self._db.execute(sql, values).fetchall()
        except sqlite3.Error:
            return

    def _write(self, sql: str, rows: Sequence[tuple[str, ...]]) -> None:
        with contextlib.suppress(sqlite3.Error, UnicodeEncodeError), self._db:
            self._db.executemany(sql, rows)


def _opened(path: Path) -> sqlite3.Connection:
    for _ in range(2):
        with contextlib.suppress(sqlite3.Error, OSError):
            return _prepared(path)
        for old in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            with contextlib.suppress(OSError):
                old.unlink(missing_ok=True)
    return _made(sqlite3.connect(":memory:"))


def _prepared(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found == 0:
            return _made(db)
        db.execute("SELECT count(*) FROM topic, view WHERE 0").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _made(db: sqlite3.Connection) -> sqlite3.Connection:
    db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")
    return db
