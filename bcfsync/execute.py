"""Carrying out a plan: the only caller of ``Side.apply``.

Owns: the journal of begun creates, the commit of each outcome before the next change to its topic is made. Sees:
changes, recording, store. Never decides anew: what cannot be done as planned becomes an outcome.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bcfsync.changes import (
    Base,
    Change,
    Entity,
    Key,
    Kind,
    Outcome,
    Plan,
    Prepared,
    Related,
    Side,
    Site,
    Status,
    Step,
    Unkept,
    Verb,
    key_of,
)
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.marks import is_mark
from bcfsync.model import Comment, DocumentReference, Viewpoint
from bcfsync.net import Refused
from bcfsync.plan.below import Below
from bcfsync.plan.lacking import lacking, shortened
from bcfsync.plan.lanes import Lanes
from bcfsync.recording import PARTS, Across, Recording
from bcfsync.sides.announced import looked_for, missing
from bcfsync.sides.rest.writing.comparing import unkept, unkept_components
from bcfsync.store import Confirmation, Store

_BLIND = 3
"""After so many looks that broke, nothing more is looked for by the same run."""
_LINKED = {Kind.VIEWPOINT, Kind.COMMENT}
"""What a comment that refers to it can do without, where the server has no place for it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The two sides of a pass and the name of the archive that takes part."""

    local: Side
    remote: Side
    replica: str

    def at(self, site: Site) -> Side:
        """The side at a site."""
        return self.local if site is Site.LOCAL else self.remote


Present = Callable[[Kind, str], frozenset[str]]
"""Which ids of a kind a topic of the target (by its id there) held when the plan was made."""

Shown = Callable[[str, str], Viewpoint | None]
"""A viewpoint of a topic of the target, by their ids there, as it was when the plan was made."""


@dataclass(frozen=True, slots=True)
class Seams:
    """What else an execution asks of whoever runs it.

    Attributes:
        present: for servers that mint ids, what was there before.
        shown: a viewpoint as the target shows it.
        spare: called with a deletion before it is made: whatever it deletes is kept.
        stopped: whether somebody wants it to end; the change in hand is finished, no other is begun.
    """

    present: Present = lambda _kind, _topic: frozenset()
    shown: Shown = lambda _topic, _guid: None
    spare: Callable[[Step], None] = lambda _step: None
    stopped: Callable[[], bool] = lambda: False


class Unresolved(Exception):
    """A change refers to something that does not exist on the target; ``for_good`` where it has no place there."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


def execute(plan: Plan, ends: Ends, store: Store, base: Base, seams: Seams) -> Iterator[tuple[Step, Outcome]]:
    """Do the steps of a plan; what was said of a topic is on record before the next change to it is made.

    A server that asks for more before it has answered gets changes to other topics, as far as ``lanes`` lets them go
    beside each other.

    Args:
        plan: steps that all go to one site.
        ends: the two sides.
        store: the pair's state.
        base: the state the plan was made from.
        seams: what else it asks.

    Yields:
        every step with what became of it, adoptions included.
    """
    if plan.steps:
        yield from _Execution(plan, ends, store, base, seams).run()


class _Execution:
    def __init__(self, plan: Plan, ends: Ends, store: Store, base: Base, seams: Seams) -> None:
        self.plan = plan
        self.site = plan.steps[0].site
        self.source_site = self.site.other
        self.ends = ends
        self.store = store
        self.base = base
        self.seams = seams
        self.across = Across(base, self.source_site)
        self.recording = Recording(base, ends.replica, self.across)
        self.ready: deque[tuple[Step, Outcome]] = deque()
        self.agreed: list[Confirmation] = []
        self.remembered: set[tuple[Kind, str]] = set()
        self.failed: set[Key] = set()
        self.without_place: set[Key] = set()
        self.given: list[tuple[Step, Change]] = []
        self.generation = 0
        self.foreseen: dict[int, tuple[Outcome, Confirmation]] = {}
        self.below = Below(plan)
        self.lanes = Lanes(plan.steps)
        self.blind = 0

    def run(self) -> Iterator[tuple[Step, Outcome]]:
        target, source = self.ends.at(self.site), self.ends.at(self.source_site)
        for said in target.apply(self._changes(), source):
            if isinstance(said, Prepared):
                # the archive's new state is known for our own before it is there
                self._expect(said)
                continue
            step = self.plan.steps[said.step]
            if said.status is Status.DONE and self.site is Site.REMOTE:
                said = replace(said, unkept=(*said.unkept, *self._lost_link(step)))  # noqa: PLW2901 - the same, whole
            self._commit(step, said)
            self._ended(step, said)
            if self.site is Site.REMOTE:
                yield from self._told()
        yield from self._told()

    def _expect(self, prepared: Prepared) -> None:
        """Put on record what an archive is about to hold, and what is agreed if it gets there."""
        replica = self.ends.replica
        writes = [self.recording.written(step, change.value, change) for step, change in self.given]
        done = [outcome for outcome in prepared.outcomes if outcome.status is Status.DONE]
        pending = [self.recording.confirmed(self.plan.steps[outcome.step], outcome) for outcome in done]
        self.foreseen = {outcome.step: (outcome, item) for outcome, item in zip(done, pending, strict=True)}
        self.generation = self.store.expect(replica, prepared.stamp, writes, pending)

    def _told(self) -> Iterator[tuple[Step, Outcome]]:
        """What has come to an end: put on record first, all in one transaction, then told."""
        self._record()
        while self.ready:
            yield self.ready.popleft()

    def _record(self) -> None:
        if self.agreed:
            agreed, self.agreed = self.agreed, []
            self.store.confirm_all(agreed, replica=self.ends.replica, generation=self.generation)

    def _changes(self) -> Iterator[Change | None]:
        """The changes, each made only when the side asks for it: by then all earlier outcomes are on record.

        None says that nothing may begin before something that is under way has ended.
        """
        for step in self._steps():
            if step is None:
                yield None
                continue
            if not step.verb.writes:
                self._adopt(step)
                continue
            if self.seams.stopped():
                return
            try:
                change = self._resolved(step)
            except Unresolved as problem:
                self.failed.add(self.across.source_key(step))
                self._ended(step, self._without_place(step, problem))
                continue
            self._announce(step, change)
            if self.site is Site.LOCAL and step.verb is not Verb.DELETE:
                self.given.append((step, change))
            yield change

    def _steps(self) -> Iterator[Step | None]:
        """An archive takes everything at once, and in the order of the plan."""
        return iter(self.plan.steps) if self.site is Site.LOCAL else iter(self.lanes)

    def _ended(self, step: Step, outcome: Outcome) -> None:
        self.ready.append((step, outcome))
        if self.site is Site.REMOTE:
            self.lanes.ended(step)

    def _without_place(self, step: Step, problem: Unresolved) -> Outcome:
        lost = (Unkept(Unkept.WHOLE, step.label),) if problem.for_good else ()
        if lost and self.site is Site.REMOTE:
            self.store.lacks(self.across.source_key(step), lost, step.label)
        return Outcome(step.number, Status.HELD, message=str(problem), unkept=lost)

    def _adopt(self, step: Step) -> None:
        if step.topic and self.across.find(key_of(Kind.TOPIC, "", step.topic)) is None:
            self._ended(step, Outcome(step.number, Status.HELD, message="its topic was not created"))
            return
        held = step.expected if step.expected is not None else step.value
        outcome = Outcome(step.number, Status.DONE, step.target or step.guid, held, adopted=True)
        source = self.across.source_key(step)
        local = source if self.source_site is Site.LOCAL else self.across.target_key(step, outcome)
        if self.site is Site.REMOTE and local in self.base.unread:
            lost = self._read_back(step, local)
        elif lost := self._never_kept(step, local, held):
            self.store.lacks(local, lost, step.label, more=True)
        if lost:
            outcome = replace(outcome, unkept=lost if self.site is Site.REMOTE else ())
        self._commit(step, outcome)
        self._ended(step, outcome)

    def _read_back(self, step: Step, local: Key) -> tuple[Unkept, ...]:
        """What the server did not keep of a viewpoint of which only the answer was seen."""
        topic = self.across.target_topic(step)
        shown = self.seams.shown(topic, step.target or "") if self.blind < _BLIND else None
        if not isinstance(step.value, Viewpoint) or shown is None:
            return ()
        try:
            lost = missing(step.value, topic, shown, self.ends.remote)
        except (Refused, ServerTrouble):
            self.blind += 1
            self.store.unreadable(local)
            return ()
        self.store.read_back(local, lost, step.label)
        return lost

    def _never_kept(self, step: Step, local: Key, held: Entity) -> tuple[Unkept, ...]:
        """What is not there of something that is on the server already: an answer was lost, or another machine sent it.

        What a viewpoint lacks was never there, since viewpoints do not change; of a topic or comment only what the
        server is known not to keep.
        """
        ours, theirs = (step.value, held) if self.site is Site.REMOTE else (held, step.value)
        never = lacking(step.kind, self.ends.remote.capabilities.lacks) | shortened(ours, theirs)
        if isinstance(ours, Viewpoint) and isinstance(theirs, Viewpoint):
            # a picture that was announced may be none
            there = replace(theirs, snapshot=None) if "snapshot" in never else theirs
            shown = self.seams.shown(self.across.target_topic(step), step.target or "") if self._is_open(step) else None
            there, unread = looked_for(there, shown, self.ends.remote) if shown else (there, ())
            return unkept(ours, there) + unkept_components(ours.components, theirs.components) + unread
        never |= self._linkless(local, ours)
        agreed = self.base.local.get(local)
        return tuple(
            item
            for item in (unkept(ours, theirs) if never else ())
            if item.field in never and (agreed is None or is_mark(getattr(agreed, item.field)))
        )

    def _linkless(self, local: Key, ours: Entity) -> frozenset[str]:
        """The link of a comment to a viewpoint that the server did not take."""
        guid = ours.viewpoint_guid if isinstance(ours, Comment) else None
        gone = guid and key_of(Kind.VIEWPOINT, local.topic, guid) in self.base.untaken
        return frozenset({"viewpoint_guid"}) if gone else frozenset()

    def _announce(self, step: Step, change: Change) -> None:
        """Journal a create on a server; an archive takes ids as given, and all its changes at once."""
        if step.verb is Verb.DELETE:
            self.seams.spare(step)
        if self.site is Site.REMOTE and step.verb is not Verb.CREATE:
            outcome = Outcome(step.number, Status.DONE, change.guid, change.value)
            local = self.across.source_key(step)
            self._record()  # what the last try left to agree on must be known before the next one
            self.store.sent(self.recording.deed(step, outcome, local), self.recording.sent(step, change))
        elif step.verb is Verb.CREATE and self.site is Site.REMOTE:
            self._begin(step, change)
        elif step.verb is Verb.CREATE:
            self.across.note(self.across.source_key(step), key_of(step.kind, change.topic, change.guid))

    def _begin(self, step: Step, change: Change) -> None:
        scope = (step.kind, guid_key(step.topic) if step.topic else "")
        self._record()  # who is who must be known before one more of them is under way
        minted = not self.ends.at(self.site).capabilities.client_guid
        if minted and scope not in self.remembered:
            self.remembered.add(scope)
            self.store.remember_known(*scope, self.seams.present(step.kind, change.topic))
        key = self.across.source_key(step)
        afresh = step.kind is Kind.TOPIC and key in self.base.to_remote
        self.store.begin(key, afresh=afresh, sent=self.recording.sent(step, change))

    # -- ids across --------------------------------------------------------------------------------------------

    def _resolved(self, step: Step) -> Change:
        topic = self._id(Kind.TOPIC, "", step.topic, "its topic was not created") if step.topic else ""
        guid = topic if step.kind in PARTS else step.target or step.guid
        value = self._value(step)
        change = Change(step.number, step.verb, step.kind, guid, topic, value, step.fields, step.expected)
        new = step.kind is Kind.TOPIC and step.verb is Verb.CREATE
        whole = new and self.ends.at(self.site).capabilities.whole_topics
        return replace(change, below=self.below.of(step)) if whole else change

    def _id(self, kind: Kind, topic: str, guid: str, otherwise: str) -> str:
        found = self.across.find(key_of(kind, topic, guid))
        if found is None:
            raise Unresolved(otherwise)
        return found.guid

    def _value(self, step: Step) -> Entity:
        if step.verb is Verb.DELETE:
            return step.value  # it is the target's own
        match step.value:
            case Comment() as comment:
                return self._comment(step, comment)
            case DocumentReference(document_guid=str() as guid) as reference:
                document = key_of(Kind.DOCUMENT, "", guid)
                found = self.across.find(document)
                if found is None and document in self.failed:
                    raise Unresolved("its document was not sent", for_good=document in self.without_place)
                return replace(reference, document_guid=found.guid if found else guid)
            case Related(guids):
                return Related(tuple(self.across.related(guid) for guid in guids))
            case other:
                return other

    def _comment(self, step: Step, comment: Comment) -> Comment:
        """The comment with the ids of the target; a link that leads nowhere stays in the file only."""
        viewpoint = self._linked(step, Kind.VIEWPOINT, comment.viewpoint_guid, "its viewpoint was not sent")
        reply = self._linked(step, Kind.COMMENT, comment.reply_to_comment_guid, "the comment it answers was not sent")
        return replace(comment, viewpoint_guid=viewpoint, reply_to_comment_guid=reply)

    def _linked(self, step: Step, kind: Kind, guid: str | None, otherwise: str) -> str | None:
        if guid is None:
            return None
        key = key_of(kind, step.topic, guid)
        if key in self.failed:
            raise Unresolved(otherwise)
        found = self.across.find(key)
        if found is not None:
            return found.guid
        # an update keeps the target's own link, which is in the target's ids already
        return guid if step.verb is Verb.UPDATE else None

    # -- the record --------------------------------------------------------------------------------------------

    def _commit(self, step: Step, outcome: Outcome) -> None:
        source = self.across.source_key(step)
        if outcome.status is not Status.DONE:
            self.failed.add(source)
            refused = outcome.status in {Status.FAILED, Status.HELD}
            # an edit that failed may have come; one that was held was not sent
            nothing = refused if step.verb is Verb.CREATE else outcome.status is Status.HELD
            if nothing and self.site is Site.REMOTE:
                self.store.abandon(source)
            if outcome.unkept and self.site is Site.REMOTE:
                self.store.lacks(source, outcome.unkept, step.label)
                self.without_place.add(source)
                if step.kind in _LINKED:
                    self.failed.discard(source)  # what refers to it goes without the link
            return
        expected, foreseen = self.foreseen.get(outcome.step, (None, None))
        # what becomes of an archive was worked out before it was replaced
        confirmation = self.recording.confirmed(step, outcome) if foreseen is None or expected != outcome else foreseen
        self.agreed.append(confirmation)
        if confirmation.gone and step.kind is Kind.TOPIC:
            # relations of other topics go on meaning it, on either side by its id there
            self.agreed.append(Confirmation(confirmation.local, confirmation.remote, {}))

    def _is_open(self, step: Step) -> bool:
        """Whether a create has no answer on record."""
        return self.site is Site.REMOTE and self.across.source_key(step) in self.base.intents

    def _lost_link(self, step: Step) -> tuple[Unkept, ...]:
        """The link of a comment to a viewpoint that has no place on the server: it went without."""
        match step.value:
            case Comment(viewpoint_guid=str() as guid) if "viewpoint_guid" in step.fields or step.verb is Verb.CREATE:
                away = key_of(Kind.VIEWPOINT, step.topic, guid) in self.without_place
                return (Unkept("viewpoint_guid", guid),) if away else ()
        return ()
