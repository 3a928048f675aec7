"""Reading a project: its topics in pages, and many whole topics at a time.

Owns: the list of topics, the pool of readers, topics that cannot be read. Sees: parts, paging, net, bcfapi.
"""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Protocol

from bcfsync.changes import Key, Kind
from bcfsync.errors import BcfsyncError, LoginNeeded, ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Document, Topic
from bcfsync.net import BadCertificate, Refused, TryLater, Unreachable
from bcfsync.sides.rest.noticing import notice
from bcfsync.sides.rest.paging import Whole
from bcfsync.sides.rest.progress import Count, What
from bcfsync.sides.rest.reading.answers import decoded, not_a_page, not_html
from bcfsync.sides.rest.reading.full_topics import FullTopics
from bcfsync.sides.rest.reading.missing import Absences
from bcfsync.sides.rest.reading.parts import TopicParts
from bcfsync.sides.rest.reading.patience import Patience
from bcfsync.sides.rest.reading.v10 import TopicPartsV10
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.together import together

_DOWN = (LoginNeeded, Unreachable, TryLater, BadCertificate)
"""What says that no request has a chance."""


_IN_A_VIEW = "/viewpoints/"


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

    def __init__(self, ways: Ways, count: Count | None = None) -> None:
        self.ways = ways
        self._count = count or Count()
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.pager = ways.pager
        self.full = FullTopics(ways, ways.dialect.full_topic) if ways.dialect.full_topic else None
        """Reads all whole topics in one request, where the server has such a thing."""
        self.absences = Absences(ways)
        self.parts = (TopicPartsV10 if ways.version == "1.0" else TopicParts)(ways, self.absences)
        self.reading: TopicReading = self.full or self.parts
        self._patience = Patience()
        self._names: dict[str, str] = {}
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
        notice(self.ways.learned, found.items[:1])
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
            ServerTrouble, Refused: the server breaks over one after the other, or over all of several.
        """
        topics = list(topics)
        self._patience = Patience()
        self._count.begin(What.TOPICS, len(topics))
        found = self._whole_or_not(topics, known, kept or {})
        if self._patience.over:
            raise self._patience.over
        read = [item for item in found if isinstance(item, Topic)]
        failed = [(topic, item) for topic, item in zip(topics, found, strict=True) if isinstance(item, BcfsyncError)]
        if not read and len(failed) > 1:
            raise failed[0][1]
        self.absences.concluded()
        self.unread = {guid_key(topic.guid): str(error) for topic, error in failed}
        return read

    def _whole_or_not(
        self, topics: list[Topic], known: Collection[Key], kept: Mapping[str, Topic]
    ) -> list[Topic | BcfsyncError]:
        return together(lambda topic: self._whole_if_it_can_be(topic, known, kept), topics)

    def _whole_if_it_can_be(
        self, topic: Topic, known: Collection[Key], kept: Mapping[str, Topic]
    ) -> Topic | BcfsyncError:
        if self._patience.over:
            return self._patience.over
        try:
            found = self.reading.whole(topic, known, kept.get(guid_key(topic.guid)))
        except _DOWN:
            raise
        except (ServerTrouble, Refused) as error:
            self._patience.broke(error)
            return error  # of this topic alone: others may be well
        finally:
            self._count.one_more(What.TOPICS)
        self._patience.went()
        return found

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """The topic with the components of these viewpoints (by normalised guid), which were left out before."""
        return self.reading.detailed(topic, views)

    @property
    def list_url(self) -> str:
        """Where the list of topics is."""
        return self.full.url if self.full else self.routes.topics

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """The bytes of a picture, snippet or document.

        Raises:
            Stumbled: there is text in the place of a picture, or a page in the place of something else.
        """
        seen = self.parts.pictures.pop(blob.locator, None)
        if seen is not None:
            yield io.BytesIO(seen)
            return
        with self.full.open(blob) if self.full else self.http.open(blob.locator) as stream:
            if _IN_A_VIEW in blob.locator:
                yield not_a_page(blob.locator, stream)
            else:
                yield not_html(blob.locator, stream, self._names.get(blob.locator, ""))

    def documents(self) -> tuple[Document, ...]:
        """The documents of the project, with their bytes still on the server."""
        found = self.absences.given(
            str(Kind.DOCUMENT), "", lambda: self.pager.whole(self.routes.documents), recorded=False, twice=True
        )
        documents = decoded(self.routes.documents, self.codec.decode_document, found.items if found else ())
        self._names |= {self.routes.document(item.guid): item.filename for item in documents}
        return tuple(replace(item, blob=Blob(self.routes.document(item.guid))) for item in documents)
