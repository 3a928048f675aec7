"""Who uses the server, and in which role.

Owns: ``User`` and ``Users``. Sees: werkzeug's password hashes. Governed by: BCF-API 2.1 and Foundation API 1.0,
"current user" (id and name).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self, get_args

from werkzeug.security import check_password_hash, generate_password_hash

Role = Literal["admin", "editor", "contributor", "reader"]

ROLES: tuple[Role, ...] = get_args(Role)

# nobody's: to have as much to compute for a name that is not known as for one that is
_NOBODYS_HASH = "scrypt:32768:8:1$bcfsync$" + "0" * 128


@dataclass(frozen=True, slots=True)
class User:
    """Somebody the server knows.

    ``id`` is an e-mail address and what authors and dates are signed with. What the roles may do stands in ``rights``.
    ``projects`` are the only ones there are for this user; without them it is all.
    """

    id: str
    name: str
    role: Role = "editor"
    projects: tuple[str, ...] | None = None


NOBODY = User("", "", "reader")
"""Who asks a public route."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user, and what proves that somebody is it: a password's hash, a token that never expires, or neither."""

    user: User
    password_hash: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, user: User, *, password: str | None = None, token: str | None = None) -> Self:
        """An account of a password in the clear, of which only the hash is kept (scrypt)."""
        return cls(user, None if password is None else generate_password_hash(password), token)


class Users:
    """Everybody the server knows. Ids are compared without regard to case, as e-mail addresses are.

    Args:
        accounts: Who there is; of two with the same id or token, the later one counts.
        tokens: More tokens that never expire, to the ids of their users; who has no account then is an administrator.
    """

    def __init__(self, accounts: Iterable[Account] = (), tokens: Mapping[str, str] | None = None) -> None:
        self._accounts = {account.user.id.casefold(): account for account in accounts}
        self._tokens = dict(tokens or {})
        self._of_token = {
            _digest(account.token.encode()): account.user for account in self._accounts.values() if account.token
        }
        for token, user_id in self._tokens.items():
            user = self.by_id(user_id) or User(user_id, user_id, "admin")
            self._accounts.setdefault(user_id.casefold(), Account(user))
            self._of_token[_digest(token.encode())] = user

    @property
    def with_password(self) -> bool:
        """Whether anybody could sign in with a password."""
        return any(account.password_hash for account in self._accounts.values())

    def listing(self) -> list[User]:
        """All of them, in the order they were given."""
        return [account.user for account in self._accounts.values()]

    def with_tokens(self, tokens: Mapping[str, str]) -> "Users":
        """The same, with more tokens that never expire."""
        return Users(self._accounts.values(), {**self._tokens, **tokens})

    def by_id(self, user_id: str) -> User | None:
        """The user of this id."""
        account = self._accounts.get(user_id.casefold())
        return None if account is None else account.user

    def by_token(self, token: bytes) -> User | None:
        """The user of a token that never expires."""
        return self._of_token.get(_digest(token))

    def by_password(self, user_id: str, password: str) -> User | None:
        """The user, if this is the password; takes equally long for ids there are and ids there are not."""
        account = self._accounts.get(user_id.casefold())
        known = account.password_hash if account is not None else None
        is_right = check_password_hash(known or _NOBODYS_HASH, password)
        return account.user if account is not None and known and is_right else None


def _digest(token: bytes) -> bytes:
    """What tokens are compared by: how long it takes then says nothing about them."""
    return hashlib.sha256(token).digest()
