"""``bcfsync diff``: exit codes, lines for people, JSON, and the page."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from handmade import JPG, PNG, TOPIC, VIEW, comment, markup, pack, viewpoint, visinfo

from bcfsync.archive.writing import CannotWrite
from bcfsync.bcffile import open_bcf
from bcfsync.cli.diff_words import viewpoint_words
from bcfsync.cli.main import cli
from bcfsync.diff import Rules, diff
from bcfsync.errors import InvalidArchive, UsageError
from bcfsync.model import Component, Components, OrthogonalCamera, PerspectiveCamera, Point, Viewpoint

ROOT = Path(__file__).resolve().parents[2]
FREEZE = ROOT / "samples" / "3.0" / "design-freeze.bcf"
HOSTILE = "&lt;script&gt;alert('x')&lt;/script&gt; \"&amp;'"
PICTURES = viewpoint("<Viewpoint>viewpoint.bcfv</Viewpoint><Snapshot>snapshot.png</Snapshot>")
RED, BLUE = PNG + b"red", JPG + b"blue"


def run(*words):
    return CliRunner().invoke(cli, ["diff", *map(str, words)])


def archive(path, title="Wall", *, rest="", picture=RED, view=None, **more):
    topic = f"<Title>{title}</Title>" + "".join(f"<{name}>{text}</{name}>" for name, text in more.items())
    entries = {
        f"{TOPIC}/markup.bcf": markup(topic, rest=rest + PICTURES),
        f"{TOPIC}/viewpoint.bcfv": view or visinfo(),
        f"{TOPIC}/snapshot.png": picture,
    }
    return pack(path, entries)


@pytest.fixture
def pair(tmp_path):
    a = archive(tmp_path / "a.bcf", Description="Too thin for its load.")
    b = archive(
        tmp_path / "b.bcf",
        HOSTILE,
        rest=comment("<Comment>Not <b>bold</b></Comment>".replace("<b>", "&lt;b>").replace("</b>", "&lt;/b>")),
        picture=BLUE,
        view=visinfo().replace("<X>1</X>", "<X>3.5</X>"),
        Description="Much too thin.",
    )
    return a, b


# -- exit codes ------------------------------------------------------------------------------------------------


def test_equal_archives_end_with_0_and_one_line():
    result = run(FREEZE, FREEZE)
    assert (result.exit_code, result.stdout) == (0, "equal (3 topics)\n")


def test_different_archives_end_with_1(pair):
    assert run(*pair).exit_code == 1
    assert run(*pair, "--json").exit_code == 1


def test_quiet_prints_nothing(pair):
    result = run(*pair, "-q")
    assert (result.exit_code, result.output) == (1, "")


@pytest.mark.parametrize("words", [("{bad}", FREEZE), (FREEZE, "{bad}"), (FREEZE, "{bad}.none")])
def test_an_archive_that_cannot_be_read_ends_with_8(words, tmp_path):
    bad = tmp_path / "bad.bcf"
    bad.write_text("no zip")
    error = run(*(str(word).format(bad=bad) for word in words)).exception
    assert isinstance(error, InvalidArchive)
    assert error.exit_code == 8


@pytest.mark.parametrize("words", [(FREEZE,), (FREEZE, FREEZE, "--metres", "-1"), (FREEZE, FREEZE, "--what")])
def test_a_wrong_command_line_ends_with_2(words):
    assert run(*words).exit_code == 2


def test_an_unknown_member_is_named_with_those_there_are():
    error = run(FREEZE, FREEZE, "--ignore", "titel").exception
    assert isinstance(error, UsageError)
    assert "titel" in str(error)
    assert "title" in error.hint


# -- for people ------------------------------------------------------------------------------------------------


def test_people_get_the_topics_with_what_became_of_them(pair):
    lines = run(*pair).stdout.splitlines()
    assert lines[0] == f"A  {pair[0]}  BCF 2.1, 1 topic"
    assert lines[2:] == [
        "~ 11111111 <script>alert('x')</script> \"&'",
        "    title: Wall → <script>alert('x')</script> \"&'",
        "    description: Too thin for its load. → Much too thin.",
        "  + comment 55555555  b@example.com, 2025-01-02 00:00: Not <b>bold</b>",
        "  ~ viewpoint 33333333",
        "      camera: moved 2.5 m",
        "      snapshot: 91 bytes → 78 bytes, other bytes",
        "1 topic changed",
    ]


def test_a_long_text_is_told_word_by_word(tmp_path):
    text = "The wall of level 3 is {} thin for the load it has to bear in the end."
    a, b = (archive(tmp_path / f"{word}.bcf", Description=text.format(word)) for word in ("too", "far too"))
    assert "is{+ far+} too thin for" in run(a, b).stdout


def test_only_a_terminal_gets_colours(pair):
    assert "\x1b" not in run(*pair).stdout


def test_nothing_of_an_archive_obeys_the_terminal(tmp_path):
    a, b = archive(tmp_path / "a.bcf"), archive(tmp_path / "b.bcf", "&#x9b;2J &#x2028;", Description="&#x9b;31m" * 30)
    shown = run(a, b).stdout
    assert "\x9b" not in shown
    assert "\\x9b2J" in shown


def test_findings_are_told_beside_the_comparison(tmp_path, pair):
    odd = pack(tmp_path / "odd.bcf", {f"{TOPIC}/markup.bcf": markup("<Title>Wall</Title><Index>x</Index>")})
    result = run(pair[0], odd)
    assert f"bcfsync validate {odd} tells more" in result.stderr
    assert "tells more" not in result.stdout


def test_members_can_be_left_out(pair):
    ignored = ("title", "description", "comments", "camera", "snapshot")
    assert run(*pair, *(word for name in ignored for word in ("--ignore", name))).exit_code == 0


def test_tolerances_are_options(pair):
    cameras = ("--ignore", "title", "--ignore", "description", "--ignore", "comments", "--ignore", "snapshot")
    assert run(*pair, *cameras).exit_code == 1
    assert run(*pair, *cameras, "--metres", "2.6").exit_code == 0


def view(camera, **members):
    kind = "perspective_camera" if isinstance(camera, PerspectiveCamera) else "orthogonal_camera"
    return Viewpoint(VIEW, **{kind: camera}, **members)


NORTH = PerspectiveCamera(Point(0, 0, 0), Point(0, 1, 0), Point(0, 0, 1), 60.0)
PLAN = OrthogonalCamera(Point(0, 0, 0), Point(0, 1, 0), Point(0, 0, 1), 10.0)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (view(NORTH), view(replace(NORTH, camera_view_point=Point(0.012, 0, 0))), {"camera": "moved 12 mm"}),
        (view(NORTH), view(replace(NORTH, camera_view_point=Point(1234.5678, 0, 0))), {"camera": "moved 1234.57 m"}),
        (view(NORTH), view(replace(NORTH, camera_direction=Point(1, 1, 0))), {"camera": "turned 45°"}),
        (view(NORTH), view(replace(NORTH, field_of_view=45.5)), {"field of view": "60° → 45.5°"}),
        (view(PLAN), view(replace(PLAN, view_to_world_scale=12.5)), {"visible height": "10 m → 12.5 m"}),
        (view(NORTH), view(PLAN), {"camera": "perspective → orthogonal"}),
        (Viewpoint(VIEW), view(PLAN), {"camera": "none → orthogonal"}),
        (
            view(PLAN, components=Components((Component("a"),))),
            view(PLAN, components=Components((Component(None, "Revit", "7"), Component("b")))),
            {"selection": "-1 (a)  +2 (Revit:7, b)"},
        ),
        (
            view(PLAN),
            view(PLAN, components=Components(tuple(Component(f"{at:02}") for at in range(14)))),
            {"selection": "+14 (00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11 and 2 more)"},
        ),
    ],
)
def test_a_viewpoint_is_told_in_words(one, other, words):
    with open_bcf(FREEZE) as file:
        topic = replace(file.bcf.topics[0], viewpoints=())
        a, b = (replace(file.bcf, topics=(replace(topic, viewpoints=(seen,)),)) for seen in (one, other))
    (change,) = diff(a, b, rules=Rules()).topics.changed[0].viewpoints.changed
    assert dict(viewpoint_words(change)) == words


# -- for programs ----------------------------------------------------------------------------------------------

HEAD = ["equal", "a", "b", "tolerance", "ignored", "summary", "project", "extensions", "documents", "extras", "topics"]


def test_programs_get_one_object_with_every_member(pair):
    found = json.loads(run(*pair, "--json", "--ignore", "stage").stdout)
    assert list(found) == HEAD
    assert (found["equal"], found["ignored"]) == (False, ["stage"])
    assert found["a"] == {"file": str(pair[0]), "bcf_version": "2.1", "topics": 1}
    assert found["summary"]["topics"] == {"removed": 0, "added": 0, "changed": 1}
    (topic,) = found["topics"]["changed"]
    assert list(topic) == ["guid", "title", "fields", "lists", "bim_snippet", "files", "document_references",
                           "comments", "viewpoints"]  # fmt: skip
    assert topic["fields"][0] == {"name": "title", "before": "Wall", "after": "<script>alert('x')</script> \"&'"}
    assert [item["comment"] for item in topic["comments"]["added"]] == ["Not <b>bold</b>"]
    (view,) = topic["viewpoints"]["changed"]
    assert list(view) == ["guid", "cameras", "components", "lines", "clipping_planes", "bitmaps", "snapshot"]
    assert (view["cameras"][0]["moved_metres"], view["cameras"][0]["turned_degrees"]) == (2.5, None)
    assert view["snapshot"]["before"]["size"] == len(RED)
    assert len(view["snapshot"]["after"]["sha256"]) == 64


def test_equal_archives_have_every_member_too():
    found = json.loads(run(FREEZE, FREEZE, "--json").stdout)
    assert list(found) == HEAD
    assert found["equal"] is True
    assert found["topics"] == {"removed": [], "added": [], "changed": []}


def test_topics_stand_in_the_order_of_their_guids(tmp_path):
    guids = [f"{letter}1111111-1111-4111-8111-111111111111" for letter in "CaB"]
    b = pack(tmp_path / "b.bcf", {f"{guid}/markup.bcf": markup(guid=guid) for guid in guids})
    found = json.loads(run(archive(tmp_path / "a.bcf"), b, "--json").stdout)
    assert [item["guid"][0] for item in found["topics"]["added"]] == ["a", "B", "C"]


# -- the page --------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would make of a page: elements, their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def pictures(self):
        return [value for tag, name, value in self.attributes if (tag, name) == ("img", "src")]


def page(pair, out, *words):
    result = run(*pair, "--html", out, *words)
    assert result.exit_code == 1, result.exception
    text = out.read_text(encoding="utf-8")
    return text, Page(text)


def test_the_page_is_well_formed_and_escapes_what_archives_say(pair, tmp_path):
    text, found = page(pair, tmp_path / "out.html")
    assert found.open == []
    assert "script" not in found.tags
    assert "b" not in found.tags[found.tags.index("section") :]
    assert "<script" not in text
    assert "<script>alert('x')</script> \"&'" in "".join(found.texts)


def test_the_page_shows_both_snapshots_and_fetches_nothing(pair, tmp_path):
    text, found = page(pair, tmp_path / "out.html")
    assert [source.partition(",")[0] for source in found.pictures] == [
        "data:image/png;base64",
        "data:image/jpeg;base64",
    ]
    assert not re.findall(r"https?://|url\(|@import|<link|srcset", text)
    assert {name for _, name, _ in found.attributes} & {"href", "onload", "onerror", "action"} == set()
    assert "default-src 'none'" in text


def test_the_page_holds_no_snapshot_of_a_viewpoint_that_did_not_change(tmp_path):
    pair = archive(tmp_path / "a.bcf"), archive(tmp_path / "b.bcf", "Other")
    assert page(pair, tmp_path / "out.html")[1].pictures == []


def test_an_unchanged_snapshot_of_a_changed_viewpoint_stands_there_once(tmp_path):
    moved = visinfo().replace("<X>1</X>", "<X>9</X>")
    pair = archive(tmp_path / "a.bcf"), archive(tmp_path / "b.bcf", view=moved)
    assert len(page(pair, tmp_path / "out.html")[1].pictures) == 1


def test_pictures_beyond_the_limit_are_named_only(pair, tmp_path):
    text, found = page(pair, tmp_path / "out.html", "--pictures", "0.00008")
    assert len(found.pictures) == 1
    assert "beyond the limit" in text


@pytest.mark.parametrize("limit", ["inf", "nan", "1e300"])
def test_a_limit_nobody_reaches_is_none(limit, pair, tmp_path):
    assert len(page(pair, tmp_path / "out.html", "--pictures", limit)[1].pictures) == 2


def test_what_is_no_picture_is_not_embedded(tmp_path):
    pair = archive(tmp_path / "a.bcf"), archive(tmp_path / "b.bcf", picture=b"<svg onload='alert(1)'/>")
    text, found = page(pair, tmp_path / "out.html")
    assert len(found.pictures) == 1
    assert "neither PNG nor JPEG" in text


def test_the_page_of_equal_archives_says_so(tmp_path):
    out = tmp_path / "out.html"
    assert run(FREEZE, FREEZE, "--html", out).exit_code == 0
    assert "no difference" in out.read_text(encoding="utf-8")


def test_the_page_never_replaces_an_archive(pair):
    before = pair[1].read_bytes()
    error = run(*pair, "--html", pair[1]).exception
    assert isinstance(error, UsageError)
    assert pair[1].read_bytes() == before


def test_a_page_that_cannot_be_written_ends_with_2(pair, tmp_path):
    error = run(*pair, "--html", tmp_path / "no" / "out.html").exception
    assert isinstance(error, CannotWrite)
    assert error.exit_code == 2


@pytest.mark.slow
def test_all_samples_make_pages(tmp_path):
    samples = sorted((ROOT / "samples").glob("[0-9]*/*.bcf*"))
    for one, other in pairwise(samples):
        _, found = page((one, other), tmp_path / "out.html")
        assert found.pictures or other.stem == "smallest" or one.stem == "smallest"
