"""The brake: how many deletions are made without asking."""

import pytest

from bcfsync.changes import Cause, Hold, Kind, Plan, Site, Step, Verb
from bcfsync.model import Comment, Topic
from bcfsync.plan.guard import held_back, too_many, without_deletions, without_unproven


def plan(topics=0, comments=0, others=1):
    known = [(Kind.TOPIC, "", Topic(f"t{at}")) for at in range(topics)]
    known += [(Kind.COMMENT, "t", Comment(f"c{at}")) for at in range(comments)]
    found = [(Verb.UPDATE, Kind.TOPIC, "", Topic(f"u{at}")) for at in range(others)]
    found = [*((Verb.DELETE, *item) for item in known), *found]
    steps = (
        Step(at, Site.REMOTE, verb, kind, value.guid, value, value, f"label {at}", topic=topic)
        for at, (verb, kind, topic, value) in enumerate(found)
    )
    return Plan(tuple(steps), holds=(Hold(Kind.TOPIC, "", "held", "before", "held before"),))


@pytest.mark.parametrize(
    ("topics", "comments", "count", "held", "allowed", "stops"),
    [
        (1, 0, 1, 2, None, False),
        (5, 0, 5, 20, None, False),
        (6, 0, 6, 20, None, True),
        (3, 3, 6, 20, None, True),
        (6, 0, 6, 60, None, False),
        (7, 0, 7, 69, None, True),
        (6, 0, 6, 69, None, False),
        (2, 0, 6, 20, None, True),
        (2, 0, 2, 2, None, True),
        (1, 0, 1, 1, None, False),
        (2, 0, 2, 3, None, False),
        (0, 3, 3, 2, None, False),
        (2, 0, 2, 2, 2, False),
        (9, 0, 9, 20, 9, False),
        (9, 0, 9, 20, 8, True),
        (1, 0, 1, 20, 0, True),
    ],
)
def test_so_many_deletions_are_made_without_asking(topics, comments, count, held, allowed, stops):
    reason = too_many(count, topics, held, allowed)
    assert bool(reason) is stops
    assert not stops or f"--allow-deletes {count}" in reason


def test_what_is_held_back_is_named_and_the_rest_goes_on():
    before = plan(2, 1)
    after = without_deletions(before)
    assert [(step.number, step.verb) for step in after.steps] == [(0, Verb.UPDATE)]
    assert after.holds == before.holds
    held = held_back(before.deletions, "why")
    assert [(item.label, item.reason, item.cause) for item in held] == [
        (step.label, "why", Cause.ASKED) for step in before.deletions
    ]


def test_the_reason_says_what_is_too_much():
    assert too_many(2, 2, 2, None).startswith("all topics, more than the 5 allowed")
    assert too_many(6, 6, 20, None).startswith("6 deletions at once, more than the 5 allowed")


def test_a_deletion_that_is_not_proven_is_held_and_the_rest_goes_on():
    before = plan(1, 2)
    first, second, third, _ = before.steps
    after = without_unproven(before, {second.number})
    assert [(step.number, step.verb, step.label) for step in after.steps] == [
        (0, Verb.DELETE, first.label),
        (1, Verb.DELETE, third.label),
        (2, Verb.UPDATE, before.steps[3].label),
    ]
    assert [(item.kind, item.guid, item.label, item.cause) for item in after.holds[1:]] == [
        (second.kind, second.guid, second.label, Cause.MISSING)
    ]
    assert after.holds[:1] == before.holds
