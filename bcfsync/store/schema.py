"""The tables of a state, version by version.

Owns: SQL that makes and migrates them. Sees nothing. A version's script never changes once it was released: a new
version is one more script, and a new state runs through all of them.
"""

import sqlite3
from functools import cache

SCHEMA_VERSION = 4

_VERSION_1 = """
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
"""

# image_*: rows of link and shadow as they were before a run first touched them; NULL where there was none
_VERSION_2 = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY, command TEXT NOT NULL, begun TEXT NOT NULL, ended TEXT,
    status TEXT NOT NULL, summary TEXT NOT NULL, put_back TEXT
);
CREATE TABLE deed (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at TEXT NOT NULL, site TEXT NOT NULL, verb TEXT NOT NULL,
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, label TEXT NOT NULL, fields TEXT NOT NULL,
    replica TEXT NOT NULL, site_guid TEXT NOT NULL, site_topic TEXT NOT NULL, before TEXT, after TEXT,
    cause TEXT NOT NULL
);
CREATE INDEX deed_by_run ON deed (run);
CREATE TABLE deed_about (
    guid TEXT NOT NULL, deed INTEGER NOT NULL, PRIMARY KEY (guid, deed)
) WITHOUT ROWID;
CREATE TABLE image_link (
    run INTEGER NOT NULL, kind TEXT NOT NULL, local_topic TEXT NOT NULL, local_guid TEXT NOT NULL,
    remote_topic TEXT, remote_guid TEXT,
    PRIMARY KEY (run, kind, local_topic, local_guid)
);
CREATE TABLE image_shadow (
    run INTEGER NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, replica TEXT NOT NULL,
    value TEXT, confirmed TEXT,
    PRIMARY KEY (run, kind, topic, guid, replica)
);
CREATE TABLE generation (
    replica TEXT NOT NULL, number INTEGER NOT NULL, stamp TEXT NOT NULL, expected TEXT NOT NULL,
    done INTEGER NOT NULL, pending TEXT,
    PRIMARY KEY (replica, number)
);
CREATE TABLE unacknowledged (
    id INTEGER PRIMARY KEY, replica TEXT NOT NULL, generation INTEGER NOT NULL,
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, verb TEXT NOT NULL, fields TEXT NOT NULL,
    new TEXT, old_local TEXT, old_seen TEXT, tries INTEGER NOT NULL, removed TEXT, run INTEGER NOT NULL
);
CREATE INDEX unacknowledged_by_replica ON unacknowledged (replica, generation);
CREATE TABLE archive (
    replica TEXT PRIMARY KEY, stamp TEXT NOT NULL, sha256 TEXT, settled INTEGER NOT NULL, looked TEXT NOT NULL
);
CREATE TABLE conflict (
    id INTEGER PRIMARY KEY, replica TEXT NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL,
    field TEXT NOT NULL, base TEXT, local TEXT, remote TEXT, label TEXT NOT NULL, since TEXT NOT NULL,
    prefer TEXT, value TEXT, decided TEXT
);
CREATE INDEX conflict_by_replica ON conflict (replica);
CREATE TABLE hold (
    id INTEGER PRIMARY KEY, replica TEXT NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL,
    reason TEXT NOT NULL, label TEXT NOT NULL, cause TEXT NOT NULL, since TEXT NOT NULL
);
CREATE INDEX hold_by_replica ON hold (replica);
CREATE TABLE failure (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL,
    message TEXT NOT NULL, tries INTEGER NOT NULL, until TEXT NOT NULL,
    PRIMARY KEY (kind, topic, guid)
);
"""

# what was sent to the server, by what the answer would have put on record
_VERSION_3 = """
CREATE TABLE sent (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, replica TEXT NOT NULL, verb TEXT NOT NULL,
    fields TEXT NOT NULL, value TEXT NOT NULL, local TEXT NOT NULL, seen TEXT NOT NULL, begun TEXT NOT NULL,
    PRIMARY KEY (kind, topic, guid, replica)
);
"""

# members that the server holds otherwise than they were sent
_VERSION_4 = """
CREATE TABLE unkept (
    kind TEXT NOT NULL, topic TEXT NOT NULL, guid TEXT NOT NULL, field TEXT NOT NULL, sent TEXT NOT NULL, kept TEXT,
    label TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (kind, topic, guid, field)
);
"""

SCRIPTS = {1: _VERSION_1, 2: _VERSION_2, 3: _VERSION_3, 4: _VERSION_4}


def migrate(database: sqlite3.Connection, found: int) -> None:
    """Bring a database from a version, 0 for an empty one, to ours; the caller makes it one transaction."""
    for version in range(found + 1, SCHEMA_VERSION + 1):
        for statement in SCRIPTS[version].split(";"):
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@cache
def empty_state() -> bytes:
    """A new state as bytes: many states in memory are made of it sooner than of the scripts."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(database, 0)
        return database.serialize()
    finally:
        database.close()
