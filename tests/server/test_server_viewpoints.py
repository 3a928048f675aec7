import base64
import threading

import pytest
from reference_server import camera, fresh, full_viewpoint, png, vector

from bcfsync.server.store.viewpoints import ViewpointContent

PICTURE = {"snapshot_type": "png", "snapshot_data": base64.b64encode(png()).decode()}


def test_a_viewpoint_shows_everything_but_components_and_bytes(api, version, topic):
    body = full_viewpoint()
    made = api.post(f"{topic}/viewpoints", json=body)
    viewpoint = made.json()
    assert made.status_code == 201
    expected_camera = camera()
    if version == "2.1":
        del expected_camera["aspect_ratio"]
    bitmap = {name: value for name, value in body["bitmaps"][0].items() if name != "bitmap_data"}
    assert viewpoint == {
        "guid": viewpoint["guid"],
        "index": 3,
        "perspective_camera": expected_camera,
        "lines": body["lines"],
        "clipping_planes": body["clipping_planes"],
        "bitmaps": [{"guid": viewpoint["bitmaps"][0]["guid"], **bitmap}],
        "snapshot": {"snapshot_type": "png"},
    }
    assert api.get(f"{topic}/viewpoints/{viewpoint['guid']}").json() == viewpoint
    assert api.get(f"{topic}/viewpoints").json() == [viewpoint]


def test_pictures_come_back_byte_for_byte_with_the_type_of_their_bytes(api, topic):
    viewpoint = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()
    url = f"{topic}/viewpoints/{viewpoint['guid']}"
    snapshot = api.get(f"{url}/snapshot")
    bitmap = api.get(f"{url}/bitmaps/{viewpoint['bitmaps'][0]['guid'].upper()}")
    assert (snapshot.content, snapshot.headers["Content-Type"]) == (png(), "image/png")
    assert (bitmap.content, bitmap.headers["Content-Type"]) == (b"\xff\xd8\xff\xe0rest", "image/jpeg")
    assert api.get(f"{url}/bitmaps/{fresh()}").status_code == 404


@pytest.mark.parametrize(
    ("data", "expected"),
    [(png(), "image/png"), (b"\xff\xd8\xff\xdb", "image/jpeg"), (b"BM", "application/octet-stream")],
)
def test_a_snapshot_of_another_type_than_declared_is_taken(api, topic, data, expected):
    text = "data:image/jpeg;base64," + base64.b64encode(data).decode() + "\n"
    body = {"snapshot": {"snapshot_type": "jpg", "snapshot_data": text}}
    guid = api.post(f"{topic}/viewpoints", json=body).json()["guid"]
    got = api.get(f"{topic}/viewpoints/{guid}/snapshot")
    assert (got.content, got.headers["Content-Type"]) == (data, expected)


def test_components_are_three_wrapped_resources(api, topic):
    body = full_viewpoint()
    url = f"{topic}/viewpoints/{api.post(f'{topic}/viewpoints', json=body).json()['guid']}"
    for part in ("selection", "coloring", "visibility"):
        assert api.get(f"{url}/{part}").json() == {part: body["components"][part]}


def test_booleans_of_the_visibility_are_false_unless_said_otherwise(api, topic):
    components = {"visibility": {"view_setup_hints": {"spaces_visible": True}}}
    body = {"perspective_camera": camera(), "components": components}
    url = f"{topic}/viewpoints/{api.post(f'{topic}/viewpoints', json=body).json()['guid']}"
    hints = {"spaces_visible": True, "space_boundaries_visible": False, "openings_visible": False}
    expected = {"default_visibility": False, "exceptions": [], "view_setup_hints": hints}
    assert api.get(f"{url}/visibility").json() == {"visibility": expected}


def test_a_viewpoint_without_components_has_no_visibility(api, topic):
    url = f"{topic}/viewpoints/{api.post(f'{topic}/viewpoints', json={'perspective_camera': camera()}).json()['guid']}"
    assert api.get(f"{url}/selection").json() == {"selection": []}
    assert api.get(f"{url}/coloring").json() == {"coloring": []}
    assert api.get(f"{url}/visibility").status_code == api.get(f"{url}/snapshot").status_code == 404


def test_a_camera_made_through_2_1_gets_the_aspect_ratio_of_its_snapshot(api):
    guid = api.post("/bcf/3.0/projects/demo/topics", json={"title": "x"}).json()["guid"]
    old, new = (f"/bcf/{version}/projects/demo/topics/{guid}/viewpoints" for version in ("2.1", "3.0"))
    body = {"perspective_camera": camera(), "snapshot": PICTURE}
    made = api.post(old, json=body).json()
    assert "aspect_ratio" not in made["perspective_camera"]
    assert api.get(f"{new}/{made['guid']}").json()["perspective_camera"]["aspect_ratio"] == 2.0
    bare = api.post(old, json={"perspective_camera": camera()}).json()
    assert api.get(f"{new}/{bare['guid']}").json()["perspective_camera"]["aspect_ratio"] == 1.0


ORTHOGONAL = camera(view_to_world_scale=2.0)
LINE = {"start_point": vector(), "end_point": vector()}


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({}, "snapshot"),
        ({"index": 1}, "snapshot"),
        ({"orthogonal_camera": ORTHOGONAL, "perspective_camera": camera()}, "perspective_camera"),
        ({"snapshot": PICTURE, "lines": [LINE]}, "lines"),
        ({"snapshot": PICTURE, "clipping_planes": [{"location": vector(), "direction": vector()}]}, "clipping_planes"),
        ({"snapshot": PICTURE, "bitmaps": full_viewpoint()["bitmaps"]}, "bitmaps"),
        ({"snapshot": PICTURE, "components": {"visibility": {}}}, "components"),
        ({"perspective_camera": camera(aspect_ratio=None)}, "perspective_camera.aspect_ratio"),
        (
            {
                "perspective_camera": camera(),
                "components": {"visibility": {}, "selection": [{"originating_system": "x"}]},
            },
            "components.selection[0].ifc_guid",
        ),
    ],
)
def test_version_3_has_rules_for_combinations_that_2_1_has_not(api, body, member):
    guid = api.post("/bcf/3.0/projects/demo/topics", json={"title": "x"}).json()["guid"]
    refused = api.post(f"/bcf/3.0/projects/demo/topics/{guid}/viewpoints", json=body)
    assert refused.status_code == 400
    assert refused.json()["message"].startswith(f"{member}:")
    assert api.post(f"/bcf/2.1/projects/demo/topics/{guid}/viewpoints", json=body).status_code == 201


def test_viewpoints_cannot_be_changed_and_in_2_1_not_be_deleted(api, version, topic):
    url = f"{topic}/viewpoints/{api.post(f'{topic}/viewpoints', json={'snapshot': PICTURE}).json()['guid']}"
    assert api.put(url, json={}).status_code == 405
    assert api.delete(url).status_code == {"2.1": 405, "3.0": 200}[version]


def test_a_viewpoint_can_be_deleted_once_no_comment_refers_to_it(api):
    topics = "/bcf/3.0/projects/demo/topics"
    topic = f"{topics}/{api.post(topics, json={'title': 'x'}).json()['guid']}"
    viewpoint = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()
    url = f"{topic}/viewpoints/{viewpoint['guid']}"
    body = {"comment": "c", "viewpoint_guid": viewpoint["guid"].upper()}
    comment = f"{topic}/comments/{api.post(f'{topic}/comments', json=body).json()['guid']}"
    refused = api.delete(url)
    assert refused.status_code == 409
    assert refused.json()["message"]
    api.put(comment, json={"comment": "c"})
    assert api.delete(url).status_code == 200
    for path in ("", "/snapshot", f"/bitmaps/{viewpoint['bitmaps'][0]['guid']}", "/selection"):
        assert api.get(url + path).status_code == 404
    assert api.delete(url).status_code == 404


def test_a_taken_viewpoint_guid_is_409(api):
    topics = "/bcf/3.0/projects/demo/topics"
    topic = f"{topics}/{api.post(topics, json={'title': 'x'}).json()['guid']}"
    body = {"snapshot": PICTURE, "guid": fresh()}
    assert api.post(f"{topic}/viewpoints", json=body).json()["guid"] == body["guid"]
    assert api.post(f"{topic}/viewpoints", json={**body, "guid": body["guid"].upper()}).status_code == 409
    assert len(api.get(f"{topic}/viewpoints").json()) == 1


def test_the_list_has_another_tag_after_a_viewpoint_is_made_anew_under_its_guid(api):
    topics = "/bcf/3.0/projects/demo/topics"
    views = f"{topics}/{api.post(topics, json={'title': 'A'}).json()['guid']}/viewpoints"
    guid, tags = fresh(), []
    for picture in (png(), png(3, 1)):
        snapshot = {"snapshot_type": "png", "snapshot_data": base64.b64encode(picture).decode()}
        body = {"guid": guid, "perspective_camera": camera(), "snapshot": snapshot}
        assert api.post(views, json=body).status_code == 201
        tags.append(api.get(views).headers["ETag"])
        assert api.delete(f"{views}/{guid}").status_code == 200
    assert tags[0] != tags[1]


def test_a_list_with_rights_is_whole_while_another_adds_to_it(api, store, monkeypatch):
    topics = "/bcf/3.0/projects/demo/topics"
    guid = api.post(topics, json={"title": "A"}).json()["guid"]
    makers = store.viewpoints.makers
    adding = threading.Thread(
        target=lambda: store.viewpoints.create("demo", guid, ViewpointContent({}), "ben@example.com")
    )

    def slowly(*place):
        adding.start()
        adding.join(0.1)
        return makers(*place)

    monkeypatch.setattr(store.viewpoints, "makers", slowly)
    answer = api.get(f"{topics}/{guid}/viewpoints?includeAuthorization=true")
    adding.join(10)
    assert (answer.status_code, answer.json()) == (200, [])
