"""The query options of 2.1, 3.0 and of the later text of 1.0: ``$top``, ``$skip``, ``$orderby``, ``$filter``.

Owns: reading them and telling what is wrong with them. Sees: the conditions, the tables of fields; no Flask.
Governed by: Foundation API 1.0 and BCF-API 2.1, "Sorting, Filtering and Pagination"; OData 4, URL Conventions, of which
these examples use a part. The twin for the first text of 1.0 is ``tag``.
"""

import re
from collections.abc import Mapping
from typing import cast

from bcfsync.server import dates
from bcfsync.server.query.conditions import (
    ITEM,
    AnyItem,
    Compare,
    Condition,
    Kind,
    Matches,
    Not,
    OneOf,
    Or,
    Sign,
)
from bcfsync.server.query.fields import NO_FIELDS, Fields
from bcfsync.server.query.grammar import Filter, Token, Words
from bcfsync.server.query.window import UNLIMITED, Window
from bcfsync.server.refusals import Malformed

OPTIONS = ("$top", "$skip", "$orderby", "$filter")

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+)
    | datetime'(?P<quoted_date>[^']*)'
    | (?P<string>'(?:[^']|'')*')
    # a "+" that nobody encoded arrives as a blank
    | (?P<date>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+\- ]\d\d(?::?\d\d)?)?)?)
    | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>[(),:/])
    """,
    re.VERBOSE,
)
_SIGNS = ("eq", "ne", "gt", "ge", "lt", "le")
_MIRRORED: Mapping[str, Sign] = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_LITERALS = {"string", "date", "quoted_date", "number"}
_CONSTANTS = {"null", "true", "false"}
_WANTED = {
    Kind.TEXT: ("string", "a text in single quotes"),
    Kind.GUID: ("string", "a guid in single quotes"),
    Kind.DATE: ("date", "a date without quotes, such as 2024-01-31T12:00:00Z"),
    Kind.NUMBER: ("number", "a number"),
    Kind.ONE_OF_TEXTS: ("string", "a text in single quotes"),
}


def window(options: Mapping[str, str], fields: Fields = NO_FIELDS) -> Window:
    """Read the options of a request.

    Raises:
        Malformed: An option has a wrong value, or is not supported for this collection.
    """
    unknown = next((name for name in options if name.startswith("$") and name not in OPTIONS), None)
    if unknown is not None:
        raise Malformed(f"{unknown[:40]}: is not supported; there are {', '.join(OPTIONS)}")
    return Window(
        top=_count(options, "$top", UNLIMITED),
        skip=_count(options, "$skip", 0),
        order=_order(options["$orderby"], fields.sortable) if "$orderby" in options else (),
        condition=condition(options["$filter"], fields) if "$filter" in options else None,
    )


def _count(options: Mapping[str, str], name: str, default: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Malformed(f"{name}: must be a non-negative integer")
    return int(text)


def _order(text: str, sortable: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    order = []
    for term in text.split(","):
        match term.split():
            case [field] | [field, "asc"] if field in sortable:
                order.append((field, False))
            case [field, "desc"] if field in sortable:
                order.append((field, True))
            case _:
                known = ", ".join(sorted(sortable)) or "no field at all"
                raise Malformed(f"$orderby: '{term.strip()[:40]}' is not supported; sort this collection by {known}")
    if len({field for field, _ in order}) < len(order):
        raise Malformed("$orderby: must not name a field twice")
    return tuple(order)


def condition(text: str, fields: Fields) -> Condition:
    """Read a ``$filter``.

    Raises:
        Malformed: It has another grammar, names a field this collection is not filtered by, or compares a field with
            what it never is.
    """
    return Filter(Words("$filter", text, _tokens), _Terms(fields).term, has_not=True).whole()


def _tokens(text: str) -> list[Token]:
    tokens, position = [], 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise Malformed(f"$filter: at character {position + 1} there is nothing that can stand in a filter")
        kind = cast("str", found.lastgroup)
        if kind != "blank":
            tokens.append(Token(kind, found[kind], position))
        position = found.end()
    return tokens


class _Terms:
    """Reads what stands between the logical words of a filter."""

    def __init__(self, fields: Fields, item: str | None = None) -> None:
        self._fields = fields
        self._filterable = fields.filterable if item is None else {item: Kind.TEXT}
        self._item = item

    def term(self, words: Words) -> Condition:
        """A comparison, a function, or a question about the items of a list."""
        token, ahead = words.peek(), words.peek(1)
        if token.kind == "word" and (ahead.kind, ahead.text) == ("sign", "("):
            return self._function(words)
        if token.kind == "word" and (ahead.kind, ahead.text) == ("sign", "/"):
            return self._any(words)
        if token.kind in _LITERALS or token.text in _CONSTANTS:
            return self._mirrored(words)
        field, kind = self._field(words)
        if words.takes("in"):
            return self._one_of(words, field, kind)
        sign = self._sign(words)
        return self._comparison(words, field, kind, sign, words.take())

    def _field(self, words: Words) -> tuple[str, Kind]:
        token = words.take()
        if token.kind != "word":
            words.unexpected(token, "a field")
        kind = self._filterable.get(token.text)
        if kind is None:
            known = ", ".join(sorted(self._filterable)) or "no field at all"
            where = "inside any(), there is only" if self._item else "filter this collection by"
            words.wrong(f"'{token.text[:40]}' is not supported; {where} {known}")
        return token.text, kind

    def _sign(self, words: Words) -> Sign:
        token = words.take()
        if token.kind != "word" or token.text not in _SIGNS:
            words.unexpected(token, f"one of {', '.join(_SIGNS)}, in")
        return cast("Sign", token.text)

    def _mirrored(self, words: Words) -> Condition:
        literal = words.take()
        sign = self._sign(words)
        field, kind = self._field(words)
        return self._comparison(words, field, kind, _MIRRORED[sign], literal)

    def _comparison(self, words: Words, field: str, kind: Kind, sign: Sign, literal: Token) -> Condition:
        if kind is Kind.TEXTS:
            words.wrong(f"{field}: is a list; {self._list_advice(field)}")
        if literal.kind == "word" and literal.text == "null":
            if sign not in {"eq", "ne"}:
                words.wrong(f"{field}: null can be compared by eq and ne only")
            return Compare(self._name(field), sign, None)
        value = self._value(words, field, kind, literal)
        if kind is Kind.ONE_OF_TEXTS:
            # an event has several actions: "not this type" means that none of them has it
            found = AnyItem(field, Compare(ITEM, "eq" if sign == "ne" else sign, value))
            return Not(found) if sign == "ne" else found
        return Compare(self._name(field), sign, value)

    def _one_of(self, words: Words, field: str, kind: Kind) -> Condition:
        if kind is Kind.TEXTS:
            words.wrong(f"{field}: is a list; {self._list_advice(field)}")
        words.need("(")
        values, with_null, goes_on = [], False, True
        while goes_on:
            if words.takes("null"):
                with_null = True
            else:
                values.append(self._value(words, field, kind, words.take()))
            goes_on = words.takes(",")
        words.need(")")
        found: Condition = OneOf(self._name(field), tuple(values))
        if kind is Kind.ONE_OF_TEXTS:
            found = AnyItem(field, OneOf(ITEM, tuple(values)))
        return Or((found, Compare(self._name(field), "eq", None))) if with_null else found

    def _value(self, words: Words, field: str, kind: Kind, literal: Token) -> str | int | float:
        wanted, described = _WANTED[kind]
        is_date = literal.kind == "date" or (literal.kind == "quoted_date" and self._fields.quoted_dates)
        if literal.kind != wanted and not (kind is Kind.DATE and is_date):
            words.unexpected(literal, f"{described} for {field}")
        match kind:
            case Kind.DATE:
                return _instant(words, literal)
            case Kind.NUMBER:
                return float(literal.text)
            case Kind.GUID:
                return _unquoted(literal).lower()
            case _:
                return _unquoted(literal)

    def _function(self, words: Words) -> Condition:
        name = words.take()
        if name.text not in {"contains", "startswith", "endswith"}:
            words.wrong(f"there is no function '{name.text[:40]}'; there are contains, startswith and endswith")
        words.need("(")
        field, kind = self._field(words)
        words.need(",")
        literal = words.take()
        if literal.kind != "string":
            words.unexpected(literal, f"a text in single quotes for {field}")
        words.need(")")
        text = _unquoted(literal)
        if kind is Kind.TEXTS:
            if name.text != "contains" or not self._fields.contains_items:
                words.wrong(f"{field}: is a list; {self._list_advice(field)}")
            return AnyItem(field, Compare(ITEM, "eq", text))
        if kind not in {Kind.TEXT, Kind.ONE_OF_TEXTS}:
            words.wrong(f"{field}: {name.text} takes a text")
        pieces = {"contains": ("", text, ""), "startswith": (text, ""), "endswith": ("", text)}[name.text]
        if kind is Kind.ONE_OF_TEXTS:
            return AnyItem(field, Matches(ITEM, pieces))
        return Matches(self._name(field), pieces)

    def _any(self, words: Words) -> Condition:
        field, kind = self._field(words)
        words.need("/")
        if kind is not Kind.TEXTS:
            words.wrong(f"{field}: is no list, so it has no any()")
        words.need("any")
        words.need("(")
        if words.takes(")"):
            return AnyItem(field, None)
        item = words.take()
        if item.kind != "word":
            words.unexpected(item, "a name for the item")
        words.need(":")
        with words.deeper():
            that = Filter(words, _Terms(self._fields, item.text).term, has_not=True).either()
        words.need(")")
        return AnyItem(field, that)

    def _name(self, field: str) -> str:
        return field if self._item is None else ITEM

    def _list_advice(self, field: str) -> str:
        if self._fields.contains_items:
            return f"ask contains({field}, 'x')"
        return f"ask {field}/any(item: item eq 'x')"


def _unquoted(literal: Token) -> str:
    return literal.text[1:-1].replace("''", "'")


def _instant(words: Words, literal: Token) -> int:
    text = literal.text
    if len(text) > 11 and " " in text[11:]:
        text = f"{text[:11]}{text[11:].replace(' ', '+')}"
    try:
        dates.parse(text)
    except ValueError:
        words.unexpected(literal, "a date that exists")
    return dates.instant(text)
