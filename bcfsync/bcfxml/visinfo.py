"""Reading viewpoint files (``*.bcfv``) of every version: what they see, show, select and colour.

Owns: VisualizationInfo → model.Viewpoint. Sees: node, components, model. Rules: BCF-XML 2.0, 2.1, 3.0 visinfo
schemas.
"""

import math

from lxml import etree

from bcfsync import findings as f
from bcfsync.bcfxml import kept, ordinary, ordinary_visinfo
from bcfsync.bcfxml.components import components_of, read_components
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.ordinary import Odd
from bcfsync.bcfxml.spelling import blanks
from bcfsync.model import (
    Bitmap,
    ClippingPlane,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Viewpoint,
)

_AXES = {"X", "Y", "Z"}
_GUID = frozenset({"Guid"})
_PARTS = frozenset({"PerspectiveCamera", "OrthogonalCamera", "Components", "Lines", "ClippingPlanes"})


def read_visinfo(root: Node, guid: str, *, default_visibility: bool | None = None) -> Viewpoint:
    """The viewpoint a .bcfv document describes, under the guid the markup gives it; bitmaps still without bytes.

    Args:
        root: the document.
        guid: the viewpoint's, by the markup.
        default_visibility: what an absent DefaultVisibility means in this file: False in 3.0, nothing in 2.x.
    """
    try:
        return _read_ordinary(root, guid, default_visibility)
    except Odd:
        return _read_any(root, guid, default_visibility)


def _read_ordinary(root: Node, guid: str, default: bool | None) -> Viewpoint:  # noqa: FBT001
    parts = ordinary.parts(root.element, _PARTS)
    own_guid = ordinary.attributes(root.element, _GUID).get("Guid")
    if not all(map(len, parts.values())):
        raise Odd
    one, other, components = (parts.get(name) for name in ("PerspectiveCamera", "OrthogonalCamera", "Components"))
    lines, planes = parts.get("Lines"), parts.get("ClippingPlanes")
    return Viewpoint(
        guid=guid,
        perspective_camera=None if one is None else _perspective_of(one, root),
        orthogonal_camera=None if other is None else _orthogonal_of(other, root),
        lines=() if lines is None else _lines(root.beside(lines)),
        clipping_planes=() if planes is None else _planes(root.beside(planes)),
        components=None if components is None else components_of(root, components, default=default),
        # the usual case, told here because it spares the caller another copy
        alias=None if own_guid == guid else own_guid,
    )


def _perspective_of(element: etree._Element, root: Node) -> PerspectiveCamera | None:
    try:
        return ordinary_visinfo.perspective(element)
    except Odd:
        return _perspective(root.beside(element))


def _orthogonal_of(element: etree._Element, root: Node) -> OrthogonalCamera | None:
    try:
        return ordinary_visinfo.orthogonal(element)
    except Odd:
        return _orthogonal(root.beside(element))


def _read_any(root: Node, guid: str, default: bool | None) -> Viewpoint:  # noqa: FBT001
    own_guid = root.attribute("Guid")
    perspective, orthogonal = root.one("PerspectiveCamera"), root.one("OrthogonalCamera")
    components = root.one("Components")
    # 3.0 demands a camera; ours marks the one it had to invent
    stand_in = "PerspectiveCamera" in root.synthetic()
    viewpoint = Viewpoint(
        guid=guid,
        perspective_camera=_perspective(perspective) if perspective and not stand_in else None,
        orthogonal_camera=_orthogonal(orthogonal) if orthogonal else None,
        lines=_lines(root.one("Lines")),
        clipping_planes=_planes(root.one("ClippingPlanes")),
        bitmaps=_bitmaps(root),
        components=read_components(components, default=default) if components and not components.is_blank() else None,
        alias=own_guid,
        spelling=blanks(root.element),
    )
    root.report_unknown()
    return kept.with_view(viewpoint, kept.kept(root.element))


def _point(parent: Node, name: str) -> Point | None:
    node = parent.one(name)
    if node is None:
        parent.note(f.BAD_VALUE, f"{parent.name} has no {name}")
        return None
    plain = _plain_point(node.element)
    if plain is not None:
        return plain
    x, y, z = node.number("X"), node.number("Y"), node.number("Z")
    node.report_unknown()
    if x is None or y is None or z is None:
        node.note(f.BAD_VALUE, f"{name} of {parent.name} has no complete X, Y, Z")
        return None
    return Point(x, y, z)


def _plain_point(element: etree._Element) -> Point | None:
    """The point of an element that holds nothing but three finite numbers, the usual case, four times as fast."""
    if element.attrib or len(element) != 3:
        return None
    found: dict[str, float] = {}
    for child in element:
        if child.tag not in _AXES or len(child) or child.attrib or "_" in (child.text or ""):
            return None
        try:
            found[str(child.tag)] = float(child.text or "")
        except ValueError:
            return None
    if len(found) != 3 or not all(map(math.isfinite, found.values())):
        return None
    return Point(found["X"], found["Y"], found["Z"])


def _aspect_ratio(node: Node) -> float | None:
    ratio = node.number("AspectRatio")
    return None if "AspectRatio" in node.synthetic() else ratio


def _perspective(node: Node) -> PerspectiveCamera | None:
    place = _point(node, "CameraViewPoint")
    direction, up = _point(node, "CameraDirection"), _point(node, "CameraUpVector")
    angle, ratio = node.number("FieldOfView"), _aspect_ratio(node)
    node.report_unknown()
    if place is None or direction is None or up is None or angle is None:
        node.note(f.BAD_VALUE, "PerspectiveCamera is not complete")
        return None
    return PerspectiveCamera(place, direction, up, angle, ratio)


def _orthogonal(node: Node) -> OrthogonalCamera | None:
    place = _point(node, "CameraViewPoint")
    direction, up = _point(node, "CameraDirection"), _point(node, "CameraUpVector")
    scale, ratio = node.number("ViewToWorldScale"), _aspect_ratio(node)
    node.report_unknown()
    if place is None or direction is None or up is None or scale is None:
        node.note(f.BAD_VALUE, "OrthogonalCamera is not complete")
        return None
    return OrthogonalCamera(place, direction, up, scale, ratio)


def _lines(node: Node | None) -> tuple[Line, ...]:
    pairs = _pairs(node, "Line", "StartPoint", "EndPoint")
    return tuple(Line(start, end) for start, end in pairs)


def _planes(node: Node | None) -> tuple[ClippingPlane, ...]:
    pairs = _pairs(node, "ClippingPlane", "Location", "Direction")
    return tuple(ClippingPlane(location, direction) for location, direction in pairs)


def _pairs(node: Node | None, item: str, first: str, second: str) -> list[tuple[Point, Point]]:
    """The two points of each item of a list; an item that lacks one is left out."""
    if node is None:
        return []
    found = []
    for child in node.many(item):
        one, other = _point(child, first), _point(child, second)
        child.report_unknown()
        if one and other:
            found.append((one, other))
    node.report_unknown()
    return found


def _bitmaps(root: Node) -> tuple[Bitmap, ...]:
    """2.0 repeats Bitmaps, 2.1 repeats Bitmap, 3.0 wraps Bitmap in Bitmaps: an item is what has a Location."""
    found: list[Node] = []
    for node in root.many("Bitmaps", "Bitmap"):
        if node.name == "Bitmap" or node.elements("Location"):
            found.append(node)
        else:
            found.extend(node.many("Bitmap"))
            node.report_unknown()
    bitmaps = (_bitmap(node) for node in found)
    return tuple(bitmap for bitmap in bitmaps if bitmap)


def _bitmap(node: Node) -> Bitmap | None:
    kind = node.text("Format") or node.text("Bitmap") or ""
    place, normal, up = _point(node, "Location"), _point(node, "Normal"), _point(node, "Up")
    height, reference = node.number("Height"), node.text("Reference")
    node.report_unknown()
    if place is None or normal is None or up is None or height is None:
        node.note(f.BAD_VALUE, f"bitmap {reference!r} is not complete")
        return None
    word = kind.strip().lower()
    bitmap_type = "jpg" if word in {"jpg", "jpeg"} else "png"
    if word not in {"jpg", "jpeg", "png"}:
        node.note(f.IMAGE_TYPE, f"bitmap format {kind!r}, read as {bitmap_type}")
    return Bitmap(bitmap_type, place, normal, up, height, reference=reference)
