"""The beginning of the story, in BCF 2.0: the models of structure and MEP meet for the first time.

Owns: the archives of 2.0. Sees: parts, people, papers, photos, pictures.
"""

import photos
import pictures
from papers import as_json, ifc, pdf
from parts import Issue, Link, ModelFile, Parcel, Picture, Remark, Snippet, View, looking
from people import (
    ARCHITECT,
    EVERYONE,
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

LISTS: dict[str, tuple[str, ...]] = {
    "TopicType": ("Clash", "Request", "Remark", "Fault"),
    "TopicStatus": ("Open", "In progress", "Closed"),
    "TopicLabel": ("Architecture", "Structure", "MEP", "Brandschutz", "Utførelse"),
    "SnippetType": (".json", ".ifc"),
    "Priority": ("Low", "Normal", "High"),
    "UserIdType": EVERYONE,
}
SCHEDULE = "../Documents/Träger-Übersicht.pdf"


def first_handover() -> Parcel:
    """2.0 at its fullest: the first clash run between structure and MEP."""
    schedule = pdf("Harbour School, block B", "Beam schedule", "B-12: HEA 500, bottom edge +2.70 m")
    issues = (_duct_and_beam(), _opening())
    more = {SCHEDULE.removeprefix("../"): schedule}
    return Parcel("2.0/first-handover.bcfzip", "2.0", issues, PROJECT, LISTS, more=more, capital_guids=True)


def _duct_and_beam() -> Issue:
    across = looking((8.6, -6.5, 5.6), (4.0, 1.6, 1.75), angle=45)
    front = looking((4.0, -9.0, 2.0), (4.0, 1.7, 1.9), scale=5.4)
    listed = (
        element("beam B-12", tool="1204", Selected="true", Color="FF3333"),
        element("duct D-07", Selected="true", Visible="true", Color="CC66B2FF"),
        element("ceiling level 1", Visible="false"),
    )
    sketch = Picture("sketch.png", photos.sketch_png(), (1.0, 3.79, 0.8), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), 1.2)
    return Issue(
        "duct-and-beam",
        "Duct runs through beam B-12 above the corridor",
        "Clash",
        "Open",
        ("2025-01-14T09:20:00+01:00", MEP),
        ("2025-01-16T15:05:30.25+01:00", STRUCTURE),
        "High",
        1,
        ("Structure", "MEP"),
        ("https://tracker.example.org/harbour-school/101",),
        assigned_to=STRUCTURE,
        description="Supply air D600 crosses beam B-12 on axis 4.\nOverlap: 250 mm over the full width of the duct.",
        snippet=Snippet(".json", "clash.json", "https://example.org/schemas/clash.json", _clash()),
        files=(
            model("structure", "2025-01-13T07:30:00+01:00", STOREY_1),
            ModelFile(
                "block-b-mep.ifc",
                "2025-01-13T08:00:00+01:00",
                "../Models/block-b-mep.ifc",
                IFC_PROJECT,
                STOREY_1,
                ifc("block-b-mep.ifc", IFC_PROJECT),
            ),
        ),
        documents=(
            Link("Beam schedule", path=SCHEDULE, name="beam schedule"),
            Link("Product page of the duct", url="https://products.example.com/duct/d600?lang=de&size=600"),
        ),
        related=("missing-opening", "old-block-a-clash"),
        remarks=(
            Remark(
                "duct/1",
                "2025-01-14T09:25:00+01:00",
                MEP,
                "The duct cannot go lower.",
                "duct/across",
                None,
                "Error",
                "Open",
            ),
            Remark(
                "duct/2",
                "2025-01-15T08:10:00+01:00",
                STRUCTURE,
                "Two ways out:\n  1. an opening (Öffnung) of 650 mm in the web\n  2. two ducts D400\n\nI prefer 2.",
                modified=("2025-01-15T08:14:00+01:00", STRUCTURE),
                status="Warning",
                verbal_status="In progress",
                reply_to="duct/1",
            ),
            Remark("duct/3", "2025-01-15T11:40:00Z", MEP, "", "duct/front", None, "Info", "In progress", "duct/2"),
        ),
        views=(
            View(
                "duct/across",
                across,
                pictures.duct_and_beam(across).png("corridor, level 1"),
                listed=listed,
                lines=(((3.68, 1.7, 2.62), (4.32, 1.7, 3.28)), ((4.0, 1.8, 2.95), (4.0, 1.8, 2.95))),
            ),
            View(
                "duct/front",
                front,
                pictures.duct_and_beam(front).png("section along the corridor"),
                "front.bcfv",
                "front.png",
                listed=(element("beam B-12", Color="FF3333"), tool_element("duct-0007", Selected="true")),
                planes=(((0.0, -0.8, 0.0), (0.0, -1.0, 0.0)), ((0.0, 3.9, 0.0), (0.0, 1.0, 0.0))),
                bitmaps=(sketch,),
            ),
        ),
    )


def _clash() -> bytes:
    return as_json({"test": "MEP x Structure", "first": "D-07", "second": "B-12", "overlap_mm": 250})


def _opening() -> Issue:
    camera = looking((0.4, -7.6, 4.8), (3.5, 0.0, 1.2), angle=45)
    return Issue(
        "missing-opening",
        "Fire wall W-07 has no opening for the drain pipe",
        "Request",
        "Open",
        ("2025-01-14T10:02:00", MEP),  # no time zone, as many old exports have it
        priority="Normal",
        index=2,
        labels=("Brandschutz",),
        assigned_to=ARCHITECT,
        snippet=Snippet(".ifc", "https://models.example.org/openings.ifc", "https://example.org/schemas/ifc4.exp"),
        files=(model("architecture", "2025-01-10T16:45:00Z", STOREY_0),),
        documents=(Link(None, path=SCHEDULE),),
        related=("duct-and-beam",),
        remarks=(
            Remark(
                "opening/1",
                "2025-01-14T10:05:00+01:00",
                MEP,
                "400 x 400 mm, please.",
                "opening/wall",
                None,
                "Info",
                "Open",
            ),
            Remark(
                "opening/2", "2025-01-17T07:55:00+01:00", ARCHITECT, "Kommer i neste modell. 👍", reply_to="opening/1"
            ),
        ),
        views=(
            View(
                "opening/wall",
                camera,
                pictures.missing_opening(camera).png("fire wall W-07, level 0"),
                listed=(element("wall W-07", Visible="true"), element("pipe P-31", Selected="true")),
            ),
        ),
    )


def only_this_wall() -> Parcel:
    """2.0 at its smallest: one topic, and a list in which a single wall is said to be visible."""
    camera = looking((27.0, -21.0, 12.0), (9.0, 0.0, 2.4), scale=13.0)
    picture = pictures.south_wall(camera)
    return Parcel(
        "2.0/only-this-wall.bcfzip",
        "2.0",
        (
            Issue(
                "which-brick",
                "Which brick for the south wall?",
                remarks=(
                    Remark(
                        "brick/1", "2025-01-20T12:00:00Z", SITE, "The sample wall stands since Friday.", "brick/south"
                    ),
                ),
                views=(
                    View(
                        "brick/south",
                        camera,
                        picture.png("south side"),
                        listed=(element("wall south", Visible="true"),),
                    ),
                ),
            ),
        ),
    )
