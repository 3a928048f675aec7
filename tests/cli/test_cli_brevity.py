"""A refusal that comes before everything else, and output that stays short where one reason stops a hundred topics."""

import threading
from collections.abc import Iterator

import pytest
import waitress
from desk import Desk, Server, a_topic

from bcfsync.cli.brevity import Alike
from bcfsync.server.app import create_app
from bcfsync.server.users import Account, User, Users

pytestmark = pytest.mark.slow


def in_conflict(desk: Desk) -> None:
    desk.edit("mep.bcf", "Duct", priority="High")
    desk.change("Duct", priority="Low")
    assert desk.run("sync").code == 6


@pytest.mark.parametrize("command", ["sync", "pull", "push"])
def test_a_refused_login_is_all_there_is_to_say_before_anything_was_done(tower, command):
    in_conflict(tower)
    tower.environment["BCFSYNC_TOKEN"] = "wrong"
    found = tower.run(command)
    assert "bcfsync auth login server" in found.explained(4)
    error, hint = found.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("  hint: ")


def test_a_refused_login_ends_the_output_for_programs_with_a_summary(tower):
    in_conflict(tower)
    tower.environment["BCFSYNC_TOKEN"] = "wrong"
    found = tower.run("sync", "--json")
    assert found.code == 4
    assert [line["type"] for line in found.lines] == ["summary"]


@pytest.fixture
def readers_server(server: Server) -> Iterator[str]:
    """The same server, at an address where everybody may only read."""
    users = Users([Account.of(User("reader@example.com", "Reader", "reader"), token="reader")])
    listening = waitress.create_server(
        create_app(server.store, tokens={}, users=users), host="127.0.0.1", port=0, threads=8
    )
    thread = threading.Thread(target=listening.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.effective_port}"
    listening.close()
    thread.join(5)


def test_what_a_reader_may_not_create_is_told_a_few_times_and_counted(tower, readers_server):
    tower.save("many.bcf", *[a_topic(100 + number, f"T{number}") for number in range(12)])
    tower.environment["BCFSYNC_TOKEN"] = "reader"
    words = ("import", "issues/many.bcf", "--url", readers_server, "--project", tower.project)
    found = tower.run(*words)
    assert found.code == 3
    failed = [line for line in found.err.splitlines() if line.startswith(" x ")]
    assert len(failed) == 4
    assert "and 9 more (--verbose names them)" in failed[-1]
    assert "12 failed" in found.err.splitlines()[-1]
    assert len([line for line in tower.run(*words, "-v").err.splitlines() if "403" in line]) == 12
    assert len(tower.run(*words, "--json").of("outcome")) == 12


def test_conflicts_with_what_a_reader_cannot_change_are_code_6_in_a_few_short_lines(tower, readers_server):
    names = [f"T{number}" for number in range(14)]
    tower.save("many.bcf", *[a_topic(100 + number, name) for number, name in enumerate(names)])
    tower.do("sync")
    tower.save(
        "many.bcf", *[a_topic(100 + number, name, description="ours " * 40) for number, name in enumerate(names)]
    )
    for name in names:
        tower.change(name, description="theirs")
    found = tower.run("sync")
    assert found.code == 6
    assert len([line for line in found.err.splitlines() if "conflict  " in line]) == 10
    assert "and 4 conflicts more; bcfsync conflicts list names all" in found.err
    tower.environment["BCFSYNC_TOKEN"] = "reader"
    words = ("import", "issues/many.bcf", "--url", readers_server, "--project", tower.project)
    found = tower.run(*words)
    assert found.code == 6
    told = [line for line in found.err.splitlines() if "conflict  " in line]
    assert len(told) == 10
    assert max(map(len, told)) < 200
    assert "and 4 conflicts more; --verbose lists all" in found.err
    assert len(tower.run(*words, "--json").of("conflict")) == 14


def test_reasons_that_differ_in_a_guid_are_alike():
    alike = Alike()
    guids = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(5)]
    told = [alike.is_news(f"https://host/topics/{guid}: the server answered 403") for guid in guids]
    assert told == [True, True, True, False, False]
    assert alike.is_news("something else")
    assert list(alike.rest()) == ["and 2 more (--verbose names them): https://host/topics/…: the server answered 403"]
    assert list(alike.rest()) == []
