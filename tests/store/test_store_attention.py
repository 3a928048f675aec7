"""Archives as last seen, conflicts, holds and failures: what they keep from one turn to the next."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_cases import AGAIN, HERE, NOON, THERE, Clock, agreed

from bcfsync.changes import Kind
from bcfsync.store import ArchiveRecord, Confirmation, Failure, Store, StoredConflict, StoredHold

LATER = NOON + timedelta(hours=3)
CONFLICT = StoredConflict("/a", HERE, "title", "base", "ours", None, "Door", NOON)
HOLD = StoredHold("/a", Kind.COMMENT, "topic", "here", "deleted across", "Door", "missing", NOON)


@pytest.fixture
def store():
    with Store(Path(":memory:"), clock=Clock()) as found:
        yield found


# -- archives --------------------------------------------------------------------------------------------------


def test_archives_are_remembered_as_last_seen(tmp_path):
    one = ArchiveRecord("/a", "stamp", "00", settled=True, looked=NOON)
    two = ArchiveRecord("/b", "other", None, settled=False, looked=NOON)
    with Store(tmp_path / "state.db") as store:
        store.remember_archives([two, replace(one, stamp="older")])
        store.remember_archives(iter([one]))
        store.remember_archives([])
    with Store(tmp_path / "state.db") as store:
        assert store.archives() == {"/a": one, "/b": two}
        assert list(store.archives()) == ["/a", "/b"]


def test_an_archive_that_is_gone_leaves_what_it_held_and_nothing_to_look_at(store):
    store.confirm(agreed())
    store.remember_archives([ArchiveRecord("/a", "stamp", None, settled=True, looked=NOON)])
    store.set_conflicts("/a", [CONFLICT])
    store.set_holds("/a", [HOLD])
    store.expect("/a", "stamp")
    store.forget_archive("/a")
    assert (store.archives(), store.conflicts(), store.holds()) == ({}, [], [])
    assert len(list(store.shadows())) == 3
    assert store.own_stamps("/a") == {"stamp"}


# -- conflicts -------------------------------------------------------------------------------------------------


def test_conflicts_come_back_as_they_were_found(store):
    decided = replace(CONFLICT, replica="/b", decision=("server", None), decided=LATER, since=LATER)
    store.set_conflicts("/b", [decided])
    store.set_conflicts("/a", [CONFLICT])
    assert store.conflicts() == [CONFLICT, decided]


def test_conflicts_of_an_archive_replace_those_before_and_no_others(store):
    store.set_conflicts("/a", [CONFLICT, replace(CONFLICT, field="status")])
    store.set_conflicts("/b", [replace(CONFLICT, replica="/b")])
    store.set_conflicts("/a", [replace(CONFLICT, field="priority")])
    assert [(item.replica, item.field) for item in store.conflicts()] == [("/b", "title"), ("/a", "priority")]
    store.set_conflicts("/a", [])
    assert [item.replica for item in store.conflicts()] == ["/b"]


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"base": "another base", "label": "Gate"}, True),
        ({"local": "ours again"}, False),
        ({"remote": "theirs"}, False),
        ({"field": "status"}, False),
        ({"key": AGAIN}, False),
    ],
)
def test_a_conflict_over_the_same_two_values_keeps_its_age_and_its_decision(store, change, kept):
    store.set_conflicts("/a", [CONFLICT])
    store.decide(HERE, "title", "files", None)
    (before,) = store.conflicts()
    store.set_conflicts("/a", [replace(CONFLICT, since=LATER, **change)])
    (after,) = store.conflicts()
    if kept:
        assert (after.since, after.decision, after.decided) == (NOON, ("files", None), before.decided)
        assert after.label == change.get("label", "Door")
    else:
        assert (after.since, after.decision, after.decided) == (LATER, None, None)


def test_a_decision_meets_the_conflict_in_all_archives_or_one(store):
    for replica in ("/a", "/b"):
        store.set_conflicts(replica, [replace(CONFLICT, replica=replica)])
    assert store.decide(HERE, "title", "files", None, "/b") == 1
    assert [item.decision for item in store.conflicts()] == [None, ("files", None)]
    assert store.decide(HERE, "title", None, "third value") == 2
    assert [item.decision for item in store.conflicts()] == [(None, "third value")] * 2
    assert all(item.decided > NOON for item in store.conflicts())
    assert (store.decide(HERE, "status", "files", None), store.decide(AGAIN, "title", "files", None)) == (0, 0)


def test_a_decision_can_be_taken_back(store):
    store.set_conflicts("/a", [CONFLICT])
    store.decide(HERE, "title", None, "")
    assert store.conflicts()[0].decision == (None, "")
    store.decide(HERE, "title", None, None)
    assert store.conflicts() == [CONFLICT]


# -- holds -----------------------------------------------------------------------------------------------------


def test_holds_come_back_as_they_were_found_with_the_age_of_the_first_look(store):
    other = replace(HOLD, replica="/b", since=LATER)
    store.set_holds("/a", [HOLD])
    store.set_holds("/b", [other])
    store.set_holds("/a", [replace(HOLD, since=LATER, reason="deleted across, as before")])
    assert store.holds() == [replace(HOLD, reason="deleted across, as before"), other]
    store.set_holds("/a", [replace(HOLD, cause="quarantined", since=LATER)])
    assert [item.since for item in store.holds() if item.replica == "/a"] == [LATER]
    store.set_holds("/a", [])
    assert store.holds() == [other]


# -- failures --------------------------------------------------------------------------------------------------


def test_failures_are_counted_until_the_atom_is_confirmed(store):
    store.fail(HERE, "first", NOON)
    store.fail(HERE, "second", LATER)
    store.fail(AGAIN, "other", NOON)
    assert store.failures() == {HERE: Failure("second", 2, LATER), AGAIN: Failure("other", 1, NOON)}
    store.confirm(agreed())
    assert set(store.failures()) == {AGAIN}


def test_confirming_clears_a_failure_that_goes_by_the_server_s_id(store):
    store.fail(THERE, "no", NOON)
    store.confirm(Confirmation(HERE, THERE, {}))
    assert store.failures() == {}


def test_nothing_new_costs_no_write(store):
    written = []
    store.note("name", "value")
    store.set_holds("/a", [])
    store._db.set_trace_callback(written.append)
    store.note("name", "value")
    store.set_holds("/a", [])
    store.set_conflicts("/a", [])
    store.remember_archives([])
    store.acknowledge("/a", 0)
    assert written
    assert not [text for text in written if not text.startswith("SELECT")]
