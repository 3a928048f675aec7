"""Changing a few entries of an archive: all others are copied as they stand, compressed bytes, headers and place.

Owns: the splice of two archives. Sees: directory, reading, writing.
How: the new entries are packed into a scrap archive; the result is made of raw entries of the old one and the scrap.
"""

import contextlib
import os
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bcfsync.archive.directory import Record, Unspliceable, end_of_directory, read_directory
from bcfsync.archive.names import decoded_name, tidied
from bcfsync.archive.reading import Archive
from bcfsync.archive.writing import STAMP, CannotWrite, OpenBlob, Payload, add_entry, replacing
from bcfsync.model import Blob

_CHUNK = 1 << 20
_SCRAP_IN_MEMORY = 8 << 20


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of an archive's entries.

    ``replaced`` stand where they stood, ``removed`` are gone, ``added`` stand behind the entry named with them,
    or at the end where that is None. Names are those of ``Archive.names``.
    """

    replaced: Mapping[str, Payload] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    added: tuple[tuple[str, Payload, str | None], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.replaced or self.removed or self.added)


def rewrite_archive(
    archive: Archive,
    target: Path,
    changes: Changes,
    open_blob: OpenBlob,
    *,
    before_replace: Callable[[], None] = lambda: None,
) -> None:
    """Write the archive with these changes to ``target`` (which may be the archive itself), whole or not at all.

    Untouched entries keep every byte of theirs and of their headers; their order stays.

    Args:
        archive: the archive as it is, still open.
        target: the file to make or to replace.
        changes: what is different.
        open_blob: how bytes that are elsewhere are reached.
        before_replace: called when all is written, to close what holds the old file open: Windows insists.

    Raises:
        CannotWrite: and the target is as it was.
    """
    with replacing(target, before_replace) as stream:
        rewrite(archive, stream, changes, open_blob)


def rewrite(archive: Archive, stream: IO[bytes], changes: Changes, open_blob: OpenBlob) -> None:
    """The same, into an empty stream.

    Raises:
        CannotWrite: an entry cannot be packed again.
    """
    try:
        _splice(archive, archive.file, stream, changes, open_blob)
    except Unspliceable:
        stream.seek(0)
        stream.truncate()
        _pack_anew(archive, stream, changes, open_blob)


# -- raw --------------------------------------------------------------------------------------------------------


def _splice(archive: Archive, source: IO[bytes], target: IO[bytes], changes: Changes, open_blob: OpenBlob) -> None:
    directory = read_directory(source)
    at_offset = directory.by_offset()
    names = {at_offset[archive.info(name).header_offset]: name for name in archive.names}
    with tempfile.SpooledTemporaryFile(_SCRAP_IN_MEMORY) as scrap:
        fresh = _scrap(archive, scrap, changes, open_blob)
        # an entry without a name is one that reading skips; one hidden by another of its name goes with that
        emptied = _emptied(archive, changes)
        old = [
            (names.get(at, ""), record)
            for at, record in enumerate(directory.records)
            if archive.shadowed.get(record.offset) not in changes.removed and record.offset not in emptied
        ]
        plan = _sequence(old, changes, fresh, (source, scrap))
        central = _copied(plan, target)
    start = target.tell()
    body = b"".join(central)
    target.write(body)
    target.write(end_of_directory(len(central), start, len(body), directory.comment))


def _emptied(archive: Archive, changes: Changes) -> frozenset[int]:
    """The entries of folders that lose all they had, by the places of their headers."""
    removed, added = changes.removed, (name for name, _, _ in changes.added)
    if not removed:
        return frozenset()
    lost = _folders(removed) - _folders([*(name for name in archive.names if name not in removed), *added])
    return frozenset(
        info.header_offset
        for info in archive.packed
        if info.is_dir() and tidied(decoded_name(info).replace("\\", "/")).rstrip("/") in lost
    )


def _folders(names: Iterable[str]) -> frozenset[str]:
    """All folders these entries lie in, at any depth."""
    found: set[str] = set()
    for name in names:
        folder = name.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


def _scrap(archive: Archive, scrap: IO[bytes], changes: Changes, open_blob: OpenBlob) -> dict[str, Record]:
    """Pack what is new; the records of it by name. A replaced entry keeps its stamp and its attributes."""
    wanted = [*changes.replaced.items(), *((name, payload) for name, payload, _ in changes.added)]
    if not wanted:
        return {}
    with zipfile.ZipFile(scrap, "w") as packed:
        for name, payload in wanted:
            info = zipfile.ZipInfo(name, STAMP)
            info.create_system = 0
            if name in changes.replaced:
                _like(info, archive.info(name))
                _called_as_before(info, archive.info(name))
            add_entry(packed, info, payload, open_blob)
    records = read_directory(scrap).records
    return {name: record for (name, _), record in zip(wanted, records, strict=True)}


def _like(info: zipfile.ZipInfo, before: zipfile.ZipInfo) -> None:
    # a stamp zip cannot express comes from the odd writer; the earliest one stands for it
    info.date_time = max(before.date_time, STAMP)
    info.create_system = before.create_system
    info.external_attr = before.external_attr
    info.comment = before.comment


def _called_as_before(info: zipfile.ZipInfo, before: zipfile.ZipInfo) -> None:
    """``./x`` stays ``./x``: beside entries that are copied, no other spelling shall turn up."""
    if before.orig_filename.isascii() and "\0" not in before.orig_filename:
        info.filename = before.orig_filename


_Step = tuple[IO[bytes], Record]


def _sequence(
    old: Iterable[tuple[str, Record]],
    changes: Changes,
    fresh: Mapping[str, Record],
    streams: tuple[IO[bytes], IO[bytes]],
) -> list[_Step]:
    """Which raw entries follow each other, in the order of the old directory."""
    source, scrap = streams
    behind: dict[str | None, list[_Step]] = {}
    for name, _, after in changes.added:
        behind.setdefault(after, []).append((scrap, fresh[name]))
    found: list[_Step] = []
    for name, record in old:
        if name in changes.replaced:
            found.append((scrap, fresh[name]))
        elif name not in changes.removed:
            found.append((source, record))
        found.extend(behind.pop(name, []) if name else [])
    return [*found, *(step for steps in behind.values() for step in steps)]


def _copied(plan: list[_Step], target: IO[bytes]) -> list[bytes]:
    """Copy the entries, neighbours in one go; their central records with the new places."""
    central: list[bytes] = []
    at = 0
    while at < len(plan):
        stream, first = plan[at]
        place, end = target.tell(), first.end
        central.append(first.moved(place))
        at += 1
        while at < len(plan) and plan[at][0] is stream and plan[at][1].offset == end:
            record = plan[at][1]
            central.append(record.moved(place + record.offset - first.offset))
            end = record.end
            at += 1
        _copy(stream, target, first.offset, end)
    return central


def _copy(source: IO[bytes], target: IO[bytes], start: int, end: int) -> None:
    start += _copied_by_kernel(source, target, start, end)
    source.seek(start)
    left = end - start
    while left:
        data = source.read(min(left, _CHUNK))
        if not data:
            raise OSError("the archive became shorter while it was copied")
        target.write(data)
        left -= len(data)


def _copied_by_kernel(source: IO[bytes], target: IO[bytes], start: int, end: int) -> int:
    """Let the kernel copy as much as it will, where it can: half the time of a large archive."""
    if not hasattr(os, "copy_file_range") or isinstance(source, tempfile.SpooledTemporaryFile):
        return 0
    target.flush()
    place, done = target.tell(), 0
    with contextlib.suppress(OSError):  # a file system that cannot: what is left is copied by hand
        while start + done < end:
            count = os.copy_file_range(source.fileno(), target.fileno(), end - start - done, start + done, place + done)
            if not count:
                break
            done += count
    target.seek(place + done)
    return done


# -- packed anew ------------------------------------------------------------------------------------------------


def _pack_anew(archive: Archive, target: IO[bytes], changes: Changes, open_blob: OpenBlob) -> None:
    """The same through zipfile, for archives that cannot be spliced: contents stay, packed bytes do not.

    Folders and entries that reading skips stay, too; so does what stands before the first entry.
    """
    names = {archive.info(name).header_offset: name for name in archive.names}
    behind: dict[str | None, list[tuple[str, Payload]]] = {}
    for entry, payload, after in changes.added:
        behind.setdefault(after, []).append((entry, payload))
    emptied = _emptied(archive, changes)
    first = min((info.header_offset for info in archive.packed), default=0)
    # a directory that lies about its places has nothing before them
    if 0 < first < archive.file.seek(0, os.SEEK_END):
        _copy(archive.file, target, 0, first)
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as packed:
        warnings.filterwarnings("ignore", "Duplicate name")  # two entries of one name were two before
        packed.comment = archive.comment
        for info in archive.packed:
            name = names.get(info.header_offset)
            if name is None:
                if (
                    archive.shadowed.get(info.header_offset) not in changes.removed
                    and info.header_offset not in emptied
                ):
                    _skipped(packed, archive, info)
                continue
            payload = changes.replaced.get(name, Blob(name, info.file_size))
            if name not in changes.removed:
                fresh = zipfile.ZipInfo(name, STAMP)
                _like(fresh, info)
                add_entry(packed, fresh, payload, open_blob if name in changes.replaced else _own(archive))
            for entry, new in behind.pop(name, []):
                add_entry(packed, zipfile.ZipInfo(entry, STAMP), new, open_blob)
        for entry, new in (item for items in behind.values() for item in items):
            add_entry(packed, zipfile.ZipInfo(entry, STAMP), new, open_blob)


def _skipped(packed: zipfile.ZipFile, archive: Archive, info: zipfile.ZipInfo) -> None:
    """An entry that reading skips, as it is called: it was there, and is none of ours to judge."""
    if not info.filename:
        raise CannotWrite(f"{archive.path}: an entry without a name cannot be packed again")
    fresh = zipfile.ZipInfo(info.orig_filename, max(info.date_time, STAMP))
    _like(fresh, info)
    fresh.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(fresh, b"" if info.is_dir() else archive.unpacked(info))


def _own(archive: Archive) -> OpenBlob:
    return lambda blob: archive.open(blob.locator)
