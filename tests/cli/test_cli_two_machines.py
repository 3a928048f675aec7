"""Two machines over one shared folder: one keeps it, the other one looks; and what a take-over means."""

import json
import shutil
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from desk import Desk, a_topic

from bcfsync.model import Comment, Topic
from bcfsync.sides import lease as lease_file
from bcfsync.sides import replacing
from bcfsync.sides.lease import LEASE


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(lease_file, "_READ_BACK", 0.01)


@pytest.fixture
def other(tower: Desk) -> Desk:
    """The same folder and configuration, seen from a machine with a state of its own."""
    return replace(tower, environment={"BCFSYNC_STATE": str(tower.folder / "other-state")})


def lease(desk: Desk) -> dict[str, object]:
    return json.loads((desk.issues / LEASE).read_bytes())


def bytes_of(desk: Desk) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in desk.issues.iterdir()}


def held(desk: Desk) -> dict[str, Topic]:
    return {title: topic for path in desk.issues.glob("*.bcf") for title, topic in desk.held(path.name).items()}


def test_the_first_to_sync_keeps_the_folder_and_lets_go_of_it_after_each_turn(tower):
    found = lease(tower)
    assert (found["epoch"], found["expires"]) == (1, None)
    tower.change("Pipe", priority="Low")
    tower.do("sync")
    assert {**lease(tower), "pid": found["pid"], "runs": found["runs"]} == found


def test_a_state_from_a_backup_sends_nothing_again(tower):
    state = next((tower.folder / "state").glob("pairs/*/state.db"))
    backup = state.read_bytes()
    tower.edit(
        "mep.bcf",
        "Duct",
        comments=(*tower.held("mep.bcf")["Duct"].comments, Comment(str(uuid.uuid4()), "Sent after the backup")),
    )
    tower.do("sync")
    state.write_bytes(backup)
    said = tower.run("sync").err
    assert "is from a backup" in said
    assert "is from a backup" not in tower.run("sync").err
    assert tower.comments("Duct").count("Sent after the backup") == 1
    assert [item.comment for item in held(tower)["Duct"].comments].count("Sent after the backup") == 1


def test_a_quiet_turn_writes_no_lease(tower):
    before = (tower.issues / LEASE).stat().st_mtime_ns
    tower.do("sync")
    assert (tower.issues / LEASE).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "words", [("sync",), ("pull",), ("push",), ("watch", "--once"), ("undo", "-y")], ids=lambda words: words[0]
)
def test_what_writes_is_refused_elsewhere_with_code_9_and_touches_nothing(tower, other, words):
    tower.edit("mep.bcf", "Duct", priority="Low")
    tower.change("Door", priority="High")
    before = bytes_of(tower)
    tower.server.requests.clear()
    said = other.run(*words).explained(9)
    assert "keeps this folder since" in said
    assert "bcfsync sync --take-over" in said
    assert (bytes_of(tower), tower.server.requests) == (before, [])


def test_what_only_looks_works_from_anywhere_and_says_whose_the_folder_is(tower, other):
    tower.edit("mep.bcf", "Duct", priority="Low")
    before = bytes_of(tower)
    assert "from here it can only be looked at" in other.run("plan").err
    told = other.run("status")
    assert "from here it can only be looked at" in told.out
    assert "next:" not in told.out
    assert other.run("status", "--json").lines[0]["kept_by"]["host"] == lease(tower)["host"]
    for words in (("verify",), ("log",), ("conflicts", "list"), ("restore",), ("sync", "-n")):
        assert other.run(*words).code in {0, 6}, words
    assert (bytes_of(tower), tower.server.writes()) == (before, [])
    assert tower.run("status", "--json").lines[0]["kept_by"] is None
    assert "looked at" not in tower.run("plan").err + tower.run("status").out


def test_the_record_of_a_change_can_be_read_from_the_machine_that_made_it_after_it_was_replaced(tower, other):
    other.do("sync", "--take-over")
    assert "created" in tower.do("log").out
    assert "0000" in tower.do("explain", "00000001").out


def test_a_take_over_writes_nothing_where_all_is_equal_and_the_old_owner_is_told_who_it_was(tower, other):
    before = bytes_of(tower)
    found = other.do("sync", "--take-over", "--json").summary
    assert not any(found[name] for name in ("created", "updated", "deleted", "conflicts", "held"))
    assert not tower.server.writes()
    assert {**bytes_of(tower), LEASE: b""} == {**before, LEASE: b""}
    assert lease(tower)["epoch"] == 2
    assert "keeps this folder since" in tower.run("sync").explained(9)
    tower.do("sync", "--take-over")
    assert lease(tower)["epoch"] == 3
    assert "keeps this folder since" in other.run("sync").explained(9)


def test_a_stale_save_is_healed_since_the_other_machine_is_not_let_in_before(tower, other):
    loaded = tower.held("mep.bcf")
    tower.change("Duct", topic_status="Closed")
    tower.do("sync")
    tower.save("mep.bcf", *loaded.values())  # a program saves what it had loaded before
    other.run("sync").explained(9)
    tower.settle()
    assert tower.topics()["Duct"]["topic_status"] == "Closed"
    assert tower.held("mep.bcf")["Duct"].topic_status == "Closed"


def test_what_is_not_in_step_at_the_first_take_over_is_a_conflict_and_not_lost(tower, other):
    loaded = tower.held("mep.bcf")
    tower.change("Duct", topic_status="Closed")
    tower.do("sync")
    tower.save("mep.bcf", *loaded.values())  # a program's older copy: only the first machine knows that it is one
    found = other.run("sync", "--take-over")
    assert (found.code, "files=Open server=Closed" in found.err) == (6, True)
    assert tower.topics()["Duct"]["topic_status"] == "Closed"


def test_an_older_copy_saved_after_a_return_is_no_edit_of_people(tower, other):
    other.do("sync", "--take-over")
    tower.do("sync", "--take-over")
    loaded = tower.held("mep.bcf")
    tower.change("Duct", topic_status="Closed")
    tower.do("sync")
    tower.save("mep.bcf", *loaded.values())
    other.do("sync", "--take-over")
    other.settle()
    assert tower.topics()["Duct"]["topic_status"] == "Closed"
    assert tower.held("mep.bcf")["Duct"].topic_status == "Closed"


def test_a_folder_handed_over_in_step_goes_on_without_loss_double_or_conflict(tower, other):
    one, two = tower, other
    for number in range(3):
        tower.server.requests.clear()
        one.do("sync", "--take-over")
        assert not tower.server.writes(), "what the other one wrote is in step"
        one.save(f"new-{number}.bcf", a_topic(100 + number, f"New {number}", "By hand"))
        one.change("Duct", description=f"by the server {number}")
        one.edit("arch.bcf", "Door", priority=f"P{number}")
        one.edit("mep.bcf", "Duct", topic_type=f"T{number}")
        one.settle()
        one, two = two, one
    one.do("sync", "--take-over")
    server, files = tower.topics(), held(tower)
    assert set(server) == set(files) == {"Duct", "Pipe", "Door", "New 0", "New 1", "New 2"}
    assert len(tower.call("GET", "topics")) == 6
    assert (server["Duct"]["description"], server["Duct"]["topic_type"]) == ("by the server 2", "T2")
    assert (files["Duct"].description, files["Duct"].topic_type) == ("by the server 2", "T2")
    assert server["Door"]["priority"] == files["Door"].priority == "P2"
    assert [tower.comments(f"New {number}") for number in range(3)] == [["By hand"]] * 3


def test_what_both_sides_changed_since_a_machine_was_there_is_a_conflict_when_it_comes_back(tower, other):
    other.do("sync", "--take-over")
    tower.do("sync", "--take-over")
    tower.change("Duct", description="first")
    tower.do("sync")
    tower.change("Duct", description="second")  # the one that kept the folder would know that this is newer
    found = other.run("sync", "--take-over")
    assert (found.code, "files=first server=second" in found.err) == (6, True)


def test_a_state_that_was_deleted_is_rebuilt_by_the_same_machine_without_a_take_over(tower):
    shutil.rmtree(tower.folder / "state")
    before = bytes_of(tower)
    tower.do("sync")
    assert not tower.server.writes()
    assert {**bytes_of(tower), LEASE: b""} == {**before, LEASE: b""}


def test_a_state_that_was_moved_takes_its_folders_along(tower):
    (tower.folder / "state").rename(tower.folder / "new-disk")
    replace(tower, environment={"BCFSYNC_STATE": str(tower.folder / "new-disk")}).do("sync")


# -- in the middle ---------------------------------------------------------------------------------------------


def test_a_folder_taken_over_in_the_middle_is_written_no_more(tower, monkeypatch):
    tower.change("Duct", priority="Low")
    tower.change("Door", priority="High")
    before = {name: held for name, held in bytes_of(tower).items() if name != LEASE}
    taken = {**lease(tower), "machine": "51" * 16, "host": "site-3", "user": "ben", "epoch": 2, "expires": "soon"}
    real = replacing.proven

    def meanwhile(*args: object) -> object:
        (tower.issues / LEASE).write_text(json.dumps(taken), encoding="utf-8")
        return real(*args)

    monkeypatch.setattr(replacing, "proven", meanwhile)
    said = tower.run("sync").explained(9)
    assert "ben on site-3 took this folder over" in said
    assert {name: held for name, held in bytes_of(tower).items() if name != LEASE} == before
    assert lease(tower) == taken, "what is another's is not released"
    monkeypatch.undo()
    assert "ben on site-3 keeps this folder" in tower.run("sync").explained(9)


def test_what_was_stopped_by_a_take_over_is_completed_by_the_next_owner(tower, other, monkeypatch):
    real = replacing.proven

    def meanwhile(*args: object) -> object:
        found = {**lease(tower), "machine": "51" * 16, "epoch": 4, "expires": None}
        (tower.issues / LEASE).write_text(json.dumps(found), encoding="utf-8")
        return real(*args)

    other.do("sync", "--take-over")
    tower.do("sync", "--take-over")
    monkeypatch.setattr(replacing, "proven", meanwhile)
    tower.change("Duct", priority="Low")
    tower.save("new.bcf", a_topic(9, "Lamp", "Which one?"))
    tower.run("sync").explained(9)
    monkeypatch.undo()
    other.do("sync", "--take-over")
    other.settle()
    assert tower.held("mep.bcf")["Duct"].priority == "Low"
    assert (len(tower.call("GET", "topics")), tower.comments("Lamp")) == (4, ["Which one?"])
    tower.do("sync", "--take-over")
    tower.settle()
    assert len(tower.call("GET", "topics")) == 4


def test_a_folder_that_takes_no_lease_is_still_read(desk, monkeypatch):
    real = Path.open

    def refused(path: Path, mode: str = "r", **more: object) -> object:
        if path.name == LEASE and "x" in mode:
            raise PermissionError(13, "Permission denied")
        return real(path, mode, **more)

    desk.set_up()
    desk.save("mep.bcf", a_topic(1, "Duct"))
    monkeypatch.setattr(Path, "open", refused)
    desk.do("push")
    assert set(desk.topics()) == {"Duct"}
    assert not (desk.issues / LEASE).exists()
    monkeypatch.undo()
    desk.do("push")
    assert (desk.issues / LEASE).exists()


def test_a_lease_that_says_nothing_is_code_7(tower):
    (tower.issues / LEASE).write_bytes(b"")
    assert "sync --take-over" in tower.run("sync").explained(7)
    assert "sync --take-over" in tower.run("status").explained(7)
    tower.do("sync", "--take-over")
    assert lease(tower)["epoch"] == 1


def test_several_servers_over_one_folder_on_one_machine_share_it(tower):
    tower.server.store.create_project(f"{tower.project}-b", "B")
    tower.toml.write_text(
        tower.toml.read_text() + '\n[pair.second]\nfolder = "issues"\nremote = "server"\n'
        f'project = "{tower.project}-b"\nwrites_to = "second.bcf"\n'
    )
    tower.settle()
    tower.do("sync", "second")
    assert lease(tower)["epoch"] == 1
