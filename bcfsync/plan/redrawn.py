"""Viewpoints that changed on a server under their guid, which BCF-API 1.0 allows.

Owns: which viewpoints these are, and what an archive holds of one afterwards. Sees: changes, canonical. Rules: what the
object shows tells: camera, lines and planes; of a viewpoint of which only the picture or the components are new,
nothing tells without reading all of them each time. An archive's own members that 1.0 has no word for stay.
"""

from dataclasses import replace
from typing import TypeVar

from bcfsync.canonical import canonical, digest, viewpoint_outline
from bcfsync.changes import Base, Bodies, Key, Kind, key_of
from bcfsync.model import Components, OrthogonalCamera, PerspectiveCamera, Viewpoint

Camera = TypeVar("Camera", PerspectiveCamera, OrthogonalCamera)


def redrawn(base: Base, bodies: Bodies) -> frozenset[Key]:
    """The keys, on the server, of viewpoints that show something else than when archive and server agreed last."""
    if not bodies.capabilities.views_change:
        return frozenset()
    found = set()
    for topic in bodies.topics.values():
        for view in topic.viewpoints:
            key = key_of(Kind.VIEWPOINT, topic.guid, view.guid)
            if is_redrawn(base, base.to_local.get(key), view):
                found.add(key)
    return frozenset(found)


def is_redrawn(base: Base, local: Key | None, view: Viewpoint) -> bool:
    """Whether a viewpoint of the server shows something else than is on record under its local key."""
    seen = base.seen.get(local) if local is not None else None
    return isinstance(seen, Viewpoint) and viewpoint_outline(seen) != viewpoint_outline(view)


def brought(view: Viewpoint, held: Viewpoint, seen: object) -> Viewpoint | None:
    """What an archive holds that takes over how its viewpoint looks on the server by now.

    None where the archive has pictures in it that the server has not: they would be lost.

    Args:
        view: on the server.
        held: in the archive.
        seen: what the server held when the two agreed last.
    """
    if _pictures(held) > _pictures(view):
        return None
    return replace(
        held,
        perspective_camera=_camera(view.perspective_camera, held.perspective_camera),
        orthogonal_camera=_camera(view.orthogonal_camera, held.orthogonal_camera),
        lines=view.lines,
        clipping_planes=view.clipping_planes,
        components=_components(view, held, seen),
        snapshot=view.snapshot,
        bitmaps=view.bitmaps,
    )


def _components(view: Viewpoint, held: Viewpoint, seen: object) -> Components | None:
    """Those of the server only where they are new: of what stands in a file 1.0 says less."""
    new, ours = view.components, held.components
    same = isinstance(seen, Viewpoint) and digest([canonical(seen.components)]) == digest([canonical(new)])
    if new is None or same:
        return ours
    if ours is None or ours.visibility is None or new.visibility is None:
        return new
    return replace(new, visibility=replace(new.visibility, view_setup_hints=ours.visibility.view_setup_hints))


def _pictures(view: Viewpoint) -> int:
    blobs = [view.snapshot.blob if view.snapshot else None, *(item.blob for item in view.bitmaps)]
    return sum(blob is not None for blob in blobs)


def _camera(new: Camera | None, held: Camera | None) -> Camera | None:
    return new if new is None or held is None else replace(new, aspect_ratio=held.aspect_ratio)
