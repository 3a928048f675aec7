"""Cross checks one by one: what each tells, and what it leaves alone."""

import zipfile
from pathlib import Path

import pytest
from handmade import (
    BORN,
    CAMERA,
    OTHER_COMMENT,
    OTHER_TOPIC,
    OTHER_VIEW,
    PNG,
    POINTS,
    TOPIC,
    VIEW,
    comment,
    markup,
    pack,
    viewpoint,
    visinfo,
)
from lxml import etree

from bcfsync.archive.structure import structure
from bcfsync.bcfxml.lines import Lines
from bcfsync.validate import validate

TITLED = f"<Title>T</Title>{BORN}"
PAIR = "<Viewpoint>viewpoint.bcfv</Viewpoint><Snapshot>snapshot.png</Snapshot>"


def seen(content=CAMERA, rest="", number="2.1", **more):
    """An archive of one topic with a viewpoint of this content and a snapshot."""
    return {
        f"{TOPIC}/markup.bcf": markup(TITLED, rest=viewpoint(PAIR) + rest),
        f"{TOPIC}/viewpoint.bcfv": visinfo(content),
        f"{TOPIC}/snapshot.png": PNG,
        **more,
    }


def told(tmp_path, entries, number="2.1", name="x.bcf"):
    """Numbers and lines of everything but what the schema says."""
    found = validate(pack(tmp_path / name, entries, number)).findings
    return [(item.rule.number, item.line) for item in found if item.rule.number != "F207"]


def one_topic(topic=TITLED, rest=""):
    return {f"{TOPIC}/markup.bcf": markup(topic, rest=rest)}


def two_topics(first, second):
    return {
        f"{TOPIC}/markup.bcf": markup(f"<Title>A</Title>\n{BORN}{first}"),
        f"{OTHER_TOPIC}/markup.bcf": markup(f"<Title>B</Title>\n{BORN}{second}", guid=OTHER_TOPIC),
    }


def test_an_archive_with_everything_in_its_place_has_no_findings(tmp_path):
    assert told(tmp_path, seen(rest=comment(f'<Comment>C</Comment><Viewpoint Guid="{VIEW}"/>'))) == []


# -- lines -----------------------------------------------------------------------------------------------------


def test_lines_are_found_by_element_and_value():
    lines = Lines(etree.fromstring('<a>\n<b Guid="x"> x </b>\n<c>x</c>\n<b>x</b><!-- x --></a>'))
    assert (lines.of("x", "c"), lines.of("x", "b"), lines.of(" x ", "none", "c")) == (3, 2, 3)
    # text and attribute of one element are two places on one line
    assert [lines.of("x", "b", nth=nth) for nth in (0, 1, 2, 3)] == [2, 2, 4, 4]
    assert (lines.of("y", "b"), lines.first("c"), lines.first("d")) == (0, 3, 0)
    assert lines.all_of("b", "Guid") == ["x"]


@pytest.mark.parametrize(
    ("topic", "rest", "expected"),
    [
        ("<Title>T</Title>" + BORN, "\n\n" + comment(f'<Comment>C</Comment>\n<Viewpoint Guid="{VIEW}"/>'), ("F312", 4)),
        (TITLED + f'\n<RelatedTopic Guid="{OTHER_TOPIC}"/>', "", ("F315", 2)),
        (TITLED, "\n" + viewpoint("\n<Viewpoint>viewpoint.bcfv</Viewpoint>"), ("F401", 3)),
        (TITLED, "\n" + viewpoint("\n\n<Snapshot>snapshot.png</Snapshot>"), ("F402", 4)),
    ],
)
def test_a_dangling_reference_is_told_with_its_own_line(topic, rest, expected, tmp_path):
    assert expected in told(tmp_path, one_topic(topic, rest))


# -- topics beside each other ----------------------------------------------------------------------------------


def test_what_must_be_unique_is_told_at_its_second_place(tmp_path):
    said = comment()
    entries = {
        f"{TOPIC}/markup.bcf": markup(TITLED, rest=said),
        f"{OTHER_TOPIC}/markup.bcf": markup(TITLED, guid=OTHER_TOPIC, rest="\n" + said),
    }
    assert told(tmp_path, entries) == [("F320", 2)]


@pytest.mark.parametrize(("first", "second", "count"), [("7", "7", 1), ("7", "8", 0), ("0", "0", 1)])
def test_topics_of_one_index_are_told(first, second, count, tmp_path):
    entries = two_topics("", "")
    for path, index in zip(entries, (first, second), strict=True):
        entries[path] = entries[path].replace("\n", f"\n<Index>{index}</Index>\n")
    assert told(tmp_path, entries) == [("F323", 2)] * count


def test_viewpoints_of_one_index_are_told(tmp_path):
    rest = viewpoint("<Viewpoint>viewpoint.bcfv</Viewpoint><Snapshot>snapshot.png</Snapshot><Index>1</Index>")
    other = rest.replace(VIEW, OTHER_VIEW).replace("viewpoint.bcfv", "b.bcfv").replace("snapshot.png", "b.png")
    entries = seen() | {f"{TOPIC}/markup.bcf": markup(TITLED, rest=rest + other)}
    entries |= {f"{TOPIC}/b.bcfv": visinfo(guid=OTHER_VIEW), f"{TOPIC}/b.png": PNG}
    assert told(tmp_path, entries) == [("F323", 0)]


def test_a_related_topic_that_comes_later_in_the_archive_is_there(tmp_path):
    assert told(tmp_path, two_topics(f'<RelatedTopic Guid="{OTHER_TOPIC}"/>', "")) == []


# -- one topic -------------------------------------------------------------------------------------------------


def test_equal_comments_are_read_once_and_told(tmp_path):
    rest = f"{comment()}\n{comment()}\n{comment(guid=OTHER_COMMENT)}"
    assert told(tmp_path, one_topic(rest=rest)) == [("F319", 2)]


def test_different_comments_of_one_guid_are_not_called_repeated(tmp_path):
    rest = comment() + comment("<Comment>another</Comment>")
    assert [number for number, _ in told(tmp_path, one_topic(rest=rest))] == ["F305"]


@pytest.mark.parametrize(("born", "changed", "numbers"), [
    ("2025-01-01T10:00:00Z", "2025-01-01T09:59:59Z", ["F321"]),
    ("2025-01-01T10:00:00Z", "2025-01-01T11:00:00+01:00", []),
    ("2025-01-01T10:00:00Z", "2025-01-01T10:30:00+01:00", ["F321"]),
])  # fmt: skip
def test_dates_are_compared_as_instants(born, changed, numbers, tmp_path):
    topic = TITLED.replace("2025-01-01T10:00:00Z", born) + f"<ModifiedDate>{changed}</ModifiedDate>"
    assert [number for number, _ in told(tmp_path, one_topic(topic))] == numbers


@pytest.mark.parametrize(("number", "told_"), [("3.0", ["F318"]), ("2.1", [])])
def test_capital_guids_are_told_in_3_0_only(number, told_, tmp_path):
    guid = "AAAAAAAA-1111-4111-8111-111111111111"
    entries = {f"{guid.lower()}/markup.bcf": markup(TITLED, guid=guid), "extensions.xml": "<Extensions/>"}
    if number == "2.1":
        del entries["extensions.xml"]
    assert [one for one, _ in told(tmp_path, entries, number)] == told_


# -- viewpoints ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Y>1</Y><Z>0</Z></CameraDirection>", "<Y>0</Y><Z>0</Z></CameraDirection>"),
        ("<Z>1</Z></CameraUpVector>", "<Z>0</Z></CameraUpVector>"),
        ("<Y>0</Y><Z>1</Z></CameraUpVector>", "<Y>-2</Y><Z>0</Z></CameraUpVector>"),
        ("<FieldOfView>60<", "<FieldOfView>0<"),
        ("<FieldOfView>60<", "<FieldOfView>180<"),
    ],
)
def test_a_perspective_camera_that_sees_nothing_is_told(old, new, tmp_path):
    assert old in CAMERA
    assert told(tmp_path, seen("\n" + CAMERA.replace(old, new))) == [("F417", 2)]


@pytest.mark.parametrize(("scale", "numbers"), [("0", ["F417"]), ("-1", ["F417"]), ("0.001", [])])
def test_an_orthogonal_camera_needs_a_size(scale, numbers, tmp_path):
    camera = f"<OrthogonalCamera>{POINTS}<ViewToWorldScale>{scale}</ViewToWorldScale></OrthogonalCamera>"
    assert [number for number, _ in told(tmp_path, seen(camera))] == numbers


def test_directions_of_any_length_are_fine(tmp_path):
    camera = CAMERA.replace("<Y>1</Y><Z>0</Z></CameraDirection>", "<Y>1e-200</Y><Z>0</Z></CameraDirection>")
    huge = CAMERA.replace("<Y>1</Y><Z>0</Z></CameraDirection>", "<Y>1e300</Y><Z>0</Z></CameraDirection>")
    assert told(tmp_path, seen(huge)) == []
    assert {number for number, _ in told(tmp_path, seen(camera))} <= {"F417"}


@pytest.mark.parametrize(("count", "numbers"), [(1000, []), (1001, ["F419"])])
def test_a_thousand_components_are_enough(count, numbers, tmp_path):
    listed = "".join(f'<Component IfcGuid="{at:022d}"/>' for at in range(count))
    components = f"<Components><Selection>{listed}</Selection><Visibility/></Components>{CAMERA}"
    assert [number for number, _ in told(tmp_path, seen(components))] == numbers


@pytest.mark.slow
def test_eighty_thousand_equal_findings_are_told_by_a_few_and_a_count(tmp_path):
    listed = "".join('<Component IfcGuid="wrong"/>\n' for _ in range(80_000))
    components = f"<Components><Selection>\n{listed}</Selection><Visibility/></Components>{CAMERA}"
    verdict = validate(pack(tmp_path / "x.bcf", seen(components)))
    found = [item for item in verdict.findings if item.rule.number == "F412"]
    assert [(item.line, item.more) for item in found] == [(2, 0), (3, 0), (4, 0), (5, 0), (6, 79_995)]


@pytest.mark.parametrize(
    ("files", "numbers"),
    [
        (("viewpoint.bcfv", "snapshot.png"), []),
        (("Viewpoint.bcfv", "Snapshot.png"), []),
        (("a.bcfv", "snapshot.png"), ["F415"]),
        (("viewpoint.bcfv", "a.png"), ["F415"]),
        (("a.bcfv", "a.png"), ["F415"]),
    ],
)
def test_2x_wants_a_viewpoint_and_a_snapshot_of_the_customary_names(files, numbers, tmp_path):
    rest = viewpoint(f"<Viewpoint>{files[0]}</Viewpoint><Snapshot>{files[1]}</Snapshot>")
    entries = one_topic(rest=rest) | {f"{TOPIC}/{files[0]}": visinfo(), f"{TOPIC}/{files[1]}": PNG}
    assert [number for number, _ in told(tmp_path, entries)] == numbers


def test_a_snapshot_without_bytes_is_told(tmp_path):
    assert ("F404", 0) in told(tmp_path, seen() | {f"{TOPIC}/snapshot.png": b""})


# -- names -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "numbers"), [("x.bcf", []), ("x.BCF", []), ("x.bcfzip", ["F122"]), ("x", ["F122"])])
def test_the_ending_of_the_file_is_that_of_its_version(name, numbers, tmp_path):
    assert [number for number, _ in told(tmp_path, seen(), name=name)] == numbers


def test_what_the_reader_has_told_of_is_not_called_unreferenced_too(tmp_path):
    entries = seen() | {f"{TOPIC}/other.bcfv": visinfo(guid=OTHER_VIEW), "documents.xml": "<a>"}
    assert [number for number, _ in told(tmp_path, entries)] == ["F201", "F408"]


# -- the zip ---------------------------------------------------------------------------------------------------


def structure_of(path: Path):
    with zipfile.ZipFile(path) as archive:
        return [(item.rule.number, item.detail) for item in structure(path, archive.infolist())]


def test_an_ordinary_zip_with_a_comment_and_folders_is_fine(tmp_path):
    path = pack(tmp_path / "x.bcf", [("folder/", b""), ("folder/a", b"a")])
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"packed by hand"
    assert structure_of(path) == []


@pytest.mark.parametrize(("before", "after", "words"), [
    (b"12345", b"", "5 bytes before the first entry"),
    (b"", b"123", "3 bytes behind the last record"),
])  # fmt: skip
def test_bytes_around_a_zip_are_counted(before, after, words, tmp_path):
    path = pack(tmp_path / "x.bcf", {"a": "a"})
    path.write_bytes(before + path.read_bytes() + after)
    assert structure_of(path) == [("F118", words)]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_method_is_told_by_its_name(method, tmp_path):
    path = tmp_path / "x.bcf"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a", b"a")
    ((number, words),) = structure_of(path)
    assert number == "F116"
    assert words == f"method {method} ({'bzip2' if method == zipfile.ZIP_BZIP2 else 'LZMA'})"
