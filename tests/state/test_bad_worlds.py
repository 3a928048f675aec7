"""What goes wrong around the program: a clear line, an exit code, nothing lost, and the next run heals it.

What one module alone has to bear is tested beside it: tests/store, tests/sides; markers, locks and archives that cannot
be read from the beginning in tests/cli.
"""

import errno
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from real_oracle import converged, nothing_lost
from real_people import (
    People,
    add_comment,
    add_topic,
    add_view,
    set_member,
    web_add_comment,
    web_add_view,
    web_set_member,
)
from real_seams import LOST, REQUEST, Fault
from real_stack import Stack, photographed

from bcfsync.plan.policy import Deletes, Policy
from bcfsync.store import database
from bcfsync.turn import Unreadable

pytestmark = pytest.mark.slow


# -- the state ---------------------------------------------------------------------------------------------------------


def state_of(desk):
    (found,) = (desk.folder / "state" / "pairs").glob("*/state.db")
    return found


def both_sides(desk):
    return photographed(desk.issues), desk.topics()


def pending(desk):
    """An edit on either side that waits."""
    desk.edit("mep.bcf", "Duct", priority="High")
    desk.change("Door", priority="Low")


def healed(desk):
    """The next run brings both edits across."""
    desk.settle()
    assert desk.topics()["Duct"]["priority"] == "High"
    assert desk.held("arch.bcf")["Door"].priority == "Low"
    assert desk.do("sync").code == 0


def test_a_state_of_a_newer_version_is_left_alone_and_so_is_everything_else(tower):
    pending(tower)
    with closing(sqlite3.connect(state_of(tower))) as database_:
        (known,) = database_.execute("PRAGMA user_version").fetchone()
        database_.execute("PRAGMA user_version = 99")
    before = both_sides(tower)
    said = tower.run("sync").explained(2)
    assert "version 99" in said
    assert "update bcfsync" in said
    assert both_sides(tower) == before
    with closing(sqlite3.connect(state_of(tower))) as database_:
        database_.execute(f"PRAGMA user_version = {known}")
    healed(tower)


@pytest.mark.parametrize("harm", ["no database", "page of noise"])
def test_a_corrupt_state_stops_the_run_and_one_that_was_moved_away_is_built_anew_without_a_write(tower, harm):
    path = state_of(tower)
    data = path.read_bytes()
    path.write_bytes(b"nothing" * 999 if harm == "no database" else data[:4096] + b"\x55" * 8192 + data[12288:])
    before = both_sides(tower)
    # a sync that finds both sides as they were does not read what is on record
    said = tower.run("verify").explained(2)
    assert str(path) in said
    assert "move the file away" in said
    assert both_sides(tower) == before
    path.rename(path.with_suffix(".broken"))
    tower.settle()
    assert both_sides(tower) == before
    pending(tower)
    healed(tower)


@pytest.mark.parametrize("room", [0, 2, 5, 9])
def test_a_state_that_may_not_grow_stops_the_run_and_nothing_is_lost_or_doubled(tower, monkeypatch, room):
    pending(tower)
    for number in range(12):
        tower.call("POST", "topics", {"title": f"New {number}", "description": "long " * 500})
    connect = database._connect

    def bounded(path):
        found = connect(path)
        pages = found.execute("PRAGMA page_count").fetchone()[0]
        found.execute(f"PRAGMA max_page_count = {pages + room}")
        return found

    monkeypatch.setattr(database, "_connect", bounded)
    said = tower.run("sync").explained(2)
    assert str(state_of(tower)) in said
    assert "room" in said
    monkeypatch.undo()
    healed(tower)
    assert sorted(tower.held("inbox.bcf")) == sorted(f"New {number}" for number in range(12))
    assert len(tower.topics()) == 15


# -- archives ----------------------------------------------------------------------------------------------------------


def refused(desk, *words):
    """A run that could not write one archive says so, with what to do, and goes on with the rest."""
    before = (desk.issues / "arch.bcf").read_bytes()
    run = desk.run("sync")
    assert run.code == 3, (run.out, run.err)
    assert "Traceback" not in run.err
    assert any(all(word in line for word in words) for line in run.err.splitlines()), run.err
    assert (desk.issues / "arch.bcf").read_bytes() == before
    assert desk.topics()["Duct"]["priority"] == "High", "the rest goes on"
    assert not list(desk.issues.glob(".~*"))


def test_a_write_protected_archive_waits(tower):
    pending(tower)
    (tower.issues / "arch.bcf").chmod(0o444)
    refused(tower, "arch.bcf", "write-protected")
    (tower.issues / "arch.bcf").chmod(0o644)
    healed(tower)


def test_a_folder_that_cannot_be_written_into_waits(tower, monkeypatch):
    pending(tower)
    real = tempfile.mkstemp

    def refusing(*args, **more):
        if str(more.get("dir", "")) == str(tower.issues):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(*args, **more)

    monkeypatch.setattr(tempfile, "mkstemp", refusing)
    refused(tower, "arch.bcf", "Permission denied")
    monkeypatch.undo()
    healed(tower)


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_costs_nothing_but_time(tower, monkeypatch, trouble):
    pending(tower)

    def full(_descriptor):
        raise OSError(trouble, os.strerror(trouble))

    monkeypatch.setattr(os, "fsync", full)
    refused(tower, "arch.bcf", os.strerror(trouble))
    monkeypatch.undo()
    healed(tower)


@pytest.mark.parametrize("lock", ["~$arch.bcf", ".~lock.arch.bcf#", "arch.lck"])
def test_an_archive_another_program_has_open_is_read_and_written_later(tower, lock):
    pending(tower)
    (tower.issues / lock).touch()
    tower.edit("arch.bcf", "Door", stage="Plan")
    run = tower.run("sync")
    assert run.code == 3
    assert any("arch.bcf" in line and lock in line for line in run.err.splitlines()), run.err
    assert tower.topics()["Door"]["stage"] == "Plan"
    assert tower.held("arch.bcf")["Door"].priority != "Low"
    (tower.issues / lock).unlink()
    healed(tower)


# -- in the middle of a turn -------------------------------------------------------------------------------------------


class Meanwhile(httpx.BaseTransport):
    """A way to the server on which something happens at the first request that fits."""

    def __init__(self, inner, fits, happens):
        self.inner, self.fits, self.happens = inner, fits, happens

    def handle_request(self, request):
        if self.happens and self.fits(request):
            happens, self.happens = self.happens, None
            happens()
        return self.inner.handle_request(request)


@pytest.fixture(params=["3.0", "2.1"])
def people(request):
    """A project that is in step."""
    found = People(Stack(request.param, Policy(deletes=Deletes.MIRROR)))
    with closing(found.stack):
        found.begin("week.bcf", [found.first_topic() for _ in range(3)])
        found.begin("mep.bcf", [found.first_topic()])
        found.stack.settle()
        yield found


def halved(path):
    """A program is saving: half of the file is there."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path.read_bytes()


WHILE = {
    "it is sent from": lambda request: request.method == "POST",
    "it is written to": lambda request: request.url.path.endswith("/snapshot"),
}


@pytest.mark.parametrize("harm", ["half written", "no archive", "removed"])
@pytest.mark.parametrize("when", WHILE)
def test_an_archive_that_turns_invalid_between_plan_and_write_is_not_touched(people, when, harm):
    stack, path = people.stack, people.stack.folder / "week.bcf"
    assert people.edit_file(path, add_view, 0)
    assert people.edit_file(path, add_comment, 1)
    assert people.edit_server(web_add_view, 1)
    assert people.edit_server(web_set_member, 2)
    good, left = path.read_bytes(), []

    def happens():
        match harm:
            case "half written":
                left.append(halved(path))
            case "no archive":
                path.write_bytes(b"not a zip")
                left.append(b"not a zip")
            case "removed":
                path.unlink()

    inner = stack.wire.inner
    stack.wire.inner = Meanwhile(inner, WHILE[when], happens)
    told = stack.turn(photographing=False)
    stack.wire.inner = inner
    assert told.ended is None, told.ended
    assert left == ([path.read_bytes()] if path.exists() else [])
    if path.exists():
        reasons = [event.reason for event in told.events if isinstance(event, Unreadable)]
        assert reasons, [type(event).__name__ for event in told.events]
        assert all("week.bcf" in reason and "\n" not in reason for reason in reasons)
    path.write_bytes(good)
    converged(people)


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_is_a_day_off_loses_and_doubles_nothing(people, days):
    stack = people.stack
    path = stack.folder / "week.bcf"
    for off in (timedelta(days=days), timedelta(0), timedelta(days=-days)):
        stack.off = off
        people.edit_file(path, add_topic, 0)
        people.edit_file(path, set_member, 1, 2)
        people.edit_server(web_set_member, 2, 3)
        people.edit_server(web_add_comment, 0)
        for number in (4, 9, 14, 19):
            stack.turn(Fault(REQUEST, number, LOST))
    stack.off = timedelta(0)
    converged(people)


# -- the record --------------------------------------------------------------------------------------------------------


def test_without_its_state_a_project_in_step_is_recognised_and_nothing_is_written(people):
    stack = people.stack
    for edit in (add_view, add_comment, add_topic):
        people.edit_file(stack.folder / "week.bcf", edit, 0)
    people.edit_server(web_add_view, 1)
    stack.settle()
    before = photographed(stack.folder)
    shutil.rmtree(stack.state.parent)
    told = stack.settle()
    assert [item.writes for item in told] == [0] * len(told)
    assert photographed(stack.folder) == before
    people.edit_server(web_set_member, 0, 1)
    converged(people)


def test_a_state_put_back_from_a_backup_loses_nothing_and_doubles_nothing_where_guids_are_kept(people):
    stack, path = people.stack, people.stack.folder / "week.bcf"
    backup = stack.home / "backup"
    shutil.copytree(stack.state.parent, backup)
    for edit in (add_view, add_comment, add_topic, set_member):
        people.edit_file(path, edit, 0)
    for change in (web_add_view, web_add_comment, web_set_member):
        people.edit_server(change, 1)
    stack.settle()
    shutil.rmtree(stack.state.parent)
    shutil.copytree(backup, stack.state.parent)
    people.edit_file(path, add_comment, 2)
    if stack.api == "3.0":
        converged(people)
        return
    # a server that mints its own: what was sent since into topics on record is new in the file, and is sent again
    stack.settle()
    with closing(stack.state_open()) as store:
        nothing_lost(people, store)
