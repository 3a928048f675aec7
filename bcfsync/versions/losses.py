"""What a model says and a file version cannot hold: every such thing, one by one.

Owns: the loss and its reasons. Sees: model; views.py has the viewpoints. Rules: docs/conversion.md. What a writer of
bcfxml leaves out or spells differently must appear here; tests compare what was read with what comes back.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bcfsync.bcfxml.kept import of_document
from bcfsync.bcfxml.layout import (
    Entry,
    document_path,
    extra_entries,
    folder_of,
    free_names,
    internal_entries,
    safe_name,
    with_own_places,
)
from bcfsync.guids import guid_key, written_guid
from bcfsync.model import Bcf, Comment, Document, DocumentReference, HeaderFile, Topic
from bcfsync.versions import reasons as why
from bcfsync.versions.views import viewpoint_losses

_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_ROOTS = {
    "2.0": {"bcf.version", "project.bcfp", "extensions.xsd"},
    "2.1": {"bcf.version", "project.bcfp", "extensions.xsd"},
    "3.0": {"bcf.version", "project.bcfp", "extensions.xml", "documents.xml"},
}


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing a conversion could not bring over.

    ``topic`` is a topic's guid, or empty for the archive itself; ``where`` the element or attribute, ``what`` the value
    that is lost, ``why`` the reason, the same words for the same reason.
    """

    topic: str
    where: str
    what: str
    why: str


Said = Iterator[tuple[str, str, str]]
"""Where, what and why, still without the topic."""


def losses(bcf: Bcf, version: str) -> tuple[Loss, ...]:
    """Everything the model says that a file of the version cannot hold, in the order of the file."""
    found = [Loss("", *said) for said in _archive(bcf, version)]
    documents = {guid_key(item.guid): item for item in bcf.documents}
    same = version == bcf.version
    for topic in bcf.topics:
        found += [Loss(topic.guid, *said) for said in _topic(topic, documents, version, same=same)]
    return tuple(Loss(item.topic, item.where, item.what, item.why.format(version=version)) for item in found)


# -- the archive -------------------------------------------------------------------------------------------------------


def _archive(bcf: Bcf, version: str) -> Said:
    yield from _schema(bcf, version)
    yield from _lists(bcf, version)
    described = _descriptions(bcf)
    places = bcf.documents if version == "3.0" else with_own_places(bcf).documents
    for document, placed in zip(bcf.documents, places, strict=True):
        if placed.path != document.path:
            yield f"Document[{document.guid}]/Path", document.path or "", why.RENAMED
        yield from _document(document, described.get(guid_key(document.guid), set()), version)
    yield from _extras(bcf, version)


def _extras(bcf: Bcf, version: str) -> Said:
    """Foreign entries that a document of ours displaces, or that cannot have the name they had."""
    if not bcf.extras:
        return
    markups = {f"{folder_of(topic)}/markup.bcf": b"" for topic in bcf.topics}
    foreign = extra_entries(bcf)
    names = free_names(foreign, [*markups.items(), *_own_files(bcf, version)])
    for extra, (name, _), written in zip(bcf.extras, foreign, names, strict=True):
        if name.lower() in _ROOTS[version] | markups.keys():
            yield extra.path, "the whole entry", why.NAME_TAKEN
        elif written and written != name:
            yield extra.path, f"the name; now {written}", why.RENAMED


def _own_files(bcf: Bcf, version: str) -> Iterator[Entry]:
    """Documents and files of topics, where the version has them."""
    for topic in bcf.topics:
        yield from internal_entries(topic)
    for document in bcf.documents:
        if document.blob:
            place = f"documents/{written_guid(document.guid)}" if version == "3.0" else document_path(document)
            yield place, document.blob


def _schema(bcf: Bcf, version: str) -> Said:
    spelling = bcf.spelling
    detailed = spelling.detailed_version if spelling else None
    if detailed and version == "3.0" and detailed.strip() != bcf.version:
        yield "Version/DetailedVersion", detailed, why.NO_PLACE
    elif detailed and bcf.version != version and detailed.strip() != bcf.version:
        yield "Version/DetailedVersion", detailed, why.OTHER_VERSION
    schema = spelling.extension_schema if spelling else None
    if schema and bcf.extensions is None and (version == "3.0" or bcf.version != version):
        yield "ProjectExtension/ExtensionSchema", schema, why.NO_SCHEMA


def _lists(bcf: Bcf, version: str) -> Said:
    extensions = bcf.extensions
    if extensions is None:
        return
    if version == "2.0" and extensions.stage is not None:
        yield "Extensions/Stage", ", ".join(extensions.stage), why.NOTED
    if version != "3.0":
        return
    for name in ("topic_type", "topic_status", "priority", "topic_label", "users", "snippet_type", "stage"):
        blanks = [value for value in getattr(extensions, name) or () if not value.strip()]
        yield from ((f"Extensions/{name}", repr(value), why.BLANK) for value in blanks)


def _descriptions(bcf: Bcf) -> dict[str, set[str]]:
    """What the references to each document say about it."""
    found: dict[str, set[str]] = {}
    for topic in bcf.topics:
        for item in topic.document_references:
            if item.document_guid and item.description:
                found.setdefault(guid_key(item.document_guid), set()).add(item.description)
    return found


def _document(document: Document, described: set[str], version: str) -> Said:
    place = f"Document[{document.guid}]"
    yield from _guid(place, document.guid)
    if version == "3.0":
        if document.path and document.blob and of_document(document):
            yield f"{place}/Path", document.path, why.NOTED_PATH
        return
    if document.blob is None:
        yield place, document.filename or document.guid, why.NO_BYTES
        return
    if document_path(document).lower() in _ROOTS[version]:
        yield f"{place}/Path", document.path or "", why.NAME_TAKEN
    if document.description and document.description not in described:
        yield f"{place}/Description", document.description, why.NO_PLACE
    if safe_name(document.filename, "") != document.filename and not of_document(document):
        yield f"{place}/Filename", document.filename, why.FILE_NAME


def bcf_path(document: Document) -> bool:
    """Whether a document has a place of its own, other than the folders of documents, that tells more than its guid."""
    return bool(document.path) and not (document.path or "").lower().startswith("documents/")


# -- topics ------------------------------------------------------------------------------------------------------------


def _topic(topic: Topic, documents: dict[str, Document], version: str, *, same: bool) -> Said:
    yield from _guid("Topic", topic.guid)
    yield from _scalars(topic, version)
    for link in topic.reference_links[1:] if version == "2.0" else ():
        yield "Topic/ReferenceLink", link, why.NOTED
    for name, values in (("ReferenceLink", topic.reference_links), ("Labels", topic.labels)):
        yield from ((f"Topic/{name}", repr(value), why.BLANK) for value in values if not value.strip())
    yield from _snippet(topic, version)
    for at, file in enumerate(topic.files):
        yield from _file(file, f"Header/File[{at + 1}]")
    for reference in topic.document_references:
        yield from _reference(reference, documents, version)
    for guid in topic.related_topics:
        yield from _guid("Topic/RelatedTopic", guid)
    for comment in topic.comments:
        yield from _comment(comment, version)
    for view in topic.viewpoints:
        yield from _guid(f"Viewpoint[{view.guid}]", view.guid)
        if view.alias and not same:
            yield f"Viewpoint[{view.guid}]/VisualizationInfo/@Guid", view.alias, why.ALIAS
        yield from viewpoint_losses(view, version)


def _scalars(topic: Topic, version: str) -> Said:
    if version != "3.0" and topic.server_assigned_id:
        yield "Topic/@ServerAssignedId", topic.server_assigned_id, why.NOTED
    if version == "2.0" and topic.due_date:
        yield "Topic/DueDate", topic.due_date.text, why.NOTED
    if version == "2.0" and topic.stage:
        yield "Topic/Stage", topic.stage, why.NOTED
    if version != "2.0":
        yield from _index("Topic/Index", topic.index)


def _index(place: str, index: int | None) -> Said:
    if index is not None and not -(2**31) <= index < 2**31:
        yield place, str(index), why.INT32


def _guid(place: str, guid: str) -> Said:
    written = written_guid(guid)
    if written == guid:
        return
    yield f"{place}/@Guid", guid, why.LOWER_CASE if written == guid_key(guid) else why.NO_GUID


def _snippet(topic: Topic, version: str) -> Said:
    snippet = topic.bim_snippet
    if snippet and version == "3.0" and not snippet.reference.strip():
        yield "Topic/BimSnippet", snippet.snippet_type or snippet.reference_schema, why.NO_REFERENCE


def _file(file: HeaderFile, place: str) -> Said:
    for name, value in (
        ("IfcProject", file.ifc_project),
        ("IfcSpatialStructureElement", file.ifc_spatial_structure_element),
    ):
        if value and not _IFC_GUID.fullmatch(value):
            yield f"{place}/@{name}", value, why.IFC_GUID


def _reference(reference: DocumentReference, documents: dict[str, Document], version: str) -> Said:
    place = f"DocumentReference[{reference.guid}]"
    if "Guid" not in reference.synthetic:
        yield from _guid(place, reference.guid)
    document = documents.get(guid_key(reference.document_guid)) if reference.document_guid else None
    if reference.document_guid and version != "3.0" and not (document and document.blob) and not reference.path:
        yield f"{place}/DocumentGuid", reference.document_guid, why.NO_BYTES
    if version == "3.0" and reference.path and not reference.document_guid:
        yield f"{place}/ReferencedDocument", reference.path, why.NOTED_MISSING


# -- comments ----------------------------------------------------------------------------------------------------------


def _comment(comment: Comment, version: str) -> Said:
    place = f"Comment[{comment.guid}]"
    yield from _guid(place, comment.guid)
    if comment.viewpoint_guid:
        yield from _guid(f"{place}/Viewpoint", comment.viewpoint_guid)
    if version == "2.0":
        if comment.reply_to_comment_guid:
            yield from _guid(f"{place}/ReplyToComment", comment.reply_to_comment_guid)
    else:
        yield from _of_20(comment, place)
    if version == "3.0" and comment.comment and not comment.comment.strip():
        yield f"{place}/Comment", repr(comment.comment), why.BLANK


def _of_20(comment: Comment, place: str) -> Said:
    members: Iterable[tuple[str, str | None]] = (
        ("Status", None if "Status" in comment.synthetic else comment.status),
        ("VerbalStatus", None if "VerbalStatus" in comment.synthetic else comment.verbal_status),
        ("ReplyToComment", comment.reply_to_comment_guid),
    )
    yield from ((f"{place}/{name}", value, why.NOTED) for name, value in members if value)
