"""The floors of ARCHITECTURE.md, held by the imports themselves."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "bcfsync"

# from the ground up; a module may import its own line and those above it in this list, except where BANNED says no
FLOORS = [
    {"guids", "dates", "model", "findings", "errors", "canonical", "plain", "marks", "changes", "blobs"},
    {"archive", "bcfxml", "bcfapi", "bcffile", "saving", "versions", "gathering", "exploded", "inplace"},
    {"merge", "advance", "plan", "checks", "validate", "union", "uniting", "diff"},
    {"net", "auth", "store", "base", "sides"},
    {"execute", "recording", "run", "interpreting", "quiet", "turn", "undoing", "verifying", "library"},
    {"config", "watch", "cli", "__main__"},
]
ANNEX = "server"
BANNED = {
    # (who, whom): why
    ("archive", "bcfxml"): "the zip knows no field of BCF",
    ("archive", "bcfapi"): "the zip knows no field of BCF",
    ("bcfxml", "archive"): "XML codecs touch no file",
    ("bcfxml", "bcfapi"): "XML and JSON meet in the model only",
    ("bcfapi", "bcfxml"): "XML and JSON meet in the model only",
    ("bcfapi", "archive"): "JSON codecs touch no file",
    ("plan", "archive"): "planning is pure",
    ("plan", "bcfxml"): "planning is pure",
    ("plan", "bcffile"): "planning is pure",
    ("store", "net"): "machines do not know each other",
    ("net", "store"): "machines do not know each other",
    ("net", "model"): "the network knows no BCF",
    ("store", "model"): "the store knows no BCF",
    ("store", "sides"): "machines do not know each other",
    ("watch", "archive"): "events are hints; looking is the turn's",
    ("watch", "net"): "events are hints; looking is the turn's",
    ("watch", "sides"): "events are hints; looking is the turn's",
}
FOREIGN = {
    "httpx": {"net"},
    "truststore": {"net"},
    "sqlite3": {"store", ANNEX},
    "flask": {ANNEX},
    "waitress": {"cli", ANNEX},
    "authlib": {"auth", ANNEX},
    "keyring": {"auth"},
    "PIL": {"sides"},
    "zipfile": {"archive", ANNEX},
    "watchdog": {"watch"},
}
PURE = {"plan", "diff", "union", "merge", "advance", "canonical", "versions", "model", "changes"}
IMPURE_MODULES = {"time", "random", "os", "socket", "subprocess", "tempfile", "sqlite3", "httpx", "pathlib", "io"}


@cache
def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The first part of a module's name below the package: a file or a folder."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> set[str]:
    """Full names of everything a module imports, wherever in the file it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module} | {f"{node.module}.{alias.name}" for alias in node.names})
    return found


@cache
def rooms_imported(path: Path) -> set[str]:
    known = {room_of(module) for module in modules()}
    names = (name.split(".")[1] for name in imports_of(path) if name.startswith("bcfsync."))
    return {name for name in names if name in known}


def floor_of(room: str) -> int:
    return next(at for at, rooms in enumerate(FLOORS) if room in rooms)


def test_every_module_has_a_floor():
    rooms = {room_of(path) for path in modules()} - {"__init__", ANNEX}
    assert rooms == set().union(*FLOORS) & rooms, f"no floor for {rooms - set().union(*FLOORS)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    room = room_of(path)
    if room in {"__init__", ANNEX}:
        return
    for other in rooms_imported(path) - {"__init__", room}:
        if other == ANNEX:
            assert room == "cli", f"{path.name} sees the server"
        else:
            assert floor_of(other) <= floor_of(room), f"{path.name} imports {other}, which is above it"
        assert (room, other) not in BANNED, BANNED.get((room, other))


def test_the_server_is_an_annex_that_sees_only_errors():
    for path in PACKAGE.joinpath(ANNEX).rglob("*.py"):
        assert rooms_imported(path) <= {ANNEX, "errors", "__init__"}, path.name


@pytest.mark.parametrize(("library", "rooms"), FOREIGN.items())
def test_a_foreign_library_has_one_door(library, rooms):
    for path in modules():
        if any(name.split(".")[0] == library for name in imports_of(path)):
            assert room_of(path) in rooms, f"{path.name} imports {library}"


def test_pure_modules_import_no_clock_no_chance_and_no_files():
    for path in modules():
        if room_of(path) in PURE:
            used = {name.split(".")[0] for name in imports_of(path)} & IMPURE_MODULES
            assert not used, f"{path.name} imports {used}"


def test_only_config_reads_the_environment():
    for path in modules():
        if room_of(path) != "config":
            text = path.read_text(encoding="utf-8")
            found = re.search(r"\bos\.environ\b|import environ\b|\bgetenv\b", text)
            assert not found, f"{path.name} reads the environment"


def test_no_module_grows_beyond_five_hundred_lines():
    long = {
        path.name: lines for path in modules() if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long


def test_no_name_says_nothing():
    banned = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "processor"}
    assert not [path for path in modules() if set(path.stem.split("_")) & banned]
