"""A session with one server.

Owns: what is read and written, and what is tried again. Sees: exchange, redirects, retrying, answers. Rules:
docs/network.md. A read is tried again. A write goes out again only where it is plain that nothing was done: it never
left; 429, which is an answer in its place; or, as PUT or DELETE do the same a second time, 503 with Retry-After. A POST
with 503 stays open even then: nobody promises that 503 means "not done" (RFC 9110, 15.6.4), proxies say it of answers
they lost, and only who sent it can look for a double. A write whose answer never came is ``Unanswered``.
"""

import base64
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO
from urllib.parse import urlsplit

import httpx

from bcfsync.errors import ServerTrouble
from bcfsync.net.addresses import checked_url, is_loopback, short
from bcfsync.net.answers import Answer, FormAnswer, Reply, checked, decoded, is_json, json_of
from bcfsync.net.credentials import Bearer, Credentials
from bcfsync.net.errors import NotJson, Refused, Stumbled, TooLarge, Unanswered
from bcfsync.net.exchange import Asked, Exchange, Traffic
from bcfsync.net.pacing import MOST, Pace
from bcfsync.net.redirects import MOST_HOPS, Redirects
from bcfsync.net.retrying import FEW_TRIES, TRIES, Retrying
from bcfsync.net.seams import Rate, Seams
from bcfsync.net.sending import EMPTY, file_body, form_body, json_body
from bcfsync.net.wiring import failure, is_final

_IN_MEMORY = 4 * 1024 * 1024
_PASSING = frozenset({429, 502, 503, 504})
_OPEN = frozenset({502, 503, 504})
_GONE = frozenset({404, 410})
_SAME_TWICE = frozenset({"PUT", "DELETE"})
_NO_ANSWER = (httpx.RequestError, httpx.StreamError)
_NEVER_LEFT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)  # fmt: skip


class Http:
    """A session with one server under one sign-in; safe to use from several threads."""

    def __init__(
        self, root: str, credentials: Credentials | str | None, seams: Seams | None = None, pace: Pace | None = None
    ) -> None:
        """Check the URL; nothing is sent yet.

        Args:
            root: the server's address.
            credentials: who we are; a text is a bearer token.
            seams: what a test replaces.
            pace: shared with other sessions of this user with this host; None for one of its own.

        Raises:
            InsecureUrl: the URL is not https, and not this machine.
            UsageError: the token fits into no header.
            BadProxy: the environment names a proxy that is none.
        """
        self.root = checked_url(root)
        seams = seams or Seams()
        signed = Bearer(credentials or "") if credentials is None or isinstance(credentials, str) else credentials
        self.pace = pace or pace_for(self.root, seams)
        self._exchange = Exchange(self.root, signed, seams, self.pace)
        self._retrying = Retrying(seams, self.pace)
        self._redirects = Redirects(self.root)
        self._speaks = False

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._exchange.traffic

    def get(self, url: str, *, unless: str | None = None, exact: bool = False) -> Answer:
        """Read JSON; passing trouble is tried again.

        Args:
            url: absolute, on the server of this session.
            unless: a tag for If-None-Match: nothing comes where the resource still has it.
            exact: ask for no compression, which would weaken the tag on its way; for what is written next.

        Raises:
            Refused, LoginNeeded, NotJson, Unreachable, TooLarge, TryLater, ServerTrouble
        """
        headers = {"If-None-Match": unless} if unless else {}
        if exact:
            headers["Accept-Encoding"] = "identity"
        reply = self._read(Asked("GET", self._redirects.own(url), headers))
        if reply.status == 304:
            self._exchange.count(not_modified=1)
            return Answer(None, unless, unchanged=True)
        value = decoded(reply, required=reply.status != 204, midway=self._speaks)
        self._speaks = True
        weak = reply.etag is None and "ETag" in reply.headers
        return Answer(value, reply.etag, has_more=reply.has_more, weak=weak)

    @contextmanager
    def open(self, url: str, *, bare: bool = False) -> Iterator[IO[bytes]]:
        """Read bytes of any kind into a temporary file, which lives as long as the ``with`` block.

        Args:
            url: absolute, on the server of this session; ``bare`` on any host, by https or on this machine.
            bare: without Authorization, as signed addresses of pictures want it.

        Raises:
            as for ``get``
        """
        asked = Asked("GET", self._redirects.elsewhere(url) if bare else self._redirects.own(url), bare=bare)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            self._read(asked, spool)
            spool.seek(0)
            yield spool

    def send(
        self, method: str, url: str, data: object = None, *, match: str | None = None, key: str | None = None
    ) -> Answer:
        """Write JSON, once.

        Args:
            method: POST, PUT, PATCH or DELETE.
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
        body = EMPTY if method == "DELETE" else json_body(data)
        return self._write(Asked(method, self._redirects.own(url), headers, body))

    def send_bytes(self, method: str, url: str, body: IO[bytes], headers: Mapping[str, str]) -> Answer:
        """Write bytes, once; errors as for ``send``."""
        headers = {"Content-Type": "application/octet-stream", **headers}
        with file_body(body) as copied:
            return self._write(Asked(method, self._redirects.own(url), headers, copied))

    def form(self, url: str, fields: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> FormAnswer:
        """Send a form, once and without Authorization of this session: to whoever gives tokens.

        Args:
            url: absolute, by https or on this machine.
            fields: as they are; they are not repeated in any error.
            basic: name and secret for HTTP Basic.

        Returns:
            What was said, refusals in JSON included.

        Raises:
            Unanswered: it was sent, and no answer came that can be used.
            Refused, NotJson, Stumbled, Unreachable, ServerTrouble
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if basic:
            headers["Authorization"] = f"Basic {base64.b64encode(':'.join(basic).encode()).decode()}"
        reply = self._once(Asked("POST", self._redirects.elsewhere(url), headers, form_body(fields), bare=True))
        if reply.redirect:
            raise ServerTrouble(f"{short(url)}: POST was redirected to {short(reply.redirect)}; it was not followed")
        if 400 <= reply.status < 500 and not is_json(reply):
            checked(reply, url)
        elif not 400 <= reply.status < 500:
            reply = checked(reply, url)
        return FormAnswer(reply.status, json_of(reply, required=False))

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    # -- reading -----------------------------------------------------------------------------------------------

    def _read(self, asked: Asked, spool: IO[bytes] | None = None) -> Reply:
        attempt = 0
        while True:
            attempt += 1
            try:
                reply = self._followed(asked, spool)
            except _NO_ANSWER as error:
                tries = FEW_TRIES if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout) else TRIES
                if is_final(error) or not self._retrying.backs_off(attempt, tries):
                    raise failure(asked.url, error) from error
                continue
            if not self._is_worth_another(reply, asked.url, attempt, spool):
                if reply.status < 500 and reply.status != 429:
                    self._retrying.budget.earn()
                return reply if reply.status == 304 and "If-None-Match" in asked.headers else checked(reply, asked.url)

    def _is_worth_another(self, reply: Reply, url: str, attempt: int, spool: IO[bytes] | None) -> bool:
        """Whether a read is to be tried again after this answer; if so, the wait is over."""
        if reply.status in {429, 503} and self._retrying.heeds(url, attempt, reply.headers):
            return True
        if reply.status in _PASSING:
            return self._retrying.backs_off(attempt, TRIES)
        # a page is the usual answer of a web application to what it does not know; later on it is a proxy's trouble
        page = reply.is_page and self._speaks and spool is None
        return (reply.status == 500 or page) and self._retrying.backs_off(attempt, FEW_TRIES)

    def _followed(self, asked: Asked, spool: IO[bytes] | None) -> Reply:
        """One GET, and where it is sent to."""
        for _ in range(MOST_HOPS):
            reply = self._exchange.ask(asked, spool)
            if reply.redirect is None:
                return reply
            if asked.bare:
                asked = asked.to(self._redirects.elsewhere(reply.redirect))
            else:
                target, bare = self._redirects.of_read(
                    asked.url, reply.redirect, reply.status, bytes_=spool is not None
                )
                asked = asked.to(target, bare=bare)
        raise Stumbled(f"{short(asked.url)}: too many redirects")

    # -- writing -----------------------------------------------------------------------------------------------

    def _write(self, asked: Asked) -> Answer:
        for _ in range(MOST_HOPS):
            reply = self._patiently(asked)
            if reply.redirect is None:
                return _judged(reply, asked, midway=self._speaks)
            if not self._redirects.of_write(asked.method, asked.url, reply.redirect, reply.status):
                return self._seen(asked, reply.redirect)
            asked = asked.to(reply.redirect)
        raise ServerTrouble(f"{short(asked.url)}: too many redirects; nothing was written")

    def _patiently(self, asked: Asked) -> Reply:
        """Send it until it is taken: again only where nothing was done, or nothing more is done by it."""
        attempt = 0
        while True:
            attempt += 1
            reply = self._once(asked)
            undone = reply.status == 429 or (reply.status == 503 and asked.method in _SAME_TWICE)
            if undone and self._retrying.heeds(asked.url, attempt, reply.headers):
                continue
            if reply.status == 429 and self._retrying.backs_off(attempt, TRIES):
                continue
            return reply

    def _once(self, asked: Asked) -> Reply:
        """Send it so that it arrives at most once."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._exchange.ask(asked)
            except _NEVER_LEFT as error:
                if is_final(error) or not self._retrying.backs_off(attempt, TRIES):
                    raise failure(asked.url, error) from error
            except _NO_ANSWER as error:
                said = f"{short(asked.url)}: the connection broke before the answer to {asked.method}: {error}"
                raise Unanswered(said) from error
            except TooLarge as error:
                raise Unanswered(f"{error}; what became of the {asked.method}, nobody knows") from error

    def _seen(self, asked: Asked, place: str) -> Answer:
        """The result of a write, where the answer says that it is."""
        try:
            reply = self._read(Asked("GET", self._redirects.own(place)))
            data = decoded(reply, required=False, midway=self._speaks)
        except Refused as error:
            if asked.method == "DELETE" and error.status in _GONE:
                return Answer(None, None)
            raise Unanswered(
                f"{short(asked.url)}: {asked.method} was sent on to what cannot be read: {error}"
            ) from error
        except NotJson:
            if "html" in reply.headers.get("Content-Type", ""):
                raise
            return Answer(None, None, place)  # a document or a picture: what was uploaded, and where it is
        if asked.method == "POST" and isinstance(data, list):
            return Answer(None, None)  # the list it was added to: that does not say which one it is
        return Answer(data, reply.etag, place)


def _judged(reply: Reply, asked: Asked, *, midway: bool) -> Answer:
    if reply.status in _OPEN:
        # a proxy speaks: the server behind it may have done the work
        raise Unanswered(f"{short(asked.url)}: {asked.method} answered {reply.status}")
    reply = checked(reply, asked.url)
    return Answer(decoded(reply, required=False, midway=midway), reply.etag, reply.headers.get("Location"))


def pace_for(root: str, seams: Seams) -> Pace:
    """A pace for sessions with one host under one sign-in; several may share it."""
    return Pace(_rate(root, seams), seams.sleep, seams.clock, seams.most or MOST, seams.chance)


def _rate(root: str, seams: Seams) -> Rate | None:
    """None for this machine, and where a test holds the wire: unless it gives a rate."""
    if seams.rate or seams.transport or is_loopback(urlsplit(root).hostname):
        return seams.rate
    return Rate()
