"""The reference server in this process, its data in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from reference_server import TickingClock, serve
from signing_in import Server

from bcfsync.server.store import ServerStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ServerStore]:
    with ServerStore(tmp_path / "data", clock=TickingClock()) as store:
        yield store


@pytest.fixture
def api(store: ServerStore) -> Iterator[httpx.Client]:
    yield from serve(store)


@pytest.fixture
def honouring_api(store: ServerStore) -> Iterator[httpx.Client]:
    yield from serve(store, "guid-honoured")


@pytest.fixture(scope="module", params=["2.1", "3.0"])
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def project(version: str) -> str:
    return f"/bcf/{version}/projects/demo"


@pytest.fixture
def topic(api: httpx.Client, project: str) -> str:
    """The URL of a topic in the version under test."""
    return f"{project}/topics/{api.post(f'{project}/topics', json={'title': 'A'}).json()['guid']}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server people can sign in at."""
    server = Server(tmp_path / "data")
    yield server
    server.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same for a whole module, to be asked what changes nothing there."""
    server = Server(tmp_path_factory.mktemp("standing"))
    yield server
    server.close()
