"""Comments, as they are made and changed.

Owns: a comment's members, and what stands for no words. Sees: creating, changing, bcfapi.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bcfsync.canonical import comment_content
from bcfsync.changes import Change, Outcome, Status
from bcfsync.model import Comment
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.reading.answers import NO_TEXT, readable
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.bodies import put_body
from bcfsync.sides.rest.writing.changing import OTHER, Changing
from bcfsync.sides.rest.writing.creating import Creating

_UNDERSTOOD = frozenset({400, 422})


class CommentWriter:
    """Writes comments of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.changing = Changing(ways)

    def create(self, change: Change, comment: Comment) -> Outcome:
        """Make a comment."""
        url = self.routes.part(change.topic, "comments")
        return self._worded(
            comment,
            lambda: self.creating.created(
                change,
                url,
                lambda guid: self.body(replace(comment, guid=guid), guid=self.ways.sends_guids),
                self._decode,
            ),
        )

    def update(self, change: Change, comment: Comment) -> Outcome:
        """Change members of a comment that still says what the plan saw."""
        url = self.routes.child(change.topic, "comments", change.guid)
        fresh = self.changing.guarded.read(url)
        now = self._decode(fresh.data)
        if isinstance(change.expected, Comment) and comment_content(now) != comment_content(change.expected):
            return Outcome(change.step, Status.STALE, change.guid, message=OTHER)
        if stuck := self.changing.stuck(change, now):
            return stuck

        def changed() -> Outcome:
            members = self.body(comment, guid=False)
            # only what changed: a reply link the file does not know stays the server's
            body = put_body(fresh.data, members, change.fields, self.ways.dialect, "comment")
            return self.changing.changed(change, url, body, fresh, self._decode)

        return self._worded(comment, changed)

    def body(self, comment: Comment, *, guid: bool) -> dict[str, Any]:
        """What makes or replaces a comment, with its guid where that is asked for and possible."""
        body = self.codec.comment_body(comment, guid=guid)
        silent = not comment.comment.strip()
        if silent and (self._needs_words or (not comment.viewpoint_guid and self.ways.sends_guids)):
            body["comment"] = NO_TEXT
        return body

    @property
    def _needs_words(self) -> bool:
        return self.ways.dialect.text_needed or facts.flag(self.ways.learned, facts.TEXT_NEEDED) is True

    def _worded(self, comment: Comment, write: Callable[[], Outcome]) -> Outcome:
        """A write, and once more with our stand-in for no words where the server wants some."""
        worded = bool(comment.comment.strip()) or self._needs_words  # before it goes: others may learn it meanwhile
        try:
            return write()
        except Refused as error:
            if worded or error.status not in _UNDERSTOOD:
                raise
        self.ways.learned[facts.TEXT_NEEDED] = facts.YES
        try:
            return write()
        except Refused:
            self.ways.learned.pop(facts.TEXT_NEEDED, None)  # that was not it
            raise

    def _decode(self, data: object) -> Comment:
        return readable(self.codec.decode_comment(data))
