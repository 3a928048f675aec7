"""Writes that are lost, refused or too large: what is tried once more, and what is told."""

import io
import json
import threading
from dataclasses import replace

import httpx
import pytest
from PIL import Image
from rest_world import CAMERA, Bytes, blob, created, done, fresh, loaded, new_topic
from strange_server import statuses, strange, unkept

from bcfsync.changes import Change, Files, Kind, Related, Status, Verb
from bcfsync.model import (
    Bitmap,
    Coloring,
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    HeaderFile,
    OrthogonalCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)
from bcfsync.net import Unanswered
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.writing.pictures import LONGEST, picture, scaled


def picture_of(size, form="PNG", mode="RGB", *, noise=True):
    image = Image.effect_noise(size, 90).convert(mode) if noise else Image.new(mode, size, 1)
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def looked_at(data, **more):
    return Viewpoint(fresh(), perspective_camera=CAMERA, snapshot=Snapshot("png", blob=blob(data)), **more)


def losing(line, method, number, *, carried_out):
    """The answer to one request of a method never comes."""
    seen = []

    def hinder(request):
        if request.method != method:
            return
        seen.append(request)
        if len(seen) != number:
            return
        if carried_out:
            line.inner.handle_request(request)
        raise httpx.ReadError("gone")

    line.hinder = hinder


# -- lost answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("number", [3, 5, 9])
def test_a_create_whose_answer_is_lost_is_looked_for_under_our_guid_and_made_once(tmp_path, number, carried_out):
    with strange(tmp_path / "server") as server:
        losing(server.line, "POST", number, carried_out=carried_out)
        assert statuses(server.imported()) == {Status.DONE}
        server.line.hinder = lambda _request: None
        assert server.wrote_again() == []


@pytest.mark.parametrize("carried_out", [True, False])
@pytest.mark.parametrize("version", ["2.1", "3.0"])
@pytest.mark.parametrize("kind", [Kind.TOPIC, Kind.COMMENT, Kind.FILES, Kind.RELATED])
def test_a_put_whose_answer_is_lost_is_looked_at_and_sent_again_only_where_it_did_nothing(
    tmp_path, kind, version, carried_out
):
    with strange(tmp_path / "server", version=version) as server, server.side() as side:
        topic, other = new_topic(side), new_topic(side)
        comment = created(side, Kind.COMMENT, Comment(fresh(), "Hi"), topic).value
        held = loaded(side, topic)
        values = {
            Kind.TOPIC: (topic, replace(held, title="B"), held, ("title",)),
            Kind.COMMENT: (comment.guid, replace(comment, comment="Ho"), comment, ("comment",)),
            Kind.FILES: (topic, Files((HeaderFile(filename="a.ifc"),)), Files(), ()),
            Kind.RELATED: (topic, Related((other,)), Related(), ()),
        }
        guid, value, expected, fields = values[kind]
        losing(server.line, "PUT", 1, carried_out=carried_out)
        outcome = done(side, Verb.UPDATE, kind, value, guid, topic, fields=fields, expected=expected)
        assert (outcome.status, outcome.unkept) == (Status.DONE, ())
        now = loaded(side, topic)
        found = {
            Kind.TOPIC: now.title == "B",
            Kind.COMMENT: now.comments[0].comment == "Ho",
            Kind.FILES: now.files == value.files if kind is Kind.FILES else None,
            Kind.RELATED: now.related_topics == (other,),
        }
        assert found[kind]


def test_a_lost_put_over_what_somebody_else_wrote_meanwhile_is_not_sent_again(tmp_path):
    with strange(tmp_path / "server", "if-match-ignored") as server, server.side() as side:
        guid = new_topic(side)
        held = loaded(side, guid)

        def hinder(request):
            if request.method != "PUT":
                return
            server.line.hinder = lambda _request: None
            body = json.dumps({**json.loads(request.content), "title": "Theirs"}).encode()
            headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
            server.line.inner.handle_request(httpx.Request("PUT", request.url, headers=headers, content=body))
            raise httpx.ReadError("gone")

        server.line.hinder = hinder
        value = replace(held, title="Ours")
        outcome = done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("title",), expected=held)
        assert outcome.status is Status.STALE
        assert loaded(side, guid).title == "Theirs"


def test_a_lost_put_is_not_sent_again_over_another_member_that_somebody_changed_meanwhile(tmp_path):
    with strange(tmp_path / "server", "if-match-ignored") as server, server.side() as side:
        guid = new_topic(side)
        held = loaded(side, guid)

        def hinder(request):
            if request.method != "PUT":
                return
            server.line.hinder = lambda _request: None
            body = json.dumps({**json.loads(request.content), "title": held.title, "description": "Theirs"}).encode()
            headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
            server.line.inner.handle_request(httpx.Request("PUT", request.url, headers=headers, content=body))
            raise httpx.ReadError("gone")

        server.line.hinder = hinder
        value = replace(held, title="Ours")
        outcome = done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("title",), expected=held)
        assert outcome.status is Status.STALE
        assert loaded(side, guid).description == "Theirs"


def test_a_reference_somebody_else_changed_meanwhile_is_not_written_over(tmp_path):
    with strange(tmp_path / "server") as server, server.side() as side:
        topic = new_topic(side)
        first = DocumentReference(fresh(), url="https://server.test/a", description="a")
        seen = created(side, Kind.REFERENCE, first, topic).value
        theirs, ours = replace(seen, description="theirs"), replace(seen, url="https://server.test/b")
        of = {"fields": ("description",), "expected": seen}
        assert done(side, Verb.UPDATE, Kind.REFERENCE, theirs, seen.guid, topic, **of).status is Status.DONE
        of = {"fields": ("url",), "expected": seen}
        assert done(side, Verb.UPDATE, Kind.REFERENCE, ours, seen.guid, topic, **of).status is Status.STALE
        (found,) = loaded(side, topic).document_references
        assert (found.url, found.description) == ("https://server.test/a", "theirs")


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_deletion_whose_answer_is_lost_is_looked_at(tmp_path, carried_out):
    with strange(tmp_path / "server") as server, server.side() as side:
        topic = loaded(side, new_topic(side))
        losing(server.line, "DELETE", 1, carried_out=carried_out)
        outcome = done(side, Verb.DELETE, Kind.TOPIC, topic, topic.guid, expected=topic)
        assert outcome.status is Status.DONE
        assert topic.guid not in side.listing().topics


def test_one_lost_write_on_a_server_with_its_own_guids_holds_only_what_could_be_mistaken_for_it(tmp_path):
    with strange(tmp_path / "server", version="2.1") as server:
        losing(server.line, "POST", 6, carried_out=True)
        first = server.imported()
        assert {Status.DONE, Status.UNANSWERED} <= statuses(first) <= {*Status} - {Status.FAILED}
        assert len([1 for _, outcome in first if outcome.status is Status.UNANSWERED]) == 1
        server.line.hinder = lambda _request: None
        assert statuses(server.imported()) <= {Status.DONE}
        assert server.wrote_again() == []
        with server.side() as side:
            topics = side.load(side.listing().topics).topics.values()
            said = [(topic.guid, comment.comment) for topic in topics for comment in topic.comments]
            assert len(said) == len(set(said))


@pytest.mark.parametrize(
    "habit", ["lose-response:0.1", "cut-body:0.1", "503:0.1", "html:0.05", "lose-response:every=3"]
)
def test_whatever_is_lost_nothing_is_made_twice_and_all_of_it_comes(tmp_path, habit):
    with strange(tmp_path / "server", f"{habit},method=POST+PUT") as server:
        for _ in range(4):
            try:
                server.imported()
            except Unanswered:
                continue
        assert server.wrote_again() == []
        with server.side() as side:
            topics = side.load(side.listing().topics).topics.values()
            assert len(topics) == len({topic.title for topic in topics}) > 4
            views = [view.guid for topic in topics for view in topic.viewpoints]
            assert len(views) == len(set(views))


# -- refusals ---------------------------------------------------------------------------------------------------


def test_a_refused_member_is_left_out_from_then_on(tmp_path):
    with strange(tmp_path / "server", "reject:topics.description", "errors:drf") as server, server.side() as side:
        for _ in range(3):
            outcome = created(side, Kind.TOPIC, Topic(fresh(), "A", description="Words"))
            assert [item.field for item in outcome.unkept] == ["description"]
        assert len(server.line.sent("POST")) == 4
        assert facts.names(side.learned, facts.REFUSED) == {"topic.description"}


def test_of_a_value_nobody_offers_only_the_value_is_left_out(tmp_path):
    with strange(tmp_path / "server", "unknown-values:rejected") as server, server.side() as side:
        odd = Topic(fresh(), "A", topic_type="Nonsense", topic_status="Open", labels=("Structure", "Nonsense"))
        outcome = created(side, Kind.TOPIC, odd)
        assert {item.field for item in outcome.unkept} >= {"topic_type"}
        assert facts.names(side.learned, facts.REFUSED) == frozenset()
        assert created(side, Kind.TOPIC, Topic(fresh(), "B", topic_type="Issue")).value.topic_type == "Issue"


def test_a_value_that_is_too_long_says_nothing_of_the_next_one(tmp_path):
    """A member learned to be refused is never sent again: one long text must not cost all the others."""
    said = {"description": ["Ensure this field has no more than 20 characters."]}

    def hinder(request):
        if request.method == "POST" and len(json.loads(request.content).get("description", "")) > 20:
            return httpx.Response(400, json=said)
        return None

    with strange(tmp_path / "server") as server, server.side() as side:
        server.line.hinder = hinder
        long = created(side, Kind.TOPIC, Topic(fresh(), "A", description="x" * 21))
        assert [item.field for item in long.unkept] == ["description"]
        assert created(side, Kind.TOPIC, Topic(fresh(), "B", description="short")).unkept == ()


def test_a_body_shrinks_twice_at_most(tmp_path):
    with strange(tmp_path / "server", "reject:description,stage,labels,index") as server, server.side() as side:
        topic = Topic(fresh(), "A", description="x", stage="s", labels=("l",), index=1)
        outcome = done(side, Verb.CREATE, Kind.TOPIC, topic, topic.guid)
        assert outcome.status is Status.FAILED
        assert len(server.line.sent("POST")) == 3


@pytest.mark.parametrize("status", [404, 405, 501])
def test_what_a_server_has_no_route_for_is_asked_for_once(tmp_path, status):
    with strange(tmp_path / "server", f"without:documents,status={status}") as server, server.side() as side:
        document = Document(fresh(), "a.txt", blob=blob(b"text"))
        for _ in range(2):
            outcome = done(side, Verb.CREATE, Kind.DOCUMENT, document, document.guid)
            assert (outcome.status, [item.field for item in outcome.unkept]) == (Status.HELD, ["*"])
        assert len(server.line.sent("POST")) == 1


def test_a_topic_that_hides_its_comments_is_no_missing_route_where_others_took_some(tmp_path):
    """What counts as absent is not sent to any topic for a week, and nobody is told to do anything."""
    with strange(tmp_path / "server") as server, server.side() as side:
        open_, locked = new_topic(side), new_topic(side)
        created(side, Kind.COMMENT, Comment(fresh(), "Hi"), open_)

        def hinder(request):
            hidden = request.method == "POST" and locked in request.url.path
            return httpx.Response(404, json={"message": "not found"}) if hidden else None

        server.line.hinder = hinder
        comment = Comment(fresh(), "Ho")
        assert done(side, Verb.CREATE, Kind.COMMENT, comment, comment.guid, locked).status is Status.FAILED
        created(side, Kind.COMMENT, Comment(fresh(), "Ho"), open_)


def test_a_topic_that_is_gone_is_no_missing_route(tmp_path):
    with strange(tmp_path / "server") as server, server.side() as side:
        outcome = done(side, Verb.UPDATE, Kind.FILES, Files((HeaderFile(filename="a"),)), fresh(), fresh())
        assert (outcome.status, outcome.unkept) == (Status.FAILED, ())
        assert facts.ABSENT not in side.learned or "files.put" not in side.learned[facts.ABSENT]


# -- comments without words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@pytest.mark.parametrize("habit", ["comment-text-required", "create-200"])
@pytest.mark.parametrize("shows", [True, False])
def test_a_comment_without_words_goes_and_comes_back_without(tmp_path, version, habit, shows):
    with strange(tmp_path / "server", habit, version=version) as server, server.side() as side:
        topic = new_topic(side)
        view = created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA), topic).guid
        for _ in range(2):
            comment = Comment(fresh(), "", viewpoint_guid=view if shows else None)
            outcome = created(side, Kind.COMMENT, comment, topic)
            assert (outcome.value.comment, outcome.unkept) == ("", ())
        assert [item.comment for item in loaded(side, topic).comments] == ["", ""]
        assert len(server.line.sent("POST", "/comments")) <= 3
        worded = created(side, Kind.COMMENT, Comment(fresh(), "(no text) here"), topic)
        assert worded.value.comment == "(no text) here"


@pytest.mark.parametrize("habit", ["comment-text-required", "create-200"])
def test_comments_without_words_that_are_refused_at_the_same_time_all_come(tmp_path, habit):
    met = threading.Barrier(3)
    with strange(tmp_path / "server", habit) as server, server.side() as side:
        topics = [new_topic(side) for _ in range(4)]
        views = [created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA), item) for item in topics]
        comments = [
            Change(
                at, Verb.CREATE, Kind.COMMENT, (guid := fresh()), topic, Comment(guid, text, viewpoint_guid=view.guid)
            )
            for at, (topic, view, text) in enumerate(zip(topics, views, ["first", "", "", ""], strict=True))
        ]

        def meet(request):
            silent = request.url.path.endswith("/comments") and not json.loads(request.content or b"{}").get("comment")
            if request.method == "POST" and silent:
                met.wait(5)

        server.line.hinder = meet
        outcomes = list(side.apply(comments, Bytes()))
        assert [(item.status, item.value.comment) for item in sorted(outcomes, key=lambda item: item.step)] == [
            (Status.DONE, text) for text in ("first", "", "", "")
        ]


# -- viewpoints of every size -----------------------------------------------------------------------------------


def components(count):
    found = tuple(Component(ifc_guid=f"{number:022d}") for number in range(count))
    return Components(found, (Coloring("FF0000", found[:3]),), Visibility(default_visibility=False, exceptions=found))


@pytest.mark.parametrize("count", [1, 2_000])
def test_a_viewpoint_keeps_its_components_however_many(tmp_path, count):
    with strange(tmp_path / "server") as server, server.side() as side:
        topic = new_topic(side)
        view = Viewpoint(fresh(), perspective_camera=CAMERA, components=components(count))
        outcome = created(side, Kind.VIEWPOINT, view, topic)
        assert outcome.unkept == ()
        assert len(loaded(side, topic).viewpoints[0].components.selection) == count


def test_components_a_server_is_too_small_for_are_told(tmp_path):
    with strange(tmp_path / "server", "413:50k") as server, server.side() as side:
        topic = new_topic(side)
        for tries in (2, 3):
            view = Viewpoint(fresh(), perspective_camera=CAMERA, components=components(2_000))
            outcome = created(side, Kind.VIEWPOINT, view, topic)
            assert {item.field for item in outcome.unkept} == {
                "components.selection", "components.coloring", "components.visibility",
            }  # fmt: skip
            assert len(server.line.sent("POST", "/viewpoints")) == tries


def test_a_viewpoint_may_have_two_cameras_or_none(tmp_path):
    ortho = OrthogonalCamera(Point(0, 0, 0), Point(1, 0, 0), Point(0, 0, 1), 3.0, 1.5)
    both = Viewpoint(fresh(), perspective_camera=CAMERA, orthogonal_camera=ortho)
    with strange(tmp_path / "three") as server, server.side() as side:
        topic = new_topic(side)
        outcome = created(side, Kind.VIEWPOINT, both, topic)
        assert [item.field for item in outcome.unkept] == ["orthogonal_camera"]
        assert created(side, Kind.VIEWPOINT, replace(looked_at(picture_of((9, 9))), perspective_camera=None), topic)
    with strange(tmp_path / "two", version="2.1") as server, server.side() as side:
        topic = new_topic(side)
        lost = created(side, Kind.VIEWPOINT, both, topic).unkept
        assert {item.field for item in lost} == {"perspective_camera.aspect_ratio", "orthogonal_camera.aspect_ratio"}
        assert created(side, Kind.VIEWPOINT, Viewpoint(fresh()), topic).unkept == ()


def test_a_viewpoint_is_only_made_and_never_changed_where_a_server_lets_it(tmp_path):
    with strange(tmp_path / "server", "viewpoint-mutable") as server:
        server.imported()
        assert not [item for item in server.line.sent("PUT") if "/viewpoints/" in item.url.path]


def test_a_viewpoint_without_a_picture_a_server_insists_on_is_held_and_its_comment_goes_without_it(tmp_path):
    with strange(tmp_path / "server", "snapshot-required") as server, server.side() as side:
        topic = new_topic(side)
        view = Viewpoint(fresh(), perspective_camera=CAMERA)
        outcome = done(side, Verb.CREATE, Kind.VIEWPOINT, view, view.guid, topic)
        assert (outcome.status, [item.field for item in outcome.unkept]) == (Status.HELD, ["*"])


# -- pictures ---------------------------------------------------------------------------------------------------


def test_a_picture_that_is_too_large_goes_smaller_and_the_next_one_at_once(tmp_path):
    with strange(tmp_path / "server", "413:1000k") as server, server.side() as side:
        topic = new_topic(side)
        large = picture_of((2400, 1200), noise=True)
        assert len(large) > 1_000_000
        for tries in (2, 3):
            outcome = created(side, Kind.VIEWPOINT, looked_at(large), topic)
            (lost,) = outcome.unkept
            assert (lost.field, lost.sent) == ("snapshot", f"png, {len(large):,} bytes")
            assert lost.kept.startswith("jpg, ")
            assert len(server.line.sent("POST", "/viewpoints")) == tries
        view = loaded(side, topic).viewpoints[0]
        with side.open(view.snapshot.blob) as stream:
            assert Image.open(stream).size == (LONGEST, LONGEST // 2)
        assert outcome.value.snapshot.blob == blob(large)


def test_a_connection_that_breaks_over_a_large_body_is_taken_for_too_large(tmp_path):
    with strange(tmp_path / "server") as server, server.side() as side:
        topic = new_topic(side)
        created(side, Kind.VIEWPOINT, looked_at(picture_of((9, 9))), topic)

        def hinder(request):
            if request.method == "POST" and len(request.content) > 2_000_000:
                raise httpx.WriteError("reset")

        server.line.hinder = hinder
        outcome = created(side, Kind.VIEWPOINT, looked_at(picture_of((2400, 1200))), topic)
        assert [item.field for item in outcome.unkept] == ["snapshot"]


def test_a_connection_that_breaks_over_a_large_body_once_says_nothing_of_its_size(tmp_path):
    with strange(tmp_path / "server") as server, server.side() as side:
        topic = new_topic(side)
        created(side, Kind.VIEWPOINT, Viewpoint(fresh(), perspective_camera=CAMERA), topic)  # it keeps our guids
        losing(server.line, "POST", 1, carried_out=False)
        large = picture_of((1000, 1000))
        assert len(large) > 750_000
        assert created(side, Kind.VIEWPOINT, looked_at(large), topic).unkept == ()
        assert facts.BODY not in side.learned


def test_where_no_picture_is_small_enough_the_viewpoint_goes_without(tmp_path):
    with strange(tmp_path / "server", "413:3k") as server, server.side() as side:
        topic = new_topic(side)
        outcome = created(side, Kind.VIEWPOINT, looked_at(picture_of((300, 300))), topic)
        assert [(item.field, item.kept) for item in outcome.unkept] == [("snapshot", None)]
        assert len(server.line.sent("POST", "/viewpoints")) == 3


def test_a_document_that_is_too_large_is_held_and_not_tried_again(tmp_path):
    with strange(tmp_path / "server", "413:10k") as server, server.side() as side:
        document = Document(fresh(), "a.bin", blob=blob(b"x" * 20_000))
        for _ in range(2):
            outcome = done(side, Verb.CREATE, Kind.DOCUMENT, document, document.guid)
            assert (outcome.status, [item.field for item in outcome.unkept]) == (Status.HELD, ["*"])
        assert len(server.line.sent("POST")) == 1


def test_a_bmp_becomes_a_png_and_the_bytes_say_what_a_picture_is(tmp_path):
    place = (Point(0, 0, 0), Point(0, 1, 0), Point(0, 0, 1))
    bitmaps = tuple(
        Bitmap("png", *place, 1.0, blob=blob(data)) for data in (picture_of((4, 4), "BMP"), picture_of((4, 4), "JPEG"))
    )
    with strange(tmp_path / "server") as server, server.side() as side:
        topic = new_topic(side)
        view = looked_at(picture_of((4, 4), "JPEG"), bitmaps=bitmaps)
        assert {item.field for item in created(side, Kind.VIEWPOINT, view, topic).unkept} <= {"bitmaps"}
        held = loaded(side, topic).viewpoints[0]
        assert [item.bitmap_type for item in held.bitmaps] == ["png", "jpg"]
        assert held.snapshot.snapshot_type == "jpg"


@pytest.mark.parametrize(
    "data", [b"", b"BM", b"BM" + bytes(60), b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8\xff" + bytes(9), b"GIF89a"]
)
def test_bytes_that_are_no_picture_go_as_they_are(data):
    assert picture(data, "png").data == data
    assert scaled(picture(data, "png")) is None


def test_a_picture_of_too_many_pixels_is_not_opened():
    header = picture_of((10, 10), noise=False)
    bomb = header[:16] + (60_000).to_bytes(4, "big") * 2 + header[24:]
    assert scaled(picture(bomb, "png")) is None


def test_what_shines_through_is_white_in_a_jpeg():
    clear = picture_of((2000, 2000), mode="RGBA", noise=False)
    made = scaled(picture(clear + bytes(2_000_000), "png"))
    assert made.kind == "jpg"
    assert Image.open(io.BytesIO(made.data)).getpixel((5, 5)) > (250, 250, 250)


def test_nothing_is_made_of_a_picture_that_was_small_enough(tmp_path):
    with strange(tmp_path / "server") as server:
        assert not unkept(server.imported()) & {"viewpoint.snapshot", "viewpoint.bitmaps"}
