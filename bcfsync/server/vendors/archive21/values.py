"""Plain values as XML text of BCF 2.1.

Owns: what an attribute or element may say: dates, guids, colours, characters. Sees: values.
Governed by: BCF-XML 2.1, ``markup.xsd`` and ``visinfo.xsd``; XML 1.0, 2.2 (characters); XML Schema 2, dateTime, double.
"""

import re
import uuid

from bcfsync.server import dates

_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_COLOR = re.compile(r"(?:[0-9A-F]{2}){3,4}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INT32 = range(-(2**31), 2**31)
_NEVER = "1970-01-01T00:00:00Z"


def text(value: str) -> str:
    """Any text; characters that XML does not have become U+FFFD."""
    return _NOT_XML.sub("\ufffd", value)


def guid(value: str) -> str:
    """A guid as the schema wants it; what is none gets one that is always the same."""
    return value if _GUID.fullmatch(value) else str(uuid.uuid5(uuid.NAMESPACE_OID, value))


def is_guid(value: str) -> bool:
    """Whether the schema takes this as a guid."""
    return bool(_GUID.fullmatch(value))


def date_time(value: str) -> str:
    """A date, in its own spelling where the schema has that; what cannot be read becomes the beginning of 1970."""
    try:
        moment = dates.parse(value)
    except ValueError:
        return _NEVER
    return value if _DATE_TIME.fullmatch(value) else dates.stamp(moment)


def ifc_guid(value: str | None) -> str | None:
    """An IFC guid, or None when it is none."""
    return value if value and _IFC_GUID.fullmatch(value) else None


def color(value: str) -> str | None:
    """A colour as the schema spells it, upper case and without ``#``; None when it is none."""
    plain = value.removeprefix("#").upper()
    return plain if _COLOR.fullmatch(plain) else None


def index(value: int | None) -> str | None:
    """A whole number of 32 bits, or None."""
    return None if value is None or value not in _INT32 else str(value)


def flag(value: object) -> str:
    """A boolean."""
    return "true" if value else "false"


def number(value: float) -> str:
    """The shortest text that reads back equal."""
    return repr(float(value))
