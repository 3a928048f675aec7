"""Model values as JSON that people review, and back exactly, each type checked on the way.

Owns: the text of a tree's documents. Sees: the model's dataclasses. Differs from ``plain`` in what it is for: a date
is its text, a text of several lines is a list of lines, bytes are a path, and nothing is taken on trust.
"""

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bcfsync.dates import Timestamp, iso, read_timestamp
from bcfsync.model import Blob

T = TypeVar("T")
LINES = "text_lines"
"""The member that holds a text of several lines, line by line."""


class Misfit(ValueError):
    """A value that has no place where it stands; ``member`` is the name it stands under."""

    def __init__(self, message: str, member: str) -> None:
        super().__init__(message)
        self.member = member


def to_data(value: object) -> Any:  # noqa: ANN401 - JSON
    """A model value as JSON data; members at their default are left out."""
    if isinstance(value, Timestamp):
        return _date(value)
    if isinstance(value, Blob):
        return value.locator
    if isinstance(value, str):
        return {LINES: value.split("\n")} if "\n" in value else value
    if is_dataclass(value) and not isinstance(value, type):
        members = ((item, getattr(value, item.name)) for item in fields(value))
        return {item.name: to_data(member) for item, member in members if member != item.default}
    if isinstance(value, frozenset):
        return sorted(value)
    return [to_data(item) for item in value] if isinstance(value, tuple) else value


def _date(value: Timestamp) -> str | dict[str, Any]:
    again = read_timestamp(value.text)
    shape = (value.instant, value.text, value.had_zone, value.date_only)
    if again and (again.instant, again.text, again.had_zone, again.date_only) == shape:
        return value.text
    return {
        "instant": iso(value.instant),
        "text": value.text,
        "had_zone": value.had_zone,
        "date_only": value.date_only,
    }


def to_text(data: object) -> str:
    """JSON data as text: keys sorted, one value a line, in its own letters."""
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, indent=2, sort_keys=True) + "\n"  # half of a surrogate pair
    return text


def from_data(kind: type[T], data: object, member: str = "") -> T:
    """The value that ``to_data`` made this data from.

    Raises:
        Misfit: the data is not of this kind.
    """
    found: T = _read(kind, data, member)
    return found


def _read(kind: Any, data: Any, member: str) -> Any:  # noqa: ANN401 - driven by type hints
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = next(arg for arg in get_args(kind) if arg is not type(None))
        return None if data is None else _read(inner, data, member)
    if origin in (tuple, frozenset):
        _expect(isinstance(data, list), data, "a list", member)
        return origin(_read(get_args(kind)[0], item, member) for item in data)
    if kind is Timestamp:
        return _read_date(data, member)
    if kind is Blob:
        _expect(isinstance(data, str), data, "a path of this folder", member)
        return Blob(data)
    if is_dataclass(kind):
        return _read_members(kind, data, member)
    return _read_scalar(kind, data, member)


def _read_members(kind: Any, data: Any, member: str) -> Any:  # noqa: ANN401 - driven by type hints
    _expect(isinstance(data, dict), data, "an object", member)
    hints = _hints(kind)
    for name in data:
        if name not in hints:
            raise Misfit(f"unknown member {name!r}", name)
    for item in fields(kind):
        if item.default is MISSING and item.name not in data:
            raise Misfit(f"{item.name!r} is missing" + (f" in {member!r}" if member else ""), member)
    return kind(**{name: _read(hints[name], item, name) for name, item in data.items()})


def _read_date(data: Any, member: str) -> Timestamp:  # noqa: ANN401 - JSON
    if isinstance(data, dict):
        said = _read_members(Timestamp, data, member)
        _expect(said.instant.tzinfo is not None, data, "a date with its zone", member)
        return Timestamp(said.instant, said.text, said.had_zone, said.date_only)
    found = read_timestamp(data) if isinstance(data, str) else None
    if found is None:
        raise Misfit(f"{_short(data)} is no date such as 2026-03-02T09:00:00Z", member)
    return found


def _read_scalar(kind: Any, data: Any, member: str) -> Any:  # noqa: ANN401 - driven by type hints
    if kind is str:
        if isinstance(data, dict) and set(data) == {LINES} and isinstance(data[LINES], list):
            _expect(all(isinstance(line, str) for line in data[LINES]), data, "a list of lines", member)
            return "\n".join(data[LINES])
        _expect(isinstance(data, str), data, "a text", member)
        return data
    if kind is float:
        _expect(isinstance(data, int | float) and not isinstance(data, bool), data, "a number", member)
        try:
            return float(data)
        except OverflowError as error:
            raise Misfit(f"{_short(data)} is too large a number", member) from error
    if kind is int:
        _expect(isinstance(data, int) and not isinstance(data, bool), data, "a whole number", member)
    elif kind is bool:
        _expect(isinstance(data, bool), data, "true or false", member)
    elif kind is datetime:
        return _read_instant(data, member)
    return data


def _read_instant(data: Any, member: str) -> datetime:  # noqa: ANN401 - JSON
    try:
        return datetime.fromisoformat(data)
    except (TypeError, ValueError) as error:
        raise Misfit(f"{_short(data)} is no date", member) from error


def _expect(fits: bool, data: object, wanted: str, member: str) -> None:  # noqa: FBT001 - an assertion
    if not fits:
        raise Misfit(f"{member or 'the document'} should be {wanted}, not {_short(data)}", member)


def _short(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
