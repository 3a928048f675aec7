"""Habits of the products a file is for, and the model that suits them.

Owns: what a product wants beyond the standard. Sees: model, layout. Each habit names where it was seen.
"""

import struct
import zlib
from dataclasses import dataclass, replace

from bcfsync.bcfxml.layout import has_content
from bcfsync.model import Bcf, Blob, Snapshot, Topic, Viewpoint
from bcfsync.versions.fitting import NO_AUTHOR, NO_TITLE

FIRST_VIEWPOINT, FIRST_SNAPSHOT = "viewpoint.bcfv", "snapshot"


@dataclass(frozen=True, slots=True)
class Target:
    """A product: the versions it reads, best first, and what it cannot do without.

    ``needs_snapshot`` is about every viewpoint, ``needs_view`` about every topic, ``needs_author`` about every topic.
    """

    name: str
    versions: tuple[str, ...]
    needs_snapshot: bool = False
    needs_view: bool = False
    needs_author: bool = False


TARGETS = {
    # loads no 3.0 viewpoint without a snapshot (IfcOpenShell 4887)
    "solibri": Target("Solibri", ("2.1", "2.0", "3.0"), needs_snapshot=True),
    # looks for viewpoint.bcfv and demands a snapshot (IfcOpenShell 7152, BCF-XML 399)
    "bimcollab": Target("BIMcollab", ("2.1",), needs_snapshot=True),
    # Procore's list of conditions: 2.1, title, date and author, a snapshot or viewpoint for every issue
    "procore": Target("Procore", ("2.1",), needs_view=True, needs_author=True),
    # reads and writes 2.1 under .bcf (OpenProject pull request 8385)
    "openproject": Target("OpenProject", ("2.1",)),
}


def ending_of(version: str) -> str:
    """The ending files of a version have, by which products offer them for opening."""
    return ".bcfzip" if version == "2.0" else ".bcf"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One change made for a product: the topic or nothing, where, what stands there now, and why."""

    topic: str
    where: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A model that suits a product, and every change made for that."""

    bcf: Bcf
    adjustments: tuple[Adjustment, ...]


def adjusted(bcf: Bcf, target: Target, version: str) -> Adjusted:
    """The model as a product wants it in a version; each change is listed.

    Raises:
        ValueError: the product does not read this version.
    """
    if version not in target.versions:
        raise ValueError(f"{target.name} reads BCF {', '.join(target.versions)}, not {version}")
    found: list[Adjustment] = []
    topics = tuple(_topic(topic, target, version, found) for topic in bcf.topics)
    return Adjusted(replace(bcf, topics=topics), tuple(found))


def _topic(topic: Topic, target: Target, version: str, found: list[Adjustment]) -> Topic:
    if target.needs_author:
        topic = _signed(topic, target, found)
    if target.needs_view and not topic.viewpoints:
        why = f"{target.name} wants a snapshot or a viewpoint of every topic; add one before importing"
        found.append(Adjustment(topic.guid, "Viewpoints", "none, left as it is", why))
    if not topic.viewpoints:
        return topic
    first = min(topic.viewpoints, key=lambda view: (view.index is None, view.index or 0))
    views = []
    for view in topic.viewpoints:
        changed = _pictured(view, topic.guid, target, found) if target.needs_snapshot else view
        if view is first:
            changed = _named(changed, topic.guid, target, version, found)
        elif (view.reference or "").lower() == FIRST_VIEWPOINT:
            changed = replace(changed, reference=None)
        views.append(changed)
    return replace(topic, viewpoints=tuple(views))


def _signed(topic: Topic, target: Target, found: list[Adjustment]) -> Topic:
    """Members the product refuses to do without, though the version does."""
    if not (topic.creation_author or "").strip():
        author = topic.modified_author or NO_AUTHOR
        topic = replace(topic, creation_author=author, synthetic=topic.synthetic | {"CreationAuthor"})
        found.append(Adjustment(topic.guid, "Topic/CreationAuthor", author, f"{target.name} refuses topics without"))
    if not topic.title.strip():
        topic = replace(topic, title=NO_TITLE, synthetic=topic.synthetic | {"Title"})
        found.append(Adjustment(topic.guid, "Topic/Title", NO_TITLE, f"{target.name} refuses topics without"))
    return topic


def _pictured(view: Viewpoint, topic: str, target: Target, found: list[Adjustment]) -> Viewpoint:
    if view.snapshot and view.snapshot.blob:
        return view
    name = f"Viewpoint[{view.guid}]/Snapshot"
    found.append(Adjustment(topic, name, "an empty picture", f"{target.name} loads no viewpoint without a snapshot"))
    return replace(view, snapshot=Snapshot("png", None, PLACEHOLDER), synthetic=view.synthetic | {"Snapshot"})


def _named(view: Viewpoint, topic: str, target: Target, version: str, found: list[Adjustment]) -> Viewpoint:
    """The first viewpoint under the names of 2.x, which products look for in any version."""
    why = f"{target.name} looks for these names"
    if (has_content(view) or version != "3.0") and view.reference != FIRST_VIEWPOINT:
        found.append(Adjustment(topic, f"Viewpoint[{view.guid}]/Viewpoint", FIRST_VIEWPOINT, why))
        view = replace(view, reference=FIRST_VIEWPOINT)
    snapshot = view.snapshot
    if snapshot:
        name = f"{FIRST_SNAPSHOT}.{snapshot.snapshot_type}"
        if snapshot.reference != name:
            found.append(Adjustment(topic, f"Viewpoint[{view.guid}]/Snapshot", name, why))
            view = replace(view, snapshot=replace(snapshot, reference=name))
    return view


# -- the picture that stands in --------------------------------------------------------------------------------------


_WIDTH, _HEIGHT, _GREY = 320, 240, 0xD9


def placeholder_png() -> bytes:
    """A plain grey picture, the same bytes each time."""
    rows = (b"\0" + bytes([_GREY]) * _WIDTH) * _HEIGHT
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PLACEHOLDER = Blob("bcfsync:placeholder.png", len(placeholder_png()))
"""Stands for the bytes of ``placeholder_png``; no entry of an archive can be called so."""
