"""One XML document of an uploaded archive, read strictly.

Owns: the parser and the checked reading of elements. Sees: lxml. Governed by: XML 1.0; no document type, no entities,
no network, since the file comes from anybody.
"""

import math
import re
from collections.abc import Iterator
from typing import NoReturn

from lxml import etree

from bcfsync.server import dates
from bcfsync.server.refusals import Malformed
from bcfsync.server.vendors.archive21 import values

_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Element:
    """An element with its place, for messages.

    Raises:
        Malformed: (from the methods) what stands there is not what the schema describes.
    """

    def __init__(self, element: etree._Element, where: str) -> None:
        self._element = element
        self._where = where

    def wrong(self, complaint: str) -> NoReturn:
        """Refuse the archive because of this element."""
        raise Malformed(f"file: {self._where}: {complaint}")

    def child(self, name: str) -> "Element | None":
        """The child of this name, if there is one."""
        found = self._element.find(name)
        return None if found is None else Element(found, f"{self._where}/{name}")

    def needed(self, name: str) -> "Element":
        """The child of this name."""
        return self.child(name) or self.wrong(f"has no {name}")

    def children(self, name: str) -> Iterator["Element"]:
        """All children of this name."""
        for at, found in enumerate(self._element.findall(name), 1):
            yield Element(found, f"{self._where}/{name}[{at}]")

    def content(self) -> str:
        """The text of this element, which has no child elements."""
        if any(isinstance(child.tag, str) for child in self._element):
            self.wrong("must hold text only")
        return _plain(self._element)

    def text(self, name: str) -> str | None:
        """The text of a child; None when it is absent or empty."""
        child = self.child(name)
        return (child.content() or None) if child else None

    def attribute(self, name: str) -> str | None:
        """An attribute; None when it is absent or empty."""
        return self._element.get(name) or None

    def guid(self, name: str = "Guid") -> str:
        """The guid in an attribute."""
        value = self._element.get(name) or ""
        return value if values.is_guid(value) else self.wrong(f"{name} must be a guid")

    def date(self, name: str) -> str | None:
        """The date in a child."""
        text = (self.text(name) or "").strip()
        if not text:
            return None
        try:
            dates.parse(text)
        except ValueError:
            self.wrong(f"{name} must be a date")
        return text

    def integer(self, name: str) -> int | None:
        """The whole number in a child."""
        text = (self.text(name) or "").strip()
        if not text:
            return None
        return int(text) if _INTEGER.fullmatch(text) else self.wrong(f"{name} must be an integer")

    def number(self, name: str) -> float:
        """The finite number in a child."""
        text = (self.text(name) or "").strip()
        value = float(text) if _NUMBER.fullmatch(text) else math.inf
        return value if math.isfinite(value) else self.wrong(f"{name} must be a number")

    def flag(self, name: str) -> bool | None:
        """The boolean in an attribute."""
        text = self.attribute(name)
        if text is None:
            return None
        return _FLAGS[text.strip()] if text.strip() in _FLAGS else self.wrong(f"{name} must be true or false")


def parse(data: bytes, where: str, root: str) -> Element:
    """The root element of a document.

    Raises:
        Malformed: It is not XML, has a document type, or another root.
    """
    if _DOCTYPE.search(data.replace(b"\0", b"")):
        raise Malformed(f"file: {where} has a document type")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(f"file: {where} is not XML ({error})") from error
    if element.getroottree().docinfo.doctype:
        raise Malformed(f"file: {where} has a document type")
    if element.tag != root:
        raise Malformed(f"file: {where} must begin with {root}")
    return Element(element, f"{where} {root}")


def _plain(element: etree._Element) -> str:
    """The text without comments and processing instructions."""
    return (element.text or "") + "".join(child.tail or "" for child in element)
