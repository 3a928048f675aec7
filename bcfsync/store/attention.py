"""Archives as last seen, and what a person has to see: conflicts, holds, failures.

Owns: the tables archive, conflict, hold, failure. Sees: generations.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from bcfsync.changes import Key
from bcfsync.store.atoms import ONE
from bcfsync.store.database import key_from, moment
from bcfsync.store.generations import Generations
from bcfsync.store.words import ArchiveRecord, Failure, StoredConflict, StoredHold, seen_by

_CONFLICT = "replica, kind, topic, guid, field, base, local, remote, label, since, prefer, value, decided"
_HOLD = "replica, kind, topic, guid, reason, label, cause, since"


class Attention(Generations):
    """What the last turn saw, and what it left to people."""

    # -- archives ----------------------------------------------------------------------------------------------

    def archives(self) -> dict[str, ArchiveRecord]:
        """The archives as last seen, by replica."""
        return {item.replica: item for item in self._remembered("archives", self._read_archives)}

    def _read_archives(self) -> Iterator[ArchiveRecord]:
        rows = self._db.execute("SELECT replica, stamp, sha256, settled, looked FROM archive ORDER BY replica")
        for replica, stamp, sha256, settled, looked in rows:
            yield ArchiveRecord(replica, stamp, sha256, bool(settled), datetime.fromisoformat(looked))

    def remember_archives(self, records: Iterable[ArchiveRecord]) -> None:
        """Remember archives as they are now."""
        rows = [(item.replica, item.stamp, item.sha256, item.settled, item.looked.isoformat()) for item in records]
        if rows:
            with self._writing():
                self._db.executemany("INSERT OR REPLACE INTO archive VALUES (?, ?, ?, ?, ?)", rows)

    def forget_archive(self, replica: str) -> None:
        """An archive is no longer there; what it held stays on record, for the day it comes back."""
        with self._writing():
            for table in ("archive", "conflict", "hold"):
                self._db.execute(f"DELETE FROM {table} WHERE replica = ?", (replica,))

    def rename_replica(self, old: str, new: str) -> None:
        """All that is on record of an archive goes to its new name, in place of what was there under that name."""
        names = {"shadow", "image_shadow"}
        with self._writing():
            for table in ("archive", "conflict", "hold", "generation", "unacknowledged", *sorted(names)):
                for before, after in [(old, new), *([(seen_by(old), seen_by(new))] if table in names else [])]:
                    self._db.execute(f"DELETE FROM {table} WHERE replica = ?", (after,))
                    self._db.execute(f"UPDATE {table} SET replica = ? WHERE replica = ?", (after, before))
            # what was sent may have come from another file that had the old name for a while
            self._db.execute("DELETE FROM sent WHERE replica IN (?, ?)", (old, new))

    def split_replica(self, old: str, new: str, keys: Collection[Key]) -> None:
        """What is on record of these atoms in an archive goes to another one; what else is there stays."""
        with self._writing():
            copied = "SELECT ?, number, stamp, expected, done, NULL FROM generation WHERE replica = ?"
            self._db.execute(f"INSERT OR IGNORE INTO generation {copied}", (new, old))
            for key in keys:
                self._db.execute(f"UPDATE unacknowledged SET replica = ? WHERE replica = ? AND {ONE}", (new, old, *key))
                for before, after in ((old, new), (seen_by(old), seen_by(new))):
                    which = f"{ONE} AND replica = ?"
                    for name in (before, after):
                        self._image_shadows(which, (*key, name))
                    values = (after, *key, before)
                    self._db.execute(f"UPDATE OR REPLACE shadow SET replica = ? WHERE {which}", values)

    # -- conflicts and holds -----------------------------------------------------------------------------------

    def set_conflicts(self, replica: str, found: Sequence[StoredConflict]) -> None:
        """The conflicts of an archive are these now.

        One that was there before, with the same two values, keeps its age and what a person decided about it.
        """
        before = {(item.key, item.field): item for item in self.conflicts() if item.replica == replica}
        if not before and not found:
            return
        rows = [_conflict_row(replica, item, before.get((item.key, item.field))) for item in found]
        marks = ", ".join("?" * len(_CONFLICT.split(",")))
        with self._writing():
            self._db.execute("DELETE FROM conflict WHERE replica = ?", (replica,))
            self._db.executemany(f"INSERT INTO conflict ({_CONFLICT}) VALUES ({marks})", rows)

    def conflicts(self) -> list[StoredConflict]:
        """All conflicts, the longest-standing first."""
        return list(self._remembered("conflicts", self._read_conflicts))

    def _read_conflicts(self) -> Iterator[StoredConflict]:
        for row in self._db.execute(f"SELECT {_CONFLICT} FROM conflict ORDER BY since, id"):
            replica, *key, field, base, local, remote, label, since, prefer, value, decided = row
            decision = None if decided is None else (prefer, value)
            times = datetime.fromisoformat(since), decision, moment(decided)
            yield StoredConflict(replica, key_from(*key), field, base, local, remote, label, *times)

    def decide(self, key: Key, field: str, prefer: str | None, value: str | None, replica: str | None = None) -> int:
        """Put on record what a person decided about a member; how many conflicts that meets.

        Args:
            key: the atom's local key.
            field: the member.
            prefer: whose value counts.
            value: a third value; with neither, the decision is taken back.
            replica: only in this archive; None for all.
        """
        decided = None if prefer is None and value is None else self._now()
        with self._writing():
            return self._db.execute(
                "UPDATE conflict SET prefer = ?, value = ?, decided = ? "
                "WHERE kind = ? AND topic = ? AND guid = ? AND field = ? AND replica = coalesce(?, replica)",
                (prefer, value, decided, *key, field, replica),
            ).rowcount

    def set_holds(self, replica: str, found: Sequence[StoredHold]) -> None:
        """The holds of an archive are these now; one that was there before for the same cause keeps its age."""
        before = {_hold_id(item): item.since for item in self.holds() if item.replica == replica}
        if not before and not found:
            return
        rows = [
            (replica, item.kind, item.topic, item.guid, item.reason, item.label, item.cause,
             before.get(_hold_id(item), item.since).isoformat())
            for item in found
        ]  # fmt: skip
        with self._writing():
            self._db.execute("DELETE FROM hold WHERE replica = ?", (replica,))
            self._db.executemany(f"INSERT INTO hold ({_HOLD}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def holds(self) -> list[StoredHold]:
        """All holds, the longest-standing first."""
        return list(self._remembered("holds", self._read_holds))

    def _read_holds(self) -> Iterator[StoredHold]:
        rows = self._db.execute(f"SELECT {_HOLD} FROM hold ORDER BY since, id")
        for replica, *key, reason, label, cause, since in rows:
            yield StoredHold(replica, *key_from(*key), reason, label, cause, datetime.fromisoformat(since))

    # -- quarantine --------------------------------------------------------------------------------------------

    def fail(self, key: Key, message: str, until: datetime) -> None:
        """An atom could not be written, once more; it is not to be tried again before a moment."""
        with self._writing():
            self._db.execute(
                "INSERT INTO failure VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (kind, topic, guid) DO UPDATE "
                "SET message = excluded.message, tries = tries + 1, until = excluded.until",
                (*key, message, until.isoformat()),
            )

    def failures(self) -> dict[Key, Failure]:
        """Atoms whose last try failed; confirming one clears it."""
        return dict(self._remembered("failures", self._read_failures))

    def _read_failures(self) -> Iterator[tuple[Key, Failure]]:
        for *key, message, tries, until in self._db.execute("SELECT * FROM failure"):
            yield key_from(*key), Failure(message, tries, datetime.fromisoformat(until))

    def forgive(self, keys: Collection[Key]) -> None:
        """Forget that these atoms failed: nobody tries them any more."""
        if keys:
            with self._writing():
                for key in keys:
                    self._clear_failure(key)

    def _clear_failure(self, key: Key) -> None:
        self._db.execute("DELETE FROM failure WHERE kind = ? AND topic = ? AND guid = ?", key)


def _conflict_row(replica: str, item: StoredConflict, before: StoredConflict | None) -> tuple[str | None, ...]:
    since, decision, decided = item.since, item.decision, item.decided
    if before is not None and (before.local, before.remote) == (item.local, item.remote):
        since, decision, decided = before.since, before.decision, before.decided
    prefer, value = decision or (None, None)
    return (
        replica, *item.key, item.field, item.base, item.local, item.remote, item.label, since.isoformat(),
        prefer, value, decided.isoformat() if decided else None,
    )  # fmt: skip


def _hold_id(item: StoredHold) -> tuple[str, ...]:
    return item.kind, item.topic, item.guid, item.cause
