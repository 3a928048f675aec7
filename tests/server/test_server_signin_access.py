"""Who asks for a resource: bearer tokens, HTTP Basic, schemes of a dialect."""

import base64

import pytest
from signing_in import ANNA, BEN, PASSWORDS, Server

from bcfsync.server.refusals import Unauthorized
from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.users import Account, User, Users


def basic(user_id, password):
    return base64.b64encode(f"{user_id}:{password}".encode()).decode()


@pytest.fixture
def open_server(tmp_path):
    server = Server(tmp_path / "basic", SignInOptions(http_basic=True))
    yield server
    server.close()


def test_a_static_token_stands_for_its_user(server):
    assert server.who("static").json() == {"id": "ci@example.com", "name": "ci@example.com"}
    assert server.who("static", "bEARER").status_code == 200


def test_a_token_of_an_account_brings_its_name_and_role(tmp_path):
    users = Users([Account.of(User("Eva@example.com", "Eva", "reader"), token="of-eva")], {"more": "eva@EXAMPLE.com"})
    assert users.by_token(b"of-eva") == users.by_token(b"more") == User("Eva@example.com", "Eva", "reader")
    assert users.with_tokens({"new": "x@example.com"}).by_token(b"new") == User(
        "x@example.com", "x@example.com", "admin"
    )
    assert users.by_token(b"new") is None


def test_without_a_token_there_is_a_challenge_without_an_error(server):
    answer = server.http.get("/bcf/3.0/projects")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="bcfsync"')


@pytest.mark.parametrize("token", ["unknown", "x" * 10_000, "a b", "stati", "static2"])
def test_a_token_nobody_issued_is_invalid(server, token):
    answer = server.who(token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_basic_is_off_unless_it_is_switched_on(server):
    answer = server.who(basic(ANNA, PASSWORDS[ANNA]), "Basic")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="bcfsync"')


def test_basic_takes_a_password_beyond_ascii(open_server):
    assert open_server.http.get("/foundation/1.0/auth").json()["http_basic_supported"] is True
    for _ in range(2):
        assert open_server.who(basic(ANNA, PASSWORDS[ANNA]), "basic").json()["id"] == ANNA
    assert open_server.who("static").status_code == 200


@pytest.mark.parametrize("credentials", [basic(ANNA, "wrong"), basic("nobody", "x"), "%%%", "w6Q=", "/////w==", "="])
def test_basic_that_proves_nothing_is_refused_with_both_challenges(open_server, credentials):
    answer = open_server.who(credentials, "Basic")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="bcfsync", Basic realm="bcfsync", charset="UTF-8"'
    assert answer.json()["message"]


def test_basic_beyond_ascii_is_refused(open_server):
    answer = open_server.app.test_client().get("/bcf/3.0/projects", environ_overrides={"HTTP_AUTHORIZATION": "Basic ä"})
    assert answer.status_code == 401


def test_guessing_with_basic_gets_slow_but_who_was_right_before_goes_on(open_server):
    assert open_server.who(basic(ANNA, PASSWORDS[ANNA]), "Basic").status_code == 200
    for _ in range(5):
        open_server.who(basic(ANNA, "wrong"), "Basic")
    slow = open_server.who(basic(ANNA, "wrong"), "Basic")
    assert (slow.status_code, slow.headers["Retry-After"]) == (429, "1")
    assert open_server.who(basic(ANNA, PASSWORDS[ANNA]), "Basic").status_code == 200
    assert open_server.who(basic(BEN, PASSWORDS[BEN]), "Basic").status_code == 200


def test_waits_grow_to_a_minute_and_are_forgotten_after_a_quarter_of_an_hour(open_server):
    waits = []
    for _ in range(14):
        answer = open_server.who(basic(ANNA, "wrong"), "Basic")
        while answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            open_server.clock.pass_by(waits[-1])
            answer = open_server.who(basic(ANNA, "wrong"), "Basic")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    open_server.clock.pass_by(901)
    assert [open_server.who(basic(ANNA, "wrong"), "Basic").status_code for _ in range(2)] == [401, 401]


def test_a_dialect_may_add_a_scheme(server):
    def by_key(credentials):
        if credentials != "key-of-anna":
            raise Unauthorized("no such key")
        return User(ANNA, "Anna")

    server.app.extensions["sign_in"].access.schemes["apikey"] = by_key
    assert server.who("key-of-anna", "ApiKey").json()["id"] == ANNA
    assert server.who("other", "ApiKey").status_code == 401


def test_a_password_is_kept_as_its_hash_only():
    account = Account.of(User("a@b.c", "A"), password="open sesame")
    assert account.password_hash.startswith("scrypt:")
    assert "scrypt" not in repr(account)
    users = Users([account])
    assert users.by_password("A@B.C", "open sesame") == User("a@b.c", "A")
    assert users.by_password("a@b.c", "open Sesame") is None
    assert users.by_password("nobody", "") is None


def test_a_user_without_a_password_cannot_be_signed_in_as():
    users = Users([Account.of(User("a@b.c", "A"), token="t")])
    assert users.by_password("a@b.c", "") is None
    assert not users.with_password
