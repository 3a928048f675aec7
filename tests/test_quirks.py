"""Twins of quirks and habits: what must come out of each, on the way in, as JSON, and after writing it again."""

import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from essence import essence, opened, rewritten
from PIL import Image
from quirk_rows import FACTS, HABITS, NO_ARCHIVE, QUIRKS, TRAPS

from bcfsync.bcffile import open_bcf
from bcfsync.canonical import comment_content, topic_content, viewpoint_content
from bcfsync.cli.convert import convert_command
from bcfsync.cli.show import show_command
from bcfsync.errors import InvalidArchive
from bcfsync.findings import SCHEMA
from bcfsync.guids import guid_key
from bcfsync.validate import validate

SAMPLES = Path(__file__).parent.parent / "samples"
README = (SAMPLES / "README.md").read_text(encoding="utf-8")
SHARED = Path(__file__).resolve().parents[2] / "shared"


def expectations():
    found = {}
    for folder in ("quirks", "habits"):
        table = json.loads((SAMPLES / folder / "expected.json").read_text(encoding="utf-8"))
        found |= {f"{folder}/{name}": expected for name, expected in table.items()}
    return found


EXPECTED = expectations()
READABLE = [name for name, expected in EXPECTED.items() if "error" not in expected]
REFUSED = [name for name in EXPECTED if name not in READABLE]
every_sample = pytest.mark.parametrize("name", EXPECTED)
every_readable_sample = pytest.mark.parametrize("name", READABLE)


def plain(value):
    """A value of the model as JSON would have it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def at(model, path):
    """What stands at a path into the model: names of members and numbers of items."""
    for part in path.split("."):
        model = model[int(part)] if part.isdigit() else getattr(model, part)
    return plain(model)


def counts(bcf):
    comments = sum(len(topic.comments) for topic in bcf.topics)
    return [len(bcf.topics), comments, sum(len(topic.viewpoints) for topic in bcf.topics)]


def expected_counts(expected):
    return [expected["topics"], expected["comments"], expected["viewpoints"]]


@every_readable_sample
def test_a_sample_comes_out_as_expected(name):
    expected = EXPECTED[name]
    with open_bcf(SAMPLES / name) as file:
        bcf, findings = file.bcf, file.findings
    found = {path: at(bcf, path) for path in expected["fields"]}
    assert found == expected["fields"]
    assert (bcf.version, counts(bcf)) == (expected["bcf_version"], expected_counts(expected))
    assert sorted(finding.rule.number for finding in findings) == expected["findings"], list(map(str, findings))


@pytest.mark.parametrize("name", REFUSED)
def test_a_hopeless_sample_is_refused_in_clear_words(name):
    with pytest.raises(InvalidArchive, match=re.escape(EXPECTED[name]["error"])) as caught, open_bcf(SAMPLES / name):
        pass
    assert caught.value.hint


# --- As JSON ----------------------------------------------------------------------------------------------------------

# members that `show --json` has under the same path as the model; the API leaves out what is absent
SHOWN = {
    *("guid", "title", "topic_type", "topic_status", "priority", "labels", "reference_links", "assigned_to", "stage"),
    *("description", "creation_author", "modified_author", "comment", "author", "viewpoint_guid", "snapshot_type"),
    *("field_of_view", "ifc_guid", "authoring_tool_id", "color", "height", "url", "filename"),
    *("server_assigned_id", "project_id", "name"),
}


def shown(name, *options):
    result = CliRunner().invoke(show_command, [str(SAMPLES / name), "--json", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def at_json(found, path):
    for part in path.split("."):
        found = found[int(part)] if isinstance(found, list) else (found or {}).get(part)
    return found


@every_readable_sample
def test_show_prints_what_came_out_as_json(name):
    expected = EXPECTED[name]
    found = shown(name)
    topics = found["topics"]
    assert found["bcf_version"] == expected["bcf_version"]
    assert sorted(finding["number"] for finding in found["findings"]) == expected["findings"]
    assert [len(topics), *(sum(len(topic[of]) for topic in topics) for of in ("comments", "viewpoints"))] == (
        expected_counts(expected)
    )
    wanted = {path: value for path, value in expected["fields"].items() if path.rpartition(".")[2] in SHOWN}
    assert {path: at_json(found, path) or None for path in wanted} == {path: wanted[path] or None for path in wanted}


@every_sample
def test_show_says_the_same_for_people_without_a_traceback(name):
    expected = EXPECTED[name]
    result = CliRunner().invoke(show_command, [str(SAMPLES / name), "--no-color"])
    if "error" in expected:
        assert isinstance(result.exception, InvalidArchive)
        assert result.exception.exit_code == 8
    else:
        assert result.exit_code == 0
        assert f"{expected['topics']} topic" in result.stdout


@every_sample
def test_validate_finds_at_least_what_the_reader_found(name):
    expected = EXPECTED[name]
    verdict = validate(SAMPLES / name)
    if "error" in expected:
        assert expected["error"] in verdict.error
    else:
        found = {finding.rule.number for finding in verdict.findings}
        assert found >= {*expected["findings"], *expected.get("validate_adds", [])}


# --- Written again ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """Every sample written again in a version, once for all tests."""
    folder = tmp_path_factory.mktemp("again")

    def written(name, version):
        path = folder / version / name.replace("/", " ")
        path.parent.mkdir(exist_ok=True)
        return path if path.exists() else rewritten(SAMPLES / name, path, version)

    return written


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@every_readable_sample
def test_a_sample_written_again_has_the_same_essence(name, version, again):
    before, after = opened(SAMPLES / name)[0], opened(again(name, version))[0]
    changed = EXPECTED[name].get("fields_when_rewritten")
    if changed is None:
        assert essence(after, version) == essence(before, version)
    else:
        wanted = {path: changed.get(path, value) for path, value in EXPECTED[name]["fields"].items()} | changed
        assert {path: at(after, path) for path in wanted} == wanted


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
@every_readable_sample
def test_a_sample_written_again_is_valid(name, version, again):
    found = [finding for finding in validate(again(name, version)).findings if finding.rule is SCHEMA]
    # 2.x allows 45 to 60 degrees; a wider view is written as it is, because to clamp it would spoil it
    assert [finding.detail for finding in found if "FieldOfView" not in finding.detail] == []


@every_readable_sample
def test_writing_again_and_again_settles_on_the_same_bytes(name, again, tmp_path):
    """What 2.1 takes from the flat lists of 2.0 lasts for the first writing only."""
    version = "3.0" if EXPECTED[name]["bcf_version"] == "3.0" else "2.1"
    twice = rewritten(again(name, version), tmp_path / "twice.bcf", version)
    assert rewritten(twice, tmp_path / "thrice.bcf", version).read_bytes() == twice.read_bytes()


@pytest.mark.parametrize("name", [name for name in READABLE if "entries_for_bimcollab" in EXPECTED[name]])
def test_a_sample_converted_for_a_product_has_the_names_it_demands(name, tmp_path):
    target = tmp_path / "suited.bcf"
    result = CliRunner().invoke(convert_command, [str(SAMPLES / name), str(target), "--for", "bimcollab"])
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(target) as archive:
        assert set(archive.namelist()) >= set(EXPECTED[name]["entries_for_bimcollab"])


@every_readable_sample
def test_reading_twice_gives_the_same_model(name):
    assert opened(SAMPLES / name) == opened(SAMPLES / name)


@pytest.mark.parametrize("name", [name for name in READABLE if "same_as" in EXPECTED[name]])
def test_a_sample_saved_by_another_product_has_the_same_content(name):
    other = f"{name.split('/')[0]}/{EXPECTED[name]['same_as']}"
    (one,), (two,) = opened(SAMPLES / name)[0].topics, opened(SAMPLES / other)[0].topics
    assert one != two
    assert guid_key(one.guid) == guid_key(two.guid)
    assert topic_content(one) == topic_content(two)
    assert list(map(comment_content, one.comments)) == list(map(comment_content, two.comments))
    assert list(map(viewpoint_content, one.viewpoints)) == list(map(viewpoint_content, two.viewpoints))


# --- The script and its papers ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quirks")
    subprocess.run([sys.executable, "-B", SAMPLES / "quirks.py", folder], check=True, capture_output=True)
    return folder


def bytes_depend_on_the_library():
    """Another library than zlib's own packs the same content into other bytes."""
    return "ng" in zlib.ZLIB_RUNTIME_VERSION


@every_sample
def test_the_script_builds_the_sample_that_is_there(rebuilt, name):
    if bytes_depend_on_the_library():
        pytest.skip("this Python packs with another library than zlib")
    assert (rebuilt / name).read_bytes() == (SAMPLES / name).read_bytes()


@pytest.mark.parametrize("folder", ["quirks", "habits"])
def test_the_folder_holds_what_the_script_builds_and_nothing_else(rebuilt, folder):
    assert sorted(path.name for path in (SAMPLES / folder).iterdir()) == sorted(
        path.name for path in (rebuilt / folder).iterdir()
    )
    texts = [(path / folder / "expected.json").read_text(encoding="utf-8") for path in (rebuilt, SAMPLES)]
    assert texts[0] == texts[1]


ZIPS = {
    "habits/solibri-empty-assigned-to.bcfzip": lambda infos: all(info.flag_bits == 0x808 for info in infos),
    "habits/streamed-zip.bcfzip": lambda infos: all(info.flag_bits & 0x8 for info in infos),
    "habits/freecad-stored.bcf": lambda infos: (
        all(info.compress_type == 0 and info.create_system == 3 for info in infos)
        and any(info.is_dir() for info in infos)
    ),
    "habits/bimcollab-comment-holds-viewpoint.bcf": lambda infos: any(info.is_dir() for info in infos),
    "habits/bcfier-renumbered-and-renamed.bcfzip": lambda infos: not any(info.is_dir() for info in infos),
    "habits/ifc-lite-schema-order.bcf": lambda infos: infos[-1].filename == "bcf.version",
    "quirks/q05-backslashes.bcfzip": lambda infos: any("\\" in info.orig_filename for info in infos),
    "quirks/q08-two-snapshots-of-one-name.bcf": lambda infos: len({info.filename for info in infos}) == len(infos) - 1,
    "quirks/q09-cp437-name.bcf": lambda infos: not any(info.flag_bits & 0x800 for info in infos),
    "quirks/q11-zip-bomb.bcf": lambda infos: max(info.file_size for info in infos) > 16 << 20,
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_is_written_the_way_the_product_writes_it(name):
    with zipfile.ZipFile(SAMPLES / name) as archive:
        assert ZIPS[name](archive.infolist())


@pytest.mark.parametrize("name", [name for name in READABLE if "q11" not in name])
def test_another_library_unpacks_the_sample(name):
    with zipfile.ZipFile(SAMPLES / name) as archive:
        assert archive.testzip() is None


def test_the_samples_are_small():
    sizes = [(SAMPLES / name).stat().st_size for name in EXPECTED]
    assert max(sizes) <= 5 * 1024
    assert sum(sizes) < 500_000


@every_sample
def test_the_readme_tells_what_must_come_out(name):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
    assert EXPECTED[name]["must_come_out"] in row
    assert all(source in row for source in EXPECTED[name]["twin_of"])


def test_the_readme_names_no_sample_that_is_not_there():
    assert set(re.findall(r"^\| `((?:quirks|habits)/[^`]+)`", README, re.MULTILINE)) == set(EXPECTED)


@pytest.mark.parametrize("name", READABLE)
def test_pictures_inside_are_real_pictures(name):
    with open_bcf(SAMPLES / name) as file:
        for topic in file.bcf.topics:
            for blob in [view.snapshot.blob for view in topic.viewpoints if view.snapshot and view.snapshot.blob]:
                with file.open(blob) as stream:
                    Image.open(io.BytesIO(stream.read())).load()


# --- Every row has its sample -----------------------------------------------------------------------------------------

NAMES = {name.split("/")[1]: name for name in EXPECTED}
ALL_HABITS = [(product, habit) for product, habits in HABITS.items() for habit in habits]


@pytest.mark.parametrize("row", [*QUIRKS, *TRAPS])
def test_a_row_about_quirks_or_traps_has_a_sample_or_a_reason(row):
    samples = [name for name, expected in EXPECTED.items() if row in expected["twin_of"]]
    assert bool(samples) != (row in NO_ARCHIVE), samples


@pytest.mark.parametrize(("product", "habit"), ALL_HABITS)
def test_a_habit_of_a_product_has_samples_or_a_reason(product, habit):
    found = HABITS[product][habit]
    assert found
    if not isinstance(found, str):
        assert [name for name in found if name not in NAMES] == []


@pytest.mark.parametrize("fact", FACTS)
def test_a_measured_fact_has_a_sample(fact):
    assert FACTS[fact]
    assert [name for name in FACTS[fact] if name not in NAMES] == []


def test_every_habit_sample_is_named_by_a_row():
    lists = [found for habits in HABITS.values() for found in habits.values() if isinstance(found, list)]
    listed = {name for found in (*lists, *FACTS.values()) for name in found}
    assert {name for name, path in NAMES.items() if path.startswith("habits/")} <= listed


def test_every_sample_says_what_it_is_a_twin_of():
    known = {*QUIRKS, *TRAPS}
    products = " ".join(HABITS)
    for name, expected in EXPECTED.items():
        for row in expected["twin_of"]:
            section, _, rest = row.partition(" ")
            assert row in known or section == "1.2" or (section == "1.1" and rest in products), (name, row)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the fact sheets are not here")
def test_no_row_of_the_fact_sheets_is_forgotten():
    sheet = (SHARED / "spec" / "bcf-xml.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([QT]\d+) \|", sheet, re.MULTILINE)
    assert sorted(rows) == sorted([*QUIRKS, *TRAPS])
    tools = (SHARED / "design" / "product.md").read_text(encoding="utf-8")
    table = tools.partition("### 1.1")[2].partition("### 1.2")[0]
    products = re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE)
    assert len(products) - 1 == len(HABITS)
    assert all(any(product.startswith(name) for product in products) for name in HABITS)
