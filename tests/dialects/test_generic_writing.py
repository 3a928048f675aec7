"""Writing to a server nothing is known of: what is tried, what is learned of it, and what is sent from then on."""

import json

import pytest
from in_process import USER, Wire, playing

from bcfsync.changes import Change, Kind, Outcome, Verb
from bcfsync.dates import read_timestamp
from bcfsync.guids import derived_guid
from bcfsync.model import Comment, PerspectiveCamera, Point, Topic, Viewpoint
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.side import RestSide

WHEN = read_timestamp("2019-05-02T10:00:00Z")
STAMPS = {"creation_author", "creation_date", "modified_author", "author", "date"}
CAMERA = PerspectiveCamera(Point(0, 0, 0), Point(1, 0, 0), Point(0, 0, 1), 60.0, 1.5)
REFUSES_STAMPS = "reject:topics.creation_author,topics.creation_date,comments.author,comments.date"


def guid(*words: object) -> str:
    return derived_guid("test", *map(str, words))


def topic(number: int, author: str = "alice@example.com") -> Change:
    own = guid("topic", number)
    value = Topic(own, title=f"Topic {number}", creation_date=WHEN, creation_author=author, description="d")
    return Change(0, Verb.CREATE, Kind.TOPIC, own, "", value)


def comment(number: int, below: str) -> Change:
    own = guid("comment", number)
    return Change(0, Verb.CREATE, Kind.COMMENT, own, below, Comment(own, "Why?", WHEN, "alice@example.com"))


def applied(wire: Wire, *changes: Change, learned=None, dialect="") -> tuple[list[Outcome], RestSide]:
    with wire.http() as http:
        side = RestSide(http, "demo", learned, dialect=dialect)
        return list(side.apply(changes, MemorySide())), side


def bodies(wire: Wire) -> list[dict[str, object]]:
    return [json.loads(item.content) for item in wire.requests if item.method == "POST"]


@pytest.mark.parametrize(
    ("faults", "known", "kept"),
    [(["client-stamps"], facts.YES, "alice@example.com"), ([], facts.NO, USER), ([REFUSES_STAMPS], facts.NO, USER)],
)
def test_whose_authors_are_shows_in_the_first_topic(tmp_path, faults, known, kept):
    with playing(tmp_path, faults=faults) as wire:
        (first,), side = applied(wire, topic(1))
        assert (first.status, side.learned[facts.STAMPS]) == ("done", known)
        assert first.value.creation_author == kept
        wire.requests.clear()
        outcomes, _ = applied(wire, topic(2), comment(1, first.guid), learned=side.learned)
        assert {item.status for item in outcomes} == {"done"}
        sent = [STAMPS & body.keys() for body in bodies(wire)]
        if known == facts.YES:
            assert sent == [{"creation_author", "creation_date"}, {"author", "date"}]
        else:
            assert sent == [set(), set()]


def test_a_topic_of_our_own_does_not_tell_whose_authors_are(tmp_path):
    with playing(tmp_path) as wire:
        _, side = applied(wire, topic(1, USER))
        assert facts.STAMPS not in side.learned


def test_a_server_that_refuses_authors_gets_each_body_once_more_at_most(tmp_path):
    with playing(tmp_path, faults=[REFUSES_STAMPS]) as wire:
        outcomes, _ = applied(wire, *(topic(number) for number in range(5)))
        assert {item.status for item in outcomes} == {"done"}
        assert len(bodies(wire)) == 6


def test_a_product_that_is_known_is_not_tried(tmp_path):
    with playing(tmp_path) as wire:
        applied(wire, topic(1), dialect="trimble")
        assert [STAMPS & body.keys() for body in bodies(wire)] == [set()]


def test_a_guid_that_is_there_is_not_overwritten(tmp_path):
    with playing(tmp_path, ["fileengine"]) as wire:
        applied(wire, topic(1), dialect="fileengine")
        wire.requests.clear()
        (again,), _ = applied(wire, topic(1), dialect="fileengine")
        assert again.status == "stale"
        assert bodies(wire) == []


def test_a_viewpoint_without_camera_is_kept_from_a_server_that_takes_cameras_alone(tmp_path):
    with playing(tmp_path, ["openconstructionerp"]) as wire:
        (made,), side = applied(wire, topic(1))
        views = [Viewpoint(guid("view", 1)), Viewpoint(guid("view", 2), perspective_camera=CAMERA)]
        changes = [Change(0, Verb.CREATE, Kind.VIEWPOINT, view.guid, made.guid, view) for view in views]
        outcomes, _ = applied(wire, *changes, learned=side.learned)
        assert [item.status for item in outcomes] == ["held", "done"]
        assert [item.field for item in outcomes[0].unkept] == ["*"]


def test_members_of_its_own_stay_on_an_edit(tmp_path):
    with playing(tmp_path) as wire:
        (made,), side = applied(wire, topic(1))
        own = {"bimsync_issue_number": 7}
        inner = wire.inner

        class Adding(type(inner)):
            def handle_request(self, request):
                answer = inner.handle_request(request)
                if request.method != "GET" or not request.url.path.endswith(made.guid):
                    return answer
                answer.read()
                return type(answer)(200, json={**answer.json(), **own})

        wire.inner = Adding(inner.app)
        value = Topic(made.guid, title="New title")
        change = Change(0, Verb.UPDATE, Kind.TOPIC, made.guid, "", value, fields=("title",))
        (outcome,), _ = applied(wire, change, learned=side.learned)
        assert outcome.status == "done"
        body = json.loads([item for item in wire.requests if item.method == "PUT"][-1].content)
        assert body.items() >= own.items()
        assert body["title"] == "New title"
