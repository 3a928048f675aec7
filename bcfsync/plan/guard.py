"""The brake: many deletions at once are more often an accident than somebody's wish.

Owns: how many deletions a turn may make. Sees: changes. Source: design of the engine, 2.8.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bcfsync.changes import Cause, Hold, Plan, Step, Verb

FEW = 5
"""So many deletions are made without asking, however small the project."""

SHARE = 10
"""One in so many topics may be deleted without asking."""

_UNPROVEN = "is not in the server's list, and not proven to be gone when it is asked for by itself; not deleted"


def too_many(count: int, topics: int, held: int, allowed: int | None) -> str:
    """Why so many deletions must not be made, or "".

    Args:
        count: how many deletions there are on a site, in all.
        topics: how many of them are of whole topics.
        held: how many topics the site holds.
        allowed: how many a person has named; None where nobody has.
    """
    limit = max(FEW, held // SHARE) if allowed is None else allowed
    emptied = allowed is None and held > 1 and topics >= held
    if count <= limit and not emptied:
        return ""
    what = "all topics" if emptied else f"{count} deletions at once"
    return f"{what}, more than the {limit} allowed; name the number to make them: --allow-deletes {count}"


def without_deletions(plan: Plan) -> Plan:
    """The plan with everything but its deletions."""
    kept = [step for step in plan.steps if step.verb is not Verb.DELETE]
    return replace(plan, steps=tuple(replace(step, number=at) for at, step in enumerate(kept)))


def without_unproven(plan: Plan, unproven: Collection[int]) -> Plan:
    """The plan without these deletions (by number), which are held: what a list does not show may be there."""
    kept = [step for step in plan.steps if step.number not in unproven]
    holds = (
        Hold(step.kind, step.topic, step.guid, _UNPROVEN, step.label, Cause.MISSING)
        for step in plan.steps
        if step.number in unproven
    )
    steps = tuple(replace(step, number=at) for at, step in enumerate(kept))
    return replace(plan, steps=steps, holds=(*plan.holds, *holds))


def held_back(steps: Sequence[Step], reason: str) -> tuple[Hold, ...]:
    """Deletions that are not made, as what waits for a person."""
    return tuple(Hold(step.kind, step.topic, step.guid, reason, step.label, Cause.ASKED) for step in steps)
