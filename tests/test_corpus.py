"""Published archives, read as an independent reader reads them: zipfile and XPath, none of our decoder."""

import posixpath
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from essence import essence, opened, rewritten, types_come_from_comments
from lxml import etree

from bcfsync.findings import Severity
from bcfsync.validate import validate

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
XSD = Path(__file__).resolve().parents[1] / "xsd"
ARCHIVES = sorted(CORPUS.glob("*/*.bcf*"))
FLAGS = {None: None, "true": True, "1": True, "false": False, "0": False}
SCHEMAS = {"bcf.version": "version", "project.bcfp": "project", "extensions.xml": "extensions"}
SCHEMAS |= {"documents.xml": "documents", "markup.bcf": "markup"}
# what the audit of the published archives found invalid, of those that are here
INVALID = {
    "2.0/CommentsWithoutViewpoints.bcfzip": 1,
    "2.0/MaximumInformation.bcfzip": 1,
    "2.0/PDFFile.bcfzip": 1,
    "2.0/RelatedTopicsWithOtherTopicMissing.bcfzip": 1,
    "2.0/ExtensionSchema.bcfzip": 1,
    "2.0/PerspectiveView.bcfzip": 2,
    "2.0/SingleInvisibleWall.bcfzip": 1,
    "2.0/SingleVisibleWall.bcfzip": 1,
    "3.0/Due-Date.bcf": 1,
    "3.0/Milestone.bcf": 1,
}

pytestmark = pytest.mark.skipif(not ARCHIVES, reason="no published archives here")
every_archive = pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)


# --- the independent reader -------------------------------------------------------------------------------------------


class Zip:
    """Not a reader of BCF: the bytes of entries, and XML roots."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.bytes = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}

    def xml(self, name):
        return etree.fromstring(self.bytes[name]) if name in self.bytes else None

    def beside(self, folder, reference):
        for path in (posixpath.join(folder, reference), reference):
            found = self.bytes.get(posixpath.normpath(path))
            if found is not None:
                return found
        return None


def text(element, path):
    found = [str(item) for item in element.xpath(f"({path})/descendant-or-self::text() | ({path})[not(self::*)]")]
    joined = "".join(found)
    return joined if joined.strip() else None


def attribute(element, name):
    found = {key.lower(): value for key, value in element.attrib.items()}.get(name.lower())
    return found if found and found.strip() else None


def instant(element, path):
    found = text(element, path)
    if found is None:
        return None
    moment = datetime.fromisoformat(found)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def floats(element, *names):
    return tuple(float(element.findtext(f"{name}/{axis}")) for name in names for axis in "XYZ")


def read_topic(archive, entry, version):
    root, folder = archive.xml(entry), posixpath.dirname(entry)
    topic = root.find("Topic")
    snippet = topic.find("BimSnippet")
    return {
        "guid": topic.get("Guid"),
        "title": topic.findtext("Title") or "",
        "type": attribute(topic, "TopicType"),
        "status": attribute(topic, "TopicStatus"),
        "server id": attribute(topic, "ServerAssignedId"),
        "index": text(topic, "Index"),
        "words": [text(topic, name) for name in ("Priority", "AssignedTo", "Stage", "Description")],
        "authors": [text(topic, name) for name in ("CreationAuthor", "ModifiedAuthor")],
        "dates": [instant(topic, name) for name in ("CreationDate", "ModifiedDate", "DueDate")],
        "labels": topic.xpath("Labels[not(*)]/text() | Labels/Label/text()"),
        "links": topic.xpath("ReferenceLink/text() | ReferenceLinks/ReferenceLink/text()"),
        "related": topic.xpath("RelatedTopics/@Guid | RelatedTopic/@Guid | RelatedTopics/RelatedTopic/@Guid"),
        "snippet": snippet is not None
        and [
            snippet.get("SnippetType"),
            FLAGS[attribute(snippet, "IsExternal")] or False,
            snippet.findtext("Reference"),
            snippet.findtext("ReferenceSchema"),
            archive.beside(folder, snippet.findtext("Reference")),
        ],
        "files": [read_file(node) for node in root.xpath("Header/File[@* or *] | Header/Files/File")],
        "references": [
            [
                text(node, "Description"),
                text(node, "Url | self::*[@isExternal='true']/ReferencedDocument"),
                archive.beside(folder, text(node, "ReferencedDocument | DocumentGuid") or "?")
                or archive.bytes.get(f"documents/{text(node, 'DocumentGuid')}"),
            ]
            for node in topic.xpath(
                "DocumentReferences[ReferencedDocument] | DocumentReference | DocumentReferences/DocumentReference"
            )
        ],
        "comments": [read_comment(node) for node in root.xpath("Comment | Topic/Comments/Comment")],
        "viewpoints": [
            read_viewpoint(archive, folder, node, version)
            for node in root.xpath("Viewpoints[@Guid] | Topic/Viewpoints/ViewPoint")
        ],
    }


def read_file(node):
    external = FLAGS[attribute(node, "IsExternal")]
    return [
        attribute(node, "IfcProject"),
        attribute(node, "IfcSpatialStructureElement"),
        text(node, "Filename"),
        instant(node, "Date"),
        text(node, "Reference"),
        True if external is None else external,
    ]


def read_comment(node):
    return [
        node.get("Guid"),
        node.findtext("Comment") or "",
        instant(node, "Date"),
        text(node, "Author"),
        instant(node, "ModifiedDate"),
        text(node, "ModifiedAuthor"),
        text(node, "Viewpoint/@Guid"),
        text(node, "ReplyToComment/@Guid"),
        text(node, "Status"),
        text(node, "VerbalStatus"),
    ]


def read_viewpoint(archive, folder, node, version):
    named, picture = text(node, "Viewpoint"), text(node, "Snapshot")
    root = archive.xml(posixpath.join(folder, named)) if named else None
    return {
        "guid": node.get("Guid"),
        "index": text(node, "Index"),
        "snapshot": picture and archive.bytes[posixpath.join(folder, picture)],
        **(read_visinfo(archive, folder, root, version) if root is not None else {}),
    }


def read_visinfo(archive, folder, root, version):
    return {
        "perspective": read_camera(root.find("PerspectiveCamera"), "FieldOfView"),
        "orthogonal": read_camera(root.find("OrthogonalCamera"), "ViewToWorldScale"),
        "lines": [floats(line, "StartPoint", "EndPoint") for line in root.xpath("Lines/Line")],
        "planes": [floats(plane, "Location", "Direction") for plane in root.xpath("ClippingPlanes/ClippingPlane")],
        "bitmaps": [
            [
                (item.findtext("Format") or item.findtext("Bitmap")).lower(),
                floats(item, "Location", "Normal", "Up"),
                float(item.findtext("Height")),
                archive.beside(folder, item.findtext("Reference")),
            ]
            for item in root.xpath("Bitmaps[Location] | Bitmap[Location] | Bitmaps/Bitmap[Location]")
        ],
        "components": read_components(root.find("Components"), version),
    }


def read_camera(node, last):
    if node is None:
        return None
    ratio = node.findtext("AspectRatio")
    place = floats(node, "CameraViewPoint", "CameraDirection", "CameraUpVector")
    return (*place, float(node.findtext(last)), float(ratio) if ratio else None)


def ids(nodes):
    return [(node.get("IfcGuid"), text(node, "OriginatingSystem"), text(node, "AuthoringToolId")) for node in nodes]


def read_components(node, version):
    if node is None or not len(node):
        return None
    if version == "2.0":
        return read_flat(node)
    shown, hints = node.find("Visibility"), node.find(".//ViewSetupHints")
    default = FLAGS[shown.get("DefaultVisibility")] if shown is not None else None
    return {
        "selection": ids(node.xpath("Selection/Component")),
        "coloring": [(item.get("Color"), ids(item.xpath(".//Component"))) for item in node.xpath("Coloring/Color")],
        "default": False if default is None and shown is not None and version == "3.0" else default,
        "exceptions": ids(node.xpath("Visibility/Exceptions/Component")),
        "hints": hints is not None
        and [FLAGS[hints.get(f"{name}Visible")] for name in ("Spaces", "SpaceBoundaries", "Openings")],
    }


def read_flat(node):
    every, selected = node.findall("Component"), node.xpath("Component[@Selected='true' or @Selected='1']")
    colors = list(dict.fromkeys(node.xpath("Component/@Color")))
    hidden = node.xpath("Component[@Visible='false' and not(@Selected='true') and not(@Color)]")
    alone = not hidden and node.xpath("Component[@Visible='true']")
    only = [item for item in every if item.get("Visible") == "true" or item in selected or item.get("Color")]
    return {
        "selection": ids(selected),
        "coloring": [(color.upper(), ids(node.xpath("Component[@Color=$color]", color=color))) for color in colors],
        "default": not alone,
        "exceptions": ids(hidden or (only if alone else [])),
        "hints": False,
    }


# --- the same facts of our model --------------------------------------------------------------------------------------


def numbers(*points):
    return tuple(value for point in points for value in (point.x, point.y, point.z))


def date(stamp):
    return stamp.instant if stamp else None


def index(value):
    return None if value is None else str(value)


def topic_facts(topic, content, documents):
    snippet = topic.bim_snippet
    return {
        "guid": topic.guid,
        "title": topic.title,
        "type": topic.topic_type,
        "status": topic.topic_status,
        "server id": topic.server_assigned_id,
        "index": index(topic.index),
        "words": [topic.priority, topic.assigned_to, topic.stage, topic.description],
        "authors": [topic.creation_author, topic.modified_author],
        "dates": [date(topic.creation_date), date(topic.modified_date), date(topic.due_date)],
        "labels": list(topic.labels),
        "links": list(topic.reference_links),
        "related": list(topic.related_topics),
        "snippet": snippet is not None
        and [
            snippet.snippet_type,
            snippet.is_external,
            snippet.reference,
            snippet.reference_schema,
            content(snippet.blob),
        ],
        "files": [
            [
                file.ifc_project,
                file.ifc_spatial_structure_element,
                file.filename,
                date(file.date),
                file.reference,
                file.is_external,
            ]
            for file in topic.files
        ],
        "references": [
            [item.description, item.url, content(documents[item.document_guid]) if item.document_guid else None]
            for item in topic.document_references
        ],
        "comments": [
            [
                comment.guid,
                comment.comment,
                date(comment.date),
                comment.author,
                date(comment.modified_date),
                comment.modified_author,
                comment.viewpoint_guid,
                comment.reply_to_comment_guid,
                comment.status,
                comment.verbal_status,
            ]
            for comment in topic.comments
        ],
        "viewpoints": [viewpoint_facts(view, content) for view in topic.viewpoints],
    }


def viewpoint_facts(view, content):
    facts = {
        "guid": view.guid,
        "index": index(view.index),
        "snapshot": view.snapshot and content(view.snapshot.blob),
    }
    if not view.reference:
        return facts
    first, other = view.perspective_camera, view.orthogonal_camera
    return facts | {
        "perspective": first and (*camera(first), first.field_of_view, first.aspect_ratio),
        "orthogonal": other and (*camera(other), other.view_to_world_scale, other.aspect_ratio),
        "lines": [numbers(line.start_point, line.end_point) for line in view.lines],
        "planes": [numbers(plane.location, plane.direction) for plane in view.clipping_planes],
        "bitmaps": [
            [item.bitmap_type, numbers(item.location, item.normal, item.up), item.height, content(item.blob)]
            for item in view.bitmaps
        ],
        "components": view.components and component_facts(view.components),
    }


def camera(item):
    return numbers(item.camera_view_point, item.camera_direction, item.camera_up_vector)


def named(components):
    return [(item.ifc_guid, item.originating_system, item.authoring_tool_id) for item in components]


def component_facts(components):
    shown = components.visibility
    hints = shown.view_setup_hints if shown else None
    return {
        "selection": named(components.selection),
        "coloring": [(group.color, named(group.components)) for group in components.coloring],
        "default": shown.default_visibility if shown else None,
        "exceptions": named(shown.exceptions) if shown else [],
        "hints": hints is not None and [hints.spaces_visible, hints.space_boundaries_visible, hints.openings_visible],
    }


# --- the tests --------------------------------------------------------------------------------------------------------


@every_archive
def test_an_archive_opens_without_an_error(path):
    bcf, findings = opened(path)
    assert bcf.version == path.parent.name
    assert [str(finding) for finding in findings if finding.rule.severity is Severity.ERROR] == []


@every_archive
def test_topics_say_what_an_independent_reader_finds(path):
    archive, (bcf, _) = Zip(path), opened(path)
    entries = [name for name in archive.bytes if name.endswith("/markup.bcf")]
    documents = {document.guid: document.blob for document in bcf.documents}

    def content(blob):
        return archive.bytes[blob.locator] if blob else None

    ours = [topic_facts(topic, content, documents) for topic in bcf.topics]
    theirs = [read_topic(archive, entry, bcf.version) for entry in entries]
    assert ours == theirs


@every_archive
def test_project_and_lists_say_what_an_independent_reader_finds(path):
    archive, (bcf, _) = Zip(path), opened(path)
    root = archive.xml("project.bcfp")
    node = root.find("Project") if root is not None else None
    found = (attribute(node, "ProjectId"), text(node, "Name")) if node is not None else (None, None)
    assert (bcf.project.project_id if bcf.project else None, bcf.project.name if bcf.project else None) == found

    lists = archive.xml("extensions.xml")
    if lists is not None:
        assert {
            "TopicTypes": bcf.extensions.topic_type,
            "TopicStatuses": bcf.extensions.topic_status,
            "Priorities": bcf.extensions.priority,
            "TopicLabels": bcf.extensions.topic_label,
            "Users": bcf.extensions.users,
            "SnippetTypes": bcf.extensions.snippet_type,
            "Stages": bcf.extensions.stage,
        } == {"TopicTypes": None, "TopicStatuses": None, "Priorities": None, "TopicLabels": None} | dict.fromkeys(
            ["Users", "SnippetTypes", "Stages"]
        ) | {child.tag: tuple(child.xpath("*/text()")) for child in lists}
    schema = archive.xml("extensions.xsd")
    if schema is not None:
        xs = {"xs": "http://www.w3.org/2001/XMLSchema"}
        values = {
            item.get("name"): tuple(item.xpath(".//xs:enumeration/@value", namespaces=xs))
            for item in schema.iterfind(".//xs:simpleType", xs)
        }
        assert bcf.extensions.topic_type == values.get("TopicType")
        assert bcf.extensions.topic_label == values.get("TopicLabel")
        assert bcf.extensions.users == values.get("UserIdType")
        assert bcf.extensions.stage == values.get("Stage")


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@every_archive
def test_an_archive_written_again_says_the_same(path, version, tmp_path):
    first = rewritten(path, tmp_path / "first.bcf", version)
    before, after = opened(path)[0], opened(first)[0]
    assert essence(after, version) == essence(before, version)


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@every_archive
def test_an_archive_written_twice_has_the_same_bytes(path, version, tmp_path):
    first = rewritten(path, tmp_path / "first.bcf", version)
    if version == "3.0" and types_come_from_comments(opened(path)[0]):
        first = rewritten(first, tmp_path / "without-statuses.bcf", version)
    second = rewritten(first, tmp_path / "second.bcf", version)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@every_archive
def test_every_document_written_is_valid(path, version, tmp_path):
    for entry, data in Zip(rewritten(path, tmp_path / "new.bcf", version)).bytes.items():
        last = posixpath.basename(entry)
        kind = "visinfo" if last.endswith(".bcfv") else SCHEMAS.get(last)
        if kind:
            assert problems(etree.fromstring(data), XSD / version / f"{kind}.xsd") == []


def problems(root, schema):
    """What is invalid; 2.1 allows 45 to 60 degrees, and its text asks to keep any angle all the same."""
    checker = compiled(schema)
    checker.validate(root)
    return [error.message for error in checker.error_log if "FieldOfView" not in error.message]


SEEN = {}


def compiled(path):
    if path not in SEEN:
        SEEN[path] = etree.XMLSchema(etree.parse(path))
    return SEEN[path]


@pytest.mark.slow
@every_archive
def test_the_verdict_is_that_of_the_published_audit(path):
    verdict = validate(path)
    entries = {finding.entry for finding in verdict.findings if finding.rule.number == "F207"}
    assert verdict.version == path.parent.name
    assert len(entries) == INVALID.get(f"{path.parent.name}/{path.name}", 0)
    assert len(set(verdict.findings)) == len(verdict.findings)
