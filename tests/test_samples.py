"""The sample archives: what they hold, that they are valid, and that the script still builds them."""

import io
import subprocess
import sys
import tomllib
import unicodedata
import zipfile
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from bcfsync.bcffile import open_bcf
from bcfsync.findings import Severity
from bcfsync.model import Blob

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
XSD = ROOT / "xsd"

# topics, comments, viewpoints, documents
COUNTS = {
    "2.0/first-handover.bcfzip": (2, 5, 3, 1),
    "2.0/only-this-wall.bcfzip": (1, 1, 1, 0),
    "2.1/coordination-week-12.bcf": (3, 7, 5, 1),
    "2.1/site-walk.bcf": (2, 4, 3, 1),
    "3.0/smallest.bcf": (1, 0, 0, 0),
    "3.0/design-freeze.bcf": (3, 6, 4, 2),
    "3.0/terrace-and-roof.bcf": (2, 3, 3, 0),
    "3.0/many-languages.bcf": (6, 7, 6, 0),
}
FINDINGS = {"2.0/first-handover.bcfzip": [("F308", "CreationDate is '2025-01-14T10:02:00'")]}
EXTRAS = {"2.1/site-walk.bcf": ["sitesnap/state.json"], "3.0/terrace-and-roof.bcf": ["roofview.settings"]}
DOCUMENT_NAMES = {
    "bcf.version": "version",
    "project.bcfp": "project",
    "extensions.xml": "extensions",
    "documents.xml": "documents",
    "markup.bcf": "markup",
}

every_sample = pytest.mark.parametrize("name", COUNTS)


def opened(name, folder=SAMPLES):
    with open_bcf(folder / name) as file:
        return file.bcf


@pytest.fixture(scope="module")
def models():
    return {name: opened(name) for name in COUNTS}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    subprocess.run([sys.executable, "-B", SAMPLES / "build.py", folder], check=True, capture_output=True)
    return folder


def archives(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob("[0-9].[0-9]/*.bcf*"))


def test_the_tables_name_every_sample():
    assert archives(SAMPLES) == sorted(COUNTS)


def test_the_package_carries_the_story_and_nothing_else():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {name for name in carried if name.startswith("samples")} == {f"samples/{name[:3]}" for name in COUNTS}


def test_the_folder_stays_small():
    assert sum((SAMPLES / name).stat().st_size for name in COUNTS) < 1_000_000


@every_sample
def test_the_readme_names_the_sample(name):
    assert f"| `{name}` | {name[:3]} |" in (SAMPLES / "README.md").read_text(encoding="utf-8")


@every_sample
def test_a_sample_opens_with_the_expected_findings_and_no_error(name):
    with open_bcf(SAMPLES / name) as file:
        assert [(finding.rule.number, finding.detail) for finding in file.findings] == FINDINGS.get(name, [])
        assert not any(finding.rule.severity is Severity.ERROR for finding in file.findings)


@every_sample
def test_a_sample_has_the_version_of_its_folder_and_the_expected_counts(models, name):
    bcf = models[name]
    comments = sum(len(topic.comments) for topic in bcf.topics)
    viewpoints = sum(len(topic.viewpoints) for topic in bcf.topics)
    assert bcf.version == name[:3]
    assert (len(bcf.topics), comments, viewpoints, len(bcf.documents)) == COUNTS[name]


@every_sample
def test_foreign_entries_are_carried_as_extras(models, name):
    assert [extra.path for extra in models[name].extras] == EXTRAS.get(name, [])


@every_sample
def test_every_document_of_a_sample_is_valid(name):
    folder = XSD / name[:3]
    if not folder.is_dir():
        pytest.skip("no schemas here")
    with zipfile.ZipFile(SAMPLES / name) as archive:
        for entry in archive.namelist():
            last = entry.rpartition("/")[2]
            kind = "visinfo" if last.endswith(".bcfv") else DOCUMENT_NAMES.get(last)
            if kind:
                schema = etree.XMLSchema(etree.parse(folder / f"{kind}.xsd"))
                schema.validate(etree.fromstring(archive.read(entry)))
                assert [f"{entry}:{error.line} {error.message}" for error in schema.error_log] == []


@every_sample
def test_every_2x_topic_has_a_viewpoint_bcfv_and_a_snapshot_png(models, name):
    if models[name].version == "3.0":
        pytest.skip("3.0 asks for no fixed names")
    for topic in models[name].topics:
        assert "viewpoint.bcfv" in [view.reference for view in topic.viewpoints]
        assert "snapshot.png" in [view.snapshot.reference for view in topic.viewpoints if view.snapshot]


@every_sample
def test_snapshots_and_bitmaps_are_real_pictures(name):
    with open_bcf(SAMPLES / name) as file:
        for view in views(file.bcf):
            for picture, kind in pictures(view):
                with file.open(picture) as stream:
                    image = Image.open(io.BytesIO(stream.read()))
                assert image.format == {"png": "PNG", "jpg": "JPEG"}[kind]
                assert 320 <= image.width <= 1500
                assert len(image.convert("RGB").getcolors(image.width * image.height)) > 8


def pictures(view):
    found = [(bitmap.blob, bitmap.bitmap_type) for bitmap in view.bitmaps]
    return [(view.snapshot.blob, view.snapshot.snapshot_type), *found] if view.snapshot else found


# --- What occurs somewhere in the samples -----------------------------------------------------------------------------


def comments(bcf):
    return [comment for topic in bcf.topics for comment in topic.comments]


def views(bcf):
    return [view for topic in bcf.topics for view in topic.viewpoints]


def shown(bcf):
    return [view.components for view in views(bcf) if view.components]


def visibilities(bcf):
    return [item.visibility for item in shown(bcf) if item.visibility]


def files(bcf):
    return [file for topic in bcf.topics for file in topic.files]


def snippets(bcf):
    return [topic.bim_snippet for topic in bcf.topics if topic.bim_snippet]


def references(bcf):
    return [item for topic in bcf.topics for item in topic.document_references]


def colours(bcf):
    return [group.color for item in shown(bcf) for group in item.coloring]


def elements(bcf):
    groups = [group.components for item in shown(bcf) for group in item.coloring]
    lists = [*groups, *(item.selection for item in shown(bcf)), *(item.exceptions for item in visibilities(bcf))]
    return [element for found in lists for element in found]


def related(bcf, *, inside):
    known = {topic.guid for topic in bcf.topics}
    return [guid for topic in bcf.topics for guid in topic.related_topics if (guid in known) == inside]


def scripts(bcf):
    texts = [comment.comment for comment in comments(bcf)]
    texts += [text or "" for topic in bcf.topics for text in (topic.title, topic.description, topic.creation_author)]
    return {unicodedata.name(letter, "?").split()[0] for letter in "".join(texts) if ord(letter) > 127}


def has_offset(date):
    return date is not None and date.text[-6] in "+-" and date.text[-6:] not in {"+00:00", "-00:00"}


def has_both_cameras(topic):
    found = {(view.perspective_camera is None, view.orthogonal_camera is None) for view in topic.viewpoints}
    return found >= {(True, False), (False, True)}


FEATURES = {
    "two or more topics": lambda bcf: len(bcf.topics) > 1,
    "comment with viewpoint": lambda bcf: any(item.viewpoint_guid and item.comment for item in comments(bcf)),
    "comment with only a viewpoint": lambda bcf: any(
        item.viewpoint_guid and not item.comment for item in comments(bcf)
    ),
    "comment of several lines": lambda bcf: any(item.comment.count("\n") > 1 for item in comments(bcf)),
    "comment modified": lambda bcf: any(item.modified_date and item.modified_author for item in comments(bcf)),
    "several viewpoints in a topic": lambda bcf: any(len(topic.viewpoints) > 1 for topic in bcf.topics),
    "both kinds of camera in a topic": lambda bcf: any(map(has_both_cameras, bcf.topics)),
    "lines": lambda bcf: any(view.lines for view in views(bcf)),
    "clipping planes": lambda bcf: any(view.clipping_planes for view in views(bcf)),
    "png bitmap": lambda bcf: any(
        item.bitmap_type == "png" and item.blob for view in views(bcf) for item in view.bitmaps
    ),
    "colour of 6 digits": lambda bcf: any(len(colour) == 6 for colour in colours(bcf)),
    "colour of 8 digits": lambda bcf: any(len(colour) == 8 for colour in colours(bcf)),
    "visible by default": lambda bcf: any(item.default_visibility is True for item in visibilities(bcf)),
    "hidden by default": lambda bcf: any(item.default_visibility is False for item in visibilities(bcf)),
    "exceptions": lambda bcf: any(item.exceptions for item in visibilities(bcf)),
    "selection": lambda bcf: any(item.selection for item in shown(bcf)),
    "element by ifc guid": lambda bcf: any(len(item.ifc_guid or "") == 22 for item in elements(bcf)),
    "element by authoring tool": lambda bcf: any(
        item.authoring_tool_id and not item.ifc_guid for item in elements(bcf)
    ),
    "internal snippet": lambda bcf: any(not item.is_external and item.blob for item in snippets(bcf)),
    "external snippet": lambda bcf: any(item.is_external for item in snippets(bcf)),
    "document inside": lambda bcf: any(item.blob for item in bcf.documents),
    "document at an address": lambda bcf: any(item.url for item in references(bcf)),
    "external header file": lambda bcf: any(item.is_external for item in files(bcf)),
    "related topic inside": lambda bcf: related(bcf, inside=True),
    "related topic outside": lambda bcf: related(bcf, inside=False),
    "labels": lambda bcf: any(len(topic.labels) > 1 for topic in bcf.topics),
    "priority": lambda bcf: any(topic.priority for topic in bcf.topics),
    "extension lists": lambda bcf: bcf.extensions and bcf.extensions.topic_type and bcf.extensions.users,
    "project": lambda bcf: bcf.project and bcf.project.project_id and bcf.project.name,
    "topic modified": lambda bcf: any(topic.modified_date and topic.modified_author for topic in bcf.topics),
    "description of several lines": lambda bcf: any("\n" in (topic.description or "") for topic in bcf.topics),
    "people by e-mail": lambda bcf: any("@example." in (item.author or "") for item in comments(bcf)),
    "png snapshot": lambda bcf: any(view.snapshot and view.snapshot.snapshot_type == "png" for view in views(bcf)),
    "letters with umlaut": lambda bcf: "LATIN" in scripts(bcf),
}
NOT_IN_2_0 = {
    "jpg bitmap": lambda bcf: any(
        item.bitmap_type == "jpg" and item.blob for view in views(bcf) for item in view.bitmaps
    ),
    "hints": lambda bcf: any(item.view_setup_hints for item in visibilities(bcf)),
    "due date with offset": lambda bcf: any(has_offset(topic.due_date) for topic in bcf.topics),
    "stage": lambda bcf: any(topic.stage for topic in bcf.topics) and bcf.extensions and bcf.extensions.stage,
    "several reference links": lambda bcf: any(len(topic.reference_links) > 1 for topic in bcf.topics),
    "index of viewpoints": lambda bcf: any(view.index is not None for view in views(bcf)),
    "foreign entry": lambda bcf: bcf.extras,
}
NOT_IN_2_1 = {
    "internal header file": lambda bcf: any(not item.is_external and item.blob for item in files(bcf)),
}
ONLY = {
    "2.0": {
        "status and verbal status": lambda bcf: any(item.status and item.verbal_status for item in comments(bcf)),
        "reply": lambda bcf: any(item.reply_to_comment_guid for item in comments(bcf)),
        "flat component list": lambda bcf: any(item.flat for item in shown(bcf)),
        "date without zone": lambda bcf: any(
            topic.creation_date and not topic.creation_date.had_zone for topic in bcf.topics
        ),
        "guid in capitals": lambda bcf: any(topic.guid == topic.guid.upper() for topic in bcf.topics),
        "topic without type": lambda bcf: any(topic.topic_type is None for topic in bcf.topics),
        "point as a line": lambda bcf: any(
            line.start_point == line.end_point for view in views(bcf) for line in view.lines
        ),
    },
    "2.1": {
        "viewpoint without a file": lambda bcf: any(view.snapshot and not view.reference for view in views(bcf)),
        "seven digits of a second": lambda bcf: any(
            topic.modified_date and ".1234567" in topic.modified_date.text for topic in bcf.topics
        ),
        "document that keeps its guid": lambda bcf: any(item.guid in item.path for item in bcf.documents),
        "index of topics": lambda bcf: all(topic.index for topic in bcf.topics),
    },
    "3.0": {
        "jpg snapshot": lambda bcf: any(view.snapshot and view.snapshot.snapshot_type == "jpg" for view in views(bcf)),
        "server id": lambda bcf: any(topic.server_assigned_id for topic in bcf.topics),
        "document with description": lambda bcf: any(item.description for item in bcf.documents),
        "two references to one document": lambda bcf: (
            len(found := [item.document_guid for item in references(bcf) if item.document_guid]) > len(set(found))
        ),
        "aspect ratio": lambda bcf: any(
            view.perspective_camera and view.perspective_camera.aspect_ratio for view in views(bcf)
        ),
        "lists that are not there": lambda bcf: bcf.extensions and bcf.extensions.topic_type is None,
        "many scripts": lambda bcf: scripts(bcf) >= {"LATIN", "GREEK", "ARABIC", "CJK", "HIRAGANA", "KATAKANA"},
        "letters beyond the basic plane": lambda bcf: any(
            max(item.comment, default="") > "\uffff" for item in comments(bcf)
        ),
        "offsets of many zones": lambda bcf: (
            len({topic.creation_date.text[-6:] for topic in bcf.topics if topic.creation_date}) > 3
        ),
    },
}
PER_VERSION = {
    "2.0": FEATURES | NOT_IN_2_1 | ONLY["2.0"],
    "2.1": FEATURES | NOT_IN_2_0 | ONLY["2.1"],
    "3.0": FEATURES | NOT_IN_2_0 | NOT_IN_2_1 | ONLY["3.0"],
}


@pytest.mark.parametrize(
    ("version", "feature"), [(version, name) for version, found in PER_VERSION.items() for name in found]
)
def test_some_sample_of_the_version_has_the_feature(models, version, feature):
    predicate = PER_VERSION[version][feature]
    assert any(predicate(bcf) for bcf in models.values() if bcf.version == version)


def test_a_topic_returns_in_later_samples_with_other_comments(models):
    first, last = models["2.0/first-handover.bcfzip"], models["3.0/design-freeze.bcf"]
    known = {topic.guid.lower(): topic for topic in first.topics}
    again = [topic for topic in last.topics if topic.guid in known]
    assert len(again) == 2
    for topic in again:
        before = {comment.guid.lower() for comment in known[topic.guid].comments}
        assert before.isdisjoint(comment.guid for comment in topic.comments)
        assert topic.creation_date.instant - known[topic.guid].creation_date.instant == timedelta(0)


# --- The script -------------------------------------------------------------------------------------------------------


def without_sizes_of_pictures(value):
    """A model as plain tuples; how many bytes a picture takes is the business of the Pillow at hand."""
    if isinstance(value, Blob):
        picture = value.locator.endswith((".png", ".jpg", ".jpeg"))
        return (value.locator, None if picture else value.size)
    if is_dataclass(value):
        return (type(value).__name__, *(without_sizes_of_pictures(getattr(value, item.name)) for item in fields(value)))
    return tuple(map(without_sizes_of_pictures, value)) if isinstance(value, tuple) else value


@pytest.mark.slow
def test_the_script_builds_the_samples_that_are_there(rebuilt):
    assert archives(rebuilt) == archives(SAMPLES)


@pytest.mark.slow
@every_sample
def test_a_rebuilt_sample_has_the_same_model(models, rebuilt, name):
    assert without_sizes_of_pictures(opened(name, rebuilt)) == without_sizes_of_pictures(models[name])


@pytest.mark.slow
def test_building_twice_gives_the_same_bytes(rebuilt, tmp_path):
    subprocess.run([sys.executable, "-B", SAMPLES / "build.py", tmp_path], check=True, capture_output=True)
    for name in COUNTS:
        assert (tmp_path / name).read_bytes() == (rebuilt / name).read_bytes()


@pytest.mark.slow
def test_no_module_of_the_script_grows_beyond_300_lines():
    for path in SAMPLES.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name
