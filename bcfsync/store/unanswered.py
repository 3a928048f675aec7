"""Writes to the server of which no answer is on record: begun creates, and what was sent.

Owns: the tables intent, known, sent. Sees: atoms. Source: design of the engine, 2.3 and 2.4.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from bcfsync.changes import Intent, Key, Kind
from bcfsync.store.atoms import ONE, Atoms
from bcfsync.store.database import key_from, whole
from bcfsync.store.words import SentWrite


class Unanswered(Atoms):
    """What the server may hold without our knowing it."""

    def intents(self) -> Iterator[Intent]:
        """Creates that were begun and never confirmed."""
        return iter(self._remembered("intents", self._read_intents))

    def _read_intents(self) -> Iterator[Intent]:
        rows = self._db.execute(
            "SELECT intent.kind, intent.topic, intent.guid, begun, guids FROM intent "
            "LEFT JOIN known ON known.id = intent.known"
        )
        for kind, topic, guid, begun, guids in rows:
            known = frozenset(json.loads(guids)) if guids else frozenset[str]()
            yield Intent(key_from(kind, topic, guid), datetime.fromisoformat(begun), known)

    def unanswered(self, replica: str) -> list[SentWrite]:
        """What was sent out of an archive and has no answer on record, if any try has none.

        Creates out of other archives come first: this one may be their copy.
        """
        return list(self._remembered(f"sent {replica}", lambda: self._read_unanswered(replica)))

    def _read_unanswered(self, replica: str) -> Iterator[SentWrite]:
        query = (
            "SELECT kind, topic, guid, replica, verb, fields, value, local, seen FROM sent "
            "WHERE replica = ?1 OR verb = 'create' ORDER BY replica = ?1"
        )
        for *key, name, verb, fields, value, local, seen in self._db.execute(query, (replica,)):
            whole(value, local, seen)
            yield SentWrite(key_from(*key), name, verb, tuple(json.loads(fields)), value, local, seen)

    def is_waiting(self, since: datetime) -> bool:
        """Whether anything was sent since a moment that has no answer on record: it may come, or not."""
        with self._reading():
            return self._db.execute("SELECT 1 FROM sent WHERE begun >= ?", (since.isoformat(),)).fetchone() is not None

    def remember_known(self, kind: Kind, topic: str, guids: frozenset[str]) -> None:
        """Record which ids the target held before the first create of a kind in a topic.

        Creates that were begun before, and are open still, keep what was known when they were begun.
        """
        with self._writing():
            self._db.execute(
                "DELETE FROM known WHERE kind = ? AND topic = ? "
                "AND id NOT IN (SELECT known FROM intent WHERE known IS NOT NULL)",
                (kind, topic),
            )
            values = (kind, topic, json.dumps(sorted(guids)))
            self._db.execute("INSERT INTO known (kind, topic, guids) VALUES (?, ?, ?)", values)

    def begin(self, key: Key, *, afresh: bool = False, sent: SentWrite | None = None) -> None:
        """Record that a create is about to be sent; its time is that of the latest try, which may still arrive.

        A topic that is sent ``afresh``, since it was deleted where it was, has lost there what was in it: that is on
        record no more, or a process that ends in between would take it for deleted.
        """
        with self._writing():
            if afresh:
                self._image_links("local_topic = ?", (key.guid,))
                self._image_shadows("topic = ?", (key.guid,))
                self._db.execute("DELETE FROM link WHERE local_topic = ?", (key.guid,))
                self._db.execute("DELETE FROM shadow WHERE topic = ?", (key.guid,))
            self._db.execute(
                "INSERT OR REPLACE INTO intent "
                "VALUES (?, ?, ?, ?, (SELECT max(id) FROM known WHERE kind = ? AND topic = ?))",
                (*key, self._now(), key.kind, key.topic),
            )
            self._db.execute(f"DELETE FROM sent WHERE {ONE}", key)
            if sent is not None:
                self._file_sent(sent)

    def outlived(self, keys: Iterable[Key], replica: str, before: datetime) -> None:
        """What was sent out of an archive before a moment, and is not there, does not come any more."""
        rows = [(*key, replica, before.isoformat()) for key in keys]
        if rows:
            with self._writing():
                self._db.executemany(f"DELETE FROM sent WHERE {ONE} AND replica = ? AND begun < ?", rows)

    # -- within a transaction ----------------------------------------------------------------------------------

    def _file_sent(self, sent: SentWrite) -> None:
        """What is sent now takes the place of what was sent before."""
        values = sent.replica, sent.verb, json.dumps(sent.fields), sent.value, sent.local, sent.seen, self._now()
        self._db.execute("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*sent.key, *values))

    def _abandon(self, key: Key) -> None:
        self._close_create(key)
        self._db.execute(f"DELETE FROM sent WHERE {ONE}", key)

    def _close_create(self, key: Key) -> None:
        self._db.execute(f"DELETE FROM intent WHERE {ONE}", key)

    def _close_sent(self, key: Key, replica: str) -> None:
        self._db.execute(f"DELETE FROM sent WHERE {ONE} AND replica = ?", (*key, replica))
