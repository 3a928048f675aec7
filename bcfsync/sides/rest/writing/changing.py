"""Changing: a PUT over what was read, and what the server holds after it.

Owns: PUT and what its answers mean. Sees: guarded, refusing, keeping. Rules: a PUT whose answer is lost is looked at at
once: what was sent is there, or what was there before still is, and then it goes once more. Whatever else is there was
written by somebody else. An answer that is empty, or leaves out what the thing had, is followed by one look.
"""

from collections.abc import Callable, Collection
from typing import Any

from bcfsync.bcfapi.dialects.spelling import book_name
from bcfsync.canonical import RESET
from bcfsync.changes import Change, Outcome, Status, Unkept
from bcfsync.errors import ServerTrouble
from bcfsync.model import Topic
from bcfsync.net import Answer, NotJson, Refused, Unanswered
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.guarded import Guarded
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.bodies import own_members
from bcfsync.sides.rest.writing.comparing import unkept, words
from bcfsync.sides.rest.writing.keeping import Decode, note_dropped, understood
from bcfsync.sides.rest.writing.refusing import Refusals

_MORE = 2
_NOT_OFFERED = frozenset({405, 501})
OTHER = "it was changed on the server meanwhile"


class Moved(Exception):
    """What was to be written over is no longer what was read."""


class Changing:
    """Changes things of any kind in one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.guarded = Guarded(ways.http, ways.learned)
        self.refusals = Refusals(ways)

    def stuck(self, change: Change, held: Any) -> Outcome | None:  # noqa: ANN401 - an entity
        """The outcome where the server is known not to change things of the kind; None where it may."""
        fact = f"{change.kind}.put"
        if self.ways.dialect.put != "none" and fact not in facts.names(self.ways.learned, facts.ABSENT):
            return None
        lost = unkept(change.value, held, change.fields) or (Unkept(Unkept.WHOLE, ", ".join(change.fields)),)
        said = f"the server does not change a {str(change.kind).replace('_', ' ')}"
        return Outcome(change.step, Status.HELD, change.guid, message=said, unkept=lost)

    def changed(self, change: Change, url: str, body: Any, fresh: Answer, decode: Decode) -> Outcome:  # noqa: ANN401 - JSON
        """PUT a body over what was read, and say what the server holds then.

        Raises:
            Refused, ServerTrouble, LoginNeeded: (subclasses) it was not written, or nobody knows.
        """
        held = understood(fresh.data, decode)
        try:
            if isinstance(body, dict):
                instead = own_members(fresh.data, self.ways.dialect, str(change.kind))
                put = self._putting(change, url, decode, fresh)
                answer = self.refusals.sent(str(change.kind), body, put, instead)
            else:
                answer = self.put(change, url, body, decode, fresh)
        except Moved:
            return Outcome(change.step, Status.STALE, change.guid, message=OTHER)
        except Refused as error:
            if error.status not in _NOT_OFFERED:
                raise
            facts.add(self.ways.learned, facts.ABSENT, f"{change.kind}.put")
            stuck = self.stuck(change, held)
            if stuck is None:
                raise
            return stuck
        return self._outcome(change, url, answer, fresh, decode)

    def _putting(self, change: Change, url: str, decode: Decode, fresh: Answer) -> Callable[[Any], Answer]:
        return lambda body: self.put(change, url, body, decode, fresh)

    def put(self, change: Change, url: str, body: Any, decode: Decode, fresh: Answer) -> Answer:  # noqa: ANN401 - JSON
        """PUT what was read anew; a lost answer is looked at.

        Raises:
            Moved: something else is there by now.
            Refused, ServerTrouble, LoginNeeded: (subclasses) as for ``changed``.
        """
        before = decode(fresh.data)
        read = fresh
        for more in reversed(range(_MORE + 1)):
            try:
                return self.guarded.put(url, body, read)
            except (Unanswered, NotJson) as error:
                lost = error
            try:
                read = self.guarded.read(url)
                held = decode(read.data)
            except (Refused, ServerTrouble):
                raise lost from None
            if not unkept(change.value, held, change.fields):
                return read
            if self._is_all_that_moved(self._filled(change, before, held), fresh.data, read.data):
                return read  # by itself the server only does that when it is written to
            if unkept(before, held, change.fields) or own_members(read.data) != own_members(fresh.data):
                raise Moved  # also where it is another member: the body has them all, as they were
            if not more:
                raise lost
        raise AssertionError

    def _filled(self, change: Change, before: Any, held: Any) -> tuple[str, ...]:  # noqa: ANN401 - entities
        """Members nobody gave a value, and that have the project's first one since the topic was written to."""
        if not (isinstance(before, Topic) and isinstance(held, Topic)):
            return ()
        found = (name for name in RESET if name not in change.fields and not getattr(before, name))
        return tuple(name for name in found if (value := getattr(held, name)) and value == self.refusals.first(name))

    def _is_all_that_moved(self, names: Collection[str], before: object, now: object) -> bool:
        """Whether members, and these alone, are others than they were."""
        was, own = own_members(before), own_members(now)
        moved = {book_name(name, self.ways.dialect) for name in was | own if was.get(name) != own.get(name)}
        return bool(names) and moved == set(names)

    def _outcome(self, change: Change, url: str, answer: Answer, fresh: Answer, decode: Decode) -> Outcome:
        data, held = answer.data, understood(answer.data, decode)
        if held is None or _is_partial(data, fresh.data):
            data = self.http.get(url).data
            held = decode(data)
        lost = unkept(change.value, held, change.fields)
        note_dropped(change, lost, data, self.ways.learned)
        filled = self._filled(change, understood(fresh.data, decode), held)
        return Outcome(change.step, Status.DONE, change.guid, held, unkept=lost, filled=filled)


def held_back(change: Change, reason: str, sent: str = "") -> Outcome:
    """The outcome of what the server has no place for: nothing is asked, and nobody has to do anything."""
    what = sent or words(getattr(change.value, "filename", None) or getattr(change.value, "url", None))
    return Outcome(change.step, Status.HELD, change.guid, message=reason, unkept=(Unkept(Unkept.WHOLE, what),))


def _is_partial(answer: object, before: object) -> bool:
    """Whether an answer leaves out members that the thing had when it was read."""
    if not isinstance(answer, dict):
        return False
    return bool(own_members(before).keys() - answer.keys())
