"""The members of every resource as the tables of the specification have them, version by version."""

import base64
import time

import pytest
from reference_server import camera, fresh, full_viewpoint, png, vector

from bcfsync.server.refusals import Malformed
from bcfsync.server.shapes.members import json_value

PICTURE = {"snapshot": {"snapshot_type": "png", "snapshot_data": base64.b64encode(png()).decode()}}
SNIPPET = {"snippet_type": ".ifc", "is_external": False, "reference": "a.ifc", "reference_schema": "s.exp"}
NAMED = {"Content-Disposition": 'attachment; filename="Plan.pdf"'}
UNKNOWN = {"custom": {"a": [None]}, "authorization": {"topic_actions": []}, "modified_date": 5, "topic_guid": {}}

TOPIC_NULLS = (
    *("topic_type", "topic_status", "priority", "reference_links", "index", "labels", "assigned_to", "stage"),
    *("due_date", "description", "bim_snippet"),
)
VIEWPOINT_NULLS = (
    *("index", "orthogonal_camera", "lines", "clipping_planes", "bitmaps", "components"),
    *("perspective_camera",),
)


def post(api, url, body, status=201):
    answer = api.post(url, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_null_is_the_same_as_nothing_in_a_topic(api, project):
    made = post(api, f"{project}/topics", {"title": "x", "guid": None, **dict.fromkeys(TOPIC_NULLS)})
    assert not made.keys() & set(TOPIC_NULLS)
    assert len(made["guid"]) == 36


def test_null_is_the_same_as_nothing_below_a_topic(api, version, topic):
    viewpoint = post(api, f"{topic}/viewpoints", {**PICTURE, "guid": None, **dict.fromkeys(VIEWPOINT_NULLS)})
    assert viewpoint.keys() == {"guid", "snapshot"}
    body = {"comment": "c", "guid": None, "viewpoint_guid": None, "reply_to_comment_guid": None}
    assert post(api, f"{topic}/comments", body).keys() == {"guid", "date", "author", "comment", "topic_guid"}
    nothing = dict.fromkeys(
        ("ifc_project", "ifc_spatial_structure_element", "file_name", "filename", "date", "reference")
    )
    assert api.put(f"{topic}/files", json=[nothing]).json() == [{}]
    body = {"url": "u", "guid": None, "document_guid": None, "description": None}
    assert post(api, f"{topic}/document_references", body).keys() == {"guid", "url"}


def test_members_nobody_knows_are_ignored_everywhere(api, version, project, topic):
    full = full_viewpoint()
    odd = {
        **full,
        **UNKNOWN,
        "perspective_camera": {**full["perspective_camera"], **UNKNOWN},
        "components": {**full["components"], **UNKNOWN, "visibility": {**full["components"]["visibility"], **UNKNOWN}},
        "snapshot": {**full["snapshot"], **UNKNOWN},
        "bitmaps": [{**full["bitmaps"][0], **UNKNOWN, "guid": "mine"}],
    }
    made = post(api, f"{topic}/viewpoints", odd)
    plain = post(api, f"{topic}/viewpoints", full)
    assert len(made["bitmaps"][0].pop("guid")) == len(plain["bitmaps"][0].pop("guid")) == 36
    assert {**made, "guid": ""} == {**plain, "guid": ""}
    comment = post(api, f"{topic}/comments", {"comment": "c", **UNKNOWN, "author": 5, "status": 5})
    assert comment["topic_guid"] == topic.rpartition("/")[2]
    url = f"{topic}/comments/{comment['guid']}"
    assert api.put(url, json={"comment": "d", **UNKNOWN, "guid": 5}).json()["guid"] == comment["guid"]
    assert api.put(topic, json={"title": "t", **UNKNOWN, "guid": 5, "server_assigned_id": 7}).status_code == 200
    assert api.put(f"{topic}/files", json=[{"reference": "r", **UNKNOWN}]).json() == [{"reference": "r"}]
    related = [{"related_topic_guid": "r", **UNKNOWN}]
    assert api.put(f"{topic}/related_topics", json=related).json() == [{"related_topic_guid": "r"}]
    reference = post(api, f"{topic}/document_references", {"url": "u", **UNKNOWN})
    assert reference.keys() == {"guid", "url"}
    assert api.put(project, json={"name": "N", "project_id": "x", **UNKNOWN}).json() == {
        "project_id": "demo",
        "name": "N",
    }


@pytest.mark.parametrize("kind", ["topics", "comments", "viewpoints", "document_references", "documents"])
def test_a_guid_that_is_taken_is_409_for_every_kind_and_changes_nothing(api, kind):
    project = "/bcf/3.0/projects/demo"
    topic = f"{project}/topics/{post(api, f'{project}/topics', {'title': 'A'})['guid']}"
    url = f"{project if kind in {'topics', 'documents'} else topic}/{kind}"
    guid = fresh()

    def add(text, spelled):
        if kind == "documents":
            headers = {"Content-Disposition": f'attachment; filename="{text}"'}
            return api.post(f"{url}?guid={spelled}", content=text.encode(), headers=headers)
        return api.post(url, json={"title": text, "comment": text, "url": text, **PICTURE, "guid": spelled})

    assert add("first", guid).json()["guid"] == guid
    before = api.get(url).json()
    for spelled in (guid, guid.upper()):
        refused = add("second", spelled)
        assert refused.status_code == 409
        assert guid in refused.json()["message"].lower()
    assert api.get(url).json() == before


@pytest.mark.parametrize("kind", ["topics", "comments", "viewpoints", "document_references"])
def test_a_guid_keeps_its_case_and_is_found_in_any(api, kind):
    project = "/bcf/3.0/projects/demo"
    topic = f"{project}/topics/{post(api, f'{project}/topics', {'title': 'A'})['guid']}"
    url = f"{project if kind == 'topics' else topic}/{kind}"
    guid = "0A1b2C3d-4E5f-6a7B-8c9D-aBcDeFaBcDeF"
    assert post(api, url, {"title": "t", "comment": "c", "url": "u", **PICTURE, "guid": guid})["guid"] == guid
    assert guid in [entry["guid"] for entry in api.get(url).json()]
    if kind != "document_references":
        assert api.get(f"{url}/{guid.swapcase()}").json()["guid"] == guid
    if kind == "topics":
        assert post(api, f"{url}/{guid.lower()}/comments", {"comment": "c"})["topic_guid"] == guid


COLLECTIONS = ("comments", "viewpoints", "files", "related_topics", "document_references", "events")


def test_an_empty_collection_is_a_list_and_a_missing_one_404(api, version, project):
    new = {"3.0": ["files_information"], "2.1": []}[version]
    for part in ("topics", "documents", "topics/events", "topics/comments/events", *new):
        assert api.get(f"{project}/{part}").json() == [], part
        assert api.get(f"/bcf/{version}/projects/none/{part}").status_code == 404, part
    topic = f"{project}/topics/{post(api, f'{project}/topics', {'title': 'A'})['guid']}"
    for part in COLLECTIONS:
        missing = api.get(f"{project}/topics/{fresh()}/{part}")
        assert (missing.status_code, list(missing.json())) == (404, ["message"]), part
        assert api.get(f"/bcf/{version}/projects/none/topics/{topic.rpartition('/')[2]}/{part}").status_code == 404
        if part != "events":
            assert api.get(f"{topic}/{part}").json() == [], part


def test_what_hangs_on_nothing_is_404_for_writers_too(api, version, project, topic):
    nothing = f"{project}/topics/{fresh()}"
    guid = {"guid": fresh()}
    for method, url, body in (
        ("PUT", nothing, {"title": "x"}),
        ("PUT", f"{nothing}/files", []),
        ("PUT", f"{nothing}/related_topics", []),
        ("PUT", f"{nothing}/snippet", b"x"),
        ("POST", f"{nothing}/comments", {"comment": "x"}),
        ("POST", f"{nothing}/viewpoints", PICTURE),
        ("POST", f"{nothing}/document_references", {"url": "x"}),
        ("PUT", f"{topic}/comments/{fresh()}", {"comment": "x"}),
        ("PUT", f"{topic}/document_references/{guid['guid']}", {"url": "x", **guid}),
        ("DELETE", f"{topic}/comments/{fresh()}", None),
        ("DELETE", nothing, None),
    ):
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        assert api.request(method, url, **content).status_code == 404, (method, url)


def test_the_deprecated_index_of_a_topic_still_comes_back(api, project):
    made = post(api, f"{project}/topics", {"title": "x", "index": 2**31})
    assert made["index"] == api.get(f"{project}/topics/{made['guid']}").json()["index"] == 2**31


def test_assigned_ids_are_unique_in_a_project_and_stay(api, store):
    store.create_project("other", "Other")
    topics = "/bcf/3.0/projects/demo/topics"
    one, two = (post(api, topics, {"title": title}) for title in "ab")
    api.delete(f"{topics}/{two['guid']}")
    three = post(api, topics, {"title": "c"})
    assert [topic["server_assigned_id"] for topic in (one, two, three)] == ["1", "2", "3"]
    assert api.put(f"{topics}/{one['guid']}", json={"title": "d"}).json()["server_assigned_id"] == "1"
    assert post(api, topics.replace("demo", "other"), {"title": "a"})["server_assigned_id"] == "1"


DATES = (
    *("2024-05-01T12:00:00Z", "2024-05-01T12:00:00.5+02:00", "2024-05-01T12:00:00+0200", "2024-05-01T12:00:00"),
    *("2024-05-01T12:00:00.123456789Z", "2024-05-01"),
)


@pytest.mark.parametrize("date", DATES)
def test_a_date_of_any_precision_and_zone_is_kept_as_it_is_spelled(api, project, topic, date):
    assert post(api, f"{project}/topics", {"title": "x", "due_date": date})["due_date"] == date
    assert api.put(f"{topic}/files", json=[{"date": date}]).json() == [{"date": date}]


def test_bytes_of_a_snippet_come_and_go_with_their_topic(api, project):
    made = post(api, f"{project}/topics", {"title": "x", "bim_snippet": SNIPPET})
    topic = f"{project}/topics/{made['guid']}"
    assert api.get(f"{topic}/snippet").status_code == 404
    assert api.put(f"{topic}/snippet", content=b"x").status_code == 200
    api.put(topic, json={"title": "x", "bim_snippet": {**SNIPPET, "reference": "b.ifc"}})
    assert api.get(f"{topic}/snippet").content == b"x"
    api.put(topic, json={"title": "x", "bim_snippet": {**SNIPPET, "is_external": True, "reference": "https://e/x"}})
    for answer in (api.get(f"{topic}/snippet"), api.put(f"{topic}/snippet", content=b"y")):
        assert answer.status_code == {"GET": 404, "PUT": 400}[answer.request.method]
    api.put(topic, json={"title": "x", "bim_snippet": SNIPPET})
    assert api.get(f"{topic}/snippet").status_code == 404


def test_a_reference_turns_from_a_web_address_into_a_document_and_back(api, version, project, topic):
    document = api.post(f"{project}/documents", content=b"x", headers=NAMED).json()["guid"]
    made = post(api, f"{topic}/document_references", {"url": "u", "description": "d"})
    url, guid = f"{topic}/document_references/{made['guid']}", {"guid": made["guid"]} if version == "2.1" else {}
    turned = api.put(url, json={"document_guid": document, "url": None, **guid}).json()
    assert turned == {"guid": made["guid"], "document_guid": document}
    for both in ({"document_guid": document, "url": "u"}, {"document_guid": None, "url": None}, {}):
        assert api.put(url, json={**both, **guid}).status_code == 400
    assert api.get(f"{topic}/document_references").json() == [turned]
    assert api.put(url, json={"url": "v", **guid}).json() == {"guid": made["guid"], "url": "v"}


def test_a_document_of_another_project_is_400(api, store, project, topic):
    store.create_project("other", "Other")
    elsewhere = api.post("/bcf/3.0/projects/other/documents", content=b"x", headers=NAMED).json()["guid"]
    answer = api.post(f"{topic}/document_references", json={"document_guid": elsewhere})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("document_guid:")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"comment": "text"}, {"2.1": 200, "3.0": 200}),
        ({"comment": "text", "viewpoint_guid": "there"}, {"2.1": 200, "3.0": 200}),
        ({"viewpoint_guid": "there"}, {"2.1": 400, "3.0": 200}),
        ({"comment": None, "viewpoint_guid": "there"}, {"2.1": 400, "3.0": 200}),
        ({"comment": "", "viewpoint_guid": "there"}, {"2.1": 200, "3.0": 400}),
        ({"comment": " \t", "viewpoint_guid": "there"}, {"2.1": 200, "3.0": 400}),
        ({"comment": ""}, {"2.1": 200, "3.0": 400}),
        ({"comment": None}, {"2.1": 400, "3.0": 400}),
        ({}, {"2.1": 400, "3.0": 400}),
        ({"viewpoint_guid": "gone"}, {"2.1": 400, "3.0": 400}),
    ],
)
def test_a_comment_has_a_text_or_a_viewpoint(api, version, topic, body, status):
    there = post(api, f"{topic}/viewpoints", PICTURE)["guid"]
    if "viewpoint_guid" in body:
        body = {**body, "viewpoint_guid": there if body["viewpoint_guid"] == "there" else fresh()}
    url = f"{topic}/comments/{post(api, f'{topic}/comments', {'comment': 'c'})['guid']}"
    expected = status[version]
    assert api.put(url, json=body).status_code == expected
    assert api.post(f"{topic}/comments", json=body).status_code == {200: 201}.get(expected, expected)
    assert len(api.get(f"{topic}/comments").json()) == (2 if expected == 200 else 1)


def test_what_may_move_the_date_of_a_topic_moves_it_and_nothing_else(api, version, project, topic):
    """3.0: a topic's own change, new and changed comments, new viewpoints; 2.1 does not forbid the same."""

    def moves(method, url, **content):
        before = api.get(topic).json().get("modified_date")
        answer = api.request(method, url, **content)
        assert answer.status_code in {200, 201}, answer.text
        after = api.get(topic).json().get("modified_date")
        assert after is None or before is None or after >= before
        return before != after, answer.json() if answer.content else None

    snippet = {"title": "B", "bim_snippet": SNIPPET}
    assert moves("PUT", topic, json=snippet)[0]
    assert moves("PUT", topic, json=snippet)[0], "a change to the same content is a change"
    moved, viewpoint = moves("POST", f"{topic}/viewpoints", json=PICTURE)
    assert moved
    moved, comment = moves("POST", f"{topic}/comments", json={"comment": "c", "viewpoint_guid": viewpoint["guid"]})
    assert moved
    assert api.get(topic).json()["modified_date"] == comment["date"]
    url = f"{topic}/comments/{comment['guid']}"
    moved, changed = moves("PUT", url, json={"comment": "d"})
    assert moved
    assert api.get(topic).json()["modified_date"] == changed["modified_date"]
    _, document = moves("POST", f"{project}/documents", content=b"x", headers=NAMED)
    moved, reference = moves("POST", f"{topic}/document_references", json={"document_guid": document["guid"]})
    assert not moved
    guid = {"guid": reference["guid"]} if version == "2.1" else {}
    for method, path, content in (
        ("PUT", f"/document_references/{reference['guid']}", {"json": {"url": "u", **guid}}),
        ("PUT", "/files", {"json": [{"reference": "r"}]}),
        ("PUT", "/related_topics", {"json": []}),
        ("PUT", "/snippet", {"content": b"x"}),
        ("DELETE", f"/comments/{comment['guid']}", {}),
        *([("DELETE", f"/viewpoints/{viewpoint['guid']}", {})] if version == "3.0" else []),
    ):
        assert not moves(method, topic + path, **content)[0], path


def test_nothing_in_space_is_no_reason_to_need_a_camera(api):
    """Programs write their empty lists, too."""
    topic = post(api, "/bcf/3.0/projects/demo/topics", {"title": "x"})["guid"]
    url = f"/bcf/3.0/projects/demo/topics/{topic}/viewpoints"
    made = post(api, url, {**PICTURE, "lines": [], "clipping_planes": [], "bitmaps": []})
    assert made["lines"] == made["clipping_planes"] == made["bitmaps"] == []
    line = {"start_point": vector(), "end_point": vector()}
    assert api.post(url, json={**PICTURE, "lines": [line]}).status_code == 400


def test_more_than_a_thousand_components_are_kept_one_and_all(api, topic):
    parts = [{"ifc_guid": f"{number:022}"} for number in range(5000)]
    components = {
        "selection": parts,
        "coloring": [{"color": "FF00FF00", "components": parts}],
        "visibility": {"default_visibility": False, "exceptions": parts},
    }
    guid = post(api, f"{topic}/viewpoints", {"perspective_camera": camera(), "components": components})["guid"]
    for part, value in components.items():
        assert api.get(f"{topic}/viewpoints/{guid}/{part}").json() == {part: value}


def test_a_snapshot_longer_than_the_specification_likes_is_kept(api, topic):
    """BCF-API 3.0 says 1500 pixels at most; what to do with more it leaves open."""
    picture = png(3000, 1)
    body = {"snapshot": {"snapshot_type": "png", "snapshot_data": base64.b64encode(picture).decode()}}
    guid = post(api, f"{topic}/viewpoints", body)["guid"]
    assert api.get(f"{topic}/viewpoints/{guid}/snapshot").content == picture


@pytest.mark.parametrize("color", ["FF0000", "#FF0000", "80ff0000", "#80FF0000"])
def test_a_colour_comes_back_as_it_was_written(api, topic, color):
    coloring = [{"color": color, "components": [{"ifc_guid": "x"}]}]
    body = {"perspective_camera": camera(), "components": {"visibility": {}, "coloring": coloring}}
    guid = post(api, f"{topic}/viewpoints", body)["guid"]
    assert api.get(f"{topic}/viewpoints/{guid}/coloring").json() == {"coloring": coloring}


def test_what_the_specification_has_no_delete_or_change_for_is_405(api, version, project, topic):
    viewpoint = f"{topic}/viewpoints/{post(api, f'{topic}/viewpoints', full_viewpoint())['guid']}"
    reference = f"{topic}/document_references/{post(api, f'{topic}/document_references', {'url': 'u'})['guid']}"
    document = api.post(f"{project}/documents", content=b"x", headers=NAMED).json()["guid"]
    refused = [
        *(("DELETE", url) for url in (project, reference, f"{project}/documents/{document}", f"{topic}/files")),
        *(("PUT", url) for url in (viewpoint, f"{viewpoint}/snapshot", f"{project}/documents/{document}")),
        *(("PATCH", url) for url in (project, topic, viewpoint)),
        *(("POST", url) for url in (f"/bcf/{version}/projects", f"{project}/extensions", f"{topic}/files")),
        *([("DELETE", viewpoint)] if version == "2.1" else []),
    ]
    for method, url in refused:
        answer = api.request(method, url, json={})
        assert answer.status_code == 405, (method, url)
        assert "GET" in answer.headers["Allow"] or url == reference
        assert answer.json()["message"]


def test_extensions_have_every_list_and_no_nulls(api, store, version):
    store.create_project("bare", "Bare")
    told = api.get(f"/bcf/{version}/projects/bare/extensions").json()
    users = {"2.1": "user_id_type", "3.0": "users"}[version]
    for name in ("topic_type", "topic_status", "topic_label", "snippet_type", "priority", "stage", users):
        assert told[name] == []


def test_a_member_that_is_there_twice_among_very_many_is_found_at_once():
    body = "{" + ",".join(f'"{number}":0' for number in range(50_000)) + ',"49999":1}'
    begun = time.process_time()
    with pytest.raises(Malformed, match="'49999' is there twice"):
        json_value(body.encode())
    assert time.process_time() - begun < 5  # compared one by one it would take half a minute
