"""The log: runs, and every write they confirmed, with what was there before.

Owns: the tables run, deed. Sees: unanswered. Keeps 90 days or 1,000 runs, whichever is less.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bcfsync.changes import Key, Site
from bcfsync.guids import guid_key
from bcfsync.store.database import key_from, moment, whole
from bcfsync.store.unanswered import Unanswered
from bcfsync.store.words import Deed, LoggedDeed, NoSuchRun, Run, SentWrite

KEPT = timedelta(days=90)
MOST_RUNS = 1000
SENT = "sent; its answer is not on record"
"""The cause of a write in the log that nobody knows the end of."""

_DEED = (
    "SELECT run, at, site, verb, kind, topic, guid, label, fields, replica, site_guid, site_topic, before, after, "
    "cause FROM deed"
)
FORGOTTEN = "forgotten"
"""The note of the last run before the pair was forgotten: there is no way back to before that."""
_CAN_BE_PUT_BACK = (
    "SELECT 1 FROM run WHERE id = ? AND put_back IS NULL "
    "AND id > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = ?), 0)"
)


class Log(Unanswered):
    """What was done, and the way back."""

    def begin_run(self, command: str) -> int:
        """Open a run: what is confirmed from now on belongs to it, with the record as it was before."""
        with self._writing():
            values = (command, self._now())
            found = self._db.execute("INSERT INTO run VALUES (NULL, ?, ?, NULL, '', '{}', NULL)", values).lastrowid
        self._run = found or 0
        return self._run

    def end_run(self, run: int, summary: Mapping[str, object], status: str) -> None:
        """Close a run, and drop what is too old to keep."""
        with self._writing():
            text = json.dumps(dict(summary), ensure_ascii=False, default=str)
            values = (self._now(), status, text, run)
            self._db.execute("UPDATE run SET ended = ?, status = ?, summary = ? WHERE id = ?", values)
            self._prune(run)
        self._run = 0

    def sent(self, deed: Deed, write: SentWrite | None = None) -> None:
        """Put a write on record before it is sent: its answer may be lost, and what was there before with it.

        Args:
            deed: for the log.
            write: what was sent; None where nothing would be agreed on by the answer.
        """
        with self._writing():
            self._log(replace(deed, cause=SENT))
            self._close_sent(deed.key, deed.replica)
            if write is not None:
                self._file_sent(write)

    def abandon(self, key: Key) -> None:
        """Record that nothing came of a write to the server: a begun create was refused, or an edit was not sent."""
        with self._writing():
            self._abandon(key)
            self._end_sent(str(Site.REMOTE), key)

    def runs(self, most: int = 20) -> list[Run]:
        """The latest runs, the last one first."""
        query = (
            "SELECT id, command, begun, ended, status, summary, put_back, "
            "(SELECT count(*) FROM deed WHERE deed.run = run.id) FROM run ORDER BY id DESC LIMIT ?"
        )
        with self._reading():
            return [self._read_run(row) for row in self._db.execute(query, (most,))]

    def deeds(self, run: int) -> list[LoggedDeed]:
        """What a run wrote, in the order of writing."""
        with self._reading():
            return list(map(_read_deed, self._db.execute(f"{_DEED} WHERE run = ? ORDER BY id", (run,))))

    def deeds_of(self, guid: str) -> list[LoggedDeed]:
        """What was written of a topic and what is in it, or of one atom, by its id on either side; oldest first."""
        query = f"{_DEED} WHERE id IN (SELECT deed FROM deed_about WHERE guid = ?) ORDER BY id"
        with self._reading():
            return list(map(_read_deed, self._db.execute(query, (guid_key(guid),))))

    def put_back(self, run: int) -> None:
        """Put identities and shadows back to what they were before a run, and all runs after it.

        What archives were given in them, and no application has shown to have read, is forgotten; every archive is
        looked at anew. The log stays, and says so.

        Raises:
            NoSuchRun: there is none of this number, or it was put back before, or the pair was forgotten since.
        """
        with self._reading():
            found = self._db.execute(_CAN_BE_PUT_BACK, (run, FORGOTTEN)).fetchone()
        if found is None:
            raise NoSuchRun(f"{self.path}: there is no run {run} that can be put back")
        with self._reading(), self._writing():
            self._put_back(run)
            self._db.execute("DELETE FROM unacknowledged WHERE run >= ?", (run,))
            self._db.execute("UPDATE archive SET settled = 0")
            mark = "UPDATE run SET put_back = ? WHERE id >= ? AND id <> ? AND put_back IS NULL"
            self._db.execute(mark, (self._now(), run, self._run if self._run != run else 0))

    # -- within a transaction ----------------------------------------------------------------------------------

    def _log(self, deed: Deed) -> None:
        if deed.cause == SENT:
            self._begun.add((deed.site, deed.key))
        else:
            self._end_sent(deed.site, deed.key)
        values = (
            self._run, self._now(), deed.site, deed.verb, *deed.key, deed.label, json.dumps(deed.fields),
            deed.replica, deed.guid, deed.topic, deed.before, deed.after, deed.cause,
        )  # fmt: skip
        marks = ", ".join("?" * len(values))
        number = self._db.execute(f"INSERT INTO deed VALUES (NULL, {marks})", values).lastrowid
        about = {deed.key.topic, deed.key.guid, guid_key(deed.guid), guid_key(deed.topic)} - {""}
        self._db.executemany("INSERT INTO deed_about VALUES (?, ?)", [(guid, number) for guid in sorted(about)])

    def _end_sent(self, site: str, key: Key) -> None:
        """A write has come to its end: that it was sent is no news any more."""
        if (site, key) not in self._begun:
            return
        self._begun.discard((site, key))
        which = "run = ? AND cause = ? AND site = ? AND kind = ? AND topic = ? AND guid = ?"
        values = (self._run, SENT, site, *key)
        self._db.execute(f"DELETE FROM deed_about WHERE deed IN (SELECT id FROM deed WHERE {which})", values)
        self._db.execute(f"DELETE FROM deed WHERE {which}", values)

    def _prune(self, run: int) -> None:
        """Runs that are too old or too many, with all that belongs to them; never the one that ends."""
        since = (self._clock() - KEPT).isoformat()
        query = "SELECT max(id) FROM run WHERE id < ? AND (begun < ? OR id <= ?)"
        old = self._db.execute(query, (run, since, run - MOST_RUNS)).fetchone()[0]
        if old is None:
            return
        # what was confirmed outside of any run is as old as it says
        which = "(run BETWEEN 1 AND ?1 OR (run = 0 AND at < ?2))"
        about = f"DELETE FROM deed_about WHERE deed IN (SELECT id FROM deed WHERE {which})"
        self._db.execute(about, (old, since))
        self._db.execute(f"DELETE FROM deed WHERE {which}", (old, since))
        for table in ("image_link", "image_shadow"):
            self._db.execute(f"DELETE FROM {table} WHERE run <= ?", (old,))
        self._db.execute("DELETE FROM run WHERE id <= ?", (old,))

    def _read_run(self, row: tuple[Any, ...]) -> Run:
        number, command, begun, ended, status, summary, put_back, deeds = row
        if ended is None:
            status = "running" if number == self._run else "interrupted"
        times = datetime.fromisoformat(begun), moment(ended)
        return Run(number, command, *times, status, json.loads(summary), deeds, moment(put_back))


def _read_deed(row: tuple[Any, ...]) -> LoggedDeed:
    run, at, site, verb = row[:4]
    label, fields, replica, *rest = row[7:]
    whole(*row[12:14])
    what = site, verb, key_from(*row[4:7]), label, tuple(json.loads(fields)), replica
    return LoggedDeed(*what, *rest, run=run, at=datetime.fromisoformat(at))
