"""From the changes an archive is asked to make to its new model, and from what was written to how each change ended.

Owns: which changes are left out, and what their outcomes say. Sees: draft, proving.
"""

from collections.abc import Iterable
from dataclasses import replace

from bcfsync.changes import Change, Entity, Files, Key, Kind, Outcome, Related, Status, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Topic
from bcfsync.sides.draft import Draft
from bcfsync.sides.proving import Proven

Unfit = dict[str, tuple[Status, str]]
"""Topics, by key, whose changes cannot be written, and why."""


def keys_of(wanted: Iterable[Change | Outcome]) -> frozenset[str]:
    """The topics, and the documents beside them, that changes are about."""
    return frozenset(_key(item) for item in wanted if isinstance(item, Change))


def _key(change: Change) -> str:
    return guid_key(change.topic or change.guid)


def drafted(
    bcf: Bcf, wanted: Iterable[Change | Outcome], unfit: Unfit, only: frozenset[str] | None = None
) -> tuple[Draft, list[Outcome]]:
    """The model with all changes but those of unfit topics, and how each ends if it can be written."""
    draft = Draft(bcf)
    outcomes: list[Outcome] = []
    for item in wanted:
        if isinstance(item, Outcome):
            outcomes.append(item)
            continue
        if only is not None and _key(item) not in only:
            continue
        known = unfit.get(_key(item))
        if known:
            outcomes.append(Outcome(item.step, known[0], item.guid, message=known[1]))
            continue
        try:
            outcomes.append(Outcome(item.step, Status.DONE, item.guid, draft.take(item)))
        except LookupError as error:
            outcomes.append(Outcome(item.step, Status.FAILED, item.guid, message=str(error)))
    return draft, outcomes


def drawn(before: Bcf, draft: Draft) -> Bcf:
    """The model a draft makes, with nothing left over of what it removes."""
    return _with_guids(before, _without_leftovers(before, draft.bcf()))


def _without_leftovers(before: Bcf, after: Bcf) -> Bcf:
    """The model after topics were removed: files of other programs in their folders go with them."""
    left = {topic.guid for topic in after.topics}
    gone = tuple(f"{topic.folder}/" for topic in before.topics if topic.guid not in left and topic.folder)
    if not gone:
        return after
    return replace(after, extras=tuple(item for item in after.extras if not item.path.startswith(gone)))


def _with_guids(before: Bcf, after: Bcf) -> Bcf:
    """The model after references were removed: those that had no guid get one in the file.

    Readers count them, and would take each for its neighbour.
    """
    old = {topic.guid: topic for topic in before.topics}
    return replace(after, topics=tuple(_counted(old.get(topic.guid), topic) for topic in after.topics))


def _counted(held: Topic | None, topic: Topic) -> Topic:
    if held is None or len(topic.document_references) >= len(held.document_references):
        return topic
    named = (replace(item, synthetic=item.synthetic - {"Guid"}) for item in topic.document_references)
    return replace(topic, document_references=tuple(named))


def none_written(outcomes: Iterable[Outcome], status: Status, message: str) -> list[Outcome]:
    """The outcomes, where nothing could be written."""
    return [
        replace(item, status=status, value=None, message=message) if item.status is Status.DONE else item
        for item in outcomes
    ]


def as_held(outcomes: list[Outcome], wanted: Iterable[Change | Outcome], found: Proven | None) -> list[Outcome]:
    """The outcomes with what the archive now holds, where that is not what was meant: no record must say more."""
    if found is None or not found.altered:
        return outcomes
    held = _held(found)
    return [
        replace(outcome, value=held.get(key_of(change.kind, change.topic, change.guid), outcome.value))
        if isinstance(change, Change) and outcome.status is Status.DONE and change.verb is not Verb.DELETE
        else outcome
        for change, outcome in zip(wanted, outcomes, strict=True)
    ]


def _held(found: Proven) -> dict[Key, Entity]:
    """The atoms of the topics that say something else than was meant."""
    held: dict[Key, Entity] = {}
    for topic in found.bcf.topics:
        if guid_key(topic.guid) not in found.altered:
            continue
        own = replace(topic, files=(), document_references=(), related_topics=(), comments=(), viewpoints=())
        held[key_of(Kind.TOPIC, "", topic.guid)] = own
        held[key_of(Kind.FILES, topic.guid, topic.guid)] = Files(topic.files)
        held[key_of(Kind.RELATED, topic.guid, topic.guid)] = Related(topic.related_topics)
        for kind, items in (
            (Kind.COMMENT, topic.comments),
            (Kind.VIEWPOINT, topic.viewpoints),
            (Kind.REFERENCE, topic.document_references),
        ):
            held |= {key_of(kind, topic.guid, item.guid): item for item in items}
    return held
