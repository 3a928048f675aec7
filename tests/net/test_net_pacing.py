"""How many requests go at once, and how many in a while."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from net_wire import ROOT, Wire, said

from bcfsync.net import Http, Rate, Seams, Unreachable
from bcfsync.net.pacing import Bucket, InFlight, Pace


def rounds(in_flight: InFlight, *, well: bool = True) -> None:
    """As many requests at once as may go, all of them ended the same way."""
    turns = [in_flight.one() for _ in range(in_flight.limit)]
    for turn in turns:
        turn.__enter__().well = well
    for turn in turns:
        turn.__exit__(None, None, None)


def test_it_begins_with_four_and_grows_to_sixteen():
    in_flight, seen = InFlight(), []
    for _ in range(20):
        seen.append(in_flight.limit)
        rounds(in_flight)
    assert (seen[0], seen[-1]) == (4, 16)
    assert seen == sorted(seen)


def test_trouble_halves_it_once_for_all_that_were_under_way():
    in_flight, seen = InFlight(16), []
    for _ in range(6):
        rounds(in_flight, well=False)
        seen.append(in_flight.limit)
    assert seen == [8, 4, 2, 1, 1, 1]


def test_after_trouble_it_grows_by_one_a_round():
    in_flight = InFlight(16)
    rounds(in_flight, well=False)
    seen = []
    for _ in range(4):
        rounds(in_flight)
        seen.append(in_flight.limit)
    assert all(8 <= limit <= 8 + at for at, limit in enumerate(seen, 1))
    for _ in range(200):
        rounds(in_flight)
    assert in_flight.limit == 16


def test_who_asks_one_thing_after_the_other_learns_nothing_of_more():
    in_flight = InFlight()
    for _ in range(100):
        with in_flight.one():
            pass
    assert in_flight.limit == 4


def test_what_ends_in_a_defect_gives_its_place_back():
    in_flight = InFlight(1)
    for _ in range(3):
        with pytest.raises(KeyError), in_flight.one():
            raise KeyError
    with in_flight.one():
        assert in_flight.limit == 1


class Gate:
    """Answers only when as many requests are there as it wants to see; counts how many there are at once."""

    def __init__(self, status: int = 200) -> None:
        self.lock = threading.Lock()
        self.now = self.most = 0
        self.status = status

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        threading.Event().wait(0.001)
        with self.lock:
            self.now -= 1
        return said(self.status, [])


@pytest.mark.parametrize("threads", [1, 3, 16, 40])
def test_no_more_requests_are_under_way_than_sixteen(threads):
    gate = Gate()
    http = Wire(gate).http()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: http.get(f"{ROOT}/x"), range(200)))
    assert gate.most <= min(threads, 16)


@pytest.mark.parametrize(
    "answer", [said(429), said(502), said(503), said(504), httpx.ReadTimeout("x"), httpx.ConnectTimeout("x")]
)
def test_trouble_means_fewer_at_once(answer):
    wire = Wire(answer, said(200, []))
    http = wire.http()
    http.get(f"{ROOT}/x")
    assert http.pace.in_flight.limit == 2


@pytest.mark.parametrize("answer", [said(404), said(500), httpx.ReadError("x")])
def test_what_is_no_sign_of_too_much_changes_nothing(answer):
    wire = Wire(answer)
    http = wire.http()
    with pytest.raises(Exception, match=r"server\.test"):
        http.get(f"{ROOT}/x")
    assert http.pace.in_flight.limit == 4


# -- the bucket ----------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_gives_a_burst_and_then_so_many_a_second():
    clock = Clock()
    bucket = Bucket(Rate(per_second=2, burst=3), clock)
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    clock.at += 100
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_bucket_is_halved_by_429_and_recovers():
    bucket = Bucket(Rate(per_second=40, burst=100), Clock())
    bucket.halve()
    bucket.halve()
    assert (bucket.rate, [bucket.take() for _ in range(2)]) == (10, [0, 0.1])
    for _ in range(30):
        bucket.halve()
    assert bucket.rate == 0.5
    for _ in range(1000):
        bucket.recover()
    assert bucket.rate == 40


def test_requests_wait_for_the_bucket():
    wire = Wire(said(200, []))
    http = wire.http(rate=Rate(per_second=2, burst=2))
    for _ in range(4):
        http.get(f"{ROOT}/x")
    assert wire.naps == [0.5, 0.5]


@pytest.mark.parametrize(("root", "limited"), [("https://server.test", True), ("http://127.0.0.1:1", False),
                                               ("http://localhost", False), ("http://[::1]", False)])  # fmt: skip
def test_this_machine_is_asked_as_often_as_it_answers(root, limited):
    assert (Http(root, None).pace.bucket is not None) is limited


def test_a_pause_does_not_outlast_itself():
    wire = Wire(said(200, []))
    http = Http(ROOT, None, Seams(httpx.MockTransport(wire), wire.naps.append))  # sleeping moves no clock here
    http.pace.hold(30)
    http.get(f"{ROOT}/x")
    http.get(f"{ROOT}/x")
    assert len(wire.naps) == 1


def test_a_server_that_is_away_is_told_as_that():
    with pytest.raises(Unreachable):
        Wire(httpx.PoolTimeout("x")).http().get(f"{ROOT}/x")


def test_who_waits_already_hears_of_a_longer_pause():
    now, naps = [0.0], []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds
        if len(naps) == 1:
            pace.hold(100)

    pace = Pace(None, sleep, lambda: now[0], chance=lambda: 0.0)
    pace.hold(5)
    with pace.turn():
        assert naps == [5.0, 100.0]
    with pace.turn():
        assert len(naps) == 2
