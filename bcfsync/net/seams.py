"""What a test, or a configuration, puts in the place of what a session does by itself.

Owns: the transport, sleep, chance, clocks, bounds and the rate of requests.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

_JSON_BYTES = 256 * 1024 * 1024
_BLOB_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests a host gets from one user: ``burst`` at once, and ``per_second`` for as long as it takes.

    No vendor of a BCF server documents a limit; those of their other interfaces are near 500 a minute. So the default
    lets a first look at a project of some hundred topics pass unhindered, and is well below what a small server bears;
    each 429 halves the rate until it fits (``pacing``).
    """

    per_second: float = 50.0
    burst: int = 500


def _sleep(seconds: float) -> None:
    time.sleep(seconds)  # looked up when it is called, so that a test can replace it for everything


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Seams:
    """What a session is made of.

    Attributes:
        transport: in place of the network.
        sleep: waits, in seconds.
        chance: from 0 up to 1.
        json_bytes: so much of an answer that is JSON, unpacked, is read.
        blob_bytes: so much of an answer that is bytes, unpacked, is read.
        clock: seconds that never run back.
        now: the time of day.
        rate: None for the default, which is none at all on this machine and on a transport of a test's.
        most: so many requests at once at most; None for the default.
    """

    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = _sleep
    chance: Callable[[], float] = field(default=random.random)
    json_bytes: int = _JSON_BYTES
    blob_bytes: int = _BLOB_BYTES
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now
    rate: Rate | None = None
    most: int | None = None
