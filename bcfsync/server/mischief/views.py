"""Viewpoints as servers take and show them.

Owns: the switches of viewpoints, snapshots and components. Sees: exchanges, the store. Governed by: BCF-API 2.1 and
3.0, Viewpoints, and what of it servers refuse, round or leave out.
"""

import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress

from bcfsync.server.mischief.bodies import checking, rewriting
from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked, Json, JsonObject
from bcfsync.server.mischief.places import Place
from bcfsync.server.mischief.switches import Context, Setting
from bcfsync.server.refusals import Refusal
from bcfsync.server.shapes import answers, viewpoint_bodies
from bcfsync.server.versions import VERSIONS

_CAMERAS = ("orthogonal_camera", "perspective_camera")
_SUB_RESOURCES = ("selection", "coloring", "visibility")
_VECTORS = ("camera_view_point", "camera_direction", "camera_up_vector")
_COMPONENT = ("ifc_guid", "originating_system", "authoring_tool_id")
_POINT = ("x", "y", "z")
# in the order of the specification's schema
_ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("index", *_CAMERAS, "lines", "clipping_planes", "bitmaps", "snapshot", "components"),
    "orthogonal_camera": (*_VECTORS, "view_to_world_scale", "aspect_ratio"),
    "perspective_camera": (*_VECTORS, "field_of_view", "aspect_ratio"),
    **dict.fromkeys((*_VECTORS, "start_point", "end_point", "location", "direction", "normal", "up"), _POINT),
    "lines": ("start_point", "end_point"),
    "clipping_planes": ("location", "direction"),
    "bitmaps": ("bitmap_type", "bitmap_data", "location", "normal", "up", "height"),
    "snapshot": ("snapshot_type", "snapshot_data"),
    "components": _SUB_RESOURCES,
    "selection": _COMPONENT,
    "exceptions": _COMPONENT,
    "visibility": ("default_visibility", "exceptions", "view_setup_hints"),
    "view_setup_hints": ("spaces_visible", "space_boundaries_visible", "openings_visible"),
    "coloring": ("color", "components"),
}
_LOWER_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{8})")


def key_order(_setting: Setting, _context: Context) -> Around:
    """Bodies of viewpoints have these members in this order and no others; texts are no nulls, colours lower-case."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        shown = {name: value for name, value in body.items() if name != "guid"}
        wrong = next(_disorder(shown, "", ""), None)
        return (422, f"{wrong}: is not as the schema has it") if wrong else None

    return checking("viewpoints", complaint=complaint)


def _disorder(value: Json, name: str, where: str, *, is_coloring: bool = False) -> Iterator[str]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from _disorder(item, name, f"{where}[{at}]", is_coloring=is_coloring)
    elif isinstance(value, dict):
        order = _COMPONENT if is_coloring else _ORDERS.get(name, ())
        if [*value] != [known for known in order if known in value]:
            yield where or "body"
        for key, item in value.items():
            yield from _disorder(item, key, f"{where}.{key}".lstrip("."), is_coloring=name == "coloring")
    elif (value is None and name in _COMPONENT) or (name == "color" and not _LOWER_HEX.fullmatch(str(value))):
        yield where


def bitmaps_banned(_setting: Setting, _context: Context) -> Around:
    """A viewpoint with the member bitmaps is refused, even if it is empty."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        return (422, "bitmaps: is not writable") if "bitmaps" in body else None

    return checking("viewpoints", complaint=complaint)


def aspect_ratio_banned(_setting: Setting, _context: Context) -> Around:
    """A camera with an aspect ratio is refused."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        cameras = [body.get(name) for name in _CAMERAS]
        has_ratio = any(isinstance(camera, dict) and "aspect_ratio" in camera for camera in cameras)
        return (422, "aspect_ratio: is not allowed") if has_ratio else None

    return checking("viewpoints", complaint=complaint)


def snapshot_required(_setting: Setting, _context: Context) -> Around:
    """A viewpoint without a snapshot is refused."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        return None if body.get("snapshot") else (400, "snapshot: is required")

    return checking("viewpoints", complaint=complaint)


def data_uri_refused(_setting: Setting, _context: Context) -> Around:
    """Pictures come as base64 alone: a data: URI is refused."""

    def complaint(_asked: Asked, _ask: Ask, body: JsonObject) -> tuple[int, str] | None:
        given = [text for _, text in _pictures(body)]
        return (400, "snapshot_data: must be base64") if any(text.startswith("data:") for text in given) else None

    return checking("viewpoints", complaint=complaint)


def camera_rounded(setting: Setting, _context: Context) -> Around:
    """Numbers of cameras, lines and planes are kept with so many digits after the point."""
    digits = setting.count(3, at_least=0)

    def rounded(value: Json) -> Json:
        if isinstance(value, dict):
            return {name: rounded(item) for name, item in value.items()}
        if isinstance(value, list):
            return [rounded(item) for item in value]
        return round(value, digits) if isinstance(value, float) else value

    def changed(_place: Place, body: JsonObject) -> JsonObject:
        parts = (*_CAMERAS, "lines", "clipping_planes")
        return {name: rounded(value) if name in parts else value for name, value in body.items()}

    return rewriting("viewpoints", change=changed)


def visible_by_default(_setting: Setting, _context: Context) -> Around:
    """A viewpoint that does not say what is visible shows everything."""

    def changed(_place: Place, body: JsonObject) -> JsonObject:
        components: Json = body.get("components")
        visibility = components.get("visibility") if isinstance(components, dict) else None
        if not isinstance(visibility, dict) or visibility.get("default_visibility") is not None:
            return body
        return {**body, "components": {**components, "visibility": {**visibility, "default_visibility": True}}}

    return rewriting("viewpoints", change=changed)


def images_recoded(_setting: Setting, _context: Context) -> Around:
    """Pictures are written anew: the same pixels in other bytes.

    PNG: what is not needed to see it is dropped, the rest is compressed again. JPEG: application data and remarks are
    dropped, one remark is added. What is neither is left alone.
    """

    def changed(_place: Place, body: JsonObject) -> JsonObject:
        for holder, text in _pictures(body):
            name = "snapshot_data" if "snapshot_data" in holder else "bitmap_data"
            try:
                data = base64.b64decode(text.rpartition(",")[2])
            except ValueError:
                continue
            holder[name] = base64.b64encode(_recoded(data)).decode()
        return body

    return rewriting("viewpoints", change=changed)


def _pictures(body: JsonObject) -> Iterator[tuple[JsonObject, str]]:
    """The objects that hold a picture, with its text."""
    bitmaps = body.get("bitmaps")
    for holder in (body.get("snapshot"), *(bitmaps if isinstance(bitmaps, list) else ())):
        if isinstance(holder, dict):
            text = holder.get("snapshot_data") or holder.get("bitmap_data")
            if isinstance(text, str):
                yield holder, text


_PNG = b"\x89PNG\r\n\x1a\n"
_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IEND"})
_REMARK = b"\xff\xfe\x00\x09written"


def _recoded(data: bytes) -> bytes:
    try:
        if data.startswith(_PNG):
            return _recoded_png(data)
    except zlib.error:
        return data
    return _recoded_jpeg(data) if data.startswith(b"\xff\xd8\xff") else data


def _recoded_png(data: bytes) -> bytes:
    head, pixels, tail, at = _PNG, b"", b"", len(_PNG)
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            pixels += content
        elif kind in _NEEDED:
            head, tail = (head + _chunk(kind, content), tail) if not pixels else (head, tail + _chunk(kind, content))
        at += 12 + size
    if not pixels:
        return data
    unpacked = zlib.decompressobj().decompress(pixels, 256 * 1024**2)  # what is larger is cut: no picture is
    packed = zlib.compress(unpacked, 1)
    return head + _chunk(b"tEXt", b"Software\0written anew") + _chunk(b"IDAT", packed) + tail


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


def _recoded_jpeg(data: bytes) -> bytes:
    kept, at = data[:2] + _REMARK, 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if not (0xE1 <= data[at + 1] <= 0xEF or data[at + 1] == 0xFE):
            kept += data[at:end]
        at = end
    return kept + data[at:]


def viewpoint_mutable(_setting: Setting, context: Context) -> Around:
    """PUT puts new content into a viewpoint that there is."""

    def around(asked: Asked, ask: Ask) -> Answer:
        place = asked.place
        version = next((known for known in VERSIONS if known == place.version), None)
        if asked.method != "PUT" or not place.is_item("viewpoints") or version is None:
            return ask(asked)
        held = ask(asked.reading(asked.path))
        topic = asked.path.partition("/viewpoints/")[0]
        allowed = ask(asked.reading(topic, "includeAuthorization=true")).json()
        if not held.is_good or "createViewpoint" not in _actions(allowed):
            return held if not held.is_good else Answer.refusal(403, "you may not change this viewpoint")
        try:
            content = viewpoint_bodies.viewpoint(asked.json(), version)
            guids = (place.ids["projects"], place.ids["topics"], place.ids["viewpoints"])
            author = str((ask(asked.reading(_who(version))).json() or {}).get("id"))
            shown = context.store.viewpoints.replace(*guids, content, author)
        except Refusal as refusal:
            return Answer.refusal(refusal.status, str(refusal))
        return Answer.of_json(answers.viewpoint(version, shown))

    return around


def viewpoint_deletable(_setting: Setting, context: Context) -> Around:
    """DELETE takes a viewpoint away in 2.1, too; comments about it lose their pointer."""

    def around(asked: Asked, ask: Ask) -> Answer:
        place = asked.place
        if asked.method != "DELETE" or not place.is_item("viewpoints") or place.version != "2.1":
            return ask(asked)
        held = ask(asked.reading(asked.path))
        if not held.is_good:
            return held
        with suppress(_Refused), context.store.writing():
            context.store.database.run(
                "UPDATE comment SET viewpoint_key = NULL, body = json_remove(body, '$.viewpoint_guid')"
                " WHERE project_id = ? AND viewpoint_key = ?",
                place.ids["projects"],
                place.ids["viewpoints"].lower(),
            )
            answer = ask(asked.at(asked.path.replace("/bcf/2.1/", "/bcf/3.0/", 1)))
            if not answer.is_good:
                raise _Refused  # the comments keep their pointer
        return answer

    return around


class _Refused(Exception):
    """Nothing is to be kept of what was begun."""


def _who(version: str) -> str:
    return "/bcf/2.1/current-user" if version == "2.1" else "/foundation/1.0/current-user"


def _actions(topic: Json) -> list[str]:
    authorization = topic.get("authorization") if isinstance(topic, dict) else None
    return list((authorization or {}).get("topic_actions") or ())


def components_unwrapped(_setting: Setting, _context: Context) -> Around:
    """Selection, coloring and visibility come as bare values."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.kind in _SUB_RESOURCES and answer.is_good and isinstance(value := answer.json(), dict):
            answer.set_json(value.get(asked.place.kind, value))
        return answer

    return around


def components_inline(setting: Setting, _context: Context) -> Around:
    """Viewpoints carry their components and their snapshot's data: in the list, or everywhere."""
    everywhere = setting.one_of("list", "all") == "all"

    def around(asked: Asked, ask: Ask) -> Answer:
        is_meant = asked.place.is_list_of("viewpoints") or (everywhere and asked.place.is_item("viewpoints"))
        if asked.method != "GET" or not is_meant:
            return ask(asked)
        answer = ask(asked)
        value = answer.json() if answer.is_good else None
        base = asked.path.partition("/viewpoints")[0] + "/viewpoints"
        if isinstance(value, list):
            answer.set_json([_inlined(asked, ask, base, viewpoint) for viewpoint in value])
        elif isinstance(value, dict):
            answer.set_json(_inlined(asked, ask, base, value))
        return answer

    return around


def _inlined(asked: Asked, ask: Ask, base: str, viewpoint: JsonObject) -> JsonObject:
    path = f"{base}/{viewpoint['guid']}"
    found = {name: ask(asked.reading(f"{path}/{name}")) for name in _SUB_RESOURCES}
    parts = {name: answer.json() for name, answer in found.items() if answer.is_good}
    components = {name: part.get(name, part) if isinstance(part, dict) else part for name, part in parts.items()}
    shown = dict(viewpoint)
    if components:
        shown["components"] = components
    if isinstance(snapshot := shown.get("snapshot"), dict):
        picture = ask(asked.reading(f"{path}/snapshot"))
        if picture.is_good:
            shown["snapshot"] = {**snapshot, "snapshot_data": base64.b64encode(picture.data()).decode()}
    return shown
