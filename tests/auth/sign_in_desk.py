"""A server people sign in at, listening on this machine, what it is asked, and a person with a browser."""

import io
import os
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from desk import Run
from signing_in import ANNA, CLIENTS, PASSWORDS, USERS, form_token

from bcfsync.auth import Grant, Login
from bcfsync.auth.keys import Keyring
from bcfsync.cli.main import main
from bcfsync.server.app import create_app
from bcfsync.server.listening import Listener
from bcfsync.server.mischief import chosen
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.store import ServerStore

PAGE = re.compile(r"http://\S+/oauth2/auth\?\S+")
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LIFE = 600
RINGLESS = Keyring(object())
"""A keyring that takes nothing, as on a machine without one."""


@dataclass
class Site:
    """Where the server listens, and every request that came."""

    url: str
    store: ServerStore
    requests: list[str] = field(default_factory=list)

    @property
    def exchanges(self) -> int:
        return self.requests.count("POST /oauth2/token")

    def login(self, now: datetime = NOW, remote: str = "") -> Login:
        """A sign-in of Anna's that has just been made, by a program that is not ours."""
        tokens = sign_in(self.url)
        self.requests.clear()
        return Login(
            self.url, remote, Grant.BROWSER, now, tokens["access_token"], tokens["refresh_token"],
            expires=now + timedelta(seconds=LIFE), lifetime=LIFE, client_id="bcfsync", user=ANNA,
            token_url=f"{self.url}/oauth2/token", revoke_url=f"{self.url}/oauth2/revoke",
        )  # fmt: skip

    def takes(self, header: str | None) -> bool:
        """Whether the server knows who comes with this header."""
        answer = httpx.get(f"{self.url}/foundation/1.0/current-user", headers={"Authorization": header or ""})
        return answer.status_code == 200


@contextmanager
def site_in(
    folder: Path, options: SignInOptions | None = None, faults: Iterable[str] = (), tokens: dict[str, str] | None = None
) -> Iterator[Site]:
    options = options or SignInOptions(token_lifetime=LIFE, http_basic=True, device_interval=1)
    with ServerStore(folder) as store:
        app = create_app(
            store, tokens=tokens or {"static": "ci@example.com"}, users=USERS, clients=CLIENTS, sign_in_options=options,
            mischief=chosen([], faults, 0),
        )  # fmt: skip
        found: list[Site] = []

        def counted(environ, start_response):
            found[0].requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            return app(environ, start_response)

        listener = Listener(counted, "127.0.0.1", 0, threads=20)
        found.append(Site(listener.url, store))
        thread = threading.Thread(target=listener.run, daemon=True)
        thread.start()
        try:
            yield found[0]
        finally:
            time.sleep(
                0.2
            )  # the thread behind the last answer still wakes the listener, which must not be gone by then
            listener.stop()
            thread.join(10)


def fill_in(page_url: str, answer: str = "allow", user: str = ANNA, password: str | None = None) -> httpx.Response:
    """What a person does on the page of the server; the answer to it."""
    with httpx.Client() as browser:
        form = {"form_token": form_token(browser.get(page_url)), "answer": answer, "username": user}
        more = dict(parse_qsl(urlsplit(page_url).query))
        return browser.post(page_url, data={**more, **form, "password": password or PASSWORDS[user]})


def walk_through(page_url: str, answer: str = "allow") -> httpx.Response:
    """The same, and then where the browser is sent."""
    return httpx.get(fill_in(page_url, answer).headers["Location"])


def sign_in(url: str) -> dict[str, str]:
    """Tokens, as any program would get them."""
    device = httpx.post(f"{url}/oauth2/device_authorization", data={"client_id": "bcfsync", "scope": "bcf"}).json()
    fill_in(device["verification_uri_complete"])
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    form = {"client_id": "bcfsync", "device_code": device["device_code"], "grant_type": grant}
    return httpx.post(f"{url}/oauth2/token", data=form).json()


@dataclass
class Person:
    """Somebody at a terminal, with a state folder of their own, and a browser."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    typed: str = ""

    def run(self, *words: object, typed: str = "") -> Run:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BCFSYNC_")}
        gone = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
        variables = {**kept, "BCFSYNC_STATE": str(self.folder / "state"), **self.environment}
        out, err = io.StringIO(), _Watched(self)
        with (
            patch.dict(os.environ, {k: v for k, v in variables.items() if k not in gone}, clear=True),
            patch.object(sys, "argv", ["bcfsync", *map(str, words)]),
            patch.object(sys, "stdin", io.StringIO(typed)),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main()
        return Run(int(left.value.code or 0), out.getvalue(), err.getvalue())

    def browse(self, url: str) -> None:
        """What happens with an address that is shown."""
        threading.Thread(target=walk_through if "/oauth2/auth?" in url else fill_in, args=(url,), daemon=True).start()


class _Watched(io.StringIO):
    """Standard error, and the person who reads it."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self._person = person

    def write(self, text: str) -> int:
        for url in re.findall(r"http://\S+/oauth2/(?:auth|device)\?\S+", text):
            self._person.browse(url)
        return super().write(text)
