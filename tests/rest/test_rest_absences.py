"""Servers that say 404 where there is nothing: what is learned of it, and what may still be written."""

import httpx
import pytest
from rest_world import CAMERA, PNG, blob, created, done, fresh, loaded, new_topic

from bcfsync.changes import Files, Kind, Related, Status, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Component, Components, HeaderFile, Line, Point, Snapshot, Viewpoint, Visibility
from bcfsync.sides.rest import facts

NAMES = {"files": "files", "related_topics": "related_topics"}


@pytest.fixture
def topics(side):
    return [new_topic(side) for _ in range(6)]


def saying_404_for_none(wire, *names):
    """A list of these names without items is answered by 404, as long as it has none."""

    def before(request: httpx.Request) -> httpx.Response | None:
        if request.method != "GET" or request.url.path.rpartition("/")[2] not in names:
            return None
        answer = wire.inner.handle_request(request)
        found = httpx.Response(answer.status_code, headers=answer.headers, content=answer.read())
        return httpx.Response(404, json={"message": "not found"}) if found.json() == [] else found

    wire.before = before


def sent(side, topics, name):
    """A list for the first topic, of one item."""
    kind, value = (
        (Kind.FILES, Files((HeaderFile(filename="a.ifc"),)))
        if name == "files"
        else (Kind.RELATED, Related((topics[1],)))
    )
    return done(side, Verb.UPDATE, kind, value, topics[0], topics[0], fields=(str(kind),))


def read(side, topics, *known):
    side.listing()
    return side.load(map(guid_key, topics), known)


@pytest.mark.parametrize("name", NAMES)
def test_what_nothing_was_read_of_is_written_all_the_same(side, wire, topics, name):
    saying_404_for_none(wire, name)
    assert not read(side, topics).unread
    assert facts.names(side.learned, facts.ABSENT) == {f"{name}.get"}
    outcome = sent(side, topics, name)
    assert (outcome.status, outcome.unkept) == (Status.DONE, ())


@pytest.mark.parametrize("name", NAMES)
def test_what_was_written_is_read_from_then_on(side, wire, topics, name):
    saying_404_for_none(wire, name)
    read(side, topics)
    sent(side, topics, name)
    assert facts.names(side.learned, facts.ABSENT) == frozenset()
    found = read(side, topics).topics
    assert [len(getattr(found[guid_key(topic)], name)) for topic in topics] == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("learned", ["files.get", "files"])
def test_what_is_on_record_is_asked_for_whatever_was_learned(side, topics, learned):
    sent(side, topics, "files")
    side.learned[facts.ABSENT] = learned
    found = read(side, topics[:1], key_of(Kind.FILES, topics[0])).topics
    assert [item.filename for item in found[guid_key(topics[0])].files] == ["a.ifc"]
    assert facts.names(side.learned, facts.ABSENT) == frozenset()


@pytest.mark.parametrize("status", [400, 404, 405, 410, 501])
def test_what_is_on_record_is_not_believed_to_be_gone_by_any_such_answer(side, wire, topics, status):
    sent(side, topics, "files")
    wire.before = lambda request: (
        httpx.Response(status, json={"message": "no"}) if request.url.path.endswith("/files") else None
    )
    bodies = read(side, topics[:2], key_of(Kind.FILES, topics[0]))
    assert set(bodies.unread) == {guid_key(topics[0])}
    assert "on record" in bodies.unread[guid_key(topics[0])]
    assert bodies.topics[guid_key(topics[1])].files == ()


def test_what_the_server_has_no_way_to_is_tried_once_and_held_back(side, wire, topics):
    wire.before = lambda request: (
        httpx.Response(404, json={"message": "no"}) if request.url.path.endswith("/files") else None
    )
    read(side, topics)
    outcome = sent(side, topics, "files")
    assert outcome.status is Status.HELD
    assert [item.field for item in outcome.unkept] == ["*"]
    wire.requests.clear()
    assert sent(side, topics[1:], "files").status is Status.HELD
    assert wire.sent("PUT") == []


def test_a_comment_of_which_there_is_no_list_any_more_leaves_its_topic_unread(side, wire, topics):
    wire.before = lambda request: (
        httpx.Response(405, json={"message": "no"}) if request.url.path.endswith("/comments") else None
    )
    bodies = read(side, topics[:2], key_of(Kind.COMMENT, topics[0], ""), key_of(Kind.COMMENT, topics[1], fresh()))
    assert set(bodies.unread) == {guid_key(topics[0])}


PICTURE = Snapshot("png", blob=blob(PNG))
CLASH = Components((Component(ifc_guid="2MF28NhmDBiRVyFakgdbCT"),), visibility=Visibility(default_visibility=True))


def test_a_viewpoint_without_camera_goes_as_the_version_takes_it(side):
    topic = new_topic(side)
    line = Line(Point(0, 0, 0), Point(1, 0, 0))
    made = created(side, Kind.VIEWPOINT, Viewpoint(fresh(), lines=(line,), snapshot=PICTURE, components=CLASH), topic)
    lost = {"components.selection", "lines"} if side.base.version == "3.0" else set()
    assert {item.field for item in made.unkept} == lost
    (view,) = loaded(side, topic).viewpoints
    assert (view.components is None) is bool(lost)
    assert view.snapshot


def bare_views(side, topics):
    return [created(side, Kind.VIEWPOINT, Viewpoint(fresh(), snapshot=PICTURE), topic).guid for topic in topics]


def test_what_a_server_keeps_of_a_viewpoint_without_camera_is_read(side, wire):
    topic = new_topic(side)
    (guid,) = bare_views(side, [topic])
    wire.before = lambda request: (
        httpx.Response(200, json={"selection": [{"ifc_guid": "2MF28NhmDBiRVyFakgdbCT"}]})
        if request.url.path.endswith(f"{guid}/selection")
        else None
    )
    (view,) = loaded(side, topic).viewpoints
    assert view.components.selection == CLASH.selection


def test_what_viewpoints_without_camera_lack_is_no_proof_for_the_others(side, open_side, version, wire):
    topics = [new_topic(side) for _ in range(6)]
    parts = [f"/viewpoints/{guid}/" for guid in bare_views(side, topics[:5])]
    wire.before = lambda request: httpx.Response(404) if any(part in request.url.path for part in parts) else None
    later = open_side(version)
    later.listing()
    later.load([guid_key(topic) for topic in topics])
    name = "components.bare" if version == "3.0" else "components"
    assert facts.of_reading(name) in facts.names(later.learned, facts.ABSENT)
    created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA, components=CLASH), topics[5])
    (view,) = loaded(later, topics[5]).viewpoints
    assert (view.components is not None) is (version == "3.0")
