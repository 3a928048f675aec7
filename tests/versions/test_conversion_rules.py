"""The rules of docs/conversion.md, row by row: what is written, what is listed as lost, what is remarked."""

import zipfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest

from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml.schema import check
from bcfsync.dates import timestamp
from bcfsync.model import (
    Bcf,
    BimSnippet,
    Bitmap,
    Blob,
    Coloring,
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    Extensions,
    Extra,
    FlatComponent,
    HeaderFile,
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
from bcfsync.versions import Loss, converted
from bcfsync.versions import reasons as why
from bcfsync.versions.converting import _UNREAD

GUID = "1a2b3c4d-0000-4000-8000-000000000001"
OTHER = "1a2b3c4d-0000-4000-8000-000000000002"
VIEW = "1a2b3c4d-0000-4000-8000-000000000003"
DAY = timestamp(datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC))
PLACE, AHEAD, UP = Point(1, 2, 3), Point(0, 1, 0), Point(0, 0, 1)
EYE = PerspectiveCamera(PLACE, AHEAD, UP, 60.0, 1.5)
PLAIN_EYE = PerspectiveCamera(PLACE, AHEAD, UP, 60.0)
MAP = OrthogonalCamera(PLACE, AHEAD, UP, 12.5)
TOPIC = Topic(GUID, "T", "Error", "Open", creation_date=DAY, creation_author="a@x")
WALL, DOOR, SLAB = (Component(name * 22) for name in "abc")
LONG = "01234567-89ab-cdef-0123-456789abcdef"
BYTES = Blob("bytes", 5)
PNG = Blob("png", 8)


def one(version="3.0", **members):
    return Bcf(version, topics=(replace(TOPIC, **members),))


def seen(version="3.0", camera=EYE, **members):
    """A topic with one viewpoint."""
    cameras = {"perspective_camera": camera} if isinstance(camera, PerspectiveCamera) else {"orthogonal_camera": camera}
    return one(version, viewpoints=(Viewpoint(VIEW, **(cameras | members)),))


def shown(version="3.0", **members):
    """A viewpoint with these components; no aspect ratio, which 2.x would lose."""
    return seen(version, PLAIN_EYE, components=Components(**members))


def said(version="3.0", **members):
    """A topic with one comment."""
    return one(version, comments=(replace(Comment(OTHER, "text", DAY, "b@x"), **members),))


@contextmanager
def open_blob(blob):
    yield BytesIO({"bytes": b"12345", "png": b"\x89PNG\r\n\x1a\n"}[blob.locator])


def through(bcf, version, path):
    """The model that is read from the converted file, and what was lost."""
    made = converted(bcf, version)
    write_bcf(path, made.bcf, open_blob)
    assert invalid(path, version) == []
    with open_bcf(path) as file:
        return file.bcf, made


def invalid(path, version):
    """What the schemas say against an archive, but for the angle that 2.x allows in its text only."""
    with zipfile.ZipFile(path) as archive:
        found = [item for name in archive.namelist() for item in check(archive.read(name), name, version)
                 if archive.read(name) != b"12345"]  # fmt: skip
    return [item for item in found if "FieldOfView" not in item.detail]


VIEWPOINT = f"Viewpoint[{VIEW}]"
HIDE_ALL = Visibility(default_visibility=False)
ONLY = {"default_visibility": False}
HINTS = ViewSetupHints(spaces_visible=True)
LOST = [
    # 3.1 archive and root files
    ("DetailedVersion to 3.0", replace(one("2.1"), spelling=Spelling("2.1 KUBUS BV")), "3.0", "",
     "Version/DetailedVersion", "2.1 KUBUS BV", why.NO_PLACE),
    ("DetailedVersion to another 2.x", replace(one("2.0"), spelling=Spelling("2.0 RC")), "2.1", "",
     "Version/DetailedVersion", "2.0 RC", why.OTHER_VERSION),
    ("ExtensionSchema that leads nowhere", replace(one("2.1"), spelling=Spelling(None, "http://x/e.xsd")), "3.0", "",
     "ProjectExtension/ExtensionSchema", "http://x/e.xsd", why.NO_SCHEMA),
    ("blank value in a list", replace(one("2.1"), extensions=Extensions(priority=("High", " "))), "3.0", "",
     "Extensions/priority", "' '", why.BLANK),
    ("Stage list", replace(one("2.1"), extensions=Extensions(stage=("Design", "Build"))), "2.0", "",
     "Extensions/Stage", "Design, Build", why.NOTED),
    ("a foreign entry under a name of ours", replace(one("2.1"), extras=(Extra("extensions.xml", BYTES),)), "3.0", "",
     "extensions.xml", "the whole entry", why.NAME_TAKEN),
    ("foreign entries that differ in letter case",
     replace(one("2.1"), extras=(Extra("notes.txt", BYTES), Extra("Notes.txt", PNG))), "3.0", "",
     "Notes.txt", "the name; now Notes-2.txt", why.RENAMED),
    ("a foreign entry where a document goes",
     replace(one("2.1"), documents=(Document(OTHER, "a", blob=BYTES),), extras=(Extra(f"Documents/{OTHER}", PNG),)),
     "3.0", "", f"Documents/{OTHER}", f"the name; now Documents/{OTHER}-2", why.RENAMED),
    ("a foreign markup where ours goes", replace(one("2.1"), extras=(Extra(f"{GUID}/MARKUP.bcf", BYTES),)), "3.0", "",
     f"{GUID}/MARKUP.bcf", "the whole entry", why.NAME_TAKEN),
    ("a document that stood where ours goes",
     replace(one("2.1"), documents=(Document(OTHER, "bcf.version", path="bcf.version", blob=BYTES),)), "2.1", "",
     f"Document[{OTHER}]/Path", "bcf.version", why.NAME_TAKEN),
    ("documents that stood at one place",
     replace(one(), documents=(Document(OTHER, "a", path="a", blob=BYTES), Document(VIEW, "b", path="a", blob=PNG))),
     "2.0", "", f"Document[{VIEW}]/Path", "a", why.RENAMED),
    # 3.2 topic
    ("Guid in upper case", one("2.1", guid=GUID.upper()), "3.0", GUID.upper(), "Topic/@Guid", GUID.upper(),
     why.LOWER_CASE),
    ("Guid that is none", one("2.1", guid="issue 7"), "3.0", "issue 7", "Topic/@Guid", "issue 7", why.NO_GUID),
    ("ServerAssignedId to 2.1", one(server_assigned_id="7"), "2.1", GUID, "Topic/@ServerAssignedId", "7", why.NOTED),
    ("ServerAssignedId to 2.0", one(server_assigned_id="7"), "2.0", GUID, "Topic/@ServerAssignedId", "7", why.NOTED),
    ("second ReferenceLink", one(reference_links=("a", "b")), "2.0", GUID, "Topic/ReferenceLink", "b", why.NOTED),
    ("blank label", one("2.1", labels=("a", " ")), "3.0", GUID, "Topic/Labels", "' '", why.BLANK),
    ("Index beyond 32 bits to 2.1", one("2.0", index=2**31), "2.1", GUID, "Topic/Index", str(2**31), why.INT32),
    ("Index beyond 32 bits to 3.0", one("2.0", index=-(2**40)), "3.0", GUID, "Topic/Index", str(-(2**40)), why.INT32),
    ("DueDate", one(due_date=DAY), "2.0", GUID, "Topic/DueDate", DAY.text, why.NOTED),
    ("Stage", one(stage="Build"), "2.0", GUID, "Topic/Stage", "Build", why.NOTED),
    ("BimSnippet without reference", one("2.1", bim_snippet=BimSnippet("t", True, "", "s")), "3.0", GUID,  # noqa: FBT003
     "Topic/BimSnippet", "t", why.NO_REFERENCE),
    ("related topic that is no guid", one("2.1", related_topics=("seven",)), "3.0", GUID, "Topic/RelatedTopic/@Guid",
     "seven", why.NO_GUID),
    # 3.3 comments
    ("Status to 2.1", said("2.0", status="Info"), "2.1", GUID, f"Comment[{OTHER}]/Status", "Info", why.NOTED),
    ("Status to 3.0", said("2.0", status="Info"), "3.0", GUID, f"Comment[{OTHER}]/Status", "Info", why.NOTED),
    ("VerbalStatus", said("2.0", verbal_status="Open"), "3.0", GUID, f"Comment[{OTHER}]/VerbalStatus", "Open",
     why.NOTED),
    ("ReplyToComment", said("2.0", reply_to_comment_guid=VIEW), "3.0", GUID, f"Comment[{OTHER}]/ReplyToComment", VIEW,
     why.NOTED),
    ("blank comment text", said("2.1", comment=" \n"), "3.0", GUID, f"Comment[{OTHER}]/Comment", "' \\n'", why.BLANK),
    # 3.4 document references
    ("a path to a document that is missing", one("2.1", document_references=(DocumentReference(OTHER, path="x.pdf"),)),
     "3.0", GUID, f"DocumentReference[{OTHER}]/ReferencedDocument", "x.pdf", why.NOTED_MISSING),
    ("the place of a document", replace(one("2.1"), documents=(Document(OTHER, "x.pdf", path="x.pdf", blob=BYTES),)),
     "3.0", "", f"Document[{OTHER}]/Path", "x.pdf", why.NOTED_PATH),
    ("Document/Description", replace(one(), documents=(Document(OTHER, "x.pdf", "plan", blob=BYTES),)), "2.1", "",
     f"Document[{OTHER}]/Description", "plan", why.NO_PLACE),
    ("a document without bytes", replace(one(), documents=(Document(OTHER, "x.pdf"),)), "2.1", "",
     f"Document[{OTHER}]", "x.pdf", why.NO_BYTES),
    ("a file name no system accepts", replace(one(), documents=(Document(OTHER, "a:b?.pdf", blob=BYTES),)), "2.1", "",
     f"Document[{OTHER}]/Filename", "a:b?.pdf", why.FILE_NAME),
    # 3.5 header
    ("IfcProject of the wrong length", one(files=(HeaderFile("short", filename="a.ifc"),)), "2.1", GUID,
     "Header/File[1]/@IfcProject", "short", why.IFC_GUID),
    # 3.6 viewpoint list
    ("viewpoint Index to 2.0", seen(index=4, camera=PLAIN_EYE), "2.0", GUID, f"{VIEWPOINT}/Index", "4", why.NOTED),
    ("viewpoint Index beyond 32 bits", seen("2.1", index=2**31, camera=PLAIN_EYE), "3.0", GUID, f"{VIEWPOINT}/Index",
     str(2**31), why.INT32),
    # 3.7 viewpoint contents
    ("another Guid in the visinfo", seen("2.1", PLAIN_EYE, alias=OTHER), "3.0", GUID,
     f"{VIEWPOINT}/VisualizationInfo/@Guid", OTHER, why.ALIAS),
    ("second camera", seen("2.1", PLAIN_EYE, orthogonal_camera=MAP), "3.0", GUID, f"{VIEWPOINT}/OrthogonalCamera",
     "ViewToWorldScale 12.5", why.NOTED_CAMERA),
    ("second camera with an AspectRatio", seen("3.0", EYE, orthogonal_camera=replace(MAP, aspect_ratio=1.25)), "3.0",
     GUID, f"{VIEWPOINT}/OrthogonalCamera", "ViewToWorldScale 12.5, AspectRatio 1.25", why.NOTED_CAMERA),
    ("AspectRatio to 2.1", seen(), "2.1", GUID, f"{VIEWPOINT}/PerspectiveCamera/AspectRatio", "1.5", why.NOTED),
    ("AspectRatio of a parallel camera to 2.0", seen(camera=replace(MAP, aspect_ratio=2.0)), "2.0", GUID,
     f"{VIEWPOINT}/OrthogonalCamera/AspectRatio", "2.0", why.NOTED),
    ("AspectRatio that is none", seen(camera=replace(EYE, aspect_ratio=-1.0)), "3.0", GUID,
     f"{VIEWPOINT}/PerspectiveCamera/AspectRatio", "-1.0", why.RATIO),
    ("FieldOfView beyond 180", seen("2.1", replace(PLAIN_EYE, field_of_view=200.0)), "3.0", GUID,
     f"{VIEWPOINT}/PerspectiveCamera/FieldOfView", "200.0", why.ANGLE),
    ("FieldOfView of nothing", seen("2.1", replace(PLAIN_EYE, field_of_view=0.0)), "3.0", GUID,
     f"{VIEWPOINT}/PerspectiveCamera/FieldOfView", "0.0", why.ANGLE),
    ("ViewSetupHints", shown(selection=(WALL,), visibility=Visibility(default_visibility=True, view_setup_hints=HINTS)),
     "2.0", GUID, f"{VIEWPOINT}/Components/ViewSetupHints", "SpacesVisible true", why.NOTED),
    ("all hidden", shown(selection=(WALL,), visibility=HIDE_ALL), "2.0", GUID,
     f"{VIEWPOINT}/Components/Visibility/@DefaultVisibility", "false", why.NOTED),
    ("selected, though hidden",
     shown(selection=(WALL,), visibility=Visibility(default_visibility=True, exceptions=(WALL, DOOR))), "2.0", GUID,
     f"{VIEWPOINT}/Components/Visibility/Exceptions", "a" * 22, why.HIDDEN),
    ("a component in two colours", shown(coloring=(Coloring("FF0000", (WALL,)), Coloring("00FF00", (WALL, DOOR)))),
     "2.0", GUID, f"{VIEWPOINT}/Components/Coloring/Color", "00FF00: " + "a" * 22, why.TWO_COLORS),
    ("Color without attribute to 3.0", shown("2.1", coloring=(Coloring(None, (WALL,)),)), "3.0", GUID,
     f"{VIEWPOINT}/Components/Coloring/Color", "a" * 22, why.NO_COLOR),
    ("Color without attribute to 2.0", shown("2.1", coloring=(Coloring(None, (WALL,)),)), "2.0", GUID,
     f"{VIEWPOINT}/Components/Coloring/Color", "a" * 22, why.NO_COLOR),
    ("a colour of four digits to 3.0", shown("2.1", coloring=(Coloring("FF00", (WALL,)),)), "3.0", GUID,
     f"{VIEWPOINT}/Components/Coloring/Color", "FF00: " + "a" * 22, why.NO_DIGITS),
    ("a colour of four digits to 2.1", shown("2.0", coloring=(Coloring("FF00", (WALL,)),)), "2.1", GUID,
     f"{VIEWPOINT}/Components/Coloring/Color", "FF00", why.NO_DIGITS),
    ("a colour that is a word", shown("2.1", coloring=(Coloring("RED", (WALL,)),)), "2.0", GUID,
     f"{VIEWPOINT}/Components/Coloring/Color", "RED: " + "a" * 22, why.NO_DIGITS),
    ("a colour without components", shown("3.0", coloring=(Coloring("FF0000", ()), Coloring("00FF00", (WALL,)))), "2.1",
     GUID, f"{VIEWPOINT}/Components/Coloring/Color", "FF0000", why.EMPTY),
    ("an id that is no IfcGuid", shown("2.1", selection=(Component("wall 7"),)), "3.0", GUID,
     f"{VIEWPOINT}/Components/Component/@IfcGuid", "wall 7", why.TOOL_ID),
    ("an id that is no IfcGuid beside another id", shown("2.1", selection=(Component("wall 7", None, "W7"),)), "3.0",
     GUID, f"{VIEWPOINT}/Components/Component/@IfcGuid", "wall 7", why.IFC_GUID),
    ("a guid of 32 digits", shown("2.1", selection=(Component(LONG),)), "3.0", GUID,
     f"{VIEWPOINT}/Components/Component/@IfcGuid", LONG, why.LONG_GUID),
    ("one component selected twice", shown("2.1", selection=(WALL, WALL)), "2.0", GUID,
     f"{VIEWPOINT}/Components/Selection", "components selected twice", why.ONCE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "bcf", "version", "topic", "where", "what", "reason"), LOST, ids=[row[0] for row in LOST]
)
def test_what_a_version_cannot_hold_is_listed_and_nothing_else(row, bcf, version, topic, where, what, reason, tmp_path):
    _, made = through(bcf, version, tmp_path / "new.bcf")
    assert made.losses == (Loss(topic, where, what, reason.format(version=version)),)


def test_every_reason_is_met_by_a_row():
    met = {reason for *_, reason in LOST}
    words = {value for name, value in vars(why).items() if name.isupper() and not name.startswith("_")}
    assert words - met == {why.UNREAD, why.FLAGS, why.NOTED_FLAGS}  # these have tests of their own
    assert _UNREAD


NOTED_ROWS = [row for row in LOST if "only bcfsync reads" in row[-1]]


@pytest.mark.parametrize(("row", "bcf", "version"), [row[:3] for row in NOTED_ROWS], ids=[row[0] for row in NOTED_ROWS])
def test_what_is_kept_for_bcfsync_comes_back(row, bcf, version, tmp_path):
    first, _ = through(bcf, bcf.version, tmp_path / "same.bcf")
    there, _ = through(bcf, version, tmp_path / "there.bcf")
    with open_bcf(tmp_path / "there.bcf") as file:
        made = converted(there, bcf.version)
        write_bcf(tmp_path / "back.bcf", made.bcf, file.open)
    with open_bcf(tmp_path / "back.bcf") as file:
        assert without_places(file.bcf) == without_places(first)


def without_places(bcf):
    """The order of entries in the zip, and who invented what, is no content."""
    topics = tuple(replace(topic, viewpoints=tuple(map(without_names, topic.viewpoints))) for topic in bcf.topics)
    documents = tuple(replace(item, blob=None) for item in bcf.documents)
    return replace(bcf, topics=topics, documents=documents)


def without_names(view):
    components = replace(view.components, flat=()) if view.components else None
    return replace(view, reference=None, components=components)


# what is written, read by our own reader: a row of the table of rules, and the member that shows it
WRITTEN = [
    ("ProjectId from the name", replace(one("2.0"), project=Project(None, "Tower")), "3.0",
     lambda bcf: bcf.project == Project(None, "Tower")),
    ("no project data", one("2.0"), "3.0", lambda bcf: bcf.project is None),
    ("lists keep absent and empty apart", replace(one(), extensions=Extensions(users=(), priority=("Low",))), "2.1",
     lambda bcf: bcf.extensions == Extensions(users=(), priority=("Low",))),
    ("labels", one(labels=("a", "b")), "2.0", lambda bcf: bcf.topics[0].labels == ("a", "b")),
    ("one ReferenceLink", one(reference_links=("a",)), "2.0", lambda bcf: bcf.topics[0].reference_links == ("a",)),
    ("related topics", one(related_topics=(OTHER,)), "2.0", lambda bcf: bcf.topics[0].related_topics == (OTHER,)),
    ("Index of any size to 2.0", one("2.1", index=2**40), "2.0", lambda bcf: bcf.topics[0].index == 2**40),
    ("several names in AssignedTo", one(assigned_to="a; b"), "2.0", lambda bcf: bcf.topics[0].assigned_to == "a; b"),
    ("a header file", one(files=(HeaderFile("x" * 22, filename="a.ifc", reference="../a.ifc", is_external=False,
                                            blob=BYTES),)), "2.0",
     lambda bcf: (bcf.topics[0].files[0].is_external, bcf.topics[0].files[0].blob.size) == (False, 5)),
    ("a snippet's bytes", one(bim_snippet=BimSnippet("t", False, "s.json", "http://s", BYTES)), "2.0",  # noqa: FBT003
     lambda bcf: bcf.topics[0].bim_snippet.blob.size == 5),
    ("an address", one(document_references=(DocumentReference(OTHER, url="http://x"),)), "2.0",
     lambda bcf: (bcf.topics[0].document_references[0].url, bcf.topics[0].document_references[0].path) == ("http://x",
                                                                                                         None)),
    ("a document", replace(one(document_references=(DocumentReference(VIEW, OTHER),)),
                           documents=(Document(OTHER, "plan.pdf", blob=BYTES),)), "2.1",
     lambda bcf: (bcf.topics[0].document_references[0].document_guid, bcf.documents[0].filename,
                  bcf.documents[0].blob.locator) == (OTHER, "plan.pdf", f"Documents/{OTHER}/plan.pdf")),
    ("an inner path becomes a document", replace(one("2.1", document_references=(DocumentReference(
        VIEW, OTHER, path="../plan.pdf"),)), documents=(Document(OTHER, "plan.pdf", path="plan.pdf", blob=BYTES),)),
     "3.0", lambda bcf: bcf.documents[0].blob.locator == f"documents/{OTHER}"),
    ("a status of 2.0 comments that nobody gave", said(), "2.0", lambda bcf: bcf.topics[0].comments[0].status is None),
    ("a reply", said("2.0", reply_to_comment_guid=OTHER), "2.0",
     lambda bcf: bcf.topics[0].comments[0].reply_to_comment_guid == OTHER),
    ("a comment without text", said("3.0", comment="", viewpoint_guid=VIEW), "2.1",
     lambda bcf: bcf.topics[0].comments[0].comment == ""),
    ("type and status of the latest 2.0 comment, invented", one("2.0", topic_type=None, topic_status=None, comments=(
        Comment(OTHER, "x", DAY, "a", status="Error", verbal_status="Closed"),)), "3.0",
     lambda bcf: (bcf.topics[0].topic_type, bcf.topics[0].comments[0].status) == (None, "Error")),
    ("two cameras stay in 2.x", seen("2.1", PLAIN_EYE, orthogonal_camera=MAP), "2.0",
     lambda bcf: bcf.topics[0].viewpoints[0].orthogonal_camera == MAP),
    ("the perspective of two cameras", seen("2.1", PLAIN_EYE, orthogonal_camera=MAP), "3.0",
     lambda bcf: bcf.topics[0].viewpoints[0].perspective_camera == PLAIN_EYE),
    ("no camera, but components", one("2.1", viewpoints=(Viewpoint(VIEW, components=Components((WALL,))),)), "3.0",
     lambda bcf: (bcf.topics[0].viewpoints[0].perspective_camera, bcf.topics[0].viewpoints[0].components.selection)
     == (None, (WALL,))),
    ("nothing but a snapshot", one("2.1", viewpoints=(Viewpoint(VIEW, snapshot=Snapshot("png", "s.png", PNG)),)), "3.0",
     lambda bcf: (bcf.topics[0].viewpoints[0].reference, bcf.topics[0].viewpoints[0].snapshot.blob.size) == (None, 8)),
    ("FieldOfView outside 45 to 60 is kept", seen(camera=replace(PLAIN_EYE, field_of_view=90.0)), "2.0",
     lambda bcf: bcf.topics[0].viewpoints[0].perspective_camera.field_of_view == 90.0),
    ("hints of 2.0 are all false, and vanish", shown("2.0", flat=(FlatComponent(WALL, visible=False),),
                                                    visibility=Visibility(default_visibility=True, exceptions=(WALL,))),
     "2.1", lambda bcf: bcf.topics[0].viewpoints[0].components.visibility.view_setup_hints is None),
    ("Visibility that is not there", shown("3.0", selection=(WALL,)), "2.1",
     lambda bcf: bcf.topics[0].viewpoints[0].components.visibility is None),
    ("DefaultVisibility that is not said", shown("2.1", visibility=Visibility(None, (WALL,))), "3.0",
     lambda bcf: bcf.topics[0].viewpoints[0].components.visibility.default_visibility is None),
    ("a bitmap", seen(camera=PLAIN_EYE, bitmaps=(Bitmap("jpg", PLACE, AHEAD, UP, 2.0, reference="a.jpg"),)), "2.0",
     lambda bcf: (bcf.topics[0].viewpoints[0].bitmaps[0].bitmap_type, bcf.topics[0].viewpoints[0].bitmaps[0].height)
     == ("jpg", 2.0)),
    ("a foreign entry", replace(one(), extras=(Extra("notes.txt", BYTES),)), "2.0",
     lambda bcf: bcf.extras[0].path == "notes.txt"),
    ("the first viewpoint's names in 2.x", seen(camera=PLAIN_EYE, reference="x.bcfv", snapshot=Snapshot("png", "y.png",
                                                                                                      PNG)), "2.1",
     lambda bcf: (bcf.topics[0].viewpoints[0].reference, bcf.topics[0].viewpoints[0].snapshot.reference)
     == ("viewpoint.bcfv", "snapshot.png")),
]  # fmt: skip


@pytest.mark.parametrize(("row", "bcf", "version", "holds"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_what_a_version_can_hold_is_there(row, bcf, version, holds, tmp_path):
    found, _ = through(bcf, version, tmp_path / "new.bcf")
    assert holds(found)


REMARKED = [
    ("TopicType and TopicStatus", one("2.0", topic_type=None, topic_status=None), "3.0",
     {("Topic/TopicType", "Undefined"), ("Topic/TopicStatus", "Undefined")}),
    ("Title", one("2.0", title=" "), "3.0", {("Topic/Title", "Untitled")}),
    ("CreationDate", one("2.0", creation_date=None, modified_date=DAY), "2.1", {("Topic/CreationDate", DAY.text)}),
    ("CreationAuthor", one("2.0", creation_author=None), "3.0", {("Topic/CreationAuthor", "unknown")}),
    ("snippet schema", one("2.1", bim_snippet=BimSnippet("t", True, "r", "")), "3.0",  # noqa: FBT003
     {("Topic/BimSnippet/ReferenceSchema", "Undefined")}),
    ("ProjectId", replace(one("2.0"), project=Project(None, "Tower")), "3.0",
     {("Project/@ProjectId", "derived from the name")}),
    ("Document/Filename", replace(one("2.1"), documents=(Document(OTHER, "", blob=BYTES),)), "3.0",
     {(f"Document[{OTHER}]/Filename", "the guid")}),
    ("comment Status and VerbalStatus", said(), "2.0",
     {(f"Comment[{OTHER}]/Status", "Error"), (f"Comment[{OTHER}]/VerbalStatus", "Open")}),
    ("comment Status of an untyped topic", replace(said(), topics=(replace(said().topics[0], topic_type=None,
                                                                          topic_status=None),)), "2.0",
     {(f"Comment[{OTHER}]/Status", "Unknown")}),
    ("AspectRatio", seen("2.1", PLAIN_EYE), "3.0", {(f"{VIEWPOINT}/PerspectiveCamera/AspectRatio", "1")}),
    ("no camera", one("2.1", viewpoints=(Viewpoint(VIEW, components=Components((WALL,))),)), "3.0",
     {(f"{VIEWPOINT}/PerspectiveCamera", "at the origin, looking north")}),
    ("FieldOfView outside the schema", seen("3.0", replace(EYE, field_of_view=90.0)), "2.1",
     {(f"{VIEWPOINT}/PerspectiveCamera/FieldOfView", "90.0")}),
    ("JPEG", seen("3.0", snapshot=Snapshot("jpg", "a.jpg")), "2.1", {(f"{VIEWPOINT}/Snapshot", "a.jpg")}),
    ("absent Visibility", shown("3.0", selection=(WALL,)), "2.1",
     {(f"{VIEWPOINT}/Components/Visibility/@DefaultVisibility", "true")}),
    ("absent DefaultVisibility", shown("2.1", visibility=Visibility(None, (WALL,))), "3.0",
     {(f"{VIEWPOINT}/Components/Visibility/@DefaultVisibility", "false"),
      (f"{VIEWPOINT}/PerspectiveCamera/AspectRatio", "1")}),
]  # fmt: skip


@pytest.mark.parametrize(("row", "bcf", "version", "expected"), REMARKED, ids=[row[0] for row in REMARKED])
def test_what_is_invented_or_kept_against_the_schema_is_remarked(row, bcf, version, expected):
    assert {(item.where, item.what) for item in converted(bcf, version).remarks} == expected
