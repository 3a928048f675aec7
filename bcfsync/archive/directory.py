"""The central directory of a zip as it stands: raw records, and where the bytes of each entry begin and end.

Owns: the few zip structures that copying entries untouched needs. Sees: nothing. Source: PKWARE appnote 4.3.
"""

import io
import struct
from dataclasses import dataclass
from typing import IO

_LOCAL_SIZE, _CENTRAL_SIZE = 30, 46
_NAME_LENGTHS_AT, _PACKED_AT = 28, 20
_OFFSET = struct.Struct("<I")
_OFFSET_AT = 42
_END = struct.Struct("<4s4H2IH")
_END_MAGIC, _CENTRAL_MAGIC, _LOCAL_MAGIC = b"PK\5\6", b"PK\1\2", b"PK\3\4"
_ZIP64 = 0xFFFFFFFF
_MOST_ENTRIES = 0xFFFF


class Unspliceable(Exception):
    """The archive's layout does not allow to copy entries as they stand; it has to be packed anew."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry: its central record, and the bytes from its local header up to the next one."""

    raw: bytes
    offset: int
    end: int

    def moved(self, offset: int) -> bytes:
        """The central record for an entry whose local header stands at ``offset``."""
        return self.raw[:_OFFSET_AT] + _OFFSET.pack(offset) + self.raw[_OFFSET_AT + 4 :]


@dataclass(frozen=True, slots=True)
class Directory:
    """All entries in the order of the directory, and the archive's comment."""

    records: tuple[Record, ...]
    comment: bytes

    def by_offset(self) -> dict[int, int]:
        """The position in ``records`` of the entry whose local header stands at an offset."""
        return {record.offset: at for at, record in enumerate(self.records)}


def read_directory(stream: IO[bytes]) -> Directory:
    """Read the directory of an archive that zipfile could open.

    Raises:
        Unspliceable: zip64, bytes before the first entry, entries that overlap, or a directory that does not add up.
    """
    size = stream.seek(0, io.SEEK_END)
    tail_at = max(0, size - _END.size - 0xFFFF)
    stream.seek(tail_at)
    tail = stream.read()
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise Unspliceable("no end of the directory")
    _, disk, first_disk, here, count, length, start, comment_length = _END.unpack_from(tail, at)
    comment = tail[at + _END.size :]
    if disk or first_disk or here != count or count == _MOST_ENTRIES or _ZIP64 in {length, start}:
        raise Unspliceable("zip64, or more than one disk")
    if len(comment) != comment_length or start + length != tail_at + at:
        raise Unspliceable("bytes before the archive or behind it")
    stream.seek(start)
    raw = _split(stream.read(length), count)
    return Directory(_with_ends(stream, raw, start), comment)


def end_of_directory(count: int, start: int, length: int, comment: bytes) -> bytes:
    """The record that closes an archive.

    Raises:
        Unspliceable: it is too large for plain zip.
    """
    if count >= _MOST_ENTRIES or start + length >= _ZIP64:
        raise Unspliceable("too large for plain zip")
    return _END.pack(_END_MAGIC, 0, 0, count, count, length, start, len(comment)) + comment


def _split(data: bytes, count: int) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while len(data) - at >= _CENTRAL_SIZE and data[at : at + 4] == _CENTRAL_MAGIC:
        name, extra, comment = struct.unpack_from("<3H", data, at + _NAME_LENGTHS_AT)
        end = at + _CENTRAL_SIZE + name + extra + comment
        found.append(data[at:end])
        at = end
    if at != len(data) or len(found) != count:
        raise Unspliceable("the directory does not add up")
    return found


def _with_ends(stream: IO[bytes], raw: list[bytes], start: int) -> tuple[Record, ...]:
    offsets = [_OFFSET.unpack_from(record, _OFFSET_AT)[0] for record in raw]
    order = sorted(range(len(raw)), key=offsets.__getitem__)
    found: dict[int, Record] = {}
    for at, following in zip(order, [*order[1:], -1], strict=True):
        end = start if following < 0 else offsets[following]
        packed = struct.unpack_from("<I", raw[at], _PACKED_AT)[0]
        if _ZIP64 in {packed, offsets[at]} or offsets[at] + _LOCAL_SIZE + packed > end:
            raise Unspliceable("entries overlap, or zip64")
        found[at] = Record(raw[at], offsets[at], end)
    if order:
        stream.seek(offsets[order[0]])
        if offsets[order[0]] or stream.read(4) != _LOCAL_MAGIC:
            raise Unspliceable("bytes before the first entry")
    return tuple(found[at] for at in range(len(raw)))
