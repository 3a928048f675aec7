"""What a filter asks for, whichever words it was asked in.

Owns: the conditions and the kinds of fields. Sees: nothing. Governed by: Foundation API 1.0, "Sorting, Filtering and
Pagination", which takes its rules from OData 4: what has no value is equal to null only, and neither greater nor less
than anything; so every condition is true or false, never unknown.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, TypeAlias

Sign = Literal["eq", "ne", "gt", "ge", "lt", "le"]
Value: TypeAlias = str | int | float | None
"""Dates are instants: milliseconds since 1970."""

ITEM = ""
"""The field of a condition inside ``AnyItem``: the item itself."""


class Kind(Enum):
    """What a field holds, and so what it may be compared with."""

    TEXT = auto()
    GUID = auto()
    """Text whose case means nothing; its values are lower case."""
    DATE = auto()
    NUMBER = auto()
    TEXTS = auto()
    """A list of texts, such as the labels."""
    ONE_OF_TEXTS = auto()
    """A list that a filter speaks of as if it were one text: the types of an event's actions."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A field compared with a value; None only with ``eq`` and ``ne``."""

    field: str
    sign: Sign
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field has one of some values."""

    field: str
    values: tuple[str | int | float, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """A text begins with the first piece, ends with the last one, and has the others in this order in between."""

    field: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyItem:
    """A list has an item for which something holds, or with None: has an item at all."""

    field: str
    that: "Condition | None"


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these."""

    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    term: "Condition"


Condition: TypeAlias = Compare | OneOf | Matches | AnyItem | And | Or | Not
