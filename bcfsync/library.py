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
from bcfsync.blobs import topic_with_blobs, with_blobs
from bcfsync.dates import timestamp
from bcfsync.diff import Difference, Rules, diff
from bcfsync.errors import NoSuchTopic, UsageError
from bcfsync.findings import Finding
from bcfsync.guids import guid_key
from bcfsync.inplace.entries import CannotEdit
from bcfsync.model import Bcf, Blob, Comment, Topic
from bcfsync.saving import update_bcf, write_bcf
from bcfsync.uniting import Union, unite_files
from bcfsync.validate import Verdict, validate
from bcfsync.versions import Loss, converted, fitted

PathLike = str | Path
_ATTACHED = "\0attached/"  # no entry of an archive can begin like this


class NoPath(UsageError, ValueError):
    """A new archive was saved without saying where."""


class ForeignBlob(UsageError, ValueError):
    """A model holds bytes of another archive, which this one cannot reach."""

    hint = "bring the topic over with take(topic, source), or the bytes with attach(source.read(blob))"


class UnreadableAttachment(UsageError, OSError):
    """A file that was to go into the archive cannot be read."""

    hint = "keep attached files where they are until the archive is saved"


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
        self._attached: dict[str, bytes | Path | tuple[Archive, Blob]] = {}
        self._own: dict[int, Blob] = {}
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
        """Drop a topic with all its files, those of other programs in its folder among them.

        Raises:
            NoSuchTopic: there is none.
        """
        gone = self.topic(guid)
        extras = tuple(item for item in self.bcf.extras if not item.path.startswith(f"{gone.folder}/"))
        self._bcf = replace(self.bcf, topics=tuple(item for item in self.topics if item is not gone), extras=extras)

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
        """Make bytes, or a file that stays where it is until the archive is saved, usable as a picture or document.

        Raises:
            UnreadableAttachment: there is no such file.
        """
        if isinstance(content, bytes):
            return self._attach(content, len(content))
        try:
            return self._attach(Path(content), Path(content).stat().st_size)
        except OSError as error:
            raise UnreadableAttachment(f"{content}: cannot be read: {error.strerror}") from error

    def take(self, topic: Topic, source: "Archive") -> Topic:
        """A topic of another archive, with its pictures and files at hand for this one: put it, and save.

        The source must stay open until then. Documents its references lead to are not taken along.
        """
        return topic_with_blobs(topic, lambda blob: self._attach((source, blob), blob.size))

    def _attach(self, content: "bytes | Path | tuple[Archive, Blob]", size: int | None) -> Blob:
        # numbers are never given twice: a viewpoint put again after saving still means its own picture
        locator = f"{_ATTACHED}{len(self._attached)}"
        self._attached[locator] = content
        return Blob(locator, size)

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
        elif isinstance(attached, Path):
            with _attachment(attached) as stream:
                yield stream
        elif attached is not None:
            with attached[0].open(attached[1]) as stream:
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

    def save(self, path: PathLike | None = None) -> tuple[Loss, ...]:
        """Write the edits: to the archive itself, or to another path, which is the archive's from then on.

        Entries that did not change are copied as they are, compressed bytes and all. The file is replaced whole or
        not at all. Gives what of the edited topics the archive's version could not hold.

        Raises:
            CannotEdit: a change cannot be made without losing something of the file that bcfsync does not know.
            ChangedMeanwhile: somebody else has written the file since it was read.
            CannotWrite: no rights, no folder, no space; the file is as it was.
            ForeignBlob: a picture is another archive's; see ``take`` and ``attach``.
            NoPath: the archive is new and no path was given.
        """
        target = Path(path) if path is not None else self._path
        if target is None:
            raise NoPath("a new archive needs a path to be saved to", hint="save(path)")
        edited = self.bcf
        self._refuse_strangers(edited)
        if self._path is None:
            before: Bcf | None = None
            write_bcf(target, fitted(edited, self.version), self.open)
        else:
            file = self._opened()
            before = file.bcf
            update_bcf(*self._whole(file, edited), self.open, target)
        self._let_go()
        # what is there now is read when somebody asks for it
        self._path, self._saved = target, True
        return _losses(edited, before)

    def _whole(self, file: BcfFile, edited: Bcf) -> tuple[BcfFile, Bcf]:
        """The file and the model to write: all of it, where only some topics were read and more than words changed."""
        if not self._only or _only_words(file.bcf, edited):
            return file, edited
        self._let_go()
        self._file = opened_bcf(file.path, self._limits)
        return self._file, _on_whole(self._file.bcf, file.bcf, edited)

    def _refuse_strangers(self, bcf: Bcf) -> None:
        def known(blob: Blob) -> Blob:
            if id(blob) not in self._own and blob.locator not in self._attached:
                raise ForeignBlob(f"{blob.locator}: these bytes belong to another archive")
            return blob

        with_blobs(bcf, known)

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
            with_blobs(self._file.bcf, self._remembered)
        return self._file

    def _remembered(self, blob: Blob) -> Blob:
        self._own[id(blob)] = blob
        return blob


@contextmanager
def _attachment(path: Path) -> Iterator[IO[bytes]]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UnreadableAttachment(f"{path}: cannot be read: {error.strerror}") from error
    with stream:
        yield stream


def _losses(edited: Bcf, before: Bcf | None) -> tuple[Loss, ...]:
    """What the version cannot hold of what was edited."""
    known = {topic.guid: topic for topic in before.topics} if before else {}
    topics = tuple(topic for topic in edited.topics if known.get(topic.guid) != topic)
    same = before is not None and before.documents == edited.documents
    rest = replace(edited, topics=topics, extras=(), documents=() if same else edited.documents)
    return tuple(converted(rest, edited.version).losses)


def _only_words(before: Bcf, after: Bcf) -> bool:
    """Whether nothing but words of topics changed: no file came, went or got other bytes, no topic did."""

    def files(bcf: Bcf) -> Bcf:
        topics = (Topic(item.guid, viewpoints=item.viewpoints, bim_snippet=item.bim_snippet, files=item.files,
                        document_references=item.document_references) for item in bcf.topics)  # fmt: skip
        return replace(bcf, topics=tuple(topics))

    return files(before) == files(after)


def _on_whole(whole: Bcf, before: Bcf, after: Bcf) -> Bcf:
    """The edits of an archive of which only some topics were read, on all of it.

    Raises:
        CannotEdit: a topic was added that the archive holds already.
    """
    old, new = ({guid_key(topic.guid): topic for topic in bcf.topics} for bcf in (before, after))
    topics = [new.get(key, topic) for topic in whole.topics if (key := guid_key(topic.guid)) not in old or key in new]
    there = {guid_key(topic.guid) for topic in whole.topics}
    for key, topic in new.items():
        if key not in old:
            if key in there:
                raise CannotEdit(f"the archive holds topic {topic.guid} already", hint="read it, too, and edit it")
            topics.append(topic)
    gone = tuple(f"{topic.folder}/" for key, topic in old.items() if key not in new and topic.folder)
    past, now = ({guid_key(item.guid): item for item in bcf.documents} for bcf in (before, after))
    documents = [now.get(guid_key(item.guid), item) for item in whole.documents]
    documents += [item for key, item in now.items() if key not in past]
    return replace(
        after,
        topics=tuple(topics),
        documents=tuple(documents),
        extras=tuple(item for item in whole.extras if not item.path.startswith(gone)),
    )


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


def unite(target: PathLike, sources: Sequence[PathLike], base: PathLike | None = None) -> Union:
    """Unite archives, as ``bcfsync merge`` does; with ``base``, what only one of them changed or removed is taken over.

    Gives every value a rule decided against, and who said it, and what the union could not hold.

    Raises:
        InvalidArchive: (a subclass) one of them cannot be read; nothing is written.
        CannotWrite: and the target is as it was.
    """
    return unite_files(Path(target), [Path(path) for path in sources], None if base is None else Path(base))


def check(path: PathLike) -> Verdict:
    """Everything that is wrong or odd about an archive.

    Raises:
        InvalidArchive: (a subclass) it cannot be read at all.
    """
    return validate(Path(path))
