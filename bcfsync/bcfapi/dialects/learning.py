"""What a server's answers teach about its dialect: the record of its product, refined by facts.

Owns: names of the facts a dialect is refined by, and facts → record; names that answers show. Sees: words, spelling.
Facts are text by name, kept between runs; a list of names has commas between.
"""

import threading
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import replace

from bcfsync.bcfapi.dialects.spelling import ALIASES, snake
from bcfsync.bcfapi.dialects.words import Dialect

REFUSED, DROPPED, ABSENT = "refused", "dropped", "absent"
"""Members it refuses bodies for and members it takes and does not keep, as ``topic.labels``; what it has no routes for.

What is absent is called as in ``Dialect.absent``, with ``topic.put`` and the like for what cannot be changed.
"""

TEXT_NEEDED = "text_needed"
"""YES where it refused a comment without words."""

STAMPS, GUIDS_TAKEN = "stamps", "guids_taken"
"""YES or NO: whether authors and dates are the client's to send; the kinds it takes guids for beyond its version."""

CAP = "cap"
"""After how many items its lists end, without a way to the rest."""

PUT = "put"
"""What its PUT does with what a body leaves out: see ``Dialect.put``."""

MUTABLE = "mutable_viewpoints"
"""YES where a viewpoint was seen to change under its guid."""

SPELLING, RENAMED = "spelling", "renamed"
"""CAMEL where its answers are in camel case; names of its own and the book's, as ``modify_date=modified_date``."""

YES, NO, CAMEL = "yes", "no", "camel"

_ADDING = threading.Lock()
_PUTS = frozenset({"replace", "merge", "reset", "none"})


def refined(dialect: Dialect, facts: Mapping[str, str]) -> Dialect:
    """What is known of a product, and what this server taught beyond that; where they differ, the server is right."""
    absent = names(facts, ABSENT)
    put = facts.get(PUT, "none" if "topic.put" in absent else "")
    cap = facts.get(CAP, "")
    refused = _by_kind(dialect.refused, names(facts, REFUSED) - {"comment.comment"})
    worded = dialect.text_needed or facts.get(TEXT_NEEDED) == YES or "comment.comment" in names(facts, REFUSED)
    return replace(
        dialect,
        takes_guids=dialect.takes_guids or bool(names(facts, GUIDS_TAKEN)),
        stamps=facts.get(STAMPS, YES if dialect.stamps else NO) == YES,
        tries_stamps=dialect.tries_stamps and STAMPS not in facts,
        refused=refused,
        dropped=_by_kind(dialect.dropped, names(facts, DROPPED)),
        renamed={**dialect.renamed, **_pairs(facts.get(RENAMED, ""))},
        camel_case=dialect.camel_case or facts.get(SPELLING) == CAMEL,
        text_needed=worded,
        absent=dialect.absent | absent,
        mutable_viewpoints=dialect.mutable_viewpoints or facts.get(MUTABLE) == YES,
        put=put if put in _PUTS else dialect.put,
        cap=int(cap) if cap.isdecimal() and len(cap) < 10 else dialect.cap,
    )


def names(facts: Mapping[str, str], name: str) -> frozenset[str]:
    """A fact that is a list of names."""
    return frozenset(item for item in facts.get(name, "").split(",") if item)


def add(facts: MutableMapping[str, str], name: str, item: str) -> None:
    """Put one more name into such a list; safe to use from several threads."""
    with _ADDING:
        facts[name] = ",".join(sorted(names(facts, name) | {item}))


def remove(facts: MutableMapping[str, str], name: str, items: frozenset[str]) -> None:
    """Take names out of such a list; safe to use from several threads."""
    with _ADDING:
        if names(facts, name) & items:
            facts[name] = ",".join(sorted(names(facts, name) - items))


def noted(facts: MutableMapping[str, str], items: Iterable[object]) -> bool:
    """Whether answers show names that were not known to be this server's; they are put on record.

    Args:
        facts: read and written.
        items: objects as the server answers them.
    """
    before = (facts.get(SPELLING), facts.get(RENAMED))
    for item in items:
        if isinstance(item, dict):
            _note(facts, item)
    return (facts.get(SPELLING), facts.get(RENAMED)) != before


def _note(facts: MutableMapping[str, str], item: Mapping[str, object]) -> None:
    for own, book in ALIASES.items():
        if own in item and book not in item:
            add(facts, RENAMED, f"{own}={book}")
    if any(name in _HUMPED and snake(name) not in item for name in item):
        facts[SPELLING] = CAMEL


_HUMPED = frozenset({
    "projectId", "topicType", "topicStatus", "creationDate", "creationAuthor", "viewpointGuid", "topicGuid",
    "perspectiveCamera", "orthogonalCamera",
})  # fmt: skip


def _pairs(text: str) -> Mapping[str, str]:
    found = (item.partition("=") for item in text.split(",") if "=" in item)
    return {own: book for own, _, book in found if own and book}


def _by_kind(known: Mapping[str, frozenset[str]], told: Iterable[str]) -> Mapping[str, frozenset[str]]:
    found = dict(known)
    for name in told:
        kind, _, path = name.partition(".")
        if kind and path:
            found[kind] = found.get(kind, frozenset()) | {path}
    return found
