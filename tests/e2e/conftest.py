"""One server process for all tests here; each test gets a project, and a machine, of its own."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import Machine, Project, start_server

_PROJECTS = 120


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, url = start_server(tmp_path_factory.mktemp("server"), _PROJECTS)
    with process:
        yield url
        process.terminate()


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def project(server: str, numbers: Iterator[int]) -> Project:
    return Project(server, f"p{next(numbers)}")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def second_machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("second"))
