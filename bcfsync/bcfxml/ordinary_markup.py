"""Ordinary markups, read straight: the same values the tolerant reader would give, and nothing to report.

Owns: Markup → model.Topic where all is as the schemas of 2.0, 2.1 and 3.0 have it. Sees: ordinary, model.
Anything else raises Odd, and ``markup`` reads the element by its own rules, which say what counts.
"""

from lxml import etree

from bcfsync.bcfxml import ordinary
from bcfsync.bcfxml.ordinary import Odd, Parts
from bcfsync.model import Comment, HeaderFile, Snapshot, Topic, Viewpoint

Elements = list[etree._Element]  # noqa: SLF001 - lxml's only name for it

_NONE: frozenset[str] = frozenset()
_GUID = frozenset({"Guid"})
_TOPIC = frozenset({"Guid", "TopicType", "TopicStatus", "ServerAssignedId"})
_TOPIC_TEXTS = frozenset(
    {
        "Title",
        "Priority",
        "Index",
        "CreationDate",
        "CreationAuthor",
        "ModifiedDate",
        "ModifiedAuthor",
        "DueDate",
        "AssignedTo",
        "Stage",
        "Description",
    }
)
_LISTS = ("Labels", "ReferenceLink", "ReferenceLinks", "RelatedTopic", "RelatedTopics")
_COMMENT_TEXTS = frozenset({"Date", "Author", "Comment", "ModifiedDate", "ModifiedAuthor", "Status", "VerbalStatus"})
_COMMENT_LINKS = frozenset({"Viewpoint", "ReplyToComment", "Topic"})
_VIEWPOINT_TEXTS = frozenset({"Viewpoint", "Snapshot", "Index"})
_FILE = frozenset({"IfcProject", "IfcSpatialStructureElement", "isExternal", "IsExternal"})
_FILE_TEXTS = frozenset({"Filename", "Date", "Reference"})


def topic(root: etree._Element, folder: str) -> tuple[Topic, Elements, Elements]:
    """The topic of a Markup without its thread, and the elements of its comments and of its viewpoints.

    Raises:
        Odd: there is anything in Markup, Header or Topic that needs the tolerant reader.
    """
    ordinary.attributes(root, _NONE)
    single: Parts = {}
    comments: Elements = []
    viewpoints: Elements = []
    for child in root:
        tag = child.tag
        if tag == "Comment":
            comments.append(child)
        elif tag == "Viewpoints" and len(child) and child.find("ViewPoint") is None:
            viewpoints.append(child)
        elif tag in {"Header", "Topic"} and tag not in single:
            single[tag] = child
        else:
            raise Odd
    if "Topic" not in single:
        raise Odd
    files = _files(single["Header"]) if "Header" in single else ()
    return _topic(single["Topic"], folder, files, comments, viewpoints), comments, viewpoints


def _topic(
    element: etree._Element, folder: str, files: tuple[HeaderFile, ...], comments: Elements, viewpoints: Elements
) -> Topic:
    said = ordinary.attributes(element, _TOPIC)
    guid = said.get("Guid", "")
    if not ordinary.is_plain_guid(guid) or guid.lower() != folder.rpartition("/")[2].lower():
        raise Odd
    texts: ordinary.Texts = {}
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    for child in element:
        tag = child.tag
        if tag in _TOPIC_TEXTS and tag not in texts:
            texts[tag] = ordinary.leaf(child)
        elif tag == "Comments":
            comments.extend(ordinary.items(child, "Comment"))
        elif tag == "Viewpoints":
            viewpoints.extend(ordinary.items(child, "ViewPoint"))
        elif tag in lists:
            lists[tag].extend(_listed(child))
        else:
            raise Odd
    if "Title" not in texts or (lists["RelatedTopic"] and lists["RelatedTopics"]):
        raise Odd
    text = texts.get
    return Topic(
        guid=guid,
        title=texts["Title"],
        topic_type=said.get("TopicType"),
        topic_status=said.get("TopicStatus"),
        priority=text("Priority"),
        index=ordinary.integer(text("Index")),
        labels=tuple(lists["Labels"]),
        reference_links=(*lists["ReferenceLink"], *lists["ReferenceLinks"]),
        creation_date=ordinary.date(text("CreationDate")),
        creation_author=text("CreationAuthor"),
        modified_date=ordinary.date(text("ModifiedDate")),
        modified_author=text("ModifiedAuthor"),
        due_date=ordinary.date(text("DueDate")),
        assigned_to=text("AssignedTo"),
        stage=text("Stage"),
        description=text("Description"),
        server_assigned_id=said.get("ServerAssignedId"),
        files=files,
        related_topics=tuple(lists["RelatedTopic"] or lists["RelatedTopics"]),
        folder=folder,
    )


def _listed(element: etree._Element) -> list[str]:
    """One item of 2.x, or the items 3.0 wraps; 2.x and 3.0 both call their labels Labels."""
    match element.tag:
        case "RelatedTopic":
            return [ordinary.guid_of(element)]
        case "RelatedTopics":
            return [ordinary.guid_of(child) for child in ordinary.items(element, "RelatedTopic")]
        case "ReferenceLinks":
            return [ordinary.leaf(child) for child in ordinary.items(element, "ReferenceLink")]
        case "Labels" if len(element):
            return [ordinary.leaf(child) for child in ordinary.items(element, "Label")]
        case _:
            return [ordinary.leaf(element)]


def _files(header: etree._Element) -> tuple[HeaderFile, ...]:
    """2.x lists the files in Header, 3.0 in Header/Files."""
    ordinary.attributes(header, _NONE)
    if len(header) == 1 and header[0].tag == "Files":
        header = header[0]
    return tuple(_file(child) for child in ordinary.items(header, "File"))


def _file(element: etree._Element) -> HeaderFile:
    said = ordinary.attributes(element, _FILE)
    texts = ordinary.texts(element, _FILE_TEXTS)
    if {"isExternal", "IsExternal"} <= said.keys():
        raise Odd
    external = ordinary.flag(said.get("isExternal") or said.get("IsExternal"))
    if external is None:
        raise Odd  # the tolerant reader remembers that it was left to its default
    return HeaderFile(
        ifc_project=said.get("IfcProject"),
        ifc_spatial_structure_element=said.get("IfcSpatialStructureElement"),
        filename=texts.get("Filename"),
        date=ordinary.date(texts.get("Date")),
        reference=texts.get("Reference"),
        is_external=external,
    )


def comment(element: etree._Element, topic_guid: str) -> Comment:
    """A comment with guid, and with a text or a viewpoint.

    Raises:
        Odd: it needs the tolerant reader.
    """
    guid = ordinary.attributes(element, _GUID).get("Guid")
    texts: ordinary.Texts = {}
    for child in element:
        tag = child.tag
        if tag in texts:
            raise Odd
        if tag in _COMMENT_TEXTS:
            texts[tag] = ordinary.leaf(child)
        elif tag in _COMMENT_LINKS:
            texts[tag] = ordinary.guid_of(child)
        else:
            raise Odd
    text = texts.get
    if not guid or not (text("Comment") or text("Viewpoint")) or text("Topic", topic_guid) != topic_guid:
        raise Odd
    return Comment(
        guid.strip(),
        text("Comment", ""),
        ordinary.date(text("Date")),
        text("Author"),
        text("Viewpoint"),
        ordinary.date(text("ModifiedDate")),
        text("ModifiedAuthor"),
        text("ReplyToComment"),
        text("Status"),
        text("VerbalStatus"),
    )


def viewpoint(element: etree._Element) -> Viewpoint:
    """A markup's mention of a viewpoint: its guid and index, the names of its files.

    Raises:
        Odd: it needs the tolerant reader.
    """
    guid = ordinary.attributes(element, _GUID).get("Guid", "")
    if not ordinary.is_plain_guid(guid):
        raise Odd
    text = ordinary.texts(element, _VIEWPOINT_TEXTS).get
    name, snapshot = text("Viewpoint"), text("Snapshot")
    return Viewpoint(
        guid,
        ordinary.integer(text("Index")),
        snapshot=Snapshot("png", snapshot.strip()) if snapshot else None,
        reference=name.strip() if name else None,
    )
