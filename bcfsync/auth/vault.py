"""Where logins are kept: a file each that only its user can read, and the keyring for what gives new tokens.

Owns: the folder ``logins`` in the state, its locks. Sees: login, keys, the store's lock, the atomic replace. A file is
replaced whole and on disk before anybody uses what is in it. On POSIX it has mode 0600; on Windows it lies in the
user's profile, whose access list it inherits.
"""

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bcfsync.archive.writing import CannotWrite, replacing
from bcfsync.auth.errors import LoginUnreadable
from bcfsync.auth.keys import Keyring
from bcfsync.auth.login import SECRETS, Login, is_apart, read, written
from bcfsync.errors import Locked
from bcfsync.store import FolderLock

_PATIENCE = 120.0
"""Seconds to wait for another process: longer than any answer may take."""


class Vault:
    """The logins of this user."""

    def __init__(
        self, folder: Path, keyring: Keyring | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._folder = folder
        self._keyring = keyring or Keyring()
        self._sleep = sleep

    def read(self, root: str, remote: str) -> Login | None:
        """The login at a server under this name; None where nobody signed in.

        Raises:
            LoginUnreadable: there is something else.
        """
        return self._read(self._path(root, remote))

    def logins(self) -> list[Login]:
        """All logins, by their servers; files that hold none are passed over."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(LoginUnreadable):
                login = self._read(path)
                if login is not None:
                    found.append(login)
        return sorted(found, key=lambda login: (login.root, login.remote))

    def best(self, root: str, remote: str = "") -> Login | None:
        """The login for a server: that of the name, else that of the address, else the only one there is for it.

        An address and one further down on the same host are one server: people paste either.
        """
        names = dict.fromkeys((remote, ""))
        direct = next((login for name in names if (login := self.read(root, name)) is not None), None)
        if direct is not None or remote:
            return direct
        logins = self.logins()
        others = [login for login in logins if login.root == root] or [
            login for login in logins if _is_below(root, login.root) or _is_below(login.root, root)
        ]
        return others[0] if len(others) == 1 else None

    def write(self, login: Login) -> None:
        """Keep a login; it is on disk when this returns.

        Raises:
            CannotWrite: and the one before is as it was.
        """
        path = self._path(login.root, login.remote)
        # what lasts goes into the keyring; a token that is renewed within the hour would only wear it out
        apart = SECRETS if not login.is_renewable else tuple(name for name in SECRETS if name != "access")
        ring = Login(
            login.root, login.remote, login.grant, login.made, **{name: getattr(login, name) for name in apart}
        )
        in_ring = any(getattr(ring, name) for name in apart) and self._keyring.put(path.stem, written(ring))
        _make_private(path)
        with replacing(path) as stream:
            stream.write(written(login, without=apart if in_ring else ()).encode())
        if not in_ring:
            self._keyring.drop(path.stem)

    def remove(self, login: Login) -> None:
        """Forget a login.

        Raises:
            CannotWrite: the file stays.
        """
        path = self._path(login.root, login.remote)
        self._keyring.drop(path.stem)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CannotWrite(f"{path}: cannot be removed: {error.strerror}") from error

    @contextmanager
    def locked(self, login: Login) -> Iterator[None]:
        """One process, and one thread of it, at a time.

        Raises:
            Locked: another one holds it for longer than any answer takes.
        """
        path = self._path(login.root, login.remote).with_suffix(".lock")
        waited, pause = 0.0, 0.01
        while True:
            try:
                lock = FolderLock(path, "another bcfsync renews this login")
                break
            except Locked:
                if waited >= _PATIENCE:
                    raise
                self._sleep(pause)
                waited, pause = waited + pause, min(pause * 2, 0.25)
        with lock:
            yield

    def _path(self, root: str, remote: str) -> Path:
        digest = hashlib.sha256(f"{root}\n{remote}".encode()).hexdigest()[:16]
        words = re.sub(r"[^\w.-]+", "-", f"{root.rpartition('://')[2]}-{remote}").strip("-")[:60]
        return self._folder / f"{words}-{digest}.json"

    def _read(self, path: Path) -> Login | None:
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise LoginUnreadable(f"{path}: the login cannot be read") from error
        if not text:
            return None  # made, and never filled
        try:
            found = read(text)
            return self._with_ring(found, path) if is_apart(text) else found
        except (ValueError, TypeError) as error:
            raise LoginUnreadable(f"{path}: this is no login") from error

    def _with_ring(self, found: Login, path: Path) -> Login:
        """The login with what the keyring has of it."""
        text = self._keyring.get(path.stem)
        if text is None:
            if found.access:
                return found  # good until its end
            raise LoginUnreadable(f"{path}: the keyring does not give the login's secret")
        ring = read(text)
        kept = {name: getattr(ring, name) for name in SECRETS if getattr(ring, name)}
        return replace(found, **kept)


def _is_below(upper: str, lower: str) -> bool:
    return lower.startswith(f"{upper}/")


def _make_private(path: Path) -> None:
    """See that the file is there, and for nobody else, before anything stands in it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.name == "posix":
            path.parent.chmod(0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        if os.name == "posix":
            path.chmod(0o600)
    except OSError as error:
        raise CannotWrite(f"{path}: cannot be written: {error.strerror}") from error
