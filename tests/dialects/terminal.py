"""Somebody at a terminal: commands run in this process, with a state folder of their own."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from field_server import TOKEN

from bcfsync.cli.main import main


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        return self.lines[-1] if self.out else {}

    def summary_topics(self) -> list[dict[str, Any]]:
        return json.loads(self.out)["topics"]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == kind]


@dataclass
class Terminal:
    """A machine with a state of its own."""

    state: Path
    token: str = TOKEN

    def run(self, *words: object) -> Ran:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BCFSYNC_")}
        variables = {"BCFSYNC_TOKEN": self.token, "BCFSYNC_STATE": str(self.state)}
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, {**kept, **variables}, clear=True),
            patch.object(sys, "argv", ["bcfsync", *map(str, words)]),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
        assert "Traceback" not in err.getvalue(), err.getvalue()
        return Ran(int(left.value.code or 0), out.getvalue(), err.getvalue())
