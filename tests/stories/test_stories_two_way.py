"""Stories 1 to 5: nothing twice, both ways, field by field, nothing unknown lost on either side."""

import zipfile
from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from desk import a_topic
from stage import ANNA_TOKEN, entries, pack

import bcfsync

pytestmark = pytest.mark.slow
WEEK, FREEZE = "2.1/coordination-week-12.bcf", "3.0/design-freeze.bcf"
HEADROOM = "Only 1.85 m of headroom under slab L1"


# -- story 1: no doubles ---------------------------------------------------------------------------------------


@pytest.fixture
def imported(site):
    site.set_up()
    site.bring(WEEK)
    site.do("sync")
    site.settle()
    return site


def test_story_1_a_second_sync_of_an_unchanged_file_writes_nothing_on_either_side(imported):
    assert len(imported.topics()) == 3
    imported.idle()


@pytest.mark.parametrize(
    ("repack", "name"),
    [
        (lambda held: dict(reversed(held.items())), "coordination-week-12.bcf"),
        (dict, "coordination-week-12.bcfzip"),
        (lambda held: renamed(held, b"viewpoint.bcfv", b"Viewpoint_1.bcfv"), "coordination-week-12.bcf"),
        (lambda held: renamed(held, b"snapshot.png", b"snap 1.png"), "week 12 from Bonsai.bcfzip"),
    ],
    ids=["order", "extension", "viewpoint names", "picture names and file name"],
)
def test_story_1_the_same_content_packed_by_another_tool_is_nothing_new(imported, repack, name):
    held = entries(imported.issues / "coordination-week-12.bcf")
    (imported.issues / "coordination-week-12.bcf").unlink()
    pack(imported.issues / name, repack(held), zipfile.ZIP_STORED, year=2019)
    imported.idle(2, 0, 3)  # 3: the old name may come back within a minute
    assert Counter(item["title"] for item in imported.call("GET", "topics")).most_common(1)[0][1] == 1


def test_story_1_the_same_file_in_another_folder_with_another_record_is_recognised(imported):
    """Another coordinator imports the archive that was imported by a colleague."""
    (imported.folder / "state").rename(imported.folder / "their-state")
    imported.idle()


def renamed(held, old, new):
    """Entries of one name get another, and what refers to them."""
    return {
        name.replace(old.decode(), new.decode()): data.replace(old, new) if name.endswith("markup.bcf") else data
        for name, data in held.items()
    }


# -- story 2: two-way comments ---------------------------------------------------------------------------------


def test_story_2_comments_of_both_sides_in_one_interval_are_on_both_once(imported):
    path = imported.issues / "coordination-week-12.bcf"
    with bcfsync.open(path) as archive:
        topic = next(item for item in archive.topics if item.title == HEADROOM)
        mine = archive.comment(topic.guid, "Lower the slab by 15 cm?", "ben@example.com")
        archive.save()
    theirs = imported.says(HEADROOM, "Ask the structural engineer first.")
    before = len(topic.comments)
    imported.do("sync")

    thread = {item["guid"]: item for item in imported.thread(HEADROOM)}
    held = {item.guid: item for item in imported.held(path.name)[HEADROOM].comments}
    assert len(thread) == len(held) == before + 2
    assert set(thread) == set(held), "the same guids"
    assert thread[mine.guid]["comment"] == held[mine.guid].comment == "Lower the slab by 15 cm?"
    assert held[mine.guid].author == "ben@example.com"
    assert held[mine.guid].date == mine.date
    hers = held[theirs["guid"]]
    assert (hers.comment, hers.author) == ("Ask the structural engineer first.", "anna@example.com")
    assert hers.date.instant == datetime.fromisoformat(theirs["date"])
    imported.do("sync")
    imported.idle()


# -- story 3: field merge --------------------------------------------------------------------------------------


def test_story_3_status_in_the_file_and_due_date_on_the_server_are_both_kept(imported):
    path = imported.issues / "coordination-week-12.bcf"
    pack(path, edited(entries(path), b'TopicStatus="In progress"', b'TopicStatus="Closed"'))
    saved = entries(path)
    imported.change(HEADROOM, due_date="2025-12-24T16:00:00Z")
    before = imported.topics()[HEADROOM]
    imported.do("sync")

    after = imported.topics()[HEADROOM]
    own = {"modified_date", "modified_author", "topic_status"}
    assert {name: value for name, value in after.items() if name not in own} == {
        name: value for name, value in before.items() if name not in own
    }
    assert (after["topic_status"], after["due_date"]) == ("Closed", "2025-12-24T16:00:00Z")

    now = entries(path)
    (markup,) = [name for name in saved if saved[name] != now[name]]
    assert list(now) == list(saved), "in their order"
    assert_only_these_lines_differ(saved[markup], now[markup], b"DueDate", b"ModifiedDate", b"ModifiedAuthor")
    assert imported.held(path.name)[HEADROOM].due_date.instant.year == 2025
    assert not imported.run("conflicts", "list").out
    imported.idle()


def edited(held, old, new):
    found = {name: data.replace(old, new) for name, data in held.items()}
    assert found != held
    return found


def assert_only_these_lines_differ(before, after, *names):
    for line in {*before.splitlines()} ^ {*after.splitlines()}:
        assert any(name in line for name in names), line


# -- story 4: safe PUT -----------------------------------------------------------------------------------------


@pytest.fixture
def full_topic(site):
    """A topic with much that the file does not hold, on a server that blanks whatever a PUT leaves out."""
    site.set_up()
    body = {
        "title": "Duct", "topic_type": "Clash", "topic_status": "Open", "stage": "Tender", "description": "Two\nlines",
        "labels": ["MEP", "Structure"], "reference_links": ["https://example.com/1"], "index": 7, "priority": "High",
        "due_date": "2026-05-04T10:00:00Z", "assigned_to": "anna@example.com",
    }  # fmt: skip
    guid = site.call("POST", "topics", body, ANNA_TOKEN)["guid"]
    site.server.custom[guid] = {"cost_centre": "4711", "nested": [{"rank": 1.5}]}
    site.do("sync")
    return site, guid


def test_story_4_a_status_edit_leaves_every_other_member_of_the_server_alone(full_topic):
    site, guid = full_topic
    before = site.call("GET", f"topics/{guid}")
    assert before["custom_fields"]["cost_centre"] == "4711"
    site.edit("inbox.bcf", "Duct", topic_status="Closed")
    site.do("sync")
    after = site.call("GET", f"topics/{guid}")
    dates = {"modified_date", "modified_author"}
    assert {name: value for name, value in after.items() if name not in dates} == {
        **{name: value for name, value in before.items() if name not in dates}, "topic_status": "Closed",
    }  # fmt: skip
    site.idle()


def test_story_4_the_server_of_this_story_really_blanks_what_is_left_out(full_topic):
    site, guid = full_topic
    site.call("PUT", f"topics/{guid}", {"title": "Duct"})
    after = site.call("GET", f"topics/{guid}")
    assert "stage" not in after
    assert after["custom_fields"] is None


# -- story 5: nothing unknown is lost --------------------------------------------------------------------------


def test_story_5_one_new_comment_leaves_everything_else_in_the_archive_as_it_is(site):
    site.set_up()
    path = site.bring(FREEZE)
    held = entries(path)
    markup = next(name for name in held if name.endswith("markup.bcf") and b"Fire wall W-07" in held[name])
    unknown = b"<DesiteScore unit='points'>7<Deep a=\"1\"/></DesiteScore>"
    held[markup] = held[markup].replace(b"</Title>", b"</Title>" + unknown)
    first = held.pop("bcf.version")
    pack(path, {"bcf.version": first, "extension.desite.xml": b"<a>\xe4?</a>", **held, "Plan 1.pdf": b"%PDF-1.7\n"})
    before = entries(path)
    assert "documents.xml" in before
    site.settle()
    assert entries(path) == before, "an import is no reason to write an archive"

    site.says("Fire wall W-07 has no opening for the drain pipe", "Core drilling on Monday.")
    site.do("sync")
    after = entries(path)
    assert list(after) == list(before), "entry by entry, in their order"
    assert [name for name in before if after[name] != before[name]] == [markup]
    assert unknown in after[markup]
    assert b"Core drilling on Monday." in after[markup]
    assert not site.run("validate", path).out.count(" F207"), "the comment stands where the schema wants it"
    site.idle()


def test_story_5_what_is_unknown_survives_edits_from_both_sides(site):
    site.set_up()
    path = site.issues / "mep.bcf"
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"))
    held = entries(path)
    pack(path, {**edited(held, b"</Title>", b"</Title><Vendor>7</Vendor>"), "tool/state.json": b"{}"})
    site.settle()
    site.change("Duct", priority="High")
    with bcfsync.open(path) as archive:
        (topic,) = archive.topics
        archive.put(replace(topic, topic_status="Closed"))
        archive.save()
    site.settle()
    after = entries(path)
    assert b"<Vendor>7</Vendor>" in after[next(name for name in after if name.endswith("markup.bcf"))]
    assert after["tool/state.json"] == b"{}"
    assert (site.topics()["Duct"]["topic_status"], site.held("mep.bcf")["Duct"].priority) == ("Closed", "High")
