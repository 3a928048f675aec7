"""Parts of a collection as 1.0 late, 2.1 and 3.0 have it: pages, sorting, and filters by the fields each names."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from library import Fits
from likeness import instant
from replies import ERRORS
from request_bodies import Body
from texts import LATE, NEW, V21, V30, Text

ODATA = (LATE, V21, V30)


TEXT_FIELDS = ("creation_author", "modified_author", "assigned_to", "topic_status", "topic_type")


def _filterable(text: Text) -> tuple[str, ...]:
    stage = () if text is LATE else ("stage",)
    return (*TEXT_FIELDS, *stage, *(("priority",) if text is V30 else ()))


@pytest.mark.parametrize(
    ("text", "field"),
    [(text, field) for text in ODATA for field in _filterable(text)],
    ids=lambda it: getattr(it, "name", it),
)
def test_topics_are_filtered_by_a_text(library, text, field):
    everything = library.read(text, "P/topics", "[topic]")
    values = {str(topic[field]) for topic in everything if topic.get(field)}
    assert values, f"no topic has a {field}"
    for value in values:
        literal = value.replace("'", "''")
        for operator, fits in (("eq", True), ("ne", False)):
            found = library.read(text, "P/topics", "[topic]", f"$filter={field} {operator} '{literal}'")
            expected = [topic for topic in everything if (topic.get(field) == value) is fits]
            if operator == "ne":  # whether a topic without the member is unlike it, the texts do not say
                found, expected = ([t for t in topics if t.get(field)] for topics in (found, expected))
            assert found == expected, operator


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
@pytest.mark.parametrize("field", ["creation_date", "modified_date"])
def test_topics_are_filtered_by_a_date(library, text, field):
    everything = library.read(text, "P/topics", "[topic]")
    dates = sorted({str(topic[field]) for topic in everything if topic.get(field)})
    assert dates
    compare: dict[str, Callable[[str, str], bool]] = {
        "ge": lambda one, other: instant(one) >= instant(other),
        "gt": lambda one, other: instant(one) > instant(other),
        "le": lambda one, other: instant(one) <= instant(other),
        "lt": lambda one, other: instant(one) < instant(other),
    }
    middle = dates[len(dates) // 2]
    for literal in (middle, middle.replace("Z", "+00:00")):
        for operator, holds in compare.items():
            found = library.read(text, "P/topics", "[topic]", f"$filter={field} {operator} {literal}")
            assert found == [topic for topic in everything if topic.get(field) and holds(topic[field], middle)], (
                operator
            )
    assert library.read(text, "P/topics", "[topic]", f"$filter={field} ge 2999-01-01T00:00:00Z") == []


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
def test_topics_are_filtered_by_a_label(library, text):
    everything = library.read(text, "P/topics", "[topic]")
    one, two = library.words["topic_label"][:2]

    def has(label: str) -> str:
        return f"labels/any(label: label eq '{label}')" if text is V30 else f"contains(labels,'{label}')"

    def labelled(*wanted: str) -> list[Body]:
        return [topic for topic in everything if set(wanted) & set(topic.get("labels") or ())]

    assert library.read(text, "P/topics", "[topic]", f"$filter={has(two)}") == labelled(two) != []
    assert library.read(text, "P/topics", "[topic]", f"$filter={has(one)} or {has(two)}") == labelled(one, two)
    assert library.read(text, "P/topics", "[topic]", f"$filter={has(two[:-1])}") == [], "a part of a label is none"
    assert library.read(text, "P/topics", "[topic]", f"$filter={has(chr(39) * 2)}") == []


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
def test_conditions_are_combined(library, text):
    everything = library.read(text, "P/topics", "[topic]")
    status, kind = library.words["topic_status"][0], library.words["topic_type"][1]
    one, two = f"topic_status eq '{status}'", f"topic_type eq '{kind}'"
    late = "creation_date ge 2000-01-01T00:00:00Z"
    cases: dict[str, Fits] = {
        f"{one} and {two}": lambda t: t["topic_status"] == status and t["topic_type"] == kind,
        f"{one} or {two}": lambda t: t["topic_status"] == status or t["topic_type"] == kind,
        f"({one} or {two}) and {late}": lambda t: t["topic_status"] == status or t["topic_type"] == kind,
        f"{one} and {two} or {late}": lambda _: True,
        f"{one} and ({two} or {late})": lambda t: t["topic_status"] == status,
    }
    for expression, fits in cases.items():
        found = library.read(text, "P/topics", "[topic]", f"$filter={expression}")
        assert found == [topic for topic in everything if fits(topic)], expression


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
def test_topics_are_sorted(library, text):
    everything = library.read(text, "P/topics", "[topic]")
    assert [t["creation_date"] for t in everything] == sorted(t["creation_date"] for t in everything), (
        "the default order"
    )
    fields = ["creation_date", "index", *(["server_assigned_id"] if text is V30 else [])]
    for field in fields:
        up = library.read(text, "P/topics", "[topic]", f"$orderby={field} asc")
        assert up == library.read(text, "P/topics", "[topic]", f"$orderby={field}")
        assert up == sorted(everything, key=lambda topic: topic[field])
        assert library.read(text, "P/topics", "[topic]", f"$orderby={field} desc") == up[::-1]
    changed = library.read(text, "P/topics", "[topic]", "$orderby=modified_date desc")
    dates = [topic["modified_date"] for topic in changed if topic.get("modified_date")]
    assert dates == sorted(dates, reverse=True)
    assert len(changed) == len(everything)


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
def test_a_collection_is_read_in_pages(library, text):
    everything = library.read(text, "P/topics", "[topic]")
    assert library.read(text, "P/topics", "[topic]", "$top=2") == everything[:2]
    assert library.read(text, "P/topics", "[topic]", "$top=2&$skip=3") == everything[3:5]
    assert library.read(text, "P/topics", "[topic]", "$skip=4") == everything[4:]
    assert library.read(text, "P/topics", "[topic]", "$top=2&$skip=99") == []
    assert library.read(text, "P/topics", "[topic]", "$top=1000") == everything
    assert library.read(text, "P/topics", "[topic]", "$orderby=index&$top=1&$skip=1")[0]["index"] == 2
    assert library.read(text, "P/topics", "[topic]", "%24top=2") == everything[:2]
    author = everything[1]["creation_author"]
    mine = [topic for topic in everything if topic["creation_author"] == author]
    assert (
        library.read(text, "P/topics", "[topic]", f"$filter=creation_author eq '{author}'&$top=1&$skip=1") == mine[1:2]
    )


PAGED = {
    "B/projects": "[project]",
    "P/documents": "[document]",
    "T/comments": "[comment]",
    "T/viewpoints": "[viewpoint]",
}


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
@pytest.mark.parametrize("path", PAGED)
def test_other_collections_are_read_in_pages_too(library, text, path):
    everything = library.read(text, path, PAGED[path])
    assert library.read(text, path, PAGED[path], "$top=1") == everything[:1]
    assert library.read(text, path, PAGED[path], "$skip=1&$top=1") == everything[1:2]
    for wrong in ("$top=-1", "$skip=x", "$filter=name eq 'x'", "$orderby=name"):
        library.refuses(text, path, wrong)


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
def test_comments_are_filtered_and_sorted(library, text):
    everything = library.read(text, "T/comments", "[comment]")
    assert len(everything) == 4
    authors = {comment["author"] for comment in everything}
    assert len(authors) == 2
    for author in authors:
        found = library.read(text, "T/comments", "[comment]", f"$filter=author eq '{author}'")
        assert found == [comment for comment in everything if comment["author"] == author]
    date = everything[2]["date"]
    assert library.read(text, "T/comments", "[comment]", f"$filter=date ge {date}") == everything[2:]
    assert library.read(text, "T/comments", "[comment]", "$orderby=date desc") == everything[::-1]


EVENTS = {"P/topics/events": "[topic_event]", "P/topics/comments/events": "[comment_event]",
          "T/events": "[topic_event]", "T/comments/{c}/events": "[comment_event]"}  # fmt: skip


@pytest.mark.parametrize("text", NEW, ids=lambda text: text.name)
@pytest.mark.parametrize("path", EVENTS)
def test_events_are_filtered_and_sorted(library, text, path):
    name = EVENTS[path]
    everything = library.read(text, path, name)
    assert everything
    last = everything[-1]
    guids = ("topic_guid", "comment_guid") if name == "[comment_event]" else ("topic_guid",)
    for field in (*guids, "author"):
        found = library.read(text, path, name, f"$filter={field} eq '{last[field]}'")
        assert found == [event for event in everything if event[field] == last[field]]
    kind = (last.get("actions") or last.get("events"))[0]["type"]
    of_kind = library.read(text, path, name, f"$filter=type eq '{kind}'")
    assert [event["date"] for event in of_kind] == [e["date"] for e in everything if kind in _types(e)]
    assert library.read(text, path, name, f"$filter=date ge {last['date']}") == [
        event for event in everything if instant(event["date"]) >= instant(last["date"])
    ]
    descending = [event["date"] for event in library.read(text, path, name, "$orderby=date desc")]
    assert descending == sorted((event["date"] for event in everything), reverse=True)
    assert library.read(text, path, name, "$top=1") == everything[:1]


def _types(event: Body) -> set[str]:
    return {action["type"] for action in event.get("actions") or event.get("events")}


WRONG = (
    "$filter=title eq 'x'", "$filter=no_such_field eq 'x'", "$filter=guid eq 'x'", "$orderby=title",
    "$orderby=no_such_field", "$orderby=index sideways", "$top=-1", "$top=x", "$top=1.5", "$skip=-1", "$skip=x",
    "$top=1e400", "$skip=1e400",
    "$filter=(", "$filter=topic_status eq", "$filter=topic_status eq 'a", "$filter=topic_status is 'a'",
    "$filter=eq eq eq", "$filter=creation_date ge yesterday", "$filter=creation_date ge 2031-13-01T00:00:00Z",
    "$filter=topic_status eq 7 or", "$filter=topic_status eq 'a' 'b'", "$filter=')", "$filter=\x00",
    f"$filter={'(' * 10_000}", f"$filter={'not ' * 10_000}topic_status eq 'a'",
)  # fmt: skip


@pytest.mark.parametrize("text", ODATA, ids=lambda text: text.name)
@pytest.mark.parametrize("query", WRONG, ids=lambda query: query[:40])
def test_an_unknown_field_or_a_wrong_option_is_a_400(library, text, query):
    library.refuses(text, "P/topics", query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (V21, "$filter=priority eq 'x'"),
        (V21, "$orderby=server_assigned_id"),
        (LATE, "$filter=priority eq 'x'"),
        (LATE, "$orderby=server_assigned_id"),
    ],
    ids=["2.1-priority", "2.1-server_assigned_id", "late-priority", "late-server_assigned_id"],
)
def test_a_field_of_a_later_text_is_unknown(library, text, query):
    library.refuses(text, "P/topics", query)


@pytest.mark.parametrize("text", NEW, ids=lambda text: text.name)
def test_no_query_however_absurd_is_a_fault_of_the_server(library, text):
    f = library.at(text)
    for query in ("$top=" + "9" * 400, "$skip=" + "9" * 400, "$filter=" + "x" * 60_000, "$filter=%FF", "%FF=1", "&&&==",
                  "$filter=topic_status eq '" + "a" * 50_000 + "'", "$orderby=" + ",".join(["index"] * 5000),
                  "$filter=" + " and ".join(["index eq 1"] * 2000), "$top", "$filter", "?" * 1000):  # fmt: skip
        for path in ("P/topics", "T/comments", "P/topics/events", "B/projects"):
            f.asker.ask("GET", f"{f.url(path)}?{quote(query, safe='$&=%')}", {200, *ERRORS})
