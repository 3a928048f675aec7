"""The query options of collections: ``$top``, ``$skip``, ``$orderby``.

Owns: reading and checking the options. Sees: plain mappings, no Flask. Governed by: Foundation API 1.0, "Sorting,
Filtering and Pagination"; BCF-API 3.0 for the fields a collection may be sorted by.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bcfsync.server.refusals import Malformed

Item = TypeVar("Item")

UNLIMITED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a collection that a request wants, and its order as (field, descending) pairs."""

    top: int = UNLIMITED
    skip: int = 0
    order: tuple[tuple[str, bool], ...] = ()

    def cut(self, items: Sequence[Item]) -> Sequence[Item]:
        """The wanted part of a list that is in order already."""
        return items[self.skip : self.skip + self.top]

    def order_by(self, columns: Mapping[str, str], default: str) -> str:
        """An SQL ORDER BY list; ties keep the order of insertion. Only names from ``columns`` get into it."""
        terms = [f"{columns[field]} DESC" if descending else columns[field] for field, descending in self.order]
        return ", ".join([*(terms or [default]), "id"])


def window(options: Mapping[str, str], sortable: Collection[str] = ()) -> Window:
    """Read the options of a request.

    Raises:
        Malformed: An option has a wrong value, or is not supported for this collection.
    """
    if "$filter" in options:
        raise Malformed("$filter: not supported yet")
    return Window(
        top=_count(options, "$top", UNLIMITED),
        skip=_count(options, "$skip", 0),
        order=_order(options["$orderby"], sortable) if "$orderby" in options else (),
    )


def _count(options: Mapping[str, str], name: str, default: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Malformed(f"{name}: must be a non-negative integer")
    return int(text)


def _order(text: str, sortable: Collection[str]) -> tuple[tuple[str, bool], ...]:
    order = []
    for term in text.split(","):
        match term.split():
            case [field] | [field, "asc"] if field in sortable:
                order.append((field, False))
            case [field, "desc"] if field in sortable:
                order.append((field, True))
            case _:
                known = ", ".join(sorted(sortable)) or "no field at all"
                raise Malformed(f"$orderby: '{term.strip()}' is not supported; sort this collection by {known}")
    return tuple(order)
