"""Starting: help comes at once, because nothing heavy is imported for it."""

import os
import subprocess
import sys
import time

import pytest

from bcfsync.cli.main import COMMANDS
from bcfsync.cli.options import VERSIONS
from bcfsync.versions import WRITABLE

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

HEAVY = {"lxml", "httpx", "rich", "flask", "werkzeug", "xmlschema", "waitress", "sqlite3", "platformdirs.windows"}
LISTING = """
import sys
sys.argv = ["bcfsync", *{words!r}]
from bcfsync.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code
print("MODULES", *sorted(sys.modules))
"""


def modules(*words: str) -> set[str]:
    code = LISTING.format(words=list(words))
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(found.stdout.rpartition("MODULES")[2].split())


def test_the_versions_help_names_are_those_that_are_written():
    assert VERSIONS == WRITABLE


def seconds(*words: str) -> float:
    """Processor time, the best of three: other work on the machine only ever adds."""
    best = 60.0
    for _ in range(3):
        started = spent()
        subprocess.run([sys.executable, *words], capture_output=True, check=True)
        best = min(best, spent() - started)
    return best


def spent() -> float:
    """What children have cost so far; on Windows, which does not say, the clock has to do."""
    if os.name == "nt":
        return time.perf_counter()
    found = os.times()
    return found.children_user + found.children_system


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(words):
    assert not modules(*words) & HEAVY


@pytest.mark.parametrize("command", ["serve", "validate"])
def test_the_help_of_a_command_imports_no_server_and_no_explainer(command):
    assert not modules(command, "--help") & {"flask", "werkzeug", "waitress", "xmlschema"}


def test_help_costs_little_more_than_click():
    assert seconds("-m", "bcfsync", "--help") < seconds("-c", "import click") + 0.2


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_is_quick(command):
    bare = seconds("-c", "pass")
    # 0.2 s is the promise; three times that for a machine that is busy with other things
    assert seconds("-m", "bcfsync", command, "--help") < bare + 0.6
