"""Every archive we have, to every version and back: what differs is listed, what is listed differs, all is valid."""

import posixpath
import zipfile
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from essence import opened
from model_paths import differences

from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml.schema import check
from bcfsync.errors import InvalidArchive
from bcfsync.guids import written_guid
from bcfsync.model import Components, ViewSetupHints, Visibility
from bcfsync.saving import write_bcf
from bcfsync.versions import WRITABLE, converted

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
ARCHIVES = sorted([*CORPUS.glob("*/*.bcf*"), *(ROOT / "samples").glob("[23].[01]/*.bcf*")])
QUIRKS = sorted((ROOT / "samples").glob("[hq]*/*.bcf*"))


def name_of(path):
    return f"{path.parent.name}-{path.stem}"


def convert(source, target, version):
    with open_bcf(source) as file:
        made = converted(file.bcf, version, file.findings)
        write_bcf(target, made.bcf, file.open)
    return made


@cache
def source(path):
    """The model of an archive; None where it cannot be read, by intention."""
    try:
        return opened(path)[0]
    except InvalidArchive:
        return None


@pytest.fixture(scope="module")
def conversions(tmp_path_factory):
    """Each archive in each version, converted once."""
    folder = tmp_path_factory.mktemp("converted")

    @cache
    def conversion(path, version):
        if source(path) is None:
            pytest.skip("cannot be read, by intention")
        target = folder / f"{name_of(path)}-{version}.bcf"
        return convert(path, target, version), target

    return conversion


every_archive = pytest.mark.parametrize("path", ARCHIVES, ids=name_of)
CASES = [(path, version) for path in ARCHIVES for version in WRITABLE]
CASES += [(path, version) for path in QUIRKS for version in ("2.0", "3.0")]
every_case = pytest.mark.parametrize(
    ("path", "version"), CASES, ids=[f"{name_of(path)}-{version}" for path, version in CASES]
)
every_version = pytest.mark.parametrize("version", WRITABLE)

# by the last words of a loss's place: the member of the model that differs, "" where nothing does
MEMBERS = {
    "Topic/@Guid": "", "Topic/RelatedTopic/@Guid": "related_topics",
    "Topic/@ServerAssignedId": "server_assigned_id", "Topic/DueDate": "due_date", "Topic/Stage": "stage",
    "Topic/ReferenceLink": "reference_links", "Topic/Labels": "labels", "Topic/Index": "index",
    "Topic/BimSnippet": "bim_snippet",
    "Status": "status", "VerbalStatus": "verbal_status", "ReplyToComment": "reply_to_comment_guid",
    "Comment": "comment", "Index": "index", "VisualizationInfo/@Guid": "alias",
    "PerspectiveCamera/AspectRatio": "perspective_camera/aspect_ratio",
    "OrthogonalCamera/AspectRatio": "orthogonal_camera/aspect_ratio",
    "PerspectiveCamera/FieldOfView": "perspective_camera/field_of_view",
    "OrthogonalCamera": "orthogonal_camera",
    "Components/Component/@IfcGuid": "components", "Components/Coloring/Color": "components/coloring",
    "Components/Component/@Selected, @Visible": "components", "Components/ViewSetupHints": "components/visibility",
    "Components/Visibility/@DefaultVisibility": "components", "Components/Visibility/Exceptions": "components",
    "Components/Selection": "components/selection",
    "ReferencedDocument": "", "DocumentGuid": "document_guid", "Description": "description", "Path": "path",
    "Filename": "filename", "@Guid": "",
    "Extensions/Stage": "extensions",
}  # fmt: skip


def places(losses):
    """The paths of the model that losses speak of."""
    found = set()
    for loss in losses:
        inner, _, rest = loss.where.partition("]/") if "[" in loss.where else ("", "", loss.where)
        kind, _, guid = inner.partition("[")
        member = MEMBERS.get(rest, MEMBERS.get(rest.rpartition("/")[2], rest))
        topic = f"topics[{written_guid(loss.topic)}]/" if loss.topic else ""
        lists = {"Comment": "comments", "Viewpoint": "viewpoints", "Document": "documents",
                 "DocumentReference": "document_references"}  # fmt: skip
        item = f"{lists[kind]}[{written_guid(guid.rstrip(']'))}]/" if kind in lists else ""
        found.add(f"{topic}{item}{member}".rstrip("/"))
    return found


def is_below(path, place):
    return path == place or path.startswith((f"{place}/", f"{place}["))


# losses of spelling: the model that is read again is equal all the same
SPELLING = ("@Guid", "DetailedVersion", "ExtensionSchema")
ONLY_OURS = "only bcfsync reads"


@every_case
def test_there_and_back_gives_the_same_model(path, version, tmp_path, conversions):
    made, there = conversions(path, version)
    back = convert(there, tmp_path / "back.bcf", source(path).version)
    lost = places(item for item in (*made.losses, *back.losses) if ONLY_OURS not in item.why)
    differ = differences(source(path), opened(tmp_path / "back.bcf")[0])
    assert {item for item in differ if not any(is_below(item, place) for place in lost)} == set()


@every_case
def test_what_other_readers_miss_is_in_the_list(path, version, tmp_path, conversions):
    """Without the instructions that only bcfsync reads, everything that is gone or changed is in the list."""
    made, there = conversions(path, version)
    without_instructions(there, tmp_path / "bare.bcf")
    listed = places([*made.losses, *made.remarks])
    differ = differences(meaning(source(path)), meaning(opened(tmp_path / "bare.bcf")[0]))
    assert {item for item in differ if not any(is_below(item, place) for place in listed) and told(item)} == set()


@every_version
@every_archive
def test_what_is_in_the_list_is_missed_by_other_readers(path, version, tmp_path, conversions):
    made, there = conversions(path, version)
    without_instructions(there, tmp_path / "bare.bcf")
    differ = differences(source(path), opened(tmp_path / "bare.bcf")[0])
    for loss in made.losses:
        if not loss.where.endswith(SPELLING):
            assert any(is_below(item, place) or is_below(place, item) for place in places([loss]) for item in differ)


def told(path):
    """Left out: the way to a document, where the document itself tells its place."""
    return not path.endswith("/path")


def meaning(bcf):
    """The model with what 2.0 means without saying so: all is visible, and no hint shows more."""
    views = (tuple(map(meaning_of_view, topic.viewpoints)) for topic in bcf.topics)
    return replace(
        bcf, topics=tuple(replace(topic, viewpoints=seen) for topic, seen in zip(bcf.topics, views, strict=True))
    )


def meaning_of_view(view):
    components = view.components or Components()
    shown = components.visibility or Visibility(default_visibility=True)
    hints = shown.view_setup_hints
    flags = [bool(getattr(hints, item.name)) for item in fields(hints)] if hints else [False] * 3
    default = not shown.exceptions if shown.default_visibility is None else shown.default_visibility
    shown = Visibility(default, tuple(sorted(shown.exceptions, key=str)), ViewSetupHints(*flags))
    return replace(view, components=replace(components, visibility=shown))


def without_instructions(source, target):
    """What another product would read: the archive without what bcfsync keeps for itself."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith((".bcf", ".bcfv", ".bcfp", ".xml")):
                while (at := data.find(b"<?bcfsync kept ")) >= 0:
                    data = data[:at] + data[data.index(b"?>", at) + 2 :]
            new.writestr(name, data)


@every_version
@every_archive
def test_every_document_of_a_converted_archive_is_valid(path, version, conversions):
    made, there = conversions(path, version)
    angles = any(item.where.endswith("FieldOfView") for item in made.remarks)
    foreign = {posixpath.basename(item.path) for item in made.bcf.extras}
    with zipfile.ZipFile(there) as archive:
        for name in archive.namelist():
            # foreign entries are carried as they are, broken ones too
            if posixpath.basename(name) not in foreign:
                found = check(archive.read(name), name, version)
                assert [item for item in found if not (angles and "FieldOfView" in item.detail)] == []


@every_version
@every_archive
def test_converting_twice_gives_the_same_bytes(path, version, tmp_path, conversions):
    _, there = conversions(path, version)
    convert(path, tmp_path / "again.bcf", version)
    assert there.read_bytes() == (tmp_path / "again.bcf").read_bytes()


@every_version
@every_archive
def test_converting_the_converted_loses_nothing_and_changes_no_byte(path, version, tmp_path, conversions):
    """What went through once is in a form that the same version holds."""
    _, there = conversions(path, version)
    again = convert(there, tmp_path / "again.bcf", version)
    assert [item for item in again.losses if ONLY_OURS not in item.why] == []
    # to 2.0 the order of viewpoints may change: it tells their index
    assert contents(there) == contents(tmp_path / "again.bcf")


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
