"""A server of API 1.0, in both of its texts: what goes there comes back, and nothing is there twice."""

from dataclasses import replace

import pytest
from v10_world import AHEAD, SHOWN, UP, place, said, viewpoint_with_components

from bcfsync.bcfapi import flat
from bcfsync.changes import Kind, Site, Status
from bcfsync.model import Component, Components, Line

BOTH = pytest.mark.parametrize("text", ["tag", "late"])


@BOTH
def test_a_file_goes_there_and_comes_back(tmp_path, text):
    with place(tmp_path, text) as there:
        ended = there.go()
        assert {item.outcome.status for item in ended} == {Status.DONE}
        assert there.learned["text"] == text
        assert said(there.exported()) == said(there.local.bcf)


@BOTH
def test_a_second_import_writes_nothing(tmp_path, text):
    with place(tmp_path, text) as there:
        there.go()
        there.line.mended()
        assert there.go() == []
        assert there.line.writes == []


@pytest.mark.slow
@pytest.mark.parametrize(("text", "writes"), [("late", range(1, 60)), ("tag", range(7, 13))])
def test_a_line_that_dies_after_any_write_leaves_no_double_and_nothing_undone(tmp_path, text, writes):
    for at in writes:
        with place(tmp_path / str(at), text) as there:
            if not there.broken(at, carried_out=True):
                assert at > 15
                return
            there.go()
            there.line.mended()
            assert there.go() == [], at
            assert said(there.exported()) == said(there.local.bcf), at
    assert text == "tag", "no import ended"


@BOTH
def test_what_10_has_no_place_for_is_on_record_and_not_sent_again(tmp_path, text):
    with place(tmp_path, text) as there:
        lost = {(item.step.kind.value, lost.field) for item in there.go() for lost in item.outcome.unkept}
        pictures = {("viewpoint", "bitmaps")} if text == "tag" else set()
        assert lost == {("topic", "stage"), ("topic", "due_date"), ("topic", "reference_links")} | pictures


@BOTH
def test_an_export_right_after_an_import_changes_nothing(tmp_path, text):
    with place(tmp_path, text) as there:
        there.go()
        assert there.go(Site.REMOTE) == []


@pytest.mark.slow
@pytest.mark.parametrize("at", [9, 10, 11, 12])
def test_a_line_that_dies_before_a_part_of_a_viewpoint_arrives_leaves_it_to_the_next_run(tmp_path, at):
    with place(tmp_path, "late") as there:
        assert there.broken(at, carried_out=False)
        there.go()
        there.line.mended()
        assert there.go() == []
        assert said(there.exported()) == said(there.local.bcf)


@BOTH
def test_a_viewpoint_that_was_begun_gets_what_it_lacks_and_keeps_what_others_gave_it(tmp_path, text):
    with place(tmp_path, text) as there:
        assert there.broken_before("/components")
        others = Components((Component("2123456789ABCDEFGHIJK$"),))
        url = viewpoint_with_components(there)
        with there.remote() as side:
            side.http.send("PUT", f"{url}/components", flat.encode_components(others))
        there.go()
        with there.remote() as side:
            found = flat.decode_components(side.http.get(f"{url}/components").data)
        assert found is not None
        assert found.selection == others.selection != SHOWN.selection


@BOTH
@pytest.mark.parametrize("fault", ["write-302", "create-empty:location", "page-cap:1", "upper-guids"])
def test_habits_that_the_texts_of_10_allow_change_nothing(tmp_path, text, fault):
    with place(tmp_path, text, "/bcf/1.0", fault) as there:
        there.go()
        there.line.mended()
        assert there.go() == []
        assert said(there.exported()) == said(there.local.bcf)


@BOTH
@pytest.mark.parametrize("part", ["components", "related_topics", "document_references"])
def test_where_there_is_no_put_of_a_list_it_is_posted(tmp_path, text, part):
    with place(tmp_path, text) as there:
        there.line.refuses = lambda request: request.method == "PUT" and request.url.path.endswith(part)
        there.go()
        assert said(there.exported()) == said(there.local.bcf)
        assert any(item.startswith("POST") and item.endswith(part) for item in there.line.writes)


def moved_on_the_server(there, x):
    """Somebody moves the camera of every viewpoint; the addresses of these."""
    found = []
    with there.remote() as side:
        for key in side.listing().topics:
            for view in side.load([key]).topics[key].viewpoints:
                url = side.reader.routes.child(key, "viewpoints", view.guid)
                body = side.http.get(url).data
                body["perspective_camera"]["camera_view_point"]["x"] = x
                side.http.send("PUT", url, body)
                found.append(url)
    return found


@BOTH
def test_a_viewpoint_that_was_changed_on_the_server_is_changed_in_the_file(tmp_path, text):
    with place(tmp_path, text) as there:
        there.go()
        before = there.local.bcf.topics[0].viewpoints
        moved_on_the_server(there, 77.0)
        there.line.mended()
        assert {item.outcome.status for item in there.go(Site.REMOTE)} == {Status.DONE}
        after = there.local.bcf.topics[0].viewpoints
        assert [item.guid for item in after] == [item.guid for item in before]
        # the tag has no bytes of bitmaps: a viewpoint that would lose them in the file stays as it is there
        kept = {1.0} if text == "tag" else set()
        assert {item.perspective_camera.camera_view_point.x for item in after} == {77.0, *kept}
        assert [bool(item.components) for item in after] == [bool(item.components) for item in before]
        assert there.go(Site.REMOTE) == []
        assert there.go() == []


def test_a_viewpoint_that_was_changed_on_both_sides_is_held(tmp_path):
    with place(tmp_path, "late") as there:
        there.go()
        first, *others = there.local.bcf.topics
        views = tuple(replace(item, lines=(Line(UP, AHEAD),)) for item in first.viewpoints)
        there.local.bcf = replace(there.local.bcf, topics=(replace(first, viewpoints=views), *others))
        moved_on_the_server(there, 77.0)
        assert there.go(Site.REMOTE) == []
        assert there.local.bcf.topics[0].viewpoints == views


@BOTH
def test_the_status_unknown_is_none_and_nothing_is_lost_with_it(tmp_path, text):
    with place(tmp_path, text) as there:
        first, *others = there.local.bcf.topics
        comments = tuple(replace(item, status="Unknown") for item in first.comments)
        there.local.bcf = replace(there.local.bcf, topics=(replace(first, comments=comments), *others))
        lost = [item.outcome.unkept for item in there.go() if item.step.kind is Kind.COMMENT]
        assert lost == [(), ()]


@BOTH
def test_what_10_cannot_say_stays_on_the_server_when_a_topic_is_changed(tmp_path, text):
    with place(tmp_path, text) as there:
        there.go()
        (guid,) = (key for key, item in topics_of(there).items() if item["title"] == "Duct clashes with beam")
        stored = there.server.topics.get("demo", guid)
        there.server.topics.replace("demo", guid, {**stored, "stage": "Tender"}, "ben@example.com")
        first, *others = there.local.bcf.topics
        there.local.bcf = replace(there.local.bcf, topics=(replace(first, description="new"), *others))
        there.go()
        now = there.server.topics.get("demo", guid)
        assert (now["description"], now["stage"], now["reference_links"]) == (
            "new",
            "Tender",
            ["https://example.com/one"],
        )


def topics_of(there):
    with there.remote() as side:
        return {item["guid"]: item for item in side.http.get(side.reader.routes.topics).data}
