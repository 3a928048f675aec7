"""Writing an archive: whole or not at all.

Owns: the one atomic replace. Sees: errors, model.Blob as a name for bytes that live elsewhere.
"""

import contextlib
import errno
import os
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from bcfsync.archive.names import is_unsafe
from bcfsync.errors import BcfsyncError, UsageError
from bcfsync.model import Blob

OpenBlob = Callable[[Blob], AbstractContextManager[IO[bytes]]]
"""How the bytes of a blob are reached: given by the side that made the blob."""

Payload = bytes | Blob
TEMPORARY_PREFIX = ".~bcfsync-"
_LEFT_BEHIND = 24 * 3600.0
"""Seconds after which a half-written file is nobody's any more."""
STAMP = (1980, 1, 1, 0, 0, 0)
"""The time stamp of every entry we make: the same content gives the same bytes."""


class CannotWrite(UsageError, OSError):
    """The target cannot be written: no rights, no folder, no space, or another program holds it."""

    hint = "check the folder and your rights, and close the program that has the file open"


class WriteProtected(CannotWrite):
    """The file is there and may not be written."""


class NoSpace(CannotWrite):
    """The disk, or somebody's share of it, is full."""

    hint = "make room on the disk"


class HeldOpen(CannotWrite):
    """Another program has the file open, and the system lets nobody replace it."""

    hint = "close it there"


class UnsafeEntry(BcfsyncError, ValueError):
    """An entry was to be written that would leave the archive: a defect of whoever named it."""


def write_archive(
    path: Path,
    entries: Iterable[tuple[str, Payload]],
    open_blob: OpenBlob,
    *,
    before_replace: Callable[[], None] = lambda: None,
) -> None:
    """Put the entries, in their order, into an archive at ``path``; the same entries give the same bytes.

    The archive appears whole or not at all: it is written beside the target, flushed to disk, and moved over it.

    Args:
        path: the archive to make or to replace.
        entries: names and what stands under them.
        open_blob: how bytes that are elsewhere are reached.
        before_replace: called when all is written, to close what holds the old file open: Windows insists.

    Raises:
        CannotWrite: and the target is as it was.
        UnsafeEntry: and the target is as it was.
    """
    with replacing(path, before_replace) as stream:
        pack(stream, entries, open_blob)


def pack(stream: IO[bytes], entries: Iterable[tuple[str, Payload]], open_blob: OpenBlob) -> None:
    """The same, into a stream.

    Raises:
        UnsafeEntry: what was written is to be thrown away.
    """
    with zipfile.ZipFile(stream, "w") as archive:
        for entry, payload in entries:
            info = zipfile.ZipInfo(entry, STAMP)
            info.create_system = 0
            add_entry(archive, info, payload, open_blob)


@contextmanager
def replacing(path: Path, before_replace: Callable[[], None] = lambda: None) -> Iterator[IO[bytes]]:
    """A stream to write the new file to; it takes the target's place when the block ends well, whole, on disk.

    Raises:
        CannotWrite: and the target is as it was.
    """
    with beside(path) as made:
        with made.translated():
            yield made.stream
        made.finish()
        before_replace()
        made.put()


_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between tries to replace a file: virus scanners and indexers let go of it within two."""


class Replacement:
    """A new file beside the one whose place it shall take; nobody sees it before ``put``.

    Attributes:
        path: whose place it takes; where that was a link, what the link points to.
        temporary: where it is until then.
        stream: to write it to, until ``finish``.
    """

    def __init__(self, path: Path) -> None:
        """Make an empty file.

        Raises:
            CannotWrite: there can be none.
        """
        # a link stays a link: what it points to is what is written
        self.path = Path(os.path.realpath(path)) if path.is_symlink() else path
        if self.path.exists() and not _is_writable(self.path):
            raise WriteProtected(f"{self.path}: the file is write-protected")
        with self.translated():
            descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=".tmp", dir=self.path.parent)
        self.temporary = Path(name)
        self.stream: IO[bytes] = os.fdopen(descriptor, "w+b")

    def finish(self) -> None:
        """Bring the file to the disk, and close it.

        Raises:
            CannotWrite: there is no room for it.
        """
        with self.translated():
            _sweep(self.temporary)
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.stream.close()
            _keep_mode(self.path, self.temporary)

    def put(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Let the file take its place, on disk when this returns.

        Raises:
            HeldOpen: another program keeps the old one open, even after two seconds and a half.
            CannotWrite: and the old one is as it was.
        """
        with self.translated():
            for pause in _PAUSES:
                try:
                    self.temporary.replace(self.path)
                    break
                except PermissionError as error:
                    if not _is_busy(error):
                        raise
                sleep(pause)
            else:
                self._put_at_last()
        _sync_folder(self.path.parent)

    def _put_at_last(self) -> None:
        try:
            self.temporary.replace(self.path)
        except PermissionError as error:
            if not _is_busy(error):
                raise
            raise HeldOpen(f"{self.path}: it is open in another program") from error

    def discard(self) -> None:
        """Leave nothing behind; after ``put`` there is nothing to leave."""
        with contextlib.suppress(OSError):  # what could not be flushed is not wanted
            self.stream.close()
        with contextlib.suppress(OSError):  # a share that went away takes it along, or ``_sweep`` does
            self.temporary.unlink(missing_ok=True)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """What the system says, in our words."""
        try:
            yield
        except OSError as error:
            if isinstance(error, BcfsyncError):
                raise
            kind = NoSpace if error.errno in _FULL else CannotWrite
            raise kind(f"{self.path}: cannot be written: {error.strerror or error}") from error


_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_BUSY = {5, 32, 33}  # access denied, sharing violation, lock violation


def _is_busy(error: OSError) -> bool:
    return getattr(error, "winerror", None) in _BUSY


def _is_writable(path: Path) -> bool:
    """Whether the file may be written, by our rights and by its own marks, which even an administrator respects."""
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))


@contextmanager
def beside(path: Path) -> Iterator[Replacement]:
    """A new file for ``path``; unless it is ``put`` within the block, nothing of it is left.

    Raises:
        CannotWrite: there can be none.
    """
    made = Replacement(path)
    try:
        yield made
    finally:
        made.discard()


def add_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, payload: Payload, open_blob: OpenBlob) -> None:
    """Pack one entry under the name, stamp and attributes of ``info``.

    Raises:
        UnsafeEntry: the name would leave the archive.
    """
    entry = info.orig_filename  # zipfile itself cuts a name at NUL
    if not entry or is_unsafe(entry) or "\\" in entry:
        raise UnsafeEntry(f"{entry!r} is no name for an entry of an archive")
    info.compress_type = zipfile.ZIP_DEFLATED  # the only method seen in published archives
    if isinstance(payload, bytes):
        archive.writestr(info, payload)
        return
    large = payload.size is None or payload.size > zipfile.ZIP64_LIMIT // 2
    with open_blob(payload) as source, archive.open(info, "w", force_zip64=large) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _sweep(temporary: Path) -> None:
    """Remove what killed runs left in the folder, long ago: nothing else ever would."""
    now = temporary.stat().st_mtime
    for other in temporary.parent.glob(f"{TEMPORARY_PREFIX}*.tmp"):
        with contextlib.suppress(OSError):  # somebody else was faster, or may and we may not
            if now - other.stat().st_mtime > _LEFT_BEHIND:
                other.unlink()


def _keep_mode(path: Path, temporary: Path) -> None:
    """Give the new file the old one's permissions, or those any new file gets: mkstemp makes it private."""
    if path.exists():
        shutil.copymode(path, temporary)
    elif os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable where folders can be opened (not on Windows, where the rename is)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
