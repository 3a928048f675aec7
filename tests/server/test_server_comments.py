import pytest
from reference_server import fresh

BEN = {"Authorization": "Bearer token-b"}
PICTURE = {"snapshot": {"snapshot_type": "png", "snapshot_data": "AAAA"}}


def test_a_comment_is_stamped_when_made_and_when_changed(api, topic):
    made = api.post(f"{topic}/comments", json={"comment": "first", "date": "x", "author": "x", "status": "x"})
    comment = made.json()
    url = f"{topic}/comments/{comment['guid']}"
    assert made.status_code == 201
    assert made.headers["Location"] == f"http://server{url}"
    assert comment == {
        "guid": comment["guid"],
        "date": "2024-01-01T00:00:01.000Z",
        "author": "anna@example.com",
        "comment": "first",
        "topic_guid": topic.rpartition("/")[2],
    }
    changed = api.put(url, json={"comment": "second"}, headers=BEN).json()
    assert changed == {
        **comment,
        "comment": "second",
        "modified_date": "2024-01-01T00:00:02.000Z",
        "modified_author": "ben@example.com",
    }
    assert api.get(url).json() == changed
    assert api.get(f"{topic}/comments").json() == [changed]
    assert api.delete(url).status_code == 200
    assert api.get(url).status_code == api.delete(url).status_code == api.put(url, json={"comment": "x"}).status_code
    assert api.get(url).status_code == 404
    assert api.get(f"{topic}/comments").json() == []


def test_put_without_a_viewpoint_lets_go_of_it(api, topic):
    viewpoint = api.post(f"{topic}/viewpoints", json=PICTURE).json()["guid"]
    made = api.post(f"{topic}/comments", json={"comment": "c", "viewpoint_guid": viewpoint.upper()}).json()
    assert made["viewpoint_guid"] == viewpoint.upper()
    put = api.put(f"{topic}/comments/{made['guid']}", json={"comment": "c", "viewpoint_guid": None}).json()
    assert "viewpoint_guid" not in put


def test_a_comment_belongs_to_its_topic_only(api, project, topic):
    guid = api.post(f"{topic}/comments", json={"comment": "c"}).json()["guid"]
    other = api.post(f"{project}/topics", json={"title": "B"}).json()["guid"]
    assert api.get(f"{project}/topics/{other}/comments/{guid}").status_code == 404


def test_a_viewpoint_of_another_topic_is_400(api, project, topic):
    viewpoint = api.post(f"{topic}/viewpoints", json=PICTURE).json()["guid"]
    other = api.post(f"{project}/topics", json={"title": "B"}).json()["guid"]
    for wrong in (viewpoint, fresh(), "x"):
        answer = api.post(f"{project}/topics/{other}/comments", json={"comment": "c", "viewpoint_guid": wrong})
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("viewpoint_guid")


def test_a_viewpoint_may_stand_for_the_text_which_2_1_wants_to_see_empty(api, version, topic):
    viewpoint = api.post(f"{topic}/viewpoints", json=PICTURE).json()["guid"]
    empty = {"2.1": {"comment": ""}, "3.0": {}}[version]
    if empty:
        assert api.post(f"{topic}/comments", json={"viewpoint_guid": viewpoint}).status_code == 400
    made = api.post(f"{topic}/comments", json={"viewpoint_guid": viewpoint, **empty})
    assert made.status_code == 201
    assert made.json().get("comment") == {"2.1": "", "3.0": None}[version]
    assert api.get(f"{topic}/comments").json() == [made.json()]


def test_only_2_1_takes_an_empty_text(api):
    guid = api.post("/bcf/3.0/projects/demo/topics", json={"title": "x"}).json()["guid"]
    old, new = (f"/bcf/{version}/projects/demo/topics/{guid}/comments" for version in ("2.1", "3.0"))
    made = api.post(old, json={"comment": ""})
    assert (made.status_code, made.json()["comment"]) == (201, "")
    assert api.get(f"{new}/{made.json()['guid']}").json()["comment"] == ""
    for blank in ("", " \n"):
        answer = api.post(new, json={"comment": blank})
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("comment")


def test_replies_are_2_1s_own_and_survive_a_write_through_version_3(api):
    guid = api.post("/bcf/3.0/projects/demo/topics", json={"title": "x"}).json()["guid"]
    old, new = (f"/bcf/{version}/projects/demo/topics/{guid}/comments" for version in ("2.1", "3.0"))
    first = api.post(new, json={"comment": "a", "reply_to_comment_guid": "ignored"}).json()["guid"]
    assert "reply_to_comment_guid" not in api.get(f"{old}/{first}").json()
    reply = api.post(old, json={"comment": "b", "reply_to_comment_guid": first}).json()
    assert reply["reply_to_comment_guid"] == first
    assert "reply_to_comment_guid" not in api.put(f"{new}/{reply['guid']}", json={"comment": "c"}).json()
    assert api.get(f"{old}/{reply['guid']}").json()["reply_to_comment_guid"] == first
    assert "reply_to_comment_guid" not in api.put(f"{old}/{reply['guid']}", json={"comment": "c"}).json()


def test_a_taken_comment_guid_is_409_even_in_another_topic(api):
    topics = "/bcf/3.0/projects/demo/topics"
    one, two = (api.post(topics, json={"title": t}).json()["guid"] for t in "ab")
    body = {"comment": "c", "guid": fresh()}
    assert api.post(f"{topics}/{one}/comments", json=body).json()["guid"] == body["guid"]
    assert api.post(f"{topics}/{two}/comments", json=body).status_code == 409
    assert len(api.get(f"{topics}/{two}/comments").json()) == 0
    assert "modified_date" not in api.get(f"{topics}/{two}").json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", "abc"), ("$top=1&$skip=1", "b"), ("$orderby=date desc", "cba"), ("$orderby=date", "abc")],
)
def test_comments_can_be_paged_and_sorted_by_date(api, topic, query, expected):
    for text in "abc":
        api.post(f"{topic}/comments", json={"comment": text})
    assert "".join(c["comment"] for c in api.get(f"{topic}/comments?{query}").json()) == expected
