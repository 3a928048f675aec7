"""A program without a browser is confirmed elsewhere (RFC 8628)."""

import pytest
from signing_in import ANNA, CDE, PASSWORDS, Server, form_token, refusal

from bcfsync.server.signin.options import SignInOptions

GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def begin(server, **fields):
    return server.http.post("/oauth2/device_authorization", data={"client_id": "bcfsync", **fields})


def ask(server, device, **fields):
    return server.token(**{"grant_type": GRANT, "client_id": "bcfsync", "device_code": device["device_code"], **fields})


def confirm(server, device, answer="allow", user_id=ANNA, password=None, user_code=None):
    query = {"user_code": device["user_code"] if user_code is None else user_code}
    page = server.http.get("/oauth2/device", params=query)
    form = {"form_token": form_token(page), "answer": answer, "user_code": device["user_code"]}
    form |= {"username": user_id, "password": PASSWORDS[user_id] if password is None else password}
    return server.http.post("/oauth2/device", params=query, data=form)


def test_a_device_waits_until_somebody_has_confirmed_it(server):
    device = begin(server, scope="openid bcf").json()
    assert device.keys() == {
        "device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval",
    }  # fmt: skip
    assert device["verification_uri"] == "http://127.0.0.1:8080/oauth2/device"
    assert (device["expires_in"], device["interval"]) == (900, 5)
    assert refusal(ask(server, device)) == "authorization_pending"
    done = confirm(server, device)
    assert (done.status_code, "goes on by itself" in done.text) == (200, True)
    server.clock.pass_by(5)
    tokens = ask(server, device).json()
    assert tokens.keys() >= {"access_token", "refresh_token", "id_token"}
    assert server.who(tokens["access_token"]).json()["id"] == ANNA
    assert server.refresh(tokens["refresh_token"]).status_code == 200


def test_the_code_is_typed_in_any_way_people_type(server):
    device = begin(server).json()
    typed = " " + device["user_code"].lower().replace("-", " ")
    assert confirm(server, device, user_code=typed).status_code == 200
    assert ask(server, device).status_code == 200


def test_the_address_with_the_code_leads_to_the_name_of_the_program(server):
    page = server.http.get(begin(server).json()["verification_uri_complete"])
    assert page.status_code == 200
    assert "<strong>bcfsync</strong>" in page.text
    assert "Content-Security-Policy" in page.headers


def test_the_address_without_a_code_asks_for_one(server):
    page = server.http.get("/oauth2/device")
    assert (page.status_code, "Type the code" in page.text) == (200, True)


@pytest.mark.parametrize("code", ["BBBB-BBBB", "BCDF", "B" * 1000, "<b>B"])
def test_a_code_nobody_has_is_asked_for_again(server, code):
    answer = server.http.get("/oauth2/device", params={"user_code": code})
    assert answer.status_code == 404
    assert "No program waits with this code" in answer.text


def test_guessing_codes_gets_slow(server):
    device = begin(server).json()
    for _ in range(5):
        server.http.get("/oauth2/device", params={"user_code": "BBBB-BBBB"})
    slow = server.http.get("/oauth2/device", params={"user_code": device["user_code"]})
    assert slow.status_code == 429
    assert slow.headers["Retry-After"]


def test_a_refused_device_is_told_so(server):
    device = begin(server).json()
    assert "Refused" in confirm(server, device, "deny", password="").text
    assert refusal(ask(server, device)) == "access_denied"


def test_a_wrong_password_confirms_nothing(server):
    device = begin(server).json()
    answer = confirm(server, device, password="wrong")
    assert (answer.status_code, "the password is not right" in answer.text) == (403, True)
    server.clock.pass_by(5)
    assert refusal(ask(server, device)) == "authorization_pending"


def test_a_form_of_another_site_confirms_nothing(server):
    device = begin(server).json()
    form = {"answer": "allow", "user_code": device["user_code"], "username": ANNA, "password": PASSWORDS[ANNA]}
    assert server.http.post("/oauth2/device", data=form).status_code == 403
    server.clock.pass_by(5)
    assert refusal(ask(server, device)) == "authorization_pending"


def test_a_decision_is_made_once(server):
    device = begin(server).json()
    confirm(server, device)
    assert server.http.get("/oauth2/device", params={"user_code": device["user_code"]}).status_code == 404


def test_who_asks_too_often_is_slowed_down_for_good(server):
    device = begin(server).json()
    assert refusal(ask(server, device)) == "authorization_pending"
    server.clock.pass_by(4)
    assert refusal(ask(server, device)) == "slow_down"
    server.clock.pass_by(5)
    assert refusal(ask(server, device)) == "slow_down"
    server.clock.pass_by(15)
    assert refusal(ask(server, device)) == "authorization_pending"


def test_a_device_that_nobody_confirms_expires(tmp_path):
    server = Server(tmp_path, SignInOptions(device_lifetime=10, device_interval=1))
    device = begin(server).json()
    server.clock.pass_by(10)
    assert refusal(ask(server, device)) == "expired_token"
    assert server.http.get("/oauth2/device", params={"user_code": device["user_code"]}).status_code == 404
    server.close()


def test_a_device_code_works_once_and_only_for_its_client(server):
    device = begin(server).json()
    confirm(server, device)
    stolen = server.token(grant_type=GRANT, device_code=device["device_code"], auth=CDE)
    assert refusal(stolen) == "unauthorized_client"
    assert ask(server, device).status_code == 200
    assert refusal(ask(server, device)) == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"device_code": "unknown"}, "invalid_grant"),
        ({"device_code": ""}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
    ],
)
def test_a_wrong_question_is_refused(server, change, error):
    assert refusal(ask(server, begin(server).json(), **change)) == error


def test_a_device_of_nobody_is_refused(server):
    assert refusal(begin(server, client_id="nobody")) == "invalid_client"
    assert refusal(begin(server, client_id="cde"), 401) == "invalid_client"


def test_a_waiting_device_outlives_a_restart(server):
    device = begin(server).json()
    server.restart()
    confirm(server, device)
    server.restart()
    assert ask(server, device).status_code == 200
