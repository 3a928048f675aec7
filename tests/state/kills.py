"""The program itself, killed by the system in the middle of its work, again and again; ``make kills N=1000``.

Between kills both sides are edited. After some of them the program runs to its end until it has nothing left to do,
and then everything must be there, once. The program is the real command line in a process of its own, made by forking
one that has imported everything: so a kill costs no start-up, and most of them meet real work.
"""

import argparse
import contextlib
import importlib
import json
import os
import pkgutil
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

if __name__ == "__main__":
    _TESTS = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(_TESTS), str(_TESTS / "sim"), str(_TESTS / "e2e")]

import httpx
from real_oracle import converged
from real_people import FILE_EDITS, WEB_EDITS, People, Tool, retitle, rezip
from real_stack import MARK, Ground, Photograph, Turned, photographed

import bcfsync
from bcfsync.cli import main as cli_main
from bcfsync.net import Http
from bcfsync.plan.policy import Deletes, Policy
from bcfsync.sides.folder import MARKER, mark
from bcfsync.sides.lease import LEASE
from bcfsync.store import Store
from bcfsync.turn import InSync

for _module in pkgutil.walk_packages(bcfsync.__path__, "bcfsync."):
    if not _module.name.endswith("__main__"):
        importlib.import_module(_module.name)  # before anything is forked

_TOKENS = {"t-sync": "sync@example.com", "t-anna": "anna@example.com"}
_SETTLE = 0.3
_FINE = {0, 3, 6}
_KILLS_A_PROJECT = 20
_LITTER = ".~bcfsync-*.tmp"
_A_DAY_AND_MORE = 25 * 3600


# -- the server --------------------------------------------------------------------------------------------------------


@contextmanager
def served(folder: Path, projects: int) -> Iterator[str]:
    """The reference server in a process of its own, with that many empty projects; its URL."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _serve(folder, projects, writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        url = said.readline().strip()
    try:
        yield url
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _serve(folder: Path, projects: int, writing: int) -> None:
    try:
        import logging  # noqa: PLC0415 - in the server's process only

        from waitress.server import create_server  # noqa: PLC0415

        from bcfsync.server.app import create_app  # noqa: PLC0415
        from bcfsync.server.store import ServerStore  # noqa: PLC0415

        logging.getLogger("waitress").setLevel(logging.CRITICAL)
        store = ServerStore(folder)
        for number in range(projects):
            store.create_project(f"p{number}", f"Project {number}")
        server = create_server(create_app(store, tokens=_TOKENS), host="127.0.0.1", port=0, threads=8)
        os.write(writing, f"http://127.0.0.1:{server.effective_port}\n".encode())
        os.close(writing)
        server.run()
    finally:
        os._exit(1)


# -- the program -------------------------------------------------------------------------------------------------------


class Program(Ground):
    """A folder and a project, kept equal by ``bcfsync sync``."""

    def __init__(self, url: str, project: str, api: str, deletes: Deletes, version: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="kills-"))
        self.folder = self.home / "folder"
        for name in ("folder", "tmp"):
            (self.home / name).mkdir()
        mark(self.folder, MARK)
        self.url, self.project, self.api, self.file_version = url, project, api, version
        self.policy = Policy(deletes=deletes)
        self.web = httpx.Client(
            base_url=f"{url}/bcf/3.0/projects/{project}/", headers={"Authorization": "Bearer t-anna"}, trust_env=False
        )
        (self.home / "bcfsync.toml").write_text(
            f'[remote.server]\nurl = "{url}/bcf/{api}"\n'
            f'[pair.work]\nfolder = "folder"\nremote = "server"\nproject = "{project}"\n'
            f'deletes = "{deletes}"\nfile_version = "{version}"\n'
        )

    def clock(self) -> datetime:
        return datetime.now(UTC)

    def http(self) -> Http:
        return Http(f"{self.url}/bcf/{self.api}", "t-sync")

    def state_open(self) -> Store:
        (path,) = (self.home / "state" / "pairs").glob("*/state.db")
        return Store(path)

    def close(self) -> None:
        self.web.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> int:
        """The program begins; its process."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._run()
        return pid

    def _run(self) -> None:
        code = 70
        try:
            out = os.open(self.home / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
            os.chdir(self.home)
            os.environ |= {"BCFSYNC_TOKEN": "t-sync", "BCFSYNC_STATE": str(self.home / "state"), "BCFSYNC_DEBUG": "1"}
            tempfile.tempdir = str(self.home / "tmp")
            sys.argv = ["bcfsync", "sync", "--json", "--settle", str(_SETTLE)]
            cli_main.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def turn(self) -> Turned:
        """The program runs to its end."""
        told = Turned()
        before = self._both()
        _, status = os.waitpid(self.start(), 0)
        code = os.waitstatus_to_exitcode(status)
        said = (self.home / "said").read_text()
        if code not in _FINE:
            told.ended = RuntimeError(f"exit code {code}: {said[-3000:]}")
            return told
        after = self._both()
        told.files, told.wrote = int(before[0] != after[0]), int(before[1] != after[1])
        summary = json.loads([line for line in said.splitlines() if line.startswith("{")][-1])
        told.requests = [("", "")] * summary["requests"]
        told.events = [InSync(len(after[0]))] if summary["requests"] <= 2 else [said]
        return told

    def _both(self) -> tuple[dict[str, Photograph], str]:
        """The archives, and a name for what the server holds: its tag counts every change below the project."""
        return photographed(self.folder), self.web.get("topics").headers["ETag"]

    def killed(self, after: float) -> bool:
        """The program runs and is killed after so many seconds; False where it was done before."""
        pid = self.start()
        until = time.monotonic() + after
        while time.monotonic() < until:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                assert code in _FINE, (code, (self.home / "said").read_text()[-3000:])
                return False
            time.sleep(0.001)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        return os.WIFSIGNALED(status)


# -- the loop ----------------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What was done."""

    kills: int = 0
    ran_to_the_end: int = 0
    judged: int = 0
    edits: int = 0
    litter: int = 0
    left_in_temporary_folder: int = 0
    projects: int = 0


class Torment:
    """One project until it has been killed often enough."""

    def __init__(self, program: Program, seed: str, tally: Tally) -> None:
        self.program = program
        self.people = People(program)
        self.chance = random.Random(seed)
        self.tally = tally
        self.tool: Tool | None = None
        self.longest = 0.5

    def run(self, kills: int) -> None:
        """Kill it so many times, and judge what is left now and then."""
        chance, people = self.chance, self.people
        people.begin("week.bcf", [people.first_topic() for _ in range(3)])
        people.begin("mep.bcf", [people.first_topic() for _ in range(2)])
        self._time()
        until = self.tally.kills + kills
        while self.tally.kills < until:
            for _ in range(chance.randint(3, 8)):
                for _ in range(chance.randint(1, 4)):
                    self._edit()
                if self.program.killed(chance.uniform(0.0, self.longest)):
                    self.tally.kills += 1
                else:
                    self.tally.ran_to_the_end += 1
                if self.tally.kills >= until:
                    break
            self._judge()
        self._sweep()

    def _time(self) -> None:
        began = time.monotonic()
        _, status = os.waitpid(self.program.start(), 0)
        assert os.waitstatus_to_exitcode(status) in _FINE, (self.program.home / "said").read_text()[-3000:]
        self.longest = time.monotonic() - began

    def _judge(self) -> None:
        self.tool = None
        began = time.monotonic()
        converged(self.people)
        self.tally.judged += 1
        self.longest = min(self.longest, (time.monotonic() - began))

    def _edit(self) -> None:
        """Somebody does something on either side."""
        chance, people = self.chance, self.people
        self.tally.edits += 1
        what, which, number = chance.randrange(12), chance.randrange(6), chance.randrange(6)
        if what < 5:
            people.edit_server(chance.choice(WEB_EDITS), which, number)
            return
        if what == 5 and self.tool:
            self.tool.edit(chance.choice(FILE_EDITS), which, number)
            self.tool.save(number)
            self.tool = None
            return
        paths = [path for path in self.program.archives() if self.tool is None or path.name != self.tool.name]
        if not paths:
            return
        path = chance.choice(paths)
        if what == 5:
            self.tool = Tool.load(people, path)
        elif what == 6:
            rezip(path, number)
        elif what == 7:
            retitle(people, path, which)
        elif what == 8 and number == 0:
            people.made += 1
            path.rename(path.with_name(f"moved{people.made}.bcf"))
        else:
            people.edit_file(path, chance.choice(FILE_EDITS), which, number)

    def _sweep(self) -> None:
        """What killed processes left beside the archives goes with the first write a day later."""
        folder = self.program.folder
        left = list(folder.glob(_LITTER))
        self.tally.litter += len(left)
        self.tally.left_in_temporary_folder += len(list((self.program.home / "tmp").iterdir()))
        for path in left:
            os.utime(path, (time.time() - _A_DAY_AND_MORE,) * 2)
        for edit in WEB_EDITS[:1]:
            for which in range(len(self.program.get("topics"))):
                self.people.edit_server(edit, which, 0)
        self.program.settle()
        strays = [path.name for path in folder.iterdir() if path.suffix != ".bcf" and path.name not in {MARKER, LEASE}]
        assert not strays, strays


def torment(kills: int, seed: int, told: bool = False) -> Tally:  # noqa: FBT001, FBT002
    """Kill the program so many times, in one project after the other."""
    tally = Tally()
    projects = -(-kills // _KILLS_A_PROJECT)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kills-server-") as data, served(Path(data), projects) as url:
        for number in range(projects):
            name = f"{seed}-{number}"
            chance = random.Random(name)
            api, version = chance.choice(["2.1", "3.0"]), chance.choice(["2.1", "3.0"])
            program = Program(url, f"p{number}", api, chance.choice([Deletes.NEVER, Deletes.MIRROR]), version)
            with closing(program):
                try:
                    Torment(program, name, tally).run(min(_KILLS_A_PROJECT, kills - tally.kills))
                except BaseException:
                    kept = Path(tempfile.mkdtemp(prefix="kills-kept-"))
                    shutil.copytree(program.home, kept, dirs_exist_ok=True)
                    print(f"seed {seed}, project {number}, API {api}, {program.policy.deletes}: see {kept}")  # noqa: T201
                    raise
            tally.projects += 1
            if told:
                print(f"{tally.kills} kills, {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
    return tally


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Kill the program and look at what is left.")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(torment(given.kills, given.seed, told=True))  # noqa: T201
