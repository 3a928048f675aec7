"""A whole topic in the standard's way: each list below it, each part of a viewpoint, by a request of its own.

Owns: which requests make a whole topic of BCF-API 2.1 and 3.0. Sees: routes, paging, missing, net, bcfapi. Rules: a
sub-resource a server lacks (404, 405, 501) reads as empty, unless something is on record to be there. A topic that has
neither comments nor viewpoints to ask for is no longer there, and reads as nothing at all.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import TypeVar

from bcfsync.bcfapi.reading import AnswerNotUnderstood, list_of
from bcfsync.changes import Key, Kind, key_of
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Blob, Comment, DocumentReference, Topic, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.noticing import notice
from bcfsync.sides.rest.reading.answers import decoded, is_nothing, not_a_page, not_html, readable
from bcfsync.sides.rest.reading.missing import Absences, contradicted
from bcfsync.sides.rest.ways import Ways

_GONE = frozenset({404, 410})
_NO_SUCH_LIST = frozenset({404, 405, 410, 501})
_THREAD = {"viewpoints": Kind.VIEWPOINT, "comments": Kind.COMMENT}
_BELOW = frozenset({*_THREAD.values(), Kind.REFERENCE, Kind.FILES, Kind.RELATED, Kind.SNIPPET})
T = TypeVar("T")
Items = TypeVar("Items", bound=tuple[object, ...])


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
        self.snippets: dict[str, str | None] = {}
        """The digests of the bytes of snippets as they were read last, by the key of the topic; None for none."""
        self.cut_short = False
        """Whether a list below a topic may have had more items than the server gave."""

    def whole(self, topic: Topic, known: Collection[Key], kept: Topic | None = None) -> Topic:
        """A topic of the list with everything below it; viewpoints that are ``known`` without their components.

        Where it was ``kept`` from an earlier look, only its comments and viewpoints are read again.

        Raises:
            AnswerNotUnderstood, Refused, ServerTrouble: (subclasses) it cannot be read.
        """
        guid = topic.guid
        recorded = frozenset(kind for kind in _BELOW if key_of(kind, guid) in known)
        views, comments = self._thread(guid, recorded)
        topic = replace(
            topic,
            viewpoints=tuple(
                self._viewpoint(guid, view, brief=key_of(Kind.VIEWPOINT, guid, view.guid) in known) for view in views
            ),
            comments=tuple(map(readable, comments)),
        )
        if kept is not None:
            self._note_bytes(topic, kept.bim_snippet)
            return replace(
                topic,
                document_references=kept.document_references,
                files=kept.files,
                related_topics=kept.related_topics,
                bim_snippet=kept.bim_snippet,
            )
        lists = partial(self._list, guid, recorded)
        return replace(
            topic,
            document_references=lists(Kind.REFERENCE, "document_references", partial(self._references, guid)),
            files=lists(Kind.FILES, "files", self.codec.decode_files),
            related_topics=lists(Kind.RELATED, "related_topics", self.codec.decode_related),
            bim_snippet=self._snippet(topic, recorded=Kind.SNIPPET in recorded),
        )

    def _thread(self, guid: str, recorded: Collection[Kind]) -> tuple[list[Viewpoint], list[Comment]]:
        """The viewpoints and comments of a topic.

        Raises:
            Refused: it has neither list: it is gone, and must not read as one that was emptied; or it lacks one of
                which something is on record.
        """
        found: dict[str, list[object]] = {}
        lost: dict[str, Refused] = {}
        for name, kind in _THREAD.items():
            try:
                found[name] = self._part(guid, name, recorded=kind in recorded)
            except Refused as error:
                if error.status not in _NO_SUCH_LIST:
                    raise
                lost[name] = error
        if len(lost) == 2 and any(error.status in _GONE for error in lost.values()):
            raise lost["viewpoints"]
        for name, refusal in lost.items():
            if _THREAD[name] in recorded:
                raise contradicted(refusal)
            found[name] = self._asked_again(guid, name) if refusal.status in _GONE else []
        views, comments = found["viewpoints"], found["comments"]
        notice(self.ways.learned, [*views[:1], *comments[:1]])
        self._inline |= {_guid_of(item) for item in views if isinstance(item, dict) and _has_components(item)}
        return (
            decoded(self.routes.part(guid, "viewpoints"), self.codec.decode_viewpoint, views),
            decoded(self.routes.part(guid, "comments"), self.codec.decode_comment, comments),
        )

    def _asked_again(self, guid: str, name: str) -> list[object]:
        """A list that was not there a moment ago: what it lacks would be made once more."""
        try:
            return self._part(guid, name)
        except Refused as error:
            if error.status not in _NO_SUCH_LIST:
                raise
            return []

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

    def _list(
        self, topic: str, recorded: Collection[Kind], kind: Kind, name: str, decode: Callable[[list[object]], Items]
    ) -> Items:
        """A list below a topic that not every server has.

        Raises:
            AnswerNotUnderstood: none of its items makes sense, where something is on record.
        """
        some = kind in recorded
        ask = partial(self._part, topic, name, recorded=some)
        items = self.absences.given(str(kind), topic, ask, recorded=some) or []
        found = decode(items)
        if some and items and not found:
            raise AnswerNotUnderstood(f"{self.routes.part(topic, name)}: nothing in this list can be understood")
        return found

    def _references(self, topic: str, items: list[object]) -> tuple[DocumentReference, ...]:
        return tuple(decoded(self.routes.part(topic, "document_references"), self.reference, items))

    def _part(self, topic: str, name: str, *, recorded: bool = False) -> list[object]:
        """A list below a topic; in pages only where its length looks like a cap.

        Raises:
            AnswerNotUnderstood: it is none; or there is nothing in its place, where something is on record.
        """
        url = self.routes.part(topic, name)
        answer = self.http.get(url)
        if answer.data is None and recorded:
            raise AnswerNotUnderstood(f"{url}: expected a list, got nothing at all, and there is some on record")
        if answer.data is None:
            return []
        whole = self.pager.rest(url, list_of(url, answer.data), has_more=answer.has_more)
        self.cut_short = self.cut_short or not whole.complete
        return whole.items

    def _optional(self, name: str, where: str, ask: Callable[[], T]) -> T | None:
        """What may be absent, and is read only once: so it is asked for twice before that is believed."""
        return self.absences.given(name, where, ask, recorded=False, twice=True)

    def _viewpoint(self, topic: str, view: Viewpoint, *, brief: bool) -> Viewpoint:
        routes = self.routes
        snapshot = view.snapshot
        if snapshot:
            url = routes.view_part(topic, view.guid, "snapshot")
            # some announce what there is no way to (linear-bcf-connector); one that is known from an earlier run may
            # be known by what it announced alone
            snapshot = replace(snapshot, blob=Blob(url)) if self._has_snapshot(view, url) else None
        bitmaps = tuple(
            replace(item, blob=Blob(routes.bitmap(topic, view.guid, item.guid))) if item.guid else item
            for item in view.bitmaps
        )
        view = replace(view, snapshot=snapshot, bitmaps=bitmaps)
        if brief or view.components is not None or self._is_bare(view):
            return view
        codec, part = self.codec, partial(self._view_part, topic, view)
        selection, coloring = part("selection", codec.decode_selection), part("coloring", codec.decode_coloring)
        visibility = part("visibility", codec.decode_visibility)
        says = selection or coloring or (visibility is not None and visibility.exceptions)
        if self._needs_none(view) and not says:
            return view
        return replace(view, components=codec.assembled(selection or (), coloring or (), visibility))

    def _has_snapshot(self, view: Viewpoint, url: str) -> bool:
        """Whether a snapshot that is announced is there; it is looked at until the first one is."""
        if self.ways.learned.get(facts.SNAPSHOTS) == facts.YES:
            return True
        data = self._optional("snapshot", view.guid, lambda: self._picture(url))
        if data is None:
            return False
        self.pictures[url] = data
        self.ways.learned[facts.SNAPSHOTS] = facts.YES
        return True

    def _view_part(self, topic: str, view: Viewpoint, name: str, decode: Callable[[object], T]) -> T | None:
        """A part of a viewpoint's components.

        Raises:
            AnswerNotUnderstood: it is none: a viewpoint is read once, so nothing else may pass for nothing.
        """
        url = self.routes.view_part(topic, view.guid, name)
        # that one without camera has none says nothing of the others
        what = "components.bare" if self._needs_none(view) else "components"
        data = self._optional(what, view.guid, lambda: self.http.get(url).data)
        found = None if data is None else decode(data)
        if not found and not is_nothing(data, name):
            raise AnswerNotUnderstood(f"{url}: this is no {name} of a viewpoint")
        return found

    def _is_bare(self, view: Viewpoint) -> bool:
        """Whether a viewpoint without components has none: others of this server had theirs inside."""
        return bool(self.ways.dialect.inline_components) or guid_key(view.guid) in self._inline

    def _needs_none(self, view: Viewpoint) -> bool:
        """Whether a viewpoint may go without components: 3.0 has some that are a picture alone, without camera."""
        return self.ways.version == "3.0" and not (view.perspective_camera or view.orthogonal_camera)

    def _snippet(self, topic: Topic, *, recorded: bool) -> BimSnippet | None:
        """A snippet with its bytes, which the server may lack.

        Raises:
            Refused, AnswerNotUnderstood, Stumbled: there are bytes on record, or something else is in their place.
        """
        snippet = topic.bim_snippet
        if snippet is None or snippet.is_external:
            return snippet
        url = self.routes.part(topic.guid, "snippet")
        ask = partial(self._bytes, url, snippet)
        data = self.absences.given("snippet", topic.guid, ask, recorded=recorded, twice=True)
        if recorded and not data:
            raise AnswerNotUnderstood(f"{url}: expected bytes, got nothing at all, and there are some on record")
        if data is not None:
            snippet = replace(snippet, blob=Blob(url, len(data), hashlib.sha256(data).hexdigest()))
        self._note_bytes(topic, snippet)
        return snippet

    def _note_bytes(self, topic: Topic, snippet: BimSnippet | None) -> None:
        self.snippets[guid_key(topic.guid)] = snippet.blob.sha256 if snippet and snippet.blob else None

    def _bytes(self, url: str, snippet: BimSnippet) -> bytes:
        name = snippet.reference if "." in snippet.reference else snippet.snippet_type
        with self.http.open(url) as stream:
            return not_html(url, stream, name).read()

    def _picture(self, url: str) -> bytes:
        with self.http.open(url) as stream:
            return not_a_page(url, stream).read()


def _has_components(item: dict[str, object]) -> bool:
    return isinstance(item.get("components"), dict)


def _guid_of(item: dict[str, object]) -> str:
    guid = item.get("guid")
    return guid_key(guid) if isinstance(guid, str) else ""
