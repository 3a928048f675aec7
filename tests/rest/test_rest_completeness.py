"""When a list is known to be all there is, and when it is not."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from rest_world import ROOT, created, fresh, loaded, new_topic

from bcfsync.changes import CutList, Kind, Site
from bcfsync.cli.render import Renderer
from bcfsync.execute import Ends
from bcfsync.model import Comment
from bcfsync.net import Http, Seams
from bcfsync.plan.policy import Policy
from bcfsync.run import Timing, draw, run
from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store


def serving(total, *, cap=10_000, pages=True, limit=None, by_page_number=False):
    """A server with so many topics: its cap, whether it pages, the largest ``$top`` it accepts."""

    def answer(request):
        if not request.url.path.endswith("/topics"):
            return None
        options = request.url.params if pages else {}
        if limit is not None and int(options.get("$top", 0)) > limit:
            return httpx.Response(422, json={"detail": "$top: too large"})
        top, skip = min(cap, int(options.get("$top", cap))), int(options.get("$skip", 0))
        if by_page_number:
            skip = skip // int(options.get("$top", cap)) * top
        items = [{"guid": f"g{number}", "title": str(number)} for number in range(total)]
        return httpx.Response(200, json=items[skip : skip + top])

    return answer


WHOLE = (
    ({"total": 0}, True),
    ({"total": 7}, True),
    ({"total": 100}, True),
    ({"total": 1000}, True),
    ({"total": 2500}, True),
    ({"total": 250, "cap": 100}, True),
    ({"total": 200, "cap": 100}, True),
    ({"total": 250, "cap": 100, "by_page_number": True}, True),
    ({"total": 250, "limit": 100}, True),
    ({"total": 300, "limit": 100}, True),
    ({"total": 37, "pages": False}, True),
    ({"total": 101, "pages": False}, True),
    ({"total": 30, "limit": 0}, True),
    # what cannot be asked for its rest, and has the length of a cap
    ({"total": 250, "cap": 100, "pages": False}, False),
    ({"total": 100, "pages": False}, False),
    ({"total": 3000, "cap": 2000, "pages": False}, False),
    ({"total": 150, "limit": 0, "cap": 50}, False),
)


@pytest.mark.parametrize(("ways", "complete"), WHOLE, ids=str)
def test_a_list_is_complete_only_where_that_can_be_known(open_side, wire, ways, complete):
    side = open_side("3.0")
    wire.before = serving(**ways)
    listing = side.listing()
    assert listing.complete is complete
    if complete:
        assert len(listing.topics) == ways["total"]


def test_a_server_that_gives_only_a_hundred_is_asked_for_no_more_the_next_time(open_side, wire):
    side = open_side("3.0")
    wire.before = serving(30, limit=100)
    side.listing()
    later = open_side("3.0", **side.learned)
    before = len(wire.requests)
    later.listing()
    asked = [it.url.params["$top"] for it in wire.requests[before:] if it.url.path.endswith("/topics")]
    assert asked == ["100", "30"]


def test_a_list_that_moves_while_it_is_read_is_not_complete(open_side, wire):
    side = open_side("3.0")
    answers = [range(1000), range(999, 1200)]
    wire.before = lambda request: httpx.Response(
        200, json=[{"guid": f"g{number}", "title": "t"} for number in answers[int(request.url.params["$skip"]) // 1000]]
    )
    listing = side.listing()
    assert len(listing.topics) == 1200
    assert not listing.complete


def test_a_thread_that_may_be_cut_makes_nothing_trusted_that_it_does_not_show(open_side, wire):
    side = open_side("3.0", **open_side("3.0").learned)
    topic = new_topic(side)
    for number in range(55):
        created(side, Kind.COMMENT, Comment(fresh(), str(number)), topic)
    assert len(loaded(side, topic).comments) == 55
    assert side.capabilities.trusted

    def fifty_and_no_more(request):
        if request.method == "POST" or not request.url.path.endswith("/comments"):
            return None
        asked = request.url.copy_with(query=b"$top=50")
        return wire.inner.handle_request(httpx.Request("GET", asked, headers=request.headers))

    wire.before = fifty_and_no_more
    assert len(loaded(side, topic).comments) == 50
    assert not side.capabilities.trusted
    assert side.capabilities.cut == (CutList(topic, "comments", 50),)


@pytest.fixture
def paging(tmp_path):
    """A side of a server that gives two items where nobody says how many, and tells by Link that more comes."""
    with ServerStore(tmp_path / "paging") as store:
        app = create_app(store, tokens={"t0ken": "anna@example.com"}, mischief=chosen(faults=["page-default:2"]))
        http = Http(f"{ROOT}/bcf/3.0", "t0ken", Seams(httpx.WSGITransport(app), lambda _: None))
        with closing(RestSide(http, "demo", {"root": http.root})) as side:
            yield side


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_where_link_says_that_more_comes_a_short_list_is_read_on(paging, count):
    guid = new_topic(paging)
    for number in range(count):
        created(paging, Kind.COMMENT, Comment(fresh(), comment=f"said {number}"), guid)
    topic = loaded(paging, guid)
    assert sorted(comment.comment for comment in topic.comments) == [f"said {number}" for number in range(count)]
    assert paging.listing().complete


@pytest.mark.parametrize(("link", "more"), [
    ('<u?$skip=2>; rel="next"', True),
    ("<u>; rel=next, <v>; rel=first", True),
    ('<u>; rel="prev next"', True),
    ('<v>; rel="first", <u>; title="x"; REL="Next"', True),
    ('<u>; rel="prev"', False),
    ('<u?rel=next>; rel="first"', False),
    ('<u>; rel="nextish"', False),
    ("", False),
])  # fmt: skip
def test_a_link_to_what_comes_next_is_understood(wire, link, more):
    wire.before = lambda _: httpx.Response(200, json=[], headers={"Link": link} if link else {})
    with closing(Http(f"{ROOT}/bcf/3.0", "t0ken", Seams(wire, lambda _: None))) as http:
        assert http.get(f"{ROOT}/bcf/3.0/projects").has_more is more


@pytest.mark.parametrize(("topics", "exit_code", "said"), [(99, 0, False), (100, 3, True)])
def test_a_list_that_ends_at_a_cap_is_told_to_whoever_exports(side, wire, tmp_path, topics, exit_code, said):
    listed, nothing = serving(topics, pages=False), httpx.Response(200, json=[])
    wire.before = lambda request: listed(request) or (nothing if "/topics/g" in request.url.path else None)
    renderer, store = Renderer(as_json=True), Store(Path(":memory:"))
    timing = Timing(lambda: datetime.now(UTC), lambda _: None)
    with closing(store), closing(ArchiveSide(tmp_path / "out.bcf", "3.0")) as archive:
        for event in run(Site.REMOTE, Ends(archive, side, "out"), store, Policy(), timing):
            renderer.event(event)
    held = [hold for plan in renderer.tally.undone.values() for hold in plan.holds]
    assert renderer.tally.exit_code == exit_code
    assert [hold.label for hold in held] == ["the server's list of topics"] * said
    assert all("the list ends after 100 topics" in hold.reason for hold in held)


def test_a_thread_that_ends_at_a_cap_is_told_to_whoever_exports(side, wire, tmp_path):
    comments = [{"guid": f"c{at}", "comment": "x", "date": "2026-01-01T00:00:00Z", "author": "a"} for at in range(50)]
    listed = serving(1, pages=False)

    def answer(request):
        if "/topics/g0/" in request.url.path:
            return httpx.Response(200, json=comments if request.url.path.endswith("/comments") else [])
        return listed(request)

    wire.before = answer
    with closing(Store(Path(":memory:"))) as store, closing(ArchiveSide(tmp_path / "out.bcf", "3.0")) as archive:
        plan = draw(Site.REMOTE, Ends(archive, side, "out"), store, Policy()).plan
    (hold,) = plan.holds
    assert (hold.guid, hold.field) == ("g0", "comments")
    assert "ends after 50 comments" in hold.reason
