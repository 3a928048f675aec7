"""States that cannot be used: clear words, what to do, and nothing lost that was confirmed."""

import contextlib
import os
import random
import sqlite3
import tempfile
from pathlib import Path

import pytest
from store_cases import AGAIN, HERE, NOON, THERE, agreed, ask_everything, deed, given

from bcfsync.errors import UsageError
from bcfsync.store import SCHEMA_VERSION, ArchiveRecord, StateUnusable, Store, StoredConflict, StoredHold


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "state.db"


def unusable(path, match):
    with pytest.raises(StateUnusable, match=match) as caught:
        Store(path)
    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_code == 2
    assert str(path) in str(caught.value)
    return caught.value.hint


def test_a_state_of_a_newer_version_is_refused_and_left_alone(path):
    Store(path).close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    database.close()
    assert unusable(path, f"version {SCHEMA_VERSION + 1}, this bcfsync knows {SCHEMA_VERSION}").startswith("update ")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
    database.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)
    assert unusable(path, "damaged").startswith("move the file away")
    assert path.read_bytes().startswith(b"something else")


def test_a_database_of_something_else_is_refused(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE place (url TEXT)")
    database.close()
    unusable(path, "another program's database")
    database = sqlite3.connect(path)
    assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("place",)]
    database.close()


def test_a_state_whose_place_is_a_folder_is_refused(path):
    path.mkdir(parents=True)
    unusable(path, "cannot be opened")


def test_a_state_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    unusable(tmp_path / "file" / "state.db", "cannot be opened")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to, not even root")
def test_a_folder_that_cannot_be_written_to_is_refused():
    unusable(Path("/proc/bcfsync/state.db"), "cannot be opened")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="rights do not bind Windows like this")
@pytest.mark.parametrize("was_there", [True, False])
def test_a_state_in_a_read_only_folder_is_refused(was_there):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        if was_there:
            Store(path).close()
            path.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            assert as_nobody(path).startswith("make the folder and the file writable for this user")
        finally:
            Path(folder).chmod(0o700)


def as_nobody(path):
    """The hint somebody without rights gets; root is bound by none, so a child process gives them up."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            if os.geteuid() == 0:
                os.setuid(65534)
            try:
                Store(path)
            except StateUnusable as error:
                os.write(writing, error.hint.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return told.read()


# -- a full disk -----------------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_in_mid_run_is_a_clear_error_and_what_was_confirmed_stays(tmp_path):
    path = tmp_path / "state.db"
    with Store(path) as store:
        store.confirm(agreed())
        full(store)
        with pytest.raises(StateUnusable, match="cannot be written") as caught:
            store.confirm_all([agreed(AGAIN, HERE, text="x" * 1_000_000)])
        assert "what was confirmed is on record" in caught.value.hint
    with Store(path) as store:
        assert list(store.links()) == [(HERE, THERE)]
        store.confirm(agreed(AGAIN, HERE))
        assert len(list(store.links())) == 2


def full(store):
    store._db.execute("PRAGMA max_page_count = 1")  # SQLite's own way of playing a full disk


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a bound on the size of files")
def test_a_file_that_may_not_grow_is_a_clear_error_too(path):
    resource = pytest.importorskip("resource")
    with Store(path) as store:
        store.confirm(agreed())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Store(path) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
        try:
            with pytest.raises(StateUnusable, match="cannot be written"):
                store.note("large", "x" * 1_000_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with Store(path) as store:
        assert list(store.links()) == [(HERE, THERE)]


# -- damage ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """A state with something in every table, and values that take several pages."""
    path = tmp_path_factory.mktemp("healthy") / "state.db"
    with Store(path) as store:
        store.remember_known(AGAIN.kind, "topic", frozenset({"x"}))
        store.begin(AGAIN)
        run = store.begin_run("sync")
        long = '{"title": "' + "x" * 9000 + '"}'
        number = store.expect("/a", "stamp")
        confirmation = agreed(text=long, deed=deed(before=long, after=long), written=given(new=long))
        store.confirm_all([confirmation], replica="/a", generation=number)
        store.confirm(agreed(text="{}"))
        store.end_run(run, {"done": 1}, "done")
        store.note("note", "value")
        store.remember_archives([ArchiveRecord("/a", "stamp", "00", settled=True, looked=NOON)])
        store.fail(AGAIN, "no", NOON)
    database = sqlite3.connect(path)
    database.execute("VACUUM")  # a damaged free page harms nobody
    database.close()
    return path.read_bytes()


def used(path, data):
    """What a damaged state answers, or the error it gives; then what writing to it gives."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    told = []
    try:
        with Store(path) as store:
            for use in (lambda: ask_everything(store), lambda: write_something(store)):
                try:
                    use()
                except StateUnusable as error:
                    told.append(error)
    except StateUnusable as error:
        told.append(error)
    assert all(str(path) in str(error) and error.hint for error in told)
    return told


def write_something(store):
    store.put_back(1)
    run = store.begin_run("sync")
    store.confirm(agreed(AGAIN, THERE, text='{"title": "new"}', deed=deed()))
    store.confirm(agreed(gone=True))
    store.set_conflicts("/a", [StoredConflict("/a", HERE, "title", "a", "b", "c", "Door", NOON)])
    store.set_holds("/a", [StoredHold("/a", HERE.kind, "topic", "here", "why", "Door", "other", NOON)])
    store.end_run(run, {}, "done")


def test_a_healthy_state_has_nothing_to_complain_of(path, healthy):
    assert used(path, healthy) == []


def test_a_page_of_zeros_is_told_of_wherever_it_is(path, healthy):
    size = 4096
    silent = []
    for start in range(0, len(healthy), size):
        damaged = healthy[:start] + bytes(size) + healthy[start + size :]
        if not used(path, damaged):
            silent.append(start // size)
        clean(path)
    assert silent == []


def test_a_damaged_image_is_not_put_back(path):
    with Store(path) as store:
        store.confirm(agreed(text="old"))
        run = store.begin_run("sync")
        store.confirm(agreed(text="new"))
        store.end_run(run, {}, "done")
        store._db.execute("UPDATE image_shadow SET value = char(123, 0, 0, 0)")
        with pytest.raises(StateUnusable, match="damaged"):
            store.put_back(run)
        assert {text for _, name, text in store.shadows() if "past:" not in name} == {"new"}


def test_a_truncated_state_is_told_of_wherever_it_ends(path, healthy):
    for end in (*range(100, len(healthy), 4096), len(healthy) - 1):
        told = used(path, healthy[:end])
        assert told, end
        assert "damaged" in str(told[0])
        assert "builds it anew" in told[0].hint
        clean(path)


def test_a_state_without_its_last_byte_is_refused_before_sqlite_fills_it_up(path, healthy):
    path.parent.mkdir()
    path.write_bytes(healthy[:-1])
    unusable(path, "the file is cut off")
    assert path.read_bytes() == healthy[:-1]


@pytest.mark.slow
def test_no_flipped_bytes_come_out_as_anything_but_a_clear_error(path, healthy):
    chance = random.Random(4)
    told = 0
    for _ in range(150):
        damaged = bytearray(healthy)
        for _ in range(chance.choice((1, 4, 64))):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        told += bool(used(path, bytes(damaged)))
        clean(path)
    assert told > 10  # most bytes are free space and texts


def clean(path):
    for item in path.parent.iterdir():
        item.unlink()
