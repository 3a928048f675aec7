"""A topic's folder as a topic: markup, viewpoint files, pictures, snippet, internal files and documents.

Owns: what the documents of one folder mean together. Sees: lookup, markup, visinfo.
Rules: the markup's viewpoint Guid wins over the .bcfv's (BCF-XML 392); comments may name either.
"""

import posixpath
from dataclasses import replace

from bcfsync import findings as f
from bcfsync.bcfxml import markup, ordinary_text, visinfo
from bcfsync.bcfxml.lines import Lines
from bcfsync.bcfxml.lookup import Lookup
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.spelling import of_viewpoints
from bcfsync.guids import derived_guid, guid_key, is_guid
from bcfsync.model import Bitmap, Blob, Comment, Document, DocumentReference, HeaderFile, Snapshot, Topic, Viewpoint

_PNG, _JPG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SHORTEST_PREFIX = 8


def image_type(head: bytes) -> str | None:
    """Png or jpg by the first bytes of an image; None where it is neither."""
    if head.startswith(_PNG):
        return "png"
    return "jpg" if head.startswith(_JPG) else None


def _completed(
    topic: Topic, viewpoints: tuple[Viewpoint, ...], comments: tuple[Comment, ...], spelling: frozenset[str]
) -> Topic:
    """The topic with its thread and its views. It was just made, and nobody else has seen it: no copy is needed."""
    for name, value in (("viewpoints", viewpoints), ("comments", comments), ("spelling", spelling)):
        object.__setattr__(topic, name, value)
    return topic


class TopicFolder:
    """The reader of one topic folder. ``documents`` collects what internal paths of 2.x lead to."""

    def __init__(self, lookup: Lookup, entry: str, version: str, documents: dict[str, Document]) -> None:
        self.lookup = lookup
        self.entry = entry
        self.folder = posixpath.dirname(entry)
        self.version = version
        self.documents = documents
        self.lines: Lines

    def topic(self) -> Topic | None:
        """The topic with all that belongs to it; None where the markup cannot be read."""
        root = self.lookup.parsed(self.entry, "Markup")
        parts = markup.read_parts(root, self.folder) if root else None
        if parts is None or root is None:
            return None
        topic, said, stubs = parts
        self.lines = Lines(root.element)
        viewpoints = tuple(self._viewpoint(stub) for stub in stubs)
        viewpoints = (*viewpoints, *self._undeclared(topic, said, viewpoints))
        comments = tuple(self._comment(item, viewpoints) for item in said)
        self._check_replies(said)
        spelled = topic.spelling | of_viewpoints(viewpoints)
        topic = self._with_payloads(_completed(topic, viewpoints, comments, spelled))
        if self.lookup.inspection:
            self.lookup.inspection.topic(topic, self.entry, self.lines)
        return topic

    def _comment(self, comment: Comment, viewpoints: tuple[Viewpoint, ...]) -> Comment:
        guid = comment.viewpoint_guid
        meant = self._meant(guid, viewpoints) if guid else guid
        return comment if meant == guid else replace(comment, viewpoint_guid=meant)

    def _with_payloads(self, topic: Topic) -> Topic:
        snippet = topic.bim_snippet
        if not (snippet or topic.document_references or any(not file.is_external for file in topic.files)):
            return topic
        if snippet and not snippet.is_external and snippet.reference:
            snippet = replace(snippet, blob=self._payload(snippet.reference, self.entry, self.lines))
        return replace(
            topic,
            bim_snippet=snippet,
            files=tuple(self._file(file) for file in topic.files),
            document_references=tuple(self._reference(item) for item in topic.document_references),
        )

    def _file(self, file: HeaderFile) -> HeaderFile:
        if file.is_external or not file.reference:
            return file
        return replace(file, blob=self._payload(file.reference, self.entry, self.lines))

    def _payload(self, reference: str, entry: str, lines: Lines) -> Blob | None:
        known = self.lookup.resolve(self.folder, reference) is not None
        line = 0 if known else lines.of(reference, "Reference", "Bitmap", "Snapshot")
        return self.lookup.payload(self.folder, reference, entry, line)

    def _reference(self, reference: DocumentReference) -> DocumentReference:
        """An internal path of 2.x becomes a document of its own, the same for every reference to that path."""
        if reference.path is None or reference.document_guid:
            return reference
        found = self.lookup.resolve(self.folder, reference.path)
        if found is None:
            line = self.lines.of(reference.path, "ReferencedDocument")
            self.lookup.note(f.PAYLOAD_MISSING, self.entry, f"document {reference.path!r}", line)
            return reference
        self.lookup.used.add(found)
        parent = posixpath.basename(posixpath.dirname(found))
        # our own 2.x files write documents to Documents/<guid>/<name>, so that the guid survives
        guid = (
            parent
            if is_guid(parent) and "documents/" in found.lower()
            else derived_guid("document", self.lookup.below_root(found), self.lookup.entries.checksum(found))
        )
        blob = self.lookup.blob(found)
        document = Document(guid, posixpath.basename(found), path=self.lookup.below_root(found), blob=blob)
        self.documents.setdefault(guid_key(guid), document)
        return replace(reference, document_guid=guid)

    def _check_replies(self, comments: tuple[Comment, ...]) -> None:
        replies = [comment for comment in comments if comment.reply_to_comment_guid]
        known = {guid_key(comment.guid) for comment in comments} if replies else set()
        for comment in replies:
            if comment.reply_to_comment_guid and guid_key(comment.reply_to_comment_guid) not in known:
                line = self.lines.of(comment.reply_to_comment_guid, "ReplyToComment")
                self.lookup.note(f.DANGLING_REPLY, self.entry, comment.reply_to_comment_guid, line)

    # -- viewpoints --------------------------------------------------------------------------------------------

    def _viewpoint(self, stub: Viewpoint) -> Viewpoint:
        read = self._visinfo(stub) if stub.reference else stub
        snapshot = self._snapshot(stub.snapshot) if stub.snapshot else None
        if "Snapshot" in stub.synthetic:
            snapshot = None  # our own picture, for a product that wants one
        # written out: replace takes five times as long, and there are two of these a topic
        return Viewpoint(
            guid=read.guid,
            index=stub.index,
            perspective_camera=read.perspective_camera,
            orthogonal_camera=read.orthogonal_camera,
            lines=read.lines,
            clipping_planes=read.clipping_planes,
            bitmaps=read.bitmaps,
            snapshot=snapshot,
            components=read.components,
            alias=read.alias,
            reference=stub.reference,
            spelling=stub.spelling | read.spelling,
            synthetic=read.synthetic - {"Snapshot"},
        )

    def _visinfo(self, stub: Viewpoint) -> Viewpoint:
        found = self.lookup.resolve(self.folder, stub.reference or "")
        if found is None:
            reference = stub.reference or ""
            self.lookup.note(f.VIEWPOINT_MISSING, self.entry, reference, self.lines.of(reference, "Viewpoint"))
            return stub
        plain = self.lookup.ordinary(found, ordinary_text.viewpoint, stub.guid)
        if plain is not None:
            return plain
        root = self.lookup.parsed(found, "VisualizationInfo")
        return self._read(root, stub.guid) if root else stub

    def _read(self, root: Node, guid: str) -> Viewpoint:
        # BCF-XML 3.0 gives DefaultVisibility the default false; 2.x says nothing
        default = False if self.version == "3.0" else None
        read = visinfo.read_visinfo(root, guid, default_visibility=default)
        if read.alias and guid_key(read.alias) != guid_key(guid):
            root.note(f.OTHER_GUID, f"{read.alias}, in the markup {guid}")
        elif read.alias:
            read = replace(read, alias=None)
        if self.lookup.inspection:
            self.lookup.inspection.view(read, root.entry, root.element)
        if read.perspective_camera and read.orthogonal_camera:
            root.note(f.TWO_CAMERAS, guid)
        elif not read.perspective_camera and not read.orthogonal_camera:
            root.note(f.NO_CAMERA, guid)
        if not read.bitmaps:
            return read
        return replace(read, bitmaps=tuple(self._bitmap(bitmap, root) for bitmap in read.bitmaps))

    def _bitmap(self, bitmap: Bitmap, root: Node) -> Bitmap:
        blob = None
        if bitmap.reference:
            blob = self._payload(bitmap.reference, root.entry, Lines(root.element))
        if blob is None:
            return bitmap
        kind = self._content_type(blob.locator, bitmap.bitmap_type)
        return replace(bitmap, blob=blob, bitmap_type=kind)

    def _content_type(self, entry: str, said: str) -> str:
        """The type of a picture: that of its content, else the one it is said to have."""
        head = self.lookup.head(entry)
        kind = image_type(head)
        if kind != said and head:
            # seen: BIMData and Dangl.BCF name every picture .png
            self.lookup.note(f.IMAGE_TYPE, entry, f"said to be {said}, its content is {kind or 'neither PNG nor JPEG'}")
        return kind or said

    def _snapshot(self, snapshot: Snapshot) -> Snapshot:
        reference = snapshot.reference or ""
        named = "jpg" if reference.lower().endswith((".jpg", ".jpeg")) else "png"
        found = self.lookup.resolve(self.folder, reference)
        if found is None:
            self.lookup.note(f.SNAPSHOT_MISSING, self.entry, reference, self.lines.of(reference, "Snapshot"))
            return replace(snapshot, snapshot_type=named)
        self.lookup.used.add(found)
        kind = self._content_type(found, named)
        if kind == "jpg" and self.version != "3.0":
            self.lookup.note(f.JPEG_SNAPSHOT, found, f"BCF {self.version}")
        return Snapshot(kind, reference, self.lookup.blob(found))

    def _undeclared(
        self, topic: Topic, comments: tuple[Comment, ...], declared: tuple[Viewpoint, ...]
    ) -> tuple[Viewpoint, ...]:
        """Viewpoint files no markup names, taken where a comment means them or nothing else is there.

        Seen: re-exports of BIMcollab Zoom (ifc-lite 3612); the single viewpoint.bcfv of BCF 1.0.
        """
        unused = self._unused_viewpoint_files()
        if not unused:
            return ()
        wanted = {guid_key(comment.viewpoint_guid) for comment in comments if comment.viewpoint_guid}
        wanted -= {guid_key(item) for view in declared for item in (view.guid, view.alias) if item}
        found: list[Viewpoint] = []
        for entry in unused:
            element = self.lookup.peek(entry)
            guid = element.get("Guid") if element is not None else None
            alone = not declared and posixpath.basename(entry).lower() == "viewpoint.bcfv"
            if alone or (guid and guid_key(guid) in wanted):
                self.lookup.note(f.UNDECLARED, entry, "taken as a viewpoint of its topic")
                found.append(self._adopted(entry, guid or derived_guid("viewpoint", guid_key(topic.guid), "alone")))
            else:
                self.lookup.note(f.UNDECLARED, entry, "carried along as it is")
        return tuple(found)

    def _unused_viewpoint_files(self) -> list[str]:
        here = self.lookup.folder(self.folder)
        return [entry for entry in here if entry.lower().endswith(".bcfv") and entry not in self.lookup.used]

    def _adopted(self, entry: str, guid: str) -> Viewpoint:
        name = posixpath.basename(entry)
        picture = self.lookup.resolve(self.folder, "snapshot.png") if name.lower() == "viewpoint.bcfv" else None
        free = picture is not None and picture not in self.lookup.used
        snapshot = Snapshot("png", posixpath.basename(picture)) if picture and free else None
        return self._viewpoint(Viewpoint(guid, snapshot=snapshot, reference=name))

    def _meant(self, guid: str, viewpoints: tuple[Viewpoint, ...]) -> str:
        """The viewpoint a comment means: by markup guid, by the .bcfv's own, by a unique beginning, else as written."""
        if any(view.guid == guid for view in viewpoints):
            return guid
        key = guid_key(guid)
        for viewpoint in viewpoints:
            if guid_key(viewpoint.guid) == key:
                return viewpoint.guid
        alike = [view.guid for view in viewpoints if view.alias and guid_key(view.alias) == key]
        if not alike and len(key) >= _SHORTEST_PREFIX:
            # seen: a reference one digit short in a published 2.0 archive (MultipleTopics)
            alike = [view.guid for view in viewpoints if guid_key(view.guid).startswith(key.lower())]
        if len(alike) == 1:
            return alike[0]
        self.lookup.note(f.DANGLING_VIEWPOINT, self.entry, guid, self.lines.of(guid, "Viewpoint"))
        return guid
