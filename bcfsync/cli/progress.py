"""How far a command is: one live line on a terminal, a plain line now and then elsewhere.

Owns: when to say it, and the words; how it is shown is ``live``'s. Sees: the count of the server's side, and run's
events. Looks at them from a thread of its own; nobody below knows that somebody looks.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, Self

from bcfsync.changes import Kind, Plan, Site, Step
from bcfsync.cli.live import LiveLine, Outlet, PlainLines
from bcfsync.cli.options import printable
from bcfsync.model import BimSnippet, Document, Viewpoint
from bcfsync.net import Traffic
from bcfsync.run import Applied, Planned
from bcfsync.sides.rest import progress as rest
from bcfsync.sides.rest.progress import What

_WINDOW = 20.0
"""Seconds that tell how fast it goes just now."""
_TOO_EARLY = 1.0
"""Seconds that do not tell it yet."""
_TOO_FEW = 3
"""Things that do not tell how long the rest takes: the first has to connect and to find out."""
_BURST = 0.02
"""Seconds between lines that come too fast for anything between them."""
_MINUTE, _HOUR = 60, 3600
_READING = {
    What.NOTHING: "looking at both sides",
    What.LIST: "reading the list of topics",
    What.TOPICS: "reading topics",
    What.BYTES: "reading pictures",
}


class Source(Protocol):
    """What can be looked at: the side of a server."""

    @property
    def progress(self) -> rest.Progress:
        """How far it has read."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How far something is; ``total`` is None where nobody knows, and then the ``done`` are called ``things``."""

    what: str
    done: int
    total: int | None = None
    things: str = "requests"


class Pace:
    """How fast the same thing went on lately."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, Seen]] = deque()

    def look(self, seen: Seen, now: float) -> str:
        """Take in how far it is now; the words for it."""
        looks = self._looks
        last = looks[-1][1] if looks else None
        if last is None or (last.what, last.total) != (seen.what, seen.total) or seen.done < last.done:
            looks.clear()
        looks.append((now, seen))
        while len(looks) > 2 and looks[1][0] <= now - _WINDOW:
            looks.popleft()
        since, first = looks[0]
        elapsed = now - since
        went = seen.done - first.done
        rate = went / elapsed if elapsed >= _TOO_EARLY else 0.0
        return _words(seen, rate, tells=went >= _TOO_FEW)


def _words(seen: Seen, rate: float, *, tells: bool) -> str:
    parts = [f"{seen.done} of {seen.total}" if seen.total is not None else f"{seen.done} {seen.things}"]
    if rate > 0:
        parts.append(f"{rate:.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
    if tells and rate > 0 and seen.total is not None and seen.done < seen.total:
        parts.append(f"{_lasting((seen.total - seen.done) / rate)} left")
    return f"{seen.what}: {', '.join(parts)}"


def _lasting(seconds: float) -> str:
    whole = int(seconds) + 1
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


class Progress:
    """Says how far a command is, as long as it is entered."""

    def __init__(
        self, source: Source, traffic: Callable[[], Traffic], outlet: Outlet | None, *, about: str = "",
        clock: Callable[[], float] = time.monotonic, wait: Callable[[float], bool] | None = None,
    ) -> None:  # fmt: skip
        """Say nothing yet.

        Args:
            source: what is looked at.
            traffic: what went over the wire so far.
            outlet: where it is shown; None: nowhere.
            about: begins every line.
            clock: seconds that never go back.
            wait: waits so many seconds, and says whether that was the end.
        """
        self._source = source
        self._traffic = traffic
        self._outlet = outlet
        self._about = f"{printable(about)}: " if about else ""
        self._clock = clock
        self._ended = threading.Event()
        self._wait = wait or self._ended.wait
        self._lock = threading.RLock()
        self._pace = Pace()
        self._due = 0.0
        self._last_aside = 0.0
        self._site: Site | None = None
        self._steps = self._applied = self._bytes = 0
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._outlet is not None:
            self._ended.clear()
            self._due = self._clock() + self._outlet.first
            self._thread = threading.Thread(target=self._tick_on, args=[self._outlet], name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._outlet is not None:
            with self._lock:
                self._outlet.clear()

    def event(self, event: object) -> None:
        """Take in what happened."""
        with self._lock:
            match event:
                case Planned(plan):
                    self._site = plan.steps[0].site if plan.steps else None
                    self._steps, self._applied, self._bytes = len(plan.steps), 0, _bytes_of(plan)
                case Applied():
                    self._applied += 1
                    if self._applied >= self._steps:
                        self._site = None
                case _:
                    pass

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Other lines may be printed meanwhile."""
        if self._outlet is None:
            yield
            return
        with self._lock:
            self._outlet.clear()
            yield
            now = self._clock()
            if now - self._last_aside >= _BURST and not self._ended.is_set():
                self._outlet.again()
            self._last_aside = now

    def tick(self) -> None:
        """Look once, and show it if it is time."""
        with self._lock:
            if self._outlet is None or self._ended.is_set():
                return
            now = self._clock()
            words = self._pace.look(self._seen(), now)
            if now >= self._due:
                self._outlet.show(self._about + words)
                self._due = now + self._outlet.every  # it may have found out that this terminal wants few lines

    def _tick_on(self, outlet: Outlet) -> None:
        while not self._wait(outlet.beat):
            try:
                self.tick()
            except OSError:  # nobody reads it any more: the command has its own way to notice
                return

    def _seen(self) -> Seen:
        if self._site is Site.REMOTE:
            return Seen("sending", self._applied, self._steps)
        read = self._source.progress
        if read.what is What.BYTES:
            total = max(self._bytes, read.done) if self._bytes else None
            return Seen(_READING[read.what], read.done, total, "files")
        if self._site is Site.LOCAL:
            return Seen("writing the archive", self._applied, self._steps)
        if read.total is not None:
            return Seen(_READING[read.what], read.done, read.total)
        return Seen(_READING[read.what], self._traffic().requests)


def progress_of(
    source: Source, traffic: Callable[[], Traffic], *, as_json: bool, quiet: bool, about: str = ""
) -> Progress:
    """The progress of a command as its options want it, on standard error."""
    if as_json or quiet:
        return Progress(source, traffic, None)
    return Progress(source, traffic, LiveLine() if sys.stderr.isatty() else PlainLines(), about=about)


def _bytes_of(plan: Plan) -> int:
    """How many pictures, snippets and documents the steps bring along."""
    return sum(_blobs(step) for step in plan.steps if step.verb.writes)


def _blobs(step: Step) -> int:
    match step.value:
        case Viewpoint(snapshot=snapshot, bitmaps=bitmaps) if step.kind is Kind.VIEWPOINT:
            return bool(snapshot and snapshot.blob) + sum(bitmap.blob is not None for bitmap in bitmaps)
        case BimSnippet(blob=blob) | Document(blob=blob):
            return blob is not None
        case _:
            return 0
