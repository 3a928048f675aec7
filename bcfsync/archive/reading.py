"""Reading an archive safely: its directory checked first, its entries unpacked one by one and only when asked for.

Owns: the open archive. Sees: limits, names, findings, errors.
"""

import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from bcfsync import findings as f
from bcfsync.archive import names
from bcfsync.archive.limits import Limits, TooMuch, check
from bcfsync.archive.unpacking import Unpacker
from bcfsync.errors import InvalidArchive
from bcfsync.findings import Finding

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 16
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError,
    UnicodeDecodeError,  # the name in an entry's own header
    OverflowError,  # a place in the file that no number of the system can hold
)  # fmt: skip
# a directory of nonsense can make zipfile fail in any of these ways
_NONSENSE = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError, struct.error, OSError)


class NotAnArchive(InvalidArchive, ValueError):
    """The file is no zip, is cut off, or cannot be opened."""


class NotReady(NotAnArchive):
    """The file is empty, or its end is missing: it may still be written, copied or fetched."""

    hint = "wait until it is written; where it stays like this, export the archive again"


class BadEntry(InvalidArchive, ValueError):
    """An entry is damaged, encrypted, or packed by a method nobody else reads."""

    hint = "export the archive again"


class _Entry(io.RawIOBase):
    """An entry being unpacked: its own damage becomes BadEntry, errors of whoever reads it stay what they are."""

    def __init__(self, packed: IO[bytes], archive: str, name: str) -> None:
        self._packed = packed
        self._archive = archive
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        try:
            data = self._packed.read(len(view))
        except _UNREADABLE as error:
            raise _bad_entry(self._archive, self._name, error) from error
        view[: len(data)] = data
        return len(data)


def _bad_entry(archive: str, name: str, error: BaseException) -> BadEntry:
    return BadEntry(f"{archive}: entry {name} cannot be read: {error}")


class Archive:
    """An archive opened for reading; close it, or use it in a ``with`` statement.

    ``names`` are the usable entries in the order of the directory, with ``/`` and without folders and litter.
    ``findings`` tell what had to be put right to get there. ``file`` is the archive itself, for copying it raw.
    ``shadowed`` are the entries that a later one of their name hides, by the places of their headers.
    """

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        """Open and check the archive.

        Raises:
            NotAnArchive: the file is no readable zip.
            TooMuch: the archive is beyond the limits.
        """
        self.path = path
        self.limits = limits or Limits()
        self.findings: list[Finding] = []
        self.shadowed: dict[int, str] = {}
        _refuse_what_is_no_zip(path, _start_of(path))
        # one handle for everything: the file may be replaced under its name at any moment
        self.file = path.open("rb", buffering=0)
        found = os.fstat(self.file.fileno())
        self._stamp = (found.st_size, found.st_mtime_ns, found.st_ino)
        try:
            self._zip = _directory(path, self.file)
            check(self._zip.infolist(), found.st_size, self.limits, path.name)
            self._infos = self._table()
        except BaseException:
            self.file.close()
            raise
        self._quick = Unpacker(self.file, self._zip.infolist())

    @property
    def names(self) -> tuple[str, ...]:
        """The usable entries, in the order of the archive's directory."""
        return tuple(self._infos)

    def size(self, name: str) -> int:
        """Unpacked size of an entry in bytes."""
        return self._infos[name].file_size

    def info(self, name: str) -> zipfile.ZipInfo:
        """What the directory says of an entry: stamp, attributes, method, where it stands."""
        return self._infos[name]

    @property
    def comment(self) -> bytes:
        """The comment of the archive itself."""
        return self._zip.comment

    def is_current(self) -> bool:
        """Whether the file under the archive's path is still the one that was opened, as it was."""
        try:
            found = self.path.stat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns, found.st_ino) == self._stamp

    @property
    def packed(self) -> tuple[zipfile.ZipInfo, ...]:
        """Every entry of the directory as it stands, folders and skipped ones, too."""
        return tuple(self._zip.infolist())

    def checksum(self, name: str) -> str:
        """CRC and size of an entry as the archive's directory states them."""
        info = self._infos[name]
        return f"{info.CRC:08x}-{info.file_size}"

    def read(self, name: str) -> bytes:
        """All bytes of one XML-sized entry.

        Raises:
            BadEntry: the entry is damaged.
            TooMuch: it is larger than any XML document has a right to be.
        """
        if self.size(name) > self.limits.xml_bytes:
            raise TooMuch(f"{self.path.name}: {name} is {self.size(name):,} bytes long")
        found = self._quick.whole(self._infos[name])
        # never more than the directory promises: told to read all, zipfile unpacks a bomb before it looks
        return self._read(name, max(self.size(name), 1)) if found is None else found

    def head(self, name: str, count: int = 32) -> bytes:
        """The first bytes of an entry, or fewer where it is shorter."""
        found = self._quick.head(self._infos[name], count)
        return self._read(name, count) if found is None else found

    def unpacked(self, info: zipfile.ZipInfo) -> bytes:
        """All bytes of any entry of the directory, whatever it is called.

        Raises:
            BadEntry: the entry is damaged.
        """
        try:
            with self._zip.open(info) as stream:
                return stream.read()
        except _UNREADABLE as error:
            raise _bad_entry(self.path.name, info.filename, error) from error

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Stream an entry; damage found on the way raises BadEntry."""
        try:
            packed = self._zip.open(self._infos[name])
        except _UNREADABLE as error:
            raise _bad_entry(self.path.name, name, error) from error
        with packed, io.BufferedReader(_Entry(packed, self.path.name, name), _CHUNK) as stream:
            yield stream

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self.file.close()

    def __del__(self) -> None:
        file = getattr(self, "file", None)
        if file is not None:
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, name: str, count: int) -> bytes:
        try:
            with self._zip.open(self._infos[name]) as stream:
                return stream.read(count)
        except _UNREADABLE as error:
            raise _bad_entry(self.path.name, name, error) from error

    def _table(self) -> dict[str, zipfile.ZipInfo]:
        table: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            raw = names.decoded_name(info)
            if raw not in table and names.is_ordinary(raw):
                table[raw] = info
                continue
            name = raw.replace("\\", "/")
            if name != raw:
                self._note(f.BACKSLASH, name, raw)
            name = names.tidied(name)
            if name.endswith("/"):
                continue
            if names.is_unsafe(name):
                self._note(f.UNSAFE_NAME, self.path.name, repr(raw))
            elif names.is_litter(name):
                self._note(f.LITTER, name, "skipped")
            else:
                if name in table:
                    self._note(f.DUPLICATE_ENTRY, name, "the first one is skipped")
                    self.shadowed[table[name].header_offset] = name
                table[name] = info
        return table

    def _note(self, rule: f.Rule, entry: str, detail: str) -> None:
        self.findings.append(Finding(rule, entry, detail))


def _directory(path: Path, file: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except _NONSENSE as error:
        raise NotAnArchive(f"{path}: its directory cannot be read: {error}", hint="export the archive again") from error
    if not archive.infolist():
        archive.close()
        raise NotAnArchive(f"{path}: the archive is empty", hint="export the archive again")
    return archive


def _start_of(path: Path) -> bytes:
    if path.is_dir():
        raise NotAnArchive(f"{path}: this is a folder, not a file", hint="give the .bcf or .bcfzip file in it")
    try:
        with path.open("rb") as stream:
            return stream.read(64)
    except FileNotFoundError as error:
        raise NotAnArchive(f"{path}: no such file", hint="check the path") from error
    except OSError as error:
        raise NotAnArchive(
            f"{path}: cannot be opened: {error.strerror}", hint="check the path and your rights"
        ) from error


def _refuse_what_is_no_zip(path: Path, start: bytes) -> None:
    if not start:
        raise NotReady(f"{path}: the file is empty: is it still being written?")
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0").startswith(b"<"):
        raise NotAnArchive(
            f"{path}: this is a bare XML file, not a BCF archive",
            hint="give the .bcf or .bcfzip file it was taken from",
        )
    if not _is_zip(path):
        if start.startswith(b"PK"):
            raise NotReady(f"{path}: the file is cut off: its directory is missing; is it still being written?")
        raise NotAnArchive(f"{path}: the file is not a zip, so not a BCF archive", hint="export the archive again")


def _is_zip(path: Path) -> bool:
    """Whether there is an end of a directory; zipfile meets one that makes no sense again when it opens the file."""
    try:
        return zipfile.is_zipfile(path)
    except _NONSENSE:
        return True
