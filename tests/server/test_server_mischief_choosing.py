"""How switches are asked for, how they combine, and that a seed makes a run repeat."""

import random
import re
import threading
from pathlib import Path

import httpx
import pytest
from misbehaving import misbehaving
from mischief_cases import CASES, PLAIN
from mischief_probes import Box
from reference_server import TOKENS

from bcfsync.errors import UsageError
from bcfsync.server.app import create_app
from bcfsync.server.listening import Listener
from bcfsync.server.mischief import BadMischief, chosen, text
from bcfsync.server.mischief.__main__ import written
from bcfsync.server.mischief.catalogue import CATALOGUE
from bcfsync.server.mischief.dialects import DIALECTS
from bcfsync.server.store import ServerStore

FAULTS = [case.fault for case in CASES]
QUIET = [fault for fault in FAULTS if not fault.startswith(("huge-answer", "500"))]


@pytest.mark.parametrize(
    ("dialects", "faults", "message"),
    [
        ([], ["lose-respons:0.1"], "there is no fault 'lose-respons'; there is lose-response"),
        (["openprojet"], [], "there is no dialect 'openprojet'; there is openproject"),
        ([], ["xyzzy"], "there is no fault 'xyzzy'"),
        ([], ["lose-response:1.5"], "lose-response: '1.5' must be a number from 0 to 1"),
        ([], ["lose-response:nan"], "lose-response: 'nan' must be a number"),
        ([], ["429:every=0"], "429: '0' must be a whole number of at least 1"),
        ([], ["429:often=2"], "429: there is no 'often'"),
        ([], ["429:as=hours"], "429: as= takes seconds or date"),
        ([], ["etag-none:5"], "etag-none: takes no argument"),
        ([], ["413:1x"], "413: '1x' must be"),
        ([], ["errors:xml"], "errors: 'xml' is none of error,"),
        ([], ["drop"], "drop: takes names of members"),
        ([], ["drop:walls.labels"], "drop: there are no walls"),
        ([], ["base"], "base: takes a path"),
        ([], ["slashes:200"], "slashes: takes 301"),
        ([], ["without:files,status=418"], "without: status= takes one of 404, 405, 501"),
        ([], ["rename"], "rename: takes names"),
        ([], ["guid-ignored:walls"], "guid-ignored: there are no walls"),
        ([], ["dates-offset:2"], "dates-offset: takes an offset"),
    ],
)
def test_what_is_not_there_is_said_at_once_with_what_is_like_it(dialects, faults, message):
    with pytest.raises(BadMischief, match=re.escape(message)) as told:
        chosen(dialects, faults)
    assert isinstance(told.value, UsageError)
    assert told.value.exit_code == 2


def test_nothing_chosen_is_no_layer_at_all(tmp_path):
    mischief = chosen()
    assert not mischief
    with ServerStore(tmp_path) as store:
        app = create_app(store, tokens=TOKENS, mischief=mischief)
        plain = create_app(store, tokens=TOKENS)
        assert type(app.wsgi_app) is type(plain.wsgi_app)


def test_a_fault_takes_the_place_of_the_same_one_of_a_dialect():
    mischief = chosen(["bcfserver"], ["page-default:7"])
    (setting,) = [setting for switch, setting in mischief._on if switch.name == "page-default"]
    assert setting.words == ("7",)
    assert "skip-multiples" in mischief.names()


def ends(folder, seed):
    with misbehaving(folder, "lose-response:0.3", "503:0.2", "429:0.2", seed=seed) as client:
        box = Box(client)
        return [box.status("POST", box.topics, json={"title": "A"}) for _ in range(40)]


def test_the_same_seed_and_requests_give_the_same_faults_and_another_seed_others(tmp_path):
    first, second, other = (ends(tmp_path / str(at), seed) for at, seed in enumerate((7, 7, 8)))
    assert first == second != other
    assert {None, 201, 429, 503} == set(first)


def test_the_chances_of_a_switch_do_not_depend_on_other_switches(tmp_path):
    def struck(*more):
        with misbehaving(tmp_path / str(len(more)), "503:0.3", *more, seed=5) as client:
            return [Box(client).status("GET", Box(client).topics) == 503 for _ in range(30)]

    assert struck() == struck("slow:0.5,ms=0", "lose-response:0.5")


def test_of_two_dialects_both_hold(tmp_path):
    with misbehaving(tmp_path, dialects=["bimrocket", "fileengine"]) as client:
        box = Box(client, "2.1")
        made = client.post(box.topics, json={"title": "A", "labels": ["x"], "description": "d"})
        assert made.status_code == 200
        assert {"labels", "description"}.isdisjoint(made.json())


def journey(client: httpx.Client, version: str) -> list[int | None]:
    """A bit of everything a client does, whatever the server says to it."""
    statuses = []

    def ask(method, url, **more):
        answer = None
        try:
            answer = client.request(method, url, **more)
            statuses.append(answer.status_code)
            return answer.json()
        except (httpx.RemoteProtocolError, ValueError):
            statuses.append(None if answer is None else answer.status_code)
            return None

    topics = f"/bcf/{version}/projects/demo/topics"
    ask("GET", "/bcf/versions")
    made = ask("POST", topics, json={"title": "A", "labels": ["x"], "topic_status": "Open"})
    guid = made["guid"] if isinstance(made, dict) and "guid" in made else "63e78882-7c6a-4bf7-8982-fc478afb9c97"
    topic = f"{topics}/{guid}"
    seen = ask("POST", f"{topic}/viewpoints", json=PLAIN)
    shown = seen.get("guid", "x") if isinstance(seen, dict) else "x"
    ask("POST", f"{topic}/comments", json={"comment": "c", "viewpoint_guid": shown})
    ask("PUT", topic, json={"title": "B", "description": " d\n"})
    ask("PUT", f"{topic}/files", json=[{"reference": "r"}])
    ask("PUT", f"{topic}/viewpoints/{shown}", json=PLAIN)
    for url in (topics, f"{topics}?$top=1&$skip=1&$filter=title", topic, f"{topic}/comments", f"{topic}/viewpoints"):
        ask("GET", url)
    for part in ("selection", "visibility", "snapshot"):
        ask("GET", f"{topic}/viewpoints/{shown}/{part}")
    ask("GET", f"{topics}/events")
    ask("HEAD", topics)
    ask("POST", topics, content=b'{"title":')
    ask(
        "POST",
        f"/bcf/{version}/projects/demo/documents",
        content=b"x",
        headers={"Content-Type": "application/octet-stream"},
    )
    ask("DELETE", topic)
    ask("GET", topic)
    return statuses


def threes() -> list[tuple[str, ...]]:
    """Every switch twice, each time with two others."""
    found = []
    for turn in range(2):
        shuffled = list(QUIET)
        random.Random(turn).shuffle(shuffled)
        found += [tuple(shuffled[at : at + 3]) for at in range(0, len(shuffled), 3)]
    return found


@pytest.mark.parametrize("faults", threes(), ids="+".join)
def test_switches_together_do_not_break_the_server(faults, tmp_path):
    with misbehaving(tmp_path, *faults) as client:
        for version in ("2.1", "3.0"):
            assert 500 not in journey(client, version)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_dialect_answers_a_whole_journey(dialect, tmp_path):
    base = next((word.partition(":")[2] for word in dialect.switches if word.startswith("base:")), "")
    with misbehaving(tmp_path, dialects=[dialect.name], base_url=f"http://server{base}") as client:
        for version in ("1.0", "2.0", "2.1", "3.0"):
            told = journey(client, version)
            assert 500 not in told
        spoken = next((word for word in dialect.switches if word.startswith("versions:")), "versions:3.0")
        version = "3.0" if "3.0" in spoken else "2.1"
        assert client.get(f"/bcf/{version}/projects").status_code in {200, 307}


def test_through_a_socket_a_lost_answer_is_a_connection_without_an_answer(tmp_path):
    with ServerStore(tmp_path / "data") as store:
        app = create_app(
            store, tokens=TOKENS, mischief=chosen(faults=["lose-response:every=2", "cut-body:every=3,method=GET"])
        )
        listener = Listener(app, "127.0.0.1", 0)
        thread = threading.Thread(target=listener.run)
        thread.start()
        try:
            with httpx.Client(base_url=listener.url, headers={"Authorization": "Bearer token-a"}) as client:
                topics = "/bcf/3.0/projects/demo/topics"
                assert client.post(topics, json={"title": "A"}).status_code == 201
                with pytest.raises(httpx.RemoteProtocolError):
                    client.post(topics, json={"title": "B"})
                assert sorted(topic["title"] for topic in client.get(topics).json()) == ["A", "B"]
                assert client.get(topics).status_code == 200
                with pytest.raises(httpx.RemoteProtocolError):
                    client.get(topics)
                assert client.head(topics).status_code == 200
        finally:
            listener.stop()
            thread.join(10)


def test_the_documented_table_is_the_catalogue():
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    assert written(page) == page, "run python -m bcfsync.server.mischief docs/server.md"


def test_the_list_for_people_names_everything():
    told = text()
    for named in (*CATALOGUE, *DIALECTS):
        assert f"  {named.name} " in told


def test_every_row_says_what_it_does_and_where_it_was_seen():
    for switch in CATALOGUE:
        assert switch.does
        assert switch.seen
        assert bool(switch.takes) == (switch.words != 0 or switch.keys != ()), switch.name


def test_faults_of_the_wire_strike_below_another_base_too(tmp_path):
    with misbehaving(tmp_path, "429", dialects=["openproject"]) as client:
        assert client.get("/api/bcf/2.1/projects").status_code == 429


def test_a_tag_of_other_switches_on_the_same_data_is_another_one(tmp_path):
    topics, tags = "/bcf/3.0/projects/demo/topics", []
    for faults in ((), ("drop:labels",), ("drop:priority",)):
        with misbehaving(tmp_path, *faults) as client:
            if not tags:
                client.post(topics, json={"title": "A", "labels": ["a"], "priority": "b"})
            (topic,) = client.get(topics).json()
            for url in (topics, f"{topics}/{topic['guid']}"):
                assert all(client.get(url, headers={"If-None-Match": tag}).status_code == 200 for tag in tags)
                assert client.get(url, headers={"If-None-Match": client.get(url).headers["ETag"]}).status_code == 304
            tags += [client.get(url).headers["ETag"] for url in (topics, f"{topics}/{topic['guid']}")]
            if faults:
                refused = client.put(url, json={"title": "B"}, headers={"If-Match": f'"other", {tags[1]}'})
                assert refused.status_code == 412


def test_a_refused_write_moves_no_tag_where_changes_below_a_topic_do_not_count(tmp_path):
    with misbehaving(tmp_path, "no-bump") as client:
        topics = "/bcf/3.0/projects/demo/topics"
        topic = f"{topics}/{client.post(topics, json={'title': 'A'}).json()['guid']}"
        before = client.get(topics).headers["ETag"]
        assert client.post(f"{topic}/comments", json={"comment": 5}).status_code == 400
        assert client.get(topics).headers["ETag"] == before


def test_the_tag_of_a_write_is_that_of_what_is_read_then_or_there_is_none(tmp_path):
    with misbehaving(tmp_path, "client-stamps") as client:
        topics = "/bcf/3.0/projects/demo/topics"
        stamped = client.post(topics, json={"title": "A", "creation_author": "carl@example.com"})
        read = client.get(f"{topics}/{stamped.json()['guid']}")
        assert read.json()["creation_author"] == "carl@example.com"
        assert stamped.headers.get("ETag") in {None, read.headers["ETag"]}


@pytest.mark.parametrize(
    ("dialects", "faults", "base"),
    [((), (), ""), (("openproject",), (), "/api"), ((), ("base:a/b/",), "/a/b"), (("catenda",), ("base:/x",), "/x")],
)
def test_mischief_says_below_what_path_the_api_is(dialects, faults, base):
    assert chosen(dialects, faults, 0).base() == base
