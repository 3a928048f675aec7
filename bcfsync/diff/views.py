"""What is different in what a viewpoint shows.

Owns: components, pictures, and the parts of a viewpoint together. Sees: model, canonical, geometry.
Rules: a component is its IFC guid, whose case matters, else its id in the authoring tool; colours of six and of
eight digits are different values; what no viewpoint says is visible.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from bcfsync.canonical import viewpoint_content
from bcfsync.diff.geometry import camera_changes, unmatched
from bcfsync.diff.rules import Rules
from bcfsync.diff.values import ColorChange, ComponentsChange, FieldChange, Swap, ViewpointChange
from bcfsync.model import (
    Bitmap,
    Blob,
    ClippingPlane,
    Component,
    Components,
    Line,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

ContentKey = Callable[[Blob], str]
"""What tells bytes apart: a digest, or the CRC and the size an archive's directory states."""


@dataclass(frozen=True, slots=True)
class Contents:
    """How the bytes of A and of B are told apart: equal keys, equal bytes."""

    a: ContentKey
    b: ContentKey

    def differ(self, one: Blob | None, other: Blob | None) -> bool:
        """Whether a blob of A and one of B hold other bytes; none is other than any."""
        return (one and self.a(one)) != (other and self.b(other))


def viewpoint_change(one: Viewpoint, other: Viewpoint, rules: Rules, contents: Contents) -> ViewpointChange:
    """How two states of a viewpoint differ; false where they show the same."""

    def said(name: str) -> bool:
        return not rules.skips("viewpoint", name)

    return ViewpointChange(
        one,
        other,
        cameras=camera_changes(one, other, rules) if said("camera") else (),
        components=_components_change(one.components, other.components, rules),
        lines=unmatched(one.lines, other.lines, rules, _alike) if said("lines") else Swap(),
        clipping_planes=unmatched(one.clipping_planes, other.clipping_planes, rules, _alike)
        if said("clipping_planes")
        else Swap(),
        bitmaps=_bitmaps(one, other, rules, contents) if said("bitmaps") else Swap(),
        snapshot=said("snapshot") and contents.differ(_picture(one), _picture(other)),
    )


def component_key(component: Component) -> str:
    """What a component is, for comparison and for people."""
    return component.ifc_guid or ":".join(filter(None, (component.originating_system, component.authoring_tool_id)))


def _alike(_one: Line | ClippingPlane, _other: Line | ClippingPlane) -> bool:
    return True


def _picture(view: Viewpoint) -> Blob | None:
    return view.snapshot.blob if view.snapshot else None


def _bitmaps(one: Viewpoint, other: Viewpoint, rules: Rules, contents: Contents) -> Swap[Bitmap]:
    def same(before: Bitmap, after: Bitmap) -> bool:
        return not contents.differ(before.blob, after.blob)

    return unmatched(one.bitmaps, other.bitmaps, rules, same)


# -- components ------------------------------------------------------------------------------------------------


def _components_change(one: Components | None, other: Components | None, rules: Rules) -> ComponentsChange:
    if one == other:
        return ComponentsChange()
    a, b = one or Components(), other or Components()
    skips = {name: rules.skips("viewpoint", name) for name in ("selection", "coloring", "visibility")}
    nothing: tuple[tuple[FieldChange, ...], Swap[Component]] = ((), Swap())
    fields_changed, exceptions = nothing if skips["visibility"] else _visibility(a, b)
    found = ComponentsChange(
        selection=Swap() if skips["selection"] else _swap(a.selection, b.selection),
        exceptions=exceptions,
        coloring=() if skips["coloring"] else _coloring(a, b),
        fields=fields_changed,
    )
    return ComponentsChange() if found and _shown(one) == _shown(other) else found


def _shown(components: Components | None) -> str:
    return viewpoint_content(Viewpoint("", components=components))


def _visibility(one: Components, other: Components) -> tuple[tuple[FieldChange, ...], Swap[Component]]:
    a, b = (item.visibility or Visibility(default_visibility=True) for item in (one, other))
    changes = []
    if _by_default(a) != _by_default(b):
        changes.append(FieldChange("default_visibility", _word(_by_default(a)), _word(_by_default(b))))
    for item in fields(ViewSetupHints):
        before, after = _hint(a, item.name), _hint(b, item.name)
        if bool(before) != bool(after):  # "not said" is false, as canonical has it
            changes.append(FieldChange(item.name, _word(before), _word(after)))
    return tuple(changes), _swap(a.exceptions, b.exceptions)


def _by_default(shown: Visibility) -> bool:
    return not shown.exceptions if shown.default_visibility is None else shown.default_visibility


def _hint(shown: Visibility, name: str) -> bool | None:
    found: bool | None = getattr(shown.view_setup_hints, name, None)
    return found


def _word(flag: bool | None) -> str | None:  # noqa: FBT001 - a value, not a switch
    return None if flag is None else str(flag).lower()


def _swap(some: Iterable[Component], others: Iterable[Component]) -> Swap[Component]:
    a, b = ({component_key(item): item for item in side} for side in (some, others))
    return Swap(
        tuple(a[key] for key in sorted(a.keys() - b.keys())), tuple(b[key] for key in sorted(b.keys() - a.keys()))
    )


def _coloring(one: Components, other: Components) -> tuple[ColorChange, ...]:
    (a, known_a), (b, known_b) = _colors(one), _colors(other)
    known = known_a | known_b
    return tuple(ColorChange(known[key], a.get(key), b.get(key)) for key in sorted(known) if a.get(key) != b.get(key))


def _colors(components: Components) -> tuple[dict[str, str], dict[str, Component]]:
    """The colour of each component, several where an archive gives it several."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    known: dict[str, Component] = {}
    for group in components.coloring:
        for component in group.components:
            key = component_key(component)
            known[key] = component
            found[key].add((group.color or "none").upper())
    return {key: ", ".join(sorted(colors)) for key, colors in found.items()}, known
