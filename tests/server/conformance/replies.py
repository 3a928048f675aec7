"""Asking a server, and judging every reply before anybody looks at it.

Owns: what holds for every reply, and the full ritual of a GET. Sees: the schemas. Governed by: BCF-API 1.0, 2.1 and
3.0, Foundation API 1.0 (status codes, error body, caching); RFC 9110 (ETag, conditions, HEAD, OPTIONS, Allow,
Location).
"""

import json
import re
from collections.abc import Collection
from typing import Any

import httpx
from schemas import complaints
from texts import Text

_STRONG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_METHODS = ("PUT", "DELETE", "PATCH", "POST")
ERRORS = range(400, 500)
# what a creation makes that has no GET of its own, and bytes that lie where they were put
_NOWHERE = {"registration", "reference", None}


class Wrong(AssertionError):
    """A reply is not what the text promises."""


class Asker:
    """A client for one text. Every reply is judged; what is wrong is raised as ``Wrong`` with the request in it."""

    def __init__(self, client: httpx.Client, text: Text) -> None:
        self.client = client
        self.text = text

    def ask(
        self,
        method: str,
        path: str,
        expect: int | Collection[int],
        answer: str | None = None,
        **request: Any,
    ) -> httpx.Response:
        """One request and its judged reply.

        Args:
            method: The HTTP method.
            path: Path and query.
            expect: The status, or those that will do.
            answer: The schema of a successful JSON body; None: any content.
            request: As httpx takes it: ``json``, ``content``, ``headers`` …
        """
        reply = self.client.request(method, path, **request)
        allowed = {expect} if isinstance(expect, int) else set(expect)
        if reply.status_code not in allowed:
            raise self._wrong(reply, f"expected {_span(allowed)}")
        self._judge(reply, answer)
        return reply

    def get(self, path: str, answer: str | None = None, **request: Any) -> httpx.Response:
        """A GET that must succeed."""
        return self.ask("GET", path, 200, answer, **request)

    def without_credentials(self, method: str, path: str, expect: int) -> httpx.Response:
        """The same request by nobody."""
        request = self.client.build_request(method, path)
        request.headers.pop("Authorization", None)
        reply = self.client.send(request)
        if reply.status_code != expect:
            raise self._wrong(reply, f"expected {expect} without credentials")
        self._judge(reply, None)
        if expect == httpx.codes.UNAUTHORIZED and not reply.headers.get("WWW-Authenticate"):
            raise self._wrong(reply, "a 401 without WWW-Authenticate (RFC 9110, 11.6.1)")
        return reply

    def read(self, path: str, answer: str | None = None, *, media: str = "application/json") -> httpx.Response:
        """The full ritual of a resource: GET, HEAD, conditions, OPTIONS, a method that is not there."""
        reply = self.get(path, answer)
        if _media(reply) != media:
            raise self._wrong(reply, f"Content-Type is {_media(reply)!r}, expected {media!r}")
        self._conditions(path, reply)
        self._head(path, reply)
        self._options(path)
        return reply

    def refuses_stale_tags(self, method: str, path: str, **request: Any) -> None:
        """A wrong ``If-Match`` is a 412 and changes nothing; so is a weak one, which never matches."""
        before = self.client.get(path)
        tags = ['"no-such-tag"', '"no", "nor"']
        if before.status_code == httpx.codes.OK and "ETag" in before.headers:
            tags.append(f"W/{before.headers['ETag']}")
        for tag in tags:
            self.ask(method, path, 412, headers={"If-Match": tag, **_headers(request)}, **_others(request))
        if self.client.get(path).content != before.content:
            raise Wrong(f"{method} {path}: a 412 changed the resource")

    def _conditions(self, path: str, reply: httpx.Response) -> None:
        tag = reply.headers["ETag"]
        for matching in (tag, f'"other", {tag}', f'{tag},"other"', f"W/{tag}", "*"):
            same = self.ask("GET", path, 304, headers={"If-None-Match": matching})
            if same.headers.get("ETag") != tag:
                raise self._wrong(same, f"the 304 to If-None-Match: {matching} has ETag {same.headers.get('ETag')}")
        self.ask("HEAD", path, 304, headers={"If-None-Match": tag})
        other = self.ask("GET", path, 200, headers={"If-None-Match": '"other", "another"'})
        if other.content != reply.content:
            raise self._wrong(other, "two GETs of an unchanged resource differ")

    def _head(self, path: str, reply: httpx.Response) -> None:
        head = self.ask("HEAD", path, 200)
        for name in ("Content-Type", "ETag", "Content-Disposition"):
            if head.headers.get(name) != reply.headers.get(name):
                raise self._wrong(head, f"{name} of HEAD is {head.headers.get(name)}, of GET {reply.headers.get(name)}")
        # a date of whole seconds may be kept back until its second is over, so HEAD may have one that GET had not
        date = reply.headers.get("Last-Modified")
        if date and head.headers.get("Last-Modified") != date:
            raise self._wrong(head, f"Last-Modified of HEAD is {head.headers.get('Last-Modified')}, of GET {date}")
        length = len(reply.content) if "Content-Encoding" not in reply.headers else None
        expected = reply.headers.get("Content-Length", None if length is None else str(length))
        if expected and head.headers.get("Content-Length", expected) != expected:
            raise self._wrong(head, f"Content-Length is {head.headers['Content-Length']}, the GET has {expected}")

    def _options(self, path: str) -> None:
        options = self.ask("OPTIONS", path, {200, 204})
        allowed = _words(options.headers.get("Allow", ""))
        if not {"GET", "HEAD", "OPTIONS"} <= allowed:
            raise self._wrong(options, f"Allow of OPTIONS is {sorted(allowed)}")
        for method in _METHODS:
            if method not in allowed:
                self.ask(method, path, 405)

    def _judge(self, reply: httpx.Response, answer: str | None) -> None:
        status, headers = reply.status_code, reply.headers
        if reply.request.method == "HEAD" or status in {204, 304}:
            if reply.content:
                raise self._wrong(reply, "it must have no body")
        elif status >= 400:
            self._judge_json(reply, "error")
        elif answer is not None and status in {200, 201} and (reply.content or not self.text.is_1_0):
            self._judge_json(reply, answer)
        if status == 200 and reply.request.method in {"GET", "HEAD"} and not _STRONG.fullmatch(headers.get("ETag", "")):
            raise self._wrong(reply, f"the ETag is {headers.get('ETag')!r}, expected a strong one")
        if status == 405 and not headers.get("Allow"):
            raise self._wrong(reply, "a 405 without Allow (RFC 9110, 15.5.6)")
        if status == 201 and answer not in _NOWHERE and "Location" not in headers:
            raise self._wrong(reply, "a 201 without Location")
        if status in {302, 303} and "Location" not in headers:
            raise self._wrong(reply, "a redirect without Location")

    def _judge_json(self, reply: httpx.Response, answer: str) -> None:
        if _media(reply) != "application/json":
            raise self._wrong(reply, f"Content-Type is {_media(reply)!r}")
        try:
            value = decoded(reply)
        except ValueError as error:
            raise self._wrong(reply, f"the body is no JSON: {error}") from error
        if found := complaints(self.text, answer, value):
            raise self._wrong(reply, f"not a {answer} of {self.text.name}: {'; '.join(found[:3])}")

    def _wrong(self, reply: httpx.Response, what: str) -> Wrong:
        request = reply.request
        body = reply.text[:300] if request.method != "HEAD" else ""
        return Wrong(f"{request.method} {request.url.raw_path.decode()[:200]}: {reply.status_code}: {what}. {body}")


def decoded(reply: httpx.Response) -> Any:
    """The body as a strict reader has it: UTF-8, no number that is none, no member twice."""
    return json.loads(reply.content.decode(), parse_constant=_no_number, object_pairs_hook=_members)


def location(reply: httpx.Response) -> str:
    """Path and query of where a reply points."""
    path: bytes = httpx.URL(reply.headers["Location"]).raw_path
    return path.decode()


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _media(reply: httpx.Response) -> str:
    return str(reply.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _words(header: str) -> set[str]:
    return {word.strip().upper() for word in header.split(",") if word.strip()}


def _headers(request: dict[str, Any]) -> dict[str, str]:
    return dict(request.get("headers", {}))


def _others(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name != "headers"}


def _span(statuses: set[int]) -> str:
    return "4xx" if statuses == set(ERRORS) else " or ".join(map(str, sorted(statuses)))
