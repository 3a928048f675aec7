"""Writing 2.0: what its schema demands, in its own names and order, and nothing it does not know."""

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from essence import from_memory
from handmade import COMMENT, DOCUMENT, OTHER_TOPIC, OTHER_VIEW, PNG, TOPIC, VIEW
from lxml import etree

from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml import schema
from bcfsync.dates import timestamp
from bcfsync.model import (
    Bcf,
    BimSnippet,
    Bitmap,
    Blob,
    ClippingPlane,
    Coloring,
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    Extensions,
    HeaderFile,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Project,
    Snapshot,
    Spelling,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)
from bcfsync.saving import write_bcf
from bcfsync.versions import fitted

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "spec" / "xsd" / "2.0"
NOW = timestamp(datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC))
WALL, DOOR, SLAB = (Component(letter * 22, "CAD", f"id {letter}") for letter in "ABC")
HERE, NORTH, UP = Point(1.5, -2.0, 3e-7), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0)
CONTENTS = {"png": PNG, "pdf": b"%PDF", "ifc": b"ISO-10303-21;"}


def blob(name):
    return Blob(name, len(CONTENTS[name]))


FULL = Topic(
    TOPIC,
    "Duct & beam <1>",
    topic_type="Clash",
    topic_status="Open",
    priority="High",
    index=2**40,
    labels=("MEP", "Structure"),
    reference_links=("https://one", "https://two"),
    creation_date=NOW,
    creation_author="a@x",
    modified_date=NOW,
    modified_author="b@x",
    due_date=NOW,
    assigned_to="c@x",
    stage="Design",
    description="two\nlines",
    bim_snippet=BimSnippet("json", is_external=True, reference="https://s", reference_schema="https://schema"),
    server_assigned_id="7",
    files=(HeaderFile("A" * 22, "B" * 22, "m.ifc", NOW, "m.ifc", is_external=False, blob=blob("ifc")),),
    document_references=(
        DocumentReference(DOCUMENT, document_guid=DOCUMENT, description="a plan"),
        DocumentReference(OTHER_VIEW, url="https://d"),
    ),
    related_topics=(OTHER_TOPIC,),
    comments=(
        Comment(COMMENT, "text", NOW, "a@x", VIEW, NOW, "b@x", status="Error", verbal_status="Closed"),
        Comment(OTHER_VIEW, "", NOW, "a@x", reply_to_comment_guid=COMMENT),
    ),
    viewpoints=(
        Viewpoint(
            VIEW,
            2,
            PerspectiveCamera(HERE, NORTH, UP, 60.0, 1.5),
            OrthogonalCamera(HERE, NORTH, UP, 12.5, 1.5),
            (Line(HERE, NORTH),),
            (ClippingPlane(HERE, UP),),
            (Bitmap("png", HERE, NORTH, UP, 2.0, reference="b.png", blob=blob("png")),),
            Snapshot("png", "s.png", blob("png")),
            Components(
                (WALL,),
                (Coloring("FF00AA", (DOOR,)),),
                Visibility(True, (SLAB,), ViewSetupHints(False, False, False)),  # noqa: FBT003 - the fields' own order
            ),
            alias=OTHER_VIEW,
        ),
        Viewpoint(OTHER_VIEW, 1, PerspectiveCamera(HERE, NORTH, UP, 50.0)),
    ),
)
BCF = Bcf(
    "3.0",
    Project("p-1", "School"),
    Extensions(topic_type=("Clash",), users=("a@x",), stage=("Design",)),
    (Document(DOCUMENT, "plan.pdf", blob=blob("pdf")),),
    (FULL,),
)
BARE = Bcf("3.0", topics=(Topic(TOPIC, comments=(Comment(COMMENT, "c"),)),))


@pytest.fixture
def written(tmp_path):
    """The entries of a model written as 2.0, XML as elements."""

    def write(bcf):
        path = tmp_path / "x.bcfzip"
        write_bcf(path, fitted(bcf, "2.0"), from_memory(CONTENTS))
        with zipfile.ZipFile(path) as archive:
            found = {name: archive.read(name) for name in archive.namelist()}
        return path, {
            name: etree.fromstring(data) if schema.schema_name(name) else data for name, data in found.items()
        }

    return write


@pytest.mark.parametrize("bcf", [BCF, BARE], ids=["full", "bare"])
def test_every_document_is_valid(bcf, written):
    path, _ = written(bcf)
    with zipfile.ZipFile(path) as archive:
        for name in filter(schema.schema_name, archive.namelist()):
            assert schema.check(archive.read(name), name, "2.0") == []


@pytest.mark.skipif(not PUBLISHED.exists(), reason="no published schemas here")
@pytest.mark.parametrize("bcf", [BCF, BARE], ids=["full", "bare"])
def test_every_document_is_valid_against_the_published_schemas(bcf, written):
    for name, element in written(bcf)[1].items():
        if kind := schema.schema_name(name):
            found = etree.XMLSchema(etree.parse(PUBLISHED / f"{kind}.xsd"))
            assert found.validate(element), (name, found.error_log)


def test_a_topic_without_files_has_a_header_with_a_blank_file(written):
    header = written(BARE)[1][f"{TOPIC}/markup.bcf"].find("Header")
    assert [(child.tag, dict(child.attrib), len(child)) for child in header] == [("File", {}, 0)]


def test_the_topic_has_the_names_and_the_order_of_20(written):
    topic = written(BCF)[1][f"{TOPIC}/markup.bcf"].find("Topic")
    assert [child.tag for child in topic if isinstance(child.tag, str)] == [
        "ReferenceLink",
        "Title",
        "Priority",
        "Index",
        "Labels",
        "Labels",
        "CreationDate",
        "CreationAuthor",
        "ModifiedDate",
        "ModifiedAuthor",
        "AssignedTo",
        "Description",
        "BimSnippet",
        "DocumentReferences",
        "DocumentReferences",
        "RelatedTopics",
    ]
    assert topic.findtext("Index") == str(2**40)


def test_a_comment_says_its_status_its_topic_and_what_it_replies_to(written):
    first, second = written(BCF)[1][f"{TOPIC}/markup.bcf"].findall("Comment")
    assert [child.tag for child in first if isinstance(child.tag, str)] == [
        *("VerbalStatus", "Status", "Date", "Author", "Comment", "Topic", "Viewpoint", "ModifiedDate", "ModifiedAuthor")
    ]
    assert (first.findtext("Status"), first.findtext("VerbalStatus")) == ("Error", "Closed")
    assert (second.findtext("Status"), second.findtext("VerbalStatus")) == ("Clash", "Open")
    assert [item.find("Topic").get("Guid") for item in (first, second)] == [TOPIC, TOPIC]
    assert (second.find("ReplyToComment").get("Guid"), second.findtext("Comment")) == (COMMENT, "")


def test_viewpoints_stand_in_the_order_of_their_index_and_the_lowest_has_the_fixed_names(written):
    found = written(BCF)[1]
    views = found[f"{TOPIC}/markup.bcf"].findall("Viewpoints")
    assert [(view.get("Guid"), view.findtext("Viewpoint")) for view in views] == [
        (OTHER_VIEW, "viewpoint.bcfv"),
        (VIEW, f"{VIEW}.bcfv"),
    ]
    assert views[1].findtext("Snapshot") == "snapshot.png"
    assert not [view for view in views if view.find("Index") is not None]


def test_a_viewpoint_has_no_guid_and_one_flat_list_of_components(written):
    info = written(BCF)[1][f"{TOPIC}/{VIEW}.bcfv"]
    assert "Guid" not in info.attrib
    assert [dict(item.attrib) for item in info.find("Components")] == [
        {"IfcGuid": "A" * 22, "Selected": "true"},
        {"IfcGuid": "C" * 22, "Visible": "false"},
        {"IfcGuid": "B" * 22, "Color": "FF00AA"},
    ]
    assert [info.findtext(f"Components/Component[1]/{name}") for name in ("OriginatingSystem", "AuthoringToolId")] == [
        *("CAD", "id A")
    ]


def test_a_viewpoint_keeps_both_cameras_lines_planes_and_bitmaps(written):
    info = written(BCF)[1][f"{TOPIC}/{VIEW}.bcfv"]
    assert [child.tag for child in info if isinstance(child.tag, str)] == [
        *("Components", "OrthogonalCamera", "PerspectiveCamera", "Lines", "ClippingPlanes", "Bitmaps")
    ]
    assert (info.findtext("Bitmaps/Bitmap"), info.findtext("Bitmaps/Reference")) == ("PNG", "b.png")
    assert info.findtext("PerspectiveCamera/CameraViewPoint/Z") == "3e-07"


def test_a_flag_nobody_wrote_stays_unwritten(written):
    path, _ = written(BCF)
    with open_bcf(path) as file:
        flat = next(view for view in file.bcf.topics[0].viewpoints if view.guid == VIEW).components.flat
    assert [(item.selected, item.visible, item.color) for item in flat] == [
        (True, None, None),
        (None, False, None),
        (None, None, "FF00AA"),
    ]


def test_the_project_element_is_there_even_where_only_lists_are(written):
    bcf = Bcf("3.0", extensions=Extensions(topic_type=("Clash",)), topics=(Topic(TOPIC),))
    project = written(bcf)[1]["project.bcfp"]
    assert [(child.tag, child.text, dict(child.attrib)) for child in project] == [
        ("Project", None, {}),
        ("ExtensionSchema", "extensions.xsd", {}),
    ]


def test_the_extension_schema_has_no_stages(written):
    root = etree.fromstring(written(BCF)[1]["extensions.xsd"])
    assert root.xpath("//*[local-name()='simpleType']/@name") == ["TopicType", "UserIdType"]


def test_what_was_read_is_what_was_written(written):
    path, _ = written(BCF)
    with open_bcf(path) as file:
        topic = file.bcf.topics[0]
        assert file.bcf.version == "2.0"
    assert (topic.title, topic.labels, topic.description) == (FULL.title, FULL.labels, FULL.description)
    assert (topic.files[0].filename, topic.files[0].is_external) == ("m.ifc", False)
    assert [item.url for item in topic.document_references] == [None, "https://d"]
    assert [item.status for item in topic.comments] == ["Error", None]


def test_a_name_of_an_extension_schema_that_leads_nowhere_stays(written):
    bcf = replace(BARE, version="2.0", spelling=Spelling("2.0 RC", "schema.bcfs", frozenset({"ExtensionSchema"})))
    bcf = replace(bcf, project=Project("p", "P"))
    found = written(bcf)[1]
    assert found["project.bcfp"].findtext("ExtensionSchema") == "schema.bcfs"
    assert found["bcf.version"].findtext("DetailedVersion") == "2.0 RC"
