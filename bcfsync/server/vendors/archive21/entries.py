"""The entries of an uploaded archive, read within limits.

Owns: names and sizes that are let in. Sees: zipfile. Governed by: BCF-XML 2.1, "BCF file structure"; what hostile
archives do: names that leave the archive, sizes that lie, bombs.
"""

import zipfile
import zlib
from typing import IO

from bcfsync.server.refusals import Malformed

_MOST_ENTRIES = 20_000
LARGEST_PICTURE = 64 * 1024**2
LARGEST_XML = 16 * 1024**2

_LARGEST_ARCHIVE = 256 * 1024**2
_STEEPEST = 200
_SMALL = 1024**2
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Entries:
    """The files of an archive by their normalised names.

    Raises:
        Malformed: It is no zip, or none that a server should unpack.
    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
            raise Malformed(f"file: is no zip archive ({error})") from error
        listed = self._archive.infolist()
        if len(listed) > _MOST_ENTRIES:
            raise Malformed(f"file: has more than {_MOST_ENTRIES} entries")
        self._unpacked = 0
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in listed:
            name = _checked_name(entry)
            if not name.endswith("/"):
                if name in self._entries:
                    raise Malformed(f"file: two entries are called {name}")
                self._entries[name] = entry
        if sum(entry.file_size for entry in self._entries.values()) > _LARGEST_ARCHIVE:
            raise Malformed(f"file: unpacks to more than {_LARGEST_ARCHIVE} bytes")

    def names(self) -> list[str]:
        """All names, in the order of the archive."""
        return [*self._entries]

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return name in self._entries

    def read(self, name: str, largest: int) -> bytes:
        """The bytes of a file of at most so many.

        Raises:
            Malformed: It is not there, too large, or damaged.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise Malformed(f"file: has no {name}")
        _check_size(entry, largest)
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(largest + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Malformed(f"file: {name} cannot be unpacked ({error})") from error
        self._unpacked += len(data)
        if self._unpacked > _LARGEST_ARCHIVE:  # one entry may be named a thousand times
            raise Malformed(f"file: unpacks to more than {_LARGEST_ARCHIVE} bytes")
        if len(data) > largest:
            raise Malformed(f"file: {name} is larger than {largest} bytes")
        return data


def _checked_name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.replace("\\", "/")
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or ":" in name or any(part in {"", ".", ".."} for part in parts):
        raise Malformed(f"file: the entry name {entry.filename!r} leaves the archive")
    return name


def _check_size(entry: zipfile.ZipInfo, largest: int) -> None:
    if entry.flag_bits & 1:
        raise Malformed(f"file: {entry.filename} is encrypted")
    if entry.compress_type not in _METHODS:
        raise Malformed(f"file: {entry.filename} is packed in a way no BCF archive is")
    if entry.file_size > largest:
        raise Malformed(f"file: {entry.filename} is larger than {largest} bytes")
    if entry.file_size > _SMALL and entry.file_size > _STEEPEST * max(entry.compress_size, 1):
        raise Malformed(f"file: {entry.filename} unpacks to more than {_STEEPEST} times its size")
