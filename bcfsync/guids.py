"""Guids as BCF uses them: kept as spelled, compared by a normalised key.

Owns: the key of a guid, guids derived for things that have none. Sees nothing.
Rules: BCF-XML 2.x allows both cases, 3.0 only lower case; both APIs treat ids as opaque strings.
"""

import re
import uuid
from functools import lru_cache

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_IFC_GUID = re.compile(r"[0-9A-Za-z_$]{22}")
_IFC_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"
_NAMESPACE = uuid.UUID("6f1f5c0e-4d0b-5d38-9a57-6263667379bc")


@lru_cache(maxsize=65536)
def guid_key(text: str) -> str:
    """The form by which two spellings of one guid are equal; an opaque id is its own key, stripped.

    Braces, ``urn:uuid:``, blanks around it, missing dashes and letter case make no difference.
    """
    if _CANONICAL.fullmatch(text):
        return text
    bare = text.strip().removeprefix("urn:uuid:").strip("{}").lower()
    if _CANONICAL.fullmatch(bare):
        return bare
    if re.fullmatch(r"[0-9a-f]{32}", bare):
        return str(uuid.UUID(bare))
    return text.strip()


def is_guid(text: str) -> bool:
    """Whether the text, normalised, is a guid that BCF-XML 3.0 accepts."""
    return bool(_CANONICAL.fullmatch(guid_key(text)))


def written_guid(text: str) -> str:
    """The lower-case guid to write into a file for any id: itself where it is a guid, else derived from it."""
    key = guid_key(text)
    return key if _CANONICAL.fullmatch(key) else derived_guid("opaque", key)


def ifc_guid_of(text: str) -> str | None:
    """The IFC guid of 22 characters that says the same as a guid of 32 hex digits; None where the text is neither.

    Source: IFC's own base 64 (IfcGloballyUniqueId): two bits in the first character, six in each other.
    """
    if _IFC_GUID.fullmatch(text):
        return text
    key = guid_key(text)
    if not _CANONICAL.fullmatch(key):
        return None
    value = uuid.UUID(key).int
    return "".join(_IFC_DIGITS[value >> shift & 63] for shift in range(126, -1, -6))


def derived_guid(*parts: str) -> str:
    """A guid for something that has none: the same parts give the same guid, on every machine, for ever."""
    # half of a surrogate pair, which JSON can hold, has no UTF-8
    name = "\x1f".join(parts).encode(errors="backslashreplace").decode()
    return str(uuid.uuid5(_NAMESPACE, name))
