"""Bad input, command by command: what, where, what to do; the exit code; and nothing is touched."""

import json
import os
import socket
import sqlite3
import zipfile
from pathlib import Path

import pytest
from faults import FaultyServer
from machines import Machine, Project, ended, samples

from bcfsync.server.store import ServerStore

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

GOOD = samples("3.0")[0]
WEEK = samples("2.1")[0]


def broken(source: Path, target: Path, count: int) -> Path:
    """A copy of an archive in which so many topics end in the middle of their XML."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for info in before.infolist():
            data = before.read(info)
            if info.filename.endswith("markup.bcf") and count:
                data, count = data[: len(data) // 2], count - 1
            after.writestr(info, data)
    return target


def make(kind: str, folder: Path) -> Path:  # noqa: C901 - one case a kind
    path = folder / f"{kind}.bcf"
    match kind:
        case "not a zip":
            path.write_text("a letter, and no archive")
        case "zip without entries":
            zipfile.ZipFile(path, "w").close()
        case "zero bytes":
            path.touch()
        case "truncated":
            path.write_bytes(WEEK.read_bytes()[:-3000])
        case "no markup":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("bcf.version", '<Version VersionId="3.0"/>')
        case "all broken":
            broken(WEEK, path, 99)
        case "bare markup":
            with zipfile.ZipFile(WEEK) as archive:
                name = next(name for name in archive.namelist() if name.endswith("markup.bcf"))
                path.write_bytes(archive.read(name))
        case "folder":
            path.mkdir()
        case "missing":
            pass
        case "name that obeys":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("bcf.version", '<Version VersionId="3.0"/>')
                archive.writestr("a\x1b[31mred/markup.bcf", "<Markup")
    return path


UNREADABLE = ["not a zip", "zip without entries", "zero bytes", "truncated", "bare markup", "folder", "missing"]
WITHOUT_TOPICS = ["no markup", "all broken", "name that obeys"]


@pytest.mark.parametrize("kind", UNREADABLE + WITHOUT_TOPICS)
def test_what_cannot_be_read_is_not_imported(machine: Machine, project: Project, kind):
    path = make(kind, machine.folder)
    said = machine.do("import", *project.there, path).explained(8)
    assert str(path) in said
    assert "\x1b" not in said
    assert not project.census()


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_not_shown(machine: Machine, kind):
    path = make(kind, machine.folder)
    assert str(path) in machine.do("show", path).explained(8)
    assert str(path) in machine.do("show", "--json", path).explained(8)


@pytest.mark.parametrize("kind", [kind for kind in UNREADABLE + WITHOUT_TOPICS[1:] if kind != "folder"])
def test_what_cannot_be_read_is_not_valid(machine: Machine, kind):
    run = machine.do("validate", make(kind, machine.folder))
    assert (run.code, run.err) == (8, "")
    assert f"{kind}.bcf" in run.out
    assert "\x1b" not in run.out


@pytest.mark.parametrize("kind", UNREADABLE[:-1])
def test_an_export_leaves_what_is_no_archive_alone(machine: Machine, project: Project, kind):
    project.call("POST", "topics", {"title": "A"})
    path = make(kind, machine.folder)
    before = path.read_bytes() if path.is_file() else None
    assert str(path) in machine.do("export", *project.there, path).explained(8)
    assert before is None or path.read_bytes() == before


def test_a_broken_topic_is_named_and_the_others_are_imported(machine: Machine, project: Project):
    path = broken(WEEK, machine.folder / "half.bcf", 1)
    run = machine.run("import", *project.there, path)
    assert run.code == 3
    assert "Traceback" not in run.err
    (named,) = [line for line in run.err.splitlines() if "markup.bcf" in line]
    assert named.startswith(" x half.bcf: F201 error ")
    assert named.endswith("its topic was not imported")
    assert len(project.call("GET", "topics")) == 2


@pytest.mark.parametrize("command", ["import", "export"])
@pytest.mark.parametrize(("token", "code"), [("wrong", 4), (None, 4), ("", 4), ("two\nlines", 2), ("é", 2)])
def test_a_token_that_is_none_is_told(machine: Machine, project: Project, monkeypatch, command, token, code):
    monkeypatch.setattr("machines.TOKEN", token)
    said = machine.do(command, *project.there, GOOD).explained(code)
    assert "BCFSYNC_TOKEN" in said


@pytest.mark.parametrize("command", ["import", "export"])
def test_an_unknown_project_is_told_with_those_there_are(machine: Machine, project: Project, command):
    said = machine.do(command, "--url", project.url, "--project", "nowhere", machine.folder / "x.bcf" if
                      command == "export" else GOOD).explained(2)  # fmt: skip
    assert "'nowhere'" in said
    assert "demo (Demo project)" in said


def test_a_server_that_is_not_there_is_told(machine: Machine):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        said = machine.run("import", "--url", url, "--project", "demo", GOOD).explained(5)
    assert url in said


@pytest.mark.parametrize(
    "url",
    ["nonsense", "http://", "http://[", "http://127.0.0.1:99999", "ftp://127.0.0.1", "https://a..b",
     "http://127.0.0.1/\x01", "https://ex\u2028ample", "http://127.0.0.1/?a=b", "http://127.0.0.1/#part",
     "http://anna:secret@127.0.0.1", "http://server.test", "http://127.evil.test", "http://10.0.0.1"],
)  # fmt: skip
def test_a_url_that_cannot_be_is_told_and_nothing_is_sent(machine: Machine, url):
    said = machine.do("import", "--url", url, "--project", "demo", GOOD).explained(2)
    assert "secret" not in said
    assert not machine.state.exists()


def test_a_proxy_of_the_environment_never_sees_what_is_meant_for_this_machine(machine: Machine, project: Project):
    with FaultyServer(project.url) as proxy:
        run = machine.run("import", *project.there, GOOD, HTTP_PROXY=proxy.url, http_proxy=proxy.url, NO_PROXY=None)
    assert run.code == 0, run.err
    assert proxy.requests == []


@pytest.mark.parametrize("words", [["import", "--nonsense", "x"], ["nonsense"], ["import"], ["export", "x"], ["show"]])
def test_a_command_line_that_makes_no_sense_is_explained(machine: Machine, words):
    machine.do(*words).explained(2)


def test_a_port_in_use_is_told(machine: Machine, server: str):
    assert "--port" in machine.run("serve", "--port", server.rsplit(":", 1)[1]).explained(2)


def test_a_host_that_is_none_is_told(machine: Machine):
    assert "--host" in machine.do("serve", "--port", 0, "--host", "nonsense.invalid").explained(2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--dialect", "openprojekt"], "openproject"),
        (["--fault", "lose-respons:0.05"], "lose-response"),
        (["--fault", "503:many"], "503"),
        (["--fault", "429:every=0"], "429"),
        (["--users", "nobody.toml"], "nobody.toml"),
    ],
)
def test_mischief_and_users_that_make_no_sense_are_told_before_anything_is_served(machine: Machine, words, told):
    run = machine.do("serve", "--port", 0, "--data", machine.folder / "data", *words)
    assert told in run.explained(2)
    assert not (machine.folder / "data").exists()


def test_data_of_another_schema_version_is_left_alone(machine: Machine):
    ServerStore(machine.folder / "data").close()
    database = sqlite3.connect(machine.folder / "data" / "bcf.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    assert "schema version 99" in machine.do("serve", "--port", 0, "--data", machine.folder / "data").explained(2)


@pytest.mark.parametrize("folder", ["/proc/nowhere", "file"])
def test_a_data_folder_that_cannot_be_is_told(machine: Machine, folder):
    (machine.folder / "file").touch()
    machine.do("serve", "--port", 0, "--data", machine.folder / folder).explained(2)


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_seed_that_cannot_be_read_is_told(machine: Machine, kind):
    path = make(kind, machine.folder)
    assert str(path) in machine.do("serve", "--port", 0, "--seed", path).explained(8)


def test_a_seed_given_twice_is_told(machine: Machine):
    assert str(GOOD) in machine.do("serve", "--port", 0, "--seed", GOOD, GOOD).explained(2)


def test_an_export_into_a_folder_that_is_not_there_is_told(machine: Machine, project: Project):
    said = machine.do("export", *project.there, machine.folder / "nowhere" / "out.bcf").explained(2)
    assert str(machine.folder / "nowhere") in said


def test_an_export_where_nothing_can_be_written_is_told_and_claims_no_success(machine: Machine, project: Project):
    project.call("POST", "topics", {"title": "A"})
    folder = machine.folder / "sealed"
    folder.mkdir()
    folder.chmod(0o500)
    out = Path("/proc/out.bcf") if os.access(folder, os.W_OK) else folder / "out.bcf"
    run = machine.do("export", *project.there, out)
    assert run.code == 3
    assert f"{out}: cannot be written" in run.err
    assert "nothing to do" not in run.err
    folder.chmod(0o700)


@pytest.mark.parametrize("command", ["import", "export", "show"])
def test_a_name_longer_than_the_disk_takes_is_told(machine: Machine, project: Project, command):
    there = () if command == "show" else project.there
    run = machine.do(command, *there, machine.folder / ("a" * 300 + ".bcf"))
    run.explained(2)


def test_an_export_onto_an_archive_of_another_version_is_told(machine: Machine, project: Project):
    out = machine.folder / "week.bcf"
    out.write_bytes(WEEK.read_bytes())
    assert "is BCF 2.1, not 3.0" in machine.do("export", "--version", "3.0", *project.there, out).explained(2)
    assert out.read_bytes() == WEEK.read_bytes()


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_export_onto_an_archive_of_the_first_version_keeps_it_one(machine: Machine, project: Project):
    project.call("POST", "topics", {"title": "A"})
    out = machine.folder / "first.bcfzip"
    out.write_bytes(samples("2.0")[0].read_bytes())
    first = entries(out)
    assert machine.do("export", *project.there, out).code == 0
    after = entries(out)
    assert {name: after[name] for name in first} == first
    assert any(name.endswith("/markup.bcf") for name in after.keys() - first.keys())


@pytest.mark.parametrize("state", ["/proc/nowhere", "file"])
def test_a_state_folder_that_cannot_be_is_told(machine: Machine, project: Project, state):
    (machine.folder / "file").touch()
    machine.state = machine.folder / state
    machine.do("import", *project.there, GOOD).explained(2)


def test_what_terminals_would_obey_is_shown_instead(machine: Machine, project: Project):
    title = "red \x9b31m\u2028line\nnew line \u0085 end"
    project.call("POST", "topics", {"title": title, "description": "one\ntwo \x9b2J", "labels": ["\x9b1m"]})
    guid = project.topic(title)["guid"]
    project.call("POST", f"topics/{guid}/comments", {"comment": "\x9b5m blinks"})
    out = machine.folder / "out.bcf"
    for words in (["export", "-v", "-n", *project.there, out], ["export", "-v", *project.there, out], ["show", out],
                  ["validate", out]):  # fmt: skip
        run = machine.do(*words)
        assert run.code in {0, 8}, run.err
        said = run.out + run.err
        assert not set(said) & set("\x9b\u2028\u0085\x1b"), ascii(said)
    assert "\\x9b31m" in machine.do("show", out).out


def test_a_long_title_stays_one_short_line(machine: Machine, project: Project):
    project.call("POST", "topics", {"title": "long " * 5000})
    run = machine.do("export", *project.there, machine.folder / "out.bcf")
    assert run.code == 0
    assert max(map(len, run.err.splitlines())) < 300


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_terminal_that_lacks_letters_is_no_reason_to_stop(machine: Machine, project: Project, encoding):
    path = samples("3.0")[1]
    for words in (["show", path], ["import", "-v", *project.there, path]):
        process = machine.start(*words, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        process.stdout.reconfigure(errors="replace")
        process.stderr.reconfigure(errors="replace")
        run = ended(process)
        assert run.code == 0, run.err
    shown = machine.run("show", "--json", path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert "Maßkette an der Außenwand fehlt" in {topic["title"] for topic in json.loads(shown.out)["topics"]}


def test_whoever_reads_only_the_beginning_is_no_error(machine: Machine):
    process = machine.start("show", "--json", samples("3.0")[1])
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), error) == (0, "")
