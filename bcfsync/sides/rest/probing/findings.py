"""What a probe found: values with their evidence.

Owns: ``Finding``, ``Findings``. Sees nothing. Rules: nothing is assumed; what was not seen is UNKNOWN.
"""

from collections.abc import Iterator
from dataclasses import dataclass

YES, NO, UNKNOWN = "yes", "no", "unknown"
ABSENT = "absent"
"""There is no route for it."""
REJECTED = "rejected"
"""A body with it is refused, and one without it is taken."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is known of a server, and from which requests."""

    name: str
    value: str
    evidence: str = ""


class Findings:
    """Findings by name, in the order they were made."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    def note(self, name: str, value: str | bool | None, *evidence: object) -> None:  # noqa: FBT001 - a finding
        """Put a value on record; True is YES, False is NO, None is UNKNOWN."""
        said = value if isinstance(value, str) else UNKNOWN if value is None else YES if value else NO
        self._found[name] = Finding(name, said, "; ".join(map(str, evidence)))

    def value(self, name: str) -> str:
        """The value of a name; UNKNOWN where nobody looked."""
        found = self._found.get(name)
        return UNKNOWN if found is None else found.value

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found.values())
