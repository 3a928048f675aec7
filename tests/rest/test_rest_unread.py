"""A server that breaks over one topic, or over all."""

import httpx
import pytest
from rest_world import created, fresh, new_topic

from bcfsync.changes import Change, Kind, Verb
from bcfsync.guids import guid_key
from bcfsync.model import Comment
from bcfsync.net import Refused, Stumbled
from bcfsync.sides.remembered import Remembered

C = fresh()


def cut():
    raise httpx.ReadError("peer closed connection")


ANSWERS = {
    "breaks": (lambda: httpx.Response(500, json={"message": "boom"}), "500"),
    "refuses": (lambda: httpx.Response(403, json={"message": "not for you"}), "403"),
    "cuts its answer": (cut, "the connection broke"),
    "says why with 200": (lambda: httpx.Response(200, json={"error": "session expired", "code": 7}), "session expired"),
    "gives no list": (lambda: httpx.Response(200, json={"comments": []}), "expected a list"),
}


@pytest.fixture
def topics(side):
    keys = [guid_key(new_topic(side)) for _ in range(3)]
    for key in keys:
        created(side, Kind.COMMENT, Comment(fresh(), "OK"), key)
    return keys


def breaking_over(wire, keys, answer):
    wire.before = lambda request: (
        answer() if request.url.path.endswith("/comments") and any(key in request.url.path for key in keys) else None
    )


@pytest.mark.parametrize(("answer", "said"), ANSWERS.values(), ids=ANSWERS)
def test_a_topic_over_which_the_server_breaks_is_left_out_with_the_reason(side, wire, topics, answer, said):
    breaking_over(wire, topics[:1], answer)
    assert set(side.listing().topics) == set(topics)
    bodies = side.load(topics)
    assert set(bodies.topics) == set(topics[1:])
    assert set(bodies.unread) == set(topics[:1])
    assert said in bodies.unread[topics[0]]


def test_all_passes_of_a_turn_leave_it_out_and_the_server_is_asked_once(side, wire, topics):
    breaking_over(wire, topics[:1], ANSWERS["breaks"][0])
    remembered = Remembered(side)
    for keys in (topics, topics, topics[:1]):
        bodies = remembered.load(keys)
        assert (set(bodies.topics), set(bodies.unread)) == (set(keys[1:]), set(topics[:1]))
    assert remembered.load(topics[1:]).unread == {}
    asked = [item for item in wire.sent("GET") if item.url.path.endswith(f"{topics[0]}/comments")]
    assert len(asked) == 2  # by one pass: a server that broke is asked once more


@pytest.mark.parametrize("forgets", ["asked for everything again", "the topic was written to"])
def test_it_is_no_longer_unread_once_it_was_read(side, wire, topics, forgets):
    breaking_over(wire, topics[:1], ANSWERS["breaks"][0])
    remembered = Remembered(side)
    remembered.load(topics)
    breaking_over(wire, [], ANSWERS["breaks"][0])
    if forgets == "asked for everything again":
        remembered.forget()
    else:
        list(remembered.apply([Change(0, Verb.CREATE, Kind.COMMENT, C, topics[0], Comment(C, "New"))], side))
    bodies = remembered.load(topics)
    assert (set(bodies.topics), bodies.unread) == (set(topics), {})


def test_one_topic_that_is_asked_for_alone_is_left_out_too(side, wire, topics):
    breaking_over(wire, topics, ANSWERS["breaks"][0])
    side.listing()
    assert set(side.load(topics[:1]).unread) == set(topics[:1])


@pytest.mark.parametrize(("answer", "error"), [("breaks", Stumbled), ("refuses", Refused)])
def test_a_server_that_breaks_over_every_topic_stops_the_pair(side, wire, topics, answer, error):
    breaking_over(wire, topics, ANSWERS[answer][0])
    side.listing()
    with pytest.raises(error):
        side.load(topics)
