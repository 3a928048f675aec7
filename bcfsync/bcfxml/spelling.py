"""What a document holds without saying anything by it: blank elements, blank attributes, flags left to their default.

Owns: the reading side of ``spelling`` in the model, which writers of the same version bring back. Sees: node, model.
"""

from collections.abc import Mapping

from lxml import etree

from bcfsync.bcfxml.node import Node, local_name
from bcfsync.model import Spelling, Viewpoint

_NOTHING: frozenset[str] = frozenset()


def blanks(element: etree._Element) -> frozenset[str]:
    """The names of an element's children and attributes that hold no text, no attribute and no element."""
    found = [
        local_name(child) for child in element if not len(child) and not (child.text or "").strip() and not child.keys()
    ]
    found += [key for key, value in element.items() if not value.strip()]
    return frozenset(filter(None, found)) if found else _NOTHING


def unsaid(name: str, value: object) -> frozenset[str]:
    """The mark of a flag that is not there."""
    return frozenset({f"-{name}"}) if value is None else _NOTHING


def of_header(header: Node | None) -> frozenset[str]:
    """``Header``, ``Files`` or ``File``: what there is of a header that names no file."""
    if header is None:
        return _NOTHING
    return frozenset({"Header"}) if header.is_blank() else blanks(header.element)


def of_viewpoints(viewpoints: tuple[Viewpoint, ...]) -> frozenset[str]:
    """The two names every 2.x topic with viewpoints should have, where it came without them."""
    files = {(view.reference or "").lower() for view in viewpoints}
    pictures = {(view.snapshot.reference or "").lower() for view in viewpoints if view.snapshot}
    found = [("viewpoint.bcfv", files), ("snapshot.png", pictures)]
    return frozenset(f"-{name}" for name, names in found if names and name not in names)


def of_archive(roots: Mapping[str, Node], *, has_schema: bool) -> Spelling:
    """The spelling of the documents at the root, by their names; ``has_schema``: the value lists were found."""
    version, project, documents = (roots.get(name) for name in ("bcf.version", "project.bcfp", "documents.xml"))
    names: set[str] = set()
    if version:
        names |= blanks(version.element)
    schema = project.text("ExtensionSchema") if project else None
    if project:
        names |= {"ProjectExtension"} | ({"ExtensionSchema"} if schema and not has_schema else set())
        node = project.one("Project")
        names |= {"Project", *blanks(node.element)} if node else set()
    if documents:
        names |= {"DocumentInfo"} | ({"Documents"} if documents.one("Documents") else set())
    return Spelling(version.text("DetailedVersion") if version else None, schema, frozenset(names))
