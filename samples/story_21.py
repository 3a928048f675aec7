"""The middle of the story, in BCF 2.1: the weekly coordination, and what the site manager sees on a walk.

Owns: the archives of 2.1. Sees: parts, people, papers, photos, pictures.
"""

import photos
import pictures
import story_20
from papers import as_json, pdf
from parts import Issue, Link, Parcel, Picture, Remark, Snippet, View, looking
from people import ARCHITECT, CLIENT, MEP, PROJECT, SITE, STOREY_0, STRUCTURE, element, model, tool_element

LISTS = {**story_20.LISTS, "Stage": ("Design", "Tender", "Construction")}
STAIR_SECTION = "../Documents/9d3c5a52-6c0f-4be4-9a6e-2f8f5a0c7d11/stair-section.pdf"


def coordination() -> Parcel:
    """As it is used every week: three topics with dates, stages, lists and colours."""
    stair = pdf("Harbour School, block B", "Section through the stair", "Headroom at step 7: 1.85 m")
    more = {STAIR_SECTION.removeprefix("../"): stair}
    return Parcel("2.1/coordination-week-12.bcf", "2.1", (_headroom(), _pillar(), _drains()), PROJECT, LISTS, more=more)


def _headroom() -> Issue:
    side = looking((1.2, -7.4, 4.0), (2.75, 1.2, 1.55), angle=45)
    section = looking((2.75, -8.0, 1.9), (2.75, 1.0, 1.9), scale=5.0)
    return Issue(
        "stair-headroom",
        "Only 1.85 m of headroom under slab L1",
        "Fault",
        "In progress",
        ("2025-03-17T08:30:00+01:00", ARCHITECT),
        ("2025-03-19T13:45:12.1234567+01:00", STRUCTURE),
        "High",
        3,
        ("Architecture", "Structure"),
        ("https://tracker.example.org/harbour-school/131", "https://codes.example.com/stairs#headroom"),
        "2025-03-28T17:00:00+01:00",
        STRUCTURE,
        "Design",
        "Step 7 is too close to the edge of slab L1.\n\nRequired: 2.10 m\nModelled: 1.85 m",
        files=(model("architecture", "2025-03-14T18:00:00+01:00"), model("structure", "2025-03-14T17:20:00+01:00")),
        documents=(
            Link("Section through the stair", path=STAIR_SECTION, name="stair section"),
            Link("What the code says", url="https://codes.example.com/stairs"),
        ),
        related=("pillar-in-window", "missing-opening"),
        remarks=(
            Remark("stair/1", "2025-03-17T08:34:00+01:00", ARCHITECT, "Can the edge move by 600 mm?", "stair/side"),
            Remark(
                "stair/2",
                "2025-03-18T10:00:00+01:00",
                STRUCTURE,
                "By 450 mm, yes. Then:\n- headroom 2.07 m\n- beam B-09 has to grow\n\nIs that enough?",
                "stair/section",
                ("2025-03-18T10:20:00+01:00", STRUCTURE),
            ),
            Remark("stair/3", "2025-03-19T09:00:00+01:00", SITE, "", "stair/side"),
            Remark("stair/4", "2025-03-19T13:45:00+01:00", ARCHITECT, "No: 2.10 m is the law."),
        ),
        views=(
            View(
                "stair/side",
                side,
                pictures.low_headroom(side).png("stair 1"),
                index=1,
                selection=(element("slab L1"), element("stair 1")),
                shown_by_default=True,
                exceptions=(element("railing 1"), element("railing 2")),
                colours=(("E03030", (element("slab L1", tool="5521"),)), ("80FFC800", (element("stair 1"),))),
                hints={"SpacesVisible": False, "SpaceBoundariesVisible": False, "OpeningsVisible": True},
            ),
            View(
                "stair/section",
                section,
                pictures.low_headroom(section).png("section through stair 1"),
                "section.bcfv",
                "section.png",
                2,
                lines=(((2.8, 0.55, 1.02), (2.8, 0.55, 2.87)),),
                planes=(((2.8, 0.5, 0.0), (0.0, -1.0, 0.0)),),
            ),
        ),
    )


def _pillar() -> Issue:
    garden = looking((2.6, -9.0, 3.2), (5.0, 0.0, 1.7), angle=45)
    front = looking((5.0, -9.0, 1.7), (5.0, 0.0, 1.7), scale=6.5)
    only = (
        *(element(f"window F-1{at}") for at in range(3)),
        element("wall garden"),
        tool_element("C-05", "FrameStudio"),
    )
    return Issue(
        "pillar-in-window",
        "Pillar C-05 stands in front of window F-11",
        "Clash",
        "Open",
        ("2025-03-17T09:10:00+01:00", ARCHITECT),
        priority="Normal",
        index=1,
        labels=("Architecture",),
        due="2025-04-04T12:00:00+02:00",
        assigned_to=STRUCTURE,
        stage="Design",
        description="The children should see the harbour, not a pillar.",
        snippet=Snippet(".json", "https://models.example.org/axes.json", "https://example.org/schemas/axes.json"),
        related=("stair-headroom",),
        remarks=(
            Remark(
                "pillar/1", "2025-03-17T09:12:00+01:00", ARCHITECT, "Axis 5 moved, the window did not.", "pillar/garden"
            ),
            Remark("pillar/2", "2025-03-20T16:00:00Z", CLIENT, "Please keep the window."),
        ),
        views=(
            View(
                "pillar/garden",
                garden,
                pictures.pillar_in_window(garden).png("garden side"),
                index=1,
                selection=(element("window F-11"),),
                shown_by_default=True,
                colours=(("D62828", (tool_element("C-05", "FrameStudio"),)),),
            ),
            View(
                "pillar/front",
                front,
                pictures.pillar_in_window(front).png("garden side, elevation"),
                "elevation.bcfv",
                "elevation.png",
                2,
                shown_by_default=False,
                exceptions=only,
                hints={"SpacesVisible": True},
            ),
        ),
    )


def _drains() -> Issue:
    above = looking((16.0, -8.0, 9.0), (6.4, 2.6, -0.3), scale=9.2)
    return Issue(
        "roof-drains",
        "Three drains on the roof plan, two in the MEP model",
        "Remark",
        "Closed",
        ("2025-03-10T14:00:00+01:00", MEP),
        ("2025-03-19T08:00:00+01:00", MEP),
        "Low",
        2,
        ("MEP",),
        snippet=Snippet(
            ".json", "drains.json", "https://example.org/schemas/drains.json", as_json({"planned": 3, "modelled": 2})
        ),
        remarks=(
            Remark("drains/1", "2025-03-19T08:00:00+01:00", MEP, "Drain 3 is in tonight's model.", "drains/above"),
        ),
        views=(View("drains/above", above, pictures.roof_drains(above).png("roof")),),
    )


def site_walk() -> Parcel:
    """From a tablet on site: photographs placed in the model, a snapshot without a camera, a vendor's own file."""
    state = as_json({"app": "SiteSnap", "device": "tablet 4", "walk": "2025-03-12", "weather": "☔ 4 °C"})
    return Parcel(
        "2.1/site-walk.bcf", "2.1", (_fire_door(), _honeycombing()), PROJECT, more={"sitesnap/state.json": state}
    )


def _fire_door() -> Issue:
    hall = looking((7.3, -7.2, 4.9), (3.0, -0.6, 0.9), angle=45)
    upright = ((0.0, -1.0, 0.0), (0.0, 0.0, 1.0))
    return Issue(
        "fire-door",
        "Fire door T-03 opens against the way out",
        "Fault",
        "Open",
        ("2025-03-12T10:05:00+01:00", SITE),
        priority="High",
        labels=("Brandschutz", "Sikkerhet på byggeplass"),
        due="2025-03-21T18:00:00+01:00",
        assigned_to=ARCHITECT,
        files=(model("architecture", "2025-03-07T18:00:00+01:00", STOREY_0),),
        remarks=(
            Remark("door/1", "2025-03-12T10:06:00+01:00", SITE, "Frame stands since Monday.", "door/hall"),
            Remark("door/2", "2025-03-12T10:09:00+01:00", SITE, "As marked on the plan:", "door/sketch"),
            Remark("door/3", "2025-03-13T07:45:00+01:00", ARCHITECT, "Sett dagen, døra slår feil vei. Vi snur karmen."),
        ),
        views=(
            View(
                "door/hall",
                hall,
                pictures.fire_door(hall).png("corridor, level 1"),
                index=0,
                bitmaps=(
                    Picture("plan.png", photos.sketch_png(), (4.8, -0.01, 1.4), *upright, 0.9),
                    Picture("plan-on-site.jpg", photos.sketch_jpg(), (1.2, -0.01, 1.4), *upright, 1.1),
                ),
                selection=(element("door T-03"),),
                shown_by_default=True,
            ),
            View("door/sketch", snapshot=photos.sketch_png(), snapshot_file="sketch.png", index=1),
        ),
    )


def _honeycombing() -> Issue:
    outside = looking((23.5, -17.5, 12.5), (8.7, 2.6, 2.6), angle=45)
    picture = pictures.building(outside, (6.2, 0.0, 0.4), (-40, 95), "Gravel nest at the foot of W-12")
    photo = Picture("photo.jpg", photos.honeycombed_wall(), (6.2, -0.02, 0.6), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0), 1.2)
    return Issue(
        "honeycombing",
        "Kiesnest am Fuß von Wand W-12",
        "Fault",
        "Open",
        ("2025-03-12T11:30:00+01:00", SITE),
        assigned_to=STRUCTURE,
        description="Größe etwa 1,20 m auf 0,50 m, Bewehrung nicht sichtbar.",
        documents=(Link("Photograph", path="photo.jpg"),),
        remarks=(
            Remark(
                "honeycomb/1",
                "2025-03-12T15:00:00+01:00",
                STRUCTURE,
                "Bitte ausstemmen, Foto vor dem Schließen. Übrigens: § 7 der Ausschreibung.",
                "honeycomb/south",
            ),
        ),
        views=(View("honeycomb/south", outside, picture.png("south side"), bitmaps=(photo,)),),
    )
