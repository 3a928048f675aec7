"""Events: what they tell of writes, in which words, and who is shown what."""

import pytest
from reference_server import full_viewpoint

BEN = {"Authorization": "Bearer token-b"}
FULL = {
    "title": "A",
    "description": "d",
    "topic_status": "Open",
    "topic_type": "Clash",
    "priority": "High",
    "due_date": "2024-05-01T12:00:00Z",
    "assigned_to": "ben@example.com",
    "labels": ["x", "y", "x"],
    "stage": "Design",
    "index": 3,
    "reference_links": ["https://example.com"],
}
INITIAL = [
    ("topic_created", None),
    ("title_updated", "A"),
    ("description_updated", "d"),
    ("status_updated", "Open"),
    ("type_updated", "Clash"),
    ("priority_updated", "High"),
    ("due_date_updated", "2024-05-01T12:00:00Z"),
    ("assigned_to_updated", "ben@example.com"),
    ("label_added", "x"),
    ("label_added", "y"),
    ("stage_added", "Design"),
]


def shown(version, actions):
    hidden = {"2.1": "stage_", "3.0": "reply_to_comment_"}[version]
    return [(name, value) for name, value in actions if not name.startswith(hidden)]


def events(api, url):
    answer = api.get(url)
    assert answer.status_code == 200, answer.text
    return answer.json()


def actions(event):
    assert {frozenset(action) for action in event["actions"]} == {frozenset(("type", "value"))}
    return [(action["type"], action["value"]) for action in event["actions"]]


def test_a_new_topic_has_an_event_with_its_initial_values(api, version, project):
    topic = api.post(f"{project}/topics", json=FULL).json()
    [event] = events(api, f"{project}/topics/{topic['guid']}/events")
    assert actions(event) == shown(version, INITIAL)
    del event["actions"]
    assert event == {
        "topic_guid": topic["guid"],
        "date": topic["creation_date"],
        "author": "anna@example.com",
    }


WRITES = {
    "title": ("B", [("title_updated", "B")]),
    "description": ("e", [("description_updated", "e")]),
    "topic_status": ("Closed", [("status_updated", "Closed")]),
    "topic_type": ("Issue", [("type_updated", "Issue")]),
    "priority": ("Low", [("priority_updated", "Low")]),
    "due_date": ("2025-01-01", [("due_date_updated", "2025-01-01")]),
    "assigned_to": ("x@example.com", [("assigned_to_updated", "x@example.com")]),
    "labels": (["y", "z"], [("label_added", "z"), ("label_removed", "x")]),
    "stage": ("Tender", [("stage_updated", "Tender")]),
    "index": (4, []),
    "reference_links": ([], []),
}
REMOVALS = {
    "description": [("description_removed", None)],
    "topic_status": [("status_updated", None)],
    "topic_type": [("type_updated", None)],
    "priority": [("priority_removed", None)],
    "due_date": [("due_date_removed", None)],
    "assigned_to": [("assigned_to_removed", None)],
    "labels": [("label_removed", "x"), ("label_removed", "y")],
    "stage": [("stage_removed", None)],
    "index": [],
    "reference_links": [],
}
CHANGES = [(name, {**FULL, name: value}, told) for name, (value, told) in WRITES.items()] + [
    (name, {other: value for other, value in FULL.items() if other != name}, told) for name, told in REMOVALS.items()
]


@pytest.mark.parametrize(("name", "body", "told"), CHANGES, ids=[f"{n}{len(b)}" for n, b, _ in CHANGES])
def test_a_write_is_told_in_the_words_of_the_specification(api, version, project, name, body, told):
    url = f"{project}/topics/{api.post(f'{project}/topics', json=FULL).json()['guid']}"
    written = api.put(url, json=body, headers=BEN).json()
    later = events(api, f"{url}/events")[1:]
    assert [actions(event) for event in later] == ([shown(version, told)] if shown(version, told) else [])
    for event in later:
        assert (event["date"], event["author"]) == (written["modified_date"], "ben@example.com")


def test_one_write_of_many_members_is_one_event(api, project):
    url = f"{project}/topics/{api.post(f'{project}/topics', json={'title': 'A'}).json()['guid']}"
    api.put(url, json={"title": "B", "topic_status": "Open", "labels": ["x"]})
    api.put(url, json={"title": "B", "topic_status": "Open", "labels": ["x"]})
    told = [actions(event) for event in events(api, f"{url}/events")]
    assert told == [
        [("topic_created", None), ("title_updated", "A")],
        [("title_updated", "B"), ("status_updated", "Open"), ("label_added", "x")],
    ]


def test_long_values_are_cut(api, topic):
    api.put(topic, json={"title": "t" * 129, "description": "d" * 1025, "topic_status": "s" * 2000})
    comment = api.post(f"{topic}/comments", json={"comment": "c" * 1025}).json()
    told = dict(actions(events(api, f"{topic}/events")[-1]))
    assert {name: len(value) for name, value in told.items()} == {
        "title_updated": 128,
        "description_updated": 1024,
        "status_updated": 2000,
    }
    [event] = events(api, f"{topic}/comments/{comment['guid']}/events")
    assert len(dict(actions(event))["comment_text_updated"]) == 1024


def test_what_events_do_not_speak_of_makes_none(api, project, topic):
    before = events(api, f"{project}/topics/events")
    api.put(f"{topic}/files", json=[{"reference": "x"}])
    api.put(f"{topic}/related_topics", json=[{"related_topic_guid": "x"}])
    api.post(f"{topic}/document_references", json={"url": "https://example.com"})
    api.post(f"{topic}/viewpoints", json=full_viewpoint())
    api.post(f"{topic}/comments", json={"comment": "c"})
    assert events(api, f"{project}/topics/events") == before
    assert api.put(topic, json={"title": "A"}).status_code == 200
    assert api.put(topic, json={}).status_code == 400
    assert events(api, f"{project}/topics/events") == before


def test_comments_have_events_of_their_own(api, version, project, topic):
    view = api.post(f"{topic}/viewpoints", json=full_viewpoint()).json()["guid"]
    first = api.post(f"{topic}/comments", json={"comment": "c"}).json()
    url = f"{topic}/comments/{first['guid']}"
    answer = {"comment": "d", "viewpoint_guid": view, "reply_to_comment_guid": first["guid"]}
    second = api.post(f"{topic}/comments", json=answer).json()
    api.put(url, json={"comment": "c2", "viewpoint_guid": view}, headers=BEN)
    changed = api.put(url, json={"comment": "c2"}).json()
    told = events(api, f"{project}/topics/comments/events")
    assert [actions(event) for event in told] == [
        [("comment_created", None), ("comment_text_updated", "c")],
        shown(
            version,
            [
                ("comment_created", None),
                ("comment_text_updated", "d"),
                ("viewpoint_updated", view),
                ("reply_to_comment_updated", first["guid"]),
            ],
        ),
        [("comment_text_updated", "c2"), ("viewpoint_updated", view)],
        [("viewpoint_removed", None)],
    ]
    assert [event["comment_guid"] for event in told] == [item["guid"] for item in (first, second, first, first)]
    assert {event["topic_guid"] for event in told} == {first["topic_guid"]}
    assert told[2]["author"] == "ben@example.com"
    assert told[3]["date"] == changed["modified_date"]
    assert events(api, f"{url}/events") == [told[0], told[2], told[3]]


def test_replies_are_told_in_2_1_and_stages_in_3_0_only(api):
    old, new = "/bcf/2.1/projects/demo/topics", "/bcf/3.0/projects/demo/topics"
    guid = api.post(new, json={"title": "A"}).json()["guid"]
    comment = api.post(f"{old}/{guid}/comments", json={"comment": "c"}).json()["guid"]
    api.put(f"{old}/{guid}/comments/{comment}", json={"comment": "c", "reply_to_comment_guid": "r"})
    api.put(f"{old}/{guid}/comments/{comment}", json={"comment": "c"})
    api.put(f"{new}/{guid}", json={"title": "A", "stage": "Design"})
    api.put(f"{new}/{guid}", json={"title": "A"})
    assert [actions(event) for event in events(api, f"{old}/comments/events")][1:] == [
        [("reply_to_comment_updated", "r")],
        [("reply_to_comment_removed", None)],
    ]
    assert len(events(api, f"{new}/comments/events")) == 1
    assert [actions(event) for event in events(api, f"{new}/events")][1:] == [
        [("stage_added", "Design")],
        [("stage_removed", None)],
    ]
    assert len(events(api, f"{old}/events")) == 1
    for kind in ("stage_added", "stage_removed"):
        assert events(api, f"{old}/events?$filter=type eq '{kind}'") == []
        assert len(events(api, f"{new}/events?$filter=type eq '{kind}'")) == 1
    assert events(api, f"{new}/comments/events?$filter=type eq 'reply_to_comment_updated'") == []
    assert events(api, f"{old}/events?$top=1&$skip=1") == []


def test_a_topic_that_is_gone_keeps_its_events_in_the_list_of_the_project(api, project, topic):
    comment = api.post(f"{topic}/comments", json={"comment": "c"}).json()["guid"]
    before = [events(api, f"{project}/topics/{which}") for which in ("events", "comments/events")]
    api.delete(f"{topic}/comments/{comment}")
    assert api.get(f"{topic}/comments/{comment}/events").status_code == 404
    api.delete(topic)
    assert [events(api, f"{project}/topics/{which}") for which in ("events", "comments/events")] == before
    assert [len(told) for told in before] == [1, 1]
    assert api.get(f"{topic}/events").status_code == 404
    assert api.get(f"{topic}/comments/{comment}/events").status_code == 404


def test_events_of_a_project_that_does_not_exist_are_404(api, version):
    for path in ("events", "comments/events", "x/events", "x/comments/y/events"):
        assert api.get(f"/bcf/{version}/projects/nowhere/topics/{path}").status_code == 404


def test_the_literal_words_win_over_guids(api, project, topic):
    api.post(f"{topic}/comments", json={"comment": "c"})
    assert "comment_guid" not in events(api, f"{project}/topics/events")[0]
    assert "comment_guid" in events(api, f"{project}/topics/comments/events")[0]
    assert api.get(f"{project}/topics/events/events").status_code == 404


def test_a_refused_write_leaves_no_event(api, project, topic):
    stale = {"If-Match": '"x"'}
    assert api.put(topic, json={"title": "B"}, headers=stale).status_code == 412
    assert api.post(f"{topic}/comments", json={"comment": "c", "viewpoint_guid": "no"}).status_code == 400
    assert len(events(api, f"{project}/topics/events")) == 1
    assert events(api, f"{project}/topics/comments/events") == []


def test_seeded_topics_and_comments_have_the_dates_and_authors_of_their_file(api, project, store):
    topic = {
        "guid": "A0000000-0000-0000-0000-000000000001",
        "title": "old",
        "creation_date": "2015-06-30T12:00:00+02:00",
        "creation_author": "file@example.com",
        "modified_date": "2016-01-01T00:00:00Z",
        "modified_author": "other@example.com",
    }
    comment = {"guid": "c1", "comment": "c", "date": "2015-07-01T00:00:00Z", "author": "says@example.com"}
    new = api.post(f"{project}/topics", json={"title": "new"}).json()["guid"]
    store.seed_topic("demo", topic, [], [])
    store.seed_comment("demo", topic["guid"].lower(), comment)
    told = events(api, f"{project}/topics/events")
    assert [event["topic_guid"] for event in told] == [topic["guid"], new]
    assert told[0] == {
        "topic_guid": topic["guid"],
        "date": topic["creation_date"],
        "author": "file@example.com",
        "actions": [{"type": "topic_created", "value": None}, {"type": "title_updated", "value": "old"}],
    }
    [said] = events(api, f"{project}/topics/comments/events")
    assert (said["topic_guid"], said["comment_guid"]) == (topic["guid"], "c1")
    assert (said["date"], said["author"]) == (comment["date"], "says@example.com")


@pytest.fixture
def history(api, project):
    """Two topics and their comments: T1 at :00, T2 at :01, T1 changed at :02 by Ben, and so on."""
    one, two = (api.post(f"{project}/topics", json={"title": title}).json()["guid"] for title in "ab")
    api.put(f"{project}/topics/{one}", json={"title": "c", "topic_status": "Open"}, headers=BEN)
    api.put(f"{project}/topics/{two}", json={"title": "b", "labels": ["x"]})
    for guid in (one, two):
        api.post(f"{project}/topics/{guid}/comments", json={"comment": guid})
    return one, two


FILTERED = {
    "": "0123",
    "$orderby=date desc": "3210",
    "$orderby=date": "0123",
    "$top=2&$skip=1": "12",
    "$filter=author eq 'ben@example.com'": "2",
    "$filter=type eq 'title_updated'": "012",
    "$filter=type ne 'title_updated'": "3",
    "$filter=type eq 'label_added' or type eq 'status_updated'": "23",
    "$filter=type in ('label_added','status_updated')": "23",
    "$filter=not (type in ('label_added','status_updated'))": "01",
    "$filter=startswith(type,'topic_')": "01",
    "$filter=type eq null": "",
    "$filter=date ge 2024-01-01T00:00:01Z and date lt 2024-01-01T00:00:03Z": "12",
    "$filter=date gt 2024-01-01T01:00:01+01:00": "23",
    "$filter=topic_guid eq 'ONE'": "02",
    "$filter=topic_guid eq 'ONE' and type eq 'topic_created'": "0",
    "$filter=topic_guid eq 'ONE'&$top=1&$skip=1": "2",
    "$filter=topic_guid ne 'ONE'&$orderby=date desc": "31",
}


def test_events_of_topics_are_filtered_and_sorted(api, project, history):
    whole = events(api, f"{project}/topics/events")
    found = {
        query: "".join(str(whole.index(event)) for event in events(api, f"{project}/topics/events?{asked}"))
        for query in FILTERED
        for asked in [query.replace("ONE", history[0].upper())]
    }
    assert found == FILTERED


def test_events_of_comments_are_filtered_by_comment_too(api, project, history):
    one, two = events(api, f"{project}/topics/comments/events")
    url = f"{project}/topics/comments/events?$filter="
    assert events(api, f"{url}comment_guid eq '{two['comment_guid']}'") == [two]
    assert events(api, f"{url}topic_guid eq '{history[0]}'") == [one]
    assert events(api, f"{url}type eq 'comment_created'&$orderby=date desc") == [two, one]
    assert events(api, f"{url}type eq 'topic_created'") == []


REFUSED = {
    "events?$filter=comment_guid eq 'x'": "$filter: 'comment_guid' is not supported; filter this collection by author,",
    "events?$filter=topic_guid eq 5": "$filter: at character 15 there must be a guid in single quotes for topic_guid",
    "events?$orderby=author": "$orderby: 'author' is not supported; sort this collection by date",
    "comments/events?$filter=value eq 'x'": "$filter: 'value' is not supported; filter this collection by author,",
}


@pytest.mark.parametrize("path", REFUSED)
def test_events_are_filtered_by_nothing_else(api, project, path):
    answer = api.get(f"{project}/topics/{path}")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(REFUSED[path])


def test_events_are_read_again_only_when_there_are_new_ones(api, project, topic):
    tag = api.get(f"{project}/topics/events").headers["ETag"]
    assert api.get(f"{project}/topics/events", headers={"If-None-Match": tag}).status_code == 304
    api.put(topic, json={"title": "B"})
    assert api.get(f"{project}/topics/events", headers={"If-None-Match": tag}).status_code == 200
