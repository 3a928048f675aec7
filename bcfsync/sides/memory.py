"""A side that lives in memory: the reference for the others, and the server of fast tests.

Owns: nothing that lasts. Sees: draft. It can mint its own ids like an API 2.1 server, lose answers, and be edited
by others between looks.
"""

import hashlib
import io
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO

from bcfsync.advance import said, said_whole
from bcfsync.changes import (
    Bodies,
    Capabilities,
    Change,
    Entity,
    Files,
    Key,
    Kind,
    Listing,
    Outcome,
    ProjectInfo,
    Related,
    Side,
    Status,
    Verb,
)
from bcfsync.dates import timestamp
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, BimSnippet, Blob, Comment, Document, DocumentReference, Topic, Viewpoint
from bcfsync.net import Unanswered
from bcfsync.sides.draft import Draft, listed

DELETES = frozenset({Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT})
"""What a side that lives in memory can delete, as the best of servers can."""

Fault = Callable[[Change], str]
"""What goes wrong with a change: "", "refused", "lost request" or "lost answer"."""


@dataclass
class MemorySide:
    """A project in memory.

    Attributes:
        bcf: what it holds; replace it to play another user.
        blobs: bytes by locator.
        mint: makes guids of its own, as API 2.1 does; None keeps the ones it is given.
        user: who writes here, and is put down as the author; None keeps authors, as a file does.
        clock: dates what is written; None keeps the dates that are given, as a file does.
        fault: what goes wrong.
        written: every change carried out.
        deletes: what it can delete.
        complete: whether it shows all its topics.
        trusted: whether what it does not show is not there.
        hidden: keys of topics it neither shows nor denies.
        unread: keys of topics it shows and does not give whole, with the reason.
        unlisted: keys of comments and viewpoints that are there, and that its lists do not show.
    """

    bcf: Bcf = field(default_factory=lambda: Bcf("3.0"))
    blobs: dict[str, bytes] = field(default_factory=dict)
    mint: Callable[[], str] | None = None
    user: str | None = "sync@example.com"
    clock: Callable[[], datetime] | None = None
    fault: Fault = lambda _: ""
    written: list[Change] = field(default_factory=list)
    deletes: frozenset[Kind] = DELETES
    complete: bool = True
    trusted: bool = True
    hidden: frozenset[str] = frozenset()
    unread: dict[str, str] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()

    @property
    def capabilities(self) -> Capabilities:
        """Whether it keeps guids, and what it can delete."""
        return Capabilities(
            "memory", client_guid=self.mint is None, user=self.user, deletes=self.deletes, trusted=self.trusted
        )

    def listing(self) -> Listing:
        """All topics it shows."""
        shown = {guid_key(topic.guid): listed(topic) for topic in self.bcf.topics}
        return Listing({key: item for key, item in shown.items() if key not in self.hidden}, self.complete)

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:  # noqa: ARG002 - all is at hand
        """Whole topics."""
        wanted = set(keys) - self.hidden
        unread = {key: self.unread[key] for key in wanted & set(self.unread)}
        wanted -= set(unread)
        topics = {key: self._shown(topic) for topic in self.bcf.topics if (key := guid_key(topic.guid)) in wanted}
        project = ProjectInfo(self.bcf.project, self.bcf.extensions)
        return Bodies(topics, self.bcf.documents, project, self.capabilities, unread=unread)

    def _shown(self, topic: Topic) -> Topic:
        if not self.unlisted:
            return topic
        return replace(
            topic,
            comments=tuple(item for item in topic.comments if guid_key(item.guid) not in self.unlisted),
            viewpoints=tuple(item for item in topic.viewpoints if guid_key(item.guid) not in self.unlisted),
        )

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Bytes."""
        yield io.BytesIO(self.blobs[blob.locator])

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:  # noqa: ARG002 - nothing was left out
        """The topic as it is."""
        return topic

    def moved(self, tag: str | None) -> bool:  # noqa: ARG002 - memory names no state
        """It cannot tell."""
        return True

    def gone(self, keys: Iterable[str]) -> frozenset[str]:
        """What is not held is not there; a topic that is hidden is neither shown nor denied."""
        return frozenset(keys) - {guid_key(topic.guid) for topic in self.bcf.topics} - self.hidden

    def lacks(self, key: Key) -> bool:
        """It shows all it holds of a topic, but what is ``unlisted``."""
        return key.guid not in self.unlisted

    def apply(self, changes: Iterable[Change | None], source: Side) -> Iterator[Outcome]:
        """Change by change, each as durable as memory is."""
        for change in filter(None, changes):
            fault = self.fault(change)
            if fault == "refused":
                yield Outcome(change.step, Status.FAILED, change.guid, message="refused")
                continue
            if fault == "lost request":
                yield Outcome(change.step, Status.UNANSWERED, change.guid, message="no answer")
                raise Unanswered("the request was lost")
            outcome = self._take(change, source)
            if fault == "lost answer":
                yield Outcome(change.step, Status.UNANSWERED, change.guid, message="no answer")
                raise Unanswered("the answer was lost")
            yield outcome

    def _take(self, change: Change, source: Side) -> Outcome:
        if problem := self._moved(change):
            return Outcome(change.step, Status.STALE, change.guid, message=problem)
        minted = change.verb is Verb.CREATE and self.mint is not None
        guid = self.mint() if minted and self.mint else change.guid
        draft = Draft(self.bcf)
        try:
            held = draft.take(replace(change, guid=guid, value=self._as_held(change, source)))
        except LookupError as error:
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))
        self.bcf = draft.bcf()
        self.written.append(change)
        return Outcome(change.step, Status.DONE, guid, held)

    def _moved(self, change: Change) -> str:
        """Why a change does not fit what is held now, or "": a guid is taken, or somebody else was here."""
        topic = next((item for item in self.bcf.topics if guid_key(item.guid) == guid_key(_topic_of(change))), None)
        held = _held(topic, change) if topic else None
        if change.verb is Verb.CREATE:
            return "its guid is there already" if held is not None and self.mint is None else ""
        if change.expected is None or held is None:
            return ""
        alike = said(held) == said(change.expected)
        if change.verb is Verb.DELETE and isinstance(held, Topic) and isinstance(change.expected, Topic):
            alike = said_whole(held) == said_whole(change.expected)
        return "" if alike else "it was changed meanwhile"

    def _as_held(self, change: Change, source: Side) -> Entity:
        value = change.value
        if change.verb is Verb.DELETE:
            return value
        if isinstance(value, Topic | Comment):
            return self._stamped(value, change.verb)
        return self._with_bytes(value, source)

    def _stamped(self, value: Topic | Comment, verb: Verb) -> Topic | Comment:
        """The value with author and date of this side, where it has its own."""
        now = timestamp(self.clock()) if self.clock else None
        if verb is Verb.UPDATE:
            return replace(
                value, modified_date=now or value.modified_date, modified_author=self.user or value.modified_author
            )
        if isinstance(value, Topic):
            return replace(
                value, creation_author=self.user or value.creation_author, creation_date=now or value.creation_date
            )
        return replace(value, author=self.user or value.author, date=now or value.date)

    def _with_bytes(self, value: Entity, source: Side) -> Entity:
        match value:
            case Viewpoint(snapshot=snapshot, bitmaps=bitmaps):
                if snapshot and snapshot.blob:
                    snapshot = replace(snapshot, blob=self._kept(snapshot.blob, source))
                kept = (replace(item, blob=self._kept(item.blob, source)) if item.blob else item for item in bitmaps)
                return replace(value, snapshot=snapshot, bitmaps=tuple(kept))
            case BimSnippet(blob=Blob() as blob) | Document(blob=Blob() as blob):
                return replace(value, blob=self._kept(blob, source))
            case _:
                return value

    def _kept(self, blob: Blob, source: Side) -> Blob:
        with source.open(blob) as stream:
            data = stream.read()
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return Blob(digest, len(data), digest)


def _topic_of(change: Change) -> str:
    return change.guid if change.kind is Kind.TOPIC else change.topic


def _held(topic: Topic, change: Change) -> Entity | None:
    """What a topic holds of the atom of a change."""
    parts: dict[Kind, Entity] = {
        Kind.TOPIC: topic,
        Kind.FILES: Files(topic.files),
        Kind.RELATED: Related(topic.related_topics),
    }
    children: dict[Kind, tuple[Comment | Viewpoint | DocumentReference, ...]] = {
        Kind.COMMENT: topic.comments,
        Kind.VIEWPOINT: topic.viewpoints,
        Kind.REFERENCE: topic.document_references,
    }
    key = guid_key(change.guid)
    own = next((item for item in children.get(change.kind, ()) if guid_key(item.guid) == key), None)
    return own or parts.get(change.kind)
