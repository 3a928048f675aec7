"""A whole topic in the standard's way: each list below it, each part of a viewpoint, by a request of its own.

Owns: which requests make a whole topic of BCF-API 2.1 and 3.0. Sees: routes, paging, net, bcfapi. Rules: a sub-resource
a server lacks (404, 405, 501) reads as empty. A topic that has neither comments nor viewpoints to ask for is no longer
there, and reads as nothing at all.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Key, Kind, key_of
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Blob, Comment, DocumentReference, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.noticing import notice
from bcfsync.sides.rest.reading.answers import decoded, readable
from bcfsync.sides.rest.reading.missing import MISSING, Absences
from bcfsync.sides.rest.ways import Ways

_GONE = frozenset({404, 410})
_NO_SUCH_LIST = frozenset({404, 405, 410, 501})
_PARTS = ("selection", "coloring", "visibility")
T = TypeVar("T")


class TopicParts:
    """Reads whole topics of one project; safe to use from several threads."""

    def __init__(self, ways: Ways, absences: Absences | None = None) -> None:
        """Nothing is asked yet.

        Args:
            ways: how to speak to the project.
            absences: what the server is known to lack; it learns of more.
        """
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.pager = ways.pager
        self.absences = absences or Absences(ways)
        self._inline: set[str] = set()
        self.pictures: dict[str, bytes] = {}
        """Pictures that were looked at while reading, for whoever wants them next."""
        self.cut_short = False
        """Whether a list below a topic may have had more items than the server gave."""

    def whole(self, topic: Topic, known: Collection[Key], kept: Topic | None = None) -> Topic:
        """A topic of the list with everything below it; viewpoints that are ``known`` without their components.

        Where it was ``kept`` from an earlier look, only its comments and viewpoints are read again.

        Raises:
            AnswerNotUnderstood, Refused, ServerTrouble: (subclasses) it cannot be read.
        """
        guid = topic.guid
        views, comments = self._thread(guid)
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
        references = self._list(guid, Kind.REFERENCE, "document_references")
        return replace(
            topic,
            document_references=tuple(
                decoded(self.routes.part(guid, "document_references"), self.reference, references)
            ),
            files=self.codec.decode_files(self._list(guid, Kind.FILES, "files")),
            related_topics=self.codec.decode_related(self._list(guid, Kind.RELATED, "related_topics")),
            bim_snippet=self._snippet(topic),
        )

    def _thread(self, guid: str) -> tuple[list[Viewpoint], list[Comment]]:
        """The viewpoints and comments of a topic.

        Raises:
            Refused: it has neither list: it is gone, and must not read as one that was emptied.
        """
        found: dict[str, list[object]] = {}
        lost: list[Refused] = []
        for name in ("viewpoints", "comments"):
            try:
                found[name] = self._part(guid, name)
            except Refused as error:
                if error.status not in _NO_SUCH_LIST:
                    raise
                lost.append(error)
        if len(lost) == 2 and any(error.status in _GONE for error in lost):
            raise lost[0]
        views, comments = found.get("viewpoints", []), found.get("comments", [])
        notice(self.ways.learned, [*views[:1], *comments[:1]])
        self._inline |= {_guid_of(item) for item in views if isinstance(item, dict) and _has_components(item)}
        return (
            decoded(self.routes.part(guid, "viewpoints"), self.codec.decode_viewpoint, views),
            decoded(self.routes.part(guid, "comments"), self.codec.decode_comment, comments),
        )

    def reference(self, data: object) -> DocumentReference:
        """A document reference as the server answers it.

        Raises:
            AnswerNotUnderstood: it is none.
        """
        return self.codec.decode_reference(data)

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:
        """The topic with the components of these viewpoints (by normalised guid), which were left out before."""
        return replace(
            topic,
            viewpoints=tuple(
                self._viewpoint(topic.guid, view, brief=guid_key(view.guid) not in views)
                for view in self._as_listed(topic, views)
            ),
        )

    def _as_listed(self, topic: Topic, views: Collection[str]) -> tuple[Viewpoint, ...]:
        """The viewpoints; where components come inside the list alone (OpenProject), as the list shows them now."""
        bare = {guid_key(view.guid) for view in topic.viewpoints if view.components is None}
        if not self.ways.dialect.inline_components or not bare & set(views):
            return topic.viewpoints
        url = self.routes.part(topic.guid, "viewpoints")
        found = decoded(url, self.codec.decode_viewpoint, self._part(topic.guid, "viewpoints"))
        shown = {guid_key(view.guid): view.components for view in found}
        return tuple(
            replace(view, components=view.components or shown.get(guid_key(view.guid))) for view in topic.viewpoints
        )

    def _list(self, topic: str, kind: Kind, name: str) -> list[object]:
        """A list below a topic that not every server has."""
        return self._optional(str(kind), topic, lambda: self._part(topic, name)) or []

    def _part(self, topic: str, name: str) -> list[object]:
        """A list below a topic; in pages only where its length looks like a cap."""
        url = self.routes.part(topic, name)
        answer = self.http.get(url)
        if answer.data is None:
            return []
        if not isinstance(answer.data, list):
            raise AnswerNotUnderstood(f"{url}: expected a list, got {type(answer.data).__name__}")
        whole = self.pager.rest(url, answer.data, has_more=answer.has_more)
        self.cut_short = self.cut_short or not whole.complete
        return whole.items

    def _optional(self, name: str, where: str, read: Callable[[], T]) -> T | None:
        """What may be absent; it is not asked for where that is known."""
        if name in self.absences:
            return None
        try:
            found = read()
        except Refused as error:
            if error.status in MISSING:
                self.absences.missed(name, where, error.status)
                return None
            raise
        self.absences.there(name)
        return found

    def _viewpoint(self, topic: str, view: Viewpoint, *, brief: bool) -> Viewpoint:
        routes = self.routes
        snapshot = view.snapshot
        if snapshot:
            url = routes.view_part(topic, view.guid, "snapshot")
            # some announce what there is no way to (linear-bcf-connector)
            snapshot = replace(snapshot, blob=Blob(url)) if brief or self._has_snapshot(view, url) else None
        bitmaps = tuple(
            replace(item, blob=Blob(routes.bitmap(topic, view.guid, item.guid))) if item.guid else item
            for item in view.bitmaps
        )
        view = replace(view, snapshot=snapshot, bitmaps=bitmaps)
        if brief or view.components is not None or self._is_bare(view):
            return view
        parts = [
            self._optional("components", f"{view.guid}", partial(self._view_part, topic, view, name)) for name in _PARTS
        ]
        codec = self.codec
        selection, coloring = codec.decode_selection(parts[0]), codec.decode_coloring(parts[1])
        visibility = codec.decode_visibility(parts[2]) if parts[2] is not None else None
        return replace(view, components=codec.assembled(selection, coloring, visibility))

    def _has_snapshot(self, view: Viewpoint, url: str) -> bool:
        """Whether a snapshot that is announced is there; it is looked at until the first one is."""
        if self.ways.learned.get(facts.SNAPSHOTS) == facts.YES:
            return True
        data = self._optional("snapshot", view.guid, lambda: self._bytes(url))
        if data is None:
            return False
        self.pictures[url] = data
        self.ways.learned[facts.SNAPSHOTS] = facts.YES
        return True

    def _view_part(self, topic: str, view: Viewpoint, name: str) -> Any:  # noqa: ANN401 - JSON
        return self.http.get(self.routes.view_part(topic, view.guid, name)).data

    def _is_bare(self, view: Viewpoint) -> bool:
        """Whether a viewpoint without components has none: 3.0 has none without camera; others had theirs inside."""
        if self.ways.dialect.inline_components or guid_key(view.guid) in self._inline:
            return True
        return self.ways.version == "3.0" and not (view.perspective_camera or view.orthogonal_camera)

    def _snippet(self, topic: Topic) -> BimSnippet | None:
        snippet = topic.bim_snippet
        if snippet is None or snippet.is_external:
            return snippet
        url = self.routes.part(topic.guid, "snippet")
        try:
            data = self._optional("snippet", topic.guid, lambda: self._bytes(url))
        except Refused:
            return snippet
        if data is None:
            return snippet
        return replace(snippet, blob=Blob(url, len(data), hashlib.sha256(data).hexdigest()))

    def _bytes(self, url: str) -> bytes:
        with self.http.open(url) as stream:
            return stream.read()


def _has_components(item: dict[str, object]) -> bool:
    return isinstance(item.get("components"), dict)


def _guid_of(item: dict[str, object]) -> str:
    guid = item.get("guid")
    return guid_key(guid) if isinstance(guid, str) else ""
