"""What sides, planner, executor and store say to each other.

Owns: keys, listings, bodies, the base, plans, changes and outcomes; values all of them. Sees: model.
The two sites are always local (archives) and remote (a server), in that order.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import IO, ClassVar, NamedTuple, Protocol

from bcfsync.guids import guid_key
from bcfsync.model import (
    BimSnippet,
    Blob,
    Comment,
    Document,
    DocumentReference,
    Extensions,
    HeaderFile,
    Project,
    Topic,
    Viewpoint,
)


class Site(StrEnum):
    """One of the two places a pair keeps equal."""

    LOCAL = "local"
    REMOTE = "remote"

    @property
    def other(self) -> "Site":
        """The place across."""
        return Site.REMOTE if self is Site.LOCAL else Site.LOCAL


class Kind(StrEnum):
    """What an atom is; each has its own identity, shadow and request."""

    PROJECT = "project"
    DOCUMENT = "document"
    TOPIC = "topic"
    SNIPPET = "snippet"
    FILES = "files"
    REFERENCE = "document_reference"
    VIEWPOINT = "viewpoint"
    COMMENT = "comment"
    RELATED = "related_topics"


class Verb(StrEnum):
    """What to do with an atom.

    ADOPT and UNBIND write nothing: the one records that both sides already agree, the other that an archive holds an
    atom no longer, which is held elsewhere.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    UNBIND = "unbind"

    @property
    def writes(self) -> bool:
        """Whether it changes a side."""
        return self not in {Verb.ADOPT, Verb.UNBIND}


@dataclass(frozen=True, slots=True)
class Files:
    """The header files of a topic: one value, since no file has an id."""

    files: tuple[HeaderFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """The relations of a topic."""

    guids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What a file says about its project; servers own theirs."""

    project: Project | None = None
    extensions: Extensions | None = None


Entity = Topic | Comment | Viewpoint | DocumentReference | Document | BimSnippet | Files | Related | ProjectInfo
ENTITIES: Mapping[Kind, type[Entity]] = {
    Kind.PROJECT: ProjectInfo,
    Kind.DOCUMENT: Document,
    Kind.TOPIC: Topic,
    Kind.SNIPPET: BimSnippet,
    Kind.FILES: Files,
    Kind.REFERENCE: DocumentReference,
    Kind.VIEWPOINT: Viewpoint,
    Kind.COMMENT: Comment,
    Kind.RELATED: Related,
}


class Key(NamedTuple):
    """Identity of an atom on one site: guids normalised; ``topic`` is "" for topics and documents."""

    kind: Kind
    topic: str
    guid: str


NOBODY = Key(Kind.TOPIC, "", "")
"""The key of no atom."""


@lru_cache(maxsize=65536)
def key_of(kind: Kind, topic: str, guid: str = "") -> Key:
    """The key of an atom whose guids are given as spelled; without its own it stands for any of the kind there."""
    return Key(kind, guid_key(topic) if topic else "", guid_key(guid))


# -- what a side tells -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a side can do, as data, so that the planner stays pure.

    ``client_guid``: it keeps the guid we send. ``user``: who we are there. ``deletes``: what it deletes. ``trusted``:
    what it does not show is not there; not so where user or rights are others than last time. ``stamps``: authors and
    dates are what we send. ``whole_topics``: a new topic goes there with all of ``Change.below``. ``views_in_parts``: a
    viewpoint is made by several requests, and may be there in part; an UPDATE of one that was begun completes it.
    ``views_change``: one may change there under its guid. ``lacks``: what it never keeps, as ``topic.stage``.
    ``resets``: a change gives a topic without type, status or priority the first one.
    """

    name: str
    client_guid: bool
    user: str | None = None
    snippets: bool = True
    deletes: frozenset[Kind] = frozenset()
    trusted: bool = True
    stamps: bool = False
    whole_topics: bool = False
    views_in_parts: bool = False
    views_change: bool = False
    lacks: frozenset[str] = frozenset()
    resets: bool = False
    cut: tuple["CutList", ...] = ()


class CutList(NamedTuple):
    """A list below a topic that a side ends after so many items, and may have more; the topic by its key."""

    topic: str
    name: str
    items: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A topic as a listing shows it: its guid as spelled, a digest of what it says, whose it is, its title.

    ``modified`` is when it was changed last, where that is known; on some servers its comments count. ``worded``: it
    has words that two people hardly ever choose alike, beside its title.
    """

    guid: str
    content: str
    author: str | None = None
    date: datetime | None = None
    title: str = ""
    modified: datetime | None = None
    worded: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """All topics of a side by their key; ``complete`` unless a part could not be read.

    ``tag`` names this state of the side, where it has a name: ``Side.moved`` asks whether it is still the same.
    ``cut``: the side ends its list after so many topics, and may have others. ``moved``: each look showed another list.
    """

    topics: Mapping[str, Listed]
    complete: bool = True
    tag: str | None = None
    cut: int | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Bodies:
    """Whole topics by their key, and the documents they may refer to.

    ``gone``: topics that were asked for one by one and are proven not to be there; ``unread``: why others are missing.
    """

    topics: Mapping[str, Topic]
    documents: tuple[Document, ...] = ()
    project: ProjectInfo = ProjectInfo()
    capabilities: Capabilities = field(default_factory=lambda: Capabilities("", client_guid=True))
    gone: frozenset[str] = frozenset()
    unread: Mapping[str, str] = field(default_factory=dict)


# -- what the store remembers ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was begun and whose answer was never recorded; ``known`` are the guids that were there before."""

    key: Key
    begun: datetime
    known: frozenset[str]


LINKS = {Kind.COMMENT: Kind.VIEWPOINT, Kind.REFERENCE: Kind.DOCUMENT}  # by id, beside relations


@dataclass(frozen=True, slots=True)
class Sent:
    """A write to the server of which no answer is on record: of ``value``, or for updates of its ``fields``.

    ``local`` and ``seen`` are what archive and server would have agreed on, had the server answered just that.
    """

    verb: Verb
    fields: tuple[str, ...]
    value: Entity
    local: Entity
    seen: Entity


@dataclass(frozen=True, slots=True)
class Base:
    """The last agreed state: who is who, each site's own shadow of each atom, and what was left unanswered.

    Identities and shadows are keyed by the local key. ``remote`` is what the server confirmed last, to whichever
    archive; ``seen`` is what it held when it last agreed with this one, which may be longer ago. ``copies`` are the
    shadows of other archives that hold the same atoms, each with what the server held then: a value equal to one of
    them is no edit. ``holders`` are the names of those archives that have not let go of an atom since. ``open`` are
    atoms this archive and the server hold, without ever having agreed on them. ``sent`` is what this archive gave to
    the server without an answer. ``put_back``: it came from a backup. ``untaken`` the server did not take at all; of
    ``unread`` nobody knows yet what it kept.
    """

    to_remote: Mapping[Key, Key] = field(default_factory=dict)
    to_local: Mapping[Key, Key] = field(default_factory=dict)
    local: Mapping[Key, Entity] = field(default_factory=dict)
    remote: Mapping[Key, Entity] = field(default_factory=dict)
    seen: Mapping[Key, Entity] = field(default_factory=dict)
    copies: Mapping[Key, tuple[tuple[Entity, Entity | None], ...]] = field(default_factory=dict)
    holders: Mapping[Key, Collection[str]] = field(default_factory=dict)
    others: Mapping[Key, tuple[tuple[Entity, Entity | None], ...]] = field(default_factory=dict)
    open: frozenset[Key] = frozenset()
    intents: Mapping[Key, Intent] = field(default_factory=dict)
    sent: Mapping[Key, Sent] = field(default_factory=dict)
    put_back: bool = False
    untaken: frozenset[Key] = frozenset()
    unread: frozenset[Key] = frozenset()

    def across(self, site: Site, key: Key) -> Key | None:
        """The key on the other site of an atom of this site."""
        return (self.to_remote if site is Site.LOCAL else self.to_local).get(key)

    def local_key(self, site: Site, key: Key) -> Key | None:
        """The local key of an atom of this site."""
        return key if site is Site.LOCAL else self.to_local.get(key)


# -- what the planner says -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do at ``site``; ids in ``value`` and ``topic`` are those of the *other* site, where it comes from.

    Attributes:
        number: place in the plan, from 0.
        guid: the atom's id on the site it comes from.
        target: its id on the site it goes to, where that is known.
        value: what it shall be, in the ids of the site it comes from.
        origin: what the site it comes from holds.
        fields: for updates, the members that change.
        merged: those of them whose new value is neither side's own, so that nothing is agreed on yet.
        expected: for updates and deletions, the value the site held when the plan was made.
        label: how to call it before people.
        held: members of the origin that are not sent, each with the value that is in the way.
    """

    number: int
    site: Site
    verb: Verb
    kind: Kind
    guid: str
    value: Entity
    origin: Entity
    label: str
    topic: str = ""
    target: str | None = None
    fields: tuple[str, ...] = ()
    expected: Entity | None = None
    merged: tuple[str, ...] = ()
    held: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A member both sides changed, differently; neither side is touched until somebody decides.

    ``topic`` and ``guid`` are ids of the source; ``key`` is the local key, the same from either direction.
    """

    kind: Kind
    topic: str
    guid: str
    field: str
    base: str | None
    local: str | None
    remote: str | None
    label: str
    key: Key = NOBODY


class Cause(StrEnum):
    """What sort of reason a hold has.

    MISSING: deleted across, and nobody said that deletions travel. ASKED: a deletion that waits for a person's word.
    QUARANTINED: it failed, and its next try is not due. UNREAD: the server did not tell what is there. VALUE: a member
    has a value the server does not offer. Anything else is OTHER.
    """

    OTHER = "other"
    MISSING = "missing"
    ASKED = "asked"
    QUARANTINED = "quarantined"
    UNREAD = "unread"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that is not done, and why; ``field`` is the one member it is about, else the whole atom waits."""

    kind: Kind
    topic: str
    guid: str
    reason: str
    label: str
    cause: Cause = Cause.OTHER
    field: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a pass will do, in order: a value that can be printed, saved and compared.

    Attributes:
        settle_until: a create of an earlier run is unanswered and might still arrive; plan again after this moment.
        literal: relations to topics that are not known on the other side (yet).
    """

    steps: tuple[Step, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    holds: tuple[Hold, ...] = ()
    settle_until: datetime | None = None
    literal: frozenset[str] = frozenset()

    @property
    def writes(self) -> tuple[Step, ...]:
        """The steps that change a side."""
        return tuple(step for step in self.steps if step.verb.writes)

    @property
    def deletions(self) -> tuple[Step, ...]:
        """The steps that delete."""
        return tuple(step for step in self.steps if step.verb is Verb.DELETE)


# -- what executor and sides say -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A step as its target side understands it: all ids are the target's own.

    ``below``: of a new topic, the viewpoints and comments that follow; only for sides that make whole topics.
    """

    step: int
    verb: Verb
    kind: Kind
    guid: str
    topic: str
    value: Entity
    fields: tuple[str, ...] = ()
    expected: Entity | None = None
    below: tuple[Viewpoint | Comment, ...] = ()


class Status(StrEnum):
    """How a change ended. STALE: the target moved since the plan. UNANSWERED: nobody knows yet."""

    DONE = "done"
    FAILED = "failed"
    HELD = "held"
    STALE = "stale"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Unkept:
    """A member that was sent and that the target does not hold as it was sent: what cannot be represented there.

    ``field``: the member, as ``labels``, a part of one, as ``components.coloring``, or ``WHOLE`` for all of a thing;
    ``sent``: what was sent, as people read it; ``kept``: what is there, None for nothing, or that nobody could see it.
    """

    WHOLE: ClassVar[str] = "*"
    UNREAD: ClassVar[str] = "not read back yet"
    UNREADABLE: ClassVar[str] = "cannot be read back"
    field: str
    sent: str
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change: the id and the value the target now has, or why not.

    ``unkept``: members that were sent and not kept; ``filled``: those that had none, and got one of the target's own.
    """

    step: int
    status: Status
    guid: str = ""
    value: Entity | None = None
    message: str = ""
    adopted: bool = False
    unkept: tuple[Unkept, ...] = ()
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An archive is complete beside its old state and takes its place next; whoever asks on has put it on record.

    ``stamp``: of the new state, as ``Folder.scan`` will give it. ``outcomes``: what follows if it takes its place.
    """

    stamp: str
    outcomes: "tuple[Outcome, ...]" = ()


class Side(Protocol):
    """An archive, a server, or a memory: everything the engine needs of either end."""

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""

    def listing(self) -> Listing:
        """All topics, cheaply."""

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:
        """Whole topics, with comments, viewpoints, references, and the digests of their pictures where cheap.

        Viewpoints among ``known`` (keys of this side) may come without details: they never change. A key of any of a
        kind says that the topic is on record to have some: that it has no such list is then no answer.
        """

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """A topic of this side, with the details of these viewpoints (by key), which may have come without."""

    def open(self, blob: Blob) -> AbstractContextManager[IO[bytes]]:
        """The bytes of a blob that came from this side."""

    def moved(self, tag: str | None) -> bool:
        """Whether anything may be different from the listing that had this tag; True where the side cannot tell."""

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """Which of these topics (by key) are proven not to be there: asked one by one, hidden ones left out."""

    def lacks(self, key: Key) -> bool:
        """Whether what a topic's lists did not show (by its key) is not there either when it is asked for by itself."""

    def apply(self, changes: Iterable[Change | None], source: "Side") -> Iterator["Outcome | Prepared"]:
        """Carry out the changes, one outcome each; bytes come from the side ``source``.

        Where it asks for more before it told an outcome, None says: not yet. Before it replaces a file it says so.
        """
