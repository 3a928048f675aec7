"""Lenient reading of JSON: typed members of an object, None where a member makes no sense.

Owns: what counts as absent, and the error for an answer that cannot be used at all. Sees: dates.
Rules: both sides ignore unknown members (BCF-API 2.1 and 3.0); null, absent and blank mean the same.
A member of the wrong type reads as absent; who wants to know gives a list, and every such member is told there.
"""

import math

from bcfsync.dates import Timestamp, read_timestamp
from bcfsync.errors import ServerTrouble

Json = dict[str, object]
"""A JSON object to be sent."""

_WORDS = ("error", "message", "detail")
_LONGEST = 200

Odd = list[str] | None
"""Where to tell what has the wrong type, one line a member; None: nobody asks."""


class AnswerNotUnderstood(ServerTrouble, ValueError):
    """A server's answer is not what BCF-API describes: no object, no list, or without its guid."""

    hint = "check that the address is the one of a BCF-API and that the version is the server's"


def list_of(url: str, data: object) -> list[object]:
    """The items of an answer that has to be a list; where it is something else, its own words say more.

    Raises:
        AnswerNotUnderstood: it is none.
    """
    if isinstance(data, list):
        return data
    said = next((data[name] for name in _WORDS if data.get(name)), None) if isinstance(data, dict) else None
    more = f", which says: {' '.join(str(said).split())[:_LONGEST]}" if said else ""
    raise AnswerNotUnderstood(f"{url}: expected a list, got {kind(data)}{more}")


class JsonObject:
    """One JSON object being read; ``what`` is how errors call it, ``odd`` collects members of the wrong type.

    The getters never raise: a member of the wrong type reads as absent.

    Raises:
        AnswerNotUnderstood: the value is no object.
    """

    def __init__(self, data: object, what: str, odd: Odd = None) -> None:
        if not isinstance(data, dict):
            raise AnswerNotUnderstood(f"{what}: expected an object, got {kind(data)}")
        self._data = data
        self.what = what
        self.odd = odd

    def has(self, name: str) -> bool:
        """Whether the member is there at all, null included."""
        return name in self._data

    def value(self, name: str) -> object:
        """The member as it is; None where absent."""
        found: object = self._data.get(name)
        return found

    def exact(self, name: str) -> str:
        """A text exactly as it is; "" where absent."""
        found = self.value(name)
        if isinstance(found, str):
            return found
        self._tell(name, "a text")
        return ""

    def text(self, *names: str) -> str | None:
        """The first of these members that is a text and not blank, exactly."""
        return next((found for found in map(self.exact, names) if found.strip()), None)

    def key(self, name: str) -> str | None:
        """An id, an opaque text; some servers count and send integers."""
        number = _integer(self.value(name))
        return self.text(name) if number is None else str(number)

    def needed_key(self, name: str) -> str:
        """An id that the server owes.

        Raises:
            AnswerNotUnderstood: there is none.
        """
        found = self.key(name)
        if found is None:
            raise AnswerNotUnderstood(f"{self.what}: the member {name!r} is {kind(self.value(name))}, expected an id")
        return found

    def integer(self, name: str) -> int | None:
        """An integer, also one written as 3.0."""
        found = _integer(self.value(name))
        if found is None:
            self._tell(name, "an integer")
        return found

    def number(self, name: str) -> float | None:
        """A finite number."""
        found = _finite(self.value(name))
        if found is None:
            self._tell(name, "a finite number")
        return found

    def flag(self, *names: str) -> bool | None:
        """The first of these members that is a boolean, also as text: the schemas give defaults as ``"false"``."""
        words = {"true": True, "false": False}
        for name in names:
            found = self.value(name)
            said = words.get(found.strip().lower()) if isinstance(found, str) else found
            if isinstance(said, bool):
                return said
            self._tell(name, "a boolean")
        return None

    def date(self, name: str) -> Timestamp | None:
        """A date-time; without zone it is UTC."""
        text = self.exact(name)
        found = read_timestamp(text)
        if text.strip() and found is None:
            self._tell(name, "a date-time")
        return found

    def texts(self, name: str) -> tuple[str, ...] | None:
        """A list of texts without nulls and blanks; None where there is no list."""
        found = self.value(name)
        if not isinstance(found, list):
            self._tell(name, "a list")
            return None
        for at, item in enumerate(found):
            if self.odd is not None and item is not None and not isinstance(item, str):
                self.odd.append(f"{self.what}.{name}[{at}]: expected a text, got {kind(item)}")
        return tuple(item for item in found if isinstance(item, str) and item.strip())

    def child(self, name: str) -> "JsonObject | None":
        """An object inside this one."""
        found = self.value(name)
        if isinstance(found, dict):
            return JsonObject(found, f"{self.what}.{name}", self.odd)
        self._tell(name, "an object")
        return None

    def children(self, name: str) -> list["JsonObject"]:
        """The objects of a list; none where there is no list."""
        found = self.value(name)
        if isinstance(found, list):
            return members(found, f"{self.what}.{name}", self.odd)
        self._tell(name, "a list")
        return []

    def _tell(self, name: str, expected: str) -> None:
        """A member that is there and no use; null and absent are nothing to tell."""
        if self.odd is not None and self.value(name) is not None:
            self.odd.append(f"{self.what}.{name}: expected {expected}, got {kind(self.value(name))}")


def members(data: object, what: str, odd: Odd = None) -> list[JsonObject]:
    """The objects of a list, without what is no object; null is the empty list.

    Raises:
        AnswerNotUnderstood: the value is no list.
    """
    if data is None:
        return []
    if not isinstance(data, list):
        raise AnswerNotUnderstood(f"{what}: expected a list, got {kind(data)}")
    if odd is not None:
        strangers = ((at, item) for at, item in enumerate(data) if not isinstance(item, dict))
        odd.extend(f"{what}[{at}]: expected an object, got {kind(item)}" for at, item in strangers)
    return [JsonObject(item, what, odd) for item in data if isinstance(item, dict)]


def _integer(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def kind(data: object) -> str:
    """What a JSON value is, in words for people."""
    match data:
        case None:
            return "nothing"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text" if data.strip() else "a blank text"
        case list():
            return "a list"
        case _:
            return "an object"
