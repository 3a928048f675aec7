"""Taking an answer's body: unpacked, bounded, whole, and not slower than a trickle.

Owns: the bounds. Sees: addresses, errors. Nothing larger than a piece is unpacked at once, so a small answer that
unpacks to a huge one costs no memory; what is packed twice, or as nobody asked for, is not unpacked at all.
"""

import zlib
from collections.abc import Callable, Iterator

import httpx

from bcfsync.net.addresses import short
from bcfsync.net.errors import TooLarge

ACCEPTED = "gzip, deflate"
_PIECE = 1024 * 1024
_GRACE = 60.0
_TRICKLE = 1024
"""Bytes a second, after the grace: less than that, and 100 MB would take a day."""


def body_of(
    response: httpx.Response, bound: int, clock: Callable[[], float], heard: Callable[[int], None]
) -> Iterator[bytes]:
    """The body in pieces, unpacked.

    Args:
        response: opened as a stream, of which nothing was taken.
        bound: more unpacked bytes than that are an error.
        clock: measures how slowly it comes.
        heard: is told of every piece how many bytes it had on the wire.

    Raises:
        TooLarge: beyond the bound, or slower than a trickle.
        httpx.RemoteProtocolError, httpx.DecodingError: cut off, or not packed as it says.
    """
    url = short(str(response.request.url))
    promised = _promised(response)
    if promised is not None and _is_more(promised, bound) and not _packing(response):
        raise TooLarge(f"{url}: the answer is larger than {bound:,} bytes")
    size, counter = 0, _Counter(url, clock, heard)
    for piece in _unpacked(_packing(response), counter.counted(response.stream)):
        size += len(piece)
        if size > bound:
            raise TooLarge(f"{url}: the answer is larger than {bound:,} bytes")
        yield piece
    # as text: a number of any length is only compared
    if promised is not None and promised != str(counter.bytes):
        raise httpx.RemoteProtocolError("the answer was cut off")


def _promised(response: httpx.Response) -> str | None:
    """How many bytes the answer says it has on the wire; None where it says so of something else, or nothing."""
    said = response.headers.get("Content-Length")
    if said is None or not said.isdecimal() or not response.is_success or response.status_code == 204:
        return None
    return said.lstrip("0") or "0"


def _is_more(number: str, bound: int) -> bool:
    return len(number) > len(str(bound)) or (len(number) == len(str(bound)) and number > str(bound))


class _Counter:
    """Counts what comes, and minds the time."""

    def __init__(self, url: str, clock: Callable[[], float], heard: Callable[[int], None]) -> None:
        self.bytes = 0
        self._url = url
        self._clock = clock
        self._heard = heard

    def counted(self, stream: object) -> Iterator[bytes]:
        assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101 - the client is none of asyncio
        begun = self._clock()
        for chunk in stream:
            self.bytes += len(chunk)
            self._heard(len(chunk))
            passed = self._clock() - begun
            if passed > _GRACE and self.bytes < passed * _TRICKLE:
                raise TooLarge(f"{self._url}: the answer comes too slowly: {self.bytes:,} bytes in {passed:.0f} s")
            yield chunk


def _packing(response: httpx.Response) -> str:
    return ",".join(
        name for part in response.headers.get("Content-Encoding", "").lower().split(",")
        if (name := part.strip()) and name != "identity"
    )  # fmt: skip


def _unpacked(packing: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if not packing:
        return chunks
    if packing in {"gzip", "x-gzip"}:
        return _inflated(chunks, zlib.MAX_WBITS | 16)
    if packing == "deflate":
        return _inflated(chunks, zlib.MAX_WBITS)
    raise httpx.DecodingError(f"the answer is packed in a way nobody asked for: {packing[:40]!r}")


def _inflated(chunks: Iterator[bytes], form: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(form)
    began = ended = False
    try:
        for chunk in chunks:
            if not began and form == zlib.MAX_WBITS and chunk[:1] and chunk[0] & 0x0F != zlib.DEFLATED:
                unpacker = zlib.decompressobj(-zlib.MAX_WBITS)  # "deflate" without its frame: seen of old servers
            began = began or bool(chunk)
            data = chunk
            while data:
                if ended:  # packed in several parts, one after the other
                    unpacker, ended = zlib.decompressobj(form), False
                yield unpacker.decompress(data, _PIECE)
                ended = unpacker.eof
                data = unpacker.unused_data if ended else unpacker.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(f"the answer cannot be unpacked: {error}") from error
    if began and not unpacker.eof:
        raise httpx.RemoteProtocolError("the answer was cut off")
