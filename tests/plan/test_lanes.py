"""Which steps of a plan may be under way together."""

from hypothesis import given
from hypothesis import strategies as some
from worlds import C1, C2, T1, T2, T3, comment, topic

from bcfsync.changes import Kind, Related, Site, Step, Verb
from bcfsync.plan.lanes import Lanes


def step(at: int, kind: Kind, of: str, verb: Verb = Verb.CREATE) -> Step:
    """A step for a topic: itself, or something below it."""
    value = topic(of) if kind is Kind.TOPIC else Related(()) if kind is Kind.RELATED else comment(C1)
    guid = of if kind in {Kind.TOPIC, Kind.RELATED, Kind.DOCUMENT} else f"{kind}-{at}"
    return Step(at, Site.REMOTE, verb, kind, guid, value, value, "", topic="" if kind is Kind.TOPIC else of)


def steps(*wanted: tuple) -> list[Step]:
    return [step(at, *item) for at, item in enumerate(wanted)]


def begun(lanes: Lanes) -> list[int]:
    """The steps that may begin now, one after the other, until something has to end."""
    found = []
    for item in lanes:
        if item is None:
            return found
        found.append(item.number)
    return found


TWO_TOPICS = steps(
    (Kind.TOPIC, T1), (Kind.VIEWPOINT, T1), (Kind.COMMENT, T1), (Kind.TOPIC, T2), (Kind.VIEWPOINT, T2)
)  # fmt: skip


def test_who_waits_for_each_end_gets_the_order_of_the_plan():
    lanes = Lanes(TWO_TOPICS)
    seen = []
    for item in lanes:
        seen.append(item)
        lanes.ended(item)
    assert seen == TWO_TOPICS


def test_the_next_topic_is_made_while_the_one_before_is_filled():
    lanes = Lanes(TWO_TOPICS)
    assert begun(lanes) == [0]
    lanes.ended(TWO_TOPICS[0])
    assert begun(lanes) == [1, 3]


def test_what_is_below_a_topic_comes_one_after_the_other():
    lanes = Lanes(steps((Kind.VIEWPOINT, T1), (Kind.COMMENT, T1.upper()), (Kind.COMMENT, T2)))
    assert begun(lanes) == [0, 2]


def test_topics_are_changed_beside_each_other_but_not_made():
    lanes = Lanes(steps((Kind.TOPIC, T1), (Kind.TOPIC, T2), (Kind.TOPIC, T3, Verb.UPDATE)))
    assert begun(lanes) == [0, 2]


def test_what_a_topic_that_was_not_made_was_to_have_is_given_all_the_same():
    lanes = Lanes(TWO_TOPICS)
    begun(lanes)
    lanes.ended(TWO_TOPICS[0])
    assert 1 in begun(lanes)  # whoever executes it knows that its topic is missing


def test_documents_relations_and_deletions_have_nothing_beside_them():
    plan = steps(
        (Kind.DOCUMENT, T1), (Kind.DOCUMENT, T2), (Kind.COMMENT, T1), (Kind.COMMENT, T2),
        (Kind.RELATED, T1), (Kind.RELATED, T2), (Kind.COMMENT, T1, Verb.DELETE), (Kind.COMMENT, T2, Verb.UNBIND),
    )  # fmt: skip
    lanes = Lanes(plan)
    rounds = []
    while now := begun(lanes):
        rounds.append(now)
        for at in now:
            lanes.ended(plan[at])
    assert rounds == [[0], [1], [2, 3], [4], [5], [6], [7]]


def test_a_plan_without_steps_ends():
    assert begun(Lanes([])) == []


KINDS = [Kind.TOPIC, Kind.VIEWPOINT, Kind.COMMENT, Kind.RELATED, Kind.DOCUMENT]
VERBS = [Verb.CREATE, Verb.UPDATE, Verb.DELETE]
WANTED = some.tuples(some.sampled_from(KINDS), some.sampled_from([T1, T2, T3, C2]), some.sampled_from(VERBS))


@given(some.lists(WANTED, max_size=25), some.randoms(use_true_random=False))
def test_in_whatever_order_steps_end_each_begins_once_and_none_before_what_it_has_to_wait_for(wanted, chance):
    plan = steps(*wanted)
    lanes, under_way, ended = Lanes(plan), [], []
    for item in lanes:
        if item is not None:
            assert not [other for other in under_way if _in_each_others_way(item, other)]
            assert not [other for other in plan[: item.number] if other not in ended and _waits_for(item, other)]
            under_way.append(item)
        if item is None or chance.random() < 0.5:
            done = under_way.pop(chance.randrange(len(under_way)))
            ended.append(done)
            lanes.ended(done)
    assert sorted(item.number for item in (*ended, *under_way)) == list(range(len(plan)))


def _alone(item: Step) -> bool:
    return item.kind in {Kind.RELATED, Kind.DOCUMENT} or item.verb is Verb.DELETE


def _topic(item: Step) -> str:
    return item.topic or item.guid


def _makes(item: Step) -> bool:
    return (item.kind, item.verb) == (Kind.TOPIC, Verb.CREATE)


def _in_each_others_way(one: Step, other: Step) -> bool:
    return _topic(one) == _topic(other) or _alone(one) or _alone(other) or (_makes(one) and _makes(other))


def _waits_for(later: Step, earlier: Step) -> bool:
    return _in_each_others_way(later, earlier)
