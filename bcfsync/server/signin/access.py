"""Who is asking: the Authorization header of requests for resources.

Owns: the schemes, and the challenges of 401. Sees: the users, issued tokens. Governed by: RFC 9110, 11; RFC 6750; RFC
7617; BCF-API 2.1 and Foundation API 1.0, "Authentication".
"""

import base64
import binascii
from collections.abc import Callable

from flask import request

from bcfsync.server.refusals import Refusal, Unauthorized
from bcfsync.server.signin.clients import Clients
from bcfsync.server.signin.passwords import Passwords
from bcfsync.server.store.credentials import Credentials, StoredToken
from bcfsync.server.users import User, Users

Scheme = Callable[[str], User]
"""Takes what follows the scheme's name in the header; raises ``Unauthorized`` where that proves nothing."""

_BEARER = 'Bearer realm="bcfsync"'
_BASIC = 'Basic realm="bcfsync", charset="UTF-8"'


class InsufficientScope(Refusal, PermissionError):
    """The token is good, but not for this."""

    status = 403


class Access:
    """The check of every request for a resource.

    Attributes:
        schemes: By their names in lower case; a dialect may add its own, such as ``apikey``.
    """

    def __init__(self, users: Users, credentials: Credentials, clients: Clients, basic: Passwords | None) -> None:
        self._users = users
        self._credentials = credentials
        self._clients = clients
        self._passwords = basic
        self.schemes: dict[str, Scheme] = {"bearer": self._of_bearer}
        if basic is not None:
            self.schemes["basic"] = self._of_basic

    def user_of_request(self) -> User:
        """Who asks.

        Raises:
            Unauthorized: The request does not say, or does not prove it.
            TooManyGuesses: It was wrong too often.
        """
        name, _, rest = request.headers.get("Authorization", "").partition(" ")
        scheme = self.schemes.get(name.lower())
        if scheme is None or not rest.strip():
            raise self._refused("a bearer token is needed")
        return scheme(rest.strip())

    def token_of_request(self) -> StoredToken:
        """The issued token that the request carries.

        Raises:
            Unauthorized: It carries none that is good.
        """
        name, _, rest = request.headers.get("Authorization", "").partition(" ")
        if name.lower() != "bearer":
            raise self._refused("a bearer token is needed")
        return self._issued(rest.strip())

    def _of_bearer(self, token: str) -> User:
        user = self._users.by_token(token.encode("latin-1", errors="replace"))
        if user is not None:
            return user
        issued = self._issued(token)
        user = self._users.by_id(issued.user_id)
        if user is None:
            raise self._refused("the user of this token is gone", error="invalid_token")
        return user

    def _issued(self, token: str) -> StoredToken:
        found = self._credentials.token(token)
        if found is None or found.kind != "access" or self._clients.by_id(found.client_id) is None:
            raise self._refused("the token is not known here", error="invalid_token")
        if found.gone is not None:
            raise self._refused("the token has been revoked", error="invalid_token")
        if self._credentials.is_past(found.expires):
            raise self._refused("the token has expired", error="invalid_token")
        return found

    def _of_basic(self, credentials: str) -> User:
        try:
            user_id, colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, ValueError) as error:
            raise self._refused("not base64 of id:password in UTF-8") from error
        user = self._passwords.user(user_id, password) if self._passwords is not None and colon else None
        if user is None:
            raise self._refused("no such user, or not this password")
        return user

    def _refused(self, message: str, *, error: str = "") -> Unauthorized:
        challenge = _BEARER + (f', error="{error}", error_description="{message}"' if error else "")
        if self._passwords is not None:
            challenge = f"{challenge}, {_BASIC}"
        return Unauthorized(message, headers={"WWW-Authenticate": challenge})
