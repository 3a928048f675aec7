"""A copy for rehearsals: the same answers, and nothing shared."""

from pathlib import Path

import pytest
from store_cases import AGAIN, HERE, NOON, THERE, Clock, agreed, ask_everything, deed, given, rows, tables_of

from bcfsync.store import ArchiveRecord, Store


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path):
    path = tmp_path / "state.db" if request.param == "file" else Path(":memory:")
    with Store(path, clock=Clock()) as found:
        found.confirm(agreed(deed=deed()))
        number = found.expect("/a", "stamp")
        found.confirm_all([agreed(text="new", written=given())], replica="/a", generation=number)
        found.remember_archives([ArchiveRecord("/a", "stamp", None, settled=True, looked=NOON)])
        found.note("note", "value")
        yield found


def everything(store):
    return rows(store, *tables_of(store._db))


def change(store):
    run = store.begin_run("sync")
    store.confirm(agreed(AGAIN, HERE, text="other", deed=deed(AGAIN)))
    store.confirm(agreed(gone=True))
    store.expect("/a", "another")
    store.note("note", "other")
    store.end_run(run, {}, "done")


def test_a_copy_answers_as_the_original(store):
    with store.copy() as copy:
        assert ask_everything(copy) == ask_everything(store)
        assert everything(copy) == everything(store)


def test_what_happens_to_a_copy_does_not_happen_to_the_original(store):
    before = everything(store)
    with store.copy() as copy:
        change(copy)
        assert everything(copy) != before
        assert everything(store) == before


def test_what_happens_to_the_original_does_not_happen_to_a_copy(store):
    with store.copy() as copy:
        before = everything(copy)
        change(store)
        store.close()
        assert everything(copy) == before


def test_a_copy_of_a_copy_is_one_too(store):
    with store.copy() as copy, copy.copy() as another:
        change(copy)
        assert everything(another) == everything(store)


def test_a_copy_has_the_clock_of_the_original_and_is_in_no_run_of_it(store):
    store.begin_run("sync")
    with store.copy() as copy:
        copy.confirm(agreed(AGAIN, HERE, deed=deed(AGAIN, label="rehearsed")))
        (logged,) = copy.deeds(0)[1:]
        assert (logged.label, logged.at.date()) == ("rehearsed", NOON.date())
    assert len(store.deeds(0)) == 1


def test_a_copy_of_a_state_that_is_locked_by_us_locks_nothing(store):
    with store.copy() as copy:
        copy.confirm(agreed(HERE, THERE, text="here"))
        store.confirm(agreed(HERE, THERE, text="there"))
