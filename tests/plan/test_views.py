"""How two states of a viewpoint differ: what a program does to it with each save, and what only a person does."""

from dataclasses import replace

import pytest
from worlds import V1, V2, blob, view

from bcfsync.model import (
    Bitmap,
    ClippingPlane,
    Coloring,
    Component,
    Components,
    Line,
    OrthogonalCamera,
    Point,
    Snapshot,
    ViewSetupHints,
    Visibility,
)
from bcfsync.plan.views import Change, change_of, derived_view, is_state_of, lost_parts

HERE, THERE, UP = Point(1.0, 2.0, 3.0), Point(4.0, 5.0, 6.0), Point(0.0, 0.0, 1.0)
WALL, SLAB = Component("0123456789ABCDEFGHIJK$"), Component("1123456789ABCDEFGHIJK$")
ABOVE = OrthogonalCamera(HERE, Point(0.0, 0.0, -1.0), Point(0.0, 1.0, 0.0), 10.0)
BITMAP = Bitmap("png", HERE, UP, Point(0.0, 1.0, 0.0), 2.0, blob=blob("sheet"))
HIDDEN, VISIBLE = False, True
SPACES = ViewSetupHints(spaces_visible=True)
SHOWN = Components((WALL,), (Coloring("ff0000", (WALL,)),), Visibility(HIDDEN, (SLAB,), SPACES))
WHOLE = replace(
    view(picture=blob()), components=SHOWN, lines=(Line(HERE, THERE),), clipping_planes=(ClippingPlane(HERE, UP),),
    bitmaps=(BITMAP,),
)  # fmt: skip
CAMERA = WHOLE.perspective_camera


def seen(**members):
    return replace(WHOLE, **members)


def parts(**members):
    return seen(components=replace(SHOWN, **members))


def shows(*members):
    return parts(visibility=Visibility(*members))


ROUNDED = replace(CAMERA, camera_view_point=Point(1.0000004, 2.0, 2.9999996), field_of_view=60.001)
SAME = {
    "itself": WHOLE,
    "rounded": seen(perspective_camera=ROUNDED),
    "a direction of another length": seen(perspective_camera=replace(CAMERA, camera_direction=Point(0.0, 7.0, 0.0))),
    "fitted to a window": seen(perspective_camera=replace(CAMERA, aspect_ratio=1.5)),
    "with a second camera": seen(orthogonal_camera=ABOVE),
    "rounded, with a second camera": seen(perspective_camera=ROUNDED, orthogonal_camera=ABOVE),
    "rounded, and fitted to a window": seen(perspective_camera=replace(ROUNDED, aspect_ratio=1.5)),
    "another index": seen(index=7),
    "other file names": seen(reference="view-7.bcfv", snapshot=replace(WHOLE.snapshot, reference="snap.png")),
    "a colour in capitals": parts(coloring=(Coloring("FF0000", (WALL,)),)),
    "a picture nobody has looked at": seen(snapshot=Snapshot("png", None, replace(blob(), sha256=None))),
    "another order": parts(selection=(WALL,)),
}
LOST = {
    "camera": seen(perspective_camera=None),
    "lines": seen(lines=()),
    "clipping planes": seen(clipping_planes=()),
    "bitmaps": seen(bitmaps=()),
    "selection": parts(selection=()),
    "colours": parts(coloring=()),
    "visibility": parts(visibility=None),
    "picture": seen(snapshot=None),
}
OTHER = {
    "moved": seen(perspective_camera=replace(CAMERA, camera_view_point=THERE)),
    "turned": seen(perspective_camera=replace(CAMERA, camera_direction=Point(0.01, 1.0, 0.0))),
    "zoomed": seen(perspective_camera=replace(CAMERA, field_of_view=59.0)),
    "seen from above": seen(perspective_camera=None, orthogonal_camera=ABOVE),
    "another line": seen(lines=(Line(HERE, HERE),)),
    "one more line": seen(lines=(*WHOLE.lines, Line(HERE, HERE))),
    "cut elsewhere": seen(clipping_planes=(ClippingPlane(THERE, UP),)),
    "a sheet elsewhere": seen(bitmaps=(replace(BITMAP, location=THERE),)),
    "another selection": parts(selection=(SLAB,)),
    "another colour": parts(coloring=(Coloring("00ff00", (WALL,)),)),
    "another exception": shows(HIDDEN, (WALL,), SPACES),
    "everything but": shows(VISIBLE, (SLAB,), SPACES),
    "nothing but": shows(HIDDEN, (), None),
    "only a hint": shows(VISIBLE, (), ViewSetupHints(space_boundaries_visible=True)),
    "openings shown": shows(VISIBLE, (), ViewSetupHints(openings_visible=True)),
    "spaces hidden": shows(HIDDEN, (SLAB,), None),
    "moved, and lost its planes": seen(perspective_camera=replace(CAMERA, camera_view_point=THERE), clipping_planes=()),
}
PICTURES = {
    "drawn anew": seen(snapshot=Snapshot("png", None, blob("other"))),
    "a sheet drawn anew": seen(bitmaps=(replace(BITMAP, blob=blob("other")),)),
}


def named(cases):
    return pytest.mark.parametrize("after", [pytest.param(after, id=name) for name, after in cases.items()])


@named(SAME)
def test_what_programs_do_with_each_save_is_no_change(after):
    assert change_of(WHOLE, after) is Change.NONE
    assert lost_parts(WHOLE, after) == ()


@pytest.mark.parametrize(("part", "after"), LOST.items())
def test_a_part_that_is_lost_whole_is_named(part, after):
    assert change_of(WHOLE, after) is Change.LESS
    assert lost_parts(WHOLE, after) == (part,)


@pytest.mark.parametrize(("part", "before"), LOST.items())
def test_a_part_that_came_is_a_change_and_a_picture_that_came_is_one_of_its_picture(part, before):
    assert change_of(before, WHOLE) is (Change.PICTURE if part == "picture" else Change.OTHER)


@named(OTHER)
def test_what_shows_something_else_is_a_change(after):
    assert change_of(WHOLE, after) is Change.OTHER


@named(PICTURES)
def test_other_bytes_of_a_picture_are_a_change_of_its_picture(after):
    assert change_of(WHOLE, after) is Change.PICTURE


def test_an_orthogonal_camera_is_compared_as_well():
    above = seen(perspective_camera=None, orthogonal_camera=ABOVE)
    fitted = replace(above, orthogonal_camera=replace(ABOVE, aspect_ratio=2.0))
    scaled = replace(above, orthogonal_camera=replace(ABOVE, view_to_world_scale=11.0))
    wider = replace(above, orthogonal_camera=replace(ABOVE, aspect_ratio=1.5))
    assert [change_of(above, item) for item in (fitted, scaled)] == [Change.NONE, Change.OTHER]
    assert change_of(wider, replace(fitted, lines=())) is Change.LESS


def test_two_lost_parts_are_both_named_and_a_lost_part_weighs_more_than_a_picture():
    after = seen(lines=(), clipping_planes=(), snapshot=Snapshot("png", None, blob("other")))
    assert change_of(WHOLE, after) is Change.LESS
    assert lost_parts(WHOLE, after) == ("lines", "clipping planes")
    assert lost_parts(seen(snapshot=None), seen(lines=())) == ("lines",)


def test_a_state_has_a_guid_of_its_own_that_follows_from_what_is_shown():
    moved, drawn = OTHER["moved"], PICTURES["drawn anew"]
    guids = {derived_view(item).guid for item in (WHOLE, moved, drawn, replace(moved, guid=V2))}
    assert len(guids) == 4
    assert derived_view(replace(moved, index=3, reference="x.bcfv", guid=V1.upper())).guid in guids
    assert replace(derived_view(moved), guid=V1) == moved
    assert is_state_of(replace(moved, guid=V2), derived_view(moved).guid.upper(), V1)
    assert not is_state_of(moved, derived_view(moved).guid, V2)
