"""Writes that overwrite nobody: If-Match where it is heeded, and finding out whether it is."""

import json
from dataclasses import replace

import httpx
import pytest
from rest_world import created, done, fresh, loaded, new_topic

from bcfsync.changes import Files, Kind, Status, Verb
from bcfsync.model import Comment, HeaderFile, Topic


def retitled(side, guid, title="B", **more):
    held = loaded(side, guid)
    value = replace(held, title=title, **more)
    return done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("title", *more), expected=held)


def test_the_first_put_asks_by_a_wrong_tag_whether_tags_are_heeded(side, wire):
    guid = new_topic(side)
    assert side.detects_concurrent_edits is None
    outcome = retitled(side, guid)
    assert (outcome.status, outcome.value.title) == (Status.DONE, "B")
    asked, sent = wire.sent("PUT")
    assert asked.content == sent.content
    assert asked.headers["If-Match"] != sent.headers["If-Match"]
    assert side.detects_concurrent_edits is True
    retitled(side, guid, "C")
    assert len(wire.sent("PUT")) == 3


def test_a_server_that_heeds_no_tags_takes_the_first_put(open_side, wire):
    side = open_side("3.0")
    guid = new_topic(side)
    strip_conditions(wire)
    assert retitled(side, guid).value.title == "B"
    assert side.detects_concurrent_edits is False
    assert len(wire.sent("PUT")) == 1
    assert retitled(side, guid, "C").value.title == "C"
    assert len(wire.sent("PUT")) == 2


def strip_conditions(wire):
    def heedless(request):
        if "If-Match" not in request.headers:
            return None
        headers = {name: value for name, value in request.headers.items() if name.lower() != "if-match"}
        return wire.inner.handle_request(
            httpx.Request(request.method, request.url, headers=headers, content=request.content)
        )

    wire.before = heedless


def test_what_is_known_of_tags_lasts(open_side, wire):
    first = open_side("3.0")
    guid = new_topic(first)
    retitled(first, guid)
    again = open_side("3.0", **first.learned)
    before = len(wire.sent("PUT"))
    retitled(again, guid, "C")
    assert len(wire.sent("PUT")) == before + 1
    assert again.detects_concurrent_edits is True


def test_a_weak_tag_is_never_sent_back(open_side, wire):
    side = open_side("3.0")
    guid = new_topic(side)

    def weak(request):
        if request.method != "GET":
            return None
        answer = wire.inner.handle_request(request)
        answer.read()
        return httpx.Response(answer.status_code, json=answer.json(), headers={"ETag": 'W/"x"'})

    wire.before = weak
    assert retitled(side, guid).status is Status.DONE
    (sent,) = wire.sent("PUT")
    assert "If-Match" not in sent.headers
    assert side.detects_concurrent_edits is False


def foreign_tags(wire, tag='"of the proxy"'):
    """A proxy that gives out tags of its own, and passes conditions on to a server that knows them not."""

    def answer(request):
        if request.method != "GET":
            return None
        real = wire.inner.handle_request(request)
        real.read()
        return httpx.Response(real.status_code, json=real.json(), headers={"ETag": tag})

    wire.before = answer


def test_a_server_that_refuses_its_own_tags_gets_none(open_side, wire):
    side = open_side("3.0")
    guid = new_topic(side)
    foreign_tags(wire)
    assert retitled(side, guid).value.title == "B"
    assert ["If-Match" in request.headers for request in wire.sent("PUT")] == [True, True, False]
    assert side.detects_concurrent_edits is False
    assert retitled(side, guid, "C").value.title == "C"
    assert len(wire.sent("PUT")) == 4
    held = loaded(side, guid)
    assert done(side, Verb.DELETE, Kind.TOPIC, held, guid, expected=held).status is Status.DONE
    assert len(wire.sent("DELETE")) == 1


def test_a_deletion_finds_out_that_tags_are_refused_and_tries_nothing_else_out(open_side, wire):
    side = open_side("3.0")
    guid = new_topic(side)
    foreign_tags(wire)
    held = loaded(side, guid)
    assert done(side, Verb.DELETE, Kind.TOPIC, held, guid, expected=held).status is Status.DONE
    assert [request.headers.get("If-Match") for request in wire.sent("DELETE")] == ['"of the proxy"', None]


def test_what_is_written_next_is_read_without_compression(side, wire):
    guid = new_topic(side)
    retitled(side, guid)
    reads = [item for item in wire.sent("GET") if item.url.path.endswith(guid)]
    assert [item.headers["Accept-Encoding"] for item in reads] == ["identity"]


@pytest.mark.parametrize("status", [400, 403, 422, 428])
def test_a_first_put_refused_for_another_reason_teaches_nothing(open_side, wire, status):
    side = open_side("3.0")
    guid = new_topic(side)
    wire.before = lambda request: httpx.Response(status) if request.method == "PUT" else None
    assert retitled(side, guid).status is Status.FAILED
    assert len(wire.sent("PUT")) == 1
    assert side.detects_concurrent_edits is None


def test_lists_are_guarded_like_topics(open_side, wire):
    side, other = open_side("3.0"), open_side("3.0", if_match="enforced")
    topic = new_topic(side)
    mine, theirs = (Files((HeaderFile(filename=name),)) for name in ("mine.ifc", "theirs.ifc"))

    def somebody_is_quicker(request):
        if request.method == "PUT":
            wire.before = lambda _request: None
            assert done(other, Verb.UPDATE, Kind.FILES, theirs, topic, topic).status is Status.DONE

    wire.before = somebody_is_quicker
    assert done(side, Verb.UPDATE, Kind.FILES, mine, topic, topic, expected=Files()).status is Status.STALE
    assert [item.filename for item in loaded(side, topic).files] == ["theirs.ifc"]


def test_every_create_has_a_key_of_its_own(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    created(side, Kind.COMMENT, Comment(fresh(), "one"), topic)
    keys = [request.headers["Idempotency-Key"] for request in wire.sent("POST")]
    assert len(set(keys)) == 2
    assert all(key[0] == key[-1] == '"' for key in keys)


def test_a_create_that_is_refused_for_its_guid_goes_again_under_another_key(open_side, wire):
    side = open_side("3.0")
    first, second = new_topic(side), new_topic(side)
    comment = Comment(fresh(), "one")
    created(side, Kind.COMMENT, comment, first)
    created(side, Kind.COMMENT, comment, second)
    keys = [request.headers["Idempotency-Key"] for request in wire.sent("POST")]
    assert len(set(keys)) == len(keys) == 5


def test_members_we_do_not_know_survive_on_servers_that_blank_what_is_left_out(open_side, wire):
    """The server's PUT is a whole replacement, and it keeps a member of its own; so all it gave goes back."""
    side = open_side("3.0", if_match="ignored")
    held = {"guid": "g", "title": "A", "description": "why", "labels": ["x"], "vendor": {"kept": [1, None]},
            "creation_author": "anna", "server_assigned_id": "7", "authorization": {"topic_actions": []}}  # fmt: skip

    def server(request):
        if request.method == "PUT":
            body = json.loads(request.content)
            for name in [name for name in held if name not in body and name not in {"guid", "server_assigned_id"}]:
                held.pop(name)
            held.update(body)
        return httpx.Response(200, json=held)

    wire.before = server
    value = Topic("g", "B", description="not sent", labels=())
    expected = Topic("g", "A", description="why", labels=("x",))
    outcome = done(side, Verb.UPDATE, Kind.TOPIC, value, "g", fields=("title", "labels"), expected=expected)
    assert outcome.status is Status.DONE
    assert (held["title"], held["labels"]) == ("B", [])
    assert (held["description"], held["vendor"], held["server_assigned_id"]) == ("why", {"kept": [1, None]}, "7")
    assert "authorization" not in json.loads(wire.sent("PUT")[0].content)
