"""Both algorithms between the flat list of 2.0 and selection, colouring and visibility."""

from dataclasses import replace

import pytest

from bcfsync.bcfxml.components import structured
from bcfsync.model import Bcf, Coloring, Component, Components, FlatComponent, Topic, Viewpoint, Visibility
from bcfsync.versions import converted, fitted, flattened
from bcfsync.versions.flat import NO_HINTS

A, B, C, D = (Component(name * 22) for name in "abcd")
ALL, NONE = Visibility(default_visibility=True), Visibility(default_visibility=False)


def flat(component, **flags):
    return FlatComponent(component, **flags)


# the official test cases, then the rules in their order
UP = [
    ("ComponentSelection: the others stay visible", [flat(A, selected=True)], ALL, (A,)),
    ("SingleVisibleWall: everything else is hidden", [flat(A, visible=True)], replace(NONE, exceptions=(A,)), ()),
    ("SingleInvisibleWall", [flat(A, visible=False)], replace(ALL, exceptions=(A,)), ()),
    ("hidden wins over visible", [flat(A, visible=True), flat(B, visible=False)], replace(ALL, exceptions=(B,)), ()),
    ("selected wins over hidden", [flat(A, visible=False, selected=True)], ALL, (A,)),
    ("coloured wins over hidden", [flat(A, visible=False, color="FF0000")], ALL, ()),
    ("selected and coloured ones are visible, too",
     [flat(A, visible=True), flat(B, selected=True), flat(C, color="FF0000")], replace(NONE, exceptions=(A, B, C)),
     (B,)),
    ("not selected says nothing", [flat(A, selected=False)], ALL, ()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "items", "visibility", "selection"), UP, ids=[row[0] for row in UP])
def test_a_flat_list_is_understood(rule, items, visibility, selection):
    found = structured(tuple(items))
    assert (found.visibility, found.selection) == (visibility, selection)


DOWN = [
    ("exceptions of all visible are hidden", Components(visibility=replace(ALL, exceptions=(A, B))),
     [flat(A, visible=False), flat(B, visible=False)]),
    ("exceptions of all hidden are visible", Components(visibility=replace(NONE, exceptions=(A,))),
     [flat(A, visible=True)]),
    ("a default nobody said hides all but the exceptions", Components(visibility=Visibility(None, (A,))),
     [flat(A, visible=True)]),
    ("selected says nothing about visible", Components((A,), visibility=ALL), [flat(A, selected=True)]),
    ("a colour says nothing about visible", Components(coloring=(Coloring("FF0000", (A,)),)),
     [flat(A, color="FF0000")]),
    ("one component, one entry", Components((A,), (Coloring("FF0000", (A, B)),), replace(NONE, exceptions=(B, A))),
     [flat(A, selected=True, visible=True, color="FF0000"), flat(B, visible=True, color="FF0000")]),
    ("the first colour counts", Components(coloring=(Coloring("FF0000", (A,)), Coloring("00FF00", (A,)))),
     [flat(A, color="FF0000")]),
    ("ids of tools tell components apart", Components((A, replace(A, authoring_tool_id="7"))),
     [flat(A, selected=True), flat(replace(A, authoring_tool_id="7"), selected=True)]),
    ("nothing is nothing", Components(visibility=ALL), []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "components", "expected"), DOWN, ids=[row[0] for row in DOWN])
def test_a_flat_list_is_made(rule, components, expected):
    assert flattened(components) == tuple(expected)


LISTS = [row[1] for row in UP] + [row[2] for row in DOWN]


@pytest.mark.parametrize("items", LISTS, ids=str)
def test_an_untouched_list_is_given_back_as_it_was(items):
    assert flattened(structured(tuple(items))) == tuple(items)


def test_a_touched_list_is_made_anew():
    read = structured((flat(A, selected=False, visible=True), flat(B, visible=True)))
    touched = replace(read, selection=(B,))
    assert flattened(touched) == (flat(B, selected=True, visible=True), flat(A, visible=True))


def test_hints_that_show_nothing_do_not_touch_a_list():
    read = structured((flat(A, selected=False, visible=False),))
    hinted = replace(read, visibility=replace(read.visibility, view_setup_hints=NO_HINTS))
    assert flattened(hinted) == read.flat


def viewpoint(components, version="2.0"):
    return Bcf(version, topics=(Topic("g", "t", viewpoints=(Viewpoint("v", components=components),)),))


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_flags_that_add_nothing_are_listed(version):
    read = structured((flat(A, selected=True, visible=True), flat(B, visible=False)))
    (loss,) = [item for item in converted(viewpoint(read), version).losses if "Component" in item.where]
    assert (loss.where, loss.what) == ("Viewpoint[v]/Components/Component/@Selected, @Visible", A.ifc_guid)


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_flags_that_follow_are_no_loss_and_not_remembered(version):
    read = structured((flat(A, selected=True), flat(B, visible=False)))
    made = converted(viewpoint(read), version)
    assert not [item for item in made.losses if "Component" in item.where]
    assert made.bcf.topics[0].viewpoints[0].components.flat == ()


def test_many_flags_are_lost_for_good():
    many = tuple(flat(Component(f"{at:022}"), selected=False) for at in range(1001))
    (loss,) = [item for item in converted(viewpoint(structured(many)), "2.1").losses if "Component" in item.where]
    assert "only bcfsync" not in loss.why
    assert loss.what.endswith("and 996 more")


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_what_20_means_without_saying_is_said_and_marked(version):
    (topic,) = fitted(viewpoint(structured((flat(A, visible=False),))), version).topics
    assert topic.viewpoints[0].components.visibility.view_setup_hints == NO_HINTS
    assert topic.viewpoints[0].synthetic == {"ViewSetupHints"}
