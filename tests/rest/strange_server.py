"""A server that behaves as few do, in this process, and imports into it by the whole engine."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from rest_world import ROOT

from bcfsync.changes import Outcome, Site, Status, Step
from bcfsync.execute import Ends
from bcfsync.net import Http, Seams
from bcfsync.plan.policy import Policy
from bcfsync.run import Applied, Timing, run
from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.sides.archive import ArchiveSide
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
WEEK, WALK = SAMPLES / "2.1" / "coordination-week-12.bcf", SAMPLES / "2.1" / "site-walk.bcf"


class Line(httpx.BaseTransport):
    """The way to the server: a connection that ends is seen as httpx sees it, and every request is remembered."""

    def __init__(self, app) -> None:
        self.inner = httpx.WSGITransport(app)
        self.requests: list[httpx.Request] = []
        self.hinder = lambda _request: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        before = self.hinder(request)
        if before is not None:
            return before
        try:
            answer = self.inner.handle_request(request)
            content = b"".join(answer.stream)
        except ConnectionAbortedError as error:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.") from error
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content))

    def writes(self) -> list[str]:
        return [f"{item.method} {item.url.path}" for item in self.requests if item.method not in {"GET", "HEAD"}]

    def sent(self, method: str, ending: str = "") -> list[httpx.Request]:
        return [item for item in self.requests if item.method == method and item.url.path.endswith(ending)]


@dataclass
class Strange:
    """The server, the record of what was synced with it, and what was learned of it."""

    line: Line
    version: str
    store: Store = field(default_factory=lambda: Store(Path(":memory:")))
    learned: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def side(self) -> Iterator[RestSide]:
        with closing(Http(f"{ROOT}/bcf/{self.version}", "t0ken", Seams(self.line, lambda _: None))) as http:
            side = RestSide(http, "demo", {"root": http.root, **self.learned})
            yield side
            self.learned = dict(side.learned)

    def imported(self, *archives: Path) -> list[tuple[Step, Outcome]]:
        """Import archives; every step that writes, and what became of it."""
        return [each for archive in archives or (WEEK, WALK) for each in self._imported(archive)]

    def _imported(self, archive: Path) -> list[tuple[Step, Outcome]]:
        with self.side() as remote, closing(ArchiveSide(archive)) as local:
            timing = Timing(lambda: datetime.now(UTC), lambda _: None)
            events = run(Site.LOCAL, Ends(local, remote, str(archive)), self.store, Policy(timedelta(0)), timing)
            applied = [event for event in events if isinstance(event, Applied)]
        return [(event.step, event.outcome) for event in applied if event.step.verb.writes]

    def wrote_again(self, *archives: Path) -> list[str]:
        """The writes of one more import."""
        before = len(self.line.writes())
        self.imported(*archives)
        return self.line.writes()[before:]


@contextmanager
def strange(folder: Path, *faults: str, dialects: tuple[str, ...] = (), version: str = "3.0") -> Iterator[Strange]:
    """A server of its own with these habits."""
    with ServerStore(folder) as store:
        app = create_app(store, tokens={"t0ken": "anna@example.com"}, mischief=chosen(dialects, faults, 0))
        app.testing = True
        found = Strange(Line(app), version)
        with closing(found.store):
            yield found


def unkept(outcomes: list[tuple[Step, Outcome]]) -> set[str]:
    """What was not kept, as ``kind.field``."""
    return {f"{step.kind}.{item.field}" for step, outcome in outcomes for item in outcome.unkept}


def statuses(outcomes: list[tuple[Step, Outcome]]) -> set[Status]:
    return {outcome.status for _, outcome in outcomes}
