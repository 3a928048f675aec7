"""Versions of the state: an older one is brought to ours, whole or not at all."""

import hashlib
import sqlite3
import subprocess
import sys

import pytest
from store_cases import CHILD, HERE, ITS_CHILD, ITS_TOPIC, TOPIC, agreed, ask_everything, shadows, tables_of

from bcfsync.changes import Key, Kind
from bcfsync.store import REMOTE, SCHEMA_VERSION, StateUnusable, Store, schema, seen_by

VERSION_1 = """
CREATE TABLE link (
    kind TEXT NOT NULL, local_topic TEXT NOT NULL, local_guid TEXT NOT NULL,
    remote_topic TEXT NOT NULL, remote_guid TEXT NOT NULL,
    PRIMARY KEY (kind, local_topic, local_guid), UNIQUE (kind, remote_topic, remote_guid)
);
CREATE TABLE shadow (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, replica TEXT NOT NULL, value TEXT NOT NULL,
    confirmed TEXT NOT NULL,
    PRIMARY KEY (kind, topic, guid, replica)
);
CREATE TABLE intent (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, begun TEXT NOT NULL, known INTEGER,
    PRIMARY KEY (kind, topic, guid)
);
CREATE TABLE known (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, topic TEXT NOT NULL, guids TEXT NOT NULL);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO link VALUES ('topic', '', 'topic', '', 'theirs');
INSERT INTO link VALUES ('comment', 'topic', 'c', 'theirs', 'd');
INSERT INTO shadow VALUES ('topic', '', 'topic', '/a', '{"title": "One"}', '2026-01-02T03:04:05.678901+00:00');
INSERT INTO shadow VALUES ('topic', '', 'topic', 'remote:/a', '{"title": "Two"}', '2026-01-02T03:04:05+00:00');
INSERT INTO shadow VALUES ('comment', 'topic', 'c', 'remote', 'null', '2026-01-02T03:04:06+00:00');
INSERT INTO shadow VALUES ('comment', 'topic', 'c', 'past:0123456789abcdef', '{"é": "\u2028"}', '2026-01-01');
INSERT INTO known VALUES (7, 'comment', 'topic', '["a", "b"]');
INSERT INTO intent VALUES ('comment', 'topic', 'x', '2026-01-02T03:04:05+00:00', 7);
INSERT INTO intent VALUES ('comment', 'topic', 'y', '2026-01-02T03:04:05+00:00', NULL);
INSERT INTO meta VALUES ('keeps_guids 2.1', 'yes');
PRAGMA user_version = 1;
"""
"""A state as the first version made it, word by word, with a row of every sort."""


RELEASED = {1: "6fd34df68e4280f9", 2: "8d7dc88a0f3484d6", 3: "167bbf496555348f"}
"""Scripts that states in the field went through, by the beginning of their SHA-256."""


def state_of_version(path, newest):
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(VERSION_1)
    for version in range(2, newest + 1):
        database.executescript(schema.SCRIPTS[version] + f"PRAGMA user_version = {version};")
    database.close()
    return path


@pytest.fixture(params=RELEASED, ids="version {}".format)
def old(tmp_path, request):
    return state_of_version(tmp_path / "state.db", request.param)


@pytest.fixture
def oldest(tmp_path):
    return state_of_version(tmp_path / "state.db", 1)


def test_what_states_in_the_field_went_through_never_changes():
    scripts = {version: hashlib.sha256(schema.SCRIPTS[version].encode()).hexdigest()[:16] for version in RELEASED}
    assert scripts == RELEASED


def contents(path):
    database = sqlite3.connect(path)
    found = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables_of(database)}
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.close()
    return version, found


def definitions(path):
    database = sqlite3.connect(path)
    found = set(database.execute("SELECT type, name, sql FROM sqlite_master"))
    database.close()
    return found


def test_an_older_state_keeps_every_row(old):
    _, before = contents(old)
    Store(old).close()
    database = sqlite3.connect(old)
    after = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in before}
    assert database.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
    database.close()
    assert all(before[table] for table in ("link", "shadow", "intent", "known", "meta"))
    assert after == before


def test_an_older_state_answers_as_it_did(old):
    with Store(old) as store:
        assert list(store.links()) == [(TOPIC, ITS_TOPIC), (CHILD, ITS_CHILD)]
        assert shadows(store)[TOPIC, "/a"] == '{"title": "One"}'
        assert [replica for _, replica, _ in store.shadows()] == [REMOTE, "/a", seen_by("/a"), "past:0123456789abcdef"]
        known = {intent.key: set(intent.known) for intent in store.intents()}
        assert known == {Key(Kind.COMMENT, "topic", "x"): {"a", "b"}, Key(Kind.COMMENT, "topic", "y"): set()}
        assert store.noted("keeps_guids 2.1") == "yes"


def test_a_state_that_was_brought_up_is_the_same_as_a_new_one(old, tmp_path):
    Store(old).close()
    Store(tmp_path / "new.db").close()
    assert definitions(old) == definitions(tmp_path / "new.db")


def test_a_state_in_memory_is_the_same_as_one_in_a_file(tmp_path):
    Store(tmp_path / "new.db").close()
    with Store(":memory:") as store:
        store._db.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    assert definitions(tmp_path / "copy.db") == definitions(tmp_path / "new.db")


def test_a_migration_that_fails_leaves_the_old_version(old, monkeypatch):
    before = contents(old)
    monkeypatch.setitem(schema.SCRIPTS, SCHEMA_VERSION, schema.SCRIPTS[SCHEMA_VERSION] + "; SELECT no_such_function()")
    with pytest.raises(StateUnusable, match="cannot be opened: no such function"):
        Store(old)
    assert contents(old) == before
    monkeypatch.undo()
    with Store(old) as store:
        ask_everything(store)


DIES = """
import os, sys
from pathlib import Path
from bcfsync.store import Store, database
real = database.migrate
def dying(connection, found):
    connection.set_trace_callback(lambda text: os._exit(9) if sys.argv[2] in text else None)
    real(connection, found)
database.migrate = dying
Store(Path(sys.argv[1]))
"""


DYING = (
    "CREATE TABLE run",
    "CREATE TABLE failure",
    "CREATE TABLE sent",
    "CREATE TABLE unkept",
    "PRAGMA user_version = ",
    "COMMIT",
)


@pytest.mark.slow
@pytest.mark.parametrize("when", DYING)
def test_a_process_that_dies_in_the_migration_leaves_the_old_version(oldest, when):
    before = contents(oldest)
    assert before[0] == 1
    died = subprocess.run([sys.executable, "-c", DIES, oldest, when], check=False, timeout=30)
    assert died.returncode == 9
    assert contents(oldest) == before
    with Store(oldest) as store:
        store.confirm(agreed(HERE))
        ask_everything(store)
    assert contents(oldest)[0] == SCHEMA_VERSION


@pytest.mark.parametrize("newer", [SCHEMA_VERSION + 1, 99])
def test_a_newer_state_says_which_version_it_is_and_what_to_do(oldest, newer):
    database = sqlite3.connect(oldest)
    database.execute(f"PRAGMA user_version = {newer}")
    database.close()
    before = contents(oldest)
    with pytest.raises(StateUnusable, match=f"of version {newer}, this bcfsync knows {SCHEMA_VERSION}") as caught:
        Store(oldest)
    assert "update bcfsync" in caught.value.hint
    assert contents(oldest) == before
