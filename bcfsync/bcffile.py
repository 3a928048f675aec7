"""A BCF archive on disk as one value: the place where the zip and the XML meet.

Owns: path ↔ model.Bcf. Sees: archive, bcfxml.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bcfsync.archive.limits import Limits
from bcfsync.archive.reading import Archive
from bcfsync.bcfxml.container import decode
from bcfsync.bcfxml.inspection import Inspection
from bcfsync.findings import Finding
from bcfsync.model import Bcf, Blob


@dataclass(frozen=True, slots=True)
class BcfFile:
    """An opened archive: its model, what was odd about it, and the archive for the bytes of its blobs."""

    path: Path
    bcf: Bcf
    findings: tuple[Finding, ...]
    archive: Archive

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream the bytes of one of this file's blobs."""
        with self.archive.open(blob.locator) as stream:
            yield stream


@contextmanager
def open_bcf(path: Path, limits: Limits | None = None, inspection: Inspection | None = None) -> Iterator[BcfFile]:
    """Open an archive of any version and ending; blobs can be read until the ``with`` block ends.

    Raises:
        InvalidArchive: (a subclass) it is no zip, no BCF, or beyond the limits.
    """
    with Archive(path, limits) as archive:
        yield _decoded(archive, inspection)


def opened_bcf(path: Path, limits: Limits | None = None, only: Iterable[str] = ()) -> BcfFile:
    """The same for who closes ``archive`` later; ``only`` are the guids of topics to read, all where there are none.

    Raises:
        InvalidArchive: (a subclass) it is no zip, no BCF, or beyond the limits.
    """
    archive = Archive(path, limits)
    try:
        return _decoded(archive, None, only)
    except BaseException:
        archive.close()
        raise


def _decoded(archive: Archive, inspection: Inspection | None, only: Iterable[str] = ()) -> BcfFile:
    decoded = decode(archive, archive.path.name, inspection, only)
    return BcfFile(archive.path, decoded.bcf, (*archive.findings, *decoded.findings), archive)
