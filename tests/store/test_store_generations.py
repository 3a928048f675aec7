"""Our own writes to archives: known by their stamps, waiting to be read, and taken back when they were lost."""

from datetime import timedelta
from pathlib import Path

import pytest
from store_cases import (
    AGAIN,
    CHILD,
    HERE,
    ITS_CHILD,
    ITS_TOPIC,
    NOON,
    THERE,
    TOPIC,
    Clock,
    agreed,
    deed,
    given,
    shadows,
)

from bcfsync.changes import Key, Kind
from bcfsync.store import REMOTE, ArchiveRecord, Confirmation, StateUnusable, Store, Unacknowledged, seen_by

MEMORY = Path(":memory:")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    with Store(MEMORY, clock=clock) as found:
        yield found


def write(store, *confirmations, replica="/a", stamp="stamp"):
    """A write to an archive, from its announcement to its record."""
    number = store.expect(replica, stamp)
    store.confirm_all(confirmations, replica=replica, generation=number)
    return number


def waiting(store, replica="/a"):
    return [(item.key, item.generation) for item in store.unacknowledged(replica)]


# -- stamps ----------------------------------------------------------------------------------------------------


def test_every_archive_counts_its_own_generations(store):
    assert [store.expect("/a", "1"), store.expect("/a", "2"), store.expect("/b", "3")] == [1, 2, 1]
    assert (store.own_stamps("/a"), store.own_stamps("/b"), store.own_stamps("/c")) == ({"1", "2"}, {"3"}, set())


def test_an_expected_stamp_is_there_after_a_crash(tmp_path):
    with Store(tmp_path / "state.db") as store:
        store.expect("/a", "stamp")
    with Store(tmp_path / "state.db") as store:
        assert store.own_stamps("/a") == {"stamp"}
        assert store.expect("/a", "next") == 2


def test_stamps_are_our_own_for_thirty_days_and_the_last_one_for_ever(store, clock):
    store.expect("/a", "oldest")
    clock.now += timedelta(days=20)
    store.expect("/a", "old")
    clock.now += timedelta(days=11)
    assert store.own_stamps("/a") == {"old"}
    clock.now += timedelta(days=400)
    assert store.own_stamps("/a") == {"old"}
    assert store.expect("/a", "new") == 3
    assert store.own_stamps("/a") == {"new"}


def test_a_number_is_never_given_twice(store, clock):
    for number in range(1, 5):
        clock.now += timedelta(days=100)
        assert store.expect("/a", "stamp") == number
    assert store._db.execute("SELECT count(*) FROM generation").fetchone() == (2,)


def test_a_generation_is_done_when_it_is_on_record(store):
    number = store.expect("/a", "stamp")
    assert store._db.execute("SELECT done FROM generation").fetchone() == (0,)
    store.confirm_all([], replica="/a", generation=number)
    assert store._db.execute("SELECT done FROM generation").fetchone() == (1,)


# -- what waits ------------------------------------------------------------------------------------------------


def test_what_was_written_waits_as_it_was_told_oldest_first(store):
    first = given(HERE, "update", ("title", "labels"), '{"n": 1}', ('{"o": 1}', None))
    second = given(AGAIN, "delete", (), None, (None, '{"s": 1}'), tries=1)
    one = write(store, agreed(written=first))
    two = write(store, agreed(AGAIN, HERE, written=second))
    assert store.unacknowledged("/a") == [
        Unacknowledged(HERE, "update", ("title", "labels"), '{"n": 1}', '{"o": 1}', None, one, 0),
        Unacknowledged(AGAIN, "delete", (), None, None, '{"s": 1}', two, 1),
    ]
    assert store.unacknowledged("/b") == []


def test_a_deed_may_name_the_archive_instead(store):
    store.confirm(agreed(deed=deed(replica="/b"), written=given(generation=4)))
    assert waiting(store, "/b") == [(HERE, 4)]


def test_what_was_written_in_no_generation_does_not_wait(store):
    store.confirm_all([agreed(written=given())], replica="/a")
    assert waiting(store) == []


@pytest.mark.parametrize(("upto", "left"), [(0, [1, 2, 3]), (1, [2, 3]), (2, [3]), (9, [])])
def test_what_was_read_no_longer_waits(store, upto, left):
    for _ in range(3):
        write(store, agreed(written=given()))
    write(store, agreed(written=given()), replica="/b")
    store.acknowledge("/a", upto)
    assert [number for _, number in waiting(store)] == left
    assert waiting(store, "/b") == [(HERE, 1)]


def test_a_record_that_fails_leaves_nothing_waiting_and_the_generation_open(store):
    number = store.expect("/a", "stamp")
    with pytest.raises(StateUnusable):
        store.confirm_all(
            [agreed(written=given()), Confirmation(AGAIN, HERE, {"/a": object()})], replica="/a", generation=number
        )
    assert (waiting(store), list(store.links()), shadows(store)) == ([], [], {})
    assert store._db.execute("SELECT done FROM generation").fetchone() == (0,)


# -- rolling back ----------------------------------------------------------------------------------------------


def test_shadows_are_put_back_and_tries_counted(store):
    store.confirm(agreed(text="old"))
    write(store, agreed(text="new", written=given()), agreed(AGAIN, HERE, written=given(AGAIN)))
    lost = store.unacknowledged("/a")[:1]
    store.roll_back("/a", {HERE: ("old", "older"), AGAIN: (None, None)}, lost)
    found = shadows(store)
    assert (found[HERE, "/a"], found[HERE, seen_by("/a")], found[HERE, REMOTE]) == ("old", "older", "new")
    assert (AGAIN, "/a") not in found
    assert (AGAIN, seen_by("/a")) not in found
    assert (AGAIN, REMOTE) in found
    assert len(list(store.links())) == 2
    assert [(item.key, item.tries) for item in store.unacknowledged("/a")] == [(HERE, 1), (AGAIN, 0)]


def test_only_the_lost_generation_of_an_atom_counts_as_tried(store):
    write(store, agreed(written=given()))
    write(store, agreed(written=given()))
    store.roll_back("/a", {}, store.unacknowledged("/a")[1:])
    assert [item.tries for item in store.unacknowledged("/a")] == [0, 1]


def test_other_archives_keep_their_shadows(store):
    write(store, agreed(text="a", written=given()))
    store.confirm(agreed(replica="/b", text="b"))
    store.roll_back("/a", {HERE: (None, None)}, store.unacknowledged("/a"))
    assert set(shadows(store)) == {(HERE, "/b"), (HERE, seen_by("/b")), (HERE, REMOTE)}


def test_a_rolled_back_archive_is_not_settled(store):
    records = [ArchiveRecord(name, "s", None, settled=True, looked=NOON) for name in ("/a", "/b")]
    store.remember_archives(records)
    store.roll_back("/a", {HERE: ("x", "y")}, [])
    assert [item.settled for item in store.archives().values()] == [False, True]


@pytest.mark.parametrize("how", [{"gone": True}, {"unbound": "/a"}])
def test_a_lost_deletion_of_a_topic_brings_all_that_was_in_it_back(store, how):
    store.confirm_all([agreed(TOPIC, ITS_TOPIC), agreed(CHILD, ITS_CHILD), agreed(HERE, THERE)])
    store.confirm(Confirmation(CHILD, ITS_CHILD, {"/b": "b"}))
    before = shadows(store), sorted(store.links())
    deletion = given(TOPIC, "delete", (), None, ("{}", "{}"))
    write(store, Confirmation(TOPIC, ITS_TOPIC, {}, deed=deed(TOPIC), written=deletion, **how))
    assert (CHILD, "/a") not in shadows(store)
    store.roll_back("/a", {TOPIC: ("{}", "{}")}, store.unacknowledged("/a"))
    found = shadows(store)
    if "gone" in how:
        found[CHILD, "/b"] = "b"  # what another archive held was no part of this deletion
    assert (found, sorted(store.links())) == before


def test_a_deletion_that_stands_brings_nothing_back(store):
    store.confirm_all([agreed(TOPIC, ITS_TOPIC), agreed(CHILD, ITS_CHILD)])
    deletion = given(TOPIC, "delete", (), None, ("{}", "{}"))
    write(store, Confirmation(TOPIC, ITS_TOPIC, {}, written=deletion, gone=True))
    store.roll_back("/a", {}, store.unacknowledged("/a"))
    assert (shadows(store), list(store.links())) == ({}, [])


def test_a_lost_deletion_takes_no_identity_from_another_atom(store):
    store.confirm(agreed(HERE, THERE))
    write(store, Confirmation(HERE, THERE, {}, written=given(HERE, "delete", (), None), gone=True))
    store.confirm(agreed(AGAIN, THERE))
    store.roll_back("/a", {HERE: ("{}", "{}")}, store.unacknowledged("/a"))
    assert list(store.links()) == [(AGAIN, THERE)]


# -- names -----------------------------------------------------------------------------------------------------


def test_everything_of_an_archive_goes_to_its_new_name(store):
    write(store, agreed(text="a", written=given()))
    store.remember_archives([ArchiveRecord("/a", "stamp", "00", settled=True, looked=NOON)])
    store.rename_replica("/a", "/new")
    assert set(shadows(store)) == {(HERE, "/new"), (HERE, seen_by("/new")), (HERE, REMOTE)}
    assert (waiting(store), waiting(store, "/new")) == ([], [(HERE, 1)])
    assert (store.own_stamps("/a"), store.own_stamps("/new")) == (set(), {"stamp"})
    assert store.archives() == {"/new": ArchiveRecord("/new", "stamp", "00", settled=True, looked=NOON)}


def test_what_was_there_under_the_new_name_goes(store):
    write(store, agreed(replica="/new", text="old", written=given()), replica="/new", stamp="old")
    write(store, agreed(replica="/new", text="old"), replica="/new")
    write(store, agreed(AGAIN, HERE, text="a", written=given(AGAIN)))
    store.rename_replica("/a", "/new")
    assert {key for key, replica in shadows(store) if replica == "/new"} == {AGAIN}
    assert waiting(store, "/new") == [(AGAIN, 1)]
    assert store.own_stamps("/new") == {"stamp"}


def test_a_name_like_a_pattern_is_taken_as_it_is(store):
    for name in ("/%", "/_", "/a'b", "/*", "remote:/a"):
        key = Key(Kind.COMMENT, "topic", name)
        store.confirm(Confirmation(key, key, {name: "x"}))
        store.rename_replica(name, name + "2")
        assert shadows(store).pop((key, name + "2")) == "x"
        store.forget_replica(name + "2")
    assert {name.split(":")[0] for _, name in shadows(store)} == {"past"}
