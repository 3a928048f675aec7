"""Creating: a POST, the guid it gives, and what is done where ours is taken or the answer is lost.

Owns: POST and what its answers mean. Sees: ways, net, refusing, looking, keeping. Rules: a guid that is taken means
"look again"; a guid taken elsewhere means "take another". Where the answer is lost, a server that keeps our guids tells
by GET what became of it, and only where nothing came of it the POST goes once more; where it gives guids of its own,
nobody can tell, and the engine's journal finds out.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from bcfsync.changes import Change, Kind, Outcome, Status
from bcfsync.errors import ServerTrouble
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import Comment, Topic
from bcfsync.net import Answer, NotJson, Refused, Unanswered
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.comparing import unkept
from bcfsync.sides.rest.writing.keeping import Decode, compared, understood
from bcfsync.sides.rest.writing.looking import Looking
from bcfsync.sides.rest.writing.refusing import Refusals

Body = Callable[[str], dict[str, Any]]

_MORE = 2
"""So often a POST goes again whose answer was lost and of which nothing came."""

_TAKEN = 409
_UNDERSTOOD = frozenset({400, 422})
_IN_USE = ("already", "exist", "in use", "taken", "unique", "duplicate")
TOO_LARGE = 413
_LARGE = 1_000_000
"""From this size on, a connection that breaks over a body may mean that it is too large (axum, nginx)."""


class Creating:
    """Creates things of any kind in one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.codec = ways.codec
        self.refusals = Refusals(ways)
        self.looking = Looking(ways)

    def created(self, change: Change, url: str, body: Body, decode: Decode) -> Outcome:
        """POST, with the guid where the server takes one; a guid that is taken is looked at again.

        Raises:
            Refused, ServerTrouble, LoginNeeded: (subclasses) it is not made, or nobody knows.
        """
        overwrites = self.ways.dialect.overwrites and self.ways.sends_guids
        if overwrites and self._there(change, url, change.guid, decode) is not None:
            return self._stale(change)  # it would be replaced without a word (FileEngine)
        try:
            answer = self._sent(change, url, change.guid, body, decode)
        except Refused as error:
            if error.status != _TAKEN:
                raise
            if self._there(change, url, change.guid, decode) is not None:
                return self._stale(change)
            # copied archives repeat guids in other topics and projects: take another, the identity map knows both
            fresh = derived_guid("taken", guid_key(change.topic), guid_key(change.guid))
            answer = self._sent(change, url, fresh, body, decode)
        if answer is None:
            return self._stale(change)
        return self.outcome(change, answer, decode, url)

    def _stale(self, change: Change) -> Outcome:
        return Outcome(change.step, Status.STALE, change.guid, message="its guid is there already")

    def _sent(self, change: Change, url: str, guid: str, body: Body, decode: Decode) -> Answer | None:
        """The answer to a POST, without what is refused; None where something else is there under its guid."""
        found: list[Answer | None] = []

        def post(data: dict[str, Any]) -> Answer:
            try:
                found.append(self._posted(change, url, guid, data, decode))
            except Refused as error:
                if self._means_taken(change.kind, data, error):
                    raise Refused(str(error), _TAKEN, error.members) from error
                raise
            return found[-1] or Answer(None, None)

        self.refusals.sent(str(change.kind), body(guid), post)
        return found[-1]

    def _means_taken(self, kind: Kind, body: dict[str, Any], error: Refused) -> bool:
        """Whether a guid is refused since it is in use, which not every server calls a conflict (BIMData)."""
        if error.status not in _UNDERSTOOD or "guid" not in body or "guid" not in error.members:
            return False
        takes = self.ways.dialect.takes_guids or self._keeps(kind)
        return takes or any(word in str(error).lower() for word in _IN_USE)

    def _posted(self, change: Change, url: str, guid: str, body: dict[str, Any], decode: Decode) -> Answer | None:
        key = self.ways.new_key()
        lost: ServerTrouble | None = None
        for more in reversed(range(_MORE + 1)):
            try:
                return self.http.send("POST", url, body, key=key)
            except (Unanswered, NotJson) as error:
                lost = error
            except Refused as error:
                if lost is None or error.status != _TAKEN:
                    raise
            data = self._arrived(change, url, guid, decode, lost)
            if data is not None:
                return Answer(data, None) if _is_ours(change, decode(data)) else None
            if not self._keeps(change.kind):
                raise lost
            if size_of(body) >= _LARGE and 0 < more < _MORE:  # once, it may have been the line
                raise Refused(f"{url}: the connection broke over {size_of(body):,} bytes: {lost}", TOO_LARGE)
        raise lost or AssertionError

    def _keeps(self, kind: Kind) -> bool:
        """Whether the server is known to keep our guids of a kind: what is not there under it, was not made."""
        learned = self.ways.learned
        kept = facts.flag(learned, facts.KEEPS_GUIDS) is True or str(kind) in facts.names(learned, facts.GUIDS_TAKEN)
        return self.ways.sends_guids and kept

    def _arrived(self, change: Change, url: str, guid: str, decode: Decode, lost: ServerTrouble) -> object | None:
        """What came of a POST whose answer was lost, under the guid we wished for."""
        if not self.ways.sends_guids or "guid" in self.refusals.known(str(change.kind)):
            return None
        try:
            return self._there(change, url, guid, decode)
        except (Refused, ServerTrouble):
            raise lost from None

    def _there(self, change: Change, url: str, guid: str, decode: Decode) -> object | None:
        data = self.looking.one(change.kind, url, guid, lambda item: str(decode(item).guid))
        return data if understood(data, decode) is not None else None

    def outcome(self, change: Change, answer: Answer, decode: Decode, url: str = "") -> Outcome:
        """What an answer to a POST says; UNANSWERED where nothing says which guid was given.

        Args:
            change: with what was sent.
            answer: perhaps empty, or with less than the whole thing.
            decode: reads it.
            url: of the list it was sent to, where one thing can be looked at below it.
        """
        data = (
            answer.data
            if understood(answer.data, decode) is not None
            else self._pointed_at(change, answer, decode, url)
        )
        if data is None:
            return Outcome(change.step, Status.UNANSWERED, message="the server does not say which guid it gave")
        given = decode(data)
        again = (lambda: self._there(change, url, given.guid, decode)) if url else (lambda: None)
        value, lost = compared(change, data, decode, again, self.ways.learned)
        if guid_key(given.guid) == guid_key(change.guid):
            facts.add(self.ways.learned, facts.GUIDS_TAKEN, str(change.kind))
        return Outcome(change.step, Status.DONE, given.guid, value, unkept=lost)

    def _pointed_at(self, change: Change, answer: Answer, decode: Decode, url: str) -> object | None:
        """What an empty answer points at with Location; else what is there under our guid."""
        if answer.location and change.kind is Kind.DOCUMENT:
            guid = unquote(urlsplit(answer.location).path.rstrip("/").rpartition("/")[2])
            return {"guid": guid, "filename": getattr(change.value, "filename", guid)} if guid else None
        if answer.location:
            try:
                data: object = self.http.get(urljoin(url or self.ways.routes.topics, answer.location)).data
            except (Refused, NotJson):
                data = None
            if understood(data, decode) is not None:
                return data
        if not (url and self.ways.sends_guids):
            return None
        try:
            data = self._there(change, url, change.guid, decode)
        except Refused:
            return None
        if data is None and change.kind is not Kind.DOCUMENT:
            self.ways.learned[facts.KEEPS_GUIDS] = facts.NO  # it was made, and not under our guid
        return data


def size_of(body: object) -> int:
    """About how many bytes a JSON body takes: what counts are pictures and long lists."""
    match body:
        case str():
            return len(body) + 4
        case dict():
            return sum(len(name) + size_of(value) for name, value in body.items())
        case list():
            return sum(map(size_of, body))
        case _:
            return 8


def _is_ours(change: Change, held: Any) -> bool:  # noqa: ANN401 - an entity
    """Whether what is there under our guid may be what was sent: another topic or comment says something else."""
    names = ("title",) if isinstance(change.value, Topic) else ("comment",) if isinstance(change.value, Comment) else ()
    return not names or not unkept(change.value, held, names)
