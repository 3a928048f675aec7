"""A project on the reference server as a side: every kind of change, and what answers mean."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from rest_world import CAMERA, PNG, Bytes, blob, created, done, fresh, loaded, new_topic

from bcfsync.bcfapi.reading import AnswerNotUnderstood
from bcfsync.changes import Change, Files, Kind, ProjectInfo, Related, Status, Verb, key_of
from bcfsync.errors import ServerTrouble
from bcfsync.guids import derived_guid, guid_key
from bcfsync.model import (
    BimSnippet,
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    HeaderFile,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)
from bcfsync.net import Unanswered
from bcfsync.sides.rest import paging as paging_
from bcfsync.sides.rest.reading.answers import NO_TEXT
from bcfsync.sides.rest.side import RestSide, UnknownProject

SNIPPET = BimSnippet(".ifc", is_external=False, reference="part.ifc", reference_schema="https://schema.test/")


def test_a_topic_is_created_listed_and_loaded(side: RestSide, version):
    wanted = Topic(fresh(), "A ü", topic_type="Issue", topic_status="Open", labels=("a", "b"), description="why")
    outcome = created(side, Kind.TOPIC, wanted)
    assert (outcome.guid == wanted.guid) is (version == "3.0")
    held = loaded(side, outcome.guid)
    assert (held.title, held.labels, held.description) == ("A ü", ("a", "b"), "why")
    assert held.creation_author == "anna@example.com"


@pytest.mark.parametrize(("version", "kept"), [("2.1", False), ("3.0", True)])
def test_the_first_answer_teaches_whether_guids_are_kept(open_side, version, kept):
    side = open_side(version)
    assert side.keeps_guids is None
    assert not side.capabilities.client_guid
    new_topic(side)
    assert side.keeps_guids is kept
    assert side.capabilities.client_guid is kept
    assert side.capabilities.user == "anna@example.com"


def test_a_server_that_once_gave_its_own_guid_is_not_trusted_again(open_side):
    side = open_side("3.0")
    side.learned["keeps_guids"] = "no"
    new_topic(side)
    assert side.keeps_guids is False


def test_an_update_sends_only_what_changed_and_keeps_what_it_does_not_know(side: RestSide, wire, version):
    side.learned["if_match"] = "enforced"
    guid = new_topic(side, description="why")
    wire.before = lambda request: with_vendor_member(wire, request)
    held = loaded(side, guid)
    outcome = done(
        side, Verb.UPDATE, Kind.TOPIC, replace(held, title="B", description="not sent"), guid,
        fields=("title",), expected=held,
    )  # fmt: skip
    assert outcome.status is Status.DONE
    assert outcome.value.title == "B"
    (put,) = wire.sent("PUT")
    body = json.loads(put.content)
    assert (body["title"], body["description"], body["vendor_member"]) == ("B", "why", {"kept": 1})
    assert not {"guid", "server_assigned_id", "creation_author", "modified_date"} & set(body)
    assert put.headers["If-Match"].startswith('"')


def with_vendor_member(wire: Any, request: httpx.Request) -> httpx.Response | None:
    """The server's topic, with a member only its vendor knows; its tag stays right."""
    if request.method != "GET" or "/topics/" not in request.url.path or request.url.path.count("/") != 6:
        return None
    answer = wire.inner.handle_request(request)
    answer.read()
    return httpx.Response(
        200, json={**answer.json(), "vendor_member": {"kept": 1}}, headers={"ETag": answer.headers["ETag"]}
    )


def test_an_update_of_what_moved_meanwhile_is_stale(side: RestSide, wire):
    guid = new_topic(side)
    held = loaded(side, guid)
    expected = replace(held, description="as it was")
    outcome = done(side, Verb.UPDATE, Kind.TOPIC, held, guid, fields=("title",), expected=expected)
    assert outcome.status is Status.STALE
    assert wire.sent("PUT") == []


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize("kind", [Kind.TOPIC, Kind.COMMENT, Kind.FILES, Kind.RELATED])
def test_an_update_the_server_finds_late_is_stale(open_side, wire, kind, status):
    side = open_side("3.0")
    guid = new_topic(side)
    comment = created(side, Kind.COMMENT, Comment(fresh(), "A"), guid).value
    values: dict[Kind, Any] = {Kind.TOPIC: loaded(side, guid), Kind.COMMENT: replace(comment, comment="B"),
                               Kind.FILES: Files(), Kind.RELATED: Related()}  # fmt: skip
    wire.before = lambda request: httpx.Response(status, json={"message": "moved"}) if request.method == "PUT" else None
    child = comment.guid if kind is Kind.COMMENT else guid
    outcome = done(side, Verb.UPDATE, kind, values[kind], child, guid, fields=("title",))
    assert outcome.status is Status.STALE
    assert "moved" in outcome.message


def test_the_servers_own_check_of_the_tag_is_used(open_side, wire):
    side, other = open_side("3.0"), open_side("3.0")
    guid = new_topic(side)
    held = loaded(side, guid)

    def somebody_is_quicker(request: httpx.Request) -> None:
        if request.method == "PUT":
            wire.before = lambda _request: None
            done(other, Verb.UPDATE, Kind.TOPIC, replace(held, title="quick"), guid, fields=("title",))

    wire.before = somebody_is_quicker
    outcome = done(side, Verb.UPDATE, Kind.TOPIC, replace(held, title="slow"), guid, fields=("title",), expected=held)
    assert outcome.status is Status.STALE
    assert loaded(side, guid).title == "quick"


def test_a_comment_is_created_and_changed(side: RestSide):
    topic = new_topic(side)
    comment = created(side, Kind.COMMENT, Comment(fresh(), "one"), topic).value
    assert (comment.comment, comment.author) == ("one", "anna@example.com")
    changed = replace(comment, comment="two")
    outcome = done(side, Verb.UPDATE, Kind.COMMENT, changed, comment.guid, topic, fields=("comment",), expected=comment)
    assert outcome.value.comment == "two"
    late = done(side, Verb.UPDATE, Kind.COMMENT, changed, comment.guid, topic, fields=("comment",), expected=comment)
    assert late.status is Status.STALE
    assert [item.comment for item in loaded(side, topic).comments] == ["two"]


def test_a_comment_without_text_gets_a_stand_in_only_where_one_is_needed(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    outcome = created(side, Kind.COMMENT, Comment(fresh(), ""), topic)
    assert json.loads(wire.sent("POST")[-1].content)["comment"] == NO_TEXT
    assert outcome.value.comment == ""
    assert [item.comment for item in loaded(side, topic).comments] == [""]
    view = created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA), topic)
    created(side, Kind.COMMENT, Comment(fresh(), "", viewpoint_guid=view.guid), topic)
    assert NO_TEXT not in wire.sent("POST")[-1].content.decode()


def test_a_viewpoint_is_created_with_its_picture(side: RestSide):
    topic = new_topic(side)
    wanted = Viewpoint(fresh(), perspective_camera=CAMERA, snapshot=Snapshot("png", blob=blob(PNG)))
    outcome = created(side, Kind.VIEWPOINT, wanted, topic)
    (view,) = loaded(side, topic).viewpoints
    assert guid_key(view.guid) == guid_key(outcome.guid)
    assert view.perspective_camera.camera_direction == CAMERA.camera_direction
    with side.open(view.snapshot.blob) as stream:
        assert stream.read() == PNG


def test_lists_are_replaced_whole_and_only_as_they_were_seen(side: RestSide):
    topic, other = new_topic(side), new_topic(side)
    files = Files((HeaderFile(filename="a.ifc", reference="https://server.test/a.ifc"),))
    assert done(side, Verb.UPDATE, Kind.FILES, files, topic, topic, expected=Files()).status is Status.DONE
    assert done(side, Verb.UPDATE, Kind.FILES, files, topic, topic, expected=Files()).status is Status.STALE
    related = Related((other,))
    assert done(side, Verb.UPDATE, Kind.RELATED, related, topic, topic, expected=Related()).status is Status.DONE
    assert done(side, Verb.UPDATE, Kind.RELATED, related, topic, topic, expected=Related()).status is Status.STALE
    held = loaded(side, topic)
    assert [item.filename for item in held.files] == ["a.ifc"]
    assert held.related_topics == (other,)


def test_a_document_is_sent_under_its_name_and_linked(side: RestSide):
    topic = new_topic(side)
    document = created(side, Kind.DOCUMENT, Document(fresh(), 'Türliste "neu".pdf', blob=blob(b"%PDF")))
    reference = created(side, Kind.REFERENCE, DocumentReference(fresh(), document.guid, description="old"), topic).value
    changed = replace(reference, description="new")
    assert done(side, Verb.UPDATE, Kind.REFERENCE, changed, reference.guid, topic).status is Status.DONE
    side.listing()
    bodies = side.load([guid_key(topic)])
    assert [item.filename for item in bodies.documents] == ['Türliste "neu".pdf']
    (found,) = bodies.topics[guid_key(topic)].document_references
    assert (found.document_guid, found.description) == (document.guid, "new")
    with side.open(bodies.documents[0].blob) as stream:
        assert stream.read() == b"%PDF"


def test_a_snippet_is_sent_beside_its_topic(side: RestSide):
    topic = new_topic(side, bim_snippet=SNIPPET)
    snippet = replace(SNIPPET, blob=blob(b"ISO-10303-21;"))
    assert done(side, Verb.UPDATE, Kind.SNIPPET, snippet, topic, topic).status is Status.DONE
    with side.open(loaded(side, topic).bim_snippet.blob) as stream:
        assert stream.read() == b"ISO-10303-21;"


def test_what_has_no_bytes_or_no_place_is_held(side: RestSide):
    topic = new_topic(side)
    assert done(side, Verb.CREATE, Kind.DOCUMENT, Document(fresh(), "a.pdf"), fresh()).status is Status.HELD
    assert done(side, Verb.UPDATE, Kind.SNIPPET, SNIPPET, topic, topic).status is Status.HELD
    assert done(side, Verb.UPDATE, Kind.PROJECT, ProjectInfo(), "").status is Status.HELD


@pytest.mark.parametrize("status", [404, 405, 501])
def test_what_a_server_does_not_offer_is_held(open_side, wire, status):
    side = open_side("3.0")
    topic = new_topic(side)
    wire.before = lambda request: httpx.Response(status) if request.url.path.endswith("/files") else None
    outcome = done(side, Verb.UPDATE, Kind.FILES, Files(), topic, topic)
    assert outcome.status is Status.HELD
    assert loaded(side, topic).files == ()


def test_a_refused_create_fails_and_says_why(side: RestSide, wire):
    wire.before = lambda _request: httpx.Response(422, json={"message": "title: too short"})
    outcome = done(side, Verb.CREATE, Kind.TOPIC, Topic(fresh(), "A"), fresh())
    assert outcome.status is Status.FAILED
    assert outcome.message.endswith("/projects/demo/topics: the server answered 422: title: too short")


# -- guids that are taken ------------------------------------------------------------------------------------


def test_a_guid_that_is_there_already_is_looked_at_again(open_side):
    side = open_side("3.0")
    topic = new_topic(side)
    assert done(side, Verb.CREATE, Kind.TOPIC, Topic(topic, "A"), topic).status is Status.STALE
    comment = created(side, Kind.COMMENT, Comment(fresh(), "A"), topic).value
    assert done(side, Verb.CREATE, Kind.COMMENT, comment, comment.guid, topic).status is Status.STALE


@pytest.mark.parametrize("kind", [Kind.COMMENT, Kind.VIEWPOINT])
def test_a_guid_that_is_taken_elsewhere_is_exchanged_always_for_the_same(open_side, kind):
    side = open_side("3.0")
    first, second = new_topic(side), new_topic(side)
    guid = fresh()
    value: Any = Comment(guid, "A") if kind is Kind.COMMENT else Viewpoint(guid, perspective_camera=CAMERA)
    created(side, kind, value, first)
    outcome = created(side, kind, value, second)
    assert outcome.guid == derived_guid("taken", guid_key(second), guid_key(guid))
    assert done(side, Verb.CREATE, kind, value, guid, second).status in {Status.STALE, Status.FAILED}
    held = loaded(side, second)
    assert len(held.comments) + len(held.viewpoints) == 1


def test_a_reference_guid_that_is_taken_elsewhere_is_exchanged_and_one_that_is_there_is_looked_at_again(open_side):
    side = open_side("3.0")
    first, second = new_topic(side), new_topic(side)
    link = DocumentReference(fresh(), url="https://example.org/a")
    created(side, Kind.REFERENCE, link, first)
    assert done(side, Verb.CREATE, Kind.REFERENCE, link, link.guid, first).status is Status.STALE
    assert created(side, Kind.REFERENCE, link, second).guid == derived_guid("taken", guid_key(second), link.guid)


def test_an_edited_comment_keeps_the_reply_link_the_server_knows(open_side):
    side = open_side("2.1")
    topic = new_topic(side)
    parent = created(side, Kind.COMMENT, Comment(fresh(), "one"), topic).value
    reply = created(side, Kind.COMMENT, Comment(fresh(), "two", reply_to_comment_guid=parent.guid), topic).value
    changed = replace(reply, comment="three", reply_to_comment_guid=None)
    outcome = done(side, Verb.UPDATE, Kind.COMMENT, changed, reply.guid, topic, fields=("comment",), expected=reply)
    assert (outcome.value.comment, outcome.value.reply_to_comment_guid) == ("three", parent.guid)


def test_a_document_that_is_there_already_is_adopted(open_side):
    side = open_side("3.0")
    document = Document(fresh(), "a.pdf", blob=blob(b"%PDF"))
    created(side, Kind.DOCUMENT, document)
    again = done(side, Verb.CREATE, Kind.DOCUMENT, document, document.guid)
    assert (again.status, again.adopted) == (Status.DONE, True)


# -- answers that never came ---------------------------------------------------------------------------------


def test_a_lost_topic_is_an_outcome_first_and_ends_the_run_where_guids_are_not_known_to_be_kept(side: RestSide, wire):
    def lost(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            raise httpx.ReadError("gone")
        return None

    wire.before = lost
    changes = [Change(0, Verb.CREATE, Kind.TOPIC, guid, "", Topic(guid, "A")) for guid in "ghij"]
    outcomes = side.apply(changes, Bytes())
    assert next(outcomes).status is Status.UNANSWERED
    with pytest.raises(Unanswered):
        next(outcomes)


def test_an_empty_answer_is_followed_to_its_place(open_side, wire):
    side = open_side("3.0")

    def silent(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST":
            return None
        answer = wire.inner.handle_request(request)
        return httpx.Response(201, headers={"Location": answer.headers["Location"]})

    wire.before = silent
    guid = fresh()
    assert created(side, Kind.TOPIC, Topic(guid, "A")).guid == guid


def test_an_answer_that_names_no_guid_leaves_the_create_open(open_side, wire):
    side = open_side("3.0")
    wire.before = lambda request: httpx.Response(204) if request.method == "POST" else None
    assert done(side, Verb.CREATE, Kind.TOPIC, Topic("g", "A"), "g").status is Status.UNANSWERED


# -- finding and listing -------------------------------------------------------------------------------------


def test_an_unknown_project_is_told_with_those_there_are(open_side, version):
    with pytest.raises(UnknownProject, match="'nowhere'") as caught:
        open_side(version, "nowhere")
    assert "demo (Demo project)" in caught.value.hint


def titles(side: RestSide) -> list[str]:
    return [item.title for item in side.listing().topics.values()]


def paging(total: int, cap: int, *, heeds: bool = True, refuses: bool = False) -> Any:
    """A server with so many topics, and ways of its own."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith("/topics"):
            return None
        if refuses and request.url.query:
            return httpx.Response(400, json={"message": "unknown parameter"})
        options = request.url.params if heeds else {}
        skip, top = int(options.get("$skip", 0)), min(cap, int(options.get("$top", cap)))
        return httpx.Response(
            200, json=[{"guid": f"g{number}", "title": str(number)} for number in range(total)][skip : skip + top]
        )

    return answer


@pytest.mark.parametrize("total", [0, 1, 24, 25, 99, 100, 101, 250])
@pytest.mark.parametrize(
    "ways", [{"cap": 1000}, {"cap": 100}, {"cap": 50}, {"cap": 25}, {"cap": 10}, {"cap": 1000, "heeds": False},
             {"cap": 1000, "refuses": True}],
    ids=str,
)  # fmt: skip
def test_every_topic_is_found_once_whatever_a_server_makes_of_pages(open_side, wire, total, ways):
    side = open_side("3.0")
    wire.before = paging(total, **ways)
    assert titles(side) == [str(number) for number in range(total)]


def test_a_list_without_end_is_given_up(open_side, wire, monkeypatch):
    monkeypatch.setattr(paging_, "_MOST", 1000)
    side = open_side("3.0")
    wire.before = paging(3000, 100)
    with pytest.raises(ServerTrouble, match="1,000 items in 10 pages, and no end"):
        side.listing()


@pytest.mark.parametrize("page", [[1], ["text"], [None], [{"title": "no guid"}], {"topics": []}])
def test_a_list_that_makes_no_sense_is_told_with_its_address(open_side, wire, page):
    side = open_side("3.0")
    wire.before = lambda _request: httpx.Response(200, json=page)
    with pytest.raises(AnswerNotUnderstood, match=r"^https://server\.test/bcf/3\.0/projects/demo/topics"):
        side.listing()


def test_a_long_thread_is_read_in_pages_where_the_server_gives_only_one(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    for number in range(25):
        created(side, Kind.COMMENT, Comment(fresh(), f"comment {number}"), topic)

    def ten_at_a_time(request: httpx.Request) -> httpx.Response | None:
        if request.method != "GET" or not request.url.path.endswith("/comments"):
            return None
        asked = request.url.copy_merge_params({"$top": "10"})
        return wire.inner.handle_request(httpx.Request("GET", asked, headers=request.headers))

    wire.before = ten_at_a_time
    assert len(loaded(side, topic).comments) == 25


def test_a_viewpoint_on_record_comes_without_components_until_somebody_needs_them(side: RestSide):
    topic = new_topic(side)
    component = Component("2MF28NhmDBiRVyFakgdbCT")
    shown = Components(selection=(component,), visibility=Visibility(default_visibility=True))
    view = created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA, components=shown), topic).value
    whole = loaded(side, topic)
    assert whole.viewpoints[0].components.selection == (component,)
    (brief,) = side.bodies([guid_key(topic)], {key_of(Kind.VIEWPOINT, topic, view.guid)}).values()
    assert brief.viewpoints[0].components is None
    assert side.detailed(brief, {guid_key(view.guid)}) == whole
