"""What earlier turns read, and how far it is believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from test_remembered import PICTURED, T1, InParts
from worlds import MORNING

from bcfsync.changes import Change, Files, Kind, Verb
from bcfsync.model import Bcf, Component, Components, HeaderFile
from bcfsync.sides.earlier import Earlier
from bcfsync.sides.remembered import Remembered
from bcfsync.store import Recollection

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
SHOWN = replace(
    PICTURED,
    modified_date=MORNING,
    viewpoints=tuple(
        replace(view, components=Components(selection=(Component("2MF28NhmDBiRVyFakgdbCT"),)))
        for view in PICTURED.viewpoints
    ),
)


class Clock:
    """A clock somebody sets."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def side():
    return InParts(Bcf("3.0", topics=(SHOWN,)))


@pytest.fixture
def turn(tmp_path, side, clock):
    """A turn over what earlier ones left."""
    with Recollection(tmp_path / "seen.db") as recollection:
        yield lambda: Remembered(side, None, Earlier(recollection, clock))


def asked(side, name):
    return [item for item in side.asked if item[0] == name]


def test_of_a_topic_the_list_shows_as_before_only_thread_and_views_are_read_again(turn, side):
    turn().load([T1])
    assert asked(side, "of them kept") == []
    turn().load([T1])
    assert asked(side, "of them kept") == [("of them kept", T1)]


def test_after_an_hour_all_of_it_is_read_again(turn, side, clock):
    turn().load([T1])
    clock.now += timedelta(hours=1)
    turn().load([T1])
    assert asked(side, "of them kept") == []


def test_a_topic_the_list_shows_otherwise_is_read_whole(turn, side):
    turn().load([T1])
    side.bcf = replace(side.bcf, topics=(replace(SHOWN, title="Other"),))
    assert turn().load([T1]).topics[T1].title == "Other"
    assert asked(side, "of them kept") == []


def test_where_dates_tell_everything_an_unchanged_topic_is_not_read_at_all(turn, side):
    side.telling_dates = True
    before = turn().load([T1]).topics[T1]
    side.asked.clear()
    assert turn().load([T1]).topics[T1] == before
    assert asked(side, "bodies") == [("bodies",)]


def test_a_topic_changed_a_moment_ago_is_not_believed_for_its_date(turn, side, clock):
    """Two changes within one second show one date."""
    clock.now = MORNING.instant + timedelta(minutes=1)
    turn().load([T1])
    turn().load([T1])
    assert asked(side, "of them kept") == []


def test_a_topic_we_wrote_to_is_read_whole_by_the_next_run_though_its_date_stands(turn, side):
    """What was read before our own write would pass for an edit there, and undo ours in the archive."""
    turn().load([T1])
    change = Change(0, Verb.UPDATE, Kind.FILES, T1, T1, Files((HeaderFile(filename="a.ifc"),)))
    list(turn().apply([change], side))
    turn().load([T1])
    assert asked(side, "of them kept") == []


def test_the_details_of_a_viewpoint_are_read_once_for_ever(turn, side, clock):
    turn().load([T1])
    clock.now += timedelta(days=400)
    side.detailed = None  # nobody may ask for them
    found = turn().load([T1]).topics[T1]
    assert found.viewpoints[0].components == SHOWN.viewpoints[0].components


def test_where_viewpoints_may_change_they_are_read_again(turn, side):
    side.lasting_views = False
    turn().load([T1])
    other = Components(selection=(Component("3FEYFjwK9Iz9xxxxxxxxxx"),))
    changed = tuple(replace(view, components=other) for view in SHOWN.viewpoints)
    side.bcf = replace(side.bcf, topics=(replace(SHOWN, viewpoints=changed),))
    assert turn().load([T1]).topics[T1].viewpoints[0].components == other


def test_a_recollection_that_is_damaged_is_made_anew(tmp_path, side, clock):
    path = tmp_path / "seen.db"
    path.write_bytes(b"no database at all" * 100)
    for _ in range(2):
        with Recollection(path) as recollection:
            found = Remembered(side, None, Earlier(recollection, clock)).load([T1])
        assert found.topics[T1].viewpoints[0].components == SHOWN.viewpoints[0].components
    assert asked(side, "of them kept") == [("of them kept", T1)]


def test_topics_that_are_forgotten_take_their_viewpoints_along(tmp_path):
    with Recollection(tmp_path / "seen.db") as recollection:
        recollection.keep_views([("a", "v", "1"), ("b", "w", "2")])
        recollection.forget_others(frozenset({"b"}))
        assert (recollection.view("a", "v"), recollection.view("b", "w")) == (None, "2")
