"""A computer of a world: its folder, the state of its bcfsync, and the programs that work with it.

Two of them share a server and nothing else: each has a folder of its own, and a state of its own.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sim_folder import File, SimFolder
from sim_store import Rows, SimStore
from sim_tools import Tool

if TYPE_CHECKING:
    from sim_driver import Engine


@dataclass(frozen=True)
class Standing:
    """Where a computer stands after the first turns."""

    files: dict[str, File]
    stamps: int
    writes: int
    state: Rows


@dataclass
class Machine:
    """One computer. ``user`` is who its bcfsync is on the server; ``gaps`` are archives that are away for a moment."""

    name: str
    user: str
    folder: SimFolder
    store: SimStore
    tools: list[Tool]
    gaps: dict[str, File] = field(default_factory=dict)
    backup: Rows | None = None
    removed: set[str] = field(default_factory=set)
    engine: "Engine" = field(init=False)

    @property
    def whose(self) -> str:
        """Of whom something is told, where there are several."""
        return f" of {self.name}" if self.name else ""

    @property
    def unmet(self) -> set[str]:
        """Archives that no turn has met to its end."""
        return set(self.folder.files) - set(self.store.archives())

    def standing(self) -> Standing:
        """Where it stands."""
        return Standing(dict(self.folder.files), self.folder.stamps, self.folder.writes, self.store.saved())

    def take(self, other: Standing) -> None:
        """Stand where another one stood."""
        self.folder.files, self.folder.stamps, self.folder.writes = dict(other.files), other.stamps, other.writes
        self.store.restore(other.state)

    def close_gaps(self) -> None:
        """What was deleted to be written anew is back."""
        self.folder.files.update(self.gaps)
        self.gaps.clear()

    def finish_saves(self) -> None:
        """Files that were half there are whole after the turn that met them."""
        for name, file in self.folder.files.items():
            if file.torn:
                self.folder.files[name] = replace(file, torn=False, stamp=self.folder.stamp())

    def go_home(self) -> None:
        """Nobody works at it any more."""
        self.close_gaps()
        self.finish_saves()
        self.folder.mounted = True
        for tool in self.tools:
            tool.copy, tool.pending = None, []
