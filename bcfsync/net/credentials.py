"""What goes into ``Authorization``, and must not come out of an answer.

Owns: the seam to whoever signs in; taking secrets out of what a server says. Sees: errors.
"""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Protocol

from bcfsync.errors import UsageError

_SHORTEST = 8
"""Characters: what is shorter stands in many a word."""


class Credentials(Protocol):
    """Who we are at one server; asked by many threads at once.

    Both methods may raise ``LoginNeeded``.
    """

    def header(self) -> str | None:
        """The value of ``Authorization`` now, renewed ahead of its end where that is possible; None: no sign-in."""

    def renewed(self, refused: str | None) -> bool:
        """After 401 to a request with that header: whether ``header`` gives another one now."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that somebody else looks after; "" for none."""

    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_fit(self.token):
            raise UsageError("the token holds characters that no HTTP header can hold", hint="check BCFSYNC_TOKEN")

    def header(self) -> str | None:
        """The token, as it is."""
        return f"Bearer {self.token}" if self.token else None

    def renewed(self, refused: str | None) -> bool:  # noqa: ARG002 - the protocol's
        """A token that is refused stays refused."""
        return False


def scrubbed(content: bytes, header: str | None) -> bytes:
    """What a server says, without the secret of the request it answers: some repeat it ("Invalid token eyJ…").

    Args:
        content: of an answer, as it came; JSON may have a backslash before each slash.
        header: the value of ``Authorization``.
    """
    for secret in _secrets(header or ""):
        for spelled in (secret, secret.replace(b"/", b"\\/")):
            content = content.replace(spelled, b"***")
    return content


def _secrets(header: str) -> list[bytes]:
    scheme, _, said = header.rpartition(" ")
    found = [said.encode()]
    if scheme == "Basic":
        try:
            found += [base64.b64decode(said).partition(b":")[2]]
        except binascii.Error:
            return found  # not ours to judge: it is taken out as it is
    return [secret for secret in found if len(secret) >= _SHORTEST]


def is_fit(value: str) -> bool:
    """Whether a header can hold it."""
    return value.isascii() and (value.isprintable() or not value)
