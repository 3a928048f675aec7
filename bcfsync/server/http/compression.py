"""Compressed answers: gzip for text that is worth it, with a tag of its own.

Owns: Content-Encoding, Vary. Sees: finished answers. Governed by: RFC 9110, 8.4 and 8.8.3: a strong tag names bytes, so
the compressed form cannot have the plain one's.
"""

import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request

SUFFIX = "-gzip"
_WORTH_IT = 1400  # bytes: what is shorter travels in one packet anyway
_GZIP = 31  # zlib's word for a window of 32 KiB in a gzip envelope
_LEVEL = 4
_TEXT = ("application/json", "application/problem+json", "text/html", "text/css", "text/plain")


def plain_tag(tag: str) -> str:
    """The tag of the same representation without compression."""
    return tag.removesuffix(SUFFIX)


def compressed(response: Response) -> Response:
    """The answer as the client prefers it; for every answer, so that caches know what it depends on."""
    if response.mimetype in _TEXT or response.status_code == 304:
        response.vary.add("Accept-Encoding")
    if not is_to_compress(response):
        return response
    if response.is_streamed:
        pieces = response.response
        response.response = _gzipped(pieces)  # type: ignore[arg-type]
        response.headers.pop("Content-Length", None)
    else:
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        response.set_data(packer.compress(response.get_data()) + packer.flush())
    response.content_encoding = "gzip"
    tag, weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag + SUFFIX, bool(weak))
    return response


def is_to_compress(response: Response) -> bool:
    """Whether this answer goes out compressed."""
    if response.mimetype not in _TEXT or response.content_encoding or response.status_code in {204, 304}:
        return False
    if request.accept_encodings.quality("gzip") <= 0:
        return False
    return response.is_streamed or (response.content_length or 0) >= _WORTH_IT


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()
