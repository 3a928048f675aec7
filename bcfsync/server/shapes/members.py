"""Reading the members of a JSON body with the checks that are the same everywhere.

Owns: JSON text to value, type checks, and messages that name the member. Sees: the standard library.
Governed by: Foundation API 1.0 (bodies are JSON, unknown members are ignored, errors are ``{"message": …}``).
"""

import base64
import json
import math
import re
from collections.abc import Collection
from typing import NoReturn

from bcfsync.server import dates
from bcfsync.server.refusals import Malformed
from bcfsync.server.store.database import JsonObject

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WHITE = re.compile(r"\s+")
_INTEGERS = range(-(2**63), 2**63)


def json_value(data: bytes) -> object:
    """Decode a request body.

    Raises:
        Malformed: It is not JSON in UTF-8, says NaN or Infinity, which JSON does not have, or a member twice.
    """
    try:
        # the text is decoded here: of bytes, json would guess UTF-16 and UTF-32, too
        value: object = json.loads(data.decode(), parse_constant=_refuse_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"body: not JSON ({error})") from error
    return value


def _once(pairs: list[tuple[str, object]]) -> JsonObject:
    members = dict(pairs)
    if len(members) < len(pairs):
        met: set[str] = set()
        for name, _ in pairs:
            if name in met:
                raise ValueError(f"the member {name[:100]!r} is there twice")
            met.add(name)
    return members


def present(members: JsonObject) -> JsonObject:
    """The members that have a value: null and absent mean the same."""
    return {name: value for name, value in members.items() if value is not None}


def guid_text(text: str, where: str) -> str:
    """A guid as clients may choose it.

    Raises:
        Malformed: It is no RFC 4122 UUID in its usual spelling.
    """
    if not _GUID.fullmatch(text):
        raise Malformed(f"{where}: must be a UUID such as 63e78882-7c6a-4bf7-8982-fc478afb9c97")
    return text


class Members:
    """The members of one JSON object; ``where`` is the object's own place in the body.

    Each method returns None for a member that is absent or null, unless it is required.

    Raises:
        Malformed: The value is no object, or (from the methods) a member is not what it must be.
    """

    def __init__(self, value: object, where: str = "") -> None:
        if not isinstance(value, dict):
            raise Malformed(f"{where or 'body'}: must be a JSON object")
        self._value = value
        self._where = where

    def place(self, name: str) -> str:
        """Where a member stands, for messages."""
        return f"{self._where}.{name}" if self._where else name

    def wrong(self, name: str, complaint: str) -> NoReturn:
        """Refuse the body because of this member."""
        raise Malformed(f"{self.place(name)}: {complaint}")

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self._value.get(name) is not None

    def is_said(self, name: str) -> bool:
        """Whether the member is there, be it null."""
        return name in self._value

    def is_object(self, name: str) -> bool:
        """Whether the member is an object, where a list would do, too."""
        return isinstance(self._value.get(name), dict)

    def text(self, name: str, *, required: bool = False) -> str | None:
        """A string."""
        value = self._get(name, required=required)
        if value is None:
            return None
        return self._checked_text(name, value)

    def needed_text(self, name: str) -> str:
        """A string that must be there."""
        return self._checked_text(name, self._get(name, required=True))

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of a few strings; must be there."""
        value = self.needed_text(name)
        if value not in allowed:
            self.wrong(name, f"must be one of {', '.join(sorted(allowed))}")
        return value

    def texts(self, name: str) -> list[str] | None:
        """A list of strings."""
        values = self.array(name)
        return None if values is None else [self._checked_text(name, value) for value in values]

    def integer(self, name: str) -> int | None:
        """A whole number of at most 64 bits."""
        value = self._get(name)
        if value is not None and (type(value) is not int or value not in _INTEGERS):
            self.wrong(name, "must be an integer")
        return value

    def needed_integer(self, name: str) -> int:
        """The same, which must be there."""
        value = self.integer(name)
        return self.wrong(name, "is required") if value is None else value

    def number(self, name: str, *, required: bool = False) -> float | None:
        """A finite number."""
        value = self._get(name, required=required)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not _is_finite(value):
            self.wrong(name, "must be a number")
        return value

    def flag(self, name: str, *, required: bool = False) -> bool | None:
        """A boolean."""
        value = self._get(name, required=required)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, "must be true or false")
        return value

    def date(self, name: str) -> str | None:
        """A date as ISO 8601 text, kept as it is spelled."""
        text = self.text(name)
        if text is not None:
            try:
                dates.parse(text)
            except ValueError:
                self.wrong(name, "must be an ISO 8601 date")
        return text

    def data(self, name: str) -> bytes:
        """Bytes as base64, plain or in a ``data:`` URI (as in the examples of early 2.1); must be there."""
        text = self.needed_text(name)
        if text.startswith("data:"):
            text = text.partition(",")[2]
        try:
            decoded = base64.b64decode(_WHITE.sub("", text), validate=True)
        except ValueError:
            self.wrong(name, "must be base64")
        if not decoded:
            self.wrong(name, "must not be empty")
        return decoded

    def array(self, name: str) -> list[object] | None:
        """A list of anything."""
        value = self._get(name)
        if value is not None and not isinstance(value, list):
            self.wrong(name, "must be an array")
        return value

    def child(self, name: str, *, required: bool = False) -> "Members | None":
        """A nested object."""
        value = self._get(name, required=required)
        return None if value is None else Members(value, self.place(name))

    def children(self, name: str) -> "list[Members] | None":
        """A list of nested objects."""
        values = self.array(name)
        return None if values is None else [Members(v, f"{self.place(name)}[{i}]") for i, v in enumerate(values)]

    def needed(self, name: str) -> object:
        """Anything but null; must be there."""
        return self._get(name, required=True)

    def _get(self, name: str, *, required: bool = False) -> object:
        value: object = self._value.get(name)
        if value is None and required:
            self.wrong(name, "is required")
        return value

    def _checked_text(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            self.wrong(name, "must be a string")
        try:
            value.encode()
        except UnicodeEncodeError:
            self.wrong(name, "must be valid Unicode")
        return value


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the range of floats
        return False


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
