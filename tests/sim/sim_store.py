"""The engine's state in memory, every commit of which is a seam; what was committed outlives a crash.

The very same Store as on a disk, so its transactions are the real ones: a crash before a commit leaves nothing of it, a
crash after leaves all of it.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from sim_faults import Seams

from bcfsync.store import Store

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


class SimStore(Store):
    """A state in memory with seams."""

    seams: Seams
    inside: bool

    def __init__(self, seams: Seams, clock: Callable[[], datetime]) -> None:
        """Make an empty state."""
        self.seams = seams
        self.inside = True
        super().__init__(Path(":memory:"), clock=clock)
        self.inside = False

    def saved(self) -> bytes:
        """Everything that is committed, as a backup holds it."""
        return self._db.serialize()

    def restore(self, backup: bytes) -> None:
        """Put an older state back."""
        restored = sqlite3.connect(":memory:")
        restored.deserialize(backup)
        restored.backup(self._db)
        restored.close()


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
