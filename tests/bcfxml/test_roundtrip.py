"""What we read and write again in the same version is the same: every element, every attribute, every picture.

Measured by an independent comparison (same_xml), not by our own decoder. A difference is allowed only where the
original breaks a rule of its own version; each is listed here with that rule.
"""

import zipfile
from pathlib import Path

import pytest
from essence import rewritten
from handmade import COMMENT, DOCUMENT, OTHER_VIEW, TOPIC, VIEW
from same_xml import differences

from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml import schema

ROOT = Path(__file__).resolve().parents[2]
CORPUS = sorted((ROOT.parent / "shared" / "corpus").glob("*/*.bcf*"))
SAMPLES = sorted((ROOT / "samples").glob("[23].[01]/*.bcf*"))
every_archive = pytest.mark.parametrize("path", [*CORPUS, *SAMPLES], ids=lambda path: f"{path.parent.name}/{path.name}")

NO_HEADER = "Markup/Header is mandatory in 2.0 and has at least one File"
NO_STATUS = "Markup/Comment/Status is mandatory in 2.0; the topic's type and status stand in, marked"
ORDER = "SnippetTypes comes before Stages in 3.0"
FOLDER = "a topic's folder is named by its Guid (3.0, file structure); this one bears another guid"
HEADER = ("+/Markup/Header", "+/Markup/Header/File ''")

DIFFERENT = {
    "2.0/CommentsWithoutViewpoints.bcfzip": {
        NO_STATUS: ("+/Markup/Comment/VerbalStatus 'Open'", "+/Markup/Comment/Status 'Error'") * 2
    },
    "2.0/ExtensionSchema.bcfzip": {NO_HEADER: HEADER},
    "2.0/MaximumInformation.bcfzip": {NO_HEADER: HEADER},
    "2.0/PDFFile.bcfzip": {NO_HEADER: HEADER},
    "2.0/PerspectiveView.bcfzip": {
        NO_HEADER: HEADER,
        NO_STATUS: ("+/Markup/Comment/VerbalStatus 'Active'", "+/Markup/Comment/Status 'Issue'"),
    },
    "2.0/RelatedTopicsWithOtherTopicMissing.bcfzip": {NO_HEADER: HEADER},
    "2.0/SingleInvisibleWall.bcfzip": {NO_HEADER: HEADER},
    "2.0/SingleVisibleWall.bcfzip": {NO_HEADER: HEADER},
    "3.0/Due-Date.bcf": {ORDER: ("+/Extensions/SnippetTypes ''", "-/Extensions/SnippetTypes ''")},
    "3.0/Milestone.bcf": {ORDER: ("+/Extensions/SnippetTypes ''", "-/Extensions/SnippetTypes ''")},
    "3.0/Single-invisible-wall.bcf": {
        FOLDER: (
            "-e1fff3a6-db0f-48e8-a240-0e2f38b2fc21/Snapshot_194f2ccb-9526-4f41-bfe0-635397a79873.png",
            "-e1fff3a6-db0f-48e8-a240-0e2f38b2fc21/Viewpoint_194f2ccb-9526-4f41-bfe0-635397a79873.bcfv",
            "-e1fff3a6-db0f-48e8-a240-0e2f38b2fc21/markup.bcf",
            "+d5121f1c-11e0-4f25-9d23-7ace76853a8f/Snapshot_194f2ccb-9526-4f41-bfe0-635397a79873.png",
            "+d5121f1c-11e0-4f25-9d23-7ace76853a8f/Viewpoint_194f2ccb-9526-4f41-bfe0-635397a79873.bcfv",
            "+d5121f1c-11e0-4f25-9d23-7ace76853a8f/markup.bcf",
        )
    },
}
"""Archive → the rule its original breaks → what is different for that."""

INVALID = {"2.0/PerspectiveView.bcfzip": "a FieldOfView of 70 is outside 45 to 60; clamping would spoil the view"}


def name_of(path):
    return f"{path.parent.name}/{path.name}"


def again(path, tmp_path):
    """The archive written again in its own version."""
    with open_bcf(path) as file:
        version = file.bcf.version
    return rewritten(path, tmp_path / "again.bcf", version), version


@every_archive
def test_an_archive_written_again_in_its_version_is_the_same_but_for_the_rules_it_broke(path, tmp_path):
    found = [line.rpartition(": ")[2] for line in differences(path, again(path, tmp_path)[0])]
    allowed = DIFFERENT.get(name_of(path), {})
    assert sorted(found) == sorted(line for lines in allowed.values() for line in lines)


@every_archive
def test_an_archive_written_again_in_its_version_is_valid(path, tmp_path):
    target, version = again(path, tmp_path)
    with zipfile.ZipFile(target) as archive:
        found = [
            finding.detail
            for entry in archive.namelist()
            if schema.schema_name(entry)
            for finding in schema.check(archive.read(entry), entry, version)
        ]
    assert bool(found) == (name_of(path) in INVALID)
    assert all("FieldOfView" in detail for detail in found)


@every_archive
def test_an_archive_written_again_twice_has_the_same_bytes(path, tmp_path):
    first, version = again(path, tmp_path)
    second = rewritten(first, tmp_path / "second.bcf", version)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.skipif(not CORPUS, reason="no published archives here")
def test_every_archive_allowed_to_differ_is_there():
    assert {*DIFFERENT, *INVALID} <= {name_of(path) for path in CORPUS}


# --- whatever a version lets be blank ---------------------------------------------------------------------------------

POINTS = "".join(f"<{name}><X>1</X><Y>-2.50</Y><Z>3e-7</Z></{name}>" for name in ("A", "B", "C"))
CAMERA = POINTS.replace("A>", "CameraViewPoint>").replace("B>", "CameraDirection>").replace("C>", "CameraUpVector>")
CAMERA = f"<PerspectiveCamera>{CAMERA}<FieldOfView>50.0</FieldOfView>{{}}</PerspectiveCamera>"
PARTS = "<OriginatingSystem/><AuthoringToolId/>"
PROJECT = """<ProjectExtension><Project ProjectId=""><Name/></Project><ExtensionSchema/></ProjectExtension>"""
MARKUP_20 = f"""<Markup><Header><File><Filename/></File></Header><Topic Guid="{TOPIC}" TopicType=""><ReferenceLink/>
<Title/><Priority/><Labels/><CreationAuthor/><ModifiedAuthor/><AssignedTo/><Description/>
<BimSnippet SnippetType="s"><Reference>r</Reference><ReferenceSchema/></BimSnippet><DocumentReferences/></Topic>
<Comment Guid="{COMMENT}"><VerbalStatus/><Status/><Date>2014-02-25T11:50:32</Date><Author/><Comment/>
<Topic Guid="{TOPIC}"/><ModifiedAuthor/></Comment>
<Viewpoints Guid="{VIEW}"><Viewpoint>a.bcfv</Viewpoint><Snapshot/></Viewpoints></Markup>"""
MARKUP_21 = f"""<Markup><Header><File/></Header><Topic Guid="{TOPIC}" TopicType="" TopicStatus=""><ReferenceLink/>
<Title/><Priority/><Index>007</Index><Labels/><CreationDate>2014-02-25T11:50:32.1234567+01:00</CreationDate><CreationAuthor/>
<ModifiedAuthor/><AssignedTo/><Stage/><Description/><DocumentReference Guid="{DOCUMENT}"><ReferencedDocument/>
<Description/></DocumentReference></Topic>
<Comment Guid="{COMMENT}"><Date>2014-02-25T11:50:32Z</Date><Author/><Comment> </Comment><ModifiedAuthor/></Comment>
<Viewpoints Guid="{VIEW}"><Viewpoint>a.bcfv</Viewpoint><Snapshot/></Viewpoints></Markup>"""
MARKUP_30 = f"""<Markup><Header><Files/></Header><Topic Guid="{TOPIC}" TopicType="t" TopicStatus="s"><ReferenceLinks/>
<Title>t</Title><Labels/><CreationDate>2014-02-25T11:50:32</CreationDate><CreationAuthor>a</CreationAuthor>
<BimSnippet SnippetType="s"><Reference>r</Reference><ReferenceSchema>x</ReferenceSchema></BimSnippet>
<DocumentReferences/><RelatedTopics/><Comments/>
<Viewpoints><ViewPoint Guid="{VIEW}"><Viewpoint>a.bcfv</Viewpoint></ViewPoint></Viewpoints></Topic></Markup>"""
WALL = f'<Component IfcGuid="AAAAAAAAAAAAAAAAAAAAAA">{PARTS}</Component>'
BLANKS = {
    "2.0": {
        "bcf.version": '<Version VersionId="2.0"><DetailedVersion/></Version>',
        "project.bcfp": PROJECT,
        f"{TOPIC}/markup.bcf": MARKUP_20,
        f"{TOPIC}/a.bcfv": f"<VisualizationInfo><Components>{WALL}</Components><ClippingPlanes/></VisualizationInfo>",
    },
    "2.1": {
        "bcf.version": '<Version VersionId="2.1"/>',
        "project.bcfp": PROJECT,
        f"{TOPIC}/markup.bcf": MARKUP_21,
        f"{TOPIC}/a.bcfv": f'<VisualizationInfo Guid="{OTHER_VIEW}"><Components><ViewSetupHints/><Selection>{WALL}'
        f"</Selection><Visibility/></Components>{CAMERA.format('')}<ClippingPlanes/></VisualizationInfo>",
    },
    "3.0": {
        "bcf.version": '<Version VersionId="3.0"/>',
        "extensions.xml": "<Extensions><TopicTypes/><Users/></Extensions>",
        "documents.xml": "<DocumentInfo><Documents/></DocumentInfo>",
        f"{TOPIC}/markup.bcf": MARKUP_30,
        f"{TOPIC}/a.bcfv": f'<VisualizationInfo Guid="{OTHER_VIEW}"><Components><Selection/><Visibility>'
        f"<ViewSetupHints/><Exceptions/></Visibility><Coloring/></Components>{CAMERA.format('<AspectRatio>1.5</AspectRatio>')}<Lines/>"
        "<ClippingPlanes/><Bitmaps/></VisualizationInfo>",
    },
}


@pytest.mark.parametrize("version", BLANKS)
def test_whatever_a_version_lets_be_blank_or_left_out_comes_back_so(version, tmp_path):
    source = tmp_path / "blank.bcf"
    with zipfile.ZipFile(source, "w") as archive:
        for name, text in BLANKS[version].items():
            archive.writestr(name, text)
            assert schema.check(text.encode(), name, version) == []
    target, found = again(source, tmp_path)
    assert (found, differences(source, target)) == (version, [])


@pytest.mark.parametrize("other", BLANKS)
@pytest.mark.parametrize("version", BLANKS)
def test_what_was_blank_in_one_version_spoils_nothing_in_another(version, other, tmp_path):
    source = tmp_path / "blank.bcf"
    with zipfile.ZipFile(source, "w") as archive:
        for name, text in BLANKS[version].items():
            archive.writestr(name, text)
    with zipfile.ZipFile(rewritten(source, tmp_path / "other.bcf", other)) as archive:
        for name in filter(schema.schema_name, archive.namelist()):
            assert schema.check(archive.read(name), name, other) == []
