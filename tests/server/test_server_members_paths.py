"""Names in paths: project ids are any text, guids may be percent-encoded, a slash at the end names something else."""

import threading
from urllib.parse import quote

import httpx
import pytest
from reference_server import TOKENS, fresh

from bcfsync.server.app import create_app
from bcfsync.server.listening import Listener
from bcfsync.server.store import ServerStore

IDS = (
    "a/b",
    "/",
    "//x//",
    "50%",
    "%2F",
    "%25",
    "räum lich",
    "日本/語",
    "a?b#c",
    "+&=;,",
    "a\\b",
    "'\"<b>",
    "events",
)
NAMED = {"Content-Disposition": 'attachment; filename="Plan.pdf"'}


@pytest.fixture(scope="module")
def wire(tmp_path_factory):
    """A server on a socket: there alone the request line arrives as it was sent."""
    with ServerStore(tmp_path_factory.mktemp("data")) as store:
        for project_id in IDS:
            store.create_project(project_id, f"Project {project_id}")
        listener = Listener(create_app(store, tokens=TOKENS), "127.0.0.1", 0)
        thread = threading.Thread(target=listener.run)
        thread.start()
        with httpx.Client(base_url=listener.url, headers={"Authorization": "Bearer token-a"}) as client:
            yield client
        listener.stop()
        thread.join()


def below(version, project_id):
    return f"/bcf/{version}/projects/{quote(project_id, safe='')}"


@pytest.mark.parametrize("project_id", IDS)
def test_any_text_is_a_project_id_once_it_is_percent_encoded(wire, version, project_id):
    url = below(version, project_id)
    assert wire.get(url).json() == {"project_id": project_id, "name": f"Project {project_id}"}
    made = wire.post(f"{url}/topics", json={"title": "x"})
    topic = f"{url}/topics/{made.json()['guid']}"
    assert made.headers["Location"].endswith(f"/topics/{made.json()['guid']}")
    assert wire.get(made.headers["Location"]).json() == wire.get(topic).json() == made.json()
    comment = wire.post(f"{topic}/comments", json={"comment": "c"})
    assert wire.get(comment.headers["Location"]).json() == comment.json()
    document = wire.post(f"{url}/documents", content=b"x", headers=NAMED)
    assert wire.get(document.headers["Location"]).content == b"x"
    assert wire.get(f"{url}/topics/events").json() != {}
    assert wire.delete(topic).status_code == 200


@pytest.mark.parametrize("project_id", ["a/b", "50%", "räum lich"])
def test_the_page_of_a_neighbouring_list_is_found_below_any_project_id(wire, project_id):
    url = below("3.0", project_id)
    for title in "ab":
        wire.post(f"{url}/topics", json={"title": title})
    first = wire.get(f"{url}/topics?$top=1")
    assert len(wire.get(first.links["next"]["url"]).json()) == 1


def test_the_page_for_people_finds_every_project(wire):
    basic = httpx.BasicAuth("anna", "token-a")
    page = wire.get("/", auth=basic)
    assert page.status_code == 200
    for project_id in IDS:
        assert wire.get(f"/page/{below('', project_id).rpartition('/')[2]}", auth=basic).status_code == 200, project_id


def test_an_encoded_slash_is_no_separator(wire):
    assert wire.get("/bcf/3.0%2Fprojects").status_code == 404
    assert wire.get("/bcf/3.0/projects/a%2Fb%2Ftopics").status_code == 404
    assert wire.get("/bcf/3.0/projects/a/b").status_code == 404


@pytest.mark.parametrize("project_id", ["a b", "50%", "%2F", "a?b#c"])
def test_in_process_too_any_text_without_a_slash_is_a_project_id(store, api, version, project_id):
    store.create_project(project_id, "P")
    assert api.get(below(version, project_id)).json()["project_id"] == project_id
    made = api.post(f"{below(version, project_id)}/topics", json={"title": "x"})
    assert api.get(made.headers["Location"]).json() == made.json()


def test_a_guid_may_be_percent_encoded(api, topic):
    guid = topic.rpartition("/")[2]
    encoded = topic.replace(guid, "".join(f"%{ord(sign):02X}" for sign in guid))
    assert api.get(encoded).json() == api.get(topic).json()
    assert api.get(topic.replace(guid, guid.upper())).json() == api.get(topic).json()


def test_with_a_slash_at_its_end_a_url_names_nothing_and_leads_nowhere(api, version, project, topic):
    for method, url in (("GET", f"/bcf/{version}/projects/"), ("POST", f"{topic}/comments/"), ("PUT", f"{topic}/")):
        answer = api.request(method, url, json={"title": "B", "comment": "c"})
        assert answer.status_code == 404
        assert answer.json()["message"]
    assert api.get(topic).json()["title"] == "A"


def test_below_a_prefix_names_stay_whole(store):
    store.create_project("a/b%", "P")
    app = create_app(store, tokens=TOKENS)

    def below_prefix(environ, start_response):
        raw = "/bcf%20api/bcf/3.0/projects/a%2Fb%25?x=/"
        environ.update(SCRIPT_NAME="/bcf api", PATH_INFO="/bcf/3.0/projects/a/b%", REQUEST_URI=raw)
        return app(environ, start_response)

    transport = httpx.WSGITransport(below_prefix)
    with httpx.Client(transport=transport, headers={"Authorization": "Bearer token-a"}) as client:
        assert client.get("http://server/").json() == {"project_id": "a/b%", "name": "P"}


@pytest.mark.parametrize("raw", ["", "*", "http://[/x", "/elsewhere", "http://server/bcf/3.0/projects/demo"])
def test_a_request_line_that_says_nothing_useful_does_no_harm(store, raw):
    app = create_app(store, tokens=TOKENS)

    def with_line(environ, start_response):
        return app({**environ, "REQUEST_URI": raw}, start_response)

    transport = httpx.WSGITransport(with_line)
    with httpx.Client(transport=transport, headers={"Authorization": "Bearer token-a"}) as client:
        assert client.get("http://server/bcf/3.0/projects/demo").status_code == 200


def test_unknown_guids_of_any_spelling_are_404(wire, version):
    topics = f"{below(version, 'a/b')}/topics"
    topic = f"{topics}/{wire.post(topics, json={'title': 'x'}).json()['guid']}"
    for guid in (fresh(), "x", "%00", "%F0%9F%A6%86", "a" * 5000, "%ED%A0%80", "%FF", "%", "%zz"):
        for url in (f"{topics}/{guid}", f"{topic}/comments/{guid}", f"{topic}/viewpoints/{guid}"):
            answer = wire.get(url)
            assert answer.status_code == 404, url
            assert answer.json()["message"]
