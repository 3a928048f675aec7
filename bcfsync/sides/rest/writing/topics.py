"""Topics, as they are made and changed.

Owns: a topic's own members. Sees: creating, changing, bcfapi.
"""

from dataclasses import replace

from bcfsync.canonical import topic_content
from bcfsync.changes import Change, Outcome, Status
from bcfsync.model import Topic
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.bodies import put_body
from bcfsync.sides.rest.writing.changing import OTHER, Changing
from bcfsync.sides.rest.writing.creating import Creating


class TopicWriter:
    """Writes topics of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.changing = Changing(ways)

    def create(self, change: Change, topic: Topic) -> Outcome:
        """Make a topic."""
        return self.creating.created(
            change,
            self.routes.topics,
            lambda guid: self.codec.topic_body(replace(topic, guid=guid), guid=self.ways.sends_guids),
            self.codec.decode_topic,
        )

    def update(self, change: Change, topic: Topic) -> Outcome:
        """Change members of a topic that still says what the plan saw."""
        url = self.routes.topic(change.guid)
        fresh = self.changing.guarded.read(url)
        now = self.codec.decode_topic(fresh.data)
        if isinstance(change.expected, Topic) and topic_content(now) != topic_content(change.expected):
            return Outcome(change.step, Status.STALE, change.guid, message=OTHER)
        if stuck := self.changing.stuck(change, now):
            return stuck
        members = self.codec.topic_fields(topic)
        body = put_body(fresh.data, members, change.fields, self.ways.dialect, "topic")
        return self.changing.changed(change, url, body, fresh, self.codec.decode_topic)
