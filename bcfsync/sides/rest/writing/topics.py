"""Topics, as they are made and changed.

Owns: a topic's own members. Sees: creating, guarded, bcfapi.
"""

from dataclasses import replace

from bcfsync.canonical import topic_content
from bcfsync.changes import Change, Outcome, Status
from bcfsync.model import Topic
from bcfsync.sides.rest.guarded import Guarded
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.bodies import own_members
from bcfsync.sides.rest.writing.creating import Creating


class TopicWriter:
    """Writes topics of one project."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.guarded = Guarded(ways.http, ways.learned)

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
        fresh = self.guarded.read(url)
        now = self.codec.decode_topic(fresh.data)
        if isinstance(change.expected, Topic) and topic_content(now) != topic_content(change.expected):
            return Outcome(change.step, Status.STALE, change.guid, message="it was changed on the server meanwhile")
        members = self.codec.topic_fields(topic)
        body = {**own_members(fresh.data), **{name: members[name] for name in change.fields if name in members}}
        answer = self.guarded.put(url, body, fresh)
        held = self.codec.decode_topic(answer.data if answer.data is not None else self.http.get(url).data)
        return Outcome(change.step, Status.DONE, change.guid, held)
