"""``bcfsync remote probe`` at the command line: what it says, asks, keeps and leaves behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dialects"))
from field_server import PROJECT, TOKEN, FieldServer, field_server
from terminal import Ran, Terminal

from bcfsync.cli import probing
from bcfsync.sides.rest.probing.scratch import DESCRIPTION, TITLE

pytestmark = pytest.mark.slow

ANNOUNCED = f"makes two topics titled {TITLE!r} in project {PROJECT}"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_pause", lambda: None)


@pytest.fixture
def machine(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "state")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FieldServer]:
    with field_server(tmp_path / "data") as found:
        yield found


def probe(machine: Terminal, server: FieldServer, *words: object) -> Ran:
    return machine.run("remote", "probe", "--url", server.api, "--project", PROJECT, *words)


def guids(server: FieldServer) -> list[str]:
    """Of all topics it holds, whatever it shows."""
    rows = server.store.topics._database.rows("SELECT guid_key FROM topic WHERE project_id = ?", PROJECT)
    return [row["guid_key"] for row in rows]


def titles(server: FieldServer) -> list[str]:
    return [server.store.topics.get(PROJECT, guid)["title"] for guid in guids(server)]


class Screen:
    """A terminal at which somebody sits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
        self.asked: list[str] = []

        def confirm(text: str, **_: object) -> bool:
            self.asked.append(text)
            return answer == "y"

        monkeypatch.setattr(probing, "_is_watched", lambda: True)
        monkeypatch.setattr("bcfsync.cli.probing.click.confirm", confirm)


def test_it_says_what_it_will_do_before_it_does_it_and_leaves_nothing(machine, server):
    ran = probe(machine, server)
    assert (ran.code, titles(server)) == (0, [])
    assert ANNOUNCED in ran.err
    assert "deletes them again" in ran.err


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_at_a_terminal_it_asks_and_does_nothing_without_a_yes(machine, server, monkeypatch, answer, code):
    screen = Screen(monkeypatch, answer)
    assert probe(machine, server).code == code
    assert screen.asked == ["Go on?"]
    assert bool(server.writes()) == (answer == "y")


def test_y_answers_the_question(machine, server, monkeypatch):
    screen = Screen(monkeypatch, "n")
    assert probe(machine, server, "-y").code == 0
    assert screen.asked == []
    assert server.writes()


@pytest.mark.parametrize("option", ["--passive", "--dry-run"])
def test_looking_only_announces_nothing_and_writes_nothing(machine, server, option):
    ran = probe(machine, server, option)
    assert (ran.code, server.writes()) == (0, [])
    assert TITLE not in ran.err
    assert "only looked" in ran.out


def test_json_is_one_object_with_the_evidence_of_each_finding(machine, server):
    card = json.loads(probe(machine, server, "--json").out)
    found = {item["name"]: item for item in card["findings"]}
    assert (card["type"], card["bcf_api"], card["active"], card["scratch"]) == ("card", "3.0", True, [])
    assert found["client_guid.topic"] == {
        "name": "client_guid.topic", "value": "yes", "evidence": "POST topics -> 200",
    }  # fmt: skip


def test_what_is_kept_is_shown_without_a_request(machine, server):
    probe(machine, server)
    with server.counting() as requests:
        ran = machine.run("remote", "probe", "--url", server.api, "--show")
    assert (ran.code, requests) == (0, [])
    assert "client_guid.topic" in ran.out


def test_without_a_card_showing_says_how_to_make_one(machine, server):
    ran = machine.run("remote", "probe", "--url", server.api, "--show")
    assert ran.code == 2
    assert "no card is kept" in ran.err
    assert "remote probe" in ran.err


def test_looking_again_keeps_what_was_tried_out(machine, server):
    before = json.loads(probe(machine, server, "--json").out)
    after = json.loads(probe(machine, server, "--passive", "--json").out)
    assert after["active"]
    assert after["facts"] == before["facts"]
    assert {it["name"]: it["value"] for it in after["findings"]}["client_guid.topic"] == "yes"


def test_a_card_goes_to_somebody_else_as_hearsay(machine, server, tmp_path):
    file, other = tmp_path / "card.json", Terminal(tmp_path / "other")
    assert probe(machine, server, "--export", file).code == 0
    text = file.read_text(encoding="utf-8")
    assert "demo@example.com" not in text
    ran = other.run("remote", "probe", "--import", file)
    assert ran.code == 0
    assert "no run relies on it" in ran.out
    shown = json.loads(other.run("remote", "probe", "--url", f"{server.api}/bcf/3.0", "--show", "--json").out)
    assert (shown["hearsay"], shown["facts"]) == (True, {})


def test_a_file_that_is_no_card_is_refused_in_one_line(machine, tmp_path):
    file = tmp_path / "card.json"
    file.write_text("[]", encoding="utf-8")
    ran = machine.run("remote", "probe", "--import", file)
    assert ran.code == 2
    assert f"{file}: the file is no capability card" in ran.err


def test_a_server_that_deletes_no_topics_ends_with_3_and_says_where_they_are(machine, tmp_path):
    with field_server(tmp_path / "data", ["massing"]) as server:
        ran = probe(machine, server, "--json")
        left = json.loads(ran.out)["scratch"]
        assert (ran.code, len(left), titles(server)) == (3, 2, [TITLE] * 2)
        assert all(guid in ran.err for guid in left)
        assert f"project {PROJECT}" in ran.err


def test_where_topics_would_stay_nothing_is_made_that_nobody_agreed_to(machine, tmp_path):
    with field_server(tmp_path / "data", ["massing"]) as server:
        probe(machine, server, "-y")
        again = probe(machine, server)
        assert again.code == 2
        assert "deletes no topics: they stay there" in again.err
        assert "-y" in again.err
        assert len(titles(server)) == 2
        assert probe(machine, server, "--passive").code == 0


def test_topics_that_stayed_are_in_no_export(machine, tmp_path):
    out = tmp_path / "out.bcf"
    with field_server(tmp_path / "data", ["massing"]) as server:
        probe(machine, server, "-y")
        assert machine.run("export", "--url", server.api, "--project", PROJECT, out).code == 0
        assert json.loads(machine.run("show", "--json", out).out)["topics"] == []


@pytest.mark.parametrize("dialects", [["stefanherle"], ["bcf2graphql"]])
def test_a_server_to_be_read_only_is_looked_at_and_that_is_said(machine, tmp_path, dialects):
    with field_server(tmp_path / "data", dialects) as server:
        ran = probe(machine, server)
        assert ran.code == 0
        assert "the server made no topic" in ran.err
        assert "create.topic" in ran.out


def test_of_1_0_it_only_looks_and_says_why(machine, server):
    ran = machine.run("remote", "probe", "--url", f"{server.api}/bcf/1.0", "--project", PROJECT, "-y")
    assert (ran.code, server.writes()) == (0, [])
    assert "BCF-API 1.0 has no way to delete topics, so nothing is tried out" in ran.err
    assert "only looked" in ran.out


def test_a_server_that_is_down_is_one_line(machine):
    ran = machine.run("remote", "probe", "--url", "http://127.0.0.1:9", "--project", PROJECT, "-y")
    assert ran.code == 5
    assert ran.err.count("error: ") == 1


def test_a_project_that_is_not_there_names_those_that_are(machine, server):
    ran = machine.run("remote", "probe", "--url", server.api, "--project", "nowhere", "-y")
    assert ran.code == 2
    assert PROJECT in ran.err
    assert server.writes() == []


def test_without_a_project_it_asks_for_one(machine, server):
    ran = machine.run("remote", "probe", "--url", server.api)
    assert ran.code == 2
    assert "--project" in ran.err


def test_a_wrong_token_is_the_code_of_logins(tmp_path, server):
    ran = probe(Terminal(tmp_path / "state", token="wrong"), server, "-y")
    assert ran.code == 4
    assert server.writes() == []


def test_a_remote_nobody_configured_names_the_nearest(desk):
    desk.set_up()
    assert "there is no server 'sever'" in desk.run("remote", "probe", "sever").explained(2)


@pytest.mark.parametrize("named", [("server",), ()])
def test_the_only_server_and_the_project_of_its_only_pair_are_taken(desk, named):
    desk.set_up()
    ran = desk.do("remote", "probe", *named)
    assert f"in project {desk.project}" in ran.err
    assert desk.topics() == {} or TITLE not in desk.topics()


@pytest.mark.parametrize(
    "dialect", ["bimdata", "openproject", "catenda", "openaec", "bimrocket", "fileengine", "linear"]
)
def test_every_server_of_the_field_that_deletes_topics_is_left_as_it_was(machine, tmp_path, dialect):
    with field_server(tmp_path / "data", [dialect]) as server:
        ran = probe(machine, server, "--json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["scratch"] == []
        assert guids(server) == []


def killed_at(server: FieldServer, state: Path, is_time: Callable[[str, str, int], bool], sign: int) -> int:
    """Run a probe in a process of its own and end it right after a write; its code."""
    variables = {**os.environ, "BCFSYNC_TOKEN": TOKEN, "BCFSYNC_STATE": str(state)}
    words = [sys.executable, "-m", "bcfsync", "remote", "probe", "--url", server.api, "--project", PROJECT, "-y"]
    started = subprocess.Popen(words, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = 0

    def hinder(method: str, path: str) -> bool:
        nonlocal done
        if method == "GET":
            return False
        done += 1
        if is_time(method, path, done):
            os.kill(started.pid, sign)
            server.hinder = lambda *_: False
            return True
        return False

    server.hinder = hinder
    code = started.wait(60)
    server.hinder = lambda *_: False
    return code


@pytest.mark.parametrize(
    ("write", "faults"),
    [
        (1, []), (3, []), (1, ["guid-ignored"]), (2, ["guid-ignored"]), (2, ["guid-ignored", "page-default:1"]),
        (5, ["guid-ignored", "page-default:1"]),
    ],
)  # fmt: skip
def test_what_a_killed_probe_left_the_next_one_removes(machine, tmp_path, faults, write):
    with field_server(tmp_path / "data", faults=faults) as server:
        killed_at(server, machine.state, lambda _method, _path, done: done == write, signal.SIGKILL)
        assert guids(server)
        assert probe(machine, server).code == 0
        assert guids(server) == []


def test_a_probe_killed_while_its_topic_has_no_description_leaves_nothing_either(machine, tmp_path):
    with field_server(tmp_path / "data") as server:

        def is_time(_method: str, _path: str, _done: int) -> bool:
            topics = [server.store.topics.get(PROJECT, guid) for guid in guids(server)]
            return any(topic.get("description") != DESCRIPTION for topic in topics)

        killed_at(server, machine.state, is_time, signal.SIGKILL)
        assert guids(server)
        assert probe(machine, server).code == 0
        assert guids(server) == []


@pytest.mark.parametrize("write", [1, 4, 9])
def test_a_probe_that_is_interrupted_cleans_up_before_it_ends(machine, tmp_path, write):
    with field_server(tmp_path / "data") as server:
        code = killed_at(server, machine.state, lambda _method, _path, done: done == write, signal.SIGINT)
        assert code not in {0, 3}
        assert guids(server) == []
