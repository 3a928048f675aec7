"""A server of API 1.0, in either of its texts, a file in memory, and a line between them that may break."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from rest_world import PNG
from worlds import ANNA, C1, C2, D1, R1, R2, START, T1, T2, V1, V2, comment, link, model_file, paper, topic, view

from bcfsync.canonical import viewpoint_content
from bcfsync.changes import Site, Status
from bcfsync.dates import timestamp
from bcfsync.errors import BcfsyncError
from bcfsync.execute import Ends
from bcfsync.model import (
    Bcf,
    BimSnippet,
    Bitmap,
    Blob,
    Coloring,
    Component,
    Components,
    Point,
    Project,
    Snapshot,
    Topic,
    Viewpoint,
    Visibility,
)
from bcfsync.net import Http, Seams
from bcfsync.plan.policy import Policy
from bcfsync.run import Applied, Timing, run
from bcfsync.server.app import create_app
from bcfsync.server.mischief import chosen
from bcfsync.server.store import ServerStore
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.remembered import Remembered
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store

URL = "https://server.test"
UP, AHEAD = Point(0.0, 0.0, 1.0), Point(1.0, 0.0, 0.0)
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WALL, DOOR = Component("0123456789ABCDEFGHIJK$"), Component("1123456789ABCDEFGHIJK$")
SHOWN = Components(
    (WALL,), (Coloring("FF0000", (DOOR,)),), Visibility(default_visibility=False, exceptions=(WALL, DOOR))
)


class Line(httpx.BaseTransport):
    """The way to the server; from one write on it may be dead, before or after that write was carried out."""

    def __init__(self, app) -> None:
        self.inner = httpx.WSGITransport(app)
        self.requests: list[httpx.Request] = []
        self.dead_from: int | None = None
        self.carried_out = True
        self.refuses: Callable[[httpx.Request], bool] = lambda _request: False
        self.last = ""
        self.dies_before = ""
        self._writes = 0
        self._one_by_one = threading.RLock()

    @property
    def writes(self) -> list[str]:
        return [f"{item.method} {item.url.path}" for item in self.requests if item.method in WRITES]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._one_by_one:
            return self._handled(request)

    def _handled(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        if self.refuses(request):
            return httpx.Response(405, json={"message": "no such method"})
        if request.method in WRITES:
            self._writes += 1
            if self.dead_from is None:
                self.last = request.url.path
            if self.dead_from is None and self.dies_before and self.last.endswith(self.dies_before):
                self.dead_from = self._writes
        if self.dead_from is None or self._writes < self.dead_from:
            return self.inner.handle_request(request)
        if self._writes == self.dead_from and request.method in WRITES and self.carried_out:
            self.inner.handle_request(request).read()
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")

    def mended(self) -> None:
        self.requests.clear()
        self.dead_from, self._writes, self.dies_before = None, 0, ""


@dataclass
class Place:
    """A server, a file, what is on record; ``text`` is tag or late, ``base`` what follows the server's address."""

    server: ServerStore
    line: Line
    store: Store
    base: str
    local: MemorySide
    learned: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def remote(self, **learned: str) -> Iterator[RestSide]:
        side = RestSide(
            Http(URL + self.base, "t0ken", Seams(self.line, lambda _: None)), "demo", self.learned | learned
        )
        try:
            yield side
        finally:
            self.learned = side.learned
            side.close()

    def go(
        self, source: Site = Site.LOCAL, local: MemorySide | None = None, store: Store | None = None
    ) -> list[Applied]:
        """A pass, with sides and memory of its own; the steps that wrote, or were to."""
        with self.remote() as side:
            ends = Ends(local or self.local, Remembered(side), "/files/week.bcf")
            events = run(source, ends, store or self.store, Policy(), Timing(lambda: START, lambda _: None))
            return [item for item in events if isinstance(item, Applied) and item.step.verb.writes]

    def broken(self, at: int, *, carried_out: bool) -> bool:
        """An import over a line that dies at a write; whether it came so far."""
        self.line.mended()
        self.line.dead_from, self.line.carried_out = at, carried_out
        try:
            self.go()
        except BcfsyncError:
            return True
        finally:
            dead = len(self.line.writes) >= at
            self.line.mended()
        return dead

    def broken_before(self, part: str) -> bool:
        """An import over a line that dies before the first write to an address of this end arrives."""
        self.line.mended()
        self.line.dies_before, self.line.carried_out = part, False
        try:
            with suppress(BcfsyncError):
                self.go()
            return self.line.dead_from is not None
        finally:
            self.line.mended()

    def exported(self) -> Bcf:
        """All of it in a new file, with a memory of its own."""
        file = MemorySide(Bcf("2.1", project=Project("demo")), user=None)
        with Store(Path(":memory:"), clock=lambda: START) as store:
            undone = [item for item in self.go(Site.REMOTE, file, store) if item.outcome.status is not Status.DONE]
        assert not undone
        return file.bcf


@contextmanager
def place(folder: Path, text: str, base: str = "/bcf/1.0", *faults: str) -> Iterator[Place]:
    """A server of a text, with an empty project, and the file."""
    mischief = chosen(["1.0-late"] if text == "late" else [], faults, 0)
    with ServerStore(folder / "server") as server, Store(folder / "state.db", clock=lambda: START) as store:
        app = create_app(server, tokens={"t0ken": "anna@example.com"}, mischief=mischief)
        app.testing = True
        yield Place(server, Line(app), store, base, file())


def file() -> MemorySide:
    """What 1.0 can hold, and a little more: a stage, a second link, a due date, hints are not among it."""
    blobs = {"snapshot": PNG, "bitmap": PNG + b"\1", "plan.pdf": b"plan.pdf", "snippet": b"<ifc/>"}
    whole = replace(
        view(V1),
        snapshot=Snapshot("png", None, Blob("snapshot", len(PNG))),
        bitmaps=(Bitmap("png", Point(0.0, 0.0, 0.0), AHEAD, UP, 2.0, blob=Blob("bitmap", len(PNG) + 1)),),
        components=SHOWN,
    )
    first = topic(
        T1,
        labels=("MEP", "Structure"),
        reference_links=("https://example.com/one", "https://example.com/two"),
        stage="Design",
        due_date=timestamp(START),
        bim_snippet=BimSnippet(
            ".ifc", is_external=False, reference="a.ifc", reference_schema="x", blob=Blob("snippet", 6)
        ),
        files=(model_file("a.ifc"),),
        viewpoints=(view(V2), whole),  # the same camera: only what is in them tells them apart
        comments=(
            comment(C1, "why", viewpoint_guid=V1, status="Open", verbal_status="Waiting"),
            comment(C2, "so", reply_to_comment_guid=C1),
        ),
        document_references=(link(R1), link(R2, url=None, document_guid=D1, description="the plan")),
        related_topics=(T2,),
    )
    second = topic(T2, title="Pipe clashes with column", creation_author=ANNA)
    bcf = Bcf("2.1", project=Project("demo"), topics=(first, second), documents=(paper(D1),))
    return MemorySide(bcf, blobs=blobs, user=None)


def said(bcf: Bcf) -> list[tuple[object, ...]]:
    """What a project says, whatever guids it has: everything 1.0 has a place for."""
    return sorted(_topic(item, {topic.guid: topic.title for topic in bcf.topics}) for item in bcf.topics)


def _topic(item: Topic, titles: dict[str, str]) -> tuple[object, ...]:
    shown = {found.guid: _shown(found) for found in item.viewpoints}
    words = {found.guid: found.comment for found in item.comments}
    snippet = item.bim_snippet
    return (
        item.title, item.topic_type, item.topic_status, sorted(item.labels), item.reference_links[:1],
        snippet and (snippet.snippet_type, snippet.reference_schema), [found.filename for found in item.files],
        sorted(shown.values()),
        sorted(
            (found.comment, found.status or "", found.verbal_status or "", shown.get(found.viewpoint_guid or "", ""),
             words.get(found.reply_to_comment_guid or "", ""))
            for found in item.comments
        ),
        sorted((it.url or "", bool(it.document_guid), it.description or "") for it in item.document_references),
        [titles.get(guid) for guid in item.related_topics],
    )  # fmt: skip


def _shown(found: Viewpoint) -> str:
    return viewpoint_content(found)


def viewpoint_with_components(there: Place) -> str:
    """The address of the viewpoint whose components were to be sent last."""
    return f"{URL}{there.line.last.removesuffix('/components')}"
