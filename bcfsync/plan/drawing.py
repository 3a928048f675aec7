"""The drawing board of a plan: what is known of both sites, and the steps, conflicts and holds so far.

Owns: how steps, conflicts and holds are noted, and which shadow counts. Sees: changes, pairing's scope.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bcfsync.canonical import canonical, comment_content, digest, topic_content
from bcfsync.changes import Base, Bodies, Capabilities, Conflict, Entity, Hold, Key, Kind, Site, Step, Verb, key_of
from bcfsync.guids import written_guid
from bcfsync.model import Comment, Topic
from bcfsync.plan.pairing import Scope

E = TypeVar("E", bound=Entity)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
SETTLE = timedelta(seconds=60)
"""How long a create whose answer never came may still arrive at a server."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a pass may do. ``settle``: how long an unanswered create may still arrive."""

    settle: timedelta = SETTLE


@dataclass(frozen=True, slots=True)
class Atom:
    """One atom of the source: its kind, the topic it belongs to ("" for topics and documents), id and name."""

    kind: Kind
    topic: str
    guid: str
    label: str

    @property
    def key(self) -> Key:
        """Its key on the source's site."""
        return key_of(self.kind, self.topic, self.guid)


@dataclass
class Drawing:
    """A plan being drawn: what is known of both sites, and the steps so far, in the groups they will be done in."""

    source_site: Site
    base: Base
    source: Bodies
    target: Bodies
    policy: Policy
    groups: dict[str, list[Step]] = field(default_factory=lambda: {"first": [], "topics": [], "last": []})
    conflicts: list[Conflict] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    unanswered: list[Key] = field(default_factory=list)
    literal: set[str] = field(default_factory=set)
    created: set[str] = field(default_factory=set)

    @property
    def target_site(self) -> Site:
        """Where the steps are carried out."""
        return self.source_site.other

    @property
    def capabilities(self) -> Capabilities:
        """What the target can do."""
        return self.target.capabilities

    def scope(self, kind: Kind, source_topic: str = "", target_topic: str = "") -> Scope:
        """Where atoms of a kind are paired."""
        return Scope(kind, self.source_site, self.base, source_topic, target_topic, self.capabilities)

    def children(self, kind: Kind, topic: Topic, counterpart: Topic | None) -> Scope:
        """Where children of a topic are paired with those of its counterpart."""
        linked = self.base.across(self.source_site, key_of(Kind.TOPIC, "", topic.guid))
        known = linked.guid if linked else topic.guid
        return self.scope(kind, topic.guid, counterpart.guid if counterpart else known)

    def shadow(self, site: Site, kind: type[E], key: Key, value: object | None = None) -> E | None:
        """The last value confirmed on a site; for an archive new to the pair, what its ``value`` is measured by."""
        local = self.base.local_key(self.source_site, key)
        if local is None:
            return None
        held: object = (self.base.local if site is Site.LOCAL else self.base.remote).get(local)
        if held is None and site is Site.LOCAL and value is not None:
            held = base_among(value, self.base.copies.get(local, ()))
        return held if isinstance(held, kind) else None

    def original(self, kind: type[E], key: Key, confirmed: E | None) -> E | None:
        """What an archive held of an atom of the source when the server ``confirmed`` it.

        Of several archives the one that says what the server says, else the latest revision.
        """
        local = self.base.local_key(self.source_site, key)
        if local is None or confirmed is None:
            return None
        own = self.base.local.get(local)
        found = [own, *self.base.copies.get(local, ())]
        candidates = [item for item in found if isinstance(item, kind)]
        alike = (item for item in candidates if content(item) == content(confirmed))
        return next(alike, None) or max(candidates, key=lambda item: _moment(item) or _LONG_AGO, default=None)

    def target_guid(self, scope: Scope, guid: str) -> str:
        """The id a new atom shall have: the one it once had there, else its own."""
        known = self.base.across(self.source_site, scope.source_key(guid))
        return known.guid if known is not None and self.target_site is Site.LOCAL else written_guid(guid)

    def step(self, group: str, verb: Verb, atom: Atom, value: Entity, **more: Any) -> None:  # noqa: ANN401 - Step's members
        """Add a step to a group; a create that was begun before is noted as unanswered."""
        origin = more.pop("origin", value)
        item = Step(0, self.target_site, verb, atom.kind, atom.guid, value, origin, atom.label, topic=atom.topic)
        self.groups[group].append(replace(item, **more))
        if verb is Verb.CREATE and self.source_site is Site.LOCAL and atom.key in self.base.intents:
            self.unanswered.append(atom.key)

    def adopt(self, group: str, atom: Atom, value: Entity, target: str, held: Entity) -> None:
        """Record that both sites agree on an atom, unless that is on record already."""
        local = self.base.local_key(self.source_site, atom.key)
        known = local is not None and local in self.base.local and local in self.base.remote
        if not known:
            self.step(group, Verb.ADOPT, atom, value, target=target, expected=held)

    def conflict(self, atom: Atom, name: str, base: object, source: object, target: object) -> None:
        """Note a member both sites changed."""
        said, ours, theirs = (
            None if canonical(item) is None else str(canonical(item)) for item in (base, source, target)
        )
        local, remote = (ours, theirs) if self.source_site is Site.LOCAL else (theirs, ours)
        self.conflicts.append(Conflict(atom.kind, atom.topic, atom.guid, name, said, local, remote, atom.label))

    def hold(self, atom: Atom, reason: str) -> None:
        """Note something that is not done."""
        self.holds.append(Hold(atom.kind, atom.topic, atom.guid, reason, atom.label))

    def hold_deleted(self, atom: Atom) -> None:
        """Note something that is not sent again, because it was deleted where it went to."""
        self.hold(atom, f"was deleted on the {self.target_site} side; not sent again")


def content(value: object) -> str:
    """What a topic or comment says, whoever says it."""
    match value:
        case Topic():
            return topic_content(value)
        case Comment():
            return comment_content(value)
        case _:
            return digest(value)


def base_among(value: object, copies: Sequence[object]) -> object | None:
    """What a value in an archive new to the pair was made from, judged by the archives that came before.

    A copy of what was confirmed is no edit. A later revision is measured by the latest one confirmed; an earlier
    one says nothing new, so it is its own base. Where the dates do not tell, nobody knows.
    """
    if not copies:
        return None
    exact = next((item for item in copies if canonical(item) == canonical(value)), None)
    if exact is not None:
        return exact
    mine, theirs = _moment(value), _moment(copies[0])
    if mine is None or theirs is None or mine == theirs:
        return None
    return copies[0] if mine > theirs else value


def _moment(value: object) -> datetime | None:
    """When a topic or comment was last worked on, as it says itself."""
    match value:
        case Topic():
            date = value.modified_date or value.creation_date
        case Comment():
            date = value.modified_date or value.date
        case _:
            return None
    return date.instant if date else None
