"""The query options of the first text of 1.0: ``page``, ``page_size``, ``sort``, ``filter``.

Owns: reading them and telling what is wrong with them, and the tables of fields. Sees: the conditions; no Flask.
Governed by: BCF-API 1.0 (tag v1.0), "Paging", "Sorting" and "Filtering": every JSON element can be sorted by; values
have no quotes, and ``*`` in them stands for anything. The twin for what came after it is ``odata``.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from bcfsync.server import dates
from bcfsync.server.query.conditions import ITEM, And, AnyItem, Compare, Condition, Kind, Matches, Not, Or, Sign
from bcfsync.server.query.fields import NO_FIELDS, Fields
from bcfsync.server.query.grammar import Filter, Token, Words
from bcfsync.server.query.window import Window
from bcfsync.server.refusals import Malformed

OPTIONS = ("page", "page_size", "sort", "filter")
PAGE_SIZE, LARGEST_PAGE = 100, 1000

_MOST_WILDCARDS = 8
_TOKEN = re.compile(r"(?P<sign>[()])|(?P<word>[^\s()]+)")
_SIGNS = ("eq", "ne", "gt", "ge", "lt", "le")
_BEGUN_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?[-T:.]?\*")
_LATEST = 2**62

_TOPIC = {
    "guid": Kind.GUID,
    "topic_type": Kind.TEXT,
    "topic_status": Kind.TEXT,
    "reference_link": Kind.TEXT,
    "title": Kind.TEXT,
    "priority": Kind.TEXT,
    "index": Kind.NUMBER,
    "label": Kind.TEXTS,  # what the examples call it
    "labels": Kind.TEXTS,
    "assigned_to": Kind.TEXT,
    "description": Kind.TEXT,
    "bim_snippet.snippet_type": Kind.TEXT,
    "bim_snippet.reference": Kind.TEXT,
    "bim_snippet.reference_schema": Kind.TEXT,
    "creation_date": Kind.DATE,
    "creation_author": Kind.TEXT,
    "modified_date": Kind.DATE,
    "modified_author": Kind.TEXT,
}
_COMMENT = {
    "guid": Kind.GUID,
    "verbal_status": Kind.TEXT,
    "status": Kind.TEXT,
    "date": Kind.DATE,
    "author": Kind.TEXT,
    "comment": Kind.TEXT,
    "topic_guid": Kind.TEXT,
    "viewpoint_guid": Kind.TEXT,
    "reply_to_comment_guid": Kind.TEXT,
    "modified_date": Kind.DATE,
    "modified_author": Kind.TEXT,
}
TOPICS = Fields(_TOPIC, tuple(_TOPIC))
COMMENTS = Fields(_COMMENT, tuple(_COMMENT))


def window(options: Mapping[str, str], fields: Fields = NO_FIELDS) -> Window:
    """Read the options of a request.

    Raises:
        Malformed: An option has a wrong value, or is not supported for this collection.
    """
    page = _count(options, "page", 1, 10**12)
    size = _count(options, "page_size", PAGE_SIZE, LARGEST_PAGE)
    return Window(
        top=size,
        skip=(page - 1) * size,
        order=_order(options["sort"], fields.sortable) if "sort" in options else (),
        condition=condition(options["filter"], fields) if "filter" in options else None,
        pages="page",
    )


def _count(options: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and 1 <= int(text) <= largest):
        raise Malformed(f"{name}: must be an integer from 1 to {largest}")
    return int(text)


def _order(text: str, sortable: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    order = []
    for term in text.split(","):
        field = term.strip().removeprefix("-")
        if field not in sortable:
            known = ", ".join(sorted(sortable)) or "no element at all"
            raise Malformed(f"sort: '{term.strip()[:40]}' is not supported; sort this collection by {known}")
        order.append((field, term.strip().startswith("-")))
    if len({field for field, _ in order}) < len(order):
        raise Malformed("sort: must not name an element twice")
    return tuple(order)


def condition(text: str, fields: Fields) -> Condition:
    """Read a ``filter``.

    Raises:
        Malformed: It has another grammar, names an element this collection does not have, or compares it with what it
            never is.
    """

    def term(words: Words) -> Condition:
        return _term(words, fields.filterable)

    return Filter(Words("filter", text, _tokens), term, has_not=False).whole()


def _tokens(text: str) -> list[Token]:
    return [Token(cast("str", found.lastgroup), found[0], found.start()) for found in _TOKEN.finditer(text)]


def _term(words: Words, filterable: Mapping[str, Kind]) -> Condition:
    field = words.take()
    kind = filterable.get(field.text)
    if kind is None:
        known = ", ".join(sorted(filterable)) or "no element at all"
        words.wrong(f"'{field.text[:40]}' is not supported; filter this collection by {known}")
    sign = words.take()
    if sign.text not in _SIGNS:
        words.unexpected(sign, f"one of {', '.join(_SIGNS)}")
    return _comparison(words, field.text, kind, cast("Sign", sign.text))


def _comparison(words: Words, field: str, kind: Kind, sign: Sign) -> Condition:
    token, value = words.peek(), _value(words)
    match kind:
        case Kind.DATE:
            return _date(words, field, sign, token, value)
        case Kind.NUMBER:
            if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
                words.unexpected(token, f"an integer for {field}")
            return Compare(field, sign, int(value))
        case Kind.TEXTS:
            if sign not in {"eq", "ne"}:
                words.wrong(f"{field}: is a list, so it can be compared by eq and ne only")
            found = AnyItem(field, _text(words, ITEM, "eq", value))
            return Not(found) if sign == "ne" else found
        case _:
            return _text(words, field, sign, value.lower() if kind is Kind.GUID else value)


def _value(words: Words) -> str:
    """Values have no quotes: one goes on, blanks and all, to the next logical word or parenthesis."""
    first = last = words.take()
    if first.kind != "word":
        words.unexpected(first, "a value")
    while words.peek().kind == "word" and words.peek().text not in {"and", "or"}:
        last = words.take()
    return words.text[first.start : last.start + len(last.text)]


def _text(words: Words, field: str, sign: Sign, value: str) -> Condition:
    if "*" not in value:
        return Compare(field, sign, value)
    pieces = tuple(re.split(r"\*+", value))
    if len(pieces) > _MOST_WILDCARDS + 1:
        words.wrong(f"{field}: a value must not have more than {_MOST_WILDCARDS} wildcards")
    if sign in {"eq", "ne"}:
        return Matches(field, pieces) if sign == "eq" else Not(Matches(field, pieces))
    start = pieces[0]
    if pieces != (start, ""):
        words.wrong(f"{field}: {sign} takes a wildcard at the end only")
    begun = Matches(field, pieces)
    match sign:
        case "gt":
            return And((Compare(field, "gt", start), Not(begun)))
        case "le":
            return Or((Compare(field, "lt", start), begun))
        case _:
            return Compare(field, sign, start)


def _date(words: Words, field: str, sign: Sign, token: Token, value: str) -> Condition:
    begun = _BEGUN_DATE.fullmatch(value)
    try:
        if begun is None:
            # a "+" that nobody encoded arrives as a blank
            text = re.sub(r" (?=\d\d:?\d\d$)", "+", value)
            dates.parse(text)
            return Compare(field, sign, dates.instant(text))
        first, after = _span([int(part) for part in begun.groups() if part is not None])
    except ValueError:
        words.unexpected(token, f"a date or the beginning of one with * for {field}")
    match sign:
        case "eq" | "ne":
            within = And((Compare(field, "ge", first), Compare(field, "lt", after)))
            return within if sign == "eq" else Not(within)
        case "gt":
            return Compare(field, "ge", after)
        case "le":
            return Compare(field, "lt", after)
        case _:
            return Compare(field, sign, first)


def _span(parts: list[int]) -> tuple[int, int]:
    """The first instant of a year, month, … second, and the first one after it.

    Raises:
        ValueError: There is no such date.
    """
    year, month, day, *clock = [*parts, *(1, 1, 1)[len(parts) :]] if len(parts) < 3 else parts
    hour, minute, second = [*clock, 0, 0, 0][:3]
    first = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    try:
        match len(parts):
            case 1:
                after = first.replace(year=year + 1)
            case 2:
                after = (first + timedelta(days=31)).replace(day=1)
            case known:
                units = {3: timedelta(days=1), 4: timedelta(hours=1), 5: timedelta(minutes=1), 6: timedelta(seconds=1)}
                after = first + units[known]
    except (ValueError, OverflowError):  # the last of the year 9999
        return dates.instant(first.isoformat()), _LATEST
    return dates.instant(first.isoformat()), dates.instant(after.isoformat())
