"""Topics to a BCF 2.1 archive.

Owns: the order of elements and the names of entries. Sees: lxml, zipfile. Governed by: BCF-XML 2.1, ``markup.xsd`` and
``visinfo.xsd``; its documentation for the file names. The same topics make the same bytes.
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

from lxml import etree

from bcfsync.server.store.database import JsonObject
from bcfsync.server.vendors.archive21 import values
from bcfsync.server.vendors.archive21.parts import TopicParts, ViewpointParts

_DATE = (1980, 1, 1, 0, 0, 0)
_CAMERAS = (
    ("OrthogonalCamera", "orthogonal_camera", "ViewToWorldScale", "view_to_world_scale"),
    ("PerspectiveCamera", "perspective_camera", "FieldOfView", "field_of_view"),
)
_HINTS = (
    ("SpacesVisible", "spaces_visible"),
    ("SpaceBoundariesVisible", "space_boundaries_visible"),
    ("OpeningsVisible", "openings_visible"),
)


def write(file: IO[bytes], project_guid: str, project_name: str, topics: Iterable[TopicParts]) -> None:
    """Write an archive; the topics are asked for one after the other."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        version = etree.Element("Version", VersionId="2.1")
        etree.SubElement(version, "DetailedVersion").text = "2.1"
        _add_xml(archive, "bcf.version", version)
        extension = etree.Element("ProjectExtension")
        project = etree.SubElement(extension, "Project", ProjectId=values.text(project_guid))
        _add(project, "Name", project_name)
        etree.SubElement(extension, "ExtensionSchema")
        _add_xml(archive, "project.bcfp", extension)
        for parts in topics:
            _add_topic(archive, parts)


def _add_topic(archive: zipfile.ZipFile, parts: TopicParts) -> None:
    folder = values.guid(parts.topic["guid"])
    names = [_names(at, viewpoint) for at, viewpoint in enumerate(parts.viewpoints)]
    _add_xml(archive, f"{folder}/markup.bcf", _markup(parts, names))
    for viewpoint, (view, snapshot) in zip(parts.viewpoints, names, strict=True):
        _add_xml(archive, f"{folder}/{view}", _visinfo(viewpoint))
        if snapshot and viewpoint.content.snapshot is not None:
            _add_entry(archive, f"{folder}/{snapshot}", viewpoint.content.snapshot, zipfile.ZIP_STORED)


def _names(at: int, viewpoint: ViewpointParts) -> tuple[str, str | None]:
    """Entry names of a viewpoint and its snapshot: the first one has the names some programs insist on."""
    guid = values.guid(viewpoint.guid)
    view, picture = (f"Viewpoint_{guid}", f"Snapshot_{guid}") if at else ("viewpoint", "snapshot")
    snapshot = viewpoint.content.members.get("snapshot")
    has_snapshot = snapshot and viewpoint.content.snapshot is not None
    return f"{view}.bcfv", f"{picture}.{snapshot['snapshot_type']}" if snapshot and has_snapshot else None


def _markup(parts: TopicParts, names: Sequence[tuple[str, str | None]]) -> etree._Element:
    markup = etree.Element("Markup")
    _topic(markup, parts.topic)
    for comment in parts.comments:
        _comment(markup, comment)
    for viewpoint, (view, snapshot) in zip(parts.viewpoints, names, strict=True):
        item = etree.SubElement(markup, "Viewpoints", Guid=values.guid(viewpoint.guid))
        _add(item, "Viewpoint", view)
        _add(item, "Snapshot", snapshot)
        _add(item, "Index", values.index(viewpoint.content.members.get("index")))
    return markup


def _topic(markup: etree._Element, topic: JsonObject) -> None:
    element = etree.SubElement(markup, "Topic", Guid=values.guid(topic["guid"]))
    for name, member in (("TopicType", "topic_type"), ("TopicStatus", "topic_status")):
        if topic.get(member):
            element.set(name, values.text(topic[member]))
    for link in topic.get("reference_links") or ():
        _add(element, "ReferenceLink", link)
    _add(element, "Title", topic["title"])
    _add(element, "Priority", topic.get("priority"))
    _add(element, "Index", values.index(topic.get("index")))
    for label in topic.get("labels") or ():
        _add(element, "Labels", label)
    _add(element, "CreationDate", values.date_time(topic["creation_date"]))
    _add(element, "CreationAuthor", topic.get("creation_author") or "")
    _add_date(element, "ModifiedDate", topic.get("modified_date"))
    _add(element, "ModifiedAuthor", topic.get("modified_author"))
    _add_date(element, "DueDate", topic.get("due_date"))
    _add(element, "AssignedTo", topic.get("assigned_to"))
    _add(element, "Stage", topic.get("stage"))
    _add(element, "Description", topic.get("description"))


def _comment(markup: etree._Element, comment: JsonObject) -> None:
    element = etree.SubElement(markup, "Comment", Guid=values.guid(comment["guid"]))
    _add(element, "Date", values.date_time(comment["date"]))
    _add(element, "Author", comment.get("author") or "")
    _add(element, "Comment", comment.get("comment") or "")
    if comment.get("viewpoint_guid"):
        etree.SubElement(element, "Viewpoint", Guid=values.guid(comment["viewpoint_guid"]))
    _add_date(element, "ModifiedDate", comment.get("modified_date"))
    _add(element, "ModifiedAuthor", comment.get("modified_author"))


def _visinfo(viewpoint: ViewpointParts) -> etree._Element:
    info = etree.Element("VisualizationInfo", Guid=values.guid(viewpoint.guid))
    members = viewpoint.content.members
    if viewpoint.content.components is not None:
        _components(info, viewpoint.content.components)
    for name, member, lens, lens_member in _CAMERAS:
        camera = members.get(member)
        if camera:
            element = etree.SubElement(info, name)
            for part, vector in _VECTORS:
                _vector(element, part, camera[vector])
            _add(element, lens, values.number(camera[lens_member]))
    _pairs(info, "Lines", "Line", (("StartPoint", "start_point"), ("EndPoint", "end_point")), members.get("lines"))
    parts = (("Location", "location"), ("Direction", "direction"))
    _pairs(info, "ClippingPlanes", "ClippingPlane", parts, members.get("clipping_planes"))
    return info


_VECTORS = (
    ("CameraViewPoint", "camera_view_point"),
    ("CameraDirection", "camera_direction"),
    ("CameraUpVector", "camera_up_vector"),
)


def _components(info: etree._Element, components: JsonObject) -> None:
    element = etree.SubElement(info, "Components")
    visibility: Mapping[str, object] = components.get("visibility") or {}
    hints = visibility.get("view_setup_hints")
    if isinstance(hints, dict):
        etree.SubElement(element, "ViewSetupHints", {name: values.flag(hints.get(member)) for name, member in _HINTS})
    _list(element, "Selection", components.get("selection"))
    default = values.flag(visibility.get("default_visibility"))
    _list(
        etree.SubElement(element, "Visibility", DefaultVisibility=default), "Exceptions", visibility.get("exceptions")
    )
    colors = [c for c in components.get("coloring") or () if c.get("components") and values.color(c["color"])]
    coloring_element = etree.SubElement(element, "Coloring") if colors else element
    for coloring in colors:
        item = etree.SubElement(coloring_element, "Color", Color=values.color(coloring["color"]) or "")
        _component_items(item, coloring["components"])


def _list(parent: etree._Element, name: str, components: object) -> None:
    if isinstance(components, list) and components:
        _component_items(etree.SubElement(parent, name), components)


def _component_items(parent: etree._Element, components: Sequence[JsonObject]) -> None:
    for component in components:
        ifc_guid = values.ifc_guid(component.get("ifc_guid"))
        item = etree.SubElement(parent, "Component", {} if ifc_guid is None else {"IfcGuid": ifc_guid})
        _add(item, "OriginatingSystem", component.get("originating_system"))
        _add(item, "AuthoringToolId", component.get("authoring_tool_id"))


def _pairs(
    info: etree._Element, name: str, item_name: str, parts: Sequence[tuple[str, str]], items: list[JsonObject] | None
) -> None:
    if items:
        element = etree.SubElement(info, name)
        for item in items:
            child = etree.SubElement(element, item_name)
            for part, member in parts:
                _vector(child, part, item[member])


def _vector(parent: etree._Element, name: str, vector: JsonObject) -> None:
    element = etree.SubElement(parent, name)
    for axis in ("x", "y", "z"):
        _add(element, axis.upper(), values.number(vector[axis]))


def _add(parent: etree._Element, name: str, value: str | None) -> None:
    if value is not None:
        etree.SubElement(parent, name).text = values.text(value)


def _add_date(parent: etree._Element, name: str, value: str | None) -> None:
    if value is not None:
        _add(parent, name, values.date_time(value))


def _add_xml(archive: zipfile.ZipFile, name: str, root: etree._Element) -> None:
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    _add_entry(archive, name, data, zipfile.ZIP_DEFLATED)


def _add_entry(archive: zipfile.ZipFile, name: str, data: bytes, compression: int) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)
