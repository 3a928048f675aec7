"""One reference server for all tests here, in a thread of this process; each test gets a project and a desk."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import waitress
from desk import TOKEN, USER, Desk, Server, a_topic

from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ServerStore(tmp_path_factory.mktemp("server") / "data") as store:
        found = Server("", store)
        app = create_app(store, tokens={TOKEN: USER})

        def counted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            found.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            return app(environ, start)

        listening = waitress.create_server(counted, host="127.0.0.1", port=0, threads=8)
        found.url = f"http://127.0.0.1:{listening.effective_port}"
        thread = threading.Thread(target=listening.run, daemon=True)
        thread.start()
        yield found
        listening.close()
        thread.join(5)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def desk(server: Server, numbers: Iterator[int], tmp_path: Path) -> Desk:
    """A desk with nothing on it, and an empty project."""
    name = f"p{next(numbers)}"
    server.store.create_project(name, f"Project {name}")
    server.requests.clear()
    (tmp_path / "issues").mkdir()
    return Desk(tmp_path, server, name)


@pytest.fixture
def tower(desk: Desk) -> Desk:
    """A desk with a pair that is in step: three topics in two archives."""
    desk.set_up()
    desk.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"), a_topic(2, "Pipe"))
    desk.save("arch.bcf", a_topic(3, "Door"))
    desk.settle()
    desk.server.requests.clear()
    return desk
