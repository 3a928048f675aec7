"""A project on a server, as a side of a pair.

Owns: the session with one project for one turn. Sees: session, reading, writing, deleting, tags.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import IO
from urllib.parse import unquote

from bcfsync.bcfapi.dialects.leaving import never_kept
from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    CutList,
    Key,
    Kind,
    Listing,
    Outcome,
    ProjectInfo,
    Side,
    Status,
    Verb,
)
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key, is_guid
from bcfsync.model import Blob, Document, Extensions, Topic
from bcfsync.net import Http, NotJson, Refused, Stumbled, Unanswered
from bcfsync.sides.draft import listed
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.deleting import GONE, NOT_OFFERED, ProjectDeleter, deletable
from bcfsync.sides.rest.discovery import Base
from bcfsync.sides.rest.doubts import Doubts
from bcfsync.sides.rest.paging import Whole
from bcfsync.sides.rest.progress import Count, Progress, What
from bcfsync.sides.rest.reading.project import ProjectReader
from bcfsync.sides.rest.session import Session, UnknownProject
from bcfsync.sides.rest.tags import CollectionTag, tag_of
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.beside import Beside
from bcfsync.sides.rest.writing.project import ProjectWriter, without_place
from bcfsync.sides.rest.writing.read_only import ReadOnlyServer, is_read_only, takes_no_topics
from bcfsync.sides.together import abreast

__all__ = ["RestSide", "UnknownProject"]

_OWN_GUIDS = frozenset({Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT})
"""What shows whether a server keeps our guids: one that keeps those of documents may still number its topics."""

_BY_ITSELF = {Kind.COMMENT: "comments", Kind.VIEWPOINT: "viewpoints"}
_AFTER_A_LOST_ONE = "one before it got no answer, and the server gives guids of its own; run the command again"
_READ_ONLY = "this server is to be read only"
_STUMBLES = 3
"""So many requests in a row a server may break over before the rest of a plan has no chance either."""


def _random_key() -> str:
    return str(uuid.uuid4())


class RestSide:
    """One project of a BCF server, for one turn: making one costs nothing where ``learned`` comes from the last one.

    ``learned`` are facts about the server (``facts``): give those of last time, and keep what they are afterwards.
    """

    def __init__(
        self,
        http: Http,
        project_id: str,
        learned: Mapping[str, str] | None = None,
        *,
        dialect: str = "",
        new_key: Callable[[], str] = _random_key,
    ) -> None:
        """Find the API, the project, and who we are; where all that is known from last time, nothing is asked yet.

        Args:
            http: the way to the server.
            project_id: as the server spells it.
            learned: the facts of last time.
            dialect: the product, where a person says which one it is.
            new_key: gives each request that creates something a name no other has.

        Raises:
            UnknownProject: and the hint names those that are there.
            ServerTrouble, LoginNeeded: (subclasses) the server cannot be used.
        """
        self.http = http
        self.learned = {**(learned or {}), facts.SAID: dialect}
        self._session = Session(http, project_id, self.learned)
        self._new_key = new_key
        self._doubts = Doubts(self.learned)
        self._topics: dict[str, Topic] = {}
        self._spellings: dict[str, str] = {}
        self._reader: ProjectReader | None = None
        self._count = Count()
        self._crossed = False
        self._tag = CollectionTag(self._session.pager, self.learned, lambda: self.reader.listed(beyond=True))
        if not {facts.BASE, facts.VERSION, facts.USER} <= self.learned.keys():
            self._session.connect()

    @property
    def base(self) -> Base:
        """Where the API is, and its version."""
        return self._session.base

    @property
    def keeps_guids(self) -> bool | None:
        """Whether the server keeps our guids; None where it has not been seen."""
        return facts.flag(self.learned, facts.KEEPS_GUIDS)

    @property
    def detects_concurrent_edits(self) -> bool | None:
        """Whether the server refuses a write over what somebody else wrote a moment before; None: not yet seen."""
        heeded = self.learned.get(facts.IF_MATCH)
        return None if heeded is None else heeded == facts.ENFORCED

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, as far as it is known."""
        session = self._session
        project = session.project
        name = f"{self.http.root} ({project.name or project.project_id}, BCF-API {self.base.version})"
        return Capabilities(
            name,
            client_guid=self.keeps_guids is True,
            user=session.user,
            deletes=self._deletable,
            trusted=session.trusted and not (self._reader and self._reader.cut_short),
            stamps=session.dialect.stamps,
            whole_topics=session.dialect.full_topic is not None,
            cut=tuple(self._cut(url, items) for url, items in session.pager.cut.items()),
            views_in_parts=self.base.version == "1.0",
            views_change=self.base.version == "1.0",
            lacks=never_kept(session.dialect) | {f"{kind}.*" for kind in without_place(session.dialect, self.learned)},
            resets=session.dialect.put == "reset",
        )

    @staticmethod
    def _cut(url: str, items: int) -> CutList:
        topic, name = url.rstrip("/").rsplit("/", 2)[1:]
        return CutList(guid_key(unquote(topic)), name, items)

    @property
    def reader(self) -> ProjectReader:
        """What reads the project."""
        session = self._session
        if self._reader is None or self._reader.routes != session.routes:
            self._reader = ProjectReader(self._ways, self._count)
        return self._reader

    @property
    def progress(self) -> Progress:
        """How far the reading is; may be looked at from any thread."""
        return self._count.now

    @property
    def _ways(self) -> Ways:
        session = self._session
        return Ways(
            self.http, session.routes, session.codec, session.dialect, session.pager, self.learned,
            session.base.version, self._new_key,
        )  # fmt: skip

    def recall(self, learned: Mapping[str, str]) -> None:
        """Take in facts of last time that were not at hand at the beginning."""
        self._session.recall(learned)

    def listing(self) -> Listing:
        """All topics of the project; ``complete`` unless the list may have been cut, or did not come to rest."""
        self._count.begin(What.LIST)
        found = self._session.found(self._listed)
        self._tag.seen(found)
        scratch = set(map(guid_key, facts.names(self.learned, facts.SCRATCH)))
        read = {guid_key(topic.guid): topic for topic in self.reader.topics(found)}
        self._topics = {key: topic for key, topic in read.items() if key not in scratch}
        self._spellings |= {key: topic.guid for key, topic in self._topics.items()}
        if found.complete:
            self._doubts.looked(self._topics, trusted=self._session.trusted)
        topics = {key: listed(topic) for key, topic in self._topics.items()}
        return Listing(topics, found.complete, tag_of(found), found.cut, found.moved)

    def _listed(self) -> Whole:
        return self.reader.listed()

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:
        """Whole topics; viewpoints that are ``known`` come without components, since they never change."""
        topics = self.bodies(keys, known)
        documents, project = self.documents(), self.project_info()
        return Bodies(topics, documents, project, self.capabilities, unread=self.unread)

    @property
    def lasting_views(self) -> bool:
        """Whether a viewpoint never changes under its guid: so from 2.1 on, but for some servers."""
        return not self._ways.dialect.mutable_viewpoints and not self.base.version.startswith("1.")

    @property
    def telling_dates(self) -> bool:
        """Whether a topic that the list shows as before is as before, with all below it: proven, not promised."""
        return self.learned.get(facts.DATES_TELL) == facts.YES

    def bodies(
        self, keys: Iterable[str], known: Collection[Key] = (), kept: Mapping[str, Topic] | None = None
    ) -> dict[str, Topic]:
        """The part of ``load`` that is topics, by their key.

        Args:
            keys: of topics that were listed.
            known: viewpoints that may come without details.
            kept: topics as they were read before, of which only the thread and the views are read again.
        """
        found = [self._topics[key] for key in keys if key in self._topics]
        return {guid_key(topic.guid): topic for topic in self.reader.whole(found, known, kept)}

    @property
    def unread(self) -> Mapping[str, str]:
        """Topics, by their key, that ``bodies`` left out since the server would not give them whole, and why."""
        return self.reader.unread

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """A topic ``bodies`` gave, with the components of these viewpoints (by key) that came without."""
        return self.reader.detailed(topic, views)

    def documents(self) -> tuple[Document, ...]:
        """The part of ``load`` that is documents."""
        return self.reader.documents()

    def project_info(self) -> ProjectInfo:
        """The part of ``load`` that is the project's name and lists."""
        return ProjectInfo(self._session.project, self.lists())

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Fetch the bytes of a picture, snippet or document."""
        with self.reader.open(blob) as stream:
            yield stream
        self._count.one_more(What.BYTES)

    def moved(self, tag: str | None) -> bool:
        """Whether the project may have changed: False only where the server says no and is proven to know."""
        return not self._tag.unmoved(tag, self.reader.list_url)

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """Which topics are proven not to be there, by their keys.

        None where user or rights are not those of last time, nor any that went out of sight when these changed.

        Args:
            keys: normalised or as spelled; a server that knows only one spelling is asked for it, where it was seen.
        """
        asked = list(keys)
        if not asked or not self._session.trusted:
            return frozenset()
        return frozenset(key for key in self._doubts.without(map(guid_key, asked)) if self._is_gone(key))

    def _is_gone(self, key: str) -> bool:
        """Whether every spelling it may have leads nowhere."""
        known = self._spellings.get(guid_key(key))
        spellings = _spelled(key) if known is None else [known]
        return all(self._leads_nowhere(self._session.routes.topic(spelling)) for spelling in spellings)

    def lacks(self, key: Key) -> bool:
        """Whether a comment or viewpoint is not there when it is asked for by itself, in every spelling it may have.

        A list may lack what is there: cut short, cached, made by a server in trouble. Where a server does not give a
        comment by itself (405, 501), and for what none does, the list is all there is.
        """
        name = _BY_ITSELF.get(key.kind)
        if name is None:
            return True
        if not self._session.trusted:
            return False
        topic = self._spellings.get(key.topic, key.topic)
        child = partial(self._session.routes.child, topic, name)
        return all(self._leads_nowhere(child(guid), GONE | NOT_OFFERED) for guid in _spelled(key.guid))

    def _leads_nowhere(self, url: str, answers: frozenset[int] = GONE) -> bool:
        try:
            self.http.get(url)
        except Refused as error:
            return error.status in answers
        except (NotJson, Stumbled):
            return False
        return False

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome]:
        """Send the changes, several at once; the third in a row that breaks is an outcome first and then the end.

        Where the server gives guids of its own, and a create got no answer, nothing more of its kind is made in its
        topic by this run: two newcomers could not be told apart.
        """
        writer = ProjectWriter(self._ways, source, self.reader.reading, self.reader.parts)
        deleter = ProjectDeleter(self._ways, self.reader)
        run = _Run(Beside(lambda: self.http.pace.in_flight.limit, self._tag.is_watched, careful=self._crossed))
        for change, made in abreast(partial(self._made, writer, deleter, run), self._until(run, changes), run.beside):
            try:
                outcome = made.result()
            except (Unanswered, NotJson, Stumbled) as error:
                outcome = self._broken(change, error, run)
            except Exception as error:  # noqa: BLE001 - raised as soon as the others have ended and are on record
                run.ended = run.ended or error
                continue
            else:
                run.stumbles = 0
                self._learn(change, outcome)
            run.beside.went(change, outcome)
            self._crossed = run.beside.crossed
            yield outcome
            if outcome.status is Status.FAILED and takes_no_topics(self.learned):
                run.ended = run.ended or ReadOnlyServer(f"{self.http.root}: {_READ_ONLY}; nothing was written")
        if run.ended:
            raise run.ended

    def _until(self, run: "_Run", changes: Iterable[Change | None]) -> Iterator[Change | None]:
        """The changes, as long as the rest has a chance."""
        for change in changes:
            self._session.pager.peeked.clear()
            yield change
            if run.ended:
                return

    def _made(self, writer: ProjectWriter, deleter: ProjectDeleter, run: "_Run", change: Change) -> Outcome:
        """Carry out one change, beside others."""
        if is_read_only(self._ways):
            run.ended = ReadOnlyServer(f"{self.http.root}: {_READ_ONLY}; nothing was written")
            return Outcome(change.step, Status.HELD, change.guid, message=_READ_ONLY)
        if change.verb is Verb.CREATE and (change.kind, change.topic) in run.unknown:
            return Outcome(change.step, Status.HELD, change.guid, message=_AFTER_A_LOST_ONE)
        make = partial(deleter.delete if change.verb is Verb.DELETE else writer.write, change)
        possible = change.verb is not Verb.DELETE or change.kind in self._deletable
        return self._tag.around(change, make) if possible else make()

    def _broken(self, change: Change, error: ServerTrouble, run: "_Run") -> Outcome:
        """What becomes of a change over which the server broke, and of the rest of the run."""
        run.beside.stumbled()
        made = change.verb is Verb.CREATE
        keeps = self._keeps(change.kind)
        if made and change.kind is not Kind.TOPIC and not keeps:
            run.unknown.add((change.kind, change.topic))
        run.stumbles += 1
        # of two topics that got lost nobody could tell later which is which
        told_apart = self._session.dialect.takes_guids or keeps
        lost_topic = made and change.kind is Kind.TOPIC and not told_apart
        if run.stumbles >= _STUMBLES or (lost_topic and not isinstance(error, Stumbled)):
            run.ended = run.ended or error
        # what it was to make may be there all the same
        unknown = made or not isinstance(error, Stumbled)
        status = Status.UNANSWERED if unknown else Status.FAILED
        return Outcome(change.step, status, change.guid, message=str(error))

    def close(self) -> None:
        """End the session."""
        self.http.close()

    def _keeps(self, kind: Kind) -> bool:
        """Whether the server keeps our guids of a kind, as far as that was seen."""
        return self.keeps_guids is True or str(kind) in facts.names(self.learned, facts.GUIDS_TAKEN)

    @property
    def _deletable(self) -> frozenset[Kind]:
        return deletable(self.base.version, self.learned, self._session.dialect)

    def _learn(self, change: Change, outcome: Outcome) -> None:
        """Whether the server keeps our guids shows in its first answers; one that does not is believed for good."""
        made = change.verb is Verb.CREATE and outcome.status is Status.DONE and not outcome.adopted
        if made and change.kind in _OWN_GUIDS:
            kept = guid_key(outcome.guid) == guid_key(change.guid) and self.keeps_guids is not False
            self.learned[facts.KEEPS_GUIDS] = facts.YES if kept else facts.NO
            if change.kind is Kind.TOPIC:
                self._spellings[guid_key(outcome.guid)] = outcome.guid
        if made:
            self._learn_stamps(change.value, outcome.value)

    def _learn_stamps(self, sent: object, held: object) -> None:
        """Whether authors are the client's to send shows in the first topic somebody else wrote."""
        if not (isinstance(sent, Topic) and isinstance(held, Topic)) or facts.STAMPS in self.learned:
            return
        author = sent.creation_author
        if author and author != self._session.user:
            self.learned[facts.STAMPS] = facts.YES if held.creation_author == author else facts.NO

    def lists(self) -> Extensions | None:
        """The values the project offers; None where it says nothing."""
        try:
            return self._session.codec.decode_extensions(self.http.get(self._session.routes.extensions).data)
        except Refused:
            return None


@dataclass
class _Run:
    """What one run of writes knows of itself.

    Attributes:
        beside: what may be under way together.
        unknown: kinds and topics in which a newcomer got lost.
        stumbles: how many changes in a row the server broke over.
        ended: why nothing more is sent.
    """

    beside: Beside
    unknown: set[tuple[Kind, str]] = field(default_factory=set)
    stumbles: int = 0
    ended: Exception | None = None


def _spelled(key: str) -> list[str]:
    """The spellings an id may have on a server of which only the key is known."""
    return sorted({key, key.lower(), key.upper()} if is_guid(key) else {key})
