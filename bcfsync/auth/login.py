"""A login: what was given, by whom, and how long it is good.

Owns: ``Login`` and its text. Sees: nothing. Times are this machine's, counted from when a token was asked for, so that
a server's clock does not matter. Secrets are left out of ``repr``.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_AHEAD = timedelta(seconds=60)
SECRETS = ("access", "refresh", "secret")


class Grant(StrEnum):
    """The ways to a login."""

    BROWSER = "browser"
    DEVICE = "device"
    CLIENT = "client-credentials"
    BASIC = "basic"
    TOKEN = "token"  # noqa: S105 - a word
    API_KEY = "api-key"


@dataclass(frozen=True, slots=True)
class Login:
    """One sign-in at one server.

    Attributes:
        root: the server's address, without a version.
        remote: the server's name in the configuration; "" for whoever gives the address.
        grant: how it came about.
        made: when somebody signed in.
        access: what goes into the header after ``scheme``.
        refresh: gets the next access token, once.
        secret: the client's.
        scheme: the first word of the header.
        user: who the server says we are; "" where it does not.
        expires: the end of ``access``; None where nobody said.
        lifetime: of ``access``, in seconds.
        ends: the end of ``refresh``; None where nobody said.
        scope: what was granted.
        client_id: who we are as a program.
        by_body: whether the secret goes into the form, not into a header.
        token_url: where tokens are renewed.
        revoke_url: where they are given back; "" for nowhere.
        begun: the mark of the refresh token that was sent last, until its answer is kept.
        ended: why nothing can be had by this login any more; "" while it can.
    """

    root: str
    remote: str
    grant: Grant
    made: datetime
    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    scheme: str = "Bearer"
    user: str = ""
    expires: datetime | None = None
    lifetime: float = 0.0
    ends: datetime | None = None
    scope: str = ""
    client_id: str = ""
    by_body: bool = False
    token_url: str = ""
    revoke_url: str = ""
    begun: str = ""
    ended: str = ""

    @property
    def header(self) -> str | None:
        """The value of ``Authorization``; None once it has ended."""
        return f"{self.scheme} {self.access}" if self.access else None

    @property
    def is_renewable(self) -> bool:
        """Whether another access token can be asked for."""
        return not self.ended and (bool(self.refresh) or (self.grant is Grant.CLIENT and bool(self.token_url)))

    @property
    def is_unsure(self) -> bool:
        """Whether the refresh token was sent and no answer was kept: it may be used up."""
        return bool(self.refresh) and self.begun == mark_of(self.refresh)

    def is_good(self, now: datetime) -> bool:
        """Whether the access token has not come to its end."""
        return bool(self.access) and (self.expires is None or now < self.expires)

    def is_ending(self, now: datetime) -> bool:
        """Whether it is time to renew it: a minute ahead, of a short life a fifth."""
        if self.expires is None or not self.is_renewable:
            return False
        return now >= self.expires - min(_AHEAD, timedelta(seconds=self.lifetime / 5))

    def command(self) -> str:
        """How to sign in again."""
        how = "" if self.grant is Grant.BROWSER else f" --{_OPTION.get(self.grant, self.grant)}"
        return f"bcfsync auth login {self.remote or f'--url {self.root}'}{how}"


_OPTION = {Grant.TOKEN: "token-stdin"}


def basic_access(user: str, password: str) -> str:
    """What HTTP Basic puts into the header (RFC 7617, in UTF-8)."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def end_of(token: str) -> datetime | None:
    """When a token that is a JWT says it ends (RFC 7519); None for any other. It is not checked: this is for people."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None


def mark_of(secret: str) -> str:
    """A mark by which a secret is known again, and from which it cannot be had."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def written(login: Login, *, without: tuple[str, ...] = ()) -> str:
    """The login as text; secrets are in it unless they are left out."""
    found = {item.name: getattr(login, item.name) for item in fields(login) if item.name not in without}
    data = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in found.items()}
    return json.dumps({**data, "apart": True} if without else data, indent=1)


def is_apart(text: str) -> bool:
    """Whether secrets of a login that was written are kept elsewhere."""
    data = json.loads(text)
    return isinstance(data, dict) and data.get("apart") is True


def read(text: str) -> Login:
    """The login of a text.

    Raises:
        ValueError: it is none.
    """
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("no table")  # noqa: TRY004 - one kind of error for all texts
    return Login(
        **{name: _text(data, name) for name in _TEXTS},
        scheme=_text(data, "scheme") or "Bearer",
        grant=Grant(_text(data, "grant")),
        made=datetime.fromisoformat(_text(data, "made")),
        expires=_when(data, "expires"),
        ends=_when(data, "ends"),
        lifetime=float(data.get("lifetime") or 0),
        by_body=data.get("by_body") is True,
    )


_TEXTS = (
    "root", "remote", "access", "refresh", "secret", "user", "scope", "client_id", "token_url", "revoke_url", "begun",
    "ended",
)  # fmt: skip


def _text(data: Mapping[str, object], name: str) -> str:
    found = data.get(name, "")
    if not isinstance(found, str):
        raise ValueError(name)  # noqa: TRY004
    return found


def _when(data: Mapping[str, object], name: str) -> datetime | None:
    found = _text(data, name) if data.get(name) else ""
    return datetime.fromisoformat(found) if found else None
