"""docs/errors.md says of every error and every exit code what is true."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import bcfsync
from bcfsync.cli import main
from bcfsync.errors import BcfsyncError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def classes(root: type[BcfsyncError]) -> Iterator[type[BcfsyncError]]:
    yield root
    for found in root.__subclasses__():
        yield from classes(found)


def all_errors() -> set[type[BcfsyncError]]:
    for module in pkgutil.walk_packages(bcfsync.__path__, "bcfsync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return {found for found in classes(BcfsyncError) if found.__module__.startswith("bcfsync.")}


def rows(pattern: str) -> list[tuple[str, ...]]:
    return re.findall(pattern, PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_error_is_on_the_page_with_its_code_and_no_other():
    told = rows(r"^\| `(\w+)` \| (\d+) \| [^|\n]+ \| [^|\n]+ \|$")
    assert len(told) == len(set(told))
    assert set(told) == {(found.__name__, str(found.exit_code)) for found in all_errors()}


def test_every_exit_code_of_an_error_is_explained():
    told = {int(code) for code, _, _ in rows(r"^\| (\d+) \| ([^|\n]+) \| ([^|\n]+) \|$")}
    assert told >= {found.exit_code for found in all_errors()}
    assert told >= {0, 3, 6, main._USAGE, main._DEFECT, main._INTERRUPTED}


def test_every_leaf_also_is_the_builtin_it_specialises():
    branches = {found for found in all_errors() if found.__subclasses__()}
    plain = {
        found.__name__
        for found in all_errors() - branches
        if not any(issubclass(found, kind) for kind in (ValueError, OSError, LookupError, ImportError, OverflowError))
    }
    assert plain <= {"LoginNeeded", "WorldMoved", "Emptied", "StillReferenced", "Stale", "DemoFailed"}, plain
