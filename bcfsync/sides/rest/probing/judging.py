"""From what a probe found to the facts that later runs use. Pure.

Owns: which findings prove a fact. Rules: only a plain yes or no proves anything; unknown leaves what is known alone.
"""

from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES, Findings

_KINDS = ("topic", "comment", "viewpoint")
_MOVED = (
    "comment_added", "comment_edited", "comment_deleted", "viewpoint_added", "files", "related_topics",
    "document_references",
)  # fmt: skip
_PUTS = {"replace", "merge", "reset", "none"}
_TAGS = ("comment_deleted", "files", "related_topics", "document_references")


def proven(findings: Findings, version: str) -> dict[str, str]:
    """The facts.

    That dates tell everything is never among them: it includes snippets, which are not tried, and one missing proof
    would hide somebody's change.
    """
    found: dict[str, str] = {}
    guids = {kind: findings.value(f"client_guid.{kind}") for kind in _KINDS}
    kept = [kind for kind in _KINDS if guids[kind] == YES]
    if UNKNOWN not in guids.values():
        found[facts.KEEPS_GUIDS] = YES if len(kept) == len(_KINDS) else NO
        if kept and version == "2.1":
            found[facts.GUIDS_TAKEN] = ",".join(kept)
    if findings.value("if_match") in {facts.ENFORCED, facts.IGNORED}:
        found[facts.IF_MATCH] = findings.value("if_match")
    if findings.value("put") in _PUTS:
        found[facts.PUT] = findings.value("put")
    undeletable = [kind for kind in _KINDS if findings.value(f"delete.{kind}") == NO]
    if version == "2.1":
        undeletable = [kind for kind in undeletable if kind != "viewpoint"]
    if undeletable:
        found[facts.UNDELETABLE] = ",".join(undeletable)
    if any(findings.value(f"etag.topics.moves.{name}") == NO for name in _TAGS):
        found[facts.TAG_COVERS] = facts.NO
    return found


def dates_cover(findings: Findings) -> str:
    """Whether a topic's date moved with all that was done below it, for people to read."""
    values = {findings.value(f"dates.{name}") for name in _MOVED} - {"absent"}
    return NO if NO in values else YES if values == {YES} else UNKNOWN
