"""Names of entries in a union: what stood under one name in several archives, and must not overwrite each other.

Owns: new names for files whose name is taken. Sees: bcfxml's layout, model, the record. Rules: docs/merge.md.
"""

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from bcfsync.bcfxml import layout
from bcfsync.model import Bcf, BimSnippet, Blob, Extra, HeaderFile, Topic
from bcfsync.union.record import Fate, Place, Record, place_in

_ROOT = frozenset({"bcf.version", "project.bcfp", "extensions.xml", "extensions.xsd", "documents.xml"})


def is_markup(path: str) -> bool:
    """Whether an entry is a topic's markup; as an extra it is one that could not be read."""
    return posixpath.basename(path).lower() == "markup.bcf"


def placed(bcf: Bcf) -> Bcf:
    """The model with its topics' folders, and the foreign files in them, where a writer puts them."""
    entries = layout.extra_entries(bcf)
    extras = tuple(replace(extra, path=path) for extra, (path, _) in zip(bcf.extras, entries, strict=True))
    topics = tuple(replace(topic, folder=layout.folder_of(topic)) for topic in bcf.topics)
    return replace(bcf, topics=topics, extras=extras)


def united_extras(models: Sequence[Bcf], base: Bcf | None, record: Record) -> tuple[Extra, ...]:
    """Foreign files by name and bytes: different ones of one name are all kept, the first under its name."""
    before = {extra.path.lower(): extra for extra in base.extras} if base else {}
    held: dict[str, dict[str, tuple[Extra, list[int]]]] = {}
    for at, bcf in enumerate(models):
        for extra in bcf.extras:
            variants = held.setdefault(extra.path.lower(), {})
            variants.setdefault(_bytes(extra.blob), (extra, []))[1].append(at)
    found: dict[str, Extra] = {}
    for path, variants in held.items():
        past = _bytes(before[path].blob) if path in before else ""
        having = {source for _, sources in variants.values() for source in sources}
        lacking = [at for at in range(len(models)) if at not in having]
        if past and lacking and set(variants) == {past}:
            record.noted(Fate.REMOVED, Place("file", path), "", lacking)
            continue
        for at, digest in enumerate(sorted(variants, key=lambda digest: (digest != past, digest))):
            extra, sources = variants[digest]
            if at:
                name = renamed(extra.path, digest)
                record.noted(Fate.SECOND_NAME, Place("file", extra.path), name, sources)
                extra = replace(extra, path=name)
            found.setdefault(extra.path.lower(), extra)
    return tuple(found.values())


def lost_snippets(topics: Sequence[Topic], extras: Sequence[Extra], record: Record) -> tuple[Extra, ...]:
    """The foreign files, and with them the bytes of snippets that lost a decision, beside the one that won."""
    folders = {topic.guid: layout.folder_of(topic) for topic in topics}
    found = {extra.path.lower(): extra for extra in extras}
    for decision in record.decisions:
        for loser in decision.losers:
            if not isinstance(loser.value, BimSnippet) or loser.value.blob is None:
                continue
            if isinstance(decision.winner, BimSnippet) and decision.winner.blob == loser.value.blob:
                continue
            name = layout.safe_name(loser.value.reference, "snippet")
            path = f"{folders[decision.topic]}/{renamed(name, _bytes(loser.value.blob))}"
            found.setdefault(path.lower(), Extra(path, loser.value.blob))
    return tuple(found.values())


def renamed(path: str, digest: str) -> str:
    """A path whose last part has the beginning of the digest in it: the same bytes get the same name in every union."""
    stem, ending = posixpath.splitext(path)
    return f"{stem}-{digest[:12]}{ending}"


def without_collisions(bcf: Bcf, record: Record) -> Bcf:
    """The model with no two different files of topics, documents and strangers under one name."""
    taken: dict[str, str] = dict.fromkeys(_ROOT, "")
    taken |= {f"{layout.folder_of(topic)}/markup.bcf": "" for topic in bcf.topics}
    topics = tuple(_with_own_names(topic, taken, record) for topic in bcf.topics)
    documents = []
    for document in bcf.documents:
        path = layout.document_path(document).lower()
        free = document.blob is None or taken.setdefault(path, _bytes(document.blob)) == _bytes(document.blob)
        documents.append(document if free else replace(document, path=None))
    extras = tuple(_with_free_name(extra, taken, record) for extra in bcf.extras)
    return replace(bcf, topics=topics, documents=tuple(documents), extras=extras)


def _with_own_names(topic: Topic, taken: dict[str, str], record: Record) -> Topic:
    snippet = topic.bim_snippet
    if snippet and snippet.blob and not snippet.is_external:
        snippet = replace(snippet, reference=_free(topic, snippet, snippet.blob, taken, record))
    files = tuple(
        replace(file, reference=_free(topic, file, file.blob, taken, record)) if file.blob and file.reference else file
        for file in topic.files
    )
    return replace(topic, bim_snippet=snippet, files=files)


def _free(topic: Topic, item: BimSnippet | HeaderFile, blob: Blob, taken: dict[str, str], record: Record) -> str:
    reference = item.reference or ""
    digest = _bytes(blob)
    path = layout.inside(layout.folder_of(topic), reference)
    if taken.setdefault(path.lower(), digest) == digest:
        return reference
    kind = "snippet" if isinstance(item, BimSnippet) else "model file"
    name = renamed(reference, digest)
    taken[layout.inside(layout.folder_of(topic), name).lower()] = digest
    record.noted(Fate.SECOND_NAME, place_in(topic, kind, reference), name, ())
    return name


def _with_free_name(extra: Extra, taken: dict[str, str], record: Record) -> Extra:
    digest = _bytes(extra.blob)
    if taken.setdefault(extra.path.lower(), digest) == digest:
        return extra
    name = renamed(extra.path, digest)
    taken[name.lower()] = digest
    record.noted(Fate.SECOND_NAME, Place("file", extra.path), name, ())
    return replace(extra, path=name)


def _bytes(blob: Blob) -> str:
    return blob.sha256 or ""
