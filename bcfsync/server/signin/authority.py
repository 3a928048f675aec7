"""The authorization server: what authlib's is told of this one's requests, clients, tokens.

Owns: ``Authority``. Sees: authlib, the store's credentials. Governed by: RFC 6749; BCF-API 2.1 and Foundation API 1.0,
"Obtaining Tokens" (whose examples put the grant into the query).
"""

import logging
import uuid
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from flask import Request, request
from werkzeug.datastructures import MultiDict

from bcfsync.server.signin.clients import Client, Clients
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.signin.passwords import Passwords
from bcfsync.server.store.credentials import Credentials
from bcfsync.server.users import User, Users

_SECURE = "https://server.invalid/"
_AUTHORIZE_ENDPOINT = "people.authorize"

# what may stand in the query of a request for a token, as it does in the examples: no password, no client's secret
_IN_QUERY = ("grant_type", "code", "redirect_uri", "refresh_token", "client_id", "code_verifier")


def parameters_of(current: Request) -> MultiDict[str, str]:
    """The OAuth parameters of a request, wherever they may stand."""
    if current.endpoint == _AUTHORIZE_ENDPOINT:
        return MultiDict(current.args)  # its body is the filled-in form
    parameters = MultiDict(current.form)
    for name in _IN_QUERY:
        for value in current.args.getlist(name):
            if value not in parameters.getlist(name):
                parameters.add(name, value)
    return parameters


class _Payload(FlaskOAuth2Payload):
    @property
    def data(self) -> MultiDict[str, str]:
        return parameters_of(self._request)


class _Request(FlaskOAuth2Request):
    """A request as authlib wants it.

    Encryption is left to whoever puts the server on a network: authlib would refuse each plain one that does not come
    over loopback.
    """

    def __init__(self, current: Request) -> None:
        OAuth2Request.__init__(self, current.method, _SECURE, headers=current.headers)
        self._request = current
        self.payload = _Payload(current)

    @property
    def form(self) -> MultiDict[str, str]:
        return parameters_of(self._request)


class Authority(AuthorizationServer):
    """Authlib's server over this one's store. Grants and endpoints are registered by whoever builds it."""

    def __init__(
        self, credentials: Credentials, users: Users, clients: Clients, passwords: Passwords, options: SignInOptions
    ) -> None:
        super().__init__()
        logging.getLogger("authlib").setLevel(logging.INFO)  # below that it tells the tokens it issues
        self.credentials = credentials
        self.users = users
        self.clients = clients
        self.passwords = passwords
        self.options = options
        generator = BearerTokenGenerator(self._new_secret, self._new_secret, options.token_lifetime)
        self.register_token_generator("default", generator)

    def _new_secret(self, **_names: object) -> str:
        return self.options.new_secret()

    def query_client(self, client_id: str) -> Client | None:
        """The client of this id."""
        return self.clients.by_id(client_id)

    def create_oauth2_request(self, request: object) -> _Request:  # noqa: ARG002 - Flask has the current one
        """The current request as authlib wants it."""
        return _Request(current_request())

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Keep what is about to be sent: of the family of what was shown for it, or the first of a new one."""
        shown = request.authorization_code or request.refresh_token
        family = shown.family if shown is not None else uuid.uuid4().hex
        user: User | None = request.user
        user_id = user.id if user is not None else request.client.acts_as
        owner = (family, request.client.client_id, user_id, token.get("scope", ""))
        self.credentials.add_token(token["access_token"], "access", owner, self.options.token_lifetime)
        if "refresh_token" in token:
            self.credentials.add_token(token["refresh_token"], "refresh", owner, self.options.refresh_lifetime)


def current_request() -> Request:
    """The request behind Flask's proxy."""
    current: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    return current
