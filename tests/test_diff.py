"""What counts as a difference between two archives, and what does not: docs/diff.md."""

import hashlib
import math
import zipfile
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest
from essence import rewritten
from handmade import (
    CAMERA,
    COMMENT,
    IFC,
    JPG,
    OTHER_COMMENT,
    OTHER_IFC,
    OTHER_TOPIC,
    OTHER_VIEW,
    PNG,
    TOPIC,
    VIEW,
    pack,
    visinfo,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bcfsync.bcffile import open_bcf
from bcfsync.dates import read_timestamp
from bcfsync.diff import IGNORABLE, Difference, Rules, diff
from bcfsync.diff.geometry import angle, distance
from bcfsync.diff.words import pieces
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
    Extra,
    HeaderFile,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Project,
    Snapshot,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

ROOT = Path(__file__).resolve().parents[1]
ARCHIVES = [
    *sorted((ROOT / "samples").glob("[0-9]*/*.bcf*")),
    *sorted((ROOT.parent / "shared/corpus").glob("*/*.bcf*")),
]
EAST, NORTH, UP, ORIGIN = Point(1, 0, 0), Point(0, 1, 0), Point(0, 0, 1), Point(0, 0, 0)
WALL, DOOR = Component(IFC), Component(OTHER_IFC)


def blob(content):
    """Bytes of a model that never were in a file."""
    return Blob(content, len(content), hashlib.sha256(content.encode()).hexdigest())


def date(text):
    return read_timestamp(text)


CAMERA_NORTH = PerspectiveCamera(ORIGIN, NORTH, UP, 60.0)
PLAN = OrthogonalCamera(ORIGIN, Point(0, 0, -1), NORTH, 10.0)
LINE, PLANE = Line(ORIGIN, EAST), ClippingPlane(ORIGIN, UP)
BITMAP = Bitmap("png", ORIGIN, UP, NORTH, 2.0, reference="plan.png", blob=blob("plan"))
VIEWPOINT = Viewpoint(
    VIEW,
    index=1,
    perspective_camera=CAMERA_NORTH,
    lines=(LINE,),
    clipping_planes=(PLANE,),
    bitmaps=(BITMAP,),
    snapshot=Snapshot("png", "snapshot.png", blob("picture")),
    components=Components(
        selection=(WALL,),
        coloring=(Coloring("FF0000", (WALL,)),),
        visibility=Visibility(True, (DOOR,), ViewSetupHints(spaces_visible=True)),  # noqa: FBT003
    ),
)
SAID = Comment(COMMENT, "Too thin", date("2025-01-02T00:00:00Z"), "b@example.com", viewpoint_guid=VIEW)
TITLE = Topic(
    TOPIC,
    "Wall",
    topic_type="Clash",
    topic_status="Open",
    labels=("Structure", "Fire"),
    creation_date=date("2025-01-01T10:00:00Z"),
    creation_author="a@example.com",
    due_date=date("2025-06-12T00:00:00+02:00"),
    description="The wall is too thin.",
    bim_snippet=BimSnippet("json", False, "snippet.json", "schema.json", blob("snippet")),  # noqa: FBT003
    files=(HeaderFile(ifc_project=IFC, filename="tower.ifc", reference="https://example.com/tower.ifc"),),
    document_references=(DocumentReference("d1", url="https://example.com/a.pdf", description="Plan"),),
    related_topics=(OTHER_TOPIC,),
    comments=(SAID,),
    viewpoints=(VIEWPOINT,),
)
BASE = Bcf(
    "2.1",
    Project("p", "Tower"),
    Extensions(topic_status=("Open", "Closed")),
    (Document("doc", "plan.pdf", blob=blob("paper")),),
    (TITLE,),
    (Extra("vendor.settings", blob("settings")),),
)


def with_topic(**members):
    return replace(BASE, topics=(replace(TITLE, **members),))


def with_view(**members):
    return with_topic(viewpoints=(replace(VIEWPOINT, **members),))


def shown(**members):
    return with_view(components=replace(VIEWPOINT.components, **members))


def told(value, path=""):
    """Every leaf of a difference that says something, by its path; models stand as they are."""
    if value.__class__.__module__ == "bcfsync.diff.values":
        return {
            key: item
            for one in fields(value)
            if one.name not in {"before", "after"} or value.__class__.__name__ in {"FieldChange", "ColorChange"}
            for key, item in told(getattr(value, one.name), f"{path}.{one.name}" if path else one.name).items()
        }
    if isinstance(value, tuple) and value and value[0].__class__.__module__ == "bcfsync.diff.values":
        return {key: item for at, one in enumerate(value) for key, item in told(one, f"{path}[{at}]").items()}
    return {} if value in (None, (), False) and not path.endswith((".before", ".after")) else {path: value}


T, V = "topics.changed[0]", "topics.changed[0].viewpoints.changed[0]"


def field(at, name, before, after):
    return {f"{at}.name": name, f"{at}.before": before, f"{at}.after": after}


MOVED = replace(CAMERA_NORTH, camera_view_point=Point(3, 4, 0))
CHANGES = {
    "a topic only in A": (replace(BASE, topics=()), {"topics.removed": (TITLE,)}),
    "a topic only in B": (
        replace(BASE, topics=(TITLE, Topic(OTHER_TOPIC, "New"))),
        {"topics.added": (Topic(OTHER_TOPIC, "New"),)},
    ),
    "a title": (with_topic(title="Walls"), field(f"{T}.fields[0]", "title", "Wall", "Walls")),
    "a status": (with_topic(topic_status="Closed"), field(f"{T}.fields[0]", "topic_status", "Open", "Closed")),
    "a stage that came": (with_topic(stage="Design"), field(f"{T}.fields[0]", "stage", None, "Design")),
    "a due date": (
        with_topic(due_date=date("2025-06-13T00:00:00+02:00")),
        field(f"{T}.fields[0]", "due_date", "2025-06-12T00:00:00+02:00", "2025-06-13T00:00:00+02:00"),
    ),
    "a text that went": (
        with_topic(description=None), field(f"{T}.fields[0]", "description", "The wall is too thin.", None),
    ),
    "labels": (
        with_topic(labels=("Fire", "Noise")),
        {f"{T}.lists[0].name": "labels", f"{T}.lists[0].removed": ("Structure",), f"{T}.lists[0].added": ("Noise",)},
    ),
    "related topics": (
        with_topic(related_topics=()),
        {f"{T}.lists[0].name": "related_topics", f"{T}.lists[0].removed": (OTHER_TOPIC,)},
    ),
    "a snippet's bytes": (
        with_topic(bim_snippet=replace(TITLE.bim_snippet, blob=blob("other"))), {f"{T}.bim_snippet.content": True},
    ),
    "a snippet's type": (
        with_topic(bim_snippet=replace(TITLE.bim_snippet, snippet_type="xml")),
        field(f"{T}.bim_snippet.fields[0]", "snippet_type", "json", "xml"),
    ),
    "a file that went": (with_topic(files=()), {f"{T}.files.removed": TITLE.files}),
    "a file's project": (
        with_topic(files=(replace(TITLE.files[0], ifc_project=OTHER_IFC),)),
        field(f"{T}.files.changed[0].fields[0]", "ifc_project", IFC, OTHER_IFC),
    ),
    "a reference that came": (
        with_topic(document_references=(*TITLE.document_references, DocumentReference("d2", url="https://b.example"))),
        {f"{T}.document_references.added": (DocumentReference("d2", url="https://b.example"),)},
    ),
    "a reference's text": (
        with_topic(document_references=(replace(TITLE.document_references[0], description="Section"),)),
        field(f"{T}.document_references.changed[0].fields[0]", "description", "Plan", "Section"),
    ),
    "a comment that went": (with_topic(comments=()), {f"{T}.comments.removed": (SAID,)}),
    "a comment that came": (
        with_topic(comments=(SAID, Comment(OTHER_COMMENT, "Yes"))),
        {f"{T}.comments.added": (Comment(OTHER_COMMENT, "Yes"),)},
    ),
    "a comment's text": (
        with_topic(comments=(replace(SAID, comment="Too thick"),)),
        field(f"{T}.comments.changed[0].fields[0]", "comment", "Too thin", "Too thick"),
    ),
    "a comment's viewpoint": (
        with_topic(comments=(replace(SAID, viewpoint_guid=None),)),
        field(f"{T}.comments.changed[0].fields[0]", "viewpoint_guid", VIEW, None),
    ),
    "a comment's second of writing": (
        with_topic(comments=(replace(SAID, date=date("2025-01-02T00:00:01Z")),)),
        field(f"{T}.comments.changed[0].fields[0]", "date", "2025-01-02T00:00:00Z", "2025-01-02T00:00:01Z"),
    ),
    "a comment's status of 2.0": (
        with_topic(comments=(replace(SAID, verbal_status="Closed"),)),
        field(f"{T}.comments.changed[0].fields[0]", "verbal_status", None, "Closed"),
    ),
    "a viewpoint that came": (
        with_topic(viewpoints=(VIEWPOINT, Viewpoint(OTHER_VIEW))),
        {f"{T}.viewpoints.added": (Viewpoint(OTHER_VIEW),)},
    ),
    "a viewpoint that went": (with_topic(viewpoints=()), {f"{T}.viewpoints.removed": (VIEWPOINT,)}),
    "a camera's place": (with_view(perspective_camera=MOVED), {f"{V}.cameras[0].moved": 5.0}),
    "a camera's direction": (
        with_view(perspective_camera=replace(CAMERA_NORTH, camera_direction=EAST)),
        {f"{V}.cameras[0].turned": 90.0},
    ),
    "a camera's up": (
        with_view(perspective_camera=replace(CAMERA_NORTH, camera_up_vector=EAST)), {f"{V}.cameras[0].tilted": 90.0},
    ),
    "a field of view": (
        with_view(perspective_camera=replace(CAMERA_NORTH, field_of_view=45.0)),
        {f"{V}.cameras[0].field_of_view": (60.0, 45.0)},
    ),
    "another kind of camera": (
        with_view(perspective_camera=None, orthogonal_camera=replace(PLAN, camera_view_point=Point(0, 0, 7))),
        {f"{V}.cameras[0].moved": 7.0, f"{V}.cameras[0].turned": 90.0, f"{V}.cameras[0].tilted": 90.0},
    ),
    "a selection": (
        shown(selection=(DOOR,)),
        {f"{V}.components.selection.removed": (WALL,), f"{V}.components.selection.added": (DOOR,)},
    ),
    "a colour": (
        shown(coloring=(Coloring("00FF00", (WALL,)),)),
        {f"{V}.components.coloring[0].component": WALL, f"{V}.components.coloring[0].before": "FF0000",
         f"{V}.components.coloring[0].after": "00FF00"},
    ),
    "a colour's alpha": (
        shown(coloring=(Coloring("FFFF0000", (WALL,)),)),
        {f"{V}.components.coloring[0].component": WALL, f"{V}.components.coloring[0].before": "FF0000",
         f"{V}.components.coloring[0].after": "FFFF0000"},
    ),
    "exceptions from visibility": (
        shown(visibility=replace(VIEWPOINT.components.visibility, exceptions=())),
        {f"{V}.components.exceptions.removed": (DOOR,)},
    ),
    "the default visibility": (
        shown(visibility=replace(VIEWPOINT.components.visibility, default_visibility=False)),
        field(f"{V}.components.fields[0]", "default_visibility", "true", "false"),
    ),
    "a hint": (
        shown(visibility=replace(VIEWPOINT.components.visibility, view_setup_hints=None)),
        field(f"{V}.components.fields[0]", "spaces_visible", "true", None),
    ),
    "a line": (with_view(lines=(LINE, Line(ORIGIN, UP))), {f"{V}.lines.added": (Line(ORIGIN, UP),)}),
    "a plane that turned": (
        with_view(clipping_planes=(ClippingPlane(ORIGIN, EAST),)),
        {f"{V}.clipping_planes.removed": (PLANE,), f"{V}.clipping_planes.added": (ClippingPlane(ORIGIN, EAST),)},
    ),
    "a bitmap's bytes": (
        with_view(bitmaps=(replace(BITMAP, blob=blob("other")),)),
        {f"{V}.bitmaps.removed": (BITMAP,), f"{V}.bitmaps.added": (replace(BITMAP, blob=blob("other")),)},
    ),
    "a snapshot's bytes": (with_view(snapshot=Snapshot("png", "snapshot.png", blob("new"))), {f"{V}.snapshot": True}),
    "a snapshot that went": (with_view(snapshot=None), {f"{V}.snapshot": True}),
    "the project's name": (
        replace(BASE, project=Project("p", "Tower B")), field("project[0]", "name", "Tower", "Tower B"),
    ),
    "an extension list": (
        replace(BASE, extensions=Extensions(topic_status=("Open", "Done"))),
        {"extensions[0].name": "topic_status", "extensions[0].removed": ("Closed",), "extensions[0].added": ("Done",)},
    ),
    "a document's bytes": (
        replace(BASE, documents=(Document("doc", "plan.pdf", blob=blob("new paper")),)),
        {"documents.changed[0].content": True},
    ),
    "a document's name": (
        replace(BASE, documents=(Document("doc", "plan-2.pdf", blob=blob("paper")),)),
        field("documents.changed[0].fields[0]", "filename", "plan.pdf", "plan-2.pdf"),
    ),
    "a vendor's file": (
        replace(BASE, extras=(Extra("vendor.settings", blob("other")),)), {"extras.changed[0].content": True},
    ),
    "a vendor's file that went": (replace(BASE, extras=()), {"extras.removed": BASE.extras}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_and_nothing_else(name):
    changed, expected = CHANGES[name]
    assert told(diff(BASE, changed)) == {key: pytest.approx(item) if isinstance(item, float) else item
                                         for key, item in expected.items()}  # fmt: skip


def mirrored(value):
    """A difference as it is seen from the other side."""
    if not is_dataclass(value) or value.__class__.__module__ != "bcfsync.diff.values":
        return tuple(map(mirrored, value)) if isinstance(value, tuple) else value
    members = {item.name: mirrored(getattr(value, item.name)) for item in fields(value)}
    for one, other in (("before", "after"), ("removed", "added")):
        if one in members:
            members[one], members[other] = members[other], members[one]
    for name in ("field_of_view", "view_to_world_scale", "aspect_ratio"):
        if members.get(name):
            members[name] = members[name][::-1]
    return type(value)(**members)


@pytest.mark.parametrize("name", CHANGES)
def test_the_difference_from_b_to_a_is_the_mirror_of_that_from_a_to_b(name):
    changed = CHANGES[name][0]
    assert diff(changed, BASE) == mirrored(diff(BASE, changed))


# -- noise -----------------------------------------------------------------------------------------------------

MARKUP = f"""<Markup><Header><File IfcProject="{IFC}"><Filename>a.ifc</Filename></File><File IfcProject="{OTHER_IFC}">
<Filename>b.ifc</Filename></File></Header><Topic Guid="{TOPIC}" TopicType="Clash" TopicStatus="Open">
<ReferenceLink>https://a.example</ReferenceLink><ReferenceLink>https://b.example</ReferenceLink><Title>Wall</Title>
<Priority>High</Priority><Index>1</Index><Labels>Fire</Labels><Labels>Noise</Labels>
<CreationDate>2025-01-01T10:00:00Z</CreationDate><CreationAuthor>a@example.com</CreationAuthor>
<Description>Line one
Line two</Description><RelatedTopic Guid="{OTHER_TOPIC}"/></Topic>
<Comment Guid="{COMMENT}"><Date>2025-01-02T00:00:00Z</Date><Author>b@example.com</Author><Comment>Thin</Comment>
<Viewpoint Guid="{VIEW}"/></Comment>
<Comment Guid="{OTHER_COMMENT}"><Date>2025-01-03T00:00:00Z</Date><Author>b@example.com</Author><Comment>Yes</Comment>
</Comment><Viewpoints Guid="{VIEW}"><Viewpoint>viewpoint.bcfv</Viewpoint><Snapshot>snapshot.png</Snapshot>
<Index>1</Index></Viewpoints></Markup>"""
COMPONENTS = f"""<Components><Selection><Component IfcGuid="{IFC}"/><Component IfcGuid="{OTHER_IFC}"/></Selection>
<Visibility DefaultVisibility="true"/></Components>"""
SEEN = visinfo(COMPONENTS + CAMERA)
ENTRIES = {
    "project.bcfp": '<ProjectExtension><Project ProjectId="P1"><Name>Tower</Name></Project>'
    "<ExtensionSchema/></ProjectExtension>",
    f"{TOPIC}/markup.bcf": MARKUP,
    f"{TOPIC}/viewpoint.bcfv": SEEN,
    f"{TOPIC}/snapshot.png": PNG,
    "vendor.settings": b"settings",
}


def markup_with(*changes):
    text = MARKUP
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return ENTRIES | {f"{TOPIC}/markup.bcf": text}


def seen_with(before, after):
    assert before in SEEN
    return ENTRIES | {f"{TOPIC}/viewpoint.bcfv": SEEN.replace(before, after)}


def renamed(**names):
    """Entries under other names, in the order they had."""
    new = {before.replace("_", "."): after for before, after in names.items()}
    found = {}
    for entry, data in ENTRIES.items():
        folder, slash, name = entry.rpartition("/")
        found[folder + slash + new.get(name, name)] = said_of(data, new) if isinstance(data, str) else data
    return found


def said_of(text, names):
    for before, after in names.items():
        text = text.replace(f">{before}<", f">{after}<")
    return text


def moved(prefix):
    return {prefix + name: data for name, data in ENTRIES.items()}


COMMENTS = MARKUP[MARKUP.index("<Comment Guid") : MARKUP.index("<Viewpoints Guid")]
FIRST, SECOND = COMMENTS[: COMMENTS.index("<Comment Guid", 9)], COMMENTS[COMMENTS.index("<Comment Guid", 9) :]
NOISE = {
    "a zone spelled otherwise": markup_with(("2025-01-01T10:00:00Z", "2025-01-01T12:00:00+02:00")),
    "a date without a zone": markup_with(("2025-01-01T10:00:00Z", "2025-01-01T10:00:00")),
    "fractions of a second": markup_with(("2025-01-02T00:00:00Z", "2025-01-02T00:00:00.9876543Z")),
    "blanks around a text": markup_with(("<Title>Wall<", "<Title> Wall \n<"), (">Thin<", ">\n Thin <")),
    "line ends of Windows": markup_with(("Line one\n", "Line one&#13;\n")),
    "an empty element": markup_with(("<Description>", "<AssignedTo></AssignedTo><Description>")),
    "an empty list": markup_with(("<Labels>Fire<", "<Labels/><Labels>Fire<")),
    "guids in upper case": markup_with(*((guid, guid.upper()) for guid in (TOPIC, COMMENT, OTHER_TOPIC))) | {
        f"{TOPIC.upper()}/{name}": ENTRIES[f"{TOPIC}/{name}"] for name in ("viewpoint.bcfv", "snapshot.png")},
    "guids in braces": markup_with((f'"{OTHER_TOPIC}"', f'"{{{OTHER_TOPIC}}}"')),
    "order of labels": markup_with(("<Labels>Fire</Labels><Labels>Noise</Labels>",
                                    "<Labels>Noise</Labels><Labels>Fire</Labels>")),
    "order of links": markup_with(("a.example", "x.example"), ("b.example", "a.example"), ("x.example", "b.example")),
    "order of files": markup_with((IFC, "#"), (OTHER_IFC, IFC), ("#", OTHER_IFC), ("a.ifc", "#"), ("b.ifc", "a.ifc"),
                                  ("#", "b.ifc")),
    "order of comments": markup_with((COMMENTS, SECOND + FIRST)),
    "order of elements in a topic": markup_with(("<Priority>High</Priority><Index>1</Index>",
                                                 "<Index>1</Index><Priority>High</Priority>")),
    "order of components": seen_with(f'"{IFC}"/><Component IfcGuid="{OTHER_IFC}"',
                                     f'"{OTHER_IFC}"/><Component IfcGuid="{IFC}"'),
    "an index of the topic": markup_with(("<Index>1</Index><Labels>", "<Index>7</Index><Labels>")),
    "an index of the viewpoint": markup_with(("<Index>1</Index></Viewpoints>", "<Index>4</Index></Viewpoints>")),
    "no index": markup_with(("<Index>1</Index>", "")),
    "the viewpoint's file name": renamed(viewpoint_bcfv=f"{VIEW}.bcfv"),
    "the snapshot's file name": renamed(snapshot_png="Snapshot_1.png"),
    "a folder unlike the guid": {name.replace(TOPIC, "topic-1"): data for name, data in ENTRIES.items()},
    "a folder around everything": moved("Tower.bcf/") | {"Tower.bcf/bcf.version": '<Version VersionId="2.1"/>'},
    "what a Finder adds": ENTRIES | {"__MACOSX/._x": b"x", ".DS_Store": b"x"},
    "another order in the zip": dict(reversed(ENTRIES.items())),
    "the guid in the viewpoint file": seen_with(f'Guid="{VIEW}"', f'Guid="{OTHER_VIEW}"'),
    "digits of a camera": seen_with("<X>1</X>", "<X>1.00000000000000</X>"),
    "rounding of a camera": seen_with("<X>1</X>", "<X>1.0004</X>"),
    "length of a direction": seen_with("<Y>1</Y>", "<Y>2.5</Y>"),
    "a comment in the XML": markup_with(("<Title>", "<!-- saved by a tool --><Title>")),
    "a byte order mark": ENTRIES | {f"{TOPIC}/markup.bcf": b"\xef\xbb\xbf" + MARKUP.encode()},
}  # fmt: skip


def compared(one, other, rules=None):
    with open_bcf(one) as a, open_bcf(other) as b:
        return diff(
            a.bcf,
            b.bcf,
            rules=rules or Rules(),
            content_a=lambda item: a.archive.checksum(item.locator),
            content_b=lambda item: b.archive.checksum(item.locator),
        )


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_no_difference(name, tmp_path):
    first = pack(tmp_path / "a.bcf", ENTRIES)
    entries = NOISE[name]
    number = None if any(entry.endswith("bcf.version") for entry in entries) else "2.1"
    assert not compared(first, pack(tmp_path / "b.bcfzip", entries, number))


def test_the_noisy_archives_are_read_whole(tmp_path):
    with open_bcf(pack(tmp_path / "a.bcf", ENTRIES)) as file:
        (topic,) = file.bcf.topics
        assert (len(topic.comments), len(topic.viewpoints), len(topic.files), len(topic.labels)) == (2, 1, 2, 2)
        assert topic.viewpoints[0].components.selection == (WALL, DOOR)
        assert [extra.path for extra in file.bcf.extras] == ["vendor.settings"]


def test_times_and_packing_of_the_zip_are_no_difference(tmp_path):
    first, second = pack(tmp_path / "a.bcf", ENTRIES), tmp_path / "b.bcf"
    with zipfile.ZipFile(second, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{TOPIC}/", (2024, 1, 1, 0, 0, 0)), b"")
        for name, data in {"bcf.version": '<Version VersionId="2.1"/>', **ENTRIES}.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 2, 3, 4, 5, 6)), data)
    assert not compared(first, second)


def test_a_jpeg_named_png_is_the_same_picture_under_any_name(tmp_path):
    first = pack(tmp_path / "a.bcf", ENTRIES | {f"{TOPIC}/snapshot.png": JPG})
    second = renamed(snapshot_png="snapshot.jpg") | {f"{TOPIC}/snapshot.jpg": JPG}
    assert not compared(first, pack(tmp_path / "b.bcf", second))


MODEL_NOISE = {
    "version": replace(BASE, version="3.0"),
    "an invented type": (
        with_topic(topic_type=None),
        with_topic(topic_type="Undefined", synthetic=frozenset({"TopicType"})),
    ),
    "an invented author of a comment": (
        with_topic(comments=(replace(SAID, author=None),)),
        with_topic(comments=(replace(SAID, author="unknown", synthetic=frozenset({"Author"})),)),
    ),
    "a value list that says nothing": (replace(BASE, extensions=None), replace(BASE, extensions=Extensions(users=()))),
    "components that say nothing": (
        with_view(components=None),
        with_view(components=Components(visibility=Visibility(False))),  # noqa: FBT003 - as servers give it back
    ),
    "a default nobody needs": (
        with_view(components=None),
        with_view(components=Components(visibility=Visibility(True))),  # noqa: FBT003
    ),
    "an aspect ratio only 3.0 has": with_view(perspective_camera=replace(CAMERA_NORTH, aspect_ratio=1.5)),
    "an address that moved inside the archive": with_topic(
        bim_snippet=replace(TITLE.bim_snippet, reference="other-name.json")
    ),
    "a reference without a guid of its own": (
        with_topic(document_references=(DocumentReference("1", url="u"), DocumentReference("2", url="v"))),
        with_topic(
            document_references=tuple(
                DocumentReference(guid, url=url, synthetic=frozenset({"Guid"}))
                for guid, url in (("x", "v"), ("y", "u"))
            )
        ),
    ),
    "a foreign file in another folder": replace(BASE, extras=(Extra("Tower/vendor.settings", blob("settings")),)),
    "a component's tool": shown(selection=(Component(IFC, "Revit", "123"),)),
    "a missing picture": (with_view(snapshot=None), with_view(snapshot=Snapshot("png", "gone.png"))),
}


@pytest.mark.parametrize("name", MODEL_NOISE)
def test_noise_of_models_is_no_difference(name):
    pair = MODEL_NOISE[name]
    a, b = pair if isinstance(pair, tuple) else (BASE, pair)
    assert not diff(a, b)
    assert not diff(b, a)


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_archive_and_its_rewrite_are_equal(path, tmp_path):
    with open_bcf(path) as file:
        version = file.bcf.version
    assert not compared(path, rewritten(path, tmp_path / "again.bcf", version))
    assert not compared(path, path)


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_way_through_3_0_loses_only_what_2_0_comments_and_two_cameras_say(path, tmp_path):
    rules = Rules(ignored=frozenset({"comment.status", "verbal_status"}))
    found = compared(path, rewritten(path, tmp_path / "later.bcf", "3.0"), rules)
    for change in found.topics.changed:
        views = change.viewpoints.changed
        assert replace(change, viewpoints=replace(change.viewpoints, changed=())) == type(change)(
            change.before, change.after
        )
        assert all(view.before.perspective_camera and view.before.orthogonal_camera for view in views)
    assert found == Difference(topics=found.topics)
    assert not found.topics.removed
    assert not found.topics.added


# -- measures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "camera", "told_of"),
    [
        (Rules(), replace(CAMERA_NORTH, camera_view_point=Point(0.0009, 0, 0)), False),
        (Rules(), replace(CAMERA_NORTH, camera_view_point=Point(0.0011, 0, 0)), True),
        (Rules(metres=2), replace(CAMERA_NORTH, camera_view_point=Point(1.9, 0, 0)), False),
        (Rules(metres=0), replace(CAMERA_NORTH, camera_view_point=Point(1e-9, 0, 0)), True),
        (Rules(), replace(CAMERA_NORTH, camera_direction=Point(math.tan(math.radians(0.009)), 1, 0)), False),
        (Rules(), replace(CAMERA_NORTH, camera_direction=Point(math.tan(math.radians(0.011)), 1, 0)), True),
        (Rules(degrees=1), replace(CAMERA_NORTH, field_of_view=60.9), False),
        (Rules(), replace(CAMERA_NORTH, field_of_view=60.02), True),
    ],
)
def test_a_camera_within_the_tolerance_has_not_moved(rules, camera, told_of):
    assert bool(diff(BASE, with_view(perspective_camera=camera), rules=rules)) == told_of


def test_a_visible_height_is_measured_in_metres():
    a, b = (
        with_view(perspective_camera=None, orthogonal_camera=replace(PLAN, view_to_world_scale=s)) for s in (10, 12)
    )
    (camera,) = diff(a, b).topics.changed[0].viewpoints.changed[0].cameras
    assert camera.view_to_world_scale == (10, 12)
    assert camera.moved is camera.turned is camera.field_of_view is None


def test_a_second_camera_that_came_is_told():
    (camera,) = diff(BASE, with_view(orthogonal_camera=PLAN)).topics.changed[0].viewpoints.changed[0].cameras
    assert (camera.before, camera.after) == (None, PLAN)


@pytest.mark.parametrize(
    ("one", "other", "degrees"),
    [
        (EAST, NORTH, 90),
        (EAST, Point(-3, 0, 0), 180),
        (EAST, Point(1e308, 0, 0), 0),
        (ORIGIN, ORIGIN, 0),
        (ORIGIN, EAST, 180),
        (Point(5e-324, 0, 0), EAST, 0),
    ],
)
def test_an_angle_needs_no_length(one, other, degrees):
    assert angle(one, other) == pytest.approx(degrees)


def test_a_distance_is_finite():
    assert math.isfinite(distance(Point(1e308, 0, 0), Point(-1e308, 0, 0)))


def test_lines_pair_with_the_nearest_in_whatever_order():
    some = tuple(Line(Point(x, 0, 0), Point(x, 1, 0)) for x in range(50))
    others = tuple(Line(Point(x + 0.0004, 0, 0), Point(x, 1.0004, 0)) for x in reversed(range(1, 51)))
    lines = diff(with_view(lines=some), with_view(lines=others)).topics.changed[0].viewpoints.changed[0].lines
    assert (lines.removed, lines.added) == ((some[0],), (others[0],))


def test_a_fan_of_a_thousand_lines_is_compared_by_both_ends():
    some, others = (tuple(Line(ORIGIN, Point(x, y, 0)) for x in range(1000)) for y in (1, 1.5))
    lines = diff(with_view(lines=some), with_view(lines=others)).topics.changed[0].viewpoints.changed[0].lines
    assert (lines.removed, lines.added) == (some, others)


def test_two_equal_lines_are_not_one():
    lines = diff(BASE, with_view(lines=(LINE, LINE))).topics.changed[0].viewpoints.changed[0].lines
    assert (lines.removed, lines.added) == ((), (LINE,))


# -- what is left out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (with_topic(title="Other"), {"title"}),
        (with_topic(title="Other"), {"topic.title"}),
        (with_topic(title="Other"), {"topics"}),
        (with_topic(comments=()), {"comments"}),
        (with_topic(comments=(replace(SAID, comment="x"),)), {"comment.comment"}),
        (with_view(perspective_camera=MOVED), {"camera"}),
        (with_view(snapshot=None), {"snapshot"}),
        (shown(selection=()), {"selection"}),
        (shown(coloring=()), {"coloring"}),
        (shown(visibility=None), {"visibility"}),
        (with_topic(labels=()), {"labels"}),
        (replace(BASE, extras=()), {"extras"}),
        (replace(BASE, documents=(Document("doc", "plan.pdf", blob=blob("new")),)), {"document.content"}),
        (replace(BASE, project=None), {"project"}),
        (replace(BASE, extensions=None), {"extensions.topic_status"}),
    ],
)
def test_a_member_can_be_left_out(changed, names):
    assert names <= IGNORABLE
    assert diff(BASE, changed)
    assert not diff(BASE, changed, rules=Rules(ignored=frozenset(names)))
    other = frozenset({"comment.author", "stage"})
    assert diff(BASE, changed, rules=Rules(ignored=other))


def test_every_member_that_is_told_can_be_left_out():
    for changed, _ in CHANGES.values():
        assert not diff(BASE, changed, rules=Rules(ignored=IGNORABLE))


# -- words -----------------------------------------------------------------------------------------------------


def test_a_text_is_told_word_by_word():
    found = pieces("The wall is too thin.\nSee plan.", "The wall is much too thick.\nSee plan.")
    assert "".join(f"[{piece.sign}{piece.text}]" if piece.sign != "=" else piece.text for piece in found) == (
        "The wall is[+ much] too[- thin][+ thick].\nSee plan."
    )


def test_two_texts_with_nothing_in_common_are_told_whole():
    assert [(piece.sign, piece.text) for piece in pieces("One thing.", "Quite another matter!")] == [
        ("-", "One thing."),
        ("+", "Quite another matter!"),
    ]


@pytest.mark.parametrize(("one", "other"), [("a b " * 9000, "b a c " * 9000), ("x\n" * 90000, "x\ny\n" * 50000)])
def test_long_texts_that_repeat_themselves_take_no_time(one, other):
    assert "".join(piece.text for piece in pieces(one, other) if piece.sign != "+") == one


@settings(max_examples=150, deadline=None)
@given(st.text("ab \n.", max_size=200), st.text("ab \n.", max_size=200))
def test_the_pieces_make_up_both_texts(one, other):
    found = pieces(one, other)
    assert "".join(piece.text for piece in found if piece.sign != "+") == one
    assert "".join(piece.text for piece in found if piece.sign != "-") == other


# -- properties ------------------------------------------------------------------------------------------------

GUIDS = st.sampled_from([TOPIC, TOPIC.upper(), OTHER_TOPIC, VIEW, "odd id"])
TEXTS = st.sampled_from([None, "", " a ", "a", "A", "b\r\nc", "b\nc"])
NUMBERS = st.one_of(st.integers(-3, 3).map(float), st.sampled_from([0.0004, -0.0, 1e300, 5e-324, 0.0017]))
POINTS = st.builds(Point, NUMBERS, NUMBERS, NUMBERS)
DATES = st.sampled_from([None, "2025-01-01T00:00:00Z", "2025-01-01T01:00:00.7+01:00", "2025-02-01"]).map(
    lambda text: text and date(text)
)
BLOBS = st.sampled_from([None, blob("x"), blob("y")])
PARTS = st.lists(st.builds(Component, st.sampled_from([None, IFC, OTHER_IFC]), st.none(), TEXTS), max_size=3).map(tuple)
FLAGS = st.sampled_from([None, True, False])
VIEWS = st.builds(
    Viewpoint,
    GUIDS,
    perspective_camera=st.none() | st.builds(PerspectiveCamera, POINTS, POINTS, POINTS, NUMBERS, st.none() | NUMBERS),
    orthogonal_camera=st.none() | st.builds(OrthogonalCamera, POINTS, POINTS, POINTS, NUMBERS),
    lines=st.lists(st.builds(Line, POINTS, POINTS), max_size=3).map(tuple),
    clipping_planes=st.lists(st.builds(ClippingPlane, POINTS, POINTS), max_size=3).map(tuple),
    bitmaps=st.lists(st.builds(Bitmap, st.just("png"), POINTS, POINTS, POINTS, NUMBERS, blob=BLOBS), max_size=2).map(
        tuple
    ),
    snapshot=st.none() | st.builds(Snapshot, st.just("png"), TEXTS, BLOBS),
    components=st.none()
    | st.builds(
        Components,
        PARTS,
        st.lists(st.builds(Coloring, st.sampled_from([None, "FF0000", "00FF00"]), PARTS), max_size=2).map(tuple),
        st.none() | st.builds(Visibility, FLAGS, PARTS, st.none() | st.builds(ViewSetupHints, FLAGS, FLAGS, FLAGS)),
    ),
)
TOPICS = st.builds(
    Topic,
    GUIDS,
    TEXTS.map(lambda text: text or ""),
    topic_status=TEXTS,
    labels=st.lists(TEXTS.filter(bool), max_size=3).map(tuple),
    due_date=DATES,
    description=TEXTS,
    bim_snippet=st.none() | st.builds(BimSnippet, st.just("t"), st.booleans(), st.just("r"), st.just("s"), BLOBS),
    files=st.lists(st.builds(HeaderFile, filename=TEXTS, date=DATES, reference=TEXTS), max_size=2).map(tuple),
    document_references=st.lists(
        st.builds(DocumentReference, GUIDS, url=TEXTS, synthetic=st.sampled_from([frozenset(), frozenset({"Guid"})])),
        max_size=2,
    ).map(tuple),
    comments=st.lists(st.builds(Comment, GUIDS, TEXTS.map(lambda text: text or ""), DATES, TEXTS), max_size=2).map(
        tuple
    ),
    viewpoints=st.lists(VIEWS, max_size=2).map(tuple),
)
BCFS = st.builds(
    Bcf,
    st.sampled_from(["2.0", "2.1", "3.0"]),
    topics=st.lists(TOPICS, max_size=2).map(tuple),
    documents=st.lists(st.builds(Document, GUIDS, st.sampled_from(["", "a", "b"]), blob=BLOBS), max_size=2).map(tuple),
    extras=st.lists(st.builds(Extra, st.sampled_from(["a", "A", "b/c"]), BLOBS.filter(bool)), max_size=2).map(tuple),
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(BCFS)
def test_nothing_differs_from_itself(bcf):
    assert not diff(bcf, bcf)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(BCFS, BCFS)
def test_the_way_back_mirrors_the_way(one, other):
    assert unordered(diff(other, one)) == unordered(mirrored(diff(one, other)))


def unordered(value):
    """A difference without the order of its parts, which is that of A."""
    if isinstance(value, tuple):
        return sorted(map(repr, map(unordered, value)))
    if is_dataclass(value) and value.__class__.__module__ == "bcfsync.diff.values":
        return {item.name: unordered(getattr(value, item.name)) for item in fields(value)}
    return value
