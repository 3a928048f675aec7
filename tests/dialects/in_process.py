"""A server of the field without a network: for what needs many of them, and none of a terminal."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from bcfsync.net import Http, Seams
from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.server.vendors.choosing import vendor_of

HOST = "http://127.0.0.1:8086"
TOKEN = "t0ken"
USER = "anna@example.com"


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

    def asked(self, *words: str) -> list[str]:
        """Paths that were read and end in one of these words."""
        paths = [item.url.path for item in self.requests if item.method == "GET"]
        return [path for path in paths if not words or path.rpartition("/")[2] in words]

    def http(self, path: str = "") -> closing[Http]:
        """A session with whatever a person would paste, for a block."""
        return closing(Http(HOST + path, TOKEN, Seams(self, lambda _: None)))


@contextmanager
def playing(folder: Path, dialects: Iterable[str] = (), faults: Iterable[str] = ()) -> Iterator[Wire]:
    """A server, until the end of the block."""
    mischief = chosen(dialects, faults, 0)
    with ServerStore(folder, clock=mischief.clock()) as store:
        vendor = vendor_of(mischief.dialects, store)
        app = create_app(store, tokens={TOKEN: USER}, mischief=mischief, vendor=vendor)
        try:
            yield Wire(httpx.WSGITransport(app))
        finally:
            if vendor is not None:
                vendor.close()
