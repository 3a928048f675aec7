"""Thousands of mutants of every sample, each run the same ones; ``make fuzz`` looks for others, for as long as wanted."""

# ruff: noqa: RUF001, E501 - look-alike digits, repeatable chance

import random

import pytest
from fuzzing import PROPERTIES, examined, reads, search, starting_points, workshop
from mutation import INSTRUCTIONS, entries_of, mutated, packed

POINTS = starting_points()
HANDFUL, CASES = 10, 500


def zipped_with(markup: bytes, *more: tuple[str, bytes], version: bytes = b'<Version VersionId="2.1"/>') -> bytes:
    topic = "11111111-1111-4111-8111-111111111111"
    return packed([("bcf.version", version), (f"{topic}/markup.bcf", markup), *more])


def markup(topic: str, rest: str = "", guid: str = 'Guid="11111111-1111-4111-8111-111111111111"') -> bytes:
    said = "<Title>T</Title><CreationDate>2025-01-01T00:00:00Z</CreationDate><CreationAuthor>a</CreationAuthor>"
    return f'<Markup><Topic {guid} TopicType="t" TopicStatus="s">{said}{topic}</Topic>{rest}</Markup>'.encode()


COMMENT = (
    '<Comment Guid="All of it."><Date>2025-01-01T00:00:00Z</Date><Author>b</Author><Comment>All</Comment></Comment>'
)
POINT = "<X>1</X><Y>0</Y><Z>0</Z>"
BITMAP = (
    '<VisualizationInfo Guid="33333333-3333-4333-8333-333333333333"><Bitmap><Bitmap>PNG</Bitmap>'
    f"<Location>{POINT}</Location><Normal>{POINT}</Normal><Up>{POINT}</Up><Height>1</Height></Bitmap></VisualizationInfo>"
).encode()
DOCUMENT = "9d3c5a52-6c0f-4be4-9a6e-2f8f5a0c7d11"


def _in_a_folder(entries: bytes, *more: tuple[str, bytes]) -> bytes:
    return packed([*((f"x/{name}", data) for name, data in entries_of(entries)), *more])


def _with_own_name(name: bytes) -> bytes:
    """The markup's own header has another name than the directory."""
    data = bytearray(zipped_with(markup("")))
    at = data.index(b"PK\3\4", 10)
    data[at + 7] |= 8
    data[at + 30 : at + 30 + len(name)] = name
    return bytes(data)


def _two_disks() -> bytes:
    data = zipped_with(markup(""))
    at = data.rindex(b"PK\5\6")
    return data[:at] + b"PK\6\7" + bytes(12) + b"\2\0\0\0" + data[at:]


REGRESSIONS = {
    "a comment whose id is no guid keeps its place": zipped_with(markup("", COMMENT)),
    "a topic whose id is no guid keeps it": zipped_with(markup("", guid='Guid="2025-03-17T08:30:00Z"')),
    "a foreign attribute does not hide the guid": zipped_with(
        markup("", COMMENT.replace("Guid=", 'xmlns:n="urn:x" Guid="33333333-3333-4333-8333-333333333333" n:Guid='))
    ),
    "digits of other scripts are no date": zipped_with(markup("<DueDate>２０２５-01-01T00:00:00Z</DueDate>")),
    "the name of a schema is an address": zipped_with(
        markup(""), ("project.bcfp", b"<ProjectExtension><ExtensionSchema>]]&gt;</ExtensionSchema></ProjectExtension>")
    ),
    "a kept link is blank": zipped_with(
        markup('<?bcfsync kept {"ReferenceLinks": [" ", "a"]}?>'), version=b'<Version VersionId="2.0"/>'
    ),
    "the name in an entry's own header is no text": _with_own_name(b"\xff\xfe"),
    "the archive spans two disks": _two_disks(),
    "a picture without a name stays without one": zipped_with(
        markup(
            "", '<Viewpoints Guid="33333333-3333-4333-8333-333333333333"><Viewpoint>v.bcfv</Viewpoint></Viewpoints>'
        ),
        ("11111111-1111-4111-8111-111111111111/v.bcfv", BITMAP),
    ),
    "an entry without a name in an archive that cannot be spliced": zipped_with(markup(""), ("", b"x")) + b"\0",
    "an entry without a name": zipped_with(markup(""), ("", b"x"), (".", b"x"), ("x/.", b"x")),
    "a document in a zipped folder is found again": _in_a_folder(
        zipped_with(markup(""), (f"Documents/{DOCUMENT}/plan.pdf", b"plan"))
    ),
    "a document a topic of a zipped folder refers to": _in_a_folder(
        zipped_with(
            markup(
                f"<DocumentReference><ReferencedDocument>../Documents/{DOCUMENT}/p.pdf</ReferencedDocument></DocumentReference>"
            ),
            (f"Documents/{DOCUMENT}/p.pdf", b"plan"),
        )
    ),
}


@pytest.mark.parametrize("case", REGRESSIONS)
def test_what_once_went_wrong_does_not_again(case):
    with workshop() as work:
        for prop in PROPERTIES:
            failure, _ = examined(REGRESSIONS[case], [prop], work, case)
            assert failure is None, failure.trace


@pytest.mark.parametrize("handful", range(HANDFUL))
def test_mutants_break_nothing(handful):
    tally = search(handful, CASES, POINTS, most=3)
    assert [failure.trace for failure in tally.failures] == []
    # mutants that nobody can open, or that nobody can tell apart, would prove nothing
    assert tally.opened > CASES / 2
    assert len(tally.met) > CASES / 5


def test_the_same_seed_gives_the_same_mutant():
    name, data = POINTS[7]
    assert mutated(data, random.Random(name)) == mutated(data, random.Random(name))
    assert mutated(data, random.Random(1)) != mutated(data, random.Random(2))


def test_a_property_that_does_not_hold_is_told_with_the_file(monkeypatch):
    def fails(_path, _work):
        raise KeyError("x")

    monkeypatch.setitem(PROPERTIES, "is_shown", fails)
    with workshop() as work:
        failure, _ = examined(POINTS[0][1], ["is_shown"], work, "a sample")
    assert (failure.prop, failure.data) == ("is_shown", POINTS[0][1])
    assert "KeyError: 'x'" in failure.trace


@pytest.mark.parametrize("words", INSTRUCTIONS)
def test_a_mark_that_lies_costs_nothing_but_itself(words):
    mark = f"<?bcfsync {words}?>"
    data = zipped_with(markup(mark, mark + COMMENT.replace("<Date>", f"{mark}<Date>")))
    with workshop() as work:
        (work / "case.bcf").write_bytes(data)
        assert reads(work / "case.bcf", work).startswith("2.1 1")
        for prop in PROPERTIES:
            failure, _ = examined(data, [prop], work, words)
            assert failure is None, failure.trace
