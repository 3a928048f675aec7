"""What a server does not keep of what it was sent: found, told, put on record, and not sent again."""

from dataclasses import replace

import pytest
from rest_world import created, done, fresh, loaded, new_topic
from strange_server import WEEK, statuses, strange, unkept

from bcfsync.changes import Files, Kind, Related, Status, Unkept, Verb
from bcfsync.dates import Timestamp, read_timestamp
from bcfsync.model import BimSnippet, Comment, DocumentReference, HeaderFile, Topic
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.writing.comparing import unkept as not_kept

# -- the same, and not the same ---------------------------------------------------------------------------------

DAY = read_timestamp("2025-03-21T00:00:00Z")
EVENING = read_timestamp("2025-03-21T18:00:00+01:00")
SAME_MOMENT = read_timestamp("2025-03-21T17:00:00Z")
SNIPPET = BimSnippet(".ifc", is_external=False, reference="a.ifc", reference_schema="http://schema")


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ({"title": "A"}, {"title": "A", "topic_type": "Issue", "labels": ("of the server",)}),
        ({"description": " one  \r\ntwo \n"}, {"description": "one\ntwo"}),
        ({"due_date": EVENING}, {"due_date": SAME_MOMENT}),
        ({"labels": ("b", "a")}, {"labels": ("a", "b")}),
        ({"bim_snippet": SNIPPET}, {"bim_snippet": replace(SNIPPET, reference="documents/7")}),
        ({"description": ""}, {"description": None}),
    ],
)
def test_what_means_the_same_is_kept(sent, held):
    assert not_kept(Topic("g", **sent), Topic("G", **held)) == ()


@pytest.mark.parametrize(
    ("name", "sent", "held", "said"),
    [
        ("labels", ("a", "b"), ("b",), ("a, b", "b")),
        ("stage", "Design", None, ("Design", None)),
        ("due_date", EVENING, DAY, ("2025-03-21T18:00:00+01:00", "2025-03-21T00:00:00Z")),
        ("title", "Very long", "Very", ("Very long", "Very")),
        ("index", 4, 1, ("4", "1")),
        ("bim_snippet", SNIPPET, None, (".ifc: a.ifc", None)),
        ("description", "x" * 300, None, ("x" * 199 + "…", None)),
    ],
)
def test_what_means_something_else_is_not(name, sent, held, said):
    assert not_kept(Topic("g", **{name: sent}), Topic("g", **{name: held})) == (Unkept(name, *said),)


def test_of_a_change_only_the_changed_members_count_and_clearing_one_is_a_change():
    sent, held = Topic("g", "A", stage=None, description="x"), Topic("g", "B", stage="Design", description="y")
    assert not_kept(sent, held, ("stage",)) == (Unkept("stage", "", "Design"),)


def test_a_comment_that_lost_its_link_is_not_as_it_was_sent():
    view = fresh()
    sent = Comment("c", "Hi", viewpoint_guid=view.upper(), reply_to_comment_guid="R")
    assert not_kept(sent, replace(sent, viewpoint_guid=view)) == ()
    assert [item.field for item in not_kept(sent, Comment("c", "Hi"))] == ["viewpoint_guid", "reply_to_comment_guid"]


def test_a_list_is_one_value():
    files = Files((HeaderFile(filename="a.ifc"), HeaderFile(filename="b.ifc")))
    assert not_kept(files, Files(tuple(reversed(files.files)))) == ()
    assert not_kept(files, Files(files.files[:1])) == (Unkept("*", "a.ifc, b.ifc", "a.ifc"),)
    ours, other = fresh(), fresh()
    assert not_kept(Related((ours.upper(),)), Related((ours, other))) == ()
    assert not_kept(Related((ours, other)), Related((ours,))) == (Unkept("*", f"{ours}, {other}", ours),)
    assert not_kept(Files(()), files, ("files",)) == (Unkept("*", "", "a.ifc, b.ifc"),)


def test_the_path_of_a_reference_to_a_document_is_no_address():
    sent = DocumentReference("r", document_guid="d", path="../a.pdf")
    assert not_kept(sent, DocumentReference("r", document_guid="d")) == ()
    assert [item.field for item in not_kept(DocumentReference("r", path="http://a"), DocumentReference("r"))] == ["url"]


# -- imports into servers of every sort -------------------------------------------------------------------------

HABITS = {
    "drop:topics.labels,stage": {"topic.labels", "topic.stage"},
    "drop:viewpoints.components": {f"viewpoint.components.{name}" for name in ("selection", "coloring", "visibility")},
    "drop:viewpoints.clipping_planes,viewpoints.lines": {"viewpoint.clipping_planes", "viewpoint.lines"},
    "drop:viewpoints.bitmaps": {"viewpoint.bitmaps"},
    "drop:comments.viewpoint_guid": {"comment.viewpoint_guid"},
    "reject:topics.labels": {"topic.labels"},
    "reject:labels,stage": {"topic.labels", "topic.stage"},
    "reject:viewpoints.clipping_planes": {"viewpoint.clipping_planes"},
    "bitmaps-banned": {"viewpoint.bitmaps"},
    "due-day": {"topic.due_date"},
    "images-recoded": {"viewpoint.snapshot", "viewpoint.bitmaps"},
    "text-crlf": set(),
    "text-trimmed": set(),
    "put-merge": set(),
    "put-reset": set(),
    "put-blanks": set(),
    "put-partial": set(),
    "create-200": set(),
    "create-empty:location": set(),
    "create-empty:nothing": set(),
    "write-302": set(),
    "comment-text-required": set(),
    "snapshot-required": set(),
    "empty-refused": set(),
    "components-inline:all": set(),
    "components-unwrapped": set(),
    "viewpoint-mutable": set(),
    "without:files,related_topics,snippet": {"files.*", "related_topics.*", "snippet.*"},
    "without:documents,document_references": {"document.*", "document_reference.*"},
}


@pytest.mark.parametrize("habit", HABITS)
def test_whatever_a_server_does_not_keep_is_told_once_and_not_sent_again(tmp_path, habit):
    with strange(tmp_path / "server", habit) as server:
        outcomes = server.imported()
        lost = {name for name in unkept(outcomes) if not name.endswith("aspect_ratio")}
        assert lost == HABITS[habit]
        assert statuses(outcomes) <= {Status.DONE, Status.HELD}
        assert all(outcome.unkept for _, outcome in outcomes if outcome.status is Status.HELD)
        recorded = {f"{item.key.kind}.{item.field}" for item in server.store.unkept()}
        assert recorded == unkept(outcomes)
        assert server.wrote_again() == []


def test_rounded_numbers_are_told_and_not_sent_again(tmp_path):
    with strange(tmp_path / "server", "camera-rounded:3") as server:
        lost = unkept(server.imported())
        assert "viewpoint.perspective_camera.camera_direction" in lost
        assert {name.split(".")[1] for name in lost} <= {"perspective_camera", "orthogonal_camera"}
        assert server.wrote_again() == []


def test_a_version_without_place_for_an_aspect_ratio_says_so(tmp_path):
    with strange(tmp_path / "server", version="2.1") as server:
        archive = WEEK.parents[1] / "3.0" / "many-languages.bcf"
        assert unkept(server.imported(archive)) == {"viewpoint.perspective_camera.aspect_ratio"}
        assert server.wrote_again(archive) == []


def test_a_part_that_no_answer_shows_is_read_back_once(tmp_path):
    with strange(tmp_path / "server") as server:
        server.imported()
        made = len(server.line.sent("POST", "/viewpoints"))
        read = [item for item in server.line.sent("GET") if item.url.path.endswith(("/selection", "/visibility"))]
        assert 0 < len(read) <= 2 * 2 < made * 2
        kept = facts.names(server.learned, facts.KEPT)
        assert {"viewpoint.snapshot", "viewpoint.selection"} <= kept


def test_what_a_server_drops_is_learned(tmp_path):
    with strange(tmp_path / "server", "drop:topics.description,viewpoints.components") as server:
        server.imported()
        dropped = facts.names(server.learned, facts.DROPPED)
        assert {"topic.description", "viewpoint.components.selection"} <= dropped


# -- changes ----------------------------------------------------------------------------------------------------


def test_what_cannot_be_cleared_is_told_once(tmp_path):
    with strange(tmp_path / "server", "put-merge") as server, server.side() as side:
        guid = new_topic(side, description="Old words")
        held = loaded(side, guid)
        value = replace(held, description=None)
        outcome = done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("description",), expected=held)
        assert (outcome.status, outcome.unkept) == (Status.DONE, (Unkept("description", "", "Old words"),))
        assert outcome.value.description == "Old words"


def test_what_a_put_leaves_out_of_its_answer_is_looked_at(tmp_path):
    with strange(tmp_path / "server", "put-partial") as server, server.side() as side:
        guid = new_topic(side, description="Words", labels=("a",), stage="Design")
        held = loaded(side, guid)
        value = replace(held, title="B", stage=None)
        outcome = done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("title", "stage"), expected=held)
        assert outcome.unkept == ()
        assert (outcome.value.title, outcome.value.labels, outcome.value.stage) == ("B", ("a",), None)


@pytest.mark.parametrize("habit", ["put-reset", "put-blanks", "put-merge"])
def test_a_put_is_the_fresh_thing_plus_our_change_whatever_the_server_makes_of_gaps(tmp_path, habit):
    with strange(tmp_path / "server", habit) as server, server.side() as side:
        guid = created(side, Kind.TOPIC, Topic(fresh(), "A", topic_type="Fault", priority="High", stage="S")).guid
        held = loaded(side, guid)
        value = replace(held, title="B")
        done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("title",), expected=held)
        now = loaded(side, guid)
        assert (now.title, now.topic_type, now.priority, now.stage) == ("B", "Fault", "High", "S")


def test_an_update_a_server_has_no_way_for_is_held_without_being_asked_again(tmp_path):
    with strange(tmp_path / "server", "without:comment.PUT,topics.PUT") as server, server.side() as side:
        guid = new_topic(side)
        held = loaded(side, guid)
        for puts in (1, 1):
            value = replace(held, title="B")
            outcome = done(side, Verb.UPDATE, Kind.TOPIC, value, guid, fields=("title",), expected=held)
            assert (outcome.status, outcome.unkept) == (Status.HELD, (Unkept("title", "B", "A"),))
            assert len(server.line.sent("PUT")) == puts


def test_a_dates_zone_is_no_difference():
    assert isinstance(EVENING, Timestamp)
    assert not_kept(Topic("g", due_date=EVENING), Topic("g", due_date=SAME_MOMENT), ("due_date",)) == ()
