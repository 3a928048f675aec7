"""Seams: every moment at which the world may strike, and the strikes that wait for theirs.

A seam is announced by its name, such as "server listing" or "commit confirm_all, after". A strike is armed for the
n-th seam of a turn and comes true at the first one from there on that it fits.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bcfsync.net import Unreachable


class Crash(BaseException):
    """The process ends here: nothing of it runs on, not even its clean-up."""


AT = {
    "crash": "",
    "somebody": "",
    "offline": "server",
    "lost request": "server write",
    "lost answer": "server write",
    "late": "server write",
    "refused": "server write",
    "stale tag": "server write",
    "busy": "archive replaced",
    "full": "archive replaced",
    "torn": "archive opened",
    "clock": "",
}
"""Every strike with the beginning of the names of the seams it fits; "" fits everywhere."""


@dataclass(slots=True)
class Strike:
    """One thing that goes wrong, or one person who acts in the middle of a turn."""

    at: int
    what: str
    act: Callable[[], None] | None = None
    words: str = ""


@dataclass
class Seams:
    """The seams of one world. ``dead`` while a crashed process is being cleared away."""

    tell: Callable[[str], None]
    strikes: list[Strike] = field(default_factory=list)
    passed: int = 0
    dead: bool = False
    busy: bool = False
    ticking: Callable[[], None] = lambda: None
    counts: Counter[str] = field(default_factory=Counter)

    def arm(self, strikes: list[Strike]) -> None:
        """Forget older strikes and wait for these."""
        self.strikes, self.passed, self.dead = sorted(strikes, key=lambda item: item.at), 0, False

    def at(self, name: str) -> str:
        """Pass a seam; gives the name of a strike that the caller has to carry out itself, or "".

        Raises:
            Crash: the process ends, or has ended.
            Unreachable: the server cannot be reached.
        """
        if self.dead:
            raise Crash
        if self.busy:
            return ""
        self.passed += 1
        self.ticking()
        if not self.strikes:
            return ""
        return self._struck(name)

    def _struck(self, name: str) -> str:
        due = [item for item in self.strikes if item.at <= self.passed and name.startswith(AT[item.what])]
        answer = ""
        for item in due:
            if answer:
                break
            self.strikes.remove(item)
            self.counts[item.what] += 1
            answer = self._strike(item, name)
        return answer

    def _strike(self, item: Strike, name: str) -> str:
        if item.what in {"somebody", "clock"}:
            self.tell(f"  meanwhile, at {name}:")
            self.busy = True
            try:
                if item.act:
                    item.act()
            finally:
                self.busy = False
            return ""
        self.tell(f"  {item.what} at {name}")
        if item.what == "crash":
            self.dead = True
            raise Crash
        if item.what == "offline":
            raise Unreachable("the network is down")
        return item.what
