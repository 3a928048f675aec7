"""The ways to a token, as authlib's classes over this server's store.

Owns: the subclasses of authlib's grants. Sees: the authority. Governed by: RFC 6749, 4 and 6; RFC 7636 (S256 only); RFC
8628; RFC 9700, 4.14 (a refresh token works once; a second use ends all tokens of its sign-in).
The view calls these within one transaction, so of two requests with the same code or token one comes second.
"""

from authlib.oauth2.rfc6749 import AccessDeniedError, InvalidGrantError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749 import grants as rfc6749
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import AuthorizationPendingError, DeviceCodeGrant, ExpiredTokenError, SlowDownError

from bcfsync.server.signin.authority import Authority
from bcfsync.server.signin.clients import Client
from bcfsync.server.store.credentials import StoredCode, StoredDevice, StoredToken
from bcfsync.server.users import User

_ALL_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class AuthorizationCode(rfc6749.AuthorizationCodeGrant):
    """Somebody signs in in a browser, which brings the client a code."""

    TOKEN_ENDPOINT_AUTH_METHODS = _ALL_METHODS
    server: Authority

    def generate_authorization_code(self) -> str:
        """A fresh code."""
        return self.server.options.new_secret()

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        """Keep the code with what the request said."""
        data = request.payload.data
        members = {
            "redirect_uri": request.payload.redirect_uri,
            "scope": request.scope,
            "nonce": data.get("nonce"),
            "code_challenge": data.get("code_challenge"),
            "code_challenge_method": data.get("code_challenge_method"),
        }
        lifetime = self.server.options.code_lifetime
        self.server.credentials.add_code(code, request.client.client_id, request.user.id, members, lifetime)

    def query_authorization_code(self, code: str, client: Client) -> StoredCode | None:
        """The code, if it is this client's and good; one that was used before ends what it was good for."""
        credentials = self.server.credentials
        found = credentials.code(code)
        if found is None or found.client_id != client.client_id:
            return None
        if found.used is not None:
            credentials.end_family(found.family)
            return None
        return None if credentials.is_past(found.expires) else found

    def delete_authorization_code(self, authorization_code: StoredCode) -> None:
        """It has been used."""
        self.server.credentials.use_code(authorization_code)

    def authenticate_user(self, authorization_code: StoredCode) -> User | None:
        """Who signed in, if the server still knows them."""
        return self.server.users.by_id(authorization_code.user_id)


class S256(CodeChallenge):
    """PKCE, by digest only; who has no secret has to use it."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - authlib's

    def validate_code_challenge(self, grant: rfc6749.AuthorizationCodeGrant, redirect_uri: str) -> None:
        """Refuse early what could not be proved later."""
        data = grant.request.payload.data
        if data.get("code_challenge") and not data.get("code_challenge_method"):
            raise InvalidRequestError("code_challenge_method: must be S256 (it is plain when it is left out)")
        if grant.request.client.is_public and not data.get("code_challenge"):
            raise InvalidRequestError("code_challenge: needed of a client without a secret (PKCE, S256)")
        super().validate_code_challenge(grant, redirect_uri)


class ClientCredentials(rfc6749.ClientCredentialsGrant):
    """A program that acts as a user of its own."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - authlib's


class Password(rfc6749.ResourceOwnerPasswordCredentialsGrant):
    """Somebody tells a program their password."""

    TOKEN_ENDPOINT_AUTH_METHODS = _ALL_METHODS
    server: Authority

    def authenticate_user(self, username: str, password: str) -> User:
        """Who has this password."""
        user = self.server.passwords.user(username, password)
        if user is None:
            raise InvalidGrantError("username or password: wrong")
        return user


class RefreshToken(rfc6749.RefreshTokenGrant):
    """A new access token, and a new refresh token for the old one, which is good no longer."""

    TOKEN_ENDPOINT_AUTH_METHODS = _ALL_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: Authority

    def authenticate_refresh_token(self, refresh_token: str) -> StoredToken:
        """The token, if it is the client's and good; one that was used before ends all tokens of its sign-in."""
        credentials = self.server.credentials
        found = credentials.token(refresh_token)
        if found is None or found.kind != "refresh" or not found.check_client(self.request.client):
            raise InvalidGrantError("refresh_token: unknown here")
        if found.gone is not None:
            credentials.end_family(found.family)
            raise InvalidGrantError("refresh_token: used before or revoked; sign in again")
        if credentials.is_past(found.expires):
            raise InvalidGrantError("refresh_token: expired; sign in again")
        if self.server.users.by_id(found.user_id) is None:
            raise InvalidGrantError("refresh_token: its user is gone")
        return found

    def authenticate_user(self, refresh_token: StoredToken) -> User | None:
        """Whose it is."""
        return self.server.users.by_id(refresh_token.user_id)

    def revoke_old_credential(self, refresh_token: StoredToken) -> None:
        """It has been used."""
        self.server.credentials.end_token(refresh_token)


class DeviceCode(DeviceCodeGrant):
    """A program without a browser asks until somebody has confirmed it elsewhere."""

    TOKEN_ENDPOINT_AUTH_METHODS = _ALL_METHODS
    server: Authority

    def query_device_credential(self, device_code: str) -> StoredDevice:
        """The device of this code."""
        found = self.server.credentials.device(device_code)
        if found is None:
            raise InvalidGrantError("device_code: unknown here, or used before")
        return found

    def validate_device_credential(self, credential: StoredDevice) -> User:
        """Who has confirmed the device; then its code is spent."""
        credentials = self.server.credentials
        if credentials.is_past(credential.expires):
            raise ExpiredTokenError
        if credential.verdict is None:
            raise SlowDownError if credentials.asks_too_soon(credential) else AuthorizationPendingError
        user = self.server.users.by_id(credential.user_id or "")
        if credential.verdict == "denied" or user is None:
            raise AccessDeniedError
        credentials.drop_device(credential)
        return user
