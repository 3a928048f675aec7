"""Every read of a run, answered wrongly: what a topic has is neither lost across, nor sent twice."""

import json
import shutil
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import httpx
import pytest
from strange_server import SAMPLES, Strange, strange

from bcfsync.canonical import viewpoint_content
from bcfsync.changes import Cause, Site
from bcfsync.errors import BcfsyncError
from bcfsync.execute import Ends
from bcfsync.model import Topic
from bcfsync.net import Refused
from bcfsync.plan.policy import Deletes, Policy
from bcfsync.run import Applied, Planned, Timing, run
from bcfsync.sides.archive import ArchiveSide
from bcfsync.store import Store

FREEZE = SAMPLES / "3.0" / "design-freeze.bcf"
POLICY = Policy(timedelta(0), deletes=Deletes.MIRROR)
LISTS = ("comments", "viewpoints", "files", "document_references", "related_topics")
PARTS = ("selection", "coloring", "visibility")
BAD = {
    "404": lambda _: httpx.Response(404, json={"message": "not found"}),
    "410": lambda _: httpx.Response(410, json={"message": "gone"}),
    "400": lambda _: httpx.Response(400, json={"message": "no"}),
    "405": lambda _: httpx.Response(405, json={"message": "no"}),
    "403": lambda _: httpx.Response(403, json={"message": "not for you"}),
    "500": lambda _: httpx.Response(500, json={"message": "boom"}),
    "an error with 200": lambda _: httpx.Response(200, json={"error": "boom"}),
    "an error object": lambda _: httpx.Response(200, json={"error": "boom", "code": 7}),
    "null": lambda _: httpx.Response(200, content=b"null"),
    "nothing": lambda _: httpx.Response(204),
    "an empty text": lambda _: httpx.Response(200, content=b""),
    "cut JSON": lambda good: httpx.Response(200, content=good[:-2] or b"["),
    "a text": lambda _: httpx.Response(200, json="boom"),
    "a page": lambda _: httpx.Response(200, html="<html>Sign in</html>"),
    "a list in a list": lambda _: httpx.Response(200, json=[[]]),
    "a list of null": lambda _: httpx.Response(200, json=[None]),
    "a list of errors": lambda _: httpx.Response(200, json=[{"error": "boom"}]),
    "a list in an object": lambda good: httpx.Response(200, json={"items": json.loads(good)}),
}


class Bad:
    """Answers wrongly what ends in a name, below one topic, so many times."""

    def __init__(self, server: Strange, name: str, answer: str, topic: str = "", times: int = 10**6) -> None:
        self.server, self.name, self.answer, self.topic, self.left = server, name, answer, topic, times

    def __enter__(self) -> Self:
        self.server.line.hinder = self._hinder
        return self

    def __exit__(self, *_: object) -> None:
        self.server.line.hinder = lambda _request: None

    def _hinder(self, request: httpx.Request) -> httpx.Response | None:
        below = request.url.path.lower()
        if request.method != "GET" or not below.endswith(f"/{self.name}") or self.topic not in below or not self.left:
            return None
        self.left -= 1
        return BAD[self.answer](self.server.line.inner.handle_request(request).read())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return Path(shutil.copy(FREEZE, tmp_path / "freeze.bcf"))


def turned(server: Strange, source: Site, archive: Path) -> tuple[list[Planned], list[Applied]]:
    """One pass."""
    with server.side() as remote, closing(ArchiveSide(archive)) as local:
        timing = Timing(lambda: datetime.now(UTC), lambda _: None)
        events = list(run(source, Ends(local, remote, "freeze.bcf"), server.store, POLICY, timing))
    planned = [event for event in events if isinstance(event, Planned)]
    return planned, [event for event in events if isinstance(event, Applied) and event.step.verb.writes]


def topics(archive: Path) -> dict[str, Topic]:
    with closing(ArchiveSide(archive)) as side:
        return dict(side.load(side.listing().topics).topics)


def held(server: Strange) -> dict[str, Topic]:
    with server.side() as side:
        return dict(side.load(side.listing().topics).topics)


def size(topic: Topic) -> tuple[int, ...]:
    return (
        len(topic.comments), len(topic.viewpoints), len(topic.files), len(topic.document_references),
        len(topic.related_topics), sum(view.components is not None for view in topic.viewpoints),
    )  # fmt: skip


def has(topic: Topic, name: str) -> bool:
    return bool(getattr(topic, name))


@pytest.mark.parametrize("answer", BAD)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_cannot_be_read_loses_nothing_and_doubles_nothing(tmp_path, archive, name, answer):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        there, here, before = held(server), topics(archive), archive.read_bytes()
        key = next(key for key, topic in here.items() if has(topic, name))
        for source in (Site.REMOTE, Site.LOCAL):
            with Bad(server, name, answer, key):
                planned, writes = turned(server, source, archive)
            assert [(hold.guid, hold.cause) for hold in planned[-1].plan.holds if hold.cause is Cause.UNREAD] == [
                (here[key].guid, Cause.UNREAD)
            ]
            assert writes == []
        assert archive.read_bytes() == before
        for source in (Site.LOCAL, Site.REMOTE):
            assert turned(server, source, archive)[1] == []
        assert {key: size(topic) for key, topic in held(server).items()} == {k: size(t) for k, t in there.items()}


@pytest.mark.parametrize("answer", ["404", "410", "400", "an error with 200", "null", "nothing"])
@pytest.mark.parametrize("name", LISTS)
def test_a_server_that_answers_so_where_it_has_none_is_read_all_the_same(tmp_path, archive, name, answer):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        key, topic = next(iter(topics(archive).items()))
        bare = Topic(key, topic.title)
        with Bad(server, name, answer), server.side() as side:
            side.listing()
            read = side.bodies([key])
            if name in {"comments", "viewpoints"} and answer in {"400", "an error with 200"}:
                assert set(side.unread) == {key}  # every server has these two, and says 404 of them
                return
        assert getattr(read[key], name) == getattr(bare, name)


@pytest.mark.parametrize("name", [*LISTS, *PARTS])
def test_an_answer_that_passes_takes_nothing_from_a_first_export(tmp_path, archive, name):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        with Bad(server, name, "404", times=1) as bad:
            new = tmp_path / "new.bcf"
            exported(server, new)
        assert not bad.left
        exported(server, new)
        assert {key: size(topic) for key, topic in topics(new).items()} == {
            key: size(topic) for key, topic in topics(archive).items()
        }


@pytest.mark.parametrize("name", ["comments", "viewpoints", *PARTS])
def test_what_would_be_sent_again_or_never_be_read_again_is_asked_for_twice(tmp_path, archive, name):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        there = held(server)
        with Bad(server, name, "404", times=1):
            assert {key: size(topic) for key, topic in held(server).items()} == {k: size(t) for k, t in there.items()}


@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("names", ["files", "document_references", "related_topics", "comments", "viewpoints"])
def test_a_server_that_has_lost_its_routes_takes_nothing_from_the_files(tmp_path, archive, names, status):
    with closing(Store(Path(":memory:"))) as store:
        for at, faults in enumerate(((), (f"without:{names},status={status}",), ())):
            with strange(tmp_path / "server", *faults) as server:
                server.store.close()
                server.store = store
                before = archive.read_bytes()
                for source in (Site.LOCAL, Site.REMOTE):
                    with suppress(Refused):  # where no topic can be read
                        assert turned(server, source, archive)[1] == [] or (at, source) == (0, Site.LOCAL)
                assert archive.read_bytes() == before


BELIEVED = {"404", "410", "400", "405", "an error with 200", "null", "nothing"}
"""Answers that a server may give where a viewpoint has no such part."""


@pytest.mark.parametrize("answer", [item for item in BAD if item not in BELIEVED])
@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_a_viewpoint_that_cannot_be_read_leaves_the_topic_to_the_next_run(tmp_path, archive, name, answer):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        new = tmp_path / "new.bcf"
        with closing(Store(Path(":memory:"))) as server.store:
            with Bad(server, name, answer, next(iter(topics(archive)))):
                planned, _ = turned(server, Site.REMOTE, new)
            assert {hold.cause for hold in planned[-1].plan.holds} <= {Cause.UNREAD}
            turned(server, Site.REMOTE, new)
        assert shown(new) == shown(archive)


@pytest.mark.parametrize("answer", ["404", "500", "an error object", "null", "cut JSON", "a list of null"])
@pytest.mark.parametrize("name", ["topics", "demo", "documents"])
def test_what_belongs_to_the_whole_project_and_cannot_be_read_changes_nothing(tmp_path, archive, name, answer):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        there, before = held(server), archive.read_bytes()
        for source in (Site.REMOTE, Site.LOCAL):
            writes: list[Applied] = []
            with Bad(server, name, answer), suppress(BcfsyncError):
                writes = turned(server, source, archive)[1]
            assert writes == []
        assert archive.read_bytes() == before
        for source in (Site.LOCAL, Site.REMOTE):
            assert turned(server, source, archive)[1] == []
        assert {key: size(topic) for key, topic in held(server).items()} == {k: size(t) for k, t in there.items()}


def shown(archive: Path) -> dict[str, str]:
    return {view.guid: viewpoint_content(view) for topic in topics(archive).values() for view in topic.viewpoints}


def pictures(archive: Path) -> list[bytes]:
    found = []
    with closing(ArchiveSide(archive)) as side:
        for _, topic in sorted(side.load(side.listing().topics).topics.items()):
            blobs = [view.snapshot.blob for view in topic.viewpoints if view.snapshot]
            blobs += [item.blob for view in topic.viewpoints for item in view.bitmaps]
            blobs += [topic.bim_snippet.blob] if topic.bim_snippet else []
            for blob in filter(None, blobs):
                with side.open(blob) as stream:
                    found.append(stream.read())
    return found


@pytest.mark.parametrize("answer", ["a page", "an error object", "an error with 200", "500", "403"])
@pytest.mark.parametrize("name", ["snapshot", "snippet"])
def test_bytes_that_cannot_be_read_are_fetched_by_the_next_run(tmp_path, archive, name, answer):
    with strange(tmp_path / "server") as server:
        turned(server, Site.LOCAL, archive)
        new = tmp_path / "new.bcf"
        with closing(Store(Path(":memory:"))) as server.store:
            with Bad(server, name, answer, next(iter(topics(archive)))), suppress(BcfsyncError):
                turned(server, Site.REMOTE, new)
            turned(server, Site.REMOTE, new)
        assert pictures(new) == pictures(archive)


def exported(server: Strange, archive: Path) -> None:
    with closing(Store(Path(":memory:"))) as store:
        server.store = store
        turned(server, Site.REMOTE, archive)
