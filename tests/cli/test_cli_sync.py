"""``sync``, ``plan``, ``pull``, ``push``: what goes where, what is said, and which code comes out."""

import json

import pytest
from desk import a_topic

from bcfsync.cli import saved_plans, syncing
from bcfsync.net import Unreachable

pytestmark = pytest.mark.slow


def test_everything_goes_both_ways_and_the_second_run_writes_nothing(desk):
    desk.set_up()
    desk.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"))
    desk.call("POST", "topics", {"title": "From the server", "topic_type": "Issue", "topic_status": "Open"})
    found = desk.do("sync")
    assert " + server  0000 “Duct”  from mep.bcf" in found.err
    assert "in inbox.bcf" in found.err
    assert "tower: " in found.err.splitlines()[-1]
    assert set(desk.topics()) == {"Duct", "From the server"}
    assert desk.comments("Duct") == ["Who moves it?"]
    assert set(desk.held("inbox.bcf")) == {"From the server"}
    desk.settle()
    files = {path: path.read_bytes() for path in desk.issues.glob("*.bcf")}
    desk.server.requests.clear()
    assert "tower: in sync (" in desk.do("sync").err
    assert not desk.server.writes()
    assert {path: path.read_bytes() for path in desk.issues.glob("*.bcf")} == files


def test_edits_of_both_sides_meet_field_by_field(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.change("Duct", priority="High")
    found = tower.do("sync", "--json")
    assert tower.topics()["Duct"]["topic_status"] == "Closed"
    assert tower.held("mep.bcf")["Duct"].priority == "High"
    assert [(item["site"], item["verb"], item["fields"], item["archive"]) for item in found.of("outcome")] == [
        ("remote", "update", ["topic_status"], "mep.bcf"),
        ("local", "update", ["priority"], "mep.bcf"),
    ]
    assert {name: found.summary[name] for name in ("updated", "created", "conflicts", "held", "failed", "pair")} == {
        "updated": 2, "created": 0, "conflicts": 0, "held": 0, "failed": 0, "pair": "tower",
    }  # fmt: skip
    assert found.summary["local"]["updated"] == 1


def test_a_plan_writes_nothing_and_lists_what_sync_does(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.save("new.bcf", a_topic(7, "Lamp", "Too low"))
    tower.change("Pipe", priority="High")
    before = {path: path.read_bytes() for path in tower.issues.glob("*.bcf")}
    planned = tower.do("plan", "--json")
    assert not tower.server.writes()
    assert {path: path.read_bytes() for path in tower.issues.glob("*.bcf")} == before
    done = tower.do("sync", "--json")
    names = ("archive", "site", "verb", "kind", "fields", "label")
    wanted = [tuple(map(str, (item[name] for name in names))) for item in planned.of("action")]
    made = [tuple(map(str, (item[name] for name in names))) for item in done.of("outcome")]
    assert wanted == made
    assert len(wanted) == 4
    assert (planned.summary["created"], planned.summary["updated"]) == (2, 2)


def test_a_plan_for_people_says_what_goes_where_in_one_line_each(tower):
    tower.save("new.bcf", a_topic(7, "Lamp", "Too low"))
    tower.change("Pipe", priority="High")
    lines = tower.do("plan").err.splitlines()
    assert lines[0].startswith(f"tower  {tower.issues} (3 archives)  <->  server: ")
    assert lines[1:] == [
        " + server  1 topic  0000 “Lamp”  from new.bcf",
        " ~ files   1 topic  priority 1  in mep.bcf",
        "Plan: 1 new, 1 update, 0 deletes, 0 conflicts, 0 held back.        Apply: bcfsync sync tower",
    ]


def test_an_empty_plan_is_one_line(tower):
    (line,) = tower.do("plan").err.splitlines()
    assert line.startswith("tower: in sync (3 topics, ")
    assert tower.run("plan", "--exit-code").code == 0


def test_pending_changes_are_code_10_where_that_is_asked(tower):
    tower.change("Pipe", priority="High")
    assert tower.run("plan").code == 0
    assert tower.run("plan", "--exit-code").code == 10


def test_sync_with_dry_run_is_a_plan(tower):
    tower.change("Pipe", priority="High")
    assert "Plan: 0 new, 1 update" in tower.do("sync", "-n").err
    assert tower.held("mep.bcf")["Pipe"].priority is None


def test_a_saved_plan_is_carried_out(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.do("plan", "-o", "p.json")
    saved = json.loads((tower.folder / "p.json").read_text())
    assert list(saved["pairs"]["tower"]["archives"]) == ["arch.bcf", "mep.bcf"]
    tower.do("sync", "--plan", "p.json")
    assert tower.topics()["Duct"]["topic_status"] == "Closed"


@pytest.mark.parametrize(
    ("mover", "named"),
    [
        (lambda desk: desk.change("Pipe", priority="High"), "the server (0000 “Pipe”)"),
        (lambda desk: desk.edit("arch.bcf", "Door", priority="High"), "arch.bcf (0000 “Door”)"),
    ],
    ids=["the server", "an archive"],
)
def test_a_saved_plan_is_refused_where_a_side_moved_and_names_it(tower, mover, named):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.do("plan", "-o", "p.json")
    mover(tower)
    tower.server.requests.clear()
    said = tower.run("sync", "--plan", "p.json").explained(7)
    assert f"moved since the plan was made: {named}" in said
    assert not tower.server.writes()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"pairs": 3}', '{"pairs": {"tower": {}}}', '{"pairs": {"tower": {"steps": [3]}}}', "\0"]
)
def test_a_file_that_is_no_plan_is_refused(tower, text):
    (tower.folder / "p.json").write_text(text)
    assert "p.json: " in tower.run("sync", "--plan", "p.json").explained(2)


def test_pull_writes_archives_only(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.change("Duct", priority="High")
    tower.do("pull")
    assert tower.held("mep.bcf")["Duct"].priority == "High"
    assert not tower.server.writes()


def test_push_writes_the_server_only(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.change("Pipe", priority="High")
    before = (tower.issues / "mep.bcf").read_bytes()
    tower.do("push")
    assert tower.topics()["Duct"]["topic_status"] == "Closed"
    assert (tower.issues / "mep.bcf").read_bytes() == before


@pytest.mark.parametrize(("mode", "other"), [("pull", "push"), ("push", "pull")])
def test_a_pair_that_goes_one_way_refuses_the_other(desk, mode, other):
    desk.set_up(mode=f'"{mode}"')
    assert f"its mode is {mode}" in desk.run(other).explained(2)
    desk.do("sync")


def test_new_topics_go_where_the_rules_say(desk):
    (desk.issues / "new").mkdir()
    desk.set_up(writes_to='"new/rest.bcf"', place='[{ label = "MEP", archive = "mep.bcf" }]')
    body = {"topic_type": "Issue", "topic_status": "Open"}
    desk.call("POST", "topics", {"title": "Duct", "labels": ["MEP"], **body})
    desk.call("POST", "topics", {"title": "Door", **body})
    desk.settle()
    assert set(desk.held("mep.bcf")) == {"Duct"}
    assert set(desk.held("new/rest.bcf")) == {"Door"}


def test_new_archives_have_the_version_that_is_asked_for(desk):
    desk.set_up(file_version='"2.0"')
    desk.call("POST", "topics", {"title": "Door", "topic_type": "Issue", "topic_status": "Open"})
    desk.settle()
    assert json.loads(desk.do("show", "--json", "issues/inbox.bcf").out)["bcf_version"] == "2.0"


def test_two_servers_over_one_folder_hold_the_same(desk, server):
    server.store.create_project(f"{desk.project}-b", "B")
    desk.set_up()
    text = desk.toml.read_text()
    other = text[text.index("[pair.tower]") :].replace("tower", "other").replace(desk.project, f"{desk.project}-b")
    desk.toml.write_text(f'{text}\n{other}writes_to = "inbox-b.bcf"\n')
    desk.save("mep.bcf", a_topic(1, "Duct", "Who moves it?"))
    desk.call("POST", "topics", {"title": "From A", "topic_type": "Issue", "topic_status": "Open"})
    for _ in range(4):
        desk.do("sync")
    assert "share a folder" in desk.run("plan", "-o", "p.json").explained(2)
    desk.do("plan", "tower", "-o", "p.json")
    project, desk.project = desk.project, f"{desk.project}-b"
    assert set(desk.topics()) == {"Duct", "From A"}
    desk.change("Duct", priority="High")
    desk.do("sync")
    desk.do("sync")
    desk.project = project
    assert desk.topics()["Duct"]["priority"] == "High"
    for _ in range(2):
        desk.do("sync")
    server.requests.clear()
    for _ in range(5):
        desk.do("sync")
    assert not server.writes()


# -- what stops it ---------------------------------------------------------------------------------------------


def test_a_conflict_stops_that_field_only_and_is_code_6(tower):
    tower.edit("mep.bcf", "Duct", topic_status="Closed", priority="Low")
    tower.change("Duct", topic_status="Active")
    found = tower.run("sync")
    assert found.code == 6
    assert " ! conflict  0000 “Duct” topic_status: files=Closed server=Active" in found.err
    assert "next: bcfsync conflicts list" in found.err
    assert tower.topics()["Duct"]["priority"] == "Low"
    assert tower.run("sync").code == 6, "a conflict stays one until somebody decides"


def test_a_missing_marker_is_code_7_and_nothing_is_concluded(tower):
    (tower.issues / ".bcfsync").unlink()
    for path in tower.issues.glob("*.bcf"):
        path.unlink()
    assert "bcfsync init" in tower.run("sync").explained(7)
    assert not tower.server.requests


def test_a_folder_that_is_not_mounted_is_code_2(tower):
    tower.issues.rename(tower.folder / "elsewhere")
    assert "there is no folder" in tower.run("sync").explained(2)


def test_deletions_do_not_travel_unless_they_are_mirrored(tower):
    tower.save("mep.bcf", a_topic(2, "Pipe"))
    found = tower.run("sync")
    assert (found.code, "not sent again" in found.err) == (3, True)
    assert set(tower.topics()) == {"Duct", "Pipe", "Door"}


def test_many_deletions_at_once_are_code_7_until_somebody_names_the_number(desk):
    desk.set_up(deletes='"mirror"')
    topics = [a_topic(number, f"T{number}") for number in range(1, 13)]
    desk.save("mep.bcf", *topics)
    desk.settle()
    desk.save("mep.bcf", topics[0], topics[1])
    found = desk.run("sync")
    assert found.code == 7, found
    assert "--allow-deletes 10" in found.err
    assert len(desk.topics()) == 12
    assert desk.run("sync", "--allow-deletes", "10").code == 0
    assert len(desk.topics()) == 2


def test_deletions_that_are_asked_for_wait_until_their_number_is_named(desk):
    desk.set_up(deletes='"ask"')
    desk.save("mep.bcf", a_topic(1, "Duct"), a_topic(2, "Pipe"))
    desk.settle()
    desk.delete("Duct")
    found = desk.run("sync")
    assert found.code == 3
    assert "bcfsync sync tower --allow-deletes 1" in found.err
    assert set(desk.held("mep.bcf")) == {"Duct", "Pipe"}
    desk.do("sync", "--allow-deletes", "1")
    assert set(desk.held("mep.bcf")) == {"Pipe"}


def test_a_side_that_moves_while_a_saved_plan_is_carried_out_stops_it(tower, monkeypatch):
    tower.edit("mep.bcf", "Duct", topic_status="Closed")
    tower.do("plan", "-o", "p.json")
    checked = saved_plans.agreed_with

    def then_moved(*args):
        found = checked(*args)
        tower.edit("arch.bcf", "Door", priority="High")
        return found

    monkeypatch.setattr(syncing, "agreed_with", then_moved)
    assert "moved while the plan was carried out: arch.bcf" in tower.run("sync", "--plan", "p.json").explained(7)
    assert not tower.topics()["Door"].get("priority")


def test_an_archive_that_cannot_be_read_is_named_and_the_rest_goes_on(tower):
    (tower.issues / "broken.bcf").write_bytes(b"this is no zip")
    tower.edit("mep.bcf", "Duct", priority="High")
    found = tower.run("sync")
    assert found.code == 3
    assert " x " in found.err
    assert "broken.bcf" in found.err
    assert tower.topics()["Duct"]["priority"] == "High"


def test_a_wrong_token_is_code_4_and_says_which_variable(tower):
    tower.environment["BCFSYNC_TOKEN"] = "wrong"
    assert "BCFSYNC_TOKEN_SERVER" in tower.run("sync").explained(4)


def test_a_server_that_is_not_there_is_code_5(desk):
    desk.set_up()
    desk.toml.write_text(desk.toml.read_text().replace(desk.server.url, "http://127.0.0.1:1"))
    assert Unreachable.hint in desk.run("sync").explained(5)


def test_what_stops_one_pair_does_not_stop_the_other(desk):
    desk.set_up()
    text = desk.toml.read_text()
    (desk.folder / "more").mkdir()
    desk.toml.write_text(
        '[remote.gone]\nurl = "http://127.0.0.1:1"\n[pair.first]\nfolder = "more"\nremote = "gone"\nproject = "x"\n'
        + text
    )
    desk.environment["BCFSYNC_TOKEN_SERVER"] = "demo"
    desk.run("init", "--yes")
    desk.save("mep.bcf", a_topic(1, "Duct"))
    found = desk.run("sync")
    assert found.code == 5
    assert "error: first: " in found.err
    assert set(desk.topics()) == {"Duct"}


def test_a_pair_that_is_not_there_is_refused_with_the_nearest_name(tower):
    assert 'did you mean "tower"' in tower.run("sync", "towr").explained(2)


def test_without_a_configuration_the_hint_says_how_to_begin(desk):
    assert "bcfsync init" in desk.run("sync").explained(2)


def test_two_processes_on_one_folder_exclude_each_other(tower):
    from bcfsync.store import FolderLock  # noqa: PLC0415

    (lock,) = (tower.folder / "state" / "pairs").glob("folder-*.lock")
    with FolderLock(lock):
        tower.run("sync").explained(9)
    tower.do("sync")
