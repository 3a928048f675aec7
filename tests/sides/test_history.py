"""The states an archive had: kept before each write, put back bit for bit."""

import errno
import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from worlds import Bytes

from bcfsync.archive.writing import CannotWrite
from bcfsync.changes import Change, Kind, Prepared, Status, Verb
from bcfsync.sides.archive import ArchiveSide, Care
from bcfsync.sides.history import History, NoSuchVersion, Spoiled
from bcfsync.sides.memory import MemorySide

SAMPLES = Path(__file__).parents[2] / "samples"
WALK = SAMPLES / "2.1" / "site-walk.bcf"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A minute later with each look."""

    def __init__(self):
        self.now = START

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def history(tmp_path):
    return History(tmp_path / "state" / "history", Clock())


@pytest.fixture
def side(tmp_path, history):
    path = tmp_path / "files" / "week.bcf"
    path.parent.mkdir()
    shutil.copy(WALK, path)
    return ArchiveSide(path, care=Care(history=history), replica="f/week.bcf")


def titled(side, title, meanwhile=lambda: None):
    first = side.bcf.topics[0]
    change = Change(0, Verb.UPDATE, Kind.TOPIC, first.guid, "", replace(first, title=title), ("title",))
    prepared = ""
    for item in side.apply([change], MemorySide(blobs=Bytes())):
        if isinstance(item, Prepared):
            prepared = item.stamp
            meanwhile()
        else:
            return item, prepared
    raise AssertionError("no outcome")


def files(folder):
    return sorted(item for item in folder.rglob("*") if item.is_file())


def test_what_a_write_replaced_is_put_back_bit_for_bit(side, history, tmp_path):
    before = side.path.read_bytes()
    history.run = 7
    tag = side.tag
    _, stamp = titled(side, "Moved")
    (version,) = history.versions("f/week.bcf")
    assert (version.before, version.after, version.run, version.size) == (tag, stamp, 7, len(before))
    assert version.time == (START + timedelta(minutes=1)).isoformat()
    history.restore("f/week.bcf", version.sha256, tmp_path / "back.bcf")
    assert (tmp_path / "back.bcf").read_bytes() == before
    history.restore("f/week.bcf", version.sha256[:8], side.path)
    assert side.path.read_bytes() == before


def test_the_last_ten_states_are_kept_and_the_bytes_of_older_ones_go(side, history):
    for at in range(13):
        titled(side, f"Title {at}")
    versions = history.versions("f/week.bcf")
    assert [item.time for item in versions] == sorted(item.time for item in versions)
    assert len(versions) == 10
    kept = files(history._folder)
    assert len([item for item in kept if item.suffix == ".bcf"]) == 10
    assert len(kept) == 11


def test_archives_of_equal_bytes_share_them_and_lose_them_only_together(side, history, tmp_path):
    other = Path(shutil.copy(WALK, tmp_path / "files" / "copy.bcf"))
    twin = ArchiveSide(other, care=Care(history=history), replica="f/copy.bcf")
    titled(side, "Here")
    titled(twin, "There")
    (one,), (two,) = history.versions("f/week.bcf"), history.versions("f/copy.bcf")
    assert one.sha256 == two.sha256
    for at in range(10):
        titled(side, f"Title {at}")
    history.restore("f/copy.bcf", two.sha256, tmp_path / "back.bcf")
    assert (tmp_path / "back.bcf").read_bytes() == WALK.read_bytes()


def test_a_new_archive_has_no_state_before(tmp_path, history):
    side = ArchiveSide(tmp_path / "new.bcf", "3.0", care=Care(history=history), replica="f/new.bcf")
    topic = ArchiveSide(WALK).bcf.topics[0]
    change = Change(
        0, Verb.CREATE, Kind.TOPIC, topic.guid, "", replace(topic, viewpoints=(), bim_snippet=None, files=())
    )
    list(side.apply([change], MemorySide(blobs=Bytes())))
    assert side.path.exists()
    assert history.versions("f/new.bcf") == []


def test_nothing_is_kept_where_nothing_took_the_files_place(side, history):
    outcome, _ = titled(side, "Mine", lambda: shutil.copy(SAMPLES / "2.1" / "coordination-week-12.bcf", side.path))
    assert outcome.status is Status.STALE
    assert history.versions("f/week.bcf") == []
    assert [item.name for item in files(history._folder)] == ["index.jsonl"]


def test_a_state_the_history_has_no_room_for_is_not_replaced(side, history, monkeypatch):
    before = side.path.read_bytes()

    def full(*_args, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(shutil, "copyfileobj", full)
    outcome, _ = titled(side, "Moved")
    if outcome.status is Status.DONE:
        pytest.skip("this file system shares blocks between copies")
    assert outcome.status is Status.FAILED
    assert "No space left" in outcome.message
    assert side.path.read_bytes() == before
    assert [item.name for item in side.path.parent.iterdir()] == ["week.bcf"]


def test_a_history_on_another_disk_is_a_copy(side, history, monkeypatch):
    before = side.path.read_bytes()

    def elsewhere(*_args):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", elsewhere)
    assert titled(side, "Moved")[0].status is Status.DONE
    (version,) = history.versions("f/week.bcf")
    history.restore("f/week.bcf", version.sha256, side.path)
    assert side.path.read_bytes() == before


def test_bytes_that_were_written_into_are_not_put_back(side, history, tmp_path):
    titled(side, "Moved")
    (version,) = history.versions("f/week.bcf")
    (kept,) = (item for item in files(history._folder) if item.suffix == ".bcf")
    kept.write_bytes(b"other")
    with pytest.raises(Spoiled):
        history.restore("f/week.bcf", version.sha256, tmp_path / "back.bcf")
    assert not (tmp_path / "back.bcf").exists()


def test_a_spoiled_state_does_not_stand_for_a_later_one_of_the_same_bytes(side, history, tmp_path):
    titled(side, "Moved")
    (version,) = history.versions("f/week.bcf")
    (kept,) = (item for item in files(history._folder) if item.suffix == ".bcf")
    kept.write_bytes(b"other")
    shutil.copy(WALK, side.path)
    side.listing()
    titled(side, "Moved again")
    history.restore("f/week.bcf", version.sha256, tmp_path / "back.bcf")
    assert (tmp_path / "back.bcf").read_bytes() == WALK.read_bytes()


@pytest.mark.parametrize("wanted", ["", "ffff", "zz"])
def test_a_state_that_is_not_kept_is_an_explanation(side, history, tmp_path, wanted):
    titled(side, "Moved")
    with pytest.raises(NoSuchVersion):
        history.restore("f/week.bcf", wanted, tmp_path / "back.bcf")
    with pytest.raises(NoSuchVersion):
        history.restore("f/other.bcf", history.versions("f/week.bcf")[0].sha256, tmp_path / "back.bcf")


def test_an_index_cut_off_by_a_power_failure_costs_one_line(side, history):
    for title in ("One", "Two"):
        titled(side, title)
    index = history._folder / "index.jsonl"
    text = index.read_text(encoding="utf-8")
    index.write_text(text[:-20], encoding="utf-8")
    assert len(history.versions("f/week.bcf")) == 1
    assert json.loads(text.splitlines()[0])["replica"] == "f/week.bcf"


def test_a_history_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    path = Path(shutil.copy(WALK, tmp_path / "a.bcf"))
    with pytest.raises(CannotWrite, match="cannot be kept"):
        History(tmp_path / "state").keep("f/a.bcf", path, "1", "2")
