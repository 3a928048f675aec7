"""How far the reading of a project is, for whoever cares to look.

Owns: the count. Sees nothing and calls nobody: who wants to show it looks at it now and then, from any thread.
"""

import threading
from dataclasses import dataclass, replace
from enum import Enum


class What(Enum):
    """What is read."""

    NOTHING = "nothing"
    LIST = "the list of topics"
    TOPICS = "topics"
    BYTES = "pictures, snippets and documents"


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of it was read; ``total`` is None where nobody knows."""

    what: What = What.NOTHING
    done: int = 0
    total: int | None = None


class Count:
    """Counts what is read by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = Progress()
        """As of now; one value, replaced as a whole."""

    def begin(self, what: What, total: int | None = None) -> None:
        """Something else is read from now on."""
        with self._lock:
            self.now = Progress(what, 0, total)

    def one_more(self, what: What) -> None:
        """One more was read; the first of its kind begins it."""
        with self._lock:
            now = self.now if self.now.what is what else Progress(what)
            self.now = replace(now, done=now.done + 1)
