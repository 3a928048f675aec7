"""A line that is written over, and one that stays.

Owns: what a terminal is told. Sees: rich, once something is shown: a short command does not wait for it.
"""

from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from rich.console import Console


class Outlet(Protocol):
    """Where it is shown how far something is; of ``show`` and ``clear`` one thread at a time."""

    first: float
    """Seconds before anything is shown: what is over by then needs no telling."""
    every: float
    """Seconds between two showings."""
    beat: float
    """Seconds between two looks."""

    def show(self, text: str) -> None:
        """Show it, in place of what was shown before."""

    def clear(self) -> None:
        """Make room for other lines."""

    def again(self) -> None:
        """Show again what was cleared."""


class PlainLines:
    """For a file or a pipe: a line every ten seconds."""

    first = 10.0
    every = 10.0
    beat = 1.0

    def show(self, text: str) -> None:
        """Print a line."""
        click.echo(text, err=True)

    def clear(self) -> None:
        """Lines are whole: nothing is in the way."""

    def again(self) -> None:
        """It is still there."""


class LiveLine:
    """For a terminal: one line, as long as there is room, gone when something else is to be printed."""

    first = 0.5
    every = 0.2
    beat = 0.1

    def __init__(self, console: "Console | None" = None) -> None:
        self._console = console
        self._shown = ""
        self._cleared = ""

    def show(self, text: str) -> None:
        """Write over the line; what is too long for it ends early. The cursor stays visible, however it ends."""
        from rich.text import Text  # noqa: PLC0415

        console = self._console or _console()
        self._console = console
        if console.is_dumb_terminal:
            self.every = PlainLines.every
            click.echo(text, err=True)
            return
        self.clear()
        room = max(console.width - 1, 1)
        line = Text(fitting(text, room))
        line.truncate(room, overflow="crop")
        self._shown = text  # before it is there: whoever is interrupted just now clears it
        console.print(line, end="", soft_wrap=True, highlight=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._console is None or not self._shown:
            self._cleared = ""
            return
        from rich.control import Control  # noqa: PLC0415
        from rich.segment import ControlType  # noqa: PLC0415

        self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
        self._cleared, self._shown = self._shown, ""

    def again(self) -> None:
        """Put the line back."""
        if self._cleared:
            self.show(self._cleared)


def fitting(text: str, room: int) -> str:
    """As much of "pair: what: how far, how fast, how long" as there is room for; how far it is goes last of all."""
    from rich.cells import cell_len  # noqa: PLC0415

    *heads, tail = text.split(": ")
    parts = tail.split(", ")
    for first in range(len(heads) + 1):
        for last in range(len(parts), 0, -1):
            words = ": ".join((*heads[first:], ", ".join(parts[:last])))
            if cell_len(words) <= room:
                return words
    return parts[0]


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True)
