"""A wire in the test's hands: answers in turn, and a clock that only sleeping moves."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import httpx

from bcfsync.net import Http, Rate, Seams

ROOT = "https://server.test"
NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
Handler = Callable[[httpx.Request], httpx.Response]


class Wire:
    """Gives the answers in turn, the last one for ever; remembers requests and naps."""

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.naps: list[float] = []
        self.passed = 0.0
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def sleep(self, seconds: float) -> None:
        self.naps.append(round(seconds, 6))
        self.passed += seconds

    def http(self, root: str = ROOT, token: object = "t0ken", rate: Rate | None = None, **bounds: int) -> Http:
        return Http(root, token, self.seams(rate, **bounds))

    def seams(self, rate: Rate | None = None, **bounds: int) -> Seams:
        return Seams(
            httpx.MockTransport(self),
            self.sleep,
            lambda: 1.0,
            clock=lambda: self.passed,
            now=lambda: NOW + timedelta(seconds=self.passed),
            rate=rate,
            **bounds,
        )

    @property
    def asked(self) -> list[str]:
        """Method and address of all requests."""
        return [f"{request.method} {request.url}" for request in self.requests]

    @property
    def signed(self) -> list[str | None]:
        """Authorization of all requests."""
        return [request.headers.get("Authorization") for request in self.requests]


def said(status: int, body: object = None, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=_named(headers))


def raw(status: int, body: bytes = b"", **headers: str) -> httpx.Response:
    return httpx.Response(status, content=body, headers=_named(headers))


class Chunks(httpx.SyncByteStream):
    """A body that comes in pieces; counts those that were taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces
        self.taken = 0

    def __iter__(self):
        for piece in self.pieces:
            self.taken += 1
            yield piece


def streamed(status: int, pieces: Iterable[bytes], **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=_named(headers), stream=Chunks(pieces))


def endless():
    while True:
        yield b"x" * 1000


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
