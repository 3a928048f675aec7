"""The schemas in xsd/: do they compile, and say what the format says? How they compare with the published ones is
in test_xsd_differential.py."""

import pytest
import xmlschema
from lxml import etree
from xsd_documents import (
    DOCUMENT_IDS,
    DOCUMENTS,
    GUID,
    OURS,
    VERDICTS,
    XS,
    XSD_FILES,
    compiled,
    compiled_by_xmlschema,
)

# --- 1. The files themselves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", XSD_FILES)
def test_our_schemas_compile_in_both_validators(path):
    assert etree.XMLSchema(etree.parse(str(OURS / path))) is not None
    assert xmlschema.XMLSchema(str(OURS / path)).built


def test_there_is_no_schema_that_no_test_knows():
    assert {path.relative_to(OURS).as_posix() for path in OURS.rglob("*.xsd")} == set(XSD_FILES)


@pytest.mark.parametrize("path", XSD_FILES)
def test_our_schemas_are_tidy_text_files(path):
    raw = (OURS / path).read_bytes()
    text = raw.decode("utf-8")
    assert raw.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    assert "\r" not in text
    assert "\t" not in text
    assert text.endswith("</xs:schema>\n")
    assert all(len(line) <= 120 and line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("path", XSD_FILES)
def test_our_schemas_have_no_namespace_and_explain_every_type(path):
    root = etree.parse(str(OURS / path)).getroot()
    assert "targetNamespace" not in root.attrib
    parts = [root, *root.findall(f"{{{XS}}}complexType"), *root.findall(f"{{{XS}}}simpleType")]
    assert all(part.findtext(f"{{{XS}}}annotation/{{{XS}}}documentation", "").strip() for part in parts)
    anonymous = [t for t in root.iter(f"{{{XS}}}complexType", f"{{{XS}}}simpleType") if "name" not in t.attrib]
    assert anonymous == []


EXTENSION = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:redefine schemaLocation="{markup}">{types}
</xs:redefine></xs:schema>"""
NARROWED = """<xs:simpleType name="{name}"><xs:restriction base="{name}"><xs:enumeration value="One"/></xs:restriction>
</xs:simpleType>"""
REDEFINABLE = ("TopicType", "TopicStatus", "TopicLabel", "Priority", "UserIdType")


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_an_extension_schema_can_narrow_our_markup_types(version, tmp_path):
    names = (*REDEFINABLE, "Stage") if version == "2.1" else REDEFINABLE
    types = "".join(NARROWED.format(name=name) for name in names)
    path = tmp_path / "extensions.xsd"
    path.write_text(EXTENSION.format(markup=(OURS / version / "markup.xsd").as_uri(), types=types), encoding="utf-8")
    narrowed = etree.XMLSchema(etree.parse(str(path)))
    document = etree.fromstring(BASES[version, "markup"].replace("a@example.com", "One"))
    assert narrowed.validate(document)
    document.find("Topic").set("TopicType", "Two")
    assert not narrowed.validate(document)
    assert compiled(OURS, version, "markup").validate(document)


# --- 2. What the format says ----------------------------------------------------------------------------------------

XYZ = "<X>0</X><Y>0.5</Y><Z>-1e3</Z>"
CAMERA = (
    f"<CameraViewPoint>{XYZ}</CameraViewPoint><CameraDirection>{XYZ}</CameraDirection>"
    f"<CameraUpVector>{XYZ}</CameraUpVector>"
)
ORTHOGONAL = f"<OrthogonalCamera>{CAMERA}<ViewToWorldScale>10</ViewToWorldScale></OrthogonalCamera>"
PERSPECTIVE = f"<PerspectiveCamera>{CAMERA}<FieldOfView>60</FieldOfView></PerspectiveCamera>"
ORTHOGONAL_3 = ORTHOGONAL.replace("</Orth", "<AspectRatio>1.5</AspectRatio></Orth")
PERSPECTIVE_3 = PERSPECTIVE.replace("</Pers", "<AspectRatio>1.5</AspectRatio></Pers")
CREATED = "<CreationDate>2026-01-02T03:04:05Z</CreationDate><CreationAuthor>a@example.com</CreationAuthor>"
COMMENT_2 = (
    f'<Comment Guid="{GUID}"><Status>Open</Status><Date>2026-01-02T03:04:05Z</Date><Author>a@example.com</Author>'
    f'<Comment>Text</Comment><Topic Guid="{GUID}"/></Comment>'
)
COMMENT_21 = f'<Comment Guid="{GUID}"><Date>2026-01-02T03:04:05Z</Date><Author/><Comment/></Comment>'
COMPONENT = '<Component IfcGuid="0123456789ABCDEFGHabc$"/>'
COLORED_3 = (
    f'<Components><Coloring><Color Color="ff0000"><Components>{COMPONENT}</Components></Color></Coloring></Components>'
)
DOCUMENT_TWICE = (
    f'<DocumentReferences><DocumentReference Guid="{GUID}"><DocumentGuid>{GUID}</DocumentGuid><Url>u</Url>'
    "</DocumentReference></DocumentReferences></Topic>"
)
BASES = {
    ("2.0", "version"): '<Version VersionId="2.0"><DetailedVersion>2.0</DetailedVersion></Version>',
    (
        "2.0",
        "project",
    ): "<ProjectExtension><Project/><ExtensionSchema>extensions.xsd</ExtensionSchema></ProjectExtension>",
    (
        "2.0",
        "markup",
    ): f'<Markup><Header><File/></Header><Topic Guid="{GUID}"><Title>T</Title></Topic>{COMMENT_2}</Markup>',
    ("2.0", "visinfo"): f"<VisualizationInfo><Components>{COMPONENT}</Components>{PERSPECTIVE}</VisualizationInfo>",
    ("2.1", "version"): '<Version VersionId="2.1"/>',
    ("2.1", "project"): "<ProjectExtension><ExtensionSchema>extensions.xsd</ExtensionSchema></ProjectExtension>",
    ("2.1", "markup"): f'<Markup><Topic Guid="{GUID}"><Title>T</Title>{CREATED}</Topic></Markup>',
    ("2.1", "visinfo"): f'<VisualizationInfo Guid="{GUID}"><Components><Visibility/></Components>{PERSPECTIVE}'
    "</VisualizationInfo>",
    ("3.0", "version"): '<Version VersionId="3.0"/>',
    ("3.0", "project"): '<ProjectInfo><Project ProjectId="P"><Name>N</Name></Project></ProjectInfo>',
    ("3.0", "extensions"): "<Extensions><TopicTypes><TopicType>Issue</TopicType></TopicTypes></Extensions>",
    ("3.0", "documents"): f'<DocumentInfo><Documents><Document Guid="{GUID}"><Filename>a.pdf</Filename></Document>'
    "</Documents></DocumentInfo>",
    ("3.0", "markup"): f'<Markup><Topic Guid="{GUID}" TopicType="Issue" TopicStatus="Open"><Title>T</Title>{CREATED}'
    "</Topic></Markup>",
    ("3.0", "visinfo"): f'<VisualizationInfo Guid="{GUID}"><Components/>{PERSPECTIVE_3}</VisualizationInfo>',
}
DATE = "2026-01-02T03:04:05Z"
# A fact: what it is about, the text of the base document that is replaced, and what replaces it.
VALID_20 = {
    "markup": [
        ("an author of blanks", "<Author>a@example.com", "<Author> "),
        ("an empty status", "<Status>Open", "<Status>"),
        ("an index beyond 32 bits", "</Title>", "</Title><Index>99999999999</Index>"),
        ("an upper-case guid", f'Topic Guid="{GUID}"><T', f'Topic Guid="{GUID.upper()}"><T'),
        ("a comma in an IfcProject", "<File/>", '<File IfcProject="0123456789,BCDEFGHabc$"/>'),
    ],
    "visinfo": [
        ("both cameras", PERSPECTIVE, ORTHOGONAL + PERSPECTIVE),
        ("no camera", PERSPECTIVE, ""),
        ("a colour of one byte", "<Component ", '<Component Color="fF" '),
        ("a colour of no bytes", "<Component ", '<Component Color="" '),
        ("empty clipping planes", "</VisualizationInfo>", "<ClippingPlanes/></VisualizationInfo>"),
    ],
    "project": [("an empty extension schema", "extensions.xsd", "")],
    "version": [("no version id", ' VersionId="2.0"', "")],
}
INVALID_20 = {
    "markup": [
        ("a missing header", "<Header><File/></Header>", ""),
        ("an empty header", "<Header><File/></Header>", "<Header/>"),
        ("a comment without status", "<Status>Open</Status>", ""),
        ("a comment without topic", f'<Topic Guid="{GUID}"/>', ""),
        ("two reference links", "<Title>", "<ReferenceLink/><ReferenceLink/><Title>"),
        ("a due date", "</Title>", f"</Title><DueDate>{DATE}</DueDate>"),
        ("a default namespace", "<Markup>", '<Markup xmlns="http://example.com">'),
    ],
    "visinfo": [
        ("a guid on the root", "<VisualizationInfo>", f'<VisualizationInfo Guid="{GUID}">'),
        ("empty components", COMPONENT, ""),
        ("empty lines", "</VisualizationInfo>", "<Lines/></VisualizationInfo>"),
        ("a colour of an odd number of digits", "<Component ", '<Component Color="FFF" '),
    ],
    "project": [("a missing project", "<Project/>", "")],
}
VALID_21 = {
    "markup": [
        ("an empty title", "<Title>T", "<Title>"),
        ("an empty author", "a@example.com", ""),
        ("a header with a bare file", "<Markup>", "<Markup><Header><File/></Header>"),
        ("several reference links", "<Title>", "<ReferenceLink/><ReferenceLink/><Title>"),
    ],
    "visinfo": [
        (
            "a colour group without colour",
            "<Visibility/>",
            f"<Visibility/><Coloring><Color>{COMPONENT}</Color></Coloring>",
        ),
        ("empty clipping planes", "</VisualizationInfo>", "<ClippingPlanes/></VisualizationInfo>"),
        ("no camera", PERSPECTIVE, ""),
        ("both cameras, the orthogonal one first", PERSPECTIVE, ORTHOGONAL + PERSPECTIVE),
        (
            "a comma in a colour",
            "<Visibility/>",
            f'<Visibility/><Coloring><Color Color="FF,F00">{COMPONENT}</Color></Coloring>',
        ),
        ("a view of 45 degrees", ">60<", ">45<"),
    ],
    "project": [
        ("an empty extension schema", "extensions.xsd", ""),
        ("an empty project id", "<Ext", '<Project ProjectId=""/><Ext'),
    ],
}
INVALID_21 = {
    "markup": [
        ("an empty header", "<Markup>", "<Markup><Header/>"),
        (
            "viewpoints before a comment",
            "</Topic>",
            f'</Topic><Viewpoints Guid="{GUID}"/>{COMMENT_21}',
        ),
        ("an index beyond 32 bits", "</Title>", "</Title><Index>99999999999</Index>"),
        ("no creation date", f"<CreationDate>{DATE}</CreationDate>", ""),
    ],
    "visinfo": [
        ("empty components", "<Visibility/>", ""),
        ("an empty selection", "<Visibility/>", "<Selection/><Visibility/>"),
        ("empty exceptions", "<Visibility/>", "<Visibility><Exceptions/></Visibility>"),
        ("an empty colouring", "<Visibility/>", "<Visibility/><Coloring/>"),
        ("empty lines", "</VisualizationInfo>", "<Lines/></VisualizationInfo>"),
        ("both cameras, the perspective one first", PERSPECTIVE, PERSPECTIVE + ORTHOGONAL),
        (
            "a lower-case colour",
            "<Visibility/>",
            f'<Visibility/><Coloring><Color Color="ff0000">{COMPONENT}</Color></Coloring>',
        ),
        ("a view of 61 degrees", ">60<", ">61<"),
        ("no guid", f' Guid="{GUID}"', ""),
    ],
    "project": [("a project without id", "<Ext", "<Project/><Ext")],
}
VALID_30 = {
    "markup": [
        ("a line break in a title", "<Title>T", "<Title>T\nU"),
        ("a date without zone", DATE, "2026-01-02T03:04:05"),
        ("a date with seven decimals", DATE, "2026-01-02T03:04:05.1234567Z"),
        ("the end of the day as hour 24", DATE, "2026-01-02T24:00:00Z"),
        ("an offset of 14 hours", DATE, "2026-01-02T03:04:05+14:00"),
        ("a viewpoint with neither file", "</Topic>", f'<Viewpoints><ViewPoint Guid="{GUID}"/></Viewpoints></Topic>'),
        ("empty wrappers", "</Topic>", "<DocumentReferences/><RelatedTopics/><Comments/><Viewpoints/></Topic>"),
        (
            "a reference to no document",
            "</Topic>",
            f'<DocumentReferences><DocumentReference Guid="{GUID}"/></DocumentReferences></Topic>',
        ),
    ],
    "visinfo": [
        ("a negative view scale", PERSPECTIVE_3, ORTHOGONAL_3.replace(">10<", ">-10<")),
        ("a view of 179 degrees", ">60<", ">179<"),
        (
            "a lower-case colour",
            "<Components/>",
            COLORED_3,
        ),
        ("empty lists", "<Components/>", "<Components><Selection/><Visibility/><Coloring/></Components>"),
    ],
    "extensions": [("no list at all", BASES["3.0", "extensions"], "<Extensions/>")],
    "documents": [("no list at all", BASES["3.0", "documents"], "<DocumentInfo/>")],
    "version": [("a comment inside", "/>", "><!-- nothing --></Version>")],
}
INVALID_30 = {
    "markup": [
        ("a blank title", "<Title>T", "<Title> \n "),
        ("an empty description", "</Topic>", "<Description/></Topic>"),
        ("an upper-case guid", GUID, GUID.upper()),
        ("a date without time", DATE, "2026-01-02"),
        ("an offset without colon", DATE, "2026-01-02T03:04:05+0200"),
        ("a time without seconds", DATE, "2026-01-02T03:04Z"),
        ("a leap second", DATE, "2026-01-02T23:59:60Z"),
        ("the year zero", DATE, "0000-01-02T03:04:05Z"),
        ("no topic type", ' TopicType="Issue"', ""),
        (
            "a document inside and outside the archive",
            "</Topic>",
            DOCUMENT_TWICE,
        ),
        ("a foreign attribute", "<Markup>", '<Markup foreign="1">'),
        ("a foreign element", "<Title>", "<Foreign/><Title>"),
    ],
    "visinfo": [
        ("no camera", PERSPECTIVE_3, ""),
        ("two cameras", PERSPECTIVE_3, ORTHOGONAL_3 + PERSPECTIVE_3),
        ("a camera without aspect ratio", "<AspectRatio>1.5</AspectRatio>", ""),
        ("an aspect ratio of zero", ">1.5<", ">0<"),
        ("a view of 180 degrees", ">60<", ">180<"),
        ("an infinite field of view", ">60<", ">INF<"),
        (
            "a comma in an IfcGuid",
            "<Components/>",
            '<Components><Selection><Component IfcGuid="0123456789,BCDEFGHabc$"/></Selection></Components>',
        ),
    ],
    "project": [("an empty project id", '"P"', '""'), ("a missing project", BASES["3.0", "project"], "<ProjectInfo/>")],
    "extensions": [("an empty value", "Issue", "")],
    "version": [
        ("a line break inside", "/>", ">\n</Version>"),
        ("no version id", ' VersionId="3.0"', ""),
        ("a detailed version", "/>", "><DetailedVersion/></Version>"),
    ],
}
FACTS = [
    pytest.param(version, name, old, new, verdict, id=f"{version} {name} with {what} is {VERDICTS[verdict]}")
    for version, verdict, table in [
        ("2.0", True, VALID_20),
        ("2.0", False, INVALID_20),
        ("2.1", True, VALID_21),
        ("2.1", False, INVALID_21),
        ("3.0", True, VALID_30),
        ("3.0", False, INVALID_30),
    ]
    for name, facts in table.items()
    for what, old, new in facts
]


@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_the_plain_document_is_valid(version, name):
    document = etree.fromstring(BASES[version, name])
    assert compiled(OURS, version, name).validate(document)
    assert compiled_by_xmlschema(version, name).is_valid(document)


@pytest.mark.parametrize(("version", "name", "old", "new", "verdict"), FACTS)
def test_both_validators_say_what_the_format_says(version, name, old, new, verdict):
    text = BASES[version, name]
    assert old in text
    document = etree.fromstring(text.replace(old, new, 1))
    assert compiled(OURS, version, name).validate(document) is verdict
    assert compiled_by_xmlschema(version, name).is_valid(document) is verdict
