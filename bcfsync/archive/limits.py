"""What an archive may cost before it is refused: every archive is hostile until checked.

Owns: the limits and their check. Sees: errors.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from bcfsync.errors import InvalidArchive

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds of one archive, in entries and bytes; the published archives stay far below a hundredth of them."""

    entries: int = 200_000
    entry_bytes: int = 1024 * MIB
    total_bytes: int = 8 * 1024 * MIB
    xml_bytes: int = 256 * MIB
    ratio: int = 400
    ratio_free_bytes: int = 16 * MIB


class TooMuch(InvalidArchive, ValueError):
    """An archive beyond the limits: a zip bomb, or a file that is not an exchange of issues."""

    hint = "if the file is what you expect, ask its author for a smaller export"


def check(infos: Sequence[zipfile.ZipInfo], file_size: int, limits: Limits, name: str) -> None:
    """Refuse an archive whose directory promises more than the limits allow; nothing is unpacked for that.

    Raises:
        TooMuch: with the entry and the number.
    """
    if len(infos) > limits.entries:
        raise TooMuch(f"{name}: {len(infos):,} entries, more than {limits.entries:,}")
    free = min(limits.ratio_free_bytes, limits.entry_bytes)
    for info in infos:
        if info.file_size > free:
            _check_large(info, limits, name)
    total = sum(info.file_size for info in infos)
    if total > limits.total_bytes:
        raise TooMuch(f"{name}: unpacks to {total:,} bytes, more than {limits.total_bytes:,}")
    if sum(info.compress_size for info in infos) > file_size:
        raise TooMuch(f"{name}: its entries overlap: they claim more bytes than the file has")


def _check_large(info: zipfile.ZipInfo, limits: Limits, name: str) -> None:
    if info.file_size > limits.entry_bytes:
        raise TooMuch(f"{name}: entry {info.filename!r} unpacks to {info.file_size:,} bytes")
    packed = max(info.compress_size, 1)
    if info.file_size > limits.ratio_free_bytes and info.file_size // packed > limits.ratio:
        raise TooMuch(f"{name}: entry {info.filename!r} unpacks to {info.file_size // packed} times its size")
