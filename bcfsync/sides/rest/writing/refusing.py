"""Members a server refuses: the body goes once more without them, and they are not sent again.

Owns: which members a refusal means, and when to go without. Sees: facts, bcfapi, net. A refused *member* is learned; a
refused *value* (a status the project does not offer) says nothing of the member, so the lists of the project are asked
first. At most two tries more, for no body shrinks for ever.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bcfsync.errors import BcfsyncError
from bcfsync.model import Extensions
from bcfsync.net import Answer, Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.ways import Ways

Body = dict[str, Any]

_UNDERSTOOD = frozenset({400, 422})
_MORE = 2
_NEEDED = frozenset({"title", "comment"})
"""Without them there is nothing to send."""

_APART = frozenset({"aspect_ratio", "selection", "coloring"})
"""Members of a member that it can do without."""

_LISTED: Mapping[str, str] = {
    "topic_type": "topic_type", "topic_status": "topic_status", "priority": "priority", "labels": "topic_label",
    "assigned_to": "users", "stage": "stage",
}  # fmt: skip
"""Members of a topic whose values a project lists, and the lists."""


_LACKING = re.compile(r"\b(required|missing|needs|must have|at least)\b", re.IGNORECASE)
"""What refusals say that want more, and not less."""


_OF_VALUE = re.compile(
    r"\btoo (long|large|big|short|small|many)\b|\b(at most|no more than|maximum|exceed\w*|characters|wrong format)\b"
    r"|\b(in|out of) (the )?(past|range)\b",
    re.IGNORECASE,
)
"""What refusals say of one value, and not of its member: the next one may well be taken."""


_EVERYWHERE = frozenset({"topic_type", "topic_status", "priority", "assigned_to"})
"""Every server has these: where one is refused, it is for its value, also where no list told."""

_STAMPS: Mapping[str, frozenset[str]] = {
    "topic": frozenset({"creation_date", "creation_author", "modified_author"}),
    "comment": frozenset({"date", "author", "modified_author"}),
}
"""Authors and dates of things, which the book gives to servers."""

_SAID_AS = {"assignee": "assigned_to", "assigned": "assigned_to"}
"""Words for people that stand for members (OpenProject)."""


class Refusals:
    """Sends bodies without what one server refuses."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self._strict = False
        self._lists: Extensions | None = None

    def known(self, kind: str) -> frozenset[str]:
        """The members of a kind that the server is known to refuse."""
        start = f"{kind}."
        seen = facts.names(self.ways.learned, facts.REFUSED)
        learned = frozenset(item.removeprefix(start) for item in seen if item.startswith(start))
        tried = _STAMPS.get(kind, frozenset()) if self._tried_in_vain() else frozenset()
        return learned | tried | self.ways.dialect.refused.get(kind, frozenset())

    def _tried_in_vain(self) -> bool:
        """Whether authors and dates were sent to find out whose they are, and are the server's."""
        return self.ways.dialect.tries_stamps and self.ways.learned.get(facts.STAMPS) == facts.NO

    def sent(
        self, kind: str, body: Body, send: Callable[[Body], Answer], instead: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send a body, without what is refused.

        Args:
            kind: of the thing, as in ``changes.Kind``.
            body: all of it.
            send: makes the request.
            instead: what the server holds, for a PUT: its own value stands where ours is refused.

        Raises:
            Refused: without these members, too, or for no member that could be left out.
        """
        held = instead or {}
        body = without(body, self.known(kind), held)
        if self._strict:
            body = self._offered(body, held)
        refused: set[str] = set()
        for more in reversed(range(_MORE + 1)):
            try:
                answer = send(body)
            except Refused as error:
                smaller, names = self._smaller(kind, body, held, error)
                if not more or smaller == body:
                    raise
                body, refused = smaller, refused | names
                continue
            for name in refused:
                facts.add(self.ways.learned, facts.REFUSED, f"{kind}.{name}")
            return answer
        raise AssertionError

    def _smaller(self, kind: str, body: Body, held: Mapping[str, Any], error: Refused) -> tuple[Body, frozenset[str]]:
        """The body without what was refused, and the members among that which will always be."""
        if error.status not in _UNDERSTOOD:
            return body, frozenset()
        names = refused_members(body, error)
        stamps = _STAMPS.get(kind, frozenset()) & body.keys()
        vague = not names and not error.in_disguise
        if stamps and self.ways.dialect.tries_stamps and (vague or names & stamps):
            # they were only tried: whoever refuses one, or a body for no reason, gets none
            self.ways.learned[facts.STAMPS] = facts.NO
            return without(body, stamps), frozenset()
        if kind == "topic" and names & _LISTED.keys():
            offered = self._offered(body, held)
            if offered != body:
                self._strict = True
                return offered, frozenset()
        return without(body, names, held), frozenset() if _OF_VALUE.search(str(error)) else names - _EVERYWHERE

    def _offered(self, body: Body, held: Mapping[str, Any]) -> Body:
        """The body without values that the project does not offer."""
        offered = dict(body)
        for name, name_of_list in _LISTED.items():
            allowed, value = getattr(self.lists, name_of_list), body.get(name)
            if not allowed or not value:
                continue
            if isinstance(value, list):
                offered[name] = [item for item in value if item in allowed]
            elif value not in allowed:
                offered = without(offered, {name}, held)
        return offered

    def first(self, name: str) -> str | None:
        """The first value the project offers for a member of a topic; None where no list tells."""
        return next(iter(getattr(self.lists, _LISTED[name]) or ()), None)

    @property
    def lists(self) -> Extensions:
        """The values the project offers, asked for once; empty lists where it does not say."""
        if self._lists is None:
            try:
                data = self.ways.http.get(self.ways.routes.extensions).data
                self._lists = self.ways.codec.decode_extensions(data)
            except (Refused, ValueError):
                self._lists = Extensions()
        return self._lists


def without(body: Body, names: "frozenset[str] | set[str]", held: Mapping[str, Any] | None = None) -> Body:
    """A body without members, named by their paths; what the server holds of them goes back to it."""
    left = dict(body)
    for name in names:
        root, _, rest = name.partition(".")
        if not rest and held and root in held and left.get(root) != held[root]:
            left[root] = held[root]
        elif not rest:
            left.pop(root, None)
        elif isinstance(left.get(root), dict):
            left[root] = without(left[root], {rest})
    return left


def refused_members(body: Body, error: BcfsyncError) -> frozenset[str]:
    """The members of a body that a refusal names and the body can do without, by their paths."""
    if _LACKING.search(str(error)):
        return frozenset()  # less would not do
    said = re.findall(r"\w+", str(error).rpartition("answered ")[2])
    # a value in quotes may have been taken for a name
    return _found(body, getattr(error, "members", ())) or _found(body, said)


def _found(body: Body, names: Iterable[str]) -> frozenset[str]:
    words = {word for name in names for word in re.split(r"\W+", name) if word}
    words |= {_SAID_AS[word.lower()] for word in words if word.lower() in _SAID_AS}
    found = {name for name in body if name in words}
    for root, value in body.items():
        if isinstance(value, dict) and root not in found:
            inner = words & value.keys()
            found |= {f"{root}.{name}" for name in inner} if inner and inner <= _APART else {root} if inner else set()
    return frozenset(name for name in found if name not in _NEEDED)
