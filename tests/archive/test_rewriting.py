"""Rewriting an archive: what is not named stays, bit for bit, where it was."""

import struct
import zipfile
from contextlib import contextmanager
from io import BytesIO

import pytest

from bcfsync.archive.directory import Unspliceable, end_of_directory, read_directory
from bcfsync.archive.reading import Archive
from bcfsync.archive.rewriting import Changes, rewrite_archive
from bcfsync.archive.writing import CannotWrite, UnsafeEntry
from bcfsync.model import Blob


@contextmanager
def from_locator(blob):
    yield BytesIO(blob.locator.encode())


def odd_archive(path):
    """Entries as odd writers make them: stored, with an odd stamp, a comment, an extra field, folders, descriptors."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"from the site"
        archive.writestr(zipfile.ZipInfo("a/", (1999, 12, 31, 23, 59, 58)), b"")
        for at, method in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)):
            info = zipfile.ZipInfo(f"a/{at}.txt", (2001 + at, 2, 3, 4, 5, 6))
            info.compress_type, info.external_attr, info.comment = method, 0o100644 << 16, b"note"
            info.extra = struct.pack("<HH4s", 0xCAFE, 4, b"mine")
            archive.writestr(info, f"text {at} ".encode() * 50)
        archive.writestr("b/last.txt", b"last", zipfile.ZIP_DEFLATED)
    return path


class Unseekable(BytesIO):
    def seekable(self):
        return False

    def seek(self, *_):
        raise OSError

    def tell(self):
        raise OSError


def streamed_archive(path):
    """An archive written to a pipe: sizes stand behind the data only."""
    target = Unseekable()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a/0.txt", "a/1.txt", "a/2.txt", "b/last.txt"):
            archive.writestr(name, name.encode() * 40)
    path.write_bytes(target.getvalue())
    return path


def raw(path):
    """Central record without its place, and the bytes of the entry, by name."""
    found = {}
    with path.open("rb") as stream:
        for record in read_directory(stream).records:
            stream.seek(record.offset)
            length = struct.unpack_from("<H", record.raw, 28)[0]
            name = record.raw[46 : 46 + length].decode()
            found[name] = (record.raw[:42] + record.raw[46:], stream.read(record.end - record.offset))
    return found


def rewritten(path, target=None, **changes):
    with Archive(path) as archive:
        rewrite_archive(archive, target or path, Changes(**changes), from_locator, before_replace=archive.close)


def contents(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(params=[odd_archive, streamed_archive], ids=["odd", "streamed"])
def path(request, tmp_path):
    return request.param(tmp_path / "issues.bcf")


def test_all_but_a_replaced_entry_stays_bit_for_bit_in_its_place(path):
    before, was = raw(path), contents(path)
    rewritten(path, replaced={"a/1.txt": b"new"})
    after = raw(path)
    assert list(after) == list(before)
    assert [name for name in before if before[name] != after[name]] == ["a/1.txt"]
    assert contents(path) == was | {"a/1.txt": b"new"}


def test_a_replaced_entry_keeps_its_stamp_attributes_and_comment(tmp_path):
    path = odd_archive(tmp_path / "issues.bcf")
    rewritten(path, replaced={"a/1.txt": b"new"})
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("a/1.txt")
        assert (info.date_time, info.external_attr, info.comment) == ((2002, 2, 3, 4, 5, 6), 0o100644 << 16, b"note")
        assert archive.comment == b"from the site"


def test_new_entries_stand_behind_the_one_they_are_put_behind_or_at_the_end(path):
    before = list(contents(path))
    at = before.index("a/1.txt") + 1
    rewritten(path, added=(("a/new.txt", b"1", "a/1.txt"), ("c.txt", Blob("from elsewhere", 14), None)))
    assert list(contents(path)) == [*before[:at], "a/new.txt", *before[at:], "c.txt"]
    assert contents(path)["c.txt"] == b"from elsewhere"


def test_a_removed_entry_is_gone_and_nothing_else(path):
    before = raw(path)
    rewritten(path, removed=frozenset({"a/0.txt"}))
    assert raw(path) == {name: value for name, value in before.items() if name != "a/0.txt"}


def test_of_two_entries_of_one_name_both_go(tmp_path):
    path = tmp_path / "issues.bcf"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "first")
        archive.writestr("b.txt", "stays")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "second")
    rewritten(path, removed=frozenset({"a.txt"}))
    assert contents(path) == {"b.txt": b"stays"}


def test_the_source_stays_where_the_target_is_another_file(path, tmp_path):
    before = path.read_bytes()
    with Archive(path) as archive:
        rewrite_archive(archive, tmp_path / "other.bcf", Changes(replaced={"a/1.txt": b"new"}), from_locator)
    assert path.read_bytes() == before
    assert contents(tmp_path / "other.bcf") == contents(path) | {"a/1.txt": b"new"}


def prepended(path):
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())


def appended(path):
    path.write_bytes(path.read_bytes() + b"\0\0\0")


@pytest.mark.parametrize("odd", [prepended, appended])
def test_an_archive_that_cannot_be_spliced_is_packed_anew_with_all_it_holds(odd, tmp_path):
    path = odd_archive(tmp_path / "issues.bcf")
    was = contents(path)
    odd(path)
    start = path.read_bytes()[:10]
    with path.open("rb") as stream, pytest.raises(Unspliceable):
        read_directory(stream)
    rewritten(path, replaced={"a/1.txt": b"new"}, removed=frozenset({"a/0.txt"}), added=(("c.txt", b"c", "a/2.txt"),))
    del was["a/0.txt"]
    assert contents(path) == was | {"a/1.txt": b"new", "c.txt": b"c"}
    assert list(contents(path)) == ["a/", "a/1.txt", "a/2.txt", "c.txt", "b/last.txt"]
    with zipfile.ZipFile(path) as archive:
        assert archive.comment == b"from the site"
    assert path.read_bytes().startswith(start) or odd is appended


def test_a_failed_writing_leaves_the_archive_and_no_litter(path):
    before = path.read_bytes()

    @contextmanager
    def broken(_blob):
        yield BytesIO(b"some")
        raise OSError("the share is gone")

    with Archive(path) as archive, pytest.raises(CannotWrite, match="the share is gone"):
        rewrite_archive(archive, path, Changes(replaced={"a/1.txt": Blob("x", 4)}), broken)
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_no_entry_leaves_the_archive(path):
    with pytest.raises(UnsafeEntry):
        rewritten(path, added=(("../evil.txt", b"", None),))


def test_what_was_opened_is_what_is_copied_even_if_another_file_took_its_name(path, tmp_path):
    was = contents(path)
    with Archive(path) as archive:
        other = tmp_path / "other"
        with zipfile.ZipFile(other, "w") as made:
            made.writestr("stranger.txt", "not ours")
        other.replace(path)
        rewrite_archive(archive, tmp_path / "out.bcf", Changes(replaced={"a/1.txt": b"new"}), from_locator)
    assert contents(tmp_path / "out.bcf") == was | {"a/1.txt": b"new"}


def test_more_than_plain_zip_can_say_is_not_spliced():
    with pytest.raises(Unspliceable):
        end_of_directory(0xFFFF, 0, 0, b"")
    with pytest.raises(Unspliceable):
        end_of_directory(1, 0xFFFFFFF0, 100, b"")
