"""Whatever is sent to the routes of signing in: an answer below 500, and no browser sent anywhere unregistered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signing_in import BACK, CDE, PUBLIC_REQUEST, ROOT, SECRET, WEB

NAMES = (
    "response_type", "client_id", "client_secret", "redirect_uri", "scope", "state", "code_challenge",
    "code_challenge_method", "code_verifier", "code", "grant_type", "refresh_token", "username", "password",
    "device_code", "user_code", "token", "token_type_hint", "nonce", "prompt", "form_token", "answer",
    "response_mode", "display", "max_age", "claims", "request", "assertion",
)  # fmt: skip
KNOWN = (
    *PUBLIC_REQUEST.values(), "cde", SECRET, WEB, "robot", "authorization_code", "refresh_token", "client_credentials",
    "password", "urn:ietf:params:oauth:grant-type:device_code", "openid", "none login", "form_post", "token", "deny",
    "id_token", "", "1", "http://[", "http://127.0.0.1:0/", "\x00", "%zz", "ä",
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(KNOWN), st.text(st.characters(codec="utf-8"), max_size=30))
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)
HEADERS = st.sampled_from(
    (
        None,
        "Basic",
        "Basic ",
        "Basic %%%",
        "Basic Y2RlOg==",
        "Basic Ojo=",
        "Bearer x",
        "Basic \xe4",
        "x",
        " ",
        "Digest a=b",
    )
)
ROUTES = (
    ("GET", "/oauth2/auth"), ("POST", "/oauth2/auth"), ("POST", "/oauth2/token"), ("POST", "/oauth2/revoke"),
    ("POST", "/oauth2/device_authorization"), ("GET", "/oauth2/device"), ("POST", "/oauth2/device"),
    ("POST", "/oauth2/reg"), ("GET", "/oauth2/userinfo"), ("POST", "/oauth2/userinfo"),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(route=st.sampled_from(ROUTES), query=PAIRS, form=PAIRS, header=HEADERS, whole=st.booleans())
def test_nothing_that_is_sent_breaks_the_server_or_leads_a_browser_astray(standing, route, query, form, header, whole):
    method, path = route
    environ = {} if header is None else {"HTTP_AUTHORIZATION": header}
    asked = [*PUBLIC_REQUEST.items(), *query] if whole else query
    standing.clock.pass_by(1000)
    answer = standing.app.test_client().open(
        path, method=method, base_url=ROOT, query_string=asked, data=_form(form) if method == "POST" else None,
        environ_overrides=environ,
    )  # fmt: skip
    assert answer.status_code < 500
    location = answer.headers.get("Location", "")
    assert not location or location.startswith((BACK, WEB, "http://127.0.0.1", "http://localhost", "http://[::1]"))
    assert "access_token" not in answer.text


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    body=st.dictionaries(
        st.sampled_from(("client_name", "client_description", "client_url", "redirect_url")),
        st.one_of(st.none(), st.integers(), st.text(max_size=70), st.lists(st.integers(), max_size=2), VALUES),
    )
)
def test_no_registration_breaks_the_server(standing, body):
    answer = standing.app.test_client().post("/oauth2/reg", json=body)
    assert answer.status_code in {201, 400, 403}


@pytest.mark.parametrize("host", ["", "[::1", "a b", "x" * 300, "h:99999", "h:x", "ä", "<b>", "http://evil/"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_name_of_the_server_breaks_it(standing, method, path, host):
    environ = {"HTTP_HOST": host}
    query = PUBLIC_REQUEST if path == "/oauth2/auth" else {}
    answer = standing.app.test_client().open(path, method=method, query_string=query, environ_overrides=environ)
    assert answer.status_code < 500


def test_a_form_without_end_is_refused(standing):
    answer = standing.token(grant_type="x" * 2_000_000)
    assert answer.status_code in {400, 413}
    many = "&".join(f"a{number}=b" for number in range(5000))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert standing.http.post("/oauth2/token", content=many, headers=headers).status_code in {400, 413}


def test_a_body_that_is_no_form_is_told_so(standing):
    answer = standing.http.post("/oauth2/token", json={"grant_type": "client_credentials"}, auth=CDE)
    assert answer.status_code == 400
    assert "sent as a form" in answer.json()["error_description"]


def _form(pairs):
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
