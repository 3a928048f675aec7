"""The brake: many deletions at once are more often an accident than somebody's wish.

Owns: how many deletions a turn may make. Sees: changes. Source: design of the engine, 2.8.
"""

from dataclasses import replace

from bcfsync.changes import Cause, Hold, Plan, Verb

FEW = 5
"""So many deletions are made without asking, however small the project."""

SHARE = 10
"""One in so many topics may be deleted without asking."""


def braked(plan: Plan, count: int, held: int, allowed: int | None) -> tuple[Plan, str]:
    """The plan that may be carried out, and why its deletions were taken out, or "".

    Args:
        plan: with deletions on one site.
        count: how many deletions there are in this turn on that site, those of this plan included.
        held: how many topics the site holds.
        allowed: how many a person has named; None where nobody has.
    """
    limit = max(FEW, held // SHARE) if allowed is None else allowed
    topics = sum(step.kind.value == "topic" for step in plan.deletions)
    emptied = allowed is None and held > 1 and topics >= held
    if count <= limit and not emptied:
        return plan, ""
    what = "all topics" if emptied else f"{count} deletions at once"
    reason = f"{what}, more than the {limit} allowed; name the number to make them: --allow-deletes {count}"
    holds = tuple(Hold(step.kind, step.topic, step.guid, reason, step.label, Cause.ASKED) for step in plan.deletions)
    kept = [step for step in plan.steps if step.verb is not Verb.DELETE]
    steps = tuple(replace(step, number=at) for at, step in enumerate(kept))
    return replace(plan, steps=steps, holds=(*plan.holds, *holds)), reason
