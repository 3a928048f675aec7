"""The form of a switch, and what one is told when it is turned on.

Owns: ``Switch``, ``Setting``, ``Habits``, ``BadMischief``. Sees: the error tree. Governed by: nothing outside.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bcfsync.errors import UsageError
from bcfsync.server.mischief.exchange import Around

if TYPE_CHECKING:
    from bcfsync.server.store import ServerStore

_SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_SIZE = re.compile(r"(\d{1,15})\s*([kmg]?)b?", re.IGNORECASE)


class BadMischief(UsageError, ValueError):
    """A dialect or fault is not one there is, or its argument is not one it takes."""

    hint = "bcfsync serve --list-mischief shows all of them"


@dataclass(frozen=True, slots=True)
class Habits:
    """What the server itself must do differently, because nobody around it could.

    Args:
        honours_client_guid_21: Take guids from clients of 2.1.
        clock_skew: Seconds by which the server's clock is wrong.
        late_10: Speak the later text of 1.0 under ``/bcf/1.0``.
    """

    honours_client_guid_21: bool = False
    clock_skew: float = 0.0
    late_10: bool = False


BY_THE_BOOK = Habits()


@dataclass(frozen=True, slots=True)
class Setting:
    """A switch as it was asked for: ``name:word,word,key=value``.

    Attributes:
        name: Of the switch.
        words: Its arguments without a name.
        keys: Those with one.
        seed: What its chances depend on.
    """

    name: str
    words: tuple[str, ...] = ()
    keys: Mapping[str, str] | None = None
    seed: int = 0

    def chance(self) -> random.Random:
        """Its own stream of chances, whatever other switches do."""
        return random.Random(f"{self.seed}:{self.name}")  # noqa: S311 - it must repeat

    def word(self, default: str) -> str:
        """The first argument."""
        return self.words[0] if self.words else default

    def key(self, name: str, default: str = "") -> str:
        """An argument with a name."""
        return (self.keys or {}).get(name, default)

    def without_words(self) -> "Setting":
        """The same with the arguments that have a name alone."""
        return replace(self, words=())

    def one_of(self, *allowed: str) -> str:
        """The first argument, the first of these without one.

        Raises:
            BadMischief: It is none of them.
        """
        word = self.word(allowed[0])
        if word not in allowed:
            raise self.bad(f"{word!r} is none of {', '.join(allowed)}")
        return word

    def count(self, default: int, *, key: str | None = None, at_least: int = 1) -> int:
        """A number of things or bytes; k, M and G are taken.

        Raises:
            BadMischief: It is none.
        """
        text = self.word("") if key is None else self.key(key)
        if not text:
            return default
        found = _SIZE.fullmatch(text)
        number = int(found[1]) * _SIZES[found[2].lower()] if found else -1
        if number < at_least:
            raise self.bad(f"{text!r} must be a whole number of at least {at_least}")
        return number

    def decimal(self, default: float, *, key: str | None = None, least: float = 0.0, most: float = 1.0) -> float:
        """A number with a fraction.

        Raises:
            BadMischief: It is none, or not between these two.
        """
        text = self.word("") if key is None else self.key(key)
        try:
            number = float(text) if text else default
        except ValueError:
            number = most + 1
        if not least <= number <= most:
            raise self.bad(f"{text!r} must be a number from {least:g} to {most:g}")
        return number

    def bad(self, complaint: str) -> BadMischief:
        """What is wrong with it."""
        return BadMischief(f"{self.name}: {complaint}")


@dataclass(frozen=True, slots=True)
class Context:
    """What there is to work with.

    Args:
        store: The server's data.
        token: A token that opens everything, if there is one.
    """

    store: "ServerStore"
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """One line of the catalogue.

    Args:
        name: What it is called on the command line.
        does: What the server does when it is on.
        seen: Where that was seen, or what it stands for.
        make: Makes the switch out of its setting; raises ``BadMischief`` when it has an argument it does not take.
        takes: The arguments it takes, for people; empty when there are none.
        words: How many arguments without a name it takes at most; None is any number.
        keys: The arguments with a name that it takes; None is any.
        habits: What it changes in the server itself.
    """

    name: str
    does: str
    seen: str
    make: Callable[[Setting, Context], Around] | None
    takes: str = ""
    words: int | None = 0
    keys: tuple[str, ...] | None = ()
    habits: Callable[[Setting, Habits], Habits] | None = None

    def check(self, setting: Setting) -> None:
        """See whether the arguments are of the kind it takes.

        Raises:
            BadMischief: They are not.
        """
        if self.words is not None and len(setting.words) > self.words:
            raise setting.bad(f"takes {self.takes}" if self.takes else "takes no argument")
        unknown = [key for key in setting.keys or {} if self.keys is not None and key not in self.keys]
        if unknown:
            raise setting.bad(f"there is no {unknown[0]!r}; takes {self.takes or 'no argument'}")
