"""Keys, confirmations and whole-table looks that the tests of the state share."""

from datetime import UTC, datetime, timedelta

from bcfsync.changes import Key, Kind
from bcfsync.store import REMOTE, Confirmation, Deed, Unacknowledged, seen_by

HERE, THERE, AGAIN = (Key(Kind.COMMENT, "topic", name) for name in ("here", "there", "again"))
TOPIC, ITS_TOPIC = Key(Kind.TOPIC, "", "topic"), Key(Kind.TOPIC, "", "theirs")
CHILD, ITS_CHILD = Key(Kind.COMMENT, "topic", "c"), Key(Kind.COMMENT, "theirs", "d")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """A clock that ticks a second with every look, and can be put forward."""

    def __init__(self, now=NOON):
        self.now = now

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


def agreed(local=HERE, remote=THERE, replica="/a", text="{}", **more):
    return Confirmation(local, remote, {replica: text, seen_by(replica): text, REMOTE: text}, **more)


def deed(key=HERE, site="remote", **more):
    return Deed(site, more.pop("verb", "create"), key, more.pop("label", "Door"), **more)


def given(key=HERE, verb="update", fields=("title",), new="n", old=("o", "s"), **more):
    return Unacknowledged(key, verb, fields, new, *old, **more)


def shadows(store):
    return {(key, replica): value for key, replica, value in store.shadows()}


def rows(store, *tables):
    """Everything in tables, in an order of its own."""
    return {table: sorted(map(repr, store._db.execute(f"SELECT * FROM {table}"))) for table in tables}


def tables_of(database):
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in found)


def ask_everything(store):
    """Every question a state answers."""
    return [
        list(store.links()),
        list(store.shadows()),
        list(store.intents()),
        store.noted("note"),
        store.archives(),
        store.runs(100),
        [store.deeds(number) for number in range(4)],
        store.deeds_of("topic"),
        store.own_stamps("/a"),
        store.unacknowledged("/a"),
        store.conflicts(),
        store.holds(),
        store.failures(),
        store.unkept(),
    ]
