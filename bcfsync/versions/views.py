"""What a viewpoint says and a file version cannot hold.

Owns: losses of viewpoints. Sees: model, flat. Rules: docs/conversion.md.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from bcfsync.bcfxml.components import structured
from bcfsync.bcfxml.kept import MOST_FLAT
from bcfsync.bcfxml.layout import has_content
from bcfsync.guids import ifc_guid_of
from bcfsync.model import Component, Components, OrthogonalCamera, PerspectiveCamera, Viewpoint
from bcfsync.versions import reasons as why
from bcfsync.versions.flat import default_of, flattened, needs_flat, says_nothing

_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_COLOR = re.compile(r"[0-9A-F]{6}([0-9A-F]{2})?")
_HEX = re.compile(r"([0-9A-F]{2})*")
_Said = Iterator[tuple[str, str, str]]


def viewpoint_losses(view: Viewpoint, version: str) -> _Said:
    """Everything a viewpoint says that the version cannot hold: where, what and why."""
    place = f"Viewpoint[{view.guid}]"
    if view.index is not None:
        if version == "2.0":
            yield f"{place}/Index", str(view.index), why.NOTED
        elif not -(2**31) <= view.index < 2**31:
            yield f"{place}/Index", str(view.index), why.INT32
    yield from _cameras(view, place, version)
    if view.components and has_content(view):
        yield from _components(view.components, f"{place}/Components", version)


def _cameras(view: Viewpoint, place: str, version: str) -> _Said:
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    if perspective:
        yield from _ratio(perspective, f"{place}/PerspectiveCamera", version)
        angle = perspective.field_of_view
        if version == "3.0" and not 1e-6 <= angle <= 179.999999:
            yield f"{place}/PerspectiveCamera/FieldOfView", repr(angle), why.ANGLE
    if orthogonal and perspective and version == "3.0":
        said = f"ViewToWorldScale {orthogonal.view_to_world_scale!r}"
        if orthogonal.aspect_ratio is not None:
            said += f", AspectRatio {orthogonal.aspect_ratio!r}"
        yield f"{place}/OrthogonalCamera", said, why.NOTED_CAMERA
    elif orthogonal:
        yield from _ratio(orthogonal, f"{place}/OrthogonalCamera", version)


def _ratio(camera: PerspectiveCamera | OrthogonalCamera, place: str, version: str) -> _Said:
    ratio = camera.aspect_ratio
    if ratio is None:
        return
    if version != "3.0":
        yield f"{place}/AspectRatio", repr(ratio), why.NOTED
    elif ratio <= 0:
        yield f"{place}/AspectRatio", repr(ratio), why.RATIO


# -- components --------------------------------------------------------------------------------------------------------


def _components(components: Components, place: str, version: str) -> _Said:
    yield from _ids(components, place)
    if version == "2.0":
        yield from _flat(components, place)
        return
    yield from _colors(components, place, version)
    if components.flat:
        yield from _flags(components, place)


def _ids(components: Components, place: str) -> _Said:
    """IFC guids that are none: they move to another element, or give way to what stands there."""
    for item in dict.fromkeys(_every(components)):
        if item.ifc_guid and not _IFC_GUID.fullmatch(item.ifc_guid):
            moved = why.IFC_GUID if item.authoring_tool_id else why.TOOL_ID
            reason = why.LONG_GUID if ifc_guid_of(item.ifc_guid) else moved
            yield f"{place}/Component/@IfcGuid", item.ifc_guid, reason


def _every(components: Components) -> Iterator[Component]:
    yield from components.selection
    yield from (components.visibility.exceptions if components.visibility else ())
    for group in components.coloring:
        yield from group.components
    yield from (item.component for item in components.flat)


def _colors(components: Components, place: str, version: str) -> _Said:
    for group in components.coloring:
        where = f"{place}/Coloring/Color"
        if not group.components:
            yield where, group.color or "no colour", why.EMPTY
        elif version == "3.0" and group.color is None:
            yield where, _names(group.components), why.NO_COLOR
        elif group.color is not None and not _COLOR.fullmatch(group.color):
            what = group.color if version == "2.1" else f"{group.color}: {_names(group.components)}"
            yield where, what, why.NO_DIGITS


def _names(components: tuple[Component, ...]) -> str:
    shown = [item.ifc_guid or item.authoring_tool_id or "a component without id" for item in components[:5]]
    return ", ".join(shown) + (f" and {len(components) - 5} more" if len(components) > 5 else "")


def _flags(components: Components, place: str) -> _Said:
    """Flags of a 2.0 list that do not follow from the structured form."""
    if needs_flat(components):
        derived = set(flattened(replace(components, flat=())))
        odd = [item for item in components.flat if item not in derived]
        names = _names(tuple(item.component for item in odd))
        reason = why.FLAGS if len(components.flat) > MOST_FLAT else why.NOTED_FLAGS
        yield f"{place}/Component/@Selected, @Visible", names or "the order of the list", reason


def _flat(components: Components, place: str) -> _Said:
    """What the flat list of 2.0 does not give back."""
    flat = flattened(components)
    back = structured(flat) if flat else Components()
    shown = components.visibility
    if shown and not says_nothing(shown.view_setup_hints):
        hints = shown.view_setup_hints
        names = ("SpacesVisible", "SpaceBoundariesVisible", "OpeningsVisible")
        flags = (hints.spaces_visible, hints.space_boundaries_visible, hints.openings_visible) if hints else ()
        said = ", ".join(f"{name} {str(flag).lower()}" for name, flag in zip(names, flags, strict=False) if flag)
        yield f"{place}/ViewSetupHints", said, why.NOTED
    yield from _flat_colors(components, back, place)
    if len(set(components.selection)) != len(components.selection):
        yield f"{place}/Selection", "components selected twice", why.ONCE
    yield from _flat_visibility(components, back, place)


def _flat_visibility(components: Components, back: Components, place: str) -> _Said:
    shown = components.visibility
    if shown is None:
        return
    default = default_of(shown)
    again = back.visibility.exceptions if back.visibility else ()
    again_default = back.visibility.default_visibility if back.visibility else True
    if default != again_default and not shown.exceptions:
        yield f"{place}/Visibility/@DefaultVisibility", str(default).lower(), why.NOTED
        return
    odd = set(shown.exceptions) ^ set(again) if default == again_default else set(shown.exceptions)
    if odd:
        # in the order they have, whichever list they stand in
        named = tuple(item for item in dict.fromkeys((*shown.exceptions, *again)) if item in odd)
        yield f"{place}/Visibility/Exceptions", _names(named), why.HIDDEN


def _flat_colors(components: Components, back: Components, place: str) -> _Said:
    where = f"{place}/Coloring/Color"
    kept = {(group.color, item) for group in back.coloring for item in group.components}
    for group in components.coloring:
        if not group.components:
            yield where, group.color or "no colour", why.EMPTY
        elif not group.color:
            yield where, _names(group.components), why.NO_COLOR
        elif not _HEX.fullmatch(group.color):
            yield where, f"{group.color}: {_names(group.components)}", why.NO_DIGITS
        elif rest := tuple(item for item in group.components if (group.color, item) not in kept):
            yield where, f"{group.color}: {_names(rest)}", why.TWO_COLORS
