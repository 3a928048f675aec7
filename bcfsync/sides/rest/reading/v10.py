"""A whole topic of BCF-API 1.0: components in one list, pictures at addresses of their own.

Owns: which requests make a whole topic of 1.0, in both of its texts. Sees: parts, routes, net, bcfapi. Rules: in the
tag a viewpoint's image is at ``bitmap`` and nothing tells whether there is one but asking for it; in the later text it
is at ``snapshot``, where ``snapshot_available`` says so, and bitmaps are at ``bitmaps/{guid}``. A viewpoint may change
under its guid, and its picture with it: where the bytes are is named by what the viewpoint shows, or by the bytes.
"""

import hashlib
from dataclasses import replace
from urllib.parse import unquote

from bcfsync.bcfapi import flat
from bcfsync.canonical import digest
from bcfsync.model import Bitmap, Blob, Components, DocumentReference, Snapshot, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest.facts import TAG, TEXT
from bcfsync.sides.rest.reading.answers import not_a_page
from bcfsync.sides.rest.reading.missing import Absences
from bcfsync.sides.rest.reading.parts import TopicParts
from bcfsync.sides.rest.ways import Ways

IMAGES = {True: "bitmap", False: "snapshot"}
"""Where a viewpoint's image is: in the tag (True), and in the later text."""

_MISSING = frozenset({404, 405, 410, 501})
_JPEG = b"\xff\xd8\xff"
_NAME = 16


class TopicPartsV10(TopicParts):
    """Reads whole topics of one project of a server of 1.0; safe to use from several threads."""

    def __init__(self, ways: Ways, absences: Absences | None = None) -> None:
        super().__init__(ways, absences)
        self.learned = ways.learned

    @property
    def is_tag(self) -> bool:
        """Whether the server speaks the tag of 1.0."""
        return self.learned.get(TEXT) == TAG

    def image_url(self, topic: str, viewpoint: str) -> str:
        """Where the image of a viewpoint is."""
        return self.routes.view_part(topic, viewpoint, IMAGES[self.is_tag])

    def components(self, topic: str, viewpoint: str) -> Components | None:
        """All components of a viewpoint."""
        url = self.routes.view_part(topic, viewpoint, "components")
        return flat.decode_components(self._optional("components", viewpoint, lambda: self.http.get(url).data))

    def image(self, topic: str, viewpoint: str) -> Snapshot | None:
        """The image of a viewpoint, by its bytes; None where there is none."""
        blob = self.bytes_at(self.image_url(topic, viewpoint))
        return Snapshot("png" if blob[1] else "jpg", blob=blob[0]) if blob else None

    def detail(self, topic: str, view: Viewpoint) -> Viewpoint:
        """A viewpoint as its object shows it, with everything that has an address of its own."""
        return self._viewpoint(topic, view, brief=False)

    def bytes_at(self, url: str) -> tuple[Blob, bool] | None:
        """What is at an address, and whether it is no JPEG; None where nothing is there."""
        try:
            with self.http.open(url) as stream:
                data = not_a_page(url, stream).read()
        except Refused as error:
            if error.status in _MISSING or error.in_disguise:
                return None
            raise
        if not data:
            return None
        name = hashlib.sha256(data).hexdigest()
        return Blob(f"{url}#{name[:_NAME]}", len(data), name), not data.startswith(_JPEG)

    def reference(self, data: object) -> DocumentReference:
        """A document reference; a document of this project may be named by its address.

        Raises:
            AnswerNotUnderstood: it is none.
        """
        found = self.codec.decode_reference(data)
        start = f"{self.routes.documents}/"
        if not (found.url and found.url.startswith(start)):
            return found
        return replace(found, document_guid=unquote(found.url.removeprefix(start)), url=None)

    def _viewpoint(self, topic: str, view: Viewpoint, *, brief: bool) -> Viewpoint:
        # where the bytes are changes with what is shown: whoever keeps them by their place has no older ones then
        shown = digest(replace(view, bitmaps=(), snapshot=None, components=None))[:_NAME]
        bitmaps = tuple(self._bitmap(topic, view, item, f"#{shown}", brief=brief) for item in view.bitmaps)
        snapshot = view.snapshot
        if self.is_tag and not brief:
            snapshot = self.image(topic, view.guid)
        elif snapshot:
            snapshot = replace(snapshot, blob=Blob(f"{self.image_url(topic, view.guid)}#{shown}"))
        view = replace(view, snapshot=snapshot, bitmaps=bitmaps)
        return view if brief else replace(view, components=self.components(topic, view.guid))

    def _bitmap(self, topic: str, view: Viewpoint, item: Bitmap, shown: str, *, brief: bool) -> Bitmap:
        """A bitmap with its bytes, which may never have come, or not yet."""
        if item.guid is None:
            return item
        url = self.routes.bitmap(topic, view.guid, item.guid)
        if brief:
            return replace(item, blob=Blob(url + shown))
        found = self.bytes_at(url)
        return replace(item, blob=found[0] if found else None)
