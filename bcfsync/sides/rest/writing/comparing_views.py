"""The same for viewpoints: cameras, lines, planes, pictures, and the components an answer does not show.

Owns: which difference counts in a view. Sees: model, canonical. Units: metres and degrees; a millionth is rounding.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields

from bcfsync.canonical import canonical
from bcfsync.changes import Unkept
from bcfsync.model import (
    Bitmap,
    ClippingPlane,
    Coloring,
    Component,
    Components,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

PARTS = ("selection", "coloring", "visibility")
"""The three parts of components, each read by itself."""

_ALMOST = 1e-6
_OPAQUE = "FF"


def unkept_geometry(sent: Viewpoint, held: Viewpoint) -> tuple[Unkept, ...]:
    """What of a view an answer shows otherwise; components and the bytes of pictures no answer shows."""
    found = [*_unkept_camera("perspective_camera", sent, held), *_unkept_camera("orthogonal_camera", sent, held)]
    if sent.index is not None and sent.index != held.index:
        found.append(Unkept("index", str(sent.index), None if held.index is None else str(held.index)))
    for name, word in (("lines", "line"), ("clipping_planes", "plane"), ("bitmaps", "bitmap")):
        ours, theirs = getattr(sent, name), getattr(held, name)
        if ours and not (len(ours) == len(theirs) and all(map(_alike, _numbers(ours), _numbers(theirs)))):
            found.append(Unkept(name, counted(len(ours), word), _changed(len(theirs), len(ours), word)))
    if sent.snapshot is not None and held.snapshot is None:
        found.append(Unkept("snapshot", sent.snapshot.snapshot_type))
    return tuple(found)


def unkept_part(name: str, sent: Components, held: Components) -> Unkept | None:
    """Whether one of ``PARTS`` is there otherwise; None where it is as it was sent."""
    field = f"components.{name}"
    if name == "visibility":
        ours, theirs = _shown(sent.visibility), _shown(held.visibility)
        kept = None if held.visibility is None else _said(held.visibility)
        return None if ours == theirs else Unkept(field, _said(sent.visibility), kept)
    ours_of, theirs_of = (_selected(each) if name == "selection" else _coloured(each) for each in (sent, held))
    if ours_of == theirs_of:
        return None
    word = "component" if name == "selection" else "coloured component"
    return Unkept(field, counted(ours_of.total(), word), _changed(theirs_of.total(), ours_of.total(), word))


def says(name: str, components: Components | None) -> int:
    """How much one of ``PARTS`` says: the number of its components, 0 for nothing that could be lost."""
    if components is None:
        return 0
    if name == "visibility":
        default, exceptions, hints = _shown(components.visibility)
        return exceptions.total() + (default is False or any(hints))
    return (_selected(components) if name == "selection" else _coloured(components)).total()


def counted(number: int, word: str) -> str:
    """A number and the word for what it counts."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _changed(held: int, sent: int, word: str) -> str | None:
    if not held:
        return None
    return f"{counted(held, word)}, other values" if held == sent else counted(held, word)


def _unkept_camera(name: str, sent: Viewpoint, held: Viewpoint) -> Iterator[Unkept]:
    ours: PerspectiveCamera | OrthogonalCamera | None = getattr(sent, name)
    theirs: PerspectiveCamera | OrthogonalCamera | None = getattr(held, name)
    if ours is None:
        return
    if theirs is None:
        yield Unkept(name, "a camera")
        return
    for item in fields(ours):
        mine, yours = getattr(ours, item.name), getattr(theirs, item.name)
        if isinstance(mine, Point | int | float) and not all(map(_alike, _numbers(mine), _numbers(yours))):
            yield Unkept(f"{name}.{item.name}", _text(mine), _text(yours) or None)


def _numbers(value: object) -> list[float | str]:  # noqa: PLR0911 - one line a type
    """All numbers of a value in order, and what else it is made of."""
    match value:
        case Point():
            return [value.x, value.y, value.z]
        case bool() | str():
            return [str(value)]
        case int() | float():
            return [value]
        case Line():
            return [*_numbers(value.start_point), *_numbers(value.end_point)]
        case ClippingPlane():
            return [*_numbers(value.location), *_numbers(value.direction)]
        case Bitmap():
            places = (value.location, value.normal, value.up)
            return [value.bitmap_type, *(number for place in places for number in _numbers(place)), value.height]
        case tuple():
            return [number for item in value for number in _numbers(item)]
        case _:
            return [""]


def _alike(one: float | str, other: float | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=_ALMOST, abs_tol=_ALMOST)


def _text(value: object) -> str:
    if isinstance(value, Point):
        return f"({value.x:g}, {value.y:g}, {value.z:g})"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _names(components: Iterable[Component]) -> Counter[str]:
    return Counter(str(canonical(item)) for item in components)


def _selected(components: Components) -> Counter[str]:
    return _names(components.selection)


def _coloured(components: Components) -> Counter[str]:
    found: Counter[str] = Counter()
    for group in components.coloring:
        found.update(f"{_color(group)} {name}" for name in _names(group.components).elements())
    return found


def _color(group: Coloring) -> str:
    color = (group.color or "").lstrip("#").upper()
    return color[2:] if len(color) == 8 and color.startswith(_OPAQUE) else color


def _shown(visibility: Visibility | None) -> tuple[bool, Counter[str], tuple[bool, ...]]:
    """Default, exceptions and hints; what is not said is what every program makes of it."""
    shown = visibility or Visibility(default_visibility=True)
    default = not shown.exceptions if shown.default_visibility is None else shown.default_visibility
    hints = shown.view_setup_hints or ViewSetupHints()
    return default, _names(shown.exceptions), tuple(bool(getattr(hints, item.name)) for item in fields(hints))


def _said(visibility: Visibility | None) -> str:
    default, exceptions, hints = _shown(visibility)
    shown = "all visible" if default else "all hidden"
    return f"{shown}, {counted(exceptions.total(), 'exception')}" + (", with hints" if any(hints) else "")
