"""What HTTP promises beyond tags: encodings, dates, other origins, large answers and uploads, connections that stay."""

import gzip
import http.client
import socket
import subprocess
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta

import pytest
from reference_server import TOKENS, full_viewpoint, png, serve

from bcfsync.server import listening
from bcfsync.server.app import create_app
from bcfsync.server.listening import Listener
from bcfsync.server.query.window import Window
from bcfsync.server.store import ServerStore
from bcfsync.server.store.viewpoints import ViewpointContent

LONG = "a wall that is too long " * 100
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def long_topic(api, project):
    made = api.post(f"{project}/topics", json={"title": "A", "description": LONG})
    return f"{project}/topics/{made.json()['guid']}"


def test_a_long_answer_is_compressed_for_who_wants_it_and_has_a_tag_of_its_own(api, long_topic):
    plain = api.get(long_topic, headers={"Accept-Encoding": "identity"})
    packed = api.get(long_topic, headers={"Accept-Encoding": "gzip;q=0.5, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert packed.json() == plain.json()
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        tag = answer.headers["ETag"]
        held = api.get(long_topic, headers={"If-None-Match": tag})
        assert (held.status_code, held.headers["ETag"]) == (304, tag)
    for encoding, answer in (("identity", plain), ("gzip", packed)):
        for condition in ({"If-None-Match": "*"}, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}):
            held = api.get(long_topic, headers={"Accept-Encoding": encoding, **condition})
            assert (held.status_code, held.headers["ETag"]) == (304, answer.headers["ETag"])
    condition = {"If-Match": packed.headers["ETag"]}
    assert api.put(long_topic, json={"title": "B", "description": LONG}, headers=condition).status_code == 200
    assert api.put(long_topic, json={"title": "C", "description": LONG}, headers=condition).status_code == 412


def test_gzip_refused_by_name_or_a_short_answer_stays_plain(api, long_topic, topic):
    assert "Content-Encoding" not in api.get(long_topic, headers={"Accept-Encoding": "gzip;q=0"}).headers
    assert "Content-Encoding" not in api.get(topic, headers={"Accept-Encoding": "gzip"}).headers


def test_pictures_are_not_compressed_again(api, topic):
    shown = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()["guid"]
    answer = api.get(f"{topic}/viewpoints/{shown}/snapshot", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


class Wall:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("what", ["topics", "topic"])
def test_last_modified_comes_when_its_second_is_over_and_answers_who_asks_by_date(tmp_path, what, version):
    wall = Wall()
    with ServerStore(tmp_path, clock=wall, wall=wall) as store:
        for api in serve(store):
            listed = f"/bcf/{version}/projects/demo/topics"
            url = f"{listed}/{api.post(listed, json={'title': 'A'}).json()['guid']}" if what == "topic" else listed
            api.post(listed, json={"title": "B"})
            assert "Last-Modified" not in api.get(url).headers
            wall.now += timedelta(seconds=3)
            date = api.get(url).headers["Last-Modified"]
            assert date == "Sun, 01 Mar 2026 12:00:00 GMT"
            assert api.get(url, headers={"If-Modified-Since": date}).status_code == 304
            assert api.get(url, headers={"If-Modified-Since": "Sun, 01 Mar 2026 11:59:59 GMT"}).status_code == 200
            # a tag says more than a date
            both = {"If-Modified-Since": date, "If-None-Match": '"other"'}
            assert api.get(url, headers=both).status_code == 200


def test_pages_of_other_origins_may_call(api, topic):
    asking = {"Origin": "https://viewer.example.com", "Access-Control-Request-Method": "PUT"}
    before = api.options(topic, headers={**asking, "Access-Control-Request-Headers": "authorization, if-match"})
    assert before.status_code == 200
    assert before.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "PUT", "DELETE"} <= set(before.headers["Access-Control-Allow-Methods"].split(", "))
    assert before.headers["Access-Control-Allow-Headers"] == "authorization, if-match"
    shown = api.get(topic, headers={"Origin": "https://viewer.example.com"})
    assert shown.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in shown.headers["Access-Control-Expose-Headers"]
    refused = api.get(f"{topic}x", headers={"Origin": "https://viewer.example.com", "Authorization": ""})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "*")
    assert "Access-Control-Allow-Origin" not in api.get(topic).headers


def test_options_tell_the_methods_without_a_token(api, topic, version):
    answer = api.options(topic, headers={"Authorization": ""})
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_list_longer_than_a_piece_is_sent_as_it_is_read(api, project, store, encoding):
    for number in range(120):
        store.seed_topic("demo", {"guid": f"g{number}", "title": f"{number}", "description": LONG}, [], [])
    answer = api.get(f"{project}/topics", headers={"Accept-Encoding": encoding})
    assert "Content-Length" not in answer.headers
    assert {topic["title"] for topic in answer.json()} == {str(number) for number in range(120)}
    tag = answer.headers["ETag"]
    assert api.get(f"{project}/topics", headers={"If-None-Match": tag}).status_code == 304


def test_a_list_shows_one_moment_while_others_write(store):
    for number in range(120):
        store.seed_topic("demo", {"guid": f"g{number}", "title": "before", "description": LONG}, [], [])
    app = create_app(store, tokens=TOKENS)
    asked = {"HTTP_AUTHORIZATION": "Bearer token-a", "HTTP_ACCEPT_ENCODING": "identity"}
    response = app.test_client().get("/bcf/3.0/projects/demo/topics", environ_overrides=asked)
    pieces = response.iter_encoded()
    first = next(pieces)
    for number in range(120):
        store.topics.replace("demo", f"g{number}", {"title": "after"}, "ben@example.com")
    whole = first + b"".join(pieces)
    response.close()
    assert whole.count(b'"before"') == 120
    assert b'"after"' not in whole


def test_a_large_document_is_never_whole_in_memory(api, project, monkeypatch):
    data, spooled = bytes(range(256)) * 16 * 1024, []
    spool = tempfile.SpooledTemporaryFile
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda most: spooled.append(most) or spool(most))
    named = {"Content-Disposition": "attachment; filename=plan.dwg"}
    made = api.post(f"{project}/documents", content=data, headers=named).json()
    assert spooled == [1024 * 1024]
    with api.stream("GET", f"{project}/documents/{made['guid']}") as answer:
        assert answer.headers["Content-Length"] == str(len(data))
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 256 * 1024


def test_what_is_deleted_while_it_is_read_is_seen_to_be_cut_off(api, store, topic):
    shown = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()["guid"]
    blob = store.viewpoints.snapshot("demo", topic.rpartition("/")[2], shown)
    api.delete(topic)
    with pytest.raises(LookupError, match="gone"):
        store.blobs.read(blob)


@pytest.fixture
def listener(store):
    listener = Listener(create_app(store, tokens=TOKENS), "127.0.0.1", 0)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    yield listener
    listener.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_listener_that_has_ended_may_be_told_to_end_once_more(store):
    """It may wake up by itself, and close, between being told and being woken. None of its threads stays."""
    before = threading.active_count()
    listener = Listener(create_app(store, tokens=TOKENS), "127.0.0.1", 0)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    listener.stop()
    thread.join(10)
    listener.stop()
    assert threading.active_count() == before


def test_a_connection_stays_after_an_answer_without_length(listener, store):
    for number in range(60):
        store.seed_topic("demo", {"guid": f"g{number}", "title": "A", "description": LONG}, [], [])
    connection = http.client.HTTPConnection("127.0.0.1", listener.port)
    token, url = {"Authorization": "Bearer token-a"}, "/bcf/3.0/projects/demo/topics"
    connection.request("GET", url, headers=token)
    line, answer = connection.sock, connection.getresponse()
    whole = answer.read()
    assert answer.getheader("Transfer-Encoding") == "chunked"
    connection.request("GET", url, headers={**token, "If-None-Match": answer.getheader("ETag") or ""})
    held = connection.getresponse()
    assert (held.status, held.read(), connection.sock) == (304, b"", line)
    connection.request("GET", url, headers={**token, "Accept-Encoding": "gzip"})
    packed = connection.getresponse()
    assert (gzip.decompress(packed.read()), connection.sock) == (whole, line)
    connection.request("HEAD", url, headers=token)
    assert connection.getresponse().read() == b""
    connection.close()


def test_a_list_that_nobody_read_to_its_end_leaves_no_old_moment_behind(store):
    for number in range(120):
        store.seed_topic("demo", {"guid": f"g{number}", "title": "before", "description": LONG}, [], [])
    moment = store.moment()
    left = store.topics.listing("demo", Window(), moment)
    next(iter(left))
    moment.close()
    store.topics.create("demo", {"title": "new"}, "ben@example.com")
    later = store.moment()
    assert later.row("SELECT count(*) FROM topic")[0] == 121
    later.close()
    del left


@pytest.mark.filterwarnings("error")
def test_a_client_that_reads_nothing_of_a_large_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(listening, "_PATIENCE", 0.2)
    ended = threading.Event()

    def endless(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            while True:
                yield b" " * 65536
        finally:
            ended.set()

    listener = Listener(endless, "127.0.0.1", 0, threads=1)
    thread = threading.Thread(target=listener.run, daemon=True)
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", listener.port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert ended.wait(20)
    finally:
        listener.stop()
        thread.join(10)


def test_a_picture_that_is_replaced_while_it_is_looked_up_is_the_old_or_the_new_one(api, store, topic, monkeypatch):
    shown = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()["guid"]
    place, head = ("demo", topic.rpartition("/")[2], shown), store.blobs.head
    content = ViewpointContent({"snapshot": {"snapshot_type": "png"}}, snapshot=png(3, 3))
    replacing = threading.Thread(target=lambda: store.viewpoints.replace(*place, content, "ben@example.com"))

    def slowly(blob):
        replacing.start()
        replacing.join(0.1)
        return head(blob)

    monkeypatch.setattr(store.blobs, "head", slowly)
    assert api.get(f"{topic}/viewpoints/{shown}/snapshot").content == png()
    replacing.join(10)
    monkeypatch.undo()
    assert api.get(f"{topic}/viewpoints/{shown}/snapshot").content == png(3, 3)


def test_an_address_of_another_machine_is_said_to_be_the_trouble_not_the_port():
    words = [sys.executable, "-m", "bcfsync", "serve", "--host", "192.0.2.1", "--port", "0"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "192.0.2.1: no address of this machine" in ended.stderr
    assert "--port" not in ended.stderr


@pytest.mark.parametrize(
    ("host", "origin", "demo", "own"),
    [
        ("127.0.0.1:8080", None, 200, 200),
        ("localhost:8080", "http://localhost:5173", 200, 200),
        ("[::1]:8080", "http://[::1]:3000", 200, 200),
        ("127.0.0.1:8080", "https://evil.example.com", 403, 200),
        ("127.0.0.1:8080", "null", 403, 200),
        ("evil.example.com:8080", None, 403, 200),
        ("evil.example.com:8080", "http://evil.example.com:8080", 403, 200),
    ],
)
def test_the_token_everybody_knows_opens_nothing_to_other_sites(store, host, origin, demo, own):
    headers = {"Authorization": "Bearer demo", "Host": host, **({"Origin": origin} if origin else {})}
    for demo_token, status in (("demo", demo), (None, own)):
        app = create_app(store, tokens={"demo": "demo@example.com"}, demo_token=demo_token)
        client = app.test_client()
        asked = {"headers": headers, "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
        assert client.get("/bcf/3.0/projects", **asked).status_code == status
        preflight = {**headers, "Access-Control-Request-Method": "PUT"}
        assert client.options("/bcf/3.0/projects", headers=preflight).status_code == status
