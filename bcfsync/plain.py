"""Model values as JSON text and back, exactly: for shadows in the store and for plans that are saved.

Owns: a lossless, generic form. Sees: the dataclasses it is given. Unlike ``canonical`` it forgets nothing.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from bcfsync.dates import iso

T = TypeVar("T")
_SHORT = 4096
_AS_THEY_ARE = frozenset({str, int, float, bool})
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


def to_plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - JSON; one line a kind
    """A dataclass, tuple or scalar as JSON data; members at their default are left out."""
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, frozenset):
        return sorted(to_plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return iso(value)
    return str(value) if isinstance(value, StrEnum) else value


def _members(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass
    found: dict[str, Any] = {}
    for name, default in _defaults(type(value)):  # type: ignore[arg-type] # mypy: a type has no hash
        member = getattr(value, name)
        if member is not default and member != default:
            found[name] = to_plain(member)
    return found


@cache
def _defaults(kind: Any) -> tuple[tuple[str, object], ...]:  # noqa: ANN401 - a class
    """The names of a dataclass's members with what they are where nobody says otherwise."""
    return tuple((item.name, item.default) for item in fields(kind))


def from_plain(kind: type[T], data: Any) -> T:  # noqa: ANN401 - JSON
    """The value ``to_plain`` made this data from.

    Raises:
        TypeError, ValueError, KeyError: the data is not of this kind.
    """
    found: T = _read(kind, data)
    return found


def dumps(value: object) -> str:
    """A value as one line of JSON."""
    data = to_plain(value)
    text = _json(data)
    try:
        text.encode()
    except UnicodeEncodeError:
        # half of a surrogate pair from a server's JSON: no database takes it as text
        return json.dumps(data, sort_keys=True)
    return text


def loads(kind: type[T], text: str) -> T:
    """The value a line of JSON was made from."""
    if len(text) > _SHORT:
        return from_plain(kind, json.loads(text))
    found: T = _remembered(kind, text)  # type: ignore[arg-type] # mypy: a type has no hash
    return found


@lru_cache(maxsize=4096)
def _remembered(kind: Any, text: str) -> Any:  # noqa: ANN401 - any frozen value
    """Values are frozen, and a turn asks for the same ones again and again."""
    return from_plain(kind, json.loads(text))


def _read(kind: Any, data: Any) -> Any:  # noqa: ANN401 - driven by type hints
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if data is None else _read(next(arg for arg in get_args(kind) if arg is not type(None)), data)
    if origin is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in data)
    if origin is frozenset:
        return frozenset(data)
    if kind is datetime:
        return datetime.fromisoformat(data)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], item) for name, item in data.items()})
    return kind(data) if kind is float or (isinstance(kind, type) and issubclass(kind, StrEnum)) else data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
