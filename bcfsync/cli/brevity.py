"""What is said briefly: a long value, and what happens again and again for one reason.

Owns: how much of it people see; programs get all of it. Sees: options.
"""

import re
from collections import Counter
from collections.abc import Iterator

from bcfsync.cli.options import printable

MOST_CONFLICTS = 10
"""So many are listed; who wants all of them says ``--verbose`` or ``--json``."""
_MOST_ALIKE = 3
_LONGEST = 60
_GUID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[0-9A-Za-z_$]{22}(?=[/:\s]|$)", re.IGNORECASE)


class Alike:
    """Tells the same reason a few times, and counts it from then on."""

    def __init__(self, *, all_of_it: bool = False) -> None:
        self._all = all_of_it
        self._counts: Counter[str] = Counter()

    def is_news(self, reason: str) -> bool:
        """Count a reason, whatever it happened to; whether it is still worth a line."""
        plain = _GUID.sub("…", reason)
        self._counts[plain] += 1
        return self._all or self._counts[plain] <= _MOST_ALIKE

    def rest(self) -> Iterator[str]:
        """A line for each reason that was not told every time; and begin anew."""
        if not self._all:
            for reason, count in self._counts.items():
                if count > _MOST_ALIKE:
                    yield f"and {count - _MOST_ALIKE} more (--verbose names them): {reason}"
        self._counts.clear()


def short(value: str | None) -> str:
    """A value for one line."""
    text = printable(value or "")
    if not text:
        return "nothing"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
