"""HTTP, with the wire in the test's hands: retries, redirects, bounds, and errors in our words."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from net_wire import ROOT, Wire, raw, said

from bcfsync.errors import LoginNeeded, ServerTrouble, UsageError
from bcfsync.net import InsecureUrl, NotJson, Refused, Unanswered, Unreachable, checked_url


def test_a_read_gives_json_and_the_strong_tag():
    answer = Wire(said(200, {"a": 1}, ETag='"one"')).http().get(f"{ROOT}/x")
    assert (answer.data, answer.etag) == ({"a": 1}, '"one"')


def test_a_weak_tag_is_no_tag():
    assert Wire(said(200, [], ETag='W/"one"')).http().get(f"{ROOT}/x").etag is None


def test_a_write_is_sent_once():
    wire = Wire(httpx.ReadTimeout("silence"))
    with pytest.raises(Unanswered, match="before the answer to POST: silence"):
        wire.http().send("POST", f"{ROOT}/x", {})
    assert (len(wire.requests), wire.naps) == (1, [])


def test_a_write_that_never_left_is_unreachable():
    with pytest.raises(Unreachable):
        Wire(httpx.ConnectError("refused")).http().send("POST", f"{ROOT}/x", {})


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


@pytest.mark.parametrize("url", ["https://other.test/x", "http://[", "/x", "https://server.test:x/", "\x01"])
def test_an_address_from_elsewhere_is_not_asked(url):
    wire = Wire(said(200, []))
    with pytest.raises(ServerTrouble):
        wire.http().get(url)
    assert wire.requests == []


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


@pytest.mark.parametrize(
    ("body", "words"),
    [(b" <html>", "HTML"), (b'{"a": ', "not JSON"), (b"", "not JSON"), (b"\xff", "not JSON"), (b"[" * 100_000, "not")],
)
def test_what_is_not_json_is_told(body, words):
    with pytest.raises(NotJson, match=words):
        Wire(raw(200, body)).http().get(f"{ROOT}/x")


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
