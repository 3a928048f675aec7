"""The SQLite file below the store: schema, one connection, one lock, transactions.

Owns: ``bcf.db`` and its schema version. Sees: sqlite3. Governed by: nothing outside; a resource's JSON is kept in the
member names of BCF-API 3.0, beside the few columns the server looks up and sorts by.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from bcfsync.errors import UsageError

JsonObject: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 2

_COUNTED = ("topic", "comment", "viewpoint", "document", "document_reference")
_COUNTING = (
    "ALTER TABLE project ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
    *(
        # triggers, so that no write can forget to count, those of ON DELETE CASCADE neither
        f"CREATE TRIGGER {table}_{event.lower()}_counts AFTER {event} ON {table} BEGIN UPDATE project"  # noqa: S608
        f" SET changes = changes + 1 WHERE project_id = {row}.project_id; END"
        for table in _COUNTED
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ),
)
"""From version 1 to 2: how often anything in a project has changed, for the tags of its list of topics."""

_SCHEMA = (
    """CREATE TABLE project (
        project_id TEXT PRIMARY KEY, name TEXT NOT NULL, extensions TEXT NOT NULL, topic_counter INTEGER NOT NULL)""",
    """CREATE TABLE topic (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project, guid_key TEXT NOT NULL,
        server_assigned_id TEXT NOT NULL, serial INTEGER, created INTEGER NOT NULL, modified INTEGER NOT NULL,
        sort_index INTEGER, body TEXT NOT NULL, files TEXT NOT NULL, related_topics TEXT NOT NULL, snippet BLOB,
        UNIQUE (project_id, guid_key), UNIQUE (project_id, server_assigned_id))""",
    """CREATE TABLE comment (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL,
        topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE, guid_key TEXT NOT NULL,
        created INTEGER NOT NULL, viewpoint_key TEXT, body TEXT NOT NULL, UNIQUE (project_id, guid_key))""",
    "CREATE INDEX comment_of_topic ON comment (topic_id)",
    """CREATE TABLE viewpoint (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL,
        topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE, guid_key TEXT NOT NULL,
        body TEXT NOT NULL, components TEXT, snapshot BLOB, UNIQUE (project_id, guid_key))""",
    "CREATE INDEX viewpoint_of_topic ON viewpoint (topic_id)",
    """CREATE TABLE bitmap (
        viewpoint_id INTEGER NOT NULL REFERENCES viewpoint ON DELETE CASCADE, guid_key TEXT NOT NULL,
        data BLOB NOT NULL, PRIMARY KEY (viewpoint_id, guid_key))""",
    """CREATE TABLE document (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project, guid_key TEXT NOT NULL,
        guid TEXT NOT NULL, filename TEXT NOT NULL, data BLOB NOT NULL, UNIQUE (project_id, guid_key))""",
    """CREATE TABLE document_reference (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL,
        topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE, guid_key TEXT NOT NULL,
        body TEXT NOT NULL, UNIQUE (project_id, guid_key))""",
    "CREATE INDEX document_reference_of_topic ON document_reference (topic_id)",
)


class DataFolderUnusable(UsageError, ValueError):
    """The data folder cannot be opened, or holds data this version of the server does not know."""

    hint = "give an empty folder, or the one this version of bcfsync wrote"


def guid_key(guid: str) -> str:
    """The form in which guids are compared; the spelling itself is kept in the resource."""
    return guid.lower()


class Database:
    """One connection to ``bcf.db``, safe to use from many threads.

    A lock serialises all access: SQLite has one writer anyway, and one connection is closed for sure.

    Raises:
        DataFolderUnusable: The folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = threading.RLock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(folder / "bcf.db", isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
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
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self.writing():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version == 0 and not tables:
                self._execute(*_SCHEMA, *_COUNTING, f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version == 1:
                self._execute(*_COUNTING, f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise DataFolderUnusable(
                    f"the data folder {folder} has schema version {version}, this server knows {SCHEMA_VERSION}"
                )
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

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
