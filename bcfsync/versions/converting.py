"""Bringing a model to another file version: the model to write, what is lost, and what is worth knowing.

Owns: conversion. Sees: fitting, losses, remarks. Rules: docs/conversion.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bcfsync import findings as f
from bcfsync.findings import Finding
from bcfsync.model import Bcf
from bcfsync.versions import reasons
from bcfsync.versions.fitting import fitted
from bcfsync.versions.losses import Loss, losses
from bcfsync.versions.remarks import Remark, remarks

_UNREAD = (
    f.UNSAFE_NAME,
    f.DUPLICATE_ENTRY,
    f.UNKNOWN_XML,
    f.BAD_DATE,
    f.BAD_NUMBER,
    f.BAD_BOOLEAN,
    f.BAD_VALUE,
    f.NOT_FINITE,
)


@dataclass(frozen=True, slots=True)
class Converted:
    """A model ready to be written in another version, everything that version cannot hold, and remarks."""

    bcf: Bcf
    losses: tuple[Loss, ...]
    remarks: tuple[Remark, ...] = ()


def converted(bcf: Bcf, version: str, findings: Iterable[Finding] = ()) -> Converted:
    """The model for a file version, with a list of everything the version cannot hold.

    Args:
        bcf: a model of any version.
        version: 2.0, 2.1 or 3.0.
        findings: what was odd when the model was read; what could not be read at all cannot be brought over either.

    Raises:
        ValueError: bcfsync does not write this version.
    """
    made = fitted(bcf, version)
    return Converted(made, (*_unread(bcf, findings), *losses(bcf, version)), remarks(made, version))


def _unread(bcf: Bcf, findings: Iterable[Finding]) -> Iterable[Loss]:
    folders = {topic.folder: topic.guid for topic in bcf.topics if topic.folder}
    for finding in findings:
        if finding.rule in _UNREAD:
            topic = folders.get(finding.entry.rpartition("/")[0], "")
            where = f"{finding.entry}:{finding.line}" if finding.line else finding.entry
            yield Loss(topic, where, finding.detail, reasons.UNREAD.format(title=finding.rule.title))
