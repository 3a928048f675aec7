"""The plan as a value: its order, what it holds back, and a target that vanished while it was looked at."""

from dataclasses import replace

from scenarios import LATER, LATEST
from worlds import (
    D1,
    LOCAL,
    R1,
    REMOTE,
    T1,
    T2,
    T3,
    blob,
    bring,
    comment,
    drop,
    edit,
    fetch,
    only,
    paper,
    plan,
    rich_world,
    synced,
    topic,
    world,
)

from bcfsync.base import read_base
from bcfsync.changes import Bodies, Cause, Kind, Listing
from bcfsync.model import DocumentReference, Project
from bcfsync.plan.decide import decide
from bcfsync.plan.policy import Deletes, Place, Placing, Policy
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


def test_only_what_would_be_sent_again_is_asked_for_where_deletions_do_not_travel():
    asked = []

    def asking(side):
        before = side.gone
        side.gone = lambda keys: asked.extend(keys) or before(keys)

    for policy, wanted in ((Policy(), 1), (Policy(deletes=Deletes.MIRROR), 2)):
        asked.clear()
        found = synced(local=[topic(), topic(T2, title="Another"), topic(T3, title="Third")])
        found.policy = policy
        for guid in (T1, T2):
            drop(found.remote, guid)
        edit(found.local, priority="High")
        asking(found.remote)
        told = bring(found)
        assert len(asked) == wanted
        assert len(told.writes) == 1
        assert [item.cause for item in told.holds] == ([Cause.MISSING] if policy.deletes is Deletes.NEVER else [])


def test_a_target_that_does_not_show_everything_gets_nothing_again():
    found = synced(local=[topic(), topic(T2, title="Another")])
    drop(found.local, T1)
    edit(found.remote, T1, priority="High")
    found.local.complete = False
    (held,) = plan(found, REMOTE).holds
    assert "is not shown" in held.reason


def test_the_keys_of_a_conflict_are_the_same_from_either_direction():
    found = synced(local=rich_world().local.bcf.topics)
    held = found.local.bcf.topics[0]
    snippets = [replace(held.bim_snippet, blob=blob(name)) for name in ("mine", "theirs")]
    for side, word, snippet in ((found.local, "mine", snippets[0]), (found.remote, "theirs", snippets[1])):
        known = next(item for item in side.bcf.topics if item.title == held.title)
        edit(
            side,
            known.guid,
            priority=word,
            bim_snippet=snippet,
            comments=tuple(replace(item, comment=word) for item in known.comments),
            document_references=tuple(replace(item, description=word) for item in known.document_references),
        )
    there, back = (
        {(item.key, item.field, item.base, item.local, item.remote) for item in plan(found, way).conflicts}
        for way in (LOCAL, REMOTE)
    )
    assert there == back
    assert len(there) >= 5
    assert {key.topic for key, *_ in there} <= {"", held.guid}


def test_a_reference_that_lost_its_document_across_is_the_same_reference_still():
    found = synced(
        local=[topic(document_references=(DocumentReference(R1, document_guid=D1, description="Plan"),))],
        documents=[paper()],
    )
    assert [item.document_guid for item in only(found.remote).document_references] == [D1]
    found.store.forget()
    held = (DocumentReference(R1, url="https://example.com/plan", description="Plan"),)
    edit(found.remote, T1, document_references=held)
    for way in (LOCAL, REMOTE):
        assert not [step for step in plan(found, way).writes if step.kind is Kind.DOCUMENT]
    bring(found)
    fetch(found)
    assert len(only(found.local).document_references) == len(only(found.remote).document_references) == 1


def test_no_archive_is_made_for_the_name_of_a_project_alone():
    found = world(remote=[topic(labels=("Site",))])
    found.remote.bcf = replace(found.remote.bcf, project=Project("p", "School"))
    for archive, kinds in (("inbox", []), ("site", [Kind.PROJECT, Kind.TOPIC])):
        found.policy = Policy(placing=Placing(archive, "inbox", (Place("site", label="Site"),)))
        assert [step.kind for step in plan(found, REMOTE).steps] == kinds
    found.remote.bcf = replace(found.remote.bcf, topics=())
    found.policy = Policy()
    assert [step.kind for step in plan(found, REMOTE).steps] == [Kind.PROJECT]


def test_an_earlier_state_that_is_edited_lacks_what_nobody_deleted_all_the_same():
    found = synced(local=[topic(labels=("a",), modified_date=LATER)])
    found.policy = Policy(deletes=Deletes.MIRROR)
    backup = found.local.bcf
    edit(found.local, comments=(comment(),), modified_date=LATEST)
    edit(found.local, labels=("a", "b"))
    bring(found)
    found.local.bcf = backup
    edit(found.local, labels=("a", "c"))
    for _ in range(2):
        bring(found)
        assert len(only(found.remote).comments) == 1
    (held,) = fetch(found).holds
    assert (held.kind, held.cause) == (Kind.COMMENT, Cause.MISSING)
    assert set(only(found.local).labels) == set(only(found.remote).labels) == {"a", "c"}


def test_a_relation_is_literal_only_while_its_topic_is_in_neither_place():
    found = rich_world()
    assert plan(found, LOCAL).literal == frozenset()
    bring(found)
    edit(found.local, T1, related_topics=(T2, T3))
    assert plan(found, LOCAL).literal == {T3}
    edit(found.local, T1, related_topics=())
    bring(found)
    edit(found.local, T1, related_topics=(T2,))
    assert plan(found, LOCAL).literal == frozenset()
