"""A folder of archives: what counts as one, what is never taken for gone, and the marker without which nothing is."""

import os
import shutil
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from worlds import C1, T1, Bytes, comment, topic

from bcfsync.archive.reading import NotAnArchive, NotReady
from bcfsync.changes import Change, Kind, Prepared, Verb
from bcfsync.errors import InvalidArchive, UsageError
from bcfsync.sides.folder import (
    MARKER,
    ArchiveFolder,
    FolderUnreadable,
    MarkerBroken,
    MarkerMissing,
    NoReplica,
    Vanished,
    mark,
    marker_id,
)
from bcfsync.sides.memory import MemorySide

SAMPLES = Path(__file__).parents[2] / "samples"
WALK = SAMPLES / "2.1" / "site-walk.bcf"
ID = "0123456789abcdef"


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "project"
    found.mkdir()
    mark(found, ID)
    return found


def put(path, data=b"PK"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def below(replicas):
    return sorted(name.removeprefix(f"{ID}/") for name in replicas)


def comment_added(side):
    (first, *_) = side.bcf.topics
    found = Change(0, Verb.CREATE, Kind.COMMENT, C1, first.guid, comment())
    return list(side.apply([found], MemorySide(blobs=Bytes())))


# -- which files -----------------------------------------------------------------------------------------------------

ARCHIVES = ["a.bcf", "B.BCF", "c.bcfzip", "D.BcfZip", "trades/steel/e.bcf", "trades/f (1).bcf", "name with ü.bcf"]
OTHERS = [
    "notes.txt",
    "a.bcf.part",
    "a.bcf.crdownload",
    "~$a.bcf",
    ".~lock.a.bcf#",
    ".~bcfsync-1234.tmp",
    "._a.bcf",
    ".hidden.bcf",
    ".git/a.bcf",
    ".bcfsync-state/a.bcf",
    "trades/.old/a.bcf",
]


def test_every_archive_below_the_folder_is_found_and_nothing_else(folder):
    for name in [*ARCHIVES, *OTHERS]:
        put(folder / name)
    assert below(ArchiveFolder(folder).scan()) == sorted(ARCHIVES)


@pytest.mark.parametrize(
    ("include", "exclude", "found"),
    [
        ((), (), ["a.bcf", "old/a.bcf", "steel/b.bcfzip", "steel/deep/c.bcf"]),
        (("steel/*",), (), ["steel/b.bcfzip", "steel/deep/c.bcf"]),
        (("a.bcf",), (), ["a.bcf", "old/a.bcf"]),
        (("*.BCFZIP",), (), ["steel/b.bcfzip"]),
        ((), ("old/",), ["a.bcf", "steel/b.bcfzip", "steel/deep/c.bcf"]),
        ((), ("old", "deep"), ["a.bcf", "steel/b.bcfzip"]),
        (("steel/*",), ("*.bcfzip",), ["steel/deep/c.bcf"]),
    ],
)
def test_patterns_choose_the_archives(folder, include, exclude, found):
    for name in ("a.bcf", "old/a.bcf", "steel/b.bcfzip", "steel/deep/c.bcf"):
        put(folder / name)
    assert below(ArchiveFolder(folder, include=include, exclude=exclude).scan()) == found


def test_what_the_ignore_file_names_is_left_out(folder):
    for name in ("a.bcf", "draft-1.bcf", "old/b.bcf"):
        put(folder / name)
    (folder / ".bcfsyncignore").write_text("# drafts are nobody's business\ndraft-*\n\nold/\n", encoding="utf-8")
    assert below(ArchiveFolder(folder).scan()) == ["a.bcf"]


def test_an_archive_by_its_name_alone_is_one_of_the_folder_or_not(folder):
    archives = ArchiveFolder(folder, include=["steel/*", "a.bcf"], exclude=["old"])
    told = {name: archives.takes(name) for name in ("a.bcf", "b.bcf", "steel/x/b.BCF", "steel/old/b.bcf", "old/a.bcf")}
    assert told == {"a.bcf": True, "b.bcf": False, "steel/x/b.BCF": True, "steel/old/b.bcf": False, "old/a.bcf": False}
    assert not ArchiveFolder(folder).takes(".git/a.bcf")
    assert not ArchiveFolder(folder).takes("a.txt")


def linked(link, target, **kind):
    try:
        link.symlink_to(target, **kind)
    except OSError:
        pytest.skip("this system lets nobody make links")


def test_a_link_to_an_archive_is_one_and_a_link_to_a_folder_is_not_followed(folder, tmp_path):
    put(tmp_path / "else" / "a.bcf")
    linked(folder / "a.bcf", tmp_path / "else" / "a.bcf")
    linked(folder / "else", tmp_path / "else", target_is_directory=True)
    linked(folder / "round", folder, target_is_directory=True)
    assert below(ArchiveFolder(folder).scan()) == ["a.bcf"]


def test_a_folder_called_like_an_archive_is_a_folder(folder):
    put(folder / "exploded.bcf" / "a.bcf")
    assert below(ArchiveFolder(folder).scan()) == ["exploded.bcf/a.bcf"]


def test_an_archive_keeps_its_name_when_the_folder_moves(folder, tmp_path):
    shutil.copy(WALK, folder / "a.bcf")
    before = ArchiveFolder(folder).scan()
    moved = folder.rename(tmp_path / "elsewhere")
    assert ArchiveFolder(moved).scan() == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems fold or refuse such names")
def test_a_name_is_the_same_however_its_characters_are_composed(folder):
    put(folder / unicodedata.normalize("NFD", "Türen.bcf"))
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    assert replica == f"{ID}/{unicodedata.normalize('NFC', 'Türen.bcf')}"
    assert archives.path_of(replica).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems fold or refuse such names")
def test_two_names_that_look_alike_are_told_and_neither_is_taken_for_gone(folder):
    for form in ("NFC", "NFD"):
        put(folder / unicodedata.normalize(form, "Türen.bcf"))
    archives = ArchiveFolder(folder)
    assert len(archives.scan()) == 1
    (reason,) = archives.unreadable.values()
    assert "same name" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_is_told(folder):
    try:
        put(Path(os.fsdecode(os.fsencode(folder) + b"/\xff.bcf")))
    except OSError:
        pytest.skip("this file system has no such names")
    archives = ArchiveFolder(folder)
    assert archives.scan() == {}
    assert list(archives.unreadable.values()) == ["its name is no text"]


# -- what is not gone ------------------------------------------------------------------------------------------------


def test_a_file_without_content_is_not_ready_and_no_empty_archive(folder):
    put(folder / "cloud.bcf", b"")
    archives = ArchiveFolder(folder)
    assert below(archives.scan()) == below(archives.not_ready) == ["cloud.bcf"]
    assert "empty" in archives.doubtful(f"{ID}/cloud.bcf")
    with pytest.raises(NotReady):
        archives.open(f"{ID}/cloud.bcf")


def test_an_archive_that_cannot_be_looked_at_is_not_taken_for_gone(folder):
    linked(folder / "a.bcf", folder / "nowhere.bcf")
    archives = ArchiveFolder(folder)
    assert below(archives.scan()) == below(archives.unreadable) == ["a.bcf"]
    with pytest.raises(InvalidArchive):
        archives.open(f"{ID}/a.bcf")
    assert archives.doubtful(f"{ID}/a.bcf")
    assert archives.doubtful(f"{ID}/b.bcf") is None


def test_nothing_in_a_folder_that_cannot_be_read_is_taken_for_gone(folder, monkeypatch):
    put(folder / "a.bcf")
    put(folder / "locked" / "b.bcf")
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    archives = ArchiveFolder(folder)
    assert below(archives.scan()) == ["a.bcf"]
    assert "Permission denied" in archives.doubtful(f"{ID}/locked/b.bcf")


def test_an_archive_that_vanished_since_the_scan_is_not_opened_as_a_new_one(folder):
    shutil.copy(WALK, folder / "a.bcf")
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    (folder / "a.bcf").unlink()
    with pytest.raises(Vanished):
        archives.open(replica)
    assert archives.scan() == {}
    assert archives.open(replica).listing().topics == {}


def test_an_open_archive_whose_file_vanishes_is_incomplete_and_proves_nothing(folder):
    shutil.copy(WALK, folder / "a.bcf")
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    side = archives.open(replica)
    (guid, *_) = side.listing().topics
    archives.close(replica)
    (folder / "a.bcf").unlink()
    assert not side.listing().complete
    assert side.gone([guid]) == frozenset()


# -- the marker ------------------------------------------------------------------------------------------------------


def test_a_marked_folder_says_who_it_is_and_why(folder):
    assert marker_id(folder) == ID
    text = (folder / MARKER).read_text(encoding="utf-8")
    assert text.startswith("# bcfsync keeps")
    assert len([line for line in text.splitlines() if not line.startswith("#")]) == 1


def test_marking_twice_changes_nothing_and_another_identity_is_refused(folder):
    mark(folder, ID)
    with pytest.raises(UsageError, match="marked already"):
        mark(folder, "ffffffff")
    assert marker_id(folder) == ID


@pytest.mark.parametrize("missing", ["marker", "folder"])
def test_without_marker_or_folder_nothing_is_concluded(folder, missing):
    put(folder / "a.bcf")
    if missing == "marker":
        (folder / MARKER).unlink()
    else:
        shutil.rmtree(folder)
    with pytest.raises(MarkerMissing) as caught:
        ArchiveFolder(folder).scan()
    assert caught.value.exit_code == 7
    assert "bcfsync init" in caught.value.hint


@pytest.mark.parametrize(
    "text", [b"", b"folder", b"folder = 3", b'folder = "../x"', b"\xff\xfe\x00", b'[a]\nfolder = "1"']
)
def test_a_marker_of_nonsense_is_a_clear_error(folder, text):
    (folder / MARKER).write_bytes(text)
    with pytest.raises(MarkerBroken) as caught:
        ArchiveFolder(folder).scan()
    assert caught.value.exit_code == 7
    assert MARKER in str(caught.value)


def test_a_marker_an_editor_gave_a_byte_order_mark_is_read(folder):
    path = folder / MARKER
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert marker_id(folder) == ID


def test_a_drive_that_goes_away_during_the_scan_concludes_nothing(folder, monkeypatch):
    put(folder / "a.bcf")
    scandir = os.scandir

    def unmounting(path):
        for item in (folder / MARKER, folder / "a.bcf"):
            item.unlink()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", unmounting)
    with pytest.raises(MarkerMissing):
        ArchiveFolder(folder).scan()


def test_a_folder_that_cannot_be_looked_into_is_a_guard(folder, monkeypatch):
    def broken(_path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "scandir", broken)
    with pytest.raises(FolderUnreadable, match="Input/output error") as caught:
        ArchiveFolder(folder).scan()
    assert caught.value.exit_code == 7


# -- copies of a conflict --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("week (1).bcf", "week.bcf"),
        ("week.sync-conflict-20260301-120000-ABCDEFG.bcf", "week.bcf"),
        ("week (Anna's conflicted copy 2026-03-01).bcf", "week.bcf"),
        ("other (2).bcf", None),
        ("week-HOST.bcf", None),
    ],
)
def test_a_copy_made_in_a_conflict_is_an_archive_and_told(folder, name, of):
    put(folder / "sub" / "week.bcf")
    put(folder / "sub" / name)
    archives = ArchiveFolder(folder)
    assert below(archives.scan()) == sorted(["sub/week.bcf", f"sub/{name}"])
    assert archives.siblings == ({f"{ID}/sub/{name}": f"{ID}/sub/{of}"} if of else {})


# -- the archives ----------------------------------------------------------------------------------------------------


def test_the_stamp_of_a_scan_is_the_tag_of_the_archive(folder):
    shutil.copy(WALK, folder / "a.bcf")
    archives = ArchiveFolder(folder)
    ((replica, stamp),) = archives.scan().items()
    assert archives.open(replica).listing().tag == stamp


def test_an_archive_is_read_once_until_somebody_writes_it(folder):
    shutil.copy(WALK, folder / "a.bcf")
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    side = archives.open(replica)
    archives.close(replica)
    assert archives.open(replica) is side
    comment_added(ArchiveFolder(folder).open(replica))
    again = archives.open(replica)
    assert again is not side
    assert [item.guid for item in again.bcf.topics[0].comments][-1] == C1


def test_the_stamp_announced_before_a_write_is_the_one_the_next_scan_gives(folder):
    shutil.copy(WALK, folder / "a.bcf")
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    side = archives.open(replica)
    announced = [item.stamp for item in comment_added(side) if isinstance(item, Prepared)]
    assert announced == [archives.scan()[replica]]
    assert archives.open(replica) is side


def test_a_new_archive_is_made_in_the_version_of_the_folder(folder):
    archives = ArchiveFolder(folder, "3.0")
    replica = archives.replica_of(folder / "inbox" / "new.bcf")
    assert replica == f"{ID}/inbox/new.bcf"
    (folder / "inbox").mkdir()
    list(archives.open(replica).apply([Change(0, Verb.CREATE, Kind.TOPIC, T1, "", topic())], MemorySide()))
    assert list(archives.scan()) == [replica]
    assert archives.open(replica).version == "3.0"


@pytest.mark.parametrize("name", [f"{ID}/../a.bcf", f"{ID}//etc/a.bcf", f"{ID}/a.txt", "ffffffff/a.bcf", ID, f"{ID}/"])
def test_a_name_that_leaves_the_folder_or_is_no_archive_is_refused(folder, name):
    with pytest.raises(NoReplica):
        ArchiveFolder(folder).open(name)


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_an_archive_whose_end_is_missing_is_not_ready(folder, cut):
    (folder / "a.bcf").write_bytes(WALK.read_bytes()[:-cut])
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    with pytest.raises(NotReady, match="still being written"):
        archives.open(replica)
    shutil.copy(WALK, folder / "a.bcf")
    assert archives.open(replica).listing().topics


def test_a_file_that_will_never_be_an_archive_is_not_called_unfinished(folder):
    put(folder / "a.bcf", b"Dear all")
    archives = ArchiveFolder(folder)
    (replica,) = archives.scan()
    with pytest.raises(NotAnArchive) as caught:
        archives.open(replica)
    assert not isinstance(caught.value, NotReady)


def test_two_thousand_archives_are_looked_through_in_a_fifth_of_a_second(folder):
    for at in range(2000):
        put(folder / f"trade-{at % 40}" / f"{at}.bcf")
    archives = ArchiveFolder(folder, exclude=["old/*", "*.tmp.bcf"])
    times = []
    for _ in range(5):
        start = time.perf_counter()
        found = archives.scan()
        times.append(time.perf_counter() - start)
    assert len(found) == 2000
    assert min(times) < 0.2
