"""Bytes on a server: snippets that somebody else put there, and pages and errors in the place of pictures."""

from contextlib import nullcontext
from dataclasses import replace

import httpx
import pytest
from rest_world import CAMERA, PNG, blob, created, done, fresh, loaded, new_topic

from bcfsync.changes import Kind, Status, Verb, key_of
from bcfsync.guids import guid_key
from bcfsync.model import BimSnippet, Snapshot, Viewpoint
from bcfsync.net import Refused, Stumbled
from bcfsync.sides.rest import facts

SNIPPET = BimSnippet(".ifc", is_external=False, reference="a.ifc", reference_schema="https://example.com/ifc.xsd")
OURS, BEFORE, THEIRS = b"ISO-10303-21; ours", b"ISO-10303-21; before", b"ISO-10303-21; theirs"


def put(side, topic, data):
    return done(side, Verb.UPDATE, Kind.SNIPPET, replace(SNIPPET, blob=blob(data)), topic, topic)


def there(side, topic):
    with side.open(loaded(side, topic).bim_snippet.blob) as stream:
        return stream.read()


@pytest.fixture
def topic(side):
    return new_topic(side, bim_snippet=SNIPPET)


def test_the_bytes_of_a_snippet_go_over_those_that_were_read(side, topic):
    put(side, topic, BEFORE)
    loaded(side, topic)
    assert put(side, topic, OURS).status is Status.DONE
    assert there(side, topic) == OURS


@pytest.mark.parametrize("before", [b"", BEFORE])
def test_they_do_not_go_over_what_somebody_else_put_there_since(side, open_side, version, topic, before):
    other = open_side(version)
    if before:
        put(side, topic, before)
    loaded(side, topic)
    loaded(other, topic)
    put(other, topic, THEIRS)
    assert put(side, topic, OURS).status is Status.STALE
    assert there(side, topic) == THEIRS
    assert put(side, topic, OURS).status is Status.DONE  # it was read, so the plan is one over it


def test_what_is_there_already_is_not_sent_again(side, open_side, version, wire, topic):
    put(open_side(version), topic, OURS)
    wire.requests.clear()
    assert put(side, topic, OURS).status is Status.DONE
    assert wire.sent("PUT") == []


def test_bytes_nobody_has_asked_for_since_they_seemed_to_be_absent_are_read_before_the_next_try(side, open_side, topic):
    put(open_side(side.base.version), topic, THEIRS)
    side.learned[facts.ABSENT] = "snippet.get"
    assert loaded(side, topic).bim_snippet.blob is None
    assert put(side, topic, OURS).status is Status.STALE
    assert there(side, topic) == THEIRS


PAGES = {
    "a page": lambda: httpx.Response(200, html="<!doctype html><html>Sign in</html>"),
    "nothing": lambda: httpx.Response(200, content=b""),
    "forbidden": lambda: httpx.Response(403, json={"message": "not for you"}),
    "not there": lambda: httpx.Response(404),
}


@pytest.mark.parametrize("answer", PAGES)
def test_what_is_in_the_place_of_a_snippet_on_record_is_none(side, wire, topic, answer):
    put(side, topic, BEFORE)
    known = {key_of(Kind.SNIPPET, topic)}
    side.listing()
    assert not side.load([guid_key(topic)], known).unread
    wire.before = lambda request: PAGES[answer]() if request.url.path.endswith("/snippet") else None
    found = side.load([guid_key(topic)], known)
    assert (set(found.topics), set(found.unread)) == (set(), {guid_key(topic)})


@pytest.mark.parametrize(("name", "fits"), [("a.ifc", False), ("a.html", True), ("A.HTM", True), ("html.ifc", False)])
def test_a_page_is_a_snippet_or_document_only_where_its_name_says_so(side, wire, name, fits):
    topic = new_topic(side, bim_snippet=replace(SNIPPET, reference=name))
    page = b"<!DOCTYPE html><html><body>Report</body></html>"
    put_it = replace(SNIPPET, reference=name, blob=blob(page))
    done(side, Verb.UPDATE, Kind.SNIPPET, put_it, topic, topic)
    side.listing()
    assert bool(side.load([guid_key(topic)]).topics) is fits
    guid = fresh()
    wire.before = lambda request: (
        httpx.Response(200, json=[{"guid": guid, "filename": name}])
        if request.url.path.endswith("/documents")
        else httpx.Response(200, content=page)
        if request.url.path.endswith(guid)
        else None
    )
    (document,) = side.load([]).documents
    with nullcontext() if fits else pytest.raises(Stumbled), side.open(document.blob) as stream:
        assert stream.read() == page


def test_an_error_in_the_place_of_a_snippet_is_none(side, wire, topic):
    put(side, topic, BEFORE)
    wire.before = lambda request: (
        httpx.Response(200, json={"error": "boom"})
        if request.method == "GET" and request.url.path.endswith("/snippet")
        else None
    )
    assert loaded(side, topic).bim_snippet.blob is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: httpx.Response(200, html="\n<html>Sign in</html>"), Stumbled),
        (lambda: httpx.Response(200, json={"message": "boom", "code": 7}), Stumbled),
        (lambda: httpx.Response(200, json={"error": "boom"}), Refused),
    ],
)
def test_text_in_the_place_of_a_picture_is_no_picture(side, wire, topic, answer, error):
    view = Viewpoint(fresh(), perspective_camera=CAMERA, snapshot=Snapshot("png", blob=blob(PNG)))
    created(side, Kind.VIEWPOINT, view, topic)
    with side.open(loaded(side, topic).viewpoints[0].snapshot.blob) as stream:
        assert stream.read() == PNG
    (found,) = loaded(side, topic).viewpoints
    wire.before = lambda request: answer() if request.url.path.endswith("/snapshot") else None
    with pytest.raises(error), side.open(found.snapshot.blob):
        pass
