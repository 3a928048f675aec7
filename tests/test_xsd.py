"""The schemas in xsd/: do they compile, say what the format says, and judge as the published ones do?

The differential part needs the folder ../shared (published schemas, sample archives and the tables of the format)
and is skipped without it. BCFSYNC_XSD_CASES sets how many documents it makes per document type.
"""

import copy
import os
import random
import re
import zipfile
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "xsd"
SHARED = Path(__file__).resolve().parents[2] / "shared"
PUBLISHED = SHARED / "spec" / "xsd"
SHEET = SHARED / "spec" / "bcf-xml.md"
CORPUS = SHARED / "corpus"
CASES = max(100, int(os.environ.get("BCFSYNC_XSD_CASES", "300")))

needs_published = pytest.mark.skipif(not PUBLISHED.is_dir() or not SHEET.is_file(), reason="no published schemas here")
needs_corpus = pytest.mark.skipif(not PUBLISHED.is_dir() or not CORPUS.is_dir(), reason="no sample archives here")

VERSIONS = ("2.0", "2.1", "3.0")
DOCUMENTS = [
    *((version, name) for version in VERSIONS for name in ("version", "project", "markup", "visinfo")),
    ("3.0", "extensions"),
    ("3.0", "documents"),
]
DOCUMENT_IDS = [f"{version} {name}" for version, name in DOCUMENTS]
XSD_FILES = [f"{version}/{name}.xsd" for version, name in DOCUMENTS] + [f"{version}/types.xsd" for version in VERSIONS]
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XS = "http://www.w3.org/2001/XMLSchema"


@cache
def compiled(folder, version, name):
    return etree.XMLSchema(etree.parse(str(folder / version / f"{name}.xsd")))


@cache
def compiled_by_xmlschema(version, name):
    return xmlschema.XMLSchema(str(OURS / version / f"{name}.xsd"))


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

GUID = "0123abcd-0123-4567-89ab-0123456789ab"
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
VERDICTS = {True: "valid", False: "invalid"}
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


# --- 3. What the published schemas say: documents made from the tables of the format --------------------------------

HEADING = re.compile(r"#### (\d\.\d) — (\w+) \(")
ROW = re.compile(r"\| `([\w/@]+)` \|")


@dataclass
class Item:
    """One row of the tables: an element or an attribute."""

    name: str
    slot: str = ""
    kind: str = "group"
    low: int = 0
    high: int = 1
    default: str = ""
    attributes: list = field(default_factory=list)
    children: list = field(default_factory=list)


@cache
def tables():
    """Read the tables of the format: for each document the rows by path, the root under the empty path."""
    result, rows = {}, {}
    text = SHEET.read_text(encoding="utf-8").partition("### 2.1 Tables")[2].partition("### 2.2 ")[0]
    for line in text.splitlines():
        if heading := HEADING.match(line):
            rows = result.setdefault((heading[1], heading[2]), {})
        elif ROW.match(line):
            add_row(rows, [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return result


def add_row(rows, cells):
    path, slot, kind, card = cells[0].strip("`"), cells[1], cells[2].replace("`", ""), cells[3]
    low, high = card.split("..")
    parent, _, name = path.rpartition("/")
    item = Item(name.lstrip("@"), slot, kind, int(low), 3 if high == "n" else int(high), cells[4].strip("`"))
    rows[path] = item
    if slot == "root":
        rows[""] = item
        return
    owner = rows.setdefault(parent, Item(parent))
    (owner.attributes if slot == "@" else owner.children).append(item)


@cache
def names_of(kind):
    """All names of elements or attributes in all tables: what a mutation may put somewhere."""
    items = (item for rows in tables().values() for item in rows.values())
    return sorted({item.name for item in items if (item.slot == "@") is (kind == "attribute")})


def guid(rng, digits="0123456789abcdef"):
    return "-".join("".join(rng.choices(digits, k=count)) for count in (8, 4, 4, 4, 12))


def characters(alphabet, *lengths):
    return lambda rng: "".join(rng.choices(alphabet, k=rng.choice(lengths)))


def one_of(*values):
    return lambda rng: rng.choice(values)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GOOD = {
    "string": one_of("", "text", "  two\n lines ", "Grün 緑", "\t"),
    "NES": one_of("text", "  two\n lines ", "Grün 緑", "0"),
    "GUID2": lambda rng: guid(rng, rng.choice(("0123456789abcdef", "0123456789ABCDEF", "0aA"))),
    "GUID3": guid,
    "IFC2": characters("0123456789,_$" + LETTERS, 22),
    "IFC3": characters("0123456789_$" + LETTERS, 22),
    "COLOR21": characters("0123456789,ABCDEF", 6, 8),
    "COLOR3": characters("0123456789ABCDEFabcdef", 6, 8),
    "hexBinary": characters("0123456789ABCDEFabcdef", 0, 2, 6, 8, 10),
    "FOV2": one_of("45", "60", "52.5", "4.5e1", " 60 "),
    "FOV3": one_of("45", "60", "179.99", "1e-3", "0.1"),
    "dateTime": one_of("2026-01-02T03:04:05Z", "2026-12-31T24:00:00", "2024-02-29T23:59:59.1234567-14:00"),
    "boolean": one_of("true", "false", "1", "0"),
    "int": one_of("0", "-1", "2147483647", "-2147483648", "+7", "007"),
    "integer": one_of("0", "-1", "99999999999999999999", "+7"),
    "double": one_of("0", "-1.5", "1e-30", "INF", "-INF", "NaN", ".5", "5.", " 1 "),
    "double > 0": one_of("1", "0.001", "1.7777777", "INF"),
    "anyURI": one_of("", "extensions.xsd", "http://example.com/a%20b.xsd"),
}


def good(kind, rng):
    if kind.startswith("enum "):
        return rng.choice(kind.removeprefix("enum ").split("|"))
    return GOOD[kind.partition(" (")[0]](rng)


def build(item, rows, rng, chance):
    """A valid element for one row; chance is how likely optional parts are."""
    element = etree.Element(item.name)
    body = rows[item.kind.strip("*")] if item.kind.startswith("*") else item
    for attribute in body.attributes:
        if attribute.low or rng.random() < chance:
            element.set(attribute.name, good(attribute.kind, rng))
    for slot, same_place in groupby(body.children, key=lambda child: child.slot):
        alternatives = list(same_place)
        child = rng.choice(alternatives) if slot.endswith("c") else alternatives[0]
        for number in range(child.high):
            if number < child.low or rng.random() < chance:
                element.append(build(child, rows, rng, chance))
    if item.kind != "group" and not item.kind.startswith("*"):
        element.text = good(item.kind, rng)
    return element


def valid_document(version, name, rng):
    rows = tables()[version, name]
    content = build(rows[""], rows, rng, rng.choice((0.0, 0.3, 0.6, 1.0)))
    root = etree.Element(content.tag, content.attrib, nsmap={"xsi": XSI, "xs": XS})
    root.text = content.text
    root.extend(list(content))
    return root


def words(text):
    return text.split()


NASTY_TEXTS = [
    "",
    " ",
    "\t",
    "\n",
    "\u00a0",
    "\u3000",
    "\u200b",
    " x ",
    "x\ny",
    "<&>\"'",
    "\U0001f600",
    "x" * 300,
    "a b",
]
NASTY_WORDS = words("ab,cd Unknown Open 2.0 2.1 3.0 a@example.com")
NASTY_GUIDS = [
    *(GUID, GUID.upper(), GUID.title(), f"{{{GUID}}}", f" {GUID}", f"{GUID}\n", GUID[:-1], GUID + "0"),
    *(GUID.replace("-", ""), GUID.replace("a", "g"), GUID.replace("0", "\u0660"), GUID.replace("1", ",")),
]
NASTY_IFC_GUIDS = [
    *("0123456789ABCDEFGHabc$", "0123456789,BCDEFGHabc_", "0123456789 BCDEFGHabc_", "0123456789-BCDEFGHabc_"),
    *(
        "0123456789ABCDEFGHabc",
        "0123456789ABCDEFGHabc$$",
        " 0123456789ABCDEFGHabc",
        "0123456789ABCDEFGHab\u00e9$",
        "," * 22,
    ),
]
NASTY_DATES = words("""
    2026-01-02T03:04:05Z 2026-01-02T03:04:05 2026-01-02 2026-01-02T03:04Z 2026-01-02T03:04:05+0200 03:04:05 now
    2026-01-02T03:04:05.1234567Z 2026-01-02T03:04:05.Z 2026-01-02T03:04:05,5Z 2026-01-02T03:04:05z 1767323045
    2026-01-02T24:00:00Z 2026-01-02T24:00:01Z 2026-01-02T25:00:00Z 2026-01-02T23:59:60Z 2026-1-2T3:4:5Z
    0000-01-02T03:04:05Z 0001-01-01T00:00:00 -0001-01-01T00:00:00Z 12026-01-02T03:04:05Z 02026-01-02T03:04:05Z
    2026-02-29T00:00:00Z 2024-02-29T00:00:00Z 1900-02-29T00:00:00Z 2026-13-01T00:00:00Z 2026-04-31T00:00:00Z
    2026-01-02T03:04:05+14:00 2026-01-02T03:04:05+14:01 2026-01-02T03:04:05-00:00 2026-01-02T03:04:05+2:00
""")
PADDED = [
    " 2026-01-02T03:04:05Z ",
    "2026-01-02 03:04:05",
    " 50 ",
    "\n50\n",
    "1 000",
    " true ",
    "\ttrue",
    " PNG",
    "png ",
    "ff0000 ",
]
NASTY_NUMBERS = words("""
    0 -0 1 -1 +1 01 1.0 1. .5 . 1,5 0x10 1e3 1E3 1e e1 --1 +-1 1_000 \u0661 0.0 1e-3 0000000000045 1e400 -1e400 1e-400
    44.999999 45 45.0 60 60.0000000000000001 60.00001 61 179.999 180 180.0 -45 360 4.9e-324 INF -INF +INF inf Infinity
    NaN nan -NaN 2147483647 2147483648 -2147483648 -2147483649 999999999999999999999999999999
""")
NASTY_BOOLEANS = words("true false TRUE True FALSE yes truefalse 2 on")
NASTY_COLOURS = words("""
    FF0000 ff0000 Ff0000 FF,000 80FF0000 80ff0000 FF000 FF00000 #FF0000 0xFF0000 FFF F FF GG0000 FF000080FF
    ,,,,,, ,,,,,,, ,,,,,,,,
""")
NASTY_FORMATS = words("PNG JPG png jpg Png JPEG jpeg bmp PNGJPG")
NASTY_ADDRESSES = words("http://example.com http://exa%zz ..\\a.xsd :: #a#b http://[ % \u00fcber.xsd http://a:b:c")
NASTY = [
    *(NASTY_TEXTS + NASTY_WORDS + NASTY_GUIDS + NASTY_IFC_GUIDS + NASTY_DATES + PADDED),
    *(NASTY_NUMBERS + NASTY_BOOLEANS + NASTY_COLOURS + NASTY_FORMATS + NASTY_ADDRESSES),
]
EXTRA_ATTRIBUTES = [
    ("foreign", "1"),
    ("{urn:foreign}Guid", GUID),
    ("{http://www.w3.org/XML/1998/namespace}lang", "en"),
    ("{http://www.w3.org/XML/1998/namespace}space", "preserve"),
    *((f"{{{XSI}}}nil", value) for value in ("true", "false", "maybe")),
    *(
        (f"{{{XSI}}}type", value)
        for value in ("xs:string", "xs:token", "xs:int", "xs:double", "xs:dateTime", "NoSuchType")
    ),
    *((f"{{{XSI}}}{name}", "no such.xsd") for name in ("noNamespaceSchemaLocation", "schemaLocation", "foreign")),
]


def reparsed(root):
    """The document as a reader gets it, without the empty text nodes that only a tree in memory has."""
    return etree.fromstring(etree.tostring(root, with_tail=False))


def elements(root):
    return list(root.iter(etree.Element))


def inner(root, rng):
    """Some element below the root; the root itself where it has no children."""
    return rng.choice(elements(root)[1:] or [root])


def any_value(rng):
    return rng.choice(NASTY) if rng.random() < 0.8 else good(rng.choice(sorted(GOOD)), rng)


def leaves(root):
    """The elements without element children; a comment does not count."""
    return [element for element in elements(root) if next(element.iterchildren(etree.Element), None) is None]


def change_text(root, rng):
    rng.choice(leaves(root)).text = any_value(rng)


def stray_text(root, rng):
    element = rng.choice(elements(root))
    element.text, element.tail = rng.choice([(any_value(rng), None), (None, any_value(rng)), ("\n ", "\n ")])


def remove_element(root, rng):
    element = inner(root, rng)
    if element is not root:
        element.getparent().remove(element)


def duplicate_element(root, rng):
    element = inner(root, rng)
    if element is not root:
        element.addnext(copy.deepcopy(element))


def reorder_elements(root, rng):
    parents = [element for element in elements(root) if len(element) > 1]
    if parents:
        parent = rng.choice(parents)
        first = rng.randrange(len(parent) - 1)
        parent.insert(first, parent[rng.randrange(first + 1, len(parent))])


def rename_element(root, rng):
    element = rng.choice(elements(root))
    name = etree.QName(element).localname
    other = [name.lower(), name.upper(), name + "s", name.rstrip("s"), f"{{urn:foreign}}{name}"]
    element.tag = rng.choice([rng.choice(names_of("element")), *other])


def insert_element(root, rng):
    parent = rng.choice(elements(root))
    element = etree.Element(rng.choice(names_of("element")))
    element.text = rng.choice([None, any_value(rng)])
    if rng.random() < 0.3:
        element.set("Guid", GUID)
    parent.insert(rng.randint(0, len(parent)), element)


def graft_element(root, rng):
    version, name = rng.choice([key for key in tables() if key[1] in {"markup", "visinfo"}])
    donor = inner(valid_document(version, name, rng), rng)
    same_name = [element for element in elements(root)[1:] if element.tag == donor.tag]
    place = rng.choice(same_name) if same_name else inner(root, rng)
    if place is not root:
        place.getparent().replace(place, copy.deepcopy(donor))


def move_element(root, rng):
    element, parent = inner(root, rng), rng.choice(elements(root))
    if element is not root and element not in [parent, *parent.iterancestors()]:
        parent.insert(rng.randint(0, len(parent)), element)


def empty_element(root, rng):
    element = inner(root, rng)
    del element[:]
    element.text = None


def with_attributes(root, rng):
    found = [element for element in elements(root) if element.attrib]
    return rng.choice(found) if found else None


def remove_attribute(root, rng):
    element = with_attributes(root, rng)
    if element is not None:
        del element.attrib[rng.choice(sorted(element.attrib))]


def change_attribute(root, rng):
    element = with_attributes(root, rng)
    if element is not None:
        element.set(rng.choice(sorted(element.attrib)), any_value(rng))


def rename_attribute(root, rng):
    element = with_attributes(root, rng)
    if element is not None:
        full_name = rng.choice(sorted(element.attrib))
        name, value = etree.QName(full_name).localname, element.attrib.pop(full_name)
        other = [name.swapcase(), name[:1].lower() + name[1:], name[:1].upper() + name[1:], name + "s"]
        element.set(rng.choice(other), value)


def add_attribute(root, rng):
    name, value = rng.choice(EXTRA_ATTRIBUTES)
    if rng.random() < 0.6:
        name, value = rng.choice(names_of("attribute")), any_value(rng)
    rng.choice(elements(root)).set(name, value)


def add_remark(root, rng):
    parent = rng.choice(elements(root))
    remark = rng.choice([etree.Comment(" remark "), etree.ProcessingInstruction("remark", "x")])
    remark.tail = rng.choice([None, parent.text])
    parent.insert(0, remark)


def namespace_everything(root, rng):
    for element in elements(root) if rng.random() < 0.5 else [root]:
        element.tag = "{urn:bcf}" + etree.QName(element).localname


COMMON_MUTATIONS = [
    change_text,
    change_attribute,
    remove_element,
    duplicate_element,
    reorder_elements,
    remove_attribute,
]
RARE_MUTATIONS = [
    *(rename_element, insert_element, graft_element, move_element, empty_element, stray_text),
    *(rename_attribute, add_attribute, add_remark, namespace_everything),
]


def mutate(root, rng):
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
        rng.choice(COMMON_MUTATIONS * 2 + RARE_MUTATIONS)(root, rng)
    return reparsed(root)


def verdicts(document, version, name):
    ours, published = (compiled(folder, version, name).validate(document) for folder in (OURS, PUBLISHED))
    return ours, published


def differences(documents, version, name):
    """Judge every document twice; return those judged differently and the set of verdicts of the published schema."""
    found, seen = [], set()
    for document in documents:
        ours, published = verdicts(document, version, name)
        seen.add(published)
        if ours != published:
            text = etree.tostring(document, encoding="unicode")
            found.append(f"ours: {VERDICTS[ours]}, published: {VERDICTS[published]}: {text}")
    return found, seen


@needs_published
def test_the_tables_of_the_format_are_read_completely():
    assert sorted(tables()) == sorted(DOCUMENTS)
    rows = [path for rows in tables().values() for path, item in rows.items() if path and item.slot]
    assert len(rows) == 356


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_our_schemas_have_the_default_values_of_the_tables(version, name):
    declared = etree.parse(str(OURS / version / f"{name}.xsd")).getroot().iterfind(".//*[@default]")
    expected = {(item.name, item.default) for item in tables()[version, name].values() if item.default}
    assert {(part.get("name"), part.get("default")) for part in declared} == expected


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_documents_made_from_the_tables_are_valid_for_us_and_for_the_published_schema(version, name):
    rng = random.Random(f"valid {version} {name}")
    for _ in range(max(CASES // 10, 10)):
        document = valid_document(version, name, rng)
        assert verdicts(document, version, name) == (True, True), etree.tostring(document, encoding="unicode")


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_mutated_documents_get_the_verdict_of_the_published_schema(version, name):
    rng = random.Random(f"mutated {version} {name}")
    documents = (mutate(valid_document(version, name, rng), rng) for _ in range(CASES))
    found, seen = differences(documents, version, name)
    assert found == []
    assert seen == {True, False}


def full_document(version, name, rng):
    """A document with all optional parts; of alternatives it has one."""
    rows = tables()[version, name]
    return build(rows[""], rows, rng, 1.0)


def one_of_each_path(root):
    """The first element of every path, as its number in document order."""
    found = {}
    for number, element in enumerate(elements(root)):
        found.setdefault("/".join(part.tag for part in [element, *element.iterancestors()]), number)
    return list(found.values())


def drop(element):
    element.getparent().remove(element)


def drop_all_of_its_name(element):
    for twin in element.getparent().findall(element.tag):
        twin.getparent().remove(twin)


def double(element):
    element.addnext(copy.deepcopy(element))


def make_first(element):
    element.getparent().insert(0, element)


def make_last(element):
    element.getparent().append(element)


def move_down(element):
    if element.getnext() is not None:
        element.getnext().addnext(element)


def strip_content(element):
    element[:] = []
    element.text = None


def add_unknown_child(element):
    etree.SubElement(element, "Unknown")


def add_unknown_attribute(element):
    element.set("Unknown", "1")


def structural_variants(root):
    """Do every structural change to one element of every path; leave out every attribute once."""
    changes = [drop, drop_all_of_its_name, double, make_first, make_last, move_down]
    for number in one_of_each_path(root):
        for change in [*(changes if number else []), strip_content, add_unknown_child, add_unknown_attribute]:
            variant = copy.deepcopy(root)
            change(elements(variant)[number])
            yield reparsed(variant)
        for name in elements(root)[number].attrib:
            variant = copy.deepcopy(root)
            del elements(variant)[number].attrib[name]
            yield reparsed(variant)


@pytest.mark.slow
@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_every_structural_change_gets_the_verdict_of_the_published_schema(version, name):
    rng = random.Random(f"structure {version} {name}")
    documents = [variant for _ in range(2) for variant in structural_variants(full_document(version, name, rng))]
    found, seen = differences(documents, version, name)
    assert found == []
    assert seen == {True, False}


# No two types of the format give the same verdicts on all of these.
PROBES = [
    *("", "text", "0", "1.5", "61", "200", "99999999999", "true", "2026-01-02T03:04:05Z", "PNG", "png", "http://[ "),
    *(GUID, GUID.upper(), "0123456789ABCDEFGHabc$", "0123456789,BCDEFGHabc_", "0123456789-BCDEFGHabc_"),
    *("FF0000", "FF,000", "ff0000", "80FF0000", "FF", "FF00000"),
]


def places(root):
    """One place of every path that holds a value: the number of the element, and the name of the attribute if any."""
    leaf_elements = leaves(root)
    for number in one_of_each_path(root):
        element = elements(root)[number]
        yield from ((number, name) for name in element.attrib)
        if element in leaf_elements:
            yield number, None


def with_value(root, place, value):
    number, name = place
    variant = copy.deepcopy(root)
    element = elements(variant)[number]
    if name is None:
        element.text = value
    else:
        element.set(name, value)
    return reparsed(variant)


@pytest.mark.slow
@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_typical_values_in_every_place_get_the_verdict_of_the_published_schema(version, name):
    root = full_document(version, name, random.Random(f"probes {version} {name}"))
    documents = (with_value(root, place, value) for place in places(root) for value in PROBES)
    assert differences(documents, version, name)[0] == []


@needs_published
@pytest.mark.parametrize(("version", "name"), DOCUMENTS, ids=DOCUMENT_IDS)
def test_nasty_values_in_any_place_get_the_verdict_of_the_published_schema(version, name):
    rng = random.Random(f"values {version} {name}")
    roots = [full_document(version, name, rng) for _ in range(3)]
    sweep = [(root, place, value) for root in roots for place in places(root) for value in NASTY]
    rng.shuffle(sweep)
    documents = (with_value(*case) for case in sweep[:CASES])
    assert differences(documents, version, name)[0] == []


# --- 4. What the published schemas say: the sample archives ---------------------------------------------------------

ENTRIES = {
    "bcf.version": "version",
    "project.bcfp": "project",
    "markup.bcf": "markup",
    "extensions.xml": "extensions",
    "documents.xml": "documents",
}


def archive_documents():
    """Every document of every sample archive, with the name of its type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for path in sorted(CORPUS.rglob("*.bcf*")):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                last = entry.rpartition("/")[2].lower()
                name = "visinfo" if last.endswith(".bcfv") else ENTRIES.get(last)
                if name is not None and archive.read(entry).strip():
                    yield name, etree.fromstring(archive.read(entry), parser)


@needs_corpus
def test_sample_archives_get_the_verdict_of_the_published_schemas_of_every_version():
    counted = dict.fromkeys(VERSIONS, 0)
    for name, document in archive_documents():
        for version in VERSIONS:
            if (version, name) in DOCUMENTS:
                found, seen = differences([document], version, name)
                assert found == []
                counted[version] += True in seen
    assert min(counted.values()) > 0


@needs_corpus
@needs_published
def test_mutated_sample_documents_get_the_verdict_of_the_published_schemas():
    rng = random.Random("corpus")
    originals = list(archive_documents())
    for _ in range(CASES):
        name, original = rng.choice(originals)
        document = mutate(copy.deepcopy(original), rng)
        for version in VERSIONS:
            if (version, name) in DOCUMENTS:
                assert differences([document], version, name)[0] == []
