"""The last run, put back: archives bit for bit, the server's members by writing what was there before.

Owns: what may be put back, and what may not any more. Sees: store, sides, history. Only what is still as the run left
it is touched: what somebody has changed since stays, and is told. Beside ``execute`` the only caller of ``Side.apply``.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from bcfsync.advance import said
from bcfsync.canonical import same, topic_content
from bcfsync.changes import (
    ENTITIES,
    Bodies,
    Change,
    Entity,
    Files,
    Key,
    Kind,
    Outcome,
    Related,
    Side,
    Site,
    Status,
    Verb,
)
from bcfsync.errors import BcfsyncError, ServerTrouble, UsageError
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Document, DocumentReference, Topic, Viewpoint
from bcfsync.plain import from_plain
from bcfsync.sides.archives import Folder
from bcfsync.sides.history import History, Version
from bcfsync.sides.replacing import stamp_of
from bcfsync.sides.spool import sha256_of
from bcfsync.store import Confirmation, LoggedDeed, Run, Store

N = TypeVar("N", Comment, Viewpoint, DocumentReference, Document)
_LISTS = {Kind.FILES, Kind.RELATED}
_ORDER = (Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT, Kind.REFERENCE, Kind.DOCUMENT)
"""In this order creates are taken back: a topic with all that is in it, and what is referred to after what refers."""


Made = Mapping[tuple[Kind, str], LoggedDeed]
"""What a run made, by kind and id on the server."""


class NothingToUndo(UsageError, LookupError):
    """No run on record wrote anything that was not put back already."""

    hint = "bcfsync log lists the runs"


class Paths(Folder, Protocol):
    """A folder that knows where its archives lie."""

    def path_of(self, replica: str) -> Path:
        """Where a replica is, or would be."""
        ...


@dataclass(frozen=True, slots=True)
class Undone:
    """Something is as it was before the run."""

    label: str
    what: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Something could not be put back, and why."""

    label: str
    reason: str


def last_run(store: Store) -> Run:
    """The latest run that wrote something and was not put back.

    Raises:
        NothingToUndo: there is none.
    """
    for run in store.runs(1000):
        if run.deeds and run.put_back is None:
            return run
    raise NothingToUndo("there is no run to undo")


Spare = Callable[[Site, str, Bodies], None]
"""Keeps a topic (by its key) before something of it is deleted."""


def undo(
    run: Run, folder: Paths, remote: Side, store: Store, history: History, *, spare: Spare
) -> Iterator[Undone | Kept]:  # fmt: skip
    """Put a run back, the latest one that wrote something.

    Yields:
        what became of each archive and each write to the server.

    Raises:
        ServerTrouble, LoginNeeded: (subclasses) what is put back until then is; the record is not: undo again.
    """
    deeds = store.deeds(run.number)
    yield from _Archives(run, folder, store, history).put_back([deed for deed in deeds if deed.site == Site.LOCAL])
    server = _Server(remote, store, spare)
    yield from server.put_back([deed for deed in deeds if deed.site == Site.REMOTE])
    store.put_back(run.number)
    if server.kept:
        # who is who stays known of what is still there: else it would be made once more
        store.confirm_all(server.kept)


# -- archives --------------------------------------------------------------------------------------------------


class _Archives:
    """The archives a run wrote."""

    def __init__(self, run: Run, folder: Paths, store: Store, history: History) -> None:
        self._run = run
        self._folder = folder
        self._store = store
        self._history = history
        self._found = folder.scan()

    def put_back(self, deeds: list[LoggedDeed]) -> Iterator[Undone | Kept]:
        for replica in dict.fromkeys(deed.replica for deed in deeds):
            try:
                yield self._archive(replica)
            except BcfsyncError as error:
                yield Kept(_name(replica), str(error))

    def _archive(self, replica: str) -> Undone | Kept:
        name = _name(replica)
        stamp = self._found.get(replica)
        own = self._store.own_stamps(replica)
        # other pairs over the folder keep their versions there, too, under run numbers of their own
        known = self._history.versions(replica)
        versions = [item for item in known if item.run == self._run.number and item.after in own]
        if stamp is None:
            return Kept(name, "is not there any more")
        path = self._folder.path_of(replica)
        if versions and _digest(path) == versions[0].sha256:
            return Undone(name, "is as it was before")  # an undo that was stopped came that far
        if reason := self._why_not(replica, stamp, versions):
            return Kept(name, reason)
        self._folder.close(replica)
        if stamp_of(path.stat()) != stamp:
            return Kept(name, "was saved by another program just now; its content stays")
        if versions:
            # what it holds now is kept, too, should somebody want it after all
            self._history.keep(replica, path, stamp, "")
        if not versions:
            # the run made it; what it held is kept all the same
            self._history.keep(replica, path, stamp, "")
            path.unlink()
            self._store.forget_archive(replica)  # we know why it is not there
            return Undone(name, "removed again")
        self._history.restore(replica, versions[0].sha256, path)
        return Undone(name, "as it was before, bit for bit")

    def _why_not(self, replica: str, stamp: str, versions: Sequence[Version]) -> str:
        """Why an archive stays as it is, or ""."""
        last = versions[-1].after if versions else stamp
        if stamp != last or stamp not in self._store.own_stamps(replica):
            return "was saved by another program since; its content stays"
        if any(one.after != other.before for one, other in pairwise(versions)):
            return "was saved by another program during the run; its content stays"
        if not versions and not self._is_made(replica):
            return "what it was before is not kept any more; its content stays"
        return ""

    def _is_made(self, replica: str) -> bool:
        """Whether the run made an archive: all it holds came with it."""
        deeds = (deed for deed in self._store.deeds(self._run.number) if deed.replica == replica)
        made = {deed.key.guid for deed in deeds if deed.verb == Verb.CREATE and deed.site == Site.LOCAL}
        side = self._folder.open(replica)
        try:
            return side.listing().topics.keys() <= made
        finally:
            self._folder.close(replica)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return sha256_of(stream)


def _name(replica: str) -> str:
    return replica.partition("/")[2] or replica


# -- the server ------------------------------------------------------------------------------------------------


class _Server:
    """What a run wrote to the server; ``kept`` are the identities of what it made and what is there still."""

    def __init__(self, remote: Side, store: Store, spare: Spare) -> None:
        self._remote = remote
        self._spare = spare
        self._links = dict(store.links())
        self._shadows: dict[Key, dict[str, str]] = {}
        for key, replica, value in store.shadows():
            self._shadows.setdefault(key, {})[replica] = value
        self.kept: list[Confirmation] = []
        self.gone: set[str] = set()

    def put_back(self, deeds: list[LoggedDeed]) -> Iterator[Undone | Kept]:
        if not deeds:
            return
        listing = self._remote.listing()
        topics = {guid_key(deed.topic or deed.guid) for deed in deeds}
        bodies = self._remote.load(topics & listing.topics.keys())
        if bodies.unread:
            raise ServerTrouble(f"a topic of the run cannot be read now: {next(iter(bodies.unread.values()))}")
        # what the run wrote last is what stands there, where nobody has changed it
        made = {(deed.key.kind, guid_key(deed.guid)): deed for deed in deeds if deed.after is not None}
        whole: set[str] = set()
        for deed in _ordered(deeds):
            if guid_key(deed.topic or deed.guid) in whole:
                self._keep_child(deed)
                continue  # it goes, or stays, with its topic
            change = _backwards(deed, bodies, made, self._remote)
            if isinstance(change, Change) and change.verb is Verb.DELETE and deed.key.kind is not Kind.DOCUMENT:
                self._spare(Site.REMOTE, guid_key(deed.topic or deed.guid), bodies)
            outcome = self._applied(deed, change) if isinstance(change, Change) else change
            if deed.key.kind is Kind.TOPIC and deed.verb == Verb.CREATE:
                whole.add(guid_key(deed.guid))
                self.gone |= {guid_key(deed.guid)} if isinstance(outcome, Undone) else set()
            if isinstance(outcome, Kept) and deed.verb == Verb.CREATE:
                self._keep(deed)
            yield outcome

    def _keep_child(self, deed: LoggedDeed) -> None:
        """What the run made in a topic that stays, stays with it."""
        if deed.verb == Verb.CREATE and guid_key(deed.topic or deed.guid) not in self.gone:
            self._keep(deed)

    def _applied(self, deed: LoggedDeed, change: Change) -> Undone | Kept:
        outcome = next(item for item in self._remote.apply([change], self._remote) if isinstance(item, Outcome))
        match outcome.status:
            case Status.DONE:
                return Undone(deed.label, "taken back" if change.verb is Verb.DELETE else "as it was before")
            case Status.STALE:
                return Kept(deed.label, "somebody has changed it since")
            case _:
                return Kept(deed.label, outcome.message or str(outcome.status))

    def _keep(self, deed: LoggedDeed) -> None:
        theirs = self._links.get(deed.key)
        if theirs is not None:
            self.kept.append(Confirmation(deed.key, theirs, self._shadows.get(deed.key, {})))


def _ordered(deeds: list[LoggedDeed]) -> list[LoggedDeed]:
    """Topics the run made first, since all in them goes with them; then the last write first; other creates last."""
    creates = [deed for deed in deeds if deed.verb == Verb.CREATE]
    topics = [deed for deed in creates if deed.key.kind is Kind.TOPIC]
    others = [deed for deed in reversed(deeds) if deed.verb != Verb.CREATE]
    ranks = {kind: rank for rank, kind in enumerate(_ORDER)}
    parts = (deed for deed in creates if deed.key.kind is not Kind.TOPIC)
    return topics + others + sorted(parts, key=lambda deed: ranks.get(deed.key.kind, 0))


def _backwards(deed: LoggedDeed, bodies: Bodies, made: Made, remote: Side) -> Change | Undone | Kept:
    """The change that takes a write back; or why there is none."""
    kind = deed.key.kind
    held = _held(deed, bodies)
    match Verb(deed.verb):
        case Verb.UPDATE:
            return _restored(deed, held)
        case Verb.CREATE if held is None:
            return Kept(deed.label, "is not there any more")
        case Verb.CREATE if kind not in remote.capabilities.deletes:
            return Kept(deed.label, "the server cannot delete it")
        case Verb.CREATE:
            return _taken_back(deed, held, made)
        case _:
            return Kept(deed.label, "was deleted; bcfsync restore brings a topic back")


def _restored(deed: LoggedDeed, held: Entity | None) -> Change | Undone | Kept:
    before, after = _entity(deed, deed.before), _entity(deed, deed.after)
    if held is None or before is None or after is None:
        return Kept(deed.label, "is not there any more" if held is None else "what was there before is not on record")
    names = deed.fields or tuple(item.name for item in fields(before))
    if all(same(getattr(held, name), getattr(before, name)) for name in names):
        return Undone(deed.label, "is as it was before")
    changed = [name for name in names if not same(getattr(held, name), getattr(after, name))]
    if changed:
        return Kept(deed.label, f"somebody has changed {', '.join(changed)} since")
    members = {name: getattr(before, name) for name in names}
    value = before if deed.key.kind in _LISTS else replace(held, **members)
    return Change(0, Verb.UPDATE, deed.key.kind, deed.guid, deed.topic, value, tuple(names), held)


def _taken_back(deed: LoggedDeed, held: Entity | None, made: Made) -> Change | Kept:
    last = made.get((deed.key.kind, guid_key(deed.guid)), deed)
    after = _entity(last, last.after)
    if isinstance(held, Topic) and not _is_all_ours(held, made):
        return Kept(deed.label, "somebody has added to it since")
    if held is None or after is None or not _alike(held, after):
        return Kept(deed.label, "somebody has changed it since")
    return Change(0, Verb.DELETE, deed.key.kind, deed.guid, deed.topic, held, (), held)


def _is_all_ours(topic: Topic, made: Made) -> bool:
    """Whether everything in a topic was made by the run, and is as it was made."""
    inside: list[tuple[Kind, str, Entity]] = [(Kind.COMMENT, item.guid, item) for item in topic.comments]
    inside += [(Kind.VIEWPOINT, item.guid, item) for item in topic.viewpoints]
    inside += [(Kind.REFERENCE, item.guid, item) for item in topic.document_references]
    inside += [(Kind.FILES, topic.guid, Files(topic.files))] if topic.files else []
    inside += [(Kind.RELATED, topic.guid, Related(topic.related_topics))] if topic.related_topics else []
    for kind, guid, item in inside:
        deed = made.get((kind, guid_key(guid)))
        after = _entity(deed, deed.after) if deed else None
        if after is None or not _alike(item, after):
            return False
    return True


def _alike(held: Entity, after: Entity) -> bool:
    """Whether a thing says what it said when it was made."""
    match held, after:
        case Comment(), Comment():
            return same(held.comment, after.comment)
        case Topic(), Topic():
            return topic_content(held) == topic_content(after)
        case Files() | Related(), Files() | Related():
            return said(held) == said(after)
        case _:
            return True  # it cannot be changed, or hangs on something that tells


def _held(deed: LoggedDeed, bodies: Bodies) -> Entity | None:
    """What the server holds of the atom now."""
    topic = bodies.topics.get(guid_key(deed.topic or deed.guid))
    if deed.key.kind is Kind.DOCUMENT:
        return _named(deed, bodies.documents)
    if topic is None:
        return None
    match deed.key.kind:
        case Kind.COMMENT:
            found: Entity | None = _named(deed, topic.comments)
        case Kind.VIEWPOINT:
            found = _named(deed, topic.viewpoints)
        case Kind.REFERENCE:
            found = _named(deed, topic.document_references)
        case Kind.FILES:
            found = Files(topic.files)
        case Kind.RELATED:
            found = Related(topic.related_topics)
        case Kind.SNIPPET:
            found = topic.bim_snippet
        case _:
            found = topic
    return found


def _named(deed: LoggedDeed, items: Iterable[N]) -> N | None:
    return next((item for item in items if guid_key(item.guid) == guid_key(deed.guid)), None)


def _entity(deed: LoggedDeed, text: str | None) -> Entity | None:
    return None if text is None else from_plain(ENTITIES[deed.key.kind], json.loads(text))
