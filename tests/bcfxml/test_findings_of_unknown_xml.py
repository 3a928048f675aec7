"""F206: what the standard does not know is told wherever it stands, since it does not travel to servers."""

import pytest
from handmade import BORN, CAMERA, COMMENT, IFC, TOPIC, VIEW, decoded, markup, point, version, viewpoint, visinfo

LINE = f"<Line>{point('StartPoint')}{point('EndPoint', 1)}</Line>"
PLANE = f"<ClippingPlane>{point('Location')}{point('Direction', 1)}</ClippingPlane>"
PLACED = f"<Reference>b.png</Reference>{point('Location')}{point('Normal', 1)}{point('Up', 0, 0, 1)}<Height>1</Height>"
COMMENT_XML = (
    f'<Comment Guid="{COMMENT}"><Date>2025-01-02T00:00:00Z</Date><Author>b</Author><Comment>C</Comment>'
    f'<Viewpoint Guid="{VIEW}"/></Comment>'
)
MARKUP_21 = (
    '<Markup><Header><File isExternal="true"><Filename>m.ifc</Filename></File></Header>'
    f'<Topic Guid="{TOPIC}"><ReferenceLink>r</ReferenceLink><Title>T</Title><Labels>l</Labels>{BORN}'
    '<BimSnippet SnippetType="t" isExternal="true"><Reference>http://r</Reference><ReferenceSchema>s</ReferenceSchema>'
    '</BimSnippet><DocumentReference isExternal="true"><ReferencedDocument>http://d</ReferencedDocument>'
    f'</DocumentReference><RelatedTopic Guid="{TOPIC}"/></Topic>{COMMENT_XML}'
    f'<Viewpoints Guid="{VIEW}"><Viewpoint>viewpoint.bcfv</Viewpoint></Viewpoints></Markup>'
)
MARKUP_30 = (
    '<Markup><Header><Files><File IsExternal="true"><Filename>m.ifc</Filename></File></Files></Header>'
    f'<Topic Guid="{TOPIC}" TopicType="t" TopicStatus="s"><ReferenceLinks><ReferenceLink>r</ReferenceLink>'
    f"</ReferenceLinks><Title>T</Title><Labels><Label>l</Label></Labels>{BORN}"
    f'<DocumentReferences><DocumentReference Guid="{VIEW}"><Url>http://d</Url></DocumentReference>'
    f'</DocumentReferences><RelatedTopics><RelatedTopic Guid="{TOPIC}"/></RelatedTopics>'
    f"<Comments>{COMMENT_XML}</Comments>"
    f'<Viewpoints><ViewPoint Guid="{VIEW}"><Viewpoint>viewpoint.bcfv</Viewpoint></ViewPoint></Viewpoints>'
    "</Topic></Markup>"
)
LISTED = f'<Component IfcGuid="{IFC}"><OriginatingSystem>o</OriginatingSystem></Component>'
VISINFO_21 = visinfo(
    f"<Components><ViewSetupHints SpacesVisible='true'/><Selection>{LISTED}</Selection>"
    f"<Visibility DefaultVisibility='true'><Exceptions>{LISTED}</Exceptions></Visibility>"
    f"<Coloring><Color Color='FF0000'>{LISTED}</Color></Coloring></Components>{CAMERA}"
    f"<Lines>{LINE}</Lines><ClippingPlanes>{PLANE}</ClippingPlanes><Bitmap><Bitmap>PNG</Bitmap>{PLACED}</Bitmap>"
)
VISINFO_30 = visinfo(
    f"<Components><Visibility DefaultVisibility='true'><ViewSetupHints SpacesVisible='true'/></Visibility>"
    f"<Coloring><Color Color='FF0000'><Components>{LISTED}</Components></Color></Coloring></Components>{CAMERA}"
    f"<Bitmaps><Bitmap><Format>png</Format>{PLACED}</Bitmap></Bitmaps>"
)
VISINFO_20 = visinfo(f"<Components>{LISTED}</Components>{CAMERA}<Bitmaps><Bitmap>PNG</Bitmap>{PLACED}</Bitmaps>")


def places(text):
    """Every place in a document at which a start tag ends: there an attribute or a child may be slipped in."""
    at, found = 0, []
    while (at := text.find("<", at)) >= 0:
        end = text.index(">", at)
        if text[at + 1] not in "/!?":
            name = text[at + 1 : end].split()[0].rstrip("/")
            found.append(pytest.param(at, end, id=f"{len(found)}-{name}"))
        at = end
    return found


def unknown(text, number):
    name = "viewpoint.bcfv" if text.startswith("<Vis") else "markup.bcf"
    entries = {"bcf.version": version(number), f"{TOPIC}/markup.bcf": markup(rest=viewpoint(guid=VIEW))}
    _, findings = decoded(entries | {f"{TOPIC}/{name}": text}, number)
    return [finding.detail for finding in findings if finding.rule.number == "F206"]


DOCUMENTS = {
    "markup 2.1": (MARKUP_21, "2.1"),
    "markup 3.0": (MARKUP_30, "3.0"),
    "visinfo 2.0": (VISINFO_20, "2.0"),
    "visinfo 2.1": (VISINFO_21, "2.1"),
    "visinfo 3.0": (VISINFO_30, "3.0"),
}
everywhere = pytest.mark.parametrize(
    ("document", "start", "end"),
    [
        pytest.param(name, *place.values, id=f"{name} {place.id}")
        for name, (text, _) in DOCUMENTS.items()
        for place in places(text)
    ],
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_ordinary_document_holds_nothing_unknown(name):
    assert unknown(*DOCUMENTS[name]) == []


@everywhere
def test_an_unknown_attribute_is_told_on_every_element(document, start, end):
    text, number = DOCUMENTS[document]
    at = end - 1 if text[end - 1] == "/" else end
    assert [item.split()[1] for item in unknown(f'{text[:at]} nobody="knows"{text[at:]}', number)] == ["nobody"]


@everywhere
def test_an_unknown_child_is_told_in_every_element(document, start, end):
    text, number = DOCUMENTS[document]
    if text[end - 1] == "/":
        name = text[start + 1 : end - 1].split()[0]
        changed = f"{text[: end - 1]}><Nobody/></{name}>{text[end + 1 :]}"
    else:
        changed = f"{text[: end + 1]}<Nobody/>{text[end + 1 :]}"
    assert [item.split()[1] for item in unknown(changed, number)] == ["Nobody"]


def test_comments_and_schema_locations_are_not_unknown():
    place = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="visinfo.xsd"'
    text = VISINFO_21.replace("<VisualizationInfo", f"<VisualizationInfo{place}").replace("<Line>", "<!-- a --><Line>")
    assert unknown(text, "2.1") == []


def test_an_attribute_of_a_thousand_components_is_told_once():
    listed = '<Component x="1"/>' * 1000
    text = visinfo(f"<Components><Selection>{listed}</Selection></Components>{CAMERA}")
    assert unknown(text, "2.1") == ["attribute x of Component"]
