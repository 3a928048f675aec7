"""A server of the field: the reference server in one of its dialects, on a port here, and what came to it."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bcfsync.server.app import create_app
from bcfsync.server.listening import Listener
from bcfsync.server.mischief import chosen
from bcfsync.server.mischief.dialects import DIALECTS
from bcfsync.server.store import ServerStore
from bcfsync.server.vendors.choosing import vendor_of

TOKEN = "demo"
USER = "demo@example.com"
PROJECT = "demo"


@dataclass
class FieldServer:
    """Where it listens, what it holds, and every request that came."""

    url: str
    base: str
    store: ServerStore
    requests: list[str] = field(default_factory=list)
    hinder: Callable[[str, str], bool] = lambda _method, _path: False
    """Whether a request is to end without an answer, after it was carried out."""
    most: float = 0.0
    """Seconds a request may wait before it is looked at; how long is drawn."""

    @property
    def api(self) -> str:
        """Where its API is, as a person would paste it."""
        return self.url + self.base

    def writes(self) -> list[str]:
        return [item for item in self.requests if not item.startswith(("GET ", "HEAD ", "OPTIONS "))]

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The requests that come within the block."""
        self.requests.clear()
        yield self.requests


def _minds_values(dialects: Iterable[str], faults: Iterable[str]) -> bool:
    switches = [switch for dialect in DIALECTS if dialect.name in dialects for switch in dialect.switches]
    return any(switch.startswith("unknown-values") for switch in (*switches, *faults))


def _wait_for_answers(listener: Listener) -> None:
    """Until no thread of the server is at work: one that tells of its end to a closed server fails."""
    for _ in range(500):
        if not listener._server.task_dispatcher.active_count:
            return
        threading.Event().wait(0.01)  # fault runs do without time.sleep


@contextmanager
def field_server(
    folder: Path, dialects: Iterable[str] = (), faults: Iterable[str] = (), *, seed: int = 0, port: int = 0
) -> Iterator[FieldServer]:
    """A server with one project, until the end of the block."""
    mischief = chosen(dialects, faults, seed)
    with ServerStore(folder, clock=mischief.clock()) as store:
        if not _minds_values(dialects, faults):
            # whatever is not in a list is held, and these servers are here for other things
            store.projects.set_extensions(PROJECT, {})
        vendor = vendor_of(mischief.dialects, store)
        app = create_app(store, tokens={TOKEN: USER}, mischief=mischief, vendor=vendor)
        found: list[FieldServer] = []

        def counted(environ, start_response):
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            found[0].requests.append(f"{method} {path}")
            if found[0].most:
                threading.Event().wait(random.uniform(0, found[0].most))
            answer = app(environ, start_response)
            if found[0].hinder(method, path):
                for _ in answer:
                    pass
                raise ConnectionAbortedError
            return answer

        listener = Listener(counted, "127.0.0.1", port, threads=20)
        found.append(FieldServer(listener.url, mischief.base() or "", store))
        thread = threading.Thread(target=listener.run, daemon=True)
        thread.start()
        try:
            yield found[0]
        finally:
            _wait_for_answers(listener)
            listener.stop()
            thread.join(10)
            if vendor is not None:
                vendor.close()
