"""Building documents to write: elements with clean text, marks for invented values, deterministic bytes.

Owns: model values → XML text. Sees: lxml. Rules: XML 1.0 characters; xs:double printed as the shortest text that
reads back equal. An element is put together as text, because that takes a quarter of the time of a tree of lxml's.
"""

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Self

from lxml import etree

from bcfsync.bcfxml.node import PI_TARGET
from bcfsync.errors import UsageError
from bcfsync.guids import ifc_guid_of, written_guid
from bcfsync.model import Component, Point

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL_IN_ATTRIBUTE = re.compile('[&<>"\r\n\t\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_REFERENCES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_REFERENCES_IN_ATTRIBUTE = _REFERENCES | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_is_ifc_guid = re.compile(r"[0-9A-Za-z_$]{22}").fullmatch
_AS_WRITTEN = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True, huge_tree=True)


class NotFinite(UsageError, ValueError):
    """A number was to be written that is infinite or none at all: every reader would leave out what it belongs to."""

    hint = "correct the number"


class Element:
    """An element being written. ``children`` are elements, or the finished text of those that hold no others."""

    __slots__ = ("_text", "attributes", "children", "name")

    def __init__(self, name: str, attributes: str = "", text: str = "") -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Self | str] = []
        self._text = text

    def instruct(self, text: str) -> None:
        """Put a processing instruction of bcfsync in front of the children: every schema and reader overlooks it."""
        self.children.insert(0, f"<?{PI_TARGET} {text}?>")

    def document(self) -> bytes:
        """The finished document: UTF-8, LF, indented, the same bytes for the same model."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self.write(lines, "", "  ")
        return ("\n".join(lines) + "\n").encode()

    def parsed(self) -> etree._Element:
        """The element as a tree, without the blanks between elements."""
        pieces: list[str] = []
        self.write(pieces, "", "")
        element: etree._Element = etree.fromstring("".join(pieces).encode(), _AS_WRITTEN)
        return element

    def write(self, lines: list[str], indent: str, step: str) -> None:
        """Append the element line by line; its children stand one ``step`` further in than its own ``indent``."""
        if not self.children:
            end = f">{self._text}</{self.name}>" if self._text else "/>"
            lines.append(f"{indent}<{self.name}{self.attributes}{end}")
            return
        lines.append(f"{indent}<{self.name}{self.attributes}>")
        inner = indent + step
        try:
            # most elements hold finished text only; join refuses others, and is ten times as fast as asking
            lines.append(inner + f"\n{inner}".join(self.children))  # type: ignore[arg-type]
        except TypeError:
            for child in self.children:
                if isinstance(child, str):
                    lines.append(inner + child)
                else:
                    child.write(lines, inner, step)
        lines.append(f"{indent}</{self.name}>")


def root(name: str, /, **attributes: str | None) -> Element:
    """A document's root element."""
    return Element(name, _attributes(attributes))


def add(parent: Element, name: str, text: str | None = None, /, **attributes: str | None) -> Element:
    """Append a child; attributes that are None are left out."""
    element = Element(name, _attributes(attributes) if attributes else "", escaped(text) if text else "")
    parent.children.append(element)
    return element


def add_identified(parent: Element, name: str, guid: str) -> Element:
    """Append a child with a guid."""
    element = Element(name, f' Guid="{written_guid(guid)}"')
    parent.children.append(element)
    return element


def add_link(parent: Element, name: str, guid: str) -> None:
    """Append a child that holds nothing but the guid of something else."""
    parent.children.append(f'<{name} Guid="{written_guid(guid)}"/>')


def add_text(parent: Element, name: str, text: str | None, spelling: frozenset[str] = frozenset()) -> None:
    """Append a child with this text, where there is any that is not blank; a blank one where ``spelling`` has one."""
    if text and not text.isspace():
        parent.children.append(f"<{name}>{escaped(text)}</{name}>")
    elif name in spelling:
        parent.children.append(f"<{name}/>")


def add_number(parent: Element, name: str, value: float) -> None:
    """Append a double."""
    parent.children.append(f"<{name}>{number(value)}</{name}>")


def add_point(parent: Element, name: str, point: Point) -> None:
    """Append a point or direction, on one line."""
    x, y, z = number(point.x), number(point.y), number(point.z)
    parent.children.append(f"<{name}><X>{x}</X><Y>{y}</Y><Z>{z}</Z></{name}>")


def add_leaf(parent: Element, name: str, text: str | None) -> None:
    """Append a child with this text, or an empty one where it is blank: for what has to be there."""
    add_exact(parent, name, None if text and text.isspace() else text)


def add_exact(parent: Element, name: str, text: str | None) -> None:
    """Append a child with this text, blanks and all."""
    parent.children.append(f"<{name}>{escaped(text)}</{name}>" if text else f"<{name}/>")


def add_components(parent: Element, items: Iterable[Component], *, may_be_blank: bool = True) -> None:
    """Append components, each on one line.

    A viewpoint may list a hundred thousand, and almost all have an IFC guid and both or none of the other ids.
    """
    texts = parent.children
    for item in items:
        guid, system, tool_id = item.ifc_guid, item.originating_system, item.authoring_tool_id
        text = None
        if guid and _is_ifc_guid(guid):
            if tool_id is None:
                if system is None and not item.spelling:
                    text = f'<Component IfcGuid="{guid}"/>'
            elif system and tool_id.isalnum():
                tool = f"<AuthoringToolId>{tool_id}</AuthoringToolId>"
                text = f'<Component IfcGuid="{guid}">{_system(system)}{tool}</Component>'
        texts.append(text or component(item, may_be_blank=may_be_blank))


def component(item: Component, flags: str = "", *, may_be_blank: bool = True) -> str:
    """The text of a component, on one line; ``flags`` are finished attributes, each after a blank.

    A guid of 32 digits is written as the IFC guid it is; any other id goes where tools have theirs: Revit exporters
    write such.
    """
    guid, system, tool_id = item.ifc_guid, item.originating_system, item.authoring_tool_id
    short = ifc_guid_of(guid) if guid else None
    if short:
        flags = f' IfcGuid="{short}"{flags}'
    else:
        tool_id = tool_id or guid
    spelling = item.spelling if may_be_blank else frozenset()
    inside = _system(system) if system else ""
    if not inside and "OriginatingSystem" in spelling:
        inside = "<OriginatingSystem/>"
    if tool_id and not tool_id.isspace():
        inside += f"<AuthoringToolId>{escaped(tool_id)}</AuthoringToolId>"
    elif "AuthoringToolId" in spelling:
        inside += "<AuthoringToolId/>"
    return f"<Component{flags}>{inside}</Component>" if inside else f"<Component{flags}/>"


@lru_cache(maxsize=256)
def _system(text: str) -> str:
    """The program a component is from: the same for all components of a model."""
    return "" if text.isspace() else f"<OriginatingSystem>{escaped(text)}</OriginatingSystem>"


def mark_synthetic(element: Element, names: frozenset[str] | set[str]) -> None:
    """Say in the file which members of an element bcfsync had to invent, so that reading drops them again."""
    if names:
        element.instruct("synthetic " + " ".join(sorted(names)))


def ifc_guid(text: str | None) -> str | None:
    """An IFC guid where the text is one; no schema takes anything else."""
    return text if text and _is_ifc_guid(text) else None


def int32(value: int | None) -> str | None:
    """An integer as text where 2.1 and 3.0 can hold it."""
    return str(value) if value is not None and -(2**31) <= value < 2**31 else None


@contextmanager
def naming(thing: str) -> Iterator[None]:
    """Say in errors about a number to whom it belongs.

    Raises:
        NotFinite: instead of the one from inside.
    """
    try:
        yield
    except NotFinite as error:
        raise NotFinite(f"{thing}: {error}") from error


def number(value: float) -> str:
    """A double as text.

    Raises:
        NotFinite: it is none that XML readers and JSON take.
    """
    if not math.isfinite(value):
        raise NotFinite(f"{value} cannot be written as a number")
    return repr(value + 0.0).removesuffix(".0")  # the sum of -0.0 and 0.0 is 0.0


def boolean(value: bool | None) -> str | None:  # noqa: FBT001 - the value itself
    """A boolean as text, None where there is none."""
    return None if value is None else str(value).lower()


def blank(text: str | None, name: str, spelling: frozenset[str]) -> str | None:
    """An attribute's text; where there is none, a blank one if ``spelling`` has it."""
    return "" if text is None and name in spelling else text


def flag(value: bool, name: str, spelling: frozenset[str], *, default: bool) -> str | None:  # noqa: FBT001 - the value
    """A boolean attribute as text; None where it is left to its default, as it was in the source."""
    return None if value == default and f"-{name}" in spelling else boolean(value)


def clean(text: str) -> str:
    """The text with characters no XML document may hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def escaped(text: str) -> str:
    """The clean text of an element, with references for what would be markup."""
    if text.isalnum() or not _SPECIAL.search(text):
        return text
    return clean(text).translate(_REFERENCES)


def to_bytes(element: etree._Element) -> bytes:
    """A tree as a finished document."""
    etree.indent(element, "  ")
    return bytes(etree.tostring(element, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _attributes(attributes: dict[str, str | None]) -> str:
    return "".join([f' {key}="{_quoted(value)}"' for key, value in attributes.items() if value is not None])


def _quoted(text: str) -> str:
    if text.isalnum() or not _SPECIAL_IN_ATTRIBUTE.search(text):
        return text
    return clean(text).translate(_REFERENCES_IN_ATTRIBUTE)
