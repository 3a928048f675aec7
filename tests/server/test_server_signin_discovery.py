"""What is said of signing in, in every shape; registration; OpenID Connect."""

import json

import pytest
from authlib.oauth2 import rfc9207
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.jwk import KeySet
from signing_in import ANNA, BACK, PUBLIC_REQUEST, ROOT, Server, refusal, sent_back

from bcfsync.server.signin.options import SignInOptions

URLS = {"oauth2_auth_url": f"{ROOT}/oauth2/auth", "oauth2_token_url": f"{ROOT}/oauth2/token"}
REGISTRATION = {"oauth2_dynamic_client_reg_url": f"{ROOT}/oauth2/reg"}
CODE_FLOW = {"supported_oauth2_flows": ["authorization_code_grant"]}

NEW_CLIENT = {
    "client_name": "Prüfer 3000",
    "client_description": "Checks models.",
    "client_url": "https://pruefer.example.com",
    "redirect_url": "https://pruefer.example.com/back",
}


def test_1_0_is_told_three_urls(server):
    assert server.http.get("/bcf/auth").json() == {**URLS, **REGISTRATION}


@pytest.mark.parametrize("path", ["/bcf/2.1/auth", "/foundation/1.0/auth"])
def test_2_1_and_foundation_are_told_flows_as_well(server, path):
    assert server.http.get(path).json() == {**URLS, **REGISTRATION, **CODE_FLOW, "http_basic_supported": False}


@pytest.mark.parametrize("path", ["/bcf/2.1/auth", "/foundation/1.0/auth"])
def test_what_is_switched_on_is_said_and_what_is_off_is_not(tmp_path, path):
    options = SignInOptions(http_basic=True, password_grant=True, registration=False)
    server = Server(tmp_path, options)
    flows = ["authorization_code_grant", "resource_owner_password_credentials_grant"]
    said = server.http.get(path).json()
    assert said == {**URLS, "http_basic_supported": True, "supported_oauth2_flows": flows}
    assert server.http.post("/oauth2/reg", json=NEW_CLIENT).status_code == 404
    assert "password" in server.http.get("/.well-known/openid-configuration").json()["grant_types_supported"]
    server.close()


def test_where_nobody_has_a_password_nothing_is_offered(tmp_path):
    server = Server(tmp_path, SignInOptions(http_basic=True), users=None)
    server.app.config["PROPAGATE_EXCEPTIONS"] = True
    assert server.http.get("/foundation/1.0/auth").json()["http_basic_supported"] is False
    server.close()


def test_every_url_of_the_discovery_documents_is_there(server):
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        said = server.http.get(path).json()
        assert said["issuer"] == ROOT
        for name, url in said.items():
            if name.endswith(("_endpoint", "_uri")):
                assert server.http.get(url).status_code != 404, name
                assert server.http.post(url).status_code != 404, name


def test_the_openid_document_has_what_its_standard_requires(server):
    said = server.http.get("/.well-known/openid-configuration").json()
    required = {
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
        "subject_types_supported", "id_token_signing_alg_values_supported",
    }  # fmt: skip
    assert said.keys() >= required
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert "registration_endpoint" not in said  # ours does not speak RFC 7591
    assert "password" not in said["grant_types_supported"]


def test_the_metadata_is_what_others_make_of_their_standards(server):
    said = server.http.get("/.well-known/openid-configuration").json()
    OpenIDProviderMetadata(said).validate()
    oauth = server.http.get("/.well-known/oauth-authorization-server").json()
    AuthorizationServerMetadata(oauth).validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])


def test_discovery_may_be_read_by_pages_of_other_origins(server):
    answer = server.http.get("/foundation/1.0/auth", headers={"Origin": "https://viewer.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("path", "is_open"), [("/oauth2/token", True), ("/oauth2/reg", True), ("/oauth2/auth", False)])
def test_what_is_made_for_programs_is_open_to_pages_of_other_origins_and_the_login_page_is_not(server, path, is_open):
    asked = {"Origin": "https://viewer.example", "Access-Control-Request-Method": "POST"}
    answers = [server.http.options(path, headers=asked), server.http.post(path, headers=asked)]
    assert ["Access-Control-Allow-Origin" in answer.headers for answer in answers] == [is_open, is_open]


def test_a_registered_client_signs_people_in(server):
    answer = server.http.post("/oauth2/reg", json=NEW_CLIENT)
    assert answer.status_code == 201
    assert answer.json().keys() == {"client_id", "client_secret"}
    server.restart()
    client_id, secret = answer.json().values()
    request = {"response_type": "code", "client_id": client_id, "state": "x"}
    assert "Prüfer 3000" in server.login_page(request).text
    back = server.sign_in(request)
    assert back.headers["Location"].startswith(NEW_CLIENT["redirect_url"])
    code = sent_back(back)["code"]
    tokens = server.token(grant_type="authorization_code", code=code, auth=(client_id, secret)).json()
    assert server.who(tokens["access_token"]).json()["id"] == ANNA


@pytest.mark.parametrize(
    ("redirect_url", "status"), [("https://elsewhere.example.com/cb", 400), ("http://127.0.0.1:8765/cb", 303)]
)
def test_an_address_somebody_registered_is_not_led_to_before_anybody_signs_in(server, redirect_url, status):
    made = server.http.post("/oauth2/reg", json={**NEW_CLIENT, "redirect_url": redirect_url}).json()
    asked = {"client_id": made["client_id"], "redirect_uri": redirect_url, "response_type": "token", "state": "x"}
    answer = server.http.get("/oauth2/auth", params=asked, follow_redirects=False)
    assert answer.status_code == status
    assert answer.headers.get("Location", "").startswith(redirect_url if status == 303 else "")
    assert ("Location" in answer.headers) is (status == 303)


@pytest.mark.parametrize(
    "change",
    [
        {"client_name": None},
        {"client_name": ""},
        {"client_name": " "},
        {"client_name": "x" * 61},
        {"client_name": 7},
        {"client_name": "a\nb"},
        {"client_description": "x" * 4001},
        {"client_description": []},
        {"client_url": "javascript:alert(1)"},
        {"client_url": "https://" + "x" * 2000},
        {"redirect_url": None},
        {"redirect_url": ""},
        {"redirect_url": "http://example.com/"},
        {"redirect_url": "javascript:alert(1)"},
        {"redirect_url": "data:text/html,x"},
        {"redirect_url": "/back"},
        {"redirect_url": "https://example.com/#fragment"},
        {"redirect_url": "https://"},
        {"redirect_url": "https://[::1"},
        {"redirect_url": "https://example.com\\.evil.example/"},
        {"redirect_url": "https://exämple.com/"},
        {"redirect_url": {"url": "https://example.com/"}},
    ],
)
def test_a_registration_that_says_something_else_is_refused_by_the_member(standing, change):
    answer = standing.http.post("/oauth2/reg", json={**NEW_CLIENT, **change})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(next(iter(change)))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff", b'{"client_name": NaN}'])
def test_a_registration_that_is_none_is_refused(standing, body):
    answer = standing.http.post("/oauth2/reg", content=body)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:8080/x", "http://localhost/", "com.example.app:/back", "https://a.b/"]
)
def test_a_client_may_register_these(standing, uri):
    assert standing.http.post("/oauth2/reg", json={**NEW_CLIENT, "redirect_url": uri}).status_code == 201


def test_a_registered_loopback_address_is_good_for_every_port_but_no_other_path(server):
    body = {**NEW_CLIENT, "redirect_url": "http://127.0.0.1:8080/oidc-callback"}
    client = server.http.post("/oauth2/reg", json=body).json()["client_id"]
    request = {"response_type": "code", "client_id": client}
    for uri, status in (
        ("http://127.0.0.1:9999/oidc-callback", 200),
        ("http://127.0.0.1:9999/other", 400),
        ("http://localhost:8080/oidc-callback", 400),
    ):
        assert server.login_page({**request, "redirect_uri": uri}).status_code == status


def test_a_private_scheme_gets_its_code(server):
    body = {**NEW_CLIENT, "redirect_url": "com.example.app:/back"}
    client = server.http.post("/oauth2/reg", json=body).json()["client_id"]
    page = server.login_page({"response_type": "code", "client_id": client})
    assert "form-action 'self' com.example.app:;" in page.headers["Content-Security-Policy"]
    back = server.sign_in({"response_type": "code", "client_id": client})
    assert back.headers["Location"].startswith("com.example.app:/back?code=")


def test_there_is_an_end_to_registering(server, monkeypatch):
    monkeypatch.setattr("bcfsync.server.signin.registration._MOST_CLIENTS", 2)
    answers = [server.http.post("/oauth2/reg", json=NEW_CLIENT).status_code for _ in range(3)]
    assert answers == [201, 201, 403]


def _id_token(server, tokens):
    keys = KeySet.import_key_set(server.http.get("/oauth2/jwks").json())
    return jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])


def _openid_tokens(server, **more):
    request = {**PUBLIC_REQUEST, "scope": "openid profile email", **more}
    return server.trade(sent_back(server.sign_in(request))["code"]).json()


def test_scope_openid_brings_a_signed_id_token(server):
    tokens = _openid_tokens(server, nonce="n-0815")
    token = _id_token(server, tokens)
    now = int(server.clock().timestamp())
    assert token.header["kid"] == server.http.get("/oauth2/jwks").json()["keys"][0]["kid"]
    assert token.claims.pop("at_hash")
    assert token.claims == {
        "iss": ROOT,
        "aud": ["bcfsync"],
        "sub": ANNA,
        "iat": now,
        "exp": now + 3600,
        "auth_time": now,
        "nonce": "n-0815",
        "name": "Anna",
        "preferred_username": ANNA,
        "email": ANNA,
    }


def test_without_the_scope_there_is_no_id_token(server):
    assert "id_token" not in server.tokens()


def test_a_scope_the_server_does_not_know_is_left_out_and_that_is_said(server):
    tokens = _openid_tokens(server, scope="openid bcf_v2_1 admin")
    assert tokens["scope"] == "openid"


def test_the_public_keys_hold_nothing_private(server):
    keys = server.http.get("/oauth2/jwks").json()["keys"]
    assert [key.keys() for key in keys] == [{"kty", "n", "e", "kid", "use", "alg"}]


def test_userinfo_says_what_the_scope_allows(server):
    tokens = _openid_tokens(server)
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    said = {"sub": ANNA, "name": "Anna", "preferred_username": ANNA, "email": ANNA}
    assert server.http.get("/oauth2/userinfo", headers=header).json() == said
    assert server.http.post("/oauth2/userinfo", headers=header).json() == said
    narrow = _openid_tokens(server, scope="openid")
    header = {"Authorization": f"Bearer {narrow['access_token']}"}
    assert server.http.get("/oauth2/userinfo", headers=header).json() == {"sub": ANNA}


def test_userinfo_needs_a_token_with_the_scope(server):
    assert server.http.get("/oauth2/userinfo").status_code == 401
    header = {"Authorization": f"Bearer {server.tokens()['access_token']}"}
    answer = server.http.get("/oauth2/userinfo", headers=header)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert server.http.get("/oauth2/userinfo", headers={"Authorization": "Bearer static"}).status_code == 401


def test_errors_of_programs_have_the_form_of_oauth(server):
    answer = server.trade("unknown")
    assert refusal(answer) == "invalid_grant"
    assert json.loads(answer.text).keys() == {"error", "error_description"}


def test_tokens_are_not_given_for_a_get(server):
    answer = server.http.get("/oauth2/token", params={"grant_type": "client_credentials"})
    assert (answer.status_code, bool(answer.json()["message"])) == (405, True)


def test_the_predefined_client_comes_back_to_its_own_machine_only(server):
    assert server.login_page(PUBLIC_REQUEST).status_code == 200
    assert "<code>127.0.0.1:50123</code>, a program on this computer" in server.login_page(PUBLIC_REQUEST).text
    assert server.login_page({**PUBLIC_REQUEST, "redirect_uri": BACK.replace("http:", "https:")}).status_code == 400


def test_a_registration_longer_than_any_is_not_even_read(standing):
    answer = standing.http.post("/oauth2/reg", json={**NEW_CLIENT, "client_description": "a" * 70_000})
    assert answer.status_code == 413
