"""Which file of the tree says what: the layout, and names that every system accepts.

Owns: the names in the tree. Sees: model, text. Rules: docs/merge.md. Guids become parts of paths only as the 36
letters of a guid; everything else is made safe for Windows, and no two names differ by letter case alone.
"""

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bcfsync.blobs import topic_with_blobs, view_with_blobs
from bcfsync.exploded.text import to_data, to_text
from bcfsync.guids import written_guid
from bcfsync.model import Bcf, Blob, Document, Extra, Topic, Viewpoint

ROOT = "bcf.json"
TOPIC = "topic.json"
ATTRIBUTES = ".gitattributes"
ATTRIBUTES_TEXT = b"* -text\n*.json text eol=lf\n"
MARK = "bcfsync_tree"
FORM = 1
STEM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-[0-9]{1,6})?")
"""The name of a topic's folder, and of a comment's or viewpoint's file: a guid, numbered where it is a second one."""

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
_LONGEST_PART, _LONGEST_PATH = 80, 160


@dataclass(slots=True)
class Layout:
    """The files of a tree: documents by path, and which blob's bytes stand where; children before their parents."""

    texts: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[str, Blob] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _folders: set[str] = field(default_factory=set)

    @property
    def paths(self) -> tuple[str, ...]:
        """All files of the tree."""
        return (*self.blobs, *self.texts)

    def put(self, path: str, data: object) -> None:
        """A document."""
        self.texts[path] = to_text(data).encode()

    def place(self, blob: Blob, path: str) -> Blob:
        """The blob under its path in the tree: bytes that several things share stand where the first has them."""
        if blob.locator not in self._places:
            path = self._free(path)
            self._places[blob.locator] = path
            self.blobs[path] = blob
        return replace(blob, locator=self._places[blob.locator])

    def _free(self, path: str) -> str:
        """The path, or another one where it is taken, is too long, or runs through a file."""
        number, wanted = 1, path
        while not self._is_free(wanted):
            number += 1
            top, _, rest = path.partition("/")
            name = hashlib.sha256(f"{rest}\n{number}".encode(errors="surrogatepass")).hexdigest()[:12]
            ending = posixpath.splitext(rest)[1]
            folder = posixpath.dirname(path) if top == "topics" else top
            wanted = f"{folder}/{name}{ending if len(ending) < 12 else ''}"
        self._taken.add(folded(wanted))
        self._folders.update(map(folded, _parents(wanted)))
        return wanted

    def _is_free(self, path: str) -> bool:
        name = folded(path)
        if len(path) > _LONGEST_PATH or name in self._taken or name in self._folders:
            return False
        return not any(folded(parent) in self._taken for parent in _parents(path))


def laid_out(bcf: Bcf) -> Layout:
    """The tree of a model."""
    layout = Layout()
    stems = _stems(topic.guid for topic in bcf.topics)
    for topic, stem in zip(bcf.topics, stems, strict=True):
        _put_topic(layout, topic, f"topics/{stem}")
    documents = tuple(_placed_document(layout, document) for document in bcf.documents)
    extras = tuple(_placed_extra(layout, extra) for extra in bcf.extras)
    data = to_data(replace(bcf, topics=(), documents=documents, extras=extras))
    layout.put(ROOT, {**data, MARK: FORM, "topics": stems})
    return layout


def _put_topic(layout: Layout, topic: Topic, folder: str) -> None:
    comments = _stems(item.guid for item in topic.comments)
    views = _stems(item.guid for item in topic.viewpoints)
    for comment, stem in zip(topic.comments, comments, strict=True):
        layout.put(f"{folder}/comments/{stem}.json", to_data(comment))
    for view, stem in zip(topic.viewpoints, views, strict=True):
        placed = _placed_view(layout, view, f"{folder}/viewpoints/{stem}")
        layout.put(f"{folder}/viewpoints/{stem}.json", to_data(placed))
    own = replace(topic, comments=(), viewpoints=())
    snippet = topic.bim_snippet
    names = iter(
        ([snippet.reference] if snippet and snippet.blob else [])
        + [file.reference or file.filename or "file" for file in topic.files if file.blob]
    )
    placed_topic = topic_with_blobs(
        own, lambda blob: layout.place(blob, f"{folder}/files/{safe_part(posixpath.basename(_slashed(next(names))))}")
    )
    layout.put(f"{folder}/{TOPIC}", {**to_data(placed_topic), "comments": comments, "viewpoints": views})


def _placed_view(layout: Layout, view: Viewpoint, stem: str) -> Viewpoint:
    """The viewpoint with its pictures beside it."""
    snapshot = view.snapshot
    endings = [f".{safe_part(snapshot.snapshot_type)}"] if snapshot and snapshot.blob else []
    endings += [
        f"-bitmap-{at}.{safe_part(item.bitmap_type)}" for at, item in enumerate(view.bitmaps, start=1) if item.blob
    ]
    left = iter(endings)
    return view_with_blobs(view, lambda blob: layout.place(blob, stem + next(left)))


def _placed_document(layout: Layout, document: Document) -> Document:
    if document.blob is None:
        return document
    name = safe_part(posixpath.basename(_slashed(document.filename)))
    return replace(document, blob=layout.place(document.blob, f"documents/{written_guid(document.guid)}/{name}"))


def _placed_extra(layout: Layout, extra: Extra) -> Extra:
    path = "/".join(safe_part(part) for part in extra.path.split("/"))
    return replace(extra, blob=layout.place(extra.blob, f"extras/{path}"))


def _stems(guids: Iterable[str]) -> list[str]:
    """Names for things with guids, each once."""
    found: list[str] = []
    counts: dict[str, int] = {}
    for guid in guids:
        stem = written_guid(guid)
        counts[stem] = counts.get(stem, 0) + 1
        found.append(stem if counts[stem] == 1 else f"{stem}-{counts[stem]}")
    return found


def safe_part(text: str) -> str:
    """Any text as the name of a file or folder: no sign, device or ending that a system refuses, and not hidden."""
    name = _UNSAFE.sub("_", text).rstrip(". ").lstrip(" ")
    if name.startswith("."):
        name = "_" + name[1:]
    if _DEVICE.fullmatch(name.split(".")[0].strip()):
        name = "_" + name
    if len(name.encode()) > _LONGEST_PART:
        stem, ending = posixpath.splitext(name)
        mark = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
        name = f"{stem[:20].rstrip('. ')}-{mark}{ending if len(ending.encode()) < 12 else ''}"
    return name or "_"


def _slashed(text: str) -> str:
    return text.replace("\\", "/")


def folded(path: str) -> str:
    """What paths that some system takes for one have in common."""
    return unicodedata.normalize("NFC", path).casefold()


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:at]) for at in range(1, len(parts))]
