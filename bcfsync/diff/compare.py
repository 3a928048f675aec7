"""Two archives compared: topic by topic, comment by comment, viewpoint by viewpoint.

Owns: which things belong together, and the walk over them. Sees: the rest of this package, model, guids.
Rules: identity as BCF-XML has it: guids where there are any, else what the thing is about; order, index, file names
and versions say nothing.
"""

import posixpath
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from bcfsync.diff import rules as names
from bcfsync.diff.pairing import paired
from bcfsync.diff.rules import Rules, said
from bcfsync.diff.values import Changed, Difference, FieldChange, ListChange, Parts, TopicChange, ViewpointChange
from bcfsync.diff.views import ContentKey, Contents, viewpoint_change
from bcfsync.guids import guid_key
from bcfsync.model import (
    Bcf,
    BimSnippet,
    Blob,
    Comment,
    Document,
    DocumentReference,
    Extensions,
    Extra,
    HeaderFile,
    Topic,
    Viewpoint,
)

T = TypeVar("T", Comment, HeaderFile, Document, DocumentReference)
G = TypeVar("G", Topic, Comment, Viewpoint)
EXACT = Rules()
Names = dict[str, str]


def stated_content(blob: Blob) -> str:
    """What a model itself says of a blob's bytes: their digest, else their size."""
    return blob.sha256 or f"{blob.size} bytes"


def diff(
    a: Bcf,
    b: Bcf,
    *,
    rules: Rules = EXACT,
    content_a: ContentKey = stated_content,
    content_b: ContentKey = stated_content,
) -> Difference:
    """All that is different between two archives, or nothing where they say and show the same.

    Args:
        a: the one before.
        b: the one after.
        rules: tolerances, and members to leave out.
        content_a: what tells the bytes of A's blobs apart from others.
        content_b: the same of B's blobs; equal keys mean equal bytes.
    """
    return _Comparison(a, b, rules, Contents(content_a, content_b)).difference()


class _Comparison:
    """One comparison: two archives, and the rules for it."""

    def __init__(self, a: Bcf, b: Bcf, rules: Rules, contents: Contents) -> None:
        self.a, self.b = a, b
        self.rules = rules
        self.contents = contents
        self.documents_a = _document_names(a)
        self.documents_b = _document_names(b)

    def difference(self) -> Difference:
        a, b = self.a, self.b
        return Difference(
            project=self.rules.field_changes("project", names.PROJECT, a.project, b.project)
            if self._compares("project")
            else (),
            extensions=self._extensions() if self._compares("extensions") else (),
            topics=self._topics() if self._compares("topics") else Parts(),
            documents=self._documents() if self._compares("documents") else Parts(),
            extras=self._extras() if self._compares("extras") else Parts(),
        )

    def _compares(self, name: str) -> bool:
        return not self.rules.skips("archive", name)

    # -- the archive -------------------------------------------------------------------------------------------

    def _extensions(self) -> tuple[ListChange, ...]:
        a, b = self.a.extensions or Extensions(), self.b.extensions or Extensions()
        return tuple(
            change
            for name in names.EXTENSIONS
            for change in self.rules.list_change("extensions", name, getattr(a, name) or (), getattr(b, name) or ())
        )

    def _documents(self) -> Parts[Document, Changed[Document]]:
        def content(contents: ContentKey) -> Callable[[Document], str | None]:
            return lambda item: f"{item.filename}\n{contents(item.blob)}" if item.blob else None

        # a document of 2.x has no guid: its name and its bytes make one, so its name pairs what an edit has parted
        keys = (
            (_own_guid, _own_guid),
            (content(self.contents.a), content(self.contents.b)),
            (_filename, _filename),
        )
        pairs, removed, added = paired(self.a.documents, self.b.documents, *keys)
        return Parts(removed, added, self._changed("document", names.DOCUMENT, pairs))

    def _extras(self) -> Parts[Extra, Changed[Extra]]:
        def content(contents: ContentKey) -> Callable[[Extra], str]:
            return lambda item: contents(item.blob)

        def named(contents: ContentKey) -> Callable[[Extra], str]:
            return lambda item: f"{posixpath.basename(item.path).lower()}\n{contents(item.blob)}"

        # a name is all that tells foreign entries apart, but not the folder somebody zipped them in
        by_name, by_content = (named(self.contents.a), named(self.contents.b)), (
            content(self.contents.a), content(self.contents.b))  # fmt: skip
        pairs, removed, added = paired(self.a.extras, self.b.extras, (_path, _path), by_name, by_content)
        changed = (Changed(one, other, (), self.contents.differ(one.blob, other.blob)) for one, other in pairs)
        return Parts(removed, added, tuple(item for item in changed if item))

    # -- topics ------------------------------------------------------------------------------------------------

    def _topics(self) -> Parts[Topic, TopicChange]:
        pairs, removed, added = _by_guid(self.a.topics, self.b.topics)
        changed = (self._topic(one, other) for one, other in pairs)
        return Parts(removed, added, tuple(item for item in changed if item))

    def _topic(self, one: Topic, other: Topic) -> TopicChange:
        def part(name: str) -> bool:
            return not self.rules.skips("topic", name)

        return TopicChange(
            one,
            other,
            fields=self.rules.field_changes("topic", names.TOPIC, one, other),
            lists=tuple(
                change
                for name in names.TOPIC_LISTS
                for change in self.rules.list_change("topic", name, getattr(one, name), getattr(other, name))
            ),
            bim_snippet=self._snippet(one, other) if part("bim_snippet") else None,
            files=self._files(one.files, other.files) if part("files") else Parts(),
            document_references=self._references(one, other) if part("document_references") else Parts(),
            comments=self._comments(one, other) if part("comments") else Parts(),
            viewpoints=self._viewpoints(one, other) if part("viewpoints") else Parts(),
        )

    def _comments(self, one: Topic, other: Topic) -> Parts[Comment, Changed[Comment]]:
        pairs, removed, added = _by_guid(one.comments, other.comments)
        return Parts(removed, added, self._changed("comment", names.COMMENT, pairs))

    def _viewpoints(self, one: Topic, other: Topic) -> Parts[Viewpoint, ViewpointChange]:
        pairs, removed, added = _by_guid(one.viewpoints, other.viewpoints)
        changed = (viewpoint_change(before, after, self.rules, self.contents) for before, after in pairs)
        return Parts(removed, added, tuple(item for item in changed if item))

    def _snippet(self, one: Topic, other: Topic) -> Changed[BimSnippet | None] | None:
        before, after = one.bim_snippet, other.bim_snippet
        internal = _is_inside(before) and _is_inside(after)
        members = [name for name in names.BIM_SNIPPET if name != "reference" or not internal]
        invented = (one.synthetic, other.synthetic)
        found = Changed(
            before,
            after,
            self.rules.field_changes("bim_snippet", members, before, after, synthetic=invented),
            self._other_bytes("bim_snippet", before.blob if before else None, after.blob if after else None),
        )
        return found or None

    def _files(
        self, some: Sequence[HeaderFile], others: Sequence[HeaderFile]
    ) -> Parts[HeaderFile, Changed[HeaderFile]]:
        keys: list[Callable[[HeaderFile], str | None]] = [_whole_file, _filename, _ifc_project, _file_place]
        pairs, removed, added = paired(some, others, *((key, key) for key in keys))
        return Parts(removed, added, self._changed("file", names.FILE, pairs))

    def _references(self, one: Topic, other: Topic) -> Parts[DocumentReference, Changed[DocumentReference]]:
        def target(item: DocumentReference, documents: Names) -> str | None:
            return said("", item.url) or said("", _document_name(item, documents)) or None

        def a(item: DocumentReference) -> str | None:
            return target(item, self.documents_a)

        def b(item: DocumentReference) -> str | None:
            return target(item, self.documents_b)

        def whole(key: Callable[[DocumentReference], str | None]) -> Callable[[DocumentReference], str | None]:
            return lambda item: f"{key(item)}\n{said('', item.description)}"

        keys = ((_own_guid, _own_guid), (whole(a), whole(b)), (a, b), (_any_guid, _any_guid))
        pairs, removed, added = paired(one.document_references, other.document_references, *keys)
        changed = (self._reference(before, after) for before, after in pairs)
        return Parts(removed, added, tuple(item for item in changed if item))

    def _reference(self, one: DocumentReference, other: DocumentReference) -> Changed[DocumentReference]:
        found = list(self.rules.field_changes("document_reference", ("url", "description"), one, other))
        before, after = _document_name(one, self.documents_a), _document_name(other, self.documents_b)
        if said("", before) != said("", after) and not self.rules.skips("document_reference", "document"):
            found.insert(0, FieldChange("document", names.written(before), names.written(after)))
        return Changed(one, other, tuple(found))

    # -- what they share ---------------------------------------------------------------------------------------

    def _changed(self, kind: str, members: Sequence[str], pairs: Iterable[tuple[T, T]]) -> tuple[Changed[T], ...]:
        found = []
        for one, other in pairs:
            # the place of bytes inside an archive is nobody's statement
            compared = [name for name in members if name != "reference" or not (_bytes_of(one) and _bytes_of(other))]
            content = self._other_bytes(kind, _bytes_of(one), _bytes_of(other))
            change = Changed(one, other, self.rules.field_changes(kind, compared, one, other), content)
            found += [change] if change else []
        return tuple(found)

    def _other_bytes(self, kind: str, one: Blob | None, other: Blob | None) -> bool:
        return not self.rules.skips(kind, "content") and self.contents.differ(one, other)


def _bytes_of(thing: object) -> Blob | None:
    found: Blob | None = getattr(thing, "blob", None)
    return found


# -- what names a thing ----------------------------------------------------------------------------------------


def _by_guid(some: Sequence[G], others: Sequence[G]) -> tuple[list[tuple[G, G]], tuple[G, ...], tuple[G, ...]]:
    def key(thing: G) -> str:
        return guid_key(thing.guid)

    return paired(some, others, (key, key))


def _own_guid(thing: Document | DocumentReference) -> str | None:
    invented = isinstance(thing, DocumentReference) and "Guid" in thing.synthetic
    return None if invented else guid_key(thing.guid)


def _any_guid(thing: DocumentReference) -> str:
    return guid_key(thing.guid)


def _filename(thing: Document | HeaderFile) -> str | None:
    return said("", thing.filename) or None


def _ifc_project(file: HeaderFile) -> str | None:
    return file.ifc_project


def _file_place(file: HeaderFile) -> str | None:
    return said("", file.reference) or None


def _whole_file(file: HeaderFile) -> str:
    return "\n".join(said(name, getattr(file, name)) for name in names.FILE)


def _path(extra: Extra) -> str:
    return "/".join(guid_key(part) for part in extra.path.split("/"))


def _is_inside(snippet: BimSnippet | None) -> bool:
    return snippet is not None and snippet.blob is not None


def _document_names(bcf: Bcf) -> Names:
    return {guid_key(document.guid): document.filename for document in bcf.documents}


def _document_name(reference: DocumentReference, documents: Names) -> str | None:
    """The name of the document a reference means; else what it calls it."""
    if reference.url:
        return None
    guid = reference.document_guid
    return documents.get(guid_key(guid), guid) if guid else reference.path
