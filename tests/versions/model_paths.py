"""What differs between two models, as paths in the words a loss uses for the place."""

from dataclasses import fields, is_dataclass

from bcfsync.dates import Timestamp
from bcfsync.guids import written_guid
from bcfsync.model import Bcf, Blob, Components, Extensions, Viewpoint, Visibility

# names of files, and marks: no content
UNCOMPARED = {"folder", "reference", "spelling", "version", "synthetic", "flat"}
NAMED = {"topics": "topic", "comments": "Comment", "viewpoints": "Viewpoint", "documents": "Document",
         "document_references": "DocumentReference"}  # fmt: skip


def differences(one: Bcf, other: Bcf) -> set[str]:
    """Paths of everything that differs, below things by their guids, below lists by their places."""
    return set(_differences(one, other, ""))


def _differences(one, other, path):
    if isinstance(one, Blob) and isinstance(other, Blob):
        if one.sha256 != other.sha256:
            yield path
    elif isinstance(one, tuple) and isinstance(other, tuple):
        yield from _lists(one, other, path)
    elif type(one) is not type(other) or isinstance(one, Timestamp) or not is_dataclass(one):
        if _plain(one, path) != _plain(other, path):
            yield path
    else:
        for item in fields(one):
            if item.name not in UNCOMPARED:
                name = f"{path}/{item.name}".lstrip("/")
                yield from _differences(_said(one, item.name), _said(other, item.name), name)


def _said(value, name):
    found = getattr(value, name)
    if isinstance(value, Viewpoint) and name == "components" and found == Components():
        return None
    return None if isinstance(found, Extensions) and found == Extensions() else found


def _lists(one, other, path):
    name = path.rpartition("/")[2]
    if name in NAMED:
        ones, others = ({written_guid(item.guid): item for item in items} for items in (one, other))
        for key in sorted(ones.keys() | others.keys()):
            place = f"{path}[{key}]"
            if key in ones and key in others:
                yield from _differences(ones[key], others[key], place)
            else:
                yield place
    elif name in {"coloring", "extras"}:
        # the order of colours says nothing
        if {_bare(item) for item in one} != {_bare(item) for item in other}:
            yield path
    elif name == "related_topics":
        if [written_guid(item) for item in one] != [written_guid(item) for item in other]:
            yield path
    elif len(one) != len(other):
        yield path
    else:
        for at, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(*pair, f"{path}[{at}]")


def _bare(item):
    return (item.path, item.blob.sha256) if hasattr(item, "path") else (item.color, item.components)


def _plain(value, path):
    if isinstance(value, str) and path.endswith("guid") and not path.endswith("ifc_guid"):
        return written_guid(value)
    if value == Visibility():
        return None
    return value
