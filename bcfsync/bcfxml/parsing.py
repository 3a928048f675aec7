"""Bytes to XML elements: no DTD, no entities, no network, and a ladder of mends for files that are slightly broken.

Owns: the only door to the XML parser. Sees: findings. Mends: docs/findings.md F202.
"""

import re
from collections.abc import Iterator

from lxml import etree

from bcfsync import findings as f
from bcfsync.findings import Finding

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PROLOG = re.compile(r"\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->)*<!DOCTYPE", re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def parse(data: bytes, entry: str) -> tuple[etree._Element | None, list[Finding]]:
    """The root element of a document, or None with a finding that says why not.

    A document that does not parse as it stands is tried again without leading blanks, trailing NULs, a wrong
    encoding declaration and illegal characters (.NET and hand-made files); that gives a finding, too.
    """
    if _has_doctype(data):
        return None, [Finding(f.DOCTYPE, entry, "<!DOCTYPE …>")]
    try:
        return etree.fromstring(data, _parser()), []
    except etree.XMLSyntaxError as error:
        problem = error
    for text in _mended(data):
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
        encoding = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(data[:2], "latin-1")
    start = data[: 1 << 16].decode(encoding, errors="replace")
    return bool(_PROLOG.match(start))


def _mended(data: bytes) -> Iterator[str]:
    bare = data.rstrip(b"\0").lstrip(b" \t\r\n")
    encodings = [name for bom, name in _BOMS if bare.startswith(bom)] or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = bare.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield _ILLEGAL.sub("", _DECLARATION.sub("", text))
