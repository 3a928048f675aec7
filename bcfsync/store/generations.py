"""Our own writes to archives: their stamps, and what of them no application has shown to have read yet.

Owns: the tables generation, unacknowledged. Sees: log. Source: design of the engine, 2.7 (the stale save).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from bcfsync.changes import Key
from bcfsync.store.database import key_from, whole
from bcfsync.store.log import Log
from bcfsync.store.words import Begun, Confirmation, Deed, Unacknowledged, seen_by

STAMPS_KEPT = timedelta(days=30)

_LAST = "(SELECT max(number) FROM generation WHERE replica = ?1)"
_TOO_OLD = f"DELETE FROM generation WHERE replica = ?1 AND expected < ?2 AND number < {_LAST}"
_WRITTEN = "SELECT stamp, expected, done FROM generation WHERE replica = ? ORDER BY number"


class Generations(Log):
    """Every write to an archive is a generation, with a number per archive."""

    def expect(
        self,
        replica: str,
        stamp: str,
        writes: Sequence[Unacknowledged] = (),
        pending: Sequence[Confirmation] = (),
    ) -> int:
        """Put on record that an archive will have this stamp by our own doing; the generation's number.

        What is about to be written waits from now on until an application has shown to have read it: whoever is
        killed between the replacement and its record cannot tell it any more, and where the replacement never
        happened, the shadows before are those that still hold.

        Args:
            replica: the archive.
            stamp: of the file that takes its place next.
            writes: what an application may take back that has not read them.
            pending: what is confirmed if the file did take its place, for ``begun`` to tell.
        """
        with self._writing():
            self._db.execute(_TOO_OLD, (replica, (self._clock() - STAMPS_KEPT).isoformat()))
            query = "SELECT coalesce(max(number), 0) + 1 FROM generation WHERE replica = ?"
            number = int(self._db.execute(query, (replica,)).fetchone()[0])
            values = (replica, number, stamp, self._now())
            self._db.execute("UPDATE generation SET pending = NULL WHERE replica = ?", (replica,))
            text = json.dumps(list(pending), default=_plain)
            self._db.execute("INSERT INTO generation VALUES (?, ?, ?, ?, 0, ?)", (*values, text))
            for item in writes:
                self._file(replica, number, item, None)
        return number

    def begun(self) -> list[Begun]:
        """Replacements of archives of which nobody knows whether they came to their end."""
        query = "SELECT replica, number, stamp, pending FROM generation WHERE done = 0 AND pending IS NOT NULL"
        with self._reading():
            return [
                Begun(replica, number, stamp, tuple(_confirmation(item) for item in json.loads(text)))
                for replica, number, stamp, text in self._db.execute(query)
            ]

    def own_stamps(self, replica: str) -> frozenset[str]:
        """The stamps of our own writes of the last 30 days, and that of the last one however old it is."""
        written = self._written(replica)
        since = (self._clock() - STAMPS_KEPT).isoformat()
        return frozenset(stamp for stamp, expected, _ in written if expected >= since or stamp == written[-1][0])

    def last_written(self, replica: str) -> tuple[str, str]:
        """When we last put an archive in its place, as far as that is on record, and its stamp; "" for never."""
        return next(((expected, stamp) for stamp, expected, done in reversed(self._written(replica)) if done), ("", ""))

    def _written(self, replica: str) -> list[tuple[str, str, int]]:
        return self._remembered(f"generation {replica}", lambda: self._db.execute(_WRITTEN, (replica,)))

    def unacknowledged(self, replica: str) -> list[Unacknowledged]:
        """What an archive was given and no application has shown to have read, oldest first."""
        return list(self._remembered(f"unacknowledged {replica}", lambda: self._read_unacknowledged(replica)))

    def _read_unacknowledged(self, replica: str) -> Iterator[Unacknowledged]:
        query = (
            "SELECT kind, topic, guid, verb, fields, new, old_local, old_seen, generation, tries "
            "FROM unacknowledged WHERE replica = ? ORDER BY generation, id"
        )
        for row in self._db.execute(query, (replica,)):
            whole(*row[5:8])
            yield Unacknowledged(key_from(*row[:3]), row[3], tuple(json.loads(row[4])), *row[5:])

    def acknowledge(self, replica: str, upto: int) -> None:
        """An application has read an archive as a generation left it: that one and those before are settled."""
        if upto <= 0:
            return
        with self._writing():
            self._db.execute("DELETE FROM unacknowledged WHERE replica = ? AND generation <= ?", (replica, upto))

    def roll_back(
        self, replica: str, rows: Mapping[Key, tuple[str | None, str | None]], tried: Sequence[Unacknowledged]
    ) -> None:
        """Put an archive's shadows back, because its file no longer has what we wrote into it.

        A deletion among ``tried`` whose atom comes back brings its identity back, too, and, for a topic, those of
        what is in it.

        Args:
            replica: the archive.
            rows: for each atom its shadow and the server's with it, None where there is to be none.
            tried: the lost writes; each was tried once more.
        """
        now = self._now()
        with self._writing():
            for item in tried:
                if rows.get(item.key, (None, None))[0] is not None:
                    self._bring_back(replica, item)
                self._db.execute(
                    "UPDATE unacknowledged SET tries = tries + 1 "
                    "WHERE replica = ? AND generation = ? AND kind = ? AND topic = ? AND guid = ?",
                    (replica, item.generation, *item.key),
                )
            for key, (local, seen) in rows.items():
                self._set_shadow(key, replica, local, now)
                self._set_shadow(key, seen_by(replica), seen, now)
                self._close_sent(key, replica)
            self._db.execute("UPDATE archive SET settled = 0 WHERE replica = ?", (replica,))

    # -- within a transaction ----------------------------------------------------------------------------------

    def _file(self, replica: str, generation: int, item: Unacknowledged, removed: str | None) -> None:
        self._db.execute(
            "INSERT INTO unacknowledged VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                replica, generation, *item.key, item.verb, json.dumps(item.fields), item.new, item.old_local,
                item.old_seen, item.tries, removed, self._run,
            ),
        )  # fmt: skip

    def _finish(self, replica: str, generation: int) -> None:
        done = "UPDATE generation SET done = 1, pending = NULL WHERE replica = ? AND number = ?"
        self._db.execute(done, (replica, generation))

    def _removed_with(self, key: Key, replica: str) -> str:
        """What goes with an atom, to be brought back if the deletion is lost."""
        return json.dumps(self._rows_within(key, replica))

    def _bring_back(self, replica: str, item: Unacknowledged) -> None:
        rows = self._db.execute(
            "SELECT removed FROM unacknowledged WHERE replica = ? AND generation = ? "
            "AND kind = ? AND topic = ? AND guid = ? AND removed IS NOT NULL",
            (replica, item.generation, *item.key),
        ).fetchall()
        for (text,) in rows:
            self._restore_rows(*json.loads(text))


def _plain(item: Confirmation | Deed | Unacknowledged) -> dict[str, Any]:
    return {each.name: getattr(item, each.name) for each in fields(item)}


def _confirmation(data: dict[str, Any]) -> Confirmation:
    keys = {name: key_from(*data[name]) for name in ("local", "remote")}
    deed, written = data["deed"], data["written"]
    if deed is not None:
        deed = Deed(**{**deed, "key": key_from(*deed["key"]), "fields": tuple(deed["fields"])})
    if written is not None:
        written = Unacknowledged(**{**written, "key": key_from(*written["key"]), "fields": tuple(written["fields"])})
    return Confirmation(**{**data, **keys, "deed": deed, "written": written})
