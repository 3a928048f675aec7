"""Whole topics where a server gives all of them in one answer, with comments, viewpoints and components (BIMData).

Owns: the list of full topics, what a full topic says, where its pictures are. Sees: routes, net, bcfapi. Source:
BIMData's documentation, ``full-topic``. Rules: the list is not paged. A picture stands there as a link that needs no
token and gets none, or as ``data:``; which of the two, its value tells. Links end after an hour or two: then the
viewpoint's own route gives the picture. What a full topic has no place for is not asked for.
"""

import base64
import binascii
import hashlib
import io
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import IO
from urllib.parse import quote, urlsplit

from bcfsync.bcfapi.reading import AnswerNotUnderstood, list_of
from bcfsync.changes import Key, Kind, key_of
from bcfsync.errors import BcfsyncError
from bcfsync.guids import guid_key
from bcfsync.model import Blob, Comment, Snapshot, Topic, Viewpoint
from bcfsync.sides.rest.facts import TAG_COVERS
from bcfsync.sides.rest.paging import Page, Whole
from bcfsync.sides.rest.reading.answers import decoded, not_a_page, readable
from bcfsync.sides.rest.tags import PAGES
from bcfsync.sides.rest.ways import Ways

_LINKS = ("https://", "http://")
_UNKNOWN_TYPE = "png"
_LISTS = {"viewpoints": Kind.VIEWPOINT, "comments": Kind.COMMENT}


class FullTopics:
    """Reads whole topics of one project, all at once; safe to use from several threads."""

    def __init__(self, ways: Ways, path: str) -> None:
        """Nothing is asked yet.

        Args:
            ways: how to speak to the project.
            path: of the full topics, below the project.
        """
        self.http = ways.http
        self.routes = ways.routes
        self.codec = ways.codec
        self.pager = ways.pager
        self.learned = ways.learned
        self.cut_short = False
        self._one = f"{ways.routes.project}/{path}"
        self._given: dict[str, tuple[Topic, object]] = {}
        self._pictures: dict[str, str] = {}

    @property
    def url(self) -> str:
        """The list of all topics; what its answer's tag speaks for is everything the project shows."""
        return f"{self._one}?img_format=url"

    def listed(self) -> Whole:
        """The list, in one answer.

        Raises:
            AnswerNotUnderstood: it is no list.
        """
        answer = self.pager.peeked.pop(self.url, None) or self.http.get(self.url)
        items = list_of(self.url, answer.data)
        self.learned.setdefault(TAG_COVERS, PAGES)  # nothing of a topic is outside this list
        page = Page(self.url, answer.etag, len(items))
        return Whole(items, (page,), complete=not answer.has_more)

    def topics(self, found: Whole) -> list[Topic]:
        """The topics of that list, without what is below them."""
        topics = decoded(self.url, self.codec.decode_topic, found.items)
        self._given = {guid_key(topic.guid): (topic, item) for topic, item in zip(topics, found.items, strict=True)}
        return [topic for topic, _ in self._given.values()]

    def whole(self, topic: Topic, known: Collection[Key], kept: Topic | None = None) -> Topic:  # noqa: ARG002
        """A topic of the list, with what the list showed below it; any other one is asked for.

        A list it does not have at all reads as empty, unless something is on record to be there.

        Raises:
            AnswerNotUnderstood, Refused, ServerTrouble: (subclasses) it cannot be read.
        """
        given, item = self._given.get(guid_key(topic.guid), (None, None))
        if given is not topic:
            item = self.http.get(f"{self._one}/{quote(topic.guid, safe='')}?img_format=url").data
        for name, kind in _LISTS.items():
            if isinstance(item, dict) and item.get(name) is None and key_of(kind, topic.guid) in known:
                raise AnswerNotUnderstood(f"{self._one}: {topic.guid}: no {name}, and there is some on record")
        return self.completed(topic, item)

    def detailed(self, topic: Topic, views: Collection[str]) -> Topic:  # noqa: ARG002 - nothing was left out
        """The topic: its viewpoints always come with their components."""
        return topic

    def completed(self, topic: Topic, item: object) -> Topic:
        """A topic with what a full topic says of what is below it.

        Raises:
            AnswerNotUnderstood: it is no full topic.
        """
        return replace(topic, viewpoints=tuple(self.views(topic, item)), comments=tuple(self.comments(topic, item)))

    def views(self, topic: Topic, item: object) -> list[Viewpoint]:
        """The viewpoints of a full topic."""
        return [self._viewpoint(topic, view) for view in self._children(topic, item, "viewpoints")]

    def comments(self, topic: Topic, item: object) -> list[Comment]:
        """The comments of a full topic."""
        found = decoded(self._one, self.codec.decode_comment, self._children(topic, item, "comments"))
        return list(map(readable, found))

    @contextmanager
    def open(self, blob: Blob) -> Iterator[IO[bytes]]:
        """The bytes of a picture."""
        place = self._pictures.get(blob.locator, "")
        with ExitStack() as stack:
            if place.startswith("data:"):
                yield stack.enter_context(io.BytesIO(_inline(place) or b""))
                return
            yield self._fetched(stack, place, blob.locator.partition("#")[0])

    def _fetched(self, stack: ExitStack, link: str, route: str) -> IO[bytes]:
        """By its link, which may have come to its end, else by its own route."""
        if link:
            with suppress(BcfsyncError):  # whatever is wrong with a link to another host: the server has the picture
                return not_a_page(link, stack.enter_context(self.http.open(link, bare=True)))
        return stack.enter_context(self.http.open(route))

    def _children(self, topic: Topic, item: object, name: str) -> list[object]:
        found = item.get(name) if isinstance(item, dict) else item
        if found is None and isinstance(item, dict):
            return []
        if not isinstance(found, list):
            raise AnswerNotUnderstood(f"{self._one}: {topic.guid}: {name}: expected a list")
        return found

    def _viewpoint(self, topic: Topic, item: object) -> Viewpoint:
        view = decoded(self._one, self.codec.decode_viewpoint, [item])[0]
        shown = item.get("snapshot") if isinstance(item, dict) else None
        text = shown.get("snapshot_data") if isinstance(shown, dict) else None
        said = text.strip() if isinstance(text, str) else ""
        if view.snapshot is None and not said:
            return view
        blob = self._picture(self.routes.view_part(topic.guid, view.guid, "snapshot"), said)
        return replace(view, snapshot=replace(view.snapshot or Snapshot(_UNKNOWN_TYPE), blob=blob))

    def _picture(self, route: str, said: str) -> Blob:
        """Where a picture is: another place for another picture, and the same for a link that is only made anew."""
        if said.startswith(_LINKS):
            parts = urlsplit(said)
            locator = f"{route}#{_name(f'{parts.netloc}{parts.path}')}"
            self._pictures[locator] = said
            return Blob(locator)
        data = _inline(said)
        if data is None:
            return Blob(route)
        digest = hashlib.sha256(data).hexdigest()
        self._pictures[f"{route}#{digest[:16]}"] = said if said.startswith("data:") else f"data:;base64,{said}"
        return Blob(f"{route}#{digest[:16]}", len(data), digest)


def _name(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _inline(said: str) -> bytes | None:
    """The bytes of a ``data:`` URI, or of base64 alone; None where it is neither."""
    text = said.partition(",")[2] if said.startswith("data:") else said
    if not text:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
