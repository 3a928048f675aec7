"""One pass over a pair: list, triage, load, decide, execute, report. The one path of every command.

Owns: the rounds of a pass. Sees: sides, store, plan, execute. Clock and sleep are given.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bcfsync.base import read_base
from bcfsync.canonical import guid_keys
from bcfsync.changes import (
    Base,
    Bodies,
    Files,
    Hold,
    Key,
    Kind,
    Listing,
    Outcome,
    Plan,
    Related,
    Side,
    Site,
    Status,
    Step,
    key_of,
)
from bcfsync.errors import Guarded
from bcfsync.execute import Ends, Seams, execute
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Comment, Document, DocumentReference, Viewpoint
from bcfsync.plan.decide import decide, questions
from bcfsync.plan.guard import without_unproven
from bcfsync.plan.labels import topic_label
from bcfsync.plan.lacking import without_placeless
from bcfsync.plan.policy import Policy
from bcfsync.plan.redrawn import redrawn
from bcfsync.plan.triage import triage
from bcfsync.sides.remembered import afresh
from bcfsync.store import Store

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan was made; ``again`` where a round before it met a side that had moved."""

    plan: Plan
    again: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unanswered create of an earlier run may still arrive: nothing is sent before this moment."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """A step came to an end."""

    step: Step
    outcome: Outcome


Event = Planned | Waiting | Applied


class Emptied(Guarded):
    """The server's project lost all topics that are on record for it."""

    hint = (
        "check the URL and the project; if it was reset on purpose, import and export start anew with --forget, "
        "and a pair does when its folder of the state is gone (BCFSYNC_STATE, pairs)"
    )


class WorldMoved(Guarded):
    """The sides keep changing under the plan."""

    hint = "run the command again when nobody is working on the project"


@dataclass(frozen=True, slots=True)
class Timing:
    """The seams of time; ``stopped`` says whether somebody wants the program to come to an end."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    stopped: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan with what it was made from; ``tag`` is that of the archive's listing."""

    plan: Plan
    base: Base
    targets: Listing
    target: Bodies
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Care:
    """What is asked before a plan is carried out, and before each deletion.

    Attributes:
        brake: the plan that may be carried out; deletions it takes out are holds.
        spare: keeps what a step is about to delete.
    """

    brake: Callable[[Drawn], Plan] = lambda drawn: drawn.plan
    spare: Callable[[Step, Drawn], None] = lambda _step, _drawn: None


CARELESS = Care()


def draw(source: Site, ends: Ends, store: Store, policy: Policy) -> Drawn:
    """Look at both sides and make the plan that brings ``source`` to the other one; nothing is written."""
    base = read_base(store, ends.replica)
    origin, goal = ends.at(source), ends.at(source.other)
    sources, targets = origin.listing(), goal.listing()
    local, remote = (sources, targets) if source is Site.LOCAL else (targets, sources)
    _check_not_emptied(base, local, remote, policy)
    found = triage(base, source, sources, targets, goal.capabilities, remote=ends.remote.capabilities, policy=policy)
    known = _settled_viewpoints(base) | _on_record(base)
    bodies, counterparts = origin.load(found.source_keys, known), goal.load(found.target_keys, known)
    if source is Site.REMOTE and (changed := redrawn(base, bodies)):
        bodies = origin.load(found.source_keys, known - changed)
    if asked := questions(found, base, bodies, policy):
        gone = ends.remote.gone(asked)
        bodies, counterparts = replace(bodies, gone=gone), replace(counterparts, gone=gone)
    plan = _proven(decide(found, base, bodies, counterparts, policy), ends.remote)
    plan = without_placeless(plan, ends.remote.capabilities.lacks, base.untaken)
    plan = _told(plan, remote, ends.remote, bodies if source is Site.REMOTE else counterparts)
    return Drawn(plan, base, targets, counterparts, local.tag)


def _told(plan: Plan, remote: Listing, side: Side, bodies: Bodies) -> Plan:
    """The plan, which says so where the server does not give all it has."""
    said: list[Hold] = []
    if remote.cut is not None:
        reason = f"{_ENDS.format(remote.cut, 'topics')}; nothing counts as deleted there"
        said.append(Hold(Kind.PROJECT, "", "", reason, _THE_LIST))
    elif remote.moved:
        said.append(Hold(Kind.PROJECT, "", "", _MOVED, _THE_LIST))
    for cut in side.capabilities.cut:
        topic = bodies.topics.get(cut.topic)
        if topic is not None:
            reason = _ENDS.format(cut.items, cut.name.replace("_", " "))
            said.append(Hold(Kind.TOPIC, "", topic.guid, reason, topic_label(topic), field=cut.name))
    return replace(plan, holds=(*plan.holds, *said)) if said else plan


_ENDS = (
    "the list ends after {:,} {}, and the server gives no way to the rest, if there is one: "
    "what it does not show is not read"
)


_THE_LIST = "the server's list of topics"
_MOVED = "it was another one each time it was read; some topics may be missing: run the command again"


def _proven(plan: Plan, remote: Side) -> Plan:
    """The plan with only those deletions in the archive whose atom the server lacks when it is asked for by itself.

    Topics were asked for before the plan was made.
    """
    parts = [step for step in plan.deletions if step.site is Site.LOCAL and step.topic]
    keys = {step.number: key_of(step.kind, step.topic, step.guid) for step in parts}
    unproven = {number for number, key in keys.items() if not remote.lacks(key)}
    return without_unproven(plan, unproven) if unproven else plan


def _check_not_emptied(base: Base, local: Listing, remote: Listing, policy: Policy) -> None:
    """Refuse to work with a project that lost every topic recorded for it: it was reset, or it is not the same one.

    Of a folder those topics count that an archive of it still holds: the last ones may have been deleted on purpose.

    Raises:
        Emptied: before anything is written.
    """
    if remote.topics:
        return
    # an identity alone is left of what was deleted on purpose
    known = (base.remote, base.open, base.copies)
    linked = [key for key in base.to_remote if key.kind is Kind.TOPIC and any(key in each for each in known)]
    if policy.placing is not None:
        linked = [key for key in linked if key.guid in local.topics or key.guid in policy.placing.elsewhere]
    if linked:
        raise Emptied(f"the server's project is empty, but {len(linked)} topics are on record for it")


def _settled_viewpoints(base: Base) -> frozenset[Key]:
    """Viewpoints of the server that both sides hold on record: they never change, so their details are not needed."""
    return frozenset(
        theirs
        for ours, theirs in base.to_remote.items()
        if ours.kind is Kind.VIEWPOINT and ours in base.local and ours in base.remote
    )


def _on_record(base: Base) -> frozenset[Key]:
    """What the server is on record to have below each topic, kind by kind, with what may have arrived unnoticed."""
    held = {(key.kind, key.topic) for key in base.remote if key.topic and _says_something(base, key)}
    begun = {(key.kind, key.topic) for key in base.intents if key.topic}
    found = ((kind, base.to_remote.get(key_of(Kind.TOPIC, "", topic))) for kind, topic in held | begun)
    return frozenset(key_of(kind, topic.guid) for kind, topic in found if topic is not None)


def _says_something(base: Base, key: Key) -> bool:
    match base.remote[key] if key.kind in {Kind.FILES, Kind.RELATED, Kind.SNIPPET} else None:
        case Files(files=items) | Related(guids=items):
            return bool(items)
        case BimSnippet(blob=blob):
            return blob is not None and blob.size != 0
    return True


def run(
    source: Site, ends: Ends, store: Store, policy: Policy, timing: Timing, *, care: Care = CARELESS
) -> Iterator[Event]:
    """One pass in one direction; where the target moves under the plan, up to three rounds of it.

    Raises:
        WorldMoved: it moved in every round; what could be done is done and on record.
    """
    for at in range(_ROUNDS):
        drawn = draw(source, ends, store, policy)
        until = drawn.plan.settle_until
        if until is not None and (seconds := (until - timing.clock()).total_seconds()) > 0:
            yield Waiting(until)
            timing.sleep(seconds)
            afresh(ends.remote)
            drawn = draw(source, ends, store, policy)
        plan = care.brake(drawn)
        yield Planned(plan, again=at > 0)
        stale = False
        seams = Seams(partial(_present, drawn), partial(_shown, drawn), partial(_spare, care, drawn), timing.stopped)
        for step, outcome in execute(plan, ends, store, drawn.base, seams):
            stale = stale or outcome.status is Status.STALE
            yield Applied(step, outcome)
        if not stale or timing.stopped():
            if source is Site.LOCAL:
                _let_go(store, ends, drawn, timing.clock() - policy.settle)
            return
    raise WorldMoved("the other side kept changing while it was written to; some changes were not made")


def _let_go(store: Store, ends: Ends, drawn: Drawn, before: datetime) -> None:
    """Forget what was sent long ago without an answer: what of it the server shows now has been taken for its past."""
    base = drawn.base
    topics = {key: base.to_remote.get(key_of(Kind.TOPIC, "", key.topic or key.guid)) for key in base.sent}
    looked = [key for key, topic in topics.items() if topic is not None and topic.guid in drawn.target.topics]
    store.outlived(looked, ends.replica, before)


def _spare(care: Care, drawn: Drawn, step: Step) -> None:
    care.spare(step, drawn)


def _shown(drawn: Drawn, topic: str, guid: str) -> Viewpoint | None:
    """A viewpoint as the target held it when it was looked at."""
    body = drawn.target.topics.get(guid_key(topic))
    held = body.viewpoints if body else ()
    return next((view for view in held if guid_key(view.guid) == guid_key(guid)), None)


def _present(drawn: Drawn, kind: Kind, topic: str) -> frozenset[str]:
    """Ids of a kind the target held in a topic when it was looked at."""
    body = drawn.target.topics.get(guid_key(topic)) if topic else None
    found: Sequence[Comment | Viewpoint | DocumentReference | Document] = ()
    match kind:
        case Kind.TOPIC:
            return frozenset(drawn.targets.topics)
        case Kind.DOCUMENT:
            found = drawn.target.documents
        case Kind.COMMENT if body:
            found = body.comments
        case Kind.VIEWPOINT if body:
            found = body.viewpoints
        case Kind.REFERENCE if body:
            found = body.document_references
        case _:
            pass
    return guid_keys(item.guid for item in found)
