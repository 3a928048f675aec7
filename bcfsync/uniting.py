"""Archives on disk united into one: read, decided, brought to a version, written.

Owns: the way of a union, for the command line and the library. Sees: gathering, union, versions, saving. Decides
nothing: the rules are those of ``union``, docs/merge.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bcfsync.findings import Finding
from bcfsync.gathering import Gathered, gathered
from bcfsync.saving import write_bcf
from bcfsync.union import Decision, Input, Note, United, unite
from bcfsync.versions import Converted, Loss, converted


@dataclass(frozen=True, slots=True)
class Union:
    """What became of a union: where it is, what was decided, and what its version could not hold.

    ``findings`` are what was odd about the files that were united; ``written`` is false where nobody wanted it written.
    """

    path: Path
    written: bool
    united: United
    converted: Converted
    findings: tuple[Finding, ...]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every field that a rule decided, with the values that lost and who said them."""
        return self.united.decisions

    @property
    def notes(self) -> tuple[Note, ...]:
        """What else became of single things: kept, removed, renamed."""
        return self.united.notes

    @property
    def needs_a_look(self) -> bool:
        """Whether a rule decided what a person might have decided otherwise."""
        return self.united.needs_a_look

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Everything the written version cannot hold, or that could not be read."""
        return self.converted.losses


def unite_files(
    out: Path, sources: Sequence[Path], base: Path | None = None, *, version: str | None = None, write: bool = True
) -> Union:  # fmt: skip
    """Unite archives into one, which may be one of them.

    Where they all say the same, byte for byte, in the version wanted, the bytes are copied as they are.

    Args:
        out: where to write.
        sources: at least one.
        base: what they all were made from; only with it can anything be removed.
        version: to write; the newest of theirs where None.
        write: false to learn what would be decided.

    Raises:
        InvalidArchive: (a subclass) one of them cannot be read; nothing is written.
        CannotWrite: and the target is as it was.
    """
    with gathered([*sources, *([base] if base is not None else [])]) as files:
        return _united(out, files, len(sources), version, write=write)


def _united(out: Path, files: Gathered, count: int, version: str | None, *, write: bool) -> Union:
    read = files.files[:count]
    inputs = [Input(str(file.path), bcf) for file, bcf in zip(read, files.bcfs, strict=False)]
    united = unite(inputs, files.bcfs[count] if len(files.bcfs) > count else None)
    findings = tuple(finding for file in read for finding in file.findings)
    target = version or united.bcf.version
    if united.same and inputs[united.same[0]].bcf.version == target and files.have_same_bytes(united.same):
        if write:
            files.copy(united.same[0], out)
        return Union(out, write, united, Converted(united.bcf, ()), findings)
    made = converted(united.bcf, target, findings)
    if write:
        write_bcf(out, made.bcf, files.open, before_replace=files.close)
    return Union(out, write, united, made, findings)
