"""Zip archives byte for byte as products write them: flags, data descriptors, methods, hosts, directory entries.

Owns: entries → the bytes of a zip. It uses no zip library, because a library writes zips of one kind only.
Source: PKWARE appnote 4.3.
"""

import bz2
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Files = Mapping[str, str | bytes]

DESCRIPTOR, UTF8 = 0x8, 0x800
STORED, DEFLATED, BZIP2 = 0, 8, 12
FAT, UNIX = 0, 3
_MODE_FILE, _MODE_FOLDER = 0o100644 << 16, 0o40755 << 16 | 0x10
_TIME, _DATE = 12 << 11, (2025 - 1980) << 9 | 6 << 5 | 6  # 2025-06-06 12:00


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry and how its zip says it; a name of text is packed as UTF-8, one of bytes as it stands."""

    name: str | bytes
    data: bytes
    flags: int = 0
    method: int = DEFLATED
    host: int = FAT
    attributes: int = 0


def packed(entries: Iterable[Entry]) -> bytes:
    """The whole archive."""
    body, directory, count = b"", b"", 0
    for entry in entries:
        name = entry.name.encode() if isinstance(entry.name, str) else entry.name
        data = _compressed(entry)
        needed = 46 if entry.method == BZIP2 else 20
        sizes = struct.pack("<3I", zlib.crc32(entry.data), len(data), len(entry.data))
        streamed = bool(entry.flags & DESCRIPTOR)
        common = struct.pack("<5H", needed, entry.flags, entry.method, _TIME, _DATE)
        offset = len(body)
        body += b"PK\3\4" + common + (bytes(12) if streamed else sizes) + struct.pack("<2H", len(name), 0) + name
        body += data + (b"PK\7\x08" + sizes if streamed else b"")
        directory += b"PK\1\2" + struct.pack("<H", entry.host << 8 | needed) + common + sizes
        directory += struct.pack("<5H2I", len(name), 0, 0, 0, 0, entry.attributes, offset) + name
        count += 1
    end = struct.pack("<4H2IH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def _compressed(entry: Entry) -> bytes:
    if entry.method == STORED:
        return entry.data
    if entry.method == BZIP2:
        return bz2.compress(entry.data)
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    return pack.compress(entry.data) + pack.flush()


def dotnet(files: Files) -> bytes:
    """Deflated, no flags, no directory entries: what most products on Windows write."""
    return packed(Entry(name, _bytes(data), flags=0 if name.isascii() else UTF8) for name, data in files.items())


def java(files: Files) -> bytes:
    """Streamed: UTF-8 names, and sizes that follow the data (0x808)."""
    return packed(Entry(name, _bytes(data), flags=UTF8 | DESCRIPTOR) for name, data in files.items())


def python_stored(files: Files) -> bytes:
    """Not compressed, with directory entries and the rights of a Unix file."""
    return packed(_unix(files, method=STORED))


def with_folders(files: Files) -> bytes:
    """Deflated, with an entry for each folder."""
    return packed(_unix(files, method=DEFLATED))


def finder(files: Files, folder: str) -> bytes:
    """A folder compressed on a Mac: all below its name, with an AppleDouble twin for every file."""
    litter = {f"__MACOSX/{folder}/._{name.replace('/', '_')}": b"\0\5\x16\7\0\2\0\0Mac OS X" for name in files}
    return packed(_unix({f"{folder}/.DS_Store": b"\0\0\0\1Bud1"} | _below(folder, files) | litter, method=DEFLATED))


def _below(folder: str, files: Files) -> dict[str, str | bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


def _unix(files: Files, *, method: int) -> Iterable[Entry]:
    told: set[str] = set()
    for name, data in files.items():
        parts = name.split("/")[:-1]
        for folder in ("/".join(parts[: at + 1]) + "/" for at in range(len(parts))):
            if folder not in told:
                told.add(folder)
                yield Entry(folder, b"", method=STORED, host=UNIX, attributes=_MODE_FOLDER)
        yield Entry(name, _bytes(data), method=method, host=UNIX, attributes=_MODE_FILE)


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data
