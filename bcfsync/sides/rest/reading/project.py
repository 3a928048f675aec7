"""Reading a project: its topics in pages, and many whole topics at a time.

Owns: the list of topics, the pool of readers, topics that cannot be read. Sees: parts, paging, net, bcfapi.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import IO, Protocol, TypeVar

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Key
from bcfsync.errors import BcfsyncError
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Document, Topic
from bcfsync.net import Refused, Stumbled
from bcfsync.sides.rest.paging import Whole
from bcfsync.sides.rest.reading.answers import decoded
from bcfsync.sides.rest.reading.full_topics import FullTopics
from bcfsync.sides.rest.reading.parts import TopicParts
from bcfsync.sides.rest.ways import Ways

THREADS = 8

_MISSING = frozenset({404, 405, 501})
_MOST_UNREAD = 10
T = TypeVar("T")


class TopicReading(Protocol):
    """How one server's whole topics are read; safe to use from several threads."""

    cut_short: bool
    """Whether a list below a topic may have had more items than the server gave."""

    def whole(self, topic: Topic, known: Collection[Key], kept: Topic | None = None) -> Topic:
        """A topic of the list with everything below it; viewpoints that are ``known`` may lack their components.

        ``kept`` is the topic as it was read within the hour, where the list still shows it so: of it may be taken what
        is neither comment nor viewpoint.
        """

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """The topic with the components of these viewpoints (by normalised guid), which were left out before."""


class ProjectReader:
    """Reads one project of one server."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.pager = ways.pager
        self.full = FullTopics(ways, ways.dialect.full_topic) if ways.dialect.full_topic else None
        """Reads all whole topics in one request, where the server has such a thing."""
        self.reading: TopicReading = self.full or TopicParts(ways)
        self.unread: dict[str, str] = {}
        """Topics, by their key, that the server would not give whole when they were asked for last, and why."""

    @property
    def cut_short(self) -> bool:
        """Whether a list below a topic may have had more items than the server gave."""
        return self.reading.cut_short

    def listed(self, *, beyond: bool = False) -> Whole:
        """The list of topics as the server gives it; ``beyond`` as for ``Pager.whole``."""
        if self.full:
            return self.full.listed()
        return self.pager.whole(self.routes.topics, "creation_date", beyond=beyond)

    def topics(self, found: Whole) -> list[Topic]:
        """The topics of that list, without what is below them."""
        if self.full:
            return self.full.topics(found)
        return decoded(self.routes.topics, self.codec.decode_topic, found.items)

    def whole(
        self, topics: Iterable[Topic], known: Collection[Key], kept: Mapping[str, Topic] | None = None
    ) -> list[Topic]:
        """The topics with everything below them, read by several requests at a time; without those in ``unread`` then.

        Args:
            topics: as ``topics`` gives them.
            known: viewpoints that need no details, since they never change.
            kept: topics, by key, as they were read before, for ``TopicReading.whole``.

        Raises:
            ServerTrouble, Refused: the server breaks over many of them, or over all of several.
        """
        topics = list(topics)
        found = self._whole_or_not(topics, known, kept or {})
        read = [item for item in found if isinstance(item, Topic)]
        failed = [(topic, item) for topic, item in zip(topics, found, strict=True) if isinstance(item, BcfsyncError)]
        if len(failed) > (_MOST_UNREAD if read else 1):
            raise failed[0][1]
        self.unread = {guid_key(topic.guid): str(error) for topic, error in failed}
        return read

    def _whole_or_not(
        self, topics: list[Topic], known: Collection[Key], kept: Mapping[str, Topic]
    ) -> list[Topic | BcfsyncError]:
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bcf-read")
        patient = True
        try:
            return list(pool.map(lambda topic: self._whole_if_it_can_be(topic, known, kept), topics))
        except KeyboardInterrupt:
            patient = False  # who interrupts does not wait for a server that hangs
            raise
        finally:
            pool.shutdown(wait=patient, cancel_futures=True)

    def _whole_if_it_can_be(
        self, topic: Topic, known: Collection[Key], kept: Mapping[str, Topic]
    ) -> Topic | BcfsyncError:
        try:
            return self.reading.whole(topic, known, kept.get(guid_key(topic.guid)))
        except (Stumbled, Refused, AnswerNotUnderstood) as error:
            return error  # of this topic alone: others may be well

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """The topic with the components of these viewpoints (by normalised guid), which were left out before."""
        return self.reading.detailed(topic, views)

    @property
    def list_url(self) -> str:
        """Where the list of topics is."""
        return self.full.url if self.full else self.routes.topics

    def open(self, blob: Blob) -> AbstractContextManager[IO[bytes]]:
        """The bytes of a picture, snippet or document."""
        return self.full.open(blob) if self.full else self.http.open(blob.locator)

    def documents(self) -> tuple[Document, ...]:
        """The documents of the project, with their bytes still on the server."""
        found = self._optional(lambda: self.pager.whole(self.routes.documents))
        documents = decoded(self.routes.documents, self.codec.decode_document, found.items if found else ())
        return tuple(replace(item, blob=Blob(self.routes.document(item.guid))) for item in documents)

    def _optional(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Refused as error:
            if error.status in _MISSING:
                return None
            raise
