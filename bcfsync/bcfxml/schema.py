"""The verdict of the schemas: lxml says whether, xmlschema says why.

Owns: validation against ``xsd/``. Sees: findings. lxml is 60 to 130 times faster; xmlschema is imported only for a
document that lxml found invalid, because its messages name path, rule and value.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

import bcfsync
from bcfsync import findings as f
from bcfsync.bcfxml.parsing import parse
from bcfsync.findings import Finding

if TYPE_CHECKING:
    import xmlschema

_MOST = 20
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
    name = schema_name(entry)
    path = schema_folder() / version / f"{name}.xsd"
    if name is None or not path.exists():
        return []
    element, _ = parse(data, entry)
    if element is None:
        return []
    schema = _compiled(path)
    if schema.validate(element):
        return []
    return _explained(element, entry, path) or [
        Finding(f.SCHEMA, entry, error.message, error.line) for error in list(schema.error_log)[:_MOST]
    ]


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
