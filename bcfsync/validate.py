"""Validating one archive: zip, XML, schemas, cross checks, pictures; everything as findings.

Owns: the order of the checks. Sees: bcffile, bcfxml.schema, checks.
"""

from dataclasses import dataclass
from pathlib import Path

from bcfsync import findings as f
from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.bcfxml import schema
from bcfsync.checks import LONGEST_SIDE, cross_checks, image_size
from bcfsync.errors import InvalidArchive
from bcfsync.findings import Finding
from bcfsync.model import Blob

_HEAD = 1 << 16
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What validation found in one archive; ``version`` is None where it could not be read at all."""

    file: str
    version: str | None
    findings: tuple[Finding, ...]
    error: str = ""

    def is_valid(self, *, strict: bool = False) -> bool:
        """Whether nothing breaks a rule; strict counts warnings, too."""
        bad = {f.Severity.ERROR, f.Severity.WARNING} if strict else {f.Severity.ERROR}
        return not self.error and not any(finding.rule.severity in bad for finding in self.findings)


def validate(path: Path) -> Verdict:
    """Everything that is wrong with an archive; an unreadable one is a verdict, too."""
    try:
        with open_bcf(path) as file:
            found = [*file.findings, *_schemas(file), *cross_checks(file.bcf), *_payloads(file), *_pictures(file)]
            version = file.bcf.version
    except InvalidArchive as error:
        return Verdict(str(path), None, (), f"{error}; {error.hint}" if error.hint else str(error))
    order = {name: at for at, name in enumerate(f.Severity)}
    found.sort(key=lambda finding: (order[finding.rule.severity], finding.entry, finding.line, finding.rule.number))
    return Verdict(str(path), version, tuple(dict.fromkeys(found)))


def _schemas(file: BcfFile) -> list[Finding]:
    found: list[Finding] = []
    for name in file.archive.names:
        if schema.schema_name(name) is not None:
            try:
                data = file.archive.read(name)
            except InvalidArchive:
                continue  # the reader has reported it (F114)
            found.extend(schema.check(data, name, file.bcf.version))
    return found


def _pictures(file: BcfFile) -> list[Finding]:
    found: list[Finding] = []
    for topic in file.bcf.topics:
        for view in topic.viewpoints:
            blob = view.snapshot.blob if view.snapshot else None
            size = _size(file, blob) if blob else None
            if blob and size and max(size) > LONGEST_SIDE:
                found.append(Finding(f.IMAGE_SIZE, blob.locator, f"{size[0]} by {size[1]} pixels"))
    return found


def _size(file: BcfFile, blob: Blob) -> tuple[int, int] | None:
    try:
        return image_size(file.archive.head(blob.locator, _HEAD))
    except InvalidArchive:
        return None  # reported as a payload (F114)


def _payloads(file: BcfFile) -> list[Finding]:
    """Entries the reader has no reason to unpack, unpacked to the end: damage shows there only."""
    told = {finding.entry for finding in file.findings if finding.rule is f.DAMAGED}
    found: list[Finding] = []
    for name in file.archive.names:
        if name in told:
            continue
        try:
            with file.archive.open(name) as stream:
                while stream.read(_CHUNK):
                    pass
        except InvalidArchive as error:
            found.append(Finding(f.DAMAGED, name, str(error)))
    return found
