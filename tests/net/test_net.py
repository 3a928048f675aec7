"""HTTP, with the wire in the test's hands: retries, redirects, bounds, and errors in our words."""

import gzip
import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from bcfsync.errors import LoginNeeded, ServerTrouble, UsageError
from bcfsync.net import Http, InsecureUrl, NotJson, Refused, Seams, Unanswered, Unreachable, checked_url

ROOT = "https://server.test"
Handler = Callable[[httpx.Request], httpx.Response]


class Wire:
    """Gives the answers in turn, the last one for ever; remembers requests and naps."""

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.naps: list[float] = []
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
            self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def http(self, root: str = ROOT, token: str | None = "t0ken", **bounds: int) -> Http:
        transport = httpx.MockTransport(self)
        return Http(root, token, Seams(transport, self.naps.append, lambda: 1.0, **bounds))


def said(status: int, body: object = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def raw(status: int, body: bytes, **headers: str) -> httpx.Response:
    return httpx.Response(
        status, content=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def test_a_read_gives_json_and_the_strong_tag():
    answer = Wire(said(200, {"a": 1}, ETag='"one"')).http().get(f"{ROOT}/x")
    assert (answer.data, answer.etag) == ({"a": 1}, '"one"')


def test_a_weak_tag_is_no_tag():
    assert Wire(said(200, [], ETag='W/"one"')).http().get(f"{ROOT}/x").etag is None


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_that_meets_passing_trouble_is_tried_again(status):
    wire = Wire(said(status), said(status), said(200, []))
    assert wire.http().get(f"{ROOT}/x").data == []
    assert wire.naps == [0.5, 2.0]


@pytest.mark.parametrize("error", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no")])
def test_a_read_is_given_up_after_four_tries(error):
    wire = Wire(error)
    with pytest.raises(Unreachable, match=r"https://server\.test/x: the server cannot be reached: no"):
        wire.http().get(f"{ROOT}/x?secret=1")
    assert (len(wire.requests), wire.naps) == (4, [0.5, 2.0, 8.0])


@pytest.mark.parametrize("status", [429, 503])
def test_trouble_that_does_not_pass_is_the_servers(status):
    wire = Wire(said(status, {"message": "later"}))
    with pytest.raises(ServerTrouble, match=f"{status}: later"):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 4


@pytest.mark.parametrize(
    ("given", "nap"),
    [("7", 7.0), ("0", 0.0), ("-3", 0.0), ("9999", 30.0), ("inf", 30.0), ("nan", 0.0), ("soon", 0.5), ("", 0.5),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Wed, 21 Oct 2015 07:28:00 -0000", 0.5)],
)  # fmt: skip
def test_retry_after_is_heeded_within_bounds(given, nap):
    wire = Wire(said(503, Retry_After=given), said(200, []))
    wire.http().get(f"{ROOT}/x")
    assert wire.naps == [nap]


def test_retry_after_may_be_a_date():
    wire = Wire(said(503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(seconds=20))), said(200, []))
    wire.http().get(f"{ROOT}/x")
    assert 15 < wire.naps[0] <= 20


def test_a_write_is_sent_once():
    wire = Wire(httpx.ReadTimeout("silence"))
    with pytest.raises(Unanswered, match="before the answer to POST: silence"):
        wire.http().send("POST", f"{ROOT}/x", {})
    assert (len(wire.requests), wire.naps) == (1, [])


def test_a_write_that_never_left_is_unreachable():
    with pytest.raises(Unreachable):
        Wire(httpx.ConnectError("refused")).http().send("POST", f"{ROOT}/x", {})


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_proxy_says_of_a_write_leaves_it_open(status):
    wire = Wire(said(status))
    with pytest.raises(Unanswered, match=f"POST answered {status}"):
        wire.http().send("POST", f"{ROOT}/x", {})
    assert len(wire.requests) == 1


def test_a_write_that_came_too_soon_was_not_done_and_is_sent_again():
    wire = Wire(said(429, Retry_After="3"), said(201, {"guid": "g"}))
    assert wire.http().send("POST", f"{ROOT}/x", {"a": 1}).data == {"guid": "g"}
    assert wire.naps == [3.0]
    assert [request.content for request in wire.requests] == [b'{"a": 1}'] * 2


def test_a_write_that_always_comes_too_soon_is_given_up():
    wire = Wire(said(429))
    with pytest.raises(ServerTrouble, match="429"):
        wire.http().send_bytes("PUT", f"{ROOT}/x", io.BytesIO(b"bytes"), {})
    assert [request.content for request in wire.requests] == [b"bytes"] * 4


def test_a_write_carries_token_condition_and_body():
    wire = Wire(said(200, {}))
    wire.http().send("PUT", f"{ROOT}/x", {"ü": 1}, match='"tag"')
    (request,) = wire.requests
    assert request.headers["Authorization"] == "Bearer t0ken"
    assert request.headers["If-Match"] == '"tag"'
    assert request.headers["Content-Type"] == "application/json"
    assert request.content == '{"ü": 1}'.encode()


def test_an_empty_answer_to_a_write_is_fine_and_tells_its_place():
    answer = Wire(raw(201, b"", Location=f"{ROOT}/x/1")).http().send("POST", f"{ROOT}/x", {})
    assert (answer.data, answer.location) == (None, f"{ROOT}/x/1")


def test_a_read_follows_two_redirects_on_its_server():
    wire = Wire(raw(302, b"", Location="/y"), raw(301, b"", Location=f"{ROOT}:443/z"), said(200, [1]))
    assert wire.http().get(f"{ROOT}/x").data == [1]
    assert [str(request.url.path) for request in wire.requests] == ["/x", "/y", "/z"]


def test_a_circle_of_redirects_ends():
    with pytest.raises(ServerTrouble, match="too many redirects"):
        Wire(raw(302, b"", Location="/x")).http().get(f"{ROOT}/x")


@pytest.mark.parametrize(
    "target", ["https://other.test/x", "http://server.test/x", "https://server.test:8443/x", "//other.test/x",
               "https://server.test.other.test/", "http://[", "https://server.test:99999/", "ftp://server.test/"],
)  # fmt: skip
def test_the_token_goes_nowhere_else(target):
    wire = Wire(raw(302, b"", Location=target), said(200, []))
    with pytest.raises((ServerTrouble, Unreachable)):
        wire.http().get(f"{ROOT}/x")
    assert {request.url.host for request in wire.requests} == {"server.test"}
    assert {request.url.port for request in wire.requests} == {None}


@pytest.mark.parametrize("url", ["https://other.test/x", "http://[", "/x", "https://server.test:x/", "\x01"])
def test_an_address_from_elsewhere_is_not_asked(url):
    wire = Wire(said(200, []))
    with pytest.raises(ServerTrouble):
        wire.http().get(url)
    assert wire.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirected_write_is_not_followed(status):
    wire = Wire(raw(status, b"", Location="/y"), said(200, {}))
    with pytest.raises(ServerTrouble, match="POST was redirected"):
        wire.http().send("POST", f"{ROOT}/x", {})
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [(b'{"message": "m"}', "m"), (b'{"error": "e"}', "e"), (b'{"detail": [{"loc": 1}]}', "[{'loc': 1}]"),
     (b'{"title": "t", "detail": "d"}', "d"), (b'{"message": "a\\nb  c"}', "a b c"), (b"<html>", "Forbidden"),
     (b"", "Forbidden"), (b"[1]", "Forbidden"), (b"\xff", "Forbidden"), (b"[" * 100_000, "Forbidden"),
     (b'{"message": ""}', "Forbidden")],
)  # fmt: skip
def test_a_refusal_says_what_the_server_said(body, words):
    with pytest.raises(Refused) as caught:
        Wire(raw(403, body)).http().get(f"{ROOT}/x")
    assert str(caught.value) == f"{ROOT}/x: the server answered 403: {words}"
    assert (caught.value.status, caught.value.exit_code) == (403, 3)


def test_a_long_saying_is_cut():
    with pytest.raises(Refused) as caught:
        Wire(said(400, {"message": "x" * 10_000})).http().get(f"{ROOT}/x")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("method", ["get", "send"])
def test_a_token_that_is_not_known_means_a_login(method):
    http = Wire(said(401, {"message": "expired"})).http()
    with pytest.raises(LoginNeeded, match="expired"):
        http.get(f"{ROOT}/x") if method == "get" else http.send("POST", f"{ROOT}/x", {})


def test_an_error_with_200_is_a_refusal():
    with pytest.raises(Refused, match="answered 200 with an error: no such topic"):
        Wire(said(200, {"error": "no such topic"})).http().get(f"{ROOT}/x")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 412, 413, 422, 501])
def test_a_refusal_is_not_tried_again(status):
    wire = Wire(raw(status, b""))
    with pytest.raises(Refused) as caught:
        wire.http().get(f"{ROOT}/x")
    assert (caught.value.status, len(wire.requests)) == (status, 1)


@pytest.mark.parametrize("status", [500, 505, 304])
def test_a_servers_defect_is_trouble_and_not_tried_again(status):
    wire = Wire(raw(status, b"oops"))
    with pytest.raises(ServerTrouble, match=str(status)):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [(b" <html>", "HTML"), (b'{"a": ', "not JSON"), (b"", "not JSON"), (b"\xff", "not JSON"), (b"[" * 100_000, "not")],
)
def test_what_is_not_json_is_told(body, words):
    with pytest.raises(NotJson, match=words):
        Wire(raw(200, body)).http().get(f"{ROOT}/x")


def test_a_packed_answer_is_unpacked():
    wire = Wire(raw(200, gzip.compress(b'{"a": 1}'), Content_Encoding="gzip"))
    assert wire.http().get(f"{ROOT}/x").data == {"a": 1}


@pytest.mark.parametrize(("method", "error"), [("GET", Unreachable), ("POST", Unanswered)])
def test_an_answer_that_cannot_be_unpacked_is_as_good_as_none(method, error):
    http = Wire(lambda _: raw_stream(200, [b"not packed"], Content_Encoding="gzip")).http()
    with pytest.raises(error):
        http.get(f"{ROOT}/x") if method == "GET" else http.send("POST", f"{ROOT}/x", {})


class Chunks(httpx.SyncByteStream):
    """A body that comes in pieces; counts those that were taken."""

    def __init__(self, pieces: object) -> None:
        self.pieces = pieces
        self.taken = 0

    def __iter__(self):
        for piece in self.pieces:
            self.taken += 1
            yield piece


def raw_stream(status: int, pieces: object, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=Chunks(pieces))


def endless():
    while True:
        yield b"x" * 1000


@pytest.mark.parametrize("status", [200, 403, 500])
def test_an_endless_answer_is_read_only_to_the_bound(status):
    pieces = Chunks(endless())
    answer = httpx.Response(status, stream=pieces)
    with pytest.raises(ServerTrouble, match="larger than 10,000 bytes"):
        Wire(answer).http(json_bytes=10_000).get(f"{ROOT}/x")
    assert pieces.taken == 11


def test_endless_bytes_are_read_only_to_the_bound():
    http = Wire(raw_stream(200, endless())).http(blob_bytes=10_000)
    with pytest.raises(ServerTrouble, match="larger than 10,000 bytes"), http.open(f"{ROOT}/x"):
        pytest.fail("the block runs only with all bytes")


def test_a_small_answer_that_unpacks_to_a_huge_one_is_stopped():
    packed = gzip.compress(b" " * 1_000_000)
    with pytest.raises(ServerTrouble, match="larger than"):
        Wire(raw(200, packed, Content_Encoding="gzip")).http(json_bytes=10_000).get(f"{ROOT}/x")


def test_bytes_are_given_whole():
    with Wire(raw(200, b"a" * 5000)).http().open(f"{ROOT}/x") as stream:
        assert stream.read() == b"a" * 5000


@pytest.mark.parametrize("length", ["4999", "5001", "0" * 30 + "1", "9" * 5000])
def test_bytes_that_are_not_as_many_as_promised_are_told(length):
    http = Wire(raw_stream(200, [b"a" * 5000], Content_Length=length)).http()
    with pytest.raises(ServerTrouble, match="cut off"), http.open(f"{ROOT}/x"):
        pytest.fail("the block runs only with all bytes")


@pytest.mark.parametrize("length", ["5000", "05000", "", "many", "²", "-1"])
def test_a_promise_that_holds_or_is_none_is_no_trouble(length):
    headers = {"Content-Length": length.encode("latin-1")}
    answer = httpx.Response(200, headers=headers, stream=Chunks([b"a" * 5000]))
    with Wire(answer).http().open(f"{ROOT}/x") as stream:
        assert len(stream.read()) == 5000


def test_traffic_is_counted_with_tries_and_bodies():
    wire = Wire(raw(503, b"later"), raw(200, b"[1]"), raw(201, b"{}"))
    http = wire.http()
    http.get(f"{ROOT}/x")
    http.send("POST", f"{ROOT}/x", {"a": 1})
    traffic = http.traffic
    assert (traffic.requests, traffic.bytes_out) == (3, len(b'{"a": 1}'))
    assert traffic.bytes_in == len(b"later") + len(b"[1]") + len(b"{}")


def test_traffic_of_many_threads_is_counted_in_full():
    http = Wire(lambda _: raw(200, b"[1]")).http()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: http.get(f"{ROOT}/x"), range(200)))
    assert (http.traffic.requests, http.traffic.bytes_in) == (200, 600)


@pytest.mark.parametrize("token", ["two\nlines", "é", "tab\t", "\x00"])
def test_a_token_that_fits_no_header_is_told(token):
    with pytest.raises(UsageError, match="token"):
        Wire().http(token=token)


def test_no_token_sends_none():
    wire = Wire(said(200, []))
    wire.http(token=None).get(f"{ROOT}/x")
    assert "Authorization" not in wire.requests[0].headers


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://Server.Test/", "https://server.test"), ("HTTPS://s.test/Path//", "https://s.test/Path"),
     ("http://localhost:8080", "http://localhost:8080"), ("http://127.0.0.9", "http://127.0.0.9"),
     ("http://[::1]:80/x", "http://[::1]:80/x"), ("https://ümlaut.test", "https://ümlaut.test")],
)  # fmt: skip
def test_a_web_address_is_kept_in_one_spelling(given, kept):
    assert checked_url(given) == kept


@pytest.mark.parametrize(
    "url",
    ["", "s.test", "https://", "https://:80", "ftp://s.test", "http://s.test", "http://127.0.0.1.s.test",
     "http://localhost.s.test", "http://127.s.test", "http://0.0.0.0", "https://a@s.test", "https://s.test?q=1",
     "https://s.test#f", "https://s.test:0", "https://s.test:99999", "https://[", "https://a..b",
     "https://s.test/\x00", f"https://{'a' * 64}.test"],
)  # fmt: skip
def test_what_is_no_web_address_or_no_safe_one_is_refused(url):
    with pytest.raises(InsecureUrl):
        checked_url(url)


def test_a_password_in_a_url_is_not_repeated():
    with pytest.raises(InsecureUrl) as caught:
        checked_url("https://anna:secret@s.test")
    assert "secret" not in str(caught.value)


# -- conditions ----------------------------------------------------------------------------------------------


def test_a_read_that_asks_for_news_only_gets_none():
    wire = Wire(said(304, ETag='"one"'))
    http = wire.http()
    answer = http.get(f"{ROOT}/x", unless='"one"')
    assert (answer.unchanged, answer.data, answer.etag) == (True, None, '"one"')
    assert wire.requests[0].headers["If-None-Match"] == '"one"'
    assert (http.traffic.requests, http.traffic.not_modified) == (1, 1)


def test_a_read_that_asks_for_news_only_gets_them():
    answer = Wire(said(200, [1], ETag='"two"')).http().get(f"{ROOT}/x", unless='"one"')
    assert (answer.unchanged, answer.data, answer.etag) == (False, [1], '"two"')


def test_nothing_new_is_no_answer_to_who_did_not_ask_so():
    with pytest.raises(ServerTrouble, match="304"):
        Wire(said(304)).http().get(f"{ROOT}/x")


def test_an_exact_read_asks_for_no_compression():
    wire = Wire(said(200, []))
    wire.http().get(f"{ROOT}/x", exact=True)
    wire.http().get(f"{ROOT}/x")
    assert [request.headers["Accept-Encoding"] == "identity" for request in wire.requests] == [True, False]


def test_a_read_without_content_is_nothing():
    assert Wire(httpx.Response(204)).http().get(f"{ROOT}/x").data is None


def test_a_deletion_carries_no_body():
    wire = Wire(httpx.Response(204))
    wire.http().send("DELETE", f"{ROOT}/x", match='"one"')
    (request,) = wire.requests
    assert (request.content, "Content-Type" in request.headers, request.headers["If-Match"]) == (b"", False, '"one"')


def test_a_key_goes_out_as_the_draft_spells_it():
    wire = Wire(said(201, {}))
    wire.http().send("POST", f"{ROOT}/x", {}, key="k-1")
    assert wire.requests[0].headers["Idempotency-Key"] == '"k-1"'
