"""A side that lives in memory: the reference for the others, and the server of fast tests.

Owns: nothing that lasts. Sees: draft. It can mint its own ids like an API 2.1 server, lose answers, and be edited
by others between looks.
"""

import hashlib
import io
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO

from bcfsync.changes import Bodies, Capabilities, Change, Key, Listing, Outcome, ProjectInfo, Side, Status, Verb
from bcfsync.guids import guid_key
from bcfsync.model import Bcf, Blob, Comment, Topic, Viewpoint
from bcfsync.net import Unanswered
from bcfsync.sides.draft import Draft, listed

Fault = Callable[[Change], str]
"""What goes wrong with a change: "", "refused", "lost request" or "lost answer"."""


@dataclass
class MemorySide:
    """A project in memory.

    Attributes:
        bcf: what it holds; replace it to play another user.
        blobs: bytes by locator.
        mint: makes guids of its own, as API 2.1 does; None keeps the ones it is given.
        fault: what goes wrong.
        written: every change carried out.
    """

    bcf: Bcf = field(default_factory=lambda: Bcf("3.0"))
    blobs: dict[str, bytes] = field(default_factory=dict)
    mint: Callable[[], str] | None = None
    user: str = "sync@example.com"
    fault: Fault = lambda _: ""
    written: list[Change] = field(default_factory=list)

    @property
    def capabilities(self) -> Capabilities:
        """Whether it keeps guids."""
        return Capabilities("memory", client_guid=self.mint is None, user=self.user)

    def listing(self) -> Listing:
        """All topics."""
        return Listing({guid_key(topic.guid): listed(topic) for topic in self.bcf.topics})

    def load(self, keys: Iterable[str], known: Collection[Key] = ()) -> Bodies:  # noqa: ARG002 - all is at hand
        """Whole topics."""
        wanted = set(keys)
        topics = {guid_key(topic.guid): topic for topic in self.bcf.topics if guid_key(topic.guid) in wanted}
        return Bodies(topics, self.bcf.documents, ProjectInfo(self.bcf.project, self.bcf.extensions), self.capabilities)

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """Bytes."""
        yield io.BytesIO(self.blobs[blob.locator])

    def apply(self, changes: Iterable[Change], source: Side) -> Iterator[Outcome]:
        """Change by change, each as durable as memory is."""
        for change in changes:
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
        minted = change.verb is Verb.CREATE and self.mint is not None
        guid = self.mint() if minted and self.mint else change.guid
        draft = Draft(self.bcf)
        value = change.value
        if change.verb is Verb.CREATE and isinstance(value, Topic):
            value = replace(value, creation_author=self.user)
        elif change.verb is Verb.CREATE and isinstance(value, Comment):
            value = replace(value, author=self.user)
        elif isinstance(value, Viewpoint) and value.snapshot and value.snapshot.blob:
            value = replace(value, snapshot=replace(value.snapshot, blob=self._kept(value.snapshot.blob, source)))
        try:
            held = draft.take(replace(change, guid=guid, value=value))
        except LookupError as error:
            return Outcome(change.step, Status.FAILED, change.guid, message=str(error))
        self.bcf = draft.bcf()
        self.written.append(change)
        return Outcome(change.step, Status.DONE, guid, held)

    def _kept(self, blob: Blob, source: Side) -> Blob:
        with source.open(blob) as stream:
            data = stream.read()
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return Blob(digest, len(data), digest)
