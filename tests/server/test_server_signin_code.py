"""Somebody signs in in a browser: authorization code, PKCE, the login page."""

import re

import pytest
from signing_in import (
    ANNA,
    BACK,
    CDE,
    PASSWORDS,
    PUBLIC_REQUEST,
    SECRET,
    VERIFIER,
    WEB,
    WEB_REQUEST,
    form_token,
    refusal,
    sent_back,
)


def test_a_person_signs_in_with_a_native_program(server):
    back = server.sign_in(PUBLIC_REQUEST)
    assert back.headers["Location"].startswith(BACK + "?")
    assert sent_back(back) == {"code": sent_back(back)["code"], "state": "st-4711", "iss": "http://127.0.0.1:8080"}
    answer = server.trade(sent_back(back)["code"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 3600, "bcf")
    assert len(tokens["access_token"]) <= 255
    assert server.who(tokens["access_token"]).json() == {"id": ANNA, "name": "Anna"}


@pytest.mark.parametrize(
    "proof",
    [
        {"auth": CDE},
        {"client_id": "cde", "client_secret": SECRET},
    ],
    ids=["client_secret_basic", "client_secret_post"],
)
def test_a_confidential_client_proves_itself_with_its_secret(server, proof):
    code = server.code(WEB_REQUEST)
    answer = server.token(grant_type="authorization_code", code=code, redirect_uri=WEB, **proof)
    assert server.who(answer.json()["access_token"]).status_code == 200


def test_a_confidential_client_may_use_pkce_as_well(server):
    pkce = {name: PUBLIC_REQUEST[name] for name in ("code_challenge", "code_challenge_method")}
    code = server.code({**WEB_REQUEST, **pkce})
    trade = {"grant_type": "authorization_code", "code": code, "redirect_uri": WEB, "auth": CDE}
    assert refusal(server.token(**trade)) == "invalid_request"
    assert refusal(server.token(**trade, code_verifier="w" * 50)) == "invalid_grant"
    assert server.token(**trade, code_verifier=VERIFIER).status_code == 200


def test_the_grant_may_stand_in_the_query_as_the_specification_shows_it(server):
    fields = {"grant_type": "authorization_code", "code": server.code(WEB_REQUEST), "redirect_uri": WEB}
    assert server.http.post("/oauth2/token", params=fields, auth=CDE).status_code == 200


def test_a_secret_does_not_count_in_the_query(server):
    fields = {"grant_type": "authorization_code", "code": server.code(WEB_REQUEST), "redirect_uri": WEB}
    query = {**fields, "client_id": "cde", "client_secret": SECRET}
    assert refusal(server.http.post("/oauth2/token", params=query), 401) == "invalid_client"


def test_without_a_redirect_uri_the_only_registered_one_is_meant(server):
    request = {"response_type": "code", "client_id": "cde"}
    back = server.sign_in(request)
    assert back.headers["Location"].startswith(WEB + "?code=")
    assert "state" not in sent_back(back)
    answer = server.token(grant_type="authorization_code", code=sent_back(back)["code"], auth=CDE)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:1/any/path",
        "http://localhost:65535/cb",
        "http://[::1]:49152/",
    ],
)
def test_a_native_program_listens_on_any_port_of_its_machine(standing, uri):
    assert standing.sign_in({**PUBLIC_REQUEST, "redirect_uri": uri}).headers["Location"].startswith(uri + "?code=")


HOSTILE = [
    "https://evil.example/",
    "http://127.0.0.1.evil.example/",
    "http://127.0.0.1@evil.example/",
    "http://evil.example\\@127.0.0.1/",
    "https://127.0.0.1/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1/#x",
    "http://[::1/",
    "javascript:alert(1)",
    "//evil.example",
    "http://127.0.0.1/\r\nX: y",
    "http://127.0.0.1/ä",
    'http://127.0.0.1/"',
    "http://127.0.0.1:x/",
    "http://user:pw@127.0.0.1/",
]


@pytest.mark.parametrize("uri", HOSTILE)
@pytest.mark.parametrize("client", ["bcfsync", "cde"])
def test_a_browser_is_never_sent_to_an_address_nobody_registered(standing, uri, client):
    for more in ({}, {"response_type": "token"}, {"code_challenge": "x"}, {"prompt": "none", "scope": "openid"}):
        answer = standing.login_page({**PUBLIC_REQUEST, "client_id": client, "redirect_uri": uri, **more})
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "This sign-in cannot go on" in answer.text


@pytest.mark.parametrize(
    "change",
    [{"client_id": "nobody"}, {"client_id": ""}, {"redirect_uri": ""}, {"client_id": "ä"}, {"state": "\x00"}],
)
def test_a_request_of_nobody_gets_a_page_and_no_redirect(standing, change):
    answer = standing.login_page({**PUBLIC_REQUEST, **change})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_parameter_given_twice_is_refused(server):
    answer = server.http.get(
        "/oauth2/auth", params=[*PUBLIC_REQUEST.items(), ("redirect_uri", "https://evil.example/")]
    )
    assert answer.status_code == 400
    assert "redirect_uri: given more than once" in answer.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"code_challenge": "", "code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "openid", "prompt": "none"}, "login_required"),
    ],
)
def test_what_a_known_client_does_wrong_is_told_to_it_with_its_state(standing, change, error):
    back = sent_back(standing.login_page({**PUBLIC_REQUEST, **change}))
    assert (back["error"], back["state"], back["iss"]) == (error, "st-4711", "http://127.0.0.1:8080")
    assert "code" not in back


def test_a_wrong_password_says_so_and_leaves_the_name(server):
    answer = server.sign_in(PUBLIC_REQUEST, password="wrong")
    assert answer.status_code == 403
    assert "the password is not right" in answer.text
    assert f'value="{ANNA}"' in answer.text
    assert "wrong" not in answer.text.replace("went wrong", "")
    again = server.http.post(
        "/oauth2/auth",
        params=PUBLIC_REQUEST,
        data={"form_token": form_token(answer), "username": ANNA.upper(), "password": PASSWORDS[ANNA]},
    )
    assert "code" in sent_back(again)


def test_a_name_that_is_not_known_reads_like_a_wrong_password(server):
    known = server.sign_in(PUBLIC_REQUEST, password="wrong")
    unknown = server.sign_in(PUBLIC_REQUEST, "nobody@example.com", "wrong")
    hidden = re.compile(r'name="form_token" value="[^"]+"')
    assert hidden.sub("", known.text).replace(ANNA, "nobody@example.com") == hidden.sub("", unknown.text)


def test_guessing_gets_slow_and_then_even_the_right_password_waits(server):
    for _ in range(5):
        assert server.sign_in(PUBLIC_REQUEST, password="wrong").status_code == 403
    waiting = server.sign_in(PUBLIC_REQUEST)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) >= 1
    assert "Please wait" in waiting.text
    assert server.sign_in(PUBLIC_REQUEST, "ben@example.com").status_code == 303
    server.clock.pass_by(2)
    assert server.sign_in(PUBLIC_REQUEST).status_code == 303


def test_a_program_that_knows_who_it_is_saves_typing_the_name(server):
    assert f'value="{ANNA}"' in server.login_page({**PUBLIC_REQUEST, "login_hint": ANNA}).text


def test_cancelling_tells_the_client(server):
    back = sent_back(server.sign_in(PUBLIC_REQUEST, password="", answer="deny"))
    assert (back["error"], back["state"]) == ("access_denied", "st-4711")


def test_a_form_of_another_site_signs_nobody_in(server):
    form = {"username": ANNA, "password": PASSWORDS[ANNA]}
    foreign = server.http.post("/oauth2/auth", params=PUBLIC_REQUEST, data=form)
    page = server.login_page(PUBLIC_REQUEST)
    ours = {**form, "form_token": form_token(page)}
    other_request = server.http.post("/oauth2/auth", params={**PUBLIC_REQUEST, "state": "other"}, data=ours)
    server.http.cookies.clear()
    no_browser = server.http.post("/oauth2/auth", params=PUBLIC_REQUEST, data=ours)
    other_browser = server.http.post("/oauth2/auth", params=PUBLIC_REQUEST, data=ours)
    for answer in (foreign, other_request, no_browser, other_browser):
        assert answer.status_code == 403
        assert "try again" in answer.text


@pytest.mark.parametrize("token", ["", "x", "1.x", "99999999999999.x", "-1.x", "1.ä", "٣.x"])
def test_a_made_up_form_token_is_refused(standing, token):
    assert standing.sign_in(PUBLIC_REQUEST, form_token=token).status_code == 403


def test_a_form_left_open_for_an_hour_has_to_be_sent_again(server):
    page = server.login_page(PUBLIC_REQUEST)
    server.clock.pass_by(3601)
    form = {"form_token": form_token(page), "username": ANNA, "password": PASSWORDS[ANNA]}
    answer = server.http.post("/oauth2/auth", params=PUBLIC_REQUEST, data=form)
    assert answer.status_code == 403
    form["form_token"] = form_token(answer)
    assert server.http.post("/oauth2/auth", params=PUBLIC_REQUEST, data=form).status_code == 303


def test_two_open_pages_of_one_browser_both_work(server):
    pages = [server.login_page({**PUBLIC_REQUEST, "state": state}) for state in "ab"]
    for page, state in zip(pages, "ab", strict=True):
        form = {"form_token": form_token(page), "username": ANNA, "password": PASSWORDS[ANNA]}
        answer = server.http.post("/oauth2/auth", params={**PUBLIC_REQUEST, "state": state}, data=form)
        assert sent_back(answer)["state"] == state


def test_the_page_lets_no_other_site_in_and_goes_into_none(server):
    page = server.http.get("/oauth2/auth", params=PUBLIC_REQUEST, headers={"Origin": "https://evil.example"})
    assert not [name for name in page.headers if name.lower().startswith("access-control-")]
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:50123;" in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"
    cookie = page.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/oauth2"))
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="', page.text)


def test_what_comes_from_outside_is_text_on_the_page(server):
    name = '<img src=x onerror="alert(1)">'
    registered = server.http.post("/oauth2/reg", json={"client_name": name, "redirect_url": WEB}).json()
    page = server.login_page({**WEB_REQUEST, "client_id": registered["client_id"]})
    assert page.status_code == 200
    assert "<img" not in page.text
    assert "&lt;img" in page.text


def test_a_code_works_once_and_a_second_use_ends_what_it_was_good_for(server):
    code = server.code()
    tokens = server.trade(code).json()
    assert refusal(server.trade(code)) == "invalid_grant"
    assert server.who(tokens["access_token"]).status_code == 401
    assert refusal(server.refresh(tokens["refresh_token"])) == "invalid_grant"


def test_a_code_is_good_for_a_minute(server):
    code = server.code()
    server.clock.pass_by(60)
    assert refusal(server.trade(code)) == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "unknown"}, "invalid_grant"),
        ({"code": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:50124/back"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code_verifier": "w" * 50}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": ANNA, "password": PASSWORDS[ANNA]}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "ä"}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
    ],
)
def test_a_wrong_request_for_tokens_is_refused_and_spends_no_code(standing, change, error):
    code = standing.code()
    fields = {
        "grant_type": "authorization_code",
        "client_id": "bcfsync",
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "code": code,
    }
    assert refusal(standing.token(**{**fields, **change})) == error
    assert standing.token(**fields).status_code == 200


@pytest.mark.parametrize(
    "auth", [("cde", "wrong"), ("cde", ""), ("nobody", SECRET), ("ä", "ö")], ids=["wrong", "none", "who", "odd"]
)
def test_a_client_that_cannot_prove_itself_is_refused_with_a_challenge(server, auth):
    answer = server.token(grant_type="authorization_code", code=server.code(WEB_REQUEST), redirect_uri=WEB, auth=auth)
    assert refusal(answer, 401) == "invalid_client"
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "header", ["Basic %%%", "Basic \xe4", "Basic /////w==", "Basic", "basic  ", "Bearer  ", "Basic Y2Rl"]
)
def test_a_header_nobody_can_read_is_refused(standing, header):
    answer = standing.app.test_client().post(
        "/oauth2/token", data={"grant_type": "client_credentials"}, environ_overrides={"HTTP_AUTHORIZATION": header}
    )
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")


def test_a_code_belongs_to_the_client_it_was_made_for(server):
    code = server.code()
    stolen = server.token(
        grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER, auth=CDE
    )
    assert refusal(stolen) == "invalid_grant"
    assert server.trade(code).status_code == 200


def test_nothing_secret_is_kept_in_the_clear_or_logged(server, caplog, tmp_path):
    caplog.set_level("DEBUG")
    code = server.code()
    tokens = server.trade(code).json()
    newer = server.refresh(tokens["refresh_token"]).json()
    server.sign_in(PUBLIC_REQUEST, password="a wrong password")
    secrets = [code, *(pair[name] for pair in (tokens, newer) for name in ("access_token", "refresh_token"))]
    server.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    for secret in (*secrets, *PASSWORDS.values(), "a wrong password", SECRET):
        assert secret.encode() not in kept
        assert secret not in caplog.text
