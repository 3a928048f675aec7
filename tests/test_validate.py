"""Validation of whole archives: what is found, where, once, and with what advice."""

import struct

import pytest
from handmade import (
    BORN,
    CAMERA,
    JPG,
    OTHER_TOPIC,
    PNG,
    TOPIC,
    VIEW,
    comment,
    markup,
    pack,
    viewpoint,
    visinfo,
)

from bcfsync.checks.pictures import image_size
from bcfsync.findings import Severity
from bcfsync.validate import validate

GOOD = markup(f"<Title>T</Title>{BORN}")
# one of each kind of trouble that reading itself meets
TROUBLE = markup(
    f"<Title>T</Title>{BORN}",
    rest=comment(f'<Comment>c</Comment><Viewpoint Guid="{OTHER_TOPIC}"/>')
    + viewpoint("<Viewpoint>none.bcfv</Viewpoint><Snapshot>none.png</Snapshot>"),
)


def verdict(tmp_path, entries, number="2.1"):
    return validate(pack(tmp_path / "x.bcf", entries, number))


def told(found):
    return [finding.rule.number for finding in found.findings]


def test_an_ordinary_archive_is_valid_with_nothing_to_tell(tmp_path):
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": GOOD})
    assert (found.version, found.findings, found.error) == ("2.1", (), "")
    assert found.is_valid(strict=True)


def test_what_reading_finds_is_told_once(tmp_path):
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": TROUBLE})
    assert sorted(told(found)) == ["F312", "F401", "F402", "F415"]
    assert not found.is_valid()


def test_findings_say_where_what_and_what_to_do(tmp_path):
    text = markup("<Title>T</Title>\n<CreationDate>today</CreationDate>\n<CreationAuthor/>")
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": text})
    assert {finding.rule.number for finding in found.findings} == {"F207", "F307"}
    for finding in found.findings:
        assert finding.entry == f"{TOPIC}/markup.bcf"
        assert finding.line in {1, 2}
        assert finding.detail
        assert finding.rule.source
        assert finding.rule.fix
        assert str(finding).startswith(f"{finding.rule.number} error {finding.entry}:{finding.line}: ")


def test_the_worst_comes_first(tmp_path):
    text = TROUBLE.replace("2025-01-01T10:00:00Z", "2025-01-01T10:00:00").replace("<Title>T</Title>", "<Title/>")
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": text})
    ranks = [list(Severity).index(finding.rule.severity) for finding in found.findings]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}


def test_warnings_fail_the_strict_only(tmp_path):
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": GOOD, f"{OTHER_TOPIC}\\x": ""})
    assert told(found) == ["F101", "F121"]
    assert found.is_valid()
    assert not found.is_valid(strict=True)


def test_an_unreadable_file_is_a_verdict_with_advice(tmp_path):
    (tmp_path / "x.bcf").write_bytes(b"hello")
    found = validate(tmp_path / "x.bcf")
    assert (found.version, told(found), found.is_valid()) == (None, ["F100"], False)
    assert "not a zip" in found.error
    assert "export the archive again" in found.error


def test_a_damaged_picture_is_one_finding_of_a_verdict(tmp_path):
    rest = viewpoint("<Snapshot>snapshot.png</Snapshot>")
    entries = {f"{TOPIC}/markup.bcf": markup(f"<Title>T</Title>{BORN}", rest=rest), f"{TOPIC}/snapshot.png": PNG}
    path = pack(tmp_path / "x.bcf", entries)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"snapshot.png") - len(TOPIC) - 1 - 46 + 16] ^= 0xFF
    path.write_bytes(data)
    found = validate(path)
    assert [(finding.rule.number, finding.entry) for finding in found.findings] == [("F114", f"{TOPIC}/snapshot.png")]
    assert found.version == "2.1"


@pytest.mark.slow
def test_what_the_schema_says_is_told_with_path_and_line(tmp_path):
    text = markup(f"<Title>T</Title>\n{BORN}\n<Stage>s</Stage><AssignedTo>a</AssignedTo>")
    (finding,) = verdict(tmp_path, {f"{TOPIC}/markup.bcf": text}).findings
    assert (finding.rule.number, finding.line) == ("F207", 1)
    assert finding.detail.startswith("/Markup/Topic: Unexpected child with tag 'AssignedTo'")


@pytest.mark.slow
def test_the_schema_has_its_say_about_documents_that_had_to_be_mended(tmp_path):
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": "\n" + '<?xml version="1.0"?>' + markup(BORN)})
    assert sorted(told(found)) == ["F202", "F207", "F306"]


def listing(*guids, before=""):
    """A viewpoint file that lists components, a line each."""
    listed = "\n".join(f'<Component IfcGuid="{guid}"/>' for guid in guids)
    return before + visinfo(f"<Components><Selection>\n{listed}\n</Selection><Visibility/></Components>{CAMERA}")


MANY_GUIDS = [f"{at:022d}" for at in range(5_000)]


def schema_findings(tmp_path, text):
    rest = viewpoint("<Viewpoint>viewpoint.bcfv</Viewpoint>")
    entries = {f"{TOPIC}/markup.bcf": markup(f"<Title>T</Title>{BORN}", rest=rest), f"{TOPIC}/viewpoint.bcfv": text}
    return [item for item in verdict(tmp_path, entries).findings if item.rule.number == "F207"]


@pytest.mark.parametrize("before", ["", '\n<?xml version="1.0" encoding="UTF-8"?>'])
def test_a_large_document_gets_the_verdict_of_a_small_one(before, tmp_path):
    good = listing(*MANY_GUIDS, before=before)
    assert len(good) > 150_000
    assert schema_findings(tmp_path, good) == []
    bad = schema_findings(tmp_path, listing(*MANY_GUIDS[:3000], "wrong", *MANY_GUIDS, "wrong", before=before))
    assert {item.rule.number for item in bad} == {"F207"}
    assert {item.line for item in bad} == ({3002, 8003})


@pytest.mark.slow
def test_the_first_documents_are_explained_and_the_others_judged(tmp_path):
    padding = "x" * 20_000
    entries = {}
    for at in range(30):
        guid = f"{at:08d}-1111-4111-8111-111111111111"
        entries[f"{guid}/markup.bcf"] = markup(f"<Title>{padding}</Title>{BORN}<Wrong/>", guid=guid)
    found = [item for item in verdict(tmp_path, entries).findings if item.rule.number == "F207"]
    assert len(found) == 30
    explained = [item.detail.startswith("/Markup/Topic") for item in found]
    assert explained == [True] * 15 + [False] * 15


def test_a_related_topic_elsewhere_is_worth_knowing(tmp_path):
    text = markup(f'<Title>T</Title>{BORN}<RelatedTopic Guid="{OTHER_TOPIC}"/><RelatedTopic Guid="{TOPIC.upper()}"/>')
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": text})
    assert [(item.rule.number, item.detail) for item in found.findings] == [
        ("F315", OTHER_TOPIC),
        ("F322", TOPIC.upper()),
    ]


@pytest.mark.parametrize(("lists", "numbers"), [("", []), ("<TopicTypes/>", ["F314"])])
def test_an_absent_list_allows_everything_and_an_empty_one_nothing(lists, numbers, tmp_path):
    text = markup(f"<Title>T</Title>{BORN}", attributes='TopicType="Clash" TopicStatus="Open"')
    entries = {f"{TOPIC}/markup.bcf": text, "extensions.xml": f"<Extensions>{lists}</Extensions>"}
    assert told(verdict(tmp_path, entries, "3.0")) == numbers


def test_every_value_outside_a_list_is_named(tmp_path):
    lists = "<Users><User>a@example.com</User></Users><Stages><Stage>Design</Stage></Stages>"
    text = markup(
        f"<Title>T</Title>{BORN}<Stage>Built</Stage><Comments>{comment()}</Comments>",
        attributes='TopicType="Clash" TopicStatus="Open"',
    )
    found = verdict(
        tmp_path, {f"{TOPIC}/markup.bcf": text, "extensions.xml": f"<Extensions>{lists}</Extensions>"}, "3.0"
    )
    outside = [item.detail for item in found.findings if item.rule.number == "F314"]
    assert outside == ["Stage 'Built'", "User 'b@example.com'"]


@pytest.mark.parametrize(("width", "height", "numbers"), [(1500, 1500, []), (1501, 10, ["F413"]), (10, 4000, ["F413"])])
def test_a_snapshot_with_too_long_a_side_is_told(width, height, numbers, tmp_path):
    picture = PNG[:16] + struct.pack(">II", width, height) + bytes(8)
    rest = viewpoint("<Snapshot>snapshot.png</Snapshot>")
    text = markup(f"<Title>T</Title>{BORN}", rest=rest)
    found = verdict(tmp_path, {f"{TOPIC}/markup.bcf": text, f"{TOPIC}/snapshot.png": picture})
    assert told(found) == numbers


def test_a_jpeg_in_2x_is_told(tmp_path):
    rest = viewpoint("<Viewpoint>viewpoint.bcfv</Viewpoint><Snapshot>snapshot.jpg</Snapshot>")
    entries = {f"{TOPIC}/markup.bcf": markup(f"<Title>T</Title>{BORN}", rest=rest), f"{TOPIC}/snapshot.jpg": JPG}
    found = verdict(tmp_path, entries | {f"{TOPIC}/viewpoint.bcfv": visinfo(f"{CAMERA}", guid=VIEW)})
    assert "F414" in told(found)


def jpeg(*segments):
    return b"\xff\xd8" + b"".join(
        b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments
    )


FRAME = b"\x08" + struct.pack(">HH", 30, 40) + bytes(8)


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (PNG, (16, 16)),
        (PNG[:20], None),
        (jpeg((0xE0, bytes(14)), (0xC0, FRAME)), (40, 30)),
        (jpeg((0xC4, bytes(14)), (0xC2, FRAME)), (40, 30)),
        (jpeg((0xE0, bytes(14))), None),
        (b"\xff\xd8\xff", None),
        (b"GIF89a" + bytes(64), None),
        (b"", None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_beginning(head, size):
    assert image_size(head) == size
