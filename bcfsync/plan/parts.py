"""Deciding the lists and payloads of a topic: snippet, model files, document references and their documents.

Owns: their rules. Sees: the drawing board. Rules: docs/sync-rules.md.
"""

from dataclasses import replace
from typing import Any

from bcfsync.canonical import file_key, reference_content, same
from bcfsync.changes import Files, Kind, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Shadows, merge_scalars, merged_set
from bcfsync.model import BimSnippet, DocumentReference, Topic
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import document_label, part_label, reference_label
from bcfsync.plan.pairing import Candidate, Pair, pair

_REFERENCE_MEMBERS = ("url", "description")


def plan_snippet(drawing: Drawing, topic: Topic) -> None:
    """The snippet's bytes, where they are new or known to differ from the last ones sent."""
    snippet = topic.bim_snippet
    if snippet is None or snippet.blob is None or snippet.is_external or not drawing.capabilities.snippets:
        return
    atom = Atom(Kind.SNIPPET, topic.guid, topic.guid, part_label(Kind.SNIPPET, topic))
    confirmed = drawing.shadow(drawing.source_site, BimSnippet, atom.key, snippet)
    held = drawing.shadow(drawing.target_site, BimSnippet, atom.key)
    unknown = snippet.blob.sha256 is None or confirmed is None or confirmed.blob is None
    if held is None or confirmed is None or not (unknown or same(confirmed.blob, snippet.blob)):
        drawing.step("topics", Verb.UPDATE, atom, snippet)


def plan_files(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """The header files: one list, merged as a set of what a server can hold of each."""
    atom = Atom(Kind.FILES, topic.guid, topic.guid, part_label(Kind.FILES, topic))
    ours, held = Files(topic.files), counterpart.files if counterpart else ()
    before = drawing.shadow(drawing.source_site, Files, atom.key, ours)
    there = drawing.shadow(drawing.target_site, Files, atom.key, Files(held)) if counterpart else None
    merged = merged_set(before.files if before and there else (), topic.files, held, file_key)
    if {file_key(item) for item in merged} != {file_key(item) for item in held}:
        drawing.step("topics", Verb.UPDATE, atom, Files(merged), origin=ours, expected=Files(held))
    elif topic.files and counterpart:
        drawing.adopt("topics", atom, ours, counterpart.guid, Files(held))


def plan_references(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """The document references of a topic; servers offer no way to delete one."""
    scope = drawing.children(Kind.REFERENCE, topic, counterpart)
    held = counterpart.document_references if counterpart else ()
    sources = [Candidate(item.guid, reference_content(item)) for item in topic.document_references]
    pairs = pair(scope, sources, [Candidate(item.guid, reference_content(item)) for item in held])
    by_guid = {guid_key(item.guid): item for item in held}
    for reference, item in zip(topic.document_references, pairs, strict=True):
        atom = Atom(Kind.REFERENCE, topic.guid, reference.guid, reference_label(reference, topic))
        if item.target is not None:
            _compare_references(drawing, atom, reference, by_guid[guid_key(item.target.guid)])
        elif reason := _not_sendable(drawing, reference, item, counterpart):
            drawing.hold(atom, reason)
        else:
            target = drawing.target_guid(scope, reference.guid)
            drawing.step("topics", Verb.CREATE, atom, reference, target=target)


def _not_sendable(drawing: Drawing, reference: DocumentReference, item: Pair, counterpart: Topic | None) -> str:
    """Why a reference without counterpart cannot be made, or ""."""
    if item.gone and counterpart:
        return f"was deleted on the {drawing.target_site} side; not sent again"
    if not (reference.document_guid or reference.url or reference.path):
        return "refers to nothing"
    if reference.document_guid and not _document_at_hand(drawing, reference.document_guid):
        return "its document is not in the archive"
    return ""


def _document_at_hand(drawing: Drawing, guid: str) -> bool:
    key = guid_key(guid)
    if any(guid_key(item.guid) == key and item.blob for item in drawing.source.documents):
        return True
    linked = drawing.base.across(drawing.source_site, key_of(Kind.DOCUMENT, "", guid))
    return linked is not None or any(guid_key(item.guid) == key for item in drawing.target.documents)


def _compare_references(drawing: Drawing, atom: Atom, reference: DocumentReference, held: DocumentReference) -> None:
    said = replace(reference, url=reference.url or reference.path)
    shadow = drawing.shadow(drawing.source_site, DocumentReference, atom.key, reference)
    shadows = Shadows(
        replace(shadow, url=shadow.url or shadow.path) if shadow else None,
        drawing.shadow(drawing.target_site, DocumentReference, atom.key, held),
    )
    if reference.document_guid:
        # the path of a 2.x document is its place in the archive, not an address
        said = replace(said, url=held.url)
        shadows = Shadows(replace(shadow, url=held.url) if shadow else None, shadows.target)
        _adopt_document(drawing, reference, held)
    merged = merge_scalars(_REFERENCE_MEMBERS, shadows, said, held)
    if _other_document(shadow, reference):
        merged = replace(merged, updates=merged.updates | {"document_guid": reference.document_guid})
    for name in merged.conflicts:
        drawing.conflict(atom, name, getattr(shadows.source, name, None), getattr(said, name), getattr(held, name))
    if merged.updates:
        members: dict[str, Any] = {name: getattr(held, name) for name in _REFERENCE_MEMBERS} | merged.updates
        value = replace(reference, path=None, **members)
        more = {"target": held.guid, "fields": tuple(merged.updates), "expected": held}
        drawing.step("topics", Verb.UPDATE, atom, value, origin=reference, **more)
    elif not merged.conflicts:
        drawing.adopt("topics", atom, reference, held.guid, held)


def _other_document(shadow: DocumentReference | None, reference: DocumentReference) -> bool:
    """Whether a reference has come to mean another document: a file replaced under its old name is a new one."""
    if shadow is None or not (shadow.document_guid and reference.document_guid):
        return False
    return guid_key(shadow.document_guid) != guid_key(reference.document_guid)


def _adopt_document(drawing: Drawing, reference: DocumentReference, held: DocumentReference) -> None:
    """Two references that are one refer to one document, where its name is the same on both sites."""
    key = key_of(Kind.DOCUMENT, "", reference.document_guid or "")
    if drawing.base.across(drawing.source_site, key) is not None or not held.document_guid:
        return
    ours = next((item for item in drawing.source.documents if guid_key(item.guid) == key.guid), None)
    theirs_key = guid_key(held.document_guid)
    theirs = next((item for item in drawing.target.documents if guid_key(item.guid) == theirs_key), None)
    if ours and theirs and ours.filename == theirs.filename:
        drawing.adopt("first", Atom(Kind.DOCUMENT, "", ours.guid, document_label(ours)), ours, theirs.guid, theirs)


def plan_documents(drawing: Drawing) -> None:
    """Documents the planned references need and the target does not have: they go before everything else."""
    wanted = {
        guid_key(step.value.document_guid)
        for step in drawing.groups["topics"]
        if isinstance(step.value, DocumentReference) and step.verb is not Verb.ADOPT and step.value.document_guid
    }
    adopted = {guid_key(step.guid) for step in drawing.groups["first"] if step.kind is Kind.DOCUMENT}
    documents = [item for item in drawing.source.documents if guid_key(item.guid) in wanted - adopted]
    scope = drawing.scope(Kind.DOCUMENT)
    targets = {guid_key(item.guid): item for item in drawing.target.documents}
    sources = [Candidate(item.guid, item.filename) for item in documents]
    pairs = pair(scope, sources, [Candidate(item.guid, item.filename) for item in targets.values()])
    for document, item in zip(documents, pairs, strict=True):
        atom = Atom(Kind.DOCUMENT, "", document.guid, document_label(document))
        if item.target is not None:
            drawing.adopt("first", atom, document, item.target.guid, targets[guid_key(item.target.guid)])
        else:
            target = drawing.target_guid(scope, document.guid)
            drawing.step("first", Verb.CREATE, atom, document, target=target)
