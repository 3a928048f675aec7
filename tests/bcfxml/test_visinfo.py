"""Reading viewpoint files: cameras, pictures, components of every version, and what products make of them."""

import time

import pytest
from handmade import (
    CAMERA,
    IFC,
    JPG,
    OTHER_IFC,
    PNG,
    POINTS,
    TOPIC,
    VIEW,
    markup,
    point,
    topic_of,
    view_of,
    viewpoint,
    visinfo,
)

from bcfsync.bcfxml.node import Node
from bcfsync.bcfxml.parsing import parse
from bcfsync.bcfxml.visinfo import read_visinfo
from bcfsync.model import Component, Point, ViewSetupHints, Visibility

ORTHOGONAL = f"<OrthogonalCamera>{POINTS}<ViewToWorldScale>5</ViewToWorldScale></OrthogonalCamera>"
HIDDEN, SHOWN = False, True
ONE, TWO, THREE = Component("A" * 22), Component("B" * 22), Component("C" * 22)


def components_of(content, number="2.1"):
    view, findings = view_of(visinfo(f"<Components>{content}</Components>{CAMERA}"), number)
    return view.components, findings


def listed(*components, **attributes):
    words = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return "".join(f'<Component IfcGuid="{item.ifc_guid}"{words}/>' for item in components)


# --- cameras and shapes -----------------------------------------------------------------------------------------------


def test_a_camera_is_read_with_its_numbers_as_they_stand():
    text = CAMERA.replace("<X>1</X>", "<X>-5.43903050550883E-34</X>").replace(">60<", "> 62.500000 <")
    camera = view_of(visinfo(text))[0].perspective_camera
    assert (camera.camera_view_point, camera.field_of_view) == (Point(-5.43903050550883e-34, 2, 3), 62.5)
    assert camera.aspect_ratio is None


@pytest.mark.parametrize("angle", [70.0, 60.0588, 59.99999999999999, 179.0])
def test_q51_any_angle_is_kept(angle):
    assert view_of(visinfo(CAMERA.replace(">60<", f">{angle}<")))[0].perspective_camera.field_of_view == angle


@pytest.mark.parametrize(
    ("content", "cameras", "findings"),
    [
        pytest.param(CAMERA, (True, False), [], id="perspective"),
        pytest.param(ORTHOGONAL, (False, True), [], id="orthogonal"),
        pytest.param(CAMERA + ORTHOGONAL, (True, True), ["F406"], id="Q50 both"),
        pytest.param("", (False, False), ["F405"], id="Q50 none"),
        pytest.param(CAMERA.replace("<X>1</X>", ""), (False, False), ["F409", "F409", "F405"], id="no X"),
        pytest.param(CAMERA.replace("<FieldOfView>60</FieldOfView>", ""), (False, False), ["F409", "F405"], id="angle"),
        pytest.param(CAMERA.replace("CameraUpVector", "Up"), (False, False), ["F409", "F206", "F409", "F405"], id="up"),
        pytest.param(CAMERA.replace(">60<", ">NaN<"), (False, False), ["F410", "F409", "F405"], id="NaN"),
        pytest.param(CAMERA.replace(">60<", ">INF<"), (False, False), ["F410", "F409", "F405"], id="INF"),
        pytest.param(CAMERA.replace(">1<", ">1,5<", 1), (False, False), ["F310", "F409", "F409", "F405"], id="comma"),
        pytest.param(CAMERA.replace(">1<", ">1_5<", 1), (False, False), ["F310", "F409", "F409", "F405"], id="1_5"),
        pytest.param(CAMERA.replace(">1<", ">INF<", 1), (False, False), ["F410", "F409", "F409", "F405"], id="far"),
    ],
)
def test_cameras(content, cameras, findings):
    view, found = view_of(visinfo(content))
    assert (view.perspective_camera is not None, view.orthogonal_camera is not None) == cameras
    assert sorted(found) == sorted(findings)


def test_a_broken_line_costs_only_itself():
    good = f"<Line>{point('StartPoint', 1)}{point('EndPoint', 2)}</Line>"
    view, found = view_of(visinfo(f"{CAMERA}<Lines>{good}<Line>{point('StartPoint')}</Line>{good}</Lines>"))
    assert [line.start_point.x for line in view.lines] == [1, 1]
    assert found == ["F409"]


def test_q40_empty_lists_are_no_lists():
    text = f"<Components><Selection/><Visibility><Exceptions/></Visibility><Coloring/></Components>{CAMERA}"
    view, found = view_of(visinfo(text + "<Lines/><ClippingPlanes/><Bitmaps/>"))
    assert (view.lines, view.clipping_planes, view.bitmaps) == ((), (), ())
    assert (view.components.selection, view.components.coloring, view.components.visibility.exceptions) == ((), (), ())
    assert found == []
    assert view_of(visinfo("<Components/>" + CAMERA))[0].components is None


def test_q48_a_viewpoint_file_without_guid_has_that_of_the_markup():
    view, found = view_of(visinfo().replace(f' Guid="{VIEW}"', ""))
    assert (view.guid, view.alias, found) == (VIEW, None, [])


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "kind", "number", "findings"),
    [
        pytest.param("s.png", PNG, "png", "2.1", [], id="a PNG"),
        pytest.param("s.jpg", JPG, "jpg", "3.0", [], id="a JPEG in 3.0"),
        pytest.param("s.JPEG", JPG, "jpg", "3.0", [], id="with the other ending"),
        pytest.param("s.png", JPG, "jpg", "3.0", ["F404"], id="Q58 a JPEG called PNG"),
        pytest.param("s.jpg", PNG, "png", "3.0", ["F404"], id="Q58 a PNG called JPEG"),
        pytest.param("s.jpg", JPG, "jpg", "2.1", ["F414"], id="a JPEG in 2.1"),
        pytest.param("s.jpg", JPG, "jpg", "2.0", ["F414"], id="a JPEG in 2.0"),
        pytest.param("s.png", JPG, "jpg", "2.1", ["F404", "F414"], id="both"),
        pytest.param("s.png", b"GIF89a", "png", "2.1", ["F404"], id="something else"),
        pytest.param("s.png", b"", "png", "2.1", [], id="nothing at all"),
    ],
)
def test_a_snapshot_is_what_its_content_is(name, data, kind, number, findings):
    if number == "3.0":
        inner = f'<Viewpoints><ViewPoint Guid="{VIEW}"><Snapshot>{name}</Snapshot></ViewPoint></Viewpoints>'
        text = markup(f"<Title>T</Title>{inner}")
    else:
        text = markup(rest=viewpoint(f"<Snapshot>{name}</Snapshot>"))
    topic, found = topic_of(text, number, **{name.replace(".", "_"): data})
    assert topic.viewpoints[0].snapshot.snapshot_type == kind
    assert [item for item in found if item != "F111"] == findings


PLACED = f"{point('Location', 1)}{point('Normal', 0, 1)}{point('Up', 0, 0, 1)}<Height>2.5</Height>"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<Bitmaps><Bitmap>JPG</Bitmap><Reference>b.jpg</Reference>{}</Bitmaps>", id="2.0"),
        pytest.param("<Bitmap><Bitmap>JPG</Bitmap><Reference>b.jpg</Reference>{}</Bitmap>", id="2.1"),
        pytest.param(
            "<Bitmaps><Bitmap><Format>jpg</Format><Reference>b.jpg</Reference>{}</Bitmap></Bitmaps>", id="3.0"
        ),
        pytest.param(
            "<Bitmaps><Bitmap><Format>jpeg</Format><Reference>b.jpg</Reference>{}</Bitmap></Bitmaps>", id="odd"
        ),
    ],
)
def test_a_bitmap_of_every_version_is_one_bitmap(text):
    topic, found = topic_of(markup(rest=viewpoint()), viewpoint_bcfv=visinfo(CAMERA + text.format(PLACED)), b_jpg=JPG)
    (bitmap,) = topic.viewpoints[0].bitmaps
    assert (bitmap.bitmap_type, bitmap.reference, bitmap.height, bitmap.location.x) == ("jpg", "b.jpg", 2.5, 1)
    assert bitmap.blob.locator == f"{TOPIC}/b.jpg"
    assert found == []


@pytest.mark.parametrize(
    ("said", "data", "kind", "findings"),
    [
        ("PNG", PNG, "png", []),
        ("PNG", JPG, "jpg", ["F404"]),
        ("JPG", PNG, "png", ["F404"]),
        ("PNG", b"BM", "png", ["F404"]),
        ("TIFF", PNG, "png", ["F404"]),
        ("PNG", None, "png", ["F403"]),
    ],
)
def test_a_bitmap_is_what_its_content_is(said, data, kind, findings):
    text = f"{CAMERA}<Bitmap><Bitmap>{said}</Bitmap><Reference>b.x</Reference>{PLACED}</Bitmap>"
    more = {} if data is None else {"b_x": data}
    topic, found = topic_of(markup(rest=viewpoint()), viewpoint_bcfv=visinfo(text), **more)
    assert (topic.viewpoints[0].bitmaps[0].bitmap_type, found) == (kind, findings)


# --- components -------------------------------------------------------------------------------------------------------


def structure(selection="", visibility="", coloring=""):
    return f"<Selection>{selection}</Selection>{visibility}<Coloring>{coloring}</Coloring>"


def test_the_two_forms_of_colouring_and_hints_are_one():
    hints = '<ViewSetupHints SpacesVisible="1" OpeningsVisible="false"/>'
    old, none = components_of(
        hints
        + structure(
            listed(ONE), f'<Visibility DefaultVisibility="0"><Exceptions>{listed(TWO)}</Exceptions></Visibility>'
        )
        + f'<Coloring><Color Color="ff0000">{listed(THREE)}</Color></Coloring>'
    )
    new, neither = components_of(
        f"<Selection>{listed(ONE)}</Selection>"
        f'<Visibility DefaultVisibility="false">{hints}<Exceptions>{listed(TWO)}</Exceptions></Visibility>'
        f'<Coloring><Color Color="#FF0000"><Components>{listed(THREE)}</Components></Color></Coloring>',
        "3.0",
    )
    assert new.visibility == Visibility(HIDDEN, (TWO,), ViewSetupHints(spaces_visible=True, openings_visible=False))
    assert (new.selection, [(item.color, item.components) for item in new.coloring]) == (
        (ONE,),
        [("FF0000", (THREE,))],
    )
    assert (old.selection, old.visibility) == (new.selection, new.visibility)
    assert none == []
    assert neither == ["F111"]


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        pytest.param("2.1", "<Visibility/>", Visibility(None), id="2.1 says nothing"),
        pytest.param("3.0", "<Visibility/>", Visibility(HIDDEN), id="3.0 says hidden"),
        pytest.param("2.1", '<Visibility DefaultVisibility="1"/>', Visibility(SHOWN), id="1 is true"),
        pytest.param("2.1", '<Visibility DefaultVisibility="0"/>', Visibility(HIDDEN), id="0 is false"),
        pytest.param("2.1", '<Visibility DefaultVisibility=" TRUE "/>', Visibility(SHOWN), id="in capitals"),
        pytest.param("2.1", "<Selection/>", None, id="Q49 no visibility at all"),
    ],
)
def test_an_absent_default_visibility_means_what_the_version_says(number, text, expected):
    assert components_of(text, number)[0].visibility == expected


@pytest.mark.parametrize(
    ("text", "read", "findings"),
    [
        ("FF0000", "FF0000", []),
        ("26FFFFFF", "26FFFFFF", []),
        ("3498db", "3498DB", []),
        ("#ff0000", "FF0000", []),
        (" ff0000 ", "FF0000", []),
        ("F00", "F00", ["F411"]),
        ("red", "RED", ["F411"]),
        ("", None, []),
    ],
)
def test_q56_a_colour_is_six_or_eight_digits_in_capitals(text, read, findings):
    components, found = components_of(f'<Coloring><Color Color="{text}">{listed(ONE)}</Color></Coloring>')
    assert (components.coloring[0].color, found) == (read, findings)


@pytest.mark.parametrize(
    ("text", "component", "findings"),
    [
        pytest.param(f'<Component IfcGuid="{IFC}"/>', Component(IFC), [], id="plain"),
        pytest.param(f'<Component ifcguid="{IFC}"/>', Component(IFC), [], id="Q30 another case"),
        pytest.param('<Component IfcGuid=""/>', Component(), [], id="Q54 blank"),
        pytest.param(f'<Component IfcGuid="{IFC[:-1]},"/>', Component(IFC[:-1] + ","), ["F412"], id="Q54 a comma"),
        pytest.param(f'<Component IfcGuid="{TOPIC}"/>', Component(TOPIC), ["F412"], id="Q54 another kind of guid"),
        pytest.param(
            "<Component><AuthoringToolId>9</AuthoringToolId></Component>", Component(None, None, "9"), [], id="Q55"
        ),
        pytest.param(
            f'<Component IfcGuid="{IFC}" AuthoringToolId="9"/>', Component(IFC, None, "9"), ["F208"], id="Q31"
        ),
        pytest.param(
            "<Component><OriginatingSystem> </OriginatingSystem><AuthoringToolId/></Component>",
            Component(),
            [],
            id="Q40",
        ),
        pytest.param(
            "<Component><!-- a --><AuthoringToolId>a<!-- b -->b</AuthoringToolId></Component>",
            Component(None, None, "ab"),
            [],
            id="Q32",
        ),
        pytest.param(f'<Component IfcGuid="{IFC}" Extra="1"/>', Component(IFC), ["F206"], id="Q29"),
        pytest.param(
            f'<Component IfcGuid="{IFC}"><AuthoringToolId x="1">9</AuthoringToolId></Component>',
            Component(IFC, None, "9"),
            ["F206"],
            id="Q29 further in",
        ),
    ],
)
def test_a_component(text, component, findings):
    components, found = components_of(f"<Selection>{text}</Selection>")
    assert (components.selection, found) == ((component,), findings)


# --- the flat list of 2.0 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "default", "exceptions", "selection"),
    [
        pytest.param(listed(ONE, Visible="false"), True, (ONE,), (), id="all but one"),
        pytest.param(listed(ONE, Visible="true"), False, (ONE,), (), id="SingleVisibleWall: only this"),
        pytest.param(listed(ONE, Selected="true"), True, (), (ONE,), id="ComponentSelection: the others stay visible"),
        pytest.param(listed(ONE), True, (), (), id="DefaultComponentVisibility: mentioned is not visible"),
        pytest.param(listed(ONE, Color="FF0000"), True, (), (), id="coloured"),
        pytest.param(
            listed(ONE, Visible="false") + listed(TWO, Visible="true"), True, (ONE,), (), id="hidden wins over shown"
        ),
        pytest.param(listed(ONE, Selected="true", Visible="false"), True, (), (ONE,), id="selected wins over hidden"),
        pytest.param(listed(ONE, Color="FF0000", Visible="false"), True, (), (), id="coloured wins over hidden"),
        pytest.param(
            listed(ONE, Visible="1") + listed(TWO, Selected="1") + listed(THREE, Color="FF0000"),
            False,
            (ONE, TWO, THREE),
            (TWO,),
            id="only these, with selected and coloured ones",
        ),
        pytest.param(listed(ONE, ONE, Visible="true"), False, (ONE,), (), id="mentioned twice"),
        pytest.param(listed(ONE, Visible="0"), True, (ONE,), (), id="0 is false"),
    ],
)
def test_the_flat_list_of_20_means(text, default, exceptions, selection):
    components, found = components_of(text, "2.0")
    assert components.visibility == Visibility(default, exceptions)
    assert components.selection == selection
    assert found == []


def test_the_flat_list_itself_is_kept_with_what_was_not_said():
    text = listed(ONE) + listed(TWO, Selected="false") + listed(THREE, Visible="true", Color="ff0000")
    components, _ = components_of(text, "2.0")
    assert [(item.selected, item.visible, item.color) for item in components.flat] == [
        (None, None, None),
        (False, None, None),
        (None, True, "FF0000"),
    ]
    assert [(item.color, item.components) for item in components.coloring] == [("FF0000", (THREE,))]


def test_colours_of_the_flat_list_are_grouped_by_first_appearance():
    text = listed(ONE, Color="00FF00") + listed(TWO, Color="FF0000") + listed(THREE, Color="00ff00")
    components, _ = components_of(text, "2.0")
    assert [(item.color, item.components) for item in components.coloring] == [
        ("00FF00", (ONE, THREE)),
        ("FF0000", (TWO,)),
    ]


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "component",
    [
        f'<Component IfcGuid="{IFC}"><OriginatingSystem>o</OriginatingSystem></Component>',
        f'<Component IfcGuid="{OTHER_IFC}" Visible="false"/>',
    ],
    ids=["3.0", "2.0"],
)
def test_q69_eighty_thousand_components_are_read_in_a_moment(component):
    many = component * 80_000
    inner = many if "Visible" in component else f"<Selection>{many}</Selection>"
    root, _ = parse(f"<VisualizationInfo><Components>{inner}</Components></VisualizationInfo>".encode(), "v.bcfv")
    findings = []
    start = time.process_time()
    view = read_visinfo(Node(root, "v.bcfv", findings), VIEW)
    assert time.process_time() - start < 3  # a third of a second where nothing else runs
    assert len(view.components.selection or view.components.flat) == 80_000
    assert findings == []
