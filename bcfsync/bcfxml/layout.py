"""Where everything goes in an archive we write: folders, file names, and the references between them.

Owns: names of entries. Sees: model. Rules: 2.x wants one viewpoint.bcfv and one snapshot.png a topic; 3.0 leaves
names free; nothing may leave the archive or overwrite another entry.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bcfsync.guids import guid_key, written_guid
from bcfsync.model import Bcf, Blob, Components, Document, Extra, Topic, Viewpoint

Entry = tuple[str, bytes | Blob]
"""A name in the archive and what stands under it."""

# what Windows refuses; everything else is kept, so that a name comes back as it went
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_ENDINGS = {"png": (".png",), "jpg": (".jpg", ".jpeg")}


@dataclass(frozen=True, slots=True)
class ViewpointNames:
    """File names inside the topic folder; None where there is no such file."""

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
        canonical_first: 2.x: the viewpoint with the lowest index takes viewpoint.bcfv and snapshot.png.
    """
    names = _Names({"markup.bcf"} | _taken(topic, extras))
    first = _first(topic.viewpoints) if canonical_first else None
    ordered = sorted(topic.viewpoints, key=lambda view: view is not first)
    found = {id(view): _named(view, names, first=view is first, needs_file=canonical_first) for view in ordered}
    return tuple(found[id(view)] for view in topic.viewpoints)


def _taken(topic: Topic, extras: Iterable[Extra]) -> set[str]:
    """Names in the topic's folder that belong to its snippet, its internal files and foreign entries."""
    folder = folder_of(topic)
    own = {name for name, _ in internal_entries(topic) if posixpath.dirname(name) == folder}
    foreign = {extra.path for extra in extras if topic.folder and posixpath.dirname(extra.path) == topic.folder}
    return {posixpath.basename(name).lower() for name in own | foreign}


def _first(viewpoints: Iterable[Viewpoint]) -> Viewpoint | None:
    found = list(viewpoints)
    return min(found, key=lambda view: (view.index is None, view.index or 0)) if found else None


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


def _named(view: Viewpoint, names: _Names, *, first: bool, needs_file: bool) -> ViewpointNames:
    guid = written_guid(view.guid)
    file = snapshot = None
    if has_content(view) or (needs_file and view.reference):
        wanted = "viewpoint.bcfv" if first else safe_name(view.reference or "", f"{guid}.bcfv")
        file = names.fresh(wanted if wanted.lower().endswith(".bcfv") else f"{guid}.bcfv", f"{guid}.bcfv")
    if view.snapshot:
        snapshot = _snapshot_name(view, names, guid, first=first)
    bitmaps = []
    for at, bitmap in enumerate(view.bitmaps):
        fallback = f"bitmap-{guid}-{at}.{bitmap.bitmap_type}"
        wanted = safe_name(bitmap.reference or "", fallback)
        fits = wanted.lower().endswith(_ENDINGS[bitmap.bitmap_type]) or bitmap.blob is None
        bitmaps.append(names.fresh(wanted if fits else fallback, fallback))
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
                found.append((f"{folder}/{name}", bitmap.blob))
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
    if document.path and not document.path.lower().startswith("documents/"):
        return document.path
    guid = written_guid(document.guid)
    if document.path and guid in document.path.lower() and document.path.count("/") > 1:
        return document.path
    return f"Documents/{guid}/{safe_name(document.filename, guid)}"


def extra_entries(bcf: Bcf) -> list[Entry]:
    """Foreign entries where they stood; those in a topic's folder move with the folder."""
    moved = {topic.folder: folder_of(topic) for topic in bcf.topics if topic.folder}
    found = list[Entry]()
    for extra in bcf.extras:
        folder = posixpath.dirname(extra.path)
        path = f"{moved[folder]}/{posixpath.basename(extra.path)}" if folder in moved else extra.path
        found.append((path, extra.blob))
    return found


def without_repeats(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, each name once: the first wins, because own documents come before foreign ones."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(entry[0].lower(), entry)
    return list(kept.values())


def documents_by_guid(bcf: Bcf) -> dict[str, Document]:
    """The archive's documents by the key of their guid."""
    return {guid_key(document.guid): document for document in bcf.documents}
