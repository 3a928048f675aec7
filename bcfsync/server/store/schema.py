"""The tables of ``bcf.db``, and the steps from each version of them to the next.

Owns: every CREATE statement. Sees: nothing. Governed by: nothing outside; a resource's JSON is kept in the member names
of BCF-API 3.0, beside the few columns the server looks up and sorts by.
A fresh file takes all steps, too: what has been upgraded and what is new cannot differ.
"""

_FIRST = (
    """CREATE TABLE project (
        project_id TEXT PRIMARY KEY, name TEXT NOT NULL, extensions TEXT NOT NULL, topic_counter INTEGER NOT NULL)""",
    """CREATE TABLE topic (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project, guid_key TEXT NOT NULL,
        server_assigned_id TEXT NOT NULL, serial INTEGER, created INTEGER NOT NULL, modified INTEGER NOT NULL,
        sort_index INTEGER, body TEXT NOT NULL, files TEXT NOT NULL, related_topics TEXT NOT NULL, snippet BLOB,
        UNIQUE (project_id, guid_key), UNIQUE (project_id, server_assigned_id))""",
    """CREATE TABLE comment (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL,
        topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE, guid_key TEXT NOT NULL,
        created INTEGER NOT NULL, viewpoint_key TEXT, body TEXT NOT NULL, UNIQUE (project_id, guid_key))""",
    "CREATE INDEX comment_of_topic ON comment (topic_id)",
    """CREATE TABLE viewpoint (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL,
        topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE, guid_key TEXT NOT NULL,
        body TEXT NOT NULL, components TEXT, snapshot BLOB, UNIQUE (project_id, guid_key))""",
    "CREATE INDEX viewpoint_of_topic ON viewpoint (topic_id)",
    """CREATE TABLE bitmap (
        viewpoint_id INTEGER NOT NULL REFERENCES viewpoint ON DELETE CASCADE, guid_key TEXT NOT NULL,
        data BLOB NOT NULL, PRIMARY KEY (viewpoint_id, guid_key))""",
    """CREATE TABLE document (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project, guid_key TEXT NOT NULL,
        guid TEXT NOT NULL, filename TEXT NOT NULL, data BLOB NOT NULL, UNIQUE (project_id, guid_key))""",
    """CREATE TABLE document_reference (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL,
        topic_id INTEGER NOT NULL REFERENCES topic ON DELETE CASCADE, guid_key TEXT NOT NULL,
        body TEXT NOT NULL, UNIQUE (project_id, guid_key))""",
    "CREATE INDEX document_reference_of_topic ON document_reference (topic_id)",
)

_COUNTED = ("topic", "comment", "viewpoint", "document", "document_reference")
_COUNTING = (
    "ALTER TABLE project ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
    *(
        # triggers, so that no write can forget to count, those of ON DELETE CASCADE neither
        f"CREATE TRIGGER {table}_{event.lower()}_counts AFTER {event} ON {table} BEGIN UPDATE project"  # noqa: S608
        f" SET changes = changes + 1 WHERE project_id = {row}.project_id; END"
        for table in _COUNTED
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ),
)
"""From version 1 to 2: how often anything in a project has changed, for the tags of its list of topics."""


def _moved(table: str, column: str) -> tuple[str, ...]:
    """The bytes of a column become blobs; the row keeps the blob's number and takes it along when it goes."""
    owner = f"{column}_blob"
    # nothing but our own words gets into the text
    return (
        f"ALTER TABLE {table} ADD COLUMN {owner} INTEGER REFERENCES blob",
        (
            f"INSERT INTO blob (id, digest, size) SELECT {_numbered(table)}, sha256_hex({column}), length({column})"  # noqa: S608
            f" FROM {table} WHERE {column} IS NOT NULL"
        ),
        f"INSERT INTO blob_piece SELECT {_numbered(table)}, 0, {column} FROM {table} WHERE {column} IS NOT NULL",  # noqa: S608
        f"UPDATE {table} SET {owner} = {_numbered(table)} WHERE {column} IS NOT NULL",  # noqa: S608
        f"ALTER TABLE {table} DROP COLUMN {column}",
        (
            f"CREATE TRIGGER {table}_{column}_gone AFTER DELETE ON {table} WHEN OLD.{owner} IS NOT NULL BEGIN"  # noqa: S608
            f" DELETE FROM blob WHERE id = OLD.{owner}; END"
        ),
        (
            f"CREATE TRIGGER {table}_{column}_replaced AFTER UPDATE OF {owner} ON {table}"  # noqa: S608
            f" WHEN OLD.{owner} IS NOT NULL AND OLD.{owner} IS NOT NEW.{owner} BEGIN"
            f" DELETE FROM blob WHERE id = OLD.{owner}; END"
        ),
    )


def _numbered(table: str) -> str:
    """A number for the blob of a row that no row of another table gets."""
    return f"rowid * 4 + {('viewpoint', 'bitmap', 'document', 'topic').index(table)}"


_BLOBS = (
    """CREATE TABLE blob (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL, size INTEGER NOT NULL)""",
    # in pieces, so that nobody has to hold a large one in memory
    """CREATE TABLE blob_piece (
        blob_id INTEGER NOT NULL REFERENCES blob ON DELETE CASCADE, number INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (blob_id, number))""",
    *(
        step
        for table, column in (("viewpoint", "snapshot"), ("bitmap", "data"), ("document", "data"), ("topic", "snippet"))
        for step in _moved(table, column)
    ),
)
"""From version 2 to 3: the bytes of pictures, documents and snippets move into tables of their own."""

_CHANGED = (
    "ALTER TABLE project ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE viewpoint ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
    (
        "CREATE TRIGGER project_changed AFTER UPDATE OF changes ON project BEGIN"
        " UPDATE project SET changed = now_ms() WHERE project_id = NEW.project_id; END"
    ),
    (
        "CREATE TRIGGER project_itself_counts AFTER UPDATE OF name, extensions ON project BEGIN"
        " UPDATE project SET changes = changes + 1 WHERE project_id = NEW.project_id; END"
    ),
    # from 1.0 on a viewpoint can change: its parts belong to the list it stands in
    (
        "CREATE TRIGGER viewpoint_changes AFTER UPDATE OF body, components, snapshot_blob ON viewpoint BEGIN"
        " UPDATE viewpoint SET changes = changes + 1 WHERE id = NEW.id; END"
    ),
    *(
        f"CREATE TRIGGER bitmap_{event.lower()}_changes AFTER {event} ON bitmap BEGIN"  # noqa: S608 - our own words
        f" UPDATE viewpoint SET changes = changes + 1 WHERE id = {row}.viewpoint_id; END"
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ),
)
"""From version 2 to 3: when a project changed last, and how often a viewpoint did."""

_KEPT = ("CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL)",)
"""From version 2 to 3: what the server must know again after a restart, such as the secret its tags are made with."""

_ORDERED = (
    "CREATE INDEX topic_by_creation ON topic (project_id, created)",
    "CREATE INDEX topic_by_change ON topic (project_id, modified)",
)
"""From version 2 to 3: the orders in which topics are listed, so that a part of 100,000 is read without sorting all."""

_SIGNED_IN = (
    """CREATE TABLE oauth_client (
        client_id TEXT PRIMARY KEY, secret_digest TEXT NOT NULL, body TEXT NOT NULL, registered INTEGER NOT NULL)""",
    """CREATE TABLE oauth_code (
        digest TEXT PRIMARY KEY, family TEXT NOT NULL, client_id TEXT NOT NULL, user_id TEXT NOT NULL,
        body TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER)""",
    """CREATE TABLE oauth_token (
        digest TEXT PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL, client_id TEXT NOT NULL,
        user_id TEXT NOT NULL, scope TEXT NOT NULL, expires INTEGER NOT NULL, gone INTEGER)""",
    """CREATE TABLE oauth_device (
        digest TEXT PRIMARY KEY, user_code_digest TEXT NOT NULL UNIQUE, client_id TEXT NOT NULL, scope TEXT NOT NULL,
        interval INTEGER NOT NULL, asked INTEGER NOT NULL, user_id TEXT, verdict TEXT, expires INTEGER NOT NULL)""",
    "CREATE INDEX oauth_token_of_family ON oauth_token (family)",
    *(f"CREATE INDEX {table}_expires ON {table} (expires)" for table in ("oauth_code", "oauth_token", "oauth_device")),
)
"""From version 2 to 3: who has signed in."""

_VENDORS = (
    "CREATE INDEX topic_by_index ON topic (project_id, sort_index)",
    """CREATE TABLE webhook (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT REFERENCES project ON DELETE CASCADE,
        events TEXT NOT NULL, url TEXT NOT NULL, secret TEXT NOT NULL)""",
    """CREATE TABLE extension_value (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
        kind TEXT NOT NULL, value TEXT NOT NULL, color TEXT, UNIQUE (project_id, kind, value))""",
)
"""From version 2 to 3: who is told of changes, and the numbers and colours of extension values in one dialect."""

_EVENTS = (
    # what is deleted keeps its events, so nothing but the project is referred to
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL REFERENCES project ON DELETE CASCADE,
        topic_key TEXT NOT NULL, comment_key TEXT, topic_guid TEXT NOT NULL, comment_guid TEXT,
        happened INTEGER NOT NULL, date TEXT NOT NULL, author TEXT NOT NULL, actions TEXT NOT NULL,
        shown_2_1 INTEGER NOT NULL, shown_3_0 INTEGER NOT NULL)""",
    "CREATE INDEX event_of_topics ON event (project_id, happened) WHERE comment_key IS NULL",
    "CREATE INDEX event_of_comments ON event (project_id, happened) WHERE comment_key IS NOT NULL",
    "CREATE INDEX event_of_topic ON event (project_id, topic_key)",
)
"""From version 2 to 3: what happened to topics and comments; what happened before is not known."""

_MADE_BY = ("ALTER TABLE viewpoint ADD COLUMN made_by TEXT NOT NULL DEFAULT ''",)
"""From version 2 to 3: whose a viewpoint is, which it does not tell itself."""

STEPS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _COUNTING,
    (*_BLOBS, *_CHANGED, *_KEPT, *_ORDERED, *_SIGNED_IN, *_VENDORS, *_EVENTS, *_MADE_BY),
)
"""The statements that lead to version 1, 2, …"""

SCHEMA_VERSION = len(STEPS)
