"""Blobs kept on disk by their SHA-256, so that a picture crosses the network once.

Owns: a folder. Sees: words. A blob is never changed: what has the same name has the same bytes. Nothing here is
truth: the folder may be deleted, and is filled again.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bcfsync.store.words import StateUnusable

_BLOCK = 1 << 20
_MAKE_ROOM = "see that the folder may be written to, and that the disk has room"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobMissing(StateUnusable, LookupError):
    """The shelf has no blob of this name, or its bytes are not what they were."""

    hint = "run the command again: it is fetched anew"


class BlobShelf:
    """Blobs by their SHA-256 in hexadecimal digits, and by where they came from."""

    def __init__(self, folder: Path) -> None:
        """A shelf in a folder, which is made with the first blob."""
        self._blobs = folder / "blobs"
        self._locators = folder / "locators"

    def keep(self, stream: IO[bytes], locator: str | None = None) -> str:
        """Keep the bytes of a stream; their SHA-256.

        Args:
            stream: is read to its end.
            locator: where they came from, if that place never has other bytes.

        Raises:
            StateUnusable: the disk is full, or the folder takes nothing.
        """
        digest = hashlib.sha256()
        with _NewFile(self._blobs) as file:
            while block := stream.read(_BLOCK):
                digest.update(block)
                file.write(block)
            name = digest.hexdigest()
            if not self.has(name):
                file.put(_within(self._blobs, name))
        if locator is not None:
            self.name(locator, name)
        return name

    def name(self, locator: str, sha256: str) -> None:
        """Remember where a blob came from."""
        with _NewFile(self._locators) as file:
            file.write(sha256.encode())
            file.put(_within(self._locators, _digest(locator)))

    def has(self, sha256: str) -> bool:
        """Whether a blob is there."""
        return _within(self._blobs, sha256).is_file()

    def known(self, locator: str) -> str | None:
        """The SHA-256 of what came from there, if it is still on the shelf."""
        try:
            found = _within(self._locators, _digest(locator)).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None
        return found if self.has(found) else None

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes of a blob; the caller closes them.

        Raises:
            BlobMissing: there is none, or the disk has damaged it; it is off the shelf then.
        """
        path = _within(self._blobs, sha256)
        try:
            file = path.open("rb")
        except OSError as error:
            raise BlobMissing(f"{path}: there is no such blob") from error
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            with contextlib.suppress(OSError):
                path.unlink()
            raise BlobMissing(f"{path}: the disk has damaged this blob")
        file.seek(0)
        return file


class _NewFile:
    """A file without a name yet; it is gone unless it gets one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with self._translated():
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
            self._file = os.fdopen(handle, "wb")
        self._path = Path(name)

    def write(self, block: bytes) -> None:
        with self._translated():
            self._file.write(block)

    def put(self, path: Path) -> None:
        with self._translated():
            self._file.close()
            path.parent.mkdir(exist_ok=True)
            self._path.replace(path)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of the disk in our words; those of whoever gives the bytes are not ours."""
        try:
            yield
        except OSError as error:
            raise StateUnusable(f"{self.folder}: nothing can be kept here: {error}", hint=_MAKE_ROOM) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # what could not be written out was told by the write or the put
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _within(folder: Path, name: str) -> Path:
    """Where a name lies: folders of a few hundred files each."""
    return folder / name[:2] / name if _SHA256.fullmatch(name) else folder / "none"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()
