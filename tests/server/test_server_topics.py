import pytest
from reference_server import fresh

BEN = {"Authorization": "Bearer token-b"}
FULL = {
    "topic_type": "Issue",
    "topic_status": "Open",
    "reference_links": ["https://example.com/1"],
    "title": "Wall misses door",
    "priority": "High",
    "index": 7,
    "labels": ["Architecture"],
    "assigned_to": "ben@example.com",
    "stage": "Design",
    "due_date": "2024-05-01T12:00:00+02:00",
    "description": "The door is missing.",
    "bim_snippet": {
        "snippet_type": ".ifc",
        "is_external": False,
        "reference": "part.ifc",
        "reference_schema": "https://example.com/ifc.exp",
    },
}


def test_a_new_topic_carries_all_that_was_sent_and_what_the_server_owns(api, version, project):
    answer = api.post(f"{project}/topics", json={**FULL, "creation_author": "x", "modified_date": "x", "odd": 1})
    topic = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"http://server{project}/topics/{topic['guid']}"
    assert {name: topic[name] for name in FULL} == FULL
    assert topic["creation_author"] == "anna@example.com"
    assert topic["creation_date"] == "2024-01-01T00:00:00.000Z"
    assert "modified_date" not in topic
    assert "odd" not in topic
    assert topic.get("server_assigned_id") == {"2.1": None, "3.0": "1"}[version]
    assert api.get(f"{project}/topics/{topic['guid']}").json() == topic
    assert api.get(f"{project}/topics").json() == [topic]


def test_put_replaces_everything_the_client_may_write(api, project):
    made = api.post(f"{project}/topics", json=FULL).json()
    url = f"{project}/topics/{made['guid']}"
    put = api.put(url, json={"title": "New", "labels": []}, headers=BEN)
    kept = {
        name: made[name] for name in ("guid", "creation_date", "creation_author", "server_assigned_id") if name in made
    }
    assert put.status_code == 200
    assert put.json() == api.get(url).json()
    assert put.json() == {
        **kept,
        "title": "New",
        "labels": [],
        "modified_date": "2024-01-01T00:00:01.000Z",
        "modified_author": "ben@example.com",
    }


def test_a_deleted_topic_takes_everything_below_it_along(api, project, topic):
    made = api.post(f"{topic}/comments", json={"comment": "c"}).json()
    gone = api.delete(topic)
    assert (gone.status_code, gone.content) == (200, b"")
    for path in ("", "/comments", f"/comments/{made['guid']}", "/viewpoints", "/files", "/related_topics", "/snippet"):
        assert api.get(topic + path).status_code == 404
    assert api.delete(topic).status_code == api.put(topic, json={"title": "x"}).status_code == 404
    assert api.get(f"{project}/topics").json() == []


def test_guids_are_compared_without_case_and_kept_as_spelled(api):
    guid = fresh().upper()
    topics = "/bcf/3.0/projects/demo/topics"
    assert api.post(topics, json={"title": "x", "guid": guid}).json()["guid"] == guid
    assert api.get(f"{topics}/{guid.lower()}").json()["guid"] == guid
    assert api.put(f"{topics}/{guid.lower()}", json={"title": "y"}).json()["guid"] == guid


def test_a_taken_guid_is_409_in_version_3_and_ignored_in_2_1(api):
    guid = fresh()
    new, old = ("/bcf/3.0/projects/demo/topics", "/bcf/2.1/projects/demo/topics")
    assert api.post(new, json={"title": "x", "guid": guid}).status_code == 201
    clash = api.post(new, json={"title": "y", "guid": guid.upper()})
    assert clash.status_code == 409
    assert guid.upper() in clash.json()["message"]
    ignored = api.post(old, json={"title": "y", "guid": guid})
    assert ignored.status_code == 201
    assert ignored.json()["guid"] != guid
    assert api.post(old, json={"title": "y", "guid": 5}).status_code == 201


def test_2_1_takes_client_guids_when_the_server_is_told_to(honouring_api):
    guid = fresh()
    topics = "/bcf/2.1/projects/demo/topics"
    assert honouring_api.post(topics, json={"title": "x", "guid": guid}).json()["guid"] == guid
    assert honouring_api.post(topics, json={"title": "x", "guid": guid}).status_code == 409


def test_the_same_guid_may_stand_in_two_projects(api, store):
    store.create_project("other", "Other")
    body = {"title": "x", "guid": fresh()}
    assert api.post("/bcf/3.0/projects/demo/topics", json=body).status_code == 201
    assert api.post("/bcf/3.0/projects/other/topics", json=body).status_code == 201


def test_what_one_version_writes_the_other_reads(api):
    made = api.post("/bcf/2.1/projects/demo/topics", json=FULL).json()
    read = api.get(f"/bcf/3.0/projects/demo/topics/{made['guid']}").json()
    assert read == {**made, "server_assigned_id": "1"}


def test_comments_and_viewpoints_move_the_topics_modified_date_and_nothing_else_does(api, topic):
    def modified():
        return api.get(topic).json().get("modified_date")

    assert modified() is None
    api.put(f"{topic}/files", json=[])
    api.put(f"{topic}/related_topics", json=[])
    api.post(f"{topic}/document_references", json={"url": "https://example.com"})
    assert modified() is None
    comment = api.post(f"{topic}/comments", json={"comment": "c"}, headers=BEN).json()
    assert modified() == comment["date"]
    assert api.get(topic).json()["modified_author"] == "ben@example.com"
    before = modified()
    api.put(f"{topic}/comments/{comment['guid']}", json={"comment": "d"})
    assert modified() > before
    before = modified()
    picture = {"snapshot_type": "png", "snapshot_data": "AAAA"}
    assert api.post(f"{topic}/viewpoints", json={"snapshot": picture}).status_code == 201
    assert modified() > before
    before = modified()
    api.delete(f"{topic}/comments/{comment['guid']}")
    assert modified() == before


def test_files_carry_their_name_under_each_versions_word(api):
    guid = api.post("/bcf/3.0/projects/demo/topics", json={"title": "x"}).json()["guid"]
    old, new = (f"/bcf/{version}/projects/demo/topics/{guid}/files" for version in ("2.1", "3.0"))
    rest = {"ifc_project": "0J$yPqHBD12v72y4qF6XcD", "date": "2024-01-01T00:00:00Z", "reference": "a"}
    put = api.put(old, json=[{"file_name": "a.ifc", "filename": "ignored", **rest}, {}])
    assert put.status_code == 200
    assert put.json() == api.get(old).json() == [{"ifc_project": rest["ifc_project"], "file_name": "a.ifc", **rest}, {}]
    assert api.get(new).json() == [{"filename": "a.ifc", **rest}, {}]


def test_related_topics_may_point_anywhere(api, topic):
    related = [{"related_topic_guid": fresh()}, {"related_topic_guid": "elsewhere"}]
    assert api.put(f"{topic}/related_topics", json=related).json() == related
    assert api.get(f"{topic}/related_topics").json() == related


def test_snippet_bytes_belong_to_an_internal_snippet(api, topic):
    url, internal = f"{topic}/snippet", FULL["bim_snippet"]
    assert api.put(url, content=b"x").status_code == 400
    api.put(topic, json={"title": "x", "bim_snippet": {**internal, "is_external": True}})
    assert api.put(url, content=b"x").status_code == 400
    api.put(topic, json={"title": "x", "bim_snippet": internal})
    assert api.get(url).status_code == 404
    assert api.put(url, content=b"\0ifc").status_code == 200
    got = api.get(url)
    assert (got.content, got.headers["Content-Type"]) == (b"\0ifc", "application/octet-stream")
    api.put(topic, json={"title": "y", "bim_snippet": internal})
    assert api.get(url).content == b"\0ifc"
    api.put(topic, json={"title": "y"})
    assert api.get(url).status_code == 404


@pytest.mark.parametrize("path", ["events", "comments/events"])
def test_the_literal_word_events_is_no_topic(api, project, path):
    assert api.get(f"{project}/topics/{path}").json() == []
    assert api.post(f"{project}/topics", json={"title": "x", "guid": "events"}).status_code in {201, 400}
    assert api.delete(f"{project}/topics/events").status_code == 404


def titles(api, project, query):
    answer = api.get(f"{project}/topics?{query}")
    assert answer.status_code == 200, answer.text
    return "".join(topic["title"] for topic in answer.json())


def test_topics_can_be_paged_and_sorted(api, version, project):
    guids = [
        api.post(f"{project}/topics", json={"title": t, "index": i}).json()["guid"]
        for t, i in (("a", 2), ("b", 1), ("c", 2))
    ]
    api.put(f"{project}/topics/{guids[0]}", json={"title": "a", "index": 2})
    assert titles(api, project, "") == "abc"
    assert titles(api, project, "$top=2") == "ab"
    assert titles(api, project, "$top=2&$skip=2") == "c"
    assert titles(api, project, "$top=0") == titles(api, project, "$skip=9") == ""
    assert titles(api, project, "$orderby=creation_date desc") == "cba"
    assert titles(api, project, "$orderby=modified_date") == "bca"
    assert titles(api, project, "$orderby=index asc,creation_date desc") == "bca"
    assert titles(api, project, "$orderby=index desc") == "acb"
    assert titles(api, project, "%24orderby=index&%24top=1") == "b"
    if version == "3.0":
        assert titles(api, project, "$orderby=server_assigned_id desc&$skip=1") == "ba"


REFUSED_OPTIONS = (
    "$top=-1",
    "$top=x",
    "$top=",
    "$skip=1.5",
    f"$skip={10**30}",
    "$top=٣",
    "$top=1&$top=2",
    "$orderby=",
    "$orderby=title",
    "$orderby=index up",
    "$orderby=index,",
    "$orderby=created",
    "$filter=index eq 1",
)


def test_a_query_option_that_is_not_supported_is_400(api, project):
    for query in REFUSED_OPTIONS:
        answer = api.get(f"{project}/topics?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["message"].startswith(query.partition("=")[0])


def test_only_version_3_sorts_by_the_assigned_id(api):
    assert api.get("/bcf/2.1/projects/demo/topics?$orderby=server_assigned_id").status_code == 400
    assert api.get("/bcf/3.0/projects/demo/topics?$orderby=server_assigned_id").status_code == 200


@pytest.mark.parametrize("part", ["files", "related_topics", "viewpoints", "document_references", "comments"])
def test_every_collection_of_a_topic_pages_and_none_filters(api, topic, part):
    related = [{"related_topic_guid": str(n)} for n in range(3)]
    api.put(f"{topic}/related_topics", json=related)
    assert api.get(f"{topic}/{part}?$top=1&$skip=1").json() == (related[1:2] if part == "related_topics" else [])
    assert api.get(f"{topic}/{part}?$filter=x").status_code == 400
    assert api.get(f"{topic}/{part}?$orderby=creation_date").status_code == 400
