"""The instruction in which a file keeps what its version cannot hold: it comes back, and it harms nobody."""

import json
from dataclasses import replace

import pytest
from lxml import etree

from bcfsync.bcfxml import kept
from bcfsync.bcfxml.elements import add, root
from bcfsync.model import (
    Comment,
    Component,
    Components,
    Document,
    DocumentReference,
    Extensions,
    FlatComponent,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

EYE = PerspectiveCamera(Point(1, 2, 3), Point(0, 1, 0), Point(0, 0, 1), 60.0)
MAP = OrthogonalCamera(Point(1, 2, 3), Point(0, 1, 0), Point(0, 0, 1), 7.5)
WALL = Component("a" * 22)
FULL = Viewpoint("v", perspective_camera=EYE, components=Components((WALL,), visibility=Visibility()))
STRANGE = ["", "null", "[]", "7", "{", '"x"', "[" * 100_000, '{"Stage": ', "{}", '{"a": 1e999}', "NaN"]


def element(text=None):
    found = etree.Element("Topic")
    if text is not None:
        found.append(etree.ProcessingInstruction("bcfsync", f"kept {text}"))
    return found


def written(members):
    """An element that was written with what was kept of it, read again."""
    found = root("Topic")
    add(found, "Title", "T")
    kept.keep(found, members)
    return etree.fromstring(found.document())


@pytest.mark.parametrize("text", ["plain", "a ?> b", "<?x?>", "é\u2028\U0001f600", "]]>", "\x00\x1f", "line\nline"])
def test_any_text_comes_back(text):
    assert kept.kept(written({"Stage": text})) == {"Stage": text}


@pytest.mark.parametrize("nothing", [{}, {"Stage": None}, {"Stage": ""}, {"Flat": []}])
def test_nothing_is_kept_of_nothing(nothing):
    assert [child.tag for child in written(nothing)] == ["Title"]


def test_false_and_zero_are_something():
    assert kept.kept(written({"DefaultVisibility": False, "Index": 0})) == {"DefaultVisibility": False, "Index": 0}


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: text[:12])
def test_an_instruction_that_makes_no_sense_is_as_good_as_none(text):
    said = kept.kept(element(text))
    assert kept.with_topic(Topic("g"), said) == Topic("g")


@pytest.mark.parametrize("target", ["other", "bcfsync-not"])
def test_other_instructions_are_not_ours(target):
    found = element()
    found.append(etree.ProcessingInstruction(target, 'kept {"Stage": "x"}'))
    found.append(etree.ProcessingInstruction("bcfsync", "synthetic Title"))
    assert kept.kept(found) == {}


VALUES = [
    None,
    True,
    7,
    -1.5,
    10**400,
    "text",
    " ",
    [],
    [1, 2],
    [None] * 3,
    [[]],
    {},
    {"Stage": 7},
    [[1] * 6],
    [["a"] * 6],
]
NAMES = ["Stage", "DueDate", "ServerAssignedId", "ReferenceLinks", "Status", "VerbalStatus", "ReplyToComment",
         "ReferencedDocument", "Path", "Index", "PerspectiveAspectRatio", "OrthogonalAspectRatio", "OrthogonalCamera",
         "ViewSetupHints", "DefaultVisibility", "NoViewSetupHints", "NoVisibility", "Flat", "Stages"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_values_of_any_kind_are_taken_or_left_but_never_break(name):
    for value in VALUES:
        said = {name: value}
        json.dumps([
            repr(kept.with_topic(Topic("g", reference_links=("a",)), said)),
            repr(kept.with_comment(Comment("c"), said)),
            repr(kept.with_reference(DocumentReference("d", url="x"), said)),
            repr(kept.with_document(Document("d", "n"), said)),
            repr(kept.with_index(Viewpoint("v"), said)),
            repr(kept.with_view(FULL, said)),
            repr(kept.with_view(Viewpoint("v"), said)),
            repr(kept.with_stages(None, said)),
        ])  # fmt: skip


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "C:/x", "a\\b", "", ".", "a//b", "x\x00"])
def test_a_place_outside_the_archive_is_not_taken(path):
    assert kept.with_document(Document("d", "n"), {"Path": path}).path is None


def test_what_a_file_says_itself_wins():
    said = {"Stage": "kept", "Status": "kept", "Index": 7, "PerspectiveAspectRatio": 2.0, "ServerAssignedId": "kept"}
    topic = Topic("g", stage="own", server_assigned_id="own")
    assert kept.with_topic(topic, said) == topic
    assert kept.with_comment(Comment("c", status="own"), said).status == "own"
    assert kept.with_index(Viewpoint("v", 1), said).index == 1
    view = replace(FULL, perspective_camera=replace(EYE, aspect_ratio=1.5))
    assert kept.with_view(view, said).perspective_camera.aspect_ratio == 1.5
    assert kept.with_stages(Extensions(stage=("own",)), {"Stages": {"Stage": ["kept"]}}).stage == ("own",)


@pytest.mark.parametrize(("shown", "found"), [(["a"], ["a", "b"]), ([], ["b"]), (["a", "z"], ["a", "z"])])
def test_links_that_were_kept_come_back_unless_the_list_was_written_anew(shown, found):
    topic = Topic("g", reference_links=tuple(shown))
    assert kept.with_topic(topic, {"ReferenceLinks": ["b"]}).reference_links == tuple(found)


@pytest.mark.parametrize("ratio", [None, 1.5])
def test_a_viewpoint_comes_back_from_30(ratio):
    view = replace(FULL, orthogonal_camera=replace(MAP, aspect_ratio=ratio))
    assert kept.with_view(FULL, kept.of_view(view, "3.0")) == view


@pytest.mark.parametrize("hints", [ViewSetupHints(), ViewSetupHints(spaces_visible=True, openings_visible=False)])
def test_hints_come_back_from_20_with_what_they_leave_open(hints):
    shown = Visibility(default_visibility=True, view_setup_hints=hints)
    view = replace(FULL, components=Components((WALL,), visibility=shown))
    bare = replace(FULL, components=Components((WALL,), visibility=Visibility(default_visibility=True)))
    assert kept.with_view(bare, kept.of_view(view, "2.0")) == view


def test_a_flat_list_comes_back():
    flat = (FlatComponent(WALL, selected=False, color="FF0000"), FlatComponent(Component(None, "S", "7"), visible=True))
    view = replace(FULL, components=Components(flat=flat))
    said = kept.kept(written(kept.of_view(view, "2.1")))
    assert kept.with_view(FULL, said).components.flat == flat
