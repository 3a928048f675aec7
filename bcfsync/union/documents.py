"""The documents of several archives.

Owns: their union, and the guid of a second document under a taken one. Sees: fields, the record.
Rules: docs/merge.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import Bcf, Document, Topic
from bcfsync.union.fields import Holder, united_fields
from bcfsync.union.record import Fate, Place, Record

_FIELDS = ("filename", "description")


def united_documents(models: Sequence[Bcf], base: Bcf | None, record: Record) -> tuple[tuple[Document, ...], list[Bcf]]:
    """All documents, and the models with their topics referring to those: different bytes are different documents."""
    before = {guid_key(item.guid): item for item in base.documents} if base else {}
    held: dict[str, list[tuple[int, Document]]] = {}
    for at, bcf in enumerate(models):
        for document in bcf.documents:
            held.setdefault(guid_key(document.guid), []).append((at, document))
    found: dict[str, Document] = {}
    renamed: dict[int, dict[str, str]] = {}
    for key, items in held.items():
        for at, variant in enumerate(_variants(items, before.get(key))):
            sources = [source for source, _ in variant]
            document = _united(variant, before.get(key), models, record)
            if at:
                fresh = derived_guid("document of the same guid", key, _bytes(document))
                record.noted(Fate.SECOND_DOCUMENT, Place("document", document.guid), fresh, sources)
                document = replace(document, guid=fresh, path=None)
                for source in sources:
                    renamed.setdefault(source, {})[key] = fresh
            found.setdefault(guid_key(document.guid), document)
    changed = [_renamed(bcf, renamed.get(at, {})) for at, bcf in enumerate(models)]
    kept = _kept(found, before, changed, record)
    return _with_own_paths(kept), changed


def _variants(items: list[tuple[int, Document]], past: Document | None) -> list[list[tuple[int, Document]]]:
    """The documents of one guid by their bytes: the base's first; those whose bytes are missing go with the first."""
    groups: dict[str, list[tuple[int, Document]]] = {}
    for source, document in items:
        groups.setdefault(_bytes(document), []).append((source, document))
    without = groups.pop("", [])
    first = _bytes(past) if past else ""
    found = [groups[key] for key in sorted(groups, key=lambda key: (key != first, key))]
    if not found:
        return [without]
    found[0] = sorted(found[0] + without, key=lambda item: item[0])
    return found


def _bytes(document: Document) -> str:
    return (document.blob.sha256 or "") if document.blob else ""


def _united(
    variant: list[tuple[int, Document]], past: Document | None, models: Sequence[Bcf], record: Record
) -> Document:
    holders = [Holder(document, source, models[source].version, None) for source, document in variant]
    first = next((document for _, document in variant if document.blob), variant[0][1])
    said = [holder for holder in holders if holder.version == "3.0"] or holders
    members: dict[str, Any] = united_fields(_FIELDS, past, said, Place("document", first.guid), record)
    return replace(first, **members)


def _renamed(bcf: Bcf, names: dict[str, str]) -> Bcf:
    def topic(item: Topic) -> Topic:
        references = tuple(
            replace(one, document_guid=names.get(guid_key(one.document_guid), one.document_guid))
            if one.document_guid
            else one
            for one in item.document_references
        )
        return replace(item, document_references=references)

    return replace(bcf, topics=tuple(map(topic, bcf.topics))) if names else bcf


def _kept(
    found: dict[str, Document], before: dict[str, Document], models: Sequence[Bcf], record: Record
) -> list[Document]:
    """Without those that a file has removed: unchanged since the base, and no topic of any file refers to them."""
    used = {
        guid_key(reference.document_guid)
        for bcf in models
        for topic in bcf.topics
        for reference in topic.document_references
        if reference.document_guid
    }
    kept: list[Document] = []
    for key, document in found.items():
        lacking = [at for at, bcf in enumerate(models) if key not in {guid_key(item.guid) for item in bcf.documents}]
        if key in before and lacking and key not in used and _bytes(before[key]) == _bytes(document):
            record.noted(Fate.REMOVED, Place("document", document.guid), document.filename, lacking)
        else:
            kept.append(document)
    return kept


def _with_own_paths(documents: Sequence[Document]) -> tuple[Document, ...]:
    """Two documents that stood at one place in their archives: only the first can stand there."""
    taken: set[str] = set()
    found: list[Document] = []
    for document in documents:
        path = document.path.lower() if document.path else ""
        found.append(replace(document, path=None) if path in taken else document)
        taken |= {path} - {""}
    return tuple(found)
