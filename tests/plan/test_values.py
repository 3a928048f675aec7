"""Words and values: the table both ways, what is offered, and what is held of one archive as another sees it."""

from dataclasses import replace

import pytest
from scenarios import both, nothing, reasons, remote_edit, second_archive
from situations_values import LISTS, OFFEN, offering, worded
from worlds import ANNA, BEN, T2, bring, comment, edit, fetch, minted, only, there, topic, world

from bcfsync.changes import Kind, ProjectInfo
from bcfsync.marks import NEVER
from bcfsync.model import BimSnippet, Extensions
from bcfsync.net import Unanswered
from bcfsync.plan.policy import Attribution, Policy
from bcfsync.plan.wording import Wording, offered, said_in
from bcfsync.store import Store

STATUS = {"Offen": "Open", "Neu": "Open", "Zu": "Closed", "*": "In Progress"}
NAMES = ("Open", "In Progress", "Closed")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Offen", "Open"),
        (" Offen ", "Open"),
        ("Zu", "Closed"),
        ("Open", "Open"),  # offered as it is
        ("Open ", "Open"),  # and spelled as it is offered
        ("open", "In Progress"),  # case counts: servers check it
        ("Irgendwas", "In Progress"),
        ("*", "In Progress"),
    ],
)
def test_a_word_goes_to_the_server_by_its_row_else_as_it_is_else_by_the_star(word, value):
    assert Wording({"topic_status": STATUS}).sent("topic_status", word, NAMES) == value


def test_a_word_without_a_row_goes_as_it_is_where_the_server_says_nothing():
    assert Wording({"topic_status": STATUS}).sent("topic_status", "Irgendwas") == "Irgendwas"
    assert Wording().sent("topic_status", "Irgendwas", NAMES) == "Irgendwas"


@pytest.mark.parametrize(
    ("value", "known", "word"),
    [
        ("Open", (), "Offen"),  # the first row
        ("Open", ("Neu",), "Neu"),
        ("Open", ("Zu", "Neu"), "Neu"),
        ("Open", ("Open",), "Open"),
        ("In Progress", ("Irgendwas",), "Irgendwas"),
        ("In Progress", (), "In Progress"),  # the star is for the way there only
        ("Waiting", ("Offen",), "Waiting"),
    ],
)
def test_a_value_comes_back_as_a_known_word_else_as_the_first_one(value, known, word):
    assert Wording({"topic_status": STATUS}).read("topic_status", value, NAMES, known) == word


def test_a_reason_fits_a_line_however_long_the_list_and_the_word_are():
    lists = replace(LISTS, topic_status=tuple(f"S{at}" for at in range(40)))
    (reason,) = [item.reason for item in bring(offering(None, topic(topic_status="x" * 500), lists=lists)).holds]
    assert reason.startswith(f'status "{"x" * 59}…" is not one of S0, S1, S2, S3, S4, S5 and 34 more; ')


def test_marks_and_blanks_are_no_words():
    assert said_in(topic(topic_status=NEVER, stage=" ", labels=("", "MEP")), "topic_status") == ()
    assert said_in(topic(stage=" "), "stage") == ()
    assert said_in(topic(labels=("", "MEP")), "labels") == ("MEP",)
    untyped = BimSnippet("", is_external=False, reference="x", reference_schema="")
    assert said_in(topic(bim_snippet=untyped), "bim_snippet") == ()


def test_no_list_and_an_empty_list_forbid_nothing():
    assert offered(None, "topic_status") == offered(Extensions(), "topic_status") == ()
    assert offered(Extensions(topic_status=()), "topic_status") == ()


def test_a_new_archive_learns_the_lists_in_the_words_of_the_files():
    found = offering(None, remote=[topic(topic_status="Open")])
    found.local.bcf = replace(found.local.bcf, project=None)
    worded(found, topic_status={"Offen": "Open", "Neu": "Open"})
    fetch(found)
    assert only(found.local).topic_status == "Offen"
    assert found.local.bcf.extensions.topic_status == ("Offen", "Neu", "Open", "Closed")
    assert found.local.bcf.extensions.topic_type == ("Clash",)
    assert Wording().lists_read(ProjectInfo(extensions=LISTS)).extensions is LISTS


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
def test_a_changed_row_changes_nothing_that_is_agreed(mint):
    found = offering(mint and mint(), topic(topic_status="Offen"))
    worded(found, topic_status={"Offen": "Open"})
    bring(found)
    fetch(found)
    for rows in ({"Offen": "Closed"}, {}, {"Neu": "Open"}):
        worded(found, topic_status=rows)
        assert nothing(bring(found))
        assert nothing(fetch(found))
        assert both(found, "topic_status") == ("Offen", "Open")
    worded(found, topic_status={"Offen": "Closed", "Zu": "Closed"})
    edit(found.local, topic_status="Zu")
    bring(found)
    assert both(found, "topic_status") == ("Zu", "Closed")


@pytest.mark.parametrize("mint", [None, minted], ids=["keeps guids", "mints guids"])
@pytest.mark.parametrize("rows", [{"x1": "Structure"}, {"x2": "Structure"}, {}, {"x1": "MEP", "x2": "Structure"}])
def test_labels_that_were_one_on_the_server_stay_where_a_row_is_taken_out(mint, rows):
    lists = replace(LISTS, topic_label=("MEP", "Structure"))
    found = offering(mint and mint(), topic(labels=("x1", "x2", "MEP")), lists=lists)
    worded(found, labels={"x1": "Structure", "x2": "Structure"})
    bring(found)
    fetch(found)
    worded(found, labels=rows)
    for _ in range(2):
        assert nothing(fetch(found))
        assert nothing(bring(found))
    assert both(found, "labels") == (("x1", "x2", "MEP"), ("Structure", "MEP"))
    edit(found.local, labels=("x1", "MEP"))
    bring(found)
    fetch(found)
    assert only(found.local).labels == ("x1", "MEP")


def test_an_edit_on_the_server_is_seen_after_a_row_has_changed():
    found = offering(None, topic(topic_status="Offen"))
    worded(found, topic_status={"Offen": "Open"})
    bring(found)
    worded(found, topic_status={"Offen": "Closed"})
    remote_edit(found, topic_status="Closed")
    fetch(found)
    assert both(found, "topic_status") == ("Offen", "Closed")
    remote_edit(found, topic_status="Open")
    fetch(found)
    assert both(found, "topic_status") == ("Open", "Open")


def test_another_archive_is_measured_by_one_that_waits_for_a_word():
    """What is held is one member; what else is on record of the first archive is a past for the second."""
    ours = topic(topic_status="Offen", priority="Low")
    found = offering(None, ours)
    bring(found)
    remote_edit(found, priority="High")
    other = second_archive(found, ours)
    other.local.bcf = replace(other.local.bcf, project=found.local.bcf.project)
    assert reasons(bring(other)) == [OFFEN]
    fetch(other)
    assert (only(other.local).priority, only(other.local).topic_status) == ("High", "Offen")
    assert not bring(other).conflicts


def test_lost_memory_on_a_server_with_ids_of_its_own_is_found_by_the_server_s_words():
    ours = topic(topic_status="Neu", description="The duct of the ground floor runs into a beam.")
    found = offering(minted(), ours, topic(T2, title="Another"))
    worded(found, topic_status={"Offen": "Open", "Neu": "Open"})
    bring(found)
    found.store = Store(":memory:", clock=found.clock)
    told = bring(found)
    assert nothing(told)
    assert len(found.remote.bcf.topics) == 2
    assert there(found, ours.guid).topic_status == "Open"


def test_a_label_of_the_server_s_own_goes_back_as_it_was():
    lists = replace(LISTS, topic_label=("MEP", "Statik", "Structure"))
    found = offering(None, topic(labels=("MEP",)), lists=lists)
    worded(found, labels={"Statik": "Structure"})
    bring(found)
    remote_edit(found, labels=("MEP", "Statik"))  # a word the table sends elsewhere
    edit(found.local, labels=("MEP", "Structure"))
    bring(found)
    assert set(only(found.remote).labels) == {"MEP", "Statik", "Structure"}


def test_a_comment_without_author_and_date_gets_no_line():
    found = world(local=[topic(comments=(comment(author=None, date=None),))])
    found.policy = replace(found.policy, attribution="text")
    bring(found)
    assert [item.comment for item in only(found.remote).comments] == ["OK"]


@pytest.mark.parametrize("edited", [False, True], ids=["as it was sent", "edited there meanwhile"])
@pytest.mark.parametrize("attribution", list(Attribution))
def test_a_comment_sent_without_an_answer_is_found_again_whoever_its_line_names(edited, attribution):
    found = world(mint=minted(), local=[topic()], policy=Policy(attribution=attribution))
    bring(found)
    edit(found.local, comments=(comment(text="Who moves it?"),))
    found.remote.fault = lambda change: "lost answer" if change.kind is Kind.COMMENT else ""
    with pytest.raises(Unanswered):
        bring(found)
    found.remote.fault = lambda _: ""
    other = second_archive(found, topic())
    other.policy = found.policy
    (held,) = fetch(other).holds  # what may be the first archive's is not brought before that one has looked
    assert "import that archive again first" in held.reason
    if edited:
        (there_now,) = only(found.remote).comments
        line = there_now.comment.removesuffix("Who moves it?")
        edit(
            found.remote,
            only(found.remote).guid,
            comments=(replace(there_now, comment=f"{line}They.", modified_author=BEN),),
        )
    bring(found)
    fetch(found)
    assert len(only(found.remote).comments) == len(only(found.local).comments) == 1
    assert only(found.local).comments[0].comment == ("They." if edited else "Who moves it?")
    fetch(other)
    assert len(only(other.local).comments) == 1
    assert only(other.local).comments[0].author == ANNA
