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
# how almost every document begins: no encoding but these two, in both of which a DOCTYPE looks like one
_PLAIN = tuple(
    start + b'<?xml version="1.0"' + rest
    for start in (b"", b"\xef\xbb\xbf")
    for rest in (b' encoding="UTF-8"?>', b' encoding="utf-8"?>', b"?>", b' encoding="UTF-8" standalone=')
)
_UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


# one for all threads: lxml lets one at a time in, and making one costs a tenth of what a small document does
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding=None)


def parse(data: bytes, entry: str) -> tuple[etree._Element | None, list[Finding]]:
    """The root element of a document, or None with a finding that says why not.

    A document that does not parse as it stands is tried again without leading blanks, trailing NULs, a wrong
    encoding declaration and illegal characters (.NET and hand-made files); that gives a finding, too.
    """
    plain = _has_plain_prolog(data)
    if not plain and _has_doctype(data):
        return None, _refused(entry)
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        problem = error
    else:
        # an encoding the look at the prolog cannot read, such as EBCDIC
        hidden = not plain and root.getroottree().docinfo.internalDTD is not None
        return (None, _refused(entry)) if hidden else (root, [])
    for text in _mended(data):
        if _PROLOG.match(text):
            return None, _refused(entry)
        try:
            root = etree.fromstring(text.encode("utf-8"), _PARSER)
        except etree.XMLSyntaxError:
            continue
        return root, [Finding(f.MENDED_XML, entry, problem.msg or "syntax", problem.lineno or 0)]
    return None, [Finding(f.BROKEN_XML, entry, problem.msg or "syntax", problem.lineno or 0)]


def mended_text(data: bytes) -> str | None:
    """The text ``parse`` reads instead of a document that is slightly broken; None where it reads it as it stands."""
    if _parses(data):
        return None
    return next((text for text in _mended(data) if _parses(text.encode("utf-8"))), None)


def _parses(data: bytes) -> bool:
    try:
        etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError:
        return False
    return True


def _refused(entry: str) -> list[Finding]:
    return [Finding(f.DOCTYPE, entry, "<!DOCTYPE …>")]


def _has_plain_prolog(data: bytes) -> bool:
    """Whether bytes mean their ASCII, and so no document type can hide in another encoding, and none is there."""
    return data.startswith(_PLAIN) and b"<!DOCTYPE" not in data


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


def schema_errors(data: bytes, schema: etree.XMLSchema) -> list[str] | None:
    """What a schema says of a document while reading it, in time that grows with its length only; [] where it is valid.

    None where the document does not parse as it stands.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, schema=schema)
    try:
        etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        errors = [error for error in list(parser.error_log) if error.level_name != "WARNING"]
        if not errors or any(error.domain_name != "SCHEMASV" for error in errors):
            return None
        return [error.message for error in errors]
    return []
