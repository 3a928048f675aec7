"""The moments of the real stack at which a process may end: commits, requests, files that take their place.

A moment is passed twice, before it is durable and after it. A crash is a ``BaseException``, and while the process is
being cleared away nothing it touches does anything any more: no commit, no request, no file is put or removed.
"""

import os
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from bcfsync.store import Store

COMMIT, REQUEST, WRITE, REPLACE = "commit", "request", "write request", "replace"
BEFORE, AFTER, LOST = "before", "after", "lost answer"
"""The process ends before the moment, or after it; or it goes on, and never hears what became of it."""


class Crash(BaseException):
    """The process ends here."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at the n-th moment of a kind, counted from 1."""

    kind: str
    number: int
    how: str = BEFORE


@dataclass
class Seams:
    """All moments of one world, counted by kind."""

    fault: Fault | None = None
    counts: Counter[str] = field(default_factory=Counter)
    dead: bool = False
    struck: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def arm(self, fault: Fault | None) -> None:
        """A new process begins."""
        self.fault, self.dead, self.struck = fault, False, False
        self.counts.clear()

    def before(self, kind: str) -> bool:
        """A moment is about to be; whether its answer will be lost.

        Raises:
            Crash: the process ends, or has ended.
        """
        with self._lock:
            self.alive()
            self.counts[kind] += 1
            if not self._is_now(kind):
                return False
            self.struck = True
            if self.fault.how == BEFORE:
                self.die()
            return self.fault.how == LOST

    def after(self, kind: str) -> None:
        """It is durable."""
        with self._lock:
            self.alive()
            if self._is_now(kind) and self.fault.how == AFTER:
                self.die()

    def alive(self) -> None:
        if self.dead:
            raise Crash

    def die(self) -> None:
        self.dead = True
        raise Crash

    def _is_now(self, kind: str) -> bool:
        fault = self.fault
        return fault is not None and fault.kind == kind and fault.number == self.counts[kind]


class SeamedStore(Store):
    """The real state; each of its transactions is a moment."""

    def __init__(self, path: Path, seams: Seams, clock: Callable[[], Any]) -> None:
        self.seams = seams
        super().__init__(path, clock=clock)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with super()._transaction():
            yield
            self.seams.before(COMMIT)
        self.seams.after(COMMIT)


class SeamedWire(httpx.BaseTransport):
    """The way to the server; each request is a moment."""

    def __init__(self, inner: httpx.BaseTransport, seams: Seams) -> None:
        self.inner = inner
        self.seams = seams
        self.requests: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append((request.method, request.url.path))
        kinds = [REQUEST] if request.method == "GET" else [REQUEST, WRITE]
        lost = [self.seams.before(kind) for kind in kinds]
        answer = self.inner.handle_request(request)
        for kind in kinds:
            self.seams.after(kind)
        if any(lost):
            raise httpx.ReadError("the connection broke")
        return answer


@contextmanager
def seamed_files(seams: Seams, folder: Path) -> Iterator[None]:
    """Files that take their place are moments; what a dead process would tidy up stays where it is."""
    replace, unlink = os.replace, os.unlink

    def replacing(source: Any, target: Any, **more: Any) -> None:
        if seams.dead:
            return
        seams.before(REPLACE)
        replace(source, target, **more)
        if str(target).endswith(".bcf"):
            whole(Path(target))
        seams.after(REPLACE)

    def unlinking(path: Any, **more: Any) -> None:
        if not (seams.dead and str(path).startswith(str(folder))):
            unlink(path, **more)

    with patch("os.replace", replacing), patch("os.unlink", unlinking):
        yield


def whole(path: Path) -> None:
    """Whoever opens the archive at any moment finds a whole one."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None, path
