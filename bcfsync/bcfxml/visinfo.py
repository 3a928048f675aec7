"""Reading viewpoint files (``*.bcfv``) of every version: what they see, show, select and colour.

Owns: VisualizationInfo → model.Viewpoint. Sees: node, model. Rules: BCF-XML 2.0, 2.1, 3.0 visinfo schemas; the
2.0 component algorithm follows the official test cases SingleVisibleWall, ComponentSelection and
DefaultComponentVisibility.
"""

import re
from collections.abc import Iterable

from bcfsync import findings as f
from bcfsync.bcfxml.node import Node
from bcfsync.model import (
    Bitmap,
    ClippingPlane,
    Coloring,
    Component,
    Components,
    FlatComponent,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

_COLOR = re.compile(r"[0-9A-F]{6}|[0-9A-F]{8}")
_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")


def read_visinfo(root: Node, guid: str, *, default_visibility: bool | None = None) -> Viewpoint:
    """The viewpoint a .bcfv document describes, under the guid the markup gives it; bitmaps still without bytes.

    ``default_visibility`` is what an absent DefaultVisibility means in this file: False in 3.0, nothing in 2.x.
    """
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
        components=_components(components, default=default_visibility)
        if components and not components.is_blank()
        else None,
        alias=own_guid,
    )
    root.report_unknown()
    return viewpoint


def _point(parent: Node, name: str) -> Point | None:
    node = parent.one(name)
    if node is None:
        parent.note(f.BAD_VALUE, f"{parent.name} has no {name}")
        return None
    x, y, z = node.number("X"), node.number("Y"), node.number("Z")
    if x is None or y is None or z is None:
        node.note(f.BAD_VALUE, f"{name} of {parent.name} has no complete X, Y, Z")
        return None
    return Point(x, y, z)


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
    if node is None:
        return ()
    pairs = [(_point(line, "StartPoint"), _point(line, "EndPoint")) for line in node.many("Line")]
    node.report_unknown()
    return tuple(Line(start, end) for start, end in pairs if start and end)


def _planes(node: Node | None) -> tuple[ClippingPlane, ...]:
    if node is None:
        return ()
    pairs = [(_point(plane, "Location"), _point(plane, "Direction")) for plane in node.many("ClippingPlane")]
    node.report_unknown()
    return tuple(ClippingPlane(location, direction) for location, direction in pairs if location and direction)


def _bitmaps(root: Node) -> tuple[Bitmap, ...]:
    """2.0 repeats Bitmaps, 2.1 repeats Bitmap, 3.0 wraps Bitmap in Bitmaps: an item is what has a Location."""
    found: list[Node] = []
    for node in root.many("Bitmaps", "Bitmap"):
        inner = [] if node.name == "Bitmap" else [child for child in node.many("Bitmap") if len(child.element)]
        found.extend(inner or ([] if node.is_blank() else [node]))
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
    if word not in {"jpg", "png"}:
        node.note(f.BAD_VALUE, f"bitmap format {kind!r}, read as {bitmap_type}")
    return Bitmap(bitmap_type, place, normal, up, height, reference=reference)


def _components(node: Node, *, default: bool | None) -> Components:
    flat = tuple(_flat(child) for child in node.many("Component"))
    hints, visibility = node.one("ViewSetupHints"), node.one("Visibility")
    selection, coloring = node.one("Selection"), node.one("Coloring")
    node.report_unknown()
    if flat:
        return structured(flat)
    shown = _visibility(visibility, hints, default=default)
    return Components(
        selection=_component_list(selection) if selection else (),
        coloring=_coloring(coloring) if coloring else (),
        visibility=shown,
    )


def _component_list(node: Node) -> tuple[Component, ...]:
    found = tuple(_component(child) for child in node.many("Component"))
    node.report_unknown()
    return found


def _component(node: Node) -> Component:
    ifc_guid = node.attribute("IfcGuid")
    if ifc_guid is not None and not _IFC_GUID.fullmatch(ifc_guid):
        node.note(f.BAD_IFC_GUID, repr(ifc_guid))
    return Component(ifc_guid, node.text("OriginatingSystem"), node.text("AuthoringToolId"))


def _coloring(node: Node) -> tuple[Coloring, ...]:
    groups = []
    for child in node.many("Color"):
        wrapper = child.one("Components")
        members = (wrapper or child).many("Component")
        groups.append(Coloring(_color(child, "Color"), tuple(_component(member) for member in members)))
    node.report_unknown()
    return tuple(groups)


def _color(node: Node, attribute: str) -> str | None:
    text = node.attribute(attribute)
    if text is None:
        return None
    color = text.strip().removeprefix("#").upper()
    if not _COLOR.fullmatch(color):
        node.note(f.BAD_COLOR, repr(text))
    return color


def _visibility(node: Node | None, hints: Node | None, *, default: bool | None) -> Visibility | None:
    """2.1 has the hints beside Visibility, 3.0 inside it."""
    inner = node.one("ViewSetupHints") if node else None
    found = _hints(inner or hints) if inner or hints else None
    if node is None:
        return Visibility(view_setup_hints=found) if found else None
    exceptions = node.one("Exceptions")
    said = node.flag("DefaultVisibility")
    visibility = Visibility(
        default_visibility=default if said is None else said,
        exceptions=_component_list(exceptions) if exceptions else (),
        view_setup_hints=found,
    )
    node.report_unknown()
    return visibility


def _hints(node: Node | None) -> ViewSetupHints | None:
    if node is None:
        return None
    hints = ViewSetupHints(
        node.flag("SpacesVisible"), node.flag("SpaceBoundariesVisible"), node.flag("OpeningsVisible")
    )
    node.report_unknown()
    return hints


def _flat(node: Node) -> FlatComponent:
    # absent and true mean different things: the schema's default of Visible must not be applied
    return FlatComponent(_component(node), node.flag("Selected"), node.flag("Visible"), _color(node, "Color"))


def structured(flat: tuple[FlatComponent, ...]) -> Components:
    """A 2.0 list as selection, colouring and visibility.

    Hidden ones (not selected, not coloured) make "all but these"; else written visible ones make "only these";
    else everything is visible.
    """
    hidden = [item for item in flat if item.visible is False and not item.selected and not item.color]
    shown = any(item.visible for item in flat)
    if hidden:
        visibility = Visibility(True, tuple(item.component for item in hidden))  # noqa: FBT003 - the field's own order
    elif shown:
        listed = (item.component for item in flat if item.visible or item.selected or item.color)
        visibility = Visibility(False, tuple(dict.fromkeys(listed)))  # noqa: FBT003
    else:
        visibility = Visibility(True)  # noqa: FBT003
    return Components(
        selection=tuple(item.component for item in flat if item.selected),
        coloring=_grouped(flat),
        visibility=visibility,
        flat=flat,
    )


def _grouped(flat: Iterable[FlatComponent]) -> tuple[Coloring, ...]:
    groups: dict[str, list[Component]] = {}
    for item in flat:
        if item.color:
            groups.setdefault(item.color, []).append(item.component)
    return tuple(Coloring(color, tuple(members)) for color, members in groups.items())
