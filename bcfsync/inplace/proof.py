"""Proving an edited document before it is written: it must say what was planned, and nothing else may have moved.

Owns: the comparison of what a document said, says now, and shall say. Sees: bcfxml.
"""

from collections.abc import Callable
from dataclasses import fields

from lxml import etree

from bcfsync.bcfxml.elements import to_bytes
from bcfsync.bcfxml.markup import read_markup
from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.parsing import parse
from bcfsync.bcfxml.patch import patched
from bcfsync.bcfxml.source import Unpatchable
from bcfsync.bcfxml.visinfo import read_visinfo
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Topic, Viewpoint

_Atoms = dict[tuple[str, ...], object]
_ASIDE = {"folder", "spelling", "synthetic", "alias"}


class Unprovable(Exception):
    """A document cannot be edited so that it says what it shall, and rewriting it whole would lose something."""


def edited_markup(document: bytes, before: etree._Element, after: etree._Element) -> bytes | None:
    """The markup with what differs between ``before`` and ``after``; None where it would not say what it shall."""
    return _edited(document, before, after, _topic_atoms)


def edited_visinfo(document: bytes, before: etree._Element, after: etree._Element) -> bytes | None:
    """The .bcfv with what differs between ``before`` and ``after``; None where it would not say what it shall."""
    return _edited(document, before, after, _view_atoms)


def edited_root(document: bytes, before: etree._Element, after: etree._Element) -> bytes | None:
    """A document at the archive's root, likewise; None where it cannot be edited."""
    return _edited(document, before, after, _leaf_atoms)


def _edited(
    document: bytes, before: etree._Element, after: etree._Element, atoms: Callable[[etree._Element], _Atoms]
) -> bytes | None:
    try:
        made = patched(document, before, after)
    except Unpatchable:
        return None
    found, said = parse(made, "")[0], parse(document, "")[0]
    if found is None or said is None:
        return None
    return made if _as_planned(atoms(said), atoms(found), atoms(_reread(before)), atoms(_reread(after))) else None


def _reread(element: etree._Element) -> etree._Element:
    """The element as a reader meets it; the blanks our layout puts in must not count."""
    root, _ = parse(to_bytes(element), "")
    assert root is not None  # noqa: S101 - we wrote it
    return root


def _as_planned(said: _Atoms, says: _Atoms, before: _Atoms, after: _Atoms) -> bool:
    """Every atom is what it shall be; one that was not to change may be what it was, however that was spelled."""
    return all(
        says.get(name) == after.get(name) or (after.get(name) == before.get(name) and says.get(name) == said.get(name))
        for name in says.keys() | after.keys()
    )


def _topic_atoms(root: etree._Element) -> _Atoms:
    topic = read_markup(Node(root, "", []), "")
    if topic is None:
        return {}
    found = _members(topic, ("topic",), aside={*_ASIDE, "comments", "viewpoints"})
    for comment in topic.comments:
        found |= _members(comment, ("comment", guid_key(comment.guid)), aside=_ASIDE)
    for view in topic.viewpoints:
        found |= _members(view, ("viewpoint", guid_key(view.guid)), aside=_ASIDE)
    return found


def _view_atoms(root: etree._Element) -> _Atoms:
    return _members(read_visinfo(Node(root, "", []), ""), (), aside=_ASIDE)


def _members(value: Topic | Comment | Viewpoint, path: tuple[str, ...], *, aside: set[str]) -> _Atoms:
    found = {(*path, item.name): getattr(value, item.name) for item in fields(value) if item.name not in aside}
    return {name: _folded(held) for name, held in found.items()}


def _folded(value: object) -> object:
    """Lists without their order, ids without letter case."""
    return sorted(repr(item).lower() for item in value) if isinstance(value, tuple) else repr(value).lower()


def _leaf_atoms(root: etree._Element) -> _Atoms:
    """Every text of a document by where it stands; which of several alike is which does not matter."""
    found: dict[tuple[str, ...], list[str]] = {}
    for element in root.iter(etree.Element):
        path = tuple(str(etree.QName(item).localname) for item in (*reversed(list(element.iterancestors())), element))
        for name, value in element.items():
            found.setdefault((*path, f"@{name}".lower()), []).append(str(value))
        if not len(element) and (element.text or "").strip():
            found.setdefault(path, []).append(element.text or "")
    return {path: sorted(values) for path, values in found.items()}
