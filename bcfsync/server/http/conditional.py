"""Answers with entity tags, and the conditions requests put on them.

Owns: a strong ETag for every representation, Last-Modified, 304 and 412. Sees: Werkzeug's parsed headers.
Governed by: RFC 9110, 8.8 and 13; BCF-API 2.1 and Foundation API 1.0, "Caching" (ETag, If-None-Match); If-Match is an
extension of this server.
A compressed representation has a tag of its own (compression); conditions name either.
"""

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Response, current_app, request

from bcfsync.server.http.compression import SUFFIX, is_to_compress, plain_tag
from bcfsync.server.refusals import Stale

_PIECE = 64 * 1024
_SECOND = 1000


def encoded(value: object) -> bytes:
    """The bytes of a JSON representation: what is sent and what its tag is made of."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def tag_of(data: bytes) -> str:
    """The tag of a representation by its bytes."""
    return hashlib.sha256(data).hexdigest()[:32]


def json_answer(
    value: object,
    status: int = 200,
    *,
    location: str | None = None,
    below: object = None,
    modified: int | None = None,
) -> Response:
    """A representation as JSON; 304 without it when the client holds it already.

    Args:
        value: What to send.
        status: Of the answer that carries it.
        location: The last part of the URL of what was made.
        below: What changes with everything below the resource, which the bytes alone do not show.
        modified: When it changed last, in milliseconds since 1970.
    """
    data = encoded(value)
    tag = tag_of(data if below is None else b"%b\n%b" % (data, repr(below).encode()))
    response = Response(data, status, content_type="application/json")
    if location is not None:
        response.headers["Location"] = f"{request.base_url}/{quote(location, safe='')}"
    return _validated(response, tag, modified)


def unchanged_answer(tag: str, modified: int | None = None) -> Response | None:
    """304, when the client names the very tag; else None, and only the whole answer shows what is to be said."""
    response = _validated(Response(b"", 200), tag, modified)
    return response if response.status_code == 304 and _held_tag(tag) is not None else None


def streamed_answer(items: Iterable[object], tag: str, modified: int | None, *, done: Callable[[], object]) -> Response:
    """A JSON array that nobody holds at once.

    Args:
        items: What is in it, made as it is asked for.
        tag: Of the whole.
        modified: When it changed last, in milliseconds since 1970.
        done: Is called when nothing more is needed of the items, which may be before their end.
    """
    pieces = _array(items)
    first = next(pieces)
    second = next(pieces, None)
    if second is None:
        done()
        response = Response(first, content_type="application/json")
    else:
        response = Response(itertools.chain((first, second), pieces), content_type="application/json")
        response.call_on_close(done)
    return _validated(response, tag, modified)


def untagged_answer(value: object, status: int, location: str) -> Response:
    """JSON that describes a resource without being its representation, such as a document's guid and filename."""
    response = Response(encoded(value), status, content_type="application/json")
    response.headers["Location"] = f"{request.base_url}/{quote(location, safe='')}"
    return response


def binary_answer(pieces: Iterable[bytes], size: int, digest: str, content_type: str) -> Response:
    """Bytes, sent as they are read; 304 without them when the client holds them already.

    Args:
        pieces: The bytes; not touched where nobody needs them.
        size: How many there are.
        digest: Their SHA-256 in hexadecimal.
        content_type: What they are.
    """
    response = Response(pieces, content_type=content_type)
    response.content_length = size
    return _validated(response, digest[:32], None)


def stored_answer(digest: str, status: int = 200) -> Response:
    """The empty answer to a PUT whose bytes were stored as they came, with their tag."""
    response = empty_answer(status)
    response.set_etag(digest[:32])
    return response


def empty_answer(status: int = 200) -> Response:
    """The answer to a DELETE: done, nothing to show."""
    response = Response(b"", status)
    del response.headers["Content-Type"]
    return response


def require_match(*forms: object) -> None:
    """Let a PUT, PATCH or DELETE pass only if ``If-Match`` is absent, ``*``, or names the current representation.

    Args:
        forms: The JSON value a GET would answer now, in each form it may have been asked for; None when it would find
            nothing.

    Raises:
        Stale: The client has seen another state of the resource.
    """
    if "If-Match" in request.headers:
        require_tag(*(None if form is None else tag_of(encoded(form)) for form in forms))


def require_tag(*tags: str | None) -> None:
    """The same for what has its tag already, such as stored bytes: the first 32 signs of their digest."""
    if "If-Match" not in request.headers:
        return
    wanted, present = request.if_match, {tag for tag in tags if tag is not None}
    if not present or not (wanted.star_tag or present & {plain_tag(given) for given in wanted.as_set()}):
        raise Stale("the resource has changed since it was read; read it again")


def _validated(response: Response, tag: str, modified: int | None) -> Response:
    """The answer with its tag and date; turned into 304 where the client holds it already."""
    # Response.make_conditional takes "If-Match: *" on a GET for a mismatch (Werkzeug 3.1), so only its parser is used
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    if modified is not None and _is_over(modified):
        response.last_modified = datetime.fromtimestamp(modified // _SECOND, UTC)
    if request.method not in {"GET", "HEAD"} or response.status_code != 200:
        return response
    held = _held_tag(tag)
    if held is None and (request.if_none_match.star_tag or _is_unmodified(response)):
        held = tag + SUFFIX if is_to_compress(response) else tag  # what the whole answer would have
    return response if held is None else _not_modified(response, held)


def _not_modified(response: Response, tag: str) -> Response:
    response.close()
    bare = Response(b"", 304)
    bare.headers["Cache-Control"] = response.headers["Cache-Control"]
    del bare.headers["Content-Type"]
    bare.set_etag(tag)
    return bare


def _held_tag(tag: str) -> str | None:
    """The tag by which the client says that it holds what has this tag: the compressed form's, maybe; else None."""
    given = request.if_none_match.as_set(include_weak=True)
    return next((held for held in given if plain_tag(held) == tag), None)


def _is_unmodified(response: Response) -> bool:
    since, modified = request.if_modified_since, response.last_modified
    return bool("If-None-Match" not in request.headers and since and modified and modified <= since)


def _is_over(modified: int) -> bool:
    """A date of whole seconds says nothing as long as something may still happen in its second (RFC 9110, 8.8.2.2)."""
    now: datetime = current_app.config["CLOCK"]()
    return 0 <= modified <= (now.timestamp() - 2) * _SECOND


def _array(items: Iterable[object]) -> Iterator[bytes]:
    piece, opening = bytearray(), b"["
    for item in items:
        piece += opening + encoded(item)
        opening = b","
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece + (b"[]" if opening == b"[" else b"]"))
