"""One process at a time in a place: a lock that ends with the process, however it ends.

Owns: the lock file. Sees: words. The lock is SQLite's own on an empty file: the operating system frees it, on every
system, and nothing has to be broken after a crash.
"""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from bcfsync.store.words import StateLocked, StateUnusable

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class FolderLock:
    """Held from the moment it is made until it is closed, or the process ends. The file stays, and stays empty."""

    def __init__(self, path: Path, sentence: str = "another bcfsync works on this folder") -> None:
        """Take the lock.

        Args:
            path: the lock file; its folder is made.
            sentence: what to say where somebody else holds it.

        Raises:
            StateLocked: somebody else holds it, in this process or another.
            StateUnusable: the file cannot be opened.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0)
        except (OSError, sqlite3.Error) as error:
            raise StateUnusable(f"{path}: the lock cannot be taken: {error}") from error
        try:
            self._db.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._db.close()
            if error.sqlite_errorcode & 0xFF in _LOCKED:
                raise StateLocked(f"{path}: {sentence}") from error
            raise StateUnusable(f"{path}: the lock cannot be taken: {error}") from error

    def close(self) -> None:
        """Let go."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
