"""BIMData's full topics: everything of a topic in one request."""

import base64
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from bimdata_server import FULL, TOPICS, serving, topic, viewpoint
from reference_server import fresh, png

GUID = "63e78882-7c6a-4bf7-8982-fc478afb9c97"
DATA_URI = f"data:image/png;base64,{base64.b64encode(png()).decode()}"


@pytest.fixture
def api(store):
    with serving(store) as client:
        yield client


def whole(**other):
    comment = {"comment": "c", "date": "2019-05-03T10:00:00Z", "author": "alice@example.com", "guid": fresh()}
    return topic(
        guid=GUID,
        comments=[{**comment, "viewpoint_temp_id": 7}, {**comment, "guid": fresh(), "comment": "d"}],
        viewpoints=[viewpoint(temp_id=7, guid=fresh()), viewpoint(temp_id=8)],
        **other,
    )


def field(answer, name):
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == [name]


def test_a_full_topic_is_made_and_linked_in_one_request(api):
    sent = whole()
    made = api.post(FULL, json=sent)
    assert made.status_code == 201
    full = made.json()
    assert full["comments"][0]["viewpoint_guid"] == full["viewpoints"][0]["guid"] == sent["viewpoints"][0]["guid"]
    assert full["comments"][1]["viewpoint_guid"] is None
    assert full["comments"][0]["date"] == "2019-05-03T10:00:00Z"
    assert full["viewpoints"][0]["components"] == {
        **sent["viewpoints"][0]["components"],
        "coloring": sent["viewpoints"][0]["components"]["coloring"],
    }
    assert full["viewpoints"][0]["snapshot"] == {"snapshot_type": "png", "snapshot_data": DATA_URI}
    assert "temp_id" not in full["viewpoints"][0]
    assert "viewpoint_temp_id" not in full["comments"][0]
    assert api.get(f"{FULL}/{GUID}").json() == full
    assert api.get(FULL).json() == [full]


def test_a_new_full_topic_is_as_its_client_says(api):
    full = api.post(FULL, json=whole()).json()
    assert full["modified_author"] == "bob@example.com"
    assert full["modified_date"] is None
    assert (
        api.post(FULL, json=topic(modified_author=None, comments=[{"comment": "c"}])).json()["modified_author"] is None
    )


def test_a_full_topic_is_made_whole_or_not_at_all(api):
    body = whole()
    body["comments"][1]["viewpoint_temp_id"] = 99
    field(api.post(FULL, json=body), "comments")
    body["comments"] = [5]
    field(api.post(FULL, json=body), "comments")
    assert api.get(TOPICS, params={"format": "standard"}).json() == []


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"viewpoints": {}}, "viewpoints"),
        ({"viewpoints": [{"snapshot": 5}]}, "viewpoints"),
        ({"viewpoints": [{"temp_id": 1}, {"temp_id": 1}]}, "viewpoints"),
        ({"viewpoints": [{"temp_id": "1"}]}, "viewpoints"),
        ({"comments": [{}]}, "comments"),
        ({"comments": [{"comment": "c", "viewpoint_temp_id": True}]}, "comments"),
        ({"comments": [{"comment": "c", "guid": "x"}]}, "comments"),
        ({"title": None}, "title"),
    ],
)
def test_a_wrong_child_is_named(api, other, name):
    field(api.post(FULL, json={"title": "x", **other}), name)


def test_snapshots_can_be_links_that_need_no_key(api):
    api.post(FULL, json=whole())
    for full in (api.get(f"{FULL}/{GUID}?img_format=url").json(), api.get(f"{FULL}?img_format=url").json()[0]):
        link = full["viewpoints"][0]["snapshot"]["snapshot_data"]
        assert link.startswith("http://server/")
        picture = api.get(link, headers={"Authorization": ""})
        assert picture.content == png()
        assert picture.headers["Content-Type"] == "image/png"
    assert "snapshot_data" not in full["viewpoints"][0]["perspective_camera"]
    field(api.get(f"{FULL}?img_format=png"), "img_format")


def test_a_long_list_is_sent_while_it_is_read(api):
    text = "x" * 20_000
    for _ in range(12):
        api.post(FULL, json=topic(description=text, viewpoints=[viewpoint()]))
    inline, linked = api.get(FULL).json(), api.get(f"{FULL}?img_format=url").json()
    assert len(inline) == len(linked) == 12
    link = linked[-1]["viewpoints"][0]["snapshot"]["snapshot_data"]
    assert api.get(link, headers={"Authorization": ""}).content == png()
    assert len(api.get(TOPICS).json()) == 12


def test_a_link_that_was_tampered_with_is_404(api):
    api.post(FULL, json=whole())
    viewpoints = api.get(f"{FULL}/{GUID}?img_format=url").json()["viewpoints"]
    link, other = (httpx.URL(item["snapshot"]["snapshot_data"]) for item in viewpoints)
    assert api.get(link.copy_with(path=other.path)).status_code == 404
    assert api.get(link.copy_set_param("expires", "99999999999")).status_code == 404
    assert api.get(link.copy_set_param("signature", "ä")).status_code == 404
    assert api.get(link.copy_with(query=None)).status_code == 404


def test_a_link_ends(api, store, monkeypatch):
    api.post(FULL, json=whole())
    link = api.get(f"{FULL}/{GUID}?img_format=url").json()["viewpoints"][0]["snapshot"]["snapshot_data"]
    real = store.wall
    monkeypatch.setattr(store, "wall", lambda: real().replace(year=real().year + 1))
    assert api.get(link).status_code == 404


def test_what_was_read_with_links_can_be_written_back(api):
    made = api.post(FULL, json=whole()).json()
    read = api.get(f"{FULL}/{GUID}?img_format=url").json()
    put = api.put(f"{FULL}/{GUID}", json={**read, "modified_author": "bob@example.com"}).json()
    owned = {"modified_date": None, "comments": None}
    assert {**put, **owned} == {**made, **owned}
    assert [item["comment"] for item in put["comments"]] == ["c", "d"]
    assert [item["date"] for item in put["comments"]] == [item["date"] for item in made["comments"]]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("switch", ["keep", "delete"])
def test_a_switch_says_what_becomes_of_children_left_out(store, method, switch):
    with serving(store, full_topic_put=switch) as api:
        made = api.post(FULL, json=whole()).json()
        kept_comment, kept_viewpoint = made["comments"][1], made["viewpoints"][1]
        body = {"title": "B", "comments": [kept_comment, {"comment": "new"}], "viewpoints": [kept_viewpoint]}
        full = api.request(method, f"{FULL}/{GUID}", json=body).json()
        texts = {item["comment"] for item in full["comments"]}
        assert texts == ({"c", "d", "new"} if switch == "keep" else {"d", "new"})
        assert len(full["viewpoints"]) == (2 if switch == "keep" else 1)
        assert full["description"] == (None if method == "PUT" else "On level 2")
        untouched = api.request(method, f"{FULL}/{GUID}", json={"title": "C"}).json()
        assert len(untouched["comments"]) == len(full["comments"])
        assert len(untouched["viewpoints"]) == len(full["viewpoints"])


def test_a_viewpoint_that_goes_is_taken_out_of_the_comments_that_stay(store):
    with serving(store, full_topic_put="delete") as api:
        api.post(FULL, json=whole())
        full = api.patch(f"{FULL}/{GUID}", json={"viewpoints": []}).json()
        assert full["viewpoints"] == []
        assert [item["viewpoint_guid"] for item in full["comments"]] == [None, None]


def test_patch_changes_known_children_in_part_and_adds_new_ones(api):
    made = api.post(FULL, json=whole()).json()
    comment, shown = made["comments"][0], made["viewpoints"][0]
    patch = {
        "priority": "Low",
        "comments": [{"guid": comment["guid"], "comment": "changed"}, {"comment": "new", "viewpoint_temp_id": 1}],
        "viewpoints": [{"guid": shown["guid"], "index": 12}, {"temp_id": 1, "guid": fresh()}],
    }
    full = api.patch(f"{FULL}/{GUID}", json=patch).json()
    assert (full["priority"], full["title"]) == ("Low", made["title"])
    changed = next(item for item in full["comments"] if item["guid"] == comment["guid"])
    assert (changed["comment"], changed["author"]) == ("changed", "alice@example.com")
    assert changed["viewpoint_guid"] == shown["guid"]
    assert full["viewpoints"][0] == {**shown, "index": 12}
    new = next(item for item in full["comments"] if item["comment"] == "new")
    assert new["viewpoint_guid"] == patch["viewpoints"][1]["guid"]


def test_a_child_of_another_topic_cannot_be_taken(api):
    made = api.post(FULL, json=whole()).json()
    for name in ("comments", "viewpoints"):
        field(api.post(FULL, json={"title": "B", name: [made[name][1]]}), name)
    field(api.post(FULL, json={"title": "B", "comments": [{"comment": "c", "viewpoint_guid": GUID}]}), "comments")
    assert len(api.get(TOPICS).json()) == 1


def test_full_topics_are_filtered_hidden_and_304_as_topics_are(api):
    api.post(FULL, json=whole())
    api.post(FULL, json={"title": "B", "format": "pins"})
    assert [item["title"] for item in api.get(FULL).json()] == ["Door hits beam"]
    assert [item["title"] for item in api.get(f"{FULL}?format=pins").json()] == ["B"]
    assert api.get(f"{FULL}?$filter=topic_status eq 'Closed'").json() == []
    for url in (FULL, f"{FULL}?img_format=url", f"{FULL}/{GUID}"):
        tag = api.get(url).headers["ETag"]
        assert api.get(url, headers={"If-None-Match": tag}).status_code == 304
        api.post(f"{TOPICS}/{GUID}/comments", json={"comment": "x"})
        assert api.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_many_writers_at_once_lose_nothing_and_share_no_index(store):
    body = topic(comments=[{"comment": "c", "viewpoint_temp_id": 1}], viewpoints=[viewpoint(temp_id=1)])

    def write(count):
        with serving(store) as api:
            return [api.post(FULL, json=body).status_code for _ in range(count)]

    with ThreadPoolExecutor(8) as pool:
        assert {status for made in pool.map(write, [5] * 8) for status in made} == {201}
    with serving(store) as api:
        made = api.get(FULL).json()
    assert sorted(item["index"] for item in made) == [*range(1, 41)]
    assert all(item["comments"][0]["viewpoint_guid"] == item["viewpoints"][0]["guid"] for item in made)


def test_a_full_topic_that_is_not_there_is_404(api):
    assert api.get(f"{FULL}/{GUID}").status_code == api.put(f"{FULL}/{GUID}", json={"title": "x"}).status_code == 404
