"""Reading the part of a table that a window shows.

Owns: the SELECT of lists. Sees: the window, sqlite3's rows. Governed by: nothing outside.
"""

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from bcfsync.server.query.sql import Clause
from bcfsync.server.query.window import UNLIMITED, Part, Window

_HELD = 1000
"""So many rows are read at once to see whether more come after them; of longer lists nobody holds all."""


class Rows(Protocol):
    """What can be asked for rows: the database, or a moment of it."""

    def rows(self, sql: str, *values: object) -> Iterable[sqlite3.Row]:
        """The rows of a query."""
        ...

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query, if there is one."""
        ...


def listed(source: Rows, window: Window, columns: str, chosen: Clause, order: str) -> Part[sqlite3.Row]:
    """The rows that a window shows.

    Args:
        source: Where they are read, as they are asked for if it gives them so.
        window: Its top and skip count here; the caller has put its condition into ``chosen``, its order into ``order``.
        columns: What to SELECT.
        chosen: From FROM to the end of WHERE; as the other texts, of our own words and question marks.
        order: What to ORDER BY.
    """
    sql = f"SELECT {columns} {chosen.sql} ORDER BY {order} LIMIT ? OFFSET ?"
    if window.top <= _HELD:
        return window.first_of([*source.rows(sql, *chosen.values, window.one_more, window.skip)])
    more = False
    if window.top < UNLIMITED:
        after = min(window.skip + window.top, UNLIMITED)
        more = source.row(f"SELECT 1 {chosen.sql} LIMIT 1 OFFSET ?", *chosen.values, after) is not None
    return Part(source.rows(sql, *chosen.values, window.top, window.skip), more)
