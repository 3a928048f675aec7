"""Conditions as SQL, with every value a parameter.

Owns: the text of a WHERE and what is bound to it. Sees: the conditions; the columns are given by the tables' owners.
Governed by: nothing outside.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from bcfsync.server.query.conditions import (
    ITEM,
    And,
    AnyItem,
    Compare,
    Condition,
    Matches,
    Not,
    OneOf,
    Or,
    Sign,
)

_SIGNS: Mapping[Sign, str] = {"eq": "=", "ne": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


@dataclass(frozen=True, slots=True)
class Column:
    """Where a table holds a field.

    Attributes:
        sql: The value, or for a list what to sort by.
        present: Whether there is one; "" when that is the same as ``sql`` not being NULL.
        items: For a list, what to put after FROM to get its items as rows.
        item: For a list, the value of such a row.
        shown: For a list, which of these rows count; "" for all.
    """

    sql: str
    present: str = ""
    items: str = ""
    item: str = "item.value"
    shown: str = ""


def member(name: str) -> Column:
    """The column of a member of the JSON object in ``body``, which is one of our own words."""
    return Column(f"json_extract(body, '$.{name}')")


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of SQL and the values of its question marks."""

    sql: str
    values: tuple[object, ...] = ()


def clause(condition: Condition, columns: Mapping[str, Column]) -> Clause:
    """The condition as an SQL expression that is 0 or 1, never NULL.

    SQLite's parser nests to about 100: negations move inwards, and parentheses stand only where they are needed.
    """
    return _clause(condition, columns, negated=False)


def _clause(condition: Condition, columns: Mapping[str, Column], *, negated: bool) -> Clause:
    match condition:
        case Not(term):
            return _clause(term, columns, negated=not negated)
        case And(terms) | Or(terms):
            parts = [_clause(term, columns, negated=negated) for term in terms]
            values = tuple(value for part in parts for value in part.values)
            if isinstance(condition, And) != negated:
                return Clause(" AND ".join(part.sql for part in parts), values)
            return Clause(f"({' OR '.join(part.sql for part in parts)})", values)
        case _:
            leaf = _leaf(condition, columns)
            return Clause(f"NOT {leaf.sql}", leaf.values) if negated else leaf


def _leaf(condition: Compare | OneOf | Matches | AnyItem, columns: Mapping[str, Column]) -> Clause:
    column = columns[condition.field]
    present = column.present or f"{column.sql} IS NOT NULL"
    match condition:
        case Compare(_, sign, None):
            return Clause(f"NOT ({present})" if sign == "eq" else f"({present})")
        case Compare(_, sign, value):
            text = f"({column.sql} {_SIGNS[sign]} ? AND {present})"
            return Clause(f"NOT {text}" if sign == "ne" else text, (value,))
        case OneOf(_, values):
            return Clause(f"({column.sql} IN ({', '.join('?' * len(values))}) AND {present})", values)
        case Matches(_, pieces):
            return Clause(f"({column.sql} GLOB ? AND {present})", ("*".join(map(_as_glob, pieces)),))
        case AnyItem(_, that):
            return _any_item(column, that)
    assert_never(condition)


def _any_item(column: Column, that: Condition | None) -> Clause:
    inner = Clause("") if that is None else clause(that, {ITEM: Column(column.item)})
    where = " AND ".join(filter(None, (column.shown, inner.sql)))
    # only columns of our own and question marks get into the text
    return Clause(f"EXISTS (SELECT 1 FROM {column.items}{where and f' WHERE {where}'})", inner.values)  # noqa: S608


def _as_glob(text: str) -> str:
    return "".join(_escaped(text))


def _escaped(text: str) -> Iterator[str]:
    for sign in text:
        yield f"[{sign}]" if sign in "*?[" else sign
