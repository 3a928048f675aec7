"""Small worlds for tests of the engine: a file and a server in memory, a state, and a clock that only sleep moves."""

import hashlib
import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bcfsync.canonical import guid_keys
from bcfsync.changes import Conflict, Hold, Outcome, Plan, Site, Status, Step
from bcfsync.dates import timestamp
from bcfsync.execute import Ends
from bcfsync.guids import guid_key
from bcfsync.interpreting import ends_of
from bcfsync.model import (
    Bcf,
    BimSnippet,
    Blob,
    Comment,
    Document,
    DocumentReference,
    HeaderFile,
    PerspectiveCamera,
    Point,
    Snapshot,
    Topic,
    Viewpoint,
)
from bcfsync.plan.policy import Policy
from bcfsync.run import Applied, Planned, Timing, Waiting, draw, run
from bcfsync.sides.memory import MemorySide
from bcfsync.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MORNING = timestamp(START - timedelta(days=30))
ANNA, BEN, SYNC = "anna@example.com", "ben@example.com", "sync@example.com"
LOCAL, REMOTE = Site.LOCAL, Site.REMOTE


def gid(number: int) -> str:
    """A guid of a file."""
    return f"{number:08d}-0000-4000-8000-000000000000"


T1, T2, T3, C1, C2, C3, V1, V2, R1, R2, D1, D2 = map(gid, range(1, 13))


def minted():
    """What a server calls its own: a new guid with each call."""
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):08d}-9999-4999-8999-999999999999"


def topic(guid=T1, **members):
    known = {"title": "Duct clashes with beam", "creation_author": ANNA, "creation_date": MORNING}
    return Topic(guid, **(known | members))


def comment(guid=C1, text="OK", **members):
    return Comment(guid, text, **({"date": MORNING, "author": ANNA} | members))


def view(guid=V1, *, x=1.0, picture=None):
    camera = PerspectiveCamera(Point(x, 2.0, 3.0), Point(0.0, 1.0, 0.0), Point(0.0, 0.0, 1.0), 60.0)
    snapshot = Snapshot("png", None, picture) if picture else None
    return Viewpoint(guid, perspective_camera=camera, snapshot=snapshot)


def blob(name="picture"):
    """Bytes that follow from their name, as ``Bytes`` gives them."""
    return Blob(name, len(name), hashlib.sha256(name.encode()).hexdigest())


def link(guid=R1, url="https://example.com/plan", **members):
    return DocumentReference(guid, url=url, **members)


def paper(guid=D1, name="plan.pdf"):
    return Document(guid, name, blob=blob(name))


def model_file(name):
    return HeaderFile(filename=name, ifc_project="0123456789ABCDEFGHIJK$")


@dataclass
class World:
    """A file, a server, a state, and what may be done. ``now`` moves when the engine sleeps."""

    store: Store
    local: MemorySide
    remote: MemorySide
    replica: str = "/files/week.bcf"
    now: datetime = START
    slept: list[float] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def side(self, site: Site) -> MemorySide:
        return self.local if site is LOCAL else self.remote

    @property
    def ends(self) -> Ends:
        return ends_of(self.local, self.remote, self.store, self.replica, self.policy)


@dataclass
class Told:
    """What a pass told: its plans, the ends of its steps, and how often it waited."""

    plans: list[Plan] = field(default_factory=list)
    ended: list[tuple[Step, Outcome]] = field(default_factory=list)
    waits: int = 0

    @property
    def writes(self):
        return [step for step, outcome in self.ended if step.verb.writes and outcome.status is Status.DONE]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return self.plans[-1].conflicts

    @property
    def holds(self) -> tuple[Hold, ...]:
        return self.plans[-1].holds

    def outcomes(self, status: Status):
        return [(step, outcome) for step, outcome in self.ended if outcome.status is status]


def world(tmp_path: Path | None = None, *, mint=None, local=(), remote=(), documents=(), **members) -> World:
    """A world whose file holds the topics ``local`` and whose server holds ``remote``."""
    found = World(None, MemorySide(user=None), MemorySide(mint=mint, user=SYNC), **members)  # type: ignore[arg-type]
    found.store = Store(tmp_path / "state.db" if tmp_path else Path(":memory:"), clock=found.clock)
    found.remote.clock = found.clock
    found.local.bcf = Bcf("3.0", topics=tuple(local), documents=tuple(documents))
    found.remote.bcf = Bcf("3.0", topics=tuple(remote))
    found.local.blobs = Bytes()
    found.remote.blobs = Bytes()
    return found


class Bytes(dict[str, bytes]):
    """Blobs whose bytes follow from their names, so that tests need not write them down."""

    def __missing__(self, name: str) -> bytes:
        return name.encode()


def go(found: World, source: Site, into: Told | None = None) -> Told:
    """One pass; what was told so far survives in ``into`` when the pass breaks off."""
    told = into if into is not None else Told()
    for event in run(source, found.ends, found.store, found.policy, Timing(found.clock, found.sleep)):
        match event:
            case Planned(plan):
                told.plans.append(plan)
            case Waiting():
                told.waits += 1
            case Applied(step, outcome):
                told.ended.append((step, outcome))
    return told


def bring(found: World) -> Told:
    """Import: file to server."""
    return go(found, LOCAL)


def fetch(found: World) -> Told:
    """Export: server to file."""
    return go(found, REMOTE)


def plan(found: World, source: Site) -> Plan:
    return draw(source, found.ends, found.store, found.policy).plan


def synced(**members) -> World:
    """A world whose file was imported and exported once."""
    found = world(**members)
    bring(found)
    fetch(found)
    return found


def edit(side: MemorySide, guid: str = T1, /, **members) -> None:
    """Somebody edits a topic of a side."""
    revised(side, guid, lambda found: replace(found, **members))


def revised(side: MemorySide, guid: str, change) -> None:
    key = guid_key(guid)
    topics = tuple(change(item) if guid_key(item.guid) == key else item for item in side.bcf.topics)
    side.bcf = replace(side.bcf, topics=topics)


def reword(side: MemorySide, guid: str, old: str, /, **members) -> None:
    """Somebody edits the comment with the text ``old``."""

    def change(found: Topic) -> Topic:
        comments = tuple(replace(item, **members) if item.comment == old else item for item in found.comments)
        return replace(found, comments=comments)

    revised(side, guid, change)


def drop(side: MemorySide, guid: str) -> None:
    """Somebody deletes a topic."""
    side.bcf = replace(side.bcf, topics=tuple(item for item in side.bcf.topics if item.guid != guid))


def only(side: MemorySide) -> Topic:
    """The one topic of a side."""
    (found,) = side.bcf.topics
    return found


def there(found: World, guid: str) -> Topic:
    """The server's topic that is the file's topic of this guid."""
    ids = {ours.guid: theirs.guid for ours, theirs in found.store.links() if ours.kind == "topic"}
    return next(item for item in found.remote.bcf.topics if guid_keys([item.guid]) == {ids[guid_key(guid)]})


def texts(of: Topic) -> list[str]:
    return [item.comment for item in of.comments]


class Crash(Exception):
    """The process ends here."""


class FailingStore(Store):
    """A state whose process ends before the ``fatal``-th confirmation is on disk."""

    fatal = -1

    def confirm_all(self, confirmations, **more) -> None:
        self.fatal -= 1
        if self.fatal == -1:
            raise Crash
        super().confirm_all(confirmations, **more)


def fault_at(number: int, what: str):
    """A fault that strikes the ``number``-th change once: a word of MemorySide's, or a crash before the call."""
    left = itertools.count()

    def fault(_change) -> str:
        if next(left) != number:
            return ""
        if what == "crash before":
            raise Crash
        return what

    return fault


def essence(found: Topic, side: MemorySide):
    """What a topic says with all that hangs on it, without ids: links are followed to what they mean."""
    views = {guid_key(item.guid): item.perspective_camera.camera_view_point.x for item in found.viewpoints}
    said = {guid_key(item.guid): item.comment for item in found.comments}
    titles = {guid_key(item.guid): item.title for item in side.bcf.topics}
    papers = {guid_key(item.guid): item.filename for item in side.bcf.documents}

    def named(names, guid):
        return names[guid_key(guid)] if guid else None

    return {
        "own": (found.title, found.priority, sorted(found.labels), found.bim_snippet and found.bim_snippet.reference),
        "views": sorted(views.values()),
        "comments": sorted(
            (item.comment, str(named(views, item.viewpoint_guid)), str(named(said, item.reply_to_comment_guid)))
            for item in found.comments
        ),
        "references": sorted(
            (item.url or named(papers, item.document_guid), str(item.description)) for item in found.document_references
        ),
        "files": sorted(item.filename for item in found.files),
        "related": sorted(titles.get(guid_key(item), item) for item in found.related_topics),
    }


def state_of(side: MemorySide):
    """Everything a side holds, without ids: to compare two sides, and to see doubles."""
    topics = sorted((essence(item, side) for item in side.bcf.topics), key=repr)
    return topics, sorted(item.filename for item in side.bcf.documents)


def rich() -> tuple[tuple[Topic, ...], tuple[Document, ...]]:
    """Topics and documents with one of everything, and two comments that look alike."""
    snippet = BimSnippet(
        "JSON", is_external=False, reference="clash.json", reference_schema="", blob=blob("clash.json")
    )
    first = topic(
        priority="High",
        labels=("Structure", "HVAC"),
        bim_snippet=snippet,
        files=(model_file("block-b.ifc"),),
        document_references=(link(), DocumentReference(R2, document_guid=D1, description="Plan")),
        related_topics=(T2,),
        viewpoints=(view(V1, x=1.0, picture=blob("one")), view(V2, x=2.0)),
        comments=(
            comment(C1, "OK"),
            comment(C2, "OK"),
            comment(C3, "See here", viewpoint_guid=V1, reply_to_comment_guid=C1),
        ),
    )
    second = topic(T2, title="Door too low", related_topics=(T1,), comments=(comment(gid(21), "OK", author=BEN),))
    return (first, second), (paper(),)


def rich_world(tmp_path: Path | None = None, *, mint=None) -> World:
    topics, documents = rich()
    return world(tmp_path, mint=mint, local=topics, documents=documents)


def until_quiet(found: World, source: Site, most: int = 5) -> int:
    """Pass after pass until one writes nothing; gives how many wrote."""
    for at in range(most):
        told = go(found, source)
        if not told.writes:
            return at
    raise AssertionError(f"still writing after {most} passes: {told.writes}")
