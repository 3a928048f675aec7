"""From what a probe found to the facts that later runs use. Pure.

Owns: which findings prove a fact. Rules: only a plain yes or no proves anything; unknown leaves what is known alone.
"""

from bcfsync.sides.rest import facts
from bcfsync.sides.rest.probing.findings import ABSENT, NO, REJECTED, UNKNOWN, YES, Findings

_KINDS = ("topic", "comment", "viewpoint")
_ALWAYS = ("comment_added", "viewpoint_added")
_MOVED = (
    *_ALWAYS, "comment_edited", "comment_deleted", "viewpoint_edited", "viewpoint_deleted", "topic_edited", "snippet",
    "files", "files_emptied", "related_topics", "related_topics_emptied", "relation_lost", "document_references",
    "document_reference_edited", "document_reference_deleted",
)  # fmt: skip
"""All that can happen below a topic."""
_ELSEWHERE = {"viewpoint_deleted": {"3.0"}, "viewpoint_edited": {"1.0", "2.0"}}
"""What other versions have routes for, where the one that was tried has none."""
_PUTS = {"replace", "merge", "reset", "none"}


def proven(findings: Findings, version: str) -> dict[str, str]:
    """The facts."""
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
    if any(findings.value(f"etag.topics.moves.{name}") == NO for name in _MOVED if name != "topic_edited"):
        found[facts.TAG_COVERS] = facts.NO
    if dates_cover(findings) == YES:
        found[facts.DATES_TELL] = facts.YES
    if findings.value("viewpoint_mutable") == YES:
        found[facts.MUTABLE] = facts.YES
    return found | _stamps(findings)


def _stamps(findings: Findings) -> dict[str, str]:
    stamps = findings.value("client_author_date")
    if stamps == YES:
        return {facts.STAMPS: facts.YES}
    # whole topics in one request may take what the standard's routes do not
    standard = findings.value("full_topic") == NO
    return {facts.STAMPS: facts.NO} if stamps in {NO, REJECTED} and standard else {}


def dates_cover(findings: Findings) -> str:
    """Whether a topic's date moved with everything that can be done below it, deletions included.

    One missing proof would hide somebody's change: so YES only where each kind of change was seen to move the date, or
    there is no route for it in any version the server speaks.
    """
    values = {name: findings.value(f"dates.{name}") for name in _MOVED}
    if NO in values.values():
        return NO
    moved = all(values[name] == YES for name in _ALWAYS)
    return YES if moved and all(_holds(findings, name, value) for name, value in values.items()) else UNKNOWN


def _holds(findings: Findings, name: str, value: str) -> bool:
    if value != ABSENT:
        return value == YES
    others = findings.value("versions.others")
    return name not in _ELSEWHERE or (others != UNKNOWN and not _ELSEWHERE[name] & set(others.split()))
