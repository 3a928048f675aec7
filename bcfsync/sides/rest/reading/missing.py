"""What a server has no routes for, as its answers show: so that it is not asked for again and again.

Owns: when it is believed that there is nothing, and facts.ABSENT as far as reading goes. Sees: facts, ways.

Rules: 405 and 501 say at once that there is no such route. 404 may mean that, or that there is nothing today, or that
the topic vanished, or that a proxy had a bad moment: it counts as no route where five topics lack something none of
them has, all of which gave other lists. Then nothing is read, and still it may be written: some servers say 404 for
none. What is absent is asked for again after a week (``session``), since servers grow.

Whether there is nothing below one topic is another question. Of what is on record to be there, no such answer is
believed, from no server: the topic cannot be read then, and is left as it is, since what reads as nothing would be
deleted across. Of anything else it is, and that costs one question more where it matters: what seems to be missing
would be sent once more, or would be missing for ever, as the components of a viewpoint that is read once.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.ways import Ways

T = TypeVar("T")
AT_ONCE = frozenset({405, 501})
MISSING = frozenset({400, 404, 410}) | AT_ONCE
"""Answers that may mean that there is no such route, or nothing behind it; BCFserver says 400 for what is not there."""

_ENOUGH = 5


class Absences:
    """What is known to be absent, while a project is read; safe to use from several threads."""

    def __init__(self, ways: Ways) -> None:
        self._learned = ways.learned
        self._product = ways.dialect.absent - facts.names(ways.learned, facts.ABSENT)
        self._lock = threading.Lock()
        self._vain: dict[str, set[str]] = defaultdict(set)
        self._there: set[str] = set()

    def __contains__(self, name: str) -> bool:
        absent = facts.names(self._learned, facts.ABSENT)
        return name in self._product or name in absent or facts.of_reading(name) in absent

    def given(self, name: str, where: str, ask: Callable[[], T], *, recorded: bool, twice: bool = False) -> T | None:
        """What may be absent, or None; not asked for where that is known and nothing else is on record.

        Args:
            name: of such things.
            where: names what it would belong to.
            ask: makes the request.
            recorded: whether there is some on record.
            twice: ask once more before it is believed; else only where the server gave such a thing before.

        Raises:
            Refused: there are some, and the server does not show them; or for another reason.
        """
        if name in self and not recorded:
            return None
        try:
            found = self._asked(ask, more=not recorded and (twice or name in self._there))
        except Refused as error:
            if error.status not in MISSING:
                raise
            if recorded:
                raise contradicted(error) from error
            self._missed(name, where, error.status)
            return None
        self._found(name)
        return found

    def concluded(self) -> None:
        """Many topics were read: what none of them had is absent."""
        with self._lock:
            for name, places in self._vain.items():
                if len(places) >= _ENOUGH and name not in self._there and name not in self:
                    facts.add(self._learned, facts.ABSENT, facts.of_reading(name))

    def _asked(self, ask: Callable[[], T], *, more: bool) -> T:
        try:
            return ask()
        except Refused as error:
            if not more or error.status not in MISSING - AT_ONCE:
                raise
        return ask()

    def _found(self, name: str) -> None:
        with self._lock:
            self._there.add(name)
            facts.is_there(self._learned, name)

    def _missed(self, name: str, where: str, status: int) -> None:
        with self._lock:
            self._vain[name].add(where)
            if status in AT_ONCE and name not in self._there and name not in self:
                facts.add(self._learned, facts.ABSENT, name)


def contradicted(error: Refused) -> Refused:
    """The error for an answer that there is nothing, where something is on record to be."""
    said = f"{error}; there is some on record, so that is not taken for a deletion"
    return Refused(said, error.status, error.members, in_disguise=error.in_disguise)
