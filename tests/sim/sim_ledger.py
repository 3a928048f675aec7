"""Who wrote what, having seen what: the simulator's own memory, which the engine never sees.

Every value a person writes holds a token that nobody wrote before, so that what is lost, doubled or brought back from
the dead can be named. A token is *settled* once somebody who had seen it wrote over it or deleted it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bcfsync.dates import Timestamp, read_timestamp, timestamp
from bcfsync.model import Comment, PerspectiveCamera, Point, Topic, Viewpoint

TOKEN = re.compile(r"k\d+q")
_DAY_ZERO = datetime(2100, 1, 1, tzinfo=UTC)
_NORTH = Point(0.0, 1.0, 0.0)
_UP = Point(0.0, 0.0, 1.0)
SCALARS = ("title", "topic_status", "priority", "assigned_to", "stage", "due_date", "description")
"""Members of a topic that people write in the simulation; ``index`` belongs to the tools."""


def token_of(number: int) -> str:
    """The token with this number."""
    return f"k{number}q"


def day_of(token: str) -> Timestamp:
    """A date that holds a token."""
    return timestamp(_DAY_ZERO + timedelta(minutes=int(token[1:-1])))


def view_of(guid: str, token: str) -> Viewpoint:
    """A viewpoint that holds a token."""
    return Viewpoint(guid, perspective_camera=PerspectiveCamera(Point(float(token[1:-1]), 0.0, 0.0), _NORTH, _UP, 60.0))


def tokens_in(value: object) -> list[str]:  # noqa: PLR0911 - one line a kind
    """The tokens a value holds, in order."""
    match value:
        case str():
            return TOKEN.findall(value)
        case Timestamp(instant=instant):
            minutes = (instant - _DAY_ZERO) // timedelta(minutes=1)
            return [token_of(minutes)] if minutes >= 0 else []
        case tuple():
            return [token for item in value for token in tokens_in(item)]
        case Viewpoint(perspective_camera=PerspectiveCamera() as camera):
            return [token_of(int(camera.camera_view_point.x))]
        case Comment():
            return TOKEN.findall(value.comment)
        case Topic():
            own = [token for name in SCALARS for token in tokens_in(getattr(value, name))]
            own += [*tokens_in(value.labels), *tokens_in(value.reference_links)]
            return [*own, *tokens_in(value.viewpoints), *tokens_in(value.comments)]
        case _:
            return []


@dataclass(frozen=True, slots=True)
class Written:
    """A user's write: what it brings, what it replaces (which its writer had seen), and whose it is."""

    token: str
    over: tuple[str, ...]
    who: str
    what: str


@dataclass
class Ledger:
    """All user writes that were published, and why some tokens need not be anywhere.

    ``third`` are tokens written over a value that the engine had just brought, and which no tool had saved before;
    ``unmet`` those written in an archive before any turn of the engine had met it to the end; ``unmet_elsewhere`` those
    written on the server while one of two computers had an archive of which the same is true.
    """

    writes: dict[str, Written] = field(default_factory=dict)
    settled: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    excused: dict[str, str] = field(default_factory=dict)
    third: set[str] = field(default_factory=set)
    unmet: set[str] = field(default_factory=set)
    unmet_elsewhere: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def publish(self, written: Written) -> None:
        """A person's write is out: on the server, or in a saved archive."""
        self.writes[written.token] = written
        self.counts["user writes"] += 1
        for token in written.over:
            self.settled.setdefault(token, f"overwritten by {written.token}")

    def delete(self, tokens: Iterable[str], who: str) -> None:
        """A person deleted what held these tokens, having seen them."""
        for token in tokens:
            self.settled.setdefault(token, f"deleted by {who}")
            self._note_deleted(token)

    def _note_deleted(self, token: str) -> None:
        """Who deletes what they have reworded deletes the older wording, too."""
        if token not in self.deleted:
            self.deleted.add(token)
            for older in self.writes[token].over if token in self.writes else ():
                self._note_deleted(older)

    def excuse(self, tokens: Iterable[str], why: str) -> None:
        """These tokens may be lost for a reason that is no fault of the engine, each reason counted."""
        for token in tokens:
            if token not in self.settled and token not in self.excused:
                self.excused[token] = why

    def open(self) -> Iterator[Written]:
        """The writes that must be somewhere."""
        return (item for token, item in self.writes.items() if token not in self.settled)

    def descends(self, token: str, ancestor: str) -> bool:
        """Whether the writer of a token had, at some remove, written over the other one."""
        pending, seen = [token], {token}
        while pending:
            written = self.writes.get(pending.pop())
            for older in written.over if written else ():
                if older == ancestor:
                    return True
                if older not in seen:
                    seen.add(older)
                    pending.append(older)
        return False


def tokens_of_plain(value: object) -> list[str]:
    """The tokens in a member's plain data; dates among them."""
    match value:
        case str():
            return [*tokens_in(value), *tokens_in(date_in(value))]
        case dict():
            return [token for item in value.values() for token in tokens_of_plain(item)]
        case list():
            return [token for item in value for token in tokens_of_plain(item)]
        case _:
            return []


def date_in(text: str | None) -> Timestamp | None:
    """A text as the date it is, if it is one."""
    return read_timestamp(text) if text and text.startswith("2") else None
