"""Identities and shadows per replica.

Owns: the tables link, shadow, meta, and the images of the first two as they were before a run.
Sees: database, words. Every change of link and shadow goes through here, so that a run can be put back.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from bcfsync.changes import Key, Kind
from bcfsync.store.database import Database, key_from, whole
from bcfsync.store.words import PAST, REMOTE, UNSETTLED, seen_by, seen_of

MOST_PAST = 20
"""So many earlier values of archives are kept for an atom."""

Row = TypeVar("Row")

ONE = "kind = ? AND topic = ? AND guid = ?"
_WITHIN = f"({ONE}) OR (topic = ? AND topic <> '')"
_LOCAL_ONE = "kind = ? AND local_topic = ? AND local_guid = ?"
_LOCAL_WITHIN = f"({_LOCAL_ONE}) OR (local_topic = ? AND local_topic <> '')"


class Atoms(Database):
    """Who is who, and what each replica holds."""

    # -- reading -----------------------------------------------------------------------------------------------

    def links(self) -> Iterator[tuple[Key, Key]]:
        """All identities: local key, remote key."""
        return iter(self._remembered("links", self._read_links))

    def _read_links(self) -> Iterator[tuple[Key, Key]]:
        query = "SELECT kind, local_topic, local_guid, remote_topic, remote_guid FROM link"
        for kind, *ids in self._db.execute(query):
            yield key_from(kind, ids[0], ids[1]), key_from(kind, ids[2], ids[3])

    def shadows(self) -> Iterator[tuple[Key, str, str]]:
        """All shadows, the latest first: local key, replica, value."""
        return iter(self._remembered("shadows", self._read_shadows))

    def _read_shadows(self) -> Iterator[tuple[Key, str, str]]:
        query = "SELECT kind, topic, guid, replica, value FROM shadow ORDER BY confirmed DESC"
        for kind, topic, guid, replica, value in self._db.execute(query):
            whole(value)
            yield key_from(kind, topic, guid), replica, value

    def _remembered(self, name: str, read: Callable[[], Iterator[Row]]) -> list[Row]:
        """Rows that every pass of a turn wants, read again only after a write: nobody else writes in the meantime."""
        changes = self._db.total_changes
        if self._rows.get(name, (-1, ()))[0] != changes:
            with self._reading():
                self._rows[name] = changes, list(read())
        return cast("list[Row]", self._rows[name][1])

    def noted(self, name: str) -> str | None:
        """A fact about the pair."""
        return next(iter(self._remembered(f"meta {name}", lambda: self._read_noted(name))), None)

    def _read_noted(self, name: str) -> Iterator[str]:
        for (value,) in self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)):
            whole(value)
            yield str(value)

    # -- writing -----------------------------------------------------------------------------------------------

    def note(self, name: str, value: str) -> None:
        """Remember a fact about the pair."""
        if self.noted(name) == value:
            return  # a turn without a change costs no write
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def forget_replica(self, replica: str) -> None:
        """Forget what an archive held, because it is no longer there; identities stay, and what it held is old news."""
        names = (replica, seen_by(replica))
        now = self._now()
        with self._writing():
            keys = self._db.execute("SELECT kind, topic, guid FROM shadow WHERE replica = ?", (replica,)).fetchall()
            for key in keys:
                self._keep_past(key_from(*key), replica, None, now)
            self._image_shadows("replica IN (?, ?)", names)
            self._db.execute("DELETE FROM shadow WHERE replica IN (?, ?)", names)
            self._db.execute("DELETE FROM sent WHERE replica = ?", (replica,))

    # -- within a transaction ----------------------------------------------------------------------------------

    def _link(self, local: Key, remote: Key) -> None:
        theirs = (local.kind, *remote[1:])
        same = self._db.execute(f"SELECT remote_topic, remote_guid FROM link WHERE {_LOCAL_ONE}", local).fetchone()
        if same == remote[1:]:
            return
        self._image_links("kind = ? AND remote_topic = ? AND remote_guid = ?", theirs)
        self._image_link(local)
        # both ids may have belonged to other atoms
        self._db.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?)", (*local, *remote[1:]))

    def _set_shadow(self, key: Key, replica: str, value: str | None, now: str) -> None:
        """Put a shadow, and keep what an archive held before: a copy of that may still come back, and is old news."""
        self._image_shadow(key, replica)
        if value is None:
            self._db.execute(f"DELETE FROM shadow WHERE {ONE} AND replica = ?", (*key, replica))
            return
        if replica != REMOTE and seen_of(replica) is None:
            self._keep_past(key, replica, value, now)
        self._db.execute("INSERT OR REPLACE INTO shadow VALUES (?, ?, ?, ?, ?, ?)", (*key, replica, value, now))

    def _keep_past(self, key: Key, replica: str, value: str | None, now: str) -> None:
        """Keep what an archive held until now, and what the server held with it, where the archive gets another one."""
        query = f"SELECT value FROM shadow WHERE {ONE} AND replica = ?"
        row = self._db.execute(query, (*key, replica)).fetchone()
        if row is None or row[0] in {value, UNSETTLED}:
            return
        name = PAST + hashlib.sha256(str(row[0]).encode()).hexdigest()[:16]
        seen = self._db.execute(query, (*key, seen_by(replica))).fetchone()
        for each, text in ((name, row[0]), (seen_by(name), seen[0] if seen else None)):
            self._image_shadow(key, each)
            if text is not None:
                self._db.execute("INSERT OR REPLACE INTO shadow VALUES (?, ?, ?, ?, ?, ?)", (*key, each, text, now))
        self._drop_oldest(key)

    def _drop_oldest(self, key: Key) -> None:
        past = f"SELECT replica FROM shadow WHERE {ONE} AND replica >= '{PAST}' AND replica < '{PAST}g'"
        oldest = f"{past} ORDER BY confirmed DESC, rowid DESC LIMIT -1 OFFSET {MOST_PAST}"
        for (name,) in self._db.execute(oldest, key).fetchall():
            for each in (name, seen_by(name)):
                self._image_shadow(key, each)
                self._db.execute(f"DELETE FROM shadow WHERE {ONE} AND replica = ?", (*key, each))

    def _remove(self, key: Key) -> None:
        """Identity and shadows of an atom, and of what is in it."""
        inner = (*key, _inside(key))
        self._image_links(_LOCAL_WITHIN, inner)
        self._image_shadows(_WITHIN, inner)
        self._db.execute(f"DELETE FROM link WHERE {_LOCAL_WITHIN}", inner)
        self._db.execute(f"DELETE FROM shadow WHERE {_WITHIN}", inner)
        for table in ("intent", "sent"):
            self._db.execute(f"DELETE FROM {table} WHERE {_WITHIN}", inner)

    def _unbind(self, key: Key, replica: str) -> None:
        """An archive's shadows of an atom, and of what is in it."""
        which = f"({_WITHIN}) AND replica IN (?, ?)"
        values = (*key, _inside(key), replica, seen_by(replica))
        self._image_shadows(which, values)
        self._db.execute(f"DELETE FROM shadow WHERE {which}", values)
        self._db.execute(f"DELETE FROM sent WHERE ({_WITHIN}) AND replica = ?", (*key, _inside(key), replica))

    def _rows_within(self, key: Key, replica: str) -> tuple[list[list[str]], list[list[str]]]:
        """Links and shadows, as an archive sees them, of an atom and of what is in it."""
        inner = (*key, _inside(key))
        links = self._db.execute(f"SELECT * FROM link WHERE {_LOCAL_WITHIN}", inner)
        shadows = self._db.execute(
            f"SELECT * FROM shadow WHERE ({_WITHIN}) AND replica IN (?, ?, ?)",
            (*inner, replica, seen_by(replica), REMOTE),
        )
        return [list(row) for row in links], [list(row) for row in shadows]

    def _restore_rows(self, links: list[list[str]], shadows: list[list[str]]) -> None:
        """Rows that were removed, as far as nothing else has taken their place."""
        for row in links:
            self._image_link(key_from(*row[:3]))
            self._db.execute("INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?, ?)", row)
        for row in shadows:
            self._image_shadow(key_from(*row[:3]), row[3])
            self._db.execute("INSERT OR IGNORE INTO shadow VALUES (?, ?, ?, ?, ?, ?)", row)

    # -- as it was before the run ------------------------------------------------------------------------------

    def _image_link(self, key: Key) -> None:
        """One row that may not be there yet."""
        if self._run:
            self._db.execute(
                "INSERT OR IGNORE INTO image_link SELECT ?1, ?2, ?3, ?4, remote_topic, remote_guid FROM (SELECT 1) "
                "LEFT JOIN link ON kind = ?2 AND local_topic = ?3 AND local_guid = ?4",
                (self._run, *key),
            )

    def _image_links(self, which: str, values: tuple[str, ...]) -> None:
        """Rows that are there and will go."""
        if self._run:
            copied = f"INSERT OR IGNORE INTO image_link SELECT ?, * FROM link WHERE {which}"
            self._db.execute(copied, (self._run, *values))

    def _image_shadow(self, key: Key, replica: str) -> None:
        if self._run:
            self._db.execute(
                "INSERT OR IGNORE INTO image_shadow SELECT ?1, ?2, ?3, ?4, ?5, value, confirmed FROM (SELECT 1) "
                "LEFT JOIN shadow ON kind = ?2 AND topic = ?3 AND guid = ?4 AND replica = ?5",
                (self._run, *key, replica),
            )

    def _image_shadows(self, which: str, values: tuple[str, ...]) -> None:
        if self._run:
            copied = f"INSERT OR IGNORE INTO image_shadow SELECT ?, * FROM shadow WHERE {which}"
            self._db.execute(copied, (self._run, *values))

    def _put_back(self, run: int) -> None:
        """Every row that this run or a later one touched, as it was before the first of them."""
        for (text,) in self._db.execute("SELECT value FROM image_shadow WHERE run >= ?", (run,)):
            whole(text)
        mine = "kind, local_topic, local_guid"
        self._db.execute(f"DELETE FROM link WHERE ({mine}) IN (SELECT {mine} FROM image_link WHERE run >= ?)", (run,))
        self._db.execute(
            f"INSERT OR REPLACE INTO link SELECT {mine}, remote_topic, remote_guid FROM "
            f"(SELECT *, min(run) FROM image_link WHERE run >= ? GROUP BY {mine}) WHERE remote_guid IS NOT NULL",
            (run,),
        )
        mine = "kind, topic, guid, replica"
        self._db.execute(
            f"DELETE FROM shadow WHERE ({mine}) IN (SELECT {mine} FROM image_shadow WHERE run >= ?)", (run,)
        )
        self._db.execute(
            f"INSERT OR REPLACE INTO shadow SELECT {mine}, value, confirmed FROM "
            f"(SELECT *, min(run) FROM image_shadow WHERE run >= ? GROUP BY {mine}) WHERE value IS NOT NULL",
            (run,),
        )
        for table in ("image_link", "image_shadow"):
            self._db.execute(f"DELETE FROM {table} WHERE run >= ?", (run,))
        self._db.execute("DELETE FROM sent")


def _inside(key: Key) -> str:
    """The topic that things inside of an atom name; nothing has the empty one."""
    return key.guid if key.kind is Kind.TOPIC else ""
