"""Archives that show the traps converters fall into, first part: viewpoints.

Owns: the table of samples T1, T6, T7, T11, T18 and T20 of section 7. Sees: parts, quirk_words, quirk_zip.
"""

from parts import guid, ifc_guid
from quirk_words import (
    CAMERA,
    CAMERA_30,
    Sample,
    comment,
    files,
    issue,
    png,
    point,
    t,
    v,
    view,
    view_30,
    viewed,
    viewed_30,
    visinfo,
)
from quirk_zip import dotnet

WALL, DOOR = ifc_guid("quirk wall"), ifc_guid("quirk door")
_LISTED_20 = (
    f'<Components><Component IfcGuid="{WALL}" Selected="true"/><Component IfcGuid="{DOOR}" {{}}/></Components>{CAMERA}'
)
_OTHER = guid("t06/in the file")
_HINTS_30 = "<Visibility DefaultVisibility='{}'><ViewSetupHints SpacesVisible='{}' OpeningsVisible='{}'/></Visibility>"
_TOOL_LINES = (
    f"<Lines><Line>{point('StartPoint', '-5.43903050550883E-34', '62.500000', '0.1')}"
    f"{point('EndPoint', '1e3', '-0', '70.00000000000000')}</Line></Lines>"
)


def _indices(name: str) -> dict[str, str | bytes]:
    keys = [guid(f"{name}/{at}") for at in range(3)]
    views = "".join(
        view(key, f"{at}.bcfv", "", index) for at, (key, index) in enumerate(zip(keys, ("30", "10", ""), strict=True))
    )
    found = files(name, issue("Order of views"), views)
    return found | {f"{t(name)}/{at}.bcfv": visinfo(CAMERA, key) for at, key in enumerate(keys)}


def _three_pictures(name: str) -> dict[str, str | bytes]:
    keys = [guid(f"{name}/{at}") for at in range(3)]
    views = "".join(view_30(key, f"view {at}.bcfv", f"picture {at}.png") for at, key in enumerate(keys))
    found = files(name, f"{issue('Three pictures')}<Viewpoints>{views}</Viewpoints>", number="3.0")
    for at, key in enumerate(keys):
        found |= {f"{t(name)}/view {at}.bcfv": visinfo(CAMERA_30, key), f"{t(name)}/picture {at}.png": png(4 + at, 3)}
    return found


def _selected(name: str, other: str) -> dict[str, str | bytes]:
    return viewed(name, issue("Visible or not said"), content=_LISTED_20.format(other), number="2.0")


SAMPLES = (
    Sample(
        "t01-visible-not-said.bcfzip",
        ("T1",),
        "2.0 components: a selected one and one without Visible, whose schema default is true",
        "not said is not true: everything else stays visible",
        dotnet(_selected("t01", 'Selected="false"')),
        version="2.0",
        counts=(1, 0, 1),
        fields={
            "v.components.visibility.default_visibility": True,
            "v.components.visibility.exceptions": [],
            "v.components.flat.1.visible": None,
            "v.components.selection.0.ifc_guid": WALL,
        },
    ),
    Sample(
        "t01-only-this-one-visible.bcfzip",
        ("T1",),
        'the same with a written Visible="true"',
        "everything else is hidden",
        dotnet(_selected("t01b", 'Visible="true"')),
        version="2.0",
        counts=(1, 0, 1),
        fields={
            "v.components.visibility.default_visibility": False,
            "v.components.visibility.exceptions.1.ifc_guid": DOOR,
            "v.components.flat.1.visible": True,
        },
    ),
    Sample(
        "t06-viewpoint-file-with-another-guid.bcf",
        ("T6", "Q48"),
        "the viewpoint file gives itself another guid than the markup does; one comment uses this one, one that",
        "the markup's guid counts, both comments find the viewpoint",
        dotnet(
            viewed(
                "t06",
                issue("Two guids"),
                comment("t06", "By the markup.", view=v("t06"))
                + comment("t06", "By the file.", view=_OTHER, key="second"),
            )
            | {f"{t('t06')}/viewpoint.bcfv": visinfo(CAMERA, _OTHER)}
        ),
        counts=(1, 2, 1),
        findings=("F407",),
        fields={
            "v.guid": v("t06"),
            "v.alias": _OTHER,
            "c.viewpoint_guid": v("t06"),
            "topics.0.comments.1.viewpoint_guid": v("t06"),
        },
    ),
    Sample(
        "t07-names-with-blanks.bcf",
        ("T7", "T8"),
        "three viewpoints and pictures of different sizes under names of their own, with blanks",
        "each viewpoint has its own picture, before and after",
        dotnet(_three_pictures("t07")),
        version="3.0",
        counts=(1, 0, 3),
        fields={f"topics.0.viewpoints.{at}.snapshot.blob.size": len(png(4 + at, 3)) for at in range(3)},
    ),
    Sample(
        "t11-hints-beside-visibility.bcf",
        ("T11", "T21"),
        "2.1: ViewSetupHints beside Visibility, with the booleans `1` and `0`",
        "the hints, with what is not said as not said",
        dotnet(
            viewed(
                "t11",
                issue("Spaces"),
                content=(
                    "<Components><ViewSetupHints SpacesVisible='1' OpeningsVisible='0'/>"
                    f"<Visibility DefaultVisibility='1'/></Components>{CAMERA}"
                ),
            )
        ),
        counts=(1, 0, 1),
        fields={
            "v.components.visibility.default_visibility": True,
            "v.components.visibility.view_setup_hints": {
                "spaces_visible": True,
                "space_boundaries_visible": None,
                "openings_visible": False,
            },
        },
    ),
    Sample(
        "t11-hints-inside-visibility.bcf",
        ("T11", "T21"),
        "the same in 3.0, where the hints stand inside Visibility",
        "the same hints",
        dotnet(
            viewed_30(
                "t11b",
                issue("Spaces"),
                content=f"<Components>{_HINTS_30.format('1', '1', '0')}</Components>{CAMERA_30}",
            )
        ),
        version="3.0",
        counts=(1, 0, 1),
        fields={
            "v.components.visibility.default_visibility": True,
            "v.components.visibility.view_setup_hints": {
                "spaces_visible": True,
                "space_boundaries_visible": None,
                "openings_visible": False,
            },
        },
    ),
    Sample(
        "t18-order-of-viewpoints.bcf",
        ("T18",),
        "three viewpoints with Index 30, 10 and none",
        "the numbers as they are; converted for BIMcollab, the one with the lowest is viewpoint.bcfv",
        dotnet(_indices("t18")),
        counts=(1, 0, 3),
        fields={"v.index": 30, "topics.0.viewpoints.1.index": 10, "topics.0.viewpoints.2.index": None},
        for_bimcollab=(f"{t('t18')}/0.bcfv", f"{t('t18')}/2.bcfv", f"{t('t18')}/viewpoint.bcfv"),
    ),
    Sample(
        "t20-numbers.bcf",
        ("T20",),
        "coordinates as `-5.43903050550883E-34`, `62.500000`, `1e3`, `-0`, `70.00000000000000`",
        "the numbers, not their spelling",
        dotnet(viewed("t20", issue("Numbers"), content=CAMERA + _TOOL_LINES)),
        counts=(1, 0, 1),
        fields={
            "v.lines.0.start_point": {"x": -5.43903050550883e-34, "y": 62.5, "z": 0.1},
            "v.lines.0.end_point": {"x": 1000.0, "y": 0.0, "z": 70.0},
        },
    ),
)
