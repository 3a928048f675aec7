"""The state: whole or not at all, one process at a time, and clear words where it cannot be used."""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bcfsync.base import read_base
from bcfsync.changes import Intent, Key, Kind
from bcfsync.errors import Locked, UsageError
from bcfsync.store import REMOTE, SCHEMA_VERSION, Confirmation, StateLocked, StateUnusable, Store, seen_by

HERE, THERE, AGAIN = (Key(Kind.COMMENT, "topic", name) for name in ("here", "there", "again"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "state.db"


def shadows(store):
    return {(key, replica): value for key, replica, value in store.shadows()}


def confirmed(store, local=HERE, remote=THERE, values=None):
    store.confirm(Confirmation(local, remote, values or {"file": "ours", REMOTE: "theirs"}))


def test_the_folder_of_a_new_state_is_made(path):
    Store(path).close()
    assert path.is_file()


def test_what_was_confirmed_is_there_after_reopening(path):
    with Store(path) as store:
        store.begin(HERE)
        confirmed(store)
    with Store(path) as store:
        assert list(store.links()) == [(HERE, THERE)]
        assert shadows(store) == {(HERE, "file"): "ours", (HERE, REMOTE): "theirs"}
        assert not list(store.intents())


def test_a_begun_create_is_there_after_reopening_with_what_was_known(path):
    with Store(path, clock=lambda: NOON) as store:
        store.remember_known(Kind.COMMENT, "topic", frozenset({"b", "a"}))
        store.begin(HERE)
    with Store(path) as store:
        assert list(store.intents()) == [Intent(HERE, NOON, frozenset({"a", "b"}))]


def test_an_open_create_keeps_what_was_known_when_it_was_begun(path):
    with Store(path) as store:
        store.remember_known(Kind.COMMENT, "topic", frozenset({"a"}))
        store.begin(HERE)
        store.remember_known(Kind.COMMENT, "topic", frozenset({"a", "b"}))
        store.begin(AGAIN)
        assert {intent.key: set(intent.known) for intent in store.intents()} == {HERE: {"a"}, AGAIN: {"a", "b"}}


def test_a_create_begun_again_has_the_time_of_its_latest_try(path):
    times = iter([NOON, NOON + timedelta(hours=1)])
    with Store(path, clock=lambda: next(times)) as store:
        store.begin(HERE)
        store.begin(HERE)
        assert [intent.begun for intent in store.intents()] == [NOON + timedelta(hours=1)]


def test_a_refused_create_is_forgotten(path):
    with Store(path) as store:
        store.begin(HERE)
        store.abandon(HERE)
        assert not list(store.intents())


def test_an_atom_made_anew_on_the_server_leaves_its_old_id(path):
    with Store(path) as store:
        confirmed(store)
        confirmed(store, HERE, AGAIN)
        assert list(store.links()) == [(HERE, AGAIN)]


def test_an_id_of_the_server_belongs_to_one_atom_only(path):
    with Store(path) as store:
        confirmed(store)
        confirmed(store, AGAIN, THERE)
        assert list(store.links()) == [(AGAIN, THERE)]


def test_the_latest_shadows_come_first(path):
    times = iter([NOON, NOON + timedelta(seconds=1)])
    with Store(path, clock=lambda: next(times)) as store:
        confirmed(store, values={"one": "first"})
        confirmed(store, values={"two": "second"})
        assert [value for _, _, value in store.shadows()] == ["second", "first"]


def test_notes_are_kept_and_replaced(path):
    with Store(path) as store:
        assert store.noted("keeps_guids") is None
        store.note("keeps_guids", "no")
        store.note("keeps_guids", "yes")
    with Store(path) as store:
        assert store.noted("keeps_guids") == "yes"


def test_forgetting_leaves_nothing(path):
    with Store(path) as store:
        store.note("a", "b")
        store.remember_known(Kind.TOPIC, "", frozenset({"x"}))
        store.begin(AGAIN)
        confirmed(store)
        store.forget()
        assert (list(store.links()), shadows(store), list(store.intents()), store.noted("a")) == ([], {}, [], None)


def test_forgetting_an_archive_keeps_identities_and_the_other_archives(path):
    with Store(path) as store:
        confirmed(store, values={"/a": "1", seen_by("/a"): "2", "/b": "3", seen_by("/b"): "4", REMOTE: "5"})
        store.forget_replica("/a")
        assert shadows(store) == {(HERE, "/b"): "3", (HERE, seen_by("/b")): "4", (HERE, REMOTE): "5"}
        assert list(store.links()) == [(HERE, THERE)]


def test_each_archive_has_its_own_view_of_the_server(path):
    topic, there = Key(Kind.TOPIC, "", "a"), Key(Kind.TOPIC, "", "b")
    with Store(path) as store:
        for name, title in (("/a", "old"), ("/b", "new")):
            text = f'{{"guid": "a", "title": "{title}"}}'
            store.confirm(Confirmation(topic, there, {name: text, seen_by(name): text, REMOTE: text}))
        base = read_base(store, "/a")
    assert (base.seen[topic].title, base.remote[topic].title) == ("old", "new")
    assert [(ours.title, theirs.title) for ours, theirs in base.copies[topic]] == [("new", "new")]
    assert (list(base.copies), len(base.copies), list(base.local), len(base.local)) == ([topic], 1, [topic], 1)


# -- all or nothing --------------------------------------------------------------------------------------------


def test_a_confirmation_that_fails_leaves_nothing_of_itself(path):
    with Store(path) as store:
        store.begin(HERE)
        with pytest.raises(StateUnusable):
            store.confirm(Confirmation(HERE, THERE, {"file": "ours", REMOTE: object()}))
        assert (list(store.links()), shadows(store), len(list(store.intents()))) == ([], {}, 1)
        confirmed(store)
        assert list(store.links()) == [(HERE, THERE)]


KILLED = """
import os, sys
from pathlib import Path
from bcfsync.changes import Key, Kind
from bcfsync.store import Confirmation, Store
store = Store(Path(sys.argv[1]))
key = Key(Kind.COMMENT, "topic", "here")
store.begin(key)
if sys.argv[2] == "within":
    store._db.set_trace_callback(lambda text: os._exit(9) if "DELETE FROM intent" in text else None)
store.confirm(Confirmation(key, Key(Kind.COMMENT, "topic", "there"), {"file": "ours", "remote": "theirs"}))
os._exit(9)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("when", "links", "intents"), [("within", 0, 1), ("after", 1, 0)])
def test_a_process_that_dies_leaves_a_confirmation_whole_or_undone(path, when, links, intents):
    died = subprocess.run([sys.executable, "-c", KILLED, path, when], check=False, timeout=30)
    assert died.returncode == 9
    with Store(path) as store:
        assert (len(list(store.links())), len(list(store.intents()))) == (links, intents)
        assert len(shadows(store)) == 2 * links


# -- one process at a time -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_second_opener_is_told_that_another_one_works(path):
    with Store(path), pytest.raises(StateLocked, match="another bcfsync works on this project") as caught:
        Store(path)
    assert isinstance(caught.value, Locked)
    assert caught.value.exit_code == 9


@pytest.mark.slow
def test_another_process_is_told_so_too_and_the_lock_ends_with_the_holder(path):
    code = "import sys; from pathlib import Path; from bcfsync.store import Store; Store(Path(sys.argv[1]))"
    with Store(path):
        refused = subprocess.run([sys.executable, "-c", code, path], check=False, capture_output=True, timeout=30)
    assert b"StateLocked" in refused.stderr
    assert subprocess.run([sys.executable, "-c", code, path], check=False, timeout=30).returncode == 0


# -- states that cannot be used --------------------------------------------------------------------------------


def unusable(path, match):
    with pytest.raises(StateUnusable, match=match) as caught:
        Store(path)
    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)


def test_a_state_of_another_version_is_refused_and_left_alone(path):
    Store(path).close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    database.close()
    unusable(path, f"version {SCHEMA_VERSION + 1}")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
    database.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)
    unusable(path, "damaged")
    assert path.read_bytes().startswith(b"something else")


def test_a_database_of_something_else_is_refused(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE link (url TEXT)")
    database.close()
    unusable(path, "cannot be opened")


def test_a_state_whose_place_is_a_folder_is_refused(path):
    path.mkdir(parents=True)
    unusable(path, "cannot be opened")


def test_a_state_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    unusable(tmp_path / "file" / "state.db", "cannot be opened")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to, not even root")
def test_a_folder_that_cannot_be_written_to_is_refused():
    unusable(Path("/proc/bcfsync/state.db"), "cannot be opened")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights bind neither root nor Windows like this")
def test_a_state_in_a_read_only_folder_is_refused(path):
    Store(path).close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        unusable(path, "cannot be opened")
    finally:
        path.parent.chmod(0o700)


def test_a_disk_that_fills_up_in_mid_run_is_a_clear_error_and_what_was_confirmed_stays(tmp_path):
    path = tmp_path / "state.db"
    with Store(path) as store:
        store.note("kept", "yes")
        store._db.execute("PRAGMA max_page_count = 1")  # SQLite's own way of playing a full disk
        with pytest.raises(StateUnusable, match="cannot be written"):
            store.note("large", "x" * 1_000_000)
    with Store(path) as store:
        assert store.noted("kept") == "yes"
