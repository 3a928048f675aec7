"""Archives to a server that speaks as OpenProject and back: what it has no place for is on record, the rest travels."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile as copied

import httpx
import pytest
from field_server import PROJECT, TOKEN, FieldServer, field_server
from journey import ROOT, journey
from terminal import Terminal

from bcfsync.bcfapi.dialects.vendors import OPENPROJECT
from bcfsync.changes import Change, Kind, Status, Verb
from bcfsync.model import Coloring, Comment, Component, Components, PerspectiveCamera, Point, Topic, Viewpoint
from bcfsync.net import Http, Seams
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.deleting import deletable
from bcfsync.sides.rest.side import RestSide

WALK = "samples/2.1/site-walk.bcf"
SAMPLES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "samples").glob("[23].*/*.bcf*"))
CORPUS = sorted((ROOT.parent / "shared" / "corpus").glob("*/*.bcf*"))
NOT_THERE = {
    "topic": {"labels", "stage", "bim_snippet", "reference_links"},
    "viewpoint": {"bitmaps", "perspective_camera.aspect_ratio", "orthogonal_camera.aspect_ratio"},
    "comment": {"status", "verbal_status"},
    **{kind: {"*"} for kind in ("snippet", "files", "related_topics", "document_reference", "document")},
}
VALUES = {"topic_type", "topic_status", "priority", "assigned_to", "labels", "stage"}
"""Members of which the project may not offer what an archive says."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FieldServer]:
    with field_server(tmp_path / "data", ["openproject"]) as found:
        yield found


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "state")


def there(server: FieldServer) -> tuple[str, ...]:
    return ("--json", "--settle", "0", "--url", server.url, "--project", PROJECT)


def unexpected(lost: dict[tuple[str, str], set[str]]) -> set[tuple[str, str]]:
    found = {(kind, field) for (_, kind), fields in lost.items() for field in fields}
    known = {(kind, field) for kind, fields in NOT_THERE.items() for field in fields}
    return found - known - {("topic", field) for field in VALUES}


@pytest.mark.parametrize("name", SAMPLES)
def test_an_archive_comes_back_but_for_what_is_on_record(tmp_path: Path, server: FieldServer, name: str):
    made = journey(tmp_path, server, archives=(name,))
    assert made.different == []
    assert made.first.code in {0, 3}
    assert (made.again.code, made.back.code, made.writes) == (made.first.code, 0, [])
    assert unexpected(made.lost) == set()


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="the corpus is not here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_an_archive_of_the_field_comes_back(tmp_path: Path, server: FieldServer, path: Path):
    made = journey(tmp_path, server, archives=(str(path),))
    assert made.writes == []
    if made.first.code in {0, 3}:
        assert made.different == []
    assert unexpected(made.lost) == set()


def test_what_it_has_no_routes_for_is_not_asked_for(tmp_path: Path, server: FieldServer, machine: Terminal):
    machine.run("import", *there(server), ROOT / WALK)
    Terminal(tmp_path / "elsewhere").run("export", *there(server), tmp_path / "out.bcf")
    absent = ("files", "related_topics", "document_references", "documents", "events", "snippet", "bitmaps")
    assert [item for item in server.requests if any(f"/{name}" in item for name in absent)] == []


def test_components_stand_in_the_list_of_viewpoints_and_are_not_asked_for(tmp_path, server, machine):
    machine.run("import", *there(server), ROOT / WALK)
    with server.counting() as requests:
        Terminal(tmp_path / "elsewhere").run("export", *there(server), tmp_path / "out.bcf")
    assert [item for item in requests if item.endswith(("/selection", "/coloring", "/visibility"))] == []
    assert len([item for item in requests if item.endswith("/viewpoints")]) == 2


@pytest.mark.parametrize("path", ["", "/", "/api", "/api/bcf", "/api/bcf/2.1"])
def test_it_is_found_below_whatever_people_paste(server: FieldServer, machine: Terminal, path: str):
    where = ("--json", "--settle", "0", "--url", server.url + path, "--project", PROJECT)
    assert machine.run("import", *where, ROOT / "samples/3.0/smallest.bcf").code in {0, 3}
    assert len([item for item in server.writes() if item.endswith("/topics")]) == 1


def test_with_a_topic_its_work_package_would_go_so_it_is_not_deleted():
    assert deletable("2.1", {}, OPENPROJECT) == {Kind.VIEWPOINT}


@pytest.mark.parametrize("lost", range(4))
def test_an_answer_that_is_lost_makes_nothing_double(server: FieldServer, machine: Terminal, lost: int):
    posts: list[str] = []

    def hinder(method: str, path: str) -> bool:
        if method == "POST":
            posts.append(path)
        return method == "POST" and len(posts) == lost + 1

    server.hinder = hinder
    first = machine.run("import", *there(server), ROOT / WALK)
    assert first.code in {3, 5}
    server.hinder = lambda _method, _path: False
    machine.run("import", *there(server), ROOT / WALK)
    assert held(server) == {(1, 1), (3, 2)}
    assert len(topics_of(server)) == 2


def topics_of(server: FieldServer) -> list[dict]:
    http = Http(server.url, TOKEN)
    try:
        return http.get(f"{server.url}/api/bcf/2.1/projects/{PROJECT}/topics").data
    finally:
        http.close()


def held(server: FieldServer) -> set[tuple[int, int]]:
    """How many comments and viewpoints each topic has."""
    http = Http(server.url, TOKEN)
    base = f"{server.url}/api/bcf/2.1/projects/{PROJECT}/topics"
    try:
        return {
            tuple(len(http.get(f"{base}/{topic['guid']}/{name}").data) for name in ("comments", "viewpoints"))
            for topic in topics_of(server)
        }
    finally:
        http.close()


# -- bodies and answers, request by request ----------------------------------------------------------------------------

HOST = "https://projects.example.com"
BASE = f"{HOST}/sub/api/bcf/2.1"
TOPIC, GUID = "0a000000-1111-4222-8333-444444444444", "0B000000-1111-4222-8333-444444444444"
FRESH = {
    "guid": TOPIC, "title": "Door", "topic_type": "Clash", "topic_status": "Open", "priority": "High", "index": 3,
    "labels": [], "reference_links": ["/api/v3/work_packages/9"], "assigned_to": "a@example.com", "stage": None,
    "description": None, "due_date": None, "creation_date": "2025-01-01T00:00:00Z", "creation_author": "a@example.com",
}  # fmt: skip


class Wire:
    """A server that answers what it is told to, and what came to it."""

    def __init__(self, **answers: httpx.Response) -> None:
        self.answer = lambda request: answers.get(request.method, httpx.Response(404))
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if name == "7":
            return httpx.Response(200, json={"project_id": 7, "name": "Tower"})
        if name == "current-user":
            return httpx.Response(200, json={"id": "bot@example.com", "name": "Bot"})
        self.asked.append(request)
        return self.answer(request)

    def side(self) -> RestSide:
        learned = {
            facts.ROOT: HOST, facts.BASE: BASE, facts.VERSION: "2.1", facts.USER: "bot@example.com", facts.RIGHTS: "",
            facts.DIALECT: "openproject", facts.IF_MATCH: facts.IGNORED,
        }  # fmt: skip
        seams = Seams(transport=httpx.MockTransport(self), sleep=lambda _: None)
        return RestSide(Http(HOST, "secret", seams), "7", learned)

    def sent(self, method: str) -> list[object]:
        return [httpx.Response(200, content=item.content).json() for item in self.asked if item.method == method]


def change(verb: Verb, value: Topic | Viewpoint | Comment, **more: object) -> Change:
    kind = {Topic: Kind.TOPIC, Viewpoint: Kind.VIEWPOINT, Comment: Kind.COMMENT}[type(value)]
    return Change(0, verb, kind, value.guid, "" if kind is Kind.TOPIC else TOPIC, value, **more)


def test_an_edit_sends_all_that_would_be_reset_and_nothing_that_is_not_writable():
    wire = Wire(GET=httpx.Response(200, json=FRESH), PUT=httpx.Response(200, json={**FRESH, "title": "Gate"}))
    edited = change(Verb.UPDATE, Topic(TOPIC, "Gate", labels=("new",)), fields=("title", "labels"))
    (outcome,) = wire.side().apply([edited], MemorySide())
    assert outcome.status is Status.DONE
    (body,) = wire.sent("PUT")
    kept = ("topic_type", "topic_status", "priority", "index", "assigned_to")
    assert {name: body[name] for name in ("title", *kept)} == {**{name: FRESH[name] for name in kept}, "title": "Gate"}
    assert not body.get("labels")
    assert body.get("reference_links") in (None, [], FRESH["reference_links"])
    assert [item.field for item in outcome.unkept] == ["labels"]


@pytest.mark.parametrize("said", ["Assignee is invalid.", "assigned_to: must be a member of the project"])
def test_somebody_who_is_no_member_is_left_out_and_the_topic_made(said: str):
    """No list told, so nothing was held before."""
    refused, made = (
        httpx.Response(422, json={"message": said}),
        httpx.Response(201, json={**FRESH, "assigned_to": None}),
    )
    posts: list[dict] = []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/extensions"):
            return httpx.Response(200, json={"user_id_type": []})
        if request.method == "POST":
            posts.append(httpx.Response(200, content=request.content).json())
            return refused if "assigned_to" in posts[-1] else made
        return httpx.Response(200, json={**FRESH, "assigned_to": None})

    wire = Wire()
    wire.answer = answers
    side = wire.side()
    topic = Topic(
        GUID, "Door", topic_type="Clash", topic_status="Open", priority="High", assigned_to="guest@example.com"
    )
    for _ in range(2):
        (outcome,) = side.apply([change(Verb.CREATE, topic)], MemorySide())
        assert outcome.status is Status.DONE
        assert [item.field for item in outcome.unkept] == ["assigned_to"]
    assert ["assigned_to" in body for body in posts] == [True, False] * 2  # the next one may be a member


def test_who_changed_the_work_package_at_the_same_time_is_looked_at_again():
    wire = Wire(GET=httpx.Response(200, json=FRESH), PUT=httpx.Response(409, json={"message": "stale"}))
    edited = change(Verb.UPDATE, Topic(TOPIC, "Gate"), fields=("title",))
    (outcome,) = wire.side().apply([edited], MemorySide())
    assert outcome.status is Status.STALE


def test_a_viewpoint_has_just_the_keys_that_are_allowed_in_their_order():
    origin = Point(0.0, 1.0, 2.0)
    camera = PerspectiveCamera(origin, origin, origin, 60.0, aspect_ratio=1.5)
    wall = Component(ifc_guid="2O2Fr$t4X7Zf8NOew3FNr2")

    view = Viewpoint(GUID, perspective_camera=camera, components=Components((wall,), (Coloring("FFA0B1", (wall,)),)))
    answer = {"guid": TOPIC, "perspective_camera": None}
    wire = Wire(POST=httpx.Response(201, json=answer), GET=httpx.Response(200, json=[]))
    list(wire.side().apply([change(Verb.CREATE, view)], MemorySide()))
    (body,) = wire.sent("POST")
    assert list(body) == ["perspective_camera", "components"]
    assert list(body["perspective_camera"]) == [
        "camera_view_point", "camera_direction", "camera_up_vector", "field_of_view",
    ]  # fmt: skip
    assert body["components"]["selection"] == [{"ifc_guid": "2O2Fr$t4X7Zf8NOew3FNr2"}]
    assert body["components"]["coloring"] == [
        {"color": "ffa0b1", "components": [{"ifc_guid": "2O2Fr$t4X7Zf8NOew3FNr2"}]}
    ]


def test_a_picture_in_object_storage_is_fetched_without_the_token():
    storage = "https://bucket.storage.example/shot.png?signature=1"
    asked: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == "projects.example.com":
            return httpx.Response(302, headers={"Location": storage})
        return httpx.Response(200, content=b"picture")

    http = Http(HOST, "secret", Seams(transport=httpx.MockTransport(answered), sleep=lambda _: None))
    with http.open(f"{BASE}/projects/7/topics/{TOPIC}/viewpoints/{TOPIC}/snapshot") as stream:
        assert stream.read() == b"picture"
    assert [("Authorization" in request.headers) for request in asked] == [True, False]


def test_what_the_server_has_no_place_for_is_told_once_and_planned_no_more(machine: Terminal, server: FieldServer):
    """``status`` and ``plan`` told of changes that no sync ever made, and each sync told of them anew."""
    options = (*there(server), "--unknown", "send")
    first = machine.run("import", *options, ROOT / WALK)
    told = {(item["kind"], item["field"]) for item in first.summary["unkept"]}
    assert ("document_reference", "*") in told
    rehearsed = machine.run("import", *options, "--dry-run", ROOT / WALK)
    assert rehearsed.of("action") == []
    again = machine.run("import", *options, ROOT / WALK)
    assert (again.code, again.summary["unkept"]) == (0, [])
    assert machine.run("import", *options, "--forget", ROOT / WALK).summary["unkept"]


def test_a_pair_is_in_sync_although_the_server_has_no_place_for_something(
    tmp_path: Path, server: FieldServer, monkeypatch
):
    machine = Terminal(tmp_path / "state")
    (tmp_path / "issues").mkdir()
    copied(ROOT / WALK, tmp_path / "issues" / "walk.bcf")
    monkeypatch.chdir(tmp_path)
    machine.run("init", "--url", server.url, "--project", PROJECT, "--folder", "issues", "--name", "tower")
    with (tmp_path / "bcfsync.toml").open("a", encoding="utf-8") as file:
        file.write('unknown = "send"\n')
    for _ in range(2):
        assert machine.run("sync", "--json").code == 0
    assert machine.run("plan", "--json", "--exit-code").code == 0
    assert machine.run("status", "--json").code == 0
    assert "waiting" not in machine.run("verify").err


def test_what_has_no_place_is_not_counted_among_what_is_held(tmp_path: Path, server: FieldServer, machine: Terminal):
    folder, config = tmp_path / "folder", tmp_path / "bcfsync.toml"
    folder.mkdir()
    copied(ROOT / WALK, folder / "walk.bcf")
    machine.run("init", "--url", server.url, "--project", PROJECT, "--folder", folder, "--config", config, "-y")
    synced = machine.run("sync", "--config", config, "--settle", "0", "-y", "--json")
    assert {"document", "files"} <= {item["kind"] for item in synced.summary["unkept"]}
    (run,) = machine.run("log", "--config", config, "--json").lines
    verified = machine.run("verify", "--config", config, "--json").summary
    values = len(synced.of("hold"))
    assert (synced.summary["held"], verified["held"], verified["pending"]) == (values, values, 0)
    assert "held" not in run["summary"]  # nothing that was tried was held
    deeds = machine.run("log", run["run"], "--config", config, "--json").lines
    assert not [item for item in deeds if item["kind"] in {"document", "files"}]  # nor does the log say it was sent
