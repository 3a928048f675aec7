"""Viewpoints of 1.0, in both texts: bodies of requests to stored objects, and stored objects to bodies of answers.

Owns: cameras, lines, planes and bitmaps of 1.0; components have ``v10_components``. Sees: decoded JSON, stored objects
in the names of 3.0. Governed by: BCF-API 1.0 (tag v1.0 and the text of November 2015), ``viewpoint_*`` and the prose.

The first text has one bitmap, the later one a list. Neither carries bytes; so a stored bitmap is ``pending`` until they
are there, and the later versions do not show it before. Of one that has its bytes, these say what type it is. ``bmp``
is a type of 1.0 alone.
"""

from collections.abc import Mapping

from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes.members import Members, present
from bcfsync.server.shapes.v10 import Reader, said
from bcfsync.server.store.database import JsonObject, guid_key
from bcfsync.server.store.viewpoints import CAMERAS
from bcfsync.server.versions import LATE_10, TAG_10, Version

BITMAP_TYPES = ("png", "jpg", "bmp")
"""By their numbers."""

_VECTORS = ("location", "normal", "up")
_LENSES = {"orthogonal_camera": "view_to_world_scale", "perspective_camera": "field_of_view"}
_LISTS = {
    "lines": ("line", ("start_point", "end_point")),
    "clipping_planes": ("clipping_plane", ("location", "direction")),
}


def viewpoint(body: object, old: JsonObject, version: Version, *, whole: bool) -> JsonObject:
    """``viewpoint_POST``, ``viewpoint_PUT`` and (not ``whole``) ``viewpoint_PATCH``: what it holds afterwards.

    Bitmaps that are new have no guid in it.
    """
    new = said(body, _READERS[version], whole=whole)
    kept = {name: value for name, value in old.items() if name != "guid"}
    ratios = [old[camera]["aspect_ratio"] for camera in CAMERAS if "aspect_ratio" in (old.get(camera) or {})]
    for camera in CAMERAS:
        if new.get(camera):
            new[camera] = {**({"aspect_ratio": ratios[0]} if ratios else {}), **new[camera]}
    bitmaps: list[JsonObject] = old.get("bitmaps") or []
    if "bitmap" in new:
        kept["bitmaps"] = _with_first(bitmaps, new.pop("bitmap"))
    if "bitmaps" in new:
        new["bitmaps"] = _matched(bitmaps, new["bitmaps"])
    return present({**kept, **new})


def shown_viewpoint(version: Version, stored: JsonObject) -> JsonObject:
    """``viewpoint_GET``."""
    shown: JsonObject = {"guid": stored["guid"]}
    for camera in CAMERAS:
        if stored.get(camera):
            shown[camera] = {name: value for name, value in stored[camera].items() if name != "aspect_ratio"}
    for name, (item, _) in _LISTS.items():
        if stored.get(name) is not None:
            shown[name] = {item: stored[name]}
    bitmaps = stored.get("bitmaps")
    if version == TAG_10:
        return {**shown, **({"bitmap": _shown_bitmap(bitmaps[0], "bitmap", "reference")} if bitmaps else {})}
    if bitmaps is not None:
        shown["bitmaps"] = {"bitmap": [_shown_bitmap(bitmap, "bitmap_type", "guid") for bitmap in bitmaps]}
    return {**shown, "snapshot_available": stored.get("snapshot") is not None}


def _shown_bitmap(stored: JsonObject, number: str, name: str) -> JsonObject:
    shown: JsonObject = {number: BITMAP_TYPES.index(stored["bitmap_type"])}
    shown |= {part: stored[part] for part in (name, *_VECTORS) if part in stored}
    return {**shown, "height": round(stored["height"])}


def _with_first(bitmaps: list[JsonObject], bitmap: JsonObject | None) -> list[JsonObject] | None:
    if bitmap is None:
        return bitmaps[1:] or None
    first = bitmaps[0] if bitmaps else {}
    return [present({**first, **bitmap, **_kept(first, bitmap)}), *bitmaps[1:]]


def _matched(bitmaps: list[JsonObject], given: list[JsonObject] | None) -> list[JsonObject] | None:
    """The given bitmaps, each with what the stored one of its guid has beside that; guids not known are not kept."""
    if given is None:
        return None
    known = {guid_key(bitmap["guid"]): bitmap for bitmap in bitmaps}
    keys = [guid_key(bitmap["guid"]) for bitmap in given if bitmap["guid"]]
    if len(set(keys)) < len(keys):
        raise Malformed("bitmaps.bitmap.guid: must not occur twice")
    matched = []
    for bitmap in given:
        old = known.get(guid_key(bitmap["guid"] or ""), {})
        own = {name: value for name, value in bitmap.items() if name != "guid"}
        matched.append({**old, **own, **_kept(old, bitmap)})
    return matched


def _kept(old: JsonObject, new: JsonObject) -> JsonObject:
    """What the stored bitmap knows better: its type by its bytes, and a height of which 1.0 has the whole number."""
    kept: JsonObject = {}
    if old and not old.get("pending"):
        kept["bitmap_type"] = old["bitmap_type"]
    if old and round(old["height"]) == new["height"]:
        kept["height"] = old["height"]
    return kept


def _camera(members: Members, name: str) -> JsonObject | None:
    camera, lens = members.child(name), _LENSES[name]
    if camera is None:
        return None
    vectors = ("camera_view_point", "camera_direction", "camera_up_vector")
    return {**{part: _vector(camera, part) for part in vectors}, lens: camera.number(lens, required=True)}


def _list(members: Members, name: str) -> list[JsonObject] | None:
    """Lines and planes stand in an object of their own, as in the archives."""
    item, parts = _LISTS[name]
    wrapped = members.child(name)
    if wrapped is None:
        return None
    return [{part: _vector(one, part) for part in parts} for one in wrapped.children(item) or ()]


def _one_bitmap(members: Members, name: str) -> JsonObject | None:
    bitmap = members.child(name)
    return None if bitmap is None else {**_bitmap(bitmap, "bitmap"), "reference": bitmap.text("reference")}


def _bitmaps(members: Members, name: str) -> list[JsonObject] | None:
    """The schema shows one bitmap, the prose speaks of several: both are taken."""
    wrapped = members.child(name)
    if wrapped is None:
        return None
    one = wrapped.child("bitmap") if wrapped.is_object("bitmap") else None
    given = wrapped.children("bitmap") or () if one is None else [one]
    return [{**_bitmap(bitmap, "bitmap_type"), "guid": bitmap.text("guid")} for bitmap in given]


def _bitmap(members: Members, number: str) -> JsonObject:
    kind = members.needed_integer(number)
    if kind not in range(len(BITMAP_TYPES)):
        members.wrong(number, "must be 0 (PNG), 1 (JPG) or 2 (BMP)")
    vectors = {name: _vector(members, name) for name in _VECTORS}
    return {"bitmap_type": BITMAP_TYPES[kind], **vectors, "height": members.needed_integer("height")}


def _vector(members: Members, name: str) -> JsonObject:
    vector = Members(members.needed(name), members.place(name))
    return {axis: vector.number(axis, required=True) for axis in ("x", "y", "z")}


_COMMON: Mapping[str, Reader] = {**dict.fromkeys(CAMERAS, _camera), **dict.fromkeys(_LISTS, _list)}
_READERS: Mapping[Version, Mapping[str, Reader]] = {
    TAG_10: {**_COMMON, "bitmap": _one_bitmap},
    LATE_10: {**_COMMON, "bitmaps": _bitmaps},
}
