"""The documents at an archive's root, edited node by node: project, value lists, list of documents.

Owns: (archive's model before, after) → its root documents. Sees: bcfxml, the writers.
"""

import posixpath

from lxml import etree

from bcfsync.bcfxml.lookup import Lookup
from bcfsync.bcfxml.parsing import parse
from bcfsync.bcfxml.project import read_project
from bcfsync.inplace.entries import Entries
from bcfsync.inplace.proof import Unprovable, edited_root
from bcfsync.inplace.writers import Writer
from bcfsync.model import Bcf

_SCHEMA = "extensions.xsd"


def edit_roots(writer: Writer, lookup: Lookup, entries: Entries, archives: tuple[Bcf, Bcf], lossy: set[str]) -> None:
    """Bring what changed in project, extensions and documents into the entries.

    Raises:
        Unprovable: a document holds what the model does not, and cannot be edited.
    """
    before, after = (writer.roots(bcf) for bcf in archives)
    for name in dict.fromkeys([*before, *after]):
        # without topics nothing else would say that this is BCF
        wanted = name == "bcf.version" and not archives[1].topics and lookup.at_root(name) is None
        if not wanted and (name == "bcf.version" or before.get(name) == after.get(name)):
            continue
        entry = _place(lookup, name)
        if entry is None:
            if name in after:
                entries.add(posixpath.join(lookup.root, name), after[name])
        elif name not in after:
            entries.remove([entry])
        else:
            entries.replace(entry, _edited(lookup, entry, before.get(name), after[name], lossy))


def _place(lookup: Lookup, name: str) -> str | None:
    """Where the archive holds this document; an extension schema is where the project says."""
    if name == _SCHEMA:
        root = lookup.document("project.bcfp", "ProjectExtension", "ProjectInfo")
        schema = read_project(root)[1] if root else None
        named = lookup.at_root(schema) if schema else None
        return named or lookup.at_root(name)
    if name == "extensions.xml" and lookup.at_root(name) is None:
        return lookup.at_root("bcf.extensions")  # seen: ThatOpen 760
    return lookup.at_root(name)


def _edited(lookup: Lookup, entry: str, before: bytes | None, after: bytes, lossy: set[str]) -> bytes:
    new = _root(after)
    # a document that said nothing of what it shall say now: all of it is new
    old = _root(before) if before is not None else etree.Element(new.tag)
    made = edited_root(lookup.entries.read(entry), old, new)
    if made is not None:
        return made
    if entry in lossy:
        raise Unprovable(f"{entry} holds parts that bcfsync does not know and would lose")
    return after


def _root(document: bytes) -> etree._Element:
    root, _ = parse(document, "")
    assert root is not None  # noqa: S101 - our own writer made it
    for element in root.iter():
        # the layout of our own writing is none of the source's
        if len(element) and not (element.text or "").strip():
            element.text = None
        element.tail = None
    return root
