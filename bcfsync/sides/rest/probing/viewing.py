"""What a server does with viewpoints: what it keeps, where it shows it, and whether they change under their guid.

Owns: the experiments on viewpoints of a scratch topic. Sees: asking, findings, children, moving.
"""

from typing import Any

from bcfsync.sides.rest.probing import children
from bcfsync.sides.rest.probing.asking import Told
from bcfsync.sides.rest.probing.findings import NO, UNKNOWN, YES
from bcfsync.sides.rest.probing.moving import Moving

_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
"""A picture of one pixel."""

_CAMERA = {
    "camera_view_point": {"x": 0.0, "y": 0.0, "z": 0.0},
    "camera_direction": {"x": 1.0, "y": 0.0, "z": 0.0},
    "camera_up_vector": {"x": 0.0, "y": 0.0, "z": 1.0},
    "field_of_view": 60.0,
}
_VIEW: dict[str, Any] = {
    "index": 1,
    "perspective_camera": _CAMERA,
    "lines": [{"start_point": {"x": 0.0, "y": 0.0, "z": 0.0}, "end_point": {"x": 1.0, "y": 1.0, "z": 1.0}}],
    "clipping_planes": [{"location": {"x": 0.0, "y": 0.0, "z": 0.0}, "direction": {"x": 0.0, "y": 0.0, "z": 1.0}}],
    "snapshot": {"snapshot_type": "png", "snapshot_data": _PNG},
    "components": {
        "selection": [{"ifc_guid": "2MF28NhmDBiRVyFakgdbCT"}],
        "visibility": {"default_visibility": True, "exceptions": []},
    },
}
_BITMAP = {
    "bitmap_type": "png", "bitmap_data": _PNG, "height": 1.0, "location": {"x": 0.0, "y": 0.0, "z": 0.0},
    "normal": {"x": 0.0, "y": 0.0, "z": 1.0}, "up": {"x": 0.0, "y": 1.0, "z": 0.0},
}  # fmt: skip
_INLINE = ("snapshot_data", "bitmap_data")
_LINKS = ("url", "snapshot_url", "href")


class Views:
    """All that is tried on viewpoints."""

    def __init__(self, moving: Moving, version: str) -> None:
        """Try nothing yet."""
        self.moving = moving
        self.asking = moving.asking
        self.routes = moving.routes
        self.findings = moving.findings
        self._list = moving.routes.part(moving.topic, "viewpoints")
        # 3.0 needs the shape of the picture, and 2.1 has no place for it
        camera = {**_CAMERA, "aspect_ratio": 1.5} if version == "3.0" else _CAMERA
        self._body = {**_VIEW, "perspective_camera": camera}
        self.guid = ""

    def make(self) -> None:
        """Make a viewpoint, and note what is kept of it and where it is shown."""
        told = self.moving.write("viewpoint_added", self._made)
        if not (told.ok and self.guid):
            return
        child, listed = self.asking.get(self._url(self.guid)), self._listed(self.guid)
        self._kept(told, child)
        self._components(child, listed)
        self._snapshot(child, listed)

    def change(self) -> None:
        """Try to change the viewpoint, as some products let people."""
        if not self.guid:
            return
        body = {**self._body, "index": 2}

        def send() -> Told:
            told = self.asking.send("PUT", self._url(self.guid), body)
            return self.asking.send("PATCH", self._url(self.guid), {"index": 2}) if told.absent else told

        told = self.moving.write("viewpoint_edited", send)
        value = NO if told.absent else YES if told.ok else UNKNOWN
        self.findings.note("viewpoint_mutable", value, told)

    def bitmap(self) -> None:
        """Make another one with a picture in it, and see whether that comes back."""
        guidless = {name: value for name, value in self._body.items() if name != "snapshot"}
        told = self.asking.send("POST", self._list, {**guidless, "index": 3, "bitmaps": [_BITMAP]})
        guid = str(told.members.get("guid") or "")
        if not guid:
            refused = told.status in {400, 422, 501} and self.guid
            self.findings.note("routes.bitmaps", NO if refused else UNKNOWN, told)
            return
        child = self.asking.get(self._url(guid))
        shown = [item for item in child.members.get("bitmaps") or [] if isinstance(item, dict)]
        if not (child.ok and shown and shown[0].get("guid")):
            inline = any(name in item for item in shown for name in _INLINE)
            self.findings.note("routes.bitmaps", NO if child.ok and not inline else UNKNOWN, told, child)
            return
        read = self.asking.bytes(self.routes.bitmap(self.moving.topic, guid, str(shown[0]["guid"])))
        self.findings.note("routes.bitmaps", bool(read.data) if read.known else None, child, read)

    def delete(self) -> None:
        """Delete the first one."""
        if self.guid:
            children.delete(self.moving, "viewpoint", self._url(self.guid))

    def _made(self) -> Told:
        told, self.guid = children.make(self.asking, self.findings, "viewpoint", self._list, self._body)
        return told

    def _url(self, guid: str) -> str:
        return self.routes.child(self.moving.topic, "viewpoints", guid)

    def _listed(self, guid: str) -> dict[str, Any]:
        items = (item for item in self.asking.get(self._list).items if isinstance(item, dict))
        return next((item for item in items if str(item.get("guid")).lower() == guid.lower()), {})

    def _kept(self, told: Told, child: Told) -> None:
        for name in ("clipping_planes", "index", "lines"):
            kept = child.members.get(name) == _VIEW[name] if child.ok else None
            self.findings.note(f"kept.viewpoint.{name}", kept, told, child)

    def _components(self, child: Told, listed: dict[str, Any]) -> None:
        inside = _object(child.members.get("components")) or _object(listed.get("components"))
        below, wraps = False, set()
        for part in ("selection", "visibility"):
            read = self.asking.get(self.routes.view_part(self.moving.topic, self.guid, part))
            bare = read.items or ("default_visibility" in read.members and read.members)
            found = bool(read.members.get(part)) or bool(bare)
            if found:
                wraps.add(part in read.members)
            below = below or found
            no = NO if read.ok or read.absent else UNKNOWN
            self.findings.note(f"kept.viewpoint.components.{part}", YES if found or inside.get(part) else no, read)
        where = {(True, True): "both", (True, False): "inline", (False, True): "subresource"}
        self.findings.note("components", where.get((bool(inside), below), UNKNOWN), child)
        self.findings.note("component_wrap", wraps.pop() if len(wraps) == 1 else None, child)

    def _snapshot(self, child: Told, listed: dict[str, Any]) -> None:
        shown = _object(child.members.get("snapshot")) or _object(listed.get("snapshot"))
        self.findings.note("kept.viewpoint.snapshot", bool(shown) if child.ok else None, child)
        read = self.asking.bytes(self.routes.view_part(self.moving.topic, self.guid, "snapshot"))
        ways = {
            "inline": any(shown.get(name) for name in _INLINE),
            "url": any(str(shown.get(name)).startswith("http") for name in _LINKS),
            "subresource": bool(read.data),
        }
        found = next((way for way in ("subresource", "inline", "url") if ways[way]), "")
        none = NO if child.ok and read.known else UNKNOWN
        self.findings.note("snapshot_read", found or none, child, read)
        # a data: URI and a PUT of bytes are not tried, for this one is what the book says
        self.findings.note("snapshot_write", "base64" if found else none, child, read)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
