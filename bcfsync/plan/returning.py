"""What comes back from a server as it was before it went there.

Owns: shadow values on the way back. Sees: model, canonical. A server stamps author and date of whoever pushes, and
may change spellings; where its value is still the one it confirmed, the file's own value returns.
"""

from dataclasses import fields, replace
from typing import Any, TypeVar

from bcfsync.canonical import TOPIC_SCALARS, same
from bcfsync.marks import is_mark
from bcfsync.model import Comment, Topic

E = TypeVar("E", Topic, Comment)

_CHANGED_WITH_CONTENT = ("modified_date", "modified_author")
_WHOSE = ("creation_date", "creation_author", "date", "author")
_OWN = ("bim_snippet", "guid", "viewpoint_guid", "reply_to_comment_guid", "document_guid", "synthetic", "folder")


def returned(value: E, confirmed: E | None, original: E | None) -> E:
    """The server's value with the file's own members wherever the server's have not moved.

    Args:
        value: what the server holds now.
        confirmed: what it held when it confirmed our write.
        original: what the file held then.
    """
    if confirmed is None or original is None:
        return value
    restored: dict[str, Any] = {}
    for item in fields(value):
        unmoved = item.name not in _OWN and same(getattr(value, item.name), getattr(confirmed, item.name))
        # what the two never agreed on has no value of the file's on record
        if unmoved and not is_mark(getattr(original, item.name)):
            restored[item.name] = getattr(original, item.name)
    for name in _WHOSE:
        # a file that does not say who and when learns it from the server
        if name in restored and restored[name] is None:
            del restored[name]
    for name in _CHANGED_WITH_CONTENT:
        # a topic's modified_date moves with its comments; only its own content tells whether somebody edited it
        if hasattr(value, name) and _content_unmoved(value, confirmed):
            restored[name] = getattr(original, name) or (getattr(confirmed, name) if _is_dated_alone(value) else None)
    return replace(value, **restored)


def _is_dated_alone(value: object) -> bool:
    """Whether the server's date moves with nothing but the thing itself."""
    return isinstance(value, Comment)


def _content_unmoved(value: object, confirmed: object) -> bool:
    if isinstance(value, Topic) and isinstance(confirmed, Topic):
        # a label or link more may have come from another archive; what the topic says itself tells
        return all(same(getattr(value, name), getattr(confirmed, name)) for name in TOPIC_SCALARS)
    if isinstance(value, Comment) and isinstance(confirmed, Comment):
        return same(value.comment, confirmed.comment) and same(value.modified_date, confirmed.modified_date)
    return False
