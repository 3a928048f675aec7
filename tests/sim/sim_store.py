"""The engine's state in memory, every commit of which is a seam; what was committed outlives a crash.

The very same Store as on a disk, so its transactions are the real ones: a crash before a commit leaves nothing of it, a
crash after leaves all of it.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from sim_faults import Seams

from bcfsync.store import Store
from bcfsync.store.schema import SCRIPTS

COMMITS = (
    "remember_known",
    "begin",
    "abandon",
    "confirm",
    "confirm_all",
    "note",
    "forget_replica",
    "begin_run",
    "sent",
    "end_run",
    "expect",
    "acknowledge",
    "roll_back",
    "remember_archives",
    "forget_archive",
    "rename_replica",
    "set_conflicts",
    "set_holds",
    "fail",
)
"""The methods that change the state, each one transaction."""

Rows = Mapping[str, Sequence[tuple[Any, ...]]]
"""All rows of a state by their table, in the order in which they came there."""

_TABLES = tuple(re.findall(r"CREATE TABLE (\w+)", "".join(SCRIPTS.values())))
_idle: list[sqlite3.Connection] = []


class SimStore(Store):
    """A state in memory with seams."""

    seams: Seams
    inside: bool

    def __init__(self, seams: Seams, clock: Callable[[], datetime]) -> None:
        """Make an empty state."""
        self.seams = seams
        self.inside = True
        super().__init__(Path(":memory:"), clock=clock)
        if _idle:
            # the database of a world that has ended has all its statements ready
            self._db.close()
            self._db = _idle.pop()
            self.restore({})
        self.inside = False

    def close(self) -> None:
        """Let go of the state; its database is for another world."""
        _idle.append(self._db)

    def saved(self) -> Rows:
        """Everything that is committed, as a backup holds it."""
        return {name: self._db.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}

    def restore(self, backup: Rows) -> None:
        """Put an older state back; whoever starts with it knows nothing else."""
        for name in _TABLES:
            self._db.execute(f"DELETE FROM {name}")
            if rows := backup.get(name):
                marks = ", ".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        self._run = 0
        self._rows.clear()
        self._begun.clear()


def _with_seams(name: str) -> Callable[..., Any]:
    plain = getattr(Store, name)

    @wraps(plain)
    def committing(self: SimStore, *args: Any, **more: Any) -> Any:
        if self.inside:
            return plain(self, *args, **more)
        self.seams.at(f"commit {name}, before")
        self.inside = True
        try:
            answer = plain(self, *args, **more)
        finally:
            self.inside = False
        self.seams.at(f"commit {name}, after")
        return answer

    return committing


for _name in COMMITS:
    setattr(SimStore, _name, _with_seams(_name))
