"""What a server's own answers taught about it: facts by name, all text, kept between runs by whoever runs the side.

Owns: the names of the facts and what their values mean. Sees: the facts a dialect is refined by, which are used from
here, too.
"""

import threading
from collections.abc import MutableMapping
from datetime import date, timedelta

from bcfsync.bcfapi.dialects.learning import (
    ABSENT,
    CAP,
    DROPPED,
    GUIDS_TAKEN,
    MUTABLE,
    NO,
    PUT,
    REFUSED,
    RENAMED,
    SPELLING,
    STAMPS,
    TEXT_NEEDED,
    YES,
    add,
    names,
    remove,
)

__all__ = [
    "ABSENT",
    "ABSENT_SINCE",
    "ALL",
    "BASE",
    "BODY",
    "CAP",
    "DATES_TELL",
    "DIALECT",
    "DOUBTED",
    "DROPPED",
    "ENDED_AT",
    "ENFORCED",
    "FULL_TOPICS",
    "GUIDS_TAKEN",
    "IF_MATCH",
    "IGNORED",
    "KEEPS_GUIDS",
    "KEPT",
    "LATE",
    "MISREAD",
    "MUTABLE",
    "NO",
    "OF_ONE_BASE",
    "OF_ONE_PLACE",
    "PAGE",
    "PUT",
    "REFUSED",
    "RENAMED",
    "RIGHTS",
    "ROOT",
    "SAID",
    "SCRATCH",
    "SHOWN",
    "SNAPSHOTS",
    "SPELLING",
    "STAMPS",
    "TAG",
    "TAG_COVERS",
    "TAG_TRIALS",
    "TEXT",
    "TEXT_NEEDED",
    "UNDELETABLE",
    "UNTAGGED",
    "USER",
    "VERSION",
    "YES",
    "Facts",
    "add",
    "count",
    "counted",
    "flag",
    "forget_old_absences",
    "is_there",
    "names",
    "of_reading",
]  # fmt: skip

Facts = MutableMapping[str, str]
_COUNTING = threading.Lock()
_A_WEEK = timedelta(days=7)

ROOT, BASE, VERSION = "root", "base", "version"
"""The URL that was given, the versioned base behind it, and its version."""

DIALECT = "dialect"
"""The name of what the server was recognised as, or was said to be."""

USER, RIGHTS = "user", "rights"
"""Who we are there ("" where the server does not say), and a name for what we may do in the project."""

KEEPS_GUIDS = "keeps_guids"
"""YES or NO: whether it keeps the guids we send."""

IF_MATCH = "if_match"
"""ENFORCED, IGNORED, UNTAGGED where it gives no strong tag to send back, MISREAD where it refuses its own tags."""

TAG_COVERS = "tag_covers"
"""What the tags of the list of topics speak for: see ``tags``. NO is for good."""

TAG_TRIALS = "tag_trials"
"""How often that was tried to find out on purpose."""

UNDELETABLE = "undeletable"
"""Kinds of atoms it does not delete, by name, with commas between."""

PAGE = "page"
"""How many items it gives at most in one answer, where it refused to give more."""

ENDED_AT = "ended_at"
"""How many items the longest list of each collection had that came in one answer, with nothing behind it."""

SHOWN, DOUBTED = "shown", "doubted"
"""Short names of the topics the list showed last, and of those that may only be hidden: see ``doubts``."""

DATES_TELL = "dates_tell"
"""YES where a topic's date was proven to move with everything that happens below it, deletions and lists included."""

TEXT = "text"
"""Of BCF-API 1.0, which of its two texts it speaks: TAG or LATE."""

TAG, LATE = "tag", "late"

SAID = "dialect_said"
"""The name of the dialect a person said the server has; it counts for more than what it was recognised as."""

SCRATCH = "scratch"
"""Guids of topics a probe made and could not remove: nobody's, and never in any listing."""

SNAPSHOTS = "snapshots"
"""YES where a snapshot that was announced was there."""

ABSENT_SINCE = "absent_since"
"""The day ABSENT was begun: after a week everything is asked for again."""

FULL_TOPICS = "full_topics"
"""NO where a server that numbers projects was asked for full topics, and has none."""

KEPT = "kept"
"""Parts of viewpoints, by name, that were read back once and found as they were sent: no answer shows them."""

BODY = "body"
"""The size in bytes of the smallest body it refused as too large."""

ENFORCED, IGNORED, UNTAGGED, MISREAD = "enforced", "ignored", "untagged", "misread"

OF_ONE_BASE = (
    DATES_TELL, KEEPS_GUIDS, IF_MATCH, TAG_COVERS, TAG_TRIALS, UNDELETABLE, PAGE, ENDED_AT, REFUSED, DROPPED,
    ABSENT, ABSENT_SINCE, SNAPSHOTS, KEPT, TEXT_NEEDED, BODY, STAMPS, GUIDS_TAKEN, CAP, PUT, MUTABLE, SPELLING, RENAMED,
    TEXT, FULL_TOPICS,
)  # fmt: skip
"""What says nothing of another version of the API, or of another server."""

OF_ONE_PLACE = (ROOT, BASE, VERSION, DIALECT, USER, RIGHTS, SHOWN, DOUBTED, SCRATCH, *OF_ONE_BASE)
"""Everything that was learned of the server at one URL."""

ALL = (SAID, *OF_ONE_PLACE)


def flag(facts: Facts, name: str) -> bool | None:
    """A fact that is YES or NO; None where it is not known."""
    value = facts.get(name)
    return None if value is None else value == YES


def counted(facts: Facts, name: str) -> dict[str, int]:
    """A fact that is numbers by names."""
    pairs = (item.partition("=") for item in names(facts, name))
    return {of: int(number) for of, _, number in pairs if number.isdecimal()}


def count(facts: Facts, name: str, of: str, number: int) -> None:
    """Raise one of such numbers."""
    with _COUNTING:
        known = counted(facts, name)
        if number > known.get(of, 0):
            facts[name] = ",".join(f"{key}={value}" for key, value in sorted({**known, of: number}.items()))


def of_reading(name: str) -> str:
    """What is absent, by name, where a list is only never there to be read: it may be written all the same."""
    return f"{name}.get"


def is_there(facts: Facts, name: str) -> None:
    """What was thought to be absent is not."""
    remove(facts, ABSENT, frozenset({name, of_reading(name)}))


def forget_old_absences(facts: Facts, today: date) -> None:
    """What was absent for a week is asked for again; servers grow."""
    if ABSENT not in facts:
        facts.pop(ABSENT_SINCE, None)
        return
    try:
        since = date.fromisoformat(facts.setdefault(ABSENT_SINCE, today.isoformat()))
    except ValueError:
        since = date.min
    if not timedelta(0) <= today - since < _A_WEEK:
        del facts[ABSENT], facts[ABSENT_SINCE]
