"""Reading a list in pages: whatever the server makes of the question, no item is lost, no end believed blindly."""

from random import Random

import httpx
import pytest
from rest_world import ROOT

from bcfsync.bcfapi.dialects import GENERIC, Dialect
from bcfsync.net import Http, Seams
from bcfsync.sides.rest.paging import EndlessList, Pager

URL = f"{ROOT}/bcf/3.0/projects/demo/topics"


class Lists:
    """A server of one list, with a way of its own to give it."""

    def __init__(self, total, *, cap=None, index=False, multiples=False, ignores=False, refuses=(), link=False):
        self.total = total
        self.cap = cap or total or 1
        self.index = index
        self.multiples = multiples
        self.ignores = ignores
        self.refuses = refuses
        self.link = link
        self.asked = []

    def __call__(self, request):
        query = request.url.query.decode()
        self.asked.append(query)
        options = {} if self.ignores else dict(part.split("=", 1) for part in query.split("&") if part)
        if self.refuses and set(self.refuses) & options.keys():
            return httpx.Response(400, json={"message": "unknown option"})
        asked = int(options.get("$top", self.cap))
        top, skip = min(self.cap, asked), int(options.get("$skip", 0))
        if self.index:  # the page's number, of pages as long as asked for
            skip = skip // asked * top
        if self.multiples:
            skip = skip // asked * asked
        items = [{"guid": f"g{number}"} for number in range(self.total)][skip : skip + top]
        more = self.link and skip + top < self.total
        return httpx.Response(200, json=items, headers={"Link": f'<{URL}?p=2>; rel="next"'} if more else {})

    def pager(self, dialect=GENERIC):
        transport = httpx.MockTransport(self)
        return Pager(Http(ROOT, None, Seams(transport, lambda _: None)), {}, lambda: dialect)


SIZES = (0, 1, 9, 10, 63, 64, 99, 100, 101, 128, 200, 250, 256, 999, 1000, 1001, 2000, 2001, 2500)
PAGED = {
    "as the book says": {},
    "100 at most": {"cap": 100},
    "25 at most": {"cap": 25},
    "64 at most": {"cap": 64},
    "128 at most": {"cap": 128},
    "2000 at most": {"cap": 2000},
    "by the number of the page": {"index": True},
    "by the number of the page, 100 at most": {"index": True, "cap": 100},
    "at multiples": {"multiples": True},
    "at multiples, 100 at most": {"multiples": True, "cap": 100},
    "tells by Link, 7 at most": {"link": True, "cap": 7},
    "7 at most": {"cap": 7},
    "33 at most": {"cap": 33},
    "999 at most": {"cap": 999},
}


@pytest.mark.parametrize("total", SIZES)
@pytest.mark.parametrize("ways", PAGED.values(), ids=PAGED)
def test_no_item_is_lost_on_a_server_that_gives_pages(ways, total):
    found = Lists(total, **ways).pager().whole(URL, "creation_date")
    assert [item["guid"] for item in found.items] == [f"g{number}" for number in range(total)]
    assert (found.complete, found.cut) == (True, None)


ROUND = {50, 64, 100, 128, 200, 250, 256, 1000, 2000, 2500}


@pytest.mark.parametrize("total", SIZES)
@pytest.mark.parametrize("ways", [{"ignores": True}, {"refuses": ("$top",)}], ids=["ignores", "refuses"])
def test_a_list_that_nobody_can_ask_for_its_rest_is_believed_unless_it_is_round(ways, total):
    found = Lists(total, **ways).pager().whole(URL)
    assert len(found.items) == total
    assert found.cut == (total if total in ROUND else None)
    assert found.complete is (total not in ROUND)


@pytest.mark.parametrize(
    ("cap", "total", "cut"),
    [(None, 100, None), (None, 2000, None), (100, 99, None), (100, 100, 100), (2000, 2000, 2000), (100, 130, None),
     (100, 200, 200)],
)  # fmt: skip
def test_of_a_product_without_pages_it_is_known_where_its_lists_end(cap, total, cut):
    server = Lists(total)
    found = server.pager(Dialect("some", pages=False, orders=None, cap=cap)).whole(URL, "creation_date")
    assert (len(found.items), found.cut, found.complete) == (total, cut, cut is None)
    assert server.asked == [""]


def test_a_product_without_pages_is_not_asked_for_more_of_a_list_below_a_topic():
    server = Lists(100)
    assert server.pager(Dialect("some", pages=False)).rest(URL, [{"guid": "a"}] * 100, has_more=False).complete
    assert server.asked == []


@pytest.mark.parametrize(
    ("dialect", "asked"),
    [(GENERIC, "$top=1000&$skip=0&$orderby=creation_date"),
     (Dialect("some", orders="$orderBy"), "$top=1000&$skip=0&$orderBy=creation_date"),
     (Dialect("some", orders=None), "$top=1000&$skip=0"),
     (Dialect("some", page=100), "$top=100&$skip=0&$orderby=creation_date")],
)  # fmt: skip
def test_the_words_of_the_question_are_the_dialects_and_its_dollars_stay(dialect, asked):
    server = Lists(3)
    server.pager(dialect).whole(URL, "creation_date")
    assert server.asked[0] == asked


def test_behind_a_list_longer_than_any_before_one_page_more_is_asked_for_once():
    server = Lists(33, cap=1000)
    pager = server.pager()
    for total, requests in ((33, 2), (33, 1), (31, 1), (34, 2), (34, 1)):
        server.total, server.asked = total, []
        assert len(pager.whole(URL).items) == total
        assert len(server.asked) == requests, total


class Moving:
    """A server of one list that somebody changes after each of some requests."""

    def __init__(self, total, change, *, times=1, cap=1000, tags=False):
        self.items = [f"g{number}" for number in range(total)]
        self.change = change
        self.times = times
        self.cap = cap
        self.tags = tags
        self.asked = self.unchanged = 0

    def __call__(self, request):
        top, skip = int(request.url.params["$top"]), int(request.url.params["$skip"])
        page = self.items[skip : skip + min(top, self.cap)]
        tag = f'"{abs(hash(tuple(page)))}"'
        self.asked += 1
        if self.asked <= self.times:
            self.change(self.items, self.asked)
        if self.tags and request.headers.get("If-None-Match") == tag:
            self.unchanged += 1
            return httpx.Response(304)
        headers = {"ETag": tag} if self.tags else {}
        return httpx.Response(200, json=[{"guid": guid} for guid in page], headers=headers)

    def read(self):
        return Pager(Http(ROOT, None, Seams(httpx.MockTransport(self), lambda _: None)), {}).whole(URL, "creation_date")


def deleted(items, _):
    del items[5]


def put_first(items, at):
    items.insert(0, f"new{at}")


def touched(items, _):
    items.append(items.pop(5))


def both(items, at):
    del items[5]
    items.append(f"new{at}")


def shuffled(items, at):
    Random(at).shuffle(items)


@pytest.mark.parametrize("tags", [False, True], ids=["no tags", "tags"])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("change", [deleted, put_first, touched, both])
def test_what_somebody_does_while_pages_are_turned_hides_nothing(change, times, tags):
    server = Moving(2500, change, times=times, tags=tags)
    found = server.read()
    assert {item["guid"] for item in found.items} == set(server.items)
    assert found.complete
    assert not found.moved


@pytest.mark.parametrize("cap", [100, 1000])
def test_a_list_that_does_not_come_to_rest_is_said_to_have_moved(cap):
    server = Moving(2500, shuffled, times=10_000, cap=cap)
    found = server.read()
    assert (found.complete, found.moved, found.cut) == (False, True, None)
    assert len({item["guid"] for item in found.items}) == len(found.items)


def test_with_tags_the_second_look_at_several_pages_costs_no_bytes():
    server = Moving(2499, deleted, times=0, tags=True)
    assert server.read().complete
    assert (server.asked, server.unchanged) == (6, 3)


@pytest.mark.parametrize("cap", [100, 1000, 2000])
def test_after_a_round_number_one_page_more_is_asked_for(cap):
    server = Lists(cap, cap=cap)
    assert len(server.pager().whole(URL).items) == cap
    assert server.asked[-1].startswith(f"$top={min(cap, 1000)}&$skip={cap}")


def test_pages_keep_their_size():
    server = Lists(4321, cap=500)
    server.pager().whole(URL)
    asked = [dict(part.split("=") for part in query.split("&")) for query in server.asked]
    once = [500 * at for at in range(9)]
    assert [int(it["$skip"]) for it in asked] == once * 2
    assert {int(it["$top"]) for it in asked[1:9]} == {500}


def made_up(size):
    def answer(request):
        skip = int(request.url.params["$skip"])
        return httpx.Response(200, json=[{"guid": f"{skip}-{at}"} for at in range(size)])

    return answer


@pytest.mark.parametrize("size", [10, 1000])
def test_a_list_that_makes_up_items_comes_to_an_end(size, monkeypatch):
    monkeypatch.setattr("bcfsync.sides.rest.paging._MOST", 20_000)
    monkeypatch.setattr("bcfsync.sides.rest.paging._MOST_PAGES", 200)
    http = Http(ROOT, None, Seams(httpx.MockTransport(made_up(size)), lambda _: None))
    with pytest.raises(EndlessList, match="and no end"):
        Pager(http, {}).whole(URL)


def test_a_list_that_shows_its_last_page_for_ever_ends_there():
    server = Lists(1000)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=[{"guid": f"g{at}"} for at in range(1000)]))
    found = Pager(Http(ROOT, None, Seams(transport)), {}).whole(URL)
    assert (len(found.items), found.cut) == (server.total, 1000)
