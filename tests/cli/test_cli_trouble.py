"""What goes wrong beside the two sides: one clear line, a code, and the next run heals."""

import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from desk import Desk, a_topic

pytestmark = pytest.mark.slow


def state_of(desk: Desk) -> Path:
    (found,) = (desk.folder / "state" / "pairs").glob("*/state.db")
    return found


@pytest.mark.parametrize("command", [["sync"], ["plan"], ["status"], ["log"], ["conflicts", "list"], ["verify"]])
def test_a_damaged_state_is_named_with_what_to_do(tower, command):
    state_of(tower).write_bytes(b"this is no database" * 400)
    said = tower.run(*command).explained(2)
    assert "state.db" in said
    assert "move the file away" in said


def test_a_state_that_was_taken_away_is_rebuilt_without_a_write(tower):
    for path in state_of(tower).parent.glob("state.db*"):
        path.unlink()
    files = {path: path.read_bytes() for path in tower.issues.glob("*.bcf")}
    tower.do("sync")
    tower.do("sync")
    assert not tower.server.writes()
    assert {path: path.read_bytes() for path in tower.issues.glob("*.bcf")} == files


def test_a_state_of_a_newer_version_is_refused(tower):
    database = sqlite3.connect(state_of(tower))
    database.execute("PRAGMA user_version = 999")
    database.close()
    assert "version 999" in tower.run("sync").explained(2)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_takes_no_writes_is_told_and_the_server_gets_its_part(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Pipe", priority="Low")
    tower.issues.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        found = tower.run("sync")
    finally:
        tower.issues.chmod(stat.S_IRWXU)
    assert found.code == 3
    assert tower.topics()["Duct"]["priority"] == "High"
    tower.do("sync")
    assert tower.held("mep.bcf")["Pipe"].priority == "Low"


def test_a_server_whose_project_was_emptied_stops_everything(tower):
    for title in list(tower.topics()):
        tower.delete(title)
    assert "the server's project is empty" in tower.run("sync").explained(7)
    assert set(tower.held("mep.bcf")) == {"Duct", "Pipe"}


def test_an_archive_that_lost_its_end_is_told_and_comes_back_when_it_is_whole(tower):
    whole = (tower.issues / "mep.bcf").read_bytes()
    (tower.issues / "mep.bcf").write_bytes(whole[: len(whole) // 2])
    assert tower.run("sync").code == 3
    assert set(tower.topics()) == {"Duct", "Pipe", "Door"}
    (tower.issues / "mep.bcf").write_bytes(whole)
    tower.settle()
    tower.server.requests.clear()
    tower.do("sync")
    assert not tower.server.writes()


def test_names_a_terminal_would_obey_are_shown_and_not_obeyed(desk):
    desk.set_up()
    desk.call("POST", "topics", {"title": "a\x1b[2Jb", "topic_type": "Issue", "topic_status": "Open"})
    for found in (desk.run("plan"), desk.run("sync"), desk.run("log", "1")):
        assert "\x1b" not in found.out + found.err


def test_an_archive_that_was_renamed_keeps_its_record(tower):
    (tower.issues / "mep.bcf").rename(tower.issues / "mep-2.bcf")
    tower.server.requests.clear()
    tower.do("sync")
    tower.do("sync")
    assert not tower.server.writes()
    assert not (tower.issues / "inbox.bcf").exists()
    assert "in mep-2.bcf" in tower.do("explain", "00000001").out


def test_a_subset_saved_over_an_archive_deletes_nothing(tower):
    tower.save("mep.bcf", a_topic(2, "Pipe"))
    tower.run("sync")
    tower.run("sync")
    assert set(tower.topics()) == {"Duct", "Pipe", "Door"}
