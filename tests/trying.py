"""Trying mutants: which tests can notice one, in which order, in a fork where one function has got other code.

Owns: what is known of the tests, and what was tried so far, in ``.mutants/``. See ``mutation.py``.
"""

import argparse
import gc
import hashlib
import json
import mmap
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from faults import Mutant, mutated

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "bcfsync"
KEPT = ROOT / ".mutants"
MODULES = ("merge.py", *sorted(f"plan/{item.name}" for item in (PACKAGE / "plan").glob("[a-z]*.py")))
QUICK = ("tests/plan", "tests/test_merge.py", "tests/test_advance.py", "tests/test_verifying.py")
"""The unit tests, and the situations of docs/sync-rules.md."""
SLOWER = (
    "tests/test_execute.py",
    "tests/test_turn.py",
    "tests/test_run.py",
    "tests/test_union.py",
    "tests/scenarios",
    "tests/sim/test_sim_guids.py",
    "tests/sim/test_sim_habits.py",
)
FIRST_CHUNK, SEEDS = "-0]", 15
"""Of the simulator's tests, those of the first seeds of each profile, and how many these are here."""
CPU, WALL = 10.0, 300.0
"""Seconds a test may take at least before it counts as endless; of computing it may take ten times what it took."""
MEMORY = 4 << 30
MOST = 40.0
"""Seconds of tests a mutant may cost, as they took when they were measured; what nobody noticed by then survived."""
NOTICED, SURVIVED = 10, 0
NO_TEST = {"mutation.py", "trying.py", "faults.py"}
"""What the verdicts do not depend on, or only by the names of the mutants."""
Lines = dict[str, list[int]]


@dataclass
class Known:
    """What was measured of a test without any mutant."""

    seconds: float
    lines: Lines


@dataclass
class Tried:
    """What became of a mutant.

    Attributes:
        verdict: ``noticed``, ``endless`` (which is noticed, too), ``survived``, or ``broken`` where it cannot be said.
        by: the test that noticed it.
        tests: how many came by its place.
        state: of which sources and tests this is true.
        most: how many seconds of tests it might cost.
    """

    verdict: str
    by: str = ""
    tests: int = 0
    state: str = ""
    most: float = 0.0

    @property
    def noticed(self) -> bool:
        """Whether the tests failed, or came to no end."""
        return self.verdict in {"noticed", "endless"}


@dataclass
class Book:
    """What was tried so far, a line each, the last one counts."""

    path: Path
    tried: dict[str, Tried] = field(default_factory=dict)

    @classmethod
    def opened(cls) -> "Book":
        """The book as the last run left it."""
        KEPT.mkdir(exist_ok=True)
        (KEPT / ".gitignore").write_text("*\n", encoding="utf-8")
        book = cls(KEPT / "tried.jsonl")
        if book.path.exists():
            for line in book.path.read_text(encoding="utf-8").splitlines():
                found = json.loads(line)
                name = found.pop("mutant")
                book.tried[name] = Tried(**found)
        return book

    def write(self, mutant: Mutant, tried: Tried) -> None:
        """Put on record what became of a mutant."""
        self.tried[mutant.name] = tried
        with self.path.open("a", encoding="utf-8") as book:
            book.write(json.dumps({"mutant": mutant.name, **vars(tried)}, ensure_ascii=False) + "\n")


# -- one mutant ------------------------------------------------------------------------------------------------------


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a module's functions and methods, without what is inside them."""
    for item in code.co_consts:
        if isinstance(item, CodeType):
            yield item
            if not item.co_flags & 0x1:  # no function's: a class
                yield from codes(item)


def functions() -> dict[tuple[str, str, int], list[FunctionType]]:
    """Every function of the package that is loaded, by its file, name and line."""
    found = defaultdict(list)
    for item in gc.get_objects():
        if isinstance(item, FunctionType) and item.__code__.co_filename.startswith(str(PACKAGE)):
            code = item.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(item)
    return found


def put_in(mutant: Mutant, source: str, loaded: dict[tuple[str, str, int], list[FunctionType]]) -> None:
    """Give a function that is loaded its fault."""
    path = str(PACKAGE / mutant.module)
    for code in codes(compile(mutated(mutant, source), path, "exec")):
        if code.co_qualname == mutant.function:
            there = loaded[path, code.co_qualname, code.co_firstlineno]
            assert there, f"{mutant.function} is not loaded"
            for function in there:
                function.__code__ = code
            return
    raise LookupError(mutant.name)


def run_tests(tests: Sequence[tuple[int, pytest.Item, Known]], current: mmap.mmap) -> int:
    """Run tests until one fails; a test that takes much longer than it did ends the process."""
    for at, (number, item, known) in enumerate(tests):
        current[:4] = struct.pack("i", number)
        signal.setitimer(signal.ITIMER_PROF, CPU + 10 * known.seconds)
        signal.setitimer(signal.ITIMER_REAL, WALL)
        after = tests[at + 1][1] if at + 1 < len(tests) else None
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=after)):
            return NOTICED
    return SURVIVED


# -- all tests -------------------------------------------------------------------------------------------------------


class Trial:
    """A plugin of pytest that tries mutants where the tests would be run."""

    def __init__(self, chosen: Sequence[Mutant], sources: dict[str, str], options: argparse.Namespace) -> None:
        self.chosen, self.sources, self.options = chosen, sources, options
        self.book = Book.opened()
        self.state = state_of_the_code(options.quick)
        self.kills: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.alone: dict[str, bool] = {}
        self.began = time.monotonic()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The tests that are of use here."""
        items[:] = wanted(items, quick=self.options.quick)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Measure the tests, then try the mutants."""
        known = self._measured(session.items)
        self.tests = {item.nodeid: (at, item, known[item.nodeid]) for at, item in enumerate(session.items)
                      if item.nodeid in known}  # fmt: skip
        self.names = [item.nodeid for item in session.items]
        self.loaded = functions()
        gc.collect()
        gc.freeze()
        # those outside of any function last: each needs a process that loads everything anew
        for at, mutant in enumerate(sorted(self.chosen, key=lambda mutant: not mutant.function), 1):
            before = self.book.tried.get(mutant.name)
            if before is None or not self._is_still_true(before):
                self.book.write(mutant, self._tried(mutant, before))
            now = self.book.tried[mutant.name]
            if now.noticed:
                self.kills[mutant.module, mutant.function][now.by] += 1
                self.kills[mutant.module, ""][now.by] += 1
            else:
                say(shown(mutant, now))
            if at % 100 == 0:
                say(f"{at} of {len(self.chosen)}, {time.monotonic() - self.began:.0f} s")
        return True

    def _is_still_true(self, tried: Tried) -> bool:
        return tried.state == self.state and (tried.noticed or tried.most >= self.options.seconds)

    def _measured(self, items: Sequence[pytest.Item]) -> dict[str, Known]:
        """How long each test takes, and where in the planner it comes by; without those that fail as they are."""
        kept = measured_in(self.state)
        if not kept.exists():
            for old in KEPT.glob("measured-*.json"):
                old.unlink()
            _ended(lambda: _measure(items, kept))
        found = json.loads(kept.read_text(encoding="utf-8"))
        known = {name: Known(seconds, lines) for name, (seconds, lines) in found.items() if lines is not None}
        for name in found.keys() - known.keys():
            say(f"fails without any mutant, so it is left out: {name}")
        say(f"{len(known)} tests, {sum(item.seconds for item in known.values()):.0f} s")
        return known

    def _order(self, mutant: Mutant, before: Tried | None) -> list[tuple[int, pytest.Item, Known]]:
        """The tests that come by the fault: what noticed it before, what noticed its neighbours, then the quickest."""
        first, last = mutant.lines
        found = [
            test
            for test in self.tests.values()
            if any(first <= line <= last for line in test[2].lines.get(mutant.module, ()))
        ]
        by = before.by if before else ""
        here, near = self.kills[mutant.module, mutant.function], self.kills[mutant.module, ""]
        useful = dict.fromkeys(
            [by, *(name for name, _ in here.most_common()), *(name for name, _ in near.most_common(20))]
        )
        ranks = {name: at for at, name in enumerate(useful)}
        own = f"/test_{Path(mutant.module).name}::"
        return sorted(
            found,
            key=lambda test: (
                ranks.get(test[1].nodeid, len(ranks)),
                own not in test[1].nodeid,
                test[1].nodeid.startswith(SLOWER),
                test[2].seconds,
                test[0],
            ),
        )

    def _tried(self, mutant: Mutant, before: Tried | None) -> Tried:
        while True:
            tried = self._tried_once(mutant, before) if mutant.function else self._tried_anew(mutant)
            if not tried.noticed or not mutant.function or self._passes_alone(tried.by):
                return tried
            say(f"fails by itself without any mutant, so it is left out: {tried.by}")
            del self.tests[tried.by]

    def _tried_once(self, mutant: Mutant, before: Tried | None) -> Tried:
        tests = self._order(mutant, before)
        spent = accumulate(test[2].seconds for test in tests)
        tests = [test for test, seconds in zip(tests, spent, strict=True) if seconds < self.options.seconds]
        current = mmap.mmap(-1, 4)

        def attempt() -> int:
            put_in(mutant, self.sources[mutant.module], self.loaded)
            return run_tests(tests, current)

        code = _ended(attempt)
        by = self.names[struct.unpack("i", current[:4])[0]] if tests else ""
        return self._verdict(code, by, len(tests))

    def _passes_alone(self, name: str) -> bool:
        """Whether a test that noticed a mutant is content when it is run by itself, and there is none."""
        if name not in self.alone:
            test = self.tests[name]
            self.alone[name] = _ended(lambda: run_tests([test], mmap.mmap(-1, 4))) == SURVIVED
        return self.alone[name]

    def _tried_anew(self, mutant: Mutant) -> Tried:
        """Try a fault outside of any function in a process that has loaded nothing yet."""
        again = [
            sys.executable,
            str(ROOT / "tests" / "mutation.py"),
            "--anew",
            mutant.name,
            *(["--quick"] if self.options.quick else []),
        ]
        done = subprocess.run(again, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return self._verdict(done.returncode, done.stdout.decode().strip(), len(self.tests))

    def _verdict(self, code: int, by: str, tests: int) -> Tried:
        verdicts = {NOTICED: "noticed", SURVIVED: "survived", -signal.SIGPROF: "endless", -signal.SIGALRM: "endless"}
        verdict = verdicts.get(code, "broken")
        noticed = verdict in {"noticed", "endless"}
        return Tried(verdict, by if noticed else "", tests, self.state, self.options.seconds)


def _ended(what: Callable[[], int]) -> int:
    """How a fork of this process ended that did something quietly."""
    child = os.fork()
    if child == 0:
        _end(what)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _end(what: Callable[[], int]) -> None:
    """Do something quietly in this forked process, which ends with what it gives."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    code = 1
    try:
        code = what()
    finally:
        os._exit(code)


def measured_in(state: str) -> Path:
    """Where it stands how long each test takes, and where it comes by."""
    return KEPT / f"measured-{state[:12]}.json"


def _measure(items: Sequence[pytest.Item], kept: Path) -> int:
    """Run every test once and write down its time and its lines; no lines for one that fails."""
    prefix = len(str(PACKAGE)) + 1
    wanted = {str(PACKAGE / module) for module in MODULES}
    seen: set[tuple[str, int]] = set()

    def in_it(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return in_it

    def called(frame: FrameType, _event: str, _argument: object) -> Any:
        return in_it if frame.f_code.co_filename in wanted else None

    found: dict[str, tuple[float, Lines | None]] = {}
    for at, item in enumerate(items):
        seen.clear()
        began = time.process_time()
        sys.settrace(called)
        reports = runtestprotocol(item, log=False, nextitem=items[at + 1] if at + 1 < len(items) else None)
        sys.settrace(None)
        lines: Lines = defaultdict(list)
        for path, line in sorted(seen):
            lines[path[prefix:]].append(line)
        failed = any(report.failed for report in reports)
        found[item.nodeid] = time.process_time() - began, None if failed else lines
    kept.write_text(json.dumps(found), encoding="utf-8")
    return SURVIVED


# -- what it depends on --------------------------------------------------------------------------------------------


def state_of_the_code(quick: bool) -> str:  # noqa: FBT001 - one question
    """What the verdicts depend on: the package and the tests, and which of them are run."""
    paths = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    for name in QUICK if quick else (*QUICK, *SLOWER):
        paths += [path for path in (ROOT / name).parent.glob("*") if path.suffix in {".py", ".txt"}]
        paths += [path for path in (ROOT / name).glob("*") if path.suffix in {".py", ".txt"}]
    digest = hashlib.sha256(repr(quick).encode())
    for path in sorted({item for item in paths if item.name not in NO_TEST}):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def wanted(items: Iterable[pytest.Item], *, quick: bool) -> list[pytest.Item]:
    """The tests, without the slow ones where only the quick are wanted; of the simulator a few seeds a profile."""
    found = []
    for item in items:
        if "tests/sim/" in item.nodeid:
            if not item.nodeid.endswith(FIRST_CHUNK):
                continue
            assert isinstance(item, pytest.Function)
            item.module.CHUNK = SEEDS
        elif quick and item.get_closest_marker("slow"):
            continue
        found.append(item)
    return found


def shown(mutant: Mutant, tried: Tried) -> str:
    """A mutant nobody noticed, for a person."""
    where = f"bcfsync/{mutant.module}:{mutant.line} {mutant.function}"
    return f"{tried.verdict} ({tried.tests} tests) {where}: {mutant.text}"


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
