"""What is tried again, how often, and after how long; nobody sleeps here."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from net_wire import NOW, ROOT, Wire, raw, said

from bcfsync.errors import ServerTrouble
from bcfsync.net import Broken, Http, NotJson, Refused, Stumbled, TryLater, Unanswered, Unreachable

PAGE = raw(200, b"<html>maintenance</html>")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_that_meets_passing_trouble_is_tried_again(status):
    wire = Wire(said(status), said(status), said(200, []))
    assert wire.http().get(f"{ROOT}/x").data == []
    assert wire.naps == [0.5, 2.0]


@pytest.mark.parametrize(
    ("error", "tries", "kind", "words"),
    [(httpx.ConnectError("no"), 4, Unreachable, "the server cannot be reached: no"),
     (httpx.ConnectTimeout("no"), 4, Unreachable, "the server cannot be reached: no"),
     (httpx.ReadTimeout("no"), 2, Broken, "the server does not answer: no"),
     (httpx.RemoteProtocolError("no"), 4, Broken, "the connection broke: no"),
     (httpx.ReadError("no"), 4, Broken, "the connection broke: no"),
     (httpx.ProxyError("502 Bad Gateway"), 4, Unreachable, "the proxy does not lead to the server: 502 Bad Gateway"),
     (httpx.ProxyError("407 Who?"), 1, Unreachable, "the proxy wants a sign-in: 407 Who?")],
)  # fmt: skip
def test_a_read_without_answer_is_given_up(error, tries, kind, words):
    wire = Wire(error)
    with pytest.raises(kind) as caught:
        wire.http().get(f"{ROOT}/x?secret=1")
    assert str(caught.value) == f"{ROOT}/x: {words}"
    assert wire.naps == [0.5, 2.0, 8.0][: tries - 1]


@pytest.mark.parametrize("status", [429, 503])
def test_trouble_that_does_not_pass_is_the_servers(status):
    wire = Wire(said(status, {"message": "later"}))
    with pytest.raises(ServerTrouble, match=f"{status}: later"):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 4


def test_a_read_the_server_breaks_over_is_tried_once_more():
    wire = Wire(said(500), said(200, [1]))
    assert wire.http().get(f"{ROOT}/x").data == [1]
    broken = Wire(said(500))
    with pytest.raises(Stumbled, match="500") as caught:
        broken.http().get(f"{ROOT}/x")
    assert (wire.naps, broken.naps) == ([0.5], [0.5])
    assert caught.value.hint == Stumbled.hint


@pytest.mark.parametrize("status", [304, 505])
def test_what_another_try_does_not_mend_is_told_at_once(status):
    wire = Wire(raw(status))
    with pytest.raises(ServerTrouble, match=str(status)):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 1


def test_a_page_where_there_never_was_json_is_told_at_once():
    wire = Wire(PAGE)
    with pytest.raises(NotJson, match="HTML"):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 1


@pytest.mark.parametrize("ask", [lambda http: http.get(f"{ROOT}/x"), lambda http: http.send("POST", f"{ROOT}/x", {})])
@pytest.mark.parametrize(("answers", "hint"), [((), NotJson.hint), ((said(200, []),), NotJson.MIDWAY)])
def test_a_page_speaks_against_the_url_only_where_nothing_was_understood_before(ask, answers, hint):
    http = Wire(*answers, *[PAGE] * 9).http()
    for _ in answers:
        http.get(f"{ROOT}/x")
    with pytest.raises(NotJson) as caught:
        ask(http)
    assert caught.value.hint == hint


def test_a_page_from_a_server_that_spoke_json_before_is_asked_away():
    wire = Wire(said(200, []), PAGE, said(200, [2]))
    http = wire.http()
    assert [http.get(f"{ROOT}/x").data, http.get(f"{ROOT}/x").data] == [[], [2]]


# -- Retry-After ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "naps"),
    [("7", [8.0]), ("1.5", [2.5]), ("60", [61.0]), ("0", [0.5]), ("-3", [0.5]), ("nan", [0.5]), ("soon", [0.5]),
     ("", [0.5]), ("Thu, 01 Jan 2026 12:00:20 GMT", [21.0]), ("Thu, 01 Jan 2026 12:00:20 -0000", [21.0]),
     ("Wed, 21 Oct 2015 07:28:00 GMT", [0.5]), ("Wed, 99 Oct 2015 07:28:00 GMT", [0.5])],
)  # fmt: skip
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_heeded_and_those_who_waited_together_come_back_one_by_one(status, given, naps):
    wire = Wire(said(status, Retry_After=given), said(200, []))
    wire.http().get(f"{ROOT}/x")
    assert wire.naps == naps


@pytest.mark.parametrize("skew", [-86400, -300, 0, 300, 86400])
def test_a_date_is_measured_by_the_servers_own_clock(skew):
    there = NOW + timedelta(seconds=skew)
    date, until = (format_datetime(moment, usegmt=True) for moment in (there, there + timedelta(seconds=9)))
    wire = Wire(said(503, Retry_After=until, Date=date), said(200, []))
    wire.http().get(f"{ROOT}/x")
    assert wire.naps == [10.0]


@pytest.mark.parametrize(
    ("given", "until"),
    [("3600", "2026-01-01"), ("Thu, 01 Jan 2026 18:00:00 GMT", "2026-01-01"), ("inf", "for ever"),
     ("9" * 400, "for ever"), ("99999999999999", "for ever")],
)  # fmt: skip
def test_who_asks_for_too_much_is_left_alone_and_it_is_said_until_when(given, until):
    wire = Wire(said(503, Retry_After=given))
    with pytest.raises(TryLater, match=until):
        wire.http().get(f"{ROOT}/x")
    assert (len(wire.requests), wire.naps) == (1, [])


def test_who_asks_again_and_again_is_given_up_in_the_end():
    wire = Wire(said(429, Retry_After="1"))
    with pytest.raises(Stumbled, match="429") as caught:
        wire.http().get(f"{ROOT}/x")
    assert caught.value.hint == ServerTrouble.hint
    assert len(wire.requests) < 20


def test_a_server_that_says_at_once_is_not_asked_at_once_for_ever():
    wire = Wire(said(503, Retry_After="0"))
    with pytest.raises(Stumbled):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 4
    assert wire.naps == [0.5, 2.0, 8.0]


def test_a_pause_the_server_asks_for_holds_every_request_of_the_session():
    wire = Wire(said(429, Retry_After="30"), said(200, []))
    http = wire.http()
    http.pace.hold(5)
    http.get(f"{ROOT}/y")
    assert wire.naps == [6.0, 31.0]


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.999])
def test_jitter_is_full_from_no_wait_at_all_to_the_whole_of_it(chance):
    wire = Wire(said(503))
    with pytest.raises(Stumbled):
        Http(ROOT, None, replace(wire.seams(), chance=lambda: chance)).get(f"{ROOT}/x")
    assert wire.naps == pytest.approx([0.5 * chance, 2 * chance, 8 * chance])


# -- the budget ----------------------------------------------------------------------------------------------


def test_a_broken_server_is_not_hammered_by_many_readers():
    wire = Wire(said(503))
    http = wire.http()

    def read(at: int) -> str:
        with pytest.raises(Stumbled):
            http.get(f"{ROOT}/{at}")
        return "told"

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(read, range(100))) == {"told"}
    assert len(wire.requests) == 100 + 20


def test_a_server_that_fails_one_request_of_six_is_asked_for_ever():
    answers = [said(503) if at % 6 == 5 else said(200, []) for at in range(1200)]
    http = Wire(*answers, said(200, [])).http()
    for _ in range(1000):
        http.get(f"{ROOT}/x")


# -- writes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_proxy_says_of_a_write_leaves_it_open(status, method):
    wire = Wire(said(status))
    with pytest.raises(Unanswered, match=f"{method} answered {status}"):
        wire.http().send(method, f"{ROOT}/x", {})
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("method", "status", "again"),
    [("PUT", 503, True), ("DELETE", 503, True), ("POST", 503, False), ("PATCH", 503, False), ("PUT", 502, False),
     ("PUT", 504, False), ("POST", 429, True), ("PUT", 429, True), ("DELETE", 429, True), ("PATCH", 429, True)],
)  # fmt: skip
def test_a_write_goes_out_again_only_where_nothing_was_or_nothing_more_is_done(method, status, again):
    wire = Wire(said(status, Retry_After="3"), said(200, {}))
    http = wire.http()
    if again:
        http.send(method, f"{ROOT}/x", {})
        assert (len(wire.requests), wire.naps) == (2, [4.0])
    else:
        with pytest.raises(Unanswered):
            http.send(method, f"{ROOT}/x", {})
        assert (len(wire.requests), wire.naps) == (1, [])


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.WriteError("x"), httpx.WriteTimeout("x"),
     httpx.RemoteProtocolError("x"), httpx.DecodingError("x")],
)  # fmt: skip
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_that_may_have_arrived_is_never_repeated(method, error):
    wire = Wire(error, said(200, {}))
    with pytest.raises(Unanswered):
        wire.http().send(method, f"{ROOT}/x", {})
    assert len(wire.requests) == 1


def test_a_write_that_never_left_is_tried_again():
    wire = Wire(httpx.ConnectError("no"), httpx.ConnectTimeout("no"), said(201, {"guid": "g"}))
    assert wire.http().send("POST", f"{ROOT}/x", {}).data == {"guid": "g"}


def test_bytes_go_out_again_from_the_beginning():
    wire = Wire(said(429), said(429), said(201, {}))
    wire.http().send_bytes("PUT", f"{ROOT}/x", io.BytesIO(b"bytes"), {})
    assert [request.content for request in wire.requests] == [b"bytes"] * 3
    assert {request.headers["Content-Length"] for request in wire.requests} == {"5"}


def test_a_write_that_always_comes_too_soon_is_given_up():
    wire = Wire(said(429))
    with pytest.raises(ServerTrouble, match="429"):
        wire.http().send_bytes("PUT", f"{ROOT}/x", io.BytesIO(b"bytes"), {})
    assert len(wire.requests) == 4


def test_a_write_the_server_breaks_over_is_not_repeated():
    wire = Wire(said(500))
    with pytest.raises(Stumbled):
        wire.http().send("POST", f"{ROOT}/x", {})
    assert len(wire.requests) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 412, 413, 422, 501])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_is_not_tried_again(status, method):
    wire = Wire(raw(status))
    http = wire.http()
    with pytest.raises(Refused) as caught:
        http.get(f"{ROOT}/x") if method == "GET" else http.send(method, f"{ROOT}/x", {})
    assert (caught.value.status, len(wire.requests)) == (status, 1)
