"""What happened to topics and comments: one event for each write that changed something events speak of.

Owns: the table ``event`` and the types of actions. Sees: the database. Governed by: BCF-API 2.1 and 3.0, Events.
There are events for what these texts list and for nothing else: none for deletions, none for viewpoints, files, related
topics, document references. What is deleted keeps the events it had.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from bcfsync.server import dates
from bcfsync.server.query.sql import Clause, Column
from bcfsync.server.query.window import Part, Window
from bcfsync.server.store.database import Database, JsonObject, Moment, guid_key
from bcfsync.server.store.listings import listed

Shown: TypeAlias = Literal["2.1", "3.0"]
Action: TypeAlias = tuple[str, str | None]

_TITLE, _TEXT = 128, 1024

_ONLY_IN: Mapping[Shown, tuple[str, ...]] = {
    "2.1": ("reply_to_comment_updated", "reply_to_comment_removed"),
    "3.0": ("stage_added", "stage_updated", "stage_removed"),
}
_HIDDEN: Mapping[Shown, tuple[str, ...]] = {"2.1": _ONLY_IN["3.0"], "3.0": _ONLY_IN["2.1"]}
_COUNTED: Mapping[Shown, str] = {"2.1": "shown_2_1", "3.0": "shown_3_0"}


def _columns(version: Shown) -> Mapping[str, Column]:
    hidden = ", ".join(f"'{name}'" for name in _HIDDEN[version])
    kind = "json_extract(action.value, '$.type')"
    return {
        "topic_guid": Column("topic_key"),
        "comment_guid": Column("comment_key"),
        "author": Column("author"),
        "date": Column("happened", "TRUE"),
        "type": Column("id", "TRUE", "json_each(actions) AS action", kind, f"{kind} NOT IN ({hidden})"),
    }


_COLUMNS: Mapping[Shown, Mapping[str, Column]] = {"2.1": _columns("2.1"), "3.0": _columns("3.0")}


class Events:
    """The events of all projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_topics(self, project_id: str, window: Window, version: Shown, moment: Moment) -> Part[JsonObject]:
        """The events of all topics of a project as the version shows them; by date, read as they are asked for."""
        return self._listing(project_id, window, version, Clause("comment_key IS NULL"), moment)

    def of_comments(self, project_id: str, window: Window, version: Shown, moment: Moment) -> Part[JsonObject]:
        """The events of all comments of a project as the version shows them; by date, read as they are asked for."""
        return self._listing(project_id, window, version, Clause("comment_key IS NOT NULL"), moment)

    def of_topic(self, project_id: str, topic_guid: str, window: Window, version: Shown) -> Part[JsonObject]:
        """The events of one topic."""
        narrowed = Clause("comment_key IS NULL AND topic_key = ?", (guid_key(topic_guid),))
        return self._listing(project_id, window, version, narrowed)

    def of_comment(
        self, project_id: str, topic_guid: str, comment_guid: str, window: Window, version: Shown
    ) -> Part[JsonObject]:
        """The events of one comment of a topic."""
        keys = (guid_key(topic_guid), guid_key(comment_guid))
        return self._listing(project_id, window, version, Clause("topic_key = ? AND comment_key = ?", keys))

    def topic_written(self, project_id: str, old: JsonObject | None, new: JsonObject) -> None:
        """Note what a write did to a topic; ``old`` is None when it is new."""
        actions = [*_topic_actions(old or {}, new)]
        if old is None:
            author, date = new.get("creation_author"), new["creation_date"]
            actions.insert(0, ("topic_created", None))
        else:
            author, date = new.get("modified_author"), new.get("modified_date") or new["creation_date"]
        self._note(project_id, (new["guid"], None), (date, author), actions)

    def comment_written(self, project_id: str, old: JsonObject | None, new: JsonObject) -> None:
        """Note what a write did to a comment; ``old`` is None when it is new."""
        actions = [*_comment_actions(old or {}, new)]
        if old is None:
            author, date = new.get("author"), new["date"]
            actions.insert(0, ("comment_created", None))
        else:
            author, date = new.get("modified_author"), new.get("modified_date") or new["date"]
        self._note(project_id, (new["topic_guid"], new["guid"]), (date, author), actions)

    def _listing(
        self, project_id: str, window: Window, version: Shown, narrowed: Clause, moment: Moment | None = None
    ) -> Part[JsonObject]:
        columns = _COLUMNS[version]
        where = window.where(columns)
        chosen = Clause(
            f"FROM event WHERE project_id = ? AND {_COUNTED[version]} > 0 AND {narrowed.sql}{where.sql}",
            (project_id, *narrowed.values, *where.values),
        )
        shown, order = "topic_guid, comment_guid, date, author, actions", window.order_by(columns, "happened")
        part = listed(moment or self._database, window, shown, chosen, order)
        return Part((_event(dict(row), version) for row in part), part.more)

    def _note(
        self, project_id: str, guids: tuple[str, str | None], stamps: tuple[str, str | None], actions: list[Action]
    ) -> None:
        if not actions:
            return
        (topic, comment), (date, author) = guids, stamps
        shown = {version: sum(name not in hidden for name, _ in actions) for version, hidden in sorted(_HIDDEN.items())}
        self._database.run(
            "INSERT INTO event (project_id, topic_key, comment_key, topic_guid, comment_guid, happened, date, author,"
            " actions, shown_2_1, shown_3_0) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            project_id,
            guid_key(topic),
            None if comment is None else guid_key(comment),
            topic,
            comment,
            dates.instant(date),
            date,
            author or "",
            json.dumps([{"type": name, "value": value} for name, value in actions]),
            shown["2.1"],
            shown["3.0"],
        )


def _event(row: JsonObject, version: Shown) -> JsonObject:
    actions = [action for action in json.loads(row.pop("actions")) if action["type"] not in _HIDDEN[version]]
    return {**{name: value for name, value in row.items() if value is not None}, "actions": actions}


def _topic_actions(old: JsonObject, new: JsonObject) -> Iterator[Action]:
    if new.get("title") != old.get("title"):
        yield "title_updated", _cut(new.get("title"), _TITLE)
    yield from _changed("description", old.get("description"), new.get("description"), _TEXT)
    # these two have no type for their removal
    for name in ("status", "type"):
        if new.get(f"topic_{name}") != old.get(f"topic_{name}"):
            yield f"{name}_updated", new.get(f"topic_{name}")
    for name in ("priority", "due_date", "assigned_to"):
        yield from _changed(name, old.get(name), new.get(name))
    before, after = old.get("labels") or [], new.get("labels") or []
    yield from (("label_added", label) for label in dict.fromkeys(after) if label not in before)
    yield from (("label_removed", label) for label in dict.fromkeys(before) if label not in after)
    if old.get("stage") is None and new.get("stage") is not None:
        yield "stage_added", new["stage"]
    else:
        yield from _changed("stage", old.get("stage"), new.get("stage"))


def _comment_actions(old: JsonObject, new: JsonObject) -> Iterator[Action]:
    if new.get("comment") != old.get("comment"):
        yield "comment_text_updated", _cut(new.get("comment"), _TEXT)
    yield from _changed("viewpoint", old.get("viewpoint_guid"), new.get("viewpoint_guid"))
    yield from _changed("reply_to_comment", old.get("reply_to_comment_guid"), new.get("reply_to_comment_guid"))


def _changed(name: str, old: str | None, new: str | None, limit: int | None = None) -> Iterator[Action]:
    if new != old:
        yield (f"{name}_removed", None) if new is None else (f"{name}_updated", _cut(new, limit))


def _cut(text: str | None, limit: int | None) -> str | None:
    return None if text is None else text[:limit]
