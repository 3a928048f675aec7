"""Deciding: from whole topics of both sites and the base to the plan of one direction.

Owns: the order of a pass. Sees: the drawing board and the rules in ``topics``, ``parts`` and ``thread``.
Rules: docs/sync-rules.md.
"""

from collections.abc import Iterator
from dataclasses import replace

from bcfsync.changes import Base, Bodies, Cause, Kind, Plan, ProjectInfo, Site, Step, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Topic
from bcfsync.plan import deleting, parts, thread, topics, views, withholding
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import topic_label
from bcfsync.plan.pairing import Pair
from bcfsync.plan.policy import Deletes, Policy
from bcfsync.plan.triage import Triage

_Found = tuple[Topic, Topic | None, Pair]
"""A topic of the source, its counterpart, and how they were paired."""


def decide(triage: Triage, base: Base, source: Bodies, target: Bodies, policy: Policy) -> Plan:
    """The plan that brings the source's topics, and its edits to them, to the target.

    Order: project, documents, then topic by topic its own members, snippet, files, references, viewpoints and
    comments; then the relations between topics, and last of all what is deleted.

    Args:
        triage: the paired topics, and which site is the source.
        base: the last agreed state.
        source: the whole topics of the source.
        target: their counterparts.
        policy: what may be done.
    """
    drawing = Drawing(
        triage.source, base, source, target, policy, source_complete=triage.source_complete,
        target_complete=triage.target_complete,
    )  # fmt: skip
    _plan_project(drawing)
    found = _unfolded(drawing, list(_at_hand(drawing, triage)))
    for topic, counterpart, _ in found:
        if counterpart is not None:
            drawing.paired[key_of(Kind.TOPIC, "", topic.guid)] = key_of(Kind.TOPIC, "", counterpart.guid)
    for topic, counterpart, item in found:
        if topics.plan_topic(drawing, topic, counterpart, item):
            parts.plan_snippet(drawing, topic, counterpart)
            parts.plan_files(drawing, topic, counterpart)
            parts.plan_references(drawing, topic, counterpart)
            thread.plan_viewpoints(drawing, topic, counterpart)
            thread.plan_comments(drawing, topic, counterpart)
        if counterpart is not None:
            deleting.plan_lost_parts(drawing, topic, counterpart)
    parts.plan_documents(drawing)
    for topic, counterpart, _ in found:
        topics.plan_related(drawing, topic, counterpart)
    deleting.plan_lost_topics(drawing, triage)
    deleting.plan_forgotten(drawing, triage)
    topics.plan_caught_up(drawing, [(topic, counterpart) for topic, counterpart, _ in found])
    _leave_out_a_lone_project(drawing)
    return _finished(drawing)


def _leave_out_a_lone_project(drawing: Drawing) -> None:
    """No archive of a folder is made for a project's name alone, while no topic goes there."""
    if drawing.policy.placing is not None and all(step.kind is Kind.PROJECT for step in _drawn(drawing)):
        drawing.groups["first"].clear()


def _drawn(drawing: Drawing) -> Iterator[Step]:
    return (step for group in drawing.groups.values() for step in group)


def questions(triage: Triage, base: Base, source: Bodies, policy: Policy) -> frozenset[str]:
    """Topics, by their keys on the server, of which it matters whether they are really not there: each is a request.

    Where deletions do not travel, that is only asked of topics that would be sent again.
    """
    if triage.source is Site.REMOTE or policy.deletes is not Deletes.NEVER:
        return triage.vanished
    drawing = Drawing(triage.source, base, source, Bodies({}), policy)
    gone = (item.source.guid for item in triage.pairs if item.gone)
    bodies = (source.topics.get(guid_key(guid)) for guid in gone)
    kept = (topic for topic in bodies if topic is not None and not deleting.is_topic_edited(drawing, topic))
    unasked = (base.to_remote.get(key_of(Kind.TOPIC, "", topic.guid)) for topic in kept)
    return triage.vanished - {key.guid for key in unasked if key is not None}


def _at_hand(drawing: Drawing, triage: Triage) -> Iterator[tuple[Topic, Topic | None, Pair]]:
    """The paired topics; one that vanished on either side since it was listed is left to the next run."""
    for item in triage.pairs:
        topic, counterpart = _topic(drawing, item), _counterpart(drawing, item)
        if topic is not None and (counterpart is not None or item.target is None):
            yield topic, counterpart, item
        else:
            _note_unread(drawing, item)


def _note_unread(drawing: Drawing, item: Pair) -> None:
    """Say of a topic that could not be read that nothing is done about it; the same words from either direction."""
    keys = [(drawing.source, item.source.guid), *([(drawing.target, item.target.guid)] if item.target else [])]
    reason = next((bodies.unread[key] for bodies, guid in keys if (key := guid_key(guid)) in bodies.unread), None)
    if reason is not None:
        known = _topic(drawing, item) or _counterpart(drawing, item) or Topic(item.source.guid, item.source.title)
        drawing.hold(Atom(Kind.TOPIC, "", known.guid, topic_label(known)), f"cannot be read: {reason}", Cause.UNREAD)


def unfolded(triage: Triage, base: Base, local: Bodies, remote: Bodies) -> Bodies:
    """What an archive holds with each state of its viewpoints under a guid of its own, as a plan takes it."""
    source, target = (local, remote) if triage.source is Site.LOCAL else (remote, local)
    drawing = Drawing(triage.source, base, source, target, Policy())
    found = _unfolded(drawing, list(_at_hand(drawing, triage)))
    ours = (pair[0] if triage.source is Site.LOCAL else pair[1] for pair in found)
    return replace(local, topics={**local.topics, **{guid_key(topic.guid): topic for topic in ours if topic}})


def _unfolded(drawing: Drawing, found: list[_Found]) -> list[_Found]:
    """The pairs with the archive's topics unfolded; others are sent as they are."""
    local = drawing.source_site is Site.LOCAL
    pairs = [(topic, other) if local else (other, topic) for topic, other, _ in found if other is not None]
    shown = iter(views.unfold_all(drawing, pairs))
    return [
        (topic, other, item) if other is None else (next(shown), other, item) if local else (topic, next(shown), item)
        for topic, other, item in found
    ]


def _topic(drawing: Drawing, item: Pair) -> Topic | None:
    return drawing.source.topics.get(guid_key(item.source.guid))


def _counterpart(drawing: Drawing, item: Pair) -> Topic | None:
    return drawing.target.topics.get(guid_key(item.target.guid)) if item.target else None


def _plan_project(drawing: Drawing) -> None:
    """A new archive learns its project's name and lists; servers, and files that have theirs, keep them."""
    info = drawing.source.project
    if drawing.target_site is Site.LOCAL and drawing.target.project == ProjectInfo() != info:
        atom = Atom(Kind.PROJECT, "", "project", "project and its lists")
        info = drawing.policy.wording.lists_read(info)
        drawing.step("first", Verb.CREATE, atom, info, target="project")


def _finished(drawing: Drawing) -> Plan:
    steps = tuple(_numbered(drawing))
    unanswered = (step for step in steps if step.verb is Verb.CREATE and drawing.source_site is Site.LOCAL)
    intents = (drawing.base.intents.get(key_of(step.kind, step.topic, step.guid)) for step in unanswered)
    begun = [intent.begun for intent in intents if intent is not None]
    minted = not drawing.capabilities.client_guid
    return Plan(
        steps,
        tuple(drawing.conflicts),
        tuple(drawing.holds),
        max(begun) + drawing.policy.settle if begun and minted else None,
        frozenset(drawing.literal),
    )


def _numbered(drawing: Drawing) -> Iterator[Step]:
    steps = withholding.kept(drawing, (step for group in drawing.groups.values() for step in group))
    return (replace(step, number=at) for at, step in enumerate(steps))
