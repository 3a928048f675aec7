"""Bytes to XML elements: no DTD, no entities, no network, and a ladder of mends for files that are slightly broken.

Owns: the only door to the XML parser. Sees: findings. Mends: docs/findings.md F202.
"""

import re
from collections.abc import Iterator

from lxml import etree

from bcfsync import findings as f
from bcfsync.findings import Finding

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# possessive and atomic: a comment ends at its first -->, and no prolog costs more than one look at each character
_PROLOG = re.compile(r"\ufeff?(?:\s++|(?><\?.*?\?>)|(?><!--.*?-->))*+<!DOCTYPE", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def parse(data: bytes, entry: str) -> tuple[etree._Element | None, list[Finding]]:
    """The root element of a document, or None with a finding that says why not.

    A document that does not parse as it stands is tried again without leading blanks, trailing NULs, a wrong
    encoding declaration and illegal characters (.NET and hand-made files); that gives a finding, too.
    """
    refused = [Finding(f.DOCTYPE, entry, "<!DOCTYPE …>")]
    if _has_doctype(data):
        return None, refused
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        problem = error
    else:
        # an encoding the look at the prolog cannot read, such as EBCDIC
        return (None, refused) if root.getroottree().docinfo.internalDTD is not None else (root, [])
    for text in _mended(data):
        if _PROLOG.match(text):
            return None, refused
        try:
            root = etree.fromstring(text.encode("utf-8"), _parser())
        except etree.XMLSyntaxError:
            continue
        return root, [Finding(f.MENDED_XML, entry, problem.msg or "syntax", problem.lineno or 0)]
    return None, [Finding(f.BROKEN_XML, entry, problem.msg or "syntax", problem.lineno or 0)]


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding=None)


def _has_doctype(data: bytes) -> bool:
    """Whether the prolog declares a document type; the words in a text or CDATA section do no harm."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding is None:
        # UTF-16 without a mark shows itself by the NUL beside the first "<"
        encoding = _UNMARKED.get(data[:2], "latin-1")
    if not _marks_doctype(data, encoding):
        return False
    return bool(_PROLOG.match(data.decode(encoding, errors="replace")))


def _marks_doctype(data: bytes, encoding: str) -> bool:
    """Whether the words occur at all: a quick look that spares decoding almost every document."""
    words = ("<!DOCTYPE".encode(kind) for kind in (["utf-16-le", "utf-16-be"] if "16" in encoding else ["latin-1"]))
    return any(word in data for word in words)


def _mended(data: bytes) -> Iterator[str]:
    bare = data.lstrip(b" \t\r\n")
    marked = [name for bom, name in _BOMS if bare.startswith(bom)]
    unmarked = [_UNMARKED[bare[:2]]] if bare[:2] in _UNMARKED else []
    for encoding in marked or unmarked or ["utf-8", "cp1252"]:
        try:
            text = bare.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield _REFERENCE.sub(_legal_reference, _ILLEGAL.sub("", _DECLARATION.sub("", text.lstrip())))


def _legal_reference(found: re.Match[str]) -> str:
    """A character reference as it stands, nothing where it names a character that no document may hold (.NET)."""
    code = int(found[1], 16) if found[1] else int(found[2])
    legal = code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return found[0] if legal else ""
