"""Whether a server that breaks over one topic after another is worth asking on.

Owns: when reading ends before its end. Sees: errors, net. Rules: a refusal is an answer, of which any number may come,
since rights are given topic by topic (BIMData). A server that breaks over ten in a row, with nothing between that went
well, is down. So is one to which the connection breaks, or that does not answer, for four: each may have taken minutes.
"""

import threading

from bcfsync.errors import BcfsyncError
from bcfsync.net import Broken, Refused

_ENOUGH = 10
_OF_THE_LINE = 3


class Patience:
    """How much of it is left; safe to use from several threads."""

    def __init__(self) -> None:
        self.over: BcfsyncError | None = None
        """What the server broke over first, once it has broken over too many."""
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._first: BcfsyncError | None = None

    def went(self) -> None:
        """Something went well."""
        with self._lock:
            self._in_a_row, self._first = 0, None

    def broke(self, error: BcfsyncError) -> None:
        """Something did not."""
        with self._lock:
            if isinstance(error, Refused):
                self._in_a_row, self._first = 0, None
                return
            self._in_a_row += _OF_THE_LINE if isinstance(error, Broken) else 1
            self._first = self._first or error
            if self._in_a_row >= _ENOUGH:
                self.over = self.over or self._first
