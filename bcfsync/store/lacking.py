"""What the server did not keep of what it was sent.

Owns: the table unkept. Sees: attention. A row is a member of an atom that the server holds otherwise than it was sent,
or not at all; each confirmed write of that member takes its place, since the server may have learned to keep it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bcfsync.changes import Key, Unkept
from bcfsync.store.atoms import ONE
from bcfsync.store.attention import Attention
from bcfsync.store.database import key_from
from bcfsync.store.words import Confirmation, StoredUnkept


class Lacking(Attention):
    """What cannot be represented on the server."""

    def unkept(self) -> list[StoredUnkept]:
        """Every member the server did not keep, by field."""
        return list(self._remembered("unkept", self._read_unkept))

    def untaken(self) -> frozenset[Key]:
        """What the server did not take at all."""
        return frozenset(item.key for item in self.unkept() if item.field == Unkept.WHOLE)

    def unread(self) -> frozenset[Key]:
        """Of what nobody could see yet what the server kept."""
        return frozenset(item.key for item in self.unkept() if item.kept == Unkept.UNREAD)

    def _read_unkept(self) -> Iterator[StoredUnkept]:
        query = (
            "SELECT kind, topic, guid, field, sent, kept, label, since FROM unkept ORDER BY kind, field, topic, guid"
        )
        for kind, topic, guid, field, sent, kept, label, since in self._db.execute(query):
            yield StoredUnkept(key_from(kind, topic, guid), field, sent, kept, label, datetime.fromisoformat(since))

    def lacks(self, key: Key, members: Iterable[Unkept], label: str, *, more: bool = False) -> None:
        """Record what the server does not keep of an atom that it was not even given.

        Args:
            key: of the atom.
            members: that are not kept.
            label: what people call the atom.
            more: what is known of other members stays.
        """
        found = tuple(members)
        with self._writing():
            self._set_unkept(key, found, _roots(found) if more else (), label)

    def read_back(self, key: Key, members: Iterable[Unkept], label: str) -> None:
        """Record what a later look showed that the server does not keep, in place of what had not been read back."""
        found = tuple(members)
        with self._writing():
            self._db.execute(f"DELETE FROM unkept WHERE {ONE} AND kept = ?", (*key, Unkept.UNREAD))
            if found:
                self._set_unkept(key, found, _roots(found), label)

    def unreadable(self, key: Key) -> None:
        """Record that what had not been read back could not be looked at a second time, either: it stays unknown."""
        with self._writing():
            query = f"UPDATE unkept SET kept = ? WHERE {ONE} AND kept = ?"
            self._db.execute(query, (Unkept.UNREADABLE, *key, Unkept.UNREAD))

    # -- within a transaction ----------------------------------------------------------------------------------

    def _note_unkept(self, item: Confirmation) -> None:
        """What a confirmed write shows: in place of all that was known of the members that were written."""
        if item.gone:
            self._db.execute(
                f"DELETE FROM unkept WHERE ({ONE}) OR (topic = ? AND topic <> '')", (*item.local, item.local.guid)
            )
        if item.unkept is not None:
            written = item.deed.fields if item.deed is not None and item.deed.verb == "update" else ()
            self._set_unkept(item.local, item.unkept, written, item.deed.label if item.deed else "")

    def _set_unkept(self, key: Key, members: tuple[Unkept, ...], written: Iterable[str], label: str) -> None:
        names = tuple(written)
        before = self._db.execute(f"SELECT field FROM unkept WHERE {ONE}", key).fetchall()
        gone = [field for (field,) in before if not names or field.partition(".")[0] in names]
        self._db.executemany(f"DELETE FROM unkept WHERE {ONE} AND field = ?", [(*key, field) for field in gone])
        rows = [(*key, item.field, item.sent, item.kept, label, self._now()) for item in members]
        self._db.executemany("INSERT OR REPLACE INTO unkept VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _roots(members: Iterable[Unkept]) -> list[str]:
    return [item.field.partition(".")[0] for item in members]
