"""The canonical form of a value: what two spellings of the same thing have in common, and its digest.

Owns: equality across sides. Sees: model, dates, guids. Rules: guids without case, dates as UTC milliseconds, line
ends folded, absent = empty, sets sorted, file names and blobs' places left out; author and date of a topic or
comment belong to whoever holds it and are no content.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC
from functools import cache, wraps
from typing import Any, TypeVar

from bcfsync.dates import Timestamp
from bcfsync.guids import guid_key
from bcfsync.model import (
    Bitmap,
    Blob,
    Comment,
    Components,
    Document,
    DocumentReference,
    HeaderFile,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)

TOPIC_SCALARS = (
    "title",
    "topic_type",
    "topic_status",
    "priority",
    "index",
    "due_date",
    "assigned_to",
    "stage",
    "description",
    "bim_snippet",
)
"""Members of a topic that a client writes, each one value."""

TOPIC_SETS = ("labels", "reference_links")
"""Members of a topic that are sets of values."""

RESET = ("topic_type", "topic_status", "priority")
"""Members of a topic that some servers give the project's first value where a change leaves them without one."""

OWN_WORDS = frozenset({"title", "description", "comment", "due_date"})
"""Members whose values two people hardly ever choose alike; a status is one of five."""

_FEW_WORDS = 3

_NO_CONTENT = frozenset({"folder", "path", "alias", "synthetic", "flat", "spelling"})
_FILE_NAMES = frozenset({"reference"})

_MOST_REMEMBERED = 20_000

_json = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


V = TypeVar("V")
R = TypeVar("R")


def remembered(function: Callable[[V], R]) -> Callable[[V], R]:
    """What follows from a frozen value alone, such as its digest, made once a value.

    Values are told apart by what they are, not by what they equal: 1 equals 1.0, and their digests differ.
    """
    known: dict[int, tuple[V, R]] = {}

    @wraps(function)
    def found(value: V) -> R:
        kept = known.get(id(value))
        if kept is None:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            kept = known[id(value)] = (value, function(value))  # the value is kept, so that its id stays its own
        return kept[1]

    return found


def canonical(value: object) -> Plain:
    """Any model value as plain, comparable data."""
    if isinstance(value, str):
        folded = value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
        return folded.rstrip() or None
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Timestamp):
        return value.instant.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, Blob):
        return value.sha256
    if isinstance(value, tuple | frozenset):
        return [canonical(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _without_absent({name: canonical(getattr(value, name)) for name in _content_of(type(value))})
    raise TypeError(f"no canonical form for {type(value).__name__}")


@cache
def _content_of(kind: type) -> tuple[str, ...]:
    """The names of a model's members that are content."""
    skipped = _NO_CONTENT | (_FILE_NAMES if issubclass(kind, Viewpoint | Snapshot | Bitmap) else frozenset())
    return tuple(item.name for item in fields(kind) if item.name not in skipped)


def digest(value: object) -> str:
    """A short name for a canonical form: equal values, equal names."""
    text = _json(value if isinstance(value, dict | list) else canonical(value))
    # a server may send half of a surrogate pair: JSON can hold it, UTF-8 cannot
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def same(one: object, other: object) -> bool:
    """Whether two values of a member mean the same."""
    return one is other or one == other or _bare(one) == _bare(other)


def same_set(one: Iterable[object], other: Iterable[object]) -> bool:
    """Whether two lists hold the same things, in whatever order."""
    return one == other or set(map(_key, one)) == set(map(_key, other))


@remembered
def topic_content(topic: Topic) -> str:
    """Digest of what a topic itself says, without its thread, its views and whose it is."""
    said: dict[str, Plain] = {name: _bare(getattr(topic, name)) for name in TOPIC_SCALARS}
    for name in TOPIC_SETS:
        said[name] = list[Plain](sorted(map(_key, getattr(topic, name))))
    return digest(_without_absent(said))


def is_worded(text: str | None) -> bool:
    """Whether a text has so many words that two people hardly ever choose the same: “OK” and “see above” have not."""
    return len((text or "").split()) > _FEW_WORDS


@remembered
def comment_content(comment: Comment) -> str:
    """Digest of a comment's text; its links carry ids, which differ between sides."""
    return digest([canonical(comment.comment)])


@remembered
def viewpoint_content(view: Viewpoint) -> str:
    """Digest of what a viewpoint shows, without its pictures' bytes: what every server can give back.

    The aspect ratio is left out, since API 2.1 has none; of two cameras the perspective one counts, since API 3.0
    takes only one.
    """
    camera = canonical(view.perspective_camera or view.orthogonal_camera)
    if isinstance(camera, dict):
        camera.pop("aspect_ratio", None)
    bitmaps = [[item.bitmap_type, canonical(item.location), canonical(item.up), item.height] for item in view.bitmaps]
    shown: dict[str, Any] = {
        "camera": camera,
        "lines": canonical(view.lines),
        "planes": canonical(view.clipping_planes),
        "bitmaps": bitmaps,
        "components": _components(view.components),
        "snapshot": view.snapshot is not None and view.snapshot.blob is not None,
    }
    return digest(shown)


@remembered
def viewpoint_outline(view: Viewpoint) -> str:
    """Digest of what a viewpoint is made with where it is made in parts: camera, lines and planes."""
    bare = replace(view, bitmaps=(), snapshot=None, components=None)
    return viewpoint_content(bare)


@remembered
def reference_content(reference: DocumentReference) -> str:
    """Digest of a document reference's text and address."""
    return digest([canonical(reference.url or reference.path), canonical(reference.description)])


def document_content(document: Document) -> str:
    """Digest of a document's name; its bytes are compared by their own hash."""
    return digest([canonical(document.filename)])


@remembered
def file_key(file: HeaderFile) -> str:
    """What makes a header file the same on both sides: all a server can hold of it."""
    known = (file.ifc_project, file.ifc_spatial_structure_element, file.filename, file.date, file.reference)
    return digest([canonical(item) for item in known])


def guid_keys(guids: Iterable[str]) -> frozenset[str]:
    """A set of guids, comparable."""
    return frozenset(map(guid_key, guids))


def _components(components: Components | None) -> Plain:
    if components is None:
        return None
    shown = components.visibility or Visibility(default_visibility=True)
    default = shown.default_visibility
    default = not shown.exceptions if default is None else default
    hints = shown.view_setup_hints
    flags = [bool(getattr(hints, item.name)) for item in fields(hints)] if hints else [False] * 3
    exceptions = canonical(shown.exceptions)
    parts: list[Plain] = [canonical(components.selection), canonical(components.coloring), exceptions]
    says_something = any(parts) or default or any(flags)
    return [*parts, default, list(flags)] if says_something else None


def _bare(value: object) -> Plain:
    """Canonical without a blob's bytes, which are an atom of their own."""
    plain = canonical(value)
    if isinstance(plain, dict):
        plain.pop("blob", None)
    return plain


def _key(value: object) -> str:
    return _json(_bare(value))


def _without_absent(values: dict[str, Plain]) -> dict[str, Plain]:
    return {name: value for name, value in values.items() if value not in (None, [], {})}
