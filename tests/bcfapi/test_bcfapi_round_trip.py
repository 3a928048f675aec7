"""Decode after encode gives the model back, whatever the model."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bcfsync.bcfapi import v21, v30
from bcfsync.dates import Timestamp, read_timestamp, timestamp
from bcfsync.model import (
    BimSnippet,
    Bitmap,
    ClippingPlane,
    Coloring,
    Comment,
    Component,
    Components,
    Line,
    OrthogonalCamera,
    PerspectiveCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
    ViewSetupHints,
    Visibility,
)

pytestmark = pytest.mark.slow
BOTH = pytest.mark.parametrize("codec", [v21, v30], ids=["2.1", "3.0"])

exact = st.text(st.characters(codec="utf-8"), max_size=12)
texts = exact.filter(str.strip)
maybe = st.none() | texts
numbers = st.floats(allow_nan=False, allow_infinity=False)
integers = st.none() | st.integers(-(2**31), 2**31 - 1)
lists = st.lists(texts, max_size=3).map(tuple)


def read(instant: datetime, form: str) -> Timestamp | None:
    return read_timestamp(form.format(instant.isoformat()))


instants = st.datetimes(datetime(2, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - the form gives the zone
dates = st.none() | st.builds(read, instants, st.sampled_from(["{}", "{}Z", "{}+02:00", "{}-0330"]))

points = st.builds(Point, numbers, numbers, numbers)
ratios = st.none() | st.floats(min_value=1e-3, max_value=1e3)
components = st.builds(Component, maybe, maybe, maybe).filter(lambda component: component != Component())
component_lists = st.lists(components, max_size=3).map(tuple)
colours = st.from_regex(r"[0-9A-F]{6}|[0-9A-F]{8}", fullmatch=True)
flags = st.none() | st.booleans()
visibilities = st.none() | st.builds(
    Visibility, flags, component_lists, st.none() | st.builds(ViewSetupHints, flags, flags, flags)
)
all_components = st.builds(
    Components,
    component_lists,
    st.lists(st.builds(Coloring, colours, component_lists), max_size=2).map(tuple),
    visibilities,
)
kinds = st.sampled_from(["png", "jpg"])
viewpoints = st.builds(
    Viewpoint,
    guid=texts,
    index=integers,
    perspective_camera=st.none() | st.builds(PerspectiveCamera, points, points, points, numbers, ratios),
    orthogonal_camera=st.none() | st.builds(OrthogonalCamera, points, points, points, numbers, ratios),
    lines=st.lists(st.builds(Line, points, points), max_size=2).map(tuple),
    clipping_planes=st.lists(st.builds(ClippingPlane, points, points), max_size=2).map(tuple),
    bitmaps=st.lists(st.builds(Bitmap, kinds, points, points, points, numbers, maybe), max_size=2).map(tuple),
    snapshot=st.none() | st.builds(Snapshot, kinds),
)
snippets = st.builds(BimSnippet, texts, st.booleans(), exact, exact)
topics = st.builds(
    Topic,
    guid=texts,
    title=exact,
    topic_type=maybe,
    topic_status=maybe,
    priority=maybe,
    index=integers,
    labels=lists,
    reference_links=lists,
    creation_date=dates,
    creation_author=maybe,
    modified_date=dates,
    modified_author=maybe,
    due_date=dates,
    assigned_to=maybe,
    stage=maybe,
    description=maybe,
    bim_snippet=st.none() | snippets,
    server_assigned_id=maybe,
)
comments = st.builds(
    Comment,
    guid=texts,
    comment=exact,
    date=dates,
    author=maybe,
    viewpoint_guid=maybe,
    modified_date=dates,
    modified_author=maybe,
    reply_to_comment_guid=maybe,
)


def through_json(data: object) -> object:
    """What arrives at the other end; refuses INF and NaN."""
    return json.loads(json.dumps(data, allow_nan=False))


@BOTH
@given(topic=topics)
def test_a_topic_comes_back(codec, topic):
    expected = topic if codec is v30 else replace(topic, server_assigned_id=None)
    assert codec.decode_topic(through_json(codec.encode_topic(topic))) == expected


@BOTH
@given(topic=topics)
def test_what_a_client_may_write_of_a_topic_comes_back(codec, topic):
    posted = codec.decode_topic({**through_json(codec.topic_body(topic, guid=False)), "guid": "x"})
    put = codec.decode_topic({**through_json(codec.topic_fields(topic)), "guid": "x"})
    assert posted == put
    assert codec.topic_fields(put) == codec.topic_fields(topic)


@BOTH
@given(comment=comments)
def test_a_comment_comes_back(codec, comment):
    expected = comment if codec is v21 else replace(comment, reply_to_comment_guid=None)
    assert codec.decode_comment(through_json(codec.encode_comment(comment, "T"))) == expected


@given(view=viewpoints)
def test_a_viewpoint_comes_back_from_21_without_aspect_ratio(view):
    perspective, orthogonal = view.perspective_camera, view.orthogonal_camera
    expected = replace(
        view,
        perspective_camera=perspective and replace(perspective, aspect_ratio=None),
        orthogonal_camera=orthogonal and replace(orthogonal, aspect_ratio=None),
    )
    assert v21.decode_viewpoint(through_json(v21.encode_viewpoint(view))) == expected


@given(view=viewpoints)
def test_a_viewpoint_comes_back_from_30_with_one_camera_and_its_aspect_ratio(view):
    perspective = view.perspective_camera
    orthogonal = None if perspective else view.orthogonal_camera
    expected = replace(
        view,
        perspective_camera=perspective and replace(perspective, aspect_ratio=perspective.aspect_ratio or 1.0),
        orthogonal_camera=orthogonal and replace(orthogonal, aspect_ratio=orthogonal.aspect_ratio or 1.0),
    )
    assert v30.decode_viewpoint(through_json(v30.encode_viewpoint(view))) == expected


def spelled_out(components: Components) -> Components | None:
    """The components with everything said that JSON says."""
    said = components.visibility or Visibility()
    default, hints = said.default_visibility, said.view_setup_hints or ViewSetupHints()
    shown = [bool(hints.spaces_visible), bool(hints.space_boundaries_visible), bool(hints.openings_visible)]
    default = not said.exceptions if default is None else default
    if not (components.selection or components.coloring or said.exceptions or default or any(shown)):
        return None
    return replace(components, visibility=Visibility(default, said.exceptions, ViewSetupHints(*shown)))


@BOTH
@given(value=all_components)
def test_components_come_back_with_everything_said(codec, value):
    written = through_json(codec.encode_components(value))
    parts = [written[name] for name in ("selection", "coloring", "visibility")]
    bare = codec.assembled(
        codec.decode_selection(parts[0]), codec.decode_coloring(parts[1]), codec.decode_visibility(parts[2])
    )
    inline = codec.decode_viewpoint({"guid": "V", "components": written}).components
    assert bare == inline == spelled_out(value)


@BOTH
@given(view=viewpoints, value=st.none() | all_components)
def test_a_posted_viewpoint_is_json_and_reads_as_the_answered_one(codec, view, value):
    posted = through_json(codec.viewpoint_body(replace(view, components=value), lambda blob: blob.locator))
    answered = codec.decode_viewpoint(through_json(codec.encode_viewpoint(view)))
    expected = replace(answered, bitmaps=(), snapshot=None, components=value and spelled_out(value))
    assert codec.decode_viewpoint({**posted, "guid": view.guid}) == expected


@BOTH
def test_a_moment_of_our_own_making_comes_back(codec):
    topic = Topic("T", due_date=timestamp(datetime(2026, 6, 12, tzinfo=UTC) + timedelta(microseconds=7)))
    assert codec.decode_topic(codec.encode_topic(topic)) == topic
