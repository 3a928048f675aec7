"""The end of the story, in BCF 3.0: the design freeze, the terrace, and the smallest archive there is.

Owns: the archives of 3.0, but for the one in many languages. Sees: parts, people, papers, photos, pictures.
"""

import photos
import pictures
import story_21
from papers import as_json, ifc, pdf
from parts import Issue, Link, ModelFile, Paper, Parcel, Picture, Remark, Snippet, View, looking
from people import (
    ARCHITECT,
    CLIENT,
    IFC_PROJECT,
    MEP,
    PROJECT,
    SITE,
    STOREY_0,
    STOREY_1,
    STRUCTURE,
    element,
    model,
    tool_element,
)

LISTS = {**story_21.LISTS, "TopicLabel": ("Architecture", "Structure", "MEP", "Brandschutz", "Terrasse")}
FRONT = ((0.0, -1.0, 0.0), (0.0, 0.0, 1.0))


def smallest() -> Parcel:
    """Nothing but what BCF 3.0 asks for: a version, empty lists, and a topic of five values."""
    issue = Issue("hello", "Is anybody there?", "Request", "Open", ("2025-06-02T08:00:00Z", SITE))
    return Parcel("3.0/smallest.bcf", "3.0", (issue,))


def design_freeze() -> Parcel:
    """3.0 at its fullest: documents of the project, server ids, JPEG and PNG side by side."""
    papers = (
        Paper(
            "fire concept",
            "Brandschutzkonzept Block B.pdf",
            pdf("Harbour School, block B", "Fire concept", "W-07: EI 90, T-03: EI 30"),
            "Approved version of 2 May",
        ),
        Paper("door list", "dørliste.csv", "door;class;width\nT-01;-;900\nT-03;EI 30;1200\n".encode("utf-8-sig")),
    )
    issues = (_opening(), _fire_door(), _duct())
    return Parcel("3.0/design-freeze.bcf", "3.0", issues, PROJECT, LISTS, papers)


def _opening() -> Issue:
    camera = looking((0.4, -7.6, 4.8), (3.5, 0.0, 1.2), angle=44)
    front = looking((3.5, -9.0, 1.4), (3.5, 0.0, 1.4), scale=4.8)
    painter, other = pictures.missing_opening(camera), pictures.missing_opening(front)
    return Issue(
        "missing-opening",
        "Fire wall W-07 has no opening for the drain pipe",
        "Request",
        "In progress",
        ("2025-01-14T10:02:00Z", MEP),
        ("2025-06-03T09:30:00+02:00", ARCHITECT),
        "High",
        1,
        ("Brandschutz", "MEP"),
        ("https://tracker.example.org/harbour-school/102", "https://tracker.example.org/harbour-school/140"),
        "2025-06-13T16:00:00+02:00",
        ARCHITECT,
        "Tender",
        "Still missing at the design freeze.",
        "HSB-102",
        Snippet(".ifc", "openings.ifc", "https://example.org/schemas/ifc4.exp", ifc("openings.ifc", IFC_PROJECT)),
        (
            model("architecture", "2025-05-30T18:00:00+02:00", STOREY_0),
            ModelFile(
                "openings.ifc",
                "2025-05-30T18:05:00+02:00",
                "openings.ifc",
                IFC_PROJECT,
                STOREY_0,
                ifc("openings.ifc", IFC_PROJECT),
            ),
        ),
        (
            Link("Wall W-07 is EI 90", document="fire concept"),
            Link("Certified sleeves", url="https://products.example.com/sleeves/ei90"),
        ),
        ("fire-door", "duct-and-beam"),
        (
            Remark("opening/3", "2025-06-02T13:00:00+02:00", MEP, "Five months old.", "opening/freeze"),
            Remark("opening/4", "2025-06-03T09:30:00+02:00", ARCHITECT, "", "opening/elevation"),
            Remark(
                "opening/5",
                "2025-06-03T09:41:00+02:00",
                ARCHITECT,
                "Modelled now:\n\t400 x 400 mm, bottom edge +1.80 m\n\tsleeve EI 90",
                "opening/elevation",
                ("2025-06-03T10:02:33+02:00", ARCHITECT),
            ),
        ),
        (
            View(
                "opening/freeze",
                camera,
                painter.png("fire wall W-07, level 0"),
                "opening.bcfv",
                "opening.png",
                0,
                selection=(element("wall W-07"), element("pipe P-31")),
                shown_by_default=True,
                exceptions=(element("ceiling level 0"),),
                colours=(("D62828", (element("pipe P-31"),)), ("40d62828", (element("wall W-07"),))),
                hints={"SpacesVisible": False, "SpaceBoundariesVisible": False, "OpeningsVisible": True},
            ),
            View(
                "opening/elevation",
                front,
                other.jpg("fire wall W-07, elevation"),
                "elevation.bcfv",
                "elevation.jpg",
                1,
                lines=(((4.2, 0.0, 1.8), (5.0, 0.0, 2.6)), ((4.2, 0.0, 2.6), (5.0, 0.0, 1.8))),
            ),
        ),
    )


def _fire_door() -> Issue:
    hall = looking((7.6, -7.6, 5.0), (3.0, -0.6, 0.9), angle=42)
    return Issue(
        "fire-door",
        "Fire door T-03 opens against the way out",
        "Fault",
        "Closed",
        ("2025-03-12T10:05:00+01:00", SITE),
        ("2025-06-02T11:00:00+02:00", SITE),
        "High",
        labels=("Brandschutz",),
        server_id="HSB-133",
        stage="Construction",
        documents=(Link("Row T-03", document="door list"), Link(None, document="fire concept")),
        related=("missing-opening",),
        remarks=(
            Remark("door/4", "2025-06-02T10:58:00+02:00", SITE, "Frame turned, door hangs. ✅", "door/freeze"),
            Remark("door/5", "2025-06-02T11:00:00+02:00", CLIENT, "Thank you."),
        ),
        views=(
            View(
                "door/freeze",
                hall,
                pictures.fire_door(hall).jpg("corridor, level 1"),
                "door.bcfv",
                "door.jpeg",
                selection=(element("door T-03"),),
                shown_by_default=False,
                exceptions=(element("door T-03"), element("wall W-03"), tool_element("frame T-03", "DoorWizard")),
                hints={"SpacesVisible": True, "OpeningsVisible": False},
            ),
        ),
    )


def _duct() -> Issue:
    corridor = looking((8.6, -6.5, 5.6), (4.0, 1.6, 1.75), angle=45)
    return Issue(
        "duct-and-beam",
        "Duct runs through beam B-12 above the corridor",
        "Clash",
        "Open",
        ("2025-01-14T09:20:00+01:00", MEP),
        modified=("2025-06-04T07:58:00+02:00", STRUCTURE),
        priority="Normal",
        labels=("Structure", "MEP"),
        assigned_to=STRUCTURE,
        snippet=Snippet(".json", "https://models.example.org/clashes/7.json", "https://example.org/schemas/clash.json"),
        files=(model("structure", "2025-05-28T12:00:00Z", STOREY_1),),
        related=("stair-headroom", "missing-opening"),
        remarks=(Remark("duct/4", "2025-06-04T08:00:00+02:00", STRUCTURE, "Two ducts D400: decided on 3 June."),),
        views=(
            View(
                "duct/freeze",
                corridor,
                pictures.duct_and_beam(corridor).png("corridor, level 1"),
                "duct.bcfv",
                "duct.png",
            ),
        ),
    )


def terrace() -> Parcel:
    """Geometry in plenty: sections, lines, bitmaps, both cameras, ids of authoring tools, a vendor's own file."""
    state = as_json({"app": "RoofView", "columns": ["title", "status"], "zoom": 1.25})
    issues = (_terrace(), _roof())
    return Parcel("3.0/terrace-and-roof.bcf", "3.0", issues, PROJECT, LISTS, more={"roofview.settings": state})


def _terrace() -> Issue:
    garden = looking((9.5, -10.0, 6.0), (3.4, -1.9, 0.7), angle=38)
    section = looking((12.0, -1.9, 0.55), (3.5, -1.9, 0.55), scale=3.3)
    fall = pictures.sloped_terrace(section)
    return Issue(
        "sloped-terrace",
        "Terrace slab slopes towards the door",
        "Fault",
        "Open",
        ("2025-06-05T07:50:00+02:00", SITE),
        priority="High",
        labels=("Terrasse", "Structure"),
        due="2025-06-10T00:00:00+02:00",
        assigned_to=STRUCTURE,
        stage="Construction",
        description="2 % fall, but to the wrong side: rain runs into classroom B0.02.",
        related=("roof-drains",),
        remarks=(
            Remark(
                "terrace/1",
                "2025-06-05T07:55:00+02:00",
                SITE,
                "Formwork is up, concrete comes on Tuesday!",
                "terrace/garden",
            ),
            Remark("terrace/2", "2025-06-05T09:20:00+02:00", STRUCTURE, "Section as it should be:", "terrace/section"),
        ),
        views=(
            View(
                "terrace/garden",
                garden,
                pictures.sloped_terrace(garden).png("terrace, level 0"),
                "garden.bcfv",
                "garden.png",
                2,
                lines=(((1.4, -3.6, 0.4), (1.4, -1.3, 0.22)), ((3.5, -3.6, 0.4), (3.5, -1.3, 0.22))),
                selection=(element("terrace slab", tool="88-1"), tool_element("puddle", "RoofView")),
                colours=(("3C82D2", (tool_element("puddle", "RoofView"),)),),
            ),
            View(
                "terrace/section",
                section,
                fall.png("terrace, section"),
                "section.bcfv",
                "section.png",
                1,
                planes=(((7.1, 0.0, 0.0), (1.0, 0.0, 0.0)), ((0.0, -4.5, 0.0), (0.0, -1.0, 0.0))),
                bitmaps=(Picture("detail.jpg", fall.jpg("detail 7"), (5.7, -0.01, 1.4), *FRONT, 0.8),),
            ),
        ),
    )


def _roof() -> Issue:
    above = looking((16.0, -8.0, 9.0), (6.4, 2.6, -0.3), scale=9.2)
    return Issue(
        "roof-drains",
        "Three drains on the roof plan, two in the MEP model",
        "Remark",
        "Closed",
        ("2025-03-10T14:00:00+01:00", MEP),
        modified=("2025-06-05T09:58:00+02:00", MEP),
        links=("https://tracker.example.org/harbour-school/120",),
        remarks=(
            Remark("drains/2", "2025-06-05T10:00:00+02:00", MEP, "Checked again, all three are there.", "drains/roof"),
        ),
        views=(
            View(
                "drains/roof",
                above,
                pictures.roof_drains(above).png("roof"),
                "roof.bcfv",
                "roof.png",
                bitmaps=(
                    Picture("plan.png", photos.sketch_png(), (6.0, 3.0, 0.01), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), 4.0),
                ),
                shown_by_default=False,
                exceptions=(
                    element("roof slab"),
                    element("parapet"),
                    element("air unit"),
                    tool_element("drain-1"),
                    tool_element("drain-2"),
                ),
                hints={"SpaceBoundariesVisible": False},
            ),
        ),
    )
