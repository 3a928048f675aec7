"""Viewpoints, as they are made, with their pictures inside the request.

Owns: a viewpoint's body, and how it gets smaller. Sees: creating, pictures, view parts, bcfapi. Source: BCF-API 2.1 and
3.0: a viewpoint never changes; so it is only ever made, also where a server would let it be changed. What is too large
for a server goes once more with smaller pictures, then without: the archive keeps its own.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bcfsync.changes import Change, Outcome, Side, Status, Unkept
from bcfsync.model import Bitmap, Blob, Snapshot, Viewpoint
from bcfsync.net import Refused
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.reading.project import TopicReading
from bcfsync.sides.rest.ways import Ways
from bcfsync.sides.rest.writing.changing import held_back
from bcfsync.sides.rest.writing.comparing import unkept
from bcfsync.sides.rest.writing.comparing_views import PARTS, says, unkept_part
from bcfsync.sides.rest.writing.creating import TOO_LARGE, Creating, size_of
from bcfsync.sides.rest.writing.pictures import Picture, picture, scaled
from bcfsync.sides.rest.writing.view_parts import Posted, ViewParts

_MOST_TRIES = 3
_UNDERSTOOD = frozenset({400, 422})
_DRAWN = frozenset({"lines", "clipping_planes"})


@dataclass(frozen=True, slots=True)
class Form:
    """A viewpoint as it is sent: its pictures by the names they have in it."""

    view: Viewpoint
    pictures: dict[str, Picture] = field(default_factory=dict)

    @property
    def snapshot(self) -> Picture | None:
        """The picture of the view."""
        shot = self.view.snapshot
        return self.pictures[shot.blob.locator] if shot and shot.blob else None

    @property
    def bitmaps(self) -> tuple[Picture, ...]:
        """The pictures placed in it, in order."""
        return tuple(self.pictures[item.blob.locator] for item in self.view.bitmaps if item.blob)


class ViewpointWriter:
    """Makes viewpoints of one project; ``source`` is where bytes come from, ``reading`` reads one back."""

    def __init__(self, ways: Ways, source: Side, reading: TopicReading | None = None) -> None:
        self.ways = ways
        self.routes = ways.routes
        self.codec = ways.codec
        self.creating = Creating(ways)
        self.source = source
        self.parts = ViewParts(ways, reading)

    def create(self, change: Change, view: Viewpoint) -> Outcome:
        """Make a viewpoint with its components and pictures."""
        if self.ways.dialect.needs_snapshot and not (view.snapshot and view.snapshot.blob):
            return held_back(change, "the server takes no viewpoint without a picture", f"viewpoint {view.guid}")
        if self.ways.dialect.needs_camera and not (view.perspective_camera or view.orthogonal_camera):
            return held_back(change, "the server takes no viewpoint without a camera", f"viewpoint {view.guid}")
        whole = self._form(view)
        try:
            form, outcome = self._sent(change, self._by_the_book(whole))
        except Refused as error:
            if error.status in _UNDERSTOOD and whole.snapshot is None and "snapshot" in str(error):
                return held_back(change, f"the server takes no viewpoint without a picture: {error}", view.guid)
            raise
        if outcome.status is not Status.DONE or not isinstance(outcome.value, Viewpoint):
            return outcome
        # the answer holds neither components nor bytes: what was sent is what the server has, but for what it lacks
        lost = self._unkept(change, whole, form, outcome)
        both = view.perspective_camera and view.orthogonal_camera and self.ways.sends_guids
        note = "the server takes one camera; the orthogonal one stays in the file" if both else ""
        return replace(outcome, value=replace(view, guid=outcome.guid), message=note, unkept=lost)

    def body(self, view: Viewpoint) -> dict[str, Any]:
        """What makes a viewpoint, with the bytes of its pictures, and with its guid where that is possible."""
        return self._body(self._form(view))

    def _by_the_book(self, form: Form) -> Form:
        """Without what 3.0 gives to viewpoints with a camera alone: one that is a picture takes nothing else along."""
        view = form.view
        if self.ways.version != "3.0" or view.perspective_camera or view.orthogonal_camera:
            return form
        return replace(form, view=replace(view, components=None, lines=(), clipping_planes=(), bitmaps=()))

    # -- sending -----------------------------------------------------------------------------------------------

    def _sent(self, change: Change, whole: Form) -> tuple[Form, Outcome]:
        """The viewpoint in the largest form the server takes."""
        refused: Refused | None = None
        cap = int(self.ways.learned.get(facts.BODY, 0))
        tries = 0
        for form in _smaller_and_smaller(whole):
            size = size_of(self._body(form))
            if cap and size >= cap and form.view != _bare(whole).view:
                continue  # one as large as this was refused
            try:
                tries += 1
                return form, self._posted(change, form)
            except Refused as error:
                if error.status != TOO_LARGE:
                    raise
                refused = error
            cap = min(cap, size) if cap else size
            self.ways.learned[facts.BODY] = str(cap)
            if tries >= _MOST_TRIES:
                break
        raise refused or AssertionError

    def _posted(self, change: Change, form: Form) -> Outcome:
        return self.creating.created(
            replace(change, value=form.view),
            self.routes.part(change.topic, "viewpoints"),
            lambda guid: self._body(replace(form, view=replace(form.view, guid=guid))),
            self.codec.decode_viewpoint,
        )

    def _form(self, view: Viewpoint) -> Form:
        """Without pictures that are named but not there; each under the type its bytes say."""
        pictures: dict[str, Picture] = {}
        snapshot = view.snapshot if view.snapshot and view.snapshot.blob else None
        bitmaps = tuple(item for item in view.bitmaps if item.blob)
        shown: Snapshot | None = self._typed(snapshot, "snapshot_type", pictures) if snapshot else None
        placed: tuple[Bitmap, ...] = tuple(self._typed(item, "bitmap_type", pictures) for item in bitmaps)
        return Form(replace(view, snapshot=shown, bitmaps=placed), pictures)

    def _typed(self, item: Any, name: str, pictures: dict[str, Picture]) -> Any:  # noqa: ANN401 - snapshot or bitmap
        with self.source.open(item.blob) as stream:
            found = picture(stream.read(), getattr(item, name))
        locator = f"{len(pictures)}"
        pictures[locator] = found
        return replace(item, blob=Blob(locator), **{name: found.kind})

    def _body(self, form: Form) -> dict[str, Any]:
        def encoded(blob: Blob) -> str:
            return base64.b64encode(form.pictures[blob.locator].data).decode("ascii")

        return self.codec.viewpoint_body(form.view, encoded, guid=self.ways.sends_guids)

    # -- what was not kept -------------------------------------------------------------------------------------

    def _unkept(self, change: Change, whole: Form, form: Form, outcome: Outcome) -> tuple[Unkept, ...]:
        """What the server did not take, what its answer shows otherwise, and what it is known to drop."""
        held = outcome.value
        assert isinstance(held, Viewpoint)  # noqa: S101 - the caller has looked
        found = {item.field: item for item in outcome.unkept}
        posted = Posted(change.topic, self._taken(form.view), held, form.snapshot, form.bitmaps)
        for item in (*self._refused_parts(form.view), *self.parts.unkept(posted)):
            found.setdefault(item.field, item)
        found |= {item.field: item for item in _smaller_pictures(whole, form)}
        found |= {item.field: item for item in unkept(whole.view, form.view) if item.field in _DRAWN}
        if whole.view.components is not None and form.view.components is None:
            gone = (_part_lost(name, whole.view) for name in PARTS)
            found |= {item.field: item for item in gone if item}
        return tuple(found.values())

    def _taken(self, view: Viewpoint) -> Viewpoint:
        """A view without the components the server is known to refuse: there is nothing to look for."""
        refused = self.creating.refusals.known("viewpoint")
        return replace(view, components=None) if "components" in refused else view

    def _refused_parts(self, view: Viewpoint) -> Iterator[Unkept]:
        refused = self.creating.refusals.known("viewpoint")
        for name in PARTS:
            lost = _part_lost(name, view) if {"components", f"components.{name}"} & refused else None
            if lost is not None:
                yield lost


def _part_lost(name: str, view: Viewpoint) -> Unkept | None:
    """A part of a viewpoint's components as one that is not there; None where it says nothing."""
    if view.components is None or not says(name, view.components):
        return None
    return unkept_part(name, view.components, replace(view.components, selection=(), coloring=(), visibility=None))


def _smaller_and_smaller(whole: Form) -> Iterator[Form]:
    """A viewpoint as it is, with smaller pictures, without pictures, and without components."""
    yield whole
    smaller = {name: scaled(item) or item for name, item in whole.pictures.items()}
    small = _with(whole, smaller)
    if smaller != whole.pictures:
        yield small
    bare = _bare(whole)
    if whole.pictures and whole.view.components and size_of_components(whole) > size_of_pictures(small):
        yield Form(replace(small.view, components=None), smaller)
    elif whole.pictures and whole.view.components:
        yield Form(replace(whole.view, snapshot=None, bitmaps=()))
    if bare.view != whole.view:
        yield bare


def _with(form: Form, pictures: dict[str, Picture]) -> Form:
    """A form with other pictures, each under its own type."""
    view = form.view
    snapshot = view.snapshot
    if snapshot and snapshot.blob:
        snapshot = replace(snapshot, snapshot_type=pictures[snapshot.blob.locator].kind)
    bitmaps = (replace(item, bitmap_type=pictures[item.blob.locator].kind) for item in view.bitmaps if item.blob)
    return Form(replace(view, snapshot=snapshot, bitmaps=tuple(bitmaps)), pictures)


def _bare(form: Form) -> Form:
    """Where a viewpoint looks from, and nothing else that may be long."""
    return Form(replace(form.view, snapshot=None, bitmaps=(), components=None))


def size_of_pictures(form: Form) -> int:
    """Bytes of all pictures."""
    return sum(len(item.data) for item in form.pictures.values())


def size_of_components(form: Form) -> int:
    """About how many bytes the components take."""
    return 60 * sum(says(name, form.view.components) for name in PARTS)


def _smaller_pictures(whole: Form, form: Form) -> Iterator[Unkept]:
    """The pictures that went smaller, or not at all."""
    pairs = (("snapshot", (whole.snapshot,), (form.snapshot,)), ("bitmaps", whole.bitmaps, form.bitmaps))
    for name, before, after in pairs:
        if before != after:
            ours, theirs = (", ".join(item.said for item in each if item) for each in (before, after))
            yield Unkept(name, ours, theirs or None)
