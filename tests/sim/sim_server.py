"""A server in memory, with the habits servers have.

Profiles combine: it keeps guids or mints its own; it honours If-Match or not; it normalises texts, cuts its list, shows
its list late, hides topics, drops members. Writes by users of its web page come through ``edit``.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import IO, Any

from sim_faults import Seams
from sim_ledger import Ledger, tokens_in

from bcfsync.advance import said
from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Entity,
    Files,
    Key,
    Kind,
    Listed,
    Listing,
    Outcome,
    Related,
    Side,
    Status,
    Verb,
)
from bcfsync.dates import timestamp
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Comment, Topic, Viewpoint
from bcfsync.net import Unanswered
from bcfsync.sides.draft import Draft, listed

SYNC = "sync@example.com"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a server is like, and how it is used.

    Attributes:
        reshows: whether programs save viewpoints otherwise under their old guid.
        machines: how many of ours there are, each with a folder.
        at_once: how many writes are under way at once, at most.
    """

    name: str
    client_guid: bool = True
    if_match: bool = True
    normalises: bool = False
    capped: bool = False
    lags: bool = False
    hides: bool = False
    drops: frozenset[str] = frozenset()
    reshows: bool = False
    machines: int = 1
    at_once: int = 1


PROFILES = (
    Profile("keeps-guids+if-match"),
    Profile("keeps-guids", if_match=False),
    Profile("mints+if-match", client_guid=False),
    Profile("mints", client_guid=False, if_match=False),
    Profile("normalising", normalises=True),
    Profile("capped", capped=True),
    Profile("lagging", lags=True),
    Profile("hiding", hides=True),
    Profile("dropping", drops=frozenset({"stage", "labels", "due_date"})),
    Profile("reshowing", reshows=True),
    Profile("two-machines", machines=2),
    Profile("two-machines+mints", client_guid=False, machines=2),
    Profile("at-once", at_once=4),
)


def _text(value: str | None) -> str | None:
    if value is None:
        return None
    plain = value.replace("\r\n", "\n").strip()
    return plain.replace("&amp;", "&").replace("&lt;", "<").replace("&", "&amp;").replace("<", "&lt;") or None


def normalised(value: Any) -> Any:
    """A topic or comment as a server keeps it that trims, folds line ends and escapes for its web page."""
    if isinstance(value, Topic):
        texts = {name: _text(getattr(value, name)) for name in ("topic_status", "priority", "assigned_to", "stage")}
        labels = tuple(_text(item) or "" for item in value.labels)
        title, description = _text(value.title) or "", _text(value.description)
        comments = tuple(map(normalised, value.comments))
        return replace(value, title=title, description=description, labels=labels, comments=comments, **texts)
    if isinstance(value, Comment):
        return replace(value, comment=_text(value.comment) or "")
    return value


@dataclass
class SimServer:
    """A project on a server."""

    profile: Profile
    seams: Seams
    clock: Callable[[], datetime]
    ledger: Ledger
    user: str = SYNC
    chance: random.Random = field(default_factory=random.Random)
    bcf: Bcf = field(default_factory=lambda: Bcf("3.0"))
    tags: bool = False
    cap: int | None = None
    flagged: bool = True
    hidden: set[str] = field(default_factory=set)
    lag: timedelta = timedelta(0)
    deletable: frozenset[Kind] = frozenset({Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT})
    writes: int = 0
    requests: int = 0
    version: int = 0
    deleted: list[Entity] = field(default_factory=list)
    late: list[tuple[datetime, Change, Side, str]] = field(default_factory=list)
    past: list[tuple[datetime, tuple[Topic, ...]]] = field(default_factory=list)
    minted: int = 0
    _listed: dict[int, tuple[Topic, Listed]] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        """What it can do for whoever asks."""
        return _capabilities(self.profile.client_guid, self.user, self.deletable)

    # -- reading -----------------------------------------------------------------------------------------------

    def listing(self) -> Listing:
        """Its topics, as far as it shows them."""
        self.requests += 1
        self.seams.at("server listing")
        shown = [topic for topic in self._behind() if guid_key(topic.guid) not in self.hidden]
        complete = True
        if self.cap is not None and len(shown) > self.cap:
            shown, complete = shown[: self.cap], not self.flagged
        return Listing({guid_key(topic.guid): self._entry(topic) for topic in shown}, complete, self._tag())

    def _behind(self) -> tuple[Topic, ...]:
        if not self.lag:
            return self.bcf.topics
        moment = self.clock() - self.lag
        old = [topics for at, topics in self.past if at <= moment]
        return old[-1] if old else self.past[0][1] if self.past else self.bcf.topics

    def _entry(self, topic: Topic) -> Listed:
        found = self._listed.get(id(topic))
        if found is None or found[0] is not topic:
            found = self._listed[id(topic)] = (topic, listed(topic))
        return found[1]

    def _tag(self) -> str | None:
        if not self.tags or self.lag:
            return None
        return f"{self.version}-{self.cap}-{'/'.join(sorted(self.hidden))}"

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:  # noqa: ARG002
        """Whole topics, asked for one by one."""
        wanted = set(keys)
        self.requests += 1
        self.seams.at("server load")
        topics = {guid_key(item.guid): item for item in self.bcf.topics}
        shown = {key: item for key, item in topics.items() if key in wanted and key not in self.hidden}
        return Bodies(shown, self.bcf.documents, capabilities=self.capabilities)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """No bytes are kept here."""
        raise LookupError(blob.locator)
        yield

    def moved(self, tag: str | None) -> bool:
        """Whether its tag is another one."""
        self.requests += 1
        self.seams.at("server tag asked")
        return tag is None or tag != self._tag()

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """Those it answers 404 or 410 for, and does not merely hide."""
        asked = sorted(keys)
        self.requests += len(asked)
        self.seams.at("server asked for gone topics")
        there = {guid_key(item.guid) for item in self.bcf.topics}
        return frozenset(key for key in asked if key not in there)

    def lacks(self, key: Key) -> bool:
        """What it does not show of a topic is not there."""
        self.requests += 1
        self.seams.at("server asked for a part")
        topics = (item for item in self.bcf.topics if guid_key(item.guid) == key.topic)
        there = {guid_key(part.guid) for item in topics for part in (*item.comments, *item.viewpoints)}
        return key.guid not in there

    # -- writing -----------------------------------------------------------------------------------------------

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome]:
        """Several requests at once: which of them the server carries out next is a matter of chance."""
        under_way: list[Change] = []
        lost = False
        try:
            for change in changes:
                if change is not None:
                    under_way.append(change)
                if change is not None and len(under_way) < self._at_once():
                    continue
                outcome = self._written(under_way, source)
                yield outcome
                lost = outcome.status is Status.UNANSWERED
                if lost:
                    break
            while under_way:
                outcome = self._written(under_way, source)
                yield outcome
                lost = lost or outcome.status is Status.UNANSWERED
        except BaseException:
            self._arrives_later(under_way, source)
            raise
        if lost:
            raise Unanswered("no answer came")

    def _at_once(self) -> int:
        most = self.profile.at_once
        return 1 if most == 1 else 1 + int(self.chance.random() * most)

    def _arrives_later(self, under_way: Iterable[Change], source: Side) -> None:
        """Whoever asked is gone; what was on its way may arrive all the same."""
        for change in under_way:
            wait = self.chance.choice((None, 0, 5, 35))
            if wait is not None:
                self.late.append((self.clock() + timedelta(seconds=wait), change, source, self.user))

    def _written(self, under_way: list[Change], source: Side) -> Outcome:
        change = under_way.pop(int(self.chance.random() * len(under_way)) if len(under_way) > 1 else 0)
        self.requests += 1
        fault = self.seams.at(f"server write {change.verb} {change.kind}")
        outcome = self._answer(change, source, fault)
        self.seams.at(f"server wrote {change.verb} {change.kind}")
        return outcome

    def _answer(self, change: Change, source: Side, fault: str) -> Outcome:
        unanswered = Outcome(change.step, Status.UNANSWERED, change.guid, message="no answer")
        match fault:
            case "lost request":
                return unanswered
            case "late":
                self.late.append((self.clock() + timedelta(seconds=35), change, source, self.user))
                return unanswered
            case "refused":
                return Outcome(change.step, Status.FAILED, change.guid, message="HTTP 500")
            case "stale tag" if change.verb is not Verb.CREATE:
                return Outcome(change.step, Status.STALE, change.guid, message="HTTP 412")
            case "lost answer":
                self._take(change, source)
                return unanswered
            case _:
                return self._take(change, source)

    def tick(self) -> None:
        """Carry out requests that were given up and arrive all the same."""
        due = [item for item in self.late if item[0] <= self.clock()]
        self.late = [item for item in self.late if item[0] > self.clock()]
        asking = self.user
        for _, change, source, self.user in due:
            self.seams.tell("  a request that was given up arrives at the server")
            self._take(change, source)
        self.user = asking

    def _take(self, change: Change, source: Side) -> Outcome:  # noqa: ARG002
        if problem := self._problem(change):
            return problem
        read = self.bcf
        if not self.profile.if_match and change.verb is Verb.UPDATE:
            # GET, compare, PUT: what somebody writes in between is overwritten
            self.seams.at("server between GET and PUT")
        guid = change.guid
        if change.verb is Verb.CREATE and not self.profile.client_guid:
            self.minted += 1
            guid = f"{self.minted:08d}-9999-4999-8999-999999999999"
        held = self._held(change)
        draft = Draft(read if change.verb is Verb.UPDATE else self.bcf)
        value = self._stored(with_author(change.value, change.verb, timestamp(self.clock()), self.user))
        try:
            taken = draft.take(replace(change, guid=guid, value=value))
        except LookupError as error:
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))
        if change.verb is Verb.DELETE and held is not None:
            self.deleted.append(held)
        self._put(draft.bcf(), change)
        self.writes += 1
        return Outcome(change.step, Status.DONE, guid, self._answered(change, taken))

    def _answered(self, change: Change, taken: Entity) -> Entity:
        return self._stored(taken) if change.verb is not Verb.DELETE else taken

    def _put(self, made: Bcf, change: Change) -> None:
        """Take over the changed object only; others moved on in the meantime."""
        before = self.bcf
        if change.verb is not Verb.UPDATE:
            self._now(made)
            return
        key = guid_key(change.topic or change.guid)
        new = next(item for item in made.topics if guid_key(item.guid) == key)
        self._now(replace(before, topics=tuple(new if guid_key(i.guid) == key else i for i in before.topics)))
        old = next((item for item in before.topics if guid_key(item.guid) == key), None)
        if old is not None:
            wanted = set(tokens_in(change.expected)) if change.expected else set()
            lost = [token for token in tokens_in(old) if token not in tokens_in(new) and token not in wanted]
            self.ledger.excuse(lost, "edited between GET and PUT on a server without If-Match")

    def _stored(self, value: Any) -> Any:
        if self.profile.normalises:
            value = normalised(value)
        if self.profile.drops and isinstance(value, Topic):
            value = replace(value, **{name: () if name == "labels" else None for name in sorted(self.profile.drops)})
        return value

    def _problem(self, change: Change) -> Outcome | None:
        topic_key = guid_key(change.guid if change.kind is Kind.TOPIC else change.topic)
        topic = next((item for item in self.bcf.topics if guid_key(item.guid) == topic_key), None)
        if topic_key in self.hidden and topic is not None:
            status = Status.STALE if change.verb is Verb.CREATE and change.kind is Kind.TOPIC else Status.FAILED
            return Outcome(change.step, status, change.guid, message="HTTP 403")
        held = self._held(change)
        if change.verb is Verb.CREATE:
            taken = held is not None and self.profile.client_guid
            return Outcome(change.step, Status.STALE, change.guid, message="HTTP 409") if taken else None
        if held is None and change.verb is Verb.DELETE:
            return Outcome(change.step, Status.DONE, change.guid, change.value)
        if change.expected is None or held is None or said(held) == said(change.expected):
            return None
        return Outcome(change.step, Status.STALE, change.guid, message="HTTP 412")

    def _held(self, change: Change) -> Entity | None:
        topic_key = guid_key(change.guid if change.kind is Kind.TOPIC else change.topic)
        topic = next((item for item in self.bcf.topics if guid_key(item.guid) == topic_key), None)
        return held_in(topic, change) if topic is not None else None

    # -- people ------------------------------------------------------------------------------------------------

    def edit(self, bcf: Bcf) -> None:
        """A user of the web page changed something."""
        self._now(replace(bcf, topics=tuple(self._stored(item) for item in bcf.topics)))

    def _now(self, bcf: Bcf) -> None:
        self.bcf = bcf
        self.version += 1
        if self.profile.lags:
            self.past.append((self.clock(), bcf.topics))


@cache
def _capabilities(client_guid: bool, user: str, deletable: frozenset[Kind]) -> Capabilities:  # noqa: FBT001
    return Capabilities("server", client_guid=client_guid, user=user, deletes=deletable)


def with_author(value: Any, verb: Verb, now: Any, user: str) -> Any:
    """The value with the author and date the server puts down."""
    if verb is Verb.UPDATE and isinstance(value, Topic | Comment):
        return replace(value, modified_date=now, modified_author=user)
    if isinstance(value, Topic):
        return replace(value, creation_author=user, creation_date=now)
    if isinstance(value, Comment):
        return replace(value, author=user, date=now)
    return value


def held_in(topic: Topic, change: Change) -> Entity | None:
    """What a topic holds of the atom of a change."""
    key = guid_key(change.guid)
    match change.kind:
        case Kind.TOPIC:
            return topic
        case Kind.FILES:
            return Files(topic.files)
        case Kind.RELATED:
            return Related(topic.related_topics)
        case Kind.COMMENT:
            return next((item for item in topic.comments if guid_key(item.guid) == key), None)
        case Kind.VIEWPOINT:
            return next((item for item in topic.viewpoints if guid_key(item.guid) == key), None)
        case _:
            return None


__all__ = ["PROFILES", "SYNC", "Profile", "SimServer", "Viewpoint"]
