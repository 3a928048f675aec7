"""What an archive is measured by when the pair has no record of it, or only of a later state of it.

Owns: edits told from old news, member by member. Sees: model, canonical. Rules: docs/sync-rules.md, "Several
archives". Copies of one file travel, are edited by several people, and come back in any order. A value that is on
record somewhere is old news; a new value in a later revision is an edit, if everybody else still agrees; what could
be either is a conflict, never a guess.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bcfsync.canonical import TOPIC_SCALARS, TOPIC_SETS, canonical, digest, remembered, same
from bcfsync.marks import UNKNOWN, is_mark, marked
from bcfsync.merge import spelled
from bcfsync.model import BimSnippet, Comment, Topic

Copies = Sequence[tuple[Any, Any]]
"""What archives held, and what the server held when it agreed with each; the latest first."""


def measured(value: object, held: object, copies: Copies) -> tuple[Any, Any]:
    """What the archive's value and the server's are measured by; (None, None) where there is no common past.

    Args:
        value: what the archive holds.
        held: what the server holds, None where it holds nothing.
        copies: what is on record of the same atom.
    """
    if not copies:
        return None, None
    exact = next((pair for pair in copies if canonical(pair[0]) == canonical(value)), None)
    if exact is not None and exact[1] is not None:
        return exact
    match value:
        case Topic():
            return _measured_topic(value, held if isinstance(held, Topic) else None, copies)
        case Comment():
            return _measured_comment(value, held if isinstance(held, Comment) else None, copies)
        case _:
            return None, None


def moment(value: object) -> datetime | None:
    """When a topic or comment was last worked on, as it says itself."""
    match value:
        case Topic():
            date = value.modified_date or value.creation_date
        case Comment():
            date = value.modified_date or value.date
        case _:
            return None
    return date.instant if date else None


@remembered
def own_part(topic: Topic) -> Topic:
    """The topic without its children and lists, which are atoms of their own."""
    snippet = replace(topic.bim_snippet, blob=None) if topic.bim_snippet else None
    return replace(
        topic, bim_snippet=snippet, files=(), document_references=(), related_topics=(), comments=(), viewpoints=()
    )


def is_earlier(value: object, recorded: object) -> bool:
    """Whether an archive holds an earlier state than the one on record of it: a backup, an old mail."""
    mine, theirs = moment(value), moment(recorded)
    return mine is not None and theirs is not None and mine < theirs


def is_put_back(value: object, recorded: object, copies: Copies) -> bool:
    """Whether an archive holds just what is on record of some earlier state: a backup, an old mail.

    An earlier date alone says nothing: clocks go wrong, and some programs write local times without a zone.
    """
    if not is_earlier(value, recorded):
        return False
    now = canonical(value)
    return any(canonical(before) == now for before, _ in copies)


def _is_later(value: object, copies: Copies) -> bool:
    mine, theirs = moment(value), [moment(ours) for ours, _ in copies]
    return mine is not None and all(other is not None and mine > other for other in theirs)


def _measured_topic(value: Topic, held: Topic | None, copies: Copies) -> tuple[Topic, Topic]:
    later = _is_later(value, copies)
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for name in TOPIC_SCALARS:
        now = getattr(held, name) if held else getattr(value, name)
        base = _member(getattr(value, name), now, _known(name, copies), later=later)
        unknown = base == UNKNOWN
        ours[name] = marked(value, name, UNKNOWN) if unknown else base
        unmoved = same(getattr(value, name), now) or (not unknown and _never_held(name, now, copies))
        theirs[name] = now if unmoved else ours[name]
    for name in TOPIC_SETS:
        # what the archive lacks it may never have had; what it has and is on record is old news
        recorded = {spelled(item) for pair in copies for side in pair if side for item in getattr(side, name)}
        ours[name] = tuple(item for item in getattr(value, name) if spelled(item) in recorded)
        theirs[name] = () if held is None or _never_held(name, getattr(held, name), copies) else ours[name]
    return replace(value, **ours), replace(held or value, **theirs)


def _measured_comment(value: Comment, held: Comment | None, copies: Copies) -> tuple[Comment, Comment]:
    """Its text by the rule; its link to a viewpoint is taken for old news."""
    now = held.comment if held else value.comment
    base = _member(value.comment, now, _known("comment", copies), later=_is_later(value, copies))
    theirs = now if same(value.comment, now) else base
    return replace(value, comment=base), replace(held or value, comment=theirs)


def _member(value: Any, now: Any, known: set[str], *, later: bool) -> Any:  # noqa: ANN401 - any member of a topic
    """What one member is measured by: itself where it is no edit, the server's where it is one, else UNKNOWN."""
    if same(value, now) or canonical(value) is None:
        return value  # a tool that drops a member has not cleared it
    if digest([_without_bytes(value)]) in known:
        return UNKNOWN if later else value  # put back on purpose, or never seen by this branch: nobody can tell
    return now if later and known == {digest([_without_bytes(now)])} else UNKNOWN


def _never_held(name: str, now: object, copies: Copies) -> bool:
    """Whether a server without a value of a member never was on record with one: then it has not cleared it."""
    held = [getattr(theirs, name) for _, theirs in copies if theirs is not None]
    return bool(held) and not any(canonical(item) for item in (now, *held))


def _known(name: str, copies: Copies) -> set[str]:
    values = (getattr(side, name) for pair in copies for side in pair if side is not None)
    return {digest([_without_bytes(value)]) for value in values if not is_mark(value)}


def _without_bytes(value: object) -> Any:  # noqa: ANN401
    return canonical(replace(value, blob=None) if isinstance(value, BimSnippet) else value)
