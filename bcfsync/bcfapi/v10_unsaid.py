"""What a model says and BCF-API 1.0 has no room for, found by writing it and reading it again.

Owns: the comparison. Sees: v10_tag, v10_late, model. Rules: docs/field-map.md. Names of files inside an archive, and
what has bytes of its own, are no part of JSON and not missed here.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bcfsync.bcfapi import flat, v10_late, v10_tag
from bcfsync.model import Bcf, Components, Extensions, Snapshot, Topic, Viewpoint, ViewSetupHints

_TOPIC = ("reference_links", "stage", "due_date", "server_assigned_id")
_CAMERAS = ("perspective_camera", "orthogonal_camera")
_NO_HINTS = (ViewSetupHints(), None)


def unsaid(bcf: Bcf, *, tag: bool) -> tuple[str, ...]:
    """One line for each thing the JSON of the whole archive leaves out or changes, with its topic and place.

    Args:
        bcf: the archive.
        tag: the text of the tag v1.0; else the late one.
    """
    found = [f"extensions: {name}" for name in _changed(bcf.extensions or Extensions(), _extensions(bcf.extensions))]
    for topic in bcf.topics:
        found += [f"topic {topic.guid}: {said}" for said in _topic(topic, tag=tag)]
    return tuple(found)


def _extensions(extensions: Extensions | None) -> Extensions:
    return v10_late.decode_extensions(v10_late.encode_extensions(extensions or Extensions()))


def _changed(before: object, after: object, names: tuple[str, ...] = ("stage",)) -> Iterator[str]:
    for name in names:
        if getattr(before, name) != getattr(after, name):
            yield name


def _topic(topic: Topic, *, tag: bool) -> Iterator[str]:
    yield from _changed(topic, v10_late.decode_topic(v10_late.encode_topic(topic)), _TOPIC)
    yield from (f"file {file.filename or file.reference}: is internal" for file in topic.files if not file.is_external)
    for view in topic.viewpoints:
        yield from (f"viewpoint {view.guid}: {said}" for said in _viewpoint(view, tag=tag))


def _viewpoint(view: Viewpoint, *, tag: bool) -> Iterator[str]:
    codec: Any = v10_tag if tag else v10_late
    back = codec.decode_viewpoint(codec.encode_viewpoint(view))
    yield from _changed(view, back, ("index", "lines", "clipping_planes"))
    for name in _CAMERAS:
        before, after = getattr(view, name), getattr(back, name)
        if before != after:
            # only of a camera that is not finite more than the ratio is lost
            yield f"{name}.aspect_ratio" if after else name
    placed = tuple(replace(bitmap, reference=None, blob=None, guid=None) for bitmap in view.bitmaps)
    if placed != tuple(replace(bitmap, guid=None) for bitmap in back.bitmaps):
        yield "bitmaps"  # more than one, not finite, or a height that is rounded
    if _is_there(view.snapshot) != _is_there(back.snapshot):
        yield "snapshot"
    if view.components:
        yield from _components(view.components)


def _is_there(snapshot: Snapshot | None) -> bool:
    return snapshot is not None


def _components(components: Components) -> Iterator[str]:
    back = flat.decode_components(flat.encode_components(components)) or Components()
    yield from _changed(components, back, ("selection", "coloring"))
    before, after = components.visibility, back.visibility
    if before is None:
        return
    said = before.default_visibility
    if before.exceptions != (after.exceptions if after else ()):
        yield "exceptions of the visibility"
    elif said is not None and said != (after.default_visibility if after else True):
        yield "default_visibility"
    hints = before.view_setup_hints
    if hints not in _NO_HINTS and hints != ViewSetupHints(False, False, False):  # noqa: FBT003 - the field's own order
        yield "view_setup_hints"
