"""``watch`` as a process: it sees what changes, survives trouble, and ends when it is told."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from desk import TOKEN, Desk, a_topic

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


class Watching:
    """A running watch, and the lines it has printed so far."""

    def __init__(self, desk: Desk, *words: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BCFSYNC_")}
        kept |= {"BCFSYNC_TOKEN": TOKEN, "BCFSYNC_STATE": str(desk.folder / "state"), "PYTHONUTF8": "1"}
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bcfsync", "watch", *words], cwd=desk.folder, env={**kept, **desk.environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, encoding="utf-8",
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def until(self, found: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not found():
            assert time.monotonic() < end, self.lines
            assert self.process.poll() is None, self.lines
            time.sleep(0.05)

    def says(self, words: str, times: int = 1) -> None:
        self.until(lambda: sum(words in line for line in self.lines) >= times)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(5)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def ended(self, seconds: float = 20) -> int:
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code


@contextmanager
def watching(desk: Desk, *words: str) -> Iterator[Watching]:
    found = Watching(desk, *words)
    try:
        yield found
    finally:
        found.close()


def test_what_is_saved_arrives_without_waiting_for_the_timer_and_a_signal_ends_it(tower):
    tower.toml.write_text(tower.toml.read_text() + "poll = 3600\n")
    with watching(tower) as watch:
        watch.says("tower: in sync (")
        tower.save("new.bcf", a_topic(7, "Lamp"))
        watch.says("1 topic created")
        assert "Lamp" in tower.topics()
        watch.process.send_signal(signal.SIGTERM)
        assert watch.ended() == 0
    assert watch.lines[-1] == "stopped; what was done is recorded"


def test_the_server_is_asked_by_the_timer(tower):
    tower.toml.write_text(tower.toml.read_text() + "poll = 1\n")
    with watching(tower) as watch:
        watch.says("tower: in sync (")
        tower.change("Duct", priority="High")
        watch.says("1 topic updated")
        assert tower.held("mep.bcf")["Duct"].priority == "High"


def test_other_commands_work_while_it_watches(tower):
    tower.toml.write_text(tower.toml.read_text() + "poll = 1\n")
    with watching(tower) as watch:
        watch.says("tower: in sync (", times=2)
        assert tower.run("status").code == 0
        assert tower.run("log").code == 0


def test_trouble_with_the_network_is_one_line_and_not_the_end(tower):
    good = tower.toml.read_text()
    with watching(tower) as watch:
        watch.says("tower: in sync (")
    tower.toml.write_text(good.replace(tower.server.url, "http://127.0.0.1:1") + "poll = 1\n")
    with watching(tower) as watch:
        watch.says("the server cannot be reached", times=2)
        assert not any("Traceback" in line for line in watch.lines)
        watch.process.send_signal(signal.SIGINT)
        assert watch.ended() == 0


def test_a_folder_taken_over_by_another_machine_is_left_to_it_until_it_comes_back(tower):
    other = replace(tower, environment={"BCFSYNC_STATE": str(tower.folder / "other-state")})
    tower.toml.write_text(tower.toml.read_text() + "poll = 1\n")
    with watching(tower) as watch:
        watch.says("tower: in sync (")
        other.do("sync", "--take-over")
        watch.says("keeps this folder since")
        tower.do("sync", "--take-over")
        tower.change("Duct", priority="High")
        watch.says("1 topic updated")
    assert tower.held("mep.bcf")["Duct"].priority == "High"


def test_a_configuration_that_makes_no_sense_ends_it(tower):
    tower.toml.write_text(tower.toml.read_text() + "pol = 1\n")
    with watching(tower) as watch:
        assert watch.ended() == 2
    assert 'did you mean "poll"' in " ".join(watch.lines)


def test_a_project_that_is_not_there_ends_it(tower):
    tower.toml.write_text(tower.toml.read_text().replace(f'"{tower.project}"', '"nowhere"'))
    with watching(tower) as watch:
        assert watch.ended() == 2


def test_once_is_one_turn_of_each_pair(tower):
    tower.change("Duct", priority="High")
    found = tower.do("watch", "--once")
    (line,) = found.err.splitlines()
    assert "tower: 1 topic updated (" in line


def test_once_has_the_code_of_what_happened(tower):
    tower.edit("mep.bcf", "Duct", priority="High")
    tower.change("Duct", priority="Low")
    assert tower.run("watch", "--once").code == 6


def test_a_second_signal_ends_it_at_once(tower):
    """While a turn waits for a create whose answer was lost, which takes a minute."""
    with watching(tower) as watch:
        watch.says("tower: in sync (")
        watch.process.send_signal(signal.SIGINT)
        watch.process.send_signal(signal.SIGINT)
        assert watch.ended(5) in {0, 130}
