"""Passwords, and how often somebody may guess one.

Owns: the check of a password, with what slows guessing down. Sees: the users. Governed by: RFC 6749, 4.3.2 and RFC
8628, 5.1, which ask for protection against guessing and leave the means open.
"""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from bcfsync.server.refusals import Refusal
from bcfsync.server.users import User, Users

_FREE_GUESSES = 5
_LONGEST_WAIT = 60
_FORGOTTEN_AFTER = 900
_MOST_NAMES = 1000
_MOST_REMEMBERED = 256
_LONGEST_PASSWORD = 1024


class TooManyGuesses(Refusal, PermissionError):
    """Somebody was wrong too often and has to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"too many wrong attempts: try again in {seconds} s", headers={"Retry-After": str(max(1, seconds))}
        )
        self.seconds = seconds


class Guesses:
    """How often each of many has been wrong: five times are free, then the waits grow from 1 s to a minute.

    Args:
        now: The time in seconds.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._wrong: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()

    def allow(self, who: Hashable) -> None:
        """Do nothing where another guess is due.

        Raises:
            TooManyGuesses: It is not.
        """
        with self._lock:
            count, last = self._wrong.get(who, (0, 0))
            wait = last + min(2 ** min(count - _FREE_GUESSES, 10), _LONGEST_WAIT) - self._now()
        if count >= _FREE_GUESSES and wait > 0:
            raise TooManyGuesses(wait)

    def was_wrong(self, who: Hashable) -> None:
        """Count one."""
        with self._lock:
            count, last = self._wrong.pop(who, (0, 0))
            now = self._now()
            self._wrong[who] = (1 if now - last > _FORGOTTEN_AFTER else count + 1, now)
            if len(self._wrong) > _MOST_NAMES:
                self._wrong.popitem(last=False)

    def was_right(self, who: Hashable) -> None:
        """Begin anew."""
        with self._lock:
            self._wrong.pop(who, None)


class Passwords:
    """Who has which password. One that was right is not computed again, as HTTP Basic sends it with every request."""

    def __init__(self, users: Users, guesses: Guesses) -> None:
        self._users = users
        self._guesses = guesses
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._right: OrderedDict[bytes, User] = OrderedDict()

    def user(self, user_id: str, password: str) -> User | None:
        """The user, if this is the password.

        Raises:
            TooManyGuesses: There were too many wrong ones.
        """
        if len(password) > _LONGEST_PASSWORD or len(user_id) > _LONGEST_PASSWORD:
            return None
        seen = hmac.digest(self._key, repr((user_id, password)).encode(), hashlib.sha256)
        with self._lock:
            if seen in self._right:
                return self._right[seen]
        who = user_id.casefold()
        self._guesses.allow(who)
        user = self._users.by_password(user_id, password)
        if user is None:
            self._guesses.was_wrong(who)
            return None
        self._guesses.was_right(who)
        with self._lock:
            self._right[seen] = user
            if len(self._right) > _MOST_REMEMBERED:
                self._right.popitem(last=False)
        return user
