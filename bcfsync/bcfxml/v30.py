"""Writing BCF-XML 3.0.

Owns: model → the documents of a 3.0 archive. Sees: elements, layout. Rules: xsd/3.0; the model must have been
fitted to 3.0 (bcfsync.versions), so that required members are there.
"""

import math
import re
from collections.abc import Iterable

from lxml import etree

from bcfsync.bcfxml import kept, layout
from bcfsync.bcfxml.elements import (
    Element,
    add,
    add_components,
    add_identified,
    add_leaf,
    add_link,
    add_number,
    add_point,
    add_text,
    boolean,
    flag,
    ifc_guid,
    int32,
    mark_synthetic,
    naming,
    root,
)
from bcfsync.bcfxml.layout import Entry, ViewpointNames
from bcfsync.guids import derived_guid, written_guid
from bcfsync.model import (
    Bcf,
    Bitmap,
    Comment,
    Components,
    Document,
    DocumentReference,
    Extensions,
    Extra,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Project,
    Topic,
    Viewpoint,
    Visibility,
)

_COLOR = re.compile(r"[0-9A-F]{6}([0-9A-F]{2})?")
# no camera, but something to look at: 3.0 has no form for that, so a marked one stands in
_STAND_IN = PerspectiveCamera(Point(0.0, 0.0, 0.0), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0), 60.0)


def entries(bcf: Bcf) -> list[Entry]:
    """All entries of the archive in the order they are written."""
    found: list[Entry] = [("bcf.version", root("Version", VersionId="3.0").document())]
    if project := _project(bcf.project):
        found.append(("project.bcfp", project))
    found.append(("extensions.xml", _extensions(bcf.extensions or Extensions())))
    documents = document_entries(bcf)
    found.extend(documents[:1])
    extras = layout.by_folder(bcf.extras)
    for topic in bcf.topics:
        found.extend(topic_entries(topic, extras.get(topic.folder, ())))
    found.extend(documents[1:])
    return layout.without_repeats(found, layout.extra_entries(bcf))


def topic_entries(topic: Topic, extras: Iterable[Extra] = ()) -> list[Entry]:
    """The entries of one topic: markup, viewpoints, pictures, snippet and internal files; no name of an extra."""
    names = layout.viewpoint_names(topic, extras, canonical_first=False)
    folder = layout.folder_of(topic)
    found: list[Entry] = [(f"{folder}/markup.bcf", _markup(topic, names).document())]
    for view, given in zip(topic.viewpoints, names, strict=True):
        if given.viewpoint:
            with naming(f"topic {topic.guid}: viewpoint {view.guid}"):
                found.append((f"{folder}/{given.viewpoint}", _visinfo(view, given).document()))
    return [*found, *layout.picture_entries(topic, names), *layout.internal_entries(topic)]


def document_entries(bcf: Bcf) -> list[Entry]:
    """documents.xml and the documents, where there are any."""
    spelling = bcf.spelling.names if bcf.spelling else frozenset()
    if not bcf.documents and "DocumentInfo" not in spelling:
        return []
    found: list[Entry] = [("documents.xml", _documents(bcf.documents, spelling))]
    return found + [(f"documents/{written_guid(item.guid)}", item.blob) for item in bcf.documents if item.blob]


def _project(project: Project | None) -> bytes | None:
    """project.bcfp, where there is an id or a name to derive one from."""
    if project is None or not (project.project_id or project.name):
        return None
    element = root("ProjectInfo")
    node = add(element, "Project", ProjectId=project.project_id or derived_guid("project", project.name or ""))
    add_text(node, "Name", project.name)
    if not project.project_id:
        mark_synthetic(node, {"ProjectId"})
    return element.document()


def _extensions(extensions: Extensions) -> bytes:
    element = root("Extensions")
    for wrapper, item, values in (
        ("TopicTypes", "TopicType", extensions.topic_type),
        ("TopicStatuses", "TopicStatus", extensions.topic_status),
        ("Priorities", "Priority", extensions.priority),
        ("TopicLabels", "TopicLabel", extensions.topic_label),
        ("Users", "User", extensions.users),
        ("SnippetTypes", "SnippetType", extensions.snippet_type),
        ("Stages", "Stage", extensions.stage),
    ):
        if values is not None:
            node = add(element, wrapper)
            for value in values:
                add_text(node, item, value)
    return element.document()


def _documents(documents: tuple[Document, ...], spelling: frozenset[str]) -> bytes:
    element = root("DocumentInfo")
    if not documents and "Documents" not in spelling:
        return element.document()
    wrapper = add(element, "Documents")
    for document in documents:
        guid = written_guid(document.guid)
        node = add(wrapper, "Document", Guid=guid)
        add_leaf(node, "Filename", document.filename if document.filename.strip() else guid)
        add_text(node, "Description", document.description)
        if not document.filename.strip():
            mark_synthetic(node, {"Filename"})
        kept.keep(node, kept.of_document(document))
    return element.document()


def markup(topic: Topic, names: tuple[ViewpointNames, ...]) -> etree._Element:
    """The markup document of a topic."""
    return _markup(topic, names).parsed()


def _markup(topic: Topic, names: tuple[ViewpointNames, ...]) -> Element:
    element = root("Markup")
    if topic.files or topic.spelling & {"Header", "Files"}:
        header = add(element, "Header")
        files = add(header, "Files") if topic.files or "Files" in topic.spelling else header
        for file in topic.files:
            node = add(
                files,
                "File",
                IfcProject=ifc_guid(file.ifc_project),
                IfcSpatialStructureElement=ifc_guid(file.ifc_spatial_structure_element),
                IsExternal=flag(file.is_external, "IsExternal", file.spelling, default=True),
            )
            add_text(node, "Filename", file.filename)
            add_text(node, "Date", file.date.written() if file.date else None)
            add_text(node, "Reference", file.reference)
    node = _topic(element, topic)
    if topic.comments or "Comments" in topic.spelling:
        comments = add(node, "Comments")
        for comment in topic.comments:
            _comment(comments, comment)
    if topic.viewpoints or "Viewpoints" in topic.spelling:
        viewpoints = add(node, "Viewpoints")
        for view, given in zip(topic.viewpoints, names, strict=True):
            child = add_identified(viewpoints, "ViewPoint", view.guid)
            mark_synthetic(child, view.synthetic & {"Snapshot"})
            add_text(child, "Viewpoint", given.viewpoint)
            add_text(child, "Snapshot", given.snapshot)
            add_text(child, "Index", int32(view.index))
    return element


def _topic(parent: Element, topic: Topic) -> Element:
    node = add(
        parent,
        "Topic",
        Guid=written_guid(topic.guid),
        ServerAssignedId=topic.server_assigned_id,
        TopicType=topic.topic_type,
        TopicStatus=topic.topic_status,
    )
    _wrapped(node, "ReferenceLinks", "ReferenceLink", topic.reference_links, topic.spelling)
    add_text(node, "Title", topic.title)
    add_text(node, "Priority", topic.priority)
    add_text(node, "Index", int32(topic.index))
    _wrapped(node, "Labels", "Label", topic.labels, topic.spelling)
    add_leaf(node, "CreationDate", topic.creation_date.written() if topic.creation_date else None)
    add_leaf(node, "CreationAuthor", topic.creation_author)
    add_text(node, "ModifiedDate", topic.modified_date.written() if topic.modified_date else None)
    add_text(node, "ModifiedAuthor", topic.modified_author)
    add_text(node, "DueDate", topic.due_date.written() if topic.due_date else None)
    add_text(node, "AssignedTo", topic.assigned_to)
    add_text(node, "Stage", topic.stage)
    add_text(node, "Description", topic.description)
    _topic_links(node, topic)
    mark_synthetic(node, topic.synthetic)
    return node


def _wrapped(parent: Element, wrapper: str, item: str, values: tuple[str, ...], spelling: frozenset[str]) -> None:
    if values or wrapper in spelling:
        node = add(parent, wrapper)
        for value in values:
            add_text(node, item, value)


def _topic_links(node: Element, topic: Topic) -> None:
    snippet = topic.bim_snippet
    if snippet:
        external = flag(snippet.is_external, "IsExternal", snippet.spelling, default=False)
        inner = add(node, "BimSnippet", SnippetType=snippet.snippet_type, IsExternal=external)
        add_leaf(inner, "Reference", snippet.reference)
        add_leaf(inner, "ReferenceSchema", snippet.reference_schema)
    if topic.document_references or "DocumentReferences" in topic.spelling:
        references = add(node, "DocumentReferences")
        for reference in topic.document_references:
            _reference(references, reference)
    if topic.related_topics or "RelatedTopics" in topic.spelling:
        related = add(node, "RelatedTopics")
        for guid in topic.related_topics:
            add_link(related, "RelatedTopic", guid)


def _reference(parent: Element, reference: DocumentReference) -> None:
    node = add_identified(parent, "DocumentReference", reference.guid)
    if reference.document_guid:
        add_leaf(node, "DocumentGuid", written_guid(reference.document_guid))
    else:
        # an internal path of 2.x that leads nowhere has no other place in 3.0
        add_text(node, "Url", reference.url or reference.path)
    add_text(node, "Description", reference.description)
    mark_synthetic(node, reference.synthetic)
    kept.keep(node, kept.of_reference(reference))


def _comment(parent: Element, comment: Comment) -> None:
    node = add_identified(parent, "Comment", comment.guid)
    add_leaf(node, "Date", comment.date.written() if comment.date else None)
    add_leaf(node, "Author", comment.author)
    add_text(node, "Comment", comment.comment)
    if comment.viewpoint_guid:
        add_link(node, "Viewpoint", comment.viewpoint_guid)
    add_text(node, "ModifiedDate", comment.modified_date.written() if comment.modified_date else None)
    add_text(node, "ModifiedAuthor", comment.modified_author)
    mark_synthetic(node, comment.synthetic)
    kept.keep(node, kept.of_comment(comment, "3.0"))


def visinfo(view: Viewpoint, names: ViewpointNames) -> etree._Element:
    """The .bcfv document of a viewpoint, with exactly one camera; of two, the perspective one."""
    with naming(f"viewpoint {view.guid}"):
        return _visinfo(view, names).parsed()


def _visinfo(view: Viewpoint, names: ViewpointNames) -> Element:
    element = root("VisualizationInfo", Guid=written_guid(view.alias or view.guid))
    if view.components:
        _components(element, view.components)
    elif "Components" in view.spelling:
        add(element, "Components")
    _camera(element, view)
    if view.lines or "Lines" in view.spelling:
        lines = add(element, "Lines")
        for line in view.lines:
            node = add(lines, "Line")
            add_point(node, "StartPoint", line.start_point)
            add_point(node, "EndPoint", line.end_point)
    if view.clipping_planes or "ClippingPlanes" in view.spelling:
        planes = add(element, "ClippingPlanes")
        for plane in view.clipping_planes:
            node = add(planes, "ClippingPlane")
            add_point(node, "Location", plane.location)
            add_point(node, "Direction", plane.direction)
    if view.bitmaps or "Bitmaps" in view.spelling:
        bitmaps = add(element, "Bitmaps")
        for bitmap, name in zip(view.bitmaps, names.bitmaps, strict=True):
            _bitmap(bitmaps, bitmap, name)
    kept.keep(element, kept.of_view(view, "3.0"))
    return element


def _camera(element: Element, view: Viewpoint) -> None:
    if view.perspective_camera:
        _perspective(element, view.perspective_camera)
    elif view.orthogonal_camera:
        _orthogonal(element, view.orthogonal_camera)
    else:
        _perspective(element, _STAND_IN)
        mark_synthetic(element, {"PerspectiveCamera"})


def _orthogonal(parent: Element, camera: OrthogonalCamera) -> None:
    node = add(parent, "OrthogonalCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    add_number(node, "ViewToWorldScale", camera.view_to_world_scale)
    _aspect_ratio(node, camera.aspect_ratio)


def _perspective(parent: Element, camera: PerspectiveCamera) -> None:
    node = add(parent, "PerspectiveCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    angle = camera.field_of_view
    # the schema wants 0 < angle < 180
    add_number(node, "FieldOfView", min(max(angle, 1e-6), 179.999999) if math.isfinite(angle) else angle)
    _aspect_ratio(node, camera.aspect_ratio)


def _aspect_ratio(node: Element, ratio: float | None) -> None:
    """1.0 is the official value for views from older versions; it is marked as ours."""
    # what is no number is to be refused, not replaced
    usable = ratio is not None and (ratio > 0 or not math.isfinite(ratio))
    add_number(node, "AspectRatio", ratio if ratio is not None and usable else 1.0)
    if not usable:
        mark_synthetic(node, {"AspectRatio"})


def _bitmap(parent: Element, bitmap: Bitmap, name: str) -> None:
    node = add(parent, "Bitmap")
    add_leaf(node, "Format", bitmap.bitmap_type)
    add_leaf(node, "Reference", name)
    add_point(node, "Location", bitmap.location)
    add_point(node, "Normal", bitmap.normal)
    add_point(node, "Up", bitmap.up)
    add_number(node, "Height", bitmap.height)


def _components(parent: Element, components: Components) -> None:
    node = root("Components")
    spelling = components.spelling
    if components.selection or "Selection" in spelling:
        add_components(add(node, "Selection"), components.selection, may_be_blank=False)
    if components.visibility:
        _visibility(node, components.visibility)
    groups = [group for group in components.coloring if group.components]
    if any(group.color and _COLOR.fullmatch(group.color) for group in groups) or "Coloring" in spelling:
        coloring = add(node, "Coloring")
        for group in groups:
            if group.color and _COLOR.fullmatch(group.color):
                add_components(
                    add(add(coloring, "Color", Color=group.color), "Components"), group.components, may_be_blank=False
                )
    if node.children:
        parent.children.append(node)  # reading takes an empty one for none


def _visibility(parent: Element, visibility: Visibility) -> None:
    default = visibility.default_visibility
    if default is None:
        # 2.1 may leave it open; 3.0 would read that as "all hidden", which is never meant
        default = not visibility.exceptions
    spelling = visibility.spelling
    node = add(parent, "Visibility", DefaultVisibility=flag(default, "DefaultVisibility", spelling, default=False))
    hints = visibility.view_setup_hints
    if hints:
        add(
            node,
            "ViewSetupHints",
            SpacesVisible=boolean(hints.spaces_visible),
            SpaceBoundariesVisible=boolean(hints.space_boundaries_visible),
            OpeningsVisible=boolean(hints.openings_visible),
        )
    if visibility.exceptions or "Exceptions" in spelling:
        add_components(add(node, "Exceptions"), visibility.exceptions, may_be_blank=False)
    if visibility.default_visibility is None:
        mark_synthetic(node, {"DefaultVisibility"})
