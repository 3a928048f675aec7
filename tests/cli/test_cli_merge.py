"""``bcfsync merge`` as people and programs meet it."""

import json
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bcfsync.bcffile import open_bcf
from bcfsync.cli.main import cli
from bcfsync.errors import InvalidArchive
from bcfsync.model import Bcf
from bcfsync.saving import write_bcf
from bcfsync.validate import validate

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
HANDOVER, WALK, WEEK, FREEZE = (
    SAMPLES / name
    for name in (
        "2.0/first-handover.bcfzip",
        "2.1/site-walk.bcf",
        "2.1/coordination-week-12.bcf",
        "3.0/design-freeze.bcf",
    )
)


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(cli, [str(word) for word in words])


@pytest.fixture
def edited(tmp_path):
    """A copy of an archive with its first topic's members changed."""

    def make(name, source, **members):
        path = tmp_path / name
        with open_bcf(source) as file:
            first, *rest = file.bcf.topics
            write_bcf(path, replace(file.bcf, topics=(replace(first, **members), *rest)), file.open)
        return path

    return make


def test_archives_are_united_the_same_in_every_order(run, tmp_path):
    assert run("merge", tmp_path / "1.bcf", HANDOVER, WALK, WEEK, FREEZE).exit_code == 6
    assert run("merge", tmp_path / "2.bcf", WEEK, FREEZE, FREEZE, HANDOVER, WALK).exit_code == 6
    assert (tmp_path / "1.bcf").read_bytes() == (tmp_path / "2.bcf").read_bytes()
    assert validate(tmp_path / "1.bcf").is_valid()


@pytest.mark.parametrize("path", [HANDOVER, WALK, WEEK, FREEZE], ids=lambda path: path.stem)
def test_an_archive_united_with_itself_is_itself(run, tmp_path, path):
    other = tmp_path / "copy.bcf"
    shutil.copy(path, other)
    assert run("merge", other, path, other, path).exit_code == 0
    assert run("merge", tmp_path / "out.bcf", path, other).exit_code == 0
    assert other.read_bytes() == (tmp_path / "out.bcf").read_bytes() == path.read_bytes()


def test_an_archive_that_only_spells_the_same_otherwise_is_written_anew(run, tmp_path, edited):
    same = edited("same.bcf", WALK)
    run("merge", tmp_path / "1.bcf", WALK, same)
    run("merge", tmp_path / "2.bcf", same, WALK)
    assert (tmp_path / "1.bcf").read_bytes() == (tmp_path / "2.bcf").read_bytes()


def test_a_losing_text_is_printed_whole_with_its_file(run, tmp_path, edited):
    text = "a first line\nand a second " + "long " * 60 + "end"
    loser = edited("mine.bcf", WALK, description=text, modified_date=None)
    winner = edited("yours.bcf", WALK, description="short")
    found = run("merge", tmp_path / "out.bcf", loser, winner, "--base", WALK)
    assert found.exit_code == 6
    assert "description differs" in found.stdout
    assert "taken  short" in found.stdout
    for line in text.split("\n"):
        assert line in found.stdout
    assert str(loser) in found.stdout


def test_json_tells_every_loser(run, tmp_path, edited):
    one = edited("mine.bcf", WALK, priority="Later", modified_date=None)
    other = edited("yours.bcf", WALK, priority="Soon")
    found = run("merge", tmp_path / "out.bcf", one, other, "--base", WALK, "--json")
    assert found.exit_code == 6
    told = json.loads(found.stdout)
    assert list(told) == ["out", "written", "inputs", "base", "bcf_version", "topics", "conflicts", "notes", "losses"]
    (conflict,) = told["conflicts"]
    assert (conflict["kind"], conflict["field"]) == ("topic", "priority")
    assert conflict["winner"] == {"value": "Soon", "files": [str(other)]}
    assert conflict["losers"] == [{"value": "Later", "files": [str(one)]}]


def test_edits_of_different_fields_are_both_taken_with_a_base(run, tmp_path, edited):
    one = edited("mine.bcf", WALK, priority="Low")
    other = edited("yours.bcf", WALK, title="Another title")
    found = run("merge", tmp_path / "out.bcf", one, other, "--base", WALK)
    assert (found.exit_code, found.output) == (0, f"{tmp_path / 'out.bcf'}: BCF 2.1, 2 topics, 0 conflicts\n")
    with open_bcf(tmp_path / "out.bcf") as file:
        assert (file.bcf.topics[0].priority, file.bcf.topics[0].title) == ("Low", "Another title")


def test_out_may_be_one_of_the_inputs(run, tmp_path):
    out = tmp_path / "all.bcf"
    shutil.copy(WALK, out)
    assert run("merge", out, out, WEEK).exit_code == 0
    with open_bcf(out) as file:
        assert len(file.bcf.topics) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["all.bcf"]


def test_a_dry_run_writes_nothing(run, tmp_path):
    found = run("merge", "-n", tmp_path / "out.bcf", HANDOVER, FREEZE)
    assert found.exit_code == 6
    assert "would be BCF 3.0" in found.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
def test_the_version_asked_for_is_written_and_losses_are_told(run, tmp_path, version):
    found = run("merge", tmp_path / "out.bcf", WALK, FREEZE, "--to", version, "--json")
    told = json.loads(found.stdout)
    assert told["bcf_version"] == version
    assert {"topic", "where", "what", "why"} == set(told["losses"][0])
    with open_bcf(tmp_path / "out.bcf") as file:
        assert file.bcf.version == version
        assert len(file.bcf.topics) == 4


def test_pictures_are_not_doubled(run, tmp_path):
    run("merge", tmp_path / "out.bcf", WALK, WALK, FREEZE)
    with open_bcf(tmp_path / "out.bcf") as file:
        views = [view for topic in file.bcf.topics for view in topic.viewpoints]
        pictures = [name for name in file.archive.names if name.endswith((".png", ".jpg"))]
        assert len(pictures) <= sum(1 + len(view.bitmaps) for view in views)
        assert all(view.snapshot is None or view.snapshot.blob for view in views)


def test_an_unreadable_input_ends_it_and_nothing_is_written(run, tmp_path):
    bad = tmp_path / "bad.bcf"
    bad.write_bytes(WALK.read_bytes()[:2000])
    found = run("merge", tmp_path / "out.bcf", WALK, bad)
    assert isinstance(found.exception, InvalidArchive)
    assert found.exception.exit_code == 8
    assert not (tmp_path / "out.bcf").exists()


def test_no_input_is_wrong_use(run, tmp_path):
    assert run("merge", tmp_path / "out.bcf").exit_code == 2


def test_an_empty_archive_adds_nothing(run, tmp_path):
    write_bcf(tmp_path / "empty.bcf", Bcf("2.1"), nullcontext)
    assert run("merge", tmp_path / "1.bcf", WALK, tmp_path / "empty.bcf").exit_code == 0
    assert (tmp_path / "1.bcf").read_bytes() == WALK.read_bytes()


@pytest.mark.skipif(not CORPUS.exists(), reason="no published archives here")
def test_the_published_archives_unite_into_a_valid_one(run, tmp_path):
    paths = sorted(CORPUS.glob("*/*.bcf*"))
    run("merge", tmp_path / "1.bcf", *paths)
    run("merge", tmp_path / "2.bcf", *reversed(paths))
    assert (tmp_path / "1.bcf").read_bytes() == (tmp_path / "2.bcf").read_bytes()
    assert validate(tmp_path / "1.bcf").is_valid()
    guids = set()
    for path in paths:
        with open_bcf(path) as file:
            guids |= {topic.guid.lower() for topic in file.bcf.topics}
    with open_bcf(tmp_path / "1.bcf") as file:
        assert {topic.guid.lower() for topic in file.bcf.topics} == guids
