"""What waits for a person or for its time: conflicts and decisions, holds, failures.

Owns: between the store's words and the planner's. Sees: both.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from bcfsync.changes import Conflict, Hold, Key, Kind
from bcfsync.plan.policy import Decision, Prefer
from bcfsync.store import Store, StoredConflict, StoredHold
from bcfsync.turn.healing import FOUGHT

_FIRST_RETRY = timedelta(minutes=1)
_LAST_RETRY = timedelta(hours=1)


def decisions(store: Store, replica: str) -> Mapping[tuple[Key, str], Decision]:
    """What people decided about an archive's conflicts."""
    found: dict[tuple[Key, str], Decision] = {}
    for item in store.conflicts():
        if item.replica == replica and item.decision is not None:
            prefer, value = item.decision
            found[item.key, item.field] = Decision(item.local, item.remote, Prefer(prefer) if prefer else None, value)
    return found


def quarantined(store: Store, now: datetime) -> Mapping[Key, str]:
    """What failed and whose next try is not due, with the reason."""
    return {key: item.message for key, item in store.failures().items() if item.until > now}


def fought(store: Store) -> frozenset[Key]:
    """Atoms that programs take away again and again."""
    return frozenset(Key(Kind(kind), topic, guid) for kind, topic, guid in json.loads(store.noted(FOUGHT) or "[]"))


def fail(store: Store, key: Key, message: str, now: datetime) -> None:
    """Put a failure on record; each one after another is tried again later."""
    before = store.failures().get(key)
    wait = min(_FIRST_RETRY * 2 ** min(before.tries if before else 0, 10), _LAST_RETRY)
    store.fail(key, message, now + wait)


def stored_conflict(item: Conflict, replica: str, now: datetime) -> StoredConflict:
    """A conflict as the store keeps it."""
    return StoredConflict(
        replica, item.key, item.field, item.base, item.local, item.remote, item.label, now, None, None
    )


def stored_hold(item: Hold, replica: str, now: datetime) -> StoredHold:
    """A hold as the store keeps it."""
    return StoredHold(replica, item.kind, item.topic, item.guid, item.reason, item.label, str(item.cause), now)
