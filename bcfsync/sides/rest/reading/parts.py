"""A whole topic in the standard's way: each list below it, each part of a viewpoint, by a request of its own.

Owns: which requests make a whole topic of BCF-API 2.1 and 3.0. Sees: routes, paging, net, bcfapi. Rules: a sub-resource
a server lacks (404, 405, 501) reads as empty.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Key, Kind, key_of
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Blob, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest.reading.answers import decoded, readable
from bcfsync.sides.rest.ways import Ways

_MISSING = frozenset({404, 405, 501})
T = TypeVar("T")


class TopicParts:
    """Reads whole topics of one project; safe to use from several threads."""

    def __init__(self, ways: Ways) -> None:
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.pager = ways.pager
        self.cut_short = False
        """Whether a list below a topic may have had more items than the server gave."""

    def whole(self, topic: Topic, known: Collection[Key], kept: Topic | None = None) -> Topic:
        """A topic of the list with everything below it; viewpoints that are ``known`` without their components.

        Where it was ``kept`` from an earlier look, only its comments and viewpoints are read again.

        Raises:
            AnswerNotUnderstood, Refused, ServerTrouble: (subclasses) it cannot be read.
        """
        guid = topic.guid
        views = self._items(guid, "viewpoints", self.codec.decode_viewpoint)
        comments = self._items(guid, "comments", self.codec.decode_comment)
        topic = replace(
            topic,
            viewpoints=tuple(
                self._viewpoint(guid, view, brief=key_of(Kind.VIEWPOINT, guid, view.guid) in known) for view in views
            ),
            comments=tuple(map(readable, comments)),
        )
        if kept is not None:
            return replace(
                topic,
                document_references=kept.document_references,
                files=kept.files,
                related_topics=kept.related_topics,
                bim_snippet=kept.bim_snippet,
            )
        references = self._items(guid, "document_references", self.codec.decode_reference)
        return replace(
            topic,
            document_references=tuple(references),
            files=self.codec.decode_files(self._part(guid, "files")),
            related_topics=self.codec.decode_related(self._part(guid, "related_topics")),
            bim_snippet=self._snippet(topic),
        )

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """The topic with the components of these viewpoints (by normalised guid), which were left out before."""
        return replace(
            topic,
            viewpoints=tuple(
                self._viewpoint(topic.guid, view, brief=guid_key(view.guid) not in views) for view in topic.viewpoints
            ),
        )

    def _items(self, topic: str, name: str, decode: Callable[[object], T]) -> list[T]:
        return decoded(self.routes.part(topic, name), decode, self._part(topic, name))

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
