"""Reading a project: its topics in pages, and whole topics with everything below them.

Owns: which requests make a whole topic. Sees: routes, net, bcfapi. Rules: collections are bare arrays without count
or link, so a list is complete only when a further page brings nothing new; a sub-resource a server lacks
(404, 405, 501) reads as empty.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from bcfsync.bcfapi.codec import Codec
from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Key, Kind, key_of
from bcfsync.errors import ServerTrouble
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Blob, Comment, Document, Topic, Viewpoint
from bcfsync.net import Http, Refused
from bcfsync.sides.rest.routes import Routes

THREADS = 8
NO_TEXT = "(no text)"
"""Stands for a comment without any text on API 3.0, which does not take one; read back as no text."""

_PAGE = 100
_MISSING = frozenset({404, 405, 501})
_NO_PAGING = frozenset({400, 422, 501})
_SMALLEST_CAP = 10
_MOST = 1_000_000
T = TypeVar("T")


class EndlessList(ServerTrouble, OverflowError):
    """A server's list has no end: it makes up items, or forgets what it has shown."""

    hint = "report it to whoever runs the server"


class ProjectReader:
    """Reads one project of one server."""

    def __init__(self, http: Http, routes: Routes, codec: Codec) -> None:
        self.http = http
        self.routes = routes
        self.codec = codec

    def topics(self) -> list[Topic]:
        """All topics, without what is below them."""
        url = self.routes.topics
        return _decoded(url, self.codec.decode_topic, self.pages(url, "creation_date"))

    def pages(self, url: str, order: str | None = None) -> list[object]:
        """A whole collection, page by page, each item once.

        A server may ignore paging, cap it without saying so, or answer in another order: the next page starts after
        what was seen, and a page that brings nothing new is the end.

        Raises:
            EndlessList: page after page brings something new.
        """
        ordering = f"&$orderby={order}" if order else ""
        seen: dict[str, object] = {}
        while len(seen) < _MOST:
            try:
                page = self._list(f"{url}?$top={_PAGE}&$skip={len(seen)}{ordering}")
            except Refused as error:
                if error.status not in _NO_PAGING:
                    raise
                # the server takes no paging at all: what it gives without is the whole list
                return list({_item_key(item): item for item in self._list(url)}.values())
            fresh = {key: item for item in page if (key := _item_key(item)) not in seen}
            seen |= fresh
            # a page shorter than asked for is the last, unless its length looks like a server's own cap
            if not fresh or (len(page) < _PAGE and not _looks_capped(page)):
                return list(seen.values())
        raise EndlessList(f"{url}: more than {_MOST:,} items, and no end")

    def _list(self, url: str) -> list[object]:
        data = self.http.get(url).data
        if not isinstance(data, list):
            raise AnswerNotUnderstood(f"{url}: expected a list, got {type(data).__name__}")
        return data

    def whole(self, topics: Iterable[Topic], known: Collection[Key]) -> list[Topic]:
        """The topics with everything below them, read by several requests at a time.

        Args:
            topics: as ``topics`` gave them.
            known: viewpoints that need no details, since they never change.
        """
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bcf-read")
        patient = True
        try:
            return list(pool.map(lambda topic: self._whole(topic, known), topics))
        except KeyboardInterrupt:
            patient = False  # who interrupts does not wait for a server that hangs
            raise
        finally:
            pool.shutdown(wait=patient, cancel_futures=True)

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
        found = self._optional(lambda: self.http.get(url).data)
        if found is None:
            return []
        if not isinstance(found, list):
            raise AnswerNotUnderstood(f"{url}: expected a list, got {type(found).__name__}")
        return self.pages(url) if _looks_capped(found) else found

    def _optional(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Refused as error:
            if error.status in _MISSING:
                return None
            raise

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
        found = self._optional(lambda: self.pages(self.routes.documents)) or []
        documents = _decoded(self.routes.documents, self.codec.decode_document, found)
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


def _looks_capped(page: Sized) -> bool:
    """Whether a list has the length of a server's default page: 10, 20, 25, 50, 100 and the like."""
    return len(page) >= _SMALLEST_CAP and len(page) % 5 == 0


def _item_key(item: object) -> str:
    guid = item.get("guid") if isinstance(item, dict) else None
    return guid_key(guid) if isinstance(guid, str) else repr(item)
