"""A reading view of one element that remembers what was read of it.

Children by local name in any order, attributes in any letter case; what nobody asked for is reported as unknown.

Owns: the reader's cursor. Sees: dates, findings.
"""

import math
from collections.abc import Iterator

from lxml import etree

from bcfsync import findings as f
from bcfsync.dates import Timestamp, read_timestamp
from bcfsync.findings import Finding, Rule

_TRUE, _FALSE = {"true", "1"}, {"false", "0"}
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
PI_TARGET = "bcfsync"


def local_name(element: etree._Element) -> str:
    """The tag without namespace; "" for comments and processing instructions."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2]


class Node:
    """One element being read. ``entry`` and the shared ``findings`` say where trouble goes."""

    def __init__(self, element: etree._Element, entry: str, findings: list[Finding]) -> None:
        self.element = element
        self.entry = entry
        self.findings = findings
        self._read: set[str] = set()
        self._attributes = {key.rpartition("}")[2].lower(): str(value) for key, value in element.attrib.items()}
        self._read_attributes: set[str] = set()

    @property
    def line(self) -> int:
        """Line of the element in its document, from 1."""
        return self.element.sourceline or 0

    @property
    def name(self) -> str:
        """Local name of the element."""
        return local_name(self.element)

    def note(self, rule: Rule, detail: str, line: int = 0) -> None:
        """Report something odd about this element."""
        self.findings.append(Finding(rule, self.entry, detail, line or self.line))

    def many(self, *names: str) -> "list[Node]":
        """The children of these names, in document order."""
        self._read.update(names)
        return [Node(child, self.entry, self.findings) for child in self.element if local_name(child) in names]

    def one(self, name: str) -> "Node | None":
        """The first child of this name that is not blank, else the first, else None."""
        found = self.many(name)
        return next((node for node in found if not node.is_blank()), found[0] if found else None)

    def is_blank(self) -> bool:
        """Whether the element has neither children, nor attributes, nor text."""
        return not len(self.element) and not self._attributes and not self.own_text().strip()

    def own_text(self) -> str:
        """All text directly in this element, exactly; comments inside it are skipped (ifc-lite 3713)."""
        if not len(self.element):
            return self.element.text or ""
        return (self.element.text or "") + "".join(child.tail or "" for child in self.element)

    def text(self, name: str) -> str | None:
        """Exact text of a child; None where it is absent or blank."""
        node = self.one(name)
        found = node.own_text() if node is not None else ""
        return found if found.strip() else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Exact texts of all children of a name, without the blank ones."""
        found = (node.own_text() for node in self.many(name))
        return tuple(text for text in found if text.strip())

    def attribute(self, name: str) -> str | None:
        """An attribute in any letter case (the 2.x text says IsExternal, its schema isExternal); None where blank."""
        self._read_attributes.add(name.lower())
        found = self._attributes.get(name.lower())
        return found if found is not None and found.strip() else None

    def flag(self, name: str) -> bool | None:
        """A boolean attribute: true, false, 1, 0; None where absent or senseless."""
        text = self.attribute(name)
        if text is None:
            return None
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            self.note(f.BAD_BOOLEAN, f"{name}={text!r}")
            return None
        return word in _TRUE

    def integer(self, name: str) -> int | None:
        """An integer child; None where absent or senseless."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return int(text.strip())
        except ValueError:
            self.note(f.BAD_NUMBER, f"{name} is {text.strip()!r}")
            return None

    def number(self, name: str) -> float | None:
        """A finite double child; None where absent, senseless or without form in JSON."""
        text = self.text(name)
        if text is None:
            return None
        try:
            value = float(text.strip())
        except ValueError:
            self.note(f.BAD_NUMBER, f"{name} is {text.strip()!r}")
            return None
        if not math.isfinite(value):
            self.note(f.NOT_FINITE, f"{name} is {text.strip()}")
            return None
        return value

    def date(self, name: str) -> Timestamp | None:
        """A date-time child; odd forms are accepted with a finding."""
        text = self.text(name)
        if text is None:
            return None
        found = read_timestamp(text)
        if found is None:
            self.note(f.BAD_DATE, f"{name} is {text.strip()!r}")
        elif found.date_only:
            self.note(f.DATE_ONLY, f"{name} is {text.strip()!r}")
        elif not found.had_zone:
            self.note(f.NO_ZONE, f"{name} is {text.strip()!r}")
        return found

    def synthetic(self) -> frozenset[str]:
        """Members that bcfsync itself invented when it wrote this element (a processing instruction says so)."""
        words: set[str] = set()
        for child in self.element.iterchildren(etree.PI):
            if isinstance(child, etree._ProcessingInstruction) and child.target == PI_TARGET:  # noqa: SLF001 - lxml's only name for it
                said = (child.text or "").split()
                words.update(said[1:] if said[:1] == ["synthetic"] else ())
        return frozenset(words)

    def report_unknown(self) -> None:
        """Report children and attributes that nobody asked for; call it when the element has been read."""
        for child in self._unknown_children():
            self.note(f.UNKNOWN_XML, f"element {local_name(child)} in {self.name}", child.sourceline or 0)
        for key in self.element.attrib:
            name = str(key)
            if not name.startswith(_XSI) and name.rpartition("}")[2].lower() not in self._read_attributes:
                self.note(f.UNKNOWN_XML, f"attribute {name} of {self.name}")

    def _unknown_children(self) -> Iterator[etree._Element]:
        return (child for child in self.element if local_name(child) and local_name(child) not in self._read)
