"""The operating system's keyring, where there is one.

Owns: the optional library ``keyring``. What it cannot hold, or not now, goes elsewhere: the caller is told.
"""

import importlib
from typing import Any

_SERVICE = "bcfsync"


class Keyring:
    """Texts by name, in the keyring of this user; without the library, or a keyring behind it, it takes nothing."""

    def __init__(self, backend: Any = None) -> None:  # noqa: ANN401 - the library's module, or a test's
        """Find the library, unless a ``backend`` with its three functions is given."""
        self._ring = _found() if backend is None else backend

    def put(self, name: str, text: str) -> bool:
        """Keep a text; whether it is kept, and can be read again."""
        if self._ring is None:
            return False
        try:
            self._ring.set_password(_SERVICE, name, text)
            return bool(self._ring.get_password(_SERVICE, name) == text)
        except Exception:  # noqa: BLE001 - each backend has errors of its own: locked, too long, no bus, refused
            return False

    def get(self, name: str) -> str | None:
        """The text of a name; None where it is not there, or the keyring stays locked."""
        if self._ring is None:
            return None
        try:
            found = self._ring.get_password(_SERVICE, name)
        except Exception:  # noqa: BLE001 - as above
            return None
        return found if isinstance(found, str) else None

    def drop(self, name: str) -> None:
        """Forget a text."""
        if self._ring is None:
            return
        try:
            self._ring.delete_password(_SERVICE, name)
        except Exception:  # noqa: BLE001 - as above; most of all: there is none
            return


def _found() -> Any:  # noqa: ANN401 - a module without types, or None
    try:
        ring = importlib.import_module("keyring")
        usable = ring.get_keyring().priority > 0
    except Exception:  # noqa: BLE001 - not installed, or no keyring behind it
        return None
    return ring if usable else None
