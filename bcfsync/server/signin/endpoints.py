"""Endpoints beside the one for tokens: revocation, and the first question of a device.

Owns: the subclasses of authlib's endpoints. Sees: the authority. Governed by: RFC 7009; RFC 8628, 3.1 and 3.2.
"""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request, UnauthorizedClientError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint
from flask import request as flask_request

from bcfsync.server.signin.authority import Authority
from bcfsync.server.signin.clients import DEVICE_GRANT, Client
from bcfsync.server.store.credentials import StoredToken

DEVICE_PAGE = "/oauth2/device"

_ALL_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class Revocation(RevocationEndpoint):
    """A client says that it needs a token no longer; with a refresh token goes all that came from it."""

    CLIENT_AUTH_METHODS = _ALL_METHODS
    server: Authority

    def check_params(self, request: OAuth2Request, client: Client) -> None:  # noqa: ARG002 - authlib's signature
        """A token is needed; a hint that is not known is no mistake (RFC 7009, 2.1)."""
        if not request.form.get("token"):
            raise InvalidRequestError("token: missing")

    def query_token(self, token_string: str, token_type_hint: str | None) -> StoredToken | None:  # noqa: ARG002
        """The token, of whatever kind."""
        return self.server.credentials.token(token_string)

    def revoke_token(self, token: StoredToken, request: OAuth2Request) -> None:  # noqa: ARG002 - authlib's signature
        """It is good no longer."""
        if token.kind == "refresh":
            self.server.credentials.end_family(token.family)
        self.server.credentials.end_token(token)


class DeviceAuthorization(DeviceAuthorizationEndpoint):
    """A program without a browser gets a code for itself, and one for people."""

    CLIENT_AUTH_METHODS = _ALL_METHODS
    server: Authority

    def __init__(self, server: Authority) -> None:
        super().__init__(server)
        self.EXPIRES_IN = server.options.device_lifetime
        self.INTERVAL = server.options.device_interval

    def authenticate_client(self, request: OAuth2Request) -> Client:
        """The client that asks, if it may."""
        client: Client = super().authenticate_client(request)
        if not client.check_grant_type(DEVICE_GRANT):
            raise UnauthorizedClientError
        return client

    def generate_device_code(self) -> str:
        """A fresh code for the device."""
        return self.server.options.new_secret()

    def get_verification_uri(self) -> str:
        """Where people go with their code."""
        return flask_request.root_url.rstrip("/") + DEVICE_PAGE

    def save_device_credential(self, client_id: str, scope: str | None, data: dict[str, Any]) -> None:
        """Keep both codes."""
        client = self.server.query_client(client_id)
        granted = client.get_allowed_scope(scope) if client is not None else ""
        self.server.credentials.add_device(
            data["device_code"], data["user_code"], (client_id, granted), (self.INTERVAL, self.EXPIRES_IN)
        )
