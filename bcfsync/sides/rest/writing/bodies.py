"""What a PUT sends back of what was read.

Owns: which members are the server's. Source: BCF-API 2.1 and 3.0: PUT replaces the whole object, so its body is the
server's own fresh object with our members put in.
"""

from collections.abc import Collection, Mapping
from typing import Any

from bcfsync.bcfapi.dialects import GENERIC, Dialect
from bcfsync.bcfapi.dialects.leaving import left_out
from bcfsync.bcfapi.dialects.spelling import book_name, own_name

_SERVER_OWNED = frozenset({
    "guid", "server_assigned_id", "creation_date", "creation_author", "modified_date", "modified_author",
    "authorization", "date", "author", "topic_guid",
})  # fmt: skip


_OURS = frozenset({
    "title", "topic_type", "topic_status", "priority", "index", "labels", "reference_links", "assigned_to", "stage",
    "due_date", "description", "bim_snippet", "comment", "viewpoint_guid", "reply_to_comment_guid",
})  # fmt: skip


def own_members(data: object, dialect: Dialect = GENERIC, kind: str = "") -> dict[str, Any]:
    """What a client sends back of a server's object: everything but what the server owns, unknown members too.

    They go back under the names they came by; a server that spells answers in camel case takes what the book has a name
    for under that. What the server refuses in bodies of this kind is left out.
    """
    if not isinstance(data, dict):
        return {}
    found: dict[str, Any] = {}
    for name, value in data.items():
        book = book_name(name, dialect)
        if book not in _SERVER_OWNED:
            found[book if dialect.camel_case and book in _OURS else name] = value
    return left_out(found, kind, dialect)


def put_body(
    data: object, members: Mapping[str, Any], changed: Collection[str], dialect: Dialect = GENERIC, kind: str = ""
) -> dict[str, Any]:
    """The body of a PUT: the server's fresh object, with those of our members put in that changed.

    Args:
        data: the fresh object, as the server answered it.
        members: what a PUT says of our value, in the server's names.
        changed: which of them changed, in the book's names.
        dialect: the server's.
        kind: of thing, as in ``changes.Kind``.
    """
    names = [own_name(name, dialect) for name in changed]
    kept = {name: value for name, value in own_members(data, dialect, kind).items() if name not in names}
    return {**kept, **{name: members[name] for name in names if name in members}}
