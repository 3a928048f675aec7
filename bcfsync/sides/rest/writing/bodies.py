"""What a PUT sends back of what was read.

Owns: which members are the server's. Source: BCF-API 2.1 and 3.0: PUT replaces the whole object, so its body is the
server's own fresh object with our members put in.
"""

from typing import Any

_SERVER_OWNED = frozenset({
    "guid", "server_assigned_id", "creation_date", "creation_author", "modified_date", "modified_author",
    "authorization", "date", "author", "topic_guid",
})  # fmt: skip


def own_members(data: object) -> dict[str, Any]:
    """What a client sends back of a server's object: everything but what the server owns, unknown members too."""
    return {name: value for name, value in data.items() if name not in _SERVER_OWNED} if isinstance(data, dict) else {}
