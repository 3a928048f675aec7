"""What goes out: bodies that can be sent again, and are not held more often than needed.

Owns: bodies. Sees nothing. A body of a file lies on the disk while it is sent; large JSON is encoded piece by piece.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Body:
    """A body of which the size is known and that can be sent more than once."""

    size: int
    _source: bytes | str | IO[bytes]

    def content(self) -> bytes | Iterator[bytes]:
        """The bytes, from the beginning."""
        if isinstance(self._source, bytes):
            return self._source
        return _encoded(self._source) if isinstance(self._source, str) else _read(self._source)


EMPTY = Body(0, b"")


def json_body(data: object) -> Body:
    """JSON; characters beyond ASCII as they are.

    Raises:
        ValueError: a number that JSON has no word for.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if len(text) <= _PIECE:
        encoded = text.encode()
        return Body(len(encoded), encoded)
    size = len(text) if text.isascii() else sum(map(len, _encoded(text)))
    return Body(size, text)


def form_body(fields: Mapping[str, str]) -> Body:
    """Fields as a form sends them."""
    encoded = urlencode(fields).encode("ascii")
    return Body(len(encoded), encoded)


@contextmanager
def file_body(stream: IO[bytes]) -> Iterator[Body]:
    """What a stream holds from where it is; copied aside, since it may have to be sent again and need not run back."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        while piece := stream.read(_PIECE):
            spool.write(piece)
        yield Body(spool.tell(), spool)


def _encoded(text: str) -> Iterator[bytes]:
    return (text[at : at + _PIECE].encode() for at in range(0, len(text), _PIECE))


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(_PIECE):
        yield piece
