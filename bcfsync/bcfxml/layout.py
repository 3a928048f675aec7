"""Where everything goes in an archive we write: folders, file names, and the references between them.

Owns: names of entries. Sees: model, errors. Rules: 2.x wants one viewpoint.bcfv and one snapshot.png a topic; 3.0
leaves names free; nothing may leave the archive or overwrite another entry.
"""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bcfsync.errors import UsageError
from bcfsync.guids import guid_key, is_guid, written_guid
from bcfsync.model import Bcf, Blob, Components, Document, Extra, Spelling, Topic, Viewpoint

Entry = tuple[str, bytes | Blob]
"""A name in the archive and what stands under it."""

# what Windows refuses; everything else is kept, so that a name comes back as it went
# what xs:anyURI takes for sure: a path, or a link
_URI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[\w .()+,;=@&$!*'~/-]+")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_FILE, _PICTURE, _SCHEMA = "viewpoint.bcfv", "snapshot.png", "extensions.xsd"
_ROOTS = {"bcf.version", "project.bcfp", "extensions.xml", "extensions.xsd", "documents.xml"}
_PICTURES = {_PICTURE, "snapshot.jpg", "snapshot.jpeg"}
_FIXED = frozenset({"bcf.version", "project.bcfp", "markup.bcf"})
_ENDINGS = {"png": (".png",), "jpg": (".jpg", ".jpeg")}


class SameEntry(UsageError, ValueError):
    """Two things of a model that are not the same would be one entry of the archive."""

    hint = "give one of them another guid, or another name"


@dataclass(frozen=True, slots=True)
class ViewpointNames:
    """File names inside the topic folder, bitmaps perhaps with the folder; None where there is no such file."""

    viewpoint: str | None
    snapshot: str | None
    bitmaps: tuple[str, ...]


def folder_of(topic: Topic) -> str:
    """The topic's folder: its guid in lower case."""
    return written_guid(topic.guid)


def safe_name(text: str, fallback: str) -> str:
    """The last part of a path as a file name that every system accepts."""
    name = _UNSAFE.sub("_", posixpath.basename(text.replace("\\", "/")).strip()).strip(". ")
    return name or fallback


def viewpoint_names(
    topic: Topic, extras: Iterable[Extra] = (), *, canonical_first: bool
) -> tuple[ViewpointNames, ...]:  # fmt: skip
    """File names of all viewpoints of a topic, in their order, each name once.

    Args:
        topic: with its viewpoints.
        extras: foreign entries of the archive; what one in this topic's folder is called is taken.
        canonical_first: 2.x: one viewpoint is called viewpoint.bcfv, one picture snapshot.png. Those that are called so
            keep their names; else those of the lowest index take them.
    """
    names = _Names({"markup.bcf"} | _taken(topic, extras))
    file = _first(topic, _FILE) if canonical_first else None
    picture = _first(topic, _PICTURE) if canonical_first else None
    first = _First(file, picture)
    ordered = sorted(topic.viewpoints, key=lambda view: (view is not file, view is not picture))
    found = {id(view): _named(view, names, first, folder_of(topic), needs_file=canonical_first) for view in ordered}
    return tuple(found[id(view)] for view in topic.viewpoints)


def by_folder(extras: Iterable[Extra]) -> dict[str | None, list[Extra]]:
    """Foreign entries by the folder they stand in."""
    found: dict[str | None, list[Extra]] = {}
    for extra in extras:
        found.setdefault(posixpath.dirname(extra.path), []).append(extra)
    return found


def _taken(topic: Topic, extras: Iterable[Extra]) -> set[str]:
    """Names in the topic's folder that belong to its snippet, its internal files and foreign entries."""
    folder = folder_of(topic)
    own = {name for name, _ in internal_entries(topic) if posixpath.dirname(name) == folder}
    foreign = {extra.path for extra in extras if topic.folder and posixpath.dirname(extra.path) == topic.folder}
    return {posixpath.basename(name).lower() for name in own | foreign}


@dataclass(frozen=True, slots=True)
class _First:
    """The viewpoints whose file and whose picture have the names that 2.x wants."""

    file: Viewpoint | None
    picture: Viewpoint | None


def _first(topic: Topic, name: str) -> Viewpoint | None:
    """The viewpoint that is, or shall be, called so; none in a topic that came without the name."""
    candidates = [view for view in topic.viewpoints if name == _FILE or view.snapshot]
    known = {_FILE} if name == _FILE else _PICTURES
    found = next((view for view in candidates if _own_name(view, name).lower() in known), None)
    if found is None and candidates and f"-{name}" not in topic.spelling:
        found = min(candidates, key=lambda view: (view.index is None, view.index or 0))
    return found


def _own_name(view: Viewpoint, name: str) -> str:
    if name == _FILE:
        return view.reference or ""
    return (view.snapshot.reference or "") if view.snapshot else ""


def has_content(view: Viewpoint) -> bool:
    """Whether there is anything to put into a .bcfv."""
    return bool(
        view.perspective_camera
        or view.orthogonal_camera
        or view.components not in {None, Components()}
        or view.lines
        or view.clipping_planes
        or view.bitmaps
    )


def fits(name: str, kind: str) -> bool:
    """Whether a file name has an ending of this kind of image."""
    return name.lower().endswith(_ENDINGS[kind])


class _Names:
    """File names of one folder, each given out once; letter case does not tell names apart on Windows."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken

    def fresh(self, wanted: str, fallback: str) -> str:
        for name in (wanted, fallback):
            if name.lower() not in self._taken:
                self._taken.add(name.lower())
                return name
        stem, ending = posixpath.splitext(fallback)
        at = 2
        while f"{stem}-{at}{ending}".lower() in self._taken:
            at += 1
        self._taken.add(f"{stem}-{at}{ending}".lower())
        return f"{stem}-{at}{ending}"


def _named(view: Viewpoint, names: _Names, first: _First, folder: str, *, needs_file: bool) -> ViewpointNames:
    guid = written_guid(view.guid)
    file = snapshot = None
    if has_content(view) or (needs_file and view.reference):
        wanted = _FILE if view is first.file else safe_name(view.reference or "", f"{guid}.bcfv")
        file = names.fresh(wanted if wanted.lower().endswith(".bcfv") else f"{guid}.bcfv", f"{guid}.bcfv")
    if view.snapshot:
        snapshot = _snapshot_name(view, names, guid, first=view is first.picture)
    bitmaps = []
    for at, bitmap in enumerate(view.bitmaps):
        fallback = f"bitmap-{guid}-{at}.{bitmap.bitmap_type}"
        wanted = safe_name(bitmap.reference or "", fallback)
        fits = wanted.lower().endswith(_ENDINGS[bitmap.bitmap_type]) or bitmap.blob is None
        name = names.fresh(wanted if fits else fallback, fallback)
        # seen in published 2.0 archives: the way to a bitmap starts at the root
        rooted = (bitmap.reference or "").lower() == f"{folder}/{name.lower()}"
        bitmaps.append(f"{folder}/{name}" if rooted else name)
    return ViewpointNames(file, snapshot, tuple(bitmaps))


def _snapshot_name(view: Viewpoint, names: _Names, guid: str, *, first: bool) -> str:
    kind = view.snapshot.snapshot_type if view.snapshot else "png"
    reference = view.snapshot.reference if view.snapshot else None
    wanted = f"snapshot.{kind}" if first else safe_name(reference or "", f"{guid}.{kind}")
    # a JPEG under .png is a lie some readers stumble over
    return names.fresh(wanted if wanted.lower().endswith(_ENDINGS[kind]) else f"{guid}.{kind}", f"{guid}.{kind}")


def picture_entries(topic: Topic, names: tuple[ViewpointNames, ...]) -> list[Entry]:
    """Snapshots and bitmaps of a topic under the names given to them."""
    folder, found = folder_of(topic), list[Entry]()
    for view, given in zip(topic.viewpoints, names, strict=True):
        if view.snapshot and view.snapshot.blob and given.snapshot:
            found.append((f"{folder}/{given.snapshot}", view.snapshot.blob))
        for bitmap, name in zip(view.bitmaps, given.bitmaps, strict=True):
            if bitmap.blob:
                found.append((f"{folder}/{posixpath.basename(name)}", bitmap.blob))
    return found


def internal_entries(topic: Topic) -> list[Entry]:
    """Snippet and internal model files of a topic, at the places their references mean."""
    folder, found = folder_of(topic), list[Entry]()
    snippet = topic.bim_snippet
    if snippet and snippet.blob and not snippet.is_external:
        found.append((inside(folder, snippet.reference), snippet.blob))
    found.extend((inside(folder, file.reference), file.blob) for file in topic.files if file.blob and file.reference)
    return found


def inside(folder: str, reference: str) -> str:
    """The entry a reference from a topic folder means; one that would leave the archive stays in the folder."""
    path = posixpath.normpath(posixpath.join(folder, reference.replace("\\", "/")))
    if path.startswith(("..", "/")) or ":" in path or "\0" in path or path in {".", folder}:
        # readers look for the last part beside the topic
        return f"{folder}/{safe_name(reference, 'file')}"
    return path


def document_path(document: Document) -> str:
    """Where a 2.x archive holds a document: where it stood, else ``Documents/<guid>/<name>``, which is reversible."""
    guid = written_guid(document.guid)
    if document.path and document.path.lower() != f"documents/{guid}":
        # a topic's folder is written in lower case, with all that is in it
        first, slash, rest = document.path.partition("/")
        return f"{written_guid(first)}/{rest}" if slash and is_guid(first) else document.path
    return f"Documents/{guid}/{safe_name(document.filename, guid)}"


def with_own_places(bcf: Bcf) -> Bcf:
    """The model to write as 2.x: a document whose place a file of a topic has, or another document, gets its own."""
    folders = {posixpath.dirname(document_path(document)) for document in bcf.documents if document.blob}
    extras = by_folder(bcf.extras)
    held = dict[str, bytes | Blob]()
    for topic in bcf.topics:
        if folder_of(topic) in folders:
            names = viewpoint_names(topic, extras.get(topic.folder, ()), canonical_first=True)
            held.update([*picture_entries(topic, names), *internal_entries(topic)])
    documents = tuple(
        replace(item, path=None)
        if item.blob and _differ(held.setdefault(document_path(item), item.blob), item.blob)
        else item
        for item in bcf.documents
    )
    return replace(bcf, documents=documents)


def schema_name(spelling: Spelling, *, needed: bool) -> str | None:
    """What a 2.x project calls its extension schema; a name that led nowhere stays one."""
    named = spelling.extension_schema if _URI.fullmatch(spelling.extension_schema or "") else None
    if needed:
        return named or _SCHEMA
    return named if "ExtensionSchema" in spelling.names else None


def schema_place(spelling: Spelling) -> str:
    """Where a 2.x archive holds its extension schema: where its project says, unless that is elsewhere."""
    name = posixpath.normpath((spelling.extension_schema or _SCHEMA).replace("\\", "/"))
    nowhere = name == "." or name.startswith(("..", "/")) or ":" in name or "\0" in name
    return _SCHEMA if nowhere or posixpath.basename(name).lower() in _FIXED else name


def reference_path(folder: str, path: str | None, document: Document) -> str:
    """How a 2.x topic refers to a document: as it did, where that leads to the document's place; else from the root."""
    place = document_path(document)
    if path:
        plain = posixpath.normpath(path.strip().replace("\\", "/"))
        if place.lower() in {inside(folder, path).lower(), plain.lower()}:
            return path
    return f"../{place}"


def extra_entries(bcf: Bcf) -> list[Entry]:
    """Foreign entries where they stood; those in a topic's folder move with the folder."""
    moved = {topic.folder: folder_of(topic) for topic in bcf.topics if topic.folder}
    found = list[Entry]()
    for extra in bcf.extras:
        folder = posixpath.dirname(extra.path)
        path = f"{moved[folder]}/{posixpath.basename(extra.path)}" if folder in moved else extra.path
        found.append((path, extra.blob))
    return found


def without_repeats(own: Iterable[Entry], foreign: Iterable[Entry]) -> list[Entry]:
    """The entries, each name once, our own ones first; what things share, they share here, too.

    Raises:
        SameEntry: two of our own have one name and are not the same.
    """
    kept: dict[str, bytes | Blob] = {}
    for name, payload in own:
        if _differ(kept.setdefault(name, payload), payload):
            raise SameEntry(f"two different things of the model would be the entry {name}")
    others = list(foreign)
    names = free_names(others, kept.items())
    return [*kept.items(), *((name, payload) for name, (_, payload) in zip(names, others, strict=True) if name)]


def free_names(foreign: Sequence[Entry], own: Iterable[Entry]) -> list[str | None]:
    """The name each foreign entry is written under: its own, or a free one where that is taken in any letter case.

    None for one that is called like a document of ours that has to have its name, or is the same as what has its name.
    """
    held = {name.lower(): payload for name, payload in own}
    taken, reserved = set(held), {name.lower() for name, _ in foreign}
    found: list[str | None] = []
    for name, payload in foreign:
        key = name.lower()
        if key in held and (key in _ROOTS or posixpath.basename(key) == "markup.bcf" or _same(held[key], payload)):
            found.append(None)
            continue
        stem, ending = posixpath.splitext(name)
        free, number = name, 1
        while free.lower() in (taken if free == name else taken | reserved):
            number += 1
            free = f"{stem}-{number}{ending}"
        taken.add(free.lower())
        found.append(free)
    return found


def _differ(one: bytes | Blob, other: bytes | Blob) -> bool:
    """Whether two of our own payloads are two things for sure: what 2.x shares, 3.0 may hold twice."""
    if isinstance(one, Blob) and isinstance(other, Blob):
        digests, sizes = {one.sha256, other.sha256} - {None}, {one.size, other.size} - {None}
        return len(digests) > 1 or len(sizes) > 1
    # a document that stood where one of ours must stand gives way, which conversion tells
    return isinstance(one, bytes) and isinstance(other, bytes) and one != other


def _same(one: bytes | Blob, other: bytes | Blob) -> bool:
    """Whether two payloads are the same, as far as can be told without reading them."""
    if isinstance(one, Blob) and isinstance(other, Blob) and one.sha256 and other.sha256:
        return one.sha256 == other.sha256
    return one == other


def documents_by_guid(bcf: Bcf) -> dict[str, Document]:
    """The archive's documents by the key of their guid."""
    return {guid_key(document.guid): document for document in bcf.documents}
