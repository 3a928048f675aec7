"""Scenarios: writes to the server whose answer was lost."""

import pytest
from scenarios import LATEST, both, fields_in_conflict, nothing, remote_edit, rich_topic, scenario, with_another
from worlds import BEN, bring, edit, fetch, only, reword, texts, world

from bcfsync.changes import Status
from bcfsync.net import Unanswered


def sent_without_an_answer(found, how="lost answer"):
    """What the file holds is sent, and nobody hears how it went."""
    found.remote.fault = lambda _: how
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    found.sleep(120)


def edited_without_an_answer(mint, how="lost answer", **members):
    found = with_another(mint)
    edit(found.local, **members)
    sent_without_an_answer(found, how)
    return found


def first_of(side):
    return next(item for item in side.bcf.topics if item.title != "Another")


def values(found, name):
    return getattr(first_of(found.local), name), getattr(first_of(found.remote), name)


def edited_there(found, **members):
    edit(found.remote, first_of(found.remote).guid, modified_date=LATEST, modified_author=BEN, **members)


def calm(found):
    return all(nothing(one_way(found)) for one_way in (bring, fetch))


@scenario("U1")
def edited_on_after_a_lost_answer(mint):
    found = edited_without_an_answer(mint, priority="High")
    edit(found.local, first_of(found.local).guid, priority="Higher")
    assert not bring(found).conflicts
    assert values(found, "priority") == ("Higher", "Higher")
    assert calm(found)


def created_without_an_answer(mint, **members):
    found = world(mint=mint, local=[rich_topic(priority="High", stage="Shell", **members)])
    sent_without_an_answer(found)
    return found


@scenario("U2")
def a_topic_without_an_answer_that_was_edited_there(mint):
    found = created_without_an_answer(mint)
    remote_edit(found, priority="Low", modified_date=LATEST, modified_author=BEN)
    assert not bring(found).conflicts
    assert not fetch(found).conflicts
    assert both(found, "priority") == ("Low", "Low")
    assert both(found, "stage") == ("Shell", "Shell")
    assert calm(found)


@scenario("U3")
def a_topic_without_an_answer_that_the_server_spells_otherwise(mint):
    found = created_without_an_answer(mint)
    made = only(found.remote).creation_date
    remote_edit(found, priority="HIGH!", modified_date=made)
    bring(found)
    assert [item.field for item in fetch(found).conflicts] == ["priority"]
    assert both(found, "priority") == ("High", "HIGH!")


@scenario("U12")
def a_member_of_a_new_topic_that_did_not_come(mint):
    found = created_without_an_answer(mint)
    made = only(found.remote).creation_date
    remote_edit(found, stage=None, modified_date=made)
    assert not fetch(found).conflicts
    assert not bring(found).conflicts
    assert both(found, "stage") == ("Shell", "Shell")
    assert calm(found)


@scenario("U4")
def words_of_an_edit_prove_that_it_came(mint):
    found = edited_without_an_answer(mint, priority="High", description="Move the duct by 20 cm")
    edited_there(found, priority="Low")
    assert not bring(found).conflicts
    fetch(found)
    assert values(found, "priority") == ("Low", "Low")
    assert values(found, "description") == ("Move the duct by 20 cm",) * 2
    assert calm(found)


@scenario("U5")
def a_status_two_may_choose_alike_proves_nothing(mint):
    found = edited_without_an_answer(mint, priority="High", stage="Shell")
    edited_there(found, priority="Low", stage="Shell")
    assert [field for _, field in fields_in_conflict(bring(found))] == ["priority"]
    assert [item.field for item in fetch(found).conflicts] == ["priority"]
    assert values(found, "priority") == ("High", "Low")


@scenario("U6")
def a_member_the_server_does_not_keep_is_no_edit_of_it(mint):
    found = edited_without_an_answer(mint, stage="Shell", description="Move the duct by 20 cm")
    edit(found.remote, first_of(found.remote).guid, stage=None)
    assert not bring(found).conflicts
    assert values(found, "stage") == ("Shell", "Shell")
    assert calm(found)


@scenario("U7")
def a_label_that_is_taken_off_after_a_lost_answer(mint):
    found = edited_without_an_answer(mint, labels=("a", "b"))
    edit(found.local, first_of(found.local).guid, labels=("a",))
    bring(found)
    fetch(found)
    assert values(found, "labels") == (("a",), ("a",))
    assert calm(found)


@scenario("U8")
def edited_on_after_a_lost_request(mint):
    found = edited_without_an_answer(mint, "lost request", priority="High")
    edit(found.local, first_of(found.local).guid, priority="Higher")
    told = bring(found)
    assert not told.conflicts
    assert not told.outcomes(Status.STALE)
    assert values(found, "priority") == ("Higher", "Higher")
    assert calm(found)


@scenario("U9")
def what_never_came_is_no_past_for_ever(mint):
    found = edited_without_an_answer(mint, "lost request", priority="High")
    edit(found.local, first_of(found.local).guid, priority=None)
    assert calm(found)
    found.sleep(5 * 24 * 3600)
    edited_there(found, priority="High")
    assert not bring(found).writes
    fetch(found)
    assert values(found, "priority") == ("High", "High")


@scenario("U10")
def two_lost_answers_in_a_row(mint):
    for name, values_ in (("priority", ("High", "Higher")), ("title", ("The one", "The other"))):
        found = edited_without_an_answer(mint, **{name: values_[0]})
        mine = only(found.local) if len(found.local.bcf.topics) == 1 else found.local.bcf.topics[0]
        edit(found.local, mine.guid, **{name: values_[1]})
        sent_without_an_answer(found, "lost request")
        assert not bring(found).conflicts
        there_now = {getattr(item, name) for item in found.remote.bcf.topics}
        assert values_[1] in there_now
        assert values_[0] not in there_now
        assert calm(found)


@scenario("U11")
def two_lost_answers_to_a_comment_in_a_row(mint):
    found = with_another(mint)
    for text, how in (("First", "lost answer"), ("Second", "lost request")):
        reword(found.local, first_of(found.local).guid, texts(first_of(found.local))[0], comment=text)
        sent_without_an_answer(found, how)
    assert not bring(found).conflicts
    assert texts(first_of(found.remote)) == ["Second"]
    assert calm(found)
