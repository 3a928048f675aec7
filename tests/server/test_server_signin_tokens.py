"""Tokens after they were issued: refreshed, revoked, expired, over a restart; and those of programs."""

import threading

import pytest
from signing_in import (
    ANNA,
    BACK,
    BEN,
    BOT,
    CDE,
    CLIENTS,
    PASSWORDS,
    PUBLIC_REQUEST,
    SECRET,
    VERIFIER,
    Server,
    account,
    form_token,
    refusal,
)

from bcfsync.server.signin.options import SignInOptions
from bcfsync.server.users import Users

ROBOT = ("robot", SECRET)


def test_a_refresh_token_brings_new_tokens_and_is_then_good_no_longer(server):
    first = server.tokens()
    second = server.refresh(first["refresh_token"]).json()
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert server.who(second["access_token"]).json()["id"] == ANNA
    third = server.refresh(second["refresh_token"])
    assert third.status_code == 200


def test_a_second_use_of_a_refresh_token_ends_every_token_of_that_sign_in(server):
    other = server.tokens()
    first = server.tokens()
    second = server.refresh(first["refresh_token"]).json()
    assert refusal(server.refresh(first["refresh_token"])) == "invalid_grant"
    assert refusal(server.refresh(second["refresh_token"])) == "invalid_grant"
    for tokens in (first, second):
        assert server.who(tokens["access_token"]).status_code == 401
    assert server.who(other["access_token"]).status_code == 200


def _at_once(server, fields, many=8):
    """What everybody is answered who asks the same at once."""
    start, answers = threading.Barrier(many), []

    def ask():
        start.wait()
        answers.append(server.app.test_client().post("/oauth2/token", data=fields))

    threads = [threading.Thread(target=ask) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("way", ["refresh_token", "authorization_code"])
def test_of_many_that_use_a_refresh_token_or_a_code_at_once_exactly_one_gets_tokens(server, way):
    for _ in range(5):
        if way == "refresh_token":
            fields = {"refresh_token": server.tokens()["refresh_token"]}
        else:
            fields = {"code": server.code(), "redirect_uri": BACK, "code_verifier": VERIFIER}
        answers = _at_once(server, {"grant_type": way, "client_id": "bcfsync", **fields})
        assert sorted(answer.status_code for answer in answers) == [200] + 7 * [400]
        assert {answer.get_json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}


def test_a_refresh_token_of_another_client_is_unknown_and_stays_good(server):
    token = server.tokens()["refresh_token"]
    stolen = server.token(grant_type="refresh_token", refresh_token=token, auth=CDE)
    assert refusal(stolen) == "invalid_grant"
    assert server.refresh(token).status_code == 200


@pytest.mark.parametrize("token", ["unknown", "", "x" * 5000])
def test_a_refresh_token_nobody_knows_is_refused(server, token):
    assert refusal(server.refresh(token)) == ("invalid_request" if len(token) > 4000 else "invalid_grant")


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(server):
    tokens = server.tokens()
    assert refusal(server.refresh(tokens["access_token"])) == "invalid_grant"
    assert server.who(tokens["refresh_token"]).status_code == 401


def test_a_refresh_may_narrow_the_scope_but_not_widen_it(server):
    code = server.code({**PUBLIC_REQUEST, "scope": "openid bcf"})
    tokens = server.trade(code).json()
    fields = {"grant_type": "refresh_token", "client_id": "bcfsync", "refresh_token": tokens["refresh_token"]}
    assert refusal(server.token(**fields, scope="openid email")) == "invalid_scope"
    assert server.token(**fields, scope="bcf").json()["scope"] == "bcf"


def test_an_access_token_expires_and_says_so(tmp_path):
    server = Server(tmp_path, SignInOptions(token_lifetime=5))
    tokens = server.tokens()
    assert tokens["expires_in"] == 5
    server.clock.pass_by(4)
    assert server.who(tokens["access_token"]).status_code == 200
    server.clock.pass_by(1)
    answer = server.who(tokens["access_token"])
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert answer.json() == {"message": "the token has expired"}
    assert server.refresh(tokens["refresh_token"]).status_code == 200
    server.close()


def test_a_refresh_token_expires_too(tmp_path):
    server = Server(tmp_path, SignInOptions(refresh_lifetime=100))
    tokens = server.tokens()
    server.clock.pass_by(100)
    assert refusal(server.refresh(tokens["refresh_token"])) == "invalid_grant"
    server.close()


def test_what_has_long_expired_is_forgotten(server):
    tokens = server.tokens()
    server.clock.pass_by(40 * 86400)
    assert server.who(tokens["access_token"]).json()["message"] == "the token has expired"
    server.tokens()
    assert server.who(tokens["access_token"]).json()["message"] == "the token is not known here"
    assert len(server.store.credentials._database.rows("SELECT * FROM oauth_token")) == 2


def test_codes_and_tokens_outlive_a_restart(server):
    code = server.code()
    tokens = server.tokens()
    keys = server.http.get("/oauth2/jwks").json()
    server.restart()
    assert server.who(tokens["access_token"]).json()["id"] == ANNA
    assert server.refresh(tokens["refresh_token"]).status_code == 200
    assert server.trade(code).status_code == 200
    assert server.http.get("/oauth2/jwks").json() == keys


def test_a_spent_refresh_token_stays_spent_over_a_restart(server):
    token = server.tokens()["refresh_token"]
    server.refresh(token)
    server.restart()
    assert refusal(server.refresh(token)) == "invalid_grant"


def test_a_page_shown_before_a_restart_can_be_sent_after_it(server):
    page = server.login_page(PUBLIC_REQUEST)
    cookies = dict(server.http.cookies)
    server.restart()
    form = {"form_token": form_token(page), "username": ANNA, "password": PASSWORDS[ANNA]}
    server.http.cookies.update(cookies)
    assert server.http.post("/oauth2/auth", params=PUBLIC_REQUEST, data=form).status_code == 303


def test_tokens_of_somebody_who_was_taken_out_are_good_no_longer(server):
    tokens = server.tokens()
    server._users = Users([account(BEN, "Ben")])
    server.restart()
    assert "invalid_token" in server.who(tokens["access_token"]).headers["WWW-Authenticate"]
    assert refusal(server.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_a_revoked_access_token_is_good_no_longer(server):
    tokens = server.tokens()
    gone = server.http.post("/oauth2/revoke", data={"token": tokens["access_token"], "client_id": "bcfsync"})
    assert gone.status_code == 200
    assert server.who(tokens["access_token"]).json()["message"] == "the token has been revoked"
    assert server.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "nonsense"])
def test_with_a_revoked_refresh_token_goes_all_of_that_sign_in(server, hint):
    tokens = server.tokens()
    fields = {"token": tokens["refresh_token"], "client_id": "bcfsync", **({"token_type_hint": hint} if hint else {})}
    assert server.http.post("/oauth2/revoke", data=fields).status_code == 200
    assert server.who(tokens["access_token"]).status_code == 401
    assert refusal(server.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_revoking_what_nobody_knows_is_done_already(server):
    answer = server.http.post("/oauth2/revoke", data={"token": "unknown", "client_id": "bcfsync"})
    assert answer.status_code == 200


def test_nobody_revokes_the_tokens_of_another_client(server):
    tokens = server.tokens()
    answer = server.http.post("/oauth2/revoke", data={"token": tokens["access_token"]}, auth=CDE)
    assert refusal(answer) == "invalid_grant"
    assert server.who(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_id": "bcfsync"}, 400, "invalid_request"),
        ({"client_id": "cde", "token": "x"}, 401, "invalid_client"),
        ({"token": "x"}, 401, "invalid_client"),
    ],
)
def test_a_revocation_that_says_too_little_is_refused(server, fields, status, error):
    assert refusal(server.http.post("/oauth2/revoke", data=fields), status) == error


def test_a_program_with_a_user_of_its_own_gets_a_token_by_itself(server):
    answer = server.token(grant_type="client_credentials", auth=ROBOT).json()
    assert "refresh_token" not in answer
    assert server.who(answer["access_token"]).json() == {"id": BOT, "name": "The bot"}


@pytest.mark.parametrize("auth", [CDE, None])
def test_a_program_without_a_user_of_its_own_does_not(server, auth):
    fields = {} if auth else {"client_id": "bcfsync"}
    answer = server.token(grant_type="client_credentials", auth=auth, **fields)
    assert refusal(answer, 400 if auth else 401) == ("unauthorized_client" if auth else "invalid_client")


def test_a_registered_client_gets_nothing_without_somebody_who_signs_in(server):
    body = {"client_name": "New", "redirect_url": "https://new.example.com/"}
    registered = server.http.post("/oauth2/reg", json=body).json()
    auth = (registered["client_id"], registered["client_secret"])
    assert refusal(server.token(grant_type="client_credentials", auth=auth)) == "unauthorized_client"


@pytest.fixture
def lax(tmp_path):
    server = Server(tmp_path / "lax", SignInOptions(password_grant=True))
    yield server
    server.close()


def _password(server, password):
    return server.token(grant_type="password", client_id="bcfsync", username=ANNA, password=password)


def test_the_password_grant_works_where_it_is_switched_on(lax):
    tokens = _password(lax, PASSWORDS[ANNA]).json()
    assert lax.who(tokens["access_token"]).json()["id"] == ANNA
    assert lax.refresh(tokens["refresh_token"]).status_code == 200


def test_the_password_grant_refuses_a_wrong_password_and_then_slows_down(lax):
    for _ in range(5):
        assert refusal(_password(lax, "wrong")) == "invalid_grant"
    slow = _password(lax, PASSWORDS[ANNA])
    assert slow.status_code == 429
    assert slow.json()["message"]
    lax.clock.pass_by(60)
    assert _password(lax, PASSWORDS[ANNA]).status_code == 200


def test_a_password_does_not_count_in_the_query(lax):
    query = {"grant_type": "password", "client_id": "bcfsync", "username": ANNA, "password": PASSWORDS[ANNA]}
    assert refusal(lax.http.post("/oauth2/token", params=query)) == "invalid_request"


def test_the_clients_of_these_tests_do_not_show_their_secrets():
    assert "digest" not in repr(CLIENTS)
