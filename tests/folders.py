"""A folder in memory for tests of turns: archives that are replaced whole, and programs that load and save them."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from worlds import START, SYNC, Bytes, MemorySide, Told, minted

from bcfsync.changes import Listing, Outcome, Prepared, Status
from bcfsync.model import Bcf
from bcfsync.run import Applied, Planned, Timing, Waiting
from bcfsync.store import Store
from bcfsync.turn import Partner, turn

HERE = "here/"
_SAVES = count(100, 100)


class MemoryArchive(MemorySide):
    """An archive in memory: all changes are staged, then it is replaced at once."""

    number = 0
    there = False

    def listing(self) -> Listing:
        tag = str(self.number) if self.there else None
        return replace(super().listing(), tag=tag, complete=self.there)

    def moved(self, tag):
        return tag != str(self.number)

    def apply(self, changes, source):
        before, stage = self.number, replace_side(self)
        outcomes = [self._staged(stage, change, source) for change in changes]
        if any(item.status is Status.DONE for item in outcomes):
            yield Prepared(str(before + 1), tuple(outcomes))
            self.bcf, self.there = stage.bcf, True
            self.number = before + 1
        yield from outcomes

    def _staged(self, stage, change, source) -> Outcome:
        return stage._take(change, source)

    def save(self, bcf: Bcf) -> None:
        """A program saves its whole copy."""
        self.bcf, self.there = bcf, True
        self.number = next(_SAVES)


def replace_side(side: MemoryArchive) -> MemorySide:
    return MemorySide(bcf=side.bcf, blobs=side.blobs, user=None)


@dataclass
class MemoryFolder:
    """Archives by name."""

    archives: dict[str, MemoryArchive] = field(default_factory=dict)
    refused: Exception | None = None
    hidden: dict[str, str] = field(default_factory=dict)

    def scan(self):
        if self.refused:
            raise self.refused
        return {HERE + name: str(item.number) for name, item in self.archives.items() if item.there}

    def open(self, replica):
        name = replica.removeprefix(HERE)
        if name not in self.archives:
            self.archives[name] = MemoryArchive(user=None, blobs=Bytes())
        return self.archives[name]

    def close(self, replica):
        pass

    def doubtful(self, replica):
        return self.hidden.get(replica)

    def put(self, name, *topics) -> MemoryArchive:
        """A file appears, or is saved anew."""
        archive = self.open(HERE + name)
        archive.save(Bcf("3.0", topics=tuple(topics)))
        return archive


@dataclass
class Office:
    """A folder and a server, with a state between them."""

    folder: MemoryFolder
    remote: MemorySide
    store: Store
    options: dict = field(default_factory=dict)
    now = START

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += timedelta(seconds=seconds)

    @property
    def partner(self) -> Partner:
        return Partner(self.remote, self.store, HERE + "inbox.bcf", **self.options)


def office(*, mint=False, **options) -> Office:
    remote = MemorySide(user=SYNC, mint=minted() if mint else None, blobs=Bytes())
    found = Office(MemoryFolder(), remote, None, options)  # type: ignore[arg-type]
    found.store = Store(Path(":memory:"), clock=found.clock)
    remote.clock = found.clock
    return found


@dataclass
class Heard(Told):
    """What a turn told."""

    events: list = field(default_factory=list)


def take(found: Office, **options) -> Heard:
    """One turn."""
    heard = Heard()
    partner = replace(found.partner, **options)
    for event in turn(found.folder, partner, Timing(found.clock, found.sleep)):
        heard.events.append(event)
        match event:
            case Planned(plan):
                heard.plans.append(plan)
            case Waiting():
                heard.waits += 1
            case Applied(step, outcome):
                heard.ended.append((step, outcome))
    return heard


def settle(found: Office, most: int = 5, **options) -> list[Heard]:
    """Turns until one does nothing."""
    heard = []
    for _ in range(most):
        heard.append(take(found, **options))
        if not heard[-1].ended:
            return heard
    raise AssertionError(f"still at work after {most} turns: {heard[-1].ended}")
