"""Where the server may send a browser back to.

Owns: which redirect URIs a client may register, and when two are the same. Sees: the standard library.
Governed by: RFC 6749, 3.1.2; RFC 8252, 7.1 (private-use schemes), 7.3 (loopback: any port) and 8.3 (localhost).
"""

import re
from urllib.parse import SplitResult, urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# browsers read a backslash as a slash, which would put another host in front; no URI has one
_URI = re.compile(r"[!#-\[\]-~]{1,2000}")
# a private-use scheme is a domain name turned round, so it has a dot, and so cannot be javascript:
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def is_loopback(uri: str) -> bool:
    """Whether the URI leads to a program on the user's own machine."""
    parts = _parts(uri)
    return parts is not None and _leads_to_loopback(parts)


def may_be_registered(uri: str) -> bool:
    """Whether a client may have this URI: https, http on the user's own machine, or a private-use scheme."""
    parts = _parts(uri)
    if parts is None:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    return _leads_to_loopback(parts) or _PRIVATE_SCHEME.fullmatch(parts.scheme) is not None


def is_same(registered: str, given: str) -> bool:
    """Whether a request names the registered URI; where it is on the user's machine, with whatever port."""
    if registered == given:
        return _parts(given) is not None
    ours, theirs = _parts(registered), _parts(given)
    if ours is None or theirs is None or not (_leads_to_loopback(ours) and _leads_to_loopback(theirs)):
        return False
    return (ours.hostname, ours.path or "/", ours.query) == (theirs.hostname, theirs.path or "/", theirs.query)


def form_target(uri: str) -> str:
    """The source expression that lets a form of ours end there (Content-Security-Policy, form-action)."""
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or ":" in (parts.hostname or ""):
        return f"{parts.scheme}:"  # the grammar of source expressions knows no IPv6 address
    return f"{parts.scheme}://{parts.netloc}"


def _leads_to_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _parts(uri: str) -> SplitResult | None:
    """The URI taken apart, or None where it is none a browser may be sent to."""
    if not _URI.fullmatch(uri):
        return None
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    is_odd = "@" in parts.netloc or "#" in uri or port == 0 or ";" in parts.netloc
    return None if is_odd else parts
