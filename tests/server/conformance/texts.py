"""The four texts of the BCF API that the suite judges by.

Owns: their names and where a server speaks them. Governed by: BCF-API 1.0 (tag of February 2015 and text of November
2015), 2.1 (the branch), 3.0 with Foundation API 1.0.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its name in the table, the base of its URLs, and where its unversioned services lie."""

    name: str
    base: str
    versions: str
    auth: str
    current_user: str | None

    @property
    def is_1_0(self) -> bool:
        """Either text of 1.0."""
        return self.name.startswith("1.0")


TAG = Text("1.0 tag", "/bcf/1.0", "/bcf/version", "/bcf/auth", None)
LATE = Text("1.0 late", "/bcf/2.0", "/bcf/version", "/bcf/auth", None)
V21 = Text("2.1", "/bcf/2.1", "/bcf/versions", "/bcf/2.1/auth", "/bcf/2.1/current-user")
V30 = Text("3.0", "/bcf/3.0", "/foundation/versions", "/foundation/1.0/auth", "/foundation/1.0/current-user")

TEXTS = (TAG, LATE, V21, V30)
OLD = (TAG, LATE)
NEW = (V21, V30)
