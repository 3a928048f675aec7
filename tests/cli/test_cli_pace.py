"""The pace of a server in bcfsync.toml: what it does to the requests of a session."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from bcfsync.cli.connecting import connected, paced
from bcfsync.config.values import Remote
from bcfsync.net import Http

ROOT = "https://cde.example.com"


class Clock:
    """Only sleeping moves it."""

    def __init__(self) -> None:
        self.at = 0.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.mark.parametrize(("rate", "requests", "seconds"), [(5.0, 21, 4.0), (0.5, 4, 6.0), (100.0, 101, 1.0)])
def test_so_many_requests_a_second_go_out_and_no_burst(rate, requests, seconds):
    clock, sent = Clock(), []

    def answer(_: httpx.Request) -> httpx.Response:
        sent.append(clock.at)
        return httpx.Response(200, json=[])

    seams = paced(Remote("cde", ROOT, requests_per_second=rate))
    wire = httpx.MockTransport(answer)
    http = Http(ROOT, None, replace(seams, transport=wire, sleep=clock.sleep, clock=lambda: clock.at))
    for _ in range(requests):
        http.get(f"{ROOT}/x")
    assert sent[0] == 0
    assert sent[-1] == pytest.approx(seconds)
    gaps = [after - before for before, after in itertools.pairwise(sent)]
    assert min(gaps) == pytest.approx(1 / rate)


@pytest.mark.parametrize("most", [1, 2, 7])
def test_so_many_requests_are_under_way_at_once_and_no_more(most):
    lock, flying, peak = threading.Lock(), 0, 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal flying, peak
        with lock:
            flying += 1
            peak = max(peak, flying)
        time.sleep(0.003)
        with lock:
            flying -= 1
        return httpx.Response(200, json=[])

    seams = paced(Remote("cde", ROOT, most_in_flight=most))
    http = Http(ROOT, None, replace(seams, transport=httpx.MockTransport(answer)))
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: http.get(f"{ROOT}/x"), range(60)))
    assert peak == most


def test_a_command_goes_at_the_pace_of_the_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("BCFSYNC_TOKEN", "t0ken")
    monkeypatch.setenv("BCFSYNC_STATE", str(tmp_path))
    remote = Remote("cde", "http://127.0.0.1:1", requests_per_second=5.0, most_in_flight=2)
    with connected(remote, {"cde": remote}) as http:
        assert http.pace.bucket is not None
        assert (http.pace.bucket.rate, http.pace.in_flight.limit) == (5.0, 2)
    plain = Remote("cde", "http://127.0.0.1:1")
    with connected(plain, {"cde": plain}) as http:
        assert (http.pace.bucket, http.pace.in_flight.limit) == (None, 4)
