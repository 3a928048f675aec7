"""A new topic with its viewpoints and comments in one request, where a server has such a thing (BIMData).

Owns: the body of a full topic, and what its answer says of each part. Sees: the writers of each kind, the reader of
full topics. Rules: comments name viewpoints of the same body by a number. The creates of the parts that follow are
answered from what came back. What the server does not take whole goes the plain way: the topic alone, then each part by
itself, so that what is wrong with one of them keeps nothing else back. Where an answer is lost, the topic is looked at
under its guid; what cannot be seen then, the next run meets with all its parts. No part is sent once more that may be
there under a guid of the server's own: it is the next run's, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urljoin

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Change, Entity, Key, Kind, Outcome, Status, Unkept, Verb, key_of
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Topic, Viewpoint
from bcfsync.net import Answer, NotJson, Refused, Unanswered
from bcfsync.sides.rest.reading.full_topics import FullTopics
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.comments import CommentWriter
from bcfsync.sides.rest.writing.comparing import unkept, unkept_components
from bcfsync.sides.rest.writing.keeping import understood
from bcfsync.sides.rest.writing.matching import Part, matched
from bcfsync.sides.rest.writing.topics import TopicWriter
from bcfsync.sides.rest.writing.viewpoints import ViewpointWriter

_NOT_OFFERED = frozenset({404, 405, 501})
_FORBIDDEN = frozenset({401, 403})
_LATER = -1
_UNKNOWN = "it went with its topic, and the server does not say which guid it gave"


@dataclass(frozen=True, slots=True)
class Plain:
    """The writers of the plain way."""

    topics: TopicWriter
    comments: CommentWriter
    viewpoints: ViewpointWriter


class FullTopicWriter:
    """Makes whole topics of one project."""

    def __init__(self, ways: Ways, path: str, plain: Plain) -> None:
        """Nothing is asked yet.

        Args:
            ways: how to speak to the project.
            path: of full topics, below the project.
            plain: who writes what does not go whole.
        """
        self.ways = ways
        self.http = ways.http
        self.codec = ways.codec
        self.plain = plain
        self.reading = FullTopics(ways, path)
        self._url = f"{ways.routes.project}/{path}"
        self._offered = True
        self._made: dict[Key, Outcome] = {}

    def create(self, change: Change, topic: Topic) -> Outcome:
        """Make a topic with what is below it.

        Raises:
            Refused: nobody may make it; or it cannot be made alone, either.
        """
        if not change.below or not self._offered:
            return self.plain.topics.create(change, topic)
        try:
            answer = self.http.send("POST", self._url, self._body(change, topic), key=self.ways.new_key())
        except Refused as error:
            if error.status in _FORBIDDEN:
                raise
            self._offered = error.status not in _NOT_OFFERED
            return self.plain.topics.create(change, topic)
        except (Unanswered, NotJson):
            found = self._arrived(change)
            if found is None:
                raise
            answer = found
        return self._outcome(change, topic, answer)

    def _arrived(self, change: Change) -> Answer | None:
        """What came of a topic whose answer was lost: it has the guid that was sent, and nothing had it before."""
        try:
            found = self.http.get(f"{self._url}/{quote(change.guid, safe='')}?img_format=url")
            self.codec.decode_topic(found.data)
        except (Refused, ServerTrouble):
            return None
        return found

    def made(self, change: Change) -> Outcome | None:
        """What became of a part that went with its topic; None for any other one."""
        if change.verb is not Verb.CREATE:
            return None
        found = self._made.pop(key_of(change.kind, change.topic, change.guid), None)
        return None if found is None else replace(found, step=change.step)

    # -- the body ----------------------------------------------------------------------------------------------

    def _body(self, change: Change, topic: Topic) -> dict[str, Any]:
        views = [part for part in change.below if isinstance(part, Viewpoint)]
        numbers = {guid_key(view.guid): at for at, view in enumerate(views, 1)}
        own = self.codec.topic_body(replace(topic, guid=change.guid), guid=True)
        comments = (part for part in change.below if isinstance(part, Comment))
        return {
            **own,
            "viewpoints": [{**self.plain.viewpoints.body(view), "temp_id": at} for at, view in enumerate(views, 1)],
            "comments": [self._comment_body(comment, numbers) for comment in comments],
        }

    def _comment_body(self, comment: Comment, numbers: dict[str, int]) -> dict[str, Any]:
        body = self.plain.comments.body(comment, guid=True)
        number = numbers.get(guid_key(comment.viewpoint_guid or ""))
        body.pop("viewpoint_guid", None)
        return body if number is None else {**body, "viewpoint_temp_id": number}

    # -- the answer --------------------------------------------------------------------------------------------

    def _outcome(self, change: Change, sent: Topic, answer: Answer) -> Outcome:
        if understood(answer.data, self.codec.decode_topic) is None:
            found = self._pointed_at(answer) or self._arrived(change)
            if found is None:
                return Outcome(change.step, Status.UNANSWERED, message="the server does not say which guid it gave")
            answer = found
        topic = self.codec.decode_topic(answer.data)
        parts = self._parts(topic, answer)
        if parts is None:
            self._note_unknown(topic, change.below)
            return Outcome(change.step, Status.DONE, topic.guid, topic, unkept=unkept(sent, topic))
        shown = self._note(topic, [part for part in change.below if isinstance(part, Viewpoint)], parts[0], {})
        self._note(topic, [part for part in change.below if isinstance(part, Comment)], parts[1], shown)
        return Outcome(change.step, Status.DONE, topic.guid, topic, unkept=unkept(sent, topic))

    def _parts(self, topic: Topic, answer: Answer) -> tuple[list[Viewpoint], list[Comment]] | None:
        """What is below a new topic, as the answer says, or as it is read then; None where it cannot be read."""
        try:
            return self.reading.views(topic, answer.data), self.reading.comments(topic, answer.data)
        except AnswerNotUnderstood:
            pass  # the topic is there: what is below it may be read
        try:
            whole = self.reading.whole(topic, ())
        except (Refused, ServerTrouble):
            return None
        return list(whole.viewpoints), list(whole.comments)

    def _pointed_at(self, answer: Answer) -> Answer | None:
        """What is where an answer points to."""
        if not answer.location:
            return None
        try:
            found = self.http.get(urljoin(self._url, answer.location))
        except (Refused, ServerTrouble):
            return None
        return None if understood(found.data, self.codec.decode_topic) is None else found

    def _note(
        self, topic: Topic, sent: Sequence[Part], held: Sequence[Part], views: Mapping[str, str]
    ) -> dict[str, str]:
        """Note what became of parts of one kind; which guid became which."""
        found = matched(sent, held, views)
        for ours, theirs in found.pairs:
            # of a viewpoint, what was sent is what the server has, but for what is on record as lost
            value = replace(ours, guid=theirs.guid) if isinstance(ours, Viewpoint) else theirs
            lost = _unkept_view(ours, theirs) if isinstance(ours, Viewpoint) else unkept(ours, theirs)
            self._made[_key(topic, ours)] = Outcome(_LATER, Status.DONE, theirs.guid, value, unkept=lost)
        self._note_unknown(topic, found.unknown)
        return {guid_key(ours.guid): guid_key(theirs.guid) for ours, theirs in found.pairs}

    def _note_unknown(self, topic: Topic, parts: Sequence[Part]) -> None:
        for part in parts:
            self._made[_key(topic, part)] = Outcome(_LATER, Status.UNANSWERED, message=_UNKNOWN)


def _key(topic: Topic, part: Part) -> Key:
    return key_of(Kind.VIEWPOINT if isinstance(part, Viewpoint) else Kind.COMMENT, topic.guid, part.guid)


def _unkept_view(sent: Viewpoint, held: Entity) -> tuple[Unkept, ...]:
    """What of a viewpoint the answer lacks, which shows components, too."""
    shown = held.components if isinstance(held, Viewpoint) else None
    return unkept(sent, held) + unkept_components(sent.components, shown)
