"""Members a server is known never to keep: that it lacks them says nothing about what anybody did.

Owns: what both sides are measured by in such a member, where they have never agreed on it. Sees: marks, canonical.
Rules: docs/sync-rules.md, "What a server does not keep". The archive keeps its value, the server nothing, and
neither is an edit: where an answer was lost, too, there is nothing to decide.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, time
from typing import Any

from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, canonical
from bcfsync.changes import Key, Kind, Plan, Site, Step, Verb, key_of
from bcfsync.dates import Timestamp
from bcfsync.marks import NEVER, is_mark, marked
from bcfsync.merge import spelled
from bcfsync.model import Comment, DocumentReference, Topic

Past = tuple[Any, Any]
"""What the archive held when the two last agreed, and what the server did; None where they never have."""

_MEMBERS = {Topic: (Kind.TOPIC, (*TOPIC_SCALARS, *TOPIC_SETS)), Comment: (Kind.COMMENT, ("viewpoint_guid",))}


def lacking(kind: Kind, names: Collection[str]) -> frozenset[str]:
    """The members of a kind among names as ``topic.stage``."""
    start = f"{kind}."
    return frozenset(name.removeprefix(start) for name in names if name.startswith(start))


def shortened(local: object, remote: object) -> frozenset[str]:
    """Members of a topic of which the server holds a part: the day of a due date, without its time (OpenAEC)."""
    ours, theirs = getattr(local, "due_date", None), getattr(remote, "due_date", None)
    if not (isinstance(ours, Timestamp) and isinstance(theirs, Timestamp)) or ours == theirs:
        return frozenset()
    day = theirs.instant
    is_bare = theirs.date_only or day.time() == time.min
    # the day where it was written, or in UTC: servers take either
    same = day.date().isoformat() in {ours.text[:10], ours.instant.astimezone(UTC).date().isoformat()}
    return frozenset({"due_date"}) if is_bare and same else frozenset()


def past_without(past: Past, local: object, remote: object, lacks: Collection[str]) -> Past:
    """What two sides are measured by, where the server never keeps some members.

    Args:
        past: by what is on record.
        local: what the archive holds.
        remote: what the server holds.
        lacks: these members, as ``topic.stage``.
    """
    kind, members = _MEMBERS.get(type(local), (None, ()))
    if kind is None or type(remote) is not type(local) or (past[0] is None) != (past[1] is None):
        return past
    never = lacking(kind, lacks) | shortened(local, remote)
    found = [name for name in members if name in never and _is_lost(name, past, local, remote)]
    if not found:
        return past
    ours, theirs = past if past[0] is not None else unagreed(local, remote)
    return (
        replace(ours, **{name: getattr(local, name) for name in found}),
        replace(theirs, **{name: getattr(remote, name) for name in found}),
    )


def unagreed(local: Any, remote: Any) -> Past:  # noqa: ANN401 - topics or comments
    """The past of two that have none, member by member; it means what None does."""
    if not isinstance(local, Topic):
        return tuple(replace(value, comment=NEVER, viewpoint_guid=NEVER) for value in (local, remote))
    ours: dict[str, Any] = {name: marked(local, name, NEVER) for name in TOPIC_SCALARS}
    theirs = dict(ours)
    if (local.index is None) != (remote.index is None):
        # a number that one side lacks is none
        ours["index"], theirs["index"] = None, remote.index
    empty: dict[str, Any] = dict.fromkeys(TOPIC_SETS, ())
    return replace(local, **ours, **empty), replace(remote, **theirs, **empty)


def without_placeless(plan: Plan, lacks: Collection[str], unkept: Collection[Key]) -> Plan:
    """The plan without what the server has no place for, and is on record not to have taken: ``unkept``, by local key.

    What is not on record yet stays in the plan, so that the one who carries it out learns of it, once.
    """
    known = {step.number for step in plan.steps if _is_known(step, lacks, unkept)}
    # a document goes along with a reference that is tried, which waits for it
    tried = {_document_of(step) for step in plan.steps if step.number not in known}
    kept = [step for step in plan.steps if step.number not in known or key_of(step.kind, "", step.guid) in tried]
    if len(kept) == len(plan.steps):
        return plan
    return replace(plan, steps=tuple(replace(step, number=at) for at, step in enumerate(kept)))


def _is_known(step: Step, lacks: Collection[str], unkept: Collection[Key]) -> bool:
    """Whether the server has no place for it, or for the document it refers to, and that is on record."""
    if step.site is Site.LOCAL or step.verb is Verb.DELETE or key_of(step.kind, step.topic, step.guid) not in unkept:
        return False
    document = _document_of(step)
    return f"{step.kind}.*" in lacks or (f"{Kind.DOCUMENT}.*" in lacks and document in unkept)


def _document_of(step: Step) -> Key | None:
    """The document a reference is to."""
    guid = step.value.document_guid if isinstance(step.value, DocumentReference) else None
    return key_of(Kind.DOCUMENT, "", guid) if guid else None


def _is_lost(name: str, past: Past, local: object, remote: object) -> bool:
    """Whether the archive names what the server does not, and the two have never agreed on it."""
    ours, theirs = getattr(local, name), getattr(remote, name)
    if name in TOPIC_SETS:
        return past[0] is None and bool({spelled(item) for item in ours} - {spelled(item) for item in theirs})
    if canonical(ours) is None or (canonical(theirs) is not None and name not in shortened(local, remote)):
        return False
    return past[0] is None or (is_mark(getattr(past[0], name)) and is_mark(getattr(past[1], name)))
