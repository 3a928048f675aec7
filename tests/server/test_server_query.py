"""``$filter``, ``$orderby``, ``$top`` and ``$skip`` as clients send them."""

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bcfsync.server.query import odata
from bcfsync.server.query.fields import FIELDS, NO_FIELDS
from bcfsync.server.query.grammar import DEEPEST, LONGEST, MOST_TERMS
from bcfsync.server.refusals import Malformed

# one second apart, from 2024-01-01T00:00:00Z on; "b" is modified at :03
TOPICS = (
    {"title": "a", "topic_type": "Clash", "topic_status": "Open", "labels": ["MEP", "O'Neil"], "priority": "High"},
    {"title": "b", "topic_type": "Issue", "topic_status": "Closed", "labels": [], "assigned_to": "ben@example.com"},
    {"title": "c", "topic_type": "Clash*", "labels": ["mep"], "stage": "Design", "priority": "Low"},
)

FILTERS = {
    "topic_type eq 'Clash'": "a",
    "topic_type ne 'Clash'": "bc",
    "topic_type eq 'clash'": "",
    "'Clash' eq topic_type": "a",
    "'Clash' lt topic_type": "bc",
    "topic_type gt 'Clash'": "bc",
    "topic_type ge 'Clash'": "abc",
    "topic_type lt 'Clash*'": "a",
    "topic_type le 'Clash*'": "ac",
    "topic_status eq null": "c",
    "topic_status ne null": "ab",
    "topic_status ne 'Open'": "bc",
    "topic_status gt 'A'": "ab",
    "not (topic_status gt 'A')": "c",
    "not topic_status eq 'Open' and topic_type eq 'Issue'": "b",
    "not not topic_status eq 'Open'": "a",
    "topic_status in ('Open', 'Closed')": "ab",
    "topic_status in ('Open')": "a",
    "topic_status in ('Open',null)": "ac",
    "not (topic_status in ('Open', null))": "b",
    "startswith(topic_type,'Cl')": "ac",
    "startswith(topic_type, 'Clash*')": "c",
    "endswith(topic_type,'e')": "b",
    "contains(topic_type,'s')": "abc",
    "contains(topic_type,'?')": "",
    "contains(topic_type,'[')": "",
    "contains(topic_status,'')": "ab",
    "assigned_to eq 'ben@example.com'": "b",
    "creation_author eq 'anna@example.com'": "abc",
    "modified_author eq 'ben@example.com'": "b",
    "modified_author eq null": "ac",
    "stage eq 'Design'": "c",
    "topic_status eq 'Open' or topic_type eq 'Issue' and stage eq 'x'": "a",
    "(topic_status eq 'Open' or topic_type eq 'Issue') and stage eq null": "ab",
    "((topic_status eq 'Open'))": "a",
    " topic_status%09eq  'Open' ": "a",
    "creation_date gt 2024-01-01T00:00:00Z": "bc",
    "creation_date ge 2024-01-01T00:00:01.000Z": "bc",
    "creation_date lt 2024-01-01T00:00:01": "a",
    "creation_date eq 2024-01-01T01:00:01%2B01:00": "b",
    "creation_date eq 2024-01-01T01:00:01+01:00": "b",  # a blank, once decoded
    "creation_date eq 2024-01-01T01:00:01+0100": "b",
    "creation_date eq 2023-12-31T23:00:01-01:00": "b",
    "creation_date gt 2024-01-01T01:00:00+01:00 and topic_status eq null": "c",
    "creation_date ge 2024-01-01": "abc",
    "creation_date in (2024-01-01T00:00:00Z, 2024-01-01T00:00:02Z)": "ac",
    "2024-01-01T00:00:01Z le creation_date": "bc",
    "modified_date ge 2024-01-01T00:00:00Z": "b",
    "modified_date lt 2099-01-01T00:00:00Z": "b",
    "modified_date eq null": "ac",
    "modified_date ne 2024-01-01T00:00:03Z": "ac",
    "modified_date ge 2024-01-01T00:00:02Z or creation_date ge 2024-01-01T00:00:02Z": "bc",
    "labels/any(label: label eq 'MEP')": "a",
    "labels/any(x:x eq 'O''Neil')": "a",
    "labels/any(x: startswith(x,'M') or x eq 'mep')": "ac",
    "labels/any(x: x ne 'MEP')": "ac",
    "labels/any(x: not (x eq 'mep'))": "a",
    "not labels/any(x: x eq 'MEP')": "bc",
    "labels/any()": "ac",
    "labels/any(x: x eq 'MEP') or labels/any(x: x eq 'mep')": "ac",
    "labels/any(x: x in ('mep', 'b'))": "c",
}


def seeded(api, project):
    guids = [api.post(f"{project}/topics", json=topic).json()["guid"] for topic in TOPICS]
    ben = {"Authorization": "Bearer token-b"}
    assert api.put(f"{project}/topics/{guids[1]}", json=TOPICS[1], headers=ben).status_code == 200


def titles(api, project, query):
    answer = api.get(f"{project}/topics?{query}")
    assert answer.status_code == 200, (query, answer.text)
    return "".join(topic["title"] for topic in answer.json())


def test_a_filter_finds_the_topics_it_describes(api, project):
    seeded(api, project)
    assert {text: titles(api, project, f"$filter={text}") for text in FILTERS} == FILTERS


OLD_FILTERS = {
    "contains(labels,'MEP')": "a",
    "contains(labels, 'ME')": "",
    "contains(labels, 'MEP') or contains(labels, 'mep')": "ac",
    "creation_date gt datetime'2024-01-01T01:00:00+01:00'": "bc",
}


def test_only_2_1_spells_labels_and_dates_as_odata_3_did(api):
    seeded(api, "/bcf/2.1/projects/demo")
    for text, found in OLD_FILTERS.items():
        assert titles(api, "/bcf/2.1/projects/demo", f"$filter={text}") == found
        assert api.get(f"/bcf/3.0/projects/demo/topics?$filter={text}").status_code == 400


def test_3_0_tells_how_to_ask_for_a_label(api):
    answer = api.get("/bcf/3.0/projects/demo/topics?$filter=contains(labels,'x')")
    assert answer.json() == {"message": "$filter: labels: is a list; ask labels/any(item: item eq 'x')"}


def test_only_3_0_filters_by_priority(api):
    seeded(api, "/bcf/3.0/projects/demo")
    assert titles(api, "/bcf/3.0/projects/demo", "$filter=priority eq 'High'") == "a"
    refused = api.get("/bcf/2.1/projects/demo/topics?$filter=priority eq 'High'")
    assert refused.status_code == 400
    known = (
        "assigned_to, creation_author, creation_date, labels, modified_author, modified_date, stage, topic_status,"
        " topic_type"
    )
    message = f"$filter: 'priority' is not supported; filter this collection by {known}"
    assert refused.json() == {"message": message}


REFUSED = {
    "": "at character 1 there must be a field, but the filter ends",
    "title eq 'x'": "'title' is not supported",
    "status eq 'Open'": "'status' is not supported",
    "topic_status": "there must be one of eq",
    "topic_status eq": "but the filter ends",
    "topic_status eq Open": "a text in single quotes for topic_status, not 'Open'",
    "topic_status eq 5": "a text in single quotes",
    "topic_status eq true": "a text in single quotes",
    "topic_status eq 2024-01-01T00:00:00Z": "a text in single quotes",
    "topic_status eq 'x": "at character 17 there is nothing",
    "topic_status EQ 'x'": "one of eq",
    "topic_status like 'x'": "one of eq",
    "topic_status = 'x'": "at character 14 there is nothing",
    "topic_status eq topic_type": "a text in single quotes",
    "'a' eq 'a'": "there must be a field",
    "null eq null": "'null' is not supported",
    "topic_status gt null": "eq and ne only",
    "topic_status in ()": "a text in single quotes",
    "topic_status in 'x'": "'('",
    "topic_status in ('x'": "')'",
    "topic_status in ('x',)": "a text in single quotes",
    "topic_status in (5)": "a text in single quotes",
    "creation_date gt '2024-01-01T00:00:00Z'": "a date without quotes",
    "creation_date gt 2024-13-01T00:00:00Z": "a date that exists",
    "creation_date gt 2024-02-30": "a date that exists",
    "creation_date gt 2024": "a date without quotes",
    "creation_date gt 20240101T000000Z": "a date without quotes",
    "startswith(creation_date,'2024')": "startswith takes a text",
    "startswith(topic_type)": "','",
    "startswith(topic_type,5)": "a text in single quotes",
    "substringof('x',topic_type)": "there is no function 'substringof'",
    "labels eq 'x'": "is a list",
    "labels in ('x')": "is a list",
    "labels eq null": "is a list",
    "startswith(labels,'x')": "is a list",
    "labels/all(x: x eq 'x')": "'any'",
    "labels/any(x: topic_status eq 'x')": "inside any(), there is only x",
    "labels/any(x: x/any(y: y eq 'z'))": "is no list",
    "labels/any(x: x eq 5)": "a text in single quotes",
    "labels/any(x eq 'x')": "':'",
    "labels/any(x: x eq 'x'": "')'",
    "topic_status/any(x: x eq 'x')": "is no list",
    "topic_status eq 'x' and": "a field",
    "topic_status eq 'x' 'y'": "'and', 'or' or the end, not",
    "and topic_status eq 'x'": "'and' is not supported",
    "(topic_status eq 'x'": "')'",
    "topic_status eq 'x')": "'and', 'or' or the end",
    "topic_status eq 'x'; DROP TABLE topic": "there is nothing that can stand in a filter",
    "topic_status eq 'x' or 1 eq 1": "there must be a field",
    "not": "a field",
    "()": "a field",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_filter_with_a_mistake_is_told_what_it_is(text):
    with pytest.raises(Malformed) as refused:
        odata.condition(text, FIELDS["topics"]["3.0"])
    assert str(refused.value).startswith("$filter: ")
    assert REFUSED[text] in str(refused.value)


def chain(terms):
    return " or ".join(["stage eq 'a'"] * terms)


def alternating(depth):
    """And in or in and …, nested as deep as that, which SQLite's parser has to bear."""
    text = "labels/any(x: x eq 'a' and (x eq 'b' or x eq 'c'))"
    for level in range(depth - 2):
        text = f"stage eq 'a' and stage eq 'b' or stage eq 'c' {'and' if level % 2 else 'or'} ({text})"
    return text


SIZES = [
    (chain(MOST_TERMS), 200),
    (chain(MOST_TERMS + 1), 400),
    ("(" * DEEPEST + "stage eq 'a'" + ")" * DEEPEST, 200),
    ("(" * (DEEPEST + 1) + "stage eq 'a'" + ")" * (DEEPEST + 1), 400),
    ("not " * DEEPEST + "stage eq 'a'", 200),
    ("not " * (DEEPEST + 1) + "stage eq 'a'", 400),
    ("not (" * (DEEPEST // 2) + "stage eq 'a'" + ")" * (DEEPEST // 2), 200),
    (alternating(DEEPEST), 200),
    (alternating(DEEPEST + 1), 400),
    ("not (" + alternating(DEEPEST - 2) + ")", 200),
    ("stage eq 'a'".ljust(LONGEST), 200),
    ("stage eq 'a'".ljust(LONGEST + 1), 400),
    ("(" * 7000, 400),
    ("not " * 1900, 400),
    ("stage in (" + ",".join(["'a'"] * 1900) + ")", 200),
    ("'" * LONGEST, 400),
]


@pytest.mark.parametrize(("text", "status"), SIZES, ids=[f"{text[:20]}{len(text)}" for text, _ in SIZES])
def test_a_filter_has_a_size_beyond_which_it_is_refused(api, text, status):
    assert api.get("/bcf/3.0/projects/demo/topics", params={"$filter": text}).status_code == status


ODD_OPTIONS = {
    "$select=title": "$select: is not supported; there are $top, $skip, $orderby, $filter",
    "$orderBy=index": "$orderBy: is not supported; there are $top, $skip, $orderby, $filter",
    "$filter=stage eq 'a'&$filter=stage eq 'b'": "$filter: given more than once",
    "$orderby=index,index desc": "$orderby: must not name a field twice",
}


@pytest.mark.parametrize("query", ODD_OPTIONS)
def test_an_option_that_means_nothing_here_is_400_and_not_ignored(api, project, query):
    answer = api.get(f"{project}/topics?{query}")
    assert (answer.status_code, answer.json()) == (400, {"message": ODD_OPTIONS[query]})


COMMENT_FILTERS = {
    "": "abc",
    "$filter=author eq 'ben@example.com'": "b",
    "$filter=author ne 'ben@example.com'&$orderby=date desc": "ca",
    "$filter=date gt 2024-01-01T00:00:01Z": "bc",
    "$filter=date gt 2024-01-01T00:00:01Z&$top=1": "b",
    "$filter=date gt 2024-01-01T00:00:01Z&$top=1&$skip=1": "c",
    "$filter=contains(author,'@example')": "abc",
}


def test_comments_are_filtered_by_author_and_date(api, topic):
    for text, token in (("a", "token-a"), ("b", "token-b"), ("c", "token-a")):
        headers = {"Authorization": f"Bearer {token}"}
        assert api.post(f"{topic}/comments", json={"comment": text}, headers=headers).status_code == 201
    found = {
        query: "".join(comment["comment"] for comment in api.get(f"{topic}/comments?{query}").json())
        for query in COMMENT_FILTERS
    }
    assert found == COMMENT_FILTERS
    refused = api.get(f"{topic}/comments?$filter=modified_date gt 2024-01-01")
    message = "$filter: 'modified_date' is not supported; filter this collection by author, date"
    assert (refused.status_code, refused.json()) == (400, {"message": message})


def test_what_has_no_fields_says_so(api, project):
    refused = api.get(f"{project}/documents?$filter=filename eq 'x'")
    message = "$filter: 'filename' is not supported; filter this collection by no field at all"
    assert (refused.status_code, refused.json()) == (400, {"message": message})


def test_the_later_1_0_filters_by_less_and_its_comments_by_status():
    fields = FIELDS["comments"]["1.0"]
    odata.window({"$filter": "status eq 'Closed' and date gt datetime'2015-12-05T00:00:00+01:00'"}, fields)
    with pytest.raises(Malformed, match="'stage' is not supported"):
        odata.window({"$filter": "stage eq 'x'"}, FIELDS["topics"]["1.0"])
    with pytest.raises(Malformed, match="no field at all"):
        odata.window({"$filter": "stage eq 'x'"}, NO_FIELDS)


# words that make text that is nearly a filter
_PIECES = st.sampled_from(
    [
        *("topic_status", "creation_date", "labels", "x", "null", "eq", "ne", "gt", "in", "and", "or", "not", "any"),
        *("(", ")", ",", "/", ":", "'", "''", "'a'", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00+01:00", "5", "-1e9"),
        *("contains(", "startswith(labels,", "labels/any(x:", "x eq 'a'", "datetime'2024-01-01'", "'a')", "*", "\0"),
        *("topic_status eq 'a'", "creation_date ge 2024-01-01", "creation_date le 0001-01-01T00:00:00+23:59", "é"),
        *("creation_date ge 9999-12-31T23:59:59-23:59", "or", "and", "or"),
    ]
)
_TEXTS = st.lists(_PIECES, max_size=14).map(" ".join) | st.text(max_size=60)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(text=_TEXTS, version=st.sampled_from(["1.0", "2.1", "3.0"]))
def test_any_text_is_a_filter_or_a_refusal(text, version):
    for collection in FIELDS.values():
        with contextlib.suppress(Malformed):
            odata.condition(text, collection[version])


@pytest.mark.slow
def test_any_text_is_answered_by_200_or_400(api, project):
    seeded(api, project)
    statuses = set()

    @example(text="topic_status eq 'Open' or creation_date gt 2024-01-01", order="index")
    @example(text="topic_status eq 'Open' or", order="index")
    @settings(max_examples=100, deadline=None)
    @given(text=_TEXTS, order=st.sampled_from(["", "index", "creation_date desc, modified_date"]) | st.text())
    def run(text, order):
        options = {"$filter": text, "$orderby": order} if order else {"$filter": text}
        answer = api.get(f"{project}/topics", params=options)
        statuses.add(answer.status_code)
        assert answer.status_code == 200 or answer.json()["message"].startswith("$"), answer.text

    run()
    assert statuses == {200, 400}


def test_a_filter_of_another_topic_list_has_another_tag(api, project):
    seeded(api, project)
    one, other = (api.get(f"{project}/topics?$filter=topic_type eq '{kind}'") for kind in ("Clash", "Issue"))
    assert one.headers["ETag"] != other.headers["ETag"]
    again = api.get(one.url, headers={"If-None-Match": one.headers["ETag"]})
    assert again.status_code == 304
