"""A whole archive as a model: which entries mean what, and what nobody refers to.

Owns: entries → model.Bcf. Sees: the readers of this package. Rules: BCF-XML layout of 2.0, 2.1 and 3.0; names carry
no meaning beyond the fixed ones at the root and ``markup.bcf``, references do.
"""

import gc
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bcfsync import findings as f
from bcfsync.bcfxml import kept, markup, project, spelling
from bcfsync.bcfxml.inspection import Inspection
from bcfsync.bcfxml.lines import Lines
from bcfsync.bcfxml.lookup import Entries, Lookup
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.topic_folder import TopicFolder
from bcfsync.errors import InvalidArchive
from bcfsync.findings import Finding
from bcfsync.guids import derived_guid, guid_key, is_guid
from bcfsync.model import Bcf, Document, Extensions, Extra, Project, Topic


class NotBcf(InvalidArchive, ValueError):
    """A zip without any sign of BCF: neither bcf.version nor a markup.bcf."""

    hint = "give a .bcf or .bcfzip file"


@dataclass(frozen=True, slots=True)
class Decoded:
    """An archive's model, and what was odd about the archive."""

    bcf: Bcf
    findings: tuple[Finding, ...]


def decode(entries: Entries, name: str, inspection: Inspection | None = None, only: Iterable[str] = ()) -> Decoded:
    """Read everything an archive holds into the model; one bad document never costs the others.

    Args:
        entries: the opened archive.
        name: how to call it in findings and errors.
        inspection: what is to be told of every document and topic; only validation has one.
        only: guids of topics: no other is read then, and no foreign entry told; all are, where their folders do not
            bear these names.

    Raises:
        NotBcf: the archive has neither a bcf.version nor a markup.bcf.
    """
    wanted = gc.isenabled()
    gc.disable()  # a model has no cycles, and looking for them while it grows costs a third of reading it
    try:
        return _decode(Lookup(entries, name, inspection), frozenset(map(guid_key, only)))
    finally:
        if wanted:
            _call_old()
            gc.enable()


def _call_old() -> None:
    """Count what was just made among the old objects: else the next look for young cycles walks the whole model."""
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()


def _decode(lookup: Lookup, only: frozenset[str]) -> Decoded:
    entries, name = lookup.entries, lookup.archive
    every = lookup.named("markup.bcf")
    lookup.root = _root(lookup)
    markups = _chosen(every, only)
    whole = len(markups) == len(every)
    version = _version(lookup, markups)
    found, schema = _project(lookup)
    extensions = _extensions(lookup, schema, version)
    if lookup.inspection:
        lookup.inspection.begins(version, extensions)
    documents = _documents_by_guid(lookup, _listed_documents(lookup))
    read = (TopicFolder(lookup, entry, version, documents).topic() for entry in markups)
    topics = _unique(lookup, [topic for topic in read if topic])
    if not topics:
        lookup.note(f.NO_TOPICS, name, "none of its markup.bcf could be read" if markups else "no markup.bcf")
    if whole:
        _report_folders_without_markup(lookup, markups)
    if version != "3.0" and whole:
        documents |= {guid_key(item.guid): item for item in _unreferenced_documents(lookup)}
    unused = (entry for entry in entries.names if entry not in lookup.used) if whole else ()
    extras = tuple(Extra(entry, lookup.blob(entry)) for entry in unused)
    spelled = spelling.of_archive(lookup.roots, has_schema=extensions is not None)
    if root := lookup.roots.get("project.bcfp"):
        extensions = kept.with_stages(extensions, kept.kept(root.element))
    bcf = Bcf(version, found, extensions, tuple(documents.values()), topics, extras, spelled)
    return Decoded(bcf, tuple(_told_once(lookup.findings)))


def _chosen(markups: list[str], only: frozenset[str]) -> list[str]:
    """The markups of these topics, by the names of their folders; all, where one is not found by that."""
    found = [entry for entry in markups if guid_key(posixpath.basename(posixpath.dirname(entry))) in only]
    return found if only and len(found) == len(only) else markups


def _told_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those about unknown XML once a document: a hundred thousand components may share an attribute."""
    told: set[tuple[str, str]] = set()
    for finding in findings:
        if finding.rule is f.UNKNOWN_XML:
            if (finding.entry, finding.detail) in told:
                continue
            told.add((finding.entry, finding.detail))
        yield finding


def _root(lookup: Lookup) -> str:
    root = lookup.top()
    if root is None:
        raise NotBcf(f"{lookup.archive}: not a BCF archive: it has neither a bcf.version nor a markup.bcf")
    if root:
        lookup.note(f.NESTED_ROOT, root + "/", "read from there")
    return root


def _version(lookup: Lookup, markups: list[str]) -> str:
    """The declared version; where the first telling markup has 3.0's form and it should not, or reverse, its form."""
    root = lookup.document("bcf.version", "Version")
    if lookup.at_root("bcf.version") is None:
        lookup.note(f.NO_VERSION, lookup.archive, "no bcf.version")
    declared = project.read_version(root) if root else None
    for entry in markups:
        element = lookup.peek(entry)
        looks = markup.shape(Node(element, entry, [])) if element is not None else None
        if looks is None:
            continue
        if declared is None or (looks == "3.0") != (declared == "3.0"):
            if declared:
                lookup.note(f.OTHER_VERSION, entry, f"declared {declared}, looks like {looks}")
            return looks
        break
    return declared or "2.1"


def _project(lookup: Lookup) -> tuple[Project | None, str | None]:
    root = lookup.document("project.bcfp", "ProjectExtension", "ProjectInfo")
    return project.read_project(root) if root else (None, None)


def _extensions(lookup: Lookup, schema: str | None, version: str) -> Extensions | None:
    """The value lists: of extensions.xml, else of the extension schema the project names."""
    root = lookup.document("extensions.xml", "Extensions")
    if root is None and (root := lookup.document("bcf.extensions", "Extensions")) is not None:
        lookup.note(f.ODD_EXTENSIONS_NAME, root.entry, "read as extensions.xml")  # seen: ThatOpen 760
    if root is not None:
        return project.read_extensions_xml(root)
    if version == "3.0" and lookup.at_root("extensions.xml") is None:
        lookup.note(f.NO_EXTENSIONS, lookup.archive, "no extensions.xml")
    for name in filter(None, (schema, "extensions.xsd")):
        if lookup.at_root(name) is not None:
            found = lookup.document(name, "schema")
            return project.read_extensions_xsd(found) if found else None
    if schema and "://" not in schema:
        line = _line(lookup, "project.bcfp", schema, "ExtensionSchema")
        lookup.note(f.PAYLOAD_MISSING, "project.bcfp", f"extension schema {schema!r}", line)
    return None


def _line(lookup: Lookup, name: str, value: str, element: str, nth: int = 0) -> int:
    root = lookup.roots.get(name)
    return Lines(root.element).of(value, element, nth=nth) if root else 0


def _listed_documents(lookup: Lookup) -> list[Document]:
    root = lookup.document("documents.xml", "DocumentInfo")
    return [_with_payload(lookup, document) for document in (project.read_documents(root) if root else ())]


def _documents_by_guid(lookup: Lookup, documents: list[Document]) -> dict[str, Document]:
    """The documents by the key of their guid: equal ones once, different ones both, the second under a derived guid."""
    kept: dict[str, Document] = {}
    for document in documents:
        key = guid_key(document.guid)
        if key not in kept:
            kept[key] = document
            continue
        line = _line(lookup, "documents.xml", document.guid, "Document", nth=1)
        lookup.note(f.DOCUMENT_TWICE, "documents.xml", document.guid, line)
        if replace(kept[key], guid=document.guid) != document:
            fresh = derived_guid("duplicate document", key, document.filename, document.description or "")
            # its bytes, if there are any, stand where those of the first do, and will not
            kept[fresh] = replace(document, guid=fresh, path=None)
    return kept


def _with_payload(lookup: Lookup, document: Document) -> Document:
    entry = lookup.at_root(f"documents/{document.guid}")
    if entry is None:
        line = _line(lookup, "documents.xml", document.guid, "Document")
        lookup.note(f.PAYLOAD_MISSING, "documents.xml", f"document {document.guid} ({document.filename})", line)
        return document
    lookup.used.add(entry)
    # a place it had in a 2.x archive, and will have again, was kept
    return replace(document, path=document.path or lookup.below_root(entry), blob=lookup.blob(entry))


def _unreferenced_documents(lookup: Lookup) -> list[Document]:
    """Documents of our own 2.x files that no topic refers to: 2.x has no list of documents, their places tell."""
    found: list[Document] = []
    for entry in lookup.entries.names:
        if "Documents/" not in entry:
            continue  # a relative path costs fifty times this look
        parts = posixpath.relpath(entry, lookup.root or ".").split("/")
        if len(parts) == 3 and parts[0] == "Documents" and is_guid(parts[1]) and entry not in lookup.used:
            lookup.used.add(entry)
            found.append(Document(parts[1], parts[2], path=lookup.below_root(entry), blob=lookup.blob(entry)))
    return found


def _unique(lookup: Lookup, topics: list[Topic]) -> tuple[Topic, ...]:
    """Two folders with one guid: equal ones once, different ones both, the second under a derived guid."""
    kept: dict[str, Topic] = {}
    for topic in topics:
        key = guid_key(topic.guid)
        if key not in kept:
            kept[key] = topic
            continue
        lookup.note(f.DUPLICATE_TOPIC, f"{topic.folder}/markup.bcf", topic.guid)
        if replace(kept[key], folder=None) != replace(topic, folder=None):
            fresh = derived_guid("duplicate topic", key, topic.folder or "")
            kept[fresh] = replace(topic, guid=fresh)
    return tuple(kept.values())


def _report_folders_without_markup(lookup: Lookup, markups: list[str]) -> None:
    # a file that was found all the same, in a folder of another letter case, has its topic
    unused = (entry for entry in lookup.entries.names if entry not in lookup.used)
    folders = {posixpath.dirname(entry) for entry in unused if entry.lower().endswith(".bcfv")}
    for folder in sorted(folders - {posixpath.dirname(entry) for entry in markups}):
        lookup.note(f.NO_MARKUP, folder + "/", "viewpoints without a topic")
