"""The log, and the way back: what a run changed is as it was."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
    rows,
    shadows,
)
from store_cases import given as given_to_archive

from bcfsync.changes import Key, Kind
from bcfsync.store import REMOTE, ArchiveRecord, Confirmation, Deed, LoggedDeed, NoSuchRun, Run, Store, seen_by

MEMORY = Path(":memory:")
RECORD = ("link", "shadow")


@pytest.fixture
def store():
    with Store(MEMORY, clock=Clock()) as found:
        yield found


# -- runs and deeds --------------------------------------------------------------------------------------------


def test_runs_are_listed_the_last_one_first(store):
    one = store.begin_run("sync")
    store.confirm(agreed(deed=deed()))
    store.end_run(one, {"remote create": 1}, "done")
    two = store.begin_run("import")
    seconds = [NOON + timedelta(seconds=number) for number in range(1, 9)]
    found = store.runs()
    assert [(run.number, run.command, run.status, run.summary, run.deeds) for run in found] == [
        (two, "import", "running", {}, 0),
        (one, "sync", "done", {"remote create": 1}, 1),
    ]
    assert found[1].begun == seconds[0]
    assert found[1].ended in seconds
    assert found[0].ended is None
    assert [run.number for run in store.runs(1)] == [two]


def test_a_run_that_was_killed_is_interrupted(tmp_path):
    with Store(tmp_path / "state.db") as store:
        store.begin_run("sync")
    with Store(tmp_path / "state.db") as store:
        assert [(run.status, run.ended) for run in store.runs()] == [("interrupted", None)]


def test_a_deed_comes_back_from_the_log_as_it_was_told(store):
    run = store.begin_run("sync")
    told = Deed("local", "update", HERE, "Door", ("title", "labels"), "/a", "HERE", "TOPIC", "{1}", "{2}", "asked")
    store.confirm(agreed(deed=told))
    (found,) = store.deeds(run)
    assert isinstance(found, LoggedDeed)
    assert (found.run, found.at > NOON) == (run, True)
    names = ("site", "verb", "key", "label", "fields", "replica", "guid", "topic", "before", "after", "cause")
    assert [getattr(found, name) for name in names] == [getattr(told, name) for name in names]


def test_deeds_belong_to_the_run_they_were_confirmed_in(store):
    store.confirm(agreed(deed=deed(label="outside")))
    one = store.begin_run("sync")
    store.confirm_all([agreed(deed=deed(label="first")), agreed(AGAIN, HERE, deed=deed(AGAIN, label="second"))])
    store.end_run(one, {}, "done")
    two = store.begin_run("sync")
    store.confirm(agreed(deed=deed(label="third")))
    assert [item.label for item in store.deeds(one)] == ["first", "second"]
    assert [item.label for item in store.deeds(two)] == ["third"]
    assert [item.label for item in store.deeds(0)] == ["outside"]


@pytest.mark.parametrize(
    ("guid", "labels"),
    [
        ("aaaaaaaa-0000-4000-8000-000000000001", ["topic", "comment"]),
        ("AAAAAAAA-0000-4000-8000-000000000001", ["topic", "comment"]),
        ("THEIRS", ["topic", "comment"]),
        ("c", ["comment"]),
        ("D", ["comment"]),
        ("nobody", []),
    ],
)
def test_the_deeds_of_a_topic_are_found_by_its_id_on_either_side(store, guid, labels):
    topic = "aaaaaaaa-0000-4000-8000-000000000001"
    store.confirm(agreed(deed=deed(Key(Kind.TOPIC, "", topic), label="topic", guid="THEIRS")))
    store.confirm(agreed(deed=deed(Key(Kind.COMMENT, topic, "c"), label="comment", guid="D", topic="THEIRS")))
    assert [item.label for item in store.deeds_of(guid)] == labels


def test_the_log_outlives_forgetting(store):
    run = store.begin_run("sync")
    store.confirm(agreed(deed=deed()))
    store.end_run(run, {}, "done")
    store.forget()
    assert len(store.deeds(run)) == 1
    assert not list(store.links())


def test_there_is_no_way_back_to_before_the_pair_was_forgotten(store):
    before = finished(store)
    store.forget()
    empty = rows(store, *RECORD)
    with pytest.raises(NoSuchRun):
        store.put_back(before)
    after = finished(store)
    store.put_back(after)
    assert rows(store, *RECORD) == empty


# -- how long the log is kept ----------------------------------------------------------------------------------


def finished(store, times=1):
    for _ in range(times):
        run = store.begin_run("sync")
        store.confirm(agreed(text=f"{run}", deed=deed()))
        store.end_run(run, {}, "done")
    return run


def test_what_is_older_than_ninety_days_is_dropped_with_all_that_belongs_to_it():
    clock = Clock()
    with Store(MEMORY, clock=clock) as store:
        store.confirm(agreed(deed=deed(label="outside")))
        old = finished(store)
        clock.now += timedelta(days=89)
        kept = finished(store)
        assert [run.number for run in store.runs()] == [kept, old]
        clock.now += timedelta(days=2)
        last = finished(store)
        assert [run.number for run in store.runs()] == [last, kept]
        assert (store.deeds(old), store.deeds(0), len(store.deeds(kept))) == ([], [], 1)
        assert len(store.deeds_of("here")) == 2
        left = store._db.execute("SELECT DISTINCT run FROM image_shadow UNION SELECT run FROM image_link").fetchall()
        assert left == [(kept,), (last,)]
        assert store._db.execute("SELECT count(DISTINCT deed) FROM deed_about").fetchone() == (2,)


@pytest.mark.slow
def test_a_thousand_runs_are_kept(store):
    finished(store, 1003)
    assert [run.number for run in store.runs(5000)] == list(range(1003, 3, -1))
    assert store.deeds(3) == []
    assert len(store.deeds(4)) == 1


def test_a_run_longer_than_the_log_is_kept_stays_itself():
    clock = Clock()
    with Store(MEMORY, clock=clock) as store:
        run = store.begin_run("watch")
        clock.now += timedelta(days=200)
        store.end_run(run, {}, "done")
        assert [item.number for item in store.runs()] == [run]


# -- the way back ----------------------------------------------------------------------------------------------


def test_a_run_is_put_back(store):
    store.confirm(agreed(text="old"))
    before = rows(store, *RECORD)
    run = store.begin_run("sync")
    store.confirm(agreed(text="new", deed=deed()))
    store.confirm(agreed(AGAIN, HERE, deed=deed(AGAIN)))
    store.end_run(run, {}, "done")
    assert rows(store, *RECORD) != before
    store.put_back(run)
    assert rows(store, *RECORD) == before
    assert store.runs()[0].put_back is not None
    assert len(store.deeds(run)) == 2


def test_putting_a_run_back_puts_back_those_after_it(store):
    store.confirm(agreed(text="old"))
    before = rows(store, *RECORD)
    one = finished(store)
    two = finished(store)
    store.put_back(one)
    assert rows(store, *RECORD) == before
    with pytest.raises(NoSuchRun):
        store.put_back(two)


def test_the_run_before_stays_as_it_is_and_can_be_put_back_next(store):
    store.confirm(agreed(text="old"))
    oldest = rows(store, *RECORD)
    one = finished(store)
    before = rows(store, *RECORD)
    two = finished(store)
    store.put_back(two)
    assert rows(store, *RECORD) == before
    store.put_back(one)
    assert rows(store, *RECORD) == oldest


@pytest.mark.parametrize("run", [0, -1, 7])
def test_a_run_that_never_was_cannot_be_put_back(store, run):
    finished(store)
    with pytest.raises(NoSuchRun, match=f"no run {run} that can be put back") as caught:
        store.put_back(run)
    assert caught.value.exit_code == 2


def test_a_run_is_put_back_only_once(store):
    run = finished(store)
    store.put_back(run)
    store.confirm(agreed(text="later"))
    with pytest.raises(NoSuchRun):
        store.put_back(run)
    assert shadows(store)[HERE, "/a"] == "later"


def test_putting_back_within_a_run_leaves_that_run_open(store):
    run = finished(store)
    undo = store.begin_run("undo")
    store.put_back(run)
    store.end_run(undo, {}, "done")
    assert [(item.command, item.put_back is None) for item in store.runs()] == [("undo", True), ("sync", False)]


def test_what_archives_were_given_in_the_run_is_forgotten_and_they_are_looked_at_anew(store):
    first = store.expect("/a", "one")
    store.confirm_all([agreed(written=given_to_archive())], replica="/a", generation=first)
    store.remember_archives([ArchiveRecord("/a", "two", None, settled=True, looked=NOON)])
    run = store.begin_run("sync")
    second = store.expect("/a", "two")
    store.confirm_all([agreed(text="n", written=given_to_archive())], replica="/a", generation=second)
    store.end_run(run, {}, "done")
    store.put_back(run)
    assert [item.generation for item in store.unacknowledged("/a")] == [first]
    assert store.own_stamps("/a") == {"one", "two"}
    assert not store.archives()["/a"].settled


def test_the_way_back_is_there_after_reopening(tmp_path):
    with Store(tmp_path / "state.db") as store:
        store.confirm(agreed(text="old"))
        before = rows(store, *RECORD)
        run = finished(store)
    with Store(tmp_path / "state.db") as store:
        store.put_back(run)
        assert rows(store, *RECORD) == before


def test_a_value_that_was_too_old_to_keep_is_there_again(store):
    for number in range(21):
        store.confirm(agreed(text=f"{number}"))
    before = rows(store, *RECORD)
    run = store.begin_run("sync")
    store.confirm(agreed(text="new"))
    store.put_back(run)
    assert rows(store, *RECORD) == before


def test_a_deletion_that_was_lost_and_brought_back_is_put_back_to_deleted(store):
    store.confirm_all([agreed(TOPIC, ITS_TOPIC), agreed(CHILD, ITS_CHILD)])
    number = store.expect("/a", "stamp")
    deletion = given_to_archive(TOPIC, "delete", (), None, ("{}", "{}"))
    store.confirm_all(
        [Confirmation(TOPIC, ITS_TOPIC, {}, written=deletion, gone=True)], replica="/a", generation=number
    )
    before = rows(store, *RECORD)
    run = store.begin_run("sync")
    store.roll_back("/a", {TOPIC: ("{}", "{}")}, store.unacknowledged("/a"))
    assert len(list(store.links())) == 2
    store.put_back(run)
    assert rows(store, *RECORD) == before


def test_only_touched_rows_are_kept_for_the_way_back(store):
    store.confirm_all([agreed(Key(Kind.COMMENT, "topic", f"{n}"), Key(Kind.COMMENT, "t", f"{n}")) for n in range(50)])
    run = store.begin_run("sync")
    store.confirm(Confirmation(HERE, THERE, {REMOTE: "new"}))
    store.confirm(Confirmation(HERE, THERE, {REMOTE: "newer"}))
    images = rows(store, "image_link", "image_shadow")
    assert {table: len(found) for table, found in images.items()} == {"image_link": 1, "image_shadow": 1}
    store.end_run(run, {}, "done")


def test_an_archive_that_was_renamed_after_the_run_is_put_back_under_its_new_name(store):
    store.confirm(agreed(text="old"))
    run = finished(store)
    store.rename_replica("/a", "/b")
    store.put_back(run)
    assert shadows(store) == {(HERE, "/b"): "old", (HERE, seen_by("/b")): "old", (HERE, REMOTE): "old"}


LOCALS = (TOPIC, CHILD, HERE, AGAIN, Key(Kind.TOPIC, "", "other"))
REMOTES = (ITS_TOPIC, ITS_CHILD, Key(Kind.TOPIC, "", "else"), Key(Kind.COMMENT, "theirs", "e"))
TEXTS = st.sampled_from(["one", "two", "three"])
REPLICAS = st.sampled_from(["/a", "/b"])

writes = st.builds(
    lambda pair, replica, text, seen, told: (
        "confirm",
        Confirmation(
            *pair, {replica: text, seen_by(replica): seen, REMOTE: seen}, deed=deed(pair[0]) if told else None
        ),
    ),
    st.sampled_from([(ours, theirs) for ours in LOCALS for theirs in REMOTES if ours.kind is theirs.kind]),
    REPLICAS,
    TEXTS,
    TEXTS,
    st.booleans(),
)
losses = st.builds(
    lambda key, unbound: ("confirm", Confirmation(key, ITS_TOPIC, {}, gone=unbound is None, unbound=unbound)),
    st.sampled_from(LOCALS),
    st.none() | REPLICAS,
)
rolls = st.builds(
    lambda replica, key, texts: ("roll_back", replica, {key: texts}, ()),
    REPLICAS,
    st.sampled_from(LOCALS),
    st.tuples(st.none() | TEXTS, st.none() | TEXTS),
)
others = st.builds(lambda replica: ("forget_replica", replica), REPLICAS)
doings = st.lists(st.one_of(writes, writes, losses, rolls, others), max_size=12)


def do(store, doings):
    for name, *values in doings:
        getattr(store, name)(*values)


@settings(max_examples=150, deadline=None)
@given(doings, doings, doings)
def test_whatever_runs_do_is_put_back_to_the_letter(first, second, third):
    with Store(MEMORY, clock=Clock()) as store:
        do(store, first)
        before = rows(store, *RECORD)
        run = store.begin_run("sync")
        do(store, second)
        store.end_run(run, {}, "done")
        between = rows(store, *RECORD)
        later = store.begin_run("sync")
        do(store, third)
        store.end_run(later, {}, "done")
        branch = store.copy()
        store.put_back(later)
        assert rows(store, *RECORD) == between
        store.put_back(run)
        assert rows(store, *RECORD) == before
        branch.put_back(run)
        assert rows(branch, *RECORD) == before
        branch.close()


def test_a_run_says_what_it_is():
    assert Run(1, "sync", NOON) == Run(1, "sync", NOON, None, "", {}, 0, None)
