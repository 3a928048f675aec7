"""How far a command is: what is said, when, and that nothing else gets into its way."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from desk import TOKEN, USER, Desk, Server, a_topic
from rich.console import Console

from bcfsync.changes import Kind, Outcome, Plan, Site, Status, Step, Verb
from bcfsync.cli.live import LiveLine, PlainLines, fitting
from bcfsync.cli.options import Manner
from bcfsync.cli.progress import Progress, progress_of
from bcfsync.cli.render import Renderer
from bcfsync.cli.turns import Speaker
from bcfsync.model import Blob, Snapshot, Topic, Viewpoint
from bcfsync.net import Traffic
from bcfsync.run import Applied, Planned
from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.sides.rest import progress as rest
from bcfsync.sides.rest.progress import Count, What

ERASED = "\r\x1b[2K"


class Paper:
    """An outlet that keeps what it was told; its times are those of a terminal without the delay."""

    first, every, beat = 0.0, 0.0, 1.0

    def __init__(self) -> None:
        self.said: list[str] = []

    def show(self, text: str) -> None:
        self.said.append(text)

    def clear(self) -> None:
        self.said.append("cleared")

    def again(self) -> None:
        self.said.append("again")


class World:
    """A clock that goes on when told, and a server's side that has read so far."""

    def __init__(self, outlet=None, about: str = "") -> None:
        self.now = 100.0
        self.requests = 0
        self.side = SimpleNamespace(progress=rest.Progress())
        self.outlet = outlet or Paper()
        self.shown = Progress(
            self.side, lambda: Traffic(requests=self.requests), self.outlet, about=about, clock=lambda: self.now,
            wait=lambda _seconds: True,
        )  # fmt: skip

    def at(self, seconds: float, what: What | None = None, done: int = 0, total: int | None = None) -> None:
        self.now = 100.0 + seconds
        if what is not None:
            self.side.progress = rest.Progress(what, done, total)
        self.shown.tick()

    @property
    def last(self) -> str:
        return self.outlet.said[-1]


def steps(number: int, site: Site = Site.REMOTE, value=None, kind: Kind = Kind.TOPIC) -> tuple[Step, ...]:
    value = value or Topic("g", "T")
    return tuple(Step(at, site, Verb.CREATE, kind, f"g{at}", value, value, "T") for at in range(number))


def applied(step: Step) -> Applied:
    return Applied(step, Outcome(step.number, Status.DONE, step.guid))


def test_reading_says_what_how_far_how_fast_and_how_long_still():
    world = World()
    world.at(0, What.TOPICS, 0, 200)
    assert world.last == "reading topics: 0 of 200"
    world.at(4, What.TOPICS, 80, 200)
    assert world.last == "reading topics: 80 of 200, 20 a second, 7 s left"


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [
        (5, 100, "5 of 100, 0.5 a second, 3 min 11 s left"),
        (5, 10_000, "5 of 10000, 0.5 a second, 5 h 33 min left"),
        (100, 100, "100 of 100, 10 a second"),
        (0, 100, "0 of 100"),
    ],
)
def test_time_left_is_in_words_of_its_size(done, total, said):
    world = World()
    world.at(0, What.TOPICS, 0, total)
    world.at(10, What.TOPICS, done, total)
    assert world.last == f"reading topics: {said}"


def test_a_list_whose_length_nobody_knows_counts_requests():
    world = World()
    world.at(0, What.LIST)
    world.requests = 30
    world.at(2)
    assert world.last == "reading the list of topics: 30 requests, 15 a second"


def test_the_speed_is_that_of_the_last_seconds_not_of_the_beginning():
    world = World()
    for second in range(101):
        world.at(second, What.TOPICS, 50 * min(second, 50) + max(second - 50, 0), 5000)
    assert "1.0 a second" in world.last


def test_something_else_begins_with_a_speed_of_its_own():
    world = World()
    world.at(0, What.TOPICS, 0, 50)
    world.at(2, What.TOPICS, 50, 50)
    world.at(2.5, What.BYTES, 10)
    assert world.last == "reading pictures: 10 files"


def test_sending_counts_the_steps_of_the_plan_and_ends_with_the_last():
    world = World()
    planned = steps(6)
    world.side.progress = rest.Progress(What.TOPICS, 7, 7)
    world.shown.event(Planned(Plan(planned)))
    world.at(0)
    for step in planned[:2]:
        world.shown.event(applied(step))
    world.at(2)
    assert world.last == "sending: 2 of 6, 1.0 a second"  # the first two say little of the rest
    for step in planned[2:4]:
        world.shown.event(applied(step))
    world.at(4)
    assert world.last == "sending: 4 of 6, 1.0 a second, 3 s left"
    for step in planned[4:]:
        world.shown.event(applied(step))
    world.at(5)
    assert world.last == "reading topics: 7 of 7"


def test_pictures_for_an_archive_are_as_many_as_its_plan_brings():
    world = World()
    view = Viewpoint("v", snapshot=Snapshot("png", blob=Blob("x")))
    world.shown.event(Planned(Plan(steps(3, Site.LOCAL, view, Kind.VIEWPOINT))))
    world.at(0, What.TOPICS, 3, 3)
    assert world.last == "writing the archive: 0 of 3"
    world.at(1, What.BYTES, 1)
    assert world.last == "reading pictures: 1 of 3"


def test_a_pair_names_itself_and_nothing_a_terminal_obeys():
    world = World(about="tower\x1b[2J")
    world.at(0, What.TOPICS, 1, 2)
    assert world.last == "tower\\x1b[2J: reading topics: 1 of 2"


def test_the_ticker_waits_between_its_looks_and_stops_when_told():
    waited: list[float] = []
    outlet = Paper()

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) > 3

    side = SimpleNamespace(progress=rest.Progress(What.TOPICS, 1, 2))
    shown = Progress(side, Traffic, outlet, clock=lambda: 0.0, wait=wait)
    shown.__enter__()
    shown._thread.join(5)
    assert waited == [1.0] * 4
    assert outlet.said == ["reading topics: 1 of 2"] * 3
    shown.__exit__()
    shown.tick()
    assert outlet.said[3:] == ["cleared"]


def test_a_failure_takes_the_line_away_too():
    outlet = Paper()
    with pytest.raises(KeyboardInterrupt), World(outlet).shown:
        raise KeyboardInterrupt
    assert outlet.said == ["cleared"]


def test_without_an_outlet_no_thread_is_begun():
    before = threading.active_count()
    for options in ({"as_json": True, "quiet": False}, {"as_json": False, "quiet": True}):
        with progress_of(SimpleNamespace(progress=rest.Progress()), Traffic, **options) as shown:
            assert threading.active_count() == before
            with shown.aside():
                pass


# -- a terminal -----------------------------------------------------------------------------------------------------


def live(width: int = 40, **settings) -> tuple[LiveLine, io.StringIO]:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=width, legacy_windows=False, _environ={}, **settings)
    line = LiveLine(console)
    line.first = line.every = 0.0
    return line, screen


def test_a_live_line_is_written_over_and_never_ends():
    line, screen = live()
    line.show("one")
    line.show("two")
    line.clear()
    assert screen.getvalue() == f"one{ERASED}two{ERASED}"


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (80, "tower: reading topics: 118 of 200, 42 a second, 3 s left"),
        (50, "tower: reading topics: 118 of 200, 42 a second"),
        (33, "tower: reading topics: 118 of 200"),
        (26, "reading topics: 118 of 200"),
        (23, "118 of 200, 42 a second"),
        (19, "118 of 200"),
        (5, "118 of 200"),
    ],
)
def test_a_narrow_terminal_still_says_how_far_it_is(room, shown):
    assert fitting("tower: reading topics: 118 of 200, 42 a second, 3 s left", room) == shown


@pytest.mark.parametrize(
    ("variables", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_the_terminal_and_its_user_decide_whether_there_are_colors(monkeypatch, variables, colored):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert Renderer().color is colored
    assert Speaker(Manner()).color is colored


def test_a_live_line_is_never_more_than_one():
    line, screen = live(width=20)
    line.show("reading topics: 120 of 200, 35 a second")
    assert screen.getvalue() == "120 of 200"


def test_other_lines_find_the_terminal_clean_and_the_line_comes_back():
    line, screen = live()
    world = World(line)
    world.at(0, What.TOPICS, 1, 2)
    with world.shown.aside():
        screen.write("a line\n")
    assert screen.getvalue() == f"reading topics: 1 of 2{ERASED}a line\nreading topics: 1 of 2"


def test_lines_that_come_in_a_burst_have_nothing_between_them():
    line, screen = live()
    world = World(line)
    world.at(0, What.TOPICS, 1, 2)
    for _ in range(3):
        with world.shown.aside():
            screen.write("x\n")
    assert screen.getvalue().endswith(f"{ERASED}x\nx\n")


def test_nothing_is_shown_in_the_first_half_second():
    line, screen = live()
    line.first = LiveLine.first
    world = World(line)
    world.shown.__enter__()
    world.at(0.4, What.TOPICS, 1, 2)
    assert screen.getvalue() == ""
    world.at(0.6)
    assert screen.getvalue() == "reading topics: 1 of 2"


# -- no terminal ----------------------------------------------------------------------------------------------------


def test_elsewhere_a_line_is_printed_every_ten_seconds_and_none_for_a_short_run(capsys):
    world = World(PlainLines())
    world.shown.__enter__()
    for second in range(36):
        world.at(second, What.TOPICS, 10 * second, 1000)
        if second == 9:
            assert capsys.readouterr().err == ""
    assert capsys.readouterr().err.splitlines() == [
        "reading topics: 100 of 1000, 10 a second, 1 min 31 s left",
        "reading topics: 200 of 1000, 10 a second, 1 min 21 s left",
        "reading topics: 300 of 1000, 10 a second, 1 min 11 s left",
    ]


# -- what is counted ------------------------------------------------------------------------------------------------


def test_many_threads_count_every_one():
    count = Count()
    count.begin(What.TOPICS, 4000)
    threads = [threading.Thread(target=lambda: [count.one_more(What.TOPICS) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count.now == rest.Progress(What.TOPICS, 4000, 4000)


def test_the_first_picture_begins_the_pictures():
    count = Count()
    count.begin(What.TOPICS, 3)
    count.one_more(What.BYTES)
    assert count.now == rest.Progress(What.BYTES, 1)


# -- a real terminal ------------------------------------------------------------------------------------------------

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


class _Threads(ThreadingMixIn, WSGIServer):
    """One thread for each request, and an end that waits for all of them."""

    daemon_threads = False


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow(tmp_path) -> Iterator[Desk]:
    """A desk with twelve topics on a server that takes its time for everything."""
    with ServerStore(tmp_path / "data") as store:
        store.create_project("p", "Project")
        mischief = chosen((), ("slow:ms=100",), 0)
        app = create_app(store, tokens={TOKEN: USER}, mischief=mischief)
        listening = make_server("127.0.0.1", 0, app, server_class=_Threads, handler_class=_Silent)
        thread = threading.Thread(target=listening.serve_forever, args=[0.05], daemon=True)
        thread.start()
        (tmp_path / "issues").mkdir()
        desk = Desk(tmp_path, Server(f"http://127.0.0.1:{listening.server_port}", store), "p")
        desk.save("many.bcf", *(a_topic(at, f"Topic {at}") for at in range(1, 13)))
        try:
            yield desk
        finally:
            listening.shutdown()
            listening.server_close()  # waits for what was interrupted
            thread.join(5)


def on_a_terminal(desk: Desk, *words: object, interrupt_at: bytes = b"") -> tuple[int, str]:
    """How the command ended, and all the terminal was told."""
    import pty  # noqa: PLC0415 - Windows lacks it

    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if not name.startswith("BCFSYNC_")}
    variables = known | {"BCFSYNC_TOKEN": TOKEN, "BCFSYNC_STATE": str(desk.folder / "state"), "TERM": "xterm"}
    command = [sys.executable, "-m", "bcfsync", *map(str, words), "--url", desk.server.url, "--project", desk.project]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
    ) as process:
        os.close(theirs)
        said = b""
        while part := _read(ours):
            said += part
            if interrupt_at and interrupt_at in said:
                interrupt_at = b""
                process.send_signal(signal.SIGINT)
        code = process.wait(30)
    os.close(ours)
    return code, said.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so where others give nothing
        return b""


def left_standing(said: str) -> list[str]:
    """The lines a person sees in the end: what was erased is gone."""
    return [line.rpartition(ERASED)[2] for line in said.replace("\r\n", "\n").strip().split("\n")]


@posix
def test_on_a_terminal_an_import_and_an_export_say_how_far_they_are_and_leave_only_their_lines(slow):
    code, said = on_a_terminal(slow, "import", slow.issues / "many.bcf")
    assert code == 0
    assert "sending: " in said
    assert " of 12, " in said
    seen = left_standing(said)
    assert not [line for line in seen if "sending" in line or "reading" in line]
    assert len([line for line in seen if "Topic" in line]) == 12
    code, said = on_a_terminal(slow, "export", slow.folder / "out.bcf")
    assert code == 0
    assert "reading topics: " in said
    assert not [line for line in left_standing(said) if "reading" in line]


@posix
def test_an_interrupted_command_leaves_no_half_line(slow):
    code, said = on_a_terminal(slow, "import", slow.issues / "many.bcf", interrupt_at=b"sending: ")
    assert code == 130
    seen = left_standing(said)
    assert seen[-1] == "interrupted; what was done so far is recorded"
    assert not [line for line in seen if "sending" in line]
