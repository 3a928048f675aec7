"""One archive on disk, as a side of a pair.

Owns: reading an archive into listings and bodies, and bringing changes into it. Sees: bcffile, draft, versions.
Untouched topics keep their entries byte for byte; the file is replaced whole, and only if nobody else replaced it
meanwhile.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from bcfsync.archive.reading import Archive
from bcfsync.archive.rewriting import Changes, rewrite_archive
from bcfsync.bcffile import open_bcf
from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Entity,
    Key,
    Kind,
    Listing,
    Outcome,
    ProjectInfo,
    Side,
    Status,
)
from bcfsync.errors import UsageError
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.inplace.archive import Rewriting, rewriting
from bcfsync.inplace.entries import CannotEdit
from bcfsync.model import Bcf, BimSnippet, Blob, Document, Project, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.saving import write_bcf
from bcfsync.sides.draft import Draft, listed
from bcfsync.versions import WRITABLE, fitted

_SPOOL = "\0spool/"  # no entry name can begin like this
_CHUNK = 1 << 20


class CannotUpdate(UsageError, ValueError):
    """The archive exists in a form bcfsync reads but does not write."""


class _Moved(Exception):
    """Somebody else wrote the archive while it was being written."""


class ArchiveSide:
    """An archive that is there, or will be once something is written to it."""

    def __init__(self, path: Path, version: str = "2.1") -> None:
        """Read the archive, where there is one.

        Args:
            path: where it is or shall be; a symbolic link stands for the file it points to, and stays a link.
            version: for a new archive, the version to write; an existing one keeps its own.

        Raises:
            InvalidArchive: (a subclass) there is a file, and it is no readable archive.
        """
        self.path = Path(os.path.realpath(path)) if path.is_symlink() else path
        self.version = version
        self.findings: tuple[Finding, ...] = ()
        self.bcf = Bcf(version)
        self.stamp = _stamp(path)
        self._digests: dict[str, str] = {}
        self._archive: Archive | None = None
        self._rewriting: Rewriting | None = None
        self._spool: Path | None = None
        self._spooled_files = 0
        if self.stamp is not None:
            self._read()

    @property
    def capabilities(self) -> Capabilities:
        """An archive keeps every guid it is given."""
        return Capabilities(str(self.path), client_guid=True)

    def listing(self) -> Listing:
        """All topics of the archive, read anew where the file has changed."""
        if _stamp(self.path) != self.stamp:
            self.close()
            self.stamp = _stamp(self.path)
            self.bcf, self.findings, self._digests = Bcf(self.version), (), {}
            if self.stamp is not None:
                self._read()
        return Listing({guid_key(topic.guid): listed(topic) for topic in self.bcf.topics}, tag=_tag(self.stamp))

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:  # noqa: ARG002 - all is at hand
        """Whole topics, their pictures with digests."""
        wanted = set(keys)
        topics = {guid_key(topic.guid): topic for topic in self.bcf.topics if guid_key(topic.guid) in wanted}
        if topics and self.stamp is not None:
            topics = {key: self._digested(topic) for key, topic in topics.items()}
        # an archive that is there and says nothing of its project has said so: nobody fills that in
        project = self.bcf.project or (Project() if self.stamp is not None else None)
        return Bodies(topics, self.bcf.documents, ProjectInfo(project, self.bcf.extensions), self.capabilities)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream an entry of the archive."""
        with self._opened().open(blob.locator) as stream:
            yield stream

    def close(self) -> None:
        """Let go of the file, so that others can replace it; it is opened again when needed."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def moved(self, tag: str | None) -> bool:
        """Whether the file is another one than that of the listing with this tag."""
        return tag is None or tag != _tag(_stamp(self.path))

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """What the archive does not hold is not there."""
        return frozenset(keys) - {guid_key(topic.guid) for topic in self.bcf.topics}

    def apply(self, changes: Iterable[Change], source: Side) -> Iterator[Outcome]:
        """Bring all changes into the archive by one atomic replacement; the outcomes follow it."""
        draft = Draft(self.bcf)
        with tempfile.TemporaryDirectory(prefix="bcfsync-") as folder:
            self._spool = Path(folder)
            outcomes = [self._take(draft, change, source) for change in changes]
            outcomes = self._without_losses(draft, outcomes)
            done = any(outcome.status is Status.DONE for _, outcome in outcomes)
            stale = done and not self._replace(draft)
        for _, outcome in outcomes:
            moved = stale and outcome.status is Status.DONE
            yield replace(outcome, status=Status.STALE, message="the file was changed meanwhile") if moved else outcome

    # -- reading -----------------------------------------------------------------------------------------------

    def _opened(self) -> Archive:
        if self._archive is None:
            self._archive = Archive(self.path)
        return self._archive

    def _read(self) -> None:
        with open_bcf(self.path) as file:
            self.bcf, self.findings, self.version = file.bcf, file.findings, file.bcf.version

    def _digested(self, topic: Topic) -> Topic:
        """The topic with the digests of its pictures and its snippet."""
        views = tuple(self._digested_view(view) for view in topic.viewpoints)
        snippet = topic.bim_snippet
        if snippet and snippet.blob:
            snippet = replace(snippet, blob=self._digest(snippet.blob))
        return replace(topic, viewpoints=views, bim_snippet=snippet)

    def _digested_view(self, view: Viewpoint) -> Viewpoint:
        snapshot = view.snapshot
        if snapshot and snapshot.blob:
            snapshot = replace(snapshot, blob=self._digest(snapshot.blob))
        bitmaps = tuple(replace(item, blob=self._digest(item.blob)) if item.blob else item for item in view.bitmaps)
        return replace(view, snapshot=snapshot, bitmaps=bitmaps)

    def _digest(self, blob: Blob) -> Blob:
        if blob.locator not in self._digests:
            with self._opened().open(blob.locator) as stream:
                self._digests[blob.locator] = _sha256(stream)
        return replace(blob, sha256=self._digests[blob.locator])

    # -- writing -----------------------------------------------------------------------------------------------

    def _take(self, draft: Draft, change: Change, source: Side) -> tuple[Change, Outcome]:
        """Bring one change into the draft; its bytes are fetched now, and where they are refused only it fails."""
        try:
            value = self._fetched(change.value, source)
            held = draft.take(replace(change, value=value))
        except LookupError as error:
            return change, Outcome(change.step, Status.FAILED, change.guid, message=str(error))
        except Refused as error:
            what = "picture" if change.kind is Kind.VIEWPOINT else "bytes"
            message = f"its {what} cannot be fetched: {error}"
            return change, Outcome(change.step, Status.FAILED, change.guid, message=message)
        return change, Outcome(change.step, Status.DONE, change.guid, held)

    def _fetched(self, value: Entity, source: Side) -> Entity:
        """The value with all its bytes at hand.

        Raises:
            Refused: some of them the other side does not give.
        """
        match value:
            case Viewpoint():
                return self._fetched_view(value, source)
            case BimSnippet(blob=Blob() as blob) | Document(blob=Blob() as blob):
                return replace(value, blob=self._spooled(blob, source))
            case _:
                return value

    def _fetched_view(self, view: Viewpoint, source: Side) -> Viewpoint:
        snapshot = view.snapshot
        if snapshot and snapshot.blob:
            snapshot = replace(snapshot, blob=self._spooled(snapshot.blob, source))
        bitmaps = tuple(
            replace(item, blob=self._spooled(item.blob, source)) if item.blob else item for item in view.bitmaps
        )
        return replace(view, snapshot=snapshot, bitmaps=bitmaps)

    def _spooled(self, blob: Blob, source: Side) -> Blob:
        """The bytes of a blob of the other side, in a file of this pass."""
        assert self._spool is not None  # noqa: S101 - apply sets it
        self._spooled_files += 1
        target = self._spool / str(self._spooled_files)
        with source.open(blob) as stream, target.open("wb") as file:
            shutil.copyfileobj(stream, file, _CHUNK)
        with target.open("rb") as file:
            digest = _sha256(file)
        return Blob(f"{_SPOOL}{target.name}", target.stat().st_size, digest)

    def _without_losses(self, draft: Draft, outcomes: list[tuple[Change, Outcome]]) -> list[tuple[Change, Outcome]]:
        """Hold changes to topics that cannot be edited: writing them would lose what the model does not know.

        Raises:
            CannotUpdate: before anything is written.
        """
        self._rewriting = None
        if self.stamp is None or not outcomes:
            return outcomes
        if self.version not in WRITABLE:
            raise CannotUpdate(f"{self.path}: BCF {self.version} is read, but not written", hint="export to a new file")
        try:
            self._rewriting = rewriting(
                self._opened(), self.findings, self.bcf, draft.bcf(), lambda bcf: fitted(bcf, self.version)
            )
        except CannotEdit as error:
            raise CannotUpdate(f"{self.path}: {error}", hint="export to a new file") from error
        reasons = self._rewriting.refused
        return [
            (change, Outcome(change.step, Status.HELD, change.guid, message=f"{self.path.name}: {reasons[key]}"))
            if (key := guid_key(change.topic or change.guid)) in reasons
            else (change, outcome)
            for change, outcome in outcomes
        ]

    def _replace(self, draft: Draft) -> bool:
        """Write the archive; False where somebody else has written it since it was read."""
        if _stamp(self.path) != self.stamp:
            return False
        # Windows replaces no file that is open: the old one is read until the new one is complete, then closed
        try:
            if self._rewriting is None:
                write_bcf(self.path, fitted(draft.bcf(), self.version), self._open_any, before_replace=self._let_go)
            else:
                self._rewrite(self._rewriting.changes)
        except _Moved:
            return False
        self.listing()
        return True

    def _rewrite(self, changes: Changes) -> None:
        if changes:
            rewrite_archive(self._opened(), self.path, changes, self._open_any, before_replace=self._let_go)

    def _let_go(self) -> None:
        """Close the file that is about to be replaced, and look once more whether it is still the one that was read."""
        self.close()
        if _stamp(self.path) != self.stamp:
            raise _Moved

    @contextmanager
    def _open_any(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Bytes fetched in this pass, or an entry the archive has already."""
        if blob.locator.startswith(_SPOOL) and self._spool is not None:
            with (self._spool / blob.locator.removeprefix(_SPOOL)).open("rb") as stream:
                yield stream
        else:
            with self.open(blob) as stream:
                yield stream


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _tag(stamp: tuple[int, int, int] | None) -> str | None:
    return None if stamp is None else "-".join(map(str, stamp))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells one state of a file from another without reading it; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
