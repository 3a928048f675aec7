"""Models into archives on disk: a whole one, or what changed in one that is there.

Owns: model.Bcf → path. Sees: archive, bcfxml, inplace, versions. Apart from bcffile: who only reads shall start fast.
"""

from collections.abc import Callable
from pathlib import Path

from bcfsync.archive.rewriting import rewrite_archive
from bcfsync.archive.writing import OpenBlob, Payload, write_archive
from bcfsync.bcffile import BcfFile
from bcfsync.bcfxml import v20, v21, v30
from bcfsync.errors import UsageError
from bcfsync.inplace.archive import rewriting
from bcfsync.inplace.entries import CannotEdit
from bcfsync.model import Bcf
from bcfsync.versions import fitted


class ChangedMeanwhile(UsageError, OSError):
    """The archive is not the one that was read any more; writing it would undo somebody's work."""

    hint = "open it again, and make the change once more"


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
    write_archive(path, bcf_entries(bcf), open_blob, before_replace=before_replace)


def bcf_entries(bcf: Bcf) -> list[tuple[str, Payload]]:
    """What a whole archive of the model's version consists of, in order; the model must be fitted to it."""
    return {"2.0": v20.entries, "2.1": v21.entries, "3.0": v30.entries}[bcf.version](bcf)


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
        ChangedMeanwhile: somebody else has written the archive since it was read; nothing is written.
        CannotWrite: and the target is as it was.
    """
    version = file.bcf.version
    if after.version != version:
        raise CannotEdit(f"{file.path}: it is BCF {version}, not {after.version}", hint="convert it to a new file")
    try:
        plan = rewriting(file.archive, file.findings, file.bcf, after, lambda bcf: fitted(bcf, version))
    except CannotEdit as error:
        raise CannotEdit(f"{file.path}: {error}", hint=error.hint) from error
    for reason in plan.refused.values():
        raise CannotEdit(f"{file.path}: {reason}")
    target = target or file.path
    own = _is_same(target, file.path)
    if own and not plan.changes:
        return

    def let_go() -> None:
        if own:
            _refuse_if_changed(file)
            file.archive.close()

    if own:
        _refuse_if_changed(file)
    rewrite_archive(file.archive, target, plan.changes, _either(file, open_blob), before_replace=let_go)


def _is_same(one: Path, other: Path) -> bool:
    return one == other or (one.exists() and other.exists() and one.samefile(other))


def _refuse_if_changed(file: BcfFile) -> None:
    if not file.archive.is_current():
        raise ChangedMeanwhile(f"{file.path}: somebody else has written it since it was read")


def _either(file: BcfFile, open_blob: OpenBlob) -> OpenBlob:
    """Bytes of the archive itself, else of wherever they come from."""
    own = frozenset(file.archive.names)
    return lambda blob: file.open(blob) if blob.locator in own else open_blob(blob)
