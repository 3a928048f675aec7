"""The server under test: ours in this process, or the one at ``--conformance-url``."""

from collections.abc import Iterator

import pytest
from library import Library, filled
from serving import Place, in_process, live
from texts import TEXTS, Text


@pytest.fixture(scope="session")
def shared_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server that all tests of a session share."""
    url = request.config.getoption("--conformance-url")
    if url:
        yield from live(url, request.config.getoption("--conformance-token"))
    else:
        yield from in_process(tmp_path_factory.mktemp("conformance") / "data")


@pytest.fixture
def place(shared_place: Place) -> Iterator[Place]:
    """The shared server: each test makes what it needs beside what others made."""
    yield shared_place
    shared_place.tidy()


@pytest.fixture
def fresh_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server of a test's own."""
    if request.config.getoption("--conformance-url"):
        pytest.skip("needs a server of its own")
    yield from in_process(tmp_path_factory.mktemp("conformance") / "data")


@pytest.fixture(scope="session")
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A server whose topics are known."""
    if request.config.getoption("--conformance-url"):
        pytest.skip("needs topics of its own and none beside")
    for place in in_process(tmp_path_factory.mktemp("library") / "data"):
        yield filled(place)


@pytest.fixture(params=TEXTS, ids=[text.name for text in TEXTS])
def text(request: pytest.FixtureRequest) -> Text:
    assert isinstance(request.param, Text)
    return request.param
