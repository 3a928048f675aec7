"""Servers that say 404 where there is nothing: what is learned of it, and what may still be written."""

import httpx
import pytest
from rest_world import done, fresh, new_topic

from bcfsync.changes import Files, Kind, Related, Status, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import HeaderFile
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
