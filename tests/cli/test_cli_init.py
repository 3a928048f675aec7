"""``init`` and ``remote``: from nothing to a configuration, and never to a sync."""

import tomllib

import pytest
from desk import a_topic

from bcfsync.sides.folder import MARKER, marker_id

pytestmark = pytest.mark.slow


def test_init_writes_the_configuration_marks_the_folder_and_ends_with_a_plan(desk):
    desk.save("mep.bcf", a_topic(1, "Duct"), a_topic(2, "Pipe"))
    desk.save("more/copy.bcf", a_topic(1, "Duct"))
    found = desk.do(
        "init", "--url", desk.server.url, "--project", desk.project, "--folder", "issues", "--name", "tower"
    )
    assert f"{desk.server.url}: BCF-API 3.0, as demo@example.com" in found.err
    assert f"{desk.issues}: 2 archives, 2 topics, 1 duplicate" in found.err
    assert "Plan: 2 new, " in found.err
    assert tomllib.loads(desk.toml.read_text()) == {
        "remote": {"server": {"url": desk.server.url}},
        "pair": {"tower": {"folder": "issues", "remote": "server", "project": desk.project}},
    }
    assert marker_id(desk.issues)
    assert not desk.server.writes()
    assert not desk.topics()


def test_init_adds_a_pair_and_leaves_the_rest_of_the_file_as_it_is(desk, server):
    server.store.create_project(f"{desk.project}-b", "Second one")
    desk.set_up()
    before = "# mine\n" + desk.toml.read_text()
    desk.toml.write_text(before)
    desk.do("init", "--project", "Second one", "--folder", "issues")
    after = desk.toml.read_text()
    assert after.startswith(before.rstrip())
    assert tomllib.loads(after)["pair"]["second-one"] == {
        "folder": "issues", "remote": "server", "project": f"{desk.project}-b", "writes_to": "inbox-server.bcf",
    }  # fmt: skip
    assert len(tomllib.loads(after)["remote"]) == 1


def test_without_a_project_those_there_are_are_listed(desk):
    found = desk.run("init", "--url", desk.server.url)
    assert f"{desk.project}  Project {desk.project}" in found.err
    assert "--project is missing" in found.explained(2)
    assert not desk.toml.exists()
    assert not (desk.folder / MARKER).exists()


def test_a_project_that_is_not_there_is_refused_with_those_that_are(desk):
    said = desk.run("init", "--url", desk.server.url, "--project", "nowhere").explained(2)
    assert "projects you can see: " in said


def test_a_dry_run_prints_what_would_be_added_and_does_nothing(desk):
    found = desk.do("init", "--url", desk.server.url, "--project", desk.project, "--folder", "issues", "-n")
    assert tomllib.loads(found.out)["pair"]
    assert not desk.toml.exists()
    assert not (desk.issues / MARKER).exists()


def test_a_configuration_written_by_hand_gets_its_folders_marked(desk):
    desk.set_up()
    (desk.issues / MARKER).unlink()
    assert "say --yes" in desk.run("init").explained(2)
    assert "0 archives, 0 topics, 0 duplicates: marked" in desk.do("init", "--yes").err
    assert marker_id(desk.issues)
    again = desk.do("init")
    assert "everything is set up" in again.err


def test_the_same_pair_twice_is_refused_and_nothing_is_written(desk):
    desk.set_up()
    before = desk.toml.read_text()
    said = desk.run("init", "--project", desk.project, "--folder", "issues", "--name", "again").explained(2)
    assert 'is "tower" once more' in said
    assert desk.toml.read_text() == before


def test_a_folder_that_is_missing_is_made_only_where_that_is_confirmed(desk):
    words = ("init", "--url", desk.server.url, "--project", desk.project, "--folder", "new")
    assert "there is no such folder" in desk.run(*words).explained(2)
    desk.do(*words, "--yes")
    assert (desk.folder / "new" / MARKER).exists()


@pytest.mark.parametrize("url", ["nonsense", "http://example.com", "https://a:b@example.com"])
def test_an_address_that_is_none_is_refused(desk, url):
    desk.run("init", "--url", url, "--project", "x").explained(2)


def test_a_wrong_token_asks_for_a_login(desk):
    desk.environment["BCFSYNC_TOKEN"] = "wrong"
    assert "BCFSYNC_TOKEN" in desk.run("init", "--url", desk.server.url).explained(4)


def test_a_folder_that_lost_its_marker_is_recognised_by_its_old_one(tower):
    before = marker_id(tower.issues)
    (tower.issues / MARKER).unlink()
    tower.do("init", "--yes")
    assert marker_id(tower.issues) == before, "its record is still known"


# -- remote ----------------------------------------------------------------------------------------------------


def test_servers_are_added_listed_and_tried(desk):
    desk.do("remote", "add", "ours", desk.server.url)
    desk.do("remote", "add", "theirs", "https://bcf.example.com", "--token-command", "pass show 'bcf token'")
    assert tomllib.loads(desk.toml.read_text())["remote"]["theirs"]["token_command"] == "pass show 'bcf token'"
    desk.environment["BCFSYNC_TOKEN_OURS"] = "demo"
    found = {item["name"]: item for item in desk.do("remote", "list", "--json").lines}
    assert found["ours"]["token"] == "BCFSYNC_TOKEN_OURS"
    assert found["theirs"]["token"] == "token_command"
    assert "demo" not in desk.do("remote", "list").out
    assert "ours: BCF-API 3.0, as demo@example.com, " in desk.do("remote", "test", "ours").out


def test_a_server_that_cannot_be_reached_is_told_with_its_name(desk):
    desk.do("remote", "add", "gone", "http://127.0.0.1:1")
    found = desk.run("remote", "test")
    assert found.code == 5
    assert "error: gone: http://127.0.0.1:1" in found.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ours", "https://b.example.com"], "this is not TOML"),
        (["a b", "https://b.example.com"], "a server's name"),
        (["b", "https://me:secret@b.example.com"], "neither user, password nor token"),
        (["b", "ftp://b"], "not a web address"),
    ],
)
def test_a_server_that_makes_no_sense_is_not_added(desk, words, said):
    desk.do("remote", "add", "ours", desk.server.url)
    before = desk.toml.read_text()
    assert said in desk.run("remote", "add", *words).explained(2)
    assert desk.toml.read_text() == before


def test_a_server_of_another_name_is_refused_with_the_nearest(desk):
    desk.do("remote", "add", "ours", desk.server.url)
    assert 'did you mean "ours"' in desk.run("remote", "test", "our").explained(2)
