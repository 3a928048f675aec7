"""What ``bcfsync explain`` does: everything on record of one topic.

Owns: finding a topic by the beginning of its guid, the words for its record. Decides nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from bcfsync.changes import Key, Kind
from bcfsync.cli.brevity import short
from bcfsync.cli.options import Manner, json_text, printable
from bcfsync.cli.pairs import archive_name, configured, named, recorded
from bcfsync.cli.telling import deed_facts, deed_line, moment_text
from bcfsync.errors import UsageError
from bcfsync.guids import guid_key
from bcfsync.marks import shown
from bcfsync.store import REMOTE, LoggedDeed, Store, StoredConflict, StoredHold, StoredUnkept, seen_of

LEAST = 4
"""So many characters of a guid have to be given."""
_MOST_DEEDS = 20


class UnknownTopic(UsageError, LookupError):
    """Nothing is on record of a topic whose guid begins so, or of more than one."""

    hint = "show FILE lists the topics of an archive with their guids"


@dataclass
class Topic:
    """What is on record of a topic."""

    pair: str
    guid: str
    remote: str | None = None
    title: str | None = None
    archives: list[str] = field(default_factory=list)
    conflicts: list[StoredConflict] = field(default_factory=list)
    holds: list[StoredHold] = field(default_factory=list)
    unkept: list[StoredUnkept] = field(default_factory=list)
    deeds: list[LoggedDeed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def tell_topic(guid: str, manner: Manner) -> int:
    """Print everything on record of a topic, of all pairs."""
    start = guid_key(guid).lower()
    if len(start) < LEAST:
        raise UnknownTopic(f"{guid}: too short", hint=f"give at least {LEAST} characters of the guid")
    found: list[Topic] = []
    for pair in named(configured(manner), []):
        with recorded(pair) as store:
            if store is not None:
                found += [_read(store, pair.name, key) for key in sorted(_beginning(store, start))]
    topics = {topic.guid for topic in found}
    if not found:
        raise UnknownTopic(f"{guid}: nothing is on record of such a topic")
    if len(topics) > 1:
        raise UnknownTopic(f"{guid}: may be {', '.join(sorted(topics)[:5])}", hint="give more of the guid")
    for topic in found:
        if manner.as_json:
            click.echo(json_text(_facts(topic)))
        else:
            for line in _lines(topic, manner):
                click.echo(printable(line))
    return 0


def _beginning(store: Store, start: str) -> set[str]:
    """Local ids of the topics whose id on either side begins so, or that hold something whose id does."""
    topics = {ours.guid: theirs.guid for ours, theirs in store.links() if ours.kind is Kind.TOPIC}
    found = {ours for ours, theirs in topics.items() if ours.startswith(start) or theirs.lower().startswith(start)}
    shown = (item.key.topic or item.key.guid for item in store.conflicts())
    found |= {guid for guid in shown if guid.startswith(start)}
    found |= {item.topic or item.guid for item in store.holds() if (item.topic or item.guid).startswith(start)}
    if not found:
        found = {ours.topic for ours, _ in store.links() if ours.topic and ours.guid.startswith(start)}
    return found


def _read(store: Store, pair: str, guid: str) -> Topic:
    key = Key(Kind.TOPIC, "", guid)
    topic = Topic(pair, guid, next((theirs.guid for ours, theirs in store.links() if ours == key), None))
    for found, replica, value in store.shadows():
        if found != key:
            continue
        if replica == REMOTE:
            title = shown(json.loads(value).get("title"))
            topic.title = title if isinstance(title, str) else topic.title
        elif seen_of(replica) is None and "/" in replica:
            topic.archives.append(archive_name(replica))
    ids = {guid, topic.remote}
    topic.conflicts = [item for item in store.conflicts() if (item.key.topic or item.key.guid) == guid]
    topic.holds = [item for item in store.holds() if (item.topic or item.guid) in ids]
    topic.unkept = [item for item in store.unkept() if guid in {item.key.guid, item.key.topic}]
    topic.deeds = store.deeds_of(guid)
    topic.remarks = list(_remarks(store, guid))
    return topic


def _remarks(store: Store, guid: str) -> Iterator[str]:
    """What is under way: creates without an answer, failures, writes no program has read."""
    for intent in store.intents():
        if guid in {intent.key.guid, intent.key.topic}:
            yield f"{_what(intent.key)}: sent to the server {moment_text(intent.begun)}, its answer never came"
    for key, failure in store.failures().items():
        if guid in {key.guid, key.topic}:
            yield f"{_what(key)}: failed ({failure.message}); tried again after {moment_text(failure.until)}"
    for replica in store.archives():
        waiting = [row for row in store.unacknowledged(replica) if guid in {row.key.guid, row.key.topic}]
        if waiting:
            yield f"{archive_name(replica)}: written to, and no program has shown yet that it read that"


def _what(key: Key) -> str:
    return f"{str(key.kind).replace('_', ' ')} {key.guid[:8]}"


def _unkept(item: StoredUnkept) -> str:
    sent = f"{_what(item.key)} {item.field}: sent {short(item.sent)}"
    if item.is_unseen:
        return f"unknown   {sent}, {item.kept}"
    return f"not kept  {sent}, the server has {short(item.kept) if item.kept else 'nothing'}"


def _lines(topic: Topic, manner: Manner) -> Iterator[str]:
    yield f"{topic.guid}  {topic.title or '(no title on record)'}"
    yield f"  pair {topic.pair}"
    yield f"  in {', '.join(sorted(topic.archives)) or 'no archive'}"
    yield f"  on the server as {topic.remote}" if topic.remote else "  not on the server yet"
    for conflict in topic.conflicts:
        decided = "; decided" if conflict.decision else ""
        yield (
            f"  ! conflict  {conflict.label} {conflict.field}: {archive_name(conflict.replica)}={short(conflict.local)}"
            f" server={short(conflict.remote)} since {moment_text(conflict.since)}{decided}"
        )
    for hold in topic.holds:
        yield f"  ? held      {hold.label}: {hold.reason}, since {moment_text(hold.since)}"
    for item in topic.unkept:
        yield f"  - {_unkept(item)}"
    for remark in topic.remarks:
        yield f"  … {remark}"
    shown = topic.deeds if manner.verbose else topic.deeds[-_MOST_DEEDS:]
    if len(shown) < len(topic.deeds):
        yield f"  {len(topic.deeds) - len(shown)} earlier writes; -v shows them"
    for deed in shown:
        yield f"  {deed.at.astimezone():%Y-%m-%d} run {deed.run}  {deed_line(deed)}"


def _facts(topic: Topic) -> dict[str, Any]:
    return {
        "type": "topic",
        "pair": topic.pair,
        "guid": topic.guid,
        "title": topic.title,
        "server_guid": topic.remote,
        "archives": sorted(topic.archives),
        "conflicts": [
            {"archive": archive_name(item.replica), "kind": item.key.kind, "guid": item.key.guid, "field": item.field,
             "base": item.base, "local": item.local, "remote": item.remote, "decided": item.decision is not None}
            for item in topic.conflicts
        ],
        "holds": [{"kind": item.kind, "guid": item.guid, "reason": item.reason} for item in topic.holds],
        "unkept": [
            {"kind": item.key.kind, "guid": item.key.guid, "field": item.field, "sent": item.sent, "kept": item.kept}
            for item in topic.unkept
        ],
        "under_way": topic.remarks,
        "deeds": [deed_facts(topic.pair, deed) for deed in topic.deeds],
    }  # fmt: skip
