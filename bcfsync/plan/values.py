"""Values the server's lists do not have: each is held by itself, and the rest of its topic goes on.

Owns: which members may be sent. Sees: the drawing board, wording. Rules: docs/sync-rules.md, "Values". What is held was
never agreed on; what the server puts in its place is its own, and goes nowhere until somebody there changes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bcfsync.canonical import same_set
from bcfsync.changes import Cause, Entity, Site
from bcfsync.marks import is_mark
from bcfsync.merge import spelled
from bcfsync.model import BimSnippet, Topic
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.policy import Unknown
from bcfsync.plan.wording import LISTS, NAMES, offered, said_in

_NAMED = 6
_LONGEST = 60

Held = tuple[tuple[str, str], ...]
"""Members that are not sent, each with the word that is in the way."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """What may be sent of a topic or of an edit of it, and what not."""

    members: dict[str, Any]
    held: Held = ()


def is_offered(drawing: Drawing, member: str, word: str) -> bool:
    """Whether the server takes a word of the files, as it is or as the table has it."""
    if drawing.policy.unknown is Unknown.SEND:
        return True
    names = offered(drawing.server.project.extensions, member)
    return not names or drawing.policy.wording.sent(member, word, names) in names


def unoffered(drawing: Drawing, topic: Topic) -> Iterator[tuple[str, str]]:
    """The members of a topic of the files with words the server has no value for."""
    for member in LISTS:
        for word in said_in(topic, member):
            if not is_offered(drawing, member, word):
                yield member, word


def new_topic(drawing: Drawing, atom: Atom, topic: Topic) -> tuple[Topic, Held]:
    """A new topic as it may be sent; what is held is noted."""
    found = _without(drawing, atom, topic, {member: getattr(topic, member) for member in LISTS}, frozenset())
    return (replace(topic, **found.members), found.held) if found.held else (topic, ())


def edits(drawing: Drawing, atom: Atom, updates: Mapping[str, Any], there: Topic) -> Sendable:
    """Those of a topic's edits that may be sent to the server; what is held is noted.

    Args:
        drawing: the plan so far.
        atom: the topic.
        updates: the members that shall change.
        there: what the server holds.
    """
    wanted = {member: value for member, value in updates.items() if member in LISTS}
    if drawing.target_site is Site.LOCAL or not wanted:
        return Sendable(dict(updates))
    found = _without(drawing, atom, replace(there, **wanted), wanted, frozenset(map(spelled, there.labels)))
    kept = {member: found.members.get(member, value) for member, value in updates.items()}
    lacking = {member for member, _ in found.held} - {"labels"}
    if "labels" in kept and same_set(kept["labels"], there.labels):
        lacking.add("labels")
    return Sendable({member: value for member, value in kept.items() if member not in lacking}, found.held)


def _without(
    drawing: Drawing, atom: Atom, asked: Topic, wanted: Mapping[str, Any], there: frozenset[str]
) -> Sendable:  # fmt: skip
    """The wanted members without what the server does not offer; labels that are there all the same may stay."""
    found = tuple(
        (member, word)
        for member, word in unoffered(drawing, asked)
        if member in wanted and not (member == "labels" and spelled(word) in there)
    )
    members: dict[str, Any] = {}
    for member, word in found:
        hold(drawing, atom, member, word)
        members[member] = None
    if "labels" in members:
        lacking = {word for member, word in found if member == "labels"}
        members["labels"] = tuple(label for label in wanted["labels"] if label not in lacking)
    return Sendable(members, found)


def hold(drawing: Drawing, atom: Atom, member: str, word: str) -> None:
    """Note a word the server has no value for."""
    names = offered(drawing.server.project.extensions, member)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    some = ", ".join(map(_short, names[:_NAMED]))
    said = f'{NAMES[member]} "{_short(word)}" is not one of {some}{more}; bcfsync map suggest'
    drawing.hold(atom, said, Cause.VALUE, member)


def _short(word: str) -> str:
    return word if len(word) <= _LONGEST else f"{word[: _LONGEST - 1]}…"


def held_instead(drawing: Drawing, atom: Atom, member: str, word: object) -> bool:
    """Whether a member without a common past is held for the word of the files, and no conflict before that is mapped.

    Nobody can decide between two values while one of them has no meaning across.
    """
    if isinstance(word, BimSnippet):
        word = word.snippet_type
    if member not in LISTS or not isinstance(word, str) or not word.strip() or is_offered(drawing, member, word):
        return False
    hold(drawing, atom, member, word)
    return True


def snippet_waits(drawing: Drawing, snippet: BimSnippet, there: BimSnippet | None) -> bool:
    """Whether the bytes of a snippet are not sent either, since its type is held."""
    known = there is not None and there.snippet_type == snippet.snippet_type
    if drawing.target_site is Site.LOCAL or known or not snippet.snippet_type.strip():
        return False
    return not is_offered(drawing, "bim_snippet", snippet.snippet_type)


def as_far_as_sent(drawing: Drawing, value: Entity, shadow: object) -> Entity:
    """A topic of the files with its record in place of what is held: that was never sent, so it is no edit."""
    if drawing.source_site is Site.REMOTE or not (isinstance(value, Topic) and isinstance(shadow, Topic)):
        return value
    found = list(unoffered(drawing, value))
    if not found:
        return value
    recorded = {spelled(label) for label in shadow.labels}
    lacking = {word for member, word in found if member == "labels" and spelled(word) not in recorded}
    agreed = {member: getattr(shadow, member) for member, _ in found if member != "labels"}
    members: dict[str, Any] = {member: mark for member, mark in agreed.items() if is_mark(mark)}
    return replace(value, **members, labels=tuple(label for label in value.labels if label not in lacking))
