"""Rules of the texts that belong to no single row."""

import pytest
import request_bodies as bodies
from furniture import Furniture
from likeness import instant
from replies import ERRORS, decoded
from texts import NEW, OLD, TEXTS, V21, V30

BEN = {"Authorization": "Bearer token-b"}
new_texts = pytest.mark.parametrize("text", NEW, ids=lambda text: text.name)
EMPTY = {
    "T/comments": TEXTS,
    "T/viewpoints": TEXTS,
    "T/files": TEXTS,
    "T/related_topics": TEXTS,
    "T/document_references": TEXTS,
    "T/comments/{c}/events?$filter=author eq 'nobody@example.com'": NEW,
}


@pytest.mark.parametrize(
    ("path", "text"), [(path, text) for path in EMPTY for text in EMPTY[path]], ids=lambda it: getattr(it, "name", it)
)
def test_an_empty_collection_is_an_empty_list_and_a_missing_one_is_not_there(place, text, path):
    f = place.furniture(text)
    url = f.url(path)
    assert decoded(f.asker.get(url)) == []
    f.asker.ask("GET", url.replace(f.topic.rpartition("/")[2], "00000000-dead-4bad-8bad-000000000000"), 404)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_every_member_that_may_be_null_may_be_sent_as_null(place, text):
    f = place.furniture(text)
    required = {"title", "index"} if text.is_1_0 else {"title"}
    body = {name: value if name in required else None for name, value in bodies.topic(text, f.words).items()}
    f.know("topic", f.create(f.url("P/topics"), body, "topic"))
    f.asker.ask("PUT", f.topic, f.put, "topic", json=body)
    comment = {**bodies.comment(text, f.words), "viewpoint_guid": None}
    comment |= {} if text is V30 else {"reply_to_comment_guid": None}
    comment |= {"verbal_status": None} if text.is_1_0 else {}
    f.create(f.url("T/comments"), comment, "comment")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_author_and_date_are_the_servers(place, text):
    if not place.is_ours:
        pytest.skip("needs two people it knows")
    f = place.furniture(text)
    lie = {"creation_author": "mallory", "author": "mallory", "modified_author": "mallory", "server_assigned_id": "7",
           "creation_date": "1999-01-01T00:00:00Z", "date": "1999-01-01T00:00:00Z", "guid": None}  # fmt: skip
    posted = f.asker.ask("POST", f.url("P/topics"), f.created, json={"title": "By Ben", **lie}, headers=BEN)
    f.know("topic", f"{f.url('P/topics')}/{f.created_guid(posted)}")
    topic = decoded(f.asker.get(f.topic, "topic"))
    assert (topic["creation_author"], topic["creation_date"][:4]) == ("ben@example.com", "2024")
    assert topic.get("server_assigned_id") != "7"
    body = {**bodies.comment(text, f.words), **lie}
    posted = f.asker.ask("POST", f.url("T/comments"), f.created, json=body, headers=BEN)
    comment = decoded(f.asker.get(f"{f.topic}/comments/{f.created_guid(posted)}", "comment"))
    assert (comment["author"], comment["date"][:4]) == ("ben@example.com", "2024")
    f.asker.ask("PUT", f.topic, f.put, json={"title": "By Anna"})
    topic = decoded(f.asker.get(f.topic, "topic"))
    assert (topic["creation_author"], topic["modified_author"]) == ("ben@example.com", "anna@example.com")
    assert instant(topic["modified_date"]) > instant(topic["creation_date"])


def test_the_id_that_the_server_assigns_is_unique_and_stays(place):
    f = place.furniture(V30)
    ids = [decoded(f.asker.get(f.new_topic(), "topic"))["server_assigned_id"] for _ in range(3)]
    assert len(set(ids)) == 3
    before = decoded(f.asker.get(f.topic))["server_assigned_id"]
    f.asker.ask("PUT", f.topic, 200, json={"title": "Other"})
    assert decoded(f.asker.get(f.topic, "topic"))["server_assigned_id"] == before


CHANGES = {
    "its own": lambda f: f.asker.ask("PUT", f.topic, 200, json={"title": "Other"}),
    "a new comment": lambda f: f.new_comment(),
    "a comment": lambda f: f.asker.ask("PUT", f.comment, 200, json={"comment": "Other"}),
    "a viewpoint without a comment": lambda f: f.new_viewpoint(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_topic_of_3_0_is_modified_when_something_of_it_is(place, change):
    f = place.furniture(V30)
    f.url("{c}")
    before = decoded(f.asker.get(f.topic, "topic"))
    CHANGES[change](f)
    after = decoded(f.asker.get(f.topic, "topic"))
    assert instant(after["modified_date"]) > instant(before.get("modified_date") or before["creation_date"])


@new_texts
def test_what_is_deleted_takes_with_it_what_is_below(place, text):
    f = place.furniture(text)
    below = [f.url(path) for path in ("T/comments/{c}", "V", "V/snapshot", "V/bitmaps/{b}", "T/comments", "T/events")]
    f.asker.ask("DELETE", f.topic, 200)
    for url in (f.topic, *below):
        f.asker.ask("GET", url, 404)
    listed = decoded(f.asker.get(f.url("P/topics"), "[topic]"))
    assert all(topic["guid"] not in f.topic for topic in listed)


@new_texts
def test_a_deleted_guid_is_nobodys(place, text):
    f = place.furniture(text)
    f.asker.ask("DELETE", f.topic, 200)
    f.asker.ask("PUT", f.topic, 404, json={"title": "Risen"})


def test_a_picture_may_come_as_a_data_uri_in_2_1(place):
    f = place.furniture(V21)
    body = bodies.viewpoint(V21)
    plain = body["snapshot"]["snapshot_data"]
    body["snapshot"]["snapshot_data"] = f"data:image/png;base64,{plain}"
    url = f.create(f.url("T/viewpoints"), body, "viewpoint")
    assert f.asker.get(f"{url}/snapshot").headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_a_guid_belongs_to_its_topic(place, text):
    f, other = place.furniture(text), place.furniture(text)
    for url in (f.comment, f.viewpoint):
        strange = url.replace(f.topic, other.topic)
        f.asker.ask("GET", strange, 404)
        f.asker.ask("PUT", strange, ERRORS, json={"comment": "Elsewhere", "status": "Open"})


@pytest.mark.parametrize("text", OLD, ids=lambda text: text.name)
def test_a_guid_belongs_to_its_project(place, text):
    f = place.furniture(text)
    other = Furniture(f.asker, f.create(f.url("B/projects"), {"name": "Other"}, "project").rpartition("/")[2])
    f.asker.ask("GET", f.topic.replace(f.project, other.project), 404)
    assert decoded(f.asker.get(other.url("P/topics"), "[topic]")) == []


def test_a_compressed_answer_has_a_tag_of_its_own(place, text):
    f = place.furniture(text)
    for i in range(8):
        f.new_topic(f"Topic {i}")
    url = f.url("P/topics")
    zipped = f.asker.get(url, "[topic]", headers={"Accept-Encoding": "gzip"})
    plain = f.asker.get(url, "[topic]", headers={"Accept-Encoding": "identity"})
    assert (zipped.headers.get("Content-Encoding"), plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert zipped.content == plain.content
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert all("accept-encoding" in reply.headers["Vary"].lower() for reply in (zipped, plain))
    for tag in (zipped.headers["ETag"], plain.headers["ETag"]):
        f.asker.ask("GET", url, 304, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})


def test_a_page_of_another_origin_may_ask_and_write(place, text):
    f = place.furniture(text)
    asked = {"Origin": "https://viewer.example.com", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "authorization, content-type, if-match"}  # fmt: skip
    request = f.asker.client.build_request("OPTIONS", f.topic, headers=asked)
    request.headers.pop("Authorization")
    reply = f.asker.client.send(request)
    assert reply.status_code in {200, 204}
    assert reply.headers["Access-Control-Allow-Origin"] in {"*", "https://viewer.example.com"}
    assert "PUT" in reply.headers["Access-Control-Allow-Methods"]
    allowed = reply.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "if-match"))
    shown = f.asker.get(f.topic, headers={"Origin": "https://viewer.example.com"}).headers
    assert all(name in shown["Access-Control-Expose-Headers"].lower() for name in ("etag", "location"))


@new_texts
def test_an_unchanged_resource_is_told_by_its_date_too_where_it_has_one(place, text):
    f = place.furniture(text)
    for path in ("T", "P/topics", "B/projects", "V", "V/snapshot"):
        date = f.asker.get(f.url(path)).headers.get("Last-Modified")
        if date:
            f.asker.ask("GET", f.url(path), 304, headers={"If-Modified-Since": date})
            f.asker.ask("GET", f.url(path), 200, headers={"If-Modified-Since": date, "If-None-Match": '"other"'})
