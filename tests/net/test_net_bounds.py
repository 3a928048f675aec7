"""Answers without end, bombs, trickles, cut bodies; and bodies that go out in pieces."""

import gzip
import io
import json
import zlib

import httpx
import pytest
from net_wire import ROOT, Chunks, Wire, endless, raw, said, streamed

from bcfsync.errors import ServerTrouble
from bcfsync.net import Broken, NotJson, Stumbled, TooLarge, Unanswered
from bcfsync.net.sending import json_body


@pytest.mark.parametrize("status", [200, 403, 500])
def test_an_endless_answer_is_read_only_to_the_bound(status):
    pieces = Chunks(endless())
    with pytest.raises(TooLarge, match="larger than 10,000 bytes"):
        Wire(httpx.Response(status, stream=pieces)).http(json_bytes=10_000).get(f"{ROOT}/x")
    assert pieces.taken == 11


def test_endless_bytes_are_read_only_to_the_bound():
    http = Wire(streamed(200, endless())).http(blob_bytes=10_000)
    with pytest.raises(TooLarge, match="larger than 10,000 bytes"), http.open(f"{ROOT}/x"):
        pytest.fail("the block runs only with all bytes")


@pytest.mark.parametrize("length", [10_001, 10_000_000_000, int("9" * 3000)])
def test_an_answer_that_says_it_is_too_large_is_not_even_read(length):
    pieces = Chunks(endless())
    answer = httpx.Response(200, headers={"Content-Length": str(length)}, stream=pieces)
    with pytest.raises(TooLarge, match="larger than"):
        Wire(answer).http(json_bytes=10_000).get(f"{ROOT}/x")
    assert pieces.taken == 0


def test_what_is_too_large_is_trouble_with_this_one_thing_and_not_asked_again():
    wire = Wire(lambda _: streamed(200, endless()))
    with pytest.raises(Stumbled):
        wire.http(json_bytes=10_000).get(f"{ROOT}/x")
    assert len(wire.requests) == 1


def test_an_endless_answer_to_a_write_leaves_it_open():
    with pytest.raises(Unanswered, match="nobody knows"):
        Wire(streamed(201, endless())).http(json_bytes=10_000).send("POST", f"{ROOT}/x", {})


PACKED = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "identity, gzip": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
    "": bytes,
}


def _bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(("name", "pack"), [*PACKED.items(), ("deflate", _bare_deflate)])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_packed_answer_is_unpacked(name, pack, size):
    data = json.dumps([{"a": at} for at in range(500)]).encode()
    packed = pack(data)
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    http = Wire(lambda _: streamed(200, pieces, Content_Encoding=name, Content_Length=str(len(packed)))).http()
    assert http.get(f"{ROOT}/x").data == json.loads(data)
    assert http.traffic.bytes_in == len(packed)


def test_an_answer_packed_in_several_parts_is_one():
    packed = gzip.compress(b"[1,") + gzip.compress(b"2]")
    assert Wire(streamed(200, [packed], Content_Encoding="gzip")).http().get(f"{ROOT}/x").data == [1, 2]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_small_answer_that_unpacks_to_a_huge_one_is_stopped_before_it_is_huge(pack):
    name = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(bytes(50_000_000))
    with pytest.raises(TooLarge, match="larger than"):
        Wire(raw_of(bomb, name)).http(json_bytes=3_000_000).get(f"{ROOT}/x")


def raw_of(content: bytes, encoding: str) -> httpx.Response:
    return streamed(200, [content], Content_Encoding=encoding)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip, br", "x" * 5000])
@pytest.mark.parametrize(("method", "error"), [("GET", Broken), ("POST", Unanswered)])
def test_what_is_packed_as_nobody_asked_for_is_as_good_as_no_answer(method, error, encoding):
    http = Wire(lambda _: raw_of(gzip.compress(gzip.compress(b"[]")), encoding)).http()
    with pytest.raises(error, match="nobody asked for") as caught:
        http.get(f"{ROOT}/x") if method == "GET" else http.send("POST", f"{ROOT}/x", {})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "content",
    [b"not packed", gzip.compress(b"[1]")[:-5], gzip.compress(b"[1]" * 9999)[:60]],
    ids=["not packed", "cut at its end", "cut short"],
)
@pytest.mark.parametrize(("method", "error"), [("GET", Broken), ("POST", Unanswered)])
def test_an_answer_that_cannot_be_unpacked_is_as_good_as_none(method, error, content):
    http = Wire(lambda _: raw_of(content, "gzip")).http()
    with pytest.raises(error):
        http.get(f"{ROOT}/x") if method == "GET" else http.send("POST", f"{ROOT}/x", {})


def test_bytes_are_given_whole():
    with Wire(raw(200, b"a" * 5000)).http().open(f"{ROOT}/x") as stream:
        assert stream.read() == b"a" * 5000


@pytest.mark.parametrize("length", ["4999", "5001", "0" * 30 + "1"])
@pytest.mark.parametrize("what", ["json", "bytes"])
def test_an_answer_that_is_not_as_long_as_promised_is_asked_for_again_and_then_told(length, what):
    wire = Wire(lambda _: streamed(200, [b" " * 4998, b"[]"], Content_Length=length))
    http = wire.http()
    with pytest.raises(ServerTrouble, match="cut off"):
        http.get(f"{ROOT}/x") if what == "json" else http.open(f"{ROOT}/x").__enter__()
    assert len(wire.requests) == 4


def test_what_a_cut_answer_left_behind_is_not_in_the_next_one():
    wire = Wire(streamed(200, [b"abc"], Content_Length="6"), raw(200, b"xyz"))
    with wire.http().open(f"{ROOT}/x") as stream:
        assert stream.read() == b"xyz"


@pytest.mark.parametrize("length", ["5000", "05000", "", "many", "²", "-1"])
def test_a_promise_that_holds_or_is_none_is_no_trouble(length):
    headers = {"Content-Length": length.encode("latin-1")}
    answer = httpx.Response(200, headers=headers, stream=Chunks([b"a" * 5000]))
    with Wire(answer).http().open(f"{ROOT}/x") as stream:
        assert len(stream.read()) == 5000


def test_an_answer_that_drips_is_given_up():
    wire = Wire()

    def dripping():
        while True:
            wire.passed += 5
            yield b" "

    wire.answers.append(lambda _: streamed(200, dripping()))
    with pytest.raises(TooLarge, match="too slowly: 13 bytes in 65 s"):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 1


def test_a_long_answer_over_a_slow_line_is_taken():
    wire = Wire()

    def slow():
        for _ in range(100):
            wire.passed += 5
            yield b" " * 10_000
        yield b"[]"

    wire.answers.append(lambda _: streamed(200, slow()))
    assert wire.http().get(f"{ROOT}/x").data == []


# -- JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b'{"a": ', b"", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000, b"[NaN]", b"[Infinity]",
     b"[-Infinity]", b"[1] [2]", b"\x00", b"nul", b"'a'"],
)  # fmt: skip
def test_what_is_not_json_is_told_in_a_line(body):
    with pytest.raises(NotJson, match="not JSON") as caught:
        Wire(raw(200, body)).http().get(f"{ROOT}/x")
    assert "\n" not in str(caught.value)


def test_json_with_a_mark_before_it_is_told():
    with pytest.raises(NotJson):
        Wire(raw(200, b"\xef\xbb\xbf\xef\xbb\xbf[]")).http().get(f"{ROOT}/x")


# -- what goes out -------------------------------------------------------------------------------------------


class OneWay(io.RawIOBase):
    """Bytes that can be read once and in pieces only, as those of an entry or a pipe."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.largest = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "all at once"
        self.largest = max(self.largest, size)
        size = min(size, self.left)
        self.left -= size
        return b"x" * size


def test_bytes_go_out_in_pieces_with_their_number():
    wire, stream = Wire(said(201, {})), OneWay(9_000_000)
    wire.http().send_bytes("POST", f"{ROOT}/x", stream, {"Content-Disposition": "attachment"})
    (request,) = wire.requests
    assert len(request.content) == 9_000_000
    assert request.headers["Content-Length"] == "9000000"
    assert "Transfer-Encoding" not in request.headers
    assert stream.largest < 1_000_000


@pytest.mark.parametrize("letter", ["a", "ü", "漢", "🙂", '"'])
def test_large_json_goes_out_in_pieces_and_is_the_same(letter):
    data = {"snapshot_data": letter * 700_000}
    wire = Wire(said(201, {}))
    wire.http().send("POST", f"{ROOT}/x", data)
    (request,) = wire.requests
    assert json.loads(request.content) == data
    assert request.headers["Content-Length"] == str(len(request.content))
    assert not isinstance(json_body(data).content(), bytes)


def test_half_a_character_from_somewhere_is_no_body():
    with pytest.raises(ValueError, match="surrogates"):
        Wire(said(201, {})).http().send("POST", f"{ROOT}/x", {"a": "\ud800"})


def test_nothing_that_json_has_no_word_for_is_sent():
    wire = Wire(said(200, {}))
    with pytest.raises(ValueError, match="JSON"):
        wire.http().send("POST", f"{ROOT}/x", {"a": float("inf")})
    assert wire.requests == []
