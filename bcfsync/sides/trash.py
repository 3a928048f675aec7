"""What was deleted, for thirty days: each topic with all its files, as a small archive of its own.

Owns: a folder of archives and what is noted beside each. Sees: saving, versions, the sides' bytes.
A topic comes back by giving its archive to any BCF program, or to ``import``.
"""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TypeVar

from bcfsync.archive.reading import BadEntry
from bcfsync.archive.writing import CannotWrite, NoSpace, replacing
from bcfsync.changes import Side
from bcfsync.errors import BcfsyncError, UsageError
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, BimSnippet, Blob, Document, HeaderFile, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.plain import to_plain
from bcfsync.saving import write_bcf
from bcfsync.versions import fitted

_CHUNK = 1 << 20
_VERSION = "3.0"


class NotInTrash(UsageError, LookupError):
    """Nothing of this guid was thrown away, or it is longer ago than the trash keeps things."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """A topic in the trash.

    Attributes:
        guid: as it was spelled.
        title: its title.
        time: when it was thrown away, ISO 8601.
        origin: where it was deleted.
        run: in which run.
        path: its archive; where it has no form in one, the JSON that describes it, with a folder of its bytes.
        missing: bytes that could not be had any more.
    """

    guid: str
    title: str
    time: str
    origin: str
    run: int | None
    path: Path
    missing: tuple[str, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


class Trash:
    """The topics a pair has deleted."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now, days: int = 30) -> None:
        """Say where it is; the folder is made when something is thrown away.

        Args:
            folder: of its own.
            clock: tells the time, with a zone.
            days: how long things are kept.
        """
        self._folder = folder
        self._clock = clock
        self._days = days

    def keep(
        self, topic: Topic, documents: Iterable[Document], side: Side, *, origin: str = "", run: int | None = None
    ) -> Path:
        """Keep a topic that is about to be deleted; whatever is older than the trash keeps things goes.

        Args:
            topic: whole, with thread and views.
            documents: those of the project; the ones the topic refers to are kept.
            side: gives their bytes.
            origin: where it is deleted.
            run: the number of the run.

        Raises:
            CannotWrite: it cannot be kept, and must not be deleted.
            ServerTrouble: its bytes cannot be had now; it must not be deleted now.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.prune()
            with tempfile.TemporaryDirectory(prefix="bcfsync-") as folder:
                return self._keep(_Bytes(Path(folder), side), topic, documents, origin, run)
        except OSError as error:
            if isinstance(error, BcfsyncError):
                raise
            kind = NoSpace if error.errno == 28 else CannotWrite
            raise kind(f"{self._folder}: {topic.guid} cannot be kept: {error.strerror or error}") from error

    def items(self) -> list[Thrown]:
        """Everything in the trash, the latest first."""
        found = []
        for path in self._folder.glob("*.json"):
            # a note cut off by a power failure says nothing; its archive stays
            with contextlib.suppress(ValueError, TypeError, KeyError, OSError):
                found.append(self._thrown(path))
        return sorted(found, key=lambda item: (item.time, item.path.name), reverse=True)

    def take(self, guid: str) -> Path:
        """The archive of the topic with this guid, as it was thrown away last.

        Raises:
            NotInTrash: there is none.
        """
        found = next((item.path for item in self.items() if guid_key(item.guid) == guid_key(guid)), None)
        if found is None:
            raise NotInTrash(f"{guid}: it is not in the trash", hint=f"deleted topics are kept for {self._days} days")
        return found

    def prune(self) -> None:
        """Drop what is older than the trash keeps things."""
        before = (self._clock().astimezone(UTC) - timedelta(days=self._days)).isoformat()
        for item in self.items():
            if item.time < before:
                for path in (item.path, item.path.with_suffix(".json")):
                    path.unlink(missing_ok=True)
                shutil.rmtree(item.path.with_suffix(""), ignore_errors=True)

    # -- one topic -------------------------------------------------------------------------------------------------

    def _keep(self, files: "_Bytes", topic: Topic, documents: Iterable[Document], origin: str, run: int | None) -> Path:
        wanted = {guid_key(item.document_guid) for item in topic.document_references if item.document_guid}
        papers = tuple(files.document(item) for item in documents if guid_key(item.guid) in wanted)
        whole = files.topic(topic)
        now = self._clock().astimezone(UTC)
        path = self._free(f"{now:%Y-%m-%dT%H%M%S}-{guid_key(topic.guid)}")
        note = {
            "guid": topic.guid,
            "title": topic.title,
            "time": now.isoformat(),
            "origin": origin,
            "run": run,
            "missing": files.missing,
            "archive": True,
            "topic": to_plain(topic),
            "documents": [to_plain(item) for item in papers],
        }
        try:
            write_bcf(path, fitted(Bcf("2.1", topics=(whole,), documents=papers), _VERSION), files.open)
        except CannotWrite:
            raise
        except (BcfsyncError, ValueError, LookupError) as error:
            note |= {"archive": False, "why": str(error), "files": files.moved_to(path.with_suffix(""))}
        with replacing(path.with_suffix(".json")) as stream:
            stream.write(json.dumps(note, ensure_ascii=True, indent=1, allow_nan=True).encode())
        return path if note["archive"] else path.with_suffix(".json")

    def _free(self, name: str) -> Path:
        path, number = self._folder / f"{name}.bcf", 2
        while path.with_suffix(".json").exists() or path.exists():
            path, number = self._folder / f"{name}-{number}.bcf", number + 1
        return path

    def _thrown(self, path: Path) -> Thrown:
        note = json.loads(path.read_text(encoding="utf-8"))
        return Thrown(
            note["guid"],
            note["title"],
            note["time"],
            note["origin"],
            note["run"],
            path.with_suffix(".bcf") if note["archive"] else path,
            tuple(note["missing"]),
        )


Holder = TypeVar("Holder", BimSnippet, Document, HeaderFile)


class _Bytes:
    """The bytes of one topic, fetched into a folder; ``missing`` are those that are not to be had any more."""

    def __init__(self, folder: Path, side: Side) -> None:
        self.missing: list[str] = []
        self._folder = folder
        self._side = side
        self._files: dict[str, Path] = {}

    def topic(self, topic: Topic) -> Topic:
        """The topic with what bytes there are."""
        snippet = topic.bim_snippet
        return replace(
            topic,
            folder=None,
            viewpoints=tuple(self._view(view) for view in topic.viewpoints),
            bim_snippet=snippet and self._with(snippet),
            files=tuple(self._with(item) for item in topic.files),
        )

    def document(self, document: Document) -> Document:
        """The document with its bytes, if there are any."""
        return replace(self._with(document), path=None)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream bytes that were fetched."""
        with self._files[blob.locator].open("rb") as stream:
            yield stream

    def moved_to(self, folder: Path) -> dict[str, str]:
        """Keep the bytes as files in a folder; their names there by their old locators."""
        folder.mkdir()
        for path in self._files.values():
            shutil.copyfile(path, folder / path.name)
        return {locator: path.name for locator, path in self._files.items()}

    def _view(self, view: Viewpoint) -> Viewpoint:
        snapshot = view.snapshot
        if snapshot and snapshot.blob:
            snapshot = replace(snapshot, blob=self._fetched(snapshot.blob))
        bitmaps = (replace(item, blob=self._fetched(item.blob)) if item.blob else item for item in view.bitmaps)
        return replace(view, snapshot=snapshot, bitmaps=tuple(bitmaps))

    def _with(self, holder: Holder) -> Holder:
        return holder if holder.blob is None else replace(holder, blob=self._fetched(holder.blob))

    def _fetched(self, blob: Blob) -> Blob | None:
        """The same bytes at hand; None where the side says that it has them no more."""
        if blob.locator not in self._files:
            path = self._folder / str(len(self._files))
            try:
                with self._side.open(blob) as stream, path.open("wb") as file:
                    shutil.copyfileobj(stream, file, _CHUNK)
            except (Refused, BadEntry, KeyError):
                self.missing.append(blob.locator)
                return None
            self._files[blob.locator] = path
        return Blob(blob.locator, self._files[blob.locator].stat().st_size)
