"""What the commands print, for people and for programs, as architecture.md has it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bcfsync.changes import Conflict, Hold, Kind, Outcome, Plan, Site, Status, Step, Verb
from bcfsync.cli.main import cli
from bcfsync.cli.options import json_text, printable
from bcfsync.cli.render import Renderer, Tally
from bcfsync.cli.show import viewpoint_line
from bcfsync.model import Bitmap, ClippingPlane, Coloring, Component, Components, Line, Point, Topic, Viewpoint
from bcfsync.net import Traffic
from bcfsync.run import Applied, Planned, Waiting

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FREEZE = SAMPLES / "3.0" / "design-freeze.bcf"
SUMMARY = ["type", "created", "updated", "deleted", "adopted", "conflicts", "held", "failed", "requests",
           "not_modified", "bytes_in", "bytes_out", "unkept", "seconds", "local", "remote"]  # fmt: skip


@pytest.fixture
def run() -> Iterator[Callable[..., Result]]:
    runner = CliRunner()
    return lambda *words: runner.invoke(cli, [str(word) for word in words])


def shown(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("api", ["1.0", "1.0-tag", "1.0-late", "2.1", "3.0"])
def test_show_gives_the_archive_in_the_members_of_the_api(run, api):
    found = shown(run("show", "--json", "--api", api, FREEZE))
    assert list(found) == ["file", "bcf_version", "project", "extensions", "documents", "topics", "findings"]
    assert (found["file"], found["bcf_version"]) == (str(FREEZE), "3.0")
    named = ["guid", "filename", "size", "sha256"]
    assert [[name for name in item if name != "description"] for item in found["documents"]] == [named] * 2
    assert len(found["topics"]) == 3
    for topic in found["topics"]:
        assert list(topic)[-5:] == ["files", "comments", "viewpoints", "related_topics", "document_references"]
        assert {"guid", "title", "topic_type", "topic_status", "creation_date", "creation_author"} <= set(topic)
    views = [view for topic in found["topics"] for view in topic["viewpoints"]]
    assert {tuple(view["snapshot"]) for view in views} == {("snapshot_type", "size", "sha256")}
    assert any("components" in view for view in views)
    assert sum(len(topic["comments"]) for topic in found["topics"]) == 6


def test_show_takes_the_beginning_of_a_guid(run):
    (topic,) = shown(run("show", "--json", FREEZE, "9870C619"))["topics"]
    assert topic["title"] == "Fire door T-03 opens against the way out"


@pytest.mark.parametrize("guid", ["ffff", "-", ""])
def test_show_names_the_guids_there_are(run, guid):
    result = run("show", FREEZE, "--", guid or "zz")
    assert result.exception.exit_code == 2
    assert "9870c619" in result.exception.hint


def test_show_tells_people_what_there_is(run):
    result = run("show", FREEZE)
    assert result.stdout.splitlines()[0] == "design-freeze.bcf  BCF 3.0, 3 topics, Harbour School, block B"
    assert "9870c619 Fire door T-03 opens against the way out" in result.stdout
    assert "viewpoint f24adf62 perspective" in result.stdout
    assert "amal.haddad@example.org, 2025-06-02T10:58: Frame turned, door hangs. ✅" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "2 selected, 1 coloured group, 1 line, 1 clipping plane, 1 bitmap"),
        (2, "2 selected, 2 coloured groups, 2 lines, 2 clipping planes, 2 bitmaps"),
    ],
)
def test_show_counts_the_parts_of_a_viewpoint_in_plain_words(count, words):
    at = Point(0.0, 0.0, 0.0)
    parts = Components(selection=(Component(),) * 2, coloring=(Coloring("FF0000", (Component(),)),) * count)
    found = Viewpoint(
        "12345678-0000-4000-8000-000000000000",
        components=parts,
        lines=(Line(at, at),) * count,
        clipping_planes=(ClippingPlane(at, at),) * count,
        bitmaps=(Bitmap("png", at, at, at, 1.0),) * count,
    )
    assert viewpoint_line(found).plain == f"viewpoint 12345678 {words}"


def test_validate_gives_verdicts_and_findings(run):
    found = shown(run("validate", "--json", FREEZE, SAMPLES / "2.0" / "only-this-wall.bcfzip"))
    assert list(found) == ["valid", "files"]
    assert found["valid"] is True
    assert [list(item) for item in found["files"]] == [["file", "bcf_version", "valid", "error", "findings"]] * 2
    assert [item["bcf_version"] for item in found["files"]] == ["3.0", "2.0"]
    findings = [finding for item in found["files"] for finding in item["findings"]]
    members = ["number", "severity", "entry", "line", "rule", "detail", "source", "fix"]
    assert all(list(finding) == members for finding in findings)


def test_validate_counts_warnings_only_when_strict(run, tmp_path):
    path = SAMPLES / "2.1" / "site-walk.bcf"
    plain, strict = run("validate", "--json", path), run("validate", "--strict", "--json", path)
    severities = {item["severity"] for item in json.loads(plain.stdout)["files"][0]["findings"]}
    assert plain.exit_code == 0
    assert strict.exit_code == (8 if "warning" in severities else 0)


def test_one_bad_archive_among_good_ones_makes_the_code(run, tmp_path):
    bad = tmp_path / "bad.bcf"
    bad.write_text("no archive")
    result = run("validate", FREEZE, bad)
    assert result.exit_code == 8
    assert f"{FREEZE}: valid BCF 3.0" in result.stdout
    assert f"{bad}: the file is not a zip" in result.stdout
    found = json.loads(run("validate", "--json", bad).stdout)
    assert (found["valid"], found["files"][0]["bcf_version"]) == (False, None)
    assert "not a zip" in found["files"][0]["error"]


# -- events of a pass ----------------------------------------------------------------------------------------

TITLE = "bad \x1b[31m\ntitle \u2028 \x9b2J"
STEP = Step(0, Site.REMOTE, Verb.CREATE, Kind.TOPIC, "g", Topic("g", "A"), Topic("g", "A"), f"abcd “{TITLE}”")
ADOPTED = Step(1, Site.REMOTE, Verb.ADOPT, Kind.TOPIC, "h", Topic("h", "B"), Topic("h", "B"), "h “B”")
CONFLICT = Conflict(Kind.TOPIC, "g", "g", "title", "a", TITLE, "c", f"abcd “{TITLE}”")
HOLD = Hold(Kind.COMMENT, "g", "k", f"why {TITLE}", "comment")
EVENTS = [
    Planned(Plan(conflicts=(CONFLICT,), holds=(HOLD,))),
    Waiting(datetime(2025, 1, 1, tzinfo=UTC)),
    Applied(STEP, Outcome(0, Status.DONE, "g", message=TITLE)),
    Applied(ADOPTED, Outcome(1, Status.DONE, "h", adopted=True)),
    Applied(STEP, Outcome(0, Status.FAILED, "g", message=f"400 {TITLE}")),
    Planned(Plan(conflicts=(CONFLICT,), holds=(HOLD,)), again=True),
]


SETTLE = (
    "  to settle a conflict, give both sides the same value and run the command again; or make a pair "
    "with bcfsync init, where bcfsync conflicts resolve says whose value wins"
)


def told(capsys: pytest.CaptureFixture[str], **options: bool) -> tuple[str, str]:
    renderer = Renderer(**options)
    for event in EVENTS:
        renderer.event(event)
    renderer.summary(Traffic(5, 0, 10, 20), f"server {TITLE}")
    found = capsys.readouterr()
    return found.out, found.err


def test_programs_get_one_object_a_line_and_a_summary_last(capsys):
    out, err = told(capsys, as_json=True)
    lines = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    assert [line["type"] for line in lines] == ["conflict", "hold", "outcome", "outcome", "outcome", "summary"]
    assert list(lines[0]) == ["type", "kind", "topic", "guid", "field", "base", "local", "remote"]
    assert list(lines[1]) == ["type", "kind", "topic", "guid", "reason"]
    assert list(lines[2]) == ["type", "site", "verb", "kind", "guid", "topic", "fields", "label", "status", "message"]
    assert list(lines[-1]) == SUMMARY
    assert lines[-1] | {"seconds": 0} == {
        "type": "summary", "created": 1, "updated": 0, "deleted": 0, "adopted": 1, "conflicts": 1, "held": 1,
        "failed": 1, "requests": 5, "not_modified": 0, "bytes_in": 10, "bytes_out": 20, "unkept": [], "seconds": 0,
        "local": {"created": 0, "updated": 0, "deleted": 0}, "remote": {"created": 1, "updated": 0, "deleted": 0},
    }  # fmt: skip
    assert lines[2]["label"] == STEP.label


@pytest.mark.parametrize("options", [{}, {"verbose": True}, {"quiet": True}])
def test_people_get_single_lines_that_command_no_terminal(capsys, options):
    out, err = told(capsys, **options)
    assert out == ""
    assert not set(err) & set("\x1b\x9b\u2028")
    assert err.count("\n") == len(err.splitlines()) == {"verbose": 9, "quiet": 5}.get("".join(options), 8)
    assert ("h “B”" in err) is ("verbose" in options)
    assert err.splitlines()[-2].startswith("server bad \\x1b[31m title")
    assert err.splitlines()[-1] == SETTLE


def test_a_plan_is_printed_and_not_called_done(capsys):
    renderer = Renderer()
    renderer.plan(Plan(steps=(STEP, ADOPTED), holds=(HOLD,)))
    renderer.summary(Traffic(), "server")
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2] == "Plan: 1 new, 0 updates, 0 deletes, 0 conflicts, 1 held."
    assert lines[-1].startswith("server: dry run, nothing was changed (0 requests")


@pytest.mark.parametrize(("conflicts", "words"), [(0, "0 conflicts"), (1, "1 conflict"), (2, "2 conflicts")])
def test_a_plan_counts_in_plain_words(capsys, conflicts, words):
    renderer = Renderer()
    update = replace(STEP, verb=Verb.UPDATE)
    renderer.plan(Plan(steps=(update,) * (conflicts or 2), conflicts=(CONFLICT,) * conflicts))
    updates = "1 update" if conflicts == 1 else "2 updates"
    assert capsys.readouterr().err.splitlines()[-1] == f"Plan: 0 new, {updates}, 0 deletes, {words}, 0 held."


def waiting(conflicts):
    """The plan of one archive with this many conflicts."""
    return {"a.bcf": Plan(conflicts=(CONFLICT,) * conflicts)}


@pytest.mark.parametrize(
    ("tally", "requests", "words"),
    [
        (Tally(undone=waiting(1)), 1, "1 conflict (1 request,"),
        (Tally(undone=waiting(2), held_steps=1), 2, "2 conflicts, 1 held (2 requests,"),
        (Tally(failed=2, unanswered=1), 0, "1 failed, 1 unanswered (0 requests,"),
        (Tally(failed=1, unanswered=1), 0, "server: 1 unanswered (0 requests,"),
        (Tally(), 0, "nothing to do, all is there already (0 requests,"),
    ],
)
def test_a_summary_counts_in_plain_words(capsys, tally, requests, words):
    renderer = Renderer()
    renderer.tally = tally
    renderer.summary(Traffic(requests), "server")
    lines = capsys.readouterr().err.splitlines()
    assert words in lines[0]
    assert lines[1:] == ([SETTLE] if tally.conflicts else [])


def test_an_unanswered_change_is_failed_for_programs_and_unanswered_for_people(capsys):
    for as_json in (True, False):
        renderer = Renderer(as_json=as_json)
        renderer.event(Applied(STEP, Outcome(0, Status.UNANSWERED, "g", message="no answer")))
        renderer.summary(Traffic(), "server")
        assert renderer.tally.exit_code == 3
    found = capsys.readouterr()
    assert json.loads(found.out.splitlines()[-1])["failed"] == 1
    assert list(json.loads(found.out.splitlines()[-1])) == SUMMARY
    assert found.err.splitlines()[-1].startswith("server: 1 unanswered (")


@pytest.mark.parametrize(("done", "words"), [(False, "nothing was changed"), (True, "1 topic created")])
def test_a_run_that_was_stopped_is_not_called_done(capsys, done, words):
    renderer = Renderer(quiet=True)
    if done:
        renderer.event(Applied(STEP, Outcome(0, Status.DONE, "g")))
    renderer.summary(Traffic(), "server", finished=False)
    assert f"server: stopped; until then {words} (" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ({}, 0),
        ({"held_steps": 1}, 3),
        ({"undone": {"a.bcf": Plan(holds=(HOLD,))}}, 3),
        ({"failed": 1}, 3),
        ({"undone": waiting(1)}, 6),
        ({"undone": waiting(1), "failed": 1}, 6),
    ],
)
def test_what_was_left_undone_makes_the_exit_code(counts, code):
    assert Tally(**counts).exit_code == code


@pytest.mark.parametrize(
    ("text", "line"),
    [("plain ü ✅ 👩‍🏫", "plain ü ✅ 👩‍🏫"), ("a\nb\tc", "a b c"), ("\x1b[2J", "\\x1b[2J"), ("\x9b", "\\x9b"),
     ("\u2028", ""), ("a\u2028b", "a b"), ("\ud800", "\\ud800"), ("\x00\x7f", "\\x00\\x7f"), ("مرحبا", "مرحبا")],
)  # fmt: skip
def test_a_text_becomes_one_line_a_terminal_only_shows(text, line):
    assert printable(text) == line


def test_a_text_may_keep_its_lines():
    assert printable("a\r\nb\x1bc\rd", lines=True) == "a\nb\\x1bc\\x0dd"


@pytest.mark.parametrize(("encoding", "raw"), [("utf-8", True), ("UTF8", True), ("cp1252", False), ("ascii", False)])
def test_json_is_whole_in_every_encoding(monkeypatch, encoding, raw):
    monkeypatch.setattr("sys.stdout", type("Stream", (), {"encoding": encoding})())
    text = json_text({"a": "ü👷"})
    assert text.isascii() is not raw
    assert json.loads(text) == {"a": "ü👷"}
    assert json.loads(json_text("\ud800")) == "\ud800"


def test_json_holds_nothing_a_terminal_obeys_or_that_ends_a_line():
    text = json_text({"a": "\x9b2J\u2028\x85\x7f\x1b\n"})
    assert text.isprintable()
    assert json.loads(text) == {"a": "\x9b2J\u2028\x85\x7f\x1b\n"}


def test_a_plan_made_again_counts_and_tells_only_what_is_still_so(capsys: pytest.CaptureFixture[str]):
    renderer = Renderer(color=False)
    renderer.event(Planned(Plan(conflicts=(CONFLICT,), holds=(HOLD,))))
    renderer.event(Planned(Plan(conflicts=(CONFLICT,)), again=True))
    assert (renderer.tally.conflicts, renderer.tally.held) == (1, 0)
    assert capsys.readouterr().err.count(" ! conflict ") == 1


def test_conflicts_of_two_archives_add_up_and_those_of_one_that_is_looked_at_again_do_not(capsys):
    renderer = Renderer(color=False)
    for renderer.archive in ("a.bcf", "b.bcf", "a.bcf"):
        renderer.event(Planned(Plan(conflicts=(CONFLICT,))))
    assert renderer.tally.conflicts == 2
    assert capsys.readouterr().err.count(" ! conflict ") == 2
