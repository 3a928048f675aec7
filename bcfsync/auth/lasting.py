"""A login that lasts: renewed ahead of its end, once, whoever else uses it.

Owns: when a login is renewed and what becomes of it. Sees: vault, asking. Safe for threads, and for processes of one
vault. A refresh token is sent once: under the vault's lock, after a look whether somebody else was faster, with a mark
in the vault that it is on its way, and its successor is in the vault before its access token is used. Where the answer
was lost, the access token there is serves to its end; only then, when nothing is left to lose, the same refresh token
is tried once more, and what the server says to that is told.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bcfsync.auth.asking import Wire, network, renewed
from bcfsync.auth.errors import Denied, SignInEnded
from bcfsync.auth.login import Login, mark_of
from bcfsync.auth.vault import Vault
from bcfsync.errors import Locked, ServerTrouble
from bcfsync.net import Refused, Unreachable

_OVER = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"})
_PAUSE = timedelta(seconds=30)
"""Between two tries to renew what is good for a while yet."""


def _now() -> datetime:
    return datetime.now(UTC)


class Lasting:
    """Credentials out of a vault."""

    def __init__(self, vault: Vault, login: Login, wire: Wire = network, now: Callable[[], datetime] = _now) -> None:
        self._vault = vault
        self._login = login
        self._wire = wire
        self._now = now
        self._guard = threading.Lock()
        self._rested = datetime.min.replace(tzinfo=UTC)

    def __repr__(self) -> str:
        return f"Lasting({self._login!r})"

    @property
    def login(self) -> Login:
        """The login as it is now."""
        return self._login

    def header(self) -> str | None:
        """The value of ``Authorization`` now.

        Raises:
            SignInEnded: it is over; the message says why.
            ServerTrouble: (or a subclass) it has come to its end, and whoever renews it cannot be asked.
        """
        with self._guard:
            now = self._now()
            if self._login.ended:
                raise _end(self._login)
            if self._login.is_ending(now) and (now >= self._rested or not self._login.is_good(now)):
                self._renew_ahead(now)
            elif not self._login.is_good(now) and not self._login.is_renewable:
                self._look_again(now)
            return self._login.header

    def renewed(self, refused: str | None) -> bool:
        """After 401 to a request with that header: whether there is another one now.

        Raises:
            SignInEnded, ServerTrouble, Refused
        """
        with self._guard:
            if self._login.header != refused:
                return True
            self._renew(refused=True)
            return self._login.header != refused

    def _renew_ahead(self, now: datetime) -> None:
        try:
            self._renew()
        except (ServerTrouble, Refused, Denied, Locked):
            if not self._login.is_good(now):
                raise
            self._rested = now + _PAUSE

    def _look_again(self, now: datetime) -> None:
        """A token that cannot be renewed has come to its end: somebody may have given another one."""
        found = self._vault.read(self._login.root, self._login.remote)
        if found is None or not found.is_good(now):
            raise SignInEnded(f"{self._login.root}: the token has expired", hint=f"run {self._login.command()}")
        self._login = found

    def _renew(self, *, refused: bool = False) -> None:
        """Have a fresh access token; ``refused``: the one there is does not serve any more."""
        with self._vault.locked(self._login):
            found = self._vault.read(self._login.root, self._login.remote)
            if found is None:
                said = f"{self._login.root}: somebody has signed out here"
                raise SignInEnded(said, hint=f"run {self._login.command()}")
            now = self._now()
            faster = found.access != self._login.access and found.is_good(now)
            self._login = found
            if found.ended:
                raise _end(found)
            if (faster and not found.is_ending(now)) or not found.is_renewable:
                return
            if found.is_unsure and found.is_good(now) and not refused:
                self._rested = now + _PAUSE
                return
            self._login = self._exchanged(found, now)

    def _exchanged(self, found: Login, now: datetime) -> Login:
        if found.refresh:
            self._vault.write(replace(found, begun=mark_of(found.refresh)))
        try:
            fresh = renewed(found, self._wire, now)
        except Denied as error:
            if error.code not in _OVER:
                self._vault.write(found)
                raise
            raise self._over(found, error) from error
        except (Unreachable, Refused):
            self._vault.write(found)  # it never left, or nobody there knows what it is
            raise
        self._vault.write(fresh)
        return fresh

    def _over(self, found: Login, error: Denied) -> SignInEnded:
        why = f"the server ended the sign-in: {error.code}"
        if found.is_unsure:
            why = "an earlier renewal was cut off before its answer was kept, and a refresh token works only once"
        ended = replace(found, access="", refresh="", begun="", ended=why)
        self._vault.write(ended)
        self._login = ended
        return _end(ended)


def _end(login: Login) -> SignInEnded:
    return SignInEnded(f"{login.root}: {login.ended}", hint=f"run {login.command()}")
