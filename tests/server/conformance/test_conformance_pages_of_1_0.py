"""Parts of a collection as the tag of 1.0 has it: ``page``, ``page_size``, ``sort`` and ``filter``."""

import pytest
from library import Fits
from texts import TAG, V30


def test_the_tag_of_1_0_has_pages_counted_from_one(library):
    everything = library.read(TAG, "P/topics", "[topic]")
    assert len(everything) == 5
    assert library.read(TAG, "P/topics", "[topic]", "page_size=2") == everything[:2]
    assert library.read(TAG, "P/topics", "[topic]", "page=1&page_size=2") == everything[:2]
    assert library.read(TAG, "P/topics", "[topic]", "page=3&page_size=2") == everything[4:]
    assert library.read(TAG, "P/topics", "[topic]", "page=4&page_size=2") == []
    for wrong in ("page=0", "page=-1", "page=x", "page_size=0", "page_size=-1", "page_size=x", "page=1.5"):
        library.refuses(TAG, "P/topics", wrong)


def test_the_tag_of_1_0_sends_a_hundred_unless_told_otherwise(fresh_place):
    f = fresh_place.furniture(V30)
    for i in range(103):
        f.asker.ask("POST", f.url("P/topics"), 201, json={"title": f"{i:03}"})
    old = fresh_place.furniture(TAG)
    sizes = [
        len(old.asker.get(old.url("P/topics") + query, "[topic]").json())
        for query in ("", "?page=2", "?page_size=1000")
    ]
    assert sizes == [100, 3, 103]


@pytest.mark.parametrize("field", ["priority", "title", "creation_date", "index", "topic_status"])
def test_the_tag_of_1_0_sorts_by_any_member(library, field):
    everything = library.read(TAG, "P/topics", "[topic]")
    up = library.read(TAG, "P/topics", "[topic]", f"sort={field}")
    assert [topic[field] for topic in up] == sorted(topic[field] for topic in everything)
    down = library.read(TAG, "P/topics", "[topic]", f"sort=-{field}")
    assert [topic[field] for topic in down] == sorted((topic[field] for topic in everything), reverse=True)


def test_the_tag_of_1_0_sorts_by_several_members(library):
    found = library.read(TAG, "P/topics", "[topic]", "sort=-topic_status,index")
    second = sorted(found, key=lambda topic: topic["index"])
    assert found == sorted(second, key=lambda topic: topic["topic_status"], reverse=True)
    for wrong in ("sort=no_such_member", "sort=-", "sort=,"):
        library.refuses(TAG, "P/topics", wrong)


def test_the_tag_of_1_0_filters_by_unquoted_values(library):
    everything = library.read(TAG, "P/topics", "[topic]")
    status = everything[0]["topic_status"]
    dates = [topic["creation_date"] for topic in everything]
    cases: dict[str, Fits] = {
        f"topic_status eq {status}": lambda t: t["topic_status"] == status,
        f"topic_status ne {status}": lambda t: t["topic_status"] != status,
        "title eq Topic*": lambda t: t["title"].startswith("Topic"),
        "creation_date ge 2013*": lambda _: True,
        f"creation_date ge {dates[3]}": lambda t: t["creation_date"] >= dates[3],
        f"creation_date lt {dates[3]}": lambda t: t["creation_date"] < dates[3],
        "index gt 2": lambda t: t["index"] > 2,
        "index le 2 or index eq 5": lambda t: t["index"] in {1, 2, 5},
        f"(index le 2 or index eq 5) and topic_status eq {status}": lambda t: (
            t["index"] in {1, 2, 5} and t["topic_status"] == status
        ),
    }
    for expression, fits in cases.items():
        found = library.read(TAG, "P/topics", "[topic]", f"filter={expression}")
        assert found == [topic for topic in everything if fits(topic)], expression
    for wrong in (
        "filter=no_such_member eq x",
        "filter=(",
        "filter=title",
        "filter=title is x",
        "filter=title eq x and",
    ):
        library.refuses(TAG, "P/topics", wrong)
