"""bcfsync as a library: what ``import bcfsync`` offers to programs.

Owns: an archive in a program's hands, and one call for each thing the command line does with files.
Sees: bcffile, versions, diff, union, validate. Examples: docs/library.md, which the tests run.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bcfsync.archive.limits import Limits
from bcfsync.bcffile import BcfFile, opened_bcf
from bcfsync.dates import timestamp
from bcfsync.diff import Difference, Rules, diff
from bcfsync.errors import NoSuchTopic, UsageError
from bcfsync.findings import Finding
from bcfsync.gathering import gathered
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Comment, Topic
from bcfsync.saving import update_bcf, write_bcf
from bcfsync.union import Input, United
from bcfsync.union import unite as union_of
from bcfsync.validate import Verdict, validate
from bcfsync.versions import Loss, converted, fitted

PathLike = str | Path
_ATTACHED = "\0attached/"  # no entry of an archive can begin like this


class NoPath(UsageError, ValueError):
    """A new archive was saved without saying where."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a conversion: the file written, and what its version could not hold."""

    path: Path
    losses: tuple[Loss, ...]
    findings: tuple[Finding, ...]


class Archive:
    """A BCF archive in a program's hands: read once, edited as a model, saved so that only what changed is touched.

    The models are frozen values; edit them with ``dataclasses.replace`` and put them back. Pictures stay in the file
    until somebody reads them. Use it in a ``with`` statement, or close it.
    """

    def __init__(self, path: Path | None, bcf: Bcf, limits: Limits | None = None, only: Iterable[str] = ()) -> None:
        """Use ``bcfsync.open`` or ``bcfsync.new`` instead."""
        self._path = path
        self._limits = limits
        self._only = tuple(only)
        self._bcf = bcf
        self._saved = False
        self._file: BcfFile | None = None
        self._closed = False
        self._attached: dict[str, bytes | Path] = {}
        if path is not None:
            self._bcf = self._opened().bcf

    @property
    def path(self) -> Path | None:
        """Where the archive is; None for a new one that has not been saved."""
        return self._path

    @property
    def bcf(self) -> Bcf:
        """The whole model as it is now, edits included; of a closed archive, as it was last."""
        if self._saved and not self._closed:
            self._bcf, self._saved = self._opened().bcf, False
        return self._bcf

    @property
    def version(self) -> str:
        """The archive's version: 2.0, 2.1 or 3.0."""
        return self.bcf.version

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All topics, in the order of the archive."""
        return self.bcf.topics

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was odd about the file when it was read."""
        return self._file.findings if self._file else ()

    def topic(self, guid: str) -> Topic:
        """The topic of a guid, in any letter case.

        Raises:
            NoSuchTopic: there is none.
        """
        key = guid_key(guid)
        found = next((topic for topic in self.topics if guid_key(topic.guid) == key), None)
        if found is None:
            raise NoSuchTopic(f"{self._path or 'the new archive'}: no topic {guid}", hint="list them with topics")
        return found

    # -- editing -----------------------------------------------------------------------------------------------

    def put(self, topic: Topic) -> None:
        """Take a topic in: in the place of the one of its guid, else as the last one."""
        key = guid_key(topic.guid)
        topics = [topic if guid_key(item.guid) == key else item for item in self.topics]
        if all(guid_key(item.guid) != key for item in self.topics):
            topics.append(topic)
        self._bcf = replace(self.bcf, topics=tuple(topics))

    def remove(self, guid: str) -> None:
        """Drop a topic with all its files.

        Raises:
            NoSuchTopic: there is none.
        """
        gone = self.topic(guid)
        self._bcf = replace(self.bcf, topics=tuple(item for item in self.topics if item is not gone))

    def replace(self, bcf: Bcf) -> None:
        """Take a whole model in the place of the present one; it must be of the same version."""
        self._bcf = bcf

    def comment(
        self,
        topic: str,
        text: str,
        author: str,
        *,
        viewpoint: str | None = None,
        date: datetime | None = None,
        guid: str | None = None,
    ) -> Comment:
        """Add a comment to a topic, and give it.

        Args:
            topic: the guid of the topic.
            text: what is said.
            author: who says it, by the mail address or name the project uses.
            viewpoint: the guid of the viewpoint it is about.
            date: when, with a zone; now where it is None.
            guid: its guid; a fresh one where it is None.

        Raises:
            NoSuchTopic: there is none.
        """
        said = timestamp(date or datetime.now(UTC))
        made = Comment(guid or str(uuid.uuid4()), text, said, author, viewpoint_guid=viewpoint)
        held = self.topic(topic)
        self.put(replace(held, comments=(*held.comments, made)))
        return made

    def attach(self, content: bytes | PathLike) -> Blob:
        """Make bytes, or a file that stays where it is until the archive is saved, usable as a picture or document."""
        data = content if isinstance(content, bytes) else Path(content)
        locator = f"{_ATTACHED}{len(self._attached)}"
        self._attached[locator] = data
        return Blob(locator, len(data) if isinstance(data, bytes) else data.stat().st_size)

    # -- bytes -------------------------------------------------------------------------------------------------

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Stream the bytes of a picture, snippet or document.

        Raises:
            BadEntry: the entry is damaged.
        """
        attached = self._attached.get(blob.locator)
        if isinstance(attached, bytes):
            yield BytesIO(attached)
        elif attached is not None:
            with attached.open("rb") as stream:
                yield stream
        else:
            with self._opened().open(blob) as stream:
                yield stream

    def read(self, blob: Blob) -> bytes:
        """All bytes of a picture, snippet or document."""
        with self.open(blob) as stream:
            return stream.read()

    def checksum(self, blob: Blob) -> str:
        """CRC and size of the archive's own bytes, without reading them: other ones are other bytes."""
        return self._opened().archive.checksum(blob.locator)

    # -- saving ------------------------------------------------------------------------------------------------

    def save(self, path: PathLike | None = None) -> None:
        """Write the edits: to the archive itself, or to another path, which is the archive's from then on.

        Entries that did not change are copied as they are, compressed bytes and all. The file is replaced whole or
        not at all.

        Raises:
            CannotEdit: a change cannot be made without losing something of the file that bcfsync does not know.
            CannotWrite: no rights, no folder, no space; the file is as it was.
            NoPath: the archive is new and no path was given.
        """
        target = Path(path) if path is not None else self._path
        if target is None:
            raise NoPath("a new archive needs a path to be saved to", hint="save(path)")
        if self._path is None:
            write_bcf(target, fitted(self.bcf, self.version), self.open)
        else:
            update_bcf(self._opened(), self.bcf, self.open, target)
        self._let_go()
        # what is there now is read when somebody asks for it
        self._path, self._saved, self._attached = target, True, {}

    def close(self) -> None:
        """Let go of the file. Edits that were not saved are lost."""
        self._closed = True
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.archive.close()
            self._file = None

    def _opened(self) -> BcfFile:
        if self._closed or self._path is None:
            raise UsageError("the archive is closed", hint="use it inside its with block")
        if self._file is None:
            self._file = opened_bcf(self._path, self._limits, self._only)
        return self._file


def open(path: PathLike, *, limits: Limits | None = None, only: Sequence[str] = ()) -> Archive:  # noqa: A001
    """Open an archive of any version and ending.

    Args:
        path: the file.
        limits: what it may cost before it is refused as hostile.
        only: guids of topics; with them nothing else is read, and everything else stays untouched when saving. That
            makes a change to one topic of a large archive cheap.

    Raises:
        InvalidArchive: (a subclass) it is no zip, no BCF, or beyond the limits.
    """
    return Archive(Path(path), Bcf(""), limits, only)


def new(version: str = "3.0") -> Archive:
    """An empty archive of a version, to be filled and saved to a path."""
    return Archive(None, fitted(Bcf(version), version))


def convert(source: PathLike, target: PathLike, version: str) -> Conversion:
    """Write an archive in another version; what that cannot hold is told, and what had to be invented is marked.

    Raises:
        InvalidArchive: (a subclass) the source cannot be read.
        CannotWrite: and the target is as it was.
    """
    with open(source) as archive:
        made = converted(archive.bcf, version, archive.findings)
        write_bcf(Path(target), made.bcf, archive.open)
        return Conversion(Path(target), tuple(made.losses), archive.findings)


def compare(a: PathLike, b: PathLike, rules: Rules | None = None) -> Difference:
    """What is different between two archives; the difference is false where there is none.

    Raises:
        InvalidArchive: (a subclass) one of them cannot be read.
    """
    with open(a) as one, open(b) as other:
        return diff(one.bcf, other.bcf, rules=rules or Rules(), content_a=one.checksum, content_b=other.checksum)


def unite(target: PathLike, sources: Sequence[PathLike], base: PathLike | None = None) -> United:
    """Unite archives; with ``base``, what only one of them changed or removed is taken over.

    Gives the union with every value a rule decided against, and who said it.

    Raises:
        InvalidArchive: (a subclass) one of them cannot be read; nothing is written.
        CannotWrite: and the target is as it was.
    """
    paths = [Path(path) for path in ([*sources, base] if base is not None else sources)]
    with gathered(paths) as files:
        inputs = [Input(str(path), bcf) for path, bcf in zip(paths, files.bcfs, strict=True)]
        union = union_of(inputs[: len(sources)], inputs[-1].bcf if base is not None else None)
        write_bcf(Path(target), fitted(union.bcf, union.bcf.version), files.open, before_replace=files.close)
        return union


def check(path: PathLike) -> Verdict:
    """Everything that is wrong or odd about an archive.

    Raises:
        InvalidArchive: (a subclass) it cannot be read at all.
    """
    return validate(Path(path))
