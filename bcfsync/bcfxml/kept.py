"""What a version cannot hold, kept in its files all the same: a processing instruction that only bcfsync reads.

Owns: the instruction ``<?bcfsync kept {…}?>``, which members go into it, and how they come back. Sees: node, model.
It is neutral to every schema and every other reader. What a file says itself wins over what was kept.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from bcfsync.bcfxml import layout
from bcfsync.bcfxml.elements import Element, NotFinite
from bcfsync.bcfxml.node import PI_TARGET
from bcfsync.dates import read_timestamp
from bcfsync.guids import written_guid
from bcfsync.model import (
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    Extensions,
    FlatComponent,
    OrthogonalCamera,
    Point,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

Kept = Mapping[str, object]
_WORD = "kept "
MOST_FLAT = 1000
"""Components of one viewpoint whose 2.0 list is kept; more would double the file for little."""


def keep(element: Element, members: Kept) -> None:
    """Put what is worth keeping into an element that has no place for it.

    Raises:
        NotFinite: a number is none that can be written.
    """
    said = {name: value for name, value in members.items() if value not in (None, "", [])}
    if said:
        try:
            text = json.dumps(said, sort_keys=True, allow_nan=False)
        except ValueError as error:
            raise NotFinite("a number is infinite, or none at all (NaN)") from error
        # only ? and > together end an instruction; ASCII holds everything else
        text = text.replace("?>", "?\\u003e")
        element.instruct(_WORD + text)


def kept(element: etree._Element) -> Kept:
    """What ``keep`` put into an element; nothing where there is none or where it makes no sense."""
    for child in element.iterchildren(etree.PI):
        text = (child.text or "") if getattr(child, "target", None) == PI_TARGET else ""
        if text.startswith(_WORD):
            try:
                found = json.loads(text.removeprefix(_WORD))
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                return found
    return {}


# -- project -----------------------------------------------------------------------------------------------------------


def stages_of(extensions: Extensions | None) -> Kept:
    """The list of stages, which 2.0 does not have."""
    return {"Stages": {"Stage": list(extensions.stage)}} if extensions and extensions.stage is not None else {}


def with_stages(extensions: Extensions | None, said: Kept) -> Extensions | None:
    """The value lists with the stages a 2.0 file kept."""
    wrapper = said.get("Stages")
    values = wrapper.get("Stage") if isinstance(wrapper, dict) else None
    if not isinstance(values, list) or (extensions and extensions.stage is not None):
        return extensions
    return replace(extensions or Extensions(), stage=tuple(item for item in values if isinstance(item, str)))


def of_document(document: Document) -> Kept:
    """The place a document of a 2.x file had, which 3.0 does not name."""
    path = document.path or ""
    own = {path, path.lower()} & {layout.document_path(replace(document, path=None)), f"documents/{document.guid}"}
    return {} if own or not path else {"Path": path}


def with_document(document: Document, said: Kept) -> Document:
    """The document at the place it had in the 2.x file it came from."""
    path = _text(said, "Path")
    return replace(document, path=path) if path and _is_inside(path) else document


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return not ({"", ".", ".."} & set(parts) or "\\" in path or ":" in path or "\0" in path)


# -- topics ------------------------------------------------------------------------------------------------------------


def of_topic(topic: Topic, version: str) -> Kept:
    """Members of a topic the version has no place for."""
    if version == "3.0":
        return {}
    members: dict[str, object] = {"ServerAssignedId": topic.server_assigned_id}
    if version == "2.0":
        members["DueDate"] = topic.due_date.text if topic.due_date else None
        members["Stage"] = topic.stage
        members["ReferenceLinks"] = list(topic.reference_links[1:])
    return members


def with_topic(topic: Topic, said: Kept) -> Topic:
    """The topic with what was kept of it."""
    if not said:
        return topic
    links = said.get("ReferenceLinks")
    more = tuple(item for item in links if isinstance(item, str) and item.strip()) if isinstance(links, list) else ()
    return replace(
        topic,
        server_assigned_id=topic.server_assigned_id or _text(said, "ServerAssignedId"),
        due_date=topic.due_date or read_timestamp(_text(said, "DueDate") or ""),
        stage=topic.stage or _text(said, "Stage"),
        # one link is all that the version shows; another program may have removed it, but only more say the list anew
        reference_links=(*topic.reference_links, *more) if len(topic.reference_links) <= 1 else topic.reference_links,
    )


def of_comment(comment: Comment, version: str) -> Kept:
    """Members of a comment the version has no place for; invented ones are not worth keeping."""
    if version == "2.0":
        return {}
    return {
        "Status": None if "Status" in comment.synthetic else comment.status,
        "VerbalStatus": None if "VerbalStatus" in comment.synthetic else comment.verbal_status,
        "ReplyToComment": comment.reply_to_comment_guid,
    }


def with_comment(comment: Comment, said: Kept) -> Comment:
    """The comment with what was kept of it."""
    if not said:
        return comment
    return replace(
        comment,
        status=comment.status or _text(said, "Status"),
        verbal_status=comment.verbal_status or _text(said, "VerbalStatus"),
        reply_to_comment_guid=comment.reply_to_comment_guid or _text(said, "ReplyToComment"),
    )


def of_reference(reference: DocumentReference) -> Kept:
    """The path of a document: 3.0 names the document itself, and writes an address where there is none."""
    path = reference.path or ""
    # the folder of a document is named after its guid, where nothing else is wanted
    plain = reference.document_guid and written_guid(reference.document_guid) in path.lower()
    return {} if reference.url or plain else {"ReferencedDocument": path}


def with_reference(reference: DocumentReference, said: Kept) -> DocumentReference:
    """The reference with the path it had, where it still has a document, or that path as its address."""
    path = _text(said, "ReferencedDocument")
    if path and reference.url == path:
        return replace(reference, url=None, path=path)
    return replace(reference, path=path) if path and reference.document_guid else reference


# -- viewpoints --------------------------------------------------------------------------------------------------------


def of_index(view: Viewpoint) -> Kept:
    """A viewpoint's index, which 2.0 does not have."""
    return {"Index": view.index}


def with_index(view: Viewpoint, said: Kept) -> Viewpoint:
    """The viewpoint with the index that was kept."""
    index = said.get("Index")
    fits = view.index is None and isinstance(index, int) and not isinstance(index, bool)
    return replace(view, index=index) if fits and isinstance(index, int) else view


def of_view(view: Viewpoint, version: str) -> Kept:
    """What a viewpoint shows and the version has no place for."""
    members: dict[str, object] = {}
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    if version != "2.0" and view.components:
        members["NoViewSetupHints"] = "ViewSetupHints" in view.synthetic or None
        members["Flat"] = _flat_list(view.components.flat)
    if version == "3.0":
        return members | ({"OrthogonalCamera": _camera(orthogonal)} if perspective and orthogonal else {})
    members["PerspectiveAspectRatio"] = perspective.aspect_ratio if perspective else None
    members["OrthogonalAspectRatio"] = orthogonal.aspect_ratio if orthogonal else None
    if version == "2.0" and view.components:
        members |= _of_visibility(view.components)
    return members


def _of_visibility(components: Components) -> dict[str, object]:
    members: dict[str, object] = {}
    shown = components.visibility
    if shown is None:
        members["NoVisibility"] = _lists_any(components) or None
    else:
        hints = shown.view_setup_hints
        flags = (hints.spaces_visible, hints.space_boundaries_visible, hints.openings_visible) if hints else ()
        members["ViewSetupHints"] = list(flags)
        # a default without exceptions, which a list of components cannot say
        if not shown.exceptions and (shown.default_visibility is False or not _lists_any(components)):
            members["DefaultVisibility"] = shown.default_visibility
    return members


def _lists_any(components: Components) -> bool:
    return bool(components.selection or components.coloring)


def _flat_list(flat: tuple[FlatComponent, ...]) -> list[list[object]]:
    """Flags of 2.0 that do not follow from the structured form; a model that is to be written has no others."""
    if len(flat) > MOST_FLAT:
        return []
    return [
        [
            item.component.ifc_guid,
            item.component.originating_system,
            item.component.authoring_tool_id,
            item.selected,
            item.visible,
            item.color,
        ]
        for item in flat
    ]


def _camera(camera: OrthogonalCamera) -> Kept:
    points = (camera.camera_view_point, camera.camera_direction, camera.camera_up_vector)
    named = zip(("CameraViewPoint", "CameraDirection", "CameraUpVector"), points, strict=True)
    members: dict[str, object] = {name: [point.x, point.y, point.z] for name, point in named}
    ratio = {"AspectRatio": camera.aspect_ratio} if camera.aspect_ratio is not None else {}
    return members | {"ViewToWorldScale": camera.view_to_world_scale} | ratio


def with_view(view: Viewpoint, said: Kept) -> Viewpoint:
    """The viewpoint with what was kept of it."""
    if not said:
        return view
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    if perspective and perspective.aspect_ratio is None:
        perspective = replace(perspective, aspect_ratio=_number(said.get("PerspectiveAspectRatio")))
    if orthogonal and orthogonal.aspect_ratio is None:
        orthogonal = replace(orthogonal, aspect_ratio=_number(said.get("OrthogonalAspectRatio")))
    view = replace(view, perspective_camera=perspective, orthogonal_camera=orthogonal or _orthogonal(said))
    return _with_flat(_with_visibility(_without_invented(view, said), said), said)


def _without_invented(view: Viewpoint, said: Kept) -> Viewpoint:
    """The viewpoint without hints or a visibility that only another version demanded."""
    components, shown = view.components, view.components.visibility if view.components else None
    if components is None or shown is None:
        return view
    hints = shown.view_setup_hints
    if said.get("NoViewSetupHints") is True and hints == ViewSetupHints(*(False, False, False)):
        shown = replace(shown, view_setup_hints=None)
        # whoever writes it again invents them again, so that writing twice makes no difference
        view = replace(view, synthetic=view.synthetic | {"ViewSetupHints"})
    plain = shown == Visibility(default_visibility=True)
    visibility = None if said.get("NoVisibility") is True and plain else shown
    return replace(view, components=replace(components, visibility=visibility))


def _with_flat(view: Viewpoint, said: Kept) -> Viewpoint:
    """The list of 2.0 as it was; whoever writes 2.0 looks whether it still says the same."""
    rows = said.get("Flat")
    if view.components is None or view.components.flat or not isinstance(rows, list):
        return view
    flat = tuple(item for item in map(_flat_component, rows) if item)
    return replace(view, components=replace(view.components, flat=flat)) if len(flat) == len(rows) else view


def _flat_component(row: object) -> FlatComponent | None:
    if not isinstance(row, list) or len(row) != 6:
        return None
    words, flags = (*row[:3], row[5]), row[3:5]
    if not all(word is None or isinstance(word, str) for word in words):
        return None
    if not all(flag is None or isinstance(flag, bool) for flag in flags):
        return None
    return FlatComponent(Component(*words[:3]), flags[0], flags[1], words[3])


def _with_visibility(view: Viewpoint, said: Kept) -> Viewpoint:
    components = view.components
    flags, default = said.get("ViewSetupHints"), said.get("DefaultVisibility")
    shown = components.visibility if components else None
    if isinstance(default, bool) and not (shown and shown.exceptions):
        shown = replace(shown or Visibility(), default_visibility=default)
    if isinstance(flags, list) and len(flags) == 3 and all(flag is None or isinstance(flag, bool) for flag in flags):
        shown = shown or Visibility(default_visibility=True)
        shown = replace(shown, view_setup_hints=shown.view_setup_hints or ViewSetupHints(*flags))
    if shown == (components.visibility if components else None):
        return view
    return replace(view, components=replace(components or Components(), visibility=shown))


def _orthogonal(said: Kept) -> OrthogonalCamera | None:
    members = said.get("OrthogonalCamera")
    if not isinstance(members, dict):
        return None
    place, direction = _point(members.get("CameraViewPoint")), _point(members.get("CameraDirection"))
    up, scale = _point(members.get("CameraUpVector")), _number(members.get("ViewToWorldScale"))
    if place is None or direction is None or up is None or scale is None:
        return None
    return OrthogonalCamera(place, direction, up, scale, _number(members.get("AspectRatio")))


def _point(value: object) -> Point | None:
    numbers = [_number(item) for item in value] if isinstance(value, list) else []
    if len(numbers) != 3:
        return None
    x, y, z = numbers
    return None if x is None or y is None or z is None else Point(x, y, z)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e300 and math.isfinite(value) else None


def _text(said: Kept, name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) and value.strip() else None
