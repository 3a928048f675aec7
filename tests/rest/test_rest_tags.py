"""The tag of the list of topics: what it proves, how that is proved, and what one contradiction does."""

import json

import httpx
import pytest
from rest_world import created, deleted, done, fresh, loaded, new_topic

from bcfsync.changes import Files, Kind, Status, Verb
from bcfsync.model import Comment, HeaderFile

COVERS = "tag_covers"


def with_files(side, topic, name="a.ifc"):
    outcome = done(side, Verb.UPDATE, Kind.FILES, Files((HeaderFile(filename=name),)), topic, topic)
    assert outcome.status is Status.DONE


def listings(wire):
    return [item for item in wire.sent("GET") if item.url.path.endswith("/topics")]


def with_tags(wire, tag_of):
    """Another server's tags: ``tag_of`` makes one of an answer's bytes and of the list's own tag."""

    def answer(request):
        if request.method != "GET" or not request.url.path.endswith("/topics"):
            return None
        headers = {name: value for name, value in request.headers.items() if name.lower() != "if-none-match"}
        real = wire.inner.handle_request(httpx.Request("GET", request.url, headers=headers))
        real.read()
        tag = tag_of(real)
        if tag is not None and request.headers.get("If-None-Match") == tag:
            return httpx.Response(304, headers={"ETag": tag})
        return httpx.Response(200, json=real.json(), headers={"ETag": tag} if tag else {})

    wire.before = answer


def of_the_bytes(real):
    return f'"{hash(real.content)}"'


def of_the_newest_date(real):
    dates = [item.get("modified_date") or item["creation_date"] for item in real.json()]
    return f'"{max(dates, default="")} {len(dates)}"'


def test_one_write_below_a_topic_proves_the_reference_servers_tags(side):
    topic = new_topic(side)
    assert COVERS not in side.learned
    with_files(side, topic)
    assert side.learned[COVERS] == "collection"


def test_without_proof_nothing_is_believed_and_nothing_is_asked(open_side, wire):
    side = open_side("3.0")
    tag = side.listing().tag
    before = len(wire.requests)
    assert tag is not None
    assert side.moved(tag) is True
    assert len(wire.requests) == before


@pytest.mark.parametrize("topics", [1, 2, 10, 25])
def test_with_proof_one_request_tells_that_nothing_has_changed(open_side, wire, topics):
    side = open_side("3.0")
    for _ in range(topics):
        topic = new_topic(side)
    with_files(side, topic)
    tag = side.listing().tag
    later = open_side("3.0", **side.learned)
    before = len(wire.requests)
    assert later.moved(tag) is False
    assert len(wire.requests) == before + 1
    assert later.http.traffic.not_modified == 1


CHANGES = {
    "a topic": lambda api, _topic: new_topic(api),
    "a comment": lambda api, topic: created(api, Kind.COMMENT, Comment(fresh(), "new"), topic),
    "a file": lambda api, topic: with_files(api, topic, "other.ifc"),
    "a deleted topic": lambda api, topic: deleted(api, Kind.TOPIC, loaded(api, topic)),
    "a deleted comment": lambda api, topic: deleted(api, Kind.COMMENT, loaded(api, topic).comments[0], topic),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_somebody_else_changes_moves_the_tag(open_side, version, change):
    side, other = open_side(version), open_side(version)
    topic = new_topic(side)
    created(side, Kind.COMMENT, Comment(fresh(), "old"), topic)
    with_files(side, topic)
    tag = side.listing().tag
    assert not side.moved(tag)
    CHANGES[change](other, topic)
    assert side.moved(tag)


def test_what_was_read_while_asking_is_not_read_again(open_side, wire):
    side, other = open_side("3.0"), open_side("3.0")
    with_files(side, new_topic(side))
    tag = side.listing().tag
    new_topic(other)
    later = open_side("3.0", **side.learned)
    before = len(listings(wire))
    assert later.moved(tag)
    assert len(later.listing().topics) == 2
    assert len(listings(wire)) == before + 2  # and once behind a list that is longer than any before


@pytest.mark.parametrize("tag", [None, "", "nonsense", "{}", "[1]", '[["https://other.test/topics", "\\"x\\""]]', "[]"])
def test_a_tag_of_something_else_proves_nothing(open_side, wire, tag):
    side = open_side("3.0", tag_covers="collection")
    assert side.moved(tag)


def test_tags_made_of_the_bytes_are_refuted_by_the_first_write_they_do_not_show(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    with_tags(wire, of_the_bytes)
    with_files(side, topic)
    assert side.learned[COVERS] == "no"
    assert side.moved(side.listing().tag)


@pytest.mark.parametrize("tag_of", [of_the_bytes, of_the_newest_date])
def test_a_comment_proves_nothing_where_it_moves_its_topics_date(open_side, wire, tag_of):
    """Both kinds of tag move with comments on such a server, and neither moves with a deleted one."""
    side = open_side("3.0")
    topic = new_topic(side)
    with_tags(wire, tag_of)
    side.listing()
    comment = created(side, Kind.COMMENT, Comment(fresh(), "one"), topic).value
    side.listing()
    assert COVERS not in side.learned
    assert deleted(side, Kind.COMMENT, comment, topic).status is Status.DONE
    assert side.learned[COVERS] == "no"


def test_one_contradiction_counts_for_good(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    with_files(side, topic)
    assert side.learned[COVERS] == "collection"
    with_tags(wire, of_the_bytes)
    side.listing()
    with_files(side, topic, "b.ifc")
    side.listing()
    assert side.learned[COVERS] == "no"
    wire.before = lambda _request: None
    side.listing()
    with_files(side, topic, "c.ifc")
    side.listing()
    assert side.learned[COVERS] == "no"


def test_a_tag_that_is_another_with_each_answer_proves_nothing(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    with_tags(wire, lambda _real: f'"{len(wire.requests)}"')
    with_files(side, topic)
    assert COVERS not in side.learned


def test_the_lists_a_run_reads_anyway_are_proof_enough(open_side, wire):
    side = open_side("3.0", tag_trials="3")
    topic = new_topic(side)
    side.listing()
    with_files(side, topic)
    before = len(listings(wire))
    side.listing()
    assert side.learned[COVERS] == "pages"
    assert len(listings(wire)) == before + 2, "the list, and once whether its tag is steady"


def test_a_tag_that_speaks_for_its_page_only_is_asked_page_by_page(open_side, wire, monkeypatch):
    monkeypatch.setattr("bcfsync.sides.rest.paging._PAGE", 10)
    side = open_side("3.0", tag_covers="pages")
    for _ in range(21):
        new_topic(side)
    tag = side.listing().tag
    assert len(json.loads(tag)) == 3
    before = len(listings(wire))
    assert not side.moved(tag)
    assert len(listings(wire)) == before + 3


def test_a_trial_is_made_once_a_run_and_in_three_runs_at_most(open_side, wire):
    learned: dict[str, str] = {}
    topic = new_topic(open_side("3.0"))
    for number in range(5):
        side = open_side("3.0", **learned)
        created(side, Kind.COMMENT, Comment(fresh(), "so that the list moves"), topic)
        wire.before = moving_within(wire, side, topic)
        before = len(listings(wire))
        with_files(side, topic, f"{number}.ifc")
        with_files(side, topic, f"{number} again.ifc")
        wire.before = lambda _request: None
        assert (len(listings(wire)) > before) is (number < 3)
        learned = side.learned
    assert learned[COVERS] == "dated", "a comment shows that much"
    assert learned["tag_trials"] == "3"


def moving_within(wire, side, topic):
    """Somebody comments whenever the files are written."""

    def answer(request):
        if request.method == "PUT" and request.url.path.endswith("/files"):
            url = str(request.url).replace("/files", "/comments")
            headers = {"Authorization": request.headers["Authorization"], "Content-Type": "application/json"}
            wire.inner.handle_request(httpx.Request("POST", url, headers=headers, json={"comment": "c"})).read()

    return answer


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_a_list_without_a_strong_tag_has_none(open_side, wire, tag):
    side = open_side("3.0")
    topic = new_topic(side)
    with_tags(wire, lambda _real: tag)
    with_files(side, topic)
    assert side.listing().tag is None
    assert COVERS not in side.learned


def test_a_trial_that_fails_fails_no_run(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    wire.before = lambda request: httpx.Response(403) if request.url.path.endswith("/topics") else None
    with_files(side, topic)
    assert COVERS not in side.learned


def test_a_trial_that_loses_the_server_loses_no_outcome(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)

    def lost_after_the_write(request):
        if wire.sent("PUT") and request.method == "GET" and request.url.path.endswith("/topics"):
            raise httpx.ConnectError("gone")

    wire.before = lost_after_the_write
    with_files(side, topic)
    assert COVERS not in side.learned


def test_a_deletion_of_what_was_gone_already_refutes_nothing(open_side, wire):
    side = open_side("3.0")
    topic = new_topic(side)
    comment = created(side, Kind.COMMENT, Comment(fresh(), "one"), topic).value
    wire.before = lambda request: httpx.Response(404) if request.url.path.endswith(comment.guid) else None
    assert deleted(side, Kind.COMMENT, comment, topic).adopted
    assert side.learned[COVERS] == "dated"
