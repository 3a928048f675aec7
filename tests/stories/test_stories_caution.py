"""Stories 6 to 9: half-written files, no silent deletes, the plan first, a conflict decided by a human."""

import io
import json
import shutil
import threading
import time
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from desk import a_topic
from stage import SAMPLES, entries, pack
from worlds import ANNA, MORNING

from bcfsync.dates import timestamp

pytestmark = pytest.mark.slow
PAUSE = 0.1
TOMORROW = timestamp(datetime.now(UTC) + timedelta(days=1))


# -- story 6: a half-written file ------------------------------------------------------------------------------


class SlowWriter(threading.Thread):
    """A program that writes a file piece by piece, with pauses, perhaps after deleting the old one."""

    def __init__(self, path, data, pieces=12, *, first=lambda: None):
        super().__init__()
        self.path, self.data, self.pieces, self.first = path, data, pieces, first

    def run(self):
        self.first()
        size = -(-len(self.data) // self.pieces)
        with self.path.open("wb") as stream:
            for at in range(0, len(self.data), size):
                time.sleep(PAUSE)
                stream.write(self.data[at : at + size])
                stream.flush()


def big(megabytes, *topics):
    """An archive of the size of one with many photographs."""
    made = io.BytesIO()
    noise = bytes(range(256)) * 4096 * megabytes
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in topics:
            archive.writestr(name, data)
        archive.writestr("photos/site.raw", noise)
    return made.getvalue()


def synced_while(site, writer):
    """One sync after the other while the file is being written, and two more; what each run said."""
    writer.start()
    said = []
    while writer.is_alive():
        said.append(site.run("sync"))
    writer.join()
    return [*said, site.run("sync"), site.run("sync")]


def test_story_6_a_file_that_is_being_streamed_is_imported_once_and_whole(site):
    site.set_up(deletes='"mirror"')
    held = entries(SAMPLES / "2.1" / "coordination-week-12.bcf")
    path = site.issues / "week.bcf"
    said = synced_while(site, SlowWriter(path, big(20, *held.items())))
    assert len(said) > 3, "somebody looked while it was being written"
    assert not any("error: " in run.err or "Traceback" in run.err for run in said)
    assert {run.code for run in said} <= {0, 3}
    assert said[-1].code == 0
    posted = [item for item in site.server.writes() if item.startswith("POST") and item.endswith("/topics")]
    assert len(posted) == len(site.topics()) == 3
    site.idle()


def test_story_6_a_file_that_is_deleted_and_written_anew_deletes_nothing(site):
    site.set_up(deletes='"mirror"')
    path = site.bring("2.1/coordination-week-12.bcf", "week.bcf")
    site.settle()
    data = big(20, *entries(path).items())
    site.server.rest()

    def first():
        path.unlink()
        time.sleep(3 * PAUSE)

    said = synced_while(site, SlowWriter(path, data, first=first))
    assert not any("error: " in run.err or "Traceback" in run.err for run in said)
    assert said[-1].code == 0
    assert not site.server.writes(), "neither a deletion nor a second import"
    assert path.read_bytes() == data, "and nobody wrote into it"
    assert not (site.issues / "inbox.bcf").exists()


# -- story 7: no silent deletes --------------------------------------------------------------------------------


def test_story_7_a_subset_that_replaces_the_file_deletes_nothing_and_the_missing_are_named(tower):
    tower.save("mep.bcf", a_topic(2, "Pipe"))
    found = tower.run("sync")
    assert found.code == 3
    assert "0000 “Duct”" in found.err
    assert set(tower.topics()) == {"Duct", "Pipe", "Door"}
    assert not tower.server.writes()
    assert set(tower.held("mep.bcf")) == {"Pipe"}, "nor is it pushed back into a file somebody made smaller"
    assert "0000 “Duct”" in tower.run("status").out + tower.run("status").err


@pytest.mark.parametrize("policy", ["never", "ask", "mirror"])
def test_story_7_a_share_that_is_not_mounted_deletes_nothing(site, policy):
    site.set_up(deletes=f'"{policy}"')
    site.save("mep.bcf", a_topic(1, "Duct"), a_topic(2, "Pipe"))
    site.settle()
    site.server.rest()
    away = site.folder / "not-mounted"
    site.issues.rename(away)
    assert "there is no folder" in site.run("sync").explained(2)
    site.issues.mkdir()
    assert "marker" in site.run("sync").explained(7)
    assert not site.server.requests, "nobody even asked the server"
    site.issues.rmdir()
    away.rename(site.issues)
    site.idle()


def test_story_7_an_empty_folder_with_its_marker_deletes_nothing_at_once(site):
    site.set_up(deletes='"mirror"')
    site.save("mep.bcf", a_topic(1, "Duct"), a_topic(2, "Pipe"))
    site.settle()
    (site.issues / "mep.bcf").unlink()
    site.run("sync")
    site.run("sync")
    assert set(site.topics()) == {"Duct", "Pipe"}


def test_story_7_ask_lists_what_would_be_deleted_and_waits_for_the_number(site):
    site.set_up(deletes='"ask"')
    site.save("mep.bcf", *(a_topic(at, f"T{at}") for at in range(1, 5)))
    site.settle()
    site.save("mep.bcf", a_topic(1, "T1"), a_topic(4, "T4"))
    for command in ("plan", "sync"):
        found = site.run(command)
        assert "“T2”" in found.err, command
        assert "“T3”" in found.err, command
        assert "--allow-deletes 2" in found.err, command
    assert set(site.topics()) == {"T1", "T2", "T3", "T4"}
    site.do("sync", "--allow-deletes", "2")
    assert set(site.topics()) == {"T1", "T4"}
    site.idle()


# -- story 8: the plan first -----------------------------------------------------------------------------------


@pytest.fixture
def busy(tower):
    """Something of everything is to be done."""
    tower.save("site.bcf", a_topic(7, "Lamp", "Too low", "Yes"))
    tower.edit("arch.bcf", "Door", topic_status="Closed")
    tower.change("Pipe", priority="High")
    tower.says("Duct", "I do.")
    tower.call("POST", "topics", {"title": "From the server", "topic_type": "Issue", "topic_status": "Open"})
    tower.server.rest()
    return tower


def test_story_8_a_plan_sends_no_write_and_lists_every_later_action_of_sync(busy):
    before = busy.bytes()
    planned = busy.do("plan", "--json")
    assert not busy.server.writes()
    assert busy.bytes() == before
    names = ("archive", "site", "verb", "kind", "fields", "label")
    promised = [tuple(map(str, (item[name] for name in names))) for item in planned.of("action")]
    done = busy.do("sync", "--json")
    assert [tuple(map(str, (item[name] for name in names))) for item in done.of("outcome")] == promised
    # Lamp with two comments, Door, Pipe, the answer to Duct, the new topic and its archive's lists
    assert len(promised) >= 7
    assert busy.do("plan", "--json").of("action") == []


@pytest.mark.parametrize("mover", ["server", "files"])
def test_story_8_a_saved_plan_is_refused_when_either_side_moved(busy, mover):
    busy.do("plan", "-o", "monday.json")
    if mover == "server":
        busy.says("Pipe", "Wait.")
    else:
        busy.edit("arch.bcf", "Door", topic_status="Open")
    busy.server.rest()
    before = busy.bytes()
    assert "moved since the plan was made" in busy.run("sync", "--plan", "monday.json").explained(7)
    assert not busy.server.writes()
    assert busy.bytes() == before


def test_story_8_a_saved_plan_is_carried_out_when_nothing_moved(busy):
    busy.do("plan", "-o", "monday.json")
    assert json.loads((busy.folder / "monday.json").read_text())
    busy.do("sync", "--plan", "monday.json")
    assert set(busy.topics()) == {"Duct", "Pipe", "Door", "Lamp", "From the server"}
    busy.idle()


# -- story 9: a conflict is decided by a human -----------------------------------------------------------------


@pytest.fixture
def torn(tower):
    """Both sides changed the status of Duct; other things changed, too."""
    tower.edit("mep.bcf", "Duct", topic_status="Resolved", priority="Low")
    tower.change("Duct", topic_status="Closed", stage="Design")
    tower.change("Door", priority="High")
    return tower


def statuses(site):
    return site.held("mep.bcf")["Duct"].topic_status, site.topics()["Duct"]["topic_status"]


def test_story_9_a_conflict_keeps_both_values_and_stops_nothing_else(torn):
    found = torn.run("sync")
    assert found.code == 6
    assert "topic_status: files=Resolved server=Closed" in found.err
    assert statuses(torn) == ("Resolved", "Closed")
    assert torn.topics()["Duct"]["priority"] == "Low"
    assert torn.held("mep.bcf")["Duct"].stage == "Design"
    assert torn.held("arch.bcf")["Door"].priority == "High"
    torn.idle(1, 6)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (("--prefer", "server"), "Closed"),
        (("--prefer", "files"), "Resolved"),
        (("--topic-status", "Active"), "Active"),
    ],
)
def test_story_9_a_decision_is_carried_out_and_remembered_with_name_and_time(torn, said, wanted):
    torn.environment["USER"] = torn.environment["LOGNAME"] = "ingrid"
    torn.run("sync")
    torn.do("conflicts", "resolve", "00000001", *said)
    torn.do("sync")
    assert statuses(torn) == (wanted, wanted)
    assert "no conflicts" in torn.do("conflicts", "list").err
    (line,) = [item for item in torn.do("log").out.splitlines() if "conflicts resolve" in item]
    assert "ingrid" in line
    assert line.count(":") >= 1, "the time"
    torn.idle()


@pytest.mark.parametrize("policy", [True, False], ids=["by configuration", "by a person"])
@pytest.mark.parametrize(("when", "wanted"), [(MORNING, "Closed"), (TOMORROW, "Resolved")])
def test_story_9_the_newest_value_wins_where_that_is_said(tower, policy, when, wanted):
    tower.edit("mep.bcf", "Duct", topic_status="Resolved", modified_date=when, modified_author=ANNA)
    tower.change("Duct", topic_status="Closed")
    if policy:
        tower.set_up(conflicts='"newest"')
    else:
        tower.run("sync")
        tower.do("conflicts", "resolve", "00000001", "--prefer", "newest")
    tower.do("sync")
    assert statuses(tower) == (wanted, wanted)
    tower.idle()


def test_story_9_an_editor_shows_all_three_values_and_takes_a_fourth(torn, monkeypatch):
    shown = []

    def edited(text, **_more):
        shown.append(text)
        return "Active\n"

    torn.run("sync")
    monkeypatch.setattr("click.edit", edited)
    torn.do("conflicts", "resolve", "00000001", "--edit")
    (text,) = shown
    assert [word for word in ("Resolved", "Open", "Closed") if f"\n{word}\n" in text] == ["Resolved", "Open", "Closed"]
    torn.do("sync")
    assert statuses(torn) == ("Active", "Active")


def test_story_9_show_puts_the_three_values_side_by_side(torn):
    torn.run("sync")
    found = torn.run("conflicts", "show", "00000001")
    assert found.code == 6
    rows = [line.split(None, 1) for line in found.out.splitlines()]
    assert rows[-3:] == [["before", "Open"], ["mep.bcf", "Resolved"], ["server", "Closed"]]


def test_story_9_a_desktop_tool_that_packs_the_file_anew_is_no_decision(torn):
    torn.run("sync")
    path = torn.issues / "mep.bcf"
    shutil.copyfile(path, torn.folder / "copy.bcf")
    pack(path, dict(reversed(entries(path).items())))
    assert torn.run("sync").code == 6
    assert statuses(torn) == ("Resolved", "Closed")
