"""The stage of the stories: one reference server with habits, in a thread; each story gets a project and a desk."""

import itertools
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import waitress

sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))

from desk import TOKEN, USER, a_topic
from stage import ANNA_TOKEN, Habits, Site

from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Habits]:
    with ServerStore(tmp_path_factory.mktemp("server") / "data") as store:
        tokens = {TOKEN: USER, ANNA_TOKEN: "anna@example.com"}
        found = Habits(create_app(store, tokens=tokens), store)
        listening = waitress.create_server(found, host="127.0.0.1", port=0, threads=8)
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
def site(server: Habits, numbers: Iterator[int], tmp_path: Path) -> Site:
    """A desk with nothing on it, and an empty project."""
    name = f"p{next(numbers)}"
    server.store.create_project(name, f"Project {name}")
    server.rest()
    (tmp_path / "issues").mkdir()
    return Site(tmp_path, server, name)


@pytest.fixture
def tower(site: Site) -> Site:
    """A pair in step: three topics in two archives."""
    site.set_up()
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"), a_topic(2, "Pipe"))
    site.save("arch.bcf", a_topic(3, "Door"))
    site.settle()
    site.server.rest()
    return site
