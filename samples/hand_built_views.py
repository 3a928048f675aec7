"""The XML of a viewpoint file, element by element, in the order the tables of each BCF version ask for.

Owns: a view → a .bcfv document, and how elements are made. Sees: parts.
"""

from collections.abc import Iterable

from lxml import etree
from parts import Camera, Element, Picture, Vector, View

ASPECT_RATIO = "1.6"


def add(parent: etree._Element, tag: str, text: str | None = "", **attributes: str | None) -> etree._Element:
    """Append an element; a text of None leaves it out, and so does an attribute of None."""
    if text is None:
        return parent
    node: etree._Element = etree.SubElement(parent, tag)
    node.text = text or None
    for name, value in attributes.items():
        if value is not None:
            node.set(name, value)
    return node


def document(root: etree._Element) -> bytes:
    """A document as it lies in an archive."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def visinfo(view: View, version: str, guid: str) -> bytes:
    """The viewpoint file of one view."""
    root = etree.Element("VisualizationInfo")
    if version != "2.0":
        root.set("Guid", guid)
    {"2.0": _listed, "2.1": _components_21, "3.0": _components_30}[version](root, view)
    if view.camera:
        _camera(root, view.camera, version)
    if view.lines:
        lines = add(root, "Lines")
        for start, end in view.lines:
            line = add(lines, "Line")
            _point(line, "StartPoint", start)
            _point(line, "EndPoint", end)
    if view.planes:
        planes = add(root, "ClippingPlanes")
        for location, direction in view.planes:
            plane = add(planes, "ClippingPlane")
            _point(plane, "Location", location)
            _point(plane, "Direction", direction)
    _bitmaps(root, view.bitmaps, version)
    return document(root)


def _camera(root: etree._Element, camera: Camera, version: str) -> None:
    node = add(root, "OrthogonalCamera" if camera.angle is None else "PerspectiveCamera")
    _point(node, "CameraViewPoint", camera.eye)
    _point(node, "CameraDirection", camera.direction)
    _point(node, "CameraUpVector", camera.up)
    if camera.angle is None:
        add(node, "ViewToWorldScale", str(camera.scale))
    else:
        add(node, "FieldOfView", str(camera.angle))
    if version == "3.0":
        add(node, "AspectRatio", ASPECT_RATIO)


def _point(parent: etree._Element, tag: str, point: Vector) -> None:
    node = add(parent, tag)
    for name, value in zip("XYZ", point, strict=True):
        add(node, name, repr(float(value)))


def _bitmaps(root: etree._Element, bitmaps: tuple[Picture, ...], version: str) -> None:
    """2.0 repeats Bitmaps, 2.1 repeats Bitmap, 3.0 wraps; the format is called Bitmap in 2.x, in capitals."""
    parent = add(root, "Bitmaps") if version == "3.0" and bitmaps else root
    for bitmap in bitmaps:
        node = add(parent, "Bitmaps" if version == "2.0" else "Bitmap")
        form = bitmap.file.rpartition(".")[2]
        if version == "3.0":
            add(node, "Format", form)
        else:
            add(node, "Bitmap", form.upper())
        add(node, "Reference", bitmap.file)
        _point(node, "Location", bitmap.location)
        _point(node, "Normal", bitmap.normal)
        _point(node, "Up", bitmap.up)
        add(node, "Height", str(bitmap.height))


def _elements(parent: etree._Element, elements: Iterable[Element]) -> None:
    for element in elements:
        node = add(parent, "Component", IfcGuid=element.ifc, **dict(element.flags))
        add(node, "OriginatingSystem", element.system)
        add(node, "AuthoringToolId", element.tool_id)


def _listed(root: etree._Element, view: View) -> None:
    """2.0: one flat list with attributes."""
    if view.listed:
        _elements(add(root, "Components"), view.listed)


def _components_21(root: etree._Element, view: View) -> None:
    """2.1: hints, selection, visibility, colours; Visibility must be there."""
    if view.shown_by_default is None:
        return
    node = add(root, "Components")
    _hints(node, view)
    if view.selection:
        _elements(add(node, "Selection"), view.selection)
    visibility = add(node, "Visibility", DefaultVisibility=_word(said=view.shown_by_default))
    if view.exceptions:
        _elements(add(visibility, "Exceptions"), view.exceptions)
    if view.colours:
        coloring = add(node, "Coloring")
        for colour, elements in view.colours:
            _elements(add(coloring, "Color", Color=colour), elements)


def _components_30(root: etree._Element, view: View) -> None:
    """3.0: selection, visibility with the hints inside, colours with their components wrapped."""
    if not (view.selection or view.colours or view.shown_by_default is not None):
        return
    node = add(root, "Components")
    if view.selection:
        _elements(add(node, "Selection"), view.selection)
    if view.shown_by_default is not None:
        visibility = add(node, "Visibility", DefaultVisibility=_word(said=view.shown_by_default))
        _hints(visibility, view)
        if view.exceptions:
            _elements(add(visibility, "Exceptions"), view.exceptions)
    if view.colours:
        coloring = add(node, "Coloring")
        for colour, elements in view.colours:
            _elements(add(add(coloring, "Color", Color=colour), "Components"), elements)


def _hints(parent: etree._Element, view: View) -> None:
    if view.hints:
        add(parent, "ViewSetupHints", **{name: _word(said=value) for name, value in view.hints.items()})


def _word(*, said: bool) -> str:
    return "true" if said else "false"
