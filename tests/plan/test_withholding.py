"""What must not be tried now, with everything that needs it, and nothing else."""

from dataclasses import replace

import pytest
from scenarios import rich_topic
from worlds import C1, C2, D1, LOCAL, R1, T1, T2, V1, V2, comment, drop, edit, paper, plan, synced, topic, view, world

from bcfsync.changes import Cause, Key, Kind, Verb, key_of
from bcfsync.model import DocumentReference
from bcfsync.plan.policy import Deletes, Policy

TOPIC = key_of(Kind.TOPIC, "", T1)
SAID = key_of(Kind.COMMENT, T1, C1)


def drawn(found, *keys, fought=(), deletes=Deletes.NEVER):
    found.policy = Policy(quarantined=dict.fromkeys(keys, "too large"), fought=frozenset(fought), deletes=deletes)
    return plan(found, LOCAL)


def steps(told):
    return [(step.verb, step.kind) for step in told.steps]


def held(told):
    return {(item.kind, item.reason, item.cause) for item in told.holds}


OWN, NEEDED = "too large", "needs what is held: too large"


def thread():
    return world(
        local=[
            topic(
                viewpoints=(view(V1), view(V2, x=2.0)),
                comments=(comment(C1, viewpoint_guid=V1), comment(C2, "Answer", reply_to_comment_guid=C1)),
            )
        ]
    )


def test_what_failed_too_often_waits_and_the_rest_goes_on():
    told = drawn(thread(), key_of(Kind.VIEWPOINT, T1, V2))
    assert held(told) == {(Kind.VIEWPOINT, OWN, Cause.QUARANTINED)}
    assert steps(told) == [
        (Verb.CREATE, Kind.TOPIC),
        (Verb.CREATE, Kind.VIEWPOINT),
        (Verb.CREATE, Kind.COMMENT),
        (Verb.CREATE, Kind.COMMENT),
    ]


def test_what_hangs_on_a_new_topic_waits_with_it():
    told = drawn(thread(), TOPIC)
    assert told.steps == ()
    assert {(kind, cause) for kind, _, cause in held(told)} == {
        (kind, Cause.QUARANTINED) for kind in (Kind.TOPIC, Kind.VIEWPOINT, Kind.COMMENT)
    }


def test_a_comment_waits_with_the_viewpoint_it_shows_and_its_answer_with_it():
    told = drawn(thread(), key_of(Kind.VIEWPOINT, T1, V1))
    assert steps(told) == [(Verb.CREATE, Kind.TOPIC), (Verb.CREATE, Kind.VIEWPOINT)]
    assert held(told) == {
        (Kind.VIEWPOINT, OWN, Cause.QUARANTINED),
        (Kind.COMMENT, NEEDED, Cause.QUARANTINED),
        (Kind.COMMENT, f"needs what is held: {NEEDED}", Cause.QUARANTINED),
    }


def test_an_answer_waits_with_the_comment_it_answers():
    told = drawn(thread(), SAID)
    assert (Verb.CREATE, Kind.COMMENT) not in steps(told)
    assert held(told) == {(Kind.COMMENT, OWN, Cause.QUARANTINED), (Kind.COMMENT, NEEDED, Cause.QUARANTINED)}


def test_a_reference_waits_with_its_document():
    found = world(local=[topic(document_references=(DocumentReference(R1, document_guid=D1),))], documents=[paper()])
    told = drawn(found, key_of(Kind.DOCUMENT, "", D1))
    assert steps(told) == [(Verb.CREATE, Kind.TOPIC)]
    assert held(told) == {(Kind.DOCUMENT, OWN, Cause.QUARANTINED), (Kind.REFERENCE, NEEDED, Cause.QUARANTINED)}


def test_nothing_waits_with_an_edit():
    found = synced(local=[topic(comments=(comment(C1),))])
    edit(found.local, comments=(comment(C1, "Edited"), comment(C2, "Answer", reply_to_comment_guid=C1)))
    told = drawn(found, SAID)
    assert steps(told) == [(Verb.CREATE, Kind.COMMENT)]
    assert held(told) == {(Kind.COMMENT, OWN, Cause.QUARANTINED)}


def test_what_both_sides_agree_on_is_put_on_record_whatever_failed():
    told = drawn(world(local=[topic()], remote=[topic()]), TOPIC)
    assert steps(told) == [(Verb.ADOPT, Kind.TOPIC)]
    assert held(told) == set()


# -- what programs fight about ---------------------------------------------------------------------------------------


def lost(*guids):
    found = synced(local=[rich_topic(), topic(T2, title="Another")])
    for guid in guids:
        drop(found.local, guid)
    return found


@pytest.mark.parametrize("fought", [TOPIC, SAID], ids=["itself", "a comment on it"])
def test_a_topic_is_not_deleted_while_programs_fight_about_it_or_anything_on_it(fought):
    told = drawn(lost(T1), fought=[fought], deletes=Deletes.MIRROR)
    assert told.steps == ()
    assert {(kind, cause) for kind, _, cause in held(told)} == {(Kind.TOPIC, Cause.OTHER)}


def test_a_topic_is_not_deleted_while_programs_fight_about_one_thing_on_it_and_others_elsewhere():
    elsewhere = Key(Kind.COMMENT, T2, C2)
    told = drawn(lost(T1), fought=[SAID, elsewhere], deletes=Deletes.MIRROR)
    assert told.steps == ()


def test_other_topics_are_deleted_whatever_programs_fight_about():
    told = drawn(lost(T2), fought=[SAID], deletes=Deletes.MIRROR)
    assert steps(told) == [(Verb.DELETE, Kind.TOPIC)]


def test_an_edit_of_a_topic_is_sent_though_programs_fight_about_a_comment_on_it():
    found = lost()
    edit(found.local, priority="High")
    assert steps(drawn(found, fought=[SAID])) == [(Verb.UPDATE, Kind.TOPIC)]
    edit(found.local, comments=(replace(found.local.bcf.topics[0].comments[0], comment="Edited"),))
    told = drawn(found, fought=[SAID])
    assert steps(told) == [(Verb.UPDATE, Kind.TOPIC)]
    assert {kind for kind, *_ in held(told)} == {Kind.COMMENT}
