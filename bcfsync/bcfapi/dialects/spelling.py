"""The names members go by on a server, and the book's names for them.

Owns: names ↔ names, small letters of colours. Sees: words. Rules: what the book has no name for keeps the server's.
"""

import re
from collections.abc import Mapping
from typing import Any

from bcfsync.bcfapi.dialects.words import Dialect
from bcfsync.bcfapi.reading import Json

ALIASES: Mapping[str, str] = {
    "modify_date": "modified_date",
    "modify_author": "modified_author",
    "replay_to_comment_guid": "reply_to_comment_guid",
    "author_id": "author",
}
"""Names members were seen under (bimrocket, OpenAEC), and the book's; they are understood of any server."""

_DEEPEST = 20
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


def by_the_book(data: object, dialect: Dialect) -> Any:  # noqa: ANN401 - JSON
    """An answer in the book's names; a member that is there under both names keeps what stands under the book's."""
    if dialect.camel_case:
        data = _snaked(data)
    names = {**ALIASES, **dialect.renamed}
    if isinstance(data, list):
        return [_renamed(item, names) if isinstance(item, dict) else item for item in data]
    return _renamed(data, names) if isinstance(data, dict) else data


def in_its_words(body: Json, dialect: Dialect) -> Json:
    """A body in the server's names, in the same order."""
    if not dialect.renamed:
        return body
    return {own_name(name, dialect): value for name, value in body.items()}


def own_name(name: str, dialect: Dialect) -> str:
    """The server's name of a member that the book calls so; camel case is for answers alone (BCF2GraphQL)."""
    return next((own for own, book in dialect.renamed.items() if book == name), name)


def book_name(name: str, dialect: Dialect) -> str:
    """The book's name of a member that the server calls so."""
    name = dialect.renamed.get(name, name)
    return snake(name) if dialect.camel_case else name


def snake(name: str) -> str:
    """A name in camel case, as the book spells it."""
    return _HUMP.sub(lambda found: f"_{found[1].lower()}", name)


def with_small_colors(body: Json) -> Json:
    """A viewpoint's body with colours in small letters (OpenProject)."""
    components = body.get("components")
    groups = components.get("coloring") if isinstance(components, dict) else None
    if not isinstance(components, dict) or not isinstance(groups, list):
        return body
    lowered = [
        {name: str(value).lower() if name == "color" else value for name, value in group.items()} for group in groups
    ]
    return {**body, "components": {**components, "coloring": lowered}}


def _renamed(data: Json, names: Mapping[str, str]) -> Json:
    if names.keys().isdisjoint(data):
        return data
    return {
        names.get(name, name): value for name, value in data.items() if name not in names or names[name] not in data
    }


def _snaked(data: object, depth: int = 0) -> object:
    if depth > _DEEPEST:
        return data
    if isinstance(data, list):
        return [_snaked(item, depth + 1) for item in data]
    if isinstance(data, dict):
        return {snake(str(name)): _snaked(value, depth + 1) for name, value in data.items()}
    return data
