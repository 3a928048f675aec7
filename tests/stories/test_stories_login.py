"""Story 18: a login that lasts."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "auth"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "server"))

from sign_in_desk import RINGLESS, Person, Site, fill_in, site_in

from bcfsync.auth import Login, Vault
from bcfsync.sides.folder import mark

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "3.0" / "design-freeze.bcf"
CONFIG = """[remote.cde]
url = "{url}"

[pair.tower]
folder = "issues"
remote = "cde"
project = "demo"
unknown = "send"
"""


@pytest.fixture(scope="module")
def cde(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose tokens are good for ten requests."""
    with site_in(tmp_path_factory.mktemp("cde"), faults=["tokens-die:after=10"]) as found:
        yield found


@pytest.fixture
def anna(cde: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bcfsync.auth.keys._found", lambda: None)
    (tmp_path / "bcfsync.toml").write_text(CONFIG.format(url=cde.url))
    (tmp_path / "issues").mkdir()
    shutil.copyfile(SAMPLE, tmp_path / "issues" / SAMPLE.name)
    mark(tmp_path / "issues", "0" * 32)
    return Person(tmp_path)


def kept(person: Person) -> Login:
    (found,) = Vault(person.folder / "state" / "logins", RINGLESS).logins()
    return found


def test_story_18_a_login_lasts_until_somebody_ends_it(cde, anna):
    assert anna.run("auth", "login", "cde").code == 0
    first = kept(anna)
    secrets = [first.access, first.refresh]

    # a restart: another process finds the login
    command = [sys.executable, "-m", "bcfsync", "remote", "test", "cde"]
    environment = {"BCFSYNC_STATE": str(anna.folder / "state"), "PATH": ""}
    again = subprocess.run(
        command, cwd=anna.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert "as anna@example.com" in again.stdout, again.stderr

    # the token ends in the middle of a run, more than once, and the run goes on with rotated tokens
    cde.requests.clear()
    run = anna.run("sync", "-v")
    assert run.code == 0, run.err
    assert cde.exchanges >= 2
    assert kept(anna).refresh not in secrets
    secrets += [kept(anna).access, kept(anna).refresh]
    assert anna.run("status").code == 0

    # it is revoked: one line, with the command to run
    revoked = {"client_id": "bcfsync", "token": kept(anna).refresh}
    httpx.post(f"{cde.url}/oauth2/revoke", data=revoked)
    ended = anna.run("sync")
    said = ended.explained(4)
    assert "bcfsync auth login cde" in said

    # and no secret is anywhere but in the vault
    vault = anna.folder / "state" / "logins"
    for path in anna.folder.rglob("*"):
        if path.is_file() and path.parent != vault:
            assert not [secret for secret in secrets if secret.encode() in path.read_bytes()], path
    assert not [secret for secret in secrets if secret in run.out + run.err + ended.out + ended.err + again.stderr]

    # signing in again mends it
    assert anna.run("auth", "login", "cde").code == 0
    assert anna.run("sync").code == 0


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks into /proc")
def test_story_18_no_secret_is_in_the_process_list(cde, anna):
    command = [sys.executable, "-m", "bcfsync", "auth", "login", "cde", "--basic", "--user", "anna@example.com"]
    environment = {"BCFSYNC_STATE": str(anna.folder / "state"), "PATH": ""}
    process = subprocess.Popen(
        command, cwd=anna.folder, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    seen = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
    process.communicate("a-password-of-annas\n", timeout=60)
    assert b"a-password-of-annas" not in seen
    device = subprocess.Popen(
        [*command[:6], "--device"], cwd=anna.folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert device.stderr is not None
    url = next(line for line in device.stderr if "user_code=" in line).split()[-1]
    fill_in(url)
    seen = Path(f"/proc/{device.pid}/cmdline").read_bytes()
    device.communicate(timeout=60)
    assert device.returncode == 0
    assert kept(anna).access.encode() not in seen
