"""What goes into ``Authorization``.

Owns: the seam to whoever signs in. Sees: errors.
"""

from dataclasses import dataclass, field
from typing import Protocol

from bcfsync.errors import UsageError


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


def is_fit(value: str) -> bool:
    """Whether a header can hold it."""
    return value.isascii() and (value.isprintable() or not value)
