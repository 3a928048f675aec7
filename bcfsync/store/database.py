"""The database under a state: opened by one process at a time, written in whole transactions.

Owns: connection, transactions, SQLite's errors in our words. Sees: words, schema.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from bcfsync.changes import Key, Kind
from bcfsync.store.schema import SCHEMA_VERSION, empty_state, migrate
from bcfsync.store.words import StateLocked, StateUnusable

_MEMORY = ":memory:"
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_NO_RIGHT = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}

_REBUILD = "move the file away, with its -wal beside it: the next run builds it anew from both sides"
_MAKE_ROOM = "see that the disk is there and has room, and run the command again: what was confirmed is on record"
_GIVE_RIGHTS = "make the folder and the file writable for this user, or name another folder for states"
_UPDATE = "update bcfsync on this machine; an older one would lose what the newer one recorded"


class Database:
    """A state's database, held by this process alone until it is closed."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open or make the state; ``:memory:`` is one that is gone when it is closed.

        Raises:
            StateLocked: another process has it open.
            StateUnusable: it is of a newer version, damaged, or cannot be opened at all.
        """
        self.path = path
        self._clock = clock
        self._run = 0
        self._rows: dict[str, tuple[int, Sequence[object]]] = {}
        self._begun: set[tuple[str, Key]] = set()
        if str(path) == _MEMORY:
            self._db = _new_in_memory()
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if _is_cut_off(path):
                raise StateUnusable(f"{path}: the state is damaged: the file is cut off", hint=_REBUILD)
            self._db = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise StateUnusable(f"{path}: the state cannot be opened: {error}", hint=_GIVE_RIGHTS) from error
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
                if found > SCHEMA_VERSION:
                    raise StateUnusable(
                        f"{self.path}: the state is of version {found}, this bcfsync knows {SCHEMA_VERSION}",
                        hint=_UPDATE,
                    )
                if found < SCHEMA_VERSION:
                    self._migrate(found)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._trouble(error, "opened") from error

    def _migrate(self, found: int) -> None:
        if found == 0 and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StateUnusable(f"{self.path}: the state cannot be opened: it is another program's database")
        migrate(self._db, found)

    def _trouble(self, error: Exception, doing: str) -> StateUnusable | StateLocked:
        """What an error of SQLite, or of a value it gave back, means for a person."""
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if primary in _BUSY:
            return StateLocked(f"{self.path}: another bcfsync works on this project")
        # text that is no UTF-8 has no code; any other error is one of the values that were read
        garbled = not isinstance(error, sqlite3.Error) or (code is None and isinstance(error, sqlite3.OperationalError))
        if primary in _DAMAGED or garbled:
            return StateUnusable(f"{self.path}: the state is damaged: {error}", hint=_REBUILD)
        # without rights in the folder the write-ahead log cannot be made, which SQLite calls an I/O error
        no_right = primary in _NO_RIGHT or (primary == sqlite3.SQLITE_IOERR and doing == "opened")
        hint = _GIVE_RIGHTS if no_right else _MAKE_ROOM if primary in _NO_ROOM else ""
        return StateUnusable(f"{self.path}: the state cannot be {doing}: {error}", hint=hint)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except StateUnusable:
            raise
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._trouble(error, "read") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._transaction():
                yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            # the disk is full, or the folder went away: what was confirmed before is safe
            raise self._trouble(error, "written") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._rows.clear()  # what was read in between is not so
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def _now(self) -> str:
        return self._clock().isoformat()

    def close(self) -> None:
        """Let go of the state."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@lru_cache(maxsize=65536)
def key_from(kind: str, topic: str, guid: str) -> Key:
    """A key out of a row."""
    return Key(Kind(kind), topic, guid)


def whole(*texts: str | None) -> None:
    """Look at JSON out of a row.

    Raises:
        ValueError: a page of it is nothing but zeros, which is no error to SQLite; no JSON has one.
    """
    if any(text is not None and "\0" in text for text in texts):
        raise ValueError("a value is overwritten with zeros")


def moment(text: str | None) -> datetime | None:
    """A time out of a row, where there is one."""
    return None if text is None else datetime.fromisoformat(text)


def _is_cut_off(path: Path) -> bool:
    """Whether the last page is not whole, which SQLite fills up with zeros and says nothing.

    Source: SQLite's file format, 1.3: a header of 100 bytes, the size of a page at byte 16, 1 for 65,536.
    """
    if not path.is_file() or path.with_name(path.name + "-wal").exists():
        return False  # a process that died while it tidied up; the write-ahead log has all of it
    with path.open("rb") as file:
        header = file.read(100)
    size = int.from_bytes(header[16:18], "big")
    whole_pages = path.stat().st_size % (65536 if size == 1 else size or 512) == 0
    return header.startswith(b"SQLite format 3\0") and not whole_pages


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=0.2)


def _new_in_memory() -> sqlite3.Connection:
    database = _connect(Path(_MEMORY))
    if hasattr(database, "deserialize"):
        database.deserialize(empty_state())
    else:  # an SQLite that was built without it
        migrate(database, 0)
    return database
