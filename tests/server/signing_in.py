"""A server people can sign in at, in this process, with a clock that is set by hand; and the steps of each flow."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
from werkzeug.security import generate_password_hash

from bcfsync.server.app import create_app
from bcfsync.server.signin.clients import Client
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.store import ServerStore
from bcfsync.server.store.credentials import digest
from bcfsync.server.users import Account, User, Users

ROOT = "http://127.0.0.1:8080"
BACK = "http://127.0.0.1:50123/back"
WEB = "https://cde.example.com/back"
SECRET = "a-secret-of-the-cde"

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

PUBLIC_REQUEST = {
    "response_type": "code",
    "client_id": "bcfsync",
    "redirect_uri": BACK,
    "state": "st-4711",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
WEB_REQUEST = {"response_type": "code", "client_id": "cde", "redirect_uri": WEB, "state": "s"}
CDE = ("cde", SECRET)

ANNA, BEN, BOT = "anna@example.com", "ben@example.com", "bot@example.com"
PASSWORDS = {ANNA: "Änna's password", BEN: "ben"}


def account(user_id: str, name: str) -> Account:
    password = PASSWORDS.get(user_id)
    # the smallest scrypt there is: what is tested does not depend on how dear it is
    cheap = None if password is None else generate_password_hash(password, method="scrypt:128:8:1")
    return Account(User(user_id, name), cheap)


USERS = Users([account(ANNA, "Anna"), account(BEN, "Ben"), account(BOT, "The bot")])

CLIENTS = (
    Client("cde", "The CDE", digest(SECRET), (WEB,)),
    Client("robot", "The robot", digest(SECRET), acts_as=BOT),
)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Server:
    """The server, and a browser or program that talks to it."""

    def __init__(self, folder: Path, options: SignInOptions | None = None, *, users: Users | None = USERS) -> None:
        self.clock = Clock()
        self._folder, self._options, self._users = folder, options, users
        self._open()

    def _open(self) -> None:
        self.store = ServerStore(self._folder, wall=self.clock)
        self.app = create_app(
            self.store, tokens={"static": "ci@example.com"}, users=self._users, clients=CLIENTS,
            sign_in_options=self._options,
        )  # fmt: skip
        self.app.testing = True  # a defect is a traceback here, not a 500
        self.http = httpx.Client(transport=httpx.WSGITransport(self.app), base_url=ROOT)

    def restart(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        self.http.close()
        self.store.close()

    def login_page(self, request: Mapping[str, str]) -> httpx.Response:
        return self.http.get("/oauth2/auth", params=request)

    def sign_in(
        self, request: Mapping[str, str], user_id: str = ANNA, password: str | None = None, **form: str
    ) -> httpx.Response:
        """The answer to the filled-in form."""
        page = self.login_page(request)
        fields = {"username": user_id, "password": PASSWORDS[user_id] if password is None else password}
        return self.http.post(
            "/oauth2/auth", params=request, data={"form_token": form_token(page), "answer": "allow", **fields, **form}
        )

    def code(self, request: Mapping[str, str] = PUBLIC_REQUEST) -> str:
        return sent_back(self.sign_in(request))["code"]

    def token(self, *, auth: tuple[str, str] | None = None, **form: str) -> httpx.Response:
        return self.http.post("/oauth2/token", data=form, **({} if auth is None else {"auth": auth}))

    def trade(self, code: str, **form: str) -> httpx.Response:
        """The code of ``PUBLIC_REQUEST`` for tokens."""
        fields = {"client_id": "bcfsync", "redirect_uri": BACK, "code_verifier": VERIFIER, "code": code}
        return self.token(grant_type="authorization_code", **{**fields, **form})

    def tokens(self) -> dict[str, str]:
        """Those of a fresh sign-in."""
        return self.trade(self.code()).json()

    def refresh(self, token: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", client_id="bcfsync", refresh_token=token)

    def who(self, token: str, scheme: str = "Bearer") -> httpx.Response:
        return self.http.get("/foundation/1.0/current-user", headers={"Authorization": f"{scheme} {token}"})


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def sent_back(answer: httpx.Response) -> dict[str, str]:
    """The parameters a browser is sent back with."""
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def refusal(answer: httpx.Response, status: int = 400) -> str:
    """The code of an OAuth error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()["error"]
