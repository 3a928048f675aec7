"""Every GET has a strong tag, every PUT and DELETE honours If-Match."""

import pytest
from reference_server import full_viewpoint, serve

from bcfsync.server.store import ServerStore

SNIPPET = {"snippet_type": ".ifc", "is_external": False, "reference": "a", "reference_schema": "b"}
PATHS = (
    "{project}s",
    "{project}",
    "{project}/extensions",
    "{project}/topics",
    "{project}/topics?$top=1&$orderby=index",
    "{topic}",
    "{topic}/snippet",
    "{topic}/files",
    "{topic}/comments",
    "{comment}",
    "{topic}/viewpoints",
    "{viewpoint}",
    "{viewpoint}/snapshot",
    "{bitmap}",
    "{viewpoint}/selection",
    "{viewpoint}/coloring",
    "{viewpoint}/visibility",
    "{topic}/related_topics",
    "{topic}/document_references",
    "{project}/documents",
    "{document}",
    "/bcf/versions",
    "/foundation/versions",
    "/foundation/1.0/auth",
    "/foundation/1.0/current-user",
    "/bcf/2.1/auth",
    "/bcf/2.1/current-user",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A client for the tests that only read."""
    with ServerStore(tmp_path_factory.mktemp("data")) as store:
        yield from serve(store)


@pytest.fixture(scope="module")
def read_places(reader, project):
    return furnish(reader, project)


@pytest.fixture
def places(api, project):
    return furnish(api, project)


def furnish(api, project):
    """A URL for each kind of resource in a project that has one of everything."""
    body = {"title": "A", "bim_snippet": SNIPPET}
    topic = f"{project}/topics/{api.post(f'{project}/topics', json=body).json()['guid']}"
    api.put(f"{topic}/snippet", content=b"ifc")
    api.put(f"{topic}/files", json=[{"reference": "r"}])
    api.put(f"{topic}/related_topics", json=[{"related_topic_guid": "r"}])
    shown = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()
    viewpoint = f"{topic}/viewpoints/{shown['guid']}"
    comment = api.post(f"{topic}/comments", json={"comment": "c"}).json()["guid"]
    reference = api.post(f"{topic}/document_references", json={"url": "u"}).json()["guid"]
    named = {"Content-Disposition": "attachment; filename=a"}
    document = api.post(f"{project}/documents", content=b"d", headers=named).json()["guid"]
    return {
        "project": project,
        "topic": topic,
        "comment": f"{topic}/comments/{comment}",
        "viewpoint": viewpoint,
        "bitmap": f"{viewpoint}/bitmaps/{shown['bitmaps'][0]['guid']}",
        "reference": f"{topic}/document_references/{reference}",
        "document": f"{project}/documents/{document}",
    }


@pytest.mark.parametrize("path", PATHS)
def test_every_get_has_a_strong_tag_and_honours_if_none_match(reader, read_places, path):
    url = path.format(**read_places).replace("projects/demos", "projects")
    first = reader.get(url)
    tag = first.headers["ETag"]
    assert first.status_code == 200
    assert tag.startswith('"')
    assert reader.get(url).headers["ETag"] == tag
    for condition in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        held = reader.get(url, headers={"If-None-Match": condition})
        assert (held.status_code, held.content, held.headers["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in held.headers
    for condition in ('"other"', "", "garbage", tag.strip('"') + "x"):
        again = reader.get(url, headers={"If-None-Match": condition})
        assert (again.status_code, again.content) == (200, first.content)
    head = reader.head(url)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)


PUTS = (
    ("{project}", {"name": "N"}),
    ("{topic}", {"title": "N", "bim_snippet": SNIPPET}),
    ("{topic}/files", [{"reference": "n"}]),
    ("{topic}/related_topics", [{"related_topic_guid": "n"}]),
    ("{comment}", {"comment": "n"}),
)


@pytest.mark.parametrize(("path", "body"), PUTS)
def test_a_put_passes_only_if_its_tag_is_the_current_one(api, places, path, body):
    url = path.format(**places)
    before = api.get(url)
    for condition in ('"other"', f"W/{before.headers['ETag']}", "garbage", ""):
        refused = api.put(url, json=body, headers={"If-Match": condition})
        assert refused.status_code == 412
        assert refused.json()["message"]
    assert api.get(url).content == before.content
    put = api.put(url, json=body, headers={"If-Match": f'"other", {before.headers["ETag"]}'})
    after = api.get(url)
    assert put.status_code == 200
    assert put.headers["ETag"] == after.headers["ETag"] != before.headers["ETag"]
    assert put.content == after.content
    assert api.put(url, json=body, headers={"If-Match": before.headers["ETag"]}).status_code == 412
    assert api.put(url, json=body, headers={"If-Match": "*"}).status_code == 200


def test_a_document_reference_has_the_tag_of_its_own_answer(api, places):
    url = places["reference"]
    body = {"url": "n", "guid": url.rpartition("/")[2]}
    tag = api.put(url, json=body).headers["ETag"]
    assert api.put(url, json={**body, "url": "m"}, headers={"If-Match": tag}).status_code == 200
    assert api.put(url, json=body, headers={"If-Match": tag}).status_code == 412


def test_snippet_bytes_have_a_tag_on_put_too(api, places):
    url = f"{places['topic']}/snippet"
    tag = api.put(url, content=b"one").headers["ETag"]
    assert api.get(url).headers["ETag"] == tag
    assert api.put(url, content=b"two", headers={"If-Match": tag}).status_code == 200
    assert api.put(url, content=b"six", headers={"If-Match": tag}).status_code == 412
    api.put(places["topic"], json={"title": "no snippet"})
    assert api.put(url, content=b"six", headers={"If-Match": "*"}).status_code == 412


@pytest.mark.parametrize("kind", ["topic", "comment", "viewpoint"])
def test_a_delete_passes_only_if_its_tag_is_the_current_one(api, version, places, kind):
    url = places[kind]
    if (version, kind) == ("2.1", "viewpoint"):
        return
    tag = api.get(url).headers["ETag"]
    assert api.delete(url, headers={"If-Match": '"other"'}).status_code == 412
    assert api.get(url).status_code == 200
    assert api.delete(url, headers={"If-Match": tag}).status_code == 200
    assert api.delete(url, headers={"If-Match": "*"}).status_code == 404


@pytest.mark.parametrize(("kind", "body"), [("comments", {"comment": "c"}), ("viewpoints", full_viewpoint())])
def test_a_post_answers_with_the_tag_of_what_it_made(api, topic, kind, body):
    made = api.post(f"{topic}/{kind}", json=body)
    assert made.headers["ETag"] == api.get(f"{topic}/{kind}/{made.json()['guid']}").headers["ETag"]


def test_the_list_of_topics_changes_its_tag_when_a_comment_moves_a_topic(api, project, topic):
    before = api.get(f"{project}/topics").headers["ETag"]
    api.post(f"{topic}/comments", json={"comment": "c"})
    assert api.get(f"{project}/topics", headers={"If-None-Match": before}).status_code == 200


def test_errors_carry_no_tag(api, topic):
    lost = api.get(f"{topic}x", headers={"If-None-Match": "*"})
    assert lost.status_code == 404
    assert "ETag" not in lost.headers


BELOW = {
    "a comment": lambda api, places: api.put(places["comment"], json={"comment": "n"}),
    "a deleted comment": lambda api, places: api.delete(places["comment"]),
    "a viewpoint": lambda api, places: api.post(f"{places['topic']}/viewpoints", json=full_viewpoint()),
    "files": lambda api, places: api.put(f"{places['topic']}/files", json=[]),
    "relations": lambda api, places: api.put(f"{places['topic']}/related_topics", json=[]),
    "a reference": lambda api, places: api.post(f"{places['topic']}/document_references", json={"url": "n"}),
    "a snippet": lambda api, places: api.put(f"{places['topic']}/snippet", content=b"new"),
    "a document": lambda api, places: api.post(
        f"{places['project']}/documents", content=b"n", headers={"Content-Disposition": "attachment; filename=n"}
    ),
    "a deleted topic": lambda api, places: api.delete(places["topic"]),
}


@pytest.mark.parametrize("query", ["", "?$top=0", "?$skip=9", "?$top=1&$orderby=index"])
@pytest.mark.parametrize("change", BELOW)
def test_every_part_of_the_list_of_topics_has_a_tag_that_moves_with_everything_below(api, places, change, query):
    url = f"{places['project']}/topics{query}"
    tag = api.get(url).headers["ETag"]
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 304
    assert BELOW[change](api, places).is_success
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_a_list_that_has_not_changed_is_not_read_to_say_so(api, store, places, monkeypatch):
    url = f"{places['project']}/topics"
    tag = api.get(url).headers["ETag"]
    listing = type(store.topics).listing
    read = []
    monkeypatch.setattr(type(store.topics), "listing", lambda *given: (read.append(given), listing(*given))[1])
    assert (api.get(url, headers={"If-None-Match": tag}).status_code, read) == (304, [])
    assert api.get(url).headers["ETag"] == tag
    assert len(read) == 1


def test_a_refused_write_moves_no_tag(api, places):
    url = f"{places['project']}/topics"
    tag = api.get(url).headers["ETag"]
    assert api.put(places["comment"], json={}).status_code == 400
    assert api.delete(places["comment"], headers={"If-Match": '"other"'}).status_code == 412
    assert api.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_one_project_does_not_move_anothers_tag(api, store, places, version):
    store.create_project("other", "Other")
    url = f"/bcf/{version}/projects/other/topics"
    tag = api.get(url).headers["ETag"]
    api.put(places["comment"], json={"comment": "n"})
    assert api.get(url).headers["ETag"] == tag


@pytest.mark.parametrize(("kind", "status"), [("document", 405), ("reference", 405), ("viewpoint", 409)])
def test_what_cannot_be_deleted_says_so(api, version, places, kind, status):
    api.post(
        f"{places['topic']}/comments", json={"viewpoint_guid": places["viewpoint"].rpartition("/")[2], "comment": "c"}
    )
    assert api.delete(places[kind]).status_code == (405 if version == "2.1" else status)
