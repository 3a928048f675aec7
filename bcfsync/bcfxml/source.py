"""A document as it is spelled: its elements with the places of their tags, so that single nodes can be exchanged.

Owns: bytes → elements with spans. Sees: parsing. Everything is in bytes of UTF-8; ``Source.encoded`` brings the text
back into the encoding, byte order mark and line ends the document had.
"""

import re
from dataclasses import dataclass, field
from typing import Self
from xml.parsers import expat

from bcfsync.bcfxml.parsing import mended_text

_TAG_END = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_ATTRIBUTE = re.compile(rb"\s+([^\s=/>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNMARKED = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DEEPEST = 256


class Unpatchable(Exception):
    """The document cannot be changed node by node."""


@dataclass(slots=True)
class Element:
    """An element of the source: ``start`` to ``inner`` its start tag, ``close`` to ``end`` its end tag.

    An element closed in its start tag has all of ``inner``, ``close`` and ``end`` behind it. Processing instructions
    are elements named ``?target`` whose text is their data.
    """

    name: str
    start: int
    attributes: dict[str, str] = field(default_factory=dict)
    inner: int = 0
    close: int = 0
    end: int = 0
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix with its colon, or nothing."""
        return self.name[: len(self.name) - len(self.local)]


class Source:
    """A document's bytes and its elements."""

    def __init__(self, data: bytes, root: Element, encoding: str, mark: bytes) -> None:
        self.data = data
        self.root = root
        self._encoding = encoding
        self._mark = mark

    @classmethod
    def read(cls, document: bytes) -> Self:
        """Find all elements of a document that ``parsing.parse`` could read.

        Raises:
            Unpatchable: its text cannot be brought back as it was, or it is nested without end.
        """
        mended = mended_text(document)
        mark, encoding = (b"", "utf-8") if mended is not None else _encoding(document)
        try:
            text = mended if mended is not None else document[len(mark) :].decode(encoding)
            data = text.encode("utf-8")
            source = cls(data, _Places(data).root(), encoding, mark)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Unpatchable(str(error)) from error
        if mended is None and source.encoded(data) != document:
            raise Unpatchable(f"its {encoding} cannot be written as it was")
        return source

    def encoded(self, data: bytes) -> bytes:
        """The changed text in the encoding of the document; what that cannot spell becomes a reference."""
        return self._mark + data.decode("utf-8").encode(self._encoding, errors="xmlcharrefreplace")

    def newline(self) -> str:
        """The line end the document uses."""
        return "\r\n" if b"\r\n" in self.data else "\n"

    def attribute_span(self, element: Element, name: str) -> tuple[int, int, int] | None:
        """Where an attribute stands: the blank before it, its value's first character and its end with the quote."""
        tag = self.data[element.start : element.inner]
        for found in _ATTRIBUTE.finditer(tag):
            if found[1].decode("utf-8") == name:
                return element.start + found.start(), element.start + found.start(2), element.start + found.end()
        return None


def _encoding(document: bytes) -> tuple[bytes, str]:
    """The byte order mark of a document, if any, and its encoding: by mark, first bytes, or declaration."""
    for mark, name in _MARKS:
        if document.startswith(mark):
            return mark, name
    for start, name in _UNMARKED:
        if document.startswith(start):
            return b"", name
    declared = _DECLARED.match(document)
    return b"", declared[1].decode("ascii") if declared else "utf-8"


class _Places:
    """expat's events with their byte offsets."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[Element] = []
        self._root: Element | None = None
        self._parser = expat.ParserCreate("utf-8")
        self._parser.ordered_attributes = True
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.ProcessingInstructionHandler = self._instruction
        self._parser.StartDoctypeDeclHandler = self._refuse

    def root(self) -> Element:
        self._parser.Parse(self._data, True)  # noqa: FBT003 - expat's own signature
        assert self._root is not None  # noqa: S101 - expat refuses a document without one
        return self._root

    def _refuse(self, *_: object) -> None:
        raise ValueError("it has a document type")

    def _start(self, name: str, attributes: list[str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise ValueError("it is nested too deep")
        start = self._parser.CurrentByteIndex
        found = _TAG_END.match(self._data, start)
        if found is None:
            raise ValueError("a tag without an end")
        element = Element(name, start, dict(zip(attributes[::2], attributes[1::2], strict=True)), found.end())
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        if self._data[element.inner - 2 : element.inner] == b"/>":
            element.close = element.end = element.inner
        else:
            element.close = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.close) + 1

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _instruction(self, target: str, data: str) -> None:
        if self._open:
            start = self._parser.CurrentByteIndex
            end = self._data.index(b"?>", start) + 2
            self._open[-1].children.append(Element(f"?{target}", start, {}, end, end, end, data))
