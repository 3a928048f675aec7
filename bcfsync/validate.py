"""Validating one archive: zip, XML, schemas, cross checks, pictures; everything as findings.

Owns: the order of the checks. Sees: bcffile, bcfxml, archive, checks. Every entry is unpacked once, every document
parsed once: the schemas and the checks look at what the reader has in hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bcfsync import findings as f
from bcfsync.archive.reading import Archive
from bcfsync.archive.structure import structure
from bcfsync.bcffile import BcfFile, open_bcf
from bcfsync.bcfxml import schema
from bcfsync.bcfxml.inspection import Inspection
from bcfsync.checks.crossing import CrossChecks
from bcfsync.checks.entries import entry_checks
from bcfsync.checks.pictures import snapshot_checks
from bcfsync.errors import InvalidArchive
from bcfsync.findings import Finding, summed

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What validation found in one archive; ``version`` is None where it could not be read at all.

    ``error`` says in one line why it could not be read; F100 is the finding then.
    """

    file: str
    version: str | None
    findings: tuple[Finding, ...]
    error: str = ""

    def is_valid(self, *, strict: bool = False) -> bool:
        """Whether nothing breaks a rule; strict counts warnings, too."""
        bad = {f.Severity.ERROR, f.Severity.WARNING} if strict else {f.Severity.ERROR}
        return not self.error and not any(finding.rule.severity in bad for finding in self.findings)

    def count(self, severity: f.Severity) -> int:
        """How many findings of a severity there are, those that were only counted included."""
        return sum(1 + item.more for item in self.findings if item.rule.severity is severity)


def validate(path: Path) -> Verdict:
    """Everything that is wrong with an archive, worst first; an unreadable one is a verdict, too.

    Of thousands of equal findings the first few are told, and the last of them counts the others.
    """
    checks = CrossChecks()
    inspection = Inspection(checks)
    try:
        with open_bcf(path, inspection=inspection) as file:
            found = [_placed(item, inspection) for item in file.findings]
            found += [*inspection.findings, *checks.ends(file.bcf)]
            found += [*structure(path, file.archive.packed), *entry_checks(file.bcf, path.name)]
            found += _unread(file, inspection.seen)
            version = file.bcf.version
    except InvalidArchive as error:
        said = f"{error}; {error.hint}" if error.hint else str(error)
        return Verdict(str(path), None, (Finding(f.UNREADABLE, path.name, str(error)),), said)
    return Verdict(str(path), version, tuple(summed(found)))


def _placed(finding: Finding, inspection: Inspection) -> Finding:
    """The finding with a line: the reader compares topics when their documents are gone."""
    if finding.rule is f.DUPLICATE_TOPIC:
        return replace(finding, line=inspection.topics.get(finding.entry, 0))
    return finding


def _unread(file: BcfFile, seen: set[str]) -> Iterator[Finding]:
    """Entries the reader has no reason to unpack, unpacked to the end: damage shows there only."""
    told = {finding.entry for finding in file.findings if finding.rule is f.DAMAGED}
    snapshots = {
        view.snapshot.blob.locator
        for topic in file.bcf.topics
        for view in topic.viewpoints
        if view.snapshot and view.snapshot.blob
    }
    for name in file.archive.names:
        if name in seen or name in told:
            continue
        try:
            head = _unpacked(file.archive, name)
        except InvalidArchive as error:
            yield Finding(f.DAMAGED, name, str(error))
            continue
        if name in snapshots:
            yield from snapshot_checks(name, head)
        if schema.schema_name(name) is not None and len(head) == file.archive.size(name):
            yield from schema.check(head, name, file.bcf.version)


def _unpacked(archive: Archive, name: str) -> bytes:
    """The first mebibyte of an entry whose checksum has been proved to the end."""
    if archive.size(name) <= _CHUNK:
        return archive.read(name)
    with archive.open(name) as stream:
        head = stream.read(_CHUNK)
        while stream.read(_CHUNK):
            pass
    return head
