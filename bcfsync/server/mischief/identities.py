"""Whose guid a new thing gets, and what becomes of things that are deleted.

Owns: the switches of identity. Sees: exchanges, the store. Governed by: BCF-API 3.0 (``guid`` of POST bodies);
Foundation API 1.0, "Client-generated GUIDs" (409).
"""

import threading
from dataclasses import replace

from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked
from bcfsync.server.mischief.switches import Context, Habits, Setting

_KINDS = ("topics", "comments", "viewpoints", "document_references", "documents", "full-topic")


def guid_ignored(setting: Setting, _context: Context) -> Around:
    """The server mints every guid itself."""
    kinds = _kinds(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.method != "POST" or not asked.place.is_list_of(*kinds):
            return ask(asked)
        asked = asked.with_options({"guid": None}) if asked.option("guid") else asked
        body = asked.json()
        if isinstance(body, dict) and "guid" in body:
            asked = asked.with_json({name: value for name, value in body.items() if name != "guid"})
        return ask(asked)

    return around


def guid_rejected(setting: Setting, _context: Context) -> Around:
    """A body with a guid is refused."""
    kinds = _kinds(setting)

    def around(asked: Asked, ask: Ask) -> Answer:
        body = asked.json() if asked.method == "POST" and asked.place.is_list_of(*kinds) else None
        if isinstance(body, dict) and body.get("guid") is not None:
            return Answer.refusal(422, "guid: is not writable")
        return ask(asked)

    return around


def _kinds(setting: Setting) -> tuple[str, ...]:
    unknown = [word for word in setting.words if word not in _KINDS]
    if unknown:
        raise setting.bad(f"there are no {unknown[0]}; takes {', '.join(_KINDS)}")
    return setting.words or _KINDS


def honours_in_2_1(_setting: Setting, habits: Habits) -> Habits:
    """Guids of 2.1 clients are taken."""
    return replace(habits, honours_client_guid_21=True)


def guid_overwrites(_setting: Setting, context: Context) -> Around:
    """A POST with the guid of something there replaces that without a word."""

    def around(asked: Asked, ask: Ask) -> Answer:
        body = asked.json() if asked.method == "POST" and asked.place.is_list_of(*_KINDS[:3]) else None
        wish = body.get("guid") if isinstance(body, dict) else None
        if not isinstance(wish, str) or "/" in wish:
            return ask(asked)
        with context.store.writing():
            answer = ask(asked)
            if answer.status != 409:
                return answer
            answer.close()
            _take_away(context, asked, wish)
            return ask(asked)

    return around


def _take_away(context: Context, asked: Asked, guid: str) -> None:
    """Remove what has this guid in the project, and what hangs on it."""
    table = {"topics": "topic", "comments": "comment", "viewpoints": "viewpoint"}[asked.place.kind]
    # the table is one of these three words
    sql = f"DELETE FROM {table} WHERE project_id = ? AND guid_key = ?"  # noqa: S608
    context.store.database.run(sql, asked.place.ids.get("projects", ""), guid.lower())


def guid_taken(setting: Setting, _context: Context) -> Around:
    """Another status where a guid is in use."""
    status = setting.count(400, at_least=400)

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method == "POST" and answer.status == 409:
            answer.status = status
        return answer

    return around


class _Deleted:
    """What was deleted since the server started, by its path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: dict[str, object] = {}

    def add(self, path: str, shown: object) -> None:
        """Note something; the oldest is forgotten some day."""
        with self._lock:
            self._shown[path.lower()] = shown
            while len(self._shown) > 10_000:
                self._shown.pop(next(iter(self._shown)))

    def __contains__(self, path: str) -> bool:
        with self._lock:
            return path.lower() in self._shown

    def taken_below(self, path: str) -> list[object]:
        """Everything that was in this list; it is not told again."""
        with self._lock:
            found = [key for key in self._shown if key.rpartition("/")[0] == path.lower()]
            return [self._shown.pop(key) for key in found]


def deleted_gone(_setting: Setting, _context: Context) -> Around:
    """410 for what was deleted, not 404."""
    deleted = _Deleted()

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method == "DELETE" and answer.is_good:
            deleted.add(asked.path, None)
        elif answer.status == 404 and asked.path in deleted:
            answer.status = 410
        return answer

    return around


def deleted_lingers(_setting: Setting, _context: Context) -> Around:
    """What was deleted stands in the next list once more."""
    deleted = _Deleted()

    def around(asked: Asked, ask: Ask) -> Answer:
        if asked.method == "DELETE":
            before = ask(asked.reading(asked.path)).json()
            answer = ask(asked)
            if answer.is_good and isinstance(before, dict):
                deleted.add(asked.path, before)
            return answer
        if asked.method != "GET" or not asked.place.is_collection:
            return ask(asked)
        lingering = deleted.taken_below(asked.path)
        if not lingering:
            return ask(asked)
        answer = ask(asked.without_conditions())
        found = answer.json()
        if isinstance(found, list):
            answer.set_json([*found, *lingering])
            answer.headers.remove("ETag")
        return answer

    return around


def delete_idempotent(_setting: Setting, _context: Context) -> Around:
    """DELETE of what is not there succeeds."""

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method == "DELETE" and answer.status in {404, 410} and asked.place.guid is not None:
            return answer.empty(200)
        return answer

    return around
