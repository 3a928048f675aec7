"""What a server says went wrong, in any of the shapes seen.

Owns: the shapes of errors. Sees nothing. They are ``message`` (the book, OpenProject), ``error`` (OpenAEC), ``detail``
as text or list (FastAPI), problem details (RFC 9457), ``{field: [text]}`` (Django REST framework, so BIMData's),
``errors`` by field (ASP.NET), HTML.
"""

import itertools
import json
import re
from dataclasses import dataclass

_LONGEST = 300
_MOST_NAMES = 200
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_QUOTE = "[\"'`\u2018\u2019\u201c\u201d]"
_QUOTED = re.compile(f"{_QUOTE}([A-Za-z][A-Za-z0-9_. -]{{0,60}}?){_QUOTE}")
_NO_MEMBER = frozenset({"body", "query", "path", "header", "non_field_errors", "__all__", "message", "error", "detail"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """The server's words as a part of one line, "" for none, and the members they seem to be about."""

    words: str
    members: frozenset[str] = frozenset()


def complaint(content: bytes, *, naming: bool = False) -> Complaint:
    """What an error's body says; ``naming`` also looks for names of members."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return Complaint("")
    if isinstance(data, list):
        data = {"detail": data} if any(isinstance(item, dict) for item in data) else {}
    if not isinstance(data, dict):
        return Complaint("")
    by_field = _by_field(data)
    words = _words(data, by_field)
    if not naming:
        return Complaint(words)
    named = frozenset(name for field, _ in by_field for name in _names(field)) - _NO_MEMBER
    return Complaint(words, named or _names_in(words))


def in_one_line(found: object) -> str:
    """A server's own words as a part of one line."""
    return " ".join(str(found).split())[:_LONGEST]


def _words(data: dict[str, object], by_field: list[tuple[str, str]]) -> str:
    for name in ("message", "error", "detail", "title"):
        found = data.get(name)
        if isinstance(found, dict):
            found = found.get("message") or found  # seen: {"error": {"code": …, "message": …}}
        if found and not (isinstance(found, list) and by_field):
            return in_one_line(found)
    return in_one_line("; ".join(f"{field}: {text}" for field, text in by_field))


def _by_field(data: dict[str, object]) -> list[tuple[str, str]]:
    """Pairs of a member and what is wrong with it, where an error is told so."""
    found: list[tuple[str, str]] = []
    for name in ("detail", "errors"):
        items = data.get(name)
        if isinstance(items, list):
            found += [pair for item in items if (pair := _located(item))]
        elif isinstance(items, dict):
            found += _keyed(items)
    said = {
        name
        for name in ("message", "error", "detail", "title", "code", "status")
        if data.get(name) and not isinstance(data[name], list)
    }
    return found or ([] if said else _keyed(data))


def _located(item: object) -> tuple[str, str] | None:
    if not isinstance(item, dict):
        return None
    place, text = item.get("loc"), item.get("msg") or item.get("message") or item.get("detail")
    if isinstance(place, list):
        place = ".".join(str(part) for part in place if isinstance(part, str) and part not in _NO_MEMBER)
    place = place or item.get("field") or item.get("pointer") or item.get("name")
    return (place, in_one_line(text)) if isinstance(place, str) and place and text else None


def _keyed(data: dict[str, object]) -> list[tuple[str, str]]:
    """Each member and its texts: a list of them, or one; lists may be nested as the body was."""
    found: list[tuple[str, str]] = []
    for name, value in list(data.items())[:_MOST_NAMES]:
        if isinstance(value, dict):
            found += [(f"{name}.{inner}", text) for inner, text in _flat(value)]
        elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            found.append((name, in_one_line("; ".join(value))))
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            found += [
                (f"{name}.{inner}", text) for item in value if isinstance(item, dict) for inner, text in _flat(item)
            ]
    return found


def _flat(data: dict[str, object]) -> list[tuple[str, str]]:
    """One level more, and no deeper."""
    return [
        (name, in_one_line("; ".join(map(str, value))))
        for name, value in list(data.items())[:_MOST_NAMES]
        if isinstance(value, list) and value
    ]


def _names(field: str) -> frozenset[str]:
    """A path and its parts: ``bim_snippet.reference``, ``$.priority``, ``/labels/0``."""
    parts = [part for part in re.split(r"[./\[\]$\s]+", field) if part and not part.isdecimal()]
    return frozenset({".".join(parts), *parts}) - {""}


def _names_in(words: str) -> frozenset[str]:
    """Names that stand in quotes; else every word, and every two as one, since "Bim snippet" is ``bim_snippet``."""
    quoted = [match[1].strip() for match in _QUOTED.finditer(words)]
    named = frozenset(name for text in quoted for name in _spelled(text))
    if named:
        return named
    found = [word.lower() for word in _WORD.findall(words)]
    pairs = (f"{first}_{second}" for first, second in itertools.pairwise(found))
    return frozenset({*found, *pairs})


def _spelled(text: str) -> frozenset[str]:
    return _names(text) | {re.sub(r"[ -]+", "_", text).lower()}
