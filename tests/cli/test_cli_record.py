"""``status``, ``log`` and ``explain``: what is on record, for people and for programs."""

import json

import pytest

from bcfsync.store import Store

pytestmark = pytest.mark.slow


def test_a_pair_in_step_is_in_sync_with_code_0(tower):
    found = tower.do("status")
    assert "in sync, 2 archives" in found.out
    assert "last change: 20" in found.out
    assert not tower.server.writes()


def test_pending_changes_are_code_10_and_counted_by_side(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Pipe", priority="Low")
    found = tower.run("status")
    assert found.code == 10
    assert "changes are pending: 1 to the files, 1 to the server; 2 archives" in found.out
    assert "next: bcfsync sync tower" in found.out
    (facts,) = tower.run("status", "--json").lines
    assert (facts["pending"], facts["exit_code"]) == ({"local": 1, "remote": 1}, 10)


def test_conflicts_are_named_with_code_6(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Duct", priority="Low")
    tower.run("sync")
    found = tower.run("status")
    assert found.code == 6
    assert "! conflict  0000 “Duct” priority" in found.out
    assert "next: bcfsync conflicts list" in found.out


def test_offline_asks_no_server(tower):
    tower.change("Pipe", priority="Low")
    found = tower.do("status", "--offline")
    assert "2 archives on record; changes since then are not known" in found.out
    assert not tower.server.requests


def test_a_server_that_is_down_leaves_what_is_on_record_with_code_5(tower):
    tower.toml.write_text(tower.toml.read_text().replace("[pair", '[remote.other]\nurl = "http://127.0.0.1:1"\n[pair'))
    text = tower.toml.read_text().replace('remote = "server"', 'remote = "other"')
    tower.toml.write_text(text)
    found = tower.run("status")
    assert found.code == 5
    assert "the server was not asked: http://127.0.0.1:1" in found.out


def test_before_the_first_sync_nothing_was_changed(desk):
    desk.set_up()
    found = desk.run("status", "--offline")
    assert found.code == 0
    assert "nothing was changed yet" in found.out


def test_an_archive_that_cannot_be_read_is_named(tower):
    (tower.issues / "broken.bcf").write_bytes(b"this is no zip")
    found = tower.run("status")
    assert found.code == 3
    assert "broken.bcf" in found.out


def test_the_log_lists_runs_newest_first_and_one_of_them_in_detail(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.do("sync")
    runs = tower.do("log", "--json").lines
    assert [run["run"] for run in runs] == sorted((run["run"] for run in runs), reverse=True)
    assert (runs[0]["command"], runs[0]["deeds"], runs[0]["status"]) == ("sync", 1, "done")
    assert "server: 1 updated" in tower.do("log").out.splitlines()[0]
    (deed,) = tower.do("log", runs[0]["run"], "--json").lines
    assert {name: deed[name] for name in ("site", "verb", "fields", "archive", "kind")} == {
        "site": "remote", "verb": "update", "fields": ["priority"], "archive": "mep.bcf", "kind": "topic",
    }  # fmt: skip
    assert '"priority": "High"' in deed["after"]
    assert "server: updated 0000 “Duct”  priority" in tower.do("log", runs[0]["run"]).out


def test_only_the_last_runs_are_listed_where_that_is_asked(tower):
    assert len(tower.do("log", "--last", "1", "--json").lines) == 1


def test_a_run_that_never_was_is_refused(tower):
    assert "run 999: there is no such run" in tower.run("log", "999").explained(2)


def test_a_topic_is_explained_by_the_beginning_of_its_guid(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Duct", topic_status="Closed", priority="Low")
    tower.run("sync")
    found = tower.do("explain", "00000001").out
    assert found.splitlines()[0] == "00000001-0000-4000-8000-000000000000  Duct"
    for part in (
        "in mep.bcf",
        "on the server as 00000001-",
        "! conflict  0000 “Duct” priority: mep.bcf=High server=Low",
        "mep.bcf: written to, and no program has shown yet that it read that",
        "mep.bcf: updated 0000 “Duct”  topic_status",
    ):
        assert part in found, part
    (facts,) = tower.do("explain", "00000001", "--json").lines
    assert facts["archives"] == ["mep.bcf"]
    assert [deed["verb"] for deed in facts["deeds"]][-1] == "update"


@pytest.mark.parametrize(
    ("guid", "said"), [("000", "too short"), ("0000", "may be 00000001-"), ("ffff", "nothing is on record")]
)
def test_a_topic_that_is_not_clear_is_refused(tower, guid, said):
    assert said in tower.run("explain", guid).explained(2)


def test_a_comments_guid_leads_to_its_topic(tower):
    assert tower.do("explain", "00000001-0000-4000-8000-000000000001").out.startswith("00000001-0000")


def test_a_server_that_cannot_tell_concurrent_edits_is_said_to_be_one(tower):
    (state,) = (tower.folder / "state" / "pairs").glob("*/state.db")
    with Store(state) as store:
        store.note("learned", json.dumps({**json.loads(store.noted("learned") or "{}"), "if_match": "ignored"}))
    assert "this server cannot detect concurrent edits" in tower.run("status", "--offline").out


def test_a_pair_with_nothing_to_do_but_decide_is_not_called_in_sync(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Duct", priority="Low")
    tower.run("sync")
    found = tower.run("status")
    assert "in sync" not in found.out
    assert "nothing to send or fetch, but 1 conflict to decide; 2 archives" in found.out
    plan = tower.run("plan")
    assert plan.code == 6
    assert "bcfsync sync tower" not in plan.err
    assert "Next: bcfsync conflicts list" in plan.err


def test_a_status_that_cannot_ask_says_first_why_and_ends_with_its_code(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Duct", priority="Low")
    tower.run("sync")
    tower.environment["BCFSYNC_TOKEN"] = "wrong"
    found = tower.run("status")
    assert found.code == 4
    lines = found.out.splitlines()
    assert "the server was not asked" in lines[2]
    assert "next: run bcfsync auth login server" in lines[-1]
    assert tower.run("status", "--offline").code == 6
