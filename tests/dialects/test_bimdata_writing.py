"""Writes to BIMData, request by request: bodies of full topics, refusals, and what must not be lost on the way."""

import io
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from bcfsync.changes import Change, Kind, Outcome, Status, Verb
from bcfsync.dates import read_timestamp
from bcfsync.model import Bitmap, Blob, Comment, PerspectiveCamera, Point, Snapshot, Topic, Viewpoint
from bcfsync.net import Http, Seams
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.side import RestSide
from bcfsync.sides.rest.tags import PAGES

ROOT = "https://api.example.com"
PROJECT = "/bcf/2.1/projects/7"
FULL = f"{PROJECT}/full-topic"
TOPIC, VIEW, FIRST, SECOND = (f"0000000{n}-1111-4222-8333-444444444444" for n in range(4))
PICTURE = b"\x89PNG\r\n\x1a\n, and so on"
WHEN = read_timestamp("2019-05-02T10:00:00+02:00")

Answers = Callable[[httpx.Request], httpx.Response | None]


class Source(MemorySide):
    """An archive with one picture."""

    @contextmanager
    def open(self, _: Blob):
        yield io.BytesIO(PICTURE)


class Wire:
    """BIMData: what ``answers`` leaves open, it takes as it is sent."""

    def __init__(self, answers: Answers = lambda _: None) -> None:
        self.answers = answers
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == PROJECT:
            return httpx.Response(200, json={"project_id": 7, "name": "Tower"})
        if path.endswith("/current-user"):
            return httpx.Response(200, json={"id": None, "name": None})
        self.asked.append(request)
        answer = self.answers(request)
        if answer is not None:
            return answer
        if request.method == "POST":
            return httpx.Response(201, json=kept(json.loads(request.content)))
        return httpx.Response(404, json={"detail": "Not found."})

    @property
    def requests(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.asked]

    @property
    def bodies(self) -> list[dict]:
        return [json.loads(request.content) for request in self.asked if request.content]

    def run(self, *changes: Change) -> list[Outcome]:
        learned = {
            facts.ROOT: ROOT, facts.BASE: f"{ROOT}/bcf/2.1", facts.VERSION: "2.1", facts.USER: "", facts.RIGHTS: "",
            facts.DIALECT: "bimdata", facts.IF_MATCH: facts.IGNORED, facts.TAG_COVERS: PAGES,
        }  # fmt: skip
        seams = Seams(transport=httpx.MockTransport(self), sleep=lambda _: None)
        return list(RestSide(Http(ROOT, "secret", seams), "7", learned).apply(changes, Source()))


def kept(body: dict) -> dict:
    """What BIMData answers: the links resolved, no numbers of our own, members beyond the book."""
    views = {view.pop("temp_id", None): view["guid"] for view in body.get("viewpoints", [])}
    for comment in body.get("comments", []):
        comment["viewpoint_guid"] = views.get(comment.pop("viewpoint_temp_id", None))
    for view in body.get("viewpoints", []):
        view.pop("bitmaps", None)
    return {"project": 7, "index": 12, "models": [], "format": "standard", **body}


def view(**more: object) -> Viewpoint:
    origin = Point(0.0, 1.0, 2.0)
    shot = Snapshot("png", blob=Blob("picture", len(PICTURE)))
    return Viewpoint(VIEW, perspective_camera=PerspectiveCamera(origin, origin, origin, 60.0), snapshot=shot, **more)


def comment(guid: str = FIRST, **more: object) -> Comment:
    return Comment(guid, "Look", WHEN, "alice@example.com", **more)


def creates(*below: Viewpoint | Comment, **members: object) -> list[Change]:
    """A new topic, and what is made in it."""
    topic = Topic(TOPIC, "Door", creation_date=WHEN, creation_author="alice@example.com", **members)
    kinds = {Viewpoint: Kind.VIEWPOINT, Comment: Kind.COMMENT}
    parts = [Change(at, Verb.CREATE, kinds[type(item)], item.guid, TOPIC, item) for at, item in enumerate(below, 1)]
    return [Change(0, Verb.CREATE, Kind.TOPIC, TOPIC, "", topic, below=below), *parts]


EVERYTHING = (view(), comment(viewpoint_guid=VIEW), comment(SECOND, reply_to_comment_guid=FIRST))


def test_a_full_topic_has_guids_authors_and_dates_of_the_archive_and_numbers_for_its_links():
    wire = Wire()
    outcomes = wire.run(*creates(*EVERYTHING))
    assert wire.requests == [f"POST {FULL}"]
    (body,) = wire.bodies
    assert (body["guid"], body["creation_author"], body["creation_date"]) == (TOPIC, "alice@example.com", WHEN.xml())
    (shown,), (first, second) = body["viewpoints"], body["comments"]
    assert (shown["guid"], shown["snapshot"]["snapshot_data"][:22]) == (VIEW, "data:image/png;base64,")
    assert first["viewpoint_temp_id"] == shown["temp_id"]
    assert (first["guid"], first["author"], first["date"]) == (FIRST, "alice@example.com", WHEN.xml())
    assert (second["reply_to_comment_guid"], second.get("viewpoint_temp_id")) == (FIRST, None)
    assert [(item.step, item.status, item.guid) for item in outcomes] == [
        (step, Status.DONE, guid) for step, guid in enumerate((TOPIC, VIEW, FIRST, SECOND))
    ]
    assert outcomes[2].value.viewpoint_guid == VIEW


@pytest.mark.parametrize("name", ["topic_type", "topic_status", "priority", "stage"])
def test_an_empty_value_goes_as_none_at_all(name: str):
    wire = Wire()
    wire.run(*creates(comment(), **{name: ""}))
    assert wire.bodies[0].get(name) is None


def test_what_the_answer_lacks_of_the_parts_is_on_record():
    origin = Point(0.0, 0.0, 0.0)
    placed = Bitmap("png", origin, origin, origin, 1.0, blob=Blob("picture", len(PICTURE)))
    outcomes = Wire().run(*creates(view(bitmaps=(placed,))))
    assert [item.field for item in outcomes[1].unkept] == ["bitmaps"]
    assert outcomes[0].unkept == ()


@pytest.mark.parametrize("status", [400, 404, 405, 413, 422, 501])
def test_what_is_not_taken_whole_goes_part_by_part(status: int):
    def answers(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(status, json={"detail": "No."}) if request.url.path == FULL else None

    wire = Wire(answers)
    outcomes = wire.run(*creates(*EVERYTHING))
    assert [item.status for item in outcomes] == [Status.DONE] * 4
    posts = [item for item in wire.requests if item.startswith("POST")]
    below = f"{PROJECT}/topics/{TOPIC}"
    assert posts == [
        f"POST {FULL}", f"POST {PROJECT}/topics", f"POST {below}/viewpoints", *[f"POST {below}/comments"] * 2,
    ]  # fmt: skip


def test_one_comment_that_is_refused_keeps_nothing_else_back():
    def answers(request: httpx.Request) -> httpx.Response | None:
        refused = {"comments": ["[1].comment: too rude"]} if request.url.path == FULL else {"comment": ["too rude"]}
        rude = SECOND.encode() in request.content
        return httpx.Response(400, json=refused) if request.method == "POST" and rude else None

    outcomes = Wire(answers).run(*creates(*EVERYTHING))
    assert [item.status for item in outcomes] == [Status.DONE, Status.DONE, Status.DONE, Status.FAILED]


@pytest.mark.parametrize("status", [400, 409])
def test_a_guid_that_is_taken_here_is_looked_at_again(status: int):
    def answers(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            return httpx.Response(status, json={"guid": ["bcf topic with this guid already exists."]})
        return httpx.Response(200, json={"guid": TOPIC, "title": "Door"})

    outcomes = Wire(answers).run(*creates())
    assert [item.status for item in outcomes] == [Status.STALE]


@pytest.mark.parametrize("status", [400, 409])
def test_a_guid_that_is_taken_in_another_project_gives_way_to_another_one(status: int):
    def answers(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and TOPIC.encode() in request.content:
            return httpx.Response(status, json={"guid": ["bcf topic with this guid already exists."]})
        return None

    (outcome,) = Wire(answers).run(*creates(*EVERYTHING))[:1]
    assert outcome.status is Status.DONE
    assert outcome.guid != TOPIC


def test_a_topic_one_may_not_make_fails_alone():
    wire = Wire(lambda _: httpx.Response(403, json={"detail": "You do not have permission to perform this action."}))
    (outcome,) = wire.run(*creates(comment())[:1])
    assert outcome.status in {Status.FAILED, Status.HELD}
    assert "permission" in outcome.message
    assert wire.requests == [f"POST {FULL}"]


def lost(request: httpx.Request) -> None:
    if request.method == "POST":
        raise httpx.RemoteProtocolError("gone", request=request)


def test_a_topic_that_is_not_there_after_its_answer_was_lost_may_come_still():
    wire = Wire(lost)
    (outcome,) = wire.run(*creates(*EVERYTHING)[:1])
    assert outcome.status is Status.UNANSWERED
    assert wire.requests == [f"POST {FULL}", f"GET {FULL}/{TOPIC}"]


def test_a_topic_that_is_there_after_its_answer_was_lost_was_made():
    made = {"guid": TOPIC, "title": "Door", "comments": [{"guid": FIRST, "comment": "Look"}]}

    def answers(request: httpx.Request) -> httpx.Response | None:
        lost(request)
        return httpx.Response(200, json=made)

    wire = Wire(answers)
    outcomes = wire.run(*creates(comment()))
    assert [item.status for item in outcomes] == [Status.DONE] * 2
    assert wire.requests == [f"POST {FULL}", f"GET {FULL}/{TOPIC}"]


def test_an_empty_answer_is_read_where_it_says():
    def answers(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            return httpx.Response(201, headers={"Location": f"{ROOT}{FULL}/{TOPIC}"})
        return httpx.Response(
            200, json={"guid": TOPIC, "title": "Door", "comments": [{"guid": FIRST, "comment": "Look"}]}
        )

    outcomes = Wire(answers).run(*creates(comment()))
    assert [(item.status, item.guid) for item in outcomes] == [(Status.DONE, TOPIC), (Status.DONE, FIRST)]


@pytest.mark.parametrize("answer", [{}, [], {"guid": None}, "made", None])
def test_an_answer_that_says_nothing_is_looked_behind(answer):
    made = {"guid": TOPIC, "title": "Door", "comments": [{"guid": FIRST, "comment": "Look"}]}

    def answers(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(201, content=json.dumps(answer))
            if request.method == "POST"
            else httpx.Response(200, json=made)
        )

    wire = Wire(answers)
    outcomes = wire.run(*creates(comment()))
    assert [item.status for item in outcomes] == [Status.DONE] * 2
    assert wire.requests == [f"POST {FULL}", f"GET {FULL}/{TOPIC}"]


def test_an_answer_without_the_parts_is_asked_for_them():
    def answers(request: httpx.Request) -> httpx.Response:
        shown = {"guid": TOPIC, "title": "Door", "comments": 1 if request.method == "POST" else [{"guid": FIRST}]}
        return httpx.Response(201, json=shown)

    outcomes = Wire(answers).run(*creates(comment()))
    assert [item.status for item in outcomes] == [Status.DONE] * 2


def minted(change: Callable[[list[dict]], list[dict]] = lambda items: items) -> Answers:
    """A server that gives guids of its own to parts, by what they say, and shows its comments changed."""

    def answers(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or request.url.path != FULL:
            return None
        body = kept(json.loads(request.content))
        names = {}
        for at, item in enumerate([*body["viewpoints"], *body["comments"]]):
            names[item["guid"]] = item["guid"] = f"a000000{at}-1111-4222-8333-444444444444"
        for item in body["comments"]:
            item["viewpoint_guid"] = names.get(item["viewpoint_guid"])
        return httpx.Response(201, json=body | {"comments": change(body["comments"])})

    return answers


def said(*texts: str) -> list[Comment]:
    return [replace(comment(f"0000001{at}-1111-4222-8333-444444444444"), comment=text) for at, text in enumerate(texts)]


@pytest.mark.parametrize("turn", [lambda items: items, lambda items: items[::-1], lambda items: items[1:] + items[:1]])
def test_parts_with_other_guids_are_known_by_what_they_say_in_whatever_order(turn):
    outcomes = Wire(minted(turn)).run(*creates(*said("One", "Two", "Three")))[1:]
    assert [(item.status, item.guid[:8], item.value.comment) for item in outcomes] == [
        (Status.DONE, "a0000000", "One"), (Status.DONE, "a0000001", "Two"), (Status.DONE, "a0000002", "Three")
    ]  # fmt: skip


def test_comments_that_say_the_same_are_told_apart_by_their_viewpoints_then_by_their_places():
    wire = Wire(minted(lambda items: items[::-1]))
    first, second, third = (replace(item, comment="OK") for item in said("", "", ""))
    outcomes = wire.run(*creates(view(), first, replace(second, viewpoint_guid=VIEW), third))
    guids = [item.guid[:8] for item in outcomes]
    assert guids[1:] == ["a0000000", "a0000003", "a0000002", "a0000001"]


def reworded(items: list[dict]) -> list[dict]:
    return [{**item, "comment": "?", "date": None, "author": "robot"} for item in items]


def test_one_part_that_was_changed_is_the_one_that_is_left():
    outcomes = Wire(minted(lambda items: [*reworded(items[:1]), *items[1:]])).run(*creates(*said("One", "Two")))
    assert [item.guid[:8] for item in outcomes[1:]] == ["a0000000", "a0000001"]


def test_parts_nobody_can_tell_apart_are_not_sent_again():
    wire = Wire(minted(reworded))
    outcomes = wire.run(*creates(*said("One", "Two")))
    assert [item.status for item in outcomes] == [Status.DONE, Status.UNANSWERED, Status.UNANSWERED]
    assert wire.requests == [f"POST {FULL}"]


def test_a_part_that_is_not_there_among_others_that_are_is_sent_by_itself():
    wire = Wire(minted(lambda items: items[1:]))
    outcomes = wire.run(*creates(*said("One", "Two")))
    assert [item.status for item in outcomes] == [Status.DONE] * 3
    assert wire.requests == [f"POST {FULL}", f"POST {PROJECT}/topics/{TOPIC}/comments"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_parts_of_an_answer_that_says_nothing_of_them_are_not_sent_again_where_they_cannot_be_read(status):
    def answers(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json={"guid": TOPIC, "title": "Door", "comments": 1})
        return httpx.Response(status, json={"detail": "No."})

    wire = Wire(answers)
    outcomes = wire.run(*creates(comment()))
    assert [item.status for item in outcomes] == [Status.DONE, Status.UNANSWERED]
    assert [item for item in wire.requests if item.startswith("POST")] == [f"POST {FULL}"]


# -- edits and deletions -----------------------------------------------------------------------------------------------

HELD = {
    "guid": TOPIC, "title": "Door", "topic_type": None, "labels": [], "reference_links": [], "models": [4], "ifcs": [],
    "groups": [9], "format": "minimal", "bimdata_viewer_layout": {"windows": 2}, "creation_author": "alice@example.com",
    "creation_date": "2019-05-02T08:00:00Z", "modified_author": "bob@example.com",
}  # fmt: skip


def test_an_edit_keeps_the_members_the_book_does_not_know():
    def answers(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json=HELD if request.method == "GET" else json.loads(request.content) | {"guid": TOPIC}
        )

    wire = Wire(answers)
    edit = Change(0, Verb.UPDATE, Kind.TOPIC, TOPIC, "", Topic(TOPIC, "Gate"), fields=("title",))
    (outcome,) = wire.run(edit)
    assert outcome.status is Status.DONE
    body = wire.bodies[-1]
    for name in ("models", "groups", "format", "bimdata_viewer_layout"):
        assert body[name] == HELD[name]
    assert (body["title"], body["topic_type"]) == ("Gate", None)


@pytest.mark.parametrize(("text", "left"), [("Look", "Look"), ("", "(no text)")])
def test_a_comment_lets_go_of_its_viewpoint_before_it_is_deleted(text: str, left: str):
    """There, who deletes a comment deletes its viewpoint."""
    shown = {"guid": FIRST, "comment": text, "viewpoint_guid": VIEW}

    def answers(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            shown.update(json.loads(request.content))
        return httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json=shown)

    wire = Wire(answers)
    expected = replace(comment(viewpoint_guid=VIEW), comment=text)
    (outcome,) = wire.run(Change(0, Verb.DELETE, Kind.COMMENT, FIRST, TOPIC, expected, expected=expected))
    assert outcome.status is Status.DONE
    assert [request.method for request in wire.asked if request.method != "GET"] == ["PUT", "DELETE"]
    assert (wire.bodies[0]["comment"], wire.bodies[0]["viewpoint_guid"]) == (left, None)


def test_a_comment_that_does_not_let_go_of_its_viewpoint_is_not_deleted():
    """Nobody deleted the viewpoint."""
    shown = {"guid": FIRST, "comment": "Look", "viewpoint_guid": VIEW}
    wire = Wire(lambda _: httpx.Response(200, json=shown))
    expected = comment(viewpoint_guid=VIEW)
    (outcome,) = wire.run(Change(0, Verb.DELETE, Kind.COMMENT, FIRST, TOPIC, expected, expected=expected))
    assert outcome.status is Status.HELD
    assert "DELETE" not in [request.method for request in wire.asked]


def test_a_viewpoint_can_be_deleted():
    wire = Wire(
        lambda request: httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json={"guid": VIEW})
    )
    (outcome,) = wire.run(Change(0, Verb.DELETE, Kind.VIEWPOINT, VIEW, TOPIC, view(), expected=view()))
    assert outcome.status is Status.DONE
