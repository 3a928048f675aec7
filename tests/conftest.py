"""What all tests share: the option to rewrite the expected texts, and the comparison with them."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The suite plays the same examples every time: it fails for a change, and not by luck. "make explore" draws others.
settings.register_profile("suite", derandomize=True, database=None)
settings.register_profile("explore", derandomize=False, print_blob=True)
settings.load_profile("explore" if os.environ.get("BCFSYNC_EXPLORE") else "suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected texts instead of comparing")
    parser.addoption("--conformance-url", help="ask the server there, instead of ours in this process")
    parser.addoption("--conformance-token", default="demo", help="the bearer token there, of somebody who may do all")
    parser.addoption("--conformance-cases", type=int, default=0, help="how many hostile requests of each kind")


def pytest_configure() -> None:
    # a suite that is started in the background inherits "ignore Ctrl-C" from its shell, and so would what it starts
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # files of long tests first: a worker that begins one at the very end leaves all others waiting
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the file that holds the expected one, or rewrite that file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.read_text(encoding="utf-8") == text

    return compare
