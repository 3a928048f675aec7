"""A world and what happens in it: people, tools, time, and the engine, whose turns are struck at their seams."""

import json
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sim_driver import Engine
from sim_faults import Crash, Seams, Strike
from sim_folder import SimFolder
from sim_ledger import Ledger, Written, token_of, tokens_in, tokens_of_plain, view_of
from sim_machine import Machine, Standing
from sim_people import Edit, Writer, edited
from sim_scenario import Action, Scenario
from sim_server import SYNC, SimServer
from sim_store import SimStore
from sim_tools import HABITS, Saving, Tool

from bcfsync.dates import timestamp
from bcfsync.errors import Guarded, InvalidArchive, ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Comment, Topic, Viewpoint
from bcfsync.plan.policy import Deletes, Prefer
from bcfsync.store import Store
from bcfsync.store.words import PUT_BACK

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNA, BEN = "anna@example.com", "ben@example.com"
_TICK = timedelta(milliseconds=200)
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
    machines: tuple[Standing, ...]
    now: datetime


def synced_like(scenario: Scenario) -> Scenario:
    """The scenario that begins alike, and in which nothing happens then."""
    return replace(
        scenario, seed=0, deletes=Deletes.NEVER, prefer=Prefer.MANUAL, allowed=None, lag=0, cap=None, flagged=True,
        habits=("0",) * len(scenario.habits), actions=(),
    )  # fmt: skip


@lru_cache(maxsize=8192)
def beginning(scenario: Scenario) -> Beginning:
    """Where the world of a scenario without actions stands; the same for all scenarios that begin alike."""
    world = World(scenario)
    found = world.beginning()
    world.close()
    return found


def _has_unmet(machine: Machine) -> bool:
    """Whether there is an archive that no turn has met to its end."""
    return bool(set(machine.folder.files) - set(machine.store.archives()))


@dataclass
class World:
    """Everything there is in a scenario."""

    scenario: Scenario
    telling: bool = False
    restored: bool = False
    story: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    now: datetime = START

    def __post_init__(self) -> None:
        """Build the beginning."""
        scenario = self.scenario
        self.seams = Seams(self.tell)
        self.ledger = Ledger()
        self.server = SimServer(scenario.profile, self.seams, lambda: self.now, self.ledger, tags=scenario.tags)
        self.server.chance.seed(scenario.seed)
        self.seams.ticking = self._tick
        self.machines = [self._machine(at) for at in range(scenario.profile.machines)]
        self.here = self.turning = self.machines[0]
        self._begin()

    def _machine(self, at: int) -> Machine:
        scenario = self.scenario
        name, names = (("the office", ("viewer", "checker")), ("the site", ("tablet", "laptop")))[at]
        tools = [
            Tool(name, HABITS[int(number) % len(HABITS)], scenario.profile.reshows)
            for name, number in zip(names, scenario.habits[2 * at : 2 * at + 2], strict=True)
        ]
        folder, store = SimFolder(self.seams), SimStore(self.seams, lambda: self.now)
        user = SYNC if at == 0 or scenario.one_user else f"{names[0]}@example.com"
        made = Machine(name if scenario.profile.machines > 1 else "", user, folder, store, tools)
        made.engine = Engine(self, made)
        return made

    @contextmanager
    def at(self, machine: Machine) -> Iterator[None]:
        """What happens now happens at this computer."""
        before, self.here, self.server.user = self.here, machine, machine.user
        try:
            yield
        finally:
            self.here, self.server.user = before, before.user

    def writes(self) -> int:
        """How many writes bcfsync has made so far, wherever."""
        return self.server.writes + sum(machine.folder.writes for machine in self.machines)

    def close(self) -> None:
        """Let go of the states."""
        for machine in self.machines:
            machine.store.close()

    # -- telling -----------------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        """Say what happens, where somebody listens."""
        if self.telling:
            self.story.append(f"{self.now:%d %H:%M:%S}  {words}")

    def _tick(self) -> None:
        self.now += _TICK
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
            self.here.folder.save(name, Bcf("2.1", topics=tuple(some)), tokens_in(tuple(some)))
        for machine in self.machines[1:]:
            self._begin_another(machine, numbers)
        if scenario.shared >> 2:
            far = self._first_topic(7, numbers)
            self.server.edit(Bcf("3.0", topics=(far,)))
        rules = f"deletes {scenario.deletes}, prefer {scenario.prefer}, inbox {scenario.inbox}"
        self.tell(f"{scenario.profile.name}; {rules}")
        for machine in self.machines:
            files = ", ".join(f"{name} ({len(file.bcf.topics)})" for name, file in machine.folder.files.items())
            self.tell(f"archives{machine.whose}: {files}")
            self.tell(f"tools{machine.whose}: {', '.join(f'{tool.name} ({tool.habit})' for tool in machine.tools)}")
        if scenario.synced and scenario != synced_like(scenario):
            self._take(beginning(synced_like(scenario)))
            self.tell("the engine has brought them together")
        elif scenario.synced:
            for _ in range(2):
                self.turns()
        self.server.lag = timedelta(seconds=scenario.lag)
        self.server.cap, self.server.flagged = scenario.cap, scenario.flagged

    def _begin_another(self, machine: Machine, numbers: Iterator[int]) -> None:
        """Another computer has nothing yet, or the same files by mail, or an archive of its own."""
        match self.scenario.another:
            case 1:
                for name, file in self.machines[0].folder.files.items():
                    machine.folder.save(name, file.bcf, file.by_tools)
            case 2:
                own = (self._first_topic(8, numbers),)
                machine.folder.save("week.bcf", Bcf("2.1", topics=own), tokens_in(own))

    def _take(self, other: "Beginning") -> None:
        """Stand where another world stood after its first turns."""
        server = self.server
        server.bcf, server.past, server.version = other.bcf, list(other.past), other.version
        server.writes, server.minted, server.requests = other.server_writes, other.minted, other.requests
        for machine, standing in zip(self.machines, other.machines, strict=True):
            machine.take(standing)
        self.now = other.now

    def beginning(self) -> "Beginning":
        """Where this world stands."""
        server = self.server
        return Beginning(
            server.bcf, tuple(server.past), server.version, server.writes, server.minted, server.requests,
            tuple(machine.standing() for machine in self.machines), self.now,
        )  # fmt: skip

    def _first_topic(self, at: int, numbers: Iterator[int]) -> Topic:
        title, line, label, said = (token_of(next(numbers)) for _ in range(4))
        for token, what in ((title, "title"), (line, "description"), (label, "label"), (said, "comment")):
            self.ledger.publish(Written(token, (), BEN, what))
        date = timestamp(START - timedelta(days=30))
        said_here = Comment(f"{at:08d}-1000-4000-8000-000000000000", f"says {said}", date, BEN)
        views: tuple[Viewpoint, ...] = ()
        if self.scenario.profile.reshows:
            seen = token_of(next(numbers))
            self.ledger.publish(Written(seen, (), BEN, "viewpoint"))
            views = (view_of(f"{at:08d}-5000-4000-8000-000000000000", seen),)
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
            viewpoints=views,
        )

    # -- what is done ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """All actions of the scenario, in order."""
        for action in self.scenario.actions:
            self.perform(action)

    def perform(self, action: Action) -> None:
        """Do one thing."""
        with self.at(self._place(action)):
            self._perform(action)

    def _place(self, action: Action) -> Machine:
        """Where it is done; a turn within a turn is another computer's."""
        if len(self.machines) > 1 and action.what == "turn" and self.seams.busy:
            return self.machines[self.turning is self.machines[0]]
        return self.machines[action.numbers[5] // 4 % len(self.machines)]

    def _perform(self, action: Action) -> None:
        if self.here.gaps and action.what != "turn":
            self.here.close_gaps()
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
        if len(self.machines) > 1 and any(machine.unmet for machine in self.machines):
            self.ledger.unmet_elsewhere.update(written.token for written in found.written)

    def _publish(self, edit: Edit, who: str) -> None:
        for written in edit.written:
            self.ledger.publish(written)
        self.ledger.delete(edit.deleted, who)

    def _tool(self, action: Action) -> Tool:
        return self.here.tools[0 if action.numbers[5] % 4 else 1]

    def _open(self, action: Action) -> None:
        tool, names = self._tool(action), sorted(self.here.folder.files)
        if not names:
            return
        name = names[action.numbers[0] % len(names)]
        if tool.open(self.here.folder, name):
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
        if tool.copy is None or not self.here.folder.mounted:
            return
        tokens = iter(range(action.number * 10 + 1, action.number * 10 + 9))
        guids = iter(range(4000, 4100))
        saving = Saving(
            tool, self.here.folder, self.ledger, self.now,
            lambda: token_of(next(tokens)), lambda: self._guid(action, next(guids)),
            self.scenario.deletes is Deletes.MIRROR, action.numbers, frozenset(tokens_in(self.server.bcf.topics)),
            frozenset(self.here.store.archives()),
            frozenset(
                token
                for row in self.here.store.unacknowledged(tool.archive)
                for token in tokens_of_plain(row.new and json.loads(row.new))
            ),
        )  # fmt: skip
        self.tell(f"{tool.name} {saving.save()}")
        if tool.habit == "gap" and tool.archive in self.here.folder.files:
            self.tell(f"{tool.name} deletes {tool.archive} first; it is back with the next action")
            self.here.gaps[tool.archive] = self.here.folder.removed(tool.archive)

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
        names = sorted(self.here.folder.files)
        if names and self.here.folder.mounted:
            old, new = names[action.numbers[0] % len(names)], f"moved{action.number}.bcf"
            self.here.folder.files[new] = self.here.folder.removed(old)
            self.tell(f"somebody renames {old} to {new}")

    def _copy(self, action: Action) -> None:
        names = sorted(self.here.folder.files)
        if names and len(names) < 3 and self.here.folder.mounted:
            old, new = names[action.numbers[0] % len(names)], f"copy{action.number}.bcf"
            self.here.folder.files[new] = replace(self.here.folder.files[old], stamp=self.here.folder.stamp())
            self.tell(f"somebody copies {old} to {new}")

    def _remove(self, action: Action) -> None:
        names = sorted(self.here.folder.files)
        if len(names) > 1 and self.here.folder.mounted:
            name = names[action.numbers[0] % len(names)]
            gone = self.here.folder.removed(name)
            files = (file for machine in self.machines for file in machine.folder.files.values())
            rest = {token for file in files for token in tokens_in(file.bcf.topics)}
            rest.update(tokens_in(self.server.bcf.topics))
            only_here = [token for token in tokens_in(gone.bcf.topics) if token not in rest]
            self.ledger.delete(only_here, "whoever removed the archive")
            self.here.removed.update(tokens_in(gone.bcf.topics))
            self.tell(f"somebody removes {name}")

    def _mount(self, action: Action) -> None:  # noqa: ARG002
        self.here.folder.mounted = not self.here.folder.mounted
        self.tell("the folder is mounted again" if self.here.folder.mounted else "the folder is unmounted")

    def _hide(self, action: Action) -> None:
        if not self.scenario.profile.hides or not self.server.bcf.topics:
            return
        topic = self.server.bcf.topics[action.numbers[0] % len(self.server.bcf.topics)]
        self.server.hidden ^= {guid_key(topic.guid)}
        self.tell(f"our rights to {topic.title.strip()} change")

    def _backup(self, action: Action) -> None:  # noqa: ARG002
        self.here.backup = self.here.store.saved()
        self.tell("the state is backed up")

    def _restore(self, action: Action) -> None:  # noqa: ARG002
        if self.here.backup is not None:
            self.here.store.restore(self.here.backup)
            Store.note(self.here.store, PUT_BACK, "yes")  # as the folder's lease tells the command line
            self.restored = True
            self.tell("the state is restored from the backup")

    # -- the engine --------------------------------------------------------------------------------------------

    def _turn(self, action: Action) -> None:
        strikes = []
        for item in action.strikes:
            act = (lambda given=item.action: self.perform(given)) if item.action else None
            strikes.append(Strike(item.at, item.what, act))
        self.turn(strikes)

    def turns(self) -> str:
        """One turn at every computer; gives how the first one that failed ended."""
        ended = ""
        for machine in self.machines:
            with self.at(machine):
                ended = ended or self.turn()
        return ended

    def turn(self, strikes: list[Strike] | None = None) -> str:
        """One turn of the engine here; gives how it ended. One within another one's is not struck itself."""
        if self.seams.busy:
            self.counts["turns within a turn"] += 1
            return self._turned()
        self.turning = self.here
        self.seams.arm(strikes or [])
        try:
            return self._turned()
        finally:
            self.counts.update(self.seams.counts)
            self.seams.counts.clear()
            self.seams.arm([])

    def _turned(self) -> str:
        self.counts["turns"] += 1
        self.tell(f"the engine{self.here.whose} turns")
        ended = ""
        try:
            self.here.engine.turn()
        except Crash:
            ended = "crashed"
        except (ServerTrouble, Guarded, InvalidArchive) as error:
            ended = f"{type(error).__name__}: {error}"
        except Exception as error:  # noqa: BLE001 - every other exception is what is looked for
            self.broken.append("".join(traceback.format_exception(error)))
            ended = f"broke: {error!r}"
        self.here.folder.sides.clear()
        if ended:
            self.tell(f"  the turn ends: {ended}")
        self.trace.append(f"{ended} {self.server.writes} {self.here.folder.writes} {self.server.requests}")
        self.here.finish_saves()
        return ended

    def calm(self) -> None:
        """All faults and all people stop: everything is visible, whole and reachable."""
        for machine in self.machines:
            machine.go_home()
        self.server.hidden.clear()
        self.server.cap = None
        self.server.lag = timedelta(0)
        self.now += timedelta(days=2)
        self.server.tick()
        self.tell("everybody goes home, everything works again")
