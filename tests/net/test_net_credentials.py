"""Who signs a request, and what is done when the server refuses that; and forms, which nobody signs."""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from net_wire import ROOT, Wire, raw, said

from bcfsync.errors import BcfsyncError, LoginNeeded, ServerTrouble, UsageError
from bcfsync.net import Bearer, NotJson, Refused, Stumbled, Unanswered, Unreachable


class Tokens:
    """Credentials with a row of tokens, the first one good."""

    def __init__(self, *headers: str) -> None:
        self.headers = list(headers)
        self.refused: list[str | None] = []

    def header(self) -> str | None:
        return self.headers[0] if self.headers else None

    def renewed(self, refused: str | None) -> bool:
        self.refused.append(refused)
        if refused == self.header() and len(self.headers) > 1:
            self.headers.pop(0)
            return True
        return refused != self.header()


class Revoked(Tokens):
    def renewed(self, refused: str | None) -> bool:  # noqa: ARG002 - the protocol's
        raise LoginNeeded("sign in again")


def only(good: str):
    return lambda request: (
        said(200, []) if request.headers.get("Authorization") == good else said(401, {"message": "x"})
    )


CALLS = {
    "read": lambda http: http.get(f"{ROOT}/x"),
    "write": lambda http: http.send("POST", f"{ROOT}/x", {"a": 1}),
    "bytes": lambda http: http.send_bytes("PUT", f"{ROOT}/x", io.BytesIO(b"abc"), {}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_sign_in_that_ends_is_renewed_and_the_request_goes_once_more(call):
    wire, tokens = Wire(only("Basic two")), Tokens("Basic one", "Basic two")
    call(wire.http(token=tokens))
    assert (wire.signed, tokens.refused) == (["Basic one", "Basic two"], ["Basic one"])
    assert wire.requests[0].content == wire.requests[1].content


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_sign_in_that_is_refused_twice_means_a_login(call):
    wire = Wire(only("Basic three"))
    with pytest.raises(LoginNeeded):
        call(wire.http(token=Tokens("Basic one", "Basic two", "Basic three")))
    assert len(wire.requests) == 2


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_sign_in_that_was_revoked_means_a_login(call):
    with pytest.raises(LoginNeeded, match="sign in again"):
        call(Wire(only("Basic three")).http(token=Revoked("Basic one")))


def test_readers_whose_token_another_one_renewed_go_on():
    wire, tokens = Wire(only("Basic two")), Tokens("Basic one", "Basic two")
    http = wire.http(token=tokens)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: http.get(f"{ROOT}/x").data, range(50))) == [[]] * 50
    assert len(wire.requests) < 50 + 9


def test_who_has_no_sign_in_sends_none():
    wire = Wire(said(200, []))
    wire.http(token=Tokens()).get(f"{ROOT}/x")
    assert wire.signed == [None]


@pytest.mark.parametrize("header", ["Bearer two\nlines", "Bearer ä", "Bearer \x00"])
def test_a_sign_in_that_fits_no_header_is_told_without_repeating_it(header):
    with pytest.raises(UsageError) as caught:
        Wire(said(200, [])).http(token=Tokens(header)).get(f"{ROOT}/x")
    assert header not in str(caught.value)


def test_a_token_does_not_show_in_what_a_session_says_of_itself():
    http = Wire(said(200, [])).http(token="s3cret")
    assert "s3cret" not in repr(http)
    assert "s3cret" not in repr(vars(http))


# -- forms ---------------------------------------------------------------------------------------------------

TOKEN = "https://id.test/token"


def test_a_form_goes_out_unsigned_and_comes_back_with_its_status():
    wire = Wire(said(201, {"access_token": "a"}))
    answer = wire.http().form(TOKEN, {"grant_type": "refresh_token", "refresh_token": "a b&c"})
    (request,) = wire.requests
    assert (answer.status, answer.data) == (201, {"access_token": "a"})
    assert request.content == b"grant_type=refresh_token&refresh_token=a+b%26c"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert wire.signed == [None]


def test_a_form_may_name_its_client():
    wire = Wire(said(200, {}))
    wire.http().form(TOKEN, {}, basic=("me", "s:ü"))
    assert wire.signed == ["Basic bWU6czrDvA=="]


@pytest.mark.parametrize("status", [400, 401, 403, 429])
def test_a_refusal_of_a_form_is_an_answer(status):
    wire = Wire(said(status, {"error": "invalid_grant"}, Retry_After="1"))
    answer = wire.http().form(TOKEN, {})
    assert (answer.status, answer.data, len(wire.requests)) == (status, {"error": "invalid_grant"}, 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(raw(400, b"<html>"), Refused), (raw(404), Refused), (raw(200, b"<html>"), NotJson), (said(500, {}), Stumbled),
     (said(503, {}, Retry_After="1"), Stumbled), (raw(302, Location=f"{ROOT}/y"), ServerTrouble),
     (raw(307, Location="/y"), ServerTrouble), (httpx.ReadTimeout("x"), Unanswered),
     (httpx.ConnectError("x"), Unreachable)],
)  # fmt: skip
def test_a_form_without_an_answer_is_told_and_not_sent_twice(answer, error):
    wire = Wire(answer)
    with pytest.raises(error) as caught:
        wire.http().form(TOKEN, {"refresh_token": "s3cret"})
    assert len(wire.requests) == (4 if error is Unreachable else 1)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://id.test/token", "http://127.0.0.1/token", "ftp://id.test", "nonsense"])
def test_a_form_goes_out_by_https_only(url):
    wire = Wire(said(200, {}))
    with pytest.raises(ServerTrouble):
        wire.http().form(url, {})
    assert wire.requests == []


def test_a_form_may_stay_on_this_machine():
    assert Wire(said(200, {})).http("http://127.0.0.1:1").form("http://127.0.0.1:2/token", {}).data == {}


def test_who_waited_for_a_turn_signs_with_what_counts_then():
    wire = Wire(said(200, []))
    tokens = Tokens("Bearer one")
    http = wire.http(token=tokens)
    http.pace.hold(60)
    asked_at: list[float] = []
    tokens.header = lambda: asked_at.append(wire.passed) or "Bearer of that moment"
    http.get(f"{ROOT}/x")
    assert wire.signed == ["Bearer of that moment"]
    assert asked_at[0] >= 60


ECHOES = {
    "message": lambda secret: {"message": f"bad header {secret}"},
    "detail": lambda secret: {"detail": [{"loc": ["header"], "msg": secret}]},
    "by field": lambda secret: {"token": [f"{secret} has expired"]},
    "only an error": lambda secret: {"error": {"message": f"unknown: {secret}"}},
}
SECRETS = {
    "a token": (Bearer("eyJhbGci/OiJIUzI1NiJ9+secret=="), "eyJhbGci/OiJIUzI1NiJ9+secret=="),
    "a password": (Tokens("Basic " + base64.b64encode(b"alice:correct horse").decode()), "correct horse"),
    "a key": (Tokens("ApiKey 0123456789abcdef"), "0123456789abcdef"),
}


@pytest.mark.parametrize("slashes", ["/", "\\/"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 500, 503])
@pytest.mark.parametrize("shape", ECHOES)
@pytest.mark.parametrize(("signed", "secret"), SECRETS.values(), ids=SECRETS)
def test_what_a_server_repeats_of_a_secret_is_not_told(signed, secret, shape, status, slashes):
    if status == 200 and shape != "only an error":
        return
    body = json.dumps(ECHOES[shape](f"Bearer {secret}")).replace("/", slashes)
    wire = Wire(httpx.Response(status, content=body.encode()))
    http = wire.http(token=signed)
    for ask in (lambda: http.get(f"{ROOT}/x"), lambda: http.send("POST", f"{ROOT}/x", {})):
        with pytest.raises(BcfsyncError) as caught:
            ask()
        told = f"{caught.value} {caught.value.hint} {getattr(caught.value, 'members', '')}"
        assert secret not in told
        assert secret.rstrip("=")[:12] not in told
