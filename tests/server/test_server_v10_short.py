"""The short URLs of the first text of 1.0."""

import httpx
import pytest
from reference_server import png

from bcfsync.server.app import create_app
from bcfsync.server.users import Account, User, Users

TAG = "/bcf/1.0"
TOPIC = {"guid": "6f2a0c6e-0000-4000-8000-000000000001", "title": "A"}
COMMENT = {"guid": "6f2a0c6e-0000-4000-8000-000000000002", "comment": "c"}
VIEWPOINT = {"guid": "6f2a0c6e-0000-4000-8000-000000000003"}
DOCUMENT = "6f2a0c6e-0000-4000-8000-000000000004"
BELOW = f"{TAG}/projects/demo/topics/{TOPIC['guid']}"
SHORT = {
    f"{TAG}/topics/{TOPIC['guid']}": BELOW,
    f"{TAG}/topics/{TOPIC['guid'].upper()}": BELOW,
    f"{TAG}/topics/{TOPIC['guid']}/comments": f"{BELOW}/comments",
    f"{TAG}/topics/{TOPIC['guid']}/comments/{COMMENT['guid']}": f"{BELOW}/comments/{COMMENT['guid']}",
    f"{TAG}/topics/{TOPIC['guid']}/viewpoints": f"{BELOW}/viewpoints",
    f"{TAG}/topics/{TOPIC['guid']}/files": f"{BELOW}/files",
    f"{TAG}/topics/{TOPIC['guid']}/related_topics": f"{BELOW}/related_topics",
    f"{TAG}/topics/{TOPIC['guid']}/document_references": f"{BELOW}/document_references",
    f"{TAG}/comments/{COMMENT['guid']}": f"{BELOW}/comments/{COMMENT['guid']}",
    f"{TAG}/viewpoints/{VIEWPOINT['guid']}": f"{BELOW}/viewpoints/{VIEWPOINT['guid']}",
    f"{TAG}/viewpoints/{VIEWPOINT['guid']}/components": f"{BELOW}/viewpoints/{VIEWPOINT['guid']}/components",
    f"{TAG}/documents/{DOCUMENT}": f"{TAG}/projects/demo/documents/{DOCUMENT}",
}


def fill(store, project):
    store.seed_topic(project, TOPIC, [], [])
    store.seed_viewpoint(project, TOPIC["guid"], VIEWPOINT)
    store.seed_comment(project, TOPIC["guid"], COMMENT)
    store.seed_document(project, DOCUMENT, "a.pdf", b"%PDF")


@pytest.mark.parametrize("short", SHORT)
def test_a_short_url_shows_what_the_whole_one_shows(store, api, short):
    fill(store, "demo")
    whole = api.get(SHORT[short])
    answer = api.get(short)
    assert (answer.status_code, answer.content) == (200, whole.content)
    assert answer.headers["ETag"] == whole.headers["ETag"]


def test_a_short_url_can_be_written_to(store, api):
    fill(store, "demo")
    assert api.put(f"{TAG}/topics/{TOPIC['guid']}", json={"title": "B"}).json()["title"] == "B"
    comment = f"{TAG}/comments/{COMMENT['guid']}"
    assert api.put(comment, json={"comment": "d", "status": "Open"}).json()["comment"] == "d"
    assert api.put(comment, json={"comment": "d", "status": "Open"}, headers={"If-Match": '"x"'}).status_code == 412
    assert api.put(f"{TAG}/viewpoints/{VIEWPOINT['guid']}/bitmap", content=png()).status_code == 201
    assert api.get(f"{BELOW}/viewpoints/{VIEWPOINT['guid']}/bitmap").content == png()
    made = api.post(f"{TAG}/topics/{TOPIC['guid']}/comments", json={"comment": "e", "status": "Open"})
    assert api.get(made.headers["Location"]).json() == made.json()


@pytest.mark.parametrize("short", SHORT)
def test_a_guid_of_two_projects_is_ambiguous(store, api, short):
    fill(store, "demo")
    store.create_project("copy", "Copy")
    fill(store, "copy")
    answer = api.get(short)
    assert answer.status_code == 409
    assert "2 projects" in answer.json()["message"]
    assert api.get(SHORT[short]).status_code == 200


@pytest.mark.parametrize("short", SHORT)
def test_a_project_that_is_not_to_be_seen_does_not_count(store, short):
    store.create_project("copy", "Copy")
    fill(store, "copy")
    users = Users([Account.of(User("x@example.com", "x", "admin", projects=("demo",)), token="x")])
    app = create_app(store, tokens={}, users=users)
    headers = {"Authorization": "Bearer x"}
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://server", headers=headers) as api:
        assert api.get(short).status_code == 404
        fill(store, "demo")
        assert api.get(short).status_code == 200


@pytest.mark.parametrize("kind", ["topics", "comments", "viewpoints", "documents"])
def test_a_guid_that_nobody_has_is_not_there(api, kind):
    answer = api.get(f"{TAG}/{kind}/{TOPIC['guid']}")
    assert answer.status_code == 404
    assert kind.removesuffix("s") in answer.json()["message"]
    assert api.get(f"/bcf/2.0/{kind}/{TOPIC['guid']}").status_code == 404
