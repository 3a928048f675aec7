"""Signing in as a whole: what the application attaches, and whom it asks.

Owns: ``SignIn``, its routes. Sees: everything of this folder, Flask. Governed by: see the folder.
"""

import base64
import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Error
from flask import Blueprint, Flask, Response, request

from bcfsync.server.http.conditional import json_answer
from bcfsync.server.signin import discovery, grants
from bcfsync.server.signin.access import Access, InsufficientScope
from bcfsync.server.signin.authority import Authority, current_request, parameters_of
from bcfsync.server.signin.browser import Browser
from bcfsync.server.signin.clients import Client, Clients
from bcfsync.server.signin.endpoints import DeviceAuthorization, Revocation
from bcfsync.server.signin.forms import Forms
from bcfsync.server.signin.identity import IdToken, IdTokenForCode, SigningKey, claims_of, issuer
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.signin.passwords import Guesses, Passwords
from bcfsync.server.signin.registration import register
from bcfsync.server.signin.screening import screened
from bcfsync.server.store import ServerStore
from bcfsync.server.users import User, Users

_GET: tuple[str, ...] = ("GET",)
_POST: tuple[str, ...] = ("POST",)


class SignIn:
    """Everything about who somebody is. Nothing of it is announced or there where nobody could use it.

    Args:
        store: Keeps what is issued; its wall clock says when that expires.
        users: Who may sign in.
        clients: Programs that are known beforehand, beside ``bcfsync`` itself.
        options: What is offered, and how long it lasts.

    Attributes:
        access: Says who asks; a dialect adds its own schemes to ``access.schemes``.
    """

    def __init__(
        self, store: ServerStore, users: Users, clients: Iterable[Client] = (), options: SignInOptions | None = None
    ) -> None:
        self._options = options or SignInOptions()
        self._credentials = store.credentials
        self._users = users
        configured = [*clients]
        known = Clients(self._credentials, configured)
        passwords = Passwords(users, Guesses(self._credentials.now))
        self._basic = self._options.http_basic and users.with_password
        self._offered = users.with_password or any(client.acts_as for client in configured)
        self._key = SigningKey(self._credentials)
        self._authority = Authority(self._credentials, users, known, passwords, self._options)
        self._browser = Browser(
            self._authority, Forms(self._credentials, self._options), Guesses(self._credentials.now)
        )
        self.access = Access(users, self._credentials, known, passwords if self._basic else None)
        self._register_grants()

    def _register_grants(self) -> None:
        authority, options = self._authority, self._options
        code_extensions = [grants.S256(required=True), IdTokenForCode(self._credentials, self._key, options)]
        authority.register_grant(grants.AuthorizationCode, code_extensions)
        authority.register_grant(grants.RefreshToken)
        authority.register_grant(grants.ClientCredentials)
        authority.register_grant(grants.DeviceCode, [IdToken(self._credentials, self._key, options)])
        if options.password_grant:
            authority.register_grant(grants.Password)
        authority.register_endpoint(Revocation)
        authority.register_endpoint(DeviceAuthorization(authority))

    def user_of_request(self) -> User:
        """Who asks for a resource.

        Raises:
            Unauthorized: The request does not say, or does not prove it.
        """
        return self.access.user_of_request()

    def attach(self, app: Flask) -> None:
        """Add the routes, and let others find this as ``app.extensions["sign_in"]``."""
        app.extensions["sign_in"] = self

        def add(path: str, view: Callable[[], Response], methods: tuple[str, ...] = _GET) -> None:
            app.add_url_rule(path, path, view, methods=[*methods])

        add("/bcf/auth", self._auth_of_1_0)
        add("/bcf/2.1/auth", self._auth)
        add("/foundation/1.0/auth", self._auth)
        if not self._offered:
            return
        add("/.well-known/openid-configuration", self._openid)
        add("/.well-known/oauth-authorization-server", self._authorization_server)
        add(discovery.KEYS, self._keys)
        add(discovery.USERINFO, self._userinfo, _GET + _POST)
        add(discovery.TOKEN, self._token, _POST)
        add(discovery.REVOKE, self._revoke, _POST)
        add(discovery.DEVICE_AUTHORIZATION, self._device_authorization, _POST)
        people = Blueprint("people", __name__)
        people.add_url_rule(discovery.AUTHORIZE, "authorize", self._browser.authorize, methods=[*_GET, *_POST])
        people.add_url_rule(discovery.DEVICE, "device", self._browser.device, methods=[*_GET, *_POST])
        app.register_blueprint(people)
        if self._options.registration:
            add(discovery.REGISTER, lambda: register(self._credentials, self._options), _POST)

    def _auth_of_1_0(self) -> Response:
        return json_answer(discovery.auth_of_1_0(issuer(), self._options, offered=self._offered))

    def _auth(self) -> Response:
        return json_answer(discovery.auth(issuer(), self._options, offered=self._offered, basic=self._basic))

    def _openid(self) -> Response:
        return json_answer(discovery.openid(issuer(), self._options))

    def _authorization_server(self) -> Response:
        return json_answer(discovery.authorization_server(issuer(), self._options))

    def _keys(self) -> Response:
        return json_answer(self._key.public())

    def _userinfo(self) -> Response:
        user = self.access.user_of_request()
        token = self.access.token_of_request()
        if "openid" not in token.scope.split():
            challenge = 'Bearer realm="bcfsync", error="insufficient_scope", scope="openid"'
            raise InsufficientScope("the token has no scope openid", headers={"WWW-Authenticate": challenge})
        claims: dict[str, Any] = claims_of(user, token.scope)
        return _unkept(Response(json.dumps(claims), content_type="application/json"))

    def _token(self) -> Response:
        def answered() -> Response:
            parameters = parameters_of(current_request())
            if not parameters.get("grant_type"):
                raise InvalidRequestError("grant_type: missing; parameters are sent as a form")
            # a password takes too long to be checked while everybody else waits; nothing else is used up by it
            together = nullcontext() if parameters["grant_type"] == "password" else self._credentials.writing()
            with together:
                response: Response = self._authority.create_token_response()
            return response

        return self._answered(answered)

    def _revoke(self) -> Response:
        return self._answered(lambda: self._authority.create_endpoint_response("revocation"))

    def _device_authorization(self) -> Response:
        return self._answered(lambda: self._authority.create_endpoint_response("device_authorization"))

    def _answered(self, answer: Callable[[], Response]) -> Response:
        """The answer to a program, errors in the shape of RFC 6749, 5.2."""
        try:
            screened(parameters_of(current_request()))
            _header_is_readable()
            return _unkept(answer())
        except OAuth2Error as error:
            return _unkept(self._authority.handle_error_response(None, error))


def _header_is_readable() -> None:
    """Look at what authlib would stumble over.

    Raises:
        InvalidClientError: The header is HTTP Basic, but not of base64 and UTF-8, or has a name alone.
    """
    name, space, rest = request.headers.get("Authorization", "").partition(" ")
    if name.lower() != "basic" and (rest.strip() or not space):
        return
    try:
        is_readable = ":" in base64.b64decode(rest.strip(), validate=True).decode()
    except ValueError:
        is_readable = False
    if not is_readable:
        raise InvalidClientError(status_code=401, description="the Authorization header cannot be read")


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
