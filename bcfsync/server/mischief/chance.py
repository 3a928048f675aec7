"""When a fault strikes: by chance, every so often, for a while.

Owns: ``When``. Sees: settings. Governed by: nothing outside.
"""

import threading

from bcfsync.server.mischief.exchange import Asked
from bcfsync.server.mischief.switches import Setting

KEYS = ("every", "at", "first", "after", "method", "path")
TAKES = "RATE, every=N, at=N, first=N or after=N (always); method=POST+PUT; path=PART"


class When:
    """Says of every request that comes by whether it is its turn.

    Only requests of the right method and path are counted, and chance is asked about those alone, so that a run with
    the same requests in the same order repeats.

    Raises:
        BadMischief: The setting says it in a way that is not understood.
    """

    def __init__(self, setting: Setting, methods: tuple[str, ...] = ()) -> None:
        self._rate = setting.decimal(0.0) if setting.words else -1.0
        self._every = setting.count(0, key="every")
        self._at = setting.count(0, key="at")
        self._first = setting.count(0, key="first")
        self._after = setting.count(-1, key="after", at_least=0)
        self._methods = frozenset(setting.key("method").upper().split("+")) if setting.key("method") else methods
        self._path = setting.key("path")
        self._chance = setting.chance()
        self._lock = threading.Lock()
        self._count = 0
        self._is_always = self._rate < 0 and not (self._every or self._at or self._first or self._after >= 0)

    def strikes(self, asked: Asked) -> bool:
        """Whether it is the turn of this request."""
        is_meant = asked.place.is_api and (not self._methods or asked.method in self._methods)
        if not is_meant or self._path not in asked.path:
            return False
        with self._lock:
            self._count += 1
            by_chance = self._rate >= 0 and self._chance.random() < self._rate
            count = self._count
        by_count = (
            (self._every and count % self._every == 0)
            or count == self._at
            or count <= self._first
            or (0 <= self._after < count)
        )
        return bool(self._is_always or by_chance or by_count)
