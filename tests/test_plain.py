"""Values as JSON and back, exactly: for the state, and for plans that are saved."""

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import LOCAL, bring, plan, rich_world

from bcfsync import changes, model, plain
from bcfsync.changes import ENTITIES, Change, Conflict, Hold, Outcome
from bcfsync.dates import Timestamp

TEXTS = st.text(max_size=4)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn
MODELS = [item for item in vars(model).values() if is_dataclass(item) and item is not Timestamp]


@cache
def values(kind):
    """A strategy for any type the model is made of."""
    of = get_args(kind)
    simple = {str: TEXTS, int: st.integers(), float: FLOATS, bool: st.booleans(), type(None): st.none()}
    if get_origin(kind) in {Union, UnionType}:
        return st.one_of([values(item) for item in of])
    if of:
        items = values(of[0])
        return st.frozensets(items, max_size=1) if get_origin(kind) is frozenset else st.tuples() | st.tuples(items)
    if kind in simple or kind is datetime:
        return simple.get(kind, MOMENTS)
    hints = get_type_hints(kind)
    return st.builds(kind, **{item.name: st.deferred(lambda of=hints[item.name]: values(of)) for item in fields(kind)})


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS, ids=lambda item: item.__name__)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_model_value_comes_back_as_it_was(kind, data):
    value = data.draw(values(kind))
    text = plain.dumps(value)
    assert plain.loads(kind, text) == value
    assert plain.dumps(plain.loads(kind, text)) == text


def test_every_kind_of_atom_is_tried():
    assert {*ENTITIES.values()} <= {*MODELS, changes.Files, changes.Related, changes.ProjectInfo}


@pytest.mark.parametrize("kind", [changes.Files, changes.Related, changes.ProjectInfo], ids=lambda item: item.__name__)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_list_of_a_topic_comes_back_as_it_was(kind, data):
    value = data.draw(values(kind))
    assert plain.loads(kind, plain.dumps(value)) == value


@given(values(Timestamp))
def test_a_date_comes_back_with_the_text_it_was_written_with(value):
    back = plain.loads(Timestamp, plain.dumps(value))
    assert (back, back.text, back.had_zone, back.date_only) == (value, value.text, value.had_zone, value.date_only)


def test_how_a_file_spelled_it_comes_back_though_it_makes_no_difference():
    spelling = frozenset({"Description", "-IsExternal"})
    back = plain.loads(model.Topic, plain.dumps(model.Topic("a", spelling=spelling)))
    assert (back.spelling, back == model.Topic("a")) == (spelling, True)


def test_members_at_their_default_are_left_out():
    assert json.loads(plain.dumps(model.Topic("a", priority="x"))) == {"guid": "a", "priority": "x"}


def test_a_whole_number_in_place_of_a_float_is_a_float_again():
    assert isinstance(plain.loads(model.Point, '{"x": 1, "y": 2, "z": 3}').x, float)


def test_half_a_surrogate_pair_goes_through_utf_8():
    value = model.Topic("a", title="half \ud83d")
    assert plain.loads(model.Topic, plain.dumps(value).encode().decode()) == value


def test_text_stays_readable():
    assert "Türe" in plain.dumps(model.Topic("a", title="Türe"))


@pytest.mark.parametrize("value", [
    Conflict(changes.Kind.TOPIC, "", "a", "title", None, "x", "y", "label"),
    Hold(changes.Kind.COMMENT, "a", "b", "why", "label"),
], ids=["conflict", "hold"])  # fmt: skip
def test_what_a_plan_leaves_undone_comes_back_as_it_was(value):
    assert plain.loads(type(value), plain.dumps(value)) == value


def test_a_whole_plan_can_be_written_down():
    found = rich_world()
    before = plan(found, LOCAL)
    text = plain.dumps(before)
    assert json.loads(text)["steps"][0]["label"] == "document plan.pdf"
    bring(found)
    assert plain.dumps(before) == text


@pytest.mark.parametrize("kind", [Change, Outcome])
def test_what_sides_are_told_and_tell_can_be_written_down(kind):
    members = {"step": 1, "verb": changes.Verb.CREATE, "kind": changes.Kind.TOPIC, "guid": "a", "topic": ""}
    more = {"value": model.Topic("a")}
    value = Change(**members, **more) if kind is Change else Outcome(1, changes.Status.DONE, "a", model.Topic("a"))
    assert json.loads(plain.dumps(value))["guid"] == "a"


def test_a_moment_is_written_in_utc():
    assert plain.to_plain(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-01T00:00:00Z"
    assert plain.from_plain(datetime, "2026-01-01T00:00:00Z") == datetime(2026, 1, 1, tzinfo=UTC)
