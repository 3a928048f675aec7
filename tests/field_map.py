"""What happens to every element and attribute of the schemas: measured, never claimed; and the page that tells it.

For each row archives are built that differ in it only. Where their models differ it is *read*; where the same
version's writer puts every value where it belongs it is *written*; where the JSON of an API differs that API has it.
What is not carried needs a reason in ``REASONS``, or the page cannot be made.
"""

from dataclasses import fields, is_dataclass, replace
from functools import cache

from handmade import Entries
from lxml import etree
from schema_walk import ABSENT, ENTRIES, EXTENSION_TYPES, OTHER, SECOND, Row, archive, extension_schema, rows

from bcfsync.bcfapi.codec import resources
from bcfsync.bcfxml import v20, v21, v30
from bcfsync.bcfxml.container import decode

APIS = ("1.0-tag", "1.0-late", "2.1", "3.0")
COLUMNS = ("read", "write", *APIS)
WRITERS = {"2.0": v20, "2.1": v21, "3.0": v30}
CARRIED, ONCE, LOST = "●", "◐", "\u2013"
"""Once: of several only the first."""
_ALWAYS = {"Version/@VersionId"}  # ours says it also where a file did not

_JSON = frozenset(APIS)
_OLD = frozenset({"1.0-tag", "1.0-late"})
# end of the path, versions, columns, the symbol there: why
REASONS = (
    (
        ("File/@isExternal", "File/@IsExternal"),
        _JSON,
        LOST,
        ("no API has a member for it: an internal model file is told by its reference only"),
    ),
    (("Comment/VerbalStatus", "Comment/Status"), {"2.1", "3.0"}, LOST, "a relic of comments of 2.0, in API 1.0 only"),
    (("Comment/ReplyToComment", "Comment/ReplyToComment/@Guid"), {"3.0"}, LOST, "API 3.0 has removed replies"),
    (
        ("Comment/Topic", "Comment/Topic/@Guid"),
        {"read", *_JSON},
        LOST,
        (
            "a comment belongs to the topic whose markup "
            "holds it; another guid here is a finding, `topic_guid` in JSON is the topic's"
        ),
    ),
    (("Comment/Topic/@Guid",), {"write"}, LOST, "written, but always with the guid of the topic it stands in"),
    (
        ("Version", "Version/@VersionId", "Version/DetailedVersion"),
        _JSON,
        LOST,
        ("about the file; an API has a version of its own"),
    ),
    (
        ("VisualizationInfo/@Guid",),
        _JSON,
        LOST,
        ("the markup's guid of the viewpoint counts; another one here is kept for the file only"),
    ),
    (("Topic/DueDate", "Topic/Stage"), _OLD, LOST, "API 1.0 has no such member"),
    (("Stages", "Stages/Stage", "extensions.xsd/Stage"), _OLD, LOST, "API 1.0 has no stages"),
    (("Viewpoints/Index", "ViewPoint/Index"), _OLD, LOST, "API 1.0 has no order of viewpoints"),
    (
        ("ViewSetupHints", "@SpacesVisible", "@SpaceBoundariesVisible", "@OpeningsVisible"),
        _OLD,
        LOST,
        ("API 1.0 has one flat list of components and no hints"),
    ),
    (("Topic/@ServerAssignedId",), _OLD | {"2.1"}, LOST, "since API 3.0"),
    (("AspectRatio",), _OLD | {"2.1"}, LOST, "since API 3.0"),
    (("Document/Description",), _JSON, LOST, "an API's document has guid and file name only"),
    (("Topic/ReferenceLink", "ReferenceLinks/ReferenceLink"), _OLD, ONCE, "API 1.0 has room for one link: the first"),
    (
        ("VisualizationInfo/Bitmaps", "VisualizationInfo/Bitmap", "Bitmaps/Bitmap"),
        {"1.0-tag"},
        ONCE,
        ("the tag of API 1.0 has room for one picture: the first placed one, without any the snapshot"),
    ),
    (
        ("Bitmaps/Reference", "Bitmap/Reference"),
        {"1.0-late", "2.1", "3.0"},
        LOST,
        ("a name inside the archive; servers give pictures guids"),
    ),
)


@cache
def measured(row):
    """The cells of a row, by column."""
    if row.path.startswith("extensions.xsd/"):
        return _extension_cells(row)
    ways = [OTHER] + [ABSENT] * (not row.required and not row.chosen and "/" in row.path and row.path not in _ALWAYS)
    plain = _carried(row, ways)
    second = _carried(row, [SECOND]) if row.repeats else plain
    return {name: LOST if not plain[name] else CARRIED if second[name] else ONCE for name in COLUMNS}


def _carried(row, ways):
    """Per column: whether any of the changes can be seen there; for writing all of them must."""
    before = _seen(archive(row.version, row.path))
    after = {way: _seen(archive(row.version, row.path, way)) for way in ways}
    cells = {name: any(seen[name] != before[name] for seen in after.values()) for name in ("read", *APIS)}
    states = {None: before, **after}
    cells["write"] = all(
        _at(archive(row.version, row.path, way), row) == _at(seen["written"], row) for way, seen in states.items()
    )
    return cells


def _seen(entries):
    """The model, what is written of it, and its JSON."""
    bcf = replace(decode(Entries(entries), "test.bcf").bcf, extras=())
    written = dict(WRITERS[bcf.version].entries(bcf))
    return {"read": _said(bcf), "written": written} | {api: _json(bcf, resources(api)) for api in APIS}


def _json(bcf, codec):
    """What a server of that API would answer about it, resource by resource."""
    return [
        codec.encode_project(bcf.project) if bcf.project else None,
        codec.encode_extensions(bcf.extensions) if bcf.extensions else None,
        [{"guid": document.guid, "filename": document.filename} for document in bcf.documents],
        [_topic_json(topic, codec) for topic in bcf.topics],
    ]


def _topic_json(topic, codec):
    return [
        codec.encode_topic(topic),
        codec.encode_files(topic.files),
        [codec.encode_comment(comment, topic.guid) for comment in topic.comments],
        [codec.encode_viewpoint(view) for view in topic.viewpoints],
        [codec.encode_components(view.components) for view in topic.viewpoints if view.components],
        codec.encode_related(topic.related_topics),
        [codec.encode_reference(reference) for reference in topic.document_references],
    ]


def _said(value):
    """Everything a model holds, also what makes no difference between values."""
    if is_dataclass(value):
        return type(value).__name__, *((field.name, _said(getattr(value, field.name))) for field in fields(value))
    if isinstance(value, tuple):
        return tuple(map(_said, value))
    return sorted(value) if isinstance(value, frozenset) else value


def _at(entries, row):
    """The values at a path, of a group how many there are; numbers, booleans and guids however they are spelled."""
    entry = ENTRIES[row.path.partition("/")[0]]
    found = entry if entry in entries else next((name for name in entries if _alike(name, entry)), None)
    if found is None:
        return []
    steps = row.path.split("/")[1:]
    nodes = [etree.fromstring(entries[found])]
    for step in steps:
        if step.startswith("@"):
            return [_plain(node.get(step[1:])) for node in nodes if node.get(step[1:]) is not None]
        nodes = [child for node in nodes for child in node if child.tag == step]
    return [_plain(node.text) for node in nodes] if row.is_leaf else len(nodes)


def _alike(name, entry):
    """A topic's folder follows its guid."""
    return name.rpartition("/")[2] == entry.rpartition("/")[2] and ("/" in name) == ("/" in entry)


def _plain(text):
    text = (text or "").strip().lower()
    try:
        return float(text)
    except ValueError:
        return {"1": "true", "0": "false"}.get(text, text)


# -- the extension schema of 2.x, which no schema of ours describes ---------------------------------------------


def extension_rows(version):
    """The types an extensions.xsd may narrow."""
    return tuple(
        Row(version, f"extensions.xsd/{name}", required=False, repeats=True, is_leaf=True)
        for name in EXTENSION_TYPES.get(version, ())
    )


def all_rows(version):
    """The rows of the schemas and those of the extension schema."""
    return rows(version) + extension_rows(version)


def _extension_cells(row):
    name = row.path.partition("/")[2]
    changed = {"extensions.xsd": extension_schema(row.version, "", other=name)}
    before = _seen(archive(row.version))
    after = _seen(archive(row.version) | changed)
    cells = {column: before[column] != after[column] for column in ("read", *APIS)}
    value, other = f'"{name} value"'.encode(), f'"changed {name} value"'.encode()
    cells["write"] = value in before["written"]["extensions.xsd"] and other in after["written"]["extensions.xsd"]
    return {column: CARRIED if cells[column] else LOST for column in COLUMNS}


# -- the page --------------------------------------------------------------------------------------------------

HEAD = f"""# Field map

Every element and attribute of BCF-XML 2.0, 2.1 and 3.0, from the schemas in `xsd/`, and what becomes of it. Nothing
here is claimed: for each row archives are built that differ in it only, and every column is what was seen.

* *read*: the model differs. *write*: the writer of the same version puts it back, with its value.
* *1.0 tag*, *1.0 late*, *2.1*, *3.0*: the JSON of that BCF-API differs; 1.0 has two texts.
* `●` carried, `◐` of several only the first, `{LOST}` not carried. The number leads to the reason below the tables.

Of a name of a file the APIs carry what it leads to, not the name. Of a number of digits, a spelling of a boolean or an
empty element this page says nothing; `tests/bcfxml` does.

`pytest tests/test_field_map.py --update-golden` writes this page anew. A gap without a reason is a failure.
"""
_ENDINGS = {"Version": "`bcf.version`", "ProjectExtension": "`project.bcfp`", "ProjectInfo": "`project.bcfp`"}
_ENDINGS |= {"Extensions": "`extensions.xml`", "DocumentInfo": "`documents.xml`", "Markup": "`markup.bcf`"}
_ENDINGS |= {"VisualizationInfo": "`*.bcfv`", "extensions.xsd": "`extensions.xsd`"}
_ORDER = tuple(_ENDINGS)


def reason(row, column, symbol):
    """The number of the reason for a cell that is not carried; None where nobody knows one."""
    for number, (ends, columns, expected, _) in enumerate(REASONS, 1):
        fits = any(
            row.path == end or row.path.endswith(("/" + end, end if end.startswith("@") else "/" + end)) for end in ends
        )
        if fits and column in columns and symbol == expected:
            return number
    return None


def page():
    """The text of docs/field-map.md."""
    parts = [HEAD]
    for version in ("2.0", "2.1", "3.0"):
        found = all_rows(version)
        parts.append(f"\n## BCF-XML {version}: {len(found)} rows\n")
        for root in _ORDER:
            mine = [row for row in found if row.path.partition("/")[0] == root]
            if mine:
                parts.append(f"\n### {version} {_ENDINGS[root]}\n\n| Element or attribute | {' | '.join(_TITLES)} |\n")
                parts.append("|---|" + "---|" * len(COLUMNS) + "\n")
                parts += [_line(row) for row in mine]
    parts.append("\n## Why something is not carried\n\n")
    parts += [f"{number}. {text}.\n" for number, (*_, text) in enumerate(REASONS, 1)]
    return "".join(parts)


_TITLES = ("read", "write", "1.0 tag", "1.0 late", "2.1", "3.0")


def _line(row):
    cells = [_cell(row, column, symbol) for column, symbol in measured(row).items()]
    return f"| `{row.path}` | {' | '.join(cells)} |\n"


def _cell(row, column, symbol):
    return symbol if symbol == CARRIED else f"{symbol} {reason(row, column, symbol) or '?'}"
