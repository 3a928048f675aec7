"""A viewpoint of BCF-API 1.0, which is made in parts: the object, its picture, its bitmaps, its components.

Owns: the parts, their order, and what is missing of one whose making broke off. Sees: creating, reading, bcfapi. Rules:
each part is a whole value, so that it may go again after a lost answer. Only when all parts are there, or the server
will not have them, the viewpoint is done; until then the engine's journal holds it open, meets it again by what its
object shows, and gives it back here as an UPDATE: what is missing then is put in, and what is there is left alone.
"""

import io
from collections.abc import Callable
from dataclasses import replace

from bcfsync.bcfapi import flat
from bcfsync.bcfapi.codec import Codec, for_version
from bcfsync.changes import Change, Outcome, Side, Status, Unkept, Verb
from bcfsync.errors import ServerTrouble
from bcfsync.model import Bitmap, Blob, Components, Snapshot, Viewpoint
from bcfsync.net import Answer, NotJson, Refused, Unanswered
from bcfsync.sides.rest.facts import TEXT
from bcfsync.sides.rest.reading.v10 import TopicPartsV10
from bcfsync.sides.rest.texts_v10 import text_of
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.comparing_views import PARTS, unkept_geometry, unkept_part
from bcfsync.sides.rest.writing.creating import Creating
from bcfsync.sides.rest.writing.pictures import Picture, picture, scaled
from bcfsync.sides.rest.writing.v10 import put_or_posted

_AGAIN = 2
"""So often a part goes once more whose answer was lost."""

_TOO_LARGE = 413


class ViewpointWriterV10:
    """Makes viewpoints of one project; ``source`` is where bytes come from."""

    def __init__(self, ways: Ways, source: Side) -> None:
        self.ways = ways
        self.http = ways.http
        self.routes = ways.routes
        self.creating = Creating(ways)
        self.source = source
        self.reading = TopicPartsV10(ways)

    def create(self, change: Change, view: Viewpoint) -> Outcome:
        """Make a viewpoint with all its parts, or complete one that was begun."""
        text_of(self.http, self.routes, self.ways.learned)  # where it did not show yet: by now there is a topic
        if change.verb is Verb.UPDATE:
            return self._completed(change, view)
        view = _with_bytes(view)
        codec = self._codec
        bare = replace(view, snapshot=None, components=None)
        outcome = self.creating.created(
            replace(change, value=bare),
            self.routes.part(change.topic, "viewpoints"),
            lambda _guid: codec.viewpoint_body(bare, _no_bytes, guid=False),
            codec.decode_viewpoint,
        )
        held = outcome.value
        if outcome.status is not Status.DONE or not isinstance(held, Viewpoint):
            return outcome
        return self._with_parts(change, view, replace(held, snapshot=None))

    @property
    def _codec(self) -> Codec:
        text = self.ways.learned.get(TEXT)
        return for_version(f"1.0-{text}") if text else self.ways.codec

    def _completed(self, change: Change, view: Viewpoint) -> Outcome:
        """The missing parts of a viewpoint whose making broke off."""
        data = self.http.get(self.routes.child(change.topic, "viewpoints", change.guid)).data
        held = self.reading.detail(change.topic, self._codec.decode_viewpoint(data))
        return self._with_parts(change, _with_bytes(view), held)

    # -- the parts ---------------------------------------------------------------------------------------------

    def _with_parts(self, change: Change, view: Viewpoint, held: Viewpoint) -> Outcome:
        """Put in what is missing, and say what the server holds then."""
        topic, lost = change.topic, list[Unkept]()
        if view.snapshot and view.snapshot.blob and held.snapshot is None:
            held = replace(held, snapshot=self._image(topic, held.guid, view.snapshot, lost))
        bitmaps = self._bitmaps(topic, view, held, lost)
        if view.components and held.components is None:
            held = replace(held, components=self._components(topic, held.guid, view.components, lost))
        held = replace(held, bitmaps=bitmaps)
        geometry = unkept_geometry(replace(view, snapshot=None), held)
        known = {item.field for item in geometry}
        more = {item.field: item for item in lost if item.field not in known}
        return Outcome(change.step, Status.DONE, held.guid, held, unkept=(*geometry, *more.values()))

    def _image(self, topic: str, guid: str, snapshot: Snapshot, lost: list[Unkept]) -> Snapshot | None:
        url = self.reading.image_url(topic, guid)
        return snapshot if self._picture(url, snapshot.blob, snapshot.snapshot_type, "snapshot", lost) else None

    def _bitmaps(self, topic: str, view: Viewpoint, held: Viewpoint, lost: list[Unkept]) -> tuple[Bitmap, ...]:
        """The bitmaps of the object with their bytes, which only the later text can take."""
        found = []
        for at, item in enumerate(held.bitmaps):
            blob = view.bitmaps[at].blob if at < len(view.bitmaps) else None
            if blob is not None and item.guid is None:
                lost.append(Unkept("bitmaps", "a picture"))
            elif blob is not None and item.blob is None:
                self._picture(
                    self.routes.bitmap(topic, held.guid, str(item.guid)), blob, item.bitmap_type, "bitmaps", lost
                )
            found.append(replace(item, blob=blob or item.blob))
        return tuple(found)

    def _components(self, topic: str, guid: str, components: Components, lost: list[Unkept]) -> Components | None:
        url = self.routes.view_part(topic, guid, "components")
        body = flat.encode_components(components)
        if not body:
            lost += _unkept_parts(components, Components())
            return None
        try:
            answer = self._part(
                lambda: put_or_posted(
                    lambda: self.http.send("PUT", url, body), lambda: self.http.send("POST", url, body)
                )
            )
            data = answer.data if isinstance(answer.data, list) else self.http.get(url).data
        except Refused:
            lost.append(Unkept("components", f"{len(body):,} components"))
            return None
        held = flat.decode_components(data)
        lost += _unkept_parts(components, held or Components())
        return held

    def _picture(self, url: str, blob: Blob | None, kind: str, name: str, lost: list[Unkept]) -> bool:
        """PUT the bytes of a picture, smaller where they are too many; whether the server has one now."""
        if blob is None:
            return False
        with self.source.open(blob) as stream:
            original = picture(stream.read(), kind)
        try:
            self._put_bytes(url, original)
        except Refused as error:
            smaller = scaled(original) if error.status == _TOO_LARGE else None
            kept = smaller if smaller is not None and self._taken(url, smaller) else None
            lost.append(Unkept(name, original.said, kept.said if kept else None))
            return kept is not None
        return True

    def _taken(self, url: str, smaller: Picture) -> bool:
        try:
            self._put_bytes(url, smaller)
        except Refused:
            return False
        return True

    def _put_bytes(self, url: str, sent: Picture) -> None:
        """PUT where nothing is yet: bytes that are there after an answer that says nothing are ours.

        Raises:
            Refused, ServerTrouble, LoginNeeded: (subclasses) they are not there, or nobody knows.
        """
        lost: ServerTrouble | None = None
        for _ in range(_AGAIN + 1):
            try:
                self.http.send_bytes("PUT", url, io.BytesIO(sent.data), {})
            except (Unanswered, NotJson) as error:
                lost = error  # or it sent us on to the picture itself, which is the meaning of 302 in 1.0
            else:
                return
            if self._is_there(url, lost):
                return
        raise lost or AssertionError

    def _is_there(self, url: str, lost: ServerTrouble) -> bool:
        try:
            return self.reading.bytes_at(url) is not None
        except (Refused, ServerTrouble):
            raise lost from None

    def _part(self, send: Callable[[], Answer]) -> Answer:
        """Send one part; it replaces what is there, so it may go again where the answer was lost.

        Raises:
            Refused, ServerTrouble, LoginNeeded: (subclasses) it is not there, or nobody knows.
        """
        lost: ServerTrouble | None = None
        for _ in range(_AGAIN + 1):
            try:
                return send()
            except (Unanswered, NotJson) as error:
                lost = error
        raise lost or AssertionError


def _with_bytes(view: Viewpoint) -> Viewpoint:
    """Without a snapshot that is named but not there; a bitmap has its place even so."""
    return view if view.snapshot is None or view.snapshot.blob else replace(view, snapshot=None)


def _unkept_parts(sent: Components, held: Components) -> list[Unkept]:
    return [item for name in PARTS if (item := unkept_part(name, sent, held))]


def _no_bytes(_blob: Blob) -> str:
    return ""
