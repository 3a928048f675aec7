"""Answers with entity tags, and the conditions requests put on them.

Owns: a strong ETag for every representation, 304 and 412. Sees: Werkzeug's parsed headers. Governed by: BCF-API 2.1 and
Foundation API 1.0, "Caching" (ETag, If-None-Match); If-Match is an extension of this server after RFC 9110.
"""

import hashlib
import json
from urllib.parse import quote

from flask import Response, request

from bcfsync.server.refusals import Stale


def encoded(value: object) -> bytes:
    """The bytes of a JSON representation: what is sent and what its tag is made of."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def json_answer(
    value: object, status: int = 200, *, location: str | None = None, changes: int | None = None
) -> Response:
    """A representation as JSON; 304 without it when the client holds it already.

    With ``changes``, a number that grows with every change below the resource, its tag says that nothing below has
    changed either, which the bytes alone do not show.
    """
    response = _tagged(encoded(value), "application/json", status, b"" if changes is None else b"\n%d" % changes)
    if location is not None:
        response.headers["Location"] = f"{request.base_url}/{quote(location, safe='')}"
    return response


def unchanged_answer(tag: str | None) -> Response | None:
    """304, where the tag is known to be the current one and the client holds it already; else None."""
    if tag is None or not request.if_none_match.contains_weak(tag):
        return None
    response = Response(b"", 304)
    response.set_etag(tag)
    return response


def untagged_answer(value: object, status: int, location: str) -> Response:
    """JSON that describes a resource without being its representation, such as a document's guid and filename."""
    response = Response(encoded(value), status, content_type="application/json")
    response.headers["Location"] = f"{request.base_url}/{quote(location, safe='')}"
    return response


def binary_answer(data: bytes, content_type: str, filename: str | None = None) -> Response:
    """A representation as bytes; 304 without it when the client holds it already."""
    response = _tagged(data, content_type, 200)
    if filename is not None:
        plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in filename)
        names = {"filename": plain}
        if plain != filename:
            names["filename*"] = "UTF-8''" + quote(filename, safe="", errors="replace")
        response.headers.set("Content-Disposition", "attachment", **names)
    return response


def stored_answer(data: bytes) -> Response:
    """The empty answer to a PUT whose bytes were stored as they came, with their tag."""
    response = empty_answer()
    response.set_etag(_tag(data))
    return response


def empty_answer() -> Response:
    """The answer to a DELETE: done, nothing to show."""
    response = Response(b"", 200)
    del response.headers["Content-Type"]
    return response


def require_match(current: object) -> None:
    """Let a PUT or DELETE pass only if ``If-Match`` is absent, ``*``, or names the current representation.

    Args:
        current: The JSON value or the bytes a GET would answer now; None when it would find nothing.

    Raises:
        Stale: The client has seen another state of the resource.
    """
    if "If-Match" not in request.headers:
        return
    data = current if isinstance(current, bytes) else encoded(current)
    if current is None or not request.if_match.contains(_tag(data)):
        raise Stale("the resource has changed since it was read; read it again")


def _tagged(data: bytes, content_type: str, status: int, below: bytes = b"") -> Response:
    response = Response(data, status, content_type=content_type)
    tag = _tag(data + below)
    response.set_etag(tag)
    # Response.make_conditional takes "If-Match: *" on a GET for a mismatch (Werkzeug 3.1), so only its parser is used
    if request.method in {"GET", "HEAD"} and request.if_none_match.contains_weak(tag):
        response.status_code = 304
    return response


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
