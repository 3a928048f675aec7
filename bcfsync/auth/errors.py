"""What can go wrong while signing in, in our words.

Owns: the errors of ``auth``. Sees: errors. No message ever holds a secret.
"""

from bcfsync.errors import LoginNeeded, ServerTrouble, UsageError


class Denied(LoginNeeded, PermissionError):
    """The server refused the sign-in; ``code`` is its word for why (RFC 6749, 5.2)."""

    hint = "sign in again with bcfsync auth login"

    def __init__(self, message: str, code: str = "", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
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
