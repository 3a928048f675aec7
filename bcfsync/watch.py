"""When to look again: a folder's events and a timer say that a pair may have changed; looking is somebody else's.

Owns: the loop of ``watch``, its debounce and back-off, the folder's events. Sees: watchdog. Neither reads archives
nor talks to servers. Events are hints only: they come too early, several times, or not at all, so the timer looks
at everything in any case.
"""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

QUIET = 2.0
"""Seconds without an event before a pair is looked at: programs write an archive in several goes."""
IMPATIENCE = 30.0
"""Seconds after which it is looked at although events keep coming."""
LONGEST = 900.0
"""Seconds between two looks at most, however often they failed."""
_JITTER = 0.25
_POLLED = 10.0


@dataclass(frozen=True, slots=True)
class Watched:
    """A pair: what it is called, its folder, and how many seconds may pass between two looks at its server."""

    name: str
    folder: Path
    poll: float


class Stop:
    """Whether somebody wants the loop to come to an end; safe to be set by a signal's handler."""

    def __init__(self) -> None:
        self._bell: SimpleQueue[str | None] = SimpleQueue()
        self._event = threading.Event()

    def set(self) -> None:
        """End the loop after what it is doing."""
        self._event.set()
        self._bell.put(None)

    def __call__(self) -> bool:
        """Whether the end is wanted."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> None:
        """Sleep, unless the end is wanted."""
        self._event.wait(seconds)

    @property
    def bell(self) -> "SimpleQueue[str | None]":
        """Where the names of pairs with events arrive, and None for the end."""
        return self._bell


def _rung(bell: "SimpleQueue[str | None]", most: float) -> str | None:
    """What the bell says; "" where it stays silent."""
    try:
        return bell.get(timeout=most)
    except Empty:
        return ""


@dataclass(frozen=True, slots=True)
class Seams:
    """What a test replaces: time, chance, and waiting for the bell."""

    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    wait: Callable[["SimpleQueue[str | None]", float], str | None] = _rung


@dataclass
class _Pair:
    """When a pair is to be looked at."""

    watched: Watched
    timer: float
    first_event: float | None = None
    last_event: float = 0.0
    failures: int = 0

    @property
    def due(self) -> float:
        if self.first_event is None:
            return self.timer
        return min(self.timer, self.last_event + QUIET, self.first_event + IMPATIENCE)

    def heard(self, now: float) -> None:
        self.first_event = now if self.first_event is None else self.first_event
        self.last_event = now

    def looked(self, now: float, chance: float, *, well: bool) -> None:
        if not well:
            self.first_event = None  # what failed is not tried again by what it did itself
        self.failures = 0 if well else self.failures + 1
        wait = min(self.watched.poll * 2 ** min(self.failures, 20), max(LONGEST, self.watched.poll))
        self.timer = now + wait * (1 + _JITTER * (2 * chance - 1))


def watch(pairs: Sequence[Watched], look: Callable[[str], bool], stop: Stop, seams: Seams | None = None) -> None:
    """Look at every pair now, and again whenever its folder has events or its time has come, until the stop.

    Args:
        pairs: what to watch.
        look: looks at the pair of this name; says whether that went well, else the next look comes later.
        stop: ends the loop after the look in hand.
        seams: time and chance.
    """
    seams = seams or Seams()
    now = seams.clock()
    kept = {pair.name: _Pair(pair, now) for pair in pairs}
    while not stop():
        pair = min(kept.values(), key=lambda item: item.due)
        wait = pair.due - seams.clock()
        if wait > 0:
            # None is the stop, "" that nothing came
            heard = seams.wait(stop.bell, wait)
            if heard in kept:
                kept[heard].heard(seams.clock())
            continue
        pair.first_event = None  # what comes from now on may be seen by this look, or not
        well = look(pair.watched.name)
        _drain(stop.bell, kept, seams.clock())
        pair.looked(seams.clock(), seams.chance(), well=well)


def _drain(bell: "SimpleQueue[str | None]", kept: dict[str, _Pair], now: float) -> None:
    """Take in the events that came while a pair was looked at."""
    with contextlib.suppress(Empty):
        while True:
            heard = bell.get_nowait()
            if heard in kept:
                kept[heard].heard(now)


# -- events of the file system -----------------------------------------------------------------------------------


class _Observer(Protocol):
    """What is used of watchdog's observers."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def join(self, timeout: float | None = None) -> None: ...


@contextmanager
def listening(pairs: Sequence[Watched], stop: Stop, tell: Callable[[str], None]) -> Iterator[None]:
    """Ring the stop's bell whenever something happens in a pair's folder, until the end of the block.

    Args:
        pairs: whose folders.
        stop: has the bell.
        tell: is told where the system gives no events and the folder is looked through again and again instead, or
            where not even that works and the timer has to do.
    """
    observers = [found for pair in pairs if (found := _observer(pair, stop, tell))]
    try:
        yield
    finally:
        for observer in observers:
            observer.stop()
        for observer in observers:
            observer.join(5)


def _observer(pair: Watched, stop: Stop, tell: Callable[[str], None]) -> _Observer | None:
    """An observer at work: the system's own, else one that compares."""
    from watchdog.observers import Observer  # noqa: PLC0415 - needed by this command only
    from watchdog.observers.polling import PollingObserver  # noqa: PLC0415

    makers: list[Callable[[], _Observer]] = [Observer, lambda: PollingObserver(timeout=_POLLED)]
    for maker in makers:
        try:
            return _started(maker(), pair, stop)
        except (OSError, RuntimeError) as error:
            # too many watches, a network drive, a system without events
            tell(f"{pair.name}: no events from the system for {pair.folder} ({error})")
    return None


def _started(observer: _Observer, pair: Watched, stop: Stop) -> _Observer:
    from watchdog.events import (  # noqa: PLC0415
        FileClosedEvent,
        FileCreatedEvent,
        FileDeletedEvent,
        FileModifiedEvent,
        FileMovedEvent,
        FileSystemEvent,
        FileSystemEventHandler,
    )

    class Ring(FileSystemEventHandler):
        """Rings for what may concern an archive: not for hidden files, such as our own temporary ones."""

        def on_any_event(self, event: FileSystemEvent) -> None:
            names = (Path(str(path)).name for path in (event.src_path, event.dest_path) if path)
            if any(name.lower().endswith((".bcf", ".bcfzip")) and not name.startswith((".", "~$")) for name in names):
                stop.bell.put(pair.name)

    # reading raises events as well: those would wake us by our own look
    kinds = [FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent]
    observer.schedule(Ring(), str(pair.folder), recursive=True, event_filter=kinds)  # type: ignore[attr-defined]
    observer.start()
    return observer
