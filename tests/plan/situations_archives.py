"""Scenarios: first meetings, and several archives with the same topic."""

from dataclasses import replace

import pytest
from scenarios import (
    LATER,
    both,
    dated,
    fields_in_conflict,
    files,
    gone,
    nothing,
    reasons,
    remote_edit,
    rich_topic,
    scenario,
    second_archive,
    snippet,
)
from worlds import (
    BEN,
    C1,
    C2,
    D1,
    R1,
    R2,
    SYNC,
    T2,
    V1,
    bring,
    comment,
    edit,
    essence,
    fetch,
    gid,
    link,
    only,
    paper,
    texts,
    topic,
    world,
)

from bcfsync.changes import Kind, Verb
from bcfsync.model import DocumentReference
from bcfsync.net import Unanswered

# -- first meeting ---------------------------------------------------------------------------------------------


def met(**theirs):
    return world(local=[rich_topic()], remote=[rich_topic(**theirs)])


@scenario("M1")
def equal_at_first_meeting(mint):
    for one_way, other_way in ((bring, fetch), (fetch, bring)):
        found = met()
        told = one_way(found)
        assert nothing(told)
        assert {step.verb for step, _ in told.ended} == {Verb.ADOPT}
        assert not one_way(found).ended
        assert not other_way(found).ended


@scenario("M2")
def different_at_first_meeting(mint):
    for one_way, side in ((bring, "remote"), (fetch, "local")):
        found = met(title="Otherwise")
        edit(found.local, comments=(*only(found.local).comments, comment(C2, "Mine")))
        edit(found.remote, comments=(*only(found.remote).comments, comment(gid(44), "Theirs")))
        told = one_way(found)
        assert [item.field for item in told.conflicts] == ["title"]
        assert len(texts(only(getattr(found, side)))) == 3
        assert both(found, "title") == ("Duct clashes with beam", "Otherwise")
        again = one_way(found)
        assert [item.field for item in again.conflicts] == ["title"]
        assert not again.ended


@scenario("M3")
def labels_differ_at_first_meeting(mint):
    found = met(labels=("b",))
    bring(found)
    assert only(found.remote).labels == ("b", "a")
    assert only(found.local).labels == ("a",)
    fetch(found)
    assert only(found.local).labels == ("a", "b")


@scenario("M4")
def comment_differs_at_first_meeting(mint):
    found = met(comments=(comment(text="Not OK", viewpoint_guid=V1),))
    for told in (bring(found), fetch(found)):
        assert fields_in_conflict(told) == [(Kind.COMMENT, "comment")]


@scenario("M5")
def memory_lost(mint):
    parts = {
        "document_references": (DocumentReference(R1, document_guid=D1, path="plan.pdf"), link(R2)),
        "related_topics": (T2,),
        "bim_snippet": snippet(),
        "files": files("a"),
    }
    for one_way, other_way in ((bring, fetch), (fetch, bring)):
        found = world(mint=mint, local=[rich_topic(**parts), topic(T2, title="Another")], documents=[paper()])
        bring(found)
        found.store.forget()
        assert nothing(one_way(found))
        assert nothing(other_way(found))
        assert nothing(one_way(found))


def brought_by_another_machine(mint, **members):
    """The same archive lies at two machines, and the other one has sent it already, under its own user's name."""
    topics = [rich_topic(comments=(comment(C1, "The duct has to go 20 cm down"),), **members)]
    found = world(mint=mint, local=topics)
    elsewhere = world(local=topics, mint=mint)
    elsewhere.remote = found.remote
    found.remote.user = BEN
    bring(elsewhere)
    found.remote.user = SYNC
    return found


@scenario("M6")
def brought_by_another_user_in_many_words(mint):
    for one_way in (bring, fetch):
        found = brought_by_another_machine(mint, description="The duct goes through the beam of level 2")
        assert nothing(one_way(found))
        for each in (bring, fetch):
            assert nothing(each(found))
        assert [len(side.bcf.topics) for side in (found.local, found.remote)] == [1, 1]
        assert len(only(found.remote).comments) == len(only(found.remote).viewpoints) == 1


@scenario("M7")
def brought_by_another_user_with_a_title_only(mint):
    found = brought_by_another_machine(mint)
    bring(found)
    fetch(found)
    assert [len(side.bcf.topics) for side in (found.local, found.remote)] == ([2, 2] if mint else [1, 1])


# -- several archives ------------------------------------------------------------------------------------------


@scenario("A1")
def second_archive_with_a_copy(mint):
    for one_way in (bring, fetch):
        found = dated(mint)
        other = second_archive(found, only(found.local))
        assert nothing(one_way(other))
        assert not one_way(other).ended


@scenario("A2")
def second_archive_with_a_later_revision(mint):
    found = dated(mint)
    later = replace(only(found.local), priority="High", modified_date=LATER)
    other = second_archive(found, later)
    assert nothing(fetch(other))
    assert [step.fields for step in bring(other).writes] == [("priority",)]
    fetch(found)
    assert both(found, "priority") == ("High", "High")


@scenario("A3")
def second_archive_with_an_earlier_revision(mint):
    for first in (bring, fetch):
        found = dated(mint)
        earlier = only(found.local)
        edit(found.local, priority="High", modified_date=LATER)
        bring(found)
        other = second_archive(found, earlier)
        told = first(other)
        assert not told.conflicts
        fetch(other)
        assert both(other, "priority") == ("High", "High")


@scenario("A4")
def second_archive_with_equal_dates(mint):
    found = dated(mint)
    other = second_archive(found, replace(only(found.local), priority="High"))
    for told in (bring(other), fetch(other)):
        assert fields_in_conflict(told) == [(Kind.TOPIC, "priority")]


@scenario("A5")
def an_edit_goes_round(mint):
    found = dated(mint)
    other = second_archive(found, only(found.local))
    bring(other)
    edit(found.local, priority="High", labels=("a",), comments=(comment(text="Fine"), comment(C2, "More")))
    bring(found)
    fetch(other)
    assert essence(only(other.local), other.local) == essence(only(found.local), found.local)
    remote_edit(found, priority="Critical")
    for one in (found, other):
        fetch(one)
        assert both(one, "priority") == ("Critical", "Critical")
        assert nothing(bring(one))


@scenario("A7")
def later_revision_without_a_label(mint):
    found = dated(mint)
    copy = only(found.local)
    edit(found.local, labels=("a",))
    bring(found)
    other = second_archive(found, replace(copy, priority="High", modified_date=LATER))
    bring(other)
    assert (only(other.remote).priority, only(other.remote).labels) == ("High", ("a",))
    fetch(other)
    assert only(other.local).labels == ("a",)


@scenario("A8")
def an_unanswered_create_of_another_archive(mint):
    found = dated(mint)
    other = second_archive(found, only(found.local))
    bring(other)
    edit(found.local, comments=(*only(found.local).comments, comment(C2, "Lost")))
    found.remote.fault = lambda _: "lost answer"
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    held = [item.reason[:20] for item in fetch(other).holds]
    assert held == (["may be what was sent"] if mint else [])
    assert not bring(found).writes
    fetch(other)
    assert [texts(only(side)) for side in (found.local, found.remote, other.local)] == [["OK", "Lost"]] * 3


@scenario("A6")
def comment_gone_from_the_server_in_a_copy(mint):
    found = dated(mint)
    copy = only(found.local)
    remote_edit(found, comments=())
    other = second_archive(found, copy)
    assert reasons(bring(other)) == gone("remote")
