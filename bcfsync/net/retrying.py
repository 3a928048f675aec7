"""When a request is tried again, and how long that waits.

Owns: the budget of retries, full jitter, Retry-After. Sees: pacing, errors. Rules: docs/network.md; RFC 9110, 10.2.3.
A retry costs a token and an answer gives a quarter of one back: a server that fails one request of five is asked again
each time, one that fails all of them a score of times in all. Where a server says itself when to come again, that
costs nothing; "at once", or a moment that has passed, says nothing.
"""

import math
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bcfsync.net.addresses import short
from bcfsync.net.errors import TryLater
from bcfsync.net.pacing import Pace
from bcfsync.net.seams import Seams

TRIES = 4
FEW_TRIES = 2
"""For what is seldom better the second time: time-outs, 500, a page in place of JSON."""

LONGEST_WAIT = 60.0
"""Seconds: a server that asks for more is asked again by the next run."""

_TIMES_ASKED = 10
_BUDGET = 20.0
_EARNED = 0.25
_FIRST, _FACTOR = 0.5, 4


class Budget:
    """The retries a session may make."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = _BUDGET

    def spend(self) -> bool:
        """Take one, where there is one."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def earn(self) -> None:
        """Something went well."""
        with self._lock:
            self._left = min(_BUDGET, self._left + _EARNED)


class Retrying:
    """Decides on retries for all requests of one session."""

    def __init__(self, seams: Seams, pace: Pace) -> None:
        self.budget = Budget()
        self._seams = seams
        self._pace = pace

    def backs_off(self, attempt: int, tries: int) -> bool:
        """Wait a while of our own choosing before the next attempt; False where there is none any more."""
        if attempt >= tries or not self.budget.spend():
            return False
        self._seams.sleep(self._seams.chance() * _FIRST * _FACTOR ** (attempt - 1))
        return True

    def heeds(self, url: str, attempt: int, headers: Mapping[str, str]) -> bool:
        """Hold all requests for as long as the server asks; False where it does not ask, or has asked too often.

        Raises:
            TryLater: it asks for too much.
        """
        seconds = asked_for(headers, self._seams.now())
        if not seconds or attempt >= _TIMES_ASKED:
            return False
        if seconds > LONGEST_WAIT:
            raise TryLater(f"{short(url)}: the server asks to be left alone {self._until(seconds)}")
        self._pace.hold(seconds)
        return True

    def _until(self, seconds: float) -> str:
        try:
            moment = self._seams.now().astimezone() + timedelta(seconds=seconds)
        except (OverflowError, ValueError):
            return "for ever"
        return f"until {moment:%Y-%m-%d %H:%M:%S %Z}"


def asked_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Retry-After in seconds: it may be a number, or a date by the server's own clock, which ``Date`` shows."""
    said = headers.get("Retry-After", "").strip()
    try:
        number = float(said)
    except ValueError:
        pass
    else:
        return None if math.isnan(number) else max(0.0, number)
    moment = _moment(said)
    if moment is None:
        return None
    here = _moment(headers.get("Date", "")) or now
    return max(0.0, (moment - here).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    # HTTP's dates are in GMT, whatever a server writes behind them
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
