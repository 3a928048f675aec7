"""Deciding the lists and payloads of a topic: snippet, model files, document references and their documents.

Owns: their rules. Sees: the drawing board. Rules: docs/sync-rules.md.
"""

from dataclasses import replace
from typing import Any

from bcfsync.canonical import file_key, reference_content
from bcfsync.changes import Bodies, Files, Kind, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.merge import Merged, Shadows, merge_scalars, merged_set
from bcfsync.model import BimSnippet, DocumentReference, Topic
from bcfsync.plan import deleting, values
from bcfsync.plan.drawing import Atom, Drawing
from bcfsync.plan.labels import document_label, part_label, reference_label
from bcfsync.plan.pairing import Candidate, pair
from bcfsync.plan.resolving import settled, settled_bytes

_REFERENCE_MEMBERS = ("url", "description")


def plan_snippet(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """The snippet's bytes, where they are new or known to differ from the last ones sent."""
    snippet = topic.bim_snippet
    if snippet is None or snippet.blob is None or snippet.is_external or not drawing.capabilities.snippets:
        return
    if any(item.field == "bim_snippet" and item.guid == topic.guid for item in drawing.conflicts):
        return  # whose snippet it is to be is not settled, so nobody needs the bytes yet
    atom = Atom(Kind.SNIPPET, topic.guid, topic.guid, part_label(Kind.SNIPPET, topic))
    held = counterpart.bim_snippet if counterpart else None
    if values.snippet_waits(drawing, snippet, held):
        return
    shadows = drawing.shadows(atom.key, snippet, held)
    known = shadows.known and counterpart is not None
    if known and not _other_bytes(snippet, shadows.source):
        return
    if held is not None and _equal_bytes(snippet, held):
        drawing.step("topics", Verb.ADOPT, atom, snippet, target=topic.guid, expected=held)
    elif held is not None and _other_bytes(held, shadows.target if known else snippet):
        bases = Shadows(_digest(shadows.source), _digest(shadows.target))
        if settled_bytes(drawing, atom, bases, (_digest(snippet), _digest(held)), (topic, counterpart)):
            drawing.step("topics", Verb.UPDATE, atom, snippet)
    else:
        drawing.step("topics", Verb.UPDATE, atom, snippet)


def _digest(snippet: object) -> str | None:
    return snippet.blob.sha256 if isinstance(snippet, BimSnippet) and snippet.blob else None


def _equal_bytes(one: object, other: object) -> bool:
    return _digest(one) is not None and _digest(one) == _digest(other)


def _other_bytes(one: object, other: object) -> bool:
    """True only where both are known and differ."""
    return _digest(one) is not None and _digest(other) is not None and _digest(one) != _digest(other)


def plan_files(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """The header files: one list, merged as a set of what a server can hold of each."""
    atom = Atom(Kind.FILES, topic.guid, topic.guid, part_label(Kind.FILES, topic))
    ours, held = Files(topic.files), counterpart.files if counterpart else ()
    if not (topic.files or held or drawing.recorded(atom.key).known):
        return
    shadows = drawing.shadows(atom.key, ours, Files(held))
    shadows = shadows if shadows.known and counterpart else Shadows(None, None)
    merged = merged_set(getattr(shadows.source, "files", ()), topic.files, held, file_key)
    if {file_key(item) for item in merged} != {file_key(item) for item in held}:
        drawing.step("topics", Verb.UPDATE, atom, Files(merged), origin=ours, expected=Files(held))
    elif counterpart and (topic.files or drawing.recorded(atom.key).known):
        drawing.agree("topics", atom, shadows, (ours, Files(held)), counterpart.guid)


def plan_references(drawing: Drawing, topic: Topic, counterpart: Topic | None) -> None:
    """The document references of a topic; servers offer no way to delete one."""
    if not topic.document_references:
        return
    scope = drawing.children(Kind.REFERENCE, topic, counterpart)
    held = counterpart.document_references if counterpart else ()
    sources = [_candidate(item, drawing.source) for item in topic.document_references]
    pairs = pair(scope, sources, [_candidate(item, drawing.target) for item in held])
    by_guid = {guid_key(item.guid): item for item in held}
    for reference, item in zip(topic.document_references, pairs, strict=True):
        atom = Atom(Kind.REFERENCE, topic.guid, reference.guid, reference_label(reference, topic))
        if item.target is not None:
            drawing.paired[atom.key] = scope.target_key(item.target.guid)
            _compare_references(drawing, atom, reference, by_guid[guid_key(item.target.guid)])
        elif counterpart and deleting.stays_away(drawing, atom, item, (topic, counterpart), reference):
            continue
        elif item.doubtful:
            drawing.hold_doubtful(atom)
        elif item.unclear:
            drawing.hold(atom, item.unclear)
        elif reason := _not_sendable(drawing, reference):
            drawing.hold(atom, reason)
        else:
            target = drawing.target_guid(scope, reference.guid)
            drawing.step("topics", Verb.CREATE, atom, reference, target=target)


def _candidate(reference: DocumentReference, bodies: Bodies) -> Candidate:
    """A reference by what it says; one to a document by the document's name, whose path is its file's own matter."""
    if not reference.document_guid:
        return Candidate(reference.guid, reference_content(reference))
    key = guid_key(reference.document_guid)
    name = next((item.filename for item in bodies.documents if guid_key(item.guid) == key), "")
    return Candidate(reference.guid, f"{name}\n{reference.description or ''}")


def _not_sendable(drawing: Drawing, reference: DocumentReference) -> str:
    """Why a reference without counterpart cannot be made, or ""."""
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
    recorded = drawing.shadows(atom.key, reference, held)
    measures = _addressed(recorded.source), _addressed(recorded.target)
    shadows = Shadows(*measures)
    said, found = _addressed(reference), _addressed(held)
    if reference.document_guid:
        # the path of a 2.x document is its place in the archive, not an address
        said, found = replace(said, url=None), replace(found, url=None)
        shadows = Shadows(*(item if item is None else replace(item, url=None) for item in measures))
        _adopt_document(drawing, reference, held)
    merged = merge_scalars(_REFERENCE_MEMBERS, shadows, said, found)
    merged = _with_document(drawing, merged, recorded, (reference, held))
    result = settled(drawing, atom, merged, shadows, (said, found))
    if not result.updates or drawing.is_sent(atom.key):
        drawing.agree("topics", atom, recorded, (reference, held), held.guid)
    if result.updates:
        value = replace(held, path=held.path if result.updates.keys() == {"description"} else None, **result.updates)
        more = {"target": held.guid, "fields": tuple(result.updates), "expected": held, "merged": result.merged}
        drawing.step("topics", Verb.UPDATE, atom, value, origin=reference, **more)


def _addressed(reference: object) -> Any:  # noqa: ANN401 - a reference or None
    """A reference with its address in one place: 2.x files write it as a path."""
    return replace(reference, url=reference.url or reference.path) if isinstance(reference, DocumentReference) else None


def _with_document(
    drawing: Drawing, merged: Merged, shadows: Shadows, both: tuple[DocumentReference, DocumentReference]
) -> Merged:
    """The merge of two references with that of the documents they mean."""
    reference, held = both
    if not _other_document(shadows.source, reference):
        return merged
    ours = drawing.name_across(Kind.DOCUMENT, "", reference.document_guid or "")
    if held.document_guid and ours == guid_key(held.document_guid):
        return merged
    if _other_document(shadows.target, held):
        return replace(merged, conflicts=(*merged.conflicts, "document_guid"))
    return replace(merged, updates=merged.updates | {"document_guid": reference.document_guid})


def _other_document(shadow: object, reference: DocumentReference) -> bool:
    """Whether a reference has come to mean another document: a file replaced under its old name is a new one."""
    if not isinstance(shadow, DocumentReference) or not (shadow.document_guid and reference.document_guid):
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
        drawing.paired[key] = key_of(Kind.DOCUMENT, "", theirs.guid)
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
