"""Who may look at the page.

Owns: the decision before every page. Sees: the request, the users. Governed by: RFC 7617 (Basic) and 6750 (Bearer).
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from bcfsync.server.refusals import Forbidden, Unauthorized
from bcfsync.server.signin.passwords import Passwords
from bcfsync.server.users import User, Users

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="bcfsync", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Door:
    """Lets people in as browsers can ask them: by HTTP Basic, with their password or a token in its place.

    Args:
        users: Who has a token that never expires.
        passwords: Who has a password, with what slows guessing down.
        by_header: Who has another Authorization header, such as an issued token; raises ``Unauthorized``.
        demo_token: The token everybody may know. With it the page opens without asking, on this machine only.
    """

    users: Users
    passwords: Passwords
    by_header: Callable[[], User]
    demo_token: str | None = None

    def visitor(self) -> User:
        """Who looks.

        Raises:
            Unauthorized: Nobody said who it is, or did not prove it; the browser is told to ask.
            TooManyGuesses: It was wrong too often.
        """
        user = self._stranger() if request.authorization is None else self._known()
        if user is None:
            raise Unauthorized("Sign in with your password, or with a token of this server.", headers=_CHALLENGE)
        return user

    def _stranger(self) -> User | None:
        if self.demo_token is None or not is_on_this_machine():
            return None
        return self.users.by_token(self.demo_token.encode())

    def _known(self) -> User | None:
        given = request.authorization
        if given is not None and given.type == "basic":
            password = given.password or ""
            by_token = self.users.by_token(password.encode(errors="replace"))
            return by_token or self.passwords.user(given.username or "", password)
        try:
            return self.by_header()
        except Unauthorized:
            return None


def is_on_this_machine() -> bool:
    """Whether the browser runs here and was told so: a name of elsewhere that leads here is another site's trick."""
    host = request.host if request.host.endswith("]") else request.host.rsplit(":", 1)[0]
    return _is_loopback(request.remote_addr or "") and is_this_machine(host.strip("[]"))


def only_from_this_machine() -> None:
    """Refuse what another site's page sends, where a token that everybody knows would let it in.

    Raises:
        Forbidden: A page of elsewhere asks, or the server was called by a name that is not this machine's own.
    """
    if request.blueprint == "page":
        return  # which asks for itself
    origin = request.headers.get("Origin")
    is_ours = origin is None or is_this_machine((urlsplit(origin).hostname or "").strip("[]"))
    if not (is_ours and is_on_this_machine()):
        raise Forbidden("with the token that everybody knows, only this machine may ask; give one of your own: --token")


def is_this_machine(name: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
