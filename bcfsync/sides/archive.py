"""One archive on disk, as a side of a pair.

Owns: reading an archive into listings and bodies, and bringing changes into it. Sees: draft, spool, replacing.
Untouched topics keep their entries byte for byte; the file is replaced whole, and only if nobody else replaced it
meanwhile.
"""

import os
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO

from bcfsync.archive.reading import Archive, BadEntry, NotAnArchive
from bcfsync.bcffile import open_bcf
from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Key,
    Kind,
    Listing,
    Outcome,
    Prepared,
    ProjectInfo,
    Side,
    Status,
    Verb,
)
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Project, Topic, Viewpoint
from bcfsync.net import Refused, Stumbled
from bcfsync.sides.draft import listed
from bcfsync.sides.replacing import Care, Ended, Replacing, State, stamp_of
from bcfsync.sides.spool import NoRoom, Spool, sha256_of
from bcfsync.sides.together import together

__all__ = ["ArchiveSide", "Care", "stamp_of"]

_DELETES = frozenset({Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT, Kind.REFERENCE})


class ArchiveSide:
    """An archive that is there, or will be once something is written to it."""

    def __init__(self, path: Path, version: str = "2.1", *, care: Care | None = None, replica: str = "") -> None:
        """Read the archive, where there is one.

        Args:
            path: where it is or shall be; a symbolic link stands for the file it points to, and stays a link.
            version: for a new archive, the version to write; an existing one keeps its own.
            care: how it is replaced.
            replica: what its history calls it; its path where that is empty.

        Raises:
            InvalidArchive: (a subclass) there is a file, and it is no readable archive.
        """
        self.path = Path(os.path.realpath(path)) if path.is_symlink() else path
        self.version = version
        self.findings: tuple[Finding, ...] = ()
        self.bcf = Bcf(version)
        self.tag = _tag_at(path)
        self._care = care or Care()
        self._replica = replica or str(self.path)
        self._vanished = False
        self._digests: dict[str, str] = {}
        self._archive: Archive | None = None
        self._opening = threading.Lock()
        if self.tag is not None:
            self._read()

    @property
    def capabilities(self) -> Capabilities:
        """An archive keeps every guid it is given, and anything can be taken out of it."""
        return Capabilities(str(self.path), client_guid=True, deletes=_DELETES)

    def listing(self) -> Listing:
        """All topics of the archive, read anew where the file has changed; of one that vanished nothing is known."""
        tag = _tag_at(self.path)
        if tag != self.tag:
            self.close()
            self._vanished = tag is None
            self.tag, self.bcf, self.findings, self._digests = tag, Bcf(self.version), (), {}
            if tag is not None:
                self._read()
        topics = {guid_key(topic.guid): listed(topic) for topic in self.bcf.topics}
        return Listing(topics, complete=not self._vanished, tag=self.tag)

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:  # noqa: ARG002 - all is at hand
        """Whole topics, their pictures with digests."""
        wanted = set(keys)
        topics = {guid_key(topic.guid): topic for topic in self.bcf.topics if guid_key(topic.guid) in wanted}
        if topics and self.tag is not None:
            topics = {key: self._digested(topic) for key, topic in topics.items()}
        # an archive that is there and says nothing of its project has said so: nobody fills that in
        project = self.bcf.project or (Project() if self.tag is not None else None)
        return Bodies(topics, self.bcf.documents, ProjectInfo(project, self.bcf.extensions), self.capabilities)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream an entry of the archive.

        Raises:
            InvalidArchive: (a subclass) it is damaged, or somebody wrote the archive anew without it.
        """
        archive = self._opened()
        try:
            archive.info(blob.locator)
        except KeyError as error:
            what = f"{self.path}: entry {blob.locator} is not there any more"
            raise BadEntry(what, hint="run the command again") from error
        with archive.open(blob.locator) as stream:
            yield stream

    def close(self) -> None:
        """Let go of the file, so that others can replace it; it is opened again when needed."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:  # noqa: ARG002 - nothing was left out
        """The topic as it is."""
        return topic

    def moved(self, tag: str | None) -> bool:
        """Whether the file is another one than that of the listing with this tag."""
        return tag is None or tag != _tag_at(self.path)

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """What the archive does not hold is not there; of one that vanished nothing is known."""
        return frozenset() if self._vanished else frozenset(keys) - {guid_key(topic.guid) for topic in self.bcf.topics}

    def lacks(self, key: Key) -> bool:  # noqa: ARG002 - an archive shows all it holds
        """What it does not hold is not there; of one that vanished nothing is known."""
        return not self._vanished

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome | Prepared]:
        """Bring all changes into the archive by one atomic replacement; the outcomes follow it.

        What cannot be written is held or has failed, with one reason for the whole archive; the file is as it was then.
        """
        with tempfile.TemporaryDirectory(prefix="bcfsync-") as folder:
            spool = Spool(Path(folder), source)
            wanted = together(partial(_fetched, spool=spool), filter(None, changes))
            ended = yield from Replacing(self._state(), self._care, spool).run(wanted)
        self._take(ended)
        yield from ended.outcomes

    # -- reading -----------------------------------------------------------------------------------------------

    def _opened(self) -> Archive:
        with self._opening:  # pictures are fetched by several threads
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
                self._digests[blob.locator] = sha256_of(stream)
        return replace(blob, sha256=self._digests[blob.locator])

    # -- writing -----------------------------------------------------------------------------------------------

    def _state(self) -> State:
        return State(
            self.path,
            self._replica,
            self.tag,
            self.version,
            self.bcf,
            self.findings,
            opened=self._opened,
            close=self.close,
            tag_now=lambda: _tag_at(self.path),
        )

    def _take(self, ended: Ended) -> None:
        """Go on with the archive as it is now; it was read already."""
        if ended.proven is None:
            return
        self.close()
        self.tag, self.bcf, self.findings = ended.tag, ended.proven.bcf, ended.proven.findings
        self._digests = {name: found for name, found in self._digests.items() if name not in ended.changed}
        self.listing()


def _fetched(change: Change, spool: Spool) -> "Change | Outcome":
    """The change with its bytes at hand; where they are refused only it fails."""
    if change.verb is Verb.DELETE:
        return change
    try:
        return replace(change, value=spool.fetched(change.value))
    except (Refused, Stumbled) as error:
        what = "picture" if change.kind is Kind.VIEWPOINT else "bytes"
        return Outcome(change.step, Status.FAILED, change.guid, message=f"its {what} cannot be fetched: {error}")
    except NoRoom as error:
        return Outcome(change.step, Status.FAILED, change.guid, message=str(error))


def _tag_at(path: Path) -> str | None:
    """The stamp of the file there; None where there is none.

    Raises:
        NotAnArchive: nobody can tell.
    """
    try:
        return stamp_of(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NotAnArchive(
            f"{path}: cannot be looked at: {error.strerror or error}", hint="check your rights"
        ) from error
