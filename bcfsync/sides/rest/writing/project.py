"""Writing to a project: which change goes to whom, and what a refusal means.

Owns: changes → outcomes. Sees: the writers of each kind, net.
"""

from collections.abc import Mapping

from bcfsync.bcfapi.dialects import Dialect
from bcfsync.changes import Change, Files, Kind, Outcome, Related, Side, Status, Verb
from bcfsync.model import BimSnippet, Comment, Document, DocumentReference, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.guarded import MOVED
from bcfsync.sides.rest.reading.parts import TopicParts
from bcfsync.sides.rest.reading.project import TopicReading
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.changing import held_back
from bcfsync.sides.rest.writing.comments import CommentWriter
from bcfsync.sides.rest.writing.full_topics import FullTopicWriter, Plain
from bcfsync.sides.rest.writing.lists import ListWriter
from bcfsync.sides.rest.writing.read_only import note_refused_topic
from bcfsync.sides.rest.writing.topics import TopicWriter
from bcfsync.sides.rest.writing.uploads import Uploader
from bcfsync.sides.rest.writing.v10 import ListWriterV10, TopicWriterV10
from bcfsync.sides.rest.writing.v10_viewpoints import ViewpointWriterV10
from bcfsync.sides.rest.writing.viewpoints import ViewpointWriter

_NOT_OFFERED = frozenset({405, 501})
_POSTED = frozenset({Kind.DOCUMENT, Kind.REFERENCE, Kind.COMMENT, Kind.VIEWPOINT})
_PUT = frozenset({Kind.FILES, Kind.RELATED, Kind.SNIPPET})


class ProjectWriter:
    """Writes to one project of one server; bytes come from ``source``, and ``reading`` reads back what was made."""

    def __init__(
        self, ways: Ways, source: Side, reading: TopicReading | None = None, parts: TopicParts | None = None
    ) -> None:
        self.ways = ways
        first = ways.version == "1.0"
        self.topics = (TopicWriterV10 if first else TopicWriter)(ways)
        self.comments = CommentWriter(ways)
        self.viewpoints = ViewpointWriter(ways, source, reading)
        self.in_parts = ViewpointWriterV10(ways, source) if first else None
        self.lists = (ListWriterV10 if first else ListWriter)(ways)
        self.uploads = Uploader(ways, source, parts.snippets if parts else None)
        self._there: set[str] = set()
        path = ways.dialect.full_topic
        self.full = FullTopicWriter(ways, path, Plain(self.topics, self.comments, self.viewpoints)) if path else None

    def write(self, change: Change) -> Outcome:
        """Carry out one change.

        Raises:
            ServerTrouble, LoginNeeded: (subclasses) the rest of the plan has no chance either.
        """
        along = self.full.made(change) if self.full else None
        if along is not None:
            return along  # it went with its topic
        if self._is_absent(change):
            return held_back(change, f"the server has no place for {_called(change.kind)}")
        try:
            outcome = self._dispatch(change)
        except Refused as error:
            if error.status in MOVED and change.verb is Verb.UPDATE:
                return Outcome(change.step, Status.STALE, change.guid, message=str(error))
            if self._shows_absence(change, error):
                facts.add(self.ways.learned, facts.ABSENT, _route(change))
                return held_back(change, f"the server has no place for {_called(change.kind)}: {error}")
            if change.kind is Kind.TOPIC and change.verb is Verb.CREATE:
                note_refused_topic(self.ways, error)
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))
        if outcome.status is Status.DONE:
            self._there.add(_route(change))
            facts.is_there(self.ways.learned, str(change.kind))
        return outcome

    def _is_absent(self, change: Change) -> bool:
        """Whether the server is known to have no route for a change."""
        if change.kind in _POSTED and change.verb is not Verb.CREATE:
            return False
        return change.kind in without_place(self.ways.dialect, self.ways.learned)

    def _shows_absence(self, change: Change, error: Refused) -> bool:
        """Whether a refusal says that there is no such route; a 404 may also mean that the topic is gone."""
        if change.kind not in _POSTED | _PUT or (change.kind in _POSTED and change.verb is not Verb.CREATE):
            return False
        if error.status != 404:
            return error.status in _NOT_OFFERED
        if _route(change) in self._there or str(change.kind) in facts.names(self.ways.learned, facts.GUIDS_TAKEN):
            return False  # such things were taken before: this is a matter of the one topic
        try:
            self.ways.http.get(self.ways.routes.topic(change.topic) if change.topic else self.ways.routes.topics)
        except Refused:
            return False
        return True

    def _dispatch(self, change: Change) -> Outcome:  # noqa: PLR0911 - one line a kind
        made = change.verb is Verb.CREATE
        match change.value:
            case Topic() as topic:
                return (self.full or self.topics).create(change, topic) if made else self.topics.update(change, topic)
            case Comment() as comment:
                return self.comments.create(change, comment) if made else self.comments.update(change, comment)
            case Viewpoint() as view:
                return (self.in_parts or self.viewpoints).create(change, view)
            case DocumentReference() as reference:
                return self.lists.reference(change, reference)
            case Document() as document:
                return self.uploads.document(change, document)
            case BimSnippet() as snippet:
                return self.uploads.snippet(change, snippet)
            case Files() as files:
                return self.lists.files(change, files)
            case Related() as related:
                return self.lists.related(change, related)
            case _:
                return Outcome(change.step, Status.HELD, message="servers keep their own project and lists")


def without_place(dialect: Dialect, learned: Mapping[str, str]) -> frozenset[Kind]:
    """The kinds a server is known to have no route for, where new ones would go."""
    absent = dialect.absent | facts.names(learned, facts.ABSENT)
    return frozenset(kind for kind in _POSTED | _PUT if str(kind) in absent or _route_of(kind) in absent)


def _route(change: Change) -> str:
    return _route_of(change.kind)


def _route_of(kind: Kind) -> str:
    """What is absent where a change has no route, by name: the thing may be readable all the same."""
    return f"{kind}.{'post' if kind in _POSTED else 'put'}"


def _called(kind: Kind) -> str:
    words = {Kind.FILES: "model files", Kind.RELATED: "relations", Kind.SNIPPET: "snippets"}
    return words.get(kind, f"{str(kind).replace('_', ' ')}s")
