"""``bcfsync convert`` as its users meet it: what it prints, what it writes, how it ends."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from bcfsync.archive.writing import write_archive
from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml.schema import check
from bcfsync.cli.main import cli
from bcfsync.errors import InvalidArchive, UsageError
from bcfsync.model import Bcf, PerspectiveCamera, Point, Topic, Viewpoint
from bcfsync.saving import write_bcf
from bcfsync.versions import converted, fitted
from bcfsync.versions.targets import TARGETS, adjusted

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
HANDOVER = SAMPLES / "2.0" / "first-handover.bcfzip"
WALK = SAMPLES / "2.1" / "site-walk.bcf"
FREEZE = SAMPLES / "3.0" / "design-freeze.bcf"
SMALLEST = SAMPLES / "3.0" / "smallest.bcf"
GUIDS = [f"1a2b3c4d-0000-4000-8000-00000000000{at}" for at in range(4)]


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(cli, ["convert", *map(str, words)])


def version_of(path):
    with open_bcf(path) as file:
        return file.bcf.version


def camera():
    return PerspectiveCamera(Point(1, 2, 3), Point(0, 1, 0), Point(0, 0, 1), 60.0)


def two_views(path, **topic):
    """Two viewpoints without snapshots; the second has the lower index."""
    views = (Viewpoint(GUIDS[1], 2, camera()), Viewpoint(GUIDS[2], 1, camera()))
    bcf = Bcf("3.0", topics=(Topic(GUIDS[0], **({"title": "T", "viewpoints": views} | topic)),))
    write_bcf(path, fitted(bcf, "3.0"), lambda _: BytesIO())
    return path


@pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
@pytest.mark.parametrize("source", [HANDOVER, WALK, FREEZE], ids=lambda path: path.stem)
def test_an_archive_is_written_in_the_version_asked_for(run, source, version, tmp_path):
    done = run(source, tmp_path / "new.bcf", "--to", version)
    assert done.exit_code == 0, done.output
    assert version_of(tmp_path / "new.bcf") == version
    assert done.stdout.startswith(f"{tmp_path / 'new.bcf'}: BCF {version}, ")


def test_people_are_told_what_is_lost_by_reason(run, tmp_path):
    done = run(FREEZE, tmp_path / "new.bcf", "--to", "2.0")
    assert "lost:" in done.stdout
    assert "BCF 2.0 has no place for it; kept as a processing instruction that only bcfsync reads (" in done.stdout
    assert "Topic/DueDate: " in done.stdout
    assert "worth knowing:" in done.stdout


def test_a_long_list_is_cut_and_quiet_is_one_line(run, tmp_path):
    assert "more; --json lists them all" in run(FREEZE, tmp_path / "new.bcf", "--to", "2.0").stdout
    quiet = run(FREEZE, tmp_path / "new.bcf", "--to", "2.0", "-q").stdout
    assert quiet.count("\n") == 1
    assert quiet.endswith("lost\n")


def test_programs_get_every_loss_and_finding(run, tmp_path):
    found = json.loads(run(FREEZE, tmp_path / "new.bcf", "--to", "2.0", "--json").stdout)
    assert list(found) == ["from", "to", "losses", "findings", "remarks"]
    assert (found["from"], found["to"]) == ("3.0", "2.0")
    assert {tuple(item) for key in ("losses", "remarks") for item in found[key]} == {("topic", "where", "what", "why")}
    with open_bcf(FREEZE) as file:
        assert len(found["losses"]) == len(converted(file.bcf, "2.0", file.findings).losses)


@pytest.mark.parametrize(("source", "version", "code"), [(FREEZE, "2.0", 3), (FREEZE, "3.0", 0), (SMALLEST, "3.0", 0)])
def test_strict_ends_with_3_where_something_was_lost_and_writes_all_the_same(run, source, version, code, tmp_path):
    assert run(source, tmp_path / "new.bcf", "--to", version, "--strict").exit_code == code
    assert version_of(tmp_path / "new.bcf") == version


def test_what_could_not_be_understood_is_lost_too(run, tmp_path):
    two_views(tmp_path / "good.bcf")
    with zipfile.ZipFile(tmp_path / "good.bcf") as old, zipfile.ZipFile(tmp_path / "odd.bcf", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<Title>", b"<Mood>good</Mood><Title>"))
    done = run(tmp_path / "odd.bcf", tmp_path / "new.bcf", "--to", "2.1", "--json", "--strict")
    (loss,) = [item for item in json.loads(done.stdout)["losses"] if "Mood" in item["what"]]
    assert loss["topic"] == GUIDS[0]
    assert loss["where"].startswith(f"{GUIDS[0]}/markup.bcf:")
    assert loss["why"] == "not understood by bcfsync: element or attribute the standard does not know"
    assert done.exit_code == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "1.0"], "is not one of"),
        ([], "which version shall be written?"),
        (["--to", "3.0", "--for", "procore"], "Procore does not read BCF 3.0"),
        (["--for", "excel"], "is not one of"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(run, words, said, tmp_path):
    done = run(SMALLEST, tmp_path / "new.bcf", *words)
    assert isinstance(done.exception, UsageError) or done.exit_code == 2
    assert said in (str(done.exception) if isinstance(done.exception, UsageError) else done.output)
    assert not (tmp_path / "new.bcf").exists()


def test_an_archive_is_not_converted_over_itself(run, tmp_path):
    source = tmp_path / "a.bcf"
    source.write_bytes(SMALLEST.read_bytes())
    for out in (source, tmp_path / "." / "a.bcf"):
        done = run(source, out, "--to", "2.1")
        assert isinstance(done.exception, UsageError)
    assert source.read_bytes() == SMALLEST.read_bytes()


def test_a_missing_folder_is_told(run, tmp_path):
    done = run(SMALLEST, tmp_path / "no" / "a.bcf", "--to", "2.1")
    assert isinstance(done.exception, UsageError)
    assert "there is no folder" in str(done.exception)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_ends_with_8_and_writes_nothing(run, content, tmp_path):
    if content is not None:
        (tmp_path / "a.bcf").write_bytes(content)
    done = run(tmp_path / "a.bcf", tmp_path / "new.bcf", "--to", "2.1")
    assert isinstance(done.exception, InvalidArchive)
    assert done.exception.exit_code == 8
    assert not (tmp_path / "new.bcf").exists()


def test_a_file_that_is_there_is_replaced(run, tmp_path):
    (tmp_path / "new.bcf").write_bytes(b"old")
    assert run(SMALLEST, tmp_path / "new.bcf", "--to", "2.1").exit_code == 0
    assert version_of(tmp_path / "new.bcf") == "2.1"


def test_the_same_version_is_written_anew(run, tmp_path):
    write_archive(tmp_path / "a.bcf", [("bcf.version", b'<Version VersionId="2.1"/>')], lambda _: BytesIO())
    assert run(tmp_path / "a.bcf", tmp_path / "b.bcf", "--to", "2.1").exit_code == 0
    assert version_of(tmp_path / "b.bcf") == "2.1"


# --- for a product ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", ["solibri", "bimcollab", "procore", "openproject"])
def test_a_product_gets_the_version_and_the_ending_it_reads(run, product, tmp_path):
    done = run(FREEZE, tmp_path / "new.bcfzip", "--for", product, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert version_of(tmp_path / "new.bcf") == found["to"] == "2.1"
    listed = {(item["where"], item["what"]) for item in found["adjustments"]}
    assert {("file name", "new.bcf"), ("version", "2.1")} <= listed
    assert not (tmp_path / "new.bcfzip").exists()


def test_a_file_of_20_gets_the_ending_of_20(run, tmp_path):
    assert run(SMALLEST, tmp_path / "new.file", "--for", "solibri", "--to", "2.0").exit_code == 0
    assert version_of(tmp_path / "new.file.bcfzip") == "2.0"


def test_a_product_is_never_given_a_version_it_does_not_read():
    with pytest.raises(ValueError, match=r"Procore reads BCF 2\.1, not 3\.0"):
        adjusted(Bcf("3.0"), TARGETS["procore"], "3.0")


@pytest.mark.parametrize("product", ["solibri", "bimcollab"])
def test_a_viewpoint_without_snapshot_gets_a_picture_that_vanishes_again(run, product, tmp_path):
    done = run(two_views(tmp_path / "a.bcf"), tmp_path / "new.bcf", "--for", product, "--json")
    pictures = [item for item in json.loads(done.stdout)["adjustments"] if item["what"] == "an empty picture"]
    assert [item["where"] for item in pictures] == [f"Viewpoint[{guid}]/Snapshot" for guid in GUIDS[1:3]]
    with zipfile.ZipFile(tmp_path / "new.bcf") as archive:
        names = set(archive.namelist())
        assert archive.read(f"{GUIDS[0]}/snapshot.png").startswith(b"\x89PNG\r\n\x1a\n")
        assert check(archive.read(f"{GUIDS[0]}/markup.bcf"), "markup.bcf", "2.1") == []
    assert {f"{GUIDS[0]}/viewpoint.bcfv", f"{GUIDS[0]}/snapshot.png", f"{GUIDS[0]}/{GUIDS[1]}.png"} <= names
    with open_bcf(tmp_path / "new.bcf") as file:
        assert [view.snapshot for view in file.bcf.topics[0].viewpoints] == [None, None]
        assert file.bcf.extras == ()


@pytest.mark.parametrize("product", ["procore", "openproject"])
def test_products_that_need_no_snapshot_get_none(run, product, tmp_path):
    run(two_views(tmp_path / "a.bcf"), tmp_path / "new.bcf", "--for", product)
    with zipfile.ZipFile(tmp_path / "new.bcf") as archive:
        assert not [name for name in archive.namelist() if name.endswith(".png")]


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_the_first_viewpoint_has_the_name_products_look_for(run, version, tmp_path):
    run(two_views(tmp_path / "a.bcf"), tmp_path / "new.bcf", "--for", "solibri", "--to", version)
    with open_bcf(tmp_path / "new.bcf") as file:
        assert [view.reference for view in file.bcf.topics[0].viewpoints] == [f"{GUIDS[1]}.bcfv", "viewpoint.bcfv"]


def test_procore_gets_an_author_and_a_title_and_is_told_of_topics_without_view(run, tmp_path):
    two_views(tmp_path / "a.bcf", title="", viewpoints=())
    done = run(tmp_path / "a.bcf", tmp_path / "new.bcf", "--for", "procore", "--json")
    assert {item["where"] for item in json.loads(done.stdout)["adjustments"]} >= {
        "Topic/CreationAuthor",
        "Topic/Title",
        "Viewpoints",
    }
    with zipfile.ZipFile(tmp_path / "new.bcf") as archive:
        assert b"<CreationAuthor>unknown</CreationAuthor>" in archive.read(f"{GUIDS[0]}/markup.bcf")
    with open_bcf(tmp_path / "new.bcf") as file:
        assert file.bcf.topics[0].creation_author is None


def test_what_suits_already_is_not_adjusted(run, tmp_path):
    run(two_views(tmp_path / "a.bcf"), tmp_path / "suited.bcf", "--for", "openproject")
    again = run(tmp_path / "suited.bcf", tmp_path / "again.bcf", "--for", "openproject", "--json")
    assert json.loads(again.stdout)["adjustments"] == []


def test_people_are_told_what_was_changed_for_the_product(run, tmp_path):
    done = run(two_views(tmp_path / "a.bcf"), tmp_path / "new.bcf", "--for", "bimcollab")
    assert "changed for the product:" in done.stdout
    assert "BIMcollab loads no viewpoint without a snapshot (2)" in done.stdout


def test_pictures_that_are_there_stay(run, tmp_path):
    run(WALK, tmp_path / "new.bcf", "--for", "bimcollab")
    with open_bcf(WALK) as old, open_bcf(tmp_path / "new.bcf") as new:
        for before, after in zip(old.bcf.topics, new.bcf.topics, strict=True):
            assert [sizes(view) for view in after.viewpoints] == [sizes(view) for view in before.viewpoints]
            assert (after.title, after.comments, after.labels) == (before.title, before.comments, before.labels)


def sizes(view):
    return view.snapshot and view.snapshot.blob.size, [bitmap.blob.size for bitmap in view.bitmaps]
