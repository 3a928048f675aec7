"""What was sent to the server and has no answer on record."""

from dataclasses import replace
from pathlib import Path

import pytest
from store_cases import AGAIN, CHILD, HERE, ITS_TOPIC, TOPIC, Clock, agreed, deed

from bcfsync.changes import Key, Kind
from bcfsync.store import UNSETTLED, Confirmation, SentWrite, Store

WRITE = SentWrite(HERE, "/a", "update", ("title",), '{"v": 1}', '{"l": 1}', '{"s": 1}')
INSIDE = replace(WRITE, key=CHILD)


@pytest.fixture
def store():
    with Store(Path(":memory:")) as found:
        found.sent(deed(replica="/a"), WRITE)
        yield found


def test_what_was_sent_is_on_record_for_its_archive_alone(store):
    assert (store.unanswered("/a"), store.unanswered("/b")) == ([WRITE], [])


def test_what_was_made_out_of_one_archive_is_known_for_its_copies(store):
    store.sent(deed(replica="/a"), replace(WRITE, verb="create"))
    store.sent(deed(replica="/b"), mine := replace(WRITE, verb="create", replica="/b"))
    assert [item.replica for item in store.unanswered("/b")] == ["/a", "/b"]
    assert store.unanswered("/b")[-1] == mine


def test_what_was_sent_is_there_after_reopening(tmp_path):
    with Store(tmp_path / "state.db") as store:
        store.begin(HERE, sent=WRITE)
    with Store(tmp_path / "state.db") as store:
        assert store.unanswered("/a") == [WRITE]


def test_what_is_sent_again_takes_its_place(store):
    again = replace(WRITE, value='{"v": 2}')
    store.sent(deed(replica="/a"), again)
    assert store.unanswered("/a") == [again]


def test_a_deletion_that_is_sent_takes_its_place(store):
    store.sent(deed(replica="/a", verb="delete"))
    assert store.unanswered("/a") == []


ENDS = {
    "its answer": lambda store: store.confirm(agreed()),
    "its answer, with nothing agreed on": lambda store: store.confirm(Confirmation(HERE, HERE, {"/a": UNSETTLED})),
    "a refused create": lambda store: store.abandon(HERE),
    "a create anew": lambda store: store.begin(HERE),
    "its deletion": lambda store: store.confirm(Confirmation(HERE, HERE, {}, gone=True)),
    "that of its topic": lambda store: store.confirm(Confirmation(TOPIC, ITS_TOPIC, {}, gone=True)),
    "an archive without it": lambda store: store.confirm(Confirmation(HERE, HERE, {}, unbound="/a")),
    "an archive without its topic": lambda store: store.confirm(Confirmation(TOPIC, ITS_TOPIC, {}, unbound="/a")),
    "an archive that is gone": lambda store: store.forget_replica("/a"),
    "an archive of another name": lambda store: store.rename_replica("/a", "/b"),
    "an older copy that was saved": lambda store: store.roll_back("/a", {HERE: (None, None)}, ()),
    "a pair forgotten": lambda store: store.forget(),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_is_known_until(store, end):
    end(store)
    assert store.unanswered("/a") == []


OTHERS = {
    "the answer of another archive": lambda store: store.confirm(agreed(replica="/b")),
    "the answer for another atom": lambda store: store.confirm(agreed(AGAIN, AGAIN)),
    "another archive without it": lambda store: store.confirm(Confirmation(HERE, HERE, {}, unbound="/b")),
    "another archive that is gone": lambda store: store.forget_replica("/b"),
    "an older copy of another archive": lambda store: store.roll_back("/b", {HERE: (None, None)}, ()),
    "a topic of the same name gone": lambda store: store.confirm(
        Confirmation(Key(Kind.TOPIC, "", "here"), Key(Kind.TOPIC, "", "here"), {}, gone=True)
    ),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_it_is_known_in_spite_of(store, other):
    other(store)
    assert store.unanswered("/a") == [WRITE]


def test_it_is_forgotten_when_it_is_too_old_to_come(tmp_path):
    clock = Clock()
    with Store(tmp_path / "state.db", clock=clock) as store:
        store.sent(deed(replica="/a"), WRITE)
        later = clock()
        store.sent(deed(AGAIN, replica="/a"), again := replace(WRITE, key=AGAIN))
        store.outlived([HERE, AGAIN], "/b", clock())
        store.outlived([CHILD], "/a", clock())
        assert {item.key for item in store.unanswered("/a")} == {HERE, AGAIN}
        store.outlived([HERE, AGAIN], "/a", later)
        assert store.unanswered("/a") == [again]


def test_what_a_run_sent_is_unknown_once_it_is_put_back(store):
    run = store.begin_run("sync")
    store.begin(CHILD, sent=INSIDE)
    store.end_run(run, {}, "done")
    store.put_back(run)
    assert store.unanswered("/a") == []
