"""Scenarios: values the server does not offer, words that stand for others, and whose a comment is."""

from dataclasses import fields, replace

from scenarios import (
    LATER,
    both,
    fields_in_conflict,
    nothing,
    reasons,
    remote_edit,
    remote_reword,
    rich_topic,
    scenario,
    second_archive,
    snippet,
)
from worlds import (
    ANNA,
    BEN,
    C1,
    C2,
    MORNING,
    SYNC,
    T2,
    bring,
    comment,
    drop,
    edit,
    fetch,
    minted,
    only,
    reword,
    texts,
    there,
    topic,
    world,
)

from bcfsync.changes import Cause, Kind, Verb
from bcfsync.model import Extensions, Project, Topic
from bcfsync.plan.policy import Attribution, Policy, Unknown
from bcfsync.plan.wording import Wording
from bcfsync.sides.memory import MemorySide

LISTS = Extensions(
    topic_type=("Clash",), topic_status=("Open", "Closed"), topic_label=("MEP", "Structure"), snippet_type=("JSON",),
    priority=(),
)  # fmt: skip
OFFEN = 'status "Offen" is not one of Open, Closed; bcfsync map suggest'


def offering(mint, *local, lists=LISTS, remote=(), **members):
    """A world whose server has lists, and has made of a topic without a status an open one."""
    found = world(mint=mint, local=local, remote=remote, **members)
    found.remote.bcf = replace(found.remote.bcf, extensions=lists)
    found.local.bcf = replace(found.local.bcf, project=Project("tower", "Tower"))
    return found


def worded(found, **rows):
    """The same with a table of words."""
    found.policy = replace(found.policy, wording=Wording({**found.policy.wording.rows, **rows}))


def only_first(found):
    return next(item for item in found.local.bcf.topics if item.title != "Another")


def choosing(found):
    """The same with a server that makes every new topic without a status an open one."""
    found.remote = Choosing(**{item.name: getattr(found.remote, item.name) for item in fields(found.remote)})
    return found


class Choosing(MemorySide):
    def _stamped(self, value, verb):
        stamped = super()._stamped(value, verb)
        unset = verb is Verb.CREATE and isinstance(value, Topic) and value.topic_status is None
        return replace(stamped, topic_status="Open") if unset else stamped


@scenario("W1")
def a_new_topic_goes_without_what_is_not_offered(mint):
    found = offering(mint, topic(topic_status="Offen", priority="Hoch"))
    told = bring(found)
    assert [(item.reason, item.cause, item.field) for item in told.holds] == [(OFFEN, Cause.VALUE, "topic_status")]
    assert both(found, "topic_status") == ("Offen", None)
    assert both(found, "priority") == ("Hoch", "Hoch")  # an empty list offers nothing, and forbids nothing
    found = choosing(offering(mint and minted(), topic(topic_status="Offen")))
    bring(found)
    assert both(found, "topic_status") == ("Offen", "Open")  # the server has put in its own
    assert reasons(bring(found)) == [OFFEN]
    assert nothing(fetch(found))
    assert both(found, "topic_status") == ("Offen", "Open")


@scenario("W2")
def what_was_held_flows_once_it_has_a_meaning(mint):
    for rows, arrives in (({"Offen": "Open"}, "Open"), ({"Offen": "Closed"}, "Closed"), ({"*": "Closed"}, "Closed")):
        found = choosing(offering(mint and minted(), topic(topic_status="Offen")))
        bring(found)
        assert reasons(bring(found)) == [OFFEN]
        assert nothing(fetch(found))
        worded(found, topic_status=rows)
        told = bring(found)
        assert not told.holds
        assert not told.conflicts
        assert both(found, "topic_status") == ("Offen", arrives)
        assert nothing(fetch(found))
        assert both(found, "topic_status") == ("Offen", arrives)
        assert nothing(bring(found))


@scenario("W3")
def a_choice_on_the_server_against_a_held_value_is_a_conflict(mint):
    for prepared in (lambda found: found, choosing):
        found = prepared(offering(mint and minted(), topic(topic_status="Offen")))
        bring(found)
        remote_edit(found, topic_status="Closed")
        assert fields_in_conflict(bring(found)) == [(Kind.TOPIC, "topic_status")]
        assert fields_in_conflict(fetch(found)) == [(Kind.TOPIC, "topic_status")]
        assert both(found, "topic_status") == ("Offen", "Closed")


@scenario("W4")
def an_edit_goes_without_what_is_not_offered(mint):
    found = offering(mint, topic(topic_status="Open"))
    bring(found)
    edit(found.local, topic_status="Offen", title="Duct hits beam")
    told = bring(found)
    assert [item.reason for item in told.holds] == [OFFEN]
    assert [step.fields for step in told.writes] == [("title",)]
    assert both(found, "topic_status") == ("Offen", "Open")
    assert nothing(fetch(found))
    assert reasons(bring(found)) == [OFFEN]
    worded(found, topic_status={"Offen": "Closed"})
    bring(found)
    assert both(found, "topic_status") == ("Offen", "Closed")


@scenario("W5")
def labels_that_are_not_offered_are_held_one_by_one(mint):
    found = offering(mint, topic(labels=("MEP", "Statik")))
    reason = 'label "Statik" is not one of MEP, Structure; bcfsync map suggest'
    assert [item.reason for item in bring(found).holds] == [reason]
    assert both(found, "labels") == (("MEP", "Statik"), ("MEP",))
    assert nothing(fetch(found))
    edit(found.local, labels=("MEP", "Statik", "Structure"))
    assert [item.reason for item in bring(found).holds] == [reason]
    assert both(found, "labels") == (("MEP", "Statik", "Structure"), ("MEP", "Structure"))
    assert reasons(bring(found)) == [reason]
    found.remote.bcf = replace(found.remote.bcf, extensions=replace(LISTS, topic_label=("MEP", "Statik")))
    bring(found)
    assert both(found, "labels")[1] == ("MEP", "Structure", "Statik")
    assert nothing(bring(found))


@scenario("W6")
def two_that_meet_first_wait_for_the_word(mint):
    ours = topic(topic_status="Offen")
    found = offering(mint, ours, remote=[replace(ours, topic_status="Open")])
    assert reasons(bring(found)) == [OFFEN]
    assert reasons(fetch(found)) == [OFFEN]
    worded(found, topic_status={"Offen": "Open"})
    assert nothing(bring(found))
    assert nothing(fetch(found))
    assert both(found, "topic_status") == ("Offen", "Open")


@scenario("W7")
def what_is_held_is_no_edit_that_beats_a_deletion(mint):
    found = offering(mint, topic(topic_status="Offen", labels=("Statik",)), topic(T2, title="Another"))
    bring(found)
    drop(found.remote, there(found, only_first(found).guid).guid)
    told = bring(found)
    assert reasons(told) == ["was deleted on the server; not sent again"]


@scenario("W8")
def a_word_of_the_file_is_the_server_s_value_there(mint):
    found = offering(mint, topic(topic_status="Offen", labels=("Statik",)))
    worded(found, topic_status={"Offen": "Open", "Erledigt": "Closed"}, labels={"Statik": "Structure"})
    bring(found)
    assert both(found, "topic_status") == ("Offen", "Open")
    assert both(found, "labels") == (("Statik",), ("Structure",))
    assert nothing(bring(found))
    assert nothing(fetch(found))
    edit(found.local, topic_status="Erledigt")
    bring(found)
    assert both(found, "topic_status") == ("Erledigt", "Closed")
    assert nothing(fetch(found))
    assert nothing(bring(found))


@scenario("W9")
def a_value_of_the_server_is_the_file_s_word_here(mint):
    found = offering(mint, topic(topic_status="Neu"))
    worded(found, topic_status={"Offen": "Open", "Neu": "Open", "Zu": "Closed", "Erledigt": "Closed"})
    bring(found)
    remote_edit(found, topic_status="Closed", title="Duct hits beam")
    fetch(found)
    assert both(found, "topic_status") == ("Zu", "Closed")
    edit(found.local, topic_status="Erledigt")
    assert nothing(bring(found))  # it says the same there
    remote_edit(found, title="Duct hits two beams")
    fetch(found)
    assert both(found, "topic_status") == ("Erledigt", "Closed")
    assert nothing(bring(found))


@scenario("W10")
def each_archive_keeps_its_own_word(mint):
    found = offering(mint, topic(topic_status="Offen"))
    worded(found, topic_status={"Offen": "Open", "Neu": "Open"})
    bring(found)
    other = second_archive(found, topic(topic_status="Neu"))
    other.policy = found.policy
    other.local.bcf = replace(other.local.bcf, project=found.local.bcf.project)
    bring(other)
    for _ in range(2):
        for each in (found, other):
            assert nothing(bring(each))
            told = fetch(each)
            assert nothing(told)
    told = [step for each in (found, other) for one_way in (bring, fetch) for step in one_way(each).ended]
    assert not told  # not even the record is written
    assert [only(each.local).topic_status for each in (found, other)] == ["Offen", "Neu"]


@scenario("W11")
def all_is_sent_where_that_is_wanted(mint):
    found = offering(mint, topic(topic_status="Offen", labels=("Statik",)), policy=Policy(unknown=Unknown.SEND))
    assert not bring(found).holds
    assert both(found, "topic_status") == ("Offen", "Offen")
    assert both(found, "labels") == (("Statik",), ("Statik",))


@scenario("W12")
def labels_that_are_one_on_the_server(mint):
    found = offering(mint, topic(labels=("Statik", "Tragwerk", "MEP")))
    worded(found, labels={"Statik": "Structure", "Tragwerk": "Structure"})
    bring(found)
    assert both(found, "labels")[1] == ("Structure", "MEP")
    assert nothing(fetch(found))
    edit(found.local, labels=("Tragwerk", "MEP"))
    assert nothing(bring(found))
    edit(found.local, labels=("MEP",))
    bring(found)
    assert both(found, "labels") == (("MEP",), ("MEP",))


def attributed(mint, *local, remote=()):
    return world(mint=mint, local=local, remote=remote, policy=Policy(attribution=Attribution.TEXT))


LINE = f"[{ANNA}, {MORNING.text.replace('T', ' ')}, via bcfsync]"


@scenario("W13")
def a_comment_says_whose_it_is(mint):
    found = attributed(mint, topic(comments=(comment(text="Who moves it?"),)))
    bring(found)
    (there_now,) = only(found.remote).comments
    assert (there_now.comment, there_now.author) == (f"{LINE}\nWho moves it?", SYNC)
    assert nothing(bring(found))
    assert nothing(fetch(found))
    fresh = world(remote=found.remote.bcf.topics)  # another machine, which knows nothing and asks for nothing
    fetch(fresh)
    (told,) = only(fresh.local).comments
    assert (told.comment, told.author, told.date) == ("Who moves it?", ANNA, MORNING)
    assert nothing(bring(fresh))


@scenario("W14")
def the_line_stays_through_edits(mint):
    found = attributed(mint, topic(comments=(comment(text="Who moves it?"),)))
    bring(found)
    reword(found.local, only(found.local).guid, "Who moves it?", comment="We move it.")
    bring(found)
    assert texts(only(found.remote)) == [f"{LINE}\nWe move it."]
    remote_reword(found, f"{LINE}\nWe move it.", comment=f"{LINE}\nThey move it.", modified_date=LATER)
    fetch(found)
    (ours,) = only(found.local).comments
    assert (ours.comment, ours.author, ours.date) == ("They move it.", ANNA, MORNING)
    remote_reword(found, f"{LINE}\nThey move it.", comment="Nobody moves it.")  # somebody took the line out
    fetch(found)
    assert texts(only(found.local)) == ["Nobody moves it."]
    reword(found.local, only(found.local).guid, "Nobody moves it.", comment="We all move it.")
    bring(found)
    assert texts(only(found.remote)) == [f"{LINE}\nWe all move it."]
    assert nothing(fetch(found))
    assert nothing(bring(found))


@scenario("W15")
def what_only_looks_like_the_line_stays(mint):
    said = f"{LINE}\nThat is how bcfsync writes it."
    found = attributed(mint, remote=[rich_topic(comments=(comment(C1, said, author=BEN), comment(C2, "Yes")))])
    fetch(found)
    assert texts(only(found.local)) == [said, "Yes"]
    assert nothing(bring(found))
    own = world(mint=mint, local=[topic(comments=(comment(text=said),))])
    bring(own)
    assert nothing(fetch(own))
    assert texts(only(own.local)) == [said]


@scenario("W16")
def a_snippet_of_a_strange_type_is_held(mint):
    strange = replace(snippet(), snippet_type="XML")
    found = offering(mint, topic(bim_snippet=strange))
    assert [item.field for item in bring(found).holds] == ["bim_snippet"]
    assert only(found.remote).bim_snippet is None
    worded(found, bim_snippet={"XML": "JSON"})
    bring(found)
    assert only(found.remote).bim_snippet == replace(only(found.remote).bim_snippet, snippet_type="JSON")
    assert only(found.remote).bim_snippet.blob is not None
    bring(found)
    assert nothing(bring(found))
    assert nothing(fetch(found))
    assert only(found.local).bim_snippet.snippet_type == "XML"
