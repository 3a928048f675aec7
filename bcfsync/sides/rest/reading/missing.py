"""What a server has no routes for, as its answers show: so that it is not asked for again and again.

Owns: facts.ABSENT as far as reading goes. Sees: facts, ways. Rules: 405 and 501 say it at once. 404 may mean that there
is nothing today, or that the topic vanished: it counts where five topics lack something none of them has, all of which
gave other lists. What is absent is asked for again after a week (``session``), since servers grow.
"""

import threading
from collections import defaultdict

from bcfsync.sides.rest import facts
from bcfsync.sides.rest.ways import Ways

AT_ONCE = frozenset({405, 501})
MISSING = frozenset({400, 404, 410}) | AT_ONCE
"""Answers that may mean that there is no such route, or nothing behind it; BCFserver says 400 for what is not there."""

_ENOUGH = 5


class Absences:
    """What is known to be absent, while a project is read; safe to use from several threads."""

    def __init__(self, ways: Ways) -> None:
        self._absent = set(ways.dialect.absent)
        self._learned = ways.learned
        self._lock = threading.Lock()
        self._vain: dict[str, set[str]] = defaultdict(set)
        self._there: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._absent

    def there(self, name: str) -> None:
        """The server gave such a thing."""
        self._there.add(name)

    def missed(self, name: str, where: str, status: int) -> None:
        """The server did not give such a thing; ``where`` names what it would belong to."""
        with self._lock:
            self._vain[name].add(where)
            if status in AT_ONCE and name not in self._there:
                self._note(name)

    def concluded(self) -> None:
        """Many topics were read: what none of them had is absent."""
        with self._lock:
            for name, places in self._vain.items():
                if len(places) >= _ENOUGH and name not in self._there:
                    self._note(name)

    def _note(self, name: str) -> None:
        if name not in self._absent:
            self._absent.add(name)
            facts.add(self._learned, facts.ABSENT, name)
