"""Where people sign in, in every shape servers say it."""

from collections.abc import Mapping

import httpx
import pytest

from bcfsync.auth import BadAnswer
from bcfsync.auth.places import Places, look, server_root
from bcfsync.net import Http, Seams

ROOT = "https://cde.example.com"
CODE = {"oauth2_auth_url": f"{ROOT}/o/auth", "oauth2_token_url": f"{ROOT}/o/token"}
OPENID = {
    "issuer": ROOT,
    "authorization_endpoint": f"{ROOT}/o/auth",
    "token_endpoint": f"{ROOT}/o/token",
    "device_authorization_endpoint": f"{ROOT}/o/device",
    "revocation_endpoint": f"{ROOT}/o/revoke",
    "authorization_response_iss_parameter_supported": True,
    "scopes_supported": ["openid", "offline_access", 7],
}


def looked(documents: Mapping[str, object], root: str = ROOT, issuer: str = "") -> Places:
    """What is found where these documents are at these addresses."""

    def answer(request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        return httpx.Response(200, json=documents[url]) if url in documents else httpx.Response(404, json={})

    def wire(place: str) -> Http:
        return Http(place, None, Seams(transport=httpx.MockTransport(answer), sleep=lambda _: None))

    return look(wire(root), wire, issuer)


@pytest.mark.parametrize(
    ("root", "path"),
    [
        (ROOT, "/foundation/1.0/auth"),
        (ROOT, "/bcf/2.1/auth"),
        (ROOT, "/bcf/auth"),
        (f"{ROOT}/bcf/2.1", "/bcf/2.1/auth"),
        (f"{ROOT}/bcf/3.0", "/foundation/1.0/auth"),
        (f"{ROOT}/bcf", "/bcf/2.1/auth"),
        (f"{ROOT}/api/bcf/2.1", "/api/bcf/2.1/auth"),
        (ROOT, "/api/bcf/2.1/auth"),
        (ROOT, "/opencde/foundation/1.0/auth"),
        (f"{ROOT}/sub/dir/bcf/2.1", "/sub/dir/bcf/2.1/auth"),
    ],
)
def test_the_document_is_found_wherever_it_is(root, path):
    assert looked({ROOT + path: CODE}, root).token == f"{ROOT}/o/token"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (CODE, Places(authorize=f"{ROOT}/o/auth", token=f"{ROOT}/o/token")),
        ([CODE], Places(authorize=f"{ROOT}/o/auth", token=f"{ROOT}/o/token")),
        ({**CODE, "http_basic_supported": "false"}, Places(authorize=f"{ROOT}/o/auth", token=f"{ROOT}/o/token")),
        ({"http_basic_supported": "True"}, Places(basic=True)),
        ({"http_basic_supported": True, "oauth2_auth_url": "", "oauth2_token_url": ""}, Places(basic=True)),
        ({"oauth2_auth_url": f"{ROOT}/o/auth"}, Places()),
        ({"oauth2_auth_url": f"{ROOT}/o/auth", "oauth2_token_url": None}, Places()),
        ({"oauth2_auth_url": "/o/auth", "oauth2_token_url": "/o/token"}, Places(f"{ROOT}/o/auth", f"{ROOT}/o/token")),
        ({"oauth2_token_url": f"{ROOT}/o/token"}, Places(token=f"{ROOT}/o/token")),
        ({**CODE, "oauth2_dynamic_client_reg_url": "/o/reg"},
         Places(f"{ROOT}/o/auth", f"{ROOT}/o/token", f"{ROOT}/o/reg")),
        ([], Places()),
        (["x", 7], Places()),
        ("text", Places()),
        (None, Places()),
        ({"oauth2_auth_url": 7, "oauth2_token_url": ["x"], "http_basic_supported": {}}, Places()),
    ],
)  # fmt: skip
def test_a_document_is_read_leniently(said, expected):
    assert looked({f"{ROOT}/bcf/2.1/auth": said}) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://cde.example.com/o/token",
        "ftp://cde.example.com/o/token",
        "javascript:alert(1)",
        "https://user:word@cde.example.com/",
        "https://127.0.0.1/o/token",
        "http://localhost:8000/o/token",
        "https://cde.example.com/o/token#part",
        "https://[::1/",
    ],
)
@pytest.mark.parametrize("name", ["oauth2_auth_url", "oauth2_token_url", "oauth2_dynamic_client_reg_url"])
def test_secrets_are_sent_to_no_address_that_is_not_safe(name, url):
    with pytest.raises(BadAnswer):
        looked({f"{ROOT}/bcf/2.1/auth": {**CODE, name: url}})


def test_an_openid_document_of_the_server_itself_adds_what_it_knows():
    found = looked({f"{ROOT}/bcf/2.1/auth": CODE, f"{ROOT}/.well-known/openid-configuration": OPENID})
    assert (found.device, found.revoke, found.issuer) == (f"{ROOT}/o/device", f"{ROOT}/o/revoke", ROOT)
    assert (found.names_itself, found.scopes) == (True, ("openid", "offline_access"))


def test_an_openid_document_that_names_another_issuer_is_not_used_where_nobody_asked_for_it():
    other = {**OPENID, "issuer": "https://login.example.com"}
    found = looked({f"{ROOT}/bcf/2.1/auth": CODE, f"{ROOT}/.well-known/openid-configuration": other})
    assert (found.token, found.issuer) == (f"{ROOT}/o/token", "")


def test_the_document_of_rfc_8414_does_as_well():
    assert looked({f"{ROOT}/.well-known/oauth-authorization-server": OPENID}).device == f"{ROOT}/o/device"


def test_an_openid_document_is_found_beside_the_api():
    below = f"{ROOT}/opencde"
    document = {**OPENID, "issuer": below}
    found = looked({f"{below}/bcf/2.1/auth": CODE, f"{below}/.well-known/openid-configuration": document})
    assert found.issuer == below


def test_an_openid_document_for_other_tokens_is_not_used():
    other = {**OPENID, "token_endpoint": f"{ROOT}/another/token"}
    found = looked({f"{ROOT}/bcf/2.1/auth": CODE, f"{ROOT}/.well-known/openid-configuration": other})
    assert (found.token, found.device) == (f"{ROOT}/o/token", "")


REALM = "https://iam.example.org/auth/realms/cde"
KEYCLOAK = {
    **OPENID,
    "issuer": REALM,
    "authorization_endpoint": f"{REALM}/protocol/openid-connect/auth",
    "token_endpoint": f"{REALM}/protocol/openid-connect/token",
    "registration_endpoint": f"{REALM}/clients-registrations/openid-connect",
}


def test_the_issuer_of_the_configuration_is_asked_and_may_be_on_another_host():
    found = looked({f"{REALM}/.well-known/openid-configuration": KEYCLOAK}, issuer=REALM)
    assert found.token == KEYCLOAK["token_endpoint"]
    assert found.register_open == KEYCLOAK["registration_endpoint"]


def test_a_keycloak_is_known_by_its_addresses():
    told = {"oauth2_auth_url": KEYCLOAK["authorization_endpoint"], "oauth2_token_url": KEYCLOAK["token_endpoint"]}
    found = looked({f"{ROOT}/bcf/2.1/auth": told, f"{REALM}/.well-known/openid-configuration": KEYCLOAK})
    assert found.issuer == REALM


@pytest.mark.parametrize("named", ["https://evil.example.com", None, 7, REALM + "x"])
def test_an_issuer_that_calls_itself_something_else_is_refused(named):
    document = {**KEYCLOAK, "issuer": named}
    with pytest.raises(BadAnswer, match="calls itself"):
        looked({f"{REALM}/.well-known/openid-configuration": document}, issuer=REALM)


def test_an_issuer_without_a_document_is_said():
    with pytest.raises(BadAnswer, match="no OpenID document"):
        looked({}, issuer=REALM)


@pytest.mark.parametrize(
    ("url", "root"),
    [
        (ROOT, ROOT), (f"{ROOT}/", ROOT), (f"{ROOT}/bcf", ROOT), (f"{ROOT}/bcf/3.0", ROOT), (f"{ROOT}/bcf/2.1/", ROOT),
        (f"{ROOT}/api/bcf/2.1", f"{ROOT}/api"), (f"{ROOT}/bc_2.1", ROOT),
    ],
)  # fmt: skip
def test_one_login_serves_all_versions_of_a_server(url, root):
    assert server_root(url) == root
