"""The sample archives as JSON, reviewed as text; and what comes back when they are written again."""

import json
import posixpath
import zipfile
from pathlib import Path

import pytest
from essence import essence, opened, rewritten, types_come_from_comments
from lxml import etree

from bcfsync.bcfapi.codec import for_version
from bcfsync.bcfapi.show import show_bcf
from bcfsync.bcfxml import schema

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "samples").glob("[0-9].[0-9]/*.bcf*"))
GOLDEN = ROOT / "tests" / "golden"

every_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
both_versions = pytest.mark.parametrize("version", ["2.1", "3.0"])


@every_sample
def test_a_sample_says_what_was_reviewed(path, golden):
    shown = show_bcf(opened(path)[0], for_version("3.0"))
    golden(GOLDEN / f"{path.stem}.json", json.dumps(shown, indent=2, ensure_ascii=False) + "\n")


@both_versions
@every_sample
def test_a_sample_written_again_says_the_same(path, version, tmp_path):
    after, before = opened(rewritten(path, tmp_path / "new.bcf", version))[0], opened(path)[0]
    assert essence(after, version) == essence(before, version)


@both_versions
@every_sample
def test_a_sample_written_twice_has_the_same_bytes(path, version, tmp_path):
    first = rewritten(path, tmp_path / "first.bcf", version)
    if version == "3.0" and types_come_from_comments(opened(path)[0]):
        first = rewritten(first, tmp_path / "without-statuses.bcf", version)
    second = rewritten(first, tmp_path / "second.bcf", version)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.slow
@both_versions
@every_sample
def test_every_document_of_a_sample_written_again_is_valid(path, version, tmp_path):
    with zipfile.ZipFile(rewritten(path, tmp_path / "new.bcf", version)) as archive:
        for entry in archive.namelist():
            if schema.schema_name(entry):
                found = [item.detail for item in schema.check(archive.read(entry), entry, version)]
                # 2.1 allows 45 to 60 degrees, and its text asks to keep any angle all the same
                assert [detail for detail in found if "FieldOfView" not in detail] == []


@every_sample
def test_a_sample_taken_to_21_and_back_to_30_loses_what_21_cannot_hold_and_nothing_else(path, tmp_path):
    there = rewritten(path, tmp_path / "there.bcf", "2.1")
    back, _ = opened(rewritten(there, tmp_path / "back.bcf", "3.0"))
    # what 2.1 cannot hold is what the essence of a 2.1 archive leaves out
    before = opened(path)[0]
    assert essence(essence(back, "3.0"), "2.1") == essence(essence(before, "3.0"), "2.1")


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.parent.name == "2.1"], ids=lambda path: path.stem)
def test_every_2x_topic_written_has_the_two_names_the_version_wants(path, tmp_path):
    with zipfile.ZipFile(rewritten(path, tmp_path / "new.bcf", "2.1")) as archive:
        for entry in archive.namelist():
            if posixpath.basename(entry) == "markup.bcf":
                root = etree.fromstring(archive.read(entry))
                assert "viewpoint.bcfv" in root.xpath("Viewpoints/Viewpoint/text()")
                assert "snapshot.png" in root.xpath("Viewpoints/Snapshot/text()")
