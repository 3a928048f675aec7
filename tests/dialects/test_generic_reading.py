"""Reading whole topics from servers that lack what the standard has, or break over parts of it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from in_process import Wire, playing

from bcfsync.changes import Change, Files, Kind, Related, Verb
from bcfsync.errors import BcfsyncError
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import Comment, Component, Components, HeaderFile, PerspectiveCamera, Point, Topic, Viewpoint
from bcfsync.net import Stumbled
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.side import RestSide
from bcfsync.sides.rest.writing.read_only import ReadOnlyServer

CAMERA = PerspectiveCamera(Point(0, 0, 0), Point(1, 0, 0), Point(0, 0, 1), 60.0, 1.5)
LISTS = ("files", "related_topics", "document_references")
PARTS = ("selection", "coloring", "visibility")


def guid(*words: object) -> str:
    return derived_guid("test", *map(str, words))


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    with playing(tmp_path) as found:
        yield found


def filled(wire: Wire, count: int = 3, version: str = "3.0", components: int = 1) -> list[str]:
    """Topics with a comment, a viewpoint and a file each; their keys."""
    with wire.http(f"/bcf/{version}") as http:
        side = RestSide(http, "demo")
        keys = []
        for at in range(count):
            topic, view = guid("topic", at), guid("view", at)
            shown = Components(tuple(Component(f"{number:022}") for number in range(components)))
            made = [
                (Kind.TOPIC, topic, "", Topic(topic, title=f"Topic {at}")),
                (Kind.FILES, topic, topic, Files((HeaderFile(filename="a.ifc"),))),
                (Kind.COMMENT, guid("comment", at), topic, Comment(guid("comment", at), "Why?")),
                (Kind.VIEWPOINT, view, topic, Viewpoint(view, perspective_camera=CAMERA, components=shown)),
            ]
            for kind, own, below, value in made:
                verb = Verb.UPDATE if kind is Kind.FILES else Verb.CREATE
                change = Change(0, verb, kind, own, below, value, fields=("files",) if kind is Kind.FILES else ())
                (outcome,) = side.apply([change], MemorySide())
                assert outcome.status == "done", outcome
            keys.append(guid_key(topic))
        wire.requests.clear()
        return keys


def read(wire: Wire, learned: dict[str, str] | None = None, version: str = "3.0") -> tuple[dict[str, Topic], RestSide]:
    """All whole topics, by a side of its own."""
    with wire.http(f"/bcf/{version}") as http:
        side = RestSide(http, "demo", learned)
        return dict(side.load(list(side.listing().topics)).topics), side


def lacking(wire: Wire, *names: str, status: int = 404) -> None:
    """The server has no such routes from now on."""
    wire.before = lambda request: (
        httpx.Response(status, json={"message": "no"}) if request.url.path.rpartition("/")[2] in names else None
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_list_no_topic_has_is_no_longer_asked_for(wire, name):
    filled(wire, 5)
    lacking(wire, name)
    _, side = read(wire)
    assert len(wire.asked(name)) == 5
    wire.requests.clear()
    topics, _ = read(wire, side.learned)
    assert wire.asked(name) == []
    assert len(topics) == 5


def test_four_topics_without_a_list_prove_nothing(wire):
    filled(wire, 4)
    lacking(wire, "files")
    _, side = read(wire)
    assert facts.ABSENT not in side.learned


def test_a_list_one_topic_has_is_asked_for_of_all(wire):
    keys = filled(wire, 6)
    wire.before = lambda request: (
        httpx.Response(404, json={})
        if request.url.path.endswith("/files") and keys[0] not in request.url.path
        else None
    )
    topics, side = read(wire)
    assert facts.ABSENT not in side.learned
    assert [len(topics[key].files) for key in keys] == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("status", [405, 501])
def test_a_method_that_is_not_there_says_so_at_once(wire, status):
    filled(wire, 1)
    lacking(wire, "related_topics", status=status)
    _, side = read(wire)
    assert facts.names(side.learned, facts.ABSENT) == {"related_topics"}


def test_what_is_absent_is_asked_for_again_after_a_week(wire):
    filled(wire, 1)
    for since, asked in (("2000-01-01", 1), ("nonsense", 1), ("2999-01-01", 1)):
        wire.requests.clear()
        read(wire, {facts.ABSENT: "files", facts.ABSENT_SINCE: since, facts.ROOT: "http://127.0.0.1:8086/bcf/3.0"})
        assert len(wire.asked("files")) == asked


def test_components_no_viewpoint_has_are_no_longer_asked_for(wire):
    filled(wire, 5)
    lacking(wire, *PARTS)
    topics, side = read(wire)
    assert [view.components for topic in topics.values() for view in topic.viewpoints] == [None] * 5
    wire.requests.clear()
    read(wire, side.learned)
    assert wire.asked(*PARTS) == []


def test_components_inside_viewpoints_are_not_asked_for(tmp_path):
    with playing(tmp_path, faults=["components-inline:list"]) as wire:
        filled(wire, 2)
        topics, _ = read(wire)
        assert wire.asked(*PARTS) == []
        assert [len(view.components.selection) for topic in topics.values() for view in topic.viewpoints] == [1, 1]


@pytest.mark.parametrize("faults", [("components-unwrapped",), ("components-inline:all",)])
def test_components_come_back_in_whatever_shape(tmp_path, faults):
    with playing(tmp_path, faults=faults) as wire:
        filled(wire, 1, components=2)
        topics, _ = read(wire)
        (view,) = next(iter(topics.values())).viewpoints
        assert view.components is not None
        assert len(view.components.selection) == 2


@pytest.mark.slow
def test_eighty_thousand_components_come_back(wire):
    filled(wire, 1, components=80_000)
    topics, _ = read(wire)
    (view,) = next(iter(topics.values())).viewpoints
    assert view.components is not None
    assert len(view.components.selection) == 80_000


def test_a_topic_that_vanished_meanwhile_is_no_empty_one(wire):
    keys = filled(wire)
    wire.before = lambda request: (
        httpx.Response(404, json={}) if f"topics/{keys[0]}/" in request.url.path.lower() else None
    )
    topics, side = read(wire)
    assert (set(topics), set(side.unread)) == (set(keys[1:]), {keys[0]})


def test_any_number_of_topics_may_be_closed_to_us(wire):
    keys = filled(wire, 30)
    wire.before = lambda request: (
        httpx.Response(403, json={"message": "not for you"})
        if any(f"topics/{key}/" in request.url.path.lower() for key in keys[1:])
        else None
    )
    topics, side = read(wire)
    assert (set(topics), set(side.unread)) == (set(keys[:1]), set(keys[1:]))
    assert all("not for you" in reason for reason in side.unread.values())


BREAKS = {
    "500": lambda: httpx.Response(500, json={"message": "boom"}),
    "HTML": lambda: httpx.Response(200, html="<html>sign in</html>"),
    "no list": lambda: httpx.Response(200, json={"items": []}),
    "no objects": lambda: httpx.Response(200, json=["x", {"comment": "without guid"}]),
    "cut": lambda: httpx.Response(200, content=b'[{"guid": "x", "comm'),
    "deep": lambda: httpx.Response(200, content=b"[" * 100_000),
    "error object": lambda: httpx.Response(200, json={"error": "boom"}),
}


@pytest.mark.parametrize("answer", BREAKS)
@pytest.mark.parametrize("name", ["comments", "viewpoints", "files", "selection"])
def test_one_answer_that_makes_no_sense_costs_its_topic_at_most(wire, name, answer):
    keys = filled(wire)
    hit = f"topics/{keys[1]}/"
    wire.before = lambda request: (
        BREAKS[answer]() if hit in request.url.path.lower() and request.url.path.endswith(f"/{name}") else None
    )
    topics, side = read(wire)
    assert {keys[0], keys[2]} <= set(topics)
    assert set(topics) | set(side.unread) == set(keys)
    optional = name in {"files", "selection"}
    understood = (name, answer) == ("selection", "no list") or (optional and answer == "error object")
    assert (keys[1] in topics) == (understood or (name, answer) == ("files", "no objects"))


def test_a_server_that_is_down_is_not_asked_for_every_topic(wire):
    keys = filled(wire, 60)
    wire.before = lambda request: (
        httpx.Response(500, json={}) if any(f"topics/{key}/" in request.url.path.lower() for key in keys[1:]) else None
    )
    with pytest.raises(Stumbled):
        read(wire)
    assert len({path.split("/")[6] for path in wire.asked("viewpoints")}) < 50


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_viewpoint_without_camera_keeps_its_components(wire, version):
    keys = filled(wire, 1)
    view = {"guid": guid("view", 0)}
    wire.before = lambda request: httpx.Response(200, json=[view]) if request.url.path.endswith("/viewpoints") else None
    topics, _ = read(wire, version=version)
    (found,) = topics[keys[0]].viewpoints
    assert found.components is not None


# -- servers that are to be read only


@pytest.mark.parametrize(
    ("dialects", "faults"),
    [(["stefanherle"], []), (["bcf2graphql"], []), ([], ["without:writes"]), ([], ["without:writes,status=405"])],
)
def test_a_server_for_reading_is_named_so_and_written_to_no_more(tmp_path, dialects, faults):
    with playing(tmp_path, dialects, faults) as wire, wire.http("/bcf/3.0") as http:
        changes = [
            Change(at, Verb.CREATE, Kind.TOPIC, guid("t", at), "", Topic(guid("t", at), title="A")) for at in range(3)
        ]
        side = RestSide(http, "demo")
        with pytest.raises(ReadOnlyServer, match="to be read only"):
            list(side.apply(changes, MemorySide()))
        again = RestSide(http, "demo", side.learned)
        wire.requests.clear()
        with pytest.raises(ReadOnlyServer):
            list(again.apply(changes, MemorySide()))
        assert [item for item in wire.requests if item.method != "GET"] == []
        assert again.listing().complete


def test_a_topic_that_is_refused_makes_no_server_one_for_reading(wire):
    wire.before = lambda request: httpx.Response(404, json={"message": "x"}) if request.method == "POST" else None
    with wire.http("/bcf/3.0") as http:
        side = RestSide(http, "demo")
        topic = Topic(guid("t"), title="A")
        (outcome,) = side.apply([Change(0, Verb.CREATE, Kind.TOPIC, topic.guid, "", topic)], MemorySide())
        assert outcome.status == "failed"


def test_a_person_may_say_that_a_server_is_for_reading(wire):
    with wire.http() as http:
        side = RestSide(http, "demo", dialect="stefanherle")
        topic = Topic(guid("t"), title="A")
        with pytest.raises(BcfsyncError, match="to be read only"):
            list(side.apply([Change(0, Verb.CREATE, Kind.TOPIC, topic.guid, "", topic)], MemorySide()))


def test_relations_come_with_whole_topics(wire):
    keys = filled(wire, 2)
    with wire.http("/bcf/3.0") as http:
        side = RestSide(http, "demo")
        side.listing()
        related = Change(
            0, Verb.UPDATE, Kind.RELATED, keys[0], keys[0], Related((keys[1],)), fields=("related_topics",)
        )
        list(side.apply([related], MemorySide()))
    topics, _ = read(wire)
    assert topics[keys[0]].related_topics == (keys[1],)


# -- what others put there


LACKS = {
    # what a server that holds whole topics cannot show of them
    "openaec": set(),
    "bimrocket": {"files"},
    "opencdeserver": set(),
    "bcfserver": set(),
    "linear": set(),
    "stefanherle": set(),
    "bcf2graphql": set(),
    "massing": {"components"},
    "openconstructionerp": {"components"},
    "fileengine": {"components", "files"},
    "catenda": set(),
    "bimcollab": set(),
    "trimble": set(),
}


@pytest.mark.parametrize("dialect", LACKS)
def test_whole_topics_are_read_in_every_dialect_and_read_again_for_less(tmp_path, dialect):
    with playing(tmp_path) as wire:
        keys = filled(wire, 5)
    with playing(tmp_path, [dialect]) as wire:
        learned: dict[str, str] = {}
        costs = []
        for _ in range(2):
            wire.requests.clear()
            with wire.http() as http:
                side = RestSide(http, "demo", learned)
                topics = dict(side.load(list(side.listing().topics)).topics)
                learned = side.learned
            costs.append(len(wire.requests))
            assert set(topics) == set(keys)
            assert side.unread == {}
            for topic in topics.values():
                (comment,), (view,) = topic.comments, topic.viewpoints
                assert (topic.title[:6], comment.comment) == ("Topic ", "Why?")
                assert view.perspective_camera is not None
                assert (view.components is None) == ("components" in LACKS[dialect])
                assert bool(topic.files) == ("files" not in LACKS[dialect])
        assert costs[1] < costs[0]
