"""The real stack in one process: archives on a disk, the state in SQLite, the reference server behind HTTP.

Each turn is a process of its own: whatever it had at hand is made anew for the next one.
"""

import gc
import os
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from real_seams import Crash, Fault, SeamedStore, SeamedWire, Seams, seamed_files, whole

from bcfsync.changes import Site, Status
from bcfsync.cli.learning import keep_facts, known_facts
from bcfsync.cli.pairs import Sparing
from bcfsync.errors import BcfsyncError
from bcfsync.guids import guid_key
from bcfsync.net import Http
from bcfsync.net import Seams as NetSeams
from bcfsync.plan.policy import Policy, Unknown
from bcfsync.run import Applied, Timing
from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore
from bcfsync.sides.folder import ArchiveFolder, mark
from bcfsync.sides.history import History
from bcfsync.sides.replacing import Care
from bcfsync.sides.rest.side import RestSide
from bcfsync.sides.trash import Trash
from bcfsync.store import BlobShelf
from bcfsync.turn import InSync, Partner, Pass, turn
from bcfsync.validate import validate

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARK = "0123456789abcdef"
ROOT = "https://server.test"
SYNC, ANNA, BEN = "sync@example.com", "anna@example.com", "ben@example.com"
MOST_TURNS = 5
TOKEN = re.compile(rb"k\d+q")
_MEMORY_DISK = Path("/dev/shm")


@dataclass
class Turned:
    """What a turn did: its events, its requests, and what ended it before its time."""

    events: list[Any] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    ended: BaseException | None = None
    wrote: int = 0
    files: int = 0

    @property
    def writes(self) -> int:
        """Writes to either side, whether they were carried out or not."""
        return self.wrote + self.files

    @property
    def undone(self) -> list[Applied]:
        """Steps that did not come to a good end."""
        return [item for item in self.events if isinstance(item, Applied) and item.outcome.status is not Status.DONE]

    @property
    def in_sync(self) -> bool:
        return any(isinstance(item, InSync) for item in self.events)


class Ground(ABC):
    """A folder of archives and a project on a server, as people see them, whatever brings the two together."""

    home: Path
    folder: Path
    api: str
    file_version: str
    policy: Policy
    web: httpx.Client

    project: str

    @abstractmethod
    def clock(self) -> datetime:
        """Now."""

    def days_pass(self) -> None:  # noqa: B027 - most have no time to spend
        """Time, if there is any to be had."""

    @abstractmethod
    def turn(self) -> Turned:
        """Bring both sides together once."""

    def settle(self, most: int = MOST_TURNS) -> list[Turned]:
        """Turns until one writes nothing."""
        told = []
        for _ in range(most):
            told.append(self.turn())
            assert told[-1].ended is None, f"a turn without faults ends: {told[-1].ended!r}"
            if not told[-1].writes and not told[-1].undone:
                return told
        last = [
            (str(item.step.site), str(item.step.verb), item.step.label, item.outcome)
            for item in told[-1].events
            if isinstance(item, Applied)
        ]
        raise AssertionError(f"still at work after {most} turns: {last}, {told[-1].requests}")

    # -- what is there -----------------------------------------------------------------------------------------

    def archives(self) -> list[Path]:
        return sorted(self.folder.glob("*.bcf"))

    def get(self, path: str) -> Any:
        answer = self.web.get(path)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.web.request(method, path, json=body)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def server_bytes(self) -> Iterator[bytes]:
        """Everything the server holds, one text or picture after the other, by no code of ours but the server's."""
        for topic in self.get("topics"):
            below = f"topics/{topic['guid']}"
            yield repr(topic).encode()
            for comment in self.get(f"{below}/comments"):
                yield repr(comment).encode()
            for view in self.get(f"{below}/viewpoints"):
                if view.get("snapshot"):
                    yield self.web.get(f"{below}/viewpoints/{view['guid']}/snapshot").content


class Stack(Ground):
    """One folder, one project, one state."""

    project = "demo"

    def __init__(
        self, api: str = "3.0", policy: Policy | None = None, file_version: str = "", like: "Stack | None" = None
    ) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="state-", dir=_MEMORY_DISK if _MEMORY_DISK.is_dir() else None))
        self.folder = self.home / "folder"
        if like is None:
            self.folder.mkdir()
            mark(self.folder, MARK)
        else:
            # an archive that is linked keeps its stamp, and nobody writes into one
            shutil.copytree(like.home, self.home, copy_function=_linked, dirs_exist_ok=True)
        self.api = api
        self.file_version = file_version or api
        # the people of these stories make values up, and the project has lists
        self.policy = replace(policy or Policy(), unknown=Unknown.SEND)
        self.options: dict[str, Any] = {}
        self.now = like.now if like else START
        self.seams = Seams()
        self.passed = Counter[str]()
        self.off = timedelta(0)
        self.server = ServerStore(self.home / "server", clock=self.clock)
        app = create_app(self.server, tokens={"t-sync": SYNC, "t-anna": ANNA, "t-ben": BEN})
        app.testing = True
        self.wire = SeamedWire(httpx.WSGITransport(app), self.seams)
        self.web = httpx.Client(
            transport=self.wire.inner,
            base_url=f"{ROOT}/bcf/3.0/projects/demo/",
            headers={"Authorization": "Bearer t-anna"},
        )

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def machine_clock(self) -> datetime:
        """The clock of the machine the engine runs on, which may be off."""
        return self.clock() + self.off

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def days_pass(self) -> None:
        """Nobody works; what is absent is gone after that."""
        self.sleep(2 * 24 * 3600)
        self.turn()
        self.sleep(120)

    def copied(self) -> "Stack":
        """Another one that is like this one to the last byte."""
        made = Stack(self.api, self.policy, self.file_version, like=self)
        made.options = dict(self.options)
        return made

    def close(self) -> None:
        self.web.close()
        self.server.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # -- the engine --------------------------------------------------------------------------------------------

    @property
    def state(self) -> Path:
        return self.home / "state" / "pair" / "state.db"

    def turn(self, fault: Fault | None = None, *, photographing: bool = True) -> Turned:
        """One turn; it may be struck by a fault. What it must never do is looked at on the way.

        Archives that somebody else spoils meanwhile cannot be photographed.
        """
        self.sleep(5)
        self.seams.arm(fault)
        before, sent = photographed(self.folder), len(self.wire.requests)
        told = Turned()
        with seamed_files(self.seams, self.home):
            touched = self._ended(told)
            if self.seams.dead:
                gc.collect()  # nothing of a dead process tidies up later
        self.passed = Counter(self.seams.counts)
        self.seams.arm(None)
        told.requests = self.wire.requests[sent:]
        after = photographed(self.folder) if photographing else {}
        told.wrote = sum(method != "GET" for method, _ in told.requests)
        told.files = sum(before.get(name) != found for name, found in after.items())
        for name, found in after.items():
            untouched(name, before.get(name, {}), found, touched)
        return told

    def _ended(self, told: Turned) -> set[str] | None:
        """The turn to its end, whichever; the topics it wrote into archives, where it can tell."""
        try:
            with ExitStack() as stack:
                return self._turned(told, stack)
        except Crash:
            told.ended = Crash()  # without the frames it came by
        except BcfsyncError as error:
            told.ended = error.with_traceback(None)
        return None

    def _turned(self, told: Turned, stack: ExitStack) -> set[str]:
        store = stack.enter_context(SeamedStore(self.state, self.seams, self.machine_clock))
        http = stack.enter_context(
            closing(Http(f"{ROOT}/bcf/{self.api}", "t-sync", NetSeams(self.wire, self.sleep, lambda: 0.0)))
        )
        remote = RestSide(http, "demo", known_facts(store))
        care = Care(History(self.home / "history", self.machine_clock), wait_for_others=False, sleep=self.sleep)
        folder = ArchiveFolder(self.folder, self.file_version, care=care)
        sparing = Sparing(Trash(self.home / "trash", self.machine_clock), folder, remote)
        partner = Partner(
            remote, store, f"{MARK}/inbox.bcf", policy=self.policy, spare=sparing.keep,
            shelf=BlobShelf(self.home / "shelf"), **self.options,
        )  # fmt: skip
        touched: set[str] = set()
        with closing(turn(folder, partner, Timing(self.machine_clock, self.sleep))) as events:
            for event in events:
                told.events.append(event)
                if isinstance(event, Pass):
                    sparing.replica = event.replica
                if isinstance(event, Applied) and event.step.site is Site.LOCAL and event.step.verb.writes:
                    touched |= {event.step.topic, event.step.guid, event.outcome.guid, event.step.target or ""}
        touched |= {local.guid for local, far in store.links() if far.guid in touched}
        keep_facts(store, remote)
        return {guid_key(guid) for guid in touched if guid}

    def state_open(self) -> SeamedStore:
        """The state, to look at or to decide conflicts in."""
        return SeamedStore(self.state, Seams(), self.clock)

    def http(self) -> Http:
        """A session of the engine's own, to look at the server with our readers."""
        return Http(f"{ROOT}/bcf/{self.api}", "t-sync", NetSeams(self.wire, self.sleep))


def _linked(source: str, target: str) -> None:
    if source.endswith(".bcf"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def archive_bytes(path: Path) -> Iterator[bytes]:
    """Everything an archive holds, one entry after the other."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield archive.read(name)


def tokens(texts: Iterable[bytes]) -> list[str]:
    """All tokens, each as often as it is there."""
    return [found.decode() for text in texts for found in TOKEN.findall(text)]


# -- the archives' bytes -----------------------------------------------------------------------------------------------

Photograph = dict[str, tuple[int, int, int, bytes]]


def photographed(folder: Path) -> dict[str, Photograph]:
    """Every entry of every archive as it lies on the disk: method, checksum, size, packed bytes."""
    found = {}
    for path in sorted(folder.glob("*.bcf")):
        whole(path)
        data = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            found[path.name] = {info.filename: _packed(info, data) for info in archive.infolist()}
    return found


def _packed(info: zipfile.ZipInfo, data: bytes) -> tuple[int, int, int, bytes]:
    name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
    start = info.header_offset + 30 + name + extra
    return info.compress_type, info.CRC, info.file_size, data[start : start + info.compress_size]


def untouched(name: str, before: Photograph, after: Photograph, touched: set[str] | None) -> None:
    """Entries of topics that were not written keep every byte; so do pictures and viewpoints of those that were."""
    for entry in before.keys() & after.keys():
        topic, _, rest = entry.partition("/")
        never = entry.endswith((".png", ".bcfv")) or (touched is not None and guid_key(topic) not in touched)
        if rest and never:
            assert before[entry] == after[entry], f"{name}: {entry} was touched"


def valid(path: Path) -> None:
    """The archive keeps the schemas of its version."""
    verdict = validate(path)
    assert verdict.is_valid(), (path.name, [item for item in verdict.findings if item.rule.severity == "error"])


def png(token: str) -> bytes:
    """A picture that holds a token."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    text = chunk(b"tEXt", b"Title\0" + token.encode())
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + text
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )
