import httpx
import pytest

from bcfsync.server import app as server_app
from bcfsync.server.app import create_app
from bcfsync.server.store import ServerStore

PUBLIC = ("/bcf/versions", "/foundation/versions", "/bcf/2.1/auth", "/foundation/1.0/auth")
BEN = {"Authorization": "Bearer token-b"}


@pytest.mark.parametrize("path", PUBLIC)
def test_discovery_needs_no_token(api, path):
    api.headers.pop("Authorization")
    assert api.get(path).status_code == 200


def test_foundation_lists_every_api_with_a_base_url_that_works(api):
    versions = api.get("/foundation/versions").json()["versions"]
    bcf = [("bcf", version) for version in ("1.0", "2.0", "2.1", "3.0")]
    assert [(v["api_id"], v["version_id"]) for v in versions] == [("foundation", "1.0"), *bcf]
    for base in [v["api_base_url"] for v in versions if v["api_id"] == "bcf"]:
        assert api.get(f"{base}/projects").json() == [{"project_id": "demo", "name": "Demo project"}]


def test_the_old_version_list_names_every_version(api):
    assert [v["version_id"] for v in api.get("/bcf/versions").json()["versions"]] == ["1.0", "2.0", "2.1", "3.0"]


@pytest.mark.parametrize("path", ["/bcf/2.1/auth", "/foundation/1.0/auth"])
def test_auth_offers_neither_basic_nor_oauth2(api, path):
    assert api.get(path).json() == {"http_basic_supported": False, "supported_oauth2_flows": []}


@pytest.mark.parametrize("path", ["/bcf/2.1/current-user", "/foundation/1.0/current-user"])
def test_current_user_is_the_owner_of_the_token(api, path):
    assert api.get(path, headers=BEN).json() == {"id": "ben@example.com", "name": "ben@example.com"}


def test_current_user_and_auth_left_the_bcf_base_with_version_3(api):
    assert api.get("/bcf/3.0/current-user").status_code == api.get("/bcf/3.0/auth").status_code == 404


def test_without_a_known_token_everything_else_is_401_with_a_challenge(api, version):
    api.headers.pop("Authorization")
    for header in (None, "Bearer wrong", "Bearer", "Basic dG9rZW4tYTo=", "token-a", "Basic %%%"):
        headers = {} if header is None else {"Authorization": header}
        for path in (
            "/foundation/1.0/current-user",
            f"/bcf/{version}/projects",
            f"/bcf/{version}/projects/none/topics",
        ):
            answer = api.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json()["message"]


def test_a_token_beyond_ascii_is_unknown_like_any_other(store):
    app = create_app(store, tokens={"tök": "t@example.com"})
    answer = app.test_client().get("/bcf/3.0/projects", environ_overrides={"HTTP_AUTHORIZATION": "Bearer t\xc3\xb6"})
    assert answer.status_code == 401


def test_an_unknown_path_is_404_and_a_wrong_method_405_as_json(api, topic):
    lost = api.get("/bcf/9.9/projects")
    wrong = api.patch(topic, json={})
    assert (lost.status_code, wrong.status_code) == (404, 405)
    assert {"GET", "PUT", "DELETE"} <= set(wrong.headers["Allow"].split(", "))
    assert lost.json()["message"]
    assert wrong.json()["message"]


def test_a_trailing_slash_is_no_redirect(api, project):
    assert api.get(f"{project}/topics/").status_code == 404
    assert api.get(f"{project}//topics").status_code == 404


def test_an_oversized_body_is_413_as_json(store, project, monkeypatch):
    monkeypatch.setattr(server_app, "LARGEST_BODY", 1000)
    app = create_app(store, tokens={"t": "t@example.com"})
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server") as client:
        headers = {"Authorization": "Bearer t"}
        answer = client.post(f"{project}/topics", json={"title": "x" * 2000}, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["message"]


def test_a_defect_is_500_as_json(store: ServerStore, project, monkeypatch):
    app = create_app(store, tokens={"t": "t@example.com"})
    app.logger.disabled = True
    monkeypatch.setattr(store.topics, "listing", None)
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server") as client:
        answer = client.get(f"{project}/topics", headers={"Authorization": "Bearer t"})
    assert answer.status_code == 500
    assert answer.json()["message"]


def test_a_project_can_be_read_and_renamed(api, project):
    assert api.get(project).json() == {"project_id": "demo", "name": "Demo project"}
    assert api.put(project, json={"name": "Tower"}).json() == {"project_id": "demo", "name": "Tower"}
    assert api.get(project).json()["name"] == "Tower"


def test_each_version_has_its_own_name_for_the_users_list(api):
    old, new = (api.get(f"/bcf/{version}/projects/demo/extensions").json() for version in ("2.1", "3.0"))
    assert old.pop("user_id_type") == new.pop("users") != []
    assert old == new
    rights = {"project_actions", "topic_actions", "comment_actions"}
    assert set(new) - rights == {"topic_type", "topic_status", "topic_label", "snippet_type", "priority", "stage"}


def test_an_unknown_project_is_404_everywhere_in_it(api, version):
    base = f"/bcf/{version}/projects/none"
    for path in ("", "/extensions", "/topics", "/documents", "/topics/x", "/topics/x/comments", "/documents/x"):
        assert api.get(base + path).status_code == 404
    assert api.put(base, json={"name": "x"}).status_code == 404
    assert api.post(f"{base}/topics", json={"title": "x"}).status_code == 404


def test_a_route_that_is_not_there_and_a_method_that_is_not_there_are_said_in_our_words(api):
    missing = api.get("/bcf/3.0/current-user")
    assert missing.status_code == 404
    assert missing.json()["message"].startswith("there is no such route")
    refused = api.delete("/bcf/3.0/projects")
    assert refused.status_code == 405
    assert refused.headers["Allow"]
    assert "Allow" in refused.json()["message"]
