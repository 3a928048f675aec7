"""When ``watch`` looks again; time is a number here."""

import threading
import time
from itertools import pairwise
from pathlib import Path
from queue import SimpleQueue

import pytest

from bcfsync.watch import IMPATIENCE, LONGEST, QUIET, Seams, Stop, Watched, listening, watch


class World:
    """A clock that only moves when somebody waits, and events that come at given times."""

    def __init__(self, *events: tuple[float, str], until: float = 1000.0, chance: float = 0.5) -> None:
        self.now = 0.0
        self.events = sorted(events)
        self.stop = Stop()
        self.until = until
        self.looks: list[tuple[float, str]] = []
        self.answers: dict[str, list[bool]] = {}
        self.lasts = 0.0
        self.seams = Seams(lambda: self.now, lambda: chance, self._wait)

    def _wait(self, _bell: SimpleQueue[str | None], most: float) -> str | None:
        assert most > 0
        if self.events and self.events[0][0] <= self.now + most:
            at, name = self.events.pop(0)
            self.now = max(self.now, at)
        else:
            self.now, name = self.now + most, ""
        if self.now >= self.until:
            self.stop.set()
        return name

    def look(self, name: str) -> bool:
        self.looks.append((self.now, name))
        self.now += self.lasts
        while self.events and self.events[0][0] <= self.now:
            self.stop.bell.put(self.events.pop(0)[1])
        if self.now >= self.until:
            self.stop.set()
        answers = self.answers.get(name)
        return answers.pop(0) if answers else True

    def run(self, *pairs: Watched) -> list[tuple[float, str]]:
        watch(pairs, self.look, self.stop, self.seams)
        return self.looks


def pair(name: str = "a", poll: float = 60.0) -> Watched:
    return Watched(name, Path(), poll)


def test_every_pair_is_looked_at_at_once_and_then_by_its_own_timer():
    found = World(until=125).run(pair("a"), pair("b", poll=100))
    assert found == [(0, "a"), (0, "b"), (60, "a"), (100, "b"), (120, "a")]


def test_an_event_brings_the_look_forward_once_it_is_quiet():
    found = World((10, "a"), (11, "a"), (11.5, "a"), until=50).run(pair())
    assert found == [(0, "a"), (11.5 + QUIET, "a")]


def test_events_that_never_end_do_not_put_off_the_look_for_ever():
    events = [(10 + at * 0.5, "a") for at in range(200)]
    found = World(*events, until=45).run(pair(poll=600))
    assert found == [(0, "a"), (10 + IMPATIENCE, "a")]


def test_an_event_concerns_its_own_pair_only():
    found = World((10, "b"), until=50).run(pair("a"), pair("b"))
    assert found == [(0, "a"), (0, "b"), (10 + QUIET, "b")]


def test_an_event_during_a_look_causes_another_one():
    world = World((3, "a"), until=50)
    world.lasts = 5
    assert world.run(pair()) == [(0, "a"), (5 + QUIET, "a")]


def test_failures_make_the_next_look_come_later_and_a_success_ends_that():
    world = World(until=600)
    world.answers["a"] = [False, False, True]
    assert [at for at, _ in world.run(pair())][:5] == [0, 120, 360, 420, 480]


def test_there_is_a_longest_wait():
    world = World(until=20000)
    world.answers["a"] = [False] * 30
    times = [at for at, _ in world.run(pair())]
    assert max(later - at for at, later in pairwise(times)) == LONGEST


@pytest.mark.parametrize(("chance", "second"), [(0.0, 45), (1.0, 75)])
def test_the_timer_is_spread_by_chance(chance, second):
    assert World(until=100, chance=chance).run(pair())[1] == (second, "a")


def test_a_stop_ends_the_loop_after_the_look_in_hand():
    world = World()
    looks: list[str] = []

    def look(name: str) -> bool:
        looks.append(name)
        world.stop.set()
        return True

    watch([pair("a"), pair("b")], look, world.stop, world.seams)
    assert looks == ["a"]


def test_a_stop_from_another_thread_ends_a_long_wait():
    stop = Stop()
    threading.Timer(0.05, stop.set).start()
    started = time.monotonic()
    watch([pair(poll=3600)], lambda _name: True, stop)
    assert time.monotonic() - started < 5


def rings(stop: Stop, seconds: float = 5.0) -> str | None:
    return stop.bell.get(timeout=seconds)


def test_a_saved_archive_rings_and_a_hidden_file_does_not(tmp_path):
    stop, told = Stop(), []
    (tmp_path / "mep").mkdir()
    with listening([Watched("a", tmp_path, 60)], stop, told.append):
        (tmp_path / ".~mine.bcf").write_bytes(b"x")
        (tmp_path / "notes.txt").write_bytes(b"x")
        (tmp_path / ".bcfsync-lease").write_bytes(b"x")
        time.sleep(0.1)
        assert stop.bell.empty()
        (tmp_path / "mep" / "one.BCF").write_bytes(b"x")
        assert rings(stop) == "a"
    assert not told


def test_reading_an_archive_does_not_ring(tmp_path):
    stop = Stop()
    (tmp_path / "one.bcf").write_bytes(b"x")
    with listening([Watched("a", tmp_path, 60)], stop, lambda _said: None):
        (tmp_path / "one.bcf").read_bytes()
        time.sleep(0.2)
        assert stop.bell.empty()


def test_where_the_system_gives_no_events_the_folder_is_compared(tmp_path, monkeypatch):
    import watchdog.observers  # noqa: PLC0415

    class Refusing:
        def schedule(self, *_args: object, **_named: object) -> None:
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watchdog.observers, "Observer", Refusing)
    monkeypatch.setattr("bcfsync.watch._POLLED", 0.05)
    stop, told = Stop(), []
    with listening([Watched("a", tmp_path, 60)], stop, told.append):
        (tmp_path / "one.bcf").write_bytes(b"x")
        assert rings(stop) == "a"
    assert len(told) == 1
    assert "inotify watch limit reached" in told[0]


def test_a_folder_that_is_not_there_leaves_the_timer(tmp_path):
    stop, told = Stop(), []
    with listening([Watched("a", tmp_path / "none", 60)], stop, told.append):
        pass
    assert told
