"""``conflicts``: what is open, a person's decision, and that the next sync carries it out."""

import click
import pytest
from desk import a_topic
from worlds import ANNA, MORNING

from bcfsync.canonical import TOPIC_SCALARS
from bcfsync.cli.options import MEMBERS
from bcfsync.config import reading

pytestmark = pytest.mark.slow


@pytest.fixture
def torn(tower):
    """Both sides changed status and description of Duct, and the priority of Door."""
    tower.edit("mep.bcf", "Duct", topic_status="Closed", description="files say so")
    tower.edit("arch.bcf", "Door", priority="Low", modified_date=MORNING, modified_author=ANNA)
    tower.change("Duct", topic_status="Active", description="server says so")
    tower.change("Door", priority="High")
    assert tower.run("sync").code == 6
    return tower


def test_the_members_one_can_write_are_members_that_can_be_in_conflict():
    assert set(MEMBERS) <= set(reading.MEMBERS)
    assert set(TOPIC_SCALARS) - set(MEMBERS) == {"bim_snippet"}


def test_the_list_is_numbered_and_names_both_values_and_the_archive(torn):
    found = torn.run("conflicts", "list")
    assert found.code == 6
    lines = found.out.splitlines()
    assert len(lines) == 3
    (status,) = [line for line in lines if "topic_status" in line]
    assert "00000001  0000 “Duct”  topic_status: files=Closed (mep.bcf)  server=Active  since 20" in status
    assert "conflicts resolve 0000" in found.err


def test_the_list_for_programs_has_everything(torn):
    (item,) = [item for item in torn.run("conflicts", "list", "--json").lines if item["field"] == "priority"]
    assert {name: item[name] for name in ("pair", "kind", "topic", "files", "remote", "base", "decision")} == {
        "pair": "tower", "kind": "topic", "topic": "00000003-0000-4000-8000-000000000000",
        "files": {"arch.bcf": "Low"}, "remote": "High", "base": None, "decision": None,
    }  # fmt: skip


def test_one_topics_conflicts_are_shown_in_columns(torn):
    found = torn.run("conflicts", "show", "00000001")
    assert found.code == 6
    rows = [line.split(None, 1) for line in found.out.splitlines()]
    assert ["before", "Open"] in rows
    assert ["mep.bcf", "Closed"] in rows
    assert ["server", "Active"] in rows
    assert "Door" not in found.out


@pytest.mark.parametrize(("side", "value"), [("files", "Closed"), ("server", "Active")])
def test_a_side_is_preferred_and_the_next_sync_carries_it_out(torn, side, value):
    said = torn.do("conflicts", "resolve", "00000001", "--prefer", side)
    assert "decided; the next sync carries it out" in said.err
    assert torn.topics()["Duct"]["topic_status"] == "Active", "nothing happens before the next sync"
    torn.run("sync")
    assert torn.topics()["Duct"]["topic_status"] == value
    assert torn.held("mep.bcf")["Duct"].topic_status == value
    (left,) = torn.run("conflicts", "list", "--json").lines
    assert left["field"] == "priority"


def test_a_value_of_ones_own_goes_to_both_sides(torn):
    torn.do("conflicts", "resolve", "00000001", "--topic-status", "In Progress")
    torn.run("sync")
    torn.run("sync")
    assert torn.topics()["Duct"]["topic_status"] == "In Progress"
    assert torn.held("mep.bcf")["Duct"].topic_status == "In Progress"


def test_everything_is_resolved_at_once(torn):
    torn.do("conflicts", "resolve", "--all", "--prefer", "server")
    assert torn.run("conflicts", "list").code == 0
    torn.do("sync")
    assert torn.held("mep.bcf")["Duct"].description == "server says so"
    assert torn.held("arch.bcf")["Door"].priority == "High"
    assert "no conflicts" in torn.do("conflicts", "list").err


def test_a_field_is_picked_by_where(torn):
    torn.do("conflicts", "resolve", "--all", "--where", "field=priority", "--prefer", "files")
    decided = [item["field"] for item in torn.run("conflicts", "list", "--json").lines if item["decision"]]
    assert decided == ["priority"]


def test_the_newest_value_wins_where_that_is_decided(torn):
    torn.do("conflicts", "resolve", "00000003", "--prefer", "newest")
    torn.run("sync")
    assert torn.held("arch.bcf")["Door"].priority == "High"


def test_a_text_is_written_in_the_editor(torn, monkeypatch):
    seen = []

    def edit(text, extension):
        seen.append((text, extension))
        return "both say so\n"

    monkeypatch.setattr(click, "edit", edit)
    torn.do("conflicts", "resolve", "00000001", "--edit", "--where", "field=description")
    torn.run("sync")
    torn.run("sync")
    assert torn.topics()["Duct"]["description"] == "both say so"
    assert "files say so" in seen[0][0]
    assert "server says so" in seen[0][0]


@pytest.mark.parametrize("answer", [None, "<<<<<<< files (mep.bcf)\nx\n"])
def test_an_editor_left_without_an_answer_decides_nothing(torn, monkeypatch, answer):
    monkeypatch.setattr(click, "edit", lambda *_args, **_named: answer)
    assert torn.run("conflicts", "resolve", "00000001", "--edit", "--where", "field=description").code == 6
    assert not any(item["decision"] for item in torn.run("conflicts", "list", "--json").lines)


def test_the_log_says_who_decided_what(torn):
    torn.do("conflicts", "resolve", "00000003", "--prefer", "files")
    newest = torn.do("log", "--json").lines[0]
    assert newest["command"] == "conflicts resolve"
    assert newest["summary"]["what"] == ["00000003 priority"]
    assert newest["summary"]["by"]


def test_a_dry_run_decides_nothing(torn):
    torn.do("conflicts", "resolve", "--all", "--prefer", "files", "-n")
    assert not any(item["decision"] for item in torn.run("conflicts", "list", "--json").lines)


def test_a_decision_about_values_that_changed_since_counts_no_longer(torn):
    torn.do("conflicts", "resolve", "00000003", "--prefer", "files")
    torn.change("Door", priority="Critical")
    assert torn.run("sync").code == 6
    assert torn.topics()["Door"]["priority"] == "Critical"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["00000001"], "say one thing"),
        (["00000001", "--prefer", "files", "--topic-status", "x"], "say one thing"),
        (["--prefer", "files"], "say which conflicts"),
        (["00000001", "--all", "--prefer", "files"], "--all goes without guids"),
        (["000", "--prefer", "files"], "too short"),
        (["0000", "--prefer", "files"], "may be 00000001-"),
        (["ffff", "--prefer", "files"], "no conflict of a topic of that guid"),
        (["00000001", "--prefer", "files", "--where", "status"], "not understood"),
        (["00000001", "--prefer", "files", "--where", "field=priority"], "none of the open conflicts"),
        (["00000001", "--due-date", "soon"], "none of the open conflicts"),
    ],
)
def test_what_cannot_be_decided_is_refused(torn, words, said):
    assert said in torn.run("conflicts", "resolve", *words).explained(2)


def test_a_value_the_member_cannot_have_is_refused(tower):
    tower.edit("mep.bcf", "Duct", title="Duct A")
    tower.change("Duct", title="Duct B")
    tower.run("sync")
    assert "title: nothing is no value" in tower.run("conflicts", "resolve", "00000001", "--title", "").explained(2)


def test_a_topic_in_two_archives_is_one_conflict(tower):
    tower.save("copy.bcf", a_topic(3, "Door"))
    tower.settle()
    tower.edit("copy.bcf", "Door", priority="Low")
    tower.edit("arch.bcf", "Door", priority="Low")
    tower.change("Door", priority="High")
    tower.run("sync")
    (item,) = tower.run("conflicts", "list", "--json").lines
    assert item["files"] == {"arch.bcf": "Low", "copy.bcf": "Low"}
    tower.do("conflicts", "resolve", "00000003", "--prefer", "server")
    tower.do("sync")
    assert {tower.held(name)["Door"].priority for name in ("arch.bcf", "copy.bcf")} == {"High"}
