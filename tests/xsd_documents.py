"""Documents to judge schemas by: valid ones made from the tables of the format, and ways to spoil them.

Used by test_xsd.py and test_xsd_differential.py; needs the folder ../shared for the tables.
"""

import copy
import os
import re
from collections import Counter
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
VERDICTS = {True: "valid", False: "invalid"}
# how many documents were judged, and how many pairs of verdicts that made
JUDGED: Counter[str] = Counter()
_LAST = [None]


@cache
def compiled(folder, version, name):
    return etree.XMLSchema(etree.parse(str(folder / version / f"{name}.xsd")))


@cache
def compiled_by_xmlschema(version, name):
    return xmlschema.XMLSchema(str(OURS / version / f"{name}.xsd"))


GUID = "0123abcd-0123-4567-89ab-0123456789ab"


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
    JUDGED["verdicts"] += 1
    # one document may be judged by the schemas of several versions
    JUDGED["documents"] += document is not _LAST[0]
    _LAST[0] = document
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
