"""What SQLite finds is what a plain reading of the condition finds."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bcfsync.server import dates
from bcfsync.server.query.conditions import ITEM, And, AnyItem, Compare, Matches, Not, OneOf, Or
from bcfsync.server.query.sql import Column, clause
from bcfsync.server.query.window import Window

SIGNS = {
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
TEXTS = ("topic_status", "stage", "assigned_to")
DATES = ("creation_date", "modified_date")

# few and short, so that they meet; with what SQL, JSON and patterns find special
WORDS = st.text("aB'*?[]%_é\\\"\U0001f600-", max_size=3)
MOMENTS = st.integers(0, 5).map(lambda n: f"2024-01-01T0{n}:00:00+0{n % 3}:00")
INSTANTS = st.integers(-2, 6).map(lambda n: dates.instant("2024-01-01T00:00:00Z") + n * 3_600_000)


def compare(field, values):
    signs = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
    null = st.builds(Compare, st.just(field), st.sampled_from(["eq", "ne"]), st.none())
    return st.builds(Compare, st.just(field), signs, values) | null


def texts_in(field):
    pieces = st.lists(WORDS, min_size=2, max_size=4).map(tuple)
    one_of = st.builds(OneOf, st.just(field), st.lists(WORDS, max_size=3).map(tuple))
    return compare(field, WORDS) | one_of | st.builds(Matches, st.just(field), pieces)


def deeper(leaf):
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(Not, inner)
        ),
        max_leaves=6,
    )


CONDITIONS = deeper(
    st.one_of(
        *(texts_in(name) for name in TEXTS),
        *(compare(name, INSTANTS) for name in DATES),
        st.builds(AnyItem, st.just("labels"), st.none() | deeper(texts_in(ITEM))),
    )
)
TOPICS = st.lists(
    st.fixed_dictionaries(
        {"creation_date": MOMENTS},
        optional={**dict.fromkeys(TEXTS, WORDS), "modified_date": MOMENTS, "labels": st.lists(WORDS, max_size=3)},
    ),
    max_size=6,
)


def holds(condition, item):
    match condition:
        case And(terms):
            return all(holds(term, item) for term in terms)
        case Or(terms):
            return any(holds(term, item) for term in terms)
        case Not(term):
            return not holds(term, item)
        case AnyItem(field, that):
            return any(that is None or holds(that, {ITEM: label}) for label in item.get(field, []))
    value = item.get(condition.field)
    return fits(condition, dates.instant(value) if condition.field in DATES and value is not None else value)


def fits(condition, value):
    match condition:
        case OneOf(_, values):
            return value in values
        case Matches(_, pieces):
            pattern = ".*".join(map(re.escape, pieces))
            return value is not None and re.fullmatch(pattern, value, re.DOTALL) is not None
        case Compare(_, "eq" | "ne" as sign, wanted):
            return (value == wanted) == (sign == "eq")
        case Compare(_, sign, wanted):
            return value is not None and SIGNS[sign](value, wanted)


@pytest.mark.slow
def test_a_condition_holds_in_sql_where_it_holds_in_plain_reading(store):
    numbers = itertools.count()

    @settings(max_examples=400, deadline=None)
    @given(topics=TOPICS, condition=CONDITIONS)
    def run(topics, condition):
        project = f"p{next(numbers)}"
        store.create_project(project, project)
        for number, topic in enumerate(topics):
            store.seed_topic(project, {"guid": f"g{number}", "title": "t", **topic}, [], [])
        found = {topic["guid"] for topic in store.topics.listing(project, Window(condition=condition))}
        assert found == {f"g{number}" for number, topic in enumerate(topics) if holds(condition, topic)}

    run()


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(condition=CONDITIONS)
def test_no_value_of_a_filter_gets_into_the_text_of_the_query(condition):
    columns = {name: Column(f"column_{name}", items="items") for name in (*TEXTS, *DATES, "labels")}
    found = clause(condition, columns)
    assert re.fullmatch(r"[\w ().,=<>?]*", found.sql)
    assert found.sql.count("?") == len(found.values)


def plan(store, window):
    """How SQLite would look for the topics of a window."""
    asked = []

    class Asking:
        def rows(self, sql, *values):
            asked.extend(row["detail"] for row in store.database.rows(f"EXPLAIN QUERY PLAN {sql}", *values))
            return []

    store.topics.listing("demo", window, Asking())
    return " ".join(asked)


def test_a_date_is_looked_up_in_an_index_and_the_usual_order_is_that_of_one(store):
    since = Window(condition=Compare("modified_date", "ge", 5), order=(("modified_date", False),))
    assert "INDEX topic_by_change (project_id=? AND modified>?)" in plan(store, since)
    assert "TEMP B-TREE" not in plan(store, since)
    assert "INDEX topic_by_creation (project_id=? AND created>?)" in plan(
        store, Window(condition=Compare("creation_date", "gt", 5))
    )
    assert plan(store, Window(top=100, skip=50_000)) == "SEARCH topic USING INDEX topic_by_creation (project_id=?)"
