"""The ``Link`` header of pages."""

import base64
import uuid

import pytest
from reference_server import TOKENS, png

from bcfsync.server.app import create_app
from bcfsync.server.query.links import links
from bcfsync.server.query.window import UNLIMITED, Window

SNAPSHOT = {"snapshot_type": "png", "snapshot_data": base64.b64encode(png()).decode()}
LINKS = [
    ("u?$top=5", Window(5, 0), True, {"next": "u?$skip=5&$top=5"}),
    ("u?$top=5", Window(5, 0), False, None),
    ("u", Window(UNLIMITED, 0), False, None),
    ("u?$skip=3", Window(UNLIMITED, 3), False, None),
    ("u?$top=0", Window(0, 0), True, None),
    (
        "u?$skip=5&$top=5",
        Window(5, 5),
        True,
        {"next": "u?$skip=10&$top=5", "prev": "u?$skip=0&$top=5", "first": "u?$skip=0&$top=5"},
    ),
    ("u?$skip=3&$top=5", Window(5, 3), False, {"prev": "u?$skip=0&$top=3", "first": "u?$skip=0&$top=5"}),
    (
        "http://h/a%20b/c?%24top=1&$orderby=date%20desc&%24filter=x%20gt%202024-01-01T00:00:00%2B01:00",
        Window(1, 0),
        True,
        {"next": "http://h/a%20b/c?$orderby=date%20desc&$filter=x%20gt%202024-01-01T00:00:00%2B01:00&$skip=1&$top=1"},
    ),
    ("u?q=%3E%22%0D%0A%26&$top=1", Window(1, 0), True, {"next": "u?q=%3E%22%0D%0A%26&$skip=1&$top=1"}),
    ("u", Window(100, 0, pages="page"), True, {"next": "u?page=2&page_size=100"}),
    (
        "u?page=3&sort=-title&page_size=2",
        Window(2, 4, pages="page"),
        False,
        {"prev": "u?sort=-title&page=2&page_size=2", "first": "u?sort=-title&page=1&page_size=2"},
    ),
]


@pytest.mark.parametrize(("url", "window", "more", "told"), LINKS)
def test_a_page_tells_where_its_neighbours_are(url, window, more, told):
    value = links(url, window, more=more)
    if told is None:
        assert value is None
    else:
        assert value == ", ".join(f'<{target}>; rel="{rel}"' for rel, target in told.items())


def walked(api, url):
    titles = []
    while url:
        answer = api.get(url)
        assert answer.status_code == 200, answer.text
        titles += [item.get("title") or item.get("comment") or item["actions"][0]["type"] for item in answer.json()]
        url = answer.links.get("next", {}).get("url")
    return "".join(titles)


def test_following_next_meets_every_topic_once(api, project):
    for title in "abcde":
        api.post(f"{project}/topics", json={"title": title})
    assert walked(api, f"{project}/topics?$top=2&$orderby=creation_date%20desc") == "edcba"
    assert walked(api, f"{project}/topics?$top=2&$filter=creation_date%20gt%202024-01-01T00:00:00%2B00:00") == "bcde"
    assert walked(api, f"{project}/topics?$top=5") == "abcde"
    assert "Link" not in api.get(f"{project}/topics?$top=5").headers
    assert "Link" not in api.get(f"{project}/topics").headers
    back = api.get(f"{project}/topics?$top=2&$skip=4").links["prev"]["url"]
    assert [topic["title"] for topic in api.get(back).json()] == ["c", "d"]


@pytest.mark.slow
def test_a_large_page_knows_what_comes_after_it_too(api, project, store):
    with store.writing():
        for number in range(1502):
            store.seed_topic("demo", {"guid": str(number), "title": "t"}, [], [])
    assert api.get(f"{project}/topics?$top=1501").links["next"]["url"].endswith("?$skip=1501&$top=1501")
    assert "Link" not in api.get(f"{project}/topics?$top=1502").headers
    assert len(walked(api, f"{project}/topics?$top=1501")) == 1502


def test_comments_and_events_have_next_pages(api, project, topic):
    for text in "abc":
        api.post(f"{topic}/comments", json={"comment": text})
    assert walked(api, f"{topic}/comments?$top=1") == "abc"
    assert walked(api, f"{project}/topics/comments/events?$top=2") == "comment_created" * 3
    assert walked(api, f"{project}/topics/events?$top=1") == "topic_created"


def test_a_page_whose_last_item_is_the_last_no_more_has_another_tag(api, topic):
    api.post(f"{topic}/comments", json={"comment": "a"})
    alone = api.get(f"{topic}/comments?$top=1")
    api.post(f"{topic}/comments", json={"comment": "b"})
    now = api.get(f"{topic}/comments?$top=1", headers={"If-None-Match": alone.headers["ETag"]})
    assert (now.status_code, now.content) == (200, alone.content)
    assert "next" in now.links


def test_a_foreign_name_in_the_path_stays_one(store):
    store.create_project("Häuser & 1", "x")
    for number in "12":
        store.seed_topic("Häuser & 1", {"guid": number, "title": number}, [], [])
    client = create_app(store, tokens=TOKENS).test_client()
    path = "/bcf/3.0/projects/H%C3%A4user%20&%201/topics"
    answer = client.get(f"{path}?$top=1", headers={"Authorization": "Bearer token-a"})
    assert answer.headers["Link"].startswith("<http://localhost/bcf/3.0/projects/H%C3%A4user%20")
    target = answer.headers["Link"].partition(">")[0].removeprefix("<http://localhost")
    assert client.get(target, headers={"Authorization": "Bearer token-a"}).json[0]["title"] == "2"


SHORT = (
    "topics/{t}/viewpoints",
    "topics/{t}/files",
    "topics/{t}/related_topics",
    "topics/{t}/document_references",
    "documents",
)


@pytest.mark.parametrize("listed", SHORT)
def test_short_lists_have_next_pages_too(api, project, topic, listed):
    url = f"{project}/{listed.format(t=topic.rpartition('/')[2])}"
    for number in range(3):
        api.post(f"{topic}/viewpoints", json={"index": number, "snapshot": SNAPSHOT})
        api.post(f"{topic}/document_references", json={"url": f"https://example.com/{number}"})
        named = {"Content-Disposition": f"attachment; filename={number}"}
        api.post(f"{project}/documents", content=b"d", headers=named)
    api.put(f"{topic}/files", json=[{"reference": str(number)} for number in range(3)])
    api.put(f"{topic}/related_topics", json=[{"related_topic_guid": str(uuid.UUID(int=n))} for n in range(3)])
    first = api.get(f"{url}?$top=2")
    assert len(first.json()) == 2
    assert 'rel="next"' in first.headers["Link"]
    last = api.get(first.links["next"]["url"])
    assert len(last.json()) == 1
    assert 'rel="next"' not in last.headers["Link"]
    assert [*first.json(), *last.json()] == api.get(url).json()
    assert "Link" not in api.get(url).headers
