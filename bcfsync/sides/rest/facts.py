"""What a server's own answers taught about it: facts by name, all text, kept between runs by whoever runs the side.

Owns: the names of the facts and what their values mean. Sees nothing.
"""

from collections.abc import MutableMapping

Facts = MutableMapping[str, str]

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

SHOWN, DOUBTED = "shown", "doubted"
"""Short names of the topics the list showed last, and of those that may only be hidden: see ``doubts``."""

DATES_TELL = "dates_tell"
"""YES where a topic's date was proven to move with everything that happens below it, deletions and lists included."""

YES, NO = "yes", "no"
ENFORCED, IGNORED, UNTAGGED, MISREAD = "enforced", "ignored", "untagged", "misread"

OF_ONE_BASE = (DATES_TELL, KEEPS_GUIDS, IF_MATCH, TAG_COVERS, TAG_TRIALS, UNDELETABLE, PAGE)
"""What says nothing of another version of the API, or of another server."""

ALL = (ROOT, BASE, VERSION, DIALECT, USER, RIGHTS, SHOWN, DOUBTED, *OF_ONE_BASE)


def flag(facts: Facts, name: str) -> bool | None:
    """A fact that is YES or NO; None where it is not known."""
    value = facts.get(name)
    return None if value is None else value == YES
