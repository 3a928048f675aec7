"""A BCF archive on disk as one value: the place where the zip and the XML meet.

Owns: path ↔ model.Bcf. Sees: archive, bcfxml.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bcfsync.archive.limits import Limits
from bcfsync.archive.reading import Archive
from bcfsync.archive.rewriting import rewrite_archive
from bcfsync.archive.writing import OpenBlob, write_archive
from bcfsync.bcfxml import v20, v21, v30
from bcfsync.bcfxml.container import decode
from bcfsync.bcfxml.inspection import Inspection
from bcfsync.findings import Finding
from bcfsync.inplace.archive import rewriting
from bcfsync.inplace.entries import CannotEdit
from bcfsync.model import Bcf, Blob
from bcfsync.versions import fitted


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


def write_bcf(path: Path, bcf: Bcf, open_blob: OpenBlob, *, before_replace: Callable[[], None] = lambda: None) -> None:
    """Write a whole archive in the model's version, atomically; ``versions.fitted`` must have prepared the model.

    Args:
        path: the archive to make or to replace.
        bcf: version 2.0, 2.1 or 3.0.
        open_blob: how the bytes of the model's blobs are reached.
        before_replace: called when all is written, to close what holds the old file open.

    Raises:
        CannotWrite: and the target is as it was.
    """
    writer = {"2.0": v20.entries, "2.1": v21.entries, "3.0": v30.entries}[bcf.version]
    write_archive(path, writer(bcf), open_blob, before_replace=before_replace)


def update_bcf(file: BcfFile, after: Bcf, open_blob: OpenBlob, target: Path | None = None) -> None:
    """Bring a changed model into an opened archive; whatever did not change keeps every byte, known to us or not.

    The archive is closed by that where it is the target: open it again to read on.

    Args:
        file: the archive as it was read.
        after: its model, changed; blobs that are the archive's own keep their locators.
        open_blob: how the bytes of all other blobs are reached.
        target: where to write; the archive itself where None.

    Raises:
        CannotEdit: a change cannot be made without losing what the model does not hold; nothing is written.
        CannotWrite: and the target is as it was.
    """
    version = file.bcf.version
    if after.version != version:
        raise CannotEdit(f"{file.path}: it is BCF {version}, not {after.version}", hint="convert it to a new file")
    plan = rewriting(file.archive, file.findings, file.bcf, after, lambda bcf: fitted(bcf, version))
    for reason in plan.refused.values():
        raise CannotEdit(f"{file.path}: {reason}")
    target = target or file.path
    own = target == file.path
    if own and not plan.changes:
        return
    let_go = file.archive.close if own else lambda: None
    rewrite_archive(file.archive, target, plan.changes, _either(file, open_blob), before_replace=let_go)


def _either(file: BcfFile, open_blob: OpenBlob) -> OpenBlob:
    """Bytes of the archive itself, else of wherever they come from."""
    own = frozenset(file.archive.names)
    return lambda blob: file.open(blob) if blob.locator in own else open_blob(blob)
