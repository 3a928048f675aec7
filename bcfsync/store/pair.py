"""The state of one pair as everybody uses it.

Owns: what one confirmation changes, in one durable transaction. Sees: lacking, and by it all the tables.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bcfsync.store.lacking import Lacking
from bcfsync.store.log import FORGOTTEN
from bcfsync.store.words import Confirmation

_FORGOTTEN = (
    "link", "shadow", "intent", "known", "sent", "meta", "image_link", "image_shadow", "generation", "unacknowledged",
    "archive", "conflict", "hold", "failure", "unkept",
)  # fmt: skip


class Store(Lacking):
    """The state of one pair, held by this process alone until it is closed."""

    def confirm(self, confirmation: Confirmation) -> None:
        """Record one atom that both sides hold, and close its create."""
        self.confirm_all([confirmation])

    def confirm_all(self, confirmations: Sequence[Confirmation], *, replica: str = "", generation: int = 0) -> None:
        """Record atoms and close their creates: all of them or, if anything fails, none.

        Args:
            confirmations: what was confirmed.
            replica: the archive that was written to; else each deed names it.
            generation: which of our writes to it this was, as ``expect`` said; it is done now, and what was
                ``written`` in it waits until an application has shown to have read it. Without one nothing waits.
        """
        now = self._now()
        with self._writing():
            for item in confirmations:
                self._confirm(item, replica, generation, now)
            if generation:
                self._finish(replica, generation)

    def _confirm(self, item: Confirmation, replica: str, generation: int, now: str) -> None:
        number = generation or (item.written.generation if item.written else 0)
        if item.written is not None and number:
            name = replica or (item.deed.replica if item.deed else "")
            takes = item.gone or item.unbound is not None
            self._file(name, number, item.written, self._removed_with(item.local, name) if takes else None)
        if item.gone:
            self._remove(item.local)
        elif item.unbound is not None:
            self._unbind(item.local, item.unbound)
        else:
            self._link(item.local, item.remote)
        for name, value in item.shadows.items():
            self._set_shadow(item.local, name, value, now)
            self._close_sent(item.local, name)
        self._close_create(item.local)
        self._clear_failure(item.local)
        self._clear_failure(item.remote)
        self._note_unkept(item)
        if item.deed is not None:
            self._log(item.deed)

    def copy(self) -> "Store":
        """The same state in memory, for rehearsals; it shares nothing with this one, and is in no run."""
        found = Store(Path(":memory:"), clock=self._clock)
        with self._reading():
            # into an ordinary memory: one that was made of bytes takes no copy of a database with a write-ahead log
            found._db.close()
            found._db = sqlite3.connect(":memory:", isolation_level=None)
            self._db.backup(found._db)
        return found

    def forget(self) -> None:
        """Forget everything about the pair; only the log still tells what was done."""
        with self._writing():
            for table in _FORGOTTEN:
                self._db.execute(f"DELETE FROM {table}")
            last = self._db.execute("SELECT max(id) FROM run").fetchone()[0]
            if last is not None:
                self._db.execute("INSERT INTO meta VALUES (?, ?)", (FORGOTTEN, str(last)))
