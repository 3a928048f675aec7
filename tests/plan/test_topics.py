"""Topics themselves and their relations: what is sent, what is put on record, and what waits."""

from dataclasses import replace

import pytest
from scenarios import LATER, LATEST, reasons
from worlds import (
    LOCAL,
    REMOTE,
    SYNC,
    T1,
    T2,
    T3,
    bring,
    drop,
    edit,
    fetch,
    minted,
    only,
    plan,
    synced,
    topic,
    world,
)

from bcfsync.changes import Kind, Verb
from bcfsync.net import Unanswered


def drawn(found, way, kind=Kind.TOPIC):
    return [(step.verb, step.guid) for step in plan(found, way).steps if step.kind is kind]


def sent_without_an_answer(**members):
    found = world(mint=minted(), local=[topic(**members)])
    found.remote.fault = lambda _: "lost answer"
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    return found


def test_a_topic_that_may_be_what_an_archive_sent_without_an_answer_is_brought_to_no_archive():
    found = sent_without_an_answer()
    drop(found.local, T1)
    told = plan(found, REMOTE)
    assert told.steps == ()
    assert [item.reason for item in told.holds] == [
        "may be what was sent to the server without an answer; import that archive again first"
    ]


def test_a_topic_sent_without_an_answer_waits_while_the_server_does_not_show_all_it_has():
    found = sent_without_an_answer()
    drop(found.remote, only(found.remote).guid)
    found.remote.complete = False
    assert reasons(bring(found)) == [
        "was sent without an answer, and the server does not show all topics: it may be there"
    ]
    found.remote.complete = True
    assert [verb for verb, _ in drawn(found, LOCAL)] == [Verb.CREATE]


def test_a_topic_that_was_never_sent_does_not_wait_for_a_server_that_does_not_show_all():
    found = world(mint=minted(), local=[topic()])
    found.remote.complete = False
    assert drawn(found, LOCAL) == [(Verb.CREATE, T1)]


def test_topics_that_say_the_same_are_held_with_the_reason_and_sent_neither_way():
    found = world(mint=minted(), local=[topic(), topic(T2)], remote=[topic(T3, creation_author=SYNC)])
    for way in (LOCAL, REMOTE):
        told = plan(found, way)
        assert told.steps == ()
        assert told.holds
        assert all("cannot be told" in item.reason for item in told.holds)


# -- records ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [LOCAL, REMOTE])
def test_an_edit_of_what_is_on_record_is_one_step(way):
    found = synced(local=[topic(priority="Low", stage="old")])
    edit(found.local, priority="High")
    edit(found.remote, stage="new")
    assert drawn(found, way) == [(Verb.UPDATE, T1)]


@pytest.mark.parametrize("way", [LOCAL, REMOTE])
def test_at_a_first_meeting_who_is_who_is_put_on_record_before_anything_is_written(way):
    found = world(local=[topic(labels=("a",))], remote=[topic(labels=("b",))])
    assert drawn(found, way) == [(Verb.ADOPT, T1), (Verb.UPDATE, T1)]


def test_a_server_is_not_told_when_a_file_was_edited_and_a_file_is_told_when_the_server_was():
    found = synced(local=[topic(priority="Low", modified_date=LATER)])
    before = only(found.remote).modified_date
    edit(found.local, priority="High", modified_date=LATEST)
    (step,) = plan(found, LOCAL).steps
    assert step.value.modified_date == before
    found = synced(local=[topic(priority="Low", modified_date=LATER)])
    edit(found.remote, priority="High", modified_date=LATEST, modified_author=SYNC)
    (step,) = plan(found, REMOTE).steps
    assert (step.value.modified_date, step.value.modified_author) == (LATEST, SYNC)


def put_back():
    """Two topics on record, of which the file holds the first in an earlier state."""
    found = synced(local=[topic(modified_date=LATER), topic(T2, title="Another", modified_date=LATER)])
    backup = found.local.bcf
    edit(found.local, T1, priority="High", modified_date=LATEST)
    bring(found)
    found.local.bcf = backup
    return found


def test_an_import_takes_nothing_from_an_archive_that_was_put_back():
    found = put_back()
    assert plan(found, LOCAL).steps == ()
    assert [item.priority for item in found.remote.bcf.topics] == ["High", None]


def test_an_archive_that_was_put_back_is_brought_up_to_date_and_only_what_was_put_back_is_recorded():
    found = put_back()
    assert drawn(found, REMOTE) == [(Verb.UPDATE, T1)]
    fetch(found)
    edit(found.local, T1, modified_date=LATER)
    assert [item.priority for item in found.local.bcf.topics] == ["High", None]
    assert {guid for _, guid in drawn(found, REMOTE)} <= {T1}
    fetch(found)
    for way in (LOCAL, REMOTE):
        assert plan(found, way).writes == ()


# -- relations -------------------------------------------------------------------------------------------------------


def related(*ours, theirs=None):
    found = synced(local=[topic(related_topics=tuple(ours)), topic(T2, title="Another"), topic(T3, title="Third")])
    if theirs is not None:
        edit(found.remote, T1, related_topics=tuple(theirs))
    return found


def first(side):
    return set(next(item for item in side.bcf.topics if item.guid == T1).related_topics)


@pytest.mark.parametrize("way", [LOCAL, REMOTE])
def test_a_relation_both_sides_added_is_agreed_and_can_be_taken_away_again(way):
    found = related(theirs=[T2])
    edit(found.local, T1, related_topics=(T2,))
    assert drawn(found, way, Kind.RELATED) == [(Verb.ADOPT, T1)]
    (bring if way is LOCAL else fetch)(found)
    assert drawn(found, way, Kind.RELATED) == []
    edit(found.local, T1, related_topics=())
    bring(found)
    assert first(found.remote) == set()


def test_a_relation_both_sides_took_away_is_agreed_and_can_be_added_again():
    found = related(T2, theirs=[])
    edit(found.local, T1, related_topics=())
    assert drawn(found, LOCAL, Kind.RELATED) == [(Verb.ADOPT, T1)]
    bring(found)
    edit(found.remote, T1, related_topics=(T2,))
    fetch(found)
    assert first(found.local) == {T2}


def test_a_relation_that_was_taken_away_in_the_file_is_taken_away_on_the_server_and_others_stay():
    found = related(T2, theirs=[T2, T3])
    edit(found.local, T1, related_topics=())
    bring(found)
    assert first(found.remote) == {T3}


def test_a_relation_that_was_sent_as_it_was_written_gives_way_to_the_servers_id_of_its_topic():
    found = synced(mint=minted(), local=[topic(related_topics=(T2,))])
    assert only(found.remote).related_topics == (T2,)
    found.local.bcf = replace(found.local.bcf, topics=(*found.local.bcf.topics, topic(T2, title="Another")))
    bring(found)
    bring(found)
    ids = {item.title: item.guid for item in found.remote.bcf.topics}
    assert [item.related_topics for item in found.remote.bcf.topics if item.title != "Another"] == [(ids["Another"],)]
