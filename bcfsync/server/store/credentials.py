"""What proves who somebody is, as far as it must outlive the process: clients, codes, tokens, devices, keys.

Owns: the tables ``oauth_…`` and rows of ``kept``. Sees: the database. Governed by: RFC 6749, 10 and RFC 9700, 2 and 4
(short codes, refresh tokens that work once, nothing in the clear).
Secrets are random and long, so a plain digest is as good as a slow one; only the digest is kept.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bcfsync.server.store.database import Database, JsonObject

_SECOND = 1000
_DAY = 86400 * _SECOND

Kind = Literal["access", "refresh"]


def digest(secret: str) -> str:
    """What is kept of a secret, and what it is looked up by."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token that was issued; all those that come from one sign-in are a family."""

    digest: str
    kind: Kind
    family: str
    client_id: str
    user_id: str
    scope: str
    expires: int
    gone: int | None

    def check_client(self, client: Any) -> bool:  # noqa: ANN401 - any client of authlib's
        """Whether it was issued to this client."""
        return bool(self.client_id == client.get_client_id())

    def get_scope(self) -> str:
        """What it is good for."""
        return self.scope


@dataclass(frozen=True, slots=True)
class StoredCode:
    """An authorization code that was issued, with what the request for it said; times in seconds since 1970."""

    digest: str
    family: str
    client_id: str
    user_id: str
    redirect_uri: str | None
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    auth_time: int
    expires: int
    used: int | None

    def get_redirect_uri(self) -> str | None:
        """What the request named."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was granted."""
        return self.scope

    def get_nonce(self) -> str | None:
        """What binds the id token to the request."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the user signed in."""
        return self.auth_time

    def get_acr(self) -> None:
        """Nothing is said of how sure it is."""

    def get_amr(self) -> None:
        """Nothing is said of how the user signed in."""


@dataclass(frozen=True, slots=True)
class StoredDevice:
    """A device that waits for somebody to confirm it."""

    digest: str
    user_code_digest: str
    client_id: str
    scope: str
    interval: int
    asked: int
    user_id: str | None
    verdict: Literal["allowed", "denied"] | None
    expires: int

    def get_client_id(self) -> str:
        """Who asked for it."""
        return self.client_id

    def get_scope(self) -> str:
        """What was asked for."""
        return self.scope


class Credentials:
    """Clients that registered themselves, codes, tokens and devices, by the digests of their secrets."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def now(self) -> int:
        """The time in seconds since 1970."""
        return self._now() // _SECOND

    def _now(self) -> int:
        return int(self._clock().timestamp() * _SECOND)

    def is_past(self, moment: int) -> bool:
        """Whether a moment, in milliseconds since 1970, is over."""
        return self._now() >= moment

    def kept(self, name: str, fresh: Callable[[], str]) -> str:
        """A value that stays the same over restarts; made when it is asked for first."""
        row = self._database.row("SELECT value FROM kept WHERE name = ?", name)
        if row is None:
            # unless somebody else was faster
            self._database.run("INSERT OR IGNORE INTO kept VALUES (?, ?)", name, fresh())
            return self.kept(name, fresh)
        value: str = row["value"]
        return value

    def writing(self) -> AbstractContextManager[None]:
        """One transaction, closed to other threads."""
        return self._database.writing()

    def count_clients(self) -> int:
        """How many clients have registered themselves."""
        row = self._database.row("SELECT count(*) FROM oauth_client")
        return 0 if row is None else int(row[0])

    def add_client(self, client_id: str, secret: str, members: JsonObject) -> None:
        """Keep a client that registers itself."""
        self._database.run(
            "INSERT INTO oauth_client VALUES (?, ?, ?, ?)", client_id, digest(secret), json.dumps(members), self._now()
        )

    def client(self, client_id: str) -> tuple[JsonObject, str] | None:
        """What a client said when it registered itself, and the digest of its secret."""
        row = self._database.row("SELECT body, secret_digest FROM oauth_client WHERE client_id = ?", client_id)
        return None if row is None else (json.loads(row["body"]), row["secret_digest"])

    def add_code(self, code: str, client_id: str, user_id: str, members: JsonObject, lifetime: int) -> None:
        """Keep a code; ``members`` are those of the request, under the names ``StoredCode`` has for them."""
        now = self._now()
        body = json.dumps({**members, "auth_time": now // _SECOND})
        values = (digest(code), uuid.uuid4().hex, client_id, user_id, body, now + lifetime * _SECOND)
        with self._database.writing():
            self._sweep(now)
            self._database.run("INSERT INTO oauth_code VALUES (?, ?, ?, ?, ?, ?, NULL)", *values)

    def code(self, code: str) -> StoredCode | None:
        """A code, whether it is still good or not."""
        row = self._database.row("SELECT * FROM oauth_code WHERE digest = ?", digest(code))
        if row is None:
            return None
        columns = {name: row[name] for name in ("digest", "family", "client_id", "user_id", "expires", "used")}
        return StoredCode(**columns, **json.loads(row["body"]))

    def use_code(self, code: StoredCode) -> None:
        """From now on the code has been used."""
        self._database.run("UPDATE oauth_code SET used = ? WHERE digest = ?", self._now(), code.digest)

    def add_token(self, token: str, kind: Kind, owner: tuple[str, str, str, str], lifetime: int) -> None:
        """Keep a token. ``owner``: its family, its client's id, its user's id, its scope."""
        now = self._now()
        with self._database.writing():
            self._sweep(now)
            self._database.run(
                "INSERT INTO oauth_token VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                *(digest(token), kind, *owner, now + lifetime * _SECOND),
            )

    def token(self, token: str) -> StoredToken | None:
        """A token, whether it is still good or not."""
        row = self._database.row("SELECT * FROM oauth_token WHERE digest = ?", digest(token))
        return None if row is None else StoredToken(**dict(row))

    def end_token(self, token: StoredToken) -> None:
        """From now on the token is no longer good."""
        self._database.run(
            "UPDATE oauth_token SET gone = ? WHERE digest = ? AND gone IS NULL", self._now(), token.digest
        )

    def end_family(self, family: str) -> None:
        """From now on no token of one sign-in is good."""
        self._database.run("UPDATE oauth_token SET gone = ? WHERE family = ? AND gone IS NULL", self._now(), family)

    def add_device(self, device_code: str, user_code: str, owner: tuple[str, str], times: tuple[int, int]) -> None:
        """Keep a device. ``owner``: its client's id and scope; ``times``: its interval and its lifetime."""
        now = self._now()
        interval, lifetime = times
        values = (digest(device_code), digest(user_code), *owner, interval * _SECOND, 0, now + lifetime * _SECOND)
        with self._database.writing():
            self._sweep(now)
            self._database.run("INSERT INTO oauth_device VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?)", *values)

    def device(self, device_code: str) -> StoredDevice | None:
        """The device that has this code."""
        row = self._database.row("SELECT * FROM oauth_device WHERE digest = ?", digest(device_code))
        return None if row is None else StoredDevice(**dict(row))

    def device_to_confirm(self, user_code: str) -> StoredDevice | None:
        """The device somebody has this code of, if it still waits to be confirmed."""
        row = self._database.row(
            "SELECT * FROM oauth_device WHERE user_code_digest = ? AND verdict IS NULL AND expires > ?",
            *(digest(user_code), self._now()),
        )
        return None if row is None else StoredDevice(**dict(row))

    def judge_device(self, device: StoredDevice, user_id: str | None) -> None:
        """Somebody has allowed a device to act for them, or, without an id, has not."""
        self._database.run(
            "UPDATE oauth_device SET user_id = ?, verdict = ? WHERE digest = ? AND verdict IS NULL",
            *(user_id, "denied" if user_id is None else "allowed", device.digest),
        )

    def asks_too_soon(self, device: StoredDevice) -> bool:
        """Whether a device did not wait as long as it was told; then it has to wait 5 s longer (RFC 8628, 3.5)."""
        now = self._now()
        is_too_soon = now - device.asked < device.interval
        interval = device.interval + (5 * _SECOND if is_too_soon else 0)
        self._database.run(
            "UPDATE oauth_device SET asked = ?, interval = ? WHERE digest = ?", now, interval, device.digest
        )
        return is_too_soon

    def drop_device(self, device: StoredDevice) -> None:
        """The device has its token."""
        self._database.run("DELETE FROM oauth_device WHERE digest = ?", device.digest)

    def _sweep(self, now: int) -> None:
        """Forget what has expired for a day; until then somebody can be told that it has."""
        for table in ("oauth_code", "oauth_token", "oauth_device"):
            self._database.run(f"DELETE FROM {table} WHERE expires < ?", now - _DAY)  # noqa: S608 - our own names
