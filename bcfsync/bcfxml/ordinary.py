"""The quick way through ordinary XML: what holds nothing but what the standard names, each thing once and none blank.

Owns: elements → plain values, or None at the first thing out of the ordinary, which the tolerant readers then take.
Sees: dates. A reader that remembers what it was asked for costs five times what parsing costs, and almost every
element is ordinary; so nothing here reports, mends or guesses.
"""

import re
from collections.abc import Set as AbstractSet

from lxml import etree

from bcfsync.dates import Timestamp, read_timestamp

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_FLAGS = {"true": True, "false": False, "1": True, "0": False}
_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")

Parts = dict[str, etree._Element]  # noqa: SLF001 - lxml's only name for it
Texts = dict[str, str]


class Odd(Exception):
    """There is something out of the ordinary: the tolerant readers have to look."""


def attributes(element: etree._Element, known: AbstractSet[str]) -> Texts:
    """The attributes of an element: known ones, none blank; those of XMLSchema-instance do not count."""
    found: Texts = {}
    for key, value in element.items():
        if key in known and value and not value.isspace():
            found[str(key)] = str(value)
        elif not str(key).startswith(_XSI):
            raise Odd
    return found


def texts(element: etree._Element, known: AbstractSet[str]) -> Texts:
    """The texts of children that are known, occur once, and hold nothing but text."""
    found: Texts = {}
    for child in element:
        tag = child.tag
        if tag not in known or tag in found or not isinstance(tag, str):
            raise Odd
        found[tag] = leaf(child)
    return found


def leaf(element: etree._Element) -> str:
    """The text of an element that holds nothing else."""
    text = element.text
    if not text or text.isspace() or len(element) or element.keys():
        raise Odd
    return text


def parts(element: etree._Element, known: AbstractSet[str]) -> Parts:
    """The children by name: known ones, each once."""
    found: Parts = {}
    for child in element:
        tag = child.tag
        if tag not in known or tag in found or not isinstance(tag, str):
            raise Odd
        found[tag] = child
    return found


def items(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of a bare list: all of one name, and at least one."""
    found = list(element)
    if not found or element.keys() or any(child.tag != name for child in found):
        raise Odd
    return found


def guid_of(element: etree._Element) -> str:
    """The Guid of an element that holds nothing else."""
    if len(element):
        raise Odd
    found = element.items()
    if len(found) != 1 or found[0][0] != "Guid":
        raise Odd
    guid = str(found[0][1]).strip()
    if not guid:
        raise Odd
    return guid


def is_plain_guid(text: str) -> bool:
    """Whether a guid is spelled as the standard spells it, in whatever letter case."""
    return _GUID.fullmatch(text) is not None


def flag(text: str | None) -> bool | None:
    """A boolean as XML spells it; None stays None."""
    if text is None:
        return None
    if text not in _FLAGS:
        raise Odd
    return _FLAGS[text]


def integer(text: str | None) -> int | None:
    """A natural number in plain digits; None stays None."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 1000):  # Python reads no number of 4,301 digits
        raise Odd
    return int(text)


def date(text: str | None) -> Timestamp | None:
    """A date-time with its zone; None stays None."""
    if text is None:
        return None
    found = read_timestamp(text)
    if found is None or found.date_only or not found.had_zone:
        raise Odd
    return found
