"""The SQLite file below the store: one connection that writes, one lock, transactions.

Owns: ``bcf.db``. Sees: sqlite3, the schema. Governed by: nothing outside.
"""

import hashlib
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from bcfsync.errors import BcfsyncError, UsageError
from bcfsync.server import dates
from bcfsync.server.store.schema import SCHEMA_VERSION, STEPS

JsonObject: TypeAlias = dict[str, Any]

_MOST_IDLE = 8


class DataFolderUnusable(UsageError, ValueError):
    """The data folder cannot be opened, or holds data this version of the server does not know."""

    hint = "give an empty folder, or the one this version of bcfsync wrote"


class DataFolderInUse(BcfsyncError, OSError):
    """Another server works on the data folder."""

    exit_code = 9
    hint = "stop the other one, or give this one a folder of its own"


def guid_key(guid: str) -> str:
    """The form in which guids are compared; the spelling itself is kept in the resource."""
    return guid.lower()


def _owned(folder: Path) -> sqlite3.Connection:
    """The lock on a folder, held until it is closed or the process ends, however it does.

    SQLite locks a file on every system; the data's own file must stay open to readers, so it is another one.
    """
    owner = sqlite3.connect(folder / "serve.lock", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        owner.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        owner.close()
        if "locked" not in str(error):
            raise
        raise DataFolderInUse(f"another server works on the data folder {folder}") from error
    return owner


def _instant(date: str | None) -> int | None:
    return None if date is None else dates.instant(date)


class Moment:
    """The data as it was when this was opened, for answers that are sent while others write; close it.

    It is used by one thread at a time.
    """

    def __init__(self, connection: sqlite3.Connection, give_back: Callable[[sqlite3.Connection], None]) -> None:
        self._connection = connection
        self._give_back = give_back
        self._is_open = True
        self._read: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()
        connection.execute("BEGIN")

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, if there is one."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def rows(self, sql: str, *values: object) -> Iterator[sqlite3.Row]:
        """The rows of a query, read as they are asked for."""
        cursor = self._connection.execute(sql, values)
        self._read.add(cursor)
        return iter(cursor)

    def close(self) -> None:
        """Let go of it; a second time does nothing."""
        if self._is_open:
            self._is_open = False
            # a query left in the middle would hold on to this moment, and the connection's next user would see it again
            for cursor in list(self._read):
                cursor.close()
            self._connection.rollback()
            self._give_back(self._connection)


class Database:
    """One connection to ``bcf.db``, safe to use from many threads.

    A lock serialises all access: SQLite has one writer anyway, and one connection is closed for sure.

    Raises:
        DataFolderUnusable: The folder cannot be used.
        DataFolderInUse: Another server uses it.
    """

    def __init__(self, folder: Path, wall: Callable[[], datetime]) -> None:
        self._now_ms = lambda: int(wall().timestamp() * 1000)
        self._lock = threading.RLock()
        self._path = folder / "bcf.db"
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._owner = _owned(folder)
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            if isinstance(error, DataFolderInUse):
                raise
            raise DataFolderUnusable(f"the data folder {folder} cannot be opened: {error}") from error
        try:
            self._prepare(folder)
        except sqlite3.Error as error:
            self.close()
            raise DataFolderUnusable(f"{folder / 'bcf.db'} is not a database of this server: {error}") from error
        except DataFolderUnusable:
            self.close()
            raise

    def _prepare(self, folder: Path) -> None:
        self._connection.row_factory = sqlite3.Row
        self._connection.create_function("now_ms", 0, self._now_ms)
        self._connection.create_function("instant", 1, _instant, deterministic=True)
        self._connection.create_function("sha256_hex", 1, lambda data: hashlib.sha256(data).hexdigest())
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self.writing():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version > SCHEMA_VERSION or (version == 0 and tables):
                raise DataFolderUnusable(
                    f"the data folder {folder} has schema version {version}, this server knows {SCHEMA_VERSION}"
                )
            for step in STEPS[version:]:
                self._execute(*step)
            self._execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def _execute(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or, when the block raises, none. Inner blocks join the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nobody writes meanwhile: for a few reads that must fit each other."""
        with self._lock:
            yield

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, if there is one."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def run(self, sql: str, *values: object) -> int:
        """Execute one statement inside a transaction; returns the id of an inserted row."""
        with self.writing():
            return self._connection.execute(sql, values).lastrowid or 0

    def moment(self) -> Moment:
        """The data as it is now, to be read at leisure; writers do not wait for it."""
        with self._lock:
            connection = self._idle.pop() if self._idle else self._reader()
        return Moment(connection, self._give_back)

    def _reader(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if self._is_closed or len(self._idle) >= _MOST_IDLE:
                connection.close()
            else:
                self._idle.append(connection)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._is_closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()
            self._connection.close()
            self._owner.close()
