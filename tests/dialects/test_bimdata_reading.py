"""Full topics as BIMData answers them: what they say, and where their pictures are."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Kind, key_of
from bcfsync.net import Http, Seams
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.reading.full_topics import FullTopics
from bcfsync.sides.rest.side import RestSide

ROOT = "https://api.example.com"
PROJECT = f"{ROOT}/bcf/2.1/projects/7"
TOPIC, VIEW, COMMENT = (f"0000000{n}-1111-4222-8333-444444444444" for n in range(3))
PICTURE = b"\x89PNG\r\n\x1a\n, and so on"
LINK = "https://bucket.storage.example/pictures/9f3.png?signature=abc&expires=1"

Handler = Callable[[httpx.Request], httpx.Response]


def view(snapshot: object, **other: object) -> dict[str, object]:
    camera = {
        name: {"x": 0.0, "y": 1.0, "z": 2.0} for name in ("camera_view_point", "camera_direction", "camera_up_vector")
    }
    return {
        "guid": VIEW, "perspective_camera": {**camera, "field_of_view": 60.0}, "snapshot": snapshot,
        "components": {"selection": [{"ifc_guid": "2O2Fr$t4X7Zf8NOew3FNr2"}], "coloring": [], "visibility": None},
        **other,
    }  # fmt: skip


def full(**other: object) -> dict[str, object]:
    comment = {
        "guid": COMMENT,
        "comment": "Look",
        "author": "a@example.com",
        "date": "2019-05-02T10:00:00Z",
        "viewpoint_guid": VIEW,
    }
    return {"guid": TOPIC, "project": 7, "title": "Door", "comments": [comment], "viewpoints": [view(None)], **other}


def side(answers: Handler, asked: list[httpx.Request] | None = None) -> RestSide:
    """The project on a server that answers so."""

    def heard(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/projects/7"):
            return httpx.Response(200, json={"project_id": 7, "name": "Tower"})
        if request.url.path.endswith("/current-user"):
            return httpx.Response(200, json={"id": None, "name": None, "is_client": True})
        if asked is not None:
            asked.append(request)
        return answers(request)

    seams = Seams(transport=httpx.MockTransport(heard), sleep=lambda _: None)
    learned = {
        facts.ROOT: ROOT, facts.BASE: f"{ROOT}/bcf/2.1", facts.VERSION: "2.1", facts.USER: "",
        facts.RIGHTS: "", facts.DIALECT: "bimdata",
    }  # fmt: skip
    return RestSide(Http(ROOT, "secret", seams), "7", learned)


def listing(*items: object) -> Handler:
    """A server with these topics, without tags."""
    return lambda request: (
        httpx.Response(200, json=list(items)) if request.url.path.endswith("/full-topic") else httpx.Response(404)
    )


def test_one_request_gives_every_topic_with_its_comments_viewpoints_and_components():
    asked: list[httpx.Request] = []
    project = side(listing(full(), full(guid="another")), asked)
    found = project.bodies(project.listing().topics)
    assert [str(request.url) for request in asked] == [f"{PROJECT}/full-topic?img_format=url"]
    topic = found[TOPIC]
    assert (topic.title, topic.comments[0].comment, topic.comments[0].viewpoint_guid) == ("Door", "Look", VIEW)
    assert topic.viewpoints[0].components.selection[0].ifc_guid == "2O2Fr$t4X7Zf8NOew3FNr2"
    assert len(found) == 2


@pytest.mark.parametrize(("name", "kind"), [("comments", Kind.COMMENT), ("viewpoints", Kind.VIEWPOINT)])
@pytest.mark.parametrize("null", [False, True])
def test_a_list_that_is_not_there_is_empty_unless_something_is_on_record(name, kind, null):
    bare = full()
    del bare[name]
    project = side(listing(bare | dict.fromkeys([name] if null else []), full(guid="another")))
    keys = list(project.listing().topics)
    assert getattr(project.bodies(keys)[TOPIC], name) == ()
    assert set(project.bodies(keys, {key_of(kind, TOPIC)})) == {"another"}
    assert set(project.unread) == {TOPIC}


def pictured(snapshot: object, then: Handler, asked: list[httpx.Request]) -> bytes:
    """The bytes of the only picture."""

    def answers(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/full-topic"):
            return httpx.Response(200, json=[full(viewpoints=[view(snapshot)])])
        return then(request)

    project = side(answers, asked)
    (topic,) = project.bodies(project.listing().topics).values()
    asked.clear()
    with project.open(topic.viewpoints[0].snapshot.blob) as stream:
        return stream.read()


def test_a_picture_by_link_is_fetched_without_the_token():
    asked: list[httpx.Request] = []
    shown = {"snapshot_type": "png", "snapshot_data": LINK}
    assert pictured(shown, lambda _: httpx.Response(200, content=PICTURE), asked) == PICTURE
    assert [str(request.url) for request in asked] == [LINK]
    assert "Authorization" not in asked[0].headers


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_where_a_link_has_come_to_its_end_the_server_itself_has_the_picture(status):
    asked: list[httpx.Request] = []

    def then(request: httpx.Request) -> httpx.Response:
        of_server = request.url.host == "api.example.com"
        return httpx.Response(200, content=PICTURE) if of_server else httpx.Response(status)

    assert pictured({"snapshot_type": "png", "snapshot_data": LINK}, then, asked) == PICTURE
    assert asked[-1].url.path.endswith(f"/topics/{TOPIC}/viewpoints/{VIEW}/snapshot")
    assert asked[-1].headers["Authorization"].endswith("secret")


def test_where_a_link_leads_to_a_page_the_server_itself_has_the_picture():
    def then(request: httpx.Request) -> httpx.Response:
        of_server = request.url.host == "api.example.com"
        return httpx.Response(200, content=PICTURE) if of_server else httpx.Response(200, html="<html>Expired</html>")

    assert pictured({"snapshot_type": "png", "snapshot_data": LINK}, then, []) == PICTURE


@pytest.mark.parametrize("before", ["data:image/png;base64,", ""])
def test_a_picture_inside_the_answer_costs_no_request(before):
    asked: list[httpx.Request] = []
    shown = {"snapshot_type": "png", "snapshot_data": before + base64.b64encode(PICTURE).decode()}
    assert pictured(shown, lambda _: httpx.Response(500), asked) == PICTURE
    assert asked == []


@pytest.mark.parametrize("said", ["data:image/png;base64,***", "ftp://elsewhere/x.png", "", 7, None])
def test_a_picture_that_makes_no_sense_is_asked_for_by_its_own_route(said):
    asked: list[httpx.Request] = []
    shown = {"snapshot_type": "png", "snapshot_data": said}
    assert pictured(shown, lambda _: httpx.Response(200, content=PICTURE), asked) == PICTURE
    assert [request.url.path for request in asked] == [f"/bcf/2.1/projects/7/topics/{TOPIC}/viewpoints/{VIEW}/snapshot"]


def test_a_link_that_is_only_signed_anew_is_the_same_picture_and_another_path_is_another():
    def place(link: str) -> str:
        project = side(listing(full(viewpoints=[view({"snapshot_type": "png", "snapshot_data": link})])))
        (topic,) = project.bodies(project.listing().topics).values()
        return topic.viewpoints[0].snapshot.blob.locator

    assert place(LINK) == place(LINK.replace("abc", "xyz")) != place(LINK.replace("9f3", "9f4"))


def test_a_full_topic_that_makes_no_sense_is_left_out_alone():
    project = side(listing(full(), full(guid="odd", comments={"not": "a list"})))
    found = project.bodies(project.listing().topics)
    assert set(found) == {TOPIC}
    assert "comments: expected a list" in project.unread["odd"]


@pytest.mark.parametrize("answer", [{"detail": "no"}, "text", None, 5])
def test_an_answer_that_is_no_list_is_no_empty_project(answer):
    project = side(lambda _: httpx.Response(200, content=json.dumps(answer)))
    with pytest.raises(AnswerNotUnderstood, match="expected a list"):
        project.listing()


def test_a_topic_that_was_not_of_the_list_is_asked_for_by_itself():
    asked: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        one = request.url.path.endswith(TOPIC)
        return httpx.Response(200, json=full(title="Now") if one else [full()])

    project = side(answers, asked)
    topics = project.reader.topics(project.reader.listed())
    asked.clear()
    fresh = project.reader.codec.decode_topic(full(title="Now"))
    assert isinstance(project.reader.full, FullTopics)
    assert project.reader.full.whole(topics[0], ()).comments
    assert asked == []
    assert project.reader.full.whole(fresh, ()).comments
    assert [request.url.path for request in asked] == [f"/bcf/2.1/projects/7/full-topic/{TOPIC}"]


def test_the_tag_of_the_list_speaks_for_everything(tmp_path: Path):
    asked: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.headers.get("If-None-Match") == '"a"':
            return httpx.Response(304)
        return httpx.Response(200, json=[full()], headers={"ETag": '"a"'})

    project = side(answers, asked)
    tag = project.listing().tag
    asked.clear()
    assert not project.moved(tag)
    assert len(asked) == 1
