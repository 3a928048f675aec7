"""``bcfsync explode`` and ``bcfsync implode`` as people meet them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bcfsync.bcffile import open_bcf
from bcfsync.cli.main import cli
from bcfsync.errors import BcfsyncError
from bcfsync.validate import validate

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
WALK, FREEZE = SAMPLES / "2.1" / "site-walk.bcf", SAMPLES / "3.0" / "design-freeze.bcf"


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(cli, [str(word) for word in words])


@pytest.fixture
def tree(run, tmp_path):
    assert run("explode", FREEZE, tmp_path / "tree").exit_code == 0
    return tmp_path / "tree"


def failed(result):
    """The error a command ended with."""
    assert isinstance(result.exception, BcfsyncError), result.output
    return result.exception


def test_an_archive_goes_there_and_back(run, tmp_path, tree):
    found = run("implode", tree, tmp_path / "back.bcf")
    assert found.output == f"{tmp_path / 'back.bcf'}: BCF 3.0, 3 topics\n"
    assert validate(tmp_path / "back.bcf").is_valid()
    with open_bcf(FREEZE) as before, open_bcf(tmp_path / "back.bcf") as after:
        assert [item.guid for item in after.bcf.topics] == [item.guid for item in before.bcf.topics]
        assert [item.comments for item in after.bcf.topics] == [item.comments for item in before.bcf.topics]


def test_a_second_explosion_writes_nothing(run, tree):
    told = json.loads(run("explode", FREEZE, tree, "--json").stdout)
    assert (told["written"], told["removed"]) == ([], [])
    assert (told["bcf_version"], told["topics"], told["left_out"]) == ("3.0", 3, [])
    assert "bcf.json" in told["paths"]


def test_another_archive_takes_the_place_of_the_first(run, tmp_path, tree):
    run("explode", WALK, tree)
    run("explode", WALK, tmp_path / "fresh")
    here, there = (
        {path.relative_to(folder).as_posix() for path in folder.rglob("*")} for folder in (tree, tmp_path / "fresh")
    )
    assert here == there


def test_an_edit_in_the_folder_reaches_the_archive(run, tmp_path, tree):
    path = next(tree.glob("topics/*/topic.json"))
    data = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(data | {"title": "Edited in git"}), "utf-8")
    run("implode", tree, tmp_path / "back.bcf")
    with open_bcf(tmp_path / "back.bcf") as file:
        assert "Edited in git" in {topic.title for topic in file.bcf.topics}


def test_a_folder_of_something_else_is_wrong_use(run, tmp_path):
    (tmp_path / "notes.md").write_text("mine")
    error = failed(run("explode", FREEZE, tmp_path))
    assert error.exit_code == 2
    assert error.hint


def test_a_damaged_folder_is_an_invalid_archive_and_nothing_is_written(run, tmp_path, tree):
    next(tree.glob("topics/*/topic.json")).write_text("{")
    error = failed(run("implode", tree, tmp_path / "back.bcf"))
    assert error.exit_code == 8
    assert "topic.json:1: not JSON" in str(error)
    assert not (tmp_path / "back.bcf").exists()


def test_a_damaged_folder_is_not_exploded_into(run, tree):
    next(tree.glob("topics/*/topic.json")).write_text("{")
    assert failed(run("explode", WALK, tree)).exit_code == 8


def test_an_archive_is_not_made_inside_its_own_folder(run, tree):
    assert failed(run("implode", tree, tree / "back.bcf")).exit_code == 2


@pytest.mark.parametrize("command", ["explode", "implode"])
def test_what_is_not_there_is_told(run, tmp_path, command):
    assert failed(run(command, tmp_path / "none", tmp_path / "out")).exit_code == 8


def test_what_bcfsync_does_not_know_is_told(run, tmp_path):
    found = run("explode", SAMPLES / "quirks" / "q29-unknown-elements.bcf", tmp_path / "tree")
    assert "stay behind" in found.stderr
