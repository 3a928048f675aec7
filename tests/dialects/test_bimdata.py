"""Archives to a server that speaks as BIMData and back: whole topics in one request, with their authors and dates."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from field_server import TOKEN, FieldServer, field_server
from journey import ROOT, journey
from terminal import Terminal

from bcfsync.net import Http

WALK = "samples/2.1/site-walk.bcf"
SAMPLES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "samples").glob("[23].*/*.bcf*"))
CORPUS = sorted((ROOT.parent / "shared" / "corpus").glob("*/*.bcf*"))

NOT_THERE = {
    ("topic", "bim_snippet"), ("snippet", "*"), ("files", "*"), ("related_topics", "*"), ("document_reference", "*"),
    ("document", "*"), ("viewpoint", "bitmaps"), ("viewpoint", "perspective_camera.aspect_ratio"),
    ("viewpoint", "orthogonal_camera.aspect_ratio"),
    ("comment", "status"), ("comment", "verbal_status"),
}  # fmt: skip
"""What BIMData has no place for."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FieldServer]:
    with field_server(tmp_path / "data", ["bimdata"]) as found:
        yield found


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "state")


def there(server: FieldServer) -> tuple[str, ...]:
    return ("--json", "--settle", "0", "--url", server.api, "--project", "1")


def topics_of(server: FieldServer) -> dict[str, dict]:
    http = Http(server.url, TOKEN)
    try:
        return {item["title"]: item for item in http.get(f"{server.url}/bcf/2.1/projects/1/full-topic").data}
    finally:
        http.close()


def counts(server: FieldServer) -> dict[str, tuple[int, int]]:
    return {title: (len(item["comments"]), len(item["viewpoints"])) for title, item in topics_of(server).items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_an_archive_comes_back_with_its_authors_and_dates(tmp_path: Path, server: FieldServer, name: str):
    made = journey(tmp_path, server, stamps=True, archives=(name,))
    assert made.different == []
    assert (made.first.code, made.again.code, made.back.code) == (0, 0, 0), made.first.err
    assert made.writes == []
    assert {(kind, field) for (_, kind), fields in made.lost.items() for field in fields} <= NOT_THERE


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS, reason="the corpus is not here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_an_archive_of_the_field_comes_back(tmp_path: Path, server: FieldServer, path: Path):
    made = journey(tmp_path, server, stamps=True, archives=(str(path),))
    assert made.writes == []
    if made.first.code in {0, 3}:
        assert made.different == []
    assert {(kind, field) for (_, kind), fields in made.lost.items() for field in fields} <= NOT_THERE


def test_a_new_topic_is_one_request_with_all_that_is_below_it(server: FieldServer, machine: Terminal):
    done = machine.run("import", *there(server), ROOT / WALK)
    assert done.code == 0, done.err
    assert server.writes() == ["POST /bcf/2.1/projects/1/full-topic"] * 2
    assert done.summary["created"] == 2 + 3 + 4


def test_a_project_that_has_not_changed_is_one_request(server: FieldServer, machine: Terminal):
    machine.run("import", *there(server), ROOT / WALK)
    machine.run("import", *there(server), ROOT / WALK)
    with server.counting() as requests:
        assert machine.run("import", *there(server), ROOT / WALK).code == 0
    assert requests == ["GET /bcf/2.1/projects/1/full-topic"]


def test_a_pull_of_a_whole_project_is_one_request_and_one_a_picture(tmp_path, server: FieldServer, machine: Terminal):
    machine.run("import", *there(server), ROOT / WALK)
    elsewhere = Terminal(tmp_path / "elsewhere")
    with server.counting() as requests:
        assert elsewhere.run("export", *there(server), tmp_path / "out.bcf").code == 0
    below = [item for item in requests if "/full-topic" in item or "/topics/" in item or "/snapshots/" in item]
    assert below.count("GET /bcf/2.1/projects/1/full-topic") == 1
    assert all("/snapshots/" in item for item in below if not item.endswith("/full-topic"))
    assert len(below) == 1 + 3


@pytest.mark.parametrize("lost", range(2))
@pytest.mark.parametrize("also", ["", "/full-topic/"], ids=["it is there when looked at", "nor can it be looked at"])
def test_an_answer_that_is_lost_makes_nothing_double(server, machine: Terminal, lost: int, also: str, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    posts: list[str] = []

    def hinder(method: str, path: str) -> bool:
        if method == "POST":
            posts.append(path)
        return len(posts) == lost + 1 and (method == "POST" or (also and also in path))

    server.hinder = hinder
    assert machine.run("import", *there(server), ROOT / WALK).code in ({3, 5} if also else {0})
    server.hinder = lambda _method, _path: False
    assert machine.run("import", *there(server), ROOT / WALK).code == 0
    assert sorted(counts(server).values()) == [(1, 1), (3, 2)]
    assert len([item for item in server.writes() if item.endswith("full-topic")]) == 2


def test_a_topic_of_which_the_server_shows_only_the_shell_gets_the_rest(server: FieldServer, machine: Terminal):
    """A server that dies within a full topic may keep its first half."""
    body = {"guid": first_guid(machine), "title": "Half of it"}
    http = Http(server.url, TOKEN)
    http.send("POST", f"{server.url}/bcf/2.1/projects/1/topics", body)
    http.close()
    machine.run("import", *there(server), ROOT / WALK)
    assert sorted(counts(server).values()) == [(1, 1), (3, 2)]


def first_guid(machine: Terminal) -> str:
    return machine.run("show", "--json", "--api", "3.0", ROOT / WALK).summary_topics()[0]["guid"]


def test_a_topic_of_another_format_is_hidden_and_not_deleted(tmp_path, server: FieldServer, machine: Terminal):
    machine.run("import", *there(server), ROOT / WALK)
    guid = first_guid(machine)
    patched(server, f"topics/{guid}", {"format": "minimal"})
    assert len(topics_of(server)) == 1
    done = machine.run("import", *there(server), ROOT / WALK)
    assert done.code in {0, 3}
    assert (done.summary["created"], done.summary["deleted"]) == (0, 0)
    assert len(server.writes()) == 2 + 1
    patched(server, f"topics/{guid}", {"format": "standard"})
    assert sorted(counts(server).values()) == [(1, 1), (3, 2)]


def patched(server: FieldServer, path: str, body: dict) -> None:
    http = Http(server.url, TOKEN)
    try:
        http.send("PATCH", f"{server.url}/bcf/2.1/projects/1/{path}", body)
    finally:
        http.close()


def test_another_machine_with_the_same_archive_finds_all_of_it_there(server: FieldServer, machine: Terminal, tmp_path):
    """What the server lacks of a viewpoint is on record there, too, and no reason to ask anybody."""
    machine.run("import", *there(server), ROOT / WALK)
    done = Terminal(tmp_path / "elsewhere").run("import", *there(server), ROOT / WALK)
    assert (done.code, done.summary["created"]) == (0, 0), done.out
    assert ("viewpoint", "bitmaps") in {(item["kind"], item["field"]) for item in done.summary["unkept"]}


def test_a_pair_in_sync_is_one_request(server: FieldServer, machine: Terminal, tmp_path: Path):
    """Also where the file has what the server has no place for: that was not sent, so nothing of it is waited for."""
    folder, config = tmp_path / "folder", tmp_path / "bcfsync.toml"
    folder.mkdir()
    shutil.copy(ROOT / WALK, folder)
    machine.run("init", "--url", server.url, "--project", "1", "--folder", folder, "--config", config, "-y")
    for _ in range(2):
        assert machine.run("sync", "--config", config, "-y").code == 0
    with server.counting() as requests:
        assert machine.run("sync", "--config", config, "-y").code == 0
    assert requests == ["GET /bcf/2.1/projects/1/full-topic"]


def test_what_is_edited_and_born_on_the_server_comes_into_the_file(server, machine: Terminal, tmp_path: Path):
    machine.run("import", *there(server), ROOT / WALK)
    (known, *_) = topics_of(server).values()
    patched(server, f"topics/{known['guid']}/comments/{known['comments'][0]['guid']}", {"comment": "Edited there"})
    born = {
        "title": "Born there", "creation_author": "x@example.com", "creation_date": "2020-01-01T00:00:00Z",
        "viewpoints": [{"temp_id": 1, "perspective_camera": known["viewpoints"][0]["perspective_camera"]}],
        "comments": [{"comment": "Hello", "viewpoint_temp_id": 1, "author": "y@example.com"}],
    }  # fmt: skip
    http = Http(server.url, TOKEN)
    http.send("POST", f"{server.url}/bcf/2.1/projects/1/full-topic", born)
    http.close()
    out = tmp_path / "out.bcf"
    assert machine.run("export", *there(server), out).code == 0
    shown = {topic["title"]: topic for topic in machine.run("show", "--json", "--api", "3.0", out).summary_topics()}
    assert "Edited there" in {comment["comment"] for comment in shown[known["title"]]["comments"]}
    new = shown["Born there"]
    assert (new["creation_author"], new["comments"][0]["author"]) == ("x@example.com", "y@example.com")
    assert new["comments"][0]["viewpoint_guid"] == new["viewpoints"][0]["guid"]
