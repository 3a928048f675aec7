"""Reading the documents at the root: ``bcf.version``, ``project.bcfp``, the extension lists and ``documents.xml``.

Owns: root documents → model. Sees: node, model. Rules: BCF-XML schemas; an ``extensions.xsd`` is read as data,
since hardly one of them compiles as a schema (BCF-XML 198).
"""

import re
from dataclasses import fields

from bcfsync import findings as f
from bcfsync.bcfxml import kept
from bcfsync.bcfxml.node import Node
from bcfsync.guids import derived_guid
from bcfsync.model import Document, Extensions, Project

KNOWN_VERSIONS = ("2.0", "2.1", "3.0")
_XSD_TYPES = {
    "TopicType": "topic_type",
    "TopicStatus": "topic_status",
    "Priority": "priority",
    "TopicLabel": "topic_label",
    "UserIdType": "users",
    "SnippetType": "snippet_type",
    "Stage": "stage",
}
_XML_LISTS = {
    ("TopicTypes", "TopicType"): "topic_type",
    ("TopicStatuses", "TopicStatus"): "topic_status",
    ("Priorities", "Priority"): "priority",
    ("TopicLabels", "TopicLabel"): "topic_label",
    ("Users", "User"): "users",
    ("SnippetTypes", "SnippetType"): "snippet_type",
    ("Stages", "Stage"): "stage",
}


def read_version(root: Node) -> str | None:
    """The version a bcf.version document declares, where it is one that exists ("3" counts as 3.0)."""
    text = root.attribute("VersionId") or ""
    root.text("DetailedVersion")
    root.report_unknown()
    found = re.match(r"\s*(\d+)(?:\.(\d+))?", text)
    version = f"{found[1]}.{found[2] or 0}" if found else ""
    if version not in KNOWN_VERSIONS:
        root.note(f.ODD_VERSION, f"VersionId {text!r}")
        return None
    return version


def read_project(root: Node) -> tuple[Project | None, str | None]:
    """The project of a project.bcfp, and the name of its extension schema; blank ones count as absent."""
    node = root.one("Project")
    schema = root.text("ExtensionSchema")
    project = Project()
    if node:
        project_id = node.attribute("ProjectId")
        project = Project(None if "ProjectId" in node.synthetic() else project_id, node.text("Name"))
        node.report_unknown()
    root.report_unknown()
    return (None if project == Project() else project), schema


def read_extensions_xml(root: Node) -> Extensions:
    """The lists of an extensions.xml; a list that is not there is None, blank values are skipped."""
    lists: dict[str, tuple[str, ...] | None] = {}
    for (wrapper, item), name in _XML_LISTS.items():
        node = root.one(wrapper)
        lists[name] = node.texts(item) if node else None
        if node:
            node.report_unknown()
    root.report_unknown()
    return Extensions(**lists)


def read_extensions_xsd(root: Node) -> Extensions:
    """The lists of an extensions.xsd: each simple type's name, or the type it restricts, and its enumeration."""
    lists: dict[str, tuple[str, ...] | None] = {}
    for element in root.element.iter("{*}simpleType"):
        node = Node(element, root.entry, root.findings)
        restriction = node.one("restriction")
        base = restriction.attribute("base") if restriction else None
        word = node.attribute("name") or (base or "").rpartition(":")[2]
        if restriction is None or word not in _XSD_TYPES:
            continue
        values = (item.attribute("value") for item in restriction.many("enumeration"))
        lists[_XSD_TYPES[word]] = tuple(value for value in values if value)
    return Extensions(**lists)


def read_documents(root: Node) -> tuple[Document, ...]:
    """The documents of a documents.xml, still without their bytes."""
    wrapper = root.one("Documents")
    found = [_document(node) for node in wrapper.many("Document")] if wrapper else []
    if wrapper:
        wrapper.report_unknown()
    root.report_unknown()
    return tuple(found)


def _document(node: Node) -> Document:
    name = node.text("Filename") or ""
    name = "" if "Filename" in node.synthetic() else name
    guid = node.attribute("Guid")
    if guid is None:
        node.note(f.NO_GUID, f"document {name!r}")
        guid = derived_guid("document", name)
    document = Document(guid.strip(), name, node.text("Description"))
    node.report_unknown()
    return kept.with_document(document, kept.kept(node.element))


def has_lists(extensions: Extensions | None) -> bool:
    """Whether any list is stated."""
    return extensions is not None and any(getattr(extensions, item.name) is not None for item in fields(extensions))
