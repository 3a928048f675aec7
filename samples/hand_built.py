"""The XML of an archive, element by element, in the order the tables of each BCF version ask for.

Owns: a parcel → its entries. Sees: parts, hand_built_views. It uses none of the package's own writers, so that the
readers have a witness who does not share their mistakes.
"""

import posixpath

from hand_built_views import add, document, visinfo
from lxml import etree
from parts import Issue, Link, ModelFile, Parcel, Remark, Snippet, View, guid

LISTS = (
    ("TopicType", "TopicTypes", "TopicType"),
    ("TopicStatus", "TopicStatuses", "TopicStatus"),
    ("Priority", "Priorities", "Priority"),
    ("TopicLabel", "TopicLabels", "TopicLabel"),
    ("UserIdType", "Users", "User"),
    ("SnippetType", "SnippetTypes", "SnippetType"),
    ("Stage", "Stages", "Stage"),
)


def entries(parcel: Parcel) -> dict[str, bytes]:
    """All entries of an archive by their names, in the order they are packed."""
    packed = {"bcf.version": _version(parcel.version)}
    if parcel.project:
        packed["project.bcfp"] = _project(parcel)
    if parcel.version == "3.0":
        packed["extensions.xml"] = _extensions_xml(parcel)
    elif parcel.lists:
        packed["extensions.xsd"] = _extensions_xsd(parcel)
    if parcel.papers:
        packed["documents.xml"] = _documents(parcel)
        packed.update({f"documents/{guid(paper.name)}": paper.data for paper in parcel.papers})
    for issue in parcel.issues:
        packed.update(_Folder(parcel, issue).entries())
    return {**packed, **parcel.more}


def _version(version: str) -> bytes:
    root = etree.Element("Version", VersionId=version)
    if version != "3.0":
        add(root, "DetailedVersion", version)
    return document(root)


def _project(parcel: Parcel) -> bytes:
    assert parcel.project
    key, name = parcel.project
    root = etree.Element("ProjectInfo" if parcel.version == "3.0" else "ProjectExtension")
    add(add(root, "Project", ProjectId=key), "Name", name)
    if parcel.version != "3.0":
        add(root, "ExtensionSchema", "extensions.xsd" if parcel.lists else "")
    return document(root)


def _extensions_xml(parcel: Parcel) -> bytes:
    root = etree.Element("Extensions")
    for key, wrapper, item in LISTS:
        if key in parcel.lists:
            node = add(root, wrapper)
            for value in parcel.lists[key]:
                add(node, item, value)
    return document(root)


def _extensions_xsd(parcel: Parcel) -> bytes:
    """The 2.x form: a schema that narrows the simple types of markup.xsd; products read it as data."""
    xs = "http://www.w3.org/2001/XMLSchema"
    root = etree.Element(f"{{{xs}}}schema", nsmap={"xs": xs})
    redefine = etree.SubElement(root, f"{{{xs}}}redefine", schemaLocation="markup.xsd")
    for key, values in parcel.lists.items():
        kind = etree.SubElement(redefine, f"{{{xs}}}simpleType", name=key)
        restriction = etree.SubElement(kind, f"{{{xs}}}restriction", base=key)
        for value in values:
            etree.SubElement(restriction, f"{{{xs}}}enumeration", value=value)
    return document(root)


def _documents(parcel: Parcel) -> bytes:
    root = etree.Element("DocumentInfo")
    wrapper = add(root, "Documents")
    for paper in parcel.papers:
        node = add(wrapper, "Document", Guid=guid(paper.name))
        add(node, "Filename", paper.filename)
        add(node, "Description", paper.description)
    return document(root)


class _Folder:
    """One topic folder of an archive."""

    def __init__(self, parcel: Parcel, issue: Issue) -> None:
        self.version = parcel.version
        self.capital = parcel.capital_guids
        self.issue = issue
        self.path = self.spelled(issue.name)
        self.wrapped = self.version == "3.0"
        self.is_external = "IsExternal" if self.wrapped else "isExternal"

    def spelled(self, name: str) -> str:
        """The guid of a name in the letter case of this archive."""
        return guid(name).upper() if self.capital else guid(name)

    def entries(self) -> dict[str, bytes]:
        """The markup and all that lies beside it, or where its references lead."""
        found = {"markup.bcf": self._markup()}
        for view in self.issue.views:
            if view.camera:
                found[view.file] = visinfo(view, self.version, self.spelled(view.name))
            if view.snapshot:
                found[view.snapshot_file] = view.snapshot
            found.update({bitmap.file: bitmap.data for bitmap in view.bitmaps})
        found.update({file.reference: file.data for file in self.issue.files if file.data})
        if self.issue.snippet and self.issue.snippet.data:
            found[self.issue.snippet.reference] = self.issue.snippet.data
        return {posixpath.normpath(f"{self.path}/{name}"): data for name, data in found.items()}

    def _markup(self) -> bytes:
        root = etree.Element("Markup")
        if self.issue.files or self.version == "2.0":
            header = add(root, "Header")
            files = add(header, "Files") if self.wrapped else header
            for file in self.issue.files:
                self._file(files, file)
            if not self.issue.files:
                add(files, "File")  # 2.0 wants one in every header, an empty one means none
        topic = self._topic(root)
        comments = add(topic, "Comments") if self.wrapped and self.issue.remarks else root
        for remark in self.issue.remarks:
            self._comment(comments, remark)
        views = add(topic, "Viewpoints") if self.wrapped and self.issue.views else root
        for view in self.issue.views:
            self._view(views, view)
        return document(root)

    def _file(self, parent: etree._Element, file: ModelFile) -> None:
        node = add(parent, "File", IfcProject=file.project, IfcSpatialStructureElement=file.storey)
        node.set(self.is_external, "false" if file.data else "true")
        add(node, "Filename", file.filename)
        add(node, "Date", file.date)
        add(node, "Reference", file.reference)

    def _topic(self, root: etree._Element) -> etree._Element:
        issue = self.issue
        topic = add(root, "Topic", Guid=self.path, ServerAssignedId=issue.server_id)
        for name, value in (("TopicType", issue.kind), ("TopicStatus", issue.status)):
            if value:
                topic.set(name, value)
        self._list(topic, ("ReferenceLinks", "ReferenceLink"), "ReferenceLink", issue.links)
        add(topic, "Title", issue.title)
        add(topic, "Priority", issue.priority)
        add(topic, "Index", None if issue.index is None else str(issue.index))
        self._list(topic, ("Labels", "Label"), "Labels", issue.labels)
        for name, pair in (("Creation", issue.created), ("Modified", issue.modified)):
            if pair:
                add(topic, f"{name}Date", pair[0])
                add(topic, f"{name}Author", pair[1])
        add(topic, "DueDate", issue.due)
        add(topic, "AssignedTo", issue.assigned_to)
        add(topic, "Stage", issue.stage)
        add(topic, "Description", issue.description)
        if issue.snippet:
            self._snippet(topic, issue.snippet)
        self._references(topic)
        self._related(topic)
        return topic

    def _list(self, topic: etree._Element, wrapped: tuple[str, str], bare: str, values: tuple[str, ...]) -> None:
        """3.0 wraps what 2.x repeats."""
        parent = add(topic, wrapped[0]) if self.wrapped and values else topic
        for value in values:
            add(parent, wrapped[1] if self.wrapped else bare, value)

    def _snippet(self, topic: etree._Element, snippet: Snippet) -> None:
        node = add(topic, "BimSnippet", SnippetType=snippet.kind)
        node.set(self.is_external, "false" if snippet.data else "true")
        add(node, "Reference", snippet.reference)
        add(node, "ReferenceSchema", snippet.schema)

    def _references(self, topic: etree._Element) -> None:
        links = self.issue.documents
        parent = add(topic, "DocumentReferences") if self.wrapped and links else topic
        for at, link in enumerate(links):
            node = add(parent, "DocumentReferences" if self.version == "2.0" else "DocumentReference")
            if self.wrapped or link.name:
                node.set("Guid", self.spelled(link.name or f"{self.issue.name}/document {at}"))
            self._target(node, link)
            add(node, "Description", link.description)

    def _target(self, node: etree._Element, link: Link) -> None:
        if self.wrapped:
            add(node, "DocumentGuid", guid(link.document) if link.document else None)
            add(node, "Url", link.url)
        else:
            node.set("isExternal", "true" if link.url else "false")
            add(node, "ReferencedDocument", link.url or link.path)

    def _related(self, topic: etree._Element) -> None:
        names = self.issue.related
        parent = add(topic, "RelatedTopics") if self.wrapped and names else topic
        for name in names:
            add(parent, "RelatedTopics" if self.version == "2.0" else "RelatedTopic", Guid=self.spelled(name))

    def _comment(self, parent: etree._Element, remark: Remark) -> None:
        node = add(parent, "Comment", Guid=self.spelled(remark.name))
        old = self.version == "2.0"
        if old:
            add(node, "VerbalStatus", remark.verbal_status)
            add(node, "Status", remark.status)
        add(node, "Date", remark.date)
        add(node, "Author", remark.author)
        if remark.text or not self.wrapped:
            add(node, "Comment", remark.text)
        if old:
            add(node, "Topic", Guid=self.path)
        if remark.view:
            add(node, "Viewpoint", Guid=self.spelled(remark.view))
        if old and remark.reply_to:
            add(node, "ReplyToComment", Guid=self.spelled(remark.reply_to))
        if remark.modified:
            add(node, "ModifiedDate", remark.modified[0])
            add(node, "ModifiedAuthor", remark.modified[1])

    def _view(self, parent: etree._Element, view: View) -> None:
        node = add(parent, "ViewPoint" if self.wrapped else "Viewpoints", Guid=self.spelled(view.name))
        add(node, "Viewpoint", view.file if view.camera else None)
        add(node, "Snapshot", view.snapshot_file if view.snapshot else None)
        add(node, "Index", None if view.index is None else str(view.index))
