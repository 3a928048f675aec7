"""Building documents to write: elements with clean text, marks for invented values, deterministic bytes.

Owns: model values → XML text. Sees: lxml. Rules: XML 1.0 characters; xs:double printed as the shortest text that
reads back equal.
"""

import re

from lxml import etree

from bcfsync.bcfxml.node import PI_TARGET
from bcfsync.model import Point

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def root(name: str, **attributes: str | None) -> etree._Element:
    """A document's root element."""
    element: etree._Element = etree.Element(name)
    _set(element, attributes)
    return element


def add(parent: etree._Element, name: str, text: str | None = None, **attributes: str | None) -> etree._Element:
    """Append a child; attributes that are None are left out."""
    element: etree._Element = etree.SubElement(parent, name)
    if text:
        element.text = clean(text)
    _set(element, attributes)
    return element


def add_text(parent: etree._Element, name: str, text: str | None) -> None:
    """Append a child with this text, where there is any that is not blank."""
    if text is not None and text.strip():
        add(parent, name, text)


def add_point(parent: etree._Element, name: str, point: Point) -> None:
    """Append a point or direction."""
    element = add(parent, name)
    for axis, value in (("X", point.x), ("Y", point.y), ("Z", point.z)):
        add(element, axis, number(value))


def mark_synthetic(element: etree._Element, names: frozenset[str] | set[str]) -> None:
    """Say in the file which members of an element bcfsync had to invent, so that reading drops them again.

    A processing instruction is neutral to every schema and every other reader.
    """
    if names:
        element.insert(0, etree.ProcessingInstruction(PI_TARGET, "synthetic " + " ".join(sorted(names))))


def number(value: float) -> str:
    """A double as text."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def boolean(value: bool | None) -> str | None:  # noqa: FBT001 - the value itself
    """A boolean as text, None where there is none."""
    return None if value is None else str(value).lower()


def clean(text: str) -> str:
    """The text with characters no XML document may hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def to_bytes(element: etree._Element) -> bytes:
    """The finished document: UTF-8, LF, indented, the same bytes for the same model."""
    etree.indent(element, "  ")
    return bytes(etree.tostring(element, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _set(element: etree._Element, attributes: dict[str, str | None]) -> None:
    for key, value in attributes.items():
        if value is not None:
            element.set(key, clean(value))
