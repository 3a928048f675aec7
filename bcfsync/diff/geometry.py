"""Cameras, lines and planes in metres and degrees.

Owns: measures and what is near enough. Sees: model, rules, values. Pure arithmetic; a direction has no length.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import TypeVar

from bcfsync.diff.pairing import paired
from bcfsync.diff.rules import Rules
from bcfsync.diff.values import Camera, CameraChange, Swap
from bcfsync.model import Bitmap, ClippingPlane, Line, OrthogonalCamera, PerspectiveCamera, Point, Viewpoint

Placed = Line | ClippingPlane | Bitmap
T = TypeVar("T", bound=Placed)
_NO_DIRECTION = 180.0
_FARTHEST = sys.float_info.max
_BLEND = 1.618
_MOST_PAIRS = 200_000
"""Pairs that are measured at most: beyond it, things that are not exactly equal count as different."""


def distance(one: Point, other: Point) -> float:
    """Metres between two places; always finite."""
    return min(math.dist((one.x, one.y, one.z), (other.x, other.y, other.z)), _FARTHEST)


def angle(one: Point, other: Point) -> float:
    """Degrees between two directions, 0 to 180; one without length is as far as can be from any other."""
    if one == other:
        return 0.0
    u, v = _unit(one), _unit(other)
    if u is None or v is None:
        return 0.0 if u is v else _NO_DIRECTION
    # the arc tangent is exact for small angles, where the arc cosine is not
    cross = math.hypot(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
    return math.degrees(math.atan2(cross, u.x * v.x + u.y * v.y + u.z * v.z))


def camera_changes(one: Viewpoint, other: Viewpoint, rules: Rules) -> tuple[CameraChange, ...]:
    """How the cameras of a viewpoint differ: those of a kind with each other, a lone one with a lone one."""
    if len(_cameras(one)) == len(_cameras(other)) == 1:
        pairs: list[tuple[Camera | None, Camera | None]] = [(_cameras(one)[0], _cameras(other)[0])]
    else:
        pairs = [
            (one.perspective_camera, other.perspective_camera),
            (one.orthogonal_camera, other.orthogonal_camera),
        ]
    found = (_camera_change(before, after, rules) for before, after in pairs if before != after)
    return tuple(change for change in found if change)


def unmatched(some: Sequence[T], others: Sequence[T], rules: Rules, same: Callable[[T, T], bool]) -> Swap[T]:
    """The lines, planes or bitmaps only one side has: the nearest within the tolerance are the same.

    Args:
        some: those of A.
        others: those of B.
        rules: the tolerance.
        same: whether two that lie in the same place are the same otherwise.
    """
    twins, only_some, only_others = paired(some, others, (_spelling, _spelling))
    left = [*only_some, *(one for one, other in twins if not same(one, other))]
    right = [*only_others, *(other for one, other in twins if not same(one, other))]
    near = [
        (gap, sorted((repr(left[i]), repr(right[j]))), i, j)
        for i, j in islice(_neighbours(left, right, rules.metres), _MOST_PAIRS)
        if (gap := _gap(left[i], right[j], rules)) is not None and same(left[i], right[j])
    ]
    gone: set[int] = set()
    come: set[int] = set()
    for _, _, i, j in sorted(near):
        if i not in gone and j not in come:
            gone.add(i)
            come.add(j)
    removed = (thing for i, thing in enumerate(left) if i not in gone)
    return Swap(tuple(removed), tuple(thing for j, thing in enumerate(right) if j not in come))


def _spelling(thing: object) -> str:
    return repr(thing)


# -- cameras ---------------------------------------------------------------------------------------------------


def _cameras(view: Viewpoint) -> list[Camera]:
    return [camera for camera in (view.perspective_camera, view.orthogonal_camera) if camera]


def _camera_change(one: Camera | None, other: Camera | None, rules: Rules) -> CameraChange:
    if one is None or other is None:
        return CameraChange(one, other)
    ratios = (one.aspect_ratio, other.aspect_ratio)
    return CameraChange(
        one,
        other,
        moved=_beyond(distance(one.camera_view_point, other.camera_view_point), rules.metres),
        turned=_beyond(angle(one.camera_direction, other.camera_direction), rules.degrees),
        tilted=_beyond(angle(one.camera_up_vector, other.camera_up_vector), rules.degrees),
        field_of_view=_both(one.field_of_view, other.field_of_view, rules.degrees)
        if isinstance(one, PerspectiveCamera) and isinstance(other, PerspectiveCamera)
        else None,
        view_to_world_scale=_both(one.view_to_world_scale, other.view_to_world_scale, rules.metres)
        if isinstance(one, OrthogonalCamera) and isinstance(other, OrthogonalCamera)
        else None,
        # only 3.0 has a ratio: where one side says none, the version differs and not the view
        aspect_ratio=None if ratios[0] is None or ratios[1] is None else _both(ratios[0], ratios[1], 1e-6),
    )


def _beyond(measure: float, tolerance: float) -> float | None:
    return measure if measure > tolerance else None


def _both(one: float, other: float, tolerance: float) -> tuple[float, float] | None:
    return (one, other) if abs(one - other) > tolerance else None


def _unit(direction: Point) -> Point | None:
    largest = max(abs(direction.x), abs(direction.y), abs(direction.z))
    if not largest or not math.isfinite(largest):
        return None
    x, y, z = direction.x / largest, direction.y / largest, direction.z / largest
    length = math.hypot(x, y, z)
    return Point(x / length, y / length, z / length)


# -- things without identity -----------------------------------------------------------------------------------


def _gap(one: Placed, other: Placed, rules: Rules) -> float | None:
    """How far two things lie apart, or None where that is more than the tolerance."""
    if one == other:
        return 0.0
    (places, directions), (other_places, other_directions) = _measures(one), _measures(other)
    gap = max(map(distance, places, other_places))
    turn = max(map(angle, directions, other_directions), default=0.0)
    return gap if gap <= rules.metres and turn <= rules.degrees else None


def _measures(thing: Placed) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The places and the directions that make a thing; a bitmap's height counts as a place on a line."""
    if isinstance(thing, Line):
        return (thing.start_point, thing.end_point), ()
    if isinstance(thing, ClippingPlane):
        return (thing.location,), (thing.direction,)
    return (thing.location, Point(thing.height, 0.0, 0.0)), (thing.normal, thing.up)


def _neighbours(some: Sequence[Placed], others: Sequence[Placed], tolerance: float) -> Iterator[tuple[int, int]]:
    """Pairs worth measuring: a viewpoint may hold thousands of lines, so places are looked up in a grid."""
    grid: defaultdict[tuple[float, ...], list[int]] = defaultdict(list)
    for j, thing in enumerate(others):
        grid[_cell(thing, tolerance)].append(j)
    for i, thing in enumerate(some):
        cell = _cell(thing, tolerance)
        for step in product((-1, 0, 1), repeat=3):
            for j in grid.get(tuple(map(sum, zip(cell, step, strict=True))), ()):
                yield i, j


def _cell(thing: Placed, tolerance: float) -> tuple[float, ...]:
    """The cell of a blend of a thing's places: lines that share one end only lie in different cells."""
    places = _measures(thing)[0]
    size = max(tolerance, 1e-9) * (1 + _BLEND)
    blended = (sum(weight * axis for weight, axis in zip((1, _BLEND), axes, strict=False)) for axes in _axes(places))
    return tuple(float(axis // size) if math.isfinite(axis // size) else 0.0 for axis in blended)


def _axes(places: tuple[Point, ...]) -> Iterator[tuple[float, ...]]:
    for name in ("x", "y", "z"):
        yield tuple(getattr(place, name) for place in places)
