"""``filter``, ``sort``, ``page`` and ``page_size`` of the first text of 1.0."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bcfsync.server.query import tag
from bcfsync.server.query.grammar import DEEPEST, LONGEST, MOST_TERMS
from bcfsync.server.refusals import Malformed

TOPICS = (
    {
        "guid": "A0000000-0000-0000-0000-000000000001",
        "title": "a",
        "topic_type": "Clash",
        "topic_status": "In Progress",
        "labels": ["Architecture", "MEP"],
        "priority": "high",
        "index": 2,
        "creation_date": "2013-10-21T17:34:22.409Z",
        "reference_links": ["https://example.com/1"],
    },
    {
        "guid": "a0000000-0000-0000-0000-000000000002",
        "title": "b",
        "topic_type": "Request for (more) information",
        "topic_status": "closed",
        "labels": ["Structural"],
        "priority": "low",
        "index": 10,
        "creation_date": "2014-01-01T00:00:00Z",
        "modified_date": "2015-06-30T12:00:00+02:00",
        "bim_snippet": {"snippet_type": "clash", "is_external": True, "reference": "r", "reference_schema": "s"},
    },
    {
        "guid": "a0000000-0000-0000-0000-000000000003",
        "title": "c",
        "priority": "normal",
        "creation_date": "2014-02-28T23:59:59.999Z",
        "creation_author": "ben@example.com",
    },
)

FILTERS = {
    "label eq Architecture": "a",
    "labels eq Architecture": "a",
    "label ne Architecture": "bc",
    "label eq *": "ab",
    "label eq Arch*": "a",
    "label eq architecture": "",
    "topic_status ne closed": "ac",
    "topic_status eq In Progress": "a",
    "topic_status eq In Progress and priority eq high": "a",
    "topic_status eq In*": "a",
    "topic_status eq *ro*ss": "a",
    "topic_status eq *": "ab",
    "topic_status ne *": "c",
    "topic_type eq *for*": "b",
    "priority gt high": "bc",
    "priority ge low": "bc",
    "priority lt low": "a",
    "priority le low": "ab",
    "priority gt l*": "c",
    "priority le l*": "ab",
    "priority ge l*": "bc",
    "priority lt l*": "a",
    "creation_date gt 2013*": "bc",
    "creation_date ge 2013*": "abc",
    "creation_date lt 2013*": "",
    "creation_date le 2013*": "a",
    "creation_date eq 2013*": "a",
    "creation_date ne 2013*": "bc",
    "creation_date eq 2014-02*": "c",
    "creation_date eq 2014-02-28*": "c",
    "creation_date eq 2014-02-28T23*": "c",
    "creation_date eq 2013-10-21T17:34*": "a",
    "creation_date eq 2013-10-21T17:34:22.*": "a",
    "creation_date gt 2014-02-28*": "",
    "creation_date lt 9999*": "abc",
    "creation_date gt 9999-12*": "",
    "creation_date eq 2014-01-01T00:00:00Z": "b",
    "creation_date eq 2014-01-01T01:00:00 01:00": "b",
    "modified_date eq 2015*": "b",
    "modified_date lt 2020*": "b",
    "index eq 10": "b",
    "index gt 2": "b",
    "index lt 10": "a",
    "index ge -5": "ab",
    "title eq a": "a",
    "guid eq A0000000-0000-0000-0000-000000000002": "b",
    "guid eq a0000000-*-000000000001": "a",
    "reference_link eq https://example.com/*": "a",
    "bim_snippet.snippet_type eq clash": "b",
    "creation_author eq ben@example.com": "c",
    "label eq Architecture and priority eq high": "a",
    "label eq Architecture or label eq Structural": "ab",
    "(label eq Architecture or label eq Structural) and priority eq high": "a",
    "label eq Architecture or label eq Structural and priority eq high": "a",
    "( ( title eq a ) )": "a",
}


@pytest.fixture
def listed(store):
    for topic in TOPICS:
        store.seed_topic("demo", topic, [], [])

    def titles(**options):
        return "".join(t["title"] for t in store.topics.listing("demo", tag.window(options, tag.TOPICS)))

    return titles


def test_a_filter_without_quotes_finds_the_topics_it_describes(listed):
    assert {text: listed(filter=text) for text in FILTERS} == FILTERS


SORTED = {
    "priority": "abc",
    "-priority": "cba",
    "-creation_date": "cba",
    "index": "cab",
    "-index,title": "bac",
    "topic_status,-title": "cab",
    "labels": "cab",
    "-label": "bac",
    "modified_date": "acb",
    " -title , priority": "cba",
    "reference_link,guid": "bca",
    "bim_snippet.snippet_type,-guid": "cab",
}


def test_any_element_sorts_and_a_minus_turns_the_order(listed):
    assert {text: listed(sort=text) for text in SORTED} == SORTED


def test_pages_count_from_one(listed):
    assert listed(page="1", page_size="2") == "ab"
    assert listed(page="2", page_size="2") == "c"
    assert listed(page="3", page_size="2") == ""
    assert listed(page="2", page_size="1", filter="title ne b", sort="-title") == "a"


def test_a_page_has_a_hundred_items_unless_it_is_said(store):
    with store.writing():
        for number in range(101):
            store.seed_topic("demo", {"guid": str(number), "title": "t"}, [], [])
    part = store.topics.listing("demo", tag.window({}))
    assert (len([*part]), part.more) == (100, True)
    part = store.topics.listing("demo", tag.window({"page_size": "1000"}))
    assert (len([*part]), part.more) == (101, False)


REFUSED = [
    ("page", "0", "page: must be an integer from 1 to"),
    ("page", "x", "page: must be an integer from 1 to"),
    ("page", "9" * 20, "page: must be an integer from 1 to"),
    ("page_size", "0", "page_size: must be an integer from 1 to 1000"),
    ("page_size", "1001", "page_size: must be an integer from 1 to 1000"),
    ("page_size", "-1", "page_size: must be an integer from 1 to 1000"),
    ("sort", "", "sort: '' is not supported"),
    ("sort", "title,", "sort: '' is not supported"),
    ("sort", "--title", "sort: '--title' is not supported"),
    ("sort", "stage", "sort: 'stage' is not supported"),
    ("sort", "title,-title", "sort: must not name an element twice"),
    ("filter", "", "filter: '' is not supported"),
    ("filter", "stage eq x", "filter: 'stage' is not supported"),
    ("filter", "title", "one of eq, ne"),
    ("filter", "title like x", "one of eq, ne"),
    ("filter", "title eq", "a value, but the filter ends"),
    ("filter", "title eq (x)", "a value, not '('"),
    ("filter", "title eq x and", "'' is not supported"),
    ("filter", "(title eq x", "')'"),
    ("filter", "title eq x)", "'and', 'or' or the end"),
    ("filter", "not title eq x", "'not' is not supported"),
    ("filter", "labels gt x", "eq and ne only"),
    ("filter", "index eq x", "an integer for index"),
    ("filter", "index eq 1*", "an integer for index"),
    ("filter", "title gt a*b", "a wildcard at the end only"),
    ("filter", "title gt *a", "a wildcard at the end only"),
    ("filter", "title eq " + "a*" * 9, "more than 8 wildcards"),
    ("filter", "creation_date gt yesterday", "a date or the beginning of one"),
    ("filter", "creation_date gt 2013-13*", "a date or the beginning of one"),
    ("filter", "creation_date gt 20*", "a date or the beginning of one"),
    ("filter", "creation_date gt *", "a date or the beginning of one"),
    ("filter", "creation_date gt 0000*", "a date or the beginning of one"),
    ("filter", " or ".join(["title eq x"] * (MOST_TERMS + 1)), "more than"),
    ("filter", "(" * (DEEPEST + 1) + "title eq x" + ")" * (DEEPEST + 1), "nested"),
    ("filter", "(" * 7000, "nested"),
    ("filter", "title eq " + "x" * LONGEST, "longer"),
]


@pytest.mark.parametrize(("name", "value", "complaint"), REFUSED, ids=[f"{n}={v}"[:40] for n, v, _ in REFUSED])
def test_an_option_with_a_mistake_is_told_what_it_is(name, value, complaint):
    with pytest.raises(Malformed) as refused:
        tag.window({name: value}, tag.TOPICS)
    assert str(refused.value).startswith(f"{name}: ")
    assert complaint in str(refused.value)


def test_comments_are_filtered_and_sorted_by_what_they_consist_of(store):
    store.seed_topic("demo", TOPICS[0], [], [])
    topic = TOPICS[0]["guid"]
    store.seed_comment("demo", topic, {"guid": "1", "comment": "x y", "date": "2013-01-01T00:00:00Z", "author": "b"})
    other = {"guid": "2", "comment": "z", "date": "2014-01-01T00:00:00Z", "author": "a", "modified_date": "2016-01-01"}
    store.seed_comment("demo", topic, other)

    def found(**options):
        window = tag.window(options, tag.COMMENTS)
        return "".join(comment["guid"] for comment in store.comments.listing("demo", topic, window))

    assert found() == "12"
    assert found(filter="comment eq x*") == "1"
    assert found(filter="modified_date gt 2015*") == "2"
    assert found(filter="date lt 2014*") == "1"
    assert found(sort="author") == found(sort="-date") == found(sort="-modified_date") == "21"
    assert found(filter=f"topic_guid eq {topic}", page_size="1", page="2") == "2"


_WORDS = st.sampled_from(
    [
        *("title", "labels", "creation_date", "index", "eq", "gt", "and", "or", "(", ")", "*", "a*", "2013*", "5"),
        *("not", "a b", "title eq a", "index le 5"),
    ]
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(text=st.lists(_WORDS, max_size=12).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_filter_or_a_refusal(text):
    for fields in (tag.TOPICS, tag.COMMENTS):
        with contextlib.suppress(Malformed):
            tag.condition(text, fields)
