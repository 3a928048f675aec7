"""What the engine needs of a folder of archives; ``folder`` is the one on a disk.

Owns: the ``Folder`` protocol. Sees: changes.
"""

from collections.abc import Mapping
from typing import Protocol

from bcfsync.changes import Side


class Folder(Protocol):
    """The archives of one folder, by the names of their replicas."""

    def scan(self) -> Mapping[str, str]:
        """Every archive there is with its stamp, without opening any.

        Raises:
            Guarded: (a subclass) the folder's marker is missing; nothing may be concluded from what is not there.
        """
        ...

    def open(self, replica: str) -> Side:
        """An archive as a side, also one that is not there yet; the caller closes it by ``close``.

        Raises:
            InvalidArchive: (a subclass) it cannot be read, now or ever.
        """
        ...

    def close(self, replica: str) -> None:
        """Let go of an archive, so that other programs may replace it."""
        ...

    def doubtful(self, replica: str) -> str | None:
        """Why an archive that the last scan did not show may be there all the same; None where it is not."""
        ...
