"""Topics that went out of sight when user or rights changed: perhaps deleted, perhaps only hidden from us.

Owns: which topics these are, from one run to the next. Sees: facts. A server may answer 404 for what it hides, so a
topic that was shown last time, and is not shown to another user or under other rights, is never taken for deleted,
until it is seen again. Names are short digests: a thousand topics take nine thousand characters.
"""

import hashlib
from collections.abc import Collection, Iterable

from bcfsync.sides.rest.facts import DOUBTED, SHOWN, Facts

_LENGTH = 8


class Doubts:
    """What was shown last time, and what is doubtful since."""

    def __init__(self, learned: Facts) -> None:
        self._learned = learned
        self._before = _names_in(learned, SHOWN)

    def looked(self, keys: Collection[str], *, trusted: bool) -> None:
        """Note what the list of topics shows now."""
        shown = frozenset(map(_name, keys))
        doubted = _names_in(self._learned, DOUBTED) | (frozenset() if trusted else self._before)
        self._learned[SHOWN] = " ".join(sorted(shown))
        self._learned[DOUBTED] = " ".join(sorted(doubted - shown))

    def without(self, keys: Iterable[str]) -> list[str]:
        """The keys there is no doubt about."""
        doubted = _names_in(self._learned, DOUBTED)
        return [key for key in keys if _name(key) not in doubted]


def _names_in(learned: Facts, fact: str) -> frozenset[str]:
    return frozenset(learned.get(fact, "").split())


def _name(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:_LENGTH]
