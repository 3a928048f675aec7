"""Finding out that a server speaks API 1.0, and which of its two texts."""

import httpx
import pytest
from v10_world import URL, Line, place

from bcfsync.net import Http, Seams
from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.sides.rest import facts
from bcfsync.sides.rest.discovery import Base, discover
from bcfsync.sides.rest.routes import Routes
from bcfsync.sides.rest.texts_v10 import text_of

BOTH = pytest.mark.parametrize("text", ["tag", "late"])


def answering(pages, root=URL):
    def answer(request):
        page = pages.get(request.url.path)
        return httpx.Response(404) if page is None else httpx.Response(200, json=page)

    return Http(root, None, Seams(httpx.MockTransport(answer), lambda _: None))


def listing(*numbers):
    return {"versions": [{"api_id": "bcf", "version_id": number} for number in numbers]}


@pytest.mark.parametrize("root", [URL, f"{URL}/bcf"])
def test_a_server_that_only_knows_one_version_is_asked_as_10_says(root):
    pages = {"/bcf/version": {"version_id": "1.0", "detailed_version": "1.0"}}
    assert discover(answering(pages, root)) == Base(f"{URL}/bcf/1.0", "1.0", "")


@pytest.mark.parametrize(
    ("offered", "taken"), [(["1.0", "2.0", "2.1"], "2.1"), (["1.0", "2.0"], "2.0"), (["1.0"], "1.0")]
)
def test_the_best_of_the_versions_is_taken_and_20_is_the_later_text_of_10(offered, taken):
    base = discover(answering({"/bcf/versions": listing(*offered)}))
    assert base.url == f"{URL}/bcf/{taken}"
    assert base.version == ("1.0" if taken != "2.1" else "2.1")


@pytest.mark.parametrize("number", ["1.0", "2.0"])
def test_an_address_that_ends_in_10_or_20_is_taken_as_it_is(number):
    assert discover(answering({}, f"{URL}/opencde/bcf/{number}")) == Base(f"{URL}/opencde/bcf/{number}", "1.0", "")


@BOTH
@pytest.mark.parametrize("topics", [1, 2, 3, 12])
def test_the_text_shows_in_how_pages_are_turned_or_in_a_short_address(tmp_path, text, topics):
    with place(tmp_path, text) as there:
        for number in range(topics):
            there.server.topics.create("demo", {"title": f"Topic {number}"}, "anna@example.com")
        with there.remote() as side:
            assert len(side.listing().topics) == topics
            assert side.learned[facts.TEXT] == text


@BOTH
def test_an_empty_project_does_not_tell_and_is_asked_again_before_the_first_viewpoint(tmp_path, text):
    with place(tmp_path, text) as there:
        with there.remote() as side:
            assert side.listing().topics == {}
            assert facts.TEXT not in side.learned
        there.go()
        assert there.learned[facts.TEXT] == text


def test_a_base_that_ends_in_20_is_the_later_text_without_asking():
    learned: dict[str, str] = {}
    assert text_of(answering({}), Routes(f"{URL}/bcf/2.0", "demo"), learned) == facts.LATE
    assert learned == {facts.TEXT: facts.LATE}


def test_what_was_found_out_is_not_asked_again(tmp_path):
    with place(tmp_path, "tag") as there:
        there.go()
        there.line.mended()
        there.go()
        assert not [item for item in there.line.requests if item.url.params.get("$top") == "1"]


@BOTH
def test_a_long_list_is_read_in_pages(tmp_path, text):
    with place(tmp_path, text, "/bcf/1.0", "page-cap:10", "no-links") as there:
        for number in range(34):
            there.server.topics.create("demo", {"title": f"Topic {number}"}, "anna@example.com")
        with there.remote() as side:
            found = side.listing()
        assert len(found.topics) == 34
        assert found.complete


def test_a_project_that_is_not_there_is_told(tmp_path):
    with place(tmp_path, "tag") as there:
        app = create_app(there.server, tokens={"t0ken": "anna@example.com"}, mischief=chosen([], [], 0))
        http = Http(f"{URL}/bcf/1.0", "t0ken", Seams(Line(app), lambda _: None))
        assert text_of(http, Routes(f"{URL}/bcf/1.0", "nowhere"), {}) is None
        http.close()
