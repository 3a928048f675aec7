"""The shelf of blobs: what was kept comes back, and nothing else does."""

import hashlib
import io
import os

import pytest

from bcfsync.store import BlobMissing, BlobShelf, StateUnusable

DATA = b"\x89PNG" + bytes(range(256)) * 5000
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def shelf(tmp_path):
    return BlobShelf(tmp_path / "deep" / "shelf")


def keep(shelf, data=DATA, **more):
    return shelf.keep(io.BytesIO(data), **more)


def files(tmp_path):
    return sorted(path for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [DATA, b"", b"x" * (3 << 20)])
def test_a_blob_comes_back_byte_for_byte(shelf, data):
    name = keep(shelf, data)
    assert name == hashlib.sha256(data).hexdigest()
    assert shelf.has(name)
    with shelf.open(name) as file:
        assert file.read() == data


def test_the_same_blob_takes_its_place_once(shelf, tmp_path):
    assert keep(shelf) == keep(shelf)
    assert len(files(tmp_path)) == 1


def test_where_a_blob_came_from_is_known_to_another_shelf_in_the_same_folder(shelf, tmp_path):
    keep(shelf, locator="https://server/snapshot?a=1&é=\ud800")
    again = BlobShelf(tmp_path / "deep" / "shelf")
    assert again.known("https://server/snapshot?a=1&é=\ud800") == NAME
    assert again.known("https://server/snapshot") is None


def test_a_place_that_is_told_to_hold_another_blob_holds_that(shelf):
    keep(shelf, locator="there")
    other = keep(shelf, b"other", locator="there")
    assert shelf.known("there") == other
    shelf.name("there", NAME)
    assert shelf.known("there") == NAME


def test_what_was_never_kept_is_not_there(shelf):
    assert not shelf.has(NAME)
    with pytest.raises(BlobMissing, match="no such blob"):
        shelf.open(NAME)


@pytest.mark.parametrize("name", ["", "..", "../../secret", "/etc/passwd", NAME.upper(), NAME + "0", "x" * 64])
def test_what_is_no_digest_is_not_there(shelf, tmp_path, name):
    keep(shelf)
    (tmp_path / "secret").write_bytes(b"")
    assert not shelf.has(name)
    with pytest.raises(BlobMissing):
        shelf.open(name)


def test_a_place_is_forgotten_when_its_blob_is_gone(shelf, tmp_path):
    keep(shelf, locator="there")
    for path in files(tmp_path):
        if path.name == NAME:
            path.unlink()
    assert shelf.known("there") is None


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA[:-1] + b"\0"])
def test_a_blob_that_the_disk_has_damaged_is_no_longer_there(shelf, tmp_path, data):
    keep(shelf, locator="there")
    (path,) = [path for path in files(tmp_path) if path.name == NAME]
    path.write_bytes(data)
    with pytest.raises(BlobMissing, match="damaged") as caught:
        shelf.open(NAME)
    assert "fetched anew" in caught.value.hint
    assert not shelf.has(NAME)
    assert shelf.known("there") is None
    assert keep(shelf) == NAME
    shelf.open(NAME).close()


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b"../../etc/passwd", NAME.encode() + b"\n"])
def test_a_damaged_note_of_a_place_says_nothing(shelf, tmp_path, garbage):
    keep(shelf, locator="there")
    (path,) = [path for path in files(tmp_path) if path.name != NAME]
    path.write_bytes(garbage)
    assert shelf.known("there") is None


@pytest.mark.parametrize("error", [ConnectionResetError, KeyboardInterrupt])
def test_a_stream_that_breaks_off_leaves_nothing_and_says_why(shelf, tmp_path, error):
    class Breaking(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise error("the line is dead")
            return super().read(min(size, 10))

    with pytest.raises(error, match="the line is dead"):
        shelf.keep(Breaking(DATA), locator="there")
    assert files(tmp_path) == []
    assert shelf.known("there") is None


def test_a_shelf_that_takes_nothing_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StateUnusable, match="nothing can be kept here") as caught:
        keep(BlobShelf(tmp_path / "file"))
    assert str(tmp_path / "file") in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such device")
def test_a_file_that_may_not_grow_is_a_clear_error(shelf, tmp_path):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(StateUnusable, match="nothing can be kept here"):
            keep(shelf)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(tmp_path) == []
