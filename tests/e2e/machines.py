"""Real processes: the reference server, and the command line against it."""

import http.client
import io
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest

from bcfsync.cli.main import main
from bcfsync.server.store import ServerStore

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
CORPUS = ROOT.parent / "shared" / "corpus"
TOKEN = "demo"
PATIENCE = 60
PROGRAM = [sys.executable, "-m", "bcfsync"]


def samples(version: str) -> list[Path]:
    return sorted((SAMPLES / version).glob("*.bcf*"))


def environment(state: Path, **changes: str | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    wanted = {**kept, "BCFSYNC_TOKEN": TOKEN, "BCFSYNC_STATE": str(state), "PYTHONIOENCODING": "utf-8", **changes}
    wanted.pop("BCFSYNC_DEBUG", None)
    return {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True)
class Run:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads(self.out.splitlines()[-1])

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith(("error:", "Error:"))]

    def explained(self, code: int) -> str:
        """The one error line; the exit code is as expected, a hint follows, and nothing looks like a traceback."""
        assert self.code == code, (self.code, self.out[-500:], self.err)
        assert "Traceback" not in self.err
        assert "a defect of bcfsync" not in self.err
        (line,) = self.errors
        hints = [found for found in self.err.splitlines() if found.startswith("  hint: ")]
        assert hints or "Try '" in self.err or line.startswith("Error:"), self.err
        return f"{line} {' '.join(hints)}"


@dataclass
class Machine:
    """A desk with its own state folder, from which commands are given."""

    folder: Path
    state: Path = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.folder / "state"

    def start(self, *words: object, **changes: str | None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env=environment(self.state, **changes),
            encoding="utf-8",
        )

    def run(self, *words: object, **changes: str | None) -> Run:
        return ended(self.start(*words, **changes))

    def do(self, *words: object) -> Run:
        """The same in this process: for steps whose outcome counts, where starting a process adds nothing."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, environment(self.state), clear=True),
            patch.object(sys, "argv", ["bcfsync", *map(str, words)]),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
        return Run(int(left.value.code or 0), out.getvalue(), err.getvalue())

    def show(self, path: Path) -> dict[str, Any]:
        """What ``show --json`` says, without the price of a process: those are started for what they write."""
        found = self.do("show", "--json", path)
        assert found.code == 0, found.err
        return json.loads(found.out)


def ended(process: subprocess.Popen[str]) -> Run:
    with process:
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except BaseException:
            process.kill()
            raise
    return Run(process.returncode, out, err)


@dataclass(frozen=True)
class Project:
    """One project of the server that runs, empty at first, and a view of it that owes nothing to our own client."""

    url: str
    name: str

    @property
    def there(self) -> tuple[str, ...]:
        return ("--url", self.url, "--project", self.name)

    def at(self, url: str) -> "Project":
        return Project(url, self.name)

    @property
    def versioned(self) -> "Project":
        return self.at(f"{self.url}/bcf/2.1")

    def call(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, f"/bcf/3.0/projects/{self.name}/{path}", sent, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        assert 200 <= answer.status < 300, (method, path, answer.status, data)
        return json.loads(data)

    def topic(self, title: str) -> dict[str, Any]:
        (found,) = [topic for topic in self.call("GET", "topics") if topic["title"] == title]
        return found

    def change(self, title: str, **members: object) -> None:
        """Somebody else edits a topic."""
        topic = self.topic(title)
        kept = {name: value for name, value in topic.items() if name not in {"guid", "server_assigned_id"}}
        self.call("PUT", f"topics/{topic['guid']}", {**kept, **members})

    def census(self) -> Counter[tuple[str, ...]]:
        """Everything there is, by what it says: a double counts two, what is missing counts none."""
        found: Counter[tuple[str, ...]] = Counter()
        for topic in self.call("GET", "topics"):
            title, guid = topic["title"], topic["guid"]
            found["topic", title] += 1
            for comment in self.call("GET", f"topics/{guid}/comments"):
                found["comment", title, comment.get("comment", "")] += 1
            for view in self.call("GET", f"topics/{guid}/viewpoints"):
                found["viewpoint", title, repr(view.get("perspective_camera") or view.get("orthogonal_camera"))] += 1
            for name in ("document_references", "files", "related_topics"):
                found[name, title] += len(self.call("GET", f"topics/{guid}/{name}"))
        for document in self.call("GET", "documents"):
            found["document", document["filename"]] += 1
        return +found


def start_server(folder: Path, projects: int) -> tuple[subprocess.Popen[str], str]:
    """The real server, with that many empty projects p0, p1, …; gives the process and its URL."""
    with ServerStore(folder / "data") as store:
        for number in range(projects):
            store.create_project(f"p{number}", f"Project {number}")
    with (folder / "serve.err").open("w") as errors:
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0", "--data", str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            env=environment(folder),
            encoding="utf-8",
        )
    assert process.stdout is not None
    ready = process.stdout.readline()
    if not ready.startswith("ready "):
        process.kill()
        process.wait()
        raise RuntimeError((folder / "serve.err").read_text())
    return process, ready.split()[1]
