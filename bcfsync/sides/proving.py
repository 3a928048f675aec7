"""Reading an archive again before it takes its place: it must say what was planned, and all else must be as it was.

Owns: the comparison of what was to be written with what stands on the disk. Sees: archive, bcfxml.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bcfsync.archive.reading import Archive
from bcfsync.archive.writing import Payload
from bcfsync.bcfxml.container import decode
from bcfsync.bcfxml.parsing import parse
from bcfsync.bcfxml.schema import schema_name, verdict
from bcfsync.canonical import (
    comment_content,
    file_key,
    guid_keys,
    reference_content,
    topic_content,
    viewpoint_content,
)
from bcfsync.errors import InvalidArchive
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Topic

_CHUNK = 1 << 20
# a value beyond its bounds is written all the same: a field of view of 90 degrees is no reason to lose a view
_ABOUT_VALUES = re.compile(r"\[facet '|is not a valid value of")


class NotAsPlanned(Exception):
    """What was written is not what was meant: it must not take the place of anything.

    ``topics`` names by key those the trouble is with, each with a reason; where it is empty, it is with the archive.
    """

    def __init__(self, message: str, topics: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.topics = dict(topics or {})


@dataclass(frozen=True, slots=True)
class Planned:
    """What a new archive shall be.

    Attributes:
        payloads: what was packed under each name.
        names: of all its entries; those not among the payloads are copies.
        bcf: its model, without what its version demands.
        touched: keys of the topics that are not as they were.
        before: the archive as it was, and its model; None where there is none.
    """

    payloads: Mapping[str, Payload]
    names: frozenset[str]
    bcf: Bcf
    touched: frozenset[str]
    before: tuple[Archive, Bcf] | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """The new archive as it was read again.

    ``altered`` are keys of touched topics that say something else than was meant, in values no file can hold as they
    were: control characters, blank labels, members the version has no place for.
    """

    bcf: Bcf
    findings: tuple[Finding, ...]
    altered: frozenset[str] = frozenset()


def proven(path: Path, name: str, planned: Planned) -> Proven:
    """Read a new archive, and compare it with what was planned.

    Args:
        path: where it lies.
        name: what its findings shall call it.
        planned: what it shall be.

    Raises:
        NotAsPlanned: it is something else.
    """
    try:
        with Archive(path) as archive:
            if set(archive.names) != planned.names:
                odd = sorted(planned.names ^ set(archive.names))
                raise NotAsPlanned(f"{len(odd)} entries are missing or too many, {odd[0]} among them")
            _Documents(archive, planned).check()
            decoded = decode(archive, name)
            own = (replace(item, entry=name) if item.entry == path.name else item for item in archive.findings)
            findings = (*own, *decoded.findings)
    except InvalidArchive as error:
        raise NotAsPlanned(f"it cannot be read again: {error}") from error
    return Proven(decoded.bcf, findings, _altered(decoded.bcf, planned))


# -- entries ---------------------------------------------------------------------------------------------------------


class _Documents:
    """The entries that were packed: their bytes, and what the schemas say of them."""

    def __init__(self, archive: Archive, planned: Planned) -> None:
        self._archive = archive
        self._planned = planned
        self._version = planned.bcf.version

    def check(self) -> None:
        """Raise NotAsPlanned where an entry holds other bytes, or breaks a rule that it kept before."""
        invalid: dict[str, str] = {}
        for name, payload in self._planned.payloads.items():
            if isinstance(payload, Blob):
                self._sized(name, payload)
            elif self._archive.read(name) != payload:
                raise NotAsPlanned(f"{name} holds other bytes than were written")
            elif (said := self._complaint(name, payload)) and not self._was_invalid(name):
                invalid[name] = said
        if invalid:
            name, said = next(iter(invalid.items()))
            raise NotAsPlanned(f"{name} would break the schema of BCF {self._version}: {said}", self._topics(invalid))

    def _sized(self, name: str, blob: Blob) -> None:
        """Read an entry to its end, which proves its checksum."""
        size = 0
        with self._archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
        if blob.size is not None and size != blob.size:
            raise NotAsPlanned(f"{name} holds {size:,} bytes, not {blob.size:,}")

    def _complaint(self, name: str, data: bytes, aside: re.Pattern[str] | None = _ABOUT_VALUES) -> str:
        if schema_name(name) is None:
            return ""
        element, findings = parse(data, name)
        if element is None:
            return findings[0].detail if findings else "it is no XML"
        found = verdict(element, name, self._version, data, explained=False)
        return next((item.detail for item in found if not (aside and aside.search(item.detail))), "")

    def _was_invalid(self, name: str) -> bool:
        """What broke the rules before may go on doing so: it is another program's."""
        before = self._planned.before
        if before is None or name not in before[0].names:
            return False
        return bool(self._complaint(name, before[0].read(name), aside=None))

    def _topics(self, invalid: Mapping[str, str]) -> dict[str, str]:
        """The topics these entries belong to; none where one belongs to no topic."""
        folders = {name.rpartition("/")[0].lower() for name in self._planned.payloads if _is_markup(name)}
        owners: dict[str, str] = {}
        known = {
            (topic.folder or guid_key(topic.guid)).lower(): guid_key(topic.guid) for topic in self._planned.bcf.topics
        }
        for name, said in invalid.items():
            folder = name.rpartition("/")[0].lower()
            # an archive may lie in a folder of its own
            key = known.get(folder) or known.get(folder.rpartition("/")[2])
            if key is None or (folder not in folders and folder not in known):
                return {}
            owners[key] = f"{name} would break the schema of BCF {self._version}: {said}"
        return owners


def _is_markup(name: str) -> bool:
    return name.rpartition("/")[2].lower() == "markup.bcf"


# -- models ----------------------------------------------------------------------------------------------------------


def _altered(found: Bcf, planned: Planned) -> frozenset[str]:
    """Compare the models; which topics say something else, though nothing is missing.

    Raises:
        NotAsPlanned: something is missing or too many, or changed without being meant to.
    """
    now = {guid_key(topic.guid): topic for topic in found.topics}
    meant = {guid_key(topic.guid): topic for topic in planned.bcf.topics}
    if now.keys() != meant.keys():
        odd = sorted(now.keys() ^ meant.keys())
        missing = {key: f"topic {meant[key].guid} would not be found again" for key in odd if key in meant}
        raise NotAsPlanned(next(iter(missing.values()), f"there is a topic {odd[0]}, too"), missing)
    before = {guid_key(topic.guid): topic for topic in planned.before[1].topics} if planned.before else {}
    unlike: dict[str, str] = {}
    for key, topic in now.items():
        if key not in planned.touched:
            if topic != before.get(key):
                raise NotAsPlanned(f"topic {topic.guid} would change, which nobody asked for")
        elif said := _missing(meant[key], topic):
            unlike[key] = f"{said} would not be found again"
    if unlike:
        raise NotAsPlanned(next(iter(unlike.values())), unlike)
    return frozenset(key for key in planned.touched if _said(meant[key]) != _said(now[key]))


def _missing(meant: Topic, found: Topic) -> str | None:
    """What a topic has lost or gained; None where all its parts are there."""
    for name in ("comments", "viewpoints", "document_references"):
        ours, theirs = (guid_keys(item.guid for item in getattr(topic, name)) for topic in (meant, found))
        if ours != theirs:
            return f"{name.removesuffix('s').replace('_', ' ')} {min(ours ^ theirs)} of topic {meant.guid}"
    return None


def _said(topic: Topic) -> tuple[object, ...]:
    return (
        topic_content(topic),
        {guid_key(item.guid): (comment_content(item), guid_key(item.viewpoint_guid or "")) for item in topic.comments},
        {guid_key(item.guid): viewpoint_content(item) for item in topic.viewpoints},
        {
            # where a document lies in an archive is no address
            guid_key(item.guid): reference_content(replace(item, path=None) if item.document_guid else item)
            for item in topic.document_references
        },
        sorted(map(file_key, topic.files)),
        guid_keys(topic.related_topics),
    )
