"""What opening and asking costs: a turn without a change is over before anybody notices."""

from pathlib import Path
from time import perf_counter

import pytest
from store_cases import NOON

from bcfsync.changes import Key, Kind
from bcfsync.store import REMOTE, ArchiveRecord, Confirmation, Store, seen_by

TOPICS, COMMENTS = 2000, 4


def atoms():
    for number in range(TOPICS):
        ours, theirs = f"topic{number}", f"theirs{number}"
        yield Key(Kind.TOPIC, "", ours), Key(Kind.TOPIC, "", theirs)
        for comment in range(COMMENTS):
            yield Key(Kind.COMMENT, ours, f"c{comment}"), Key(Kind.COMMENT, theirs, f"d{comment}")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "state.db"
    text = '{"title": "' + "x" * 400 + '"}'
    with Store(path) as store:
        store.confirm_all([Confirmation(*pair, {"/a": text, seen_by("/a"): text, REMOTE: text}) for pair in atoms()])
        store.remember_archives([ArchiveRecord("/a", "stamp", None, settled=True, looked=NOON)])
        store.note("quiet", "tag")
    return path


def fastest(action, times=9):
    """Milliseconds of the fastest try: what it costs on a machine that does nothing else."""
    found = []
    for _ in range(times):
        begun = perf_counter()
        action()
        found.append(1000 * (perf_counter() - begun))
    return min(found)


def ask(path):
    with Store(path) as store:
        assert (len(store.archives()), store.noted("quiet")) == (1, "tag")


@pytest.mark.slow
def test_a_large_state_is_opened_and_asked_in_less_than_ten_milliseconds(large):
    assert fastest(lambda: ask(large)) < 10


@pytest.mark.slow
def test_opening_and_asking_reads_no_shadow_and_writes_nothing(large):
    before = large.stat().st_mtime_ns
    with Store(large) as store:
        told = []
        store._db.set_trace_callback(told.append)
        store.archives()
        store.noted("quiet")
        store._db.set_trace_callback(None)
    assert len(told) == 2
    assert not [text for text in told if "shadow" in text or "link" in text]
    assert large.stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_state_in_memory_with_ten_confirmations_takes_less_than_five_milliseconds():
    confirmations = [Confirmation(*pair, {"/a": "a", REMOTE: "b"}) for pair, _ in zip(atoms(), range(10), strict=False)]

    def make():
        with Store(Path(":memory:")) as store:
            for item in confirmations:
                store.confirm(item)

    assert fastest(make, 50) < 5
