"""Writing an archive: whole or not at all.

Owns: the one atomic replace. Sees: errors, model.Blob as a name for bytes that live elsewhere.
"""

import contextlib
import os
import shutil
import tempfile
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
    with replacing(path, before_replace) as stream, zipfile.ZipFile(stream, "w") as archive:
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
    # a link stays a link: what it points to is what is written
    path = Path(os.path.realpath(path)) if path.is_symlink() else path
    if path.exists() and not os.access(path, os.W_OK):
        raise CannotWrite(f"{path}: the file is write-protected")
    try:
        with _beside(path, before_replace) as stream:
            yield stream
    except OSError as error:
        if isinstance(error, BcfsyncError):
            raise
        raise CannotWrite(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _beside(path: Path, before_replace: Callable[[], None]) -> Iterator[IO[bytes]]:
    descriptor, name = tempfile.mkstemp(prefix=TEMPORARY_PREFIX, suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    _sweep(temporary)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _keep_mode(path, temporary)
        before_replace()
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


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
