"""Stories 16, 19, 20 and 24: cheap polling, undo, days without a network, several servers."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import waitress
from desk import a_topic
from stage import ANNA_TOKEN, entries

import bcfsync
from bcfsync.dates import timestamp
from bcfsync.guids import guid_key
from bcfsync.model import HeaderFile

pytestmark = pytest.mark.slow
MANY = 70
"""Enough to tell what grows with their number from what does not."""


# -- story 16: cheap polling -----------------------------------------------------------------------------------


@pytest.fixture
def many(site):
    """Many topics in fourteen archives, which the server holds as well, and one more that is new there."""
    site.set_up()
    topics = [a_topic(at, f"Topic {at}") for at in range(1, MANY + 1)]
    with site.server.store.writing():
        for topic in topics:
            body = {"guid": topic.guid, "title": topic.title, "topic_status": "Open", "topic_type": "Issue"}
            dates = {"creation_date": topic.creation_date.text, "creation_author": topic.creation_author}
            site.server.store.seed_topic(site.project, {**body, **dates}, [], [])
    for at in range(14):
        site.save(f"part-{at:02}.bcf", *topics[at::14])
    site.save("new.bcf", a_topic(9999, "New", files=(HeaderFile(filename="block-b.ifc"),)))
    found = site.do("sync", "--json")
    assert found.summary["adopted"] >= MANY, "what is equal is adopted"
    assert len([item for item in site.server.writes() if item.endswith("/topics")]) == 1
    site.settle()
    return site


def test_story_16_unchanged_topics_cost_a_handful_of_requests_before_and_after_a_change(many):
    many.server.rest()
    found = many.do("sync")
    assert len(many.server.requests) <= 3
    assert 304 in many.server.answers, "the server is asked whether anything changed, not what there is"
    assert f"({len(many.server.requests)} request" in found.err, "the numbers are printed"

    many.says("Topic 50", "Look here.")
    many.do("sync")
    assert [item.comment for item in many.held("part-07.bcf")["Topic 50"].comments] == ["Look here."]
    many.do("sync")
    many.server.rest()
    many.do("sync")
    assert len(many.server.requests) <= 3


def test_story_16_a_server_that_moves_no_date_when_somebody_comments_is_seen_through(site):
    site.set_up()
    site.server.forgets_dates = True
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"), a_topic(2, "Pipe"))
    site.settle()
    site.says("Duct", "I do.")
    site.do("sync")
    assert [item.comment for item in site.held("mep.bcf")["Duct"].comments] == ["Who moves it?", "I do."]
    guid = site.thread("Duct")[1]["guid"]
    site.call(
        "PUT", f"topics/{site.topics()['Duct']['guid']}/comments/{guid}", {"comment": "I do, on Monday."}, ANNA_TOKEN
    )
    site.do("sync")
    assert [item.comment for item in site.held("mep.bcf")["Duct"].comments][1] == "I do, on Monday."
    assert "no divergence in 2 topics" in site.do("verify").err
    site.idle()


# -- story 19: undo --------------------------------------------------------------------------------------------


@pytest.fixture
def worked(tower):
    """A run that wrote to both sides: members, comments and topics."""
    duct = tower.held("mep.bcf")["Duct"]
    more = a_topic(1, "Duct", "Who moves it?", "Not me.").comments[1]
    tower.edit("mep.bcf", "Duct", topic_status="Closed", comments=(*duct.comments, more))
    tower.save("new.bcf", a_topic(7, "Lamp", "Too low"))
    tower.change("Door", priority="High")
    tower.says("Pipe", "Wrong floor.")
    tower.call("POST", "topics", {"title": "From the server", "topic_type": "Issue", "topic_status": "Open"})
    before = tower.bytes()
    tower.do("sync")
    assert tower.bytes() != before
    return tower, before


def test_story_19_undo_puts_files_back_bit_for_bit_and_the_server_as_far_as_it_can(worked):
    site, before = worked
    found = site.do("undo", "--yes")
    assert site.bytes() == before
    assert set(site.topics()) == {"Duct", "Pipe", "Door", "From the server"}
    assert site.topics()["Duct"]["topic_status"] == "Open"
    assert site.comments("Duct") == ["Who moves it?"]
    assert site.topics()["Door"]["priority"] == "High", "what Anna did on the server is hers"
    assert site.comments("Pipe") == ["Wrong floor."]
    assert " 0 not" in found.err
    assert "(put back)" in site.do("log").out


def test_story_19_what_somebody_went_on_with_stays_and_is_listed(worked):
    site, before = worked
    site.call("POST", f"topics/{site.topics()['Lamp']['guid']}/comments", {"comment": "Hung higher."}, ANNA_TOKEN)
    site.change("Duct", topic_status="Active")
    with bcfsync.open(site.issues / "arch.bcf") as archive:
        (door,) = archive.topics
        archive.put(replace(door, stage="Tender"))
        archive.save()
    found = site.run("undo", "--yes")
    assert found.code == 3
    left = [line for line in found.err.splitlines() if "not put back" in line]
    assert any("Lamp" in line for line in left)
    assert any("“Duct”" in line and "topic_status" in line for line in left)
    assert any("arch.bcf" in line for line in left)
    assert site.topics()["Duct"]["topic_status"] == "Active"
    assert "Hung higher." in site.comments("Lamp")
    assert site.held("arch.bcf")["Door"].stage == "Tender"
    assert site.bytes()["mep.bcf"] == before["mep.bcf"]


def test_story_19_the_next_sync_does_it_again_and_nothing_twice(worked):
    site, _ = worked
    site.do("undo", "--yes")
    site.settle()
    titles = sorted(topic["title"] for topic in site.call("GET", "topics"))
    assert titles == ["Door", "Duct", "From the server", "Lamp", "Pipe"]
    assert site.comments("Duct") == ["Who moves it?", "Not me."]
    site.idle()


# -- story 20: days without a network --------------------------------------------------------------------------


class Line:
    """The line to the server, which can be cut."""

    def __init__(self, app):
        self.app, self.port, self.listening, self.thread = app, 0, None, None
        self.up()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def up(self):
        self.listening = waitress.create_server(self.app, host="127.0.0.1", port=self.port, threads=4)
        self.port = self.listening.effective_port
        self.thread = threading.Thread(target=self.listening.run, daemon=True)
        self.thread.start()

    def cut(self):
        self.listening.close()
        self.thread.join(5)


@pytest.fixture
def far(site):
    line = Line(site.server)
    site.set_up()
    site.toml.write_text(site.toml.read_text().replace(site.server.url, line.url))
    site.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"), a_topic(2, "Pipe"), a_topic(3, "Door"))
    site.settle()
    yield site, line
    line.cut()


def test_story_20_three_days_without_a_network_are_merged_by_one_sync(far):
    site, line = far
    line.cut()
    site.says("Duct", "Meanwhile at the office.")
    site.change("Pipe", priority="High")
    for day in range(1, 4):
        with bcfsync.open(site.issues / "mep.bcf") as archive:
            archive.comment(archive.topics[0].guid, f"Day {day} on site.", "ben@example.com")
            archive.save()
        site.save(f"day-{day}.bcf", a_topic(10 + day, f"Found on day {day}"))
    files = site.bytes()
    assert "cannot be reached" in site.run("sync").explained(5)
    assert site.bytes() == files
    assert site.run("status", "--offline").code in {0, 10}
    site.edit("mep.bcf", "Pipe", topic_status="Closed")
    line.up()
    site.do("sync")
    assert set(site.topics()) == {"Duct", "Pipe", "Door", *(f"Found on day {day}" for day in range(1, 4))}
    said = {"Who moves it?", "Meanwhile at the office.", *(f"Day {day} on site." for day in range(1, 4))}
    assert sorted(site.comments("Duct")) == sorted(said)
    assert sorted(item.comment for item in site.held("mep.bcf")["Duct"].comments) == sorted(said)
    assert (site.topics()["Pipe"]["topic_status"], site.held("mep.bcf")["Pipe"].priority) == ("Closed", "High")
    site.do("sync")
    site.idle()


def test_story_20_a_small_file_made_for_the_site_comes_back_as_a_subset(far):
    site, _ = far
    with bcfsync.open(site.issues / "mep.bcf") as whole:
        duct = whole.topic(a_topic(1, "Duct").guid)
        with bcfsync.new("2.1") as small:
            small.put(small.take(duct, whole))
            small.save(site.folder / "for-site.bcf")
    with bcfsync.open(site.folder / "for-site.bcf") as small:
        small.comment(duct.guid, "Seen on site.", "ben@example.com")
        now = timestamp(datetime.now(UTC))
        edited = replace(small.topic(duct.guid), topic_status="Closed", modified_date=now, modified_author="ben")
        small.put(edited)
        small.save()
    (site.folder / "for-site.bcf").rename(site.issues / "for-site.bcf")
    site.settle()
    assert set(site.topics()) == {"Duct", "Pipe", "Door"}, "what a subset lacks is not deleted"
    assert (site.topics()["Duct"]["topic_status"], site.comments("Duct")) == (
        "Closed",
        ["Who moves it?", "Seen on site."],
    )
    assert site.held("mep.bcf")["Duct"].topic_status == "Closed", "and the whole file learns of it"
    assert set(site.held("for-site.bcf")) == {"Duct"}, "the small file stays small"
    site.idle()


# -- story 24: several servers ---------------------------------------------------------------------------------


@pytest.fixture
def between(site):
    """A folder between server A, which keeps guids, and server B, which gives ids of its own."""
    there = f"{site.project}-b"
    site.server.store.create_project(there, "B")
    site.toml.write_text(
        f'[remote.a]\nurl = "{site.server.url}/bcf/3.0"\n[remote.b]\nurl = "{site.server.url}/bcf/2.1"\n'
        f'[pair.a]\nfolder = "issues"\nremote = "a"\nproject = "{site.project}"\nwrites_to = "from-a.bcf"\n'
        f'[pair.b]\nfolder = "issues"\nremote = "b"\nproject = "{there}"\nwrites_to = "from-b.bcf"\n',
        encoding="utf-8",
    )
    site.environment |= {"BCFSYNC_TOKEN_A": "demo", "BCFSYNC_TOKEN_B": "demo"}
    site.run("init", "--yes")
    site.bring("2.1/coordination-week-12.bcf")
    other = replace(site, project=there)
    site.call("POST", "topics", {"title": "From A", "topic_type": "Issue", "topic_status": "Open"}, ANNA_TOKEN)
    other.call("POST", "topics", {"title": "From B", "topic_type": "Issue", "topic_status": "Open"}, ANNA_TOKEN)
    rounds(site, 4)
    return site, other


def rounds(site, times):
    for _ in range(times):
        found = site.run("sync", "--settle", "1")
        assert found.code in {0, 3}, found.err


def test_story_24_a_folder_between_two_servers_makes_them_equal_and_comes_to_rest(between):
    site, other = between
    titles = sorted(topic["title"] for topic in site.call("GET", "topics"))
    assert titles == sorted(topic["title"] for topic in other.call("GET", "topics"))
    assert len(titles) == len(set(titles)) == 5
    site.idle(times=10)
    files = {guid_key(topic.guid) for topic in site.held("coordination-week-12.bcf").values()}
    assert files <= {guid_key(topic["guid"]) for topic in site.call("GET", "topics")}
    assert not files & {guid_key(topic["guid"]) for topic in other.call("GET", "topics")}
    for name in entries(site.issues / "coordination-week-12.bcf"):
        assert not any(topic["guid"] in name for topic in other.call("GET", "topics"))


def test_story_24_edits_and_comments_travel_from_server_to_server(between):
    site, other = between
    site.change("From B", priority="High")
    other.change("From A", topic_status="Closed")
    site.says("Only 1.85 m of headroom under slab L1", "Says Anna at A.")
    other.says("Only 1.85 m of headroom under slab L1", "Says Anna at B.")
    rounds(site, 3)
    assert other.topics()["From B"]["priority"] == site.topics()["From B"]["priority"] == "High"
    assert other.topics()["From A"]["topic_status"] == site.topics()["From A"]["topic_status"] == "Closed"
    title = "Only 1.85 m of headroom under slab L1"
    threads = [sorted(item.get("comment", "") for item in each.thread(title)) for each in (site, other)]
    assert threads[0] == threads[1]
    assert {"Says Anna at A.", "Says Anna at B."} <= {*threads[0]}
    assert len(threads[0]) == len(set(threads[0]))
    site.idle(times=10)
    assert json.loads(site.do("show", "issues/from-b.bcf", "--json").out)["topics"][0]["priority"] == "High"
