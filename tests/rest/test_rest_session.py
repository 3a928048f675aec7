"""Beginning without asking, and noticing that user, rights or the way to the API are others than last time."""

import httpx
import pytest
from rest_world import new_topic

from bcfsync.errors import LoginNeeded
from bcfsync.net import Http, Seams
from bcfsync.sides.rest.side import RestSide, UnknownProject


def test_the_first_time_everything_is_asked_and_nothing_is_trusted(open_side, wire):
    side = open_side("3.0")
    assert [item.url.path for item in wire.requests] == ["/bcf/3.0/projects/demo", "/foundation/1.0/current-user"]
    assert not side.capabilities.trusted
    facts = {name: side.learned[name] for name in ("root", "base", "version", "user", "rights")}
    assert facts.pop("rights"), "the server says what this user may do: a digest of it is on record"
    assert facts == {"root": "https://server.test/bcf/3.0", "base": "https://server.test/bcf/3.0", "version": "3.0",
                     "user": "anna@example.com"}  # fmt: skip


def test_the_next_time_nothing_is_asked_until_it_is_needed(open_side, wire):
    learned = open_side("3.0").learned
    before = len(wire.requests)
    side = open_side("3.0", **learned)
    assert (side.base.version, len(wire.requests)) == ("3.0", before)
    side.listing()
    assert side.capabilities.trusted
    assert side.capabilities.user == "anna@example.com"
    paths = [item.url.path.removeprefix("/bcf/3.0") for item in wire.requests[before:]]
    assert paths == ["/projects/demo/topics", "/projects/demo", "/foundation/1.0/current-user"]


@pytest.mark.parametrize("change", [{"user": "ben@example.com"}, {"rights": "others"}])
def test_another_user_and_other_rights_are_not_trusted_until_the_time_after(open_side, change):
    learned = {**open_side("3.0").learned, **change}
    side = open_side("3.0", **learned)
    assert not side.capabilities.trusted
    assert open_side("3.0", **side.learned).capabilities.trusted


def test_rights_that_change_are_noticed(open_side, wire):
    def rights(*actions):
        def answer(request):
            if request.url.params.get("includeAuthorization") != "true":
                return None
            assert request.url.path.endswith("/projects/demo")
            said = {"project_id": "demo", "name": "Demo", "authorization": {"project_actions": list(actions)}}
            return httpx.Response(200, json=said)

        return answer

    wire.before = rights("update", "createTopic")
    learned = open_side("3.0").learned
    assert open_side("3.0", **learned).capabilities.trusted
    wire.before = rights("update")
    assert not open_side("3.0", **learned).capabilities.trusted


def hiding(*guids):
    """A server that hides topics from us, in the list and one by one."""

    def answer(request):
        if request.url.path.lower().endswith(guids):
            return httpx.Response(404)
        return httpx.Response(200, json=[]) if request.url.path.endswith("/topics") else None

    return answer


def test_what_went_out_of_sight_with_a_right_is_never_taken_for_deleted(open_side, wire):
    first = open_side("3.0")
    hidden = new_topic(first)
    first.listing()
    wire.before = hiding(hidden)
    second = open_side("3.0", **{**first.learned, "rights": "others"})
    assert second.listing().topics == {}
    assert second.gone([hidden]) == frozenset()
    third = open_side("3.0", **second.learned)
    assert third.listing().topics == {}
    assert third.capabilities.trusted
    assert third.gone([hidden, "elsewhere"]) == {"elsewhere"}


def test_what_was_seen_again_is_doubted_no_more(open_side, wire):
    first = open_side("3.0")
    hidden = new_topic(first)
    first.listing()
    wire.before = hiding(hidden)
    second = open_side("3.0", **{**first.learned, "user": "ben@example.com"})
    second.listing()
    wire.before = lambda _request: None
    third = open_side("3.0", **second.learned)
    assert list(third.listing().topics) == [hidden]
    wire.before = hiding(hidden)
    fourth = open_side("3.0", **third.learned)
    fourth.listing()
    assert fourth.gone([hidden]) == {hidden}


def test_a_server_that_takes_no_parameters_is_asked_without(open_side, wire):
    wire.before = lambda request: httpx.Response(400) if request.url.query else None
    assert open_side("3.0").learned["rights"] == ""


def test_facts_of_another_server_are_forgotten(wire):
    facts = {"root": "https://elsewhere.test/bcf/3.0", "base": "https://elsewhere.test/bcf/3.0", "version": "3.0",
             "user": "anna@example.com", "keeps_guids": "no", "tag_covers": "collection"}  # fmt: skip
    side = RestSide(Http("https://server.test/bcf/3.0", "t0ken", Seams(wire)), "demo", facts)
    assert side.base.url == "https://server.test/bcf/3.0"
    assert side.keeps_guids is None
    assert "tag_covers" not in side.learned
    assert not side.capabilities.trusted


def test_an_api_that_moved_is_found_again(wire):
    def moved(request):
        if request.url.path == "/foundation/versions":
            base = "https://server.test/bcf/3.0"
            return httpx.Response(
                200, json={"versions": [{"api_id": "bcf", "version_id": "3.0", "api_base_url": base}]}
            )
        return None

    wire.before = moved
    facts = {"root": "https://server.test", "base": "https://server.test/old/bcf/3.0", "version": "3.0",
             "user": "anna@example.com", "rights": "", "tag_covers": "collection"}  # fmt: skip
    side = RestSide(Http("https://server.test", "t0ken", Seams(wire)), "demo", facts)
    assert side.moved('[["https://server.test/old/bcf/3.0/projects/demo/topics?$top=1000", "\\"x\\""]]')
    assert side.listing().topics == {}
    assert side.base.url == "https://server.test/bcf/3.0"
    assert "tag_covers" not in side.learned


def test_a_project_that_is_no_longer_there_is_told(open_side):
    side = open_side("3.0", **open_side("3.0").learned)
    lost = RestSide(side.http, "lost", side.learned)
    with pytest.raises(UnknownProject, match="'lost'"):
        lost.listing()
    with pytest.raises(UnknownProject, match="'lost'"):
        RestSide(side.http, "lost", side.learned).capabilities  # noqa: B018


def test_a_token_that_is_no_longer_taken_is_told(open_side, wire):
    side = open_side("3.0", **open_side("3.0").learned)
    wire.before = lambda _request: httpx.Response(401)
    with pytest.raises(LoginNeeded):
        side.listing()


def test_facts_may_come_after_the_beginning(open_side):
    learned = {**open_side("3.0").learned, "keeps_guids": "no"}
    side = open_side("3.0")
    side.recall(learned)
    assert side.capabilities.trusted
    assert side.keeps_guids is False
    new_topic(side)
    assert side.keeps_guids is False
