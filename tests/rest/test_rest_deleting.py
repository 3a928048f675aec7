"""Deleting on a server: what is sent, what answers mean, and what is never deleted."""

from dataclasses import replace

import httpx
import pytest
from rest_world import CAMERA, Bytes, created, deleted, done, fresh, loaded, new_topic

from bcfsync.changes import Change, Kind, Status, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import Comment, Document, DocumentReference, Viewpoint
from bcfsync.net import Unanswered

ETAG = {"ETag": '"strong"'}


def test_what_can_be_deleted_depends_on_the_version(open_side):
    assert open_side("2.1").capabilities.deletes == {Kind.TOPIC, Kind.COMMENT}
    assert open_side("3.0").capabilities.deletes == {Kind.TOPIC, Kind.COMMENT, Kind.VIEWPOINT}


def test_a_topic_that_is_still_the_same_is_deleted_under_its_tag(side, wire):
    topic = loaded(side, new_topic(side))
    assert deleted(side, Kind.TOPIC, topic).status is Status.DONE
    assert side.listing().topics == {}
    (sent,) = wire.sent("DELETE")
    assert sent.headers["If-Match"].startswith('"')
    assert (sent.content, "Content-Type" in sent.headers) == (b"", False)


@pytest.mark.parametrize("member", ["title", "labels"])
def test_a_topic_that_was_changed_meanwhile_is_not_deleted(side, wire, member):
    topic = loaded(side, new_topic(side, labels=("a",)))
    expected = replace(topic, **{member: "other" if member == "title" else ()})
    assert deleted(side, Kind.TOPIC, topic, expected=expected).status is Status.STALE
    assert wire.sent("DELETE") == []


def test_a_topic_somebody_commented_on_meanwhile_is_not_deleted(side, wire):
    guid = new_topic(side)
    topic = loaded(side, guid)
    created(side, Kind.COMMENT, Comment(fresh(), "wait"), guid)
    assert deleted(side, Kind.TOPIC, topic).status is Status.STALE
    assert wire.sent("DELETE") == []


def test_a_comment_is_deleted_only_as_it_was_seen(side):
    topic = new_topic(side)
    comment = created(side, Kind.COMMENT, Comment(fresh(), "one"), topic).value
    other = replace(comment, comment="two")
    assert deleted(side, Kind.COMMENT, comment, topic, expected=other).status is Status.STALE
    assert deleted(side, Kind.COMMENT, comment, topic).status is Status.DONE
    assert loaded(side, topic).comments == ()


def test_a_comment_without_text_is_known_by_its_stand_in(open_side):
    side = open_side("3.0")
    topic = new_topic(side)
    comment = created(side, Kind.COMMENT, Comment(fresh(), ""), topic).value
    assert deleted(side, Kind.COMMENT, comment, topic).status is Status.DONE


def test_a_viewpoint_a_comment_points_to_is_held_and_goes_after_the_comment(open_side):
    side = open_side("3.0")
    topic = new_topic(side)
    view = created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA), topic).value
    comment = created(side, Kind.COMMENT, Comment(fresh(), "see", viewpoint_guid=view.guid), topic).value
    held = deleted(side, Kind.VIEWPOINT, view, topic)
    assert held.status is Status.HELD
    assert "a comment on the server points to it" in held.message
    assert deleted(side, Kind.COMMENT, comment, topic).status is Status.DONE
    assert deleted(side, Kind.VIEWPOINT, view, topic).status is Status.DONE
    assert loaded(side, topic).viewpoints == ()


def test_what_no_server_of_the_version_deletes_is_never_asked_for(open_side, wire):
    side = open_side("2.1")
    topic = new_topic(side)
    view = created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA), topic).value
    values = {Kind.VIEWPOINT: view, Kind.REFERENCE: DocumentReference(fresh(), url="u"),
              Kind.DOCUMENT: Document(fresh(), "a.pdf")}  # fmt: skip
    before = len(wire.requests)
    for kind, value in values.items():
        assert deleted(side, kind, value, topic).status is Status.HELD
    assert len(wire.requests) == before


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_not_there_is_deleted(open_side, wire, method, status):
    side = open_side("3.0")
    topic = loaded(side, new_topic(side))
    wire.before = lambda request: httpx.Response(status) if request.method == method else None
    assert deleted(side, Kind.TOPIC, topic).status is Status.DONE


def test_a_server_that_shows_nothing_of_a_missing_topic_has_none(open_side, wire):
    side = open_side("3.0")
    topic = loaded(side, new_topic(side))
    wire.before = lambda request: httpx.Response(204) if request.method == "GET" else None
    assert deleted(side, Kind.TOPIC, topic).status is Status.DONE
    assert wire.sent("DELETE") == []


@pytest.mark.parametrize(
    ("status", "becomes"),
    [(412, Status.STALE), (403, Status.HELD), (409, Status.HELD), (405, Status.HELD), (501, Status.HELD),
     (422, Status.FAILED)],
)  # fmt: skip
def test_what_an_answer_to_a_deletion_means(open_side, wire, status, becomes):
    side = open_side("3.0")
    topic = loaded(side, new_topic(side))
    wire.before = lambda request: httpx.Response(status) if request.method == "DELETE" else None
    assert deleted(side, Kind.TOPIC, topic).status is becomes


def test_a_server_that_deletes_no_comments_is_not_asked_again(open_side, wire):
    side = open_side("2.1")
    topic = new_topic(side)
    comment = created(side, Kind.COMMENT, Comment(fresh(), "one"), topic).value
    wire.before = lambda request: httpx.Response(405) if request.method == "DELETE" else None
    assert deleted(side, Kind.COMMENT, comment, topic).status is Status.HELD
    assert side.capabilities.deletes == {Kind.TOPIC}
    again = open_side("2.1", **side.learned)
    assert again.capabilities.deletes == {Kind.TOPIC}


@pytest.mark.parametrize("answer", [200, 204])
def test_a_server_without_strong_tags_is_asked_to_delete_all_the_same(open_side, wire, answer):
    side = open_side("2.1")
    topic = loaded(side, new_topic(side))

    def weak(request):
        if request.method == "DELETE":
            return httpx.Response(answer)
        real = wire.inner.handle_request(request)
        real.read()
        return httpx.Response(real.status_code, json=real.json(), headers={"ETag": f"W/{real.headers['ETag']}"})

    wire.before = weak
    assert deleted(side, Kind.TOPIC, topic).status is Status.DONE
    assert "If-Match" not in wire.sent("DELETE")[0].headers


def test_deletions_that_never_get_an_answer_are_outcomes_first_and_the_third_ends_the_run(side, wire):
    topics = [loaded(side, new_topic(side)) for _ in range(4)]

    def lost(request):
        if request.method == "DELETE":
            raise httpx.ReadError("gone")

    wire.before = lost
    changes = [Change(0, Verb.DELETE, Kind.TOPIC, topic.guid, "", topic, expected=topic) for topic in topics]
    outcomes = side.apply(changes, Bytes())
    assert [next(outcomes).status for _ in range(3)] == [Status.UNANSWERED] * 3
    with pytest.raises(Unanswered):
        next(outcomes)


# -- proof that something is gone -------------------------------------------------------------------------------


@pytest.fixture
def trusting(open_side):
    """A side whose user and rights are those of last time."""
    side = open_side("3.0", **open_side("3.0").learned)
    assert side.capabilities.trusted
    return side


def test_a_topic_is_proven_gone_only_by_404_and_410(trusting, wire):
    keys = {status: guid_key(new_topic(trusting)) for status in (200, 204, 403, 404, 410, 500)}

    def answer(request):
        found = [status for status, key in keys.items() if request.url.path.endswith(key)]
        if found[0] == 500:
            return httpx.Response(200, html="<html>")
        return httpx.Response(found[0], json={}) if found[0] != 200 else None

    wire.before = answer
    assert trusting.gone(keys.values()) == {keys[404], keys[410]}


def test_a_comment_is_proven_gone_only_where_it_is_not_there_by_itself_or_cannot_be_asked_for(trusting, wire):
    topic = new_topic(trusting)
    keys = {
        status: key_of(Kind.COMMENT, topic, created(trusting, Kind.COMMENT, Comment(fresh(), "OK"), topic).guid)
        for status in (200, 403, 404, 405, 410, 500, 501)
    }

    def answer(request):
        found = [status for status, key in keys.items() if request.url.path.lower().endswith(key.guid)]
        return httpx.Response(found[0], json={}) if found[0] != 200 else None

    wire.before = answer
    assert {status for status, key in keys.items() if trusting.lacks(key)} == {404, 405, 410, 501}


def test_nothing_is_proven_gone_for_a_user_with_other_rights(open_side):
    side = open_side("3.0", user="somebody@example.com")
    assert not side.capabilities.trusted
    assert not side.lacks(key_of(Kind.COMMENT, new_topic(side), fresh()))


def test_a_comment_is_asked_for_in_every_spelling(trusting, wire, store):
    spelled = fresh().upper()
    topic = new_topic(trusting)
    store.seed_comment("demo", topic, {"guid": spelled, "comment": "OK"})
    wire.before = lambda request: None if spelled in request.url.path else httpx.Response(404)
    assert not trusting.lacks(key_of(Kind.COMMENT, topic, spelled))


def test_a_topic_is_asked_for_as_the_server_spelled_it(trusting, wire, store):
    spelled = fresh().upper()
    store.seed_topic("demo", {"guid": spelled, "title": "A"}, [], [])
    (key,) = trusting.listing().topics
    wire.before = lambda request: None if spelled in request.url.path else httpx.Response(404)
    assert trusting.gone([key]) == frozenset()


def test_a_topic_never_seen_is_gone_only_if_no_spelling_finds_it(trusting, wire):
    key = fresh()
    assert trusting.gone([key]) == {key}
    wire.before = lambda request: httpx.Response(200, json={"guid": key}) if key.upper() in request.url.path else None
    assert trusting.gone([key]) == frozenset()


def test_nothing_is_proven_gone_to_another_user(open_side):
    learned = open_side("3.0").learned
    assert open_side("3.0", **learned).gone(["nothing"]) == {"nothing"}
    assert open_side("3.0", **{**learned, "user": "ben@example.com"}).gone(["nothing"]) == frozenset()


def test_a_deletion_of_a_topic_takes_what_is_below_with_it(side, store):
    topic = new_topic(side)
    created(side, Kind.COMMENT, Comment(fresh(), "one"), topic)
    assert deleted(side, Kind.TOPIC, loaded(side, topic)).status is Status.DONE
    value = Comment(fresh(), "two")
    assert done(side, Verb.CREATE, Kind.COMMENT, value, value.guid, topic).status is Status.FAILED
