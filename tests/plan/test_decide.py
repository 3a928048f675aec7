"""The plan as a value: its order, what it holds back, and a target that vanished while it was looked at."""

from dataclasses import replace
from datetime import timedelta

import pytest
from scenarios import LATER, LATEST
from worlds import (
    D1,
    LOCAL,
    R1,
    REMOTE,
    START,
    T1,
    T2,
    T3,
    blob,
    bring,
    comment,
    drop,
    edit,
    fetch,
    gid,
    minted,
    only,
    paper,
    plan,
    rich_world,
    synced,
    topic,
    view,
    world,
)

from bcfsync.base import read_base
from bcfsync.changes import Bodies, Cause, Intent, Kind, Listing, ProjectInfo, Verb, key_of
from bcfsync.model import DocumentReference, Project
from bcfsync.net import Unanswered
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


def said_of_conflicts(found, way):
    return {(item.key, item.field, item.base, item.local, item.remote) for item in plan(found, way).conflicts}


@pytest.mark.parametrize(("met", "mint"), [(True, None), (True, minted), (False, None)])
def test_the_keys_of_a_conflict_are_the_same_from_either_direction(met, mint):
    topics = rich_world().local.bcf.topics
    found = synced(mint=mint and mint(), local=topics, documents=[paper()])
    held = found.local.bcf.topics[0]
    snippets = [replace(held.bim_snippet, blob=blob(name)) for name in ("mine", "theirs")]
    for side, word, snippet in ((found.local, "mine", snippets[0]), (found.remote, "theirs", snippets[1])):
        known = next(item for item in side.bcf.topics if item.title == held.title)
        edit(
            side,
            known.guid,
            priority=word,
            bim_snippet=snippet,
            comments=tuple(replace(item, comment=f"{word} {item.comment}") for item in known.comments),
            document_references=tuple(replace(item, description=word) for item in known.document_references),
        )
    if not met:
        found.store.forget()
    there, back = said_of_conflicts(found, LOCAL), said_of_conflicts(found, REMOTE)
    assert there == back
    assert len(there) >= (5 if met else 2)
    ours = {key_of(Kind.TOPIC, "", held.guid)}
    ours |= {key_of(Kind.SNIPPET, held.guid, held.guid)}
    ours |= {key_of(Kind.COMMENT, held.guid, item.guid) for item in held.comments}
    ours |= {key_of(Kind.REFERENCE, held.guid, item.guid) for item in held.document_references}
    assert {key for key, *_ in there} <= ours


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_the_viewpoints_of_a_conflict_are_named_as_the_archive_names_them(mint):
    views = tuple(view(gid(at), x=float(at)) for at in (71, 72, 73))
    told = comment(viewpoint_guid=gid(71))
    found = synced(mint=mint and mint(), local=[topic(viewpoints=views, comments=(told,))])
    edit(found.local, comments=(replace(told, viewpoint_guid=gid(72)),))
    held = only(found.remote)
    third = next(item.guid for item in held.viewpoints if item.perspective_camera.camera_view_point.x == 73.0)
    edit(found.remote, held.guid, comments=(replace(held.comments[0], viewpoint_guid=third),))
    expected = {(key_of(Kind.COMMENT, T1, told.guid), "viewpoint_guid", gid(71), gid(72), gid(73))}
    assert said_of_conflicts(found, LOCAL) == said_of_conflicts(found, REMOTE) == expected


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_the_documents_of_a_conflict_are_named_as_the_archive_names_them(mint):
    papers = [paper(gid(at), f"{at}.pdf") for at in (81, 82, 83)]
    told = [DocumentReference(gid(at + 10), document_guid=gid(at), description=str(at)) for at in (81, 82, 83)]
    found = synced(mint=mint and mint(), local=[topic(document_references=tuple(told))], documents=papers)
    edit(found.local, document_references=(replace(told[0], document_guid=gid(82)), *told[1:]))
    there = {item.description: item for item in only(found.remote).document_references}
    moved = replace(there["81"], document_guid=there["83"].document_guid)
    edit(found.remote, only(found.remote).guid, document_references=(moved, there["82"], there["83"]))
    expected = {(key_of(Kind.REFERENCE, T1, gid(91)), "document_guid", gid(81), gid(82), gid(83))}
    assert said_of_conflicts(found, LOCAL) == said_of_conflicts(found, REMOTE) == expected


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


def sent_without_answers(*moments, mint=minted):
    """Topics that were sent one after the other, at these seconds, and nobody heard how it went."""
    found = world(mint=mint() if mint else None)
    for at, seconds in enumerate(moments):
        found.now = START + timedelta(seconds=seconds)
        found.local.bcf = replace(found.local.bcf, topics=(topic(gid(at + 60), title=f"Topic {at}"),))
        found.remote.fault = lambda _: "lost request"
        with pytest.raises(Unanswered):
            list(bring(found).plans)
    found.remote.fault = lambda _: ""
    topics = [topic(gid(at + 60), title=f"Topic {at}") for at, _ in enumerate(moments)]
    found.local.bcf = replace(found.local.bcf, topics=tuple(topics))
    return found


def test_what_was_sent_without_an_answer_waits_until_the_last_of_it_can_have_arrived():
    found = sent_without_answers(0, 30)
    assert plan(found, LOCAL).settle_until == START + timedelta(seconds=30) + found.policy.settle


def test_nothing_waits_where_the_server_keeps_our_guids():
    assert plan(sent_without_answers(0, mint=None), LOCAL).settle_until is None


def test_nothing_waits_for_what_was_sent_without_an_answer_and_is_not_sent_again():
    found = sent_without_answers(0)
    found.local.bcf = replace(found.local.bcf, topics=(topic(title="New"),))
    assert plan(found, LOCAL).settle_until is None


def test_an_edit_waits_for_no_answer_to_a_create():
    found = synced(mint=minted(), local=[topic()])
    edit(found.local, priority="High")
    base = read_base(found.store, found.replica)
    key = key_of(Kind.TOPIC, "", T1)
    base = replace(base, intents={key: Intent(key, START, frozenset())})
    paired = triage(base, LOCAL, found.local.listing(), found.remote.listing(), found.remote.capabilities)
    made = decide(paired, base, found.local.load(paired.source_keys), found.remote.load(paired.target_keys), Policy())
    assert [step.verb for step in made.steps] == [Verb.UPDATE]
    assert made.settle_until is None


@pytest.mark.parametrize("way", [LOCAL, REMOTE])
@pytest.mark.parametrize("side", ["local", "remote"])
def test_a_topic_that_cannot_be_read_is_held_in_the_same_words_from_either_direction(side, way):
    found = synced(local=[topic(), topic(T2, title="Another")])
    for each in (found.local, found.remote):
        edit(each, priority="High" if each is found.local else "Low")
    getattr(found, side).unread = {T1: "no such picture"}
    made = plan(found, way)
    assert made.steps == ()
    assert not made.conflicts
    (held,) = made.holds
    assert (held.kind, held.guid, held.reason, held.cause) == (
        Kind.TOPIC,
        T1,
        "cannot be read: no such picture",
        Cause.UNREAD,
    )
    assert "Duct clashes with beam" in held.label


def test_a_new_topic_that_cannot_be_read_is_held_under_its_title():
    found = world(local=[topic()])
    found.local.unread = {T1: "no such picture"}
    (held,) = plan(found, LOCAL).holds
    assert (held.guid, held.cause) == (T1, Cause.UNREAD)
    assert "Duct clashes with beam" in held.label


def test_the_next_topic_is_looked_at_where_one_cannot_be_read():
    found = world(local=[topic(), topic(T2, title="Another")])
    found.local.unread = {T1: "no such picture"}
    assert [(step.verb, step.guid) for step in plan(found, LOCAL).writes] == [(Verb.CREATE, T2)]


def test_a_topic_that_vanished_between_two_looks_is_not_spoken_of():
    found = synced(local=[topic()])
    base = read_base(found.store, found.replica)
    paired = triage(base, LOCAL, found.local.listing(), found.remote.listing(), found.remote.capabilities)
    assert decide(paired, base, Bodies({}), found.remote.load(paired.target_keys), Policy()).holds == ()


@pytest.mark.parametrize(("theirs", "brought"), [(ProjectInfo(), True), (ProjectInfo(Project("q", "Office")), False)])
def test_only_an_archive_without_one_learns_the_name_of_the_project(theirs, brought):
    found = world(remote=[topic()])
    found.remote.bcf = replace(found.remote.bcf, project=Project("p", "School"))
    found.local.bcf = replace(found.local.bcf, project=theirs.project)
    kinds = [step.kind for step in plan(found, REMOTE).steps]
    assert (Kind.PROJECT in kinds) is brought
    found.local.bcf, found.remote.bcf = replace(found.remote.bcf, topics=()), replace(found.local.bcf)
    assert Kind.PROJECT not in [step.kind for step in plan(found, LOCAL).steps]


def test_a_server_without_a_name_for_its_project_brings_none():
    assert [step.kind for step in plan(world(remote=[topic()]), REMOTE).steps] == [Kind.TOPIC]
