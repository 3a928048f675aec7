"""Writing BCF-XML 3.0.

Owns: model → the documents of a 3.0 archive. Sees: elements, layout. Rules: xsd/3.0; the model must have been
fitted to 3.0 (bcfsync.versions), so that required members are there.
"""

import re
from collections.abc import Iterable

from lxml import etree

from bcfsync.bcfxml import layout
from bcfsync.bcfxml.elements import add, add_point, add_text, boolean, mark_synthetic, number, root, to_bytes
from bcfsync.bcfxml.layout import Entry, ViewpointNames
from bcfsync.guids import derived_guid, written_guid
from bcfsync.model import (
    Bcf,
    Bitmap,
    Comment,
    Component,
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

_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_COLOR = re.compile(r"[0-9A-F]{6}([0-9A-F]{2})?")
# no camera, but something to look at: 3.0 has no form for that, so a marked one stands in
_STAND_IN = PerspectiveCamera(Point(0.0, 0.0, 0.0), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0), 60.0)


def entries(bcf: Bcf) -> list[Entry]:
    """All entries of the archive in the order they are written."""
    found: list[Entry] = [("bcf.version", to_bytes(root("Version", VersionId="3.0")))]
    if project := _project(bcf.project):
        found.append(("project.bcfp", project))
    found.append(("extensions.xml", _extensions(bcf.extensions or Extensions())))
    documents = document_entries(bcf)
    found.extend(documents[:1])
    for topic in bcf.topics:
        found.extend(topic_entries(topic, bcf.extras))
    found.extend(documents[1:])
    return layout.without_repeats([*found, *layout.extra_entries(bcf)])


def topic_entries(topic: Topic, extras: Iterable[Extra] = ()) -> list[Entry]:
    """The entries of one topic: markup, viewpoints, pictures, snippet and internal files; no name of an extra."""
    names = layout.viewpoint_names(topic, extras, canonical_first=False)
    folder = layout.folder_of(topic)
    found: list[Entry] = [(f"{folder}/markup.bcf", to_bytes(markup(topic, names)))]
    for view, given in zip(topic.viewpoints, names, strict=True):
        if given.viewpoint:
            found.append((f"{folder}/{given.viewpoint}", to_bytes(visinfo(view, given))))
    return [*found, *layout.picture_entries(topic, names), *layout.internal_entries(topic)]


def document_entries(bcf: Bcf) -> list[Entry]:
    """documents.xml and the documents, where there are any."""
    if not bcf.documents:
        return []
    found: list[Entry] = [("documents.xml", _documents(bcf.documents))]
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
    return to_bytes(element)


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
    return to_bytes(element)


def _documents(documents: Iterable[Document]) -> bytes:
    element = root("DocumentInfo")
    wrapper = add(element, "Documents")
    for document in documents:
        guid = written_guid(document.guid)
        node = add(wrapper, "Document", Guid=guid)
        add(node, "Filename", document.filename if document.filename.strip() else guid)
        add_text(node, "Description", document.description)
        if not document.filename.strip():
            mark_synthetic(node, {"Filename"})
    return to_bytes(element)


def markup(topic: Topic, names: tuple[ViewpointNames, ...]) -> etree._Element:
    """The markup document of a topic."""
    element = root("Markup")
    if topic.files:
        files = add(add(element, "Header"), "Files")
        for file in topic.files:
            node = add(
                files,
                "File",
                IfcProject=_ifc_guid(file.ifc_project),
                IfcSpatialStructureElement=_ifc_guid(file.ifc_spatial_structure_element),
                IsExternal=boolean(file.is_external),
            )
            add_text(node, "Filename", file.filename)
            add_text(node, "Date", file.date.xml() if file.date else None)
            add_text(node, "Reference", file.reference)
    node = _topic(element, topic)
    if topic.comments:
        comments = add(node, "Comments")
        for comment in topic.comments:
            _comment(comments, comment)
    if topic.viewpoints:
        viewpoints = add(node, "Viewpoints")
        for view, given in zip(topic.viewpoints, names, strict=True):
            child = add(viewpoints, "ViewPoint", Guid=written_guid(view.guid))
            add_text(child, "Viewpoint", given.viewpoint)
            add_text(child, "Snapshot", given.snapshot)
            add_text(child, "Index", _int32(view.index))
    return element


def _topic(parent: etree._Element, topic: Topic) -> etree._Element:
    node = add(
        parent,
        "Topic",
        Guid=written_guid(topic.guid),
        ServerAssignedId=topic.server_assigned_id,
        TopicType=topic.topic_type,
        TopicStatus=topic.topic_status,
    )
    _wrapped(node, "ReferenceLinks", "ReferenceLink", topic.reference_links)
    add_text(node, "Title", topic.title)
    add_text(node, "Priority", topic.priority)
    add_text(node, "Index", _int32(topic.index))
    _wrapped(node, "Labels", "Label", topic.labels)
    add(node, "CreationDate", topic.creation_date.xml() if topic.creation_date else None)
    add(node, "CreationAuthor", topic.creation_author)
    add_text(node, "ModifiedDate", topic.modified_date.xml() if topic.modified_date else None)
    add_text(node, "ModifiedAuthor", topic.modified_author)
    add_text(node, "DueDate", topic.due_date.xml() if topic.due_date else None)
    add_text(node, "AssignedTo", topic.assigned_to)
    add_text(node, "Stage", topic.stage)
    add_text(node, "Description", topic.description)
    _topic_links(node, topic)
    mark_synthetic(node, topic.synthetic)
    return node


def _wrapped(parent: etree._Element, wrapper: str, item: str, values: tuple[str, ...]) -> None:
    if values:
        node = add(parent, wrapper)
        for value in values:
            add_text(node, item, value)


def _topic_links(node: etree._Element, topic: Topic) -> None:
    snippet = topic.bim_snippet
    if snippet:
        external = boolean(snippet.is_external)
        inner = add(node, "BimSnippet", SnippetType=snippet.snippet_type, IsExternal=external)
        add(inner, "Reference", snippet.reference)
        add(inner, "ReferenceSchema", snippet.reference_schema)
    if topic.document_references:
        references = add(node, "DocumentReferences")
        for reference in topic.document_references:
            _reference(references, reference)
    if topic.related_topics:
        related = add(node, "RelatedTopics")
        for guid in topic.related_topics:
            add(related, "RelatedTopic", Guid=written_guid(guid))


def _reference(parent: etree._Element, reference: DocumentReference) -> None:
    node = add(parent, "DocumentReference", Guid=written_guid(reference.guid))
    if reference.document_guid:
        add(node, "DocumentGuid", written_guid(reference.document_guid))
    else:
        # an internal path of 2.x that leads nowhere has no other place in 3.0
        add_text(node, "Url", reference.url or reference.path)
    add_text(node, "Description", reference.description)
    mark_synthetic(node, reference.synthetic)


def _comment(parent: etree._Element, comment: Comment) -> None:
    node = add(parent, "Comment", Guid=written_guid(comment.guid))
    add(node, "Date", comment.date.xml() if comment.date else None)
    add(node, "Author", comment.author)
    add_text(node, "Comment", comment.comment)
    if comment.viewpoint_guid:
        add(node, "Viewpoint", Guid=written_guid(comment.viewpoint_guid))
    add_text(node, "ModifiedDate", comment.modified_date.xml() if comment.modified_date else None)
    add_text(node, "ModifiedAuthor", comment.modified_author)
    mark_synthetic(node, comment.synthetic)


def visinfo(view: Viewpoint, names: ViewpointNames) -> etree._Element:
    """The .bcfv document of a viewpoint, with exactly one camera; of two, the perspective one."""
    element = root("VisualizationInfo", Guid=written_guid(view.guid))
    if view.components:
        _components(element, view.components)
    if view.perspective_camera:
        _perspective(element, view.perspective_camera)
    elif view.orthogonal_camera:
        _orthogonal(element, view.orthogonal_camera)
    else:
        _perspective(element, _STAND_IN)
        mark_synthetic(element, {"PerspectiveCamera"})
    if view.lines:
        lines = add(element, "Lines")
        for line in view.lines:
            node = add(lines, "Line")
            add_point(node, "StartPoint", line.start_point)
            add_point(node, "EndPoint", line.end_point)
    if view.clipping_planes:
        planes = add(element, "ClippingPlanes")
        for plane in view.clipping_planes:
            node = add(planes, "ClippingPlane")
            add_point(node, "Location", plane.location)
            add_point(node, "Direction", plane.direction)
    if view.bitmaps:
        bitmaps = add(element, "Bitmaps")
        for bitmap, name in zip(view.bitmaps, names.bitmaps, strict=True):
            _bitmap(bitmaps, bitmap, name)
    return element


def _orthogonal(parent: etree._Element, camera: OrthogonalCamera) -> None:
    node = add(parent, "OrthogonalCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    add(node, "ViewToWorldScale", number(camera.view_to_world_scale))
    _aspect_ratio(node, camera.aspect_ratio)


def _perspective(parent: etree._Element, camera: PerspectiveCamera) -> None:
    node = add(parent, "PerspectiveCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    # the schema wants 0 < angle < 180
    add(node, "FieldOfView", number(min(max(camera.field_of_view, 1e-6), 179.999999)))
    _aspect_ratio(node, camera.aspect_ratio)


def _aspect_ratio(node: etree._Element, ratio: float | None) -> None:
    """1.0 is the official value for views from older versions; it is marked as ours."""
    usable = ratio is not None and ratio > 0
    add(node, "AspectRatio", number(ratio if ratio is not None and usable else 1.0))
    if not usable:
        mark_synthetic(node, {"AspectRatio"})


def _bitmap(parent: etree._Element, bitmap: Bitmap, name: str) -> None:
    node = add(parent, "Bitmap")
    add(node, "Format", bitmap.bitmap_type)
    add(node, "Reference", name)
    add_point(node, "Location", bitmap.location)
    add_point(node, "Normal", bitmap.normal)
    add_point(node, "Up", bitmap.up)
    add(node, "Height", number(bitmap.height))


def _components(parent: etree._Element, components: Components) -> None:
    node = add(parent, "Components")
    if components.selection:
        _listed(add(node, "Selection"), components.selection)
    if components.visibility:
        _visibility(node, components.visibility)
    groups = [group for group in components.coloring if group.components]
    if any(group.color and _COLOR.fullmatch(group.color) for group in groups):
        coloring = add(node, "Coloring")
        for group in groups:
            if group.color and _COLOR.fullmatch(group.color):
                _listed(add(add(coloring, "Color", Color=group.color), "Components"), group.components)
    if not len(node):
        parent.remove(node)  # reading takes an empty one for none


def _visibility(parent: etree._Element, visibility: Visibility) -> None:
    default = visibility.default_visibility
    if default is None:
        # 2.1 may leave it open; 3.0 would read that as "all hidden", which is never meant
        default = not visibility.exceptions
    node = add(parent, "Visibility", DefaultVisibility=boolean(default))
    hints = visibility.view_setup_hints
    if hints:
        add(
            node,
            "ViewSetupHints",
            SpacesVisible=boolean(hints.spaces_visible),
            SpaceBoundariesVisible=boolean(hints.space_boundaries_visible),
            OpeningsVisible=boolean(hints.openings_visible),
        )
    if visibility.exceptions:
        _listed(add(node, "Exceptions"), visibility.exceptions)
    if visibility.default_visibility is None:
        mark_synthetic(node, {"DefaultVisibility"})


def _listed(parent: etree._Element, components: tuple[Component, ...]) -> None:
    for component in components:
        guid = _ifc_guid(component.ifc_guid)
        node = add(parent, "Component", IfcGuid=guid)
        add_text(node, "OriginatingSystem", component.originating_system)
        # an id that is no IFC guid is still an id: Revit exporters write such
        add_text(node, "AuthoringToolId", component.authoring_tool_id or (component.ifc_guid if guid is None else None))


def _ifc_guid(text: str | None) -> str | None:
    return text if text and _IFC_GUID.fullmatch(text) else None


def _int32(value: int | None) -> str | None:
    return str(value) if value is not None and -(2**31) <= value < 2**31 else None
