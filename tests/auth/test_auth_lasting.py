"""A login lasts: for threads, for processes, over a crash; and where it ends, it says so."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sign_in_desk import LIFE, NOW, Site

from bcfsync.auth import Lasting, SignInEnded, Vault
from bcfsync.auth.login import mark_of
from bcfsync.errors import ServerTrouble
from bcfsync.net import Http, Seams

LATER = NOW + timedelta(seconds=LIFE - 10)
OVER = NOW + timedelta(seconds=LIFE + 10)
HERE = str(Path(__file__).parent)


def at(moment: datetime):
    return lambda: moment


def lost(root: str) -> Http:
    """A network that loses every answer."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone", request=request)

    return Http(root, None, Seams(transport=httpx.MockTransport(broken), sleep=lambda _: None))


def answering(status: int, **data: object):
    def wire(root: str) -> Http:
        transport = httpx.MockTransport(lambda _: httpx.Response(status, json=data))
        return Http(root, None, Seams(transport=transport, sleep=lambda _: None))

    return wire


def absent(root: str) -> Http:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    return Http(root, None, Seams(transport=httpx.MockTransport(broken), sleep=lambda _: None))


@pytest.fixture
def login(site: Site, vault: Vault):
    found = site.login()
    vault.write(found)
    return found


def test_a_token_that_is_good_is_used_as_it_is(site, vault, login):
    assert Lasting(vault, login, now=at(NOW)).header() == f"Bearer {login.access}"
    assert site.exchanges == 0


def test_it_is_renewed_ahead_of_its_end_and_kept_before_it_is_used(site, vault, login):
    header = Lasting(vault, login, now=at(LATER)).header()
    kept = vault.read(login.root, "")
    assert header == kept.header != login.header
    assert kept.refresh != login.refresh
    assert kept.expires == LATER + timedelta(seconds=LIFE)
    assert not kept.begun
    assert site.takes(header)


def test_a_refused_token_is_renewed_though_its_time_is_not_over(site, vault, login):
    credentials = Lasting(vault, login, now=at(NOW))
    assert credentials.renewed(login.header)
    assert credentials.header() != login.header
    assert site.exchanges == 1


def test_of_many_threads_that_are_refused_one_renews(site, vault, login):
    credentials = Lasting(vault, login, now=at(NOW))
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(credentials.renewed, [login.header] * 48))
        headers = set(pool.map(lambda _: credentials.header(), range(48)))
    assert site.exchanges == 1
    assert len(headers) == 1
    assert site.takes(headers.pop())


def test_of_many_sessions_over_one_vault_one_renews(site, vault, login):
    sessions = [Lasting(vault, login, now=at(LATER)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        headers = set(pool.map(Lasting.header, sessions))
    assert site.exchanges == 1
    assert len(headers) == 1


RACE = """
import sys, time
from datetime import datetime
from pathlib import Path
from bcfsync.auth import Lasting, Vault
vault = Vault(Path(sys.argv[1]))
login = vault.read(sys.argv[2], "")
credentials = Lasting(vault, login, now=lambda: datetime.fromisoformat(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
print(credentials.header())
"""


def _process(script: str, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(script), *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_two_processes_with_one_refresh_token_one_renews_and_both_go_on(site, vault, login):
    folder = str(vault._folder)
    racers = [_process(RACE, folder, login.root, LATER.isoformat()) for _ in range(2)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("\n")
        racer.stdin.flush()
    headers = {racer.communicate(timeout=30)[0].strip() for racer in racers}
    assert site.exchanges == 1
    assert len(headers) == 1
    assert site.takes(headers.pop())


CRASH = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from bcfsync.auth import Lasting, Vault
from bcfsync.net import Http

class Dying(Http):
    def form(self, *words, **more):
        if sys.argv[4] == "after":
            super().form(*words, **more)
        os.kill(os.getpid(), signal.SIGKILL)

vault = Vault(Path(sys.argv[1]))
now = datetime.fromisoformat(sys.argv[3])
Lasting(vault, vault.read(sys.argv[2], ""), lambda root: Dying(root, None), lambda: now).header()
"""


def crashed(vault: Vault, login, when: str) -> None:
    killed = _process(CRASH, str(vault._folder), login.root, LATER.isoformat(), when)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_process_killed_before_its_answer_was_kept_is_told_of_and_no_used_token_is_sent_in_vain(site, vault, login):
    crashed(vault, login, "after")
    found = vault.read(login.root, "")
    assert found.is_unsure
    assert found.refresh == login.refresh
    site.requests.clear()
    # what was had before serves to its end
    assert Lasting(vault, found, now=at(LATER)).header() == login.header
    assert site.exchanges == 0
    with pytest.raises(SignInEnded, match="cut off before its answer was kept") as told:
        Lasting(vault, found, now=at(OVER)).header()
    assert told.value.hint == f"run bcfsync auth login --url {site.url}"
    with pytest.raises(SignInEnded):
        Lasting(vault, vault.read(login.root, ""), now=at(OVER)).header()
    assert site.exchanges == 1


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_process_killed_before_anything_was_sent_costs_no_login(site, vault, login):
    crashed(vault, login, "before")
    header = Lasting(vault, vault.read(login.root, ""), now=at(OVER)).header()
    assert site.takes(header)


def test_a_lost_answer_is_no_end_while_the_token_serves(vault, login):
    credentials = Lasting(vault, login, lost, at(LATER))
    assert credentials.header() == login.header
    assert credentials.header() == login.header
    with pytest.raises(ServerTrouble):
        Lasting(vault, login, lost, at(OVER)).header()


def test_who_cannot_be_reached_used_nothing_up(site, vault, login):
    with pytest.raises(ServerTrouble):
        Lasting(vault, login, absent, at(OVER)).header()
    assert not vault.read(login.root, "").is_unsure
    assert site.takes(Lasting(vault, login, now=at(OVER)).header())


@pytest.mark.parametrize("lifetime", ["600", 600, 600.0, " 600 "])
def test_a_lifetime_may_be_a_text(vault, login, lifetime):
    wire = answering(200, access_token="a-2", refresh_token="r-2", token_type="bearer", expires_in=lifetime)
    assert Lasting(vault, login, wire, at(LATER)).header() == "Bearer a-2"
    assert vault.read(login.root, "").expires == LATER + timedelta(seconds=600)


@pytest.mark.parametrize("lifetime", [None, 0, -5, "soon", True, "inf", [], 1e400])
def test_a_lifetime_that_makes_no_sense_is_none(vault, login, lifetime):
    members = {"access_token": "a-2", "refresh_token": "r-2"}
    wire = answering(200, **members, **({} if lifetime == 1e400 else {"expires_in": lifetime}))
    Lasting(vault, login, wire, at(LATER)).header()
    assert vault.read(login.root, "").expires is None


def test_a_refresh_token_that_is_not_replaced_stays(vault, login):
    Lasting(vault, login, answering(200, access_token="a-2", token_type="Bearer", expires_in=60), at(LATER)).header()
    found = vault.read(login.root, "")
    assert (found.refresh, found.is_unsure) == (login.refresh, False)


@pytest.mark.parametrize("token", ["", None, 7, "two words", "line\nbreak", "ä", "x" * 200_000])
def test_a_token_that_no_request_can_carry_is_refused(vault, login, token):
    with pytest.raises(ServerTrouble):
        Lasting(vault, login, answering(200, access_token=token), at(OVER)).header()


def test_a_revoked_login_ends_in_one_line_and_is_not_tried_again(site, vault, login):
    httpx.post(login.revoke_url, data={"client_id": "bcfsync", "token": login.refresh})
    credentials = Lasting(vault, login, now=at(NOW))
    site.requests.clear()
    for _ in range(2):
        with pytest.raises(SignInEnded) as told:
            credentials.renewed(login.header) if not credentials.login.ended else credentials.header()
        assert "\n" not in str(told.value)
        assert login.refresh not in str(told.value)
        assert "bcfsync auth login" in told.value.hint
    assert site.exchanges == 1
    assert vault.read(login.root, "").ended


def test_a_server_that_is_busy_ends_no_login(vault, login):
    wire = answering(400, error="temporarily_unavailable", error_description=f"not now: {login.refresh}")
    with pytest.raises(PermissionError) as told:
        Lasting(vault, login, wire, at(OVER)).header()
    assert login.refresh not in str(told.value)
    assert not vault.read(login.root, "").ended


def test_who_signs_out_elsewhere_is_out_here(vault, login):
    vault.remove(login)
    with pytest.raises(SignInEnded, match="signed out"):
        Lasting(vault, login, now=at(LATER)).header()


def test_a_new_login_elsewhere_is_taken_up(site, vault, login):
    credentials = Lasting(vault, login, now=at(NOW))
    fresh = site.login()
    vault.write(fresh)
    assert credentials.renewed(login.header)
    assert credentials.header() == fresh.header
    assert site.exchanges == 0


def test_a_token_without_renewal_says_when_it_is_over(vault, login):
    bare = replace(login, refresh="")
    vault.write(bare)
    assert not Lasting(vault, bare, now=at(NOW)).renewed(bare.header)
    with pytest.raises(SignInEnded, match="expired"):
        Lasting(vault, bare, now=at(OVER)).header()


def test_no_secret_is_in_any_repr(vault, login):
    said = f"{login!r} {Lasting(vault, login)!r} {vault!r} {threading.current_thread()!r}"
    assert login.access not in said
    assert login.refresh not in said
    assert mark_of(login.refresh) not in said
