"""Writing to a project: which change goes to whom, and what a refusal means.

Owns: changes → outcomes. Sees: the writers of each kind, net.
"""

from bcfsync.changes import Change, Files, Kind, Outcome, Related, Side, Status, Verb
from bcfsync.model import BimSnippet, Comment, Document, DocumentReference, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest.guarded import MOVED
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.comments import CommentWriter
from bcfsync.sides.rest.writing.lists import ListWriter
from bcfsync.sides.rest.writing.topics import TopicWriter
from bcfsync.sides.rest.writing.uploads import Uploader
from bcfsync.sides.rest.writing.viewpoints import ViewpointWriter

_NOT_OFFERED = frozenset({404, 405, 501})


class ProjectWriter:
    """Writes to one project of one server; ``source`` is where bytes come from."""

    def __init__(self, ways: Ways, source: Side) -> None:
        self.topics = TopicWriter(ways)
        self.comments = CommentWriter(ways)
        self.viewpoints = ViewpointWriter(ways, source)
        self.lists = ListWriter(ways)
        self.uploads = Uploader(ways, source)

    def write(self, change: Change) -> Outcome:
        """Carry out one change.

        Raises:
            ServerTrouble, LoginNeeded: (subclasses) the rest of the plan has no chance either.
        """
        try:
            return self._dispatch(change)
        except Refused as error:
            if error.status in MOVED and change.verb is Verb.UPDATE:
                return Outcome(change.step, Status.STALE, change.guid, message=str(error))
            if error.status in _NOT_OFFERED and change.kind not in {Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT}:
                return Outcome(change.step, Status.HELD, change.guid, message=f"the server does not take it: {error}")
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))

    def _dispatch(self, change: Change) -> Outcome:  # noqa: PLR0911 - one line a kind
        made = change.verb is Verb.CREATE
        match change.value:
            case Topic() as topic:
                return self.topics.create(change, topic) if made else self.topics.update(change, topic)
            case Comment() as comment:
                return self.comments.create(change, comment) if made else self.comments.update(change, comment)
            case Viewpoint() as view:
                return self.viewpoints.create(change, view)
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
