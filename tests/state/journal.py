"""A folder, a server and a state in memory, whose every durable step is counted, and may be the last one.

A world can be copied as it is on disk: what was durable, and nothing of the process that made it so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from folders import HERE, MemoryArchive, MemoryFolder, Office, replace_side, settle
from worlds import SYNC, Bytes, MemorySide, essence

from bcfsync.changes import Prepared, Status
from bcfsync.store import Store

BEFORE, AFTER = "before", "after"


class Crash(BaseException):
    """The process ends here; nothing of it does anything any more."""


@dataclass
class Journal:
    """The durable steps of one process; it may end just before or just after one of them."""

    fatal: tuple[int, str] = (0, "")
    steps: list[str] = field(default_factory=list)
    dead: bool = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        if self.dead:
            raise Crash
        self.steps.append(name)
        self._end(BEFORE)
        yield
        self._end(AFTER)

    def _end(self, when: str) -> None:
        if self.fatal == (len(self.steps), when):
            self.dead = True
            raise Crash


class JournalStore(Store):
    """Each transaction is a step: a crash before its end leaves nothing of it."""

    journal = Journal()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with super()._transaction():
            yield
            # the step is the commit; what comes after it comes after this block
            self.journal.steps.append("commit")
            if self.journal.dead or self.journal.fatal == (len(self.journal.steps), BEFORE):
                self.journal.dead = True
                raise Crash
        self.journal._end(AFTER)


class JournalServer(MemorySide):
    """Each write is a step; so is each look, before which a process may end as well."""

    journal = Journal()

    def listing(self):
        with self.journal.step("list"):
            return super().listing()

    def _take(self, change, source):
        with self.journal.step(f"{change.verb} {change.kind}"):
            return super()._take(change, source)


class JournalArchive(MemoryArchive):
    """Its replacement is a step."""

    journal = Journal()

    def apply(self, changes, source):
        before, stage = self.number, replace_side(self)
        outcomes = [self._staged(stage, change, source) for change in changes]
        if any(item.status is Status.DONE for item in outcomes):
            yield Prepared(str(before + 1), tuple(outcomes))
            with self.journal.step("replace"):
                self.bcf, self.there, self.number = stage.bcf, True, before + 1
        yield from outcomes


@dataclass
class JournalFolder(MemoryFolder):
    """Archives with a journal."""

    journal: Journal = field(default_factory=Journal)

    def open(self, replica):
        name = replica.removeprefix(HERE)
        if name not in self.archives:
            self.archives[name] = JournalArchive(user=None, blobs=Bytes())
        self.archives[name].journal = self.journal
        return self.archives[name]


@dataclass
class Mint:
    """A server's own ids."""

    made: int = 0

    def __call__(self) -> str:
        self.made += 1
        return f"{self.made:08d}-9999-4999-8999-999999999999"


def world(*, mint: bool, **options) -> Office:
    """An empty one."""
    remote = JournalServer(user=SYNC, mint=Mint() if mint else None, blobs=Bytes())
    return _wired(Office(JournalFolder(), remote, JournalStore(Path(":memory:")), options))


def copied(found: Office, fatal: tuple[int, str] = (0, "")) -> Office:
    """The world as a new process finds it, which will end at its ``fatal`` step."""
    folder = JournalFolder()
    for name, archive in found.folder.archives.items():
        other = folder.open(HERE + name)
        other.bcf, other.blobs, other.there, other.number = archive.bcf, archive.blobs, archive.there, archive.number
    old = found.remote
    remote = JournalServer(bcf=old.bcf, user=old.user, mint=old.mint and Mint(old.mint.made), blobs=old.blobs)
    store = JournalStore(Path(":memory:"))
    found.store._db.backup(store._db)
    made = Office(folder, remote, store, found.options)
    made.now = found.now
    return _wired(made, fatal)


def _wired(found: Office, fatal: tuple[int, str] = (0, "")) -> Office:
    journal = Journal(fatal)
    found.journal = found.folder.journal = found.remote.journal = found.store.journal = journal
    for archive in found.folder.archives.values():
        archive.journal = journal
    found.store._clock = found.remote.clock = found.clock
    return found


def end_of(found: Office, most: int = 6):
    """Everything there is once the world has come to rest, without ids and dates."""
    settle(found, most)
    archives = {name: _essence(side) for name, side in sorted(found.folder.archives.items()) if side.there}
    store = found.store
    conflicts = sorted((item.field, str(item.base), str(item.local), str(item.remote)) for item in store.conflicts())
    holds = sorted((str(item.kind), item.cause) for item in store.holds())
    assert not list(store.intents()), "a create is open for ever"
    return {"server": _essence(found.remote), "archives": archives, "conflicts": conflicts, "holds": holds}


def _essence(side: MemorySide):
    return sorted((_topic(item, side) for item in side.bcf.topics), key=repr), sorted(
        item.filename for item in side.bcf.documents
    )


def _topic(item, side):
    own = (item.topic_status, item.stage, item.assigned_to, item.description, str(item.due_date), item.reference_links)
    pictures = sorted(view.snapshot.blob.sha256 or "" for view in item.viewpoints if view.snapshot)
    return {**essence(item, side), "more": own, "pictures": pictures}


__all__ = ["AFTER", "BEFORE", "Crash", "Journal", "copied", "end_of", "replace", "world"]
