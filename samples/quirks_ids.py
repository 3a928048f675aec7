"""Twins of the quirks of the content, second part: cameras, dates, ids and colours.

Owns: the table of samples Q50 to Q56 of section 6.3. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid, ifc_guid
from quirk_words import (
    CAMERA,
    ORTHOGONAL,
    Sample,
    camera,
    comment,
    files,
    issue,
    png,
    t,
    v,
    view,
    viewed,
    visinfo,
)
from quirk_zip import dotnet, with_folders

_DATES = "<ModifiedDate>2025-03-20T09:15:30.1234567+01:00</ModifiedDate><DueDate>2025-04-30</DueDate>"

WALL, DOOR, SLAB = ifc_guid("quirk wall"), ifc_guid("quirk door"), ifc_guid("quirk slab")


def _fields_of_view(name: str) -> dict[str, str | bytes]:
    angles = ("60.0588", "70", "59.99999999999999")
    views = [(guid(f"{name}/{angle}"), f"{at}.bcfv", camera(angle)) for at, angle in enumerate(angles)]
    found = files(name, issue("Three lenses"), "".join(view(key, file, "") for key, file, _ in views))
    return found | {f"{t(name)}/{file}": visinfo(content, key) for key, file, content in views}


def _cameras(name: str) -> dict[str, str | bytes]:
    parts = {"none": "", "both": CAMERA + ORTHOGONAL}
    views = "".join(view(guid(f"{name}/{part}"), f"{part}.bcfv", "") for part in parts)
    found = files(name, issue("No camera, two cameras"), views)
    return found | {
        f"{t(name)}/{part}.bcfv": visinfo(content, guid(f"{name}/{part}")) for part, content in parts.items()
    }


def _ids(name: str) -> dict[str, str | bytes]:
    """A topic in capitals; a comment whose viewpoint lacks its last digit."""
    seen = comment(name, "One digit is missing.", view=v(name)[:-1])
    found = viewed(name, issue("GUIDS"), seen)
    return {key.replace(t(name), t(name).upper()): _shouted(data, t(name)) for key, data in found.items()}


def _shouted(data: str | bytes, key: str) -> str | bytes:
    return data.replace(key, key.upper()) if isinstance(data, str) else data


_SHORT = guid("q53b/view")[:-1]
# derived from the short one, the same for ever: a file needs a guid of full length
_MADE_OF_SHORT = "af72a53f-1e62-53e6-b6cc-f4cfa19caaa3"
_IFC = (
    "<Components><Selection>"
    '<Component IfcGuid="5f3a1c52-90c4-4c1e-9a52-0f0e5b1c7a11"/><Component IfcGuid="">'
    "<AuthoringToolId>77</AuthoringToolId></Component>"
    '<Component IfcGuid="WALL-07"/><Component IfcGuid="0aB,cD1eF2gH3iJ4kL5mN6"/>'
    "</Selection><Visibility DefaultVisibility='true'/></Components>"
)
_TOOL_IDS = (
    "<Components><Selection><Component><OriginatingSystem>Drawing Board 12</OriginatingSystem>"
    "<AuthoringToolId>338194</AuthoringToolId></Component><Component><AuthoringToolId>338195</AuthoringToolId></Component>"
    "</Selection><Visibility DefaultVisibility='true'/></Components>"
)


def _colour(text: str, key: str) -> str:
    return f'<Color Color="{text}"><Component IfcGuid="{key}"/></Color>'


_COLOURS = (
    "<Components><Visibility DefaultVisibility='true'/><Coloring>"
    f"{_colour('#FF8000', WALL)}{_colour('3498db', DOOR)}{_colour('26FFFFFF', SLAB)}</Coloring></Components>{CAMERA}"
)

SAMPLES = (
    Sample(
        "q50-no-camera-two-cameras.bcf",
        ("Q50",),
        "one viewpoint file without a camera, one with both kinds",
        "both are viewpoints; both cameras of the second are kept",
        dotnet(_cameras("q50")),
        counts=(1, 0, 2),
        findings=("F405", "F406"),
        fields={
            "v.perspective_camera": None,
            "v.orthogonal_camera": None,
            "topics.0.viewpoints.1.perspective_camera.field_of_view": 60.0,
            "topics.0.viewpoints.1.orthogonal_camera.view_to_world_scale": 12.5,
        },
    ),
    Sample(
        "q51-wide-angles.bcf",
        ("Q51", "T20"),
        "FieldOfView 60.0588, 70 and 59.99999999999999, where 2.1 allows 45 to 60",
        "the numbers as they are, to the last digit",
        dotnet(_fields_of_view("q51")),
        counts=(1, 0, 3),
        fields={
            "v.perspective_camera.field_of_view": 60.0588,
            "topics.0.viewpoints.1.perspective_camera.field_of_view": 70.0,
            "topics.0.viewpoints.2.perspective_camera.field_of_view": 59.99999999999999,
        },
    ),
    Sample(
        "q52-dates.bcf",
        ("Q52", "T5", "1.2 dates"),
        "a header date without zone, a ModifiedDate with seven digits of a second, a DueDate without time",
        "no zone means UTC; the seventh digit is kept in the text; the day stays the day",
        dotnet(
            files(
                "q52",
                issue("Four kinds of date", _DATES),
                header="<Header><File><Filename>block-b.ifc</Filename><Date>2025-03-01T12:00:00</Date></File></Header>",
            )
        ),
        findings=("F308", "F309"),
        fields={
            "t.files.0.date.instant": "2025-03-01T12:00:00Z",
            "t.modified_date.text": "2025-03-20T09:15:30.1234567+01:00",
            "t.modified_date.instant": "2025-03-20T08:15:30.123456Z",
            "t.due_date.date_only": True,
            "t.due_date.instant": "2025-04-30T00:00:00Z",
        },
    ),
    Sample(
        "q53-capital-guid.bcfzip",
        ("Q53", "T15", "1.2 upper-case folders"),
        "the topic's folder and guid in capitals; a comment names its viewpoint by a guid that lacks the last digit",
        "the guid as spelled; the comment finds its viewpoint by the beginning",
        dotnet(_ids("q53")),
        counts=(1, 1, 1),
        fields={"t.guid": t("q53").upper(), "c.viewpoint_guid": v("q53")},
    ),
    Sample(
        "q53-short-guid.bcf",
        ("Q53",),
        "a viewpoint's guid has 35 characters",
        "kept as it is, and told; the comment that uses the same word finds it",
        dotnet(
            files(
                "q53b",
                issue("One digit short"),
                comment("q53b", "This view.", view=_SHORT) + view(_SHORT),
                viewpoint_bcfv=visinfo(CAMERA, _SHORT),
                snapshot_png=png(),
            )
        ),
        counts=(1, 1, 1),
        findings=("F302",),
        fields={"v.guid": _SHORT, "c.viewpoint_guid": _SHORT},
        rewritten={"v.guid": _MADE_OF_SHORT, "c.viewpoint_guid": _MADE_OF_SHORT},
    ),
    Sample(
        "q54-wrong-ifc-guids.bcf",
        ("Q54",),
        "IfcGuid with 36 characters, blank, a name, and one with a comma, which the 2.x schema lets pass",
        "kept as text, and told; written again, none of them is lost and the file is valid",
        dotnet(viewed("q54", issue("Four wrong ids"), content=_IFC + CAMERA)),
        counts=(1, 0, 1),
        findings=("F412", "F412", "F412"),
        fields={
            "v.components.selection.0.ifc_guid": "5f3a1c52-90c4-4c1e-9a52-0f0e5b1c7a11",
            "v.components.selection.1.authoring_tool_id": "77",
            "v.components.selection.2.ifc_guid": "WALL-07",
            "v.components.selection.3.ifc_guid": "0aB,cD1eF2gH3iJ4kL5mN6",
        },
        rewritten={
            "v.components.selection.0.ifc_guid": "1VEXnIaCHC7ffI3mvR77eH",
            "v.components.selection.2.ifc_guid": None,
            "v.components.selection.2.authoring_tool_id": "WALL-07",
            "v.components.selection.3.ifc_guid": None,
            "v.components.selection.3.authoring_tool_id": "0aB,cD1eF2gH3iJ4kL5mN6",
        },
    ),
    Sample(
        "q55-authoring-tool-ids.bcf",
        ("Q55",),
        "components that have no IfcGuid, only the id of the tool they were drawn with",
        "two different components",
        with_folders(viewed("q55", issue("Ids of a drawing tool"), content=_TOOL_IDS + CAMERA)),
        counts=(1, 0, 1),
        fields={
            "v.components.selection.0.authoring_tool_id": "338194",
            "v.components.selection.0.originating_system": "Drawing Board 12",
            "v.components.selection.1.authoring_tool_id": "338195",
        },
    ),
    Sample(
        "q56-colours.bcf",
        ("Q56", "T19"),
        "`#FF8000`, `3498db` and `26FFFFFF` in 2.1, which wants capitals and no `#`",
        "FF8000, 3498DB, 26FFFFFF: no alpha is added or cut",
        dotnet(viewed("q56", issue("Colours"), content=_COLOURS)),
        counts=(1, 0, 1),
        fields={
            "v.components.coloring.0.color": "FF8000",
            "v.components.coloring.1.color": "3498DB",
            "v.components.coloring.2.color": "26FFFFFF",
        },
    ),
)
