"""One process at a time: on a state, and in a folder."""

import subprocess
import sys
from contextlib import contextmanager

import pytest
from store_cases import HERE, THERE, agreed

from bcfsync.errors import Locked
from bcfsync.store import FolderLock, StateLocked, StateUnusable, Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "state.db"


HOLDS = """
import sys
from pathlib import Path
from bcfsync import store
held = getattr(store, sys.argv[2])(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(path, what):
    """A process that holds a state or a lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, path, what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Store, FolderLock])
def test_what_another_process_holds_is_locked_until_it_dies_however_it_dies(path, kind):
    with another_process(path, kind.__name__) as other:
        with pytest.raises(StateLocked) as caught:
            kind(path)
        assert (caught.value.exit_code, str(path) in str(caught.value)) == (9, True)
        other.kill()
        other.wait()
        kind(path).close()


@pytest.mark.slow
def test_a_confirmed_atom_of_a_process_that_died_is_there(path):
    with another_process(path, "Store") as other:
        other.kill()
        other.wait()
    with Store(path) as store:
        store.confirm(agreed())
    with Store(path) as store:
        assert list(store.links()) == [(HERE, THERE)]


# -- the lock of a folder --------------------------------------------------------------------------------------


def test_a_lock_says_what_it_is_told_to_say(path):
    with FolderLock(path, "this folder is watched"), pytest.raises(StateLocked, match="this folder is watched"):
        FolderLock(path, "this folder is watched")


def test_a_lock_that_was_closed_can_be_taken_again(path):
    with FolderLock(path):
        pass
    with FolderLock(path):
        assert path.read_bytes() == b""


def test_two_locks_do_not_know_each_other(tmp_path):
    with FolderLock(tmp_path / "one"), FolderLock(tmp_path / "two"):
        pass


def test_a_lock_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"no database, not even an empty one " * 100)
    for path in (tmp_path / "file", tmp_path / "file" / "lock", tmp_path):
        with pytest.raises(StateUnusable, match="the lock cannot be taken") as caught:
            FolderLock(path)
        assert str(path) in str(caught.value)


# -- the lock of a state ---------------------------------------------------------------------------------------


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
