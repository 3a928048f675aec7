"""A server between the command line and the real one, which goes wrong as told."""

import http.client
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host", "accept-encoding"}


@dataclass
class Exchange:
    """One request on its way; a fault looks at it and answers, or leaves it to be forwarded."""

    relay: "_Relay"
    method: str
    path: str
    body: bytes

    def forward(self, path: str | None = None) -> tuple[int, list[tuple[str, str]], bytes]:
        owner = self.relay.server.owner
        connection = http.client.HTTPConnection(owner.host, owner.port, timeout=30)
        headers = {name: value for name, value in self.relay.headers.items() if name.lower() not in _HOP}
        try:
            connection.request(self.method, path or self.path, self.body, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        return answer.status, [item for item in answer.getheaders() if item[0].lower() not in _HOP], data

    def answer(self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> None:
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.relay.send_back(status, [("Content-Type", kind), *named], body)

    def cut(self) -> None:
        """Drop the connection without a word."""
        self.relay.close_connection = True
        self.relay.connection.shutdown(socket.SHUT_RDWR)

    def cut_in_the_middle(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Promise a whole answer and give half of it."""
        self.relay.send_back(status, headers, body[: len(body) // 2], promised=len(body))
        self.cut()


Fault = Callable[[Exchange], bool]
"""Deals with an exchange and says True, or says False."""


@dataclass
class Gate:
    """A request that waits until it is let through."""

    reached: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)


class FaultyServer:
    """A proxy on loopback; ``requests`` are those that came, in order, as ``METHOD path``."""

    def __init__(self, url: str, *faults: Fault) -> None:
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), parts.port or 80
        self.faults = list(faults)
        self.requests: list[str] = []
        self.tokens: list[str | None] = []
        self.busy = 0
        self._lock = threading.Lock()
        self._http = _Threads(("127.0.0.1", 0), _Relay)
        self._http.owner = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    def hold(self, method: str, number: int) -> Gate:
        """Stop the n-th request of a method until the gate is opened."""
        gate = Gate()

        def fault(_exchange: Exchange) -> bool:
            gate.reached.set()
            gate.open.wait(30)
            return False

        self.faults.append(nth(method, number, fault))
        return gate

    def enter(self, request: str, token: str | None) -> None:
        with self._lock:
            self.requests.append(request)
            self.tokens.append(token)
            self.busy += 1

    def leave(self) -> None:
        with self._lock:
            self.busy -= 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: FaultyServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients are killed and connections cut here all the time."""


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Threads

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = Exchange(self, self.command, self.path, body)
        self.server.owner.enter(f"{self.command} {self.path}", self.headers.get("Authorization"))
        try:
            if not any(fault(exchange) for fault in self.server.owner.faults):
                self.send_back(*exchange.forward())
        finally:
            self.server.owner.leave()

    do_GET = do_POST = do_PUT = do_DELETE = _relay  # noqa: N815 - http.server's names

    def send_back(
        self, status: int, headers: list[tuple[str, str]], body: bytes, *, promised: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


def nth(method: str, number: int, fault: Fault, *, times: int = 1) -> Fault:
    """The fault for the n-th request of a method (from 1), and for those after it up to so many times."""
    lock = threading.Lock()
    seen = 0

    def counted(exchange: Exchange) -> bool:
        nonlocal seen
        if exchange.method != method:
            return False
        with lock:
            seen += 1
            mine = number <= seen < number + times
        return mine and fault(exchange)

    return counted


def cut_before(exchange: Exchange) -> bool:
    exchange.cut()
    return True


def cut_after(exchange: Exchange) -> bool:
    """The server does it, and its answer is lost."""
    exchange.forward()
    exchange.cut()
    return True


def cut_within(exchange: Exchange) -> bool:
    exchange.cut_in_the_middle(*exchange.forward())
    return True


def answering(status: int, body: bytes = b"{}", kind: str = "application/json", **headers: str) -> Fault:
    """An answer of its own; the server behind hears nothing."""

    def fault(exchange: Exchange) -> bool:
        exchange.answer(status, body, kind, **headers)
        return True

    return fault


def truncated(exchange: Exchange) -> bool:
    """The server does it; its JSON ends too early, but the HTTP is in order."""
    status, headers, body = exchange.forward()
    exchange.relay.send_back(status, headers, body[: len(body) // 2])
    return True
