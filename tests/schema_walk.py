"""Every element and attribute the schemas in ``xsd/`` know, and a whole archive that has all of them, from the schemas.

``rows(version)`` walks the schemas; ``archive(version, ...)`` builds the documents of an archive with every element and
attribute once, valid, each with a value of its own; with a change it has another value in one place, or lacks it, or
has it twice. Nothing here knows the codecs: what they keep of a row is measured by ``field_map``.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import xmlschema
from handmade import (
    COMMENT,
    DOCUMENT,
    IFC,
    JPG,
    OTHER_COMMENT,
    OTHER_IFC,
    OTHER_TOPIC,
    OTHER_VIEW,
    PNG,
    TOPIC,
    VIEW,
)
from lxml import etree

XSD = Path(__file__).resolve().parents[1] / "xsd"
VERSIONS = ("2.0", "2.1", "3.0")
ENTRIES = {
    "Version": "bcf.version",
    "ProjectExtension": "project.bcfp",
    "ProjectInfo": "project.bcfp",
    "Extensions": "extensions.xml",
    "DocumentInfo": "documents.xml",
    "Markup": f"{TOPIC}/markup.bcf",
    "VisualizationInfo": f"{TOPIC}/viewpoint.bcfv",
}
OTHER, ABSENT, SECOND = "other", "absent", "second"

_REFERENCE, _OTHER_REFERENCE = "88888888-8888-4888-8888-888888888888", "99999999-9999-4999-8999-999999999999"
_RELATED, _OTHER_RELATED = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
_OTHER_DOCUMENT = "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
_TRUE, _FALSE = ("true", "false"), ("false", "true")

# what stands at a place, and what instead, where it has to fit to something else; by the end of the path
_FITTING = {
    "Markup/Topic/@Guid": (TOPIC, OTHER_TOPIC),
    "Comment/Topic/@Guid": (TOPIC, OTHER_TOPIC),
    "VisualizationInfo/@Guid": (VIEW, OTHER_VIEW),
    "Viewpoints/@Guid": (VIEW, OTHER_VIEW),
    "ViewPoint/@Guid": (VIEW, OTHER_VIEW),
    "Comment/Viewpoint/@Guid": (VIEW, OTHER_VIEW),
    "ReplyToComment/@Guid": (COMMENT, OTHER_COMMENT),
    "Comment/@Guid": (COMMENT, OTHER_COMMENT),
    "RelatedTopic/@Guid": (_RELATED, _OTHER_RELATED),
    "RelatedTopics/@Guid": (_RELATED, _OTHER_RELATED),
    "DocumentReference/@Guid": (_REFERENCE, _OTHER_REFERENCE),
    "DocumentReferences/@Guid": (_REFERENCE, _OTHER_REFERENCE),
    "Document/@Guid": (DOCUMENT, _OTHER_DOCUMENT),
    "DocumentGuid": (DOCUMENT, _OTHER_DOCUMENT),
    "ExtensionSchema": ("extensions.xsd", "other.xsd"),
    "Viewpoints/Viewpoint": ("viewpoint.bcfv", "other.bcfv"),
    "ViewPoint/Viewpoint": ("viewpoint.bcfv", "other.bcfv"),
    "Snapshot": ("snapshot.png", "other.jpg"),
    "Bitmaps/Reference": ("bitmap.png", "other-bitmap.png"),
    "Bitmap/Reference": ("bitmap.png", "other-bitmap.png"),
    "File/Reference": ("model.ifc", "other.ifc"),
    "BimSnippet/Reference": ("snippet.txt", "other.txt"),
    "ReferencedDocument": ("../plan.pdf", "../other.pdf"),
    "BimSnippet/@isExternal": _FALSE,
    "BimSnippet/@IsExternal": _FALSE,
    "File/@isExternal": _FALSE,
    "File/@IsExternal": _FALSE,
    "DocumentReferences/@isExternal": _FALSE,
    "DocumentReference/@isExternal": _FALSE,
    "@Color": ("FF0000", "FF00FF00"),
    "FieldOfView": ("50.5", "55.5"),
}
_PAYLOADS = {
    f"{TOPIC}/snapshot.png": PNG,
    f"{TOPIC}/other.jpg": JPG,
    f"{TOPIC}/bitmap.png": PNG,
    f"{TOPIC}/other-bitmap.png": PNG,
    f"{TOPIC}/model.ifc": b"ISO-10303-21;",
    f"{TOPIC}/other.ifc": b"ISO-10303-21;",
    f"{TOPIC}/snippet.txt": b"snippet",
    f"{TOPIC}/other.txt": b"snippet",
}


@dataclass(frozen=True)
class Row:
    """One element or attribute: its path, whether it must be there, how often it may be."""

    version: str
    path: str
    required: bool
    repeats: bool
    is_leaf: bool
    chosen: bool = False

    @property
    def name(self):
        """How a test calls the row."""
        return f"{self.version} {self.path}"


@cache
def _schemas(version):
    return [xmlschema.XMLSchema(str(path)) for path in sorted((XSD / version).glob("*.xsd"))]


def _roots(version):
    return [root for schema in _schemas(version) for root in schema.elements.values()]


@cache
def rows(version):
    """All rows of a version, every named type spelled out at every place that uses it."""
    return tuple(row for root in _roots(version) for row in _rows(version, root, root.name, chosen=False))


def _rows(version, element, path, *, chosen):
    children = list(_children(element))
    attributes = _attributes(element)
    leaf = not children and not attributes
    many = element.max_occurs is None or element.max_occurs > 1
    yield Row(version, path, element.min_occurs > 0, many, leaf, chosen)
    for name, attribute in attributes.items():
        yield Row(version, f"{path}/@{name}", attribute.use == "required", repeats=False, is_leaf=True)
    for child, choice in children:
        yield from _rows(version, child, f"{path}/{child.name}", chosen=choice is not None)


def _attributes(element):
    return dict(element.type.attributes) if element.type.is_complex() else {}


def _children(element, group=None, choice=None):
    """The children in order, each with the choice it is one alternative of."""
    content = group if group is not None else (element.type.content if element.type.is_complex() else None)
    if not isinstance(content, xmlschema.validators.XsdGroup):
        return
    for particle in content:
        if isinstance(particle, xmlschema.XsdElement):
            yield particle, choice
        else:
            yield from _children(element, particle, particle if particle.model == "choice" else choice)


# -- documents -------------------------------------------------------------------------------------------------


def archive(version, focus="", change=None):
    """The entries of an archive with all there is, or with one place changed.

    Args:
        version: of the schemas.
        focus: the path that matters: of two alternatives the one that leads there is built.
        change: None, OTHER (another value there and below), ABSENT, or SECOND (once more, with other values).
    """
    found = {}
    for root in _roots(version):
        if focus.startswith("Version") and root.name == "Markup":
            continue  # a version is what is said as long as no markup looks like another
        concerns = focus.partition("/")[0] == root.name or (
            focus.endswith("Snapshot") and root.name == "VisualizationInfo"
        )
        found[ENTRIES[root.name]] = _document(version, root.name, *((focus, change) if concerns else ("", None)))
    found[f"{TOPIC}/other.bcfv"] = found[f"{TOPIC}/viewpoint.bcfv"]
    if change == ABSENT and focus in {
        "Markup/Viewpoints",
        "Markup/Topic/Viewpoints",
        "Markup/Topic/Viewpoints/ViewPoint",
    }:
        # a viewpoint.bcfv nobody names is taken all the same
        found = {name: data for name, data in found.items() if not name.endswith(".bcfv")}
    payloads = dict(_PAYLOADS)
    if focus.endswith(("Bitmaps/Bitmap", "Bitmap/Bitmap", "Bitmap/Format")):
        # where the bytes are at hand they tell the kind, not the word
        payloads = {name: data for name, data in payloads.items() if "bitmap" not in name}
    documents = {f"documents/{DOCUMENT}": b"%PDF", f"documents/{_OTHER_DOCUMENT}": b"%PDF"}
    lists = {"extensions.xsd": extension_schema(version, ""), "other.xsd": extension_schema(version, "other ")}
    files = {"plan.pdf": b"%PDF", "other.pdf": b"%PDF"}
    return found | payloads | (documents if version == "3.0" else lists | files)


@cache
def _document(version, name, focus, change):
    root = next(root for root in _roots(version) if root.name == name)
    element = _Builder(version, focus, change).element(root, name)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8")


EXTENSION_TYPES = {
    "2.0": ("TopicType", "TopicStatus", "TopicLabel", "SnippetType", "Priority", "UserIdType"),
    "2.1": ("TopicType", "TopicStatus", "TopicLabel", "SnippetType", "Priority", "UserIdType", "Stage"),
}


def extension_schema(version, prefix, other=""):
    """An ``extensions.xsd`` of 2.x that narrows every type to one value; that of ``other`` is another one."""
    simple = "".join(
        f'<xs:simpleType name="{name}"><xs:restriction base="{name}">'
        f'<xs:enumeration value="{prefix}{"changed " if name == other else ""}{name} value"/>'
        "</xs:restriction></xs:simpleType>"
        for name in EXTENSION_TYPES.get(version, ())
    )
    redefine = f'<xs:redefine schemaLocation="markup.xsd">{simple}</xs:redefine>'
    return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{redefine}</xs:schema>'.encode()


class _Builder:
    def __init__(self, version, focus, change):
        self.version, self.focus, self.change = version, focus, change

    def element(self, declared, path, *, other=False):
        """The element with everything below it; ``other``: with other values."""
        other = other or (self.change == OTHER and path == self.focus)
        node = etree.Element(declared.name)
        for name, attribute in _attributes(declared).items():
            at = f"{path}/@{name}"
            if not self._left_out(at):
                node.set(name, self._value(at, attribute.type, other))
        children = list(_children(declared))
        for child, choice in children:
            at = f"{path}/{child.name}"
            if not self._left_out(at) and self._is_chosen(at, choice, path, children):
                node.append(self.element(child, at, other=other))
                if self.change == SECOND and at == self.focus:
                    node.append(self.element(child, at, other=True))
        if not children and declared.type.has_simple_content():
            node.text = self._value(path, declared.type, other)
        return node

    def _left_out(self, path):
        if self.change == ABSENT and path == self.focus:
            return True
        if path == "VisualizationInfo/PerspectiveCamera":
            # files of 2.x may have both, API 3.0 takes the perspective one then
            return self.focus.startswith("VisualizationInfo/OrthogonalCamera") and self.version != "3.0"
        # one text of API 1.0 has one place for the snapshot and the bitmap
        return self.focus.endswith("Snapshot") and path in {"VisualizationInfo/Bitmaps", "VisualizationInfo/Bitmap"}

    def _is_chosen(self, at, choice, parent, children):
        if choice is None:
            return True
        rivals = [f"{parent}/{child.name}" for child, group in children if group is choice]
        wanted = next((rival for rival in rivals if (self.focus + "/").startswith(rival + "/")), rivals[0])
        return at == wanted

    def _value(self, path, declared, other):
        other = other or (self.change == OTHER and path == self.focus)
        return values(self.version, path, declared)[other]


def values(version, path, declared):
    """What stands at a leaf, and what instead of it."""
    if path == "Version/@VersionId":
        return version, "2.1" if version != "2.1" else "2.0"
    fitting = next((pair for end, pair in _FITTING.items() if path == end or path.endswith("/" + end)), None)
    if fitting:
        return fitting
    # a number that is the same in every run, and another one at every place
    return _values_of(declared, 1 + _numbers(version)[path], path.rpartition("/")[2].removeprefix("@"))


def _values_of(declared, number, last):
    if declared.name == "IfcGuid":
        return IFC, OTHER_IFC
    if declared.enumeration:
        return tuple(declared.enumeration[:2])
    dates = tuple(f"20{year}-{1 + number % 12:02}-{1 + number % 28:02}T10:00:00Z" for year in (24, 25))
    known = {
        "boolean": _TRUE,
        "decimal": (str(number), str(number + 1000)),
        "double": (f"{number}.5", f"{number + 1000}.5"),
        "dateTime": dates,
    }
    return known.get(declared.root_type.local_name, (f"{last} {number}", f"other {last} {number}"))


@cache
def _numbers(version):
    return {row.path: at for at, row in enumerate(rows(version))}
