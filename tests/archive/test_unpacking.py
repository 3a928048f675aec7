"""The quick way to an entry's bytes gives what zipfile gives, or leaves it to zipfile."""

import random
import struct
import zipfile
import zlib

import pytest
from handmade import JPG, PNG, pack

from bcfsync.archive.reading import Archive
from bcfsync.archive.unpacking import LARGEST, Unpacker
from bcfsync.errors import InvalidArchive

CONTENT = {
    "a.xml": b"<a>" + b"text " * 900 + b"</a>",
    "ä.xml": b"<a/>",
    "s.png": PNG + random.Random(1).randbytes(20_000),
    "j.jpg": JPG,
    "empty": b"",
}


def quick(path):
    """Each entry as the quick way gives it: whole, and its beginning."""
    with zipfile.ZipFile(path) as archive, path.open("rb", buffering=0) as stream:
        unpacker = Unpacker(stream, archive.infolist())
        return {info.filename: (unpacker.whole(info), unpacker.head(info, 32)) for info in archive.infolist()}


@pytest.mark.parametrize("kind", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_ordinary_entry_is_given_whole_and_in_part(kind, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.bcf", "w", kind) as archive:
        for name, data in CONTENT.items():
            archive.writestr(name, data)
    found = quick(tmp_path / "x.bcf")
    assert found.pop("empty") == (None, None)
    assert found == {name: (data, data[:32]) for name, data in CONTENT.items() if data}


def test_an_entry_with_long_extra_fields_is_found_behind_them(tmp_path):
    info = zipfile.ZipInfo("a.xml")
    info.extra = struct.pack("<HH", 0x6375, 300) + bytes(300)
    with zipfile.ZipFile(tmp_path / "x.bcf", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(info, CONTENT["a.xml"])
    assert quick(tmp_path / "x.bcf") == {"a.xml": (CONTENT["a.xml"], CONTENT["a.xml"][:32])}


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_are_left_to_zipfile(kind, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.bcf", "w", kind) as archive:
        archive.writestr("a.xml", CONTENT["a.xml"])
    assert quick(tmp_path / "x.bcf") == {"a.xml": (None, None)}
    with Archive(tmp_path / "x.bcf") as archive:
        assert archive.read("a.xml") == CONTENT["a.xml"]


def test_an_entry_that_gives_more_than_it_promises_gives_what_it_promises(tmp_path):
    promised = b"x" * 100
    path = pack(tmp_path / "x.bcf", {"bomb": b"x" * LARGEST}, number=None)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"bomb") - 46
    struct.pack_into("<L", data, at + 16, zlib.crc32(promised))
    struct.pack_into("<L", data, at + 24, len(promised))
    path.write_bytes(data)
    assert quick(path) == {"bomb": (promised, promised[:32])}


def outcome(read, name):
    try:
        return read(name)
    except InvalidArchive as error:
        return str(error)


@pytest.mark.slow
def test_whatever_is_damaged_both_ways_end_the_same(tmp_path, monkeypatch):
    source = pack(tmp_path / "x.bcf", CONTENT).read_bytes()
    path, chance = tmp_path / "y.bcf", random.Random(7)
    opened = 0
    for _ in range(600):
        data = bytearray(source)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            archive = Archive(path)
        except InvalidArchive:
            continue
        opened += 1
        with archive:
            ways = []
            for shut in (False, True):
                with monkeypatch.context() as patch:
                    if shut:
                        patch.setattr(Unpacker, "whole", lambda *_: None)
                        patch.setattr(Unpacker, "head", lambda *_: None)
                    ways.append(
                        [outcome(read, name) for name in archive.names for read in (archive.read, archive.head)]
                    )
            assert ways[0] == ways[1]
    assert opened > 100
