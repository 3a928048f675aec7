"""Writing an archive: whole or not at all, the same bytes every time."""

import os
import stat
import sys
import zipfile

import pytest
from essence import from_memory
from handmade import TOPIC

from bcfsync.archive.writing import CannotWrite, UnsafeEntry, write_archive
from bcfsync.bcfxml.layout import inside, safe_name
from bcfsync.model import Blob

ENTRIES = [("a.txt", b"one"), ("b/c.png", Blob("picture", 7))]
CONTENTS = {"picture": b"picture"}
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders")


def write(path, entries=ENTRIES, **more):
    write_archive(path, entries, from_memory(CONTENTS), **more)


def test_an_archive_holds_what_was_given_in_that_order(tmp_path):
    write(tmp_path / "x.bcf")
    with zipfile.ZipFile(tmp_path / "x.bcf") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a.txt": b"one", "b/c.png": b"picture"}
        assert archive.testzip() is None


def test_the_same_entries_give_the_same_bytes(tmp_path):
    write(tmp_path / "x.bcf")
    write(tmp_path / "y.bcf")
    assert (tmp_path / "x.bcf").read_bytes() == (tmp_path / "y.bcf").read_bytes()


def broken_off():
    yield "a.txt", b"one"
    raise RuntimeError("the middle")


@pytest.mark.parametrize("entries", [broken_off(), [("a.txt", Blob("nowhere"))]], ids=["entries", "bytes"])
def test_an_error_in_the_middle_leaves_the_old_file_and_nothing_else(entries, tmp_path):
    path = tmp_path / "x.bcf"
    path.write_bytes(b"old")
    with pytest.raises((RuntimeError, KeyError)):
        write(path, entries)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_before_the_replacement_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x.bcf"
    path.write_bytes(b"old")

    def fail():
        raise RuntimeError("closing")

    with pytest.raises(RuntimeError, match="closing"):
        write(path, before_replace=fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_holds_the_old_file_is_closed_when_all_is_written_and_nothing_is_replaced_yet(tmp_path):
    path = tmp_path / "x.bcf"
    path.write_bytes(b"old")
    seen = []

    def look():
        (other,) = (item for item in tmp_path.iterdir() if item != path)
        seen.append((path.read_bytes(), zipfile.ZipFile(other).namelist()))

    write(path, before_replace=look)
    assert seen == [(b"old", ["a.txt", "b/c.png"])]
    assert zipfile.is_zipfile(path)


def test_a_missing_folder_is_an_explanation(tmp_path):
    with pytest.raises(CannotWrite, match="cannot be written") as caught:
        write(tmp_path / "none" / "x.bcf")
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_a_target_that_is_a_folder_is_an_explanation(tmp_path):
    target = tmp_path / "x.bcf"
    target.mkdir()
    with pytest.raises(CannotWrite):
        write(target)
    assert list(tmp_path.iterdir()) == [target]


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_an_explanation(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(CannotWrite, match="Permission denied"):
            write(tmp_path / "x.bcf")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs a folder that even root cannot write into")  # noqa: PTH112
def test_a_folder_nobody_may_write_into_is_an_explanation(tmp_path):
    with pytest.raises(CannotWrite, match="cannot be written"):
        write(type(tmp_path)("/proc") / "x.bcf")


def test_no_space_for_the_bytes_of_a_blob_is_an_explanation(tmp_path):
    def full(_blob):
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotWrite, match="No space left"):
        write_archive(tmp_path / "x.bcf", ENTRIES, full)
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_replaced_file_keeps_its_permissions_and_a_new_one_gets_the_usual(tmp_path):
    old = tmp_path / "old.bcf"
    old.write_bytes(b"old")
    old.chmod(0o640)
    write(old)
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    usual = tmp_path / "usual"
    usual.touch()
    write(tmp_path / "new.bcf")
    assert stat.S_IMODE((tmp_path / "new.bcf").stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


@pytest.mark.parametrize("name", ["../evil", "/evil", "C:/evil", "a/../../evil", "a\\b", "a\0b", ""])
def test_no_entry_is_ever_written_under_a_name_that_leaves_the_archive(name, tmp_path):
    with pytest.raises(UnsafeEntry):
        write(tmp_path / "x.bcf", [(name, b"")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("reference", "entry"),
    [
        ("a.ifc", f"{TOPIC}/a.ifc"),
        ("../a.ifc", "a.ifc"),
        ("..\\models\\a.ifc", "models/a.ifc"),
        ("../../a.ifc", f"{TOPIC}/a.ifc"),
        ("/etc/a.ifc", f"{TOPIC}/a.ifc"),
        ("C:\\models\\a#1.ifc", f"{TOPIC}/a#1.ifc"),
        ("..", f"{TOPIC}/file"),
        (".", f"{TOPIC}/file"),
        ("a\0.ifc", f"{TOPIC}/a_.ifc"),
    ],
)
def test_a_reference_becomes_an_entry_that_stays_in_the_archive(reference, entry):
    assert inside(TOPIC, reference) == entry


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\plans\\plan.pdf", "plan.pdf"),
        ("Plan #3 [final] & 'x'.pdf", "Plan #3 [final] & 'x'.pdf"),
        ("Größe 图.pdf", "Größe 图.pdf"),
        ('a:b*c?"<>|.pdf', "a_b_c_____.pdf"),
        ("..", "fallback"),
        (" . ", "fallback"),
        ("a\nb\x7f", "a_b_"),
        ("", "fallback"),
    ],
)
def test_a_file_name_keeps_all_that_every_system_accepts(text, name):
    assert safe_name(text, "fallback") == name
