"""Writing 2.1 and 3.0: valid, the same every time, and what was invented on the way vanishes on reading."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from essence import essence, from_memory, rewritten, with_blobs
from essence import opened as opened_with_digests
from handmade import COMMENT, DOCUMENT, JPG, OTHER_TOPIC, OTHER_VIEW, PNG, TOPIC, VIEW
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from same_xml import lines

from bcfsync.bcffile import open_bcf
from bcfsync.bcfxml import schema, v21, v30
from bcfsync.bcfxml.elements import NotFinite, add, add_text, number, root
from bcfsync.bcfxml.layout import SameEntry, viewpoint_names
from bcfsync.dates import Timestamp, read_timestamp, timestamp
from bcfsync.findings import NO_TITLE as NO_TITLE_RULE
from bcfsync.guids import is_guid
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
from bcfsync.saving import write_bcf
from bcfsync.versions import NO_AUTHOR, NO_STATUS, NO_TITLE, NO_TYPE, fitted

NOW = timestamp(datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC))
CAMERA = PerspectiveCamera(Point(1, 2, 3), Point(0, 1, 0), Point(0, 0, 1), 50.0)
CONTENTS = {"png": PNG, "jpg": JPG, "pdf": b"%PDF", "ifc": b"ISO-10303-21;", "other": b"other"}
every_version = pytest.mark.parametrize("version", ["2.0", "2.1", "3.0"])
both_versions = pytest.mark.parametrize("version", ["2.1", "3.0"])


def blob(name):
    return Blob(name, len(CONTENTS[name]))


def bcf_of(*topics, **more):
    return Bcf("3.0", topics=topics, **more)


def written(bcf, version, path):
    write_bcf(path, fitted(bcf, version), from_memory(CONTENTS))
    return path


def back(bcf, version, tmp_path):
    """The model after one way through a file, and the findings by number."""
    return read_again(written(bcf, version, tmp_path / "x.bcf"))


def read_again(path):
    """The model, and the findings but the one about the title: topics of these tests need none."""
    found, findings = opened_with_digests(path)
    return found, [finding.rule.number for finding in findings if finding.rule is not NO_TITLE_RULE]


def entries(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def problems(path, version):
    """What is invalid; 2.1 allows 45 to 60 degrees, and its text asks to keep any angle all the same."""
    return [
        finding.detail
        for name, data in entries(path).items()
        if schema.schema_name(name)
        for finding in schema.check(data, name, version)
        if "FieldOfView" not in finding.detail
    ]


# --- what is invented -------------------------------------------------------------------------------------------------

BARE = Topic(
    TOPIC,
    comments=(Comment(COMMENT, "c"),),
    viewpoints=(
        Viewpoint(VIEW, components=Components((Component("A" * 22),)), lines=(Line(Point(0, 0, 0), Point(1, 1, 1)),)),
    ),
    bim_snippet=BimSnippet("", is_external=True, reference="http://r", reference_schema=""),
    document_references=(DocumentReference("d", url="http://d", synthetic=frozenset({"Guid"})),),
)


@both_versions
def test_a_topic_that_lacks_all_it_can_lack_is_written_valid(version, tmp_path):
    assert problems(written(bcf_of(BARE), version, tmp_path / "x.bcf"), version) == []


def test_what_30_demands_is_there_for_other_readers(tmp_path):
    root = etree.fromstring(entries(written(bcf_of(BARE), "3.0", tmp_path / "x.bcf"))[f"{TOPIC}/markup.bcf"])
    topic = root.find("Topic")
    assert (topic.get("TopicType"), topic.get("TopicStatus")) == (NO_TYPE, NO_STATUS)
    assert (topic.findtext("Title"), topic.findtext("CreationAuthor")) == (NO_TITLE, NO_AUTHOR)
    assert topic.findtext("CreationDate") == "1970-01-01T00:00:00Z"
    assert root.findtext(".//Comment/Author") == NO_AUTHOR


@both_versions
def test_what_was_invented_vanishes_on_reading(version, tmp_path):
    found, _ = back(bcf_of(BARE), version, tmp_path)
    (topic,) = found.topics
    assert (topic.title, topic.topic_type, topic.topic_status) == ("", None, None)
    assert (topic.creation_author, topic.creation_date) == (None, None)
    assert (topic.comments[0].date, topic.comments[0].author) == (None, None)
    assert (topic.bim_snippet.snippet_type, topic.bim_snippet.reference_schema) == ("", "")
    assert topic.viewpoints[0].perspective_camera is None
    assert topic.viewpoints[0].components.visibility is None
    assert topic.document_references[0].synthetic == {"Guid"}


@both_versions
def test_what_was_not_invented_stays_even_where_it_looks_like_it(version, tmp_path):
    topic = replace(BARE, title=NO_TITLE, topic_type=NO_TYPE, topic_status=NO_STATUS, creation_author=NO_AUTHOR)
    (found,) = back(bcf_of(topic), version, tmp_path)[0].topics
    assert (found.title, found.topic_type, found.creation_author) == (NO_TITLE, NO_TYPE, NO_AUTHOR)


def test_a_project_without_id_gets_one_in_30_that_vanishes(tmp_path):
    bcf = bcf_of(project=Project(None, "Bridge"))
    path = written(bcf, "3.0", tmp_path / "x.bcf")
    assert problems(path, "3.0") == []
    assert opened_with_digests(path)[0].project == Project(None, "Bridge")


def test_a_document_without_a_name_is_called_by_its_guid_in_30_and_that_vanishes(tmp_path):
    bcf = bcf_of(documents=(Document(DOCUMENT, "", blob=blob("pdf")),))
    path = written(bcf, "3.0", tmp_path / "x.bcf")
    assert problems(path, "3.0") == []
    assert opened_with_digests(path)[0].documents[0].filename == ""


@pytest.mark.parametrize("visible", [None, True, False])
@both_versions
def test_an_open_default_visibility_stays_open(version, visible, tmp_path):
    components = Components(visibility=Visibility(visible, (Component("A" * 22),)))
    topic = Topic(TOPIC, viewpoints=(Viewpoint(VIEW, perspective_camera=CAMERA, components=components),))
    (found,) = back(bcf_of(topic), version, tmp_path)[0].topics
    assert found.viewpoints[0].components == components


def test_of_an_open_default_visibility_other_readers_of_30_see_what_is_meant(tmp_path):
    some = Visibility(None, (Component("A" * 22),))
    for visibility, shown in ((some, "false"), (Visibility(None), "true")):
        view = Viewpoint(VIEW, perspective_camera=CAMERA, components=Components(visibility=visibility))
        path = written(bcf_of(Topic(TOPIC, viewpoints=(view,))), "3.0", tmp_path / "x.bcf")
        root = etree.fromstring(entries(path)[f"{TOPIC}/{VIEW}.bcfv"])
        assert root.find(".//Visibility").get("DefaultVisibility") == shown


def test_a_version_that_is_not_written_is_refused():
    with pytest.raises(ValueError, match=r"BCF 2\.0, 2\.1, 3\.0, not 1\.0"):
        fitted(bcf_of(), "1.0")


# --- text -------------------------------------------------------------------------------------------------------------


@both_versions
@pytest.mark.parametrize(
    "text", ["a\r\nb\rc\nd", " \tlead and trail \n", "a<b>&\"'c", "]]>", "\u200d\xad\u202e😀", "a\x85\u2028b"]
)
def test_text_comes_back_as_it_went(version, text, tmp_path):
    topic = Topic(
        TOPIC, title=text, topic_type=f"x{text}", description=text, labels=(text,), comments=(Comment(COMMENT, text),)
    )
    (found,) = back(bcf_of(topic), version, tmp_path)[0].topics
    assert (found.title, found.description, found.labels, found.comments[0].comment) == (text, text, (text,), text)
    assert found.topic_type == f"x{text}"


@both_versions
def test_characters_that_no_xml_may_hold_are_replaced_everywhere(version, tmp_path):
    bad, good = "a\x00\x08\x0b\x1f\ud800\ufffe\uffffb", "a" + "\ufffd" * 7 + "b"
    lists = Extensions(topic_type=(bad,), users=(bad,))
    topic = Topic(TOPIC, title=bad, topic_type=bad, labels=(bad,), comments=(Comment(COMMENT, bad, author=bad),))
    found, _ = back(bcf_of(topic, extensions=lists, project=Project(bad, bad)), version, tmp_path)
    assert (found.topics[0].title, found.topics[0].topic_type, found.topics[0].labels) == (good, good, (good,))
    assert (found.topics[0].comments[0].comment, found.topics[0].comments[0].author) == (good, good)
    assert found.extensions.topic_type == found.extensions.users == (good,)
    assert found.project == Project(good, good)


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-0.0, "0"), (70.0, "70"), (0.1, "0.1"), (1e22, "1e+22"), (-5.4e-34, "-5.4e-34")]
)
def test_a_number_is_the_shortest_text_that_reads_back_equal(value, text):
    assert number(value) == text
    assert float(text) == value


# --- names of files ---------------------------------------------------------------------------------------------------


def view(guid, *, index=None, snapshot=None, reference=None, name=None, bitmaps=()):
    picture = Snapshot(snapshot, name, blob(snapshot)) if snapshot else None
    return Viewpoint(guid, index, CAMERA, snapshot=picture, reference=reference, bitmaps=bitmaps)


def names(*views, canonical_first):
    found = viewpoint_names(Topic(TOPIC, viewpoints=views), canonical_first=canonical_first)
    return [(item.viewpoint, item.snapshot) for item in found]


def test_in_2x_the_first_viewpoint_has_the_two_names_the_version_wants():
    views = view(VIEW, snapshot="png"), view(OTHER_VIEW, snapshot="png")
    assert names(*views, canonical_first=True) == [
        ("viewpoint.bcfv", "snapshot.png"),
        (f"{OTHER_VIEW}.bcfv", f"{OTHER_VIEW}.png"),
    ]


def test_in_2x_the_lowest_index_is_first():
    views = view(VIEW, index=2), view(OTHER_VIEW, index=1)
    assert names(*views, canonical_first=True) == [(f"{VIEW}.bcfv", None), ("viewpoint.bcfv", None)]


def test_a_name_that_another_viewpoint_has_is_not_given_twice():
    views = (
        view(VIEW, snapshot="png", reference="a.bcfv", name="a.png"),
        view(OTHER_VIEW, snapshot="png", reference="A.BCFV", name="A.PNG"),
    )
    assert names(*views, canonical_first=False) == [
        ("a.bcfv", "a.png"),
        (f"{OTHER_VIEW}.bcfv", f"{OTHER_VIEW}.png"),
    ]


def test_a_viewpoint_that_already_has_the_name_2x_wants_keeps_it_wherever_it_stands():
    views = (
        view(VIEW, index=0, snapshot="png", reference="a.bcfv", name="a.png"),
        view(OTHER_VIEW, index=1, snapshot="png", reference="viewpoint.bcfv", name="snapshot.png"),
    )
    assert names(*views, canonical_first=True) == [("a.bcfv", "a.png"), ("viewpoint.bcfv", "snapshot.png")]


def test_a_topic_that_came_with_names_of_its_own_keeps_them_in_2x():
    views = view(VIEW, snapshot="png", reference="a.bcfv", name="a.png"), view(OTHER_VIEW, snapshot="png")
    topic = Topic(TOPIC, viewpoints=views, spelling=frozenset({"-viewpoint.bcfv", "-snapshot.png"}))
    found = viewpoint_names(topic, canonical_first=True)
    assert [(item.viewpoint, item.snapshot) for item in found] == [
        ("a.bcfv", "a.png"),
        (f"{OTHER_VIEW}.bcfv", f"{OTHER_VIEW}.png"),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "written_as"),
    [
        ("jpg", "photo.jpg", "photo.jpg"),
        ("jpg", "photo.JPEG", "photo.JPEG"),
        ("jpg", "photo.png", f"{VIEW}.jpg"),
        ("png", "photo.jpg", f"{VIEW}.png"),
        ("png", "markup.bcf", f"{VIEW}.png"),
        ("png", "../../evil.png", "evil.png"),
        ("png", None, f"{VIEW}.png"),
    ],
)
def test_a_snapshot_is_called_by_what_it_is(kind, name, written_as):
    assert names(view(VIEW, snapshot=kind, name=name), canonical_first=False)[0][1] == written_as


def test_a_jpeg_snapshot_stays_a_jpeg_in_2x_and_is_told(tmp_path):
    found, numbers = back(bcf_of(Topic(TOPIC, viewpoints=(view(VIEW, snapshot="jpg", name="a.jpg"),))), "2.1", tmp_path)
    snapshot = found.topics[0].viewpoints[0].snapshot
    assert (snapshot.snapshot_type, snapshot.reference, snapshot.blob.size) == ("jpg", "snapshot.jpg", len(JPG))
    assert numbers == ["F414"]


@both_versions
def test_every_picture_keeps_its_bytes_whatever_it_was_called(version, tmp_path):
    placed = (Point(0, 0, 0), Point(0, 1, 0), Point(0, 0, 1), 1.0)
    bitmaps = tuple(Bitmap(kind, *placed, reference="same.png", blob=blob(kind)) for kind in ("png", "jpg", "png"))
    views = (
        view(VIEW, snapshot="png", name="same.png", bitmaps=bitmaps),
        view(OTHER_VIEW, snapshot="jpg", name="same.png"),
    )
    before = bcf_of(Topic(TOPIC, viewpoints=views))
    found, numbers = back(before, version, tmp_path)
    pictures = [picture for item in found.topics[0].viewpoints for picture in (item.snapshot, *item.bitmaps)]
    assert [picture.blob.size for picture in pictures] == [
        len(CONTENTS[kind]) for kind in ("png", "png", "jpg", "png", "jpg")
    ]
    assert len({picture.reference.lower() for picture in pictures}) == 5
    assert set(numbers) <= {"F414"}


@both_versions
def test_foreign_entries_are_carried_and_move_with_their_topic(version, tmp_path):
    topic = Topic(TOPIC.upper().replace("1", "A"), folder="Old")
    extras = (Extra("Old/vendor.xml", blob("other")), Extra("vendor/state.json", blob("other")))
    found, _ = back(bcf_of(topic, extras=extras), version, tmp_path)
    folder = TOPIC.replace("1", "a")
    assert [extra.path for extra in found.extras] == [f"{folder}/vendor.xml", "vendor/state.json"]


@both_versions
def test_a_foreign_entry_never_takes_the_place_of_our_own(version, tmp_path):
    extras = (Extra("BCF.VERSION", blob("other")), Extra(f"{TOPIC}/markup.bcf", blob("other")))
    found, _ = back(bcf_of(Topic(TOPIC, title="T"), extras=extras), version, tmp_path)
    assert (found.version, found.topics[0].title, found.extras) == (version, "T", ())


@every_version
def test_foreign_entries_that_differ_in_letter_case_are_both_kept(version, tmp_path):
    extras = [Extra("notes.txt", blob("pdf")), Extra("Notes.txt", blob("ifc")), Extra("Notes-2.txt", blob("other"))]
    path = written(bcf_of(Topic(TOPIC, title="T"), extras=tuple(extras)), version, tmp_path / "x.bcf")
    found = {name: data for name, data in entries(path).items() if name.lower().startswith("notes")}
    assert found == {
        "notes.txt": CONTENTS["pdf"], "Notes-3.txt": CONTENTS["ifc"], "Notes-2.txt": CONTENTS["other"],
    }  # fmt: skip
    with open_bcf(path) as file:
        write_bcf(tmp_path / "y.bcf", fitted(file.bcf, version), file.open)
    assert entries(tmp_path / "y.bcf") == entries(path)


def test_a_document_never_takes_the_place_of_a_picture_of_other_bytes(tmp_path):
    picture = Bitmap("png", *[Point(0, 1, 0)] * 3, 1.0, reference="plan.png", blob=blob("png"))
    view = Viewpoint(VIEW, perspective_camera=CAMERA, bitmaps=(picture,))
    link = DocumentReference(COMMENT, document_guid=DOCUMENT)
    topic = Topic(TOPIC, title="T", viewpoints=(view,), document_references=(link,))
    document = Document(DOCUMENT, "plan.png", path=f"{TOPIC}/plan.png", blob=blob("ifc"))
    found, _ = back(bcf_of(topic, documents=(document,)), "2.1", tmp_path)
    assert found.topics[0].viewpoints[0].bitmaps[0].blob.size == len(PNG)
    assert [item.blob.size for item in found.documents] == [len(CONTENTS["ifc"])]
    assert found.topics[0].document_references[0].document_guid == found.documents[0].guid


def test_documents_that_differ_in_letter_case_are_written_as_they_stood(tmp_path):
    documents = (
        Document(OTHER_TOPIC, "a", path="plans/a.pdf", blob=blob("pdf")),
        Document(VIEW, "A", path="plans/A.pdf", blob=blob("ifc")),
    )
    found = entries(written(bcf_of(documents=documents), "2.1", tmp_path / "x.bcf"))
    assert (found["plans/a.pdf"], found["plans/A.pdf"]) == (CONTENTS["pdf"], CONTENTS["ifc"])


@every_version
@pytest.mark.parametrize("folder", [None, "Old"])
def test_two_topics_of_one_guid_are_refused_and_nothing_is_written(version, folder, tmp_path):
    path = tmp_path / "x.bcf"
    path.write_bytes(b"as it was")
    topics = (Topic(TOPIC, title="one", folder=folder), Topic(TOPIC.upper(), title="other"))
    with pytest.raises(SameEntry, match=f"would be the entry {TOPIC}/markup.bcf"):
        written(bcf_of(*topics), version, path)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"as it was", [path])


@every_version
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("member", ["field_of_view", "aspect_ratio", "view_to_world_scale", "point", "height"])
def test_a_number_that_is_none_is_refused_with_its_viewpoint_and_nothing_is_written(version, member, number, tmp_path):
    view = Viewpoint(VIEW, perspective_camera=CAMERA)
    if member == "view_to_world_scale":
        camera = OrthogonalCamera(Point(1, 2, 3), Point(0, 1, 0), Point(0, 0, 1), number)
        view = Viewpoint(VIEW, orthogonal_camera=camera)
    elif member == "point":
        view = replace(view, lines=(Line(Point(0, 0, 0), Point(0, number, 0)),))
    elif member == "height":
        view = replace(view, bitmaps=(Bitmap("png", Point(0, 0, 0), Point(0, 1, 0), Point(0, 0, 1), number),))
    else:
        view = replace(view, perspective_camera=replace(CAMERA, **{member: number}))
    with pytest.raises(NotFinite, match=f"topic {TOPIC}: viewpoint {VIEW}: "):
        written(bcf_of(Topic(TOPIC, title="T", viewpoints=(view,))), version, tmp_path / "x.bcf")
    assert list(tmp_path.iterdir()) == []


def test_the_same_model_gives_the_same_bytes_and_entries_of_one_date(tmp_path):
    bcf = bcf_of(BARE, extensions=Extensions(users=("u",)))
    data = [written(bcf, "3.0", tmp_path / f"{at}.bcf").read_bytes() for at in range(2)]
    assert data[0] == data[1]
    with zipfile.ZipFile(io.BytesIO(data[0])) as archive:
        assert {(info.date_time, info.create_system, info.compress_type) for info in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0, zipfile.ZIP_DEFLATED)
        }


# --- documents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filename", ["plan.pdf", "Plan #3 (final) [x] 100%25.pdf", "Größe 图.pdf", "no ending", "a'b&c.pdf"]
)
def test_documents_keep_guid_name_and_bytes_from_30_to_21_and_back(filename, tmp_path):
    document = Document(DOCUMENT, filename, blob=blob("pdf"))
    references = tuple(DocumentReference(guid, document_guid=DOCUMENT) for guid in (VIEW, OTHER_VIEW))
    topics = Topic(TOPIC, document_references=references), Topic(OTHER_TOPIC, document_references=references[:1])
    before = bcf_of(*topics, documents=(document,))
    middle = written(before, "2.1", tmp_path / "21.bcf")
    assert problems(middle, "2.1") == []
    after, numbers = read_again(middle)
    again, _ = opened_with_digests(rewritten_30(middle, tmp_path / "30.bcf"))
    for found in (after, again):
        assert [(item.guid, item.filename, item.blob.size) for item in found.documents] == [(DOCUMENT, filename, 4)]
        assert [item.document_guid for topic in found.topics for item in topic.document_references] == [DOCUMENT] * 3
    assert numbers == []


def rewritten_30(source, target):
    return rewritten(source, target, "3.0")


def test_a_path_of_2x_that_leads_nowhere_is_a_link_in_30(tmp_path):
    topic = Topic(TOPIC, document_references=(DocumentReference(VIEW, path="../gone.pdf"),))
    path = written(bcf_of(topic), "3.0", tmp_path / "x.bcf")
    assert problems(path, "3.0") == []
    root = etree.fromstring(entries(path)[f"{TOPIC}/markup.bcf"])
    assert root.findtext(".//DocumentReference/Url") == "../gone.pdf"


@both_versions
@pytest.mark.parametrize(
    "reference", ["m.ifc", "../m.ifc", "..\\models\\m.ifc", "C:\\models\\m#1.ifc", "../../../m.ifc", "/m.ifc"]
)
def test_internal_files_are_found_again_wherever_their_references_point(version, reference, tmp_path):
    snippet = BimSnippet("t", is_external=False, reference=reference, reference_schema="s", blob=blob("ifc"))
    topic = Topic(
        TOPIC, bim_snippet=snippet, files=(HeaderFile(reference=reference, is_external=False, blob=blob("ifc")),)
    )
    found, numbers = back(bcf_of(topic), version, tmp_path)
    assert found.topics[0].bim_snippet.reference == found.topics[0].files[0].reference == reference
    assert found.topics[0].bim_snippet.blob.size == found.topics[0].files[0].blob.size == len(CONTENTS["ifc"])
    assert numbers == []


# --- ids ------------------------------------------------------------------------------------------------------------


@both_versions
def test_every_id_written_is_a_guid_in_lower_case_and_links_still_hold(version, tmp_path):
    topic = Topic(
        "issue-7",
        related_topics=("issue-8", TOPIC.upper()),
        comments=(Comment("c1", "c", viewpoint_guid="v1"),),
        viewpoints=(Viewpoint("v1", perspective_camera=CAMERA),),
    )
    path = written(bcf_of(topic, replace(topic, guid="issue-8")), version, tmp_path / "x.bcf")
    assert problems(path, version) == []
    found, findings = read_again(path)
    first, second = found.topics
    assert first.related_topics == (second.guid, TOPIC)
    assert first.comments[0].viewpoint_guid == first.viewpoints[0].guid
    assert all(is_guid(item) and item == item.lower() for item in (first.guid, first.comments[0].guid))
    assert findings == []


@both_versions
def test_an_id_that_is_no_ifc_guid_becomes_the_id_of_the_authoring_tool(version, tmp_path):
    components = Components((Component("not-an-ifc-guid"), Component("A" * 22, "o", "t")), visibility=Visibility(True))  # noqa: FBT003
    topic = Topic(TOPIC, viewpoints=(Viewpoint(VIEW, perspective_camera=CAMERA, components=components),))
    (found,) = back(bcf_of(topic), version, tmp_path)[0].topics
    assert found.viewpoints[0].components.selection == (
        Component(None, None, "not-an-ifc-guid"),
        Component("A" * 22, "o", "t"),
    )


# --- any model whatever -----------------------------------------------------------------------------------------------

letters = st.characters(codec="utf-8", exclude_categories=("Cs",)).filter(
    lambda char: char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff")
)
exact = st.text(letters, max_size=8)
texts = exact.filter(str.strip)
maybe = st.none() | texts
lists = st.lists(texts, max_size=2).map(tuple)
guids = st.uuids().map(str)
numbers = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)
integers = st.none() | st.integers(-(2**31), 2**31 - 1)
flags = st.none() | st.booleans()
points = st.builds(Point, numbers, numbers, numbers)
angles = st.floats(min_value=1, max_value=179)
positive = st.floats(min_value=1e-3, max_value=1e3)
ratios = st.none() | positive


def read(instant: datetime, form: str) -> Timestamp | None:
    return read_timestamp(form.format(instant.isoformat()))


instants = st.datetimes(datetime(1901, 1, 2), datetime(2999, 12, 30))  # noqa: DTZ001 - the form gives the zone
dates = st.builds(read, instants, st.sampled_from(["{}", "{}Z", "{}+02:00", "{}-0330"]))
maybe_dates = st.none() | dates
ifc_guids = st.from_regex(r"[0-9A-Za-z_$]{22}", fullmatch=True)
components = st.builds(Component, ifc_guids, maybe, maybe) | st.builds(Component, st.none(), maybe, texts)
some = st.lists(components, min_size=1, max_size=2).map(tuple)
any_number = st.lists(components, max_size=2).map(tuple)
hints = st.builds(ViewSetupHints, flags, flags, flags)
colours = st.from_regex(r"[0-9A-F]{6}|[0-9A-F]{8}", fullmatch=True)
all_components = st.builds(
    Components,
    any_number,
    st.lists(st.builds(Coloring, colours, some), max_size=2).map(tuple),
    st.none() | st.builds(Visibility, flags, any_number, st.none() | hints),
)
bitmaps = st.sampled_from(["png", "jpg"]).flatmap(
    lambda kind: st.builds(Bitmap, st.just(kind), points, points, points, numbers, blob=st.just(blob(kind)))
)
snapshots = st.sampled_from(["png", "jpg"]).map(lambda kind: Snapshot(kind, None, blob(kind)))
views = st.builds(
    Viewpoint,
    guids,
    integers,
    perspective_camera=st.none() | st.builds(PerspectiveCamera, points, points, points, angles, ratios),
    orthogonal_camera=st.none() | st.builds(OrthogonalCamera, points, points, points, positive, ratios),
    lines=st.lists(st.builds(Line, points, points), max_size=2).map(tuple),
    clipping_planes=st.lists(st.builds(ClippingPlane, points, points), max_size=1).map(tuple),
    bitmaps=st.lists(bitmaps, max_size=2).map(tuple),
    snapshot=st.none() | snapshots,
    components=st.none() | all_components,
)
comments = st.builds(Comment, guids, exact, maybe_dates, maybe, st.none() | guids, maybe_dates, maybe)
blank_or_text = st.just("") | texts
snippets = st.builds(BimSnippet, blank_or_text, st.just(True), texts, blank_or_text)  # noqa: FBT003
files = st.builds(HeaderFile, ifc_guids, ifc_guids, maybe, maybe_dates, maybe, st.just(True))  # noqa: FBT003
references = st.builds(DocumentReference, guids, st.none(), texts, maybe)
topics = st.builds(
    Topic,
    guid=guids,
    title=exact,
    topic_type=maybe,
    topic_status=maybe,
    priority=maybe,
    index=integers,
    labels=lists,
    reference_links=lists,
    creation_date=maybe_dates,
    creation_author=maybe,
    modified_date=maybe_dates,
    modified_author=maybe,
    due_date=maybe_dates,
    assigned_to=maybe,
    stage=maybe,
    description=maybe,
    bim_snippet=st.none() | snippets,
    server_assigned_id=maybe,
    files=st.lists(files, max_size=1).map(tuple),
    document_references=st.lists(references, max_size=2).map(tuple),
    related_topics=st.lists(guids, max_size=2).map(tuple),
    comments=st.lists(comments, max_size=2).map(tuple),
    viewpoints=st.lists(views, max_size=2).map(tuple),
)
maybe_lists = st.none() | lists
models = st.builds(
    Bcf,
    st.just("3.0"),
    st.none() | st.builds(Project, texts, maybe),
    st.none() | st.builds(Extensions, *[maybe_lists] * 7),
    st.lists(st.builds(Document, guids, st.just("a.pdf"), maybe, blob=st.just(blob("pdf"))), max_size=1).map(tuple),
    st.lists(topics, max_size=2).map(tuple),
)


def as_read(bcf):
    """What no reading can tell apart: a title of blanks and none."""
    return replace(
        bcf, topics=tuple(replace(item, title=item.title if item.title.strip() else "") for item in bcf.topics)
    )


@pytest.mark.slow
@both_versions
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@example(bcf=Bcf("3.0"))
@example(bcf=Bcf("3.0", topics=(Topic(TOPIC, title="\x85"),)))
@given(bcf=models)
def test_any_model_is_written_valid_and_comes_back(version, bcf, tmp_path):
    path = written(bcf, version, tmp_path / "x.bcf")
    assert problems(path, version) == []
    found, _ = opened_with_digests(path)
    assert essence(digestless(found), version) == essence(as_read(bcf), version)
    assert written_again(path, version, tmp_path).read_bytes() == path.read_bytes()


def digestless(bcf):
    return with_blobs(bcf, lambda item: Blob("", item.size))


def written_again(path, version, tmp_path):
    return rewritten(path, tmp_path / "again.bcf", version)


@both_versions
def test_a_foreign_entry_named_like_one_of_ours_keeps_its_name_and_its_bytes(version, tmp_path):
    view = Viewpoint("11111111-2222-4333-8444-555555555555", perspective_camera=CAMERA, reference="viewpoint.bcfv")
    topic = Topic(TOPIC, "t", "Clash", "Open", viewpoints=(view,), folder=TOPIC)
    bcf = Bcf(version, topics=(topic,), extras=(Extra(f"{TOPIC}/viewpoint.bcfv", Blob("foreign", 7)),))
    path = tmp_path / "out.bcf"
    write_bcf(path, fitted(bcf, version), lambda _: io.BytesIO(b"foreign"))
    with zipfile.ZipFile(path) as archive:
        assert archive.read(f"{TOPIC}/viewpoint.bcfv") == b"foreign"
    with open_bcf(path) as file:
        assert file.bcf.topics[0].viewpoints[0].perspective_camera == CAMERA


# --- text and tree ----------------------------------------------------------------------------------------------------


def test_whatever_stands_in_text_or_attribute_is_read_as_it_was():
    text = "<a> & 'b' \"c\" ]]> \t\n\r end\u2028"
    element = root("Markup", Title=text)
    add_text(element, "Description", text)
    add(element, "Topic", TopicType=text)
    for read in (etree.fromstring(element.document()), element.parsed()):
        assert [read.get("Title"), read.findtext("Description"), read.find("Topic").get("TopicType")] == [text] * 3


def test_a_blank_text_is_no_blank_between_elements():
    element = root("Markup")
    add(add(element, "Comment"), "Comment", "  ")
    assert [item.text for item in element.parsed().iter()] == [None, None, "  "]
    assert etree.fromstring(element.document()).find("Comment").findtext("Comment") == "  "


@both_versions
def test_the_tree_of_a_document_says_what_the_document_says(version, tmp_path):
    found = entries(written(bcf_of(BARE), version, tmp_path / "x.bcf"))
    topic = fitted(bcf_of(BARE), version).topics[0]
    given = viewpoint_names(topic, canonical_first=version == "2.1")
    tree = v21.markup(topic, given, {}) if version == "2.1" else v30.markup(topic, given)
    assert list(lines(tree)) == list(lines(etree.fromstring(found[f"{TOPIC}/markup.bcf"])))
