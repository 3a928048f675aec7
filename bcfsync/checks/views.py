"""Viewpoints: what they are called, whether their cameras can see, and how much they list.

Owns: findings about one viewpoint, and about the viewpoints of one topic. Sees: model, findings, lines of documents.
Rules: BCF-XML visinfo schemas and archive layout; BCF-API 3.0 on directions.
"""

import posixpath
from collections.abc import Iterator

from bcfsync import findings as f
from bcfsync.bcfxml.lines import Lines
from bcfsync.findings import Finding
from bcfsync.model import OrthogonalCamera, PerspectiveCamera, Point, Topic, Viewpoint

MANY = 1000
_ALMOST_PARALLEL = 1e-12


def view_checks(view: Viewpoint, entry: str, lines: Lines) -> Iterator[Finding]:
    """Findings about what a viewpoint file says."""
    for camera in (view.perspective_camera, view.orthogonal_camera):
        if camera and (trouble := _blindness(camera)):
            name = type(camera).__name__
            yield Finding(f.BAD_CAMERA, entry, f"{name}: {trouble}", lines.first(name))
    for plane in view.clipping_planes:
        if not _length(plane.direction):
            yield Finding(f.BAD_CAMERA, entry, "ClippingPlane: its direction is zero", lines.first("ClippingPlanes"))
    count = _listed(view)
    if count > MANY:
        yield Finding(f.MANY_COMPONENTS, entry, f"{count:,} components", lines.first("Components"))


def _blindness(camera: PerspectiveCamera | OrthogonalCamera) -> str | None:
    """Why a camera cannot see, None where it can."""
    direction, up = camera.camera_direction, camera.camera_up_vector
    if not _length(direction):
        return "CameraDirection is zero"
    if not _length(up):
        return "CameraUpVector is zero"
    if _sine(direction, up) < _ALMOST_PARALLEL:
        return "CameraUpVector has the direction of CameraDirection"
    if isinstance(camera, OrthogonalCamera) and camera.view_to_world_scale <= 0:
        return f"ViewToWorldScale is {camera.view_to_world_scale:g}"
    if isinstance(camera, PerspectiveCamera) and not 0 < camera.field_of_view < 180:
        return f"FieldOfView is {camera.field_of_view:g}"
    return None


def _length(a: Point) -> float:
    return a.x * a.x + a.y * a.y + a.z * a.z


def _sine(a: Point, b: Point) -> float:
    """The square of the sine between two directions; not a number, so never small, where they are beyond floats."""
    cross = Point(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    both = _length(a) * _length(b)
    return _length(cross) / both if both else 1.0


def _listed(view: Viewpoint) -> int:
    found = view.components
    if found is None:
        return 0
    if found.flat:
        return len(found.flat)
    count = len(found.selection) + sum(len(group.components) for group in found.coloring)
    return count + (len(found.visibility.exceptions) if found.visibility else 0)


def topic_view_checks(topic: Topic, version: str, entry: str, lines: Lines) -> Iterator[Finding]:
    """Findings about the names a topic gives its viewpoints."""
    if version != "3.0":
        yield from _first_names(topic, entry, lines)
    yield from _shared(topic, entry, lines)
    for view in topic.viewpoints:
        if view.snapshot is None:
            line = lines.of(view.guid, "Viewpoints", "ViewPoint")
            yield Finding(f.NO_SNAPSHOT, entry, f"viewpoint {view.guid}", line)
        if view.reference and not view.reference.lower().endswith(".bcfv"):
            yield Finding(f.VIEWPOINT_ENDING, entry, view.reference, lines.of(view.reference, "Viewpoint"))


def _first_names(topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
    files = {posixpath.basename(view.reference).lower() for view in topic.viewpoints if view.reference}
    pictures = {
        posixpath.basename(view.snapshot.reference).lower()
        for view in topic.viewpoints
        if view.snapshot and view.snapshot.reference
    }
    wanted = (("viewpoint.bcfv", files), ("snapshot.png", pictures))
    missing = [name for name, found in wanted if found and name not in found]
    if missing:
        said = f"there is no {' and no '.join(missing)}"
        yield Finding(f.FIRST_NAMES, entry, said, lines.first("Viewpoints"))


def _shared(topic: Topic, entry: str, lines: Lines) -> Iterator[Finding]:
    seen: set[str] = set()
    for view in topic.viewpoints:
        snapshot = view.snapshot.reference if view.snapshot else None
        for name, element in ((view.reference, "Viewpoint"), (snapshot, "Snapshot")):
            if name and name.lower() in seen:
                yield Finding(f.SHARED_FILE, entry, name, lines.of(name, element, nth=1))
            elif name:
                seen.add(name.lower())
