"""The judges themselves: every fault they are there for, committed by a server made of it."""

import copy
import json

import httpx
import pytest
from likeness import differences
from replies import Asker, Wrong
from schemas import complaints
from texts import LATE, TAG, TEXTS, V21, V30

GUID = "0f3e4d5c-0000-4000-8000-0000000000cc"
DATE = "2024-01-01T00:00:00.000Z"
PROJECT = {"project_id": "demo", "name": "Demo"}
TAG_OF_IT = '"abc"'


WRONG_TAGS = {"no ETag": "", "weak ETag": f"W/{TAG_OF_IT}", "bare ETag": "abc"}
WRONG_BODIES = {
    "another member": json.dumps(PROJECT | {"server_assigned_id": "7"}),
    "NaN": '{"project_id": "demo", "name": NaN}',
    "a member twice": '{"project_id": "demo", "name": "A", "name": "B"}',
}


class Server:
    """A project at ``/p``, by the book, but for one fault."""

    def __init__(self, fault: str | None = None) -> None:
        self.fault = fault or ""
        self.text = json.dumps(PROJECT)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/p":
            return self._refused(404)
        if request.method == "OPTIONS":
            allow = {} if self.fault == "OPTIONS without Allow" else {"Allow": "GET, HEAD, OPTIONS, PUT"}
            return httpx.Response(204, headers=allow)
        if request.method == "PUT":
            return self._put(request)
        if request.method not in {"GET", "HEAD"}:
            return self._refused(405)
        return self._get(request)

    def _get(self, request: httpx.Request) -> httpx.Response:
        headers = {"ETag": WRONG_TAGS.get(self.fault, TAG_OF_IT), "Content-Type": "application/json"}
        if self.fault == "text/html":
            headers["Content-Type"] = "text/html"
        if not headers["ETag"]:
            del headers["ETag"]
        if self._is_held(request.headers.get("If-None-Match", "")):
            body = self.text if self.fault == "304 with a body" else ""
            return httpx.Response(304, headers={} if self.fault == "304 without a tag" else headers, text=body)
        text = WRONG_BODIES.get(self.fault, self.text)
        if request.method == "HEAD":
            return self._head(headers, text)
        return httpx.Response(200, headers=headers, text=text)

    def _head(self, headers: dict[str, str], text: str) -> httpx.Response:
        if self.fault == "HEAD with another tag":
            headers["ETag"] = '"other"'
        headers["Content-Length"] = "3" if self.fault == "HEAD with another length" else str(len(text))
        return httpx.Response(200, headers=headers)

    def _is_held(self, condition: str) -> bool:
        if self.fault == "tags compared as strings":
            return condition == TAG_OF_IT
        if self.fault == "no *" and condition == "*":
            return False
        if self.fault == "every tag matches":
            return bool(condition)
        tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
        return condition == "*" or TAG_OF_IT in tags

    def _put(self, request: httpx.Request) -> httpx.Response:
        wanted = request.headers.get("If-Match")
        if self.fault != "If-Match ignored" and wanted is not None and wanted != TAG_OF_IT:
            if self.fault == "412 and written":
                self.text = json.dumps(PROJECT | {"name": "Written"})
            if self.fault == "412 without a body":
                return httpx.Response(412)
            return self._refused(412)
        return httpx.Response(200, headers={"Content-Type": "application/json"}, text=self.text)

    def _refused(self, status: int) -> httpx.Response:
        allow = {"Allow": "GET, HEAD, OPTIONS, PUT"} if status == 405 and self.fault != "405 without Allow" else {}
        body = {"error": "No"} if self.fault == "another error body" else {"message": "No"}
        return httpx.Response(status, headers=allow, json=body)


def asker(fault: str | None) -> Asker:
    return Asker(httpx.Client(transport=httpx.MockTransport(Server(fault)), base_url="http://server"), V21)


def judged(fault: str | None) -> None:
    by = asker(fault)
    by.read("/p", "project")
    by.refuses_stale_tags("PUT", "/p", json={"name": "A"})
    by.ask("GET", "/elsewhere", 404)


def test_a_server_by_the_book_passes():
    judged(None)


@pytest.mark.parametrize(
    "fault",
    [
        *WRONG_TAGS, *WRONG_BODIES, "text/html", "304 with a body", "304 without a tag", "HEAD with another tag",
        "HEAD with another length", "tags compared as strings", "no *", "every tag matches", "OPTIONS without Allow",
        "405 without Allow", "another error body", "If-Match ignored", "412 and written", "412 without a body",
    ],
)  # fmt: skip
def test_a_fault_is_noticed(fault):
    with pytest.raises(Wrong):
        judged(fault)


def test_a_creation_without_its_place_is_noticed():
    def made(_: httpx.Request) -> httpx.Response:
        return httpx.Response(201, json=PROJECT)

    by = Asker(httpx.Client(transport=httpx.MockTransport(made), base_url="http://server"), TAG)
    with pytest.raises(Wrong, match="Location"):
        by.ask("POST", "/p", 201, "project")


TOPIC = {"guid": GUID, "title": "A", "creation_date": DATE, "creation_author": "anna@example.com"}
COMMENT = {"guid": GUID, "comment": "A", "topic_guid": GUID, "date": DATE, "author": "anna@example.com"}
EVENT = {"topic_guid": GUID, "date": DATE, "author": "anna", "actions": [{"type": "title_updated", "value": "A"}]}
CAMERA = {name: {"x": 1.0, "y": 2, "z": 3.5} for name in ("camera_view_point", "camera_direction", "camera_up_vector")}
PERSPECTIVE = {**CAMERA, "field_of_view": 60}

GOOD = [
    (V21, "topic", TOPIC),
    (V21, "topic", TOPIC | {"stage": None, "due_date": None, "reference_links": None, "index": None}),
    (V30, "topic", TOPIC | {"server_assigned_id": "7"}),
    (TAG, "topic", TOPIC | {"reference_link": None, "index": 7}),
    (TAG, "comment", COMMENT | {"status": "Open", "verbal_status": None}),
    (V21, "comment", COMMENT | {"reply_to_comment_guid": GUID}),
    (V30, "comment", {name: COMMENT[name] for name in COMMENT if name != "comment"} | {"viewpoint_guid": GUID}),
    (V21, "viewpoint", {"guid": GUID, "perspective_camera": PERSPECTIVE, "snapshot": None, "lines": None}),
    (V30, "viewpoint", {"guid": GUID, "perspective_camera": PERSPECTIVE | {"aspect_ratio": 1.5}}),
    (LATE, "viewpoint", {"guid": GUID, "snapshot_available": False, "perspective_camera": None}),
    (V21, "reference", {"guid": GUID, "url": "u", "document_guid": None}),
    (V21, "topic_event", EVENT),
    (V30, "topic_event", EVENT | {"actions": [{"type": "stage_added", "value": None}]}),
    (V21, "auth", {}),
    (V30, "auth", {"supported_oauth2_flows": []}),
    (V30, "versions", {"versions": [{"api_id": "bcf", "version_id": "3.0"}]}),
]

BAD = [
    (V21, "topic", TOPIC | {"server_assigned_id": "7"}, "server_assigned_id"),
    (V21, "topic", TOPIC | {"reference_link": "u"}, "reference_link"),
    (V21, "topic", TOPIC | {"creation_date": "2024-13-01T00:00:00Z"}, "creation_date"),
    (V21, "topic", TOPIC | {"due_date": "2024-01-01"}, "due_date"),
    (V21, "topic", TOPIC | {"index": "7"}, "index"),
    (V21, "topic", TOPIC | {"labels": [None]}, "labels"),
    (V21, "topic", TOPIC | {"authorization": {"topic_actions": ["fly"]}}, "authorization"),
    (V30, "topic", TOPIC, "server_assigned_id"),
    (V30, "topic", TOPIC | {"server_assigned_id": "7", "guid": "7"}, "guid"),
    (TAG, "topic", TOPIC | {"index": None}, "index"),
    (TAG, "topic", TOPIC | {"stage": "A"}, "stage"),
    (TAG, "comment", COMMENT, "status"),
    (V21, "comment", COMMENT | {"status": "Open"}, "status"),
    (V30, "comment", COMMENT | {"reply_to_comment_guid": GUID}, "reply_to_comment_guid"),
    (V30, "comment", COMMENT | {"comment": " "}, "comment"),
    (V30, "comment", {name: COMMENT[name] for name in COMMENT if name != "comment"}, "$"),
    (V21, "viewpoint", {"guid": GUID, "components": {}}, "components"),
    (V21, "viewpoint", {"guid": GUID, "snapshot": {"snapshot_type": "jpeg"}}, "snapshot"),
    (V21, "viewpoint", {"guid": GUID, "snapshot": {"snapshot_type": "png", "snapshot_data": ""}}, "snapshot"),
    (V21, "viewpoint", {"guid": GUID, "perspective_camera": PERSPECTIVE | {"aspect_ratio": 1}}, "perspective_camera"),
    (V30, "viewpoint", {"guid": GUID, "perspective_camera": PERSPECTIVE}, "perspective_camera"),
    (TAG, "viewpoint", {"guid": GUID, "snapshot_available": True}, "snapshot_available"),
    (V21, "selection", [], "$"),
    (V21, "visibility", {"visibility": {}}, "default_visibility"),
    (V21, "file", {"filename": "a"}, "filename"),
    (V30, "file", {"file_name": "a"}, "file_name"),
    (V21, "reference", {"guid": GUID, "url": "u", "document_guid": GUID}, "$"),
    (V21, "topic_event", EVENT | {"actions": [{"type": "stage_added"}]}, "actions"),
    (V21, "topic_event", EVENT | {"actions": [{"type": "topic_deleted"}]}, "actions"),
    (V21, "topic_event", EVENT | {"actions": [{"type": "title_updated", "value": "x" * 129}]}, "actions"),
    (V21, "topic_event", {name: EVENT[name] for name in EVENT if name != "actions"}, "$"),
    (V30, "comment_event", EVENT | {"comment_guid": GUID, "actions": [{"type": "reply_to_comment_removed"}]}, "$"),
    (TAG, "auth", {"oauth2_auth_url": "https://a"}, "oauth2_token_url"),
    (V21, "auth", {"oauth2_auth_url": "https://a"}, "oauth2_token_url"),
    (V21, "auth", {"http_basic_supported": "true"}, "http_basic_supported"),
    (V30, "auth", {}, "supported_oauth2_flows"),
    (V30, "versions", {"versions": [{"api_id": "bcf", "version_id": "2.1"}]}, "versions"),
    (V21, "error", {"error": "No"}, "message"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "body"), GOOD, ids=[f"{text.name}-{name}" for text, name, _ in GOOD])
def test_a_good_body_passes(text, name, body):
    assert complaints(text, name, body) == []
    assert complaints(text, f"[{name}]", [body]) == [] if name in {"topic", "comment", "viewpoint"} else True


@pytest.mark.parametrize(
    ("text", "name", "body", "where"), BAD, ids=[f"{text.name}-{name}-{where}" for text, name, _, where in BAD]
)
def test_a_bad_body_is_told_where_it_is_bad(text, name, body, where):
    assert any(where in complaint for complaint in complaints(text, name, body))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_every_required_member_is_missed(text):
    status = {"status": "Open"} if text.is_1_0 else {}
    number = {"server_assigned_id": "7"} if text is V30 else {}
    for name, body in (("topic", TOPIC | number), ("comment", COMMENT | status), ("project", PROJECT)):
        assert complaints(text, name, body) == []
        for member in body:
            less = {other: value for other, value in body.items() if other != member}
            assert complaints(text, name, less), f"{name} without {member}"


SENT = {
    "a": 1,
    "due_date": "2024-01-01T00:00:00Z",
    "color": "#ff0000",
    "list": [{"b": 2.5}],
    "nothing": None,
    "none": [],
}
SHOWN = {
    "a": 1,
    "due_date": "2024-01-01T01:00:00.000+01:00",
    "color": "FF0000",
    "list": [{"b": 2.5, "more": 1}],
    "x": 1,
}


def test_an_answer_that_shows_what_was_sent_is_no_different():
    assert differences(SENT, SHOWN) == []


@pytest.mark.parametrize(
    ("member", "value"),
    [("a", 2), ("a", None), ("due_date", "2024-01-01T00:00:01Z"), ("color", "00FF00"), ("list", []), ("nothing", "x"),
     ("list", [{"b": 2.5}, {"b": 2.5}]), ("list", [{"b": 2.6}]), ("list", [{}])],
)  # fmt: skip
def test_an_answer_that_shows_something_else_is_told(member, value):
    shown = copy.deepcopy(SHOWN) | {member: value}
    assert len(differences(SENT, shown)) == 1
