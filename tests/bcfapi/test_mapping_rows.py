"""Every row of the mapping XML ↔ JSON, in both texts of API 1.0, in 2.1 and in 3.0, in both directions.

The rows that are members of a resource stand in ``mapping_rows``; each of the others has a test of its own, which names
it. Where the project's fact sheet stands beside the working tree its tables are compared, so that none is missing.
"""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from field_map import CARRIED, LOST, all_rows, measured
from handmade import decoded, markup, point, view_of, visinfo
from mapping_rows import APIS, BASES, BITMAP, DATE_TEXT, GUID, LATE, ROWS, TAG, V21, V30

from bcfsync.bcfapi.codec import resources
from bcfsync.dates import read_timestamp
from bcfsync.model import (
    BimSnippet,
    Blob,
    Coloring,
    Comment,
    Component,
    Components,
    Document,
    HeaderFile,
    Snapshot,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

SHEET = Path(__file__).resolve().parents[3] / "shared" / "spec" / "bcf-xml.md"
APART = {}
every_api = pytest.mark.parametrize("api", APIS)
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.key for row in ROWS])


def row(*keys):
    """Name the rows of the sheet a test is about."""

    def named(test):
        APART.update(dict.fromkeys(keys, test.__name__))
        return test

    return named


def encoded(codec, kind, value):
    """The resource as a server answers it; a list's only item."""
    match kind:
        case "comment":
            return codec.encode_comment(value, "T")
        case "file":
            return next(iter(codec.encode_files([value])), {})
        case _:
            return getattr(codec, f"encode_{kind}")(value)


def read(codec, kind, data):
    return codec.decode_files([data])[0] if kind == "file" else getattr(codec, f"decode_{kind}")(data)


@every_api
@every_row
def test_the_row_goes_to_json(row, api):
    codec, base = resources(api), BASES[row.kind]
    found, without = encoded(codec, row.kind, replace(base, **row.fields)), encoded(codec, row.kind, base)
    if api in row.members:
        assert {name: found[name] for name in row.members[api]} == row.members[api]
        assert found != without
    else:
        assert found == without


@every_api
@every_row
def test_the_row_comes_from_json(row, api):
    codec, base = resources(api), BASES[row.kind]
    data = encoded(codec, row.kind, base) | row.members.get(api, {})
    if data:
        found, wanted = read(codec, row.kind, data), row.back.get(api, row.fields)
        missing = replace(base, **row.fields) if row.kind == "file" else base
        expected = replace(base, **wanted) if api in row.members else missing
        assert found == expected


@every_api
@every_row
def test_the_members_of_the_row_are_told_odd_only_where_they_are(row, api):
    if api in row.members and api in {TAG, LATE}:
        codec, told = resources(api), []
        data = encoded(codec, row.kind, BASES[row.kind]) | row.members[api]
        _read_with(codec, row.kind, data, told)
        assert told == []
        name = next(iter(row.members[api]))
        _read_with(codec, row.kind, {**data, name: {"odd": []} if not isinstance(data[name], dict) else [3]}, told)
        assert name == "guid" or any(f".{name}" in line or line.startswith("files") for line in told)


def _read_with(codec, kind, data, told):
    try:
        if kind == "file":
            codec.decode_files([data], told)
        else:
            getattr(codec, f"decode_{kind}")(data, told)
    except ValueError as error:
        told.append(str(error))


@pytest.mark.parametrize(
    ("row", "version"),
    [(row, version) for row in ROWS for version in row.xml],
    ids=lambda item: getattr(item, "key", item),
)
def test_the_row_is_where_it_should_be_in_the_files(row, version):
    known = {found.path: found for found in all_rows(version)}
    for path in row.xml[version]:
        cells = measured(known[path])
        if path == "VisualizationInfo/@Guid":
            assert {cells[api] for api in APIS} == {LOST}  # the markup's guid is the viewpoint's
            continue
        for api in APIS:
            # a camera is in every API, its aspect ratio is not
            said = str(row.members.get(api, "")) if row.name == "aspect_ratio" else row.members.get(api)
            has = "aspect_ratio" in said if isinstance(said, str) else said is not None
            assert (cells[api] != LOST) == has, (path, api)
        assert cells["read"] == CARRIED


# -- rows that are no member, or more than one -------------------------------------------------------------------


@row("4.1 authorization.project_actions", "4.2 authorization {topic_actions, topic_status}")
@every_api
@pytest.mark.parametrize("kind", ["project", "topic", "comment", "viewpoint"])
def test_what_a_user_may_do_is_ignored(api, kind):
    codec = resources(api)
    data = encoded(codec, kind, BASES[kind])
    allowed = {"project_actions": ["update"], "topic_actions": ["update"], "topic_status": ["Open"]}
    assert read(codec, kind, data | {"authorization": allowed}) == read(codec, kind, data)


@row("4.1 extensions project_actions, topic_actions, comment_actions")
@every_api
def test_what_users_may_do_by_default_is_ignored(api):
    codec = resources(api)
    data = codec.encode_extensions(BASES["extensions"])
    assert codec.decode_extensions(data | {"topic_actions": ["update"]}) == BASES["extensions"]


@row("4.1 — ExtensionSchema")
def test_the_name_of_the_extension_schema_is_the_files_own():
    schema = '<ProjectExtension><Project ProjectId="p"/><ExtensionSchema>lists.xsd</ExtensionSchema></ProjectExtension>'
    bcf, _ = decoded({"t/markup.bcf": markup(), "project.bcfp": schema})
    assert all("lists" not in str(resources(api).encode_project(bcf.project)) for api in APIS)


@row("4.2 snippet bytes")
@every_api
def test_the_bytes_of_a_snippet_are_a_resource_of_their_own(api):
    topic = Topic("T", bim_snippet=BimSnippet("a", False, "a.txt", "b"))  # noqa: FBT003
    with_bytes = replace(topic, bim_snippet=replace(topic.bim_snippet, blob=Blob("x", 3)))
    assert resources(api).encode_topic(topic) == resources(api).encode_topic(with_bytes)
    assert resources(api).encode_topic(topic)["bim_snippet"]["is_external"] is False


@row("4.3 — @isExternal / @IsExternal ⚠ no JSON field: internal model files cannot be expressed")
@every_api
def test_an_internal_model_file_looks_like_an_external_one(api):
    codec, file = resources(api), HeaderFile(filename="a.ifc", reference="a.ifc")
    assert codec.encode_files([replace(file, is_external=False)]) == codec.encode_files([file])


@row("4.4 topic_guid (req)")
@every_api
def test_a_comment_says_its_topic_and_reading_needs_it_not(api):
    codec = resources(api)
    data = codec.encode_comment(Comment("C"), GUID)
    assert data["topic_guid"] == GUID
    assert codec.decode_comment({name: value for name, value in data.items() if name != "topic_guid"}).guid == "C"


@every_api
def test_a_comment_that_only_shows_a_viewpoint_has_no_blank_text_in_30_only(api):
    found = resources(api).comment_body(Comment("C", viewpoint_guid="V"), guid=False)
    assert ("comment" in found) == (api != V30)


@row("4.5 bitmap guid")
@every_api
def test_the_guid_of_a_bitmap_is_the_servers(api):
    codec, view = resources(api), Viewpoint("V", bitmaps=(replace(BITMAP, guid="B"),))
    back = codec.decode_viewpoint(codec.encode_viewpoint(view))
    assert back.bitmaps[0].guid == (None if api == TAG else "B")
    assert "B" not in str(codec.viewpoint_body(view, str, guid=False))


@row("4.5 bitmap bytes", "4.5 update")
@every_api
def test_what_a_viewpoint_is_made_of_holds_bytes_since_21_only(api):
    codec = resources(api)
    view = Viewpoint("V", bitmaps=(replace(BITMAP, blob=Blob("b")),), snapshot=Snapshot("jpg", blob=Blob("s")))
    asked = []
    body = codec.viewpoint_body(view, lambda blob: asked.append(blob.locator) or "AAAA", guid=False)
    assert asked == ([] if api in {TAG, LATE} else ["b", "s"])
    assert ("AAAA" in str(body)) == (api in {V21, V30})
    assert "guid" not in body


WALL, DOOR = Component("w" * 22, "Revit", "17"), Component("d" * 22)
WALL_JSON = {"ifc_guid": "w" * 22, "originating_system": "Revit", "authoring_tool_id": "17"}
SHOW_ALL = Visibility(default_visibility=True)


def components_of(api, data):
    codec = resources(api)
    if api in {TAG, LATE}:
        return codec.decode_components(data)
    parts = codec.decode_selection(data), codec.decode_coloring(data), codec.decode_visibility(data)
    return codec.assembled(*parts)


@row("4.6 ifc_guid", "4.6 originating_system, authoring_tool_id", "4.5 components", "4.6 components.selection[]")
@every_api
def test_selected_components_keep_their_ids(api):
    components = Components((WALL, Component(authoring_tool_id="18")), visibility=SHOW_ALL)
    found = resources(api).encode_components(components)
    listed = found if api in {TAG, LATE} else found["selection"]
    assert {name: listed[0][name] for name in WALL_JSON} == WALL_JSON
    assert listed[1].get("ifc_guid") is None
    assert listed[1]["authoring_tool_id"] == "18"
    assert components_of(api, found).selection == components.selection


@row("4.6 selected, visible, color")
@pytest.mark.parametrize("api", [TAG, LATE])
def test_the_flags_of_the_flat_list_stay_three_valued(api):
    flags = [{}, {"selected": True}, {"selected": False}, {"visible": True}, {"visible": False}, {"color": "FF00FF00"}]
    data = [{"ifc_guid": str(at).ljust(22, "x"), **said} for at, said in enumerate(flags)]
    found = components_of(api, data)
    assert [(item.selected, item.visible, item.color) for item in found.flat] == [
        (None, None, None),
        (True, None, None),
        (False, None, None),
        (None, True, None),
        (None, False, None),
        (None, None, "FF00FF00"),
    ]
    assert resources(api).encode_components(found) == data


@row("4.6 components.coloring[] {color, components[]}")
@every_api
def test_colours_keep_their_components(api):
    components = Components(coloring=(Coloring("FF0000", (WALL,)), Coloring("80FF0000", (DOOR,))), visibility=SHOW_ALL)
    found = resources(api).encode_components(components)
    assert components_of(api, found).coloring == components.coloring
    hashed = [{"color": "#ff0000", "components": [{"ifc_guid": "w"}]}]
    data = [{"ifc_guid": "w", "color": "#ff0000"}] if api in {TAG, LATE} else {"coloring": hashed}
    assert components_of(api, data).coloring[0].color == "FF0000"


@row("4.6 components.visibility.default_visibility", "4.6 components.visibility.exceptions[]")
@every_api
@pytest.mark.parametrize("default", [True, False])
def test_exceptions_mean_the_same_in_a_flat_list(api, default):
    components = Components(visibility=Visibility(default, (WALL, DOOR)))
    data = resources(api).encode_components(components)
    found = components_of(api, data).visibility
    assert (found.default_visibility, found.exceptions) == (default, (WALL, DOOR))


@row(
    "4.6 components.visibility.view_setup_hints {spaces_visible, space_boundaries_visible, openings_visible}",
)
@every_api
def test_hints_are_said_since_21(api):
    hints = ViewSetupHints(spaces_visible=True, space_boundaries_visible=False, openings_visible=True)
    components = Components((WALL,), visibility=Visibility(default_visibility=True, view_setup_hints=hints))
    found = components_of(api, resources(api).encode_components(components)).visibility.view_setup_hints
    assert found == (None if api in {TAG, LATE} else hints)


@row("4.7 related_topic_guid (array of objects, PUT replaces all)")
@every_api
def test_related_topics_are_a_list_of_objects(api):
    data = resources(api).encode_related(["A", GUID])
    assert data == [{"related_topic_guid": "A"}, {"related_topic_guid": GUID}]
    assert resources(api).decode_related(data) == ("A", GUID)


@row("4.7 documents: guid (req), filename (req)", "4.7 upload")
@every_api
def test_a_document_is_known_by_the_servers_guid(api):
    assert resources(api).decode_document({"guid": GUID, "filename": "a.pdf"}) == Document(GUID, "a.pdf")


@row("4.7 document description")
@every_api
def test_the_description_of_a_document_is_in_no_api(api):
    data = {"guid": GUID, "filename": "a.pdf", "description": "plan"}
    assert resources(api).decode_document(data).description is None


# -- flags and dates -----------------------------------------------------------------------------------------------


@row("4.9 File isExternal")
def test_a_model_file_without_flag_is_external():
    bcf, _ = decoded({"t/markup.bcf": markup(before="<Header><File><Filename>a</Filename></File></Header>")})
    assert bcf.topics[0].files[0].is_external is True


@row("4.9 BimSnippet isExternal, DocumentReference isExternal")
def test_a_snippet_and_a_document_without_flag_are_internal():
    snippet = '<BimSnippet SnippetType="a"><Reference>b</Reference><ReferenceSchema>c</ReferenceSchema></BimSnippet>'
    linked = "<DocumentReference><ReferencedDocument>a.pdf</ReferencedDocument></DocumentReference>"
    bcf, _ = decoded({"t/markup.bcf": markup(f"<Title>T</Title>{snippet}{linked}")})
    (topic,) = bcf.topics
    assert topic.bim_snippet.is_external is False
    assert (topic.document_references[0].path, topic.document_references[0].url) == ("a.pdf", None)
    no_flag = {"snippet_type": "a", "reference": "b", "reference_schema": "c"}
    for api in APIS:
        assert resources(api).decode_topic({"guid": "T", "bim_snippet": no_flag}).bim_snippet.is_external is False


@row("4.9 2.0 Component Visible", "4.9 2.0 Component Selected")
def test_a_flag_nobody_wrote_stays_unsaid():
    view, _ = view_of(visinfo(f'<Components><Component IfcGuid="{"w" * 22}" Selected="1"/></Components>'), "2.0")
    (item,) = view.components.flat
    assert (item.selected, item.visible) == (True, None)
    assert view.components.visibility == SHOW_ALL
    data = [{"ifc_guid": "w" * 22, "selected": True}]
    assert [resources(api).encode_components(view.components) for api in (TAG, LATE)] == [data, data]


@row("4.9 DefaultVisibility, 3.0 and JSON", "4.9 DefaultVisibility, 2.1")
def test_a_default_nobody_wrote_is_false_in_30_and_unsaid_in_21():
    inside = f'<Visibility><Exceptions><Component IfcGuid="{"w" * 22}"/></Exceptions></Visibility>'
    documents = {number: visinfo(f"<Components>{inside}</Components>") for number in ("2.1", "3.0")}
    said = {number: view_of(text, number)[0].components.visibility for number, text in documents.items()}
    assert (said["2.1"].default_visibility, said["3.0"].default_visibility) == (None, False)
    for api in (V21, V30):
        written = [
            resources(api).encode_components(Components(visibility=item))["visibility"] for item in said.values()
        ]
        assert [item["default_visibility"] for item in written] == [False, False]
        assert resources(api).encode_components(Components())["visibility"]["default_visibility"] is True


@row("4.9 hints, 3.0 and JSON", "4.9 hints, 2.1")
def test_hints_nobody_wrote_are_false_in_json_and_unsaid_in_21():
    view, _ = view_of(visinfo('<Components><ViewSetupHints SpacesVisible="1"/><Visibility/></Components>'))
    hints = view.components.visibility.view_setup_hints
    assert hints == ViewSetupHints(spaces_visible=True)
    for api in (V21, V30):
        written = resources(api).encode_components(view.components)["visibility"]["view_setup_hints"]
        assert written == {"spaces_visible": True, "space_boundaries_visible": False, "openings_visible": False}


@row("4.9 Visibility element missing in Components (bimdata, 3.0)")
def test_without_visibility_everything_is_visible():
    selection = f'<Components><Selection><Component IfcGuid="{"w" * 22}"/></Selection></Components>'
    view, _ = view_of(visinfo(selection), "3.0")
    assert view.components.visibility is None
    for api in (V21, V30):
        assert resources(api).encode_components(view.components)["visibility"]["default_visibility"] is True


DATES = {
    "4.12 lexical form XML": ("2025-03-04T05:06:07.12345678Z", "2025-03-04T05:06:07.12345678Z"),
    "4.12 lexical form JSON": ("2025-03-04T05:06:07-03:30", "2025-03-04T05:06:07-03:30"),
    "4.12 no zone": ("2025-03-04T05:06:07", "2025-03-04T05:06:07Z"),
    "4.12 `+0200`": ("2025-03-04T05:06:07+0200", "2025-03-04T03:06:07Z"),
    "4.12 date only": ("2025-03-04", "2025-03-04T00:00:00Z"),
    "4.12 precision": (DATE_TEXT, DATE_TEXT),
    "4.12 `24:00:00`": ("2025-03-04T24:00:00Z", "2025-03-04T24:00:00Z"),
    "4.12 year 0001": ("0001-01-01T00:00:00", None),
    "4.12 writing": ("2025-03-04 05:06:07", "2025-03-04T05:06:07Z"),
    "4.12 due date": ("2026-06-12T00:00:00+02:00", "2026-06-12T00:00:00+02:00"),
}


@every_api
@pytest.mark.parametrize(("said", "written"), DATES.values(), ids=DATES)
def test_a_date_comes_back_with_its_zone_and_digits(said, written, api):
    codec = resources(api)
    topic = codec.decode_topic({"guid": "T", "creation_date": said, "due_date": said})
    encoded_topic = codec.encode_topic(topic)
    assert encoded_topic["creation_date"] == written
    assert encoded_topic.get("due_date") == (None if api in {TAG, LATE} else written)


APART.update(dict.fromkeys(DATES, "test_a_date_comes_back_with_its_zone_and_digits"))


@row("4.12 comparing")
def test_two_spellings_of_one_instant_are_no_change():
    assert read_timestamp("2025-03-04T05:06:07+02:00") == read_timestamp("2025-03-04T03:06:07.000Z")


def test_what_json_cannot_say_is_left_out():
    view = Viewpoint("V", bitmaps=(replace(BITMAP, height=math.inf),))
    assert all("bitmap" not in str(resources(api).encode_viewpoint(view)) for api in APIS)
    found, _ = view_of(visinfo(f"<Lines><Line>{point('StartPoint', 'NaN')}{point('EndPoint')}</Line></Lines>"))
    assert all("lines" not in resources(api).encode_viewpoint(found) for api in APIS)


# -- the sheet -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHEET.exists(), reason="the fact sheet is not beside the working tree")
def test_no_row_of_the_sheet_is_missing_here():
    known = {row.key for row in ROWS} | APART.keys()
    assert sorted(known) == sorted(set(sheet_keys()))


def sheet_keys():
    part = SHEET.read_text(encoding="utf-8").partition("## 4. Mapping")[2].partition("## 5. ")[0]
    for section in re.split(r"^### ", part, flags=re.MULTILINE)[1:]:
        lines = [line for line in section.splitlines() if line.startswith("|")]
        for line in lines[2:]:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            yield f"{section[: section.index(' ')]} {_name(cells)}"


def _name(cells):
    first = next((cell for cell in cells[1:] if cell != "—"), "")
    if cells[0] in {"extensions key", ""}:
        return f"extensions {first}"
    return f"— {first}" if cells[0] == "—" else cells[0]
