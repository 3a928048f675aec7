"""HTTP: the only importer of httpx. Time-outs, retries of reads, bounded answers, and errors in our words.

Owns: requests and answers. Sees: errors; knows no BCF. A read is tried again; a write whose answer never came is
``Unanswered``, and whoever sent it has to find out what became of it. Authorization never leaves the server's host.
"""

import ipaddress
import json
import random
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

import httpx

from bcfsync import __version__
from bcfsync.errors import BcfsyncError, LoginNeeded, ServerTrouble, UsageError

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_TRIES = 4
_LONGEST_WAIT = 30.0
_JSON_BYTES = 256 * 1024 * 1024
_BLOB_BYTES = 1024 * 1024 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_PASSING = frozenset({429, 502, 503, 504})
_LONGEST_SAYING = 300
_PORTS = {"http": 80, "https": 443}


class InsecureUrl(UsageError, ValueError):
    """A URL that would send the token in clear text, or is no web address."""

    hint = "use https://; plain http:// is accepted for this machine only"


class Unreachable(ServerTrouble, OSError):
    """The server cannot be reached; nothing was sent."""

    hint = "check the URL and the network, then run the command again"


class Unanswered(ServerTrouble, OSError):
    """A request was sent and no answer came: it may or may not have been carried out."""

    hint = "run the command again: it finds out what arrived and completes the rest"


class Stumbled(ServerTrouble, OSError):
    """The server broke over one request (500 and the like); others may go well."""

    hint = "report it to whoever runs the server"


class NotJson(ServerTrouble, ValueError):
    """The server answered something else than JSON: a login page, a proxy's message, a cut-off text."""

    hint = "check the URL: it must be that of a BCF server"


class Refused(BcfsyncError, ValueError):
    """The server understood and said no (4xx, or 501: not offered); ``status`` says how."""

    exit_code = 3
    hint = "ask the administrator of the server what you may do there"

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Traffic:
    """What went over the wire so far; bytes of bodies."""

    requests: int = 0
    not_modified: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


_NEXT = re.compile(r""";\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON (None where it had no body) and its strong ETag.

    ``unchanged`` where the server answered 304: the resource still has the tag it was asked about. ``has_more`` where
    it says by ``Link`` (RFC 8288) that this is a part of a list, and more of it comes.
    """

    data: Any
    etag: str | None
    location: str | None = None
    unchanged: bool = False
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class _Reply:
    """A response with its body taken, but not judged."""

    status: int
    reason: str
    headers: httpx.Headers
    content: bytes
    url: str
    redirect: str | None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Seams:
    """What a test replaces: the transport, sleeping, chance, and how much of an answer is read."""

    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)
    json_bytes: int = _JSON_BYTES
    blob_bytes: int = _BLOB_BYTES


class Http:
    """A session with one server under one token; safe to use from several threads."""

    def __init__(self, root: str, token: str | None, seams: Seams | None = None) -> None:
        """Check the URL; nothing is sent yet.

        Raises:
            InsecureUrl: the URL is not https, and not this machine.
            UsageError: the token fits into no header.
        """
        self.root = checked_url(root)
        self.traffic = Traffic()
        self._counting = threading.Lock()
        self._seams = seams or Seams()
        headers = {"User-Agent": f"bcfsync/{__version__}", "Accept": "application/json, */*;q=0.5"}
        if token:
            if not (token.isascii() and token.isprintable()):
                raise UsageError("the token holds characters that no HTTP header can hold", hint="check BCFSYNC_TOKEN")
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(
            headers=headers,
            timeout=_TIMEOUT,
            follow_redirects=False,
            transport=self._seams.transport,
            mounts=_past_proxies(self.root),
        )

    def get(self, url: str, *, unless: str | None = None, exact: bool = False) -> Answer:
        """Read JSON; passing trouble is tried again.

        Args:
            url: absolute, on the server of this session.
            unless: a tag for If-None-Match: nothing comes where the resource still has it.
            exact: ask for no compression, which would weaken the tag on its way; for what is written next.

        Raises:
            Refused, LoginNeeded, NotJson, Unreachable, ServerTrouble
        """
        headers = {"If-None-Match": unless} if unless else {}
        if exact:
            headers["Accept-Encoding"] = "identity"
        response = self._read(url, headers=headers)
        if response.status == 304:
            self._count(not_modified=1)
            return Answer(None, unless, unchanged=True)
        value = _decoded(response, required=response.status != 204)
        return Answer(value, _strong(response), has_more=bool(_NEXT.search(response.headers.get("Link", ""))))

    @contextmanager
    def open(self, url: str) -> Iterator[IO[bytes]]:
        """Read bytes of any kind into a temporary file, which lives as long as the ``with`` block."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            response = self._read(url, spool)
            promised = response.headers.get("Content-Length", "").lstrip("0")
            counted = promised.isdecimal() and "Content-Encoding" not in response.headers
            if counted and promised != str(spool.tell()):  # as text: a number of any length is only compared
                raise ServerTrouble(f"{_short(url)}: the answer was cut off")
            spool.seek(0)
            yield spool

    def send(
        self, method: str, url: str, data: object = None, *, match: str | None = None, key: str | None = None
    ) -> Answer:
        """Write JSON, once.

        Args:
            method: POST, PUT or DELETE.
            url: absolute, on the server of this session.
            data: what becomes the JSON body; a DELETE has none.
            match: a strong ETag for If-Match.
            key: for Idempotency-Key: a server that heeds it carries out requests of one key once.

        Raises:
            Unanswered: it was sent, and nobody knows what became of it.
            Refused, LoginNeeded, NotJson, Unreachable, ServerTrouble
        """
        headers = {} if method == "DELETE" else {"Content-Type": "application/json"}
        if match:
            headers["If-Match"] = match
        if key:
            headers["Idempotency-Key"] = f'"{key}"'
        body = b"" if method == "DELETE" else json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        return self._write(method, url, body, headers)

    def send_bytes(self, method: str, url: str, body: IO[bytes], headers: Mapping[str, str]) -> Answer:
        """Write bytes, once; errors as for ``send``."""
        return self._write(method, url, body.read(), {"Content-Type": "application/octet-stream", **headers})

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    # -- inside ------------------------------------------------------------------------------------------------

    def _read(self, url: str, spool: IO[bytes] | None = None, headers: Mapping[str, str] | None = None) -> _Reply:
        for attempt in range(1, _TRIES + 1):
            last = attempt == _TRIES
            try:
                response = self._fetch(url, spool, headers or {})
            except (httpx.RequestError, httpx.StreamError) as error:
                if last:
                    raise _unreachable(url, error) from error
                self._pause(attempt, None)
                continue
            if response.status in _PASSING and not last:
                self._pause(attempt, response.headers.get("Retry-After"))
                continue
            asked = headers is not None and "If-None-Match" in headers
            return response if response.status == 304 and asked else _checked(response, url)
        raise AssertionError

    def _fetch(self, url: str, spool: IO[bytes] | None, headers: Mapping[str, str]) -> _Reply:
        """One GET; at most two redirects, and only on the same server."""
        target = url
        for _ in range(3):
            with self._client.stream("GET", self._own(target), headers=dict(headers)) as response:
                reply = self._taken(response, spool)
            if reply.redirect is None:
                return reply
            target = reply.redirect
        raise ServerTrouble(f"{_short(url)}: too many redirects")

    def _taken(self, response: httpx.Response, spool: IO[bytes] | None = None) -> _Reply:
        """Take the body, but never more than the bound; bytes of a success go into the spool where there is one."""
        self._count(requests=1)
        url = str(response.request.url)
        to_spool = spool is not None and response.is_success
        bound, chunks, size = self._seams.blob_bytes if to_spool else self._seams.json_bytes, list[bytes](), 0
        if spool is not None:
            spool.seek(0)
            spool.truncate()
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > bound:
                raise ServerTrouble(f"{_short(url)}: the answer is larger than {bound:,} bytes")
            if spool is not None and to_spool:
                spool.write(chunk)
            else:
                chunks.append(chunk)
        self._count(bytes_in=size)
        next_request = response.next_request if response.is_redirect else None
        redirect = str(next_request.url) if next_request else None
        return _Reply(response.status_code, response.reason_phrase, response.headers, b"".join(chunks), url, redirect)

    def _write(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send it once; again only after 429, which says that nothing was done."""
        for attempt in range(1, _TRIES):
            reply = self._sent(method, url, body, headers)
            if reply.status != 429:
                break
            self._pause(attempt, reply.headers.get("Retry-After"))
        else:
            reply = self._sent(method, url, body, headers)
        return self._judged(reply, method, url)

    def _sent(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> _Reply:
        try:
            with self._client.stream(method, self._own(url), content=body, headers=dict(headers)) as response:
                self._count(bytes_out=len(body))
                return self._taken(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise _unreachable(url, error) from error
        except (httpx.RequestError, httpx.StreamError) as error:
            raise Unanswered(f"{_short(url)}: the connection broke before the answer to {method}: {error}") from error

    def _judged(self, reply: _Reply, method: str, url: str) -> Answer:
        if reply.status in {502, 503, 504}:
            # a proxy speaks: the server behind it may have done the work
            raise Unanswered(f"{_short(url)}: {method} answered {reply.status}")
        if reply.redirect:
            raise ServerTrouble(
                f"{_short(url)}: {method} was redirected to {_short(reply.redirect)}; nothing was written",
                hint="give the URL the server redirects to",
            )
        checked = _checked(reply, url)
        return Answer(_decoded(checked, required=False), _strong(checked), checked.headers.get("Location"))

    def _own(self, url: str) -> str:
        """The URL, if it is on this session's server: the token goes nowhere else.

        Raises:
            ServerTrouble: it is not.
        """
        ours = urlsplit(self.root)
        try:
            theirs = urlsplit(str(httpx.URL(url)))
            same_host = ours.hostname == theirs.hostname and _port(ours) == _port(theirs)
        except (httpx.InvalidURL, ValueError) as error:
            raise ServerTrouble(f"{url[:_LONGEST_SAYING]!r}: the server refers to an address that is none") from error
        if not same_host or theirs.scheme not in _PORTS or (ours.scheme == "https" and theirs.scheme != "https"):
            raise ServerTrouble(f"{_short(url)}: the server refers to another host", hint="give the URL of that host")
        return url

    def _pause(self, attempt: int, retry_after: str | None) -> None:
        wait = _seconds(retry_after)
        if wait is None:
            wait = self._seams.chance() * 0.25 * 4**attempt / 2
        self._seams.sleep(min(wait, _LONGEST_WAIT))

    def _count(self, *, requests: int = 0, not_modified: int = 0, bytes_in: int = 0, bytes_out: int = 0) -> None:
        with self._counting:
            self.traffic.requests += requests
            self.traffic.not_modified += not_modified
            self.traffic.bytes_in += bytes_in
            self.traffic.bytes_out += bytes_out


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
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise InsecureUrl(f"{url}: http would send your token in clear text")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")


def _is_loopback(host: str | None) -> bool:
    """Whether a host is this machine; a name that only looks like an address is not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _past_proxies(root: str) -> dict[str, httpx.BaseTransport | None] | None:
    """This machine is reached directly: a proxy would get the token, and means another machine by this name."""
    host = urlsplit(root).hostname or ""
    return {f"all://[{host}]" if ":" in host else f"all://{host}": None} if _is_loopback(host) else None


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _checked(response: _Reply, url: str) -> _Reply:
    status = response.status
    if response.is_success:
        return response
    said = _message(response)
    if status == 401:
        raise LoginNeeded(f"{_short(url)}: the server does not accept the token: {said}")
    if (400 <= status < 500 and status != 429) or status == 501:
        raise Refused(f"{_short(url)}: the server answered {status}: {said}", status)
    raise Stumbled(f"{_short(url)}: the server answered {status}: {said}")


def _message(response: _Reply) -> str:
    """What a server says went wrong, in any of the shapes seen: message, error, detail, title; else the reason."""
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        return response.reason or "no explanation"
    found = data if isinstance(data, dict) else {}
    for name in ("message", "error", "detail", "title"):
        if found.get(name):
            return _saying(found[name])
    return response.reason or "no explanation"


def _saying(found: object) -> str:
    """A server's own words as a part of one line."""
    return " ".join(str(found).split())[:_LONGEST_SAYING]


def _decoded(response: _Reply, *, required: bool = True) -> Any:  # noqa: ANN401 - JSON
    content = response.content
    if not content.strip() and not required:
        return None
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        what = "HTML" if content.lstrip()[:1] == b"<" else "something that is not JSON"
        raise NotJson(f"{_short(response.url)}: the server answered {what}") from error
    if isinstance(data, dict) and set(data) == {"error"}:
        # seen: a demo server that answers 200 with an error object
        said = f"the server answered {response.status} with an error: {_saying(data['error'])}"
        raise Refused(f"{_short(response.url)}: {said}", 400)
    return data


def _strong(response: _Reply) -> str | None:
    tag = response.headers.get("ETag")
    return None if tag is None or tag.startswith("W/") else str(tag)


def _unreachable(url: str, error: Exception) -> Unreachable:
    return Unreachable(f"{_short(url)}: the server cannot be reached: {str(error) or type(error).__name__}")


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After as seconds; it may be a number or a date."""
    if retry_after is None:
        return None
    number = _number(retry_after)
    if number is not None:
        return max(0.0, number)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _short(url: str) -> str:
    """The URL for people: without query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url[:_LONGEST_SAYING]
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
