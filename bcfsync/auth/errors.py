"""What can go wrong while signing in, in our words.

Owns: the errors of ``auth``. Sees: errors. No message ever holds a secret.
"""

from bcfsync.errors import LoginNeeded, ServerTrouble, UsageError

_OTHER_WAY = "ask the server's administrator to allow this way for the program, or sign in another way: docs/login.md"
_HINTS = {
    "invalid_client": (
        "check who bcfsync is there: client_id or --client-id, and its secret: BCFSYNC_CLIENT_SECRET or --client-secret"
    ),
    "unauthorized_client": _OTHER_WAY,
    "unsupported_grant_type": _OTHER_WAY,
    "unsupported_response_type": _OTHER_WAY,
    "access_denied": "say yes on the server's page, or ask its administrator whether you may use it",
    "expired_token": "the code came to its end before anybody confirmed it; run the command again",
    "invalid_grant": "the code was used or came to its end; run the command again",
    "invalid_scope": "check scope in bcfsync.toml, or --scope",
}


class Denied(LoginNeeded, PermissionError):
    """The server refused the sign-in; ``code`` is its word for why (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5)."""

    hint = "sign in again with bcfsync auth login"

    def __init__(self, message: str, code: str = "", *, hint: str = "") -> None:
        super().__init__(message, hint=hint or _HINTS.get(code, ""))
        self.code = code


class SignInEnded(LoginNeeded, PermissionError):
    """A login that was kept is good no longer: it expired, was revoked, or its renewal was cut off."""

    hint = "sign in again with bcfsync auth login"


class LoginUnreadable(LoginNeeded, ValueError):
    """The file of a login holds something else, or its part in the keyring is gone."""

    hint = "sign in again with bcfsync auth login"


class NoSignIn(UsageError, LookupError):
    """The server offers no sign-in of this kind, or does not say where."""

    hint = "docs/login.md says what works with which server; a token in BCFSYNC_TOKEN always does"


class ReceiverBusy(UsageError, OSError):
    """Nothing can listen where the browser shall come back to."""

    hint = "end the program that uses the port, or give another one with --redirect"


class BadAnswer(ServerTrouble, ValueError):
    """What a server says of its sign-in makes no sense, or would send secrets where they do not belong."""

    hint = "nothing was sent there; report it to whoever runs the server"
