"""The order of a thread.

Owns: which comment comes before which. Sees: model.
"""

from collections.abc import Sequence

from bcfsync.guids import guid_key
from bcfsync.model import Comment


def parents_first(comments: Sequence[Comment]) -> list[Comment]:
    """The comments in their order, but none before the one it replies to; a circle is cut where it is entered."""
    if len(comments) < 2:
        return list(comments)
    by_guid = {guid_key(comment.guid): comment for comment in comments}
    ordered: dict[str, Comment] = {}
    for comment in comments:
        chain: dict[str, Comment] = {}
        above: Comment | None = comment
        while above is not None and (key := guid_key(above.guid)) not in ordered and key not in chain:
            chain[key] = above
            above = by_guid.get(guid_key(above.reply_to_comment_guid or ""))
        ordered |= dict(reversed(chain.items()))
    return list(ordered.values())
