"""Ordinary viewpoint files, read straight: cameras, and components by the thousand.

Owns: the usual forms of PerspectiveCamera, OrthogonalCamera and Components → model. Sees: ordinary, model.
Anything else raises Odd, and ``visinfo`` and ``components`` read the element by their own rules, which say what counts.
"""

import math
import re
import sys

from lxml import etree

from bcfsync.bcfxml import ordinary
from bcfsync.bcfxml.ordinary import Odd
from bcfsync.model import (
    Coloring,
    Component,
    Components,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    ViewSetupHints,
    Visibility,
)

_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_COLOR = re.compile(r"[0-9A-F]{6}|[0-9A-F]{8}")

# of a list of components: their guids, their parts, and how many elements, attributes and other things there are in all
_GUIDS = etree.XPath("Component/@IfcGuid", smart_strings=False)
_SYSTEMS = etree.XPath("Component/OriginatingSystem[1]/text()", smart_strings=False)
_TOOL_IDS = etree.XPath("Component/AuthoringToolId[1]/text()", smart_strings=False)
_EVERYTHING = etree.XPath(
    "count(descendant::*) + count(descendant::*/@*) + count(descendant::comment())"
    " + count(descendant::processing-instruction())"
)

_CAMERA = frozenset(
    {"CameraViewPoint", "CameraDirection", "CameraUpVector", "FieldOfView", "ViewToWorldScale", "AspectRatio"}
)
_AXES = frozenset({"X", "Y", "Z"})
_COMPONENTS = frozenset({"ViewSetupHints", "Selection", "Visibility", "Coloring"})
_SHOWN = frozenset({"DefaultVisibility"})
_SHOWN_PARTS = frozenset({"ViewSetupHints", "Exceptions"})
_HINTS = frozenset({"SpacesVisible", "SpaceBoundariesVisible", "OpeningsVisible"})
_OF_COLOR = frozenset({"Color"})


def perspective(element: etree._Element) -> PerspectiveCamera:
    """A complete perspective camera; else Odd."""
    return PerspectiveCamera(*_camera(element, "FieldOfView"))


def orthogonal(element: etree._Element) -> OrthogonalCamera:
    """A complete orthogonal camera; else Odd."""
    return OrthogonalCamera(*_camera(element, "ViewToWorldScale"))


def _camera(element: etree._Element, size: str) -> tuple[Point, Point, Point, float, float | None]:
    parts = ordinary.parts(element, _CAMERA)
    # three points and a size, an aspect ratio perhaps, and no size of the other camera
    if len(parts) != (5 if "AspectRatio" in parts else 4) or size not in parts or element.keys():
        raise Odd
    ratio = parts.get("AspectRatio")
    return (
        point(parts["CameraViewPoint"]),
        point(parts["CameraDirection"]),
        point(parts["CameraUpVector"]),
        _number(parts[size]),
        None if ratio is None else _number(ratio),
    )


def point(element: etree._Element) -> Point:
    """The point of an element that holds nothing but three finite numbers; else Odd."""
    found = ordinary.parts(element, _AXES)
    if len(found) != 3 or element.keys():
        raise Odd
    return Point(_number(found["X"]), _number(found["Y"]), _number(found["Z"]))


def _number(element: etree._Element) -> float:
    text = ordinary.leaf(element)
    if "_" in text or not text.isascii():
        raise Odd
    try:
        value = float(text)
    except ValueError:
        raise Odd from None
    if not math.isfinite(value):
        raise Odd
    return value


def components(element: etree._Element) -> Components:
    """Selection, visibility and colouring as 2.1 and 3.0 have them, every flag stated; else Odd."""
    parts = ordinary.parts(element, _COMPONENTS)
    if not parts or element.keys():
        raise Odd
    selection, shown = parts.get("Selection"), parts.get("Visibility")
    hints, coloring = parts.get("ViewSetupHints"), parts.get("Coloring")
    if shown is None and hints is not None:
        raise Odd
    return Components(
        () if selection is None else component_list(selection),
        () if coloring is None else tuple(_coloring(child) for child in ordinary.items(coloring, "Color")),
        None if shown is None else _visibility(shown, hints),
    )


def _coloring(element: etree._Element) -> Coloring:
    """2.1 lists the components of a colour in Color, 3.0 in Color/Components."""
    color = ordinary.attributes(element, _OF_COLOR).get("Color", "")
    if not _COLOR.fullmatch(color):
        raise Odd
    if len(element) == 1 and element[0].tag == "Components":
        return Coloring(color, component_list(element[0]))
    return Coloring(color, component_list(element, keys=1))


def _visibility(element: etree._Element, hints: etree._Element | None) -> Visibility:
    """2.1 has the hints beside Visibility, 3.0 inside it."""
    default = ordinary.flag(ordinary.attributes(element, _SHOWN).get("DefaultVisibility"))
    parts = ordinary.parts(element, _SHOWN_PARTS)
    inner, exceptions = parts.get("ViewSetupHints"), parts.get("Exceptions")
    if default is None or (inner is not None and hints is not None):
        raise Odd
    said = hints if inner is None else inner
    return Visibility(
        default,
        () if exceptions is None else component_list(exceptions),
        None if said is None else _hints(said),
    )


def _hints(element: etree._Element) -> ViewSetupHints:
    said = ordinary.attributes(element, _HINTS)
    if len(said) != 3 or len(element):
        raise Odd
    flag = ordinary.flag
    return ViewSetupHints(
        flag(said["SpacesVisible"]), flag(said["SpaceBoundariesVisible"]), flag(said["OpeningsVisible"])
    )


def component_list(element: etree._Element, *, keys: int = 0) -> tuple[Component, ...]:
    """The components of a list, at least one; ``keys`` is how many attributes the list itself may have.

    Fetched by one look for each of their parts, five times as fast as one by one. Nothing is assumed: every child is a
    Component with an IfcGuid, and there is nothing below the list but these and the parts that were found, as many of a
    kind as there are components, or none.
    """
    count = len(element)
    if not count or len(element.keys()) != keys:
        raise Odd
    guids = _GUIDS(element)
    parts = _EVERYTHING(element) - 2 * count
    if len(guids) != count:
        raise Odd
    if not parts and all(map(_IFC_GUID.fullmatch, guids)):
        return tuple(map(Component, guids))
    systems, tool_ids = _SYSTEMS(element), _TOOL_IDS(element)
    if parts == count == len(systems):
        tool_ids = [None] * count
    elif not (parts == 2 * count and len(systems) == len(tool_ids) == count):
        raise Odd
    if not all(map(_IFC_GUID.fullmatch, guids)) or any(text and text.isspace() for text in (*systems, *tool_ids)):
        raise Odd
    # a model of a million components has a handful of systems
    return tuple(map(Component, guids, map(sys.intern, systems), tool_ids))
