"""What whole turns cost at a real server: requests counted, one by one."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from folders import HERE, MemoryFolder
from rest_world import CAMERA, PNG, ROOT, created, fresh, new_topic
from rest_world import blob as png_blob
from worlds import START, blob, comment, link, model_file, topic, view

from bcfsync.changes import Kind, Status, Verb
from bcfsync.model import Snapshot, Viewpoint
from bcfsync.net import Http, Seams
from bcfsync.plan.policy import Deletes, Policy
from bcfsync.run import Applied, Timing
from bcfsync.sides.rest.side import RestSide
from bcfsync.store import Store
from bcfsync.store.shelf import BlobShelf
from bcfsync.turn import InSync, Partner, turn


class Folderful:
    """A folder, a project on the server, and turns between them, each with sides of its own."""

    def __init__(self, wire, shelf, version="3.0"):
        self.wire = wire
        self.shelf = shelf
        self.version = version
        self.folder = MemoryFolder()
        self.store = Store(Path(":memory:"), clock=lambda: START)
        self.learned = {}

    def side(self):
        http = Http(f"{ROOT}/bcf/{self.version}", "t0ken", Seams(self.wire, lambda _: None))
        return RestSide(http, "demo", self.learned)

    def turn(self, **options):
        """One turn; its events, and the requests it made as (method, path)."""
        side, before = self.side(), len(self.wire.requests)
        partner = Partner(side, self.store, HERE + "inbox.bcf", shelf=self.shelf, **options)
        events = list(turn(self.folder, partner, Timing(lambda: START, lambda _: None)))
        self.learned = side.learned
        side.close()
        return events, [(item.method, item.url.path) for item in self.wire.requests[before:]]

    def settle(self, **options):
        for _ in range(6):
            events, asked = self.turn(**options)
            if any(isinstance(event, InSync) for event in events):
                return asked
        raise AssertionError([event for event in events if isinstance(event, Applied)])


@pytest.fixture
def folderful(wire, tmp_path):
    return Folderful(wire, BlobShelf(tmp_path / "shelf"))


def undone(events):
    return [event for event in events if isinstance(event, Applied) and event.outcome.status is not Status.DONE]


def full(number, **members):
    guid = fresh()
    views = (view(fresh(), picture=blob(f"picture {number}")),)
    return topic(
        guid, title=f"Topic {number}", viewpoints=views, files=(model_file("a.ifc"),),
        comments=(comment(fresh(), "why", viewpoint_guid=views[0].guid), comment(fresh(), "so")),
        document_references=(link(fresh()),), **members,
    )  # fmt: skip


@pytest.mark.parametrize("version", ["2.1", "3.0"])
@pytest.mark.parametrize("count", [1, 10])
def test_a_turn_in_which_nothing_has_changed_costs_one_request(wire, tmp_path, version, count):
    folderful = Folderful(wire, None, version)
    folderful.folder.put("a.bcf", *(full(number) for number in range(count)))
    assert folderful.settle() == [("GET", f"/bcf/{version}/projects/demo/topics")]
    assert folderful.turn()[1] == [("GET", f"/bcf/{version}/projects/demo/topics")]


def test_a_change_on_the_server_ends_the_quiet(folderful, open_side):
    folderful.folder.put("a.bcf", full(1))
    folderful.settle()
    other = open_side("3.0")
    made = new_topic(other)
    events, _ = folderful.turn()
    steps = [event.step for event in events if isinstance(event, Applied)]
    assert [step.verb for step in steps if step.kind is Kind.TOPIC] == [Verb.CREATE]
    assert made in {item.guid for item in folderful.folder.open(HERE + "inbox.bcf").bcf.topics}
    folderful.settle()


def bodies(asked):
    """How often what is below each topic was read: by its comments, which every whole topic needs."""
    return Counter(path for method, path in asked if method == "GET" and path.endswith("/comments"))


def test_every_topic_is_read_once_a_turn_however_many_archives_hold_it(folderful):
    shared = [full(number) for number in range(3)]
    for name in ("a.bcf", "b.bcf"):
        folderful.folder.put(name, *shared)
    folderful.settle()
    # a look from the beginning, in which nothing is left to do
    folderful.store.note("quiet", "{}")
    _, asked = folderful.turn()
    assert list(bodies(asked).values()) == [1, 1, 1]
    paths = Counter(path for _, path in asked)
    assert paths["/bcf/3.0/projects/demo/documents"] == 1
    assert paths["/bcf/3.0/projects/demo/extensions"] == 1
    assert paths["/bcf/3.0/projects/demo/topics"] == 1
    assert paths["/bcf/3.0/projects/demo"] == 1


def test_a_topic_that_was_written_to_is_read_once_more_and_the_others_are_not(folderful):
    shared = [full(number) for number in range(3)]
    for name in ("a.bcf", "b.bcf"):
        folderful.folder.put(name, *shared)
    folderful.settle()
    folderful.folder.put("a.bcf", replace(shared[0], title="New"), *shared[1:])
    folderful.store.note("quiet", "{}")
    events, asked = folderful.turn()
    assert not undone(events)
    read = bodies(asked)
    key = shared[0].guid
    assert {path.split("/")[-2]: count for path, count in read.items()} == {
        key: 2, shared[1].guid: 1, shared[2].guid: 1
    }  # fmt: skip


def test_a_picture_is_fetched_once_for_ever(folderful, open_side):
    other = open_side("3.0")
    topic_guid = new_topic(other)
    shown = Viewpoint(fresh(), perspective_camera=CAMERA, snapshot=Snapshot("png", blob=png_blob(PNG)))
    created(other, Kind.VIEWPOINT, shown, topic_guid)

    def snapshots(asked):
        return [path for _, path in asked if path.endswith("/snapshot")]

    _, asked = folderful.turn()
    assert len(snapshots(asked)) == 1
    folderful.folder.archives.clear()
    folderful.store = Store(Path(":memory:"), clock=lambda: START)
    _, asked = folderful.turn()
    assert folderful.folder.open(HERE + "inbox.bcf").bcf.topics
    assert snapshots(asked) == []


def test_a_topic_deleted_on_the_server_goes_from_the_file_where_that_is_wanted(folderful, open_side):
    keep, lose = full(1), full(2)
    folderful.folder.put("a.bcf", keep, lose)
    mirror = Policy(deletes=Deletes.MIRROR)
    folderful.settle(policy=mirror)
    other = open_side("3.0")
    other.http.send("DELETE", other.reader.routes.topic(lose.guid))
    folderful.settle(policy=mirror)
    assert [item.guid for item in folderful.folder.open(HERE + "a.bcf").bcf.topics] == [keep.guid]


def test_a_topic_deleted_in_the_file_goes_from_the_server_where_that_is_wanted(folderful):
    keep, lose = full(1), full(2)
    folderful.folder.put("a.bcf", keep, lose)
    mirror = Policy(deletes=Deletes.MIRROR)
    folderful.settle(policy=mirror)
    folderful.folder.put("a.bcf", keep)
    folderful.settle(policy=mirror)
    assert list(folderful.side().listing().topics) == [keep.guid]


def test_a_comment_deleted_on_the_server_is_noticed_though_no_date_moves(folderful, open_side):
    item = full(1)
    folderful.folder.put("a.bcf", item)
    mirror = Policy(deletes=Deletes.MIRROR)
    folderful.settle(policy=mirror)
    assert json.loads(folderful.store.noted("quiet"))["tag"]
    other = open_side("3.0")
    gone = item.comments[1]
    other.http.send("DELETE", f"{other.reader.routes.part(item.guid, 'comments')}/{gone.guid}")
    folderful.settle(policy=mirror)
    (held,) = folderful.folder.open(HERE + "a.bcf").bcf.topics
    assert [comment.guid for comment in held.comments] == [item.comments[0].guid]
