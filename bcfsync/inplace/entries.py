"""The entries of an archive while it is being edited: what is replaced, added, removed, and which names are free.

Owns: the list of changes. Sees: archive. A name is one name in any letter case, as on Windows.
"""

import posixpath
from collections.abc import Iterable
from typing import Protocol

from bcfsync.archive.rewriting import Changes
from bcfsync.archive.writing import Payload
from bcfsync.errors import UsageError


class CannotEdit(UsageError, ValueError):
    """The archive cannot be changed this way without losing something it holds."""

    hint = "write to a new file"


class Names(Protocol):
    """An archive, as far as its names go."""

    @property
    def names(self) -> tuple[str, ...]:
        """All usable entries in directory order."""
        ...


class Entries:
    """Collects changes; ``kept`` are entries that something of the new model still refers to."""

    def __init__(self, archive: Names, kept: Iterable[str]) -> None:
        self._names = {name.lower(): name for name in archive.names}
        self._last = {name.rpartition("/")[0]: name for name in archive.names}
        self._kept = frozenset(kept)
        self._replaced: dict[str, Payload] = {}
        self._removed: dict[str, None] = {}
        self._added: dict[str, tuple[str, Payload, str | None]] = {}

    def changes(self) -> Changes:
        """What was collected."""
        return Changes(self._replaced, frozenset(self._removed), tuple(self._added.values()))

    def replace(self, name: str, payload: Payload) -> None:
        """Put other bytes in the place of an entry."""
        self._replaced[name] = payload

    def add(self, name: str, payload: Payload) -> None:
        """Add an entry, behind the last one of its folder.

        Raises:
            CannotEdit: there is one of that name, which nothing of the change speaks of.
        """
        key = name.lower()
        if key in self._added:
            return
        held = self._names.get(key)
        if held is None:
            self._added[key] = (name, payload, self._last.get(posixpath.dirname(name)))
        elif held in self._removed:
            del self._removed[held]
            self._replaced[held] = payload
        else:
            raise CannotEdit(f"the archive holds an entry {held} already")

    def remove(self, names: Iterable[str]) -> None:
        """Drop entries, except those still referred to and those that got other bytes."""
        self._removed.update(
            dict.fromkeys(name for name in names if name not in self._kept and name not in self._replaced)
        )

    def free(self, folder: str, wanted: Iterable[str]) -> str:
        """The first of these file names that is free in a folder, else the last one with a number."""
        last = ""
        for last in wanted:
            if self._is_free(posixpath.join(folder, last)):
                return last
        stem, ending = posixpath.splitext(last)
        number = 2
        while not self._is_free(posixpath.join(folder, f"{stem}-{number}{ending}")):
            number += 1
        return f"{stem}-{number}{ending}"

    def _is_free(self, name: str) -> bool:
        return name.lower() not in self._names and name.lower() not in self._added
