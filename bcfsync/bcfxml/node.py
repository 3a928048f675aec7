"""A reading view of one element that remembers what was read of it.

Children by local name in any order, attributes in any letter case; what nobody asked for is reported as unknown.

Owns: the reader's cursor. Sees: dates, findings.
"""

import math
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

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
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Node:
    """One element being read. ``entry`` and the shared ``findings`` say where trouble goes."""

    __slots__ = ("_named", "_read", "_read_attributes", "_said", "element", "entry", "findings")

    def __init__(self, element: etree._Element, entry: str, findings: list[Finding]) -> None:
        self.element = element
        self.entry = entry
        self.findings = findings
        self._read: set[str] = set()
        self._read_attributes: set[str] = set()
        self._named: dict[str, list[etree._Element]] | None = None
        self._said: dict[str, str] | None = None

    @property
    def _children(self) -> dict[str, list[etree._Element]]:
        """The children by name, looked at when first asked for: many elements are read without."""
        if self._named is None:
            self._named = _by_name(self.element)
        return self._named

    @property
    def _attributes(self) -> dict[str, str]:
        if self._said is None:
            # the first spelling counts: what another namespace, or a second spelling, adds does not hide it
            self._said = {key.rpartition("}")[2].lower(): value for key, value in reversed(self.element.items())}
        return self._said

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

    def elements(self, *names: str) -> list[etree._Element]:
        """The children of these names as they are, in document order."""
        self._read.update(names)
        found = [self._children[name] for name in names if name in self._children]
        if len(found) < 2:
            return found[0] if found else []
        return [child for child in self.element if local_name(child) in names]

    def many(self, *names: str) -> "list[Node]":
        """The children of these names, in document order."""
        return [self.beside(child) for child in self.elements(*names)]

    def beside(self, element: etree._Element) -> "Node":
        """Another element of the same document."""
        return Node(element, self.entry, self.findings)

    def one(self, name: str) -> "Node | None":
        """The first child of this name that is not blank, else the first, else None."""
        found = self.many(name)
        return next((node for node in found if not node.is_blank()), found[0] if found else None)

    def is_blank(self) -> bool:
        """Whether the element has neither children, nor attributes, nor text."""
        return not len(self.element) and not self._attributes and not self.own_text().strip()

    def own_text(self) -> str:
        """All text directly in this element, exactly."""
        return _text_of(self.element)

    def text(self, name: str) -> str | None:
        """Exact text of a child; None where it is absent or blank. An attribute of that name is second best."""
        for text in self._leaves(name):
            if text.strip():
                return text
        key = name.lower()
        if key in self._attributes and key not in self._read_attributes and self._attributes[key].strip():
            self._read_attributes.add(key)
            self.note(f.MISPLACED, f"{name} is an attribute of {self.name}")  # seen: bimdata (Stage)
            return self._attributes[key]
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Exact texts of all children of a name, without the blank ones."""
        return tuple(text for text in self._leaves(name) if text.strip())

    def attribute(self, name: str) -> str | None:
        """An attribute in any letter case (the 2.x text says IsExternal, its schema isExternal); None where blank.

        A child of that name is second best.
        """
        self._read_attributes.add(name.lower())
        found = self._attributes.get(name.lower())
        if found is not None and found.strip():
            return found
        if name in self._children and name not in self._read:
            text = next((text for text in self._leaves(name) if text.strip()), None)
            if text is not None:
                self.note(f.MISPLACED, f"{name} is an element in {self.name}")
            return text
        return None

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
            return int(_plain(text))
        except ValueError:
            self.note(f.BAD_NUMBER, f"{name} is {text.strip()!r}")
            return None

    def number(self, name: str) -> float | None:
        """A finite double child; None where absent, senseless or without form in JSON."""
        text = self.text(name)
        if text is None:
            return None
        try:
            value = float(_plain(text))
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
        for name in self._children.keys() - self._read:
            # once for all of a name: there may be a million
            self.note(f.UNKNOWN_XML, f"element {name} in {self.name}", self._children[name][0].sourceline or 0)
        if self._attributes.keys() - self._read_attributes:
            self._report_attributes(self.element, self._read_attributes)

    def _leaves(self, name: str) -> Iterator[str]:
        """The texts of children that should hold nothing but text; what else they hold is unknown."""
        for child in self.elements(name):
            if len(child):
                for inner in filter(None, map(local_name, child)):
                    self.note(f.UNKNOWN_XML, f"element {inner} in {name}", child.sourceline or 0)
            if child.attrib:
                self._report_attributes(child, frozenset())
            yield _text_of(child)

    def _report_attributes(self, element: etree._Element, known: AbstractSet[str]) -> None:
        for key in element.keys():  # noqa: SIM118 - an element iterates over its children
            if not key.startswith(_XSI) and key.rpartition("}")[2].lower() not in known:
                self.note(f.UNKNOWN_XML, f"attribute {key} of {local_name(element)}", element.sourceline or 0)


def _plain(text: str) -> str:
    """The text of a number without what Python reads and XML does not: 1_000, digits of other scripts."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return text.strip()


def _by_name(element: etree._Element) -> dict[str, list[etree._Element]]:
    """The children by local name; comments and processing instructions have none."""
    found: dict[str, list[etree._Element]] = {}
    for child in element:
        if name := local_name(child):
            found.setdefault(name, []).append(child)
    return found


def _text_of(element: etree._Element) -> str:
    """All text directly in an element; comments inside it are skipped (ifc-lite 3713)."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)
