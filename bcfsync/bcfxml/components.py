"""Reading the components of a viewpoint: selection, colouring, visibility, and the flat list of 2.0.

Owns: Components → model.Components. Sees: node, model. Rules: BCF-XML 2.0, 2.1, 3.0 visinfo schemas; the 2.0
algorithm follows the official test cases SingleVisibleWall, ComponentSelection and DefaultComponentVisibility.
A viewpoint may list a hundred thousand components, so an ordinary one is read without a Node.
"""

import re
from collections.abc import Iterable

from lxml import etree

from bcfsync import findings as f
from bcfsync.bcfxml import ordinary_visinfo
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.ordinary import Odd
from bcfsync.bcfxml.spelling import blanks, unsaid
from bcfsync.model import (
    Coloring,
    Component,
    Components,
    FlatComponent,
    ViewSetupHints,
    Visibility,
)

_COLOR = re.compile(r"[0-9A-F]{6}|[0-9A-F]{8}")
_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_SYSTEM, _TOOL_ID = "OriginatingSystem", "AuthoringToolId"
_PARTS = frozenset({_SYSTEM, _TOOL_ID})
_NOTHING: dict[str, str | None] = {}


def components_of(root: Node, element: etree._Element, *, default: bool | None) -> Components:
    """The same of an element of ``root`` that is not blank: straight where it is ordinary."""
    try:
        return ordinary_visinfo.components(element)
    except Odd:
        return read_components(root.beside(element), default=default)


def read_components(node: Node, *, default: bool | None) -> Components:
    """The components of a viewpoint.

    Args:
        node: the Components element.
        default: what an absent DefaultVisibility means.
    """
    flat = tuple(_flat(child, node) for child in node.elements("Component"))
    hints, visibility = node.one("ViewSetupHints"), node.one("Visibility")
    selection, coloring = node.one("Selection"), node.one("Coloring")
    node.report_unknown()
    if flat:
        return structured(flat)
    shown = _visibility(visibility, hints, default=default)
    return Components(
        selection=_component_list(selection) if selection else (),
        coloring=_coloring(coloring) if coloring else (),
        visibility=None if "Visibility" in node.synthetic() else shown,
        spelling=blanks(node.element),
    )


def _component_list(node: Node) -> tuple[Component, ...]:
    try:
        return ordinary_visinfo.component_list(node.element)
    except Odd:
        return _any_list(node)


def _any_list(node: Node) -> tuple[Component, ...]:
    found = tuple(_component(child, node) for child in node.elements("Component"))
    node.report_unknown()
    return found


def _component(element: etree._Element, parent: Node) -> Component:
    ifc_guid = element.get("IfcGuid")
    parts = _plain_parts(element, 0 if ifc_guid is None else 1)
    if parts is None or (ifc_guid is not None and not _IFC_GUID.fullmatch(ifc_guid)):
        node = Node(element, parent.entry, parent.findings)
        found = _odd_component(node)
        node.report_unknown()
        return found
    return Component(ifc_guid, parts.get(_SYSTEM), parts.get(_TOOL_ID)) if parts else Component(ifc_guid)


def _plain_parts(element: etree._Element, attributes: int) -> dict[str, str | None] | None:
    """The texts of an ordinary component's children; None where there is anything out of the ordinary."""
    if len(element.attrib) != attributes:
        return None
    if not len(element):
        return _NOTHING
    found: dict[str, str | None] = {}
    for child in element:
        tag = child.tag
        if tag not in _PARTS or tag in found or len(child) or child.attrib:
            return None
        text = child.text
        if not text or text.isspace():
            return None
        found[str(tag)] = text
    return found


def _odd_component(node: Node) -> Component:
    ifc_guid = node.attribute("IfcGuid")
    if ifc_guid is not None and not _IFC_GUID.fullmatch(ifc_guid):
        node.note(f.BAD_IFC_GUID, repr(ifc_guid))
    return Component(ifc_guid, node.text(_SYSTEM), node.text(_TOOL_ID), blanks(node.element))


def _coloring(node: Node) -> tuple[Coloring, ...]:
    """2.1 lists the components of a colour in Color, 3.0 in Color/Components."""
    groups = []
    for child in node.many("Color"):
        color = _color(child, "Color")
        wrapped = [item for wrapper in child.many("Components") for item in _component_list(wrapper)]
        listed = _component_list(child)
        groups.append(Coloring(color, (*wrapped, *listed)))
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
        default_visibility=None if "DefaultVisibility" in node.synthetic() else default if said is None else said,
        exceptions=_component_list(exceptions) if exceptions else (),
        view_setup_hints=found,
        spelling=blanks(node.element) | unsaid("DefaultVisibility", said),
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


def _flat(element: etree._Element, parent: Node) -> FlatComponent:
    # absent and true mean different things: the schema's default of Visible must not be applied
    node = Node(element, parent.entry, parent.findings)
    found = FlatComponent(_odd_component(node), node.flag("Selected"), node.flag("Visible"), _color(node, "Color"))
    node.report_unknown()
    return found


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
