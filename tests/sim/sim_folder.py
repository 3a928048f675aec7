"""A folder of archives in memory: files with contents and stamps, and the engine's view of them.

A file is replaced whole and under the same conditions as on a disk: all changes are staged, the stamp is compared, the
coming one is announced, compared again, and only then the file is another one. Every one of these moments is a seam.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import IO

from sim_faults import Seams

from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Key,
    Kind,
    Listed,
    Listing,
    Outcome,
    Prepared,
    ProjectInfo,
    Side,
    Status,
    Verb,
)
from bcfsync.errors import Guarded, InvalidArchive
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Project, Topic
from bcfsync.sides.draft import Draft, listed

NO_TOPICS = Bcf("2.1")


class Torn(InvalidArchive, ValueError):
    """The archive is being written."""


class Unmounted(Guarded, OSError):
    """The folder's marker is not there."""


@dataclass(frozen=True, slots=True)
class File:
    """What lies on the disk under a name. ``by_tools``: tokens that stood in what tools saved there, ever."""

    bcf: Bcf
    stamp: str
    torn: bool = False
    by_tools: frozenset[str] = frozenset()


@dataclass
class SimFolder:
    """The disk, and at the same time what the engine sees of it."""

    seams: Seams
    announces: bool = True
    files: dict[str, File] = field(default_factory=dict)
    last: dict[str, File] = field(default_factory=dict)
    mounted: bool = True
    writes: int = 0
    stamps: int = 0
    looks: int = 0
    deleted: list[tuple[str, object]] = field(default_factory=list)
    sides: dict[str, "SimArchive"] = field(default_factory=dict)
    entries: dict[int, tuple[Topic, Listed]] = field(default_factory=dict)

    def stamp(self) -> str:
        """A stamp no file ever had."""
        self.stamps += 1
        return f"stamp-{self.stamps}"

    def save(self, name: str, bcf: Bcf, by_tools: Iterable[str] = (), *, torn: bool = False) -> None:
        """A tool writes a file."""
        known = self.files[name].by_tools if name in self.files else frozenset[str]()
        self.files[name] = File(bcf, self.stamp(), torn, known | frozenset(by_tools))

    def removed(self, name: str) -> File:
        """A file is gone; what lay there last is kept for the ledger's sake."""
        self.last[name] = self.files.pop(name)
        return self.last[name]

    # -- as the engine sees it ---------------------------------------------------------------------------------

    def scan(self) -> Mapping[str, str]:
        """Every archive with its stamp."""
        self.seams.at("folder scanned")
        if not self.mounted:
            raise Unmounted("the folder has no marker")
        return {name: self.files[name].stamp for name in sorted(self.files)}

    def open(self, replica: str) -> "SimArchive":
        """An archive as a side."""
        self.seams.at("folder asked for an archive")
        self.sides[replica] = SimArchive(self, replica)
        return self.sides[replica]

    def close(self, replica: str) -> None:
        """Let go."""
        self.sides.pop(replica, None)

    def doubtful(self, replica: str) -> str | None:  # noqa: ARG002 - what is not there is not there
        """Nothing is in doubt."""
        return None


@dataclass
class SimArchive:
    """One archive, read when it is opened and again when its stamp is another one."""

    folder: SimFolder
    name: str
    stamp: str | None = None
    bcf: Bcf = NO_TOPICS

    def __post_init__(self) -> None:
        """Read the file.

        Raises:
            Torn: somebody is writing it.
        """
        self._read()

    def _read(self) -> None:
        fault = self.folder.seams.at("archive opened")
        self.folder.looks += 1
        file = self.folder.files.get(self.name)
        if file is not None and (file.torn or fault == "torn"):
            raise Torn(f"{self.name}: central directory missing")
        self.stamp, self.bcf = (None, NO_TOPICS) if file is None else (file.stamp, file.bcf)

    @cached_property
    def capabilities(self) -> Capabilities:
        """An archive keeps every guid and lets go of everything."""
        return Capabilities(self.name, client_guid=True, deletes=DELETABLE)

    def listing(self) -> Listing:
        """All topics, read anew where the file is another one."""
        if self._now() != self.stamp:
            self._read()
        return Listing(
            {guid_key(topic.guid): self._entry(topic) for topic in self.bcf.topics}, self.stamp is not None, self.stamp
        )

    def _entry(self, topic: Topic) -> Listed:
        found = self.folder.entries.get(id(topic))
        if found is None or found[0] is not topic:
            found = self.folder.entries[id(topic)] = (topic, listed(topic))
        return found[1]

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:  # noqa: ARG002
        """Whole topics."""
        wanted = set(keys)
        topics = {guid_key(topic.guid): topic for topic in self.bcf.topics if guid_key(topic.guid) in wanted}
        project = self.bcf.project or (Project() if self.stamp is not None else None)
        return Bodies(topics, self.bcf.documents, ProjectInfo(project, self.bcf.extensions), self.capabilities)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """No bytes are kept here."""
        raise LookupError(blob.locator)
        yield

    def close(self) -> None:
        """Let go."""

    def moved(self, tag: str | None) -> bool:
        """Whether the file is another one."""
        return tag is None or tag != self._now()

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """What it does not hold is not there."""
        return frozenset(keys) - {guid_key(topic.guid) for topic in self.bcf.topics}

    def _now(self) -> str | None:
        file = self.folder.files.get(self.name)
        return file.stamp if file else None

    # -- writing -----------------------------------------------------------------------------------------------

    def apply(self, changes: Iterable[Change], source: Side) -> Iterator[Outcome | Prepared]:  # noqa: ARG002
        """All changes by one replacement, the outcomes after it."""
        draft = Draft(self.bcf)
        removed: list[object] = []
        outcomes = [self._staged(draft, change, removed) for change in changes]
        if not any(item.status is Status.DONE for item in outcomes):
            yield from outcomes
            return
        if self._now() != self.stamp:
            yield from _instead(outcomes, Status.STALE, "the file was changed meanwhile")
            return
        coming = self.folder.stamp()
        yield Prepared(coming, tuple(outcomes))
        yield from self._replaced(draft, coming, outcomes, removed)

    def _staged(self, draft: Draft, change: Change, removed: list[object]) -> Outcome:
        held = None
        if change.verb is Verb.DELETE:
            topic = draft.topics.get(guid_key(change.topic or change.guid))
            held = _held(topic, change)
        try:
            taken = draft.take(change)
        except LookupError as error:
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))
        if held is not None:
            removed.append(held)
        return Outcome(change.step, Status.DONE, change.guid, taken)

    def _replaced(
        self, draft: Draft, coming: str, outcomes: list[Outcome], removed: list[object]
    ) -> Iterator[Outcome | Prepared]:
        fault = self.folder.seams.at("archive replaced")
        if fault == "busy":
            yield from _instead(outcomes, Status.HELD, "another program has it open")
            return
        if fault == "full":
            yield from _instead(outcomes, Status.FAILED, "no space left on device")
            return
        if self._now() != self.stamp:
            yield from _instead(outcomes, Status.STALE, "the file was changed meanwhile")
            return
        by_tools = self.folder.files[self.name].by_tools if self.name in self.folder.files else frozenset[str]()
        self.bcf = draft.bcf()
        self.stamp = coming
        self.folder.files[self.name] = File(self.bcf, coming, by_tools=by_tools)
        self.folder.writes += 1
        self.folder.deleted.extend((self.name, item) for item in removed)
        self.folder.seams.at("archive in its place")
        yield from outcomes


DELETABLE = frozenset(Kind)


def _held(topic: Topic | None, change: Change) -> object | None:
    if topic is None or change.kind is Kind.TOPIC:
        return topic
    key = guid_key(change.guid)
    found = (*topic.comments, *topic.viewpoints, *topic.document_references)
    return next((item for item in found if guid_key(item.guid) == key), None)


def _instead(outcomes: list[Outcome], status: Status, message: str) -> Iterator[Outcome]:
    for item in outcomes:
        yield replace(item, status=status, message=message) if item.status is Status.DONE else item
