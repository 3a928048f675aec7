"""Several archives open at once, their blobs told apart: what a command of many files reads from.

Owns: which archive a blob's bytes are in. Sees: bcffile.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from bcfsync.archive.limits import Limits
from bcfsync.archive.writing import replacing
from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.blobs import with_blobs
from bcfsync.model import Bcf, Blob

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Gathered:
    """Opened archives, in the order given; ``bcfs`` are their models, with the digests of all blobs."""

    files: tuple[BcfFile, ...]
    bcfs: tuple[Bcf, ...]
    _stack: ExitStack

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream the bytes of a blob of any of the archives."""
        number, _, locator = blob.locator.partition(":")
        with self.files[int(number)].archive.open(locator) as stream:
            yield stream

    def have_same_bytes(self, numbers: Sequence[int]) -> bool:
        """Whether some of the files are the same, byte for byte."""
        return len({_file_digest(self.files[number].path) for number in numbers}) == 1

    def copy(self, number: int, target: Path) -> None:
        """Put a copy of one of the files at a path, whole or not at all, and close them all.

        Raises:
            CannotWrite: and the target is as it was.
        """
        with self.files[number].path.open("rb") as source, replacing(target, self.close) as stream:
            shutil.copyfileobj(source, stream, _CHUNK)
            source.close()

    def close(self) -> None:
        """Let go of all the files: one of them may be about to be replaced."""
        self._stack.close()


@contextmanager
def gathered(paths: Sequence[Path], limits: Limits | None = None) -> Iterator[Gathered]:
    """Open archives together; every blob is read once, to know it by its digest.

    Raises:
        InvalidArchive: one of them, or an entry in it, cannot be read.
    """
    with ExitStack() as stack:
        files = tuple(stack.enter_context(open_bcf(path, limits)) for path in paths)
        yield Gathered(files, tuple(_measured(file, at) for at, file in enumerate(files)), stack)


def _measured(file: BcfFile, number: int) -> Bcf:
    known: dict[str, Blob] = {}

    def measured(blob: Blob) -> Blob:
        if blob.locator not in known:
            found = replace(blob, locator=f"{number}:{blob.locator}", sha256=_digest(file, blob))
            known[blob.locator] = found
        return known[blob.locator]

    return with_blobs(file.bcf, measured)


def _digest(file: BcfFile, blob: Blob) -> str:
    digest = hashlib.sha256()
    with file.open(blob) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
