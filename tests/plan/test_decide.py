"""The plan as a value: its order, what it holds back, and a target that vanished while it was looked at."""

from dataclasses import replace

from worlds import LOCAL, REMOTE, T1, T2, bring, edit, plan, rich_world, synced, topic, world

from bcfsync.base import read_base
from bcfsync.changes import Bodies, Kind, Listing
from bcfsync.model import DocumentReference
from bcfsync.plan.decide import decide
from bcfsync.plan.policy import Policy
from bcfsync.plan.triage import triage


def test_steps_are_numbered_by_their_place():
    found = plan(rich_world(), LOCAL)
    assert [step.number for step in found.steps] == list(range(len(found.steps)))


def test_all_steps_go_to_the_other_side():
    assert {step.site for step in plan(rich_world(), LOCAL).steps} == {REMOTE}


def test_nothing_is_ever_deleted_unless_a_policy_says_so():
    found = synced(local=[topic(), topic(T2)])
    found.local.bcf = replace(found.local.bcf, topics=())
    assert plan(found, LOCAL).steps == ()


def test_adoptions_are_no_writes():
    found = plan(world(local=[topic()], remote=[topic()]), LOCAL)
    assert (len(found.steps), found.writes) == (1, ())


def test_an_update_names_its_members_and_what_it_expects():
    found = synced(local=[topic()])
    edit(found.local, priority="High")
    (step,) = plan(found, LOCAL).steps
    assert (step.fields, step.expected.priority, step.value.priority) == (("priority",), None, "High")


def test_triage_asks_for_topics_and_their_counterparts_only():
    found = synced(local=[topic(), topic(T2)])
    base = read_base(found.store, found.replica)
    ours, theirs = found.local.listing(), found.remote.listing()
    one = Listing({T1: ours.topics[T1]})
    paired = triage(base, LOCAL, one, theirs, found.remote.capabilities)
    assert (paired.source_keys, paired.target_keys) == ({T1}, {T1})


def test_a_topic_that_vanished_between_two_looks_is_left_to_the_next_run():
    found = world(local=[topic()])
    base = read_base(found.store, found.replica)
    paired = triage(base, LOCAL, found.local.listing(), found.remote.listing(), found.remote.capabilities)
    made = decide(paired, base, Bodies({}), Bodies({}), Policy())
    assert made.steps == ()


def test_a_counterpart_that_vanished_between_two_looks_is_not_made_twice():
    found = world(local=[topic()], remote=[topic()])
    base = read_base(found.store, found.replica)
    paired = triage(base, LOCAL, found.local.listing(), found.remote.listing(), found.remote.capabilities)
    bodies = found.local.load(paired.source_keys)
    made = decide(paired, base, bodies, replace(found.remote.load([]), topics={}), Policy())
    assert made.steps == ()


def test_a_server_without_snippets_is_not_sent_any():
    found = rich_world()
    base = read_base(found.store, found.replica)
    able = replace(found.remote.capabilities, snippets=False)
    paired = triage(base, LOCAL, found.local.listing(), found.remote.listing(), able)
    target = replace(found.remote.load([]), capabilities=able)
    made = decide(paired, base, found.local.load(paired.source_keys), target, Policy())
    assert Kind.SNIPPET not in {step.kind for step in made.steps}


def test_a_reference_to_nothing_is_held():
    found = world(local=[topic(document_references=(DocumentReference(T2),))])
    assert [item.reason for item in bring(found).holds] == ["refers to nothing"]
