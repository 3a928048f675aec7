"""Comments, as they are made and changed.

Owns: a comment's members, and what stands for no words. Sees: creating, guarded, bcfapi.
"""

from dataclasses import replace
from typing import Any

from bcfsync.canonical import comment_content
from bcfsync.changes import Change, Outcome, Status
from bcfsync.model import Comment
from bcfsync.sides.rest.guarded import Guarded
from bcfsync.sides.rest.reading.answers import NO_TEXT, readable
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.bodies import own_members
from bcfsync.sides.rest.writing.creating import Creating


class CommentWriter:
    """Writes comments of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.guarded = Guarded(ways.http, ways.learned)

    def create(self, change: Change, comment: Comment) -> Outcome:
        """Make a comment."""
        return self.creating.created(
            change,
            self.routes.part(change.topic, "comments"),
            lambda guid: self._comment_body(replace(comment, guid=guid), guid=self.ways.sends_guids),
            lambda data: readable(self.codec.decode_comment(data)),
        )

    def update(self, change: Change, comment: Comment) -> Outcome:
        """Change members of a comment that still says what the plan saw."""
        url = self.routes.child(change.topic, "comments", change.guid)
        fresh = self.guarded.read(url)
        now = readable(self.codec.decode_comment(fresh.data))
        if isinstance(change.expected, Comment) and comment_content(now) != comment_content(change.expected):
            return Outcome(change.step, Status.STALE, change.guid, message="it was changed on the server meanwhile")
        members = self._comment_body(comment, guid=False)
        # only what changed: a reply link the file does not know stays the server's
        kept = {name: value for name, value in own_members(fresh.data).items() if name not in change.fields}
        body = {**kept, **{name: members[name] for name in change.fields if name in members}}
        answer = self.guarded.put(url, body, fresh)
        data = answer.data if answer.data is not None else self.http.get(url).data
        return Outcome(change.step, Status.DONE, change.guid, readable(self.codec.decode_comment(data)))

    def _comment_body(self, comment: Comment, *, guid: bool) -> dict[str, Any]:
        body = self.codec.comment_body(comment, guid=guid)
        if not comment.comment.strip() and not comment.viewpoint_guid and self.ways.sends_guids:
            body["comment"] = NO_TEXT
        return body
