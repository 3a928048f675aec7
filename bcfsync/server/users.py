"""Who uses the server, and in which role.

Owns: ``User``. Sees: nothing. Governed by: BCF-API 2.1 and Foundation API 1.0, "current user" (id and name).
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "editor", "contributor", "reader"]


@dataclass(frozen=True, slots=True)
class User:
    """Somebody the server knows.

    ``id`` is an e-mail address and what authors and dates are signed with. What the roles may do stands in ``rights``.
    """

    id: str
    name: str
    role: Role = "editor"


NOBODY = User("", "", "reader")
"""Who asks a public route."""
