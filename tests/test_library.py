"""The library as programs use it: the examples of docs/library.md, and what they promise."""

import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import bcfsync
from bcfsync.errors import NoSuchTopic, UsageError
from bcfsync.library import NoPath
from bcfsync.model import Topic

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text("utf-8"), re.DOTALL)
SAMPLE = ROOT / "samples" / "2.1" / "coordination-week-12.bcf"
GUID = "5b0f0f7e-3c55-4f3e-8c55-0e6f2a4b8d21"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(SAMPLE, "week-12.bcf")
    return tmp_path


def test_every_example_of_the_guide_runs(folder, capsys):
    assert len(EXAMPLES) >= 7
    for example in EXAMPLES:
        exec(compile(example, "docs/library.md", "exec"), {})
    said = capsys.readouterr().out
    assert "letter.docx: no such file - check the path" in said
    assert {path.name for path in folder.iterdir()} >= {"with-view.bcf", "new.bcf", "all.bcf", "week-12-for-2.0.bcfzip"}


def test_what_the_package_offers_is_what_it_says():
    for name in bcfsync._PLACES:
        assert getattr(bcfsync, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        _ = bcfsync.opne


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("only", [False, True], ids=["all topics read", "one topic read"])
def test_an_edit_touches_one_entry_and_the_archive_can_be_edited_on(folder, only):
    before = entries("week-12.bcf")
    with bcfsync.open("week-12.bcf") as archive:
        guid = archive.topics[1].guid
    with bcfsync.open("week-12.bcf", only=[guid] if only else ()) as archive:
        assert (len(archive.topics) == 1) is only
        archive.comment(guid, "One.", "ana@example.com")
        archive.save()
        archive.comment(guid.upper(), "Two.", "ana@example.com")
        archive.save()
        assert [item.comment for item in archive.topic(guid).comments][-2:] == ["One.", "Two."]
    after = entries("week-12.bcf")
    assert [name for name in before if after[name] != before[name]] == [f"{archive.topic(guid).folder}/markup.bcf"]
    assert list(after) == list(before)


def test_saving_elsewhere_leaves_the_source_and_goes_on_there(folder):
    before = Path("week-12.bcf").read_bytes()
    with bcfsync.open("week-12.bcf") as archive:
        archive.put(replace(archive.topics[0], title="Moved"))
        archive.save("moved.bcf")
        assert archive.path == Path("moved.bcf")
    assert Path("week-12.bcf").read_bytes() == before
    with bcfsync.open("moved.bcf") as archive:
        assert archive.topics[0].title == "Moved"


def test_saving_without_a_change_leaves_the_file_as_it_is(folder):
    stamp = Path("week-12.bcf").stat()
    with bcfsync.open("week-12.bcf") as archive:
        archive.save()
    assert Path("week-12.bcf").stat().st_mtime_ns == stamp.st_mtime_ns


def test_a_removed_topic_is_gone_with_its_files_and_nothing_else_is(folder):
    with bcfsync.open("week-12.bcf") as archive:
        gone = archive.topics[0]
        archive.remove(gone.guid)
        archive.save()
        assert gone.guid not in {topic.guid for topic in archive.topics}
    assert not [name for name in entries("week-12.bcf") if name.startswith(f"{gone.folder}/")]


def test_mistakes_are_told_in_a_sentence(folder):
    with bcfsync.new() as archive:
        with pytest.raises(NoPath, match="a new archive needs a path"):
            archive.save()
        with pytest.raises(NoSuchTopic, match="the new archive: no topic nobody"):
            archive.comment("nobody", "Hello", "ana")
    with bcfsync.open("week-12.bcf") as archive:
        archive.replace(replace(archive.bcf, version="3.0"))
        with pytest.raises(UsageError, match=r"it is BCF 2\.1, not 3\.0"):
            archive.save()
    with pytest.raises(UsageError, match="the archive is closed"):
        archive.save()


def test_the_union_of_one_archive_is_that_archive_byte_for_byte(folder):
    union = bcfsync.unite("all.bcf", ["week-12.bcf"])
    assert Path("all.bcf").read_bytes() == Path("week-12.bcf").read_bytes()
    assert (union.path, union.written, union.losses, union.needs_a_look) == (Path("all.bcf"), True, (), False)


def test_a_union_tells_what_was_odd_about_its_sources_and_what_it_lost(folder):
    source = ROOT / "samples" / "findings" / "F120-names-differ-in-case.bcf"
    union = bcfsync.unite("all.bcf", ["week-12.bcf", source])
    with bcfsync.open("week-12.bcf") as one, bcfsync.open(source) as other:
        assert union.findings == (*one.findings, *other.findings)
    odd = ROOT / "samples" / "findings" / "F206-unknown-element.bcf"
    assert [loss.why for loss in bcfsync.unite("all.bcf", ["week-12.bcf", odd]).losses] != []


def test_a_new_archive_of_every_version_can_be_saved_and_edited(folder):
    for version in ("2.0", "2.1", "3.0"):
        with bcfsync.new(version) as archive:
            archive.put(Topic(GUID, "Missing opening"))
            archive.save(f"{version}.bcf")
            archive.comment(GUID, "At axis C/4.", "ana@example.com")
            archive.save()
            assert [item.comment for item in archive.topic(GUID).comments] == ["At axis C/4."]
        assert bcfsync.check(f"{version}.bcf").is_valid()
