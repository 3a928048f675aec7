"""How many requests go at once, and how many in a while.

Owns: the number in flight, the token bucket, the pause a server asks for; one of each for a session, shared by all its
threads. Sees: seams. Rules: docs/network.md. The number in flight begins with 4, grows while answers come well, to 16
at most, and is halved by 429, 502, 503, 504 and time-outs; once for all that were under way together.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bcfsync.net.seams import Rate

START = 4
MOST = 16
SLOWEST = 0.5
"""Requests a second: no 429 makes us slower than that."""
_RECOVERY = 0.02
"""So much of its full rate a bucket wins back by each answer."""
_SPREAD = 1.0
"""Seconds: within so many those come back whom the server sent away together."""


@dataclass(slots=True)
class Went:
    """How a request went: set to False where the server is in trouble with so many of them."""

    well: bool = True


class InFlight:
    """Lets so many requests go at once as the server bears."""

    def __init__(self, start: int = START, most: int = MOST) -> None:
        self._free = threading.Condition()
        self._most = most
        self._limit = float(start)
        self._flying = 0
        self._halvings = 0

    @property
    def limit(self) -> int:
        """How many may go at once now."""
        return int(self._limit)

    @contextmanager
    def one(self) -> Iterator[Went]:
        """Wait for a place; who is inside says how it went."""
        with self._free:
            self._free.wait_for(lambda: self._flying < self.limit)
            self._flying += 1
            full, begun = self._flying >= self.limit, self._halvings
        went = Went()
        try:
            yield went
        except BaseException:
            full = False  # nothing is learned from what did not end
            raise
        finally:
            with self._free:
                self._flying -= 1
                if not went.well:
                    self._halve(begun)
                elif full:
                    self._grow()
                self._free.notify_all()

    def _grow(self) -> None:
        # one more with each answer at first; after trouble one more with each round of them
        self._limit = min(self._most, self._limit + (1 / self._limit if self._halvings else 1))

    def _halve(self, begun: int) -> None:
        if begun == self._halvings:  # else it was sent before the last halving, and that was for it, too
            self._limit = max(1.0, self._limit / 2)
            self._halvings += 1


class Bucket:
    """So many requests at once, and so many a second from then on."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._full = rate.per_second
        self._rate = rate.per_second
        self._burst = float(rate.burst)
        self._tokens = float(rate.burst)
        self._at = clock()

    @property
    def rate(self) -> float:
        """Requests a second, as things are."""
        return self._rate

    def take(self) -> float:
        """Seconds to wait before the next request."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1
            return max(0.0, -self._tokens / self._rate)

    def halve(self) -> None:
        """The server says it is too much."""
        with self._lock:
            self._rate = max(SLOWEST, self._rate / 2)
            self._tokens = min(self._tokens, 1.0)

    def recover(self) -> None:
        """An answer came well."""
        with self._lock:
            self._rate = min(self._full, self._rate + self._full * _RECOVERY * min(1.0, self._rate / self._full))


class Pace:
    """All that makes a request wait for its turn."""

    def __init__(
        self,
        rate: Rate | None,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        most: int = MOST,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """No ``rate`` for a server that gets as many requests as it can answer; at most so many at once."""
        self.in_flight = InFlight(min(START, most), most)
        self.bucket = Bucket(rate, clock) if rate else None
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._holding = threading.Lock()
        self._until = clock()

    @contextmanager
    def turn(self, *, counted: bool = True) -> Iterator[Went]:
        """Wait until it is our turn; requests to other hosts are not ``counted``."""
        with self.in_flight.one() as went:
            self._wait(counted=counted)
            yield went

    def hold(self, seconds: float) -> None:
        """Nothing is sent for so long: the server asked for it."""
        until = self._clock() + seconds
        with self._holding:
            self._until = max(until, self._until)

    def throttled(self) -> None:
        """The server said 429."""
        if self.bucket:
            self.bucket.halve()

    def answered(self) -> None:
        """The server answered well."""
        if self.bucket:
            self.bucket.recover()

    def _wait(self, *, counted: bool) -> None:
        waits = self.bucket.take() if counted and self.bucket else 0.0
        heard: float | None = None
        while heard != (until := self._until):  # another pause may be asked for while we wait
            heard, left = until, until - self._clock()
            if left > 0:
                waits = max(waits, left + self._chance() * _SPREAD)
            if waits > 0:
                self._sleep(waits)
            waits = 0.0
            if left > 0:
                self._waited_for(until)

    def _waited_for(self, until: float) -> None:
        """A pause is over for all: a machine that slept through it may have a clock that did not."""
        with self._holding:
            if self._until == until:
                self._until = self._clock()
