"""Two archives compared entry by entry as canonical XML: every element, attribute, text and byte.

Not the decoder: zipfile and lxml only. Comments, processing instructions and hints to parsers (``xsi:*``) say nothing
about BCF. A value counts in its schema type's canonical form: doubles and booleans by value, guids and colours in one
letter case, because those are written in one.
"""

import difflib
import re
import zipfile

from lxml import etree

DOUBLES = {"X", "Y", "Z", "FieldOfView", "ViewToWorldScale", "AspectRatio", "Height"}
BOOLEANS = {"isExternal", "IsExternal", "Selected", "Visible", "DefaultVisibility"}
BOOLEANS |= {"SpacesVisible", "SpaceBoundariesVisible", "OpeningsVisible"}
INTEGERS = {"Index"}
GUID = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])")
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML_ENDINGS = ("bcf.version", ".bcfp", ".bcf", ".bcfv", "extensions.xml", "documents.xml", "extensions.xsd")


def differences(before, after):
    """What one archive has and the other has not, as lines ``entry: -line`` and ``entry: +line``."""
    ours, theirs = _entries(after), _entries(before)
    found = [f"-{name}" for name in sorted(theirs.keys() - ours.keys())]
    found += [f"+{name}" for name in sorted(ours.keys() - theirs.keys())]
    for name in sorted(theirs.keys() & ours.keys()):
        found += [f"{name}: {line}" for line in _different(name, theirs[name], ours[name])]
    return found


def _entries(path):
    with zipfile.ZipFile(path) as archive:
        return {folded(name): archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _different(name, before, after):
    if before == after:
        return []
    if not name.endswith(XML_ENDINGS):
        return ["other bytes"]
    pair = [list(lines(etree.fromstring(data))) for data in (before, after)]
    return [line for line in difflib.unified_diff(*pair, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))]


def lines(element, path=""):
    """An element as lines, one for each element with its text and one for each attribute, in document order."""
    path = f"{path}/{etree.QName(element).localname}"
    children = [child for child in element if isinstance(child.tag, str)]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    yield f"{path} {canonical(etree.QName(element).localname, text)!r}" if text.strip() or not children else path
    for key, value in sorted(element.attrib.items()):
        if not key.startswith(XSI):
            yield f"{path}/@{key} {canonical(key, value)!r}"
    for child in children:
        yield from lines(child, path)


def canonical(name, text):
    """A text in the canonical form of the schema type that this element or attribute has in every version."""
    word = text.strip()
    if not word:
        return text
    if name in DOUBLES:
        return float(word)
    if name in INTEGERS:
        return int(word)
    if name in BOOLEANS:
        return {"1": "true", "0": "false"}.get(word, word)
    if name == "Color":
        return word.upper()
    return folded(text)


def folded(text):
    """The text with every guid in it in lower case."""
    return GUID.sub(lambda found: found[0].lower(), text)
