"""A probe from its beginning to its end.

Owns: the order of things. Sees: looking, trying, scratch, judging. Rules: what was made is removed whatever happens;
what cannot be removed stays on record, and is ignored by every turn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bcfsync.net import Http
from bcfsync.sides.rest.probing.asking import Asking
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES, Findings
from bcfsync.sides.rest.probing.judging import dates_cover, proven
from bcfsync.sides.rest.probing.looking import look
from bcfsync.sides.rest.probing.scratch import Scratch
from bcfsync.sides.rest.probing.trying import Experiments
from bcfsync.sides.rest.routes import Routes

_LISTS = {"topic_type": "topic_type", "topic_status": "topic_status", "priority": "priority", "stage": "stage",
          "snippet_type": "snippet_type"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of it: findings, the facts they prove, and scratch topics that could not be removed."""

    findings: Findings
    facts: dict[str, str]
    left: frozenset[str]


@dataclass(frozen=True, slots=True)
class Manners:
    """How to probe.

    Attributes:
        active: whether anything may be written.
        known: scratch topics on record from earlier probes.
        keep: puts scratch topics on record.
        pause: waits until the clock of a server that counts seconds has moved.
    """

    active: bool
    known: frozenset[str]
    keep: Callable[[frozenset[str]], None]
    pause: Callable[[], None]


def probe(http: Http, routes: Routes, version: str, manners: Manners) -> Probed:
    """Find out what a server can do in one project.

    Raises:
        LoginNeeded, Unreachable: (and kin) the server cannot be used.
    """
    findings = Findings()
    asking = Asking(http, routes.project)
    scratch = Scratch(asking, routes, manners.keep)
    scratch.ours |= manners.known
    # the bodies of 1.0 are others; there only what reading tells is found out
    if not manners.active or version.startswith("1."):
        look(asking, routes, findings)
    else:
        _try(scratch, findings, version, manners)
    findings.note("max_body", UNKNOWN, "not tried")
    return Probed(findings, proven(findings, version), frozenset(scratch.ours))


def _try(scratch: Scratch, findings: Findings, version: str, manners: Manners) -> None:
    scratch.clean(manners.known)
    experiments = Experiments(scratch, findings, _values(scratch), version, manners.pause)
    try:
        if experiments.topics():
            experiments.below()
            experiments.changing()
        look(scratch.asking, scratch.routes, findings, len(scratch.ours))
        experiments.parting()
    finally:
        answers = scratch.remove()
    if experiments.topic:
        gone = NO if experiments.topic in scratch.ours else YES
        findings.note("delete.topic", gone if answers else UNKNOWN, *answers[:1])
        findings.note("modified_date_covers_children", dates_cover(findings))


def _values(scratch: Scratch) -> dict[str, Any]:
    """Members of a topic, and a type of snippets, with values the project offers; none where it has no lists."""
    lists = scratch.asking.get(scratch.routes.extensions).members
    values: dict[str, Any] = {}
    for name, key in _LISTS.items():
        offered = lists.get(key)
        if isinstance(offered, list) and offered and isinstance(offered[-1], str):
            values[name] = offered[-1]
    labels = lists.get("topic_label")
    if isinstance(labels, list) and labels and isinstance(labels[0], str):
        values["labels"] = labels[:1]
    return values
