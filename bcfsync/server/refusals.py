"""Why the server refuses a request: one exception per HTTP status.

Owns: the refusals and their status codes. Sees: the error tree. Governed by: Foundation API 1.0, HTTP status codes.
"""

from collections.abc import Mapping

from bcfsync.errors import BcfsyncError


class Refusal(BcfsyncError):
    """The server cannot do what was asked; the message goes out as ``{"message": …}``."""

    exit_code = 2  # met on the command line only when an archive is seeded that does not fit
    status = 500

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.headers = dict(headers or {})


class Malformed(Refusal, ValueError):
    """The body or the query is not what the specification describes; the message names the member."""

    status = 400


class Unauthorized(Refusal, PermissionError):
    """No token, or none that the server knows."""

    status = 401


class Forbidden(Refusal, PermissionError):
    """Whoever asks may not do this; the message says which right is missing."""

    status = 403


class Missing(Refusal, LookupError):
    """The resource does not exist."""

    status = 404


class Taken(Refusal, ValueError):
    """The guid a client or an archive asks for is in use."""

    status = 409


class Ambiguous(Refusal, LookupError):
    """A guid without a project, and two projects have it."""

    status = 409


class StillReferenced(Refusal):
    """Something else points to what should be deleted."""

    status = 409


class Stale(Refusal):
    """The resource is no longer the one that ``If-Match`` names."""

    status = 412
