"""The flat component list of BCF-API 1.0 ↔ selection, colouring and visibility.

Owns: ``…/viewpoints/{guid}/components`` ↔ model. Sees: reading, shapes, model. Rules: BCF-API 1.0, Components; what
the flags mean together is what they mean in BCF-XML 2.0 (official test cases SingleVisibleWall, ComponentSelection,
DefaultComponentVisibility). The twin for files is in ``bcfxml.components``.
"""

from collections.abc import Iterable
from dataclasses import replace

from bcfsync.bcfapi.reading import AnswerNotUnderstood, Json, JsonObject, Odd, kind, members
from bcfsync.bcfapi.shapes import present
from bcfsync.model import Coloring, Component, Components, FlatComponent, Visibility


def decode_components(data: object, odd: Odd = None) -> Components | None:
    """The components of a viewpoint, from a bare list, ``{"components": [...]}`` or null; None where it is empty.

    Raises:
        AnswerNotUnderstood: it is something else.
    """
    if isinstance(data, dict):
        nodes = JsonObject(data, "components", odd).children("components")
    elif data is None or isinstance(data, list):
        nodes = members(data, "components", odd)
    else:
        raise AnswerNotUnderstood(f"components: expected a list, got {kind(data)}")
    flat = tuple(found for found in map(_flat, nodes) if found.component != Component())
    return _structured(flat) if flat else None


def _flat(node: JsonObject) -> FlatComponent:
    component = Component(node.text("ifc_guid"), node.text("originating_system"), node.text("authoring_tool_id"))
    color = node.exact("color").strip().removeprefix("#").upper() or None
    # absent and false differ: a component nobody calls visible hides no other one
    return FlatComponent(component, node.flag("selected"), node.flag("visible"), color)


def _structured(flat: tuple[FlatComponent, ...]) -> Components:
    """Hidden ones make "all but these"; else those called visible make "only these"; else everything is visible."""
    hidden = tuple(item.component for item in flat if item.visible is False and not item.selected and not item.color)
    if hidden:
        visibility = Visibility(default_visibility=True, exceptions=hidden)
    elif any(item.visible for item in flat):
        listed = (item.component for item in flat if item.visible or item.selected or item.color)
        visibility = Visibility(default_visibility=False, exceptions=tuple(dict.fromkeys(listed)))
    else:
        visibility = Visibility(default_visibility=True)
    groups: dict[str, list[Component]] = {}
    for item in flat:
        if item.color:
            groups.setdefault(item.color, []).append(item.component)
    return Components(
        selection=tuple(item.component for item in flat if item.selected),
        coloring=tuple(Coloring(color, tuple(group)) for color, group in groups.items()),
        visibility=visibility,
        flat=flat,
    )


def decode_selection(data: object) -> tuple[Component, ...]:
    """The selected ones of the list.

    Raises:
        AnswerNotUnderstood: it is none.
    """
    return (decode_components(data) or Components()).selection


def decode_coloring(data: object) -> tuple[Coloring, ...]:
    """The coloured ones of the list, by colour.

    Raises:
        AnswerNotUnderstood: it is none.
    """
    return (decode_components(data) or Components()).coloring


def decode_visibility(data: object) -> Visibility | None:
    """What of the list is visible; None where it is empty.

    Raises:
        AnswerNotUnderstood: it is none.
    """
    return (decode_components(data) or Components()).visibility


def encode_components(components: Components) -> list[Json]:
    """The whole list, as servers answer it and as a PUT replaces it: flags nobody set are left out.

    A list that nobody touched since it was read goes back as it was. ``ifc_guid`` is required: a component known by
    its tool's id only gets null.
    """
    return [_encode(item) for item in _flattened(components)]


def _encode(item: FlatComponent) -> Json:
    flags: Json = {"selected": item.selected, "visible": item.visible, "color": item.color}
    ids: Json = {
        "originating_system": item.component.originating_system,
        "authoring_tool_id": item.component.authoring_tool_id,
    }
    return {"ifc_guid": item.component.ifc_guid, **present(flags), **present(ids)}


def _flattened(components: Components) -> Iterable[FlatComponent]:
    """Each component once, in the order of first mention; without a default only exceptions are visible, if any."""
    if components.flat and _says(components) == _says(_structured(components.flat)):
        return components.flat
    found = {item: FlatComponent(item, selected=True) for item in components.selection}
    shown = components.visibility or Visibility()
    default = not shown.exceptions if shown.default_visibility is None else shown.default_visibility
    for item in shown.exceptions:
        found[item] = replace(found.get(item, FlatComponent(item)), visible=not default)
    for group in components.coloring:
        for item in group.components:
            known = found.get(item, FlatComponent(item))
            # of two colours of one component the first stays: 1.0 has room for one
            found[item] = known if known.color or not group.color else replace(known, color=_plain(group.color))
    return (item for item in found.values() if item.component != Component())


def _plain(color: str) -> str:
    return color.strip().removeprefix("#").upper()


def _says(components: Components) -> Components:
    """Without the list, and without hints, which 1.0 cannot say: what is left to compare."""
    shown = components.visibility
    return replace(components, flat=(), visibility=replace(shown, view_setup_hints=None) if shown else None)
