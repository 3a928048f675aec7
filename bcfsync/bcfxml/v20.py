"""Writing BCF-XML 2.0.

Owns: model → the documents of a 2.0 archive. Sees: elements, layout. Rules: xsd/2.0; the model must have been
fitted to 2.0 (bcfsync.versions), so that required members are there and components are a flat list.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml import etree

from bcfsync.bcfxml import kept, layout
from bcfsync.bcfxml.elements import (
    Element,
    add,
    add_exact,
    add_identified,
    add_leaf,
    add_link,
    add_number,
    add_point,
    add_text,
    blank,
    boolean,
    component,
    flag,
    ifc_guid,
    mark_synthetic,
    naming,
    root,
)
from bcfsync.bcfxml.layout import Entry, ViewpointNames
from bcfsync.guids import guid_key, written_guid
from bcfsync.model import (
    Bcf,
    Bitmap,
    Comment,
    Document,
    DocumentReference,
    Extensions,
    Extra,
    FlatComponent,
    OrthogonalCamera,
    PerspectiveCamera,
    Project,
    Spelling,
    Topic,
    Viewpoint,
)

_COLOR = re.compile(r"([0-9A-F]{2})*")
_XSD = "http://www.w3.org/2001/XMLSchema"


def entries(bcf: Bcf) -> list[Entry]:
    """All entries of the archive in the order they are written."""
    bcf = layout.with_own_places(bcf)
    documents = layout.documents_by_guid(bcf)
    spelling = bcf.spelling or Spelling()
    found: list[Entry] = [("bcf.version", _version(bcf.spelling))]
    lists = _lists(bcf.extensions)
    stages = kept.stages_of(bcf.extensions)
    if bcf.project or lists or stages or "ProjectExtension" in spelling.names:
        schema = layout.schema_name(spelling, needed=bool(lists))
        found.append(("project.bcfp", _project(bcf.project, schema, spelling.names, stages).document()))
    if lists:
        found.append((layout.schema_place(spelling), _extensions(lists)))
    extras = layout.by_folder(bcf.extras)
    for topic in bcf.topics:
        found.extend(topic_entries(topic, documents, extras.get(topic.folder, ())))
    found.extend(document_entries(bcf))
    return layout.without_repeats(found, layout.extra_entries(bcf))


def topic_entries(topic: Topic, documents: dict[str, Document], extras: Iterable[Extra] = ()) -> list[Entry]:
    """The entries of one topic: markup, viewpoints, pictures, snippet and internal files; no name of an extra."""
    names = layout.viewpoint_names(topic, extras, canonical_first=True)
    folder = layout.folder_of(topic)
    found: list[Entry] = [(f"{folder}/markup.bcf", _markup(topic, names, documents).document())]
    for view, given in zip(topic.viewpoints, names, strict=True):
        if given.viewpoint:
            with naming(f"topic {topic.guid}: viewpoint {view.guid}"):
                found.append((f"{folder}/{given.viewpoint}", _visinfo(view, given).document()))
    return [*found, *layout.picture_entries(topic, names), *layout.internal_entries(topic)]


def document_entries(bcf: Bcf) -> list[Entry]:
    """The project's documents, which 2.0 knows by their paths only."""
    return [(layout.document_path(item), item.blob) for item in bcf.documents if item.blob]


def _version(spelling: Spelling | None) -> bytes:
    element = root("Version", VersionId="2.0")
    if spelling:
        add_text(element, "DetailedVersion", spelling.detailed_version, spelling.names)
    else:
        add_leaf(element, "DetailedVersion", "2.0")
    return element.document()


def _project(
    project: Project | None, schema: str | None, spelling: frozenset[str], stages: kept.Kept
) -> Element:  # fmt: skip
    element = root("ProjectExtension")
    project = project or Project()
    # 2.0 wants the element even where there is nothing to say; its id is optional here
    node = add(element, "Project", ProjectId=blank(project.project_id, "ProjectId", spelling))
    add_text(node, "Name", project.name, spelling)
    add_leaf(element, "ExtensionSchema", schema)
    kept.keep(element, stages)
    return element


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
    }
    return {name: values for name, values in named.items() if values is not None}


def _extensions(lists: dict[str, tuple[str, ...]]) -> bytes:
    element = root("xs:schema", **{"xmlns:xs": _XSD})
    redefine = add(element, "xs:redefine", schemaLocation="markup.xsd")
    for name, values in lists.items():
        restriction = add(add(redefine, "xs:simpleType", name=name), "xs:restriction", base=name)
        for value in values:
            add(restriction, "xs:enumeration", value=value)
    return element.document()


def markup(topic: Topic, names: tuple[ViewpointNames, ...], documents: dict[str, Document]) -> etree._Element:
    """The markup document of a topic."""
    return _markup(topic, names, documents).parsed()


def _markup(topic: Topic, names: tuple[ViewpointNames, ...], documents: dict[str, Document]) -> Element:
    element = root("Markup")
    header = add(element, "Header")
    for file in topic.files:
        node = add(
            header,
            "File",
            IfcProject=ifc_guid(file.ifc_project),
            IfcSpatialStructureElement=ifc_guid(file.ifc_spatial_structure_element),
            isExternal=flag(file.is_external, "IsExternal", file.spelling, default=True),
        )
        add_text(node, "Filename", file.filename, file.spelling)
        add_text(node, "Date", file.date.written() if file.date else None)
        add_text(node, "Reference", file.reference, file.spelling)
    if not topic.files:
        add(header, "File")  # 2.0 wants one; a blank one means none
    _topic(element, topic, documents)
    for comment in topic.comments:
        _comment(element, comment, topic.guid)
    # 2.0 has no Index: the order says it
    views = zip(topic.viewpoints, names, strict=True)
    for view, given in sorted(views, key=lambda item: (item[0].index is None, item[0].index or 0)):
        node = add_identified(element, "Viewpoints", view.guid)
        mark_synthetic(node, view.synthetic & {"Snapshot"})
        add_text(node, "Viewpoint", given.viewpoint, view.spelling)
        add_text(node, "Snapshot", given.snapshot, view.spelling)
        kept.keep(node, kept.of_index(view))
    return element


def _topic(parent: Element, topic: Topic, documents: dict[str, Document]) -> None:
    spelling = topic.spelling
    node = add(
        parent,
        "Topic",
        Guid=written_guid(topic.guid),
        TopicType=blank(topic.topic_type, "TopicType", spelling),
        TopicStatus=blank(topic.topic_status, "TopicStatus", spelling),
    )
    for link in topic.reference_links[:1]:
        add_text(node, "ReferenceLink", link)
    if not topic.reference_links:
        add_text(node, "ReferenceLink", None, spelling)
    add_leaf(node, "Title", topic.title)
    add_text(node, "Priority", topic.priority, spelling)
    add_text(node, "Index", None if topic.index is None else str(topic.index))
    for label in topic.labels:
        add_text(node, "Labels", label)
    if not topic.labels:
        add_text(node, "Labels", None, spelling)
    add_text(node, "CreationDate", topic.creation_date.written() if topic.creation_date else None)
    add_text(node, "CreationAuthor", topic.creation_author, spelling)
    add_text(node, "ModifiedDate", topic.modified_date.written() if topic.modified_date else None)
    add_text(node, "ModifiedAuthor", topic.modified_author, spelling)
    add_text(node, "AssignedTo", topic.assigned_to, spelling)
    add_text(node, "Description", topic.description, spelling)
    _topic_links(node, topic, documents)
    mark_synthetic(node, topic.synthetic)
    kept.keep(node, kept.of_topic(topic, "2.0"))


def _topic_links(node: Element, topic: Topic, documents: dict[str, Document]) -> None:
    snippet = topic.bim_snippet
    if snippet:
        external = flag(snippet.is_external, "IsExternal", snippet.spelling, default=False)
        inner = add(node, "BimSnippet", SnippetType=snippet.snippet_type, isExternal=external)
        add_leaf(inner, "Reference", snippet.reference)
        add_leaf(inner, "ReferenceSchema", snippet.reference_schema)
    for reference in topic.document_references:
        _reference(node, reference, documents, layout.folder_of(topic))
    if not topic.document_references:
        add_text(node, "DocumentReferences", None, topic.spelling)
    for guid in topic.related_topics:
        add_link(node, "RelatedTopics", guid)


def _reference(parent: Element, reference: DocumentReference, documents: dict[str, Document], folder: str) -> None:
    document = documents.get(guid_key(reference.document_guid)) if reference.document_guid else None
    path = layout.reference_path(folder, reference.path, document) if document and document.blob else reference.path
    guid = None if "Guid" in reference.synthetic else written_guid(reference.guid)
    nowhere = not (path or reference.document_guid) and "-IsExternal" not in reference.spelling
    external = reference.url is not None or nowhere
    node = add(
        parent,
        "DocumentReferences",
        Guid=guid,
        isExternal=flag(external, "IsExternal", reference.spelling, default=False),
    )
    add_text(node, "ReferencedDocument", reference.url if external else path, reference.spelling)
    add_text(node, "Description", reference.description, reference.spelling)


def _comment(parent: Element, comment: Comment, topic_guid: str) -> None:
    node = add_identified(parent, "Comment", comment.guid)
    add_text(node, "VerbalStatus", comment.verbal_status, comment.spelling)
    add_leaf(node, "Status", comment.status)
    add_leaf(node, "Date", comment.date.written() if comment.date else None)
    add_leaf(node, "Author", comment.author)
    add_exact(node, "Comment", comment.comment)
    add_link(node, "Topic", topic_guid)
    if comment.viewpoint_guid:
        add_link(node, "Viewpoint", comment.viewpoint_guid)
    if comment.reply_to_comment_guid:
        add_link(node, "ReplyToComment", comment.reply_to_comment_guid)
    add_text(node, "ModifiedDate", comment.modified_date.written() if comment.modified_date else None)
    add_text(node, "ModifiedAuthor", comment.modified_author, comment.spelling)
    mark_synthetic(node, comment.synthetic)


def visinfo(view: Viewpoint, names: ViewpointNames) -> etree._Element:
    """The .bcfv document of a viewpoint; a field of view outside 45 to 60 degrees is kept, as the text asks."""
    with naming(f"viewpoint {view.guid}"):
        return _visinfo(view, names).parsed()


def _visinfo(view: Viewpoint, names: ViewpointNames) -> Element:
    element = root("VisualizationInfo")  # a Guid is not allowed before 2.1
    if view.components and view.components.flat:
        _components(element, view.components.flat)
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
    if view.clipping_planes or "ClippingPlanes" in view.spelling:
        planes = add(element, "ClippingPlanes")
        for plane in view.clipping_planes:
            node = add(planes, "ClippingPlane")
            add_point(node, "Location", plane.location)
            add_point(node, "Direction", plane.direction)
    for bitmap, name in zip(view.bitmaps, names.bitmaps, strict=True):
        _bitmap(element, bitmap, name)
    kept.keep(element, kept.of_view(view, "2.0"))
    return element


def _orthogonal(parent: Element, camera: OrthogonalCamera) -> None:
    node = add(parent, "OrthogonalCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    add_number(node, "ViewToWorldScale", camera.view_to_world_scale)


def _perspective(parent: Element, camera: PerspectiveCamera) -> None:
    node = add(parent, "PerspectiveCamera")
    add_point(node, "CameraViewPoint", camera.camera_view_point)
    add_point(node, "CameraDirection", camera.camera_direction)
    add_point(node, "CameraUpVector", camera.camera_up_vector)
    add_number(node, "FieldOfView", camera.field_of_view)


def _bitmap(parent: Element, bitmap: Bitmap, name: str) -> None:
    node = add(parent, "Bitmaps")
    add_leaf(node, "Bitmap", bitmap.bitmap_type.upper())
    add_leaf(node, "Reference", name)
    add_point(node, "Location", bitmap.location)
    add_point(node, "Normal", bitmap.normal)
    add_point(node, "Up", bitmap.up)
    add_number(node, "Height", bitmap.height)


def _components(parent: Element, flat: tuple[FlatComponent, ...]) -> None:
    """One list with flags; a flag nobody wrote stays unwritten, which is not the same as false."""
    listed = add(parent, "Components")
    listed.children += [component(item.component, _flags(item.selected, item.visible, item.color)) for item in flat]


@lru_cache(maxsize=1024)
def _flags(selected: bool | None, visible: bool | None, color: str | None) -> str:  # noqa: FBT001 - as 2.0 has them
    color = color if color and _COLOR.fullmatch(color) else None
    said = (("Selected", boolean(selected)), ("Visible", boolean(visible)), ("Color", color))
    return "".join([f' {name}="{value}"' for name, value in said if value is not None])
