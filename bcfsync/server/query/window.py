"""Which part of a collection a request asks for.

Owns: ``Window`` and ``Part``. Sees: the conditions. Governed by: Foundation API 1.0, "Sorting, Filtering and
Pagination"; how the options are spelled is the matter of ``odata`` and ``tag``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from bcfsync.server.query.conditions import Condition
from bcfsync.server.query.sql import Clause, Column, clause

Item = TypeVar("Item")

UNLIMITED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """The items that were asked for, and whether more come after them."""

    items: Iterable[Item]
    more: bool = False

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a collection that a request wants.

    Attributes:
        top: How many items at most.
        skip: How many come before them.
        order: (field, descending) pairs.
        condition: Which items count at all.
        pages: The options that turn the pages: ``$top`` and ``$skip``, or ``page`` and ``page_size``.
    """

    top: int = UNLIMITED
    skip: int = 0
    order: tuple[tuple[str, bool], ...] = ()
    condition: Condition | None = None
    pages: Literal["$top", "page"] = "$top"

    def cut(self, items: Sequence[Item]) -> Sequence[Item]:
        """The wanted part of a list that is in order already."""
        return items[self.skip : self.skip + self.top]

    def part(self, items: Sequence[Item]) -> Part[Item]:
        """The same, with the knowledge whether more comes after it."""
        return Part(self.cut(items), len(items) > self.skip + self.top)

    @property
    def one_more(self) -> int:
        """How many rows to ask for, to see whether more come after the wanted ones."""
        return min(self.top + 1, UNLIMITED)

    def first_of(self, rows: Sequence[Item]) -> Part[Item]:
        """The wanted ones of ``one_more`` rows."""
        return Part(rows[: self.top], len(rows) > self.top)

    def where(self, columns: Mapping[str, Column]) -> Clause:
        """The condition as SQL that can follow another one."""
        if self.condition is None:
            return Clause("")
        found = clause(self.condition, columns)
        return Clause(f" AND {found.sql}", found.values)

    def order_by(self, columns: Mapping[str, Column], default: str) -> str:
        """An SQL ORDER BY list; ties keep the order of insertion. Only the text of ``columns`` gets into it."""
        terms = [f"{columns[name].sql} DESC" if falls else columns[name].sql for name, falls in self.order]
        return ", ".join([*(terms or [default]), "id"])
