"""Bodies that are not what they should be: always 400 with the member's name, never 500."""

import json

import pytest
from reference_server import camera, serve

from bcfsync.server.store import ServerStore

ANYTHING = (None, True, 1.5, "text", [None], [[]], {"a": 1})
SNIPPET = {"snippet_type": "a", "is_external": False, "reference": "a", "reference_schema": "b"}

TOPICS = [
    ({}, "title"),
    ({"title": None}, "title"),
    ({"title": 5}, "title"),
    ({"title": "\ud800"}, "title"),
    ({"title": "x", "index": "1"}, "index"),
    ({"title": "x", "index": True}, "index"),
    ({"title": "x", "index": 1.5}, "index"),
    ({"title": "x", "index": 2**63}, "index"),
    ({"title": "x", "labels": "a"}, "labels"),
    ({"title": "x", "labels": ["a", None]}, "labels"),
    ({"title": "x", "reference_links": {}}, "reference_links"),
    ({"title": "x", "due_date": "tomorrow"}, "due_date"),
    ({"title": "x", "due_date": 5}, "due_date"),
    ({"title": "x", "description": ["a"]}, "description"),
    ({"title": "x", "assigned_to": {}}, "assigned_to"),
    ({"title": "x", "bim_snippet": "a"}, "bim_snippet"),
    ({"title": "x", "bim_snippet": {**SNIPPET, "is_external": "no"}}, "bim_snippet.is_external"),
    *[
        ({"title": "x", "bim_snippet": {k: v for k, v in SNIPPET.items() if k != name}}, f"bim_snippet.{name}")
        for name in SNIPPET
    ],
]
COMMENTS = [
    ({}, "comment"),
    ({"comment": None}, "comment"),
    ({"comment": 5}, "comment"),
    ({"comment": "c", "viewpoint_guid": 5}, "viewpoint_guid"),
    ({"comment": "c", "viewpoint_guid": "none"}, "viewpoint_guid"),
]
PICTURE = {"snapshot_type": "png", "snapshot_data": "AAAA"}
VIEWPOINTS = [
    ({"snapshot": "AAAA"}, "snapshot"),
    ({"snapshot": {**PICTURE, "snapshot_type": "bmp"}}, "snapshot.snapshot_type"),
    ({"snapshot": {**PICTURE, "snapshot_data": "no-base64"}}, "snapshot.snapshot_data"),
    ({"snapshot": {**PICTURE, "snapshot_data": "AAA"}}, "snapshot.snapshot_data"),
    ({"snapshot": {**PICTURE, "snapshot_data": "ä"}}, "snapshot.snapshot_data"),
    ({"snapshot": {**PICTURE, "snapshot_data": ""}}, "snapshot.snapshot_data"),
    ({"snapshot": {**PICTURE, "snapshot_data": "data:image/png"}}, "snapshot.snapshot_data"),
    ({"snapshot": {"snapshot_type": "png"}}, "snapshot.snapshot_data"),
    ({"perspective_camera": []}, "perspective_camera"),
    ({"perspective_camera": camera(field_of_view="60")}, "perspective_camera.field_of_view"),
    ({"perspective_camera": camera(field_of_view=None)}, "perspective_camera.field_of_view"),
    ({"perspective_camera": camera(field_of_view=10**400)}, "perspective_camera.field_of_view"),
    ({"perspective_camera": camera(camera_direction={"x": 1, "y": 2})}, "perspective_camera.camera_direction.z"),
    ({"perspective_camera": camera(camera_direction=None)}, "perspective_camera.camera_direction"),
    ({"perspective_camera": camera(), "lines": [{}]}, "lines[0].start_point"),
    ({"perspective_camera": camera(), "lines": [5]}, "lines[0]"),
    ({"perspective_camera": camera(), "clipping_planes": {}}, "clipping_planes"),
    ({"perspective_camera": camera(), "bitmaps": [{}]}, "bitmaps[0].bitmap_type"),
    ({"perspective_camera": camera(), "components": {}}, "components.visibility"),
    ({"perspective_camera": camera(), "components": {"visibility": 5}}, "components.visibility"),
    (
        {"perspective_camera": camera(), "components": {"visibility": {"default_visibility": "true"}}},
        "components.visibility.default_visibility",
    ),
    (
        {"perspective_camera": camera(), "components": {"visibility": {}, "selection": [{"ifc_guid": 5}]}},
        "components.selection[0].ifc_guid",
    ),
    (
        {"perspective_camera": camera(), "components": {"visibility": {}, "coloring": [{}]}},
        "components.coloring[0].color",
    ),
]
REFERENCES = [
    ({"url": 5}, "url"),
    ({"url": "u", "description": 5}, "description"),
    ({"document_guid": []}, "document_guid"),
]
POSTS = [
    *[("topics", body, member) for body, member in TOPICS],
    *[("comments", body, member) for body, member in COMMENTS],
    *[("viewpoints", body, member) for body, member in VIEWPOINTS],
    *[("document_references", body, member) for body, member in REFERENCES],
]


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """One server for the whole table: what it refuses leaves no trace."""
    with ServerStore(tmp_path_factory.mktemp("data")) as store:
        yield from serve(store)


@pytest.fixture(scope="module")
def topic(api, project):
    return f"{project}/topics/{api.post(f'{project}/topics', json={'title': 'A'}).json()['guid']}"


def names(answer, member):
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"].startswith(f"{member}:"), answer.text


@pytest.mark.parametrize(("kind", "body", "member"), POSTS)
def test_a_wrong_member_is_named(api, project, topic, kind, body, member):
    names(api.post(f"{project if kind == 'topics' else topic}/{kind}", content=dumped(body)), member)


@pytest.mark.parametrize(
    ("path", "body", "member"),
    [
        ("/files", {}, "body"),
        ("/files", [5], "[0]"),
        ("/files", [{}, {"date": "x"}], "[1].date"),
        ("/files", [{"reference": 5}], "[0].reference"),
        ("/related_topics", "x", "body"),
        ("/related_topics", [{}], "[0].related_topic_guid"),
        ("/related_topics", ["x"], "[0]"),
        ("", {}, "title"),
        ("/../..", {}, "name"),
    ],
)
def test_a_wrong_member_of_a_put_is_named(api, project, topic, path, body, member):
    names(api.put(project if path == "/../.." else topic + path, json=body), member)


@pytest.mark.parametrize("kind", ["topics", "comments", "viewpoints", "document_references"])
@pytest.mark.parametrize(
    "guid", ["events", "", 5, "{63e78882-7c6a-4bf7-8982-fc478afb9c97}", "63e78882-7c6a-4bf7-8982-fc478afb9c97\n"]
)
def test_a_guid_that_is_no_uuid_is_400_in_version_3(api, kind, guid):
    topics = "/bcf/3.0/projects/demo/topics"
    topic = f"{topics}/{api.post(topics, json={'title': 'x'}).json()['guid']}"
    body = {"title": "x", "comment": "x", "snapshot": PICTURE, "url": "x", "guid": guid}
    names(api.post(topics if kind == "topics" else f"{topic}/{kind}", json=body), "guid")


RAW = (b"", b"{", b"\xff\xfe\x00", b'{"title": NaN}', b'{"title": "x", "index": Infinity}', b"[" * 100_000, b"1" * 5000)


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_a_body_that_is_no_json_is_400(api, project, topic, raw):
    for method, url in writes(project, topic):
        answer = api.request(method, url, content=raw)
        assert answer.status_code == 400, (method, url)
        assert answer.json()["message"]


@pytest.mark.parametrize("value", ANYTHING, ids=str)
def test_no_json_value_whatsoever_is_a_500(api, project, topic, value):
    for method, url in writes(project, topic):
        answer = api.request(method, url, json=value)
        assert answer.status_code in {200, 201, 400}, (method, url)
        assert answer.headers["Content-Type"] == "application/json"


MEMBERS = (
    *("title", "labels", "index", "bim_snippet", "due_date", "guid", "comment", "viewpoint_guid", "url", "name"),
    *("document_guid", "snapshot", "lines", "clipping_planes", "bitmaps", "components", "perspective_camera"),
)


@pytest.mark.parametrize("member", MEMBERS)
def test_no_value_of_a_member_is_a_500(api, project, topic, member):
    good = {"title": "x", "comment": "x", "name": "x", "perspective_camera": camera()}
    for value in (*ANYTHING, 10**30, "\0", {"visibility": []}):
        for method, url in writes(project, topic):
            answer = api.request(method, url, json={**good, member: value})
            assert answer.status_code in {200, 201, 400, 409}, (method, url, answer.text)


def writes(project, topic):
    return (
        ("PUT", project),
        ("POST", f"{project}/topics"),
        ("PUT", topic),
        ("PUT", f"{topic}/files"),
        ("PUT", f"{topic}/related_topics"),
        ("POST", f"{topic}/comments"),
        ("POST", f"{topic}/viewpoints"),
        ("POST", f"{topic}/document_references"),
    )


def dumped(body):
    # httpx's own encoder cannot spell a lone surrogate
    return json.dumps(body).encode()
