"""What becomes of a member both sides changed: a person's decision, a merge of lines, a preference, or a conflict.

Owns: whose value wins. Sees: the drawing board, merge, policy. Rules: docs/sync-rules.md, "Conflicts". The answer is
the same from either direction, so the pass across either finds nothing left to do or does the other half.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcfsync.canonical import canonical, same
from bcfsync.changes import Kind, Site
from bcfsync.dates import read_timestamp
from bcfsync.marks import is_mark, is_unknown, shown
from bcfsync.merge import Merged, Shadows, merged_text
from bcfsync.model import BimSnippet, Comment, Topic
from bcfsync.plan.drawing import Atom, Clash, Drawing, text_of
from bcfsync.plan.policy import Decision, Prefer
from bcfsync.plan.returning import returned
from bcfsync.plan.values import held_instead

_LINES = frozenset({"description", "comment"})
"""Members that are texts of several lines."""


def _text(value: str) -> str | None:
    return value


def _number(value: str) -> int | None:
    digits = value.strip()
    return int(digits) if digits.removeprefix("-").isdecimal() and digits.isascii() else None


_READERS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(("title", "topic_type", "topic_status", "priority", "assigned_to", "stage", "description"), _text),
    **dict.fromkeys(("comment", "url"), _text),
    "index": _number,
    "due_date": read_timestamp,
}
"""Members that a person can give a value of their own, by how its text is read; None where it says nothing."""

_NEVER_EMPTY = frozenset({"title", "comment", "url"})


@dataclass(frozen=True, slots=True)
class Settled:
    """Members the target shall take over; ``merged`` are those whose new value is neither side's own."""

    updates: dict[str, Any]
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Both:
    """A member both sides changed."""

    name: str
    bases: Shadows
    source: object
    target: object
    clash: Clash


@dataclass(frozen=True, slots=True)
class _Answer:
    value: object


def settled(drawing: Drawing, atom: Atom, merged: Merged, shadows: Shadows, both: tuple[Any, Any]) -> Settled:
    """A merge with its conflicts resolved as far as anything says how; the others are noted.

    Args:
        drawing: the plan so far.
        atom: of the source.
        merged: what the members' own rules say.
        shadows: what both were measured by.
        both: what the source holds and what the target holds, in the same ids.
    """
    updates: dict[str, Any] = dict(merged.updates)
    third: list[str] = []
    for name in merged.conflicts:
        bases = Shadows(getattr(shadows.source, name, None), getattr(shadows.target, name, None))
        ours, theirs = getattr(both[0], name), getattr(both[1], name)
        known = ours
        if name == "document_guid" and isinstance(ours, str):
            known = drawing.name_across(Kind.DOCUMENT, "", ours)
        found = _Both(name, bases, ours, theirs, drawing.clash(atom, name, bases, known, theirs))
        answer = _answer(drawing, atom, found, both)
        if answer is None:
            mine, past = (ours, bases.target) if drawing.source_site is Site.LOCAL else (theirs, bases.source)
            strange = not shadows.known or is_mark(past)
            if not (strange and atom.kind is Kind.TOPIC and held_instead(drawing, atom, name, mine)):
                drawing.conflict(atom, name, found.clash)
        elif not same(answer.value, theirs):
            updates[name] = answer.value
            third += [] if same(answer.value, ours) else [name]
    return Settled(updates, tuple(third))


def settled_bytes(
    drawing: Drawing, atom: Atom, bases: Shadows, both: tuple[str | None, ...], topics: tuple[Topic, Topic | None]
) -> bool:
    """Whether the source's bytes of a snippet win, which both sides changed; if nothing says so, that is noted."""
    ours, theirs = both
    clash = drawing.clash(atom, "bim_snippet", bases, ours, theirs)
    answer = _answer(drawing, atom, _Both("bim_snippet", bases, ours, theirs, clash), topics)
    if answer is None:
        drawing.conflict(atom, "bim_snippet", clash)
    return answer is not None and answer.value == ours


def _answer(drawing: Drawing, atom: Atom, found: _Both, both: tuple[Any, Any]) -> _Answer | None:
    decision = drawing.policy.decisions.get((drawing.local_key(atom), found.name))
    answer = _decided(drawing, found, decision) if decision else None
    if answer is None:
        answer = _merged_lines(found)
    if answer is None and decision is not None and decision.prefer is Prefer.NEWEST and _is_still(found, decision):
        answer = _side(drawing, found, _newest(drawing, atom, both))
    return answer or _preferred(drawing, atom, found, both)


def _is_still(found: _Both, decision: Decision) -> bool:
    """Whether both values are those a person saw."""
    return (decision.local, decision.remote) == (found.clash.local, found.clash.remote)


def takes(member: str, text: str | None) -> bool:
    """Whether a person can decide that a member shall be this text; None or nothing empties it."""
    return _read(member, text) is not None


def _side(drawing: Drawing, found: _Both, prefer: Prefer | None) -> _Answer | None:
    """The value of the server or of the file."""
    match prefer:
        case Prefer.SERVER:
            return _Answer(found.source if drawing.source_site is Site.REMOTE else found.target)
        case Prefer.FILES:
            return _Answer(found.source if drawing.source_site is Site.LOCAL else found.target)
        case _:
            return None


def _decided(drawing: Drawing, found: _Both, decision: Decision) -> _Answer | None:
    """What a person decided, where both values are still those they saw, or one has become the decided one since."""
    shown_then, shown_now = (decision.local, decision.remote), (found.clash.local, found.clash.remote)
    if decision.prefer is not None:
        return _side(drawing, found, decision.prefer) if shown_then == shown_now else None
    answer = _read(found.name, decision.value)
    if answer is None:
        return None
    known = text_of(answer.value)
    fits = all(now in {then, known} for then, now in zip(shown_then, shown_now, strict=True))
    return answer if fits else None


def _read(name: str, text: str | None) -> _Answer | None:
    """A value given as text; None where the member cannot have it."""
    if text is None or not text.strip():
        return None if name in _NEVER_EMPTY or name not in _READERS else _Answer(None)
    value = _READERS[name](text) if name in _READERS else None
    return None if value is None else _Answer(value)


def _merged_lines(found: _Both) -> _Answer | None:
    """Both edits of a text of several lines, where they are of different lines."""
    base, before, ours, theirs = found.bases.source, found.bases.target, found.source, found.target
    if found.name not in _LINES or shown(base) is None or not same(base, before):
        return None
    if not (isinstance(base, str) and isinstance(ours, str) and isinstance(theirs, str)):
        return None
    if not (base.strip() and ours.strip() and theirs.strip()):
        return None  # a text that was taken away has no lines
    merged = merged_text(base, (ours, theirs))
    return None if merged is None or not merged.strip() else _Answer(merged)


def _preferred(drawing: Drawing, atom: Atom, found: _Both, both: tuple[Any, Any]) -> _Answer | None:
    prefer = drawing.policy.preferred(found.name)
    if is_unknown(found.bases.source) or is_unknown(found.bases.target):
        return None  # one of the values may be old news, and a preference is none for what is old
    if prefer is not Prefer.MANUAL and (only := _only_value(found)) is not None:
        return _Answer(only)
    if prefer is Prefer.FILES and _is_of_another_archive(drawing, atom, found):
        return None  # two files against each other: neither is "the files"
    if prefer is Prefer.NEWEST:
        prefer = _newest(drawing, atom, both)
    return _side(drawing, found, prefer)


def _only_value(found: _Both) -> object | None:
    """The one value of a member without a common past; a side that does not name it may never have had it."""
    if shown(found.bases.source) is not None or shown(found.bases.target) is not None:
        return None
    named = [value for value in (found.source, found.target) if canonical(value) is not None]
    return named[0] if len(named) == 1 else None


def _is_of_another_archive(drawing: Drawing, atom: Atom, found: _Both) -> bool:
    """Whether the server's value is the one another archive agreed on with it last."""
    copies = drawing.base.others.get(drawing.local_key(atom), ())
    held = (ours for ours, seen in copies if seen is not None)
    return any(text_of(_member(value, found.name)) == found.clash.remote for value in held)


def _member(value: object, name: str) -> object:
    if isinstance(value, BimSnippet):
        return value.blob
    return getattr(value, name)


def _newest(drawing: Drawing, atom: Atom, both: tuple[Any, Any]) -> Prefer:
    """The side that was modified last; nobody's where that is unknown or the same moment.

    A value that came to the server from another archive has the date it has there.
    """
    local, remote = both if drawing.source_site is Site.LOCAL else reversed(both)
    match remote:
        case Topic() if atom.kind is Kind.TOPIC:
            remote = returned(remote, *drawing.past(drawing.local_key(atom), remote))
        case Comment():
            remote = returned(remote, *drawing.past(drawing.local_key(atom), remote))
    ours, theirs = (getattr(side, "modified_date", None) for side in (local, remote))
    if ours is None or theirs is None or ours == theirs:
        return Prefer.MANUAL
    return Prefer.FILES if ours.instant > theirs.instant else Prefer.SERVER
