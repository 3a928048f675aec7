"""Writing BCF-XML 2.1.

Owns: model → the documents of a 2.1 archive. Sees: elements, layout. Rules: xsd/2.1; the model must have been
fitted to 2.1 (bcfsync.versions), so that required members are there.
"""

import re
from collections.abc import Iterable

from lxml import etree

from bcfsync.bcfxml import layout
from bcfsync.bcfxml.elements import add, add_point, add_text, boolean, clean, mark_synthetic, number, root, to_bytes
from bcfsync.bcfxml.layout import Entry, ViewpointNames
from bcfsync.guids import guid_key, written_guid
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
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_COLOR = re.compile(r"[0-9A-F]{6}([0-9A-F]{2})?")
_XSD = "http://www.w3.org/2001/XMLSchema"


def entries(bcf: Bcf) -> list[Entry]:
    """All entries of the archive in the order they are written."""
    documents = layout.documents_by_guid(bcf)
    found: list[Entry] = [("bcf.version", _version())]
    lists = _lists(bcf.extensions)
    if bcf.project or lists:
        found.append(("project.bcfp", _project(bcf, lists)))
    if lists:
        found.append(("extensions.xsd", _extensions(lists)))
    for topic in bcf.topics:
        found.extend(topic_entries(topic, documents, bcf.extras))
    found.extend(document_entries(bcf))
    return layout.without_repeats([*found, *layout.extra_entries(bcf)])


def topic_entries(topic: Topic, documents: dict[str, Document], extras: Iterable[Extra] = ()) -> list[Entry]:
    """The entries of one topic: markup, viewpoints, pictures, snippet and internal files; no name of an extra."""
    names = layout.viewpoint_names(topic, extras, canonical_first=True)
    folder = layout.folder_of(topic)
    found: list[Entry] = [(f"{folder}/markup.bcf", to_bytes(markup(topic, names, documents)))]
    for view, given in zip(topic.viewpoints, names, strict=True):
        if given.viewpoint:
            found.append((f"{folder}/{given.viewpoint}", to_bytes(visinfo(view, given))))
    return [*found, *layout.picture_entries(topic, names), *layout.internal_entries(topic)]


def document_entries(bcf: Bcf) -> list[Entry]:
    """The project's documents, which 2.1 knows by their paths only."""
    return [(layout.document_path(item), item.blob) for item in bcf.documents if item.blob]


def _version() -> bytes:
    element = root("Version", VersionId="2.1")
    add(element, "DetailedVersion", "2.1")
    return to_bytes(element)


def _project(bcf: Bcf, lists: dict[str, tuple[str, ...]]) -> bytes:
    element = root("ProjectExtension")
    if bcf.project:
        node = add(element, "Project", ProjectId=bcf.project.project_id or "")
        add_text(node, "Name", bcf.project.name)
    add(element, "ExtensionSchema", "extensions.xsd" if lists else None)
    return to_bytes(element)


def _lists(extensions: Extensions | None) -> dict[str, tuple[str, ...]]:
    if extensions is None:
        return {}
    named = {
        "TopicType": extensions.topic_type,
        "TopicStatus": extensions.topic_status,
        "TopicLabel": extensions.topic_label,
        "SnippetType": extensions.snippet_type,
        "Priority": extensions.priority,
        "UserIdType": extensions.users,
        "Stage": extensions.stage,
    }
    return {name: values for name, values in named.items() if values is not None}


def _extensions(lists: dict[str, tuple[str, ...]]) -> bytes:
    element = etree.Element(f"{{{_XSD}}}schema", nsmap={"xs": _XSD})
    redefine = etree.SubElement(element, f"{{{_XSD}}}redefine", schemaLocation="markup.xsd")
    for name, values in lists.items():
        simple = etree.SubElement(redefine, f"{{{_XSD}}}simpleType", name=name)
        restriction = etree.SubElement(simple, f"{{{_XSD}}}restriction", base=name)
        for value in values:
            etree.SubElement(restriction, f"{{{_XSD}}}enumeration", value=clean(value))
    return to_bytes(element)


def markup(topic: Topic, names: tuple[ViewpointNames, ...], documents: dict[str, Document]) -> etree._Element:
    """The markup document of a topic."""
    element = root("Markup")
    if topic.files:
        header = add(element, "Header")
        for file in topic.files:
            node = add(
                header,
                "File",
                IfcProject=_ifc_guid(file.ifc_project),
                IfcSpatialStructureElement=_ifc_guid(file.ifc_spatial_structure_element),
                isExternal=boolean(file.is_external),
            )
            add_text(node, "Filename", file.filename)
            add_text(node, "Date", file.date.xml() if file.date else None)
            add_text(node, "Reference", file.reference)
    _topic(element, topic, documents)
    for comment in topic.comments:
        _comment(element, comment)
    for view, given in zip(topic.viewpoints, names, strict=True):
        node = add(element, "Viewpoints", Guid=written_guid(view.guid))
        add_text(node, "Viewpoint", given.viewpoint)
        add_text(node, "Snapshot", given.snapshot)
        add_text(node, "Index", _int32(view.index))
    return element


def _topic(parent: etree._Element, topic: Topic, documents: dict[str, Document]) -> None:
    node = add(
        parent, "Topic", Guid=written_guid(topic.guid), TopicType=topic.topic_type, TopicStatus=topic.topic_status
    )
    for link in topic.reference_links:
        add_text(node, "ReferenceLink", link)
    add(node, "Title", topic.title)
    add_text(node, "Priority", topic.priority)
    add_text(node, "Index", _int32(topic.index))
    for label in topic.labels:
        add_text(node, "Labels", label)
    add(node, "CreationDate", topic.creation_date.xml() if topic.creation_date else None)
    add(node, "CreationAuthor", topic.creation_author)
    add_text(node, "ModifiedDate", topic.modified_date.xml() if topic.modified_date else None)
    add_text(node, "ModifiedAuthor", topic.modified_author)
    add_text(node, "DueDate", topic.due_date.xml() if topic.due_date else None)
    add_text(node, "AssignedTo", topic.assigned_to)
    add_text(node, "Stage", topic.stage)
    add_text(node, "Description", topic.description)
    _topic_links(node, topic, documents)
    mark_synthetic(node, topic.synthetic)


def _topic_links(node: etree._Element, topic: Topic, documents: dict[str, Document]) -> None:
    snippet = topic.bim_snippet
    if snippet:
        external = boolean(snippet.is_external)
        inner = add(node, "BimSnippet", SnippetType=snippet.snippet_type, isExternal=external)
        add(inner, "Reference", snippet.reference)
        add(inner, "ReferenceSchema", snippet.reference_schema)
    for reference in topic.document_references:
        _reference(node, reference, documents)
    for guid in topic.related_topics:
        add(node, "RelatedTopic", Guid=written_guid(guid))


def _reference(parent: etree._Element, reference: DocumentReference, documents: dict[str, Document]) -> None:
    document = documents.get(guid_key(reference.document_guid)) if reference.document_guid else None
    path = reference.path
    if document and document.blob:
        path = "../" + layout.document_path(document)
    guid = None if "Guid" in reference.synthetic else written_guid(reference.guid)
    internal = reference.url is None and bool(path or reference.document_guid)
    node = add(parent, "DocumentReference", Guid=guid, isExternal=boolean(not internal))
    add_text(node, "ReferencedDocument", path if internal else reference.url)
    add_text(node, "Description", reference.description)


def _comment(parent: etree._Element, comment: Comment) -> None:
    node = add(parent, "Comment", Guid=written_guid(comment.guid))
    add(node, "Date", comment.date.xml() if comment.date else None)
    add(node, "Author", comment.author)
    add(node, "Comment", comment.comment)
    if comment.viewpoint_guid:
        add(node, "Viewpoint", Guid=written_guid(comment.viewpoint_guid))
    add_text(node, "ModifiedDate", comment.modified_date.xml() if comment.modified_date else None)
    add_text(node, "ModifiedAuthor", comment.modified_author)
    mark_synthetic(node, comment.synthetic)


def visinfo(view: Viewpoint, names: ViewpointNames) -> etree._Element:
    """The .bcfv document of a viewpoint; a field of view outside 45 to 60 degrees is kept, as the text asks."""
    element = root("VisualizationInfo", Guid=written_guid(view.guid))
    if view.components and view.components != Components():
        _components(element, view.components)
    if view.orthogonal_camera:
        _orthogonal(element, view.orthogonal_camera)
    if view.perspective_camera:
        _perspective(element, view.perspective_camera)
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
    for bitmap, name in zip(view.bitmaps, names.bitmaps, strict=True):
        _bitmap(element, bitmap, name)
    return element


def _orthogonal(parent: etree._Element, camera: OrthogonalCamera) -> None:
    node = add(parent, "OrthogonalCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    add(node, "ViewToWorldScale", number(camera.view_to_world_scale))


def _perspective(parent: etree._Element, camera: PerspectiveCamera) -> None:
    node = add(parent, "PerspectiveCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    add(node, "FieldOfView", number(camera.field_of_view))


def _bitmap(parent: etree._Element, bitmap: Bitmap, name: str) -> None:
    node = add(parent, "Bitmap")
    add(node, "Bitmap", bitmap.bitmap_type.upper())
    add(node, "Reference", name)
    add_point(node, "Location", bitmap.location)
    add_point(node, "Normal", bitmap.normal)
    add_point(node, "Up", bitmap.up)
    add(node, "Height", number(bitmap.height))


def _components(parent: etree._Element, components: Components) -> None:
    """Empty lists are left out: 2.1 wants at least one member in each; Visibility itself is required."""
    node = add(parent, "Components")
    visibility = components.visibility or Visibility(default_visibility=True)
    if visibility.view_setup_hints:
        _hints(node, visibility.view_setup_hints)
    if components.selection:
        _listed(add(node, "Selection"), components.selection)
    shown = add(node, "Visibility", DefaultVisibility=boolean(visibility.default_visibility))
    if visibility.exceptions:
        _listed(add(shown, "Exceptions"), visibility.exceptions)
    groups = [group for group in components.coloring if group.components]
    if groups:
        coloring = add(node, "Coloring")
        for group in groups:
            color = group.color if group.color and _COLOR.fullmatch(group.color) else None
            _listed(add(coloring, "Color", Color=color), group.components)
    if components.visibility is None:
        mark_synthetic(node, {"Visibility"})


def _hints(parent: etree._Element, hints: ViewSetupHints) -> None:
    add(
        parent,
        "ViewSetupHints",
        SpacesVisible=boolean(hints.spaces_visible),
        SpaceBoundariesVisible=boolean(hints.space_boundaries_visible),
        OpeningsVisible=boolean(hints.openings_visible),
    )


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
