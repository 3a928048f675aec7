"""``verify``, ``undo`` and ``restore``."""

import pytest
from desk import a_topic

from bcfsync.net import Unreachable
from bcfsync.sides.rest.side import RestSide

pytestmark = pytest.mark.slow


def test_sides_that_agree_do_not_diverge(tower):
    found = tower.do("verify")
    assert "tower: no divergence in 3 topics (" in found.err
    assert not tower.server.writes()


def test_pending_changes_are_no_divergence(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Pipe", priority="Low")
    assert "no divergence in 3 topics, 2 changes waiting for a sync" in tower.do("verify").err


def test_what_is_held_is_not_said_to_wait_for_a_sync(desk):
    desk.set_up()
    desk.server.store.set_extensions(desk.project, {"topic_status": ["Open", "Closed"]})
    desk.save("a.bcf", a_topic(1, "Duct", topic_status="Offen"), a_topic(2, "Pipe", topic_status="Open"))
    desk.settle()
    found = desk.run("verify", "--json")
    assert (found.code, found.summary["pending"], found.summary["held"]) == (0, 0, 1)
    assert "no divergence in 2 topics, 1 held (" in desk.do("verify").err


def test_what_differs_though_nobody_changed_it_is_a_divergence(tower):
    """As after a record that was put back from a backup."""
    import sqlite3  # noqa: PLC0415 - a damage no command of ours does

    tower.edit("mep.bcf", "Duct", priority="Low")
    tower.settle()
    tower.change("Duct", priority="High")
    (state,) = (tower.folder / "state" / "pairs").glob("*/state.db")
    database = sqlite3.connect(state)
    with database:
        database.execute(
            'UPDATE shadow SET value = replace(value, \'"priority": "Low"\', \'"priority": "High"\') '
            "WHERE replica LIKE 'remote%'"
        )
    database.close()
    assert "in sync" in tower.run("plan").err, "no sync would ever see it"
    found = tower.run("verify", "--json")
    assert found.code == 3
    (item,) = found.of("divergence")
    assert (item["what"], item["local"], item["remote"], item["archive"]) == ("priority", "Low", "High", "mep.bcf")


def test_undo_puts_archives_back_bit_for_bit(tower):
    before = (tower.issues / "mep.bcf").read_bytes()
    tower.change("Duct", priority="High")
    tower.do("sync")
    assert (tower.issues / "mep.bcf").read_bytes() != before
    found = tower.do("undo", "--yes")
    assert "mep.bcf: as it was before, bit for bit" in found.err
    assert (tower.issues / "mep.bcf").read_bytes() == before
    assert "(put back)" in tower.do("log").out
    tower.do("sync")
    assert tower.held("mep.bcf")["Duct"].priority == "High", "the next sync does it again"


def test_undo_puts_members_back_on_the_server(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed", priority="High")
    tower.do("sync")
    tower.do("undo", "--yes")
    assert tower.topics()["Duct"]["topic_status"] == "Open"
    assert not tower.topics()["Duct"].get("priority")


def test_undo_takes_creates_back(tower):
    tower.save("new.bcf", a_topic(7, "Lamp", "Too low"))
    duct = tower.held("mep.bcf")["Duct"]
    more = a_topic(1, "Duct", "Who moves it?", "I do.").comments[1]
    tower.edit("mep.bcf", "Duct", comments=(*duct.comments, more))
    tower.do("sync")
    assert tower.comments("Duct") == ["Who moves it?", "I do."]
    tower.do("undo", "--yes")
    assert set(tower.topics()) == {"Duct", "Pipe", "Door"}
    assert tower.comments("Duct") == ["Who moves it?"]


def test_undo_takes_a_new_archive_away_again(tower):
    tower.call("POST", "topics", {"title": "From the server", "topic_type": "Issue", "topic_status": "Open"})
    tower.do("sync")
    assert (tower.issues / "inbox.bcf").exists()
    tower.do("undo", "--yes")
    assert not (tower.issues / "inbox.bcf").exists()


def test_undo_leaves_what_somebody_changed_since_and_says_so(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.change("Door", priority="High")
    tower.do("sync")
    tower.change("Duct", topic_status="Active")
    tower.edit("arch.bcf", "Door", stage="Design")
    found = tower.run("undo", "--yes")
    assert found.code == 3
    assert "somebody has changed topic_status since" in found.err
    assert "arch.bcf: not put back: was saved by another program since" in found.err
    assert tower.topics()["Duct"]["topic_status"] == "Active"
    assert tower.held("arch.bcf")["Door"].stage == "Design"


def test_a_topic_somebody_has_answered_stays_and_is_not_doubled_by_the_next_sync(tower):
    tower.save("new.bcf", a_topic(7, "Lamp", "Too low"))
    tower.do("sync")
    tower.call("POST", f"topics/{tower.topics()['Lamp']['guid']}/comments", {"comment": "No."})
    assert tower.run("undo", "--yes").code == 3
    tower.settle()
    assert sorted(topic["title"] for topic in tower.call("GET", "topics")) == ["Door", "Duct", "Lamp", "Pipe"]
    assert sorted(tower.comments("Lamp")) == ["No.", "Too low"]


def test_an_undo_that_was_stopped_by_the_network_is_completed_by_another_one(tower, monkeypatch):
    before = (tower.issues / "arch.bcf").read_bytes()
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.edit("mep.bcf", "Pipe", priority="High")
    tower.change("Door", priority="High")
    tower.do("sync")
    applied, calls = RestSide.apply, []

    def once(side, changes, source):
        calls.append(1)
        if len(calls) == 2:
            raise Unreachable("https://server: the server cannot be reached")
        return applied(side, changes, source)

    monkeypatch.setattr(RestSide, "apply", once)
    tower.run("undo", "--yes").explained(5)
    monkeypatch.undo()
    found = tower.do("undo", "--yes")
    assert "0 not" in found.err
    assert {title: topic.get("priority") for title, topic in tower.topics().items()} == {
        "Duct": None, "Pipe": None, "Door": "High",
    }  # fmt: skip
    assert (tower.issues / "arch.bcf").read_bytes() == before


def test_undo_goes_back_run_by_run(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.do("sync")
    tower.edit("mep.bcf", "Duct", priority="Low")
    tower.do("sync")
    tower.do("undo", "--yes")
    assert tower.topics()["Duct"]["priority"] == "High"
    tower.do("undo", "--yes")
    assert not tower.topics()["Duct"].get("priority")


def test_undo_asks_and_without_an_answer_does_nothing(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.do("sync")
    assert "--yes" in tower.run("undo").explained(2)
    assert "server: updated 0000 “Duct”  priority" in tower.do("undo", "-n").err
    assert tower.topics()["Duct"]["priority"] == "High"


def test_there_may_be_nothing_to_undo(desk):
    desk.set_up()
    assert "there is no run to undo" in desk.run("undo", "--yes").explained(2)


def test_what_was_deleted_comes_back_from_the_trash(desk):
    desk.set_up(deletes='"mirror"')
    desk.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"), a_topic(2, "Pipe"))
    desk.settle()
    desk.delete("Duct")
    desk.do("sync")
    assert set(desk.held("mep.bcf")) == {"Pipe"}
    assert "00000001  20" in desk.do("restore").out
    found = desk.do("restore", "00000001")
    assert "restored-00000001.bcf: Duct" in found.err
    desk.settle()
    assert desk.comments("Duct") == ["Who moves it?"]


def test_what_is_deleted_on_the_server_is_kept_before(desk):
    desk.set_up(deletes='"mirror"')
    desk.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"), a_topic(2, "Pipe"))
    desk.settle()
    desk.save("mep.bcf", a_topic(2, "Pipe"))
    desk.do("sync")
    assert set(desk.topics()) == {"Pipe"}
    desk.do("restore", "00000001", "--to", "back.bcf")
    assert "Who moves it?" in desk.do("show", "back.bcf", "00000001").out
    assert "is there already" in desk.run("restore", "00000001", "--to", "back.bcf").explained(2)


@pytest.mark.parametrize(("guid", "said"), [("000", "too short"), ("ffff", "not in the trash")])
def test_what_is_not_in_the_trash_is_refused(tower, guid, said):
    assert said in tower.run("restore", guid).explained(2)
