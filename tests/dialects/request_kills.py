"""The real program killed at a request, run again, and what server and archive then hold: every kind of server.

    python tests/dialects/request_kills.py [--every 1] [--first 1] [ROW...]     1 where anything is wrong

The server kills the program after it has carried a request out, and before it answers: of an import, and of an export
into a new archive. Then the command is run until it says that all is done. The server's own store must hold what one
undisturbed import leaves there, the archive what one undisturbed export writes, and no file may lie about.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from field_rows import FAULT_ROWS, Row
from field_server import PROJECT, TOKEN, FieldServer, field_server
from journey import ROOT
from terminal import Terminal

ARCHIVE = ROOT / "samples/3.0/terrace-and-roof.bcf"
DIRECTIONS = ("import", "export")
MOST_RUNS = 5
_DONE = {0, 3}
_TABLES = ("topic", "comment", "viewpoint", "bitmap", "document", "document_reference")


@dataclass
class Machine:
    """Somebody's computer, where commands are programs of their own; ``program`` is the one that runs."""

    folder: Path
    program: subprocess.Popen[bytes] | None = None

    def run(self, *words: object) -> int:
        """A command; its exit code, -9 where it was killed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BCFSYNC_")}
        variables = {"BCFSYNC_TOKEN": TOKEN, "BCFSYNC_STATE": str(self.folder / "state")}
        command = [sys.executable, "-m", "bcfsync", *map(str, words)]
        quiet = subprocess.DEVNULL
        with (self.folder / "said").open("wb") as said:
            self.program = subprocess.Popen(command, env={**kept, **variables}, stdout=quiet, stderr=said, cwd=ROOT)
            return self.program.wait(120)

    def said(self) -> str:
        """What the last command said to people."""
        return (self.folder / "said").read_text(encoding="utf-8")[-300:]

    def killed_at(self, number: int) -> "Killing":
        """What kills the program at its so-manieth request."""
        return Killing(self, number)


@dataclass
class Killing:
    """Kills a program at a request, once."""

    machine: Machine
    number: int
    seen: int = 0

    def __call__(self, _method: str, _path: str) -> bool:
        self.seen += 1
        if self.seen != self.number or self.machine.program is None:
            return False
        self.machine.program.send_signal(signal.SIGKILL)
        self.machine.program.wait(10)
        return True

    @property
    def struck(self) -> bool:
        """Whether there were so many requests."""
        return self.seen >= self.number


def holdings(server: FieldServer) -> Counter[str]:
    """Everything in the server's own store, by what it says; guids and dates left out."""
    found: Counter[str] = Counter()
    for table in _TABLES:
        for row in server.store.database.rows(f"SELECT * FROM {table}"):
            found[_said(table, dict(row))] += 1
    return found


def _said(table: str, row: dict[str, object]) -> str:
    body = json.loads(str(row.get("body") or "{}"))
    told = {name: body.get(name) for name in ("title", "comment", "description", "stage", "index", "snapshot_type")}
    lists = {name: len(json.loads(str(row[name] or "[]"))) for name in ("files", "related_topics") if name in row}
    camera = body.get("perspective_camera") or body.get("orthogonal_camera")
    return json.dumps([table, told, lists, camera, row.get("components"), row.get("filename")], sort_keys=True)


def shown(path: Path) -> object:
    """What an archive says; guids and dates left out, which are others on every server."""
    return _told(Terminal(path.parent / "looking").run("show", "--json", "--api", "3.0", path).summary_topics())


@dataclass
class Trial:
    """A direction over one kind of server, killed at one request after another."""

    row: Row
    direction: str
    folder: Path

    def undisturbed(self) -> object:
        """What is left where nobody kills anything."""
        with self._server("calm") as (server, machine):
            self._finish(server, machine)
            return self._left(server, machine)

    def killed(self, number: int, wanted: object) -> list[str] | None:
        """What is wrong after a kill at a request; None where there were not so many."""
        with self._server(f"killed{number}") as (server, machine):
            server.hinder = killing = machine.killed_at(number)
            code = machine.run(*self._command(server, machine))
            server.hinder = lambda _method, _path: False
            if not killing.struck:
                return None
            wrong = [] if code < 0 else [f"the program was to be killed, and ended with {code}"]
            wrong += self._finish(server, machine)
            wrong += _differences(wanted, self._left(server, machine))
            left = sorted(path.name for path in machine.folder.glob("*") if path.name not in _EXPECTED)
            return wrong + ([f"files lie about: {left}"] if left else [])

    def _finish(self, server: FieldServer, machine: Machine) -> list[str]:
        """Run until all is done; an import once more, when nothing is left to do."""
        for _ in range(MOST_RUNS):
            code = machine.run(*self._command(server, machine))
            if code in _DONE:
                break
        else:
            return [f"it came to no end: {code} {machine.said()}"]
        if self.direction == "export":
            return []
        with server.counting():
            code = machine.run(*self._command(server, machine))
            wrong = [f"the last run wrote {item}" for item in server.writes()]
        return wrong + ([] if code in _DONE else [f"the last run ended with {code}: {machine.said()}"])

    @cached_property
    def _filled(self) -> Path:
        """The folder of a server that holds the archive."""
        folder = self.folder / "filled"
        machine = Machine(self.folder / "first")
        machine.folder.mkdir(parents=True)
        with field_server(folder, self.row.dialects, self.row.faults) as server:
            code = machine.run("import", *_there(server, self.row), ARCHIVE)
        assert code in _DONE, machine.said()
        return folder

    def _command(self, server: FieldServer, machine: Machine) -> tuple[object, ...]:
        path = ARCHIVE if self.direction == "import" else machine.folder / "out.bcf"
        return (self.direction, *_there(server, self.row), path)

    def _left(self, server: FieldServer, machine: Machine) -> object:
        return holdings(server) if self.direction == "import" else shown(machine.folder / "out.bcf")

    @contextmanager
    def _server(self, name: str) -> Iterator[tuple[FieldServer, Machine]]:
        folder = self.folder / f"{self.direction}-{name}"
        (folder / "machine").mkdir(parents=True)
        if self.direction == "export":
            shutil.copytree(self._filled, folder / "server")
        with field_server(folder / "server", self.row.dialects, self.row.faults) as server:
            yield server, Machine(folder / "machine")


_EXPECTED = {"state", "said", "out.bcf", "looking"}


def _there(server: FieldServer, row: Row) -> tuple[str, ...]:
    return ("--json", "--settle", "0", "--url", server.api + row.path, "--project", PROJECT)


_OWN = ("guid", "date", "server_assigned_id", "index")


def _told(value: object) -> object:
    if isinstance(value, dict):
        return {name: _told(item) for name, item in value.items() if not name.endswith(_OWN)}
    if isinstance(value, list):
        return sorted((_told(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _differences(wanted: object, found: object) -> list[str]:
    if isinstance(wanted, Counter) and isinstance(found, Counter):
        lost = [f"lost: {item}" for item in (wanted - found).elements()]
        return lost + [f"double, or from nowhere: {item}" for item in (found - wanted).elements()]
    return [] if wanted == found else [f"the archive says something else: {found} in place of {wanted}"]


def trials(
    row: Row, folder: Path, *, first: int, every: int, most: int = 10_000
) -> Iterator[tuple[str, int, list[str]]]:
    """Each kill of both directions: which, at which request, and what is wrong then."""
    for direction in DIRECTIONS:
        trial = Trial(row, direction, folder)
        wanted = trial.undisturbed()
        for number in range(first, first + most * every, every):
            wrong = trial.killed(number, wanted)
            if wrong is None:
                break
            yield direction, number, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("rows", nargs="*", metavar="ROW")
    options = asked.parse_args(arguments)
    bad = 0
    for row in (row for row in FAULT_ROWS if not options.rows or row.name in options.rows):
        kills: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            for direction, number, wrong in trials(row, Path(folder), first=options.first, every=options.every):
                kills[direction] += 1
                bad += bool(wrong)
                for line in wrong:
                    print(f"{row.name}: {direction} killed at request {number}: {line[:1000]}", flush=True)
        print(f"{row.name:24}" + ", ".join(f"{kills[name]} kills of an {name}" for name in DIRECTIONS), flush=True)
    print(f"{bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
