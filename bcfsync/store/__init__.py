"""The state of one pair: identities, shadows per replica, begun creates, the log. SQLite on a local disk.

Owns: the database. Sees: keys and text, no BCF. Every confirmation is one durable transaction: it records who is
who, what both sides hold, and that the create is no longer open, all or nothing.
"""

from bcfsync.store.lock import FolderLock
from bcfsync.store.pair import Store
from bcfsync.store.recollection import Recollected, Recollection
from bcfsync.store.schema import SCHEMA_VERSION
from bcfsync.store.shelf import BlobMissing, BlobShelf
from bcfsync.store.words import (
    REMOTE,
    UNSETTLED,
    ArchiveRecord,
    Begun,
    Confirmation,
    Deed,
    Failure,
    LoggedDeed,
    NoSuchRun,
    Run,
    SentWrite,
    StateLocked,
    StateUnusable,
    StoredConflict,
    StoredHold,
    StoredUnkept,
    Unacknowledged,
    seen_by,
    seen_of,
)

__all__ = [
    "REMOTE",
    "SCHEMA_VERSION",
    "UNSETTLED",
    "ArchiveRecord",
    "Begun",
    "BlobMissing",
    "BlobShelf",
    "Confirmation",
    "Deed",
    "Failure",
    "FolderLock",
    "LoggedDeed",
    "NoSuchRun",
    "Recollected",
    "Recollection",
    "Run",
    "SentWrite",
    "StateLocked",
    "StateUnusable",
    "Store",
    "StoredConflict",
    "StoredHold",
    "StoredUnkept",
    "Unacknowledged",
    "seen_by",
    "seen_of",
]
