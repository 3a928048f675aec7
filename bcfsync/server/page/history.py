"""What happened to a topic, as the server noted it; what happened to comments is seen in the thread.

Owns: the words for actions. Sees: the table of events through a moment. Governed by: BCF-API 2.1 and 3.0, Events.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bcfsync.server.store.database import Moment, guid_key

MOST = 200
_WORDS: Mapping[str, str] = {
    "topic_created": "made the topic",
    "title_updated": "titled it",
    "description_updated": "described it",
    "description_removed": "took the description away",
    "label_added": "labelled it",
    "label_removed": "took away the label",
}
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody did, in words, and the new value where there is one."""

    words: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """One write: when, by whom, and what it did."""

    date: str
    author: str
    actions: tuple[Action, ...]


def of_topic(moment: Moment, project_id: str, guid: str) -> list[Event]:
    """What happened last, the newest first; ``MOST`` events at most."""
    rows = moment.rows(
        "SELECT date, author, actions FROM event WHERE project_id = ? AND topic_key = ? AND comment_key IS NULL"
        " ORDER BY happened DESC, id DESC LIMIT ?",
        project_id,
        guid_key(guid),
        MOST,
    )
    return [Event(row["date"], row["author"], tuple(map(_action, json.loads(row["actions"])))) for row in rows]


def _action(action: Mapping[str, str | None]) -> Action:
    name, value = str(action["type"]), action.get("value")
    if value is not None and len(value) > _LONGEST:
        value = value[:_LONGEST] + "…"
    return Action(_WORDS.get(name) or _usual(name), value)


def _usual(name: str) -> str:
    what, _, how = name.rpartition("_")
    return f"{'took away' if how == 'removed' else 'set'} the {what.replace('_', ' ')}"
