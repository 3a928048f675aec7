"""Which archives of a folder are there, which have another name now, and which have gone.

Owns: renames, and the grace of files that are absent for a moment. Sees: the store. Source: products delete a file
before they write it anew (BCFier), and network drives come and go.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from bcfsync.changes import Key, Kind
from bcfsync.store import Store
from bcfsync.turn.events import Missing

GRACE = timedelta(seconds=60)
"""So long may an archive be absent before it counts as gone."""

_MISSING = "missing:"


class Presence:
    """The archives on record beside those that are there."""

    def __init__(
        self,
        store: Store,
        found: Mapping[str, str],
        doubtful: Callable[[str], str | None],
        clock: Callable[[], datetime],
    ) -> None:
        """Compare nothing yet.

        Args:
            store: the pair's state.
            found: the archives that are there, with their stamps.
            doubtful: why an archive that is not among them may be there all the same.
            clock: now.
        """
        self.store = store
        self.found = found
        self.doubtful = doubtful
        self.clock = clock
        self.waited: set[str] = set()

    def follow(self) -> None:
        """Archives that were renamed keep their record; ``waited`` are then those that are not there."""
        records = self.store.archives()
        here = {stamp: replica for replica, stamp in self.found.items() if replica not in records}
        for replica, record in records.items():
            if replica in self.found:
                self._note(replica, None)
            elif (new := here.get(record.stamp)) is not None:
                self.store.rename_replica(replica, new)
            else:
                self.waited.add(replica)

    def let_go(self) -> Iterator[Missing]:
        """Those that have been gone for a while; what is left in ``waited`` may come back any moment."""
        for replica in sorted(self.waited):
            if not self.doubtful(replica) and self._is_long_gone(replica):
                self._forget(replica)
                yield Missing(replica)

    def follow_saved(
        self, topics: Mapping[str, frozenset[str]], atoms: Callable[[str], frozenset[Key]]
    ) -> None:  # fmt: skip
        """What an archive that is gone held is on record of the new one that holds it now, saved under another name.

        Only that: whatever the new one lacks may be in the old one yet, which may come back any moment, and was not
        deleted by anybody.

        Args:
            topics: keys of what each archive that is there holds.
            atoms: keys of everything an archive holds.
        """
        records = self.store.archives()
        gone = {replica: self._on_record(replica) for replica in self.waited}
        new = sorted(replica for replica in self.found if replica not in records)
        pairs = [
            (len(keys & topics.get(here, frozenset())), there, here) for there, keys in gone.items() for here in new
        ]
        left = set(self.waited)
        for shared, there, here in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
            if shared and there in left and here in new:
                self.store.split_replica(there, here, atoms(here))
                left.discard(there)
                new.remove(here)
                if not self._on_record(there):
                    self._forget(there)  # it is all there, under its new name

    def _on_record(self, replica: str) -> frozenset[str]:
        return frozenset(
            key.guid for key, name, _ in self.store.shadows() if name == replica and key.kind is Kind.TOPIC
        )

    def _is_long_gone(self, replica: str) -> bool:
        since = self.store.noted(_MISSING + replica)
        now = self.clock()
        if not since:
            self._note(replica, now)
            return False
        return now - datetime.fromisoformat(since) >= GRACE

    def _note(self, replica: str, now: datetime | None) -> None:
        if now is not None or self.store.noted(_MISSING + replica):
            self.store.note(_MISSING + replica, now.isoformat() if now else "")

    def _forget(self, replica: str) -> None:
        """What an archive held that is no longer there does not tell what its successor lacks."""
        self.store.forget_replica(replica)
        self.store.forget_archive(replica)
        self.waited.discard(replica)
        self._note(replica, None)
