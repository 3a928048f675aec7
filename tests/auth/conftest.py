"""What the tests of signing in share: a server people can sign in at, listening here, and a vault."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "server"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "cli"))

from sign_in_desk import RINGLESS, Person, Site, site_in

from bcfsync.auth import Vault


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "logins", RINGLESS)


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.chdir(tmp_path)
    # the machine's own keyring is nobody's business here
    monkeypatch.setattr("bcfsync.auth.keys._found", lambda: None)
    return Person(tmp_path)
