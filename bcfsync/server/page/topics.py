"""The list of a project's topics: found, ordered, a page at a time.

Owns: the queries of this list. Sees: the tables through a moment. Governed by: BCF-API 3.0, whose member names the
stored topics have.
However many topics there are, only those of one page are held; a search reads all once, in SQLite.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bcfsync.server.page.paging import Paging, paging
from bcfsync.server.page.views import is_picture
from bcfsync.server.store.database import JsonObject, Moment

PAGE = 50
ORDERS: Mapping[str, tuple[str, str]] = {
    # both terms in one direction, so that an index can serve
    "changed": ("last changed", "modified DESC, id DESC"),
    "newest": ("newest", "created DESC, id DESC"),
    "oldest": ("oldest", "created, id"),
    "number": ("number", "serial IS NULL, serial, server_assigned_id, id"),
    "due": ("due date", "json_extract(body, '$.due_date') IS NULL, json_extract(body, '$.due_date'), id"),
}
CHOICES: Mapping[str, tuple[str, str]] = {
    # the query's name: the topic's member, the list of the extensions
    "status": ("topic_status", "topic_status"),
    "type": ("topic_type", "topic_type"),
    "priority": ("priority", "priority"),
    "assigned": ("assigned_to", "users"),
}

_SEARCHED = ("title", "description", "assigned_to", "labels", "server_assigned_id", "guid", "stage", "creation_author")
_MOST_WORDS = 8
_LONGEST_WORD = 100
_COUNTED = 1000
_LATEST = 4
_TALLIED = 5000
_LONGEST_TEXT = 300
_MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader looks for: words, values of members, an order, a page."""

    text: str = ""
    chosen: tuple[tuple[str, str], ...] = ()
    order: str = "changed"
    page: str | None = None

    @property
    def is_search(self) -> bool:
        """Whether it leaves out anything."""
        return bool(self.text.strip() or self.chosen)

    @property
    def picked(self) -> dict[str, str]:
        """What is chosen, by the query's names."""
        return dict(self.chosen)

    def query(self, **changes: object) -> dict[str, Any]:
        """The query for this wish with other values; the first page unless one is given."""
        order = "" if self.order == "changed" else self.order
        wanted = {"q": self.text, **self.picked, "order": order, **changes}
        return {name: value for name, value in wanted.items() if value}


@dataclass(frozen=True, slots=True)
class Card:
    """A topic in the list: its members, cut to what a list shows, what it holds, and the viewpoint that pictures it."""

    members: JsonObject
    comments: int
    viewpoints: int
    pictured_by: str | None = None


def wish(options: Mapping[str, str]) -> Wish:
    """Read a query; what it does not know it ignores."""
    chosen = tuple((name, options[name]) for name in CHOICES if options.get(name))
    order = options.get("order", "")
    return Wish(options.get("q", ""), chosen, order if order in ORDERS else "changed", options.get("page"))


def count(moment: Moment, project_id: str) -> int:
    """How many topics a project has."""
    row = moment.row("SELECT count(*) FROM topic WHERE project_id = ?", project_id)
    return int(row[0]) if row else 0


def found(moment: Moment, project_id: str, wish: Wish) -> tuple[Paging, list[Card]]:
    """A page of the topics that fit, and where it stands among them."""
    where, values = _condition(project_id, wish)
    pages = _pages(moment, project_id, wish, where, values)
    if not pages.total:
        return pages, []
    # few among many are found faster by reading all in a row than by following an index to each
    table = "topic" if pages.is_more or not wish.is_search else "topic NOT INDEXED"
    # nothing but this module's own words gets into the text
    sql = f"SELECT id, body FROM {table} WHERE {where} ORDER BY {ORDERS[wish.order][1]} LIMIT ? OFFSET ?"  # noqa: S608
    rows = [(row["id"], _shown(row["body"])) for row in moment.rows(sql, *values, PAGE, pages.skip)]
    return pages, [_card(moment, row_id, members) for row_id, members in rows]


def latest(moment: Moment, project_id: str) -> list[Card]:
    """The few topics that changed last."""
    sql = f"SELECT id, body FROM topic WHERE project_id = ? ORDER BY {ORDERS['changed'][1]} LIMIT ?"  # noqa: S608
    rows = [(row["id"], _shown(row["body"])) for row in moment.rows(sql, project_id, _LATEST)]
    return [_card(moment, row_id, members) for row_id, members in rows]


def tally(moment: Moment, project_id: str) -> list[tuple[str, int]]:
    """How many topics have which status, the most frequent first; nothing where counting would keep readers waiting."""
    if count(moment, project_id) > _TALLIED:
        return []
    sql = (
        "SELECT coalesce(json_extract(body, '$.topic_status'), '') AS status, count(*) AS times FROM topic"
        " WHERE project_id = ? GROUP BY status ORDER BY times DESC, status LIMIT 12"
    )
    return [(row["status"], row["times"]) for row in moment.rows(sql, project_id)]


def choices(moment: Moment, project_id: str, wish: Wish) -> dict[str, list[str]]:
    """What can be chosen, by the query's names: the values the project offers, and what is chosen already."""
    row = moment.row("SELECT extensions FROM project WHERE project_id = ?", project_id)
    offered: JsonObject = json.loads(row["extensions"]) if row else {}
    return {
        name: list(
            dict.fromkeys([*(offered.get(member) or ())[:_MOST_CHOICES], *filter(None, [wish.picked.get(name)])])
        )
        for name, (_, member) in CHOICES.items()
    }


def _pages(moment: Moment, project_id: str, wish: Wish, where: str, values: list[object]) -> Paging:
    if not wish.is_search:
        return paging(wish.page, count(moment, project_id), PAGE)
    page = paging(wish.page, 10**8, PAGE).page
    most = max(_COUNTED, (page + 1) * PAGE)
    # nothing but this module's own words gets into the text
    row = moment.row(f"SELECT count(*) FROM (SELECT 1 FROM topic NOT INDEXED WHERE {where} LIMIT ?)", *values, most)  # noqa: S608
    counted = int(row[0]) if row else 0
    return paging(wish.page, counted, PAGE, is_more=counted == most)


def _condition(project_id: str, wish: Wish) -> tuple[str, list[object]]:
    """An SQL condition on topics and its values."""
    terms, values = ["project_id = ?"], list[object]((project_id,))
    for name, value in wish.chosen:
        # looking for the bytes first spares reading the JSON of nearly all others
        terms.append(f"instr(body, ?) AND json_extract(body, '$.{CHOICES[name][0]}') = ?")
        values += [json.dumps(value), value]
    for word in wish.text.split()[:_MOST_WORDS]:
        term, patterns = _word(word[:_LONGEST_WORD])
        terms.append(term)
        values += patterns
    return " AND ".join(terms), values


def _word(word: str) -> tuple[str, list[object]]:
    """The topics that have a word in one of the searched members, in any case of letters."""
    # SQLite folds only ASCII: the other letters are looked for in the usual ways of writing a word
    spellings = sorted({word, word.lower(), word.upper(), word.capitalize()}) if not word.isascii() else [word]
    rough = " OR ".join("body LIKE ? ESCAPE '!'" for _ in spellings)
    written = [_pattern(json.dumps(spelling)[1:-1]) for spelling in spellings]
    plain = [_pattern(spelling) for spelling in spellings]
    terms, values = list[str](), list[object](written)
    for member in _SEARCHED:
        terms += [f"json_extract(body, '$.{member}') LIKE ? ESCAPE '!'"] * len(spellings)
        values += written if member == "labels" else plain  # SQLite gives a list as it is written
    return f"({rough}) AND ({' OR '.join(terms)})", values


def _pattern(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, "!" + sign)
    return f"%{text}%"


def _shown(body: str) -> JsonObject:
    members: JsonObject = json.loads(body)
    members.pop("description", None)
    members["labels"] = [label[:_LONGEST_TEXT] for label in (members.get("labels") or [])[:6]]
    return {
        name: value[:_LONGEST_TEXT] + "…" if isinstance(value, str) and len(value) > _LONGEST_TEXT else value
        for name, value in members.items()
    }


def _card(moment: Moment, row_id: int, members: JsonObject) -> Card:
    counts = moment.row(
        "SELECT (SELECT count(*) FROM comment WHERE topic_id = ?), (SELECT count(*) FROM viewpoint WHERE topic_id = ?)",
        row_id,
        row_id,
    )
    row = moment.row(
        "SELECT json_extract(body, '$.guid') AS guid, snapshot_blob FROM viewpoint"
        " WHERE topic_id = ? AND snapshot_blob IS NOT NULL"
        " ORDER BY json_extract(body, '$.index') IS NULL, json_extract(body, '$.index'), id LIMIT 1",
        row_id,
    )
    comments, viewpoints = (counts[0], counts[1]) if counts else (0, 0)
    if row is None or not is_picture(moment, row["snapshot_blob"]):
        return Card(members, comments, viewpoints)
    return Card(members, comments, viewpoints, row["guid"])
