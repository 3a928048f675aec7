"""One table of a TOML file, taken apart with an eye on everything in it.

Owns: the error for a bad configuration, checks of types and names. Sees: errors.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from bcfsync.errors import UsageError

E = TypeVar("E", bound=StrEnum)
_SHOWN = 60


class BadConfig(UsageError, ValueError):
    """``bcfsync.toml`` cannot be used: no TOML, an unknown key, a value that makes no sense."""

    hint = "correct the line, then run the command again"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file something stands: ``pair.tower-a.folder``."""

    file: Path
    keys: tuple[str, ...] = ()

    def __truediv__(self, key: str | int) -> "Place":
        return Place(self.file, (*self.keys, str(key)))

    def bad(self, problem: str, hint: str = "") -> BadConfig:
        """The error for what stands here: file, key, what is wrong; what to do is the hint."""
        where = ".".join(key if key.isprintable() and len(key) <= _SHOWN else repr(key[:_SHOWN]) for key in self.keys)
        return BadConfig(f"{self.file}: {where}: {problem}" if where else f"{self.file}: {problem}", hint=hint)


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its place; every way of asking refuses what is not as it should be."""

    place: Place
    data: Mapping[str, object]

    def expect(self, known: Iterable[str], secrets: Iterable[str] = ()) -> None:
        """Refuse unknown keys, with the nearest known one.

        Raises:
            BadConfig
        """
        names = list(known)
        for key in self.data:
            if key in set(secrets):
                raise (self.place / key).bad(
                    "secrets do not belong into this file", "set BCFSYNC_TOKEN, or name a token_command"
                )
            if key not in names:
                raise (self.place / key).bad("unknown key", nearest(key, names))

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text that is not blank."""
        value = self.data.get(key)
        if key not in self.data:
            return default
        return checked_text(value, self.place / key)

    def needed(self, key: str) -> str:
        """A text that must be there."""
        found = self.text(key)
        if found is None:
            raise self.place.bad(f"{key} is missing", f'add a line such as {key} = "…"')
        return found

    def one_of(self, key: str, kind: type[E], default: E) -> E:
        """A text that is one of a few."""
        return chosen(self.data[key], kind, self.place / key) if key in self.data else default

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts."""
        if key not in self.data:
            return default
        value = self.data[key]
        if not isinstance(value, list):
            raise (self.place / key).bad(f"must be a list of texts, not {named(value)}", f'write {key} = ["…"]')
        return tuple(checked_text(item, self.place / key) for item in value)

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """A number within bounds."""
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise (self.place / key).bad(f"must be a number, not {named(value)}", f"write {key} = {default:g}")
        if not least <= value <= most:
            raise (self.place / key).bad(f"must be from {least:g} to {most:g}", f"write {key} = {default:g}")
        return float(value)

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        found = self.number(key, default, least, most)
        if not found.is_integer():
            raise (self.place / key).bad("must be a whole number", f"write {key} = {default}")
        return int(found)

    def tables(self, key: str) -> Iterable[tuple[str, "Table"]]:
        """The tables a table of tables holds, by name."""
        found = as_table(self.data.get(key, {}), self.place / key)
        for name in found.data:
            yield name, as_table(found.data[name], found.place / name)

    def listed(self, key: str) -> Iterable["Table"]:
        """The tables of an array of tables."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            here = ".".join((*self.place.keys, key))
            raise (self.place / key).bad("must be a list of tables", f"write [[{here}]] with two brackets")
        for number, item in enumerate(value, 1):
            yield as_table(item, self.place / key / number)


def as_table(value: object, place: Place) -> Table:
    """The value as a table.

    Raises:
        BadConfig: it is none.
    """
    if not isinstance(value, dict):
        raise place.bad(f"must be a table, not {named(value)}", f"write [{'.'.join(place.keys)}]")
    return Table(place, value)


def checked_text(value: object, place: Place) -> str:
    """A text that is not blank and can be shown.

    Raises:
        BadConfig: it is something else.
    """
    if not isinstance(value, str):
        raise place.bad(f"must be a text in quotes, not {named(value)}", "put it in quotes")
    if not value.strip():
        raise place.bad("must not be empty", "fill it in, or remove the line")
    if not value.isprintable():
        raise place.bad("holds characters that cannot be shown", "write it anew")
    return value


def chosen(value: object, kind: type[E], place: Place) -> E:
    """The one of a few words that was written.

    Raises:
        BadConfig: it is none of them.
    """
    names = [str(item) for item in kind]
    if not isinstance(value, str):
        raise place.bad(f"must be one of {', '.join(names)}, not {named(value)}", f'write "{names[0]}"')
    if value not in names:
        raise place.bad(f"{shown(value)} is none of {', '.join(names)}", nearest(value, names))
    return kind(value)


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, else what there is."""
    names = list(known)
    # unlike names have most of their letters in common with none
    found = difflib.get_close_matches(word[:_SHOWN].casefold(), names, n=1, cutoff=0.5)
    return f'did you mean "{found[0]}"?' if found else f"known here: {', '.join(names)}"


def shown(value: str) -> str:
    """A text from a file, in quotes, short enough for a line."""
    return f'"{value}"' if value.isprintable() and len(value) <= _SHOWN else repr(value[:_SHOWN])


def named(value: object) -> str:
    """What sort of thing a value of TOML is, for people."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or a time"
