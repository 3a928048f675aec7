"""Several writes at once: what goes beside what, and what becomes of the others when one of them fails."""

import threading
from dataclasses import replace

import httpx
import pytest
from rest_world import CAMERA, PNG, Bytes, blob, fresh, new_topic

from bcfsync.changes import Change, Kind, Outcome, Status, Verb
from bcfsync.errors import LoginNeeded
from bcfsync.model import Coloring, Comment, Component, Components, Snapshot, Topic, Viewpoint, Visibility
from bcfsync.sides.rest.writing.beside import Beside


def said(topic: str, step: int, text: str = "seen") -> Change:
    made = Comment(fresh(), f"{text} {step}")
    return Change(step, Verb.CREATE, Kind.COMMENT, made.guid, topic, made)


class Meeting:
    """Lets comments wait for each other on their way; the texts of those that met."""

    def __init__(self, wire, count: int) -> None:
        self.barrier = threading.Barrier(count)
        self.met: list[bytes] = []
        self.broken = False
        wire.before = self.hold

    def hold(self, request: httpx.Request) -> None:
        if request.method != "POST" or b"meet" not in request.content:
            return
        try:
            self.barrier.wait(5)
        except threading.BrokenBarrierError:
            self.broken = True
        else:
            self.met.append(request.content)


def test_comments_of_several_topics_go_at_the_same_time(open_side, wire):
    side = open_side()
    topics = [new_topic(side) for _ in range(4)]
    meeting = Meeting(wire, 4)
    changes = [said(topics[0], 0), *(said(topic, at, "meet") for at, topic in enumerate(topics, 1))]
    outcomes = list(side.apply(changes, Bytes()))
    assert [item.status for item in outcomes] == [Status.DONE] * 5
    assert len(meeting.met) == 4


def test_the_first_of_its_kind_goes_alone_since_its_answer_teaches(open_side, wire):
    side = open_side()
    topics = [new_topic(side) for _ in range(2)]
    flying, most = [], []

    def count(request: httpx.Request) -> None:
        if request.method == "POST":
            flying.append(request)
            most.append(len(flying))
            threading.Event().wait(0.02)
            flying.remove(request)

    wire.before = count
    list(side.apply([said(topics[0], 0), said(topics[1], 1)], Bytes()))
    assert most == [1, 1]


def test_no_more_go_at_once_than_the_server_bears(open_side, wire):
    side = open_side()
    topics = [new_topic(side) for _ in range(8)]
    side.http.pace.in_flight._limit = 1.0
    flying, most = [], []

    def count(request: httpx.Request) -> None:
        flying.append(request)
        most.append(len(flying))
        threading.Event().wait(0.005)
        flying.remove(request)

    wire.before = count
    outcomes = side.apply([said(topic, at) for at, topic in enumerate(topics)], Bytes())
    next(outcomes)
    side.http.pace.in_flight._limit = 1.0
    assert next(outcomes).status is Status.DONE
    assert most[:2] == [1, 1]
    list(outcomes)


def test_after_the_server_broke_over_one_they_go_one_at_a_time(open_side, wire):
    side = open_side()
    topics = [new_topic(side) for _ in range(16)]
    flying, most, broken = [], [], []

    def breaks_once(request: httpx.Request) -> httpx.Response | None:
        if b'seen 1"' in request.content:
            broken.append(request)
            return httpx.Response(500, json={"message": "database is locked"})
        if broken:
            flying.append(request)
            most.append(len(flying))
            threading.Event().wait(0.01)
            flying.remove(request)
        return None

    wire.before = breaks_once
    outcomes = list(side.apply((said(topic, at) for at, topic in enumerate(topics)), Bytes()))
    assert sorted((item.step, item.status) for item in outcomes if item.status is not Status.DONE) == [
        (1, Status.UNANSWERED)
    ]
    assert most[-5:] == [1] * 5


def test_those_under_way_are_told_before_a_login_that_ended_is(open_side, wire):
    side = open_side()
    topics = [new_topic(side) for _ in range(4)]
    meeting = threading.Barrier(3)

    def ends(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and b"seen 0" not in request.content:
            meeting.wait(5)
            return httpx.Response(401) if b"seen 2" in request.content else None
        return None

    wire.before = ends
    told = []
    outcomes = side.apply((said(topic, at) for at, topic in enumerate(topics)), Bytes())
    with pytest.raises(LoginNeeded):
        list(map(told.append, outcomes))
    assert sorted(item.step for item in told) == [0, 1, 3]


# -- the rules by themselves ---------------------------------------------------------------------------------


def beside(most: int = 4) -> Beside:
    return Beside(lambda: most, lambda _change: False)


def shown(step: int, size: int) -> Change:
    """A viewpoint with a picture of so many bytes."""
    picture = replace(blob(PNG), size=size)
    view = Viewpoint(fresh(), perspective_camera=CAMERA, snapshot=Snapshot("png", blob=picture))
    return Change(step, Verb.CREATE, Kind.VIEWPOINT, view.guid, "a topic", view)


def knowing(kind: Kind) -> Beside:
    """Rules of a run that has made such things already."""
    rules = beside()
    rules.went(Change(0, Verb.CREATE, kind, "g", "", Topic("g", "A")), Outcome(0, Status.DONE))
    return rules


def test_large_pictures_go_alone():
    rules = knowing(Kind.VIEWPOINT)
    assert not rules.alone(shown(0, 1024 * 1024))
    assert rules.alone(shown(0, 1024 * 1024 + 1))


def test_many_elements_go_alone():
    one = shown(0, 0)
    elements = tuple(Component(f"{at:022}") for at in range(12_000))
    shows = Components(
        elements[:4_000], (Coloring("FF0000", elements[4_000:8_000]),), Visibility(exceptions=elements[8_000:])
    )
    assert knowing(Kind.VIEWPOINT).alone(replace(one, value=replace(one.value, components=shows)))
    few = replace(shows, coloring=())
    assert not knowing(Kind.VIEWPOINT).alone(replace(one, value=replace(one.value, components=few)))


def test_pictures_that_go_with_their_topic_count_too():
    rules = knowing(Kind.TOPIC)
    whole = Change(0, Verb.CREATE, Kind.TOPIC, "g", "", Topic("g", "A"), below=(shown(0, 9 * 1024 * 1024).value,))
    assert rules.alone(whole)
    assert not rules.alone(replace(whole, below=()))


def test_what_is_watched_goes_alone():
    watched = said("a topic", 0)
    rules = Beside(lambda: 4, lambda change: change is watched)
    rules.went(watched, Outcome(0, Status.DONE))
    assert [rules.alone(watched), rules.alone(said("another", 1))] == [True, False]


@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.DELETE])
def test_what_was_made_teaches_nothing_of_what_is_changed(verb):
    rules = knowing(Kind.COMMENT)
    change = said("a topic", 0)
    assert [rules.alone(change), rules.alone(replace(change, verb=verb))] == [False, True]


def test_what_is_no_longer_what_was_read_may_have_been_moved_by_the_others():
    rules = knowing(Kind.COMMENT)
    assert not rules.alone(said("a topic", 1))
    rules.went(said("a topic", 1), Outcome(1, Status.STALE))
    assert rules.alone(said("another topic", 2))


def test_what_was_not_made_teaches_nothing():
    rules = beside()
    rules.went(said("a topic", 0), Outcome(0, Status.FAILED))
    assert rules.alone(said("a topic", 1))


def test_where_one_may_go_at_once_it_goes_alone():
    rules = beside(1)
    rules.went(said("a topic", 0), Outcome(0, Status.DONE))
    assert rules.alone(said("a topic", 1))
