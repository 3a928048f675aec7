"""A BCF archive on disk as one value: the place where the zip and the XML meet.

Owns: path ↔ model.Bcf. Sees: archive, bcfxml.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bcfsync.archive.limits import Limits
from bcfsync.archive.reading import Archive
from bcfsync.archive.writing import OpenBlob, write_archive
from bcfsync.bcfxml import v21, v30
from bcfsync.bcfxml.container import decode
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
def open_bcf(path: Path, limits: Limits | None = None) -> Iterator[BcfFile]:
    """Open an archive of any version and ending; blobs can be read until the ``with`` block ends.

    Raises:
        InvalidArchive: (a subclass) it is no zip, no BCF, or beyond the limits.
    """
    with Archive(path, limits) as archive:
        decoded = decode(archive, path.name)
        yield BcfFile(path, decoded.bcf, (*archive.findings, *decoded.findings), archive)


def write_bcf(path: Path, bcf: Bcf, open_blob: OpenBlob) -> None:
    """Write a whole archive in the model's version, atomically; ``versions.fitted`` must have prepared the model.

    Args:
        path: the archive to make or to replace.
        bcf: version 2.1 or 3.0.
        open_blob: how the bytes of the model's blobs are reached.

    Raises:
        CannotWrite: and the target is as it was.
    """
    writer = {"2.1": v21, "3.0": v30}[bcf.version]
    write_archive(path, writer.entries(bcf), open_blob)
