"""The programs that sign people in here.

Owns: ``Client``, and where one is found: predefined, configured, registered. Sees: the store's credentials.
Governed by: RFC 6749, 2; RFC 8252, 8.4 (native programs are public clients); BCF-API 2.1, dynamic client registration.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import ClientMixin

from bcfsync.server.signin import redirects
from bcfsync.server.store.credentials import Credentials, digest

SCOPES = ("openid", "profile", "email", "offline_access", "bcf")
DEFAULT_SCOPE = "bcf"

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True)
class Client(ClientMixin):
    """A program that is known here. Without a secret it is a public one, which has to use PKCE.

    Attributes:
        client_id: What it calls itself.
        name: What people are shown.
        secret_digest: Of its secret.
        redirect_uris: Where browsers may be sent back to.
        any_loopback: They may be sent to every port and path of the user's own machine, too.
        acts_as: The id of the user it is by itself, which lets it have tokens without anybody (client credentials).
        is_anybodys: It has registered itself, so that its addresses are whatever somebody wanted.
    """

    client_id: str
    name: str
    secret_digest: str | None = field(default=None, repr=False)
    redirect_uris: tuple[str, ...] = ()
    any_loopback: bool = False
    acts_as: str | None = None
    is_anybodys: bool = False

    @property
    def is_public(self) -> bool:
        """Whether it has no secret."""
        return self.secret_digest is None

    def get_client_id(self) -> str:
        """What it calls itself."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """The only one there is, if there is only one."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 and not self.any_loopback else None

    def get_allowed_scope(self, scope: str | None) -> str:
        """What of the scope this server knows; the rest is left out, as RFC 6749, 3.3 allows."""
        return " ".join(name for name in (scope or "").split() if name in SCOPES) or DEFAULT_SCOPE

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether browsers may be sent there."""
        if self.any_loopback and redirects.is_loopback(redirect_uri):
            return True
        return any(redirects.is_same(registered, redirect_uri) for registered in self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is this secret."""
        return self.secret_digest is not None and hmac.compare_digest(self.secret_digest, digest(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - the same at each
        """Whether it may show in this way who it is."""
        return (method == "none") == self.is_public

    def check_response_type(self, response_type: str) -> bool:
        """There is one: code."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether it may have tokens in this way; the password grant is the server's to offer."""
        return grant_type != "client_credentials" or (self.acts_as is not None and not self.is_public)


OWN_CLIENT = Client("bcfsync", "bcfsync", any_loopback=True)
"""What ``bcfsync auth login`` is: on everybody's machine, so without a secret."""


class Clients:
    """All clients: the predefined one, those of the configuration, those that have registered themselves."""

    def __init__(self, credentials: Credentials, configured: Iterable[Client] = ()) -> None:
        self._credentials = credentials
        self._configured = {client.client_id: client for client in (OWN_CLIENT, *configured)}

    def by_id(self, client_id: str) -> Client | None:
        """The client of this id."""
        if client_id in self._configured:
            return self._configured[client_id]
        found = self._credentials.client(client_id)
        if found is None:
            return None
        members, secret_digest = found
        uris = (members["redirect_url"],)
        return Client(client_id, members["client_name"], secret_digest, uris, is_anybodys=True)
