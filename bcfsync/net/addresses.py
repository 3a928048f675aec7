"""Web addresses: which are safe, which are the same server, and how they are shown.

Owns: origins, loopback. Sees: errors. Rules: https, or this machine; a token belongs to one scheme, host and port.
"""

import ipaddress
from urllib.parse import SplitResult, urlsplit

import httpx

from bcfsync.errors import ServerTrouble
from bcfsync.net.errors import InsecureUrl

_PORTS = {"http": 80, "https": 443}
_LONGEST = 300


def checked_url(url: str) -> str:
    """A web address without trailing slash, scheme and host in small letters.

    Raises:
        InsecureUrl: it is none, or not https and not on this machine.
    """
    try:
        parts = urlsplit(url)
        host = str(parts.hostname or "").encode("idna")
        if parts.scheme not in _PORTS or not host or parts.port == 0 or not httpx.URL(url).host:
            raise InsecureUrl(f"{url}: not a web address")
    except (httpx.InvalidURL, ValueError) as error:
        raise InsecureUrl(f"{url}: not a web address", hint="give one such as https://host") from error
    if parts.username or parts.password:
        raise InsecureUrl(
            f"{parts.hostname}: a URL must not hold a user name or password", hint="set BCFSYNC_TOKEN instead"
        )
    if parts.query or parts.fragment:
        raise InsecureUrl(f"{url}: a server's address ends before ? and #", hint="leave out what follows")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InsecureUrl(f"{url}: http would send your token in clear text")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine; a name that only looks like an address is not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


Origin = tuple[str, str, int]
"""Scheme, host and port."""


def origin_of(url: str) -> Origin:
    """The origin of an address that came from a server.

    Raises:
        ServerTrouble: it is no web address.
    """
    try:
        # as httpx reads it, which is what is asked in the end
        parts = urlsplit(str(httpx.URL(url)))
        port = _port(parts)
    except (httpx.InvalidURL, ValueError) as error:
        raise _none(url) from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        raise _none(url)
    return parts.scheme, parts.hostname, port


def is_upgrade(ours: Origin, theirs: Origin) -> bool:
    """Whether the one is the other by https instead of http: the same host, the same port or both their usual one."""
    same_port = ours[2] == theirs[2] or (ours[2], theirs[2]) == (80, 443)
    return (ours[0], theirs[0]) == ("http", "https") and ours[1] == theirs[1] and same_port


def is_safe_elsewhere(theirs: Origin, ours: Origin) -> bool:
    """Whether bytes may be fetched from another host: by https; from this machine only if the server is here, too."""
    scheme, host, _ = theirs
    return is_loopback(ours[1]) if is_loopback(host) else scheme == "https"


def short(url: str) -> str:
    """An address for people: without query, which may hold a signature."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url[:_LONGEST]
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:_LONGEST]


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)


def _none(url: str) -> ServerTrouble:
    return ServerTrouble(f"{url[:_LONGEST]!r}: the server refers to an address that is none")
