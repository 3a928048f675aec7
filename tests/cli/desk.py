"""A desk: a folder with bcfsync.toml, archives in it, and the reference server at the other end, in a thread."""

import io
import json
import os
import sys
import uuid
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from worlds import ANNA, MORNING

from bcfsync.bcffile import open_bcf
from bcfsync.cli.main import main
from bcfsync.model import Bcf, Comment, Topic
from bcfsync.saving import write_bcf
from bcfsync.server.store import ServerStore
from bcfsync.sides.folder import MARKER, mark
from bcfsync.versions import fitted

TOKEN = "demo"
USER = "demo@example.com"


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        return self.lines[-1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == kind]

    def explained(self, code: int) -> str:
        """The error and its hint: one line each, and nothing like a traceback."""
        assert self.code == code, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        assert "a defect of bcfsync" not in self.err
        (line,) = [line for line in self.err.splitlines() if line.startswith("error: ")]
        (hint,) = [line for line in self.err.splitlines() if line.startswith("  hint: ")]
        return line + hint


@dataclass
class Server:
    """The reference server and its data, and every request that came."""

    url: str
    store: ServerStore
    requests: list[str] = field(default_factory=list)

    def writes(self) -> list[str]:
        return [item for item in self.requests if not item.startswith(("GET", "HEAD"))]


@dataclass
class Desk:
    """Where commands are given; state and server are its own."""

    folder: Path
    server: Server
    project: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def issues(self) -> Path:
        return self.folder / "issues"

    @property
    def toml(self) -> Path:
        return self.folder / "bcfsync.toml"

    def run(self, *words: object) -> Run:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BCFSYNC_")}
        variables = {"BCFSYNC_TOKEN": TOKEN, "BCFSYNC_STATE": str(self.folder / "state"), **self.environment}
        out, err = io.StringIO(), io.StringIO()
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with (
                patch.dict(os.environ, {**kept, **variables}, clear=True),
                patch.object(sys, "argv", ["bcfsync", *map(str, words)]),
                redirect_stdout(out),
                redirect_stderr(err),
                pytest.raises(SystemExit) as left,
            ):
                main()
        finally:
            os.chdir(before)
        return Run(int(left.value.code or 0), out.getvalue(), err.getvalue())

    def do(self, *words: object) -> Run:
        """A command that must end well."""
        found = self.run(*words)
        assert found.code == 0, (words, found)
        return found

    def set_up(self, **members: str) -> None:
        """A pair called tower; members beyond the necessary ones as TOML."""
        more = "".join(f"{name} = {value}\n" for name, value in members.items())
        self.toml.write_text(
            f'[remote.server]\nurl = "{self.server.url}"\n\n[pair.tower]\nfolder = "issues"\nremote = "server"\n'
            f'project = "{self.project}"\n{more}',
            encoding="utf-8",
        )
        self.issues.mkdir(exist_ok=True)
        if not (self.issues / MARKER).exists():
            mark(self.issues, uuid.uuid4().hex)

    def settle(self) -> None:
        """Sync until nothing is left to do."""
        for _ in range(4):
            found = self.run("sync", "--json")
            assert found.code in {0, 3, 6}, found
            if not any(found.summary[name] for name in ("created", "updated", "deleted", "adopted")):
                return
        raise AssertionError("it does not come to rest")

    # -- archives ----------------------------------------------------------------------------------------------

    def save(self, name: str, *topics: Topic, version: str = "2.1") -> Path:
        path = self.issues / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bcf(path, fitted(Bcf(version, topics=topics), version), lambda _blob: (_ for _ in ()).throw(KeyError()))
        return path

    def held(self, name: str) -> dict[str, Topic]:
        with open_bcf(self.issues / name) as found:
            bcf = found.bcf
        return {topic.title: topic for topic in bcf.topics}

    def edit(self, name: str, title: str, /, **members: object) -> None:
        """A program saves an archive with a member of a topic changed."""
        topics = self.held(name)
        topics[title] = replace(topics[title], **members)
        self.save(name, *topics.values())

    # -- the server --------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: object = None) -> Any:
        from werkzeug.test import Client  # noqa: PLC0415 - beside the wire, so that it is not counted

        from bcfsync.server.app import create_app  # noqa: PLC0415

        client = Client(create_app(self.server.store, tokens={TOKEN: USER}))
        answer = client.open(
            f"/bcf/3.0/projects/{self.project}/{path}", method=method, json=body,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )  # fmt: skip
        assert 200 <= answer.status_code < 300, (method, path, answer.status_code, answer.data)
        return json.loads(answer.data) if answer.data else None

    def topics(self) -> dict[str, dict[str, Any]]:
        return {topic["title"]: topic for topic in self.call("GET", "topics")}

    def change(self, title: str, /, **members: object) -> None:
        """Somebody edits a topic on the server."""
        topic = self.topics()[title]
        kept = {name: value for name, value in topic.items() if name not in {"guid", "server_assigned_id"}}
        self.call("PUT", f"topics/{topic['guid']}", {**kept, **members})

    def delete(self, title: str) -> None:
        self.call("DELETE", f"topics/{self.topics()[title]['guid']}")

    def comments(self, title: str) -> list[str]:
        return [item["comment"] for item in self.call("GET", f"topics/{self.topics()[title]['guid']}/comments")]


def a_topic(number: int, title: str, *comments: str, **members: Any) -> Topic:
    guid = f"{number:08x}-0000-4000-8000-000000000000"
    thread = tuple(
        Comment(f"{number:08x}-0000-4000-8000-{at:012x}", text, MORNING, ANNA) for at, text in enumerate(comments, 1)
    )
    known = {"creation_author": ANNA, "creation_date": MORNING, "topic_status": "Open", "topic_type": "Issue"}
    return Topic(guid, title, comments=thread, **(known | members))
