"""The quick way says what the tolerant readers say, or nothing: whatever is odd goes to them."""

import random
import re
from pathlib import Path

import pytest
from handmade import CAMERA, COMMENT, IFC, OTHER_IFC, TOPIC, VIEW, Entries, markup, version, viewpoint, visinfo
from lxml import etree

from bcfsync.archive.reading import Archive
from bcfsync.bcfxml import ordinary, ordinary_markup, ordinary_text, ordinary_visinfo
from bcfsync.bcfxml.container import decode
from bcfsync.bcfxml.ordinary import Odd

SAMPLES = sorted((Path(__file__).parents[2] / "samples").rglob("*.bcf*"))
DOORS = {
    ordinary_markup: ("topic", "comment", "viewpoint"),
    ordinary_visinfo: ("perspective", "orthogonal", "components", "component_list"),
    ordinary_text: ("viewpoint",),
    ordinary: ("parts", "attributes"),
}


def refuse(*_arguments, **_options):
    raise Odd


def both_ways(entries, monkeypatch):
    """What is read the quick way where that is open, and with all its doors shut; spelling and all."""
    quick = repr(decode(entries, "x"))
    with monkeypatch.context() as patch:
        for module, names in DOORS.items():
            for name in names:
                patch.setattr(module, name, refuse)
        return quick, repr(decode(entries, "x"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_sample_reads_the_same_both_ways(path, monkeypatch):
    try:
        archive = Archive(path)
        decode(archive, "x")
    except ValueError:
        pytest.skip("a sample that cannot be read")
    with archive:
        quick, slow = both_ways(archive, monkeypatch)
    assert quick == slow


NAMED = "<OriginatingSystem>A</OriginatingSystem><AuthoringToolId>7</AuthoringToolId>"
COMPONENTS = f"""<Components>
<ViewSetupHints SpacesVisible="true" SpaceBoundariesVisible="false" OpeningsVisible="0"/>
<Selection><Component IfcGuid="{IFC}">{NAMED}</Component>
<Component IfcGuid="{OTHER_IFC}">{NAMED}</Component></Selection>
<Visibility DefaultVisibility="true"><Exceptions><Component IfcGuid="{IFC}"/></Exceptions></Visibility>
<Coloring><Color Color="FF0000"><Component IfcGuid="{OTHER_IFC}"/></Color></Coloring></Components>"""
TOPIC_XML = """<Title>T</Title><Priority>High</Priority><Index>3</Index><Labels>a</Labels><Labels>b</Labels>
<CreationDate>2025-01-01T10:00:00.1234567+02:00</CreationDate><CreationAuthor>a</CreationAuthor>
<DueDate>2025-02-01T24:00:00Z</DueDate><Description>D</Description><RelatedTopic Guid="x"/>"""
HEADER = (
    '<Header><File IfcProject="p" isExternal="false"><Filename>f</Filename><Reference>r</Reference></File></Header>'
)
SAID = f"""<Comment Guid="{COMMENT}"><Date>2025-01-02T00:00:00Z</Date><Author>b</Author><Comment>C</Comment>
<Viewpoint Guid="{VIEW}"/><ModifiedDate>2025-01-02T00:00:00</ModifiedDate></Comment>"""
VIEWED = viewpoint("<Viewpoint>v.bcfv</Viewpoint><Snapshot>s.png</Snapshot><Index>1</Index>")
DOCUMENTS = {
    f"{TOPIC}/markup.bcf": markup(TOPIC_XML, before=HEADER, rest=SAID + VIEWED, attributes='TopicType="E"'),
    f"{TOPIC}/v.bcfv": visinfo(COMPONENTS + CAMERA),
}
ODD_TEXTS = [" ", "", "NaN", "1e400", "1_0", "٣", "2020-01-01", "true", "x&#x9;"]
ODD_TEXTS += ["<!-- c -->", "<?p?>", "<X/>", "<Component/>"]


def mutated(text, chance):
    """The text with one to three of its tags or texts dropped, doubled, moved, renamed or replaced."""
    for _ in range(chance.randint(1, 3)):
        pieces = re.findall(r"<[^<>]*>|[^<>]+", text)
        at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        match chance.randrange(7):
            case 0:
                del pieces[at]
            case 1:
                pieces.insert(other, pieces[at])
            case 2:
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 3:
                pieces.insert(at, chance.choice(ODD_TEXTS))
            case 4:
                pieces[at] = pieces[at].swapcase() if "=" in pieces[at] else chance.choice(ODD_TEXTS)
            case 5:
                pieces[at] = re.sub(r"(/?>)$", r' odd="1"\1', pieces[at])
            case 6:
                whole = re.search(r"<(\w+)\b[^<>]*>(?:(?!<\1\b).)*?</\1>", "".join(pieces[at:]), re.DOTALL)
                pieces.insert(at, whole[0] if whole else "")
        text = "".join(pieces)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("number", ["2.0", "2.1", "3.0"])
def test_whatever_is_odd_about_a_document_it_reads_the_same_both_ways(number, monkeypatch):
    chance, parsed = random.Random(number), 0
    for _ in range(400):
        made = {name: mutated(text, chance) if chance.random() < 0.8 else text for name, text in DOCUMENTS.items()}
        quick, slow = both_ways(Entries({"bcf.version": version(number)} | made), monkeypatch)
        assert quick == slow, made
        parsed += "F201" not in quick
    assert parsed > 50


def test_an_ordinary_topic_is_read_without_the_tolerant_readers():
    root = etree.fromstring(DOCUMENTS[f"{TOPIC}/markup.bcf"])
    topic, comments, viewpoints = ordinary_markup.topic(root, TOPIC)
    assert (topic.labels, topic.index, len(comments), len(viewpoints)) == (("a", "b"), 3, 1, 1)


def test_ordinary_components_keep_their_parts_and_share_the_name_of_their_system():
    first, second = ordinary_visinfo.components(etree.fromstring(COMPONENTS)).selection
    assert (first.ifc_guid, first.authoring_tool_id, second.ifc_guid) == (IFC, "7", OTHER_IFC)
    assert first.originating_system is second.originating_system


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(f'<Component IfcGuid="{IFC}"><Component IfcGuid="{IFC}"/></Component>', id="one in another"),
        pytest.param(f'<Component IfcGuid="{IFC}"/><!-- c -->', id="a comment"),
        pytest.param(f'<Component IfcGuid="{IFC}" x="1"/>', id="another attribute"),
        pytest.param(f'<Component IfcGuid="{IFC}"/><OriginatingSystem>A</OriginatingSystem>', id="a part beside"),
        pytest.param(
            f'<Component IfcGuid="{IFC}">{NAMED}{NAMED}</Component><Component IfcGuid="{IFC}"/>', id="parts doubled"
        ),
        pytest.param(
            f'<Component IfcGuid="{IFC}"><AuthoringToolId>1<!-- c -->2</AuthoringToolId></Component>',
            id="a text in two",
        ),
        pytest.param('<Component IfcGuid="short"/>', id="no IFC guid"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_odd_list_of_components_is_left_to_the_tolerant_reader(odd):
    with pytest.raises(Odd):
        ordinary_visinfo.component_list(etree.fromstring(f"<Selection>{odd}</Selection>"))
