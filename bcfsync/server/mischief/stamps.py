"""Dates and authors: whose they are, when they move, how they are spelled.

Owns: the switches of stamps. Sees: exchanges, the store. Governed by: BCF-API 2.1 and 3.0 (dates and authors are the
server's); Foundation API 1.0, "DateTime Format".
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

from bcfsync.server import dates
from bcfsync.server.mischief.bodies import is_content
from bcfsync.server.mischief.exchange import Answer, Around, Ask, Asked, Json, JsonObject
from bcfsync.server.mischief.switches import Context, Habits, Setting
from bcfsync.server.refusals import Refusal

_DATES = frozenset({"creation_date", "modified_date", "date", "due_date"})
_OF_TOPICS = ("creation_date", "creation_author", "modified_author")
_OF_COMMENTS = ("date", "author", "modified_author")
_CHILDREN = frozenset(
    {"comments", "viewpoints", "files", "related_topics", "document_references", "snippet", "snapshot", "bitmaps"}
)
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+")


def client_stamps(_setting: Setting, context: Context) -> Around:
    """Authors and dates that a client sends are taken."""

    def around(asked: Asked, ask: Ask) -> Answer:
        body = asked.json() if is_content(asked, "topics", "comments") else None
        project = asked.place.ids.get("projects")
        if not isinstance(body, dict) or project is None:
            return ask(asked)
        names = _OF_TOPICS if asked.place.kind == "topics" else _OF_COMMENTS
        given = {name: body[name] for name in names if body.get(name) is not None}
        wrong = next((name for name, value in given.items() if not _is_stamp(name, value)), None)
        if wrong:
            return Answer.refusal(400, f"{wrong}: must be a {'date' if wrong in _DATES else 'text'}")
        with context.store.writing():
            answer = ask(asked)
            made = answer.json() if given and answer.is_good else None
            if isinstance(made, dict) and "guid" in made:
                _put(context, asked, made["guid"], given)
                answer.set_json({**made, **given})
                answer.headers.remove("ETag")  # it was that of the other stamps
            return answer

    return around


def _is_stamp(name: str, value: Json) -> bool:
    if not isinstance(value, str):
        return False
    try:
        dates.parse(value if name in _DATES else "2000-01-01")
        value.encode()
    except ValueError:
        return False
    return True


def _put(context: Context, asked: Asked, guid: str, stamps: JsonObject) -> None:
    project = asked.place.ids["projects"]
    if asked.place.kind == "topics":
        context.store.topics.stamp(project, guid, stamps)
        return
    comment = {**context.store.comments.get(project, asked.place.ids["topics"], guid), **stamps}
    context.store.database.run(
        "UPDATE comment SET body = ?, created = ? WHERE project_id = ? AND guid_key = ?",
        json.dumps(comment),
        dates.instant(comment["date"]),
        project,
        guid.lower(),
    )


def no_bump(_setting: Setting, context: Context) -> Around:
    """What happens below a topic does not move its modified_date."""

    def around(asked: Asked, ask: Ask) -> Answer:
        ids, topics = asked.place.ids, context.store.topics
        if not (asked.is_write and asked.place.kind in _CHILDREN and {"projects", "topics"} <= ids.keys()):
            return ask(asked)
        with context.store.writing():
            try:
                before = topics.get(ids["projects"], ids["topics"])
            except Refusal:
                return ask(asked)
            answer = ask(asked)
            if answer.is_good:
                stamps = {name: before.get(name) for name in ("modified_date", "modified_author")}
                topics.stamp(ids["projects"], ids["topics"], stamps)
            return answer

    return around


def auto_comment(setting: Setting, _context: Context) -> Around:
    """Every change of a topic adds a comment about it."""
    text = ",".join(setting.words) or "The topic was updated."

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.method in {"PUT", "PATCH"} and asked.place.is_item("topics") and answer.is_good:
            answer.data()
            told = asked.reading(f"{asked.path}/comments")
            told.environ["REQUEST_METHOD"] = "POST"
            ask(told.with_json({"comment": text, "status": "Open"})).close()
        return answer

    return around


def skewed(setting: Setting, habits: Habits) -> Habits:
    """The clock that stamps."""
    return replace(habits, clock_skew=_skew(setting))


def clock_skew(setting: Setting, context: Context) -> Around:
    """The server's clock is so many seconds ahead, in its stamps and in the Date header."""
    skew = timedelta(seconds=_skew(setting))

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        answer.headers["Date"] = format_datetime(context.store.wall() + skew, usegmt=True)
        return answer

    return around


def _skew(setting: Setting) -> float:
    return setting.decimal(300.0, least=-(10.0**8), most=10.0**8)


def clock(habits: Habits) -> Callable[[], datetime]:
    """The clock of a server with these habits."""
    skew = timedelta(seconds=habits.clock_skew)
    return lambda: datetime.now(UTC) + skew


def dates_naive(_setting: Setting, _context: Context) -> Around:
    """Dates do not say their zone; it is UTC."""
    return _spelling(lambda date: _ZONE.sub("", _in_zone(date, UTC)))


def dates_seconds(_setting: Setting, _context: Context) -> Around:
    """Dates have no fraction of a second."""
    return _spelling(lambda date: _FRACTION.sub("", date))


def dates_offset(setting: Setting, _context: Context) -> Around:
    """Dates are told in another zone, without a colon in it."""
    found = _OFFSET.fullmatch(setting.word("+0200"))
    if not found or int(found[2]) > 14 or int(found[3]) > 59:
        raise setting.bad("takes an offset such as +0200")
    minutes = (int(found[2]) * 60 + int(found[3])) * (-1 if found[1] == "-" else 1)
    zone = timezone(timedelta(minutes=minutes))
    return _spelling(lambda date: _ZONE.sub(found[1] + found[2] + found[3], _in_zone(date, zone)))


def _in_zone(date: str, zone: timezone) -> str:
    """The date in a zone, as exact as it was; what is no moment stays as it is."""
    if not _ZONE.search(date):
        return date
    digits = "milliseconds" if _FRACTION.search(date) else "seconds"
    return dates.parse(date).astimezone(zone).isoformat(timespec=digits)


def _spelling(spell: Callable[[str], str]) -> Around:
    def spelled(value: Json, name: str = "") -> Json:
        if isinstance(value, dict):
            return {key: spelled(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [spelled(item) for item in value]
        if name not in _DATES or not isinstance(value, str):
            return value
        try:
            return spell(value)
        except (ValueError, OverflowError):
            return value

    def around(asked: Asked, ask: Ask) -> Answer:
        answer = ask(asked)
        if asked.place.version and answer.is_good and (value := answer.json()) is not None:
            answer.set_json(spelled(value))
        return answer

    return around
