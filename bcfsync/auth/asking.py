"""Asking for tokens: one form, one answer.

Owns: how a client shows who it is, what an answer with tokens means. Sees: net. Source: RFC 6749, 2.3, 5 and 6; RFC
7009; BCF-API and Foundation API examples (``expires_in`` as a text, 201 for 200).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bcfsync.auth.errors import BadAnswer, Denied
from bcfsync.auth.login import Login
from bcfsync.errors import LoginNeeded
from bcfsync.net import Http

Wire = Callable[[str], Http]
"""A session without credentials with the host of an address."""

_LONGEST = 100_000
_LONGEST_LIFE = 10 * 366 * 86400.0
_SHOWN = 200
_OF_PROGRAM = frozenset({"invalid_client", "unauthorized_client"})


def network(root: str) -> Http:
    """The session of everyday."""
    return Http(root, None)


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are as a program; without a secret, a public one."""

    client_id: str
    secret: str = field(default="", repr=False)
    by_body: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """What was given."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lifetime: float | None
    refresh_lifetime: float | None
    scope: str

    def on(self, login: Login, asked: datetime) -> Login:
        """The login with these; a refresh token that was not replaced stays."""
        ends = login.ends if not self.refresh else None
        if self.refresh_lifetime:
            ends = asked + timedelta(seconds=self.refresh_lifetime)
        return replace(
            login,
            access=self.access,
            refresh=self.refresh or login.refresh,
            expires=None if self.lifetime is None else asked + timedelta(seconds=self.lifetime),
            lifetime=self.lifetime or 0.0,
            ends=ends,
            scope=self.scope or login.scope,
            begun="",
            ended="",
        )


def host_of(url: str) -> str:
    """The root of the host an address is on."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def said_to(wire: Wire, url: str, client: Client, fields: Mapping[str, str]) -> dict[str, object]:
    """The JSON a server gives for a form.

    Raises:
        Denied: it says no; ``code`` says why.
        BadAnswer: it says nothing that makes sense.
        ServerTrouble, Refused: (subclasses, of net) it cannot be asked.
    """
    form = {name: value for name, value in fields.items() if value}
    basic = None
    if client.secret and not client.by_body:
        basic = (client.client_id, client.secret)
    else:
        form["client_id"] = client.client_id
        if client.secret:
            form["client_secret"] = client.secret
    http = wire(host_of(url))
    try:
        answer = http.form(url, form, basic=basic)
    except LoginNeeded as error:
        raise Denied(f"{url.partition('?')[0]}: {_refused(client, 'invalid_client')}: 401", "invalid_client") from error
    finally:
        http.close()
    data = answer.data
    place = url.partition("?")[0]
    if isinstance(data, dict) and isinstance(data.get("error"), str):
        secrets = (*form.values(), client.secret)
        code = data["error"][:_SHOWN]
        raise Denied(f"{place}: {_refused(client, code)}: {_words(data, secrets)}", code)
    if not 200 <= answer.status < 300:
        raise Denied(f"{place}: the server answered {answer.status}")
    if not isinstance(data, dict):
        return {}
    return data


def _refused(client: Client, code: str) -> str:
    """Whom the server refused, where that is the program and not the person."""
    about = f" the program {client.client_id[:_SHOWN]!r}" if code in _OF_PROGRAM else ""
    return f"the server refused{about}"


def tokens_from(data: Mapping[str, object], url: str) -> Tokens:
    """The tokens of an answer.

    Raises:
        BadAnswer: there is none, or one that no header can hold.
    """
    access, refresh = data.get("access_token"), data.get("refresh_token") or ""
    place = url.partition("?")[0]
    if not isinstance(access, str) or not access.strip() or not isinstance(refresh, str):
        raise BadAnswer(f"{place}: the server answered without a token", hint="try again, or sign in another way")
    if not (access.isascii() and access.isprintable() and " " not in access) or len(access) + len(refresh) > _LONGEST:
        raise BadAnswer(f"{place}: the server gave a token that no request can carry")
    scheme = data.get("token_type") or "bearer"
    if not isinstance(scheme, str) or scheme.lower() != "bearer":
        raise BadAnswer(f"{place}: the server gave a token of a kind bcfsync does not know")
    scope = data.get("scope")
    return Tokens(
        access,
        refresh,
        seconds_of(data.get("expires_in")),
        seconds_of(data.get("refresh_expires_in")),
        scope if isinstance(scope, str) else "",
    )


def seconds_of(value: object) -> float | None:
    """A length of time: a number or a text with one; None for anything else, and for none at all."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return min(found, _LONGEST_LIFE) if math.isfinite(found) and found > 0 else None


def renewed(login: Login, wire: Wire, now: datetime) -> Login:
    """The login with a fresh access token; its refresh token is used up by this.

    Raises:
        Denied, BadAnswer, ServerTrouble, Refused
    """
    client = Client(login.client_id, login.secret, login.by_body)
    if login.refresh:
        # no scope: the same as before (RFC 6749, 6)
        fields = {"grant_type": "refresh_token", "refresh_token": login.refresh}
    else:
        fields = {"grant_type": "client_credentials", "scope": login.scope}
    return tokens_from(said_to(wire, login.token_url, client, fields), login.token_url).on(login, now)


def revoked(login: Login, wire: Wire) -> None:
    """Give the tokens back.

    Raises:
        Denied, ServerTrouble, Refused
    """
    client = Client(login.client_id, login.secret, login.by_body)
    kinds = {"refresh_token": login.refresh, "access_token": login.access}
    for kind, token in kinds.items():
        if token:
            said_to(wire, login.revoke_url, client, {"token": token, "token_type_hint": kind})


def _words(data: Mapping[str, object], secrets: tuple[str, ...]) -> str:
    """Why, in one line, without anything secret that the server may repeat."""
    said = ": ".join(str(data[name]) for name in ("error", "error_description") if data.get(name))
    for secret in secrets:
        if len(secret) >= 6:
            said = said.replace(secret, "…")
    return " ".join(said.split())[:_SHOWN]
