"""Where a redirect is followed, where it is not, and what it may never do: post twice, or carry a token away."""

import httpx
import pytest
from net_wire import ROOT, Wire, raw, said

from bcfsync.errors import ServerTrouble
from bcfsync.net import Refused, Unanswered, Unreachable

ELSEWHERE = [
    "https://other.test/x", "http://server.test/x", "https://server.test:8443/x", "//other.test/x",
    "https://server.test.other.test/", "http://[", "https://server.test:99999/", "ftp://server.test/",
    "https://server.test@other.test/", "https://user@server.test/",
]  # fmt: skip


def test_a_read_follows_two_redirects_on_its_server():
    wire = Wire(raw(302, Location="/y"), raw(301, Location=f"{ROOT}:443/z"), said(200, [1]))
    assert wire.http().get(f"{ROOT}/x").data == [1]
    assert [str(request.url.path) for request in wire.requests] == ["/x", "/y", "/z"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_circle_of_redirects_ends(status):
    wire = Wire(raw(status, Location="/x"))
    with pytest.raises(ServerTrouble, match="too many redirects"):
        wire.http().get(f"{ROOT}/x")
    assert len(wire.requests) == 3


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_goes_nowhere_else(target, status):
    for send in (lambda http: http.get(f"{ROOT}/x"), lambda http: http.send("POST", f"{ROOT}/x", {})):
        wire = Wire(raw(status, Location=target), said(200, []))
        with pytest.raises((ServerTrouble, Unreachable)):
            send(wire.http())
        assert set(wire.asked) <= {f"GET {ROOT}/x", f"POST {ROOT}/x"}


@pytest.mark.parametrize(
    ("root", "target", "followed"),
    [("http://localhost", "https://localhost/x", True), ("http://localhost:8080", "https://localhost:8080/x", True),
     ("http://localhost:8080", "https://localhost/x", False), ("http://localhost", "https://127.0.0.1/x", False)],
)  # fmt: skip
def test_a_read_goes_on_by_https_where_the_server_wants_that(root, target, followed):
    wire = Wire(raw(302, Location=target), said(200, []), said(201, {}))
    http = wire.http(root)
    if not followed:
        with pytest.raises(ServerTrouble, match="another host"):
            http.get(f"{root}/x")
        return
    http.get(f"{root}/x")
    http.send("POST", f"{root}/y?$a=1", {})
    assert wire.asked[2] == f"POST {target[:-1]}y?$a=1"


def test_a_write_that_is_sent_to_https_was_not_carried_out():
    wire = Wire(raw(302, Location="https://localhost/x"))
    with pytest.raises(ServerTrouble, match="nothing was written"):
        wire.http("http://localhost").send("POST", "http://localhost/x", {})
    assert len(wire.requests) == 1


# -- bytes ---------------------------------------------------------------------------------------------------


def test_bytes_from_another_host_are_fetched_without_authorization():
    wire = Wire(raw(302, Location="https://store.test/p?sig=1"), raw(302, Location=f"{ROOT}/q"), raw(200, b"png"))
    with wire.http().open(f"{ROOT}/x") as stream:
        assert stream.read() == b"png"
    assert wire.signed == ["Bearer t0ken", None, None]


@pytest.mark.parametrize("target", ["http://store.test/p", "http://127.0.0.1/p", "https://localhost/p", "ftp://x/p"])
def test_bytes_are_not_fetched_in_clear_text_nor_from_this_machine(target):
    wire = Wire(raw(302, Location=target), raw(200, b"png"))
    with pytest.raises((ServerTrouble, Unreachable)), wire.http().open(f"{ROOT}/x"):
        pytest.fail("it was fetched")
    assert len(wire.requests) == 1


def test_a_store_of_pictures_that_refuses_says_nothing_of_our_sign_in():
    """An expired signed address answers 401 at some: nobody has to sign in anew for that."""
    there = httpx.Response(302, headers={"Location": "https://store.test/a.png?sig=old"})
    wire = Wire(there, said(401, {"message": "expired"}))
    with pytest.raises(Refused) as caught, wire.http().open(f"{ROOT}/snapshot"):
        pass
    assert caught.value.status == 401
    assert wire.signed == ["Bearer t0ken", None]


def test_a_signed_address_is_asked_bare():
    wire = Wire(raw(200, b"png"))
    with wire.http().open("https://store.test/p?sig=1", bare=True) as stream:
        assert stream.read() == b"png"
    assert (wire.asked, wire.signed) == (["GET https://store.test/p?sig=1"], [None])


@pytest.mark.parametrize("url", ["http://store.test/p", "http://localhost/p", "file:///etc/passwd", "https://a:b@c/"])
def test_a_bare_address_has_to_be_safe(url):
    wire = Wire(raw(200, b"png"))
    with pytest.raises(ServerTrouble), wire.http().open(url, bare=True):
        pytest.fail("it was fetched")
    assert wire.requests == []


def test_a_server_on_this_machine_may_have_its_pictures_here():
    wire = Wire(raw(200, b"png"))
    with wire.http("http://127.0.0.1:1").open("http://localhost:2/p", bare=True) as stream:
        assert stream.read() == b"png"


def test_the_signature_of_an_address_is_not_told():
    with pytest.raises(Refused) as caught, Wire(raw(403)).http().open("https://store.test/p?sig=s3cret", bare=True):
        pytest.fail("it was fetched")
    assert "s3cret" not in str(caught.value)


# -- writes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "method"), [(s, m) for s in (301, 307, 308) for m in ("POST", "PUT", "DELETE")])
def test_a_write_to_the_wrong_spelling_of_an_address_goes_out_again_and_that_is_remembered(status, method):
    wire = Wire(raw(status, Location="/a/topics/"), said(201, {"n": 1}), said(201, {"n": 2}), said(200, []))
    http = wire.http()
    assert http.send(method, f"{ROOT}/a/topics", {"a": 1}).data == {"n": 1}
    assert http.send(method, f"{ROOT}/b/topics?x=$y", {"a": 1}).data == {"n": 2}
    http.get(f"{ROOT}/c/topics?$top=1")
    assert wire.asked == [
        f"{method} {ROOT}/a/topics", f"{method} {ROOT}/a/topics/", f"{method} {ROOT}/b/topics/?x=$y",
        f"GET {ROOT}/c/topics/?$top=1",
    ]  # fmt: skip
    if method != "DELETE":
        assert wire.requests[0].content == wire.requests[1].content == b'{"a": 1}'


def test_what_a_read_learned_of_an_address_serves_a_write():
    wire = Wire(raw(307, Location="/a/topics/"), said(200, []), said(201, {}))
    http = wire.http()
    http.get(f"{ROOT}/a/topics")
    http.send("POST", f"{ROOT}/b/topics", {})
    assert wire.asked[2] == f"POST {ROOT}/b/topics/"


def test_an_address_that_moved_for_good_is_remembered_and_one_that_moved_for_now_is_not():
    for status, times in ((301, 3), (308, 3), (302, 4), (307, 4)):
        wire = Wire(raw(status, Location="/new"), said(200, []), *([said(200, [])] if times == 3 else []),
                    raw(status, Location="/new"), said(200, []))  # fmt: skip
        http = wire.http()
        http.get(f"{ROOT}/old")
        http.get(f"{ROOT}/old")
        assert len(wire.requests) == times


@pytest.mark.parametrize("status", [302, 303])
def test_the_result_of_a_write_is_read_where_it_says_and_the_write_is_not_repeated(status):
    wire = Wire(raw(status, Location="/topics/1"), said(200, {"guid": "1"}, ETag='"e"'))
    answer = wire.http().send("POST", f"{ROOT}/topics", {"a": 1})
    assert (answer.data, answer.etag, answer.location) == ({"guid": "1"}, '"e"', f"{ROOT}/topics/1")
    assert wire.asked == [f"POST {ROOT}/topics", f"GET {ROOT}/topics/1"]


def test_a_list_does_not_say_what_was_made():
    answer = Wire(raw(303, Location="/topics"), said(200, [{"guid": "1"}])).http().send("POST", f"{ROOT}/topics", {})
    assert (answer.data, answer.location) == (None, None)


@pytest.mark.parametrize("status", [404, 410])
def test_what_was_deleted_need_not_be_readable(status):
    answer = Wire(raw(303, Location="/topics/1"), raw(status)).http().send("DELETE", f"{ROOT}/topics/1")
    assert answer.data is None


def test_a_result_that_cannot_be_read_leaves_the_write_open():
    with pytest.raises(Unanswered):
        Wire(raw(302, Location="/topics/1"), raw(404)).http().send("POST", f"{ROOT}/topics", {})


@pytest.mark.parametrize(("status", "error"), [(301, ServerTrouble), (307, ServerTrouble), (308, ServerTrouble),
                                               (302, Unanswered), (303, Unanswered)])  # fmt: skip
def test_a_write_that_is_sent_to_another_host_is_told(status, error):
    wire = Wire(raw(status, Location="https://other.test/topics"))
    with pytest.raises(error, match=r"POST was redirected to https://other\.test/topics"):
        wire.http().send("POST", f"{ROOT}/topics", {})
    assert len(wire.requests) == 1


def test_a_301_to_what_a_post_may_have_made_is_not_taken_for_another_spelling():
    wire = Wire(raw(301, Location="/topics/1"))
    with pytest.raises(Unanswered):
        wire.http().send("POST", f"{ROOT}/topics", {})
    assert len(wire.requests) == 1


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_is_not_repeated_at_another_place_and_what_does_the_same_twice_is(status):
    wire = Wire(raw(status, Location="/b/topics"), said(200, {}))
    with pytest.raises(ServerTrouble, match="nothing was written"):
        wire.http().send("POST", f"{ROOT}/a/topics", {})
    assert len(wire.requests) == 1
    wire = Wire(raw(status, Location="/b/topics"), said(200, {}))
    wire.http().send("PUT", f"{ROOT}/a/topics", {})
    assert wire.asked == [f"PUT {ROOT}/a/topics", f"PUT {ROOT}/b/topics"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_write_goes_round_in_no_circle(method):
    wire = Wire(*(raw(307, Location=f"/topics{'/' * (at % 2)}") for at in range(1, 9)))
    with pytest.raises(ServerTrouble, match="nothing was written"):
        wire.http().send(method, f"{ROOT}/topics", {})
    assert len(wire.requests) == 3


def test_a_redirect_without_a_place_is_trouble():
    for send in (lambda http: http.get(f"{ROOT}/x"), lambda http: http.send("POST", f"{ROOT}/x", {})):
        with pytest.raises(ServerTrouble, match="302"):
            send(Wire(httpx.Response(302)).http())
