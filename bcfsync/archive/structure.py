"""What is odd about the zip itself, though it can be read: methods, passwords, overlaps, bytes around it, names.

Owns: findings about the container. Sees: findings, names. Source: PKWARE appnote 4.3 and 4.4.
Data descriptors, missing folder entries, archive comments and zip64 are ordinary and not told.
"""

import io
import struct
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

from bcfsync import findings as f
from bcfsync.archive import names
from bcfsync.findings import Finding

_ENCRYPTED, _UTF8 = 0x1 | 0x40, 0x800
_HEADER = 30
_END = struct.Struct("<4s4H2IH")
_ORDINARY = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}


def structure(path: Path, packed: Sequence[zipfile.ZipInfo]) -> Iterator[Finding]:
    """Everything odd about the container.

    Args:
        path: the archive.
        packed: all entries of its directory.
    """
    lowered: dict[str, str] = {}
    for info in packed:
        name = names.decoded_name(info).replace("\\", "/")
        if info.flag_bits & _ENCRYPTED:
            yield Finding(f.ENCRYPTED, name, "only its size is known")
        if info.compress_type not in _ORDINARY:
            method = _METHODS.get(info.compress_type, "unknown")
            yield Finding(f.ODD_METHOD, name, f"method {info.compress_type} ({method})")
        if not (info.flag_bits & _UTF8 or info.orig_filename.isascii()):
            yield Finding(f.NAME_ENCODING, name, f"read as {name}")
        other = lowered.setdefault(name.lower(), name)
        if other != name:
            yield Finding(f.SAME_BUT_CASE, name, f"there is {other}, too")
    yield from _overlaps(packed)
    yield from _around(path, min(info.header_offset for info in packed))


def _overlaps(packed: Sequence[zipfile.ZipInfo]) -> Iterator[Finding]:
    ordered = sorted(packed, key=lambda info: info.header_offset)
    for one, following in pairwise(ordered):
        if one.header_offset + _HEADER + one.compress_size > following.header_offset:
            name = names.decoded_name(one)
            yield Finding(f.OVERLAP, name, f"with {names.decoded_name(following)}")


def _around(path: Path, first: int) -> Iterator[Finding]:
    if first:
        yield Finding(f.AROUND_ZIP, path.name, f"{first:,} bytes before the first entry")
    with path.open("rb") as stream:
        behind = _bytes_behind(stream)
    if behind:
        yield Finding(f.AROUND_ZIP, path.name, f"{behind:,} bytes behind the last record")


def _bytes_behind(stream: IO[bytes]) -> int:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _END.size - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(b"PK\5\6", 0, len(tail) - _END.size + 4)
    if at < 0:
        return 0
    comment = _END.unpack_from(tail, at)[-1]
    return max(0, len(tail) - at - _END.size - int(comment))
