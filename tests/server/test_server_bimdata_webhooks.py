"""BIMData's webhooks: who is told of what, how it is signed, and where nothing is ever sent."""

import hashlib
import hmac
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from bimdata_server import FULL, PROJECT, TOPICS, serving
from reference_server import fresh

from bcfsync.server.vendors.bimdata.deliveries import Deliveries, Delivery
from bcfsync.server.vendors.bimdata.subscriptions import EVENTS

HOOKS = "/cloud/1/webhook"
SECRET = "ssh"


class Receiver(ThreadingHTTPServer):
    """Notes what it is sent; answers with the next of ``statuses``, then with 200."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Noting)
        self.received, self.statuses = [], []
        self.url = f"http://127.0.0.1:{self.server_port}/hook?a=b"

    def events(self):
        return [json.loads(body)["event_name"] for _, _, body in self.received]


class Noting(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Location", self.server.url + "&moved=1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def deliveries():
    return Deliveries(waits=(0.0, 0.0))


@pytest.fixture
def api(store, deliveries):
    with serving(store, deliveries=deliveries) as client:
        yield client


def hook(url, *events, **other):
    return {"events": list(events or EVENTS), "url": url, "secret": SECRET, **other}


def test_webhooks_are_made_changed_and_removed_and_keep_their_secret(api):
    for level in (HOOKS, "/cloud/1/project/1/webhook"):
        body = hook("http://127.0.0.1:1/a", "bcf.topic.creation")
        made = api.post(level, json=body)
        assert made.status_code == 201
        shown = {"id": made.json()["id"], "events": ["bcf.topic.creation"], "url": "http://127.0.0.1:1/a"}
        assert made.json() == shown
        url = f"{level}/{shown['id']}"
        assert api.get(level).json() == [shown]
        changed = api.patch(url, json={"events": ["bcf.topic.deletion"]}).json()
        assert changed == api.get(url).json() == {**shown, "events": ["bcf.topic.deletion"]}
        assert api.delete(url).status_code == 204
        assert api.get(url).status_code == api.post(f"{url}/ping").status_code == 404
    assert api.get("/cloud/2/webhook").status_code == api.get("/cloud/1/project/9/webhook").status_code == 404


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"events": []}, "events"),
        ({"events": ["bcf.viewpoint.creation"]}, "events"),
        ({"events": "bcf.topic.creation"}, "events"),
        ({"url": "x"}, "url"),
        ({"url": "http://127.0.0.1/" + "a" * 1024}, "url"),
        ({"secret": "s" * 257}, "secret"),
        ({"secret": ""}, "secret"),
        ({"secret": None}, "secret"),
    ],
)
def test_a_wrong_webhook_is_refused(api, other, name):
    answer = api.post(HOOKS, json={**hook("http://localhost/"), **other})
    assert (answer.status_code, list(answer.json())) == (400, [name])
    assert api.get(HOOKS).json() == []


OUTSIDE = (
    "http://example.com/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://0.0.0.0/",
    "http://[::ffff:10.0.0.1]/",
    "http://127.0.0.1.example.com/",
    "http://2130706433/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "http:///x",
    "http://user:secret@127.0.0.1/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://[::1/",
    "http://127.0.0.1/\r\nX: y",
)


@pytest.mark.parametrize("url", OUTSIDE)
def test_no_webhook_leads_off_this_machine(api, url):
    answer = api.post(HOOKS, json=hook(url))
    assert (answer.status_code, list(answer.json())) == (400, ["url"])


def test_a_switch_lets_webhooks_lead_anywhere(store):
    with serving(store, webhooks_anywhere=True) as api:
        assert api.post(HOOKS, json=hook("https://example.com/hook")).status_code == 201
        assert api.post(HOOKS, json=hook("ftp://example.com/hook")).status_code == 400


def test_a_name_that_stands_for_another_machine_is_not_sent_to(monkeypatch, deliveries):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.0.0.1", 80))])
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: pytest.fail("connected"))
    deliveries.add(Delivery("http://localhost/", SECRET, b"{}"))
    deliveries.wait()
    assert deliveries.lost == 1
    deliveries.close()


def test_a_message_is_signed_over_its_raw_bytes(api, receiver, deliveries):
    api.post(HOOKS, json=hook(receiver.url, "bcf.topic.creation"))
    topic = api.post(TOPICS, json={"title": "Tür"}).json()
    deliveries.wait()
    path, headers, body = receiver.received[0]
    assert path == "/hook?a=b"
    assert headers["x-bimdata-signature"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"event_name": "bcf.topic.creation", "cloud_id": 1, "data": topic}


def test_every_event_is_told_of(api, receiver, deliveries):
    api.post(HOOKS, json=hook(receiver.url))
    topic = f"{TOPICS}/{api.post(TOPICS, json={'title': 'A'}).json()['guid']}"
    api.patch(topic, json={"title": "B"})
    comment = f"{topic}/comments/{api.post(f'{topic}/comments', json={'comment': 'c'}).json()['guid']}"
    api.put(comment, json={"comment": "d"})
    api.post(f"{topic}/viewpoints", json={})
    api.delete(comment)
    api.delete(topic)
    deliveries.wait()
    assert receiver.events() == [
        *("bcf.topic.creation", "bcf.topic.full.creation", "bcf.topic.update", "bcf.topic.full.update"),
        *("bcf.comment.creation", "bcf.comment.update", "bcf.comment.deletion", "bcf.topic.deletion"),
    ]
    assert set(receiver.events()) == set(EVENTS)


def test_a_full_topic_is_told_of_with_its_comments(api, receiver, deliveries):
    api.post(HOOKS, json=hook(receiver.url))
    made = api.post(FULL, json={"title": "A", "comments": [{"comment": "c"}]}).json()
    deliveries.wait()
    assert receiver.events() == ["bcf.topic.creation", "bcf.topic.full.creation", "bcf.comment.creation"]
    assert json.loads(receiver.received[1][2])["data"] == made


def test_a_webhook_of_a_project_knows_that_project_only(api, store, receiver, deliveries):
    store.create_project("other", "Other")
    api.post("/cloud/1/project/2/webhook", json=hook(receiver.url))
    api.post(TOPICS, json={"title": "A"})
    api.post("/bcf/2.1/projects/2/topics", json={"title": "B"})
    deliveries.wait()
    assert [json.loads(body)["data"]["title"] for *_, body in receiver.received] == ["B", "B"]


def test_what_was_refused_is_not_told(api, receiver, deliveries):
    api.post(HOOKS, json=hook(receiver.url))
    api.post(TOPICS, json={"title": ""})
    api.delete(f"{TOPICS}/{fresh()}")
    api.post(FULL, json={"title": "A", "comments": [{}]})
    deliveries.wait()
    assert receiver.received == []


def test_ping_sends_a_message(api, receiver, deliveries):
    number = api.post(HOOKS, json=hook(receiver.url, "bcf.topic.deletion")).json()["id"]
    assert api.post(f"{HOOKS}/{number}/ping").status_code == 204
    deliveries.wait()
    assert receiver.events() == ["ping"]


@pytest.mark.parametrize(
    ("statuses", "attempts", "lost"),
    [([503, 429], 3, 0), ([None, 200], 2, 0), ([500, 500, 500], 3, 1), ([404], 1, 1), ([302], 1, 1)],
)
def test_a_message_is_tried_again_a_few_times(receiver, deliveries, statuses, attempts, lost):
    receiver.statuses += statuses
    deliveries.add(Delivery(receiver.url, SECRET, b"{}"))
    deliveries.wait()
    assert (len(receiver.received), deliveries.lost) == (attempts, lost)
    deliveries.close()


def test_nobody_there_loses_the_message_and_nothing_else(api, deliveries):
    api.post(HOOKS, json=hook("http://127.0.0.1:1/"))
    assert api.post(TOPICS, json={"title": "A"}).status_code == 201
    deliveries.wait()
    assert deliveries.lost == 2
    assert len(api.get(TOPICS).json()) == 1


def test_a_receiver_that_never_answers_keeps_nobody_waiting(store):
    deliveries = Deliveries(waits=(), patience=0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute, serving(store, deliveries=deliveries) as api:
        api.post(HOOKS, json=hook(f"http://localhost:{mute.getsockname()[1]}/", "bcf.topic.creation"))
        for title in "AB":
            assert api.post(TOPICS, json={"title": title}).status_code == 201
        assert len(api.get(TOPICS).json()) == 2
        deliveries.wait()
    assert deliveries.lost == 2


def test_a_receiver_that_only_pretends_to_speak_https_loses_the_message(receiver, deliveries):
    deliveries.add(Delivery(receiver.url.replace("http:", "https:"), SECRET, b"{}"))
    deliveries.wait()
    assert (receiver.received, deliveries.lost) == ([], 1)
    deliveries.close()


def test_a_queue_that_is_full_drops_and_never_waits():
    deliveries = Deliveries(waits=(3600.0,))
    for _ in range(1100):
        deliveries.add(Delivery("http://127.0.0.1:1/", SECRET, b"{}"))
    assert deliveries.lost >= 99
    deliveries.close()


def test_close_ends_the_thread_and_nothing_is_sent_after_it(receiver):
    deliveries = Deliveries(waits=(3600.0,))
    receiver.statuses += [503]
    deliveries.add(Delivery(receiver.url, SECRET, b"{}"))
    deliveries.close()
    deliveries.add(Delivery(receiver.url, SECRET, b"{}"))
    deliveries.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "webhooks"]
    assert len(receiver.received) <= 1


def test_webhooks_outlive_a_restart(store, receiver):
    with serving(store) as api:
        api.post(HOOKS, json=hook(receiver.url, "bcf.topic.creation"))
    again = Deliveries(waits=())
    with serving(store, deliveries=again) as api:
        api.post(f"{PROJECT}/topics", json={"title": "A"})
        again.wait()
    assert receiver.events() == ["bcf.topic.creation"]
