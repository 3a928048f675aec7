"""Reading ``markup.bcf`` of every version: the topic, its header, its thread, and the names of its viewpoints.

Owns: Markup → model.Topic, with viewpoints that so far only name their files. Sees: node, model.
Rules: BCF-XML 2.0, 2.1, 3.0 markup schemas; one tolerant reader, because files mix the forms of versions.
"""

from dataclasses import replace
from typing import TypeVar

from lxml import etree

from bcfsync import findings as f
from bcfsync.bcfxml import kept, ordinary_markup
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.ordinary import Odd
from bcfsync.bcfxml.ordinary_markup import Elements
from bcfsync.bcfxml.spelling import blanks, of_header, unsaid
from bcfsync.guids import derived_guid, guid_key, is_guid
from bcfsync.model import BimSnippet, Comment, DocumentReference, HeaderFile, Snapshot, Topic, Viewpoint

T = TypeVar("T")
Threaded = TypeVar("Threaded", Comment, Viewpoint)


Parts = tuple[Topic, tuple[Comment, ...], tuple[Viewpoint, ...]]


def read_markup(root: Node, folder: str) -> Topic | None:
    """The topic of a markup document, or None where it has no Topic element at all."""
    parts = read_parts(root, folder)
    return replace(parts[0], comments=parts[1], viewpoints=parts[2]) if parts else None


def read_parts(root: Node, folder: str) -> Parts | None:
    """The same as a topic without its thread, its comments, and its viewpoints as the markup mentions them."""
    try:
        topic, comments, viewpoints = ordinary_markup.topic(root.element, folder)
    except Odd:
        return _read_any(root, folder)
    return _with_thread(topic, comments, viewpoints, root)


def _read_any(root: Node, folder: str) -> Parts | None:
    node = root.one("Topic")
    header = root.one("Header")
    if node is None:
        root.note(f.BROKEN_XML, "Markup has no Topic")
        return None
    guid = _topic_guid(node, folder)
    comments = [*root.elements("Comment"), *_wrapped(node, "Comments", "Comment")]
    viewpoints = [*_viewpoint_elements(root), *_viewpoint_elements(node)]
    topic = _topic(node, guid, folder, header)
    root.report_unknown()
    return _with_thread(topic, comments, viewpoints, root)


def shape(root: Node) -> str | None:
    """The version whose form a markup has, where the form tells it (BCF-XML 2.0, 2.1 and 3.0 share much)."""
    topic = root.one("Topic")
    if topic is None:
        return None
    header = root.one("Header")
    wrapped = any(topic.one(name) for name in ("Comments", "Viewpoints", "ReferenceLinks"))
    if wrapped or (header and header.one("Files")) or any(label.many("Label") for label in topic.many("Labels")):
        return "3.0"
    comments = root.many("Comment")
    if any(comment.one(name) for comment in comments for name in ("VerbalStatus", "Status", "Topic", "ReplyToComment")):
        return "2.0"
    if any(node.attribute("Guid") for node in topic.many("RelatedTopics")):
        return "2.0"
    # DueDate and Stage tell nothing: 3.0 has them in the same place
    if any(topic.one(name) for name in ("DocumentReference", "RelatedTopic")):
        return "2.1"
    # 3.0 has its thread inside the topic, and a viewpoint's number beside its files
    return "2.1" if comments or any(node.one("Index") for node in root.many("Viewpoints")) else None


def _topic_guid(node: Node, folder: str) -> str:
    guid = node.attribute("Guid")
    name = folder.rpartition("/")[2]
    if guid is None:
        guid = name if is_guid(name) else derived_guid("topic", folder)
        node.note(f.NO_GUID, f"Topic has no Guid, read as {guid}")
    elif not is_guid(guid):
        node.note(f.ODD_GUID, f"Topic Guid {guid!r}")
    elif guid_key(guid) != guid_key(name):
        node.note(f.FOLDER_NAME, f"folder {name}, Guid {guid}")
    return guid.strip()


def _topic(node: Node, guid: str, folder: str, header: Node | None) -> Topic:
    title = node.text("Title")
    if title is None:
        node.note(f.NO_TITLE, f"topic {guid}")
    invented = node.synthetic()
    topic = Topic(
        guid=guid,
        title="" if title is None or "Title" in invented else title,
        topic_type=_said(node.attribute("TopicType"), "TopicType", invented),
        topic_status=_said(node.attribute("TopicStatus"), "TopicStatus", invented),
        priority=node.text("Priority"),
        index=node.integer("Index"),
        labels=_labels(node),
        reference_links=(*node.texts("ReferenceLink"), *_wrapped_texts(node, "ReferenceLinks", "ReferenceLink")),
        creation_date=_said(node.date("CreationDate"), "CreationDate", invented),
        creation_author=_said(node.text("CreationAuthor"), "CreationAuthor", invented),
        modified_date=node.date("ModifiedDate"),
        modified_author=node.text("ModifiedAuthor"),
        due_date=node.date("DueDate"),
        assigned_to=node.text("AssignedTo"),
        stage=node.text("Stage"),
        description=node.text("Description"),
        bim_snippet=_snippet(node.one("BimSnippet"), invented),
        server_assigned_id=node.attribute("ServerAssignedId"),
        files=_files(header) if header else (),
        document_references=_references(node, guid),
        related_topics=_related(node),
        folder=folder,
        spelling=blanks(node.element) | of_header(header),
    )
    node.report_unknown()
    return kept.with_topic(topic, kept.kept(node.element))


def _said(value: T | None, name: str, invented: frozenset[str]) -> T | None:
    return None if name in invented else value


def _with_thread(topic: Topic, comments: Elements, viewpoints: Elements, root: Node) -> Parts:
    said = [_comment(element, topic.guid, at, root) for at, element in enumerate(comments)]
    thread = _unique(said, comments, "comment", root)
    views = [_viewpoint(element, topic.guid, at, root) for at, element in enumerate(viewpoints)]
    return topic, thread, _unique(views, viewpoints, "viewpoint", root)


def _wrapped(node: Node, wrapper: str, item: str) -> Elements:
    found: Elements = []
    for outer in node.many(wrapper):
        found.extend(outer.elements(item))
        outer.report_unknown()
    return found


def _wrapped_texts(node: Node, wrapper: str, item: str) -> tuple[str, ...]:
    found: list[str] = []
    for outer in node.many(wrapper):
        found.extend(outer.texts(item))
        outer.report_unknown()
    return tuple(found)


def _labels(node: Node) -> tuple[str, ...]:
    """2.x repeats Labels with text; 3.0 wraps Label in Labels."""
    found: list[str] = []
    for label in node.many("Labels"):
        inner = label.texts("Label")
        text = label.own_text()
        found.extend(inner or ([text] if text.strip() else []))
        label.report_unknown()
    return tuple(found)


def _files(header: Node) -> tuple[HeaderFile, ...]:
    """An empty File means "no model" (2.0 needs one File in every Header)."""
    nodes = map(header.beside, [*header.elements("File"), *_wrapped(header, "Files", "File")])
    files = tuple(_file(node) for node in nodes if not node.is_blank())
    header.report_unknown()
    return files


def _file(node: Node) -> HeaderFile:
    external = node.flag("IsExternal")
    file = HeaderFile(
        ifc_project=node.attribute("IfcProject"),
        ifc_spatial_structure_element=node.attribute("IfcSpatialStructureElement"),
        filename=node.text("Filename"),
        date=node.date("Date"),
        reference=node.text("Reference"),
        is_external=True if external is None else external,
        spelling=blanks(node.element) | unsaid("IsExternal", external),
    )
    node.report_unknown()
    return file


def _snippet(node: Node | None, invented: frozenset[str]) -> BimSnippet | None:
    if node is None or node.is_blank():
        return None
    external = node.flag("IsExternal")
    snippet = BimSnippet(
        snippet_type=_said(node.attribute("SnippetType"), "SnippetType", invented) or "",
        is_external=bool(external),
        reference=node.text("Reference") or "",
        reference_schema=_said(node.text("ReferenceSchema"), "ReferenceSchema", invented) or "",
        spelling=unsaid("IsExternal", external),
    )
    node.report_unknown()
    return snippet


def _references(node: Node, topic_guid: str) -> tuple[DocumentReference, ...]:
    """2.0 repeats DocumentReferences, 2.1 DocumentReference; 3.0 wraps DocumentReference in DocumentReferences."""
    found: list[Node] = []
    for child in node.many("DocumentReferences", "DocumentReference"):
        inner = child.many("DocumentReference") if child.name == "DocumentReferences" else []
        found.extend(inner or ([] if child.is_blank() else [child]))
        if inner:
            child.report_unknown()
    return tuple(_reference(child, topic_guid, at) for at, child in enumerate(found))


def _reference(node: Node, topic_guid: str, at: int) -> DocumentReference:
    guid = node.attribute("Guid")
    external = node.flag("IsExternal")
    path = node.text("ReferencedDocument")
    reference = DocumentReference(
        # 2.x need not name its references: the place among its siblings is the name
        guid=guid or derived_guid("document reference", guid_key(topic_guid), str(at)),
        document_guid=node.text("DocumentGuid"),
        url=node.text("Url") or (path if external else None),
        description=node.text("Description"),
        path=None if external else path,
        synthetic=node.synthetic() if guid else frozenset({"Guid"}),
        spelling=blanks(node.element) | unsaid("IsExternal", external),
    )
    node.report_unknown()
    return kept.with_reference(reference, kept.kept(node.element))


def _related(node: Node) -> tuple[str, ...]:
    """2.0 repeats RelatedTopics, 2.1 RelatedTopic; 3.0 wraps RelatedTopic in RelatedTopics."""
    found: list[str | None] = []
    for child in node.many("RelatedTopics", "RelatedTopic"):
        for item in (child, *child.many("RelatedTopic")):
            found.append(item.attribute("Guid"))
            item.report_unknown()
    return tuple(guid.strip() for guid in found if guid)


def _comment(element: etree._Element, topic_guid: str, at: int, root: Node) -> Comment:
    try:
        return ordinary_markup.comment(element, topic_guid)
    except Odd:
        return _any_comment(root.beside(element), topic_guid, at)


def _any_comment(node: Node, topic_guid: str, at: int) -> Comment:
    guid = node.attribute("Guid")
    invented = node.synthetic()
    date, author = node.date("Date"), node.text("Author")
    if guid is None:
        node.note(f.NO_GUID, f"comment {at + 1}")
        when = date.text if date else ""
        guid = derived_guid("comment", guid_key(topic_guid), str(at), when, author or "")
    text = node.one("Comment")
    if text:
        text.report_unknown()
    _check_back_reference(node, topic_guid)
    comment = Comment(
        guid=guid.strip(),
        comment=text.own_text() if text else "",
        date=_said(date, "Date", invented),
        author=_said(author, "Author", invented),
        viewpoint_guid=_guid_of(node, "Viewpoint"),
        modified_date=node.date("ModifiedDate"),
        modified_author=node.text("ModifiedAuthor"),
        reply_to_comment_guid=_guid_of(node, "ReplyToComment"),
        status=_said(node.text("Status"), "Status", invented),
        verbal_status=_said(node.text("VerbalStatus"), "VerbalStatus", invented),
        spelling=blanks(node.element),
    )
    if not comment.comment.strip() and not comment.viewpoint_guid:
        node.note(f.EMPTY_COMMENT, f"comment {comment.guid}")
    node.report_unknown()
    return kept.with_comment(comment, kept.kept(node.element))


def _guid_of(node: Node, name: str) -> str | None:
    child = node.one(name)
    if child is None:
        return None
    guid = child.attribute("Guid")
    child.report_unknown()
    return guid.strip() if guid else None


def _check_back_reference(node: Node, topic_guid: str) -> None:
    named = _guid_of(node, "Topic")
    if named and guid_key(named) != guid_key(topic_guid):
        node.note(f.OTHER_TOPIC, f"{named} in topic {topic_guid}")


def _viewpoint_elements(parent: Node) -> Elements:
    """2.x repeats Viewpoints below Markup; 3.0 wraps ViewPoint in Topic/Viewpoints."""
    found: Elements = []
    for node in parent.many("Viewpoints"):
        inner = node.elements("ViewPoint")
        found.extend(inner or ([] if node.is_blank() else [node.element]))
        if inner:
            node.report_unknown()
    return found


def _viewpoint(element: etree._Element, topic_guid: str, at: int, root: Node) -> Viewpoint:
    try:
        return ordinary_markup.viewpoint(element)
    except Odd:
        return _any_viewpoint(root.beside(element), topic_guid, at)


def _any_viewpoint(node: Node, topic_guid: str, at: int) -> Viewpoint:
    guid = node.attribute("Guid")
    name, snapshot = node.text("Viewpoint"), node.text("Snapshot")
    if guid is None:
        node.note(f.NO_GUID, f"viewpoint {at + 1}")
        guid = derived_guid("viewpoint", guid_key(topic_guid), str(at), name or snapshot or "")
    elif not is_guid(guid):
        node.note(f.ODD_GUID, f"viewpoint Guid {guid!r}")
    viewpoint = Viewpoint(
        guid=guid.strip(),
        index=node.integer("Index"),
        snapshot=Snapshot("png", snapshot.strip()) if snapshot else None,
        reference=name.strip() if name else None,
        spelling=blanks(node.element),
        synthetic=node.synthetic(),
    )
    node.report_unknown()
    return kept.with_index(viewpoint, kept.kept(node.element))


def _unique(items: list[Threaded], elements: Elements, kind: str, root: Node) -> tuple[Threaded, ...]:
    """Repeated items once; different ones under one guid both, the second under a derived guid."""
    kept: dict[str, Threaded] = {}
    for item, element in zip(items, elements, strict=True):
        key = guid_key(item.guid)
        if kept.get(key) == item:
            continue
        if key in kept:
            root.beside(element).note(f.DUPLICATE_GUID, f"{kind} {item.guid}")
            key = derived_guid(f"duplicate {kind}", key, str(len(kept)))
            kept[key] = replace(item, guid=key)
        else:
            kept[key] = item
    return tuple(kept.values())
