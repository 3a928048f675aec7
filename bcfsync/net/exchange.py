"""One request and its answer: signed, counted, in its turn, and taken whole.

Owns: what goes over the wire. Sees: pacing, arriving, credentials, wiring. Decides nothing but this: where a sign-in
was refused and can be renewed, the request goes once more, since 401 says that nothing was done.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import IO
from urllib.parse import urlsplit

import httpx

from bcfsync.errors import UsageError
from bcfsync.net.addresses import short
from bcfsync.net.answers import Reply
from bcfsync.net.arriving import body_of
from bcfsync.net.credentials import Credentials, is_fit, scrubbed
from bcfsync.net.errors import Stumbled
from bcfsync.net.pacing import Pace, Went
from bcfsync.net.seams import Seams
from bcfsync.net.sending import EMPTY, Body
from bcfsync.net.wiring import client_for

_ERROR = re.compile(rb'\s*\{\s*"(error|message|detail)"')
_TROUBLED = frozenset({429, 502, 503, 504})


@dataclass(slots=True)
class Traffic:
    """What went over the wire so far; bytes of bodies."""

    requests: int = 0
    not_modified: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; ``bare`` is one without Authorization, to another host."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = EMPTY
    bare: bool = False

    def to(self, url: str, *, bare: bool = False) -> "Asked":
        """The same request to another address; once bare, always bare."""
        return replace(self, url=url, bare=self.bare or bare)


class Exchange:
    """Sends requests of one session; safe to use from several threads."""

    def __init__(self, root: str, credentials: Credentials, seams: Seams, pace: Pace) -> None:
        self.traffic = Traffic()
        self.pace = pace
        self._credentials = credentials
        self._seams = seams
        self._counting = threading.Lock()
        self._client = client_for(urlsplit(root).hostname or "", seams.transport)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def ask(self, asked: Asked, spool: IO[bytes] | None = None) -> Reply:
        """Send it, and take the answer; the bytes of a success go into the spool where there is one.

        Raises:
            TooLarge: the answer.
            httpx.RequestError, httpx.StreamError: no answer came, or none that is whole.
        """
        reply, header = self._sent(asked, spool)
        if asked.bare:
            return replace(reply, bare=True)
        if reply.status == 401 and self._credentials.renewed(header):
            reply, header = self._sent(asked, spool)
        return _telling_nothing(reply, header)

    def count(self, *, requests: int = 0, not_modified: int = 0, bytes_in: int = 0, bytes_out: int = 0) -> None:
        """Add to the traffic."""
        with self._counting:
            self.traffic.requests += requests
            self.traffic.not_modified += not_modified
            self.traffic.bytes_in += bytes_in
            self.traffic.bytes_out += bytes_out

    def _sent(self, asked: Asked, spool: IO[bytes] | None) -> tuple[Reply, str | None]:
        """The reply, and the sign-in of the moment it was sent: one that is asked for earlier may end in the queue."""
        with self.pace.turn(counted=not asked.bare) as went:
            header = None if asked.bare else self._credentials.header()
            try:
                return self._answered(asked, _signed(asked.headers, header), spool, went), header
            except httpx.TimeoutException:
                went.well = False
                raise
            except httpx.InvalidURL as error:
                raise Stumbled(f"{short(asked.url)}: the server refers to an address that is none") from error

    def _answered(self, asked: Asked, headers: Mapping[str, str], spool: IO[bytes] | None, went: Went) -> Reply:
        content = asked.body.content()
        if not isinstance(content, bytes):
            headers = {**headers, "Content-Length": str(asked.body.size)}
        self.count(requests=1)
        with self._client.stream(asked.method, asked.url, content=content, headers=dict(headers)) as response:
            self.count(bytes_out=asked.body.size)
            self._noted(response.status_code, went)
            return self._taken(response, spool)

    def _noted(self, status: int, went: Went) -> None:
        if status in _TROUBLED:
            went.well = False
        if status == 429:
            self.pace.throttled()
        elif went.well:
            self.pace.answered()

    def _taken(self, response: httpx.Response, spool: IO[bytes] | None) -> Reply:
        """Take the body; what an attempt before has left in the spool goes."""
        kept: list[bytes] = []
        into = spool if response.is_success else None
        if spool is not None:
            spool.seek(0)
            spool.truncate()
        bound = self._seams.json_bytes if into is None else self._seams.blob_bytes
        heard = 0

        def hear(size: int) -> None:
            nonlocal heard
            heard += size

        try:
            for piece in body_of(response, bound, self._seams.clock, hear):
                if into is None:
                    kept.append(piece)
                else:
                    into.write(piece)
        finally:
            self.count(bytes_in=heard)
        onward = response.next_request if response.is_redirect else None
        redirect = str(onward.url) if onward else None
        content = kept[0] if len(kept) == 1 else b"".join(kept)
        url = str(response.request.url)
        return Reply(response.status_code, response.reason_phrase, response.headers, content, url, redirect)


def _telling_nothing(reply: Reply, header: str | None) -> Reply:
    """The reply; where its words may be shown to people, without our secret."""
    if reply.is_success and not _ERROR.match(reply.content):
        return reply
    reason = scrubbed(reply.reason.encode(errors="replace"), header).decode()
    return replace(reply, content=scrubbed(reply.content, header), reason=reason)


def _signed(headers: Mapping[str, str], header: str | None) -> Mapping[str, str]:
    if header is None:
        return headers
    if not is_fit(header):
        raise UsageError("the sign-in holds characters that no HTTP header can hold", hint="sign in again")
    return {**headers, "Authorization": header}
