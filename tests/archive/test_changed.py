"""A rewritten archive: which topics changed is told without unpacking any of them."""

import zipfile

import pytest
from handmade import OTHER_TOPIC, PNG, TOPIC, markup, pack

from bcfsync.archive.changed import changed_entries, changed_folders, listing
from bcfsync.archive.reading import Archive

BEFORE = {f"{TOPIC}/markup.bcf": markup(), f"{TOPIC}/s.png": PNG, f"{OTHER_TOPIC}/markup.bcf": markup()}


def listed(path, entries):
    with Archive(pack(path, entries)) as archive:
        return listing(archive)


@pytest.mark.parametrize(
    ("after", "entries", "folders"),
    [
        pytest.param(BEFORE, set(), set(), id="nothing"),
        pytest.param(
            BEFORE | {f"{TOPIC}/s.png": PNG + b"x"}, {f"{TOPIC}/s.png"}, {TOPIC}, id="another picture of a topic"
        ),
        pytest.param(
            BEFORE | {f"{OTHER_TOPIC}/v.bcfv": "<V/>"}, {f"{OTHER_TOPIC}/v.bcfv"}, {OTHER_TOPIC}, id="a new entry"
        ),
        pytest.param(
            {name: BEFORE[name] for name in list(BEFORE)[:2]},
            {f"{OTHER_TOPIC}/markup.bcf"},
            {OTHER_TOPIC},
            id="a topic that is gone",
        ),
        pytest.param(BEFORE | {"project.bcfp": "<P/>"}, {"project.bcfp"}, {""}, id="a document at the root"),
        pytest.param(dict(reversed(BEFORE.items())), set(), set(), id="another order"),
    ],
)
def test_the_changed_entries_and_folders_are_told(after, entries, folders, tmp_path):
    before, now = listed(tmp_path / "a.bcf", BEFORE), listed(tmp_path / "b.bcf", after)
    assert changed_entries(before, now) == entries
    assert changed_folders(before, now) == folders


def test_the_same_bytes_packed_in_another_way_are_no_change(tmp_path):
    before = listed(tmp_path / "a.bcf", BEFORE)
    with zipfile.ZipFile(tmp_path / "b.bcf", "w", zipfile.ZIP_STORED) as archive:
        for name in before:
            archive.writestr(name, zipfile.ZipFile(tmp_path / "a.bcf").read(name))
    with Archive(tmp_path / "b.bcf") as archive:
        assert changed_entries(before, listing(archive)) == set()


def test_a_damaged_entry_does_no_harm_because_nothing_is_unpacked(tmp_path):
    before = listed(tmp_path / "a.bcf", BEFORE)
    data = bytearray((tmp_path / "a.bcf").read_bytes())
    data[data.index(b"markup.bcf") + 12] ^= 0xFF
    (tmp_path / "b.bcf").write_bytes(data)
    with Archive(tmp_path / "b.bcf") as archive:
        assert changed_folders(before, listing(archive)) == set()
