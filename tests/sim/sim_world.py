"""A world and what happens in it: people, tools, time, and the engine, whose turns are struck at their seams."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sim_driver import Engine
from sim_faults import Crash, Seams, Strike
from sim_folder import File, SimFolder
from sim_ledger import Ledger, Written, token_of, tokens_in
from sim_people import Edit, Writer, edited
from sim_scenario import Action, Scenario
from sim_server import SimServer
from sim_store import SimStore
from sim_tools import HABITS, Saving, Tool

from bcfsync.dates import timestamp
from bcfsync.errors import Guarded, InvalidArchive, ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Comment, Topic
from bcfsync.plan.policy import Deletes, Prefer

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNA, BEN = "anna@example.com", "ben@example.com"
_TIMES = (timedelta(seconds=20), timedelta(minutes=3), timedelta(hours=2), timedelta(days=1))


@dataclass(frozen=True)
class Beginning:
    """A world after its first turns, which depend on few of a scenario's choices."""

    bcf: Bcf
    past: tuple[tuple[datetime, tuple[Topic, ...]], ...]
    version: int
    server_writes: int
    minted: int
    requests: int
    files: dict[str, File]
    stamps: int
    folder_writes: int
    state: bytes
    now: datetime


def synced_like(scenario: Scenario) -> Scenario:
    """The scenario that begins alike, and in which nothing happens then."""
    return replace(
        scenario, seed=0, deletes=Deletes.NEVER, prefer=Prefer.MANUAL, allowed=None, lag=0, cap=None, flagged=True,
        habits=("0", "0"), actions=(),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def beginning(scenario: Scenario) -> Beginning:
    """Where the world of a scenario without actions stands; the same for all scenarios that begin alike."""
    world = World(scenario)
    found = world.beginning()
    world.store.close()
    return found


@dataclass
class World:
    """Everything there is in a scenario."""

    scenario: Scenario
    telling: bool = False
    story: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    now: datetime = START
    gaps: dict[str, File] = field(default_factory=dict)
    backup: bytes | None = None
    restored: bool = False
    removed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Build the beginning."""
        scenario = self.scenario
        self.seams = Seams(self.tell)
        self.ledger = Ledger()
        self.server = SimServer(scenario.profile, self.seams, lambda: self.now, self.ledger, tags=scenario.tags)
        self.seams.ticking = self._tick
        self.folder = SimFolder(self.seams)
        self.store = SimStore(self.seams, lambda: self.now)
        self.tools = [
            Tool(name, HABITS[int(number) % len(HABITS)])
            for name, number in zip(("viewer", "checker"), scenario.habits, strict=True)
        ]
        self.engine = Engine(self)
        self._begin()

    # -- telling -----------------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        """Say what happens, where somebody listens."""
        if self.telling:
            self.story.append(f"{self.now:%d %H:%M:%S}  {words}")

    def _tick(self) -> None:
        self.now += timedelta(milliseconds=200)
        if self.server.late:
            self.server.tick()

    def sleep(self, seconds: float) -> None:
        """The engine waits."""
        self.tell(f"  the engine waits {seconds:.0f} s")
        until = self.now + timedelta(seconds=seconds)
        while due := [item[0] for item in self.server.late if item[0] <= until]:
            self.now = max(self.now, min(due))
            self.server.tick()
        self.now = until

    # -- the beginning -----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Some topics in archives, some on the server; mostly brought together once before it starts."""
        scenario = self.scenario
        numbers = iter(range(1, 60))
        topics = [self._first_topic(at, numbers) for at in range(scenario.topics)]
        names = ("week.bcf", "mep.bcf")[: 1 + scenario.shared % 2]
        for at, name in enumerate(names):
            some = [t for i, t in enumerate(topics) if (scenario.shared >> 1) % 2 or i % len(names) == at]
            self.folder.save(name, Bcf("2.1", topics=tuple(some)), tokens_in(tuple(some)))
        if scenario.shared >> 2:
            far = self._first_topic(7, numbers)
            self.server.edit(Bcf("3.0", topics=(far,)))
        rules = f"deletes {scenario.deletes}, prefer {scenario.prefer}, inbox {scenario.inbox}"
        self.tell(f"{scenario.profile.name}; {rules}")
        self.tell(f"archives: {', '.join(f'{n} ({len(f.bcf.topics)})' for n, f in self.folder.files.items())}")
        self.tell(f"tools: {', '.join(f'{tool.name} ({tool.habit})' for tool in self.tools)}")
        if scenario.synced and scenario != synced_like(scenario):
            self._take(beginning(synced_like(scenario)))
            self.tell("the engine has brought them together")
        elif scenario.synced:
            for _ in range(2):
                self.turn()
        self.server.lag = timedelta(seconds=scenario.lag)
        self.server.cap, self.server.flagged = scenario.cap, scenario.flagged

    def _take(self, other: "Beginning") -> None:
        """Stand where another world stood after its first turns."""
        server, folder = self.server, self.folder
        server.bcf, server.past, server.version = other.bcf, list(other.past), other.version
        server.writes, server.minted, server.requests = other.server_writes, other.minted, other.requests
        folder.files, folder.stamps, folder.writes = dict(other.files), other.stamps, other.folder_writes
        self.store.restore(other.state)
        self.now = other.now

    def beginning(self) -> "Beginning":
        """Where this world stands."""
        server, folder = self.server, self.folder
        return Beginning(
            server.bcf, tuple(server.past), server.version, server.writes, server.minted, server.requests,
            dict(folder.files), folder.stamps, folder.writes, self.store.saved(), self.now,
        )  # fmt: skip

    def _first_topic(self, at: int, numbers: Iterator[int]) -> Topic:
        title, line, label, said = (token_of(next(numbers)) for _ in range(4))
        for token, what in ((title, "title"), (line, "description"), (label, "label"), (said, "comment")):
            self.ledger.publish(Written(token, (), BEN, what))
        date = timestamp(START - timedelta(days=30))
        said_here = Comment(f"{at:08d}-1000-4000-8000-000000000000", f"says {said}", date, BEN)
        dropped = "labels" in self.scenario.profile.drops and at == 7
        if dropped:
            self.ledger.writes.pop(label)
        return Topic(
            f"{at:08d}-0000-4000-8000-000000000000",
            f"Clash {title}",
            topic_status="Open",
            creation_author=BEN,
            creation_date=date,
            description=f"first\nline {line}\nlast",
            labels=() if dropped else (f"label {label}",),
            comments=(said_here,),
        )

    # -- what is done ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """All actions of the scenario, in order."""
        for action in self.scenario.actions:
            self.perform(action)

    def perform(self, action: Action) -> None:
        """Do one thing."""
        if self.gaps and action.what != "turn":
            self.folder.files.update(self.gaps)
            self.gaps.clear()
        doing: dict[str, Callable[[Action], None]] = {
            "web": self._web, "open": self._open, "edit": self._edit, "save": self._save, "close": self._close,
            "edit and save": self._edit_and_save, "turn": self._turn, "time": self._time, "day": self._day,
            "rename": self._rename, "copy": self._copy, "mount": self._mount, "hide": self._hide,
            "backup": self._backup, "restore": self._restore, "remove": self._remove,
        }  # fmt: skip
        self.counts["steps"] += 1
        doing[action.what](action)
        if not self.seams.busy:
            self.now += timedelta(seconds=7)
            if self.server.late:
                self.server.tick()

    def _guid(self, action: Action, family: int) -> str:
        return f"{action.number:08d}-{family:04d}-4000-8000-000000000000"

    def _token(self, action: Action) -> str:
        return token_of(action.number * 10)

    def _web(self, action: Action) -> None:
        writer = Writer(ANNA, self.now, avoids=self.scenario.profile.drops)
        found = edited(self.server.bcf, writer, action.numbers, self._guid(action, 2000), self._token(action))
        if found is None:
            return
        self.tell(f"anna {found.words}, on the server")
        self.server.edit(found.bcf)
        self._publish(found, ANNA)

    def _publish(self, edit: Edit, who: str) -> None:
        for written in edit.written:
            self.ledger.publish(written)
        self.ledger.delete(edit.deleted, who)

    def _tool(self, action: Action) -> Tool:
        return self.tools[0 if action.numbers[5] % 4 else 1]

    def _open(self, action: Action) -> None:
        tool, names = self._tool(action), sorted(self.folder.files)
        if not names:
            return
        name = names[action.numbers[0] % len(names)]
        if tool.open(self.folder, name):
            self.tell(f"{tool.name} opens {name}")

    def _edit(self, action: Action) -> None:
        tool = self._tool(action)
        if tool.copy is None:
            self._open(action)
        if tool.copy is None:
            return
        found = edited(tool.copy, tool.writer(self.now), action.numbers, self._guid(action, 3000), self._token(action))
        if found is not None:
            self.tell(f"{tool.name} {found.words}, in memory")
            tool.edit(found)

    def _save(self, action: Action) -> None:
        tool = self._tool(action)
        if tool.copy is None or not self.folder.mounted:
            return
        tokens = iter(range(action.number * 10 + 1, action.number * 10 + 9))
        guids = iter(range(4000, 4100))
        saving = Saving(
            tool, self.folder, self.ledger, self.now,
            lambda: token_of(next(tokens)), lambda: self._guid(action, next(guids)),
            self.scenario.deletes is Deletes.MIRROR, action.numbers, frozenset(tokens_in(self.server.bcf.topics)),
            frozenset(self.store.archives()),
            frozenset(token for row in self.store.unacknowledged(tool.archive) for token in tokens_in(row.new)),
        )  # fmt: skip
        self.tell(f"{tool.name} {saving.save()}")
        if tool.habit == "gap" and tool.archive in self.folder.files:
            self.tell(f"{tool.name} deletes {tool.archive} first; it is back with the next action")
            self.gaps[tool.archive] = self.folder.removed(tool.archive)

    def _edit_and_save(self, action: Action) -> None:
        tool = self._tool(action)
        if not tool.pending:
            self._open(action)
        self._edit(action)
        self._save(action)

    def _close(self, action: Action) -> None:
        tool = self._tool(action)
        tool.copy, tool.pending = None, []

    def _time(self, action: Action) -> None:
        self.now += _TIMES[action.numbers[0] % len(_TIMES)]
        self.tell("time passes")

    def _day(self, action: Action) -> None:
        self.now += timedelta(days=1 if action.numbers[0] % 2 else -1)
        self.tell("the clock of this machine jumps by a day")

    def _rename(self, action: Action) -> None:
        names = sorted(self.folder.files)
        if names and self.folder.mounted:
            old, new = names[action.numbers[0] % len(names)], f"moved{action.number}.bcf"
            self.folder.files[new] = self.folder.removed(old)
            self.tell(f"somebody renames {old} to {new}")

    def _copy(self, action: Action) -> None:
        names = sorted(self.folder.files)
        if names and len(names) < 3 and self.folder.mounted:
            old, new = names[action.numbers[0] % len(names)], f"copy{action.number}.bcf"
            self.folder.files[new] = replace(self.folder.files[old], stamp=self.folder.stamp())
            self.tell(f"somebody copies {old} to {new}")

    def _remove(self, action: Action) -> None:
        names = sorted(self.folder.files)
        if len(names) > 1 and self.folder.mounted:
            name = names[action.numbers[0] % len(names)]
            gone = self.folder.removed(name)
            rest = {token for file in self.folder.files.values() for token in tokens_in(file.bcf.topics)}
            rest.update(tokens_in(self.server.bcf.topics))
            only_here = [token for token in tokens_in(gone.bcf.topics) if token not in rest]
            self.ledger.delete(only_here, "whoever removed the archive")
            self.removed.update(tokens_in(gone.bcf.topics))
            self.tell(f"somebody removes {name}")

    def _mount(self, action: Action) -> None:  # noqa: ARG002
        self.folder.mounted = not self.folder.mounted
        self.tell("the folder is mounted again" if self.folder.mounted else "the folder is unmounted")

    def _hide(self, action: Action) -> None:
        if not self.scenario.profile.hides or not self.server.bcf.topics:
            return
        topic = self.server.bcf.topics[action.numbers[0] % len(self.server.bcf.topics)]
        self.server.hidden ^= {guid_key(topic.guid)}
        self.tell(f"our rights to {topic.title.strip()} change")

    def _backup(self, action: Action) -> None:  # noqa: ARG002
        self.backup = self.store.saved()
        self.tell("the state is backed up")

    def _restore(self, action: Action) -> None:  # noqa: ARG002
        if self.backup is not None:
            self.store.restore(self.backup)
            self.restored = True
            self.tell("the state is restored from the backup")

    # -- the engine --------------------------------------------------------------------------------------------

    def _turn(self, action: Action) -> None:
        strikes = []
        for item in action.strikes:
            act = (lambda given=item.action: self.perform(given)) if item.action else None
            strikes.append(Strike(item.at, item.what, act))
        self.turn(strikes)

    def turn(self, strikes: list[Strike] | None = None) -> str:
        """One turn of the engine; gives how it ended."""
        self.seams.arm(strikes or [])
        self.counts["turns"] += 1
        self.tell("the engine turns")
        ended = ""
        try:
            self.engine.turn()
        except Crash:
            ended = "crashed"
        except (ServerTrouble, Guarded, InvalidArchive) as error:
            ended = f"{type(error).__name__}: {error}"
        except Exception as error:  # noqa: BLE001 - every other exception is what is looked for
            self.broken.append("".join(traceback.format_exception(error)))
            ended = f"broke: {error!r}"
        self.counts.update(self.seams.counts)
        self.seams.counts.clear()
        self.seams.arm([])
        self.folder.sides.clear()
        if ended:
            self.tell(f"  the turn ends: {ended}")
        self.trace.append(f"{ended} {self.server.writes} {self.folder.writes} {self.server.requests}")
        self._finish_saves()
        return ended

    def _finish_saves(self) -> None:
        """Files that were half there are whole after the turn that met them."""
        for name, file in self.folder.files.items():
            if file.torn:
                self.folder.files[name] = replace(file, torn=False, stamp=self.folder.stamp())

    def calm(self) -> None:
        """All faults and all people stop: everything is visible, whole and reachable."""
        self.folder.files.update(self.gaps)
        self.gaps.clear()
        self._finish_saves()
        self.folder.mounted = True
        self.server.hidden.clear()
        self.server.cap = None
        self.server.lag = timedelta(0)
        for tool in self.tools:
            tool.copy, tool.pending = None, []
        self.now += timedelta(days=2)
        self.server.tick()
        self.tell("everybody goes home, everything works again")
