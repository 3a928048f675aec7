"""A side that is asked for nothing twice within a turn."""

import hashlib
import io
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from worlds import LOCAL, MORNING, START, T1, T2, V1, blob, comment, topic, view

from bcfsync.changes import Change, Kind, Status, Verb, key_of
from bcfsync.dates import timestamp
from bcfsync.execute import Ends
from bcfsync.model import Bcf, BimSnippet, Document
from bcfsync.plan.policy import Policy
from bcfsync.run import Timing, Waiting, run
from bcfsync.sides.memory import MemorySide
from bcfsync.sides.remembered import Remembered, afresh
from bcfsync.store import Store


@dataclass
class Counting(MemorySide):
    """A side in memory that counts what it is asked, and can be had in parts or whole."""

    asked: list = field(default_factory=list)

    def listing(self):
        self.asked.append("listing")
        return super().listing()

    def load(self, keys, known=()):
        keys = sorted(keys)
        self.asked.append(("load", *keys))
        return super().load(keys, known)

    @contextmanager
    def open(self, blob):
        self.asked.append(("open", blob.locator))
        yield io.BytesIO(blob.locator.encode())


class InParts(Counting):
    """As a server's side is."""

    lasting_views = True
    telling_dates = False

    def bodies(self, keys, known=(), kept=None):
        keys = sorted(keys)
        self.asked.append(("bodies", *keys))
        if kept:
            self.asked.append(("of them kept", *sorted(kept)))
        found = MemorySide.load(self, keys).topics
        return {
            key: replace(
                item,
                viewpoints=tuple(
                    replace(it, perspective_camera=None) if key_of(Kind.VIEWPOINT, key, it.guid) in known else it
                    for it in item.viewpoints
                ),
            )
            for key, item in found.items()
        }

    def detailed(self, topic, views):
        self.asked.append(("detailed", topic.guid, *sorted(views)))
        whole = {item.guid: item for item in self.bcf.topics}[topic.guid]
        return replace(topic, viewpoints=whole.viewpoints)

    def documents(self):
        self.asked.append("documents")
        return self.bcf.documents

    def project_info(self):
        self.asked.append("project")
        return MemorySide.load(self, ()).project


PICTURED = topic(T1, viewpoints=(view(V1, picture=blob()),))
KNOWN = {key_of(Kind.VIEWPOINT, T1, V1)}


@pytest.fixture(params=[Counting, InParts])
def side(request):
    return request.param(bcf=Bcf("3.0", topics=(PICTURED, topic(T2)), documents=(Document("d", "a.pdf"),)))


@pytest.fixture
def parted():
    return InParts(bcf=Bcf("3.0", topics=(PICTURED, topic(T2))))


def update(guid, title="New"):
    return Change(0, Verb.UPDATE, Kind.TOPIC, guid, "", topic(guid, title=title), ("title",))


def test_nothing_is_asked_twice(side):
    remembered = Remembered(side)
    first = remembered.listing(), remembered.load([T1, T2])
    asked = list(side.asked)
    assert (remembered.listing(), remembered.load([T2, T1])) == first
    assert first[1].documents == side.bcf.documents
    assert side.asked == asked


def test_what_a_write_touches_is_asked_again_and_nothing_else(side):
    remembered = Remembered(side)
    remembered.load([T1, T2])
    (outcome,) = remembered.apply([update(T1)], side)
    assert outcome.status is Status.DONE
    side.asked.clear()
    assert remembered.load([T1, T2]).topics[T1].title == "New"
    assert [item[1:] for item in side.asked if item[0] in {"load", "bodies"}] == [(T1,)]
    assert side.asked.count("listing") == 1


def test_what_is_below_a_topic_counts_as_the_topic(side):
    remembered = Remembered(side)
    remembered.load([T1])
    made = comment("c")
    list(remembered.apply([Change(0, Verb.CREATE, Kind.COMMENT, "c", T1, made)], side))
    assert [item.guid for item in remembered.load([T1]).topics[T1].comments] == ["c"]


def test_a_write_that_fails_makes_its_topic_doubtful_too(side):
    remembered = Remembered(side)
    remembered.load([T1])
    side.fault = lambda _: "refused"
    (outcome,) = remembered.apply([update(T1)], side)
    assert outcome.status is Status.FAILED
    side.asked.clear()
    remembered.load([T1])
    assert "listing" in side.asked


@pytest.mark.parametrize("member", [{"title": "Other"}, {"modified_date": timestamp(START)}])
def test_a_topic_somebody_else_changed_is_read_again_once_the_listing_shows_it(side, member):
    side.bcf = replace(side.bcf, topics=(replace(PICTURED, modified_date=MORNING), topic(T2)))
    remembered = Remembered(side)
    before = remembered.load([T1]).topics[T1]
    side.bcf = replace(side.bcf, topics=(replace(side.bcf.topics[0], **member), topic(T2)))
    assert remembered.load([T1]).topics[T1] == before
    list(remembered.apply([update(T2)], side))
    assert remembered.load([T1]).topics[T1] == side.bcf.topics[0]


def test_details_that_came_short_are_fetched_when_somebody_needs_them(parted):
    remembered = Remembered(parted)
    assert remembered.load([T1], KNOWN).topics[T1].viewpoints[0].perspective_camera is None
    parted.asked.clear()
    assert remembered.load([T1]).topics[T1] == PICTURED
    assert parted.asked == [("detailed", T1, V1)]
    parted.asked.clear()
    assert remembered.load([T1]).topics[T1] == PICTURED
    assert parted.asked == []


def test_documents_are_asked_again_after_one_was_made(side):
    remembered = Remembered(side)
    remembered.load([T1])
    made = Document("e", "b.pdf", blob=None)
    list(remembered.apply([Change(0, Verb.CREATE, Kind.DOCUMENT, "e", "", made)], side))
    assert [item.guid for item in remembered.load([T1]).documents] == ["d", "e"]


class Shelf:
    """Bytes in memory."""

    def __init__(self):
        self.places, self.blobs = {}, {}

    def known(self, locator):
        return self.places.get(locator)

    def keep(self, stream, locator=None):
        data = stream.read()
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        self.places[locator] = digest
        return digest

    def open(self, sha256):
        return io.BytesIO(self.blobs[sha256])


def test_a_picture_is_fetched_once_for_all_turns(side):
    shelf = Shelf()
    for _ in range(2):
        remembered = Remembered(side, shelf)
        remembered.load([T1])
        with remembered.open(blob()) as stream:
            assert stream.read() == b"picture"
    assert side.asked.count(("open", "picture")) == 1


def test_without_a_shelf_a_picture_is_fetched_each_time(side):
    remembered = Remembered(side)
    remembered.load([T1])
    for _ in range(2):
        with remembered.open(blob()) as stream:
            assert stream.read() == b"picture"
    assert side.asked.count(("open", "picture")) == 2


def test_bytes_that_may_change_are_fetched_each_time(side):
    snippet = BimSnippet("type", is_external=False, reference="a", reference_schema="s", blob=blob("snippet"))
    side.bcf = replace(side.bcf, topics=(topic(T1, bim_snippet=snippet),))
    remembered = Remembered(side, Shelf())
    remembered.load([T1])
    for _ in range(2):
        with remembered.open(blob("snippet")):
            pass
    assert side.asked.count(("open", "snippet")) == 2


def test_after_a_wait_everything_is_asked_anew(side):
    remembered = Remembered(side)
    remembered.load([T1])
    side.bcf = replace(side.bcf, topics=())
    afresh(remembered)
    assert remembered.listing().topics == {}
    afresh(side)


def test_a_create_that_arrives_during_the_wait_for_it_is_found(side):
    """The pass lists, waits until an unanswered create must have arrived, and lists again."""
    store = Store(Path(":memory:"), clock=lambda: START)
    local = MemorySide(bcf=Bcf("3.0", topics=(topic(T1, title="Mine"),)), user=None)
    side.bcf = Bcf("3.0")
    side.mint = iter(["77777777-0000-4000-8000-000000000000"]).__next__
    store.remember_known(Kind.TOPIC, "", frozenset())
    store.begin(key_of(Kind.TOPIC, "", T1))

    def arrives(_seconds):
        made = topic("77777777-0000-4000-8000-000000000000", title="Mine", creation_author="sync@example.com")
        side.bcf = Bcf("3.0", topics=(replace(made, creation_date=timestamp(START)),))

    timing = Timing(lambda: START + timedelta(seconds=1), arrives)
    events = list(run(LOCAL, Ends(local, Remembered(side), "a"), store, Policy(), timing))
    assert any(isinstance(event, Waiting) for event in events)
    assert len(side.bcf.topics) == 1
