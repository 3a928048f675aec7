"""The drawing board of a plan: what is known of both sites, and the steps, conflicts and holds so far.

Owns: how steps, conflicts and holds are noted, who is who in this pass, and which shadow counts. Sees: changes,
pairing's scope.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from bcfsync.advance import advanced, said
from bcfsync.canonical import canonical, comment_content, digest, topic_content
from bcfsync.changes import (
    LINKS,
    Base,
    Bodies,
    Capabilities,
    Cause,
    Conflict,
    Entity,
    Hold,
    Key,
    Kind,
    Site,
    Step,
    Verb,
    key_of,
)
from bcfsync.guids import guid_key, written_guid
from bcfsync.marks import shown
from bcfsync.merge import Shadows
from bcfsync.model import BimSnippet, Comment, Topic
from bcfsync.plan.answering import filled, past
from bcfsync.plan.lacking import past_without
from bcfsync.plan.measuring import is_earlier, is_put_back, measured, moment, own_part
from bcfsync.plan.pairing import Scope
from bcfsync.plan.policy import Policy
from bcfsync.plan.wording import notes_of

E = TypeVar("E", bound=Entity)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_IDS = {"viewpoint_guid": Kind.VIEWPOINT, "document_guid": Kind.DOCUMENT}
PARTS = frozenset({Kind.SNIPPET, Kind.FILES, Kind.RELATED})
"""What a topic has once."""


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
    """A plan being drawn: what is known of both sites, and the steps so far, in the groups they will be done in.

    ``source_complete`` and ``target_complete``: what their listings lack is not there. ``states`` are later states of
    the archive's viewpoints with the viewpoints that show them, ``new_states`` those nobody has seen yet and how they
    differ, ``current`` the guid of the state a viewpoint shows, ``agreed`` what the server holds of those that have
    become equal to it; ``unsent`` says why a changed one is not sent. All by local keys.
    """

    source_site: Site
    base: Base
    source: Bodies
    target: Bodies
    policy: Policy
    source_complete: bool = True
    target_complete: bool = True
    groups: dict[str, list[Step]] = field(default_factory=lambda: {"first": [], "topics": [], "last": [], "gone": []})
    conflicts: list[Conflict] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    literal: set[str] = field(default_factory=set)
    created: set[str] = field(default_factory=set)
    paired: dict[Key, Key] = field(default_factory=dict)
    states: dict[Key, Key] = field(default_factory=dict)
    new_states: dict[Key, int] = field(default_factory=dict)
    unsent: dict[Key, str] = field(default_factory=dict)
    agreed: dict[Key, Entity] = field(default_factory=dict)
    current: dict[Key, str] = field(default_factory=dict)

    @property
    def target_site(self) -> Site:
        """Where the steps are carried out."""
        return self.source_site.other

    @property
    def server(self) -> Bodies:
        """What is known of the server, whichever way the pass goes."""
        return self.target if self.target_site is Site.REMOTE else self.source

    @property
    def capabilities(self) -> Capabilities:
        """What the target can do."""
        return self.target.capabilities

    @cached_property
    def recorded_views(self) -> dict[str, list[Key]]:
        """The local keys of all viewpoints on record, or sent without an answer, by their topic."""
        found: dict[str, list[Key]] = {}
        for key in dict.fromkeys((*self.base.to_remote, *self.base.sent)):
            if key.kind is Kind.VIEWPOINT:
                found.setdefault(key.topic, []).append(key)
        return found

    def scope(self, kind: Kind, source_topic: str = "", target_topic: str = "") -> Scope:
        """Where atoms of a kind are paired."""
        server = (self.target if self.target_site is Site.REMOTE else self.source).capabilities
        return Scope(kind, self.source_site, self.base, source_topic, target_topic, self.capabilities, server)

    def children(self, kind: Kind, topic: Topic, counterpart: Topic | None) -> Scope:
        """Where children of a topic are paired with those of its counterpart."""
        linked = self.base.across(self.source_site, key_of(Kind.TOPIC, "", topic.guid))
        known = linked.guid if linked else topic.guid
        return self.scope(kind, topic.guid, counterpart.guid if counterpart else known)

    def across(self, key: Key) -> Key | None:
        """The key on the target of an atom of the source: on record, or found in this very pass."""
        return self.base.across(self.source_site, key) or self.paired.get(key)

    def local_key(self, atom: Atom) -> Key:
        """The local key of an atom of the source; its own where it has no name there."""
        if self.source_site is Site.LOCAL:
            return atom.key
        if atom.kind in PARTS:
            topic = key_of(Kind.TOPIC, "", atom.topic)
            known = self.paired.get(topic) or self.across(topic)
            return Key(atom.kind, known.guid, known.guid) if known else atom.key
        return self.paired.get(atom.key) or self.across(atom.key) or atom.key

    def local_id(self, atom: Atom, name: str, value: object) -> object:
        """A member of an atom as the target spells it, as the archive does: an id by its local key."""
        kind = _IDS.get(name)
        if kind is None or not isinstance(value, str) or self.target_site is Site.LOCAL:
            return value
        topic = self.across(key_of(Kind.TOPIC, "", atom.topic)) if kind is not Kind.DOCUMENT else None
        key = key_of(kind, topic.guid if topic else "", value)
        known = self.base.to_local.get(key)
        known = known or next((ours for ours, theirs in self.paired.items() if theirs == key), None)
        return known.guid if known else key.guid

    def name_across(self, kind: Kind, topic: str, guid: str) -> str:
        """The key of an id of the source as the target calls it, where that is known, else as it is written."""
        known = self.across(key_of(kind, topic, guid))
        return known.guid if known else guid_key(guid)

    def shadows(self, key: Key, source: object, target: object) -> Shadows:
        """What both sites held when they last agreed on an atom, by what they hold now.

        An archive without a record of its own, or with an earlier state than its record, is measured by all that
        is on record.
        """
        local = self.base.local_key(self.source_site, key) or self.paired.get(key)
        value, held = (source, target) if self.source_site is Site.LOCAL else (target, source)
        ours, theirs = (None, None) if local is None else self._past(local, value, held)
        ours, theirs = past_without((ours, theirs), value, held, self._lacks(local, value))
        return Shadows(ours, theirs) if self.source_site is Site.LOCAL else Shadows(theirs, ours)

    def _past(self, local: Key, value: object, held: object) -> tuple[Any, Any]:
        """The same by the local key: what the archive held, and what the server did."""
        server, sent = self.server, self.base.sent.get(local)
        ours, theirs = past(self.base, local, held, self._lacks(local, value))
        copies: list[Any] = list(self.base.copies.get(local, ()))
        if ours is None:
            return measured(value, held, copies)
        if is_put_back(value, ours, copies):
            return measured(value, held, [(ours, theirs), *copies])
        if sent is not None and server.capabilities.resets:
            return filled((ours, theirs), self.base.seen.get(local), sent, held, server.project.extensions)
        return ours, theirs

    def _lacks(self, local: Key | None, value: object) -> Collection[str]:
        """The members the server is known not to hold: ever, or of a comment on a viewpoint that it did not take."""
        lacks = self.server.capabilities.lacks
        if local is None or not isinstance(value, Comment) or not value.viewpoint_guid:
            return lacks
        view = key_of(Kind.VIEWPOINT, local.topic, value.viewpoint_guid)
        return {*lacks, "comment.viewpoint_guid"} if view in self.base.untaken else lacks

    @cached_property
    def put_back(self) -> frozenset[str]:
        """Topics the archive holds in an earlier state than the one on record: a backup, an old mail."""
        topics = (self.source if self.source_site is Site.LOCAL else self.target).topics
        recorded = ((key, self.base.local.get(Key(Kind.TOPIC, "", key))) for key in topics)
        known = ((key, shadow) for key, shadow in recorded if shadow is not None)
        return frozenset(key for key, shadow in known if self._is_put_back(topics[key], shadow))

    def _is_put_back(self, topic: Topic, shadow: Entity) -> bool:
        copies = self.base.copies.get(key_of(Kind.TOPIC, "", topic.guid), ())
        return is_put_back(own_part(topic), shadow, copies)

    def is_dated_earlier(self, guid: str) -> bool:
        """Whether a topic of the archive says itself that it is older than what is on record: something of it may lack.

        It may be a backup somebody went on with, or a clock that goes wrong; that nobody knows.
        """
        key = guid_key(guid)
        held = (self.source if self.source_site is Site.LOCAL else self.target).topics.get(key)
        shadow = self.base.local.get(Key(Kind.TOPIC, "", key))
        return held is not None and shadow is not None and is_earlier(held, shadow)

    def is_put_back(self, guid: str) -> bool:
        """Whether a topic of the archive is in an earlier state than the one on record."""
        return guid_key(guid) in self.put_back

    def recorded(self, key: Key) -> Shadows:
        """What is on record of an atom for this archive and the server, the source's first."""
        local = self.base.local_key(self.source_site, key)
        found = (self.base.local.get(local), self.base.seen.get(local)) if local else (None, None)
        return Shadows(*(found if self.source_site is Site.LOCAL else reversed(found)))

    def returning(self, key: Key, value: E) -> tuple[E | None, E | None]:
        """What the server held when it agreed with an archive on an atom of its own, and what that archive held.

        Of several archives the one the server still agrees with, else the latest revision.
        """
        local = self.base.local_key(self.source_site, key)
        return self.past(local, value) if local is not None else (None, None)

    def past(self, local: Key, value: E) -> tuple[E | None, E | None]:
        """The same by the local key, of a value of the server."""
        own = (self.base.local.get(local), self.base.seen.get(local))
        found: list[Any] = [own, *self.base.copies.get(local, ())]
        pairs = [(seen, held) for held, seen in found if held is not None and seen is not None]
        alike = (pair for pair in pairs if content(pair[0]) == content(value))
        latest = max(pairs, key=lambda pair: moment(pair[1]) or _LONG_AGO, default=(None, None))
        return next(alike, latest)

    def target_guid(self, scope: Scope, guid: str) -> str:
        """The id a new atom shall have: the one it once had there, else its own."""
        known = self.base.across(self.source_site, scope.source_key(guid))
        return known.guid if known is not None and self.target_site is Site.LOCAL else written_guid(guid)

    def step(self, group: str, verb: Verb, atom: Atom, value: Entity, **more: Any) -> None:  # noqa: ANN401 - Step's members
        """Add a step to a group."""
        origin = more.pop("origin", value)
        item = Step(0, self.target_site, verb, atom.kind, atom.guid, value, origin, atom.label, topic=atom.topic)
        self.groups[group].append(replace(item, **more))

    def adopt(self, group: str, atom: Atom, value: Entity, target: str, held: Entity) -> None:
        """Record that both sites agree on an atom, unless that is on record already."""
        if not self.recorded(atom.key).known:
            self.step(group, Verb.ADOPT, atom, value, target=target, expected=held)

    def agree(self, group: str, atom: Atom, shadows: Shadows, both: tuple[Entity, Entity], target: str) -> None:
        """Record what both sites agree on now, where that is news: equal members, and who is who in any case.

        Args:
            group: of the step.
            atom: of the source.
            shadows: what both are measured by.
            both: what the source holds and what the target holds.
            target: the atom's id there.
        """
        if self.is_on_record(atom.key, both):
            return
        new = advanced(shadows, *both, (), lambda guid: self._linked(atom, guid))
        self.record(group, atom, new, target)

    def is_sent(self, key: Key) -> bool:
        """Whether an atom of the source was sent before, and nobody knows whether it came."""
        return self.source_site is Site.LOCAL and key in self.base.sent

    def is_on_record(self, key: Key, both: tuple[Entity, Entity]) -> bool:
        """Whether both sites hold what they are on record to hold."""
        old = self.recorded(key)
        alike = old.known and said(old.source) == said(both[0]) and said(old.target) == said(both[1])
        return alike and self._stands_for_the_same(old, Shadows(*both))

    def _stands_for_the_same(self, old: Shadows, new: Shadows) -> bool:
        """Whether the server's words stand for the same values of it as they did."""
        was, now = (old.source, new.source) if self.source_site is Site.REMOTE else (old.target, new.target)
        return notes_of(was) == notes_of(now)

    def refresh(self, group: str, atom: Atom, both: tuple[Entity, Entity], target: str) -> None:
        """Record the later date of an archive's topic that says what it said, as one does that got a comment.

        Only so its earlier state is known when it comes back.
        """
        old = self.recorded(atom.key)
        was, now = (old.source, both[0]) if self.source_site is Site.LOCAL else (old.target, both[1])
        if is_earlier(was, now):
            self.step(group, Verb.ADOPT, atom, both[0], target=target, expected=both[1])
        else:
            self.renew(group, atom, both, target)

    def renew(self, group: str, atom: Atom, both: tuple[Entity, Entity], target: str) -> None:
        """Record what the server holds, where it was last confirmed to hold something that was taken back since."""
        local = self.base.local_key(self.source_site, atom.key)
        confirmed = self.base.remote.get(local) if local else None
        held = both[1] if self.source_site is Site.LOCAL else both[0]
        if confirmed is not None and said(self._there(confirmed)) != said(self._there(held)):
            self.step(group, Verb.ADOPT, atom, both[0], target=target, expected=both[1])

    def _there(self, value: Entity) -> Entity:
        """A value in the server's own words: archives may have several for one of them."""
        if not (isinstance(value, Topic) and self.policy.wording.rows):
            return value
        return self.policy.wording.topic_sent(value, self.server.project.extensions)

    def record(self, group: str, atom: Atom, new: Shadows, target: str) -> None:
        """Record new shadows, unless they say what is on record already."""
        old = self.recorded(atom.key)
        known = self.base.across(self.source_site, atom.key)
        another = known is not None and atom.kind is Kind.TOPIC and known.guid != guid_key(target)
        same = old.known and said(new.source) == said(old.source) and said(new.target) == said(old.target)
        if another or not same or not self._stands_for_the_same(old, new):
            origin: Any = new.source
            self.step(group, Verb.ADOPT, atom, origin, target=target, expected=new.target)

    def _linked(self, atom: Atom, guid: str) -> str:
        kind = LINKS.get(atom.kind, atom.kind)
        return self.name_across(kind, "" if kind is Kind.DOCUMENT else atom.topic, guid)

    def conflict(self, atom: Atom, name: str, clash: "Clash") -> None:
        """Note a member both sites changed."""
        said = clash.base, clash.local, clash.remote
        key = self.local_key(atom)
        self.conflicts.append(Conflict(atom.kind, atom.topic, atom.guid, name, *said, atom.label, key))

    def clash(self, atom: Atom, name: str, bases: Shadows, source: object, target: object) -> "Clash":
        """What people see of a conflict, the same from either direction; ids are given as the target spells them."""
        before = bases.source if self.source_site is Site.LOCAL else bases.target
        values = (shown(before), source, target)
        base, ours, theirs = (text_of(self.local_id(atom, name, value)) for value in values)
        return Clash(base, ours, theirs) if self.source_site is Site.LOCAL else Clash(base, theirs, ours)

    def hold(self, atom: Atom, reason: str, cause: Cause = Cause.OTHER, member: str = "") -> None:
        """Note something that is not done; ``member`` where it is only that."""
        self.holds.append(Hold(atom.kind, atom.topic, atom.guid, reason, atom.label, cause, member))

    def hold_doubtful(self, atom: Atom) -> None:
        """Note something that may be what an archive sent and got no answer for: its next import will tell."""
        self.hold(atom, "may be what was sent to the server without an answer; import that archive again first")


@dataclass(frozen=True, slots=True)
class Clash:
    """What people see of a conflict."""

    base: str | None
    local: str | None
    remote: str | None


def text_of(value: object) -> str | None:
    """A member as a conflict shows it."""
    if isinstance(value, BimSnippet):
        kind = f"{value.snippet_type}, {'elsewhere' if value.is_external else 'inside'}"
        return f"{value.reference} ({kind}, {value.reference_schema})"
    plain = canonical(value)
    return None if plain is None else str(plain)


def content(value: object) -> str:
    """What a topic or comment says, whoever says it."""
    match value:
        case Topic():
            return topic_content(value)
        case Comment():
            return comment_content(value)
        case _:
            return digest(value)
