"""The verdict of the schemas: lxml says whether, xmlschema says why.

Owns: validation against ``xsd/``. Sees: findings. lxml is 60 to 130 times faster; xmlschema is imported only for a
document that lxml found invalid, because its messages name path, rule and value.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

import bcfsync
from bcfsync import findings as f
from bcfsync.bcfxml.lines import Lines
from bcfsync.bcfxml.parsing import parse, schema_errors
from bcfsync.findings import Finding

if TYPE_CHECKING:
    import xmlschema

_MOST = 20
# the library finds the place of an error by counting siblings: 80,000 wrong components would take minutes
_LARGE = 100_000
_NAMED = re.compile(r"Element '([^']*)'.*? The value '([^']*)'", re.DOTALL)
_SCHEMAS = {
    "bcf.version": "version",
    "project.bcfp": "project",
    "extensions.xml": "extensions",
    "documents.xml": "documents",
    "markup.bcf": "markup",
}


def schema_name(entry: str) -> str | None:
    """Which schema an archive entry has to obey, by its name: version, project, markup, visinfo and so on."""
    name = entry.rpartition("/")[2].lower()
    return "visinfo" if name.endswith(".bcfv") else _SCHEMAS.get(name)


def check(data: bytes, entry: str, version: str) -> list[Finding]:
    """What the schema of a version says against a document; nothing where it is valid or has no schema.

    Args:
        data: the document.
        entry: its name in the archive, which tells the schema.
        version: 2.0, 2.1 or 3.0.
    """
    if _path(entry, version) is None:
        return []
    element, _ = parse(data, entry)
    return [] if element is None else verdict(element, entry, version, data)


def verdict(element: etree._Element, entry: str, version: str, data: bytes, *, explained: bool = True) -> list[Finding]:
    """The same about a document that has been parsed already from these bytes.

    Without explanation in lxml's own words, far quicker.
    """
    path = _path(entry, version)
    if path is None:
        return []
    schema = _compiled(path)
    if len(data) > _LARGE and (errors := schema_errors(data, schema)) is not None:
        return [Finding(f.SCHEMA, entry, words, line) for words, line in _with_lines(errors[:_MOST], element)]
    if schema.validate(element):
        return []
    return (explained and _explained(element, entry, path)) or [
        Finding(f.SCHEMA, entry, error.message, error.line) for error in list(schema.error_log)[:_MOST]
    ]


def _with_lines(errors: list[str], root: etree._Element) -> Iterator[tuple[str, int]]:
    """What was said while streaming knows no lines: those of elements that are named with their value are looked up."""
    lines, met = Lines(root), Counter[tuple[str, str]]()
    for words in errors:
        named = _NAMED.match(words)
        key = (named[1], named[2]) if named else ("", "")
        yield words, lines.of(key[1], key[0], nth=met[key]) if named else 0
        met[key] += 1


def _path(entry: str, version: str) -> Path | None:
    name = schema_name(entry)
    return _known(name, version) if name else None


@cache
def _known(name: str, version: str) -> Path | None:
    path = schema_folder() / version / f"{name}.xsd"
    return path if path.exists() else None


def schema_folder() -> Path:
    """Where the schemas are: inside the installed package, or beside it in a working copy."""
    package = Path(bcfsync.__file__).parent
    inside = package / "xsd"
    return inside if inside.is_dir() else package.parent / "xsd"


@cache
def _compiled(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))


@cache
def _explaining(path: Path) -> "xmlschema.XMLSchema":
    import xmlschema  # noqa: PLC0415 - 0.7 seconds, needed for invalid documents only

    return xmlschema.XMLSchema(str(path))


def _explained(element: etree._Element, entry: str, path: Path) -> list[Finding]:
    """The same verdict with reasons; empty where xmlschema cannot read what lxml could."""
    import xmlschema  # noqa: PLC0415

    found: list[Finding] = []
    try:
        # xmlschema reads elements of lxml, though its types do not say so
        for error in _explaining(path).iter_errors(cast("Any", element)):
            where = error.path or ""
            reason = " ".join((error.reason or error.message or "invalid").split())
            line = getattr(error.elem, "sourceline", None) or 0
            found.append(Finding(f.SCHEMA, entry, f"{where}: {reason}", line))
            if len(found) == _MOST:
                break
    except (xmlschema.XMLSchemaException, SyntaxError, ValueError, KeyError):
        return []  # the caller falls back on lxml's own words
    return found
