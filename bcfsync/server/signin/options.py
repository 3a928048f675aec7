"""What the one who runs the server may choose about signing in.

Owns: ``SignInOptions``. Sees: the standard library. Governed by: nothing outside.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass


def random_secret() -> str:
    """43 characters nobody can guess, for servers that run in earnest."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """Lifetimes are in seconds.

    Attributes:
        http_basic: Take a user's password for resources (HTTP Basic), where users have one.
        password_grant: Offer the password grant of OAuth 2, which its authors advise against.
        registration: Let any program register itself as a client, as BCF-API describes it.
        token_lifetime: Of access tokens.
        refresh_lifetime: Of refresh tokens; each works once, and its successor lives as long again.
        code_lifetime: Of authorization codes.
        device_lifetime: How long somebody has to confirm a device.
        device_interval: How long a device waits between two questions.
        new_secret: Where tokens, codes and client secrets come from; at most 255 characters.
    """

    http_basic: bool = False
    password_grant: bool = False
    registration: bool = True
    token_lifetime: int = 3600
    refresh_lifetime: int = 30 * 86400
    code_lifetime: int = 60
    device_lifetime: int = 900
    device_interval: int = 5
    new_secret: Callable[[], str] = random_secret
