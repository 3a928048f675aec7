"""The reference server in this process, reached as any server is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from rest_world import ROOT

from bcfsync.net import Http, Seams
from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore
from bcfsync.sides.rest.side import RestSide


class Wire(httpx.BaseTransport):
    """The way to the server: remembers requests, and lets a test answer in the server's place."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.requests: list[httpx.Request] = []
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda _request: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self.before(request) or self.inner.handle_request(request)

    def sent(self, method: str) -> list[httpx.Request]:
        return [request for request in self.requests if request.method == method]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ServerStore]:
    with ServerStore(tmp_path / "data") as store:
        yield store


@pytest.fixture
def wire(store: ServerStore) -> Wire:
    app = create_app(store, tokens={"t0ken": "anna@example.com"})
    app.testing = True
    return Wire(httpx.WSGITransport(app))


@pytest.fixture(params=["2.1", "3.0"])
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def open_side(wire: Wire) -> Iterator[Callable[..., RestSide]]:
    opened: list[RestSide] = []

    def open_(version: str = "3.0", project: str = "demo", /, **learned: str) -> RestSide:
        http = Http(f"{ROOT}/bcf/{version}", "t0ken", Seams(wire, lambda _: None))
        side = RestSide(http, project, {"root": http.root, **learned})
        opened.append(side)
        return side

    yield open_
    for side in opened:
        side.close()


@pytest.fixture
def side(open_side: Callable[..., RestSide], version: str) -> RestSide:
    return open_side(version)
