"""A misbehaving server in this process, for every test that wants one.

``ThroughWire`` is httpx's way into a WSGI application as a network would be: a server that ends a connection is seen as
httpx sees it, not as an exception of the server.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from reference_server import TOKENS, TickingClock

from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.server.vendors.choosing import vendor_of


class ThroughWire(httpx.BaseTransport):
    """Lost connections are those of httpx."""

    def __init__(self, app) -> None:
        self._inner = httpx.WSGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._inner.handle_request(request)
        except ConnectionAbortedError as error:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.") from error
        response.stream = _Wire(response.stream)
        return response


class _Wire(httpx.SyncByteStream):
    def __init__(self, stream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except ConnectionAbortedError as error:
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body") from error

    def close(self) -> None:
        self._stream.close()


@contextmanager
def misbehaving(
    folder: Path,
    *faults: str,
    dialects: Iterable[str] = (),
    seed: int = 0,
    base_url: str = "http://server",
    clock=None,
) -> Iterator[httpx.Client]:
    """A client of a server of its own."""
    mischief = chosen(dialects, faults, seed)
    skewed = mischief.clock() if mischief.habits.clock_skew else TickingClock()
    with ServerStore(folder, clock=clock or skewed) as store:
        vendor = vendor_of(mischief.dialects, store)
        app = create_app(store, tokens=TOKENS, mischief=mischief, vendor=vendor)
        app.testing = True  # a defect is a traceback here, not a 500
        token = {"Authorization": "Bearer token-a"}
        try:
            with httpx.Client(transport=ThroughWire(app), base_url=base_url, headers=token) as client:
                yield client
        finally:
            if vendor is not None:
                vendor.close()
