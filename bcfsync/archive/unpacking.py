"""An entry's bytes straight from the file, where its packing is the ordinary kind; zipfile does all the others.

Owns: the quick way to the bytes of one entry. Sees: nothing of ours.
Opening an entry by zipfile costs more than unpacking it: a topic's documents are two kilobytes each. What is given out
here is complete and has the size and checksum of the directory; at the least doubt the answer is None, and zipfile,
which is asked then, tells what is wrong in the words it always had.
"""

import struct
import sys
import threading
import zipfile
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import BinaryIO

LARGEST = 1 << 20
"""Entries beyond this, packed or unpacked, are streamed by zipfile."""

_HEADER = struct.Struct("<4s2H18s2H")
_SIGNATURE, _UTF8_FLAG = b"PK\x03\x04", 0x800
_ODD_FLAGS = 0x1 | 0x20 | 0x40  # encrypted, a patch, strongly encrypted
_EXTRA = 64  # room for the usual extra fields, so that one look at the file is enough
_PIECE = 4096
_WINDOW = 1 << 15


class Unpacker:
    """The quick way into one open file; ``infos`` are all entries of its directory. Threads may share it."""

    def __init__(self, file: BinaryIO, infos: Sequence[zipfile.ZipInfo]) -> None:
        self._file = file
        self._lock = threading.Lock()
        # where the next entry begins; two that begin on one place leave each other no room
        starts = sorted(info.header_offset for info in infos)
        self._next = dict(pairwise(starts))
        self._window, self._window_at = b"", 0

    def whole(self, info: zipfile.ZipInfo) -> bytes | None:
        """All bytes of an entry, their size and checksum proved; None where zipfile has to look."""
        size = info.file_size
        if not 0 < size <= LARGEST or info.compress_size > LARGEST:
            return None
        packed = self._packed(info, info.compress_size)
        if packed is None:
            return None
        found = packed
        if info.compress_type == zipfile.ZIP_DEFLATED:
            try:
                # never more than the directory promises, whatever the stream would give
                found = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
            except zlib.error:
                return None
        return found if len(found) == size and zlib.crc32(found) == info.CRC else None

    def head(self, info: zipfile.ZipInfo, count: int) -> bytes | None:
        """The first bytes of an entry, or fewer where it is shorter; None where zipfile has to look."""
        if min(info.file_size, info.compress_size) <= _PIECE:
            # zipfile would have it whole in its first piece, and prove it
            found = self.whole(info)
            return None if found is None else found[:count]
        packed = self._packed(info, min(info.compress_size, _PIECE))
        if packed is None or info.compress_type == zipfile.ZIP_STORED:
            return packed and packed[:count]
        try:
            found = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _PIECE)
        except zlib.error:
            return None
        return found[:count] if len(found) >= count else None

    def _packed(self, info: zipfile.ZipInfo, count: int) -> bytes | None:
        """The first packed bytes of an entry whose local header says what the directory says."""
        stored = info.compress_type == zipfile.ZIP_STORED
        if info.flag_bits & _ODD_FLAGS or not (stored or info.compress_type == zipfile.ZIP_DEFLATED):
            return None
        if stored and info.compress_size != info.file_size:
            return None
        start = info.header_offset
        data = self._at(start, _HEADER.size + len(info.orig_filename) + _EXTRA + count)
        if len(data) < _HEADER.size:
            return None
        signature, _, flags, _, length, extra = _HEADER.unpack_from(data)
        begin = _HEADER.size + length + extra
        name = data[_HEADER.size : _HEADER.size + length]
        if signature != _SIGNATURE or not _is_named(name, info.orig_filename, flags):
            return None
        if start + begin + info.compress_size > self._next.get(start, sys.maxsize):
            return None  # it reaches into its neighbour
        packed = data[begin : begin + count]
        if len(packed) < count:
            packed = self._at(start + begin, count)
        return packed if len(packed) == count else None

    def _at(self, start: int, count: int) -> bytes:
        """The bytes of a place; what small entries lie behind it comes with them, and is asked for next."""
        try:
            with self._lock:
                ahead = start - self._window_at
                if ahead >= 0 and ahead + count <= len(self._window):
                    return self._window[ahead : ahead + count]
                self._file.seek(start)
                if count >= _WINDOW:
                    return self._file.read(count)
                self._window, self._window_at = self._file.read(_WINDOW), start
                return self._window[:count]
        except (OSError, OverflowError):
            return b""  # no such place, or a disk in trouble: zipfile meets it, too, and says so


def _is_named(name: bytes, expected: str, flags: int) -> bool:
    """Whether the local header has the directory's name, read as zipfile reads it."""
    if expected.isascii():
        return name == expected.encode()
    try:
        return name.decode("utf-8" if flags & _UTF8_FLAG else "cp437") == expected
    except UnicodeDecodeError:
        return False
