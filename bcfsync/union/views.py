"""Viewpoints of one topic in several archives: immutable, so different ones under one guid are all kept.

Owns: when two viewpoints are one, and the guids of those that are not. Sees: model, canonical, the record.
Rules: docs/merge.md. Two are one when they show the same as far as both say it: versions of BCF differ in what they
can say of a camera.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from bcfsync.canonical import canonical, digest, viewpoint_content
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import Bitmap, Blob, OrthogonalCamera, PerspectiveCamera, Topic, Viewpoint
from bcfsync.union.record import Fate, Record, place_in


@dataclass(slots=True)
class Views:
    """The union's viewpoints of a topic; ``renamed`` gives, for an input and a guid's key, the guid it has now."""

    kept: dict[str, Viewpoint] = field(default_factory=dict)
    renamed: dict[tuple[int, str], str] = field(default_factory=dict)

    def meant(self, guid: str | None, sources: Sequence[int]) -> str | None:
        """The viewpoint that a comment of these inputs means: the one that kept its guid, if any of them means it."""
        if guid is None:
            return None
        found = [self.renamed.get((source, guid_key(guid))) for source in sources]
        return guid if None in found or not found else found[0]


def united_views(
    topic: Topic, past: Mapping[str, Viewpoint], holders: Sequence[tuple[int, Topic]], wanted: set[str], record: Record
) -> Views:
    """The viewpoints of all inputs.

    Args:
        topic: for the record.
        past: the base's viewpoints by the keys of their guids.
        holders: the inputs that have the topic, in their order, with their numbers.
        wanted: keys of the viewpoints that the union's comments mean: those stay.
        record: where it is told.
    """
    views = Views()
    held: dict[str, list[tuple[int, Viewpoint]]] = {}
    for source, one in holders:
        for view in one.viewpoints:
            held.setdefault(guid_key(view.guid), []).append((source, view))
    for key, found in held.items():
        _place(views, topic, past.get(key), found, record)
    for key in [key for key in held if key in past]:
        having = {source for source, _ in held[key]}
        lacking = [source for source, _ in holders if source not in having]
        if lacking:
            _take_away(views, topic, past[key], lacking=lacking, wanted=wanted, record=record)
    return views


def _place(
    views: Views, topic: Topic, past: Viewpoint | None, found: list[tuple[int, Viewpoint]], record: Record
) -> None:
    """Put the viewpoints of one guid where they belong: one keeps the guid, others get derived ones."""
    variants: list[tuple[Viewpoint, list[int]]] = []
    for source, view in found:
        at = next((at for at, (other, _) in enumerate(variants) if _is_same(other, view)), None)
        if at is None:
            variants.append((view, [source]))
        else:
            variants[at] = (filled(variants[at][0], view), [*variants[at][1], source])
    variants.sort(key=lambda item: (past is None or not _is_same(past, item[0]), _name(item[0])))
    for at, (view, sources) in enumerate(variants):
        key = guid_key(view.guid)
        if at:
            guid = _free_guid(views, key, view)
            views.renamed.update({(source, key): guid for source in sources})
            record.noted(Fate.SECOND_VIEWPOINT, place_in(topic, "viewpoint", view.guid), guid, sources)
            key, placed = guid, replace(view, guid=guid, alias=None)
        else:
            placed = view
        # an earlier union may have put the same one there
        views.kept[key] = filled(views.kept[key], placed) if key in views.kept else placed


def _free_guid(views: Views, key: str, view: Viewpoint) -> str:
    """A guid for a second viewpoint, the same in every union; an earlier one may have given it already."""
    guid = derived_guid("viewpoint of the same guid", key, _name(view))
    while guid in views.kept and not _is_same(views.kept[guid], view):
        guid = derived_guid("viewpoint of the same guid", guid, _name(view))
    return guid


def _take_away(
    views: Views,
    topic: Topic,
    past: Viewpoint,
    *,
    lacking: Sequence[int],
    wanted: set[str],
    record: Record,
) -> None:
    """Follow those that removed a viewpoint, where nobody made another of it or comments on it."""
    key = guid_key(past.guid)
    place = place_in(topic, "viewpoint", past.guid)
    if key in wanted or not _is_same(past, views.kept[key]):
        record.noted(Fate.KEPT, place, "", lacking)
    else:
        del views.kept[key]
        record.noted(Fate.REMOVED, place, "", lacking)


def filled(one: Viewpoint, other: Viewpoint) -> Viewpoint:
    """A viewpoint with what only its twin says."""
    same_bitmaps = len(one.bitmaps) == len(other.bitmaps)
    components = one.components or other.components
    if one.components and other.components and not one.components.flat:
        components = replace(one.components, flat=other.components.flat)
    snapshot = one.snapshot or other.snapshot
    if snapshot and not snapshot.blob and other.snapshot and other.snapshot.blob:
        snapshot = other.snapshot
    return replace(
        one,
        index=other.index if one.index is None else one.index,
        perspective_camera=_wider(one.perspective_camera, other.perspective_camera),
        orthogonal_camera=_taller(one.orthogonal_camera, other.orthogonal_camera),
        components=components,
        snapshot=snapshot,
        bitmaps=tuple(map(_with_bytes, one.bitmaps, other.bitmaps)) if same_bitmaps else one.bitmaps,
    )


def _wider(one: PerspectiveCamera | None, other: PerspectiveCamera | None) -> PerspectiveCamera | None:
    if one is None or other is None or one.aspect_ratio is not None:
        return one or other
    return replace(one, aspect_ratio=other.aspect_ratio)


def _taller(one: OrthogonalCamera | None, other: OrthogonalCamera | None) -> OrthogonalCamera | None:
    if one is None or other is None or one.aspect_ratio is not None:
        return one or other
    return replace(one, aspect_ratio=other.aspect_ratio)


def _with_bytes(one: Bitmap, other: Bitmap) -> Bitmap:
    return one if one.blob or not other.blob else replace(one, blob=other.blob)


def _is_same(one: Viewpoint, other: Viewpoint) -> bool:
    """Whether two viewpoints contradict each other nowhere."""
    if _gist(one) != _gist(other):
        return False
    if one.orthogonal_camera and other.orthogonal_camera and not _agree(one.orthogonal_camera, other.orthogonal_camera):
        return False
    if (
        one.perspective_camera
        and other.perspective_camera
        and not _agree(one.perspective_camera, other.perspective_camera)
    ):
        return False
    return all(_same_bytes(*pair) for pair in zip_longest(_pictures(one), _pictures(other)))


def _agree(one: PerspectiveCamera | OrthogonalCamera, other: PerspectiveCamera | OrthogonalCamera) -> bool:
    ratios = {one.aspect_ratio, other.aspect_ratio} - {None}
    return len(ratios) < 2 and canonical(replace(one, aspect_ratio=None)) == canonical(
        replace(other, aspect_ratio=None)
    )


def _gist(view: Viewpoint) -> str:
    return viewpoint_content(replace(view, snapshot=None))


def _pictures(view: Viewpoint) -> list[Blob | None]:
    return [view.snapshot.blob if view.snapshot else None, *(item.blob for item in view.bitmaps)]


def _same_bytes(one: Blob | None, other: Blob | None) -> bool:
    return one is None or other is None or one.sha256 == other.sha256


def _name(view: Viewpoint) -> str:
    """A short name of what a viewpoint shows, the same in every archive."""
    return digest([_gist(view), *(blob.sha256 if blob else None for blob in _pictures(view))])
