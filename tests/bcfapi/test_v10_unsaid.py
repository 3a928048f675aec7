"""What show tells of an archive that API 1.0 has no room for."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bcfsync.bcfapi.v10_unsaid import unsaid
from bcfsync.cli.main import cli
from bcfsync.dates import read_timestamp
from bcfsync.model import (
    Bcf,
    Bitmap,
    Coloring,
    Component,
    Components,
    Extensions,
    HeaderFile,
    PerspectiveCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "2.1" / "coordination-week-12.bcf"
A, B, C = Point(1.0, 2.0, 3.0), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0)
BITMAP, CAMERA = Bitmap("png", A, B, C, 2.0), PerspectiveCamera(A, B, C, 60.0)
W, D = Component("w"), Component("d")
HINTS = ViewSetupHints(spaces_visible=True)
VIEWS = [
    # the viewpoint, what the tag says is missing, what the late text says is missing
    ({"index": 0}, ["index"], ["index"]),
    ({"perspective_camera": CAMERA}, [], []),
    (
        {"perspective_camera": replace(CAMERA, aspect_ratio=1.5)},
        ["perspective_camera.aspect_ratio"],
        ["perspective_camera.aspect_ratio"],
    ),
    ({"perspective_camera": replace(CAMERA, field_of_view=math.inf)}, ["perspective_camera"], ["perspective_camera"]),
    ({"snapshot": Snapshot("jpg", "s.jpg")}, [], []),
    ({"bitmaps": (BITMAP,)}, [], []),
    ({"bitmaps": (BITMAP, BITMAP)}, ["bitmaps"], []),
    ({"bitmaps": (BITMAP,), "snapshot": Snapshot("png")}, ["snapshot"], []),
    ({"bitmaps": (replace(BITMAP, height=2.4),)}, ["bitmaps"], ["bitmaps"]),
]
COMPONENTS = [
    (Components((W, D), (Coloring("FF0000", (D,)),), Visibility(default_visibility=True)), []),
    (Components(), []),
    (Components(visibility=Visibility(default_visibility=False)), ["default_visibility"]),
    (Components((W,), visibility=Visibility(True, (W,))), ["exceptions of the visibility"]),  # noqa: FBT003
    (Components(coloring=(Coloring("FF0000", (W,)), Coloring("00FF00", (W,)))), ["coloring"]),
    (Components(visibility=Visibility(default_visibility=True, view_setup_hints=HINTS)), ["view_setup_hints"]),
    (Components(visibility=Visibility(default_visibility=True, view_setup_hints=ViewSetupHints())), []),
]


def told(view, *, tag):
    bcf = Bcf("2.1", topics=(Topic("T", viewpoints=(view,)),))
    return [line.removeprefix("topic T: viewpoint V: ") for line in unsaid(bcf, tag=tag)]


@pytest.mark.parametrize(("said", "tag", "late"), VIEWS)
def test_each_text_tells_what_it_has_no_room_for_in_a_viewpoint(said, tag, late):
    view = replace(Viewpoint("V"), **said)
    assert told(view, tag=True) == tag
    assert told(view, tag=False) == late


@pytest.mark.parametrize(("components", "missing"), COMPONENTS)
def test_a_flat_list_tells_what_it_cannot_mean(components, missing):
    assert told(Viewpoint("V", components=components), tag=False) == missing


def test_what_a_topic_and_the_lists_lose_is_told():
    topic = Topic(
        "T",
        reference_links=("a", "b"),
        stage="s",
        due_date=read_timestamp("2025-01-01"),
        server_assigned_id="7",
        files=(HeaderFile(filename="a.ifc", is_external=False), HeaderFile(filename="b.ifc")),
    )
    assert unsaid(Bcf("3.0", extensions=Extensions(stage=("s",)), topics=(topic,)), tag=False) == (
        "extensions: stage",
        "topic T: reference_links",
        "topic T: stage",
        "topic T: due_date",
        "topic T: server_assigned_id",
        "topic T: file a.ifc: is internal",
    )
    assert unsaid(Bcf("3.0", topics=(Topic("T", reference_links=("a",)),)), tag=True) == ()


@pytest.mark.parametrize(("api", "tells"), [("1.0", True), ("1.0-tag", True), ("1.0-late", True), ("2.1", False)])
def test_show_tells_it_beside_the_json(api, tells):
    result = CliRunner().invoke(cli, ["show", "--json", "--api", api, str(SAMPLE)])
    assert result.exit_code == 0
    assert (f"API {api} has no room for topic" in result.stderr) == tells
    assert "no room" not in result.stdout
