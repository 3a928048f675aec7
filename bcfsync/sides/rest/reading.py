"""Reading a project: its topics in pages, and whole topics with everything below them.

Owns: which requests make a whole topic. Sees: routes, paging, net, bcfapi. Rules: a sub-resource a server lacks
(404, 405, 501) reads as empty.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from bcfsync.bcfapi.codec import Codec
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Key, Kind, key_of
from bcfsync.errors import BcfsyncError
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Blob, Comment, Document, Topic, Viewpoint
from bcfsync.net import Http, Refused, Stumbled
from bcfsync.sides.rest.paging import Pager, Whole
from bcfsync.sides.rest.routes import Routes

THREADS = 8
NO_TEXT = "(no text)"
"""Stands for a comment without any text on API 3.0, which does not take one; read back as no text."""

_MISSING = frozenset({404, 405, 501})
_MOST_UNREAD = 10
T = TypeVar("T")


class ProjectReader:
    """Reads one project of one server."""

    def __init__(self, http: Http, routes: Routes, codec: Codec, pager: Pager) -> None:
        self.http = http
        self.routes = routes
        self.codec = codec
        self.pager = pager
        self.cut_short = False
        """Whether a list below a topic may have had more items than the server gave."""
        self.unread: dict[str, str] = {}
        """Topics, by their key, that the server would not give whole when they were asked for last, and why."""

    def listed(self, *, beyond: bool = False) -> Whole:
        """The list of topics as the server gives it; ``beyond`` as for ``Pager.whole``."""
        return self.pager.whole(self.routes.topics, "creation_date", beyond=beyond)

    def topics(self, found: Whole) -> list[Topic]:
        """The topics of that list, without what is below them."""
        return _decoded(self.routes.topics, self.codec.decode_topic, found.items)

    def whole(self, topics: Iterable[Topic], known: Collection[Key]) -> list[Topic]:
        """The topics with everything below them, read by several requests at a time; without those in ``unread`` then.

        Args:
            topics: as ``topics`` gives them.
            known: viewpoints that need no details, since they never change.

        Raises:
            ServerTrouble, Refused: the server breaks over many of them, or over all of several.
        """
        topics = list(topics)
        found = self._whole_or_not(topics, known)
        read = [item for item in found if isinstance(item, Topic)]
        failed = [(topic, item) for topic, item in zip(topics, found, strict=True) if isinstance(item, BcfsyncError)]
        if len(failed) > (_MOST_UNREAD if read else 1):
            raise failed[0][1]
        self.unread = {guid_key(topic.guid): str(error) for topic, error in failed}
        return read

    def _whole_or_not(self, topics: list[Topic], known: Collection[Key]) -> list[Topic | BcfsyncError]:
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bcf-read")
        patient = True
        try:
            return list(pool.map(lambda topic: self._whole_if_it_can_be(topic, known), topics))
        except KeyboardInterrupt:
            patient = False  # who interrupts does not wait for a server that hangs
            raise
        finally:
            pool.shutdown(wait=patient, cancel_futures=True)

    def _whole_if_it_can_be(self, topic: Topic, known: Collection[Key]) -> Topic | BcfsyncError:
        try:
            return self._whole(topic, known)
        except (Stumbled, Refused, AnswerNotUnderstood) as error:
            return error  # of this topic alone: others may be well

    def _whole(self, topic: Topic, known: Collection[Key]) -> Topic:
        guid = topic.guid
        views = self._items(guid, "viewpoints", self.codec.decode_viewpoint)
        comments = self._items(guid, "comments", self.codec.decode_comment)
        references = self._items(guid, "document_references", self.codec.decode_reference)
        return replace(
            topic,
            viewpoints=tuple(
                self._viewpoint(guid, view, brief=key_of(Kind.VIEWPOINT, guid, view.guid) in known) for view in views
            ),
            comments=tuple(map(readable, comments)),
            document_references=tuple(references),
            files=self.codec.decode_files(self._part(guid, "files")),
            related_topics=self.codec.decode_related(self._part(guid, "related_topics")),
            bim_snippet=self._snippet(topic),
        )

    def _items(self, topic: str, name: str, decode: Callable[[object], T]) -> list[T]:
        return _decoded(self.routes.part(topic, name), decode, self._part(topic, name))

    def _part(self, topic: str, name: str) -> list[object]:
        """A list below a topic; in pages only where its length looks like a cap."""
        url = self.routes.part(topic, name)
        answer = self._optional(lambda: self.http.get(url))
        if answer is None or answer.data is None:
            return []
        if not isinstance(answer.data, list):
            raise AnswerNotUnderstood(f"{url}: expected a list, got {type(answer.data).__name__}")
        whole = self.pager.rest(url, answer.data, has_more=answer.has_more)
        self.cut_short = self.cut_short or not whole.complete
        return whole.items

    def _optional(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Refused as error:
            if error.status in _MISSING:
                return None
            raise

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """The topic with the components of these viewpoints (by normalised guid), which were left out before."""
        return replace(
            topic,
            viewpoints=tuple(
                self._viewpoint(topic.guid, view, brief=guid_key(view.guid) not in views) for view in topic.viewpoints
            ),
        )

    def _viewpoint(self, topic: str, view: Viewpoint, *, brief: bool) -> Viewpoint:
        routes = self.routes
        snapshot = view.snapshot
        if snapshot:
            snapshot = replace(snapshot, blob=Blob(routes.view_part(topic, view.guid, "snapshot")))
        bitmaps = tuple(
            replace(item, blob=Blob(routes.bitmap(topic, view.guid, item.guid))) if item.guid else item
            for item in view.bitmaps
        )
        view = replace(view, snapshot=snapshot, bitmaps=bitmaps)
        if brief or view.components is not None or not (view.perspective_camera or view.orthogonal_camera):
            return view
        parts = [
            self._optional(lambda name=name: self.http.get(routes.view_part(topic, view.guid, name)).data)  # type: ignore[misc]
            for name in ("selection", "coloring", "visibility")
        ]
        codec = self.codec
        selection, coloring = codec.decode_selection(parts[0]), codec.decode_coloring(parts[1])
        visibility = codec.decode_visibility(parts[2]) if parts[2] is not None else None
        return replace(view, components=codec.assembled(selection, coloring, visibility))

    def _snippet(self, topic: Topic) -> BimSnippet | None:
        snippet = topic.bim_snippet
        if snippet is None or snippet.is_external:
            return snippet
        url = self.routes.part(topic.guid, "snippet")
        try:
            with self.http.open(url) as stream:
                data = stream.read()
        except Refused:
            return snippet
        return replace(snippet, blob=Blob(url, len(data), hashlib.sha256(data).hexdigest()))

    def documents(self) -> tuple[Document, ...]:
        """The documents of the project, with their bytes still on the server."""
        found = self._optional(lambda: self.pager.whole(self.routes.documents))
        documents = _decoded(self.routes.documents, self.codec.decode_document, found.items if found else ())
        return tuple(replace(item, blob=Blob(self.routes.document(item.guid))) for item in documents)


def readable(comment: Comment) -> Comment:
    """The comment with our stand-in for no text taken out again."""
    return replace(comment, comment="") if comment.comment == NO_TEXT else comment


def _decoded(url: str, decode: Callable[[object], T], items: Iterable[object]) -> list[T]:
    """The items of a list; where one makes no sense, it is said which list that was.

    Raises:
        AnswerNotUnderstood: an item is no object, or has no guid.
    """
    try:
        return [decode(item) for item in items]
    except AnswerNotUnderstood as error:
        raise AnswerNotUnderstood(f"{url}: {error}") from error
