"""Every row of the tables of elements and attributes: valid, read, written. One test a row, named after it.

The rows come from the schemas in ``xsd/``; ``docs/field-map.md`` lists them. Where the project's fact sheet stands
beside the working tree its tables are compared with the schemas, so that no row of theirs is missing here.
"""

import re
from pathlib import Path

import pytest
from field_map import CARRIED, all_rows, extension_rows, measured, reason
from schema_walk import ABSENT, ENTRIES, OTHER, SECOND, VERSIONS, archive, rows

from bcfsync.bcfxml import schema

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "field-map.md"
SHEET = ROOT.parent / "shared" / "spec" / "bcf-xml.md"
ROWS = [row for version in VERSIONS for row in all_rows(version)]
SCHEMA_ROWS = [row for version in VERSIONS for row in rows(version)]
# a comment's back reference says nothing new; another guid there is a finding and not written again
BACK_REFERENCE = {
    "read": {"Markup/Comment/Topic", "Markup/Comment/Topic/@Guid"},
    "write": {"Markup/Comment/Topic/@Guid"},
}


def named(found):
    return pytest.mark.parametrize("row", found, ids=[row.name for row in found])


@named(ROWS)
def test_the_row_is_read(row):
    symbol = measured(row)["read"]
    assert symbol == CARRIED or (row.path in BACK_REFERENCE["read"] and reason(row, "read", symbol))


@named(ROWS)
def test_the_row_is_written_again_in_its_version(row):
    symbol = measured(row)["write"]
    assert symbol == CARRIED or (row.path in BACK_REFERENCE["write"] and reason(row, "write", symbol))


@named(SCHEMA_ROWS)
def test_the_documents_the_row_is_measured_with_are_valid_and_have_it(row):
    ways = [None, OTHER] + [ABSENT] * (not row.required and not row.chosen) + [SECOND] * row.repeats
    entry = ENTRIES[row.path.partition("/")[0]]
    for way in ways:
        entries = archive(row.version, row.path, way)
        assert schema.check(entries[entry], entry, row.version) == [] if entry in entries else way == ABSENT
    last = row.path.rpartition("/")[2].removeprefix("@")
    assert last.encode() in archive(row.version, row.path)[entry]


def test_the_page_lists_every_row():
    sections = re.split(r"^## BCF-XML ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    listed = {(text[:3], path) for text in sections for path in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)}
    assert listed == {(row.version, row.path) for row in ROWS}


# -- the sheet -------------------------------------------------------------------------------------------------

needs_the_sheet = pytest.mark.skipif(not SHEET.exists(), reason="the fact sheet is not beside the working tree")


@needs_the_sheet
@pytest.mark.parametrize("version", VERSIONS)
def test_the_sheet_and_the_schemas_have_the_same_rows(version):
    sheet = sheet_rows(version)
    assert sheet.keys() == {row.path for row in rows(version) if "/" in row.path}
    # of alternatives the two count the choice itself in different ways
    differing = [
        row.name for row in rows(version) if "/" in row.path and not row.chosen and sheet[row.path] != facts(row)
    ]
    assert differing == []


@needs_the_sheet
def test_the_sheet_and_the_reader_know_the_same_extension_types():
    part = SHEET.read_text(encoding="utf-8").partition("### 2.2 ")[2].partition("### ")[0]
    for version in ("2.0", "2.1"):
        for row in extension_rows(version):
            assert row.path.partition("/")[2] in part


def facts(row):
    return row.required, row.repeats


def sheet_rows(version):
    """The rows of the sheet with its named types spelled out: path → must it be there, may it be repeated."""
    text = SHEET.read_text(encoding="utf-8").partition("## 2. Complete")[2].partition("### 2.2 ")[0]
    found = {}
    for section in re.split(r"^#### ", text, flags=re.MULTILINE)[1:]:
        if section.startswith(version):
            main, *types = re.split(r"^Type \*", section, flags=re.MULTILINE)
            named_types = {part.partition("*")[0]: list(table(part)) for part in types}
            found |= dict(spelled_out(list(table(main)), named_types))
    return {path: said for path, said in found.items() if "/" in path}


def table(text):
    # a | inside a cell is written \\|
    for path, kind, card in re.findall(
        r"^\| `([^`]+)` \| [^|]* \| ((?:[^|\\]|\\.)*) \| ([^|]*) \|", text, re.MULTILINE
    ):
        yield path, kind.strip(), card.strip()


def spelled_out(lines, types):
    for path, kind, card in lines:
        least, _, most = card.partition("..")
        yield path, (least == "1", most not in {"0", "1"})
        name = kind.strip("*")
        if kind.startswith("*"):
            inner = [(path + line[0].removeprefix(name), *line[1:]) for line in types[name]]
            yield from spelled_out([line for line in inner if line[0] != path], types)
