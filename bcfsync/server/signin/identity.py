"""Who has signed in, as OpenID Connect tells it: id tokens, the key they are signed with, userinfo.

Owns: the signing key (in the table ``kept``) and the claims. Sees: joserfc, the store's credentials.
Governed by: OpenID Connect Core 1.0, 2, 3.1.3 and 5; RFC 7517.
"""

import json
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oidc.core import OpenIDCode, UserInfo
from authlib.oidc.core.grants.code import OpenIDToken
from flask import request as flask_request
from joserfc.jwk import RSAKey

from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.store.credentials import Credentials
from bcfsync.server.users import User

_KEPT_AS = "id_token_key"
_BITS = 2048


def issuer() -> str:
    """What the server calls itself: its root as the client sees it."""
    return flask_request.root_url.rstrip("/")


def claims_of(user: User, scope: str) -> UserInfo:
    """What the scope lets a client know of a user."""
    claims = UserInfo(sub=user.id, name=user.name, preferred_username=user.id)
    if "@" in user.id:
        claims["email"] = user.id
    return claims.filter(scope)


class SigningKey:
    """The key that id tokens are signed with, made when it is needed first, and the same ever after."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._key: RSAKey | None = None

    def private(self) -> RSAKey:
        """The key itself."""
        if self._key is None:
            self._key = RSAKey.import_key(json.loads(self._credentials.kept(_KEPT_AS, _fresh_key)))
        return self._key

    def public(self) -> dict[str, Any]:
        """What others check signatures with, as a set of keys."""
        key = self.private().as_dict(private=False)
        return {"keys": [{**key, "use": "sig", "alg": "RS256"}]}


def _fresh_key() -> str:
    return json.dumps(RSAKey.generate_key(_BITS, auto_kid=True).as_dict(private=True))


class IdToken(OpenIDToken):
    """The id token that goes with an access token of scope ``openid``."""

    def __init__(self, credentials: Credentials, key: SigningKey, options: SignInOptions) -> None:
        self._credentials = credentials
        self._lifetime = options.token_lifetime
        self._key = key

    def resolve_client_private_key(self, client: object) -> RSAKey:  # noqa: ARG002 - one key for all
        """The server's key."""
        return self._key.private()

    def get_client_algorithm(self, client: object) -> str:  # noqa: ARG002 - the same for all
        """The one that every client of OpenID Connect has to know."""
        return "RS256"

    def get_encode_header(self, client: object) -> dict[str, str]:
        """With the name of the key."""
        return {"alg": self.get_client_algorithm(client), "typ": "JWT", "kid": self._key.private().kid or ""}

    def get_client_claims(self, client: Any) -> dict[str, Any]:  # noqa: ANN401 - authlib's signature
        """Who says it to whom, and when, by the store's clock."""
        now = self._credentials.now()
        return {
            "iss": issuer(),
            "aud": [client.get_client_id()],
            "iat": now,
            "exp": now + self._lifetime,
            "auth_time": now,
        }

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        """What the scope lets the client know."""
        return claims_of(user, scope)


class IdTokenForCode(IdToken, OpenIDCode):
    """The same for a sign-in in the browser, whose request may bind the token to itself with a nonce."""

    def __init__(self, credentials: Credentials, key: SigningKey, options: SignInOptions) -> None:
        IdToken.__init__(self, credentials, key, options)
        self.require_nonce = False

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002 - authlib's signature
        """Whether it is used up; it is the client that has to look (OpenID Connect Core, 15.5.2)."""
        return False
